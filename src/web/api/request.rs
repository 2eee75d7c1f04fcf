//! What a program sends: a file as the body, and words about it in the query.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{Accept, CONTENT_ENCODING, CONTENT_TYPE, Header as _, Quality};
use actix_web::web::Payload;
use futures_util::StreamExt as _;

use super::Refusal;
use crate::card::outline::{self, Outline};
use crate::locale::Sentence;
use crate::web::error::Error;
use crate::web::posted::{DRAINED_BYTES, PATIENCE};

/// The longest name of a file that is looked at, in characters.
const NAME_CHARS: usize = 255;

/// The words of a query; each may stand there once.
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// The words of a request that may have these names.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for another name, or one that comes twice.
    pub fn of(request: &HttpRequest, known: &[&str]) -> Result<Self, Error> {
        let pairs = form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
        let pairs: Vec<(String, String)> = pairs.collect();
        for (index, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let name: String = name.chars().take(NAME_CHARS).collect();
                let there_is = match known {
                    [] => "it has none".to_owned(),
                    known => format!("there is {}", known.join(", ")),
                };
                let message = format!("This address has no parameter `{}`; {there_is}.", name.escape_debug());
                return Err(Error::BadRequest(Sentence::as_written(message)));
            }
            if pairs[..index].iter().any(|(other, _)| other == name) {
                return Err(Error::BadRequest(Sentence::as_written(format!(
                    "The parameter `{name}` is there twice."
                ))));
            }
        }
        Ok(Self { pairs })
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Which of these words the value is; the first one where there is none.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for another word.
    pub fn one_of<'w>(&self, name: &str, words: &[&'w str]) -> Result<&'w str, Error> {
        let Some(value) = self.get(name) else {
            return Ok(words.first().copied().unwrap_or_default());
        };
        words.iter().copied().find(|word| *word == value).ok_or_else(|| {
            let wanted = words.join(" or ");
            Error::BadRequest(Sentence::as_written(format!(
                "The parameter `{name}` must be {wanted}."
            )))
        })
    }

    /// The name of the file: text to show, never a path on this machine.
    pub fn file_name(&self) -> Option<String> {
        let name = self.get("name").unwrap_or_default();
        let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
        (!name.is_empty()).then_some(name)
    }

    /// The outline whose questions are to be asked.
    ///
    /// # Errors
    /// [`Error::BadRequest`] when there is none of that name.
    pub fn outline(&self) -> Result<Option<&'static Outline>, Error> {
        self.get("outline")
            .map(outline::wanted)
            .transpose()
            .map_err(|words| Error::BadRequest(Sentence::as_written(sentence(&words))))
    }
}

/// Words as a sentence: with a capital and a full stop.
pub(super) fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}

/// The file that is the body, no larger than the limit. The whole body is read, so that whoever sends one reads the answer
/// and not of a broken connection.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::BadRequest`] for a body that broke off or is empty, and a refusal of what is no file.
pub(super) async fn file(request: &HttpRequest, mut body: Payload, limit_bytes: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    loop {
        let chunk = match tokio::time::timeout(PATIENCE, body.next()).await {
            Ok(None) => break,
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(error))) => {
                tracing::debug!(%error, "a body broke off");
                return Err(Error::BadRequest(Sentence::as_written(
                    "The file is incomplete: it broke off on the way.",
                )));
            }
            Err(_) => {
                return Err(Error::BadRequest(Sentence::as_written(
                    "The rest of the file did not arrive in time.",
                )));
            }
        };
        length = length.saturating_add(chunk.len());
        if length <= limit_bytes {
            bytes.extend_from_slice(&chunk);
        } else if length > limit_bytes.saturating_add(DRAINED_BYTES) {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    is_a_file(request)?;
    if length > limit_bytes {
        return Err(Error::TooLarge { limit_bytes });
    }
    if bytes.is_empty() {
        let message = "No file arrived: the body is empty. With curl it is sent by --data-binary @README.md.";
        return Err(Error::BadRequest(Sentence::as_written(message)));
    }
    Ok(bytes)
}

/// Refuses a body that is a form, a picture or packed. What a card is called does not matter: curl calls all it sends a
/// plain form.
fn is_a_file(request: &HttpRequest) -> Result<(), Error> {
    let headers = request.headers();
    let is_packed = headers
        .get_all(CONTENT_ENCODING)
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let kind = headers
        .get(CONTENT_TYPE)
        .map(|kind| kind.as_bytes().to_ascii_lowercase());
    let is_other = kind.is_some_and(|kind| {
        let others: [&[u8]; 5] = [b"multipart/", b"image/", b"audio/", b"video/", b"font/"];
        others.iter().any(|other| kind.starts_with(other))
    });
    let (detail, advice) = match (is_packed, is_other) {
        (true, _) => (
            "The body is packed, and this server unpacks none.",
            "Send the file without Content-Encoding.",
        ),
        (_, true) => (
            "The body must be the file itself, not a form or a picture.",
            "Send its bytes as they are: curl --data-binary @README.md.",
        ),
        (false, false) => return Ok(()),
    };
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail, advice).into())
}

/// Refuses a request that does not want an answer of this type (RFC 9110, 12.5.1): without the header it takes all.
///
/// # Errors
/// The refusal.
pub(super) fn accepts(request: &HttpRequest, media_type: &str) -> Result<(), Error> {
    let is_wanted = match Accept::parse(request) {
        Ok(accept) => accept.is_empty() || allows(&accept, media_type),
        Err(_) => {
            return Err(Error::BadRequest(Sentence::as_written(
                "The header Accept cannot be read.",
            )));
        }
    };
    match is_wanted {
        true => Ok(()),
        false => Err(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            format!("The answer is {media_type}, which the header Accept does not allow."),
            "Leave the header out, or allow that type.",
        )
        .into()),
    }
}

/// Whether a type is wanted: the most specific range that fits decides.
fn allows(accept: &Accept, media_type: &str) -> bool {
    let bare = media_type.split(';').next().unwrap_or_default().trim();
    let (kind, _) = bare.split_once('/').unwrap_or((bare, ""));
    let ranges = accept.iter().filter_map(|range| {
        let rank = match range.item.essence_str() {
            "*/*" => 0,
            essence if essence.eq_ignore_ascii_case(bare) => 2,
            essence if essence.strip_suffix("/*").is_some_and(|other| other == kind) => 1,
            _ => return None,
        };
        Some((rank, range.quality))
    });
    let best = ranges.max_by_key(|(rank, _)| *rank);
    best.is_some_and(|(_, quality)| quality > Quality::ZERO)
}
