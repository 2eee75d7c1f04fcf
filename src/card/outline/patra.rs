//! The model card of the Patra toolkit: the card itself, and the model that it is about.

use super::{Kind, Outline, Part, Question};

/// What a model can do, in the words of the Patra schema.
pub const CATEGORIES: &[&str] = &[
    "classification",
    "regression",
    "clustering",
    "anomaly detection",
    "dimensionality reduction",
    "reinforcement learning",
    "natural language processing",
    "computer vision",
    "recommendation systems",
    "time series forecasting",
    "graph learning",
    "graph neural networks",
    "generative modeling",
    "transfer learning",
    "self-supervised learning",
    "semi-supervised learning",
    "unsupervised learning",
    "causal inference",
    "multi-task learning",
    "metric learning",
    "density estimation",
    "multi-label classification",
    "ranking",
    "structured prediction",
    "neural architecture search",
    "sequence modeling",
    "embedding learning",
    "other",
];
/// The frameworks that the Patra schema knows.
pub const FRAMEWORKS: &[&str] = &["sklearn", "tensorflow", "pytorch", "other"];
/// The kinds of model that the Patra schema knows.
pub const MODEL_TYPES: &[&str] = &[
    "cnn",
    "decision_tree",
    "dnn",
    "rnn",
    "svm",
    "kmeans",
    "llm",
    "random_forest",
    "lstm",
    "gnn",
    "other",
];

/// The model card of the Patra toolkit.
pub static PATRA: Outline = Outline {
    key: "patra",
    name: "Patra model card",
    purpose: "The card of the Patra toolkit: what the model takes and returns, how it is built and how well it does.",
    sections: &[CARD, MODEL],
};

const CARD: Part = Part {
    key: "patra-card",
    title: "Model card",
    purpose: "What the model does, who describes it, and which data go in and come out.",
    source: "Patra schema",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name by which people will look for the card.",
            "Patra name",
        )
        .short(),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version of this card, such as 0.1.",
            "Patra version",
        ),
        Question::new(
            "model-details.overview",
            "Short description",
            Kind::Markdown,
            "One sentence that a newcomer understands.",
            "Patra short_description",
        )
        .short(),
        Question::new(
            "model-details.description",
            "Full description",
            Kind::Markdown,
            "What the model does, how it was made and what it is good for.",
            "Patra full_description",
        )
        .short(),
        Question::new(
            "metadata.tags",
            "Keywords",
            Kind::Line,
            "Words by which people should find the card, with commas between them.",
            "Patra keywords",
        ),
        Question::new(
            "model-details.owners",
            "Author",
            Kind::Line,
            "Who wrote the card, or made the model.",
            "Patra author",
        ),
        Question::new(
            "patra-card.input_type",
            "Kind of input",
            Kind::Line,
            "What goes in: Tabular, Image, Text.",
            "Patra input_type",
        ),
        Question::new(
            "patra-card.category",
            "Category",
            Kind::Choice { options: CATEGORIES },
            "What the model does, in the words of the schema.",
            "Patra category",
        ),
        Question::new(
            "patra-card.input_data",
            "Input data",
            Kind::Link,
            "The web address or the DOI of the data that it was trained and tested on.",
            "Patra input_data",
        ),
        Question::new(
            "patra-card.output_data",
            "Output data",
            Kind::Link,
            "The web address or the DOI of what came out, often the model itself.",
            "Patra output_data",
        ),
        Question::new(
            "model-details.citations",
            "How to cite",
            Kind::Markdown,
            "The citation, ready to copy.",
            "Patra citation",
        ),
        Question::new(
            "metadata.base_model",
            "Foundational model",
            Kind::Line,
            "The model that it was made from, by its identifier.",
            "Patra foundational_model",
        ),
        Question::new(
            "model-details.documentation",
            "Documentation",
            Kind::Link,
            "The web address of further documentation.",
            "Patra documentation",
        ),
    ],
};

const MODEL: Part = Part {
    key: "ai-model",
    title: "The model itself",
    purpose: "The trained model: its name and version, where it is, what it is built with, how well it does.",
    source: "Patra schema, ai_model",
    questions: &[
        Question::new(
            "ai-model.name",
            "Name of the model",
            Kind::Line,
            "The model’s own name, where it differs from that of the card.",
            "Patra ai_model.name",
        ),
        Question::new(
            "ai-model.version",
            "Version of the model",
            Kind::Line,
            "The model’s own version.",
            "Patra ai_model.version",
        ),
        Question::new(
            "ai-model.description",
            "Description of the model",
            Kind::Markdown,
            "How the model works, in a few sentences.",
            "Patra ai_model.description",
        ),
        Question::new(
            "ai-model.owner",
            "Owner",
            Kind::Line,
            "Who owns the model.",
            "Patra ai_model.owner",
        ),
        Question::new(
            "model-details.path",
            "Where to get the model",
            Kind::Link,
            "The web address from which it can be downloaded.",
            "Patra ai_model.location",
        ),
        Question::new(
            "model-details.licenses",
            "Licence",
            Kind::Line,
            "The terms under which others may use the model.",
            "Patra ai_model.license",
        ),
        Question::new(
            "ai-model.framework",
            "Framework",
            Kind::Choice { options: FRAMEWORKS },
            "What it is built with.",
            "Patra ai_model.framework",
        ),
        Question::new(
            "ai-model.model_type",
            "Kind of model",
            Kind::Choice { options: MODEL_TYPES },
            "The family that it belongs to, in the words of the schema.",
            "Patra ai_model.model_type",
        ),
        Question::new(
            "ai-model.test_accuracy",
            "Accuracy in the test",
            Kind::Number,
            "The share of right answers on the test data, as a number such as 0.86.",
            "Patra ai_model.test_accuracy",
        ),
        Question::new(
            "ai-model.inference_labels",
            "Labels",
            Kind::Line,
            "The labels that it gives, or where they are listed.",
            "Patra ai_model.inference_labels",
        ),
    ],
};
