use proptest::prelude::*;

use super::*;
use crate::card::change::difference;
use crate::format::told::untrue_loss;
use crate::format::{Format, in_its_file, losses, read, read_as, write};
use crate::json::tests::{texts, untidy, values};
use crate::yaml::tests::mess::Mess;

const FORMATS: [Format; 6] = [
    Format::ALLENNLP,
    Format::PATRA,
    Format::MONAI,
    Format::BRIDGE2AI,
    Format::OPEN_MODEL_CARD,
    Format::RT_AI,
];

fn family(format: Format) -> &'static Family {
    match format.id() {
        "allennlp" => &ALLENNLP,
        "patra" => &PATRA,
        "monai" => &MONAI,
        "bridge2ai" => &BRIDGE2AI,
        "rt-ai" => &RT_AI,
        _ => &OPEN_MODEL_CARD,
    }
}

/// Documents of a family: those without answers, with odd values in some places, and members that nobody knows.
fn documents() -> impl Strategy<Value = (Format, Value)> {
    let placed = prop::collection::vec((any::<prop::sample::Index>(), values()), 0..6);
    let own = prop::collection::vec((texts(), values()), 0..3);
    (0..FORMATS.len(), placed, own).prop_map(|(at, placed, own)| {
        let format = FORMATS[at];
        let family = family(format);
        let dialect = (family.dialect)(None);
        let mut document = json::parse(family.blank).unwrap().root.to_value();
        for (at, value) in placed {
            let place = &dialect.places[at.index(dialect.places.len())];
            let steps: Vec<_> = place
                .path
                .iter()
                .map(|name| crate::format::steps::Step::first(name))
                .collect();
            crate::format::steps::set(&mut document, &steps, value);
        }
        if let Value::Group(members) = &mut document {
            members.extend(own);
        }
        (format, document)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_laws_hold_on_generated_documents(
        (format, document) in documents(), mut seed in any::<u64>(), at in any::<prop::sample::Index>(), new in values(),
    ) {
        let source = match format.id() {
            "bridge2ai" => Mess::document(&document, seed),
            _ => {
                let mut source = String::new();
                untidy(&document, &mut seed, &mut source);
                source
            }
        };
        // Only blocks count as YAML at the root of a file.
        let Ok(reading) = read_as(format, source.as_bytes()) else {
            prop_assert_eq!(format, Format::BRIDGE2AI);
            return Ok(());
        };
        let mut card = reading.card;
        let same = write(format, Some(source.as_bytes()), &card).unwrap();
        prop_assert_eq!(String::from_utf8(same).unwrap(), source.clone());
        let places: Vec<(usize, usize)> = card.sections.iter().enumerate()
            .flat_map(|(index, section)| (0..section.fields.len()).map(move |field| (index, field)))
            .collect();
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        let id = card.sections[section].fields[field].id.clone();
        if id.starts_with('+') && matches!(new, Value::Group(_)) {
            return Ok(());
        }
        card.sections[section].fields[field].value = new;
        let card = in_its_file(format, source.as_bytes(), &card, reading.outline).unwrap();
        let written = write(format, Some(source.as_bytes()), &card).unwrap();
        let left = difference(&read_as(format, &written).unwrap().card, &card);
        let shown = left.iter().filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank())).count();
        prop_assert_eq!(losses(format, Some(source.as_bytes()), &card).len(), shown);
        prop_assert!(left.is_empty() || id.contains('.'), "{:?}", left);
    }

    #[test]
    fn new_documents_hold_what_the_losses_do_not_name((format, document) in documents(), to in 0..FORMATS.len()) {
        let card = read_as(format, json::to_text(&document).as_bytes()).unwrap().card;
        let to = FORMATS[to];
        let written = write(to, None, &card).unwrap();
        let untrue = untrue_loss(to, None, &card);
        prop_assert!(untrue.is_none(), "{:?} as {:?} of {}", untrue, to, json::to_text(&document));
        let dialect = (family(to).dialect)(None);
        let tree = json::parse(&String::from_utf8(written).unwrap()).ok();
        if let Some(document) = tree {
            for place in dialect.places.iter().filter(|place| place.native) {
                let node = place.path.iter().try_fold(&document.root, |node, step| node.member(step));
                if let Some(value) = node.map(|node| place.shape.take(node.to_value())).filter(|value| !value.is_blank()) {
                    prop_assert_eq!(place.want.kept(&value), Some(value), "{}", place.id);
                }
            }
        }
    }
}

