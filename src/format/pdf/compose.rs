//! Answers as readers see them, made into what the template sets.

use super::block::{Block, Fact, Picture, Run, Section, Words};
use super::table;
use crate::chart::Chart;
use crate::format::html::{Shown, ShownSection};
use crate::format::language::of_script as language;
use crate::format::pdf::picture::{self, Picture as Bytes};
use crate::prose;

/// What stands deeper inside other things is set as plain text: typesetting refuses to go much deeper, and paper is not
/// wide enough.
pub(super) const DEEPEST: usize = 8;

/// What is said of the further pieces of a chart that is higher than a page: the first one says it all.
const CONTINUED: &str = "The chart goes on.";

/// Makes blocks of answers, and keeps what the paper needs beside them.
#[derive(Default)]
pub(super) struct Composer {
    /// The pictures, in the order in which they stand on the paper.
    pub pictures: Vec<Bytes>,
    /// The level of the heading before: none may be left out.
    level: u8,
    /// Level of the heading that an answer stands below.
    base: u8,
    /// How many things the current one stands in.
    pub depth: usize,
}

impl Composer {
    pub fn section(&mut self, section: &ShownSection) -> Section {
        let is_titled = !section.title.is_empty();
        self.level = u8::from(is_titled);
        let mut blocks = Vec::new();
        if is_titled {
            for field in &section.fields {
                self.base = 1;
                if !field.label.is_empty() {
                    blocks.push(self.heading(2, words(line(field.label))));
                    self.base = 2;
                }
                blocks.extend(self.shown(&field.value));
            }
        } else {
            let mut facts = Vec::new();
            for field in &section.fields {
                let name = words(line(field.label));
                let blocks = self.inside(|inner| inner.shown(&field.value));
                facts.push(Fact { name, blocks });
            }
            blocks.push(Block::Facts { is_inner: false, facts });
        }
        let title = words(line(section.title));
        Section {
            title: title.runs,
            lang: title.lang,
            blocks,
        }
    }

    /// A heading at this level, or higher if that would leave one out.
    fn heading(&mut self, level: u8, words: Words) -> Block {
        self.level = level.min(self.level + 1);
        Block::Heading {
            level: self.level,
            words,
        }
    }

    /// A heading within an answer, `below` its own heading. Within lists and tables it is only a strong line.
    pub fn inner_heading(&mut self, below: u8, runs: Vec<Run>) -> Block {
        if self.depth > 0 {
            return Block::Paragraph(words(vec![Run::Strong(runs)]));
        }
        self.heading(self.base + below, words(runs))
    }

    /// Composes something that stands in something else.
    pub fn inside<T>(&mut self, compose: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let composed = compose(self);
        self.depth -= 1;
        composed
    }

    /// A value as it is shown.
    fn shown(&mut self, shown: &Shown) -> Vec<Block> {
        match shown {
            Shown::Nothing => Vec::new(),
            Shown::Prose(html) => self.prose(&prose::tree_of(html)),
            Shown::Line(text) => vec![Block::Paragraph(words(line(text)))],
            Shown::Link { address, words: text } => {
                let runs = line(text);
                let to = address.clone();
                vec![Block::Paragraph(words(vec![Run::Link { to, runs }]))]
            }
            Shown::Picture { source, alt } => vec![self.picture(source, alt, None)],
            Shown::Note(text) => vec![note(text)],
            Shown::Figure { picture, name, rest } => {
                let mut blocks = match &**picture {
                    Shown::Picture { source, alt } => {
                        let caption = (!name.trim().is_empty()).then(|| words(line(name)));
                        vec![self.picture(source, alt, caption)]
                    }
                    other => self.shown(other),
                };
                blocks.extend(self.shown(rest));
                blocks
            }
            Shown::Chart(chart) => self.chart(chart),
            _ if self.depth >= DEEPEST => vec![Block::Paragraph(words(line(&plain(shown))))],
            Shown::Several(items) => Block::several(self.items(items)),
            Shown::List(items) => vec![Block::list(None, self.items(items))],
            Shown::Group(members) => {
                let is_inner = self.depth > 0;
                let mut facts = Vec::new();
                for (name, value) in members {
                    let blocks = self.inside(|inner| inner.shown(value));
                    let name = words(line(name));
                    facts.push(Fact { name, blocks });
                }
                vec![Block::Facts { is_inner, facts }]
            }
            Shown::Table(shown) => {
                let head = shown.columns.iter().map(|column| words(line(&column.label))).collect();
                let numeric = shown.columns.iter().map(|column| column.is_numeric).collect();
                let rows = shown.rows.iter().map(|row| {
                    let has_head = row.first().is_some_and(Shown::is_heading);
                    let cells = row.iter().map(|cell| self.inside(|inner| inner.shown(cell)));
                    (has_head, cells.collect())
                });
                let rows = rows.collect();
                vec![table::table(&shown.caption, head, numeric, rows)]
            }
        }
    }

