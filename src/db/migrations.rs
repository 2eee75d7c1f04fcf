//! The steps that lead an empty or older database to the present tables.

use diesel::connection::SimpleConnection as _;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{DbConnection, Error, transaction};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Names of the migrations that the database lacks, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub fn pending(conn: &mut DbConnection) -> Result<Vec<String>, Error> {
    // The two lists have different types, but names alike.
    macro_rules! names {
        ($conn:expr, $source:expr) => {
            $conn
                .pending_migrations($source)
                .map_err(failed)?
                .iter()
                .map(|migration| migration.name().to_string())
                .collect()
        };
    }
    Ok(match conn {
        DbConnection::Pg(pg) => names!(pg, POSTGRES),
        DbConnection::Sqlite(sqlite) => names!(sqlite, SQLITE),
    })
}

/// Versions of migrations that the database has and this program does not know: a newer one was here.
///
/// # Errors
/// When the database cannot be asked.
pub fn unknown(conn: &mut DbConnection) -> Result<Vec<String>, Error> {
    macro_rules! versions {
        ($conn:expr, $backend:ty, $source:expr) => {{
            let known = MigrationSource::<$backend>::migrations(&$source).map_err(failed)?;
            let known: Vec<String> = known.iter().map(|step| step.name().version().to_string()).collect();
            let applied = $conn.applied_migrations().map_err(failed)?;
            let applied = applied.iter().map(ToString::to_string);
            applied.filter(|version| !known.contains(version)).collect()
        }};
    }
    Ok(match conn {
        DbConnection::Pg(pg) => versions!(pg, diesel::pg::Pg, POSTGRES),
        DbConnection::Sqlite(sqlite) => versions!(sqlite, diesel::sqlite::Sqlite, SQLITE),
    })
}

/// Runs what is pending, all or nothing, and returns the names.
///
/// Several processes may do this at the same time: one does the work, the others wait and find nothing to do.
///
/// # Errors
/// When a step fails; the database is then as before.
pub fn migrate(conn: &mut DbConnection) -> Result<Vec<String>, Error> {
    transaction(conn, |conn| {
        if let DbConnection::Pg(pg) = conn {
            pg.batch_execute("SELECT pg_advisory_xact_lock(7163254961)")?;
        }
        let names = pending(conn)?;
        match conn {
            DbConnection::Pg(pg) => pg.run_pending_migrations(POSTGRES).map(drop),
            DbConnection::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE).map(drop),
        }
        .map_err(failed)?;
        Ok(names)
    })
}

/// Takes all steps back, newest first: every table of ours is gone afterwards.
///
/// # Errors
/// When a step fails; the database is then as before.
pub fn revert_all(conn: &mut DbConnection) -> Result<(), Error> {
    transaction(conn, |conn| {
        match conn {
            DbConnection::Pg(pg) => pg.revert_all_migrations(POSTGRES).map(drop),
            DbConnection::Sqlite(sqlite) => sqlite.revert_all_migrations(SQLITE).map(drop),
        }
        .map_err(failed)
    })
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Unusable(format!("a migration of the database failed: {error}"))
}
