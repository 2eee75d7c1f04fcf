use std::time::Instant;

use super::Error;
use crate::metrics::{Counter, Durations, Level, Raised};

/// What became of the writes of one [`Db`](super::Db) since the start.
#[derive(Debug, Default)]
pub struct Counts {
    /// Writes that are on the disk.
    pub kept: Counter,
    /// Writes that the database did not take, or not in time.
    pub refused: Counter,
    /// Writes that their own work gave up, such as one to a section that somebody else has changed.
    pub undone: Counter,
    /// Writes whose answer nobody waited for, because the client had gone.
    pub abandoned: Counter,
    /// Writes that have not been answered yet.
    pub waiting: Level,
    /// How long those that were answered took, with the time in the queue.
    pub durations: Durations,
    /// Commits of SQLite's writer, each with all that waited.
    pub commits: Counter,
    /// Commits of SQLite's writer that failed: nothing of them is kept.
    pub failed_commits: Counter,
}

impl Counts {
    /// A write begins.
    pub(super) fn write(&self) -> Write<'_> {
        Write {
            counts: self,
            began: Instant::now(),
            is_answered: false,
            _waiting: self.waiting.raised(),
        }
    }

    pub(super) fn commit(&self, has_succeeded: bool) {
        match has_succeeded {
            true => self.commits.one(),
            false => self.failed_commits.one(),
        }
    }
}

/// A write on its way.
pub(super) struct Write<'c> {
    counts: &'c Counts,
    began: Instant,
    is_answered: bool,
    _waiting: Raised<'c>,
}

impl Write<'_> {
    /// It is answered with this.
    pub(super) fn answered<T>(mut self, outcome: &Result<T, Error>) {
        self.is_answered = true;
        match outcome {
            Ok(_) => self.counts.kept.one(),
            Err(Error::Unavailable(_)) => self.counts.refused.one(),
            Err(_) => self.counts.undone.one(),
        }
        self.counts.durations.note(self.began.elapsed());
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.counts.abandoned.one();
        }
    }
}

/// How many connections to the database there are.
#[derive(Clone, Copy, Debug)]
pub struct Connected {
    /// Lent to somebody.
    pub busy: u32,
    /// Open and free.
    pub idle: u32,
    /// The most that may be lent at the same time.
    pub most: u32,
}

/// The queue of SQLite's one writer.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Jobs in it.
    pub jobs: usize,
    /// Jobs for which it has room; more are refused.
    pub room: usize,
}
