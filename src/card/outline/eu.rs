//! The Model Documentation Form for general-purpose AI models of the European Union (Code of Practice, chapter on
//! transparency, July 2025; articles 53(1)(a) and (b) of Regulation (EU) 2024/1689).
//!
//! Sources are written so: "EU form 2.5 AN" is item 2.5, meant for the AI Office (A) and national authorities that ask for it
//! (N); D stands for providers downstream. The marks of section 1 were compared with the form, the others are those that
//! summaries give; the form itself decides.

use super::full::about::LICENCE;
use super::{Kind, Outline, Part, Question};

/// The Model Documentation Form.
pub static EU: Outline = Outline {
    key: "eu",
    name: "EU form for general-purpose models",
    purpose: "What a provider of a general-purpose model documents for authorities and for those who build on it.",
    sections: &[
        Part {
            key: "general-information",
            title: "General information",
            purpose: "Who provides the model, what it is called, since when it is available and what it was made from.",
            source: "EU form 1",
            questions: &[
                Question::new(
                    "general-information.form_date",
                    "Date of this form",
                    Kind::Date,
                    "When the form was last changed, best as 2026-01-31.",
                    "EU form header AND",
                ),
                Question::new(
                    "general-information.form_version",
                    "Version of this form",
                    Kind::Line,
                    "A number or date by which one tells this version of the form from others.",
                    "EU form header AND",
                ),
                Question::new(
                    "general-information.provider",
                    "Legal name of the provider",
                    Kind::Line,
                    "The name of the person or company that puts the model on the market, as it stands in the \
                     register.",
                    "EU form 1.1 AND",
                ),
                Question::new(
                    "model-details.name",
                    "Name of the model",
                    Kind::Line,
                    "The name under which the model is offered, with that of its family.",
                    "EU form 1.2 AND",
                ),
                Question::new(
                    "model-details.version",
                    "Version",
                    Kind::Line,
                    "The public versions to which this form applies.",
                    "EU form 1.2 AND",
                ),
                Question::new(
                    "general-information.authenticity",
                    "Proof of authenticity",
                    Kind::Markdown,
                    "How anybody can see that a copy or a service is this model: a hash of the weights, a \
                     signature, an address.",
                    "EU form 1.3 AN",
                ),
                Question::new(
                    "general-information.release_date",
                    "First release",
                    Kind::Date,
                    "The day on which the model was first given out anywhere, best as 2026-01-31.",
                    "EU form 1.4 AND",
                ),
                Question::new(
                    "general-information.market_date",
                    "On the Union market since",
                    Kind::Date,
                    "The day on which it was first offered in the European Union, best as 2026-01-31.",
                    "EU form 1.5 AND",
                ),
                Question::new(
                    "general-information.base_models",
                    "Made from other models",
                    Kind::Markdown,
                    "Models that were changed or tuned to make this one, with their providers and versions. If \
                     there are none: “Not applicable: trained from the beginning”.",
                    "EU form 1.6 AND",
                ),
            ],
        },
        Part {
            key: "model-properties",
            title: "Model properties",
            purpose: "How the model is built, what goes in and what comes out.",
            source: "EU form 2",
            questions: &[
                Question::new(
                    "model-parameters.architecture",
                    "Architecture",
                    Kind::Markdown,
                    "The kind of architecture in a sentence, such as a transformer with a mixture of experts.",
                    "EU form 2.1 AND",
                )
                .words(20),
                Question::new(
                    "model-properties.design",
                    "Design choices",
                    Kind::Markdown,
                    "What was decided in the design and why, and what that takes for granted.",
                    "EU form 2.2 AN",
                )
                .words(100),
                Question::new(
                    "model-parameters.input_format",
                    "What it takes",
                    Kind::Markdown,
                    "Text, pictures, sound, video or other, each with the largest size where there is a limit.",
                    "EU form 2.3 AND",
                ),
                Question::new(
                    "model-parameters.output_format",
                    "What it gives",
                    Kind::Markdown,
                    "Text, pictures, sound, video or other, each with the largest size where there is a limit.",
                    "EU form 2.4 AND",
                ),
                Question::new(
                    "model-properties.parameters",
                    "Number of parameters",
                    Kind::Line,
                    "With two significant digits, such as 7.1 billion, and the size class that may be told to \
                     everybody, such as 1 to 10 billion.",
                    "EU form 2.5 AN",
                ),
            ],
        },
        Part {
            key: "distribution-and-licences",
            title: "Distribution and licences",
            purpose: "Where the model can be had, and under which terms.",
            source: "EU form 3",
            questions: &[
                Question::new(
                    "distribution-and-licences.channels",
                    "Where it can be had",
                    Kind::Markdown,
                    "Every way on which it is offered, such as an interface, a product or weights to download, and \
                     who has access there.",
                    "EU form 3.1 AND",
                ),
                Question::new(
                    "model-details.licenses",
                    "Licences",
                    Kind::Table {
                        entry: "licence",
                        columns: LICENCE,
                    },
                    "The terms, by SPDX identifier or as a link or text, and which parts they cover: weights, code, \
                     data.",
                    "EU form 3.2 AND",
                ),
            ],
        },
        Part {
            key: "use",
            title: "Use",
            purpose: "What the model may and may not be used for, and what it takes to build it into something.",
            source: "EU form 4",
            questions: &[
                Question::new(
                    "use.policy",
                    "Policy on acceptable use",
                    Kind::Markdown,
                    "The policy or a link to it. If there is none, say so.",
                    "EU form 4.1 AND",
                ),
                Question::new(
                    "intended-use.use_cases",
                    "Intended uses",
                    Kind::List { entry: "use" },
                    "Tasks for which it was made, one in each entry.",
                    "EU form 4.2 AND",
                ),
                Question::new(
                    "intended-use.out_of_scope",
                    "Restricted and forbidden uses",
                    Kind::Markdown,
                    "What it must not be used for, or only under conditions. The form accepts these instead of the \
                     intended uses.",
                    "EU form 4.2 AND",
                ),
                Question::new(
                    "use.systems",
                    "Systems it can be part of",
                    Kind::Markdown,
                    "Kinds of systems into which it can be built, and kinds into which it must not be.",
                    "EU form 4.3 AND",
                ),
                Question::new(
                    "use.integration",
                    "Means of integration",
                    Kind::Markdown,
                    "What is needed to build it in: instructions, infrastructure, tools.",
                    "EU form 4.4 D",
                ),
                Question::new(
                    "use.hardware",
                    "Hardware needed",
                    Kind::Markdown,
                    "The hardware, with versions where they matter, or that none is needed.",
                    "EU form 4.5 D",
                ),
                Question::new(
                    "use.software",
                    "Software needed",
                    Kind::Markdown,
                    "The software, with versions where they matter, or that none is needed.",
                    "EU form 4.6 D",
                ),
            ],
        },
        Part {
            key: "training-process",
            title: "Training process",
            purpose: "How the model was trained, and why so.",
            source: "EU form 5",
            questions: &[
                Question::new(
                    "training-details.procedure",
                    "Training procedure",
                    Kind::Markdown,
                    "The stages of the training with their methods, and what is optimised in each.",
                    "EU form 5.1 AN",
                )
                .words(400),
                Question::new(
                    "training-process.decisions",
                    "Reasons for the main decisions",
                    Kind::Markdown,
                    "Which decisions shaped the training most, and why they were taken so.",
                    "EU form 5.2 AN",
                )
                .words(200),
            ],
        },
        Part {
            key: "data-for-training",
            title: "Data for training, testing and validation",
            purpose: "Which data was used, where it comes from and what was done to it.",
            source: "EU form 6",
            questions: &[
                Question::new(
                    "data-for-training.kinds",
                    "Kinds of data",
                    Kind::List { entry: "kind" },
                    "Text, pictures, sound, video, other: one in each entry.",
                    "EU form 6.1 AND",
                ),
                Question::new(
                    "data-for-training.provenance",
                    "Where it comes from",
                    Kind::Markdown,
                    "Which of these: crawled from the web, licensed or bought from others, given by users, public \
                     datasets, made by models, other means.",
                    "EU form 6.2 AND",
                ),
                Question::new(
                    "data-for-training.acquisition",
                    "How it was obtained and selected",
                    Kind::Markdown,
                    "How each kind was got and chosen: crawlers with their names and times, who annotated and how, \
                     which models made data.",
                    "EU form 6.3 AN",
                ),
                Question::new(
                    "training-data.size",
                    "Size",
                    Kind::Line,
                    "How much data there is, of each kind, with its unit and two significant digits.",
                    "EU form 6.4 AN",
                ),
                Question::new(
                    "training-data.description",
                    "Scope and main traits",
                    Kind::Markdown,
                    "Fields, places, languages and times that the data covers, and who is in it.",
                    "EU form 6.5 AN",
                ),
                Question::new(
                    "data-for-training.curation",
                    "Curation",
                    Kind::Markdown,
                    "How the data was cleaned, filtered, changed and prepared.",
                    "EU form 6.6 AND",
                ),
                Question::new(
                    "data-for-training.unsuitable",
                    "Steps against unsuitable sources",
                    Kind::Markdown,
                    "What was done to find and leave out unsuitable sources, such as illegal content or personal data.",
                    "EU form 6.7 AN",
                ),
                Question::new(
                    "data-for-training.bias",
                    "Steps to find biases",
                    Kind::Markdown,
                    "What was done to find biases that can be identified in the data.",
                    "EU form 6.8 AN",
                ),
            ],
        },
        Part {
            key: "computational-resources",
            title: "Computational resources",
            purpose: "How long the training took and how much was computed.",
            source: "EU form 7",
            questions: &[
                Question::new(
                    "computational-resources.time",
                    "Training time",
                    Kind::Line,
                    "As a range, such as 1 to 3 months, and exactly, in days or hours of the hardware.",
                    "EU form 7.1 AN",
                ),
                Question::new(
                    "computational-resources.computation",
                    "Amount of computation",
                    Kind::Line,
                    "Floating-point operations of the training: order of magnitude, and with two significant digits.",
                    "EU form 7.2 AN",
                ),
                Question::new(
                    "computational-resources.method",
                    "How it was measured",
                    Kind::Markdown,
                    "How the amount was measured or estimated, if no method is prescribed.",
                    "EU form 7.3 AN",
                ),
            ],
        },
        Part {
            key: "energy-consumption",
            title: "Energy consumption",
            purpose: "How much energy training and use take.",
            source: "EU form 8",
            questions: &[
                Question::new(
                    "energy-consumption.training",
                    "Energy for training",
                    Kind::Line,
                    "In MWh with two significant digits, as an estimate where needed. If it cannot be known: “Not \
                     known yet: ” and what is missing.",
                    "EU form 8.1 AN",
                ),
                Question::new(
                    "energy-consumption.method",
                    "How it was measured",
                    Kind::Markdown,
                    "How the energy was measured or estimated, if no method is prescribed.",
                    "EU form 8.2 AN",
                ),
                Question::new(
                    "energy-consumption.inference",
                    "Computation in use",
                    Kind::Markdown,
                    "Floating-point operations for a task that others can repeat, and which task that is.",
                    "EU form 8.3 AN",
                ),
                Question::new(
                    "energy-consumption.inference_method",
                    "How that was measured",
                    Kind::Markdown,
                    "How the computation in use was measured or estimated.",
                    "EU form 8.4 AN",
                ),
            ],
        },
    ],
};
