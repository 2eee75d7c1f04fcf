//! What the state of a browser is used for: sentences after forms, the shared computer, the last card, the display.

use chrono::TimeDelta;
use reqwest::StatusCode;
use thirtyfour::prelude::*;

use crate::editing::{press, save, section_form};
use crate::harness::chromium::{Chromium, Script, wait_for};
use crate::harness::program::Program;
use crate::harness::{Answer, TestApp, Upload, Visitor};

const CARD: &[u8] = b"{\"name\": \"Lake ice\", \"Ethics\": {\"risk\": \"low\"}}";

/// What the page says has just happened.
fn told(page: &Answer) -> String {
    assert_eq!(page.status, StatusCode::OK, "{}: {}", page.path, page.text());
    page.page().texts("main .notice[role=status]").join(" ")
}

/// Sends the form of a page that has this button, with these values; returns the page that follows.
async fn send(visitor: &Visitor, path: &str, button: &str, values: &[(&str, &str)]) -> Answer {
    let page = visitor.get(path).await;
    let mut form = page
        .page()
        .find_form(|form| form.buttons.iter().any(|other| other.text.contains(button)));
    for (name, value) in values {
        form.set(name, value);
    }
    let answer = visitor.submit(&page, form.press(button)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    visitor.follow(answer).await
}

#[tokio::test]
async fn sentences_name_what_happened_and_survive_a_reload() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;

    let renamed = send(&visitor, &card, "Rename", &[("title", "Sea <b>ice</b>")]).await;
    assert_eq!(told(&renamed), "The card is now called “Sea <b>ice</b>”.");
    assert!(renamed.text().contains("“Sea &#60;b&#62;ice"), "it is escaped");
    assert_eq!(
        told(&visitor.get(&renamed.path).await),
        told(&renamed),
        "GET uses nothing up"
    );
    assert_eq!(told(&visitor.get(&card).await), "");
    assert_eq!(told(&visitor.get(&format!("{card}?told=nonsense")).await), "");

    let copied = send(&visitor, &card, "Duplicate", &[]).await;
    assert!(
        told(&copied).starts_with("The copy is called “Copy of Sea"),
        "{}",
        told(&copied)
    );
    let added = send(&visitor, &card, "Add section", &[("title", "Sources")]).await;
    assert_eq!(told(&added), "“Sources” was added at the end.");

    let ethics = format!("{card}/sections/ethics");
    let page = visitor.get(&ethics).await;
    let saved = save(&visitor, &page, &section_form(&page)).await;
    assert_eq!(told(&saved), "“Ethics” was saved.");
    let cleared = press(&visitor, &page, &mut section_form(&page), "Clear this section").await;
    assert!(
        told(&cleared).starts_with("“Ethics” was cleared."),
        "{}",
        told(&cleared)
    );
    let mut undo = cleared
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    let undone = visitor.submit(&cleared, undo.press("Undo")).await;
    assert_eq!(told(&visitor.follow(undone).await), "“Ethics” is as it was before.");

    let page = visitor.get(&ethics).await;
    let deleted = press(&visitor, &page, &mut section_form(&page), "Delete the section").await;
    assert!(told(&deleted).starts_with("“Ethics” was deleted."));
    let back = send(&visitor, &deleted.path, "Undo", &[]).await;
    assert_eq!(told(&back), "“Ethics” is back where it was.");

    let gone = send(&visitor, &format!("{card}/delete"), "Delete the card", &[]).await;
    let words = told(&gone);
    assert!(
        words.starts_with("The card is deleted, with ") && words.ends_with("One card is left."),
        "{words}"
    );
    assert!(words.contains(" and 1 file."), "{words}");
}

