//! Model Card Toolkit JSON, schema v0.0.1 and v0.0.2.
//!
//! Places after the official JSON Schemas (tensorflow/model-card-toolkit, `schema/v0.0.1` and
//! `schema/v0.0.2`). Questions that the schema has no member for are kept in further members when
//! a file is edited in place; a new document has only what the schema knows.

use std::sync::LazyLock;

use super::closed::{Members, OPEN, TEXT, TEXTS, Want};
use super::dialect::{Dialect, Place, Row, Shape};
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts, Readers};
use super::likeness::Profile;
use super::measures::gathered;
use super::proto_schemas::TOOLKIT;
use super::steps::{self, Step};
use super::tree::Tree;
use super::{Home, Manner, ReadError, convert, findings};
use crate::card::outline::FULL;
use crate::card::{Card, check};
use crate::json::{self, Kind, Node, Value};
use crate::proto::{self, Schema, Type};
use crate::word;

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
    /// Schema v0.0.2 as binary protobuf: what the toolkit itself keeps.
    Binary,
    /// The same in protobuf's text notation.
    Text,
}

impl Toolkit {
    fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Version1 => &VERSION_1,
            Self::Version2 | Self::Binary | Self::Text => &VERSION_2,
        }
    }
}

/// A document, parsed now or before.
enum Parsed<'f> {
    Before(&'f Tree),
    Now(Box<Tree>),
}

impl std::ops::Deref for Parsed<'_> {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        match self {
            Self::Before(tree) => tree,
            Self::Now(tree) => tree,
        }
    }
}

impl Toolkit {
    /// The document in this notation, whatever else the file may be.
    fn tree<'f>(&self, file: &'f File) -> Result<Parsed<'f>, ReadError> {
        match (self, file.tree()) {
            (Self::Version1 | Self::Version2, tree) => tree.map(Parsed::Before),
            (Self::Binary, Ok(tree)) if tree.notation() == Notation::Proto => Ok(Parsed::Before(tree)),
            (Self::Text, Ok(tree)) if tree.notation() == Notation::ProtoText => Ok(Parsed::Before(tree)),
            (Self::Binary, _) => file.proto().map(|tree| Parsed::Now(Box::new(tree))),
            (Self::Text, _) => file.proto_text().map(|tree| Parsed::Now(Box::new(tree))),
        }
    }
}

/// The card with its changed answers as protobuf says them: numbers in fields of text are text of the same spelling, and
/// what has no value is not there.
fn spelled(card: &Card, old: &Card, schema: &'static Schema) -> Card {
    let mut card = card.clone();
    for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
        let place = VERSION_2
            .places
            .iter()
            .find(|place| place.id == field.id && place.native);
        let Some(place) = place.filter(|place| old.value(place.id) != Some(&field.value)) else {
            continue;
        };
        let mut root = Value::Group(Vec::new());
        let steps: Vec<Step> = place.path.iter().map(|name| Step::first(name)).collect();
        let value = place.shape.shaped(&field.value).unwrap_or_else(|| field.value.clone());
        steps::set(&mut root, &steps, value);
        let root = as_field(root, Some(Type::Message(schema)));
        let said = place.path.iter().try_fold(&root, |value, name| value.member(name));
        field.value = said.map_or(Value::Null, |said| place.shape.take(said.clone()));
    }
    card
}

