//! A card put into its page: every part that says the same keeps its bytes.

mod front;
mod order;

use std::borrow::Cow;
use std::ops::Range;

use front::key_of;
use order::{continued, order};

use super::fit::{closed, follows_at_once, trimmed};
use super::headings::Heading;
use super::page::{ABOVE, CardOfPage, METADATA, NAME, OVERVIEW, Page, Place, SUMMARY, is_lead};
use super::text::{Document, one_line};
use super::{Flavour, known, metadata, rows};
use crate::card::{Card, Field, Section, Value};
use crate::format::steps::rearrange;

/// The text of a new page. One for the hub has metadata even without an answer in it, and a key that only the hub has, by
/// which it is known to be the hub's.
pub(super) fn write_new(flavour: Flavour, card: &Card) -> String {
    let text = write(&Document::blank(), flavour, card);
    let fields = card.section(METADATA).map_or(&[][..], |section| &section.fields);
    let mut filled = fields.iter().filter(|field| !field.value.is_blank()).peekable();
    match flavour {
        Flavour::Plain => text,
        Flavour::HuggingFace if filled.peek().is_none() => metadata::above(&text),
        Flavour::HuggingFace if filled.any(|field| metadata::is_hub_key(&key_of(field))) => text,
        Flavour::HuggingFace => metadata::marked(&text),
    }
}

/// The page's text with the card in it.
pub(super) fn write(document: &Document, flavour: Flavour, card: &Card) -> String {
    let old = Page::of(document).card(flavour);
    if old.card == *card {
        return document.text.clone();
    }
    let mut writer = Writer {
        document,
        flavour,
        old,
        text: String::new(),
        at: Some(0),
    };
    writer.front(card);
    writer.beginning(card);
    writer.sections(card);
    writer.end()
}

struct Writer<'d> {
    document: &'d Document,
    flavour: Flavour,
    old: CardOfPage,
    /// What is written so far.
    text: String,
    /// The place in the old text where the next untouched piece would follow on.
    at: Option<usize>,
}

/// A section or field that shall stand: the old one it continues, and the new one.
type Slot = (Option<usize>, Option<usize>);

