//! Whether what a card says can be read in another card, however it is arranged there.
//!
//! Formats put the same words into lists, tables, headings and escapes. So two things are compared by their letters and
//! digits only, in small letters.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::card::results::page;
use crate::card::{Card, Field, Section, Value, check};

/// The words of a card, ready to be looked for.
pub(super) struct Carried {
    /// The letters and digits of each single text.
    words: HashSet<String>,
    /// The same of answers only, without titles and labels, and of each line of them: a list may have become one text.
    answers: HashSet<String>,
    /// All of them in their order, without gaps: a text may have become several.
    all: String,
    /// Where the last one was found; the next is most often behind it.
    at: Cell<usize>,
    /// Whether a word that was looked for in all of them is there.
    found: RefCell<HashMap<String, bool>>,
    /// Every few bytes that stand beside each other in `all`: a word with others is not there.
    pieces: OnceCell<HashSet<[u8; PIECE]>>,
}

/// In bytes.
const PIECE: usize = 4;

/// So many words are looked for in all the text, before it is cut into pieces.
const LOOKED_FOR: usize = 100;

impl Carried {
    /// The words of a card, with its titles and labels; of several when one file can be read in several ways.
    pub fn of<'c>(cards: impl IntoIterator<Item = &'c Card>) -> Self {
        let (mut words, mut answers) = (Vec::new(), HashSet::new());
        for section in cards.into_iter().flat_map(|card| &card.sections) {
            words.push(essence(&section.title));
            for field in &section.fields {
                words.push(essence(&field.label));
                let begin = words.len();
                collect(&field.value, true, &mut words);
                answers.extend(words[begin..].iter().cloned());
                collect_lines(&field.value, &mut answers);
            }
        }
        Self {
            answers,
            all: words.concat(),
            words: words.into_iter().collect(),
            at: Cell::new(0),
            found: RefCell::default(),
            pieces: OnceCell::new(),
        }
    }

    /// How much of a field is there. Nothing is expected of what is no answer. A table of results on a page may have
    /// become rows.
    pub fn share(&self, field: &Field) -> Share {
        let rows = || page::alone(field.value.as_text()?).map(Value::List);
        match self.share_of(&field.value, field.is_custom()) {
            Share::All => Share::All,
            share => match rows().map(|rows| self.share_of(&rows, false)) {
                Some(Share::All) => Share::All,
                Some(Share::Part) => Share::Part,
                _ => share,
            },
        }
    }

    fn share_of(&self, value: &Value, with_names: bool) -> Share {
        let mut words = Vec::new();
        if check::is_answered(value) {
            collect(value, with_names, &mut words);
        }
        words.retain(|word| !word.is_empty());
        if words.iter().all(|word| self.has(word)) {
            return Share::All;
        }
        // Names are labels elsewhere, so only what is said counts as a part.
        let mut said = Vec::new();
        collect(value, false, &mut said);
        if said.iter().any(|word| !word.is_empty() && self.answers.contains(word)) {
            Share::Part
        } else {
            Share::None
        }
    }

    /// Whether there is something by the name of a field, be it empty.
    pub fn names(&self, section: &Section, field: &Field) -> bool {
        let (title, label) = (essence(&section.title), essence(&field.label));
        let names = [title.clone() + &label, label];
        // An element of XML with an empty text is one without a text.
        field.label == "#text" || names.iter().any(|name| name.is_empty() || self.words.contains(name))
    }

    /// Whether a field is there as a whole, if in another place: each of its texts is, and one of them is too long for chance
    /// and comes from nowhere else in its card.
    pub fn holds(&self, field: &Field, turns: &Turns) -> bool {
        let mut words = Vec::new();
        collect(&field.value, false, &mut words);
        let is_own = |word: &String| word.len() >= TOO_LONG_FOR_CHANCE && turns.0.get(word) == Some(&1);
        words.iter().any(is_own) && words.iter().all(|word| self.answers.contains(word))
    }

    fn has(&self, word: &str) -> bool {
        if self.words.contains(word) {
            return true;
        }
        // Near the last one most often; where the text is long, the rest of it is not searched again and again.
        let at = self.at.get();
        let near = self
            .all
            .ceil_char_boundary((at + word.len() + NEAR).min(self.all.len()));
        if let Some(place) = self.all[at..near].find(word) {
            self.at.set(at + place);
            return true;
        }
        if let Some(found) = self.found.borrow().get(word) {
            return *found;
        }
        let place = self.has_pieces(word).then(|| self.all.find(word)).flatten();
        if let Some(place) = place.filter(|place| *place > at) {
            self.at.set(place);
        }
        self.found.borrow_mut().insert(word.to_owned(), place.is_some());
        place.is_some()
    }

    /// Whether each piece of a word is somewhere; true as long as few words were looked for.
    fn has_pieces(&self, word: &str) -> bool {
        if self.found.borrow().len() < LOOKED_FOR {
            return true;
        }
        let pieces = self.pieces.get_or_init(|| pieces_of(&self.all).collect());
        pieces_of(word).all(|piece| pieces.contains(&piece))
    }
}

