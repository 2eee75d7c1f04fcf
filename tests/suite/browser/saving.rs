//! Story 5 and the typing half of story 3: the line that says what the server holds is compared with the database while
//! the server works, dies, hangs, and while the browser is offline.

use std::time::Instant;

use cartellino::db::{Db, DbConnection};
use diesel::RunQueryDsl as _;
use serde_json::{Value, json};
use thirtyfour::{Key, TypingData};

use super::{FILE, NAME, click_to, control_showing, file_to_upload, find, main_text, wait_to_read};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script, wait_for};
use crate::harness::program::Program;

const STATE: &str = "#save-state";
const SAVE: &str = "#section-form .actions button[value=save]";

/// Uploads a card and opens its first section; returns the section's address and the id of the control with the name.
async fn open(browser: &Chromium, origin: &str) -> (String, String) {
    browser.driver.goto(origin).await.expect("the first page");
    let control = find(browser, "input[type=file][name=file]").await;
    let file = file_to_upload(FILE).display().to_string();
    control.send_keys(file).await.expect("a file can be chosen");
    let send = find(browser, "form[action='/cards']:has(input[type=file]) button").await;
    click_to(browser, &send, "/import").await;
    let url = browser.driver.current_url().await.expect("an address");
    let section = url.as_str().replace("/import", "/sections/model-details");
    browser.driver.goto(&section).await.expect("the section");
    let control = control_showing(browser, NAME).await;
    let id = control.id().await.expect("an answer").expect("an id");
    (section, format!("#{id}"))
}

/// What the database holds of the section.
async fn stored(db: &Db) -> String {
    #[derive(diesel::QueryableByName)]
    struct Text {
        #[diesel(sql_type = diesel::sql_types::Text)]
        t: String,
    }
    let query = "SELECT value AS t FROM card_section_data WHERE section_key = 'model-details'";
    let query = diesel::sql_query(query);
    db.run(move |conn| {
        let text: Text = match conn {
            DbConnection::Sqlite(sqlite) => query.get_result(sqlite)?,
            DbConnection::Pg(pg) => query.get_result(pg)?,
        };
        Ok(text.t)
    })
    .await
    .expect("the database answers")
}

pub(super) async fn script(browser: &Chromium, code: &str) -> Value {
    let answer = browser.driver.execute(code, Vec::new()).await.expect("the script runs");
    answer.json().clone()
}

/// The state of the line.
pub(super) async fn state(browser: &Chromium) -> String {
    let line = find(browser, STATE).await;
    line.attr("data-state").await.ok().flatten().unwrap_or_default()
}

pub(super) async fn wait_for_state(browser: &Chromium, wanted: &str) {
    wait_for(&format!("the state {wanted}"), async || {
        (state(browser).await == wanted).then_some(())
    })
    .await;
}

pub(super) async fn type_into(browser: &Chromium, css: &str, text: impl Into<TypingData>) {
    find(browser, css)
        .await
        .send_keys(text)
        .await
        .expect("it can be typed into");
}

/// Whether the browser would ask before it leaves the page.
async fn warns(browser: &Chromium) -> bool {
    let code = "const leaving = new Event('beforeunload', {cancelable: true});
        dispatchEvent(leaving);
        return leaving.defaultPrevented;";
    script(browser, code).await == json!(true)
}

/// Whether the browser really asked before it left a page, since the last call.
async fn has_asked(browser: &Chromium) -> bool {
    let log = browser.driver.get_log("performance").await.expect("the log is kept");
    log.iter()
        .any(|entry| entry.message.contains("Page.javascriptDialogOpening"))
}

/// The line says that everything is saved, nobody is warned, and the database has the text.
async fn assert_saved(browser: &Chromium, db: &Db, text: &str) {
    wait_for_state(browser, "saved").await;
    let held = stored(db).await;
    assert!(
        held.contains(text),
        "the line says saved, but {text:?} is not in {held}"
    );
    assert!(
        find(browser, STATE)
            .await
            .text()
            .await
            .expect("words")
            .starts_with("Saved at ")
    );
    assert!(!warns(browser).await, "nothing is unsaved");
}

