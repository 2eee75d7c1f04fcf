//! The engine `file`: a file for each key, in a folder that several processes may share.
//!
//! `keys/` has the entries, named by the hash of their key; `sessions/` has a folder for each session with an empty file
//! for each of its keys, the index for lists. Writers take turns by a lock on the file `lock`, which the system lets go
//! when a process dies; who only looks up a key waits for nobody, because files appear whole or not at all. Killed in
//! between, a writer leaves nothing worse than a draft, a missing line of the index, or a renewed entry that was not born
//! yet: all of these are passed over, and mended or removed by the next sweep.

mod folder;
mod record;

use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Browser, Engine, Error, Lookup, REMEMBER_ENDED};
use crate::db::DbConnection;
use crate::session::SessionId;
use crate::session::key::KeyHash;
use folder::Folder;
use record::{Kept, Record};

/// How many files a sweep looks at before it lets others have the thread and their turn.
const BATCH: usize = 50;

/// Keeps a file for each key.
#[derive(Clone)]
pub struct File {
    folder: Arc<Folder>,
}

impl File {
    /// An engine on this folder, which is made when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made, written or locked.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let folder = Arc::new(Folder::open(folder)?);
        Ok(Self { folder })
    }

    /// Works on the folder off the async threads.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let folder = Arc::clone(&self.folder);
        let span = tracing::Span::current();
        let done = tokio::task::spawn_blocking(move || span.in_scope(|| work(&folder))).await;
        done.map_err(|panicked| Error(panicked.to_string()))?
            .map_err(Error::from)
    }
}

fn load(folder: &Folder, key: &KeyHash, now: DateTime<Utc>) -> io::Result<Lookup> {
    let mut key = key.clone();
    loop {
        match folder.read(&key)? {
            Some(Kept::Entry { browser, .. }) => return Ok(Lookup::Open(browser)),
            Some(Kept::Replaced { by, until }) if now < until => key = by,
            Some(Kept::Replaced { until: at, .. } | Kept::Ended { at }) => return Ok(Lookup::Ended(at)),
            None => return Ok(Lookup::Unknown),
        }
    }
}

fn create(folder: &Folder, new: &Browser, now: DateTime<Utc>) -> io::Result<Lookup> {
    let _turn = folder.turn()?;
    match load(folder, &new.key, now)? {
        Lookup::Unknown => {}
        known => return Ok(known),
    }
    folder.index(new)?;
    folder.write(&Record::entry(new, None))?;
    Ok(Lookup::Open(new.clone()))
}

fn renew(folder: &Folder, old: &KeyHash, new: &KeyHash, now: DateTime<Utc>, until: DateTime<Utc>) -> io::Result<bool> {
    let _turn = folder.turn()?;
    let Some(Kept::Entry { browser, replaces }) = folder.read(old)? else {
        return Ok(false);
    };
    let renewed = Browser {
        key: new.clone(),
        ..browser.clone()
    };
    // Not born before the old file says so: until then the old key opens as before.
    folder.index(&renewed)?;
    folder.write(&Record::entry(&renewed, Some(old)))?;
    folder.write(&Record::replaced(old, new, until))?;
    folder.unindex(&browser.session, old)?;
    if let Some(earlier) = replaces
        && let Some(Kept::Replaced { until, .. }) = folder.read(&earlier)?
        && until > now
    {
        folder.write(&Record::replaced(&earlier, old, now))?;
    }
    Ok(true)
}

fn end(folder: &Folder, browser: &Browser, now: DateTime<Utc>) -> io::Result<()> {
    let _turn = folder.turn()?;
    let mut key = browser.key.clone();
    loop {
        match folder.read(&key)? {
            // A key is replaced by one that was not there before, so this comes to an end.
            Some(Kept::Replaced { by, .. }) => key = by,
            Some(Kept::Ended { .. }) => return Ok(()),
            Some(Kept::Entry { browser, .. }) => {
                // Replaced keys that still open lead here.
                folder.write(&Record::ended(&key, now))?;
                return folder.unindex(&browser.session, &key);
            }
            None => return folder.write(&Record::ended(&key, now)),
        }
    }
}

fn list(folder: &Folder, session: &SessionId) -> io::Result<Vec<Browser>> {
    let _turn = folder.shared_turn()?;
    let mut browsers = Vec::new();
    for key in folder.indexed(&Folder::index_name(session))? {
        if let Some(Kept::Entry { browser, replaces }) = folder.read(&key)?
            && browser.session == *session
            && is_born(folder, replaces.as_ref())?
        {
            browsers.push(browser);
        }
    }
    browsers.sort_by(Browser::age_order);
    Ok(browsers)
}

/// Whether the renewal was finished that made the entry: its writer may have been killed before.
fn is_born(folder: &Folder, replaces: Option<&KeyHash>) -> io::Result<bool> {
    Ok(match replaces {
        Some(old) => !matches!(folder.read(old)?, Some(Kept::Entry { .. })),
        None => true,
    })
}

/// What a sweep does with a file.
#[derive(PartialEq, Eq)]
enum Fate {
    Stays,
    /// It is missing in the index.
    IsIndexed,
    Goes,
    /// It goes, and was an entry that has expired.
    Expired,
}