/// The value as a field of this type says it.
fn as_field(value: Value, kind: Option<Type>) -> Value {
    match (value, kind) {
        (Value::Number(spelling), Some(Type::Text)) => Value::Text(spelling),
        (Value::Bool(yes), Some(Type::Text)) => Value::Text(yes.to_string()),
        (Value::List(items), kind) => {
            let items = items.into_iter().filter(|item| *item != Value::Null);
            Value::List(items.map(|item| as_field(item, kind)).collect())
        }
        (Value::Group(members), Some(Type::Message(schema))) => {
            let members = members.into_iter().map(|(name, value)| {
                let kind = schema.named(&name).map(|field| field.kind);
                let value = as_field(value, kind);
                (name, value)
            });
            let is_there = |value: &Value| !matches!(value, Value::Null) && *value != Value::List(Vec::new());
            Value::Group(members.filter(|(_, value)| is_there(value)).collect())
        }
        (value, _) => value,
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
                readers: Readers::Few,
                can_read: true,
            },
            Self::Version2 => &About {
                id: "model-card-toolkit-0.0.2",
                name: "Model Card Toolkit JSON 0.0.2",
                mark: "mct-0.0.2",
                notation: Notation::Json,
                purpose: "For tools that read the Model Card Toolkit’s newer schema.",
                readers: Readers::Programs,
                can_read: true,
            },
            Self::Binary => &About {
                id: "model-card-toolkit-proto",
                name: "Model Card Toolkit protobuf (binary)",
                mark: "mct",
                notation: Notation::Proto,
                purpose: "For the Model Card Toolkit itself, which keeps its cards as data/model_card.proto.",
                readers: Readers::Few,
                can_read: true,
            },
            Self::Text => &About {
                id: "model-card-toolkit-pbtxt",
                name: "Model Card Toolkit protobuf (text)",
                mark: "mct",
                notation: Notation::ProtoText,
                purpose: "The same as text that people can read and compare, for tools that read protobuf text.",
                readers: Readers::Few,
                can_read: true,
            },
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        let Ok(tree) = file.tree() else { return Certainty::None };
        let mine = match (self, tree.notation()) {
            (Self::Binary, Notation::Proto) | (Self::Text, Notation::ProtoText) => return Certainty::Is,
            (Self::Binary | Self::Text, _) | (_, Notation::Proto | Notation::ProtoText) => false,
            _ => is_version_1(tree).0 == matches!(self, Self::Version1),
        };
        Certainty::Resembles.when(mine && resembles(tree) && !is_of_another_family(tree))
    }

    fn profile(&self) -> Option<&'static Profile> {
        const PROFILE: Profile = Profile {
            name: word!("a Model Card Toolkit card"),
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
        let (tree, dialect) = (&*self.tree(file)?, self.dialect());
        let odd = findings::of_toolkit(tree, self.about().name, dialect);
        Ok(Parts::of_tree(tree, dialect.outline, dialect.read(tree), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let (tree, dialect) = (&*self.tree(file)?, self.dialect());
        let (old, _) = dialect.read(tree);
        Ok(tree.write(&dialect.write(tree.to_value(), &old, card, false)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let empty = || Value::Group(Vec::new());
        let mut document = self.dialect().write(empty(), &Card::default(), card, true);
        match self {
            Self::Version1 | Self::Version2 => {}
            Self::Binary => return proto::wire::to_bytes(&document, &TOOLKIT),
            Self::Text => {
                let fields = proto::text::to_text(&document, &TOOLKIT);
                return format!("# proto-message: ModelCard\n\n{fields}").into_bytes();
            }
        }
        if let Value::Group(members) = &mut document {
            let version = match self {
                Self::Version1 => "0.0.1",
                _ => "0.0.2",
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
                manner: Manner::Appendix("model-details.overview"),
            }],
            Self::Version2 | Self::Binary | Self::Text => &[Home {
                id: "documentation",
                name: "the documentation, as an appendix",
                manner: Manner::Appendix("model-details.documentation"),
            }],
        }
    }

    fn fit(&self, card: &Card) -> Card {
        let dialect = self.dialect();
        let want = match self {
            Self::Version1 => &METRICS_1,
            Self::Version2 | Self::Binary | Self::Text => &METRICS_2,
        };
        let fitted = dialect.fit(&gathered(card, want));
        match self {
            Self::Version1 => convert::for_version_1(&fitted),
            Self::Version2 => fitted,
            Self::Binary | Self::Text => spelled(&fitted, &Card::default(), &TOOLKIT),
        }
    }

    fn settled(&self, file: &File, card: &Card) -> Card {
        match self.tree(file).as_deref() {
            Ok(tree @ Tree::Proto(source)) => spelled(card, &self.dialect().read(tree).0, source.schema()),
            _ => card.clone(),
        }
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

// Both schemas leave the objects below their root open: further members of a row are no fault.
const OWNERS: Want = Want::list(&Want::Group(&Members {
    known: &[("name", TEXT), ("contact", TEXT)],
    bare: |text| Some(("name", text.to_owned())),
    ..OPEN
}));

const RISKS: Want = Want::list(&Want::Group(&Members {
    known: &[("name", TEXT), ("mitigation_strategy", TEXT)],
    bare: |text| Some(("name", text.to_owned())),
    ..OPEN
}));

const PAIRS: Want = Want::list(&Want::Group(&Members {
    known: &[("key", TEXT), ("value", TEXT)],
    bare: |text| Some(("value", text.to_owned())),
    ..OPEN
}));

const CITATIONS: Want = Want::list(&Want::Group(&Members {
    known: &[("style", TEXT), ("citation", TEXT)],
    bare: |text| Some(("citation", text.to_owned())),
    ..OPEN
}));

/// The licence of schema v0.0.1: one text.
const TERMS: Want = Want::list(&Want::Group(&Members {
    known: &[("identifier", TEXT), ("custom_text", TEXT)],
    bare: |text| Some(("custom_text", text.to_owned())),
    ..OPEN
}));

const LICENCES: Want = Want::list(&Want::Group(&Members {
    known: &[("identifier", TEXT), ("custom_text", TEXT)],
    needs: &[&["identifier", "custom_text"]],
    alone: &["identifier", "custom_text"],
    bare: |text| {
        Some(match check::licence(text) {
            Some(identifier) => ("identifier", identifier.to_owned()),
            None => ("custom_text", text.to_owned()),
        })
    },
    ..OPEN
}));

const FIGURES: Want = Want::Group(&Members {
    known: &[
        ("description", TEXT),
        (
            "collection",
            Want::list(&Want::Group(&Members {
                known: &[("name", TEXT), ("image", TEXT)],
                ..OPEN
            })),
        ),
    ],
    ..OPEN
});

const DATASETS_1: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("split", TEXT),
        ("name", TEXT),
        ("link", TEXT),
        ("sensitive", Want::YesNo),
        ("graphics", FIGURES),
    ],
    bare: |text| Some(("name", text.to_owned())),
    ..OPEN
}));

