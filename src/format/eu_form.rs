//! The Model Documentation Form of the European Union, write only: all its items in order, printable, in one file.

use askama::Template;

use super::file::File;
use super::html::{self, answer};
use super::lens::{About, Lens, Notation, Parts, Readers};
use super::{ReadError, convert, language};
use crate::card::check::is_answered;
use crate::card::outline::{EU, Question};
use crate::card::{Card, Section};
use crate::say;

/// The form.
pub(super) struct EuForm;

impl Lens for EuForm {
    fn about(&self) -> &'static About {
        &About {
            id: "eu-form",
            name: "EU Model Documentation Form",
            mark: "eu-form",
            notation: Notation::Html,
            purpose: "For providers of general-purpose AI models: all items of the form, with whom each is meant for, to \
                      print or send.",
            readers: Readers::People,
            can_read: false,
        }
    }

    fn read(&self, _file: &File) -> Result<Parts, ReadError> {
        Err(ReadError {
            message: say!("A form is the end of the way: no card is read out of it."),
            advice: say!("Upload the card that the form was made from."),
            position: None,
            text: None,
        })
    }

    fn write_into(&self, _file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        Ok(self.write_new(&self.fit(card)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let parts = EU.sections.iter().map(|part| Part {
            title: part.title,
            items: part
                .questions
                .iter()
                .map(|question| Item::new(question, card))
                .collect(),
        });
        let form = Form {
            title: card.name().unwrap_or("General-purpose AI model"),
            language: language::of(card)
                .map(|language| language.attributes())
                .unwrap_or_default(),
            parts: parts.collect(),
        };
        form.render().unwrap_or_default().into_bytes()
    }

    fn spells(&self, c: char) -> bool {
        html::is_speakable(c)
    }

    fn fit(&self, card: &Card) -> Card {
        convert::into_outline(&convert::without_blanks(card), &EU)
    }

    fn shown(&self, card: &Card) -> Card {
        let sections = card.sections.iter().map(|section| Section {
            fields: section
                .fields
                .iter()
                .filter(|field| EU.question(&field.id).is_some())
                .cloned()
                .collect(),
            ..section.clone()
        });
        Card {
            sections: sections.filter(|section| !section.fields.is_empty()).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "export/eu_form.html")]
struct Form<'a> {
    title: &'a str,
    /// The attributes of the answers that name their language.
    language: String,
    parts: Vec<Part>,
}

struct Part {
    title: &'static str,
    items: Vec<Item>,
}

/// A question of the form.
struct Item {
    /// `2.5`; `header` for what stands above the items.
    number: &'static str,
    label: &'static str,
    audience: Vec<&'static str>,
    words: Option<u16>,
    answer: Option<String>,
}

impl Item {
    fn new(question: &'static Question, card: &Card) -> Self {
        let source = question.source.strip_prefix("EU form ").unwrap_or(question.source);
        let (number, marks) = source.split_once(' ').unwrap_or((source, ""));
        let fields = card.sections.iter().find_map(|section| section.field(question.id));
        Self {
            number,
            label: question.label,
            audience: marks.chars().filter_map(audience).collect(),
            words: question.words,
            answer: fields
                .filter(|field| is_answered(&field.value))
                .map(|field| answer(field, &EU, &format!("{}-", question.id))),
        }
    }
}

/// For whom a mark stands.
fn audience(mark: char) -> Option<&'static str> {
    Some(match mark {
        'A' => "AI Office",
        'N' => "national authorities",
        'D' => "downstream providers",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Format, losses, read, write};

    #[test]
    fn every_item_is_there_and_what_has_no_place_is_told() {
        let card = read(
            br#"{"model_details": {"name": "otter-7b", "overview": "Finds <otters>."},
            "considerations": {"use_cases": [{"description": "Counting"}]}, "river": {"depth": "2"}}"#,
        );
        let card = card.unwrap().card;
        let page = String::from_utf8(write(Format::EU_FORM, None, &card).unwrap()).unwrap();
        for question in EU.sections.iter().flat_map(|part| part.questions) {
            assert!(page.contains(question.label), "{}", question.label);
        }
        assert!(page.contains("otter-7b") && page.contains("Counting") && !page.contains("<otters>"));
        assert!(page.contains("Not answered") && page.contains("national authorities"));
        let lost = losses(Format::EU_FORM, None, &card);
        let lost: Vec<_> = lost.iter().filter_map(|loss| loss.field.as_deref()).collect();
        assert_eq!(lost, ["Overview", "depth"]);
        assert!(!page.contains("Finds"));
    }

    #[test]
    fn the_items_are_those_of_the_form_in_its_order() {
        let mut numbers: Vec<&str> = Vec::new();
        for question in EU.sections.iter().flat_map(|part| part.questions) {
            let item = Item::new(question, &Card::default());
            assert!(!item.audience.is_empty(), "{}", question.id);
            if !numbers.contains(&item.number) {
                numbers.push(item.number);
            }
        }
        let counts = [6, 5, 2, 6, 2, 8, 3, 4];
        let all = (1..)
            .zip(counts)
            .flat_map(|(part, count)| (1..=count).map(move |item| format!("{part}.{item}")));
        let all: Vec<String> = std::iter::once("header".to_owned()).chain(all).collect();
        assert_eq!(numbers, all);
    }
}
