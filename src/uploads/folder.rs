//! Files of visitors in a folder of this machine.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Alone, Content, Error, Found, Kept, Store, digest, folder_name, is_folder_name, is_id};

/// The folder for uploaded files.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder for uploads; made, with its parents, if it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, Error> {
        make_folder(root).map_err(Error::Disk)?;
        Ok(Self { root: root.to_owned() })
    }

    fn owned_by(&self, owner: &str) -> PathBuf {
        self.root.join(folder_name(owner))
    }

    fn path(&self, owner: &str, id: &str) -> Result<PathBuf, Error> {
        match is_id(id) {
            true => Ok(self.owned_by(owner).join(id)),
            false => Err(Error::NotFound),
        }
    }

    /// Does something with the path that each file has at one owner and the path for it at another one, whose folder is
    /// there and on the disk with its new names when this returns.
    fn each(
        &self,
        from: &str,
        to: &str,
        ids: &[String],
        work: impl Fn(&str, &Path, &Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        let folder = self.owned_by(to);
        make_folder(&folder).map_err(Error::Disk)?;
        for id in ids {
            work(id, &self.path(from, id)?, &self.path(to, id)?)?;
        }
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::Disk)
    }
}

impl Store for Folder {
    fn keep(&self, owner: &str, id: &str, content: &mut dyn Read) -> Result<Kept, Error> {
        let target = self.path(owner, id)?;
        let folder = self.owned_by(owner);
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

    fn read(&self, owner: &str, id: &str) -> Result<Content, Error> {
        Ok(Box::new(File::open(self.path(owner, id)?)?))
    }

    fn delete(&self, owner: &str, id: &str) -> Result<(), Error> {
        gone(fs::remove_file(self.path(owner, id)?))
    }

    fn delete_all(&self, owner: &str) -> Result<(), Error> {
        gone(fs::remove_dir_all(self.owned_by(owner)))
    }

    fn hand_over(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        self.each(from, to, ids, |_, source, target| Ok(fs::rename(source, target)?))
    }

    fn share(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        self.each(from, to, ids, |id, source, target| {
            match fs::hard_link(source, target).map_err(|error| error.kind()) {
                Ok(()) | Err(io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Ok(()),
                // Some disks know no links.
                Err(_) => self.keep(to, id, &mut File::open(source)?).map(drop),
            }
        })
    }

    fn copy(&self, owner: &str, id: &str, copy: &str) -> Result<(), Error> {
        let (source, target) = (self.path(owner, id)?, self.path(owner, copy)?);
        match fs::hard_link(&source, &target).map_err(|error| error.kind()) {
            Ok(()) => Ok(File::open(self.owned_by(owner)).and_then(|folder| folder.sync_all())?),
            Err(io::ErrorKind::NotFound) => Err(Error::NotFound),
            // Some disks know no links.
            Err(_) => self.keep(owner, copy, &mut File::open(&source)?).map(drop),
        }
    }

    fn ids(&self, owner: &str) -> Result<Vec<String>, Error> {
        let files = match fs::read_dir(self.owned_by(owner)) {
            Ok(files) => files,
            Err(error) => return gone(Err(error)).map(|()| Vec::new()),
        };
        let mut ids = Vec::new();
        for file in files {
            let name = file.map_err(Error::Disk)?.file_name();
            ids.extend(name.to_str().filter(|name| is_id(name)).map(str::to_owned));
        }
        Ok(ids)
    }

    fn scratch(&self) -> io::Result<File> {
        // Beside the uploads there is room for them.
        tempfile::tempfile_in(&self.root)
    }

    fn older_than(&self, time: SystemTime) -> Result<Vec<Found>, Error> {
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
                    found.push(Found { id, place: file.path() });
                }
            }
            if empty && folder.metadata()?.modified()? < time {
                // Somebody may put a file into it at this moment; then it stays.
                let _ = fs::remove_dir(folder.path());
            }
        }
        Ok(found)
    }

    fn delete_found(&self, found: &Found) -> Result<(), Error> {
        gone(fs::remove_file(&found.place))
    }

    fn alone(&self) -> Result<Option<Alone>, Error> {
        let lock = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.root.join(LOCK))
            .map_err(Error::Disk)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Alone { _lock: Some(lock) })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(Error::Disk(error)),
        }
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.root)
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

const LOCK: &str = ".cleanup.lock";
const DRAFT: &str = ".part";

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

fn write_through(path: &Path, content: &mut dyn Read) -> io::Result<Kept> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let kept = digest(content, |piece| file.write_all(piece))?;
    file.sync_all()?;
    Ok(kept)
}