#[tokio::test]
async fn sentences_are_for_the_browser_that_they_were_left_for() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    let hers = anna.card("card.json", CARD).await;
    boris.card("card.json", CARD).await;
    let renamed = send(&anna, &hers, "Rename", &[("title", "Hers alone")]).await;
    let id = renamed.path.split_once("told=").unwrap().1;
    for page in ["/", "/session"] {
        let address = format!("{page}?told={id}");
        assert!(told(&anna.get(&address).await).contains("Hers alone"), "{page}");
        assert_eq!(told(&boris.get(&address).await), "");
        assert_eq!(told(&app.visitor().get(&address).await), "");
    }
}

#[tokio::test]
async fn r28_long_titles_do_not_fill_the_state() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;
    for number in 0..8 {
        let title = format!("{number}{}", "\"模😀\\".repeat(40));
        let renamed = send(&visitor, &card, "Rename", &[("title", &title)]).await;
        assert!(told(&renamed).contains(&format!("“{number}\"模")), "{}", told(&renamed));
        assert!(told(&renamed).ends_with("…”."));
    }
    assert_eq!(
        app.number("SELECT max(length(state)) AS n FROM session_keys").await / 4096,
        0
    );
    let switched = send(&visitor, "/session", "This computer is shared", &[]).await;
    assert!(told(&switched).contains("forgets you"), "there is room for choices");
}

#[tokio::test]
async fn r06_a_browser_without_cookies_is_told_and_gets_a_download() {
    let app = TestApp::start().await;
    let form = app.visitor().upload_form().await;
    // Each request as of a browser that has returned nothing yet.
    let file = Upload {
        name: "card.json",
        bytes: CARD,
    };
    let begun = app.visitor().post_multipart("/cards", &form, Some(file)).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER);
    let page = app.visitor().get(&begun.location()).await;
    assert_eq!(
        (page.status, page.page().heading().as_str()),
        (StatusCode::OK, "Your browser keeps no cookies")
    );
    assert!(
        !page.text().contains("Lake ice"),
        "nothing of the card is shown to whoever has the address"
    );

    let rows = app.rows("sessions").await;
    let mut form = page.page().find_form(|form| form.action == "/convert");
    for (format, start) in [("json", "{\"name\": \"Lake ice\""), ("html", "<!doctype html>")] {
        form.set("to", format);
        let answer = app.visitor().post_multipart("/convert", &form, Some(file)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(
            answer.text().starts_with(start) && answer.text().contains("Lake ice"),
            "{}",
            answer.text()
        );
        assert!(
            answer
                .header("content-disposition")
                .starts_with("attachment; filename=\"Lake-ice.")
        );
        assert_eq!(answer.header("set-cookie"), "");
    }
    let broken = Upload {
        name: "card.json",
        bytes: b"{",
    };
    for (file, to, status) in [
        (Some(broken), "json", StatusCode::UNPROCESSABLE_ENTITY),
        (Some(file), "docx", StatusCode::BAD_REQUEST),
        (None, "json", StatusCode::SEE_OTHER),
    ] {
        form.set("to", to);
        let answer = app.visitor().post_multipart("/convert", &form, file).await;
        assert_eq!(answer.status, status, "{to}");
    }
    assert_eq!(app.rows("sessions").await, rows, "nothing is kept");
}

/// What the head of a page says about the time that work is kept.
fn kept(page: &Answer) -> String {
    page.page().texts("header .kept").join(" ")
}

const SHARED: &str = "Kept until you close this browser, at the latest 12 hours after your last visit";

