//! The model card of Amazon SageMaker.
//!
//! Questions that another outline asks as well have its ids, so that an answer goes along when a card changes its
//! outline or its format. "Schema" is `model_card_schema.json` 0.1.0 of aws/sagemaker-python-sdk; the wording here is
//! ours.

use super::{Column, Kind, Outline, Part, Question};

/// The model card of Amazon SageMaker.
pub static SAGEMAKER: Outline = Outline {
    key: "sagemaker",
    name: "Amazon SageMaker model card",
    purpose: "The card of Amazon’s model registry: business, risk, training and evaluation.",
    sections: &[OVERVIEW, USES, BUSINESS, TRAINING, EVALUATION, MORE],
};

const METRIC: &[Column] = &[
    Column::new(
        "name",
        "Metric",
        Kind::Line,
        "Such as accuracy; 255 characters at most.",
    ),
    Column::new("value", "Value", Kind::Number, "A number, without a sign for its unit."),
    Column::new(
        "notes",
        "Notes",
        Kind::Line,
        "Anything to add, in 1024 characters at most.",
    ),
];

const HYPERPARAMETER: &[Column] = &[
    Column::new("name", "Name", Kind::Line, "Such as learning_rate."),
    Column::new("value", "Value", Kind::Line, "As a text, in 255 characters at most."),
];

const OBJECTIVE: &[Column] = &[
    Column::new(
        "function.function",
        "Direction",
        Kind::Choice {
            options: &["Maximize", "Minimize"],
        },
        "Whether more or less is better.",
    ),
    Column::new(
        "function.facet",
        "Measure",
        Kind::Line,
        "What is made best, in 63 characters at most.",
    ),
    Column::new("function.condition", "Condition", Kind::Line, "Under which condition."),
    Column::new(
        "notes",
        "Notes",
        Kind::Markdown,
        "Anything to add, in 1024 characters at most.",
    ),
];

const RUN: &[Column] = &[
    Column::new("name", "Name", Kind::Line, "In 63 characters at most."),
    Column::new(
        "evaluation_observation",
        "Observations",
        Kind::Markdown,
        "In 2096 characters at most.",
    ),
    Column::new(
        "evaluation_job_arn",
        "Job",
        Kind::Line,
        "The ARN of the job that evaluated it.",
    ),
    Column::new(
        "datasets",
        "Datasets",
        Kind::List { entry: "dataset" },
        "Where they are kept; ten at most.",
    ),
];

const DETAIL: &[Column] = &[
    Column::new("name", "Name", Kind::Line, "What it is about."),
    Column::new("value", "Text", Kind::Markdown, "In 1024 characters at most."),
];

const OVERVIEW: Part = Part {
    key: "model-overview",
    title: "Model overview",
    purpose: "What the model is and who answers for it.",
    source: "Schema model_overview",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The service names the card beside its content; newer versions of it fill this in.",
            "Schema of the service, model_overview.model_name",
        )
        .legacy(),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version that the service knows; newer versions of it fill this in.",
            "Schema of the service, model_overview.model_version",
        )
        .legacy(),
        Question::new(
            "model-details.overview",
            "Description",
            Kind::Markdown,
            "What goes in, what comes out and for whom, in 1024 characters at most.",
            "Schema model_overview.model_description",
        )
        .short(),
        Question::new(
            "model-overview.creator",
            "Creator",
            Kind::Line,
            "Who built the model.",
            "Schema model_overview.model_creator",
        ),
        Question::new(
            "model-details.owners",
            "Owner",
            Kind::Line,
            "Who answers for the model now, and how to reach them.",
            "Schema model_overview.model_owner",
        )
        .short(),
        Question::new(
            "model-details.path",
            "Where the model is kept",
            Kind::List { entry: "place" },
            "The places of its files; 15 at most.",
            "Schema model_overview.model_artifact",
        ),
        Question::new(
            "model-details.type",
            "Algorithm",
            Kind::Line,
            "The algorithm that solves the problem.",
            "Schema model_overview.algorithm_type",
        ),
        Question::new(
            "metadata.pipeline_tag",
            "Problem",
            Kind::Line,
            "The kind of problem it solves, such as binary classification.",
            "Schema model_overview.problem_type",
        ),
        Question::new(
            "model-overview.images",
            "Images for inference",
            Kind::List { entry: "image" },
            "The container images that run it; newer versions of the service fill this in.",
            "Schema of the service, model_overview.inference_environment",
        )
        .legacy(),
    ],
};

const USES: Part = Part {
    key: "intended-uses",
    title: "Intended uses",
    purpose: "What the model was made for, and how risky its use is.",
    source: "Schema intended_uses",
    questions: &[
        Question::new(
            "intended-uses.purpose",
            "Purpose",
            Kind::Markdown,
            "Why the model was developed, in 2048 characters at most.",
            "Schema intended_uses.purpose_of_model",
        ),
        Question::new(
            "intended-use.use_cases",
            "Uses",
            Kind::Markdown,
            "The uses it was built and tested for, in 2048 characters at most.",
            "Schema intended_uses.intended_uses",
        )
        .short(),
        Question::new(
            "factors.relevant",
            "What may change the results",
            Kind::Markdown,
            "Groups, instruments and surroundings for which it works better or worse, in 2048 characters at most.",
            "Schema intended_uses.factors_affecting_model_efficiency",
        ),
        Question::new(
            "intended-uses.risk_rating",
            "Risk",
            Kind::Choice {
                options: &["High", "Medium", "Low", "Unknown"],
            },
            "How much harm a wrong result can do; the service knows only these words.",
            "Schema intended_uses.risk_rating",
        )
        .short(),
        Question::new(
            "intended-uses.risk_explanation",
            "Why this risk",
            Kind::Markdown,
            "What the rating rests on, in 2048 characters at most.",
            "Schema intended_uses.explanations_for_risk_rating",
        ),
    ],
};

