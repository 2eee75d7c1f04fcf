//! Bytes on disk: keep, open, delete; our names, never the client's.
//!
//! Each owner (a session's id) has one folder, named by a hash, so that neither the id nor
//! anything a client said ever is part of a path. Files are named by ids of ours. Folders are
//! readable by the server's user only.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::card::{Card, figure};

/// Why bytes could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The owner has no file of that id.
    #[error("not found")]
    NotFound,
    /// The disk is full, or refuses.
    #[error("the folder for uploads cannot be used: {0}")]
    Disk(io::Error),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Disk(error),
        }
    }
}

/// The folder for uploaded files; cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads {
    root: PathBuf,
}

/// What was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the bytes in hexadecimal digits.
    pub sha256: String,
}

/// SHA-256 of bytes in hexadecimal digits, as [`Kept`] has it.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// A file on disk as the cleanup finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The id it was kept under; `None` for what was left half-written.
    pub id: Option<String>,
    path: PathBuf,
}

impl Uploads {
    /// The folder for uploads; made, with its parents, if it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, Error> {
        make_folder(root).map_err(Error::Disk)?;
        Ok(Self { root: root.to_owned() })
    }

    /// The folder that all is under.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Keeps the bytes under this id; they are on disk when it returns, whole or not at all.
    ///
    /// # Errors
    /// When the content cannot be read or the disk refuses, or when the owner has a file of that id already.
    pub fn keep(&self, owner: &str, id: &str, content: &mut impl Read) -> Result<Kept, Error> {
        let target = self.path(owner, id)?;
        let folder = self.folder(owner);
        make_folder(&folder).map_err(Error::Disk)?;
        let draft = folder.join(format!("{id}{DRAFT}"));
        let kept = write_through(&draft, content).and_then(|kept| {
            // A link, unlike a rename, never replaces what is there.
            fs::hard_link(&draft, &target)?;
            Ok(kept)
        });
        let cleared = fs::remove_file(&draft);
        let kept = kept.map_err(Error::Disk)?;
        cleared
            .and_then(|()| File::open(&folder)?.sync_all())
            .map_err(Error::Disk)?;
        Ok(kept)
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the owner has no such file.
    pub fn read(&self, owner: &str, id: &str) -> Result<File, Error> {
        Ok(File::open(self.path(owner, id)?)?)
    }

    /// Deletes a file. That it is not there is no error.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn delete(&self, owner: &str, id: &str) -> Result<(), Error> {
        gone(fs::remove_file(self.path(owner, id)?))
    }

    /// Deletes the owner's folder with all that is in it. That it is not there is no error.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn delete_all(&self, owner: &str) -> Result<(), Error> {
        gone(fs::remove_dir_all(self.folder(owner)))
    }

    /// Gives files of one owner to another, under the same ids. They are whole at one of the two at any moment.
    ///
    /// # Errors
    /// When the disk refuses, or when there is no such file.
    pub fn hand_over(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        let folder = self.folder(to);
        make_folder(&folder).map_err(Error::Disk)?;
        for id in ids {
            fs::rename(self.path(from, id)?, self.path(to, id)?)?;
        }
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::Disk)
    }

    /// Lets another owner have these files too, under the same ids; the bytes are on disk once. A file that is not
    /// there cannot be shared, which is no error.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn share(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        let folder = self.folder(to);
        make_folder(&folder).map_err(Error::Disk)?;
        for id in ids {
            let (source, target) = (self.path(from, id)?, self.path(to, id)?);
            match fs::hard_link(&source, &target).map_err(|error| error.kind()) {
                Ok(()) | Err(io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {}
                // Some disks know no links.
                Err(_) => drop(self.keep(to, id, &mut File::open(&source)?)?),
            }
        }
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::Disk)
    }

    /// Lets the owner have a file once more under another id; the bytes are on disk once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the owner has no such file, or when the disk refuses.
    pub fn copy(&self, owner: &str, id: &str, copy: &str) -> Result<(), Error> {
        let (source, target) = (self.path(owner, id)?, self.path(owner, copy)?);
        match fs::hard_link(&source, &target).map_err(|error| error.kind()) {
            Ok(()) => Ok(File::open(self.folder(owner)).and_then(|folder| folder.sync_all())?),
            Err(io::ErrorKind::NotFound) => Err(Error::NotFound),
            // Some disks know no links.
            Err(_) => self.keep(owner, copy, &mut File::open(&source)?).map(drop),
        }
    }

    /// Deletes all files of the owner but these. Nobody else may be adding one meanwhile.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn delete_others(&self, owner: &str, ids: &[String]) -> Result<(), Error> {
        let files = match fs::read_dir(self.folder(owner)) {
            Ok(files) => files,
            Err(error) => return gone(Err(error)),
        };
        for file in files {
            let name = file.map_err(Error::Disk)?.file_name();
            if let Some(id) = name.to_str().filter(|name| !ids.iter().any(|id| id == name)) {
                gone(fs::remove_file(self.folder(owner).join(id)))?;
            }
        }
        Ok(())
    }

    /// The card as readers get it: its figures with their pictures, as far as these are among the files. See
    /// [`figure::filled`].
    pub fn filled(&self, owner: &str, files: &[String], card: Card) -> Card {
        figure::filled(card, |id| {
            if !files.iter().any(|file| file == id) {
                return None;
            }
            let mut bytes = Vec::new();
            let read = self
                .read(owner, id)
                .and_then(|mut file| file.read_to_end(&mut bytes).map_err(Error::Disk));
            match read {
                Ok(_) => Some(BASE64.encode(&bytes)),
                Err(error) => {
                    tracing::error!(%error, "a picture has a row and its bytes cannot be read");
                    None
                }
            }
        })
    }

    /// An empty file for work in between, on the disk of the uploads. It has no name, so that nobody else finds it and
    /// it is gone as soon as it is closed, even by a crash.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn scratch(&self) -> Result<File, Error> {
        tempfile::tempfile_in(&self.root).map_err(Error::Disk)
    }

    /// All files last changed before this time, and folders that have been empty since then (they are removed).
    ///
    /// # Errors
    /// When the folder for uploads cannot be read.
    pub fn older_than(&self, time: SystemTime) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        for folder in fs::read_dir(&self.root)? {
            let folder = folder?;
            if !folder.file_type()?.is_dir() || !folder.file_name().to_str().is_some_and(is_folder_name) {
                continue;
            }
            let mut empty = true;
            for file in fs::read_dir(folder.path())? {
                let file = file?;
                empty = false;
                if file.metadata()?.modified()? < time {
                    let name = file.file_name();
                    let id = name.to_str().filter(|name| is_id(name)).map(str::to_owned);
                    found.push(Found { id, path: file.path() });
                }
            }
            if empty && folder.metadata()?.modified()? < time {
                // Somebody may put a file into it at this moment; then it stays.
                let _ = fs::remove_dir(folder.path());
            }
        }
        Ok(found)
    }

    /// Deletes a file that nobody owns. That it is not there any more is no error.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn delete_found(&self, found: &Found) -> Result<(), Error> {
        gone(fs::remove_file(&found.path))
    }

    fn folder(&self, owner: &str) -> PathBuf {
        let digest = Sha256::new()
            .chain_update(b"cartellino uploads 1\0")
            .chain_update(owner)
            .finalize();
        self.root.join(HEXLOWER.encode(&digest[..FOLDER_BYTES]))
    }

    fn path(&self, owner: &str, id: &str) -> Result<PathBuf, Error> {
        // Only letters and digits: no such name leads out of its folder.
        if is_id(id) {
            Ok(self.folder(owner).join(id))
        } else {
            Err(Error::NotFound)
        }
    }
}

