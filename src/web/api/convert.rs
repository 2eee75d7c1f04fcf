//! A file in another format, and what that cannot carry.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::Refusal;
use super::request::{Query, accepts, file, sentence};
use crate::format::{self, Converted, Format, Loss};
use crate::locale::Sentence;
use crate::web::AppState;
use crate::web::card::title_of;
use crate::web::error::Error;
use crate::web::pages::download::{attachment, file_stem, unwritten};

/// Names how many things are lost.
const LOSSES: &str = "cartellino-losses";

/// Something that the format cannot carry.
#[derive(Clone, Debug, Serialize)]
pub struct LossReport {
    /// Title of the section.
    section: String,
    /// Label of the field; `null` when it is the whole section.
    field: Option<String>,
    /// How much of it is carried, in the words of the command line.
    extent: &'static str,
}

impl From<&Loss> for LossReport {
    fn from(loss: &Loss) -> Self {
        Self {
            section: loss.section.clone(),
            field: loss.field.clone(),
            extent: loss.extent.words(),
        }
    }
}

/// What a conversion loses, instead of its file.
#[derive(Serialize)]
struct Report {
    /// Id of the format that was recognised.
    from: &'static str,
    /// Id of the format that was wanted.
    to: &'static str,
    /// What the file would be called.
    file: String,
    media_type: &'static str,
    losses: Vec<LossReport>,
    /// What has no place of its own and is kept all the same; `null` where there is nothing.
    aside: Option<Aside>,
}

#[derive(Serialize)]
struct Aside {
    answers: usize,
    /// Where they are.
    home: &'static str,
}

/// `POST /api/v1/convert?to=FORMAT`: the file in that format. Nothing is kept.
///
/// # Errors
/// [`Error::Unreadable`] for a file that is no card, [`Error::NoPages`], [`Error::TooLarge`], [`Error::BadRequest`], and
/// refusals of what is no file, of another type of answer, or of a loss that is not wanted.
pub async fn post(state: web::Data<AppState>, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let bytes = file(&request, body, state.config.max_upload_bytes).await?;
    let query = Query::of(&request, &["to", "name", "report", "lossless", "keep"])?;
    let bad = |words: String| Error::BadRequest(Sentence::as_written(sentence(&words)));
    let to = query.get("to").ok_or_else(|| {
        let message = "The parameter `to` is missing; /api/v1/formats lists the formats that it may name.";
        Error::BadRequest(Sentence::as_written(message))
    })?;
    let format = Format::wanted(to).map_err(bad)?;
    let home = query.get("keep").map(str::to_owned);
    if let Some(home) = &home {
        format::has_home(format, home).map_err(bad)?;
    }
    let wants_report = query.one_of("report", &["no", "json"])? == "json";
    let must_be_whole = query.one_of("lossless", &["0", "1"])? == "1";
    let name = query.file_name();

    let turn = state.turn_for_program().await?;
    let turn_to_write = state.turn_to_write(format).await?;
    let (fonts, shown) = (state.fonts.clone(), name.clone());
    let converted = crate::web::aside(move || {
        // The turns go along with the work, which goes on even if the request is gone.
        let _turns = (turn, turn_to_write);
        let reading =
            format::read_named(&bytes, name.as_deref()).map_err(|error| Error::unreadable(name.clone(), error))?;
        let converted = format::convert(&reading, &bytes, format, home.as_deref(), &fonts)
            .map_err(|error| unwritten(format, error))?;
        let stem = file_stem(&title_of(&reading.card, name.as_deref()), &reading.card);
        let file = format!("{stem}.{}", converted.ending);
        Ok::<(Format, String, Converted), Error>((reading.format, file, converted))
    });
    let converted = converted.await.map_err(|error| Error::Internal(error.to_string()))?;
    let (from, file, converted) = converted?;
    if must_be_whole && converted.losses.iter().any(Loss::is_of_answer) {
        return Err(not_whole(shown, format, &converted.losses).into());
    }
    let losses: Vec<LossReport> = converted.losses.iter().map(LossReport::from).collect();
    let media_type = converted.notation.media_type();
    if wants_report {
        accepts(&request, "application/json")?;
        return Ok(HttpResponse::Ok().json(Report {
            from: from.id(),
            to: format.id(),
            file,
            media_type,
            losses,
            aside: converted.aside.map(|(answers, home)| Aside { answers, home }),
        }));
    }
    accepts(&request, media_type)?;
    let mut answer = attachment(&file, media_type, converted.bytes);
    let count = HeaderValue::from(losses.len());
    answer.headers_mut().insert(HeaderName::from_static(LOSSES), count);
    Ok(answer)
}

/// Says what would be lost, as `cartellino convert --lossless` does.
fn not_whole(name: Option<String>, format: Format, losses: &[Loss]) -> Refusal {
    let name = name.unwrap_or_else(|| "The file".to_owned());
    let count = Loss::counted(losses);
    Refusal {
        losses: losses.iter().map(LossReport::from).collect(),
        ..Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("{name} loses {count} as {}.", format.name()),
            "Choose another format, keep what is lost in one of the format's homes (keep=), or leave lossless out.",
        )
    }
}
