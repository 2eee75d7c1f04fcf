//! The anonymous session, seen from outside: a few small pages behind the real middleware, over real HTTP.
//!
//! Names begin with the requirement they check.

mod site;
mod state;

use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use cartellino::clock::Clock;
use cartellino::config::Options;
use cartellino::db::sessions::keys;
use cartellino::session::{self};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Method, StatusCode};
use tokio::sync::oneshot;

use crate::backends::{Backend, engine, open_session};
use site::{Headers, Site, beginning};

#[tokio::test]
async fn r01_the_first_page_gives_the_cookie_and_writes_nothing() {
    let site = Site::sqlite().await;
    let answer = site.get("").await;
    assert_eq!(answer.status, StatusCode::OK);
    let cookie = answer.cookie();
    assert_eq!(cookie.len(), "sessionid=".len() + 48);
    assert_eq!(
        answer.cookies()[0],
        format!("{cookie}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax"),
        "R8"
    );
    for table in ["sessions", "session_keys", "ended_keys"] {
        assert_eq!(site.backend.rows(table).await, 0, "{table}");
    }
    let again = site.get(&cookie).await;
    assert!(again.cookies().is_empty(), "R10: nothing new to say");
    assert_eq!(site.sessions().await, 0);
}

#[tokio::test]
async fn r01_what_is_no_look_at_a_page_gives_no_cookie() {
    let site = Site::sqlite().await;
    let quiet: [(Method, &str, Headers<'_>); 6] = [
        (Method::HEAD, "/", &[]),
        (Method::OPTIONS, "/", &[]),
        (Method::GET, "/static", &[]),
        (Method::GET, "/no-such-page", &[]),
        (Method::GET, "/", &[("sec-purpose", b"prefetch;prerender")]),
        (Method::GET, "/", &[("purpose", b"prefetch")]),
    ];
    for (method, path, headers) in quiet {
        let answer = site.send(method.clone(), path, headers, "").await;
        assert!(answer.cookies().is_empty(), "{method} {path} {headers:?}");
    }
}

#[tokio::test]
async fn r02_a_cookieless_upload_works_and_gets_its_cookie() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let page = site.get(&cookie).await;
        assert!(page.body.contains("mine"), "{}: {}", site.name, page.body);
        assert!(!site.get("").await.body.contains("mine"));
        assert_eq!(site.sessions().await, 1);
        assert_eq!(site.get_path("/browsers", &cookie).await.body.lines().count(), 1);
    }
}

#[tokio::test]
async fn r02_what_stores_nothing_creates_nothing() {
    for site in Site::all().await {
        for body in ["invalid", "fails"] {
            let answer = site.send(Method::POST, "/cards", &[], body).await;
            assert!(!answer.status.is_success() && !answer.status.is_redirection());
            assert!(answer.cookies().is_empty(), "{body}");
        }
        for table in ["sessions", "session_keys", "model_cards"] {
            assert_eq!(site.backend.rows(table).await, 0, "R3: {} {table}", site.name);
        }
    }
}

#[tokio::test]
async fn r04_parallel_first_requests_make_one_session() {
    for site in Site::all().await {
        let cookie = site.get("").await.cookie();
        let posts = (0..8).map(|number| {
            let (site, cookie) = (&site, &cookie);
            async move { site.post("/cards", cookie, &format!("card {number}")).await }
        });
        for answer in futures_util::future::join_all(posts).await {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", site.name, answer.body);
            // Those that came after the first was done find a session and have nothing to say.
            assert!(answer.cookies().is_empty() || answer.cookie() == cookie);
        }
        assert_eq!(site.sessions().await, 1);
        assert_eq!(site.backend.rows("model_cards").await, 8);
    }
}

#[tokio::test]
async fn r05_an_issued_key_that_stored_nothing_is_good_for_a_day() {
    let site = Site::sqlite().await;
    let cookie = site.get("").await.cookie();
    site.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert!(site.get(&cookie).await.cookies().is_empty());
    site.clock.advance(TimeDelta::seconds(1));
    assert_ne!(site.get(&cookie).await.cookie(), cookie);
    assert_ne!(site.post("/cards", &cookie, "mine").await.cookie(), cookie, "R40");
}

