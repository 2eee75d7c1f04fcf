//! Limits of requests: how large a body may be, and how many visitors one address may bring.

use std::fmt::Write as _;
use std::net::SocketAddr;

use cartellino::web;
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use crate::editing::section_form;
use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Visitor, send_raw};
use crate::section_links::link_to;

const LIMIT: usize = 20_000;

/// A request with this body, with its length or in chunks.
fn raw(address: SocketAddr, path: &str, cookie: &str, kind: &str, body: &[u8], chunked: bool) -> Vec<u8> {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\nConnection: close\r\n"
    );
    let mut bytes = Vec::new();
    if chunked {
        head.push_str("Transfer-Encoding: chunked\r\n\r\n");
        bytes.extend_from_slice(head.as_bytes());
        for chunk in body.chunks(7_000) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
    } else {
        let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(body);
    }
    bytes
}

/// Every address that takes a form refuses a body beyond the limit with a page, or never reads it, and changes nothing.
#[tokio::test]
async fn every_form_has_a_limit_however_its_body_comes() {
    let app = TestApp::start_with(&["--max-upload-bytes", "20000"]).await;
    let visitor = app.visitor();
    let cookie = visitor
        .get("/")
        .await
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    let card = visitor.card("a.json", b"{\"text\": \"short\"}").await;
    let before = app.dump().await;
    let forms: Vec<&str> = web::routes()
        .iter()
        .filter(|route| route.method == Method::POST.as_str())
        .map(|route| route.path)
        .collect();
    assert!(forms.len() > 6, "{forms:?}");
    let mut refused = 0;
    for pattern in forms {
        let path = pattern.replace("/cards/{card}", &card).replace("{section}", "text");
        // What these do is done without reading a body.
        let reads_nothing = path.ends_with("/delete") || path.ends_with("/restore") || path.starts_with("/prefilled/");
        let path = if reads_nothing {
            path.replace(&card, "/cards/none")
        } else {
            path
        };
        if path.starts_with("/session") {
            continue;
        }
        for chunked in [false, true] {
            let long = "x".repeat(LIMIT * 5);
            let is_multipart = matches!(path.as_str(), "/cards" | "/convert") || path.ends_with("/results");
            let (kind, body) = if is_multipart {
                let part = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n";
                ("multipart/form-data; boundary=b", format!("{part}{long}\r\n--b--\r\n"))
            } else {
                ("application/x-www-form-urlencoded", format!("title=t&f.0={long}"))
            };
            let request = raw(app.address, &path, &cookie, kind, body.as_bytes(), chunked);
            let answer = send_raw(app.address, request).await;
            let what = format!(
                "{path}, chunked: {chunked}: {}",
                answer.lines().next().unwrap_or_default()
            );
            if reads_nothing {
                assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 404"), "{what}");
                continue;
            }
            assert!(answer.starts_with("HTTP/1.1 413"), "{what}");
            assert!(
                answer.contains("This is too large") && answer.contains("19.5 KiB"),
                "{what}"
            );
            let advice = if path.starts_with("/api/") {
                "a card is mostly text"
            } else {
                "Go back"
            };
            assert!(answer.contains(advice), "{what} says what to do");
            refused += 1;
        }
    }
    assert!(refused >= 10, "{refused}");
    assert_eq!(app.dump().await, before, "nothing was changed");
    assert_eq!(visitor.get(&card).await.status, StatusCode::OK, "the server goes on");
}

