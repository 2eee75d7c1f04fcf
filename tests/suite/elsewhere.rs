//! The same cards in several browsers: coming in by a link or a code, bringing work along or keeping it apart, signing
//! out, leaving, a code on paper.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cartellino::cleanup::{self, Mode, Whose};
use cartellino::session::SessionId;
use cartellino::session::engine::{Browser, Engine as _, Lookup, Memory};
use cartellino::session::key::KeyHash;
use cartellino::uploads::Uploads;
use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Visitor};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const ANDROID: &str = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0";

/// Each engine that is here, and both databases.
async fn everywhere() -> Vec<TestApp> {
    let mut apps = vec![
        TestApp::start().await,
        TestApp::start_with(&["--session-engine", "memory"]).await,
    ];
    apps.extend(TestApp::start_on_postgres().await);
    apps
}

fn bytes(name: &str) -> Vec<u8> {
    format!("{{\"name\": \"{name}\", \"text\": \"about {name}\"}}").into_bytes()
}

async fn card(visitor: &Visitor, name: &str) -> String {
    visitor.card(&format!("{name}.json"), &bytes(name)).await
}

/// Presses the button of a page.
async fn press(visitor: &Visitor, page: &Answer, button: &str) -> Answer {
    let mut form = page
        .page()
        .find_form(|form| form.buttons.iter().any(|other| other.text.contains(button)));
    visitor.submit(page, form.press(button)).await
}

/// Makes a link; returns its path and the code.
async fn link(visitor: &Visitor) -> (String, String) {
    let page = visitor.get("/session/continue").await;
    let made = press(visitor, &page, "Make a link").await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let page = made.page();
    let link = page
        .links()
        .into_iter()
        .find(|link| link.contains("/continue/"))
        .expect("a link");
    let (_, path) = link.split_once("/continue/").expect("its path");
    let code = page.texts(".code-word").remove(0);
    (format!("/continue/{path}"), code)
}

/// The page that says what a typed code opens.
async fn look(visitor: &Visitor, code: &str) -> Answer {
    let page = visitor.get("/continue").await;
    let mut form = page.page().find_form(|form| form.action == "/continue");
    visitor.submit(&page, form.set("code", code)).await
}

/// Opens what a page offers, with this choice if it asks for one.
async fn enter(visitor: &Visitor, page: &Answer, then: Option<&str>) -> Answer {
    assert_eq!(page.status, StatusCode::OK, "{}", page.page().main());
    let mut form: Form = page.page().find_form(|form| form.value("code").is_some());
    if let Some(then) = then {
        form.set("then", then);
    }
    visitor.submit(page, &form).await
}

/// Comes into the work of another browser by a new link.
pub async fn follow(from: &Visitor, to: &Visitor, then: Option<&str>) {
    let (path, _) = link(from).await;
    let answer = enter(to, &to.get(&path).await, then).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
}

/// The titles on the first page.
async fn titles(visitor: &Visitor) -> Vec<String> {
    let mut titles = visitor.get("/").await.page().texts(".cards h2");
    titles.sort();
    titles
}

async fn main_of(visitor: &Visitor, path: &str) -> String {
    visitor.get(path).await.page().main()
}

