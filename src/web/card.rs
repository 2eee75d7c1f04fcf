//! From rows to a card and back, and how far its sections are.

use std::borrow::Cow;

use actix_web::web;

use super::AppState;
use super::error::Error;
use super::page::CardLink;
use crate::card::check::Tally;
use crate::card::figure;
use crate::card::outline::{self, Outline, Part};
use crate::card::{Card, Section, stored};
use crate::count;
use crate::db::cards::{self, CardRow, CardSectionData, NewSection};
use crate::db::{self, DbConnection};
use crate::format::Format;
use crate::locale::Sentence;
use crate::say;
use crate::session::{SessionId, Visitor};

/// The card row, the card that its sections make, and the section rows.
///
/// # Errors
/// [`db::Error::NotFound`] when the card is not the session's.
pub fn load_card(
    conn: &mut DbConnection,
    session: &SessionId,
    id: &str,
) -> Result<(CardRow, Card, Vec<CardSectionData>), db::Error> {
    let row = cards::load(conn, session, id)?;
    let sections = cards::sections(conn, session, id)?;
    let card = Card {
        sections: sections.iter().map(section_of).collect(),
    };
    Ok((row, card, sections))
}

/// The section in a row.
pub fn section_of(row: &CardSectionData) -> Section {
    Section {
        key: row.section_key.clone(),
        title: row.title.clone(),
        fields: stored::from_text(&row.value),
    }
}

/// A card with its row and, where it has one, its upload.
pub struct Whole {
    /// The row.
    pub row: CardRow,
    /// The card as it is now, with the pictures of its figures.
    pub card: Card,
    /// The upload, byte for byte.
    pub source: Option<Vec<u8>>,
    /// Keys of sections with figures that wait for their words, and how many: they are not in the card.
    pub waiting: Vec<(String, usize)>,
}

impl Whole {
    /// The format that the card came in.
    pub fn format(&self) -> Format {
        format_of(&self.row)
    }

    /// The card as it is now in the arrangement of the upload, so that the two can be compared.
    pub fn in_its_file(&self) -> Card {
        let source = self.source.as_deref();
        let there = source.and_then(|source| {
            crate::format::in_its_file(self.format(), source, &self.card, outline_of(&self.row)).ok()
        });
        there.unwrap_or_else(|| self.card.clone())
    }

    /// The card as it is now for a new file of another format: with what aliases of the upload stand for.
    pub fn for_new_file(&self) -> Cow<'_, Card> {
        crate::format::without_aliases(self.source.as_deref(), &self.card)
    }

    /// The upload as its format reads it; the blank card when there is none.
    pub fn original(&self) -> Card {
        match &self.source {
            // What was read once can be read again; if an older version read more, all of it counts as new.
            Some(source) => crate::format::read_as(self.format(), source)
                .map(|reading| reading.card)
                .unwrap_or_default(),
            None => Card::default(),
        }
    }
}

/// The visitor's card with its upload.
///
/// # Errors
/// [`Error::NotFound`] when it is not the visitor's.
pub async fn whole(state: &web::Data<AppState>, visitor: &Visitor, id: String) -> Result<Whole, Error> {
    let session = owner(visitor)?;
    let uploads = state.uploads.clone();
    let whole = state
        .db
        .run(move |conn| {
            let (row, card, _) = load_card(conn, &session, &id)?;
            let source = cards::source(conn, &session, &id)?;
            let pictures = cards::figures(conn, &session, &id)?;
            let pictures: Vec<String> = pictures.into_iter().map(|picture| picture.id).collect();
            let waiting = figure::waiting(&card).into_iter();
            let waiting = waiting.map(|(key, figures)| (key.to_owned(), figures)).collect();
            let card = uploads
                .filled(session.as_str(), &pictures, card)
                .map_err(|error| db::Error::Unavailable(error.to_string()))?;
            Ok(Whole {
                row,
                card,
                source,
                waiting,
            })
        })
        .await?;
    Ok(whole)
}

/// The session that owns what the visitor asks for.
///
/// # Errors
/// [`Error::NotFound`] when the visitor has stored nothing, so nothing can be there; [`Error::Ended`] when a form is
/// of a session that was ended.
pub fn owner(visitor: &Visitor) -> Result<SessionId, Error> {
    if visitor.is_ambiguous() {
        return Err(Error::Ambiguous);
    }
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    visitor.session().cloned().ok_or(Error::NotFound)
}

/// The format in a card's row; one that this version does not know counts as plain JSON.
pub fn format_of(row: &CardRow) -> Format {
    Format::from_id(&row.format).unwrap_or(Format::JSON)
}

/// The outline in a card's row; one that this version does not know asks nothing.
pub fn outline_of(row: &CardRow) -> &'static Outline {
    outline::find(&row.outline).unwrap_or(&outline::FREE)
}

/// What every page about the card shows of it.
pub fn link(row: &CardRow) -> CardLink {
    CardLink {
        id: row.id.clone(),
        title: said_name(&row.title),
    }
}

