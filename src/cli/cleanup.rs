use std::process::ExitCode;

use anyhow::Context as _;
use chrono::TimeDelta;

use crate::cleanup::{self, Counts, Mode, Whose};
use crate::clock::Clock;
use crate::config::{Engine, KeepingOptions, Storage};
use crate::db::{Db, migrations};
use crate::session::engine;
use crate::uploads::Uploads;

/// One sweep, or the end of the sessions named, and what it removed.
pub(super) fn run(
    storage: &Storage,
    keeping: KeepingOptions,
    grace_s: u32,
    whose: Option<Whose>,
    dry_run: bool,
) -> anyhow::Result<ExitCode> {
    let db = Db::open(storage.database()?).context("DATABASE_URL")?;
    let uploads = Uploads::open(&storage.uploads()?).context("UPLOADS_URL")?;
    let keeping = keeping.check()?;
    let engine = engine::open(&keeping, &db)?;
    if let Some(note) = out_of_reach(keeping.engine) {
        eprintln!("{note}");
    }
    let mode = if dry_run { Mode::DryRun } else { Mode::Delete };
    let grace = TimeDelta::seconds(i64::from(grace_s));
    let counts = actix_web::rt::System::new().block_on(async {
        anyhow::ensure!(
            db.run(migrations::pending).await?.is_empty(),
            "the database is not of this version: run `cartellino migrate` first"
        );
        let now = Clock::System.now();
        Ok(match whose.clone() {
            None => cleanup::sweep(&db, &*engine, &uploads, now, grace, mode).await?,
            Some(whose) => cleanup::end(&db, &*engine, &uploads, now, whose, mode).await?,
        })
    })?;
    if matches!(whose, Some(Whose::Browser(_))) && counts == Counts::default() {
        anyhow::bail!(
            "no session has a browser of that handle in the main database; keys that are kept elsewhere cannot be found \
             by it"
        );
    }
    let verb = if dry_run { "would be deleted" } else { "deleted" };
    let which = if whose.is_some() { "" } else { "expired " };
    println!(
        "{} {which}sessions and {} orphan files {verb}, {} failed",
        counts.sessions, counts.orphans, counts.failed
    );
    Ok(if counts.failed > 0 {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// What this command cannot reach, in a sentence for the operator.
fn out_of_reach(engine: Engine) -> Option<&'static str> {
    match engine {
        Engine::Memory => Some(
            "Keys are in the memory of the running server, where this command cannot look: it deletes expired data, and \
             the server forgets the keys by itself.",
        ),
        Engine::Cookie => Some(
            "Keys are in the browsers' cookies, where nothing can be listed or deleted: this command deletes expired data, \
             and a cookie whose data are gone opens nothing.",
        ),
        Engine::Database | Engine::CachedDatabase | Engine::File | Engine::Redis => None,
    }
}
