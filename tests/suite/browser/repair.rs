//! Story 1: a published card is mended, and nothing else in its file changes.

use thirtyfour::prelude::*;

use super::saving::{click, type_into, wait_for_state};
use super::{click_to, file_to_upload, find, main_text, path, upload};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script};

const FILE: &str = "markdown/lake-ice-crlf.md";
const PLACEHOLDER: &str = "[More Information Needed]";

/// Follows the link to a problem from the import report; returns the control that has the cursor, or the first of the
/// question it lands at.
async fn follow(browser: &Chromium, app: &TestApp, card: &str, place: &str) -> WebElement {
    let report = format!("{}{card}/import", app.origin());
    browser.driver.goto(report).await.expect("the report");
    let link = browser
        .driver
        .find(By::LinkText(place))
        .await
        .expect("a link to the problem");
    let address = link.prop("href").await.expect("an answer").expect("an address");
    let (section, anchor) = address.split_once('#').expect("the place of a field");
    let (_, key) = section.rsplit_once('/').expect("a section");
    click_to(browser, &link, &format!("/sections/{key}")).await;
    find(
        browser,
        &format!("#{anchor}:focus, #{anchor} [id^=f-]:is(textarea, input)"),
    )
    .await
}

async fn story(app: TestApp) {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let card = upload(&browser, &app, FILE).await;

    // The report: what was recognised, what is kept, what needs attention and in which line.
    let report = main_text(&browser).await;
    for there in [
        "18 fields in 11 sections",
        "widget",
        "Hall of fame",
        "The hub refuses a card without “type” here.",
        "line 25",
    ] {
        assert!(report.contains(there), "{there:?} is not in {report}");
    }
    assert_eq!(report.matches("is a placeholder").count(), 3, "{report}");

    // The problem leads to its field.
    let cell = follow(&browser, &app, &card, "model-index › results › 2 › dataset").await;
    let name = cell.attr("aria-label").await.expect("an answer").expect("a name");
    assert_eq!(name, "Result 2, Dataset type");
    cell.send_keys("imagenet-1k").await.expect("it can be typed into");
    wait_for_state(&browser, "saved").await;

    // One placeholder does not apply, one is filled, one is left.
    let limits = follow(&browser, &app, &card, "Bias, Risks, and Limitations › Known limits").await;
    limits.clear().await.expect("it can be emptied");
    limits
        .send_keys("Snow hides the ice.")
        .await
        .expect("it can be typed into");
    wait_for_state(&browser, "saved").await;
    let procedure = follow(&browser, &app, &card, "Training Details › Training Procedure").await;
    procedure.clear().await.expect("it can be emptied");
    let id = procedure.attr("id").await.expect("an answer").expect("an id");
    let question = format!(".question:has(#{id})");
    click(&browser, &format!("{question} details.instead summary")).await;
    click(&browser, &format!("{question} option[value='not-applicable']")).await;
    type_into(
        &browser,
        &format!("{question} input[name$='~r']"),
        "no training was done",
    )
    .await;
    wait_for_state(&browser, "saved").await;

    let changes = format!("{}{card}/changes", app.origin());
    browser.driver.goto(changes).await.expect("what changed");
    let changed = main_text(&browser).await;
    assert!(changed.contains("3 fields differ"), "{changed}");

    browser
        .driver
        .goto(format!("{}{card}/download", app.origin()))
        .await
        .expect("the downloads");
    assert_eq!(path(&browser).await, format!("{card}/download"));
    let own = find(&browser, "main section.label").await.text().await.expect("words");
    assert!(own.contains("Carries everything"), "{own}");
    click(&browser, "main a[href$='/download/hugging-face']").await;
    let (name, bytes) = browser.downloaded().await;
    assert!(name.ends_with(".md"), "{name}");
    let before = std::fs::read_to_string(file_to_upload(FILE)).expect("the fixture");
    let expected = before
        .replace("name: ImageNet\r\n", "name: ImageNet\r\n      type: imagenet-1k\r\n")
        .replacen(PLACEHOLDER, "Snow hides the ice.", 1)
        .replace(
            &format!("### Training Procedure\r\n\r\n{PLACEHOLDER}"),
            "### Training Procedure\r\n\r\nNot applicable: no training was done",
        );
    assert_eq!(String::from_utf8(bytes).expect("UTF-8"), expected);
    browser.quit().await;
}

#[tokio::test]
async fn story_1_a_published_card_is_mended_and_not_damaged() {
    story(TestApp::start().await).await;
}

#[tokio::test]
async fn story_1_a_published_card_is_mended_and_not_damaged_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        story(app).await;
    }
}
