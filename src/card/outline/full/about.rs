//! What the model is and what it is for: details, parameters, intended use.

use crate::card::outline::{Column, Kind, Part, Question, Vocabulary};

const OWNER: &[Column] = &[
    Column::new("name", "Name", Kind::Line, "A person, a team or an organisation."),
    Column::new("contact", "Contact", Kind::Line, "An e-mail address or a web page."),
];

pub(in crate::card::outline) const LICENCE: &[Column] = &[
    Column::new(
        "identifier",
        "SPDX identifier",
        Kind::Line,
        "For a well-known licence, such as Apache-2.0 or CC-BY-4.0.",
    )
    .offering(Vocabulary::Licences),
    Column::new(
        "custom_text",
        "Other terms",
        Kind::Markdown,
        "For any other licence: its name, text or web address.",
    ),
];

const CITATION: &[Column] = &[
    Column::new(
        "style",
        "Style",
        Kind::Choice {
            options: &["BibTeX", "APA", "MLA", "Chicago", "IEEE"],
        },
        "How the citation is written.",
    ),
    Column::new(
        "citation",
        "Citation",
        Kind::Markdown,
        "The whole entry, ready to copy.",
    ),
];

const KEY_AND_VALUE: &[Column] = &[
    Column::new("key", "Name", Kind::Line, "Such as image."),
    Column::new("value", "Format", Kind::Line, "Such as 224 × 224 RGB, values 0 to 1."),
];

pub(in crate::card::outline) const MODEL_DETAILS: Part = Part {
    key: "model-details",
    title: "Model details",
    purpose: "What the model is, who made it and under which terms others may use it.",
    source: "Mitchell 4.1; Toolkit model_details; WebCards section 28",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name by which people will look for the model and cite it. Leave the version to its own field below.",
            "Mitchell 4.1; Toolkit model_details.name; WebCards 4",
        )
        .short(),
        Question::new(
            "model-details.overview",
            "Overview",
            Kind::Markdown,
            "Begin with one sentence that a newcomer understands: what goes in, what comes out and for whom. \
             For example: “Estimates from a chest X-ray whether a doctor should look at it first.” \
             A short paragraph may follow.",
            "Mitchell 4.1; Toolkit model_details.overview",
        )
        .words(60)
        .short(),
        Question::new(
            "model-details.type",
            "Kind of model",
            Kind::Line,
            "The family it belongs to and its size, for example “gradient-boosted trees, 400 trees” or \
             “language model with 7 billion parameters, fine-tuned from another model”.",
            "Mitchell 4.1; WebCards 5",
        ),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version this card describes, as you name it elsewhere: 1.2.0, 2026-01 or a commit.",
            "Mitchell 4.1; Toolkit model_details.version.name",
        ),
        Question::new(
            "model-details.version_date",
            "Version date",
            Kind::Date,
            "The day on which this version was finished or released, best written as 2026-01-31.",
            "Mitchell 4.1; Toolkit model_details.version.date; WebCards 36",
        )
        .short(),
        Question::new(
            "model-details.version_notes",
            "What changed in this version",
            Kind::Markdown,
            "What is different from the version before, above all what changes results: new data, another \
             threshold, a mended fault. For a first version, say that it is the first.",
            "Mitchell 4.1; Toolkit model_details.version.diff",
        ),
        Question::new(
            "model-details.owners",
            "Owners",
            Kind::Table {
                entry: "owner",
                columns: OWNER,
            },
            "The people or organisations that built the model and answer for it, each with a way to reach them. \
             A team address lasts longer than a personal one.",
            "Mitchell 4.1; Toolkit model_details.owners; WebCards 6",
        )
        .short(),
        Question::new(
            "model-details.contact",
            "Contact",
            Kind::Line,
            "Where questions about the model should go: an e-mail address, a page or an office.",
            "Mitchell 4.1; WebCards 7",
        ),
        Question::new(
            "model-details.feedback",
            "Feedback",
            Kind::Line,
            "Where people can report a wrong result or a concern, if that is another place: an issue tracker, \
             a form, a telephone number.",
            "Mitchell 4.1; WebCards 11",
        ),
        Question::new(
            "model-details.licenses",
            "Licences",
            Kind::Table {
                entry: "licence",
                columns: LICENCE,
            },
            "The terms under which others may use the model. Give the SPDX identifier of a well-known licence, \
             such as Apache-2.0, or write out the terms. If weights, code and data differ, add a row for each.",
            "Mitchell 4.1; Toolkit model_details.licenses; WebCards 10",
        )
        .short(),
        Question::new(
            "model-details.references",
            "References",
            Kind::List { entry: "reference" },
            "Papers, reports and pages to read further, one in each entry, best as a web address or DOI.",
            "Mitchell 4.1; Toolkit model_details.references; WebCards 8",
        ),
        Question::new(
            "model-details.citations",
            "How to cite",
            Kind::Table {
                entry: "citation",
                columns: CITATION,
            },
            "The citation you would like to see when somebody uses the model in a publication, ready to copy.",
            "Mitchell 4.1; Toolkit model_details.citations; WebCards 9",
        ),
        Question::new(
            "model-details.documentation",
            "Further documentation",
            Kind::Markdown,
            "Anything about the model as a whole that has no place elsewhere, or where to find it: how to install \
             it, how to call it, how it was trained.",
            "Mitchell 4.1; Toolkit model_details.documentation",
        ),
        Question::new(
            "model-details.path",
            "Where to get the model",
            Kind::Link,
            "The web address from which the model can be downloaded or called. Leave it empty if it is not given out.",
            "Toolkit model_details.path",
        ),
    ],
};

