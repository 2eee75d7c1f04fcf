//! The one writer of SQLite: a thread with a connection of its own, which commits what waits together.
//!
//! Reaching the disk takes SQLite a thousand times longer than writing a row, and only one connection can write at a
//! time. So jobs wait in a queue, and all that came while the last commit was under way share the next one. Each is in
//! a savepoint of its own ([`Batch`]), is undone alone when it fails, and is answered only after the commit. Copying the
//! log into the database is left to another thread ([`checkpoints`]).

mod batch;
mod checkpoints;
mod request;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::r2d2::ManageConnection as _;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::connect::Connections;
use super::{Counts, DbConnection, Error, PATIENCE, Queue, begin};
use batch::Batch;
use checkpoints::Checkpoints;
use request::{Job, Request, stopping};

/// How much the writer takes upon itself.
#[derive(Clone, Copy)]
struct Limits {
    /// Jobs that may wait; more are refused at once.
    queue: usize,
    /// The longest that a job waits until it begins.
    patience: Duration,
    /// After this time a batch is committed, though more may be waiting: those that are done wait for it.
    batch: Duration,
}

const LIMITS: Limits = Limits {
    queue: 512,
    patience: PATIENCE,
    batch: Duration::from_millis(20),
};

/// Takes jobs for the thread that writes; cheap to clone.
#[derive(Clone)]
pub(super) struct Writer {
    orders: mpsc::Sender<Order>,
    patience: Duration,
}

/// Work outside of a transaction.
type Tidying = Box<dyn FnOnce(Result<&mut DbConnection, Error>) + Send>;

/// What the thread is asked for.
enum Order {
    /// Rows, together with those of others.
    Write(Box<dyn Job>),
    /// Tidying up; it is told when there is no connection.
    Tidy(Tidying),
    /// The end, when what came before is done.
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the thread. It connects when there is something to write, and ends with the last clone of this.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the system gives no thread.
    pub(super) fn start(connections: Connections, counts: Arc<Counts>) -> Result<Self, Error> {
        Self::with(connections, counts, LIMITS)
    }

    fn with(connections: Connections, counts: Arc<Counts>, limits: Limits) -> Result<Self, Error> {
        let (sender, orders) = mpsc::channel(limits.queue);
        let no_thread = |error: std::io::Error| Error::Unavailable(format!("no thread for the writer: {error}"));
        let checkpoints = Checkpoints::start(connections.clone()).map_err(no_thread)?;
        let thread = Thread {
            orders,
            connections,
            connection: None,
            checkpoints,
            counts,
            limits,
        };
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || thread.run())
            .map_err(no_thread)?;
        Ok(Self {
            orders: sender,
            patience: limits.patience,
        })
    }

    /// Runs `work` in a savepoint of its own; when this returns, its rows are on the disk, or nothing of them is kept.
    ///
    /// # Errors
    /// What `work` returns, or [`Error::Unavailable`] when too many wait, when its turn does not come in time, or when
    /// the commit fails.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        let (request, answer) = Request::new(work);
        self.order(Order::Write(Box::new(request)))?;
        answer.within(self.patience).await
    }

    /// Runs `work` outside of a transaction, while nobody writes.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) async fn tidy<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        let (request, answer) = Request::new(work);
        self.order(Order::Tidy(Box::new(move |conn| request.run_alone(conn))))?;
        answer.within(self.patience).await
    }

    /// Takes no more jobs and returns when those that wait are done.
    pub(super) async fn close(&self) {
        let (closed, closing) = oneshot::channel();
        if self.orders.send(Order::Close(closed)).await.is_ok() {
            // A thread that has ended has nothing left to do either.
            let _ = closing.await;
        }
    }

    /// How much is in the queue.
    pub(super) fn queue(&self) -> Queue {
        let room = self.orders.max_capacity();
        Queue {
            jobs: room - self.orders.capacity(),
            room,
        }
    }

    fn order(&self, order: Order) -> Result<(), Error> {
        self.orders.try_send(order).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::Unavailable("too many writers are waiting".to_owned()),
            TrySendError::Closed(_) => stopping(),
        })
    }
}

/// What the thread owns.
struct Thread {
    orders: mpsc::Receiver<Order>,
    connections: Connections,
    /// Opened when it is needed, and anew after it broke.
    connection: Option<DbConnection>,
    checkpoints: Checkpoints,
    counts: Arc<Counts>,
    limits: Limits,
}

impl Thread {
    /// Works until the end is ordered or nobody can order anything any more.
    fn run(mut self) {
        let mut next = None;
        while let Some(order) = next.take().or_else(|| self.orders.blocking_recv()) {
            match order {
                Order::Write(job) => next = self.write_together(job),
                Order::Tidy(work) => self.tidy(work),
                Order::Close(closed) => {
                    // What came later is dropped with the queue, and so refused.
                    drop(self);
                    let _ = closed.send(());
                    return;
                }
            }
        }
    }

    fn connect(&mut self) -> Result<DbConnection, Error> {
        match self.connection.take() {
            Some(conn) => Ok(conn),
            None => checkpoints::writing(self.connections.connect()?),
        }
    }

    /// Commits this job and those that wait behind it; returns the order that was met after them.
    fn write_together(&mut self, first: Box<dyn Job>) -> Option<Order> {
        if !first.is_wanted() {
            return None;
        }
        let begun = self.connect().and_then(|mut conn| {
            self.checkpoints.finish_if_long(&mut conn);
            begin(&mut conn, "BEGIN", "BEGIN IMMEDIATE").map(|()| conn)
        });
        let mut conn = match begun {
            Ok(conn) => conn,
            Err(error) => {
                first.refuse(error);
                return None;
            }
        };
        let mut batch = Batch::of(&mut conn);
        let began = Instant::now();
        let mut next = None;
        first.run(&mut batch);
        while batch.goes_on() && began.elapsed() < self.limits.batch {
            match self.orders.try_recv() {
                Ok(Order::Write(job)) => job.run(&mut batch),
                Ok(other) => {
                    next = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        if batch.commit(&self.counts) {
            self.connection = Some(conn);
        }
        self.checkpoints.there_is_more();
        next
    }

    fn tidy(&mut self, work: Tidying) {
        match self.connect() {
            Ok(mut conn) => {
                let _held = self.checkpoints.held_off();
                // A connection that was in a panic is not used again.
                if catch_unwind(AssertUnwindSafe(|| work(Ok(&mut conn)))).is_ok() {
                    self.connection = Some(conn);
                }
            }
            Err(error) => work(Err(error)),
        }
    }
}
