//! What programs call: the same words as on the command line, nothing kept, and failures that programs can read.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use cartellino::web;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::cli::Desk;
use crate::harness::{Answer, TestApp, Visitor, fixture, send_raw};

/// Files of many formats, with and without findings.
const FILES: [&str; 8] = [
    "model-card-toolkit/odd-values.json",
    "model-card-toolkit/v1-indent-2.json",
    "markdown/hub-readme.md",
    "markdown/norway-and-misspelt.md",
    "webcards/three-metrics.json",
    "json/trailing-commas.json",
    "yaml/comments-and-quotes.yaml",
    "xml/chai-0.2-tabs.xml",
];

const README: &str = "markdown/hub-readme.md";

/// Both databases.
async fn both() -> Vec<TestApp> {
    let mut apps = vec![TestApp::start().await];
    apps.extend(TestApp::start_on_postgres().await);
    apps
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().expect("a name")
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

async fn ask(visitor: &Visitor, address: &str, bytes: &[u8]) -> Answer {
    let answer = visitor.post_bytes(address, bytes, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text());
    assert_eq!(answer.header("set-cookie"), "", "{address}");
    assert_eq!(answer.header("cache-control"), "no-store", "{address}");
    answer
}

/// Asserts that a failure is one that programs can read; returns it.
fn problem(answer: &Answer, status: u16) -> Value {
    let what = format!("{}: {} {}", answer.path, answer.status, answer.text());
    assert_eq!(answer.status.as_u16(), status, "{what}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    assert_eq!(answer.header("set-cookie"), "", "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), "", "{what}");
    if answer.bytes.is_empty() {
        return Value::Null;
    }
    let problem = answer.json();
    assert_eq!(problem["status"], status, "{what}");
    assert_eq!(
        problem["title"],
        answer.status.canonical_reason().unwrap_or_default(),
        "{what}"
    );
    for sentence in ["detail", "advice"] {
        let words = problem[sentence].as_str().unwrap_or_default();
        assert!(words.len() > 1 && words.ends_with('.'), "{what}");
    }
    problem
}

#[tokio::test]
async fn check_says_what_the_command_line_and_the_page_say() {
    let app = TestApp::start().await;
    let (program, person) = (app.visitor(), app.visitor());
    let desk = Desk::with(&FILES);
    let mut found = 0;
    for path in FILES {
        let (name, bytes) = (name_of(path), fixture(path));
        for outline in ["", "full", "hugging-face"] {
            let (words, query) = match outline {
                "" => (Vec::new(), String::new()),
                key => (vec!["--outline", key], format!("&outline={key}")),
            };
            let by_command = |format: &str| {
                let ended = desk.run(&[&["check", name, "--format", format][..], &words].concat());
                assert!(ended.code < 2, "{}", ended.err);
                parsed(&ended.out)
            };
            let address = format!("/api/v1/check?name={name}{query}");
            let by_program = ask(&program, &address, &bytes).await;
            assert_eq!(by_program.header("content-type"), "application/json");
            assert_eq!(by_program.json(), by_command("json")["files"][0], "{address}");
            let as_sarif = ask(&program, &format!("{address}&as=sarif"), &bytes).await;
            assert_eq!(as_sarif.header("content-type"), "application/sarif+json");
            assert_eq!(as_sarif.json(), by_command("sarif"), "{address}");
            if outline.is_empty() {
                let card = person.card(name, &bytes).await;
                let report = person.get(&format!("{card}/import")).await.page().main();
                for finding in by_program.json()["findings"].as_array().expect("findings") {
                    let message = finding["message"].as_str().expect("words");
                    let words: Vec<&str> = message.split_whitespace().collect();
                    assert!(report.contains(&words.join(" ")), "{message:?} is not in {report}");
                    found += 1;
                }
            }
        }
    }
    assert!(found > 10, "{found} findings");
}

