//! The Open Model Card: an entry in a catalogue of models.

use super::{Kind, Outline, Part, Question};

/// The kinds of input and output that the Open Model Card knows.
pub const MODALITIES: &[&str] = &["text", "image", "audio", "video", "code", "embedding"];

/// The Open Model Card.
pub static OPEN_MODEL_CARD: Outline = Outline {
    key: "open-model-card",
    name: "Open Model Card",
    purpose: "An entry of a model catalogue: maker, modalities, context, prices.",
    sections: &[ENTRY],
};

const ENTRY: Part = Part {
    key: "catalogue",
    title: "Catalogue entry",
    purpose: "What a catalogue of models shows: name, maker, what it can do and at which terms.",
    source: "Open Model Card 0.1",
    questions: &[
        Question::new(
            "catalogue.id",
            "Identifier",
            Kind::Line,
            "A word of small letters, digits and hyphens that no other model has.",
            "Open Model Card id",
        ),
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name by which people will look for the model.",
            "Open Model Card name",
        )
        .short(),
        Question::new(
            "model-details.owners",
            "Provider",
            Kind::Line,
            "The organisation that made the model.",
            "Open Model Card provider",
        )
        .short(),
        Question::new(
            "model-details.overview",
            "Description",
            Kind::Markdown,
            "One to three sentences: what it does and for whom.",
            "Open Model Card description",
        )
        .short(),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version that this entry describes.",
            "Open Model Card version",
        ),
        Question::new(
            "model-details.version_date",
            "Date",
            Kind::Date,
            "The day of release or of the last change, best written as 2026-01-31.",
            "Open Model Card date",
        ),
        Question::new(
            "model-details.path",
            "Link",
            Kind::Link,
            "The address of the official documentation.",
            "Open Model Card url",
        ),
        Question::new(
            "catalogue.modalities",
            "Kinds of data",
            Kind::List { entry: "kind of data" },
            "What it takes and gives: text, image, audio, video, code or embedding.",
            "Open Model Card modalities",
        ),
        Question::new(
            "catalogue.context",
            "Context window",
            Kind::Line,
            "How much it can take in at once, with the unit: “128k tokens”.",
            "Open Model Card context",
        ),
        Question::new(
            "catalogue.strengths",
            "Strengths",
            Kind::List { entry: "strength" },
            "What it is good at, a word or two in each entry.",
            "Open Model Card strengths",
        ),
        Question::new(
            "model-details.licenses",
            "Licence",
            Kind::Line,
            "The terms under which it may be used.",
            "Open Model Card license",
        ),
    ],
};
