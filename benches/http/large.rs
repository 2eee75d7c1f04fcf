//! The same with a large database, and the cleanup of all of it while visitors read and save.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use cartellino::db::{Db, DbConnection, Error, migrations};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;

use crate::load;
use crate::server::Server;
use crate::visitor::{Owner, get};
use crate::writes::{disk, saves};
use crate::{Settings, heading, row};

/// Sections of each card.
const SECTIONS: u32 = 10;
/// Sessions that are written in one transaction.
const AT_ONCE: u32 = 10_000;
/// Connections while it is cleaned up.
const MEANWHILE: usize = 16;

pub fn measure(folder: &Path, settings: &Settings, file: &[u8]) {
    let path = folder.join("cartellino.db");
    let db = Db::open(&format!("sqlite://{}", path.display())).expect("a database");
    db.run_here(migrations::migrate).expect("its tables");
    let began = Instant::now();
    db.run_here(|conn| fill(conn, settings.sessions)).expect("rows");
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    println!(
        "\nA database of {} sessions with {} sections, {:.1} GB, filled in {:.0} s.",
        settings.sessions,
        settings.sessions * SECTIONS,
        bytes as f64 / 1e9,
        began.elapsed().as_secs_f64()
    );
    let server = Server::start(folder, &[]);
    heading("With a large database", "of the disk");
    let yardstick = disk(folder, settings.time);
    row("4 kB written and synchronised", 1, yardstick, yardstick.per_second);
    for connections in [1, 16, 64] {
        let rate = sections(server.address, connections, settings, file);
        row("section page", connections, rate, yardstick.per_second);
    }
    saves(&[server.address], settings, file, yardstick);
    println!("\nMemory: {:.1} MB.", server.megabytes());
    server.stop();

    db.run_here(expire).expect("rows");
    // The first cleanup is at the start.
    let server = Server::start(folder, &[("SESSION_CLEANUP_INTERVAL", "3600")]);
    let began = Instant::now();
    heading("While expired sessions are removed", "of the disk");
    row("4 kB written and synchronised", 1, yardstick, yardstick.per_second);
    let round = |what: &str| {
        let rate = sections(server.address, MEANWHILE, settings, file);
        row(&format!("section page, {what}"), MEANWHILE, rate, yardstick.per_second);
        let savers: Vec<Owner> = (0..MEANWHILE).map(|_| Owner::arrive(server.address, file)).collect();
        let rate = load::run(&[server.address], MEANWHILE, settings.time, 303, |number| {
            savers[number].saves()
        });
        row(&format!("save, {what}"), MEANWHILE, rate, yardstick.per_second);
    };
    round("while rows are removed");
    let left = db.run_here(|conn| count(conn, EXPIRED)).expect("a number");
    while db.run_here(|conn| count(conn, ANY_EXPIRED)).expect("a number") > 0 {
        std::thread::sleep(Duration::from_millis(200));
    }
    let took = began.elapsed();
    round("while their space is given back");
    println!(
        "\n{} sessions were removed in {:.0} s, {:.0} a second; {left} were left after the first two measurements.",
        settings.sessions,
        took.as_secs_f64(),
        f64::from(settings.sessions) / took.as_secs_f64()
    );
    println!("\nMemory: {:.1} MB.", server.megabytes());
    server.stop();
}

fn sections(address: SocketAddr, connections: usize, settings: &Settings, file: &[u8]) -> load::Rate {
    let owners: Vec<Owner> = (0..connections).map(|_| Owner::arrive(address, file)).collect();
    load::run(&[address], connections, settings.time, 200, |number| {
        let request = get(&owners[number].section, &owners[number].cookie);
        move || request.clone()
    })
}

