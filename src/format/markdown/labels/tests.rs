use proptest::prelude::*;

use crate::card::change::difference;
use crate::card::{Card, Field, Value, outline};
use crate::format::{Format, losses, read_as, write};

const CARD: &str = "\
---
license: mit
---

# Model Card for otter-spotter

## Model Details

### Model Description

<!-- What is it? -->

Counts *otters*.

- **Developed by:** River lab
- **Funded by [optional]:** [More Information Needed]
* __License__: MIT  
- **Colour:** brown

Ask us.

### Model Sources [optional]

- **Repository:** <https://example.org/otters>

## Environmental Impact

- **Hours used:** 12
- **Hours used:** 13
- **Cloud Provider:** none,
  we own it
- **Hardware Type:** one card
  - very old

```
- **Compute Region:** in code
```
> - **Carbon Emitted:** in a quote
";

fn card_of(page: &str) -> Card {
    read_as(Format::HUGGING_FACE, page.as_bytes()).unwrap().card
}

fn said<'c>(card: &'c Card, id: &str) -> Option<&'c str> {
    card.value(id).and_then(Value::as_text)
}

fn set(card: &mut Card, key: &str, id: &str, text: &str) {
    let section = card.sections.iter_mut().find(|section| section.key == key).unwrap();
    let value = Value::text(text);
    match section.fields.iter_mut().find(|field| field.id == id) {
        Some(field) => field.value = value,
        None => section.fields.push(Field {
            id: id.into(),
            label: outline::HUGGING_FACE.question(id).unwrap().label.into(),
            value,
        }),
    }
}

fn edit(change: impl FnOnce(&mut Card)) -> String {
    let mut card = card_of(CARD);
    change(&mut card);
    assert_eq!(losses(Format::HUGGING_FACE, Some(CARD.as_bytes()), &card), []);
    let written = write(Format::HUGGING_FACE, Some(CARD.as_bytes()), &card).unwrap();
    String::from_utf8(written).unwrap()
}

#[test]
fn lines_with_labels_are_answers() {
    let reading = read_as(Format::HUGGING_FACE, CARD.as_bytes()).unwrap();
    let card = &reading.card;
    assert_eq!(said(card, "model-details.owners"), Some("River lab"));
    assert_eq!(said(card, "model-details.funded_by"), Some("[More Information Needed]"));
    assert_eq!(said(card, "model-details.license_line"), Some("MIT"));
    assert_eq!(
        said(card, "model-details.description"),
        Some("<!-- What is it? -->\n\nCounts *otters*.\n\n- **Colour:** brown\n\nAsk us.")
    );
    assert_eq!(
        said(card, "model-details.repository"),
        Some("<https://example.org/otters>")
    );
    assert_eq!(said(card, "model-details.sources"), Some(""));
    let line = |id: &str| reading.lines[&("model-details".to_owned(), id.to_owned())];
    assert_eq!(
        [line("model-details.owners"), line("model-details.repository")],
        [15, 24]
    );
    // Said twice, going on below, in code, in a quote: all that stays text.
    let energy = card.section("environmental-impact").unwrap();
    assert_eq!(energy.fields.len(), 1, "{energy:?}");
    let plain = read_as(Format::MARKDOWN, CARD.as_bytes()).unwrap().card;
    assert_eq!(plain.value("model-details.owners"), None);
}

#[test]
fn an_edit_changes_the_value_only() {
    assert_eq!(edit(|_| ()), CARD);
    for (id, new, before, after) in [
        ("owners", "Bank lab", "River lab", "Bank lab"),
        ("owners", "", " River lab", ""),
        ("license_line", "Apache", "MIT  ", "Apache  "),
        (
            "description",
            "<!-- What is it? -->\n\nCounts *all otters*.\n\n- **Colour:** brown\n\nAsk us.",
            "*otters*",
            "*all otters*",
        ),
        (
            "description",
            "<!-- What is it? -->\n\nCounts *otters*.\n\n- **Colour:** brown\n\nAsk him.",
            "us.",
            "him.",
        ),
        ("sources", "See below.", "- **Repo", "See below.\n\n- **Repo"),
        ("type", "A tree", "* __License", "- **Model type:** A tree\n* __License"),
        ("paper", "None", "otters>\n", "otters>\n- **Paper:** None\n"),
    ] {
        let edited = edit(|card| set(card, "model-details", &format!("model-details.{id}"), new));
        assert_eq!(edited, CARD.replacen(before, after, 1), "{id}");
    }
    let removed = edit(|card| {
        let section = card
            .sections
            .iter_mut()
            .find(|section| section.key == "model-details")
            .unwrap();
        section.fields.retain(|field| field.id != "model-details.owners");
    });
    assert_eq!(removed, CARD.replace("- **Developed by:** River lab\n", ""));
}