#[tokio::test]
async fn r06_a_browser_that_keeps_cookies_is_known() {
    let site = Site::sqlite().await;
    let first = site.get("").await;
    assert!(first.body.ends_with("keeps false"));
    assert!(site.get(&first.cookie()).await.body.ends_with("keeps true"));
}

#[tokio::test]
async fn r07_new_sessions_are_limited_and_known_visitors_are_not() {
    let site = Site::start(Backend::sqlite().await, &["--session-create-limit", "2"]).await;
    let known = site.visitor("one").await;
    for _ in 0..5 {
        // What stores nothing does not count.
        site.send(Method::POST, "/cards", &[], "invalid").await;
    }
    site.visitor("two").await;
    let refused = site.send(Method::POST, "/cards", &[], "three").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "1800");
    assert!(refused.cookies().is_empty());
    let forged = site
        .send(Method::POST, "/cards", &[("x-forwarded-for", b"1.2.3.4")], "three")
        .await;
    assert_eq!(forged.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(site.sessions().await, 2);
    assert_eq!(site.post("/cards", &known, "more").await.status, StatusCode::SEE_OTHER);
    let begins_nothing = site.send(Method::POST, "/end", &[], "").await;
    assert_eq!(begins_nothing.status, StatusCode::SEE_OTHER);
    site.clock.advance(TimeDelta::seconds(1800));
    site.visitor("three").await;
}

#[tokio::test]
async fn r08_https_brings_the_host_prefix_and_secure() {
    let flags = ["--public-origin", "https://cards.example.org"];
    let site = Site::start(Backend::sqlite().await, &flags).await;
    let answer = site.get("").await;
    let cookie = answer.cookie();
    assert!(cookie.starts_with("__Host-sessionid="));
    assert_eq!(
        answer.cookies()[0],
        format!("{cookie}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure")
    );
}

#[tokio::test]
async fn r14_the_database_holds_neither_keys_nor_does_the_cookie_hold_ids() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    let value = cookie.split_once('=').unwrap().1;
    for entry in std::fs::read_dir(site.backend.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(value) && !text.contains(&value[..16]));
    }
    let with_id = format!("SELECT count(*) AS n FROM sessions WHERE instr('{value}', id) > 0");
    assert_eq!(site.backend.count(&with_id).await, 0, "R17");
}

#[tokio::test]
async fn r18_a_new_secret_with_the_old_one_behind_it_keeps_sessions() {
    let old = Site::start(Backend::sqlite().await, &[]).await;
    let cookie = old.visitor("mine").await;
    let again = |flags: &'static [&'static str]| {
        let backend = Backend::same(&old.backend);
        async move { Site::start(backend, flags).await }
    };
    let rotated = again(&[
        "--session-secret=ffffffffffffffffffffffffffffffff",
        "--session-secret-fallbacks=0123456789abcdef0123456789abcdef",
    ]);
    assert!(rotated.await.get(&cookie).await.body.contains("mine"));
    let restarted = again(&[]);
    assert!(restarted.await.get(&cookie).await.body.contains("mine"), "R55");
    let foreign = again(&["--session-secret=ffffffffffffffffffffffffffffffff"]);
    assert!(!foreign.await.get(&cookie).await.body.contains("mine"));
}

