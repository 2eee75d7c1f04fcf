use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::TimeDelta;
use tracing_subscriber::EnvFilter;

use crate::cleanup;
use crate::clock::Clock;
use crate::config::{Config, Options};
use crate::db::{Db, migrations};
use crate::session::{Place, place};
use crate::uploads::Uploads;
use crate::web;

/// Starts server and cleanup, and stops both on a signal.
pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.check()?;
    tracing_subscriber::fmt()
        .with_env_filter(config.log.parse::<EnvFilter>().context("LOG")?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    actix_web::rt::System::new().block_on(serve(config))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let db = Db::open(&config.database_url).context("DATABASE_URL")?;
    let migrated = db.run(migrations::migrate).await.context("DATABASE_URL")?;
    if !migrated.is_empty() {
        tracing::info!(count = migrated.len(), "the database was brought to this version");
    }
    let uploads = Uploads::open(&config.uploads).context("UPLOADS_URL")?;
    let clock = Clock::System;
    let (server, address) =
        web::start(&config, db.clone(), clock.clone()).with_context(|| format!("LISTEN {}", config.listen))?;
    announce(&config, address);
    let cleanup = config.session.cleanup_interval.map(|interval| {
        let grace = TimeDelta::from_std(config.session.cleanup_grace).unwrap_or(TimeDelta::MAX);
        tokio::spawn(cleanup::run_every(interval, db, uploads, clock, grace))
    });
    let handle = server.handle();
    actix_web::rt::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping: requests that are being answered are finished first");
        handle.stop(true).await;
    });
    let outcome = server.await;
    if let Some(cleanup) = cleanup {
        cleanup.abort();
    }
    outcome.context("the server stopped")
}

/// Waits for Ctrl-C, or for SIGTERM where there is one. A signal that cannot be waited for never comes.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// Says where the server is and where the data lie.
fn announce(config: &Config, address: SocketAddr) {
    let url = config
        .public_origin
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    println!("Cartellino is at   {url}/");
    // A password may stand in the address of a PostgreSQL server.
    let database = config
        .database_url
        .strip_prefix("sqlite://")
        .unwrap_or("on the PostgreSQL server");
    println!("Cards are kept in  {database}");
    println!("Uploads are in     {}", config.uploads.display());
    if let Place::File(secret) = place(config) {
        println!("The secret is in   {}", secret.display());
    }
    if config.is_exposed() {
        tracing::warn!(
            "cookies travel readable over the network: whoever listens there can open visitors' work. Put a server \
             with TLS in front and set PUBLIC_ORIGIN to its https:// address."
        );
    }
}
