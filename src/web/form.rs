//! A posted form with dotted names as fields with values.
//!
//! The form of a section describes itself, so that it can be read without the row it was made
//! from (two tabs, a form from yesterday): `f.3` is the content of the fourth control, `f.3.0` of
//! the first inside it, and marks behind a `~` say the rest:
//!
//! | mark | says |
//! |---|---|
//! | `f.3~i`, `f.3~l` | id and label of a field |
//! | `f.3~t` | kind of value: `text`, `number`, `bool`, `null`, `list`, `null-list`, `group`, `data`, `keep`; with `absent-` in front, blank content means that there is no value |
//! | `f.3.0~k` | name of a member of a group |
//! | `f.3.0~n` | a new entry of a list, dropped while blank |
//! | `f.3~g` | the shapes that rows of a table have, as JSON: for each a list of rest of the name, kind and name of the member; a row of the kind `shape 0`, at any depth, has the first |
//! | `f.3~s`, `f.3~r` | why there is no answer, `not-applicable` or `not-known`, and the reason |

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use sha2::{Digest as _, Sha256};

use crate::card::check::{self, Stance, Standing};
use crate::card::figure::{self, NewFigure};
use crate::card::outline::{self, Part, Question};
use crate::card::{Field, Names, Value, field_id, picture};
use crate::json;
use crate::locale::Sentence;
use crate::say;

/// How deep names may nest: deeper than any form that is shown, so that with a document in the innermost control the
/// value is still one that can be stored.
const MAX_DEPTH: usize = 16;

/// A posted form.
#[derive(Debug, Default)]
pub struct Form {
    root: Branch,
    words: HashMap<String, String>,
    /// All names and contents as they came, for forms that carry another form along.
    pub pairs: Vec<(String, String)>,
    /// A figure that the section is to get, whose picture came along with the form.
    pub figure: Option<NewFigure>,
}

#[derive(Debug, Default)]
struct Branch {
    content: String,
    marks: HashMap<char, String>,
    children: BTreeMap<usize, Branch>,
}

impl Form {
    /// Reads a body of the type `application/x-www-form-urlencoded`; every body is one.
    pub fn parse(body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(body);
        Self::of_pairs(pairs.map(|(name, content)| (name.into_owned(), content.into_owned())))
    }

