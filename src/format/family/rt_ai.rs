//! The radiotherapy model cards of the RT-AI tool.
//!
//! Places after its form description (`model_card_schema.json`, MIRO-UCLouvain) and its files: the current shape, and those of
//! 2025 with hyphens and with networks and hardware at the root; the saved [form](flat) is looked at as one of these. `null`, empty texts and texts stay as they are.

use std::sync::LazyLock;

use super::{Family, View, dialect, flat, has, is_group, nothing, text};
use crate::card::outline::{self, DATA_KINDS, SITES, TASKS};
use crate::format::closed::{Members, OPEN, TEXT, Want};
use crate::format::dialect::{Dialect, Row, Shape};
use crate::format::lens::{About, Notation, Readers};

/// The radiotherapy model cards.
pub(in crate::format) static RT_AI: Family = Family {
    about: &About {
        id: "rt-ai",
        name: "RT-AI model card",
        mark: "rt-ai",
        notation: Notation::Json,
        purpose: "For the RT-AI tool for radiotherapy: every member of its form is there, empty where nothing is answered.",
        readers: Readers::Few,
        can_read: true,
    },
    resembles: |root| {
        is_group(root, "model_basic_information")
            || has(root, &["card_metadata", "technical_specifications"])
            || flat::is_one(root)
    },
    dialect: |root| {
        let inside = root.and_then(|root| root.member("technical_specifications"));
        let hyphens = inside.is_some_and(|inside| inside.member("pre-processing").is_some());
        let at_root =
            root.is_some_and(|root| root.member("learning_architectures").is_some() || is_group(root, "hw_and_sw"));
        &DIALECTS[usize::from(hyphens) + 2 * usize::from(at_root)]
    },
    blank: BLANK,
    required: &[
        &["card_metadata"],
        &["model_basic_information"],
        &["technical_specifications"],
        &["training_data"],
        &["other_considerations"],
    ],
    closed: None,
    view: Some(View {
        of: flat::view,
        back: flat::back,
    }),
    finish: nothing,
};

/// Of a card with underscores, with hyphens, and of both with networks and hardware at the root.
static DIALECTS: LazyLock<[Dialect; 4]> = LazyLock::new(|| {
    [(false, false), (true, false), (false, true), (true, true)].map(|(hyphens, at_root)| {
        let mut dialect = dialect(&outline::RADIOTHERAPY, &["__files__"], &CONTAINERS, &PLACES);
        for place in &mut dialect.places {
            if hyphens && place.path[0] == "technical_specifications" {
                for (new, old) in [
                    ("pre_processing", "pre-processing"),
                    ("post_processing", "post-processing"),
                ] {
                    if place.path[1] == new {
                        place.path[1] = old;
                    }
                }
            }
            if at_root && place.path.len() > 1 && ["learning_architectures", "hw_and_sw"].contains(&place.path[1]) {
                place.path.remove(0);
            }
        }
        if at_root {
            for (key, container) in &mut dialect.containers {
                if *key == "radiotherapy-hardware" {
                    *container = "hw_and_sw";
                }
            }
        }
        dialect
    })
});

const CONTAINERS: [(&str, &str); 6] = [
    ("radiotherapy-card", "card_metadata"),
    ("radiotherapy-model", "model_basic_information"),
    ("radiotherapy-technology", "technical_specifications"),
    ("radiotherapy-training", "training_data"),
    ("radiotherapy-evaluation", "evaluation_notes"),
    ("radiotherapy-care", "other_considerations"),
];

const NETWORKS: Want = Want::List(
    &Want::Group(&Members {
        bare: |text| Some(("additional_information_ts", text.to_owned())),
        ..OPEN
    }),
    usize::MAX,
);
/// An evaluation without a name stops the tool.
const EVALUATIONS: Want = Want::List(
    &Want::Group(&Members {
        needs: &[&["name"]],
        ..OPEN
    }),
    usize::MAX,
);
/// The form offers these words only.
const KINDS: Want = Want::Either(&[
    Want::List(&Want::OneOf(DATA_KINDS), usize::MAX),
    Want::OneOf(DATA_KINDS),
]);
/// The tool writes the version of a card as a number or as a text.
const VERSION: Want = Want::Either(&[TEXT, Want::Number]);

