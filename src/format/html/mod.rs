//! The finished page, write only: one file that can be sent, opened anywhere and printed.
//!
//! It asks no host for anything: pictures are inside, the style is inside, and its own content
//! security policy forbids the rest.

mod nested;
mod reader;
mod shown;

use askama::Template;

pub(super) use self::reader::Reader;
pub(super) use self::shown::Shown;
use super::file::File;
use super::language::{self, Language};
use super::lens::{About, Lens, Notation, Parts, Readers};
use super::{ReadError, charts, convert, outline_of};
use crate::card::check::is_answered;
use crate::card::outline::{self, FREE, Outline};
use crate::card::{Card, Field, Value};
use crate::say;

/// The finished page.
pub(super) struct Html;

impl Lens for Html {
    fn about(&self) -> &'static About {
        &About {
            id: "html",
            name: "HTML page",
            mark: "",
            notation: Notation::Html,
            purpose: "One page to read, print and send. It needs no other file.",
            readers: Readers::People,
            can_read: false,
        }
    }

    fn read(&self, _file: &File) -> Result<Parts, ReadError> {
        Err(ReadError {
            message: say!("A page is the end of the way: no card is read out of it."),
            advice: say!("Upload the card that the page was made from."),
            position: None,
            text: None,
        })
    }

    fn write_into(&self, _file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        Ok(self.write_new(&self.fit(card)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        page(card, card.name().unwrap_or("Model card"), outline_of(card).key).into_bytes()
    }

    fn spells(&self, c: char) -> bool {
        is_speakable(c)
    }

    fn fit(&self, card: &Card) -> Card {
        convert::without_blanks(card)
    }
}

/// A section as readers see it: only what has content.
pub(super) struct ShownSection<'a> {
    /// Name of the place in the page, unique in it.
    id: String,
    /// Empty for single facts gathered from several sections.
    pub title: &'a str,
    /// Whether the title is the outline's, in English.
    is_ours: bool,
    /// Its fields with content.
    pub fields: Vec<ShownField<'a>>,
}

/// A field as readers see it.
pub(super) struct ShownField<'a> {
    /// Empty when it would only repeat the section's title.
    pub label: &'a str,
    /// Whether the label is the outline's, in English.
    is_ours: bool,
    /// The answer.
    pub value: Shown,
}

#[derive(Template)]
#[template(path = "export/body.html")]
struct Body<'a> {
    sections: &'a [ShownSection<'a>],
    ours: &'static str,
}

#[derive(Template)]
#[template(path = "export/page.html")]
struct Page<'a> {
    title: &'a str,
    /// The attributes of the page that name its language.
    language: String,
    /// The attribute of what is not the card's but ours.
    ours: &'static str,
    /// Version, date and licence, where they are known.
    facts: Vec<String>,
    /// Labels of the questions of the short path that have no answer yet.
    open: Vec<&'static str>,
    /// The sections that have a title.
    contents: Vec<&'a ShownSection<'a>>,
    body: Body<'a>,
}

/// The card as a fragment of HTML: an `h2` for each section, an `h3` for each field.
pub fn body(card: &Card, outline_key: &str) -> String {
    body_by(card, outline_key, Reader::of(card))
}

/// As [`body`], for a card whose figures refer to kept files; `picture` gives the address of one.
pub fn body_with_pictures(card: &Card, outline_key: &str, picture: fn(&str) -> String) -> String {
    body_by(card, outline_key, Reader::of(card).with_pictures(picture))
}

fn body_by(card: &Card, outline_key: &str, reader: Reader) -> String {
    let sections = sections(card, outline(outline_key), None, reader);
    render(&Body {
        sections: &sections,
        ours: ours(language::of(card).as_ref()),
    })
}

/// The attribute of what we say in English among texts of this language.
fn ours(language: Option<&Language>) -> &'static str {
    match language {
        Some(language) if language.code() != "en" => r#" lang="en""#,
        _ => "",
    }
}

/// The answer in a field as HTML, safe as it is, in the way its question in this outline wants it shown. `place` is a
/// word that differs for each answer on a page, so that footnotes find their own marks.
pub fn answer(field: &Field, outline: &Outline, place: &str) -> String {
    render(&Reader::at(place).field(field, outline))
}

/// The charts that the field of this id asks for, each with its numbers below; empty when there is none.
pub fn charts(card: &Card, id: &str) -> String {
    let field = card.sections.iter().find_map(|section| section.field(id));
    let charts = field.map(|field| charts::of_field(card, id, &field.value));
    let charts = charts.into_iter().flatten();
    charts.map(|chart| render(&Shown::Chart(Box::new(chart)))).collect()
}