    /// The form with these names and contents.
    pub fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut form = Self::default();
        for (name, content) in pairs {
            match name.strip_prefix("f.") {
                Some(path) => form.put(path, &content),
                None => {
                    form.words.insert(name.clone(), content.clone());
                }
            }
            form.pairs.push((name, content));
        }
        form.root.children.values_mut().for_each(Branch::unfold);
        form
    }

    /// Puts another text in place of what a control such as `f.3.0.1` keeps.
    pub fn replace(&mut self, control: &str, text: &str) {
        if let Some(path) = control.strip_prefix("f.") {
            self.put(&format!("{path}~t"), "text");
            self.put(path, text);
        }
    }

    /// The content of a control that is not part of a field.
    pub fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    /// The content of any control, by its whole name.
    pub fn content(&self, name: &str) -> &str {
        let pair = self.pairs.iter().find(|(other, _)| other == name);
        pair.map_or("", |(_, content)| content)
    }

    fn put(&mut self, path: &str, content: &str) {
        let (path, mark) = match path.rsplit_once('~') {
            Some((path, mark)) => (path, mark.chars().next()),
            None => (path, None),
        };
        let steps: Option<Vec<usize>> = path.split('.').map(|step| step.parse().ok()).collect();
        let Some(steps) = steps.filter(|steps| steps.len() <= MAX_DEPTH) else {
            return;
        };
        let mut branch = &mut self.root;
        for step in steps {
            branch = branch.children.entry(step).or_default();
        }
        match mark {
            Some(mark) => drop(branch.marks.insert(mark, content.to_owned())),
            None => content.clone_into(&mut branch.content),
        }
    }

    /// The fields of a section as the form has them. `part` is what the outline asks there, `old`
    /// the fields that the form was made from: texts that only lost their kind of line break in
    /// the browser are taken from them, and contents too large for a form.
    pub fn fields(&self, part: Option<&Part>, old: &[Field]) -> Vec<Field> {
        let memory = Memory::of(old);
        let mut own = OwnFields {
            before: old.iter().rev().map(|field| (normal(&field.id), field)).collect(),
            names: Names::without(old.iter().map(|field| field.id.as_str())),
        };
        let mut given = HashSet::new();
        let mut fields: Vec<Field> = Vec::new();
        for branch in self.root.children.values() {
            let id = branch.marks.get(&'i').map_or("", String::as_str);
            let value = branch.value(&memory);
            let value = branch.instead_of(value.as_ref(), own.value(id)).or(value);
            let Some(value) = value else { continue };
            let label = branch
                .marks
                .get(&'l')
                .map(|label| label.trim())
                .filter(|label| !label.is_empty());
            let mut field = match part.and_then(|part| part.question(id)) {
                // A file may have its own words for a question, or none; saving leaves them alone.
                Some(question) => Field {
                    id: question.id.into(),
                    label: own.label(id).unwrap_or(question.label).into(),
                    value,
                },
                None => own.field(id, label, value),
            };
            if !given.insert(field.id.clone()) {
                field.id = own.names.field_id(&field.label);
                given.insert(field.id.clone());
            }
            fields.push(field);
        }
        fields
    }

    /// The labels of the fields that have an answer and are newly said to have none: the answer stays. Who answers
    /// what had none before need not take that back as well.
    pub fn contradictions(&self, fields: &[Field], old: &[Field]) -> Vec<String> {
        let said = self.root.children.values().filter(|branch| branch.stance().is_some());
        let ids: HashSet<&str> = said
            .filter_map(|branch| branch.marks.get(&'i'))
            .map(String::as_str)
            .collect();
        let is_answered = |field: &&Field| Standing::of(&field.value) == Standing::Answered;
        let was_answered = |id: &str| old.iter().any(|field| field.id == id && is_answered(&field));
        let had_stance = |id: &str| {
            let mut before = old.iter().filter(|field| field.id == id);
            before.any(|field| field.value.as_text().is_some_and(|text| check::stance(text).is_some()))
        };
        let stays = |field: &&Field| {
            is_answered(field)
                && ids.contains(&*normal(&field.id))
                && (was_answered(&field.id) || !had_stance(&field.id))
        };
        fields.iter().filter(stays).map(|field| field.label.clone()).collect()
    }

    /// The new names that fields could not get because others have them.
    pub fn names_taken(&self, fields: &[Field]) -> Vec<&str> {
        let labels = self.root.children.values().filter_map(|branch| {
            let label = branch.marks.get(&'l').map(|label| label.trim())?;
            let id = branch.marks.get(&'i')?;
            let same = fields.iter().find(|field| normal(&field.id) == *id)?;
            (!label.is_empty() && normal(same.label.trim()) != normal(label)).then_some(label)
        });
        labels.collect()
    }

    /// Takes out what a name such as `f.3.0` names: an entry of a list, or a field.
    pub fn remove(&mut self, name: &str) {
        if let Some((siblings, place)) = self.siblings(name) {
            siblings.remove(&place);
        }
    }

    /// Lets what is named change places with the one before it, or after it.
    pub fn shift(&mut self, name: &str, towards: Towards) {
        let Some((siblings, place)) = self.siblings(name) else {
            return;
        };
        let other = match towards {
            Towards::Start => siblings.range(..place).next_back(),
            Towards::End => siblings.range(place + 1..).next(),
        };
        let Some(other) = other.map(|(other, _)| *other) else {
            return;
        };
        if let (Some(one), Some(two)) = (siblings.remove(&place), siblings.remove(&other)) {
            siblings.insert(place, two);
            siblings.insert(other, one);
        }
    }

    fn siblings(&mut self, name: &str) -> Option<(&mut BTreeMap<usize, Branch>, usize)> {
        let steps: Option<Vec<usize>> = name
            .strip_prefix("f.")?
            .split('.')
            .map(|step| step.parse().ok())
            .collect();
        let steps = steps?;
        let (last, way) = steps.split_last()?;
        let mut branch = &mut self.root;
        for step in way {
            branch = branch.children.get_mut(step)?;
        }
        branch
            .children
            .contains_key(last)
            .then_some((&mut branch.children, *last))
    }

    /// The name of the list whose new entry came back blank.
    pub fn blank_entry(&self) -> Option<&str> {
        let entries = self.pairs.iter().filter_map(|(name, _)| name.strip_suffix("~n"));
        let is_blank = |entry: &&str| {
            let is_inside =
                |name: &str| name == *entry || name.strip_prefix(*entry).is_some_and(|rest| rest.starts_with('.'));
            let mut inside = self
                .pairs
                .iter()
                .filter(|(name, _)| is_inside(name) && !name.contains('~'));
            inside.all(|(_, content)| content.trim().is_empty())
        };
        entries
            .into_iter()
            .find(is_blank)?
            .rsplit_once('.')
            .map(|(list, _)| list)
    }

    /// All texts that were typed, with their labels where the form tells them: for giving them back
    /// when they cannot be saved.
    pub fn texts(&self) -> Vec<(Sentence, String)> {
        texts_of(&self.pairs)
    }
}

