//! New files of a format with the questions of an outline, for people to fill in.

use super::Format;
use super::lens::Notation;
use super::markdown::{metadata_key, without_metadata};
use crate::card::outline::{FULL, Kind, Outline, Part, Question};
use crate::card::{Card, Field, Section, Value, field_id};
use crate::yaml;

/// A new file with every question of the outline and no answer. Where the format has comments, they say what to write:
/// HTML comments below the headings of Markdown, lines with `#` in YAML; elsewhere the members are there and empty. `None`
/// when the format has a place for none of the questions, so that nothing would stand in the file.
pub fn blank(format: Format, outline: &'static Outline) -> Option<Vec<u8>> {
    Some(written(format, outline)).filter(|bytes| !bytes.trim_ascii().is_empty())
}

fn written(format: Format, outline: &'static Outline) -> Vec<u8> {
    let lens = format.lens();
    if lens.about().notation == Notation::Markdown {
        return page(format, outline).into_bytes();
    }
    if format == Format::YAML {
        return commented(outline).into_bytes();
    }
    let answer = |question: &'static Question| match format {
        _ if format == Format::WEBCARDS => Value::text(""),
        _ if format == Format::NATIVE => empty(&question.kind),
        // Formats that know the questions know them as the full outline has them.
        _ => empty(&FULL.question(question.id).unwrap_or(question).kind),
    };
    let card = card(outline, answer);
    if format == Format::JSON {
        return lens.write_new(&by_label(card));
    }
    lens.write_new(&card)
}

/// A card with a field for each question that a new card is asked.
fn card(outline: &Outline, answer: impl Fn(&'static Question) -> Value) -> Card {
    let section = |part: &Part| Section {
        key: part.key.into(),
        title: part.title.into(),
        fields: asked(part)
            .map(|question| Field {
                id: question.id.into(),
                label: question.label.into(),
                value: answer(question),
            })
            .collect(),
    };
    Card {
        sections: outline.sections.iter().map(section).collect(),
    }
}

/// The questions of a new card.
fn asked(part: &Part) -> impl Iterator<Item = &'static Question> {
    part.questions.iter().filter(|question| !question.legacy)
}

/// The place of an answer, with nothing in it.
fn empty(kind: &Kind) -> Value {
    match kind {
        Kind::Line | Kind::Markdown | Kind::Choice { .. } | Kind::Date | Kind::Link => Value::text(""),
        Kind::Number | Kind::YesNo => Value::Null,
        Kind::List { .. } | Kind::Nested { .. } => Value::List(Vec::new()),
        Kind::Table { columns, .. } => {
            let flat = columns.iter().filter(|column| !column.key.contains('.'));
            let cells = flat.map(|column| (column.key.to_owned(), Value::text("")));
            Value::List(vec![Value::Group(cells.collect())])
        }
        Kind::Figures => Value::Group(vec![("collection".to_owned(), Value::List(Vec::new()))]),
    }
}

/// The card with its fields named by their labels.
fn by_label(card: Card) -> Card {
    let named = |field: Field| Field {
        id: field_id(&field.label),
        ..field
    };
    let sections = card.sections.into_iter().map(|section| Section {
        fields: section.fields.into_iter().map(named).collect(),
        ..section
    });
    Card {
        sections: sections.collect(),
    }
}

/// A page of Markdown: the keys of the metadata with comments in front, then each question as a heading with what to
/// write in a comment below.
fn page(format: Format, outline: &'static Outline) -> String {
    let lens = format.lens();
    let is_hub = format == Format::HUGGING_FACE;
    let mut questions = card(outline, |question| Value::text(format!("<!-- {} -->", question.help)));
    let mut front = String::new();
    for section in &mut questions.sections {
        section.fields.retain(|field| {
            let key = metadata_key(&field.id).filter(|_| is_hub);
            let question = outline.question(&field.id);
            if let (Some(key), Some(question)) = (key, question) {
                front.push_str(&comment(question.help, ""));
                front.push_str(&format!("{key}:\n"));
            }
            key.is_none()
        });
    }
    let body = lens.write_new(&lens.fit(&questions));
    let body = String::from_utf8_lossy(&body);
    match front.as_str() {
        "" => body.into_owned(),
        front => format!("---\n{front}---\n\n{}", without_metadata(&body)),
    }
}

