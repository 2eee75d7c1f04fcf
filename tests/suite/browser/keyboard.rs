//! Story 4: a whole card with the keyboard alone, with script and without, on both databases; narrow, and with large text.

use serde_json::json;
use thirtyfour::Key;
use thirtyfour::prelude::*;

use super::{find, main_text, path, picture};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script, wait_for};

/// The card that is brought: an overview, a dataset, and limits.
const CARD: &str = r#"{"format": "cartellino", "version": 1, "outline": "full", "sections": [
    {"key": "model-details", "title": "Model details", "fields": [
        {"id": "model-details.name", "label": "Name", "value": "Otter counter"}]},
    {"key": "training-data", "title": "Training data", "fields": [
        {"id": "training-data.datasets", "label": "Datasets used", "value": [{"name": "COCO"}]}]}]}"#;

/// No page has more stops.
const MOST_STOPS: usize = 250;

/// What has the focus: whether a selector fits it, whether it can be seen that it has, and where it stands.
const FOCUSED: &str = "
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
        fits: element.matches(arguments[0]),
        isBody: element === document.body,
        isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
        isInside: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
        what: element.outerHTML.slice(0, 160),
    };";

/// What does not fit: the width of the page, and words that are cut off.
const FIT: &str = "
    const page = document.documentElement;
    const cut = Array.from(document.querySelectorAll('main :is(h1, h2, h3, label, legend, button, a, p, dt, dd)'))
        .filter((element) => getComputedStyle(element).overflow !== 'visible' && !element.closest('.visually-hidden')
            && element.scrollWidth > element.clientWidth + 1)
        .map((element) => element.outerHTML.slice(0, 120));
    return { over: page.scrollWidth - innerWidth, cut };";

/// Somebody at the keyboard.
struct Hands {
    browser: Chromium,
    origin: String,
}

impl Hands {
    async fn focused(&self, css: &str) -> serde_json::Value {
        let found = self.browser.driver.execute(FOCUSED, vec![json!(css)]).await;
        found.expect("something has the focus").json().clone()
    }

    async fn has_focus(&self, css: &str) {
        wait_for(&format!("the focus on {css}"), async || {
            let found = self.browser.driver.execute(FOCUSED, vec![json!(css)]).await.ok()?;
            (found.json()["fits"] == json!(true)).then_some(())
        })
        .await;
    }

    async fn key(&self, keys: impl Into<thirtyfour::TypingData>) {
        let keys = self.browser.driver.action_chain().send_keys(keys);
        keys.perform().await.expect("keys can be pressed");
    }

    /// Goes on by Tab until this has the focus; at each stop one sees where one is.
    async fn tab_to(&self, css: &str) {
        for _ in 0..MOST_STOPS {
            self.key(Key::Tab).await;
            let now = self.focused(css).await;
            if now["isBody"] != json!(true) {
                assert_eq!(now["isSeen"], json!(true), "nothing shows the focus: {now}");
                assert_eq!(now["isInside"], json!(true), "out of sight: {now}");
            }
            if now["fits"] == json!(true) {
                return;
            }
        }
        panic!("Tab never leads to {css} on {}", path(&self.browser).await);
    }

    /// Presses the button that has the focus. With Enter, the rest of the keystroke would go to the next page.
    async fn press(&self) {
        self.key(" ").await;
    }

    /// Presses Enter and waits for a page whose address ends so.
    async fn enter(&self, ending: &str) {
        self.key(Key::Enter).await;
        wait_for(&format!("a page ending in {ending}"), async || {
            path(&self.browser).await.ends_with(ending).then_some(())
        })
        .await;
        find(&self.browser, "main h1").await;
    }

    /// Types over what has the focus.
    async fn write(&self, text: &str) {
        let all = self.browser.driver.action_chain().key_down(Key::Control);
        let all = all.send_keys("a").key_up(Key::Control);
        all.perform().await.expect("keys can be pressed");
        self.key(text).await;
    }

    async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        self.browser.driver.goto(url).await.expect("a page");
    }

    async fn wait_to_read(&self, text: &str) {
        super::wait_to_read(&self.browser, text).await;
    }

    /// The page needs no more room than there is: on a telephone, and with letters of twice the size.
    async fn fits(&self, name: &str) {
        let driver = &self.browser.driver;
        for (width, size) in [(320, "100%"), (1280, "200%")] {
            self.browser.width(width).await;
            let set = format!("document.documentElement.style.fontSize = '{size}'");
            driver.execute(set, Vec::new()).await.expect("the size can be set");
            let found = driver.execute(FIT, Vec::new()).await.expect("a measure").json().clone();
            picture(&self.browser, &format!("story-4-{name}-{width}")).await;
            assert!(
                found["over"].as_i64() <= Some(0),
                "{name} at {width} pixels, {size}: {found}"
            );
            assert_eq!(found["cut"], json!([]), "{name} at {width} pixels, {size}");
        }
        let back = "document.documentElement.style.fontSize = ''";
        driver.execute(back, Vec::new()).await.expect("the size can be set");
    }

    async fn title(&self) -> String {
        self.browser.driver.title().await.expect("a title")
    }
}

