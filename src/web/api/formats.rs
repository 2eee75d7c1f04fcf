//! The formats, as `cartellino convert --list-formats` lists them.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::request::{Query, accepts};
use crate::format::Format;
use crate::web::error::Error;

#[derive(Serialize)]
struct Formats {
    formats: Vec<FormatReport>,
}

#[derive(Serialize)]
struct FormatReport {
    /// The word by which `to` names it.
    id: &'static str,
    name: &'static str,
    /// `null` where the format has no versions.
    version: Option<&'static str>,
    /// Whether files of it are read, or written only.
    can_read: bool,
    /// How a new file is written.
    media_type: &'static str,
    /// The ending of a new file's name.
    ending: String,
    /// The words by which `keep` names where more has room.
    homes: Vec<&'static str>,
}

/// `GET /api/v1/formats`.
///
/// # Errors
/// A refusal of another type of answer, and [`Error::BadRequest`] for a query.
pub async fn get(request: HttpRequest) -> Result<HttpResponse, Error> {
    Query::of(&request, &[])?;
    accepts(&request, "application/json")?;
    let formats = Format::ALL.iter().map(|format| {
        let notation = format.notation(None);
        FormatReport {
            id: format.id(),
            name: format.name(),
            version: format.version(),
            can_read: format.can_read(),
            media_type: notation.media_type(),
            ending: format.extension(notation, false),
            homes: format.homes().iter().map(|home| home.id).collect(),
        }
    });
    Ok(HttpResponse::Ok().json(Formats {
        formats: formats.collect(),
    }))
}
