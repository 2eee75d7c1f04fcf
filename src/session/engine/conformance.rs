//! The promises of an [`Engine`], as a suite that every engine can be held against, also one of a stranger.
//!
//! [`check`] takes a function that opens the engine's place, each time as another server would, and a time; it never
//! sleeps. It makes keys and sessions of its own, so the place may hold others, but what has expired there is swept.
//! It wants a tokio runtime, best one with several threads, because some promises are about calls at the same time.
//!
//! ```
//! # use std::sync::Arc;
//! # use cartellino::session::engine::{Engine, Memory, conformance};
//! # let runtime = tokio::runtime::Builder::new_multi_thread().build()?;
//! # runtime.block_on(async {
//! let place: Arc<dyn Engine> = Arc::new(Memory::default());
//! let open = || Arc::clone(&place);
//! conformance::check(&open, conformance::Clock::Caller, chrono::Utc::now()).await
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use data_encoding::HEXLOWER;

use super::{Browser, Engine, Error, Lookup, REMEMBER_ENDED};
use crate::random;
use crate::session::SessionId;
use crate::session::key::KeyHash;
use crate::session::state::STATE_BYTES;

/// By which clock the place forgets what has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// By the time that it is told with each call.
    Caller,
    /// By one of its own, so that no test can say when: only what must not be forgotten is checked.
    Own,
}

/// A promise that was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The engine did something else than it promises.
    #[error("{promise}: {found}")]
    Promise {
        /// What should be so.
        promise: &'static str,
        /// What was found instead.
        found: String,
    },
    /// The engine returned an error.
    #[error(transparent)]
    Engine(#[from] Error),
}

impl From<random::Error> for Broken {
    fn from(error: random::Error) -> Self {
        Self::Engine(Error(error.to_string()))
    }
}

/// How many calls are made at the same time.
const CROWD: usize = 16;

type Outcome = Result<(), Broken>;

/// Holds an engine to all its promises; the first that is broken is told.
///
/// An engine whose entries are [in the cookie](Engine::is_in_the_cookie) is held to those that need nothing kept.
///
/// # Errors
/// The first promise that was not kept, or the engine's error.
pub async fn check(open: &dyn Fn() -> Arc<dyn Engine>, clock: Clock, now: DateTime<Utc>) -> Outcome {
    let place = Place {
        one: open(),
        other: open(),
        // As the databases keep it.
        now: now.trunc_subsecs(6),
    };
    place.unknown_keys().await?;
    place.created_entries_open().await?;
    place.ended_keys_stay_ended().await?;
    place.renewal_replaces_the_key().await?;
    place.renewals_of_one_key_at_once().await?;
    place.ending_reaches_all_keys().await?;
    place.ending_the_others_spares_one().await?;
    if !place.one.is_in_the_cookie() {
        place.creating_never_overwrites().await?;
        place.hostile_states_come_back().await?;
        place.updates_are_compared().await?;
        place.a_second_renewal_ends_the_first_key().await?;
        place.an_update_takes_no_touch_back().await?;
        place.updates_at_once().await?;
        place.touches_move_times_only().await?;
        place.touches_at_once().await?;
        place.an_update_brings_nothing_back().await?;
        place.lists_are_of_one_session().await?;
        place.sweeping_spares_the_living().await?;
        if clock == Clock::Caller {
            place.sweeping_takes_the_expired().await?;
            place.ended_keys_are_forgotten_in_time().await?;
        }
    }
    Ok(())
}

/// Says that a promise is broken unless the condition holds.
fn holds(condition: bool, promise: &'static str, found: &dyn std::fmt::Debug) -> Outcome {
    if condition {
        return Ok(());
    }
    let found = format!("{found:?}");
    Err(Broken::Promise { promise, found })
}

/// The same place as two servers see it.
struct Place {
    one: Arc<dyn Engine>,
    other: Arc<dyn Engine>,
    now: DateTime<Utc>,
}

