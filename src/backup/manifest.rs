use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Error, POSTGRES, SQLITE, at, parent, refused, sync_folder, write_private};

/// The manifest's name.
const NAME: &str = "manifest.json";
/// The version of this form, in which every earlier one can be read: so far there is one.
const VERSION: u32 = 1;

/// What the database of a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file of SQLite.
    Sqlite,
    /// The SQL that `pg_dump` writes.
    Postgres,
}

impl Kind {
    /// The name of the database's file in a backup.
    pub fn file(self) -> &'static str {
        match self {
            Self::Sqlite => SQLITE,
            Self::Postgres => POSTGRES,
        }
    }
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this form.
    cartellino_backup: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// What its database is.
    pub database: Kind,
    /// Each file but the manifest itself.
    pub files: Vec<Entry>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it is in the backup, with `/` between folders.
    pub path: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the bytes in hexadecimal digits.
    pub sha256: String,
}

/// A backup compared with its manifest.
#[derive(Debug)]
pub struct Checked {
    /// What it should hold.
    pub manifest: Manifest,
    /// What is not so, each in a sentence.
    pub problems: Vec<String>,
}

impl Manifest {
    /// Writes the manifest of what is in this folder; all of it is on the disk afterwards.
    pub(super) fn write(folder: &Path, database: Kind, made_at: DateTime<Utc>) -> Result<Self, Error> {
        let mut files = Vec::new();
        for path in files_in(folder)? {
            files.push(entry(folder, &path)?);
        }
        let manifest = Self {
            cartellino_backup: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            database,
            files,
        };
        let path = folder.join(NAME);
        let mut text = serde_json::to_string_pretty(&manifest).map_err(|error| at(&path)(error.into()))?;
        text.push('\n');
        write_private(&path, text.as_bytes())?;
        let folders: BTreeSet<&Path> = manifest
            .files
            .iter()
            .map(|file| parent(Path::new(&file.path)))
            .collect();
        for inner in folders {
            sync_folder(&folder.join(inner))?;
        }
        sync_folder(folder)?;
        Ok(manifest)
    }

    /// Whether the backup holds a file at this place.
    pub fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    /// The sum of the sizes of its files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// Compares a backup with its manifest, byte for byte.
///
/// # Errors
/// When there is no backup, or one of a later version, or it cannot be read.
pub fn check(folder: &Path) -> Result<Checked, Error> {
    let path = folder.join(NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return refused(format!(
                "{} is no backup: it has no {NAME}. Name the folder that `cartellino backup` made.",
                folder.display()
            ));
        }
        Err(error) => return Err(at(&path)(error)),
    };
    let version = serde_json::from_str::<serde_json::Value>(&text).ok();
    let version = version.and_then(|value| value.get("cartellino_backup")?.as_u64());
    if version.is_some_and(|version| version > u64::from(VERSION)) {
        return refused(format!(
            "{} was made by a newer version of cartellino: use that version, or a later one.",
            folder.display()
        ));
    }
    let manifest: Manifest = match serde_json::from_str(&text) {
        Ok(manifest) => manifest,
        Err(error) => return refused(format!("{} cannot be understood: {error}", path.display())),
    };
    let mut problems = Vec::new();
    if !manifest.has(manifest.database.file()) {
        problems.push(format!("the manifest has no {}", manifest.database.file()));
    }
    let mut listed = BTreeSet::new();
    for file in &manifest.files {
        let inner = Path::new(&file.path);
        if !inner.components().all(|part| matches!(part, Component::Normal(_))) {
            problems.push("the manifest names a file outside of the backup".to_owned());
            continue;
        }
        listed.insert(folder.join(inner));
        match entry(folder, &folder.join(inner)) {
            Ok(found) if found.size != file.size => problems.push(format!(
                "{} has {} bytes, and the manifest says {}",
                file.path, found.size, file.size
            )),
            Ok(found) if found.sha256 != file.sha256 => {
                problems.push(format!("{} has changed since the backup was made", file.path));
            }
            Ok(_) => {}
            Err(Error::Disk(_, error)) if error.kind() == io::ErrorKind::NotFound => {
                problems.push(format!("{} is missing", file.path));
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    for path in files_in(folder)? {
        if !listed.contains(&path) && path.file_name().is_none_or(|name| name != NAME) {
            problems.push(format!("{} is not in the manifest", path.display()));
        }
    }
    Ok(Checked { manifest, problems })
}

/// All files below a folder, in order.
fn files_in(folder: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let entry = entry.map_err(at(&folder))?;
            match entry.file_type().map_err(at(&folder))?.is_dir() {
                true => folders.push(entry.path()),
                false => drop(files.insert(entry.path())),
            }
        }
    }
    Ok(files)
}

/// The size and the digest of a file.
fn entry(folder: &Path, path: &Path) -> Result<Entry, Error> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut digest = Digest(Sha256::new());
    let size = io::copy(&mut file, &mut digest).map_err(at(path))?;
    let inner = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = inner.iter().map(|part| part.to_string_lossy()).collect();
    Ok(Entry {
        path: parts.join("/"),
        size,
        sha256: HEXLOWER.encode(&digest.0.finalize()),
    })
}

/// Takes what is written into the digest.
struct Digest(Sha256);

impl io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
