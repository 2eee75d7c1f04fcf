//! What a closed schema accepts at each of its places, as data.
//!
//! A [`Want`] stands beside each place of a [`Dialect`]. [`Want::fit`] brings an answer into the wanted form where
//! nothing of it is lost by that, and leaves it alone otherwise; [`Want::kept`] is the part of an answer that the
//! schema accepts. A new document holds only what is kept, so that what it leaves out is what the losses name. Nothing
//! is ever shortened: a text that is too long stays out as a whole.

use super::convert::into_outline;
use super::dialect::Dialect;
use super::markdown::{rows, text_of};
use crate::card::{Card, Section, picture};
use crate::json::{self, Value};

/// What a schema accepts at a place, in the terms of a card.
#[derive(Debug)]
pub(super) enum Want {
    /// Anything.
    Anything,
    /// A text.
    Text(Wording),
    /// A number.
    Number,
    /// Yes or no.
    YesNo,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list with so many entries at most.
    List(&'static Want, usize),
    /// A list with so many entries at least and at most, which is kept as a whole or not at all, such as a series.
    Whole(&'static Want, usize, usize),
    /// Named members, such as a row of a table.
    Group(&'static Members),
    /// The first of these that accepts an answer.
    Either(&'static [Want]),
}

/// What a text must be like.
#[derive(Debug)]
pub(super) struct Wording {
    /// The most characters (Unicode code points) it may have.
    pub most: usize,
    /// What else it must be, as a sentence names it ("A web address"), and whether it is.
    pub form: Option<Form>,
}

/// The name of a form and whether a text has it.
type Form = (&'static str, fn(&str) -> bool);

/// The members of a group.
#[derive(Debug)]
pub(super) struct Members {
    /// The members that the schema knows.
    pub known: &'static [(&'static str, Want)],
    /// What it accepts in members of other names; nothing in a closed one.
    pub further: Option<&'static Want>,
    /// Of each of these one at least has to be there.
    pub needs: &'static [&'static [&'static str]],
    /// Of these one at most may be there.
    pub alone: &'static [&'static str],
    /// The member that a bare text is, when a group is wanted.
    pub bare: fn(&str) -> Option<(&'static str, String)>,
}

/// Any text.
pub(super) const TEXT: Want = Want::text(usize::MAX);
/// A list of any texts.
pub(super) const TEXTS: Want = Want::list(&TEXT);
/// A list of anything.
const ANYTHING: Want = Want::list(&Want::Anything);
/// Members of any name, none of them needed.
pub(super) const OPEN: Members = Members {
    known: &[],
    further: Some(&Want::Anything),
    needs: &[],
    alone: &[],
    bare: |_| None,
};
/// No members but those that are named, none of them needed.
pub(super) const CLOSED: Members = Members { further: None, ..OPEN };

impl Want {
    /// A text with so many characters at most.
    pub const fn text(most: usize) -> Self {
        Self::Text(Wording { most, form: None })
    }

    /// A list of such entries, of any length.
    pub const fn list(entry: &'static Self) -> Self {
        Self::List(entry, usize::MAX)
    }

    /// A text of a form: its name, as "A web address", and whether a text has it.
    pub const fn form(name: &'static str, is_one: fn(&str) -> bool) -> Self {
        Self::Text(Wording {
            most: usize::MAX,
            form: Some((name, is_one)),
        })
    }

    /// The answer in the wanted form, where that loses nothing; else as it is.
    pub fn fit(&self, value: Value) -> Value {
        if let (Self::List(Self::Group(_), _) | Self::Group(_), Value::Text(text)) = (self, &value)
            && let Some(rows) = self.rows(text)
        {
            return rows;
        }
        match (self, value) {
            (Self::Anything, value) | (_, value @ Value::Null) => value,
            (Self::Text(_), value) if holds_picture(&value) => value,
            (Self::Text(_), value) => Value::text(text_of(alone(&value))),
            (Self::Number, Value::Text(text)) if is_number(text.trim()) => Value::Number(text.trim().to_owned()),
            (Self::YesNo, Value::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "yes" | "true" => Value::Bool(true),
                "no" | "false" => Value::Bool(false),
                _ => Value::Text(text),
            },
            (Self::OneOf(words), Value::Text(text)) => {
                let word = words.iter().find(|word| word.eq_ignore_ascii_case(text.trim()));
                word.map_or(Value::Text(text), |word| Value::text(*word))
            }
            (Self::List(entry, _), Value::Text(text)) => {
                Value::List(entries(&text).into_iter().map(|item| entry.fit(item)).collect())
            }
            (Self::List(entry, _) | Self::Whole(entry, ..), Value::List(items)) => {
                Value::List(items.into_iter().map(|item| entry.fit(item)).collect())
            }
            (Self::List(entry, _), value) => Value::List(vec![entry.fit(value)]),
            (Self::Group(members), Value::Text(text)) => match (members.bare)(&text) {
                Some((name, text)) => Value::Group(vec![(name.to_owned(), members.fit(name, Value::Text(text)))]),
                None => Value::Text(text),
            },
            (Self::Group(wanted), Value::Group(members)) => {
                let fit = |(name, value): (String, Value)| {
                    let value = wanted.fit(&name, value);
                    (name, value)
                };
                Value::Group(members.into_iter().map(fit).collect())
            }
            (Self::Either(wants), value) => match wants.first() {
                Some(first) if !wants.iter().any(|want| want.kept(&value).as_ref() == Some(&value)) => first.fit(value),
                _ => value,
            },
            (_, value) => value,
        }
    }

    /// The rows or group that a text of Markdown is, when the schema accepts all of them. Paragraphs behind a word in bold
    /// are prose, though a group of one member is written like that.
    fn rows(&self, text: &str) -> Option<Value> {
        let read = rows(text).filter(|read| !matches!(read, Value::Group(members) if members.len() < 2));
        let read = read.filter(|read| self.has_a_name_of(read));
        let fitted = self.fit(read?);
        (!matches!(fitted, Value::Text(_)) && self.kept(&fitted).as_ref() == Some(&fitted)).then_some(fitted)
    }

    /// Whether each row has a member that the schema names: bullets of an author's own have none.
    fn has_a_name_of(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::List(entry, _), Value::List(items)) => items.iter().all(|item| entry.has_a_name_of(item)),
            (Self::List(entry, _), Value::Group(_)) => entry.has_a_name_of(value),
            (Self::Group(wanted), Value::Group(members)) => {
                let is_known = |name: &str| wanted.known.iter().any(|(known, _)| *known == name);
                members.iter().any(|(name, _)| is_known(name))
            }
            _ => true,
        }
    }

    /// The part of an answer that the schema accepts; `None` when that is nothing.
    pub fn kept(&self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Anything, value) => strict(value),
            (Self::Text(wording), Value::Text(text)) => wording.accepts(text).then(|| value.clone()),
            (Self::Number, Value::Number(spelling)) => is_number(spelling).then(|| value.clone()),
            (Self::YesNo, Value::Bool(_)) => Some(value.clone()),
            (Self::OneOf(words), Value::Text(text)) => words.contains(&text.as_str()).then(|| value.clone()),
            (Self::List(entry, most), Value::List(items)) => {
                let kept: Vec<Value> = items.iter().filter_map(|item| entry.kept(item)).take(*most).collect();
                (!kept.is_empty() || items.is_empty()).then_some(Value::List(kept))
            }
            (Self::Whole(entry, least, most), Value::List(items)) => {
                let is_whole = |item: &Value| entry.kept(item).as_ref() == Some(item);
                ((*least..=*most).contains(&items.len()) && items.iter().all(is_whole)).then(|| value.clone())
            }
            (Self::Group(wanted), Value::Group(members)) => wanted.kept(members).map(Value::Group),
            (Self::Either(wants), value) => wants.iter().find_map(|want| want.kept(value)),
            _ => None,
        }
    }
}

