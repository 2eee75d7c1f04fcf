//! A JSON format as data: which member of the document answers which question.
//!
//! A [`Dialect`] names the place of each question of the outline and the shape its answer has
//! there. Whatever it does not name is carried: a further member of the document is a section of
//! its own, a further member inside a known one is a further field of that section. Writing
//! starts from the document as it was and touches only the members whose field changed, so every
//! format made this way obeys the laws of a lens.

mod reading;
mod shape;

use super::closed::Want;
use super::steps::{Step, Wanted, arrange, from_pointer, is_empty, place, remove, set};
use crate::card::outline::Outline;
use crate::card::{Card, Field, Section};
use crate::json::{Node, Value};

pub(super) use shape::Shape;

/// Where a JSON format keeps the answers.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The questions.
    pub outline: &'static Outline,
    /// Members of the document that are the format's own affair, such as its version.
    pub hidden: &'static [&'static str],
    /// For each section of the outline the member that holds its further fields.
    pub containers: Vec<(&'static str, &'static str)>,
    /// For each question its place.
    pub places: Vec<Place>,
}

/// Where one question is answered.
#[derive(Debug)]
pub(super) struct Place {
    /// The question's id.
    pub id: &'static str,
    /// The names of the members on the way.
    pub path: Vec<&'static str>,
    /// How the answer looks there.
    pub shape: Shape,
    /// Whether the format's own schema has this place.
    pub native: bool,
    /// What that schema accepts there, in the terms of a card.
    pub want: &'static Want,
}

