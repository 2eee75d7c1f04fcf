//! Rows and SQL; Diesel ends here.
//!
//! One set of queries serves SQLite and PostgreSQL: [`DbConnection`] is either. Functions on rows
//! take a `&mut DbConnection` and the session's id, so that several fit into one transaction and
//! none can see another visitor's rows. [`Db::run`] lends a connection of a pool and [`Db::write`] that of the one
//! writer, where SQLite has one, off the async threads and for a limited time. This room knows neither HTTP nor what a
//! card means.

mod alone;
pub mod cards;
mod connect;
pub mod copies;
mod counts;
pub mod files;
pub mod integrity;
pub mod link_codes;
pub mod migrations;
pub mod prefilled;
pub mod quota;
pub mod schema;
pub mod section_links;
pub mod sessions;
mod text;
pub mod upkeep;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
use diesel::r2d2::{NopErrorHandler, Pool};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use alone::Alone;
pub use connect::Address;
use connect::Connections;
pub use counts::{Connected, Counts, Queue};
use writer::Writer;

/// What can go wrong with rows.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing of that name belongs to this session.
    #[error("not found")]
    NotFound,
    /// The section was saved by somebody else (another tab) since the form was shown.
    #[error("the section has been changed since")]
    Stale,
    /// The session was ended while the request was on its way.
    #[error("the session has been ended")]
    Ended,
    /// The session would keep more than it may; nothing was changed.
    #[error("the session is full")]
    Full(quota::Full),
    /// The card cannot be linked to the other one as its datasheet; nothing was changed.
    #[error("no datasheet of that card: {0:?}")]
    Unfit(cards::Unfit),
    /// The database does not answer in time, or refuses.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The address of the database, or what stands there, cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// A query failed.
    #[error(transparent)]
    Query(DieselError),
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            // The row that the new one hangs on has been deleted meanwhile.
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Self::NotFound,
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction,
                ref what,
            ) => Self::Unavailable(what.message().to_owned()),
            // PostgreSQL has no text with U+0000, so nothing has such a name; what is stored is spelled out, see `text`.
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, ref what)
                if what.message().starts_with("invalid byte sequence for encoding") =>
            {
                Self::NotFound
            }
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, ref what) if is_passing(what.message()) => {
                Self::Unavailable(what.message().to_owned())
            }
            other => Self::Query(other),
        }
    }
}

impl From<crate::random::Error> for Error {
    fn from(error: crate::random::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Whether a database's message tells of a state that goes away by waiting or by the operator's hand.
fn is_passing(message: &str) -> bool {
    const PASSING: [&str; 11] = [
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
        "attempt to write a readonly database",
        "canceling statement due to",
        "deadlock detected",
        "server closed the connection",
        "no connection to the server",
        "terminating connection",
    ];
    PASSING.iter().any(|passing| message.contains(passing))
}

/// SQLite or PostgreSQL.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// PostgreSQL.
    Pg(diesel::PgConnection),
    /// SQLite.
    Sqlite(diesel::SqliteConnection),
}

/// The longest that a request waits for a connection or until its turn to write comes, or for another place to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);
/// The longest that a request waits for a server to do what it asked for. SQLite is no server: it cannot fall silent.
const ANSWER: Duration = Duration::from_secs(6);
/// Connections of the pool.
const CONNECTIONS: u32 = 16;

/// The pool of connections; cheap to clone.
///
/// A PostgreSQL that hangs keeps the thread and the connection that wait for it. Requests do not wait with them: they
/// give up after a while, and no more jobs are begun than there are connections, so that threads do not pile up either.
#[derive(Clone)]
pub struct Db {
    url: Arc<str>,
    pool: Pool<Connections>,
    /// Each job holds a share until it is really over.
    jobs: Arc<Semaphore>,
    /// SQLite has one writer at a time; PostgreSQL has as many as connections.
    writer: Option<Writer>,
    counts: Arc<Counts>,
}

impl Db {
    /// Opens the database at `sqlite://path` (made when it is not there) or `postgres://…`.
    ///
    /// # Errors
    /// [`Error::Unusable`] for another address or a file that cannot be used, [`Error::Unavailable`]
    /// when the server does not answer.
    pub fn open(url: &str) -> Result<Self, Error> {
        let address: Address = url.parse()?;
        let is_sqlite = matches!(address, Address::Sqlite(_));
        let connections = Connections::new(address);
        // The pool would only say that it timed out; this attempt says why.
        connections.try_once()?;
        let counts = Arc::new(Counts::default());
        let writer = match is_sqlite {
            true => Some(Writer::start(connections.clone(), Arc::clone(&counts))?),
            false => None,
        };
        let pool = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(connections);
        let jobs = Arc::new(Semaphore::new(CONNECTIONS as usize));
        let url = url.into();
        Ok(Self {
            url,
            pool,
            jobs,
            writer,
            counts,
        })
    }

