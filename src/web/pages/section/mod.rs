//! One section: its form. `action` says what its buttons ask for, `save` does it, `undo` takes it back; `conflict` is what
//! happens when another tab was faster, `history` shows earlier versions.

mod action;
mod conflict;
mod guide;
pub mod history;
mod save;
mod undo;

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::web::{self, Path, Query};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError as _};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::full::{self, Again};
use crate::card::outline::{Part, Question, Vocabulary};
use crate::card::{Card, Field, Section, check, results};
use crate::db::cards::{CardRow, CardSectionData};
use crate::db::quota;
use crate::format::html;
use crate::language::Sentence;
use crate::say;
use crate::session::{SessionId, Visitor};
use crate::web::AppState;
use crate::web::card::{Progress, anchor, link, load_card, outline_of, owner, section_address};
use crate::web::choices::{Display, remember_card};
use crate::web::control::{self, Control};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::form::Form;
use crate::web::page::{
    CardLink, Date, Page, render, render_as, see_other, see_other_telling, size_in_words, with_query,
};
use crate::web::pictures::{self, SectionForm, Sent, Trouble};
use crate::web::vocabulary;
use conflict::conflict_page;
use guide::Guide;
use save::{Outcome, save};

/// What has happened before, in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Seen {
    /// A word for what was done.
    done: Option<String>,
    /// The version to which it can be undone.
    undo: Option<i32>,
    /// The field that the undo puts back; none for the whole section.
    of: Option<String>,
    /// The name of the list that shows a blank entry.
    more: Option<String>,
    /// What else a redirect says.
    told: Option<String>,
    saved: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/section.html")]
struct SectionPage {
    page: Page,
    card: CardLink,
    key: String,
    title: String,
    part: Option<&'static Part>,
    version: i32,
    saved_at: Date,
    sections: Vec<SideLine>,
    fields: Vec<FieldLine>,
    summary: Vec<SummaryLine>,
    undo: Option<Undo>,
    new_field: String,
    custom: bool,
    can_rise: bool,
    can_sink: bool,
    previous: Option<SectionLink>,
    next: Option<SectionLink>,
    vocabularies: BTreeSet<Vocabulary>,
    picture: PictureForm,
}

/// The part of the form that takes a new figure.
struct PictureForm {
    caption: String,
    alt: String,
    /// What is wrong with the picture that was sent.
    trouble: Option<Sentence>,
    limit: Sentence,
    limit_bytes: usize,
    most: usize,
}

struct SideLine {
    key: String,
    title: String,
    progress: Progress,
    problems: usize,
}

struct FieldLine {
    id: String,
    label: Sentence,
    anchor: String,
    custom: bool,
    can_rise: bool,
    can_sink: bool,
    control: Control,
    guide: Option<Guide>,
    /// Whether its rows can be read from a file.
    is_results: bool,
    /// What is drawn below it, as HTML.
    charts: String,
}

struct SummaryLine {
    place: String,
    label: Sentence,
    message: Sentence,
}

struct Undo {
    words: Sentence,
    version: i32,
    of: String,
}

#[derive(Clone)]
struct SectionLink {
    key: String,
    title: String,
}

#[derive(Template)]
#[template(path = "pages/homeless.html")]
struct HomelessPage {
    page: Page,
    texts: Vec<(String, String)>,
}

/// Shows the form of a section.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
    seen: Query<Seen>,
) -> Result<impl Responder, Error> {
    let (id, key) = path.into_inner();
    let session = owner(&visitor)?;
    let (row, card, rows) = state.db.run(move |conn| load_card(conn, &session, &id)).await?;
    render(
        &visitor,
        &section_page(&state, &visitor, &row, &card, &rows, &key, &seen)?,
    )
}

