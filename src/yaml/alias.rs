//! What aliases stand for.

use std::collections::{HashMap, HashSet};

use super::node::{Document, Kind, Node, QuirkKind};
use super::style::Writer;
use super::{Value, parse};
use crate::json::{Edit, apply};

/// So many values may stand in place of aliases: a few lines can ask for billions.
const MOST_VALUES: usize = 50_000;

/// So deep may they nest: an anchor can stand around its own alias.
const MOST_DEPTH: usize = 64;

/// The name of a member that brings others along (<https://yaml.org/type/merge.html>).
pub const MERGE: &str = "<<";

/// What each alias of a document stands for, by its text `*name`.
///
/// Those are left out that stand for different values in different places, whose text stands there as a text as well, and
/// those behind which are too many values.
pub fn aliases(text: &str, document: &Document) -> HashMap<String, Value> {
    let mut found = Found::default();
    found.walk(text, &document.root);
    let mut named = HashMap::new();
    let mut left = MOST_VALUES;
    for (name, anchored) in &found.anchors {
        if let ([node], false) = (anchored.as_slice(), found.texts.contains(name))
            && let Some(value) = found.resolved(node, &mut left, 0)
        {
            named.insert(name.clone(), value);
        }
    }
    named
}

/// The members of a group with those that its merge key brings along; its own ones come first.
pub fn merged(members: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let (merge, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| name == MERGE);
    for (_, value) in merge {
        let groups = match value {
            Value::List(groups) => groups,
            group => vec![group],
        };
        for group in groups {
            match group {
                Value::Group(further) => {
                    for (name, value) in further {
                        if !own.iter().any(|(other, _)| *other == name) {
                            own.push((name, value));
                        }
                    }
                }
                other => own.push((MERGE.to_owned(), other)),
            }
        }
    }
    own
}

/// A changed text with its aliases in order again, when the change took an anchor away or an alias above its anchor.
///
/// The first such alias becomes the value that it stood for, with the anchor unless that still stands further down.
pub(super) fn reanchored(old: (&str, &Document), new: (&str, &Document), writer: &Writer) -> Option<String> {
    let unknown = |document: &Document| -> Vec<(usize, String)> {
        let quirks = document.quirks.iter();
        let unknown = quirks.filter_map(|quirk| match &quirk.kind {
            QuirkKind::UnknownAlias(name) => Some((quirk.at, name.clone())),
            _ => None,
        });
        unknown.collect()
    };
    let astray = unknown(new.1);
    if astray.is_empty() {
        return None;
    }
    let (mut before, mut after) = (Found::default(), Found::default());
    before.walk(old.0, &old.1.root);
    after.walk(new.0, &new.1.root);
    let mut left = MOST_VALUES;
    let mut anchored = HashSet::new();
    let mut edits = Vec::new();
    for (at, name) in astray {
        let Some([node]) = before.anchors.get(&name).map(Vec::as_slice) else {
            continue;
        };
        let is_below = after.anchors.contains_key(&name);
        if !is_below && !anchored.insert(name.clone()) {
            continue;
        }
        let anchor = if is_below {
            String::new()
        } else {
            name.replacen('*', "&", 1) + " "
        };
        let value = before.resolved(node, &mut left, 0)?;
        edits.push(Edit {
            range: at..at + name.len(),
            text: anchor + &writer.line(&value, None, true),
        });
    }
    let mended = apply(new.0, &edits);
    let is_better = |document: &Document| unknown(document).len() < unknown(new.1).len();
    parse(&mended)
        .is_ok_and(|document| is_better(&document))
        .then_some(mended)
}

/// What a document names, and what it says.
#[derive(Default)]
struct Found<'d> {
    anchors: HashMap<String, Vec<&'d Node>>,
    /// Texts that look like an alias.
    texts: HashSet<String>,
}

impl<'d> Found<'d> {
    fn walk(&mut self, text: &str, node: &'d Node) {
        if let Some(anchor) = node
            .properties
            .as_ref()
            .and_then(|properties| properties.anchor.clone())
        {
            let name = text[anchor].replacen('&', "*", 1);
            self.anchors.entry(name).or_default().push(node);
        }
        match &node.kind {
            Kind::Scalar(_, Value::Text(text)) if text.starts_with('*') => {
                self.texts.insert(text.clone());
            }
            Kind::Scalar(..) | Kind::Alias(_) => {}
            Kind::List(_, items) => items.iter().for_each(|item| self.walk(text, &item.node)),
            Kind::Group(_, members) => {
                for member in members {
                    self.walk(text, &member.key);
                    self.walk(text, &member.node);
                }
            }
        }
    }

    /// The value with nothing but values in it, when they are not too many.
    fn resolved(&self, node: &Node, left: &mut usize, depth: usize) -> Option<Value> {
        *left = left.checked_sub(1)?;
        if depth > MOST_DEPTH {
            return None;
        }
        Some(match &node.kind {
            Kind::Scalar(_, value) => value.clone(),
            Kind::Alias(name) => match self.anchors.get(name).map(Vec::as_slice) {
                Some([anchored]) => self.resolved(anchored, left, depth + 1)?,
                _ => Value::Text(name.clone()),
            },
            Kind::List(_, items) => {
                let items = items.iter().map(|item| self.resolved(&item.node, left, depth + 1));
                Value::List(items.collect::<Option<_>>()?)
            }
            Kind::Group(_, members) => {
                let mut inner = Vec::new();
                let mut is_merging = false;
                for member in members {
                    is_merging |= member.name() == MERGE && !matches!(member.node.kind, Kind::Scalar(..));
                    inner.push((member.name().to_owned(), self.resolved(&member.node, left, depth + 1)?));
                }
                Value::Group(if is_merging { merged(inner) } else { inner })
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::edits;

    /// The text with the list in its one member brought into this order.
    fn ordered(text: &str, order: &[usize]) -> String {
        let document = parse(text).unwrap();
        let Value::Group(mut members) = document.root.to_value() else {
            unreachable!()
        };
        match &mut members[0].1 {
            Value::List(items) => *items = order.iter().map(|index| items[*index].clone()).collect(),
            Value::Group(inner) => *inner = order.iter().map(|index| inner[*index].clone()).collect(),
            _ => {}
        }
        let changed = apply(text, &edits(text, &document, &Value::Group(members)));
        assert_eq!(parse(&changed).unwrap().quirks, [], "{changed}");
        changed
    }

    #[test]
    fn an_anchor_that_goes_moves_to_the_first_alias() {
        let text = "l: # list\n- &e one\n- *e\n- three # 3\n- *e\n";
        assert_eq!(ordered(text, &[1, 2, 3]), "l: # list\n- &e one\n- three # 3\n- *e\n");
        assert_eq!(ordered(text, &[2]), "l: # list\n- three # 3\n");
        let merge = "m:\n  a: &b {lr: 0.1}\n  c:\n    <<: *b\n    d: 1\n";
        assert_eq!(ordered(merge, &[1]), "m:\n  c:\n    <<: &b {lr: 0.1}\n    d: 1\n");
    }

    #[test]
    fn an_alias_above_its_anchor_becomes_the_value() {
        let text = "l:\n- &e one\n- *e\n- *e\n";
        assert_eq!(ordered(text, &[1, 0, 2]), "l:\n- one\n- &e one\n- *e\n");
        let group = "m:\n  a: &x\n    - 1\n    - &y 2\n  b: *x\n  c: *y\n";
        assert_eq!(
            ordered(group, &[1, 2, 0]),
            "m:\n  b: [1, 2]\n  c: 2\n  a: &x\n    - 1\n    - &y 2\n"
        );
    }
}
