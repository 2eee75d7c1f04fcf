use proptest::prelude::*;

use super::*;
use crate::card::Section;
use crate::card::outline::FULL;

const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn text(text: &str) -> Value {
    Value::text(text)
}

fn group(members: &[(&str, Value)]) -> Value {
    Value::Group(
        members
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    )
}

/// A card of questions; ids that no outline knows begin with `+`.
fn card(section: &str, fields: &[(&str, Value)]) -> Card {
    let fields = fields.iter().map(|(id, value)| Field {
        id: (*id).to_owned(),
        label: FULL
            .question(id)
            .map_or(id.trim_start_matches('+'), |question| question.label)
            .to_owned(),
        value: value.clone(),
    });
    Card {
        sections: vec![Section {
            key: section.to_owned(),
            title: FULL.part(section).map_or(section, |part| part.title).to_owned(),
            fields: fields.collect(),
        }],
    }
}

fn shown(id: &str, value: Value) -> String {
    let section = id.split_once('.').map_or("notes", |(section, _)| section);
    body(&card(section, &[(id, value)]), "full")
}

#[test]
fn sections_and_fields_have_headings_and_blank_ones_are_left_out() {
    let html = body(
        &card(
            "model-details",
            &[
                ("model-details.type", text("trees")),
                ("model-details.overview", text("A **model**.")),
                ("model-details.version", text("  ")),
                ("+empty", Value::List(vec![Value::Null])),
            ],
        ),
        "full",
    );
    assert!(
        html.contains(">Model details</h2>") && html.contains("<h3>Overview</h3>"),
        "{html}"
    );
    assert!(html.contains("<p>A <strong>model</strong>.</p>"), "{html}");
    assert!(!html.contains("Version") && !html.contains("empty"), "{html}");
    assert_eq!(body(&Card::default(), "full").trim(), "");
}

#[test]
fn everything_is_escaped() {
    let evil = "<script>alert(1)</script>\"'&";
    let value = group(&[(evil, text(evil)), ("image", text(DOT)), ("name", text(evil))]);
    let mut card = card("model-details", &[("model-details.type", text(evil)), ("+x", value)]);
    card.sections[0].title = evil.to_owned();
    card.sections[0].fields[1].label = evil.to_owned();
    card.sections[0].key = evil.to_owned();
    let html = page(&card, evil, "full");
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("='") && !html.contains("\"\"'"), "{html}");
    assert_eq!(html.matches("<body>").count(), 1);
}

#[test]
fn what_html_cannot_spell_is_not_written() {
    let html = page(&card("notes", &[("+x", text("a\u{2}b\tc\nd"))]), "o\u{1}tter", "full");
    assert!(html.contains("o\u{fffd}tter") && html.contains("a\u{fffd}b"), "{html}");
    assert!(!html.contains(['\u{1}', '\u{2}']));
}

#[test]
fn known_tables_have_header_cells_and_lose_no_member() {
    let rows = Value::List(vec![
        group(&[
            ("type", text("recall")),
            ("value", Value::Number("0.940".into())),
            (
                "confidence_interval",
                group(&[("lower_bound", text("0.9")), ("method", text("bootstrap"))]),
            ),
            ("passed", Value::Bool(true)),
        ]),
        group(&[("type", text("auc")), ("value", text("97%")), ("slice", text("women"))]),
    ]);
    let html = shown("quantitative-analyses.performance_metrics", rows);
    for piece in [
        "<th scope=\"col\">Metric</th>",
        "<th scope=\"col\" class=\"number\">Value</th>",
        "Results</caption>",
        "0.940",
        "bootstrap",
        "passed",
        "Yes",
        "women",
    ] {
        assert!(html.contains(piece), "{piece} in {html}");
    }
    assert!(html.contains("recall</span></th>"), "{html}");
    assert!(
        !html.contains("Threshold"),
        "a column without content is not shown: {html}"
    );
}

#[test]
fn one_column_is_a_list_and_one_value_stands_alone() {
    let licence = group(&[("identifier", text("MIT"))]);
    let html = shown("model-details.licenses", Value::List(vec![licence.clone()]));
    assert!(
        html.contains("MIT") && !html.contains("<table") && !html.contains("<ul"),
        "{html}"
    );
    let html = shown("model-details.licenses", Value::List(vec![licence.clone(), licence]));
    assert!(html.contains("<ul>") && !html.contains("<table"), "{html}");
}

#[test]
fn text_where_a_table_is_expected_is_shown() {
    assert!(shown("model-details.owners", text("River Lab")).contains("River Lab"));
    assert!(
        shown(
            "training-data.datasets",
            Value::List(vec![text("otters"), group(&[("name", text("more"))])])
        )
        .contains("otters")
    );
    let sensitive = Value::List(vec![group(&[("name", text("a")), ("sensitive", Value::Bool(true))])]);
    let html = shown("training-data.datasets", sensitive);
    assert!(html.contains("sensitive") && html.contains("Yes"), "{html}");
}

