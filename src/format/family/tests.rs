use proptest::prelude::*;

use super::*;
use crate::card::change::difference;
use crate::format::{Format, losses, read, read_as, write};
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
        let again = read_as(to, &written).unwrap();
        let fitted = family(to).fit(&card);
        let lost = losses(to, None, &card).len();
        let left = difference(&again.card, &fitted);
        let missing = left.iter().filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank())).count();
        prop_assert!(lost == missing, "{} named, {} missing: {:?}", lost, missing, left);
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

/// A new document has each member of the official form.
#[test]
fn a_new_radiotherapy_card_has_every_member_of_the_form() {
    let base = std::env::var_os("CARTELLINO_CORPUS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        std::path::PathBuf::from,
    );
    let Ok(form) = std::fs::read_to_string(base.join("../schemas/rt-ai/model_card_schema.json")) else {
        eprintln!("NOT RUN: the form of RT-AI is not there");
        return;
    };
    let form = json::parse(&form).unwrap().root.to_value();
    let written = String::from_utf8(write(Format::RT_AI, None, &Card::default()).unwrap()).unwrap();
    let written = json::parse(&written).unwrap().root.to_value();
    let inside = |path: &[&str]| {
        path.iter()
            .try_fold(&written, |value, step| value.member(step))
            .unwrap()
    };
    for (section, path) in [
        ("card_metadata", ["card_metadata"].as_slice()),
        ("model_basic_information", &["model_basic_information"]),
        ("technical_specifications", &["technical_specifications"]),
        ("hw_and_sw", &["technical_specifications", "hw_and_sw"]),
        ("training_data", &["training_data"]),
        ("other_considerations", &["other_considerations"]),
    ] {
        let Some(Value::Group(fields)) = form.member(section) else {
            panic!("{section}")
        };
        for (name, _) in fields {
            assert!(inside(path).member(name).is_some(), "{section} {name}");
        }
    }
}
