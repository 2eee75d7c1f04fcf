//! The radiotherapy model card (RT-AI): a model for planning or delivering radiotherapy, its patients and its evaluations.
//!
//! Only questions that tell much are here; what else a card has is shown as further fields of the section.

use super::{Kind, Outline, Part, Question};

/// The tasks that the RT-AI form knows.
pub const TASKS: &[&str] = &["Image-to-Image translation", "Segmentation", "Dose prediction", "Other"];
/// The parts of the body that the RT-AI form knows.
pub const SITES: &[&str] = &["Brain", "HN", "Thorax", "Abdomen", "Pelvis", "Other"];
/// The kinds of image and other data that the RT-AI form knows.
pub const DATA_KINDS: &[&str] = &[
    "CT (Computed Tomography)",
    "4DCT (4 Dimensional Computed Tomography)",
    "4DCBCT (4 Dimensional Cone Beam Computed Tomography)",
    "CBCT (Cone Beam Computed Tomography)",
    "MR T1 (Magnetic Resonance T1)",
    "MR T2 (Magnetic Resonance T2)",
    "MR FLAIR (Magnetic Resonance FLAIR)",
    "MR SEQ (Use 'Additional Information regarding input content' to specify the sequence details)",
    "4DMR T1 (4D Magnetic Resonance T1)",
    "4DMR T2 (4D Magnetic Resonance T2)",
    "4DMR FLAIR (4D Magnetic Resonance FLAIR)",
    "4DMR SEQ (Use 'Additional Information regarding input content' to specify the sequence details)",
    "PT (Positron Emission Tomography)",
    "US (Ultrasound)",
    "DX (Digital Radiography)",
    "ES (Endoscopy)",
    "MG (Mammography)",
    "RTSTRUCT",
    "RTDOSE (Radiotherapy Dose)",
    "EEG (Electroencephalography)",
    "ECG (Electrocardiography)",
    "REG (Registration)",
    "AU (Audio)",
    "TXT (Text)",
    "OT (Other)",
];

/// The radiotherapy model card.
pub static RADIOTHERAPY: Outline = Outline {
    key: "radiotherapy",
    name: "Radiotherapy model card",
    purpose: "A model in radiotherapy: images and doses in and out, patients, training, evaluation, clearance.",
    sections: &[CARD, MODEL, TECHNOLOGY, HARDWARE, TRAINING, EVALUATION, CARE],
};

const CARD: Part = Part {
    key: "radiotherapy-card",
    title: "The card",
    purpose: "What the card is about, and its own version.",
    source: "RT-AI form",
    questions: &[
        Question::new(
            "radiotherapy-card.task",
            "Task",
            Kind::Choice { options: TASKS },
            "What the model does; it decides which further questions the tool asks.",
            "RT-AI task",
        ),
        Question::new(
            "radiotherapy-card.creation_date",
            "Date of the card",
            Kind::Date,
            "The day on which this card was written.",
            "RT-AI card_creation_date",
        ),
        Question::new(
            "radiotherapy-card.version_number",
            "Version of the card",
            Kind::Line,
            "The version of this card, not of the model.",
            "RT-AI version_number",
        ),
        Question::new(
            "radiotherapy-card.version_changes",
            "What changed in the card",
            Kind::Markdown,
            "What is different from the version of the card before.",
            "RT-AI version_changes",
        ),
        Question::new(
            "radiotherapy-card.doi",
            "DOI of the card",
            Kind::Line,
            "If the card itself has one.",
            "RT-AI doi",
        ),
    ],
};

