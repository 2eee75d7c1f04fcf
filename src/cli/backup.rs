use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::output::say;
use crate::backup::{self, Made, Restored, Target};
use crate::clock::Clock;
use crate::config::{Engine, Keeping, KeepingOptions, Storage};
use crate::session::secret_file;
use crate::uploads::Uploads;

/// What `backup` is told.
#[derive(Args)]
pub(super) struct BackupOptions {
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    keeping: KeepingOptions,
    /// Leaves the file of the secret out; without it browsers do not find their work on another machine
    #[arg(long)]
    without_secret: bool,
    /// A folder that is not there yet, for example with today's date
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// What `restore` is told.
#[derive(Args)]
pub(super) struct RestoreOptions {
    #[command(flatten)]
    storage: Storage,
    /// Replaces the database that is there; sessions that were ended in it stay ended
    #[arg(long)]
    replace: bool,
    /// The folder that `cartellino backup` made
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// Writes everything into a new folder. Exit code 1 where something was damaged on the server already.
pub(super) fn backup(options: BackupOptions) -> anyhow::Result<ExitCode> {
    let keeping = options.keeping.check()?;
    let database = options.storage.database()?;
    let uploads = Uploads::open(&options.storage.uploads()?).context("UPLOADS_URL")?;
    let file = secret_file(database);
    let has_file = file.is_file();
    // A cookie that holds its own key can be made by whoever has the secret and the rows.
    let is_apart = options.without_secret || keeping.engine == Engine::Cookie;
    let secret: Option<&Path> = (has_file && !is_apart).then_some(&file);
    let now = Clock::System.now();
    let Made { manifest, problems } = backup::make(database, &uploads, secret, &options.folder, now)?;
    println!(
        "{}: {} files, {} bytes",
        options.folder.display(),
        manifest.files.len(),
        manifest.bytes()
    );
    if has_file && is_apart {
        say(format_args!(
            "The secret in {} is not in the backup: keep a copy of it in another place.",
            file.display()
        ));
    } else if !has_file {
        say("The secret is not in a file here, so it is not in the backup: keep SESSION_SECRET in another place.");
    }
    if let Some(note) = keys_elsewhere(&keeping) {
        say(note);
    }
    Ok(tell(&problems))
}

/// What else has to be kept, in a sentence for the operator.
fn keys_elsewhere(keeping: &Keeping) -> Option<&'static str> {
    match keeping.engine {
        Engine::File => Some("The keys of browsers are in the folder of SESSION_FILE_PATH: copy it, too."),
        Engine::Redis => Some("The keys of browsers are in Redis: back it up, too."),
        Engine::Database | Engine::CachedDatabase if keeping.database_url.is_some() => {
            Some("The keys of browsers are in the database of SESSION_DATABASE_URL: back it up, too.")
        }
        Engine::Database | Engine::CachedDatabase | Engine::Memory | Engine::Cookie => None,
    }
}

/// Puts a backup back. Exit code 1 where the backup lacked something already.
pub(super) fn restore(options: &RestoreOptions) -> anyhow::Result<ExitCode> {
    let database = options.storage.database()?;
    // Before anything is made at the place.
    backup::check(&options.folder)?;
    let uploads = Uploads::open(&options.storage.uploads()?).context("UPLOADS_URL")?;
    let Restored {
        files,
        ended_since,
        problems,
    } = backup::restore(
        &options.folder,
        &Target {
            database,
            uploads: &uploads,
            secret: secret_file(database),
            replace: options.replace,
        },
    )?;
    println!("restored, with {files} files of visitors");
    if ended_since > 0 {
        say(format_args!(
            "{ended_since} sessions, cards or browsers had been deleted or signed out since the backup was made, and stay so."
        ));
    }
    Ok(tell(&problems))
}

/// Says each problem; the exit code that fits.
fn tell(problems: &[String]) -> ExitCode {
    for problem in problems {
        say(problem);
    }
    match problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    }
}