#[tokio::test]
async fn r23_a_shared_computer_is_forgotten_when_the_browser_closes() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;
    let page = visitor.get("/session").await;
    assert!(
        kept(&page).starts_with("Kept until 2") || kept(&page).contains("2026"),
        "{}",
        kept(&page)
    );
    let mut form = page.page().find_form(|form| form.action == "/session/computer");
    let switched = visitor.submit(&page, form.press("This computer is shared")).await;
    let cookie = switched.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with("sessionid=") && !cookie.contains("Max-Age"),
        "at once: {cookie}"
    );
    let page = visitor.follow(switched).await;
    assert!(told(&page).contains("12 hours"), "{}", told(&page));
    for path in ["/", "/session", &card, "/help", "/privacy", &format!("{card}/preview")] {
        assert_eq!(kept(&visitor.get(path).await), SHARED, "R25 {path}");
    }
    assert!(
        visitor
            .get("/")
            .await
            .page()
            .main()
            .contains("Until you close this browser")
    );

    // Activity keeps it, row and data alike, and its cookie stays without an age.
    app.pass(TimeDelta::hours(11));
    let touched = visitor.get(&card).await;
    assert_eq!(touched.status, StatusCode::OK);
    assert!(!touched.header("set-cookie").is_empty() && !touched.header("set-cookie").contains("Max-Age"));
    let together = "SELECT count(*) AS n FROM sessions s, session_keys k WHERE s.expires_at = k.expires_at";
    assert_eq!(app.number(together).await, 1, "the data go with the key");
    app.pass(TimeDelta::hours(12));
    assert_eq!(visitor.get(&card).await.status, StatusCode::NOT_FOUND);
    app.pass(TimeDelta::hours(2));
    assert_eq!(app.sweep().await.sessions, 1);
}

#[tokio::test]
async fn r23_switching_back_restores_thirty_days() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;
    send(&visitor, "/session", "This computer is shared", &[]).await;
    let page = visitor.get("/session").await;
    let form = page.page().find_form(|form| form.action == "/session/computer");
    let back = visitor.submit(&page, &form).await;
    assert!(back.header("set-cookie").contains("Max-Age=2592000"));
    assert!(told(&visitor.follow(back).await).contains("30 days"));
    app.pass(TimeDelta::days(29));
    let later = visitor.get(&card).await;
    assert_eq!(later.status, StatusCode::OK);
    assert!(
        kept(&later).contains("2026") || kept(&later).contains("2027"),
        "{}",
        kept(&later)
    );
}

#[tokio::test]
async fn r23_the_first_form_offers_the_switch() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let page = visitor.get("/").await;
    assert_eq!(
        page.page().all("input[type=checkbox][name=shared]").len(),
        2,
        "a file, or a blank card"
    );
    let mut form = visitor.upload_form().await;
    assert_eq!(form.value("shared"), None, "it is not chosen for anybody");
    form.set("shared", "1").set("text", "{ broken");
    let refused = visitor.post_multipart("/cards", &form, None).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.rows("sessions").await, 0);
    let mut again = refused.page().find_form(|form| form.value("text").is_some());
    assert_eq!(
        again.value("shared"),
        Some("1"),
        "a mistake in the file does not undo the choice"
    );
    again.set("text", "{\"name\": \"Mended\"}");
    let begun = visitor.post_multipart("/cards", &again, None).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER);
    assert!(
        !begun.header("set-cookie").contains("Max-Age"),
        "{}",
        begun.header("set-cookie")
    );
    let first = visitor.get("/").await;
    assert_eq!(kept(&first), SHARED);
    assert!(
        first.page().all("input[name=shared]").is_empty(),
        "now it is on the page about the session"
    );
}

/// The first action of the first page.
fn go_on(page: &Answer) -> Vec<String> {
    page.page().texts("main a.primary")
}

#[tokio::test]
async fn r26_the_last_card_is_remembered_and_written_once() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let one = visitor
        .card("one.json", b"{\"name\": \"One\", \"Ethics\": {\"risk\": \"low\"}}")
        .await;
    visitor.card("two.json", b"{\"name\": \"Two\"}").await;
    assert_eq!(go_on(&visitor.get("/").await), ["Go on with “Two”"]);

    let section = format!("{one}/sections/ethics");
    let page = visitor.get(&section).await;
    assert_eq!(
        go_on(&visitor.get("/").await),
        ["Go on with “Two”"],
        "looking is not working"
    );
    save(&visitor, &page, &section_form(&page)).await;
    assert_eq!(go_on(&visitor.get("/").await), ["Go on with “One”"]);
    let version = "SELECT version AS n FROM session_keys";
    let before = app.number(version).await;
    for _ in 0..3 {
        let page = visitor.get(&section).await;
        save(&visitor, &page, &section_form(&page)).await;
    }
    assert_eq!(app.number(version).await, before, "the same card again writes nothing");

    send(&visitor, &format!("{one}/delete"), "Delete the card", &[]).await;
    assert!(
        go_on(&visitor.get("/").await).is_empty(),
        "a deleted card is not offered"
    );
}

