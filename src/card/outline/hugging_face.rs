//! The model card of Hugging Face: the metadata block and the sections of its annotated template.
//!
//! Questions that the full card asks as well have its ids, so that an answer goes along when a card changes its
//! outline or its format. Sources: "Hub metadata" is the metadata specification of the hub, "Template" its
//! annotated model card template; the wording here is ours.

use super::model_index::MODEL_INDEX;
use super::{Kind, Outline, Part, Question, Vocabulary};

/// The model card of Hugging Face.
pub static HUGGING_FACE: Outline = Outline {
    key: "hugging-face",
    name: "Hugging Face model card",
    purpose: "The headings of a README on Hugging Face, for a model that is published there.",
    sections: &[
        METADATA,
        SUMMARY,
        MODEL_DETAILS,
        USES,
        LIMITATIONS,
        GET_STARTED,
        TRAINING,
        EVALUATION,
        EXAMINATION,
        ENVIRONMENT,
        SPECIFICATIONS,
        CITATION,
        GLOSSARY,
        MORE,
        AUTHORS,
        CONTACT,
    ],
};

const METADATA: Part = Part {
    key: "metadata",
    title: "Metadata",
    purpose: "What the hub reads to list and filter the model: the block between two lines of three hyphens at the top.",
    source: "Hub metadata",
    questions: &[
        Question::new(
            "model-details.licenses",
            "Licence",
            Kind::Line,
            "The hub’s word for the licence, such as apache-2.0, mit or cc-by-4.0. Write other for any other one, and name it \
             below.",
            "Hub metadata license",
        )
        .offering(Vocabulary::HubLicences)
        .short(),
        Question::new(
            "metadata.license_name",
            "Name of the other licence",
            Kind::Line,
            "Only beside the licence “other”: a short name for it, with hyphens for blanks.",
            "Hub metadata license_name",
        ),
        Question::new(
            "metadata.license_link",
            "Link to the other licence",
            Kind::Line,
            "Only beside the licence “other”: its address, or LICENSE for the file beside the card.",
            "Hub metadata license_link",
        ),
        Question::new(
            "metadata.language",
            "Languages",
            Kind::List { entry: "language" },
            "Codes of two or three letters, such as en or sw; multilingual and code are known too.",
            "Hub metadata language",
        )
        .offering(Vocabulary::Languages),
        Question::new(
            "metadata.pipeline_tag",
            "Task",
            Kind::Line,
            "What the model does, in the hub’s words: text-classification, image-segmentation, text-generation.",
            "Hub metadata pipeline_tag",
        )
        .offering(Vocabulary::Tasks)
        .short(),
        Question::new(
            "metadata.library_name",
            "Library",
            Kind::Line,
            "The library that loads the model: transformers, diffusers, sklearn, timm.",
            "Hub metadata library_name",
        )
        .offering(Vocabulary::Libraries),
        Question::new(
            "metadata.base_model",
            "Base model",
            Kind::Line,
            "The model it was made from, by its name on the hub: owner/model.",
            "Hub metadata base_model",
        ),
        Question::new(
            "metadata.datasets",
            "Datasets",
            Kind::List { entry: "dataset" },
            "The datasets it was trained on, by their names on the hub.",
            "Hub metadata datasets",
        ),
        Question::new(
            "metadata.metrics",
            "Metrics",
            Kind::List { entry: "metric" },
            "Names of the measures used, such as accuracy, f1 or wer.",
            "Hub metadata metrics",
        )
        .offering(Vocabulary::Measures),
        Question::new(
            "metadata.tags",
            "Tags",
            Kind::List { entry: "tag" },
            "Words by which people should find the model and that no other field has.",
            "Hub metadata tags",
        ),
        Question::new(
            "metadata.model_index",
            "Results for the hub",
            MODEL_INDEX,
            "Evaluation results in the form that the hub shows beside the card. For each result it wants a task, the name and \
             the type of a dataset, and metrics with their values.",
            "Hub metadata model-index",
        ),
        Question::new(
            "metadata.co2_eq_emissions",
            "Emissions",
            Kind::Number,
            "Grams of carbon dioxide equivalent that the training caused.",
            "Hub metadata co2_eq_emissions",
        ),
    ],
};

const SUMMARY: Part = Part {
    key: "summary",
    title: "Summary",
    purpose: "The title of the page and the text below it, which everybody reads first.",
    source: "Template",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name by which people will look for the model and cite it.",
            "Template model_id",
        )
        .short(),
        Question::new(
            "model-details.overview",
            "Overview",
            Kind::Markdown,
            "Begin with one sentence that a newcomer understands: what goes in, what comes out and for whom.",
            "Template model_summary",
        )
        .short(),
    ],
};

