//! What may happen at the same moment, or late, or not at all: requests that overtake each other, answers that arrive
//! in another order, engines that fail half-way.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_session::storage::SessionStore as _;
use cartellino::clock::Clock;
use cartellino::config::Options;
use cartellino::db::sessions;
use cartellino::session::engine::{Browser, Database, Engine, Lookup, Memory};
use cartellino::session::key::{KeyHash, Seal};
use cartellino::session::store::Store;
use cartellino::session::{self, SessionId};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Method, StatusCode};
use tokio::sync::oneshot;

use super::site::beginning;
use crate::backends::Backend;

use super::bench::{Bench, Meddled, all_benches, benches};

#[tokio::test]
async fn r21_the_key_of_a_shared_computer_opens_nothing_after_it_was_swept() {
    for (name, bench) in all_benches().await {
        let shared = bench.visitor().await;
        let shared = bench.act("close 43200", &shared).await.newer(&shared);
        let phone = bench.phone().await;
        bench.clock.advance(TimeDelta::hours(14));
        assert!(bench.opens(&phone).await, "{name}");
        assert!(!bench.opens(&shared).await, "{name}: over, and not swept yet");
        let engine = bench.sessions.store().engine();
        let swept = engine.sweep(bench.clock.now() - TimeDelta::hours(1)).await.unwrap();
        assert_eq!(swept, usize::from(!engine.is_in_the_cookie()), "{name}");
        // The next person at the computer, in the browser that was left open.
        for what in ["of a stranger", "more of the stranger"] {
            let stored = bench.post(what, &shared).await;
            let page = bench.get(&stored.newer(&shared)).await.body;
            assert!(!page.contains("mine"), "{name}: a stranger sees: {page}");
        }
        assert!(!bench.get(&phone).await.body.contains("stranger"), "{name}");
    }
}

#[tokio::test]
async fn r37_a_key_that_was_left_opens_nothing_after_its_engine_forgot_it() {
    let bench = Bench::start(Backend::sqlite().await, Arc::new(Memory::default())).await;
    let key = bench.visitor().await;
    bench.act("leave", &key).await;
    let memory = Arc::new(Memory::default());
    let restarted = Bench::with(Arc::clone(&bench.backend), memory, bench.clock.clone(), &[]).await;
    let stored = restarted.post("of a stranger", &key).await;
    let page = restarted.get(&stored.newer(&key)).await.body;
    assert!(!page.contains("mine"), "whoever has the key sees: {page}");
}

#[tokio::test]
async fn r33_a_late_change_of_the_expiry_does_not_bring_a_replaced_key_back() {
    for (name, bench) in all_benches().await {
        let old = bench.visitor().await;
        let late = bench.held(Method::POST, "/act", &old, "held idle 7200").await;
        let new = bench.act("renew", &old).await.cookie();
        let late = bench.let_go(late).await;
        let has = late.newer(&new);
        bench.clock.advance(TimeDelta::seconds(61));
        assert!(
            bench.opens(&has).await,
            "{name}: the work is lost, {:?}",
            late.cookies()
        );
    }
}

#[tokio::test]
async fn r33_a_late_first_answer_does_not_bring_a_replaced_or_ended_key_back() {
    for (name, bench) in all_benches().await {
        let old = bench.get("").await.cookie();
        let late = bench.held(Method::POST, "/cards", &old, "held after").await;
        bench.post("mine", &old).await;
        let new = bench.act("renew", &old).await.cookie();
        let late = bench.let_go(late).await;
        let has = late.newer(&new);
        bench.clock.advance(TimeDelta::seconds(61));
        assert!(
            bench.opens(&has).await,
            "{name}: the work is lost, {:?}",
            late.cookies()
        );
    }
}

#[tokio::test]
async fn r30_of_two_renewals_that_also_say_something_one_gives_a_key() {
    for (name, bench) in all_benches().await {
        let old = bench.visitor().await;
        let late = bench.held(Method::POST, "/act", &old, "held tell-and-renew").await;
        let first = bench.act("tell-and-renew", &old).await.cookie();
        let second = bench.let_go(late).await;
        assert!(second.cookies().is_empty(), "{name}: {:?}", second.cookies());
        // The answers may arrive in either order.
        bench.clock.advance(TimeDelta::seconds(61));
        assert!(bench.opens(&first).await, "{name}");
    }
}

