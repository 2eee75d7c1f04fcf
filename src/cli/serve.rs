use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use anyhow::Context as _;

use super::log;
use crate::cleanup::{self, Tally};
use crate::clock::Clock;
use crate::config::{Config, Engine, Options};
use crate::db::{Db, migrations};
use crate::session::{Place, Sessions, place};
use crate::uploads::Uploads;
use crate::web::{self, Leaving, metrics::Sources};

/// Starts server and cleanup, and stops both on a signal.
pub(super) fn run(options: Options) -> anyhow::Result<ExitCode> {
    let config = options.check()?;
    log::start(&config)?;
    actix_web::rt::System::new().block_on(serve(config))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let db = Db::open(&config.database_url).context("DATABASE_URL")?;
    let migrated = db.run_unhurried(migrations::migrate).await.context("DATABASE_URL")?;
    if !migrated.is_empty() {
        tracing::info!(count = migrated.len(), "the database was brought to this version");
    }
    let uploads = Uploads::open(&config.uploads).context("UPLOADS_URL")?;
    let place = uploads.clone();
    // Better not to start than to turn away every upload; the server may be on its way up too.
    let checked = tokio::task::spawn_blocking(move || place.check()).await;
    checked.context("UPLOADS_URL")?.context("UPLOADS_URL")?;
    let clock = Clock::System;
    let sessions = Sessions::open(&config, db.clone(), clock.clone()).context("SESSION_ENGINE")?;
    let engine = sessions.store().shared_engine();
    let keeping = &config.session.keeping;
    // Better not to start than to turn every visitor away. A cache that does not answer turns away nobody.
    engine.check().await.context(match keeping.engine {
        Engine::Redis => "REDIS_URL",
        Engine::Database | Engine::CachedDatabase if keeping.database_url.is_some() => "SESSION_DATABASE_URL",
        _ => "SESSION_ENGINE",
    })?;
    let listening = web::start(&config, db.clone(), uploads.clone(), sessions, clock.clone())
        .with_context(|| format!("LISTEN {}", config.listen))?;
    let stopped = stop_signal();
    let tally = Arc::new(Tally::default());
    let metrics = start_metrics(&config, listening.metrics, &tally)?;
    announce(&config, listening.address);
    let schedule = cleanup::Schedule::of(&config.session);
    let cleanup = schedule.map(|schedule| {
        let sweeping = cleanup::run_every(schedule, db.clone(), engine, uploads, clock, tally);
        tokio::spawn(sweeping)
    });
    let handle = listening.server.handle();
    actix_web::rt::spawn(async move {
        stopped.await;
        leave(&listening.leaving, config.stop_delay).await;
        tracing::info!("stopping: requests that are being answered are finished first");
        handle.stop(true).await;
    });
    let outcome = listening.server.await;
    if let Some(metrics) = metrics {
        metrics.stop(false).await;
    }
    if let Some(cleanup) = cleanup {
        cleanup.abort();
    }
    db.close().await;
    outcome.context("the server stopped")
}

/// Gives a proxy the time to notice that this server is not ready any more. Who is in a hurry sends a second signal.
async fn leave(leaving: &Leaving, delay: Duration) {
    leaving.announce();
    if !delay.is_zero() {
        tracing::info!(
            seconds = delay.as_secs(),
            "leaving: not ready any more, and serving on for STOP_DELAY"
        );
        let _ = tokio::time::timeout(delay, stop_signal()).await;
    }
}

/// Starts to answer at the address of the metrics, if there is one.
fn start_metrics(config: &Config, metrics: Sources, tally: &Arc<Tally>) -> anyhow::Result<Option<ServerHandle>> {
    let Some(listen) = config.metrics_listen else {
        return Ok(None);
    };
    let served = metrics.serve(listen, Arc::clone(tally));
    let (server, address) = served.with_context(|| format!("METRICS_LISTEN {listen}"))?;
    tracing::info!(%address, "metrics are at /metrics");
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(Some(handle))
}

/// Ends with Ctrl-C or SIGTERM, which are waited for from this call on. A signal that cannot be waited for never comes.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    async fn next(signal: std::io::Result<Signal>) {
        match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
    let [interrupt, terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        tokio::select! {
            () = next(interrupt) => {}
            () = next(terminate) => {}
        }
    }
}

/// Ends with Ctrl-C. If that cannot be waited for, it never comes.
#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Says where the server is and where the data lie.
fn announce(config: &Config, address: SocketAddr) {
    let url = config
        .public_origin
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    // A password may stand in the address of a PostgreSQL server.
    let database = config
        .database_url
        .strip_prefix("sqlite://")
        .unwrap_or("on the PostgreSQL server");
    let mut lines = format!(
        "Cartellino is at   {url}/\nCards are kept in  {database}\nUploads are in     {}\n",
        config.uploads
    );
    if let Place::File(secret) = place(config) {
        lines.push_str(&format!("The secret is in   {}\n", secret.display()));
    }
    // Nobody has to read it.
    let _ = std::io::stdout().write_all(lines.as_bytes());
    if config.session.keeping.engine == Engine::Memory {
        tracing::warn!(
            "SESSION_ENGINE is memory: a restart forgets all sessions, and visitors lose the way to their work. Only for \
             trying out."
        );
    }
    if config.is_exposed() {
        tracing::warn!(
            "cookies travel readable over the network: whoever listens there can open visitors' work. Put a server \
             with TLS in front and set PUBLIC_ORIGIN to its https:// address."
        );
    }
}
