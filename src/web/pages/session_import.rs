//! Brings a copy back: all of its cards, beside those that are there, or nothing.

use std::fs::File;
use std::io::{self, Write as _};

use actix_multipart::{Field, Multipart};
use actix_web::{HttpResponse, ResponseError as _, web};
use futures_util::StreamExt as _;

use super::full::{self, Again};
use super::session;
use crate::archive::{self, Incoming, Limits};
use crate::count;
use crate::db::DbConnection;
use crate::say;
use crate::session::Beginner;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::{is_once, see_other, see_other_telling};
use crate::web::posted;

/// How much of the file is in memory while it arrives, in bytes.
const CHUNK_BYTES: usize = 256 << 10;
/// How many parts the form may have.
const MOST_PARTS: usize = 8;

/// `POST /session/import`.
///
/// # Errors
/// [`Error::TooLarge`]; what is no copy is refused on the page that it came from.
pub async fn post(state: web::Data<AppState>, beginner: Beginner, form: Multipart) -> Result<HttpResponse, Error> {
    let visitor = beginner.visitor().clone();
    let error = match bring_back(&state, beginner, form).await {
        Err(error @ (Error::Refused(_) | Error::BadRequest(_))) => error,
        outcome => return outcome,
    };
    let status = error.status_code();
    let message = match error {
        Error::Refused(refusal) => say!("{message} {advice}", message = refusal.message, advice = refusal.advice),
        Error::BadRequest(message) => message,
        other => return Err(other),
    };
    session::refused(&state, &visitor, status, message).await
}

async fn bring_back(
    state: &web::Data<AppState>,
    beginner: Beginner,
    mut form: Multipart,
) -> Result<HttpResponse, Error> {
    let limits = Limits::of(state.config.max_upload_bytes);
    let scratch = on_disk({
        let uploads = state.uploads.clone();
        move || uploads.scratch().map_err(archive::Error::from)
    })
    .await?;
    let received = receive(&mut form, scratch, limits.packed_bytes).await;
    if matches!(received, Err(Error::TooLarge { .. })) {
        posted::drain(&mut form).await;
    }
    let (file, once) = received?;

    let turn = state.turn_to_copy().await?;
    let now = state.clock.now();
    // The turn goes along with the work, which goes on even if the request is gone.
    let (copy, turn) = on_disk({
        let uploads = state.uploads.clone();
        move || Ok((Incoming::open(file, limits, &uploads, now.naive_utc())?, turn))
    })
    .await?;
    let (cards, bytes) = (copy.cards(), copy.bytes());
    let quota = state.quota();
    let transaction = {
        let beginner = beginner.clone();
        move |conn: &mut DbConnection| {
            let _turn = turn;
            let session = beginner.open(conn, now)?;
            copy.store(conn, &session, once.as_deref(), quota)
        }
    };
    let stored = state.db.write(transaction).await.map_err(Error::from);
    let visitor = beginner.visitor();
    let answer = stored.map(|_| {
        tracing::info!(cards, bytes, "a copy was brought back");
        // A browser that keeps no cookies comes back as a stranger: the mark lets the next page tell why.
        if !visitor.keeps_cookies() {
            return see_other("/?first=1");
        }
        let told = count!(
            cards,
            "The card of your copy is here, beside any you had.",
            "The {n} cards of your copy are here, beside any you had."
        );
        see_other_telling(visitor, "/", &told)
    });
    full::explained(answer, state, visitor, Again::File).await
}

/// The file of the form, written to `file`, and the form's one-time token.
async fn receive(form: &mut Multipart, file: File, limit_bytes: u64) -> Result<(File, Option<String>), Error> {
    let (mut once, mut size) = (None, 0);
    let mut file = file;
    for _ in 0..MOST_PARTS {
        let Some(mut field) = posted::next(form).await? else {
            return match size {
                0 => Err(Error::BadRequest(say!(
                    "No file was chosen, or the file is empty, so there is nothing to bring back."
                ))),
                _ => Ok((file, once)),
            };
        };
        match field.name().unwrap_or_default() {
            "archive" if size == 0 => (file, size) = write_to(file, &mut field, limit_bytes).await?,
            "once" => once = Some(posted::word(&mut field).await?).filter(|once| is_once(once)),
            _ => drop(posted::word(&mut field).await?),
        }
    }
    Err(Error::BadRequest(say!("The form has too many parts.")))
}

/// Writes a part of the form to a file as it arrives; gives the file back, and how much it was, in bytes.
async fn write_to(mut file: File, field: &mut Field, limit_bytes: u64) -> Result<(File, u64), Error> {
    let mut size = 0;
    let mut waiting = Vec::new();
    loop {
        let chunk = match tokio::time::timeout(posted::PATIENCE, field.next()).await {
            Ok(chunk) => chunk.transpose().map_err(posted::broken)?,
            Err(_) => return Err(posted::too_slow()),
        };
        let is_last = chunk.is_none();
        if let Some(chunk) = chunk {
            size += chunk.len() as u64;
            if size > limit_bytes {
                return Err(Error::TooLarge {
                    limit_bytes: usize::try_from(limit_bytes).unwrap_or(usize::MAX),
                });
            }
            waiting.extend_from_slice(&chunk);
        }
        if is_last || waiting.len() >= CHUNK_BYTES {
            let bytes = std::mem::take(&mut waiting);
            file = on_disk(move || {
                file.write_all(&bytes).map_err(archive::Error::Disk)?;
                Ok(file)
            })
            .await?;
        }
        if is_last {
            return Ok((file, size));
        }
    }
}

/// Work that reads or writes files, off the async threads.
async fn on_disk<T, F>(work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, archive::Error> + Send + 'static,
{
    let done = crate::web::aside(work).await;
    Ok(done.map_err(|broken| archive::Error::Disk(io::Error::other(broken)))??)
}
