use proptest::prelude::*;

use crate::card::{Card, Field, Value};
use crate::format::told::untrue_loss;
use crate::format::{Finding, Format, Loss, Severity, losses, read, unshown, write};
use crate::json;
use crate::json::tests::{texts, untidy, values};

const BILL: &str = r#"{
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 3,
  "serialNumber": "urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030201",
  "metadata": {"component": {"type": "application", "name": "river-app"}},
  "components": [
    {"type": "library", "name": "otterlib", "version": "1.10"},
    {"type": "machine-learning-model", "name": "otter-spotter", "bom-ref": "m1",
     "authors": [{"name": "River Lab", "email": "lab@example.org"}],
     "licenses": [{"license": {"id": "Apache-2.0", "name": "Apache"}}],
     "externalReferences": [{"type": "advisory", "url": "https://example.org"}],
     "modelCard": {
       "modelParameters": {"task": "counting", "inputs": [{"format": "photo"}]},
       "quantitativeAnalysis": {"performanceMetrics": [
         {"type": "recall", "value": 0.970, "confidenceInterval": {"lowerBound": "0.95"}}
       ]},
       "consideration": {"useCases": ["rivers"]}
     },
     "components": [{"type": "machine-learning-model", "name": "paw-net", "modelCard": {"considerations": {"users": ["us"]}}}]
    },
    {"type": "machine-learning-model", "description": "no name here"}
  ],
  "dependencies": [ ]
}
"#;

fn edit(source: &str, change: impl FnOnce(&mut Card)) -> String {
    let reading = read(source.as_bytes()).unwrap();
    let mut card = reading.card;
    change(&mut card);
    String::from_utf8(write(reading.format, Some(source.as_bytes()), &card).unwrap()).unwrap()
}

fn put(card: &mut Card, id: &str, value: Value) {
    let fields = card.sections.iter_mut().flat_map(|section| &mut section.fields);
    fields.into_iter().find(|field| field.id == id).unwrap().value = value;
}

fn value(text: &str) -> Value {
    json::parse(text).unwrap().root.to_value()
}

