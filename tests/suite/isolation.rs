//! Nobody sees or changes what belongs to somebody else, whatever the address.
//!
//! The addresses come from the router's own list, so a new one is covered on the day it is added; an id of a new
//! kind stops the test until it is told what to put there.

use std::collections::BTreeSet;

use cartellino::web;
use reqwest::{Method, StatusCode};

use crate::harness::{Answer, Sample, TestApp, Visitor};

/// Stands in every text of the one visitor and in nothing else.
const MARKER: &str = "hers-alone-7f3a";

/// A card id of the right shape that nobody has.
const NO_CARD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Sends a request with nothing in it, as a form where a form is meant.
async fn send(visitor: &Visitor, method: &Method, address: &str) -> Answer {
    if *method == Method::POST {
        visitor.post(address, &[]).await
    } else {
        visitor.request(method.clone(), address).await
    }
}

/// The card of the one visitor: the marker in a title, an answer, a member's name and a list.
fn her_card() -> Sample {
    let bytes = format!(
        "{{\"name\": \"{MARKER} name\", \"{MARKER} member\": \"{MARKER} answer\", \"list\": [\"{MARKER} entry\"]}}"
    );
    Sample {
        name: format!("{MARKER}.json"),
        bytes: bytes.into_bytes(),
    }
}

/// All addresses that a pattern of the router stands for, with her ids in it and this word for a link to a section.
fn addresses(pattern: &str, card: &str, sections: &[String], picture: &str, link: &str) -> Vec<String> {
    let mut found = vec![pattern.to_owned()];
    let fill = |found: Vec<String>, name: &str, values: &[String]| -> Vec<String> {
        let place = format!("{{{name}}}");
        found
            .into_iter()
            .flat_map(|address| match address.contains(&place) {
                true => values.iter().map(|value| address.replace(&place, value)).collect(),
                false => vec![address],
            })
            .collect()
    };
    let formats: Vec<String> = cartellino::format::Format::ALL
        .iter()
        .map(|format| format.id().to_owned())
        .collect();
    found = fill(found, "card", &[card.to_owned()]);
    found = fill(found, "section", sections);
    found = fill(found, "format", &formats);
    found = fill(found, "figure", &["figure.png".to_owned()]);
    // A code that is good opens her work for whoever has it; this one is nobody's.
    found = fill(found, "code", &[NO_CARD.to_owned()]);
    found = fill(found, "link", &[link.to_owned()]);
    found = fill(found, "file", &[picture.to_owned()]);
    found = fill(found, "hash", &["0".to_owned()]);
    found = fill(found, "name", &["style.css".to_owned()]);
    found = fill(found, "list", &["licences".to_owned()]);
    for address in &found {
        assert!(
            !address.contains('{'),
            "{pattern} has an id of a new kind: say in this test what it may be"
        );
    }
    found
}

fn assert_tells_nothing(answer: &Answer, who: &str, what: &str) {
    assert!(!answer.text().contains(MARKER), "{who} reads her text at {what}");
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        assert!(!value.contains(MARKER), "{who} reads her text in {name} at {what}");
    }
    assert!(
        !answer.status.is_server_error(),
        "{who} breaks {what}: {}",
        answer.status
    );
}