#[tokio::test]
async fn r23_a_late_look_does_not_make_the_cookie_of_a_shared_computer_last() {
    for (name, bench) in all_benches().await {
        let cookie = bench.visitor().await;
        bench.clock.advance(TimeDelta::hours(2));
        let late = bench.held(Method::GET, "/act", &cookie, "held look").await;
        let switched = bench.act("close 43200", &cookie).await;
        assert!(!switched.cookies()[0].contains("Max-Age"));
        // Where nothing is kept, nobody can look again: then only what is quick gives a cookie.
        bench.clock.advance(TimeDelta::seconds(6));
        let late = bench.let_go(late).await;
        for cookie in late.cookies() {
            assert!(!cookie.contains("Max-Age"), "{name}: {cookie}");
        }
    }
}

#[tokio::test]
async fn r24_a_change_of_the_state_does_not_take_a_touch_back() {
    for (name, bench) in all_benches().await {
        let cookie = bench.visitor().await;
        bench.act("idle 7200", &cookie).await;
        bench.clock.advance(TimeDelta::minutes(59));
        let slow = bench.held(Method::POST, "/act", &cookie, "held note slow").await;
        bench.clock.advance(TimeDelta::minutes(15));
        assert_eq!(bench.get(&cookie).await.cookies().len(), 1, "a touch");
        assert_eq!(bench.let_go(slow).await.status, StatusCode::OK);
        bench.clock.advance(TimeDelta::minutes(119));
        assert!(bench.opens(&cookie).await, "{name}: less than two hours after activity");
    }
}

fn entry(key: &str, now: DateTime<Utc>) -> Browser {
    Browser {
        key: KeyHash::from_row(key.to_owned()),
        handle: "h".to_owned(),
        session: SessionId::from_row("s".to_owned()),
        family: String::new(),
        state: "{}".to_owned(),
        version: 1,
        begun_at: now,
        created_at: now,
        touched_at: now,
        expires_at: now + TimeDelta::days(30),
    }
}

#[tokio::test]
async fn r37_a_browser_that_renewed_while_it_was_revoked_is_revoked() {
    let backend = Backend::sqlite().await;
    let engines: [(&str, Arc<dyn Engine>); 2] = [
        ("database", Arc::new(Database::new(backend.db.clone()))),
        ("memory", Arc::new(Memory::default())),
    ];
    let now = beginning();
    for (name, engine) in engines {
        let listed = entry("one", now);
        engine.create(&listed, now).await.unwrap();
        let new = KeyHash::from_row("two".to_owned());
        assert!(
            engine
                .renew(&listed, &new, now, now + TimeDelta::minutes(1))
                .await
                .unwrap()
        );
        engine.end(&listed, now).await.unwrap();
        let found = engine.load(&new, now).await.unwrap();
        assert!(matches!(found, Lookup::Ended(_)), "{name}: {found:?}");
    }
}

#[tokio::test]
async fn r59_signing_out_others_signs_out_one_that_renews_at_the_moment() {
    let backend = Backend::sqlite().await;
    let engine = Meddled::with(Database::new(backend.db.clone()));
    let bench = Bench::start(backend, engine.clone()).await;
    let mine = bench.visitor().await;
    let thief = bench.phone().await;
    let renewed = Arc::new(Mutex::new(String::new()));
    let (other, kept, key) = (bench.clone(), Arc::clone(&renewed), thief.clone());
    *engine.after_list.lock().unwrap() = Some(Box::new(move || {
        Box::pin(async move {
            let cookie = other.act("renew", &key).await.cookie();
            *kept.lock().unwrap() = cookie;
        })
    }));
    assert_eq!(bench.act("revoke", &mine).await.status, StatusCode::OK);
    let thief = renewed.lock().unwrap().clone();
    assert!(!bench.opens(&thief).await, "still signed in");
}