/// The texts among the names and contents of a form, as [`Form::texts`].
pub fn texts_of(pairs: &[(String, String)]) -> Vec<(Sentence, String)> {
    let mut questions: HashMap<&str, &'static str> = HashMap::new();
    for part in outline::ALL.iter().flat_map(|outline| outline.sections) {
        for question in part.questions {
            questions.entry(question.id).or_insert(question.label);
        }
    }
    let mut labels: HashMap<&str, Sentence> = HashMap::new();
    for mark in ["~i", "~l"] {
        for (name, content) in pairs {
            if let Some(field) = name.strip_prefix("f.").and_then(|name| name.strip_suffix(mark)) {
                let question = questions.get(content.as_str());
                let label = question.map(|label| Sentence::new(label));
                let own = || Sentence::as_written(content.trim_start_matches('+'));
                labels.insert(field, label.unwrap_or_else(own));
            }
        }
    }
    let is_typed = |name: &str, content: &str| !name.contains('~') && !content.trim().is_empty();
    pairs
        .iter()
        .filter_map(|(name, content)| Some((name.strip_prefix("f.")?, content)))
        .filter(|(name, content)| is_typed(name, content))
        .map(|(name, content)| {
            let field = name.split('.').next().unwrap_or(name);
            let label = labels.get(field).cloned().unwrap_or_else(|| say!("Text"));
            (label, content.clone())
        })
        .collect()
}

/// The fields as the names and contents of a form that says exactly them.
pub fn pairs_of(fields: &[Field]) -> Vec<(String, String)> {
    let pairs = |(place, field): (usize, &Field)| {
        [
            (format!("f.{place}~i"), field.id.clone()),
            (format!("f.{place}~l"), field.label.clone()),
            (format!("f.{place}~t"), "data".to_owned()),
            (format!("f.{place}"), json::to_text(&field.value)),
        ]
    };
    fields.iter().enumerate().flat_map(pairs).collect()
}

/// A direction in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// Up.
    Start,
    /// Down.
    End,
}

/// The fields that no question of the section asks for.
struct OwnFields<'o> {
    /// Those that the form was made from, by their ids as a browser sends them.
    before: HashMap<String, &'o Field>,
    names: Names,
}

/// The question of this id in whichever outline asks it.
fn asked_somewhere(id: &str) -> Option<&'static Question> {
    outline::ALL.iter().find_map(|outline| outline.question(id))
}

