//! Whether what is kept is whole: the database in itself, each file as its row says, each section readable.
//!
//! The same questions are asked of a server and of a backup, which has the same parts.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::card::stored;
use crate::db::files::{self, Kept};
use crate::db::{self, DbConnection, integrity};
use crate::uploads::{self, Uploads};

/// A file without a row may be one whose row is about to be written, and the cleanup takes it after this time.
const STRAY_AGE: Duration = Duration::from_secs(25 * 3600);
/// How many rows are looked up at once.
const BATCH: i64 = 500;

/// What was looked at and what is wrong.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// Rows of visitors' files.
    pub files: usize,
    /// Stored sections, as they are and as they were.
    pub sections: usize,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Something that is wrong.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What was looked at when it was found.
    pub check: Check,
    /// A sentence without content of visitors.
    pub message: String,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// A backup's files against its manifest.
    Manifest,
    /// The database's pages, indexes and references.
    Database,
    /// The bytes of each file that has a row.
    Files,
    /// Files without a row.
    Strays,
    /// The stored text of each section.
    Sections,
}

impl Findings {
    /// Notes a problem.
    pub fn add(&mut self, check: Check, message: impl Into<String>) {
        self.problems.push(Problem {
            check,
            message: message.into(),
        });
    }
}

/// Whether files without a row are wrong at any age, or may still be on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strays {
    /// A server may be at work.
    ByAge,
    /// Nobody is at work.
    All,
}

/// Looks at everything that a database and a place for uploads hold together.
///
/// A database that is damaged so far that it cannot be read is a finding, too.
///
/// # Errors
/// When the database does not answer.
pub fn verify(conn: &mut DbConnection, uploads: &Uploads, strays: Strays) -> Result<Findings, db::Error> {
    let mut findings = Findings::default();
    match integrity::problems(conn) {
        Ok(problems) => problems
            .into_iter()
            .for_each(|problem| findings.add(Check::Database, problem)),
        Err(error) => unreadable(error, Check::Database, &mut findings)?,
    }
    match each_file(conn, uploads, &mut findings) {
        Ok(rows) => find_strays(conn, uploads, strays, &rows, &mut findings)?,
        Err(error) => unreadable(error, Check::Files, &mut findings)?,
    }
    if findings.problems.iter().all(|problem| problem.check != Check::Database) {
        each_section(conn, &mut findings)?;
    }
    Ok(findings)
}

/// A query that fails tells of damage; a database that does not answer tells nothing.
fn unreadable(error: db::Error, check: Check, findings: &mut Findings) -> Result<(), db::Error> {
    match error {
        error @ (db::Error::Query(_) | db::Error::Unusable(_)) => {
            findings.add(check, format!("the database cannot be read: {error}"));
            Ok(())
        }
        error => Err(error),
    }
}

/// Compares the bytes of each file with its row; returns the ids of all rows.
fn each_file(
    conn: &mut DbConnection,
    uploads: &Uploads,
    findings: &mut Findings,
) -> Result<BTreeSet<String>, db::Error> {
    let mut ids = BTreeSet::new();
    let mut after = String::new();
    loop {
        let rows = files::all(conn, &after, BATCH)?;
        let Some(last) = rows.last() else { return Ok(ids) };
        after = last.id.clone();
        for row in rows {
            if let Some(problem) = compare(uploads, &row) {
                // A visitor may have deleted it in this moment.
                if files::is_owned(conn, &row.session, &row.id)? {
                    findings.add(Check::Files, problem);
                }
            }
            findings.files += 1;
            ids.insert(row.id);
        }
    }
}

/// What is wrong with the bytes of a file.
fn compare(uploads: &Uploads, row: &Kept) -> Option<String> {
    let id = &row.id;
    let found = match uploads.digest(row.session.as_str(), id) {
        Ok(found) => found,
        Err(uploads::Error::NotFound) => return Some(format!("the file {id} has a row, and its bytes are not there")),
        Err(error) => return Some(format!("the file {id} cannot be read: {error}")),
    };
    if i64::try_from(found.size) != Ok(row.size) {
        return Some(format!(
            "the file {id} has {} bytes, and its row says {}",
            found.size, row.size
        ));
    }
    (found.sha256 != row.sha256).then(|| format!("the file {id} has other bytes than those that were kept"))
}

fn find_strays(
    conn: &mut DbConnection,
    uploads: &Uploads,
    strays: Strays,
    known: &BTreeSet<String>,
    findings: &mut Findings,
) -> Result<(), db::Error> {
    let time = match strays {
        Strays::ByAge => SystemTime::now() - STRAY_AGE,
        // Files that were made in this moment have no later time than this.
        Strays::All => SystemTime::now() + STRAY_AGE,
    };
    let found = match uploads.older_than(time) {
        Ok(found) => found,
        Err(error) => {
            findings.add(Check::Strays, error.to_string());
            return Ok(());
        }
    };
    for file in found {
        match file.id {
            Some(id) if known.contains(&id) || files::exists(conn, &id)? => {}
            Some(id) => findings.add(
                Check::Strays,
                format!("the file {id} belongs to nobody; the next cleanup takes it"),
            ),
            None => findings.add(Check::Strays, "a file was left half-written; the next cleanup takes it"),
        }
    }
    Ok(())
}

fn each_section(conn: &mut DbConnection, findings: &mut Findings) -> Result<(), db::Error> {
    let mut unread = Vec::new();
    let count = integrity::each_section(conn, |section| {
        if !stored::is_sound(&section.value) {
            unread.push(section.place);
        }
    })?;
    findings.sections = count;
    for (card, position) in unread {
        // The section's key may be words of the visitor.
        findings.add(
            Check::Sections,
            format!("a section of the card {card}, at position {position}, cannot be read"),
        );
    }
    Ok(())
}
