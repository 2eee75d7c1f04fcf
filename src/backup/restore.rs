use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::make::{all, kind};
use super::{Checked, Error, SECRET, UPLOADS, at, check, parent, postgres, refused, sync_folder, write_private};
use crate::db::sessions::{self, Ended};
use crate::db::{self, Address, DbConnection, copies, integrity, migrations};
use crate::random;
use crate::uploads::{self, Uploads};

/// How long connections of servers that were stopped may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a backup is put back.
pub struct Target<'t> {
    /// The address of the database.
    pub database: &'t str,
    /// The place for visitors' files.
    pub uploads: &'t Uploads,
    /// The file of the secret.
    pub secret: PathBuf,
    /// Whether a database that is there is replaced.
    pub replace: bool,
}

/// What was put back.
#[derive(Debug, Default)]
pub struct Restored {
    /// Visitors' files.
    pub files: usize,
    /// Sessions, cards and browsers in the backup that had been ended since, and were not brought back.
    pub ended_since: usize,
    /// What the backup lacked already when it was made, each in a sentence.
    pub problems: Vec<String>,
}

/// Puts a backup back. The backup is checked first; a database that is there stays, unless it shall be replaced, and no
/// server may be using it.
///
/// What was ended in the database that is replaced stays ended: a session or card that its visitor deleted after the backup was made
/// is not brought back, and a browser that was signed out stays so. Cards that were brought into another session meanwhile
/// are where they were.
///
/// # Errors
/// When the backup is damaged, or the place is taken or in use; nothing of the database was changed then.
pub fn restore(folder: &Path, target: &Target) -> Result<Restored, Error> {
    let Checked { manifest, problems } = check(folder)?;
    if !problems.is_empty() {
        return refused(format!(
            "the backup is damaged, and nothing was restored: {}",
            problems.join("; ")
        ));
    }
    let address: Address = target.database.parse()?;
    if kind(&address) != manifest.database {
        return refused(format!(
            "the backup holds {}, and DATABASE_URL names another kind of database: name one of the same kind.",
            match manifest.database {
                super::Kind::Sqlite => "a database of SQLite",
                super::Kind::Postgres => "a database of PostgreSQL",
            }
        ));
    }
    let secret = folder.join(SECRET);
    let secret = manifest.has(SECRET).then_some(secret);
    check_secret(secret.as_deref(), target)?;
    let source = folder.join(manifest.database.file());
    let files = Uploads::in_folder(&folder.join(UPLOADS))?;
    let restored = match &address {
        Address::Sqlite(path) => on_sqlite(path, &source, &files, target)?,
        Address::Postgres(_) => on_postgres(&address, &source, &files, target)?,
    };
    place_secret(secret.as_deref(), target)?;
    Ok(restored)
}

/// The new file is made ready beside its place, with all its rows and files, and then takes the place at once.
fn on_sqlite(path: &Path, source: &Path, files: &Uploads, target: &Target) -> Result<Restored, Error> {
    let mut ended = Ended::default();
    if path.exists() {
        if !target.replace {
            return refused(format!(
                "there is a database at {} already, and nothing was restored. Move it away, or replace it with --replace.",
                path.display()
            ));
        }
        match copies::close_for_all(path) {
            Ok(()) => {}
            Err(db::Error::Unavailable(_)) => {
                return refused(format!(
                    "{} is in use: stop the server first. Nothing was restored.",
                    path.display()
                ));
            }
            Err(error) => {
                return refused(format!(
                    "what is at {} cannot be read, so nobody can say what was ended in it: move it away first. ({error})",
                    path.display()
                ));
            }
        }
        ended = ended_in(&mut copies::open_alone(path)?)?;
    }
    let draft = Draft::of(source, path)?;
    let mut conn = copies::open_alone(&draft.path)?;
    let problems = integrity::problems(&mut conn)?;
    if !problems.is_empty() {
        return refused(format!(
            "the database in the backup is damaged, and nothing was restored: {}",
            problems.join("; ")
        ));
    }
    let mut restored = settle(&mut conn, &ended)?;
    put_files(&mut conn, files, target.uploads, &mut restored)?;
    drop(conn);
    File::open(&draft.path)
        .and_then(|file| file.sync_all())
        .map_err(at(&draft.path))?;
    for path in copies::beside(path) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
            _ => {}
        }
    }
    fs::rename(&draft.path, path).map_err(at(path))?;
    sync_folder(parent(path))?;
    Ok(restored)
}

