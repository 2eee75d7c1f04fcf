//! What a bill holds beside the card: other formats have no place for it.

use super::models::{Bill, HIDDEN, MODEL};
use super::says;
use crate::format::loss::Loss;
use crate::json::{Kind, Node};

/// The members that only say what kind of file it is.
const FORM: &[&str] = &["$schema", "bomFormat", "specVersion"];

/// The section by which it is named.
const BILL: &str = "Bill of materials";

/// What no section of the card shows, each thing once.
pub(super) fn of(root: &Node, bill: &Bill) -> Vec<Loss> {
    let mut rest = Vec::new();
    for (name, node) in members(root) {
        match name {
            "metadata" => rest.extend(
                members(node)
                    .filter(|(_, node)| !is_model(node, bill))
                    .map(|(name, _)| {
                        let place = format!("metadata › {name}");
                        Loss::beside(BILL.into(), Some(place))
                    }),
            ),
            "components" => rest.extend(components(node, bill)),
            "version" if matches!(&node.kind, Kind::Number(number) if number == "1") => {}
            name if FORM.contains(&name) => {}
            name => rest.push(Loss::beside(BILL.into(), Some(name.to_owned()))),
        }
    }
    for model in &bill.models {
        let title = says(model.node, "name").unwrap_or(MODEL);
        let hidden = members(model.node).filter(|(name, _)| *name != "type" && HIDDEN.contains(name));
        rest.extend(hidden.map(|(name, _)| Loss::beside(title.to_owned(), Some(name.to_owned()))));
    }
    rest
}

/// The components that are not shown as a model, in one line.
fn components(list: &Node, bill: &Bill) -> Option<Loss> {
    let Kind::List(items) = &list.kind else {
        return Some(Loss::beside(BILL.into(), Some("components".into())));
    };
    let mut others = items.iter().filter(|item| !is_model(item, bill));
    let first = others.next()?;
    let name = says(first, "name").unwrap_or("one without a name");
    let more = match others.count() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    Some(Loss::beside(BILL.into(), Some(format!("components: {name}{more}"))))
}

fn is_model(node: &Node, bill: &Bill) -> bool {
    bill.models.iter().any(|model| std::ptr::eq(model.node, node))
}

fn members(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let members = match &node.kind {
        Kind::Group(members) => members.as_slice(),
        _ => &[],
    };
    members.iter().map(|member| (member.key.as_str(), &member.node))
}
