//! Model Card Toolkit JSON, schema v0.0.1 and v0.0.2.
//!
//! Places after the official JSON Schemas (tensorflow/model-card-toolkit, `schema/v0.0.1` and
//! `schema/v0.0.2`). Questions that the schema has no member for are kept in further members when
//! a file is edited in place; a new document has only what the schema knows.

use std::sync::LazyLock;

use super::dialect::{Dialect, Place, Shape};
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts};
use super::likeness::Profile;
use super::{Home, Manner, ReadError, convert, findings};
use crate::card::Card;
use crate::card::outline::FULL;
use crate::json::{self, Kind, Node, Value};

/// The dialect of schema v0.0.1.
static VERSION_1: LazyLock<Dialect> = LazyLock::new(|| dialect(&PLACES_1));
/// The dialect of schema v0.0.2.
static VERSION_2: LazyLock<Dialect> = LazyLock::new(|| dialect(&PLACES_2));

/// The format, in one of its versions.
pub(super) enum Toolkit {
    /// Schema v0.0.1.
    Version1,
    /// Schema v0.0.2.
    Version2,
}

impl Toolkit {
    fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Version1 => &VERSION_1,
            Self::Version2 => &VERSION_2,
        }
    }
}

impl Lens for Toolkit {
    fn about(&self) -> &'static About {
        match self {
            Self::Version1 => &About {
                id: "model-card-toolkit-0.0.1",
                name: "Model Card Toolkit JSON 0.0.1",
                mark: "mct-0.0.1",
                notation: Notation::Json,
                purpose: "For tools that read the Model Card Toolkit’s older schema.",
                can_read: true,
            },
            Self::Version2 => &About {
                id: "model-card-toolkit-0.0.2",
                name: "Model Card Toolkit JSON 0.0.2",
                mark: "mct-0.0.2",
                notation: Notation::Json,
                purpose: "For tools that read the Model Card Toolkit’s newer schema.",
                can_read: true,
            },
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        let Ok(tree) = file.tree() else { return Certainty::None };
        let (version_1, _) = is_version_1(tree);
        let mine = version_1 == matches!(self, Self::Version1);
        Certainty::Resembles.when(mine && resembles(tree) && !is_of_another_family(tree))
    }

