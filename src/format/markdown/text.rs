//! A Markdown file as a text with places: front matter, title, sections by headings.

use std::ops::Range;

use super::headings::{self, Heading, Headings, Undivided};
use super::metadata;
use crate::format::encoding::Encoding;
use crate::format::file::Text;
use crate::yaml::{self, Kind, Layout};

/// How many sections, and how many parts in one, a text may be divided into; one with more stays whole.
pub(super) const MOST: usize = 500;

/// A Markdown file.
#[derive(Debug)]
pub(in crate::format) struct Document {
    /// The text; line breaks are `\n` when the file has one kind of them only.
    pub text: String,
    /// Whether all line breaks of the file are `\r\n`.
    is_crlf: bool,
    pub encoding: Encoding,
    pub front: Option<Front>,
    /// Whether the file begins like front matter that is never closed.
    pub is_unclosed: bool,
    /// What stands before the title.
    pub above: Range<usize>,
    pub title: Option<Heading>,
    /// What stands between title and first section.
    pub intro: Range<usize>,
    pub sections: Vec<Block>,
    /// The level of the sections' headings.
    pub level: usize,
    /// Where a line looks like a heading without being one.
    pub unspaced: Option<usize>,
    /// Why it is not divided, if it is not.
    pub(super) undivided: Option<Undivided>,
}

/// The YAML block at the beginning.
#[derive(Debug)]
pub(in crate::format) struct Front {
    /// Byte range with its fences.
    pub span: Range<usize>,
    /// Byte range between the fences.
    pub inner: Range<usize>,
    /// What it says.
    pub yaml: Result<yaml::Document, yaml::SyntaxError>,
}

/// A section.
#[derive(Debug)]
pub(in crate::format) struct Block {
    pub heading: Heading,
    /// What stands below the heading itself.
    pub lead: Range<usize>,
    /// The headings inside, each with what stands below it.
    pub parts: Vec<(Heading, Range<usize>)>,
}

impl Document {
    /// The places in a text; every text is Markdown.
    pub fn of(file: &Text) -> Self {
        let returns = file.text.matches('\r').count();
        let is_crlf =
            returns > 0 && returns == file.text.matches("\r\n").count() && returns == file.text.matches('\n').count();
        let text = if is_crlf {
            file.text.replace("\r\n", "\n")
        } else {
            file.text.to_string()
        };
        Self::new(text, is_crlf, file.encoding)
    }

    /// A page with nothing on it.
    pub fn blank() -> Self {
        Self::new(String::new(), false, Encoding::Utf8)
    }

    fn new(text: String, is_crlf: bool, encoding: Encoding) -> Self {
        let (front, is_unclosed) = front(&text);
        let start = front.as_ref().map_or(0, |front| front.span.end);
        let Headings {
            found,
            unspaced,
            undivided,
        } = headings::find(&text, start);
        let mut document = Self {
            above: start..start,
            title: None,
            intro: start..text.len(),
            sections: Vec::new(),
            level: 2,
            text,
            is_crlf,
            encoding,
            front,
            is_unclosed,
            unspaced,
            undivided,
        };
        document.divide(start, found);
        document
    }

    fn divide(&mut self, start: usize, mut headings: Vec<Heading>) {
        let end = self.text.len();
        let tops = headings.iter().filter(|heading| heading.level == 1).count();
        let is_title = headings
            .first()
            .is_some_and(|first| first.level == 1 && (tops == 1 || says_model_card(&self.text[first.words.clone()])));
        let title = is_title.then(|| headings.remove(0));
        let level = level_of_sections(&headings);
        let mut sections: Vec<Block> = Vec::new();
        let mut inner = 0;
        for (index, heading) in headings.iter().enumerate() {
            let below = heading.span.end..headings.get(index + 1).map_or(end, |next| next.span.start);
            match sections.last_mut() {
                Some(block) if heading.level > level => match block.parts.last_mut() {
                    Some((_, stretch)) if heading.level > inner => stretch.end = below.end,
                    _ => {
                        // Deeper headings than the shallowest of the section stay inside its text.
                        if inner == 0 {
                            let rest = headings[index..].iter().take_while(|other| other.level > level);
                            inner = rest.map(|other| other.level).min().unwrap_or(heading.level);
                        }
                        if heading.level > inner {
                            block.lead.end = below.end;
                        } else {
                            block.parts.push((heading.clone(), below));
                        }
                    }
                },
                // What is deeper than a section's heading and stands before the first belongs to the introduction.
                None if heading.level > level => {}
                _ => {
                    inner = 0;
                    sections.push(Block {
                        heading: heading.clone(),
                        lead: below,
                        parts: Vec::new(),
                    });
                }
            }
        }
        let is_long = sections.len() > MOST || sections.iter().any(|block| block.parts.len() > MOST);
        if is_long {
            self.undivided = Some(Undivided::Headings);
            sections.clear();
        }
        let until = sections.first().map_or(end, |block| block.heading.span.start);
        match &title {
            Some(title) => {
                self.above = start..title.span.start;
                self.intro = title.span.end..until;
            }
            None => self.intro = start..until,
        }
        self.title = title;
        self.level = level;
        self.sections = sections;
    }

