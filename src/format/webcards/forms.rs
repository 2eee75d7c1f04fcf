//! What WebCards asks by itself: the sections of a model card and those of a datasheet, by their ids.

use std::sync::LazyLock;

use super::data_id;
use crate::card::Card;
use crate::card::outline::{DATASHEET, FREE, FULL, Outline};
use crate::format::closed::Want;
use crate::format::dialect::{Dialect, Place, Shape};
use crate::format::outline_of;
use crate::json::{Kind, Node};

/// One of the sets of sections that WebCards knows.
pub(super) struct Form {
    /// The places of the outline's questions in the view.
    pub dialect: Dialect,
    chapters: Vec<Chapter>,
}

/// A standard section.
pub(super) struct Chapter {
    /// Its id in the file: `28`.
    pub id: &'static str,
    /// Its name in the view, which no visitor gives to a section: `§28`.
    pub name: &'static str,
    /// Its title in new files.
    pub title: &'static str,
    /// The ids of its questions, and how a new file words them. The old application finds answers by id and position,
    /// so the words may be ours.
    questions: Vec<(&'static str, &'static str)>,
}

static MODEL_CARD: LazyLock<Form> = LazyLock::new(|| Form::new(&FULL, &MODEL_CARD_SECTIONS, &QUESTIONS));
static DATASHEET_FORM: LazyLock<Form> =
    LazyLock::new(|| Form::new(&DATASHEET, &DATASHEET_SECTIONS, &datasheet_questions()));
/// Cards of custom sections only: shown as they are.
static FREE_FORM: Form = Form {
    dialect: Dialect {
        outline: &FREE,
        hidden: &[],
        containers: Vec::new(),
        places: Vec::new(),
    },
    chapters: Vec::new(),
};

/// The sections of a model card: name in the view, title in new files, section of our outline for further fields.
const MODEL_CARD_SECTIONS: [(&str, &str, &str); 8] = [
    ("§28", "Model Details", "model-details"),
    ("§30", "Considerations", "intended-use"),
    ("§31", "Factors", "factors"),
    ("§32", "Dataset Details", "evaluation-data"),
    ("§33", "Performance Details", "metrics"),
    ("§34", "Dataset", "training-data"),
    ("§35", "Quantitative Analysis", "quantitative-analyses"),
    ("§36", "Caveats and Recommendations", "caveats-and-recommendations"),
];

/// The same of a datasheet.
const DATASHEET_SECTIONS: [(&str, &str, &str); 7] = [
    ("§1", "Motivation", "motivation"),
    ("§2", "Composition", "composition"),
    ("§3", "Collection", "collection"),
    ("§4", "Preprocessing, Cleaning and Labelling", "preprocessing"),
    ("§5", "Uses", "dataset-uses"),
    ("§6", "Distribution", "distribution"),
    ("§7", "Maintenance", "maintenance"),
];

/// The questions of a model card: section id, field id, question of our outline.
const QUESTIONS: [(&str, &str, &str); 37] = [
    ("28", "4", "model-details.name"),
    ("28", "5", "model-details.type"),
    ("28", "6", "model-details.owners"),
    ("28", "7", "model-details.contact"),
    ("28", "8", "model-details.references"),
    ("28", "9", "model-details.citations"),
    ("28", "10", "model-details.licenses"),
    ("28", "11", "model-details.feedback"),
    ("28", "36", "model-details.version_date"),
    ("30", "12", "intended-use.use_cases"),
    ("30", "13", "intended-use.users"),
    ("30", "14", "intended-use.out_of_scope"),
    ("30", "15", "ethical-considerations.sensitive_data"),
    ("30", "16", "ethical-considerations.human_life"),
    ("30", "17", "ethical-considerations.mitigations"),
    ("30", "18", "ethical-considerations.risks"),
    ("30", "19", "ethical-considerations.sensitive_uses"),
    ("31", "21", "factors.relevant"),
    ("31", "22", "factors.evaluated"),
    ("32", "23", "evaluation-data.datasets"),
    ("32", "24", "evaluation-data.motivation"),
    ("32", "25", "evaluation-data.preprocessing"),
    ("33", "26", "metrics.measures"),
    ("33", "27", "metrics.thresholds"),
    ("33", "28", "quantitative-analyses.unitary"),
    ("33", "29", "quantitative-analyses.intersectional"),
    ("34", "38", "training-data.name"),
    ("34", "40", "training-data.description"),
    ("34", "41", "training-data.size"),
    ("34", "44", "training-data.split"),
    ("35", "31", "quantitative-analyses.selected_metrics"),
    ("35", "57", "quantitative-analyses.metrics_notes"),
    ("35", "58", "quantitative-analyses.graph_notes"),
    ("36", "32", "caveats-and-recommendations.further_testing"),
    ("36", "33", "caveats-and-recommendations.missing_groups"),
    ("36", "34", "caveats-and-recommendations.recommendations"),
    ("36", "35", "caveats-and-recommendations.ideal_evaluation_data"),
];

