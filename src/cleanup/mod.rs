//! Removes what has expired: sessions with all their rows and files, pictures that were removed long ago, and files that
//! nobody owns.
//!
//! Active sessions are spared: only those are taken whose expiry is longer ago than the grace, and
//! the deleting statement asks again, so that activity in the meantime wins.

mod leap;

use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use crate::clock::Clock;
use crate::config::Session;
use crate::db::upkeep::{self, Reclaimed};
use crate::db::{self, Db, files, link_codes, section_links, sessions};
use crate::metrics::Counter;
use crate::session::SessionId;
use crate::session::engine::{self, Engine};
use crate::uploads::{self, Uploads};
use leap::Watch;

/// How many sessions are looked up at once.
const BATCH: i64 = 100;
/// How many sessions are removed at the same time: on SQLite they share a commit, and visitors still get their turn.
const AT_ONCE: usize = 8;
/// A file without a row may be one whose row is about to be written; after this it is an orphan.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3600);

/// How long the picture of a figure that was removed is kept to be put back: as long as earlier values.
const REMOVED_KEPT: TimeDelta = TimeDelta::days(30);

/// Whether a sweep deletes or only counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Delete what has expired.
    Delete,
    /// Say what would be deleted.
    DryRun,
}

/// What a sweep removed, or would remove.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sessions with all their rows and files.
    pub sessions: usize,
    /// Files that belonged to no session.
    pub orphans: usize,
    /// Sessions or files that could not be removed, and the place of the keys if it could not be swept; the log says why.
    pub failed: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.sessions += more.sessions;
        self.orphans += more.orphans;
        self.failed += more.failed;
    }
}

/// What the sweeps of this server came to since its start.
#[derive(Debug, Default)]
pub struct Tally {
    /// Sweeps that were done.
    pub done: Counter,
    /// Sweeps that were left to another server, which was at it.
    pub elsewhere: Counter,
    /// Sweeps that were broken off.
    pub broken_off: Counter,
    /// Sessions that were removed.
    pub sessions: Counter,
    /// Files without an owner that were removed.
    pub orphans: Counter,
    /// What could not be removed, counted at each attempt.
    pub failed: Counter,
    /// When the last one was done, in seconds since 1970.
    last_done: AtomicI64,
}

impl Tally {
    /// When the last sweep was done, in seconds since 1970.
    pub fn last_done(&self) -> Option<i64> {
        Some(self.last_done.load(Ordering::Relaxed)).filter(|&seconds| seconds != 0)
    }

    fn note(&self, outcome: &Result<Counts, Error>, now: DateTime<Utc>) {
        match outcome {
            Ok(counts) => {
                let add = |to: &Counter, number: usize| to.add(u64::try_from(number).unwrap_or(u64::MAX));
                add(&self.sessions, counts.sessions);
                add(&self.orphans, counts.orphans);
                add(&self.failed, counts.failed);
                self.done.one();
                self.last_done.store(now.timestamp(), Ordering::Relaxed);
            }
            Err(Error::Running) => self.elsewhere.one(),
            Err(_) => self.broken_off.one(),
        }
    }
}

/// Why a sweep did not take place or was broken off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another cleanup is at work.
    #[error("another cleanup is running")]
    Running,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The place of the keys failed.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// The folder for uploads failed.
    #[error(transparent)]
    Uploads(#[from] uploads::Error),
}

/// Which sessions an operator ends, whether or not they have expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// That of the browser with this public handle, or with this handle of its own.
    Browser(String),
    /// Everybody's.
    All,
}

/// Removes the sessions that expired longer than `grace` before `now`, then orphan files.
///
/// One session that cannot be removed does not stop the others.
///
/// # Errors
/// When another cleanup is running, or the database or the folder for uploads does not answer.
pub async fn sweep(
    db: &Db,
    engine: &dyn Engine,
    uploads: &Uploads,
    now: DateTime<Utc>,
    grace: TimeDelta,
    mode: Mode,
) -> Result<Counts, Error> {
    by_itself(db, uploads, sweep_alone(db, engine, uploads, now, grace, mode)).await
}

async fn sweep_alone(
    db: &Db,
    engine: &dyn Engine,
    uploads: &Uploads,
    now: DateTime<Utc>,
    grace: TimeDelta,
    mode: Mode,
) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    let before = (now - grace).naive_utc();
    remove_batches(
        db,
        engine,
        uploads,
        before,
        Removal::IfExpired(before),
        mode,
        &mut counts,
    )
    .await?;
    if mode == Mode::Delete {
        let removed_before = (now - REMOVED_KEPT).naive_utc();
        db.write(move |conn| files::forget_removed(conn, removed_before))
            .await?;
    }
    sweep_orphans(db, uploads, mode, &mut counts).await?;
    if mode == Mode::Delete {
        if let Err(error) = engine.sweep(now - grace).await {
            counts.failed += 1;
            tracing::error!(%error, "what has expired could not be removed from the place of the keys");
        }
        db.write(move |conn| {
            link_codes::delete_expired(conn, now.naive_utc())?;
            section_links::delete_expired(conn, now.naive_utc())?;
            sessions::forget_ended(conn, now.naive_utc())
        })
        .await?;
        reclaim(db, counts).await;
    }
    Ok(counts)
}