#[tokio::test]
async fn r19_reading_moves_row_and_cookie_together_once_an_interval() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let until = |now: DateTime<Utc>| format!("until {}", (now + TimeDelta::days(30)).timestamp());
        assert!(site.get(&cookie).await.body.contains(&until(beginning())));

        site.clock.advance(TimeDelta::minutes(59));
        let early = site.get(&cookie).await;
        assert!(
            early.cookies().is_empty() && early.body.contains(&until(beginning())),
            "R20"
        );

        site.clock.advance(TimeDelta::minutes(1));
        for method in [Method::HEAD, Method::OPTIONS] {
            assert!(
                site.send(method, "/", &[("cookie", cookie.as_bytes())], "")
                    .await
                    .cookies()
                    .is_empty()
            );
        }
        let touched = site.get(&cookie).await;
        assert_eq!(touched.cookie(), cookie, "{}", site.name);
        assert!(touched.cookies()[0].contains("Max-Age=2592000"));
        assert!(touched.body.contains(&until(site.clock.now())), "{}", touched.body);
        assert!(site.get(&cookie).await.cookies().is_empty());

        // 29 days later the work is still there, and a day after the last expiry it is not.
        site.clock.advance(TimeDelta::days(29));
        assert!(site.get(&cookie).await.body.contains("mine"));
        site.clock.advance(TimeDelta::days(29));
        assert!(site.get(&cookie).await.body.contains("mine"));
        site.clock.advance(TimeDelta::days(30));
        let late = site.get(&cookie).await;
        assert!(!late.body.contains("mine"), "R21: unswept, but over");
        assert_ne!(late.cookie(), cookie);
        assert_ne!(site.post("/cards", &cookie, "new").await.cookie(), cookie, "R40");
        assert_eq!(site.sessions().await, 2);
    }
}

#[tokio::test]
async fn r20_of_touches_at_the_same_time_one_writes() {
    for backend in Backend::all().await {
        let start = beginning().naive_utc();
        let later = start + TimeDelta::hours(2);
        let month = TimeDelta::days(30);
        backend
            .db
            .write(move |conn| open_session(conn, "k", start, start + month))
            .await
            .unwrap();
        let touches = (0..10).map(|_| {
            backend
                .db
                .write(move |conn| keys::touch(conn, "k", later - TimeDelta::hours(1), later, later + month))
        });
        let outcomes = futures_util::future::join_all(touches).await;
        let writes = outcomes
            .into_iter()
            .filter(|outcome| *outcome.as_ref().unwrap())
            .count();
        assert_eq!(writes, 1, "{}", backend.name);
    }
}

#[tokio::test]
async fn r24_a_clock_that_goes_back_lowers_nothing() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    let before = site
        .backend
        .count("SELECT count(*) AS n FROM session_keys WHERE expires_at = (SELECT max(expires_at) FROM sessions)");
    assert_eq!(before.await, 1);
    site.clock.advance(TimeDelta::days(-2));
    assert!(site.get(&cookie).await.body.contains("mine"));
    let expiry = (beginning() + TimeDelta::days(30))
        .format("%Y-%m-%d %H:%M:%S")
        .to_string();
    let kept = format!("SELECT count(*) AS n FROM session_keys WHERE expires_at >= '{expiry}'");
    assert_eq!(site.backend.count(&kept).await, 1);
}

#[tokio::test]
async fn r22_a_hard_end_comes_whatever_the_activity() {
    let flags = ["--session-absolute-age", "3456000"];
    let site = Site::start(Backend::sqlite().await, &flags).await;
    let cookie = site.visitor("mine").await;
    site.clock.advance(TimeDelta::days(25));
    let touched = site.get(&cookie).await;
    assert!(
        touched.cookies()[0].contains("Max-Age=1296000"),
        "15 of 40 days are left: {:?}",
        touched.cookies()
    );
    site.clock.advance(TimeDelta::days(15) - TimeDelta::seconds(1));
    assert!(site.get(&cookie).await.body.contains("mine"));
    site.clock.advance(TimeDelta::seconds(1));
    assert!(!site.get(&cookie).await.body.contains("mine"));
}

#[tokio::test]
async fn r36_ending_takes_everything_and_can_be_repeated() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let other = site.visitor("theirs").await;
        let ended = site.post("/end", &cookie, "").await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER);
        assert_eq!(
            ended.cookies(),
            ["sessionid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"],
            "R11 {}",
            site.name
        );
        let again = site.post("/end", &cookie, "").await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        assert_eq!(again.cookies(), ended.cookies());
        for table in ["sessions", "model_cards", "card_section_data"] {
            assert_eq!(site.backend.rows(table).await, 1, "R70 {table}");
        }
        assert!(site.get(&other).await.body.contains("theirs"));

        // R33, R37, R38: the ended key stores nothing, and takes no newer cookie away.
        let late = site.post("/cards", &cookie, "resurrected").await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", site.name);
        assert!(late.cookies().is_empty());
        let late = site.get(&cookie).await;
        assert_eq!(late.status, StatusCode::OK);
        assert!(late.cookies().is_empty() && !late.body.contains("mine"));
        assert_eq!(site.sessions().await, 1);
        site.clock.advance(TimeDelta::minutes(2));
        assert_ne!(site.get(&cookie).await.cookie(), cookie);
    }
}