/// Where a question is answered, as tables of places tell it: its id, the way, the shape, what is wanted in the terms of a card.
pub(super) type Row = (&'static str, &'static [&'static str], Shape, &'static Want);

impl Place {
    /// A place that the format's own schema has.
    pub fn native((id, path, shape, want): &Row) -> Self {
        Self {
            id,
            path: path.to_vec(),
            shape: *shape,
            native: true,
            want,
        }
    }

    /// A place beyond that schema, where anything may stand.
    pub fn beyond(id: &'static str, path: Vec<&'static str>) -> Self {
        Self {
            id,
            path,
            shape: Shape::Same,
            native: false,
            want: &Want::Anything,
        }
    }
}

/// A field, and where in the document's text it stands.
pub(super) type Placed = Vec<(String, String, usize)>;

impl Dialect {
    /// The card in a document, and for each field (section key, field id) its byte offset.
    pub fn read(&self, root: &Node) -> (Card, Placed) {
        reading::read(self, root)
    }

    /// The document with the card's fields in it. `old` is the card that the document holds now;
    /// `strict` makes a new document, of nothing but what the format's own schema accepts.
    pub fn write(&self, document: Value, old: &Card, new: &Card, strict: bool) -> Value {
        let mut document = document;
        for place in self.places.iter().filter(|place| place.native || !strict) {
            let steps: Vec<Step> = place.path.iter().map(|name| Step::first(name)).collect();
            match (old.value(place.id), new.value(place.id)) {
                (_, Some(after)) if strict => {
                    let kept = place.want.kept(after);
                    if let Some(shaped) = kept.and_then(|kept| place.shape.shaped(&kept)) {
                        set(&mut document, &steps, shaped);
                    }
                }
                (before, Some(after)) if before != Some(after) => {
                    let shaped = place.shape.shaped(after).unwrap_or_else(|| after.clone());
                    set(&mut document, &steps, shaped);
                }
                (Some(_), None) => remove(&mut document, &steps),
                _ => {}
            }
        }
        if !strict {
            for (key, container) in &self.containers {
                let none: &[Field] = &[];
                let old = old.section(key).map_or(none, |section| &section.fields);
                let new = new.section(key).map_or(none, |section| &section.fields);
                self.write_further(&mut document, container, old, new);
            }
            document = self.write_custom(document, old, new);
        }
        document
    }

    /// The further fields of a section that the outline knows.
    fn write_further(&self, document: &mut Value, container: &str, old: &[Field], new: &[Field]) {
        let further = |fields: &[Field]| -> Vec<(Vec<Step>, Value)> {
            let custom = fields
                .iter()
                .filter_map(|field| Some((field.id.strip_prefix('+')?, &field.value)));
            custom
                .map(|(pointer, value)| (from_pointer(pointer), value.clone()))
                .collect()
        };
        let (old, new) = (further(old), further(new));
        if old == new {
            return;
        }
        let deep = |steps: &[Step]| steps.len() > 1;
        for (steps, _) in old.iter().filter(|(steps, _)| deep(steps)) {
            if !new.iter().any(|(other, _)| other == steps) {
                remove(document, &[&[Step::first(container)], steps.as_slice()].concat());
            }
        }
        for (steps, value) in new.iter().filter(|(steps, _)| deep(steps)) {
            if !old.iter().any(|(other, before)| other == steps && before == value) {
                set(
                    document,
                    &[&[Step::first(container)], steps.as_slice()].concat(),
                    value.clone(),
                );
            }
        }
        let flat = |fields: &[(Vec<Step>, Value)]| -> Vec<(Step, Value)> {
            fields
                .iter()
                .filter(|(steps, _)| !deep(steps))
                .map(|(steps, value)| (steps[0].clone(), value.clone()))
                .collect()
        };
        let (old, new) = (flat(&old), flat(&new));
        if new.is_empty() && old.is_empty() {
            return;
        }
        let Value::Group(root) = document else { return };
        let index = root.iter().position(|(name, _)| name == container);
        let Some(index) = index else {
            let members = new.into_iter().map(|(step, value)| (step.name, value)).collect();
            root.push((container.to_owned(), Value::Group(members)));
            return;
        };
        if let Value::Group(members) = &mut root[index].1 {
            let (old, new) = without_opened(members, old, new);
            let places: Vec<Option<usize>> = old.iter().map(|(step, _)| place(members, step)).collect();
            *members = replace(std::mem::take(members), &old, &places, new);
        }
    }

    /// The sections that the outline does not know.
    fn write_custom(&self, document: Value, old: &Card, new: &Card) -> Value {
        let Value::Group(members) = document else {
            return document;
        };
        let custom = |card: &Card| -> Vec<(Step, Value)> {
            let sections = card
                .sections
                .iter()
                .filter(|section| self.outline.part(&section.key).is_none());
            let mut steps: Vec<(Step, Value)> = Vec::new();
            for section in sections {
                let turn = steps.iter().filter(|(step, _)| step.name == section.title).count() + 1;
                steps.push((
                    Step {
                        name: section.title.clone(),
                        turn,
                    },
                    section_value(section),
                ));
            }
            steps
        };
        let (old, new) = without_opened(&members, custom(old), custom(new));
        if old == new {
            return Value::Group(members);
        }
        // The turn among the custom sections is not that among the members when the outline knows
        // the first of that name.
        let skip = |name: &str| {
            let first = members.iter().position(|(other, _)| other == name);
            usize::from(first.is_some_and(|index| self.is_known(&members[index])))
        };
        let places: Vec<Option<usize>> = old
            .iter()
            .map(|(step, _)| {
                place(
                    &members,
                    &Step {
                        name: step.name.clone(),
                        turn: step.turn + skip(&step.name),
                    },
                )
            })
            .collect();
        Value::Group(replace(members, &old, &places, new))
    }

    /// Whether the first member of this name belongs to the format or to a section of the outline.
    fn is_known(&self, (name, value): &(String, Value)) -> bool {
        self.hidden.contains(&name.as_str())
            || self.places.iter().any(|place| place.path == [name.as_str()])
            || (matches!(value, Value::Group(_)) && self.leads_on(&[name]))
    }

    /// Whether questions are answered further down, or further fields are kept there.
    fn leads_on(&self, path: &[&str]) -> bool {
        self.places
            .iter()
            .any(|place| place.path.len() > path.len() && place.path.starts_with(path))
            || (path.len() == 1 && self.containers.iter().any(|(_, container)| *container == path[0]))
    }
}

/// The members with the old ones, which stand at the places, replaced by the new.
fn replace(
    members: Vec<(String, Value)>,
    old: &[(Step, Value)],
    places: &[Option<usize>],
    new: Vec<(Step, Value)>,
) -> Vec<(String, Value)> {
    let wanted = new.into_iter().map(|(step, value)| Wanted {
        old: old
            .iter()
            .position(|(other, _)| *other == step)
            .and_then(|at| places[at]),
        name: step.name,
        value,
    });
    arrange(members, |index| places.contains(&Some(index)), wanted.collect())
}

/// Members of a group, each with the step that leads to it.
type Stepped = Vec<(Step, Value)>;

/// The old and new members without those that were empty and became a group when an answer inside was written.
fn without_opened(members: &[(String, Value)], mut old: Stepped, mut new: Stepped) -> (Stepped, Stepped) {
    let is_opened = |(step, value): &&(Step, Value)| {
        let first = members.iter().find(|(name, _)| *name == step.name);
        step.turn == 1 && is_empty(value) && first.is_some_and(|(_, now)| matches!(now, Value::Group(_)))
    };
    let opened: Vec<Step> = old.iter().filter(is_opened).map(|(step, _)| step.clone()).collect();
    for list in [&mut old, &mut new] {
        list.retain(|(step, value)| !(is_empty(value) && opened.contains(step)));
    }
    (old, new)
}

/// A section of its own as the value of its member.
fn section_value(section: &Section) -> Value {
    match section.fields.as_slice() {
        [only] if only.id == "+" => only.value.clone(),
        fields => Value::Group(
            fields
                .iter()
                .map(|field| {
                    let name = match field.id.strip_prefix('+') {
                        Some(pointer) if !pointer.is_empty() => from_pointer(pointer).remove(0).name,
                        _ => field.label.clone(),
                    };
                    (name, field.value.clone())
                })
                .collect(),
        ),
    }
}
