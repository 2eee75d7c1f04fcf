//! The files of `static/`, embedded in the binary.
//!
//! An address holds a hash of the content, `/static/{hash}/{name}`, so browsers may keep a file for
//! ever and still see a new version at once. Modules import each other by their bare names, so all of them
//! share one hash, that of all their contents. The JSON Schema of our own format, for other people's
//! programs, has an address that never changes. Each file is packed once, for browsers that take it so.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use flate2::Compression;
use sha2::{Digest as _, Sha256};

use super::error::Error;
use super::packed;
use crate::format;

/// One embedded file.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    /// The same in gzip, packed once and as small as it gets; none where that does not pay.
    packed: Option<Vec<u8>>,
    hash: String,
    address: String,
}

macro_rules! asset {
    ($name:literal, $media_type:expr) => {
        (
            $name,
            $media_type,
            include_bytes!(concat!("../../static/", $name)) as &[u8],
        )
    };
}

/// The sheet with the dark colours where they hold: one file, so that a first visit asks for one.
macro_rules! sheet {
    ($name:literal, $media:literal) => {
        (
            $name,
            SHEET,
            concat!(
                include_str!("../../static/style.css"),
                "@media ",
                $media,
                " {\n",
                include_str!("../../static/dark.css"),
                "}\n"
            )
            .as_bytes(),
        )
    };
}

/// The media type of stylesheets.
const SHEET: &str = "text/css; charset=utf-8";

/// The media type of scripts.
const MODULE: &str = "text/javascript; charset=utf-8";

/// The files, the only list.
const FILES: [(&str, &str, &[u8]); 14] = [
    asset!("style.css", SHEET),
    sheet!("style-by-system.css", "screen and (prefers-color-scheme: dark)"),
    sheet!("style-dark.css", "screen"),
    asset!("count.js", MODULE),
    asset!("drop.js", MODULE),
    asset!("pick.js", MODULE),
    asset!("preview.js", MODULE),
    asset!("save.js", MODULE),
    asset!("summary.js", MODULE),
    asset!("buffer.js", MODULE),
    asset!("leave.js", MODULE),
    asset!("time.js", MODULE),
    asset!("words.js", MODULE),
    asset!("favicon.svg", "image/svg+xml"),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| FILES.into_iter().map(Asset::new).collect());

/// The hash of all modules together.
static MODULES: LazyLock<String> = LazyLock::new(|| {
    let modules = FILES.iter().filter(|(_, media_type, _)| *media_type == MODULE);
    hash_of(modules.map(|(_, _, bytes)| *bytes))
});

fn hash_of<'b>(all: impl IntoIterator<Item = &'b [u8]>) -> String {
    let mut digest = Sha256::new();
    for bytes in all {
        digest.update(bytes);
    }
    HEXLOWER.encode(&digest.finalize()[..8])
}

/// The schema; its media type is that of JSON Schema 2020-12.
static SCHEMA: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new((
        "cartellino-1.json",
        "application/schema+json",
        format::SCHEMA.as_bytes(),
    ))
});

impl Asset {
    fn new((name, media_type, bytes): (&'static str, &'static str, &'static [u8])) -> Self {
        let hash = if media_type == MODULE {
            MODULES.clone()
        } else {
            hash_of([bytes])
        };
        Self {
            name,
            media_type,
            bytes,
            packed: packed::gzip(bytes, Compression::best()),
            address: format!("/static/{hash}/{name}"),
            hash,
        }
    }
}

/// Where browsers find the file; the first page for a name that is not embedded.
pub fn address(name: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or("/", |asset| asset.address.as_str())
}

/// `GET /static/{hash}/{name}`.
pub async fn get(request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (hash, name) = path.into_inner();
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name && asset.hash == hash)
        .ok_or(Error::NotFound)?;
    Ok(serve(&request, asset, "public, max-age=31536000, immutable"))
}

/// `GET /favicon.ico`, which browsers ask for by themselves.
pub async fn favicon(request: HttpRequest) -> Result<HttpResponse, Error> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == "favicon.svg")
        .ok_or(Error::NotFound)?;
    Ok(serve(&request, asset, "public, max-age=86400"))
}

/// `GET /schema/cartellino-1.json`.
pub async fn schema(request: HttpRequest) -> HttpResponse {
    serve(&request, &SCHEMA, "public, max-age=3600")
}

fn serve(request: &HttpRequest, asset: &'static Asset, cache: &'static str) -> HttpResponse {
    let packed = asset.packed.as_deref().filter(|_| packed::takes_gzip(request));
    // Two files, so two tags.
    let tag = match packed {
        Some(_) => format!("\"{}-gzip\"", asset.hash),
        None => format!("\"{}\"", asset.hash),
    };
    let is_known = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| {
            tags.split(',')
                .any(|known| known.trim().trim_start_matches("W/") == tag)
        });
    let mut answer = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, cache));
    if asset.packed.is_some() {
        answer.insert_header((VARY, "Accept-Encoding"));
    }
    if is_known {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, asset.media_type));
    match packed {
        Some(packed) => answer.insert_header((CONTENT_ENCODING, packed::GZIP)).body(packed),
        None => answer.body(asset.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The promise of the project: all script in 10 kB as it travels.
    #[test]
    fn all_script_together_is_small() {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, _, bytes) in FILES.iter().filter(|(_, media_type, _)| *media_type == MODULE) {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, bytes).unwrap();
        }
        let mut zip = zip::ZipArchive::new(zip.finish().unwrap()).unwrap();
        let packed: u64 = (0..zip.len())
            .map(|place| zip.by_index(place).unwrap().compressed_size())
            .sum();
        assert!(
            zip.len() > 4 && packed <= 10_000,
            "{packed} bytes in {} modules",
            zip.len()
        );
    }

    #[test]
    fn every_file_has_an_address_that_names_its_content() {
        for (name, _, _) in FILES {
            let address = address(name);
            assert!(address.starts_with("/static/") && address.ends_with(name), "{address}");
        }
        let folder = |name| address(name).rsplit_once('/').map(|(folder, _)| folder);
        assert_eq!(
            folder("save.js"),
            folder("time.js"),
            "imports by bare name find their module"
        );
        assert_ne!(folder("save.js"), folder("style.css"));
        assert_eq!(address("gone.css"), "/");
    }
}
