//! The metadata of a MONAI bundle (`configs/metadata.json`).
//!
//! Places after the bundles of Project-MONAI/model-zoo and the bundle specification of MONAI. It is open: members that it does
//! not name are kept.

use std::sync::LazyLock;

use super::{Family, dialect, has, nothing, same, text};
use crate::card::outline;
use crate::format::closed::{OPEN, TEXTS, Want};
use crate::format::dialect::{Dialect, Row, Shape};
use crate::format::lens::{About, Notation, Readers};

/// The metadata of a MONAI bundle.
pub(in crate::format) static MONAI: Family = Family {
    about: &About {
        id: "monai",
        name: "MONAI bundle metadata",
        mark: "monai",
        notation: Notation::Json,
        purpose: "The configs/metadata.json of a MONAI bundle. The format of its network has to be added by hand.",
        readers: Readers::Few,
        can_read: true,
    },
    resembles: |root| has(root, &["monai_version", "network_data_format"]),
    dialect: |_| &DIALECT,
    blank: BLANK,
    required: &[
        &["version"],
        &["changelog"],
        &["monai_version"],
        &["pytorch_version"],
        &["numpy_version"],
        &["task"],
        &["description"],
        &["authors"],
        &["copyright"],
        &["network_data_format"],
    ],
    closed: None,
    view: None,
    finish: nothing,
};

static DIALECT: LazyLock<Dialect> = LazyLock::new(|| dialect(&outline::MONAI, &["schema"], &[], &PLACES));

/// Names with texts, such as packages with versions.
const OBJECT: Want = Want::Group(&OPEN);

const fn object(id: &'static str, path: &'static [&'static str]) -> Row {
    same(id, path, &OBJECT)
}

const PLACES: [Row; 21] = [
    text("model-details.version", &["version"]),
    object("monai-bundle.changelog", &["changelog"]),
    text("monai-software.monai_version", &["monai_version"]),
    text("monai-software.pytorch_version", &["pytorch_version"]),
    text("monai-software.numpy_version", &["numpy_version"]),
    object(
        "monai-software.required_packages_version",
        &["required_packages_version"],
    ),
    object(
        "monai-software.optional_packages_version",
        &["optional_packages_version"],
    ),
    object("monai-software.supported_apps", &["supported_apps"]),
    text("model-details.name", &["name"]),
    text("monai-bundle.task", &["task"]),
    text("model-details.overview", &["description"]),
    text("model-details.owners", &["authors"]),
    text("monai-bundle.copyright", &["copyright"]),
    text("training-data.description", &["data_source"]),
    text("monai-data.data_type", &["data_type"]),
    text("model-parameters.input_format", &["image_classes"]),
    text("monai-data.label_classes", &["label_classes"]),
    text("model-parameters.output_format", &["pred_classes"]),
    object("monai-data.eval_metrics", &["eval_metrics"]),
    text("intended-use.use_cases", &["intended_use"]),
    ("model-details.references", &["references"], Shape::Same, &TEXTS),
];

const BLANK: &str = r#"{"schema": "https://github.com/Project-MONAI/MONAI-extra-test-data/releases/download/0.8.1/meta_schema_20240725.json",
"version": "", "changelog": {}, "monai_version": "", "pytorch_version": "", "numpy_version": "",
"required_packages_version": {}, "name": "", "task": "", "description": "", "authors": "", "copyright": "",
"network_data_format": {"inputs": {}, "outputs": {}}}"#;
