//! The finished page on paper, write only: a PDF set in the program, tagged for screen readers.
//!
//! [`Composer`] makes values of what the HTML page shows, `templates/export/card.typ` says how they look, and
//! [`press`] sets and writes the pages. The same card gives the same bytes, whenever it is printed.

mod block;
mod compose;
mod fit;
mod flow;
mod fonts;
mod picture;
mod press;
mod table;
#[cfg(test)]
mod tests;

use chrono::{Datelike as _, NaiveDate};

use self::block::Paper;
use self::compose::{Composer, tidy};
pub use self::fonts::Fonts;
use super::file::File;
use super::language::{self, Language};
use super::lens::{About, Lens, Notation, Parts, Readers};
use super::{ReadError, convert, html, outline_of};
use crate::card::{Card, Value};
use crate::locale::Sentence;
use crate::say;

/// A larger paper is refused, for setting takes time and memory that grow with it: in bytes of its values.
const MOST_BYTES: usize = 1_500_000;

/// More points in all pictures together are refused, for the same reason.
const MOST_POINTS: usize = 96_000_000;

/// From this many sections on there is a table of contents.
const LONG: usize = 5;

/// The PDF.
pub(super) struct Pdf;

impl Lens for Pdf {
    fn about(&self) -> &'static About {
        &About {
            id: "pdf",
            name: "PDF",
            mark: "",
            notation: Notation::Pdf,
            purpose: "Pages to print, sign and file, tagged for screen readers.",
            readers: Readers::People,
            can_read: false,
        }
    }

    fn read(&self, _file: &File) -> Result<Parts, ReadError> {
        Err(ReadError {
            message: say!("A printed page is the end of the way: no card is read out of it."),
            advice: say!("Upload the card that the page was made from."),
            position: None,
            text: None,
        })
    }

    fn write_into(&self, _file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        self.write_with(&self.fit(card), Fonts::built_in())
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        self.write_with(card, Fonts::built_in()).unwrap_or_default()
    }

    fn write_with(&self, card: &Card, fonts: &Fonts) -> Result<Vec<u8>, ReadError> {
        print(card, fonts)
    }

    fn spells(&self, c: char) -> bool {
        html::is_speakable(c)
    }

    fn fit(&self, card: &Card) -> Card {
        convert::without_blanks(card)
    }
}

fn print(card: &Card, fonts: &Fonts) -> Result<Vec<u8>, ReadError> {
    let mut composer = Composer::default();
    let paper = paper(card, &mut composer);
    let values = serde_json::to_vec(&paper).map_err(|error| refusal(Sentence::as_written(error.to_string())))?;
    let points: usize = composer.pictures.iter().map(picture::Picture::size).sum();
    if values.len() > MOST_BYTES || points > MOST_POINTS {
        return Err(refusal(say!("The card is too large to be set on pages here.")));
    }
    let pictures = composer.pictures.into_iter().map(|picture| picture.bytes).collect();
    press::print(values, pictures, fonts).map_err(|failure| {
        tracing::error!(failure = failure.0, "a card could not be set on pages");
        refusal(say!("The card could not be set on pages."))
    })
}

fn refusal(message: Sentence) -> ReadError {
    ReadError {
        message,
        advice: say!("Download the HTML page and print it from your browser, which can also save it as PDF."),
        position: None,
        text: None,
    }
}

fn paper(card: &Card, composer: &mut Composer) -> Paper {
    let outline = outline_of(card);
    let title = match card.name().map(tidy) {
        Some(name) if !name.trim().is_empty() => name.trim().to_owned(),
        _ => "Model card".to_owned(),
    };
    let shown = html::sections(card, outline, Some(&title), html::Reader::of(card));
    let mut sections: Vec<_> = shown.iter().map(|section| composer.section(section)).collect();
    fit::fit(&mut sections);
    let language = language::of(card);
    Paper {
        kind: if title == "Model card" { "" } else { "Model card" },
        facts: html::facts(card).iter().map(|fact| tidy(fact)).collect(),
        date: date(card),
        authors: authors(card),
        lang: language.as_ref().map_or("en", Language::code).to_owned(),
        region: language.as_ref().and_then(Language::region).map(str::to_owned),
        hyphenates: language.is_some(),
        open: html::open_questions(card, outline),
        has_contents: shown.iter().filter(|section| !section.title.is_empty()).count() >= LONG,
        title,
        sections,
    }
}

/// The day of the version.
fn date(card: &Card) -> Option<(i32, u32, u32)> {
    let text = card.value("model-details.version_date")?.as_text()?.trim();
    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    (1..=9999)
        .contains(&day.year())
        .then(|| (day.year(), day.month(), day.day()))
}

/// The names of the owners.
fn authors(card: &Card) -> Vec<String> {
    let owners = match card.value("model-details.owners") {
        Some(Value::List(owners)) => owners.as_slice(),
        Some(owner) => std::slice::from_ref(owner),
        None => &[],
    };
    let name = |owner: &Value| {
        let name = owner.as_text().or_else(|| owner.member("name")?.as_text())?;
        let name = tidy(name.trim());
        (!name.is_empty() && name.chars().count() <= 200).then_some(name)
    };
    owners.iter().filter_map(name).take(20).collect()
}
