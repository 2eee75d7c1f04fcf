//! The engine `database`: keys are rows beside the visitor's data.

use chrono::{DateTime, Utc};

use super::SessionId;
use super::engine::{Engine, Lookup};
use super::key::KeyHash;
use crate::db::{self, Db, DbConnection, sessions};

/// Keeps keys in the main database.
#[derive(Clone)]
pub struct Database {
    db: Db,
}

impl Database {
    /// An engine on this database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

impl Engine for Database {
    async fn load(&self, key: &KeyHash) -> Result<Lookup, db::Error> {
        let key = key.clone();
        self.db.run(move |conn| sessions::load(conn, key.as_str())).await
    }

    async fn touch(
        &self,
        key: &KeyHash,
        last_touch: DateTime<Utc>,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, db::Error> {
        let key = key.clone();
        self.db
            .write(move |conn| {
                sessions::touch(
                    conn,
                    key.as_str(),
                    last_touch.naive_utc(),
                    now.naive_utc(),
                    expires_at.naive_utc(),
                )
            })
            .await
    }

    fn create(
        &self,
        conn: &mut DbConnection,
        key: &KeyHash,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<SessionId, db::Error> {
        sessions::create(conn, key.as_str(), now.naive_utc(), expires_at.naive_utc())
    }

    fn end(&self, conn: &mut DbConnection, session: &SessionId, now: DateTime<Utc>) -> Result<(), db::Error> {
        sessions::end(conn, session, now.naive_utc())
    }
}
