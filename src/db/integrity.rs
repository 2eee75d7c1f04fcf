//! Whether the database is whole, as far as it can tell itself.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::schema::{card_revisions, card_section_data};
use super::{DbConnection, Error, upkeep};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    t: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What is wrong with the database's pages, indexes and references, each in a sentence without content.
///
/// # Errors
/// When the database does not answer, or is damaged so far that it cannot be asked.
pub fn problems(conn: &mut DbConnection) -> Result<Vec<String>, Error> {
    match conn {
        DbConnection::Sqlite(sqlite) => sqlite_problems(sqlite),
        DbConnection::Pg(pg) => postgres_problems(pg),
    }
}

fn sqlite_problems(conn: &mut SqliteConnection) -> Result<Vec<String>, Error> {
    #[derive(QueryableByName)]
    struct Lost {
        #[diesel(sql_type = Text)]
        child: String,
        #[diesel(sql_type = Nullable<Text>)]
        parent: Option<String>,
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let lines: Vec<Line> = diesel::sql_query("SELECT integrity_check AS t FROM pragma_integrity_check()").load(conn)?;
    let mut problems: Vec<String> = lines
        .into_iter()
        .map(|line| line.t)
        .filter(|line| line != "ok")
        .collect();
    let lost: Vec<Lost> = diesel::sql_query(
        "SELECT \"table\" AS child, parent, count(*) AS n FROM pragma_foreign_key_check() GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .load(conn)?;
    problems.extend(lost.into_iter().map(|Lost { child, parent, n }| {
        let parent = parent.unwrap_or_else(|| "a table that is gone".to_owned());
        format!("{n} rows of {child} refer to rows of {parent} that are not there")
    }));
    Ok(problems)
}

fn postgres_problems(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    let broken: Vec<Line> = diesel::sql_query(
        "SELECT 'the index ' || indexrelid::regclass || ' is not valid: REINDEX makes it anew' AS t FROM pg_index
         WHERE NOT indisvalid AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
         UNION ALL
         SELECT 'the constraint ' || conname || ' of ' || conrelid::regclass || ' was never checked' FROM pg_constraint
         WHERE NOT convalidated AND connamespace = current_schema()::regnamespace",
    )
    .load(conn)?;
    problems.extend(broken.into_iter().map(|line| line.t));
    // Each row is read to its last byte: what the disk has lost is an error here, and not only when a visitor comes.
    for table in upkeep::TABLES {
        let read = diesel::sql_query(format!("SELECT count(hashtext(CAST(t AS TEXT))) AS n FROM {table} t"));
        if let Err(error) = read.get_result::<Count>(conn) {
            problems.push(format!("{table} cannot be read: {error}"));
        }
    }
    let references: Vec<Line> = diesel::sql_query(
        "SELECT format('SELECT count(*) AS n FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)|%s|%s',
                conrelid::regclass,
                (SELECT string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ')
                 FROM unnest(conkey) k(n) JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.n),
                confrelid::regclass,
                (SELECT string_agg(format('p.%I = c.%I', b.attname, a.attname), ' AND ')
                 FROM unnest(conkey, confkey) k(n, m)
                 JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.n
                 JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = k.m),
                conrelid::regclass, confrelid::regclass) AS t
         FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname",
    )
    .load(conn)?;
    for reference in references {
        let mut parts = reference.t.split('|');
        let (Some(query), Some(child), Some(parent)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let Count { n } = diesel::sql_query(query).get_result(conn)?;
        if n > 0 {
            problems.push(format!(
                "{n} rows of {child} refer to rows of {parent} that are not there"
            ));
        }
    }
    Ok(problems)
}

/// The stored text of a section as it is now, or as it was.
pub struct StoredSection {
    /// Where it is: the card, and its place in it.
    pub place: (String, i32),
    /// The fields as JSON text.
    pub value: String,
}

/// Calls `look` with each section of all sessions, as they are and as they were, and returns how many there are.
///
/// # Errors
/// When the database does not answer.
pub fn each_section(conn: &mut DbConnection, mut look: impl FnMut(StoredSection)) -> Result<usize, Error> {
    let mut count = 0;
    let (mut card, mut key) = (String::new(), String::new());
    loop {
        let rows: Vec<(String, String, i32, String)> = card_section_data::table
            .filter(
                card_section_data::card_id.gt(&card).or(card_section_data::card_id
                    .eq(&card)
                    .and(card_section_data::section_key.gt(&key))),
            )
            .order((card_section_data::card_id.asc(), card_section_data::section_key.asc()))
            .limit(BATCH)
            .select((
                card_section_data::card_id,
                card_section_data::section_key,
                card_section_data::position,
                card_section_data::value,
            ))
            .load(conn)?;
        let Some((last, last_key, _, _)) = rows.last() else {
            break;
        };
        (card, key) = (last.clone(), last_key.clone());
        count += rows.len();
        for (card, _, position, value) in rows {
            look(StoredSection {
                place: (card, position),
                value,
            });
        }
    }
    let mut id = String::new();
    loop {
        let rows: Vec<(String, String, i32, String)> = card_revisions::table
            .filter(card_revisions::id.gt(&id))
            .order(card_revisions::id.asc())
            .limit(BATCH)
            .select((
                card_revisions::id,
                card_revisions::card_id,
                card_revisions::position,
                card_revisions::value,
            ))
            .load(conn)?;
        let Some((last, _, _, _)) = rows.last() else {
            return Ok(count);
        };
        id = last.clone();
        count += rows.len();
        for (_, card, position, value) in rows {
            look(StoredSection {
                place: (card, position),
                value,
            });
        }
    }
}

/// How many rows are held at the same time.
const BATCH: i64 = 200;