const FOLDER_BYTES: usize = 16;
const DRAFT: &str = ".part";

fn is_folder_name(name: &str) -> bool {
    name.len() == 2 * FOLDER_BYTES && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_id(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn gone(outcome: io::Result<()>) -> Result<(), Error> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::Disk(error)),
        _ => Ok(()),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write_through(path: &Path, content: &mut impl Read) -> io::Result<Kept> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut digest = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = match content.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        file.write_all(&buffer[..length])?;
        digest.update(&buffer[..length]);
        size += length as u64;
    }
    file.sync_all()?;
    Ok(Kept {
        size,
        sha256: HEXLOWER.encode(&digest.finalize()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uploads() -> (tempfile::TempDir, Uploads) {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(&folder.path().join("deep/uploads")).unwrap();
        (folder, uploads)
    }

    fn content(uploads: &Uploads, owner: &str, id: &str) -> Result<String, Error> {
        let mut text = String::new();
        uploads.read(owner, id)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn what_was_kept_is_read_back_by_its_owner_only() {
        let (_folder, uploads) = uploads();
        let kept = uploads.keep("one", "a1", &mut "text".as_bytes()).unwrap();
        assert_eq!(kept.size, 4);
        assert_eq!(
            kept.sha256,
            "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
        );
        assert_eq!(content(&uploads, "one", "a1").unwrap(), "text");
        assert!(matches!(content(&uploads, "other", "a1"), Err(Error::NotFound)));
        assert!(uploads.keep("one", "a1", &mut "more".as_bytes()).is_err());
        assert_eq!(content(&uploads, "one", "a1").unwrap(), "text");
        uploads.delete("one", "a1").unwrap();
        uploads.delete("one", "a1").unwrap();
        assert!(content(&uploads, "one", "a1").is_err());
    }

    #[test]
    fn files_change_hands_whole() {
        let (_folder, uploads) = uploads();
        for id in ["a1", "a2", "a3"] {
            uploads.keep("one", id, &mut id.as_bytes()).unwrap();
        }
        uploads
            .hand_over("one", "other", &["a1".to_owned(), "a2".to_owned()])
            .unwrap();
        assert_eq!(content(&uploads, "other", "a1").unwrap(), "a1");
        assert_eq!(content(&uploads, "other", "a2").unwrap(), "a2");
        assert!(content(&uploads, "one", "a1").is_err());
        assert_eq!(content(&uploads, "one", "a3").unwrap(), "a3");
        assert!(uploads.hand_over("one", "other", &["../a3".to_owned()]).is_err());
    }

    #[test]
    fn shared_files_outlive_the_folder_they_came_from() {
        let (_folder, uploads) = uploads();
        uploads.keep("one", "a1", &mut "words".as_bytes()).unwrap();
        let ids = ["a1".to_owned(), "missing".to_owned()];
        uploads.share("one", "other", &ids).unwrap();
        uploads.share("one", "other", &ids).unwrap();
        uploads.delete_all("one").unwrap();
        assert_eq!(content(&uploads, "other", "a1").unwrap(), "words");
        assert!(uploads.share("other", "third", &["../a1".to_owned()]).is_err());
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let (folder, uploads) = uploads();
        fs::write(folder.path().join("secret"), "mine").unwrap();
        for id in [
            "../../secret",
            "/etc/passwd",
            "..",
            "",
            "a/b",
            "a\0b",
            "A",
            ".part",
            "a.part",
        ] {
            assert!(uploads.read("one", id).is_err(), "{id}");
            assert!(uploads.keep("one", id, &mut "x".as_bytes()).is_err(), "{id}");
            assert!(uploads.delete("one", id).is_err(), "{id}");
        }
        uploads.delete_all("../..").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("secret")).unwrap(), "mine");
    }

    #[test]
    fn the_owner_is_in_no_path_and_strangers_cannot_look() {
        let (_folder, uploads) = uploads();
        uploads.keep("sessionid42", "a1", &mut "text".as_bytes()).unwrap();
        let found = uploads
            .older_than(SystemTime::now() + std::time::Duration::from_secs(9))
            .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id.as_deref(), Some("a1"));
        assert!(!found[0].path.to_string_lossy().contains("sessionid42"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&found[0].path), 0o600);
            assert_eq!(mode(found[0].path.parent().unwrap()), 0o700);
            assert_eq!(mode(uploads.root()), 0o700);
        }
    }
}
