//! One section: its form (`sheet`). `action` says what its buttons ask for, `save` does it, `undo` takes it back; `conflict` is
//! what happens when another tab was faster, `history` shows earlier versions, `preview` shows what is typed as readers see it. `links`
//! gives somebody else a link to it, and `guest` is what they get.

mod action;
mod conflict;
pub mod guest;
mod guide;
pub mod history;
pub mod links;
mod preview;
mod save;
mod sheet;
mod undo;

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::web::{self, Path, Query};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError as _};
use askama::Template;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::full::{self, Again};
use super::site_language;
use crate::card::{Card, check};
use crate::db::cards::{self, CardRow, CardSectionData};
use crate::db::{self, DbConnection, quota};
use crate::format::language;
use crate::locale::{Locale, Sentence};
use crate::say;
use crate::session::{SessionId, Visitor};
use crate::web::AppState;
use crate::web::access::SectionAccess;
use crate::web::card::{Progress, link, load_card, outline_of, owner, section_address};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::form::Form;
use crate::web::page::{
    CardLink, Date, Fault, Page, render, render_as, see_other, see_other_telling, size_in_words, with_query,
};
use crate::web::pictures::{self, SectionForm, Sent, Trouble};
use conflict::{Clash, conflict_page};
use preview::Typed;
use save::{Outcome, save};
use sheet::{PictureForm, Sheet, Tools};

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
#[template(path = "pages/section/owner.html")]
struct SectionPage {
    page: Page,
    card: CardLink,
    key: String,
    sheet: Sheet,
    sections: Vec<SideLine>,
    previous: Option<Neighbour>,
    next: Option<Neighbour>,
    /// The version before somebody with a link wrote, where that is what the section says now.
    before_links: Option<i32>,
}

struct SideLine {
    key: String,
    title: Sentence,
    progress: Progress,
    problems: usize,
}

struct Neighbour {
    key: String,
    title: Sentence,
}

#[derive(Template)]
#[template(path = "pages/homeless.html")]
struct HomelessPage {
    page: Page,
    texts: Vec<(Sentence, String)>,
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
    let shown = state.db.run(move |conn| Shown::load(conn, &session, &id, key)).await?;
    render(&visitor, &section_page(&state, &visitor, shown, &seen)?)
}

/// What the page shows of the card.
struct Shown {
    row: CardRow,
    card: Card,
    rows: Vec<CardSectionData>,
    key: String,
    before_links: Option<i32>,
}

impl Shown {
    fn load(conn: &mut DbConnection, session: &SessionId, id: &str, key: String) -> Result<Self, db::Error> {
        let (row, card, rows) = load_card(conn, session, id)?;
        let by_link = rows.iter().any(|row| row.section_key == key && row.by_link);
        let before_links = match by_link {
            true => cards::before_links(conn, session, id, &key)?,
            false => None,
        };
        Ok(Self {
            row,
            card,
            rows,
            key,
            before_links,
        })
    }
}

fn section_page(state: &AppState, visitor: &Visitor, shown: Shown, seen: &Seen) -> Result<SectionPage, Error> {
    let Shown {
        row,
        card,
        rows,
        key,
        before_links,
    } = shown;
    let outline = outline_of(&row);
    let place = rows
        .iter()
        .position(|row| row.section_key == key)
        .ok_or(Error::NotFound)?;
    let saved = seen.saved.as_deref().and_then(|key| card.section(key));
    let mut page = Page::of(Sentence::default(), visitor)
        .with_told(visitor, seen.told.as_deref())
        .with_saved(saved.map(|section| outline.said_title(&section.title)));
    let problems = check::check(&card, outline);
    let address = section_address(&row.id, &key);
    let mut sheet = Sheet::of(
        address,
        outline,
        (&card, &problems),
        language::of(&card).as_ref(),
        &rows[place],
        seen,
        &mut page.notice,
    )?;
    page.title = sheet.page_title(&row.title);
    page.is_error = sheet.is_error;
    if page.display.is_help_folded() {
        sheet.fields.iter_mut().for_each(|field| field.control.fold());
    }
    let sections: Vec<SideLine> = card
        .sections
        .iter()
        .map(|section| SideLine {
            key: section.key.clone(),
            title: outline.said_title(&section.title),
            progress: Progress::of(section, outline.part(&section.key)),
            problems: problems.iter().filter(|problem| problem.section == section.key).count(),
        })
        .collect();
    let neighbour = |place: Option<usize>| {
        let row = rows.get(place?)?;
        Some(Neighbour {
            key: row.section_key.clone(),
            title: outline.said_title(&row.title),
        })
    };
    let custom = |place: Option<usize>| {
        place
            .and_then(|place| rows.get(place))
            .is_some_and(|row| outline.part(&row.section_key).is_none())
    };
    sheet.tools = Some(Tools {
        has_next: place + 1 < rows.len(),
        new_title: rows[place].title.clone(),
        custom: sheet.part.is_none(),
        can_rise: custom(place.checked_sub(1)),
        can_sink: custom(Some(place + 1)),
        picture: PictureForm {
            caption: String::new(),
            alt: String::new(),
            trouble: None,
            limit: size_in_words(state.config.max_upload_bytes),
            limit_bytes: state.config.max_upload_bytes,
            most: pictures::MOST_FIGURES,
        },
    });
    Ok(SectionPage {
        page,
        card: link(&row),
        sheet,
        previous: neighbour(place.checked_sub(1)),
        next: neighbour(Some(place + 1)),
        sections,
        key,
        before_links,
    })
}