#[test]
fn a_new_page_has_the_lines_of_the_template() {
    let source = r#"{"model_details": {"name": "otter", "overview": "Counts.", "owners": [{"name": "Lab"}]}}"#;
    let mut card = crate::format::read(source.as_bytes()).unwrap().card;
    let page = String::from_utf8(write(Format::HUGGING_FACE, None, &card).unwrap()).unwrap();
    let lines = "---\n{}\n---\n\n# Model Card for otter\n\nCounts.\n\n## Model Details\n\n### Model Description\n\n- **Developed by:** Lab\n";
    assert_eq!(page, lines);
    assert_eq!(losses(Format::HUGGING_FACE, None, &card), []);
    card.sections.push(crate::card::Section {
        key: "environmental-impact".into(),
        title: "Environmental Impact".into(),
        fields: Vec::new(),
    });
    set(
        &mut card,
        "environmental-impact",
        "environmental-impact.hours_used",
        "12",
    );
    set(
        &mut card,
        "environmental-impact",
        "environmental-impact.hardware_type",
        "One",
    );
    let page = String::from_utf8(write(Format::HUGGING_FACE, None, &card).unwrap()).unwrap();
    assert_eq!(
        page,
        format!("{lines}\n## Environmental Impact\n\n- **Hardware Type:** One\n- **Hours used:** 12\n")
    );
    let again = card_of(&page);
    assert_eq!(said(&again, "environmental-impact.hours_used"), Some("12"));
    let back = write(Format::MODEL_CARD_TOOLKIT_2, None, &again).unwrap();
    let back = crate::format::read(&back).unwrap().card;
    let owners = crate::json::to_text(back.value("model-details.owners").unwrap());
    assert_eq!(owners, r#"[{"name": "Lab"}]"#);
}

#[test]
fn text_around_the_lines_keeps_its_order() {
    let page = "# M\n\n## Model Details\n\n### Model Description\n\nIntro.\n\n- **Developed by:** Me\n\n\
                The developer named above is X.\n";
    let card = read_as(Format::MARKDOWN, page.as_bytes()).unwrap().card;
    assert_eq!(losses(Format::HUGGING_FACE, None, &card), []);
    let written = String::from_utf8(write(Format::HUGGING_FACE, None, &card).unwrap()).unwrap();
    let titled = page.replacen("# M", "# Model Card for M", 1);
    assert_eq!(written, format!("---\n{{}}\n---\n\n{titled}"));
    assert_eq!(said(&card_of(&written), "model-details.owners"), Some("Me"));
}

#[test]
fn where_lines_stood_between_paragraphs_one_blank_line_is_left() {
    let page = "# M\n\n## Model Details\n\n### Model Description\n\nOtters.\n\n\
                - **Developed by:** Lab\n\nRivers.\n\n- **License:** mit\n\nLakes.\n";
    let mut card = card_of(page);
    assert_eq!(
        said(&card, "model-details.description"),
        Some("Otters.\n\nRivers.\n\nLakes.")
    );
    set(
        &mut card,
        "model-details",
        "model-details.description",
        "Otters.\n\nRiver banks.\n\nLakes.",
    );
    let written = String::from_utf8(write(Format::HUGGING_FACE, Some(page.as_bytes()), &card).unwrap()).unwrap();
    assert_eq!(written, page.replace("Rivers.", "River banks."));
}

#[test]
fn a_label_written_into_the_text_becomes_its_answer() {
    let edited = edit(|card| set(card, "model-details", "model-details.sources", "- **Paper:** One"));
    assert_eq!(said(&card_of(&edited), "model-details.paper"), Some("One"));
}

fn texts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "- **Developed by:** A\n",
        "- **Developed by:** B\n",
        "* **License**: mit  \n",
        "  - **Funded by [optional]:**\n",
        "- **Shared by:** x <!-- y\n",
        "1. **Model type:** tree\n",
        "- **Colour:** brown\n",
        "text\n",
        "  more\n",
        "\n",
        "\n\n",
        "\n```\n",
        "<div>\n",
        "\n<!--\n",
        "-->\n",
        "> quote\n",
        "    code\n",
        "| a |\n| - |\n",
        "é",
        "[x]: y\n",
    ]);
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Text that has no label and leaves nothing open.
fn rests() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "text",
        "- **Colour:** brown",
        "- item",
        "> quote",
        "```\n# code\n```",
        "<div>",
        "é",
    ]);
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.join("\n\n"))
}

const IDS: [&str; 5] = ["owners", "funded_by", "shared_by", "type", "license_line"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(800) })]

    #[test]
    fn unchanged_means_identical(text in texts(), tail in prop::sample::select(vec!["", "\n## Uses\n", "# Uses\n"])) {
        let page = format!("# T\n\n## Model Details\n\n### Model Description\n{text}{tail}");
        let written = write(Format::HUGGING_FACE, Some(page.as_bytes()), &card_of(&page)).unwrap();
        prop_assert_eq!(String::from_utf8(written).unwrap(), page);
    }

    #[test]
    fn what_was_put_is_read_back(
        text in texts(), rest in prop::option::of(rests()), at in 0..IDS.len(), value in "[a-z*`<]{1,3}( [a-z]{1,3})?",
    ) {
        let page = format!("# T\n\n## Model Details\n\n### Model Description\n\n{text}");
        let mut card = card_of(&page);
        prop_assume!(card.sections.iter().any(|section| section.key == "model-details"));
        // A label that the text says twice stays text, unless the text goes.
        let in_text = text.contains("Developed") || text.contains("Funded") || text.contains("Shared") || text.contains("Model type") || text.contains("License");
        let is_free = rest.is_some() || card.value(&format!("model-details.{}", IDS[at])).is_some() || !in_text;
        let is_open = rest.is_none() && (text.contains("```") || text.contains("<!--"));
        if let Some(rest) = &rest {
            set(&mut card, "model-details", "model-details.description", rest);
        }
        if is_free {
            set(&mut card, "model-details", &format!("model-details.{}", IDS[at]), &value);
        }
        let written = write(Format::HUGGING_FACE, Some(page.as_bytes()), &card).unwrap();
        let written = String::from_utf8(written).unwrap();
        let again = card_of(&written);
        let left = difference(&again, &card);
        let told = losses(Format::HUGGING_FACE, Some(page.as_bytes()), &card);
        // What was open before the edit stays open, and may swallow a line that is new.
        prop_assert!(told.is_empty() || is_open, "{:?}", told);
        prop_assert!(left.is_empty() || is_open, "{:?}\n--- from\n{}\n--- to\n{}", left, page, written);
    }
}