const MODEL: Part = Part {
    key: "radiotherapy-model",
    title: "The model",
    purpose: "What it is, who made it, and for whom.",
    source: "RT-AI form",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name by which people will look for the model.",
            "RT-AI name",
        ),
        Question::new(
            "model-details.version_date",
            "Date of the model",
            Kind::Date,
            "The day on which this version of the model was finished.",
            "RT-AI creation_date",
        ),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version of the model; the tool would like two digits, two digits, four digits: 01.02.0003.",
            "RT-AI version_number",
        ),
        Question::new(
            "model-details.version_notes",
            "What changed in this version",
            Kind::Markdown,
            "What is different from the version before, above all what changes results.",
            "RT-AI version_changes",
        ),
        Question::new(
            "radiotherapy-model.doi",
            "DOI of the model",
            Kind::Line,
            "If the model has one.",
            "RT-AI doi",
        ),
        Question::new(
            "model-details.overview",
            "Summary",
            Kind::Markdown,
            "What goes in, what comes out, for which patients.",
            "RT-AI model_scope_summary",
        ),
        Question::new(
            "radiotherapy-model.anatomical_site",
            "Part of the body",
            Kind::Choice { options: SITES },
            "Where in the body it is meant to be used.",
            "RT-AI model_scope_anatomical_site",
        ),
        Question::new(
            "radiotherapy-model.clearance",
            "Clearance",
            Kind::Line,
            "Whether an authority or the hospital itself has cleared it for use, and as what.",
            "RT-AI clearance_type",
        ),
        Question::new(
            "intended-use.users",
            "Intended users",
            Kind::Markdown,
            "Who is meant to work with it, and what they need to know.",
            "RT-AI intended_users",
        ),
        Question::new(
            "caveats-and-recommendations.limitations",
            "Observed limits",
            Kind::Markdown,
            "Where it was seen to fail or to do worse.",
            "RT-AI observed_limitations",
        ),
        Question::new(
            "radiotherapy-model.potential_limitations",
            "Possible limits",
            Kind::Markdown,
            "Where it may fail, though nobody has seen it yet.",
            "RT-AI potential_limitations",
        ),
        Question::new(
            "model-details.type",
            "Kind of model",
            Kind::Line,
            "The family that it belongs to, such as a convolutional network.",
            "RT-AI type_of_learning_architecture",
        ),
        Question::new(
            "model-details.owners",
            "Developed by",
            Kind::Line,
            "The people who built it.",
            "RT-AI developed_by_name",
        ),
        Question::new(
            "radiotherapy-model.institution",
            "Institution",
            Kind::Line,
            "Where they work.",
            "RT-AI developed_by_institution",
        ),
        Question::new(
            "model-details.contact",
            "Contact",
            Kind::Line,
            "An e-mail address for questions; several with commas between them.",
            "RT-AI developed_by_email",
        ),
        Question::new(
            "radiotherapy-model.conflict_of_interest",
            "Conflict of interest",
            Kind::Markdown,
            "Who paid for it, and who gains when it is used.",
            "RT-AI conflict_of_interest",
        ),
        Question::new(
            "model-details.licenses",
            "Licence",
            Kind::Line,
            "The terms under which others may use it.",
            "RT-AI software_license",
        ),
        Question::new(
            "radiotherapy-model.code_source",
            "Source of the code",
            Kind::Line,
            "Where the code can be found.",
            "RT-AI code_source",
        ),
        Question::new(
            "model-details.path",
            "Where to get the model",
            Kind::Line,
            "Where the trained model can be found.",
            "RT-AI model_source",
        ),
        Question::new(
            "model-details.citations",
            "How to cite",
            Kind::Markdown,
            "The citation, ready to copy.",
            "RT-AI citation_details",
        ),
        Question::new(
            "model-details.references",
            "Further reading",
            Kind::Markdown,
            "Addresses of papers and pages about it.",
            "RT-AI url_info",
        ),
    ],
};

const TECHNOLOGY: Part = Part {
    key: "radiotherapy-technology",
    title: "Technology",
    purpose: "How it works, and what it needs to run.",
    source: "RT-AI form",
    questions: &[
        Question::new(
            "model-details.description",
            "How it works",
            Kind::Markdown,
            "The way from the images to the result, step by step.",
            "RT-AI model_pipeline_summary",
        ),
        Question::new(
            "radiotherapy-technology.inputs",
            "Kinds of inputs",
            Kind::List { entry: "kind" },
            "The kinds of image or structure that go in, in the words of the RT-AI form, such as “CT (Computed Tomography)”.",
            "RT-AI model_inputs",
        ),
        Question::new(
            "model-parameters.input_format",
            "Inputs",
            Kind::Markdown,
            "More about what goes in: format, content, size.",
            "RT-AI additional_information_model_inputs",
        ),
        Question::new(
            "radiotherapy-technology.outputs",
            "Kinds of outputs",
            Kind::List { entry: "kind" },
            "The kinds of image or structure that come out, in the words of the RT-AI form, such as “CT (Computed Tomography)”.",
            "RT-AI model_outputs",
        ),
        Question::new(
            "model-parameters.output_format",
            "Outputs",
            Kind::Markdown,
            "More about what comes out: format, content, size.",
            "RT-AI additional_information_model_outputs",
        ),
        Question::new(
            "radiotherapy-technology.pre_processing",
            "Before the model",
            Kind::Markdown,
            "What is done to the data before they go in.",
            "RT-AI pre_processing",
        ),
        Question::new(
            "radiotherapy-technology.post_processing",
            "After the model",
            Kind::Markdown,
            "What is done to the result.",
            "RT-AI post_processing",
        ),
        Question::new(
            "model-parameters.architecture",
            "Networks",
            Kind::Markdown,
            "For each network its size, inputs, outputs, loss and figure.",
            "RT-AI learning_architectures",
        ),
    ],
};

