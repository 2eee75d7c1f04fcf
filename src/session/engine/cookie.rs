//! The engine `cookie`: entries travel in the browsers' cookies, sealed; only what must not be believed any more is
//! kept here.
//!
//! That is in the main database, under hashes in `ended_keys`: keys that were ended or replaced, browsers that left, and
//! for a session when all browsers but one were signed out. An entry opens nothing without its session's row. What the
//! engine cannot do: list a session's browsers, tell them something, end one of them from another, and compare two
//! changes of a state that are made at the same time: the cookie that arrives last is the state.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

use super::{Browser, Engine, Error, Lookup};
use crate::config;
use crate::db::{self, Db, DbConnection, sessions};
use crate::session::key::KeyHash;
use crate::session::{SessionId, delta};

/// Remembers which sealed entries are void.
#[derive(Clone)]
pub struct Cookie {
    main: Db,
}

impl Cookie {
    /// An engine that remembers in the main database.
    pub fn new(main: Db) -> Self {
        Self { main }
    }
}

/// What an entry is remembered by, besides its key.
struct Marks {
    key: String,
    /// The browser has left.
    browser: String,
    /// All browsers of the session were signed out that had joined by then,
    others: String,
    /// but for this one.
    kept: String,
}

impl Marks {
    fn of(browser: &Browser) -> Self {
        let session = browser.session.as_str();
        Self {
            key: browser.key.as_str().to_owned(),
            browser: HEXLOWER.encode(&digest(&["browser", &browser.handle])),
            others: HEXLOWER.encode(&digest(&["others", session])),
            kept: HEXLOWER.encode(&digest(&["kept", session, &browser.handle])),
        }
    }

    /// Since when the entry opens nothing, for another reason than its key.
    fn void_since(&self, ended: &HashMap<String, NaiveDateTime>, browser: &Browser) -> Option<NaiveDateTime> {
        let left = ended.get(&self.browser).copied();
        let signed_out = ended.get(&self.others).copied().filter(|at| {
            let kept = ended.get(&self.kept).is_some_and(|kept| kept >= at);
            browser.created_at.naive_utc() <= *at && !kept
        });
        left.into_iter().chain(signed_out).min()
    }