    /// Whether this address leads to the same database, as far as addresses tell.
    pub fn is_at(&self, url: &str) -> bool {
        let file = |url: &str| std::fs::canonicalize(url.strip_prefix("sqlite://")?).ok();
        *self.url == *url || file(url).is_some_and(|other| file(&self.url) == Some(other))
    }

    /// Runs queries off the async threads.
    ///
    /// # Errors
    /// What `work` returns, or [`Error::Unavailable`] when no connection is to be had or no answer comes in time.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        self.job(|_| work).await
    }

    /// Runs queries that write, all or nothing and durably, off the async threads.
    ///
    /// Nothing is kept when `work` returns an error or panics. On SQLite it shares a commit with others and is not begun
    /// when its turn does not come in time. On PostgreSQL it is a transaction; nothing is kept when the time was over
    /// before the end of `work`, but where the answer to the commit itself does not come in time, nobody can say whether
    /// it was done.
    ///
    /// # Errors
    /// What `work` returns, or [`Error::Unavailable`] when the turn to write or the answer does not come in time, when too
    /// many wait for their turn, or when the commit fails.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        let counted = self.counts.write();
        let outcome = self.written(work).await;
        counted.answered(&outcome);
        outcome
    }

    async fn written<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        if let Some(writer) = &self.writer {
            return writer.write(work).await;
        }
        self.job(move |given_up| {
            move |conn: &mut DbConnection| {
                transaction(conn, |conn| {
                    let value = work(conn)?;
                    if given_up.load(Ordering::Acquire) {
                        return Err(too_late());
                    }
                    Ok(value)
                })
            }
        })
        .await
    }

    /// Runs what may take its time, such as a migration, off the async threads.
    ///
    /// # Errors
    /// What `work` returns, or [`Error::Unavailable`] when no connection is to be had.
    pub async fn run_unhurried<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        let pool = self.pool.clone();
        off_the_async_threads(move || {
            let mut conn = pool.get().map_err(|error| Error::Unavailable(error.to_string()))?;
            work(&mut conn)
        })
        .await
    }

    /// Runs queries on this thread, which waits for them: for the start, before there are requests.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_here<T>(&self, work: impl FnOnce(&mut DbConnection) -> Result<T, Error>) -> Result<T, Error> {
        let mut conn = self.pool.get().map_err(|error| Error::Unavailable(error.to_string()))?;
        work(&mut conn)
    }

    /// Runs a job within the time limits; it is told when nobody waits for it any more.
    async fn job<T, F, J>(&self, job: J) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
        J: FnOnce(Arc<AtomicBool>) -> F,
    {
        let share = share(&self.jobs, "all connections are in use").await?;
        let given_up = Arc::new(AtomicBool::new(false));
        let work = job(Arc::clone(&given_up));
        let outcome = self.run_unhurried(move |conn| {
            let _share = share;
            work(conn)
        });
        if self.writer.is_some() {
            return outcome.await;
        }
        tokio::time::timeout(ANSWER, outcome).await.unwrap_or_else(|_| {
            given_up.store(true, Ordering::Release);
            Err(too_late())
        })
    }

    /// Runs work that is no transaction, such as tidying the database's files, while no other writer is at it.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn tidy<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.tidy(work).await,
            None => self.run_unhurried(work).await,
        }
    }

    /// What became of all writes until now.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The connections of the pool.
    pub fn connected(&self) -> Connected {
        let state = self.pool.state();
        Connected {
            busy: state.connections.saturating_sub(state.idle_connections),
            idle: state.idle_connections,
            most: CONNECTIONS,
        }
    }

    /// The queue of the one writer; `None` on PostgreSQL, which has many.
    pub fn queue(&self) -> Option<Queue> {
        self.writer.as_ref().map(Writer::queue)
    }

    /// Takes no more writes and returns when those that wait have been answered: for the end, after the last request.
    pub async fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}

