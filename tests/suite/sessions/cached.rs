//! A cache never tells for long what is not true any more, whatever happens to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::redis::{Client, Connection, Script};
use cartellino::db::Db;
use cartellino::db::sessions;
use cartellino::session::SessionId;
use cartellino::session::engine::{self, Browser, Cached, Database, Engine, Lookup};
use cartellino::session::key::KeyHash;
use chrono::{DateTime, TimeDelta, Utc};

use super::site::beginning;
use crate::backends::Backend;
use crate::redis::{self, Server};

/// As long as R37 allows.
const SOON: Duration = Duration::from_secs(1);

fn browser(name: &str) -> Browser {
    Browser {
        key: KeyHash::from_row(format!("{name:0>64}")),
        handle: format!("handle-{name}"),
        session: SessionId::from_row(format!("session-{name}")),
        family: "Firefox on Linux".to_owned(),
        state: "{}".to_owned(),
        version: 1,
        begun_at: beginning(),
        created_at: beginning(),
        touched_at: beginning(),
        expires_at: beginning() + TimeDelta::days(30),
    }
}

/// One of several servers on one database and one Redis.
fn server(backend: &Backend, url: &str) -> Cached {
    Cached::open(Database::new(Db::open(&backend.url).unwrap()), url).unwrap()
}

async fn load(engine: &Cached, browser: &Browser) -> Lookup {
    engine.load(&browser.key, beginning()).await.unwrap()
}

fn ended() -> Lookup {
    Lookup::Ended(beginning())
}

/// How many entries and tombstones Redis holds.
fn cached(url: &str) -> usize {
    let keys: Vec<String> = ::redis::cmd("KEYS")
        .arg("cartellino:cache*")
        .query(&mut connect(url))
        .unwrap();
    keys.len()
}

fn connect(url: &str) -> Connection {
    Client::open(url).unwrap().get_connection().unwrap()
}

/// Waits until the server's line to Redis has come back.
async fn until_up(engine: &Cached, url: &str, session: &SessionId) {
    let began = Instant::now();
    let tombstone = format!("cartellino:cache-session:{}", session.as_str());
    let mut connection = connect(url);
    let _: () = ::redis::cmd("DEL").arg(&tombstone).query(&mut connection).unwrap();
    let mut is_there = false;
    while !is_there {
        assert!(began.elapsed() < Duration::from_secs(30), "the line comes back");
        engine.forget(session).await.unwrap();
        is_there = ::redis::cmd("EXISTS").arg(&tombstone).query(&mut connection).unwrap();
    }
}

/// Changes the rows behind the back of every server, as another program does.
async fn end_in_the_database(backend: &Backend, browser: &Browser) {
    let (session, now): (SessionId, DateTime<Utc>) = (browser.session.clone(), beginning());
    let forget_at = now + TimeDelta::days(1);
    backend
        .db
        .write(move |conn| sessions::end(conn, &session, now.naive_utc(), forget_at.naive_utc()))
        .await
        .unwrap();
}

#[tokio::test]
async fn r53_redis_answers_when_it_can() {
    let Some(url) = redis::new_database() else { return };
    let backend = Backend::sqlite().await;
    let (one, other) = (server(&backend, &url), server(&backend, &url));
    let her = browser("her");
    one.create(&her, beginning()).await.unwrap();
    assert_eq!(cached(&url), 0, "what is made may yet be rolled back");
    assert_eq!(load(&one, &her).await, Lookup::Open(her.clone()));
    assert_eq!(cached(&url), 1);
    // The rows are gone without a word, and for a moment nobody asks for them.
    end_in_the_database(&backend, &her).await;
    let began = Instant::now();
    let told = load(&other, &her).await;
    if began.elapsed() < Duration::from_millis(200) {
        assert_eq!(told, Lookup::Open(her.clone()));
    }
    while load(&other, &her).await != ended() {
        assert!(began.elapsed() < SOON, "refused within a second");
    }
}

#[tokio::test]
async fn r37_every_change_is_seen_at_once_on_the_other_server() {
    let Some(url) = redis::new_database() else { return };
    let backend = Backend::sqlite().await;
    let (one, other) = (server(&backend, &url), server(&backend, &url));
    let mut her = browser("her");
    one.create(&her, beginning()).await.unwrap();
    let later = beginning() + TimeDelta::hours(2);
    for round in 0..20 {
        assert_eq!(load(&other, &her).await, Lookup::Open(her.clone()), "round {round}");
        let was = her.version;
        (her.version, her.state) = (was + 1, format!("{{\"v\":1,\"values\":{{\"n\":{round}}}}}"));
        assert!(one.update(&her, was, false).await.unwrap());
    }
    her.touched_at = later;
    her.expires_at += TimeDelta::hours(2);
    assert!(matches!(load(&other, &her).await, Lookup::Open(_)));
    assert!(one.touch(&her, beginning()).await.unwrap());
    assert_eq!(load(&other, &her).await, Lookup::Open(her.clone()));

    let new = KeyHash::from_row("f".repeat(64));
    assert!(
        one.renew(&her, &new, beginning(), beginning() + TimeDelta::seconds(60))
            .await
            .unwrap()
    );
    let old = her.key.clone();
    her.key = new;
    for key in [&old, &her.key] {
        assert_eq!(other.load(key, beginning()).await.unwrap(), Lookup::Open(her.clone()));
    }
    let after = beginning() + TimeDelta::seconds(61);
    assert!(
        matches!(other.load(&old, after).await.unwrap(), Lookup::Ended(_)),
        "after a minute"
    );

    assert!(matches!(load(&other, &her).await, Lookup::Open(_)));
    one.end(&her, beginning()).await.unwrap();
    assert_eq!(load(&other, &her).await, ended());
}

