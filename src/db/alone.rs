use std::sync::mpsc;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Db, DbConnection, Error, upkeep};

/// While it lives, no other server on the same database cleans up.
pub struct Alone(Option<Holding>);

/// The job that keeps the lock until the sender goes.
struct Holding {
    release: mpsc::Sender<()>,
    job: JoinHandle<Result<(), Error>>,
}

impl Alone {
    /// Lets the next one clean up; when this returns, it can. Dropping does the same a moment later.
    pub async fn release(self) {
        if let Some(Holding { release, job }) = self.0 {
            drop(release);
            // A connection that broke meanwhile has let go by itself.
            let _ = job.await;
        }
    }
}

impl Db {
    /// Makes this the only cleanup among all servers on one PostgreSQL until the guard is dropped; `None` when
    /// another one is at work. SQLite has one machine, which can agree by other means.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn clean_alone(&self) -> Result<Option<Alone>, Error> {
        // Only SQLite has one writer.
        if self.writer.is_some() {
            return Ok(Some(Alone(None)));
        }
        let (release, released) = mpsc::channel::<()>();
        let (taken, taking) = oneshot::channel();
        let db = self.clone();
        // The lock belongs to the connection, so one job keeps it as long as the guard lives.
        let job = tokio::spawn(async move {
            db.run_unhurried(move |conn| {
                let DbConnection::Pg(pg) = conn else { return Ok(()) };
                let is_ours = upkeep::try_lock(pg)?;
                let is_awaited = taken.send(is_ours).is_ok();
                if is_ours {
                    if is_awaited {
                        // Nothing is ever sent: this waits until the guard goes.
                        let _ = released.recv();
                    }
                    upkeep::unlock(pg)?;
                }
                Ok(())
            })
            .await
        });
        match taking.await {
            Ok(true) => Ok(Some(Alone(Some(Holding { release, job })))),
            Ok(false) => Ok(None),
            Err(_) => match job.await {
                Ok(Err(error)) => Err(error),
                _ => Err(Error::Unavailable(
                    "the lock of the cleanup could not be asked for".to_owned(),
                )),
            },
        }
    }
}
