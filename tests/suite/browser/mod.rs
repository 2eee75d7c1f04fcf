//! The main path in a real Chromium, with and without script; `saving` is about work that is not lost, `asking` about a
//! section that somebody else writes, `keyboard` about doing without a mouse, `pipeline` about a card that a program began,
//! `operator` about who keeps the server.

mod asking;
mod destinations;
mod first;
mod keyboard;
mod languages;
mod operator;
mod pipeline;
mod repair;
mod saving;
mod weeks;

use std::path::PathBuf;

use thirtyfour::prelude::*;

use crate::harness::chromium::{Chromium, Script, wait_for};
use crate::harness::{TestApp, fixture};

const FILE: &str = "model-card-toolkit/v1-indent-2.json";
const FORMAT: &str = "model-card-toolkit-0.0.1";
/// The name in that file, and what the visitor makes of it.
const NAME: &str = "Lake ice watcher";
const NEW_NAME: &str = "Lake ice watcher, second winter";

fn file_to_upload(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(path)
}

/// The one element that a selector finds, once it is there.
async fn find(browser: &Chromium, css: &str) -> WebElement {
    wait_for(css, async || browser.driver.find(By::Css(css)).await.ok()).await
}

/// Where the browser is, without the origin.
async fn path(browser: &Chromium) -> String {
    let url = browser.driver.current_url().await.expect("an address");
    url.path().to_owned()
}

/// What can be read in the page's main part.
async fn main_text(browser: &Chromium) -> String {
    // The page may give way to the next one between finding and reading.
    wait_for("text in main", async || {
        let main = browser.driver.find(By::Css("main")).await.ok()?;
        main.text().await.ok()
    })
    .await
}

/// Clicks and waits until the browser is at an address that fits.
async fn click_to(browser: &Chromium, element: &WebElement, ending: &str) {
    element.scroll_into_view().await.expect("it can be shown");
    element.click().await.expect("it can be clicked");
    wait_for(&format!("a page ending in {ending}"), async || {
        path(browser).await.ends_with(ending).then_some(())
    })
    .await;
}

/// The control of the page that shows this text.
async fn control_showing(browser: &Chromium, text: &str) -> WebElement {
    for css in ["main form input", "main form textarea"] {
        for control in browser.driver.find_all(By::Css(css)).await.expect("controls") {
            if control.prop("value").await.ok().flatten().as_deref() == Some(text) {
                return control;
            }
        }
    }
    panic!("no control shows {text:?}: {}", main_text(browser).await)
}

/// Types over a control and sends its form by its first button.
async fn type_and_save(browser: &Chromium, old: &str, new: &str) {
    let control = control_showing(browser, old).await;
    control.clear().await.expect("it can be emptied");
    control.send_keys(new).await.expect("it can be typed into");
    let save = find(browser, "#section-form .actions button[value=save]").await;
    save.scroll_into_view().await.expect("it can be shown");
    save.click().await.expect("it can be clicked");
}

/// Uploads by the file control; returns the card's path.
async fn upload(browser: &Chromium, app: &TestApp, file: &str) -> String {
    browser.driver.goto(app.origin()).await.expect("the first page");
    let control = find(browser, "form[action='/cards'] input[type=file][name=file]").await;
    let path_on_disk = file_to_upload(file);
    control
        .send_keys(path_on_disk.display().to_string())
        .await
        .expect("a file can be chosen");
    if !path(browser).await.ends_with("/import") {
        let send = find(browser, "form[action='/cards']:has(input[type=file]) button").await;
        click_to(browser, &send, "/import").await;
    }
    path(browser).await.trim_end_matches("/import").to_owned()
}