#[tokio::test]
async fn a_finding_names_its_rule_its_line_and_its_answer() {
    let app = TestApp::start().await;
    let bytes = fixture("model-card-toolkit/odd-values.json");
    let report = ask(&app.visitor(), "/api/v1/check", &bytes).await.json();
    assert_eq!(
        (&report["file"], &report["format"], &report["version"]),
        (&json!("-"), &json!("model-card-toolkit-0.0.2"), &json!("0.0.2"))
    );
    let first = &report["findings"][0];
    assert_eq!(
        (&first["rule"], &first["severity"]),
        (&json!("answer"), &json!("problem"))
    );
    assert_eq!(
        (&first["line"], &first["section"]),
        (&json!(4), &json!("model-details"))
    );
    assert_eq!(first["place"], "Model details › Version date");
    let field = first["field"].as_str().expect("an id");
    assert!(field.starts_with("model-details."), "{field}");
    let about_file = report["findings"].as_array().expect("findings").iter();
    let mut about_file = about_file.filter(|finding| finding["rule"] == "file");
    assert_eq!(about_file.next().expect("one about the file")["section"], Value::Null);

    // Whatever is no card is a finding as well, as on the command line.
    let report = ask(&app.visitor(), "/api/v1/check?name=a.json", b"{\"a\":\n  [1, }")
        .await
        .json();
    assert_eq!(
        (&report["format"], &report["completeness"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(report["findings"][0]["rule"], "unreadable");
    assert_eq!(report["findings"][0]["line"], 2);
}

/// The first example of the page is what is said today, and it names every address and no other.
#[tokio::test]
async fn the_page_on_the_interface_tells_the_truth() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let page = std::fs::read_to_string(file).expect("the page");
    let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
    let example = parsed(example.expect("an example"));
    let app = TestApp::start().await;
    let bytes = fixture("model-card-toolkit/odd-values.json");
    let mut said = ask(&app.visitor(), "/api/v1/check?name=old.json", &bytes).await.json();
    said["findings"].as_array_mut().expect("findings").truncate(1);
    assert_eq!(example, said);

    let routes = web::routes();
    let there: BTreeSet<&str> = routes
        .iter()
        .map(|route| route.path)
        .filter(|path| path.starts_with("/api/"))
        .collect();
    let ends = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '/');
    let named = page
        .match_indices("/api/v1/")
        .filter_map(|(at, _)| page[at..].split(ends).next());
    let named: BTreeSet<&str> = named.filter(|path| *path != "/api/v1/").collect();
    assert_eq!(named, there);
}

#[tokio::test]
async fn completeness_is_that_of_the_page() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for path in FILES {
        let report = ask(&visitor, "/api/v1/check", &fixture(path)).await.json();
        let complete = &report["completeness"];
        let number = |name: &str| {
            complete[name]
                .as_u64()
                .unwrap_or_else(|| panic!("{path}: {name} in {complete}"))
        };
        let sum = number("answered") + number("not_applicable") + number("not_known") + number("open");
        assert_eq!(sum, number("questions"), "{path}");
        let card = visitor.card(name_of(path), &fixture(path)).await;
        let page = visitor.get(&card).await.page().main();
        match number("questions") {
            0 => assert!(!page.contains(" answered"), "{path}: {page}"),
            questions => {
                let said = format!("{} of {questions} questions answered", number("answered"));
                assert!(page.contains(&said), "{path}: {said} is not in {page}");
            }
        }
    }
    let asked = ask(&visitor, "/api/v1/check?outline=short", &fixture(README))
        .await
        .json();
    assert_eq!(asked["completeness"]["outline"], "short");
    assert_eq!(asked["completeness"]["questions"], 10);
}

