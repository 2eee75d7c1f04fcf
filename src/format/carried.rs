//! Whether what a card says can be read in another card, however it is arranged there.
//!
//! Formats put the same words into lists, tables, headings and escapes. So two things are compared by their letters and
//! digits only, in small letters.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::card::results::hub;
use crate::card::results::page::{self, COLUMNS};
use crate::card::{Card, Field, Section, Value, check};

/// The words of a card, ready to be looked for.
pub(super) struct Carried<'c> {
    /// All texts of it.
    said: Said<'c>,
    /// The letters and digits of answers only, without titles and labels, and of each line of them: a list may have become
    /// one text.
    answers: HashSet<String>,
}

impl<'c> Carried<'c> {
    /// The words of a card, with its titles and labels; of several when one file can be read in several ways.
    pub fn of(cards: impl IntoIterator<Item = &'c Card>) -> Self {
        let (mut texts, mut answers, mut places) = (Vec::new(), HashSet::new(), Vec::new());
        for section in cards.into_iter().flat_map(|card| &card.sections) {
            texts.push(section.title.as_str());
            for field in &section.fields {
                texts.push(&field.label);
                let begin = texts.len();
                collect(&field.value, true, &mut texts);
                places.push(begin..texts.len());
                collect_lines(&field.value, &mut answers);
            }
        }
        let words: Vec<String> = texts.iter().map(|text| essence(text)).collect();
        answers.extend(places.into_iter().flat_map(|place| &words[place]).cloned());
        Self {
            said: Said::of(texts, words, usize::MAX),
            answers,
        }
    }

    /// How much of a field is there. Nothing is expected of what is no answer. A table of results on a page may have
    /// become rows.
    pub fn share(&self, field: &Field) -> Share {
        let words = essences(&field.value, field.is_custom());
        // Short members are in any long text by chance.
        let share = match field.id == hub::QUESTION {
            true => self.share_of(&field.value, &words, |word| self.said.has_whole(word)),
            false => self.share_of(&field.value, &words, |word| self.said.has(word)),
        };
        let rows = || page::alone(field.value.as_text()?).map(Value::List);
        match rows().filter(|_| share != Share::All) {
            Some(rows) => match self.share_of_rows(&rows) {
                Share::None => share,
                share => share,
            },
            None => share,
        }
    }

    /// The same of rows that were a table: a column that only this table has says something by its heading, too.
    fn share_of_rows(&self, rows: &Value) -> Share {
        let Value::List(items) = rows else { return Share::None };
        let members = items.iter().flat_map(|row| match row {
            Value::Group(members) => members.as_slice(),
            _ => &[],
        });
        let is_known = |name: &str| COLUMNS.iter().any(|(way, _)| way[0] == name);
        let headings: HashSet<&str> = members
            .map(|(name, _)| name.as_str())
            .filter(|name| !is_known(name))
            .collect();
        let mut words = essences(rows, false);
        words.extend(headings.into_iter().map(essence));
        self.share_of(rows, &words, |word| self.said.has_whole(word))
    }

    fn share_of(&self, value: &Value, words: &[String], has: impl Fn(&str) -> bool) -> Share {
        let is_there = |word: &String| word.is_empty() || has(word);
        if !check::is_answered(value) || words.iter().all(is_there) {
            return Share::All;
        }
        // Names are labels elsewhere, so only what is said counts as a part.
        let said = essences(value, false);
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
        field.label == "#text"
            || names
                .iter()
                .any(|name| name.is_empty() || self.said.words.contains(name))
    }

    /// Whether a field is there as a whole, if in another place: each of its texts is, and one of them is too long for chance
    /// and comes from nowhere else in its card.
    pub fn holds(&self, field: &Field, turns: &Turns) -> bool {
        let words = essences(&field.value, false);
        let is_own = |word: &String| word.len() >= TOO_LONG_FOR_CHANCE && turns.0.get(word) == Some(&1);
        words.iter().any(is_own) && words.iter().all(|word| self.answers.contains(word))
    }
}

/// Texts, ready to be looked into.
struct Said<'t> {
    texts: Vec<&'t str>,
    /// The letters and digits of each single text.
    words: HashSet<String>,
    /// All of them in their order, without gaps: a text may have become several.
    all: String,
    /// Where the last one was found; the next is most often behind it.
    at: Cell<usize>,
    /// Whether a word that was looked for in all of them is there.
    found: RefCell<HashMap<String, bool>>,
    /// Every few bytes that stand beside each other in `all`: a word with others is not there.
    pieces: OnceCell<HashSet<[u8; PIECE]>>,
    /// The short words that stand in the texts for themselves.
    short: OnceCell<HashSet<String>>,
    /// So many bytes may still be searched far from where the last word was found.
    left: Cell<usize>,
}

/// In bytes.
const PIECE: usize = 4;

/// So many words are looked for in all the text, before it is cut into pieces.
const LOOKED_FOR: usize = 100;

/// In bytes of letters and digits: so short a word is in any long text, inside of others.
const SHORT: usize = 8;

impl<'t> Said<'t> {
    fn of(texts: Vec<&'t str>, words: Vec<String>, most: usize) -> Self {
        Self {
            texts,
            all: words.concat(),
            words: words.into_iter().collect(),
            at: Cell::new(0),
            found: RefCell::default(),
            pieces: OnceCell::new(),
            short: OnceCell::new(),
            left: Cell::new(most),
        }
    }

