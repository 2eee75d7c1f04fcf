//! A file in another format, for visitors whose browser keeps no cookies.

use actix_multipart::Multipart;
use actix_web::{HttpResponse, web};

use super::download::{attachment, file_stem, unwritten};
use crate::format::{self, Format};
use crate::say;
use crate::web::AppState;
use crate::web::card::title_of;
use crate::web::error::Error;
use crate::web::page::see_other;
use crate::web::posted;

/// `POST /convert`: what was sent comes back in the format asked for, and nothing of it is kept.
///
/// A browser without cookies cannot be known again, so what it has stored cannot be shown to it: an address that opens
/// it would be a key in an address, which histories and logs keep. What it has just sent is all that it could download,
/// so it sends that again and gets the download with the answer.
///
/// # Errors
/// [`Error::Unreadable`] for a file that is no card, [`Error::TooLarge`], [`Error::BadRequest`].
pub async fn post(state: web::Data<AppState>, form: Multipart) -> Result<HttpResponse, Error> {
    let posted = posted::read(form, state.config.max_upload_bytes).await?;
    let format = posted.to.as_deref().and_then(Format::from_id);
    let format = format.ok_or(Error::BadRequest(say!("There is no format of that name.")))?;
    let (bytes, name) = match (posted.file, posted.text) {
        (Some(file), _) => (file.bytes, file.name),
        (None, Some(text)) => (text.into_bytes(), None),
        (None, None) => return Ok(see_other("/")),
    };
    let turn = state.turn_to_write(format).await?;
    let fonts = state.fonts.clone();
    let converted = crate::web::aside(move || {
        // The turn goes along with the work, which goes on even if the request is gone.
        let _turn = turn;
        let reading =
            format::read_named(&bytes, name.as_deref()).map_err(|error| Error::unreadable(name.clone(), error))?;
        let source = (reading.format == format).then_some(bytes.as_slice());
        let written =
            format::write_with(format, source, &reading.card, &fonts).map_err(|error| unwritten(format, error))?;
        let notation = format.notation(source);
        let ending = format.extension(notation, source.is_some());
        let stem = file_stem(&title_of(&reading.card, name.as_deref()), &reading.card);
        let name = format!("{stem}.{ending}");
        Ok::<_, Error>((name, notation, written))
    });
    let (name, notation, written) = converted.await.map_err(|error| Error::Internal(error.to_string()))??;
    Ok(attachment(&name, notation.media_type(), written))
}