const MODEL_DETAILS: Part = Part {
    key: "model-details",
    title: "Model Details",
    purpose: "What the model is, who made it and where to find it.",
    source: "Template",
    questions: &[
        Question::new(
            "model-details.description",
            "Model Description",
            Kind::Markdown,
            "A longer description: what the model does and how it came about.",
            "Template model_description",
        )
        .short(),
        Question::new(
            "model-details.owners",
            "Developed by",
            Kind::Line,
            "The people or the organisation that built the model and answer for it.",
            "Template developers",
        ),
        Question::new(
            "model-details.funded_by",
            "Funded by",
            Kind::Line,
            "Who paid for the work.",
            "Template funded_by",
        ),
        Question::new(
            "model-details.shared_by",
            "Shared by",
            Kind::Line,
            "Who published it here, when they are others than those who built it.",
            "Template shared_by",
        ),
        Question::new(
            "model-details.type",
            "Model type",
            Kind::Line,
            "The family it belongs to and what it learned from: a transformer, a tree ensemble; supervised or not.",
            "Template model_type",
        ),
        Question::new(
            "model-details.languages",
            "Languages in words",
            Kind::Line,
            "The human languages it works with, as people call them.",
            "Template language",
        ),
        Question::new(
            "model-details.license_line",
            "Licence in words",
            Kind::Line,
            "The licence as readers should see it, with a link to its text.",
            "Template license",
        ),
        Question::new(
            "model-details.finetuned_from",
            "Fine-tuned from",
            Kind::Line,
            "The model it was made from, with a link to its card.",
            "Template base_model",
        ),
        Question::new(
            "model-details.sources",
            "Model Sources",
            Kind::Markdown,
            "Further links that say where the model comes from.",
            "Template Model Sources",
        ),
        Question::new(
            "model-details.repository",
            "Repository",
            Kind::Line,
            "Address of the code.",
            "Template repo",
        ),
        Question::new(
            "model-details.paper",
            "Paper",
            Kind::Line,
            "Title or address of the paper.",
            "Template paper",
        ),
        Question::new(
            "model-details.demo",
            "Demo",
            Kind::Line,
            "Address of a page where one can try it.",
            "Template demo",
        ),
    ],
};

const USES: Part = Part {
    key: "uses",
    title: "Uses",
    purpose: "What the model was made for, who uses it, who is affected by it, and what it should not be used for.",
    source: "Template",
    questions: &[
        Question::new(
            "intended-use.users",
            "Who uses it",
            Kind::Markdown,
            "The people meant to use it and those whom its results touch.",
            "Template Uses",
        ),
        Question::new(
            "intended-use.use_cases",
            "Direct Use",
            Kind::Markdown,
            "What it can be used for as it is, without more training and outside a larger system.",
            "Template direct_use",
        )
        .short(),
        Question::new(
            "uses.downstream",
            "Downstream Use",
            Kind::Markdown,
            "What it can be used for after more training, or as a part of something larger.",
            "Template downstream_use",
        ),
        Question::new(
            "intended-use.out_of_scope",
            "Out-of-Scope Use",
            Kind::Markdown,
            "What it is not made for: misuse, harmful use, and uses for which it will simply not work well.",
            "Template out_of_scope_use",
        )
        .short(),
    ],
};

const LIMITATIONS: Part = Part {
    key: "bias-risks-limitations",
    title: "Bias, Risks, and Limitations",
    purpose: "What goes wrong, for whom, and what to do about it.",
    source: "Template",
    questions: &[
        Question::new(
            "caveats-and-recommendations.limitations",
            "Known limits",
            Kind::Markdown,
            "Where the results are worse or unfair, technical limits, and risks for people and society. Name groups and cases, \
             not only the word “bias”.",
            "Template bias_risks_limitations",
        )
        .short(),
        Question::new(
            "caveats-and-recommendations.recommendations",
            "Recommendations",
            Kind::Markdown,
            "What users should do, check or avoid because of these limits.",
            "Template bias_recommendations",
        ),
    ],
};

const GET_STARTED: Part = one(
    "how-to-get-started",
    "How to Get Started with the Model",
    "The shortest way to a first result.",
    &[Question::new(
        "how-to-get-started.code",
        "How to start",
        Kind::Markdown,
        "A piece of code that runs as it stands, and what to install before.",
        "Template get_started_code",
    )],
);

const TRAINING: Part = Part {
    key: "training-details",
    title: "Training Details",
    purpose: "What the model learned from, and how.",
    source: "Template",
    questions: &[
        Question::new(
            "training-details.overview",
            "In short",
            Kind::Markdown,
            "One or two sentences on the whole training, when the parts below need an introduction.",
            "Template Training Details",
        ),
        Question::new(
            "training-data.datasets",
            "Training Data",
            Kind::Markdown,
            "Which data, how much, from where, how it was chosen and filtered; a link to its own card.",
            "Template training_data",
        )
        .short(),
        Question::new(
            "training-details.procedure",
            "Training Procedure",
            Kind::Markdown,
            "Preparation of the data, hyperparameters, precision, duration and speed, so that others can repeat it.",
            "Template preprocessing, training_regime, speeds_sizes_times",
        ),
    ],
};

