mod laws;

use crate::card::{Card, Field, Section, Value};
use crate::format::{Extent, Format, Severity, losses, read, read_as, read_named, write};

const CARD: &str = "\
---
license: mit # ours
language: no
tags:
  - otters
fastai: 0.50
---

<img src=\"otter.png\">

# Model Card for otter-spotter

<!-- One sentence. -->

Counts otters in pictures of rivers.

## Uses

### Direct Use

Counting *otters*.

### 3. Out-of-scope use:

[More Information Needed]

## Field notes ##

Rain.

### Season

Spring.

#### Early

March.

### Season

Autumn.
";

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn edit(source: &str, change: impl FnOnce(&mut Card)) -> String {
    let reading = read(source.as_bytes()).unwrap();
    let mut card = reading.card;
    change(&mut card);
    let written = write(reading.format, Some(source.as_bytes()), &card).unwrap();
    let lost = losses(reading.format, Some(source.as_bytes()), &card);
    assert_eq!(lost, [], "{}", text(written));
    text(written)
}

fn section<'c>(card: &'c mut Card, key: &str) -> &'c mut Section {
    let keys: Vec<_> = card.sections.iter().map(|section| section.key.clone()).collect();
    let found = card.sections.iter_mut().find(|section| section.key == key);
    found.unwrap_or_else(|| panic!("no {key} in {keys:?}"))
}

fn set(card: &mut Card, key: &str, id: &str, value: impl Into<String>) {
    put(card, key, id, Value::text(value));
}

fn put(card: &mut Card, key: &str, id: &str, value: Value) {
    if card.section(key).is_none() {
        let part = crate::card::outline::HUGGING_FACE.part(key).unwrap();
        card.sections.push(Section {
            key: key.into(),
            title: part.title.into(),
            fields: Vec::new(),
        });
    }
    let section = section(card, key);
    match section.fields.iter_mut().find(|field| field.id == id) {
        Some(field) => field.value = value,
        None => section.fields.push(Field {
            id: id.into(),
            label: id.trim_start_matches('+').into(),
            value,
        }),
    }
}

#[test]
fn a_page_is_metadata_title_and_sections() {
    let reading = read(CARD.as_bytes()).unwrap();
    assert_eq!(
        (reading.format, reading.outline.key),
        (Format::HUGGING_FACE, "hugging-face")
    );
    let card = &reading.card;
    let said = |id: &str| card.value(id).and_then(Value::as_text).unwrap_or_default().to_owned();
    assert_eq!(said("model-details.licenses"), "mit");
    assert_eq!(said("metadata.language"), "no");
    assert_eq!(card.name(), Some("otter-spotter"));
    assert_eq!(
        said("model-details.overview"),
        "<!-- One sentence. -->\n\nCounts otters in pictures of rivers."
    );
    assert_eq!(said("+Above the title"), "<img src=\"otter.png\">");
    assert_eq!(said("intended-use.use_cases"), "Counting *otters*.");
    assert_eq!(said("intended-use.out_of_scope"), "[More Information Needed]");
    let notes = card.section("field-notes").unwrap();
    let fields: Vec<_> = notes
        .fields
        .iter()
        .map(|field| (field.id.as_str(), field.value.as_text().unwrap()))
        .collect();
    assert_eq!(
        fields,
        [
            ("+Text", "Rain."),
            ("+Season", "Spring.\n\n#### Early\n\nMarch."),
            ("+Season~t2", "Autumn.")
        ]
    );
    assert_eq!(reading.lines[&("field-notes".to_owned(), "+Season~t2".to_owned())], 39);
    assert_eq!(
        reading.lines[&("metadata".to_owned(), "metadata.language".to_owned())],
        3
    );
    let odd: Vec<_> = reading
        .findings
        .iter()
        .map(|finding| (finding.line, finding.place.to_string()))
        .collect();
    assert_eq!(odd, [(Some(3), "no".to_owned())]);
}