/// Sessions with a browser, a card and sections each, under random names as real ones have. Their counters are written
/// with them instead of by the triggers.
fn fill(conn: &mut DbConnection, sessions: u32) -> Result<(), Error> {
    let triggers = texts(conn, "SELECT sql AS t FROM sqlite_master WHERE type = 'trigger'")?;
    for name in texts(conn, "SELECT name AS t FROM sqlite_master WHERE type = 'trigger'")? {
        conn.batch_execute(&format!("DROP TRIGGER {name}"))?;
    }
    conn.batch_execute("PRAGMA cache_size = -1000000; PRAGMA synchronous = OFF")?;
    for first in (0..sessions).step_by(AT_ONCE as usize) {
        let last = (first + AT_ONCE).min(sessions);
        conn.batch_execute(&format!(
            "BEGIN;
            CREATE TEMP TABLE new AS
                WITH RECURSIVE n(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM n WHERE n < {last} - 1)
                SELECT lower(hex(randomblob(13))) AS session, lower(hex(randomblob(13))) AS card FROM n;
            INSERT INTO sessions (id, created_at, expires_at, cards, content_bytes, history_bytes)
                SELECT session, '2026-01-01 00:00:00', '2099-01-01 00:00:00', 1, 5000, 0 FROM new;
            INSERT INTO session_keys
                (handle, session_id, key_hash, state, version, created_at, touched_at, expires_at, family)
                SELECT lower(hex(randomblob(13))), session, lower(hex(randomblob(32))), '{{}}', 1,
                    '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2099-01-01 00:00:00', 'Firefox on Linux' FROM new;
            INSERT INTO model_cards (id, session_id, title, format, outline, source, version, created_at, updated_at)
                SELECT card, session, 'Otter counter', 'json', 'free', '{{}}', 1, '2026-01-01 00:00:00',
                    '2026-01-01 00:00:00' FROM new;
            INSERT INTO card_section_data
                (session_id, card_id, section_key, title, position, value, version, updated_at)
                WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {SECTIONS} - 1)
                SELECT session, card, 'section-' || n, 'Section ' || n, n,
                    '{{\"fields\":[{{\"label\":\"Text\",\"value\":\"' || hex(randomblob(80)) || '\"}}]}}', 1,
                    '2026-01-01 00:00:00' FROM new, n;
            DROP TABLE new;
            COMMIT;"
        ))?;
    }
    for trigger in triggers {
        conn.batch_execute(&trigger)?;
    }
    Ok(conn.batch_execute("PRAGMA synchronous = FULL; PRAGMA cache_size = -2000; PRAGMA wal_checkpoint(TRUNCATE)")?)
}

/// All that were filled in.
const EXPIRED: &str = "SELECT count(*) AS n FROM sessions WHERE expires_at < '2026-02-01'";
/// Whether there are any of them.
const ANY_EXPIRED: &str = "SELECT count(*) AS n FROM (SELECT 1 FROM sessions WHERE expires_at < '2026-02-01' LIMIT 1)";

fn expire(conn: &mut DbConnection) -> Result<(), Error> {
    let past = "'2026-01-31 00:00:00'";
    Ok(conn.batch_execute(&format!(
        "UPDATE sessions SET expires_at = {past} WHERE expires_at > '2098-01-01';
        UPDATE session_keys SET expires_at = {past} WHERE expires_at > '2098-01-01';
        PRAGMA wal_checkpoint(TRUNCATE)"
    ))?)
}

fn sqlite(conn: &mut DbConnection) -> &mut diesel::SqliteConnection {
    match conn {
        DbConnection::Sqlite(sqlite) => sqlite,
        DbConnection::Pg(_) => unreachable!("the address is one of SQLite"),
    }
}

fn texts(conn: &mut DbConnection, query: &str) -> Result<Vec<String>, Error> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        t: String,
    }
    let rows: Vec<Row> = diesel::sql_query(query).load(sqlite(conn))?;
    Ok(rows.into_iter().map(|row| row.t).collect())
}

fn count(conn: &mut DbConnection, query: &str) -> Result<i64, Error> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let row: Row = diesel::sql_query(query).get_result(sqlite(conn))?;
    Ok(row.n)
}