/// The name of a card as readers have it in their language: that of a card without one is ours.
pub fn said_name(title: &str) -> Sentence {
    match title {
        UNTITLED => say!("Untitled card"),
        title => Sentence::as_written(title),
    }
}

/// The address of a section's page.
pub fn section_address(id: &str, key: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    // A plus means a space in queries only.
    format!("/cards/{id}/sections/{}", encoded.replace('+', "%20"))
}

/// The rows of a new card: the outline's sections, all of them, then those that it does not name.
pub fn rows_of(card: &Card, outline: &Outline) -> Vec<NewSection> {
    let known = outline.sections.iter().map(|part| {
        let section = card.section(part.key);
        NewSection {
            key: part.key.to_owned(),
            title: section.map_or_else(|| part.title.to_owned(), |section| section.title.clone()),
            value: stored::to_text(section.map_or(&[][..], |section| &section.fields)),
        }
    });
    let own = card
        .sections
        .iter()
        .filter(|section| outline.part(&section.key).is_none())
        .map(|section| NewSection {
            key: section.key.clone(),
            title: section.title.clone(),
            value: stored::to_text(&section.fields),
        });
    known.chain(own).collect()
}

/// The id of a field's element on its section's page.
pub fn anchor(field: &str) -> String {
    let mut anchor = String::from("field-");
    for c in field.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => anchor.push(c),
            c => anchor.push_str(&format!("_{:x}", u32::from(c))),
        }
    }
    anchor
}

/// How far a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is written in it.
    NotStarted,
    /// Some of its questions are settled, or said not to be known yet.
    Started(Tally),
    /// All its questions have an answer, or do not concern the card.
    Done(Tally),
    /// It has no questions, or no answers to them, but content.
    Written {
        /// Fields with content.
        fields: usize,
    },
}

impl Progress {
    /// How far this section is; `part` is what the outline asks in it.
    pub fn of(section: &Section, part: Option<&Part>) -> Self {
        let fields = section.fields.iter().filter(|field| !field.value.is_blank()).count();
        let tally = part.map_or_else(Tally::default, |part| Tally::of_section(section, part));
        if tally.is_done() {
            Self::Done(tally)
        } else if !tally.is_untouched() {
            Self::Started(tally)
        } else if fields > 0 {
            Self::Written { fields }
        } else {
            Self::NotStarted
        }
    }

    /// The class that draws its mark.
    pub fn class(self) -> &'static str {
        match self {
            Self::NotStarted => "empty",
            Self::Started(_) => "started",
            Self::Done(_) | Self::Written { .. } => "answered",
        }
    }

    /// The words for it.
    pub fn words(self) -> Sentence {
        match self {
            Self::NotStarted => say!("not started"),
            Self::Started(tally) => say!(
                "in progress: {settled} of {questions}",
                settled = tally.settled(),
                questions = tally.questions()
            ),
            Self::Done(_) => say!("done"),
            Self::Written { fields } => count!(fields, "{n} field", "{n} fields"),
        }
    }

    /// Whether nothing is left to do in it.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Done(_) | Self::Written { .. })
    }
}

/// The name of a card that has none.
const UNTITLED: &str = "Untitled card";

/// A name for the card: what it calls itself, or its file's name.
pub fn title_of(card: &Card, file_name: Option<&str>) -> String {
    let stem = || file_name.map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let name = card.name().or_else(stem).unwrap_or_default();
    tidy_title(name).unwrap_or_else(|| UNTITLED.to_owned())
}

/// The longest title, in characters.
const TITLE_CHARS: usize = 200;

/// A title in one line and of bounded length; `None` when nothing is left of it.
pub fn tidy_title(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let title: String = words.join(" ").chars().take(TITLE_CHARS).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Field, Value};

    fn card(label: &str, text: &str) -> Card {
        Card {
            sections: vec![Section {
                key: "a".to_owned(),
                title: "A".to_owned(),
                fields: vec![Field {
                    id: format!("+{label}"),
                    label: label.to_owned(),
                    value: Value::text(text),
                }],
            }],
        }
    }

    #[test]
    fn a_card_is_called_as_it_calls_itself_or_as_its_file() {
        assert_eq!(
            title_of(&card("Model_Name", " Two\n words "), Some("x.json")),
            "Two words"
        );
        assert_eq!(title_of(&card("name", "  "), Some("my.card.json")), "my.card");
        assert_eq!(title_of(&Card::default(), None), "Untitled card");
        assert_eq!(title_of(&Card::default(), Some(".json")), "Untitled card");
    }

    #[test]
    fn a_new_card_has_a_row_for_each_section_of_its_outline_and_its_own() {
        let rows = rows_of(&card("x", "y"), &outline::FULL);
        assert_eq!(rows.len(), outline::FULL.sections.len() + 1);
        assert_eq!(rows.last().map(|row| row.key.as_str()), Some("a"));
    }
}
