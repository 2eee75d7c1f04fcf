//! New documents against the official schemas of their formats, which are not part of this project.

use std::path::{Path, PathBuf};

use jsonschema::{Draft, Registry, Validator};
use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::card::outline::{Kind, Outline};
use crate::card::{Field, Section, Value};
use crate::json::tests::{texts, values};

/// The folder that a variable names, or else the one that is shared beside the project.
fn shared(variable: &str, folder: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(folder),
        PathBuf::from,
    )
}

fn schema(path: &str) -> Option<Json> {
    let text = std::fs::read(shared("CARTELLINO_SCHEMAS", "schemas").join(path)).ok()?;
    let mut schema: Json = serde_json::from_slice(&text).unwrap();
    // One of them claims the address of JSON Schema itself.
    if schema["$id"] == "http://json-schema.org/draft-07/schema#" {
        schema.as_object_mut().unwrap().remove("$id");
    }
    Some(schema)
}

/// The validators, each with the format whose new documents it judges; none where the schemas are not there.
///
/// Formats such as `date` bind where the owners' own programs hold others to them: in CycloneDX.
fn validators() -> Vec<(Format, Validator)> {
    const SCHEMAS: [(Format, &str, bool); 6] = [
        (Format::SAGEMAKER, "sagemaker/model_card_schema.json", false),
        (Format::CYCLONEDX_7, "cyclonedx/bom-1.7.schema.json", true),
        (Format::CYCLONEDX_6, "cyclonedx/bom-1.6.schema.json", true),
        (Format::CYCLONEDX_5, "cyclonedx/bom-1.5.schema.json", true),
        (Format::MODEL_CARD_TOOLKIT_1, "mct/model_card-v0.0.1.schema.json", false),
        (Format::MODEL_CARD_TOOLKIT_2, "mct/model_card-v0.0.2.schema.json", false),
    ];
    let mut registry = Registry::new();
    for name in [
        "spdx.schema.json",
        "jsf-0.82.schema.json",
        "cryptography-defs.schema.json",
    ] {
        if let Some(schema) = schema(&format!("cyclonedx/{name}")) {
            registry = registry
                .add(format!("http://cyclonedx.org/schema/{name}"), schema)
                .unwrap();
        }
    }
    let registry = registry.prepare().unwrap();
    let validator = |(format, path, strict): (Format, &str, bool)| {
        let options = jsonschema::options().with_draft(Draft::Draft7).with_registry(&registry);
        let options = options.should_validate_formats(strict);
        Some((format, options.offline().build(&schema(path)?).unwrap()))
    };
    let validators: Vec<_> = SCHEMAS.into_iter().filter_map(validator).collect();
    if validators.len() < SCHEMAS.len() {
        eprintln!("NOT RUN: the official schemas are not there");
    }
    validators
}

/// Writes the card as a new document of each format, which must be valid, and read back with exactly the losses named.
fn check(validators: &[(Format, Validator)], card: &Card, of: &str) {
    for (format, validator) in validators {
        let written = write(*format, None, card).unwrap();
        let document: Json = serde_json::from_slice(&written).unwrap();
        if !validator.is_valid(&document) {
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{}: {:.300}", error.instance_path(), error.to_string()))
                .collect();
            panic!("{format:?} of {of}: {errors:#?}");
        }
        let recognised = read(&written).unwrap();
        assert_eq!(recognised.format, *format, "of {of}");
        let missing = crate::card::change::difference(&recognised.card, &format.lens().fit(card));
        let missing = missing
            .iter()
            .filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank()));
        assert_eq!(missing.count(), losses(*format, None, card).len(), "{format:?} of {of}");
    }
}

/// The card of every file of the corpus that is read.
fn real_cards() -> Vec<(String, Card)> {
    let mut cards = Vec::new();
    let Ok(folders) = std::fs::read_dir(shared("CARTELLINO_CORPUS", "corpus")) else {
        eprintln!("NOT RUN: the corpus of real cards is not there");
        return cards;
    };
    for file in folders
        .flatten()
        .filter_map(|folder| std::fs::read_dir(folder.path()).ok())
        .flatten()
        .flatten()
    {
        let bytes = std::fs::read(file.path()).unwrap();
        let name = file.file_name().into_string().unwrap();
        if let Ok(reading) = read_named(&bytes, Some(&name)) {
            cards.push((file.path().display().to_string(), reading.card));
        }
    }
    cards
}