#[test]
fn a_new_document_is_recognised_as_what_it_is() {
    let card = read(br##"{"model_details": {"name": "Otter spotter", "overview": "Finds otters"}, "schema_version": "0.0.2", "considerations": {}}"##)
        .unwrap()
        .card;
    for format in FORMATS {
        let written = write(format, None, &card).unwrap();
        let text = String::from_utf8(written.clone()).unwrap();
        if format != Format::BRIDGE2AI {
            assert_eq!(read(&written).unwrap().format, format, "{text}");
        }
        assert!(
            text.contains("Otter spotter") && text.contains("Finds otters"),
            "{text}"
        );
    }
    let catalogue = String::from_utf8(write(Format::OPEN_MODEL_CARD, None, &card).unwrap()).unwrap();
    assert!(catalogue.contains(r#""id": "otter-spotter""#), "{catalogue}");
}

#[test]
fn every_place_answers_a_question_of_its_outline() {
    for format in FORMATS {
        let dialect = (family(format).dialect)(None);
        let mut ids = std::collections::HashSet::new();
        for place in &dialect.places {
            assert!(dialect.outline.question(place.id).is_some(), "{}", place.id);
            assert!(ids.insert(place.id), "{} comes twice", place.id);
        }
    }
}

#[test]
fn what_a_family_refuses_is_said() {
    let source = br#"{"name": "n", "short_description": "s", "input_data": "here",
        "ai_model": {"framework": "abacus", "test_accuracy": "high"}}"#;
    let findings = read(source).unwrap().findings;
    let at = |place: &str| findings.iter().any(|finding| finding.place == place);
    for place in [
        "input_data",
        "ai_model › framework",
        "ai_model › test_accuracy",
        "ai_model › license",
        "keywords",
    ] {
        assert!(at(place), "{place}: {findings:?}");
    }
    assert!(!at("name"));
}

#[test]
fn members_that_a_closed_schema_does_not_name_are_said() {
    let source =
        b"schema_version: 0.0.2\nmodel_details:\n  name: n\n  river: deep\n  version:\n    last_updated: 2026-01-31\n\
        considerations: {users: [{description: u}]}\nframework: sklearn\notter: 1\n";
    let reading = read(source).unwrap();
    assert_eq!(reading.format, Format::BRIDGE2AI);
    let said: Vec<_> = reading
        .findings
        .iter()
        .filter(|finding| finding.message.to_string().contains("does not name"))
        .map(|finding| (finding.line, finding.place.to_string()))
        .collect();
    let wanted = [(Some(4), "model_details › river"), (Some(9), "otter")];
    assert_eq!(said, wanted.map(|(line, place)| (line, place.to_owned())));
}

#[test]
fn the_nine_sections_go_through_a_readme_and_come_back() {
    let mut document = json::parse(ALLENNLP.blank).unwrap().root.to_value();
    let nine = (ALLENNLP.dialect)(None)
        .places
        .iter()
        .filter(|place| place.native && !place.id.starts_with("allennlp."));
    let mut answers = Vec::new();
    for (index, place) in nine.enumerate() {
        let steps: Vec<_> = place
            .path
            .iter()
            .map(|name| crate::format::steps::Step::first(name))
            .collect();
        let answer = format!("answer {index}");
        crate::format::steps::set(&mut document, &steps, Value::text(answer.clone()));
        answers.push((place.id, answer));
    }
    let source = json::to_text(&document);
    let card = read(source.as_bytes()).unwrap().card;
    let readme = write(Format::HUGGING_FACE, None, &card).unwrap();
    let back = read_as(Format::HUGGING_FACE, &readme).unwrap().card;
    let again = read(&write(Format::ALLENNLP, None, &back).unwrap()).unwrap();
    assert_eq!(again.format, Format::ALLENNLP);
    let lost: Vec<_> = answers
        .iter()
        .filter(|(id, answer)| again.card.value(id).and_then(Value::as_text) != Some(answer))
        .map(|(id, _)| *id)
        .collect();
    assert!(lost.is_empty(), "{lost:?} in {}", String::from_utf8_lossy(&readme));
}

/// Each fixture is what its folder says, and comes back as it is.
#[test]
fn the_fixtures_are_recognised_and_come_back() {
    let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for format in FORMATS {
        for file in std::fs::read_dir(base.join(format.id())).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let reading = read(&bytes).unwrap();
            assert_eq!(reading.format, format, "{}", path.display());
            assert!(
                write(format, Some(&bytes), &reading.card).unwrap() == bytes,
                "{}",
                path.display()
            );
        }
    }
}

const FORM: &str = r#"{"_training_data_fov": "30", "training_data_fov": "30", "task": "Segmentation", "session_id": "s3cr3t",
 "card_metadata_creation_date": "20260131", "model_basic_information_name": "otter", "hw_and_sw_hardware_recommended": null,
 "technical_specifications_pre-processing": "none", "evaluation_0_age_ev": "5", "evaluation_forms": [{}],
 "training_data_treatment_add_button": false, "FormSubmitter:x": true, "river": 1, "learning_architecture_0_batch_size": "2"}"#;