#[tokio::test]
async fn whoever_comes_back_after_weeks_is_told_once_how_much_time_was_left() {
    const SAID: &str = "You came back with 8 days left; now kept until 12 November 2026.";
    for app in everywhere().await {
        let visitor = app.visitor();
        let card = card(&visitor, "otter").await;
        app.pass(TimeDelta::days(22));
        // A stranger is told nothing, and moves nothing.
        app.visitor().get(&card).await;
        let page = visitor.get(&card).await.page().text();
        assert!(page.contains(SAID), "{page}");
        let again = visitor.get("/").await.page().text();
        assert!(!again.contains("You came back"), "{again}");
        // After some days there is nothing to tell, although the date moves.
        app.pass(TimeDelta::days(10));
        let page = visitor.get("/").await.page().text();
        assert!(
            !page.contains("You came back") && page.contains("22 November 2026"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn r60_a_link_opens_the_cards_in_another_browser() {
    for app in everywhere().await {
        let (anna, phone) = (app.visitor_with(FIREFOX), app.visitor_with(ANDROID));
        let hers = card(&anna, "lake").await;
        let (path, code) = link(&anna).await;
        assert_eq!(path.len(), "/continue/".len() + 26, "128 bits");
        assert_eq!(code.len(), 9);

        let sessions = app.rows("sessions").await;
        for _ in 0..2 {
            let page = phone.get(&path).await;
            assert_eq!(page.status, StatusCode::OK);
            let main = page.page().main();
            assert!(main.contains("lake") && main.contains("Firefox on Linux"), "{main}");
            assert!(main.contains("21 September 2026"), "since and until: {main}");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert!(
                page.text()
                    .contains("<meta name=\"referrer\" content=\"strict-origin\">"),
                "for its form"
            );
            assert!(page.header("cache-control").contains("no-store"));
        }
        assert_eq!(app.rows("sessions").await, sessions, "looking changes nothing");
        assert_eq!(app.rows("link_codes").await, 1);
        assert_eq!(phone.get(&hers).await.status, StatusCode::NOT_FOUND);

        let page = phone.get(&path).await;
        let opened = enter(&phone, &page, None).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
        assert!(opened.header("set-cookie").contains("HttpOnly"), "a key of its own");
        let first = phone.follow(opened).await.page().main();
        assert!(
            first.contains("lake") && first.contains("opens these cards now"),
            "{first}"
        );
        assert_eq!(phone.download(&hers, "json").await, bytes("lake"));
        assert_eq!(app.rows("link_codes").await, 0, "link and code are one thing");

        // The other browser is told until it puts the notice away.
        for path in ["/", &hers, "/help"] {
            let main = main_of(&anna, path).await;
            assert!(
                main.contains("A browser was added: Firefox on Android, 21 September 2026"),
                "{path}: {main}"
            );
        }
        assert!(!main_of(&phone, "/").await.contains("was added"));
        let page = anna.get("/").await;
        let away = press(&anna, &page, "Put this notice away").await;
        assert_eq!(away.status, StatusCode::SEE_OTHER);
        assert!(!main_of(&anna, "/").await.contains("was added"));
        // Both work on the same cards.
        card(&phone, "from the phone").await;
        assert_eq!(titles(&anna).await, ["from the phone", "lake"]);
    }
}

#[tokio::test]
async fn r60_a_code_is_typed_as_people_type() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    card(&anna, "lake").await;
    for typed in [
        |code: &str| code.to_ascii_lowercase(),
        |code: &str| format!(" {} ", code.replace('-', " ")),
        |code: &str| code.replace('-', ""),
    ] {
        let (_, code) = link(&anna).await;
        let other = app.visitor();
        let page = look(&other, &typed(&code)).await;
        assert!(page.page().main().contains("lake"), "{}", typed(&code));
        assert_eq!(enter(&other, &page, None).await.status, StatusCode::SEE_OTHER);
        assert_eq!(titles(&other).await, ["lake"]);
    }
    let (path, _) = link(&anna).await;
    let page = look(&app.visitor(), &format!("{}{path}", app.origin())).await;
    assert!(page.page().main().contains("lake"), "a whole link");
}

#[tokio::test]
async fn r60_wrong_used_and_expired_codes_are_one_page() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    card(&anna, "lake").await;
    let (used_path, used_code) = link(&anna).await;
    follow(&anna, &app.visitor(), None).await;
    let (expired_path, expired_code) = link(&anna).await;
    app.pass(TimeDelta::seconds(599));
    assert_eq!(app.visitor().get(&expired_path).await.status, StatusCode::OK);
    app.pass(TimeDelta::seconds(1));

    let stranger = app.visitor();
    let mut pages = Vec::new();
    // Apart from what was typed, which comes back to be mended.
    let page = |answer: &Answer, typed: &str| answer.text().replace(&format!("value=\"{typed}\""), "");
    for path in [
        &used_path,
        &expired_path,
        "/continue/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/continue/x",
    ] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        pages.push(page(&answer, path.trim_start_matches("/continue/")));
    }
    for code in [&used_code, &expired_code, "AAAA-AAAA", "rubbish", ""] {
        let answer = stranger
            .post("/continue", &[("code".to_owned(), code.to_string())])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{code}");
        pages.push(page(&answer, code));
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "nobody learns which it is");
    // What expired goes with the next cleanup.
    assert_eq!(app.rows("link_codes").await, 1);
    app.sweep().await;
    assert_eq!(app.rows("link_codes").await, 0);
}

#[tokio::test]
async fn r60_guessing_is_limited_for_each_address() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    card(&anna, "lake").await;
    let (path, code) = link(&anna).await;
    let guesser = app.visitor();
    for _ in 0..5 {
        assert_eq!(
            look(&guesser, &code).await.status,
            StatusCode::OK,
            "right codes do not count"
        );
    }
    for _ in 0..20 {
        assert_eq!(look(&guesser, "AAAA-AAAA").await.status, StatusCode::NOT_FOUND);
    }
    let refused = look(&guesser, &code).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "180");
    assert!(refused.page().main().contains("180 seconds"));
    assert_eq!(
        guesser.get(&path).await.status,
        StatusCode::OK,
        "links cannot be guessed"
    );
    app.pass(TimeDelta::seconds(180));
    assert_eq!(look(&guesser, &code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn r60_of_two_browsers_with_one_code_one_wins() {
    for app in everywhere().await {
        let anna = app.visitor();
        card(&anna, "lake").await;
        let (path, code) = link(&anna).await;
        let (one, other) = (app.visitor(), app.visitor());
        let (by_link, by_code) = (one.get(&path).await, look(&other, &code).await);
        let (first, second) = tokio::join!(enter(&one, &by_link, None), enter(&other, &by_code, None));
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
        let opened = usize::from(titles(&one).await.len() == 1) + usize::from(titles(&other).await.len() == 1);
        assert_eq!(opened, 1);
    }
}

#[tokio::test]
async fn r55_codes_outlive_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}", folder.path().join("cards.db").display());
    let uploads = format!("file:{}", folder.path().join("uploads").display());
    let flags = ["--database-url", database.as_str(), "--uploads-url", &uploads];
    let before = TestApp::start_with(&flags).await;
    let anna = before.visitor();
    card(&anna, "lake").await;
    let (path, _) = link(&anna).await;
    let page = anna.get("/session/recovery").await;
    let recovery = press(&anna, &page, "Make a recovery code")
        .await
        .page()
        .texts(".code-word")
        .remove(0);
    drop(before);

    let after = TestApp::start_with(&flags).await;
    let phone = after.visitor();
    enter(&phone, &phone.get(&path).await, None).await;
    assert_eq!(titles(&phone).await, ["lake"]);
    let tablet = after.visitor();
    assert_eq!(
        enter(&tablet, &look(&tablet, &recovery).await, None).await.status,
        StatusCode::OK
    );
    assert_eq!(titles(&tablet).await, ["lake"]);
    assert!(main_of(&anna.at(after.origin()), "/").await.contains("was added"));
}

