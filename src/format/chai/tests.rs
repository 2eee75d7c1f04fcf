use std::path::PathBuf;
use std::process::Command;

use proptest::prelude::*;

use super::*;
use crate::card::change::difference;
use crate::format::tests::{corpus, places, touch};
use crate::format::{Format, in_its_file, losses, read, read_as, write};
use crate::json::tests::{texts, values};

const CARD: &str = include_str!("../../../tests/fixtures/xml/chai-0.2-tabs.xml");
const OLDER: &str = include_str!("../../../tests/fixtures/xml/chai-0.1-no-final-newline.xml");

fn edit(source: &str, change: impl FnOnce(&mut Card)) -> String {
    let reading = read(source.as_bytes()).unwrap();
    let mut card = reading.card;
    change(&mut card);
    String::from_utf8(write(reading.format, Some(source.as_bytes()), &card).unwrap()).unwrap()
}

fn set_answer(card: &mut Card, id: &str, value: Value) {
    let part = HEALTH.part_asking(id).unwrap();
    let section = card
        .sections
        .iter_mut()
        .find(|section| section.key == part.key)
        .unwrap();
    match section.fields.iter_mut().find(|field| field.id == id) {
        Some(field) => field.value = value,
        None => section.fields.push(Field {
            id: id.into(),
            label: HEALTH.question(id).unwrap().label.into(),
            value,
        }),
    }
}

#[test]
fn a_card_answers_the_questions_of_its_outline() {
    let reading = read(CARD.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::CHAI_2);
    assert_eq!(reading.outline.key, "health");
    let card = &reading.card;
    assert_eq!(card.name(), Some("otter-watch"));
    assert_eq!(
        card.value("metadata.tags"),
        Some(&Value::List(vec![Value::text("otters")]))
    );
    assert_eq!(card.value("release.health_records"), Some(&Value::List(Vec::new())));
    let results = card.value("usefulness.results").unwrap();
    assert_eq!(
        crate::json::to_text(results),
        r#"[{"Label": "Recall", "ValueJson": "{\"kind\":\"single\",\"value\":94.20,\"unit\":\"%\"}"}]"#
    );
    assert_eq!(
        reading.lines[&("basic-information".to_owned(), "model-details.name".to_owned())],
        5
    );
    let places: Vec<_> = reading.findings.iter().map(|finding| finding.place.clone()).collect();
    assert_eq!(places, ["ds:Signature", "Ward"]);
    assert_eq!(card.sections.last().unwrap().title, "Ward");
    let older = read(OLDER.as_bytes()).unwrap();
    assert_eq!(older.format, Format::CHAI_1);
    assert_eq!(older.card.value("safety.results"), Some(&Value::text("No harm seen.")));
}

#[test]
fn one_edited_answer_changes_one_place() {
    let edited = edit(CARD, |card| {
        set_answer(card, "model-details.owners", Value::text("Delta & Sons"))
    });
    assert_eq!(edited, CARD.replace("River Ward", "Delta &amp; Sons"));
    let tags = Value::List(vec![Value::text("otters"), Value::text("rivers")]);
    let edited = edit(CARD, |card| set_answer(card, "metadata.tags", tags));
    let keyword = "<Keyword>otters</Keyword>";
    assert_eq!(
        edited,
        CARD.replace(keyword, &format!("{keyword}\n\t\t\t<Keyword>rivers</Keyword>"))
    );
    let edited = edit(CARD, |card| {
        set_answer(card, "usefulness.interpretation", Value::text("Good > bad"))
    });
    assert_eq!(
        edited,
        CARD.replace("<![CDATA[94 of 100 <otters>]]>", "<![CDATA[Good > bad]]>")
    );
}

#[test]
fn a_missing_element_is_put_where_the_schema_has_it() {
    let edited = edit(CARD, |card| {
        set_answer(card, "release.regulatory_approval", Value::text("None"))
    });
    let before = "<EHRCompatibility/>";
    assert_eq!(
        edited,
        CARD.replace(
            before,
            &format!("{before}\n\t\t<RegulatoryApproval>None</RegulatoryApproval>")
        )
    );
    let edited = edit(CARD, |card| {
        set_answer(card, "ai-system-facts.foundation_models", Value::text("None"))
    });
    let before = "<ModelType>forest</ModelType>";
    assert_eq!(
        edited,
        CARD.replace(
            before,
            &format!("{before}\n\t\t\t<FoundationModels>None</FoundationModels>")
        )
    );
    let edited = edit(CARD, |card| {
        set_answer(card, "model-details.citations", Value::text("@misc{otter}"))
    });
    assert_eq!(
        edited,
        CARD.replace("\t<ds:", "\t<Bibliography>@misc{otter}</Bibliography>\n\t<ds:")
    );
}