/// Her pages and the forms on them, as she would send them.
async fn her_forms(anna: &Visitor, card: &str) -> Vec<(Answer, crate::harness::page::Form)> {
    let mut found = Vec::new();
    let mut pages = vec!["/".to_owned(), card.to_owned()];
    for page in ["import", "preview", "changes", "download", "delete"] {
        pages.push(format!("{card}/{page}"));
    }
    for section in anna.sections(card).await {
        pages.push(format!("{section}/history"));
        pages.push(format!("{section}/links"));
        pages.push(section);
    }
    for path in pages {
        let page = anna.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for form in page.page().forms() {
            let again = anna.get(&path).await;
            for button in &form.buttons {
                let mut pressed = form.clone();
                for text in &form.texts {
                    if form.value(text) == Some("") {
                        pressed.set(text, "typed by a stranger");
                    }
                }
                if !button.action.is_empty() {
                    pressed.action = button.action.clone();
                }
                if !button.name.is_empty() {
                    pressed.fields.push((button.name.clone(), button.value.clone()));
                }
                found.push((
                    Answer {
                        path: again.path.clone(),
                        status: again.status,
                        headers: again.headers.clone(),
                        bytes: Vec::new(),
                    },
                    pressed,
                ));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_address_shows_or_changes_somebody_elses_card() {
    assert_isolated(TestApp::start().await).await;
}

#[tokio::test]
async fn no_address_shows_or_changes_somebody_elses_card_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        assert_isolated(app).await;
    }
}

async fn assert_isolated(app: TestApp) {
    let (anna, boris, nobody) = (app.visitor(), app.visitor(), app.visitor());
    let sample = her_card();
    let hers = anna.card(&sample.name, &sample.bytes).await;
    let his = boris.card("his.json", b"{\"name\": \"His\"}").await;
    // With a datasheet and a card to be another, her page has all its forms.
    anna.card("spare.json", &sample.bytes).await;
    let page = anna.get(&hers).await;
    let form = page.page().find_form(|form| form.action == format!("{hers}/datasheet"));
    assert_eq!(anna.submit(&page, &form).await.status, StatusCode::SEE_OTHER);
    let her_id = hers.trim_start_matches("/cards/").to_owned();
    let sections: Vec<String> = anna
        .sections(&hers)
        .await
        .iter()
        .filter_map(|address| address.rsplit('/').next().map(str::to_owned))
        .collect();
    assert!(!sections.is_empty());
    let page = anna.get(&format!("{hers}/sections/{}", sections[0])).await;
    let picture = crate::figures::add_to(&anna, &page.path).await;
    crate::section_links::link_to(&anna, &page.path).await;
    let unedited = anna.download(&hers, "json").await;
    let before = rows(&app).await;

    let mut walked = BTreeSet::new();
    for route in web::routes() {
        // What a good link to a section shows is looked at below.
        for address in addresses(route.path, &her_id, &sections, &picture, NO_CARD) {
            for method in [
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ] {
                for (who, visitor) in [("Boris", &boris), ("nobody", &nobody)] {
                    // Deleting one's own session is each visitor's right; it must not reach anybody else, which the
                    // last lines of this test look at.
                    if route.path == "/session/delete" && who == "Boris" && method == Method::POST {
                        continue;
                    }
                    // It begins a card of the sender's own; what becomes of that is looked at below.
                    if route.path == "/example" && method == Method::POST {
                        continue;
                    }
                    let what = format!("{method} {address}");
                    let answer = send(visitor, &method, &address).await;
                    assert_tells_nothing(&answer, who, &what);
                    let known = route.method == method.as_str() || (route.method == "GET" && method == Method::HEAD);
                    if known && route.path.contains("{file}") {
                        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who}: {what}");
                    }
                    if !known || !route.path.contains("{card}") {
                        continue;
                    }
                    // An empty form may be refused before anybody asks whose card it is; then her card must look
                    // like one that does not exist.
                    let made_up = send(visitor, &method, &address.replace(&her_id, NO_CARD)).await;
                    assert_eq!(
                        answer.status, made_up.status,
                        "{who}: {what} tells that the card exists"
                    );
                    let refused = method == Method::POST && answer.status == StatusCode::BAD_REQUEST;
                    assert!(
                        refused || answer.status == StatusCode::NOT_FOUND,
                        "{who}: {what}: {}",
                        answer.status
                    );
                }
            }
            walked.insert(address);
        }
    }
    println!("{} addresses walked", walked.len());

    // The example that Boris opens is his alone.
    let page = boris.get("/example").await;
    let form = page.page().find_form(|form| form.action == "/example");
    let example = crate::harness::card_of(&boris.submit(&page, &form).await.location());
    assert_eq!(nobody.get(&example).await.status, StatusCode::NOT_FOUND);
    assert_eq!(anna.get(&example).await.status, StatusCode::NOT_FOUND);
    assert!(!anna.get("/").await.text().contains(&example));
    let page = boris.get(&format!("{example}/delete")).await;
    let form = page.page().find_form(|form| form.method == "post");
    boris.submit(&page, &form).await;

    // His own card beside hers: as if hers did not exist.
    let beside = boris.get(&format!("{his}/changes?with={her_id}")).await;
    assert_tells_nothing(&beside, "Boris", "his card compared with hers");
    assert_eq!(beside.status, StatusCode::NOT_FOUND);
    let made_up = boris.get(&format!("{his}/changes?with={NO_CARD}")).await;
    assert_eq!(made_up.status, StatusCode::NOT_FOUND);
    let choice = boris.get(&format!("{his}/changes")).await;
    assert_tells_nothing(&choice, "Boris", "the cards offered for comparing");

    // The same with her own forms, sent by the others.
    let forms = her_forms(&anna, &hers).await;
    let mut sent = 0;
    for (page, form) in forms.iter().filter(|(_, form)| form.method == "post") {
        let target = if form.action.is_empty() {
            &page.path
        } else {
            &form.action
        };
        if !target.starts_with(&hers) {
            continue;
        }
        for (who, visitor) in [("Boris", &boris), ("nobody", &nobody)] {
            let answer = visitor.submit(page, form).await;
            let what = format!("the form to {target}");
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who}: {what}");
            let typed_by_them: usize = form.fields.iter().filter(|(_, value)| value.contains(MARKER)).count();
            if typed_by_them == 0 {
                assert_tells_nothing(&answer, who, &what);
            }
            sent += 1;
        }
    }
    assert!(sent > 12, "her forms were sent: {sent}");

    assert_eq!(rows(&app).await, before, "rows came or went");
    assert!(anna.download(&hers, "json").await == unedited, "her card was changed");
    assert_eq!(boris.download(&his, "json").await, b"{\"name\": \"His\"}");
    for (name, bytes) in crate::archive::unpack(&boris.get("/session/export").await.bytes) {
        assert!(
            !name.contains(MARKER) && !String::from_utf8_lossy(&bytes).contains(MARKER),
            "{name} in his copy holds her text"
        );
    }
    let list = boris.get("/").await;
    assert_tells_nothing(&list, "Boris", "his own list");
}