#[test]
fn an_edit_changes_its_place_only() {
    assert_eq!(edit(CARD, |_| ()), CARD);
    for (key, id, new, before, after) in [
        (
            "metadata",
            "model-details.licenses",
            "apache-2.0",
            "license: mit #",
            "license: apache-2.0 #",
        ),
        ("metadata", "metadata.language", "da", "language: no", "language: da"),
        ("summary", "model-details.name", "otter 2", "otter-spotter", "otter 2"),
        ("summary", "+Above the title", "Hi", "<img src=\"otter.png\">", "Hi"),
        (
            "uses",
            "intended-use.out_of_scope",
            "Hunting.",
            "[More Information Needed]",
            "Hunting.",
        ),
        (
            "field-notes",
            "+Season~t2",
            "Winter.\n\n- a\n",
            "Autumn.",
            "Winter.\n\n- a",
        ),
        ("field-notes", "+Text", "", "\nRain.\n\n", "\n"),
    ] {
        let edited = edit(CARD, |card| set(card, key, id, new));
        assert_eq!(edited, CARD.replace(before, after), "{id}");
    }
    let marked = format!("\u{feff}{}", CARD.trim_end().replace('\n', "\r\n"));
    let edited = edit(&marked, |card| set(card, "field-notes", "+Text", "Snow.\nIce."));
    assert_eq!(edited, marked.replace("Rain.", "Snow.\r\nIce."));
}

#[test]
fn sections_come_go_move_and_change_their_names() {
    let removed = edit(CARD, |card| {
        card.sections.retain(|section| section.key != "field-notes")
    });
    assert_eq!(removed, CARD[..CARD.find("\n## Field").unwrap()]);
    let renamed = edit(CARD, |card| section(card, "field-notes").title = "Notes".into());
    assert_eq!(renamed, CARD.replace("## Field notes ##", "## Notes ##"));
    let added = edit(CARD, |card| {
        card.sections.push(Section {
            key: "thanks".into(),
            title: "Thanks".into(),
            fields: vec![Field {
                id: "+To whom".into(),
                label: "To whom".into(),
                value: Value::text("You."),
            }],
        });
    });
    assert_eq!(added, format!("{CARD}\n## Thanks\n\n### To whom\n\nYou.\n"));
    let answered = edit(CARD, |card| {
        set(
            card,
            "bias-risks-limitations",
            "caveats-and-recommendations.limitations",
            "Fog.",
        )
    });
    assert_eq!(
        answered,
        CARD.replace("## Field", "## Bias, Risks, and Limitations\n\nFog.\n\n## Field")
    );
    let source = "Title\n===\n\na\n\nOne\n---\n1\n\nTwo\n---\n2";
    let moved = edit(source, |card| {
        let last = card.sections.len() - 1;
        card.sections.swap(last, last - 1);
    });
    assert_eq!(moved, "Title\n===\n\na\n\nTwo\n---\n2\n\nOne\n---\n1");
    let field = edit(CARD, |card| {
        let fields = &mut section(card, "field-notes").fields;
        fields[1].id = "+Time".into();
        fields[1].label = "Time".into();
        fields[2].id = "+Season".into();
    });
    assert_eq!(field, CARD.replacen("### Season", "### Time", 1));
}

#[test]
fn metadata_begins_when_it_is_needed() {
    let source = "# Otter\n\nText.\n";
    let reading = read(source.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::MARKDOWN);
    let mut card = reading.card;
    card.sections.insert(
        0,
        Section {
            key: "metadata".into(),
            title: "Metadata".into(),
            fields: vec![Field {
                id: "model-details.licenses".into(),
                label: "Licence".into(),
                value: Value::text("no"),
            }],
        },
    );
    let written = write(Format::MARKDOWN, Some(source.as_bytes()), &card).unwrap();
    assert_eq!(text(written), format!("---\nlicense: \"no\"\n---\n\n{source}"));
    let empty = "---\n\n---\n\n# Otter\n";
    let reading = read(empty.as_bytes()).unwrap();
    assert_eq!(reading.card.name(), Some("Otter"));
}

