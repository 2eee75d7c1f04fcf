//! Edits of a file whose schema is closed: each where the schema has room for it.
//!
//! What the file said before stays as it is, accepted or not. A changed answer takes the form that its place wants;
//! what the schema refuses of it, and every field and section that it does not know, becomes a row of names with
//! texts, for which such schemas have [room](Room). What does not even go there stays out, and the losses name it.

use std::collections::{HashMap, HashSet};

use super::closed::{Members, Want};
use super::convert::{named_row, push_rows};
use super::dialect::{Dialect, Place};
use super::markdown::text_of;
use crate::card::{Card, Field, Section};
use crate::json::{Kind, Node, Value};

/// Where a schema has room for what it does not know.
pub(super) struct Room {
    /// The question whose answer is rows of a `name` and a `value`.
    pub question: &'static str,
    /// Whether no two rows may have the same name.
    pub is_distinct: bool,
    /// Sections that the schema knows beyond the questions, by title: under another title it would refuse them.
    pub further: &'static [&'static str],
    /// What is wanted in such a section (by title, or by key where the outline has it), at the pointer of a field.
    pub want: fn(&str, &str) -> Option<&'static Want>,
}

/// An edited card as its file can hold it.
pub(super) struct Settled {
    /// What is expected to be read back: every word of the visitor, where it is.
    pub said: Card,
    /// The part of it that the schema accepts.
    pub written: Card,
}

impl Room {
    /// The edited card as a document that held the old one can hold it.
    pub fn settle(&self, dialect: &Dialect, document: &Node, old: &Card, new: &Card) -> Settled {
        let mut settling = Settling {
            dialect,
            room: self,
            is_open: self.is_open(dialect, document),
            rows: Vec::new(),
        };
        let (mut said, mut written) = (Vec::new(), Vec::new());
        if old != new {
            for section in &new.sections {
                let (one, other) = settling.section(section, old);
                said.extend(one);
                written.extend(other);
            }
        } else {
            said.clone_from(&old.sections);
            written.clone_from(&old.sections);
        }
        let settled = Settled {
            said: Card { sections: said },
            written: Card { sections: written },
        };
        settled.with(settling.rows, self, dialect)
    }

    /// The row for a field, when the schema accepts it.
    pub fn row(&self, dialect: &Dialect, section: &Section, field: &Field) -> Option<Value> {
        let row = named_row(section, field);
        self.accepts(dialect, &row).then_some(row)
    }

    fn accepts(&self, dialect: &Dialect, row: &Value) -> bool {
        let rows = Value::List(vec![row.clone()]);
        let place = dialect.places.iter().find(|place| place.id == self.question);
        place.is_some_and(|place| place.want.kept(&rows) == Some(rows))
    }

    /// Whether rows can be added: nothing stands there or rows do, and nothing else on the way.
    pub fn is_open(&self, dialect: &Dialect, document: &Node) -> bool {
        let Some(place) = dialect.places.iter().find(|place| place.id == self.question) else {
            return false;
        };
        let mut node = document;
        for name in &place.path {
            match (&node.kind, node.member(name)) {
                (Kind::Group(_), Some(next)) => node = next,
                (Kind::Group(_), None) => return true,
                _ => return false,
            }
        }
        let there = place.shape.take(node.to_value());
        there.is_blank() || matches!(there, Value::List(_))
    }
}

impl Settled {
    /// The card with nothing settled.
    pub fn as_it_is(card: &Card) -> Self {
        Self {
            said: card.clone(),
            written: card.clone(),
        }
    }

    /// With these rows in the room.
    pub fn with(mut self, rows: Vec<Value>, room: &Room, dialect: &Dialect) -> Self {
        if rows.is_empty() {
            return self;
        }
        let rows = match (room.is_distinct, self.written.value(room.question)) {
            (true, Some(Value::List(old))) => distinct(old, rows),
            (true, _) => distinct(&[], rows),
            (false, _) => rows,
        };
        for card in [&mut self.said, &mut self.written] {
            push_rows(dialect, card, room.question, rows.clone());
        }
        self
    }
}

struct Settling<'s> {
    dialect: &'s Dialect,
    room: &'s Room,
    /// Whether there is room.
    is_open: bool,
    /// What goes into the room.
    rows: Vec<Value>,
}