#[test]
fn the_model_is_the_card_and_further_models_are_sections() {
    let reading = read(BILL.as_bytes()).unwrap();
    assert_eq!(
        (reading.format, reading.outline.key),
        (Format::CYCLONEDX_6, "cyclonedx")
    );
    let card = &reading.card;
    assert_eq!(card.name(), Some("otter-spotter"));
    assert_eq!(
        card.value("model-details.owners"),
        Some(&value(r#"[{"name": "River Lab", "contact": "lab@example.org"}]"#))
    );
    assert_eq!(
        card.value("model-parameters.input_format"),
        Some(&value(r#"["photo"]"#))
    );
    let titles: Vec<&str> = card.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles[titles.len() - 2..], ["paw-net", "Model 3"]);
    let users = card
        .section("paw-net")
        .unwrap()
        .field("+modelCard/considerations/users")
        .unwrap();
    assert_eq!(users.label, "considerations › users");
    assert_eq!(reading.lines[&("paw-net".to_owned(), users.id.clone())], 18);
}

#[test]
fn an_edit_changes_its_place_only() {
    assert_eq!(edit(BILL, |_| ()), BILL);
    assert_eq!(
        edit(BILL, |card| put(card, "metadata.pipeline_tag", Value::text("finding"))),
        BILL.replace("counting", "finding")
    );
    assert_eq!(
        edit(BILL, |card| put(
            card,
            "+modelCard/considerations/users",
            value(r#"["you"]"#)
        )),
        BILL.replace("[\"us\"]", "[\"you\"]")
    );
    let renamed = edit(BILL, |card| {
        card.sections
            .iter_mut()
            .find(|section| section.key == "paw-net")
            .unwrap()
            .title = "Paw".into();
    });
    assert_eq!(renamed, BILL.replace("\"paw-net\"", "\"Paw\""));
    let removed = edit(BILL, |card| card.sections.retain(|section| section.key != "paw-net"));
    assert_eq!(read(removed.as_bytes()).unwrap().card.section("paw-net"), None);
    assert!(removed.contains("otter-spotter") && removed.contains("no name here"));
}

#[test]
fn a_new_field_of_a_further_model_takes_no_other_place() {
    let added = |id: &str| {
        edit(BILL, |card| {
            let section = card
                .sections
                .iter_mut()
                .find(|section| section.key == "paw-net")
                .unwrap();
            section.fields.push(Field {
                id: id.into(),
                label: id[1..].into(),
                value: Value::text("x"),
            });
        })
    };
    for id in ["+type", "+modelCard", "+name", "+components", "+river"] {
        let properties = format!(
            "]}},\n       \"properties\": [\n         {{\n           \"name\": \"paw-net: {}\",\n           \"value\": \
             \"x\"\n         }}\n       ]\n",
            &id[1..]
        );
        assert_eq!(
            added(id),
            BILL.replacen("]}\n     },", &format!("{properties}     }},"), 1),
            "{id}"
        );
    }
    assert!(added("+version").contains("\"version\": \"x\""));
}

#[test]
fn what_the_schema_does_not_accept_is_told_with_its_line() {
    let signed = BILL.replace("\"dependencies\"", "\"signature\": {},\n  \"dependencies\"");
    let findings = read(signed.as_bytes()).unwrap().findings;
    let told = |line: usize, words: &str| {
        let found = findings
            .iter()
            .any(|finding| finding.line == Some(line) && finding.message.to_string().contains(words));
        assert!(found, "{line} {words}: {findings:#?}");
    };
    told(9, "Only one may stand here: “id” or “name”");
    told(10, "“advisories”");
    told(14, "put the number in quotation marks");
    told(16, "does not know this member");
    told(20, "no name");
    told(22, "signed");
    told(3, "raise “version”");
}

#[test]
fn what_the_schema_refuses_beyond_the_model_blocks() {
    let bill = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5",
  "version": "1",
  "foo": 1,
  "metadata": {"timestamp": "yesterday", "component": {"type": "machine-learning-model", "name": "m", "modelCard": {}}},
  "components": [
    {"type": "nonsense", "name": "a"},
    {"name": "b", "bom-ref": "b"},
    {"type": "library", "name": "c", "bom-ref": "b"},
    {"type": "data", "name": "d", "data": [{"type": "dataset", "governance": {"owners": [
      {"organization": {"name": "Lab", "url": "https://example.org"}}]}}]},
    {"type": "library", "name": "e", "colour": "red"},
    "torch"
  ],
  "services": [{}],
  "dependencies": [
    {"ref": "b", "dependsOn": [{"ref": "c"}]},
    {"dependsOn": ["b"]}
  ],
  "declarations": {}
}"#;
    let findings = read(bill.as_bytes()).unwrap().findings;
    let told: Vec<(usize, String)> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocks)
        .map(|finding| (finding.line.unwrap(), finding.message.to_string()))
        .collect();
    let wanted = [
        (2, "whole number"),
        (3, "does not know this member"),
        (4, "A time such as"),
        (6, "A type that the schema knows"),
        (7, "“type” is missing"),
        (8, "has this bom-ref already"),
        (10, "A list is expected"),
        (11, "does not know this member"),
        (12, "a component"),
        (14, "“name” is missing"),
        (16, "A text is expected"),
        (17, "“ref” is missing"),
        (19, "does not know this member"),
    ];
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for ((line, message), (wanted, words)) in told.iter().zip(wanted) {
        assert!(
            *line == wanted && message.contains(words),
            "{wanted} {words}: {told:#?}"
        );
    }
    let blocked = |finding: &Finding| finding.severity == Severity::Blocks;
    assert!(!read(BILL.as_bytes()).unwrap().findings.iter().any(blocked));
}

#[test]
fn a_corrected_licence_stays_in_its_place_and_only_a_refused_one_is_set_aside() {
    let bill = BILL.replace(
        r#"{"license": {"id": "Apache-2.0", "name": "Apache"}}"#,
        r#"{"license": {"id": "MIT", "url": "https://opensource.org/mit"}}, {"license": {"name": "Other", "url": "https://l"}}"#,
    );
    let licences = |first: &str| {
        edit(&bill, |card| {
            let other = r#"{"custom_text": "Other", "url": "https://l"}"#;
            put(card, "model-details.licenses", value(&format!("[{first}, {other}]")));
        })
    };
    let corrected = licences(r#"{"identifier": "apache-2.0", "url": "https://opensource.org/mit"}"#);
    assert_eq!(corrected, bill.replace("\"MIT\"", "\"Apache-2.0\""));
    let refused = licences(r#"{"url": "https://opensource.org/mit"}"#);
    assert!(
        refused.contains(r#"{"license": {"name": "Other", "url": "https://l"}}"#),
        "{refused}"
    );
    let aside = refused.split("\"properties\"").nth(1).unwrap();
    assert!(
        aside.contains("opensource.org/mit") && !aside.contains("https://l\""),
        "{refused}"
    );
}

#[test]
fn a_bill_without_a_model_is_plain_json() {
    let reading = read(br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}"#).unwrap();
    assert_eq!(reading.format, Format::JSON);
    assert!(reading.findings[0].message.to_string().contains("without a model"));
}

#[test]
fn other_cards_go_into_a_bill_and_nothing_is_lost() {
    let card = read(
        br##"{"schema_version": "0.0.2", "model_details": {"name": "n", "licenses": [{"identifier": "apache-2.0"}],
        "references": [{"reference": "https://example.org"}, {"reference": "a book"}]},
        "model_parameters": {"data": [{"name": "d", "link": "https://example.org/d", "split": "train"}]},
        "quantitative_analysis": {"performance_metrics": [{"type": "f1", "value": 0.50}]},
        "river": {"depth": [1, 2]}}"##,
    )
    .unwrap()
    .card;
    assert_eq!(losses(Format::CYCLONEDX_7, None, &card), []);
    let written = String::from_utf8(write(Format::CYCLONEDX_7, None, &card).unwrap()).unwrap();
    for words in [
        r#""id": "Apache-2.0""#,
        r#""url": "https://example.org""#,
        r#""value": "0.50""#,
        r#""name": "Model details: References""#,
        r#""name": "river: depth""#,
        r#""type": "dataset""#,
    ] {
        assert!(written.contains(words), "{words} in {written}");
    }
}

#[test]
fn an_answer_that_is_refused_where_there_is_no_model_card_is_named() {
    for (card, value) in [
        ("", "0"),
        ("", "\"deep\""),
        ("5", "0.970"),
        ("[]", "[1, 2]"),
        ("{\"properties\": \"x\"}", "12345"),
    ] {
        let bill = format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
                {{"type": "machine-learning-model", "modelCard": {}, "licenses": null}}]}}"#,
            if card.is_empty() { "\"\"" } else { card }
        );
        let mut edited = read(bill.as_bytes()).unwrap().card;
        put(&mut edited, "model-details.licenses", self::value(value));
        let untrue = untrue_loss(Format::CYCLONEDX_6, Some(bill.as_bytes()), &edited);
        assert_eq!(untrue, None, "{card} {value}");
    }
}

