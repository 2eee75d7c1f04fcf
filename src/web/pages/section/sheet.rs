//! The form of a section, for its owner and for whoever has a link to it: the questions with help and examples, what was
//! typed, what is to be looked at.

use std::collections::BTreeSet;

use super::Seen;
use super::guide::Guide;
use crate::card::check::{Problem, Severity};
use crate::card::outline::{Kind, Outline, Part, Question, Vocabulary};
use crate::card::{Card, Field, Section, results};
use crate::db::cards::CardSectionData;
use crate::format::html;
use crate::format::language::Language;
use crate::locale::Sentence;
use crate::say;
use crate::web::card::{anchor, said_name};
use crate::web::control::{self, Control};
use crate::web::error::Error;
use crate::web::form::Form;
use crate::web::page::{Date, Fault};
use crate::web::pictures;

/// The form.
pub(super) struct Sheet {
    /// Where it is sent.
    pub address: String,
    /// Under which the browser keeps what did not arrive, where that is not the address.
    pub place: Option<String>,
    pub title: Sentence,
    /// The attributes that name the language of the card.
    pub language: String,
    pub part: Option<&'static Part>,
    pub version: i32,
    pub saved_at: Date,
    /// Whether somebody with a link wrote what is there now.
    pub by_link: bool,
    /// Whether it shows what is stored nowhere yet.
    pub is_unsaved: bool,
    /// Whether it was just saved with something wrong in it; who only comes by is told in a word.
    pub is_error: bool,
    pub fields: Vec<FieldLine>,
    pub summary: Vec<Fault>,
    pub undo: Option<Undo>,
    /// What stands as the name of a new field.
    pub new_field: String,
    pub vocabularies: BTreeSet<Vocabulary>,
    /// What only the owner of the card may do.
    pub tools: Option<Tools>,
}

/// What a section's form has for the owner of the card besides its fields.
pub(super) struct Tools {
    pub picture: PictureForm,
    pub has_next: bool,
    /// What stands as the name of the section.
    pub new_title: String,
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
    pub trouble: Option<Sentence>,
    pub limit: Sentence,
    pub limit_bytes: usize,
    pub most: usize,
}

impl PictureForm {
    /// Whether it is shown at once.
    pub fn is_open(&self) -> bool {
        self.trouble.is_some() || !self.caption.is_empty() || !self.alt.is_empty()
    }

    /// With the words that came with a form.
    pub fn take_words(&mut self, form: &Form) {
        self.caption = form.word(pictures::CAPTION).to_owned();
        self.alt = form.word(pictures::ALT).to_owned();
    }
}

/// A field with its control and what helps with it.
pub(super) struct FieldLine {
    pub id: String,
    pub label: Sentence,
    /// What a further field is called in the card, in whichever language that is.
    pub name: String,
    pub anchor: String,
    pub custom: bool,
    pub can_rise: bool,
    pub can_sink: bool,
    pub control: Control,
    pub guide: Option<Guide>,
    /// Whether its rows can be read from a file.
    pub is_results: bool,
    /// Whether its rows can be drawn, as a chart that this section asks for.
    pub can_be_drawn: bool,
    /// What is drawn below it, as HTML.
    pub charts: String,
    /// Whether its text is Markdown that can be seen as readers see it.
    pub has_preview: bool,
    /// That text as HTML, where it was asked for.
    pub preview: Option<String>,
}

/// What can be undone.
pub(super) struct Undo {
    pub words: Sentence,
    pub version: i32,
    pub of: String,
    /// Whether it is said at the field that was changed, where the page opens; otherwise on top.
    pub is_at_field: bool,
}

impl Undo {
    /// Whether it is said at this field.
    pub fn is_at(&self, field: &str) -> bool {
        self.is_at_field && self.of == field
    }
}

