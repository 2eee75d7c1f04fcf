//! The card in all its formats as one ZIP, and its figures one by one.

use std::io::{self, BufWriter, Write as _};

use actix_web::{HttpResponse, web};

use super::download::{attachment, disposition, file_stem};
use crate::bundle::{self, Contents, figures};
use crate::session::Visitor;
use crate::web::card;
use crate::web::error::Error;
use crate::web::{AppState, sent};

/// `GET /cards/{card}/download.zip`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's; [`Error::Unavailable`] when the disk or a turn does not come.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let turn = state.turn_to_copy().await?;
    let uploads = state.uploads.clone();
    let fonts = state.fonts.clone();
    let made = crate::web::aside(move || {
        // The turn goes along with the work, which goes on even if the request is gone.
        let _turn = turn;
        let file = uploads.scratch().map_err(io::Error::other)?;
        let stem = file_stem(&whole.row.title, &whole.card);
        let contents = Contents {
            card: &whole.card,
            in_its_file: &whole.in_its_file(),
            format: whole.format(),
            stem: &stem,
            upload: whole
                .source
                .as_deref()
                .map(|bytes| (whole.row.file_name.as_deref().unwrap_or("upload"), bytes)),
            fonts: &fonts,
        };
        let mut sink = BufWriter::new(&file);
        bundle::write(&contents, &mut sink)?;
        sink.flush()?;
        drop(sink);
        Ok::<_, io::Error>((file, stem))
    });
    let (file, stem) = made
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    sent::zip(file, disposition(&format!("{stem}.zip"))).await
}

/// `GET /cards/{card}/figures/{figure}`: a picture of the card as a file.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's or has no such picture.
pub async fn figure(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, name) = path.into_inner();
    let whole = card::whole(&state, &visitor, id).await?;
    let found = crate::web::aside(move || {
        let (_, figures) = figures::gather(&whole.card);
        let found = figures.into_iter().find(|figure| figure.name() == name);
        found.map(|figure| (name, figure.bytes))
    });
    let (name, bytes) = found
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .ok_or(Error::NotFound)?;
    // Whatever is in it: browsers keep it as a file and do not open it here.
    Ok(attachment(&name, "application/octet-stream", bytes))
}