#[tokio::test]
async fn r38_a_request_on_its_way_does_not_bring_an_ended_session_back() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let late = site.post("/overtaken", &cookie, "").await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}: {}", site.name, late.body);
        assert!(late.cookies().is_empty());
        assert_eq!(site.sessions().await, 0);
        assert_eq!(site.backend.rows("model_cards").await, 0);
    }
}

#[tokio::test]
async fn r33_a_late_answer_does_not_give_an_ended_key_back() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        site.clock.advance(TimeDelta::hours(2));
        let late = site
            .send(Method::GET, "/overtaken", &[("cookie", cookie.as_bytes())], "")
            .await;
        assert_eq!(late.status, StatusCode::OK, "{}", site.name);
        assert!(late.cookies().is_empty(), "{:?}", late.cookies());
    }
}

#[tokio::test]
async fn r20_of_parallel_looks_one_moves_row_and_cookie() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        site.clock.advance(TimeDelta::hours(2));
        let looks = futures_util::future::join_all((0..12).map(|_| site.get(&cookie))).await;
        let cookies: usize = looks.iter().map(|look| look.cookies().len()).sum();
        assert_eq!(cookies, 1, "{}", site.name);
    }
}

#[tokio::test]
async fn r20_a_shorter_life_in_the_settings_does_not_make_every_look_a_write() {
    for backend in Backend::all().await {
        let (now, month) = (beginning().naive_utc(), TimeDelta::days(30));
        backend
            .db
            .write(move |conn| open_session(conn, "k", now, now + month))
            .await
            .unwrap();
        let touch = |minutes: i64| {
            let later = now + TimeDelta::minutes(minutes);
            let last_touch = later - TimeDelta::hours(1);
            backend
                .db
                .write(move |conn| keys::touch(conn, "k", last_touch, later, later + TimeDelta::days(7)))
        };
        assert!(touch(120).await.unwrap(), "{}", backend.name);
        assert!(!touch(130).await.unwrap());
        let kept = "SELECT count(*) AS n FROM session_keys k, sessions s WHERE k.expires_at = s.expires_at \
                    AND k.expires_at > '2027-02-13 00:00:00'";
        assert_eq!(backend.count(kept).await, 1, "R24: nothing stored is lowered");
    }
}

/// The rest of actix-session's interface, which our own middleware does not need.
#[tokio::test]
async fn r50_the_store_serves_other_callers_of_the_interface() {
    use actix_session::storage::SessionStore as _;
    for backend in Backend::all().await {
        let clock = Clock::set_to(beginning());
        let settings = Options::from_flags(["--database-url", &backend.url])
            .unwrap()
            .check()
            .unwrap()
            .session;
        let seal = session::key::Seal::new(vec!["secret".to_owned()], "sessionid");
        let engine = Arc::new(engine(&backend));
        let store = session::store::Store::new(backend.db.clone(), engine, seal.clone(), clock.clone(), settings);
        let month = actix_web::cookie::time::Duration::days(30);
        let state = HashMap::from([("last".to_owned(), "\"card\"".to_owned())]);

        let key = store.save(Default::default(), &month).await.unwrap();
        assert!(store.load(&key).await.unwrap().is_none());
        assert_eq!(backend.rows("session_keys").await, 0, "R1 {}", backend.name);
        assert!(
            store.update(key, state.clone(), &month).await.is_err(),
            "nothing is stored under it"
        );

        let key = store.save(state.clone(), &month).await.unwrap();
        assert_eq!(store.load(&key).await.unwrap(), Some(state));
        clock.advance(TimeDelta::days(29));
        let other = HashMap::from([("count".to_owned(), "3".to_owned())]);
        let key = store.update(key, other.clone(), &month).await.unwrap();
        clock.advance(TimeDelta::days(29));
        assert_eq!(store.load(&key).await.unwrap(), Some(other.clone()));

        store.delete(&key).await.unwrap();
        store.delete(&key).await.unwrap();
        store.update_ttl(&key, &month).await.unwrap();
        assert!(store.load(&key).await.unwrap().is_none());
        assert!(store.update(key, other, &month).await.is_err(), "R38");
        assert_eq!(backend.rows("session_keys").await, 0, "{}", backend.name);
        let foreign = actix_session::storage::SessionKey::try_from("x".repeat(48)).unwrap();
        assert!(store.load(&foreign).await.unwrap().is_none());
        store.delete(&foreign).await.unwrap();
    }
}