#[tokio::test]
async fn r38_a_browser_that_joins_does_not_bring_a_deleted_session_back_on_postgres() {
    let Some(backend) = Backend::all()
        .await
        .into_iter()
        .find(|backend| backend.name == "PostgreSQL")
    else {
        return;
    };
    let engine = Meddled::with(Database::new(backend.db.clone()));
    let bench = Bench::start(backend, engine.clone()).await;
    bench.visitor().await;
    let session = bench.session().await;
    let (db, id, now) = (
        bench.backend.db.clone(),
        SessionId::from_row(session.clone()),
        beginning(),
    );
    let (started, ending) = oneshot::channel();
    *engine.before_create.lock().unwrap() = Some(Box::new(move || {
        Box::pin(async move {
            let forget_at = now + TimeDelta::days(1);
            let ended = tokio::spawn(async move {
                let ended = db.write(move |conn| sessions::end(conn, &id, now.naive_utc(), forget_at.naive_utc()));
                ended.await.unwrap();
            });
            let _ = started.send(ended);
            // Time to delete what the one who joins has seen, unless that is locked.
            tokio::time::sleep(Duration::from_millis(300)).await;
        })
    }));
    let joined = bench.act(&format!("join {session}"), "").await;
    ending.await.unwrap().await.unwrap();
    assert_eq!(bench.backend.rows("sessions").await, 0, "{}", joined.status);
    assert_eq!(bench.backend.rows("session_keys").await, 0);
}

