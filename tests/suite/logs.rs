//! What is logged: each line under the name of its request, as an object where that is wanted, and nothing of visitors.

use cartellino::db::{Db, DbConnection};
use diesel::connection::SimpleConnection as _;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::editing::{press, section_form};
use crate::harness::program::Program;
use crate::harness::{TestApp, card_of};

const CARD: &[u8] = b"{\"name\": \"Lake ice\", \"notes\": {\"a\": \"heron\"}}";

/// The lines of a log in JSON.
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[tokio::test]
async fn a_failure_is_found_by_the_number_that_its_page_shows() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(folder.path(), &[("LOG_FORMAT", "json")]);
    let visitor = server.visitor();
    let card = visitor.card("card.json", CARD).await;
    let db = Db::open(&format!("sqlite://{}", folder.path().join("cartellino.db").display())).unwrap();
    db.run(|conn| match conn {
        DbConnection::Sqlite(conn) => {
            Ok(conn.batch_execute("ALTER TABLE card_section_data RENAME COLUMN value TO gone")?)
        }
        DbConnection::Pg(_) => unreachable!("this is SQLite"),
    })
    .await
    .unwrap();
    let section = format!("{card}/sections/notes");
    for (languages, words) in [
        ("en", "please give this number: "),
        ("de", "nennen Sie bitte diese Nummer: "),
    ] {
        let answer = visitor.get_with(&section, &[("accept-language", languages)]).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.text());
        let id = answer.header("x-request-id").to_owned();
        assert!(
            answer.page().main().contains(&format!("{words}{id}")),
            "{}",
            answer.text()
        );
        let told = lines(&server.log());
        let mut failures = told.iter().filter(|line| line["span"]["request_id"] == *id);
        let failure = failures.next().expect("the log names the request");
        assert_eq!(failure["level"], "ERROR");
        assert_eq!(failure["message"], "a request failed");
        assert_eq!(failure["path"], *section);
    }
    let there_is_not = visitor.speaking("de").get("/nowhere").await;
    let id = there_is_not.header("x-request-id");
    assert!(
        there_is_not.page().main().contains(&format!("Kennung: {id}")),
        "{}",
        there_is_not.text()
    );
}

#[tokio::test]
async fn every_answer_has_a_name_of_its_own() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut names = Vec::new();
    for path in [
        "/",
        "/help",
        "/nowhere",
        "/health/live",
        "/cards/none",
        "/api/v1/formats",
    ] {
        let answer = visitor.get(path).await;
        let name = answer.header("x-request-id").to_owned();
        assert!(name.len() == 16 && !names.contains(&name), "{path}: {name:?}");
        names.push(name);
    }
    let refused = visitor.post_from_elsewhere("/session/delete").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_ne!(refused.header("x-request-id"), "");
    assert_ne!(visitor.request(Method::PUT, "/help").await.header("x-request-id"), "");
}

#[tokio::test]
async fn a_trusted_proxy_may_name_a_request_and_nobody_else() {
    let name = async |app: &TestApp, given: &str| {
        let answer = app.visitor().get_with("/help", &[("x-request-id", given)]).await;
        answer.header("x-request-id").to_owned()
    };
    let behind = TestApp::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    assert_eq!(name(&behind, "edge-1.abc_9").await, "edge-1.abc_9");
    for odd in ["", "a b", "\"},{\"level\":\"ERROR\"", &"x".repeat(65)] {
        assert_eq!(name(&behind, odd).await.len(), 16, "{odd}");
    }
    let alone = TestApp::start().await;
    assert_ne!(name(&alone, "edge-1.abc_9").await, "edge-1.abc_9");
}

#[tokio::test]
async fn nothing_of_visitors_is_logged_even_when_much_is() {
    let folder = tempfile::tempdir().unwrap();
    let much = [("LOG", "debug,cartellino=trace"), ("LOG_FORMAT", "json")];
    let server = Program::start(folder.path(), &much);
    let visitor = server.visitor();
    let first = visitor.upload("herons.json", CARD).await;
    let cookie = first.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    let card = card_of(&first.location());
    let section = format!("{card}/sections/notes");
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let control = form.control_showing("heron").unwrap().to_owned();
    form.set(&control, "a bittern");
    let saved = press(&visitor, &page, &mut form, "Save").await;
    assert!(saved.text().contains("bittern"));
    let stale = visitor.submit(&page, form.press("Save")).await;
    assert!(stale.status.is_redirection() || stale.status == StatusCode::CONFLICT);
    visitor.upload("egrets.json", b"{\"name\": \"Egret\" \"broken\"").await;
    visitor.get("/session/export").await;
    visitor.get("/continue/abcdefghijklmnopqrstuvwxyz").await;
    visitor.download(&card, "json").await;
    let log = server.stop();
    let told = lines(&log);
    let answered = told.iter().filter(|line| line["message"] == "answered");
    assert!(answered.clone().count() >= 9, "each request has a line: {log}");
    for line in answered {
        assert!(
            line["span"]["request_id"].is_string() && line["route"].is_string(),
            "{line}"
        );
        assert!(line["micros"].is_u64(), "{line}");
    }
    let card_id = card.trim_start_matches("/cards/");
    for theirs in [
        &cookie,
        card_id,
        "heron",
        "bittern",
        "Lake ice",
        "gret",
        "abcdefghijklmnop",
    ] {
        assert!(!log.contains(theirs), "{theirs} is logged: {log}");
    }
}