/// A share of what is limited, within the time that a request waits.
async fn share(shares: &Arc<Semaphore>, otherwise: &str) -> Result<OwnedSemaphorePermit, Error> {
    tokio::time::timeout(PATIENCE, Arc::clone(shares).acquire_owned())
        .await
        .map_err(|_| Error::Unavailable(otherwise.to_owned()))?
        .map_err(|closed| Error::Unavailable(closed.to_string()))
}

fn too_late() -> Error {
    Error::Unavailable("the database did not answer in time".to_owned())
}

/// Runs `work` in one writing transaction on this connection.
///
/// On SQLite it begins with `BEGIN IMMEDIATE`, so that it waits for its turn at the beginning
/// instead of failing in the middle.
///
/// # Errors
/// What `work` returns, or what beginning and committing meet.
pub fn transaction<T, F>(conn: &mut DbConnection, work: F) -> Result<T, Error>
where
    F: FnOnce(&mut DbConnection) -> Result<T, Error>,
{
    begin(conn, "BEGIN", "BEGIN IMMEDIATE")?;
    carry_out(conn, work)
}

/// Runs `work`, which only reads, so that it sees the rows as they are at one moment whatever others write meanwhile.
///
/// # Errors
/// As [`transaction`].
pub fn snapshot<T, F>(conn: &mut DbConnection, work: F) -> Result<T, Error>
where
    F: FnOnce(&mut DbConnection) -> Result<T, Error>,
{
    begin(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN")?;
    carry_out(conn, work)
}

fn begin(conn: &mut DbConnection, on_postgres: &str, on_sqlite: &str) -> Result<(), Error> {
    match conn {
        DbConnection::Pg(pg) => AnsiTransactionManager::begin_transaction_sql(pg, on_postgres)?,
        DbConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, on_sqlite)?,
    }
    Ok(())
}

/// Runs `work` in the transaction that was begun, and ends it.
fn carry_out<T, F>(conn: &mut DbConnection, work: F) -> Result<T, Error>
where
    F: FnOnce(&mut DbConnection) -> Result<T, Error>,
{
    match work(conn) {
        Ok(value) => {
            <DbConnection as diesel::Connection>::TransactionManager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to tell; a connection that cannot roll back leaves the pool.
            let _ = <DbConnection as diesel::Connection>::TransactionManager::rollback_transaction(conn);
            Err(error)
        }
    }
}

/// Runs an insert that may meet an existing row: `false` when it did, and the transaction goes on.
fn insert_or_meet<F>(conn: &mut DbConnection, insert: F) -> Result<bool, Error>
where
    F: FnOnce(&mut DbConnection) -> Result<usize, DieselError>,
{
    // PostgreSQL gives a transaction up after an error; the savepoint keeps it.
    match conn.transaction(insert) {
        Ok(_) => Ok(true),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn off_the_async_threads<T, F>(job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Error> + Send + 'static,
{
    // What the job logs bears the name of its request.
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(job)).await {
        Ok(outcome) => outcome,
        // The connection of a job that panicked was closed on the way, and with it the transaction.
        Err(_) => Err(Error::Query(DieselError::RollbackTransaction)),
    }
}
