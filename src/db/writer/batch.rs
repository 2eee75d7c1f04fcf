use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{SimpleConnection as _, TransactionManager as _};
use diesel::result::Error as DieselError;
use tokio::sync::oneshot;

use super::super::{Counts, DbConnection, Error};

/// Answers a job, after the commit or with the reason why there was none.
type Told = Box<dyn FnOnce(Result<(), &str>)>;

/// A transaction that several jobs share.
///
/// A job that fails or panics is rolled back to its savepoint, and the others stay. Some errors, such as a full disk,
/// make SQLite roll back everything: then nobody is told that anything was kept. No table has foreign keys that are
/// checked only at the commit, so that a job's mistake is its own.
pub(super) struct Batch<'c> {
    conn: &'c mut DbConnection,
    /// Of the jobs that were run.
    answers: Vec<Told>,
    /// Why SQLite rolled back everything.
    lost: Option<String>,
    /// Whether a job panicked: Diesel then counts transactions that are over.
    has_panicked: bool,
}

impl<'c> Batch<'c> {
    /// Of the transaction that has been begun on this connection.
    pub(super) fn of(conn: &'c mut DbConnection) -> Self {
        Self {
            conn,
            answers: Vec::new(),
            lost: None,
            has_panicked: false,
        }
    }

    /// Whether another job can join.
    pub(super) fn goes_on(&self) -> bool {
        self.lost.is_none() && !self.has_panicked
    }

    /// Runs a job in its savepoint. It is answered after the commit also when it failed: what it met may have been
    /// written by another one of this batch.
    pub(super) fn run<T, F>(&mut self, work: F, answer: oneshot::Sender<Result<T, Error>>)
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error>,
    {
        let outcome = self.isolated(work);
        self.answers.push(Box::new(move |committed| {
            let told = match committed {
                Ok(()) => outcome,
                Err(why) => Err(Error::Unavailable(why.to_owned())),
            };
            // Nobody may be waiting any more.
            let _ = answer.send(told);
        }));
    }

    fn isolated<T>(&mut self, work: impl FnOnce(&mut DbConnection) -> Result<T, Error>) -> Result<T, Error> {
        // Not a savepoint of Diesel's: its manager passes over some that are gone, and they tell that all is lost.
        let outcome = match self.conn.batch_execute("SAVEPOINT job") {
            Ok(()) => catch_unwind(AssertUnwindSafe(|| work(self.conn))).unwrap_or_else(|_| {
                self.has_panicked = true;
                Err(Error::Query(DieselError::RollbackTransaction))
            }),
            Err(error) => Err(error.into()),
        };
        let ended = self.conn.batch_execute(match outcome {
            Ok(_) => "RELEASE job",
            Err(_) => "ROLLBACK TO job; RELEASE job",
        });
        if let Err(error) = ended {
            self.lost = Some(match &outcome {
                Ok(_) => error.to_string(),
                Err(cause) => cause.to_string(),
            });
        }
        outcome
    }

    /// Brings everything to the disk and answers all; whether the connection can be used again.
    pub(super) fn commit(self, counts: &Counts) -> bool {
        let committed = match self.lost {
            Some(why) => Err(why),
            None if self.has_panicked => self.conn.batch_execute("COMMIT").map_err(|error| error.to_string()),
            None => <DbConnection as diesel::Connection>::TransactionManager::commit_transaction(self.conn)
                .map_err(|error| error.to_string()),
        };
        counts.commit(committed.is_ok());
        if let Err(why) = &committed {
            tracing::error!(
                cause = why,
                jobs = self.answers.len(),
                "a commit failed; nothing of it is kept"
            );
        }
        for answer in self.answers {
            answer(committed.as_ref().copied().map_err(String::as_str));
        }
        committed.is_ok() && !self.has_panicked
    }
}