impl OwnFields<'_> {
    /// What the field of this id holds so far.
    fn value(&self, id: &str) -> Option<&Value> {
        self.before.get(&normal(id)).map(|before| &before.value)
    }

    /// What the field of this id is called so far.
    fn label(&self, id: &str) -> Option<&str> {
        self.before.get(&normal(id)).map(|before| before.label.as_str())
    }

    /// Whether a field has this name already: a second one would hide the first from readers of most formats.
    fn is_taken(&self, label: &str) -> bool {
        self.before
            .values()
            .any(|before| normal(before.label.trim()) == normal(label))
    }

    /// The field of this id; with a new label that no other field has it gets a new id.
    fn field(&mut self, id: &str, label: Option<&str>, value: Value) -> Field {
        match (self.before.get(&normal(id)), label) {
            (Some(before), Some(label)) if normal(label) != normal(before.label.trim()) && !self.is_taken(label) => {
                Field {
                    id: match field_id(label) {
                        same if same == before.id => same,
                        _ => self.names.field_id(label),
                    },
                    label: label.into(),
                    value,
                }
            }
            (Some(before), _) => Field {
                value,
                ..Field::clone(before)
            },
            (None, label) if id.starts_with('+') => {
                self.names.take(id);
                Field {
                    id: id.into(),
                    label: label.unwrap_or(id).into(),
                    value,
                }
            }
            // The form was opened while the card had another outline, which asked this here.
            (None, _) if asked_somewhere(id).is_some() => Field {
                id: id.into(),
                label: asked_somewhere(id).map_or(id, |question| question.label).into(),
                value,
            },
            (None, label) => {
                let label = label.unwrap_or(if id.is_empty() { "Note" } else { id });
                Field {
                    id: self.names.field_id(label),
                    label: label.into(),
                    value,
                }
            }
        }
    }
}

/// The most parts that a shape has: more than any row that is shown.
const MOST_PARTS: usize = 64;

impl Branch {
    /// Gives each row, and each row in a list inside it, the marks that its shape stands for.
    fn unfold(&mut self) {
        let Some(Ok(shapes)) = self.marks.get(&'g').map(|shapes| json::parse(shapes)) else {
            return;
        };
        let Value::List(shapes) = shapes.root.into_value() else {
            return;
        };
        self.children.values_mut().for_each(|row| row.take_shapes(&shapes));
    }

    fn take_shapes(&mut self, shapes: &[Value]) {
        let kind = self.marks.get(&'t').and_then(|kind| kind.strip_prefix("shape "));
        let shape = kind.and_then(|kind| shapes.get(kind.parse::<usize>().ok()?));
        if let Some(Value::List(parts)) = shape {
            parts.iter().take(MOST_PARTS).for_each(|part| self.take_shape(part));
        }
        self.children.values_mut().for_each(|inner| inner.take_shapes(shapes));
    }

    /// One part of a shape: rest of the name, kind, name of the member.
    fn take_shape(&mut self, part: &Value) {
        let Value::List(part) = part else { return };
        let [Value::Text(rest), Value::Text(kind), key] = part.as_slice() else {
            return;
        };
        let steps: Option<Vec<usize>> = rest
            .split('.')
            .filter(|step| !step.is_empty())
            .map(|step| step.parse().ok())
            .collect();
        let Some(steps) = steps.filter(|steps| steps.len() <= MAX_DEPTH - 2) else {
            return;
        };
        let mut branch = self;
        for step in steps {
            branch = branch.children.entry(step).or_default();
        }
        branch.marks.insert('t', kind.clone());
        if let Some(key) = key.as_text() {
            branch.marks.insert('k', key.to_owned());
        }
    }

