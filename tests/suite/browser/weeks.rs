//! Story 3: a card that rests for weeks and goes on in another browser.

use chrono::TimeDelta;

use super::saving::{click, type_into, wait_for_state};
use super::{FILE, NAME, find, main_text, upload, wait_to_read};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script};

const SECTION: &str = "caveats-and-recommendations";
/// Where the lid was closed.
const HALF: &str = "In the polar night the camera sees noth";

async fn go(browser: &Chromium, app: &TestApp, path: &str) {
    let address = format!("{}{path}", app.origin());
    browser.driver.goto(address).await.expect("a page");
}

/// Makes a recovery code, in place of one that there is.
async fn recovery_code(browser: &Chromium, app: &TestApp) -> String {
    go(browser, app, "/session/recovery").await;
    click(browser, "main button[value=make]").await;
    find(browser, ".code-word").await.text().await.expect("a code")
}

async fn type_code(browser: &Chromium, app: &TestApp, code: &str) {
    go(browser, app, "/continue").await;
    type_into(browser, "#code", code).await;
    click(browser, "main button.primary").await;
}

async fn story(app: TestApp) {
    let (Some(laptop), Some(lab)) = (Chromium::start(Script::On).await, Chromium::start(Script::On).await) else {
        return;
    };
    let card = upload(&laptop, &app, FILE).await;
    let section = format!("{card}/sections/{SECTION}");
    go(&laptop, &app, &section).await;
    type_into(&laptop, "#section-form textarea", HALF).await;
    wait_for_state(&laptop, "saved").await;

    // The next day the half sentence is there.
    app.pass(TimeDelta::days(1));
    go(&laptop, &app, "/").await;
    let on = find(&laptop, "main a.button.primary[href^='/cards/']").await;
    assert_eq!(on.text().await.expect("words"), format!("Go on with “{NAME}”"));
    go(&laptop, &app, &section).await;
    let text = find(&laptop, "#section-form textarea").await;
    let text = text.prop("value").await.expect("an answer").unwrap_or_default();
    assert_eq!(text, HALF);
    let code = recovery_code(&laptop, &app).await;

    // One entry in the calendar, five days before the deletion.
    go(&laptop, &app, "/session").await;
    let page = main_text(&laptop).await;
    assert!(page.contains("22 October 2026"), "{page}");
    click(&laptop, "main a[href='/session/reminder.ics']").await;
    let (_, calendar) = laptop.downloaded().await;
    let calendar = String::from_utf8(calendar).expect("UTF-8");
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 1);
    assert!(calendar.contains("DTSTART:20261017T"), "{calendar}");
    assert!(!calendar.contains(&card), "it opens nothing: {calendar}");

    // Three weeks later, at another computer. The code is worth nothing after that; a new one takes its place.
    app.pass(TimeDelta::days(21));
    type_code(&lab, &app, &code).await;
    wait_to_read(&lab, "Open these cards here?").await;
    click(&lab, "main button.primary").await;
    wait_to_read(&lab, "Your new recovery code").await;
    let page = main_text(&lab).await;
    assert!(
        page.contains("You came back with 9 days left; now kept until 12 November 2026."),
        "{page}"
    );
    let new = find(&lab, ".code-word").await.text().await.expect("a code");
    assert_ne!(new, code);
    go(&lab, &app, &section).await;
    let page = main_text(&lab).await;
    assert!(page.contains("Caveats and recommendations"), "{page}");
    go(&lab, &app, "/session").await;
    let page = main_text(&lab).await;
    assert!(
        page.contains("12 November 2026"),
        "the visit has moved the date: {page}"
    );
    let visitor = Chromium::start(Script::Off).await.expect("a third browser");
    type_code(&visitor, &app, &code).await;
    wait_to_read(&visitor, "It opens nothing").await;
    // Whoever does not own the card does not move its date.
    app.pass(TimeDelta::days(18));
    go(&visitor, &app, &card).await;
    wait_to_read(&visitor, "404").await;

    // After thirty days without a visit nothing is left.
    app.pass(TimeDelta::days(13));
    app.sweep().await;
    for browser in [&laptop, &lab] {
        go(browser, &app, &card).await;
        wait_to_read(browser, "404").await;
    }
    type_code(&visitor, &app, &new).await;
    wait_to_read(&visitor, "It opens nothing").await;
    for table in ["model_cards", "card_section_data", "card_revisions", "link_codes"] {
        assert_eq!(app.rows(table).await, 0, "{table}");
    }
    assert_eq!(app.upload_folders(), 0);
    for browser in [laptop, lab, visitor] {
        browser.quit().await;
    }
}

#[tokio::test]
async fn story_3_three_weeks_and_another_computer() {
    story(TestApp::start().await).await;
}

#[tokio::test]
async fn story_3_three_weeks_and_another_computer_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        story(app).await;
    }
}