const BUSINESS: Part = Part {
    key: "business-details",
    title: "Business details",
    purpose: "The problem of the organisation that the model helps with.",
    source: "Schema business_details",
    questions: &[
        Question::new(
            "business-details.problem",
            "Problem",
            Kind::Markdown,
            "What the organisation wants to achieve with it.",
            "Schema business_details.business_problem",
        ),
        Question::new(
            "business-details.stakeholders",
            "People concerned",
            Kind::Markdown,
            "Who in the organisation depends on it or decides about it.",
            "Schema business_details.business_stakeholders",
        ),
        Question::new(
            "business-details.line",
            "Line of business",
            Kind::Line,
            "The part of the organisation that it belongs to.",
            "Schema business_details.line_of_business",
        ),
    ],
};

const TRAINING: Part = Part {
    key: "training",
    title: "Training",
    purpose: "What the model learned from, and how.",
    source: "Schema training_details",
    questions: &[
        Question::new(
            "training.objective",
            "Objective",
            Kind::Table {
                entry: "objective",
                columns: OBJECTIVE,
            },
            "The one measure that the training made best.",
            "Schema training_details.objective_function",
        ),
        Question::new(
            "training-details.procedure",
            "Observations",
            Kind::Markdown,
            "How it was trained and what was noticed, in 1024 characters at most.",
            "Schema training_details.training_observations",
        )
        .short(),
        Question::new(
            "training-data.datasets",
            "Datasets",
            Kind::List { entry: "dataset" },
            "Where the training data is kept; 15 at most.",
            "Schema training_job_details.training_datasets",
        )
        .short(),
        Question::new(
            "training.job",
            "Training job",
            Kind::Line,
            "The ARN of the job.",
            "Schema training_job_details.training_arn",
        ),
        Question::new(
            "training.images",
            "Images for training",
            Kind::List { entry: "image" },
            "The container images that trained it; 15 at most.",
            "Schema training_job_details.training_environment",
        ),
        Question::new(
            "training.metrics",
            "Measures of the job",
            Kind::Table {
                entry: "metric",
                columns: METRIC,
            },
            "What the job measured; 50 at most.",
            "Schema training_job_details.training_metrics",
        ),
        Question::new(
            "training.own_metrics",
            "Further measures",
            Kind::Table {
                entry: "metric",
                columns: METRIC,
            },
            "What you measured yourself; 50 at most.",
            "Schema training_job_details.user_provided_training_metrics",
        ),
        Question::new(
            "training.hyperparameters",
            "Hyperparameters of the job",
            Kind::Table {
                entry: "hyperparameter",
                columns: HYPERPARAMETER,
            },
            "What the job was set to; 100 at most.",
            "Schema training_job_details.hyper_parameters",
        ),
        Question::new(
            "training.own_hyperparameters",
            "Further hyperparameters",
            Kind::Table {
                entry: "hyperparameter",
                columns: HYPERPARAMETER,
            },
            "What you set besides; 100 at most.",
            "Schema training_job_details.user_provided_hyper_parameters",
        ),
    ],
};

const EVALUATION: Part = Part {
    key: "evaluation-details",
    title: "Evaluation details",
    purpose: "How the model was tested, and what came out.",
    source: "Schema evaluation_details",
    questions: &[Question::new(
        "evaluation-details.evaluations",
        "Evaluations",
        Kind::Table {
            entry: "evaluation",
            columns: RUN,
        },
        "One row for each evaluation. Groups of metrics that a file brings along are kept with their row.",
        "Schema evaluation_details",
    )
    .short()],
};

const MORE: Part = Part {
    key: "additional-information",
    title: "Additional information",
    purpose: "What to be careful about, and what has no place above.",
    source: "Schema additional_information",
    questions: &[
        Question::new(
            "ethical-considerations.ethical_considerations",
            "Ethical considerations",
            Kind::Markdown,
            "Whom the model could harm and what is done about it, in 2048 characters at most.",
            "Schema additional_information.ethical_considerations",
        ),
        Question::new(
            "caveats-and-recommendations.recommendations",
            "Caveats and recommendations",
            Kind::Markdown,
            "Known limits, and what users should do about them, in 2048 characters at most.",
            "Schema additional_information.caveats_and_recommendations",
        )
        .short(),
        Question::new(
            "additional-information.custom_details",
            "Further details",
            Kind::Table {
                entry: "detail",
                columns: DETAIL,
            },
            "Anything else, by name. Answers of other formats that have no place above come here.",
            "Schema additional_information.custom_details",
        ),
    ],
};
