//! Bringing a card: what is understood, what is not, and what the visitor is told.

use reqwest::StatusCode;

use crate::harness::{Sample, TestApp, Upload, Visitor, card_of, fixture, fixtures, send_raw};

/// The first bytes of a real PNG picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDAT";

/// Nothing of the visitor is kept: the first page lists no card.
async fn assert_nothing_kept(visitor: &Visitor, after: &str) {
    let links = visitor.get("/").await.page().links();
    assert!(
        !links.iter().any(|link| link.contains("/cards/")),
        "{after}: a card was stored"
    );
}

/// A file that cannot be understood is explained on a page of its own, with these words; nothing is stored.
async fn assert_explained(name: &str, bytes: &[u8], words: &[&str]) -> crate::harness::page::Page {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let answer = visitor.upload(name, bytes).await;
    assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
    let page = answer.page();
    let main = page.main();
    for word in words {
        assert!(
            main.to_lowercase().contains(&word.to_lowercase()),
            "{name}: {word:?} is missing from {main}"
        );
    }
    assert_nothing_kept(&visitor, name).await;
    page
}

#[tokio::test]
async fn a_picture_is_explained() {
    assert_explained("card.json", PNG, &["PNG image"]).await;
}

#[tokio::test]
async fn an_empty_file_is_explained() {
    assert_explained("card.json", b"", &["nothing in it"]).await;
    assert_explained("card.json", b" \r\n\t", &["nothing in it"]).await;
}

#[tokio::test]
async fn two_hundred_levels_are_explained() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
    assert_explained("card.json", deep.as_bytes(), &["deep"]).await;
}

#[tokio::test]
async fn a_million_levels_are_explained() {
    let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
    assert_explained("card.json", deep.as_bytes(), &["deep"]).await;
}

#[tokio::test]
async fn broken_json_comes_back_in_a_box_with_line_and_column() {
    let text = "{\n  \"name\": \"Half a card\",\n  \"metrics\": {\"f1\" 0.9}\n}\n";
    let page = assert_explained("card.json", text.as_bytes(), &["line 3", "column 20"]).await;
    let box_text = page.textarea("text").expect("a box with the text to repair");
    assert_eq!(box_text.trim_end(), text.trim_end());
}

#[tokio::test]
async fn a_text_repaired_in_the_box_becomes_a_card() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let answer = visitor
        .upload("card.json", b"{\"name\": \"Repaired\" limits: \"<b>\"}")
        .await;
    let mut form = answer
        .page()
        .find_form(|form| form.fields.iter().any(|(name, _)| name == "text"));
    form.set("text", "{\"name\": \"Repaired\", \"limits\": \"<b>\"}");
    let report = visitor.submit(&answer, &form).await;
    assert_eq!(report.status, StatusCode::SEE_OTHER, "{}", report.text());
    let card = card_of(&report.location());
    assert_eq!(
        visitor.download(&card, "json").await,
        b"{\"name\": \"Repaired\", \"limits\": \"<b>\"}"
    );
}

#[tokio::test]
async fn a_text_that_stays_broken_opens_as_plain_text() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let text = "{\n  \"name\": \"Half a card\",\n  \"metrics\": {\"f1\" 0.9}\n}\n";
    let answer = visitor.upload("card.json", text.as_bytes()).await;
    let mut form = answer
        .page()
        .find_form(|form| form.fields.iter().any(|(name, _)| name == "text"));
    assert!(answer.text().contains("Open it as plain text"));
    form.set("text", text);
    form.set("plain", "1");
    let opened = visitor.submit(&answer, &form).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    let card = card_of(&opened.location());
    let report = visitor.get(&format!("{card}/import")).await.page().main();
    assert!(
        report.contains("opened as plain text") && report.contains("line 3"),
        "{report}"
    );
    assert!(report.contains("must be mended"), "{report}");
    assert_eq!(visitor.download(&card, "markdown").await, text.as_bytes());
}

#[tokio::test]
async fn text_that_is_no_card_is_explained() {
    assert_explained("card.json", b"just words", &["line 1"]).await;
    assert_explained("card.json", b"{\"cut\": \"off", &["line 1"]).await;
}

/// Whatever is text opens, says what it is, and comes back byte for byte.
#[tokio::test]
async fn text_of_any_shape_is_opened_and_named() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let cases: [(&str, &[u8], &str, &str); 8] = [
        ("card.json", b"[1, 2]", "json", "is a list"),
        ("card.json", b"42", "json", "single value"),
        ("card.yaml", b"- a\n- b\n", "yaml", "is a list"),
        (
            "section_names.json",
            b"[\"28_Model Details\", \"id_a\"]",
            "json",
            "answer.json",
        ),
        ("card.json", b"{\"a\": \"caf\xe9\"}", "json", "Windows-1252"),
        (
            "page.html",
            b"<!doctype html><html><h1>A</h1></html>",
            "markdown",
            "page for browsers",
        ),
        (
            "card.json",
            b"{\"format\": \"cartellino\", \"version\": 9}",
            "json",
            "version 9",
        ),
        (
            "card.json",
            b"{\"intended_uses\": {\"a\": 1}}",
            "json",
            "has no member “model_overview”",
        ),
    ];
    for (name, bytes, format, words) in cases {
        let card = visitor.card(name, bytes).await;
        let main = visitor.get(&format!("{card}/import")).await.page().main();
        assert!(main.contains(words), "{name}: {words:?} is not in {main}");
        for section in visitor.sections(&card).await {
            assert_eq!(visitor.get(&section).await.status, StatusCode::OK, "{section}");
        }
        assert_eq!(visitor.download(&card, format).await, bytes, "{name}");
    }
}