fn pieces_of(text: &str) -> impl Iterator<Item = [u8; PIECE]> {
    let pieces = text.as_bytes().windows(PIECE);
    pieces.filter_map(|piece| piece.try_into().ok())
}

/// In bytes: where the next word is looked for first.
const NEAR: usize = 4096;

/// In bytes of letters and digits.
const TOO_LONG_FOR_CHANCE: usize = 20;

/// How often each text comes in a card.
pub(super) struct Turns(HashMap<String, usize>);

impl Turns {
    /// The texts of a card, counted.
    pub fn of(card: &Card) -> Self {
        let mut words = Vec::new();
        for field in card.sections.iter().flat_map(|section| &section.fields) {
            collect(&field.value, false, &mut words);
        }
        let mut turns = HashMap::new();
        for word in words {
            *turns.entry(word).or_insert(0) += 1;
        }
        Self(turns)
    }
}

/// How much of an answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Every word.
    All,
    /// Some texts of it.
    Part,
    /// No text of it as a whole.
    None,
}

/// Whether a value says everything that another one says.
pub(super) fn says(value: &Value, other: &Value) -> bool {
    let essences = |value: &Value| {
        let mut words = Vec::new();
        collect(value, false, &mut words);
        words
    };
    let (said, wanted) = (essences(value).concat(), essences(other));
    wanted.iter().all(|word| said.contains(word.as_str()))
}

/// The letters and digits of each text in a value; the names of members too, where they say something.
fn collect(value: &Value, with_names: bool, words: &mut Vec<String>) {
    match value {
        Value::Text(text) if check::is_answered(value) => words.push(essence(text)),
        Value::Number(text) => words.push(essence(text)),
        Value::Bool(yes) => words.push(yes.to_string()),
        Value::List(items) => items.iter().for_each(|item| collect(item, with_names, words)),
        Value::Group(members) => {
            for (name, value) in members {
                if with_names && check::is_answered(value) {
                    words.push(essence(name));
                }
                collect(value, with_names, words);
            }
        }
        _ => {}
    }
}

/// The letters and digits of each line of texts that have several.
fn collect_lines(value: &Value, lines: &mut HashSet<String>) {
    match value {
        Value::Text(text) if text.contains('\n') => lines.extend(text.lines().map(essence)),
        Value::List(items) => items.iter().for_each(|item| collect_lines(item, lines)),
        Value::Group(members) => members.iter().for_each(|(_, value)| collect_lines(value, lines)),
        _ => {}
    }
}

/// The letters and digits of a text, in small letters.
pub(super) fn essence(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(value: Value) -> Field {
        Field {
            id: "+a".into(),
            label: "A".into(),
            value,
        }
    }

    fn card(value: Value) -> Card {
        Card {
            sections: vec![Section {
                key: "s".into(),
                title: "S".into(),
                fields: vec![field(value)],
            }],
        }
    }

    fn list(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|text| Value::text(*text)).collect())
    }

    #[test]
    fn layout_and_escapes_do_not_matter() {
        let there = Carried::of([&card(Value::text("- Otters \\| *river*\n- Lake ice, 2.50 m"))]);
        assert_eq!(
            there.share(&field(list(&["Otters | river", "lake ice", "2.50 m"]))),
            Share::All
        );
        let apart = Carried::of([&card(list(&["otters", "rivers"]))]);
        assert_eq!(apart.share(&field(Value::text("- Otters\n- rivers"))), Share::All);
    }

    #[test]
    fn what_is_missing_is_seen() {
        let there = Carried::of([&card(list(&["otters"]))]);
        assert_eq!(there.share(&field(list(&["otters", "seals"]))), Share::Part);
        assert_eq!(there.share(&field(Value::text("seals"))), Share::None);
        let one = Carried::of([&card(Value::text("- otters\n- rivers"))]);
        assert_eq!(one.share(&field(list(&["rivers", "seals"]))), Share::Part);
        let named = Value::Group(vec![("seals".into(), Value::text("otters"))]);
        assert_eq!(there.share(&field(named)), Share::Part);
        assert_eq!(
            there.share(&field(Value::text("[More Information Needed]"))),
            Share::All
        );
        assert_eq!(there.share(&field(Value::Null)), Share::All);
        let long = Value::text("otters that sleep on their backs");
        let holds = |card: &Card| Carried::of([card]).holds(&field(long.clone()), &Turns::of(card));
        assert!(holds(&card(long.clone())));
        assert!(!holds(&card(Value::List(vec![long.clone(), long.clone()]))));
        assert!(!Carried::of([&card(long)]).holds(&field(Value::text("otters")), &Turns::of(&Card::default())));
    }
}
