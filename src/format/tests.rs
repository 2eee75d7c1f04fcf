use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::card::{Field, Section, Value, change::difference};
use crate::json::tests::{texts, untidy, values};
use crate::yaml::tests::mess::Mess;

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Reads, lets the card be changed, writes into the source.
fn edit(source: &str, change: impl FnOnce(&mut Card)) -> String {
    let reading = read(source.as_bytes()).unwrap();
    let mut card = reading.card;
    change(&mut card);
    text(write(reading.format, Some(source.as_bytes()), &card).unwrap())
}

fn set(card: &mut Card, section: &str, id: &str, label: &str, value: Value) {
    let section = match card.sections.iter().position(|other| other.key == section) {
        Some(index) => &mut card.sections[index],
        None => panic!(
            "no section {section} in {:?}",
            card.sections.iter().map(|s| &s.key).collect::<Vec<_>>()
        ),
    };
    match section.fields.iter_mut().find(|field| field.id == id) {
        Some(field) => field.value = value,
        None => section.fields.push(Field {
            id: id.into(),
            label: label.into(),
            value,
        }),
    }
}

const TOOLKIT_2: &str = r#"{
  "model_details": {
    "name": "otter-spotter",
    "owners": [{"name": "River Lab", "contact": "lab@example.org"}],
    "version": {"name": "0.3", "date": "2026-02-01"},
    "licenses": [{"identifier": "Apache-2.0"}],
    "references": [{"reference": "https://example.org/otters"}],
    "training_site": "delta"
  },
  "considerations": {
    "users": [{"description": "Rangers"}, {"description": "Biologists"}],
    "limitations": []
  },
  "field_notes": {"season": "spring", "rain_mm": 12.50},
  "schema_version": "0.0.2"
}
"#;

const TOOLKIT_1: &str = r#"{"schema_version": "0.0.1", "model_details": {"name": "n", "license": "MIT", "citation": "c",
 "references": ["https://example.org"]}, "model_parameters": {"data": {"train": {"name": "t"}, "eval": {"name": "e", "link": "l"}}},
 "considerations": {"users": ["u"], "ethical_considerations": [{"name": "r", "mitigation_strategy": "m"}]}}"#;

const WEBCARDS: &str = r#"{"Section_name_28": "Model Details", "Section_Data_28": [{"4_Name of the model:": "otter"}, {"10_License infromation": "MIT"}], "session_id": "s3cr3t", "Section_name_52": "River notes", "Section_Data_52": [{"84_Question 1": "deep"}, {"85_A_b": "cold\r\nclear"}], "Section_Data_30": [{"12_Uses": ""}, {"13_Users": null}, {"19_More": "x"}]}"#;

#[test]
fn a_toolkit_card_answers_the_outline_s_questions() {
    let reading = read(TOOLKIT_2.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::MODEL_CARD_TOOLKIT_2);
    let card = &reading.card;
    assert_eq!(
        card.value("model-details.version_date"),
        Some(&Value::text("2026-02-01"))
    );
    assert_eq!(
        card.value("intended-use.users"),
        Some(&Value::List(vec![Value::text("Rangers"), Value::text("Biologists")]))
    );
    assert_eq!(
        card.section("model-details")
            .unwrap()
            .field("+training_site")
            .unwrap()
            .value,
        Value::text("delta")
    );
    assert_eq!(
        card.section("field-notes").unwrap().field("+rain_mm").unwrap().value,
        Value::Number("12.50".into())
    );
    assert_eq!(reading.lines[&("field-notes".to_owned(), "+season".to_owned())], 14);
    assert_eq!(card.name(), Some("otter-spotter"));
}

#[test]
fn one_edited_answer_changes_one_place() {
    let edited = edit(TOOLKIT_2, |card| {
        set(
            card,
            "intended-use",
            "intended-use.users",
            "Users",
            Value::List(vec![Value::text("Rangers"), Value::text("Anglers")]),
        );
    });
    assert_eq!(edited, TOOLKIT_2.replace("Biologists", "Anglers"));
    let edited = edit(TOOLKIT_1, |card| {
        let row = Value::Group(vec![("custom_text".into(), Value::text("BSD"))]);
        set(
            card,
            "model-details",
            "model-details.licenses",
            "Licences",
            Value::List(vec![row]),
        );
    });
    assert_eq!(edited, TOOLKIT_1.replace("\"MIT\"", "\"BSD\""));
    let edited = edit(WEBCARDS, |card| {
        set(
            card,
            "model-details",
            "model-details.licenses",
            "Licences",
            Value::text("BSD"),
        )
    });
    assert_eq!(edited, WEBCARDS.replace("\"MIT\"", "\"BSD\""));
}

#[test]
fn answers_beyond_the_schema_and_own_sections_are_kept_in_the_file() {
    for source in [TOOLKIT_2, TOOLKIT_1, WEBCARDS, r#"{"a": 1, "b": {"c": true}}"#] {
        let reading = read(source.as_bytes()).unwrap();
        let mut card = reading.card.clone();
        if reading.outline.key == "full" {
            for (key, id) in [
                ("factors", "factors.relevant"),
                ("model-parameters", "model-parameters.architecture"),
            ] {
                set(
                    &mut card,
                    key,
                    id,
                    reading.outline.question(id).unwrap().label,
                    Value::text("answered"),
                );
            }
            set(
                &mut card,
                "ethical-considerations",
                "+Extra note",
                "Extra note",
                Value::text("more"),
            );
        }
        let fields = vec![Field {
            id: "+Who".into(),
            label: "Who".into(),
            value: Value::text("me"),
        }];
        card.sections.push(Section {
            key: "deployment".into(),
            title: "Deployment".into(),
            fields,
        });
        assert_eq!(losses(reading.format, Some(source.as_bytes()), &card), [], "{source}");
        let written = write(reading.format, Some(source.as_bytes()), &card).unwrap();
        let again = read(&written).unwrap();
        assert_eq!(again.format, reading.format);
        assert_eq!(difference(&again.card, &card), [], "{}", text(written));
    }
}

