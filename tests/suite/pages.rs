//! What holds for every page: designed failures, headers, no inline code, one language, caching.

use reqwest::{Method, StatusCode};

use crate::harness::{Answer, TestApp, Visitor, fixture};

/// Opens every page that a visitor with a card can reach by links, and returns them.
pub async fn every_page(visitor: &Visitor) -> Vec<Answer> {
    let path = "model-card-toolkit/v2-indent-4-crlf.json";
    let card = visitor.card(path, &fixture(path)).await;
    // One datasheet that is linked, and one that could be.
    visitor.post(&format!("{card}/datasheet"), &[]).await;
    let begun = crate::harness::card_of(&visitor.post(&format!("{card}/datasheet"), &[]).await.location());
    visitor.post(&format!("{begun}/datasheet/unlink"), &[]).await;
    every_page_of(visitor).await
}

/// Opens every page that this visitor can reach by links, and returns them.
pub async fn every_page_of(visitor: &Visitor) -> Vec<Answer> {
    let mut waiting = vec!["/".to_owned()];
    let mut seen = waiting.clone();
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop() {
        let answer = visitor.get(&path).await;
        assert!(
            answer.status.is_success() || answer.status.is_redirection(),
            "{path} is linked and answers {}",
            answer.status
        );
        if !answer.header("content-type").starts_with("text/html") || !answer.header("content-disposition").is_empty() {
            continue;
        }
        for link in answer.page().links() {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            if link.starts_with('/') && !seen.contains(&link) {
                seen.push(link.clone());
                waiting.push(link);
            }
        }
        pages.push(answer);
    }
    assert!(
        pages.len() > 12,
        "the pages link each other: {:?}",
        pages.iter().map(|page| &page.path).collect::<Vec<_>>()
    );
    pages
}

/// A page as we design them: it names itself, says what is so, and leads on.
fn assert_designed(answer: &Answer) {
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{}: {}",
        answer.path,
        answer.header("content-type")
    );
    let page = answer.page();
    assert!(!page.heading().is_empty(), "{}: no heading", answer.path);
    assert!(
        page.links().iter().any(|link| link == "/"),
        "{}: no way home",
        answer.path
    );
    assert_eq!(page.all("main").len(), 1, "{}: one main part", answer.path);
    assert_eq!(page.all("h1").len(), 1, "{}: one first heading", answer.path);
    let language = page
        .all("html")
        .first()
        .and_then(|html| html.attr("lang").map(str::to_owned));
    assert_eq!(language.as_deref(), Some("en"), "{}", answer.path);
    assert!(
        page.texts("title").first().is_some_and(|title| !title.is_empty()),
        "{}: no title",
        answer.path
    );
}

/// Headers that every answer carries.
fn assert_headers(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri",
    ] {
        assert!(policy.contains(part), "{}: {part:?} is not in {policy:?}", answer.path);
    }
    assert!(!policy.contains("unsafe-"), "{}: {policy}", answer.path);
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", answer.path);
    assert!(
        ["same-origin", "no-referrer", "strict-origin"].contains(&answer.header("referrer-policy")),
        "{}: {:?}",
        answer.path,
        answer.header("referrer-policy")
    );
}

