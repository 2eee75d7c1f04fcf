//! Choosing a language with script: names that were typed into small forms come back with the page.

use super::{click_to, find, path, upload};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script, wait_for};

#[tokio::test]
async fn names_that_were_typed_come_back_in_the_other_language() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    let card = upload(&browser, &app, "json/numbers.json").await;
    let page = format!("{}{card}", app.origin());
    browser.driver.goto(&page).await.expect("the card");
    let typed = async |name: &str| find(&browser, name).await.prop("value").await.expect("an answer");
    let (section, title) = (
        "form[action$='/sections'] input[name='title']",
        "form[action$='CARD'] input[name='title']",
    );
    let title = title.replace("CARD", &card);
    for (input, words) in [(section, "Rivers"), (&*title, "Otter counter")] {
        let script = format!("document.querySelector(\"{input}\").value = \"{words}\"");
        browser.driver.execute(script, Vec::new()).await.expect("it is typed");
    }
    let german = find(&browser, "footer button[value='de']").await;
    click_to(&browser, &german, &card).await;
    wait_for("the page in German", async || {
        let language = find(&browser, "html").await.attr("lang").await.ok()??;
        (language == "de").then_some(())
    })
    .await;
    assert_eq!(path(&browser).await, card);
    assert_eq!(typed(section).await.as_deref(), Some("Rivers"));
    assert_eq!(typed(&title).await.as_deref(), Some("Otter counter"));
    // Only once: who comes back later finds what is stored.
    browser.driver.refresh().await.expect("the page again");
    assert_eq!(typed(section).await.as_deref(), Some(""));
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await;
}
