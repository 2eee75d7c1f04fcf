//! Words that are wider than their place may be cut: nothing runs off the page.

use std::collections::HashSet;

use super::block::{Block, Run, Section, Words};
use super::table::PAGE_POINTS;

/// Size of the letters of the text, in points.
const TEXT_SIZE: f64 = 10.5;

/// How much of its place a word may take before it is cut: what is known of its width is an estimate.
const SAFE: f64 = 0.9;

/// How far lists and quotes are moved to the right, in times the size of the letters.
const INDENT: f64 = 2.0;

/// The part of the page that the value of a fact has.
const VALUE_PART: f64 = 0.64;

/// How wide something is, in times the size of the letters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Width {
    /// Its widest word.
    pub word: f64,
    /// All of it in one line.
    pub all: f64,
}

impl Width {
    /// The same in bold letters.
    pub fn bold(self) -> Self {
        Self {
            word: self.word * 1.1,
            all: self.all * 1.1,
        }
    }

    /// The larger of both.
    pub fn or(self, other: Self) -> Self {
        Self {
            word: self.word.max(other.word),
            all: self.all.max(other.all),
        }
    }
}

/// How wide a text is, about.
pub(super) fn width(text: &str) -> Width {
    let mut width = Width::default();
    let mut word = 0.0;
    for letter in text.chars() {
        let wide = of_letter(letter);
        width.all += wide;
        // A line may end at each of the wide signs of Asia.
        word = if letter.is_whitespace() || wide >= 1.0 {
            0.0
        } else {
            word + wide
        };
        width.word = width.word.max(word).max(if wide >= 1.0 { wide } else { 0.0 });
    }
    width
}

fn of_letter(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | '[' | ']'
        | ' ' => 0.33,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.92,
        'A'..='Z' | '&' | '_' | '=' | '+' | '<' | '>' | '~' | '#' => 0.68,
        '0'..='9' | 'a'..='z' | '-' | '/' => 0.57,
        letter if u32::from(letter) < 0x2E80 => 0.62,
        _ => 1.0,
    }
}

/// Cuts what is too wide, and leads only those references somewhere whose note is there.
pub(super) fn fit(sections: &mut [Section]) {
    let mut notes = HashSet::new();
    for section in &mut *sections {
        name_notes(&mut section.blocks, &mut notes);
    }
    let room = PAGE_POINTS / TEXT_SIZE;
    for section in sections {
        soften(&mut section.title, room * 0.6, &notes);
        blocks(&mut section.blocks, room, &notes);
    }
}

/// Gathers the names of notes; of two with the same name the second loses it.
fn name_notes(blocks: &mut [Block], names: &mut HashSet<String>) {
    for block in blocks {
        match block {
            Block::Footnotes { notes } => {
                for note in notes {
                    if !names.insert(note.id.clone()) {
                        note.id.clear();
                    }
                }
            }
            Block::List { items, .. } | Block::Several { items } => {
                items.iter_mut().for_each(|item| name_notes(item, names));
            }
            Block::Quote { blocks, .. } => name_notes(blocks, names),
            Block::Facts { facts, .. } => facts.iter_mut().for_each(|fact| name_notes(&mut fact.blocks, names)),
            Block::Table(table) => {
                let cells = table.rows.iter_mut().flat_map(|row| &mut row.cells);
                cells.for_each(|cell| name_notes(cell, names));
            }
            _ => {}
        }
    }
}

/// `room` is how wide a line is, in times the size of the letters.
fn blocks(all: &mut [Block], room: f64, notes: &HashSet<String>) {
    let words = |words: &mut Words, room: f64| soften(&mut words.runs, room, notes);
    for block in all {
        match block {
            Block::Paragraph(one) | Block::Note { words: one } => words(one, room),
            Block::Heading { words: one, .. } => words(one, room * 0.8),
            Block::List { items, .. } => items.iter_mut().for_each(|item| blocks(item, room - INDENT, notes)),
            Block::Several { items } => items.iter_mut().for_each(|item| blocks(item, room, notes)),
            Block::Quote { blocks: quoted, .. } => blocks(quoted, room - INDENT, notes),
            Block::Code { lines } => {
                // Letters of one width each, and smaller.
                lines.iter_mut().for_each(|line| soften(line, room * 0.92, notes));
            }
            Block::Facts { is_inner, facts } => {
                let (name, value) = match is_inner {
                    true => (room - INDENT, room - INDENT),
                    false => (room * (1.0 - VALUE_PART), room * VALUE_PART),
                };
                for fact in facts {
                    words(&mut fact.name, name);
                    blocks(&mut fact.blocks, value, notes);
                }
            }
            Block::Picture(picture) => {
                if let Some(caption) = &mut picture.caption {
                    words(caption, room);
                }
            }
            Block::Table(table) => {
                for (head, share) in table.head.iter_mut().zip(&table.shares) {
                    words(head, *share);
                }
                for row in &mut table.rows {
                    for (cell, share) in row.cells.iter_mut().zip(&table.shares) {
                        blocks(cell, *share, notes);
                    }
                }
            }
            Block::Footnotes { notes: all } => {
                all.iter_mut()
                    .for_each(|note| blocks(&mut note.blocks, room - INDENT, notes));
            }
            Block::Rule => {}
        }
    }
}

fn soften(runs: &mut Vec<Run>, room: f64, notes: &HashSet<String>) {
    let room = (room * SAFE).max(2.0);
    let mut softened = Vec::with_capacity(runs.len());
    for mut run in std::mem::take(runs) {
        match &mut run {
            Run::Text(text) => {
                cut(text, room, &mut softened);
                continue;
            }
            Run::Reference { id, runs } if !notes.contains(id) => {
                let mut inner = std::mem::take(runs);
                soften(&mut inner, room, notes);
                softened.extend(inner);
                continue;
            }
            Run::Emphasis(runs)
            | Run::Strong(runs)
            | Run::Struck(runs)
            | Run::Code(runs)
            | Run::Lower(runs)
            | Run::Upper(runs)
            | Run::Link { runs, .. }
            | Run::Reference { runs, .. } => soften(runs, room, notes),
            Run::Break | Run::Soft => {}
        }
        softened.push(run);
    }
    *runs = softened;
}

/// Cuts words that are wider than the room into pieces, where a reader expects it if there is such a place.
fn cut(text: &str, room: f64, out: &mut Vec<Run>) {
    if width(text).word <= room {
        return out.push(Run::Text(text.to_owned()));
    }
    let mut short = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        if width(word).word <= room {
            short.push_str(word);
            continue;
        }
        if !short.is_empty() {
            out.push(Run::Text(std::mem::take(&mut short)));
        }
        pieces(word, room, out);
    }
    if !short.is_empty() {
        out.push(Run::Text(short));
    }
}

fn pieces(word: &str, room: f64, out: &mut Vec<Run>) {
    let most = (room / 4.0).clamp(1.0, 6.0);
    let (mut begin, mut wide) = (0, 0.0);
    for (index, letter) in word.char_indices() {
        wide += of_letter(letter);
        let end = index + letter.len_utf8();
        let is_joint = "/._-,:;=&?@#\\|)".contains(letter) && wide > 1.5;
        let next_joins = word[end..].starts_with(|next: char| !next.is_alphanumeric());
        if end < word.len() && (wide >= 2.0 * most || !next_joins && (is_joint || wide >= most)) {
            out.push(Run::Text(word[begin..end].to_owned()));
            out.push(Run::Soft);
            (begin, wide) = (end, 0.0);
        }
    }
    out.push(Run::Text(word[begin..].to_owned()));
}
