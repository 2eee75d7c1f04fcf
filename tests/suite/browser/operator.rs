//! Story 10: a calm operator. The program as it is shipped, on a fresh machine, with a visitor who uploads what could run.

use std::path::Path;

use reqwest::StatusCode;

use super::saving::{click, script};
use super::{click_to, find, main_text, path, wait_to_read};
use crate::backups::Machine;
use crate::harness::card_of;
use crate::harness::chromium::{Chromium, Script};
use crate::harness::program::Program;

/// Stands in each text of the visitor.
const MARKER: &str = "crevasse-7d21";
/// What runs `ran()` wherever it is taken for more than text.
const HOSTILE: &str = r#"{"about": {
    "name": "crevasse-7d21 <script>window.ran = 1</script>",
    "text": "<img src=x onerror=\"window.ran = 1\"> [crevasse-7d21](javascript:window.ran=1) <svg onload=\"window.ran = 1\">",
    "html": "</textarea></p><script>window.ran = 1</script><iframe srcdoc=\"<script>parent.ran = 1</script>\"></iframe>"
}}"#;
/// Whether the page is as if all that were text.
const IS_INERT: &str = "return window.ran === undefined && document.querySelector(
    'main script, main iframe, [onerror], [onload], a[href^=\"javascript:\" i]') === null";

async fn go(browser: &Chromium, server: &Program, place: &str) {
    let address = format!("{}{place}", server.origin);
    browser.driver.goto(address).await.expect("a page");
}

async fn assert_inert(browser: &Chromium, what: &str) {
    assert_eq!(script(browser, IS_INERT).await, true, "{what}");
}

/// Uploads the file; returns the card's path.
async fn upload(browser: &Chromium, server: &Program, file: &Path) -> String {
    go(browser, server, "/").await;
    let control = find(browser, "form[action='/cards'] input[type=file][name=file]").await;
    let file = file.display().to_string();
    control.send_keys(file).await.expect("a file can be chosen");
    if !path(browser).await.ends_with("/import") {
        let send = find(browser, "form[action='/cards']:has(input[type=file]) button").await;
        click_to(browser, &send, "/import").await;
    }
    card_of(&path(browser).await)
}

/// The bytes of SQLite's file when nobody has it open.
fn size(machine: &Machine) -> Option<u64> {
    let file = std::fs::metadata(machine.desk.path("cartellino.db")).ok()?;
    Some(file.len())
}

async fn story(here: Machine, there: Machine) {
    let Some(browser) = Chromium::start(Script::On).await else {
        return;
    };
    // One program, a database and a folder: it is ready as soon as it says where it is.
    let server = here.start();
    let boris = server.visitor();
    for place in ["/health/live", "/health/ready"] {
        assert_eq!(boris.get(place).await.status, StatusCode::OK, "{place}");
    }

    // What could run does not, neither on a page nor in the page that is taken along.
    here.desk.put("hostile.json", HOSTILE.as_bytes());
    let card = upload(&browser, &server, &here.desk.path("hostile.json")).await;
    let section = format!("{card}/sections/about");
    for place in ["/import", "", "/sections/about", "/preview", "/changes", "/download"] {
        let place = format!("{card}{place}");
        go(&browser, &server, &place).await;
        assert_inert(&browser, &place).await;
    }
    click(&browser, &format!("main a[href='{card}/download/html']")).await;
    let (name, bytes) = browser.downloaded().await;
    assert!(String::from_utf8_lossy(&bytes).contains(MARKER));
    let page = format!("file://{}", browser.downloads.join(&name).display());
    browser.driver.goto(&page).await.expect("the page that was taken along");
    assert!(
        find(&browser, "body")
            .await
            .text()
            .await
            .expect("words")
            .contains(MARKER)
    );
    assert_inert(&browser, &name).await;

    // Nobody sees the other's card.
    let his = boris.card("his.json", &big(MARKER)).await;
    assert_eq!(boris.get(&card).await.status, StatusCode::NOT_FOUND);
    go(&browser, &server, &his).await;
    let seen = main_text(&browser).await;
    assert!(!seen.contains(MARKER), "{seen}");

    // A restart logs nobody out.
    let first_log = server.stop();
    let server = here.start();
    go(&browser, &server, &section).await;
    assert!(main_text(&browser).await.contains("about"));
    assert_eq!(boris.at(&server.origin).get(&his).await.status, StatusCode::OK);

    // Everything is on another machine, and whole.
    let backup = here.desk.path("saved");
    let backup = backup.to_str().expect("a name");
    tokio::task::block_in_place(|| {
        here.done(&["backup", backup]);
        there.done(&["restore", backup]);
        assert!(there.done(&["verify"]).contains("nothing is wrong"));
    });
    let other = there.start();
    go(&browser, &other, &section).await;
    assert_inert(&browser, "the section on another machine").await;
    assert_eq!(path(&browser).await, section);
    assert_eq!(boris.at(&other.origin).get(&his).await.status, StatusCode::OK);
    let other_log = other.stop();

    // A complaint arrives: one card is taken down, and she reads why.
    let second = upload(&browser, &server, &here.desk.path("hostile.json")).await;
    let address = format!("{}{second}", server.origin);
    let reason = ["--reason", "It names a person who did not agree."];
    tokio::task::block_in_place(|| here.done(&[&["take-down", &address][..], &reason].concat()));
    go(&browser, &server, "/").await;
    wait_to_read(&browser, "It names a person who did not agree.").await;
    go(&browser, &server, &section).await;
    assert_eq!(path(&browser).await, section, "the other card stays");

    // She deletes everything: her cookie and her rows are gone, and his are there.
    go(&browser, &server, "/session/delete").await;
    click(&browser, "main button.danger").await;
    wait_to_read(&browser, "Everything is deleted").await;
    let cookies = browser.driver.get_all_cookies().await.expect("an answer");
    assert!(cookies.is_empty(), "{cookies:?}");
    assert_eq!(boris.at(&server.origin).get(&his).await.status, StatusCode::OK);
    let sessions = || tokio::task::block_in_place(|| here.done(&["sessions", "list"]).lines().count() - 1);
    assert_eq!(sessions(), 1);
    let second_log = server.stop();

    // What would be purged is counted first, then goes, and its space with it.
    let before = size(&here);
    let purge = ["cleanup_sessions", "--all"];
    let said = here.done(&[&purge[..], &["--dry-run"]].concat());
    assert!(
        said.contains("1 sessions and 0 orphan files would be deleted"),
        "{said}"
    );
    assert_eq!(sessions(), 1);
    let said = here.done(&purge);
    assert!(
        said.contains("1 sessions and 0 orphan files deleted, 0 failed"),
        "{said}"
    );
    assert_eq!(sessions(), 0);
    if let (Some(before), Some(after)) = (before, size(&here)) {
        assert!(after < before / 2, "{before} bytes became {after}");
    }
    assert!(here.done(&["verify"]).contains("nothing is wrong"));

    for log in [first_log, other_log, second_log] {
        assert!(!log.contains(MARKER) && !log.contains("hostile"), "{log}");
    }
}

/// A card that is larger than all else in the database.
fn big(marker: &str) -> Vec<u8> {
    let text = format!("{marker} under the snow. ").repeat(20_000);
    serde_json::json!({"about": {"text": text}}).to_string().into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn story_10_a_calm_operator() {
    story(Machine::on_sqlite(), Machine::on_sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn story_10_a_calm_operator_on_postgres() {
    if let (Some(here), Some(there)) = (Machine::on_postgres(), Machine::on_postgres()) {
        story(here, there).await;
    }
}