#[tokio::test]
async fn r14_a_dump_opens_nothing() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    card(&anna, "lake").await;
    let (path, code) = link(&anna).await;
    let page = anna.get("/session/recovery").await;
    let recovery = press(&anna, &page, "Make a recovery code")
        .await
        .page()
        .texts(".code-word")
        .remove(0);
    let word = path.rsplit('/').next().expect("a word").to_owned();
    let mut dump = Vec::new();
    for entry in std::fs::read_dir(app.folder()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            dump.extend(std::fs::read(path).expect("a file"));
        }
    }
    let dump = String::from_utf8_lossy(&dump).to_ascii_lowercase();
    for secret in [word, code.replace('-', ""), code, recovery.replace('-', ""), recovery] {
        assert!(!dump.contains(&secret.to_ascii_lowercase()));
    }
}

#[tokio::test]
async fn r60_work_is_brought_along_whole_and_all_browsers_follow() {
    for app in everywhere().await {
        let (anna, boris, boris_phone) = (app.visitor_with(FIREFOX), app.visitor(), app.visitor_with(ANDROID));
        card(&anna, "lake").await;
        let his = card(&boris, "his").await;
        follow(&boris, &boris_phone, None).await;
        // A history, and a code on paper.
        let section = format!("{his}/sections/text");
        let page = boris.get(&section).await;
        let mut form = page
            .page()
            .find_form(|form| form.control_showing("about his").is_some());
        let name = form.control_showing("about his").expect("a control").to_owned();
        form.set(&name, "changed");
        let save = form.buttons[0].text.clone();
        boris.submit(&page, form.press(&save)).await;
        let page = boris.get("/session/recovery").await;
        let recovery = press(&boris, &page, "Make a recovery code")
            .await
            .page()
            .texts(".code-word")
            .remove(0);
        let file = app.keep_file(&his, b"a picture").await;
        let changed = boris.download(&his, "json").await;
        let revisions = app.rows("card_revisions").await;
        assert!(revisions > 0 && String::from_utf8_lossy(&changed).contains("changed"));

        let (path, _) = link(&anna).await;
        let page = boris.get(&path).await;
        let asked = page.page().main();
        assert!(asked.contains("You already have 1 card in this browser"), "{asked}");
        let unchosen = enter(&boris, &page, None).await;
        assert_eq!(unchosen.status, StatusCode::OK, "nothing happens without a choice");
        assert!(unchosen.page().main().contains("Choose one"));
        assert_eq!(titles(&boris).await, ["his"]);

        let answer = enter(&boris, &page, Some("bring")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
        assert!(answer.header("set-cookie").starts_with("sessionid="), "R32: a new key");
        for visitor in [&boris, &anna, &boris_phone] {
            assert_eq!(titles(visitor).await, ["his", "lake"]);
            assert_eq!(visitor.download(&his, "json").await, changed);
        }
        assert_eq!(app.rows("card_revisions").await, revisions);
        assert_eq!(app.rows("sessions").await, 1, "the old one is gone");
        assert_eq!(app.read_file(&his, &file).await, b"a picture");
        assert_eq!(app.upload_folders(), 1);
        let told = main_of(&boris_phone, "/").await;
        assert!(told.contains("brought together"), "{told}");
        assert!(!told.contains("was added"), "{told}");
        assert!(main_of(&anna, "/").await.contains("was added"));
        assert!(main_of(&anna, "/session/browsers").await.contains("Firefox on Android"));
        // What was on his paper opens all of it.
        let tablet = app.visitor();
        enter(&tablet, &look(&tablet, &recovery).await, None).await;
        assert_eq!(titles(&tablet).await, ["his", "lake"]);
        // And he goes on as before.
        card(&boris, "another").await;
        assert_eq!(titles(&anna).await.len(), 3);
    }
}

#[tokio::test]
async fn r60_nothing_of_a_session_stays_behind_when_it_is_brought_along() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    card(&anna, "lake").await;
    let his = card(&boris, "his").await;
    app.keep_file(&his, b"a picture").await;
    link(&boris).await;
    let section = boris.sections(&his).await.remove(0);
    let lent = crate::section_links::link_to(&boris, &section).await;
    let before = app.rows("model_cards").await;
    let room =
        "SELECT CAST(sum(cards) AS TEXT) || ' ' || sum(content_bytes) || ' ' || sum(history_bytes) AS t FROM sessions";
    let counted = app.texts(room).await;
    follow(&anna, &boris, Some("bring")).await;
    assert_eq!(app.rows("model_cards").await, before);
    assert_eq!(
        app.texts(room).await,
        counted,
        "what is counted for the limits goes along"
    );
    let session = app.texts("SELECT id AS t FROM sessions").await;
    assert_eq!(session.len(), 1);
    let tables = "SELECT DISTINCT m.name AS t FROM sqlite_schema m, pragma_table_info(m.name) c
                  WHERE m.type = 'table' AND c.name = 'session_id'";
    for table in app.texts(tables).await {
        let owners = app
            .texts(&format!("SELECT DISTINCT session_id AS t FROM {table}"))
            .await;
        assert!(owners.is_empty() || owners == session, "{table} is moved as well");
    }
    // Who was asked for help with it can go on.
    assert_eq!(app.visitor().get(&lent).await.status, StatusCode::OK);
}