#[test]
fn broken_front_matter_is_kept_and_told_with_its_line() {
    let source = "---\nlicense: mit\ntags: [a\n---\n# Otter\n";
    let reading = read(source.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::HUGGING_FACE);
    let odd = &reading.findings[0];
    assert!(
        odd.message.to_string().contains("bracket") && odd.line >= Some(3),
        "{odd:?}"
    );
    assert_eq!(
        edit(source, |card| set(card, "summary", "model-details.name", "Two")),
        source.replace("Otter", "Two")
    );
    let mended = |card: &mut Card| set(card, "metadata", "+front matter", "license: mit\ntags: [a]");
    let mut card = reading.card.clone();
    mended(&mut card);
    let written = write(Format::HUGGING_FACE, Some(source.as_bytes()), &card).unwrap();
    assert_eq!(text(written), source.replace("[a\n", "[a]\n"));
    let open = read_named(b"---\nlicense: mit\n\n# Otter\n", Some("README.md")).unwrap();
    assert!(open.findings[0].message.to_string().contains("never closed"));
}

#[test]
fn what_the_hub_would_refuse_is_told() {
    let source = "---\nlicence: mit\nlicense: Apache 3\ndatasets: {a: b}\nmodel-index:\n- name: x\n  results:\n  - task: {type: a}\n---\n#Name\n";
    let found = read(source.as_bytes()).unwrap().findings;
    let told = |line: usize, words: &str| {
        found
            .iter()
            .any(|odd| odd.line == Some(line) && odd.message.to_string().contains(words))
    };
    assert!(told(3, "no licence “Apache 3”"), "{found:?}");
    assert!(told(4, "list of words"), "{found:?}");
    assert!(told(8, "“dataset”") && told(8, "“metrics”"), "{found:?}");
    assert!(told(10, "blank behind #"), "{found:?}");
    let source = "---\nmodel-index:\n- name: x\n  results:\n  - task: {}\n    dataset: {type: a, name: b}\n    metrics:\n    - {type: f1}\n    source: {name: me}\n---\n";
    let found = read(source.as_bytes()).unwrap().findings;
    let refused: Vec<_> = found.iter().filter(|odd| odd.severity == Severity::Blocks).collect();
    let refused: Vec<_> = refused
        .iter()
        .map(|odd| (odd.line.unwrap(), odd.message.to_string()))
        .collect();
    let without = |name: &str| format!("The hub refuses a card without “{name}” here.");
    let [kind, value, url] = ["type", "value", "url"].map(without);
    assert_eq!(refused, [(5, kind), (8, value), (9, url)]);
    let source = "---\nmodel-index:\n- name: x\n  results:\n  - task: {type: t}\n    dataset: {type: a, name: b}\n    metrics:\n    - {type: f1, value: 94.2}\n    - {type: f1, value: 942}\n    - {type: f1, value: WIP}\n    - {type: loss, value: -942}\n---\n";
    let found = read(source.as_bytes()).unwrap().findings;
    let odd: Vec<_> = found
        .iter()
        .filter(|odd| odd.place.to_string().contains("metrics"))
        .map(|odd| odd.line)
        .collect();
    assert_eq!(odd, [Some(9), Some(10)], "{found:?}");
    let found = read(b"---\nlicense: other\nlibrary_tag: x\nlicense: other\n---\n")
        .unwrap()
        .findings;
    let told = |words: &str| found.iter().any(|odd| odd.message.to_string().contains(words));
    assert!(
        told("license_name") && told("“library_name”") && told("twice"),
        "{found:?}"
    );
}

#[test]
fn every_text_is_at_least_markdown() {
    for (source, name, format) in [
        ("", None, Some(Format::MARKDOWN)),
        ("\n \n", None, Some(Format::MARKDOWN)),
        ("Just words.", None, Some(Format::MARKDOWN)),
        ("[![badge](a)](b)\n# A", None, Some(Format::MARKDOWN)),
        ("<p align=center>A</p>", None, Some(Format::MARKDOWN)),
        (
            "Note: this: that\nand a line\nand another\n",
            None,
            Some(Format::MARKDOWN),
        ),
        ("name: x\nfor: y\n", Some("README.md"), Some(Format::MARKDOWN)),
        ("{\"a\": 1}", Some("README.md"), Some(Format::JSON)),
        ("{\"a\": ", None, None),
        ("a: b: c\n", None, None),
        ("<!DOCTYPE html><p>", None, Some(Format::MARKDOWN)),
    ] {
        let found = read_named(source.as_bytes(), name).map(|reading| reading.format).ok();
        assert_eq!(found, format, "{source}");
    }
}

