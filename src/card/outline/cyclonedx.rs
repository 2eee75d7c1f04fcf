//! The model component of a CycloneDX bill of materials.
//!
//! Questions that the full card or that of Hugging Face asks as well have their ids, so that an answer goes along when
//! a card changes its outline or its format. "ML-BOM" is the JSON Schema of CycloneDX 1.7; the wording here is ours.

use super::{Column, Kind, Outline, Part, Question, Vocabulary};

/// The model component of a bill of materials.
pub static CYCLONEDX: Outline = Outline {
    key: "cyclonedx",
    name: "CycloneDX model component",
    purpose: "The model component of a bill of materials: what security and supply-chain tools read.",
    sections: &[COMPONENT, MODEL_CARD, ANALYSIS, CONSIDERATIONS, PROPERTIES],
};

const PERSON: &[Column] = &[
    Column::new("name", "Name", Kind::Line, "A person or a team."),
    Column::new(
        "contact",
        "E-mail",
        Kind::Line,
        "An e-mail address; no other contact fits here.",
    ),
    Column::new("phone", "Telephone", Kind::Line, "With the country code."),
];

const ORGANISATION: &[Column] = &[
    Column::new("name", "Name", Kind::Line, "The organisation."),
    Column::new("url", "Web addresses", Kind::List { entry: "address" }, "Its pages."),
];

const LICENCE: &[Column] = &[
    Column::new(
        "identifier",
        "SPDX identifier",
        Kind::Line,
        "Such as Apache-2.0 or CC-BY-4.0.",
    )
    .offering(Vocabulary::Licences),
    Column::new(
        "custom_text",
        "Other licence",
        Kind::Line,
        "Its name, when SPDX does not list it.",
    ),
    Column::new("url", "Link", Kind::Link, "Where its text can be read."),
];

const REFERENCE: &[Column] = &[
    Column::new(
        "type",
        "Kind",
        Kind::Choice {
            options: &[
                "documentation",
                "website",
                "vcs",
                "distribution",
                "model-card",
                "issue-tracker",
                "license",
                "release-notes",
                "evidence",
                "other",
            ],
        },
        "One of the schema’s words; vcs is the code, distribution where to get the model.",
    ),
    Column::new("url", "Address", Kind::Link, "The whole address."),
    Column::new("comment", "Note", Kind::Line, "What is found there."),
];

const DATASET: &[Column] = &[
    Column::new(
        "type",
        "Kind",
        Kind::Choice {
            options: &["dataset", "source-code", "configuration", "definition", "other"],
        },
        "For data to learn from: dataset.",
    ),
    Column::new("name", "Name", Kind::Line, "With its version, if it has one."),
    Column::new(
        "contents.url",
        "Link",
        Kind::Link,
        "Where it can be found or is described.",
    ),
    Column::new(
        "classification",
        "Classification",
        Kind::Line,
        "How it may be handled: public, internal.",
    ),
    Column::new(
        "sensitiveData",
        "Sensitive data",
        Kind::List { entry: "kind of data" },
        "Kinds of personal data in it.",
    ),
    Column::new(
        "description",
        "Description",
        Kind::Markdown,
        "What it contains and where it comes from.",
    ),
    Column::new(
        "ref",
        "Described at",
        Kind::Line,
        "Alone: the bom-ref of the data’s own component.",
    ),
];

const METRIC: &[Column] = &[
    Column::new("type", "Metric", Kind::Line, "Such as accuracy, recall or AUC.").offering(Vocabulary::Measures),
    Column::new("value", "Value", Kind::Line, "As you report it: 0.94 or 94%."),
    Column::new(
        "slice",
        "Group or slice",
        Kind::Line,
        "The part of the data it holds for.",
    ),
    Column::new(
        "confidence_interval.lower_bound",
        "Interval, from",
        Kind::Line,
        "Its lower end.",
    ),
    Column::new(
        "confidence_interval.upper_bound",
        "Interval, to",
        Kind::Line,
        "Its upper end.",
    ),
];

const RISK: &[Column] = &[
    Column::new("name", "Risk", Kind::Line, "What could go wrong, and for whom."),
    Column::new(
        "mitigation_strategy",
        "What is done about it",
        Kind::Markdown,
        "By you and by users.",
    ),
];

const GROUP: &[Column] = &[
    Column::new("groupAtRisk", "Group", Kind::Line, "The people concerned."),
    Column::new("benefits", "Benefits", Kind::Markdown, "What the model does for them."),
    Column::new("harms", "Harms", Kind::Markdown, "What it may do to them."),
    Column::new(
        "mitigationStrategy",
        "What is done about it",
        Kind::Markdown,
        "By you and by users.",
    ),
];