#[test]
fn own_sections_are_renamed_moved_and_removed_in_place() {
    let source = r#"{"a": {"x": 1},  "b": {"y": [ 2 ]}, "c": 3}"#;
    assert_eq!(
        edit(source, |card| card.sections.swap(0, 1)),
        r#"{"b": {"y": [ 2 ]},  "a": {"x": 1}, "c": 3}"#
    );
    assert_eq!(
        edit(source, |card| drop(card.sections.remove(1))),
        r#"{"a": {"x": 1}, "c": 3}"#
    );
    assert_eq!(
        edit(source, |card| card.sections[1].title = "B2".into()),
        r#"{"a": {"x": 1},  "B2": {"y": [ 2 ]}, "c": 3}"#
    );
    let renamed = edit(WEBCARDS, |card| {
        let section = card
            .sections
            .iter_mut()
            .find(|section| section.key == "river-notes")
            .unwrap();
        section.fields[1].id = "+A c".into();
        section.fields[1].label = "A c".into();
    });
    assert_eq!(renamed, WEBCARDS.replace("85_A_b", "86_A c"));
    let removed = edit(WEBCARDS, |card| {
        card.sections.retain(|section| section.key != "river-notes")
    });
    assert!(!removed.contains("River notes") && !removed.contains("Section_Data_52") && removed.contains("s3cr3t"));
}