    /// A picture that can be set.
    fn placed(&mut self, picture: picture::Picture, alt: &str, caption: Option<Words>) -> Block {
        let file = format!("picture-{}", self.pictures.len() + 1);
        let width = picture.points();
        self.pictures.push(picture);
        let alt = match tidy(alt) {
            alt if alt.trim().is_empty() => "Figure".to_owned(),
            alt => alt,
        };
        Block::Picture(Picture {
            file,
            width,
            alt,
            caption,
        })
    }

    /// A chart, and below it the numbers from which it was drawn.
    fn chart(&mut self, chart: &Chart) -> Vec<Block> {
        let cells = |row: &Vec<String>| {
            let cells = row.iter().map(|cell| vec![Block::Paragraph(words(line(cell)))]);
            (false, cells.collect())
        };
        let head: Vec<Words> = chart.data.columns.iter().map(|column| words(line(column))).collect();
        let numeric = vec![false; head.len()];
        let rows = chart.data.rows.iter().map(cells).collect();
        let pieces: Vec<_> = picture::of_chart(chart).collect();
        let last = pieces.len().saturating_sub(1);
        let mut blocks = Vec::with_capacity(pieces.len() + 1);
        for (index, piece) in pieces.into_iter().enumerate() {
            let alt = if index == 0 { &chart.alt } else { CONTINUED };
            blocks.push(self.placed(piece, alt, (index == last).then(|| words(line(&chart.title)))));
        }
        blocks.push(table::table(&chart.title, head, numeric, rows));
        blocks
    }

    fn items(&mut self, items: &[Shown]) -> Vec<Vec<Block>> {
        let items = items.iter().map(|item| self.inside(|inner| inner.shown(item)));
        items.collect()
    }

    /// A picture, or a note when nothing can show it.
    pub fn picture(&mut self, source: &str, alt: &str, caption: Option<Words>) -> Block {
        match picture::decode(source) {
            Ok(picture) => self.placed(picture, alt, caption),
            Err(why) => note(&match alt.trim() {
                "" => why.to_owned(),
                alt => format!("{alt}: {why}"),
            }),
        }
    }
}

impl Block {
    /// Items with marks, or with numbers from `start`.
    pub fn list(start: Option<u64>, items: Vec<Vec<Self>>) -> Self {
        let lang = language(&Self::plain_of(items.iter().take(40).flatten()));
        Self::List { lang, start, items }
    }

    /// One thing needs nothing around it.
    fn several(mut items: Vec<Vec<Block>>) -> Vec<Block> {
        match items.len() {
            0 => Vec::new(),
            1 => items.swap_remove(0),
            _ => vec![Self::Several { items }],
        }
    }
}

/// Text with the language that its letters tell.
pub(super) fn words(runs: Vec<Run>) -> Words {
    let mut words = Words { lang: None, runs };
    words.lang = language(&words.plain());
    words
}

/// Text whose line breaks count.
pub(super) fn line(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, line) in text.trim().lines().enumerate() {
        if index > 0 {
            runs.push(Run::Break);
        }
        let line = tidy(line);
        runs.push(Run::Text(line.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    runs
}

/// Takes out signs that control machines and have no shape.
pub(super) fn tidy(text: &str) -> String {
    let is_shown = |letter: &char| !letter.is_control() || letter.is_whitespace();
    text.chars().filter(is_shown).collect()
}

fn note(text: &str) -> Block {
    Block::Note {
        words: words(line(text)),
    }
}

/// What can be read in a value, in one line.
fn plain(shown: &Shown) -> String {
    match shown {
        Shown::Nothing | Shown::Picture { .. } => String::new(),
        Shown::Chart(chart) => chart.alt.clone(),
        Shown::Prose(html) => {
            let mut out = String::new();
            super::flow::plain(&prose::tree_of(html), &mut out);
            out
        }
        Shown::Line(text) | Shown::Note(text) | Shown::Link { words: text, .. } => text.clone(),
        Shown::Figure { name, rest, .. } => format!("{name} {}", plain(rest)),
        Shown::Several(items) | Shown::List(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Shown::Group(members) => {
            let told = members.iter().map(|(name, value)| format!("{name}: {}", plain(value)));
            told.collect::<Vec<_>>().join("; ")
        }
        Shown::Table(table) => {
            let rows = table
                .rows
                .iter()
                .map(|row| row.iter().map(plain).collect::<Vec<_>>().join(", "));
            rows.collect::<Vec<_>>().join("; ")
        }
    }
}