fn section_page(
    state: &AppState,
    visitor: &Visitor,
    row: &CardRow,
    card: &Card,
    rows: &[CardSectionData],
    key: &str,
    seen: &Seen,
) -> Result<SectionPage, Error> {
    let outline = outline_of(row);
    let place = rows
        .iter()
        .position(|row| row.section_key == key)
        .ok_or(Error::NotFound)?;
    let (section, part) = (&card.sections[place], outline.part(key));
    let problems = check::check(card, outline);
    let here: Vec<&check::Problem> = problems.iter().filter(|problem| problem.section == key).collect();
    let mut fields = field_lines(section, part, seen.more.as_deref().unwrap_or_default());
    if Display::of(visitor).is_help_folded() {
        fields.iter_mut().for_each(|field| field.control.fold());
    }
    if let Some(field) = fields.iter_mut().find(|field| field.id == results::CHARTS_QUESTION) {
        field.charts = html::charts(card, &field.id);
    }
    let mut vocabularies = BTreeSet::new();
    for field in &fields {
        field.control.vocabularies(&mut vocabularies);
    }
    let mut summary = Vec::new();
    for field in &mut fields {
        for problem in here.iter().filter(|problem| problem.field == field.id) {
            summary.push(SummaryLine {
                place: field.anchor.clone(),
                label: field.label.clone(),
                message: problem.message.clone(),
            });
            field.control.problems.push(problem.message.to_string());
        }
    }
    let sections: Vec<SideLine> = card
        .sections
        .iter()
        .map(|section| SideLine {
            key: section.key.clone(),
            title: section.title.clone(),
            progress: Progress::of(section, outline.part(&section.key)),
            problems: problems.iter().filter(|problem| problem.section == section.key).count(),
        })
        .collect();
    let neighbour = |place: Option<usize>| {
        let row = rows.get(place?)?;
        Some(SectionLink {
            key: row.section_key.clone(),
            title: row.title.clone(),
        })
    };
    let custom = |place: Option<usize>| {
        place
            .and_then(|place| rows.get(place))
            .is_some_and(|row| outline.part(&row.section_key).is_none())
    };
    let title = match summary.is_empty() {
        true => say!("{section} – {card}"),
        false => say!("Problems: {section} – {card}"),
    };
    let title = title.with("section", &section.title).with("card", &row.title);
    let saved = seen.saved.as_deref().and_then(|key| card.section(key));
    let mut page = Page::of(title, visitor)
        .with_told(visitor, seen.told.as_deref())
        .with_saved(saved.map(|section| section.title.as_str()));
    let undo = undo(seen, rows[place].version, &mut page.notice);
    Ok(SectionPage {
        page,
        card: link(row),
        key: key.into(),
        title: section.title.clone(),
        part,
        version: rows[place].version,
        saved_at: rows[place].updated_at.into(),
        fields,
        summary,
        undo,
        new_field: String::new(),
        custom: part.is_none(),
        can_rise: custom(place.checked_sub(1)),
        can_sink: custom(Some(place + 1)),
        previous: neighbour(place.checked_sub(1)),
        next: neighbour(Some(place + 1)),
        sections,
        vocabularies,
        picture: PictureForm {
            caption: String::new(),
            alt: String::new(),
            trouble: None,
            limit: size_in_words(state.config.max_upload_bytes),
            limit_bytes: state.config.max_upload_bytes,
            most: pictures::MOST_FIGURES,
        },
    })
}

/// What can be undone, with the sentence about it if one was left, which then stands here and nowhere else.
fn undo(seen: &Seen, current: i32, told: &mut Option<Sentence>) -> Option<Undo> {
    let words = match seen.done.as_deref()? {
        "cleared" => say!("The section was cleared."),
        "removed" => say!("The entry was removed."),
        "results" => say!("The results were read."),
        "field-removed" => say!("The field was removed."),
        "restored" => say!("The earlier version is back."),
        _ => return None,
    };
    seen.undo.filter(|version| *version < current).map(|version| Undo {
        words: told.take().unwrap_or(words),
        version,
        of: seen.of.clone().unwrap_or_default(),
    })
}

/// The questions in their order, answered or not, then the further fields.
fn field_lines(section: &Section, part: Option<&'static Part>, more: &str) -> Vec<FieldLine> {
    let questions: Vec<&Question> = part.into_iter().flat_map(|part| part.asked(section)).collect();
    let further: Vec<&Field> = section
        .fields
        .iter()
        .filter(|field| !questions.iter().any(|question| question.id == field.id))
        .collect();
    let asked = questions.iter().enumerate().map(|(place, question)| {
        let field = section.field(question.id);
        let guide = Guide::of(question, field);
        // What stands in place of an answer has controls of its own, and the answer's are ready for one.
        let answer = field.filter(|_| guide.instead.is_none());
        FieldLine {
            id: question.id.into(),
            label: Sentence::new(question.label),
            anchor: anchor(question.id),
            custom: false,
            can_rise: false,
            can_sink: false,
            control: control::of_question(place, question, answer, more),
            guide: Some(guide),
            is_results: question.id == results::QUESTION,
            charts: String::new(),
        }
    });
    let last = further.len().saturating_sub(1);
    let further = further.iter().enumerate().map(|(index, field)| {
        let place = questions.len() + index;
        FieldLine {
            id: field.id.clone(),
            label: Sentence::as_written(&field.label),
            anchor: anchor(&field.id),
            // A section that is a single value has the name of its only field itself.
            custom: field.is_custom() && field.id != "+",
            can_rise: index > 0,
            can_sink: index < last,
            control: control::of_field(place, field, more),
            guide: None,
            is_results: false,
            charts: String::new(),
        }
    });
    asked.chain(further).collect()
}

/// The page that gives texts back whose section is gone.
pub(super) fn homeless(visitor: &Visitor, error: &Error, texts: Vec<(String, String)>) -> Result<HttpResponse, Error> {
    let page = Page::of(say!("This section is not here any more"), visitor);
    render_as(error.status_code(), visitor, &HomelessPage { page, texts })
}

/// What the page's own script is told after a save.
#[derive(Serialize)]
struct Held {
    /// The version that the server holds now.
    version: i32,
    /// When it was saved, in RFC 3339.
    saved_at: String,
}

/// Whether the page's own script asks, which wants a few words instead of a page.
fn is_script(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.starts_with("application/json"))
}