impl Wording {
    /// Whether the text has no more characters than it may.
    pub fn is_short(&self, text: &str) -> bool {
        self.most == usize::MAX || text.chars().nth(self.most).is_none()
    }

    fn accepts(&self, text: &str) -> bool {
        self.is_short(text) && self.form.is_none_or(|(_, is_one)| is_one(text))
    }
}

impl Members {
    /// What is wanted in the member of this name.
    pub fn want(&self, name: &str) -> Option<&Want> {
        let known = self.known.iter().find(|(other, _)| *other == name);
        known.map(|(_, want)| want).or(self.further)
    }

    fn fit(&self, name: &str, value: Value) -> Value {
        match self.want(name) {
            Some(want) => want.fit(value),
            None => value,
        }
    }

    fn kept(&self, members: &[(String, Value)]) -> Option<Vec<(String, Value)>> {
        let mut kept: Vec<(String, Value)> = Vec::new();
        let mut names = std::collections::HashSet::new();
        for (name, value) in members {
            let is_second = self.alone.contains(&name.as_str())
                && self.alone.iter().any(|other| other != name && names.contains(*other));
            if !is_second
                && !names.contains(name.as_str())
                && let Some(value) = self.want(name).and_then(|want| want.kept(value))
            {
                names.insert(name.as_str());
                kept.push((name.clone(), value));
            }
        }
        let is_there = |one_of: &&'static [&'static str]| one_of.iter().any(|name| names.contains(name));
        let is_enough = self.needs.iter().all(is_there);
        (is_enough && (!kept.is_empty() || members.is_empty())).then_some(kept)
    }
}

