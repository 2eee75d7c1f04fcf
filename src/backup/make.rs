use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use chrono::{DateTime, SubsecRound as _, Utc};

use super::{Error, Kind, Manifest, SECRET, UPLOADS, at, parent, postgres, refused, sync_folder, write_private};
use crate::db::copies;
use crate::db::files::{self, Kept};
use crate::db::{self, Address, DbConnection};
use crate::uploads::{self, Uploads};

/// How often the database is copied anew because visitors deleted files while it was copied.
const TRIES: usize = 10;
/// How many rows are looked up at once.
const BATCH: i64 = 1000;

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// What it holds.
    pub manifest: Manifest,
    /// What was not as it must be on the server already, each in a sentence; the backup has all the rest.
    pub problems: Vec<String>,
}

/// Backs everything up into a new folder, while the server may run. The folder is there whole or not at all, and only its
/// owner can read it.
///
/// Files never change, but come and go. Each is kept before its row is written and deleted after its row is gone: whatever
/// rows the copy of the database has, their files were there at that moment. Those that were deleted before they could be
/// copied have no row any more, and then the database is copied once more, so that what was deleted is not in the backup
/// at all.
///
/// # Errors
/// When the folder is there already, or something cannot be read or written.
pub fn make(
    address: &str,
    uploads: &Uploads,
    secret: Option<&Path>,
    target: &Path,
    now: DateTime<Utc>,
) -> Result<Made, Error> {
    let database: Address = address.parse()?;
    if fs::symlink_metadata(target).is_ok() {
        return refused(format!(
            "{} is there already: name a folder that is not there yet, such as one with today's date.",
            target.display()
        ));
    }
    if !copies::is_there(&database) {
        return refused("there is no database at DATABASE_URL, so there is nothing to back up.");
    }
    let draft = draft_beside(target)?;
    let kept_in = draft.path().join(UPLOADS);
    let mut copying = Copying {
        conn: copies::connect(&database)?,
        from: uploads,
        into: Uploads::in_folder(&kept_in)?,
        done: BTreeSet::new(),
    };
    // Most of the work is done before the moment that counts.
    let rows = all(&mut copying.conn)?;
    copying.copy(&rows)?;
    let mut lost_before = BTreeSet::new();
    let mut tries = 0;
    let (rows, lost) = loop {
        tries += 1;
        let rows = copy_database(&mut copying.conn, &database, address, draft.path())?;
        let lost = copying.copy(&rows)?;
        let is_over = copying.is_owned(&lost)? && lost == lost_before;
        if lost.is_empty() || is_over {
            break (rows, lost);
        }
        if tries == TRIES {
            return refused("visitors delete files faster than they can be copied: try again in a quieter hour.");
        }
        lost_before = lost;
    };
    copying.forget_others(&rows)?;
    let mut problems: Vec<String> = lost
        .iter()
        .map(|(_, id)| format!("the file {id} has a row, and its bytes are not there"))
        .collect();
    problems.extend(damaged(&copying.into, &rows)?);
    if let Some(secret) = secret {
        let bytes = fs::read(secret).map_err(at(secret))?;
        write_private(&draft.path().join(SECRET), &bytes)?;
    }
    let kind = kind(&database);
    let manifest = Manifest::write(draft.path(), kind, now.trunc_subsecs(0))?;
    fs::rename(draft.path(), target).map_err(at(target))?;
    // It has another name now, under which it stays.
    let _ = draft.keep();
    sync_folder(parent(target))?;
    Ok(Made { manifest, problems })
}

/// The kind of the database at an address.
pub(super) fn kind(address: &Address) -> Kind {
    match address {
        Address::Sqlite(_) => Kind::Sqlite,
        Address::Postgres(_) => Kind::Postgres,
    }
}

/// A new folder beside the place where it shall be, so that it needs only another name at the end.
fn draft_beside(target: &Path) -> Result<tempfile::TempDir, Error> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cartellino-backup-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(parent(target)).map_err(at(parent(target)))
}