#[tokio::test]
async fn every_page_is_whole_and_has_no_inline_code() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for answer in every_page(&visitor).await {
        assert_designed(&answer);
        assert_headers(&answer);
        let page = answer.page();
        let path = &answer.path;
        assert!(page.all("style, [style]").is_empty(), "{path}: inline style");
        assert!(page.all("script:not([src])").is_empty(), "{path}: inline script");
        for element in page.all("*") {
            for (name, value) in element.value().attrs() {
                assert!(!name.starts_with("on"), "{path}: {name}");
                if matches!(name, "src" | "href" | "action" | "srcset" | "formaction") && element.value().name() != "a"
                {
                    let local = (value.starts_with('/') && !value.starts_with("//"))
                        || value.is_empty()
                        || value.starts_with(['?', '#'])
                        || value.starts_with("data:image/");
                    assert!(local, "{path} loads {value}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_schema_of_our_format_is_there_without_a_session() {
    let app = TestApp::start().await;
    let answer = app.visitor().get("/schema/cartellino-1.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/schema+json");
    assert_eq!(answer.header("set-cookie"), "");
    assert_headers(&answer);
    let schema: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!(schema["properties"]["format"]["const"], "cartellino");
}

#[tokio::test]
async fn every_control_has_a_label_and_every_id_is_unique() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for answer in every_page(&visitor).await {
        let page = answer.page();
        let path = &answer.path;
        let mut ids = std::collections::HashSet::new();
        for element in page.all("[id]") {
            let id = element.attr("id").unwrap_or_default();
            assert!(ids.insert(id.to_owned()), "{path}: two elements are called {id:?}");
        }
        let mut labelled = std::collections::HashSet::new();
        for label in page.all("label[for]") {
            let target = label.attr("for").unwrap_or_default();
            assert!(
                ids.contains(target),
                "{path}: a label points at {target:?}, which is not there"
            );
            labelled.insert(target.to_owned());
        }
        for control in page.all("input:not([type=hidden]):not([type=submit]), textarea, select") {
            let by_label = control.attr("id").is_some_and(|id| labelled.contains(id));
            let inside = control
                .ancestors()
                .filter_map(scraper::ElementRef::wrap)
                .any(|around| around.value().name() == "label");
            let named = control.attr("aria-label").is_some() || control.attr("aria-labelledby").is_some();
            assert!(by_label || inside || named, "{path}: no label for {}", control.html());
        }
        for describes in page.all("[aria-describedby], [aria-labelledby]") {
            for name in ["aria-describedby", "aria-labelledby"] {
                for id in describes.attr(name).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{path}: {name} points at {id:?}, which is not there");
                }
            }
        }
        for button in page.all("button") {
            let text = button.text().collect::<String>();
            assert!(
                !text.trim().is_empty() || button.attr("aria-label").is_some(),
                "{path}: a button without words"
            );
        }
        for picture in page.all("img") {
            assert!(picture.attr("alt").is_some(), "{path}: a picture without alt");
        }
    }
}

#[tokio::test]
async fn pages_of_the_visitor_are_not_cached_and_say_until_when_work_is_kept() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for answer in every_page(&visitor).await {
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.path);
        assert!(
            answer.header("vary").to_lowercase().contains("cookie"),
            "{}: {:?}",
            answer.path,
            answer.header("vary")
        );
        if answer.path.starts_with("/cards/") {
            assert!(
                answer.page().text().to_lowercase().contains("until"),
                "{}: no date until which it is kept",
                answer.path
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_there_has_a_page() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for path in [
        "/nowhere",
        "/cards/aaaaaaaaaaaaaaaaaaaaaa",
        "/cards/aaaaaaaaaaaaaaaaaaaaaa/sections/model-details",
        "/cards/%2e%2e%2fetc%2fpasswd",
        "/cards/'; DROP TABLE model_cards; --",
        "/static/nowhere.css",
    ] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_designed(&answer);
        assert_headers(&answer);
    }
    let path = "json/indent-2.json";
    let card = visitor.card(path, &fixture(path)).await;
    let answer = visitor.get(&format!("{card}/sections/no-such-section")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_designed(&answer);
}

#[tokio::test]
async fn a_method_that_an_address_does_not_know_has_a_page() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for (method, path) in [
        (Method::DELETE, "/"),
        (Method::PUT, "/cards"),
        (Method::GET, "/cards"),
        (Method::TRACE, "/"),
    ] {
        let answer = visitor.request(method.clone(), path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert!(!answer.header("allow").is_empty(), "{method} {path}: no Allow");
        assert_headers(&answer);
    }
    let answer = visitor.request(Method::DELETE, "/").await;
    assert_designed(&answer);
}

#[tokio::test]
async fn a_database_that_is_away_is_a_503_page() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let path = "json/indent-2.json";
    let card = visitor.card(path, &fixture(path)).await;
    let _occupied = app.occupy_database().await;
    let answer = visitor.get(&card).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text());
    assert_designed(&answer);
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(answer.header("set-cookie"), "");
    // A person who comes for the first time can still read what this is.
    assert_eq!(app.visitor().get("/").await.status, StatusCode::OK);
    // Machines read a word.
    let ready = visitor.get("/health/ready").await;
    assert_eq!(
        (ready.status, ready.text()),
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned())
    );
}

#[tokio::test]
async fn our_own_fault_is_a_calm_page_with_a_number() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let path = "json/indent-2.json";
    let card = visitor.card(path, &fixture(path)).await;
    app.execute("ALTER TABLE card_section_data RENAME TO gone").await;
    let answer = visitor.get(&card).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_designed(&answer);
    assert_headers(&answer);
    assert!(!answer.page().texts("main code").is_empty(), "no number to tell us");
    assert!(!answer.text().contains("card_section_data"), "the cause is for the log");
    app.execute("ALTER TABLE gone RENAME TO card_section_data").await;
    assert_eq!(visitor.get(&card).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_taken_has_a_page() {
    let app = TestApp::start_with(&["--max-upload-bytes", "1000"]).await;
    let visitor = app.visitor();
    let large = visitor.upload("large.json", &b"x".repeat(2000)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_designed(&large);
    assert_headers(&large);
    let broken = visitor.upload("broken.json", b"{").await;
    assert!(broken.status.is_client_error(), "{}", broken.status);
    assert_designed(&broken);
    assert_headers(&broken);
    let home = visitor.get("/").await.page().text();
    assert!(home.contains("Up to 1000 bytes"), "the limit is announced: {home}");
}

#[tokio::test]
async fn static_files_are_cached_for_long_and_set_no_cookie() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let home = visitor.get("/").await;
    let page = home.page();
    let files: Vec<String> = page
        .all("link[rel~=stylesheet][href], script[src], link[rel~=icon][href]")
        .into_iter()
        .filter_map(|element| element.attr("href").or(element.attr("src")).map(str::to_owned))
        .collect();
    assert!(files.iter().any(|file| file.contains(".css")), "{files:?}");
    for file in files {
        let stranger = app.visitor();
        let answer = stranger.get(&file).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        let caching = answer.header("cache-control");
        assert!(
            caching.contains("immutable") && caching.contains("max-age=31536000"),
            "{file}: {caching:?}"
        );
        assert_eq!(answer.header("set-cookie"), "", "{file}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{file}");
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let path = "json/indent-2.json";
    let card = visitor.card(path, &fixture(path)).await;
    let answer = visitor.post_from_elsewhere(&format!("{card}/delete")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.get(&card).await.status, StatusCode::OK);
}
