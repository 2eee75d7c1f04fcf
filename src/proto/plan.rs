//! Which old field each new value continues, and in which order the fields stand afterwards.

use super::message::{Content, Item, Message, Shown};
use crate::json::align::{list_plan, member_plan};
use crate::json::{Kind, Node, Value};

/// A value as it shall be.
pub(super) struct Entry<'a> {
    /// The value it continues, if any.
    pub old: Option<(&'a Item, &'a Node)>,
    pub value: &'a Value,
}

/// A field as it shall be.
pub(super) struct Piece<'a> {
    /// The index of the old field in whose place it stands, if any.
    pub frame: Option<usize>,
    /// The name of a new field.
    pub name: &'a str,
    /// What it holds: one value, or any number in a short list.
    pub entries: Vec<Entry<'a>>,
    /// The member it belongs to.
    member: usize,
    /// Its place among the old fields: at, before or behind one of them.
    key: (usize, i8, usize),
}

/// What a notation and a schema allow for new fields.
pub(super) trait Rules {
    /// Whether a field of this name can be added.
    fn can_add(&self, name: &str) -> bool;
    /// Whether a field of this name may come several times.
    fn is_repeated(&self, name: &str) -> bool;
}

/// The fields of a message that shall have these members. What is new and cannot be added is left out; a member that got
/// a name which cannot be given stays under its old one.
pub(super) fn plan<'a>(
    message: &'a Message,
    node: &'a Node,
    new: &'a [(String, Value)],
    rules: &impl Rules,
) -> Vec<Piece<'a>> {
    let Kind::Group(members) = &node.kind else {
        return Vec::new();
    };
    let shown = message.shown();
    let names: Vec<&str> = members.iter().map(|member| member.key.as_str()).collect();
    let continued = member_plan(&names, new, |index, value| members[index].node.says(value));
    let mut pieces: Vec<Piece> = Vec::new();
    let mut order = 0;
    // The first old field of any member that comes later, so that what is new stands in front of it.
    let mut limits = vec![usize::MAX; new.len() + 1];
    for index in (0..new.len()).rev() {
        let first = continued[index].map_or(usize::MAX, |old| shown[old].fields[0]);
        limits[index] = limits[index + 1].min(first);
    }
    for (member, (name, value)) in new.iter().enumerate() {
        let old = continued[member].filter(|old| names[*old] == name || !rules.can_add(name));
        let start = pieces.len();
        match old {
            Some(old) => kept(message, &shown[old], &members[old].node, value, &mut pieces),
            None if !rules.can_add(name) => {}
            None => {
                let values = match value {
                    Value::List(items) if rules.is_repeated(name) => items.iter().collect(),
                    Value::Null => Vec::new(),
                    value => vec![value],
                };
                let (at, side) = beside(&pieces, limits[member + 1]);
                pieces.extend(values.into_iter().map(|value| Piece {
                    frame: None,
                    name,
                    entries: vec![Entry { old: None, value }],
                    member,
                    key: (at, side, 0),
                }));
            }
        }
        for piece in &mut pieces[start..] {
            piece.member = member;
            order += 1;
            piece.key.2 = order;
        }
    }
    pieces.sort_by_key(|piece| piece.key);
    // Where fields of different names take turns, the order of their first ones may not be what it should.
    let mut firsts = Vec::new();
    let mut seen = vec![false; new.len()];
    for piece in &pieces {
        if !std::mem::replace(&mut seen[piece.member], true) {
            firsts.push(piece.member);
        }
    }
    if !firsts.is_sorted() {
        pieces.sort_by_key(|piece| piece.member);
    }
    pieces
}

/// Where a new member stands: behind the last field of those before it that is in front of the limit.
fn beside(pieces: &[Piece], limit: usize) -> (usize, i8) {
    let before = pieces.last().map(|last| last.member);
    let before = pieces
        .iter()
        .filter(|piece| Some(piece.member) == before && piece.key.0 < limit);
    match before.map(|piece| piece.key.0).max() {
        Some(at) => (at, 1),
        None if limit < usize::MAX => (limit, -1),
        None => (pieces.iter().map(|piece| piece.key.0).max().unwrap_or(0), 1),
    }
}

/// The fields of a member that was there before.
fn kept<'a>(message: &'a Message, shown: &Shown, node: &'a Node, value: &'a Value, pieces: &mut Vec<Piece<'a>>) {
    let piece = |frame: usize, entries| Piece {
        frame: Some(frame),
        name: "",
        entries,
        member: 0,
        key: (frame, 0, 0),
    };
    if !shown.is_list {
        let frame = shown.fields[0];
        let old = Some((&message.fields[frame].item, node));
        if !matches!(value, Value::Null) {
            pieces.push(piece(frame, vec![Entry { old, value }]));
        }
        return;
    }
    let Kind::List(nodes) = &node.kind else { return };
    let values = match value {
        Value::List(items) => items.as_slice(),
        Value::Null => &[],
        value => std::slice::from_ref(value),
    };
    let is_short = |frame: usize| matches!(message.fields[frame].item.content, Content::List(_));
    let continued = list_plan(nodes.len(), values, |index, value| nodes[index].says(value));
    let mut slots: Vec<usize> = continued.iter().flatten().copied().collect();
    slots.sort_unstable();
    let mut slots = slots.into_iter();
    let mut leading: Vec<Entry> = Vec::new();
    let start = pieces.len();
    for (old, value) in continued.into_iter().zip(values) {
        let slot = old.and_then(|_| slots.next());
        let old = old.map(|old| (message.item(shown.values[old]), &nodes[old]));
        let entry = Entry { old, value };
        let last = pieces[start..].last_mut();
        match (slot.map(|slot| shown.values[slot].0), last) {
            (Some(frame), Some(last)) if last.frame == Some(frame) => last.entries.push(entry),
            (Some(frame), _) => pieces.push(piece(frame, vec![entry])),
            (None, None) => leading.push(entry),
            (None, Some(last)) if last.frame.is_some_and(is_short) => last.entries.push(entry),
            (None, Some(last)) => {
                let frame = last.key.0;
                pieces.push(Piece {
                    key: (frame, 1, 0),
                    ..added(&message.fields[frame].name, entry)
                });
            }
        }
    }
    match pieces.get_mut(start) {
        Some(first) if first.frame.is_some_and(is_short) => drop(first.entries.splice(0..0, leading)),
        Some(first) => {
            let frame = first.key.0;
            let new = leading.into_iter().map(|entry| Piece {
                key: (frame, -1, 0),
                ..added(&message.fields[frame].name, entry)
            });
            pieces.splice(start..start, new.collect::<Vec<_>>());
        }
        None => {
            // A short list stays, be it without entries.
            if let Some(frame) = shown.fields.iter().copied().find(|frame| is_short(*frame)) {
                pieces.push(piece(frame, leading));
            }
        }
    }
}

fn added<'a>(name: &'a str, entry: Entry<'a>) -> Piece<'a> {
    Piece {
        frame: None,
        name,
        entries: vec![entry],
        member: 0,
        key: (0, 0, 0),
    }
}