const EVALUATION: Part = Part {
    key: "evaluation",
    title: "Evaluation",
    purpose: "How the model was tested, and what came out.",
    source: "Template",
    questions: &[
        Question::new(
            "evaluation-data.datasets",
            "Testing Data, Factors & Metrics",
            Kind::Markdown,
            "Which data it was tested on, for which groups and conditions apart, and with which measures and why.",
            "Template testing_data, testing_factors, testing_metrics",
        )
        .short(),
        Question::new(
            "factors.evaluated",
            "Factors",
            Kind::Markdown,
            "The groups and conditions that were looked at apart, when they have a heading of their own.",
            "Template testing_factors",
        )
        .legacy(),
        Question::new(
            "metrics.measures",
            "Metrics",
            Kind::Markdown,
            "The measures and why these, when they have a heading of their own.",
            "Template testing_metrics",
        )
        .legacy(),
        Question::new(
            "evaluation.results",
            "Results",
            Kind::Markdown,
            "The numbers, best as a table, and one or two sentences on what they mean.",
            "Template results",
        ),
        Question::new(
            "evaluation.societal_impact",
            "Societal Impact Assessment",
            Kind::Markdown,
            "Tests for harm to people and society, such as hateful or dangerous output, and what they found.",
            "Template annotated page",
        )
        .legacy(),
    ],
};

const EXAMINATION: Part = one(
    "model-examination",
    "Model Examination",
    "What is known of how it comes to its results.",
    &[Question::new(
        "model-examination.notes",
        "Examination",
        Kind::Markdown,
        "Work on interpreting or probing the model, with links.",
        "Template model_examination",
    )],
);

const ENVIRONMENT: Part = one(
    "environmental-impact",
    "Environmental Impact",
    "What the training cost in energy.",
    &[
        Question::new(
            "environmental-impact.notes",
            "Energy and emissions",
            Kind::Markdown,
            "How the figures below were measured or estimated, and what else there is to say on energy.",
            "Template Environmental Impact",
        ),
        Question::new(
            "environmental-impact.hardware_type",
            "Hardware",
            Kind::Line,
            "The kind of machine or accelerator that the training ran on.",
            "Template hardware_type",
        ),
        Question::new(
            "environmental-impact.hours_used",
            "Hours used",
            Kind::Line,
            "How long they ran, all of them together.",
            "Template hours_used",
        ),
        Question::new(
            "environmental-impact.cloud_provider",
            "Cloud provider",
            Kind::Line,
            "Who ran the machines.",
            "Template cloud_provider",
        ),
        Question::new(
            "environmental-impact.compute_region",
            "Compute region",
            Kind::Line,
            "Where the machines stood, because electricity differs.",
            "Template cloud_region",
        ),
        Question::new(
            "environmental-impact.carbon_emitted",
            "Carbon emitted",
            Kind::Line,
            "The emissions with their unit, and how they were estimated.",
            "Template co2_emitted",
        ),
    ],
);

const SPECIFICATIONS: Part = Part {
    key: "technical-specifications",
    title: "Technical Specifications",
    purpose: "How the model is built and what it ran on.",
    source: "Template",
    questions: &[
        Question::new(
            "model-parameters.architecture",
            "Model Architecture and Objective",
            Kind::Markdown,
            "The architecture, its size, and what the training optimised.",
            "Template model_specs",
        ),
        Question::new(
            "technical-specifications.compute",
            "Compute Infrastructure",
            Kind::Markdown,
            "The machines and the software it was trained with, and what it needs to run.",
            "Template compute_infrastructure, hardware_requirements, software",
        ),
    ],
};

const CITATION: Part = one(
    "citation",
    "Citation",
    "How to give credit.",
    &[Question::new(
        "model-details.citations",
        "How to cite",
        Kind::Markdown,
        "The entry ready to copy, in BibTeX or as a reference.",
        "Template citation_bibtex, citation_apa",
    )],
);

const GLOSSARY: Part = one(
    "glossary",
    "Glossary",
    "Words that not every reader knows.",
    &[Question::new(
        "glossary.terms",
        "Terms",
        Kind::Markdown,
        "Terms and how numbers were computed, so that others can read the card without asking.",
        "Template glossary",
    )],
);

const MORE: Part = one(
    "more-information",
    "More Information",
    "What has no place above.",
    &[Question::new(
        "more-information.text",
        "More",
        Kind::Markdown,
        "Links to posts, papers and further reading.",
        "Template more_information",
    )],
);

const AUTHORS: Part = one(
    "model-card-authors",
    "Model Card Authors",
    "Who wrote this card.",
    &[Question::new(
        "model-card-authors.names",
        "Authors",
        Kind::Markdown,
        "The people who wrote the card, when they are others than those who built the model.",
        "Template model_card_authors",
    )],
);

const CONTACT: Part = one(
    "model-card-contact",
    "Model Card Contact",
    "Whom to ask.",
    &[Question::new(
        "model-details.contact",
        "Contact",
        Kind::Markdown,
        "Where questions about the model and its card should go.",
        "Template model_card_contact",
    )
    .short()],
);

/// A section that is one text.
const fn one(key: &'static str, title: &'static str, purpose: &'static str, questions: &'static [Question]) -> Part {
    Part {
        key,
        title,
        purpose,
        source: "Template",
        questions,
    }
}
