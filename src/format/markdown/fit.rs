//! A card made to fit a page of Markdown.

use std::borrow::Cow;

use super::labels::{self, Label};
use super::page::{ABOVE, FrontMatter, METADATA, NAME, OVERVIEW, Page, PageSection, TEXT};
use super::rows::text_of;
use super::text::one_line;
use super::{Flavour, headings, inside, known, metadata, results, vocabulary};
use crate::card::results::{CHARTS_QUESTION, QUESTION, hub};
use crate::card::{Card, Field, Section, Value};
use crate::format::measures::gathered_from_evaluations;

/// The card as a new page would say it: every answer as text, each below its heading.
pub(super) fn fit(card: &Card, flavour: Flavour) -> Card {
    let gathered = match flavour {
        Flavour::HuggingFace => gathered_from_evaluations(card),
        Flavour::Plain => Cow::Borrowed(card),
    };
    let card = gathered.as_ref();
    let mut builder = Builder {
        flavour,
        page: Page::default(),
        front: Vec::new(),
        parts: Vec::new(),
        own: Vec::new(),
        labels: Vec::new(),
    };
    for section in &card.sections {
        let mut own = None;
        for field in section.fields.iter().filter(|field| !field.value.is_blank()) {
            builder.field(section, field, &mut own);
        }
    }
    if flavour == Flavour::HuggingFace
        && card.value(hub::QUESTION).is_none_or(Value::is_blank)
        && let (Some(index), Some(key)) = (results::model_index(card), metadata::key(hub::QUESTION))
    {
        builder.front.push((key.to_owned(), index));
    }
    builder.lines();
    let rank = |key: &str| flavour.outline().sections.iter().position(|part| part.key == key);
    builder.parts.sort_by_key(|(key, _)| rank(key));
    let mut page = builder.page;
    page.front = (!builder.front.is_empty()).then_some(FrontMatter::Keys(builder.front));
    page.sections = builder.parts.into_iter().map(|(_, section)| section).collect();
    page.sections.extend(builder.own);
    inside::keep_inside(&mut page);
    page.card(flavour).card
}