#[tokio::test]
async fn a_pickle_is_not_a_card() {
    // A Python pickle that would run a command if anybody loaded it.
    assert_explained("model.pkl", b"\x80\x04cos\nsystem\n(S'touch pwned'\ntR.", &[]).await;
    assert!(!std::path::Path::new("pwned").exists());
}

#[tokio::test]
async fn eleven_mebibytes_are_too_large() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let bytes = format!("{{\"a\":\"{}\"}}", "x".repeat(11 * 1024 * 1024));
    let answer = visitor.upload("card.json", bytes.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.page().main().contains("10 MiB"), "{}", answer.page().main());
    assert_nothing_kept(&visitor, "11 MiB").await;
}

#[tokio::test]
async fn a_request_that_breaks_off_stores_nothing_and_harms_nobody() {
    let app = TestApp::start().await;
    let begun = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.json\"\r\n\r\n{\"name\": \"Cut";
    let head = |length: usize| {
        format!(
            "POST /cards HTTP/1.1\r\nHost: {}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n",
            app.address
        )
    };
    // The connection ends in the middle of the body.
    let cut = send_raw(app.address, format!("{}{begun}", head(4000)).into_bytes()).await;
    assert!(cut.is_empty() || cut.starts_with("HTTP/1.1 4"), "{cut}");
    // The body is whole, but the multipart in it is not.
    let open = send_raw(app.address, format!("{}{begun}", head(begun.len())).into_bytes()).await;
    assert!(open.starts_with("HTTP/1.1 4"), "{open}");
    assert!(open.contains("<h1"), "it is explained on a page: {open}");
    assert_eq!(app.visitor().get("/").await.status, StatusCode::OK);
    assert_eq!(app.rows("model_cards").await, 0);
    assert_eq!(app.rows("sessions").await, 0);
}

#[tokio::test]
async fn nothing_chosen_is_explained() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let form = visitor.upload_form().await;
    let answer = visitor.post_multipart("/cards", &form, None).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert_nothing_kept(&visitor, "an empty form").await;
}

/// A file whose report must name these lines.
async fn assert_listed(path: &str, lines: &[usize]) {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let bytes = fixture(path);
    let card = visitor.card(path, &bytes).await;
    let report = visitor.get(&format!("{card}/import")).await;
    assert_eq!(report.status, StatusCode::OK);
    let main = report.page().main().to_lowercase();
    for line in lines {
        assert!(
            main.contains(&format!("line {line}")),
            "{path}: line {line} is not in the report: {main}"
        );
    }
}

#[tokio::test]
async fn what_is_unusual_but_clear_is_read_and_listed_with_its_line() {
    assert_listed("json/bom.json", &[1]).await;
    assert_listed("model-card-toolkit/bom.json", &[1]).await;
    assert_listed("json/raw-newlines.json", &[3]).await;
    assert_listed("model-card-toolkit/raw-newlines.json", &[5]).await;
    assert_listed("json/trailing-commas.json", &[3, 4]).await;
    assert_listed("json/comments.jsonc", &[1, 3]).await;
    assert_listed("json/duplicate-keys.json", &[4, 5]).await;
    assert_listed("json/not-a-number.json", &[3, 4]).await;
    assert_listed("json/double-encoded.json", &[1]).await;
    assert_listed("markdown/broken-front-matter.md", &[3]).await;
    assert_listed("markdown/unclosed-front-matter.md", &[1]).await;
    assert_listed("markdown/norway-and-misspelt.md", &[3, 4, 5, 6, 10]).await;
}

#[tokio::test]
async fn the_report_names_the_format() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for (path, words) in [
        ("model-card-toolkit/v1-indent-2.json", "Model Card Toolkit JSON 0.0.1"),
        (
            "model-card-toolkit/v2-indent-4-crlf.json",
            "Model Card Toolkit JSON 0.0.2",
        ),
        ("webcards/early.json", "WebCards"),
        ("webcards/double-encoded.json", "WebCards"),
        ("json/indent-2.json", "JSON"),
        ("markdown/hub-readme.md", "Hugging Face README"),
        ("markdown/front-matter-only.md", "Hugging Face README"),
        ("markdown/setext-crlf.md", "Markdown"),
        ("markdown/no-heading.md", "Markdown"),
    ] {
        let card = visitor.card(path, &fixture(path)).await;
        let main = visitor.get(&format!("{card}/import")).await.page().main();
        assert!(main.contains(words), "{path}: {words:?} is not in {main}");
    }
}

