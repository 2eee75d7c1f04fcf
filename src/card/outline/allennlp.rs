//! The model card of AllenNLP: the full card, and what AllenNLP needs to load and list a model.

use super::full::{about, care, evidence};
use super::{Kind, Outline, Part, Question};

/// The model card of AllenNLP.
pub static ALLENNLP: Outline = Outline {
    key: "allennlp",
    name: "AllenNLP model card",
    purpose: "The nine sections of Mitchell et al. as the AllenNLP library keeps them, with how its demo loads the model.",
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
        USE_IN_ALLENNLP,
    ],
};

const USE_IN_ALLENNLP: Part = Part {
    key: "allennlp",
    title: "Use in AllenNLP",
    purpose: "What AllenNLP needs to find, load and list the model.",
    source: "AllenNLP model card",
    questions: &[
        Question::new(
            "allennlp.id",
            "Identifier",
            Kind::Line,
            "The word by which the model is loaded, in small letters with hyphens: tagger-river-names.",
            "AllenNLP id",
        ),
        Question::new(
            "allennlp.short_description",
            "In one sentence",
            Kind::Line,
            "What the model does, short enough for a list of models.",
            "AllenNLP model_details.short_description",
        ),
        Question::new(
            "allennlp.registered_model_name",
            "Registered model",
            Kind::Line,
            "The name under which the class of the model is registered.",
            "AllenNLP registered_model_name",
        ),
        Question::new(
            "allennlp.registered_predictor_name",
            "Registered predictor",
            Kind::Line,
            "The name under which its predictor is registered, if that is not the usual one.",
            "AllenNLP registered_predictor_name",
        ),
        Question::new(
            "allennlp.task_id",
            "Task",
            Kind::Line,
            "The identifier of the task it solves, as the list of tasks has it.",
            "AllenNLP task_id",
        ),
        Question::new(
            "allennlp.archive_file",
            "Archive",
            Kind::Line,
            "The file with the weights, by its name or address.",
            "AllenNLP model_usage.archive_file",
        ),
        Question::new(
            "allennlp.training_config",
            "Training configuration",
            Kind::Line,
            "The configuration file that it was trained with.",
            "AllenNLP model_usage.training_config",
        ),
        Question::new(
            "allennlp.overrides",
            "Overrides",
            Kind::Markdown,
            "Settings of the archive that have to be replaced when it is loaded.",
            "AllenNLP model_usage.overrides",
        ),
        Question::new(
            "how-to-get-started.code",
            "How to install",
            Kind::Markdown,
            "The command that installs what the model needs, with versions.",
            "AllenNLP model_usage.install_instructions",
        ),
        Question::new(
            "allennlp.contributed_by",
            "Contributed by",
            Kind::Line,
            "Who brought the model into the collection, if that is somebody else than its makers.",
            "AllenNLP model_details.contributed_by",
        ),
        Question::new(
            "allennlp.paper",
            "Paper",
            Kind::Markdown,
            "The paper that describes the model: its title, its address and its entry for citing.",
            "AllenNLP model_details.paper",
        ),
        Question::new(
            "allennlp.training_motivation",
            "Why this training data",
            Kind::Markdown,
            "Why these data were chosen for training.",
            "AllenNLP training_data.motivation",
        ),
        Question::new(
            "allennlp.training_preprocessing",
            "Preparation of the training data",
            Kind::Markdown,
            "What was done to the data before training.",
            "AllenNLP training_data.preprocessing",
        ),
    ],
};
