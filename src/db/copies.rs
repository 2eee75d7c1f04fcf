//! SQLite's files and PostgreSQL's databases outside of a running server: what backup and restore need beyond rows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connect::{Address, Connections, private_file};
use super::{DbConnection, Error};

/// Whether there is something at this address already; a server of PostgreSQL is asked only when it is opened.
pub fn is_there(address: &Address) -> bool {
    match address {
        Address::Sqlite(path) => path.exists(),
        Address::Postgres(_) => true,
    }
}

/// One connection, without a pool; a file is made when it is not there.
///
/// # Errors
/// When the database cannot be used or does not answer.
pub fn connect(address: &Address) -> Result<DbConnection, Error> {
    let mut conn = Connections::new(address.clone()).connect_once()?;
    if let DbConnection::Pg(pg) = &mut conn {
        // Whoever looks at everything needs longer than a request.
        pg.batch_execute("SET statement_timeout = 0")?;
    }
    Ok(conn)
}

/// A file of SQLite that nobody else uses, such as a copy on its way, without a write-ahead log beside it.
///
/// # Errors
/// When it cannot be used.
pub fn open_alone(path: &Path) -> Result<DbConnection, Error> {
    let mut sqlite = establish(path, path.to_str())?;
    sqlite.batch_execute("PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL")?;
    Ok(DbConnection::Sqlite(sqlite))
}

/// A file of SQLite to look at that nobody changes, such as one in a backup. Nothing is written, not even beside it.
///
/// # Errors
/// When it is no database.
pub fn open_to_read(path: &Path) -> Result<DbConnection, Error> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let address = absolute.to_str().map(|path| {
        // https://www.sqlite.org/uri.html: these characters would end the path.
        let mut address = String::from("file:");
        for c in path.chars() {
            match c {
                '%' | '?' | '#' => drop(write!(address, "%{:02x}", u32::from(c))),
                c => address.push(c),
            }
        }
        address + "?mode=ro&immutable=1"
    });
    Ok(DbConnection::Sqlite(establish(path, address.as_deref())?))
}

fn establish(path: &Path, name: Option<&str>) -> Result<SqliteConnection, Error> {
    let unusable = |what: &str| Error::Unusable(format!("the database file {} cannot be used: {what}", path.display()));
    let name = name.ok_or_else(|| unusable("its name is not UTF-8"))?;
    SqliteConnection::establish(name).map_err(|error| unusable(&error.to_string()))
}

/// Writes the rows as they are at this moment into a new file, while others go on writing. Nothing that was deleted is in
/// it, not even in gaps. Nothing happens on PostgreSQL, which has a program for it.
///
/// # Errors
/// When the file exists or the disk refuses.
pub fn copy_into(conn: &mut DbConnection, path: &Path) -> Result<(), Error> {
    let DbConnection::Sqlite(sqlite) = conn else {
        return Ok(());
    };
    let refused = |what: &dyn std::fmt::Display| Error::Unusable(format!("{}: {what}", path.display()));
    let name = path.to_str().ok_or_else(|| refused(&"its name is not UTF-8"))?;
    private_file(path).map_err(|error| refused(&error))?;
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(name)
        .execute(sqlite)?;
    Ok(())
}

/// Makes sure that nobody has this file of SQLite open, and that all of it is in one file: without it the others beside
/// it would be taken for parts of a database that is put into its place.
///
/// # Errors
/// [`Error::Unavailable`] when somebody has it open.
pub fn close_for_all(path: &Path) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Mode {
        #[diesel(sql_type = Text)]
        journal_mode: String,
    }
    let mut sqlite = establish(path, path.to_str())?;
    sqlite.batch_execute("PRAGMA busy_timeout = 500")?;
    let mode = diesel::sql_query("PRAGMA journal_mode = DELETE").get_result::<Mode>(&mut sqlite);
    match mode {
        Ok(mode) if mode.journal_mode == "delete" => Ok(()),
        Ok(_) => Err(Error::Unavailable("database is locked".to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// The files that belong to a file of SQLite while it is open.
pub fn beside(path: &Path) -> [PathBuf; 3] {
    ["-wal", "-shm", "-journal"].map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    })
}

/// The name by which another connection to PostgreSQL sees the same moment, as long as this transaction lasts.
///
/// # Errors
/// When the database does not answer.
pub fn export_moment(conn: &mut diesel::PgConnection) -> Result<String, Error> {
    #[derive(QueryableByName)]
    struct Moment {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let moment: Moment = diesel::sql_query("SELECT pg_export_snapshot() AS name").get_result(conn)?;
    Ok(moment.name)
}

/// How many others are connected to this database of PostgreSQL.
///
/// # Errors
/// When the database does not answer.
pub fn others(conn: &mut diesel::PgConnection) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let count: Count = diesel::sql_query(
        "SELECT count(*) AS n FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    .get_result(conn)?;
    Ok(count.n)
}

/// The statements that remove all tables and functions of ours from this database of PostgreSQL, whatever their version;
/// blank when there are none.
///
/// # Errors
/// When the database does not answer.
pub fn removal(conn: &mut diesel::PgConnection) -> Result<String, Error> {
    #[derive(QueryableByName)]
    struct Statement {
        #[diesel(sql_type = Text)]
        t: String,
    }
    // Nothing of other programs: tables by their names, functions by the triggers that call them.
    let mut names: Vec<&str> = super::upkeep::TABLES.to_vec();
    names.push("__diesel_schema_migrations");
    let statements: Vec<Statement> = diesel::sql_query(
        "SELECT 'DROP TABLE ' || c.oid::regclass || ' CASCADE;' AS t FROM pg_class c
         WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(string_to_array($1, ' '))
         UNION ALL
         SELECT DISTINCT 'DROP FUNCTION ' || g.tgfoid::regprocedure || ' CASCADE;' FROM pg_trigger g
         JOIN pg_class c ON c.oid = g.tgrelid
         WHERE NOT g.tgisinternal AND c.relnamespace = current_schema()::regnamespace
           AND c.relname = ANY(string_to_array($1, ' '))",
    )
    .bind::<Text, _>(names.join(" "))
    .load(conn)?;
    Ok(statements.into_iter().map(|statement| statement.t + "\n").collect())
}