#[tokio::test]
async fn r36_ending_without_a_session_is_harmless() {
    let site = Site::sqlite().await;
    assert_eq!(
        site.send(Method::POST, "/end", &[], "").await.status,
        StatusCode::SEE_OTHER
    );
    let issued = site.get("").await.cookie();
    assert_eq!(site.post("/end", &issued, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.sessions().await, 0);
}

#[tokio::test]
async fn r41_hostile_values_are_unknown_and_not_shown() {
    let site = Site::sqlite().await;
    let good = site.visitor("mine").await;
    let mut tampered = good.clone().into_bytes();
    tampered[20] = if tampered[20] == b'A' { b'B' } else { b'A' };
    let long = format!("sessionid={}", "A".repeat(5000));
    let values: [&[u8]; 11] = [
        &tampered,
        long.as_bytes(),
        b"sessionid=",
        b"sessionid=\"\"",
        b"sessionid=%00%0d%0aSet-Cookie:x=y",
        b"sessionid=../../../etc/passwd",
        b"sessionid=' OR '1'='1",
        b"sessionid=\xff\xfe\xfd",
        b"sessionid=<script>alert(1)</script>",
        b"=;;==;sessionid",
        b"sessionid=\xc3\xa9\xc3\xa9",
    ];
    for value in values {
        let shown = String::from_utf8_lossy(value).into_owned();
        let answer = site.send(Method::GET, "/", &[("cookie", value)], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{shown}");
        assert!(answer.body.starts_with("cards []"), "{shown}");
        assert_ne!(answer.cookie(), shown, "R40");
        assert_eq!(answer.headers.len(), site.get("").await.headers.len(), "{shown}");
        let posted = site.send(Method::POST, "/cards", &[("cookie", value)], "new").await;
        assert_eq!(posted.status, StatusCode::SEE_OTHER, "{shown}");
    }
    assert!(site.get(&good).await.body.contains("[\"mine\"]"));
}

#[tokio::test]
async fn r42_other_cookies_do_not_hide_ours() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    let mut broken = b"a=\xff\xfe; =; ;;b; ".to_vec();
    broken.extend(cookie.as_bytes());
    let one = site.send(Method::GET, "/", &[("cookie", &broken)], "").await;
    assert!(one.body.contains("mine") && one.cookies().is_empty());
    let two = site
        .send(
            Method::GET,
            "/",
            &[("cookie", b"theme=dark"), ("cookie", cookie.as_bytes())],
            "",
        )
        .await;
    assert!(two.body.contains("mine"));
}

#[tokio::test]
async fn r43_two_values_show_nothing_and_change_nothing() {
    let site = Site::sqlite().await;
    let (one, other) = (site.visitor("first").await, site.visitor("second").await);
    let both = format!("{one}; {other}");
    let read = site.get(&both).await;
    assert_eq!(read.status, StatusCode::OK);
    assert!(read.body.starts_with("cards []") && read.cookies().is_empty());
    let posted = site.post("/cards", &both, "third").await;
    assert_eq!(posted.status, StatusCode::BAD_REQUEST);
    assert!(posted.cookies().is_empty());
    assert_eq!(site.backend.rows("model_cards").await, 2);
}

#[tokio::test]
async fn r44_a_key_elsewhere_than_in_the_cookie_is_ignored() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    let value = cookie.split_once('=').unwrap().1;
    let headers: [(&str, &[u8]); 3] = [
        ("authorization", value.as_bytes()),
        ("x-sessionid", value.as_bytes()),
        ("sessionid", value.as_bytes()),
    ];
    let answer = site.send(Method::GET, &format!("/?{cookie}"), &headers, "").await;
    assert!(answer.body.starts_with("cards []"));
    assert!(!answer.body.contains(value), "R12");
}