    fn look_up(&self, conn: &mut DbConnection) -> Result<HashMap<String, NaiveDateTime>, db::Error> {
        let all = [&self.key, &self.browser, &self.others, &self.kept].map(Clone::clone);
        sessions::ended_among(conn, &all)
    }
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new().chain_update(b"cartellino cookie engine 1\0");
    for part in parts {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().into()
}

/// The handle of the browser that begins with this key: the same for all requests that do so at the same time.
pub(in crate::session) fn first_handle(key: &KeyHash) -> String {
    BASE32_NOPAD
        .encode(&digest(&["handle", key.as_str()])[..16])
        .to_ascii_lowercase()
}

/// Stands for the key that replaced another one: it is in the browser, and nowhere here.
fn newer_key() -> KeyHash {
    KeyHash::from_row(String::new())
}

/// When nothing sealed until now can be good any more: no expiry is set further ahead.
fn forget_at(now: DateTime<Utc>) -> NaiveDateTime {
    (now + delta(config::LONGEST_AGE) + TimeDelta::days(1)).naive_utc()
}

fn create(conn: &mut DbConnection, new: &Browser, _: DateTime<Utc>) -> Result<Lookup, db::Error> {
    let new = Browser {
        handle: first_handle(&new.key),
        ..new.clone()
    };
    let marks = Marks::of(&new);
    let ended = marks.look_up(conn)?;
    if let Some(at) = ended.get(&marks.key).or(ended.get(&marks.browser)) {
        return Ok(Lookup::Ended(at.and_utc()));
    }
    sessions::create(conn, &new.session, new.begun_at.naive_utc(), new.expires_at.naive_utc())?;
    Ok(Lookup::Open(new))
}

#[async_trait]
impl Engine for Cookie {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let hash = key.as_str().to_owned();
        let ended = self.main.run(move |conn| sessions::ended_at(conn, &hash)).await?;
        let over = ended.map(|at| at.and_utc()).filter(|at| *at <= now);
        Ok(over.map_or(Lookup::Unknown, Lookup::Ended))
    }

    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let new = new.clone();
        Ok(self.main.write(move |conn| create(conn, &new, now)).await?)
    }

    async fn update(&self, changed: &Browser, _: i32, _: bool) -> Result<bool, Error> {
        let changed = changed.clone();
        let updated = self.main.write(move |conn| {
            let marks = Marks::of(&changed);
            let ended = marks.look_up(conn)?;
            if changed.key == newer_key()
                || ended.contains_key(&marks.key)
                || marks.void_since(&ended, &changed).is_some()
            {
                return Ok(false);
            }
            sessions::extend(conn, &changed.session, changed.expires_at.naive_utc())?;
            Ok(true)
        });
        Ok(updated.await?)
    }

    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        if touched.touched_at <= last_touch {
            return Ok(false);
        }
        let (session, until) = (touched.session.clone(), touched.expires_at.naive_utc());
        self.main
            .write(move |conn| sessions::extend(conn, &session, until))
            .await?;
        Ok(true)
    }

    async fn renew(&self, old: &Browser, _: &KeyHash, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool, Error> {
        let old = old.clone();
        let renewed = self.main.write(move |conn| {
            let marks = Marks::of(&old);
            let ended = marks.look_up(conn)?;
            if old.key == newer_key() || marks.void_since(&ended, &old).is_some() {
                return Ok(false);
            }
            sessions::remember_ended(conn, &marks.key, until.naive_utc(), forget_at(now))
        });
        Ok(renewed.await?)
    }

    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        let browser = browser.clone();
        let ended = self.main.write(move |conn| {
            let marks = Marks::of(&browser);
            if browser.key != newer_key() {
                sessions::remember_earliest(conn, &marks.key, now.naive_utc(), forget_at(now))?;
            }
            sessions::remember_earliest(conn, &marks.browser, now.naive_utc(), forget_at(now))
        });
        Ok(ended.await?)
    }

    async fn list(&self, _: &SessionId) -> Result<Vec<Browser>, Error> {
        Ok(Vec::new())
    }

    /// What is remembered goes with everything else in the main database that was ended.
    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        self.main
            .write(move |conn| sessions::forget_ended(conn, now.naive_utc()))
            .await?;
        Ok(0)
    }

    async fn end_others(&self, kept: &Browser, now: DateTime<Utc>) -> Result<usize, Error> {
        let kept = kept.clone();
        let ended = self.main.write(move |conn| {
            let marks = Marks::of(&kept);
            for mark in [&marks.others, &marks.kept] {
                sessions::remember_latest(conn, mark, now.naive_utc(), forget_at(now))?;
            }
            Ok(())
        });
        ended.await?;
        Ok(0)
    }

    fn is_beside_the_data(&self) -> bool {
        true
    }

    fn is_in_the_cookie(&self) -> bool {
        true
    }

    async fn admit(&self, carried: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let carried = carried.clone();
        let found = self.main.run(move |conn| {
            let marks = Marks::of(&carried);
            let ended = marks.look_up(conn)?;
            let replaced_until = ended.get(&marks.key).copied();
            let over = replaced_until.filter(|until| *until <= now.naive_utc());
            if let Some(at) = over.into_iter().chain(marks.void_since(&ended, &carried)).min() {
                return Ok(Lookup::Ended(at.and_utc()));
            }
            if !sessions::exists(conn, &carried.session)? {
                let ended = sessions::ended_at(conn, &carried.session.hash())?;
                return Ok(ended.map_or(Lookup::Unknown, |at| Lookup::Ended(at.and_utc())));
            }
            let key = if replaced_until.is_some() {
                newer_key()
            } else {
                carried.key.clone()
            };
            Ok(Lookup::Open(Browser { key, ..carried }))
        });
        Ok(found.await?)
    }

    fn create_within(&self, conn: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        Ok(create(conn, new, now)?)
    }
}
