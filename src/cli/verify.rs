use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::output::{say, stdout};
use crate::backup::{self, Checked, Kind};
use crate::config::Storage;
use crate::db::{Address, DbConnection, copies, migrations};
use crate::uploads::Uploads;
use crate::verify::{Check, Findings, Strays, verify};

/// What `verify` is told.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    storage: Storage,
    /// Looks at the backup in this folder instead
    #[arg(long, value_name = "FOLDER")]
    backup: Option<PathBuf>,
    /// Says it as JSON
    #[arg(long)]
    json: bool,
}

/// Says what is wrong, a line each. Exit code 1 where something is.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let findings = match &options.backup {
        Some(folder) => of_backup(folder)?,
        None => {
            let database: Address = options.storage.database()?.parse().context("DATABASE_URL")?;
            anyhow::ensure!(
                copies::is_there(&database),
                "DATABASE_URL: there is no database, so there is nothing to verify"
            );
            let uploads = Uploads::open(&options.storage.uploads()?).context("UPLOADS_URL")?;
            let mut conn = copies::connect(&database).context("DATABASE_URL")?;
            check_version(&mut conn)?;
            verify(&mut conn, &uploads, Strays::ByAge)?
        }
    };
    let is_sound = findings.problems.is_empty();
    let mut out = stdout();
    if options.json {
        let all = json!({
            "ok": is_sound,
            "files": findings.files,
            "sections": findings.sections,
            "problems": findings.problems,
        });
        writeln!(out, "{all:#}")?;
    } else {
        for problem in &findings.problems {
            writeln!(out, "{}", problem.message)?;
        }
    }
    out.flush()?;
    if !options.json {
        let (files, sections) = (findings.files, findings.sections);
        let outcome = match findings.problems.len() {
            0 => "nothing is wrong".to_owned(),
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        };
        say(format_args!(
            "{files} files and {sections} sections were looked at: {outcome}."
        ));
    }
    Ok(match is_sound {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

/// Refuses tables of another version: what is missing there is no damage. One that is too damaged to tell its version is
/// looked at.
fn check_version(conn: &mut DbConnection) -> anyhow::Result<()> {
    let (Ok(unknown), Ok(pending)) = (migrations::unknown(conn), migrations::pending(conn)) else {
        return Ok(());
    };
    anyhow::ensure!(
        unknown.is_empty(),
        "DATABASE_URL: the database is of a newer version of cartellino: use that version"
    );
    anyhow::ensure!(
        pending.is_empty(),
        "DATABASE_URL: the database is not of this version: run `cartellino migrate` first"
    );
    Ok(())
}

/// The backup's own bytes first: what is damaged there need not be asked further.
fn of_backup(folder: &Path) -> anyhow::Result<Findings> {
    let Checked { manifest, problems } = backup::check(folder)?;
    let mut findings = Findings::default();
    for problem in problems {
        findings.add(Check::Manifest, problem);
    }
    if !findings.problems.is_empty() {
        return Ok(findings);
    }
    if manifest.database == Kind::Postgres {
        // Only a server of PostgreSQL can read it.
        findings.files = manifest.files.len();
        say("The rows in it can be looked at after `cartellino restore` into an empty database.");
        return Ok(findings);
    }
    let uploads = Uploads::in_folder(&folder.join(backup::UPLOADS))?;
    let mut conn = copies::open_to_read(&folder.join(backup::SQLITE))?;
    Ok(verify(&mut conn, &uploads, Strays::All)?)
}