/// Upload, import report, edit, save, two tabs, download.
async fn main_path(script: Script) {
    let Some(browser) = Chromium::start(script).await else {
        return;
    };
    let app = TestApp::start().await;
    let card = upload(&browser, &app, FILE).await;
    let report = main_text(&browser).await;
    assert!(report.contains("Model Card Toolkit JSON 0.0.1"), "{report}");

    let section = format!("{card}/sections/model-details");
    browser
        .driver
        .goto(format!("{}{card}", app.origin()))
        .await
        .expect("the card");
    let link = find(&browser, &format!("main a[href='{section}']")).await;
    click_to(&browser, &link, "/sections/model-details").await;

    // A second tab opens the same section before anything is saved.
    let first_tab = browser.driver.window().await.expect("a tab");
    let second_tab = browser.driver.new_tab().await.expect("another tab");
    browser
        .driver
        .switch_to_window(second_tab.clone())
        .await
        .expect("the other tab");
    browser
        .driver
        .goto(format!("{}{section}", app.origin()))
        .await
        .expect("the section");
    browser.driver.switch_to_window(first_tab).await.expect("the first tab");

    type_and_save(&browser, NAME, NEW_NAME).await;
    wait_for("the saved name in the title of the card", async || {
        let page = browser.driver.source().await.ok()?;
        page.contains(NEW_NAME).then_some(())
    })
    .await;

    browser
        .driver
        .switch_to_window(second_tab)
        .await
        .expect("the other tab");
    type_and_save(&browser, NAME, "From the second tab").await;
    wait_for("the page with both texts", async || {
        let page = browser.driver.source().await.ok()?;
        (page.contains(NEW_NAME) && page.contains("From the second tab")).then_some(())
    })
    .await;
    // Keep mine.
    let mine = find(&browser, "main form button[value=resolve]").await;
    mine.scroll_into_view().await.expect("it can be shown");
    mine.click().await.expect("it can be clicked");
    wait_for("the section as it was typed", async || {
        let page = browser.driver.source().await.ok()?;
        (page.contains("From the second tab") && !page.contains(NEW_NAME)).then_some(())
    })
    .await;

    browser
        .driver
        .goto(format!("{}{card}/download", app.origin()))
        .await
        .expect("the downloads");
    let link = find(&browser, &format!("main a[href$='/download/{FORMAT}']")).await;
    link.scroll_into_view().await.expect("it can be shown");
    link.click().await.expect("it can be clicked");
    let (name, bytes) = browser.downloaded().await;
    assert!(name.ends_with(".json"), "{name}");
    let expected = String::from_utf8(fixture(FILE))
        .expect("UTF-8")
        .replace(NAME, "From the second tab");
    assert!(
        bytes == expected.as_bytes(),
        "more than the name changed: {}",
        String::from_utf8_lossy(&bytes)
    );

    let origin = app.origin();
    for url in browser.requests().await {
        assert!(url.starts_with(origin), "a page asked for {url}");
    }
    let complaints = browser.complaints().await;
    let complaints: Vec<_> = complaints.iter().filter(|line| !line.contains("409")).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await;
}

#[tokio::test]
async fn the_main_path_with_script() {
    main_path(Script::On).await;
}

#[tokio::test]
async fn the_main_path_without_script() {
    main_path(Script::Off).await;
}

/// The width that a page needs, the elements that stand out, and where its links go.
const MEASURE: &str = "
    const wide = Array.from(document.querySelectorAll('main *'))
        .filter((element) => element.getBoundingClientRect().right > 320)
        .map((element) => `${element.tagName} ${element.id} ${element.className}`);
    return {
        width: Math.max(320, document.documentElement.scrollWidth),
        wide: wide.slice(0, 5),
        links: Array.from(document.links, (link) => link.href.split('#')[0]),
    };";

