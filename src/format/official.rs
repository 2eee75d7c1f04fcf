//! New documents against the official schemas of their formats, which are not part of this project.

use std::path::{Path, PathBuf};

use jsonschema::{Draft, Registry, Validator};
use proptest::prelude::*;
use serde_json::Value as Json;

use super::told::untrue_loss;
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

/// What a validator refuses in a document.
fn errors(validator: &Validator, document: &Json) -> Vec<String> {
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {:.300}", error.instance_path(), error.to_string()))
        .collect()
}

/// Writes the card as a new document of each format, which must be valid, and read back with exactly the losses named.
fn check(validators: &[(Format, Validator)], card: &Card, of: &str) {
    for (format, validator) in validators {
        let written = write(*format, None, card).unwrap();
        let document: Json = serde_json::from_slice(&written).unwrap();
        let errors = errors(validator, &document);
        assert!(errors.is_empty(), "{format:?} of {of}: {errors:#?}");
        let recognised = read(&written).unwrap();
        assert_eq!(recognised.format, *format, "of {of}");
        let untrue = untrue_loss(*format, None, card);
        assert!(untrue.is_none(), "{format:?} of {of}: {untrue:?}");
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

/// The document that a file holds, also inside the answer of a service.
fn document(bytes: &[u8]) -> Option<Json> {
    let document: Json = serde_json::from_slice(bytes).ok()?;
    match document["Content"].as_str() {
        Some(content) => serde_json::from_str(content).ok(),
        None => Some(document),
    }
}

/// Writes an edited card into its file, which stays valid and lacks just what the losses name.
fn check_edit(validator: &Validator, reading: &Reading, bytes: &[u8], card: &Card, of: &str) {
    let format = reading.format;
    let written = write(format, Some(bytes), card).unwrap();
    let errors = errors(validator, &document(&written).unwrap());
    assert!(errors.is_empty(), "{of}: {errors:#?}");
    let untrue = untrue_loss(format, Some(bytes), card);
    assert!(untrue.is_none(), "{of}: {untrue:?}");
}

/// A value as a visitor may leave it: with a word more at its first text, or another value.
fn touched(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(format!("{text} otter")),
        Value::List(items) => match items.split_first() {
            Some((first, rest)) => Value::List(std::iter::once(touched(first)).chain(rest.iter().cloned()).collect()),
            None => Value::List(vec![Value::text("otter")]),
        },
        Value::Group(members) => match members.split_first() {
            Some(((name, first), rest)) => {
                let first = (name.clone(), touched(first));
                Value::Group(std::iter::once(first).chain(rest.iter().cloned()).collect())
            }
            None => Value::Group(vec![("otter".into(), Value::text("otter"))]),
        },
        Value::Number(_) => Value::Number("97".into()),
        Value::Bool(yes) => Value::Bool(!yes),
        Value::Null => Value::text("otter"),
    }
}

/// Members of a component of which only the outlines are known.
const UNTOLD: [&str; 3] = ["evidence", "swid", "cryptoProperties"];

/// The edits of a card, each with its name: fields touched, emptied, and with another kind of answer, about so many in all;
/// own fields in each section, and own sections.
fn edits(card: &Card, most: usize) -> Vec<(String, Card)> {
    let own = |id: &str, value: Value| Field {
        id: format!("+{id}"),
        label: id.into(),
        value,
    };
    let mut edits = Vec::new();
    let all = card.sections.iter().map(|section| section.fields.len()).sum::<usize>() * 7;
    let mut turn = 0;
    for (index, section) in card.sections.iter().enumerate() {
        for (place, field) in section.fields.iter().enumerate() {
            // Of these only the outlines are known; the documentation says so.
            if field.is_custom() && UNTOLD.contains(&section.title.as_str())
                || UNTOLD.contains(&field.label.as_str())
                || field.label == "releaseNotes"
            {
                continue;
            }
            let mut values = vec![touched(&field.value)];
            // What no question asks for has no form that is known.
            if !field.is_custom() {
                values.extend([
                    Value::Null,
                    Value::text("a few\n\nwords"),
                    Value::Number("0.970".into()),
                    Value::List(vec![Value::text("otter"), Value::Number("3".into())]),
                    Value::List(vec![Value::Group(vec![("river".into(), Value::text("deep"))])]),
                    Value::text("x".repeat(3000)),
                ]);
            }
            for value in values {
                turn += 1;
                if turn % (all / most + 1) > 0 {
                    continue;
                }
                let name = format!("{} = {:.60}", field.id, crate::json::to_text(&value));
                let mut card = card.clone();
                card.sections[index].fields[place].value = value;
                edits.push((name, card));
            }
        }
        if index > 12 {
            continue;
        }
        let mut with = card.clone();
        let fields = &mut with.sections[index].fields;
        fields.extend([
            own("river", Value::text("deep")),
            own("version", Value::Number("3".into())),
        ]);
        edits.push((format!("own fields in {}", section.key), with));
    }
    for (title, fields) in [
        (
            "Rivers",
            vec![own("depth", Value::text("1.5 m")), own("banks", Value::Bool(true))],
        ),
        ("hashes", vec![own("", Value::text("none"))]),
        ("custom", vec![own("long", Value::text("y".repeat(3000)))]),
    ] {
        let mut with = card.clone();
        with.sections.push(Section {
            key: "own-section".into(),
            title: title.into(),
            fields,
        });
        edits.push((format!("own section {title}"), with));
    }
    edits
}

#[test]
fn valid_files_stay_valid_when_they_are_edited() {
    let validators = validators();
    let (mut files, mut count) = (0, 0);
    let was = std::time::Instant::now();
    for folder in ["cyclonedx", "sagemaker", "sagemaker-metrics", "aibom-homemade"] {
        let Ok(entries) = std::fs::read_dir(shared("CARTELLINO_CORPUS", "corpus").join(folder)) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let bytes = std::fs::read(&path).unwrap();
            let Ok(reading) = read(&bytes) else { continue };
            let validator = validators.iter().find(|(format, _)| *format == reading.format);
            let is_valid = |(_, validator): &&(Format, Validator)| {
                document(&bytes).is_some_and(|document| validator.is_valid(&document))
            };
            let Some((_, validator)) = validator.filter(is_valid) else {
                continue;
            };
            files += 1;
            for (name, card) in edits(&reading.card, 80) {
                count += 1;
                check_edit(
                    validator,
                    &reading,
                    &bytes,
                    &card,
                    &format!("{}: {name}", path.display()),
                );
            }
        }
    }
    // Files of our own, which are there without the corpus.
    for (format, validator) in &validators {
        if ![
            Format::SAGEMAKER,
            Format::CYCLONEDX_5,
            Format::CYCLONEDX_6,
            Format::CYCLONEDX_7,
        ]
        .contains(format)
        {
            continue;
        }
        for (name, card) in real_cards().into_iter().step_by(12) {
            let bytes = write(*format, None, &card).unwrap();
            let reading = read(&bytes).unwrap();
            files += 1;
            for (edit, card) in edits(&reading.card, 6) {
                count += 1;
                check_edit(
                    validator,
                    &reading,
                    &bytes,
                    &card,
                    &format!("{format:?} of {name}: {edit}"),
                );
            }
        }
    }
    eprintln!("{count} edits of {files} files in {:?}", was.elapsed());
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