/// The line says this, leaving is warned of, and the database does not have the text.
async fn assert_not_saved(browser: &Chromium, db: &Db, wanted: &str, words: &str, text: &str) {
    wait_for_state(browser, wanted).await;
    let held = stored(db).await;
    assert!(
        !held.contains(text),
        "the line says {wanted}, but {text:?} is in {held}"
    );
    let line = find(browser, STATE).await.text().await.expect("words");
    assert_eq!(line, words);
    assert!(warns(browser).await, "{wanted}: leaving would lose {text:?}");
}

/// Timers never fire: what is saved now is not saved by the pause after the last key.
async fn stop_timers(browser: &Chromium) {
    script(browser, "window.setTimeout = () => 0;").await;
}

pub(super) async fn click(browser: &Chromium, css: &str) {
    let element = find(browser, css).await;
    element.scroll_into_view().await.expect("it can be shown");
    element.click().await.expect("it can be clicked");
}

async fn typing(app: TestApp) {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let tokyo = json!({"timezoneId": "Asia/Tokyo"});
    let set = browser
        .driver
        .cdp()
        .send_raw("Emulation.setTimezoneOverride", tokyo)
        .await;
    set.expect("a time zone can be set");
    let (section, name) = open(&browser, app.origin()).await;
    assert_saved(&browser, &app.db, NAME).await;
    // 14:13 in UTC on the day on which all stories begin.
    let line = find(&browser, STATE).await.text().await.expect("words");
    assert_eq!(line, "Saved at 23:13, 21 September 2026");

    stop_timers(&browser).await;
    type_into(&browser, &name, " alpha").await;
    assert_not_saved(&browser, &app.db, "unsaved", "Not saved yet", " alpha").await;
    // Leaving the field.
    type_into(&browser, &name, Key::Tab + "").await;
    assert_saved(&browser, &app.db, " alpha").await;
    // Taken back and typed again: nothing differs, so nothing is unsaved.
    type_into(&browser, &name, "!").await;
    assert_eq!(state(&browser).await, "unsaved");
    type_into(&browser, &name, Key::Backspace + "").await;
    assert_saved(&browser, &app.db, " alpha").await;
    // The shortcut.
    type_into(&browser, &name, " beta").await;
    assert_not_saved(&browser, &app.db, "unsaved", "Not saved yet", " beta").await;
    type_into(&browser, &name, Key::Control + "s").await;
    assert_saved(&browser, &app.db, " alpha beta").await;
    assert_eq!(
        find(&browser, STATE)
            .await
            .attr("aria-live")
            .await
            .ok()
            .flatten()
            .as_deref(),
        Some("polite")
    );

    // The pause after the last key.
    browser.driver.refresh().await.expect("the page again");
    type_into(&browser, &name, " gamma").await;
    assert_saved(&browser, &app.db, " alpha beta gamma").await;
    assert_eq!(app.rows("card_revisions").await, 1, "the history is not flooded");

    // A link waits until all is saved.
    type_into(&browser, &name, " delta").await;
    let link = find(&browser, "nav[aria-label='This card'] a[href$='/preview']").await;
    click_to(&browser, &link, "/preview").await;
    assert!(stored(&app.db).await.contains(" alpha beta gamma delta"));
    // And what was typed mid-sentence when the page went away is there on the next day.
    browser.driver.goto(&section).await.expect("the section");
    type_into(&browser, &name, " and then").await;
    browser.driver.goto(app.origin()).await.expect("the first page");
    wait_for("the half sentence", async || {
        stored(&app.db).await.contains(" delta and then").then_some(())
    })
    .await;
    app.pass(chrono::TimeDelta::days(1));
    browser.driver.refresh().await.expect("the first page again");
    let main = main_text(&browser).await;
    assert!(
        main.contains("Lake ice watcher alpha beta gamma delta and then"),
        "{main}"
    );
    browser.driver.goto(&section).await.expect("the section");
    control_showing(&browser, "Lake ice watcher alpha beta gamma delta and then").await;
    assert!(
        !find(&browser, "#kept-text")
            .await
            .is_displayed()
            .await
            .expect("an answer"),
        "it arrived"
    );
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await;
}

#[tokio::test]
async fn story_3_what_is_typed_is_saved_by_itself() {
    typing(TestApp::start().await).await;
}

#[tokio::test]
async fn story_3_what_is_typed_is_saved_by_itself_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        typing(app).await;
    }
}