#[test]
fn groups_without_questions_are_tables_or_nested_lists() {
    let rows = Value::List(vec![
        group(&[("k", text("1")), ("l", text("a"))]),
        group(&[("k", text("2")), ("m", text("b"))]),
    ]);
    let html = shown("+rows", rows);
    assert!(
        html.contains("<th scope=\"col\">l</th>") && html.contains("<th scope=\"col\">m</th>"),
        "{html}"
    );
    let html = shown("+deep", group(&[("a", group(&[("b", Value::Number("1.50".into()))]))]));
    assert_eq!(html.matches("<dl>").count(), 2, "{html}");
    assert!(
        html.contains("<dt>b</dt><dd><span class=\"line\">1.50</span></dd>"),
        "{html}"
    );
}

#[test]
fn pictures_are_inside_the_page_and_named() {
    let graphics = group(&[
        ("description", text("Results by group.")),
        (
            "collection",
            Value::List(vec![
                group(&[("name", text("ROC curve")), ("image", text(DOT))]),
                group(&[
                    ("name", text("Drawing")),
                    (
                        "image",
                        text("PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg=="),
                    ),
                ]),
            ]),
        ),
    ]);
    let html = shown("quantitative-analyses.graphics", graphics);
    assert!(
        html.contains(&format!("<img src=\"data:image/png;base64,{DOT}\" alt=\"ROC curve\">")),
        "{html}"
    );
    assert!(
        html.contains("<figcaption>ROC curve</figcaption>") && html.contains("Results by group."),
        "{html}"
    );
    assert!(
        html.contains("SVG drawing") && html.contains("Drawing</figcaption>") && !html.contains("PHN2Zy"),
        "{html}"
    );
}

#[test]
fn other_base64_is_named_and_not_shown() {
    let html = shown("+weights", text(&"Ab3d".repeat(1000)));
    assert!(
        html.contains("4000 characters in base64") && !html.contains("Ab3dAb3d"),
        "{html}"
    );
}

#[test]
fn addresses_are_links() {
    assert!(shown("model-details.path", text("10.1000/x")).contains("href=\"https://doi.org/10.1000/x\""));
    assert!(shown("model-details.contact", text("a@example.org")).contains("href=\"mailto:a@example.org\""));
    assert!(shown("model-details.contact", text("javascript:alert(1)")).contains("<span"));
    let html = shown(
        "model-details.references",
        Value::List(vec![text("https://example.org/a?b=1&c=2")]),
    );
    assert!(html.contains("href=\"https://example.org/a?b=1&#38;c=2\""), "{html}");
}

#[test]
fn metrics_of_webcards_are_named() {
    let html = shown(
        "quantitative-analyses.selected_metrics",
        text(r#"{"selected metrics": [["0.93"], [], ["0.1"]]}"#),
    );
    assert!(
        html.contains("<dt>Accuracy</dt>") && html.contains("0.93") && html.contains("<dt>Brier score</dt>"),
        "{html}"
    );
    assert!(shown("quantitative-analyses.selected_metrics", text("0.93 {")).contains("0.93 {"));
}

#[test]
fn single_facts_that_follow_each_other_are_gathered() {
    let fact = |name: &str| Section {
        key: name.to_owned(),
        title: name.to_owned(),
        fields: vec![Field {
            id: "+".to_owned(),
            label: name.to_owned(),
            value: text("7"),
        }],
    };
    let card = Card {
        sections: vec![fact("alpha"), fact("beta"), fact("gamma")],
    };
    let html = body(&card, "free");
    assert!(
        !html.contains("<h2") && html.contains("<dt>alpha</dt>") && html.contains("<dt>gamma</dt>"),
        "{html}"
    );
    let one = body(
        &Card {
            sections: vec![fact("alpha")],
        },
        "free",
    );
    assert!(one.contains(">alpha</h2>") && !one.contains("<h3>"), "{one}");
}

#[test]
fn the_page_stands_alone() {
    let markdown = "![x](https://example.org/x.png) <link rel=stylesheet href=https://example.org/x.css>";
    let html = page(
        &card("model-details", &[("model-details.overview", text(markdown))]),
        " ",
        "full",
    );
    assert!(html.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"));
    assert!(html.contains("<title>Untitled model card"));
    for attribute in ["src=\"", "<link", "url(", "@import"] {
        for place in html.split(attribute).skip(1) {
            let is_inside = place.starts_with("data:") || place.starts_with(" rel=\"icon\" href=\"data:,\"");
            assert!(is_inside, "{attribute}{}", &place[..40]);
        }
    }
}

#[test]
fn the_page_says_what_is_missing_and_what_it_is_about() {
    let licences = Value::List(vec![group(&[("identifier", text("MIT"))])]);
    let card = card(
        "model-details",
        &[
            ("model-details.name", text("otter")),
            ("model-details.version", text("1.2")),
            ("model-details.overview", text("TODO")),
            ("model-details.licenses", licences),
        ],
    );
    let html = page(&card, "otter", "full");
    assert!(
        html.contains("<h1>otter</h1>") && !html.contains("<h3>Name</h3>"),
        "{html}"
    );
    assert!(html.contains("<span>Version 1.2</span> · <span>MIT</span>"), "{html}");
    let draft = html
        .split("class=\"draft\"")
        .nth(1)
        .unwrap()
        .split("</p>")
        .next()
        .unwrap();
    assert!(
        draft.contains("Overview") && draft.contains("Known limits") && !draft.contains("Licences"),
        "{draft}"
    );
    // A card with a plan of its own is not measured by ours.
    let free = page(&self::card("intended-use", &[("+purpose", text("x"))]), "x", "full");
    assert!(!free.contains("class=\"draft\""), "{free}");
    assert!(page(&Card::default(), "x", "full").contains("no content yet"));
}

/// Values whose every text is a word that occurs nowhere else.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "[1-9][0-9]{9}".prop_map(Value::Number),
        "zz[a-z]{12}".prop_map(Value::Text),
        Just(Value::Text(DOT.to_owned())),
    ];
    let name = prop::sample::select(vec![
        "type",
        "value",
        "name",
        "image",
        "collection",
        "description",
        "confidence_interval",
        "lower_bound",
        "sensitive",
        "sensitive_data",
        "split",
        "other",
    ]);
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((name.clone().prop_map(str::to_owned), inner), 0..5).prop_map(Value::Group),
        ]
    })
}

