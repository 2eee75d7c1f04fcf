//! “Not applicable: …” goes along in every conversion, or is named.

use super::*;
use crate::card::outline::arranged;
use crate::card::{Field, Value};

const TEXT: &str = "Not applicable: it follows rules";

/// The labels of the answers that a new file of the format neither holds nor names, and of those that it names.
fn unsaid(format: Format, outline: &'static Outline) -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut silent, mut named) = (Vec::new(), Vec::new());
    for (index, part) in outline.sections.iter().enumerate() {
        for question in part.questions {
            let mut card = arranged(&Card::default(), outline);
            card.sections[index].fields.push(Field {
                id: question.id.into(),
                label: question.label.into(),
                value: Value::text(TEXT),
            });
            let written = write(format, None, &card).unwrap();
            let is_there = written.windows(TEXT.len()).any(|piece| piece == TEXT.as_bytes());
            match (is_there, losses(format, None, &card).is_empty()) {
                (_, false) => named.push(question.id),
                (false, true) => silent.push(question.id),
                (true, true) => {}
            }
        }
    }
    (silent, named)
}

#[test]
fn an_answer_that_says_why_there_is_none_is_carried_or_named() {
    for outline in [&FULL, &outline::DATASHEET, &outline::SHORT] {
        // What stands on pages is packed; they show what the HTML page shows.
        for format in Format::ALL.iter().copied().filter(|format| *format != Format::PDF) {
            let (silent, named) = unsaid(format, outline);
            println!("{} by {}: {} named", outline.key, format.id(), named.len());
            assert_eq!(silent, [""; 0], "{} by {format:?}", outline.key);
        }
    }
}

#[test]
fn formats_without_a_schema_carry_it_in_every_place() {
    for format in [
        Format::NATIVE,
        Format::MARKDOWN,
        Format::JSON,
        Format::YAML,
        Format::XML,
        Format::HTML,
    ] {
        for outline in [&FULL, &outline::DATASHEET] {
            assert_eq!(
                unsaid(format, outline),
                (vec![], vec![]),
                "{} by {format:?}",
                outline.key
            );
        }
    }
    assert_eq!(unsaid(Format::WEBCARDS, &outline::DATASHEET), (vec![], vec![]));
}