/// Copies the database as it is at one moment, and returns the files that it refers to.
fn copy_database(conn: &mut DbConnection, address: &Address, url: &str, folder: &Path) -> Result<Vec<Kept>, Error> {
    let target = folder.join(kind(address).file());
    match fs::remove_file(&target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&target)(error)),
        _ => {}
    }
    if let Address::Sqlite(_) = address {
        copies::copy_into(conn, &target)?;
        File::open(&target)
            .and_then(|file| file.sync_all())
            .map_err(at(&target))?;
        return all(&mut copies::open_to_read(&target)?);
    }
    // An error of the program is no error of the database, so it travels in the value.
    let outcome = db::snapshot(conn, |conn| {
        let rows = list(conn)?;
        let DbConnection::Pg(pg) = conn else {
            return Ok(Ok(rows));
        };
        let moment = copies::export_moment(pg)?;
        write_private(&target, b"").map_err(unusable)?;
        Ok(postgres::dump(url, &moment, &target).map(|()| rows))
    })?;
    let rows = outcome?;
    File::open(&target)
        .and_then(|file| file.sync_all())
        .map_err(at(&target))?;
    Ok(rows)
}

fn unusable(error: Error) -> db::Error {
    db::Error::Unusable(error.to_string())
}

/// All rows of files, as they are at one moment.
pub(super) fn all(conn: &mut DbConnection) -> Result<Vec<Kept>, Error> {
    Ok(db::snapshot(conn, list)?)
}

fn list(conn: &mut DbConnection) -> Result<Vec<Kept>, db::Error> {
    let mut rows: Vec<Kept> = Vec::new();
    loop {
        let after = rows.last().map_or("", |row| row.id.as_str()).to_owned();
        let batch = files::all(conn, &after, BATCH)?;
        if batch.is_empty() {
            return Ok(rows);
        }
        rows.extend(batch);
    }
}

/// The files on their way into the backup.
struct Copying<'s> {
    conn: DbConnection,
    from: &'s Uploads,
    into: Uploads,
    /// Owner and id of what is there.
    done: BTreeSet<(String, String)>,
}

impl Copying<'_> {
    /// Copies what is not there yet; returns owner and id of what could not be found.
    fn copy(&mut self, rows: &[Kept]) -> Result<BTreeSet<(String, String)>, Error> {
        let mut lost = BTreeSet::new();
        for row in rows {
            let one = (row.session.as_str().to_owned(), row.id.clone());
            if self.done.contains(&one) {
                continue;
            }
            match self.from.read(&one.0, &one.1) {
                Ok(mut content) => {
                    self.into.keep(&one.0, &one.1, &mut content)?;
                    self.done.insert(one);
                }
                Err(uploads::Error::NotFound) => drop(lost.insert(one)),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(lost)
    }

    /// Whether each of these has its row on the server now.
    fn is_owned(&mut self, files: &BTreeSet<(String, String)>) -> Result<bool, Error> {
        for (owner, id) in files {
            let owner = crate::session::SessionId::from_row(owner.clone());
            if !files::is_owned(&mut self.conn, &owner, id)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Deletes what was copied and has no row in the backup.
    fn forget_others(&mut self, rows: &[Kept]) -> Result<(), Error> {
        let wanted: BTreeSet<(&str, &str)> = rows.iter().map(|row| (row.session.as_str(), row.id.as_str())).collect();
        for (owner, id) in &self.done {
            if !wanted.contains(&(owner.as_str(), id.as_str())) {
                self.into.delete(owner, id)?;
            }
        }
        Ok(())
    }
}

/// The files whose bytes are not those of which their rows speak.
fn damaged(uploads: &Uploads, rows: &[Kept]) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    for row in rows {
        match uploads.digest(row.session.as_str(), &row.id) {
            Ok(found) if i64::try_from(found.size) != Ok(row.size) || found.sha256 != row.sha256 => {
                problems.push(format!("the file {} is not as its row says", row.id));
            }
            Ok(_) | Err(uploads::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(problems)
}
