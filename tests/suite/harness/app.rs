//! A running application with a folder, a database and a port of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, mpsc};

use actix_web::dev::ServerHandle;
use cartellino::cleanup::{self, Mode};
use cartellino::clock::Clock;
use cartellino::config::Options;
use cartellino::db::files::{self, FileRow};
use cartellino::db::{Db, DbConnection, migrations};
use cartellino::session::engine::Engine;
use cartellino::session::{SessionId, Sessions};
use cartellino::uploads::Uploads;
use cartellino::web;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::RunQueryDsl as _;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::Visitor;

/// The application, started by the function that `serve` uses. It stops with the test.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its rows.
    pub db: Db,
    /// Its clock, which stands still until the test moves it.
    pub clock: Clock,
    origin: String,
    engine: Arc<dyn Engine>,
    uploads: Uploads,
    grace: TimeDelta,
    server: ServerHandle,
    folder: TempDir,
}

/// When all stories begin.
fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("a time in 2026")
}

impl TestApp {
    /// Starts with the default settings, without a limit of new visitors.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts on a PostgreSQL, or says that the test was not run because none is installed.
    pub async fn start_on_postgres() -> Option<Self> {
        Self::start_on_postgres_with(&[]).await
    }

    /// The same with more flags.
    pub async fn start_on_postgres_with(flags: &[&str]) -> Option<Self> {
        let url = crate::postgres::new_database()?;
        Some(Self::start_with(&[&["--database-url", &url][..], flags].concat()).await)
    }