const ENERGY: &[Column] = &[
    Column::new(
        "activity",
        "Activity",
        Kind::Choice {
            options: &[
                "design",
                "data-collection",
                "data-preparation",
                "training",
                "fine-tuning",
                "validation",
                "deployment",
                "inference",
                "other",
            ],
        },
        "What the energy was used for.",
    ),
    Column::new(
        "activityEnergyCost.value",
        "Energy",
        Kind::Number,
        "In the unit beside it.",
    ),
    Column::new(
        "activityEnergyCost.unit",
        "Unit of energy",
        Kind::Choice { options: &["kWh"] },
        "Always kWh.",
    ),
    Column::new(
        "co2CostEquivalent.value",
        "Emissions",
        Kind::Number,
        "In the unit beside it.",
    ),
    Column::new(
        "co2CostEquivalent.unit",
        "Unit of emissions",
        Kind::Choice { options: &["tCO2eq"] },
        "Always tCO2eq: tonnes of carbon dioxide equivalent.",
    ),
];

const PROPERTY: &[Column] = &[
    Column::new(
        "name",
        "Name",
        Kind::Line,
        "Best with the prefix of who defines it: example:seed.",
    ),
    Column::new("value", "Value", Kind::Markdown, "Always a text."),
];

const COMPONENT: Part = Part {
    key: "component",
    title: "Component",
    purpose: "What every component of a bill says of itself: name, version, people, licences, links.",
    source: "ML-BOM component",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name of the model, without its namespace.",
            "ML-BOM component.name",
        )
        .short(),
        Question::new(
            "component.group",
            "Namespace",
            Kind::Line,
            "The account or organisation in front of the name, as in owner/model.",
            "ML-BOM component.group",
        ),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version described here: 1.2.0, 2026-01 or a commit.",
            "ML-BOM component.version",
        )
        .short(),
        Question::new(
            "model-details.overview",
            "Description",
            Kind::Markdown,
            "What goes in, what comes out and for whom. This is the only free text of a component.",
            "ML-BOM component.description",
        )
        .short(),
        Question::new(
            "model-details.owners",
            "Authors",
            Kind::Table {
                entry: "author",
                columns: PERSON,
            },
            "The people who made the model. Version 1.6 and later have a place for them.",
            "ML-BOM component.authors",
        )
        .short(),
        Question::new(
            "component.author",
            "Author as one text",
            Kind::Line,
            "The author as version 1.5 has it; later versions prefer the table above.",
            "ML-BOM component.author",
        )
        .legacy(),
        Question::new(
            "component.publisher",
            "Publisher",
            Kind::Line,
            "Who publishes the model.",
            "ML-BOM component.publisher",
        ),
        Question::new(
            "component.supplier",
            "Supplier",
            Kind::Table {
                entry: "supplier",
                columns: ORGANISATION,
            },
            "The one organisation that supplies the model, perhaps as a distributor.",
            "ML-BOM component.supplier",
        ),
        Question::new(
            "component.manufacturer",
            "Manufacturer",
            Kind::Table {
                entry: "manufacturer",
                columns: ORGANISATION,
            },
            "The one organisation that made the model. Version 1.6 and later have a place for it.",
            "ML-BOM component.manufacturer",
        ),
        Question::new(
            "model-details.licenses",
            "Licences",
            Kind::Table {
                entry: "licence",
                columns: LICENCE,
            },
            "One row for each licence: the SPDX identifier, or the name of another one, never both.",
            "ML-BOM component.licenses",
        )
        .short(),
        Question::new(
            "component.copyright",
            "Copyright",
            Kind::Line,
            "The notice, as it should be shown.",
            "ML-BOM component.copyright",
        ),
        Question::new(
            "component.purl",
            "Package URL",
            Kind::Line,
            "The model’s address for tools, such as pkg:huggingface/owner/model@commit.",
            "ML-BOM component.purl",
        ),
        Question::new(
            "component.external_references",
            "Links",
            Kind::Table {
                entry: "link",
                columns: REFERENCE,
            },
            "Pages about the model: its documentation, its code, where to get it.",
            "ML-BOM component.externalReferences",
        ),
        Question::new(
            "metadata.tags",
            "Tags",
            Kind::List { entry: "tag" },
            "Words by which people should find the model. Version 1.6 and later have a place for them.",
            "ML-BOM component.tags",
        ),
    ],
};

