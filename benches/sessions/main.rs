//! What a session costs a request, for each engine, as a ratio to the same page without one in the same run:
//! `cargo bench --bench sessions`. Prints a Markdown table. Figures of one machine and one moment; the ratios travel
//! better.

// Not every figure of it is shown here.
#[allow(dead_code)]
#[path = "../http/load.rs"]
mod load;

// The application is that of the tests; not everything of it is wanted here.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/suite/harness/mod.rs"]
mod harness;
#[allow(dead_code)]
#[path = "../../tests/suite/postgres.rs"]
mod postgres;
#[allow(dead_code)]
#[path = "../../tests/suite/redis.rs"]
mod redis;

use std::net::SocketAddr;
use std::time::Duration;

use harness::TestApp;
use load::Connection;

/// How long each figure is measured.
const TIME: Duration = Duration::from_secs(3);
/// How many connections are busy at the same time.
const CONNECTIONS: [usize; 2] = [1, 16];
/// A page that says the same to everybody, but for the line that says until when the work is kept.
const PAGE: &str = "/help";

fn get(cookie: &str) -> Vec<u8> {
    let cookie = if cookie.is_empty() {
        String::new()
    } else {
        format!("Cookie: {cookie}\r\n")
    };
    format!("GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n").into_bytes()
}

/// A visitor who has begun a blank card; the cookie.
fn arrive(address: SocketAddr) -> String {
    let body = "--bench\r\nContent-Disposition: form-data; name=\"outline\"\r\n\r\nfull\r\n--bench--\r\n";
    let request = format!(
        "POST /cards HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=bench\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = Connection::open(address);
    let (status, answer) = connection.call(request.as_bytes());
    let text = String::from_utf8_lossy(answer).into_owned();
    assert_eq!(status, 303, "{text}");
    text.lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .and_then(|cookie| cookie.split(';').next())
        .unwrap_or_else(|| panic!("no cookie in {text}"))
        .to_owned()
}

/// How much longer a request takes with a session than without, at so many connections.
fn measure(name: &str, address: SocketAddr) {
    for connections in CONNECTIONS {
        let cookies: Vec<String> = (0..connections).map(|_| arrive(address)).collect();
        let without = load::run(&[address], connections, TIME, 200, |_| || get(""));
        let with = load::run(&[address], connections, TIME, 200, |number| {
            let request = get(&cookies[number]);
            move || request.clone()
        });
        println!(
            "| {name} | {connections} | {:.0} | {:.0} | {:.2} | {:.1} |",
            without.per_second,
            with.per_second,
            without.per_second / with.per_second,
            with.p99_ms
        );
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let files = tempfile::tempdir().expect("a folder");
    let folder = files.path().join("sessions").display().to_string();
    println!(
        "\nThe page {PAGE} with and without a session; {} s each, {} cores for server and clients.\n",
        TIME.as_secs(),
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    println!("| engine | connections | without/s | with/s | times as long | p99 ms |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let mut engines: Vec<(&str, Vec<String>)> = vec![
        ("memory", vec!["--session-engine=memory".to_owned()]),
        ("cookie", vec!["--session-engine=cookie".to_owned()]),
        (
            "file",
            vec![
                "--session-engine=file".to_owned(),
                format!("--session-file-path={folder}"),
            ],
        ),
        ("database, SQLite", Vec::new()),
    ];
    if let Some(url) = postgres::new_database() {
        engines.push(("database, PostgreSQL", vec!["--database-url".to_owned(), url]));
    }
    for engine in ["redis", "cached_database"] {
        if let Some(url) = redis::new_database() {
            engines.push((
                engine,
                vec![format!("--session-engine={engine}"), format!("--redis-url={url}")],
            ));
        }
    }
    for (name, flags) in engines {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let app = runtime.block_on(TestApp::start_with(&flags));
        measure(name, app.address);
    }
}