#[test]
fn new_documents_of_real_cards_are_valid() {
    let validators = validators();
    let cards = real_cards();
    for (name, card) in &cards {
        check(&validators, card, name);
    }
    eprintln!("{} real cards in {} formats", cards.len(), validators.len());
}

/// An answer of the kind that a question wants, or anything else.
fn answers(kind: &'static Kind) -> BoxedStrategy<Value> {
    let text = || {
        prop_oneof![
            texts().prop_map(Value::Text),
            Just(Value::text("x".repeat(2500))),
            Just(Value::text("é😀".repeat(600))),
            "(- [a-c ]{0,5}\n){1,4}".prop_map(Value::Text),
            prop::sample::select(vec![
                "apache-2.0",
                "MIT",
                "high",
                "supervised",
                "0.5",
                "yes",
                "2026-01-31",
                "https://example.org/a b",
                "a@b.example",
                "https://example.org/a",
            ])
            .prop_map(Value::text),
        ]
    };
    let fitting = match kind {
        Kind::List { .. } => prop::collection::vec(text(), 0..30).prop_map(Value::List).boxed(),
        Kind::Table { columns, .. } => {
            let cell = move |column: &'static crate::card::outline::Column| {
                let value = prop_oneof![4 => text(), 1 => values()];
                value.prop_map(move |value| {
                    let mut names = column.key.rsplit('.');
                    let last = names.next().unwrap_or_default().to_owned();
                    names.fold((last, value), |(name, value), outer| {
                        (outer.to_owned(), Value::Group(vec![(name, value)]))
                    })
                })
            };
            let row = prop::collection::vec((0..columns.len()).prop_flat_map(move |at| cell(&columns[at])), 0..6);
            prop::collection::vec(row.prop_map(Value::Group), 0..25)
                .prop_map(Value::List)
                .boxed()
        }
        _ => text().boxed(),
    };
    prop_oneof![3 => fitting, 1 => values()].boxed()
}

/// Cards of an outline with answers of all kinds, and with a section and fields of their own.
fn cards(outline: &'static Outline) -> impl Strategy<Value = Card> {
    let questions: Vec<_> = outline
        .sections
        .iter()
        .flat_map(|part| part.questions.iter().map(move |question| (part, question)))
        .collect();
    let answered = (0..questions.len()).prop_flat_map(move |at| {
        let (part, question) = questions[at];
        answers(&question.kind).prop_map(move |value| (part, question, value))
    });
    let own = (texts(), texts(), values());
    (prop::collection::vec(answered, 0..12), prop::collection::vec(own, 0..3)).prop_map(|(answered, own)| {
        let mut card = Card::default();
        for (part, question, value) in answered {
            let field = Field {
                id: question.id.into(),
                label: question.label.into(),
                value,
            };
            match card.sections.iter_mut().find(|section| section.key == part.key) {
                Some(section) if section.field(&field.id).is_some() => {}
                Some(section) => section.fields.push(field),
                None => card.sections.push(Section {
                    key: part.key.into(),
                    title: part.title.into(),
                    fields: vec![field],
                }),
            }
        }
        for (at, (title, label, value)) in own.into_iter().enumerate() {
            let id = crate::card::field_id(&label);
            let fields = vec![Field { id, label, value }];
            card.sections.push(Section {
                key: format!("own-{at}"),
                title,
                fields,
            });
        }
        card
    })
}

#[test]
fn new_documents_of_generated_cards_are_valid() {
    let validators = validators();
    let outlines = crate::card::outline::ALL
        .iter()
        .filter(|outline| !outline.sections.is_empty());
    for outline in outlines {
        let config = ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(50)
        };
        let mut runner = proptest::test_runner::TestRunner::new(config);
        let outcome = runner.run(&cards(outline), |card| {
            check(&validators, &card, outline.key);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}
