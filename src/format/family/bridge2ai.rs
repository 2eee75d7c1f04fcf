//! The model cards of Bridge2AI: the Model Card Toolkit's schema v0.0.2, in YAML, with more members.
//!
//! Places after the LinkML schema of bridge2ai/model-card-schema (`model_card_schema.yaml`).

use std::sync::LazyLock;

use super::{DATE, Family, dialect, is_group, same, text};
use crate::card::check;
use crate::card::outline::{self, ROLES};
use crate::format::closed::{CLOSED, Members, TEXT, TEXTS, Want};
use crate::format::dialect::{Dialect, Row, Shape};
use crate::format::lens::{About, Notation, Readers};
use crate::json::{Node, Value};

/// The model cards of Bridge2AI.
pub(in crate::format) static BRIDGE2AI: Family = Family {
    about: &About {
        id: "bridge2ai",
        name: "Bridge2AI model card",
        mark: "bridge2ai",
        notation: Notation::Yaml,
        purpose: "YAML for the tools of Bridge2AI: the Model Card Toolkit’s members and more for science.",
        readers: Readers::Few,
        can_read: true,
    },
    resembles,
    dialect: |_| &DIALECT,
    blank: r#"{"schema_version": "0.0.2", "model_details": {"name": ""}}"#,
    required: &[&["model_details", "name"]],
    closed: Some(&[
        &["schema_version"],
        &["model_details", "version", "last_updated"],
        &["model_details", "version", "superseded_by"],
    ]),
    view: None,
    finish: tell_apart,
};

static DIALECT: LazyLock<Dialect> =
    LazyLock::new(|| dialect(&outline::BRIDGE2AI, &["schema_version"], &CONTAINERS, &PLACES));

/// Members of the toolkit's schema, by which the family is one of its relatives.
const OF_TOOLKIT: [&str; 4] = [
    "schema_version",
    "model_parameters",
    "quantitative_analysis",
    "considerations",
];
/// Members at the root that the toolkit's schema does not have.
const OWN: [&str; 10] = [
    "pipeline_tag",
    "library_name",
    "framework",
    "model_index",
    "model_category",
    "mission_relevance",
    "usage_documentation",
    "bias_model",
    "bias_output",
    "base_model",
];
/// The same, one level deeper.
const OWN_INSIDE: [(&str, &str); 6] = [
    ("model_details", "short_description"),
    ("model_details", "contributors"),
    ("model_parameters", "compute_infrastructure"),
    ("model_parameters", "training_procedure"),
    ("quantitative_analysis", "evaluation_procedure"),
    ("considerations", "out_of_scope_uses"),
];

fn resembles(root: &Node) -> bool {
    let own = OWN.iter().any(|name| root.member(name).is_some());
    let inside = OWN_INSIDE
        .iter()
        .any(|(outer, inner)| root.member(outer).is_some_and(|node| node.member(inner).is_some()));
    is_group(root, "model_details")
        && root.member("model_usage").is_none()
        && OF_TOOLKIT.iter().any(|name| root.member(name).is_some())
        && (own || inside)
}

/// Gives a new card a member that the toolkit's schema does not have, without an answer: without one its own files would be
/// taken for those of the toolkit.
fn tell_apart(document: &mut Value) {
    let is_told = OWN.iter().any(|name| document.member(name).is_some());
    if !is_told && let Value::Group(members) = document {
        members.push(("model_category".to_owned(), Value::text("")));
    }
}

const CONTAINERS: [(&str, &str); 11] = [
    ("model-details", "model_details"),
    ("model-parameters", "model_parameters"),
    ("intended-use", "intended_use"),
    ("factors", "factors"),
    ("metrics", "measures"),
    ("evaluation-data", "evaluation_data"),
    ("training-data", "training_data"),
    ("quantitative-analyses", "quantitative_analysis"),
    ("ethical-considerations", "considerations"),
    ("caveats-and-recommendations", "caveats_and_recommendations"),
    ("bridge2ai", "further_information"),
];