    fn value(&self, memory: &Memory) -> Option<Value> {
        let tag = self.marks.get(&'t').map_or("text", String::as_str);
        let (absent, tag) = tag.strip_prefix("absent-").map_or((false, tag), |tag| (true, tag));
        let blank = self.content.trim().is_empty();
        let value = match tag {
            "number" if json::is_number(self.content.trim()) => Value::Number(self.content.trim().into()),
            "number" | "null" if blank => Value::Null,
            "bool" => match self.content.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::Null,
            },
            "list" | "null-list" => {
                let entries: Vec<Value> = self.children.values().filter_map(|entry| entry.entry(memory)).collect();
                match tag {
                    "null-list" if entries.is_empty() => Value::Null,
                    _ => Value::List(entries),
                }
            }
            "group" => {
                let member = |branch: &Branch| {
                    let name = memory.name(branch.marks.get(&'k').map_or("", String::as_str));
                    branch.value(memory).map(|value| (name, value))
                };
                Value::Group(self.children.values().filter_map(member).collect())
            }
            "data" => match json::parse(&self.content) {
                Ok(document) => document.root.into_value(),
                Err(_) => Value::Text(memory.settled(&self.content)),
            },
            "keep" => memory.kept.get(&self.content)?.clone(),
            _ => Value::Text(memory.settled(&self.content)),
        };
        (!absent || !value.is_blank()).then_some(value)
    }

    /// What the form says in place of an answer, if it gives none. A stance that has not changed keeps its spelling.
    fn instead_of(&self, answer: Option<&Value>, before: Option<&Value>) -> Option<Value> {
        let stance = self.stance()?;
        if answer.is_some_and(check::is_answered) {
            return None;
        }
        let before = before.filter(|before| before.as_text().and_then(check::stance) == Some(stance));
        Some(before.cloned().unwrap_or_else(|| Value::Text(stance.to_text())))
    }

    /// Why there is no answer, if the form says so.
    fn stance(&self) -> Option<Stance<'_>> {
        let reason = self.marks.get(&'r').map(|reason| reason.trim());
        let reason = reason.filter(|reason| !reason.is_empty());
        match self.marks.get(&'s')?.as_str() {
            "not-applicable" => Some(Stance::NotApplicable(reason)),
            "not-known" => Some(Stance::NotKnown(reason)),
            _ => None,
        }
    }

    /// The value of an entry of a list; none for a new one that is still blank.
    fn entry(&self, memory: &Memory) -> Option<Value> {
        self.value(memory)
            .filter(|value| !self.marks.contains_key(&'n') || !value.is_blank())
    }
}

/// What the old fields hold that a form cannot carry: kinds of line break, and large contents.
struct Memory {
    /// Texts of several lines by what a browser makes of them, in their order: two may differ in nothing but the kind
    /// of line break.
    texts: RefCell<HashMap<String, VecDeque<String>>>,
    kept: HashMap<String, Value>,
    /// Whether the old texts end their lines with CRLF.
    crlf: bool,
}

impl Memory {
    fn of(fields: &[Field]) -> Self {
        let mut memory = Self {
            texts: RefCell::default(),
            kept: HashMap::new(),
            crlf: false,
        };
        for field in fields {
            memory.note(&field.value);
        }
        memory
    }

    fn note(&mut self, value: &Value) {
        match value {
            Value::Text(text) => {
                if is_kept(text) {
                    self.kept.insert(fingerprint(text), value.clone());
                }
                self.crlf |= text.contains("\r\n");
                self.note_text(text);
            }
            Value::List(items) => items.iter().for_each(|item| self.note(item)),
            Value::Group(members) => {
                for (name, value) in members {
                    self.note_text(name);
                    self.note(value);
                }
            }
            _ => {}
        }
    }

    fn note_text(&mut self, text: &str) {
        let plain = normal(text);
        if plain != text || plain.contains('\n') {
            self.texts
                .get_mut()
                .entry(plain)
                .or_default()
                .push_back(text.to_owned());
        }
    }

    /// The old text of which a browser made this one; the last one is never used up.
    fn recall(&self, plain: &str) -> Option<String> {
        let mut texts = self.texts.borrow_mut();
        let old = texts.get_mut(plain)?;
        match old.len() {
            1 => old.front().cloned(),
            _ => old.pop_front(),
        }
    }

    /// A member's name as the card holds it.
    fn name(&self, posted: &str) -> String {
        let plain = normal(posted);
        self.recall(&plain).unwrap_or(plain)
    }