#[tokio::test]
async fn a_link_shows_one_section_and_nothing_else() {
    assert_link_is_narrow(TestApp::start().await).await;
}

#[tokio::test]
async fn a_link_shows_one_section_and_nothing_else_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        assert_link_is_narrow(app).await;
    }
}

async fn assert_link_is_narrow(app: TestApp) {
    let (anna, boris, colleague) = (app.visitor(), app.visitor(), app.visitor());
    let bytes = format!(
        "{{\"name\": \"Lent\", \"lent\": {{\"a\": \"for the colleague\", \"b\": [\"x\"], \"c\": \"two\\n\\nlines\"}}, \
         \"kept\": {{\"{MARKER} member\": \"{MARKER} answer\"}}}}"
    );
    let hers = anna.card(&format!("{MARKER}.json"), bytes.as_bytes()).await;
    anna.card("second.json", &her_card().bytes).await;
    let his = boris.card("his.json", b"{\"name\": \"His\"}").await;
    let picture = crate::figures::add_to(&anna, &format!("{hers}/sections/kept")).await;
    let link = crate::section_links::link_to(&anna, &format!("{hers}/sections/lent")).await;
    let word = link.trim_start_matches("/write/");
    let sections: Vec<String> = ["lent", "kept", word].map(str::to_owned).into();
    let (unedited, before) = (anna.download(&hers, "json").await, rows(&app).await);
    let mut opened = 0;
    for route in web::routes() {
        // Nothing of these is anybody else's.
        if ["/example", "/session/delete"].contains(&route.path) {
            continue;
        }
        // The word in the place of every other id opens nothing either.
        for card in [hers.trim_start_matches("/cards/"), word] {
            for address in addresses(route.path, card, &sections, &picture, word) {
                for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
                    for (who, visitor) in [("the colleague", &colleague), ("Boris", &boris)] {
                        let answer = send(visitor, &method, &address).await;
                        let what = format!("{method} {address}");
                        assert_tells_nothing(&answer, who, &what);
                        opened +=
                            usize::from(route.method == method.as_str() && answer.text().contains("for the colleague"));
                        if route.path.contains("{card}") || route.path.contains("{file}") {
                            assert!(answer.status.is_client_error(), "{who}: {what}: {}", answer.status);
                        }
                    }
                }
            }
        }
    }
    assert_eq!(opened, 4, "the section itself, for both of them");
    // What is typed and shown as readers see it brings nothing else along.
    for visitor in [&colleague, &boris] {
        let page = visitor.get(&link).await;
        let form = crate::editing::section_form(&page);
        let previews: Vec<_> = form
            .buttons
            .iter()
            .filter(|button| button.value.starts_with("preview "))
            .collect();
        assert!(!previews.is_empty(), "a preview is offered");
        for button in previews {
            let mut fields = form.fields.clone();
            fields.push((button.name.clone(), button.value.clone()));
            for answer in [
                visitor.post(&link, &fields).await,
                visitor.post_as_script(&link, &fields).await,
            ] {
                assert_eq!(answer.status, StatusCode::OK);
                assert_tells_nothing(&answer, "whoever has the link", &button.value);
            }
        }
    }
    let page = colleague.get(&link).await;
    for form in page.page().forms().iter().filter(|form| form.method == "post") {
        for button in &form.buttons {
            let mut pressed = form.clone();
            pressed.fields.push((button.name.clone(), button.value.clone()));
            pressed.fields.push(("version".to_owned(), "0".to_owned()));
            let answer = colleague.submit(&page, &pressed).await;
            assert_tells_nothing(&answer, "the colleague", &button.value);
            assert_tells_nothing(&colleague.follow(answer).await, "the colleague", &button.value);
        }
    }
    let mut after = rows(&app).await;
    let history = |all: &mut Vec<(&'static str, i64)>| all.retain(|(table, _)| *table != "card_revisions");
    let mut before = before;
    history(&mut before);
    history(&mut after);
    assert_eq!(after, before, "rows came or went");
    let edited = String::from_utf8(anna.download(&hers, "json").await).unwrap();
    let kept = |text: &str| text.split("\"kept\"").nth(1).map(str::to_owned);
    assert_eq!(
        kept(&edited),
        kept(&String::from_utf8(unedited).unwrap()),
        "the other section was changed"
    );
    assert_eq!(boris.download(&his, "json").await, b"{\"name\": \"His\"}");
}

