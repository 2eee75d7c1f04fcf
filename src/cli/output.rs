//! Where results go: standard output, a file, a folder of files. A file is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::input::{is_standard, name};

/// Standard output, for many small pieces.
pub(super) fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Words for the person at the terminal, on standard error. That nobody reads them is no failure.
pub(super) fn say(words: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{words}");
}

/// Whether a failure is only that the reader of a pipe has gone, as `head` does.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let json = cause.downcast_ref::<serde_json::Error>();
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind.or(json.and_then(serde_json::Error::io_error_kind)) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// What happens to a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    /// It stays, and the command fails.
    Keep,
    /// It is replaced.
    Replace,
}

impl Existing {
    /// As `--force` says.
    pub fn by_force(force: bool) -> Self {
        if force { Self::Replace } else { Self::Keep }
    }
}

/// Writes a result to a file, or to standard output for `-`.
///
/// The bytes go into a new file beside it, which then takes its name: whoever interrupts the command finds the old file or
/// the new one, never half of one.
pub(super) fn write(path: &Path, bytes: &[u8], existing: Existing) -> anyhow::Result<()> {
    if is_standard(path) {
        let mut out = stdout();
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .context("standard output")?;
        return Ok(());
    }
    let shown = || name(path);
    match fs::metadata(path) {
        Ok(about) if about.is_dir() => bail!("{}: is a folder", shown()),
        // Devices and named pipes are written to, not replaced.
        Ok(about) if !about.is_file() => {
            let mut file = File::options().write(true).open(path).with_context(shown)?;
            file.write_all(bytes).with_context(shown)?;
            return Ok(());
        }
        Ok(_) if existing == Existing::Keep => bail!("{}: exists already; --force replaces it", shown()),
        _ => {}
    }
    // What a link points to is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = beside(folder.unwrap_or(Path::new("."))).with_context(shown)?;
    file.write_all(bytes).with_context(shown)?;
    if let Ok(about) = fs::metadata(&target) {
        file.as_file()
            .set_permissions(about.permissions())
            .with_context(shown)?;
    }
    let placed = match existing {
        Existing::Keep => file.persist_noclobber(&target),
        Existing::Replace => file.persist(&target),
    };
    placed.map_err(|error| error.error).with_context(shown)?;
    Ok(())
}

/// A new file in this folder, with the rights that any new file has.
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cartellino-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
        builder.tempfile_in(folder)
    }
    #[cfg(not(unix))]
    builder.tempfile_in(folder)
}

/// Where each of several inputs goes below a folder: as they lie below the folder that they have in common.
pub(super) struct Folder {
    root: PathBuf,
    common: PathBuf,
}

impl Folder {
    /// The folder for the results of these files.
    pub fn of(root: &Path, inputs: &[PathBuf]) -> Self {
        let mut common: Option<PathBuf> = None;
        for folder in inputs.iter().filter(|path| !is_standard(path)).map(|path| parent(path)) {
            common = Some(match common {
                None => folder,
                Some(common) => {
                    let shared = common.components().zip(folder.components());
                    shared
                        .take_while(|(one, other)| one == other)
                        .map(|(one, _)| one)
                        .collect()
                }
            });
        }
        Self {
            root: root.to_path_buf(),
            common: common.unwrap_or_default(),
        }
    }

    /// The place of one input's result, with this ending instead of its own.
    pub fn place(&self, input: &Path, ending: &str) -> PathBuf {
        if is_standard(input) {
            return self.root.join(format!("card.{ending}"));
        }
        let folder = parent(input);
        let below = folder.strip_prefix(&self.common).unwrap_or(Path::new(""));
        let mut file = input.file_stem().unwrap_or_default().to_os_string();
        file.push(".");
        file.push(ending);
        self.root.join(below).join(file)
    }
}

/// The folder of a file, absolute and without links and dots where it exists.
fn parent(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf())
}