#[tokio::test]
async fn r60_work_kept_apart_is_gone_to_and_come_back_from() {
    for app in everywhere().await {
        let (anna, boris) = (app.visitor(), app.visitor());
        card(&anna, "lake").await;
        let his = card(&boris, "his").await;
        card(&boris, "his other").await;
        follow(&anna, &boris, Some("apart")).await;
        assert_eq!(titles(&boris).await, ["lake"]);
        assert_eq!(boris.get(&his).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.rows("sessions").await, 2);
        for path in ["/", "/session"] {
            let page = boris.get(path).await;
            let main = page.page().main();
            assert!(
                main.contains("You also have 2 cards from before, kept until"),
                "{path}: {main}"
            );
            for id in app.texts("SELECT id AS t FROM sessions").await {
                assert!(!page.text().contains(&id), "R17");
            }
        }
        assert!(!main_of(&anna, "/").await.contains("You also have"));

        // His visits keep both.
        for _ in 0..4 {
            app.pass(TimeDelta::days(20));
            boris.get("/").await;
        }
        app.sweep().await;
        for expected in [["his", "his other"].as_slice(), &["lake"], &["his", "his other"]] {
            let page = boris.get("/session").await;
            let answer = press(&boris, &page, "Go to").await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
            assert_eq!(titles(&boris).await, expected);
        }
        assert!(main_of(&boris, "/").await.contains("You also have 1 card from before"));

        // A link into what is parked needs no code.
        let (path, _) = link(&boris).await;
        let page = boris.get("/").await;
        press(&boris, &page, "Go to").await;
        let page = boris.get(&path).await;
        assert!(page.page().main().contains("kept apart"), "{}", page.page().main());

        let together = press(&boris, &page, "Bring both together").await;
        assert_eq!(together.status, StatusCode::SEE_OTHER, "{}", together.page().main());
        assert_eq!(titles(&boris).await, ["his", "his other", "lake"]);
        assert!(!main_of(&boris, "/").await.contains("You also have"));
        assert_eq!(app.rows("sessions").await, 1);
        assert_eq!(
            main_of(&boris, "/session/browsers").await.matches("last seen").count(),
            1 + usize::from(anna_is_there(&anna).await)
        );
    }
}

async fn anna_is_there(anna: &Visitor) -> bool {
    !titles(anna).await.is_empty()
}

#[tokio::test]
async fn r60_parked_work_can_be_signed_out_from_where_it_is() {
    let app = TestApp::start().await;
    let (anna, boris, boris_phone) = (app.visitor(), app.visitor_with(FIREFOX), app.visitor());
    card(&anna, "lake").await;
    card(&boris, "his").await;
    follow(&boris, &boris_phone, None).await;
    follow(&anna, &boris, Some("apart")).await;
    assert!(main_of(&boris, "/").await.contains("You also have 1 card"));
    let page = boris.get("/").await;
    let list = boris_phone.get("/session/browsers").await;
    assert!(list.page().main().contains("Firefox on Linux"));
    press(&boris_phone, &list, "Sign out all others").await;
    assert!(!main_of(&boris, "/").await.contains("You also have"));
    let late = press(&boris, &page, "Go to").await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert_eq!(titles(&boris).await, ["lake"], "what is open stays open");
}

#[tokio::test]
async fn r60_a_browser_that_loses_other_cards_goes_back_to_those_it_kept_apart() {
    for app in everywhere().await {
        for end in ["Sign out", "Sign out all others", "Delete everything"] {
            let (anna, boris) = (app.visitor(), app.visitor_with(FIREFOX));
            card(&anna, "lake").await;
            let his = card(&boris, "his").await;
            follow(&anna, &boris, Some("apart")).await;
            assert_eq!(titles(&boris).await, ["lake"]);
            let page = match end {
                "Delete everything" => anna.get("/session/delete").await,
                _ => anna.get("/session/browsers").await,
            };
            let mut form = page
                .page()
                .find_form(|form| form.buttons.iter().any(|button| button.text.starts_with(end)));
            let button = form.buttons[0].text.clone();
            anna.submit(&page, form.press(&button)).await;

            let first = main_of(&boris, "/").await;
            assert!(first.contains("it kept apart are open now"), "{end}: {first}");
            assert_eq!(titles(&boris).await, ["his"], "{end}");
            assert_eq!(boris.download(&his, "json").await, bytes("his"));
            let list = main_of(&boris, "/session/browsers").await;
            assert!(list.contains("Only this browser"), "{end}: {list}");
            assert!(!main_of(&boris, "/").await.contains("You also have"));
            app.pass(TimeDelta::days(20));
            assert_eq!(titles(&boris).await, ["his"]);
            app.pass(TimeDelta::days(20));
            app.sweep().await;
            assert_eq!(titles(&boris).await, ["his"], "{end}");
        }
    }
}