/// What is left out, as lines.
fn told(losses: &[Loss]) -> Vec<String> {
    let line = |loss: &Loss| match &loss.field {
        Some(field) => format!("{} › {field}", loss.section),
        None => loss.section.clone(),
    };
    losses.iter().map(line).collect()
}

#[test]
fn another_version_is_the_same_bill_with_another_number() {
    let bill = BILL.replace(
        "{\n  \"bom",
        "{\n  \"$schema\": \"http://cyclonedx.org/schema/bom-1.6.schema.json\",\n  \"bom",
    );
    let card = read(bill.as_bytes()).unwrap().card;
    let written = write(Format::CYCLONEDX_7, Some(bill.as_bytes()), &card).unwrap();
    let wanted = bill.replace("\"1.6\"", "\"1.7\"").replace("bom-1.6", "bom-1.7");
    assert_eq!(String::from_utf8(written).unwrap(), wanted);
    assert_eq!(losses(Format::CYCLONEDX_7, Some(bill.as_bytes()), &card), []);
    let mut edited = card.clone();
    put(&mut edited, "metadata.pipeline_tag", Value::text("finding"));
    let written = write(Format::CYCLONEDX_7, Some(bill.as_bytes()), &edited).unwrap();
    assert_eq!(
        String::from_utf8(written).unwrap(),
        wanted.replace("counting", "finding")
    );
}

