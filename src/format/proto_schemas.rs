//! The kinds of messages of the Model Card Toolkit and of VerifyML, with their field numbers.
//!
//! After `model_card_toolkit/proto/model_card.proto` of tensorflow/model-card-toolkit (v0.0.2) and
//! `verifyml/model_card_toolkit/proto/model_card.proto` of cylynx/verifyml (v0.0.4). The private extensions of other
//! programs, WebCards among them, were never published: their fields have numbers only.

use crate::proto::{FieldType, Schema};

const fn schema(name: &'static str, fields: &'static [FieldType]) -> Schema {
    Schema { name, fields }
}

const fn described(name: &'static str) -> Schema {
    schema(name, const { &[FieldType::text(1, "description")] })
}

/// A model card of the toolkit, v0.0.2.
pub(super) static TOOLKIT: Schema = schema(
    "ModelCard",
    &[
        FieldType::one(1, "model_details", &DETAILS),
        FieldType::one(2, "model_parameters", &PARAMETERS),
        FieldType::one(3, "quantitative_analysis", &ANALYSIS),
        FieldType::one(4, "considerations", &CONSIDERATIONS),
    ],
);

/// A model card of VerifyML, v0.0.4.
pub(super) static VERIFYML: Schema = schema(
    "ModelCard",
    &[
        FieldType::one(1, "model_details", &VERIFYML_DETAILS),
        FieldType::one(2, "model_parameters", &VERIFYML_PARAMETERS),
        FieldType::one(3, "quantitative_analysis", &VERIFYML_ANALYSIS),
        FieldType::one(4, "considerations", &VERIFYML_CONSIDERATIONS),
        FieldType::one(5, "explainability_analysis", &EXPLAINABILITY),
        FieldType::one(6, "fairness_analysis", &FAIRNESS),
    ],
);

/// Fields that only VerifyML has, in messages where other programs add nothing: where one of them stands and everything
/// else fits too, a card is from there. The further fields of the outer messages do not tell, because the private
/// extensions use the same numbers.
pub(super) const TELLING: [(&str, &str); 9] = [
    ("Owner", "role"),
    ("SensitiveData", "sensitive_data_used"),
    ("SensitiveData", "justification"),
    ("PerformanceMetric", "description"),
    ("PerformanceMetric", "graphics"),
    ("PerformanceMetric", "tests"),
    ("ExplainabilityReport", "graphics"),
    ("FairnessReport", "graphics"),
    ("Test", "passed"),
];

static DETAILS: Schema = schema(
    "ModelDetails",
    &[
        FieldType::text(1, "name"),
        FieldType::text(2, "overview"),
        FieldType::text(3, "documentation"),
        FieldType::many(4, "owners", &OWNER),
        FieldType::one(5, "version", &VERSION),
        FieldType::many(6, "licenses", &LICENSE),
        FieldType::many(7, "references", &REFERENCE),
        FieldType::many(8, "citations", &CITATION),
        FieldType::text(9, "path"),
    ],
);

static VERIFYML_DETAILS: Schema = schema(
    "ModelDetails",
    &[
        FieldType::text(1, "name"),
        FieldType::text(2, "overview"),
        FieldType::text(3, "documentation"),
        FieldType::many(4, "owners", &VERIFYML_OWNER),
        FieldType::one(5, "version", &VERSION),
        FieldType::many(6, "licenses", &LICENSE),
        FieldType::many(7, "references", &REFERENCE),
        FieldType::many(8, "citations", &CITATION),
        FieldType::text(9, "path"),
        FieldType::many(10, "regulatory_requirements", &REQUIREMENT),
    ],
);

static OWNER: Schema = schema("Owner", &[FieldType::text(1, "name"), FieldType::text(2, "contact")]);

static VERIFYML_OWNER: Schema = schema(
    "Owner",
    &[
        FieldType::text(1, "name"),
        FieldType::text(2, "contact"),
        FieldType::text(3, "role"),
    ],
);

static VERSION: Schema = schema(
    "Version",
    &[
        FieldType::text(1, "name"),
        FieldType::text(2, "date"),
        FieldType::text(3, "diff"),
    ],
);

static LICENSE: Schema = schema(
    "License",
    &[FieldType::text(1, "identifier"), FieldType::text(2, "custom_text")],
);

static REFERENCE: Schema = schema("Reference", &[FieldType::text(1, "reference")]);

static CITATION: Schema = schema(
    "Citation",
    &[FieldType::text(1, "style"), FieldType::text(2, "citation")],
);

static REQUIREMENT: Schema = schema("RegulatoryRequirement", &[FieldType::text(1, "regulation")]);

static PARAMETERS: Schema = schema(
    "ModelParameters",
    &[
        FieldType::text(1, "model_architecture"),
        FieldType::many(2, "data", &DATASET),
        FieldType::text(3, "input_format"),
        FieldType::text(4, "output_format"),
        FieldType::many(5, "input_format_map", &KEY_VALUE),
        FieldType::many(6, "output_format_map", &KEY_VALUE),
    ],
);

static VERIFYML_PARAMETERS: Schema = schema(
    "ModelParameters",
    &[
        FieldType::text(1, "model_architecture"),
        FieldType::many(2, "data", &VERIFYML_DATASET),
        FieldType::text(3, "input_format"),
        FieldType::text(4, "output_format"),
        FieldType::many(5, "input_format_map", &KEY_VALUE),
        FieldType::many(6, "output_format_map", &KEY_VALUE),
    ],
);

