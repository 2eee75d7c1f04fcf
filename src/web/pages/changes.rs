//! What changed since the upload, field by field.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::card::change::{Change, difference};
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{self, link};
use crate::web::error::Error;
use crate::web::page::{CardLink, Page, render};
use crate::web::words::in_words;

/// How many changes the page shows.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "pages/changes.html")]
struct Changes {
    page: Page,
    card: CardLink,
    changes: Vec<SectionChanges>,
    total: usize,
    shown: usize,
    has_source: bool,
}

struct SectionChanges {
    title: String,
    fields: Vec<FieldChange>,
}

struct FieldChange {
    label: String,
    kind: &'static str,
    before: Option<String>,
    after: Option<String>,
}

/// `GET /cards/{card}/changes`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let page = Page::of(format!("What changed: {}", whole.row.title), &visitor);
    let made = web::block(move || {
        let changes = difference(&whole.original(), &whole.in_its_file());
        Changes {
            page,
            card: link(&whole.row),
            total: changes.len(),
            shown: changes.len().min(SHOWN),
            changes: by_section(changes),
            has_source: whole.source.is_some(),
        }
    });
    render(&made.await.map_err(|error| Error::Internal(error.to_string()))?)
}

fn by_section(changes: Vec<Change>) -> Vec<SectionChanges> {
    let mut sections: Vec<SectionChanges> = Vec::new();
    for change in changes.into_iter().take(SHOWN) {
        let field = FieldChange {
            kind: match (&change.before, &change.after, &change.field) {
                (_, _, None) => "the section itself came or went",
                (None, _, _) => "added",
                (_, None, _) => "removed",
                _ => "changed",
            },
            label: change.field.unwrap_or_else(|| "The whole section".to_owned()),
            before: change.before.as_ref().map(in_words),
            after: change.after.as_ref().map(in_words),
        };
        match sections.last_mut().filter(|section| section.title == change.section) {
            Some(section) => section.fields.push(field),
            None => sections.push(SectionChanges {
                title: change.section,
                fields: vec![field],
            }),
        }
    }
    sections
}
