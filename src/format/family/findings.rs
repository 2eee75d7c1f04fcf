//! What a family's own readers would refuse.

use super::Family;
use crate::card::Value;
use crate::format::closed::Want;
use crate::format::dialect::Dialect;
use crate::format::tree::Tree;
use crate::format::{Finding, Severity};
use crate::json::Node;

/// Required members that are missing or empty, and answers that the family's schema does not accept.
pub(super) fn of_family(tree: &Tree, family: &Family, dialect: &Dialect) -> Vec<Finding> {
    if dialect.places.is_empty() {
        return Vec::new();
    }
    let root: &Node = tree;
    let at = |path: &[&str]| path.iter().try_fold(root, |node, step| node.member(step));
    let name = family.about.name;
    let problem = |line: Option<usize>, path: &[&str], message: String| Finding {
        line,
        place: path.join(" › "),
        severity: Severity::Problem,
        message,
    };
    let missing = family.required.iter().filter(|path| at(path).is_none()).map(|path| {
        let message = format!("Readers of {name} refuse a card without this member. Answer it, or add it empty.");
        problem(None, path, message)
    });
    let odd = dialect.places.iter().filter(|place| place.native).filter_map(|place| {
        let node = at(&place.path)?;
        let value = place.shape.take(node.to_value());
        let is_blank = value.is_blank() && !matches!(value, Value::Group(_));
        if is_blank || place.want.kept(&value).as_ref() == Some(&value) {
            return None;
        }
        let message = format!("{} is expected here by {name}. Kept as it is; you can edit it.", expected(place.want));
        Some(problem(Some(tree.line(node.span.start)), &place.path, message))
    });
    missing.chain(odd).collect()
}

/// What is wanted, as the beginning of a sentence.
fn expected(want: &Want) -> String {
    match want {
        Want::Anything => "Something else".into(),
        Want::Text(wording) => wording.form.map_or("A text", |(name, _)| name).to_owned(),
        Want::Number => "A number".into(),
        Want::YesNo => "Yes or no".into(),
        Want::OneOf(words) if words.len() <= 12 => format!("One of {}", words.join(", ")),
        Want::OneOf(_) => "One of the words of the list".into(),
        Want::List(entry, _) => match entry {
            Want::Group(_) => "A list of objects with the known members".into(),
            Want::OneOf(words) => format!("A list of {}", words.join(", ")),
            _ => "A list of texts".into(),
        },
        Want::Group(_) => "An object with the known members".into(),
        Want::Either(wants) => wants.first().map_or_else(|| "Something else".into(), expected),
    }
}