    fn profile(&self) -> Option<&'static Profile> {
        const PROFILE: Profile = Profile {
            name: "a Model Card Toolkit card",
            members: &[
                "model_details",
                "model_parameters",
                "quantitative_analysis",
                "considerations",
            ],
            enough: 2,
            says: None,
            is_list: false,
            advice: "",
        };
        matches!(self, Self::Version2).then_some(&PROFILE)
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let (tree, dialect) = (file.tree()?, self.dialect());
        let odd = findings::of_toolkit(tree, self.about().name, dialect);
        Ok(Parts::of_tree(tree, dialect.outline, dialect.read(tree), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let (tree, dialect) = (file.tree()?, self.dialect());
        let (old, _) = dialect.read(tree);
        Ok(tree.write(&dialect.write(tree.to_value(), &old, card, false)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let empty = || Value::Group(Vec::new());
        let mut document = self.dialect().write(empty(), &Card::default(), card, true);
        if let Value::Group(members) = &mut document {
            let version = match self {
                Self::Version1 => "0.0.1",
                Self::Version2 => "0.0.2",
            };
            // Schema v0.0.1 requires the member even of a card with nothing to put in it.
            if matches!(self, Self::Version1) && !members.iter().any(|(name, _)| name == "model_details") {
                members.insert(0, ("model_details".into(), empty()));
            }
            members.insert(0, ("schema_version".into(), Value::text(version)));
        }
        (json::to_pretty_text(&document) + "\n").into_bytes()
    }

    fn homes(&self) -> &'static [Home] {
        match self {
            Self::Version1 => &[Home {
                id: "overview",
                name: "the overview, as an appendix",
                question: "model-details.overview",
                manner: Manner::Appendix,
            }],
            Self::Version2 => &[Home {
                id: "documentation",
                name: "the documentation, as an appendix",
                question: "model-details.documentation",
                manner: Manner::Appendix,
            }],
        }
    }

    fn fit(&self, card: &Card) -> Card {
        convert::structured(card, matches!(self, Self::Version1))
    }
}

/// For each section of the outline the root member that keeps its further fields. The first four
/// are the schema's; the others are named as in Mitchell et al. 2019.
const CONTAINERS: [(&str, &str); 10] = [
    ("model-details", "model_details"),
    ("model-parameters", "model_parameters"),
    ("quantitative-analyses", "quantitative_analysis"),
    ("ethical-considerations", "considerations"),
    ("intended-use", "intended_use"),
    ("factors", "factors"),
    ("metrics", "metrics"),
    ("evaluation-data", "evaluation_data"),
    ("training-data", "training_data"),
    ("caveats-and-recommendations", "caveats_and_recommendations"),
];

type Row = (&'static str, &'static [&'static str], Shape);

/// What both versions have in the same place and shape.
const PLACES: [Row; 17] = [
    ("model-details.name", &["model_details", "name"], Shape::Same),
    ("model-details.overview", &["model_details", "overview"], Shape::Same),
    ("model-details.owners", &["model_details", "owners"], Shape::Same),
    (
        "model-details.version",
        &["model_details", "version", "name"],
        Shape::Same,
    ),
    (
        "model-details.version_date",
        &["model_details", "version", "date"],
        Shape::Same,
    ),
    (
        "model-details.version_notes",
        &["model_details", "version", "diff"],
        Shape::Same,
    ),
    (
        "model-parameters.architecture",
        &["model_parameters", "model_architecture"],
        Shape::Same,
    ),
    (
        "model-parameters.input_format",
        &["model_parameters", "input_format"],
        Shape::Same,
    ),
    (
        "model-parameters.output_format",
        &["model_parameters", "output_format"],
        Shape::Same,
    ),
    (
        "quantitative-analyses.performance_metrics",
        &["quantitative_analysis", "performance_metrics"],
        Shape::Same,
    ),
    (
        "quantitative-analyses.graphics",
        &["quantitative_analysis", "graphics"],
        Shape::Same,
    ),
    (
        "ethical-considerations.ethical_considerations",
        &["considerations", "ethical_considerations"],
        Shape::Same,
    ),
    // The shape of the following differs; see PLACES_1 and PLACES_2.
    (
        "model-details.references",
        &["model_details", "references"],
        Shape::Same,
    ),
    ("intended-use.users", &["considerations", "users"], Shape::Same),
    ("intended-use.use_cases", &["considerations", "use_cases"], Shape::Same),
    (
        "caveats-and-recommendations.limitations",
        &["considerations", "limitations"],
        Shape::Same,
    ),
    (
        "ethical-considerations.tradeoffs",
        &["considerations", "tradeoffs"],
        Shape::Same,
    ),
];

const PLACES_1: [Row; 3] = [
    (
        "model-details.licenses",
        &["model_details", "license"],
        Shape::Only("custom_text"),
    ),
    (
        "model-details.citations",
        &["model_details", "citation"],
        Shape::Only("citation"),
    ),
    (
        "training-data.datasets",
        &["model_parameters", "data"],
        Shape::Keyed("split"),
    ),
];

const PLACES_2: [Row; 12] = [
    (
        "model-details.documentation",
        &["model_details", "documentation"],
        Shape::Same,
    ),
    ("model-details.path", &["model_details", "path"], Shape::Same),
    ("model-details.licenses", &["model_details", "licenses"], Shape::Same),
    ("model-details.citations", &["model_details", "citations"], Shape::Same),
    (
        "model-details.references",
        &["model_details", "references"],
        Shape::Wrapped("reference"),
    ),
    (
        "model-parameters.input_format_map",
        &["model_parameters", "input_format_map"],
        Shape::Same,
    ),
    (
        "model-parameters.output_format_map",
        &["model_parameters", "output_format_map"],
        Shape::Same,
    ),
    ("training-data.datasets", &["model_parameters", "data"], Shape::Same),
    (
        "intended-use.users",
        &["considerations", "users"],
        Shape::Wrapped("description"),
    ),
    (
        "intended-use.use_cases",
        &["considerations", "use_cases"],
        Shape::Wrapped("description"),
    ),
    (
        "caveats-and-recommendations.limitations",
        &["considerations", "limitations"],
        Shape::Wrapped("description"),
    ),
    (
        "ethical-considerations.tradeoffs",
        &["considerations", "tradeoffs"],
        Shape::Wrapped("description"),
    ),
];

/// The version's own rows go before the common ones of the same question; questions in neither are
/// kept beyond the schema, named by the word of their id.
fn dialect(own: &[Row]) -> Dialect {
    let mut places: Vec<Place> = Vec::new();
    for (id, path, shape) in own.iter().chain(&PLACES) {
        if !places.iter().any(|place| place.id == *id) {
            places.push(Place {
                id,
                path: path.to_vec(),
                shape: *shape,
                native: true,
            });
        }
    }
    for part in FULL.sections {
        let container = CONTAINERS
            .iter()
            .find(|(key, _)| *key == part.key)
            .map_or(part.key, |(_, name)| name);
        for question in part.questions {
            let word = question.id.split_once('.').map_or(question.id, |(_, word)| word);
            if !places.iter().any(|place| place.id == question.id) {
                places.push(Place {
                    id: question.id,
                    path: vec![container, word],
                    shape: Shape::Same,
                    native: false,
                });
            }
        }
    }
    // In a new document the members stand in the order of the questions.
    let order: Vec<&str> = FULL
        .sections
        .iter()
        .flat_map(|part| part.questions)
        .map(|question| question.id)
        .collect();
    places.sort_by_key(|place| order.iter().position(|id| *id == place.id));
    Dialect {
        outline: &FULL,
        hidden: &["schema_version"],
        containers: CONTAINERS.to_vec(),
        places,
    }
}

/// Root members of the schema and of its known derivatives (VerifyML, CyclOps).
const ROOT_MEMBERS: [&str; 7] = [
    "schema_version",
    "model_parameters",
    "quantitative_analysis",
    "considerations",
    "explainability_analysis",
    "fairness_analysis",
    "regulatory_requirements",
];

/// Members of `model_details` that homemade cards do not have.
const DETAILS: [&str; 6] = [
    "owners",
    "licenses",
    "citations",
    "overview",
    "documentation",
    "references",
];

/// Whether a document is a card of this family: it has `model_details` and at least one more
/// member that only the family has.
fn resembles(root: &Node) -> bool {
    let Some(details) = root.member("model_details") else {
        return false;
    };
    let Kind::Group(members) = &details.kind else {
        return false;
    };
    ROOT_MEMBERS.iter().any(|name| root.member(name).is_some())
        || members.iter().any(|member| DETAILS.contains(&member.key.as_str()))
}

/// Which version a document follows, and whether it says so itself.
///
/// Without a usable `schema_version` the shapes decide: bare strings are of v0.0.1.
pub(super) fn is_version_1(root: &Node) -> (bool, bool) {
    match root.member("schema_version").map(|node| &node.kind) {
        Some(Kind::Text(version)) if version == "0.0.1" => return (true, true),
        Some(Kind::Text(version)) if version == "0.0.2" => return (false, true),
        _ => {}
    }
    let is_text = |node: Option<&Node>| node.is_some_and(|node| matches!(node.kind, Kind::Text(_)));
    let first_is_text = |node: Option<&Node>| {
        node.is_some_and(|node| match &node.kind {
            Kind::List(items) => is_text(items.first()),
            _ => false,
        })
    };
    let details = root.member("model_details");
    let inner = |name| details.and_then(|details| details.member(name));
    let data = root
        .member("model_parameters")
        .and_then(|parameters| parameters.member("data"));
    let considerations = root.member("considerations");
    let considered = |name| considerations.and_then(|considerations| considerations.member(name));
    let version_1 = is_text(inner("license"))
        || is_text(inner("citation"))
        || first_is_text(inner("references"))
        || data.is_some_and(|data| matches!(data.kind, Kind::Group(_)))
        || ["users", "use_cases", "limitations", "tradeoffs"]
            .iter()
            .any(|name| first_is_text(considered(name)));
    (version_1, false)
}

/// Cards of other families that have `model_details` as well (formats.md: AllenNLP).
fn is_of_another_family(root: &Node) -> bool {
    match &root.kind {
        Kind::Group(members) => members.iter().any(|member| {
            matches!(
                member.key.as_str(),
                "model_usage" | "model_basic_information" | "technical_specifications"
            )
        }),
        _ => false,
    }
}
