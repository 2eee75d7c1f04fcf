//! What is typed in a Markdown field as readers see it, below the field. It is made by what makes the downloads, and
//! stored nowhere.
//!
//! The page's script sends the controls of one field and gets HTML. Without script the whole form comes and goes back as
//! it was typed, with the text of each field whose button was pressed.

use actix_web::HttpResponse;
use serde::Serialize;

use super::save::{base_of, version_of};
use super::{SectionPage, Seen, section_page};
use crate::card::{Field, stored};
use crate::db::cards::{self, CardRow, CardSectionData};
use crate::db::{self, DbConnection};
use crate::format::html;
use crate::session::{SessionId, Visitor};
use crate::web::AppState;
use crate::web::card::{load_card, outline_of, owner};
use crate::web::error::Error;
use crate::web::form::Form;
use crate::web::page::render;

/// The name of the hidden control for each field whose text is shown.
const SHOWN: &str = "preview";

/// Where nothing is written.
const NOTHING: &str = r#"<p class="quiet" lang="en" dir="ltr">Nothing is written here yet.</p>"#;

/// The answer to the page's script.
#[derive(Serialize)]
struct Rendered {
    /// The text of the field, safe as it is.
    html: String,
}

/// The name of the control whose text is to be shown, if that is what the pressed button asks for.
pub(super) fn wanted(form: &Form) -> Option<&str> {
    form.word("do").strip_prefix("preview ")
}

/// The text of this control, for the page's script.
///
/// # Errors
/// [`Error::NotFound`] when the section is not the visitor's.
pub(super) async fn of_control(
    state: &AppState,
    visitor: &Visitor,
    (id, key): (String, String),
    control: &str,
    form: &Form,
) -> Result<HttpResponse, Error> {
    let session = owner(visitor)?;
    let (field, pairs) = (form.content(&format!("{control}~i")).to_owned(), form.pairs.clone());
    let html = state.db.run(move |conn| {
        let row = cards::load(conn, &session, &id)?;
        let current = cards::section(conn, &session, &id, &key)?;
        let fields = typed(conn, &session, &row, &current, &Form::of_pairs(pairs))?;
        // Rendering Markdown takes a moment, so it happens here, off the async threads.
        Ok(shown(&row, &fields, &field))
    });
    Ok(HttpResponse::Ok().json(Rendered { html: html.await? }))
}

/// The page with all that was typed, and with the texts that were asked for.
///
/// # Errors
/// As [`of_control`].
pub(super) async fn page(
    state: &AppState,
    visitor: &Visitor,
    (id, key): (String, String),
    form: &Form,
    has_pictures: bool,
) -> Result<HttpResponse, Error> {
    let session = owner(visitor)?;
    let asked = wanted(form).map(|control| form.content(&format!("{control}~i")));
    let before = form.pairs.iter().filter(|(name, _)| name == SHOWN);
    let open: Vec<String> = before
        .map(|(_, id)| id.as_str())
        .chain(asked)
        .map(str::to_owned)
        .collect();
    let (pairs, section) = (form.pairs.clone(), key.clone());
    let (row, mut card, rows, fields, previews) = state
        .db
        .run(move |conn| {
            let (row, card, rows) = load_card(conn, &session, &id)?;
            let current = rows.iter().find(|row| row.section_key == section);
            let current = current.ok_or(db::Error::NotFound)?;
            let fields = typed(conn, &session, &row, current, &Form::of_pairs(pairs))?;
            let previews = open.into_iter().map(|field| (shown(&row, &fields, &field), field));
            let previews: Vec<(String, String)> = previews.collect();
            Ok((row, card, rows, fields, previews))
        })
        .await?;
    let here = card.sections.iter_mut().find(|section| section.key == key);
    here.ok_or(Error::NotFound)?.fields = fields;
    let seen = Seen {
        more: form.blank_entry().map(str::to_owned),
        ..Seen::default()
    };
    let mut page = section_page(state, visitor, &row, &card, &rows, &key, &seen)?;
    page.page.notice = Some(notice(has_pictures));
    page.take_unsaved(form);
    for field in page.fields.iter_mut().filter(|field| field.has_preview) {
        let preview = previews.iter().find(|(_, id)| *id == field.id);
        field.preview = preview.map(|(html, _)| html.clone());
    }
    render(&page)
}

impl SectionPage {
    /// Takes over what came with the form beside the answers, and that nothing of it is stored.
    fn take_unsaved(&mut self, form: &Form) {
        self.is_unsaved = true;
        self.version = version_of(form);
        form.word("new-field").clone_into(&mut self.new_field);
        if self.custom {
            form.word("title").clone_into(&mut self.new_title);
        }
        self.picture.take_words(form);
    }
}

fn notice(has_pictures: bool) -> String {
    let picture = match has_pictures {
        true => " Choose your picture again before you save: browsers do not send it twice.",
        false => "",
    };
    format!("This is a preview. Nothing that you typed is saved yet, and all of it is still in the form.{picture}")
}

/// The fields as the form has them.
fn typed(
    conn: &mut DbConnection,
    session: &SessionId,
    row: &CardRow,
    current: &CardSectionData,
    form: &Form,
) -> Result<Vec<Field>, db::Error> {
    let base = base_of(conn, session, &row.id, current, version_of(form))?;
    let mut memory = base.unwrap_or_default();
    memory.extend(stored::from_text(&current.value));
    Ok(form.fields(outline_of(row).part(&current.section_key), &memory))
}

/// One of the fields as HTML.
fn shown(row: &CardRow, fields: &[Field], id: &str) -> String {
    let field = fields.iter().find(|field| field.id == id);
    let html = field.map(|field| html::answer(field, outline_of(row), &format!("{id}-")));
    html.filter(|html| !html.is_empty())
        .unwrap_or_else(|| NOTHING.to_owned())
}