    /// Starts with more flags, such as `["--max-upload-bytes", "1000"]`.
    pub async fn start_with(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite://{}", folder.path().join("cards.db").display());
        let uploads_url = format!("file:{}", folder.path().join("uploads").display());
        let mut all = vec!["--listen", "127.0.0.1:0"];
        if !flags.contains(&"--uploads-url") {
            all.extend(["--uploads-url", &uploads_url]);
        }
        if !flags.contains(&"--database-url") {
            all.extend(["--database-url", &database]);
        }
        if !flags.contains(&"--session-create-limit") {
            // The stories of one test are many visitors at one address.
            all.extend(["--session-create-limit", "0"]);
        }
        if !flags.contains(&"--session-save-limit") {
            // Nor do they type.
            all.extend(["--session-save-limit", "0"]);
        }
        all.extend(flags);
        let config = Options::from_flags(all)
            .expect("the flags are understood")
            .check()
            .expect("the settings fit together");
        let grace = TimeDelta::from_std(config.session.cleanup_grace).expect("a time that can be counted");
        let db = Db::open(&config.database_url).expect("the database opens");
        db.run_unhurried(migrations::migrate)
            .await
            .expect("the tables are made");
        let uploads = Uploads::open(&config.uploads).expect("the folder for uploads opens");
        let clock = Clock::set_to(beginning());

        // As in `serve`, the server lives in an actix system; here on a thread of its own, so that it does not end
        // in the middle of an answer when the test's runtime does.
        let (started, starting) = oneshot::channel();
        let (server_db, server_uploads, server_clock) = (db.clone(), uploads.clone(), clock.clone());
        let sessions = Sessions::open(&config, db.clone(), clock.clone()).expect("the place of the keys opens");
        let engine = sessions.store().shared_engine();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listening =
                    web::start(&config, server_db, server_uploads, sessions, server_clock).expect("the server starts");
                let _ = started.send((listening.address, listening.server.handle()));
                listening.server.await.expect("the server runs");
            });
        });
        let (address, server) = starting.await.expect("the server starts");
        Self {
            address,
            db,
            clock,
            origin: format!("http://{address}"),
            engine,
            uploads,
            grace,
            server,
            folder,
        }
    }

    /// The origin of its pages, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where it keeps everything.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody who has never been here.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin)
    }

    /// The same in a browser that calls itself so.
    pub fn visitor_with(&self, user_agent: &str) -> Visitor {
        Visitor::with_agent(&self.origin, user_agent)
    }

    /// Lets time go by.
    pub fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// One cleanup, as the server does every hour.
    pub async fn sweep(&self) -> cleanup::Counts {
        cleanup::sweep(
            &self.db,
            &*self.engine,
            &self.uploads,
            self.clock.now(),
            self.grace,
            Mode::Delete,
        )
        .await
        .expect("the cleanup works")
    }

    /// How many rows a table has.
    pub async fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS n FROM {table}")).await
    }

    /// The number that a query calls `n`.
    pub async fn number(&self, query: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let query = diesel::sql_query(query);
        self.db
            .run(move |conn| {
                let count: Count = match conn {
                    DbConnection::Sqlite(sqlite) => query.get_result(sqlite)?,
                    DbConnection::Pg(pg) => query.get_result(pg)?,
                };
                Ok(count.n)
            })
            .await
            .expect("rows can be counted")
    }

    /// The first text of a query's column `t`.
    pub async fn text(&self, sql: &'static str) -> String {
        let mut texts = self.texts(sql).await;
        assert!(!texts.is_empty(), "{sql} finds nothing");
        texts.remove(0)
    }

    /// The texts that a query calls `t`.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Text {
            #[diesel(sql_type = diesel::sql_types::Text)]
            t: String,
        }
        let query = diesel::sql_query(query);
        self.db
            .run(move |conn| {
                let texts: Vec<Text> = match conn {
                    DbConnection::Sqlite(sqlite) => query.load(sqlite)?,
                    DbConnection::Pg(pg) => query.load(pg)?,
                };
                Ok(texts.into_iter().map(|text| text.t).collect())
            })
            .await
            .expect("texts can be read")
    }

    /// The names of all tables.
    pub async fn tables(&self) -> Vec<String> {
        let query = if self.is_postgres().await {
            "SELECT table_name::text AS t FROM information_schema.tables WHERE table_schema = 'public'"
        } else {
            "SELECT name AS t FROM sqlite_master WHERE type = 'table'"
        };
        let tables = self.texts(query).await;
        assert!(tables.len() > 6, "all tables are seen: {tables:?}");
        tables
    }

    /// How many rows of a table have this word in any column, as text or as bytes.
    pub async fn rows_with(&self, table: &str, word: &str) -> i64 {
        let query = if self.is_postgres().await {
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            format!(
                "SELECT count(*) AS n FROM {table} r
                 WHERE position('{word}' IN CAST(r AS TEXT)) > 0 OR position('{hex}' IN CAST(r AS TEXT)) > 0"
            )
        } else {
            let columns = format!("SELECT name AS t FROM pragma_table_info('{table}')");
            let columns = self.texts(&columns).await.into_iter();
            let any: Vec<String> = columns
                .map(|column| format!("instr(CAST(\"{column}\" AS BLOB), CAST('{word}' AS BLOB)) > 0"))
                .collect();
            format!("SELECT count(*) AS n FROM {table} WHERE {}", any.join(" OR "))
        };
        self.number(&query).await
    }

    async fn is_postgres(&self) -> bool {
        let kind = self.db.run(|conn| Ok(matches!(conn, DbConnection::Pg(_)))).await;
        kind.expect("the database answers")
    }

    /// Gives a card a file, of which pages make none yet; returns its id.
    pub async fn keep_file(&self, card: &str, bytes: &'static [u8]) -> String {
        let (session, card) = self.owner(card).await;
        let id = cartellino::random::id().expect("an id");
        let kept = self
            .uploads
            .keep(session.as_str(), &id, &mut &bytes[..])
            .expect("it is kept");
        let file = FileRow {
            id: id.clone(),
            card_id: card,
            section_key: None,
            name: "picture.png".to_owned(),
            media_type: "image/png".to_owned(),
            size: i64::try_from(kept.size).expect("a small file"),
            sha256: kept.sha256,
            created_at: self.clock.now().naive_utc(),
            removed_at: None,
        };
        let noted = self.db.write(move |conn| files::create(conn, &session, &file));
        noted.await.expect("it is noted");
        id
    }

    /// The bytes of a card's file, for whoever owns the card now.
    pub async fn read_file(&self, card: &str, file: &str) -> Vec<u8> {
        let (session, card) = self.owner(card).await;
        let owner = session.clone();
        let rows = self
            .db
            .run(move |conn| files::list(conn, &owner, &card))
            .await
            .expect("rows");
        assert!(rows.iter().any(|row| row.id == file), "the row is the card's");
        let mut bytes = Vec::new();
        let mut open = self.uploads.read(session.as_str(), file).expect("it is there");
        std::io::Read::read_to_end(&mut open, &mut bytes).expect("it can be read");
        bytes
    }

    /// How many sessions have a folder of uploads.
    pub fn upload_folders(&self) -> usize {
        let entries = std::fs::read_dir(self.uploads.folder().expect("a folder")).expect("the folder");
        entries
            .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir()))
            .count()
    }

    async fn owner(&self, card: &str) -> (SessionId, String) {
        let id = card.trim_start_matches("/cards/").to_owned();
        let sql = format!("SELECT session_id AS t FROM model_cards WHERE id = '{id}'");
        (SessionId::from_row(self.texts(&sql).await.remove(0)), id)
    }

    /// All that is stored for visitors, to be compared.
    pub async fn dump(&self) -> Vec<String> {
        let mut all = Vec::new();
        for sql in [
            "SELECT id || created_at || expires_at AS t FROM sessions ORDER BY id",
            "SELECT handle || key_hash || state || version || touched_at || expires_at AS t FROM session_keys ORDER BY handle",
            "SELECT key_hash AS t FROM ended_keys ORDER BY key_hash",
            "SELECT id || title || version || updated_at AS t FROM model_cards ORDER BY id",
            "SELECT session_id || datasheet_id || card_id AS t FROM card_datasheets ORDER BY datasheet_id",
            "SELECT card_id || section_key || value || version AS t FROM card_section_data ORDER BY card_id, section_key",
            "SELECT id || section_key || value AS t FROM card_revisions ORDER BY id",
            "SELECT id || name || size AS t FROM files ORDER BY id",
            "SELECT id || session_id || kind || code_hash || created_at || COALESCE(CAST(expires_at AS TEXT), '') AS t FROM link_codes ORDER BY id",
            "SELECT id || link_hash || section_key || since_version || COALESCE(CAST(used_at AS TEXT), '') || expires_at AS t FROM section_links ORDER BY id",
        ] {
            all.extend(self.texts(sql).await);
        }
        all
    }

    /// Does something to the database behind the server's back.
    pub async fn execute(&self, sql: &'static str) {
        self.db
            .run(move |conn| {
                let query = diesel::sql_query(sql);
                match conn {
                    DbConnection::Sqlite(sqlite) => query.execute(sqlite)?,
                    DbConnection::Pg(pg) => query.execute(pg)?,
                };
                Ok(())
            })
            .await
            .expect("the statement works");
    }

    /// Takes all connections to the database away from the server until the guard is dropped.
    pub async fn occupy_database(&self) -> Occupied {
        let mut releases = Vec::new();
        for number in 0..=16 {
            let (release, released) = mpsc::channel::<()>();
            let (taken, taking) = oneshot::channel();
            let hold = move |_: &mut DbConnection| {
                let _ = taken.send(());
                let _ = released.recv();
                Ok(())
            };
            let db = self.db.clone();
            tokio::spawn(async move {
                let _ = match number {
                    0 => db.write(hold).await,
                    _ => db.run(hold).await,
                };
            });
            if tokio::time::timeout(std::time::Duration::from_secs(10), taking)
                .await
                .is_ok_and(|taken| taken.is_ok())
            {
                releases.push(release);
            }
        }
        assert_eq!(releases.len(), 17, "the writer and the whole pool are taken");
        Occupied { _releases: releases }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Sending the order is enough; the server's thread carries it out.
        drop(self.server.stop(false));
    }
}

/// Holds all connections to the database.
pub struct Occupied {
    _releases: Vec<mpsc::Sender<()>>,
}
