//! Story 9: a pipeline checks a card and fills in the numbers, a person the judgement, by a link that works once.

use serde_json::Value;

use super::{click_to, control_showing, find, fits, main_text, path, picture, wait_to_read};
use crate::cli::Desk;
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script, wait_for};

/// What the pipeline knows: facts and measures, and in the four places of judgement only what its template left there.
const CARD: &str = "---
license: apache-2.0
language: en
pipeline_tag: image-segmentation
library_name: transformers
tags: [glaciers, remote-sensing]
datasets:
- ice-lab/crevasses
metrics: [mean_iou]
base_model: ice-lab/segment-small
model-index:
- name: crevasse-mapper
  results:
  - task: {type: image-segmentation, name: Crevasses}
    dataset: {type: ice-lab/crevasses, name: Crevasses 2026}
    metrics:
    - {type: mean_iou, value: 0.734}
    - {type: accuracy, value: 0.951}
---
# Model Card for crevasse-mapper

Marks crevasses on pictures of glaciers, for people who plan a route.

## Model Details

### Model Description

- **Developed by:** Ice Lab
- **Model type:** segmentation network, 24 million parameters

## Uses

### Direct Use

/home/ci/build/uses.txt

### Out-of-Scope Use

[More Information Needed]

## Bias, Risks, and Limitations

See /home/ci/build/limits.txt

### Recommendations

[More Information Needed]

## Evaluation

### Results

Mean IoU 0.734 on 1,200 pictures.
";

/// Section, what stands there, and what the person writes instead.
const JUDGEMENTS: [(&str, &str, &str); 4] = [
    (
        "uses",
        "/home/ci/build/uses.txt",
        "A first look at a region before a trip.",
    ),
    (
        "uses",
        "[More Information Needed]",
        "Deciding on the spot whether a snow bridge holds.",
    ),
    (
        "bias-risks-limitations",
        "See /home/ci/build/limits.txt",
        "Fresh snow hides crevasses.",
    ),
    (
        "bias-risks-limitations",
        "[More Information Needed]",
        "Probe, and rope up.",
    ),
];

async fn story(app: TestApp, script: Script) {
    let (Some(person), Some(late)) = (Chromium::start(script).await, Chromium::start(Script::Off).await) else {
        return;
    };
    let desk = Desk::new();
    desk.put("old.md", CARD.as_bytes());

    // The pipeline checks: exit code 1, two findings that should be mended, each with its line.
    let check = ["check", "old.md", "--profile", "full", "--format", "sarif"];
    let checked = desk.run(&check);
    assert_eq!(checked.code, 1, "{}", checked.err);
    let log: Value = serde_json::from_str(&checked.out).expect("SARIF");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let grave = results.iter().filter(|result| result["level"] != "note");
    let lines: Vec<u64> = grave
        .map(|result| &result["locations"][0]["physicalLocation"]["region"]["startLine"])
        .filter_map(Value::as_u64)
        .collect();
    assert_eq!(lines, [33, 43]);
    // A server says the same of the file, and keeps nothing of it.
    let program = app.visitor();
    let address = "/api/v1/check?name=old.md&outline=full&as=sarif";
    assert_eq!(program.post_bytes(address, CARD.as_bytes(), &[]).await.json(), log);
    assert_eq!(app.rows("sessions").await, 0);

    // It sends what it has, and prints the link.
    let sent = program
        .post_bytes("/api/v1/cards?name=old.md", CARD.as_bytes(), &[])
        .await;
    assert_eq!(sent.status.as_u16(), 201, "{}", sent.text());
    let told = sent.json();
    let (link, fields) = (
        told["link"].as_str().expect("a link"),
        told["fields"].as_u64().expect("a number"),
    );

    // The person opens it.
    person.driver.goto(link).await.expect("the link");
    wait_to_read(&person, &format!("{fields} fields")).await;
    picture(&person, "prefilled").await;
    person.width(320).await;
    fits(&person, "prefilled-320").await;
    person.width(1280).await;
    let button = find(&person, "main form button.primary").await;
    click_to(&person, &button, "/import").await;
    wait_to_read(&person, &format!("{fields} fields filled by import")).await;
    picture(&person, "prefilled-import").await;
    let card = path(&person).await.trim_end_matches("/import").to_owned();
    late.driver.goto(link).await.expect("the link");
    wait_to_read(&late, "This link opens nothing").await;
    late.width(320).await;
    fits(&late, "prefilled-gone-320").await;

    // And answers the four questions of judgement.
    for (section, old, new) in JUDGEMENTS {
        let address = format!("{}{card}/sections/{section}", app.origin());
        person.driver.goto(&address).await.expect("the section");
        find(&person, "#section-form").await;
        let control = control_showing(&person, old).await;
        control.clear().await.expect("it can be emptied");
        control.send_keys(new).await.expect("it can be typed into");
        let save = find(&person, "#section-form .actions button[value=save]").await;
        save.scroll_into_view().await.expect("it can be shown");
        save.click().await.expect("it can be clicked");
        wait_to_read(&person, "was saved.").await;
        let held = format!("SELECT value AS t FROM card_section_data WHERE section_key = '{section}'");
        wait_for("the answer in the database", async || {
            app.texts(&held).await.concat().contains(new).then_some(())
        })
        .await;
    }
    person
        .driver
        .goto(format!("{}{card}/download", app.origin()))
        .await
        .expect("the downloads");
    let download = find(&person, "main a[href$='/download/hugging-face']").await;
    download.scroll_into_view().await.expect("it can be shown");
    download.click().await.expect("it can be clicked");
    let (name, bytes) = person.downloaded().await;
    assert!(name.ends_with(".md"), "{name}");
    let expected = JUDGEMENTS
        .iter()
        .fold(CARD.to_owned(), |card, (_, old, new)| card.replacen(old, new, 1));
    assert_eq!(
        String::from_utf8(bytes.clone()).expect("a text"),
        expected,
        "nothing else was touched"
    );

    // The pipeline tells what was changed, and is content.
    desk.put("new.md", &bytes);
    let told = desk.run(&["diff", "--exit-zero", "--json", "old.md", "new.md"]);
    assert_eq!(told.code, 0, "{}", told.err);
    let told: Value = serde_json::from_str(&told.out).expect("JSON");
    assert_eq!(
        told["changes"].as_array().expect("changes").len(),
        JUDGEMENTS.len(),
        "{told}"
    );
    let checked = desk.run(&["check", "new.md", "--profile", "full", "--format", "sarif"]);
    assert_eq!(checked.code, 0, "{}", checked.out);

    assert!(main_text(&late).await.contains("within 24 hours"));
    for url in person.requests().await {
        assert!(url.starts_with(app.origin()), "a page asked for {url}");
    }
    let complaints = person.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    person.quit().await;
    late.quit().await;
}

#[tokio::test]
async fn story_9_the_pipeline_fills_the_numbers() {
    story(TestApp::start().await, Script::On).await;
}

#[tokio::test]
async fn story_9_the_pipeline_fills_the_numbers_on_postgres_without_script() {
    if let Some(app) = TestApp::start_on_postgres().await {
        story(app, Script::Off).await;
    }
}