static DATASET: Schema = schema(
    "Dataset",
    &[
        FieldType::text(1, "name"),
        FieldType::text(2, "link"),
        FieldType::one(3, "sensitive", &SENSITIVE),
        FieldType::one(4, "graphics", &GRAPHICS),
        FieldType::text(5, "description"),
    ],
);

static VERIFYML_DATASET: Schema = schema(
    "Dataset",
    &[
        FieldType::text(1, "name"),
        FieldType::text(2, "link"),
        FieldType::one(3, "sensitive", &VERIFYML_SENSITIVE),
        FieldType::one(4, "graphics", &GRAPHICS),
        FieldType::text(5, "description"),
    ],
);

static SENSITIVE: Schema = schema("SensitiveData", &[FieldType::texts(1, "sensitive_data")]);

static VERIFYML_SENSITIVE: Schema = schema(
    "SensitiveData",
    &[
        FieldType::texts(1, "sensitive_data"),
        FieldType::texts(2, "sensitive_data_used"),
        FieldType::text(3, "justification"),
    ],
);

static GRAPHICS: Schema = schema(
    "GraphicsCollection",
    &[
        FieldType::text(1, "description"),
        FieldType::many(2, "collection", &GRAPHIC),
    ],
);

static GRAPHIC: Schema = schema("Graphic", &[FieldType::text(1, "name"), FieldType::text(2, "image")]);

static KEY_VALUE: Schema = schema("KeyVal", &[FieldType::text(1, "key"), FieldType::text(2, "value")]);

static ANALYSIS: Schema = schema(
    "QuantitativeAnalysis",
    &[
        FieldType::many(1, "performance_metrics", &METRIC),
        FieldType::one(2, "graphics", &GRAPHICS),
    ],
);

static VERIFYML_ANALYSIS: Schema = schema(
    "QuantitativeAnalysis",
    &[
        FieldType::many(1, "performance_metrics", &VERIFYML_METRIC),
        FieldType::one(2, "graphics", &GRAPHICS),
    ],
);

static METRIC: Schema = schema(
    "PerformanceMetric",
    &[
        FieldType::text(1, "type"),
        FieldType::text(2, "value"),
        FieldType::text(3, "slice"),
        FieldType::one(4, "confidence_interval", &INTERVAL),
    ],
);

static INTERVAL: Schema = schema(
    "ConfidenceInterval",
    &[FieldType::text(1, "lower_bound"), FieldType::text(2, "upper_bound")],
);

static VERIFYML_METRIC: Schema = schema(
    "PerformanceMetric",
    &[
        FieldType::text(1, "type"),
        FieldType::text(2, "value"),
        FieldType::text(3, "slice"),
        FieldType::text(4, "description"),
        FieldType::one(5, "graphics", &GRAPHICS),
        FieldType::many(6, "tests", &TEST),
    ],
);

static TEST: Schema = schema(
    "Test",
    &[
        FieldType::text(1, "name"),
        FieldType::text(2, "description"),
        FieldType::text(3, "threshold"),
        FieldType::text(4, "result"),
        FieldType::flag(5, "passed"),
        FieldType::one(6, "graphics", &GRAPHICS),
    ],
);

static CONSIDERATIONS: Schema = schema(
    "Considerations",
    &[
        FieldType::many(1, "users", &USER),
        FieldType::many(2, "use_cases", &USE_CASE),
        FieldType::many(3, "limitations", &LIMITATION),
        FieldType::many(4, "tradeoffs", &TRADEOFF),
        FieldType::many(5, "ethical_considerations", &RISK),
    ],
);

static VERIFYML_CONSIDERATIONS: Schema = schema(
    "Considerations",
    &[
        FieldType::many(1, "users", &USER),
        FieldType::many(2, "use_cases", &USE_CASE),
        FieldType::many(3, "limitations", &LIMITATION),
        FieldType::many(4, "tradeoffs", &TRADEOFF),
        FieldType::many(5, "ethical_considerations", &RISK),
        FieldType::many(6, "fairness_assessment", &ASSESSMENT),
    ],
);

static USER: Schema = described("User");
static USE_CASE: Schema = described("UseCase");
static LIMITATION: Schema = described("Limitation");
static TRADEOFF: Schema = described("Tradeoff");

static RISK: Schema = schema(
    "Risk",
    &[FieldType::text(1, "name"), FieldType::text(2, "mitigation_strategy")],
);

static ASSESSMENT: Schema = schema(
    "FairnessAssessment",
    &[
        FieldType::text(1, "group_at_risk"),
        FieldType::text(2, "benefits"),
        FieldType::text(3, "harms"),
        FieldType::text(4, "mitigation_strategy"),
    ],
);

static EXPLAINABILITY: Schema = schema(
    "ExplainabilityAnalysis",
    &[FieldType::many(1, "explainability_reports", &EXPLAINABILITY_REPORT)],
);

static EXPLAINABILITY_REPORT: Schema = schema(
    "ExplainabilityReport",
    &[
        FieldType::text(1, "type"),
        FieldType::text(2, "slice"),
        FieldType::text(3, "description"),
        FieldType::one(4, "graphics", &GRAPHICS),
        FieldType::many(5, "tests", &TEST),
    ],
);

static FAIRNESS: Schema = schema(
    "FairnessAnalysis",
    &[FieldType::many(1, "fairness_reports", &FAIRNESS_REPORT)],
);

static FAIRNESS_REPORT: Schema = schema(
    "FairnessReport",
    &[
        FieldType::text(1, "type"),
        FieldType::text(2, "slice"),
        FieldType::text(3, "segment"),
        FieldType::text(4, "description"),
        FieldType::one(5, "graphics", &GRAPHICS),
        FieldType::many(6, "tests", &TEST),
    ],
);