struct Builder {
    flavour: Flavour,
    page: Page,
    front: Vec<(String, Value)>,
    parts: Vec<(&'static str, PageSection)>,
    own: Vec<PageSection>,
    labels: Vec<(&'static Label, String)>,
}

impl Builder {
    fn field(&mut self, section: &Section, field: &Field, own: &mut Option<usize>) {
        let table = match field.id.as_str() {
            QUESTION => results::table(&field.value),
            CHARTS_QUESTION => results::charts(&field.value),
            _ => None,
        };
        if table.as_ref().is_some_and(String::is_empty) {
            return;
        }
        let text = table.map_or_else(|| text_of(&field.value), Cow::Owned);
        let text = closed(trimmed(&text)).into_owned();
        let is_hub = self.flavour == Flavour::HuggingFace;
        match field.id.as_str() {
            NAME => return self.page.name = Some(one_line(&text)),
            OVERVIEW => return self.page.intro = text,
            ABOVE if self.page.above.is_empty() => return self.page.above = text,
            _ => {}
        }
        if is_hub && let Some(key) = metadata::key(&field.id) {
            let fitted = match key {
                "license" => licence(&field.value).map(Value::Text),
                "pipeline_tag" => task(&field.value),
                _ => Some(field.value.clone()),
            };
            if let Some(value) = fitted {
                return self.front.push((key.to_owned(), value));
            }
        } else if is_hub && section.key == METADATA && field.is_custom() {
            return self.front.push((field.label.clone(), field.value.clone()));
        }
        let label = labels::of_question(&field.id).filter(|_| is_hub);
        if let Some(line) = label.and_then(|label| Some((label, labels::value_of(&field.value)?))) {
            return self.labels.push(line);
        }
        let outline = self.flavour.outline();
        let known = known::place(&field.id).filter(|known| outline.part(known.section).is_some());
        let (target, heading) = match known {
            Some(known) => (self.part(known.section), known.heading),
            None if outline.part(&section.key).is_some() => (self.part_of(&section.key), field.label.as_str()),
            None => {
                let index = *own.get_or_insert_with(|| {
                    self.own.push(PageSection {
                        heading: one_line(&section.title),
                        ..PageSection::default()
                    });
                    self.own.len() - 1
                });
                (&mut self.own[index], field.label.as_str())
            }
        };
        // A section of the template that is one text stays so under any outline.
        let is_one =
            known::place(&field.id).is_some_and(|known| known.section == section.key && known.heading.is_empty());
        let is_lead = is_one || heading.is_empty() || field.id == TEXT || field.id == "+";
        if is_lead && target.lead.is_empty() {
            target.lead = text;
        } else {
            target.parts.push((one_line(heading), text));
        }
    }

    /// Puts the lines with labels below the texts where the template has them.
    fn lines(&mut self) {
        let mut labels = std::mem::take(&mut self.labels);
        while let Some((first, _)) = labels.first() {
            let Some(place) = first.place() else { return };
            let (here, others) = labels
                .into_iter()
                .partition(|(label, _): &(&Label, _)| label.place().is_some_and(|other| other.id == place.id));
            labels = others;
            let here: Vec<_> = here;
            let section = self.part(place.section);
            if place.heading.is_empty() {
                section.lead = labels::below(&section.lead, &here);
                continue;
            }
            let index = section.parts.iter().position(|(heading, _)| heading == place.heading);
            let index = index.unwrap_or_else(|| {
                section.parts.insert(0, (place.heading.to_owned(), String::new()));
                0
            });
            let text = &mut section.parts[index].1;
            *text = labels::below(text, &here);
        }
    }

    fn part_of(&mut self, key: &str) -> &mut PageSection {
        let key = self.flavour.outline().part(key).map_or("", |part| part.key);
        self.part(key)
    }

    fn part(&mut self, key: &'static str) -> &mut PageSection {
        let index = self.parts.iter().position(|(other, _)| *other == key);
        let index = index.unwrap_or_else(|| {
            let title = self.flavour.outline().part(key).map_or(key, |part| part.title);
            let section = PageSection {
                heading: title.to_owned(),
                ..PageSection::default()
            };
            self.parts.push((key, section));
            self.parts.len() - 1
        });
        &mut self.parts[index].1
    }
}

/// The hub's word for a licence, when the answer is one that it has a word for.
fn licence(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(metadata::licence(text).map_or_else(|| text.clone(), str::to_owned)),
        Value::List(rows) => match rows.as_slice() {
            [Value::Text(text)] => metadata::licence(text).map(str::to_owned),
            [Value::Group(members)] => match members.as_slice() {
                [(_, Value::Text(text))] => metadata::licence(text).map(str::to_owned),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The hub's word for a task, when the answer is one that it knows.
fn task(value: &Value) -> Option<Value> {
    let text = match value {
        Value::Text(text) => text,
        Value::List(items) => match items.as_slice() {
            [Value::Text(text)] => text,
            _ => return None,
        },
        _ => return None,
    };
    match vocabulary::task(text) {
        None => Some(Value::text(text)),
        Some(_) => vocabulary::task_word(text).map(Value::text),
    }
}

/// The card with answers as they are read back from their own file: texts, without blank lines around, and with what is
/// left open closed. `old` is what the file says.
pub(super) fn settled(old: &Card, card: &Card) -> Card {
    let settle = |section: &Section, field: &Field| {
        let before = old.section(&section.key).and_then(|section| section.field(&field.id));
        let value = match &field.value {
            value if section.key == METADATA || before.is_some_and(|before| before.value == *value) => value.clone(),
            value => Value::text(closed(trimmed(&text_of(value)))),
        };
        Field { value, ..field.clone() }
    };
    let sections = card.sections.iter().map(|section| Section {
        fields: section.fields.iter().map(|field| settle(section, field)).collect(),
        ..section.clone()
    });
    Card {
        sections: sections.collect(),
    }
}

/// The text, and behind it the end of a code block or comment that is left open: it would swallow the sections below.
pub(super) fn closed(text: &str) -> Cow<'_, str> {
    let lets_headings_follow = |text: &str| is_heading_behind(&format!("{text}\n\n# x"));
    if text.is_empty() || lets_headings_follow(text) {
        return Cow::Borrowed(text);
    }
    let mut fence = text.lines().map(str::trim_start).filter_map(|line| {
        let sign = line.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
        let fence = &line[..line.len() - line.trim_start_matches(sign).len()];
        (fence.len() >= 3).then_some(fence)
    });
    let fence = fence.next_back();
    let ends = fence
        .into_iter()
        .chain(["-->", "</pre>", "</script>", "</style>", "</textarea>", "?>", "]]>"]);
    let mut closed = ends.map(|end| format!("{text}\n{end}"));
    closed
        .find(|closed| lets_headings_follow(closed))
        .map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether a heading with signs in front may follow without a blank line.
pub(super) fn follows_at_once(text: &str) -> bool {
    is_heading_behind(&format!("{text}\n# x"))
}

/// Whether the text ends with a heading.
fn is_heading_behind(probe: &str) -> bool {
    let headings = headings::find(probe, 0).found;
    headings.last().is_some_and(|last| last.words.end == probe.len())
}

/// The text without blank lines before it and behind it.
pub(super) fn trimmed(text: &str) -> &str {
    let mut inner = text;
    while let Some((line, rest)) = inner.split_once('\n')
        && line.trim().is_empty()
    {
        inner = rest;
    }
    if inner.trim().is_empty() {
        return "";
    }
    let end = inner.trim_end().len();
    let tail = inner[end..].find(['\n', '\r']).unwrap_or(inner.len() - end);
    &inner[..end + tail]
}
