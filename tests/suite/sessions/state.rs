//! What a browser's state promises: values, expiry, messages, renewal, the list of browsers.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use super::site::Site;

impl Site {
    async fn note(&self, cookie: &str) -> String {
        self.get_path("/note", cookie).await.body
    }

    /// How often the states of all browsers were changed, where they are rows.
    async fn changes(&self) -> i64 {
        self.backend
            .count("SELECT coalesce(sum(version - 1), 0) AS n FROM session_keys")
            .await
    }
}

#[tokio::test]
async fn r28_what_is_set_is_there_at_the_next_request() {
    for site in Site::all().await {
        let mut cookie = site.visitor("mine").await;
        assert_eq!(site.note(&cookie).await, "none", "{}", site.name);
        for note in ["one", "with \"quotes\" and 模型", ""] {
            let set = site.post("/note", &cookie, note).await;
            assert_eq!(set.status, StatusCode::OK, "{}", site.name);
            cookie = set.newer(&cookie);
            assert_eq!(site.note(&cookie).await, note, "{}", site.name);
        }
        let cookie = site.post("/forget", &cookie, "").await.newer(&cookie);
        assert_eq!(site.note(&cookie).await, "none", "{}", site.name);
        let other = site.visitor("theirs").await;
        assert_eq!(site.note(&other).await, "none", "R68 {}", site.name);
    }
}

#[tokio::test]
async fn r28_too_much_is_refused_and_changes_nothing() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let cookie = site.post("/note", &cookie, "small").await.newer(&cookie);
        let set = site.post("/note", &cookie, &"x".repeat(5000)).await;
        assert_eq!(set.status, StatusCode::BAD_REQUEST, "{}", site.name);
        assert_eq!(site.note(&cookie).await, "small", "{}", site.name);
    }
}

#[tokio::test]
async fn r02_what_fails_or_has_no_session_keeps_nothing() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let failed = site.post("/note", &cookie, "fails").await;
        assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", site.name);
        assert_eq!(site.note(&cookie).await, "none", "{}", site.name);
        let stranger = site.get("").await.cookie();
        assert_eq!(site.post("/note", &stranger, "lost").await.status, StatusCode::OK);
        assert_eq!(site.note(&stranger).await, "none", "{}", site.name);
        assert_eq!(site.sessions().await, 1, "{}", site.name);
    }
}

#[tokio::test]
async fn r26_what_changes_nothing_writes_nothing() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    site.post("/forget", &cookie, "").await;
    assert_eq!(site.changes().await, 0, "a name that is not there");
    site.post("/note", &cookie, "same").await;
    assert_eq!(site.changes().await, 1);
    let again = site.post("/note", &cookie, "same").await;
    assert!(again.cookies().is_empty(), "R10");
    site.post("/expiry", &cookie, "default").await;
    for _ in 0..3 {
        site.note(&cookie).await;
    }
    assert_eq!(site.changes().await, 1, "equal values, and looking");
}

#[tokio::test]
async fn r29_an_unreadable_state_costs_its_values_and_nothing_else() {
    for broken in ["", "not json", "{\"v\":99}", "[1]"] {
        let site = Site::sqlite().await;
        let cookie = site.visitor("mine").await;
        site.post("/note", &cookie, "gone").await;
        let broken = broken.to_owned();
        site.backend
            .db
            .write(move |conn| {
                use cartellino::db::schema::session_keys::dsl::{session_keys, state};
                use diesel::prelude::*;
                diesel::update(session_keys).set(state.eq(broken)).execute(conn)?;
                Ok(())
            })
            .await
            .unwrap();
        assert!(site.get(&cookie).await.body.contains("mine"));
        assert_eq!(site.note(&cookie).await, "none");
        assert_eq!(site.post("/note", &cookie, "new").await.status, StatusCode::OK);
        assert_eq!(site.note(&cookie).await, "new");
    }
}

#[tokio::test]
async fn r46_of_parallel_changes_none_is_lost_silently() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        if site.keeps_state_in_the_cookie() {
            continue;
        }
        let tells = futures_util::future::join_all((0..4).map(|number| {
            let (site, cookie) = (&site, &cookie);
            async move { site.post("/tell", cookie, &format!("message {number}")).await }
        }));
        let mut kept = 0;
        for told in tells.await {
            match told.status {
                StatusCode::OK => {
                    let page = site.get_path(&format!("/told/{}", told.body), &cookie).await.body;
                    assert!(page.starts_with("Some(\"message "), "{}: {page}", site.name);
                    kept += 1;
                }
                status => assert_eq!(status, StatusCode::CONFLICT, "{}", site.name),
            }
        }
        assert!(kept > 0, "{}", site.name);
    }
}