    /// The content of a stretch: without the blank lines before and behind it.
    pub fn content(&self, stretch: &Range<usize>) -> Range<usize> {
        let text = &self.text[stretch.clone()];
        let blank = |line: &str| line.trim().is_empty();
        let before: usize = text
            .split_inclusive('\n')
            .take_while(|line| blank(line))
            .map(str::len)
            .sum();
        let behind = text[before..].len() - text[before..].trim_end().len();
        // Blanks at the end of the last line belong to it: two of them are a line break.
        let content = &text[before..text.len() - behind];
        let tail = text[before + content.len()..].find(['\n', '\r']).unwrap_or(behind);
        let tail = if content.is_empty() { 0 } else { tail };
        stretch.start + before..stretch.start + before + content.len() + tail
    }

    /// The words of a heading on one line.
    pub fn words(&self, heading: &Heading) -> String {
        one_line(&self.text[heading.words.clone()])
    }

    /// The name of the model in the title: its words without “Model Card for”.
    pub fn name(&self, title: &Heading) -> Range<usize> {
        let words = &self.text[title.words.clone()];
        let lower = words.to_ascii_lowercase();
        let phrase = PHRASES.iter().find(|phrase| lower.starts_with(*phrase));
        let rest = phrase.map_or(0, |phrase| phrase.len());
        headings::trimmed(&self.text, title.words.start + rest..title.words.end)
    }

    /// The text in the file's own bytes.
    pub fn encode(&self, text: &str) -> Vec<u8> {
        if self.is_crlf {
            self.encoding.encode(&text.replace("\r\n", "\n").replace('\n', "\r\n"))
        } else {
            self.encoding.encode(text)
        }
    }
}

/// The level of the headings that begin sections; higher ones begin sections too.
///
/// It is the highest level, when the first heading has it. Otherwise one heading of a higher level stands somewhere below,
/// and the highest level that comes several times counts.
fn level_of_sections(headings: &[Heading]) -> usize {
    let highest = headings.iter().map(|heading| heading.level).min().unwrap_or(2);
    let count = |level: usize| headings.iter().filter(|heading| heading.level == level).count();
    match headings.first() {
        Some(first) if first.level > highest => (highest..=6).find(|level| count(*level) > 1).unwrap_or(highest),
        _ => highest,
    }
}

/// What titles say before the name of the model.
const PHRASES: [&str; 4] = ["model card for ", "model card: ", "model card - ", "modelcard for "];

fn says_model_card(words: &str) -> bool {
    words.to_ascii_lowercase().starts_with("model card")
}

/// The text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The front matter, and whether there is one that is never closed.
pub(super) fn front(text: &str) -> (Option<Front>, bool) {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').map(|line| {
        at += line.len();
        (at - line.len(), at, line)
    });
    let Some((start, opened, _)) = lines
        .by_ref()
        .find(|(_, _, line)| !line.trim().is_empty())
        .filter(|(_, _, line)| line.trim_end() == "---")
    else {
        return (None, false);
    };
    let Some((closing, end, _)) = lines.find(|(_, _, line)| line.trim_end() == "---") else {
        let begins = text[opened..].lines().find(|line| !line.trim().is_empty());
        return (None, begins.is_some_and(metadata::begins_with_hub_key));
    };
    let inner = opened..closing;
    let yaml = yaml::parse(&text[inner.clone()]);
    let is_front = match &yaml {
        Ok(document) => match &document.root.kind {
            Kind::Group(Layout::Block, _) => true,
            Kind::Group(Layout::Flow, _) => metadata::is_of_hub(&document.view()),
            _ => is_without_content(&text[inner.clone()]),
        },
        Err(_) => text[inner.clone()].lines().any(metadata::begins_with_hub_key),
    };
    let front = Front {
        span: start..end,
        inner,
        yaml,
    };
    (is_front.then_some(front), false)
}

/// Whether there is nothing but blank lines and comments.
fn is_without_content(yaml: &str) -> bool {
    yaml.lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}
