//! The language that a card is written in: what is known of it, and the form to say it in the card.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::full::{self, Again};
use super::overview;
use crate::card::{Card, Field, Names, Value, stored};
use crate::db::cards::{self, CardRow, NewSection};
use crate::db::{self, DbConnection, quota};
use crate::format::language::{self, Language};
use crate::locale::Sentence;
use crate::say;
use crate::session::{SessionId, Visitor};
use crate::web::AppState;
use crate::web::card::{load_card, outline_of, owner};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::{Fault, quoted, see_other_telling};

/// What the field is called that says it.
const LABEL: &str = "Language";

/// What is known of the language, in a sentence.
pub(super) fn told(card: &Card) -> Sentence {
    match language::of(card) {
        Some(language) => say!("The text is taken to be in {language}.", language = language.name()),
        None => say!("Nothing in the card tells it."),
    }
}

/// The form with the language.
#[derive(Deserialize)]
pub struct Spoken {
    language: String,
}

/// `POST /cards/{card}/language`: says in the card in which language it is written.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Spoken>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let (id, typed) = (id.into_inner(), form.into_inner().language);
    let Some(language) = Language::named(&typed) else {
        let message = match typed.trim() {
            "" => say!("Choose a language, or write its code."),
            typed => say!(
                "{typed} is no language known here. Write its code, such as de, or its English name.",
                typed = quoted(typed)
            ),
        };
        let fault = Fault::new("language", say!("Language of the text"), message);
        return overview::refused(&state, &visitor, id, fault).await;
    };
    remember_card(&visitor, &id);
    let address = format!("/cards/{id}");
    let again = Again::Form(format!("{address}/language"), vec![("language".to_owned(), typed)]);
    let told = say!(
        "The card says now that it is in {language}.",
        language = language.name()
    );
    let (now, quota) = (state.clock.now().naive_utc(), state.quota());
    let said = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            let (row, card, _) = load_card(conn, &session, &id)?;
            write(conn, &session, (&row, &card), language.tag(), now)
        })
    });
    let answer = said.await.map_err(Error::from);
    let answer = answer.map(|()| see_other_telling(&visitor, address, &told));
    full::explained(answer, &state, &visitor, again).await
}

/// Puts it into the field that says it already, into a new field of the first section with questions, or, in a file
/// that has its own order, into a section of its own.
fn write(
    conn: &mut DbConnection,
    session: &SessionId,
    (row, card): (&CardRow, &Card),
    tag: &str,
    now: chrono::NaiveDateTime,
) -> Result<(), db::Error> {
    let outline = outline_of(row);
    let mut sections = card.sections.iter();
    let says = |field: &Field| language::is_own_name(field);
    // Metadata name the languages of the model.
    let is_asked = |key: &str| key != "metadata" && outline.part(key).is_some();
    let place = sections.clone().find(|section| section.fields.iter().any(says));
    let Some(section) = place.or_else(|| sections.find(|section| is_asked(&section.key))) else {
        let keys = card.sections.iter().map(|section| section.key.as_str());
        let section = NewSection {
            key: Names::without(keys).section_key(LABEL),
            title: LABEL.to_owned(),
            value: stored::to_text(&[field("+".to_owned(), tag)]),
        };
        return cards::add_section(conn, session, &row.id, &section, now);
    };
    let mut fields = section.fields.clone();
    match fields.iter_mut().find(|field| says(field)) {
        Some(field) => field.value = Value::text(tag),
        None => {
            let id = Names::without(fields.iter().map(|field| field.id.as_str())).field_id(LABEL);
            fields.push(field(id, tag));
        }
    }
    let version = cards::section(conn, session, &row.id, &section.key)?.version;
    let value = stored::to_text(&fields);
    cards::save(conn, session, &row.id, &section.key, version, &value, now).map(drop)
}

fn field(id: String, tag: &str) -> Field {
    Field {
        id,
        label: LABEL.to_owned(),
        value: Value::text(tag),
    }
}