/// The browser's name for its own copy of what it sends, which the next page gives back as a receipt.
fn draft_of(form: &Form) -> Option<String> {
    let draft = form.word("draft");
    let is_name = (1..=32).contains(&draft.len()) && draft.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then(|| draft.to_owned())
}

/// Saves the form, keeps the pictures that came with it, and does what its button says.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    request: HttpRequest,
    path: Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let (id, key) = path.into_inner();
    let SectionForm { form, sent, trouble } = pictures::read(&state, &request, payload).await?;
    let outcome = match owner(&visitor) {
        Ok(session) => save_with_pictures(&state, session, (&id, &key), &form, sent, trouble).await,
        Err(error) => Err(error),
    };
    let held = |version, saved_at| Held {
        version,
        saved_at: Date::from(saved_at).machine,
    };
    let draft = draft_of(&form);
    match outcome {
        Ok((Outcome::Saved { version, saved_at, .. }, _)) if is_script(&request) => {
            remember_card(&visitor, &id);
            Ok(HttpResponse::Ok().json(held(version, saved_at)))
        }
        Ok((Outcome::Saved { .. }, Some(trouble))) => {
            remember_card(&visitor, &id);
            with_trouble(&state, &visitor, (id, key), &form, trouble).await
        }
        Ok((Outcome::Saved { address, told, .. }, None)) => {
            remember_card(&visitor, &id);
            let address = match draft {
                Some(draft) => with_query(&address, "draft", &draft),
                None => address,
            };
            Ok(match told {
                Some(told) => see_other_telling(&visitor, address, &told),
                None => see_other(address),
            })
        }
        Ok((Outcome::Conflict(clash), _)) if is_script(&request) => {
            Ok(HttpResponse::Conflict().json(held(clash.current.version, clash.current.updated_at)))
        }
        Ok((Outcome::Conflict(clash), _)) => {
            let page = conflict_page(&visitor, *clash, draft.as_deref());
            render_as(StatusCode::CONFLICT, &visitor, &page)
        }
        // Whatever became of the session or the card: what was typed is never thrown away.
        Err(error @ (Error::NotFound | Error::Ended)) => match form.texts() {
            texts if texts.is_empty() => Err(error),
            texts => homeless(&visitor, &error, texts),
        },
        Err(error) => {
            let again = Again::Form(section_address(&id, &key), form.pairs);
            full::explained(Err(error), &state, &visitor, again).await
        }
    }
}

/// Saves what the form says with its pictures, or, when something is wrong with one, without them.
async fn save_with_pictures(
    state: &AppState,
    session: SessionId,
    (id, key): (&str, &str),
    form: &Form,
    sent: Vec<Sent>,
    trouble: Option<Trouble>,
) -> Result<(Outcome, Option<Trouble>), Error> {
    let (drawn, trouble) = match trouble {
        Some(trouble) => (Vec::new(), Some(trouble)),
        None => match pictures::draw(state, sent).await? {
            Ok(drawn) if pictures::is_missing(form, &drawn) => (
                Vec::new(),
                Some(Trouble(say!(
                    "No picture was chosen. Choose one, or empty its caption and alt text."
                ))),
            ),
            Ok(drawn) => (drawn, None),
            Err(trouble) => (Vec::new(), Some(trouble)),
        },
    };
    let now = state.clock.now().naive_utc();
    let (quota, uploads) = (state.quota(), state.uploads.clone());
    let (id, key, pairs) = (id.to_owned(), key.to_owned(), form.pairs.clone());
    let has_pictures = !drawn.is_empty();
    let owner = session.clone();
    let saved = state.db.write(move |conn| {
        let stored = quota::within(conn, &session, quota, |conn| {
            let mut form = Form::of_pairs(pairs);
            let kept = pictures::keep(conn, &session, &uploads, (&id, &key), &drawn, &mut form, now)?;
            let outcome = save(conn, &session, &id, &key, form, now)?;
            Ok((outcome, trouble.or(kept.err())))
        });
        if stored.is_err() {
            pictures::discard(&uploads, &session, &drawn);
        }
        stored
    });
    let saved = saved.await?;
    if has_pictures {
        pictures::tidy(state, owner).await;
    }
    Ok(saved)
}

/// The page after its texts were saved, with what is wrong with a picture at its control, and its words as they were typed.
async fn with_trouble(
    state: &AppState,
    visitor: &Visitor,
    (id, key): (String, String),
    form: &Form,
    Trouble(trouble): Trouble,
) -> Result<HttpResponse, Error> {
    let session = owner(visitor)?;
    let (row, card, rows) = state.db.run(move |conn| load_card(conn, &session, &id)).await?;
    let seen = Seen {
        saved: Some(key.clone()),
        ..Seen::default()
    };
    let mut page = section_page(state, visitor, &row, &card, &rows, &key, &seen)?;
    page.page.title = say!("Error: {title}", title = &page.page.title);
    page.picture.caption = form.word(pictures::CAPTION).to_owned();
    page.picture.alt = form.word(pictures::ALT).to_owned();
    page.picture.trouble = Some(trouble);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, visitor, &page)
}
