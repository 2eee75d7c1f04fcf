//! The places of a model component, as data.
//!
//! After the definitions `component`, `modelCard` and those they refer to, in `schema/bom-1.5.schema.json`,
//! `bom-1.6.schema.json` and `bom-1.7.schema.json` of CycloneDX/specification.

use super::CycloneDx;
use super::CycloneDx::{V1_5, V1_6};
use super::wants::{
    APPROACH, CONTACTS_AS_OWNERS, DATASETS, ENERGY, FAIRNESS, FILLED, GRAPHICS, LICENCES, METRICS, ORGANISATION,
    ORGANISATION_5, PROPERTIES, REFERENCES_5, REFERENCES_6, REFERENCES_7, RISKS, VERSION, datasets,
};
use crate::card::outline::CYCLONEDX;
use crate::format::closed::{TEXT, TEXTS, Want};
use crate::format::dialect::{Dialect, Place, Shape};

/// For each section of the outline the member of the component that keeps its further fields. The schema knows only the
/// first; what is kept in the others is told as a fault of the file.
const CONTAINERS: [(&str, &str); 5] = [
    ("model-card", "modelCard"),
    ("component", "component_notes"),
    ("analysis", "analysis_notes"),
    ("considerations", "considerations_notes"),
    ("properties", "property_notes"),
];

/// A question, its place, the shape of its answer, what is accepted, and the first version that has the place.
type Row = (&'static str, &'static [&'static str], Shape, &'static Want, CycloneDx);

const PLACES: [Row; 30] = [
    ("model-details.name", &["name"], Shape::Same, &FILLED, V1_5),
    ("component.group", &["group"], Shape::Same, &TEXT, V1_5),
    ("model-details.version", &["version"], Shape::Same, &VERSION, V1_5),
    ("model-details.overview", &["description"], Shape::Same, &TEXT, V1_5),
    ("model-details.owners", &["authors"], AUTHORS, &CONTACTS_AS_OWNERS, V1_6),
    ("component.author", &["author"], Shape::Same, &TEXT, V1_5),
    ("component.publisher", &["publisher"], Shape::Same, &TEXT, V1_5),
    ("component.supplier", &["supplier"], Shape::Same, &ORGANISATION, V1_5),
    (
        "component.manufacturer",
        &["manufacturer"],
        Shape::Same,
        &ORGANISATION,
        V1_6,
    ),
    ("model-details.licenses", &["licenses"], LICENCE, &LICENCES, V1_5),
    ("component.copyright", &["copyright"], Shape::Same, &TEXT, V1_5),
    ("component.purl", &["purl"], Shape::Same, &TEXT, V1_5),
    (
        "component.external_references",
        &["externalReferences"],
        Shape::Same,
        &REFERENCES_5,
        V1_5,
    ),
    ("metadata.tags", &["tags"], Shape::Same, &TEXTS, V1_6),
    (
        "model-card.approach",
        &["modelCard", "modelParameters", "approach", "type"],
        Shape::Same,
        &APPROACH,
        V1_5,
    ),
    (
        "metadata.pipeline_tag",
        &["modelCard", "modelParameters", "task"],
        Shape::Same,
        &TEXT,
        V1_5,
    ),
    (
        "model-details.type",
        &["modelCard", "modelParameters", "architectureFamily"],
        Shape::Same,
        &TEXT,
        V1_5,
    ),
    (
        "model-parameters.architecture",
        &["modelCard", "modelParameters", "modelArchitecture"],
        Shape::Same,
        &TEXT,
        V1_5,
    ),
    (
        "training-data.datasets",
        &["modelCard", "modelParameters", "datasets"],
        Shape::Same,
        &DATASETS,
        V1_5,
    ),
    (
        "model-parameters.input_format",
        &["modelCard", "modelParameters", "inputs"],
        Shape::Wrapped("format"),
        &TEXTS,
        V1_5,
    ),
    (
        "model-parameters.output_format",
        &["modelCard", "modelParameters", "outputs"],
        Shape::Wrapped("format"),
        &TEXTS,
        V1_5,
    ),
    (
        "quantitative-analyses.performance_metrics",
        &["modelCard", "quantitativeAnalysis", "performanceMetrics"],
        INTERVALS,
        &METRICS,
        V1_5,
    ),
    (
        "quantitative-analyses.graphics",
        &["modelCard", "quantitativeAnalysis", "graphics"],
        Shape::Same,
        &GRAPHICS,
        V1_5,
    ),
    (
        "intended-use.users",
        &["modelCard", "considerations", "users"],
        Shape::Same,
        &TEXTS,
        V1_5,
    ),
    (
        "intended-use.use_cases",
        &["modelCard", "considerations", "useCases"],
        Shape::Same,
        &TEXTS,
        V1_5,
    ),
    (
        "caveats-and-recommendations.limitations",
        &["modelCard", "considerations", "technicalLimitations"],
        Shape::Same,
        &TEXTS,
        V1_5,
    ),
    (
        "ethical-considerations.tradeoffs",
        &["modelCard", "considerations", "performanceTradeoffs"],
        Shape::Same,
        &TEXTS,
        V1_5,
    ),
    (
        "ethical-considerations.ethical_considerations",
        &["modelCard", "considerations", "ethicalConsiderations"],
        Shape::Renamed(&[("mitigation_strategy", "mitigationStrategy")]),
        &RISKS,
        V1_5,
    ),
    (
        "considerations.fairness",
        &["modelCard", "considerations", "fairnessAssessments"],
        Shape::Same,
        &FAIRNESS,
        V1_5,
    ),
    (
        "considerations.energy",
        &[
            "modelCard",
            "considerations",
            "environmentalConsiderations",
            "energyConsumptions",
        ],
        Shape::Same,
        &ENERGY,
        V1_6,
    ),
];

const PROPERTY_PLACES: [Row; 2] = [
    (
        "properties.card",
        &["modelCard", "properties"],
        Shape::Same,
        &PROPERTIES,
        V1_5,
    ),
    ("properties.component", &["properties"], Shape::Same, &PROPERTIES, V1_5),
];

/// The dialect of a version.
pub(super) fn of(version: CycloneDx) -> Dialect {
    let rows = PLACES.iter().chain(&PROPERTY_PLACES);
    let places = rows.map(|(id, path, shape, want, since)| Place {
        id,
        path: path.to_vec(),
        shape: *shape,
        native: version >= *since,
        want: match (*id, version) {
            ("component.external_references", CycloneDx::V1_6) => &REFERENCES_6,
            ("component.external_references", CycloneDx::V1_7) => &REFERENCES_7,
            ("component.supplier", CycloneDx::V1_5) => &ORGANISATION_5,
            ("training-data.datasets", version) => datasets(version),
            _ => want,
        },
    });
    Dialect {
        outline: &CYCLONEDX,
        hidden: super::models::HIDDEN,
        containers: CONTAINERS.to_vec(),
        places: places.collect(),
    }
}

const AUTHORS: Shape = Shape::Renamed(&[("contact", "email")]);
const LICENCE: Shape = Shape::Inside(
    "license",
    "expression",
    &[("identifier", "id"), ("custom_text", "name")],
);
const INTERVALS: Shape = Shape::Renamed(&[
    ("confidence_interval", "confidenceInterval"),
    ("lower_bound", "lowerBound"),
    ("upper_bound", "upperBound"),
]);