    /// A posted text as the card should hold it.
    fn settled(&self, posted: &str) -> String {
        let plain = normal(posted);
        match self.recall(&plain) {
            Some(old) => old,
            None if self.crlf => plain.replace('\n', "\r\n"),
            None => plain,
        }
    }
}

/// A text as a browser would send it back, with plain line breaks.
fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}

/// Texts longer than this that are no prose stay on the server instead of travelling in the form.
const LONGEST_SENT: usize = 2000;

/// Whether a text stays on the server: a picture or other data, nothing to read.
pub fn is_kept(text: &str) -> bool {
    figure::file_of(text).is_some() || (text.len() > LONGEST_SENT && picture::sniff(text).is_some())
}

/// The name by which a form refers to a text that stays on the server.
pub fn fingerprint(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        Form::parse(body.as_bytes())
    }

    fn field(id: &str, value: Value) -> Field {
        Field {
            id: id.into(),
            label: id.trim_start_matches('+').into(),
            value,
        }
    }

    #[test]
    fn nested_names_become_lists_and_groups() {
        let form = form(&[
            ("f.0~i", "+rows"),
            ("f.0~t", "list"),
            ("f.0.0~t", "group"),
            ("f.0.0.0~k", "name"),
            ("f.0.0.0", "River Lab"),
            ("f.0.0.1~k", "size"),
            ("f.0.0.1~t", "number"),
            ("f.0.0.1", "1.50"),
            ("f.0.1~t", "absent-group"),
            ("f.0.1~n", "1"),
            ("f.0.1.0~k", "name"),
            ("f.0.1.0~t", "absent-text"),
            ("f.0.1.0", " "),
        ]);
        let fields = form.fields(None, &[field("+rows", Value::Null)]);
        assert_eq!(
            json::to_text(&fields[0].value),
            r#"[{"name": "River Lab", "size": 1.50}]"#
        );
    }

    #[test]
    fn a_new_entry_that_is_blank_is_found() {
        let pairs = |name: &'static str| {
            [
                ("f.0.0~t", "absent-group"),
                ("f.0.0~n", "1"),
                ("f.0.0.0~t", "absent-text"),
                ("f.0.0.0", name),
                ("f.0.0.1~t", "absent-text"),
                ("f.0.0.1", " "),
            ]
        };
        assert_eq!(form(&pairs("")).blank_entry(), Some("f.0"));
        assert_eq!(form(&pairs("River Lab")).blank_entry(), None);
        assert_eq!(form(&[("f.0", "text")]).blank_entry(), None);
    }

    #[test]
    fn rows_take_the_marks_of_their_shape() {
        let shapes = r#"[[["", "group", null], ["0", "text", "type"], ["1", "number", "value"], ["2", "absent-group", "in"], ["2.0", "absent-text", "low"]]]"#;
        let form = form(&[
            ("f.0~i", "+rows"),
            ("f.0~t", "list"),
            ("f.0.0~t", "shape 0"),
            ("f.0.0.0", "recall"),
            ("f.0.0.1", "0.90"),
            ("f.0.0.2.0", ""),
            ("f.0.1.0", "f1"),
            ("f.0.1.1", "0.5"),
            ("f.0.1.2.0", "0.4"),
            ("f.0.1~t", "shape 0"),
            ("f.0~g", shapes),
        ]);
        let fields = form.fields(None, &[field("+rows", Value::Null)]);
        assert_eq!(
            json::to_text(&fields[0].value),
            r#"[{"type": "recall", "value": 0.90}, {"type": "f1", "value": 0.5, "in": {"low": "0.4"}}]"#
        );
        for odd in [
            "",
            "{",
            "[3]",
            "[[[]]]",
            r#"[[["x", "group", null]]]"#,
            r#"[[["9999999999.0.0", "group", 1]]]"#,
        ] {
            let fields = super::tests::form(&[
                ("f.0~i", "+a"),
                ("f.0~t", "list"),
                ("f.0.0~t", "shape 0"),
                ("f.0.0", "x"),
                ("f.0~g", odd),
            ])
            .fields(None, &[]);
            assert_eq!(json::to_text(&fields[0].value), r#"["x"]"#, "{odd}");
        }
    }

    #[test]
    fn a_huge_form_of_one_name_ends_soon() {
        let names: Vec<String> = (0..20_000).map(|place| format!("f.{place}~i")).collect();
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "+a")).collect();
        let fields = form(&pairs).fields(None, &[field("+a", Value::Null)]);
        assert_eq!(fields.len(), 20_000);
        assert_eq!(fields[19_999].id, "+a~t20000");
        let typed: Vec<(&str, &str)> = names
            .iter()
            .flat_map(|name| [(name.as_str(), "+a"), (name.trim_end_matches("~i"), "x")])
            .collect();
        assert_eq!(
            form(&typed).texts()[19_999],
            (Sentence::as_written("a"), "x".to_owned())
        );
    }

    #[test]
    fn texts_are_given_back_under_what_was_asked() {
        let limits = outline::FULL
            .question("caveats-and-recommendations.limitations")
            .unwrap();
        let pairs = [
            ("f.0~i", limits.id),
            ("f.0.0", "fog"),
            ("f.1~i", "+mine"),
            ("f.1", "smoke"),
        ];
        let texts = form(&pairs).texts();
        let expected = [(limits.label, "fog"), ("mine", "smoke")];
        let texts: Vec<(String, String)> = texts
            .into_iter()
            .map(|(label, text)| (label.to_string(), text))
            .collect();
        assert_eq!(texts, expected.map(|(label, text)| (label.to_owned(), text.to_owned())));
    }

    #[test]
    fn names_deeper_than_any_form_are_left_out() {
        let deep = format!("f{}", ".0".repeat(5000));
        let fields = form(&[("f.0~i", "+a"), ("f.0", "x"), (&deep, "y")]).fields(None, &[]);
        assert_eq!(fields[0].value, Value::text("x"));
    }

    #[test]
    fn line_breaks_that_the_browser_changed_come_back() {
        let old = [field("+a", Value::text("x\r\ny")), field("+b", Value::text("one"))];
        let form = form(&[
            ("f.0~i", "+a"),
            ("f.0", "x\r\ny"),
            ("f.1~i", "+b"),
            ("f.1", "one\r\ntwo"),
        ]);
        let fields = form.fields(None, &old);
        assert_eq!(fields[0].value, Value::text("x\r\ny"));
        assert_eq!(fields[1].value, Value::text("one\r\ntwo"));
        let fields = super::tests::form(&[("f.0~i", "+b"), ("f.0", "one\r\ntwo")]).fields(None, &old[1..]);
        assert_eq!(fields[0].value, Value::text("one\ntwo"));
    }

    #[test]
    fn texts_that_differ_in_their_line_breaks_only_stay_apart() {
        let old = ["x\r\ny", "x\ny", "x\ry", "a\nb"].map(Value::text);
        let old: Vec<Field> = old
            .into_iter()
            .enumerate()
            .map(|(place, value)| field(&format!("+{place}"), value))
            .collect();
        let names: Vec<(String, String)> = (0..4)
            .map(|place| (format!("f.{place}~i"), format!("f.{place}")))
            .collect();
        let mut pairs = Vec::new();
        for (place, (id, content)) in names.iter().enumerate() {
            pairs.push((id.as_str(), old[place].id.as_str()));
            pairs.push((content.as_str(), if place < 3 { "x\r\ny" } else { "a\r\nb" }));
        }
        assert_eq!(form(&pairs).fields(None, &old), old);
    }

    #[test]
    fn fields_written_as_a_form_are_read_back() {
        let fields = [
            field("+a", Value::text("one\r\ntwo\n[1")),
            field(
                "+b",
                json::parse("[{\"a\": 1.50, \"a\": null}]").unwrap().root.into_value(),
            ),
            field("other", Value::Null),
        ];
        let pairs = pairs_of(&fields);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, content)| (&**name, &**content)).collect();
        assert_eq!(form(&pairs).fields(None, &fields), fields);
    }

    #[test]
    fn what_a_file_calls_a_question_stays() {
        let part = crate::card::outline::FULL.part("model-details");
        let mut old = field("model-details.name", Value::text("otter"));
        old.label = "How we call it".into();
        let form = form(&[("f.0~i", "model-details.name"), ("f.0~t", "text"), ("f.0", "seal")]);
        let saved = form.fields(part, std::slice::from_ref(&old)).remove(0);
        assert_eq!((saved.label, saved.value), (old.label, Value::text("seal")));
        assert_eq!(form.fields(part, &[]).remove(0).label, "Name");
    }

    #[test]
    fn numbers_stay_numbers_and_other_words_are_kept_as_text() {
        let one = |tag: &str, content: &str| {
            form(&[("f.0~i", "+a"), ("f.0~t", tag), ("f.0", content)])
                .fields(None, &[])
                .pop()
                .map(|field| field.value)
        };
        assert_eq!(one("number", "0.970"), Some(Value::Number("0.970".into())));
        assert_eq!(one("number", "about 3"), Some(Value::text("about 3")));
        assert_eq!(one("number", ""), Some(Value::Null));
        assert_eq!(one("absent-number", ""), None);
        assert_eq!(one("bool", ""), Some(Value::Null));
        assert_eq!(
            one("data", "{\"a\": [1,]}").map(|value| json::to_text(&value)),
            Some(r#"{"a": [1]}"#.into())
        );
        assert_eq!(one("data", "{\"a\": "), Some(Value::text("{\"a\": ")));
    }

    #[test]
    fn a_new_label_gives_a_new_id_and_one_that_is_taken_gives_none() {
        let old = [field("+a", Value::text("1")), field("+b", Value::text("2"))];
        let form = form(&[
            ("f.0~i", "+a"),
            ("f.0~l", "b"),
            ("f.0", "1"),
            ("f.1~i", "+b"),
            ("f.1~l", "b"),
            ("f.1", "2"),
        ]);
        let fields = form.fields(None, &old);
        let ids: Vec<&str> = fields.iter().map(|field| field.id.as_str()).collect();
        assert_eq!(ids, ["+a", "+b"]);
        assert_eq!(form.names_taken(&fields), ["b"]);
        let renamed = self::form(&[("f.0~i", "+a"), ("f.0~l", "c"), ("f.0", "1")]);
        assert_eq!(renamed.fields(None, &old)[0].id, "+c");
    }

    #[test]
    fn entries_are_taken_out_and_change_places() {
        let list = || {
            form(&[
                ("f.0~i", "+a"),
                ("f.0~t", "list"),
                ("f.0.0", "x"),
                ("f.0.1", "y"),
                ("f.0.3", "z"),
            ])
        };
        let text = |form: Form| json::to_text(&form.fields(None, &[])[0].value);
        let with = |change: fn(&mut Form)| {
            let mut form = list();
            change(&mut form);
            text(form)
        };
        assert_eq!(with(|form| form.remove("f.0.1")), r#"["x", "z"]"#);
        assert_eq!(with(|form| form.shift("f.0.3", Towards::Start)), r#"["x", "z", "y"]"#);
        assert_eq!(with(|form| form.shift("f.0.0", Towards::End)), r#"["y", "x", "z"]"#);
        assert_eq!(with(|form| form.shift("f.0.0", Towards::Start)), r#"["x", "y", "z"]"#);
        assert_eq!(with(|form| form.remove("f.9.1")), r#"["x", "y", "z"]"#);
    }

    #[test]
    fn strange_names_are_left_alone() {
        let deep = format!("f{}", ".0".repeat(5000));
        let form = form(&[
            ("f.", "x"),
            ("f.x.y", "x"),
            ("f.99999999999999999999999", "x"),
            (&deep, "x"),
            ("f.~", "x"),
        ]);
        assert_eq!(form.fields(None, &[]), []);
    }
}