const MODEL_CARD: Part = Part {
    key: "model-card",
    title: "Model card",
    purpose: "How the model is built, what it learned from, what it takes and returns.",
    source: "ML-BOM modelCard.modelParameters",
    questions: &[
        Question::new(
            "model-card.approach",
            "Way of learning",
            Kind::Choice {
                options: &[
                    "supervised",
                    "unsupervised",
                    "reinforcement-learning",
                    "semi-supervised",
                    "self-supervised",
                ],
            },
            "How the model learned; the schema knows only these words.",
            "ML-BOM modelParameters.approach.type",
        ),
        Question::new(
            "metadata.pipeline_tag",
            "Task",
            Kind::Line,
            "What the model does, in a few words: text-classification, image-segmentation.",
            "ML-BOM modelParameters.task",
        )
        .short(),
        Question::new(
            "model-details.type",
            "Family",
            Kind::Line,
            "The family of architectures: transformer, convolutional network, decision trees.",
            "ML-BOM modelParameters.architectureFamily",
        ),
        Question::new(
            "model-parameters.architecture",
            "Architecture",
            Kind::Line,
            "The exact architecture, such as LlamaForCausalLM.",
            "ML-BOM modelParameters.modelArchitecture",
        ),
        Question::new(
            "training-data.datasets",
            "Datasets",
            Kind::Table {
                entry: "dataset",
                columns: DATASET,
            },
            "One row for each dataset that the model learned from or was tested on.",
            "ML-BOM modelParameters.datasets",
        )
        .short(),
        Question::new(
            "model-parameters.input_format",
            "Inputs",
            Kind::List { entry: "input" },
            "What the model takes, one format in each entry.",
            "ML-BOM modelParameters.inputs",
        ),
        Question::new(
            "model-parameters.output_format",
            "Outputs",
            Kind::List { entry: "output" },
            "What the model returns, one format in each entry.",
            "ML-BOM modelParameters.outputs",
        ),
    ],
};

const ANALYSIS: Part = Part {
    key: "analysis",
    title: "Quantitative analysis",
    purpose: "The results in numbers and figures.",
    source: "ML-BOM modelCard.quantitativeAnalysis",
    questions: &[
        Question::new(
            "quantitative-analyses.performance_metrics",
            "Results",
            Kind::Table {
                entry: "metric",
                columns: METRIC,
            },
            "One row for each number: the metric, its value and, if it holds for a part of the data only, which part.",
            "ML-BOM quantitativeAnalysis.performanceMetrics",
        )
        .short(),
        Question::new(
            "quantitative-analyses.graphics",
            "Figures",
            Kind::Figures,
            "Plots of the results, each with a name that says what it shows.",
            "ML-BOM quantitativeAnalysis.graphics",
        ),
    ],
};

const CONSIDERATIONS: Part = Part {
    key: "considerations",
    title: "Considerations",
    purpose: "Whom the model is for, what it cannot do, and what to be careful about.",
    source: "ML-BOM modelCard.considerations",
    questions: &[
        Question::new(
            "intended-use.users",
            "Users",
            Kind::List { entry: "user" },
            "The people meant to work with the model.",
            "ML-BOM considerations.users",
        ),
        Question::new(
            "intended-use.use_cases",
            "Uses",
            Kind::List { entry: "use" },
            "The tasks the model was built and tested for, one in each entry.",
            "ML-BOM considerations.useCases",
        )
        .short(),
        Question::new(
            "caveats-and-recommendations.limitations",
            "Known limits",
            Kind::List { entry: "limit" },
            "Where the model fails or has not been tried, one in each entry.",
            "ML-BOM considerations.technicalLimitations",
        )
        .short(),
        Question::new(
            "ethical-considerations.tradeoffs",
            "Trade-offs",
            Kind::List { entry: "trade-off" },
            "What was given up for what, one in each entry.",
            "ML-BOM considerations.performanceTradeoffs",
        ),
        Question::new(
            "ethical-considerations.ethical_considerations",
            "Risks and answers",
            Kind::Table {
                entry: "risk",
                columns: RISK,
            },
            "One row for each risk, with what is done about it.",
            "ML-BOM considerations.ethicalConsiderations",
        ),
        Question::new(
            "considerations.fairness",
            "Fairness",
            Kind::Table {
                entry: "group",
                columns: GROUP,
            },
            "One row for each group that may fare worse, with benefits, harms and what is done.",
            "ML-BOM considerations.fairnessAssessments",
        ),
        Question::new(
            "considerations.energy",
            "Energy",
            Kind::Table {
                entry: "activity",
                columns: ENERGY,
            },
            "One row for each activity. A download keeps a row only if it is complete: activity, its energy, and the \
             providers with organisation, source and amount.",
            "ML-BOM environmentalConsiderations.energyConsumptions",
        ),
    ],
};

const PROPERTIES: Part = Part {
    key: "properties",
    title: "Properties",
    purpose: "What the schema has no member for, as names with values.",
    source: "ML-BOM properties",
    questions: &[
        Question::new(
            "properties.card",
            "Properties of the model card",
            Kind::Table {
                entry: "property",
                columns: PROPERTY,
            },
            "Anything else about the model. Answers of other formats that have no place above come here.",
            "ML-BOM modelCard.properties",
        ),
        Question::new(
            "properties.component",
            "Properties of the component",
            Kind::Table {
                entry: "property",
                columns: PROPERTY,
            },
            "Notes of the tools that made or read the bill.",
            "ML-BOM component.properties",
        ),
    ],
};
