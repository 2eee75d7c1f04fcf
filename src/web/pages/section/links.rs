//! Asking a colleague: links by which somebody else may write in a section, made, listed and revoked by its owner.

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::db::cards::{self, CardRow};
use crate::db::quota;
use crate::db::section_links::{self, SectionLink};
use crate::locale::{Sentence, Value};
use crate::say;
use crate::session::Visitor;
use crate::session::code::Code;
use crate::web::AppState;
use crate::web::card::{link, outline_of, owner, said_name, section_address};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Date, Fault, Page, render_as, see_other_telling, time_in_words};
use crate::web::pages::Told;
use crate::web::pages::elsewhere::qr;

#[derive(Template)]
#[template(path = "pages/section/links.html")]
struct LinksPage {
    page: Page,
    card: CardLink,
    title: Sentence,
    /// The address of the section.
    address: String,
    age: Sentence,
    most: i64,
    /// Why no link was made.
    faults: Vec<Fault>,
    made: Option<Made>,
    lines: Vec<Line>,
}

/// What is shown once.
struct Made {
    link: String,
    qr: Option<String>,
}

/// A link that is good.
struct Line {
    id: String,
    title: Sentence,
    address: String,
    made: Date,
    used: Option<Date>,
    until: Date,
}

/// What the owner wants done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    wish: String,
    link: String,
}

/// `GET /cards/{card}/sections/{section}/links`: the links of the card, and a button for one to this section.
///
/// # Errors
/// [`Error::NotFound`] when the section is not the visitor's.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
    told: Query<Told>,
) -> Result<HttpResponse, Error> {
    let page = Page::of(Sentence::default(), &visitor).with_told(&visitor, told.told.as_deref());
    shown(&state, &visitor, path.into_inner(), page, Ok(None)).await
}

/// `POST /cards/{card}/sections/{section}/links`: makes a link to the section, or revokes one of the card.
///
/// # Errors
/// [`Error::NotFound`] when the section is not the visitor's.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    request: HttpRequest,
    path: Path<(String, String)>,
    form: web::Form<Wish>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let (id, key) = path.into_inner();
    match form.wish.as_str() {
        "make" => {
            let code = Code::new_section_link()?;
            let hash = visitor.code_hashes(&code).into_iter().next().unwrap_or_default();
            let now = state.clock.now();
            let age = TimeDelta::from_std(state.config.section_link_age).unwrap_or(TimeDelta::MAX);
            let (until, now, quota) = ((now + age).naive_utc(), now.naive_utc(), state.quota());
            let (card, section) = (id.clone(), key.clone());
            let is_made = state.db.write(move |conn| {
                quota::within(conn, &session, quota, |conn| {
                    section_links::create(conn, &session, (&card, &section), &hash, until, now)
                })
            });
            let made = if is_made.await? {
                let link = format!("{}/write/{}", state.origin_for(&request), code.text());
                Ok(Some(Made {
                    qr: qr::svg(
                        &link,
                        &say!("The link as a QR code").said((&visitor).into()).to_string(),
                    ),
                    link,
                }))
            } else {
                Err(TooMany)
            };
            let page = Page::of(Sentence::default(), &visitor);
            shown(&state, &visitor, (id, key), page, made).await
        }
        "revoke" => {
            let address = format!("{}/links", section_address(&id, &key));
            let (link, now) = (form.into_inner().link, state.clock.now().naive_utc());
            let revoked = state.db.write(move |conn| {
                let row = cards::load(conn, &session, &id)?;
                let section = cards::section(conn, &session, &id, &key)?;
                let all = section_links::list(conn, &session, &id, now)?;
                section_links::revoke(conn, &session, &id, &link)?;
                let revoked = all.into_iter().find(|other| other.id == link);
                let title = revoked.map_or(section.title, |link| link.section_title);
                Ok(outline_of(&row).said_title(&title))
            });
            let told = say!(
                "The link to {section} is revoked: it opens nothing any more.",
                section = Value::Quoted(revoked.await?)
            );
            Ok(see_other_telling(&visitor, address, &told))
        }
        _ => Err(Error::BadRequest(say!(
            "The form does not say what to do with the links to this section."
        ))),
    }
}

/// The card has as many links as may be good at the same time.
struct TooMany;

async fn shown(
    state: &AppState,
    visitor: &Visitor,
    (id, key): (String, String),
    mut page: Page,
    made: Result<Option<Made>, TooMany>,
) -> Result<HttpResponse, Error> {
    let session = owner(visitor)?;
    let now = state.clock.now().naive_utc();
    let address = section_address(&id, &key);
    let (row, section, links) = state
        .db
        .run(move |conn| {
            let row = cards::load(conn, &session, &id)?;
            let section = cards::section(conn, &session, &id, &key)?;
            Ok((row, section, section_links::list(conn, &session, &id, now)?))
        })
        .await?;
    let is_full = made.is_err();
    page.is_error = is_full;
    let outline = outline_of(&row);
    let title = outline.said_title(&section.title);
    page.title = say!(
        "Ask a colleague: {title} – {card}",
        title = &title,
        card = said_name(&row.title)
    );
    let status = if is_full { StatusCode::CONFLICT } else { StatusCode::OK };
    render_as(
        status,
        visitor,
        &LinksPage {
            page,
            card: link(&row),
            title,
            address,
            age: time_in_words(state.config.section_link_age),
            most: section_links::MOST,
            faults: is_full.then(too_many).into_iter().collect(),
            made: made.unwrap_or_default(),
            lines: links.into_iter().map(|link| line(&row, link)).collect(),
        },
    )
}

/// What the owner can do about [`TooMany`].
fn too_many() -> Fault {
    Fault::new(
        "links",
        say!("Links of this card"),
        say!("revoke one that is not needed any more, then make the new one."),
    )
}

fn line(row: &CardRow, link: SectionLink) -> Line {
    Line {
        address: section_address(&row.id, &link.section_key),
        id: link.id,
        title: outline_of(row).said_title(&link.section_title),
        made: link.created_at.into(),
        used: link.used_at.map(Date::from),
        until: link.expires_at.into(),
    }
}
