use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::NaiveDateTime;

use crate::config::{KeepingOptions, Storage};
use crate::db::{Db, migrations, quota, sessions};
use crate::session::SessionId;
use crate::session::engine::{self, Engine};

/// How many sessions are looked up at once.
const BATCH: i64 = 200;

/// Writes a line for each browser of each session on stdout: tabs between the columns, nothing of the content.
pub(super) fn list(storage: &Storage, keeping: KeepingOptions) -> anyhow::Result<ExitCode> {
    let db = Db::open(storage.database()?).context("DATABASE_URL")?;
    let engine = engine::open(&keeping.check()?, &db)?;
    let written = actix_web::rt::System::new().block_on(async {
        anyhow::ensure!(
            db.run(migrations::pending).await?.is_empty(),
            "the database is not of this version: run `cartellino migrate` first"
        );
        let mut out = std::io::stdout().lock();
        write_all(&db, &*engine, &mut out).await
    });
    match written {
        // Whoever reads has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(ExitCode::SUCCESS),
        written => written.map(|()| ExitCode::SUCCESS),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<std::io::Error>();
    cause.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

async fn write_all(db: &Db, engine: &dyn Engine, out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(out, "handle\tbrowser\tfirst day\tlast day\tkept until\tcards\tbytes")?;
    let mut last: Option<(NaiveDateTime, SessionId)> = None;
    loop {
        let after = last.clone();
        let batch = db
            .run(move |conn| {
                let batch = sessions::all(conn, after.as_ref(), BATCH)?;
                let sized = batch.into_iter().map(|(until, session)| {
                    let usage = quota::usage(conn, &session)?;
                    Ok((until, session, usage))
                });
                sized.collect::<Result<Vec<_>, crate::db::Error>>()
            })
            .await?;
        let Some((until, session, _)) = batch.last() else {
            return Ok(out.flush()?);
        };
        last = Some((*until, session.clone()));
        for (until, session, usage) in batch {
            let (cards, bytes) = (usage.cards, usage.bytes());
            let day = |time: NaiveDateTime| time.format("%Y-%m-%d");
            let browsers = engine.list(&session).await?;
            if browsers.is_empty() {
                // The keys are in browsers, or in the memory of the server.
                writeln!(
                    out,
                    "{}\t(none known here)\t-\t-\t{}\t{cards}\t{bytes}",
                    session.handle(),
                    day(until)
                )?;
            }
            for browser in browsers {
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}\t{}\t{cards}\t{bytes}",
                    browser.handle,
                    browser.family,
                    day(browser.created_at.naive_utc()),
                    day(browser.touched_at.naive_utc()),
                    day(browser.expires_at.naive_utc())
                )?;
            }
        }
    }
}
