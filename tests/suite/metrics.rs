//! What Prometheus reads: that it counts what visitors do and holds nothing of theirs, at an address of its own.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::StatusCode;

use crate::editing::{press, section_form};
use crate::harness::Visitor;
use crate::harness::chromium::wait_for;
use crate::harness::program::Program;

const CARD: &[u8] = b"{\"name\": \"Lake ice\", \"notes\": {\"a\": \"heron\"}}";

/// The address of a server's metrics, as its log says it.
fn address(server: &Program) -> String {
    let log = server.log();
    let (_, address) = log.split_once("address=").expect("the log says it");
    address.split_whitespace().next().unwrap().to_owned()
}

/// Who reads them.
fn prometheus(server: &Program) -> Visitor {
    Visitor::new(&format!("http://{}", address(server)))
}

/// The numbers of a page by name and labels, every name with a type and a help.
async fn numbers(metrics: &Visitor) -> BTreeMap<String, f64> {
    let answer = metrics.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = answer.text();
    let (mut numbers, mut types, mut helps) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert!(types.insert(kind.split(' ').next().unwrap()), "twice: {line}");
        } else if let Some(help) = line.strip_prefix("# HELP ") {
            helps.insert(help.split(' ').next().unwrap());
        } else {
            let (series, number) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            let bare = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            let is_typed = types.contains(name) || bare.is_some_and(|bare| types.contains(bare));
            assert!(is_typed, "{line} has no type");
            let before = numbers.insert(series.to_owned(), number.parse().unwrap());
            assert_eq!(before, None, "twice: {series}");
        }
    }
    assert_eq!(types, helps);
    numbers
}

#[tokio::test]
async fn what_visitors_do_is_counted_by_route_and_nothing_of_theirs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(folder.path(), &[("METRICS_LISTEN", "127.0.0.1:0")]);
    let metrics = prometheus(&server);
    let visitor = server.visitor();
    let card = visitor.card("herons.json", CARD).await;
    let section = format!("{card}/sections/notes");
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let control = form.control_showing("heron").unwrap().to_owned();
    form.set(&control, "a grey heron");
    press(&visitor, &page, &mut form, "Save").await;
    let before = numbers(&metrics).await;
    assert_eq!(visitor.get("/herons").await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.visitor().get(&card).await.status, StatusCode::NOT_FOUND);
    let zip = visitor.get("/session/export").await.bytes.len();

    let now = numbers(&metrics).await;
    let grown = |series: &str| now[series] - before.get(series).unwrap_or(&0.0);
    let requests = |route: &str, method: &str, status: u16| {
        format!("cartellino_http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}")
    };
    assert_eq!(now[&requests("/cards", "POST", 303)], 1.0);
    let saved = "/cards/{card}/sections/{section}";
    assert_eq!(now[&requests(saved, "POST", 303)], 1.0);
    assert_eq!(grown(&requests("/cards/{card}", "GET", 404)), 1.0);
    assert_eq!(grown(&requests("none", "GET", 404)), 1.0);
    let took = format!("cartellino_http_request_duration_seconds_count{{route=\"{saved}\"}}");
    let answered: f64 = now
        .iter()
        .filter(|(series, _)| series.contains(&format!("_requests_total{{route=\"{saved}\"")))
        .map(|(_, number)| number)
        .sum();
    assert_eq!(now[&took], answered);
    assert_eq!(now["cartellino_sessions_begun_total"], 1.0);
    assert!(now["cartellino_writes_total{outcome=\"kept\"}"] >= 2.0);
    assert_eq!(now["cartellino_writes_total{outcome=\"refused\"}"], 0.0);
    assert_eq!(now["cartellino_writes_waiting"], 0.0);
    assert!(now["cartellino_commits_total{outcome=\"done\"}"] >= 2.0);
    assert_eq!(now["cartellino_writer_queue_room"], 512.0);
    assert!(now["cartellino_http_received_bytes_total"] > 0.0);
    assert!(
        grown("cartellino_http_sent_bytes_total") > zip as f64,
        "bodies are counted"
    );
    assert!(now["process_resident_memory_bytes"] > 1e6);
    let told = metrics.get("/metrics").await.text();
    let id = card.trim_start_matches("/cards/");
    for theirs in ["heron", "Lake", id, "/cards/{card}/sections/notes"] {
        assert!(!told.contains(theirs), "{theirs} is told: {told}");
    }
}

#[tokio::test]
async fn cleanups_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let short = [
        ("METRICS_LISTEN", "127.0.0.1:0"),
        ("SESSION_COOKIE_AGE", "1"),
        ("SESSION_TOUCH_INTERVAL", "0"),
        ("SESSION_CLEANUP_GRACE", "0"),
        ("SESSION_CLEANUP_INTERVAL", "1"),
    ];
    let server = Program::start(folder.path(), &short);
    let metrics = prometheus(&server);
    server.visitor().card("card.json", CARD).await;
    let removed = "cartellino_cleanup_removed_total{kind=\"sessions\"}";
    let now = wait_for("the cleanup", async || {
        let now = numbers(&metrics).await;
        (now[removed] > 0.0).then_some(now)
    })
    .await;
    assert_eq!(now[removed], 1.0);
    assert!(now["cartellino_cleanups_total{outcome=\"done\"}"] >= 1.0);
    assert_eq!(now["cartellino_cleanup_failures_total"], 0.0);
    assert!(now["cartellino_cleanup_last_done_timestamp_seconds"] > 1_700_000_000.0);
}

#[tokio::test]
async fn metrics_are_nowhere_unless_they_are_wanted_and_never_beside_the_pages() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(folder.path(), &[("METRICS_LISTEN", "127.0.0.1:0")]);
    assert_eq!(server.visitor().get("/metrics").await.status, StatusCode::NOT_FOUND);
    let metrics = prometheus(&server);
    assert_eq!(metrics.get("/").await.status, StatusCode::NOT_FOUND);
    let other = tempfile::tempdir().unwrap();
    let taken = address(&server);
    let (code, text) = Program::refusal(other.path(), &[("METRICS_LISTEN", &taken)]);
    assert!(code == 2 && text.contains("METRICS_LISTEN"), "{text}");
    let without = Program::start(other.path(), &[]);
    assert!(!without.stop().contains("metrics"));
    assert!(server.stop().contains("stopping"), "it stops with the server");
}