/// A server of its own that can be killed and come back at the same address.
struct Site {
    folder: tempfile::TempDir,
    program: Option<Program>,
    origin: String,
    db: Db,
}

impl Site {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = Program::start(folder.path(), &[]);
        let address = format!("sqlite://{}", folder.path().join("cartellino.db").display());
        let address = cartellino::config::Options::from_flags(["--database-url", address.as_str()])
            .expect("a flag")
            .check()
            .expect("settings")
            .database_url;
        Self {
            origin: program.origin.clone(),
            db: Db::open(&address).expect("the database opens"),
            program: Some(program),
            folder,
        }
    }

    fn signal(&self, name: &str) {
        self.program.as_ref().expect("it runs").signal(name);
    }

    fn kill(&mut self) {
        drop(self.program.take());
    }

    fn restart(&mut self) {
        let listen = self.origin.trim_start_matches("http://");
        self.program = Some(Program::start(self.folder.path(), &[("LISTEN", listen)]));
    }
}

const FAILED: &str = "Not saved, trying again";

#[tokio::test]
async fn story_5_a_dead_server_is_told_and_the_text_is_offered_back() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let mut site = Site::start();
    let (section, name) = open(&browser, &site.origin).await;
    type_into(&browser, &name, " before").await;
    assert_saved(&browser, &site.db, " before").await;

    site.kill();
    let began = Instant::now();
    type_into(&browser, &name, " during").await;
    wait_for_state(&browser, "failed").await;
    assert!(began.elapsed().as_secs() < 5, "told after {:?}", began.elapsed());
    assert_not_saved(&browser, &site.db, "failed", FAILED, " during").await;
    let alarm = find(&browser, "#save-alarm").await;
    assert_eq!(alarm.attr("role").await.ok().flatten().as_deref(), Some("alert"));
    assert!(
        alarm
            .text()
            .await
            .expect("words")
            .contains("The server does not answer")
    );
    // It comes back, and everything is saved without anybody doing anything.
    site.restart();
    assert_saved(&browser, &site.db, " before during").await;
    assert_eq!(alarm.text().await.expect("words"), "");

    has_asked(&browser).await;
    browser.driver.refresh().await.expect("the page again");
    assert!(!has_asked(&browser).await, "everything is saved");

    // This time the page is gone when it comes back.
    site.kill();
    type_into(&browser, &name, " alone").await;
    assert_not_saved(&browser, &site.db, "failed", FAILED, " alone").await;
    browser.driver.goto("about:blank").await.expect("another page");
    assert!(has_asked(&browser).await, "something is not saved");
    site.restart();
    browser.driver.goto(&section).await.expect("the section");
    wait_to_read(&browser, "that the server did not confirm").await;
    assert_saved(&browser, &site.db, " before during").await;
    assert!(!stored(&site.db).await.contains(" alone"));
    click(&browser, "#kept-text summary").await;
    wait_to_read(&browser, " before during alone").await;
    click(&browser, "#kept-text button[name=do]").await;
    wait_for("the text in its place", async || {
        let value = find(&browser, &name).await.prop("value").await.ok().flatten()?;
        value.ends_with(" alone").then_some(())
    })
    .await;
    assert_saved(&browser, &site.db, " before during alone").await;
    assert_eq!(script(&browser, "return localStorage.length").await, 0, "it arrived");

    // Somebody else in the same browser finds nothing of it.
    site.kill();
    type_into(&browser, &name, " secret").await;
    assert_not_saved(&browser, &site.db, "failed", FAILED, " secret").await;
    assert_eq!(script(&browser, "return localStorage.length").await, 1);
    browser.driver.goto("about:blank").await.expect("another page");
    site.restart();
    let help = format!("{}/help", site.origin);
    browser.driver.goto(help).await.expect("a page");
    browser.driver.delete_all_cookies().await.expect("no cookies");
    open(&browser, &site.origin).await;
    let page = browser.driver.source().await.expect("the page");
    assert!(!page.contains(" secret"));
    assert_eq!(
        script(&browser, "return localStorage.length").await,
        0,
        "gone from this browser"
    );
    browser.quit().await;
}

