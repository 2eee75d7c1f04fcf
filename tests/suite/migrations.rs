//! Both migration folders have the same names and lead to the same tables, which are those of `schema.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cartellino::db::{DbConnection, Error, migrations};
use diesel::RunQueryDsl as _;
use diesel::sql_types::{Bool, Text};

use crate::backends::Backend;

fn source(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A column as both databases and Diesel can describe it.
#[derive(diesel::QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    /// Diesel's name of the type.
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

async fn columns(backend: &Backend) -> BTreeSet<Column> {
    let found = backend.db.run(|conn| match conn {
        DbConnection::Sqlite(sqlite) => diesel::sql_query(
            "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind, c.\"notnull\" = 0 AS nullable
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
        )
        .load::<Column>(sqlite)
        .map_err(Error::from),
        DbConnection::Pg(pg) => diesel::sql_query(
            "SELECT table_name::text, column_name::text, data_type::text AS kind, is_nullable = 'YES' AS nullable
             FROM information_schema.columns WHERE table_schema = 'public'",
        )
        .load::<Column>(pg)
        .map_err(Error::from),
    });
    let mut columns = BTreeSet::new();
    for mut column in found.await.unwrap() {
        column.kind = match column.kind.as_str() {
            "TEXT" | "text" => "Text",
            "INTEGER" | "integer" => "Integer",
            "BIGINT" | "bigint" => "BigInt",
            "BOOLEAN" | "boolean" => "Bool",
            "BLOB" | "bytea" => "Binary",
            "TIMESTAMP" | "timestamp without time zone" => "Timestamp",
            other => other,
        }
        .to_owned();
        if column.table_name != "__diesel_schema_migrations" {
            columns.insert(column);
        }
    }
    columns
}

/// What `schema.rs` says, read as text: `table! { name (key) { column -> Type, … } }`.
fn schema() -> BTreeSet<Column> {
    let text = std::fs::read_to_string(source("src/db/schema.rs")).unwrap();
    let mut columns = BTreeSet::new();
    let mut table = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name.to_owned();
        } else if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            columns.insert(Column {
                table_name: table.clone(),
                column_name: name.to_owned(),
                kind: inner.unwrap_or(kind).to_owned(),
                nullable: inner.is_some(),
            });
        }
    }
    columns
}

/// The columns of each index and key, and whether it is unique: names differ between the databases.
async fn indexes(backend: &Backend) -> BTreeMap<(String, String), bool> {
    #[derive(diesel::QueryableByName)]
    struct Index {
        #[diesel(sql_type = Text)]
        table_name: String,
        #[diesel(sql_type = Text)]
        columns: String,
        #[diesel(sql_type = Bool)]
        is_unique: bool,
    }
    let found = backend.db.run(|conn| match conn {
        DbConnection::Sqlite(sqlite) => diesel::sql_query(
            "SELECT m.name AS table_name, i.\"unique\" AS is_unique,
                    (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns
             FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'",
        )
        .load::<Index>(sqlite)
        .map_err(Error::from),
        DbConnection::Pg(pg) => diesel::sql_query(
            "SELECT t.relname::text AS table_name, x.indisunique AS is_unique,
                    (SELECT string_agg(a.attname, ',' ORDER BY k.place)
                     FROM unnest(x.indkey) WITH ORDINALITY AS k(number, place)
                     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)::text AS columns
             FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
             WHERE n.nspname = 'public'",
        )
        .load::<Index>(pg)
        .map_err(Error::from),
    });
    found
        .await
        .unwrap()
        .into_iter()
        .filter(|index| index.table_name != "__diesel_schema_migrations")
        .map(|index| ((index.table_name, index.columns), index.is_unique))
        .collect()
}

#[test]
fn both_folders_have_the_same_names_with_up_and_down() {
    let names = |folder: &str| -> BTreeSet<String> {
        std::fs::read_dir(source(folder))
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                assert!(entry.path().join("up.sql").is_file() && entry.path().join("down.sql").is_file());
                entry.file_name().into_string().unwrap()
            })
            .collect()
    };
    let sqlite = names("migrations/sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("migrations/postgres"));
}

#[tokio::test]
async fn both_databases_have_the_tables_of_the_schema() {
    let all = Backend::all().await;
    for backend in &all {
        assert_eq!(columns(backend).await, schema(), "{}", backend.name);
        assert_eq!(indexes(backend).await, indexes(&all[0]).await, "{}", backend.name);
    }
}

#[tokio::test]
async fn every_table_of_a_visitor_hangs_on_the_session() {
    let backend = Backend::sqlite().await;
    for table in [
        "session_keys",
        "link_codes",
        "section_links",
        "model_cards",
        "card_datasheets",
        "card_section_data",
        "card_revisions",
        "files",
    ] {
        let cascading = format!(
            "SELECT count(*) AS n FROM pragma_foreign_key_list('{table}')
             WHERE \"table\" = 'sessions' AND \"from\" = 'session_id' AND on_delete = 'CASCADE'"
        );
        assert_eq!(backend.count(&cascading).await, 1, "{table}");
    }
}

/// How many steps the folders hold.
fn steps() -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn steps_go_down_and_up_again() {
    for backend in Backend::all().await {
        let before = columns(&backend).await;
        backend.db.run(migrations::revert_all).await.unwrap();
        assert_eq!(columns(&backend).await, BTreeSet::new(), "{}", backend.name);
        let pending = backend.db.run(migrations::pending).await.unwrap();
        assert_eq!(pending.len(), steps());
        assert_eq!(backend.db.run(migrations::migrate).await.unwrap(), pending);
        assert_eq!(columns(&backend).await, before);
        assert!(backend.db.run(migrations::pending).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn several_servers_may_migrate_at_the_same_time() {
    for backend in Backend::all().await {
        backend.db.run(migrations::revert_all).await.unwrap();
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let db = backend.db.clone();
                tokio::spawn(async move { db.run(migrations::migrate).await })
            })
            .collect();
        let mut run = 0;
        for task in tasks {
            run += task.await.unwrap().unwrap().len();
        }
        assert_eq!(run, steps(), "{}", backend.name);
    }
}

/// SQLite commits several visitors' rows together: a reference that is wrong must be found in the job that wrote it.
#[tokio::test]
async fn no_reference_waits_for_the_commit_to_be_checked() {
    let backend = Backend::sqlite().await;
    let deferred = "SELECT count(*) AS n FROM sqlite_master WHERE upper(sql) LIKE '%DEFERR%'";
    assert_eq!(backend.count(deferred).await, 0);
}
