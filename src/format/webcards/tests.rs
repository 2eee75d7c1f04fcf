//! Datasheets: read under their outline, edited in place, written new; model cards stay model cards.

use crate::card::change::difference;
use crate::card::outline::{DATASHEET, FULL, arranged};
use crate::card::{Card, Field, Section, Value};
use crate::format::tests::{places, touch};
use crate::format::{Format, Reading, losses, read, read_as, write};

const FIXTURE: &str = include_str!("../../../tests/fixtures/webcards/datasheet.json");
const UNTIDY: &str = r#"{ "Section_Data_5":[{"38_Keep away":null},  {"34_Used":"yes\r\nonce"},{"90_Own":"x"}],
 "Section_name_2": "Composition", "Section_Data_2": [{"6_How_many": "12"}, {"5_What": null}], "Section_name_52": "1",
 "Section_Data_52": [{"84_1": "mine"}], "Section_Data_7": []}"#;

fn reading(source: &str) -> Reading {
    let reading = read(source.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::WEBCARDS);
    reading
}

fn put(source: &str, card: &Card) -> String {
    String::from_utf8(write(Format::WEBCARDS, Some(source.as_bytes()), card).unwrap()).unwrap()
}

fn again(written: &[u8]) -> Card {
    read_as(Format::WEBCARDS, written).unwrap().card
}

fn field<'c>(card: &'c mut Card, id: &str) -> &'c mut Value {
    let mut fields = card.sections.iter_mut().flat_map(|section| &mut section.fields);
    &mut fields.find(|field| field.id == id).unwrap().value
}

/// A card by the outline with an answer to each of its questions, numbered.
fn answered_datasheet() -> Card {
    let mut card = arranged(&Card::default(), &DATASHEET);
    for (section, part) in card.sections.iter_mut().zip(DATASHEET.sections) {
        for question in part.questions {
            section.fields.push(Field {
                id: question.id.into(),
                label: question.label.into(),
                value: Value::text(format!("about {}", question.id)),
            });
        }
    }
    card
}

#[test]
fn a_datasheet_is_read_by_the_questions_of_its_outline() {
    for source in [FIXTURE, UNTIDY] {
        let reading = reading(source);
        assert_eq!(reading.outline.key, "datasheet");
        assert_eq!(put(source, &reading.card), source);
        let known = reading.card.sections.iter().flat_map(|section| &section.fields);
        assert!(known.filter(|field| !field.is_custom()).count() > 2);
    }
    let card = reading(UNTIDY).card;
    assert_eq!(card.value("composition.count"), Some(&Value::text("12")));
    assert_eq!(card.value("dataset-uses.past"), Some(&Value::text("yes\r\nonce")));
    assert_eq!(card.section("1").unwrap().title, "1");
}