#[test]
fn answers_go_along_into_other_formats() {
    let card = read(CARD.as_bytes()).unwrap().card;
    let toolkit = text(write(Format::MODEL_CARD_TOOLKIT_2, None, &card).unwrap());
    let again = read(toolkit.as_bytes()).unwrap().card;
    let licences = again.value("model-details.licenses").unwrap();
    assert_eq!(crate::json::to_text(licences), r#"[{"identifier": "MIT"}]"#);
    assert_eq!(again.name(), Some("otter-spotter"));
    assert_eq!(
        again.value("intended-use.use_cases"),
        Some(&Value::List(vec![Value::text("Counting *otters*.")]))
    );
    let notes = "# Otter\n\n## Limitations\n\nFog.\n";
    let card = read(notes.as_bytes()).unwrap().card;
    let toolkit = text(write(Format::MODEL_CARD_TOOLKIT_1, None, &card).unwrap());
    assert!(
        toolkit.contains(r#""limitations": ["#) && toolkit.contains("Fog."),
        "{toolkit}"
    );
}

#[test]
fn other_cards_become_pages() {
    let source = r#"{"model_details": {"name": "otter", "licenses": [{"identifier": "Apache-2.0"}], "owners": [{"name": "Lab", "contact": "x"}]},
        "considerations": {"users": [{"description": "Rangers"}], "limitations": [{"description": "Fog"}]},
        "field_notes": {"rain_mm": 12.5}}"#;
    let card = read(source.as_bytes()).unwrap().card;
    let page = text(write(Format::HUGGING_FACE, None, &card).unwrap());
    let expected = "---\nlicense: apache-2.0\n---\n\n# Model Card for otter\n\n## Model Details\n\n### Owners\n\n| name | contact |\n\
                    | --- | --- |\n| Lab | x |\n\n## Uses\n\n- Rangers\n\n## Bias, Risks, and Limitations\n\n- Fog\n\n## field_notes\n\n\
                    ### rain_mm\n\n12.5\n";
    assert_eq!(page, expected);
    assert_eq!(losses(Format::HUGGING_FACE, None, &card), []);
    assert_eq!(losses(Format::MARKDOWN, None, &card), []);
    assert_eq!(text(write(Format::MARKDOWN, None, &Card::default()).unwrap()), "");
}

#[test]
fn a_heading_inside_an_answer_divides_nothing() {
    for (heading, lowered) in [
        ("# Overview", "#### Overview"),
        ("Overview\\n===", "#### Overview"),
        ("# h", "#### h"),
    ] {
        let source = r##"{"m":{"x":"HEAD\n\ntext\n\n## B","y":"keep","k1":"v1","k2":"v2"},"n":{"z":"other"}}"##;
        let card = read(source.replace("HEAD", heading).as_bytes()).unwrap().card;
        for format in [Format::HUGGING_FACE, Format::MARKDOWN] {
            assert_eq!(losses(format, None, &card), [], "{heading}");
            let page = write(format, None, &card).unwrap();
            let again = read_as(format, &page).unwrap().card;
            let titles: Vec<_> = again.sections.iter().map(|section| section.title.as_str()).collect();
            assert_eq!(titles, ["m", "n"], "{}", text(page));
            let answers = again.sections[0].fields.iter();
            let answers: Vec<_> = answers
                .map(|field| (field.label.as_str(), field.value.as_text()))
                .collect();
            let first = format!("{lowered}\n\ntext\n\n##### B");
            let rest = [("y", Some("keep")), ("k1", Some("v1")), ("k2", Some("v2"))];
            assert_eq!(answers, [&[("x", Some(first.as_str()))], &rest[..]].concat());
        }
    }
    // Where every heading divides, they become bold words, and this is said.
    for source in [
        r###"{"m": "# A\n\ntext", "n": 1}"###,
        r###"{"model_details": {"overview": "## A\n\ntext"}}"###,
    ] {
        let card = read(source.as_bytes()).unwrap().card;
        for format in [Format::HUGGING_FACE, Format::MARKDOWN] {
            let extents: Vec<_> = losses(format, None, &card).iter().map(|loss| loss.extent).collect();
            assert_eq!(extents, [Extent::Levels], "{source}");
            let page = text(write(format, None, &card).unwrap());
            assert!(page.contains("**A**\n\ntext\n"), "{page}");
        }
    }
}

#[test]
fn a_readme_that_became_a_plain_page_is_none_any_more() {
    let readme = "---\nlicense: mit\n---\n\n# M\n\n## Uses\n\na\n\n## Evaluation\n\nb\n\n## Citation\n\nc\n\n\
                  ## Environmental Impact\n\nd\n\n## Training Details\n\ne\n";
    let card = read(readme.as_bytes()).unwrap().card;
    let page = write(Format::MARKDOWN, None, &card).unwrap();
    assert_eq!(losses(Format::MARKDOWN, None, &card), []);
    assert_eq!(read(&page).unwrap().format, Format::MARKDOWN, "{}", text(page));
}

#[test]
fn levels_of_headings_that_a_page_has_no_room_for_are_named() {
    let card = |answer: &str| {
        let source = format!(r##"{{"m": {{"x": "{answer}", "y": "keep"}}, "n": {{"z": "other"}}}}"##);
        read(source.as_bytes()).unwrap().card
    };
    for (answer, is_named) in [
        ("# A\n### B\n###### C", false),
        ("# A\n## B\n### C\n#### D", true),
        ("no heading", false),
    ] {
        let lost = losses(Format::MARKDOWN, None, &card(&answer.replace('\n', "\\n")));
        let named: Vec<_> = lost.iter().map(|loss| (loss.field.as_deref(), loss.extent)).collect();
        let expected = [(Some("x"), Extent::Levels)];
        assert_eq!(named, if is_named { &expected[..] } else { &[] }, "{answer}");
    }
}

#[test]
fn a_new_page_with_other_metadata_is_the_hubs() {
    let card = read(br#"{"metadata": {"author": "Lab"}}"#).unwrap().card;
    let page = write(Format::HUGGING_FACE, None, &card).unwrap();
    assert_eq!(losses(Format::HUGGING_FACE, None, &card), []);
    assert_eq!(read(&page).unwrap().format, Format::HUGGING_FACE);
    assert_eq!(text(page), "---\ntags: []\nauthor: Lab\n---\n");
}

#[test]
fn metadata_without_a_key_takes_one() {
    let source = "---\n{} # none\n---\n\n# M\n";
    let reading = read(source.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::HUGGING_FACE);
    assert_eq!(reading.findings, []);
    let edited = edit(source, |card| set(card, "metadata", "model-details.licenses", "mit"));
    assert_eq!(edited, source.replace("{} # none", "license: mit\n# none"));
}

#[test]
fn metadata_without_a_key_takes_one_however_it_is_written() {
    for (empty, filled) in [
        ("--- {}", "license: mit"),
        ("!!map {}", "!!map\nlicense: mit"),
        ("&a {} # none", "&a\nlicense: mit\n# none"),
        ("{ # c\n}", "# c\nlicense: mit"),
        ("# a\n  { # b\n  # c\n  } # d", "# a\n# b\n# c\nlicense: mit\n# d"),
        ("--- # c\n{}", "--- # c\nlicense: mit"),
    ] {
        let page = |inner: &str| format!("---\n{inner}\n---\n\n# M\n");
        let edited = edit(&page(empty), |card| {
            set(card, "metadata", "model-details.licenses", "mit");
        });
        assert_eq!(edited, page(filled));
    }
    // A directive needs the three hyphens, which end the front matter.
    let source = "---\n%YAML 1.2\n--- { # c\n}\n---\n\n# M\n";
    let mut card = read(source.as_bytes()).unwrap().card;
    set(&mut card, "metadata", "model-details.licenses", "mit");
    let lost = losses(Format::HUGGING_FACE, Some(source.as_bytes()), &card);
    assert_eq!(lost.len(), 1, "{lost:?}");
    let written = write(Format::HUGGING_FACE, Some(source.as_bytes()), &card).unwrap();
    assert_eq!(text(written), source);
}

#[test]
fn asterisks_in_headings_inside_an_answer_stay() {
    let source = r###"{"m": "# Using `**kwargs`\n\n2**3\n\n## 2**3 is 8\n\ntext", "n": 1}"###;
    let card = read(source.as_bytes()).unwrap().card;
    let page = text(write(Format::MARKDOWN, None, &card).unwrap());
    for words in ["Using `**kwargs`", "2**3 is 8"] {
        assert!(page.contains(words), "{page}");
    }
}

#[test]
fn an_answer_of_many_quotes_divides_nothing() {
    let source = format!(
        r#"{{"m": {{"a": "{}deep", "b": "river", "c": "lake"}}}}"#,
        "> ".repeat(101)
    );
    let card = read(source.as_bytes()).unwrap().card;
    for format in [Format::MARKDOWN, Format::HUGGING_FACE] {
        assert_eq!(losses(format, None, &card), []);
        let again = read(&write(format, None, &card).unwrap()).unwrap();
        let labels = again
            .card
            .sections
            .iter()
            .flat_map(|section| &section.fields)
            .map(|field| field.label.as_str());
        assert_eq!(labels.filter(|label| ["a", "b", "c"].contains(label)).count(), 3);
    }
}

#[test]
fn metadata_in_braces_is_read_and_edited() {
    let source = "---\n{license: mit, tags: [a]}\n---\n# X\n";
    let reading = read(source.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::HUGGING_FACE);
    assert_eq!(reading.card.value("model-details.licenses"), Some(&Value::text("mit")));
    let edited = edit(source, |card| {
        set(card, "metadata", "model-details.licenses", "apache-2.0")
    });
    assert_eq!(edited, source.replace("mit", "apache-2.0"));
}

#[test]
fn blanks_behind_the_opening_fence_are_told() {
    let told = |source: &str| {
        let findings = read(source.as_bytes()).unwrap().findings;
        findings
            .iter()
            .any(|finding| finding.line == Some(1) && finding.message.to_string().contains("blanks behind"))
    };
    assert!(told("--- \nlicense: mit\n---\n# X\n"));
    assert!(!told("---\r\nlicense: mit\r\n--- \r\n# X\r\n"));
}

#[test]
fn only_tasks_of_the_hub_become_its_tag() {
    let bill = |task: &str| {
        let bill = format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{{"type": "machine-learning-model",
            "name": "otter", "modelCard": {{"modelParameters": {{"task": "{task}"}}}}}}]}}"#
        );
        let card = read(bill.as_bytes()).unwrap().card;
        assert_eq!(losses(Format::HUGGING_FACE, None, &card), [], "{task}");
        text(write(Format::HUGGING_FACE, None, &card).unwrap())
    };
    assert!(bill("Text generation").contains("pipeline_tag: text-generation\n"));
    let free = bill("counting otters");
    assert!(
        !free.contains("pipeline_tag") && free.contains("counting otters"),
        "{free}"
    );
}