/// A text that is too long for a name describes the data.
const DATASETS_2: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("name", TEXT),
        ("link", TEXT),
        (
            "sensitive",
            Want::Group(&Members {
                known: &[("sensitive_data", TEXTS)],
                ..OPEN
            }),
        ),
        ("graphics", FIGURES),
        ("description", TEXT),
    ],
    bare: |text| {
        let is_name = text.len() <= 80 && !text.contains('\n');
        Some((if is_name { "name" } else { "description" }, text.to_owned()))
    },
    ..OPEN
}));

const METRICS_1: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("type", TEXT),
        ("value", Want::Either(&[TEXT, Want::Number])),
        (
            "confidence_interval",
            Want::Group(&Members {
                known: &[("lower_bound", Want::Number), ("upper_bound", Want::Number)],
                needs: &[&["lower_bound"], &["upper_bound"]],
                ..OPEN
            }),
        ),
        ("threshold", Want::Number),
        ("slice", TEXT),
    ],
    needs: &[&["type"], &["value", "confidence_interval"]],
    ..OPEN
}));

const METRICS_2: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("type", TEXT),
        ("value", TEXT),
        ("slice", TEXT),
        (
            "confidence_interval",
            Want::Group(&Members {
                known: &[("lower_bound", TEXT), ("upper_bound", TEXT)],
                ..OPEN
            }),
        ),
    ],
    bare: |text| Some(("type", text.to_owned())),
    ..OPEN
}));

/// What both versions have in the same place and shape.
const PLACES: [Row; 16] = [
    ("model-details.name", &["model_details", "name"], Shape::Same, &TEXT),
    (
        "model-details.overview",
        &["model_details", "overview"],
        Shape::Same,
        &TEXT,
    ),
    (
        "model-details.owners",
        &["model_details", "owners"],
        Shape::Same,
        &OWNERS,
    ),
    (
        "model-details.version",
        &["model_details", "version", "name"],
        Shape::Same,
        &TEXT,
    ),
    (
        "model-details.version_date",
        &["model_details", "version", "date"],
        Shape::Same,
        &TEXT,
    ),
    (
        "model-details.version_notes",
        &["model_details", "version", "diff"],
        Shape::Same,
        &TEXT,
    ),
    (
        "model-parameters.architecture",
        &["model_parameters", "model_architecture"],
        Shape::Same,
        &TEXT,
    ),
    (
        "model-parameters.input_format",
        &["model_parameters", "input_format"],
        Shape::Same,
        &TEXT,
    ),
    (
        "model-parameters.output_format",
        &["model_parameters", "output_format"],
        Shape::Same,
        &TEXT,
    ),
    (
        "quantitative-analyses.graphics",
        &["quantitative_analysis", "graphics"],
        Shape::Same,
        &FIGURES,
    ),
    (
        "ethical-considerations.ethical_considerations",
        &["considerations", "ethical_considerations"],
        Shape::Same,
        &RISKS,
    ),
    // The shape of the following differs; see PLACES_1 and PLACES_2.
    (
        "model-details.references",
        &["model_details", "references"],
        Shape::Same,
        &TEXTS,
    ),
    ("intended-use.users", &["considerations", "users"], Shape::Same, &TEXTS),
    (
        "intended-use.use_cases",
        &["considerations", "use_cases"],
        Shape::Same,
        &TEXTS,
    ),
    (
        "caveats-and-recommendations.limitations",
        &["considerations", "limitations"],
        Shape::Same,
        &TEXTS,
    ),
    (
        "ethical-considerations.tradeoffs",
        &["considerations", "tradeoffs"],
        Shape::Same,
        &TEXTS,
    ),
];

const PLACES_1: [Row; 4] = [
    (
        "quantitative-analyses.performance_metrics",
        &["quantitative_analysis", "performance_metrics"],
        Shape::Same,
        &METRICS_1,
    ),
    (
        "model-details.licenses",
        &["model_details", "license"],
        Shape::Only("custom_text"),
        &TERMS,
    ),
    (
        "model-details.citations",
        &["model_details", "citation"],
        Shape::Only("citation"),
        &CITATIONS,
    ),
    (
        "training-data.datasets",
        &["model_parameters", "data"],
        Shape::Keyed("split"),
        &DATASETS_1,
    ),
];