#[tokio::test]
async fn a_form_as_long_as_the_limit_is_taken() {
    let app = TestApp::start_with(&["--max-upload-bytes", "20000"]).await;
    let visitor = app.visitor();
    let card = visitor.card("a.json", b"{\"text\": \"short\"}").await;
    let section = format!("{card}/sections/text");
    let page = visitor.get(&section).await;
    let form = page.page().find_form(|form| form.value("version").is_some());
    let mut fields = form.fields;
    let typed = fields
        .iter_mut()
        .rfind(|(name, _)| name.starts_with("f.") && !name.contains('~'));
    // Every one of these is spelled out with nine bytes.
    typed.expect("a box to write in").1 = "漢".repeat(6_000);
    let answer = visitor.post(&section, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    assert!(visitor.get(&section).await.text().contains(&"漢".repeat(6_000)));
}

/// Begins a card as somebody new, with these forwarded addresses.
async fn begin(app: &TestApp, forwarded: &[&str]) -> Answer {
    let mut headers = String::new();
    for value in forwarded {
        let _ = write!(headers, "X-Forwarded-For: {value}\r\n");
    }
    let body = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{\"a\": 1}\r\n--b--\r\n";
    let request = format!(
        "POST /cards HTTP/1.1\r\nHost: {}\r\n{headers}Content-Type: multipart/form-data; boundary=b\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        app.address,
        body.len()
    );
    let text = send_raw(app.address, request.into_bytes()).await;
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name: reqwest::header::HeaderName = name.parse().expect("a name");
        headers.append(name, value.parse().expect("a value"));
    }
    Answer {
        path: "/cards".to_owned(),
        status: status.parse().expect("a status"),
        headers,
        bytes: body.as_bytes().to_vec(),
    }
}

async fn status(app: &TestApp, forwarded: &[&str]) -> u16 {
    begin(app, forwarded).await.status.as_u16()
}

#[tokio::test]
async fn r07_too_many_beginnings_get_a_page_that_says_when_to_come_back() {
    let app = TestApp::start_with(&["--session-create-limit", "2"]).await;
    let known = app.visitor();
    let card = known.card("a.json", b"{\"text\": \"short\"}").await;
    assert_eq!(status(&app, &[]).await, 303);
    let refused = begin(&app, &[]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "1800");
    assert_eq!(refused.header("set-cookie"), "");
    let words = refused.page().main();
    for expected in [
        "Too many beginnings",
        "30 minutes",
        "What you typed is not lost",
        "is not affected",
    ] {
        assert!(words.contains(expected), "{expected:?} is not in {words}");
    }
    assert_eq!(app.rows("sessions").await, 2);
    assert_eq!(app.rows("model_cards").await, 2);
    // Who is known goes on: looking, saving, adding.
    assert_eq!(known.get(&card).await.status, StatusCode::OK);
    known.card("b.json", b"{\"text\": \"more\"}").await;
    app.pass(TimeDelta::minutes(30));
    assert_eq!(status(&app, &[]).await, 303);
    assert_eq!(status(&app, &[]).await, 429);
}

#[tokio::test]
async fn saves_that_nobody_types_wait_and_nothing_is_lost() {
    let app = TestApp::start_with(&["--session-save-limit", "3"]).await;
    let [anna, ben] = [app.visitor(), app.visitor()];
    let card = br#"{"name": "Fog finder", "limits": {"known": "fog"}}"#;
    let section = format!("{}/sections/limits", anna.card("fog.json", card).await);
    let is_text = |(name, _): &&(String, String)| name.starts_with("f.") && !name.contains('~');
    let text = |form: &Form| form.fields.iter().find(is_text).expect("a text").clone();
    let save = async |visitor: &Visitor, section: &str, words: &str| {
        let page = visitor.get(section).await;
        let mut form = section_form(&page);
        let (name, _) = text(&form);
        visitor.submit(&page, form.set(&name, words).press("Save")).await
    };
    for text in ["one", "two", "three"] {
        assert_eq!(
            save(&anna, &section, text).await.status,
            StatusCode::SEE_OTHER,
            "{text}"
        );
    }
    let refused = save(&anna, &section, "four").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "20");
    let words = refused.page().main();
    for expected in ["Too many saves", "Nothing was changed", "20 seconds", "not lost"] {
        assert!(words.contains(expected), "{expected:?} is not in {words}");
    }
    let page = anna.get(&section).await;
    let form = section_form(&page);
    assert_eq!(text(&form).1, "three");
    // The page that saves by itself is told so too, and tries again.
    let again = anna.post_as_script(&section, &form.fields).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    // Others are not held up, and neither is who has a link, but these have no more saves than that either.
    let other = format!("{}/sections/limits", ben.card("fog.json", card).await);
    assert_eq!(save(&ben, &other, "five").await.status, StatusCode::SEE_OTHER);
    let (link, guest) = (link_to(&anna, &section).await, app.visitor());
    for text in ["six", "seven", "eight"] {
        assert_eq!(save(&guest, &link, text).await.status, StatusCode::SEE_OTHER, "{text}");
    }
    assert_eq!(save(&guest, &link, "nine").await.status, StatusCode::TOO_MANY_REQUESTS);
    app.pass(TimeDelta::seconds(20));
    assert_eq!(save(&anna, &section, "ten").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        save(&anna, &section, "eleven").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn r07_nobody_escapes_by_a_forged_header() {
    let app = TestApp::start_with(&["--session-create-limit", "2"]).await;
    assert_eq!(status(&app, &["1.1.1.1"]).await, 303);
    assert_eq!(status(&app, &["2.2.2.2, 3.3.3.3"]).await, 303);
    assert_eq!(status(&app, &["4.4.4.4"]).await, 429, "no proxy is trusted");
}

#[tokio::test]
async fn r07_behind_proxies_the_last_untrusted_address_counts() {
    let flags = [
        "--session-create-limit",
        "1",
        "--trusted-proxies",
        "127.0.0.1,10.0.0.0/8,fd00::/8",
    ];
    let app = TestApp::start_with(&flags).await;
    assert_eq!(status(&app, &["203.0.113.1"]).await, 303);
    assert_eq!(
        status(&app, &["203.0.113.2"]).await,
        303,
        "another visitor of the same proxy"
    );
    // What the visitor wrote before the proxy added the address does not count.
    assert_eq!(status(&app, &["198.51.100.7, 203.0.113.1"]).await, 429);
    assert_eq!(status(&app, &["10.9.9.9, 203.0.113.1"]).await, 429);
    // A chain of our own proxies, in one header or in several, with ports or not.
    assert_eq!(status(&app, &["203.0.113.1, 10.1.2.3"]).await, 429);
    assert_eq!(status(&app, &["203.0.113.1", "10.1.2.3"]).await, 429);
    assert_eq!(status(&app, &["203.0.113.1:4711, 10.1.2.3:80"]).await, 429);
    assert_eq!(status(&app, &["203.0.113.3, fd00::1, 10.1.2.3"]).await, 303);
    assert_eq!(
        status(&app, &["::ffff:203.0.113.3"]).await,
        429,
        "the same address, written as IPv6"
    );
    // One connection to the internet has a network of IPv6, not an address.
    assert_eq!(status(&app, &["2001:db8:1:2::1"]).await, 303);
    assert_eq!(status(&app, &["2001:db8:1:2:ffff::2"]).await, 429);
    assert_eq!(status(&app, &["[2001:db8:1:3::1]:443"]).await, 303);
    // What is no address ends the search at the proxy that passed it on; all of these share its place.
    assert_eq!(status(&app, &["unknown"]).await, 303);
    for odd in [
        "",
        "unknown",
        "203.0.113.9, _hidden",
        "1.2.3",
        "999.1.1.1",
        ", ,",
        "203.0.113.9;",
    ] {
        assert_eq!(status(&app, &[odd]).await, 429, "{odd:?}");
    }
}