#[tokio::test]
async fn no_page_scrolls_sideways_on_a_telephone() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    upload(&browser, &app, "model-card-toolkit/v2-indent-4-crlf.json").await;
    upload(&browser, &app, "json/numbers.json").await;
    upload(&browser, &app, "markdown/lake-ice-crlf.md").await;
    browser.width(320).await;
    let mut waiting = vec![format!("{}/", app.origin())];
    let mut seen = waiting.clone();
    let mut wide = Vec::new();
    while let Some(url) = waiting.pop() {
        browser.driver.goto(&url).await.expect("a page");
        let found = browser.driver.execute(MEASURE, Vec::new()).await.expect("a measure");
        let found = found.json().clone();
        if found["width"].as_u64() != Some(320) {
            wide.push(format!("{url}: {found}"));
        }
        for target in found["links"].as_array().into_iter().flatten() {
            let target = target.as_str().unwrap_or_default().to_owned();
            let is_page =
                target.starts_with(app.origin()) && !target.contains("/download/") && !target.contains("/original");
            if is_page && !seen.contains(&target) {
                seen.push(target.clone());
                waiting.push(target);
            }
        }
    }
    assert!(seen.len() > 25, "the pages link each other: {seen:?}");
    // The finished page, as somebody opens it who was sent the file.
    let visitor = app.visitor();
    for path in ["json/numbers.json", FILE] {
        let card = visitor.card(path, &fixture(path)).await;
        let file = app.folder().join("finished.html");
        std::fs::write(&file, visitor.download(&card, "html").await).expect("it can be written");
        let url = format!("file://{}", file.display());
        browser.requests().await;
        browser.driver.goto(&url).await.expect("the finished page");
        let found = browser.driver.execute(MEASURE, Vec::new()).await.expect("a measure");
        if found.json()["width"].as_u64() != Some(320) {
            wide.push(format!("{path} as HTML: {}", found.json()));
        }
        assert_eq!(browser.requests().await, [url], "the finished page asks for nothing");
    }
    assert!(wide.is_empty(), "wider than 320 pixels: {wide:#?}");
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await;
}

/// What can be read now; `None` while the browser is on its way to another page.
async fn browser_text(browser: &Chromium) -> Option<String> {
    let main = browser.driver.find(By::Css("main")).await.ok()?;
    main.text().await.ok()
}

/// Waits until this can be read.
async fn wait_to_read(browser: &Chromium, text: &str) {
    wait_for(text, async || browser_text(browser).await?.contains(text).then_some(())).await;
}

/// Keeps a picture of the whole page where `CARTELLINO_PICTURES` names a folder, for somebody to look at.
async fn picture(browser: &Chromium, name: &str) {
    let Some(folder) = std::env::var_os("CARTELLINO_PICTURES").map(PathBuf::from) else {
        return;
    };
    let picture = browser.driver.screenshot_as_png().await.expect("a picture");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    std::fs::write(folder.join(format!("{name}.png")), picture).expect("it can be written");
}

/// Makes the browser show pages as on a telephone in the evening.
async fn dark_telephone(browser: &Chromium) {
    browser.width(320).await;
    let dark = serde_json::json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    let set = browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", dark).await;
    set.expect("the colours can be set");
}

async fn fits(browser: &Chromium, name: &str) {
    picture(browser, name).await;
    let found = browser.driver.execute(MEASURE, Vec::new()).await.expect("a measure");
    assert_eq!(found.json()["width"].as_u64(), Some(320), "{name}: {}", found.json());
}

