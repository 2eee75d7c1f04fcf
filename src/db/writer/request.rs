use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Span;

use super::super::{DbConnection, Error};
use super::batch::Batch;

/// Somebody's work on rows.
pub(super) trait Job: Send {
    /// Whether somebody still waits for it.
    fn is_wanted(&self) -> bool;
    /// Runs it as a part of the batch, unless nobody waits for it any more.
    fn run(self: Box<Self>, batch: &mut Batch<'_>);
    /// Says why it was not run.
    fn refuse(self: Box<Self>, why: Error);
}

/// A job with the way back to who asked for it.
pub(super) struct Request<T, F> {
    work: F,
    answer: oneshot::Sender<Result<T, Error>>,
    claimed: Arc<AtomicBool>,
    /// Jobs may wait for engines that answer in async functions.
    runtime: Handle,
    /// What they log bears the name of the request that asked for them.
    span: Span,
}

/// The other end of a [`Request`].
pub(super) struct Answer<T> {
    answer: oneshot::Receiver<Result<T, Error>>,
    claimed: Arc<AtomicBool>,
}

impl<T, F> Request<T, F> {
    pub(super) fn new(work: F) -> (Self, Answer<T>) {
        let (sender, receiver) = oneshot::channel();
        let claimed = Arc::new(AtomicBool::new(false));
        let request = Self {
            work,
            answer: sender,
            claimed: Arc::clone(&claimed),
            runtime: Handle::current(),
            span: Span::current(),
        };
        let answer = Answer {
            answer: receiver,
            claimed,
        };
        (request, answer)
    }

    /// Whether it is to be run: either the writer has it from here on, or who asked has given up.
    fn claim(&self) -> bool {
        !self.answer.is_closed() && !self.claimed.swap(true, Ordering::AcqRel)
    }

    /// Runs it by itself, unless nobody waits for it any more.
    pub(super) fn run_alone(self, conn: Result<&mut DbConnection, Error>)
    where
        F: FnOnce(&mut DbConnection) -> Result<T, Error>,
    {
        if self.claim() {
            let _entered = self.runtime.enter();
            // Nobody may be waiting any more.
            let _ = self.answer.send(self.span.in_scope(|| conn.and_then(self.work)));
        }
    }
}

impl<T> Answer<T> {
    /// Waits for this long that the job begins, and then until it is done: SQLite is no server that could fall silent.
    pub(super) async fn within(mut self, patience: Duration) -> Result<T, Error> {
        let answer = match tokio::time::timeout(patience, &mut self.answer).await {
            Ok(answer) => answer,
            Err(_) if !self.claimed.swap(true, Ordering::AcqRel) => {
                return Err(Error::Unavailable("the turn to write did not come in time".to_owned()));
            }
            Err(_) => self.answer.await,
        };
        answer.unwrap_or_else(|_| Err(stopping()))
    }
}

impl<T, F> Job for Request<T, F>
where
    T: Send + 'static,
    F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
{
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed() && !self.claimed.load(Ordering::Acquire)
    }

    fn run(self: Box<Self>, batch: &mut Batch<'_>) {
        if self.claim() {
            let _entered = self.runtime.enter();
            let (span, work) = (self.span, self.work);
            batch.run(move |conn| span.in_scope(|| work(conn)), self.answer);
        }
    }

    fn refuse(self: Box<Self>, why: Error) {
        // Nobody may be waiting any more.
        let _ = self.answer.send(Err(why));
    }
}

/// What those are told whose job was in the queue at the end.
pub(super) fn stopping() -> Error {
    Error::Unavailable("the writer is stopping".to_owned())
}
