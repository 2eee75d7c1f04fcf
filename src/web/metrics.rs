//! `GET /metrics` at an address of its own: the counts of all rooms, as Prometheus reads them.
//!
//! Nothing in it comes from visitors. It still has an address of its own, so that nobody reads it who was not meant to:
//! how busy a server is, is its operator's matter.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{App, HttpResponse, HttpServer, web};
use tokio::sync::Semaphore;

use super::{AppState, COPIES_AT_ONCE, DRAWINGS_AT_ONCE, PROGRAMS_AT_ONCE};
use crate::cleanup::Tally;
use crate::metrics::{Kind, Text};
use crate::session::Sessions;

/// What the page gathers.
#[derive(Clone)]
pub struct Sources {
    pub(super) state: AppState,
    pub(super) sessions: Sessions,
    /// Since when this process serves, in seconds since 1970.
    pub(super) started_at: u64,
}

impl Sources {
    pub(super) fn new(state: AppState, sessions: Sessions) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            state,
            sessions,
            started_at: since.unwrap_or_default().as_secs(),
        }
    }

    /// Starts to answer at this address; await the [`Server`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn serve(self, listen: SocketAddr, cleanups: Arc<Tally>) -> io::Result<(Server, SocketAddr)> {
        let listener = TcpListener::bind(listen)?;
        let address = listener.local_addr()?;
        let server = HttpServer::new(move || {
            let (sources, cleanups) = (self.clone(), Arc::clone(&cleanups));
            App::new().route(
                "/metrics",
                web::get().to(move || {
                    let page = sources.page(&cleanups);
                    async move {
                        HttpResponse::Ok()
                            .insert_header((CONTENT_TYPE, Text::MEDIA_TYPE))
                            .insert_header((CACHE_CONTROL, "no-store"))
                            .body(page)
                    }
                }),
            )
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?;
        Ok((server.run(), address))
    }

    fn page(&self, cleanups: &Tally) -> String {
        let mut text = Text::default();
        self.write_process(&mut text);
        self.state.requests.write(&mut text);
        self.write_turns(&mut text);
        text.single(
            Kind::Counter,
            "cartellino_sessions_begun_total",
            "Sessions that browsers began.",
            self.sessions.begun(),
        );
        self.write_database(&mut text);
        write_cleanups(&mut text, cleanups);
        text.into_string()
    }

    fn write_process(&self, text: &mut Text) {
        text.family(Kind::Gauge, "cartellino_build_info", "Always 1, with the version.")
            .number(&[("version", env!("CARGO_PKG_VERSION"))], 1);
        text.single(
            Kind::Gauge,
            "process_start_time_seconds",
            "When the server started, in seconds since 1970.",
            self.started_at,
        );
        if let Some(bytes) = resident_bytes() {
            text.single(
                Kind::Gauge,
                "process_resident_memory_bytes",
                "Memory of the process.",
                bytes,
            );
        }
    }

    fn write_turns(&self, text: &mut Text) {
        let state = &self.state;
        let mut turns = text.family(
            Kind::Gauge,
            "cartellino_turns_taken",
            "Work under way of which little is done at the same time: copies and pages of PDFs, files of programs, \
             drawings of pictures.",
        );
        let taken = |turns: &Semaphore, all: usize| all.saturating_sub(turns.available_permits());
        turns.number(&[("kind", "copies")], taken(&state.copies, COPIES_AT_ONCE));
        turns.number(&[("kind", "programs")], taken(&state.programs, PROGRAMS_AT_ONCE));
        turns.number(&[("kind", "drawings")], taken(&state.drawings, DRAWINGS_AT_ONCE));
    }

    fn write_database(&self, text: &mut Text) {
        let (db, counts) = (&self.state.db, self.state.db.counts());
        let mut writes = text.family(
            Kind::Counter,
            "cartellino_writes_total",
            "Writes by what became of them: kept on the disk, refused by the database or not in time, undone by what \
             they met, abandoned by their client.",
        );
        for (outcome, count) in [
            ("kept", &counts.kept),
            ("refused", &counts.refused),
            ("undone", &counts.undone),
            ("abandoned", &counts.abandoned),
        ] {
            writes.number(&[("outcome", outcome)], count.get());
        }
        text.family(
            Kind::Histogram,
            "cartellino_write_duration_seconds",
            "Time from the order to write until its answer, with the time in the queue.",
        )
        .durations(&[], &counts.durations);
        text.single(
            Kind::Gauge,
            "cartellino_writes_waiting",
            "Writes that have not been answered yet.",
            counts.waiting.get(),
        );
        if let Some(queue) = db.queue() {
            text.single(
                Kind::Gauge,
                "cartellino_writer_queue_jobs",
                "Jobs in the queue of SQLite's one writer.",
                queue.jobs,
            );
            text.single(
                Kind::Gauge,
                "cartellino_writer_queue_room",
                "Jobs for which the queue has room; more are refused.",
                queue.room,
            );
            let mut commits = text.family(
                Kind::Counter,
                "cartellino_commits_total",
                "Commits of SQLite's one writer, each with all writes that waited; of a failed one nothing is kept.",
            );
            commits.number(&[("outcome", "done")], counts.commits.get());
            commits.number(&[("outcome", "failed")], counts.failed_commits.get());
        }
        let connected = db.connected();
        let mut connections = text.family(
            Kind::Gauge,
            "cartellino_database_connections",
            "Connections of the pool: lent, and open and free.",
        );
        connections.number(&[("state", "busy")], connected.busy);
        connections.number(&[("state", "idle")], connected.idle);
        text.single(
            Kind::Gauge,
            "cartellino_database_connections_most",
            "Connections that the pool lends at the same time at most.",
            connected.most,
        );
    }
}

fn write_cleanups(text: &mut Text, tally: &Tally) {
    let mut cleanups = text.family(
        Kind::Counter,
        "cartellino_cleanups_total",
        "Cleanups inside this server: done, left to another server that was at it, failed.",
    );
    cleanups.number(&[("outcome", "done")], tally.done.get());
    cleanups.number(&[("outcome", "elsewhere")], tally.elsewhere.get());
    cleanups.number(&[("outcome", "failed")], tally.broken_off.get());
    let mut removed = text.family(
        Kind::Counter,
        "cartellino_cleanup_removed_total",
        "Sessions that cleanups removed, and files without an owner.",
    );
    removed.number(&[("kind", "sessions")], tally.sessions.get());
    removed.number(&[("kind", "orphans")], tally.orphans.get());
    text.single(
        Kind::Counter,
        "cartellino_cleanup_failures_total",
        "What cleanups could not remove, at each attempt; the log says why.",
        tally.failed.get(),
    );
    if let Some(seconds) = tally.last_done() {
        text.single(
            Kind::Gauge,
            "cartellino_cleanup_last_done_timestamp_seconds",
            "When the last cleanup inside this server was done, in seconds since 1970.",
            seconds,
        );
    }
}

/// The memory of this process, where the system says it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