#[tokio::test]
async fn r60_two_browsers_have_the_same_cards_until_one_is_signed_out() {
    let (Some(desk), Some(phone)) = (Chromium::start(Script::On).await, Chromium::start(Script::Off).await) else {
        return;
    };
    let app = TestApp::start().await;
    upload(&desk, &app, FILE).await;
    let go = async |browser: &Chromium, path: &str| {
        let url = format!("{}{path}", app.origin());
        browser.driver.goto(url).await.expect("a page");
    };
    dark_telephone(&phone).await;
    go(&phone, "/continue").await;
    fits(&phone, "continue-320-dark").await;

    go(&desk, "/session").await;
    picture(&desk, "session").await;
    let way = find(&desk, "main a[href='/session/continue']").await;
    click_to(&desk, &way, "/session/continue").await;
    picture(&desk, "continue").await;
    find(&desk, "main button.primary")
        .await
        .click()
        .await
        .expect("it can be clicked");
    let code = find(&desk, ".code-word").await.text().await.expect("a code");
    let link = find(&desk, ".passing a")
        .await
        .attr("href")
        .await
        .expect("an answer")
        .expect("a link");
    picture(&desk, "link").await;
    dark_telephone(&desk).await;
    fits(&desk, "link-320-dark").await;

    phone.driver.goto(&link).await.expect("the link");
    fits(&phone, "arrive-320-dark").await;
    find(&phone, "main button.primary")
        .await
        .click()
        .await
        .expect("it can be clicked");
    wait_to_read(&phone, NAME).await;
    fits(&phone, "arrived-320-dark").await;
    // Used: the code too.
    go(&desk, "/").await;
    let told = main_text(&desk).await;
    assert!(told.contains("A browser was added"), "{told}");
    fits(&desk, "told-320-dark").await;
    let away = find(&desk, "form[action='/session/notices'] button").await;
    away.click().await.expect("it can be clicked");
    wait_for("the page without the notice", async || {
        let main = browser_text(&desk).await?;
        (!main.contains("was added")).then_some(())
    })
    .await;
    assert_eq!(path(&desk).await, "/", "and back where it was");

    go(&desk, "/session/browsers").await;
    fits(&desk, "browsers-320-dark").await;
    let out = find(&desk, "main button[name=handle]").await;
    out.click().await.expect("it can be clicked");
    wait_to_read(&desk, "does not open your cards any more").await;
    go(&phone, "/").await;
    let told = main_text(&phone).await;
    assert!(
        told.contains("signed out from another browser") && !told.contains(NAME),
        "{told}"
    );
    fits(&phone, "signed-out-320-dark").await;

    // The phone begins a card of its own, comes again and is asked what happens with it.
    app.pass(chrono::TimeDelta::minutes(2));
    upload(&phone, &app, "json/indent-2.json").await;
    go(&desk, "/session/continue").await;
    find(&desk, "main button.primary")
        .await
        .click()
        .await
        .expect("it can be clicked");
    let again = find(&desk, ".code-word").await.text().await.expect("a code");
    assert_ne!(again, code);
    go(&phone, "/continue").await;
    find(&phone, "#code")
        .await
        .send_keys(again.to_lowercase())
        .await
        .expect("it can be typed");
    find(&phone, "main button.primary")
        .await
        .click()
        .await
        .expect("it can be clicked");
    find(&phone, "main input[value=apart]")
        .await
        .click()
        .await
        .expect("it can be chosen");
    fits(&phone, "choice-320-dark").await;
    find(&phone, "main button.primary")
        .await
        .click()
        .await
        .expect("it can be clicked");
    wait_to_read(&phone, "You also have 1 card from before").await;
    fits(&phone, "apart-320-dark").await;
    go(&desk, "/session/leave").await;
    fits(&desk, "leave-320-dark").await;
    go(&desk, "/session/recovery").await;
    find(&desk, "main button.primary")
        .await
        .click()
        .await
        .expect("it can be clicked");
    find(&desk, ".code-word").await;
    fits(&desk, "recovery-320-dark").await;
    for browser in [&desk, &phone] {
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
    }
    desk.quit().await;
    phone.quit().await;
}

/// Draws the picture of the README: `CARTELLINO_SCREENSHOTS=docs/screenshots cargo test screenshot`.
#[tokio::test]
async fn screenshot() {
    let Some(folder) = std::env::var_os("CARTELLINO_SCREENSHOTS").map(PathBuf::from) else {
        return;
    };
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    let card = upload(&browser, &app, FILE).await;
    browser
        .driver
        .goto(format!("{}{card}/sections/model-details", app.origin()))
        .await
        .expect("a page");
    let picture = browser.driver.screenshot_as_png().await.expect("a picture");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    std::fs::write(folder.join("section.png"), picture).expect("it can be written");
    browser.quit().await;
}
