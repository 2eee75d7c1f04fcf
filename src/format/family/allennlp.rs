//! The model cards of AllenNLP, in the nine sections of Mitchell et al. 2019.
//!
//! Places after the template and the cards of allenai/allennlp-models. An answer that is not given is `null`.

use std::sync::LazyLock;

use super::{Family, dialect, has, identify, same, text};
use crate::card::outline;
use crate::format::closed::{OPEN, TEXT, Want};
use crate::format::dialect::{Dialect, Row};
use crate::format::lens::{About, Notation, Readers};

/// The model cards of AllenNLP.
pub(in crate::format) static ALLENNLP: Family = Family {
    about: &About {
        id: "allennlp",
        name: "AllenNLP model card",
        mark: "allennlp",
        notation: Notation::Json,
        purpose: "For the models of AllenNLP: every member is there, null where nothing is answered.",
        readers: Readers::Few,
        can_read: true,
    },
    resembles: |root| has(root, &["model_details", "model_usage"]) && root.member("schema_version").is_none(),
    dialect: |_| &DIALECT,
    blank: BLANK,
    required: &[&["id"]],
    closed: None,
    view: None,
    finish: |document| identify(document, "display_name"),
};

static DIALECT: LazyLock<Dialect> = LazyLock::new(|| dialect(&outline::ALLENNLP, &[], &CONTAINERS, &PLACES));

const CONTAINERS: [(&str, &str); 11] = [
    ("model-details", "model_details"),
    ("model-parameters", "model_parameters"),
    ("intended-use", "intended_use"),
    ("factors", "factors"),
    ("metrics", "metrics"),
    ("evaluation-data", "evaluation_data"),
    ("training-data", "training_data"),
    ("quantitative-analyses", "quantitative_analyses"),
    ("ethical-considerations", "model_ethical_considerations"),
    ("caveats-and-recommendations", "model_caveats_and_recommendations"),
    ("allennlp", "model_usage"),
];

/// A text, or an object such as a dataset with its name and address.
const TEXT_OR_OBJECT: Want = Want::Either(&[TEXT, Want::Group(&OPEN)]);

const fn object(id: &'static str, path: &'static [&'static str]) -> Row {
    same(id, path, &TEXT_OR_OBJECT)
}

const PLACES: [Row; 38] = [
    text("allennlp.id", &["id"]),
    text("allennlp.registered_model_name", &["registered_model_name"]),
    text("allennlp.registered_predictor_name", &["registered_predictor_name"]),
    text("model-details.name", &["display_name"]),
    text("allennlp.task_id", &["task_id"]),
    text("allennlp.archive_file", &["model_usage", "archive_file"]),
    text("allennlp.training_config", &["model_usage", "training_config"]),
    object("allennlp.overrides", &["model_usage", "overrides"]),
    text("how-to-get-started.code", &["model_usage", "install_instructions"]),
    text("model-details.overview", &["model_details", "description"]),
    text("allennlp.short_description", &["model_details", "short_description"]),
    text("model-details.owners", &["model_details", "developed_by"]),
    text("allennlp.contributed_by", &["model_details", "contributed_by"]),
    text("model-details.version_date", &["model_details", "date"]),
    text("model-details.version", &["model_details", "version"]),
    text("model-details.type", &["model_details", "model_type"]),
    object("allennlp.paper", &["model_details", "paper"]),
    text("model-details.citations", &["model_details", "citation"]),
    text("model-details.licenses", &["model_details", "license"]),
    text("model-details.contact", &["model_details", "contact"]),
    text("intended-use.use_cases", &["intended_use", "primary_uses"]),
    text("intended-use.users", &["intended_use", "primary_users"]),
    text("intended-use.out_of_scope", &["intended_use", "out_of_scope_use_cases"]),
    text("factors.relevant", &["factors", "relevant_factors"]),
    text("factors.evaluated", &["factors", "evaluation_factors"]),
    text("metrics.measures", &["metrics", "model_performance_measures"]),
    text("metrics.thresholds", &["metrics", "decision_thresholds"]),
    text("metrics.variation", &["metrics", "variation_approaches"]),
    object("evaluation-data.datasets", &["evaluation_data", "dataset"]),
    text("evaluation-data.motivation", &["evaluation_data", "motivation"]),
    text("evaluation-data.preprocessing", &["evaluation_data", "preprocessing"]),
    object("training-data.datasets", &["training_data", "dataset"]),
    text("allennlp.training_motivation", &["training_data", "motivation"]),
    text("allennlp.training_preprocessing", &["training_data", "preprocessing"]),
    text(
        "quantitative-analyses.unitary",
        &["quantitative_analyses", "unitary_results"],
    ),
    text(
        "quantitative-analyses.intersectional",
        &["quantitative_analyses", "intersectional_results"],
    ),
    text(
        "caveats-and-recommendations.recommendations",
        &["model_caveats_and_recommendations", "caveats_and_recommendations"],
    ),
    text(
        "ethical-considerations.risks",
        &["model_ethical_considerations", "ethical_considerations"],
    ),
];

const BLANK: &str = r#"{"id": "", "registered_model_name": null, "registered_predictor_name": null, "display_name": null,
"task_id": null, "model_usage": {"archive_file": null, "training_config": null, "overrides": null,
"install_instructions": null}, "model_details": {"description": null, "short_description": null, "developed_by": null,
"contributed_by": null, "date": null, "version": null, "model_type": null, "paper": null, "citation": null,
"license": null, "contact": null}, "intended_use": {"primary_uses": null, "primary_users": null,
"out_of_scope_use_cases": null}, "factors": {"relevant_factors": null, "evaluation_factors": null},
"metrics": {"model_performance_measures": null, "decision_thresholds": null, "variation_approaches": null},
"evaluation_data": {"dataset": null, "motivation": null, "preprocessing": null},
"training_data": {"dataset": null, "motivation": null, "preprocessing": null},
"quantitative_analyses": {"unitary_results": null, "intersectional_results": null},
"model_caveats_and_recommendations": {"caveats_and_recommendations": null},
"model_ethical_considerations": {"ethical_considerations": null}}"#;
