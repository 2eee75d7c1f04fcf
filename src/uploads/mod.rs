//! Bytes of visitors' files: keep, read, delete; our names, never the client's.
//!
//! Each owner (a session's id) has one folder, named by a hash, so that neither the id nor anything a client said ever is
//! part of a path. Files are named by ids of ours and never change. They are in a folder of this machine, or in a
//! bucket that several servers share. All calls wait for the disk or the network: they belong off the async threads.

mod address;
mod bucket;
mod folder;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::card::{Card, figure};
pub use address::Address;
use bucket::Bucket;
use folder::Folder;

/// Why bytes could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The owner has no file of that id.
    #[error("not found")]
    NotFound,
    /// The disk is full, or refuses; or the bucket does not answer, or refuses.
    #[error("the place for uploads cannot be used: {0}")]
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

/// The bytes of a file, read from its beginning.
pub type Content = Box<dyn Read + Send>;

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

/// Reads to the end, piece by piece, and calls `with` with each.
fn digest(content: &mut dyn Read, mut with: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Kept> {
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
        with(&buffer[..length])?;
        digest.update(&buffer[..length]);
        size += length as u64;
    }
    Ok(Kept {
        size,
        sha256: HEXLOWER.encode(&digest.finalize()),
    })
}

/// A file as the cleanup finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The id it was kept under; `None` for what was left half-written.
    pub id: Option<String>,
    /// Where it is in its store.
    place: PathBuf,
}

/// While it lives, no other process of this machine cleans up the same folder. The system lets go when the file is
/// closed, even by a crash.
#[derive(Debug)]
pub struct Alone {
    _lock: Option<File>,
}

/// A place for files. The meaning of each call is that of [`Uploads`].
trait Store: Debug + Send + Sync {
    fn keep(&self, owner: &str, id: &str, content: &mut dyn Read) -> Result<Kept, Error>;
    fn read(&self, owner: &str, id: &str) -> Result<Content, Error>;
    fn delete(&self, owner: &str, id: &str) -> Result<(), Error>;
    fn delete_all(&self, owner: &str) -> Result<(), Error>;
    fn hand_over(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error>;
    fn share(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error>;
    fn copy(&self, owner: &str, id: &str, copy: &str) -> Result<(), Error>;
    fn ids(&self, owner: &str) -> Result<Vec<String>, Error>;
    fn older_than(&self, time: SystemTime) -> Result<Vec<Found>, Error>;
    fn delete_found(&self, found: &Found) -> Result<(), Error>;
    fn alone(&self) -> Result<Option<Alone>, Error>;
    fn scratch(&self) -> io::Result<File>;
    fn folder(&self) -> Option<&Path>;
    fn check(&self) -> Result<(), Error>;
}

/// The place for uploaded files; cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads {
    store: Arc<dyn Store>,
}

impl Uploads {
    /// The place for uploads; a folder is made, with its parents, if it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made, or what the environment says of the bucket makes no sense.
    pub fn open(address: &Address) -> Result<Self, Error> {
        Ok(Self {
            store: match address {
                Address::Folder(root) => Arc::new(Folder::open(root)?),
                Address::Bucket { name, prefix } => Arc::new(Bucket::open(name, prefix)?),
            },
        })
    }

    /// Those in a folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_folder(root: &Path) -> Result<Self, Error> {
        Self::open(&Address::Folder(root.to_owned()))
    }

    /// Whether the place answers; a folder always does.
    ///
    /// # Errors
    /// When it does not, or lets nobody in.
    pub fn check(&self) -> Result<(), Error> {
        self.store.check()
    }

