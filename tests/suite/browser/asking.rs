//! Story 8: an engineer asks a clinician to write the hard section, by a link that opens it and nothing else.

use serde_json::json;
use thirtyfour::Key;

use super::saving::{click, network, script, state, type_into, wait_for_state};
use super::{FILE, NAME, click_to, dark_telephone, find, fits, main_text, picture, upload, wait_to_read};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script, wait_for};

const SECTION: &str = "caveats-and-recommendations";
/// The first box for long texts of the section, and its box for what the file says already.
const LONG: &str = "#section-form textarea";
const LIMIT: &str = "#section-form input[value='Polar night']";
const SAVE: &str = "#section-form .actions button[value=save]";

/// What the database holds of the section.
async fn held(app: &TestApp) -> String {
    let query = format!("SELECT value AS t FROM card_section_data WHERE section_key = '{SECTION}'");
    app.texts(&query).await.remove(0)
}

async fn assert_saved(browser: &Chromium, app: &TestApp, text: &str) {
    wait_for_state(browser, "saved").await;
    let held = held(app).await;
    assert!(
        held.contains(text),
        "the line says saved, but {text:?} is not in {held}"
    );
}

async fn story(app: TestApp) {
    let (Some(desk), Some(phone)) = (Chromium::start(Script::On).await, Chromium::start(Script::On).await) else {
        return;
    };
    let card = upload(&desk, &app, FILE).await;
    let section = format!("{}{card}/sections/{SECTION}", app.origin());
    desk.driver.goto(&section).await.expect("the section");
    let way = find(&desk, &format!("main a[href$='{SECTION}/links']")).await;
    assert_eq!(way.text().await.expect("words"), "Ask a colleague");
    click_to(&desk, &way, "/links").await;
    click(&desk, "main button[value=make]").await;
    let link = find(&desk, ".passing a").await;
    let link = link.attr("href").await.expect("an answer").expect("a link");
    picture(&desk, "section-link").await;
    let (_, word) = link.rsplit_once('/').expect("its word");

    // The clinician, on a telephone, without any cookie of ours.
    dark_telephone(&phone).await;
    phone.driver.goto(&link).await.expect("the link");
    fits(&phone, "guest-320-dark").await;
    let page = main_text(&phone).await;
    for there in [
        NAME,
        "Caveats and recommendations",
        "Known limits",
        "Where the model fails",
    ] {
        assert!(page.contains(there), "{there:?} is not in {page}");
    }
    click(&phone, ".example summary").await;
    wait_to_read(&phone, "Misses one of eight fractures").await;
    for elsewhere in ["Northern Lakes Group", "Municipal safety officers", "Somebody may walk"] {
        let source = phone.driver.source().await.expect("the page");
        assert!(!source.contains(elsewhere), "{elsewhere} is of another section");
    }
    assert!(phone.driver.get_all_cookies().await.expect("cookies").is_empty());
    assert_eq!(script(&phone, "return document.referrer").await, json!(""));

    // 150 words, while the line says what the server holds.
    let words: Vec<String> = (1..=150).map(|number| format!("word{number}")).collect();
    let words = words.join(" ");
    type_into(&phone, LONG, words.as_str()).await;
    assert_saved(&phone, &app, "word149 word150").await;
    let line = find(&phone, "#save-state").await.text().await.expect("words");
    assert!(line.starts_with("Saved at "), "{line}");
    type_into(&phone, LIMIT, " and fog").await;
    assert_eq!(state(&phone).await, "unsaved");
    type_into(&phone, LIMIT, Key::Tab + "").await;
    assert_saved(&phone, &app, "Polar night and fog").await;

    // In the lift: what does not arrive is kept, not under the word that opens the section, and offered back.
    network(&phone, true, 0).await;
    type_into(&phone, LONG, " underground").await;
    wait_for_state(&phone, "offline").await;
    assert!(!held(&app).await.contains("underground"));
    wait_for("the browser's copy", async || {
        (script(&phone, "return localStorage.length").await == 1).then_some(())
    })
    .await;
    let kept = script(&phone, "return JSON.stringify({...localStorage})")
        .await
        .to_string();
    assert!(kept.contains("underground") && !kept.contains(word), "{kept}");
    // The last try, on leaving, does not come through either, whenever the network is back.
    script(&phone, "window.fetch = () => Promise.reject(new TypeError())").await;
    phone.driver.goto("about:blank").await.expect("another page");
    network(&phone, false, 0).await;
    // Cards of the telephone's own and the link leave each other's copies alone.
    let own = upload(&phone, &app, "json/indent-2.json").await;
    let copy = format!(
        "localStorage.setItem(`cartellino ${{document.body.dataset.buffer}} mine`,
            JSON.stringify({{at: Date.now(), place: '{own}/sections/any', content: ''}}))"
    );
    script(&phone, &copy).await;
    phone.driver.goto(app.origin()).await.expect("the phone's own cards");
    find(&phone, "[data-cards]").await;
    assert_eq!(script(&phone, "return localStorage.length").await, 2);
    phone.driver.goto(&link).await.expect("the link");
    wait_to_read(&phone, "that the server did not confirm").await;
    assert_eq!(script(&phone, "return localStorage.length").await, 2);
    click(&phone, "#kept-text button[name=do]").await;
    wait_for("the text in its place", async || {
        let value = find(&phone, LONG).await.prop("value").await.ok().flatten()?;
        value.ends_with(" underground").then_some(())
    })
    .await;
    assert_saved(&phone, &app, "word150 underground").await;
    let left = script(&phone, "return Object.keys(localStorage).join()")
        .await
        .to_string();
    assert!(left.contains("mine") && !left.contains("link-"), "it arrived: {left}");

    // The engineer sees it and compares.
    desk.driver.goto(&section).await.expect("the section");
    wait_to_read(&desk, "Changed by section link, ").await;
    picture(&desk, "changed-by-link").await;
    let compare = find(&desk, "main .notice a[href*='version=']").await;
    compare.click().await.expect("it can be clicked");
    wait_to_read(&desk, "beside the present").await;
    wait_to_read(&desk, "word149 word150").await;
    wait_to_read(&desk, "2 fields differ").await;
    click(&desk, "main a[href$='/history']").await;
    wait_to_read(&desk, "Then, by section link").await;

    // Both write at once, and nothing is overwritten.
    desk.driver.goto(&section).await.expect("the section");
    find(&desk, "#save-state").await;
    type_into(&phone, LONG, " once more").await;
    assert_saved(&phone, &app, "underground once more").await;
    type_into(&desk, LONG, " edited").await;
    wait_for_state(&desk, "conflict").await;
    let told = find(&desk, "#save-conflict").await.text().await.expect("words");
    assert!(told.contains("was changed by section link at "), "{told}");
    click(&desk, "#save-conflict button").await;
    wait_to_read(&desk, "was changed by section link").await;
    click(&desk, "main input[value=theirs]").await;
    click(&desk, "main button[value=resolve]").await;
    assert_saved(&desk, &app, "underground once more").await;
    // Now the clinician's page is the one that is behind.
    type_into(&desk, LONG, " by her").await;
    assert_saved(&desk, &app, "once more by her").await;
    type_into(&phone, LONG, " by him").await;
    wait_for_state(&phone, "conflict").await;
    let told = find(&phone, "#save-conflict").await.text().await.expect("words");
    assert!(told.contains("was changed by whoever asked you at "), "{told}");
    click(&phone, "#save-conflict button").await;
    wait_to_read(&phone, "was changed by whoever asked you").await;
    fits(&phone, "guest-conflict-320-dark").await;
    click(&phone, "main input[value=both]").await;
    click(&phone, "main button[value=resolve]").await;
    assert_saved(&phone, &app, "once more by him").await;
    assert!(held(&app).await.contains("once more by her"));

    // Revoked: what is typed then is given back, and the link leads nowhere.
    desk.driver.goto(format!("{section}/links")).await.expect("the links");
    wait_to_read(&desk, "last saved with").await;
    dark_telephone(&desk).await;
    fits(&desk, "links-320-dark").await;
    click(&desk, "main .ledger button").await;
    wait_to_read(&desk, "is revoked").await;
    type_into(&phone, LONG, " too late").await;
    wait_for_state(&phone, "refused").await;
    click(&phone, SAVE).await;
    wait_to_read(&phone, "This link opens nothing any more").await;
    wait_to_read(&phone, "Known limits").await;
    fits(&phone, "gone-320-dark").await;
    let texts = find(&phone, "main textarea").await.prop("value").await.ok().flatten();
    assert!(texts.is_some_and(|text| !text.is_empty()));
    let source = phone.driver.source().await.expect("the page");
    assert!(source.contains("by him too late"), "the text comes back");
    phone.driver.goto(&link).await.expect("the link");
    wait_to_read(&phone, "Ask whoever sent it to you").await;
    assert!(!main_text(&phone).await.contains(NAME));
    assert!(!held(&app).await.contains("too late"));
    let complaints = desk.complaints().await;
    let complaints: Vec<_> = complaints.iter().filter(|line| !line.contains("409")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    for url in phone.requests().await {
        assert!(url.starts_with(app.origin()), "a page asked for {url}");
    }
    let cards = phone.driver.goto(format!("{}{own}", app.origin())).await;
    cards.expect("the phone's own card");
    wait_to_read(&phone, "Sections").await;
    desk.quit().await;
    phone.quit().await;
}

#[tokio::test]
async fn story_8_a_colleague_writes_the_hard_section() {
    story(TestApp::start().await).await;
}

#[tokio::test]
async fn story_8_a_colleague_writes_the_hard_section_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        story(app).await;
    }
}
