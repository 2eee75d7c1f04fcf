//! Files and standard input, and what is in them.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

use super::paint::harmless;
use crate::format::{self, ReadError, Reading};
use crate::inspect::sarif::{STANDARD_INPUT, encoded};

/// The largest file that is read, in MiB: beyond that it is hardly a card.
const LIMIT_MIB: u64 = 64;

/// Whether standard input is meant.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// The name of a file as it is shown: safe for a terminal, whatever the name holds.
pub(super) fn name(path: &Path) -> String {
    match is_standard(path) {
        true => "standard input".to_owned(),
        false => harmless(&path.to_string_lossy().replace(['\n', '\t'], "\u{fffd}")).into_owned(),
    }
}

/// Refuses standard input given twice: it can be read once.
pub(super) fn once_from_standard_input<'p>(mut paths: impl Iterator<Item = &'p PathBuf>) -> anyhow::Result<()> {
    if paths.by_ref().any(|path| is_standard(path)) && paths.any(|path| is_standard(path)) {
        bail!("standard input (-) can be read only once");
    }
    Ok(())
}

/// The bytes of a file, or of standard input for `-`.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    if is_standard(path) {
        return within_limit(std::io::stdin().lock()).context("standard input");
    }
    let shown = || name(path);
    if path.is_dir() {
        bail!("{}: is a folder; name the files in it", shown());
    }
    within_limit(File::open(path).with_context(shown)?).with_context(shown)
}

fn within_limit(from: impl Read) -> anyhow::Result<Vec<u8>> {
    let limit = LIMIT_MIB * 1024 * 1024;
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        bail!("is larger than {LIMIT_MIB} MiB, which no model card needs; is this the model itself?");
    }
    Ok(bytes)
}

/// The size of a file in bytes, as far as it is known before reading.
pub(super) fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |about| about.len())
}

/// The name of a file as far as it may decide what is in it.
pub(super) fn file_name(path: &Path) -> Option<Cow<'_, str>> {
    (!is_standard(path)).then(|| path.to_string_lossy())
}

/// The card in a file's bytes; the file's name decides where these leave it open.
pub(super) fn understand(path: &Path, bytes: &[u8]) -> Result<Reading, ReadError> {
    format::read_named(bytes, file_name(path).as_deref())
}

/// The card in a file that must hold one, and the file's bytes.
pub(super) fn card(path: &Path) -> anyhow::Result<(Reading, Vec<u8>)> {
    let bytes = read(path)?;
    let reading = understand(path, &bytes).map_err(|error| unreadable(path, &error))?;
    Ok((reading, bytes))
}

/// Why a file could not be understood, with the place.
pub(super) fn unreadable(path: &Path, error: &ReadError) -> anyhow::Error {
    let place = match error.position {
        Some((line, column)) => format!(":{line}:{column}"),
        None => String::new(),
    };
    anyhow!(
        "{}{place}: {} {}",
        name(path),
        harmless(&error.message.to_string()),
        harmless(&error.advice.to_string())
    )
}

/// The file as a URI reference: relative to the working folder when it lies in it (RFC 3986, 4.2), with `/` between folders.
pub(super) fn uri(path: &Path) -> String {
    if is_standard(path) {
        return STANDARD_INPUT.to_owned();
    }
    let here = std::env::current_dir().ok();
    let below = here.as_ref().and_then(|here| path.strip_prefix(here).ok());
    let path = below.unwrap_or(path);
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => parts.push(encoded(name.as_encoded_bytes())),
            Component::ParentDir => parts.push("..".to_owned()),
            Component::Prefix(prefix) => parts.push(prefix.as_os_str().to_string_lossy().into_owned()),
            Component::RootDir | Component::CurDir => {}
        }
    }
    let joined = parts.join("/");
    if path.is_absolute() {
        format!("file:///{joined}")
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_relative_addresses() {
        assert_eq!(uri(Path::new("./cards/my card.json")), "cards/my%20card.json");
        assert_eq!(uri(Path::new("../ä.md")), "../%C3%A4.md");
        let here = std::env::current_dir().expect("a folder");
        assert_eq!(uri(&here.join("a/b.json")), "a/b.json");
        assert_eq!(uri(Path::new("/elsewhere/b.json")), "file:///elsewhere/b.json");
    }
}
