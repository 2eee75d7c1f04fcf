//! The places of a SageMaker model card, and what its schema accepts there, as data.
//!
//! After `model_card_schema.json` 0.1.0. Where the schema only hints at a limit of the service (a pattern of so many
//! characters, a limit beside the list it means), the limit holds.

use crate::card::outline::SAGEMAKER;
use crate::format::closed::{CLOSED, Members, OPEN, TEXT, Want};
use crate::format::dialect::{Dialect, Place, Row, Shape};
use crate::word;

const CONTAINERS: [(&str, &str); 6] = [
    ("model-overview", "model_overview"),
    ("intended-uses", "intended_uses"),
    ("business-details", "business_details"),
    ("training", "training_details"),
    ("evaluation-details", "evaluation_notes"),
    ("additional-information", "additional_information"),
];

const JOB: &str = "training_job_details";

const PLACES: [Row; 26] = [
    (
        "model-details.overview",
        &["model_overview", "model_description"],
        Shape::Same,
        &TEXT_1024,
    ),
    (
        "model-overview.creator",
        &["model_overview", "model_creator"],
        Shape::Same,
        &TEXT_1024,
    ),
    (
        "model-details.path",
        &["model_overview", "model_artifact"],
        Shape::Same,
        &TEXTS_15,
    ),
    (
        "model-details.type",
        &["model_overview", "algorithm_type"],
        Shape::Same,
        &TEXT_1024,
    ),
    (
        "metadata.pipeline_tag",
        &["model_overview", "problem_type"],
        Shape::Same,
        &TEXT,
    ),
    (
        "model-details.owners",
        &["model_overview", "model_owner"],
        Shape::Same,
        &TEXT_1024,
    ),
    (
        "intended-uses.purpose",
        &["intended_uses", "purpose_of_model"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "intended-use.use_cases",
        &["intended_uses", "intended_uses"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "factors.relevant",
        &["intended_uses", "factors_affecting_model_efficiency"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "intended-uses.risk_rating",
        &["intended_uses", "risk_rating"],
        Shape::Same,
        &RISK,
    ),
    (
        "intended-uses.risk_explanation",
        &["intended_uses", "explanations_for_risk_rating"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "business-details.problem",
        &["business_details", "business_problem"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "business-details.stakeholders",
        &["business_details", "business_stakeholders"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "business-details.line",
        &["business_details", "line_of_business"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "training.objective",
        &["training_details", "objective_function"],
        Shape::Same,
        &OBJECTIVE,
    ),
    (
        "training-details.procedure",
        &["training_details", "training_observations"],
        Shape::Same,
        &TEXT_1024,
    ),
    (
        "training.job",
        &["training_details", JOB, "training_arn"],
        Shape::Same,
        &TEXT_1024,
    ),
    (
        "training-data.datasets",
        &["training_details", JOB, "training_datasets"],
        Shape::Same,
        &TEXTS_15,
    ),
    (
        "training.images",
        &["training_details", JOB, "training_environment", "container_image"],
        Shape::Same,
        &TEXTS_15,
    ),
    (
        "training.metrics",
        &["training_details", JOB, "training_metrics"],
        Shape::Same,
        &TRAINING_METRICS,
    ),
    (
        "training.own_metrics",
        &["training_details", JOB, "user_provided_training_metrics"],
        Shape::Same,
        &TRAINING_METRICS,
    ),
    (
        "training.hyperparameters",
        &["training_details", JOB, "hyper_parameters"],
        Shape::Same,
        &HYPERPARAMETERS,
    ),
    (
        "training.own_hyperparameters",
        &["training_details", JOB, "user_provided_hyper_parameters"],
        Shape::Same,
        &HYPERPARAMETERS,
    ),
    (
        "evaluation-details.evaluations",
        &["evaluation_details"],
        Shape::Same,
        &EVALUATIONS,
    ),
    (
        "ethical-considerations.ethical_considerations",
        &["additional_information", "ethical_considerations"],
        Shape::Same,
        &TEXT_2048,
    ),
    (
        "caveats-and-recommendations.recommendations",
        &["additional_information", "caveats_and_recommendations"],
        Shape::Same,
        &TEXT_2048,
    ),
];

const CUSTOM: Row = (
    "additional-information.custom_details",
    &["additional_information", "custom_details"],
    Shape::Pairs("name", "value"),
    &DETAILS,
);

/// Members that later versions of the service know and the schema does not: kept in a file, left out of a new one.
const LATER: [(&str, &[&str]); 3] = [
    ("model-details.name", &["model_overview", "model_name"]),
    ("model-details.version", &["model_overview", "model_version"]),
    (
        "model-overview.images",
        &["model_overview", "inference_environment", "container_image"],
    ),
];

pub(super) fn dialect() -> Dialect {
    let native = PLACES.iter().chain([&CUSTOM]).map(Place::native);
    let later = LATER.iter().map(|(id, path)| Place::beyond(id, path.to_vec()));
    Dialect {
        outline: &SAGEMAKER,
        hidden: &[],
        containers: CONTAINERS.to_vec(),
        places: native.chain(later).collect(),
    }
}

const TEXT_63: Want = Want::text(63);
const TEXT_1024: Want = Want::text(1024);
const TEXT_2048: Want = Want::text(2048);
const TEXTS_15: Want = Want::List(&TEXT_1024, 15);
const RISK: Want = Want::OneOf(&["High", "Medium", "Low", "Unknown"]);

fn is_name(text: &str, most: usize) -> bool {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    (1..=most).contains(&text.chars().count()) && !text.contains(is_break)
}

const NAME_63: Want = Want::form(word!("A name of 1 to 63 characters on one line"), |text| {
    is_name(text, 63)
});
const NAME_255: Want = Want::form(word!("A name of 1 to 255 characters on one line"), |text| {
    is_name(text, 255)
});

const OBJECTIVE: Want = Want::Group(&Members {
    known: &[
        (
            "function",
            Want::Group(&Members {
                known: &[
                    ("function", Want::OneOf(&["Maximize", "Minimize"])),
                    ("facet", TEXT_63),
                    ("condition", TEXT_63),
                ],
                ..CLOSED
            }),
        ),
        ("notes", TEXT_1024),
    ],
    bare: |text| Some(("notes", text.to_owned())),
    ..CLOSED
});

const TRAINING_METRICS: Want = Want::List(
    &Want::Group(&Members {
        known: &[("name", NAME_255), ("notes", TEXT_1024), ("value", Want::Number)],
        needs: &[&["name"], &["value"]],
        ..CLOSED
    }),
    50,
);

const HYPERPARAMETERS: Want = Want::List(
    &Want::Group(&Members {
        known: &[("name", NAME_255), ("value", Want::text(255))],
        needs: &[&["name"]],
        bare: |text| Some(("name", text.to_owned())),
        ..CLOSED
    }),
    100,
);

/// A metric of a type, with the values and the names of axes that belong to it.
macro_rules! metric {
    ($types:expr, $value:expr, $x:expr, $y:expr) => {
        Want::Group(&Members {
            known: &[
                ("name", NAME_255),
                ("notes", TEXT_1024),
                ("type", Want::OneOf($types)),
                ("value", $value),
                ("x_axis_name", $x),
                ("y_axis_name", $y),
            ],
            needs: &[&["name"], &["type"], &["value"]],
            ..CLOSED
        })
    };
}

const AXES: Want = Want::List(&TEXT_63, usize::MAX);
const NUMBERS: Want = Want::Whole(&Want::Number, 1, usize::MAX);
const POINTS: Want = Want::Whole(&Want::Whole(&Want::Number, 2, 2), 1, usize::MAX);
const MATRIX: Want = Want::Whole(&Want::Whole(&Want::Number, 1, 20), 1, 20);

const METRIC: Want = Want::Either(&[
    metric!(
        &["number", "string", "boolean"],
        Want::Either(&[Want::Number, TEXT_63, Want::YesNo]),
        TEXT_63,
        TEXT_63
    ),
    metric!(&["linear_graph"], POINTS, TEXT_63, TEXT_63),
    metric!(&["bar_chart"], NUMBERS, AXES, TEXT_63),
    metric!(&["matrix"], MATRIX, AXES, AXES),
]);

const EVALUATIONS: Want = Want::List(
    &Want::Group(&Members {
        known: &[
            ("name", NAME_63),
            ("evaluation_observation", Want::text(2096)),
            ("evaluation_job_arn", Want::text(256)),
            ("datasets", Want::List(&TEXT_1024, 10)),
            (
                "metadata",
                Want::Group(&Members {
                    further: Some(&TEXT_1024),
                    ..OPEN
                }),
            ),
            (
                "metric_groups",
                Want::List(
                    &Want::Group(&Members {
                        known: &[("name", NAME_63), ("metric_data", Want::List(&METRIC, usize::MAX))],
                        needs: &[&["name"], &["metric_data"]],
                        ..OPEN
                    }),
                    usize::MAX,
                ),
            ),
        ],
        needs: &[&["name"]],
        bare: |text| Some(("evaluation_observation", text.to_owned())),
        ..CLOSED
    }),
    usize::MAX,
);

const DETAILS: Want = Want::List(
    &Want::Group(&Members {
        known: &[("name", TEXT), ("value", TEXT_1024)],
        needs: &[&["name"], &["value"]],
        ..CLOSED
    }),
    usize::MAX,
);