/// What the page tells the browser about its colours.
fn scheme(page: &Answer) -> String {
    let page = page.page();
    page.all("meta[name=color-scheme]")[0]
        .attr("content")
        .unwrap()
        .to_owned()
}

/// The same, and where its stylesheet has the dark ones.
async fn colours(visitor: &Visitor, page: &Answer) -> (String, Option<String>) {
    let scheme = scheme(page);
    let page = page.page();
    let sheets = page.all("link[rel=stylesheet]");
    assert_eq!(sheets.len(), 1);
    let sheet = sheets[0].attr("href").unwrap().to_owned();
    let sheet = visitor.get(&sheet).await.text();
    let (before, _) = match sheet.split_once(" {\n/* The dark colours;") {
        Some(parts) => parts,
        None => return (scheme, None),
    };
    let (_, media) = before.rsplit_once("@media ").unwrap();
    (scheme, Some(media.to_owned()))
}

#[tokio::test]
async fn the_display_is_chosen_and_kept() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let system = (
        "light dark".to_owned(),
        Some("screen and (prefers-color-scheme: dark)".to_owned()),
    );
    assert_eq!(colours(&visitor, &visitor.get("/").await).await, system);
    assert!(
        visitor
            .get("/session")
            .await
            .page()
            .main()
            .contains("cookie, as a card would be")
    );

    // As for everybody: nothing to keep.
    send(&visitor, "/session", "Keep this choice", &[]).await;
    assert_eq!(app.rows("sessions").await, 0);

    let dark = send(&visitor, "/session", "Keep this choice", &[("colours", "dark")]).await;
    assert_eq!(told(&dark), "Pages now look as you chose.");
    assert_eq!(app.rows("sessions").await, 1);
    let chosen = ("dark".to_owned(), Some("screen".to_owned()));
    for path in ["/", "/session", "/help", "/privacy"] {
        assert_eq!(colours(&visitor, &visitor.get(path).await).await, chosen, "{path}");
    }
    let missing = visitor.get("/cards/none").await;
    assert_eq!(
        (missing.status, colours(&visitor, &missing).await),
        (StatusCode::NOT_FOUND, chosen),
        "errors too"
    );

    send(&visitor, "/session", "Keep this choice", &[("colours", "light")]).await;
    assert_eq!(
        colours(&visitor, &visitor.get("/").await).await,
        ("light".to_owned(), None)
    );
    let other = app.visitor();
    assert_eq!(
        colours(&other, &other.get("/").await).await,
        system,
        "for one browser only"
    );
    let odd = visitor
        .post("/session/display", &[("colours".to_owned(), "purple".to_owned())])
        .await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);

    // Help folds away, and stays what describes the control.
    let form = visitor
        .get("/")
        .await
        .page()
        .find_form(|form| form.value("outline").is_some());
    let begun = visitor.post_multipart("/cards", &form, None).await;
    let section = visitor
        .sections(&crate::harness::card_of(&begun.location()))
        .await
        .remove(0);
    let open = visitor.get(&section).await.page();
    assert!(!open.all("p.hint").is_empty() && open.all("details.hint").is_empty());
    send(&visitor, "/session", "Keep this choice", &[("help", "folded")]).await;
    let folded = visitor.get(&section).await.page();
    assert_eq!(
        folded.texts("details.hint > p"),
        open.texts("#section-form .question p.hint[id$=-hint]")
    );
    assert!(folded.all("details.hint[open]").is_empty());
    for control in folded.all("#section-form [aria-describedby]") {
        for id in control.attr("aria-describedby").unwrap().split(' ') {
            assert_eq!(folded.all(&format!("[id='{id}']")).len(), 1, "{id}");
        }
    }
    send(
        &visitor,
        "/session",
        "Keep this choice",
        &[("help", "open"), ("colours", "system")],
    )
    .await;
    assert_eq!(colours(&visitor, &visitor.get("/").await).await, system);
    assert_eq!(
        app.rows("session_keys WHERE state LIKE '%display%'").await,
        0,
        "the default is not stored"
    );
}