/// All tables are replaced in one transaction; what follows can be repeated.
fn on_postgres(address: &Address, source: &Path, files: &Uploads, target: &Target) -> Result<Restored, Error> {
    let mut conn = copies::connect(address)?;
    let DbConnection::Pg(pg) = &mut conn else {
        return refused("DATABASE_URL names no PostgreSQL");
    };
    let removal = copies::removal(pg)?;
    let mut ended = Ended::default();
    if !removal.is_empty() {
        if !target.replace {
            return refused(
                "the database has tables of cartellino already, and nothing was restored. Name an empty one, or replace \
                 them with --replace.",
            );
        }
        if !is_left_alone(pg)? {
            return refused("others are connected to the database: stop the servers first. Nothing was restored.");
        }
        ended = ended_in(&mut conn)?;
    }
    let script = tempfile::NamedTempFile::new().map_err(at(&std::env::temp_dir()))?;
    fs::write(script.path(), removal).map_err(at(script.path()))?;
    postgres::run_all(target.database, &[script.path(), source])?;
    let mut restored = settle(&mut conn, &ended)?;
    put_files(&mut conn, files, target.uploads, &mut restored)?;
    Ok(restored)
}

/// Whether nobody else is connected; a server that has just stopped is known to the database for a moment longer.
fn is_left_alone(conn: &mut diesel::PgConnection) -> Result<bool, Error> {
    let began = Instant::now();
    while copies::others(conn)? > 0 {
        if began.elapsed() > PATIENCE {
            return Ok(false);
        }
        std::thread::sleep(PATIENCE / 20);
    }
    Ok(true)
}

/// What was ended in a database; nothing in one of another version, which remembers it in another way.
fn ended_in(conn: &mut DbConnection) -> Result<Ended, Error> {
    let pending = migrations::pending(conn)?;
    if !pending.is_empty() || !migrations::unknown(conn)?.is_empty() {
        return Ok(Ended::default());
    }
    Ok(sessions::all_ended(conn)?)
}

/// Brings the tables to this version, and ends what was ended since.
fn settle(conn: &mut DbConnection, ended: &Ended) -> Result<Restored, Error> {
    if !migrations::unknown(conn)?.is_empty() {
        return refused(
            "the backup was made by a newer version of cartellino: use that version. Nothing was restored.",
        );
    }
    migrations::migrate(conn)?;
    Ok(Restored {
        ended_since: db::transaction(conn, |conn| sessions::end_as_elsewhere(conn, ended))?,
        ..Restored::default()
    })
}

/// Puts the files of all rows to their place; those that are there already, with the same bytes, stay.
fn put_files(conn: &mut DbConnection, from: &Uploads, into: &Uploads, restored: &mut Restored) -> Result<(), Error> {
    for row in all(conn)? {
        let owner = row.session.as_str();
        let mut content = match from.read(owner, &row.id) {
            Ok(content) => content,
            Err(uploads::Error::NotFound) => {
                let problem = format!("the file {} has a row, and the backup does not have its bytes", row.id);
                restored.problems.push(problem);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        match into.digest(owner, &row.id) {
            Ok(there) if there.sha256 == row.sha256 => {
                restored.files += 1;
                continue;
            }
            Ok(_) => into.delete(owner, &row.id)?,
            Err(uploads::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        into.keep(owner, &row.id, &mut content)?;
        restored.files += 1;
    }
    Ok(())
}

/// Refuses where another secret is in the place of that of the backup.
fn check_secret(secret: Option<&Path>, target: &Target) -> Result<(), Error> {
    let Some(secret) = secret else { return Ok(()) };
    let place = &target.secret;
    let there = match fs::read(place) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(place)(error)),
    };
    if target.replace || there == fs::read(secret).map_err(at(secret))? {
        return Ok(());
    }
    refused(format!(
        "{} holds another secret than the backup, with which no browser could open its work. Move it away, or replace it \
         with --replace. Nothing was restored.",
        place.display()
    ))
}

fn place_secret(secret: Option<&Path>, target: &Target) -> Result<(), Error> {
    let Some(secret) = secret else { return Ok(()) };
    let place = &target.secret;
    let bytes = fs::read(secret).map_err(at(secret))?;
    let draft = draft_name(place)?;
    write_private(&draft, &bytes)?;
    fs::rename(&draft, place).map_err(at(place))?;
    sync_folder(parent(place))
}

/// A name beside this place that nothing else has.
fn draft_name(place: &Path) -> Result<PathBuf, Error> {
    let unique = random::id().map_err(db::Error::from)?;
    let mut name = place.as_os_str().to_owned();
    name.push(format!(".restore-{unique}"));
    Ok(PathBuf::from(name))
}

/// A copy on its way to its place; gone when it does not arrive.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn of(source: &Path, place: &Path) -> Result<Self, Error> {
        let draft = Self {
            path: draft_name(place)?,
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft.path).map_err(at(&draft.path))?;
        let mut from = File::open(source).map_err(at(source))?;
        io::copy(&mut from, &mut file).map_err(at(&draft.path))?;
        Ok(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After the arrival nothing of this name is left.
        let _ = fs::remove_file(&self.path);
        for path in copies::beside(&self.path) {
            let _ = fs::remove_file(path);
        }
    }
}
