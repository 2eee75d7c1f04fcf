//! What a cleanup needs of the database beyond rows.

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;

use super::connect::{BUSY_TIMEOUT, LOCK_TIMEOUT};
use super::{DbConnection, Error};

/// The number under which servers on one PostgreSQL agree who cleans up.
const LOCK: i64 = 7_163_254_962;

/// Up to this size SQLite's file is rewritten right after a visitor's deletion: some 10 ms a MiB, in which others wait
/// to write. A cleanup rewrites tables of PostgreSQL up to this size.
const AT_ONCE_BYTES: i64 = 32 << 20;
/// Up to this size a cleanup rewrites the file: writers have the patience for it. Beyond it the operator chooses an hour.
const BY_CLEANUP_BYTES: i64 = 256 << 20;
/// How many pages of a larger file are given back at once: others wait some 50 ms to write.
const STEP_PAGES: u32 = 200;

/// Makes what a visitor deleted disappear from the database's files at once, not only from its tables.
///
/// Deleted rows are overwritten with zeros in SQLite's file (`secure_delete`), but their earlier state stands in the
/// write-ahead log until that is emptied, and when SQLite moved rows between pages earlier, the gaps of these pages
/// still hold copies that no row knows of; `VACUUM` writes the file anew without them. A file too large for that is
/// marked for the next cleanup. PostgreSQL has no such means: there the next cleanup frees the space, and
/// no visitor can make the server vacuum at will. Not inside a transaction.
///
/// # Errors
/// When the database does not answer, or somebody reads for so long that the log could not be emptied.
pub fn erase(conn: &mut DbConnection) -> Result<(), Error> {
    match conn {
        DbConnection::Sqlite(sqlite) => {
            if number(sqlite, SIZE)? <= AT_ONCE_BYTES {
                sqlite.batch_execute("VACUUM")?;
            } else {
                sqlite.batch_execute("PRAGMA user_version = 1")?;
            }
            empty_log(sqlite)
        }
        DbConnection::Pg(_) => Ok(()),
    }
}

/// The size of SQLite's file in bytes.
const SIZE: &str = "SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()";
/// Pages of the file that hold nothing.
const FREE: &str = "SELECT freelist_count AS n FROM pragma_freelist_count()";
/// 1 while the file may hold copies of what was deleted: nothing else uses this number.
const MARK: &str = "SELECT user_version AS n FROM pragma_user_version()";

fn number(conn: &mut diesel::SqliteConnection, query: &str) -> Result<i64, Error> {
    #[derive(diesel::QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let found: Number = diesel::sql_query(query).get_result(conn)?;
    Ok(found.n)
}

fn empty_log(conn: &mut diesel::SqliteConnection) -> Result<(), Error> {
    // While it waits for readers, nobody can write: a long one is left to the next cleanup.
    conn.batch_execute("PRAGMA busy_timeout = 2000")?;
    let outcome = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(conn);
    conn.batch_execute(BUSY_TIMEOUT)?;
    let outcome = outcome?;
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

/// How far [`reclaim`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reclaimed {
    /// All is done.
    All,
    /// There is more to give back; others may write first.
    Part,
}

/// Gives the space of what was deleted back, and makes it disappear as [`erase`] does, also what was too much for it.
///
/// `has_removed` says whether there is anything new to make disappear. In a large file of SQLite's it takes many calls,
/// the later ones with nothing new. On PostgreSQL tables of moderate size are written
/// anew; in larger ones `VACUUM` frees the space for new rows, which overwrite the old ones in time. Not inside a
/// transaction.
///
/// # Errors
/// As [`erase`].
pub fn reclaim(conn: &mut DbConnection, has_removed: bool) -> Result<Reclaimed, Error> {
    match conn {
        DbConnection::Sqlite(sqlite) => {
            let is_due = has_removed || number(sqlite, MARK)? != 0;
            if is_due && number(sqlite, SIZE)? <= BY_CLEANUP_BYTES {
                sqlite.batch_execute("VACUUM; PRAGMA user_version = 0")?;
            } else {
                if has_removed {
                    sqlite.batch_execute("PRAGMA user_version = 1")?;
                }
                let free = number(sqlite, FREE)?;
                sqlite.batch_execute(&format!("PRAGMA incremental_vacuum({STEP_PAGES})"))?;
                // A file of another kind never gets smaller.
                if (1..free).contains(&number(sqlite, FREE)?) {
                    return Ok(Reclaimed::Part);
                }
            }
            empty_log(sqlite)?;
        }
        DbConnection::Pg(pg) => {
            for table in TABLES {
                vacuum(pg, table)?;
            }
        }
    }
    Ok(Reclaimed::All)
}

/// The tables in which visitors' rows come and go.
pub(super) const TABLES: [&str; 10] = [
    "sessions",
    "session_keys",
    "ended_keys",
    "link_codes",
    "section_links",
    "model_cards",
    "card_datasheets",
    "card_section_data",
    "card_revisions",
    "files",
];

/// Frees the space of a table's dead rows. A table of moderate size is written anew, as their bytes stay in its pages
/// otherwise, unless somebody has used it for too long to wait for.
fn vacuum(conn: &mut diesel::PgConnection, table: &str) -> Result<(), Error> {
    #[derive(diesel::QueryableByName)]
    struct Size {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        bytes: i64,
    }
    let query = diesel::sql_query("SELECT pg_total_relation_size($1::regclass) AS bytes");
    let size: Size = query.bind::<diesel::sql_types::Text, _>(table).get_result(conn)?;
    if size.bytes <= AT_ONCE_BYTES {
        // Everybody else waits while this waits; two statements at once would be a transaction.
        conn.batch_execute("SET lock_timeout = '300ms'")?;
        let done = conn.batch_execute(&format!("VACUUM (FULL) {table}"));
        conn.batch_execute(LOCK_TIMEOUT)?;
        if done.is_ok() {
            return Ok(());
        }
    }
    Ok(conn.batch_execute(&format!("VACUUM {table}"))?)
}

/// Takes the lock by which servers on one PostgreSQL agree who cleans up, for as long as the connection is open or
/// until [`unlock`]; `false` when another one has it.
///
/// # Errors
/// When the database does not answer.
pub(super) fn try_lock(conn: &mut diesel::PgConnection) -> Result<bool, Error> {
    Ok(diesel::select(pg_try_advisory_lock(LOCK)).get_result(conn)?)
}

/// Gives the lock of [`try_lock`] back.
///
/// # Errors
/// When the database does not answer.
pub(super) fn unlock(conn: &mut diesel::PgConnection) -> Result<(), Error> {
    diesel::select(pg_advisory_unlock(LOCK)).get_result::<bool>(conn)?;
    Ok(())
}

diesel::define_sql_function! {
    /// Takes a lock, unless somebody has it.
    fn pg_try_advisory_lock(number: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

diesel::define_sql_function! {
    /// Gives a lock back; whether it was held.
    fn pg_advisory_unlock(number: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}
