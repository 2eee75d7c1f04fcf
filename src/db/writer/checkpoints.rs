//! Copies SQLite's write-ahead log into the database, so that commits do not wait for it.
//!
//! A thread of its own copies while others write. As long as they do, it never reaches the end of the log, and the log
//! could only grow: when it has become long, the writer copies the short rest between two batches, and the next one
//! begins the log anew.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::ManageConnection as _;
use diesel::sql_types::Integer;

use super::super::connect::Connections;
use super::super::{DbConnection, Error};

/// Pages of the log that are worth being copied.
const WORTHWHILE: i32 = 1_000;
/// Pages from which on the log is too long: 32 MiB.
const LONG: i32 = 8_000;
/// How often the log is looked at while there are commits.
const PAUSE: Duration = Duration::from_millis(200);

/// The writer's end of the thread that copies.
pub(super) struct Checkpoints {
    /// Has room for one: there is more in the log.
    more: SyncSender<()>,
    is_long: Arc<AtomicBool>,
    /// Held while the thread copies.
    copying: Arc<Mutex<()>>,
}

impl Checkpoints {
    /// Starts the thread, which connects at the first commit and ends when this is dropped.
    pub(super) fn start(connections: Connections) -> std::io::Result<Self> {
        let (more, waiting) = mpsc::sync_channel(1);
        let is_long = Arc::new(AtomicBool::new(false));
        let copying = Arc::default();
        let (told, held) = (Arc::clone(&is_long), Arc::clone(&copying));
        std::thread::Builder::new()
            .name("sqlite-checkpoints".to_owned())
            .spawn(move || run(&connections, &waiting, &told, &held))?;
        Ok(Self { more, is_long, copying })
    }

    /// Says that something was committed.
    pub(super) fn there_is_more(&self) {
        // Full: the thread knows already.
        let _ = self.more.try_send(());
    }

    /// Waits until the thread has copied what it is at, and holds it off: who empties the log would find it in use.
    pub(super) fn held_off(&self) -> MutexGuard<'_, ()> {
        held(&self.copying)
    }

    /// Copies the rest, if the log has become long. Not inside a transaction.
    pub(super) fn finish_if_long(&self, conn: &mut DbConnection) {
        if self.is_long.swap(false, Ordering::AcqRel) {
            let outcome = checkpoint(conn, "PRAGMA wal_checkpoint(PASSIVE)");
            tracing::debug!(?outcome, "the rest of the log was copied between two batches");
        }
    }
}

/// A connection that leaves the copying to the thread.
pub(super) fn writing(mut conn: DbConnection) -> Result<DbConnection, Error> {
    conn.batch_execute("PRAGMA wal_autocheckpoint = 0")?;
    Ok(conn)
}

/// There is nothing behind the lock that a panic could have spoiled.
fn held(copying: &Mutex<()>) -> MutexGuard<'_, ()> {
    copying.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(connections: &Connections, more: &Receiver<()>, is_long: &AtomicBool, copying: &Mutex<()>) {
    let mut connection = None;
    while more.recv().is_ok() {
        std::thread::sleep(PAUSE);
        let copied = match connection.take() {
            Some(conn) => Ok(conn),
            None => connections.connect(),
        }
        .and_then(|mut conn| {
            let _copying = held(copying);
            if copy(&mut conn)? {
                is_long.store(true, Ordering::Release);
            }
            Ok(conn)
        });
        match copied {
            Ok(conn) => connection = Some(conn),
            // The log keeps what was committed; the next commit brings the next attempt.
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be copied into the database yet"),
        }
    }
}

/// Copies what is worthwhile; whether the log is too long all the same.
fn copy(conn: &mut DbConnection) -> Result<bool, Error> {
    let state = checkpoint(conn, "PRAGMA wal_checkpoint(NOOP)")?;
    if state.log - state.checkpointed < WORTHWHILE {
        return Ok(false);
    }
    let state = checkpoint(conn, "PRAGMA wal_checkpoint(PASSIVE)")?;
    Ok(state.log >= LONG)
}

/// How many pages the log has, and how many of them are in the database.
#[derive(Debug, diesel::QueryableByName)]
struct State {
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

fn checkpoint(conn: &mut DbConnection, pragma: &'static str) -> Result<State, Error> {
    match conn {
        DbConnection::Sqlite(sqlite) => Ok(diesel::sql_query(pragma).get_result(sqlite)?),
        DbConnection::Pg(_) => Err(Error::Unusable(
            "a server of PostgreSQL copies its log by itself".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_copied_and_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cards.db");
        let connections = Connections::new(super::super::super::Address::Sqlite(path));
        let mut writer = writing(connections.connect().unwrap()).unwrap();
        let mut copier = connections.connect().unwrap();
        writer.batch_execute("CREATE TABLE notes (note BLOB)").unwrap();
        assert!(!copy(&mut copier).unwrap());
        let state = checkpoint(&mut copier, "PRAGMA wal_checkpoint(NOOP)").unwrap();
        assert!(
            state.log > 0 && state.checkpointed == 0,
            "{state:?}: not yet worthwhile"
        );

        let more = "INSERT INTO notes VALUES (zeroblob(5000000))";
        writer.batch_execute(more).unwrap();
        assert!(!copy(&mut copier).unwrap());
        let state = checkpoint(&mut copier, "PRAGMA wal_checkpoint(NOOP)").unwrap();
        assert!(
            state.log > WORTHWHILE && state.checkpointed == state.log,
            "{state:?}: copied"
        );

        // Somebody reads, so that the log cannot begin anew, and it gets long.
        let mut reader = connections.connect().unwrap();
        reader.batch_execute("BEGIN; SELECT count(*) FROM notes").unwrap();
        for _ in 0..8 {
            writer.batch_execute(more).unwrap();
        }
        assert!(copy(&mut copier).unwrap());
        reader.batch_execute("COMMIT").unwrap();
        let (thread, _waiting) = mpsc::sync_channel(1);
        let checkpoints = Checkpoints {
            more: thread,
            is_long: Arc::new(AtomicBool::new(true)),
            copying: Arc::default(),
        };
        checkpoints.finish_if_long(&mut writer);
        writer.batch_execute(more).unwrap();
        let state = checkpoint(&mut copier, "PRAGMA wal_checkpoint(NOOP)").unwrap();
        assert!(state.log < 2 * WORTHWHILE, "{state:?}: begun anew");
    }
}