fn new_key() -> Result<KeyHash, random::Error> {
    Ok(KeyHash::from_row(HEXLOWER.encode(&random::bytes::<32>()?)))
}

/// The entry as it is after its key was replaced by this one.
fn with_key(browser: &Browser, key: &KeyHash) -> Browser {
    Browser {
        key: key.clone(),
        ..browser.clone()
    }
}

/// What a request with this entry's key finds.
async fn look(engine: &dyn Engine, browser: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
    if engine.is_in_the_cookie() {
        engine.admit(browser, now).await
    } else {
        engine.load(&browser.key, now).await
    }
}

impl Place {
    fn minutes(&self, minutes: i64) -> DateTime<Utc> {
        self.now + TimeDelta::minutes(minutes)
    }

    /// An entry that nobody has yet: made now, good for a month.
    fn entry(&self) -> Result<Browser, random::Error> {
        Ok(Browser {
            key: new_key()?,
            handle: random::id()?,
            session: SessionId::from_row(random::id()?),
            family: "Firefox on Linux".to_owned(),
            state: r#"{"v":1}"#.to_owned(),
            version: 1,
            begun_at: self.now,
            created_at: self.now,
            touched_at: self.now,
            expires_at: self.now + TimeDelta::days(30),
        })
    }

    /// The same, kept by the engine; returns what the engine made of it.
    async fn kept(&self) -> Result<Browser, Broken> {
        self.keep(self.entry()?).await
    }

    async fn keep(&self, entry: Browser) -> Result<Browser, Broken> {
        match self.one.create(&entry, self.now).await? {
            Lookup::Open(kept) => Ok(kept),
            other => Err(Broken::Promise {
                promise: "a new key can be given an entry",
                found: format!("{other:?}"),
            }),
        }
    }

    /// Both servers find this under the entry's key.
    async fn both_find(
        &self,
        browser: &Browser,
        now: DateTime<Utc>,
        expected: &Lookup,
        promise: &'static str,
    ) -> Outcome {
        for engine in [&self.one, &self.other] {
            let found = look(&**engine, browser, now).await?;
            holds(found == *expected, promise, &found)?;
        }
        Ok(())
    }

    async fn both_find_ended(&self, browser: &Browser, now: DateTime<Utc>, promise: &'static str) -> Outcome {
        for engine in [&self.one, &self.other] {
            let found = look(&**engine, browser, now).await?;
            holds(matches!(found, Lookup::Ended(at) if at <= now), promise, &found)?;
        }
        Ok(())
    }

