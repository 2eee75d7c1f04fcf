//! What the schemas want of a bill beyond its models: readers that hold to them refuse the file otherwise.

use std::collections::HashSet;

use super::CycloneDx;
use super::CycloneDx::{V1_5, V1_6, V1_7};
use super::findings::FURTHER;
use super::models::{Bill, HIDDEN};
use super::wants::{PROPERTIES, TIME, datasets};
use crate::format::Finding;
use crate::format::closed::{CLOSED, Members, OPEN, TEXT, TEXTS, Want};
use crate::format::faults::{self, Fault};
use crate::format::findings::{blocks, listed};
use crate::format::lens::Lens;
use crate::format::tree::Tree;
use crate::json::{Kind, Member, Node};
use crate::locale::Sentence;
use crate::say;

const THINGS: Want = Want::List(&Want::Group(&OPEN), usize::MAX);
const GROUP: Want = Want::Group(&OPEN);

const METADATA: Want = Want::Group(&Members {
    known: &[
        ("timestamp", TIME),
        ("lifecycles", THINGS),
        ("tools", Want::Anything),
        ("authors", THINGS),
        ("component", Want::Anything),
        ("manufacture", GROUP),
        ("manufacturer", GROUP),
        ("supplier", GROUP),
        ("licenses", THINGS),
        ("properties", PROPERTIES),
        ("distributionConstraints", GROUP),
    ],
    ..CLOSED
});

const SERVICES: Want = Want::List(
    &Want::Group(&Members {
        needs: &[&["name"]],
        ..OPEN
    }),
    usize::MAX,
);

const DEPENDENCIES: Want = Want::List(
    &Want::Group(&Members {
        known: &[("ref", TEXT), ("dependsOn", TEXTS), ("provides", TEXTS)],
        needs: &[&["ref"]],
        ..CLOSED
    }),
    usize::MAX,
);

/// The members of a bill, each with what it holds and the first version that has it.
const ROOT: [(&str, Want, CycloneDx); 18] = [
    ("$schema", TEXT, V1_5),
    ("bomFormat", Want::OneOf(&["CycloneDX"]), V1_5),
    // Number, version and components are looked at by themselves.
    ("specVersion", Want::Anything, V1_5),
    ("serialNumber", Want::Anything, V1_5),
    ("version", Want::Anything, V1_5),
    ("metadata", METADATA, V1_5),
    ("components", Want::List(&Want::Anything, usize::MAX), V1_5),
    ("services", SERVICES, V1_5),
    ("externalReferences", THINGS, V1_5),
    ("dependencies", DEPENDENCIES, V1_5),
    ("compositions", THINGS, V1_5),
    ("vulnerabilities", THINGS, V1_5),
    ("annotations", THINGS, V1_5),
    ("formulation", THINGS, V1_5),
    ("properties", PROPERTIES, V1_5),
    ("signature", GROUP, V1_5),
    ("declarations", GROUP, V1_6),
    ("definitions", GROUP, V1_6),
];

/// The one member that 1.7 added at the top.
const CITATIONS: &str = "citations";

/// The types of components.
const TYPES: &[&str] = &[
    "application",
    "framework",
    "library",
    "container",
    "platform",
    "operating-system",
    "device",
    "device-driver",
    "firmware",
    "file",
    "machine-learning-model",
    "data",
];

/// The type that 1.6 added.
const CRYPTOGRAPHIC: &str = "cryptographic-asset";

/// What the schema refuses, each with its line.
pub(super) fn of(tree: &Tree, bill: &Bill, version: CycloneDx) -> Vec<Finding> {
    let mut looking = Looking {
        bill,
        version,
        faults: Vec::new(),
    };
    looking.root(tree);
    looking.component(
        tree.member("metadata")
            .and_then(|metadata| metadata.member("component")),
        "metadata › component",
    );
    looking.components(tree, &["components"], "components");
    looking.references(tree, &mut HashSet::new());
    let line = tree.lines();
    let finding = |fault: Fault| blocks(Some(line(fault.at)), Sentence::as_written(&fault.place), fault.message);
    listed(looking.faults.into_iter().map(finding).collect())
}

struct Looking<'n> {
    bill: &'n Bill<'n>,
    version: CycloneDx,
    faults: Vec<Fault>,
}