#[test]
fn an_earlier_version_keeps_answers_as_properties_and_names_what_else_it_does_not_know() {
    let bill = BILL
        .replace("\"version\": \"1.10\"}", "\"version\": \"1.10\", \"tags\": [\"c\"], \"licenses\": [{\"expression\": \"MIT\", \"acknowledgement\": \"declared\"}]}")
        .replace("\"dependencies\": [ ]", "\"dependencies\": [{\"ref\": \"m1\", \"provides\": [\"m1\"]}], \"declarations\": {}");
    let card = read(bill.as_bytes()).unwrap().card;
    let (format, source) = (Format::CYCLONEDX_5, Some(bill.as_bytes()));
    assert_eq!(
        told(&losses(format, source, &card)),
        [
            "components › otterlib › tags",
            "components › otterlib › licenses › 1 › acknowledgement",
            "dependencies › m1 › provides",
            "declarations",
        ]
    );
    let written = String::from_utf8(write(format, source, &card).unwrap()).unwrap();
    for words in [
        "\"specVersion\": \"1.5\"",
        "{\"type\": \"library\", \"name\": \"otterlib\", \"version\": \"1.10\", \"licenses\": [{\"expression\": \"MIT\"}]}",
        "\"serialNumber\": \"urn:uuid:0f0e0d0c-0b0a-4909-8807-060504030201\"",
        "\"dependencies\": [{\"ref\": \"m1\"}]",
        "\"bom-ref\": \"m1\"",
        "\"value\": 0.970",
        "lab@example.org",
    ] {
        assert!(written.contains(words), "{words} in {written}");
    }
    assert!(
        !written.contains("\"authors\"") && !written.contains("provides"),
        "{written}"
    );
    assert_eq!(read(written.as_bytes()).unwrap().format, format);
    assert_eq!(untrue_loss(format, source, &card), None);
}

#[test]
fn what_a_bill_holds_beside_the_card_is_named() {
    assert_eq!(
        told(&unshown(Format::CYCLONEDX_6, BILL.as_bytes())),
        [
            "Bill of materials › version",
            "Bill of materials › serialNumber",
            "Bill of materials › metadata › component",
            "Bill of materials › components: otterlib",
            "Bill of materials › dependencies",
            "otter-spotter › bom-ref",
            "otter-spotter › components",
        ]
    );
}

/// Bills with models in all places, with odd values.
fn bills() -> impl Strategy<Value = Value> {
    let group = |members: Vec<(&'static str, Value)>| {
        Value::Group(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let names = |names: &'static [&'static str]| prop::sample::select(names);
    let parameters = prop::collection::vec(
        (names(&["task", "datasets", "inputs", "approach", "x"]), values()),
        0..4,
    );
    let considered = prop::collection::vec(
        (
            names(&["users", "ethicalConsiderations", "environmentalConsiderations", "y"]),
            values(),
        ),
        0..3,
    );
    let others = prop::collection::vec(
        (
            names(&[
                "name",
                "version",
                "licenses",
                "properties",
                "authors",
                "hashes",
                "tags",
                "modelCard",
            ]),
            values(),
        ),
        0..4,
    );
    let model = (parameters, considered, others, any::<bool>())
        .prop_map(move |(parameters, considered, others, card)| {
            let mut members = vec![("type", Value::text("machine-learning-model"))];
            if card {
                let inner = vec![
                    ("modelParameters", group(parameters)),
                    ("considerations", group(considered)),
                ];
                members.push(("modelCard", group(inner)));
            }
            members.extend(others);
            group(members)
        })
        .boxed();
    let models = prop::collection::vec(prop_oneof![4 => model.clone(), 1 => values()], 0..4);
    (model, models, any::<bool>(), 4..9u8, texts()).prop_map(move |(first, models, nested, minor, version)| {
        let version = if minor == 4 { version } else { format!("1.{minor}") };
        let mut root = vec![
            ("bomFormat", Value::text("CycloneDX")),
            ("specVersion", Value::Text(version)),
        ];
        if nested {
            let Value::Group(mut members) = first else {
                unreachable!()
            };
            members.push(("components".into(), Value::List(models)));
            root.push(("metadata", group(vec![("component", Value::Group(members))])));
        } else {
            root.push((
                "components",
                Value::List(std::iter::once(first).chain(models).collect()),
            ));
        }
        group(root)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_laws_hold_on_generated_bills(
        bill in bills(), mut seed in any::<u64>(), at in any::<prop::sample::Index>(), new in values(),
    ) {
        let mut source = String::new();
        untidy(&bill, &mut seed, &mut source);
        let reading = read(source.as_bytes()).unwrap();
        prop_assert!(reading.format.id().starts_with("cyclonedx"));
        prop_assert_eq!(&edit(&source, |_| ()), &source);
        let mut card = reading.card;
        let places: Vec<(usize, usize)> = card.sections.iter().enumerate()
            .flat_map(|(index, section)| (0..section.fields.len()).map(move |field| (index, field))).collect();
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        card.sections[section].fields[field].value = new;
        let untrue = untrue_loss(reading.format, Some(source.as_bytes()), &card);
        prop_assert!(untrue.is_none(), "{:?} in {}", untrue, source);
    }
}