#[tokio::test]
async fn r38_a_save_whose_session_goes_meanwhile_is_a_conflict_on_postgres_too() {
    let Some(backend) = Backend::all()
        .await
        .into_iter()
        .find(|backend| backend.name == "PostgreSQL")
    else {
        return;
    };
    let engine = Arc::new(Database::new(backend.db.clone()));
    let bench = Bench::start(backend, engine).await;
    let cookie = bench.visitor().await;
    let late = bench.held(Method::POST, "/cards", &cookie, "held within").await;
    let ended = tokio::time::timeout(Duration::from_secs(1), bench.act("end", &cookie)).await;
    let late = bench.let_go(late).await;
    // Either the end waits for the save and takes it too, or the save is refused.
    if ended.is_ok() {
        assert_eq!(late.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn r19_data_live_as_long_as_the_key_of_a_browser_that_joins_during_a_change_of_expiry() {
    let engine = Meddled::with(Memory::default());
    let bench = Bench::start(Backend::sqlite().await, engine.clone()).await;
    let mine = bench.visitor().await;
    let other = bench.clone();
    *engine.after_list.lock().unwrap() = Some(Box::new(move || {
        Box::pin(async move {
            other.phone().await;
        })
    }));
    assert_eq!(bench.act("close 43200", &mine).await.status, StatusCode::OK);
    assert!(engine.after_list.lock().unwrap().is_none(), "the phone has joined");
    let short = "SELECT count(*) AS n FROM sessions WHERE expires_at < '2027-02-14 08:00:00'";
    assert_eq!(bench.backend.count(short).await, 0, "data that go before their key");
}

#[tokio::test]
async fn r19_data_live_as_long_as_all_keys_when_browsers_join_and_choose_at_once() {
    for backend in Backend::all().await {
        let engine = Arc::new(Database::new(backend.db.clone()));
        let bench = Bench::start(backend, engine).await;
        let mine = bench.visitor().await;
        let join = format!("join {}", bench.session().await);
        for round in 0..15 {
            let choice = if round % 2 == 0 { "close 43200" } else { "default" };
            let (chosen, joined) = tokio::join!(bench.act(choice, &mine), bench.act(&join, ""));
            assert_eq!((chosen.status, joined.status), (StatusCode::OK, StatusCode::OK));
            let shorter = "SELECT count(*) AS n FROM sessions s, session_keys k WHERE k.expires_at > s.expires_at";
            assert_eq!(bench.backend.count(shorter).await, 0, "round {round}");
            assert_eq!(bench.act("leave", &joined.cookie()).await.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn r19_data_live_as_long_as_their_key_when_a_change_of_expiry_breaks_off() {
    let backend = Backend::sqlite().await;
    let engine = Meddled::with(Database::new(backend.db.clone()));
    let bench = Bench::start(backend, engine.clone()).await;
    let mine = bench.visitor().await;
    bench.act("idle 7200", &mine).await;
    engine.fails_to_list.store(true, Ordering::SeqCst);
    bench.act("default", &mine).await;
    let shorter = "SELECT count(*) AS n FROM sessions s, session_keys k WHERE k.expires_at > s.expires_at";
    assert_eq!(bench.backend.count(shorter).await, 0, "data that go before their key");
}

#[tokio::test]
async fn r38_a_deleted_session_stays_deleted_when_its_keys_could_not_be_ended() {
    let backend = Backend::sqlite().await;
    let engine = Meddled::with(Memory::default());
    let bench = Bench::start(backend, engine.clone()).await;
    let mine = bench.visitor().await;
    let phone = bench.phone().await;
    let deleted = bench.session().await;
    engine.fails_to_list.store(true, Ordering::SeqCst);
    assert_eq!(bench.act("end", &mine).await.status, StatusCode::OK);
    engine.fails_to_list.store(false, Ordering::SeqCst);
    assert_eq!(bench.post("late", &phone).await.status, StatusCode::CONFLICT);
    bench.clock.advance(TimeDelta::hours(25));
    let now = bench.clock.now().naive_utc();
    bench
        .backend
        .db
        .write(move |conn| sessions::forget_ended(conn, now))
        .await
        .unwrap();
    bench.post("later", &phone).await;
    let back = format!("SELECT count(*) AS n FROM sessions WHERE id = '{deleted}'");
    assert_eq!(bench.backend.count(&back).await, 0, "the deleted session is back");
}

#[tokio::test]
async fn r31_the_old_key_is_good_for_a_minute_after_the_renewal_not_after_the_request_came() {
    for (name, bench) in all_benches().await {
        let old = bench.visitor().await;
        let slow = bench.held(Method::POST, "/act", &old, "held renew").await;
        bench.clock.advance(TimeDelta::seconds(61));
        bench.let_go(slow).await.cookie();
        assert!(bench.opens(&old).await, "{name}");
    }
}

#[tokio::test]
async fn r31_a_second_renewal_ends_the_first_key_with_every_engine() {
    for (name, bench) in benches().await {
        let first = bench.visitor().await;
        let second = bench.act("renew", &first).await.cookie();
        bench.clock.advance(TimeDelta::seconds(10));
        bench.act("renew", &second).await.cookie();
        assert!(bench.opens(&second).await, "{name}: requests are on their way with it");
        assert!(!bench.opens(&first).await, "{name}");
    }
}

#[tokio::test]
async fn r22_a_relative_expiry_counts_from_the_last_activity() {
    let bench = Bench::sqlite().await;
    let cookie = bench.visitor().await;
    bench.act("idle 7200", &cookie).await;
    bench.clock.advance(TimeDelta::minutes(59));
    assert!(bench.opens(&cookie).await);
    // 62 of the 120 minutes that were chosen.
    bench.clock.advance(TimeDelta::minutes(62));
    assert!(bench.opens(&cookie).await);
}

fn store(backend: &Backend, clock: &Clock) -> Store {
    let settings = Options::from_flags(["--database-url", &backend.url])
        .unwrap()
        .check()
        .unwrap()
        .session;
    let seal = Seal::new(vec!["secret".to_owned()], "sessionid");
    let engine = Arc::new(Database::new(backend.db.clone()));
    Store::new(backend.db.clone(), engine, seal, clock.clone(), settings)
}

#[tokio::test]
async fn r50_saving_too_much_through_actix_session_is_an_error() {
    let backend = Backend::sqlite().await;
    let store = store(&backend, &Clock::set_to(beginning()));
    let month = actix_web::cookie::time::Duration::days(30);
    let map = HashMap::from([("long".to_owned(), format!("\"{}\"", "x".repeat(5000)))]);
    if let Ok(key) = store.save(map.clone(), &month).await {
        assert_eq!(store.load(&key).await.unwrap(), Some(map), "it said that it was kept");
    }
}

#[tokio::test]
async fn r22_a_touch_through_actix_session_respects_the_hard_end() {
    let backend = Backend::sqlite().await;
    let clock = Clock::set_to(beginning());
    let store = store(&backend, &clock);
    let month = actix_web::cookie::time::Duration::days(30);
    let map = HashMap::from([("a".to_owned(), "1".to_owned())]);
    let key = store.save(map, &month).await.unwrap();
    backend
        .db
        .write(|conn| {
            use cartellino::db::schema::session_keys::dsl::{expires_at, session_keys, state};
            use diesel::prelude::*;
            let end = beginning() + TimeDelta::hours(5);
            diesel::update(session_keys)
                .set((
                    state.eq(format!("{{\"v\":1,\"expiry\":{{\"at\":\"{}\"}}}}", end.to_rfc3339())),
                    expires_at.eq(end.naive_utc()),
                ))
                .execute(conn)?;
            Ok(())
        })
        .await
        .unwrap();
    clock.advance(TimeDelta::hours(2));
    store.update_ttl(&key, &month).await.unwrap();
    clock.advance(TimeDelta::hours(4));
    assert!(store.load(&key).await.unwrap().is_none(), "its end was an hour ago");
}

#[tokio::test]
async fn r50_a_ttl_without_bounds_is_no_panic() {
    let backend = Backend::sqlite().await;
    let clock = Clock::set_to(beginning());
    let store = store(&backend, &clock);
    let map = HashMap::from([("a".to_owned(), "1".to_owned())]);
    let forever = actix_web::cookie::time::Duration::MAX;
    let key = store.save(map, &forever).await.unwrap();
    clock.advance(TimeDelta::hours(2));
    let _ = store.update_ttl(&key, &forever).await;
}

#[tokio::test]
async fn r33_a_late_look_with_an_expired_key_does_not_replace_a_newer_cookie() {
    let bench = Bench::sqlite().await;
    let expired = bench.get("").await.cookie();
    bench.clock.advance(TimeDelta::hours(25));
    let late = bench.held(Method::GET, "/act", &expired, "held look").await;
    let stored = bench.post("mine", &expired).await;
    bench.clock.advance(TimeDelta::seconds(6));
    let late = bench.let_go(late).await;
    let has = late.newer(&stored.cookie());
    assert!(bench.opens(&has).await, "the work is lost");
}

#[tokio::test]
async fn r54_looks_are_fast_while_activity_cannot_be_noted() {
    let bench = Bench::sqlite().await;
    let cookie = bench.visitor().await;
    bench.clock.advance(TimeDelta::hours(2));
    let (taken, taking) = oneshot::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let db = bench.backend.db.clone();
    let writer = tokio::spawn(async move {
        let long = db.write(move |_| {
            let _ = taken.send(());
            let _ = released.recv();
            Ok(())
        });
        let _ = long.await;
    });
    taking.await.unwrap();
    let begun = Instant::now();
    assert!(bench.opens(&cookie).await);
    let took = begun.elapsed();
    drop(release);
    writer.await.unwrap();
    assert!(took < Duration::from_secs(1), "a page took {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r36_ending_during_a_touch_is_no_deadlock_on_postgres() {
    let Some(backend) = Backend::all()
        .await
        .into_iter()
        .find(|backend| backend.name == "PostgreSQL")
    else {
        return;
    };
    let now = beginning();
    let engine = Arc::new(Database::new(backend.db.clone()));
    let mut failures = Vec::new();
    for round in 0..60 {
        let id = SessionId::from_row(format!("s{round}"));
        let mut touches = Vec::new();
        for browser in 0..6 {
            let one = Browser {
                session: id.clone(),
                handle: format!("h{round}-{browser}"),
                ..entry(&format!("k{round}-{browser}"), now)
            };
            engine.create(&one, now).await.unwrap();
            let engine = engine.clone();
            let later = now + TimeDelta::hours(2);
            touches.push(tokio::spawn(async move {
                let touched = Browser {
                    touched_at: later,
                    expires_at: later + TimeDelta::days(30),
                    ..one
                };
                engine
                    .touch(&touched, now)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string())
            }));
        }
        let db = backend.db.clone();
        let ended = tokio::spawn(async move {
            let ended =
                db.write(move |conn| sessions::end(conn, &id, now.naive_utc(), (now + TimeDelta::days(1)).naive_utc()));
            ended.await.map_err(|error| format!("{error:?}"))
        });
        failures.extend(ended.await.unwrap().err().map(|error| format!("end: {error}")));
        for touch in touches {
            failures.extend(touch.await.unwrap().err().map(|error| format!("touch: {error}")));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of 60 rounds, such as {:?}",
        failures.len(),
        failures.iter().take(4).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn r58_a_cleanup_tidies_up_even_if_the_engine_does_not_answer() {
    let backend = Backend::sqlite().await;
    let engine = Meddled::with(Memory::default());
    engine.fails_to_sweep.store(true, Ordering::SeqCst);
    let now = beginning();
    let (ended, forget) = (
        (now - TimeDelta::days(2)).naive_utc(),
        (now - TimeDelta::days(1)).naive_utc(),
    );
    backend
        .db
        .write(move |conn| sessions::remember_ended(conn, "old", ended, forget))
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let uploads = cartellino::uploads::Uploads::in_folder(folder.path()).unwrap();
    let mode = cartellino::cleanup::Mode::Delete;
    let _ = cartellino::cleanup::sweep(&backend.db, &*engine, &uploads, now, TimeDelta::hours(1), mode).await;
    assert_eq!(backend.rows("ended_keys").await, 0);
}

#[tokio::test]
async fn r07_parallel_first_requests_of_one_browser_take_one_share() {
    let backend = Backend::sqlite().await;
    let engine = Arc::new(Database::new(backend.db.clone()));
    let clock = Clock::set_to(beginning());
    let bench = Bench::with(Arc::new(backend), engine, clock, &["--session-create-limit=2"]).await;
    let cookie = bench.get("").await.cookie();
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(bench.held(Method::POST, "/cards", &cookie, "held before").await);
    }
    for one in held {
        assert_eq!(bench.let_go(one).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(bench.backend.rows("sessions").await, 1);
    let second = bench.post("of another", "").await;
    assert_eq!(second.status, StatusCode::SEE_OTHER, "one of two sessions was begun");
}

#[tokio::test]
async fn r38_an_end_holds_for_a_first_upload_that_is_on_its_way() {
    for (name, bench) in all_benches().await {
        let cookie = bench.get("").await.cookie();
        let slow = bench.held(Method::POST, "/cards", &cookie, "held before").await;
        assert_eq!(bench.act("end", &cookie).await.status, StatusCode::OK);
        let late = bench.let_go(slow).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{name}");
        assert!(
            late.cookies().is_empty(),
            "{name}: the cookie comes back after its removal"
        );
    }
}

#[tokio::test]
async fn r60_a_browser_cannot_join_a_session_that_is_not_there() {
    let bench = Bench::sqlite().await;
    let joined = bench.act("join nothing", "").await;
    assert_eq!(bench.backend.rows("sessions").await, 0, "{}", joined.status);
}

#[tokio::test]
async fn r33_a_key_that_came_while_its_session_was_deleted_is_ended_on_postgres() {
    use cartellino::db::sessions::keys;
    let Some(backend) = Backend::all()
        .await
        .into_iter()
        .find(|backend| backend.name == "PostgreSQL")
    else {
        return;
    };
    let now = beginning();
    let engine = Database::new(backend.db.clone());
    engine.create(&entry("one", now), now).await.unwrap();
    let (renewed, renewing) = oneshot::channel();
    let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
    let (db, time, later) = (
        backend.db.clone(),
        now.naive_utc(),
        (now + TimeDelta::days(1)).naive_utc(),
    );
    let renewal = tokio::spawn(async move {
        let renewal = db.write(move |conn| {
            keys::renew(conn, "one", "two", time, time + TimeDelta::minutes(1), later)?;
            let _ = renewed.send(());
            let _ = goes_on.recv();
            Ok(())
        });
        renewal.await.unwrap();
    });
    renewing.await.unwrap();
    let db = backend.db.clone();
    let end = tokio::spawn(async move {
        let end = db.write(move |conn| sessions::end(conn, &SessionId::from_row("s".to_owned()), time, later));
        end.await.unwrap();
    });
    // The end has to meet the lock of the renewal; should it be slower than this, the test passes by luck.
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(go_on);
    renewal.await.unwrap();
    end.await.unwrap();
    assert_eq!(backend.rows("session_keys").await, 0);
    let found = engine.load(&KeyHash::from_row("two".to_owned()), now).await.unwrap();
    assert!(matches!(found, Lookup::Ended(_)), "{found:?}");
}

#[tokio::test]
async fn r33_a_late_second_end_does_not_take_a_newer_cookie_away() {
    for (name, bench) in all_benches().await {
        let cookie = bench.visitor().await;
        let late = bench.held(Method::POST, "/act", &cookie, "held end").await;
        assert_eq!(bench.act("end", &cookie).await.cookies().len(), 1);
        let newer = bench.visitor().await;
        let late = bench.let_go(late).await;
        assert!(bench.opens(&late.newer(&newer)).await, "{name}: {:?}", late.cookies());
    }
}

#[tokio::test]
async fn r23_a_shared_computer_is_never_kept_longer_than_any_other() {
    let backend = Backend::sqlite().await;
    let engine = Arc::new(Database::new(backend.db.clone()));
    let flags = ["--session-cookie-age=3600", "--session-touch-interval=600"];
    let bench = Bench::with(Arc::new(backend), engine, Clock::set_to(beginning()), &flags).await;
    let cookie = bench.visitor().await;
    let cookie = bench.act("close 43200", &cookie).await.newer(&cookie);
    bench.clock.advance(TimeDelta::hours(2));
    assert!(!bench.opens(&cookie).await, "the settings say one hour");
}

#[tokio::test]
async fn r02_what_was_stored_has_an_owner_when_the_state_could_not_be_kept() {
    let backend = Backend::sqlite().await;
    let engine = Meddled::with(Database::new(backend.db.clone()));
    let bench = Bench::start(backend, engine.clone()).await;
    engine.fails_to_update.store(true, Ordering::SeqCst);
    let stored = bench.post("with a note", "").await;
    let cards = bench.backend.rows("model_cards").await;
    assert_eq!(
        cards,
        i64::try_from(stored.cookies().len()).unwrap(),
        "{}",
        stored.status
    );
}

#[tokio::test]
async fn r29_a_shared_computer_stays_one_when_its_state_cannot_be_read() {
    let bench = Bench::sqlite().await;
    let cookie = bench.visitor().await;
    let cookie = bench.act("close 43200", &cookie).await.newer(&cookie);
    bench
        .backend
        .db
        .write(|conn| {
            use cartellino::db::schema::session_keys::dsl::{session_keys, state};
            use diesel::prelude::*;
            diesel::update(session_keys).set(state.eq("{\"v\":99}")).execute(conn)?;
            Ok(())
        })
        .await
        .unwrap();
    bench.clock.advance(TimeDelta::hours(2));
    let look = bench.get(&cookie).await;
    assert!(!look.cookies()[0].contains("Max-Age"), "{:?}", look.cookies());
}

#[tokio::test]
async fn r53_the_main_database_named_once_more_is_the_main_one() {
    let backend = Backend::sqlite().await;
    let path = backend.url.strip_prefix("sqlite://").unwrap().to_owned();
    let folder = backend.folder().display().to_string();
    let file = path.rsplit('/').next().unwrap();
    for url in [backend.url.clone(), format!("sqlite://{folder}/./{file}")] {
        let flag = format!("--session-database-url={url}");
        let config = Options::from_flags(["--database-url", &backend.url, &flag])
            .unwrap()
            .check()
            .unwrap();
        let engine = session::engine::open(&config.session.keeping, &backend.db).unwrap();
        assert!(engine.is_beside_the_data(), "{url}");
    }
}
