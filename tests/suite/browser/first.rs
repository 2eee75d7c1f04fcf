//! Story 2: the first card ever, from nothing, by the short path.

use super::saving::{click, script, type_into, wait_for_state};
use super::{click_to, find, main_text, path};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script, wait_for};

/// What is written, by section and control.
const ANSWERS: [(&str, &[(&str, &str)]); 5] = [
    (
        "model-details",
        &[
            ("#f-0", "Lake ice watcher"),
            ("#f-1", "Tells from a photograph whether a lake is frozen."),
            ("#f-3-0-0", "Lake group"),
            ("#f-3-0-1", "ice@example.org"),
            ("#f-4-0-0", "Apache-2.0"),
        ],
    ),
    (
        "intended-use",
        &[
            ("#f-0-0", "Planning a crossing on the day before."),
            ("#f-1", "Not for driving on ice."),
        ],
    ),
    (
        "training-data",
        &[
            ("#f-0-0-1", "Lakes 2024"),
            ("#f-0-0-3", "4,200 photographs of 31 lakes."),
        ],
    ),
    (
        "quantitative-analyses",
        &[("#f-0-0-0", "accuracy"), ("#f-0-0-1", "0.93")],
    ),
    ("caveats-and-recommendations", &[]),
];

async fn go(browser: &Chromium, app: &TestApp, path: &str) {
    let address = format!("{}{path}", app.origin());
    browser.driver.goto(address).await.expect("a page");
}

async fn assert_reads(browser: &Chromium, text: &str) {
    let page = main_text(browser).await;
    assert!(page.contains(text), "{text:?} is not in {page}");
}

/// The licence is picked among the SPDX names.
async fn offers_licence(browser: &Chromium) {
    script(browser, "document.querySelector('#f-4-0-0').focus();").await;
    wait_for("Apache-2.0 among the suggestions", async || {
        let code = "const list = document.querySelector('#f-4-0-0').list;
            return Array.from(list.options, (option) => option.value).includes('Apache-2.0');";
        (script(browser, code).await == true).then_some(())
    })
    .await;
}

async fn story(app: TestApp) {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    go(&browser, &app, "/").await;
    for there in [
        "On this server",
        "Until ",
        "This browser, by its cookie",
        "Delete my data",
    ] {
        assert_reads(&browser, there).await;
    }
    let chosen = find(&browser, "select[name=outline] option:checked").await;
    assert_eq!(chosen.text().await.expect("words"), "Short model card");
    click(&browser, "form:has(select[name=outline]) button").await;
    assert_reads(&browser, "0 of 10 questions answered").await;
    let card = path(&browser).await;

    // A finished example, and back.
    go(&browser, &app, "/").await;
    let example = find(&browser, "main a[href='/example']").await;
    click_to(&browser, &example, "/example").await;
    assert_reads(&browser, "wrist").await;
    go(&browser, &app, &card).await;
    assert_reads(&browser, "0 of 10 questions answered").await;

    for (section, answers) in ANSWERS {
        go(&browser, &app, &card).await;
        let link = find(&browser, &format!("main .ledger a[href$='/sections/{section}']")).await;
        click_to(&browser, &link, section).await;
        if section == "model-details" {
            offers_licence(&browser).await;
        }
        for (control, text) in answers {
            type_into(&browser, control, *text).await;
        }
        match section {
            "model-details" => {
                let question = ".question:has(#f-2)";
                click(&browser, &format!("{question} details.instead summary")).await;
                click(&browser, &format!("{question} option[value='not-known']")).await;
            }
            "caveats-and-recommendations" => {
                click(&browser, ".question:has(#f-0-0) details:not(.instead) summary").await;
                assert_reads(&browser, "As with all AI models, results may be inaccurate.").await;
                // Far too long, which is a hint and no error.
                let long = "Snow hides the ice. ".repeat(75);
                let put = format!(
                    "const box = document.querySelector('#f-0-0');
                    box.focus(); box.value = '{}';
                    box.dispatchEvent(new Event('input', {{bubbles: true}}));",
                    long.trim()
                );
                script(&browser, &put).await;
                type_into(&browser, "#f-0-0", " So does rain.").await;
                wait_for("the hint", async || {
                    let hint = find(&browser, "[data-words]").await.text().await.ok()?;
                    (hint == "303 words. About 100 are enough for most readers; nothing is cut.").then_some(())
                })
                .await;
            }
            _ => {}
        }
        wait_for_state(&browser, "saved").await;
    }

    go(&browser, &app, &card).await;
    assert_reads(&browser, "9 of 10 questions answered, 1 marked not known yet").await;
    // The full card asks the same ten, and has their answers in place.
    click(&browser, "select#outline option[value=full]").await;
    click(&browser, "form:has(select#outline) button").await;
    go(&browser, &app, &card).await;
    assert_reads(&browser, "9 of ").await;
    go(&browser, &app, &format!("{card}/sections/intended-use")).await;
    let there = script(
        &browser,
        "return Array.from(document.querySelectorAll('#section-form input, #section-form textarea'), (one) => one.value);",
    )
    .await;
    for answer in ["Planning a crossing on the day before.", "Not for driving on ice."] {
        let is_there = there
            .as_array()
            .is_some_and(|values| values.iter().any(|value| value == answer));
        assert!(is_there, "{answer:?} is not in {there}");
    }

    // As a page of its own, which asks nobody for anything.
    go(&browser, &app, &format!("{card}/download")).await;
    let origin = app.origin();
    for url in browser.requests().await {
        assert!(url.starts_with(origin), "a page asked for {url}");
    }
    click(&browser, "main a[href$='/download/html']").await;
    let (name, _) = browser.downloaded().await;
    let file = format!("file://{}", browser.downloads.join(&name).display());
    browser.driver.goto(&file).await.expect("the page opens");
    let title = browser.driver.title().await.expect("a title");
    assert_eq!(title, "Lake ice watcher · Model card");
    assert_reads(&browser, "Not for driving on ice.").await;
    let language = script(&browser, "return document.documentElement.lang;").await;
    assert_eq!(language, "en");
    let asked: Vec<String> = browser.requests().await;
    assert!(
        asked
            .iter()
            .all(|url| url.starts_with("file:") || url.starts_with(origin)),
        "{asked:?}"
    );
    browser.quit().await;
}

#[tokio::test]
async fn story_2_the_first_card_from_nothing() {
    story(TestApp::start().await).await;
}

#[tokio::test]
async fn story_2_the_first_card_from_nothing_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        story(app).await;
    }
}