impl Dialect {
    /// The card with the questions of this dialect's outline, each answer in the form that its place wants.
    pub fn fit(&self, card: &Card) -> Card {
        let mut card = into_outline(card, self.outline);
        for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
            if let Some(place) = self.places.iter().find(|place| place.id == field.id && place.native) {
                let value = std::mem::replace(&mut field.value, Value::Null);
                field.value = place.want.fit(value);
            }
        }
        without_blanks(card)
    }
}

/// The card without what is blank.
pub(super) fn without_blanks(mut card: Card) -> Card {
    let is_said = |section: &mut Section| {
        section.fields.retain(|field| !field.value.is_blank());
        !section.fields.is_empty()
    };
    card.sections.retain_mut(is_said);
    card
}

/// The entries of a text that is nothing but a Markdown list, else the text as one entry.
pub(super) fn entries(text: &str) -> Vec<Value> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (line.strip_prefix("- ").or(line.strip_prefix("* ")), entries.last_mut()) {
            (Some(entry), _) => entries.push(entry.trim().to_owned()),
            (None, Some(last)) if line.starts_with("  ") => {
                last.push('\n');
                last.push_str(line[2..].trim_end());
            }
            _ => return vec![Value::text(text)],
        }
    }
    match entries.is_empty() {
        true => vec![Value::text(text)],
        false => entries.into_iter().map(Value::Text).collect(),
    }
}

/// What every reader of JSON understands: no number beyond all bounds, no name twice.
fn strict(value: &Value) -> Option<Value> {
    match value {
        Value::Number(spelling) => is_number(spelling).then(|| value.clone()),
        Value::List(_) => ANYTHING.kept(value),
        Value::Group(members) => OPEN.kept(members).map(Value::Group),
        value => Some(value.clone()),
    }
}

