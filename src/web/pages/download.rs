//! The card in the format asked for, and what each format cannot carry.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::format::{self, Format, Loss};
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{self, Whole, link};
use crate::web::error::Error;
use crate::web::page::{CardLink, Page, render};

/// How many losses are listed one by one.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "pages/download.html")]
struct Download {
    page: Page,
    card: CardLink,
    offers: Vec<Offer>,
    has_source: bool,
    file_name: Option<String>,
}

struct Offer {
    id: &'static str,
    name: &'static str,
    about: &'static str,
    /// `JSON` or `HTML`, for the button.
    ending: &'static str,
    file: String,
    is_recommended: bool,
    losses: Vec<String>,
    more_losses: usize,
}

/// `GET /cards/{card}/download`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let page = Page::of(format!("Download: {}", whole.row.title), &visitor);
    let made = web::block(move || Download {
        page,
        card: link(&whole.row),
        offers: offers(&whole),
        has_source: whole.source.is_some(),
        file_name: whole.row.file_name,
    });
    render(&made.await.map_err(|error| Error::Internal(error.to_string()))?)
}

/// `GET /cards/{card}/download/{format}`: the file.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's or there is no such format.
pub async fn file(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, format) = path.into_inner();
    let format = Format::from_id(&format).ok_or(Error::NotFound)?;
    let whole = card::whole(&state, &visitor, id).await?;
    let name = file_name(&whole.row.title, ending(&whole, format));
    let written = web::block(move || format::write(format, source_for(&whole, format), &whole.card));
    let bytes = written
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .map_err(|error| Error::Internal(format!("a stored upload cannot be read again: {}", error.message)))?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// `GET /cards/{card}/original`: the upload as it came.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's or was begun blank.
pub async fn original(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let bytes = whole.source.ok_or(Error::NotFound)?;
    let name = whole
        .row
        .file_name
        .unwrap_or_else(|| file_name(&whole.row.title, "json"));
    // Whatever it claims to be: browsers keep it as a file and do not open it here.
    Ok(attachment(&name, "application/octet-stream", bytes))
}

/// The upload, when the format asked for is its own.
fn source_for(whole: &Whole, format: Format) -> Option<&[u8]> {
    whole.source.as_deref().filter(|_| whole.format() == format)
}

/// The ending of the file: the upload's own format needs no word that tells it from the others.
fn ending(whole: &Whole, format: Format) -> &'static str {
    match source_for(whole, format) {
        Some(_) => "json",
        None => format.extension(),
    }
}

/// Every format, the card's own first.
fn offers(whole: &Whole) -> Vec<Offer> {
    let own = whole.format();
    let others = Format::ALL.into_iter().filter(|format| *format != own);
    std::iter::once(own)
        .chain(others)
        .map(|format| {
            let losses = format::losses(format, source_for(whole, format), &whole.card);
            Offer {
                id: format.id(),
                name: format.name(),
                about: about(format, format == own && whole.source.is_some()),
                file: file_name(&whole.row.title, ending(whole, format)),
                ending: if format == Format::Html { "HTML" } else { "JSON" },
                is_recommended: format == own,
                more_losses: losses.len().saturating_sub(SHOWN),
                losses: losses.into_iter().take(SHOWN).map(words).collect(),
            }
        })
        .collect()
}

fn about(format: Format, is_upload: bool) -> &'static str {
    if is_upload {
        return "The format of your upload. Only what you edited differs from it, everything else stays byte for byte.";
    }
    match format {
        Format::Native => "Our own format. Holds every section and field; you can upload it here again.",
        Format::ModelCardToolkit2 => "For tools that read the Model Card Toolkit’s newer schema.",
        Format::ModelCardToolkit1 => "For tools that read the Model Card Toolkit’s older schema.",
        Format::WebCards => "For an installation of WebCards.",
        Format::Json => "Plain JSON: a member for each section, a member in it for each field.",
        Format::Html => "One page to read, print and send. It needs no other file.",
    }
}

fn words(loss: Loss) -> String {
    match loss.field {
        Some(field) => format!("{}: {field}", loss.section),
        None => format!("{} (the whole section)", loss.section),
    }
}

/// A name for a file, from the card's title: no character that a system or a shell might take for its own.
pub(super) fn file_name(title: &str, extension: &str) -> String {
    let mut name = String::new();
    for character in title.chars().take(100) {
        if character.is_alphanumeric() || matches!(character, '-' | '_' | '.') {
            name.push(character);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_matches(['-', '.']);
    let name = if name.is_empty() { "model-card" } else { name };
    format!("{name}.{extension}")
}

/// Bytes that a browser keeps as a file: with a plain name for old ones and the full name (RFC 6266, RFC 8187).
pub(super) fn attachment(name: &str, media_type: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Content-Disposition", disposition(name)))
        .insert_header((CONTENT_TYPE, media_type))
        .body(bytes)
}

fn disposition(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if matches!(c, '/' | '\\' | ':') || c.is_control() {
                '-'
            } else {
                c
            }
        })
        .collect();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let full: String = name
        .bytes()
        .map(|byte| match byte {
            byte if is_plain(char::from(byte)) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_the_card() {
        assert_eq!(file_name("Lake ice, 2026", "json"), "Lake-ice-2026.json");
        assert_eq!(file_name("../../etc/passwd", "json"), "etc-passwd.json");
        assert_eq!(file_name("Größe 模型", "html"), "Größe-模型.html");
        assert_eq!(file_name("***", "json"), "model-card.json");
    }

    #[test]
    fn names_reach_old_and_new_browsers_and_break_no_header() {
        assert_eq!(
            disposition("a.json"),
            "attachment; filename=\"a.json\"; filename*=UTF-8''a.json"
        );
        assert_eq!(
            disposition("é\"\r\n/x"),
            "attachment; filename=\"_____x\"; filename*=UTF-8''%C3%A9%22---x".replace("_____x", "__---x")
        );
    }
}
