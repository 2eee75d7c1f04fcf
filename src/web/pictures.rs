//! Pictures that come along with the form of a section: read, drawn anew, kept.
//!
//! The texts of the form come first: whatever is wrong with a picture, they are saved, and a [`Trouble`] says at the
//! picture's control what is wrong.

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest as _, HttpRequest, web};
use chrono::NaiveDateTime;
use futures_util::StreamExt as _;

use super::error::Error;
use super::form::Form;
use super::page::size_in_words;
use super::staged::Staged;
use super::{AppState, posted};
use crate::card::figure::{self, NewFigure};
use crate::db::cards;
use crate::db::files::{self, FileRow};
use crate::db::{self, DbConnection, quota};
use crate::locale::Sentence;
use crate::redraw::{self, Picture};
use crate::say;
use crate::session::SessionId;
use crate::uploads::{self, Uploads};

/// How many pictures the figures of one card may have.
pub const MOST_FIGURES: usize = 30;
/// How many pictures one form may bring.
const MOST_AT_ONCE: usize = 5;
/// How many parts a form may have: each control has some that say what it is.
const MOST_PARTS: usize = 50_000;

/// The control for a new picture.
const PICTURE: &str = "picture";
/// The control for its caption.
pub const CAPTION: &str = "picture-caption";
/// The control for its alt text.
pub const ALT: &str = "picture-alt";
/// Stands behind the name of a control whose picture is to be replaced.
const REPLACING: &str = "~p";

/// What is wrong with a picture, in words for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble(pub Sentence);

/// A picture as the form brought it.
pub struct Sent {
    control: String,
    name: Option<String>,
    bytes: Vec<u8>,
}

/// A picture drawn anew.
pub struct Drawn {
    control: String,
    name: Option<String>,
    picture: Picture,
}

/// A picture that is kept and waits for its row.
pub struct Waiting {
    control: String,
    name: Option<String>,
    media_type: &'static str,
    file: Staged,
}

/// What became of pictures in a transaction.
#[derive(Default)]
pub struct Placed {
    /// Those that have a row now, to be settled before the end of the transaction.
    pub files: Vec<Staged>,
    /// Why the rest was not taken.
    pub trouble: Option<Trouble>,
}

/// The form of a section with the pictures that came along.
pub struct SectionForm {
    /// The form.
    pub form: Form,
    /// The pictures, in their order.
    pub sent: Vec<Sent>,
    /// What is wrong with one that could not be received.
    pub trouble: Option<Trouble>,
}

/// Reads the form of a section, plain or with files.
///
/// # Errors
/// [`Error::TooLarge`] when the texts are too long, [`Error::BadRequest`] when the form is broken off.
pub async fn read(state: &AppState, request: &HttpRequest, payload: web::Payload) -> Result<SectionForm, Error> {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let mut payload = payload.into_inner();
    if !content_type.is_some_and(|value| value.trim_start().starts_with("multipart/form-data")) {
        let limit_bytes = state.config.max_upload_bytes;
        let body = web::Bytes::from_request(request, &mut payload).await;
        let body = body.map_err(|error| match error.as_response_error().status_code().as_u16() {
            413 => Error::TooLarge { limit_bytes },
            _ => Error::BadRequest(say!("The form did not arrive as a whole. Nothing was changed.")),
        })?;
        return Ok(SectionForm {
            form: Form::parse(&body),
            sent: Vec::new(),
            trouble: None,
        });
    }
    let mut parts = Multipart::new(request.headers(), payload);
    let read = read_parts(state, &mut parts).await;
    if matches!(read, Err(Error::TooLarge { .. })) {
        posted::drain(&mut parts).await;
    }
    read
}