const HARDWARE: Part = Part {
    key: "radiotherapy-hardware",
    title: "Hardware and software",
    purpose: "What it needs to run, and how to start it.",
    source: "RT-AI form",
    questions: &[
        Question::new(
            "technical-specifications.compute",
            "Libraries",
            Kind::Markdown,
            "The software it needs, with versions.",
            "RT-AI libraries_and_dependencies",
        ),
        Question::new(
            "radiotherapy-hardware.recommended",
            "Recommended hardware",
            Kind::Markdown,
            "The machine that it should run on.",
            "RT-AI hardware_recommended",
        ),
        Question::new(
            "how-to-get-started.code",
            "How to install it",
            Kind::Markdown,
            "How to install it and get a first result.",
            "RT-AI installation_getting_started",
        ),
        Question::new(
            "environmental-impact.notes",
            "Energy and emissions",
            Kind::Markdown,
            "What training and use cost in energy.",
            "RT-AI environmental_impact",
        ),
        Question::new(
            "radiotherapy-hardware.inference_time",
            "Time for a result",
            Kind::Line,
            "Seconds on the recommended hardware.",
            "RT-AI inference_time_for_recommended_hw",
        ),
    ],
};

const TRAINING: Part = Part {
    key: "radiotherapy-training",
    title: "Data of the training",
    purpose: "The patients and data that it learned from.",
    source: "RT-AI form",
    questions: &[
        Question::new(
            "metadata.base_model",
            "Model it was made from",
            Kind::Line,
            "If it was tuned: the name of the model before.",
            "RT-AI model_name",
        ),
        Question::new(
            "training-data.size",
            "Size of the data",
            Kind::Line,
            "How many images or plans, for training and for validation.",
            "RT-AI total_size",
        ),
        Question::new(
            "radiotherapy-training.patients",
            "Number of patients",
            Kind::Line,
            "How many people the data come from.",
            "RT-AI number_of_patients",
        ),
        Question::new(
            "training-data.datasets",
            "Source of the data",
            Kind::Markdown,
            "Which hospital or collection they come from.",
            "RT-AI source",
        ),
        Question::new(
            "radiotherapy-training.period",
            "When they were acquired",
            Kind::Line,
            "The first and the last month or year.",
            "RT-AI acquisition_period",
        ),
        Question::new(
            "radiotherapy-training.criteria",
            "Who is in the data",
            Kind::Markdown,
            "The criteria by which patients were included or left out.",
            "RT-AI inclusion_exclusion_criteria",
        ),
        Question::new(
            "radiotherapy-training.reference_standard",
            "Reference",
            Kind::Markdown,
            "What the model learned to match, such as contours by two physicians, and how these were checked.",
            "RT-AI reference_standard",
        ),
        Question::new(
            "radiotherapy-training.age",
            "Age",
            Kind::Line,
            "The ages in the data.",
            "RT-AI age",
        ),
        Question::new(
            "radiotherapy-training.sex",
            "Sex",
            Kind::Line,
            "How many women and men are in the data.",
            "RT-AI sex",
        ),
        Question::new(
            "training-data.split",
            "Validation",
            Kind::Markdown,
            "How the data were divided for validation.",
            "RT-AI validation_strategy",
        ),
    ],
};

const EVALUATION: Part = Part {
    key: "radiotherapy-evaluation",
    title: "Evaluations",
    purpose: "How it was tested before and during use.",
    source: "RT-AI form",
    questions: &[Question::new(
        "radiotherapy-evaluation.evaluations",
        "Evaluations",
        Kind::Markdown,
        "One entry for each evaluation: who did it, when, on which patients, with which measures and results.",
        "RT-AI evaluations",
    )],
};

const CARE: Part = Part {
    key: "radiotherapy-care",
    title: "Responsible use",
    purpose: "Ethics, risks and watching.",
    source: "RT-AI form",
    questions: &[
        Question::new(
            "ethical-considerations.risks",
            "Responsible use",
            Kind::Markdown,
            "What has to be considered so that nobody is harmed or treated unfairly.",
            "RT-AI responsible_use_and_ethical_considerations",
        ),
        Question::new(
            "radiotherapy-care.risk_analysis",
            "Risk analysis",
            Kind::Markdown,
            "What can go wrong, how likely and how bad it is, and what is done about it.",
            "RT-AI risk_analysis",
        ),
        Question::new(
            "radiotherapy-care.surveillance",
            "Watching it in use",
            Kind::Markdown,
            "How results are watched once it is in use.",
            "RT-AI post_market_surveillance_live_monitoring",
        ),
    ],
};
