//! Values as controls of a form: what [`form`](super::form) reads back.
//!
//! The question's kind chooses the control when the value has that shape; any other value gets
//! the control of its own shape, so that whatever a file held can be shown and edited.

mod build;
mod grid;
mod leaf;
mod nested;
mod title;

use std::collections::BTreeSet;

use askama::Template;

use crate::card::outline::{Outline, Question, Vocabulary};
use crate::card::{Card, Field};
use crate::locale::Sentence;
use crate::web::filters;
use crate::web::pages::files;
use build::Builder;
pub use grid::Grid;
pub use nested::Nested;

/// One control, with the controls inside it.
#[derive(Template)]
#[template(path = "control.html")]
pub struct Control {
    /// The name in the form: `f.3.0`.
    pub name: String,
    /// The kind of value, for reading the form.
    pub tag: String,
    /// The member's name, inside a group.
    pub key: Option<String>,
    /// The label shown.
    pub label: Sentence,
    /// The help shown under the label.
    pub hint: Sentence,
    /// Whether the help opens with a click only.
    pub is_folded: bool,
    /// What is odd about the value, in plain words.
    pub problems: Vec<Sentence>,
    /// A new entry that may stay blank.
    pub is_new: bool,
    /// The words that are offered, where the control is one line.
    pub vocabulary: Option<Vocabulary>,
    /// Whether the page opens with the cursor in it.
    pub has_focus: bool,
    /// The language of what is written in it, where it is known (BCP 47).
    pub language: Option<String>,
    /// Whether readers see it as Markdown.
    pub is_markdown: bool,
    /// Its text as readers see it, where a control inside another one has that.
    pub proof: Option<Proof>,
    /// What the visitor sees.
    pub body: Body,
}

/// A text as readers see it, below the control in which it is written.
pub struct Proof {
    /// Where the form is sent.
    pub address: String,
    /// The attributes that name the language of the card.
    pub language: String,
    /// The text as HTML, where it was asked for.
    pub html: Option<String>,
}

/// The kinds of control.
pub enum Body {
    /// One line.
    Line {
        value: String,
        numeric: bool,
        options: &'static [&'static str],
    },
    /// Several lines.
    Area { value: String, code: bool },
    /// Yes, no, or no answer.
    YesNo(Option<bool>),
    /// Something that stays on the server: said in words, and shown when it is a picture.
    Kept {
        words: Sentence,
        picture: Option<String>,
        /// Whether it is a picture, which can be replaced by another one.
        is_picture: bool,
        hash: String,
    },
    /// Entries that can be moved and removed, and added unless they come another way.
    List {
        entry: Sentence,
        entries: Vec<Entry>,
        can_add: bool,
    },
    /// Entries of a table, one a line.
    Grid(Grid),
    /// Rows in lists inside each other, as one table.
    Nested(Nested),
    /// Named parts.
    Group(Vec<Control>),
}

/// An entry of a list.
pub struct Entry {
    /// What it is called: "Owner 2: River Lab".
    pub title: Sentence,
    /// Whether there is one before it.
    pub can_rise: bool,
    /// Whether there is one after it.
    pub can_sink: bool,
    /// Its control.
    pub control: Control,
}

impl Entry {
    /// Whether it is made of several controls.
    pub fn is_row(&self) -> bool {
        matches!(self.control.body, Body::Group(_))
    }
}

impl Control {
    /// The id of the element: the name without dots.
    pub fn id(&self) -> String {
        self.name.replace('.', "-")
    }

    /// The id of the first element in it that can be operated; of the whole, where there is none.
    pub fn first_id(&self) -> String {
        let first = match &self.body {
            Body::Group(controls) => controls.first(),
            Body::List { entries, .. } => entries.first().map(|entry| &entry.control),
            Body::Nested(nested) => return nested.first_id().unwrap_or_else(|| self.id()),
            Body::Grid(_) | Body::Line { .. } | Body::Area { .. } | Body::YesNo(_) | Body::Kept { .. } => None,
        };
        first.map_or_else(|| self.id(), Self::first_id)
    }

    /// The id of the element that shows this place in the answer, a JSON Pointer (RFC 6901); none where it is not one of
    /// its cells.
    pub fn cell_id(&self, pointer: &str) -> Option<String> {
        match &self.body {
            Body::Nested(nested) => nested.id_at(pointer),
            _ => None,
        }
    }

    /// Opens the page with the cursor in the first element of it that can be operated.
    fn focus(&mut self) {
        match &mut self.body {
            Body::Group(controls) if !controls.is_empty() => controls[0].focus(),
            Body::List { entries, .. } if !entries.is_empty() => entries[0].control.focus(),
            _ => self.has_focus = true,
        }
    }

    /// Whether it is a text of several lines.
    pub fn is_prose(&self) -> bool {
        matches!(self.body, Body::Area { code: false, .. })
    }

    /// Whether it is a text, of one line or of several.
    pub fn is_text(&self) -> bool {
        self.is_prose() || matches!(self.body, Body::Line { numeric: false, .. })
    }

    /// Folds the help of the control and of all within.
    pub fn fold(&mut self) {
        self.each(&mut |control| control.is_folded = true);
    }

    /// Says in which language the control and all within are filled in.
    pub fn speak(&mut self, language: &str) {
        self.each(&mut |control| control.language = Some(language.to_owned()));
    }

