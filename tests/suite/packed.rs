//! Answers packed for browsers that take gzip.

use std::io::Read as _;

use reqwest::{Method, StatusCode};

use crate::harness::{Answer, TestApp};

/// What browsers send.
const BROWSER: (&str, &str) = ("accept-encoding", "gzip, deflate, br, zstd");

fn unpacked(answer: &Answer) -> Vec<u8> {
    assert_eq!(answer.header("content-encoding"), "gzip", "{}", answer.path);
    let mut bytes = Vec::new();
    let mut packed = flate2::read::GzDecoder::new(&answer.bytes[..]);
    packed
        .read_to_end(&mut bytes)
        .unwrap_or_else(|error| panic!("{}: {error}", answer.path));
    bytes
}

#[tokio::test]
async fn pages_are_packed_for_browsers_that_take_it() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor
        .card("card.json", br#"{"name": "Otter", "text": "of the lake"}"#)
        .await;
    let section = visitor.sections(&card).await.remove(0);
    for path in [section.as_str(), "/help", "/privacy", &format!("{card}/download/html")] {
        let plain = visitor.get(path).await;
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        let packed = visitor.get_with(path, &[BROWSER]).await;
        assert_eq!(packed.status, StatusCode::OK);
        assert!(unpacked(&packed) == plain.bytes, "{path}: other bytes");
        assert_eq!(
            packed.header("content-length"),
            packed.bytes.len().to_string(),
            "{path}"
        );
        assert!(
            packed.bytes.len() < plain.bytes.len() * 2 / 3,
            "{path}: {}",
            packed.bytes.len()
        );
        assert_eq!(packed.headers.get_all("vary").iter().collect::<Vec<_>>(), ["Cookie"]);
        assert_eq!(packed.header("cache-control"), "no-store");
        assert_eq!(packed.header("content-type"), plain.header("content-type"));
    }
    for refused in ["gzip;q=0", "br", "identity", "*;q=0", "gzip;q=many", ","] {
        let answer = visitor.get_with("/help", &[("accept-encoding", refused)]).await;
        assert_eq!(
            (answer.status, answer.header("content-encoding")),
            (StatusCode::OK, ""),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn large_pages_are_packed_too() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let text = "an otter in the lake, ".repeat(20_000);
    let card = visitor
        .card("card.json", format!(r#"{{"text": "{text}"}}"#).as_bytes())
        .await;
    let file = format!("{card}/download/json");
    let plain = visitor.get(&file).await;
    let packed = visitor.get_with(&file, &[BROWSER]).await;
    assert!(unpacked(&packed) == plain.bytes, "other bytes");
    assert!(packed.bytes.len() < plain.bytes.len() / 10);
}

#[tokio::test]
async fn what_would_not_get_smaller_or_tells_a_secret_is_not_packed() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", br#"{"name": "Otter"}"#).await;
    for path in [
        "/robots.txt",
        "/health/live",
        &format!("{card}/download.zip"),
        "/session/export",
    ] {
        let answer = visitor.get_with(path, &[BROWSER]).await;
        assert_eq!(
            (answer.status, answer.header("content-encoding")),
            (StatusCode::OK, ""),
            "{path}"
        );
    }
    let form = ("content-type", "application/x-www-form-urlencoded");
    let made = visitor.post_bytes("/session/continue", b"", &[BROWSER, form]).await;
    assert!(made.text().contains("/continue/"), "{}", made.page().main());
    assert_eq!(made.header("content-encoding"), "");
}

#[tokio::test]
async fn static_files_are_packed_beforehand_and_known_by_their_tags() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let home = visitor.get("/").await;
    let sheet = home.page().all("link[rel=stylesheet]")[0]
        .attr("href")
        .unwrap()
        .to_owned();
    let plain = visitor.get(&sheet).await;
    let packed = visitor.get_with(&sheet, &[BROWSER]).await;
    assert!(unpacked(&packed) == plain.bytes, "other bytes");
    assert!(packed.bytes.len() < 8_000, "{}", packed.bytes.len());
    assert_ne!(plain.header("etag"), packed.header("etag"));
    for answer in [&plain, &packed] {
        assert_eq!(
            answer.headers.get_all("vary").iter().collect::<Vec<_>>(),
            ["Accept-Encoding"]
        );
        assert!(answer.header("cache-control").contains("immutable"));
    }
    let known = [BROWSER, ("if-none-match", packed.header("etag"))];
    let again = visitor.get_with(&sheet, &known).await;
    assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("vary"), "Accept-Encoding");
    // The packed file is no answer to who cannot unpack it.
    let other = visitor
        .get_with(&sheet, &[("if-none-match", packed.header("etag"))])
        .await;
    assert_eq!((other.status, other.header("content-encoding")), (StatusCode::OK, ""));
    let head = visitor.request(Method::HEAD, &sheet).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
}
