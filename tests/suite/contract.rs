//! What must hold on every page of the product as one visitor walks through it, link by link.

use std::collections::{BTreeMap, VecDeque};
use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{Answer, TestApp, Visitor};

/// Every address on this server that a visitor reaches by links, and what it answers.
async fn walk(visitor: &Visitor) -> Vec<Answer> {
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut answers = Vec::new();
    while let Some(path) = waiting.pop_front() {
        if seen.insert(path.clone(), ()).is_some() {
            continue;
        }
        let answer = visitor.get(&path).await;
        if answer.header("content-type").starts_with("text/html") {
            for link in answer.page().links() {
                let link = link.split('#').next().unwrap_or_default();
                if link.starts_with('/') && !link.starts_with("//") {
                    waiting.push_back(link.to_owned());
                }
            }
        }
        answers.push(answer);
    }
    assert!(answers.len() > 12, "only {} addresses are linked", answers.len());
    answers
}

/// A visitor with a card, and the cookie that the browser got.
async fn somebody(app: &TestApp) -> (Visitor, String) {
    let visitor = app.visitor();
    let cookie = visitor.get("/").await.header("set-cookie").to_owned();
    visitor
        .card("mine.json", b"{\"name\": \"Mine\", \"about\": {\"text\": \"walked\"}}")
        .await;
    let value = cookie.split_once('=').and_then(|(_, rest)| rest.split(';').next());
    (visitor, value.unwrap_or_default().to_owned())
}

fn shows(answer: &Answer, secret: &str) -> bool {
    answer
        .bytes
        .windows(secret.len())
        .any(|bytes| bytes == secret.as_bytes())
        || answer.headers.iter().any(|(name, value)| {
            name != "set-cookie"
                && value
                    .as_bytes()
                    .windows(secret.len())
                    .any(|bytes| bytes == secret.as_bytes())
        })
}

#[tokio::test]
async fn r10_r12_r17_no_page_shows_a_key_or_an_id_or_sets_the_cookie_again() {
    let app = TestApp::start().await;
    let (visitor, key) = somebody(&app).await;
    assert_eq!(key.len(), 48);
    let id = app.text("SELECT id AS t FROM sessions").await;
    let hash = app.text("SELECT key_hash AS t FROM session_keys").await;
    assert!(!key.contains(&id));
    for answer in walk(&visitor).await {
        for secret in [&key, &id, &hash] {
            assert!(!shows(&answer, secret), "{}", answer.path);
        }
        assert_eq!(answer.header("set-cookie"), "", "R10 {}", answer.path);
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.path);
    }
}

#[tokio::test]
async fn r25_every_page_of_the_visitor_says_until_when_the_work_is_kept() {
    let app = TestApp::start().await;
    let (visitor, _) = somebody(&app).await;
    let mut told = 0;
    for answer in walk(&visitor).await {
        if !answer.header("content-type").starts_with("text/html") || !answer.header("content-disposition").is_empty() {
            continue;
        }
        // The clock of these tests stands at 21 September 2026.
        assert!(answer.text().contains("21 October 2026"), "{}", answer.path);
        told += 1;
    }
    assert!(told > 8);
}

#[tokio::test]
async fn r27_what_needs_no_visitor_asks_no_store() {
    let app = TestApp::start().await;
    let (visitor, _) = somebody(&app).await;
    let page = visitor.get("/help").await;
    let assets: Vec<String> = page
        .page()
        .all("link[href], script[src]")
        .into_iter()
        .filter_map(|element| element.attr("href").or(element.attr("src")).map(str::to_owned))
        .filter(|address| address.starts_with("/static/"))
        .collect();
    assert!(!assets.is_empty());
    let _occupied = app.occupy_database().await;
    for address in assets
        .iter()
        .map(String::as_str)
        .chain(["/health/live", "/robots.txt", "/schema/cartellino-1.json"])
    {
        let answer = visitor.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert_eq!(answer.header("set-cookie"), "", "R64 {address}");
    }
}

#[tokio::test]
async fn r39_deleting_the_last_card_does_not_end_the_session() {
    let app = TestApp::start().await;
    let (visitor, _) = somebody(&app).await;
    let home = visitor.get("/").await;
    let card = home
        .page()
        .links()
        .into_iter()
        .find(|link| link.starts_with("/cards/"))
        .unwrap();
    let card = crate::harness::card_of(&card);
    let deleted = visitor.post(&format!("{card}/delete"), &[]).await;
    assert_eq!(deleted.status, StatusCode::SEE_OTHER);
    assert_eq!(deleted.header("set-cookie"), "");
    assert_eq!(app.rows("session_keys").await, 1);
    visitor.card("again.json", b"{\"name\": \"Again\"}").await;
    assert_eq!(app.rows("sessions").await, 1);
}

#[tokio::test]
async fn r40_a_key_of_another_server_is_not_adopted() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let (_, foreign) = somebody(&other).await;
    let client = crate::harness::http().build().unwrap();
    let answer = client
        .get(format!("{}/", app.origin()))
        .header("cookie", format!("sessionid={foreign}"))
        .send()
        .await
        .unwrap();
    let issued = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(!issued.contains(&foreign), "a new key instead");
}

