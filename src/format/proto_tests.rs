use super::tests::{corpus, places};
use super::*;
use crate::card::Value;
use crate::card::change::difference;

const BINARY: Format = Format::MODEL_CARD_TOOLKIT_PROTO;
const TEXT: Format = Format::MODEL_CARD_TOOLKIT_PROTO_TEXT;

const CARD: &str = "# proto-message: ModelCard
model_details {
  name: 'otter-spotter'  # ours
  owners { name: \"River Lab\" contact: \"lab@example.org\" }
  version { name: \"0.3\" }
  licenses { identifier: \"Apache-2.0\" }
}
quantitative_analysis <
  performance_metrics { type: \"F1\", value: \"0.970\", confidence_interval { lower_bound: \"0.95\" } };
>
considerations {
  users { description: \"Rangers\" }
  users { description: \"Biologists\" }
}
";

/// A record of the binary notation, its payload shorter than 128 bytes.
fn record(number: u8, payload: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(payload.len()).unwrap()], payload].concat()
}

/// Changes the first text somewhere in a value; false when there is none.
fn touch(value: &mut Value) -> bool {
    match value {
        Value::Text(text) => {
            text.push_str(" “edited”");
            true
        }
        Value::Number(spelling) => {
            *spelling = "42".into();
            true
        }
        Value::Bool(yes) => {
            *yes = !*yes;
            true
        }
        Value::List(items) => items.iter_mut().any(touch),
        Value::Group(members) => members.iter_mut().any(|(_, value)| touch(value)),
        Value::Null => false,
    }
}

/// A value without its empty parts, which say nothing.
fn said(value: &Option<Value>) -> Option<Value> {
    fn without(value: &Value) -> Option<Value> {
        match value {
            value if value.is_blank() => None,
            Value::List(items) => Some(Value::List(items.iter().filter_map(without).collect())),
            Value::Group(members) => {
                let said = members
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), without(value)?)));
                Some(Value::Group(said.collect()))
            }
            value => Some(value.clone()),
        }
    }
    value.as_ref().and_then(without)
}

#[test]
fn a_message_that_says_nothing_has_no_bytes_and_is_known_by_its_name() {
    for name in ["card.pb", "model_card.proto"] {
        let reading = read_named(b"", Some(name)).unwrap();
        assert_eq!(reading.format, BINARY, "{name}");
    }
    assert_eq!(read_named(b"", Some("README.md")).unwrap().format, Format::MARKDOWN);
    assert_eq!(read(b"").unwrap().format, Format::MARKDOWN);
}

#[test]
fn a_list_of_labels_is_no_card() {
    let label = |name: &[u8], id: u8| record(1, &[&record(1, name)[..], &[2 << 3, id]].concat());
    let two = [label(b"otter", 1), label(b"seal", 2)].concat();
    for name in ["labels.pb", "labels"] {
        let found = read_named(&two, Some(name)).map(|reading| reading.format);
        assert_ne!(found.ok(), Some(BINARY), "{name}");
    }
}

#[test]
fn a_long_card_that_was_cut_off_is_explained() {
    let details = [record(2, &[b'a'; 100]), record(2, &[0xff; 100])].concat();
    let card = [&[1 << 3 | 2, 0x80 | 0x4c, 0x01][..], &details].concat();
    let error = read(&card[..card.len() - 40]).unwrap_err();
    assert!(error.message.to_string().contains("protobuf"), "{error:?}");
}

fn assert_laws(name: &str, format: Format, bytes: &[u8]) {
    let reading = read(bytes).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(reading.format, format, "{name}");
    assert!(write(format, Some(bytes), &reading.card).unwrap() == bytes, "{name}");
    for (section, field) in places(&reading.card) {
        let mut card = reading.card.clone();
        if touch(&mut card.sections[section].fields[field].value) {
            let written = write(format, Some(bytes), &card).unwrap();
            let again = read_as(format, &written).unwrap().card;
            assert_eq!(difference(&again, &card), [], "{name}: {section} {field}");
            assert_eq!(losses(format, Some(bytes), &card), []);
            assert!(written.len() < bytes.len() + 40, "{name}: more than one place changed");
        }
    }
    // What the toolkit's schema knows is the same in all of its notations.
    let toolkit = Format::MODEL_CARD_TOOLKIT_2;
    let json = write(toolkit, None, &reading.card).unwrap();
    let of_json = read_as(toolkit, &json).unwrap().card;
    for other in [BINARY, TEXT] {
        let again = read_as(other, &write(other, None, &of_json).unwrap()).unwrap().card;
        let lost = losses(other, None, &of_json).len();
        let mut left = difference(&again, &of_json);
        left.retain(|change| said(&change.before) != said(&change.after));
        assert_eq!(left.len(), lost, "{name} as {other:?}: {left:?}");
        let back = read_as(toolkit, &write(toolkit, None, &again).unwrap()).unwrap().card;
        assert_eq!(difference(&back, &again), [], "{name} as {other:?} and back");
    }
}