#[tokio::test]
async fn r60_what_is_kept_apart_is_found_where_others_bring_it() {
    for app in everywhere().await {
        let (anna, boris, boris_phone, carla) = (app.visitor(), app.visitor(), app.visitor(), app.visitor());
        card(&anna, "lake").await;
        card(&boris, "his").await;
        card(&carla, "hers").await;
        follow(&boris, &boris_phone, None).await;
        follow(&anna, &boris, Some("apart")).await;
        // The telephone takes what is kept apart elsewhere, and then to what is open.
        follow(&carla, &boris_phone, Some("bring")).await;
        let page = boris.get("/session").await;
        assert!(
            page.page().main().contains("You also have 2 cards"),
            "{}",
            page.page().main()
        );
        press(&boris, &page, "Go to").await;
        assert_eq!(titles(&boris).await, ["hers", "his"]);
        assert!(main_of(&boris, "/").await.contains("You also have 1 card"));
        let page = boris.get("/").await;
        press(&boris, &page, "Go to").await;
        assert_eq!(titles(&boris).await, ["lake"]);
        follow(&anna, &boris_phone, Some("bring")).await;
        assert_eq!(titles(&boris).await, ["hers", "his", "lake"]);
        let main = main_of(&boris, "/session").await;
        assert!(!main.contains("You also have"), "it is open: {main}");
        // His other entry is no other browser, so he cannot leave as the last.
        for other in [&anna, &boris_phone, &carla] {
            other.post("/session/leave", &[]).await;
        }
        assert_eq!(boris.post("/session/leave", &[]).await.status, StatusCode::CONFLICT);
        assert_eq!(titles(&boris).await, ["hers", "his", "lake"]);
    }
}

#[tokio::test]
async fn r60_so_many_browsers_and_no_more() {
    let app = TestApp::start_with(&["--session-max-browsers", "2"]).await;
    let (anna, second, third) = (app.visitor(), app.visitor(), app.visitor());
    card(&anna, "lake").await;
    follow(&anna, &second, None).await;
    let (path, _) = link(&anna).await;
    let full = third.get(&path).await;
    assert_eq!(full.status, StatusCode::CONFLICT);
    assert!(full.page().main().contains("sign one out"));
    let list = anna.get("/session/browsers").await;
    press(&anna, &list, "Sign out").await;
    assert_eq!(
        enter(&third, &third.get(&path).await, None).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn r60_work_kept_apart_is_not_brought_into_too_many_browsers() {
    let app = TestApp::start_with(&["--session-max-browsers", "2"]).await;
    let (anna, boris, boris_phone) = (app.visitor(), app.visitor(), app.visitor());
    card(&anna, "lake").await;
    card(&boris, "his").await;
    follow(&boris, &boris_phone, None).await;
    follow(&anna, &boris, Some("apart")).await;
    let page = boris.get("/session").await;
    press(&boris, &page, "Go to").await;
    let page = boris.get("/session").await;
    let refused = press(&boris, &page, "Bring both together").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.page().main().contains("sign out one"),
        "{}",
        refused.page().main()
    );
    assert_eq!(titles(&boris).await, ["his"]);
    let list = boris.get("/session/browsers").await;
    press(&boris, &list, "Sign out all others").await;
    let page = boris.get("/session").await;
    press(&boris, &page, "Bring both together").await;
    assert_eq!(titles(&anna).await, ["his", "lake"]);
}

#[tokio::test]
async fn r60_a_browser_that_has_the_cards_uses_nothing_up() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    card(&anna, "lake").await;
    let (path, code) = link(&anna).await;
    assert!(main_of(&anna, &path).await.contains("has these cards already"));
    assert!(
        look(&anna, &code)
            .await
            .page()
            .main()
            .contains("has these cards already")
    );
    let forced = anna
        .post(
            "/continue",
            &[
                ("code".to_owned(), code.clone()),
                ("then".to_owned(), "bring".to_owned()),
            ],
        )
        .await;
    assert_eq!(forced.status, StatusCode::OK);
    assert_eq!(titles(&anna).await, ["lake"]);
    assert_eq!(app.rows("link_codes").await, 1);
    // A browser without cookies does not waste it either.
    let curl = Visitor::new(app.origin());
    let without = curl
        .post(
            "/continue",
            &[("code".to_owned(), code), ("then".to_owned(), "open".to_owned())],
        )
        .await;
    assert!(without.page().main().contains("keeps no cookies"));
    assert_eq!(app.rows("link_codes").await, 1);
}