    /// Lets each text of Markdown within the control, in the form of this address, be seen as readers see it.
    pub fn prove(&mut self, address: &str, language: &str) {
        let whole = self.name.clone();
        self.each(&mut |control| {
            control.proof = (control.is_markdown && control.is_prose() && control.name != whole).then(|| Proof {
                address: address.to_owned(),
                language: language.to_owned(),
                html: None,
            });
        });
    }

    /// Shows the texts of the controls of these names as HTML.
    pub fn show(&mut self, texts: &[(String, String)]) {
        self.each(&mut |control| {
            if let Some(proof) = &mut control.proof {
                let text = texts.iter().find(|(name, _)| *name == control.name);
                proof.html = text.map(|(_, html)| html.clone());
            }
        });
    }

    /// Shows none of the texts within as Markdown.
    pub fn make_plain(&mut self) {
        self.each(&mut |control| control.is_markdown = false);
    }

    /// Does something to the control and to all within.
    fn each(&mut self, act: &mut impl FnMut(&mut Self)) {
        act(self);
        match &mut self.body {
            Body::Group(controls) => controls.iter_mut().for_each(|control| control.each(act)),
            Body::List { entries, .. } => entries.iter_mut().for_each(|entry| entry.control.each(act)),
            Body::Grid(grid) => grid.fresh.iter_mut().for_each(|entry| entry.control.each(act)),
            Body::Nested(nested) => nested.below.iter_mut().for_each(|control| control.each(act)),
            Body::Line { .. } | Body::Area { .. } | Body::YesNo(_) | Body::Kept { .. } => {}
        }
    }

    /// Shows pictures at another address, where they can be seen but not replaced.
    pub fn lend_pictures(&mut self, address: &impl Fn(&str) -> String) {
        match &mut self.body {
            Body::Kept {
                picture, is_picture, ..
            } => {
                *is_picture = false;
                if let Some(file) = picture.as_deref().and_then(files::file_of) {
                    *picture = Some(address(file));
                }
            }
            Body::Group(controls) => controls.iter_mut().for_each(|control| control.lend_pictures(address)),
            Body::List { entries, .. } => entries
                .iter_mut()
                .for_each(|entry| entry.control.lend_pictures(address)),
            Body::Grid(grid) => grid
                .fresh
                .iter_mut()
                .for_each(|entry| entry.control.lend_pictures(address)),
            Body::Nested(nested) => nested
                .below
                .iter_mut()
                .for_each(|control| control.lend_pictures(address)),
            Body::Line { .. } | Body::Area { .. } | Body::YesNo(_) => {}
        }
    }

    /// Offers words at the control, or at each entry if it is a list of texts.
    fn offer(&mut self, words: Vocabulary) {
        match &mut self.body {
            Body::Line { .. } => self.vocabulary = Some(words),
            Body::List { entries, .. } => entries.iter_mut().for_each(|entry| entry.control.offer(words)),
            Body::Area { .. }
            | Body::YesNo(_)
            | Body::Kept { .. }
            | Body::Grid(_)
            | Body::Nested(_)
            | Body::Group(_) => {}
        }
    }

    /// Adds the lists of words that the control and those within refer to.
    pub fn vocabularies(&self, all: &mut BTreeSet<Vocabulary>) {
        all.extend(self.vocabulary);
        match &self.body {
            Body::Group(controls) => controls.iter().for_each(|control| control.vocabularies(all)),
            Body::List { entries, .. } => entries.iter().for_each(|entry| entry.control.vocabularies(all)),
            Body::Grid(grid) => {
                all.extend(grid.vocabularies());
                grid.fresh.iter().for_each(|entry| entry.control.vocabularies(all));
            }
            Body::Nested(nested) => nested.vocabularies(all),
            Body::Line { .. } | Body::Area { .. } | Body::YesNo(_) | Body::Kept { .. } => {}
        }
    }

    /// The elements that describe the control, for screen readers.
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() {
            ids.push(format!("{}-hint", self.id()));
        }
        if !self.problems.is_empty() {
            ids.push(format!("{}-problem", self.id()));
        }
        ids.join(" ")
    }
}

/// The control of a question, with its answer if it has one. `more` is the name of the list that shall show a blank
/// entry.
pub fn of_question(place: usize, question: &Question, answer: Option<&Field>, more: &str) -> Control {
    let builder = Builder { more };
    let value = answer.map(|field| &field.value);
    let mut control = builder.control(format!("f.{place}"), Some(&question.kind), value, 0);
    question.vocabulary.into_iter().for_each(|words| control.offer(words));
    if let Body::Nested(nested) = &mut control.body {
        nested.field = question.id.to_owned();
    }
    Control {
        label: Sentence::new(question.label),
        hint: Sentence::new(question.help),
        ..control
    }
}

/// The control of the question with this id as its section shows it now.
pub fn of_answer(card: &Card, outline: &Outline, id: &str) -> Option<Control> {
    let question = outline.question(id)?;
    let mut fields = card.sections.iter().flat_map(|section| &section.fields);
    Some(of_question(0, question, fields.find(|field| field.id == id), ""))
}

/// The control of a field that no question asks for, under this label.
pub fn of_field(place: usize, field: &Field, label: Sentence, more: &str) -> Control {
    let control = Builder { more }.control(format!("f.{place}"), None, Some(&field.value), 0);
    Control { label, ..control }
}
