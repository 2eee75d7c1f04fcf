//! A JSON format as data: which member of the document answers which question.
//!
//! A [`Dialect`] names the place of each question of the outline and the shape its answer has
//! there. Whatever it does not name is carried: a further member of the document is a section of
//! its own, a further member inside a known one is a further field of that section. Writing
//! starts from the document as it was and touches only the members whose field changed, so every
//! format made this way obeys the laws of a lens.

use super::closed::Want;
use super::steps::{Step, Wanted, arrange, from_pointer, is_empty, remove, set, to_pointer};
use crate::card::outline::Outline;
use crate::card::{Card, Field, Names, Section};
use crate::json::{Kind, Member, Node, Value};

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

/// How an answer looks in a document, where it differs from how a card holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The same.
    Same,
    /// A list of texts, each as the only member, of this name, of a group.
    Wrapped(&'static str),
    /// A table with one row and this one column, as bare text.
    Only(&'static str),
    /// A table, as a group of rows named by this column.
    Keyed(&'static str),
    /// The same with other names, at whatever depth: ours and the document's. The two change places, so that a
    /// document that uses one of ours loses nothing.
    Renamed(&'static [(&'static str, &'static str)]),
    /// A table of two columns, as a group: the first column names its members, the second is their value.
    Pairs(&'static str, &'static str),
    /// A table of which each row is, in the document, the only member of this name of a group; names change places
    /// as in `Renamed`. A row with the second member stands there as it is.
    Inside(&'static str, &'static str, &'static [(&'static str, &'static str)]),
    /// A list, as a group that has it as its only member, of this name; of one entry, without a list.
    Listed(&'static str),
}

/// A field, and where in the document's text it stands.
pub(super) type Placed = Vec<(String, String, usize)>;

impl Dialect {
    /// The card in a document, and for each field (section key, field id) its byte offset.
    pub fn read(&self, root: &Node) -> (Card, Placed) {
        let mut reader = Reader {
            dialect: self,
            sections: Vec::new(),
            custom: Vec::new(),
            placed: Vec::new(),
        };
        if let Kind::Group(members) = &root.kind {
            reader.group(members, &mut Vec::new(), None);
        }
        reader.finish()
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
            let places: Vec<Option<usize>> = old.iter().map(|(step, _)| turn_of(members, step)).collect();
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
                turn_of(
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

/// The index of the member that a step leads to.
fn turn_of(members: &[(String, Value)], step: &Step) -> Option<usize> {
    members
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| *name == step.name)
        .nth(step.turn - 1)
        .map(|(index, _)| index)
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

struct Reader<'d> {
    dialect: &'d Dialect,
    /// The outline's sections met so far: key, fields with offset.
    sections: Vec<(&'static str, Vec<(Field, usize)>)>,
    custom: Vec<(String, Vec<(Field, usize)>)>,
    placed: Placed,
}

impl Reader<'_> {
    fn group(&mut self, members: &[Member], path: &mut Vec<Step>, within: Option<&'static str>) {
        let mut turns = std::collections::HashMap::<&str, usize>::new();
        for member in members {
            let turn = turns.entry(&member.key).or_default();
            *turn += 1;
            path.push(Step {
                name: member.key.clone(),
                turn: *turn,
            });
            self.member(member, path, within);
            path.pop();
        }
    }

    fn member(&mut self, member: &Member, path: &mut Vec<Step>, within: Option<&'static str>) {
        let dialect = self.dialect;
        let first = path.iter().all(|step| step.turn == 1);
        let names: Vec<&str> = path.iter().map(|step| step.name.as_str()).collect();
        let offset = member.node.span.start;
        if first {
            if let [name] = names.as_slice()
                && dialect.hidden.contains(name)
            {
                return;
            }
            if let Some(place) = dialect.places.iter().find(|place| place.path == names)
                && let Some(part) = dialect.outline.part_asking(place.id)
                && let Some(question) = part.question(place.id)
            {
                let value = place.shape.take(member.node.to_value());
                let field = Field {
                    id: place.id.into(),
                    label: question.label.into(),
                    value,
                };
                self.push(part.key, field, offset);
                return;
            }
            if let Kind::Group(members) = &member.node.kind
                && dialect.leads_on(&names)
            {
                let within = within.or_else(|| {
                    dialect
                        .containers
                        .iter()
                        .find(|(_, container)| *container == names[0])
                        .map(|(key, _)| *key)
                });
                self.group(members, path, within);
                return;
            }
        }
        match within {
            Some(key) => {
                let label = path[1..]
                    .iter()
                    .map(|step| step.name.as_str())
                    .collect::<Vec<_>>()
                    .join(" › ");
                let field = Field {
                    id: format!("+{}", to_pointer(&path[1..])),
                    label,
                    value: member.node.to_value(),
                };
                self.push(key, field, offset);
            }
            None => {
                let fields = own_fields(member);
                self.custom.push((member.key.clone(), fields));
            }
        }
    }

    fn push(&mut self, key: &'static str, field: Field, offset: usize) {
        match self.sections.iter_mut().find(|(other, _)| *other == key) {
            Some((_, fields)) => fields.push((field, offset)),
            None => self.sections.push((key, vec![(field, offset)])),
        }
    }

    fn finish(mut self) -> (Card, Placed) {
        let mut card = Card::default();
        for part in self.dialect.outline.sections {
            let fields = self.sections.iter_mut().find(|(key, _)| *key == part.key);
            let mut fields = fields.map(|(_, fields)| std::mem::take(fields)).unwrap_or_default();
            let rank = |field: &Field| {
                part.questions
                    .iter()
                    .position(|question| question.id == field.id)
                    .unwrap_or(part.questions.len())
            };
            fields.sort_by_key(|(field, _)| rank(field));
            self.add(&mut card, part.key.into(), part.title.into(), fields);
        }
        let mut names = Names::without(self.dialect.outline.sections.iter().map(|part| part.key));
        for (title, fields) in std::mem::take(&mut self.custom) {
            let key = names.section_key(&title);
            self.add(&mut card, key, title, fields);
        }
        (card, self.placed)
    }

    fn add(&mut self, card: &mut Card, key: String, title: String, fields: Vec<(Field, usize)>) {
        let fields = fields
            .into_iter()
            .map(|(field, offset)| {
                self.placed.push((key.clone(), field.id.clone(), offset));
                field
            })
            .collect();
        card.sections.push(Section { key, title, fields });
    }
}

/// The fields of a member that is a section of its own.
fn own_fields(member: &Member) -> Vec<(Field, usize)> {
    let Kind::Group(members) = &member.node.kind else {
        let field = Field {
            id: "+".into(),
            label: member.key.clone(),
            value: member.node.to_value(),
        };
        return vec![(field, member.node.span.start)];
    };
    let mut turns = std::collections::HashMap::<&str, usize>::new();
    members
        .iter()
        .map(|member| {
            let turn = turns.entry(&member.key).or_default();
            *turn += 1;
            let step = Step {
                name: member.key.clone(),
                turn: *turn,
            };
            let id = format!("+{}", to_pointer(&[step]));
            (
                Field {
                    id,
                    label: member.key.clone(),
                    value: member.node.to_value(),
                },
                member.node.span.start,
            )
        })
        .collect()
}

impl Shape {
    /// The answer as a card holds it; as it is, when it does not have this shape.
    pub fn take(self, value: Value) -> Value {
        match (self, value) {
            (Self::Wrapped(name), Value::List(items)) if items.iter().all(|item| only_text(item, name).is_some()) => {
                Value::List(items.iter().filter_map(|item| only_text(item, name)).cloned().collect())
            }
            (Self::Only(name), text @ Value::Text(_)) => Value::List(vec![Value::Group(vec![(name.to_owned(), text)])]),
            (Self::Keyed(column), Value::Group(rows))
                if rows
                    .iter()
                    .all(|(_, row)| matches!(row, Value::Group(_)) && row.member(column).is_none()) =>
            {
                let row = |(key, row): (String, Value)| {
                    let Value::Group(mut members) = row else { return row };
                    members.insert(0, (column.to_owned(), Value::Text(key)));
                    Value::Group(members)
                };
                Value::List(rows.into_iter().map(row).collect())
            }
            (Self::Renamed(names), value) => swapped(value, names),
            (Self::Pairs(name, value), Value::Group(members)) => {
                let row = |(key, inner): (String, Value)| {
                    Value::Group(vec![(name.to_owned(), Value::Text(key)), (value.to_owned(), inner)])
                };
                Value::List(members.into_iter().map(row).collect())
            }
            (Self::Inside(name, but, names), Value::List(rows)) => {
                let row = |row: Value| match only_member(&row, name) {
                    Some(inner @ Value::Group(_)) if inner.member(but).is_none() => swapped(inner.clone(), names),
                    _ => row,
                };
                Value::List(rows.into_iter().map(row).collect())
            }
            (Self::Listed(_), Value::Text(text)) if text.is_empty() => Value::List(Vec::new()),
            (Self::Listed(name), Value::Group(mut members)) if members.len() == 1 && members[0].0 == name => {
                match members.remove(0).1 {
                    Value::List(items) => Value::List(items),
                    single => Value::List(vec![single]),
                }
            }
            (_, value) => value,
        }
    }

    /// The answer as the document holds it; `None` when this shape cannot say it.
    pub fn shaped(self, value: &Value) -> Option<Value> {
        let shaped = match (self, value) {
            (Self::Same, value) => value.clone(),
            (Self::Renamed(names), value) => swapped(value.clone(), names),
            (Self::Pairs(..), Value::List(rows)) => {
                let pair = |row: &Value| match row {
                    Value::Group(members) => match members.as_slice() {
                        [(_, Value::Text(key)), (_, inner)] => Some((key.clone(), inner.clone())),
                        _ => None,
                    },
                    _ => None,
                };
                Value::Group(rows.iter().map(pair).collect::<Option<_>>()?)
            }
            (Self::Inside(name, but, names), Value::List(rows)) => {
                let row = |row: &Value| match row.member(but) {
                    None => Value::Group(vec![(name.to_owned(), swapped(row.clone(), names))]),
                    Some(_) => row.clone(),
                };
                Value::List(rows.iter().map(row).collect())
            }
            (Self::Wrapped(name), Value::List(items)) => Value::List(
                items
                    .iter()
                    .map(|item| Value::Group(vec![(name.to_owned(), item.clone())]))
                    .collect(),
            ),
            (Self::Only(name), Value::List(rows)) => match rows.as_slice() {
                [row] => only_text(row, name)?.clone(),
                _ => return None,
            },
            (Self::Keyed(column), Value::List(rows)) => {
                Value::Group(rows.iter().map(|row| keyed_row(row, column)).collect::<Option<_>>()?)
            }
            (Self::Listed(_), Value::List(items)) if items.is_empty() => Value::text(""),
            (Self::Listed(name), Value::List(_)) => Value::Group(vec![(name.to_owned(), value.clone())]),
            _ => return None,
        };
        (self.take(shaped.clone()) == *value).then_some(shaped)
    }
}

/// The value with the names of each pair in each other's place.
fn swapped(value: Value, names: &[(&str, &str)]) -> Value {
    let other = |name: String| {
        let pair = names.iter().find(|(one, two)| *one == name || *two == name);
        pair.map_or(name.clone(), |(one, two)| {
            (if *one == name { *two } else { *one }).to_owned()
        })
    };
    match value {
        Value::List(items) => Value::List(items.into_iter().map(|item| swapped(item, names)).collect()),
        Value::Group(members) => Value::Group(
            members
                .into_iter()
                .map(|(name, value)| (other(name), swapped(value, names)))
                .collect(),
        ),
        value => value,
    }
}

/// The text of a group whose only member has this name.
fn only_text<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    only_member(value, name).filter(|text| text.as_text().is_some())
}

/// The value of a group whose only member has this name.
fn only_member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Group(members) => match members.as_slice() {
            [(only, value)] if only == name => Some(value),
            _ => None,
        },
        _ => None,
    }
}

fn keyed_row(row: &Value, column: &str) -> Option<(String, Value)> {
    let Value::Group(members) = row else { return None };
    let ((name, key), rest) = members.split_first()?;
    (name == column).then_some(())?;
    Some((key.as_text()?.to_owned(), Value::Group(rest.to_vec())))
}