#[tokio::test]
async fn nobody_reads_results_into_somebody_elses_card() {
    let app = TestApp::start().await;
    let (anna, boris, nobody) = (app.visitor(), app.visitor(), app.visitor());
    boris.card("his.json", b"{\"name\": \"His\"}").await;
    let native = format!(
        "{{\"format\": \"cartellino\", \"version\": 1, \"outline\": \"full\", \"sections\": [{{\"key\": \"quantitative-analyses\", \
         \"title\": \"{MARKER}\", \"fields\": [{{\"id\": \"quantitative-analyses.performance_metrics\", \"label\": \"Results\", \
         \"value\": [{{\"type\": \"{MARKER}\", \"value\": \"0.9\"}}]}}]}}]}}"
    );
    let hers = anna.card("hers.json", native.as_bytes()).await;
    let address = format!("{hers}/sections/quantitative-analyses/results");
    let page = anna.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let mut form = page.page().find_form(|form| form.action == address);
    form.set("text", "metric,value\nrecall,0.1\n");
    form.fields.push(("do".to_owned(), "save".to_owned()));
    let before = anna.download(&hers, "cartellino").await;
    for (who, visitor) in [("Boris", &boris), ("nobody", &nobody)] {
        let seen = visitor.get(&address).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{who}");
        assert_tells_nothing(&seen, who, &address);
        let sent = visitor.submit(&page, &form).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{who}");
        assert_tells_nothing(&sent, who, &address);
        assert!(sent.text().contains("recall,0.1"), "{who} gets the own text back");
    }
    assert!(
        anna.download(&hers, "cartellino").await == before,
        "her card was changed"
    );
}

async fn rows(app: &TestApp) -> Vec<(&'static str, i64)> {
    let mut found = Vec::new();
    for table in [
        "model_cards",
        "card_datasheets",
        "card_section_data",
        "card_revisions",
        "files",
        "section_links",
        "sessions",
    ] {
        found.push((table, app.rows(table).await));
    }
    found
}

#[tokio::test]
async fn deleting_all_of_ones_data_reaches_nobody_else() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    let sample = her_card();
    let hers = anna.card(&sample.name, &sample.bytes).await;
    let his = boris.card("his.json", b"{\"name\": \"His\"}").await;
    let page = boris.get("/session/delete").await;
    let form = page
        .page()
        .find_form(|form| form.method == "post" && (form.action.is_empty() || form.action.starts_with("/session")));
    let answer = boris.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "the cookie goes too");
    assert_eq!(boris.get(&his).await.status, StatusCode::NOT_FOUND);
    assert!(anna.download(&hers, "json").await == sample.bytes);
    assert_eq!(app.rows("model_cards").await, 1);
    assert_eq!(app.rows("sessions").await, 1);
}

#[tokio::test]
async fn a_file_name_in_an_address_never_leaves_the_static_files() {
    let app = TestApp::start().await;
    for path in [
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2fCargo.toml",
        "/static//etc/passwd",
        "/static/style.css%00",
    ] {
        let raw = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            app.address
        );
        let answer = crate::harness::send_raw(app.address, raw.into_bytes()).await;
        assert!(
            answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"),
            "{path}: {answer}"
        );
    }
}
