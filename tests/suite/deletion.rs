//! Deleting: it is asked first, it is done at once, and nothing is left.

use reqwest::{Method, StatusCode};

use crate::harness::{TestApp, Visitor, fixture};

/// Stands in the card that is deleted.
const MARKER: &str = "to-be-forgotten-5c1e";

fn marked() -> Vec<u8> {
    format!("{{\"name\": \"{MARKER}\", \"text\": \"about {MARKER}\"}}").into_bytes()
}

/// Whether the marker stands in any file of the application: database, its log, uploads.
fn is_on_disk(app: &TestApp) -> bool {
    let mut folders = vec![app.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()) {
                return true;
            }
        }
    }
    false
}

/// Opens a confirmation page and presses its button.
async fn confirm(visitor: &Visitor, address: &str, button: &str) -> StatusCode {
    let page = visitor.get(address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let mut form = page
        .page()
        .find_form(|form| form.buttons.iter().any(|other| other.text == button));
    visitor.submit(&page, form.press(button)).await.status
}

#[tokio::test]
async fn one_card_is_deleted_and_the_others_stay() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let bytes = fixture("json/indent-2.json");
    let kept = visitor.card("kept.json", &bytes).await;
    let gone = visitor.card("gone.json", &marked()).await;
    let page = visitor.get(&format!("{gone}/delete")).await.page().main();
    assert!(
        page.contains(MARKER) && page.contains("2 sections"),
        "it says what goes: {page}"
    );
    assert_eq!(
        visitor.get(&gone).await.status,
        StatusCode::OK,
        "asking deletes nothing"
    );

    let status = confirm(&visitor, &format!("{gone}/delete"), "Delete the card").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    for page in [
        "",
        "/import",
        "/preview",
        "/download/json",
        "/original",
        "/sections/text",
    ] {
        let answer = visitor.get(&format!("{gone}{page}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}");
    }
    assert_eq!(visitor.download(&kept, "json").await, bytes);
    assert_eq!(app.rows("model_cards").await, 1);
    assert_eq!(app.rows("sessions").await, 1);
    assert!(!visitor.get("/").await.text().contains(MARKER));
    assert!(!is_on_disk(&app), "the deleted card is still on the disk");
}

#[tokio::test]
async fn what_was_told_about_a_deleted_card_goes_with_it() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", b"{\"name\": \"Plain\"}").await;
    let page = visitor.get(&card).await;
    let mut rename = page.page().find_form(|form| form.value("title") == Some("Plain"));
    let told = visitor.submit(&page, rename.set("title", MARKER)).await;
    assert!(visitor.follow(told).await.page().main().contains(MARKER));
    assert!(is_on_disk(&app), "the sentence is kept");
    confirm(&visitor, &format!("{card}/delete"), "Delete the card").await;
    assert!(!is_on_disk(&app), "the name of the deleted card is still on the disk");
}

#[tokio::test]
async fn delete_my_data_leaves_nothing() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("a.json", &marked()).await;
    visitor.card("b.json", &marked()).await;
    assert!(is_on_disk(&app), "the test looks in the right place");
    let status = confirm(&visitor, "/session/delete", "Delete everything").await;
    assert!(status.is_success() || status.is_redirection(), "{status}");
    for table in [
        "sessions",
        "session_keys",
        "model_cards",
        "card_section_data",
        "card_revisions",
        "files",
    ] {
        assert_eq!(app.rows(table).await, 0, "{table}");
    }
    assert!(!is_on_disk(&app), "the deleted cards are still on the disk");
    assert_eq!(visitor.get(&card).await.status, StatusCode::NOT_FOUND);
    // The same browser can begin anew.
    let again = visitor.card("c.json", b"{\"name\": \"Anew\"}").await;
    assert_eq!(visitor.get(&again).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_expired_session_is_swept_without_a_trace() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("a.json", &marked()).await;
    app.pass(chrono::TimeDelta::days(31));
    assert_eq!(
        visitor.get(&card).await.status,
        StatusCode::NOT_FOUND,
        "expired is gone, swept or not"
    );
    let counts = app.sweep().await;
    assert_eq!((counts.sessions, counts.failed), (1, 0));
    assert_eq!(app.rows("card_section_data").await, 0);
    assert!(!is_on_disk(&app), "the expired card is still on the disk");
}

#[tokio::test]
async fn deleting_wants_a_post() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("a.json", &marked()).await;
    for method in [Method::GET, Method::HEAD] {
        visitor.request(method.clone(), &format!("{card}/delete")).await;
        visitor.request(method, "/session/delete").await;
    }
    assert_eq!(visitor.download(&card, "json").await, marked());
}

/// The fields of a section's form, with a text of the visitor in the last box.
async fn filled_form(visitor: &Visitor, section: &str, text: &str) -> Vec<(String, String)> {
    let page = visitor.get(section).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let form = page
        .page()
        .find_form(|form| form.fields.iter().any(|(name, _)| name == "version"));
    let mut fields = form.fields;
    let typed = fields
        .iter_mut()
        .rfind(|(name, _)| name.starts_with("f.") && !name.contains('~'));
    typed.expect("a box to write in").1 = text.to_owned();
    fields
}

/// Posts fields with this cookie, whatever a browser would have by now.
async fn post_with(app: &TestApp, cookie: &str, path: &str, fields: &[(String, String)]) -> reqwest::Response {
    let request = crate::harness::http()
        .build()
        .unwrap()
        .post(format!("{}{path}", app.origin()));
    let request = request.header("cookie", cookie).form(fields);
    request.send().await.expect("the server answers")
}

#[tokio::test]
async fn r33_what_was_typed_outlives_the_session() {
    // Whoever is expired is a stranger, and other strangers must not cost them their text: one new session an hour.
    let app = TestApp::start_with(&["--session-create-limit", "1"]).await;
    let visitor = app.visitor();
    let first = visitor.get("/").await;
    let cookie = first
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    let card = visitor.card("a.json", &marked()).await;
    let section = format!("{card}/sections/text");
    let fields = filled_form(&visitor, &section, "typed for an hour").await;

    let answer = app.visitor().post(&section, &fields).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "somebody without a key");
    assert!(answer.text().contains("typed for an hour"));
    assert_eq!(answer.header("set-cookie"), "");

    app.pass(chrono::TimeDelta::days(31));
    let expired = post_with(&app, &cookie, &section, &fields).await;
    assert_eq!(expired.status(), StatusCode::NOT_FOUND);
    assert!(expired.headers().get("set-cookie").is_none());
    assert!(expired.text().await.expect("a page").contains("typed for an hour"));
    app.pass(chrono::TimeDelta::days(-31));

    // Another tab deletes everything; this one comes late, with the key it was opened with.
    let status = confirm(&visitor, "/session/delete", "Delete everything").await;
    assert_eq!(status, StatusCode::OK);
    let ended = post_with(&app, &cookie, &section, &fields).await;
    assert_eq!(ended.status(), StatusCode::CONFLICT);
    assert!(ended.headers().get("set-cookie").is_none());
    assert!(ended.text().await.expect("a page").contains("typed for an hour"));
    for path in [
        "",
        "/duplicate",
        "/datasheet",
        "/delete",
        "/sections",
        "/sections/text/restore",
    ] {
        let fields = [("title".to_owned(), "late".to_owned())];
        let late = post_with(&app, &cookie, &format!("{card}{path}"), &fields).await;
        assert_eq!(late.status(), StatusCode::CONFLICT, "{path}");
        assert!(late.headers().get("set-cookie").is_none(), "{path}");
    }
    assert_eq!(app.rows("sessions").await, 0);
}
