//! Takes a file, a text or the wish for a blank card, and begins a card.

use actix_multipart::Multipart;
use actix_web::{HttpResponse, web};

use super::full::{self, Again};
use super::home;
use crate::card::Card;
use crate::card::outline::{self, Outline};
use crate::db::cards::{self, NewCard};
use crate::db::files::{self, FileRow};
use crate::db::quota;
use crate::db::{self, DbConnection};
use crate::format::{self, Format, Reading};
use crate::locale::Sentence;
use crate::say;
use crate::session::state::SHARED_COMPUTER;
use crate::session::{Beginner, SessionId};
use crate::web::AppState;
use crate::web::card::{rows_of, title_of};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::{Fault, see_other};
use crate::web::posted::{self, Posted};
use crate::web::staged::Staged;

/// `POST /cards`.
///
/// # Errors
/// [`Error::Unreadable`] for a file that is no card, [`Error::TooLarge`], [`Error::BadRequest`].
pub async fn post(state: web::Data<AppState>, beginner: Beginner, form: Multipart) -> Result<HttpResponse, Error> {
    let posted = posted::read(form, state.config.max_upload_bytes).await?;
    let Posted {
        file,
        text,
        is_plain,
        outline,
        once,
        is_shared,
        to: _,
    } = posted;
    if is_shared {
        let chosen = beginner.visitor().set_expiry(SHARED_COMPUTER);
        chosen.map_err(|error| Error::Internal(error.to_string()))?;
    }
    let (card, is_file) = match (file, text, outline) {
        (Some(_), Some(text), _) => {
            let message = say!(
                "Both a file and a text arrived, and a card begins with one of them. Empty the box, or choose no file."
            );
            return home::refused(&state, beginner.visitor(), wrong_file(message), text).await;
        }
        (Some(file), None, _) => (from_bytes(file.bytes, file.name, false, once, is_shared).await?, true),
        (None, Some(text), _) => (
            from_bytes(text.into_bytes(), None, is_plain, once, is_shared).await?,
            false,
        ),
        (None, None, Some(key)) => {
            let outline = outline::find(&key);
            let outline = outline.ok_or(Error::BadRequest(say!("There is no set of questions of that name.")))?;
            (blank(outline, once), false)
        }
        (None, None, None) => {
            let message = say!("Neither a file was chosen nor a text pasted, so there is nothing to open.");
            return home::refused(&state, beginner.visitor(), wrong_file(message), String::new()).await;
        }
    };
    let is_blank = card.source.is_none();
    let again = match (&card.source, is_file) {
        (Some(_), true) => Again::File,
        (Some(text), false) => Again::Text(String::from_utf8_lossy(text).into_owned()),
        (None, _) => Again::Blank,
    };
    let stored = store(&state, &beginner, card, is_file).await;
    let answer = stored.map(|id| opened(&beginner, &id, is_blank));
    full::explained(answer, &state, beginner.visitor(), again).await
}

fn wrong_file(message: Sentence) -> Fault {
    Fault::new("file", say!("Your model card as a file"), message)
}

/// Where the new card is.
pub(super) fn opened(beginner: &Beginner, id: &str, is_blank: bool) -> HttpResponse {
    remember_card(beginner.visitor(), id);
    // A browser that keeps no cookies comes back as a stranger: the mark lets the next page tell why.
    let mark = if beginner.visitor().keeps_cookies() {
        ""
    } else {
        "?first=1"
    };
    see_other(if is_blank && mark.is_empty() {
        format!("/cards/{id}")
    } else {
        format!("/cards/{id}/import{mark}")
    })
}

/// Reads what was sent, off the async threads: large files take a moment.
pub(super) async fn from_bytes(
    bytes: Vec<u8>,
    name: Option<String>,
    is_plain: bool,
    once: Option<String>,
    is_shared: bool,
) -> Result<NewCard, Error> {
    let read = crate::web::aside(move || {
        let reading = if is_plain {
            format::read_as_text(&bytes)
        } else {
            format::read_named(&bytes, name.as_deref())
        };
        (reading, bytes, name)
    });
    let (reading, bytes, name) = read.await.map_err(|error| Error::Internal(error.to_string()))?;
    let reading = match reading {
        Ok(reading) => reading,
        Err(error) => {
            return Err(Error::Unreadable {
                name,
                error: Box::new(error),
                is_shared,
            });
        }
    };
    Ok(read_card(reading, bytes, name, once))
}

/// The card in a file that was read.
pub(in crate::web) fn read_card(
    reading: Reading,
    bytes: Vec<u8>,
    name: Option<String>,
    once: Option<String>,
) -> NewCard {
    let outline = reading.outline;
    NewCard {
        title: title_of(&reading.card, name.as_deref()),
        format: reading.format.id().to_owned(),
        outline: outline.key.to_owned(),
        source: Some(bytes),
        file_name: name,
        once,
        sections: rows_of(&reading.card, outline),
    }
}

/// A card without an answer.
pub(super) fn blank(outline: &Outline, once: Option<String>) -> NewCard {
    NewCard {
        title: title_of(&Card::default(), None),
        format: Format::NATIVE.id().to_owned(),
        outline: outline.key.to_owned(),
        source: None,
        file_name: None,
        once,
        sections: rows_of(&Card::default(), outline),
    }
}

/// Stores card, file and, for the visitor's first card, the session: all or nothing.
pub(super) async fn store(
    state: &AppState,
    beginner: &Beginner,
    card: NewCard,
    is_file: bool,
) -> Result<String, Error> {
    let now = state.clock.now();
    let file = match card.source.clone().filter(|_| is_file) {
        Some(bytes) => Some(Staged::keep(state, bytes).await?),
        None => None,
    };
    let (beginner, within, waiting) = (beginner.clone(), state.clone(), file.clone());
    let stored = state
        .db
        .write(move |conn| {
            let session = beginner.open(conn, now)?;
            put(conn, &session, &card, waiting.as_ref(), &within)
        })
        .await;
    if let Some(file) = file {
        file.clear().await;
    }
    Ok(stored?)
}

/// Stores card and file in a session, as far as it has room: a part of a transaction. Returns the card's id.
///
/// # Errors
/// [`db::Error::Full`], or when the database does not answer.
pub(in crate::web) fn put(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &NewCard,
    file: Option<&Staged>,
    state: &AppState,
) -> Result<String, db::Error> {
    let now = state.clock.now().naive_utc();
    let (id, settles) = quota::within(conn, session, state.quota(), |conn| {
        let id = cards::create(conn, session, card, now)?;
        let Some(file) = file else {
            return Ok((id, None));
        };
        // A form sent twice meets the card and the file that it made first.
        let is_first = files::list(conn, session, &id)?.is_empty();
        if is_first {
            let format = Format::from_id(&card.format);
            let media_type = format.map_or("application/octet-stream", |format| {
                format.notation(card.source.as_deref()).media_type()
            });
            let row = FileRow {
                id: file.id.clone(),
                card_id: id.clone(),
                section_key: None,
                name: card.file_name.clone().unwrap_or_default(),
                media_type: media_type.to_owned(),
                size: i64::try_from(file.kept.size).unwrap_or(i64::MAX),
                sha256: file.kept.sha256.clone(),
                created_at: now,
                removed_at: None,
            };
            files::create(conn, session, &row)?;
        }
        Ok((id, is_first.then_some(file)))
    })?;
    // Rows first: what there is no room for leaves no bytes behind.
    if let Some(file) = settles {
        file.settle(session)?;
    }
    Ok(id)
}