#[test]
fn a_zero_byte_from_elsewhere_leaves_a_page_that_can_be_read() {
    let card = crate::format::read(br#"{"note": "a\u0000b"}"#).unwrap().card;
    let page = write(Format::MARKDOWN, None, &card).unwrap();
    let again = crate::format::read(&page).unwrap().card;
    assert_eq!(again.sections[0].fields[0].value, Value::text("a\u{fffd}b"));
}

#[test]
fn a_page_that_is_not_divided_says_why() {
    let told = |page: &str| {
        let reading = crate::format::read_named(page.as_bytes(), Some("MODEL_CARD.md")).unwrap();
        assert!(
            reading.card.sections.iter().all(|section| section.key == "summary"),
            "{page:.40}"
        );
        let found = reading.findings.into_iter().find(|finding| finding.place == "headings");
        let found = found.unwrap_or_else(|| panic!("nothing is told of {page:.40}"));
        assert_eq!(found.severity, crate::format::Severity::Note);
        (found.line, found.message)
    };
    let (line, message) = told(&format!("# Otters\n\n## Uses\n\n{}", "a line\n".repeat(100_001)));
    assert_eq!(line, Some(1));
    assert!(
        message.to_string().contains("more than 100,000 lines or 1 MB of text"),
        "{message}"
    );
    let (_, message) = told(&format!("# Otters\n\n{}", "## Uses\n\nx\n\n".repeat(501)));
    assert!(message.to_string().contains("more than 500"), "{message}");
    for plain in [
        "a line\n".repeat(100_001),
        format!("# Otters\n\n{} x\n", "> ".repeat(101)),
    ] {
        let found = read_named(plain.as_bytes(), Some("README.md")).unwrap().findings;
        assert!(found.iter().all(|odd| odd.place != "headings"), "{found:?}");
    }
}