async fn read_parts(state: &AppState, parts: &mut Multipart) -> Result<SectionForm, Error> {
    let limit_bytes = state.config.max_upload_bytes;
    let mut left = state.form_limit_bytes();
    let (mut pairs, mut sent, mut trouble) = (Vec::new(), Vec::new(), None);
    for _ in 0..MOST_PARTS {
        let Some(mut field) = posted::next(parts).await? else {
            return Ok(SectionForm {
                form: Form::of_pairs(pairs),
                sent,
                trouble,
            });
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name != PICTURE && !name.ends_with(REPLACING) {
            let content = posted::bytes(&mut field, &mut left, limit_bytes).await?;
            let content = String::from_utf8(content)
                .map_err(|_| Error::BadRequest(say!("The texts are not in the encoding UTF-8.")))?;
            pairs.push((name, content));
            continue;
        }
        let file_name = posted::file_name(&field);
        let most = state.config.max_upload_bytes;
        let bytes = match posted::bytes(&mut field, &mut { most }, most).await {
            Err(Error::TooLarge { .. }) => {
                trouble = Some(Trouble(say!(
                    "The picture is larger than the {most} that this server takes. Make it smaller, 2400 \
                             pixels on the longer side are kept anyway, and choose it again.",
                    most = size_in_words(most)
                )));
                rest_of(&mut field).await?;
                continue;
            }
            read => read?,
        };
        // A browser sends the control without name and content when nothing was chosen.
        if file_name.is_none() && bytes.is_empty() {
            continue;
        }
        if sent.len() == MOST_AT_ONCE {
            trouble = Some(Trouble(say!(
                "More than {most_at_once} pictures came at once; none of them was taken. Save after each few.",
                most_at_once = MOST_AT_ONCE
            )));
            continue;
        }
        sent.push(Sent {
            control: name,
            name: file_name,
            bytes,
        });
    }
    Err(Error::BadRequest(say!("The form has too many parts.")))
}

/// What is read of a picture that is too large, so that the parts behind it arrive.
const DRAINED_BYTES: usize = 64 << 20;

async fn rest_of(field: &mut actix_multipart::Field) -> Result<(), Error> {
    let mut left = DRAINED_BYTES;
    loop {
        match tokio::time::timeout(posted::PATIENCE, field.next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(chunk)) => {
                let length = chunk.map_err(posted::broken)?.len();
                left = left.checked_sub(length).ok_or(Error::TooLarge {
                    limit_bytes: DRAINED_BYTES,
                })?;
            }
            Err(_) => return Err(posted::too_slow()),
        }
    }
}

/// Draws the pictures anew, one after the other, off the async threads.
///
/// # Errors
/// [`Error::Unavailable`] when no turn comes.
pub async fn draw(state: &AppState, sent: Vec<Sent>) -> Result<Result<Vec<Drawn>, Trouble>, Error> {
    let mut drawn = Vec::new();
    for Sent { control, name, bytes } in sent {
        let turn = state.turn_to_draw().await?;
        let redrawn = crate::web::aside(move || {
            // The turn goes along with the work, which goes on even if the request is gone.
            let _turn = turn;
            redraw::redraw(&bytes)
        });
        let about = |sentence: Sentence| match &name {
            Some(name) => say!("{file}: {sentence}", file = name, sentence),
            None => sentence,
        };
        match redrawn.await {
            Ok(Ok(picture)) => drawn.push(Drawn {
                control,
                name: name.clone(),
                picture,
            }),
            Ok(Err(refusal)) => {
                let refusal = say!("{message} {advice}", message = refusal.message, advice = refusal.advice);
                return Ok(Err(Trouble(about(refusal))));
            }
            Err(error) => {
                tracing::error!(%error, "a decoder gave up on a picture");
                let trouble =
                    say!("The picture cannot be read. Save it once more as PNG or JPEG and choose that file.");
                return Ok(Err(Trouble(about(trouble))));
            }
        }
    }
    Ok(Ok(drawn))
}

/// Whether the form has words for a picture, or asks to add one, and brings none.
pub fn is_missing(form: &Form, drawn: &[Drawn]) -> bool {
    let has_words = [CAPTION, ALT].iter().any(|name| !form.word(name).trim().is_empty());
    let is_wanted = has_words || form.word("do") == "figure";
    is_wanted && !drawn.iter().any(|drawn| drawn.control == PICTURE)
}

/// Keeps the bytes of pictures, before their rows.
///
/// # Errors
/// [`Error::Unavailable`] when the place for uploads refuses; then none is kept.
pub async fn keep(state: &AppState, drawn: Vec<Drawn>) -> Result<Vec<Waiting>, Error> {
    let mut waiting = Vec::with_capacity(drawn.len());
    for Drawn { control, name, picture } in drawn {
        match Staged::keep(state, picture.bytes).await {
            Ok(file) => waiting.push(Waiting {
                control,
                name,
                media_type: picture.media_type,
                file,
            }),
            Err(error) => {
                clear(waiting.into_iter().map(|one| one.file)).await;
                return Err(error);
            }
        }
    }
    Ok(waiting)
}

/// Takes the bytes away for which no row came, such as those of a picture that the card has already.
pub async fn clear(files: impl Iterator<Item = Staged>) {
    for file in files {
        file.clear().await;
    }
}

