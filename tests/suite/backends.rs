//! Both databases, for stories that must be the same on either.

use std::path::PathBuf;
use std::sync::Arc;

use cartellino::db::sessions::keys::{self, KeyRow, Lookup};
use cartellino::db::{Db, DbConnection, Error, migrations};
use cartellino::random;
use cartellino::session::SessionId;
use cartellino::session::engine::Database;
use chrono::NaiveDateTime;
use diesel::RunQueryDsl as _;
use tempfile::TempDir;

use crate::postgres;

/// An empty migrated database.
pub struct Backend {
    /// `SQLite` or `PostgreSQL`, to say where a story failed.
    pub name: &'static str,
    /// Its address.
    pub url: String,
    /// Its rows.
    pub db: Db,
    folder: Arc<TempDir>,
}

impl Backend {
    async fn new(name: &'static str, url: Option<String>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let url = url.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("cards.db").display()));
        let db = Db::open(&url).unwrap();
        db.run(migrations::migrate).await.unwrap();
        Self { name, url, db, folder }
    }

    /// The same database, opened by another server.
    pub fn same(other: &Self) -> Self {
        Self {
            name: other.name,
            url: other.url.clone(),
            db: Db::open(&other.url).unwrap(),
            folder: Arc::clone(&other.folder),
        }
    }

    /// SQLite alone.
    pub async fn sqlite() -> Self {
        Self::new("SQLite", None).await
    }

    /// SQLite, and PostgreSQL where it is installed.
    pub async fn all() -> Vec<Self> {
        let mut all = vec![Self::sqlite().await];
        if let Some(url) = postgres::new_database() {
            all.push(Self::new("PostgreSQL", Some(url)).await);
        }
        for backend in &all {
            println!("on {}", backend.name);
        }
        all
    }

    /// A folder beside the database.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The number that a query counts as `n`.
    pub async fn count(&self, query: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let query = query.to_owned();
        self.db
            .run(move |conn| {
                let query = diesel::sql_query(query);
                let count: Result<Count, Error> = match conn {
                    DbConnection::Pg(pg) => query.get_result(pg).map_err(Error::from),
                    DbConnection::Sqlite(sqlite) => query.get_result(sqlite).map_err(Error::from),
                };
                Ok(count?.n)
            })
            .await
            .unwrap()
    }

    /// How many rows a table has.
    pub async fn rows(&self, table: &str) -> i64 {
        self.count(&format!("SELECT count(*) AS n FROM {table}")).await
    }

    /// The text that a query names `t`.
    pub async fn text(&self, query: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct Found {
            #[diesel(sql_type = diesel::sql_types::Text)]
            t: String,
        }
        let query = query.to_owned();
        self.db
            .run(move |conn| {
                let query = diesel::sql_query(query);
                let found: Result<Found, Error> = match conn {
                    DbConnection::Pg(pg) => query.get_result(pg).map_err(Error::from),
                    DbConnection::Sqlite(sqlite) => query.get_result(sqlite).map_err(Error::from),
                };
                Ok(found?.t)
            })
            .await
            .unwrap()
    }
}

/// Makes a session that a key with this hash opens.
pub fn open_session(
    conn: &mut DbConnection,
    key_hash: &str,
    now: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> Result<SessionId, Error> {
    let session = SessionId::from_row(random::id()?);
    let row = KeyRow {
        handle: random::id()?,
        session: session.clone(),
        key_hash: key_hash.to_owned(),
        family: "Firefox on Linux".to_owned(),
        state: "{}".to_owned(),
        version: 1,
        begun_at: now,
        created_at: now,
        touched_at: now,
        expires_at,
    };
    assert!(matches!(keys::create(conn, &row, now)?, Lookup::Open(_)));
    Ok(session)
}

/// The engine `database` on this database.
pub fn engine(backend: &Backend) -> Database {
    Database::new(backend.db.clone())
}
