//! The finished page, write only: one file that can be sent, opened anywhere and printed.
//!
//! It asks no host for anything: pictures are inside, the style is inside, and its own content
//! security policy forbids the rest.

mod shown;

use askama::Template;

use self::shown::{Reader, Shown};
use crate::card::check::is_answered;
use crate::card::outline::{self, FREE, Outline};
use crate::card::{Card, Field, Section, Value};

/// A section as readers see it: only what has content.
struct ShownSection<'a> {
    /// Name of the place in the page, unique in it.
    id: String,
    title: &'a str,
    fields: Vec<ShownField<'a>>,
}

struct ShownField<'a> {
    /// Empty when it would only repeat the section's title.
    label: &'a str,
    value: Shown,
}

#[derive(Template)]
#[template(path = "export/body.html")]
struct Body<'a> {
    sections: &'a [ShownSection<'a>],
}

#[derive(Template)]
#[template(path = "export/page.html")]
struct Page<'a> {
    title: &'a str,
    /// Version, date and licence, where they are known.
    facts: Vec<String>,
    /// Labels of the questions of the short path that have no answer yet.
    open: Vec<&'static str>,
    sections: &'a [ShownSection<'a>],
    body: Body<'a>,
}

/// The card as a fragment of HTML: an `h2` for each section, an `h3` for each field.
pub fn body(card: &Card, outline_key: &str) -> String {
    let sections = sections(card, outline(outline_key));
    render(&Body { sections: &sections })
}

/// The card as one self-contained, printable page.
pub fn page(card: &Card, title: &str, outline_key: &str) -> String {
    let outline = outline(outline_key);
    let sections = sections(card, outline);
    let title = match title.trim() {
        "" => "Untitled model card",
        title => title,
    };
    render(&Page {
        title,
        facts: facts(card),
        open: open_questions(card, outline),
        sections: &sections,
        body: Body { sections: &sections },
    })
}

/// A card of an outline we do not know is shown by what its fields hold.
fn outline(key: &str) -> &'static Outline {
    outline::find(key).unwrap_or(&FREE)
}

/// Our templates write to memory and call nothing that fails, so there is always a text.
fn render(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

fn sections<'a>(card: &'a Card, outline: &Outline) -> Vec<ShownSection<'a>> {
    let mut reader = Reader::default();
    let has_content = |section: &&Section| section.fields.iter().any(|field| !field.value.is_blank());
    let sections = card.sections.iter().filter(has_content).enumerate();
    sections
        .map(|(index, section)| {
            let fields: Vec<&Field> = section.fields.iter().filter(|field| !field.value.is_blank()).collect();
            let is_alone = fields.len() == 1;
            let shown = fields.into_iter().map(|field| {
                let kind = outline.question(&field.id).map(|question| &question.kind);
                let label = field.label.trim();
                let repeats = is_alone && label.eq_ignore_ascii_case(section.title.trim());
                ShownField {
                    label: if repeats { "" } else { label },
                    value: reader.field(field, kind),
                }
            });
            ShownSection {
                id: format!("part-{}", index + 1),
                title: match section.title.trim() {
                    "" => "Untitled section",
                    title => title,
                },
                fields: shown.collect(),
            }
        })
        .collect()
}

/// What a label beside a picture would say first: version, date, licence.
fn facts(card: &Card) -> Vec<String> {
    let line = |id: &str| match card.value(id) {
        Some(Value::Text(text) | Value::Number(text)) => {
            let text = text.trim();
            (!text.is_empty() && text.len() <= 60 && !text.contains('\n')).then(|| text.to_owned())
        }
        _ => None,
    };
    let identifier = |row: &Value| Some(row.member("identifier")?.as_text()?.trim().to_owned());
    let licences: Vec<String> = match card.value("model-details.licenses") {
        Some(Value::List(rows)) => rows
            .iter()
            .filter_map(identifier)
            .filter(|id| !id.is_empty())
            .take(3)
            .collect(),
        _ => Vec::new(),
    };
    let version =
        line("model-details.version").map(|version| match version.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("Version {version}"),
            false => version,
        });
    let licences = (!licences.is_empty()).then(|| licences.join(", "));
    [version, line("model-details.version_date"), licences]
        .into_iter()
        .flatten()
        .collect()
}

/// Labels of what should be answered first and is not. A card that shares no section with the
/// outline follows another plan and is not measured by this one.
fn open_questions(card: &Card, outline: &Outline) -> Vec<&'static str> {
    if !outline.sections.iter().any(|part| card.section(part.key).is_some()) {
        return Vec::new();
    }
    let is_open = |id: &str| !card.value(id).is_some_and(is_answered);
    let questions = outline.short_path().filter(|question| is_open(question.id));
    questions.map(|question| question.label).collect()
}

#[cfg(test)]
mod tests;