/// Ends sessions at once, on an operator's order, with all their rows and files.
///
/// # Errors
/// As [`sweep`].
pub async fn end(
    db: &Db,
    engine: &dyn Engine,
    uploads: &Uploads,
    now: DateTime<Utc>,
    whose: Whose,
    mode: Mode,
) -> Result<Counts, Error> {
    by_itself(db, uploads, end_alone(db, engine, uploads, now, whose, mode)).await
}

async fn end_alone(
    db: &Db,
    engine: &dyn Engine,
    uploads: &Uploads,
    now: DateTime<Utc>,
    whose: Whose,
    mode: Mode,
) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    let removal = Removal::Now(now);
    match whose {
        Whose::All => {
            // Both databases can compare with the last day of a year of four digits.
            let all = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default().into();
            remove_batches(db, engine, uploads, all, removal, mode, &mut counts).await?;
        }
        Whose::Browser(handle) => {
            let session = engine::find_by_handle(engine, db, &handle).await?;
            if let Some(session) = session {
                counts += remove_one(db, engine, uploads, session, removal, mode).await;
            }
        }
    }
    if mode == Mode::Delete {
        reclaim(db, counts).await;
    }
    Ok(counts)
}

/// What is deleted is deleted, even when its space cannot be given back now.
async fn reclaim(db: &Db, counts: Counts) {
    let mut has_removed = counts.sessions > 0;
    loop {
        match db.tidy(move |conn| upkeep::reclaim(conn, has_removed)).await {
            // Visitors write in between.
            Ok(Reclaimed::Part) => has_removed = false,
            Ok(Reclaimed::All) => return,
            Err(error) => {
                tracing::warn!(%error, "the database's files could not be tidied yet; the next cleanup does it");
                return;
            }
        }
    }
}

/// When a running server sweeps, and what it spares.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Between two sweeps.
    interval: Duration,
    /// How long after its expiry a session is spared.
    grace: TimeDelta,
    /// How long after the last activity a session expires.
    age: TimeDelta,
}

impl Schedule {
    /// What the settings say; `None` when the server shall not sweep.
    pub fn of(settings: &Session) -> Option<Self> {
        let span = |time: Duration| TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
        Some(Self {
            interval: settings.cleanup_interval?,
            grace: span(settings.cleanup_grace),
            age: span(settings.age),
        })
    }
}

