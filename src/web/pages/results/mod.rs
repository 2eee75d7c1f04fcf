//! Results out of a file into the metric table: choose the file, look at its columns and rows, keep them.
//!
//! Nothing is stored between the two steps: the text travels in the form, in a box where it can be mended.

mod sent;
mod show;
pub(super) mod store;

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path};
use actix_web::{HttpResponse, Responder, ResponseError as _};

use super::full;
use super::{section, site_language};
use crate::card::outline::Part;
use crate::card::results::QUESTION;
use crate::count;
use crate::db::quota;
use crate::format::ReadError;
use crate::format::results::mapping::{Role, Row, claimed_twice, guess, rows};
use crate::format::results::{self as files, Sheet};
use crate::locale::{Sentence, Value};
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{anchor, load_card, outline_of, owner, section_address};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::{Fault, render, render_as, see_other_telling};
use sent::Sent;
use show::{Place, ResultsPage};

/// `GET /cards/{card}/sections/{section}/results`.
///
/// # Errors
/// [`Error::NotFound`] when the section is not the visitor's or asks for no results.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
) -> Result<impl Responder, Error> {
    let place = place(&state, &visitor, path.into_inner()).await?;
    render(&visitor, &ResultsPage::new(&visitor, place))
}

/// The section that the results go into.
async fn place(state: &AppState, visitor: &Visitor, (id, key): (String, String)) -> Result<Place, Error> {
    let session = owner(visitor)?;
    let (row, card, _) = state.db.run(move |conn| load_card(conn, &session, &id)).await?;
    let part = outline_of(&row)
        .part(&key)
        .filter(asks_results)
        .ok_or(Error::NotFound)?;
    let section = card.section(&key).ok_or(Error::NotFound)?;
    Ok(Place::of(&row, part, section))
}

fn asks_results(part: &&'static Part) -> bool {
    part.question(QUESTION).is_some()
}

/// What was found in what was sent.
struct Found {
    sheet: Sheet,
    roles: Vec<Role>,
    rows: Vec<Row>,
}

impl Found {
    /// The rows in a text, with the columns as they were chosen, or as they are guessed.
    fn of(sent: &mut Sent) -> Result<Self, ReadError> {
        if let Some(file) = sent.file.take() {
            sent.text = files::text(&file)?;
            // Another file has other columns.
            sent.roles.clear();
        }
        // A text beyond the limit is refused as a file of that size is.
        if sent.text.len() > files::MOST_BYTES {
            files::text(sent.text.as_bytes())?;
        }
        let sheet = files::read(&sent.text)?;
        let chosen: Option<Vec<Role>> = sent.roles.iter().copied().collect();
        let roles = chosen
            .filter(|roles| roles.len() == sheet.columns.len())
            .unwrap_or_else(|| guess(&sheet));
        let rows = rows(&sheet, &roles);
        Ok(Self { sheet, roles, rows })
    }
}

/// `POST /cards/{card}/sections/{section}/results`: shows the rows of a file, or keeps them.
///
/// # Errors
/// As [`get`]; the text comes back.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
    form: Multipart,
) -> Result<HttpResponse, Error> {
    let (id, key) = path.into_inner();
    let mut sent = sent::read(form, state.config.max_upload_bytes).await?;
    let place = match place(&state, &visitor, (id.clone(), key.clone())).await {
        Ok(place) => place,
        // Whatever became of the session or the card: what was typed is never thrown away.
        Err(error @ (Error::NotFound | Error::Ended)) if !sent.text.trim().is_empty() => {
            return section::homeless(&visitor, &error, vec![(say!("Results"), sent.text)]);
        }
        Err(error) => return Err(error),
    };
    if let Some(locale) = sent.locale {
        site_language::choose(&visitor, locale)?;
    }
    if sent.file.is_none() && sent.text.trim().is_empty() {
        if sent.locale.is_some() {
            return render(&visitor, &ResultsPage::new(&visitor, place));
        }
        let message = say!("No file was chosen and no text pasted, so there is nothing to read.");
        let page = ResultsPage::refused(&visitor, place, sent, message, None);
        return render_as(StatusCode::BAD_REQUEST, &visitor, &page);
    }
    // A table of thousands of rows takes a moment.
    let (sent, found) = crate::web::aside(move || {
        let found = Found::of(&mut sent);
        (sent, found)
    })
    .await
    .map_err(|broken| Error::Internal(broken.to_string()))?;
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let message = match error.position {
                Some((line, _)) => say!("Line {line}: {message}", line, message = error.message),
                None => error.message,
            };
            let page = ResultsPage::refused(&visitor, place, sent, message, Some(error.advice));
            return render_as(StatusCode::UNPROCESSABLE_ENTITY, &visitor, &page);
        }
    };
    let trouble = trouble(&found, &place, &sent);
    if !sent.is_final || trouble.is_some() {
        let status = match (&trouble, sent.is_final) {
            (Some(_), true) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::OK,
        };
        return render_as(
            status,
            &visitor,
            &ResultsPage::preview(&visitor, place, sent, &found, trouble),
        );
    }
    keep(&state, &visitor, (id, key), place, sent, found).await
}

