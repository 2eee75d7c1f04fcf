//! A backup of the whole server: one folder with the database, visitors' files, the secret, and a manifest.
//!
//! [`make()`] writes it while the server runs, whole or not at all; [`check`] compares it with its manifest; [`restore()`]
//! puts it back, after checking it. The files lie as in the folder of [`uploads`]. The database is
//! a file of SQLite, or for PostgreSQL what its own program `pg_dump` writes.

mod make;
mod manifest;
mod postgres;
mod restore;

use std::io;
use std::path::{Path, PathBuf};

pub use make::{Made, make};
pub use manifest::{Checked, Kind, Manifest, check};
pub use restore::{Restored, Target, restore};

use crate::{db, uploads};

/// The folder with visitors' files in a backup.
pub const UPLOADS: &str = "uploads";
/// The database of a backup that was made of SQLite.
pub const SQLITE: &str = "cartellino.db";
/// The database of a backup that was made of PostgreSQL.
pub const POSTGRES: &str = "cartellino.sql";
/// The secret that seals the keys in cookies, where it was in a file.
pub const SECRET: &str = "cartellino.secret";

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something is not as it must be; the sentences say what, and what to do.
    #[error("{0}")]
    Refused(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The place for uploads failed.
    #[error(transparent)]
    Uploads(#[from] uploads::Error),
    /// The disk failed at this place.
    #[error("{place}: {1}", place = .0.display())]
    Disk(PathBuf, io::Error),
}

/// An error of the disk with its place.
fn at<'p>(path: &'p Path) -> impl Fn(io::Error) -> Error + use<'p> {
    move |error| Error::Disk(path.to_owned(), error)
}

fn refused<T>(sentence: impl Into<String>) -> Result<T, Error> {
    Err(Error::Refused(sentence.into()))
}

/// The folder that a path is in.
fn parent(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Waits until the names in a folder are on the disk.
fn sync_folder(path: &Path) -> Result<(), Error> {
    std::fs::File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(at(path))
}

/// Writes a file that only its owner can read, and waits until it is on the disk.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| io::Write::write_all(&mut file, bytes).and_then(|()| file.sync_all()));
    written.map_err(at(path))
}
