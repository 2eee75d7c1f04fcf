use proptest::prelude::*;

use crate::card::{Card, Value, change::difference};
use crate::format::file::File;
use crate::format::{Format, in_its_file, losses, read, write};
use crate::json::{self, tests::untidy, tests::values};

const CARD: &str = r#"{"model_overview": {"model_description": "counts otters", "model_owner": "River Lab", "river": 1},
 "intended_uses": {"intended_uses": ["a list"], "risk_rating": "high"},
 "training_details": {"training_job_details": {"user_provided_training_metrics": [{"name": "f1", "value": "0.9"}]}},
 "additional_information": {"custom_details": {"season": "spring"}}}"#;

fn edit(source: &str, change: impl FnOnce(&mut Card)) -> String {
    let reading = read(source.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::SAGEMAKER);
    let mut card = reading.card;
    change(&mut card);
    String::from_utf8(write(reading.format, Some(source.as_bytes()), &card).unwrap()).unwrap()
}

fn put(card: &mut Card, id: &str, value: Value) {
    let mut fields = card.sections.iter_mut().flat_map(|section| &mut section.fields);
    fields.find(|field| field.id == id).unwrap().value = value;
}

#[test]
fn one_edit_changes_one_place() {
    assert_eq!(edit(CARD, |_| ()), CARD);
    let edited = edit(CARD, |card| {
        put(card, "model-details.overview", Value::text("counts ducks"))
    });
    assert_eq!(edited, CARD.replace("otters", "ducks"));
    let details = json::parse(r#"[{"name": "season", "value": "autumn"}]"#)
        .unwrap()
        .root
        .to_value();
    let edited = edit(CARD, |card| put(card, "additional-information.custom_details", details));
    assert_eq!(edited, CARD.replace("spring", "autumn"));
}

#[test]
fn the_answer_of_the_service_is_edited_inside_its_string() {
    let answer = format!(
        "{{\"ModelCardName\": \"otters\", \"Content\": {}, \"ModelCardStatus\": \"Draft\"}}\n",
        json::to_text(&Value::text(CARD))
    );
    assert_eq!(edit(&answer, |_| ()), answer);
    let edited = edit(&answer, |card| {
        put(card, "model-details.overview", Value::text("a \"b\""))
    });
    assert_eq!(edited, answer.replace("counts otters", r#"a \\\"b\\\""#));
}

#[test]
fn what_the_service_would_refuse_is_told_with_its_line() {
    let findings = read(CARD.as_bytes()).unwrap().findings;
    let told: Vec<(Option<usize>, bool)> = findings
        .iter()
        .map(|finding| (finding.line, finding.message.to_string().contains("kept as it is")))
        .collect();
    assert_eq!(
        told,
        [(Some(2), true), (Some(2), true), (Some(3), true)],
        "{findings:#?}"
    );
}

#[test]
fn what_is_too_long_is_left_out_whole_and_named() {
    let source = format!(
        r#"{{"model_details": {{"overview": "{}", "owners": []}}, "considerations": {{}}}}"#,
        "é".repeat(1025)
    );
    let card = read(source.as_bytes()).unwrap().card;
    let lost = losses(Format::SAGEMAKER, None, &card);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].field.as_deref(), Some("Overview"));
    let short = source.replacen('é', "", 1);
    assert_eq!(
        losses(Format::SAGEMAKER, None, &read(short.as_bytes()).unwrap().card),
        []
    );
}

#[test]
fn details_that_are_all_too_long_are_named_once() {
    let source = format!(r#"{{"notes": {{"long": "{}"}}}}"#, "otter ".repeat(50_000));
    let lost = losses(Format::SAGEMAKER, None, &read(source.as_bytes()).unwrap().card);
    let named: Vec<_> = lost.iter().map(|loss| loss.field.as_deref()).collect();
    assert_eq!(named, [Some("long")]);
}

#[test]
fn results_become_an_evaluation() {
    let card = read(
        br#"{"schema_version": "0.0.2", "model_details": {"name": "n"}, "quantitative_analysis": {"performance_metrics":
        [{"type": "f1", "value": "0.970", "slice": "spring"}, {"type": "auc", "value": "97%"}]}}"#,
    )
    .unwrap()
    .card;
    let written = String::from_utf8(write(Format::SAGEMAKER, None, &card).unwrap()).unwrap();
    for words in [
        "\"value\": 0.970",
        "\"value\": \"97%\"",
        "\"type\": \"string\"",
        "**slice:** spring",
        "\"Model overview: Name\": \"n\"",
    ] {
        assert!(written.contains(words), "{words} in {written}");
    }
    assert_eq!(losses(Format::SAGEMAKER, None, &card), []);
}

#[test]
fn reports_of_metrics_are_named() {
    for (report, words) in [
        (r#"{"metric_groups": []}"#, "evaluation metrics"),
        (r#"{"post_training_bias_metrics": {}}"#, "bias report"),
        (r#"{"version": "1.0", "explanations": {}}"#, "explainability"),
        (r#"{"binary_classification_metrics": {}}"#, "Model Monitor"),
    ] {
        let reading = read(report.as_bytes()).unwrap();
        assert_eq!(reading.format, Format::JSON);
        assert!(reading.findings[0].message.to_string().contains(words), "{report}");
    }
}

/// Cards with odd values in known and unknown places.
fn documents() -> impl Strategy<Value = Value> {
    let part = |name: &'static str, inner: &'static [&'static str]| {
        prop::collection::vec((prop::sample::select(inner), values()), 0..4).prop_map(move |members| {
            let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
            (name.to_owned(), Value::Group(members.collect()))
        })
    };
    (
        part(
            "model_overview",
            &["model_description", "model_artifact", "model_owner", "x"],
        ),
        part("training_details", &["objective_function", "training_job_details", "y"]),
        part(
            "additional_information",
            &["custom_details", "ethical_considerations", "z"],
        ),
        prop::collection::vec(values(), 0..3),
    )
        .prop_map(|(overview, training, more, evaluations)| {
            let evaluations = ("evaluation_details".to_owned(), Value::List(evaluations));
            Value::Group(vec![overview, training, evaluations, more])
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_laws_hold_on_generated_cards(
        document in documents(), mut seed in any::<u64>(), is_answer in any::<bool>(),
        at in any::<prop::sample::Index>(), new in values(),
    ) {
        let mut source = String::new();
        untidy(&document, &mut seed, &mut source);
        if is_answer {
            source = format!("{{\"ModelCardName\": \"n\", \"Content\": {}}}", json::to_text(&Value::Text(source)));
        }
        prop_assert_eq!(&edit(&source, |_| ()), &source);
        let reading = read(source.as_bytes()).unwrap();
        let mut card = reading.card;
        let places: Vec<(usize, usize)> = card.sections.iter().enumerate()
            .flat_map(|(index, section)| (0..section.fields.len()).map(move |field| (index, field))).collect();
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        card.sections[section].fields[field].value = new;
        let card = in_its_file(Format::SAGEMAKER, source.as_bytes(), &card, reading.outline).unwrap();
        let written = write(Format::SAGEMAKER, Some(source.as_bytes()), &card).unwrap();
        let again = crate::format::read_as(Format::SAGEMAKER, &written).unwrap().card;
        let settled = Format::SAGEMAKER.lens().settled(&File::new(source.as_bytes()), &card);
        let left = difference(&again, &settled);
        let shown = left.iter().filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank())).count();
        prop_assert_eq!(losses(Format::SAGEMAKER, Some(source.as_bytes()), &card).len(), shown);
    }
}