#[test]
fn a_required_element_stays_when_its_answer_goes() {
    let edited = edit(CARD, |card| {
        card.sections[0]
            .fields
            .retain(|field| field.id != "model-details.owners");
    });
    assert_eq!(edited, CARD.replace("River Ward", ""));
    let edited = edit(CARD, |card| set_answer(card, "metadata.tags", Value::List(Vec::new())));
    assert!(edited.contains("<Keywords></Keywords>"), "{edited}");
}

#[test]
fn what_the_schema_has_no_place_for_is_named() {
    let mut card = read(CARD.as_bytes()).unwrap().card;
    let own = |id: &str| Field {
        id: format!("+{id}"),
        label: id.into(),
        value: Value::text("x"),
    };
    card.sections[0].fields.push(own("Colour"));
    card.sections.push(Section {
        key: "notes".into(),
        title: "Notes".into(),
        fields: vec![own("Season")],
    });
    for source in [Some(CARD.as_bytes()), None] {
        let lost = losses(Format::CHAI_2, source, &card);
        let lost: Vec<_> = lost.into_iter().map(|loss| loss.field.unwrap()).collect();
        let kept = if source.is_some() {
            &["Colour", "Season"][..]
        } else {
            &["Colour", "@bed", "#text", "Season"]
        };
        assert_eq!(lost, kept);
    }
}

#[test]
fn other_cards_become_applied_model_cards() {
    let toolkit =
        br#"{"schema_version": "0.0.2", "model_details": {"name": "n", "owners": [{"name": "o", "contact": "c"}],
        "references": [{"reference": "https://example.org"}]}, "considerations": {"users": [{"description": "a"},
        {"description": "b"}], "tradeoffs": [{"description": "t"}]}}"#;
    let card = read(toolkit).unwrap().card;
    let written = write(Format::CHAI_2, None, &card).unwrap();
    let again = read(&written).unwrap();
    assert_eq!(again.format, Format::CHAI_2);
    assert_eq!(again.card.value("intended-use.users"), Some(&Value::text("- a\n- b")));
    let lost = losses(Format::CHAI_2, None, &card);
    assert_eq!(
        lost.iter().map(|loss| loss.field.as_deref()).collect::<Vec<_>>(),
        [Some("Trade-offs")]
    );
    let older = read(OLDER.as_bytes()).unwrap().card;
    let written = write(Format::CHAI_2, None, &older).unwrap();
    let results = read(&written).unwrap().card.value("safety.results").cloned().unwrap();
    assert_eq!(
        crate::json::to_text(&results),
        r#"[{"Label": "In words", "ValueJson": "\"No harm seen.\""}]"#
    );
    assert_eq!(losses(Format::CHAI_2, None, &older), []);
}

#[test]
fn the_laws_hold_on_real_applied_cards() {
    for path in corpus("chai-xml") {
        let bytes = std::fs::read(&path).unwrap();
        let reading = read(&bytes).unwrap();
        let named = path.file_name().unwrap().to_string_lossy().contains("v0.1");
        assert_eq!(reading.format, if named { Format::CHAI_1 } else { Format::CHAI_2 });
        assert!(
            reading.findings.is_empty(),
            "{}: {:?}",
            path.display(),
            reading.findings
        );
        assert!(
            write(reading.format, Some(&bytes), &reading.card).unwrap() == bytes,
            "{}",
            path.display()
        );
        let mut fields = 0;
        for (section, field) in places(&reading.card) {
            let mut card = reading.card.clone();
            touch(&mut card.sections[section].fields[field].value);
            assert_eq!(losses(reading.format, Some(&bytes), &card), []);
            let written = write(reading.format, Some(&bytes), &card).unwrap();
            let again = read_as(reading.format, &written).unwrap().card;
            let left = difference(&again, &card);
            assert_eq!(left, [], "{} {section} {field}", path.display());
            let (old, new) = (
                String::from_utf8(bytes.clone()).unwrap(),
                String::from_utf8(written).unwrap(),
            );
            // All but the lines of the answer stay.
            let head = old.lines().zip(new.lines()).take_while(|(old, new)| old == new).count();
            let rest = |text: &str| text.lines().rev().map(str::to_owned).collect::<Vec<_>>();
            let tail = rest(&old)
                .iter()
                .zip(rest(&new))
                .take_while(|(old, new)| *old == new)
                .count();
            let value = &reading.card.sections[section].fields[field].value;
            let lines = markdown::text_of(value).lines().count().max(1);
            assert!(
                head + tail + lines >= old.lines().count(),
                "{} {section} {field}",
                path.display()
            );
            fields += 1;
        }
        for format in Format::ALL.iter().copied().filter(|format| format.can_read()) {
            let written = write(format, None, &reading.card).unwrap();
            read_as(format, &written).unwrap();
        }
        assert!(fields > 40, "{fields}");
    }
}

