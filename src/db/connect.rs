use std::path::{Path, PathBuf};
use std::str::FromStr;

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{ManageConnection, R2D2Connection as _};
use diesel::{Connection as _, PgConnection, QueryResult, RunQueryDsl as _, SqliteConnection};

use super::{DbConnection, Error};

/// Where a database is: the scheme of the URL chooses the kind.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A URL for PostgreSQL; it may hold a password, so it is never shown.
    Postgres(String),
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            // SQLite takes these names for something else than a file, and then nothing would be kept.
            if path.is_empty() || path.starts_with(':') || path.starts_with("file:") {
                return Err(Error::Unusable(format!(
                    "`sqlite://{path}` names no file: write sqlite:// and a path, such as sqlite://cartellino.db"
                )));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(Error::Unusable(
            "the address of the database must begin with sqlite:// or postgres://, such as sqlite://cartellino.db"
                .to_owned(),
        ))
    }
}

/// Makes connections, for the pool and for the writer.
#[derive(Clone)]
pub(super) struct Connections {
    address: Address,
}

impl Connections {
    pub(super) fn new(address: Address) -> Self {
        Self { address }
    }

    /// Connects once, to learn early and exactly what is wrong.
    pub(super) fn try_once(&self) -> Result<(), Error> {
        self.connect_once().map(drop)
    }

    /// One connection.
    pub(super) fn connect_once(&self) -> Result<DbConnection, Error> {
        self.connect()
    }
}

impl ManageConnection for Connections {
    type Connection = DbConnection;
    type Error = Error;

    fn connect(&self) -> Result<DbConnection, Error> {
        match &self.address {
            Address::Sqlite(path) => sqlite(path).map(DbConnection::Sqlite),
            Address::Postgres(url) => postgres(url).map(DbConnection::Pg),
        }
    }

    fn is_valid(&self, conn: &mut DbConnection) -> Result<(), Error> {
        match conn {
            // A connection outlives a restart of its server only in appearance, and its server's fall to a copy of another.
            DbConnection::Pg(pg) => is_first(pg),
            DbConnection::Sqlite(_) => Ok(()),
        }
    }

    fn has_broken(&self, conn: &mut DbConnection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// Whether this server takes writes: one that only follows another refuses them, and is not the one to talk to any more.
fn is_first(pg: &mut PgConnection) -> Result<(), Error> {
    #[derive(diesel::QueryableByName)]
    struct Role {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        follows: bool,
    }
    let role: Role = diesel::sql_query("SELECT pg_is_in_recovery() AS follows").get_result(pg)?;
    match role.follows {
        false => Ok(()),
        true => Err(Error::Unavailable(
            "this PostgreSQL follows another one and takes no writes".to_owned(),
        )),
    }
}

fn sqlite(path: &Path) -> Result<SqliteConnection, Error> {
    let unusable = |what: &dyn std::fmt::Display| {
        Error::Unusable(format!("the database file {} cannot be used: {what}", path.display()))
    };
    private_file(path).map_err(|error| unusable(&error))?;
    let name = path.to_str().ok_or_else(|| unusable(&"its name is not UTF-8"))?;
    let mut conn = SqliteConnection::establish(name).map_err(|error| unusable(&error))?;
    // Waiting comes first: already the change to WAL may meet another process.
    conn.batch_execute(BUSY_TIMEOUT)
        .and_then(|()| gives_space_back(&mut conn))
        .and_then(|()| conn.batch_execute(FILE))
        .map_err(|error| unusable(&error))?;
    Ok(conn)
}

/// Makes a cleanup able to give the file's space back, which must be said while it is still empty. Saying it writes, even
/// when nothing changes: a connection for reading would wait for whoever writes.
fn gives_space_back(conn: &mut SqliteConnection) -> QueryResult<()> {
    #[derive(diesel::QueryableByName)]
    struct Mode {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        auto_vacuum: i32,
    }
    const INCREMENTAL: i32 = 2;
    let mode: Mode = diesel::sql_query("PRAGMA auto_vacuum").get_result(conn)?;
    match mode.auto_vacuum {
        INCREMENTAL => Ok(()),
        _ => conn.batch_execute("PRAGMA auto_vacuum = INCREMENTAL"),
    }
}

/// How long a connection to PostgreSQL waits for others.
pub(super) const LOCK_TIMEOUT: &str = "SET lock_timeout = '4s'";
/// How long a connection to SQLite waits for others.
pub(super) const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 4000";
/// How the file is kept. `secure_delete` writes zeros over what is deleted: visitors are promised that it is gone.
const FILE: &str = "PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;";

/// Makes the file, if it is not there, readable by its owner only: it holds what visitors wrote.
pub(super) fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Limits that the library takes from the URL, where the operator has not set others: without them it waits for
/// minutes to connect, and for hours for a machine that has gone from the network.
const LIMITS: [(&str, &str); 5] = [
    ("connect_timeout", "3"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

fn postgres(url: &str) -> Result<PgConnection, Error> {
    let mut url = url.to_owned();
    for (name, value) in LIMITS {
        if !url.contains(&format!("{name}=")) {
            let joint = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{joint}{name}={value}"));
        }
    }
    let mut conn = PgConnection::establish(&url).map_err(|error| Error::Unavailable(error.to_string()))?;
    conn.batch_execute("SET statement_timeout = '30s'; SET client_min_messages = 'warning';")?;
    conn.batch_execute(LOCK_TIMEOUT)?;
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_is_built_as_the_settings_of_the_build_say() {
        #[derive(diesel::QueryableByName)]
        struct Built {
            #[diesel(sql_type = diesel::sql_types::Text)]
            compile_options: String,
        }
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let options: Vec<Built> = diesel::sql_query("PRAGMA compile_options").load(&mut conn).unwrap();
        let has = |name: &str| options.iter().any(|built| built.compile_options == name);
        // Without the first, each statement with a limit is prepared at every use; see .cargo/config.toml.
        assert!(has("ENABLE_QPSG") && has("THREADSAFE=2"));
        assert!(!has("ENABLE_MEMORY_MANAGEMENT") && !has("ENABLE_API_ARMOR"));
    }
}
