//! A card that a program sends and a person finishes: kept for a day, opened once, then the person's own.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::Value;

use crate::gone::traces;
use crate::harness::{Answer, TestApp, Visitor, card_of, fixture};

const FILE: &str = "model-card-toolkit/v1-indent-2.json";
const FORMAT: &str = "model-card-toolkit-0.0.1";
const ADDRESS: &str = "/api/v1/cards?name=lake.json";

/// Both databases, and keys elsewhere than the cards.
async fn everywhere() -> Vec<TestApp> {
    let mut apps = vec![
        TestApp::start().await,
        TestApp::start_with(&["--session-engine", "memory"]).await,
        TestApp::start_with(&["--session-engine", "cookie"]).await,
    ];
    apps.extend(TestApp::start_on_postgres().await);
    apps
}

async fn send(app: &TestApp, bytes: &[u8]) -> Answer {
    app.visitor().post_bytes(ADDRESS, bytes, &[]).await
}

/// Sends a card; returns what the program is told.
async fn prefill(app: &TestApp, bytes: &[u8]) -> Value {
    let answer = send(app, bytes).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert_eq!(answer.header("set-cookie"), "");
    answer.json()
}

/// Sends a card; returns the path of its link.
pub async fn link(app: &TestApp, bytes: &[u8]) -> String {
    let told = prefill(app, bytes).await;
    let link = told["link"].as_str().expect("a link");
    link.strip_prefix(app.origin())
        .expect("a link to this server")
        .to_owned()
}

/// Presses the button of a link's page.
pub async fn open(visitor: &Visitor, link: &str) -> Answer {
    let page = visitor.get(link).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.page().main());
    press(visitor, &page).await
}

async fn press(visitor: &Visitor, page: &Answer) -> Answer {
    let form = page.page().find_form(|form| form.action.starts_with("/prefilled/"));
    visitor.submit(page, &form).await
}

async fn titles(visitor: &Visitor) -> Vec<String> {
    let mut titles = visitor.get("/").await.page().texts(".cards h2");
    titles.sort();
    titles
}