fn schema(version: &str) -> Option<PathBuf> {
    let base = std::env::var_os("CARTELLINO_CORPUS").map(PathBuf::from);
    let base = base.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    let path = base.join(format!("../schemas/chai/schema-{version}.xsd"));
    let has_program = Command::new("xmllint").arg("--version").output().is_ok();
    let is_required = std::env::var_os("CARTELLINO_REQUIRE_ALL").is_some();
    assert!(has_program || !is_required, "xmllint is not installed");
    (path.exists() && has_program).then_some(path)
}

/// Which of the files the schema refuses, and why.
fn refused(version: &str, files: &[(String, Vec<u8>)]) -> Option<Vec<String>> {
    let Some(schema) = schema(version) else {
        eprintln!("NOT RUN: validation needs xmllint and the schema of the Applied Model Card {version}");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    // The schema imports the one of XML signatures from the web; here any signature will do.
    let signature = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
                     targetNamespace=\"http://www.w3.org/2000/09/xmldsig#\"><xs:element name=\"Signature\"/></xs:schema>";
    std::fs::write(folder.path().join("signature.xsd"), signature).unwrap();
    let text = std::fs::read_to_string(schema).unwrap();
    let text = text.replace(
        "http://www.w3.org/TR/xmldsig-core/xmldsig-core-schema.xsd",
        "signature.xsd",
    );
    std::fs::write(folder.path().join("schema.xsd"), text).unwrap();
    let mut refused = Vec::new();
    for (name, bytes) in files {
        std::fs::write(folder.path().join("card.xml"), bytes).unwrap();
        let run = Command::new("xmllint")
            .args(["--nonet", "--noout", "--schema", "schema.xsd", "card.xml"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        if !run.status.success() {
            refused.push(format!("{name}: {}", String::from_utf8_lossy(&run.stderr)));
        }
    }
    Some(refused)
}

#[test]
fn new_documents_are_valid_by_the_schema() {
    let mut cards = vec![("blank".to_owned(), Card::default())];
    for folder in ["chai-xml", "mct-json", "homemade-json", "webcards", "hf-readme"] {
        for path in corpus(folder).into_iter().take(12) {
            if let Ok(reading) = read(&std::fs::read(&path).unwrap()) {
                cards.push((path.display().to_string(), reading.card));
            }
        }
    }
    for (version, format) in [("v0.1", Format::CHAI_1), ("v0.2", Format::CHAI_2)] {
        let files: Vec<_> = cards
            .iter()
            .map(|(name, card)| (name.clone(), write(format, None, card).unwrap()))
            .collect();
        assert!(refused(version, &files).is_none_or(|refused| refused.is_empty()));
    }
    let broken = [(
        "broken".to_owned(),
        b"<AppliedModelCard xmlns='https://mc.chai.org/v0.2/schema.xsd'/>".to_vec(),
    )];
    assert!(refused("v0.2", &broken).is_none_or(|refused| refused.len() == 1));
}

#[test]
fn an_edited_valid_file_stays_valid() {
    let source = CARD.replace("\t<Ward bed=\"3\">cold</Ward>\n", "");
    let source = source.replace("\t<ds:", "\t<Bibliography/>\n\t<ds:");
    let mut files = vec![("as it is".to_owned(), source.clone().into_bytes())];
    for row in Chai::Version2.rows() {
        for value in [Value::text("x"), Value::List(Vec::new()), Value::Null] {
            let edited = edit(&source, |card| set_answer(card, row.id, value));
            files.push((row.id.to_owned(), edited.into_bytes()));
        }
    }
    assert_eq!(refused("v0.2", &files).unwrap_or_default(), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn what_was_put_is_read_back(at in any::<prop::sample::Index>(), new in prop_oneof![values(), texts().prop_map(Value::Text)]) {
        let reading = read(CARD.as_bytes()).unwrap();
        let ids: Vec<&str> = Chai::Version2.rows().map(|row| row.id).collect();
        let mut card = reading.card;
        set_answer(&mut card, ids[at.index(ids.len())], new);
        let card = in_its_file(Format::CHAI_2, CARD.as_bytes(), &card, &HEALTH).unwrap();
        let written = write(Format::CHAI_2, Some(CARD.as_bytes()), &card).unwrap();
        let again = read(&written).unwrap();
        prop_assert_eq!(again.format, Format::CHAI_2);
        let settled = Chai::Version2.said(&read(CARD.as_bytes()).unwrap().card, &card);
        let missing: Vec<_> = difference(&again.card, &settled)
            .into_iter()
            .filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank()))
            .collect();
        let has_control = String::from_utf8(written).unwrap().contains('\u{fffd}');
        prop_assert!(missing.is_empty() || has_control, "{:?}", missing);
        prop_assert_eq!(losses(Format::CHAI_2, Some(CARD.as_bytes()), &card).len(), missing.len());
    }
}
