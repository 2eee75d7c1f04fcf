//! What a family's own readers would refuse.

use std::collections::HashSet;

use super::Family;
use crate::format::dialect::Dialect;
use crate::format::findings::{MAX_LISTED, note, of_session, problem, uncounted};
use crate::format::tree::Tree;
use crate::format::{Finding, faults};
use crate::json::{Kind, Node};
use crate::locale::Sentence;
use crate::say;

/// Required members that are missing, and answers that the family's schema does not accept.
///
/// `root` is the document as one of the family; when it is another than the tree, members may be missing.
pub(super) fn of_family(tree: &Tree, root: &Node, family: &Family, dialect: &Dialect) -> Vec<Finding> {
    if dialect.places.is_empty() {
        return Vec::new();
    }
    let answered = answered(root);
    if !std::ptr::eq::<Node>(root, &**tree) {
        let message = say!(
            "This is the saved form of the tool. What it keeps for its own screen is not shown here, and stays in \
                       the file."
        );
        let mut findings = vec![note(Some(1), say!("file"), message)];
        findings.extend(of_session(tree));
        findings.extend(faults::of(tree, dialect, &answered));
        return findings;
    }
    let is_there = |path: &[&str]| {
        let found = path.iter().try_fold(&answered, |node, step| node.member(step));
        found.is_some()
    };
    let missing = family.required.iter().filter(|path| !is_there(path)).map(|path| {
        let message = say!(
            "{name} needs an answer here; its own readers refuse a card without it.",
            name = Sentence::new(family.about.name)
        );
        problem(None, Sentence::as_written(path.join(" › ")), message)
    });
    let mut findings: Vec<Finding> = missing.chain(faults::of(tree, dialect, &answered)).collect();
    if let Some(further) = family.closed {
        findings.extend(strangers(tree, family, dialect, further));
    }
    findings
}

/// Members that a closed schema does not name, beside those that it does.
fn strangers(tree: &Tree, family: &Family, dialect: &Dialect, further: &[&[&str]]) -> Vec<Finding> {
    let native = dialect.places.iter().filter(|place| place.native);
    let known: HashSet<&[&str]> = native
        .map(|place| place.path.as_slice())
        .chain(further.iter().copied())
        .flat_map(|path| (1..=path.len()).map(move |length| &path[..length]))
        .collect();
    let mut found = Vec::new();
    let mut open: Vec<(Vec<&str>, &Node)> = vec![(Vec::new(), tree)];
    while let Some((path, node)) = open.pop() {
        let Kind::Group(members) = &node.kind else { continue };
        for member in members {
            let inner: Vec<&str> = path.iter().copied().chain([member.key.as_str()]).collect();
            if !known.contains(inner.as_slice()) {
                found.push((member.node.span.start, inner.join(" › ")));
            } else if known
                .iter()
                .any(|path| path.len() > inner.len() && path.starts_with(&inner))
            {
                open.push((inner, &member.node));
            }
        }
    }
    found.sort_unstable();
    let line = tree.lines();
    let total = found.len();
    let told = found.into_iter().take(MAX_LISTED).map(|(at, place)| {
        let message = say!(
            "The schema of {name} does not name this member; its strict readers refuse it. It is kept as it is.",
            name = Sentence::new(family.about.name)
        );
        note(Some(line(at)), Sentence::as_written(&place), message)
    });
    told.chain(uncounted(total)).collect()
}

/// The document without the members that say nothing: `null` is no answer in these families.
fn answered(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::Group(members) => {
            let said = members.iter().filter(|member| !matches!(member.node.kind, Kind::Null));
            let kept = said.map(|member| {
                let mut member = member.clone();
                member.node = answered(&member.node);
                member
            });
            Kind::Group(kept.collect())
        }
        Kind::List(items) => Kind::List(items.iter().map(answered).collect()),
        kind => kind.clone(),
    };
    Node {
        span: node.span.clone(),
        kind,
    }
}
