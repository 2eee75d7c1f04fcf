//! The models in a bill of materials: where they stand, and how they are read and written.

use super::findings::FURTHER;
use super::fit::{LICENCES, PROPERTIES, licence};
use super::wants::further;
use crate::card::{Card, Field, Names, Section};
use crate::format::dialect::{Dialect, Place, Placed};
use crate::format::settle::{Room, Settled};
use crate::format::steps::{Step, from_pointer, remove, set, to_pointer};
use crate::json::{Kind, Member, Node, Value};

/// The type of a component that is a model.
pub(super) const MODEL: &str = "machine-learning-model";

/// Members of a component that say how it hangs together with the rest of the bill, and are left alone.
pub(super) const HIDDEN: &[&str] = &["type", "bom-ref", "mime-type", "components", "pedigree", "signature"];

/// What stands for the name that the schema requires, in a new bill of a model without one; it is read as no name.
pub(super) const UNNAMED: &str = "(model without a name)";

/// So many models of one bill are shown; the others are only kept.
pub(super) const MOST_MODELS: usize = 100;

/// The properties of the model card.
const ROOM: Room = Room {
    question: PROPERTIES,
    is_distinct: false,
    further: FURTHER,
    want: further,
};

/// One step on the way to a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn<'n> {
    Member(&'n str),
    Entry(usize),
}

/// A model of a bill.
pub(super) struct Model<'n> {
    pub way: Vec<Turn<'static>>,
    pub node: &'n Node,
}

/// The models of a bill: the first is the card.
pub(super) struct Bill<'n> {
    pub models: Vec<Model<'n>>,
    /// How many more there are than are shown.
    pub hidden: usize,
}

/// Whether there is a model in the bill.
pub(super) fn has_one(root: &Node) -> bool {
    !find(root).is_empty()
}

fn find(root: &Node) -> Vec<Model<'_>> {
    let mut models = Vec::new();
    if let Some(component) = root
        .member("metadata")
        .and_then(|metadata| metadata.member("component"))
    {
        visit(
            component,
            &[Turn::Member("metadata"), Turn::Member("component")],
            &mut models,
        );
    }
    visit_all(root, &["components"], &[], &mut models);
    models
}

fn visit<'n>(component: &'n Node, way: &[Turn<'static>], models: &mut Vec<Model<'n>>) {
    let Kind::Group(_) = component.kind else { return };
    if super::says(component, "type") == Some(MODEL) || card_of(component).is_some() {
        models.push(Model {
            way: way.to_vec(),
            node: component,
        });
    }
    visit_all(component, &["pedigree", "ancestors"], way, models);
    visit_all(component, &["components"], way, models);
}

fn visit_all<'n>(node: &'n Node, names: &[&'static str], way: &[Turn<'static>], models: &mut Vec<Model<'n>>) {
    let list = names.iter().try_fold(node, |node, name| node.member(name));
    let Some(Kind::List(items)) = list.map(|list| &list.kind) else {
        return;
    };
    let mut way = way.to_vec();
    way.extend(names.iter().map(|name| Turn::Member(name)));
    for (index, item) in items.iter().enumerate() {
        way.push(Turn::Entry(index));
        visit(item, &way, models);
        way.pop();
    }
}

/// The model card of a component.
pub(super) fn card_of(component: &Node) -> Option<&Node> {
    component
        .member("modelCard")
        .filter(|card| matches!(card.kind, Kind::Group(_)))
}

impl<'n> Bill<'n> {
    /// The models of a document. The first that has a model card comes first, the others in the order of the bill.
    pub fn of(root: &'n Node) -> Self {
        let mut models = find(root);
        if let Some(index) = models.iter().position(|model| card_of(model.node).is_some()) {
            models[..=index].rotate_right(1);
        }
        let hidden = models.len().saturating_sub(MOST_MODELS);
        models.truncate(MOST_MODELS);
        Self { models, hidden }
    }

    /// The card, and for each field its byte offset.
    pub fn read(&self, dialect: &Dialect) -> (Card, Placed) {
        let Some((first, others)) = self.models.split_first() else {
            return (Card::default(), Vec::new());
        };
        let (mut card, mut placed) = dialect.read(first.node);
        for section in &mut card.sections {
            let is_unnamed = |field: &Field| field.id == "model-details.name" && field.value.as_text() == Some(UNNAMED);
            section.fields.retain(|field| !is_unnamed(field));
        }
        let outline = dialect.outline.sections.iter().map(|part| part.key);
        let keys: Vec<&str> = card.sections.iter().map(|section| section.key.as_str()).collect();
        let mut names = Names::without(outline.chain(keys));
        for (index, model) in others.iter().enumerate() {
            let title = title(model.node, index);
            let key = names.section_key(&title);
            let fields = fields(model.node).into_iter().map(|(field, offset)| {
                placed.push((key.clone(), field.id.clone(), offset));
                field
            });
            let fields = fields.collect();
            card.sections.push(Section { key, title, fields });
        }
        (card, placed)
    }