#[tokio::test]
async fn a_link_opens_the_card_once() {
    for app in everywhere().await {
        let bytes = fixture(FILE);
        let told = prefill(&app, &bytes).await;
        assert_eq!(told["valid_until"], "2026-09-22T14:13:20Z", "24 hours");
        let fields = told["fields"].as_u64().expect("a number");
        assert!(fields > 10, "{told}");
        let link = told["link"]
            .as_str()
            .expect("a link")
            .strip_prefix(app.origin())
            .expect("this server");
        assert_eq!(link.len(), "/prefilled/".len() + 26, "128 bits");

        // Messengers and the curious look; nothing happens.
        let before = app.dump().await;
        let person = app.visitor();
        for who in [&app.visitor(), &person, &person] {
            let page = who.get(link).await;
            let main = page.page().main();
            for words in [
                "Lake ice watcher",
                "lake.json",
                &format!("{fields} fields"),
                "22 September 2026, 14:13 UTC",
            ] {
                assert!(main.contains(words), "{words:?} is not in {main}");
            }
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert_eq!(page.header("cache-control"), "no-store");
        }
        assert_eq!(app.dump().await, before, "looking changes nothing");
        assert_eq!(app.rows("link_codes").await, 1);

        let opened = open(&person, link).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.page().main());
        let card = card_of(&opened.location());
        let report = person.follow(opened).await;
        assert_eq!(report.path, format!("{card}/import"));
        let report = report.page().main();
        assert!(
            report.contains(&format!("{fields} fields filled by import")),
            "{report}"
        );
        assert!(
            person.download(&card, FORMAT).await == bytes,
            "nothing is lost on the way"
        );
        let original = person.get(&format!("{card}/original")).await;
        assert!(original.bytes == bytes && original.header("content-disposition").contains("lake.json"));
        assert_eq!((app.rows("sessions").await, app.rows("model_cards").await), (1, 1));
        assert_eq!(
            (
                app.rows("link_codes").await,
                app.rows("files").await,
                app.upload_folders()
            ),
            (0, 1, 1)
        );

        // It is used up, for whoever pressed as well.
        for who in [&person, &app.visitor()] {
            let page = who.get(link).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND);
            assert!(page.page().main().contains("This link opens nothing"));
            assert_eq!(who.post(link, &[]).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(app.visitor().get(&card).await.status, StatusCode::NOT_FOUND);
        assert_eq!(titles(&person).await, ["Lake ice watcher"]);
        // It is work like any other now.
        app.pass(TimeDelta::days(20));
        assert_eq!(person.get(&card).await.status, StatusCode::OK);
        app.sweep().await;
        assert_eq!(person.get(&card).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_card_comes_beside_those_that_are_there_and_moves_no_date() {
    for app in everywhere().await {
        let person = app.visitor();
        let own = person.card("own.json", b"{\"name\": \"Own\"}").await;
        let before = app.text("SELECT CAST(expires_at AS TEXT) AS t FROM sessions").await;
        let link = link(&app, &fixture(FILE)).await;
        let page = person.get(&link).await;
        assert!(
            page.page().main().contains("beside the others in this browser"),
            "{}",
            page.page().main()
        );
        let card = card_of(&press(&person, &page).await.location());
        assert_eq!(titles(&person).await, ["Lake ice watcher", "Own"]);
        assert_eq!(person.get(&own).await.status, StatusCode::OK);
        assert!(person.get(&format!("{card}/original")).await.bytes == fixture(FILE));
        assert_eq!((app.rows("sessions").await, app.upload_folders()), (1, 1));
        assert_eq!(
            app.text("SELECT CAST(expires_at AS TEXT) AS t FROM sessions").await,
            before
        );
        let counted = "SELECT cards * 1000000000 + content_bytes AS n FROM sessions";
        let summed = "SELECT CAST(2000000000
            + (SELECT sum(200 + octet_length(title) + COALESCE(octet_length(file_name), 0) + octet_length(source)) FROM model_cards)
            + (SELECT sum(200 + octet_length(title) + octet_length(value)) FROM card_section_data)
            + (SELECT sum(200 + octet_length(name) + size) FROM files) AS BIGINT) AS n";
        assert_eq!(
            app.number(counted).await,
            app.number(summed).await,
            "what the session keeps is counted"
        );
    }
}

#[tokio::test]
async fn a_short_life_of_a_shared_computer_is_not_made_longer() {
    let app = TestApp::start_with(&["--session-cookie-age", "7200"]).await;
    let person = app.visitor();
    let link = link(&app, &fixture(FILE)).await;
    let card = card_of(&open(&person, &link).await.location());
    app.pass(TimeDelta::hours(2));
    assert_eq!(person.get(&card).await.status, StatusCode::NOT_FOUND);
    app.pass(TimeDelta::hours(2));
    app.sweep().await;
    assert_eq!(app.rows("model_cards").await, 0);
}

#[tokio::test]
async fn of_two_who_press_at_once_one_gets_the_card() {
    for app in everywhere().await {
        let (one, other) = (app.visitor(), app.visitor());
        let link = link(&app, &fixture(FILE)).await;
        let (first, second) = (one.get(&link).await, other.get(&link).await);
        let (first, second) = tokio::join!(press(&one, &first), press(&other, &second));
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
        assert_eq!(titles(&one).await.len() + titles(&other).await.len(), 1);
        assert_eq!(app.rows("sessions").await, 1, "who came late began nothing");
    }
}

#[tokio::test]
async fn after_a_day_the_link_is_worthless_and_the_cleanup_leaves_no_trace() {
    const MARKER: &str = "never-opened-5c2e";
    for app in everywhere().await {
        let person = app.visitor();
        let bytes = format!("{{\"name\": \"{MARKER}\", \"text\": \"{MARKER} answer\"}}");
        let link = link(&app, bytes.as_bytes()).await;
        app.pass(TimeDelta::hours(24) - TimeDelta::seconds(1));
        app.sweep().await;
        let page = person.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        app.pass(TimeDelta::seconds(1));
        assert_eq!(press(&person, &page).await.status, StatusCode::NOT_FOUND);
        assert_eq!(person.get(&link).await.status, StatusCode::NOT_FOUND);
        app.pass(TimeDelta::hours(2));
        assert_eq!(app.sweep().await.sessions, 1);
        for table in ["sessions", "link_codes", "model_cards", "card_section_data", "files"] {
            assert_eq!(app.rows(table).await, 0, "{table}");
        }
        assert_eq!(app.upload_folders(), 0);
        let left = traces(&app, MARKER).await;
        assert!(left.is_empty(), "{left:#?}");
    }
}

#[tokio::test]
async fn an_opened_card_is_deleted_with_the_rest() {
    const MARKER: &str = "opened-and-deleted-77";
    let app = TestApp::start().await;
    let person = app.visitor();
    let link = link(&app, format!("{{\"name\": \"{MARKER}\"}}").as_bytes()).await;
    open(&person, &link).await;
    let page = person.get("/session/delete").await;
    let form = page.page().find_form(|form| form.method == "post");
    assert_eq!(person.submit(&page, &form).await.status, StatusCode::OK);
    let left = traces(&app, MARKER).await;
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test]
async fn only_a_hash_of_the_link_is_kept_and_it_opens_nothing_else() {
    for app in everywhere().await {
        let link = link(&app, &fixture(FILE)).await;
        let word = link.rsplit('/').next().expect("a word");
        let found = traces(&app, word).await;
        assert!(found.is_empty(), "{found:#?}");
        let stranger = app.visitor();
        for path in [
            format!("/continue/{word}"),
            format!("/write/{word}"),
            format!("/prefilled/{word}a"),
        ] {
            assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let typed = [
            ("code".to_owned(), word.to_owned()),
            ("then".to_owned(), "open".to_owned()),
        ];
        assert_eq!(stranger.post("/continue", &typed).await.status, StatusCode::NOT_FOUND);
        let card = app.text("SELECT id AS t FROM model_cards").await;
        assert_eq!(
            stranger.get(&format!("/cards/{card}")).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(stranger.post_from_elsewhere(&link).await.status, StatusCode::FORBIDDEN);
        assert_eq!(stranger.get(&link).await.status, StatusCode::OK, "it is still good");
    }
}

#[tokio::test]
async fn the_questions_of_another_outline_keep_every_answer() {
    let app = TestApp::start().await;
    let person = app.visitor();
    let bytes = fixture("markdown/hub-readme.md");
    let told = person
        .post_bytes("/api/v1/cards?name=cards/README.md&outline=full", &bytes, &[])
        .await;
    assert_eq!(told.status, StatusCode::CREATED, "{}", told.text());
    let link = told.json()["link"].as_str().expect("a link").to_owned();
    let card = card_of(&open(&person, &link).await.location());
    let page = person.get(&card).await.page().main();
    assert!(page.contains("Intended use") && page.contains("README.md"), "{page}");
    assert!(person.download(&card, "hugging-face").await == bytes);
}

#[tokio::test]
async fn a_browser_without_cookies_does_not_use_the_link_up() {
    let app = TestApp::start().await;
    let link = link(&app, &fixture(FILE)).await;
    // Without having looked at any page: as one who keeps no cookie.
    let refused = app.visitor().post(&link, &[]).await;
    assert_eq!(refused.status, StatusCode::OK);
    assert!(refused.page().main().contains("keeps no cookies"));
    assert_eq!(open(&app.visitor(), &link).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_has_no_room_keeps_the_link() {
    for app in [
        Some(TestApp::start_with(&["--session-max-cards", "1"]).await),
        TestApp::start_on_postgres_with(&["--session-max-cards", "1"]).await,
    ]
    .into_iter()
    .flatten()
    {
        let person = app.visitor();
        let own = person.card("own.json", b"{\"name\": \"Own\"}").await;
        let link = link(&app, &fixture(FILE)).await;
        let refused = open(&person, &link).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(
            refused.page().main().contains("no room for another card"),
            "{}",
            refused.page().main()
        );
        assert_eq!(titles(&person).await, ["Own"]);
        person.post(&format!("{own}/delete"), &[]).await;
        assert_eq!(open(&person, &link).await.status, StatusCode::SEE_OTHER);
        assert_eq!(titles(&person).await, ["Lake ice watcher"]);
    }
}

#[tokio::test]
async fn programs_and_visitors_share_what_a_network_may_begin() {
    let app = TestApp::start_with(&["--session-create-limit", "2"]).await;
    let bytes = fixture(FILE);
    // What begins nothing does not count.
    for refused in [&b""[..], b"\x00\x01"] {
        assert!(send(&app, refused).await.status.is_client_error());
    }
    let first = link(&app, &bytes).await;
    prefill(&app, &bytes).await;
    let refused = send(&app, &bytes).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.header("retry-after"), "1800");
    assert!(
        refused.json()["advice"]
            .as_str()
            .is_some_and(|words| words.contains("30 minutes"))
    );
    assert_eq!(app.rows("model_cards").await, 2);
    // Nor can a link be pressed by somebody new; it waits.
    let person = app.visitor();
    assert_eq!(open(&person, &first).await.status, StatusCode::TOO_MANY_REQUESTS);
    app.pass(TimeDelta::minutes(30));
    assert_eq!(open(&person, &first).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn so_many_unopened_cards_are_kept_and_no_more() {
    let apps = [
        Some(TestApp::start_with(&["--prefill-max", "2"]).await),
        TestApp::start_on_postgres_with(&["--prefill-max", "2"]).await,
    ];
    for app in apps.into_iter().flatten() {
        let bytes = fixture(FILE);
        let first = link(&app, &bytes).await;
        prefill(&app, &bytes).await;
        let before = app.dump().await;
        let refused = send(&app, &bytes).await;
        assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
        let told = refused.json();
        assert!(
            told["detail"]
                .as_str()
                .is_some_and(|words| words.contains("wait to be opened")),
            "{told}"
        );
        assert_eq!(
            (app.dump().await, app.upload_folders()),
            (before, 2),
            "nothing was stored"
        );
        open(&app.visitor(), &first).await;
        prefill(&app, &bytes).await;
        assert_eq!(send(&app, &bytes).await.status, StatusCode::INSUFFICIENT_STORAGE);
        app.pass(TimeDelta::hours(24));
        prefill(&app, &bytes).await;
    }
}

#[tokio::test]
async fn an_operator_can_switch_it_off() {
    let app = TestApp::start_with(&["--prefill", "off"]).await;
    let refused = send(&app, &fixture(FILE)).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert!(
        refused.json()["detail"]
            .as_str()
            .is_some_and(|words| words.contains("switched that off"))
    );
    assert_eq!(app.rows("sessions").await, 0);
    assert_eq!(app.visitor().get("/api/v1/formats").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_card_without_room_is_a_problem_and_leaves_nothing() {
    // Stored as it came, in sections and as a file, it takes more than twice its size.
    let flags = ["--session-max-bytes", "20000", "--max-upload-bytes", "20000"];
    let app = TestApp::start_with(&flags).await;
    let bytes = format!("{{\"name\": \"{}\"}}", "long ".repeat(3_000));
    let refused = send(&app, bytes.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert!(app.dump().await.is_empty(), "{:#?}", app.dump().await);
    assert_eq!(app.rows("link_codes").await, 0);
}