#[test]
fn a_member_without_a_name_is_a_field_like_others() {
    let source = r#"{"": {"": {}}, "": null}"#;
    let edited = edit(source, |card| set(card, "section", "+~e", "", Value::text("x")));
    assert_eq!(edited, r#"{"": {"": "x"}, "": null}"#);
}

#[test]
fn the_session_key_of_webcards_is_not_shown() {
    let reading = read(WEBCARDS.as_bytes()).unwrap();
    assert!(!format!("{:?}", reading.card).contains("s3cr3t"));
    assert!(reading.findings.iter().any(|finding| finding.place == "session_id"));
}

#[test]
fn a_packed_card_is_edited_inside_its_string() {
    let packed = format!("{} \n", crate::json::to_text(&Value::text(WEBCARDS)));
    let edited = edit(&packed, |card| {
        set(
            card,
            "model-details",
            "model-details.name",
            "Name",
            Value::text("a \"b\"\né"),
        )
    });
    assert_eq!(edited, packed.replace(r#"\"otter\""#, r#"\"a \\\"b\\\"\\né\""#));
}

#[test]
fn encodings_and_line_ends_survive() {
    let source = "\u{feff}{\r\n\t\"a\": \"x\",\r\n}";
    assert_eq!(
        edit(source, |card| set(card, "a", "+", "a", Value::text("y"))),
        source.replace("\"x\"", "\"y\"")
    );
    let wide: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain("{\"ä\": 1}".encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    let reading = read(&wide).unwrap();
    assert_eq!(write(reading.format, Some(&wide), &reading.card).unwrap(), wide);
}

#[test]
fn a_card_of_our_own_is_read_back_from_a_new_document() {
    let card = read(TOOLKIT_2.as_bytes()).unwrap().card;
    let bytes = write(Format::NATIVE, None, &card).unwrap();
    let reading = read(&bytes).unwrap();
    assert_eq!((reading.format, &reading.card), (Format::NATIVE, &card));
    assert_eq!(losses(Format::NATIVE, None, &card), []);
}

#[test]
fn a_new_toolkit_document_has_what_the_schema_knows_and_the_rest_is_named() {
    let card = read(WEBCARDS.as_bytes()).unwrap().card;
    let bytes = write(Format::MODEL_CARD_TOOLKIT_2, None, &card).unwrap();
    let reading = read(&bytes).unwrap();
    assert_eq!(reading.format, Format::MODEL_CARD_TOOLKIT_2);
    let licences = reading.card.value("model-details.licenses").unwrap();
    assert_eq!(crate::json::to_text(licences), r#"[{"identifier": "MIT"}]"#);
    let lost: Vec<_> = losses(Format::MODEL_CARD_TOOLKIT_2, None, &card)
        .into_iter()
        .map(|loss| loss.field.unwrap())
        .collect();
    assert_eq!(
        lost,
        ["Especially delicate uses".to_owned(), "Question 1".into(), "A_b".into()].map(|label| {
            FULL.question("ethical-considerations.sensitive_uses")
                .filter(|_| label.starts_with("Esp"))
                .map_or(label, |q| q.label.into())
        })
    );
}

#[test]
fn what_is_no_card_is_explained() {
    let case = |bytes: &[u8], words: &str, position: Option<(usize, usize)>, in_a_box: bool| {
        let error = read(bytes).expect_err(words);
        assert!(error.message.to_string().contains(words), "{}", error.message);
        assert_eq!((error.position, error.text.is_some()), (position, in_a_box), "{words}");
        assert!(!error.advice.is_empty());
    };
    case(b"\x89PNG\r\n\x1a\n\0\0", "PNG image", None, false);
    case(b"{\"a\": \"\xff\x01\"}", "no text", Some((1, 8)), false);
    case(b"{\n  \"a\": 1\n  b: 2\n}", "comma", Some((3, 3)), true);
    case("[".repeat(200).as_bytes(), "128 levels", Some((1, 129)), true);
    let wide = format!(
        "{{{}}}",
        (0..1001).map(|n| format!("\"k{n}\": 1")).collect::<Vec<_>>().join(",")
    );
    case(wide.as_bytes(), "1001 members", None, true);
}

#[test]
fn yaml_is_recognised_edited_in_place_and_told_from_markdown() {
    let source = "# Otters\r\nlicense: mit # ours\r\nlanguage: no\r\ntags:\r\n  - otters\r\nmetrics: {f1: 0.50}";
    let reading = read(source.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::YAML);
    let titles: Vec<_> = reading
        .card
        .sections
        .iter()
        .map(|section| section.title.as_str())
        .collect();
    assert_eq!(titles, ["license", "language", "tags", "metrics"]);
    assert_eq!(reading.lines[&("metrics".to_owned(), "+f1".to_owned())], 6);
    assert_eq!(reading.findings.len(), 1, "{:?}", reading.findings);
    let marked = ["\u{feff}", source].concat();
    assert_eq!(edit(&marked, |_| ()), marked);
    let tags = Value::List(vec![Value::text("otters"), Value::text("rivers")]);
    assert_eq!(
        edit(source, |card| set(card, "tags", "+", "tags", tags)),
        source.replace("- otters", "- otters\r\n  - rivers")
    );
    for (text, yaml) in [
        ("---\na: 1\n---\nb: 2\n", true),
        ("- a: 1\n  b: 2\n- a: 3\n  b: 4\n", true),
        ("- a: 1\n- b: 2\n", false),
        ("---\na: 1\n---\n# A model\n\nGood for otters.\n", false),
        ("---\na: 1\n---\nGood for otters.\n", false),
        ("# A model\n\nGood for otters.\n", false),
        ("{a: 1}", false),
        ("- a\n- b\n", false),
    ] {
        let format = read(text.as_bytes()).map(|reading| reading.format);
        assert_eq!(format.is_ok_and(|format| format == Format::YAML), yaml, "{text}");
    }
    let error = read(b"name: otters\nnote: a: b\n").unwrap_err();
    assert_eq!(error.position, Some((2, 8)), "{}", error.message);
}

/// Reads with a name, puts a value into the only field, and writes.
fn edit_whole(name: &str, source: &str, value: Value) -> String {
    let reading = read_named(source.as_bytes(), Some(name)).unwrap();
    let mut card = reading.card;
    let write = |card: &Card| text(write(reading.format, Some(source.as_bytes()), card).unwrap());
    assert_eq!(write(&card), source);
    assert_eq!((card.sections.len(), card.sections[0].fields.len()), (1, 1), "{source}");
    card.sections[0].fields[0].value = value;
    let written = write(&card);
    let again = read_as(reading.format, written.as_bytes()).unwrap().card;
    assert_eq!(difference(&again, &card), [], "{written}");
    written
}

#[test]
fn sections_of_one_name_get_names_of_their_own_in_plain_documents() {
    let card = read(b"# M\n\n## Results\n\na\n\n## Results\n\nb\n").unwrap().card;
    let written = write(Format::JSON, None, &card).unwrap();
    // Another reader, which sees the last of two members of one name.
    let document: serde_json::Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(document["Results"]["Text"], "a", "{document}");
    assert_eq!(document["Results′"]["Text"], "b", "{document}");
    let yaml = text(write(Format::YAML, None, &card).unwrap());
    assert!(yaml.contains("Results:") && yaml.contains("Results′"), "{yaml}");
    for format in [Format::JSON, Format::YAML, Format::XML] {
        assert_eq!(losses(format, None, &card), []);
    }
}

#[test]
fn further_documents_of_a_file_are_named_when_it_is_converted() {
    let named = |source: &str| unshown(read(source.as_bytes()).unwrap().format, source.as_bytes());
    let titles: Vec<String> = named("a: 1\n---\nb: 2\n---\nc: 3\n")
        .into_iter()
        .map(|loss| loss.section)
        .collect();
    assert_eq!(titles, ["Document 2", "Document 3"]);
    assert_eq!(named("a: 1\n"), []);
}

#[test]
fn what_is_empty_is_carried_between_plain_formats_and_named_elsewhere() {
    let source = r#"{"m": {"threshold": null, "prefix": "", "labels": [], "x": 1}, "empty": {}, "none": null}"#;
    let card = read(source.as_bytes()).unwrap().card;
    let written = |format: Format| text(write(format, None, &card).unwrap());
    let again = |format: Format| read(written(format).as_bytes()).unwrap().card;
    assert_eq!(
        written(Format::JSON).split_whitespace().collect::<String>(),
        source.replace(' ', "")
    );
    assert_eq!(difference(&card, &again(Format::YAML)), []);
    assert_eq!(difference(&card, &again(Format::NATIVE)), []);
    let xml = written(Format::XML);
    for name in ["threshold", "prefix", "labels", "empty", "none"] {
        assert!(xml.contains(&format!("<{name}")), "{name} in {xml}");
    }
    let named = |format: Format| -> Vec<String> {
        let losses = losses(format, None, &card).into_iter();
        losses.map(|loss| loss.field.unwrap_or(loss.section)).collect()
    };
    for format in [Format::JSON, Format::YAML, Format::NATIVE, Format::XML] {
        assert!(named(format).is_empty(), "{format:?}");
    }
    let all = ["threshold", "prefix", "labels", "x", "none", "empty"];
    assert_eq!(named(Format::MODEL_CARD_TOOLKIT_2), all);
}

#[test]
fn an_answer_is_written_where_its_group_is_empty() {
    let typed = |source: &str, key: &str, id: &str| {
        let reading = read(source.as_bytes()).unwrap();
        let mut card = reading.card;
        let part = reading.outline.part(key).unwrap();
        if card.section(key).is_none() {
            card.sections.push(Section {
                key: key.into(),
                title: part.title.into(),
                fields: Vec::new(),
            });
        }
        set(
            &mut card,
            key,
            id,
            part.question(id).unwrap().label,
            Value::text("otters"),
        );
        assert_eq!(losses(reading.format, Some(source.as_bytes()), &card), [], "{source}");
        // A further change beside it does not bring the empty group back.
        set(&mut card, key, "+river", "river", Value::text("deep"));
        let written = text(write(reading.format, Some(source.as_bytes()), &card).unwrap());
        let again = read(written.as_bytes()).unwrap();
        assert_eq!(again.format, reading.format, "{written}");
        assert_eq!(again.card.value(id), Some(&Value::text("otters")), "{written}");
        written
    };
    let overview = |model_details: &str| {
        let source =
            format!("{{\"schema_version\": \"0.0.2\", \"model_details\": {model_details}, \"considerations\": {{}}}}");
        typed(&source, "model-details", "model-details.overview")
    };
    assert_eq!(overview("null").matches("model_details").count(), 1);
    let version = typed(
        r#"{"schema_version": "0.0.2", "model_details": {"name": "m", "version": null}}"#,
        "model-details",
        "model-details.version",
    );
    assert_eq!(version.matches("\"version\"").count(), 1, "{version}");
    let yaml = typed(
        "schema_version: 0.0.2\nmodel_details:\nconsiderations:\n  x: 1\n",
        "model-details",
        "model-details.overview",
    );
    assert_eq!(yaml.matches("model_details:").count(), 1, "{yaml}");
}

#[test]
fn a_list_or_a_single_value_is_one_section() {
    let list = |items: &[&str]| Value::List(items.iter().map(|item| Value::text(*item)).collect());
    assert_eq!(
        edit_whole("a.json", "[ \"a\" , \"b\"]\n", list(&["a", "c"])),
        "[ \"a\" , \"c\"]\n"
    );
    assert_eq!(
        edit_whole("a.json", " 42 // six\n", Value::text("x")),
        " \"x\" // six\n"
    );
    assert_eq!(
        edit_whole("a.yml", "# ours\n- a\n- b # c\n", list(&["a", "d"])),
        "# ours\n- a\n- d # c\n"
    );
    edit_whole("a.yml", "just words\n", Value::Bool(true));
    edit_whole("a.json", "null", Value::Null);
    edit_whole("a.json", r#"["28_Model Details", "id_abc"]"#, list(&[]));
    let source = "[1, 2]";
    let grown = edit(source, |card| {
        let fields = vec![Field {
            id: "+".into(),
            label: "Notes".into(),
            value: Value::text("n"),
        }];
        card.sections.push(Section {
            key: "notes".into(),
            title: "Notes".into(),
            fields,
        });
        assert_eq!(losses(Format::JSON, Some(source.as_bytes()), card), []);
    });
    assert_eq!(grown, r#"{"Document": [1, 2], "Notes": "n"}"#);
    assert_eq!(edit(source, |card| card.sections.clear()), "{}");
    let names = read(br#"["28_Model Details", "id_abc"]"#).unwrap();
    assert!(
        names.findings[0].message.to_string().contains("answer.json"),
        "{:?}",
        names.findings
    );
}

#[test]
fn a_card_of_a_version_to_come_is_plain_json() {
    let reading = read(br#"{"format": "cartellino", "version": 2, "sections": []}"#).unwrap();
    assert_eq!(reading.format, Format::JSON);
    assert!(reading.findings[0].message.to_string().contains("version 2"));
}

#[test]
fn what_a_document_resembles_is_told_with_what_it_lacks() {
    let reading = read(br#"{"intended_uses": {}, "note": 1}"#).unwrap();
    assert_eq!(reading.resembles[0].missing, ["model_overview"]);
    assert!(
        reading
            .findings
            .iter()
            .any(|finding| finding.message.to_string().contains("has no member “model_overview”"))
    );
    assert!(read(TOOLKIT_2.as_bytes()).unwrap().resembles.is_empty());
}

#[test]
fn a_page_for_browsers_is_opened_as_text_and_named() {
    let source = "<!DOCTYPE html>\n<html><body><h1>Otter</h1></body></html>";
    let reading = read_named(source.as_bytes(), Some("card.html")).unwrap();
    assert_eq!(reading.format, Format::MARKDOWN);
    assert!(
        reading.findings[0].message.to_string().contains("page for browsers"),
        "{:?}",
        reading.findings
    );
    assert_eq!(edit(source, |_| ()), source);
}

#[test]
fn lists_of_pairs_without_a_file_name_are_markdown() {
    for page in [
        "# Title\n\n- a: 1\n",
        "Title\n\n- a: 1\n",
        "- a: 1\n- b: 2\n",
        "# Lake ice\n\nTold from photographs.\n\n- Accuracy: 0.91\n- Recall: 0.88\n- Lakes: 31\n- Years: 2\n",
        "# Report\n\n## Data\n- lakes: 31\n- years: [2\n- photographs: 4200\n- owners: us\n",
    ] {
        let reading = read(page.as_bytes()).unwrap_or_else(|error| panic!("{page}: {error:?}"));
        assert_eq!(reading.format, Format::MARKDOWN, "{page}");
    }
    assert!(read(b"name: lake\n  value: [1\nowner: us\n").is_err());
}

#[test]
fn what_stays_broken_can_be_opened_as_text() {
    for (source, line) in [("{\n  \"a\": 1\n  b: 2\n}", 3), ("name: otters\nnote: a: b\n", 2)] {
        assert!(read(source.as_bytes()).is_err());
        let reading = read_as_text(source.as_bytes()).unwrap();
        assert_eq!(
            (reading.findings[0].line, reading.findings[0].severity),
            (Some(line), Severity::Blocks)
        );
        let written = write(reading.format, Some(source.as_bytes()), &reading.card).unwrap();
        assert_eq!(text(written), source);
    }
    assert!(read_as_text(b"\x89PNG\r\n").is_err());
}

#[test]
fn bytes_that_are_no_utf_8_are_read_and_written_back() {
    let edit = |source: &[u8], old: &str, new: &str| {
        let reading = read(source).unwrap();
        assert_eq!(write(reading.format, Some(source), &reading.card).unwrap(), source);
        let mut card = reading.card;
        let field = card
            .sections
            .iter_mut()
            .flat_map(|section| &mut section.fields)
            .next()
            .unwrap();
        let before = field.value.as_text().unwrap().to_owned();
        assert!(before.contains(old), "{before}");
        field.value = Value::text(before.replace(old, new));
        assert_eq!(losses(reading.format, Some(source), &card), []);
        let written = write(reading.format, Some(source), &card).unwrap();
        let again = read_as(reading.format, &written).unwrap().card;
        assert_eq!(difference(&again, &card), []);
        written
    };
    // A letter that Windows-1252 has, one that it lacks in JSON, YAML and Markdown, and none beyond ASCII left.
    assert_eq!(
        edit(b"{\"a\": \"caf\xe9 \x81\"}", "caf", "\u{201C}"),
        b"{\"a\": \"\x93\xe9 \x81\"}"
    );
    assert_eq!(
        edit(b"{\"a\": \"caf\xe9\"}", "caf", "\u{17c}😀"),
        b"{\"a\": \"\\u017c\\ud83d\\ude00\xe9\"}"
    );
    assert_eq!(edit(b"a: caf\xe9\n", "caf", "\u{17c}"), "a: \u{17c}é\n".as_bytes());
    assert_eq!(edit(b"Caf\xe9\n", "Caf", "\u{17c}"), "\u{17c}é\n".as_bytes());
    assert_eq!(edit(b"{\"a\": \"\xe9\"}", "é", "e"), b"{\"a\": \"e\"}");
    // What is left would be UTF-8 that says something else.
    assert_eq!(edit(b"\xe9\xc3\xa9\n", "éÃ©", "Ã©"), "Ã©\n".as_bytes());
    // Damaged UTF-8 keeps its sound letters.
    let damaged = b"\xce\xb1\xce\xb2\xce \xce\xb3";
    assert_eq!(edit(damaged, "\u{f7ce}", "\u{3b4}"), "αβδ γ".as_bytes());
    assert_eq!(
        edit(damaged, "α", "\u{f7c3}\u{f7a9}"),
        "\u{f7c3}\u{f7a9}β\u{f7ce} γ".as_bytes()
    );
    let marked = [b"\xef\xbb\xbf".as_slice(), b"{\"a\": \"x\xff\"}"].concat();
    assert_eq!(
        edit(&marked, "x", "y"),
        [b"\xef\xbb\xbf".as_slice(), b"{\"a\": \"y\xff\"}"].concat()
    );
    let finding = &read(b"{\n\"a\": \"caf\xe9\"}").unwrap().findings[0];
    assert_eq!(finding.line, Some(2));
    assert!(finding.message.to_string().contains("Windows-1252"));
}

#[test]
fn what_can_be_understood_is_read_and_listed_with_its_line() {
    let source = "{\n\"a\": \"x\ny\", // note\n\"a\": NaN,\n}";
    let lines: Vec<_> = read(source.as_bytes())
        .unwrap()
        .findings
        .iter()
        .map(|finding| finding.line)
        .collect();
    assert_eq!(lines, [Some(2), Some(3), Some(4), Some(4), Some(4)]);
    let unknown = read(br#"{"model_details": {"owners": "me"}, "considerations": [], "extra": 1}"#).unwrap();
    let places: Vec<_> = unknown.findings.iter().map(|finding| finding.place.clone()).collect();
    assert_eq!(
        places,
        ["model_details › owners", "considerations", "schema_version", "extra"]
    );
}

pub(super) fn corpus_folder() -> PathBuf {
    std::env::var_os("CARTELLINO_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    )
}

pub(super) fn corpus(folder: &str) -> Vec<PathBuf> {
    let files =
        std::fs::read_dir(corpus_folder().join(folder)).map(|files| files.flatten().map(|file| file.path()).collect());
    files.unwrap_or_else(|_| {
        eprintln!("NOT RUN: the corpus of real cards ({folder}) is not there");
        Vec::new()
    })
}

/// The laws on every real file: unchanged is identical, each single edit is read back, and every
/// format can be written with losses that name all that is missing.
#[test]
fn the_laws_hold_on_real_cards() {
    for (folder, formats) in [
        (
            "mct-json",
            [Format::MODEL_CARD_TOOLKIT_1, Format::MODEL_CARD_TOOLKIT_2].as_slice(),
        ),
        // section_names.json beside a card is a plain list.
        ("webcards", &[Format::WEBCARDS, Format::JSON]),
        ("homemade-json", &[Format::JSON]),
        ("rt-ai", &[Format::RT_AI, Format::JSON]),
        (
            "cyclonedx",
            &[
                Format::CYCLONEDX_7,
                Format::CYCLONEDX_6,
                Format::CYCLONEDX_5,
                Format::JSON,
                Format::XML,
                Format::MARKDOWN,
            ],
        ),
        ("aibom-homemade", &[Format::JSON]),
        ("allennlp", &[Format::ALLENNLP]),
        ("patra", &[Format::PATRA]),
        ("sagemaker-metrics", &[Format::JSON]),
        ("homemade-yaml", &[Format::YAML]),
        ("mct-yaml", &[Format::MODEL_CARD_TOOLKIT_2]),
        ("bridge2ai", &[Format::BRIDGE2AI, Format::YAML]),
        ("monai-metadata", &[Format::MONAI]),
        ("openmodelcard", &[Format::OPEN_MODEL_CARD]),
    ] {
        for path in corpus(folder) {
            let bytes = std::fs::read(&path).unwrap();
            let reading = match read(&bytes) {
                Ok(reading) => reading,
                Err(error) => {
                    assert!(error.position.is_some(), "{}: {error:?}", path.display());
                    eprintln!("{}: {} {:?}", path.display(), error.message, error.position);
                    continue;
                }
            };
            assert!(
                formats.contains(&reading.format),
                "{} read as {:?}",
                path.display(),
                reading.format
            );
            assert!(
                write(reading.format, Some(&bytes), &reading.card).unwrap() == bytes,
                "{}",
                path.display()
            );
            for (section, field) in places(&reading.card) {
                let mut card = reading.card.clone();
                touch(&mut card.sections[section].fields[field].value);
                let card = in_its_file(reading.format, &bytes, &card, reading.outline).unwrap();
                let written = write(reading.format, Some(&bytes), &card).unwrap();
                let again = read_as(reading.format, &written).unwrap().card;
                let settled = reading.format.lens().settled(&File::new(&bytes), &card);
                assert_eq!(difference(&again, &settled), [], "{} {section} {field}", path.display());
            }
        }
    }
}

/// Changes a value somewhere, as a visitor would: its kind stays.
pub(super) fn touch(value: &mut Value) {
    match value {
        Value::Text(text) => text.push_str(" “edited”"),
        Value::Number(spelling) => *spelling = "4.20".into(),
        Value::Bool(yes) => *yes = !*yes,
        Value::Null => *value = Value::text("answered"),
        Value::List(items) if items.is_empty() => items.push(Value::text("new")),
        Value::List(items) => touch(&mut items[0]),
        Value::Group(members) if members.is_empty() => members.push(("new".into(), Value::Null)),
        Value::Group(members) => touch(&mut members[0].1),
    }
}

pub(super) fn places(card: &Card) -> Vec<(usize, usize)> {
    let sections = card.sections.iter().enumerate();
    sections
        .flat_map(|(index, section)| (0..section.fields.len()).map(move |field| (index, field)))
        .take(60)
        .collect()
}

/// Documents of the toolkit's, WebCards' and unknown shapes, with odd values in known places.
pub(super) fn documents() -> impl Strategy<Value = Value> {
    let details = prop::collection::vec(
        (
            prop::sample::select(vec![
                "name",
                "owners",
                "version",
                "license",
                "licenses",
                "citation",
                "references",
                "x",
            ]),
            values(),
        ),
        0..5,
    );
    let considered = prop::collection::vec(
        (
            prop::sample::select(vec!["users", "use_cases", "limitations", "tradeoffs", "y"]),
            described(),
        ),
        0..4,
    );
    let toolkit = (
        details,
        considered,
        prop::collection::vec((texts(), values()), 0..3),
        0..3usize,
    )
        .prop_map(|(details, considered, others, version)| {
            let group = |members: Vec<(&str, Value)>| {
                Value::Group(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            };
            let mut root = vec![("model_details".to_owned(), group(details))];
            root.extend(others);
            root.push(("considerations".into(), group(considered)));
            if version > 0 {
                root.push(("schema_version".into(), Value::text(format!("0.0.{version}"))));
            }
            Value::Group(root)
        });
    let entry = || {
        (
            prop::sample::select(vec![
                "4_Name",
                "10_Licence",
                "12_Uses",
                "84_Question 1",
                "x",
                "85_4",
                "1_Why",
                "51_Others",
            ]),
            values(),
        )
    };
    let sections = |ids: &'static [&'static str]| {
        let entries = prop::collection::vec(entry(), 0..4);
        prop::collection::vec((prop::sample::select(ids), entries, texts()), 1..4)
    };
    let sections = prop_oneof![
        sections(&["28", "30", "31", "52", "7"]),
        sections(&["1", "2", "7", "52", "53"])
    ];
    let webcards = sections.prop_map(|sections| {
        let members = sections.into_iter().flat_map(|(id, entries, name)| {
            let entries = entries
                .into_iter()
                .map(|(key, value)| Value::Group(vec![(key.into(), value)]))
                .collect();
            [
                (format!("Section_name_{id}"), Value::Text(name)),
                (format!("Section_Data_{id}"), Value::List(entries)),
            ]
        });
        Value::Group(members.collect())
    });
    let own = prop::collection::vec((texts(), values()), 0..5).prop_map(Value::Group);
    prop_oneof![toolkit, webcards, own]
}

fn described() -> impl Strategy<Value = Value> {
    let item = prop_oneof![
        texts().prop_map(Value::Text),
        texts().prop_map(|text| Value::Group(vec![("description".into(), Value::Text(text))])),
        values(),
    ];
    prop::collection::vec(item, 0..4).prop_map(Value::List)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn unchanged_means_identical(document in documents(), mut seed in any::<u64>()) {
        let mut source = String::new();
        untidy(&document, &mut seed, &mut source);
        let reading = read(source.as_bytes()).unwrap();
        prop_assert_eq!(text(write(reading.format, Some(source.as_bytes()), &reading.card).unwrap()), source);
    }

    #[test]
    fn what_was_put_is_read_back(
        document in documents(), mut seed in any::<u64>(), at in any::<prop::sample::Index>(), new in values(),
    ) {
        let mut source = String::new();
        untidy(&document, &mut seed, &mut source);
        let reading = read(source.as_bytes()).unwrap();
        let mut card = reading.card;
        let places = places(&card);
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        // A section that is a single value becomes a group by being given one; that is another card.
        // So does `version` of the toolkit, where the schema has an object.
        let single = ["+", "+version"].contains(&card.sections[section].fields[field].id.as_str());
        if single && matches!(new, Value::Group(_)) {
            return Ok(());
        }
        card.sections[section].fields[field].value = new;
        let card = in_its_file(reading.format, source.as_bytes(), &card, reading.outline).unwrap();
        let written = write(reading.format, Some(source.as_bytes()), &card).unwrap();
        let again = read_as(reading.format, &written).unwrap().card;
        let left = difference(&again, &card);
        let lost = losses(reading.format, Some(source.as_bytes()), &card);
        let shown = left.iter().filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank())).count();
        prop_assert_eq!(lost.len(), shown);
        let known = card.sections[section].fields[field].id.contains('.');
        prop_assert!(left.is_empty() || known, "{:?} in {}", left, text(written));
    }

    #[test]
    fn yaml_obeys_the_laws(
        members in prop::collection::vec((texts(), values()), 1..5), seed in any::<u64>(),
        at in any::<prop::sample::Index>(), new in values(),
    ) {
        let source = Mess::document(&Value::Group(members), seed);
        let mut card = read_as(Format::YAML, source.as_bytes()).unwrap().card;
        prop_assert_eq!(&text(write(Format::YAML, Some(source.as_bytes()), &card).unwrap()), &source);
        let places = places(&card);
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        if card.sections[section].fields[field].id == "+" && matches!(new, Value::Group(_)) {
            return Ok(());
        }
        card.sections[section].fields[field].value = new;
        let written = write(Format::YAML, Some(source.as_bytes()), &card).unwrap();
        prop_assert_eq!(difference(&read_as(Format::YAML, &written).unwrap().card, &card), []);
    }

    #[test]
    fn our_own_document_carries_every_card(document in documents()) {
        let card = read(crate::json::to_text(&document).as_bytes()).unwrap().card;
        let again = read(&write(Format::NATIVE, None, &card).unwrap()).unwrap().card;
        prop_assert_eq!(again, card);
    }

    #[test]
    fn any_document_obeys_the_laws(document in values(), mut seed in any::<u64>(), new in values()) {
        // Text that begins like a document is unpacked as one.
        let is_packed = |value: &Value| value.as_text().is_some_and(|text| text.trim_start().starts_with(['"', '[', '{']));
        if is_packed(&new) {
            return Ok(());
        }
        let mut source = String::new();
        untidy(&document, &mut seed, &mut source);
        for (format, source) in [(Format::JSON, source), (Format::YAML, Mess::document(&document, seed))] {
            let mut card = read_as(format, source.as_bytes()).unwrap().card;
            prop_assert_eq!(&text(write(format, Some(source.as_bytes()), &card).unwrap()), &source);
            let is_whole = !matches!(document, Value::Group(_));
            if is_whole && !matches!(new, Value::Group(_)) {
                card.sections[0].fields[0].value = new.clone();
                let written = write(format, Some(source.as_bytes()), &card).unwrap();
                prop_assert_eq!(difference(&read_as(format, &written).unwrap().card, &card), []);
            }
        }
    }

    #[test]
    fn text_in_any_encoding_obeys_the_laws(
        start in "[a-zé\u{3b1}]{0,4}", bytes in prop::collection::vec(0x80u8.., 1..4), end in "[a-z\u{3b2}]{0,4}",
        new in "[a-zé\u{17c}\u{f7e9}\u{81}]{1,5}",
    ) {
        let inner = [start.as_bytes(), &bytes, end.as_bytes()].concat();
        for (before, behind) in [("{\"a\": \"", "\"}"), ("a: x", "\n"), ("# T\n\n", "\n")] {
            let source = [before.as_bytes(), &inner, behind.as_bytes()].concat();
            let Ok(reading) = read(&source) else { continue };
            prop_assert_eq!(&write(reading.format, Some(&source), &reading.card).unwrap(), &source);
            let mut card = reading.card;
            let Some(field) = card.sections.iter_mut().flat_map(|section| &mut section.fields).next_back() else {
                continue;
            };
            field.value = Value::text(&new);
            let written = write(reading.format, Some(&source), &card).unwrap();
            let again = read_as(reading.format, &written).unwrap().card;
            prop_assert_eq!(difference(&again, &card), []);
        }
    }

    #[test]
    fn any_bytes_are_read_or_explained(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Err(error) = read(&bytes) {
            prop_assert!(!error.message.is_empty() && !error.advice.is_empty());
        }
    }
}

#[test]
fn thousands_of_members_of_one_name_are_refused_soon() {
    for member in [
        "\"a\": 1",
        "\"Section_Data_28\": [{\"4_q\": \"a\"}]",
        "\"model_details\": {\"name\": \"a\"}",
    ] {
        let text = format!("{{{}}}", vec![member; 20_000].join(","));
        let error = read(text.as_bytes()).unwrap_err();
        assert!(error.message.to_string().contains("20000 members"), "{}", error.message);
    }
    let text = format!("{{{}}}", vec!["\"a\": 1"; 1000].join(","));
    let card = read(text.as_bytes()).unwrap().card;
    assert_eq!(card.sections[999].key, "a-1000");
}

#[test]
fn an_id_that_is_no_pointer_of_ours_is_a_name() {
    for pointer in ["a~t0".to_owned(), "a/".repeat(100_000)] {
        let text = format!(
            r#"{{"format": "cartellino", "version": 1, "outline": "full", "sections": [{{"key": "model-details",
               "title": "Model details", "fields": [{{"id": "+{pointer}", "label": "x", "value": "kept"}}]}}]}}"#
        );
        let card = read(text.as_bytes()).unwrap().card;
        // What stands on pages is packed: the tests of the PDF unpack it.
        for format in Format::ALL.iter().copied().filter(|format| *format != Format::PDF) {
            let written = write(format, None, &card).unwrap();
            let told = !losses(format, None, &card).is_empty();
            assert!(
                told || String::from_utf8(written).unwrap().contains("kept"),
                "{format:?}"
            );
        }
    }
}

#[test]
fn the_older_toolkit_schema_gets_the_member_it_requires() {
    let card = read(br#"{"note": "x"}"#).unwrap().card;
    let written = write(Format::MODEL_CARD_TOOLKIT_1, None, &card).unwrap();
    assert!(
        json::parse(&String::from_utf8(written).unwrap())
            .unwrap()
            .root
            .member("model_details")
            .is_some()
    );
}

/// Brings the card of a file into every outline and back, unedited and with one answer edited.
fn assert_outlines_leave_the_file_alone(bytes: &[u8], what: &str) {
    let Ok(reading) = read(bytes) else { return };
    let place = places(&reading.card).pop();
    for outline in outline::ALL.iter().copied() {
        let back = |card: &Card| in_its_file(reading.format, bytes, card, outline).unwrap();
        let there = back(&outline::arranged(&reading.card, outline));
        let written = write(reading.format, Some(bytes), &there).unwrap();
        assert!(written == bytes, "{what} by {}", outline.key);
        let Some((section, field)) = place else { continue };
        let mut edited = reading.card.clone();
        touch(&mut edited.sections[section].fields[field].value);
        let switched = back(&outline::arranged(&edited, outline));
        let wanted = write(reading.format, Some(bytes), &edited).unwrap();
        let written = write(reading.format, Some(bytes), &switched).unwrap();
        assert!(written == wanted, "{what} edited by {}", outline.key);
    }
}

#[test]
fn another_outline_leaves_every_file_alone() {
    for source in [
        TOOLKIT_2,
        TOOLKIT_1,
        WEBCARDS,
        r#"{"metrics": {"a": 1}, "Factors": {"x": "y"}, "b": "c"}"#,
    ] {
        assert_outlines_leave_the_file_alone(source.as_bytes(), source);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/fixtures")];
    match corpus_folder() {
        folder if folder.is_dir() => folders.push(folder),
        _ => eprintln!("NOT RUN: the corpus of real cards is not there"),
    }
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            assert_outlines_leave_the_file_alone(&std::fs::read(&entry).unwrap(), &entry.display().to_string());
            files += 1;
        }
    }
    println!("{files} files by {} outlines", outline::ALL.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn another_outline_leaves_generated_files_alone(document in documents(), mut seed in any::<u64>()) {
        let mut source = String::new();
        untidy(&document, &mut seed, &mut source);
        assert_outlines_leave_the_file_alone(source.as_bytes(), &source);
    }
}
