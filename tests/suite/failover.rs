//! A PostgreSQL that hands over to another one, or takes no writes for a while.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::author::{Author, several, write_during};
use crate::harness::program::Program;
use crate::harness::say;
use crate::postgres;

/// Waits until each author has saved so often again.
async fn saved_again(authors: &[Arc<Author>], times: usize) {
    let saved = || authors.iter().map(|author| author.diary.saved.load(Ordering::SeqCst));
    let before: Vec<usize> = saved().collect();
    let began = Instant::now();
    while saved().zip(&before).any(|(now, before)| now < before + times) {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{before:?}, {:?}",
            saved().collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_a_follower_takes_over() {
    let Some(mut first) = postgres::Own::durable() else {
        return;
    };
    let second = first.follower();
    let folder = tempfile::tempdir().unwrap();
    let url = first.url_with(&second);
    let server = Program::start(folder.path(), &[("DATABASE_URL", &url)]);
    let authors = several(&server.origin, 6).await;
    let story = async {
        saved_again(&authors, 2).await;
        let began = Instant::now();
        first.kill();
        second.promote();
        let promoted = began.elapsed();
        saved_again(&authors, 1).await;
        let working = began.elapsed();
        saved_again(&authors, 2).await;
        (promoted, working)
    };
    let (promoted, working) = write_during(&authors, story).await.unwrap();
    let mut refused = 0;
    for author in &authors {
        author.assert_nothing_is_lost().await;
        refused += author.diary.refused.load(Ordering::SeqCst);
    }
    say(&format!(
        "failover: the other PostgreSQL was first after {promoted:?}, everybody had saved again after {working:?}, \
         {refused} answers of 503"
    ));
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn a_postgres_that_takes_no_writes_is_read_and_text_comes_back() {
    let Some(postgres) = postgres::Own::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(folder.path(), &[("DATABASE_URL", &postgres.url())]);
    let author = Author::begin(server.visitor(), 1).await;
    assert!(author.save().await);

    postgres.run("ALTER SYSTEM SET default_transaction_read_only = on");
    postgres.run("SELECT pg_reload_conf()");
    let began = Instant::now();
    // Connections hear of it one by one.
    while author.save().await {
        assert!(began.elapsed() < Duration::from_secs(20), "it takes no writes");
    }
    assert_eq!(author.visitor().get(&author.card).await.status, StatusCode::OK);
    author.assert_nothing_is_lost().await;
    let refused = author.visitor().upload("seal.json", br#"{"model": "seal"}"#).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text());

    postgres.run("ALTER SYSTEM RESET default_transaction_read_only");
    postgres.run("SELECT pg_reload_conf()");
    let began = Instant::now();
    while !author.save().await {
        assert!(began.elapsed() < Duration::from_secs(20), "it takes writes again");
    }
    author.assert_nothing_is_lost().await;
}
