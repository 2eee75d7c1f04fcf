//! Earlier versions of a section: what changed after each, one beside the present, and bringing one back.

use actix_web::web::{self, Path, Query};
use actix_web::{HttpResponse, Responder};
use askama::Template;
use serde::Deserialize;

use super::save::Outcome;
use super::undo::undo;
use crate::card::change::{Stretch, difference};
use crate::card::{Card, Section};
use crate::db::cards::{self, CardSectionData};
use crate::db::quota;
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::access::SectionAccess;
use crate::web::card::{link, outline_of, owner, said_name, section_address, section_of};
use crate::web::choices::remember_card;
use crate::web::difference::{SHOWN, SectionChanges, Shown, by_section, in_short};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Date, Page, render, see_other, see_other_telling, with_query};

#[derive(Template)]
#[template(path = "pages/history.html")]
struct HistoryPage {
    page: Page,
    card: CardLink,
    key: String,
    title: Sentence,
    saved_at: Date,
    /// Whether somebody with a link wrote what is there now.
    by_link: bool,
    versions: Vec<Version>,
    compared: Option<Compared>,
}

/// An earlier version in the list.
struct Version {
    number: i32,
    /// When something newer was saved.
    until: Date,
    /// What was different in the next version.
    then: Sentence,
    /// Whether somebody with a link wrote that one.
    then_by_link: bool,
}

/// An earlier version beside the present.
struct Compared {
    number: i32,
    until: Date,
    changes: Vec<SectionChanges>,
    total: usize,
}

/// The question of the page.
#[derive(Deserialize)]
pub struct Question {
    /// The version to compare with the present; none for the list alone.
    version: Option<i32>,
}

/// The form of a version that is wanted back.
#[derive(Deserialize)]
pub struct Wish {
    version: i32,
}

/// `GET /cards/{card}/sections/{section}/history`, and with `?version={version}` that version beside the present.
///
/// # Errors
/// [`Error::NotFound`] when the section is not the visitor's, or the version is not kept.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
    question: Query<Question>,
) -> Result<impl Responder, Error> {
    let session = owner(&visitor)?;
    let (id, key) = path.into_inner();
    let wanted = question.version;
    let section = key.clone();
    let (row, now, versions, earlier) = state
        .db
        .run(move |conn| {
            let row = cards::load(conn, &session, &id)?;
            let now = cards::section(conn, &session, &id, &section)?;
            let mut versions = Vec::new();
            let mut earlier = None;
            let mut next = now.clone();
            // One after the other: all of them together can be large.
            for revision in cards::history_of(conn, &session, &id, &section)? {
                let revision = cards::history_entry(conn, &session, &revision)?.section;
                versions.push(Version {
                    number: revision.version,
                    until: revision.updated_at.into(),
                    then_by_link: next.by_link,
                    then: in_short(
                        &difference(&alone(&revision, &now), &alone(&next, &now)),
                        outline_of(&row),
                    ),
                });
                if wanted == Some(revision.version) && earlier.is_none() {
                    earlier = Some(revision.clone());
                }
                next = revision;
            }
            Ok((row, now, versions, earlier))
        })
        .await?;
    if wanted.is_some() && earlier.is_none() {
        return Err(Error::NotFound);
    }
    let outline = outline_of(&row);
    let title = outline.said_title(&now.title);
    let compared = earlier.map(|earlier| {
        let changes = difference(&alone(&earlier, &now), &alone(&now, &now));
        Compared {
            number: earlier.version,
            until: earlier.updated_at.into(),
            total: changes.len(),
            changes: by_section(changes, outline),
        }
    });
    let page_title = say!(
        "Earlier versions: {title} – {card}",
        title = &title,
        card = said_name(&row.title)
    );
    render(
        &visitor,
        &HistoryPage {
            page: Page::of(page_title, &visitor),
            card: link(&row),
            key,
            title,
            saved_at: now.updated_at.into(),
            by_link: now.by_link,
            versions,
            compared,
        },
    )
}

/// A version as a card of its own, under the present title: a section may have been renamed since.
fn alone(version: &CardSectionData, now: &CardSectionData) -> Card {
    Card {
        sections: vec![Section {
            title: now.title.clone(),
            ..section_of(version)
        }],
    }
}

/// `POST /cards/{card}/sections/{section}/history`: brings an earlier version back, which can be undone itself.
///
/// # Errors
/// [`Error::NotFound`] when the section is not the visitor's.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
    form: web::Form<Wish>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let (id, key) = path.into_inner();
    remember_card(&visitor, &id);
    let address = section_address(&id, &key);
    let again = super::full::Again::Form(
        format!("{address}/history"),
        vec![("version".to_owned(), form.version.to_string())],
    );
    let now = state.clock.now().naive_utc();
    let quota = state.quota();
    let restored = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            let row = cards::load(conn, &session, &id)?;
            let current = cards::section(conn, &session, &id, &key)?;
            let access = SectionAccess::of_owner(session.clone(), &id, &key);
            let here = section_address(&id, &key);
            let outcome = undo(conn, &access, &here, (&row, &current), (form.version, ""), now)?;
            Ok((current.version, outcome))
        })
    });
    let answer = restored
        .await
        .map_err(Error::from)
        .map(|(before, outcome)| match outcome {
            Outcome::Saved { version, .. } if version != before => {
                let address = with_query(&address, "done", "restored");
                see_other(with_query(&address, "undo", &before.to_string()))
            }
            Outcome::Saved { told: Some(told), .. } => see_other_telling(&visitor, address, &told),
            Outcome::Saved { .. } | Outcome::Conflict(_) => see_other(address),
        });
    super::full::explained(answer, &state, &visitor, again).await
}
