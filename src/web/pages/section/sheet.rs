//! The form of a section, for its owner and for whoever has a link to it: the questions with help and examples, what was
//! typed, what is to be looked at.

use std::collections::BTreeSet;

use super::Seen;
use super::guide::Guide;
use crate::card::check::Problem;
use crate::card::outline::{Outline, Part, Question, Vocabulary};
use crate::card::{Card, Field, Section, results};
use crate::db::cards::CardSectionData;
use crate::format::html;
use crate::web::card::anchor;
use crate::web::control::{self, Control};
use crate::web::error::Error;
use crate::web::page::Date;

/// The form.
pub(super) struct Sheet {
    /// Where it is sent.
    pub address: String,
    /// Under which the browser keeps what did not arrive, where that is not the address.
    pub place: Option<String>,
    pub title: String,
    pub part: Option<&'static Part>,
    pub version: i32,
    pub saved_at: Date,
    /// Whether somebody with a link wrote what is there now.
    pub by_link: bool,
    pub fields: Vec<FieldLine>,
    pub summary: Vec<SummaryLine>,
    pub undo: Option<Undo>,
    pub vocabularies: BTreeSet<Vocabulary>,
    /// What only the owner of the card may do.
    pub tools: Option<Tools>,
}

/// What a section's form has for the owner of the card besides its fields.
pub(super) struct Tools {
    pub picture: PictureForm,
    pub has_next: bool,
    /// Whether it is a section of the visitor's own.
    pub custom: bool,
    pub can_rise: bool,
    pub can_sink: bool,
}

/// The part of the form that takes a new figure.
pub(super) struct PictureForm {
    pub caption: String,
    pub alt: String,
    /// What is wrong with the picture that was sent.
    pub trouble: Option<String>,
    pub limit: String,
    pub limit_bytes: usize,
    pub most: usize,
}

/// A field with its control and what helps with it.
pub(super) struct FieldLine {
    pub id: String,
    pub label: String,
    pub anchor: String,
    pub custom: bool,
    pub can_rise: bool,
    pub can_sink: bool,
    pub control: Control,
    pub guide: Option<Guide>,
    /// Whether its rows can be read from a file.
    pub is_results: bool,
    /// What is drawn below it, as HTML.
    pub charts: String,
}

/// A remark on a field.
pub(super) struct SummaryLine {
    pub place: String,
    pub label: String,
    pub message: String,
}

/// What can be undone.
pub(super) struct Undo {
    pub words: String,
    pub version: i32,
    pub of: String,
}

impl Sheet {
    /// The form of a section of this card with what is to be looked at in it, sent to an address; `told` is the sentence of the page, which stands at the undo
    /// and nowhere else where there is one. A card of that section alone is enough, and then nothing of another is shown.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the card has no such section.
    pub fn of(
        address: String,
        outline: &'static Outline,
        (card, problems): (&Card, &[Problem]),
        data: &CardSectionData,
        seen: &Seen,
        told: &mut Option<String>,
    ) -> Result<Self, Error> {
        let key = data.section_key.as_str();
        let section = card.section(key).ok_or(Error::NotFound)?;
        let part = outline.part(key);
        let mut fields = field_lines(section, part, seen.more.as_deref().unwrap_or_default());
        if let Some(field) = fields.iter_mut().find(|field| field.id == results::CHARTS_QUESTION) {
            field.charts = html::charts(card, &field.id);
        }
        let mut vocabularies = BTreeSet::new();
        for field in &fields {
            field.control.vocabularies(&mut vocabularies);
        }
        let here: Vec<&Problem> = problems.iter().filter(|problem| problem.section == key).collect();
        let mut summary = Vec::new();
        for field in &mut fields {
            for problem in here.iter().filter(|problem| problem.field == field.id) {
                summary.push(SummaryLine {
                    place: field.anchor.clone(),
                    label: field.label.clone(),
                    message: problem.message.clone(),
                });
                field.control.problems.push(problem.message.clone());
            }
        }
        Ok(Self {
            address,
            place: None,
            title: section.title.clone(),
            part,
            version: data.version,
            saved_at: data.updated_at.into(),
            by_link: data.by_link,
            fields,
            summary,
            undo: undo(seen, data.version, told),
            vocabularies,
            tools: None,
        })
    }

    /// Before the title of a page: whether there is something to look at.
    pub fn troubled(&self) -> &'static str {
        if self.summary.is_empty() { "" } else { "Problems: " }
    }
}

/// What can be undone, with the sentence about it if one was left, which then stands here and nowhere else.
fn undo(seen: &Seen, current: i32, told: &mut Option<String>) -> Option<Undo> {
    let words = match seen.done.as_deref()? {
        "cleared" => "The section was cleared.",
        "removed" => "The entry was removed.",
        "results" => "The results were read.",
        "field-removed" => "The field was removed.",
        "restored" => "The earlier version is back.",
        _ => return None,
    };
    seen.undo.filter(|version| *version < current).map(|version| Undo {
        words: told.take().unwrap_or_else(|| words.to_owned()),
        version,
        of: seen.of.clone().unwrap_or_default(),
    })
}

/// The questions in their order, answered or not, then the further fields.
fn field_lines(section: &Section, part: Option<&'static Part>, more: &str) -> Vec<FieldLine> {
    let questions: Vec<&Question> = part.into_iter().flat_map(|part| part.asked(section)).collect();
    let further: Vec<&Field> = section
        .fields
        .iter()
        .filter(|field| !questions.iter().any(|question| question.id == field.id))
        .collect();
    let asked = questions.iter().enumerate().map(|(place, question)| {
        let field = section.field(question.id);
        let guide = Guide::of(question, field);
        // What stands in place of an answer has controls of its own, and the answer's are ready for one.
        let answer = field.filter(|_| guide.instead.is_none());
        FieldLine {
            id: question.id.into(),
            label: question.label.into(),
            anchor: anchor(question.id),
            custom: false,
            can_rise: false,
            can_sink: false,
            control: control::of_question(place, question, answer, more),
            guide: Some(guide),
            is_results: question.id == results::QUESTION,
            charts: String::new(),
        }
    });
    let last = further.len().saturating_sub(1);
    let further = further.iter().enumerate().map(|(index, field)| {
        let place = questions.len() + index;
        FieldLine {
            id: field.id.clone(),
            label: field.label.clone(),
            anchor: anchor(&field.id),
            // A section that is a single value has the name of its only field itself.
            custom: field.is_custom() && field.id != "+",
            can_rise: index > 0,
            can_sink: index < last,
            control: control::of_field(place, field, more),
            guide: None,
            is_results: false,
            charts: String::new(),
        }
    });
    asked.chain(further).collect()
}
