//! What is written holds to the published schema, and the schema is no looser than the reader.

use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::format::tests::{corpus_folder, documents, places};
use crate::format::{Format, read, read_as, taken_back, write};
use crate::json::tests::values;

const FIXTURE: &str = include_str!("../../../tests/fixtures/cartellino/datasheet.json");

fn schema() -> Json {
    serde_json::from_str(SCHEMA).unwrap()
}

fn validator() -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.offline().build(&schema()).unwrap()
}

/// A document for the validator. Numbers keep their spelling in our files, `NaN` and `1.` too, which other readers of
/// JSON refuse; here each such number is some number.
fn plain(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => yes.into(),
        Value::Number(spelling) => serde_json::from_str(&spelling).unwrap_or_else(|_| 0.into()),
        Value::Text(text) => text.into(),
        Value::List(items) => items.into_iter().map(plain).collect(),
        Value::Group(members) => members.into_iter().map(|(name, value)| (name, plain(value))).collect(),
    }
}

fn assert_valid(validator: &Validator, bytes: &[u8], of: &str) {
    let text = std::str::from_utf8(bytes).unwrap();
    let document = plain(json::parse(text).unwrap().root.into_value());
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {:.300}", error.instance_path(), error.to_string()))
        .collect();
    assert!(errors.is_empty(), "{of}: {errors:#?}");
}

#[test]
fn the_schema_is_one_of_json_schema_2020_12() {
    jsonschema::meta::validate(&schema()).unwrap();
    assert_eq!(schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema()["properties"]["version"]["const"].to_string(), VERSION);
}

#[test]
fn the_schema_names_every_outline() {
    let named = schema()["properties"]["outline"]["examples"].clone();
    let keys: Vec<&str> = outline::ALL.iter().map(|outline| outline.key).collect();
    assert_eq!(named, Json::from(keys));
}

#[test]
fn our_fixture_is_valid_and_read_without_a_remark() {
    assert_valid(&validator(), FIXTURE.as_bytes(), "the fixture");
    let reading = read(FIXTURE.as_bytes()).unwrap();
    assert_eq!((reading.format, reading.outline.key), (Format::NATIVE, "datasheet"));
    assert_eq!(reading.findings, []);
    assert_eq!(reading.card.sections.len(), 4);
    assert_eq!(
        write(Format::NATIVE, Some(FIXTURE.as_bytes()), &reading.card).unwrap(),
        FIXTURE.as_bytes()
    );
}

#[test]
fn sections_that_only_the_outline_asks_for_stay_out_of_a_file() {
    let card = read(FIXTURE.as_bytes()).unwrap().card;
    let mut card = outline::arranged(&card, &outline::DATASHEET);
    let put = |card: &Card| String::from_utf8(write(Format::NATIVE, Some(FIXTURE.as_bytes()), card).unwrap()).unwrap();
    assert_eq!(put(&card), FIXTURE);
    card.sections[2].title = "How they were caught".into();
    assert!(put(&card).contains("How they were caught"));
}

#[test]
fn what_the_reader_sets_aside_is_invalid() {
    let validator = validator();
    for (there, instead) in [
        ("\"cartellino\"", "\"card\""),
        ("\"version\": 1", "\"version\": 2"),
        ("\"key\": \"soil\"", "\"key\": \"wet soil\""),
        ("\"key\": \"soil\"", "\"key\": 7"),
        ("\"key\": \"soil\", ", ""),
        ("\"title\": \"\"", "\"title\": null"),
        ("\"id\": \"motivation.funding\", ", ""),
        ("\"value\": 1204.50", "\"answer\": 1204.50"),
    ] {
        let text = FIXTURE.replacen(there, instead, 1);
        assert_ne!(text, FIXTURE, "{there}");
        assert!(!validator.is_valid(&serde_json::from_str(&text).unwrap()), "{instead}");
        let reading = read(text.as_bytes());
        let is_told = reading.is_ok_and(|reading| reading.format != Format::NATIVE || !reading.findings.is_empty());
        assert!(is_told || instead.contains("version"), "{instead}");
    }
}

#[test]
fn every_card_at_hand_is_written_as_the_schema_says() {
    let validator = validator();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")];
    match corpus_folder() {
        folder if folder.is_dir() => folders.push(folder),
        _ => eprintln!("NOT RUN: the corpus of real cards is not there"),
    }
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(reading) = read(&std::fs::read(&path).unwrap()) else {
                continue;
            };
            let written = write(Format::NATIVE, None, &reading.card).unwrap();
            assert_valid(&validator, &written, &path.display().to_string());
            files += 1;
        }
    }
    println!("{files} files");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn generated_cards_are_written_as_the_schema_says(document in documents()) {
        let card = read(json::to_text(&document).as_bytes()).unwrap().card;
        assert_valid(&validator(), &write(Format::NATIVE, None, &card).unwrap(), "a generated card");
    }
}

/// Documents of ours as others may have written them: with pieces that are no section or field, in odd places.
fn untidy_documents() -> impl Strategy<Value = Value> {
    let group = |members: Vec<(&'static str, Value)>| {
        Value::Group(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let word = || prop::sample::select(vec!["a", "b", "+x", "motivation", "no key", ""]).prop_map(Value::text);
    let id = || prop::sample::select(vec!["+", "+a", "+b", "+a/b"]).prop_map(Value::text);
    let piece = move |names: [&'static str; 4], texts: BoxedStrategy<Value>| {
        let member = (
            prop::sample::select(names.to_vec()),
            prop_oneof![4 => texts, 1 => values()],
        );
        prop_oneof![4 => prop::collection::vec(member, 1..5).prop_map(group), 1 => values()]
    };
    let field = prop_oneof![
        (id(), values()).prop_map(move |(id, value)| group(vec![("id", id), ("value", value)])),
        piece(["id", "label", "value", "colour"], id().boxed()),
    ];
    let fields = prop_oneof![4 => prop::collection::vec(field, 0..4).prop_map(Value::List), 1 => values()];
    let section = prop_oneof![
        3 => (word(), word(), fields)
            .prop_map(move |(key, title, fields)| group(vec![("key", key), ("title", title), ("fields", fields)])),
        1 => piece(["key", "title", "fields", "colour"], word().boxed()),
    ];
    let sections = prop_oneof![6 => prop::collection::vec(section, 0..4).prop_map(Value::List), 1 => values()];
    sections.prop_map(move |sections| {
        let name = ("format", Value::text("cartellino"));
        group(vec![
            name,
            ("version", Value::Number("1".into())),
            ("sections", sections),
        ])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn files_of_others_obey_the_laws(document in untidy_documents(), at in any::<prop::sample::Index>(), new in values()) {
        let source = json::to_text(&document);
        let reading = read(source.as_bytes()).unwrap();
        prop_assert_eq!(reading.format, Format::NATIVE);
        let put = |card: &Card| write(Format::NATIVE, Some(source.as_bytes()), card).unwrap();
        prop_assert_eq!(String::from_utf8(put(&reading.card)).unwrap(), source.clone());
        let (mut card, read) = (reading.card.clone(), reading.card);
        let places = places(&card);
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        card.sections[section].fields[field].value = new;
        card.sections[section].title.push('!');
        // What is new and blank in the answer to a question leaves no trace.
        let said = |card: &Card| taken_back::without(card.clone(), &read);
        let again = read_as(Format::NATIVE, &put(&card)).unwrap().card;
        prop_assert_eq!(&again, &said(&card));
        card.sections[section].fields.remove(field);
        let again = read_as(Format::NATIVE, &put(&card)).unwrap().card;
        prop_assert_eq!(&again, &said(&card));
    }
}
