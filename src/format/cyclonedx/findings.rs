//! What is unusual in a bill of materials: said with its line.

use super::CycloneDx;
use super::models::{Bill, HIDDEN};
use crate::format::findings::{MAX_LISTED, note, problem};
use crate::format::lens::Lens;
use crate::format::tree::Tree;
use crate::format::{Finding, faults};
use crate::json::{Kind, Node};
use crate::locale::Sentence;
use crate::say;

/// Further members of a component that the schemas of all three versions know; they are shown as sections.
pub(super) const FURTHER: &[&str] = &[
    "scope",
    "hashes",
    "cpe",
    "swid",
    "modified",
    "evidence",
    "releaseNotes",
    "data",
    "omniborId",
    "swhid",
    "cryptoProperties",
    "versionRange",
    "isExternal",
    "patentAssertions",
];

/// What is unusual in the bill and its models.
pub(super) fn of(tree: &Tree, bill: &Bill, version: CycloneDx) -> Vec<Finding> {
    let root: &Node = tree;
    let mut findings = Vec::new();
    let at = |node: &Node| Some(tree.line(node.span.start));
    let spec = root.member("specVersion");
    if super::says(root, "specVersion") != Some(version.number()) {
        let message = say!(
            "This names no version that is known here; the file is read as CycloneDX {number}.",
            number = version.number()
        );
        findings.push(note(
            at(spec.unwrap_or(root)),
            Sentence::as_written("specVersion"),
            message,
        ));
    }
    serial_number(tree, &mut findings);
    let signed = std::iter::once(root).chain(bill.models.iter().map(|model| model.node));
    for signature in signed.filter_map(|node| node.member("signature")) {
        let message = say!("The file is signed. Any edit makes this signature invalid, so sign the download again.");
        findings.push(problem(at(signature), Sentence::as_written("signature"), message));
    }
    if bill.models.len() > 1 {
        let message = say!(
            "There are {count} models in this bill. The first is the card; each of the others is a \
                     section named after it.",
            count = bill.models.len() + bill.hidden
        );
        findings.push(note(None, say!("components"), message));
    }
    if bill.hidden > 0 {
        let message = say!(
            "{count} of them are not shown; they are kept as they are.",
            count = bill.hidden
        );
        findings.push(note(None, say!("components"), message));
    }
    for model in &bill.models {
        if model.node.member("name").is_none() {
            let message = say!("The model has no name here, and the schema asks for one.");
            findings.push(problem(at(model.node), say!("name"), message));
        }
        findings.extend(faults::of(tree, version.dialect(), model.node));
        findings.extend(unknown(tree, model.node, version));
    }
    findings.extend(super::schema::of(tree, bill, version));
    findings
}

/// The number of the bill and its version, which an edit leaves alone.
fn serial_number(tree: &Tree, findings: &mut Vec<Finding>) {
    let Some(serial) = tree.member("serialNumber") else {
        return;
    };
    let line = Some(tree.line(serial.span.start));
    let text = super::says(tree, "serialNumber").unwrap_or_default();
    if !is_serial(text) {
        let message = say!("The schema expects urn:uuid: and a UUID in small letters here. It is kept as it is.");
        findings.push(problem(line, Sentence::as_written("serialNumber"), message));
    }
    let message = say!(
        "Serial number and version of the bill stay as they are when you edit it. If you publish the edited \
                   bill in place of this one, raise “version” by one yourself."
    );
    findings.push(note(line, Sentence::as_written("version"), message));
}

fn is_serial(text: &str) -> bool {
    let groups: Vec<&str> = text.strip_prefix("urn:uuid:").unwrap_or_default().split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(is_digit))
}

/// Members of a model and of its card that the schema does not know.
fn unknown(tree: &Tree, model: &Node, version: CycloneDx) -> Vec<Finding> {
    const CARD: &[&str] = &[
        "bom-ref",
        "modelParameters",
        "quantitativeAnalysis",
        "considerations",
        "properties",
    ];
    let places = &version.dialect().places;
    let is_known = |name: &str| {
        HIDDEN.contains(&name)
            || FURTHER.contains(&name)
            || places.iter().any(|place| place.native && place.path[0] == name)
    };
    let of = |node: &Node, is_known: &dyn Fn(&str) -> bool| -> Vec<Finding> {
        let Kind::Group(members) = &node.kind else {
            return Vec::new();
        };
        let unknown = members.iter().filter(|member| !is_known(&member.key)).take(MAX_LISTED);
        unknown
            .map(|member| {
                let name = Sentence::new(version.about().name);
                let message = say!(
                    "{name} does not know this member, and strict readers refuse it. It is kept.",
                    name
                );
                problem(
                    Some(tree.line(member.key_span.start)),
                    Sentence::as_written(&member.key),
                    message,
                )
            })
            .collect()
    };
    let mut findings = of(model, &is_known);
    if let Some(card) = super::models::card_of(model) {
        findings.extend(of(card, &|name| CARD.contains(&name)));
    }
    findings
}
