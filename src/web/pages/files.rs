//! The picture of a figure, for its owner's pages and those of a link to its section.

use std::io::Read as _;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::card::picture::media_type;
use crate::db::files;
use crate::session::{SessionId, Visitor};
use crate::uploads;
use crate::web::AppState;
use crate::web::card::owner;
use crate::web::error::Error;

/// Nothing may run or load, even if a browser were brought to open the file as a page.
const POLICY: &str = "default-src 'none'; sandbox";

/// The address of a kept file.
pub fn address(file: &str) -> String {
    format!("/files/{file}")
}

/// The kept file of such an address.
pub fn file_of(address: &str) -> Option<&str> {
    address.strip_prefix("/files/")
}

/// `GET /files/{file}`: a picture. Its type is what its first bytes say, whatever anybody called it; opened by itself it is
/// a file to save.
///
/// # Errors
/// [`Error::NotFound`] when the file is not the visitor's or no picture.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, file: web::Path<String>) -> Result<HttpResponse, Error> {
    picture(&state, owner(&visitor)?, file.into_inner()).await
}

/// A picture of this session, for whoever may see it.
///
/// # Errors
/// [`Error::NotFound`] when the file is not the session's or no picture.
pub async fn picture(state: &AppState, session: SessionId, file: String) -> Result<HttpResponse, Error> {
    let (owner, id) = (session.clone(), file.clone());
    state
        .db
        .run(move |conn| files::load(conn, &owner, &id))
        .await
        .map(|row| row.is_figure())?
        .then_some(())
        .ok_or(Error::NotFound)?;
    let uploads = state.uploads.clone();
    let read = crate::web::aside(move || {
        let mut bytes = Vec::new();
        uploads.read(session.as_str(), &file)?.read_to_end(&mut bytes)?;
        Ok::<_, uploads::Error>(bytes)
    });
    let bytes = match read.await.map_err(|error| Error::Internal(error.to_string()))? {
        Ok(bytes) => bytes,
        Err(uploads::Error::NotFound) => return Err(Error::NotFound),
        Err(error) => return Err(Error::Unavailable(error.to_string())),
    };
    let media_type = media_type(&bytes).ok_or(Error::NotFound)?;
    let ending = media_type.strip_prefix("image/").unwrap_or("bin");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"figure.{ending}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(bytes))
}