/// The files of pictures.
pub fn files_of(waiting: &[Waiting]) -> Vec<Staged> {
    waiting.iter().map(|one| one.file.clone()).collect()
}

/// Makes the pictures files of the card, in the caller's transaction, and lets the form refer to them. A picture that
/// the card has already is no second file; so a form that was sent twice changes nothing the second time.
///
/// # Errors
/// When the database does not answer.
pub fn place(
    conn: &mut DbConnection,
    session: &SessionId,
    (card, section): (&str, &str),
    waiting: &[Waiting],
    form: &mut Form,
    now: NaiveDateTime,
) -> Result<Placed, db::Error> {
    let mut placed = Placed::default();
    if waiting.is_empty() {
        return Ok(placed);
    }
    // Whose card it is comes first.
    cards::section(conn, session, card, section)?;
    for one in waiting {
        let all = files::list(conn, session, card)?;
        let pictures = || all.iter().filter(|file| file.is_figure());
        let same = pictures().find(|file| file.sha256 == one.file.kept.sha256);
        let file = match same {
            Some(file) => file.id.clone(),
            None if pictures().filter(|file| file.removed_at.is_none()).count() >= MOST_FIGURES => {
                placed.trouble = Some(Trouble(say!(
                    "The card has {most_figures} pictures, and no more are kept for one card. Remove one first.",
                    most_figures = MOST_FIGURES
                )));
                break;
            }
            None => {
                files::create(conn, session, &one.row((card, section), now))?;
                placed.files.push(one.file.clone());
                one.file.id.clone()
            }
        };
        match one.control.strip_suffix(REPLACING) {
            Some(control) => form.replace(control, &figure::reference(&file)),
            None => {
                form.figure = Some(NewFigure {
                    file,
                    caption: words(form, CAPTION),
                    alt: words(form, ALT),
                });
            }
        }
    }
    Ok(placed)
}

impl Waiting {
    fn row(&self, (card, section): (&str, &str), now: NaiveDateTime) -> FileRow {
        FileRow {
            id: self.file.id.clone(),
            card_id: card.to_owned(),
            section_key: Some(section.to_owned()),
            name: self.name.clone().unwrap_or_default(),
            media_type: self.media_type.to_owned(),
            size: i64::try_from(self.file.kept.size).unwrap_or(i64::MAX),
            sha256: self.file.kept.sha256.clone(),
            created_at: now,
            // Until a section refers to it.
            removed_at: Some(now),
        }
    }
}

fn words(form: &Form, name: &str) -> String {
    form.word(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes the bytes away of pictures that gave way to new ones, so that a visitor's folder grows no further than the quota.
pub async fn tidy(state: &AppState, session: SessionId) {
    if let Err(error) = take_away_without_rows(state, session).await {
        tracing::warn!(%error, "pictures that gave way stay on the disk until the next cleanup");
    }
}

/// What is in the visitor's folder and has no row is of no use to anybody, unless its transaction is on its way. So the
/// folder is looked at first, and the rows while no other change of this session is at work: what came in between is not
/// looked at, and what was there before has its row or never gets one. Nobody's save waits for the folder or the bucket.
async fn take_away_without_rows(state: &AppState, session: SessionId) -> Result<(), db::Error> {
    let (quota, owner) = (state.quota(), session.as_str().to_owned());
    let there = in_uploads(state, move |uploads| uploads.ids(&owner)).await?;
    let rowless = state.db.write({
        let session = session.clone();
        move |conn| {
            quota::within(conn, &session, quota, |conn| {
                let owned = files::ids(conn, &session)?;
                Ok(there.into_iter().filter(|id| !owned.contains(id)).collect::<Vec<_>>())
            })
        }
    });
    let rowless = rowless.await?;
    in_uploads(state, move |uploads| {
        rowless.iter().try_for_each(|id| uploads.delete(session.as_str(), id))
    })
    .await
}

/// Work on the place for uploads, off the async threads.
async fn in_uploads<T, F>(state: &AppState, work: F) -> Result<T, db::Error>
where
    T: Send + 'static,
    F: FnOnce(&Uploads) -> Result<T, uploads::Error> + Send + 'static,
{
    let uploads = state.uploads.clone();
    let done = web::block(move || work(&uploads)).await;
    let unavailable = |error: &dyn std::fmt::Display| db::Error::Unavailable(error.to_string());
    done.map_err(|error| unavailable(&error))?
        .map_err(|error| unavailable(&error))
}