#[tokio::test]
async fn r59_browsers_are_listed_and_signed_out() {
    for app in everywhere().await {
        let (anna, phone, tablet) = (app.visitor_with(FIREFOX), app.visitor_with(ANDROID), app.visitor());
        let hers = card(&anna, "lake").await;
        app.pass(TimeDelta::days(2));
        follow(&anna, &phone, None).await;
        follow(&anna, &tablet, None).await;
        let page = anna.get("/session/browsers").await;
        let lines = page.page().texts("main .ledger li");
        let lines: Vec<String> = lines.into_iter().map(|line| line.replace(" ,", ",")).collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("Firefox on Linux this one"), "{lines:?}");
        assert!(
            lines[0].contains("Since 21 September 2026, last seen 23 September 2026"),
            "{lines:?}"
        );
        assert!(lines[0].contains("signed in until 23 October 2026"), "{lines:?}");
        let (stolen, _) = link(&phone).await;

        let section = format!("{hers}/sections/text");
        let open_form = phone.get(&section).await;
        let form = page
            .page()
            .forms()
            .into_iter()
            .find(|form| {
                form.buttons
                    .iter()
                    .any(|button| button.text.contains("Firefox on Android"))
            })
            .expect("a button for the phone");
        let mut form = form;
        let signed_out = anna.submit(&page, form.press("Sign out Firefox on Android")).await;
        assert_eq!(signed_out.status, StatusCode::SEE_OTHER);
        assert_eq!(
            anna.get("/session/browsers")
                .await
                .page()
                .texts("main .ledger li")
                .len(),
            2
        );
        assert_eq!(
            app.visitor().get(&stolen).await.status,
            StatusCode::NOT_FOUND,
            "nor its links"
        );

        // It is told calmly, and what was typed is not lost.
        let mut typed = open_form
            .page()
            .find_form(|form| form.control_showing("about lake").is_some());
        let name = typed.control_showing("about lake").expect("a control").to_owned();
        typed.set(&name, "typed on the phone");
        let save = typed.buttons[0].text.clone();
        let refused = phone.submit(&open_form, typed.press(&save)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let first = phone.get("/").await;
        assert_eq!(first.status, StatusCode::OK);
        assert!(
            first.page().main().contains("it was signed out from another browser"),
            "{}",
            first.page().main()
        );
        assert!(!first.text().contains("lake"));
        app.pass(TimeDelta::minutes(2));
        phone.get("/").await;
        assert!(
            !main_of(&phone, "/").await.contains("signed out"),
            "said once it has a new beginning"
        );

        let page = anna.get("/session/browsers").await;
        let others = press(&anna, &page, "Sign out all others").await;
        assert!(
            others.header("set-cookie").starts_with("sessionid="),
            "R32: its own key is new"
        );
        assert_eq!(titles(&anna).await, ["lake"]);
        assert_eq!(titles(&tablet).await, Vec::<String>::new());
        assert!(main_of(&anna, "/session/browsers").await.contains("Only this browser"));
    }
}