const PLACES: [Row; 53] = [
    text(
        "radiotherapy-hardware.inference_time",
        &[
            "technical_specifications",
            "hw_and_sw",
            "inference_time_for_recommended_hw",
        ],
    ),
    ("radiotherapy-card.task", &["task"], Shape::Same, &Want::OneOf(TASKS)),
    text(
        "radiotherapy-card.creation_date",
        &["card_metadata", "card_creation_date"],
    ),
    (
        "radiotherapy-card.version_number",
        &["card_metadata", "version_number"],
        Shape::Same,
        &VERSION,
    ),
    text(
        "radiotherapy-card.version_changes",
        &["card_metadata", "version_changes"],
    ),
    text("radiotherapy-card.doi", &["card_metadata", "doi"]),
    text("model-details.name", &["model_basic_information", "name"]),
    text(
        "model-details.version_date",
        &["model_basic_information", "creation_date"],
    ),
    text("model-details.version", &["model_basic_information", "version_number"]),
    text(
        "model-details.version_notes",
        &["model_basic_information", "version_changes"],
    ),
    text("radiotherapy-model.doi", &["model_basic_information", "doi"]),
    text(
        "model-details.overview",
        &["model_basic_information", "model_scope_summary"],
    ),
    (
        "radiotherapy-model.anatomical_site",
        &["model_basic_information", "model_scope_anatomical_site"],
        Shape::Same,
        &Want::OneOf(SITES),
    ),
    text(
        "radiotherapy-model.clearance",
        &["model_basic_information", "clearance_type"],
    ),
    text("intended-use.users", &["model_basic_information", "intended_users"]),
    text(
        "caveats-and-recommendations.limitations",
        &["model_basic_information", "observed_limitations"],
    ),
    text(
        "radiotherapy-model.potential_limitations",
        &["model_basic_information", "potential_limitations"],
    ),
    text(
        "model-details.type",
        &["model_basic_information", "type_of_learning_architecture"],
    ),
    text(
        "model-details.owners",
        &["model_basic_information", "developed_by_name"],
    ),
    text(
        "radiotherapy-model.institution",
        &["model_basic_information", "developed_by_institution"],
    ),
    text(
        "model-details.contact",
        &["model_basic_information", "developed_by_email"],
    ),
    text(
        "radiotherapy-model.conflict_of_interest",
        &["model_basic_information", "conflict_of_interest"],
    ),
    text(
        "model-details.licenses",
        &["model_basic_information", "software_license"],
    ),
    text(
        "radiotherapy-model.code_source",
        &["model_basic_information", "code_source"],
    ),
    text("model-details.path", &["model_basic_information", "model_source"]),
    text(
        "model-details.citations",
        &["model_basic_information", "citation_details"],
    ),
    text("model-details.references", &["model_basic_information", "url_info"]),
    text(
        "model-details.description",
        &["technical_specifications", "model_pipeline_summary"],
    ),
    (
        "radiotherapy-technology.inputs",
        &["technical_specifications", "model_inputs"],
        Shape::Same,
        &KINDS,
    ),
    text(
        "model-parameters.input_format",
        &["technical_specifications", "additional_information_model_inputs"],
    ),
    (
        "radiotherapy-technology.outputs",
        &["technical_specifications", "model_outputs"],
        Shape::Same,
        &KINDS,
    ),
    text(
        "model-parameters.output_format",
        &["technical_specifications", "additional_information_model_outputs"],
    ),
    text(
        "radiotherapy-technology.pre_processing",
        &["technical_specifications", "pre_processing"],
    ),
    text(
        "radiotherapy-technology.post_processing",
        &["technical_specifications", "post_processing"],
    ),
    (
        "model-parameters.architecture",
        &["technical_specifications", "learning_architectures"],
        Shape::Same,
        &NETWORKS,
    ),
    text(
        "technical-specifications.compute",
        &["technical_specifications", "hw_and_sw", "libraries_and_dependencies"],
    ),
    text(
        "radiotherapy-hardware.recommended",
        &["technical_specifications", "hw_and_sw", "hardware_recommended"],
    ),
    text(
        "how-to-get-started.code",
        &["technical_specifications", "hw_and_sw", "installation_getting_started"],
    ),
    text(
        "environmental-impact.notes",
        &["technical_specifications", "hw_and_sw", "environmental_impact"],
    ),
    text("metadata.base_model", &["training_data", "model_name"]),
    text("training-data.size", &["training_data", "total_size"]),
    text(
        "radiotherapy-training.patients",
        &["training_data", "number_of_patients"],
    ),
    text("training-data.datasets", &["training_data", "source"]),
    text("radiotherapy-training.period", &["training_data", "acquisition_period"]),
    text(
        "radiotherapy-training.criteria",
        &["training_data", "inclusion_exclusion_criteria"],
    ),
    text(
        "radiotherapy-training.reference_standard",
        &["training_data", "reference_standard"],
    ),
    text("radiotherapy-training.age", &["training_data", "age"]),
    text("radiotherapy-training.sex", &["training_data", "sex"]),
    text("training-data.split", &["training_data", "validation_strategy"]),
    (
        "radiotherapy-evaluation.evaluations",
        &["evaluations"],
        Shape::Same,
        &EVALUATIONS,
    ),
    text(
        "ethical-considerations.risks",
        &["other_considerations", "responsible_use_and_ethical_considerations"],
    ),
    text(
        "radiotherapy-care.risk_analysis",
        &["other_considerations", "risk_analysis"],
    ),
    text(
        "radiotherapy-care.surveillance",
        &["other_considerations", "post_market_surveillance_live_monitoring"],
    ),
];

