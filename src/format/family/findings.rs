//! What a family's own readers would refuse.

use super::Family;
use crate::format::dialect::Dialect;
use crate::format::findings::problem;
use crate::format::tree::Tree;
use crate::format::{Finding, faults};
use crate::json::{Kind, Node};

/// Required members that are missing, and answers that the family's schema does not accept.
pub(super) fn of_family(tree: &Tree, family: &Family, dialect: &Dialect) -> Vec<Finding> {
    if dialect.places.is_empty() {
        return Vec::new();
    }
    let answered = answered(tree);
    let is_there = |path: &[&str]| {
        let found = path.iter().try_fold(&answered, |node, step| node.member(step));
        found.is_some()
    };
    let missing = family.required.iter().filter(|path| !is_there(path)).map(|path| {
        let message = format!(
            "{} needs an answer here; its own readers refuse a card without it.",
            family.about.name
        );
        problem(None, &path.join(" › "), &message)
    });
    missing.chain(faults::of(tree, dialect, &answered)).collect()
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