fn words(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Text(text) | Value::Number(text) => found.push(text.clone()),
        Value::List(items) => items.iter().for_each(|item| words(item, found)),
        Value::Group(members) => members.iter().for_each(|(_, value)| words(value, found)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn readers_see_every_value(values in prop::collection::vec((0..60_usize, any_value()), 1..4)) {
        let questions: Vec<_> = FULL.sections.iter().flat_map(|part| part.questions).collect();
        let fields: Vec<(&str, Value)> = values
            .into_iter()
            .map(|(index, value)| (questions.get(index).map_or("+own", |question| question.id), value))
            .collect();
        let html = page(&card("model-details", &fields), "t", "full");
        let mut expected = Vec::new();
        fields.iter().for_each(|(_, value)| words(value, &mut expected));
        for word in expected {
            prop_assert!(html.contains(&word), "{word} is missing in {html}");
        }
    }

    #[test]
    fn no_text_breaks_out(text in "\\PC{0,40}|[<>\"'&/a-z= ]{0,60}", title in "[<>\"'&a-z]{0,20}") {
        let own = group(&[(&text, Value::text(text.clone())), ("b", Value::text(text.clone()))]);
        let html = page(&card("factors", &[("+own", own), ("model-details.type", Value::text(text))]), &title, "full");
        prop_assert!(!html.to_lowercase().contains("<script"));
        prop_assert_eq!(html.matches("<body>").count(), 1);
        prop_assert_eq!(html.matches("<main>").count(), 1);
        prop_assert_eq!(html.matches("</section>").count(), html.matches("<section").count());
        prop_assert_eq!(html.matches("</dl>").count(), html.matches("<dl").count());
    }
}

#[test]
fn nested_results_are_one_table() {
    let source = "---\nmodel-index:\n- name: otter\n  results:\n  - task: {type: asr}\n    dataset: {name: Lakes, args: {language: lt}}\n    \
                  metrics:\n    - {type: wer, value: 0.1}\n    - {type: cer, value: 0.02}\n  - task: {type: tts}\n---\n# Otter\n";
    let reading = crate::format::read(source.as_bytes()).unwrap();
    let html = body(&reading.card, reading.outline.key);
    let rows: Vec<String> = html
        .split("<tr>")
        .skip(1)
        .map(|row| row.split("</tr>").next().unwrap_or_default().replace(['\n', ' '], ""))
        .collect();
    assert_eq!(rows.len(), 4, "{html}");
    for (row, words) in rows.iter().zip(["dataset›args›language", "0.1", "0.02", "tts"]) {
        assert!(row.contains(words), "{row}");
    }
    assert!(rows[2].contains("Lakes") && rows[2].contains("cer"), "{}", rows[2]);
    // What all rows say is said once.
    assert_eq!(html.matches("otter").count(), 1, "{html}");
    assert!(!rows.concat().contains("otter"), "{html}");
}