#[test]
fn an_answer_is_edited_in_its_place() {
    let mut card = reading(UNTIDY).card;
    *field(&mut card, "composition.instances") = Value::text("boats");
    *field(&mut card, "+1") = Value::text("yours");
    let wanted = UNTIDY
        .replace(r#""5_What": null"#, r#""5_What": "boats""#)
        .replace("mine", "yours");
    assert_eq!(put(UNTIDY, &card), wanted);
}

#[test]
fn new_answers_and_sections_get_the_ids_of_the_old_application() {
    let mut card = arranged(&reading(UNTIDY).card, &DATASHEET);
    let label = |id: &str| DATASHEET.question(id).unwrap().label;
    for (key, id) in [
        ("motivation", "motivation.funding"),
        ("maintenance", "maintenance.contact"),
        ("motivation", "motivation.comments"),
    ] {
        let section = card.sections.iter_mut().find(|section| section.key == key).unwrap();
        section.fields.push(Field {
            id: id.into(),
            label: label(id).into(),
            value: Value::text(id),
        });
    }
    let written = put(UNTIDY, &card);
    for piece in [
        format!("\"3_{}\":\"motivation.funding\"", label("motivation.funding")),
        format!("\"46_{}\":\"maintenance.contact\"", label("maintenance.contact")),
        format!("_{}\":\"motivation.comments\"", label("motivation.comments")),
        "\"Section_name_1\":\"Motivation\"".into(),
    ] {
        assert!(written.contains(&piece), "{piece} in {written}");
    }
    assert_eq!(losses(Format::WEBCARDS, Some(UNTIDY.as_bytes()), &card), []);
}

#[test]
fn a_card_that_answers_a_datasheet_is_written_as_one() {
    let mut card = answered_datasheet();
    card.sections.push(Section {
        key: "tides".into(),
        title: "1".into(),
        fields: vec![Field {
            id: "+5".into(),
            label: "5".into(),
            value: Value::text("high"),
        }],
    });
    assert_eq!(losses(Format::WEBCARDS, None, &card), []);
    let written = write(Format::WEBCARDS, None, &card).unwrap();
    let text = String::from_utf8(written.clone()).unwrap();
    for id in (1..=51).filter(|id| *id != 4) {
        assert_eq!(text.matches(&format!("\"{id}_")).count(), 1, "{id} in {text}");
    }
    let reading = read(&written).unwrap();
    assert_eq!((reading.format, reading.outline.key), (Format::WEBCARDS, "datasheet"));
    let back: Vec<_> = difference(&reading.card, &card);
    assert_eq!(back.len(), 0, "{back:?}");
}

#[test]
fn model_cards_and_custom_sections_are_read_as_before() {
    let mixed = r#"{"Section_Data_1": [{"1_Why": "a"}], "Section_Data_28": [{"4_Name": "b"}]}"#;
    assert_eq!(reading(mixed).outline.key, "full");
    assert_eq!(reading(r#"{"Section_Data_52": [{"1_Why": "a"}]}"#).outline.key, "free");
    let card = arranged(&reading(mixed).card, &FULL);
    let written = String::from_utf8(write(Format::WEBCARDS, None, &card).unwrap()).unwrap();
    assert!(
        written.contains("\"Section_Data_28\"") && !written.contains("\"Section_Data_1\""),
        "{written}"
    );
}

#[test]
fn a_section_may_be_called_like_one_of_the_view() {
    for title in ["§5", "§1", "5"] {
        let mut card = reading(UNTIDY).card;
        card.sections.push(Section {
            key: "mine".into(),
            title: title.into(),
            fields: vec![Field {
                id: "+Depth".into(),
                label: "Depth".into(),
                value: Value::text("3 m"),
            }],
        });
        let written = put(UNTIDY, &card);
        assert!(written.contains("Depth\":\"3 m\""), "{written}");
        assert!(written.contains(r#"{"34_Used":"yes\r\nonce"}"#), "{written}");
        assert_eq!(written.matches("\"Section_Data_5\"").count(), 1, "{written}");
    }
}

#[test]
fn every_single_edit_is_read_back() {
    for source in [FIXTURE, UNTIDY] {
        let card = reading(source).card;
        for (section, field) in places(&card) {
            let mut edited = card.clone();
            touch(&mut edited.sections[section].fields[field].value);
            let written = put(source, &edited);
            assert_eq!(difference(&again(written.as_bytes()), &edited), [], "{written}");
        }
    }
}

#[test]
fn what_has_no_section_or_name_elsewhere_is_an_answer_of_a_section_here() {
    for (source, written) in [
        (
            r#"{"":{"":"three"}}"#,
            r#"{"Section_name_52":"Section","Section_Data_52":[{"84_":"three"}]}"#,
        ),
        (
            r#"{"otter":"three"}"#,
            r#"{"Section_name_52":"otter","Section_Data_52":[{"84_otter":"three"}]}"#,
        ),
    ] {
        let card = read(source.as_bytes()).unwrap().card;
        assert_eq!(losses(Format::WEBCARDS, None, &card), []);
        let bytes = write(Format::WEBCARDS, None, &card).unwrap();
        let document = crate::json::parse(&String::from_utf8(bytes.clone()).unwrap()).unwrap();
        let wanted = crate::json::parse(written).unwrap();
        assert_eq!(document.root.to_value(), wanted.root.to_value());
        assert_eq!(read(&bytes).unwrap().format, Format::WEBCARDS);
    }
}