#[tokio::test]
async fn r22_a_relative_expiry_slides_and_ends() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let set = site.post("/expiry", &cookie, "idle 7200").await;
        assert!(
            set.cookies()[0].contains("Max-Age=7200;"),
            "{}: {:?}",
            site.name,
            set.cookies()
        );
        let mut cookie = set.cookie();
        for _ in 0..3 {
            site.clock.advance(TimeDelta::minutes(110));
            let look = site.get(&cookie).await;
            assert!(look.body.contains("mine"), "{}", site.name);
            assert!(look.cookies()[0].contains("Max-Age=7200;"), "R19 {}", site.name);
            cookie = look.cookie();
        }
        site.clock.advance(TimeDelta::minutes(121));
        assert!(!site.get(&cookie).await.body.contains("mine"), "R21 {}", site.name);
    }
}

#[tokio::test]
async fn r22_an_absolute_expiry_is_not_moved_by_activity() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let end = super::beginning() + TimeDelta::hours(5);
        let set = site.post("/expiry", &cookie, &format!("at {}", end.timestamp())).await;
        assert!(
            set.cookies()[0].contains("Max-Age=18000;"),
            "{}: {:?}",
            site.name,
            set.cookies()
        );
        let mut cookie = set.cookie();
        for _ in 0..4 {
            site.clock.advance(TimeDelta::minutes(74));
            let look = site.get(&cookie).await;
            assert!(look.body.contains("mine"), "{}", site.name);
            if !look.cookies().is_empty() {
                cookie = look.cookie();
            }
        }
        site.clock.advance(TimeDelta::minutes(5));
        assert!(!site.get(&cookie).await.body.contains("mine"), "{}", site.name);
    }
}

#[tokio::test]
async fn r23_a_shared_computer_forgets_with_the_browser_and_after_hours() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        let set = site.post("/expiry", &cookie, "close 43200").await;
        assert!(
            !set.cookies()[0].contains("Max-Age"),
            "{}: {:?}",
            site.name,
            set.cookies()
        );
        let cookie = set.cookie();
        site.clock.advance(TimeDelta::hours(11));
        let look = site.get(&cookie).await;
        assert!(look.body.contains("mine"), "{}", site.name);
        assert!(!look.cookies()[0].contains("Max-Age"), "{}", site.name);
        let cookie = look.cookie();
        site.clock.advance(TimeDelta::hours(13));
        assert!(!site.get(&cookie).await.body.contains("mine"), "{}", site.name);
        if !site.keeps_state_in_the_cookie() {
            let until = site
                .backend
                .text("SELECT CAST(expires_at AS TEXT) AS t FROM sessions")
                .await;
            assert!(
                until.starts_with("2027-01-16 "),
                "the data go with the last key: {until} {}",
                site.name
            );
        }
    }
}

#[tokio::test]
async fn r22_browsers_may_forget_the_cookie_by_a_setting() {
    let backend = crate::backends::Backend::sqlite().await;
    let site = Site::start(backend, &["--session-expire-at-browser-close=true"]).await;
    assert!(!site.get("").await.cookies()[0].contains("Max-Age"));
    let made = site.send(Method::POST, "/cards", &[], "mine").await;
    assert!(!made.cookies()[0].contains("Max-Age"));
    let set = site.post("/expiry", &made.cookie(), "idle 7200").await;
    assert!(
        set.cookies()[0].contains("Max-Age=7200"),
        "a visitor may choose otherwise"
    );
}

#[tokio::test]
async fn r30_a_renewal_changes_the_key_and_nothing_else() {
    for site in Site::all().await {
        let old = site.visitor("mine").await;
        let set = site.post("/note", &old, "kept").await;
        let old = set.newer(&old);
        let browsers = site.get_path("/browsers", &old).await.body;
        let renewed = site.post("/renew", &old, "").await;
        let new = renewed.cookie();
        assert_ne!(new, old, "{}", site.name);
        assert!(renewed.cookies()[0].contains("Max-Age=2592000"), "{}", site.name);
        assert!(site.get(&new).await.body.contains("mine"), "{}", site.name);
        assert_eq!(site.note(&new).await, "kept", "{}", site.name);
        assert_eq!(site.get_path("/browsers", &new).await.body, browsers, "{}", site.name);
        assert_eq!(site.sessions().await, 1, "{}", site.name);

        // R31: requests on their way still find their work, and never bring the old key back.
        site.clock.advance(TimeDelta::seconds(59));
        let late = site.get(&old).await;
        assert!(late.body.contains("mine") && late.cookies().is_empty(), "{}", site.name);
        let late = site.post("/cards", &old, "late").await;
        assert_eq!(late.status, StatusCode::SEE_OTHER, "{}", site.name);
        assert!(late.cookies().is_empty(), "R33 {}", site.name);
        site.clock.advance(TimeDelta::seconds(2));
        let refused = site.post("/cards", &old, "too late").await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "R33 {}", site.name);
        assert!(refused.cookies().is_empty(), "R33 {}", site.name);
        let look = site.get(&old).await;
        assert!(
            !look.body.contains("mine") && look.cookies().is_empty(),
            "R33 {}",
            site.name
        );
        let page = site.get(&new).await.body;
        assert!(
            page.contains("late") && !page.contains("too late"),
            "{}: {page}",
            site.name
        );
    }
}