/// The questions of a datasheet. Its outline tells with each question which field of WebCards it is.
fn datasheet_questions() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut questions = Vec::new();
    for (name, _, key) in DATASHEET_SECTIONS {
        for question in DATASHEET.part(key).map_or(&[][..], |part| part.questions) {
            let mut sources = question.source.split("; ");
            if let Some(field) = sources.find_map(|source| source.strip_prefix("WebCards datasheet ")) {
                questions.push((id(name), field, question.id));
            }
        }
    }
    questions
}

/// The id of a section, from its name in the view.
fn id(name: &'static str) -> &'static str {
    name.trim_start_matches('§')
}

impl Form {
    fn new(
        outline: &'static Outline,
        sections: &[(&'static str, &'static str, &'static str)],
        questions: &[(&'static str, &'static str, &'static str)],
    ) -> Self {
        let mut form = Self {
            dialect: Dialect {
                outline,
                hidden: &[],
                containers: Vec::new(),
                places: Vec::new(),
            },
            chapters: Vec::new(),
        };
        for (name, title, _) in sections.iter().copied() {
            let mut chapter = Chapter {
                id: id(name),
                name,
                title,
                questions: Vec::new(),
            };
            for (_, field, id) in questions.iter().filter(|(of, _, _)| *of == chapter.id) {
                form.dialect.places.push(place(id, vec![name, field], true));
                if let Some(question) = outline.question(id) {
                    chapter.questions.push((field, question.label));
                }
            }
            form.chapters.push(chapter);
        }
        for part in outline.sections {
            let own = sections.iter().find(|(_, _, key)| *key == part.key);
            let container = own.map_or(part.title, |(name, _, _)| name);
            form.dialect.containers.push((part.key, container));
            for question in part.questions {
                if !form.dialect.places.iter().any(|place| place.id == question.id) {
                    let path = vec![container, question.label];
                    form.dialect.places.push(place(question.id, path, false));
                }
            }
        }
        form
    }

    /// The form that a document answers: that of a model card where one of its sections is there, then that of a
    /// datasheet.
    pub fn of(root: &Node) -> &'static Self {
        let Kind::Group(members) = &root.kind else {
            return &FREE_FORM;
        };
        let has = |form: &Form| {
            let mut ids = members.iter().filter_map(|member| data_id(&member.key));
            ids.any(|id| form.chapter(id).is_some())
        };
        match () {
            () if has(&MODEL_CARD) => &MODEL_CARD,
            () if has(&DATASHEET_FORM) => &DATASHEET_FORM,
            () => &FREE_FORM,
        }
    }

    /// The form for a new file with the card.
    pub fn of_card(card: &Card) -> &'static Self {
        match outline_of(card).key == DATASHEET.key {
            true => &DATASHEET_FORM,
            false => &MODEL_CARD,
        }
    }

    /// The standard section with this id.
    pub fn chapter(&self, id: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.id == id)
    }

    /// The standard section with this name in the view.
    pub fn named(&self, name: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.name == name)
    }
}

impl Chapter {
    /// How a new file words the question with this id.
    pub fn label(&self, field: &str) -> Option<&'static str> {
        let question = self.questions.iter().find(|(id, _)| *id == field);
        question.map(|(_, label)| *label)
    }
}

fn place(id: &'static str, path: Vec<&'static str>, native: bool) -> Place {
    Place {
        id,
        path,
        shape: Shape::Same,
        native,
        want: &Want::Anything,
    }
}