    /// Makes the same call many times at once, from both servers by turns.
    async fn crowd<T, F>(&self, mut call: impl FnMut(Arc<dyn Engine>, usize) -> F) -> Result<Vec<T>, Broken>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let calls: Vec<_> = (0..CROWD)
            .map(|number| {
                let engine = if number % 2 == 0 { &self.one } else { &self.other };
                tokio::spawn(call(Arc::clone(engine), number))
            })
            .collect();
        let mut outcomes = Vec::new();
        for call in calls {
            outcomes.push(call.await.map_err(|error| Error(error.to_string()))??);
        }
        Ok(outcomes)
    }

    async fn unknown_keys(&self) -> Outcome {
        const PROMISE: &str = "an unknown key opens nothing, and nothing can be done with it";
        let nobody = self.entry()?;
        self.both_find(&nobody, self.now, &Lookup::Unknown, PROMISE).await?;
        let renewed = self.one.renew(&nobody, &new_key()?, self.now, self.minutes(1)).await?;
        if !self.one.is_in_the_cookie() {
            holds(!renewed, PROMISE, &"it was renewed")?;
            holds(!self.one.update(&nobody, 1, false).await?, PROMISE, &"it was updated")?;
            let touched = Browser {
                touched_at: self.minutes(1),
                ..nobody.clone()
            };
            holds(!self.one.touch(&touched, self.now).await?, PROMISE, &"it was touched")?;
            self.both_find(&nobody, self.now, &Lookup::Unknown, PROMISE).await?;
        }
        let listed = self.one.list(&nobody.session).await?;
        holds(listed.is_empty(), PROMISE, &listed)
    }

    async fn created_entries_open(&self) -> Outcome {
        const PROMISE: &str = "a created entry opens on every server, with times to the microsecond";
        let mut entry = self.entry()?;
        for (time, micros) in [
            (&mut entry.begun_at, 1),
            (&mut entry.created_at, 1),
            (&mut entry.touched_at, 999_999),
            (&mut entry.expires_at, 123_456),
        ] {
            *time += TimeDelta::microseconds(micros);
        }
        let kept = self.keep(entry.clone()).await?;
        if !self.one.is_in_the_cookie() {
            holds(kept == entry, PROMISE, &kept)?;
        }
        self.both_find(&kept, self.now, &Lookup::Open(kept.clone()), PROMISE)
            .await?;
        let late = kept.expires_at + TimeDelta::seconds(1);
        let found = look(&*self.one, &kept, late).await?;
        holds(
            matches!(found, Lookup::Open(_) | Lookup::Unknown),
            "an expired entry that was not swept was not ended",
            &found,
        )
    }

    async fn ended_keys_stay_ended(&self) -> Outcome {
        const PROMISE: &str = "an ended key is refused on every server at once, and opens nothing again";
        let kept = self.kept().await?;
        self.one.end(&kept, self.now).await?;
        self.both_find(&kept, self.now, &Lookup::Ended(self.now), PROMISE)
            .await?;
        for engine in [&self.one, &self.other] {
            let again = engine.create(&kept, self.now).await?;
            holds(matches!(again, Lookup::Ended(_)), PROMISE, &again)?;
        }
        let renewed = self.other.renew(&kept, &new_key()?, self.now, self.minutes(1)).await?;
        holds(!renewed, PROMISE, &"it was renewed")?;
        self.other.end(&kept, self.minutes(1)).await?;
        self.both_find_ended(&kept, self.minutes(1), "ending twice is harmless")
            .await?;
        let last = self.now + REMEMBER_ENDED - TimeDelta::seconds(1);
        self.both_find_ended(&kept, last, "an ended key is remembered").await?;
        let nobody = self.entry()?;
        self.one.end(&nobody, self.now).await?;
        let late = self.one.create(&nobody, self.now).await?;
        holds(
            matches!(late, Lookup::Ended(_)),
            "a key can be ended before it has an entry",
            &late,
        )
    }

    async fn renewal_replaces_the_key(&self) -> Outcome {
        const PROMISE: &str = "after a renewal the new key opens the same, and the old one until its time is over";
        let old = self.kept().await?;
        let (key, until) = (new_key()?, self.minutes(1));
        let renewed = self.one.renew(&old, &key, self.now, until).await?;
        holds(renewed, PROMISE, &"it was not renewed")?;
        let new = with_key(&old, &key);
        self.both_find(&new, self.now, &Lookup::Open(new.clone()), PROMISE)
            .await?;
        let last = until - TimeDelta::microseconds(1);
        for engine in [&self.one, &self.other] {
            let found = look(&**engine, &old, last).await?;
            let same = match &found {
                // Where nothing is kept, nobody knows what the new key is; only that it is another one.
                Lookup::Open(found) if engine.is_in_the_cookie() => {
                    found.key != old.key && with_key(found, &old.key) == old
                }
                Lookup::Open(found) => *found == new,
                _ => false,
            };
            holds(same, PROMISE, &found)?;
        }
        self.both_find_ended(&old, until, PROMISE).await?;
        self.both_find(&new, until, &Lookup::Open(new.clone()), PROMISE).await?;
        let again = self.one.renew(&old, &new_key()?, self.now, until).await?;
        holds(!again, "a replaced key cannot be renewed", &again)?;
        let created = self.one.create(&with_key(&self.entry()?, &old.key), until).await?;
        holds(
            matches!(created, Lookup::Ended(_)),
            "a replaced key is given no entry",
            &created,
        )?;

        let third = with_key(&new, &new_key()?);
        let renewed = self.other.renew(&new, &third.key, until, self.minutes(2)).await?;
        holds(renewed, "a renewed key can be renewed", &renewed)?;
        self.both_find(&third, self.minutes(2), &Lookup::Open(third.clone()), PROMISE)
            .await?;
        self.both_find_ended(&new, self.minutes(2), PROMISE).await?;
        self.both_find_ended(&old, self.minutes(2), PROMISE).await
    }

    async fn a_second_renewal_ends_the_first_key(&self) -> Outcome {
        const PROMISE: &str = "a key whose successor is replaced is ended";
        let first = self.kept().await?;
        let second = with_key(&first, &new_key()?);
        let third = with_key(&first, &new_key()?);
        self.one.renew(&first, &second.key, self.now, self.minutes(10)).await?;
        let (later, until) = (self.minutes(1), self.minutes(11));
        self.other.renew(&second, &third.key, later, until).await?;
        self.both_find_ended(&first, later, PROMISE).await?;
        self.both_find(&second, later, &told_open(&third), PROMISE).await
    }

    async fn renewals_of_one_key_at_once(&self) -> Outcome {
        const PROMISE: &str = "of renewals of one key at the same time one succeeds";
        let old = self.kept().await?;
        let keys = (0..CROWD).map(|_| new_key()).collect::<Result<Vec<_>, _>>()?;
        let (now, until) = (self.now, self.minutes(1));
        let renewed = self
            .crowd(|engine, number| {
                let (old, key) = (old.clone(), keys[number].clone());
                async move { engine.renew(&old, &key, now, until).await }
            })
            .await?;
        let winners: Vec<&KeyHash> = keys
            .iter()
            .zip(&renewed)
            .filter(|(_, renewed)| **renewed)
            .map(|(key, _)| key)
            .collect();
        holds(winners.len() == 1, PROMISE, &winners)?;
        let new = with_key(&old, winners[0]);
        self.both_find(&new, now, &Lookup::Open(new.clone()), PROMISE).await?;
        if !self.one.is_in_the_cookie() {
            let listed = self.one.list(&old.session).await?;
            holds(listed == [new], PROMISE, &listed)?;
        }
        Ok(())
    }

    async fn ending_reaches_all_keys(&self) -> Outcome {
        const PROMISE: &str = "ending an entry ends all its keys, also those replaced a moment ago";
        // Whoever ends it may have seen it before the last renewals.
        for seen in 0..3 {
            let first = self.kept().await?;
            let second = with_key(&first, &new_key()?);
            let third = with_key(&first, &new_key()?);
            let until = self.minutes(10);
            self.one.renew(&first, &second.key, self.now, until).await?;
            self.other.renew(&second, &third.key, self.now, until).await?;
            self.one.end([&first, &second, &third][seen], self.now).await?;
            for browser in [&first, &second, &third] {
                self.both_find_ended(browser, self.minutes(1), PROMISE).await?;
                let last = self.now + REMEMBER_ENDED - TimeDelta::seconds(1);
                self.both_find_ended(browser, last, PROMISE).await?;
            }
            let listed = self.other.list(&first.session).await?;
            holds(listed.is_empty(), PROMISE, &listed)?;
        }
        Ok(())
    }

    async fn ending_the_others_spares_one(&self) -> Outcome {
        const PROMISE: &str = "ending the others ends all other entries of this session, and no more";
        let stranger = self.kept().await?;
        let own = self.kept().await?;
        let mut others = Vec::new();
        for _ in 0..3 {
            let entry = Browser {
                session: own.session.clone(),
                ..self.entry()?
            };
            others.push(self.keep(entry).await?);
        }
        self.one.end_others(&own, self.minutes(1)).await?;
        for other in &others {
            self.both_find_ended(other, self.minutes(1), PROMISE).await?;
        }
        for spared in [&own, &stranger] {
            self.both_find(spared, self.minutes(1), &Lookup::Open(spared.clone()), PROMISE)
                .await?;
        }
        let late = Browser {
            session: own.session.clone(),
            created_at: self.minutes(2),
            ..self.entry()?
        };
        let late = self.keep(late).await?;
        self.both_find(
            &late,
            self.minutes(2),
            &Lookup::Open(late.clone()),
            "who joins later is not meant",
        )
        .await
    }

    async fn creating_never_overwrites(&self) -> Outcome {
        const PROMISE: &str = "creating never overwrites: of several at the same time one is kept, and all are told it";
        let key = new_key()?;
        let now = self.now;
        let entries = (0..CROWD)
            .map(|_| Ok(with_key(&self.entry()?, &key)))
            .collect::<Result<Vec<_>, Broken>>()?;
        let told = self
            .crowd(|engine, number| {
                let entry = entries[number].clone();
                async move { engine.create(&entry, now).await }
            })
            .await?;
        let Some(Lookup::Open(winner)) = told.first() else {
            return holds(false, PROMISE, &told);
        };
        holds(entries.contains(winner), PROMISE, &winner)?;
        let all_alike = told.iter().all(|told| *told == told_open(winner));
        holds(all_alike, PROMISE, &told)?;
        self.both_find(winner, now, &told_open(winner), PROMISE).await?;
        let listed = self.one.list(&winner.session).await?;
        holds(listed == [winner.clone()], PROMISE, &listed)?;
        for entry in entries.iter().filter(|entry| entry.session != winner.session) {
            let listed = self.one.list(&entry.session).await?;
            holds(listed.is_empty(), PROMISE, &listed)?;
        }
        Ok(())
    }

    async fn hostile_states_come_back(&self) -> Outcome {
        const PROMISE: &str = "every state text comes back as it was";
        let fill = |pattern: &str| pattern.repeat(STATE_BYTES / pattern.len());
        for state in [
            String::new(),
            "{".to_owned(),
            fill("\""),
            fill("\\"),
            fill("\u{0}"),
            fill("\n\r\t\u{7f}"),
            fill("'; DROP TABLE session_keys; --"),
            fill("\u{1f600}\u{202e}\u{e9}"),
            fill("\u{fffd}\u{2028}"),
        ] {
            let entry = Browser {
                state: state.clone(),
                ..self.entry()?
            };
            let kept = self.keep(entry).await?;
            holds(kept.state == state, PROMISE, &kept)?;
            self.both_find(&kept, self.now, &told_open(&kept), PROMISE).await?;
            let again = Browser {
                version: 2,
                ..kept.clone()
            };
            holds(self.one.update(&again, 1, false).await?, PROMISE, &"it was not updated")?;
            self.both_find(&again, self.now, &told_open(&again), PROMISE).await?;
        }
        Ok(())
    }

    async fn updates_are_compared(&self) -> Outcome {
        const PROMISE: &str =
            "an update replaces session, state, version and a moved expiry, if the version is still the same";
        let (before, elsewhere) = (self.kept().await?, self.kept().await?);
        let after = Browser {
            session: elsewhere.session.clone(),
            state: r#"{"v":1,"values":{"a":1}}"#.to_owned(),
            version: 2,
            expires_at: self.now + TimeDelta::days(1),
            ..before.clone()
        };
        let asked = Browser {
            handle: random::id()?,
            family: "Another".to_owned(),
            created_at: self.minutes(1),
            touched_at: self.minutes(1),
            ..after.clone()
        };
        for was in [0, 2] {
            let updated = self.one.update(&asked, was, true).await?;
            holds(!updated, PROMISE, &("the version was another", was))?;
        }
        self.both_find(&before, self.now, &told_open(&before), PROMISE).await?;
        holds(self.one.update(&asked, 1, true).await?, PROMISE, &"it was not updated")?;
        self.both_find(&before, self.now, &told_open(&after), PROMISE).await?;
        holds(
            !self.other.update(&asked, 1, true).await?,
            PROMISE,
            &"the version was another by then",
        )?;
        // The version starts again where a count of 32 bits ends.
        for (was, version) in [(2, i32::MAX), (i32::MAX, i32::MIN), (i32::MIN, 1)] {
            let next = Browser {
                version,
                ..after.clone()
            };
            holds(self.one.update(&next, was, true).await?, PROMISE, &(was, version))?;
        }
        Ok(())
    }

    async fn an_update_takes_no_touch_back(&self) -> Outcome {
        const PROMISE: &str = "an update that does not move the expiry keeps that of a touch meanwhile";
        let seen = self.kept().await?;
        let touched = Browser {
            touched_at: self.minutes(1),
            expires_at: seen.expires_at + TimeDelta::hours(1),
            ..seen.clone()
        };
        holds(
            self.one.touch(&touched, self.now).await?,
            PROMISE,
            &"it was not touched",
        )?;
        let changed = Browser {
            state: r#"{"v":1,"values":{"a":1}}"#.to_owned(),
            version: 2,
            ..seen.clone()
        };
        holds(
            self.other.update(&changed, 1, false).await?,
            PROMISE,
            &"it was not updated",
        )?;
        let both = Browser {
            state: changed.state.clone(),
            version: 2,
            ..touched
        };
        self.both_find(&seen, self.now, &told_open(&both), PROMISE).await
    }

    async fn updates_at_once(&self) -> Outcome {
        const PROMISE: &str = "of updates of one version at the same time one succeeds";
        let mut kept = self.kept().await?;
        for _ in 0..3 {
            let was = kept.version;
            let wishes: Vec<Browser> = (0..CROWD)
                .map(|number| Browser {
                    state: format!(r#"{{"v":1,"values":{{"by":{number}}}}}"#),
                    version: was + 1,
                    ..kept.clone()
                })
                .collect();
            let updated = self
                .crowd(|engine, number| {
                    let wish = wishes[number].clone();
                    async move { engine.update(&wish, was, false).await }
                })
                .await?;
            let winners: Vec<&Browser> = wishes
                .iter()
                .zip(&updated)
                .filter(|(_, updated)| **updated)
                .map(|(wish, _)| wish)
                .collect();
            holds(winners.len() == 1, PROMISE, &winners)?;
            kept = winners[0].clone();
            self.both_find(&kept, self.now, &told_open(&kept), PROMISE).await?;
        }
        Ok(())
    }

    async fn touches_move_times_only(&self) -> Outcome {
        const PROMISE: &str = "a touch moves its time and the expiry, lowers neither, and changes nothing else";
        let kept = self.kept().await?;
        let touch = |minutes: i64, expires_at: DateTime<Utc>| Browser {
            touched_at: self.minutes(minutes),
            expires_at,
            state: "no".to_owned(),
            family: "Another".to_owned(),
            ..kept.clone()
        };
        let month = kept.expires_at;
        let later = month + TimeDelta::hours(1);
        let early = touch(1, later);
        let too_soon = self.one.touch(&early, self.now - TimeDelta::microseconds(1)).await?;
        holds(!too_soon, PROMISE, &"there was one since the last")?;
        holds(
            self.one.touch(&early, self.now).await?,
            PROMISE,
            &"the first was refused",
        )?;
        let touched = Browser {
            touched_at: self.minutes(1),
            expires_at: later,
            ..kept.clone()
        };
        self.both_find(&kept, self.now, &told_open(&touched), PROMISE).await?;
        let shorter = self.other.touch(&touch(2, month), self.minutes(1)).await?;
        holds(shorter, PROMISE, &"the second was refused")?;
        let touched = Browser {
            touched_at: self.minutes(2),
            ..touched
        };
        self.both_find(&kept, self.now, &told_open(&touched), PROMISE).await?;
        let unseen = Browser {
            version: 9,
            ..touch(3, later + TimeDelta::hours(1))
        };
        holds(
            !self.one.touch(&unseen, self.minutes(9)).await?,
            PROMISE,
            &"the state had been changed meanwhile, and with it maybe the expiry",
        )?;
        for minutes in [2, 0] {
            let back = self.one.touch(&touch(minutes, later), self.minutes(9)).await?;
            holds(!back, PROMISE, &("a time was lowered", minutes))?;
        }
        self.both_find(&kept, self.now, &told_open(&touched), PROMISE).await
    }

    async fn touches_at_once(&self) -> Outcome {
        const PROMISE: &str = "of touches in one interval one succeeds";
        let kept = self.kept().await?;
        let last_touch = self.now;
        let touched = self
            .crowd(|engine, number| {
                let seconds = TimeDelta::seconds(i64::try_from(number).unwrap_or(0));
                let touched = Browser {
                    touched_at: self.minutes(90) + seconds,
                    expires_at: kept.expires_at + TimeDelta::minutes(90),
                    ..kept.clone()
                };
                async move { engine.touch(&touched, last_touch).await }
            })
            .await?;
        let succeeded = touched.iter().filter(|touched| **touched).count();
        holds(succeeded == 1, PROMISE, &succeeded)
    }

    async fn an_update_brings_nothing_back(&self) -> Outcome {
        const PROMISE: &str = "no change that was on its way brings an ended entry back";
        for _ in 0..4 {
            let kept = self.kept().await?;
            let now = self.now;
            let changed = Browser {
                version: 2,
                touched_at: self.minutes(90),
                ..kept.clone()
            };
            let fresh = new_key()?;
            self.crowd(|engine, number| {
                let (kept, changed, fresh) = (kept.clone(), changed.clone(), fresh.clone());
                async move {
                    match number % 4 {
                        0 => drop(engine.update(&changed, 1, false).await?),
                        1 => drop(engine.touch(&changed, now).await?),
                        2 => drop(engine.renew(&kept, &fresh, now, now + TimeDelta::minutes(1)).await?),
                        _ => engine.end(&kept, now).await?,
                    }
                    Ok(())
                }
            })
            .await?;
            self.both_find_ended(&kept, now, PROMISE).await?;
            for engine in [&self.one, &self.other] {
                let found = engine.load(&fresh, now).await?;
                holds(!matches!(found, Lookup::Open(_)), PROMISE, &found)?;
                let listed = engine.list(&kept.session).await?;
                holds(listed.is_empty(), PROMISE, &listed)?;
            }
            let late = Browser {
                version: 3,
                ..changed.clone()
            };
            for was in [1, 2] {
                let updated = self.other.update(&late, was, false).await?;
                holds(!updated, PROMISE, &"it was updated")?;
            }
        }
        Ok(())
    }

    async fn lists_are_of_one_session(&self) -> Outcome {
        const PROMISE: &str = "a list has the browsers of this session, the oldest first";
        let (first, stranger) = (self.kept().await?, self.kept().await?);
        let mut expected = vec![first.clone()];
        for minutes in [3, 1, 2] {
            let entry = Browser {
                session: first.session.clone(),
                created_at: self.minutes(minutes),
                ..self.entry()?
            };
            expected.push(self.keep(entry).await?);
        }
        expected.sort_by_key(|browser| browser.created_at);
        for engine in [&self.one, &self.other] {
            let listed = engine.list(&first.session).await?;
            holds(listed == expected, PROMISE, &listed)?;
        }
        let moved = Browser {
            session: first.session.clone(),
            version: 2,
            created_at: stranger.created_at,
            ..stranger.clone()
        };
        holds(self.one.update(&moved, 1, false).await?, PROMISE, &"it was not updated")?;
        let left = self.other.list(&stranger.session).await?;
        holds(left.is_empty(), "a list follows an update", &left)?;
        let joined = self.other.list(&first.session).await?;
        holds(
            joined.len() == 5 && joined.contains(&moved),
            "a list follows an update",
            &joined,
        )?;
        let key = new_key()?;
        self.one.renew(&moved, &key, self.now, self.minutes(1)).await?;
        let renewed = self.other.list(&first.session).await?;
        holds(
            renewed.len() == 5 && renewed.contains(&with_key(&moved, &key)),
            "a list follows a renewal",
            &renewed,
        )?;
        self.one.end(&expected[1], self.now).await?;
        let left = self.other.list(&first.session).await?;
        holds(
            left.len() == 4 && !left.contains(&expected[1]),
            "a list follows an end",
            &left,
        )
    }

    async fn sweeping_spares_the_living(&self) -> Outcome {
        const PROMISE: &str = "sweeping spares what has not expired, and what must be remembered";
        let (kept, ended) = (self.kept().await?, self.kept().await?);
        self.one.end(&ended, self.now).await?;
        let last = self.now + REMEMBER_ENDED - TimeDelta::seconds(1);
        self.one.sweep(last).await?;
        self.both_find(&kept, last, &told_open(&kept), PROMISE).await?;
        self.both_find_ended(&ended, last, PROMISE).await?;
        let listed = self.other.list(&kept.session).await?;
        holds(listed == [kept], PROMISE, &listed)
    }

    async fn sweeping_takes_the_expired(&self) -> Outcome {
        const PROMISE: &str = "sweeping forgets what has expired, and says how much";
        let before = self.now - TimeDelta::days(40);
        let (just, earlier) = (self.minutes(-10), self.minutes(-11));
        self.one.sweep(just).await?;
        let old = |expires_at: DateTime<Utc>| -> Result<Browser, Broken> {
            Ok(Browser {
                begun_at: before,
                created_at: before,
                touched_at: before,
                expires_at,
                ..self.entry()?
            })
        };
        let living = self.keep(old(just)?).await?;
        let mut expired = Vec::new();
        for _ in 0..5 {
            expired.push(self.keep(old(earlier)?).await?);
        }
        let swept = self.other.sweep(just).await?;
        holds(swept == expired.len(), PROMISE, &swept)?;
        self.both_find(&living, earlier, &told_open(&living), PROMISE).await?;
        for browser in &expired {
            self.both_find(browser, self.now, &Lookup::Unknown, PROMISE).await?;
            let listed = self.one.list(&browser.session).await?;
            holds(listed.is_empty(), PROMISE, &listed)?;
        }
        let again = self.one.sweep(just).await?;
        holds(again == 0, "sweeping twice is harmless", &again)
    }

    async fn ended_keys_are_forgotten_in_time(&self) -> Outcome {
        const PROMISE: &str = "ended keys are forgotten when nothing could be made of them any more";
        let (first, other) = (self.kept().await?, self.kept().await?);
        let second = with_key(&first, &new_key()?);
        self.one.renew(&first, &second.key, self.now, self.minutes(1)).await?;
        self.one.end(&second, self.now).await?;
        self.one.end(&other, self.now).await?;
        let over = self.minutes(2) + REMEMBER_ENDED;
        self.one.sweep(over).await?;
        for browser in [&first, &second, &other] {
            self.both_find(browser, over, &Lookup::Unknown, PROMISE).await?;
        }
        Ok(())
    }
}

fn told_open(browser: &Browser) -> Lookup {
    Lookup::Open(browser.clone())
}