impl Settling<'_> {
    /// A section as it is said and as it is written.
    fn section(&mut self, section: &Section, old: &Card) -> (Option<Section>, Option<Section>) {
        let before = old.section(&section.key);
        let is_renamed = before
            .is_some_and(|before| before.title != section.title && self.room.further.contains(&before.title.as_str()));
        let before = before.filter(|_| !is_renamed);
        let (mut said, mut written) = (Vec::new(), Vec::new());
        for field in &section.fields {
            let was = match field.is_custom() {
                true => before
                    .and_then(|before| before.field(&field.id))
                    .map(|field| &field.value),
                false => old.value(&field.id),
            };
            let (one, other) = self.field(section, field, was);
            said.extend(one);
            written.extend(other);
        }
        let is_known = before.is_some() || self.dialect.outline.part(&section.key).is_some();
        let with = |fields: Vec<Field>| Section {
            fields,
            ..section.clone()
        };
        // A new section whose fields all went into the room is said there; an empty one is lost.
        let is_said = is_known || !said.is_empty() || section.fields.is_empty();
        let is_written = is_known || !written.is_empty();
        (is_said.then(|| with(said)), is_written.then(|| with(written)))
    }

    /// What is wanted in a field that was there and answers no question.
    fn further(&self, section: &Section, field: &Field) -> Option<&'static Want> {
        let name = match self.dialect.outline.part(&section.key) {
            Some(part) => part.key,
            None => section.title.as_str(),
        };
        (self.room.want)(name, field.id.strip_prefix('+')?)
    }

    /// A field as it is said and as it is written; what is refused goes into the room.
    fn field(&mut self, section: &Section, field: &Field, was: Option<&Value>) -> (Option<Field>, Option<Field>) {
        let as_it_is = || (Some(field.clone()), Some(field.clone()));
        let with = |value: Value| Field { value, ..field.clone() };
        if was == Some(&field.value) {
            return as_it_is();
        }
        let places = &self.dialect.places;
        let place = places.iter().find(|place| place.id == field.id && place.native);
        let is_room = field.id == self.room.question;
        let sifted = match place {
            Some(place) => place.sifted(was, &field.value),
            None if was.is_some() => match self.further(section, field) {
                Some(want) => want.sifted(was, &field.value),
                None => return as_it_is(),
            },
            None if !self.is_open => return as_it_is(),
            None => Sifted::NOTHING,
        };
        if let Some(place) = place.filter(|_| is_room && !sifted.is_whole) {
            // A row that is too long even as a text stays out.
            let rows = rows(was, &field.value);
            return (Some(with(rows.clone())), place.sifted(was, &rows).value.map(with));
        }
        let kept = sifted.value.map(with);
        let is_done = sifted.is_whole || field.value.is_blank();
        let rest = with(refused(place, &field.value, kept.as_ref()));
        let row = || self.room.row(self.dialect, section, &rest);
        match self.is_open.then(row).flatten() {
            Some(row) if !is_done => self.rows.push(row),
            None if !is_done => return (Some(field.clone()), kept),
            _ => {}
        }
        (kept.clone(), kept)
    }
}

/// What is left of an answer beside the entries that are kept as a whole.
fn refused(place: Option<&Place>, value: &Value, kept: Option<&Field>) -> Value {
    match (place, value, kept.map(|field| &field.value)) {
        (Some(place), Value::List(items), Some(Value::List(kept))) => {
            let fitted = match place.want.fit(value.clone()) {
                Value::List(fitted) if fitted.len() == items.len() => fitted,
                _ => items.clone(),
            };
            let rest = items.iter().zip(&fitted);
            let rest = rest.filter(|(item, fitted)| !kept.contains(item) && !kept.contains(fitted));
            Value::List(rest.map(|(item, _)| item.clone()).collect())
        }
        _ => value.clone(),
    }
}

/// What a schema accepts of a changed answer.
pub(super) struct Sifted {
    /// That part, in the form that is wanted.
    pub value: Option<Value>,
    /// Whether it is all of the answer.
    pub is_whole: bool,
}

impl Sifted {
    const NOTHING: Self = Self {
        value: None,
        is_whole: false,
    };
}

impl Place {
    /// What the schema accepts here of an answer that was another before.
    pub fn sifted(&self, was: Option<&Value>, value: &Value) -> Sifted {
        let sifted = self.want.sifted(was, value);
        match &sifted.value {
            Some(value) if self.shape.shaped(value).is_none() => Sifted::NOTHING,
            _ => sifted,
        }
    }
}

impl Want {
    /// What is accepted of a value that was another before: whatever was there already stays as it is.
    pub fn sifted(&self, was: Option<&Value>, value: &Value) -> Sifted {
        let Some(was) = was.filter(|was| self.kept(was).as_ref() != Some(*was)) else {
            let fitted = self.fit(value.clone());
            let value = self.kept(&fitted);
            let is_whole = value.as_ref() == Some(&fitted);
            return Sifted { value, is_whole };
        };
        match (self, was, value) {
            _ if was == value => Sifted {
                value: Some(value.clone()),
                is_whole: true,
            },
            (Self::List(entry, _), Value::List(before), Value::List(items)) => entry.sifted_list(before, items),
            (Self::Group(members), Value::Group(before), Value::Group(inner)) => members.sifted(before, inner),
            // The place was not as the schema wants it, and stays the owner's affair.
            (Self::Either(_), Value::List(_) | Value::Group(_), Value::List(_) | Value::Group(_)) => Sifted {
                value: Some(value.clone()),
                is_whole: true,
            },
            _ => self.sifted(None, value),
        }
    }

