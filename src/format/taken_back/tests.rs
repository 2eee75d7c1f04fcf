use std::path::Path;

use crate::card::outline::{self, Kind, Outline, Question, arrange};
use crate::card::{Card, Field, Value};
use crate::format::tests::{corpus_folder, places};
use crate::format::{Format, Reading, in_its_file, losses, read_named, write};

/// The card in an outline, with an answer to each question that it does not answer.
fn answered(card: &Card, outline: &'static Outline, answer: impl Fn(&Question) -> Value) -> Card {
    let mut arranged = arrange::arranged(card, outline);
    for part in outline.sections {
        let Some(section) = arranged.sections.iter_mut().find(|section| section.key == part.key) else {
            continue;
        };
        let open = part
            .questions
            .iter()
            .filter(|question| card.value(question.id).is_none());
        section.fields.extend(open.map(|question| Field {
            id: question.id.into(),
            label: question.label.into(),
            value: answer(question),
        }));
    }
    arranged
}

/// An answer of the question's kind with this in each of its places.
fn filled(question: &Question, text: &str) -> Value {
    match question.kind {
        Kind::List { .. } => Value::List(vec![Value::text(text)]),
        Kind::Table { columns, .. } => {
            let cells = columns.iter().map(|column| (column.key.to_owned(), Value::text(text)));
            Value::List(vec![Value::Group(cells.collect())])
        }
        Kind::Figures => Value::Group(vec![("description".into(), Value::text(text))]),
        _ => Value::text(text),
    }
}

/// Puts something blank beside everything that an answer holds.
fn widen(value: &mut Value) {
    match value {
        Value::List(items) => {
            items.iter_mut().for_each(widen);
            items.push(Value::text(""));
        }
        Value::Group(members) => {
            members.iter_mut().for_each(|(_, value)| widen(value));
            members.push(("left blank".into(), Value::text(" ")));
        }
        _ => {}
    }
}

fn assert_leaves_no_trace(reading: &Reading, bytes: &[u8], what: &str) -> usize {
    let blanks: [&dyn Fn(&Question) -> Value; 4] = [
        &|question| filled(question, ""),
        &|_| Value::text("\r\n"),
        &|_| Value::List(Vec::new()),
        &|_| Value::Null,
    ];
    let put = |card: &Card| write(reading.format, Some(bytes), card).unwrap();
    for blank in blanks {
        let card = answered(&reading.card, reading.outline, blank);
        assert!(put(&card) == bytes, "{what}: {}", String::from_utf8_lossy(&put(&card)));
    }
    let card = answered(&reading.card, reading.outline, |question| filled(question, ""));
    assert_eq!(losses(reading.format, Some(bytes), &card), [], "{what}");
    let other = answered(&reading.card, &outline::FULL, |question| filled(question, ""));
    let other = in_its_file(reading.format, bytes, &other, &outline::FULL).unwrap();
    assert!(put(&other) == bytes, "{what} with other questions");
    let mut wider = reading.card.clone();
    for (section, field) in places(&wider) {
        let field = &mut wider.sections[section].fields[field];
        if !field.is_custom() {
            widen(&mut field.value);
        }
    }
    assert!(
        put(&wider) == bytes,
        "{what}: {}",
        String::from_utf8_lossy(&put(&wider))
    );
    let typed = answered(&reading.card, reading.outline, |question| filled(question, "typed"));
    usize::from(put(&typed) != bytes)
}

#[test]
fn an_answer_given_and_taken_back_leaves_no_trace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/fixtures")];
    match corpus_folder() {
        folder if folder.is_dir() => folders.push(folder),
        _ => eprintln!("NOT RUN: the corpus of real cards is not there"),
    }
    let mut held = std::collections::BTreeMap::<&str, usize>::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // What is large is more of the same.
            if path.metadata().unwrap().len() > 20_000 {
                continue;
            }
            let (bytes, name) = (std::fs::read(&path).unwrap(), path.display().to_string());
            let Ok(reading) = read_named(&bytes, Some(&name)) else {
                continue;
            };
            *held.entry(reading.format.id()).or_default() += assert_leaves_no_trace(&reading, &bytes, &name);
        }
    }
    println!("{held:?}");
    for format in [Format::HUGGING_FACE, Format::MODEL_CARD_TOOLKIT_2, Format::WEBCARDS] {
        assert!(held.get(format.id()).is_some_and(|files| *files > 0), "{format:?}");
    }
}

/// One small card of each format that is edited in place.
#[test]
fn every_format_is_left_without_a_trace() {
    let card = crate::format::read(
        br##"{"schema_version": "0.0.2", "model_details": {"name": "otter", "version": {"date": "2026-02-01"},
            "owners": [{"name": "River Lab"}]}, "considerations": {"users": [{"description": "Rangers"}]}}"##,
    );
    let card = card.unwrap().card;
    for format in Format::ALL.iter().copied().filter(|format| format.can_read()) {
        let bytes = write(format, None, &card).unwrap();
        let reading = crate::format::read_as(format, &bytes).unwrap();
        let typed = assert_leaves_no_trace(&reading, &bytes, format.id());
        let mut questions = reading.outline.sections.iter().flat_map(|part| part.questions);
        let is_open = questions.any(|question| reading.card.value(question.id).is_none());
        assert_eq!(typed > 0, is_open, "{format:?}");
    }
}