fn fate(folder: &Folder, key: &KeyHash, now: DateTime<Utc>) -> io::Result<Fate> {
    Ok(match folder.read(key)? {
        Some(Kept::Entry { browser, .. }) if browser.expires_at < now => Fate::Expired,
        Some(Kept::Entry { browser, replaces }) => {
            if !is_born(folder, replaces.as_ref())? {
                Fate::Goes
            } else if !folder.is_indexed(&browser.session, key) {
                Fate::IsIndexed
            } else {
                Fate::Stays
            }
        }
        Some(Kept::Replaced { until: at, .. } | Kept::Ended { at }) if at + REMEMBER_ENDED < now => Fate::Goes,
        // What cannot be read is not ours to delete.
        Some(Kept::Replaced { .. } | Kept::Ended { .. }) | None => Fate::Stays,
    })
}

/// Removes what is over among these; returns how many entries had expired.
fn sweep(folder: &Folder, keys: &[KeyHash], now: DateTime<Utc>) -> io::Result<usize> {
    let mut over = Vec::new();
    for key in keys {
        if fate(folder, key, now)? != Fate::Stays {
            over.push(key);
        }
    }
    if over.is_empty() {
        return Ok(0);
    }
    let mut expired = 0;
    let _turn = folder.turn()?;
    for key in over {
        // Asked again: activity in the meantime wins.
        let fate = fate(folder, key, now)?;
        match (folder.read(key)?, &fate) {
            (_, Fate::Stays) => continue,
            (Some(Kept::Entry { browser, .. }), Fate::IsIndexed) => folder.index(&browser)?,
            (Some(Kept::Entry { browser, .. }), _) => {
                folder.remove(key)?;
                folder.unindex(&browser.session, key)?;
            }
            (_, _) => folder.remove(key)?,
        }
        expired += usize::from(fate == Fate::Expired);
    }
    Ok(expired)
}

/// Removes lines of the index that lead to nothing.
fn sweep_index(folder: &Folder, names: &[String]) -> io::Result<()> {
    for name in names {
        let stale = |key: &KeyHash| -> io::Result<bool> {
            Ok(match folder.read(key)? {
                Some(Kept::Entry { browser, .. }) => Folder::index_name(&browser.session) != *name,
                _ => true,
            })
        };
        let mut is_stale = false;
        let keys = folder.indexed(name)?;
        for key in &keys {
            is_stale |= stale(key)?;
        }
        if !is_stale && !keys.is_empty() {
            continue;
        }
        let _turn = folder.turn()?;
        for key in folder.indexed(name)? {
            if stale(&key)? {
                folder.unindex_named(name, &key)?;
            }
        }
        folder.remove_index(name);
    }
    Ok(())
}

#[async_trait]
impl Engine for File {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let key = key.clone();
        self.work(move |folder| load(folder, &key, now)).await
    }

    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let new = new.clone();
        self.work(move |folder| create(folder, &new, now)).await
    }

    async fn update(&self, changed: &Browser, was: i32, moves_expiry: bool) -> Result<bool, Error> {
        let changed = changed.clone();
        self.work(move |folder| {
            let _turn = folder.turn()?;
            let Some(Kept::Entry { mut browser, replaces }) = folder.read(&changed.key)? else {
                return Ok(false);
            };
            let before = browser.session.clone();
            if !browser.update(&changed, was, moves_expiry) {
                return Ok(false);
            }
            folder.index(&browser)?;
            folder.write(&Record::entry(&browser, replaces.as_ref()))?;
            if before != browser.session {
                folder.unindex(&before, &browser.key)?;
            }
            Ok(true)
        })
        .await
    }

    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        let touched = touched.clone();
        self.work(move |folder| {
            let _turn = folder.turn()?;
            let Some(Kept::Entry { mut browser, replaces }) = folder.read(&touched.key)? else {
                return Ok(false);
            };
            let moved = browser.touch(&touched, last_touch);
            if moved {
                folder.write(&Record::entry(&browser, replaces.as_ref()))?;
            }
            Ok(moved)
        })
        .await
    }

    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let (old, new) = (old.key.clone(), new.clone());
        self.work(move |folder| renew(folder, &old, &new, now, until)).await
    }

    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        let browser = browser.clone();
        self.work(move |folder| end(folder, &browser, now)).await
    }

    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error> {
        let session = session.clone();
        self.work(move |folder| list(folder, &session)).await
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        self.work(Folder::remove_drafts).await?;
        let keys = self.work(Folder::keys).await?;
        let mut expired = 0;
        for batch in keys.chunks(BATCH) {
            let batch = batch.to_vec();
            expired += self.work(move |folder| sweep(folder, &batch, now)).await?;
        }
        let names = self.work(Folder::index_names).await?;
        for batch in names.chunks(BATCH) {
            let batch = batch.to_vec();
            self.work(move |folder| sweep_index(folder, &batch)).await?;
        }
        Ok(expired)
    }

    fn create_within(&self, _: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        Ok(create(&self.folder, new, now)?)
    }
}
