//! A server of this version on the tables of each earlier one, with a visitor's work in them.
//!
//! The work is done once, on today's tables. For each earlier step of the migrations a new database is brought to that step
//! and gets the rows that it has tables and columns for, as a server of that time would have left them.

use std::fs;
use std::path::Path;

use cartellino::db::{Db, DbConnection};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use reqwest::StatusCode;

use crate::backends::Backend;
use crate::cli::Desk;
use crate::editing::{save, section_form};
use crate::figures;
use crate::harness::program::Program;
use crate::harness::{Answer, Visitor};
use crate::postgres;
use crate::section_links::link_to;

const CARD: &[u8] = br#"{"notes": {"text": "The otter sleeps.", "more": "At noon."}, "limits": {"text": "No ice."}}"#;
const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// A row comes after those that it refers to.
const TABLES: [&str; 10] = [
    "sessions",
    "session_keys",
    "ended_keys",
    "link_codes",
    "model_cards",
    "card_section_data",
    "card_revisions",
    "files",
    "card_datasheets",
    "section_links",
];

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    t: String,
}

/// The names of the steps, oldest first.
fn steps(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Brings an empty database to one of the steps.
fn migrate_to(conn: &mut DbConnection, step: &str) {
    let kind = match conn {
        DbConnection::Sqlite(_) => "sqlite",
        DbConnection::Pg(_) => "postgres",
    };
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(kind);
    let earlier = tempfile::tempdir().unwrap();
    for name in steps(&all).iter().filter(|name| name.as_str() <= step) {
        let copy = earlier.path().join(name);
        fs::create_dir(&copy).unwrap();
        for file in ["up.sql", "down.sql"] {
            fs::copy(all.join(name).join(file), copy.join(file)).unwrap();
        }
    }
    let source = FileBasedMigrations::from_path(earlier.path()).unwrap();
    match conn {
        DbConnection::Sqlite(sqlite) => sqlite.run_pending_migrations(source).map(drop).unwrap(),
        DbConnection::Pg(pg) => pg.run_pending_migrations(source).map(drop).unwrap(),
    }
}

/// Copies each row, as far as there are tables and columns for it.
fn fill(conn: &mut DbConnection, from: &str) {
    let count = "cards = s.cards, content_bytes = s.content_bytes, history_bytes = s.history_bytes";
    match conn {
        DbConnection::Sqlite(to) => {
            let from = from.strip_prefix("sqlite://").unwrap();
            to.batch_execute(&format!("ATTACH '{from}' AS donor")).unwrap();
            for table in TABLES {
                let columns = format!("SELECT name AS t FROM pragma_table_info('{table}', 'main') ORDER BY cid");
                let columns = names(diesel::sql_query(columns).load(to).unwrap());
                if !columns.is_empty() {
                    let columns = columns.join(", ");
                    let copy = format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM donor.{table}");
                    to.batch_execute(&copy).unwrap();
                }
            }
            let columns = "SELECT name AS t FROM pragma_table_info('sessions', 'main')";
            // Triggers have counted once more what the row of the session counts already.
            if names(diesel::sql_query(columns).load(to).unwrap()).contains(&"cards".to_owned()) {
                to.batch_execute(&format!(
                    "UPDATE main.sessions SET {count} FROM donor.sessions s WHERE s.id = main.sessions.id"
                ))
                .unwrap();
            }
        }
        DbConnection::Pg(to) => {
            let mut donor = PgConnection::establish(from).unwrap();
            let there =
                "SELECT relname::text AS t FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
            let there = names(diesel::sql_query(there).load(to).unwrap());
            for table in TABLES.iter().filter(|table| there.iter().any(|name| name == *table)) {
                let rows = format!("SELECT row_to_json(r)::text AS t FROM {table} r");
                for row in names(diesel::sql_query(rows).load(&mut donor).unwrap()) {
                    let insert =
                        format!("INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, $1::json)");
                    diesel::sql_query(insert).bind::<Text, _>(row).execute(to).unwrap();
                }
            }
            let columns =
                "SELECT attname::text AS t FROM pg_attribute WHERE attrelid = 'sessions'::regclass AND attnum > 0";
            if names(diesel::sql_query(columns).load(to).unwrap()).contains(&"cards".to_owned()) {
                let rows = "SELECT row_to_json(r)::text AS t FROM sessions r";
                for row in names(diesel::sql_query(rows).load(&mut donor).unwrap()) {
                    let update = format!(
                        "UPDATE sessions SET {count} FROM json_populate_record(NULL::sessions, $1::json) s WHERE s.id = sessions.id"
                    );
                    diesel::sql_query(update).bind::<Text, _>(row).execute(to).unwrap();
                }
            }
        }
    }
}

fn names(lines: Vec<Line>) -> Vec<String> {
    lines.into_iter().map(|line| line.t).collect()
}

fn connect(url: &str) -> DbConnection {
    match url.strip_prefix("sqlite://") {
        Some(path) => DbConnection::Sqlite(SqliteConnection::establish(path).unwrap()),
        None => DbConnection::Pg(PgConnection::establish(url).unwrap()),
    }
}

/// What a visitor has done.
struct Work {
    visitor: Visitor,
    card: String,
    section: String,
    picture: String,
    link: String,
}

async fn overwrite(visitor: &Visitor, section: &str, old: &str, new: &str) -> Answer {
    let page = visitor.get(section).await;
    let mut form = section_form(&page);
    let name = form
        .control_showing(old)
        .unwrap_or_else(|| panic!("{old:?} is not shown"))
        .to_owned();
    form.set(&name, new);
    save(visitor, &page, &form).await
}

async fn work(visitor: Visitor) -> Work {
    let card = visitor.card("otter.json", CARD).await;
    let section = format!("{card}/sections/notes");
    overwrite(&visitor, &section, "The otter sleeps.", "The otter swims.").await;
    overwrite(&visitor, &section, "The otter swims.", "The otter eats.").await;
    let picture = figures::add_to(&visitor, &section).await;
    let link = link_to(&visitor, &format!("{card}/sections/limits")).await;
    Work {
        visitor,
        card,
        section,
        picture,
        link,
    }
}

/// The text of the numbers by which limits are checked.
async fn counted(url: &str) -> String {
    let counts = "SELECT cards || ' ' || content_bytes || ' ' || history_bytes AS t FROM sessions ORDER BY id";
    let db = Db::open(url).unwrap();
    let counts = db
        .run(move |conn| {
            let lines: Vec<Line> = match conn {
                DbConnection::Sqlite(sqlite) => diesel::sql_query(counts).load(sqlite)?,
                DbConnection::Pg(pg) => diesel::sql_query(counts).load(pg)?,
            };
            Ok(names(lines))
        })
        .await
        .unwrap();
    assert_eq!(counts.len(), 1, "one visitor's session");
    counts.concat()
}

/// That the visitor goes on where the tables of this step let off.
async fn goes_on(work: &Work, server: &Program, step: usize) {
    let visitor = work.visitor.at(&server.origin);
    if step >= 2 {
        let page = visitor.get(&work.section).await;
        assert_eq!(page.status, StatusCode::OK, "the card opens");
        assert!(page.text().contains("The otter eats."), "{}", page.page().main());
        let history = visitor.get(&format!("{}/history", work.section)).await;
        let versions = history.page().links();
        let oldest = versions
            .iter()
            .rfind(|link| link.contains("version="))
            .expect("an earlier version");
        let oldest = match oldest.strip_prefix('?') {
            Some(query) => format!("{}/history?{query}", work.section),
            None => oldest.clone(),
        };
        let oldest = visitor.get(&oldest).await.page().main();
        assert!(oldest.contains("The otter sleeps."), "{oldest}");
        let original = visitor.get(&format!("{}/original", work.card)).await;
        assert_eq!((original.status, original.bytes.as_slice()), (StatusCode::OK, CARD));
        overwrite(&visitor, &work.section, "The otter eats.", "The otter dives.").await;
        assert!(visitor.get(&work.section).await.text().contains("The otter dives."));
    } else {
        // This version had no cards: what it had is the session, in which the visitor begins one now.
        let card = visitor.card("otter.json", CARD).await;
        assert_eq!(visitor.get(&card).await.status, StatusCode::OK);
    }
    if step >= 3 {
        let picture = visitor.get(&format!("/files/{}", work.picture)).await;
        assert_eq!(picture.status, StatusCode::OK);
        assert_eq!(picture.header("content-type"), "image/png");
    }
    let guest = Visitor::new(&server.origin).get(&work.link).await.status;
    if step >= 9 {
        assert_eq!(guest, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_of_every_earlier_version_is_all_there_and_goes_on() {
    for today in Backend::all().await {
        let desk = Desk::new();
        let uploads = format!("file:{}", desk.path("uploads").display());
        let variables = |database: &str| {
            [
                ("DATABASE_URL", database.to_owned()),
                ("UPLOADS_URL", uploads.clone()),
                ("SESSION_SECRET", SECRET.to_owned()),
            ]
        };
        let start = |database: &str| {
            let variables = variables(database);
            let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Program::start(&desk.path("."), &variables)
        };
        let server = start(&today.url);
        let work = work(server.visitor()).await;
        server.stop();
        let whole = counted(&today.url).await;

        let steps = steps(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite"));
        for (number, step) in steps.iter().enumerate() {
            println!("{} from {step}", today.name);
            let number = number + 1;
            let url = match today.name {
                "SQLite" => format!("sqlite://{}", desk.path(&format!("{number}.db")).display()),
                _ => postgres::new_database().unwrap(),
            };
            let mut conn = connect(&url);
            migrate_to(&mut conn, step);
            fill(&mut conn, &today.url);
            drop(conn);
            let variables = variables(&url);
            let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let pending = desk.run_with(&variables, &["migrate", "--show"]);
            assert_eq!(pending.out.lines().count(), steps.len() - number, "{}", pending.out);

            let server = start(&url);
            match number {
                1 => assert_eq!(counted(&url).await, "0 0 0"),
                2 => assert!(counted(&url).await.starts_with("1 ")),
                _ => assert_eq!(counted(&url).await, whole),
            }
            goes_on(&work, &server, number).await;
            counted(&url).await;
            server.stop();
            let verified = tokio::task::block_in_place(|| desk.run_with(&variables, &["verify"]));
            assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
        }
    }
}