#[tokio::test]
async fn r48_requests_of_one_session_run_in_parallel() {
    let app = TestApp::start().await;
    let (visitor, key) = somebody(&app).await;
    let mut slow = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let body = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{\"name\": \"Slow\"}\r\n--b--\r\n";
    let head = format!(
        "POST /cards HTTP/1.1\r\nHost: {}\r\nCookie: sessionid={key}\r\nContent-Length: {}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n",
        app.address,
        body.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    slow.write_all(&body.as_bytes()[..20]).await.unwrap();
    for _ in 0..20 {
        assert_eq!(visitor.get("/").await.status, StatusCode::OK);
    }
    visitor.card("quick.json", b"{\"name\": \"Quick\"}").await;
    slow.write_all(&body.as_bytes()[20..]).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let home = visitor.get("/").await.text();
    assert!(home.contains("Quick") && home.contains("Slow"));
}

#[tokio::test]
async fn r63_looking_changes_nothing() {
    let app = TestApp::start().await;
    let (visitor, _) = somebody(&app).await;
    let before = app.dump().await;
    for answer in walk(&visitor).await {
        visitor.request(Method::HEAD, &answer.path).await;
        let policy = answer.header("content-security-policy");
        if answer.header("content-type").starts_with("text/html") {
            assert!(policy.contains("frame-ancestors 'none'"), "{}", answer.path);
        }
        let referrer = answer.header("referrer-policy");
        assert!(
            matches!(referrer, "same-origin" | "no-referrer"),
            "{}: {referrer}",
            answer.path
        );
    }
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn r64_every_page_says_that_it_is_one_browsers() {
    let app = TestApp::start().await;
    let (visitor, _) = somebody(&app).await;
    for answer in walk(&visitor).await {
        if answer.path.starts_with("/static/") {
            assert_eq!(answer.header("set-cookie"), "", "{}", answer.path);
            continue;
        }
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.path);
        assert!(answer.header("vary").contains("Cookie"), "{}", answer.path);
    }
}

#[tokio::test]
async fn r67_a_file_is_for_saving_and_its_owners_only() {
    let app = TestApp::start().await;
    let (visitor, _) = somebody(&app).await;
    let stranger = app.visitor();
    stranger.card("theirs.json", b"{\"name\": \"Theirs\"}").await;
    let mut files = 0;
    for answer in walk(&visitor).await {
        if answer.header("content-disposition").is_empty() {
            continue;
        }
        files += 1;
        assert!(
            answer.header("content-disposition").starts_with("attachment"),
            "{}",
            answer.path
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", answer.path);
        if answer.path.starts_with("/cards/") {
            assert_eq!(
                stranger.get(&answer.path).await.status,
                StatusCode::NOT_FOUND,
                "{}",
                answer.path
            );
        }
    }
    assert!(files > 2);
}

/// The real program with the most talkative log.
#[tokio::test]
async fn r65_no_log_holds_a_key_a_cookie_or_a_text() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut server = Command::new(env!("CARGO_BIN_EXE_cartellino"))
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "trace"])
        .current_dir(folder.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let origin = {
        use std::io::BufRead as _;
        let mut line = String::new();
        let mut words = std::io::BufReader::new(server.stdout.take().unwrap());
        words.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap_or_else(|| panic!("{line}"));
        format!("http://{}", address.trim().trim_end_matches('/'))
    };
    let visitor = Visitor::new(&origin);
    let issued = visitor.get("/").await.header("set-cookie").to_owned();
    let key = issued.split_once('=').unwrap().1.split(';').next().unwrap().to_owned();
    let card = visitor
        .card("secretname.json", b"{\"name\": \"secrettitle\", \"a\": \"secrettext\"}")
        .await;
    for answer in walk(&visitor).await {
        assert!(answer.status.is_success(), "{}", answer.path);
    }
    visitor.upload("broken.json", b"{\"secretbroken\": ").await;
    visitor.get("/cards/unknown").await;
    visitor
        .post(
            &format!("{card}/sections/none"),
            &[("secretfield".into(), "secretvalue".into())],
        )
        .await;
    let secret = b"{\"name\": \"secretprefilled\"}";
    for address in ["check", "convert?to=html", "cards"] {
        let mark = if address.contains('?') { '&' } else { '?' };
        let address = format!("/api/v1/{address}{mark}name=secretfile.json");
        assert!(
            visitor.post_bytes(&address, secret, &[]).await.status.is_success(),
            "{address}"
        );
    }
    let prefilled = visitor.post_bytes("/api/v1/cards", secret, &[]).await.json();
    let word = prefilled["link"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    visitor.get(&format!("/prefilled/{word}")).await;
    assert_eq!(
        visitor.post(&format!("/prefilled/{word}"), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    visitor.post("/session/delete", &[]).await;
    server.kill().unwrap();
    server.wait().unwrap();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "the log is talkative");
    for secret in [
        key.as_str(),
        "sessionid=",
        "secrettitle",
        "secrettext",
        "secretname",
        "secretbroken",
        "secretvalue",
        "secretprefilled",
        "secretfile",
        word.as_str(),
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