#[tokio::test]
async fn r46_different_choices_at_the_same_time_are_both_kept() {
    let app = TestApp::start().await;
    for round in 0..6 {
        let visitor = app.visitor();
        visitor.card("card.json", CARD).await;
        let word = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let (dark, shared) = (word("colours", "dark"), word("shared", "1"));
        let (display, computer) = tokio::join!(
            visitor.post("/session/display", &dark),
            visitor.post("/session/computer", &shared),
        );
        assert_eq!(
            (display.status, computer.status),
            (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER)
        );
        let page = visitor.get("/session").await;
        assert_eq!(
            (scheme(&page).as_str(), kept(&page).as_str()),
            ("dark", SHARED),
            "round {round}"
        );
        for answer in [display, computer] {
            assert_ne!(told(&visitor.follow(answer).await), "", "both are told");
        }
    }
}

#[tokio::test]
async fn a_sentence_that_cannot_be_kept_does_not_undo_what_was_done() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;
    app.execute("CREATE TRIGGER full BEFORE UPDATE OF state ON session_keys BEGIN SELECT raise(ABORT, 'full'); END")
        .await;
    let renamed = send(&visitor, &card, "Rename", &[("title", "Sea ice")]).await;
    assert_eq!(
        (told(&renamed).as_str(), renamed.page().heading().as_str()),
        ("", "Sea ice")
    );
    // A choice is what the form is for, so it is said when that fails.
    let dark = visitor
        .post("/session/display", &[("colours".to_owned(), "dark".to_owned())])
        .await;
    assert_eq!(dark.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn r29_an_unreadable_state_costs_the_choices_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(folder.path(), &[]);
    let visitor = server.visitor();
    let card = visitor.card("card.json", CARD).await;
    send(&visitor, "/session", "Keep this choice", &[("colours", "dark")]).await;
    let url = format!("sqlite://{}", folder.path().join("cartellino.db").display());
    let db = cartellino::db::Db::open(&url).unwrap();
    for rubbish in ["", "{\"v\":9}", "[1,", "{\"values\":{\"display\":7,\"last\":{}}}"] {
        let sql = format!("UPDATE session_keys SET state = '{rubbish}'");
        let broken = db.run(move |conn| {
            use diesel::RunQueryDsl as _;
            let query = diesel::sql_query(sql);
            match conn {
                cartellino::db::DbConnection::Sqlite(sqlite) => query.execute(sqlite)?,
                cartellino::db::DbConnection::Pg(pg) => query.execute(pg)?,
            };
            Ok(())
        });
        broken.await.unwrap();
        for path in ["/", "/session", &card, &format!("{card}/sections/ethics"), "/?told=x"] {
            let page = visitor.get(path).await;
            assert_eq!(
                (page.status, scheme(&page).as_str()),
                (StatusCode::OK, "light dark"),
                "{rubbish} {path}"
            );
        }
    }
    assert_eq!(visitor.download(&card, "json").await, CARD);
    let again = send(&visitor, "/session", "Keep this choice", &[("colours", "dark")]).await;
    assert_eq!(scheme(&again), "dark");
    let page = visitor.get(&format!("{card}/sections/ethics")).await;
    save(&visitor, &page, &section_form(&page)).await;
    let log = server.stop();
    assert_eq!(log.matches("counts as empty").count(), 1, "{log}");
    assert!(!log.contains("a request failed"), "{log}");
}

