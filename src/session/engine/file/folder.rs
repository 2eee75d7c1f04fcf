use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::record::{Kept, Record};
use super::{Browser, SessionId};
use crate::random;
use crate::session::is_private;
use crate::session::key::KeyHash;

/// The largest file that can be one of ours: a state of 4096 bytes in which each byte is escaped, and the rest.
const FILE_BYTES: u64 = 64 * 1024;
/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often it asks.
const PAUSE: Duration = Duration::from_millis(1);
/// A draft this old has no writer any more.
const DRAFT_AGE: Duration = Duration::from_secs(3600);
/// How many broken files are remembered as logged.
const LOGGED: usize = 1000;
/// What the names of drafts begin with; no hash does.
const DRAFT: &str = "draft-";

/// The files of one place.
pub(super) struct Folder {
    keys: PathBuf,
    sessions: PathBuf,
    lock: PathBuf,
    broken: Mutex<HashSet<KeyHash>>,
}

/// The turn to write, or to read what must not change meanwhile: until it is dropped.
pub(super) struct Turn {
    _lock: File,
}

impl Folder {
    /// Opens the folder, and tries whether it can be locked.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let opened = Self {
            keys: folder.join("keys"),
            sessions: folder.join("sessions"),
            lock: folder.join("lock"),
            broken: Mutex::default(),
        };
        let is_new = !folder.exists();
        fs::create_dir_all(folder)?;
        if is_new {
            keep_private(folder)?;
        }
        for room in [&opened.keys, &opened.sessions] {
            fs::create_dir_all(room)?;
            keep_private(room)?;
        }
        if !is_private(folder)? {
            tracing::warn!(folder = %folder.display(), "others on this machine can look into the folder of the \
                           sessions: chmod 700");
        }
        opened.turn()?;
        Ok(opened)
    }

    /// Waits for the turn to write.
    pub(super) fn turn(&self) -> io::Result<Turn> {
        self.wait(File::try_lock)
    }

    /// Waits until nobody writes, and keeps writers away.
    pub(super) fn shared_turn(&self) -> io::Result<Turn> {
        self.wait(File::try_lock_shared)
    }

    fn wait(&self, lock: fn(&File) -> Result<(), TryLockError>) -> io::Result<Turn> {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let file = private(&mut options).open(&self.lock)?;
        let begun = Instant::now();
        loop {
            match lock(&file) {
                Ok(()) => return Ok(Turn { _lock: file }),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => {
                    let what = "another process keeps the folder locked";
                    return Err(io::Error::new(io::ErrorKind::TimedOut, what));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// The file of a key. A hash that is none has no file, so no name leads out of the folder.
    fn file(&self, key: &KeyHash) -> Option<PathBuf> {
        is_hash(key.as_str()).then(|| self.keys.join(key.as_str()))
    }

    /// What is kept under a key. What cannot be read as a file of ours counts as nothing, and is logged once.
    pub(super) fn read(&self, key: &KeyHash) -> io::Result<Option<Kept>> {
        let Some(path) = self.file(key) else { return Ok(None) };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        let read = if file.metadata()?.is_file() {
            file.take(FILE_BYTES).read_to_end(&mut bytes).map(drop)
        } else {
            Ok(())
        };
        read?;
        let kept = Record::read(key, &bytes);
        if kept.is_none() {
            let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
            if broken.len() < LOGGED && broken.insert(key.clone()) {
                tracing::error!(file = %path.display(), "a file of the sessions cannot be read and is passed over");
            }
        }
        Ok(kept)
    }

    /// Puts the file of a key in its place, whole or not at all, and durably.
    pub(super) fn write(&self, record: &Record) -> io::Result<()> {
        let path = self
            .file(record.key())
            .ok_or_else(|| io::Error::other("a key's hash has 64 hexadecimal digits"))?;
        let bytes = serde_json::to_vec(record)?;
        let unique = random::id().map_err(io::Error::other)?;
        let draft = self.keys.join(format!("{DRAFT}{unique}"));
        let mut options = File::options();
        let mut file = private(options.write(true).create_new(true)).open(&draft)?;
        let written = file.write_all(&bytes).and_then(|()| file.sync_all());
        let placed = written
            .and_then(|()| fs::rename(&draft, &path))
            .and_then(|()| sync_folder(&self.keys));
        if placed.is_err() {
            // The error that is told is the first; a draft that stays goes with a later sweep.
            let _ = fs::remove_file(&draft);
        }
        placed
    }

    /// Removes the file of a key, if it is there.
    pub(super) fn remove(&self, key: &KeyHash) -> io::Result<()> {
        self.file(key).map_or(Ok(()), |path| absent(fs::remove_file(path)))
    }

    /// All keys that have a file.
    pub(super) fn keys(&self) -> io::Result<Vec<KeyHash>> {
        let names = names(&self.keys)?.into_iter();
        Ok(names.filter(|name| is_hash(name)).map(KeyHash::from_row).collect())
    }

    /// Removes drafts whose writers are gone.
    pub(super) fn remove_drafts(&self) -> io::Result<()> {
        for name in names(&self.keys)?.into_iter().filter(|name| name.starts_with(DRAFT)) {
            let path = self.keys.join(name);
            let age = fs::metadata(&path)
                .and_then(|draft| draft.modified())
                .map(|time| SystemTime::now().duration_since(time).unwrap_or_default());
            if age.is_ok_and(|age| age > DRAFT_AGE) {
                absent(fs::remove_file(path))?;
            }
        }
        Ok(())
    }

    /// The name of a session's folder in the index, which tells nothing of the session.
    pub(super) fn index_name(session: &SessionId) -> String {
        session.hash()
    }

    /// Adds the entry to the list of its session.
    pub(super) fn index(&self, browser: &Browser) -> io::Result<()> {
        let folder = self.sessions.join(Self::index_name(&browser.session));
        if self.file(&browser.key).is_none() {
            return Err(io::Error::other("a key's hash has 64 hexadecimal digits"));
        }
        fs::create_dir_all(&folder)?;
        let mut options = File::options();
        let line = folder.join(browser.key.as_str());
        private(options.write(true).create(true).truncate(true))
            .open(line)
            .map(drop)
    }

    /// Whether the key is in the list of the session.
    pub(super) fn is_indexed(&self, session: &SessionId, key: &KeyHash) -> bool {
        let folder = self.sessions.join(Self::index_name(session));
        is_hash(key.as_str()) && folder.join(key.as_str()).exists()
    }

    /// Takes the key from the list of the session.
    pub(super) fn unindex(&self, session: &SessionId, key: &KeyHash) -> io::Result<()> {
        let name = Self::index_name(session);
        self.unindex_named(&name, key)?;
        self.remove_index(&name);
        Ok(())
    }

    pub(super) fn unindex_named(&self, name: &str, key: &KeyHash) -> io::Result<()> {
        if !is_hash(key.as_str()) {
            return Ok(());
        }
        absent(fs::remove_file(self.sessions.join(name).join(key.as_str())))
    }

    /// Removes a session's list if it is empty.
    pub(super) fn remove_index(&self, name: &str) {
        // One that is not empty stays, which is what the system sees to.
        let _ = fs::remove_dir(self.sessions.join(name));
    }

    /// The keys that a session's list names; some may lead to nothing.
    pub(super) fn indexed(&self, name: &str) -> io::Result<Vec<KeyHash>> {
        match names(&self.sessions.join(name)) {
            Ok(names) => Ok(names
                .into_iter()
                .filter(|name| is_hash(name))
                .map(KeyHash::from_row)
                .collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The names of all sessions' lists.
    pub(super) fn index_names(&self) -> io::Result<Vec<String>> {
        let mut names = names(&self.sessions)?;
        names.retain(|name| is_hash(name));
        Ok(names)
    }
}

/// Whether a text is a hash as we write them: 64 hexadecimal digits in lower case.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The names in a folder that are text; others are not ours.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    Ok(names)
}

/// What is gone already is gone.
fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// A new file can be read by its owner only.
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// The folder can be entered by its owner only.
fn keep_private(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
    }
    #[cfg(not(unix))]
    {
        folder.metadata().map(drop)
    }
}

/// Makes a renaming durable, on systems where folders can be asked to.
fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        File::open(folder)?.sync_all()
    }
    #[cfg(not(unix))]
    {
        folder.metadata().map(drop)
    }
}