#[tokio::test]
async fn story_5_a_frozen_server_is_told_and_its_late_answer_is_no_conflict() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let site = Site::start();
    let (_, name) = open(&browser, &site.origin).await;
    site.signal("STOP");
    let began = Instant::now();
    type_into(&browser, &name, " glacial").await;
    wait_for_state(&browser, "failed").await;
    assert!(began.elapsed().as_secs() < 5, "told after {:?}", began.elapsed());
    assert_not_saved(&browser, &site.db, "failed", FAILED, " glacial").await;
    type_into(&browser, &name, " and on").await;
    site.signal("CONT");
    assert_saved(&browser, &site.db, " glacial and on").await;

    // An answer is lost on its way while somebody types on: what has arrived is not another tab's.
    let lost = format!(
        "const real = window.fetch;
        window.fetch = async (...request) => {{
            window.fetch = real;
            await real(...request);
            const control = document.querySelector('{name}');
            control.value += ' meanwhile';
            control.dispatchEvent(new Event('input', {{bubbles: true}}));
            throw new TypeError('the answer is lost');
        }};"
    );
    script(&browser, &lost).await;
    type_into(&browser, &name, " arrived").await;
    assert_saved(&browser, &site.db, " arrived meanwhile").await;
    browser.quit().await;
}

pub(super) async fn network(browser: &Chromium, is_offline: bool, latency: u32) {
    let conditions =
        json!({"offline": is_offline, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1});
    let cdp = browser.driver.cdp();
    cdp.send_raw("Network.enable", json!({}))
        .await
        .expect("the network can be watched");
    let set = cdp.send_raw("Network.emulateNetworkConditions", conditions).await;
    set.expect("the network can be changed");
}

#[tokio::test]
async fn story_5_offline_is_told_and_made_up_for() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    let (_, name) = open(&browser, app.origin()).await;
    network(&browser, true, 0).await;
    assert_saved(&browser, &app.db, NAME).await;
    type_into(&browser, &name, " offline").await;
    assert_not_saved(&browser, &app.db, "offline", "Not saved: you are offline", " offline").await;
    wait_to_read(&browser, "it is saved when you are back").await;
    network(&browser, false, 0).await;
    assert_saved(&browser, &app.db, " offline").await;
    browser.quit().await;
}

#[tokio::test]
async fn there_is_never_more_than_one_save_on_its_way() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    let (_, name) = open(&browser, app.origin()).await;
    network(&browser, false, 300).await;
    browser.driver.get_log("performance").await.expect("the log is kept");
    for word in ["a", "b", "c", "d", "e"] {
        type_into(&browser, &name, word).await;
        type_into(&browser, &name, Key::Control + "s").await;
        type_into(&browser, &name, Key::Tab + "").await;
    }
    assert_saved(&browser, &app.db, "watcherabcde").await;
    let (mut on_their_way, mut sent) = (Vec::new(), 0);
    for entry in browser.driver.get_log("performance").await.expect("the log is kept") {
        let entry: Value = serde_json::from_str(&entry.message).expect("JSON");
        let (method, params) = (&entry["message"]["method"], &entry["message"]["params"]);
        let id = params["requestId"].as_str().unwrap_or_default().to_owned();
        if method == "Network.requestWillBeSent" && params["request"]["method"] == "POST" {
            on_their_way.push(id);
            sent += 1;
            assert_eq!(on_their_way.len(), 1, "two saves at once");
        } else if method == "Network.responseReceived" {
            on_their_way.retain(|other| *other != id);
        }
    }
    assert!((2..=6).contains(&sent), "{sent} saves");
    browser.quit().await;
}