#[tokio::test]
async fn r32_nothing_but_a_wish_renews() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        for _ in 0..3 {
            site.clock.advance(TimeDelta::hours(2));
            let look = site.get(&cookie).await;
            if !site.keeps_state_in_the_cookie() {
                assert_eq!(look.cookie(), cookie, "{}", site.name);
            }
        }
    }
}

#[tokio::test]
async fn r30_of_parallel_renewals_one_gives_a_key_and_the_work_stays() {
    for site in Site::all().await {
        if site.keeps_state_in_the_cookie() {
            continue;
        }
        let cookie = site.visitor("mine").await;
        let renewals = futures_util::future::join_all((0..6).map(|_| site.post("/renew", &cookie, "")));
        let answers = renewals.await;
        assert!(
            answers.iter().all(|answer| answer.status == StatusCode::OK),
            "{}",
            site.name
        );
        let cookies: Vec<String> = answers.iter().flat_map(|answer| answer.cookies()).collect();
        assert_eq!(cookies.len(), 1, "{}", site.name);
        let new = cookies[0].split(';').next().unwrap();
        assert!(site.get(new).await.body.contains("mine"), "{}", site.name);
        assert_eq!(
            site.get_path("/browsers", new).await.body.lines().count(),
            1,
            "{}",
            site.name
        );
    }
}

#[tokio::test]
async fn r36_leaving_ends_the_key_and_keeps_the_data() {
    for site in Site::all().await {
        let cookie = site.visitor("mine").await;
        for _ in 0..2 {
            let left = site.post("/leave", &cookie, "").await;
            assert!(left.cookies()[0].contains("Max-Age=0"), "{}", site.name);
        }
        assert!(!site.get(&cookie).await.body.contains("mine"), "R37 {}", site.name);
        let late = site.post("/cards", &cookie, "late").await;
        assert_eq!(late.status, StatusCode::CONFLICT, "R38 {}", site.name);
        assert_eq!(site.backend.rows("model_cards").await, 1, "{}", site.name);
    }
}

#[tokio::test]
async fn r72_no_user_agent_is_stored() {
    for site in Site::all().await {
        let agent: super::Headers<'_> = &[(
            "user-agent",
            b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )];
        let made = site.send(Method::POST, "/cards", agent, "mine").await;
        let browsers = site.get_path("/browsers", &made.cookie()).await.body;
        assert!(
            browsers.trim_end().ends_with(" Firefox on Linux true"),
            "{}: {browsers}",
            site.name
        );
    }
}

/// A key that is kept elsewhere than the cards may be left over when the cards could not be stored.
#[tokio::test]
async fn r03_a_first_upload_that_failed_can_be_sent_again() {
    for site in Site::all().await {
        let cookie = site.get("").await.cookie();
        let failed = site.post("/cards", &cookie, "fails").await;
        assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", site.name);
        assert!(failed.cookies().is_empty(), "{}", site.name);
        assert_eq!(site.sessions().await, 0, "R2 {}", site.name);
        assert!(site.get(&cookie).await.body.starts_with("cards []"), "{}", site.name);
        let again = site.post("/cards", &cookie, "mine").await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}: {}", site.name, again.body);
        let cookie = again.newer(&cookie);
        assert!(site.get(&cookie).await.body.contains("mine"), "{}", site.name);
        assert_eq!(site.sessions().await, 1, "{}", site.name);
    }
}

#[tokio::test]
async fn r20_a_thousand_views_in_an_hour_are_one_write() {
    let site = Site::sqlite().await;
    let cookie = site.visitor("mine").await;
    site.backend
        .db
        .run(|conn| {
            use diesel::connection::SimpleConnection as _;
            conn.batch_execute(
                "CREATE TABLE noted (what TEXT);
                 CREATE TRIGGER touched AFTER UPDATE OF touched_at ON session_keys BEGIN INSERT INTO noted VALUES ('touch'); END;
                 CREATE TRIGGER changed AFTER UPDATE OF state ON session_keys BEGIN INSERT INTO noted VALUES ('state'); END;
                 CREATE TRIGGER made AFTER INSERT ON session_keys BEGIN INSERT INTO noted VALUES ('key'); END;",
            )?;
            Ok(())
        })
        .await
        .unwrap();
    site.clock.advance(TimeDelta::minutes(90));
    for _ in 0..1000 {
        site.clock.advance(TimeDelta::milliseconds(3600));
        assert_eq!(site.get(&cookie).await.status, StatusCode::OK);
    }
    assert_eq!(site.backend.rows("noted").await, 1);
}