#[test]
fn a_saved_form_is_a_radiotherapy_card_and_its_screen_stays() {
    let reading = read(FORM.as_bytes()).unwrap();
    assert_eq!((reading.format, reading.outline.key), (Format::RT_AI, "radiotherapy"));
    let card = &reading.card;
    for (id, text) in [
        ("model-details.name", "otter"),
        ("radiotherapy-card.creation_date", "20260131"),
        ("radiotherapy-technology.pre_processing", "none"),
    ] {
        assert_eq!(card.value(id), Some(&Value::text(text)), "{id}");
    }
    assert_eq!(
        reading.lines[&("radiotherapy-model".into(), "model-details.name".into())],
        2
    );
    let text = crate::json::to_text(&Value::List(
        card.sections
            .iter()
            .flat_map(|section| &section.fields)
            .map(|field| Value::List(vec![Value::text(field.id.as_str()), field.value.clone()]))
            .collect(),
    ));
    for hidden in ["s3cr3t", "_button", "_forms", "FormSubmitter"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    assert!(reading.findings.iter().any(|finding| finding.place == "session_id"));
    for format in Format::ALL {
        let written = write(*format, None, card).unwrap();
        assert!(!String::from_utf8_lossy(&written).contains("s3cr3t"), "{format:?}");
    }
    let mut edited = card.clone();
    for field in edited.sections.iter_mut().flat_map(|section| &mut section.fields) {
        match field.id.as_str() {
            "radiotherapy-card.creation_date" => field.value = Value::text("20260201"),
            "+age_ev" => field.value = Value::text("6"),
            _ => {}
        }
    }
    let written = write(Format::RT_AI, Some(FORM.as_bytes()), &edited).unwrap();
    let expected = FORM.replace("20260131", "20260201").replace("\"5\"", "\"6\"");
    assert_eq!(String::from_utf8(written).unwrap(), expected);
    let training = edited
        .sections
        .iter_mut()
        .find(|section| section.key == "radiotherapy-training");
    training.unwrap().fields.push(crate::card::Field {
        id: "+river".into(),
        label: "river".into(),
        value: Value::text("deep"),
    });
    let written = write(Format::RT_AI, Some(FORM.as_bytes()), &edited).unwrap();
    assert!(
        String::from_utf8(written)
            .unwrap()
            .contains(r#""training_data_river": "deep""#)
    );
    assert_eq!(losses(Format::RT_AI, Some(FORM.as_bytes()), &edited), []);
}

/// Saved forms with odd values, names that come twice, and members that nobody knows.
fn forms() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "task",
        "session_id",
        "card_metadata_creation_date",
        "card_metadata_card_creation_date",
        "card_metadata_doi",
        "model_basic_information_name",
        "model_basic_information_",
        "_model_basic_information_name",
        "technical_specifications_pre-processing",
        "technical_specifications_hw_and_sw",
        "training_data_x_add_button",
        "training_data_fov",
        "evaluation_0_fov",
        "evaluation_1_fov",
        "evaluations",
        "river",
        "learning_architecture_0_id",
    ]);
    prop::collection::vec((names, values()), 2..12).prop_map(|members| {
        let first = [("training_data_age", Value::Null), ("card_metadata_doi", Value::Null)];
        let members = first.into_iter().chain(members);
        Value::Group(members.map(|(name, value)| (name.to_owned(), value)).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_laws_hold_on_saved_forms(
        form in forms(), mut seed in any::<u64>(), at in any::<prop::sample::Index>(), new in values(),
        (title, label, own) in (texts(), texts(), values()),
    ) {
        let mut source = String::new();
        untidy(&form, &mut seed, &mut source);
        let reading = read_as(Format::RT_AI, source.as_bytes()).unwrap();
        let mut card = reading.card;
        let same = write(Format::RT_AI, Some(source.as_bytes()), &card).unwrap();
        prop_assert_eq!(String::from_utf8(same).unwrap(), source.clone());
        let section = at.index(card.sections.len());
        if let Some(field) = card.sections[section].fields.first_mut() {
            field.value = new;
        }
        card.sections.push(crate::card::Section {
            key: "own".into(),
            title,
            fields: vec![crate::card::Field { id: crate::card::field_id(&label), label, value: own }],
        });
        let untrue = untrue_loss(Format::RT_AI, Some(source.as_bytes()), &card);
        prop_assert!(untrue.is_none(), "{:?} in {}", untrue, source);
    }
}

#[test]
fn of_two_sections_of_one_name_the_right_one_is_named() {
    let source = r#"{"training_data_age": null, "card_metadata_doi": null, "river": false, "river": []}"#;
    let mut card = read_as(Format::RT_AI, source.as_bytes()).unwrap().card;
    let second = card.sections.last_mut().unwrap();
    second.fields[0].value = json::parse(r#"{"a": false}"#).unwrap().root.to_value();
    let item = (second.key.clone(), second.fields[0].id.clone());
    let losses = losses(Format::RT_AI, Some(source.as_bytes()), &card);
    let items: Vec<_> = losses.into_iter().map(|loss| loss.item).collect();
    assert_eq!(items, [Some(item)]);
}
