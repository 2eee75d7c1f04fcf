//! What a cleanup needs of the database beyond rows.

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;

use super::{DbConnection, Error};

/// The number under which servers on one PostgreSQL agree who cleans up.
const LOCK: i64 = 7_163_254_962;

/// Makes what a visitor deleted disappear from the database's files at once, not only from its tables.
///
/// Deleted rows are overwritten with zeros in SQLite's file (`secure_delete`), but their earlier state stands in the
/// write-ahead log until that is emptied. PostgreSQL has no such means: there the next cleanup frees the space, and
/// no visitor can make the server vacuum at will. Not inside a transaction.
///
/// # Errors
/// When the database does not answer, or somebody reads for so long that the log could not be emptied.
pub fn erase(conn: &mut DbConnection) -> Result<(), Error> {
    match conn {
        DbConnection::Sqlite(sqlite) => empty_log(sqlite),
        DbConnection::Pg(_) => Ok(()),
    }
}

fn empty_log(conn: &mut diesel::SqliteConnection) -> Result<(), Error> {
    let outcome: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(conn)?;
    // That somebody else is at it is told in a row, not as an error.
    if outcome.busy == 0 {
        Ok(())
    } else {
        Err(Error::Unavailable("the write-ahead log is in use".to_owned()))
    }
}

#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// Gives the space of what was deleted back, and makes it disappear as [`erase`] does.
///
/// On PostgreSQL `VACUUM` frees the space for new rows. Not inside a transaction.
///
/// # Errors
/// As [`erase`].
pub fn reclaim(conn: &mut DbConnection) -> Result<(), Error> {
    match conn {
        DbConnection::Sqlite(sqlite) => {
            sqlite.batch_execute("PRAGMA incremental_vacuum")?;
            empty_log(sqlite)?;
        }
        DbConnection::Pg(pg) => {
            // One statement at a time: several in one message would be a transaction.
            for table in [
                "sessions",
                "session_keys",
                "ended_keys",
                "link_codes",
                "model_cards",
                "card_section_data",
                "card_revisions",
                "files",
            ] {
                pg.batch_execute(&format!("VACUUM {table}"))?;
            }
        }
    }
    Ok(())
}

/// Holds off cleanups on other machines that share the PostgreSQL, until the transaction ends;
/// `false` when another one is at work.
///
/// # Errors
/// When the database does not answer.
pub fn is_our_turn_to_clean(conn: &mut DbConnection) -> Result<bool, Error> {
    match conn {
        // One machine has the file, and there the cleanup holds a lock of its own.
        DbConnection::Sqlite(_) => Ok(true),
        DbConnection::Pg(pg) => Ok(diesel::select(pg_try_advisory_xact_lock(LOCK)).get_result(pg)?),
    }
}

diesel::define_sql_function! {
    /// Takes a lock until the end of the transaction, unless somebody has it.
    fn pg_try_advisory_xact_lock(number: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}
