//! Rows and SQL; Diesel ends here.
pub mod cards;

/// What can go wrong with rows.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing of that name belongs to this session.
    #[error("not found")]
    NotFound,
    /// The section was saved by somebody else (another tab) since the form was shown.
    #[error("the section has been changed since")]
    Stale,
    /// The database does not answer in time, or refuses.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A query failed.
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

/// SQLite or PostgreSQL.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// PostgreSQL.
    Pg(diesel::PgConnection),
    /// SQLite.
    Sqlite(diesel::SqliteConnection),
}

/// The pool of connections; cheap to clone.
#[derive(Clone)]
pub struct Db;

impl Db {
    /// Runs queries off the async threads.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        let _ = work;
        todo!()
    }

    /// Runs queries in one durable writing transaction, off the async threads.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
    {
        let _ = work;
        todo!()
    }
}