/// The page that gives texts back whose section is gone.
pub(super) fn homeless(
    visitor: &Visitor,
    error: &Error,
    texts: Vec<(Sentence, String)>,
) -> Result<HttpResponse, Error> {
    let page = Page::of(say!("This section is not here any more"), visitor).with_error();
    render_as(error.status_code(), visitor, &HomelessPage { page, texts })
}

/// What the page's own script is told after a save.
#[derive(Serialize)]
struct Held {
    /// The version that the server holds now.
    version: i32,
    /// When it was saved, in RFC 3339.
    saved_at: String,
    /// Whether it was saved by somebody else: the one has a link, the other is the owner.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_another: bool,
}

impl Held {
    fn of(version: i32, saved_at: NaiveDateTime) -> Self {
        Self {
            version,
            saved_at: Date::from(saved_at).machine,
            by_another: false,
        }
    }

    /// What stands in the way of a save.
    fn instead(clash: &Clash) -> Self {
        Self {
            by_another: clash.is_by_another(),
            ..Self::of(clash.current.version, clash.current.updated_at)
        }
    }
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

/// The language of the pages that the pressed button asks for. It is a button of this form, so that what was typed is
/// saved before the page is made anew.
fn chosen_locale(form: &Form) -> Option<Locale> {
    form.word("do").strip_prefix("language ").and_then(Locale::find)
}

/// The form of the page of a conflict, where a language was chosen instead of a text: it is no choice between these, so it
/// comes too late again.
fn undecided(form: Form) -> Form {
    if !form.pairs.iter().any(|(name, _)| name.starts_with("take-id.")) {
        return form;
    }
    let stale = |(name, content): (String, String)| match name.as_str() {
        "version" => (name, "0".to_owned()),
        _ => (name, content),
    };
    Form::of_pairs(form.pairs.into_iter().map(stale))
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
    if preview::wanted(&form).is_some() {
        let shown = match is_script(&request) {
            true => match owner(&visitor) {
                Ok(session) => {
                    let access = SectionAccess::of_owner(session, &id, &key);
                    preview::of_control(&state, access, &form, (&visitor).into()).await
                }
                Err(error) => Err(error),
            },
            false => previewed(&state, &visitor, (id, key), &form, !sent.is_empty()).await,
        };
        return shown.or_else(|error| given_back(&visitor, error, &form));
    }
    let form = match chosen_locale(&form) {
        Some(locale) => {
            site_language::choose(&visitor, locale)?;
            undecided(form)
        }
        None => form,
    };
    let outcome = match owner(&visitor).and_then(|session| state.take_save(session.as_str()).map(|()| session)) {
        Ok(session) => save_with_pictures(&state, session, (&id, &key), &form, sent, trouble).await,
        Err(error) => Err(error),
    };
    let draft = draft_of(&form);
    match outcome {
        Ok((Outcome::Saved { version, saved_at, .. }, _)) if is_script(&request) => {
            remember_card(&visitor, &id);
            Ok(HttpResponse::Ok().json(Held::of(version, saved_at)))
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
            Ok(HttpResponse::Conflict().json(Held::instead(&clash)))
        }
        Ok((Outcome::Conflict(clash), _)) => {
            let page = Page::of(Sentence::default(), &visitor);
            render_as(
                StatusCode::CONFLICT,
                &visitor,
                &conflict_page(page, section_address(&id, &key), *clash, draft),
            )
        }
        Err(error @ (Error::NotFound | Error::Ended)) => given_back(&visitor, error, &form),
        Err(error) => {
            let again = Again::Form(section_address(&id, &key), form.pairs);
            full::explained(Err(error), &state, &visitor, again).await
        }
    }
}

/// Whatever became of the session or the card: what was typed is never thrown away.
fn given_back(visitor: &Visitor, error: Error, form: &Form) -> Result<HttpResponse, Error> {
    match (&error, form.texts()) {
        (Error::NotFound | Error::Ended, texts) if !texts.is_empty() => homeless(visitor, &error, texts),
        _ => Err(error),
    }
}

/// The page with all that was typed, and with the texts that were asked for as readers see them.
async fn previewed(
    state: &AppState,
    visitor: &Visitor,
    (id, key): (String, String),
    form: &Form,
    has_pictures: bool,
) -> Result<HttpResponse, Error> {
    let session = owner(visitor)?;
    let (pairs, section) = (form.pairs.clone(), key.clone());
    let access = SectionAccess::of_owner(session.clone(), &id, &key);
    let locale = visitor.into();
    let (mut shown, typed) = state
        .db
        .run(move |conn| {
            let typed = Typed::of(conn, &access, &Form::of_pairs(pairs), locale)?;
            Ok((Shown::load(conn, &session, &id, key)?, typed))
        })
        .await?;
    let here = shown.card.sections.iter_mut().find(|other| other.key == section);
    here.ok_or(Error::NotFound)?.fields.clone_from(&typed.fields);
    let mut page = section_page(state, visitor, shown, &typed.seen)?;
    page.page.notice = Some(preview::notice(has_pictures));
    page.sheet.take_unsaved(form, typed);
    render(visitor, &page)
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
    let (waiting, trouble) = match pictures::keep(state, drawn).await {
        Ok(waiting) => (waiting, trouble),
        Err(Error::Unavailable(why)) => {
            tracing::error!(why, "a picture cannot be kept");
            (
                Vec::new(),
                Some(Trouble(say!(
                    "The server cannot keep the picture at the moment. Choose it once more in a minute."
                ))),
            )
        }
        Err(error) => return Err(error),
    };
    let files = pictures::files_of(&waiting);
    let quota = state.quota();
    let (id, key, pairs) = (id.to_owned(), key.to_owned(), form.pairs.clone());
    let (owner, access) = (session.clone(), SectionAccess::of_owner(session.clone(), &id, &key));
    let saved = state.db.write(move |conn| {
        let (outcome, placed) = quota::within(conn, &session, quota, |conn| {
            let mut form = Form::of_pairs(pairs);
            let placed = pictures::place(conn, &session, (&id, &key), &waiting, &mut form, now)?;
            let outcome = save(conn, &access, &section_address(&id, &key), form, now)?;
            Ok((outcome, placed))
        })?;
        // Rows first: what there is no room for leaves no bytes behind.
        for file in &placed.files {
            file.settle(&session)?;
        }
        Ok((outcome, placed.trouble))
    });
    let saved = saved.await;
    if !files.is_empty() {
        pictures::clear(files.into_iter()).await;
        pictures::tidy(state, owner).await;
    }
    let (outcome, misplaced) = saved?;
    Ok((outcome, trouble.or(misplaced)))
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
    let seen = Seen {
        saved: Some(key.clone()),
        ..Seen::default()
    };
    let shown = state.db.run(move |conn| Shown::load(conn, &session, &id, key)).await?;
    let mut page = section_page(state, visitor, shown, &seen)?;
    page.page.is_error = true;
    page.sheet
        .summary
        .insert(0, Fault::new("picture", say!("New figure"), trouble.clone()));
    if let Some(tools) = &mut page.sheet.tools {
        tools.picture.take_words(form);
        tools.picture.trouble = Some(trouble);
    }
    render_as(StatusCode::UNPROCESSABLE_ENTITY, visitor, &page)
}