    /// The card as it is read again when it was written into the bill.
    pub fn settled(&self, dialect: &Dialect, card: &Card) -> Card {
        self.settle(dialect, card).said
    }

    /// The card as the bill can hold it; the further models come last.
    fn settle(&self, dialect: &Dialect, card: &Card) -> Settled {
        let Some((first, others)) = self.models.split_first() else {
            return Settled::as_it_is(card);
        };
        let (mut old, _) = self.read(dialect);
        let further = old.sections.split_off(old.sections.len() - others.len());
        let (further_now, own): (Vec<Section>, Vec<Section>) = card
            .sections
            .iter()
            .cloned()
            .partition(|section| further.iter().any(|other| other.key == section.key));
        let mut own = Card { sections: own };
        name_licences(&mut own, &old);
        let mut settled = ROOM.settle(dialect, first.node, &old, &own);
        let is_open = ROOM.is_open(dialect, first.node);
        let mut rows = Vec::new();
        for section in further_now {
            let before = further.iter().find(|other| other.key == section.key);
            let keeps = |field: &Field| {
                let old = before.and_then(|before| before.field(&field.id));
                is_sound(dialect, old, field)
            };
            let (kept, rest): (Vec<Field>, Vec<Field>) = match is_open {
                true => section.fields.iter().cloned().partition(keeps),
                false => (section.fields.clone(), Vec::new()),
            };
            let said = rest.iter().filter(|field| !field.value.is_blank());
            rows.extend(said.filter_map(|field| ROOM.row(dialect, &section, field)));
            for card in [&mut settled.said, &mut settled.written] {
                card.sections.push(Section {
                    fields: kept.clone(),
                    ..section.clone()
                });
            }
        }
        settled.with(rows, &ROOM, dialect)
    }

    /// The document with the card in it.
    pub fn write(&self, dialect: &Dialect, mut document: Value, card: &Card) -> Value {
        let Some((first, others)) = self.models.split_first() else {
            return document;
        };
        let (mut old, _) = self.read(dialect);
        let further = old.sections.split_off(old.sections.len() - others.len());
        let card = self.settle(dialect, card).written;
        let mut own = card.clone();
        own.sections
            .retain(|section| !further.iter().any(|other| other.key == section.key));
        if let Some(component) = at(&mut document, &first.way) {
            let value = std::mem::replace(component, Value::Null);
            *component = dialect.write(value, &old, &own, false);
            if first.node.member("name").is_some() && component.member("name").is_none() {
                set(component, &[Step::first("name")], Value::text(UNNAMED));
            }
        }
        for (model, before) in others.iter().zip(&further) {
            if let (Some(after), Some(component)) = (card.section(&before.key), at(&mut document, &model.way)) {
                write_fields(component, before, after);
            }
        }
        // From the last to the first, so that the places of the others stay.
        for (index, before) in further.iter().enumerate().rev() {
            let way = &others[index].way;
            let holds_others = std::iter::once(first)
                .chain(others)
                .filter(|other| other.way.starts_with(way))
                .count()
                > 1;
            if card.section(&before.key).is_none() && !holds_others {
                take_out(&mut document, way);
            }
        }
        document
    }
}

/// Gives licences that were edited the spelling of SPDX, or a name where it knows none.
fn name_licences(card: &mut Card, old: &Card) {
    let Some(Value::List(before)) = old.value(LICENCES) else {
        return;
    };
    let mut fields = card.sections.iter_mut().flat_map(|section| &mut section.fields);
    if let Some(Value::List(rows)) = fields.find(|field| field.id == LICENCES).map(|field| &mut field.value) {
        for row in rows.iter_mut().filter(|row| !before.contains(row)) {
            *row = licence(std::mem::replace(row, Value::Null));
        }
    }
}