/// Sweeps at once and then in this interval, for as long as the server runs; errors are logged and the next
/// sweep tries again. While it is in doubt whether the clock is right, nothing is swept.
pub async fn run_every(
    schedule: Schedule,
    db: Db,
    engine: Arc<dyn Engine>,
    uploads: Uploads,
    clock: Clock,
    tally: Arc<Tally>,
) {
    let mut ticks = tokio::time::interval(schedule.interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut watch = None;
    loop {
        ticks.tick().await;
        let now = clock.now();
        let watch = match &mut watch {
            Some(watch) => watch,
            None => match last_activity(&db, schedule.age).await {
                // Without any session there is nothing to lose.
                Ok(known) => watch.insert(Watch::new(known.unwrap_or(now).min(now), Instant::now())),
                Err(error) => {
                    tracing::error!(%error, "cleanup failed; the next one tries again");
                    continue;
                }
            },
        };
        if let Some(ahead) = watch.leap(now, Instant::now()) {
            tracing::warn!(
                hours = ahead.num_hours(),
                "cleanup: waiting for an hour, because the clock is ahead of all that this server knows"
            );
            continue;
        }
        let outcome = sweep(&db, &*engine, &uploads, now, schedule.grace, Mode::Delete).await;
        tally.note(&outcome, now);
        match outcome {
            Ok(counts) if counts == Counts::default() => tracing::debug!("cleanup: nothing had expired"),
            Ok(counts) => tracing::info!(
                sessions = counts.sessions,
                orphans = counts.orphans,
                failed = counts.failed,
                "cleanup"
            ),
            Err(Error::Running) => tracing::info!("cleanup: another one is at work"),
            Err(error) => tracing::error!(%error, "cleanup failed; the next one tries again"),
        }
    }
}

/// About when somebody was here last, by the latest of all expiries.
async fn last_activity(db: &Db, age: TimeDelta) -> Result<Option<DateTime<Utc>>, db::Error> {
    let latest = db.run(sessions::latest_expiry).await?;
    Ok(latest.map(|latest| {
        latest
            .and_utc()
            .checked_sub_signed(age)
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }))
}

/// How a session is removed.
#[derive(Clone, Copy)]
enum Removal {
    /// If it still expired before this time when its turn has come.
    IfExpired(NaiveDateTime),
    /// In any case, and its keys are remembered as ended now.
    Now(DateTime<Utc>),
}

async fn remove_batches(
    db: &Db,
    engine: &dyn Engine,
    uploads: &Uploads,
    before: NaiveDateTime,
    removal: Removal,
    mode: Mode,
    counts: &mut Counts,
) -> Result<(), Error> {
    let mut last = None;
    loop {
        let after = last.clone();
        let batch = db
            .run(move |conn| sessions::expired(conn, before, after.as_ref(), BATCH))
            .await?;
        let Some(end) = batch.last() else { return Ok(()) };
        last = Some(end.clone());
        for some in batch.chunks(AT_ONCE) {
            let removals = some
                .iter()
                .map(|(_, session)| remove_one(db, engine, uploads, session.clone(), removal, mode));
            for removed in join_all(removals).await {
                *counts += removed;
            }
        }
    }
}

/// Removes one session and counts it, or that it could not be removed.
async fn remove_one(
    db: &Db,
    engine: &dyn Engine,
    uploads: &Uploads,
    session: SessionId,
    removal: Removal,
    mode: Mode,
) -> Counts {
    let mut counts = Counts::default();
    let removed = match mode {
        Mode::DryRun => Ok(true),
        Mode::Delete => remove(db, engine, uploads, session, removal).await,
    };
    match removed {
        Ok(removed) => counts.sessions += usize::from(removed),
        Err(error) => {
            counts.failed += 1;
            tracing::error!(%error, "a session could not be removed");
        }
    }
    counts
}

/// Rows first: should the server stop in between, the files are orphans for the next sweep, never a card without its
/// files.
async fn remove(
    db: &Db,
    engine: &dyn Engine,
    uploads: &Uploads,
    session: SessionId,
    removal: Removal,
) -> Result<bool, Error> {
    let (id, remember) = (session.clone(), engine::remember_session(engine));
    let removed = db
        .write(move |conn| match removal {
            Removal::IfExpired(before) => sessions::delete_expired(conn, &id, before),
            Removal::Now(now) => {
                let forget_at = (now + remember).naive_utc();
                sessions::end(conn, &id, now.naive_utc(), forget_at).map(|_| true)
            }
        })
        .await?;
    if removed {
        if let Removal::Now(now) = removal {
            engine::end_all(engine, &session, now).await?;
        }
        on_disk(uploads, move |uploads| uploads.delete_all(session.as_str())).await?;
    }
    Ok(removed)
}

async fn sweep_orphans(db: &Db, uploads: &Uploads, mode: Mode, counts: &mut Counts) -> Result<(), Error> {
    // Files carry the disk's time, so their age is measured by the system's clock.
    let old = on_disk(uploads, |uploads| uploads.older_than(SystemTime::now() - ORPHAN_AGE)).await?;
    for found in old {
        let owned = match found.id.clone() {
            Some(id) => db.run(move |conn| files::exists(conn, &id)).await?,
            None => false,
        };
        if owned {
            continue;
        }
        let removed = match mode {
            Mode::DryRun => Ok(()),
            Mode::Delete => on_disk(uploads, move |uploads| uploads.delete_found(&found)).await,
        };
        match removed {
            Ok(()) => counts.orphans += 1,
            Err(error) => {
                counts.failed += 1;
                tracing::error!(%error, "an orphan file could not be removed");
            }
        }
    }
    Ok(())
}

/// Work on the folder for uploads, off the async threads.
async fn on_disk<T, F>(uploads: &Uploads, work: F) -> Result<T, uploads::Error>
where
    T: Send + 'static,
    F: FnOnce(&Uploads) -> Result<T, uploads::Error> + Send + 'static,
{
    let uploads = uploads.clone();
    let done = tokio::task::spawn_blocking(move || work(&uploads)).await;
    done.unwrap_or_else(|broken| Err(uploads::Error::Disk(std::io::Error::other(broken))))
}

/// Held while a cleanup is at work.
struct OnlyOne {
    machine: uploads::Alone,
    database: db::Alone,
}

impl OnlyOne {
    async fn release(self) {
        drop(self.machine);
        self.database.release().await;
    }
}

/// Does the work while no other cleanup is at work.
async fn by_itself<T>(db: &Db, uploads: &Uploads, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let only_one = alone(db, uploads).await?;
    let outcome = work.await;
    only_one.release().await;
    outcome
}

/// Holds off other cleanups, on this machine and on others that share the database.
async fn alone(db: &Db, uploads: &Uploads) -> Result<OnlyOne, Error> {
    Ok(OnlyOne {
        machine: on_disk(uploads, Uploads::alone).await?.ok_or(Error::Running)?,
        database: db.clean_alone().await?.ok_or(Error::Running)?,
    })
}