#[tokio::test]
async fn convert_writes_and_loses_what_the_command_line_does() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let desk = Desk::with(&FILES);
    for path in FILES {
        let (name, bytes) = (name_of(path), fixture(path));
        for to in [
            "model-card-toolkit-0.0.2",
            "hugging-face",
            "cyclonedx-1.6",
            "yaml",
            "html",
            "webcards",
        ] {
            let ended = desk.run(&["convert", name, "--to", to, "--force", "-o", "out"]);
            assert_eq!(ended.code, 0, "{}", ended.err);
            let address = format!("/api/v1/convert?name={name}&to={to}");
            let answer = ask(&visitor, &address, &bytes).await;
            assert!(answer.bytes == desk.read("out"), "{address} writes another file");
            assert!(
                answer.header("content-disposition").starts_with("attachment; "),
                "{address}"
            );
            let report = ask(&visitor, &format!("{address}&report=json"), &bytes).await.json();
            assert_eq!(
                (&report["to"], &report["media_type"]),
                (&json!(to), &json!(answer.header("content-type")))
            );
            let losses = report["losses"].as_array().expect("losses");
            assert_eq!(
                answer.header("cartellino-losses"),
                losses.len().to_string(),
                "{address}"
            );
            let mut said = String::new();
            for loss in losses {
                let word = |name: &str| loss[name].as_str().map(str::to_owned);
                let field = word("field").map(|field| format!(" › {field}")).unwrap_or_default();
                let (extent, section) = (word("extent").expect("words"), word("section").expect("a title"));
                let _ = writeln!(said, "  {extent}: {section}{field}");
            }
            let listed: Vec<&str> = ended.err.lines().filter(|line| line.starts_with("  ")).collect();
            assert_eq!(said.lines().collect::<Vec<_>>(), listed, "{address}");
            let aside = report["aside"]["answers"].as_u64().unwrap_or_default();
            assert_eq!(
                aside > 0,
                ended.err.contains("without a place of their own"),
                "{address}: {}",
                ended.err
            );

            let whole = visitor.post_bytes(&format!("{address}&lossless=1"), &bytes, &[]).await;
            if losses.is_empty() {
                assert!(
                    whole.status == StatusCode::OK && whole.bytes == answer.bytes,
                    "{address}"
                );
            } else {
                let refused = problem(&whole, 422);
                assert_eq!(refused["losses"], report["losses"], "{address}");
                let first = ended
                    .err
                    .lines()
                    .find(|line| line.starts_with(name) && line.contains(" loses "))
                    .expect("a line");
                let detail = refused["detail"].as_str().expect("words");
                assert_eq!(detail.trim_end_matches('.'), first.trim_end_matches(':'));
            }
        }
    }
}

#[tokio::test]
async fn convert_puts_aside_what_it_is_told_to_and_gives_an_own_file_back() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let desk = Desk::with(&[README]);
    let bytes = fixture(README);
    let same = ask(&visitor, "/api/v1/convert?to=hugging-face", &bytes).await;
    assert!(same.bytes == bytes && same.header("cartellino-losses") == "0");
    for keep in ["documentation", "nothing"] {
        let address = format!("/api/v1/convert?name=hub-readme.md&to=model-card-toolkit-0.0.2&keep={keep}");
        let kept = ask(&visitor, &address, &bytes).await;
        let words = [
            "convert",
            "hub-readme.md",
            "--to",
            "model-card-toolkit-0.0.2",
            "--keep",
            keep,
            "--force",
            "-o",
            "out",
        ];
        desk.run(&words);
        assert!(kept.bytes == desk.read("out"), "{keep}");
    }
    let pdf = ask(&visitor, "/api/v1/convert?to=pdf", &bytes).await;
    assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.header("content-type") == "application/pdf");
}

#[tokio::test]
async fn formats_are_those_of_the_command_line() {
    let app = TestApp::start().await;
    let answer = app.visitor().get("/api/v1/formats").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::OK, "application/json")
    );
    let formats = answer.json();
    let listed = Desk::new().run(&["convert", "--list-formats"]).out;
    let formats = formats["formats"].as_array().expect("a list");
    assert_eq!(formats.len(), listed.lines().count());
    for (format, line) in formats.iter().zip(listed.lines()) {
        assert_eq!(line.split(' ').next(), format["id"].as_str());
        assert!(line.contains(format["name"].as_str().expect("a name")), "{line}");
        assert_eq!(format["can_read"] == false, line.contains("(written only)"), "{line}");
        for home in format["homes"].as_array().expect("a list") {
            assert!(line.contains(home.as_str().expect("a word")), "{line}");
        }
        assert!(
            format["media_type"].as_str().is_some_and(|kind| kind.contains('/')),
            "{format}"
        );
    }
    let head = app.visitor().request(Method::HEAD, "/api/v1/formats").await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
}

/// Address, body, headers, status, and words of what is told.
type Case<'a> = (&'a str, &'a [u8], &'a [(&'a str, &'a str)], u16, &'a str);