const BLANK: &str = r#"{"task": "", "card_metadata": {"card_creation_date": "", "version_number": "", "version_changes": "", "doi": ""},
"model_basic_information": {"name": "", "creation_date": "", "version_number": "", "version_changes": "", "doi": "",
"model_scope_summary": "", "model_scope_anatomical_site": "", "clearance_type": "", "clearance_approved_by_name": "",
"clearance_approved_by_institution": "", "clearance_approved_by_contact_email": "",
"clearance_additional_information": "", "intended_users": "", "observed_limitations": "", "potential_limitations": "",
"type_of_learning_architecture": "", "developed_by_name": "", "developed_by_institution": "", "developed_by_email":
"", "conflict_of_interest": "", "software_license": "", "code_source": "", "model_source": "", "citation_details": "",
"url_info": ""}, "technical_specifications": {"model_pipeline_summary": "", "model_pipeline_figure": "",
"model_inputs": "", "additional_information_model_inputs": "", "model_outputs": "",
"additional_information_model_outputs": "", "pre_processing": "", "post_processing": "", "learning_architectures": [],
"hw_and_sw": {"libraries_and_dependencies": "", "hardware_recommended": "", "inference_time_for_recommended_hw": "",
"installation_getting_started": "", "environmental_impact": ""}}, "training_data": {"model_name": "",
"url_doi_to_model_card": "", "tuning_technique": "", "total_size": "", "number_of_patients": "", "source": "",
"acquisition_period": "", "inclusion_exclusion_criteria": "", "type_of_data_augmentation": "",
"strategy_for_data_augmentation": "", "url_info": "", "image_resolution": "", "patient_positioning": "",
"scanner_model": "", "scan_acquisition_parameters": "", "scan_reconstruction_parameters": "", "fov": "",
"treatment_modality_train": "", "beam_configuration_energy": "", "dose_engine": "", "target_volumes_and_prescription":
"", "number_of_fractions": "", "reference_standard": "", "reference_standard_qa": "",
"reference_standard_qa_additional_information": "", "icd10_11": "", "tnm_staging": "", "age": "", "sex": "",
"target_volume_cm3": "", "bmi": "", "additional_patient_info": "", "validation_strategy": "",
"validation_data_partition": "", "weights_initialization": "", "epochs": "", "optimiser": "", "learning_rate": "",
"train_and_validation_loss_curves": "", "model_choice_criteria": "", "inference_method": "",
"inputs_outputs_technical_specifications": []}, "evaluations": [], "other_considerations":
{"responsible_use_and_ethical_considerations": "", "risk_analysis": "", "post_market_surveillance_live_monitoring":
""}}"#;
