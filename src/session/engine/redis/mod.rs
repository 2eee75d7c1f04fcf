//! The engine `redis`: entries live in Redis, each change as one script.
//!
//! What is kept where, and what each step does, stands in `browsers.lua`. Redis runs a script as a whole before or after
//! any other. Redis' own expiry is housekeeping with a day of slack; whether a key is still good is judged by the
//! caller's clock. The scripts find keys by what other keys say, so this is for one Redis (with replicas, if you like),
//! not for Redis Cluster. Redis must keep what it was told (`appendonly yes`, `maxmemory-policy noeviction`): what it
//! forgets is a visitor's lost work.

mod line;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use redis::Script;

pub(super) use line::Line;

use super::{Browser, Engine, Error, Lookup, REMEMBER_ENDED};
use crate::session::SessionId;
use crate::session::key::KeyHash;

/// The longest that one call takes.
const LIMIT: Duration = Duration::from_millis(1500);
/// How much longer than needed Redis keeps a key: its clock may run apart from ours.
const SLACK: TimeDelta = TimeDelta::days(1);
/// How many keys one step of a sweep forgets: Redis answers nobody else meanwhile.
const BATCH: usize = 500;
/// How many texts a browser is: its key and the fields of the script.
const COLUMNS: usize = 10;

/// Keeps entries in a Redis.
pub struct Redis {
    line: Line,
    script: Arc<Script>,
}

impl Redis {
    /// An engine on the Redis of this URL. It connects in the background, again and again if need be.
    ///
    /// # Errors
    /// When the URL cannot be understood.
    pub fn open(url: &str) -> Result<Self, Error> {
        Ok(Self {
            line: Line::open(url, LIMIT)?,
            script: Arc::new(Script::new(include_str!("browsers.lua"))),
        })
    }

    async fn ask<const N: usize>(&self, operation: &str, arguments: [String; N]) -> Result<Vec<String>, Error> {
        let mut all = Vec::with_capacity(N + 1);
        all.push(operation.to_owned());
        all.extend(arguments);
        self.line.ask(&self.script, all).await
    }
}

#[async_trait]
impl Engine for Redis {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        lookup(&self.ask("load", [key.as_str().to_owned(), micros(now)]).await?)
    }

    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let known = self.ask(
            "create",
            [
                new.key.as_str().to_owned(),
                micros(now),
                time_to_live(new),
                new.handle.clone(),
                new.session.as_str().to_owned(),
                new.family.clone(),
                new.state.clone(),
                new.version.to_string(),
                micros(new.begun_at),
                micros(new.created_at),
                micros(new.touched_at),
                micros(new.expires_at),
            ],
        );
        lookup(&known.await?)
    }

    async fn update(&self, changed: &Browser, was: i32, moves_expiry: bool) -> Result<bool, Error> {
        let updated = self.ask(
            "update",
            [
                changed.key.as_str().to_owned(),
                was.to_string(),
                time_to_live(changed),
                changed.session.as_str().to_owned(),
                changed.state.clone(),
                changed.version.to_string(),
                if moves_expiry {
                    micros(changed.expires_at)
                } else {
                    String::new()
                },
            ],
        );
        Ok(is_yes(&updated.await?))
    }

    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        let moved = self.ask(
            "touch",
            [
                touched.key.as_str().to_owned(),
                touched.version.to_string(),
                micros(last_touch),
                time_to_live(touched),
                micros(touched.touched_at),
                micros(touched.expires_at),
            ],
        );
        Ok(is_yes(&moved.await?))
    }

    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let forget_at = until + REMEMBER_ENDED;
        let renewed = self.ask(
            "renew",
            [
                old.key.as_str().to_owned(),
                new.as_str().to_owned(),
                micros(until),
                micros(forget_at),
                millis(forget_at - now + SLACK),
                micros(now),
            ],
        );
        Ok(is_yes(&renewed.await?))
    }

    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        let ended = self.ask(
            "end",
            [
                browser.key.as_str().to_owned(),
                micros(now),
                micros(now + REMEMBER_ENDED),
                millis(REMEMBER_ENDED + SLACK),
            ],
        );
        ended.await.map(drop)
    }

    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error> {
        let found = self.ask("list", [session.as_str().to_owned()]).await?;
        let browsers: Result<Vec<Browser>, Error> = found.chunks(COLUMNS).map(browser).collect();
        let mut browsers = browsers?;
        browsers.sort_by(Browser::age_order);
        Ok(browsers)
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        let mut forgotten = 0;
        loop {
            let swept = self.ask("sweep", [micros(now), BATCH.to_string()]).await?;
            let [entries, due] = swept.as_slice() else {
                return Err(unreadable());
            };
            forgotten += entries.parse::<usize>().map_err(|_| unreadable())?;
            if due.parse::<usize>().map_err(|_| unreadable())? < BATCH {
                return Ok(forgotten);
            }
        }
    }

    async fn check(&self) -> Result<(), Error> {
        self.line.check().await?;
        // A Redis that hangs has a connection all the same.
        let nobody = SessionId::from_row(String::new());
        self.list(&nobody).await.map(drop)
    }
}

fn micros(time: DateTime<Utc>) -> String {
    time.timestamp_micros().to_string()
}

fn millis(duration: TimeDelta) -> String {
    duration.num_milliseconds().max(1).to_string()
}

/// How long Redis keeps the entry, in milliseconds from now. The last touch is never after now, so it is long enough.
fn time_to_live(browser: &Browser) -> String {
    millis((browser.expires_at - browser.touched_at).max(TimeDelta::zero()) + SLACK)
}

fn is_yes(answer: &[String]) -> bool {
    answer.first().is_some_and(|word| word == "yes")
}

fn lookup(answer: &[String]) -> Result<Lookup, Error> {
    match answer {
        [kind] if kind == "unknown" => Ok(Lookup::Unknown),
        [kind, at] if kind == "ended" => Ok(Lookup::Ended(time(at)?)),
        [kind, columns @ ..] if kind == "open" => Ok(Lookup::Open(browser(columns)?)),
        _ => Err(unreadable()),
    }
}

fn browser(columns: &[String]) -> Result<Browser, Error> {
    let [
        key,
        handle,
        session,
        family,
        state,
        version,
        begun,
        created,
        touched,
        expires,
    ] = columns
    else {
        return Err(unreadable());
    };
    Ok(Browser {
        key: KeyHash::from_row(key.clone()),
        handle: handle.clone(),
        session: SessionId::from_row(session.clone()),
        family: family.clone(),
        state: state.clone(),
        version: version.parse().map_err(|_| unreadable())?,
        begun_at: time(begun)?,
        created_at: time(created)?,
        touched_at: time(touched)?,
        expires_at: time(expires)?,
    })
}

fn time(micros: &str) -> Result<DateTime<Utc>, Error> {
    let micros = micros.parse().map_err(|_| unreadable())?;
    DateTime::from_timestamp_micros(micros).ok_or_else(unreadable)
}

fn unreadable() -> Error {
    Error("an entry in Redis is not one of ours".to_owned())
}