    fn sifted_list(&self, before: &[Value], items: &[Value]) -> Sifted {
        let pairs = || before.iter().zip(items);
        let head = pairs().take_while(|(one, other)| one == other).count();
        let most = before.len().min(items.len()) - head;
        let pairs = before.iter().rev().zip(items.iter().rev());
        let tail = pairs.take(most).take_while(|(one, other)| one == other).count();
        let mut is_whole = true;
        let mut kept = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if index < head || index >= items.len() - tail {
                kept.push(item.clone());
                continue;
            }
            let sifted = self.sifted(before[..before.len() - tail].get(index), item);
            is_whole &= sifted.is_whole;
            kept.extend(sifted.value);
        }
        Sifted {
            value: Some(Value::List(kept)),
            is_whole,
        }
    }
}

impl Members {
    fn sifted(&self, before: &[(String, Value)], members: &[(String, Value)]) -> Sifted {
        let old: HashMap<&str, &Value> = before
            .iter()
            .rev()
            .map(|(name, value)| (name.as_str(), value))
            .collect();
        let mut is_whole = true;
        let mut kept = Vec::with_capacity(members.len());
        for (name, value) in members {
            let was = old.get(name.as_str()).copied();
            let sifted = match self.want(name) {
                Some(want) => want.sifted(was, value),
                None if was.is_some() => Sifted {
                    value: Some(value.clone()),
                    is_whole: true,
                },
                None => Sifted::NOTHING,
            };
            is_whole &= sifted.is_whole;
            kept.extend(sifted.value.map(|value| (name.clone(), value)));
        }
        let has = |members: &[(String, Value)], one_of: &[&str]| {
            members.iter().any(|(name, _)| one_of.contains(&name.as_str()))
        };
        let is_short = |one_of: &&&[&str]| has(before, one_of) && !has(&kept, one_of);
        if self.needs.iter().find(is_short).is_some() {
            return Sifted::NOTHING;
        }
        Sifted {
            value: Some(Value::Group(kept)),
            is_whole,
        }
    }
}

/// The answer of a room as rows of a name and a text; a row that was there before stays as it is.
fn rows(was: Option<&Value>, answer: &Value) -> Value {
    let row = |name: &str, value: &Value| {
        Value::Group(vec![
            ("name".into(), Value::text(name)),
            ("value".into(), Value::text(text_of(value))),
        ])
    };
    let named = |item: &Value| match item {
        Value::Group(members) => {
            let rest = members.iter().filter(|(name, _)| name != "name");
            let rest: Vec<_> = rest.cloned().collect();
            match (item.member("name").and_then(Value::as_text), rest.as_slice()) {
                (Some(name), [(label, value)]) if label == "value" => row(name, value),
                (Some(name), _) => row(name, &Value::Group(rest)),
                (None, _) => row("", item),
            }
        }
        item => row("", item),
    };
    match (was, answer) {
        (Some(Value::List(old)), Value::List(items)) => {
            let items = items.iter().enumerate();
            let as_row = |(index, item): (usize, &Value)| match old.get(index) == Some(item) {
                true => item.clone(),
                false => named(item),
            };
            Value::List(items.map(as_row).collect())
        }
        (_, Value::List(items)) => Value::List(items.iter().map(named).collect()),
        (_, Value::Group(members)) if answer.member("name").is_none() => {
            Value::List(members.iter().map(|(name, value)| row(name, value)).collect())
        }
        (_, item) if item.is_blank() => Value::List(Vec::new()),
        (_, item) => Value::List(vec![named(item)]),
    }
}

/// The rows with names that neither an old row nor another of them has: the second of a name is called “name (2)”.
pub(super) fn distinct(old: &[Value], mut rows: Vec<Value>) -> Vec<Value> {
    let name = |row: &Value| row.member("name").and_then(Value::as_text).map(str::to_owned);
    let mut names: HashSet<String> = old.iter().filter_map(name).collect();
    let mut turns: HashMap<String, usize> = HashMap::new();
    for row in &mut rows {
        let Value::Group(members) = row else { continue };
        if let Some((_, Value::Text(name))) = members.iter_mut().find(|(name, _)| name == "name") {
            let plain = name.clone();
            while !names.insert(name.clone()) {
                let turn = turns.entry(plain.clone()).or_insert(1);
                *turn += 1;
                *name = format!("{plain} ({turn})");
            }
        }
    }
    rows
}