/// Whether the text is a number that every reader of JSON can hold.
pub(super) fn is_number(text: &str) -> bool {
    json::is_number(text) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The one text that a group holds, or else the value itself.
fn alone(value: &Value) -> &Value {
    match value {
        Value::Group(members) => match members.as_slice() {
            [(_, text @ Value::Text(_))] => text,
            _ => value,
        },
        Value::List(items) => match items.as_slice() {
            [one] => alone(one),
            _ => value,
        },
        _ => value,
    }
}

fn holds_picture(value: &Value) -> bool {
    match value {
        Value::Text(_) => false,
        Value::List(items) => items.iter().any(|item| is_picture(item) || holds_picture(item)),
        Value::Group(members) => members.iter().any(|(_, item)| is_picture(item) || holds_picture(item)),
        _ => false,
    }
}

fn is_picture(value: &Value) -> bool {
    value.as_text().is_some_and(|text| picture::sniff(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Want = Want::Group(&Members {
        known: &[("name", Want::text(5)), ("score", Want::Number), ("seen", Want::YesNo)],
        needs: &[&["name"]],
        bare: |text| Some(("name", text.to_owned())),
        ..CLOSED
    });
    const ROWS: Want = Want::List(&ROW, 3);

    fn value(text: &str) -> Value {
        json::parse(text).unwrap().root.to_value()
    }

    fn fits(want: &Want, before: &str, after: &str) {
        assert_eq!(json::to_text(&want.fit(value(before))), after, "{before}");
    }

    fn keeps(want: &Want, before: &str, after: Option<&str>) {
        let kept = want.kept(&value(before)).map(|kept| json::to_text(&kept));
        assert_eq!(kept.as_deref(), after, "{before}");
    }

    #[test]
    fn answers_take_the_wanted_form_where_nothing_is_lost() {
        fits(&TEXTS, r#""- a\n  b\n* c""#, r#"["a\nb", "c"]"#);
        fits(&TEXTS, r#""a\n- b""#, r#"["a\n- b"]"#);
        fits(&TEXT, r#"["a", "b"]"#, r#""- a\n- b""#);
        fits(&TEXT, "0.970", r#""0.970""#);
        fits(&Want::Number, r#"" 0.970 ""#, "0.970");
        fits(&Want::Number, r#""97%""#, r#""97%""#);
        fits(&Want::Number, r#""1e999""#, r#""1e999""#);
        fits(&Want::YesNo, r#""Yes""#, "true");
        fits(&Want::OneOf(&["High", "Low"]), r#""high""#, r#""High""#);
        fits(
            &ROWS,
            r#"["a", {"name": "b", "score": "1", "x": "2"}]"#,
            r#"[{"name": "a"}, {"name": "b", "score": 1, "x": "2"}]"#,
        );
        fits(&ROWS, r#""- a\n- b""#, r#"[{"name": "a"}, {"name": "b"}]"#);
        fits(
            &ROWS,
            r#""| name | score |\n| --- | --- |\n| a\\|b | 1 |""#,
            r#"[{"name": "a|b", "score": 1}]"#,
        );
        fits(
            &ROWS,
            r#""- - **name:** a\n  - **seen:** yes\n- **name:** b""#,
            r#"[{"name": "a", "seen": true}, {"name": "b"}]"#,
        );
        fits(&ROWS, r#""- **note:** a""#, r#"[{"name": "**note:** a"}]"#);
    }

    #[test]
    fn only_what_the_schema_accepts_is_kept_and_nothing_is_cut() {
        keeps(&Want::text(3), r#""äöü""#, Some(r#""äöü""#));
        keeps(&Want::text(3), r#""abcd""#, None);
        keeps(&Want::Number, "NaN", None);
        keeps(
            &ROWS,
            r#"[{"name": "a", "name": "b", "x": 1, "score": "1"}, {"score": 1}]"#,
            Some(r#"[{"name": "a"}]"#),
        );
        keeps(&ROWS, r#"[{"score": 1}]"#, None);
        keeps(&ROWS, r#""a""#, None);
        let alone = Want::Group(&Members {
            alone: &["id", "name"],
            ..OPEN
        });
        keeps(
            &alone,
            r#"{"id": "a", "name": "b", "url": "c"}"#,
            Some(r#"{"id": "a", "url": "c"}"#),
        );
    }

    #[test]
    fn of_several_wants_the_first_that_accepts_counts() {
        let either = Want::Either(&[Want::Number, TEXT]);
        fits(&either, r#""0.97""#, r#""0.97""#);
        fits(&either, "0.97", "0.97");
        keeps(&either, "true", None);
    }
}
