//! The lines with a label in the texts of the hub's template, `- **Developed by:** X`, each an answer of its own.
//!
//! A card of the hub is read in two steps: the page with its texts, then these lines taken out of them ([`split`]); and
//! written in two: the lines put back ([`fold`]), then the page. A line that the text says twice, that goes on below, or
//! that stands inside something else, stays text.

mod pieces;
#[cfg(test)]
mod tests;

use pieces::{Piece, answers, composed, pieces, rest_of};

use super::fit::{closed, trimmed};
use super::known;
use super::rows::text_of;
use super::text::one_line;
use crate::card::outline::HUGGING_FACE;
use crate::card::{Card, Field, Section, Value};

/// A label and the question that it answers.
#[derive(Debug)]
pub(super) struct Label {
    /// Key of the section.
    pub section: &'static str,
    /// Id of the question whose text has the line.
    host: &'static str,
    /// As the template spells it.
    words: &'static str,
    /// Further wordings in plain words.
    also: &'static [&'static str],
    /// Id of the question.
    id: &'static str,
}

const DESCRIPTION: &str = "model-details.description";
const SOURCES: &str = "model-details.sources";
const ENERGY: &str = "environmental-impact.notes";

const fn label(host: &'static str, words: &'static str, also: &'static [&'static str], id: &'static str) -> Label {
    let section = match host.as_bytes()[0] {
        b'm' => "model-details",
        _ => "environmental-impact",
    };
    Label {
        section,
        host,
        words,
        also,
        id,
    }
}

/// The labels, in the order of the template.
const LABELS: [Label; 15] = [
    label(
        DESCRIPTION,
        "Developed by",
        &["developers", "developer"],
        "model-details.owners",
    ),
    label(DESCRIPTION, "Funded by", &[], "model-details.funded_by"),
    label(DESCRIPTION, "Shared by", &[], "model-details.shared_by"),
    label(DESCRIPTION, "Model type", &[], "model-details.type"),
    label(
        DESCRIPTION,
        "Language(s) (NLP)",
        &["language s", "languages", "language", "languages nlp"],
        "model-details.languages",
    ),
    label(DESCRIPTION, "License", &["licence"], "model-details.license_line"),
    label(
        DESCRIPTION,
        "Finetuned from model",
        &[
            "fine tuned from model",
            "finetuned from",
            "fine tuned from",
            "parent model",
        ],
        "model-details.finetuned_from",
    ),
    label(SOURCES, "Repository", &[], "model-details.repository"),
    label(SOURCES, "Paper", &[], "model-details.paper"),
    label(SOURCES, "Demo", &[], "model-details.demo"),
    label(ENERGY, "Hardware Type", &[], "environmental-impact.hardware_type"),
    label(ENERGY, "Hours used", &[], "environmental-impact.hours_used"),
    label(ENERGY, "Cloud Provider", &[], "environmental-impact.cloud_provider"),
    label(ENERGY, "Compute Region", &[], "environmental-impact.compute_region"),
    label(ENERGY, "Carbon Emitted", &[], "environmental-impact.carbon_emitted"),
];

/// The texts that have such lines.
const HOSTS: [&str; 3] = [DESCRIPTION, SOURCES, ENERGY];

impl Label {
    fn rank(&self) -> usize {
        LABELS
            .iter()
            .position(|other| other.id == self.id)
            .unwrap_or(LABELS.len())
    }

    /// Where a new page has its text: section and heading.
    pub fn place(&self) -> Option<&'static known::Known> {
        known::place(self.host)
    }
}

/// The label that answers a question.
pub(super) fn of_question(id: &str) -> Option<&'static Label> {
    LABELS.iter().find(|label| label.id == id)
}

/// An answer as it can stand behind a label; `None` for one with several lines that is no text.
pub(super) fn value_of(value: &Value) -> Option<String> {
    let single = match value {
        Value::List(rows) if rows.len() == 1 => &rows[0],
        other => other,
    };
    let single = match single {
        Value::Group(members) if members.len() == 1 => &members[0].1,
        other => other,
    };
    match single {
        blank if blank.is_blank() => Some(String::new()),
        Value::Text(text) => Some(one_line(text.trim()).trim().to_owned()),
        Value::List(_) | Value::Group(_) => None,
        other => Some(text_of(other).trim().to_owned()),
    }
}

/// The lines as they stand below a text on a new page.
pub(super) fn below(text: &str, lines: &[(&Label, String)]) -> String {
    let Some((first, _)) = lines.first() else {
        return text.to_owned();
    };
    let mut wanted: Vec<(usize, String)> = lines
        .iter()
        .map(|(label, value)| (label.rank(), value.clone()))
        .collect();
    wanted.sort_by_key(|(rank, _)| *rank);
    composed("", first.host, text, &wanted)
}

/// The card with the lines with labels as answers of their own.
pub(super) fn split(card: &Card) -> Card {
    let sections = card.sections.iter().map(|section| {
        let mut section = section.clone();
        for host in HOSTS {
            split_host(&mut section, host);
        }
        section
    });
    Card {
        sections: sections.collect(),
    }
}

