//! The program itself is killed while visitors write, at moments that chance chooses: what was acknowledged is there, and
//! what was not is there whole or not at all.
//!
//! A few kills each time; `CARTELLINO_KILLS=300` makes three hundred of each kind.

use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::author::{Author, write_during};
use crate::harness::program::Program;
use crate::harness::say;
use crate::postgres;

const AUTHORS: usize = 8;

/// How often each program is killed.
fn kills() -> u32 {
    let asked = std::env::var("CARTELLINO_KILLS").ok();
    asked.map_or(8, |kills| kills.parse().expect("CARTELLINO_KILLS is a number"))
}

/// A moment within the first half second, by chance.
async fn some_moment() {
    let chance = cartellino::random::id().unwrap();
    let chance = chance
        .bytes()
        .fold(0_u64, |sum, byte| sum * 31 % 65_521 + u64::from(byte));
    tokio::time::sleep(Duration::from_millis(chance % 500)).await;
}

/// What came of all the kills.
#[derive(Default)]
struct Tally {
    acknowledged: usize,
    unanswered: usize,
    kept_untold: usize,
}

impl AddAssign<&Author> for Tally {
    fn add_assign(&mut self, author: &Author) {
        self.acknowledged += author.diary.saved.load(Ordering::SeqCst);
        self.unanswered += author.diary.unanswered.load(Ordering::SeqCst);
    }
}

impl Tally {
    fn tell(&self, where_: &str) {
        say(&format!(
            "{} kills {where_}: {} saves acknowledged and found, {} requests without an answer, {} times the last save \
             was kept though nobody was told",
            kills(),
            self.acknowledged,
            self.unanswered,
            self.kept_untold
        ));
        assert!(self.acknowledged > 0 && self.unanswered > 0, "it was killed at work");
    }
}

/// The variables with those that start a server where another one was.
fn again<'v>(variables: &[(&'v str, &'v str)], listen: &'v str) -> Vec<(&'v str, &'v str)> {
    [variables, &[("LISTEN", listen)]].concat()
}

fn listen(origin: &str) -> String {
    origin.trim_start_matches("http://").to_owned()
}

/// Authors with a card each at the first of these servers, who know the others.
async fn authors(servers: &[&Program]) -> Vec<Arc<Author>> {
    let origins: Vec<&str> = servers.iter().map(|server| server.origin.as_str()).collect();
    let mut authors = Vec::new();
    for number in 0..AUTHORS {
        let author = Author::begin(servers[0].visitor(), number).await;
        authors.push(Arc::new(author.on_bad_lines(&origins)));
    }
    authors
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_every_kill_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    // Room for all the cards of a long run.
    let variables = [("SESSION_MAX_CARDS", "0"), ("SESSION_MAX_BYTES", "0")];
    let mut server = Program::start(folder.path(), &variables);
    let address = listen(&server.origin);
    let authors = authors(&[&server]).await;
    let mut tally = Tally::default();
    for _ in 0..kills() {
        write_during(&authors, async {
            some_moment().await;
            server.kill();
        })
        .await
        .unwrap();
        server = Program::start(folder.path(), &again(&variables, &address));
        for author in &authors {
            tally.kept_untold += usize::from(author.assert_nothing_is_lost().await);
        }
    }
    for author in &authors {
        assert!(author.save().await, "and work goes on");
        tally += author;
    }
    tally.tell("of the one server on SQLite");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_every_kill_of_one_of_two_servers() {
    let Some(database) = postgres::new_database() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("DATABASE_URL", database.as_str()),
        ("SESSION_SECRET", "the same on all servers of one database, long enough"),
        ("SESSION_MAX_CARDS", "0"),
        ("SESSION_MAX_BYTES", "0"),
    ];
    let [mut one, mut other] = [(); 2].map(|()| Program::start(folder.path(), &variables));
    let authors = authors(&[&one, &other]).await;
    let mut tally = Tally::default();
    for _ in 0..kills() {
        let address = listen(&one.origin);
        // The other one serves on; authors who got no answer go there.
        one = write_during(&authors, async {
            some_moment().await;
            one.kill();
            some_moment().await;
            Program::start(folder.path(), &again(&variables, &address))
        })
        .await
        .unwrap();
        for author in &authors {
            tally.kept_untold += usize::from(author.assert_nothing_is_lost().await);
        }
        std::mem::swap(&mut one, &mut other);
    }
    for author in &authors {
        tally += author;
    }
    tally.tell("of one of two servers on PostgreSQL");
    for server in [one, other] {
        let log = server.stop();
        assert!(!log.contains("panicked"), "{log}");
    }
}