pub(in crate::card::outline) const MODEL_PARAMETERS: Part = Part {
    key: "model-parameters",
    title: "Model parameters",
    purpose: "How the model is built, and exactly what it takes and returns.",
    source: "Mitchell 4.1; Toolkit model_parameters",
    questions: &[
        Question::new(
            "model-parameters.architecture",
            "Architecture",
            Kind::Markdown,
            "How the model is built: its layers or parts, its number of parameters, what it was derived from. \
             Add constraints that were imposed, for example for fairness.",
            "Mitchell 4.1; Toolkit model_parameters.model_architecture",
        ),
        Question::new(
            "model-parameters.input_format",
            "Input",
            Kind::Markdown,
            "What the model takes, so that somebody else could prepare it: kind of data, size, units, order and \
             scaling. For example: “one chest X-ray, frontal view, 1024 × 1024 greyscale”.",
            "Toolkit model_parameters.input_format",
        ),
        Question::new(
            "model-parameters.output_format",
            "Output",
            Kind::Markdown,
            "What the model returns and how to read it: classes, a number with its unit, a probability. Say what \
             it returns when it is not sure.",
            "Toolkit model_parameters.output_format",
        ),
        Question::new(
            "model-parameters.input_format_map",
            "Input, field by field",
            Kind::Table {
                entry: "input",
                columns: KEY_AND_VALUE,
            },
            "For a model with several inputs: one row for each, with its name and its format.",
            "Toolkit model_parameters.input_format_map",
        ),
        Question::new(
            "model-parameters.output_format_map",
            "Output, field by field",
            Kind::Table {
                entry: "output",
                columns: KEY_AND_VALUE,
            },
            "For a model with several outputs: one row for each, with its name and its format.",
            "Toolkit model_parameters.output_format_map",
        ),
    ],
};

pub(in crate::card::outline) const INTENDED_USE: Part = Part {
    key: "intended-use",
    title: "Intended use",
    purpose: "What the model was made for, who should use it, and what it must not be used for.",
    source: "Mitchell 4.2; Toolkit considerations; WebCards section 30",
    questions: &[
        Question::new(
            "intended-use.use_cases",
            "Main uses",
            Kind::List { entry: "use" },
            "The tasks the model was built and tested for, one in each entry, with the place where it happens. \
             For example: “putting X-rays in order of urgency in a hospital, before a radiologist reads them”.",
            "Mitchell 4.2; Toolkit considerations.use_cases; WebCards 12",
        )
        .words(40)
        .short(),
        Question::new(
            "intended-use.users",
            "Main users",
            Kind::List { entry: "user" },
            "The people meant to work with the model or its results, and what they need to know beforehand. \
             For example: “radiologists who have done the one-hour introduction”.",
            "Mitchell 4.2; Toolkit considerations.users; WebCards 13",
        )
        .words(40),
        Question::new(
            "intended-use.out_of_scope",
            "Not made for",
            Kind::Markdown,
            "Uses that look close but are not covered, and why. For example: “not for children: no image in the \
             training data comes from a patient under 18”.",
            "Mitchell 4.2; WebCards 14",
        )
        .words(60)
        .short(),
    ],
};
