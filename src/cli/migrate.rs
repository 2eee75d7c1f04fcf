use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::Storage;
use crate::db::{Db, migrations};

/// Runs or shows pending migrations.
pub(super) fn run(storage: &Storage, show: bool) -> anyhow::Result<ExitCode> {
    let db = Db::open(storage.database()?).context("DATABASE_URL")?;
    let names = actix_web::rt::System::new()
        .block_on(db.run_unhurried(if show { migrations::pending } else { migrations::migrate }))
        .context("DATABASE_URL")?;
    for name in &names {
        println!("{name}");
    }
    match (show, names.len()) {
        (_, 0) => eprintln!("The database is up to date."),
        (true, count) => eprintln!("{count} migrations are pending."),
        (false, count) => eprintln!("{count} migrations were run."),
    }
    let something_to_do = show && !names.is_empty();
    Ok(if something_to_do {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}