    /// Whether a word is there; a short one not only inside of another.
    fn has_whole(&self, word: &str) -> bool {
        match word.len() > SHORT || self.words.contains(word) {
            true => self.has(word),
            false => self.short.get_or_init(|| short_words(&self.texts)).contains(word),
        }
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
        let place = self.has_pieces(word).then(|| self.far(word)).flatten();
        if let Some(place) = place.filter(|place| *place > at) {
            self.at.set(place);
        }
        self.found.borrow_mut().insert(word.to_owned(), place.is_some());
        place.is_some()
    }

    /// Where a word is in all the text, as long as not too much of it was searched.
    fn far(&self, word: &str) -> Option<usize> {
        self.left.set(self.left.get().checked_sub(self.all.len())?);
        self.all.find(word)
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

/// The words of texts that are short, and the short ones that words beside each other make: `0.9` is two of them.
fn short_words(texts: &[&str]) -> HashSet<String> {
    let words = texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(essence).collect();
    let mut short = HashSet::new();
    for begin in 0..words.len() {
        let mut joined = String::new();
        for word in &words[begin..] {
            if joined.len() + word.len() > SHORT {
                break;
            }
            joined.push_str(word);
            if !short.contains(&joined) {
                short.insert(joined.clone());
            }
        }
    }
    short
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
        let mut turns = HashMap::new();
        let fields = card.sections.iter().flat_map(|section| &section.fields);
        for word in fields.flat_map(|field| essences(&field.value, false)) {
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

/// In bytes: no two answers are compared for longer than it takes to search so many.
const SEARCHED: usize = 64 * 1024 * 1024;

/// Whether a value says everything that another one says. Of long values whose words are cut otherwise and stand in
/// another order, it may be said that they don't.
pub(super) fn says(value: &Value, other: &Value) -> bool {
    let mut texts = Vec::new();
    collect(value, false, &mut texts);
    let words = texts.iter().map(|text| essence(text)).collect();
    let said = Said::of(texts, words, SEARCHED);
    let wanted = essences(other, false);
    wanted.iter().all(|word| word.is_empty() || said.has_whole(word))
}

/// The letters and digits of each text in a value.
fn essences(value: &Value, with_names: bool) -> Vec<String> {
    let mut texts = Vec::new();
    collect(value, with_names, &mut texts);
    texts.into_iter().map(essence).collect()
}

/// Each text in a value; the names of members too, where they say something.
fn collect<'v>(value: &'v Value, with_names: bool, texts: &mut Vec<&'v str>) {
    match value {
        Value::Text(text) if check::is_answered(value) => texts.push(text),
        Value::Number(text) => texts.push(text),
        Value::Bool(true) => texts.push("true"),
        Value::Bool(false) => texts.push("false"),
        Value::List(items) => items.iter().for_each(|item| collect(item, with_names, texts)),
        Value::Group(members) => {
            for (name, value) in members {
                if with_names && check::is_answered(value) {
                    texts.push(name);
                }
                collect(value, with_names, texts);
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
        let there = card(Value::text("- Otters \\| *river*\n- Lake ice, 2.50 m"));
        let there = Carried::of([&there]);
        assert_eq!(
            there.share(&field(list(&["Otters | river", "lake ice", "2.50 m"]))),
            Share::All
        );
        let apart = card(list(&["otters", "rivers"]));
        let apart = Carried::of([&apart]);
        assert_eq!(apart.share(&field(Value::text("- Otters\n- rivers"))), Share::All);
    }

    #[test]
    fn what_is_missing_is_seen() {
        let there = card(list(&["otters"]));
        let there = Carried::of([&there]);
        assert_eq!(there.share(&field(list(&["otters", "seals"]))), Share::Part);
        assert_eq!(there.share(&field(Value::text("seals"))), Share::None);
        let one = card(Value::text("- otters\n- rivers"));
        let one = Carried::of([&one]);
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

    #[test]
    fn what_stands_inside_of_other_words_by_chance_is_not_said() {
        let said = list(&["Latvian texts, test", "0.93", "Recall (share)"]);
        for whole in ["test", "TEXTS", "0.93", "recall", "Latvian texts", "93", "share"] {
            assert!(says(&said, &Value::text(whole)), "{whole}");
        }
        for chance in ["a", "en", "9", "lat", "3"] {
            assert!(!says(&said, &Value::text(chance)), "{chance}");
        }
        let table = "| Metric | Value | Epoch |\n|---|---|---|\n| f1 | 0.9 | 1 |";
        let row = |members: &[(&str, &str)]| {
            let members = members
                .iter()
                .map(|(name, text)| ((*name).to_owned(), Value::text(*text)));
            Value::List(vec![Value::Group(members.collect())])
        };
        let share = |rows: Value| Carried::of([&card(rows)]).share(&field(Value::text(table)));
        let whole = [("type", "f1"), ("value", "0.9"), ("Epoch", "1")];
        assert_eq!(share(row(&whole)), Share::All);
        assert_eq!(share(row(&whole[..2])), Share::Part);
        assert_eq!(share(row(&[whole[0], whole[1], ("note", "Epoch 12")])), Share::Part);
    }

    #[test]
    fn long_values_are_looked_up_and_not_searched() {
        // Searched, each of these would be looked for from the beginning, for minutes without optimisation.
        let texts = |numbers: &mut dyn Iterator<Item = usize>| {
            Value::List(numbers.map(|number| Value::Text(format!("metric {number}"))).collect())
        };
        let (there, back) = (texts(&mut (0..100_000)), texts(&mut (0..100_000).rev()));
        assert!(says(&there, &back));
        let joined = |value: &Value| match value {
            Value::List(items) => items.iter().filter_map(Value::as_text).collect::<Vec<_>>().join(" "),
            _ => String::new(),
        };
        assert!(says(&Value::text(joined(&there)), &there), "in their order");
        assert!(!says(&Value::text(joined(&there)), &back), "given up");
    }
}
