//! The model card of Bridge2AI: the full card, with what its schema adds from hubs and for science.

use super::full::{about, care, evidence};
use super::model_index::MODEL_INDEX;
use super::{Column, Kind, Outline, Part, Question};

/// The parts that contributors can have, in the words of the Bridge2AI schema.
pub const ROLES: &[&str] = &["developed_by", "contributed_by", "maintained_by", "funded_by"];

/// The model card of Bridge2AI.
pub static BRIDGE2AI: Outline = Outline {
    key: "bridge2ai",
    name: "Bridge2AI model card",
    purpose: "The card of the Bridge2AI programme: the full card, with contributors, computing and how to use the model.",
    sections: &[
        about::MODEL_DETAILS,
        about::MODEL_PARAMETERS,
        about::INTENDED_USE,
        evidence::FACTORS,
        evidence::METRICS,
        evidence::EVALUATION_DATA,
        evidence::TRAINING_DATA,
        evidence::QUANTITATIVE_ANALYSES,
        care::ETHICAL_CONSIDERATIONS,
        care::CAVEATS_AND_RECOMMENDATIONS,
        SCIENCE,
    ],
};

const CONTRIBUTOR: &[Column] = &[
    Column::new("name", "Name", Kind::Line, "A person, a team or an organisation."),
    Column::new("role", "Part", Kind::Choice { options: ROLES }, "What they did."),
    Column::new("email", "E-mail", Kind::Line, "How to reach them."),
    Column::new("orcid", "ORCID", Kind::Link, "The address of their ORCID record."),
    Column::new("affiliation", "Affiliation", Kind::Line, "Where they work."),
];

const SCIENCE: Part = Part {
    key: "bridge2ai",
    title: "For hubs and for science",
    purpose: "What catalogues list the model by, and what others need to repeat the work.",
    source: "Bridge2AI model card schema",
    questions: &[
        Question::new(
            "bridge2ai.short_description",
            "In one sentence",
            Kind::Line,
            "What the model does, short enough for a list.",
            "Bridge2AI model_details.short_description",
        ),
        Question::new(
            "bridge2ai.contributors",
            "Contributors",
            Kind::Table {
                entry: "contributor",
                columns: CONTRIBUTOR,
            },
            "Everybody who took part, with what they did; also who paid for it.",
            "Bridge2AI model_details.contributors",
        ),
        Question::new(
            "technical-specifications.compute",
            "Machines and software",
            Kind::Markdown,
            "What it was trained on and with, and how long that took.",
            "Bridge2AI model_parameters.compute_infrastructure",
        ),
        Question::new(
            "training-details.procedure",
            "Training",
            Kind::Markdown,
            "How it was trained, so that others can repeat it: steps, settings, seeds.",
            "Bridge2AI model_parameters.training_procedure",
        ),
        Question::new(
            "bridge2ai.evaluation_procedure",
            "How it was evaluated",
            Kind::Markdown,
            "Benchmarks, what it was compared with, and how sure the numbers are.",
            "Bridge2AI quantitative_analysis.evaluation_procedure",
        ),
        Question::new(
            "how-to-get-started.code",
            "How to use it",
            Kind::Markdown,
            "How to install and run it, with examples of code.",
            "Bridge2AI usage_documentation",
        ),
        Question::new(
            "bridge2ai.mission_relevance",
            "Programme and funding",
            Kind::Markdown,
            "The project and the facility that it belongs to, and who paid for it.",
            "Bridge2AI mission_relevance",
        ),
        Question::new(
            "bridge2ai.framework",
            "Framework",
            Kind::Line,
            "What it is built with, such as PyTorch.",
            "Bridge2AI framework",
        ),
        Question::new(
            "bridge2ai.framework_version",
            "Version of the framework",
            Kind::Line,
            "Such as 2.1.0.",
            "Bridge2AI framework_version",
        ),
        Question::new(
            "metadata.library_name",
            "Library",
            Kind::Line,
            "The library that loads the model.",
            "Bridge2AI library_name",
        ),
        Question::new(
            "metadata.pipeline_tag",
            "Task",
            Kind::Line,
            "What the model does, in the words of the hubs: text-classification, image-segmentation.",
            "Bridge2AI pipeline_tag",
        ),
        Question::new(
            "metadata.language",
            "Languages",
            Kind::List { entry: "language" },
            "Codes of two or three letters, such as en or sw.",
            "Bridge2AI language",
        ),
        Question::new(
            "metadata.base_model",
            "Base model",
            Kind::Line,
            "The model it was made from.",
            "Bridge2AI base_model",
        ),
        Question::new(
            "metadata.tags",
            "Tags",
            Kind::List { entry: "tag" },
            "Words by which people should find the model.",
            "Bridge2AI tags",
        ),
        Question::new(
            "metadata.datasets",
            "Datasets",
            Kind::List { entry: "dataset" },
            "The datasets it was trained on, by the names that hubs know.",
            "Bridge2AI datasets",
        ),
        Question::new(
            "metadata.metrics",
            "Measures",
            Kind::List { entry: "measure" },
            "Names of the measures used, such as accuracy or f1.",
            "Bridge2AI metrics",
        ),
        Question::new(
            "metadata.model_index",
            "Results for hubs",
            MODEL_INDEX,
            "For each result a task, a dataset, and measures with type and value.",
            "Bridge2AI model_index",
        ),
        Question::new(
            "bridge2ai.model_category",
            "Category",
            Kind::Line,
            "The field or the kind of problem it belongs to.",
            "Bridge2AI model_category",
        ),
        Question::new(
            "bridge2ai.bias_model",
            "Bias of the model",
            Kind::Markdown,
            "Where the model itself leans to one side, as far as that is known.",
            "Bridge2AI bias_model",
        ),
        Question::new(
            "bridge2ai.bias_output",
            "Bias of the results",
            Kind::Markdown,
            "Where its results lean to one side, and for whom.",
            "Bridge2AI bias_output",
        ),
    ],
};
