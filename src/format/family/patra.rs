//! The model cards of the Patra toolkit.
//!
//! Places after the JSON Schema of Data-to-Insight-Center/patra-toolkit (`schema.json`). It is open: members that it does not
//! name are kept.

use std::sync::LazyLock;

use super::{Family, dialect, has, is_group, nothing, text};
use crate::card::outline::{self, patra};
use crate::format::closed::Want;
use crate::format::dialect::{Dialect, Row, Shape};
use crate::format::lens::{About, Notation, Readers};
use crate::word;

/// The model cards of the Patra toolkit.
pub(in crate::format) static PATRA: Family = Family {
    about: &About {
        id: "patra",
        name: "Patra model card",
        mark: "patra",
        notation: Notation::Json,
        purpose: "For the Patra toolkit. Its required members are there; the report names those that are still empty.",
        readers: Readers::Few,
        can_read: true,
    },
    resembles: |root| is_group(root, "ai_model") && has(root, &["short_description"]),
    dialect: |_| &DIALECT,
    blank: BLANK,
    required: &[
        &["name"],
        &["version"],
        &["short_description"],
        &["full_description"],
        &["keywords"],
        &["author"],
        &["input_type"],
        &["input_data"],
        &["output_data"],
        &["ai_model", "name"],
        &["ai_model", "version"],
        &["ai_model", "description"],
        &["ai_model", "owner"],
        &["ai_model", "location"],
        &["ai_model", "license"],
        &["ai_model", "framework"],
        &["ai_model", "model_type"],
        &["ai_model", "test_accuracy"],
    ],
    closed: None,
    view: None,
    finish: nothing,
};

static DIALECT: LazyLock<Dialect> =
    LazyLock::new(|| dialect(&outline::PATRA, &[], &[("ai-model", "ai_model")], &PLACES));

const ADDRESS: Want = Want::form(word!("A web address or a DOI"), is_address);

/// As the schema's patterns have it: `http`, `https` or `ftp` and no blank, or a DOI that begins with `10.`.
fn is_address(text: &str) -> bool {
    let is_doi = text
        .strip_prefix("10.")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(number, rest)| {
            (4..=9).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty()
        });
    let is_url = ["http://", "https://", "ftp://"].iter().any(|scheme| {
        text.strip_prefix(scheme)
            .is_some_and(|rest| rest.chars().count() > 1 && !rest.starts_with(['/', '$', '.', '?', '#']))
    });
    text.is_empty() || ((is_doi || is_url) && !text.contains(char::is_whitespace))
}

const PLACES: [Row; 23] = [
    text("model-details.name", &["name"]),
    text("model-details.version", &["version"]),
    text("model-details.overview", &["short_description"]),
    text("model-details.description", &["full_description"]),
    text("metadata.tags", &["keywords"]),
    text("model-details.owners", &["author"]),
    text("patra-card.input_type", &["input_type"]),
    (
        "patra-card.category",
        &["category"],
        Shape::Same,
        &Want::OneOf(patra::CATEGORIES),
    ),
    ("patra-card.input_data", &["input_data"], Shape::Same, &ADDRESS),
    ("patra-card.output_data", &["output_data"], Shape::Same, &ADDRESS),
    text("model-details.citations", &["citation"]),
    text("metadata.base_model", &["foundational_model"]),
    text("model-details.documentation", &["documentation"]),
    text("ai-model.name", &["ai_model", "name"]),
    text("ai-model.version", &["ai_model", "version"]),
    text("ai-model.description", &["ai_model", "description"]),
    text("ai-model.owner", &["ai_model", "owner"]),
    text("model-details.path", &["ai_model", "location"]),
    text("model-details.licenses", &["ai_model", "license"]),
    (
        "ai-model.framework",
        &["ai_model", "framework"],
        Shape::Same,
        &Want::OneOf(patra::FRAMEWORKS),
    ),
    (
        "ai-model.model_type",
        &["ai_model", "model_type"],
        Shape::Same,
        &Want::OneOf(patra::MODEL_TYPES),
    ),
    (
        "ai-model.test_accuracy",
        &["ai_model", "test_accuracy"],
        Shape::Same,
        &Want::Number,
    ),
    text("ai-model.inference_labels", &["ai_model", "inference_labels"]),
];

const BLANK: &str = r#"{"name": "", "version": "", "short_description": "", "full_description": "", "keywords": "",
"author": "", "input_type": "", "input_data": "", "output_data": "", "ai_model": {"name": "", "version": "",
"description": "", "owner": "", "location": "", "license": ""}, "bias_analysis": null, "xai_analysis": null,
"model_requirements": null}"#;
