//! What is particular to entries that travel in the cookie.

use std::collections::HashMap;

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use super::site::{Answer, Site};
use crate::backends::Backend;

async fn site() -> Site {
    Site::start(Backend::sqlite().await, &["--session-engine=cookie"]).await
}

/// The whole cookie that a browser has for this key.
fn whole(site: &Site, key: &str) -> String {
    let all: HashMap<String, String> = site.carried();
    all[key].clone()
}

async fn post_as_is(site: &Site, path: &str, cookie: &str, body: &str) -> Answer {
    site.post(path, &format!("{cookie}; x=y"), body).await
}

#[tokio::test]
async fn r53_nothing_is_kept_and_nothing_can_be_read() {
    let site = site().await;
    let key = site.visitor("mine").await;
    site.post("/note", &key, "a word that nobody finds").await;
    assert_eq!(site.backend.rows("session_keys").await, 0);
    assert_eq!(site.backend.rows("ended_keys").await, 0);
    let cookie = whole(&site, &key);
    assert!(cookie.len() > key.len() + 100 && cookie.len() <= 4096);
    let session = site.backend.text("SELECT id AS t FROM sessions").await;
    assert!(!cookie.contains(&session), "R17");
}

#[tokio::test]
async fn r53_a_state_that_does_not_fit_is_refused_when_it_is_set() {
    let site = site().await;
    let key = site.visitor("mine").await;
    assert_eq!(site.post("/note", &key, &"x".repeat(2600)).await.status, StatusCode::OK);
    let largest = whole(&site, &key);
    assert!(largest.len() > 3700, "{}", largest.len());
    let refused = site.post("/note", &key, &"x".repeat(2800)).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.body.contains("longer than can be kept"), "{}", refused.body);
    assert_eq!(site.get_path("/note", &key).await.body.len(), 2600);
}

#[tokio::test]
async fn r41_a_changed_or_foreign_entry_opens_nothing() {
    let site = site().await;
    let (mine, theirs) = (site.visitor("mine").await, site.visitor("theirs").await);
    let cookie = whole(&site, &mine);
    let entry = whole(&site, &theirs).split_once('.').unwrap().1.to_owned();
    let mut changed = cookie.clone().into_bytes();
    let last = changed.len() - 10;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    for hostile in [
        String::from_utf8(changed).unwrap(),
        format!("{mine}.{entry}"),
        format!("{mine}."),
        format!("{cookie}AAAA"),
        format!("{mine}.{}", "A".repeat(8000)),
    ] {
        let page = site.get(&format!("{hostile}; x=y")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.starts_with("cards []"), "{}", page.body);
        assert!(page.cookies().len() == 1, "R40: a new visitor");
    }
    assert!(site.get(&mine).await.body.contains("mine"));
}

/// The browser may not have received the answer to its first save.
#[tokio::test]
async fn r55_a_bare_key_finds_for_a_minute_what_was_stored_under_it() {
    let site = site().await;
    let key = site.get("").await.cookie();
    site.post("/cards", &key, "mine").await;
    let bare = format!("{key}; x=y");
    let page = site.get(&bare).await;
    assert!(page.body.contains("mine") && page.cookies().is_empty(), "{}", page.body);
    let again = site.post("/cards", &bare, "again").await;
    assert_eq!(again.cookie(), key, "with the entry");
    site.clock.advance(TimeDelta::seconds(61));
    let page = site.get(&bare).await;
    assert!(!page.body.contains("mine"), "the end of the entry is in the seal only");
    assert_ne!(page.cookie(), key, "a new visitor");
    site.post("/cards", &bare, "of a stranger").await;
    let page = site.get(&key).await;
    assert!(
        page.body.contains("mine") && page.body.contains("again"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("stranger"), "{}", page.body);
    site.clock.advance(TimeDelta::days(20));
    assert!(site.get(&key).await.body.contains("mine"), "it has its whole life");
}

#[tokio::test]
async fn r32_signing_the_others_out_reaches_every_copy() {
    let site = site().await;
    let key = site.visitor("mine").await;
    let copy = whole(&site, &key);
    let bare = format!("{key}; x=y");
    let renewed = site.post("/others", &key, "").await;
    assert_eq!(renewed.status, StatusCode::OK);
    let new = renewed.cookie();
    assert_ne!(new, key);
    assert!(site.get(&new).await.body.contains("mine"));
    site.clock.advance(TimeDelta::minutes(2));
    for old in [&copy, &bare] {
        let late = post_as_is(&site, "/cards", old, "late").await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(!site.get(&format!("{old}; x=y")).await.body.contains("mine"));
    }
    // For as long as the sealed entry could be good.
    for _ in 0..4 {
        site.clock.advance(TimeDelta::days(20));
        let page = site.get(&new).await;
        assert!(
            page.body.contains("mine"),
            "the one that stays slides on: {}",
            page.body
        );
        let swept = cartellino::session::engine::open(
            &cartellino::config::Options::from_flags(["--session-engine=cookie"])
                .unwrap()
                .check()
                .unwrap()
                .session
                .keeping,
            &site.backend.db,
        );
        swept.unwrap().sweep(site.clock.now()).await.unwrap();
        assert!(!site.get(&format!("{copy}; x=y")).await.body.contains("mine"));
    }
}

#[tokio::test]
async fn r46_a_replaced_key_changes_no_state_that_would_be_lost() {
    let site = site().await;
    let key = site.visitor("mine").await;
    let new = site.post("/renew", &key, "").await.cookie();
    let late = site.post("/note", &key, "lost").await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(late.cookies().is_empty(), "R33");
    assert_eq!(site.get_path("/note", &new).await.body, "none");
    assert_eq!(
        site.send(Method::HEAD, "/", &[("cookie", new.as_bytes())], "")
            .await
            .status,
        StatusCode::OK
    );
}