async fn story_4(app: TestApp, script: Script) {
    let Some(browser) = Chromium::start(script).await else {
        return;
    };
    let hands = Hands {
        browser,
        origin: app.origin().to_owned(),
    };
    let file = app.folder().join("otter.json");
    std::fs::write(&file, CARD).expect("a file to bring");

    // From the address bar: the skip link, then the main part, the file, and the card.
    hands.go("/").await;
    hands.fits("home").await;
    hands.key(Key::Tab).await;
    assert_eq!(hands.focused("a.skip").await["fits"], json!(true), "the first stop");
    hands.key(Key::Enter).await;
    hands.has_focus("main").await;
    hands.tab_to("input[type=file][name=file]").await;
    let control = hands.browser.driver.active_element().await.expect("the control");
    let chosen = control.send_keys(file.display().to_string()).await;
    chosen.expect("a file can be chosen");
    hands.tab_to("form:has(#file) button.primary").await;
    hands.enter("/import").await;
    hands.fits("import").await;
    let card = path(&hands.browser).await.trim_end_matches("/import").to_owned();

    // A row more: the cursor is in it; a row less: one is at its list.
    hands.go(&format!("{card}/sections/training-data")).await;
    hands.tab_to("button[value='more f.0']").await;
    hands.press().await;
    hands.wait_to_read("Dataset 2").await;
    hands.has_focus("[id^='f-0-1']").await;
    hands.key("Otters of the Elbe").await;
    hands.fits("row").await;
    hands.tab_to("textarea, #section-form input").await;
    hands.tab_to("button[name=do][value=save]:not(.visually-hidden)").await;
    hands.press().await;
    hands.wait_to_read("Dataset 2: Otters of the Elbe").await;
    hands.tab_to("button[value='remove f.0.0']").await;
    hands.press().await;
    hands.wait_to_read("The entry was removed").await;
    hands.has_focus("fieldset#f-0").await;
    hands.wait_to_read("Dataset 1: Otters of the Elbe").await;

    // A long answer: Tab leaves it, and its preview is beside it.
    hands.go(&format!("{card}/sections/caveats-and-recommendations")).await;
    hands.tab_to(".question:has([data-preview]) textarea").await;
    hands.write("Blind at *dusk*.").await;
    hands.tab_to("[data-preview]").await;
    hands.press().await;
    let shown = wait_for("the preview", async || {
        let prose = hands
            .browser
            .driver
            .find(By::Css(".proof:not([hidden]) em"))
            .await
            .ok()?;
        prose.text().await.ok()
    })
    .await;
    assert_eq!(shown, "dusk");
    match script {
        Script::On => {
            hands.has_focus("[data-preview][aria-expanded=true]").await;
            // It follows what is typed.
            let area = find(&hands.browser, ".question:has(.proof:not([hidden])) textarea").await;
            area.send_keys(" And at *dawn*.").await.expect("it can be typed into");
            wait_for("the newer preview", async || {
                let prose = hands
                    .browser
                    .driver
                    .find(By::Css(".proof:not([hidden]) .prose"))
                    .await
                    .ok()?;
                prose.text().await.ok()?.contains("And at dawn.").then_some(())
            })
            .await;
        }
        Script::Off => {
            hands.has_focus(".proof").await;
            assert!(
                main_text(&hands.browser)
                    .await
                    .contains("Nothing that you typed is saved yet")
            );
        }
    }
    hands.fits("preview").await;
    hands.tab_to("button[name=do][value=save]:not(.visually-hidden)").await;
    hands.press().await;
    hands.wait_to_read("was saved").await;

    // A wrong date: the title says so first, and the summary leads to the field; the other text is still there.
    hands.go(&format!("{card}/sections/model-details")).await;
    let asked = find(&hands.browser, "input[value='model-details.version_date']").await;
    let name = asked.attr("name").await.expect("an answer").expect("a name");
    let date = format!("#{}", name.trim_end_matches("~i").replace('.', "-"));
    hands.tab_to(&date).await;
    hands.write("31.02.2026").await;
    hands.tab_to("button[name=do][value=save]:not(.visually-hidden)").await;
    hands.press().await;
    hands.wait_to_read("There is a problem").await;
    assert!(hands.title().await.starts_with("Error: "), "{}", hands.title().await);
    if script == Script::On {
        hands.has_focus("#summary").await;
    }
    hands.fits("error").await;
    // Without script the way there is short: nothing of the form stands before it.
    hands
        .tab_to("#summary a, #section-form :is(input, textarea, select, button)")
        .await;
    assert_eq!(hands.focused("#summary a").await["fits"], json!(true));
    hands.key(Key::Enter).await;
    hands.has_focus(&format!("{date}[aria-invalid=true]")).await;
    let control = find(&hands.browser, &date).await;
    assert_eq!(
        control.prop("value").await.ok().flatten().as_deref(),
        Some("31.02.2026")
    );
    hands.write("2026-02-28").await;
    hands.tab_to("button[name=do][value=continue]").await;
    hands.press().await;
    hands.wait_to_read("was saved").await;
    assert!(!hands.title().await.starts_with("Error"), "{}", hands.title().await);

    // And home with it.
    hands.go(&format!("{card}/download")).await;
    hands.fits("download").await;
    hands.tab_to("main a[href$='/download/cartellino']").await;
    hands.key(Key::Enter).await;
    let (name, bytes) = hands.browser.downloaded().await;
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(name.ends_with(".json"), "{name}");
    for part in ["Otters of the Elbe", "Blind at *dusk*.", "2026-02-28", "Otter counter"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("COCO"), "{text}");
    hands.browser.quit().await;
}

#[tokio::test]
async fn story_4_a_card_with_the_keyboard_alone() {
    story_4(TestApp::start().await, Script::On).await;
}

#[tokio::test]
async fn story_4_a_card_with_the_keyboard_alone_and_without_script() {
    story_4(TestApp::start().await, Script::Off).await;
}

#[tokio::test]
async fn story_4_a_card_with_the_keyboard_alone_on_postgresql() {
    if let Some(app) = TestApp::start_on_postgres().await {
        story_4(app, Script::On).await;
    }
}

#[tokio::test]
async fn story_4_a_card_with_the_keyboard_alone_and_without_script_on_postgresql() {
    if let Some(app) = TestApp::start_on_postgres().await {
        story_4(app, Script::Off).await;
    }
}