const OWNERS: Want = Want::list(&Want::Group(&Members {
    known: &[("name", TEXT), ("contact", TEXT)],
    bare: |text| Some(("name", text.to_owned())),
    ..CLOSED
}));
const CONTRIBUTORS: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("name", TEXT),
        ("role", Want::OneOf(ROLES)),
        ("email", TEXT),
        ("orcid", TEXT),
        ("affiliation", TEXT),
    ],
    needs: &[&["name"]],
    bare: |text| Some(("name", text.to_owned())),
    ..CLOSED
}));
const LICENCES: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("identifier", TEXT),
        ("custom_text", TEXT),
        ("license_name", TEXT),
        ("license_link", TEXT),
    ],
    bare: |text| {
        Some(match check::licence(text) {
            Some(identifier) => ("identifier", identifier.to_owned()),
            None => ("custom_text", text.to_owned()),
        })
    },
    ..CLOSED
}));
const CITATIONS: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("style", Want::OneOf(&["MLA", "APA", "Chicago", "IEEE"])),
        ("citation", TEXT),
    ],
    bare: |text| Some(("citation", text.to_owned())),
    ..CLOSED
}));
const PAIRS: Want = Want::list(&Want::Group(&Members {
    known: &[("key", TEXT), ("value", TEXT)],
    bare: |text| Some(("value", text.to_owned())),
    ..CLOSED
}));
const FIGURES: Want = Want::Group(&Members {
    known: &[
        ("description", TEXT),
        (
            "collection",
            Want::list(&Want::Group(&Members {
                known: &[("name", TEXT), ("image", TEXT)],
                ..CLOSED
            })),
        ),
    ],
    ..CLOSED
});
/// Without a link a dataset is refused.
const DATASETS: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("name", TEXT),
        ("link", TEXT),
        (
            "sensitive",
            Want::Group(&Members {
                known: &[("sensitive_data", TEXTS)],
                ..CLOSED
            }),
        ),
        ("graphics", FIGURES),
        ("description", TEXT),
        ("bias_input", TEXT),
        ("unit", TEXT),
    ],
    needs: &[&["link"]],
    ..CLOSED
}));
/// Numbers here, where the toolkit has texts.
const METRICS: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("type", TEXT),
        ("value", Want::Number),
        ("slice", TEXT),
        (
            "confidence_interval",
            Want::Group(&Members {
                known: &[("lower_bound", Want::Number), ("upper_bound", Want::Number)],
                ..CLOSED
            }),
        ),
        ("threshold", Want::Number),
        ("value_error", Want::Number),
        ("unit", TEXT),
    ],
    needs: &[&["type"]],
    bare: |text| Some(("type", text.to_owned())),
    ..CLOSED
}));
const RISKS: Want = Want::list(&Want::Group(&Members {
    known: &[("name", TEXT), ("mitigation_strategy", TEXT)],
    bare: |text| Some(("name", text.to_owned())),
    ..CLOSED
}));
fn description(text: &str) -> Option<(&'static str, String)> {
    Some(("description", text.to_owned()))
}