/// Templates can only show what their struct holds, and none holds more than plain values.
#[test]
fn r66_no_template_holds_the_visitor_or_the_state() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")];
    let mut templates = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let structs = source
                .split("struct ")
                .skip(1)
                .map(|rest| rest.split("\n}").next().unwrap());
            templates += source.matches("#[derive(Template)]").count();
            for fields in structs.filter(|_| source.contains("#[derive(Template)]")) {
                for word in [
                    "Visitor",
                    "Beginner",
                    "Sessions",
                    "Browser",
                    "State,",
                    "SessionId",
                    "Expiry",
                ] {
                    assert!(!fields.contains(&format!(": {word}")), "{}: {fields}", path.display());
                }
            }
        }
    }
    assert!(templates > 15, "{templates} templates were looked at");
    // The session's own state cannot be named outside its room.
    let state = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/session/state.rs"));
    assert!(state.unwrap().contains("pub(super) struct State"));
}

#[tokio::test]
async fn the_switch_begins_nothing() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let page = visitor.get("/session").await.page();
    assert!(
        page.forms().iter().all(|form| form.action != "/session/computer"),
        "there is nothing to forget"
    );
    let posted = visitor
        .post("/session/computer", &[("shared".to_owned(), "1".to_owned())])
        .await;
    assert_eq!(posted.location(), "/session");
    assert_eq!(app.rows("sessions").await, 0);
}

/// What Chromium paints behind a page.
async fn ground(browser: &Chromium) -> String {
    let body = browser.driver.find(By::Css("body")).await.unwrap();
    body.css_value("background-color").await.unwrap()
}

#[tokio::test]
async fn the_chosen_colours_are_painted_whatever_the_system_says() {
    const LIGHT: &str = "rgba(236, 231, 221, 1)";
    const DARK: &str = "rgba(21, 18, 14, 1)";
    let Some(browser) = Chromium::start(Script::Off).await else {
        return;
    };
    let app = TestApp::start().await;
    let page = format!("{}/session", app.origin());
    for (system, by_system) in [("light", LIGHT), ("dark", DARK)] {
        let media = serde_json::json!({"features": [{"name": "prefers-color-scheme", "value": system}]});
        browser
            .driver
            .cdp()
            .send_raw("Emulation.setEmulatedMedia", media)
            .await
            .unwrap();
        for (choice, colour) in [("dark", DARK), ("light", LIGHT), ("system", by_system)] {
            browser.driver.goto(&page).await.unwrap();
            let css = format!("input[name=colours][value={choice}]");
            browser.driver.find(By::Css(css)).await.unwrap().click().await.unwrap();
            let keep = browser
                .driver
                .find(By::Css("form[action='/session/display'] button"))
                .await
                .unwrap();
            keep.click().await.unwrap();
            wait_for("the choice", async || {
                let chosen = format!("input[name=colours][value={choice}][checked]");
                let told = browser.driver.find(By::Css(chosen)).await.ok();
                (told.is_some() && ground(&browser).await == colour).then_some(())
            })
            .await;
        }
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.quit().await;
}

#[tokio::test]
async fn pages_with_choices_fit_a_telephone() {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    let app = TestApp::start().await;
    browser.driver.goto(app.origin()).await.unwrap();
    browser.width(320).await;
    let blank = "form:has(select[name=outline])";
    let shared = format!("{blank} input[name=shared]");
    browser
        .driver
        .find(By::Css(shared))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    let start = browser.driver.find(By::Css(format!("{blank} button"))).await.unwrap();
    start.click().await.unwrap();
    wait_for("the card", async || {
        let url = browser.driver.current_url().await.ok()?;
        url.path().starts_with("/cards/").then_some(())
    })
    .await;
    for path in ["/", "/session", "/cards/none"] {
        browser.driver.goto(format!("{}{path}", app.origin())).await.unwrap();
        browser.width(320).await;
        let wide = browser
            .driver
            .execute("return document.documentElement.scrollWidth", Vec::new())
            .await
            .unwrap();
        assert!(wide.json().as_i64().unwrap() <= 320, "{path} is {} wide", wide.json());
    }
    browser.quit().await;
}
