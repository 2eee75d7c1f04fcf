//! The place where sessions are kept hangs, wakes up, dies and comes back, while a dozen visitors read and save.
//!
//! Meanwhile nobody passes for new and nothing hangs; afterwards everything works again by itself, no session is lost,
//! and whatever a visitor was told is saved is there.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Visitor, say};
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

/// What one visitor has seen.
#[derive(Default)]
struct Diary {
    /// Saves that were acknowledged.
    saved: AtomicUsize,
    /// Answers that said that the place does not answer.
    refused: AtomicUsize,
    /// The longest that an answer took.
    longest: Mutex<Duration>,
    /// What was last typed and acknowledged, by its number.
    acknowledged: AtomicUsize,
}

impl Diary {
    /// Notes an answer; whether it was one of a server that has what it needs.
    fn note(&self, answer: &Answer, began: Instant) -> bool {
        let took = began.elapsed();
        let mut longest = self.longest.lock().unwrap();
        *longest = took.max(*longest);
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            return true;
        }
        assert_eq!(answer.header("retry-after"), "5", "{}", answer.path);
        assert!(answer.headers.get("set-cookie").is_none(), "{}: a cookie", answer.path);
        self.refused.fetch_add(1, Ordering::SeqCst);
        false
    }
}

/// A visitor with a card, who reads and saves until the end.
struct Author {
    visitor: Visitor,
    number: usize,
    card: String,
    section: String,
    diary: Arc<Diary>,
}

impl Author {
    async fn begin(app: &TestApp, number: usize) -> Self {
        let visitor = app.visitor();
        let text = format!(r#"{{"name": "card {number}", "text": "of {number}: 0"}}"#);
        let card = visitor.card("card.json", text.as_bytes()).await;
        let mut section = None;
        for address in visitor.sections(&card).await {
            let page = visitor.get(&address).await;
            if field(&crate::editing::section_form(&page), number).is_some() {
                section = Some(address);
            }
        }
        let section = section.expect("a section with the visitor's text");
        Self {
            visitor,
            number,
            card,
            section,
            diary: Arc::default(),
        }
    }

    async fn write(&self, is_over: &AtomicBool) {
        let mut turn = 0;
        while !is_over.load(Ordering::SeqCst) {
            turn += 1;
            let began = Instant::now();
            let home = self.visitor.get("/").await;
            if self.diary.note(&home, began) {
                assert_eq!(home.status, StatusCode::OK);
                assert!(home.text().contains(&self.card), "{} passes for new", self.number);
                assert!(home.headers.get("set-cookie").is_none(), "{} is known", self.number);
            }
            self.save(turn).await;
        }
    }

    /// Types the number of the turn.
    async fn save(&self, turn: usize) {
        let began = Instant::now();
        let page = self.visitor.get(&self.section).await;
        if !self.diary.note(&page, began) {
            return;
        }
        let mut form = crate::editing::section_form(&page);
        let name = field(&form, self.number).expect("the visitor's text");
        form.set(&name, &format!("of {}: {turn}", self.number)).press("Save");
        let began = Instant::now();
        let answer = self.visitor.submit(&page, &form).await;
        if !self.diary.note(&answer, began) {
            return;
        }
        // A save before, of which it was said that it is not certain, may have been kept only now.
        if answer.status == StatusCode::CONFLICT && self.diary.refused.load(Ordering::SeqCst) > 0 {
            return;
        }
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
        self.diary.acknowledged.store(turn, Ordering::SeqCst);
        self.diary.saved.fetch_add(1, Ordering::SeqCst);
    }

    /// What was acknowledged is there, or what was typed after it and may have been kept.
    async fn assert_nothing_is_lost(&self) {
        let page = self.visitor.get(&self.section).await;
        let form = crate::editing::section_form(&page);
        let name = field(&form, self.number).expect("the visitor's text");
        let text = form.value(&name).unwrap();
        let kept: usize = text.rsplit(' ').next().unwrap().parse().unwrap();
        let acknowledged = self.diary.acknowledged.load(Ordering::SeqCst);
        assert!(kept >= acknowledged, "{} lost {acknowledged}, has {kept}", self.number);
    }
}

/// The control with the visitor's own text.
fn field(form: &Form, number: usize) -> Option<String> {
    let start = format!("of {number}: ");
    let own = form.fields.iter().find(|(_, value)| value.starts_with(&start));
    own.map(|(name, _)| name.clone())
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
    assert_eq!(authors[0].visitor.get("/help").await.status, StatusCode::OK);
    let ready = stranger.get("/health/ready").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.text(), "not ready\n");
}

/// The whole story, on a server with these flags; whether its visitors are to notice anything.
async fn story(mut place: Place, flags: &[&str], is_noticed: bool) {
    let app = TestApp::start_with(flags).await;
    let mut authors = Vec::new();
    for number in 0..VISITORS {
        authors.push(Arc::new(Author::begin(&app, number).await));
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = authors
        .iter()
        .map(|author| {
            let (author, is_over) = (Arc::clone(author), Arc::clone(&is_over));
            tokio::spawn(async move { author.write(&is_over).await })
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
    let author = Author::begin(&app, 1).await;
    for turn in 1..5 {
        author.save(turn).await;
    }
    author.assert_nothing_is_lost().await;
    assert_eq!(author.diary.saved.load(Ordering::SeqCst), 4);
    assert_eq!(author.visitor.get("/health/ready").await.status, StatusCode::OK);
}