#[tokio::test]
async fn failures_are_problems_that_say_what_where_and_what_to_try() {
    let app = TestApp::start_with(&["--max-upload-bytes", "20000"]).await;
    let visitor = app.visitor();
    let card = b"{\"name\": \"a\"}".as_slice();
    let long = vec![b'x'; 20_001];
    let cases: &[Case] = &[
        ("check", b"", &[], 400, "No file arrived"),
        (
            "check?nane=a.md",
            card,
            &[],
            400,
            "no parameter `nane`; there is name, outline, as",
        ),
        ("check?as=xml", card, &[], 400, "must be json or sarif"),
        ("check?as=json&as=sarif", card, &[], 400, "there twice"),
        ("check?outline=none", card, &[], 400, "there are full, short, "),
        ("check", card, &[("accept", "text/html")], 406, "application/json"),
        (
            "check?as=sarif",
            card,
            &[("accept", "application/json, application/*;q=0")],
            406,
            "sarif",
        ),
        (
            "check",
            card,
            &[("content-type", "multipart/form-data; boundary=b")],
            415,
            "the file itself",
        ),
        ("check", card, &[("content-type", "IMAGE/png")], 415, "the file itself"),
        ("check", card, &[("content-encoding", "gzip")], 415, "packed"),
        ("check", &long, &[], 413, "19.5 KiB"),
        ("convert", card, &[], 400, "`to` is missing"),
        (
            "convert?to=docx",
            card,
            &[],
            400,
            "There is no format `docx`; there are cartellino, ",
        ),
        (
            "convert?to=html&keep=properties",
            card,
            &[],
            400,
            "no place where more could be kept",
        ),
        ("convert?to=yaml&keep=drawer", card, &[], 400, ""),
        ("convert?to=yaml&lossless=yes", card, &[], 400, "must be 0 or 1"),
        (
            "convert?to=html",
            card,
            &[("accept", "application/json")],
            406,
            "text/html",
        ),
        (
            "convert?to=html&report=json",
            card,
            &[("accept", "text/html")],
            406,
            "application/json",
        ),
        ("convert?to=yaml", &long, &[], 413, "19.5 KiB"),
        ("convert?to=yaml&name=a.json", b"{\"a\":\n  [1, }", &[], 422, ""),
        ("cards?to=yaml", card, &[], 400, "no parameter `to`"),
        ("cards", card, &[("accept", "text/plain")], 406, "application/json"),
        ("cards", b"\x00\x01\x02\x03", &[], 422, ""),
        ("cards", &long, &[], 413, "19.5 KiB"),
        ("nothing", card, &[], 404, "nothing at this address"),
        ("check/more", card, &[], 404, "nothing at this address"),
        ("formats", card, &[], 405, "method"),
    ];
    for (address, bytes, headers, status, words) in cases {
        let answer = visitor.post_bytes(&format!("/api/v1/{address}"), bytes, headers).await;
        let found = problem(&answer, *status);
        let detail = found["detail"].as_str().expect("words");
        assert!(detail.contains(words), "{address}: {words:?} is not in {detail}");
    }
    let refused = visitor
        .post_bytes("/api/v1/convert?to=yaml&name=a.json", b"{\"a\":\n  [1, }", &[])
        .await;
    let place = &problem(&refused, 422)["place"];
    assert_eq!(place["line"], 2, "{place}");
    assert!(place["column"].as_u64().is_some_and(|column| column > 1), "{place}");
    for (method, address, allowed) in [
        (Method::GET, "/api/v1/check", "POST"),
        (Method::OPTIONS, "/api/v1/cards", "POST"),
        (Method::DELETE, "/api/v1/formats", "GET, HEAD"),
    ] {
        let answer = visitor.request(method, address).await;
        problem(&answer, 405);
        assert_eq!(answer.header("allow"), allowed, "{address}");
    }
    for address in ["/api", "/api/", "/api/v2/check", "/api/v1"] {
        problem(&visitor.get(address).await, 404);
    }
    // What is wanted is found in a list, and the more special range decides.
    for accept in [
        "*/*",
        "application/*",
        "text/html, application/json;q=0.1",
        "text/*;q=0, */*",
    ] {
        let answer = visitor.post_bytes("/api/v1/check", card, &[("accept", accept)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{accept}");
    }
    // curl calls all that it sends a form.
    let by_curl = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(
        visitor.post_bytes("/api/v1/check", card, &by_curl).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_page_of_another_site_is_not_served() {
    let app = TestApp::start().await;
    for address in ["/api/v1/check", "/api/v1/convert?to=yaml", "/api/v1/cards"] {
        problem(&app.visitor().post_from_elsewhere(address).await, 403);
    }
    assert_eq!(app.rows("sessions").await, 0);
    let headers = [("origin", "https://elsewhere.example"), ("sec-fetch-site", "none")];
    let answer = app.visitor().post_bytes("/api/v1/check", b"{\"a\": 1}", &headers).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn nothing_is_stored_by_checking_and_converting_and_no_cookie_is_read() {
    for app in both().await {
        let visitor = app.visitor();
        visitor.card("mine.json", b"{\"name\": \"Mine\"}").await;
        // Long enough that any page would note a visit.
        app.pass(chrono::TimeDelta::days(2));
        let (before, folders) = (app.dump().await, app.upload_folders());
        for who in [&visitor, &app.visitor()] {
            for path in FILES {
                ask(who, "/api/v1/check?as=sarif", &fixture(path)).await;
                ask(who, "/api/v1/convert?to=markdown", &fixture(path)).await;
            }
            assert_eq!(who.get("/api/v1/formats").await.header("set-cookie"), "");
            problem(&who.post_bytes("/api/v1/convert?to=yaml", b"\x00\x01", &[]).await, 422);
            problem(&who.get("/api/v1/check").await, 405);
        }
        assert_eq!(app.dump().await, before);
        assert_eq!(app.upload_folders(), folders);
        for table in app.tables().await {
            assert_eq!(app.rows_with(&table, "Lake ice").await, 0, "{table}");
        }
    }
}

#[tokio::test]
async fn nobody_waits_for_the_database_to_check_or_convert() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let _occupied = app.occupy_database().await;
    ask(&visitor, "/api/v1/check", b"{\"name\": \"a\"}").await;
    ask(&visitor, "/api/v1/convert?to=yaml", b"{\"name\": \"a\"}").await;
    let kept = visitor.post_bytes("/api/v1/cards", b"{\"name\": \"a\"}", &[]).await;
    problem(&kept, 503);
    assert_eq!(kept.header("retry-after"), "5");
}

/// Names, titles and bodies made to do harm.
#[tokio::test]
async fn harmful_names_and_bodies_end_in_words() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let odd = "%00..%2F..%2Fetc%2Fpasswd%0D%0ASet-Cookie:%20a=b%22%F0%9F%A6%A6%FF";
    let long = "n".repeat(4_000);
    for name in [odd, "..", "%2F", "-", "", long.as_str(), "a%2F..%2F..%2Fb.json"] {
        let report = ask(&visitor, &format!("/api/v1/check?as=sarif&name={name}"), b"{\"a\": 1}")
            .await
            .json();
        let uri = report["runs"][0]["artifacts"][0]["location"]["uri"]
            .as_str()
            .expect("an address");
        assert!(
            !uri.starts_with('/') && !uri.contains("..") && uri.is_ascii() && uri.len() < 1_100,
            "{uri}"
        );
        let converted = ask(&visitor, &format!("/api/v1/convert?to=yaml&name={name}"), b"{\"a\": 1}").await;
        let disposition = converted.header("content-disposition");
        assert!(
            disposition.starts_with("attachment; filename=\"") && !disposition.contains('/'),
            "{disposition}"
        );
    }
    let title = b"{\"name\": \"a\\r\\nSet-Cookie: b=c\\u0000\\\"; x\"}";
    // Asserts as well that no header came of it.
    ask(&visitor, "/api/v1/convert?to=html", title).await;
    let wide: String = (0..100_000).fold(String::from("{\"z\": 1"), |mut all, n| {
        let _ = write!(all, ",\"k{n}\":{n}");
        all
    }) + "}";
    for body in [
        "[".repeat(100_000),
        "<a>".repeat(100_000),
        wide,
        "\u{feff}".repeat(3),
        "\u{1}".repeat(1_000),
    ] {
        let report = ask(&visitor, "/api/v1/check", body.as_bytes()).await.json();
        assert!(report["findings"].is_array());
        for address in ["convert?to=markdown", "cards"] {
            let answer = visitor
                .post_bytes(&format!("/api/v1/{address}"), body.as_bytes(), &[])
                .await;
            match answer.status {
                StatusCode::OK | StatusCode::CREATED => {}
                _ => drop(problem(&answer, 422)),
            }
        }
    }
    // Broken off, without a length, with a word that is no number.
    for head in [
        "Content-Length: 500",
        "Transfer-Encoding: chunked",
        "Content-Length: many",
    ] {
        let raw = format!(
            "POST /api/v1/cards HTTP/1.1\r\nHost: {}\r\n{head}\r\nConnection: close\r\n\r\n5\r\nab",
            app.address
        );
        let answer = send_raw(app.address, raw.into_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{head}: {answer}"
        );
    }
    ask(&visitor, "/api/v1/check", b"{\"a\": 1}").await;
}