#[tokio::test]
async fn r37_keys_of_a_deleted_session_are_refused_at_once_on_the_other_server() {
    let Some(url) = redis::new_database() else { return };
    let backend = Backend::sqlite().await;
    let (one, other) = (server(&backend, &url), server(&backend, &url));
    let her = browser("her");
    one.create(&her, beginning()).await.unwrap();
    assert!(matches!(load(&other, &her).await, Lookup::Open(_)));
    end_in_the_database(&backend, &her).await;
    engine::end_all(&one, &her.session, beginning()).await.unwrap();
    assert_eq!(load(&other, &her).await, ended());
}

#[tokio::test]
async fn r37_an_end_holds_also_when_redis_hangs_at_that_moment_and_comes_back() {
    let Some(redis) = Server::start() else { return };
    let backend = Backend::sqlite().await;
    let (one, other) = (server(&backend, &redis.url()), server(&backend, &redis.url()));
    for name in ["a", "b", "c"] {
        let her = browser(name);
        one.create(&her, beginning()).await.unwrap();
        assert!(matches!(load(&other, &her).await, Lookup::Open(_)));
        redis.freeze();
        one.end(&her, beginning()).await.unwrap();
        let began = Instant::now();
        assert_eq!(load(&other, &her).await, ended(), "without Redis the database says so");
        redis.thaw();
        while began.elapsed() < SOON {
            load(&other, &her).await;
        }
        assert_eq!(load(&other, &her).await, ended());
        for engine in [&one, &other] {
            until_up(engine, &redis.url(), &her.session).await;
        }
    }
}

#[tokio::test]
async fn r37_an_end_holds_also_when_redis_dies_at_that_moment_and_comes_back() {
    let Some(mut redis) = Server::start() else { return };
    let backend = Backend::sqlite().await;
    let (one, other) = (server(&backend, &redis.url()), server(&backend, &redis.url()));
    let her = browser("her");
    one.create(&her, beginning()).await.unwrap();
    assert!(matches!(load(&other, &her).await, Lookup::Open(_)));
    redis.kill();
    let began = Instant::now();
    one.end(&her, beginning()).await.unwrap();
    assert_eq!(load(&other, &her).await, ended());
    redis.restart();
    while began.elapsed() < SOON {
        load(&other, &her).await;
    }
    assert_eq!(load(&other, &her).await, ended());
}

#[tokio::test]
async fn r38_a_slow_reader_fills_in_nothing_old() {
    let Some(url) = redis::new_database() else { return };
    let script = Script::new(include_str!("../../../src/session/engine/cached/cache.lua"));
    let mut connection = connect(&url);
    let mut ask = |arguments: &[&str]| -> Vec<String> {
        let mut call = script.prepare_invoke();
        for argument in arguments {
            call.arg(*argument);
        }
        call.invoke(&mut connection).unwrap()
    };
    for (key, ending) in [("k1", ["drop", "500", "k1"]), ("k2", ["forget", "500", "s"])] {
        let missed = ask(&["load", key]);
        assert_eq!(missed[0], "miss");
        // The reader has asked the database; now the key is ended there, and this is what the ending server says here.
        ask(&ending);
        let fill = ["fill", key, "s", "old", &missed[1], "500"];
        assert_eq!(ask(&fill), ["no"], "behind a tombstone");
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(600) {
            assert_eq!(ask(&["load", key])[0], "miss");
        }
        assert_eq!(ask(&fill), ["no"], "after its time");
        assert_eq!(ask(&["load", key])[0], "miss");
    }
    let missed = ask(&["load", "k3"]);
    assert_eq!(ask(&["fill", "k3", "s3", "new", &missed[1], "500"]), ["yes"]);
    assert_eq!(ask(&["load", "k3"]), ["hit", "new"]);
    assert_eq!(
        ask(&["fill", "k3", "s3", "newer", &missed[1], "500"]),
        ["no"],
        "never overwritten"
    );
}

#[tokio::test]
async fn r53_a_cache_that_hangs_costs_one_slow_call_and_no_more() {
    let Some(redis) = Server::start() else { return };
    let backend = Backend::sqlite().await;
    let engine = Arc::new(server(&backend, &redis.url()));
    let her = browser("her");
    engine.create(&her, beginning()).await.unwrap();
    load(&engine, &her).await;
    redis.freeze();
    let began = Instant::now();
    for _ in 0..50 {
        assert_eq!(load(&engine, &her).await, Lookup::Open(her.clone()));
    }
    // Fifty slow calls would be fifteen seconds.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