#[tokio::test]
async fn every_fixture_becomes_a_card_with_sections() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for Sample { name, bytes } in ["model-card-toolkit", "webcards", "json", "yaml", "markdown"]
        .iter()
        .flat_map(|f| fixtures(f))
    {
        let card = visitor.card(&name, &bytes).await;
        if !["json/empty-object.json", "markdown/empty.md"].contains(&&*name) {
            assert!(!visitor.sections(&card).await.is_empty(), "{name} has no section");
        }
    }
}

#[tokio::test]
async fn pasted_text_becomes_a_card() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let home = visitor.get("/").await;
    let mut form = home
        .page()
        .find_form(|form| form.fields.iter().any(|(name, _)| name == "text"));
    form.set("text", "{\"name\": \"Pasted\"}");
    let answer = visitor.submit(&home, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    let card = card_of(&answer.location());
    assert!(answer.location().ends_with("/import"), "{}", answer.location());
    assert_eq!(visitor.download(&card, "json").await, b"{\"name\": \"Pasted\"}");
}

#[tokio::test]
async fn a_blank_card_has_the_sections_of_its_outline() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let home = visitor.get("/").await;
    let form = home.page().find_form(|form| form.value("outline").is_some());
    let answer = visitor.submit(&home, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    let sections = visitor.sections(&card_of(&answer.location())).await;
    assert_eq!(sections.len(), 5, "the short card: {sections:?}");
    assert!(
        sections.iter().any(|section| section.ends_with("/model-details")),
        "{sections:?}"
    );
}

#[tokio::test]
async fn a_hostile_file_name_is_only_text() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let name = "../../etc/<img src=x onerror=alert(1)>.json";
    let card = visitor.card(name, b"{\"a\": 1}").await;
    for path in ["/".to_owned(), card.clone(), format!("{card}/import")] {
        let text = visitor.get(&path).await.text();
        assert!(!text.contains("<img src=x"), "{path}");
    }
    let header = visitor.get(&format!("{card}/download/json")).await;
    let disposition = header.header("content-disposition");
    assert!(disposition.starts_with("attachment"), "{disposition}");
    assert!(
        !disposition.contains('/') && !disposition.contains('<'),
        "{disposition}"
    );
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_card() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let form = visitor.upload_form().await;
    let file = Upload {
        name: "card.json",
        bytes: b"{\"name\": \"Once\"}",
    };
    let first = visitor.post_multipart("/cards", &form, Some(file)).await;
    let again = visitor.post_multipart("/cards", &form, Some(file)).await;
    assert_eq!(card_of(&first.location()), card_of(&again.location()));
    assert_eq!(app.rows("model_cards").await, 1);
}

#[tokio::test]
async fn a_file_and_a_text_at_once_are_refused_and_neither_is_dropped_silently() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut form = visitor.upload_form().await;
    form.set("text", "{\"name\": \"Pasted\"}");
    let file = Upload {
        name: "card.json",
        bytes: b"{\"name\": \"Chosen\"}",
    };
    let answer = visitor.post_multipart(&form.action.clone(), &form, Some(file)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.text().contains("Both a file and a text"),
        "{}",
        answer.page().main()
    );
    assert_eq!(app.rows("model_cards").await, 0);
}

/// JSON allows U+0000 in every text, PostgreSQL in none; forms and addresses can say it as well.
#[tokio::test]
async fn a_zero_in_names_is_kept_on_both_databases() {
    let mut apps = vec![TestApp::start().await];
    apps.extend(TestApp::start_on_postgres().await);
    for app in apps {
        let visitor = app.visitor();
        let bytes = br#"{"a\u0000b": {"x\u0000": "y\u0000z"}, "\u2400": {"v": "1"}}"#;
        let card = visitor.card("zero.json", bytes).await;
        assert_eq!(visitor.download(&card, "json").await, bytes);
        let page = visitor.get(&card).await.page();
        let section = page.links().into_iter().find(|link| link.contains("/sections/a"));
        let section = section.expect("a link to the section");
        assert_eq!(visitor.get(&section).await.status, StatusCode::OK);
        let button = [("do".to_owned(), "section-down".to_owned())];
        assert_eq!(visitor.post(&section, &button).await.status, StatusCode::SEE_OTHER);

        let moved = visitor.download(&card, "json").await;
        assert!(
            moved.starts_with(br#"{"\u2400""#),
            "{}",
            String::from_utf8_lossy(&moved)
        );
        for path in ["/cards/%00", "/cards/a%00/import", &format!("{card}/sections/%00")] {
            assert_eq!(visitor.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let path = format!("{card}/sections/%00");
        assert_eq!(visitor.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
        let long: String = (0..9000)
            .map(|n| char::from(b'a' + (n * n % 7919 % 26) as u8))
            .collect();
        for once in ["\0", &long] {
            let token = [("once".to_owned(), once.to_owned())];
            let answer = visitor.post(&format!("{card}/duplicate"), &token).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
            let copy = crate::harness::card_of(&answer.location());
            assert_eq!(visitor.download(&copy, "json").await, moved);
        }
    }
}