const PLACES_2: [Row; 13] = [
    (
        "quantitative-analyses.performance_metrics",
        &["quantitative_analysis", "performance_metrics"],
        Shape::Same,
        &METRICS_2,
    ),
    (
        "model-details.documentation",
        &["model_details", "documentation"],
        Shape::Same,
        &TEXT,
    ),
    ("model-details.path", &["model_details", "path"], Shape::Same, &TEXT),
    (
        "model-details.licenses",
        &["model_details", "licenses"],
        Shape::Same,
        &LICENCES,
    ),
    (
        "model-details.citations",
        &["model_details", "citations"],
        Shape::Same,
        &CITATIONS,
    ),
    (
        "model-details.references",
        &["model_details", "references"],
        Shape::Wrapped("reference"),
        &TEXTS,
    ),
    (
        "model-parameters.input_format_map",
        &["model_parameters", "input_format_map"],
        Shape::Same,
        &PAIRS,
    ),
    (
        "model-parameters.output_format_map",
        &["model_parameters", "output_format_map"],
        Shape::Same,
        &PAIRS,
    ),
    (
        "training-data.datasets",
        &["model_parameters", "data"],
        Shape::Same,
        &DATASETS_2,
    ),
    (
        "intended-use.users",
        &["considerations", "users"],
        Shape::Wrapped("description"),
        &TEXTS,
    ),
    (
        "intended-use.use_cases",
        &["considerations", "use_cases"],
        Shape::Wrapped("description"),
        &TEXTS,
    ),
    (
        "caveats-and-recommendations.limitations",
        &["considerations", "limitations"],
        Shape::Wrapped("description"),
        &TEXTS,
    ),
    (
        "ethical-considerations.tradeoffs",
        &["considerations", "tradeoffs"],
        Shape::Wrapped("description"),
        &TEXTS,
    ),
];

/// The version's own rows go before the common ones of the same question; questions in neither are
/// kept beyond the schema, named by the word of their id.
fn dialect(own: &[Row]) -> Dialect {
    let mut places: Vec<Place> = Vec::new();
    for row in own.iter().chain(&PLACES) {
        if !places.iter().any(|place| place.id == row.0) {
            places.push(Place::native(row));
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
                places.push(Place::beyond(question.id, vec![container, word]));
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

/// Formats that were made of the toolkit's: their further members are kept as sections and fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relative {
    /// cylynx/verifyml, JSON Schema v0.0.3 and v0.0.4.
    VerifyMl,
    /// VectorInstitute/cyclops, `cyclops/report/model_card`.
    CyclOps,
}

impl Relative {
    /// The relative that a document was made for.
    pub fn of(root: &Node) -> Option<Self> {
        let at = |path: &[&str]| path.iter().try_fold(root, |node, name| node.member(name)).is_some();
        let is_cyclops =
            at(&["datasets", "data"]) || at(&["overview", "metric_cards"]) || at(&["overview", "last_n_evals"]);
        let version = root.member("schema_version").map(|node| &node.kind);
        let is_version = matches!(version, Some(Kind::Text(version)) if version == "0.0.3" || version == "0.0.4");
        let is_verifyml = is_version
            || at(&["explainability_analysis"])
            || at(&["fairness_analysis"])
            || at(&["considerations", "fairness_assessment"])
            || at(&["model_details", "regulatory_requirements"]);
        if !at(&["model_details"]) {
            return None;
        }
        match (is_cyclops, is_verifyml) {
            (true, _) => Some(Self::CyclOps),
            (false, true) => Some(Self::VerifyMl),
            (false, false) => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyMl => "VerifyML",
            Self::CyclOps => "CyclOps",
        }
    }

    /// The members at the top that it has and the toolkit has not.
    pub fn members(self) -> &'static [&'static str] {
        match self {
            Self::VerifyMl => &["explainability_analysis", "fairness_analysis"],
            Self::CyclOps => &[
                "name",
                "overview",
                "datasets",
                "explainability_analysis",
                "fairness_analysis",
            ],
        }
    }
}

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
/// member that only the family has, or it names the version of the schema and has nothing but its members.
fn resembles(root: &Node) -> bool {
    let is_member = |name: &str| name == "model_details" || ROOT_MEMBERS.contains(&name);
    if let Kind::Group(members) = &root.kind
        && is_version_1(root).1
        && members.iter().all(|member| is_member(&member.key))
    {
        return true;
    }
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
        // The versions of VerifyML go on from the toolkit's.
        Some(Kind::Text(version)) if version == "0.0.3" || version == "0.0.4" => return (false, true),
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