const TRAINING: Want = Want::Group(&Members {
    known: &[
        ("description", TEXT),
        ("methodology", TEXT),
        (
            "reproducibility_info",
            Want::Group(&Members {
                known: &[
                    ("random_seed", Want::Number),
                    ("environment_config", TEXT),
                    ("pipeline_url", TEXT),
                    ("hyperparameters", HYPERPARAMETERS),
                ],
                ..CLOSED
            }),
        ),
        ("pre_training_info", TEXT),
        ("training_data_separate", Want::YesNo),
    ],
    bare: description,
    ..CLOSED
});
const HYPERPARAMETERS: Want = Want::Group(&Members {
    known: &[
        ("model_initialization", TEXT),
        ("optimizer", TEXT),
        ("loss_function", TEXT),
        ("stopping_criterion", TEXT),
        ("training_epochs", Want::Number),
        ("training_steps", Want::Number),
        ("batch_size", Want::Number),
        ("learning_rate", Want::Number),
        ("prompting_template", TEXT),
        ("optimization_techniques", TEXTS),
        ("fine_tuning_method", TEXT),
    ],
    ..CLOSED
});
const EVALUATION: Want = Want::Group(&Members {
    known: &[
        ("description", TEXT),
        ("benchmarks", TEXTS),
        ("baselines", TEXTS),
        ("sota_comparison", TEXT),
        ("uncertainty_quantification", TEXT),
        ("evaluation_data_separate", Want::YesNo),
    ],
    bare: description,
    ..CLOSED
});
const MISSION: Want = Want::Group(&Members {
    known: &[
        ("doe_project", TEXT),
        ("doe_facility", TEXT),
        ("funding_source", TEXT),
        ("description", TEXT),
    ],
    bare: description,
    ..CLOSED
});
const COMPUTE: Want = Want::Group(&Members {
    known: &[
        ("hardware", TEXT),
        ("hardware_list", TEXTS),
        ("software", TEXT),
        ("software_dependencies", TEXT),
        ("training_speed", TEXT),
    ],
    bare: |text| Some(("hardware", text.to_owned())),
    ..CLOSED
});
const USAGE: Want = Want::Group(&Members {
    known: &[
        ("installation_instructions", TEXT),
        ("training_configuration", TEXT),
        ("inference_configuration", TEXT),
        (
            "code_examples",
            Want::list(&Want::Group(&Members {
                known: &[("code", TEXT), ("code_language", TEXT), ("description", TEXT)],
                needs: &[&["code"]],
                bare: |text| Some(("code", text.to_owned())),
                ..CLOSED
            })),
        ),
    ],
    bare: |text| Some(("installation_instructions", text.to_owned())),
    ..CLOSED
});
/// Arguments are a text here, where the hub has an object.
const RESULTS: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("name", TEXT),
        (
            "results",
            Want::list(&Want::Group(&Members {
                known: &[
                    ("task", TASK),
                    ("dataset", MEASURED_DATASET),
                    ("metrics", MEASURED),
                    ("source", SOURCE),
                ],
                ..CLOSED
            })),
        ),
    ],
    ..CLOSED
}));
const TASK: Want = Want::Group(&Members {
    known: &[("type", TEXT), ("name", TEXT)],
    ..CLOSED
});
const MEASURED_DATASET: Want = Want::Group(&Members {
    known: &[
        ("type", TEXT),
        ("name", TEXT),
        ("config", TEXT),
        ("split", TEXT),
        ("revision", TEXT),
        ("args", TEXT),
    ],
    ..CLOSED
});
const MEASURED: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("type", TEXT),
        ("value", Want::Number),
        ("name", TEXT),
        ("config", TEXT),
        ("args", TEXT),
    ],
    ..CLOSED
}));
const SOURCE: Want = Want::Group(&Members {
    known: &[("name", TEXT), ("url", TEXT)],
    ..CLOSED
});
const fn texts(id: &'static str, path: &'static [&'static str]) -> Row {
    same(id, path, &TEXTS)
}

/// A list of texts, each the description of an object.
const fn described(id: &'static str, path: &'static [&'static str]) -> Row {
    (id, path, Shape::Wrapped("description"), &TEXTS)
}

const PLACES: [Row; 45] = [
    text("model-details.name", &["model_details", "name"]),
    text("bridge2ai.short_description", &["model_details", "short_description"]),
    text("model-details.overview", &["model_details", "overview"]),
    text("model-details.documentation", &["model_details", "documentation"]),
    same("model-details.owners", &["model_details", "owners"], &OWNERS),
    same(
        "bridge2ai.contributors",
        &["model_details", "contributors"],
        &CONTRIBUTORS,
    ),
    text("model-details.version", &["model_details", "version", "name"]),
    same(
        "model-details.version_date",
        &["model_details", "version", "date"],
        &DATE,
    ),
    text("model-details.version_notes", &["model_details", "version", "diff"]),
    same("model-details.licenses", &["model_details", "licenses"], &LICENCES),
    (
        "model-details.references",
        &["model_details", "references"],
        Shape::Wrapped("reference"),
        &TEXTS,
    ),
    same("model-details.citations", &["model_details", "citations"], &CITATIONS),
    text("model-details.path", &["model_details", "path"]),
    text(
        "model-parameters.architecture",
        &["model_parameters", "model_architecture"],
    ),
    same("training-data.datasets", &["model_parameters", "data"], &DATASETS),
    text("model-parameters.input_format", &["model_parameters", "input_format"]),
    same(
        "model-parameters.input_format_map",
        &["model_parameters", "input_format_map"],
        &PAIRS,
    ),
    text("model-parameters.output_format", &["model_parameters", "output_format"]),
    same(
        "model-parameters.output_format_map",
        &["model_parameters", "output_format_map"],
        &PAIRS,
    ),
    same(
        "technical-specifications.compute",
        &["model_parameters", "compute_infrastructure"],
        &COMPUTE,
    ),
    same(
        "training-details.procedure",
        &["model_parameters", "training_procedure"],
        &TRAINING,
    ),
    same(
        "quantitative-analyses.performance_metrics",
        &["quantitative_analysis", "performance_metrics"],
        &METRICS,
    ),
    same(
        "quantitative-analyses.graphics",
        &["quantitative_analysis", "graphics"],
        &FIGURES,
    ),
    same(
        "bridge2ai.evaluation_procedure",
        &["quantitative_analysis", "evaluation_procedure"],
        &EVALUATION,
    ),
    described("intended-use.users", &["considerations", "users"]),
    described("intended-use.use_cases", &["considerations", "use_cases"]),
    described("intended-use.out_of_scope", &["considerations", "out_of_scope_uses"]),
    described(
        "caveats-and-recommendations.limitations",
        &["considerations", "limitations"],
    ),
    described("ethical-considerations.tradeoffs", &["considerations", "tradeoffs"]),
    same(
        "ethical-considerations.ethical_considerations",
        &["considerations", "ethical_considerations"],
        &RISKS,
    ),
    text("bridge2ai.framework", &["framework"]),
    text("bridge2ai.framework_version", &["framework_version"]),
    text("metadata.library_name", &["library_name"]),
    text("metadata.pipeline_tag", &["pipeline_tag"]),
    texts("metadata.language", &["language"]),
    text("metadata.base_model", &["base_model"]),
    texts("metadata.tags", &["tags"]),
    texts("metadata.datasets", &["datasets"]),
    texts("metadata.metrics", &["metrics"]),
    same("metadata.model_index", &["model_index"], &RESULTS),
    text("bridge2ai.model_category", &["model_category"]),
    text("bridge2ai.bias_model", &["bias_model"]),
    text("bridge2ai.bias_output", &["bias_output"]),
    same("bridge2ai.mission_relevance", &["mission_relevance"], &MISSION),
    same("how-to-get-started.code", &["usage_documentation"], &USAGE),
];
