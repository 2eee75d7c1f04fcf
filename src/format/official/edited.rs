//! Valid files stay valid when they are edited.

use super::*;

/// Writes an edited card into its file, which stays valid and lacks just what the losses name.
fn check_edit(validator: &Validator, reading: &Reading, bytes: &[u8], card: &Card, of: &str) {
    let format = reading.format;
    let written = write(format, Some(bytes), card).unwrap();
    let errors = errors(validator, &document(&written).unwrap());
    if OPEN.contains(&format) {
        let report = read_as(format, &written).unwrap().findings;
        assert!(
            errors.is_empty() || report.len() > reading.findings.len(),
            "{of}: {errors:#?}, but the report says no more than before"
        );
        return;
    }
    assert!(errors.is_empty(), "{of}: {errors:#?}");
    let untrue = untrue_loss(format, Some(bytes), card);
    assert!(untrue.is_none(), "{of}: {untrue:?}");
}

/// A value as a visitor may leave it: with a word more at its first text, or another value.
fn touched(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(format!("{text} otter")),
        Value::List(items) => match items.split_first() {
            Some((first, rest)) => Value::List(std::iter::once(touched(first)).chain(rest.iter().cloned()).collect()),
            None => Value::List(vec![Value::text("otter")]),
        },
        Value::Group(members) => match members.split_first() {
            Some(((name, first), rest)) => {
                let first = (name.clone(), touched(first));
                Value::Group(std::iter::once(first).chain(rest.iter().cloned()).collect())
            }
            None => Value::Group(vec![("otter".into(), Value::text("otter"))]),
        },
        Value::Number(_) => Value::Number("97".into()),
        Value::Bool(yes) => Value::Bool(!yes),
        Value::Null => Value::text("otter"),
    }
}

/// Members of a component of which only the outlines are known.
const UNTOLD: [&str; 3] = ["evidence", "swid", "cryptoProperties"];

/// The edits of a card, each with its name: fields touched, emptied, and with another kind of answer, about so many in all;
/// own fields in each section, and own sections.
fn edits(card: &Card, most: usize) -> Vec<(String, Card)> {
    let own = |id: &str, value: Value| Field {
        id: format!("+{id}"),
        label: id.into(),
        value,
    };
    let mut edits = Vec::new();
    let all = card.sections.iter().map(|section| section.fields.len()).sum::<usize>() * 7;
    let mut turn = 0;
    for (index, section) in card.sections.iter().enumerate() {
        for (place, field) in section.fields.iter().enumerate() {
            // Of these only the outlines are known; the documentation says so.
            if field.is_custom() && UNTOLD.contains(&section.title.as_str())
                || UNTOLD.contains(&field.label.as_str())
                || field.label == "releaseNotes"
            {
                continue;
            }
            let mut values = vec![touched(&field.value)];
            // What no question asks for has no form that is known.
            if !field.is_custom() {
                values.extend([
                    Value::Null,
                    Value::text(""),
                    Value::text("a few\n\nwords"),
                    Value::Number("0.970".into()),
                    Value::List(vec![Value::text("otter"), Value::Number("3".into())]),
                    Value::List(vec![Value::Group(vec![("river".into(), Value::text("deep"))])]),
                    Value::text("x".repeat(3000)),
                ]);
            }
            for value in values {
                turn += 1;
                if turn % (all / most + 1) > 0 {
                    continue;
                }
                let name = format!("{} = {:.60}", field.id, crate::json::to_text(&value));
                let mut card = card.clone();
                card.sections[index].fields[place].value = value;
                edits.push((name, card));
            }
        }
        if index > 12 {
            continue;
        }
        let mut with = card.clone();
        let fields = &mut with.sections[index].fields;
        fields.extend([
            own("river", Value::text("deep")),
            own("version", Value::Number("3".into())),
        ]);
        edits.push((format!("own fields in {}", section.key), with));
    }
    for (title, fields) in [
        (
            "Rivers",
            vec![own("depth", Value::text("1.5 m")), own("banks", Value::Bool(true))],
        ),
        ("hashes", vec![own("", Value::text("none"))]),
        ("custom", vec![own("long", Value::text("y".repeat(3000)))]),
    ] {
        let mut with = card.clone();
        with.sections.push(Section {
            key: "own-section".into(),
            title: title.into(),
            fields,
        });
        edits.push((format!("own section {title}"), with));
    }
    edits
}

/// Edits of which a family's report has nothing to say: null says nothing there, and a form leaves none in the place of a
/// text; a member that no question asks for has no form that is known.
fn is_untold(reading: &Reading, name: &str) -> bool {
    let is_strange = |key: &str| reading.outline.part(key).is_none();
    name.starts_with('+') || name.ends_with(" = null") || name.strip_prefix("own fields in ").is_some_and(is_strange)
}

/// Checks about so many edits of a file; gives their number.
fn check_edits(validator: &Validator, reading: &Reading, bytes: &[u8], most: usize, of: &str) -> usize {
    let mut count = 0;
    for (edit, card) in edits(&reading.card, most) {
        if OPEN.contains(&reading.format) && is_untold(reading, &edit) {
            continue;
        }
        count += 1;
        check_edit(validator, reading, bytes, &card, &format!("{of}: {edit}"));
    }
    count
}

#[test]
fn valid_files_stay_valid_when_they_are_edited() {
    let validators = validators();
    let (mut files, mut count) = (0, 0);
    let was = std::time::Instant::now();
    for folder in [
        "cyclonedx",
        "sagemaker",
        "sagemaker-metrics",
        "aibom-homemade",
        "patra",
        "openmodelcard",
        "bridge2ai",
    ] {
        let Ok(entries) = std::fs::read_dir(shared("CARTELLINO_CORPUS", "corpus").join(folder)) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let bytes = std::fs::read(&path).unwrap();
            let Ok(reading) = read(&bytes) else { continue };
            let validator = validators.iter().find(|(format, _)| *format == reading.format);
            let is_valid = |(_, validator): &&(Format, Validator)| {
                document(&bytes).is_some_and(|document| validator.is_valid(&document))
            };
            let Some((_, validator)) = validator.filter(is_valid) else {
                continue;
            };
            files += 1;
            count += check_edits(validator, &reading, &bytes, 80, &path.display().to_string());
        }
    }
    // Files of our own, which are there without the corpus.
    for (format, validator) in &validators {
        if ![
            Format::SAGEMAKER,
            Format::CYCLONEDX_5,
            Format::CYCLONEDX_6,
            Format::CYCLONEDX_7,
        ]
        .contains(format)
        {
            continue;
        }
        for (name, card) in real_cards().into_iter().step_by(12) {
            let bytes = write(*format, None, &card).unwrap();
            let reading = read(&bytes).unwrap();
            files += 1;
            count += check_edits(validator, &reading, &bytes, 6, &format!("{format:?} of {name}"));
        }
    }
    eprintln!("{count} edits of {files} files in {:?}", was.elapsed());
}