    /// Keeps the bytes under this id; they are in safety when it returns, whole or not at all.
    ///
    /// # Errors
    /// When the content cannot be read or the place refuses, or when the owner has a file of that id already.
    pub fn keep(&self, owner: &str, id: &str, content: &mut dyn Read) -> Result<Kept, Error> {
        self.store.keep(owner, id, content)
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the owner has no such file.
    pub fn read(&self, owner: &str, id: &str) -> Result<Content, Error> {
        self.store.read(owner, id)
    }

    /// Length and digest of a file's bytes as they are now.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the owner has no such file; when it cannot be read.
    pub fn digest(&self, owner: &str, id: &str) -> Result<Kept, Error> {
        let mut content = self.store.read(owner, id)?;
        digest(&mut content, |_| Ok(())).map_err(Error::Disk)
    }

    /// Deletes a file. That it is not there is no error.
    ///
    /// # Errors
    /// When the place refuses.
    pub fn delete(&self, owner: &str, id: &str) -> Result<(), Error> {
        self.store.delete(owner, id)
    }

    /// Deletes the owner's folder with all that is in it. That it is not there is no error.
    ///
    /// # Errors
    /// When the place refuses.
    pub fn delete_all(&self, owner: &str) -> Result<(), Error> {
        self.store.delete_all(owner)
    }

    /// Gives files of one owner to another, under the same ids. They are whole at one of the two at any moment.
    ///
    /// # Errors
    /// When the place refuses, or when there is no such file.
    pub fn hand_over(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        self.store.hand_over(from, to, ids)
    }

    /// Lets another owner have these files too, under the same ids. A file that is not there cannot be shared, which is
    /// no error.
    ///
    /// # Errors
    /// When the place refuses.
    pub fn share(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        self.store.share(from, to, ids)
    }

    /// Lets the owner have a file once more under another id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the owner has no such file, or when the place refuses.
    pub fn copy(&self, owner: &str, id: &str, copy: &str) -> Result<(), Error> {
        self.store.copy(owner, id, copy)
    }

    /// The ids of all files of the owner, in no order.
    ///
    /// # Errors
    /// When the place refuses.
    pub fn ids(&self, owner: &str) -> Result<Vec<String>, Error> {
        self.store.ids(owner)
    }

    /// The card as readers get it: its figures with their pictures, as far as these are among the files. See
    /// [`figure::filled`].
    ///
    /// # Errors
    /// When a picture cannot be had now; a card without it would look as if it had none. One that is not there, which
    /// somebody took away by hand, holds up nobody.
    pub fn filled(&self, owner: &str, files: &[String], card: Card) -> Result<Card, Error> {
        let mut outcome = Ok(());
        let card = figure::filled(card, |id| {
            if !files.iter().any(|file| file == id) {
                return None;
            }
            let mut bytes = Vec::new();
            let read = self
                .read(owner, id)
                .and_then(|mut content| content.read_to_end(&mut bytes).map_err(Error::Disk));
            match read {
                Ok(_) => return Some(BASE64.encode(&bytes)),
                Err(Error::NotFound) => tracing::error!("a picture has a row and no bytes"),
                Err(error) => outcome = Err(error),
            }
            None
        });
        outcome.map(|()| card)
    }

    /// An empty file for work in between. It has no name, so that nobody else finds it and it is gone as soon as it is
    /// closed, even by a crash.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn scratch(&self) -> Result<File, Error> {
        self.store.scratch().map_err(Error::Disk)
    }

    /// All files last changed before this time; folders that have been empty since then are removed.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub fn older_than(&self, time: SystemTime) -> Result<Vec<Found>, Error> {
        self.store.older_than(time)
    }

    /// Deletes a file that nobody owns. That it is not there any more is no error.
    ///
    /// # Errors
    /// When the place refuses.
    pub fn delete_found(&self, found: &Found) -> Result<(), Error> {
        self.store.delete_found(found)
    }

    /// The folder that all is under, where it is a folder of this machine.
    pub fn folder(&self) -> Option<&Path> {
        self.store.folder()
    }

    /// Holds off other cleanups on this machine; `None` when one is at work. Servers that share a bucket share a database,
    /// whose lock holds for all machines.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn alone(&self) -> Result<Option<Alone>, Error> {
        self.store.alone()
    }
}

const FOLDER_BYTES: usize = 16;

/// The name of an owner's folder.
fn folder_name(owner: &str) -> String {
    let digest = Sha256::new()
        .chain_update(b"cartellino uploads 1\0")
        .chain_update(owner)
        .finalize();
    HEXLOWER.encode(&digest[..FOLDER_BYTES])
}

fn is_folder_name(name: &str) -> bool {
    name.len() == 2 * FOLDER_BYTES && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Only letters and digits: no such name leads out of its folder.
fn is_id(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