#[tokio::test]
async fn story_5_two_tabs_meet_and_each_choice_does_what_it_says() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    for (choice, here, there) in [("mine", true, false), ("theirs", false, true), ("both", true, true)] {
        let app = TestApp::start().await;
        let (section, name) = open(&browser, app.origin()).await;
        let first = browser.driver.window().await.expect("a tab");
        let second = browser.driver.new_tab().await.expect("another tab");
        browser.driver.switch_to_window(second).await.expect("the other tab");
        browser.driver.goto(&section).await.expect("the section");
        browser
            .driver
            .switch_to_window(first.clone())
            .await
            .expect("the first tab");
        type_into(&browser, &name, " x").await;
        assert_saved(&browser, &app.db, "watcher x").await;
        let tabs = browser.driver.windows().await.expect("tabs");
        let second = tabs.into_iter().find(|tab| *tab != first).expect("two tabs");
        browser.driver.switch_to_window(second).await.expect("the other tab");
        type_into(&browser, &name, " y").await;
        assert_not_saved(&browser, &app.db, "conflict", "Not saved", "watcher y").await;
        let told = find(&browser, "#save-conflict").await;
        assert!(
            told.text()
                .await
                .expect("words")
                .contains("was changed in another tab at ")
        );
        // Typing goes on, and nothing is overwritten.
        type_into(&browser, &name, "z").await;
        click(&browser, "#save-conflict button").await;
        wait_to_read(&browser, "Lake ice watcher x").await;
        wait_to_read(&browser, "Lake ice watcher yz").await;
        click(&browser, &format!("main input[value={choice}]")).await;
        click(&browser, "main button[value=resolve]").await;
        find(&browser, STATE).await;
        assert_saved(&browser, &app.db, "Lake ice watcher").await;
        let held = stored(&app.db).await;
        assert_eq!(
            (held.contains("watcher yz"), held.contains("watcher x")),
            (here, there),
            "{choice}: {held}"
        );
        assert!(
            !find(&browser, "#kept-text")
                .await
                .is_displayed()
                .await
                .expect("an answer"),
            "it is settled"
        );
        // Whoever lost is among the earlier versions.
        let values = app.texts("SELECT value AS t FROM card_revisions").await.join(" ") + held.as_str();
        assert!(
            values.contains("watcher yz") && values.contains("watcher x"),
            "{values}"
        );
        browser.driver.close_window().await.expect("the tab closes");
        browser.driver.switch_to_window(first).await.expect("the first tab");
    }
    browser.quit().await;
}

#[tokio::test]
async fn rows_that_were_added_and_removed_save_by_themselves_too() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    let (section, _) = open(&browser, app.origin()).await;
    let blank = "fieldset.row:has(input[name$='~n']) input:not([type=hidden])";
    for owner in ["Third Owner", "Fourth Owner"] {
        let more = "button[value^='more ']:has(.visually-hidden)";
        script(&browser, &format!("[...document.querySelectorAll(\"{more}\")].find((button) => button.textContent.includes('owner')).click()")).await;
        type_into(&browser, blank, owner).await;
        assert_saved(&browser, &app.db, owner).await;
    }
    browser.driver.goto(&section).await.expect("the section");
    let third = control_showing(&browser, "Third Owner").await;
    third.send_keys(", typed").await.expect("it can be typed into");
    // Not saved yet: the button takes it along.
    script(&browser, "[...document.querySelectorAll('button[value^=\"remove \"]')].find((button) => button.textContent.includes('Third')).click()").await;
    wait_to_read(&browser, "The entry was removed.").await;
    assert!(!stored(&app.db).await.contains("Third Owner"));
    let overview = find(&browser, "#section-form textarea").await;
    overview.send_keys(" Typed since.").await.expect("it can be typed into");
    assert_saved(&browser, &app.db, "Typed since.").await;
    click(&browser, ".notice button[value^='undo ']").await;
    wait_to_read(&browser, "as it was before").await;
    assert_saved(&browser, &app.db, "Third Owner, typed").await;
    let held = stored(&app.db).await;
    assert!(held.contains("Fourth Owner") && held.contains("Typed since."), "{held}");
    browser.quit().await;
}

#[tokio::test]
async fn what_the_server_does_not_take_is_told_and_comes_back() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    let (_, name) = open(&browser, app.origin()).await;
    // Deleted elsewhere meanwhile.
    app.execute("DELETE FROM model_cards").await;
    type_into(&browser, &name, " homeless").await;
    wait_for_state(&browser, "refused").await;
    assert!(warns(&browser).await);
    click(&browser, SAVE).await;
    wait_to_read(&browser, "This section is not here any more").await;
    let texts = find(&browser, "main textarea").await.prop("value").await.ok().flatten();
    assert_eq!(texts.as_deref(), Some("Lake ice watcher homeless"));
    // Nothing of a card that is gone stays in the browser.
    browser.driver.goto(app.origin()).await.expect("the first page");
    wait_for("an empty browser", async || {
        (script(&browser, "return localStorage.length").await == 0).then_some(())
    })
    .await;
    browser.quit().await;
}