#[tokio::test]
async fn r54_a_store_that_is_down_is_never_a_new_visitor() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    let mut releases = Vec::new();
    for _ in 0..16 {
        let (release, released) = mpsc::channel::<()>();
        let (taken, taking) = oneshot::channel();
        let db = site.backend.db.clone();
        tokio::spawn(async move {
            let hold = db.run(move |_| {
                let _ = taken.send(());
                let _ = released.recv();
                Ok(())
            });
            let _ = hold.await;
        });
        taking.await.unwrap();
        releases.push(release);
    }
    let cookie_header: Headers<'_> = &[("cookie", cookie.as_bytes())];
    let (page, posted, public, unknown) = tokio::join!(
        site.get(&cookie),
        site.post("/cards", &cookie, "new"),
        site.send(Method::GET, "/public", cookie_header, ""),
        site.get("sessionid=forged"),
    );
    for answer in [&page, &posted] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers.contains_key("retry-after"));
        assert!(answer.cookies().is_empty());
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    assert_eq!(public.status, StatusCode::OK);
    assert!(public.cookies().is_empty());
    assert_eq!(unknown.status, StatusCode::OK, "R16: a forged key is not looked up");
    drop(releases);
    tokio::time::timeout(Duration::from_secs(20), async {
        while !site.get(&cookie).await.body.contains("mine") {}
    })
    .await
    .expect("it works again");
    assert_eq!(site.backend.rows("model_cards").await, 1);
}

#[tokio::test]
async fn r62_a_form_of_another_site_has_no_effect() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    let origin = site.origin.clone();
    let cases: [(Headers<'_>, bool); 6] = [
        (&[("sec-fetch-site", b"cross-site")], false),
        (&[("sec-fetch-site", b"same-site")], false),
        (&[("origin", b"https://elsewhere.example")], false),
        (&[("origin", b"null")], false),
        (&[("sec-fetch-site", b"same-origin")], true),
        (&[("origin", origin.as_bytes())], true),
    ];
    for (headers, passes) in cases {
        let mut all: Vec<(&str, &[u8])> = headers.to_vec();
        all.push(("cookie", cookie.as_bytes()));
        let before = site.backend.rows("model_cards").await;
        let answer = site.send(Method::POST, "/cards", &all, "new").await;
        let expected = if passes {
            StatusCode::SEE_OTHER
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(answer.status, expected, "{headers:?}");
        assert_eq!(site.backend.rows("model_cards").await, before + i64::from(passes));
    }
    let headers: [(&str, &[u8]); 2] = [("sec-fetch-site", b"cross-site"), ("cookie", cookie.as_bytes())];
    let refused = site.send(Method::POST, "/end", &headers, "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(site.get(&cookie).await.body.contains("mine"));
}

#[tokio::test]
async fn r63_trace_is_refused() {
    let site = Site::sqlite().await;
    let answer = site.send(Method::TRACE, "/", &[], "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn r64_no_cache_keeps_what_belongs_to_one_browser() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    let answers = [
        site.get("").await,
        site.get(&cookie).await,
        site.post("/cards", &cookie, "invalid").await,
        site.send(Method::GET, "/no-such-page", &[], "").await,
        site.send(Method::POST, "/cards", &[("sec-fetch-site", b"cross-site")], "x")
            .await,
    ];
    for answer in answers {
        assert_eq!(answer.headers["cache-control"], "no-store", "{}", answer.status);
        assert_eq!(answer.headers["vary"], "Cookie", "{}", answer.status);
    }
    let fixed = site
        .send(Method::GET, "/static", &[("cookie", cookie.as_bytes())], "")
        .await;
    assert!(fixed.cookies().is_empty() && !fixed.headers.contains_key("vary"));
}