/// Why the rows cannot be kept as things are.
fn trouble(found: &Found, place: &Place, sent: &Sent) -> Option<Fault> {
    let at_column = |index: usize, message: Sentence| {
        let name = found.sheet.columns.get(index);
        let name = name.map_or_else(|| say!("The columns"), Sentence::as_written);
        Fault::new(format!("role-{index}"), name, message)
    };
    if let Some((index, label)) = claimed_twice(&found.roles) {
        let message = say!(
            "Two columns are said to be {label}, and only one can be. Choose something else for one.",
            label = Value::Quoted(Sentence::new(label))
        );
        return Some(at_column(index, message));
    }
    if found.rows.is_empty() {
        let message =
            say!("No rows follow from these columns. Say which column holds the value, or values of a metric.");
        return Some(at_column(0, message));
    }
    if found.rows.len() > files::MOST_ROWS {
        let message = say!(
            "These columns make {rows} rows, and {most} can be read. Leave some columns out.",
            rows = found.rows.len(),
            most = files::MOST_ROWS
        );
        return Some(at_column(0, message));
    }
    (place.holds_text && !sent.is_replacing && sent.is_final).then(|| {
        let message = say!("It holds a text, to which no rows can be added. Choose that they replace it.");
        Fault::new("mode", place.label.clone(), message)
    })
}

/// Puts the rows into the section, as an edit like any other.
async fn keep(
    state: &AppState,
    visitor: &Visitor,
    (id, key): (String, String),
    place: Place,
    sent: Sent,
    found: Found,
) -> Result<HttpResponse, Error> {
    let session = owner(visitor)?;
    let (now, quota) = (state.clock.now().naive_utc(), state.quota());
    let count = found.rows.len();
    let rows = found.rows.iter().map(|row| row.value.clone()).collect();
    let addition = store::Addition {
        rows,
        is_replacing: sent.is_replacing,
        chart: sent.chart.clone(),
        part: place.part,
    };
    let card = id.clone();
    let address = section_address(&id, &key);
    let stored = state
        .db
        .write(move |conn| {
            quota::within(conn, &session, quota, |conn| {
                store::store(conn, &session, &id, &key, addition, now)
            })
        })
        .await;
    match stored.map_err(Error::from) {
        Ok(before) => {
            remember_card(visitor, &card);
            let told = say!(
                "{rows} from your file: {question}.",
                rows = count!(count, "{n} row", "{n} rows"),
                question = &place.label
            );
            let address = format!("{address}?done=results&undo={before}#{}", anchor(QUESTION));
            Ok(see_other_telling(visitor, address, &told))
        }
        // With the rows and the text as they are, to be kept when there is room.
        Err(error @ Error::Full(full)) => {
            let fault = Fault::new("text", full::heading(&full), full::message(&full));
            let page = ResultsPage::preview(visitor, place, sent, &found, Some(fault));
            render_as(error.status_code(), visitor, &page)
        }
        Err(error) => Err(error),
    }
}