/// Whether a field of a further model can stand as it is: nothing is new, or the schema accepts it there.
fn is_sound(dialect: &Dialect, old: Option<&Field>, field: &Field) -> bool {
    if old.is_some_and(|old| old.value == field.value) {
        return true;
    }
    let steps = field.id.strip_prefix('+').map(from_pointer).unwrap_or_default();
    let leads_here = |place: &&Place| {
        let names = steps.iter().map(|step| step.name.as_str());
        place.native && steps.iter().all(|step| step.turn == 1) && names.eq(place.path.iter().copied())
    };
    // The name is the title of the section.
    if old.is_none() && field.id == "+name" {
        return false;
    }
    match (dialect.places.iter().find(leads_here), old) {
        (Some(place), _) => {
            let value = place.shape.take(field.value.clone());
            let was = old.map(|old| place.shape.take(old.value.clone()));
            let sifted = place.sifted(was.as_ref(), &value);
            sifted.is_whole && sifted.value == Some(value)
        }
        (None, Some(old)) => match further(&field.label, "") {
            Some(want) => {
                let sifted = want.sifted(Some(&old.value), &field.value);
                sifted.is_whole && sifted.value.as_ref() == Some(&field.value)
            }
            None => true,
        },
        (None, None) => false,
    }
}

/// The name of a further model, or what stands for it.
fn title(model: &Node, index: usize) -> String {
    match super::says(model, "name").filter(|name| !name.trim().is_empty()) {
        Some(name) => name.to_owned(),
        None => format!("Model {}", index + 2),
    }
}

/// The fields of a further model: its members, and those of its model card one by one.
fn fields(model: &Node) -> Vec<(Field, usize)> {
    let mut fields = Vec::new();
    let Kind::Group(members) = &model.kind else {
        return fields;
    };
    walk(members, &mut Vec::new(), &mut fields);
    fields
}

fn walk(members: &[Member], steps: &mut Vec<Step>, fields: &mut Vec<(Field, usize)>) {
    let mut turns = std::collections::HashMap::<&str, usize>::new();
    for member in members {
        let turn = turns.entry(&member.key).or_default();
        *turn += 1;
        let turn = *turn;
        if steps.is_empty() && turn == 1 && is_apart(&member.key, &member.node) {
            continue;
        }
        steps.push(Step {
            name: member.key.clone(),
            turn,
        });
        let leads_on = steps[0].name == "modelCard" && steps[0].turn == 1 && steps.len() < 3;
        match &member.node.kind {
            Kind::Group(inner) if leads_on => walk(inner, steps, fields),
            _ => {
                let names = steps.iter().map(|step| step.name.as_str());
                let names: Vec<&str> = names.skip(usize::from(steps.len() > 1)).collect();
                let field = Field {
                    id: format!("+{}", to_pointer(steps)),
                    label: names.join(" › "),
                    value: member.node.to_value(),
                };
                fields.push((field, member.node.span.start));
            }
        }
        steps.pop();
    }
}

/// Whether a member is no field of a further model: left alone, or the name, which is the section's title.
fn is_apart(name: &str, node: &Node) -> bool {
    let is_title = name == "name" && matches!(&node.kind, Kind::Text(text) if !text.trim().is_empty());
    is_title || HIDDEN.contains(&name)
}

fn write_fields(component: &mut Value, before: &Section, after: &Section) {
    if before.title != after.title {
        set(component, &[Step::first("name")], Value::text(after.title.as_str()));
    }
    let pointer = |field: &Field| field.id.strip_prefix('+').map(from_pointer);
    for field in before.fields.iter().filter(|field| after.field(&field.id).is_none()) {
        if let Some(steps) = pointer(field) {
            remove(component, &steps);
        }
    }
    for field in &after.fields {
        let old = before.field(&field.id);
        if old.is_some_and(|old| old.value == field.value) {
            continue;
        }
        // A new field never takes the place of something that is not shown.
        if let Some(steps) = pointer(field)
            && (old.is_some() || !is_taken(component, &steps))
        {
            set(component, &steps, field.value.clone());
        }
    }
}

fn is_taken(component: &Value, steps: &[Step]) -> bool {
    let inner = steps.iter().try_fold(component, |value, step| value.member(&step.name));
    inner.is_some() || steps.first().is_none_or(|first| HIDDEN.contains(&first.name.as_str()))
}

/// The value at the end of a way.
fn at<'v>(value: &'v mut Value, way: &[Turn<'_>]) -> Option<&'v mut Value> {
    way.iter().try_fold(value, |value, turn| match (turn, value) {
        (Turn::Member(wanted), Value::Group(members)) => {
            let member = members.iter_mut().find(|(name, _)| name == wanted);
            member.map(|(_, value)| value)
        }
        (Turn::Entry(index), Value::List(items)) => items.get_mut(*index),
        _ => None,
    })
}

fn take_out(document: &mut Value, way: &[Turn<'_>]) {
    let Some((last, before)) = way.split_last() else { return };
    match (last, at(document, before)) {
        (Turn::Entry(index), Some(Value::List(items))) if *index < items.len() => drop(items.remove(*index)),
        (Turn::Member(name), Some(group)) => remove(group, &[Step::first(name)]),
        _ => {}
    }
}
