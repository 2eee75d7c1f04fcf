//! The calendar file that reminds of the deletion.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::harness::{Answer, TestApp};

const PATH: &str = "/session/reminder.ics";

/// The value of a property, with folded lines put together and escapes undone.
fn value(answer: &Answer, name: &str) -> String {
    let whole = answer.text().replace("\r\n ", "");
    let start = format!("{name}:");
    let line = whole.split("\r\n").find_map(|line| line.strip_prefix(&start));
    let line = line.unwrap_or_else(|| panic!("no {name} in {whole}"));
    line.replace("\\n", "\n")
        .replace("\\,", ",")
        .replace("\\;", ";")
        .replace("\\\\", "\\")
}

#[tokio::test]
async fn it_says_where_and_until_when_and_comes_five_days_before() {
    let app = TestApp::start_with(&["--public-origin", "http://cards.example.org"]).await;
    let visitor = app.visitor();
    visitor.card("a.json", b"{\"text\": \"short\"}").await;
    let link = visitor.get("/session").await;
    assert!(link.page().links().contains(&PATH.to_owned()));
    let file = visitor.get(PATH).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    assert!(file.header("content-disposition").starts_with("attachment; filename="));
    assert!(file.header("content-disposition").ends_with(".ics\""));
    let text = file.text();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    // The clock stands at 2026-09-21 14:13:20.
    assert_eq!(value(&file, "DTSTAMP"), "20260921T141320Z");
    assert_eq!(value(&file, "DTSTART"), "20261016T141320Z");
    assert!(
        value(&file, "DESCRIPTION").contains("http://cards.example.org/ are kept until 21 October 2026, 14:13 UTC")
    );
    assert!(text.contains("BEGIN:VALARM\r\nACTION:DISPLAY\r\n"));
}

#[tokio::test]
async fn with_less_than_five_days_left_it_comes_at_once() {
    let app = TestApp::start_with(&["--session-cookie-age", "259200"]).await;
    let visitor = app.visitor();
    visitor.card("a.json", b"{\"text\": \"short\"}").await;
    let file = visitor.get(PATH).await;
    assert_eq!(value(&file, "DTSTART"), value(&file, "DTSTAMP"));
}

#[tokio::test]
async fn a_later_file_replaces_the_earlier_one_and_tells_no_id() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    let card = anna.card("a.json", b"{\"text\": \"hers\"}").await;
    boris.card("b.json", b"{\"text\": \"his\"}").await;
    let first = anna.get(PATH).await;
    let before = app.dump().await;
    assert_eq!(
        anna.get(PATH).await.text(),
        first.text(),
        "it depends on nothing but the dates"
    );
    assert_eq!(app.dump().await, before, "it changes nothing");
    app.pass(TimeDelta::days(2));
    let later = anna.get(PATH).await;
    assert_eq!(value(&first, "UID"), value(&later, "UID"));
    let number = |file: &Answer| value(file, "SEQUENCE").parse::<i32>().expect("a number");
    assert!(number(&later) > number(&first));
    assert_ne!(
        value(&first, "DTSTART"),
        value(&later, "DTSTART"),
        "the visit has moved the date"
    );
    assert_ne!(value(&first, "UID"), value(&boris.get(PATH).await, "UID"));
    for id in app
        .texts("SELECT id AS t FROM sessions UNION ALL SELECT handle AS t FROM session_keys")
        .await
    {
        assert!(!first.text().contains(&id));
    }
    assert!(!first.text().contains(card.trim_start_matches("/cards/")));
}

#[tokio::test]
async fn who_has_nothing_stored_gets_a_page() {
    let app = TestApp::start().await;
    let stranger = app.visitor();
    for _ in 0..2 {
        let answer = stranger.get(PATH).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(!answer.page().heading().is_empty());
    }
    assert!(!stranger.get("/session").await.page().links().contains(&PATH.to_owned()));
}