#[test]
fn the_laws_hold_on_real_protobuf_cards() {
    for (folder, format) in [("mct-proto-binary", BINARY), ("mct-proto-text", TEXT)] {
        for path in corpus(folder) {
            let bytes = std::fs::read(&path).unwrap();
            assert_laws(&path.display().to_string(), format, &bytes);
            let is_verifyml = read(&bytes)
                .unwrap()
                .findings
                .iter()
                .any(|finding| finding.message.to_string().contains("VerifyML"));
            assert_eq!(
                is_verifyml,
                path.display().to_string().contains("verifyml"),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn a_card_goes_through_both_notations() {
    assert_laws("text", TEXT, CARD.as_bytes());
    let reading = read(CARD.as_bytes()).unwrap();
    let line = reading.lines[&("model-details".to_owned(), "model-details.name".to_owned())];
    assert_eq!(line, 3);
    let bytes = write(BINARY, None, &reading.card).unwrap();
    assert_laws("binary", BINARY, &bytes);
    let binary = read(&bytes).unwrap();
    assert_eq!(difference(&binary.card, &reading.card), []);
    assert!(binary.lines.is_empty() && binary.findings.iter().all(|finding| finding.line.is_none()));
    assert_eq!(binary.findings, []);
    let text = write(TEXT, None, &binary.card).unwrap();
    assert_eq!(difference(&read(&text).unwrap().card, &reading.card), []);
}

#[test]
fn one_edit_changes_one_place_of_a_text_card() {
    let mut card = read(CARD.as_bytes()).unwrap().card;
    for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
        if field.id == "intended-use.users" {
            field.value = Value::List(["Rangers", "Anglers", "Biologists"].map(Value::text).to_vec());
        }
    }
    let written = write(TEXT, Some(CARD.as_bytes()), &card).unwrap();
    let wanted = CARD.replace(
        "  users { description: \"Biologists\"",
        "  users {\n    description: 'Anglers'\n  }\n  users { description: \"Biologists\"",
    );
    assert_eq!(String::from_utf8(written).unwrap(), wanted);
}

#[test]
fn numbers_are_spelled_as_texts_and_what_has_no_place_is_named() {
    let json =
        br#"{"schema_version": "0.0.2", "model_details": {"name": "n", "owners": [{"name": "a", "contact": null}]},
        "quantitative_analysis": {"performance_metrics": [{"type": "F1", "value": 0.970}]}, "extra": {"x": "lost"}}"#;
    let card = read(json).unwrap().card;
    for format in [BINARY, TEXT] {
        let lost: Vec<_> = losses(format, None, &card).into_iter().map(|loss| loss.field).collect();
        assert_eq!(lost, [Some("x".to_owned())]);
        let again = read_as(format, &write(format, None, &card).unwrap()).unwrap().card;
        let metrics = again.value("quantitative-analyses.performance_metrics").unwrap();
        assert_eq!(json::to_text(metrics), r#"[{"type": "F1", "value": "0.970"}]"#);
    }
}

#[test]
fn fields_without_a_name_are_shown_by_their_number_and_never_misnamed() {
    let named = record(1, &record(1, b"otter"));
    // WebCards' factors, in the field that VerifyML calls explainability analysis.
    let factors = record(5, &record(4, &record(1, b"season")));
    let bytes = [named.clone(), factors].concat();
    let reading = read(&bytes).unwrap();
    assert_eq!(reading.format, BINARY);
    assert_eq!(reading.card.sections.last().unwrap().title, "field 5");
    assert!(
        reading
            .findings
            .iter()
            .any(|finding| finding.message.to_string().contains("no published schema"))
    );
    assert_laws("private", BINARY, &bytes);
    // A metric with a test is VerifyML's.
    let test = record(6, &[record(1, b"bound"), vec![5 << 3, 1]].concat());
    let metric = record(
        3,
        &record(1, &[record(1, b"F1"), record(4, b"balanced"), test].concat()),
    );
    let bytes = [named, metric].concat();
    let reading = read(&bytes).unwrap();
    let metrics = reading.card.value("quantitative-analyses.performance_metrics").unwrap();
    assert_eq!(
        json::to_text(metrics),
        r#"[{"type": "F1", "description": "balanced", "tests": [{"name": "bound", "passed": true}]}]"#
    );
    assert!(reading.findings[0].message.to_string().contains("VerifyML"));
    assert_laws("VerifyML", BINARY, &bytes);
}

#[test]
fn what_is_no_card_is_explained() {
    let case = |bytes: &[u8], name: &str, words: &str, in_a_box: bool| {
        let error = read_named(bytes, Some(name)).expect_err(words);
        assert!(error.message.to_string().contains(words), "{name}: {}", error.message);
        assert_eq!(error.text.is_some(), in_a_box, "{name}");
    };
    let schema = b"// Cards.\nsyntax = \"proto2\";\nmessage ModelCard { optional string name = 1; }\n";
    case(schema, "model_card.proto", "protobuf schema", false);
    let whole = record(1, &record(1, b"otter \xc3\xa9"));
    case(&whole[..whole.len() - 1], "model_card.proto", "cannot be read", false);
    case(&whole[..whole.len() - 1], "x.dat", "cannot be read", false);
    case(
        b"model_details {\n  name: \"x\n}\n",
        "card.pbtxt",
        "not closed on its line",
        true,
    );
    case(
        b"model_details {\n  name: \"x\n}\n",
        "card",
        "not closed on its line",
        true,
    );
    let both = b"model_details: { overview: \"x\" }\n";
    assert_eq!(read_named(both, Some("a.pbtxt")).unwrap().format, TEXT);
    assert_eq!(
        read_named(both, Some("a.yaml")).unwrap().format,
        Format::MODEL_CARD_TOOLKIT_2
    );
}

#[test]
fn a_card_that_was_cut_off_is_explained_whatever_its_letters() {
    let details = record(1, &[record(1, b"A"), record(2, b"otters by the river")].concat());
    let card = [details, record(4, &record(4, &record(1, b"few otters")))].concat();
    assert!(std::str::from_utf8(&card).is_ok());
    assert_eq!(read_named(&card, Some("card")).unwrap().format, BINARY);
    for name in ["card.pb", "model_card.proto", "card.binpb", "card.protobuf"] {
        assert_eq!(read_named(&card, Some(name)).unwrap().format, BINARY, "{name}");
        for left in 3..card.len() {
            match read_named(&card[..left], Some(name)) {
                // The end of a message is the end of a whole card.
                Ok(reading) => assert!(reading.format == BINARY && left == 26, "{name} {left}"),
                Err(error) => {
                    let place = format!("of {left})");
                    assert!(
                        error.message.to_string().contains("at byte ") && error.message.to_string().contains(&place),
                        "{error:?}"
                    );
                    assert!(
                        error.message.to_string().contains("binary protobuf card") && !error.advice.is_empty(),
                        "{error:?}"
                    );
                }
            }
        }
    }
    let other = record(1, &[5 << 3, 1, 6 << 3, 2, 7 << 3 | 5, 0, 0, 0, 0].repeat(2));
    let error = read_named(&[vec![8, 1], other].concat(), Some("saved_model.pb")).unwrap_err();
    assert!(error.message.to_string().contains("no model card"), "{error:?}");
}

#[test]
fn a_text_with_odd_letters_is_opened_and_a_binary_name_is_believed() {
    let cut = format!("\n~\n|{:060}", 0);
    for (text, name, format) in [
        ("\n# A\x01\n\ntext\n", "x.md", Some(Format::MARKDOWN)),
        ("Beta\x07 notes on otters\n", "x.txt", Some(Format::MARKDOWN)),
        ("*a\x0bb* and otters\n", "x.md", Some(Format::MARKDOWN)),
        ("\na: \x01b\nc: d\n", "x.yaml", None),
        ("\n# A\x01\n\ntext\n", "x", Some(Format::MARKDOWN)),
        ("\n# Otters\n\nA text.\n", "model_card.proto", Some(Format::MARKDOWN)),
        (CARD, "card.pb", Some(TEXT)),
    ] {
        match (read_named(text.as_bytes(), Some(name)), format) {
            (Ok(reading), Some(format)) => assert_eq!(reading.format, format, "{name}: {text:?}"),
            (Ok(_), None) => {}
            (Err(error), _) => {
                let is_yaml = format.is_none() && !error.message.to_string().contains("protobuf");
                assert!(is_yaml, "{name}: {text:?}: {error:?}");
            }
        }
    }
    for (text, name, comes_back) in [
        (cut.as_str(), "cut.pb", true),
        (cut.as_str(), "cut.binpb", true),
        (cut.as_str(), "cut.protobuf", true),
        ("\n# Otters\n\nA text.\n", "notes.pb", true),
        ("\n# A\x01\n\ntext\n", "x.pb", false),
        ("\n# A\x01\n\ntext\n", "x.proto", false),
    ] {
        let error = read_named(text.as_bytes(), Some(name)).expect_err(name);
        assert!(error.message.to_string().contains("protobuf"), "{name}: {error:?}");
        assert_eq!(error.text.is_some(), comes_back, "{name}");
        assert_eq!(
            error.advice.to_string().contains("If it is a text"),
            comes_back,
            "{name}"
        );
    }
    let error = read_named(b"{\"model_details\": ", Some("card.pb")).unwrap_err();
    assert!(!error.message.to_string().contains("protobuf"), "{error:?}");
    assert!(read_named(b"", Some("card.pb")).is_ok());
}

#[test]
fn of_a_value_that_comes_again_the_last_one_is_the_answer() {
    let name = |text: &[u8]| record(1, text);
    let owner = |inner: &[Vec<u8>]| record(4, &inner.concat());
    let pieces = [record(1, &name(b"A")), record(1, &name(b"B"))].concat();
    let one = record(1, &[name(b"A"), name(b"B")].concat());
    let list = record(
        1,
        &[
            name(b"B"),
            owner(&[name(b"Lab"), name(b"Club")]),
            owner(&[name(b"Lab")]),
        ]
        .concat(),
    );
    for (bytes, owners) in [
        (pieces, None),
        (one, None),
        (list, Some(r#"[{"name": "Club"}, {"name": "Lab"}]"#)),
    ] {
        let reading = read(&bytes).unwrap();
        assert_eq!(reading.format, BINARY);
        let answer = reading.card.value("model-details.name").and_then(Value::as_text);
        assert_eq!(answer, Some("B"));
        assert_eq!(
            reading.card.value("model-details.owners").map(json::to_text).as_deref(),
            owners
        );
        let again = reading
            .findings
            .iter()
            .filter(|finding| finding.message.to_string().contains("The last one is shown"));
        assert_eq!(again.count(), 1, "{:?}", reading.findings);
        assert_laws("again", BINARY, &bytes);
    }
}

#[test]
fn a_list_of_entries_is_no_card_in_pieces() {
    let entry = |text: &[u8]| record(1, &[record(1, text), record(2, b"an animal")].concat());
    let labels = ["otter", "seal", "heron", "pike", "eel", "newt"].map(|label| entry(label.as_bytes()));
    for name in ["labels.pb", "labels"] {
        let error = read_named(&labels.concat(), Some(name)).unwrap_err();
        assert!(error.message.to_string().contains("no model card"), "{error:?}");
        let reading = read_named(&labels[..5].concat(), Some(name)).unwrap();
        assert_eq!(reading.format, BINARY);
    }
}

#[test]
fn a_message_in_pieces_is_read_as_one_and_kept_in_pieces() {
    let version = |inner: &[u8]| record(5, inner);
    let name = [record(1, b"A"), version(&record(1, b"0.1"))].concat();
    let rest = [record(2, b"B"), version(&record(2, b"2026-02-01"))].concat();
    let bytes = [
        record(1, &name),
        record(4, &record(1, &record(1, b"x"))),
        record(1, &rest),
    ]
    .concat();
    for file in ["split.pb", "split"] {
        let reading = read_named(&bytes, Some(file)).unwrap();
        assert_eq!(reading.format, BINARY);
        let text = |id| reading.card.value(id).and_then(Value::as_text);
        assert_eq!(text("model-details.name"), Some("A"));
        assert_eq!(text("model-details.overview"), Some("B"));
        assert_eq!(text("model-details.version"), Some("0.1"));
        assert_eq!(text("model-details.version_date"), Some("2026-02-01"));
        assert!(
            reading.findings[0].message.to_string().contains("several pieces"),
            "{:?}",
            reading.findings
        );
    }
    assert_laws("pieces", BINARY, &bytes);
    let mut card = read(&bytes).unwrap().card;
    card.sections[0].fields[0].value = Value::text("C");
    let joined = [
        record(1, b"C"),
        version(&[record(1, b"0.1"), record(2, b"2026-02-01")].concat()),
        record(2, b"B"),
    ];
    let wanted = [record(1, &joined.concat()), record(4, &record(1, &record(1, b"x")))].concat();
    assert_eq!(write(BINARY, Some(&bytes), &card).unwrap(), wanted);
}

#[test]
fn fields_that_no_card_was_seen_with_are_kept() {
    let known = record(1, &record(1, b"otter"));
    for further in [
        record(13, b"\x08\x01"),
        record(13, b"words"),
        vec![13 << 3, 7],
        [&[0xFA, 0x01], &[1, b'x'][..]].concat(),
    ] {
        for bytes in [
            [known.clone(), further.clone()].concat(),
            [further.clone(), known.clone()].concat(),
        ] {
            let reading = read_named(&bytes, Some("card.pb")).unwrap();
            assert_eq!(reading.format, BINARY);
            assert!(write(BINARY, Some(&bytes), &reading.card).unwrap() == bytes);
            let mut card = reading.card;
            let name = card.sections.iter_mut().flat_map(|section| &mut section.fields);
            let name = name.into_iter().find(|field| field.id == "model-details.name").unwrap();
            name.value = Value::text("seal");
            let written = write(BINARY, Some(&bytes), &card).unwrap();
            let after = String::from_utf8_lossy(&written).into_owned();
            assert!(after.contains("seal") && written.windows(further.len()).any(|window| window == further));
        }
        assert_eq!(read(&[known.clone(), further].concat()).unwrap().format, BINARY);
    }
}

#[test]
fn relatives_in_json_and_yaml_are_called_by_their_names_and_kept() {
    let verifyml = r#"{"schema_version": "0.0.4", "model_details": {"name": "n", "owners": [{"name": "a", "role": "auditor"}],
      "regulatory_requirements": [{"regulation": "r"}]}, "quantitative_analysis": {"performance_metrics": [{"type": "t",
      "description": "d", "tests": [{"name": "x", "passed": true}]}]}, "considerations": {"fairness_assessment":
      [{"group_at_risk": "g"}]}, "explainability_analysis": {"explainability_reports": [{"type": "e"}]}}"#;
    let cyclops =
        "model_details:\n  description: d\n  licenses:\n    - identifier: MIT\ndatasets:\n  data:\n    - size: 4\n";
    for (source, name) in [(verifyml, "VerifyML"), (cyclops, "CyclOps")] {
        let reading = read(source.as_bytes()).unwrap();
        assert_eq!(reading.format, Format::MODEL_CARD_TOOLKIT_2);
        let said: Vec<_> = reading
            .findings
            .iter()
            .filter(|finding| finding.message.to_string().contains(name))
            .collect();
        assert_eq!(said.len(), 1, "{:?}", reading.findings);
        assert!(
            !reading
                .findings
                .iter()
                .any(|finding| finding.message.to_string().contains("does not know"))
        );
        for (section, field) in places(&reading.card) {
            let mut card = reading.card.clone();
            assert!(touch(&mut card.sections[section].fields[field].value));
            let written = write(reading.format, Some(source.as_bytes()), &card).unwrap();
            assert_eq!(difference(&read(&written).unwrap().card, &card), []);
        }
    }
}