impl Writer<'_> {
    /// Takes a piece over as it is.
    fn keep(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if self.at != Some(range.start) {
            self.blank_line();
        }
        self.text.push_str(&self.document.text[range.clone()]);
        self.at = Some(range.end);
    }

    /// Makes sure that what follows stands apart.
    fn blank_line(&mut self) {
        if self.text.is_empty() || self.text.ends_with("\n\n") {
            return;
        }
        self.text
            .push_str(if self.text.ends_with('\n') { "\n" } else { "\n\n" });
    }

    fn value<'c>(section: Option<&'c Section>, id: &str) -> Option<Cow<'c, str>> {
        section
            .and_then(|section| section.field(id))
            .map(|field| text_of(&field.value))
    }

    /// The stretch below a heading, with this content.
    fn stretch(&mut self, range: &Range<usize>, new: &str) {
        let document = self.document;
        let content = document.content(range);
        if document.text[content.clone()] == *new {
            return self.keep(range.clone());
        }
        let is_last = range.end == document.text.len();
        let before = &document.text[range.start..content.start];
        let after = &document.text[content.end..range.end];
        if self.at != Some(range.start) {
            self.blank_line();
        }
        if new.is_empty() {
            self.text.push_str(if is_last { "" } else { "\n" });
        } else {
            let at_start = range.start == 0 || self.text.is_empty();
            let before = match content.is_empty() {
                true if at_start => "",
                true if self.text.ends_with("\n\n") => "",
                true => "\n",
                false => before,
            };
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            self.text.push_str(before);
            self.text.push_str(&closed(new));
            // Without a blank line between, a paragraph or HTML would swallow some headings.
            let has_blank = after.matches('\n').count() > 1
                || (document.text[range.end..].starts_with('#') && follows_at_once(&closed(new)));
            self.text.push_str(match (content.is_empty(), is_last) {
                (true, true) => "\n",
                (false, true) => after,
                (false, false) if has_blank => after,
                _ => "\n\n",
            });
        }
        self.at = Some(range.end);
    }

    fn heading(&mut self, level: usize, words: &str) {
        self.blank_line();
        let words = one_line(words);
        let words = words.trim();
        let level = level.clamp(1, 6);
        let document = self.document;
        let blocks = document.sections.iter();
        let headings =
            blocks.flat_map(|block| std::iter::once(&block.heading).chain(block.parts.iter().map(|(h, _)| h)));
        let mut same = headings
            .chain(&document.title)
            .filter(|heading| heading.level == level)
            .peekable();
        let is_underlined = level <= 2 && same.peek().is_some() && same.all(|heading| heading.is_underlined);
        if is_underlined && !words.is_empty() {
            let sign = if level == 1 { "=" } else { "-" };
            let line = sign.repeat(words.chars().count().max(3));
            self.text.push_str(&format!("{words}\n{line}\n"));
        } else {
            self.text.push_str(format!("{} {words}", "#".repeat(level)).trim_end());
            self.text.push('\n');
        }
        self.at = None;
    }

    fn below_heading(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.push('\n');
            self.text.push_str(&closed(text));
            self.text.push('\n');
        }
        self.at = None;
    }

    /// A heading with other words, in its own style.
    fn renamed(&mut self, heading: &Heading, words: &str) {
        let document = self.document;
        if document.words(heading) == words {
            return self.keep(heading.span.clone());
        }
        if self.at != Some(heading.span.start) {
            self.blank_line();
        }
        let text = &document.text;
        self.text.push_str(&text[heading.span.start..heading.words.start]);
        if heading.words.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        self.text.push_str(one_line(words).trim());
        self.text.push_str(&text[heading.words.end..heading.span.end]);
        self.at = Some(heading.span.end);
    }

    fn beginning(&mut self, card: &Card) {
        let document = self.document;
        let section = card.section(SUMMARY).filter(|section| self.is_summary(section));
        let above = Self::value(section, ABOVE).unwrap_or_default();
        let name = Self::value(section, NAME)
            .map(|name| one_line(&name))
            .unwrap_or_default();
        let intro = Self::value(section, OVERVIEW).unwrap_or_default();
        match &document.title {
            Some(title) => {
                self.stretch(&document.above, &above);
                let range = document.name(title);
                let same = one_line(&document.text[range.clone()]) == name;
                if same {
                    self.keep(title.span.clone());
                } else if !name.is_empty() {
                    if self.at != Some(title.span.start) {
                        self.blank_line();
                    }
                    self.text.push_str(&document.text[title.span.start..range.start]);
                    if range.is_empty() && !self.text.ends_with(' ') {
                        self.text.push(' ');
                    }
                    self.text.push_str(name.trim());
                    self.text.push_str(&document.text[range.end..title.span.end]);
                    self.at = Some(title.span.end);
                } else {
                    self.at = Some(title.span.end);
                }
                self.stretch(&document.intro, &intro);
            }
            None => {
                if !above.is_empty() {
                    self.text.push_str(&above);
                    self.text.push_str("\n\n");
                }
                if !name.trim().is_empty() {
                    let words = match self.flavour {
                        Flavour::HuggingFace if document.text.is_empty() => format!("Model Card for {}", name.trim()),
                        _ => name.trim().to_owned(),
                    };
                    self.heading(1, &words);
                    self.at = None;
                }
                self.stretch(&document.intro, &intro);
            }
        }
        let known = [ABOVE, NAME, OVERVIEW];
        let further = section.map_or(&[][..], |section| &section.fields);
        for field in further.iter().filter(|field| !known.contains(&field.id.as_str())) {
            self.heading(document.level, &field.label);
            self.below_heading(&text_of(&field.value));
        }
    }

    /// Whether a section of that key holds title and introduction, rather than being a visitor's of the same name.
    fn is_summary(&self, section: &Section) -> bool {
        self.flavour.outline().part(SUMMARY).is_some()
            || self.old.card.section(SUMMARY).is_some()
            || section
                .fields
                .iter()
                .any(|field| [NAME, OVERVIEW].contains(&field.id.as_str()))
    }

    // --- Sections ---

    fn sections(&mut self, card: &Card) {
        let outline = self.flavour.outline();
        let keys = std::mem::take(&mut self.old.keys);
        let old_section =
            |writer: &Self, block: usize| writer.old.card.section(&keys[block]).cloned().unwrap_or_default();
        let old: Vec<Section> = (0..keys.len()).map(|block| old_section(self, block)).collect();
        let is_own = |key: &str| outline.part(key).is_none();
        let new_own: Vec<usize> = (0..card.sections.len())
            .filter(|index| {
                let section = &card.sections[*index];
                let is_front = section.key == METADATA;
                is_own(&section.key) && !is_front && !(section.key == SUMMARY && self.is_summary(section))
            })
            .collect();
        let names = |sections: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            let mut seen = std::collections::HashMap::<String, usize>::new();
            sections
                .map(|title| {
                    let turn = seen.entry(title.to_owned()).or_default();
                    *turn += 1;
                    format!("{turn} {title}")
                })
                .collect()
        };
        let own_blocks: Vec<usize> = (0..old.len()).filter(|block| is_own(&old[*block].key)).collect();
        let old_names = names(&mut own_blocks.iter().map(|block| old[*block].title.as_str()));
        let new_names = names(&mut new_own.iter().map(|index| card.sections[*index].title.as_str()));
        let matched = continued(&old_names, &new_names, |before, after| {
            old[own_blocks[before]].fields == card.sections[new_own[after]].fields
        });
        let wanted: Vec<(Option<usize>, Slot)> = matched
            .into_iter()
            .zip(&new_own)
            .map(|(before, after)| {
                let block = before.map(|before| own_blocks[before]);
                (block, (block, Some(*after)))
            })
            .collect();
        let place = |key: &str| card.sections.iter().position(|section| section.key == key);
        let slots = (0..old.len())
            .map(|block| (Some(block), place(&old[block].key)))
            .collect();
        let mut slots: Vec<Slot> = rearrange(slots, |block| is_own(&old[block].key), wanted);
        // Questions answered for the first time get their section behind the one before it in the outline.
        for (rank, part) in outline.sections.iter().enumerate() {
            let is_page = [METADATA, SUMMARY].contains(&part.key) || old.iter().any(|section| section.key == part.key);
            let Some(index) = place(part.key).filter(|_| !is_page) else {
                continue;
            };
            if card.sections[index].fields.iter().all(|field| field.value.is_blank()) {
                continue;
            }
            let key_of = |slot: &Slot| slot.1.map(|index| card.sections[index].key.as_str());
            let before = outline.sections[..rank]
                .iter()
                .rev()
                .find_map(|earlier| slots.iter().position(|slot| key_of(slot) == Some(earlier.key)));
            // A new page follows the outline; in another the section comes last.
            let first_own = || slots.iter().position(|slot| key_of(slot).is_some_and(is_own));
            let at = match before {
                Some(before) => before + 1,
                None if old.is_empty() => first_own().unwrap_or(slots.len()),
                None => slots.len(),
            };
            slots.insert(at, (None, Some(index)));
        }
        for (block, index) in slots {
            let Some(section) = index.map(|index| &card.sections[index]) else {
                continue;
            };
            match block {
                Some(block) => self.section(block, &old[block], section),
                None => self.new_section(section),
            }
        }
    }

    fn section(&mut self, block: usize, old: &Section, new: &Section) {
        let document = self.document;
        let source = &document.sections[block];
        let end = source.parts.last().map_or(source.lead.end, |(_, stretch)| stretch.end);
        if old.fields == new.fields && old.title == new.title {
            return self.keep(source.heading.span.start..end);
        }
        let part = self.flavour.outline().part(&new.key).map(|part| part.key);
        if part.is_some() && new.fields.is_empty() {
            return;
        }
        if part.is_some() {
            self.keep(source.heading.span.clone());
        } else {
            self.renamed(&source.heading, &new.title);
        }
        let key = part.unwrap_or("");
        let (leads, fields): (Vec<&Field>, Vec<&Field>) = new.fields.iter().partition(|field| is_lead(field, key));
        self.stretch(&source.lead, &joined(&leads));
        let fields: Vec<Field> = fields.into_iter().cloned().collect();
        let mut ids = vec![String::new(); source.parts.len()];
        for field in &old.fields {
            if let Some(Place::Part(_, index)) = self.old.places.get(&(old.key.clone(), field.id.clone())) {
                ids[*index].clone_from(&field.id);
            }
        }
        let is_own = |id: &str| part.is_none() || id.starts_with('+');
        let slots = order(&ids, &fields, is_own, |index, field| {
            field.value.as_text() == Some(&document.text[document.content(&source.parts[index].1)])
        });
        for (index, field) in slots {
            let Some(field) = field.map(|field| &fields[field]) else {
                continue;
            };
            let text = text_of(&field.value);
            match index {
                Some(index) => {
                    let (heading, stretch) = &source.parts[index];
                    if ids[index] == field.id {
                        self.keep(heading.span.clone());
                    } else {
                        self.renamed(heading, words_of(field, key));
                    }
                    self.stretch(stretch, &text);
                }
                None => {
                    let level = source
                        .parts
                        .first()
                        .map_or_else(|| self.part_level(), |(heading, _)| heading.level);
                    self.heading(level, words_of(field, key));
                    self.below_heading(&text);
                }
            }
        }
    }

    fn new_section(&mut self, section: &Section) {
        let part = self.flavour.outline().part(&section.key).map_or("", |part| part.key);
        self.heading(self.document.level, &section.title);
        let (leads, fields): (Vec<&Field>, Vec<&Field>) = section.fields.iter().partition(|field| is_lead(field, part));
        self.below_heading(&joined(&leads));
        for field in fields {
            self.heading(self.part_level(), words_of(field, part));
            self.below_heading(&text_of(&field.value));
        }
    }

    /// The level of headings inside sections.
    fn part_level(&self) -> usize {
        let mut parts = self.document.sections.iter().flat_map(|block| &block.parts);
        let level = parts.next().map_or(0, |(heading, _)| heading.level);
        level.max(self.document.level + 1)
    }

    fn end(mut self) -> String {
        let source = &self.document.text;
        if self.at == Some(source.len()) {
            return self.text;
        }
        // The last section is another one now; the file ends as it did before.
        let end = if source.trim().is_empty() {
            "\n"
        } else {
            let tail = &source[source.trim_end().len()..];
            &tail[tail.find('\n').unwrap_or(tail.len())..]
        };
        // Blanks at the end of the last line belong to it.
        let kept = self.text.trim_end().len();
        let kept = self.text[kept..].find('\n').map_or(self.text.len(), |tail| kept + tail);
        self.text.truncate(kept);
        if !self.text.is_empty() {
            self.text.push_str(end);
        }
        self.text
    }
}

/// An answer as it stands on the page.
fn text_of(value: &Value) -> Cow<'_, str> {
    match rows::text_of(value) {
        Cow::Borrowed(text) => Cow::Borrowed(trimmed(text)),
        Cow::Owned(text) => Cow::Owned(trimmed(&text).to_owned()),
    }
}

fn joined(leads: &[&Field]) -> String {
    let texts = leads.iter().map(|field| text_of(&field.value));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The heading of a field.
fn words_of<'f>(field: &'f Field, part: &str) -> &'f str {
    known::place(&field.id)
        .filter(|known| known.section == part)
        .map_or(field.label.as_str(), |known| known.heading)
}
