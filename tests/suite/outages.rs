//! The place where sessions are kept hangs, wakes up, dies and comes back, while a dozen visitors read and save.
//!
//! Meanwhile nobody passes for new and nothing hangs; afterwards everything works again by itself, no session is lost,
//! and whatever a visitor was told is saved is there.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::author::{Author, Diary};
use crate::harness::{TestApp, say};
use crate::{postgres, redis};

const VISITORS: usize = 12;
/// No answer may take longer, whatever happens behind the server. The limits inside are 4 s to wait for a turn or for
/// the engine and 6 s for an answer; the rest is for a busy machine.
const LONGEST: Duration = Duration::from_secs(15);
/// How long the test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What can be taken away.
enum Place {
    Redis(redis::Server),
    Postgres(postgres::Own),
}

impl Place {
    fn freeze(&self) {
        match self {
            Self::Redis(server) => server.freeze(),
            Self::Postgres(server) => server.freeze(),
        }
    }

    fn thaw(&self) {
        match self {
            Self::Redis(server) => server.thaw(),
            Self::Postgres(server) => server.thaw(),
        }
    }

    fn kill(&mut self) {
        match self {
            Self::Redis(server) => server.kill(),
            Self::Postgres(server) => server.kill(),
        }
    }

    fn restart(&mut self) {
        match self {
            Self::Redis(server) => server.restart(),
            Self::Postgres(server) => server.restart(),
        }
    }
}

/// Waits until each of these counts has grown by this much.
async fn grown(authors: &[Arc<Author>], what: &str, by: usize, count: impl Fn(&Diary) -> &AtomicUsize) {
    let counts = || authors.iter().map(|author| count(&author.diary).load(Ordering::SeqCst));
    let before: Vec<usize> = counts().collect();
    let began = Instant::now();
    while counts().zip(&before).any(|(now, before)| now < before + by) {
        assert!(
            began.elapsed() < PATIENCE,
            "{what}: {before:?}, {:?}",
            counts().collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn assert_public_pages_work(app: &TestApp, authors: &[Arc<Author>]) {
    let stranger = app.visitor();
    for path in ["/help", "/privacy", "/robots.txt", "/favicon.ico", "/health/live"] {
        assert_eq!(stranger.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(authors[0].visitor().get("/help").await.status, StatusCode::OK);
    let ready = stranger.get("/health/ready").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.text(), "not ready\n");
}

/// The whole story, on a server with these flags; whether its visitors are to notice anything.
async fn story(mut place: Place, flags: &[&str], is_noticed: bool) {
    let app = TestApp::start_with(flags).await;
    let mut authors = Vec::new();
    for number in 0..VISITORS {
        authors.push(Arc::new(Author::begin(app.visitor(), number).await));
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = authors
        .iter()
        .map(|author| {
            let (author, is_over) = (Arc::clone(author), Arc::clone(&is_over));
            tokio::spawn(async move { author.write(&is_over, false).await })
        })
        .collect();
    let noticed = async |when: &str| match is_noticed {
        true => {
            grown(&authors, when, 1, |diary| &diary.refused).await;
            assert_public_pages_work(&app, &authors).await;
        }
        false => grown(&authors, when, 3, |diary| &diary.saved).await,
    };

    grown(&authors, "at first", 2, |diary| &diary.saved).await;
    place.freeze();
    noticed("frozen").await;
    place.thaw();
    grown(&authors, "awake again", 2, |diary| &diary.saved).await;
    place.freeze();
    noticed("frozen again").await;
    place.kill();
    noticed("dead").await;
    place.restart();
    grown(&authors, "after it", 3, |diary| &diary.saved).await;
    is_over.store(true, Ordering::SeqCst);
    for author in writing {
        author.await.unwrap();
    }

    assert_eq!(app.visitor().get("/health/ready").await.status, StatusCode::OK);
    let (mut longest, mut refused) = (Duration::ZERO, 0);
    for author in &authors {
        author.assert_nothing_is_lost().await;
        longest = longest.max(*author.diary.longest.lock().unwrap());
        refused += author.diary.refused.load(Ordering::SeqCst);
    }
    assert!(longest < LONGEST, "an answer took {longest:?}");
    assert!(is_noticed || refused == 0, "{refused} were refused");
    assert_eq!(app.rows("sessions").await, i64::try_from(VISITORS).unwrap());
    say(&format!(
        "outage with {flags:?}: the slowest of all answers took {longest:?}, {refused} were refused"
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r54_a_redis_that_hangs_and_dies_under_load_costs_nobody_their_work() {
    let Some(server) = redis::Server::start() else { return };
    let url = server.url();
    let flags = ["--session-engine", "redis", "--redis-url", &url];
    story(Place::Redis(server), &flags, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r53_nobody_notices_when_the_cache_hangs_and_dies_under_load() {
    let Some(server) = redis::Server::start() else { return };
    let url = server.url();
    let flags = ["--session-engine", "cached_database", "--redis-url", &url];
    story(Place::Redis(server), &flags, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r54_a_postgres_that_hangs_and_dies_under_load_costs_nobody_their_work() {
    let Some(server) = postgres::Own::start() else { return };
    let url = server.url();
    story(Place::Postgres(server), &["--database-url", &url], true).await;
}

#[tokio::test]
async fn r53_nobody_notices_when_the_cache_is_emptied() {
    let Some(server) = redis::Server::start() else { return };
    let url = server.url();
    let app = TestApp::start_with(&["--session-engine", "cached_database", "--redis-url", &url]).await;
    let author = Author::begin(app.visitor(), 1).await;
    for _ in 0..3 {
        assert_eq!(server.ask("FLUSHALL").unwrap(), "+OK\r\n");
        assert!(author.save().await);
        author.assert_nothing_is_lost().await;
    }
}

#[tokio::test]
async fn r54_who_has_lost_the_key_to_an_emptied_redis_is_told_and_nothing_is_mixed_up() {
    let Some(server) = redis::Server::start() else { return };
    let url = server.url();
    let app = TestApp::start_with(&["--session-engine", "redis", "--redis-url", &url]).await;
    let anna = app.visitor();
    let card = anna.card("otter.json", br#"{"name": "otter"}"#).await;
    assert_eq!(server.ask("FLUSHALL").unwrap(), "+OK\r\n");
    let answer = anna.get(&card).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let home = anna.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(!home.text().contains(&card));
    let next = anna.card("seal.json", br#"{"name": "seal"}"#).await;
    let home = anna.get("/").await.text();
    assert!(home.contains(&next) && !home.contains(&card));
}

#[test]
fn a_server_without_its_redis_does_not_start_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = Command::new(env!("CARGO_BIN_EXE_cartellino"))
        .current_dir(folder.path())
        .args(["serve", "--listen", "127.0.0.1:0", "--session-engine", "redis"])
        // Nobody listens there.
        .args(["--redis-url", "redis://:password@127.0.0.1:1/0"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stderr);
    assert_eq!(outcome.status.code(), Some(2), "{said}");
    assert!(said.contains("REDIS_URL"), "{said}");
    assert!(!said.contains("password"), "{said}");
}

#[tokio::test]
async fn r53_a_server_without_its_cache_starts_and_works() {
    let flags = [
        "--session-engine",
        "cached_database",
        "--redis-url",
        "redis://127.0.0.1:1/0",
    ];
    let app = TestApp::start_with(&flags).await;
    let author = Author::begin(app.visitor(), 1).await;
    for _ in 1..5 {
        assert!(author.save().await);
    }
    author.assert_nothing_is_lost().await;
    assert_eq!(app.visitor().get("/health/ready").await.status, StatusCode::OK);
}