/// The card as one self-contained, printable page.
pub fn page(card: &Card, title: &str, outline_key: &str) -> String {
    let outline = outline(outline_key);
    let title = match title.trim() {
        "" => "Untitled model card",
        title => title,
    };
    let sections = sections(card, outline, Some(title), Reader::of(card));
    let language = language::of(card);
    let ours = ours(language.as_ref());
    render(&Page {
        title,
        // A page has to name one; ours are in English.
        language: language.map_or_else(|| r#" lang="en""#.to_owned(), |language| language.attributes()),
        ours,
        facts: facts(card),
        open: open_questions(card, outline),
        contents: sections.iter().filter(|section| !section.title.is_empty()).collect(),
        body: Body {
            sections: &sections,
            ours,
        },
    })
}

/// A card of an outline we do not know is shown by what its fields hold.
fn outline(key: &str) -> &'static Outline {
    outline::find(key).unwrap_or(&FREE)
}

/// Our templates write to memory and call nothing that fails, so there is always a text.
fn render(template: &impl Template) -> String {
    let page = template.render().unwrap_or_default();
    let is_unspeakable = |letter: char| !is_speakable(letter);
    match page.contains(is_unspeakable) {
        true => page.replace(is_unspeakable, "\u{fffd}"),
        false => page,
    }
}

/// Whether a page can hold a letter: HTML has no spelling for control characters.
pub(super) fn is_speakable(letter: char) -> bool {
    !letter.is_control() || matches!(letter, '\t' | '\n' | '\r')
}

/// The sections with content. Files without sections of their own have many that hold a single
/// fact; where several follow each other they are gathered, or the page would be all headings.
/// The name is left out if the `heading` of the page already says it.
pub(super) fn sections<'a>(
    card: &'a Card,
    outline: &Outline,
    heading: Option<&str>,
    mut reader: Reader,
) -> Vec<ShownSection<'a>> {
    let mut shown: Vec<ShownSection> = Vec::new();
    for section in &card.sections {
        let is_shown = |field: &&Field| {
            let repeats = field.id == "model-details.name" && field.value.as_text().map(str::trim) == heading;
            !field.value.is_blank() && !repeats
        };
        let fields = section.fields.iter().filter(is_shown);
        let mut fields: Vec<ShownField> = fields
            .map(|field| ShownField {
                label: field.label.trim(),
                is_ours: outline
                    .question(&field.id)
                    .is_some_and(|asked| asked.label == field.label),
                value: reader.field(field, outline),
            })
            .collect();
        let title = match section.title.trim() {
            "" => "Untitled section",
            title => title,
        };
        if let [only] = &mut fields[..]
            && only.label.eq_ignore_ascii_case(title)
        {
            only.label = "";
        }
        if !fields.is_empty() {
            let id = format!("part-{}", shown.len() + 1);
            let is_ours = outline.part(&section.key).is_some_and(|part| part.title == title);
            shown.push(ShownSection {
                id,
                title,
                is_ours,
                fields,
            });
        }
    }
    gather(shown)
}

/// Puts single facts that follow each other into one section without a title.
fn gather(sections: Vec<ShownSection>) -> Vec<ShownSection> {
    let is_fact = |section: &ShownSection| match &section.fields[..] {
        [only] => section.title.is_empty() || (only.label.is_empty() && only.value.is_fact()),
        _ => section.title.is_empty(),
    };
    let mut gathered: Vec<ShownSection> = Vec::new();
    for mut section in sections {
        match gathered.last_mut() {
            Some(last) if is_fact(last) && is_fact(&section) => {
                for part in [&mut *last, &mut section] {
                    if let [only] = &mut part.fields[..]
                        && !part.title.is_empty()
                    {
                        only.label = part.title;
                        only.is_ours = part.is_ours;
                    }
                }
                last.title = "";
                last.fields.append(&mut section.fields);
            }
            _ => gathered.push(section),
        }
    }
    gathered
}

/// What a label beside a picture would say first: version, date, licence.
pub(super) fn facts(card: &Card) -> Vec<String> {
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

/// Labels of what should be answered first and is not. A card without a field of the
/// outline follows another plan and is not measured by this one.
pub(super) fn open_questions(card: &Card, outline: &Outline) -> Vec<&'static str> {
    let mut fields = card.sections.iter().flat_map(|section| &section.fields);
    if !fields.any(|field| outline.question(&field.id).is_some()) {
        return Vec::new();
    }
    let is_open = |id: &str| !card.value(id).is_some_and(is_answered);
    let questions = outline.short_path().filter(|question| is_open(question.id));
    questions.map(|question| question.label).collect()
}

#[cfg(test)]
mod tests;