#[tokio::test]
async fn r68_nobody_signs_out_or_switches_for_others() {
    for app in everywhere().await {
        let (anna, boris) = (app.visitor(), app.visitor());
        card(&anna, "lake").await;
        card(&boris, "his").await;
        let second = app.visitor();
        follow(&anna, &second, None).await;
        let list = anna.get("/session/browsers").await;
        let handle = list
            .page()
            .forms()
            .iter()
            .flat_map(|form| form.buttons.clone())
            .find(|button| button.name == "handle")
            .expect("a handle")
            .value;
        for (path, fields) in [
            ("/session/browsers", vec![("handle", handle.as_str())]),
            ("/session/parked", vec![("handle", &handle), ("wish", "switch")]),
            ("/session/parked", vec![("handle", &handle), ("wish", "bring")]),
            ("/session/notices", vec![("id", &handle)]),
            ("/session/recovery", vec![("wish", "revoke")]),
        ] {
            let fields: Vec<(String, String)> = fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            for stranger in [&boris, &app.visitor()] {
                let answer = stranger.post(path, &fields).await;
                assert!(
                    !answer.status.is_server_error() && !answer.text().contains("lake"),
                    "{path}"
                );
            }
        }
        let nobody = [("handle".to_owned(), handle.clone())];
        let back = boris.post("/session/browsers", &nobody).await;
        let told = boris.follow(back).await.page().main();
        assert!(
            !told.contains("does not open your cards any more"),
            "nothing was done: {told}"
        );
        assert_eq!(titles(&second).await, ["lake"]);
        assert_eq!(titles(&boris).await, ["his"]);
        assert_eq!(titles(&anna).await, ["lake"]);
        // Another site cannot lead a browser into somebody's work.
        for path in ["/continue", "/session/continue", "/session/leave", "/session/parked"] {
            assert_eq!(
                anna.post_from_elsewhere(path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn r36_leaving_never_takes_the_last_way_to_the_cards() {
    for app in everywhere().await {
        let (anna, phone) = (app.visitor(), app.visitor());
        card(&anna, "lake").await;
        let page = anna.get("/session/leave").await;
        let main = page.page().main();
        assert!(
            main.contains("the only way to your 1 card") && main.contains("Make a recovery code"),
            "{main}"
        );
        let refused = anna.post("/session/leave", &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(titles(&anna).await, ["lake"]);

        follow(&anna, &phone, None).await;
        let page = anna.get("/session/leave").await;
        assert!(page.page().main().contains("1 other browser"));
        let left = press(&anna, &page, "Leave this browser").await;
        assert_eq!(left.status, StatusCode::OK);
        assert!(left.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(titles(&anna).await, Vec::<String>::new());
        assert_eq!(titles(&phone).await, ["lake"]);
        assert_eq!(
            anna.post("/session/leave", &[]).await.status,
            StatusCode::OK,
            "twice is harmless"
        );

        // With a code on paper the last browser may go, and come back.
        let page = phone.get("/session/recovery").await;
        let code = press(&phone, &page, "Make a recovery code")
            .await
            .page()
            .texts(".code-word")
            .remove(0);
        let page = phone.get("/session/leave").await;
        press(&phone, &page, "Leave this browser").await;
        assert_eq!(app.rows("model_cards").await, 1);
        let answer = enter(&anna, &look(&anna, &code).await, None).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(titles(&anna).await, ["lake"]);
    }
}

#[tokio::test]
async fn r39_deleting_the_last_card_ends_nothing() {
    let app = TestApp::start().await;
    let (anna, phone) = (app.visitor(), app.visitor());
    let hers = card(&anna, "lake").await;
    follow(&anna, &phone, None).await;
    let page = anna.get(&format!("{hers}/delete")).await;
    press(&anna, &page, "Delete the card").await;
    assert_eq!(app.rows("sessions").await, 1);
    card(&anna, "next").await;
    assert_eq!(titles(&phone).await, ["next"]);
}

#[tokio::test]
async fn r36_cards_kept_apart_hold_the_browser() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    card(&anna, "lake").await;
    card(&boris, "his").await;
    follow(&anna, &boris, Some("apart")).await;
    assert!(main_of(&boris, "/session/leave").await.contains("You also have 1 card"));
    assert_eq!(boris.post("/session/leave", &[]).await.status, StatusCode::CONFLICT);
    // Deleting what is open leads back to what was kept apart.
    let page = boris.get("/session/delete").await;
    let deleted = press(&boris, &page, "Delete everything").await;
    assert_eq!(deleted.status, StatusCode::OK, "{}", deleted.page().main());
    assert_eq!(titles(&boris).await, ["his"]);
    assert_eq!(titles(&anna).await, Vec::<String>::new());
}

#[tokio::test]
async fn r61_a_recovery_code_is_shown_once_replaced_on_use_and_revocable() {
    for app in everywhere().await {
        let anna = app.visitor();
        card(&anna, "lake").await;
        let page = anna.get("/session/recovery").await;
        assert!(page.page().main().contains("You have none"));
        let made = press(&anna, &page, "Make a recovery code").await;
        let code = made.page().texts(".code-word").remove(0);
        assert_eq!(code.len(), 29, "24 characters in groups");
        assert!(made.text().contains("<svg"), "with the address as a picture");
        assert!(!anna.get("/session/recovery").await.text().contains(&code), "once");
        assert!(main_of(&anna, "/session/recovery").await.contains("You have one since"));

        // It lives as long as the work, not as long as a link.
        app.pass(TimeDelta::days(20));
        anna.get("/").await;
        app.pass(TimeDelta::days(20));
        app.sweep().await;
        let other = app.visitor();
        let answer = enter(&other, &look(&other, &code.to_ascii_lowercase()).await, None).await;
        let fresh = answer.page().texts(".code-word").remove(0);
        assert_ne!(fresh, code);
        assert_eq!(titles(&other).await, ["lake"]);
        let late = app.visitor();
        assert_eq!(look(&late, &code).await.status, StatusCode::NOT_FOUND, "used");
        assert_eq!(look(&late, &fresh).await.status, StatusCode::OK);

        let page = anna.get("/session/recovery").await;
        press(&anna, &page, "Make it worthless").await;
        assert_eq!(look(&late, &fresh).await.status, StatusCode::NOT_FOUND, "revoked");
        assert_eq!(app.rows("link_codes").await, 0);
    }
}

#[tokio::test]
async fn r61_a_code_ends_with_the_work() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    card(&anna, "lake").await;
    let page = anna.get("/session/recovery").await;
    let code = press(&anna, &page, "Make a recovery code")
        .await
        .page()
        .texts(".code-word")
        .remove(0);
    app.pass(TimeDelta::days(30));
    assert_eq!(
        look(&app.visitor(), &code).await.status,
        StatusCode::NOT_FOUND,
        "R21: swept or not"
    );
    let boris = app.visitor();
    card(&boris, "his").await;
    let (path, _) = link(&boris).await;
    let page = boris.get("/session/delete").await;
    press(&boris, &page, "Delete everything").await;
    assert_eq!(app.visitor().get(&path).await.status, StatusCode::NOT_FOUND);
    app.pass(TimeDelta::hours(2));
    app.sweep().await;
    assert_eq!(app.rows("link_codes").await, 0);
}

fn cartellino(app: &TestApp, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cartellino"))
        .args(arguments)
        .env(
            "DATABASE_URL",
            format!("sqlite://{}", app.folder().join("cards.db").display()),
        )
        .env(
            "UPLOADS_URL",
            format!("file:{}", app.folder().join("uploads").display()),
        )
        .output()
        .expect("the program runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[tokio::test]
async fn r61_an_operator_lists_and_ends_sessions_without_their_content() {
    let app = TestApp::start().await;
    let (anna, phone, boris) = (app.visitor_with(FIREFOX), app.visitor_with(ANDROID), app.visitor());
    card(&anna, "lake").await;
    card(&boris, "his").await;
    follow(&anna, &phone, None).await;
    let (code, list) = cartellino(&app, &["sessions", "list"]);
    assert_eq!(code, Some(0), "{list}");
    assert_eq!(list.lines().count(), 4, "{list}");
    assert!(!list.contains("lake"), "{list}");
    for id in app.texts("SELECT id AS t FROM sessions").await {
        assert!(!list.contains(&id), "R17");
    }
    let line = list
        .lines()
        .find(|line| line.contains("Firefox on Android"))
        .expect("the phone");
    let columns: Vec<&str> = line.split('\t').collect();
    assert_eq!(columns[2..6], ["2026-09-21", "2026-09-21", "2026-10-21", "1"], "{line}");
    assert!(columns[6].parse::<u64>().is_ok_and(|bytes| bytes > 40), "{line}");

    let (code, _) = cartellino(&app, &["sessions", "end", columns[0]]);
    assert_eq!(code, Some(0));
    assert_eq!(titles(&anna).await, Vec::<String>::new());
    assert_eq!(titles(&boris).await, ["his"]);
    let (code, _) = cartellino(&app, &["sessions", "end", columns[0]]);
    assert_eq!(code, Some(2), "there is none of that handle");
}

#[tokio::test]
async fn r61_an_operator_ends_sessions_whose_keys_are_elsewhere() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    card(&anna, "lake").await;
    // A session of whose browsers nothing is known has a handle of its own.
    let (_, list) = cartellino(&app, &["sessions", "list", "--session-engine", "memory"]);
    let handle = list.lines().nth(1).and_then(|line| line.split('\t').next());
    let handle = handle.expect("a handle");
    assert!(handle.starts_with("session-"), "{list}");
    let (code, _) = cartellino(&app, &["sessions", "end", handle, "--session-engine", "memory"]);
    assert_eq!(code, Some(0));
    assert_eq!(app.rows("model_cards").await, 0);

    card(&boris, "his").await;
    let engine = Memory::default();
    let now = app.clock.now();
    let browser = Browser {
        key: KeyHash::from_row("hash".to_owned()),
        handle: "handle".to_owned(),
        session: SessionId::from_row(app.texts("SELECT id AS t FROM sessions").await.remove(0)),
        family: "A browser".to_owned(),
        state: "{}".to_owned(),
        version: 1,
        begun_at: now,
        created_at: now,
        touched_at: now,
        expires_at: now + TimeDelta::days(30),
    };
    engine.create(&browser, now).await.expect("it is kept");
    let uploads = Uploads::in_folder(&app.folder().join("uploads")).expect("the folder");
    for (handle, sessions) in [("nobody", 0), ("handle", 1)] {
        let whose = Whose::Browser(handle.to_owned());
        let ended = cleanup::end(&app.db, &engine, &uploads, now, whose, Mode::Delete).await;
        assert_eq!(ended.expect("it is done").sessions, sessions, "{handle}");
    }
    assert_eq!(app.rows("sessions").await, 0);
    let found = engine.load(&browser.key, now).await.expect("an answer");
    assert_eq!(found, Lookup::Ended(now), "R37");
}

/// The program as an operator starts it, until it is killed.
struct Server {
    child: Child,
    origin: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join("log"))
            .expect("a log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_cartellino"))
            .args(["--listen", "127.0.0.1:0"])
            .env(
                "DATABASE_URL",
                format!("sqlite://{}", folder.join("cards.db").display()),
            )
            .env("UPLOADS_URL", format!("file:{}", folder.join("uploads").display()))
            .env("LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        let address = out.lines().map_while(Result::ok).find_map(|line| {
            let address = line.strip_prefix("Cartellino is at")?.trim().trim_end_matches('/');
            Some(address.to_owned())
        });
        Self {
            child,
            origin: address.expect("it says where it is"),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Without a word, as a crash would.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn r55_r65_codes_outlive_a_crash_and_are_in_no_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let anna = Visitor::new(&server.origin);
    card(&anna, "lake").await;
    let (path, code) = link(&anna).await;
    drop(server);
    let server = Server::start(folder.path());
    let phone = Visitor::new(&server.origin);
    let looked = look(&phone, &code).await;
    assert_eq!(looked.status, StatusCode::OK);
    enter(&phone, &phone.get(&path).await, None).await;
    assert_eq!(phone.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(titles(&phone).await, ["lake"]);
    assert_eq!(titles(&anna.at(&server.origin)).await, ["lake"]);
    drop(server);
    let log = std::fs::read_to_string(folder.path().join("log")).expect("the log");
    assert!(log.contains("TRACE"), "everything is logged");
    let word = path.rsplit('/').next().expect("a word");
    for secret in [word, &code, &code.replace('-', ""), "lake"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