impl Sheet {
    /// The form of a section of this card with what is to be looked at in it, sent to an address; `told` is the sentence
    /// of the page, which stands at the undo and nowhere else where there is one. A card of that section alone is enough,
    /// and then nothing of another is shown; `language` is that of the whole card.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the card has no such section.
    pub fn of(
        address: String,
        outline: &'static Outline,
        (card, problems): (&Card, &[Problem]),
        language: Option<&Language>,
        data: &CardSectionData,
        seen: &Seen,
        told: &mut Option<Sentence>,
    ) -> Result<Self, Error> {
        let key = data.section_key.as_str();
        let section = card.section(key).ok_or(Error::NotFound)?;
        let part = outline.part(key);
        let mut fields = field_lines(section, (outline, part), seen.more.as_deref().unwrap_or_default());
        if let Some(field) = fields.iter_mut().find(|field| field.id == results::CHARTS_QUESTION) {
            field.charts = html::charts(card, &field.id);
        }
        if let Some(language) = language {
            fields.iter_mut().for_each(|field| field.control.speak(language.tag()));
        }
        for field in &mut fields {
            if field.id == results::CHARTS_QUESTION {
                // Its texts are numbers.
                field.control.make_plain();
            }
            let speech = language.map(Language::attributes).unwrap_or_default();
            field.control.prove(&address, &speech);
        }
        let mut vocabularies = BTreeSet::new();
        for field in &fields {
            field.control.vocabularies(&mut vocabularies);
        }
        let here: Vec<&Problem> = problems.iter().filter(|problem| problem.section == key).collect();
        let mut summary = Vec::new();
        let mut is_wrong = false;
        for field in &mut fields {
            for problem in here.iter().filter(|problem| problem.field == field.id) {
                let label = field.label.clone();
                let cell = problem
                    .within
                    .as_deref()
                    .and_then(|within| field.control.cell_id(within));
                let place = cell.unwrap_or_else(|| field.control.first_id());
                summary.push(Fault::new(place, label, problem.message.clone()));
                is_wrong |= problem.severity < Severity::Note;
                field.control.problems.push(problem.message.clone());
            }
        }
        let mut undo = undo(seen, data.version, told);
        if let Some(undo) = &mut undo {
            undo.is_at_field =
                seen.done.as_deref() == Some("removed") && fields.iter().any(|field| field.id == undo.of);
        }
        Ok(Self {
            address,
            place: None,
            title: outline.said_title(&section.title),
            language: language.map(Language::attributes).unwrap_or_default(),
            part,
            version: data.version,
            saved_at: data.updated_at.into(),
            by_link: data.by_link,
            is_unsaved: false,
            is_error: is_wrong && seen.saved.as_deref() == Some(key),
            fields,
            summary,
            undo,
            new_field: String::new(),
            vocabularies,
            tools: None,
        })
    }

    /// Whether a picture came along and was not taken.
    pub fn has_refused_picture(&self) -> bool {
        self.tools.as_ref().is_some_and(|tools| tools.picture.trouble.is_some())
    }

    /// The title of its page: whether there is something to look at, the section and the card. An error says so itself.
    pub fn page_title(&self, card: &str) -> Sentence {
        let (section, card) = (&self.title, said_name(card));
        match self.summary.is_empty() || self.is_error {
            true => say!("{section} – {card}", section, card),
            false => say!("Problems: {section} – {card}", section, card),
        }
    }
}

/// What can be undone, with the sentence about it if one was left, which then stands here and nowhere else.
fn undo(seen: &Seen, current: i32, told: &mut Option<Sentence>) -> Option<Undo> {
    let words = match seen.done.as_deref()? {
        "cleared" => say!("The section was cleared."),
        "removed" => say!("The entry was removed."),
        "results" => say!("The results were read."),
        "field-removed" => say!("The field was removed."),
        "restored" => say!("The earlier version is back."),
        _ => return None,
    };
    seen.undo.filter(|version| *version < current).map(|version| Undo {
        words: told.take().unwrap_or(words),
        version,
        of: seen.of.clone().unwrap_or_default(),
        is_at_field: false,
    })
}

/// The questions in their order, answered or not, then the further fields.
fn field_lines(section: &Section, (outline, part): (&Outline, Option<&'static Part>), more: &str) -> Vec<FieldLine> {
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
        let control = control::of_question(place, question, answer, more);
        FieldLine {
            id: question.id.into(),
            label: Sentence::new(question.label),
            name: String::new(),
            anchor: anchor(question.id),
            custom: false,
            can_rise: false,
            can_sink: false,
            has_preview: matches!(question.kind, Kind::Markdown) && control.is_prose(),
            control,
            guide: Some(guide),
            is_results: question.id == results::QUESTION,
            can_be_drawn: question.id == results::QUESTION
                && part.is_some_and(|part| part.question(results::CHARTS_QUESTION).is_some())
                && answer.is_some_and(|field| results::measured(&field.value).iter().any(|row| row.value.is_some())),
            charts: String::new(),
            preview: None,
        }
    });
    let last = further.len().saturating_sub(1);
    let further = further.iter().enumerate().map(|(index, field)| {
        let place = questions.len() + index;
        let label = outline.said_label(&field.label);
        let control = control::of_field(place, field, label.clone(), more);
        FieldLine {
            id: field.id.clone(),
            label,
            name: field.label.clone(),
            anchor: anchor(&field.id),
            // A section that is a single value has the name of its only field itself.
            custom: field.is_custom() && field.id != "+",
            can_rise: index > 0,
            can_sink: index < last,
            // What no question asks for is shown as Markdown.
            has_preview: control.is_prose(),
            control,
            guide: None,
            is_results: false,
            can_be_drawn: false,
            charts: String::new(),
            preview: None,
        }
    });
    asked.chain(further).collect()
}
