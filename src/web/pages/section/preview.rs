//! What is typed in a Markdown field as readers see it, below the field. It is made by what makes the downloads, and
//! stored nowhere.
//!
//! The page's script sends the controls of one field, or the one of a text inside it, and gets HTML. Without script the whole form comes and goes back as
//! it was typed, with the text of each field whose button was pressed. Both reach as far as saving does: whoever has a
//! link to the section sees what they type as its owner would.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use serde::Serialize;

use super::Seen;
use super::save::{base_of, version_of};
use super::sheet::Sheet;
use crate::card::{Field, Value, stored};
use crate::db::cards::CardRow;
use crate::db::{self, DbConnection};
use crate::format::html;
use crate::locale::{Locale, Sentence};
use crate::say;
use crate::web::AppState;
use crate::web::access::SectionAccess;
use crate::web::card::outline_of;
use crate::web::error::Error;
use crate::web::form::Form;

/// The name of the hidden control for each field whose text is shown.
const SHOWN: &str = "preview";

/// What is shown where nothing is written.
fn nothing(locale: Locale) -> String {
    let words = say!("Nothing is written here yet.");
    format!(
        r#"<p class="quiet" lang="{locale}" dir="ltr">{}</p>"#,
        words.said(locale)
    )
}

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

/// The field of that control, or the control itself where it stands inside a field.
fn asked(form: &Form) -> Option<&str> {
    wanted(form).map(|control| match form.content(&format!("{control}~i")) {
        "" => control,
        field => field,
    })
}

/// The text that the pressed button asks for, for the page's script.
///
/// # Errors
/// [`Error::NotFound`] when the section is not there for whoever asks.
pub(super) async fn of_control(
    state: &AppState,
    access: SectionAccess,
    form: &Form,
    locale: Locale,
) -> Result<HttpResponse, Error> {
    let (field, pairs) = (asked(form).unwrap_or_default().to_owned(), form.pairs.clone());
    let html = state.db.run(move |conn| {
        let form = Form::of_pairs(pairs);
        let (row, fields) = fields(conn, &access, &form)?;
        // Rendering Markdown takes a moment, so it happens here, off the async threads.
        Ok(shown(&row, (&fields, &form), &field, locale))
    });
    Ok(HttpResponse::Ok().json(Rendered { html: html.await? }))
}

/// What a form says, for the page that shows it and stores nothing.
pub(super) struct Typed {
    /// The answers.
    pub fields: Vec<Field>,
    /// What the page has to know besides: the list with a blank entry.
    pub seen: Seen,
    /// The fields and the texts inside fields that were asked for, as HTML.
    previews: Vec<(String, String)>,
}

impl Typed {
    /// What this form says.
    ///
    /// # Errors
    /// [`db::Error::NotFound`] when the section is not there for whoever asks.
    pub fn of(conn: &mut DbConnection, access: &SectionAccess, form: &Form, locale: Locale) -> Result<Self, db::Error> {
        let (row, fields) = fields(conn, access, form)?;
        let before = form.pairs.iter().filter(|(name, _)| name == SHOWN);
        // Each once, however often a form names it.
        let open: BTreeSet<&str> = before.map(|(_, id)| id.as_str()).chain(asked(form)).collect();
        let previews = open
            .into_iter()
            .map(|id| (id.to_owned(), shown(&row, (&fields, form), id, locale)));
        Ok(Self {
            previews: previews.collect(),
            fields,
            seen: Seen {
                more: form.blank_entry().map(str::to_owned),
                ..Seen::default()
            },
        })
    }
}

impl Sheet {
    /// Takes over what came with the form beside the answers, and that nothing of it is stored.
    pub fn take_unsaved(&mut self, form: &Form, typed: Typed) {
        self.is_unsaved = true;
        self.version = version_of(form);
        form.word("new-field").clone_into(&mut self.new_field);
        if let Some(tools) = &mut self.tools {
            if tools.custom {
                form.word("title").clone_into(&mut tools.new_title);
            }
            tools.picture.take_words(form);
        }
        for field in &mut self.fields {
            field.control.show(&typed.previews);
        }
        for field in self.fields.iter_mut().filter(|field| field.control.is_text()) {
            let preview = typed.previews.iter().find(|(id, _)| *id == field.id);
            field.preview = preview.map(|(_, html)| html.clone());
            // What has become a single line meanwhile is shown to whoever asked for it all the same.
            field.has_preview |= field.preview.is_some();
        }
    }
}

/// The sentence on top of the page.
pub(super) fn notice(has_pictures: bool) -> Sentence {
    let preview = say!("This is a preview. Nothing that you typed is saved yet, and all of it is still in the form.");
    match has_pictures {
        true => say!(
            "{preview} Choose your picture again before you save: browsers do not send it twice.",
            preview
        ),
        false => preview,
    }
}

/// The fields as the form has them.
fn fields(conn: &mut DbConnection, access: &SectionAccess, form: &Form) -> Result<(CardRow, Vec<Field>), db::Error> {
    let (row, current) = access.load(conn)?;
    let base = base_of(conn, access, &current, version_of(form))?;
    let mut memory = base.unwrap_or_default();
    memory.extend(stored::from_text(&current.value));
    let fields = form.fields(outline_of(&row).part(&current.section_key), &memory);
    Ok((row, fields))
}

/// One of the fields as HTML, or the text in the control of this name.
fn shown(row: &CardRow, (fields, form): (&[Field], &Form), id: &str, locale: Locale) -> String {
    let field = fields.iter().find(|field| field.id == id).cloned();
    let field = field.unwrap_or_else(|| Field {
        id: "+".to_owned(),
        label: String::new(),
        value: Value::text(form.content(id)),
    });
    let html = html::answer(&field, outline_of(row), &format!("{id}-"));
    match html.is_empty() {
        true => nothing(locale),
        false => html,
    }
}
