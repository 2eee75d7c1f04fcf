//! The notice page: made from the settings, linked from everywhere.

use cartellino::web;
use reqwest::{Method, StatusCode};

use crate::harness::TestApp;

async fn words(flags: &[&str]) -> String {
    let app = TestApp::start_with(flags).await;
    let page = app.visitor().get("/privacy").await;
    assert_eq!(page.status, StatusCode::OK);
    page.page().main()
}

#[tokio::test]
async fn r69_each_setting_changes_the_words() {
    let usual = words(&["--session-create-limit", "60"]).await;
    for expected in [
        "sessionid",
        "HttpOnly",
        "SameSite=Lax",
        "strictly necessary",
        "30 days",
        "once in 1 hour at most",
        "every 1 hour",
        "not before 1 hour",
        "SQLite",
        "Firefox on Linux",
        "Neither your network address",
        "60 new visitors in an hour",
        "10 MiB",
        "200 cards and 100 MiB",
        "whoever runs this server",
        "without encryption",
        "Backups",
        "for 7 days or until you revoke it",
        "download",
        "Correct",
        "Delete",
    ] {
        assert!(usual.contains(expected), "{expected:?} is not in {usual}");
    }
    let cases: &[(&[&str], &str, &str)] = &[
        (&["--session-cookie-name", "kept-here"], "kept-here", ""),
        (
            &["--public-origin", "https://cards.example.org"],
            "Secure",
            "without encryption",
        ),
        (
            &["--public-origin", "https://cards.example.org"],
            "__Host-sessionid",
            "",
        ),
        (
            &["--session-cookie-age", "864000"],
            "10 days after your last visit",
            "for 30 days,",
        ),
        (
            &["--session-expire-at-browser-close", "true"],
            "your browser keeps it until it is closed",
            "your visits renew that",
        ),
        (
            &["--session-touch-interval", "7200"],
            "once in 2 hours at most",
            "once in 1 hour",
        ),
        (&["--session-touch-interval", "0"], "", "the date moves once"),
        (
            &["--session-cookie-age", "14400"],
            "your computer is shared, it is 4 hours",
            "12 hours",
        ),
        (
            &["--session-absolute-age", "31536000"],
            "However often you come, it ends 365 days",
            "",
        ),
        (
            &["--session-cleanup-interval", "1800"],
            "every 30 minutes",
            "every 1 hour",
        ),
        (
            &["--session-cleanup-interval", "0"],
            "the operator’s cleaning job",
            "every 1 hour",
        ),
        (
            &["--session-cleanup-grace", "120"],
            "not before 2 minutes",
            "not before 1 hour",
        ),
        (
            &["--section-link-age", "7200"],
            "for 2 hours or until you revoke it",
            "7 days",
        ),
        (&["--session-cleanup-grace", "0"], "", "not before"),
        (&["--session-create-limit", "7"], "7 new visitors in an hour", ""),
        (&["--session-create-limit", "0"], "", "new visitors in an hour"),
        (
            &["--session-create-limit", "7", "--trusted-proxies", "10.0.0.1"],
            "as the proxies",
            "",
        ),
        (
            &["--max-upload-bytes", "1048576"],
            "One upload may have 1 MiB",
            "10 MiB",
        ),
        (&["--session-max-cards", "7"], "7 cards and 100 MiB", "200 cards"),
        (&["--session-max-cards", "0"], "may keep 100 MiB in all", "200 cards"),
        (&["--session-max-bytes", "0"], "may keep 200 cards.", "100 MiB"),
        (
            &["--session-max-cards", "0", "--session-max-bytes", "0"],
            "no limit to what one visitor may keep",
            "200 cards",
        ),
        (&["--session-engine", "memory"], "server’s memory only", ""),
    ];
    for (flags, said, unsaid) in cases {
        let words = words(flags).await;
        assert!(words.contains(said), "{flags:?}: {said:?} is not in {words}");
        assert!(
            unsaid.is_empty() || !words.contains(unsaid),
            "{flags:?}: {unsaid:?} is in {words}"
        );
        assert!(said.is_empty() || !usual.contains(said), "{said:?} is said anyway");
    }
    if let Some(app) = TestApp::start_on_postgres().await {
        let words = app.visitor().get("/privacy").await.page().main();
        assert!(words.contains("a PostgreSQL database") && !words.contains("SQLite"));
    }
}

#[tokio::test]
async fn r69_no_host_or_path_of_the_server_is_told() {
    let app = TestApp::start().await;
    let words = app.visitor().get("/privacy").await.text();
    let folder = app.folder().to_string_lossy().into_owned();
    assert!(!words.contains(&folder) && !words.contains("cards.db"));
}

/// Every address that answers with a page, with a card and without, and every refusal.
#[tokio::test]
async fn r69_every_page_links_to_it() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("a.json", b"{\"text\": \"short\"}").await;
    let mut seen = 0;
    for route in web::routes()
        .iter()
        .filter(|route| route.method == Method::GET.as_str())
    {
        let path = route
            .path
            .replace("/cards/{card}", &card)
            .replace("{section}", "text")
            .replace("{format}", "html");
        for who in [&visitor, &app.visitor()] {
            let answer = who.get(&path).await;
            let is_page = answer.header("content-type").starts_with("text/html");
            if !is_page || !answer.header("content-disposition").is_empty() {
                continue;
            }
            assert!(
                answer.page().links().contains(&"/privacy".to_owned()),
                "{path} ({}) does not lead to it",
                answer.status
            );
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} pages were seen");
}
