use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

use super::is_private;
use crate::config::Config;
use crate::random;

/// Where the secret that seals keys comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// From `SESSION_SECRET`.
    Setting,
    /// From this file, made on the first start.
    File(PathBuf),
}

/// Where a server with these settings finds its secret.
pub fn place(config: &Config) -> Place {
    if config.session.secret.is_some() {
        return Place::Setting;
    }
    Place::File(secret_file(&config.database_url))
}

/// The file of the secret where no setting has it: beside the database's file, or, when the database is on a server, in the
/// working directory.
pub fn secret_file(database_url: &str) -> PathBuf {
    match database_url.strip_prefix("sqlite://") {
        Some(path) => PathBuf::from(format!("{path}.secret")),
        None => PathBuf::from("cartellino.secret"),
    }
}

/// The present secret and the earlier ones.
pub(super) fn load(config: &Config) -> io::Result<Vec<String>> {
    let present = match (&config.session.secret, place(config)) {
        (Some(secret), _) => secret.clone(),
        (None, Place::File(path)) => {
            read_or_make(&path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?
        }
        (None, Place::Setting) => String::new(),
    };
    let mut secrets = vec![present];
    secrets.extend(config.session.secret_fallbacks.iter().cloned());
    Ok(secrets)
}

fn read_or_make(path: &Path) -> io::Result<String> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path)?,
        outcome => return outcome,
    }
    read(path)
}

fn read(path: &Path) -> io::Result<String> {
    let secret = fs::read_to_string(path)?.trim().to_owned();
    if secret.len() < 32 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "is too short for a secret; delete it to have a new one made (browsers then lose their sessions)",
        ));
    }
    if !is_private(path)? {
        tracing::warn!(file = %path.display(), "others on this machine can read the secret of the sessions: chmod 600");
    }
    Ok(secret)
}

/// Makes the file whole or not at all; if another process was faster, its secret stays.
fn make(path: &Path) -> io::Result<()> {
    let secret = random::bytes::<64>().map_err(io::Error::other)?;
    let unique = random::id().map_err(io::Error::other)?;
    let draft = path.with_extension(format!("secret-{unique}"));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = writeln!(file, "{}", HEXLOWER.encode(&secret)).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    });
    fs::remove_file(&draft)?;
    placed
}