/// Plain YAML: a name for each section and question, with what to write in the lines above.
fn commented(outline: &Outline) -> String {
    // A name alone, in quotes where it needs them.
    let name = |words: &str| {
        let line = yaml::to_text(&Value::Group(vec![(words.to_owned(), Value::Null)]));
        let name = line.trim_end().trim_end_matches("null").trim_end();
        format!("{name}\n")
    };
    let sections = outline.sections.iter().map(|part| {
        let questions = asked(part)
            .map(|question| format!("{}  {}", comment(question.help, "  "), name(question.label)))
            .collect::<String>();
        format!("{}{}{questions}", comment(part.purpose, ""), name(part.title))
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// The widest line of a comment, in characters.
const WIDTH: usize = 100;

/// The words as lines with `#` in front.
fn comment(words: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{indent}# {word}")),
        }
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{check, outline};
    use crate::format::{Finding, Severity, read_named};

    /// All formats that can be read, with all outlines that ask something.
    fn pairs() -> impl Iterator<Item = (Format, &'static Outline)> {
        let outlines = outline::ALL
            .iter()
            .copied()
            .filter(|outline| !outline.sections.is_empty());
        let formats = Format::ALL.iter().copied().filter(|format| format.can_read());
        outlines.flat_map(move |outline| formats.clone().map(move |format| (format, outline)))
    }

    #[test]
    fn a_blank_card_is_recognised_and_answers_nothing() {
        let mut empty = Vec::new();
        for (format, outline) in pairs() {
            let what = format!("{} with {}", format.id(), outline.key);
            let Some(bytes) = blank(format, outline) else {
                empty.push((format, outline.key));
                continue;
            };
            let text = String::from_utf8_lossy(&bytes);
            let reading = crate::format::read_as(format, &bytes).unwrap_or_else(|error| panic!("{what}: {error:?}"));
            for field in reading.card.sections.iter().flat_map(|section| &section.fields) {
                let is_version = field.label.contains("version") && field.is_custom();
                assert!(
                    is_version || !check::is_answered(&field.value),
                    "{what}: {field:?}\n{text}"
                );
            }
            // That the answers which a family requires are open is true of a blank card.
            let is_open = |finding: &Finding| {
                let words = ["needs an answer here", "is expected here"];
                words.iter().any(|words| finding.message.to_string().contains(words))
            };
            let report = reading.report();
            let problem = report
                .iter()
                .map(|reported| &reported.finding)
                .find(|finding| finding.severity != Severity::Note && !is_open(finding));
            assert!(problem.is_none(), "{what}: {problem:?}\n{text}");
        }
        // Binary protobuf has no members that are there and empty.
        assert_eq!(empty, [(Format::MODEL_CARD_TOOLKIT_PROTO, outline::DATASHEET.key)]);
    }

    #[test]
    fn a_blank_page_is_read_with_all_its_questions() {
        for (format, outline) in [
            (Format::HUGGING_FACE, &outline::HUGGING_FACE),
            (Format::NATIVE, &outline::FULL),
            (Format::NATIVE, &outline::HUGGING_FACE),
        ] {
            let bytes = blank(format, outline).expect("a file");
            let reading = read_named(&bytes, None).expect("a blank card");
            assert_eq!((reading.format, reading.outline.key), (format, outline.key));
            for question in outline.sections.iter().flat_map(asked) {
                let text = String::from_utf8_lossy(&bytes);
                assert!(reading.card.value(question.id).is_some(), "{}\n{text}", question.id);
            }
        }
    }

    #[test]
    fn plain_yaml_says_what_to_write() {
        let text = String::from_utf8(blank(Format::YAML, &outline::FULL).expect("a file")).expect("text");
        let question = outline::FULL.question("model-details.name").expect("a name");
        let help: String = question.help.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
        assert!(text.contains(&format!("  # {help}")), "{text}");
        assert!(text.contains("\n  Name:\n"), "{text}");
        assert_eq!(
            read_named(text.as_bytes(), None).map(|reading| reading.format),
            Ok(Format::YAML)
        );
    }
}
