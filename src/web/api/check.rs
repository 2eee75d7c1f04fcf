//! What is wrong with a file, as the command line says it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::request::{Query, accepts, file};
use crate::inspect::{Checked, json, sarif};
use crate::web::AppState;
use crate::web::error::Error;

/// The media type of SARIF.
const SARIF: &str = "application/sarif+json";

/// What a file without a name is called, as on the command line.
const NAMELESS: &str = "-";

/// `POST /api/v1/check`: the findings and how far the card is. Nothing is kept.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::BadRequest`], and refusals of what is no file or of another type of answer.
pub async fn post(state: web::Data<AppState>, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let bytes = file(&request, body, state.config.max_upload_bytes).await?;
    let query = Query::of(&request, &["name", "outline", "as"])?;
    let is_sarif = query.one_of("as", &["json", "sarif"])? == "sarif";
    let media_type = if is_sarif { SARIF } else { "application/json" };
    accepts(&request, media_type)?;
    let (name, outline) = (query.file_name(), query.outline()?);
    let turn = state.turn_for_program().await?;
    let said = crate::web::aside(move || {
        // The turn goes along with the work, which goes on even if the request is gone.
        let _turn = turn;
        let uri = sarif::uri_of_name(name.as_deref());
        let called = name.clone().unwrap_or_else(|| NAMELESS.to_owned());
        let checked = Checked::file((called, uri), &bytes, name.as_deref(), outline);
        match is_sarif {
            true => serde_json::to_vec(&sarif::log(&[checked], &[])),
            false => serde_json::to_vec(&json::of_file(&checked)),
        }
    });
    let said = said.await.map_err(|error| Error::Internal(error.to_string()))?;
    let said = said.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(HttpResponse::Ok().content_type(media_type).body(said))
}
