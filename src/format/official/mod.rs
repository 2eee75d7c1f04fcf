//! New documents, and edited ones that were valid, against the official schemas of their formats, which are not part of
//! this project.

mod edited;
mod generated;
mod linkml;
mod templates;

use std::path::{Path, PathBuf};

use jsonschema::{Draft, Registry, Validator};
use serde_json::Value as Json;

use super::told::untrue_loss;
use super::*;
use crate::card::{Field, Section, Value};

/// The folder that a variable names, or else the one that is shared beside the project.
fn shared(variable: &str, folder: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(folder),
        PathBuf::from,
    )
}

fn schema(path: &str) -> Option<Json> {
    let text = std::fs::read(shared("CARTELLINO_SCHEMAS", "schemas").join(path)).ok()?;
    if path.ends_with(".yaml") {
        return Some(linkml::schema(&serde_yaml_ng::from_slice(&text).unwrap()));
    }
    let mut schema: Json = serde_json::from_slice(&text).unwrap();
    // One of them claims the address of JSON Schema itself.
    if schema["$id"] == "http://json-schema.org/draft-07/schema#" {
        schema.as_object_mut().unwrap().remove("$id");
    }
    // Only people can give these: a new document leaves them open, and the report says so.
    if schema["title"] == "Patra Model Card" {
        let required = &mut schema["properties"]["ai_model"]["required"];
        required
            .as_array_mut()
            .unwrap()
            .retain(|name| !["framework", "test_accuracy", "model_type"].contains(&name.as_str().unwrap()));
    }
    Some(schema)
}

/// The validators, each with the format whose new documents it judges; none where the schemas are not there.
///
/// Formats such as `date` bind where the owners' own programs hold others to them, and where the schema is new.
fn validators() -> Vec<(Format, Validator)> {
    const SCHEMAS: [(Format, &str, bool); 9] = [
        (Format::SAGEMAKER, "sagemaker/model_card_schema.json", false),
        (Format::CYCLONEDX_7, "cyclonedx/bom-1.7.schema.json", true),
        (Format::CYCLONEDX_6, "cyclonedx/bom-1.6.schema.json", true),
        (Format::CYCLONEDX_5, "cyclonedx/bom-1.5.schema.json", true),
        (Format::MODEL_CARD_TOOLKIT_1, "mct/model_card-v0.0.1.schema.json", false),
        (Format::MODEL_CARD_TOOLKIT_2, "mct/model_card-v0.0.2.schema.json", false),
        (Format::PATRA, "patra/schema.json", true),
        (Format::OPEN_MODEL_CARD, "openmodelcard/omc-schema-v0.1.json", true),
        (Format::BRIDGE2AI, "bridge2ai/model_card_schema.yaml", true),
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
        let Some(schema) = schema(path) else {
            eprintln!("NOT RUN: the official schema of {format:?} is not there");
            return None;
        };
        let options = jsonschema::options().with_draft(Draft::Draft7).with_registry(&registry);
        let options = options.should_validate_formats(strict);
        Some((format, options.offline().build(&schema).unwrap()))
    };
    SCHEMAS.into_iter().filter_map(validator).collect()
}

/// The document that a file holds, also inside the answer of a service.
fn document(bytes: &[u8]) -> Option<Json> {
    let document: Json = serde_json::from_slice(bytes).ok().or_else(|| of_yaml(bytes))?;
    match document["Content"].as_str() {
        Some(content) => serde_json::from_str(content).ok(),
        None => Some(document),
    }
}

/// A document in YAML, by another reader; by ours when it has numbers that are too large for that one.
fn of_yaml(bytes: &[u8]) -> Option<Json> {
    serde_yaml_ng::from_slice(bytes).ok().or_else(|| {
        let document = crate::yaml::parse(std::str::from_utf8(bytes).ok()?).ok()?;
        serde_json::from_str(&crate::json::to_text(&document.root.to_value())).ok()
    })
}

/// What a validator refuses in a document.
fn errors(validator: &Validator, document: &Json) -> Vec<String> {
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {:.300}", error.instance_path(), error.to_string()))
        .collect()
}

/// Formats whose schema is open, or has no room for what it does not know: an edited file may hold what it refuses.
const OPEN: [Format; 3] = [Format::PATRA, Format::OPEN_MODEL_CARD, Format::BRIDGE2AI];

/// Writes the card as a new document of each format, which must be valid, and read back with exactly the losses named.
/// Gives what is refused, in words.
fn refused(validators: &[(Format, Validator)], card: &Card, of: &str) -> Vec<String> {
    let mut refused = Vec::new();
    for (format, validator) in validators {
        let written = write(*format, None, card).unwrap();
        let document = document(&written).unwrap();
        // An entry gets its id from its name; without one it has none yet, and the report says so.
        if *format == Format::OPEN_MODEL_CARD && document["id"] == "" {
            continue;
        }
        let errors = errors(validator, &document);
        refused.extend(errors.into_iter().map(|error| format!("{format:?} of {of}: {error}")));
        // A card of Bridge2AI without any member of its own is one of the toolkit.
        let recognised = match *format == Format::BRIDGE2AI {
            true => read_as(*format, &written).unwrap(),
            false => read(&written).unwrap(),
        };
        assert_eq!(recognised.format, *format, "of {of}");
        let untrue = untrue_loss(*format, None, card);
        assert!(untrue.is_none(), "{format:?} of {of}: {untrue:?}");
    }
    refused
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
    let refused: Vec<_> = cards
        .iter()
        .flat_map(|(name, card)| refused(&validators, card, name))
        .collect();
    assert!(
        refused.is_empty(),
        "{}: {:#?}",
        refused.len(),
        &refused[..refused.len().min(20)]
    );
    eprintln!("{} real cards in {} formats", cards.len(), validators.len());
}