impl Looking<'_> {
    fn add(&mut self, node: &Node, place: &str, message: Sentence) {
        self.faults.push(Fault {
            at: node.span.start,
            place: place.into(),
            message: say!("{message} It is kept as it is.", message),
        });
    }

    /// A member that the schema does not know.
    fn add_unknown(&mut self, member: &Member) {
        let message = say!(
            "{name} does not know this member.",
            name = Sentence::new(self.version.about().name)
        );
        self.faults.push(Fault {
            at: member.key_span.start,
            place: member.key.clone(),
            message: say!("{message} It is kept as it is.", message),
        });
    }

    fn root(&mut self, root: &Node) {
        for member in members(root) {
            let known = ROOT.iter().find(|(name, ..)| *name == member.key);
            match known.filter(|(.., since)| self.version >= *since) {
                Some((name, want, _)) => self.faults.extend(faults::at(name, want, &member.node)),
                None if member.key == CITATIONS && self.version >= V1_7 => {}
                None => self.add_unknown(member),
            }
        }
        if let Some(node) = root.member("version") {
            let is_count = |spelling: &str| spelling.parse::<u64>().is_ok_and(|count| count > 0);
            if !matches!(&node.kind, Kind::Number(spelling) if is_count(spelling)) {
                self.add(
                    node,
                    "version",
                    say!("A whole number from 1 is expected here, without quotation marks."),
                );
            }
        }
    }

    fn components(&mut self, node: &Node, names: &[&str], place: &str) {
        let list = names.iter().try_fold(node, |node, name| node.member(name));
        if let Some(Kind::List(items)) = list.map(|list| &list.kind) {
            items.iter().for_each(|item| self.component(Some(item), place));
        }
    }

    fn component(&mut self, node: Option<&Node>, place: &str) {
        let Some(node) = node else { return };
        if !matches!(node.kind, Kind::Group(_)) {
            self.add(node, place, say!("An object is expected here: a component."));
            return;
        }
        match node.member("type") {
            None => self.add(
                node,
                place,
                say!("“type” is missing here: every component has one, such as library."),
            ),
            Some(kind) => {
                let word = super::says(node, "type").unwrap_or_default();
                let is_known = TYPES.contains(&word) || word == CRYPTOGRAPHIC && self.version >= V1_6;
                if !is_known {
                    let message = say!(
                        "A type that the schema knows is expected here: {words}.",
                        words = TYPES.join(", ")
                    );
                    self.add(kind, "type", message);
                }
            }
        }
        // Of models this is said with their answers.
        if !self.bill.models.iter().any(|model| std::ptr::eq(model.node, node)) {
            if node.member("name").is_none() {
                self.add(node, place, say!("“name” is missing here: every component has one."));
            }
            let places = &self.version.dialect().places;
            let is_place = |name: &str| places.iter().any(|place| place.native && place.path[0] == name);
            let is_known = |name: &str| HIDDEN.contains(&name) || FURTHER.contains(&name) || is_place(name);
            for member in members(node).filter(|member| !is_known(&member.key)) {
                self.add_unknown(member);
            }
        }
        if let Some(data) = node.member("data") {
            self.faults.extend(faults::at("data", datasets(self.version), data));
        }
        self.components(node, &["components"], place);
        for relatives in ["ancestors", "descendants", "variants"] {
            self.components(node, &["pedigree", relatives], "pedigree");
        }
    }

    /// Each `bom-ref` names one thing.
    fn references<'n>(&mut self, node: &'n Node, taken: &mut HashSet<&'n str>) {
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|item| self.references(item, taken)),
            Kind::Group(members) => {
                for member in members {
                    match &member.node.kind {
                        Kind::Text(text) if member.key == "bom-ref" && !taken.insert(text) => {
                            let message =
                                say!("Something else in the bill has this bom-ref already; it has to be the only one.");
                            self.add(&member.node, "bom-ref", message);
                        }
                        _ => self.references(&member.node, taken),
                    }
                }
            }
            _ => {}
        }
    }
}

fn members(node: &Node) -> impl Iterator<Item = &Member> {
    let members = match &node.kind {
        Kind::Group(members) => members.as_slice(),
        _ => &[],
    };
    members.iter()
}