fn split_host(section: &mut Section, host: &str) {
    let Some(index) = section.fields.iter().position(|field| field.id == host) else {
        return;
    };
    let Some(pieces) = section.fields[index].value.as_text().map(|text| pieces(text, host)) else {
        return;
    };
    let part = HUGGING_FACE.part(&section.key);
    // A label whose question is answered elsewhere in the section stays text.
    let answers: Vec<Field> = answers(&pieces)
        .into_iter()
        .filter_map(|(rank, value)| {
            let question = part?.question(LABELS[rank].id)?;
            Some(Field {
                id: question.id.into(),
                label: question.label.into(),
                value: Value::text(value),
            })
        })
        .collect();
    if answers.is_empty() || answers.iter().any(|answer| section.field(&answer.id).is_some()) {
        return;
    }
    let rest = rest_of(&pieces);
    let is_lead = known::question(&section.key, "") == Some(host);
    if rest.is_empty() && is_lead {
        section.fields.remove(index);
    } else {
        section.fields[index].value = Value::Text(rest);
    }
    section.fields.extend(answers);
    let rank = |id: &str| {
        let questions = part.map_or(&[][..], |part| part.questions);
        questions
            .iter()
            .position(|question| question.id == id)
            .unwrap_or(usize::MAX)
    };
    section.fields.sort_by_key(|field| rank(&field.id));
}

/// The card with the labels' answers in the texts of their hosts; `old` is what the page says, with its texts whole.
pub(super) fn fold(old: &Card, card: &Card) -> Card {
    let sections = card.sections.iter().map(|section| {
        let mut new = section.clone();
        if HUGGING_FACE.part(&section.key).is_some() {
            for host in HOSTS {
                fold_host(&mut new, old.section(&section.key), host);
            }
        }
        new
    });
    Card {
        sections: sections.collect(),
    }
}

fn fold_host(section: &mut Section, old: Option<&Section>, host: &str) {
    let before = old
        .and_then(|old| old.field(host))
        .and_then(|field| field.value.as_text());
    let before = before.unwrap_or_default();
    let there: Vec<usize> = answers(&pieces(before, host))
        .into_iter()
        .map(|(rank, _)| rank)
        .collect();
    let is_here = |label: &Label| label.host == host && label.section == section.key;
    let mut wanted = Vec::new();
    section.fields.retain(|field| {
        let label = of_question(&field.id).filter(|label| is_here(label));
        match label.and_then(|label| Some((label.rank(), value_of(&field.value)?))) {
            Some((rank, value)) => {
                // An answer that is left blank has a line only where the page has it.
                if !value.is_empty() || there.contains(&rank) {
                    wanted.push((rank, value));
                }
                false
            }
            None => true,
        }
    });
    if wanted.is_empty() && there.is_empty() {
        return;
    }
    wanted.sort_by_key(|(rank, _)| *rank);
    let index = section.fields.iter().position(|field| field.id == host);
    let rest = index.map_or_else(String::new, |index| {
        trimmed(&text_of(&section.fields[index].value)).to_owned()
    });
    let is_kept = rest == rest_of(&pieces(before, host));
    let rest = if is_kept { rest } else { closed(&rest).into_owned() };
    let text = composed(before, host, &rest, &wanted);
    match index {
        Some(index) => section.fields[index].value = Value::Text(text),
        None if text.is_empty() => {}
        None => {
            let question = HUGGING_FACE.question(host);
            let field = Field {
                id: host.into(),
                label: question.map_or("", |question| question.label).into(),
                value: Value::Text(text),
            };
            section.fields.insert(0, field);
        }
    }
}

/// The card as `settled` has it, its texts whole, with the answers that `card` gives to the labels: those that a text
/// swallows are lost, and this shows it.
pub(super) fn settled(settled: &Card, card: &Card) -> Card {
    let mut settled = split(settled);
    for section in &card.sections {
        let Some(there) = settled.sections.iter_mut().find(|other| other.key == section.key) else {
            continue;
        };
        for field in &section.fields {
            let label = of_question(&field.id).filter(|label| label.section == section.key);
            let Some(value) = label.and_then(|_| value_of(&field.value)).map(Value::Text) else {
                continue;
            };
            match there.fields.iter_mut().find(|other| other.id == field.id) {
                Some(there) => there.value = value,
                None => there.fields.push(Field { value, ..field.clone() }),
            }
        }
    }
    settled
}

/// Where in a text the answers of its labels begin, by the question's id.
pub(super) fn offsets(text: &str, host: &str) -> Vec<(&'static str, usize)> {
    let mut at = 0;
    let mut found = Vec::new();
    for piece in pieces(text, host) {
        match piece {
            Piece::Text(text) => at += text.len(),
            Piece::Line {
                rank,
                before,
                value,
                behind,
                ..
            } => {
                found.push((LABELS[rank].id, at + before.trim_end().len()));
                at += before.len() + value.len() + behind.len();
            }
        }
    }
    found
}
