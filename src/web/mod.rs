//! HTTP; the only room that knows status codes.
//!
//! [`routes`] is the one list of addresses: the server registers from it, and tests walk it.
//! A page is a file of [`pages`] with a handler for each method and the struct of its template.
//! [`error::explain`] stands outside and makes a page of every failure (`packed` only packs, [`requests`] counts, [`request_id`] names); within it,
//! [`session::middleware::guard`] brings the visitor to the pages that want one, and [`access::guard`] stands before
//! those of somebody with a link to one section. What programs call is a file of [`api`].

pub mod access;
pub mod api;
pub mod assets;
pub mod card;
pub mod choices;
pub mod control;
pub mod difference;
pub mod error;
mod filters;
pub mod form;
mod headers;
mod leaving;
pub mod metrics;
mod packed;
pub mod page;
pub mod pages;
mod pictures;
mod posted;
pub mod request_id;
pub mod requests;
mod sent;
mod staged;
mod vocabulary;
pub mod words;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::Method;
use actix_web::http::header::HOST;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpServer, Route, web};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::db::quota::Quota;
use crate::format::{Fonts, Format};
use crate::limit::Limit;
use crate::session::{self, Sessions};
use crate::uploads::Uploads;
use error::Error;
pub use leaving::Leaving;
use metrics::Sources;
use pages::{
    changes, computer, convert, datasheet, delete, display, download, download_zip, duplicate, elsewhere, example,
    files, health, help, home, import, language, losses, outline, overview, preview, privacy, reminder, results,
    section, sections, session as own, session_delete, session_export, session_import, site_language, upload,
};
use request_id::aside;
use requests::{Requests, RouteNumber};

/// What handlers share; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The settings.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The folder of uploaded files.
    pub uploads: Uploads,
    /// The time.
    pub clock: Clock,
    /// The fonts of PDFs.
    pub fonts: Arc<Fonts>,
    /// Turns to make or read a copy of everything, or to set pages: each takes a processor and maybe a connection.
    copies: Arc<Semaphore>,
    /// Turns to check or convert a file for a program: each takes a processor, and visitors want some too.
    programs: Arc<Semaphore>,
    /// Turns to draw a visitor's picture anew: each takes a processor and some hundred megabytes.
    drawings: Arc<Semaphore>,
    /// Saves of each session, and of each link to a section.
    saves: Arc<Limit<String>>,
    /// Whether the server is about to stop.
    pub leaving: Leaving,
    /// What was answered.
    requests: Arc<Requests>,
}

impl AppState {
    /// What one session may keep.
    pub fn quota(&self) -> Quota {
        let session = &self.config.session;
        Quota {
            cards: session.max_cards.map(|most| i32::try_from(most).unwrap_or(i32::MAX)),
            bytes: session.max_bytes.map(|most| i64::try_from(most).unwrap_or(i64::MAX)),
        }
    }

    /// Counts a save of this session, or of the link of this id.
    ///
    /// # Errors
    /// [`Error::TooOften`].
    fn take_save(&self, who: &str) -> Result<(), Error> {
        let taken = self.saves.take(who.to_owned(), self.clock.now());
        taken.map_err(|retry_after| Error::TooOften { retry_after })
    }

    /// The longest plain form, in bytes.
    fn form_limit_bytes(&self) -> usize {
        self.config.max_upload_bytes.saturating_mul(FORM_BYTES_PER_BYTE)
    }

    /// The origin under which browsers reach this server, without a slash at the end.
    fn origin(&self) -> String {
        let config = &self.config;
        config
            .public_origin
            .clone()
            .unwrap_or_else(|| format!("http://{}", config.listen))
    }

    /// Waits for a turn to make or read a copy of everything, and keeps it until it is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not come in time.
    async fn turn_to_copy(&self) -> Result<OwnedSemaphorePermit, Error> {
        turn(&self.copies, "too many copies are being made or read").await
    }

    /// Waits for a turn to work for a program, and keeps it until it is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not come in time.
    async fn turn_for_program(&self) -> Result<OwnedSemaphorePermit, Error> {
        turn(&self.programs, "too many programs are being served").await
    }

    /// Waits for a turn to draw a picture anew, and keeps it until it is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it does not come in time.
    async fn turn_to_draw(&self) -> Result<OwnedSemaphorePermit, Error> {
        turn(&self.drawings, "too many pictures are being drawn").await
    }

    /// Waits for a turn to write a card, if that is much work in this format.
    ///
    /// # Errors
    /// As [`AppState::turn_to_copy`].
    async fn turn_to_write(&self, format: Format) -> Result<Option<OwnedSemaphorePermit>, Error> {
        match format == Format::PDF {
            true => self.turn_to_copy().await.map(Some),
            false => Ok(None),
        }
    }

    /// The name under which browsers reach this server, without the scheme.
    fn host(&self) -> String {
        match &self.config.public_origin {
            Some(origin) => origin
                .split_once("://")
                .map_or(origin.as_str(), |(_, host)| host)
                .to_owned(),
            None => self.config.listen.to_string(),
        }
    }

    /// The origin under which the browser of this request reaches the server. Without the setting, the address that
    /// the browser itself wrote into the request must do: the one listened on may be no address of a machine.
    fn origin_for(&self, request: &HttpRequest) -> String {
        let is_authority = |host: &&str| {
            let byte = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
            (1..=255).contains(&host.len()) && host.bytes().all(byte)
        };
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        match host.filter(is_authority) {
            Some(host) if self.config.public_origin.is_none() => format!("http://{host}"),
            _ => self.origin(),
        }
    }
}

async fn turn(turns: &Arc<Semaphore>, otherwise: &str) -> Result<OwnedSemaphorePermit, Error> {
    match tokio::time::timeout(COPY_PATIENCE, Arc::clone(turns).acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        Ok(Err(_)) | Err(_) => Err(Error::Unavailable(otherwise.to_owned())),
    }
}

/// One method of one address.
pub struct RouteEntry {
    /// The method; GET answers HEAD as well.
    pub method: Method,
    /// The pattern, such as `/cards/{card}`.
    pub path: &'static str,
    /// Who is known to the page.
    pub audience: Audience,
    handler: fn(Route) -> Route,
}

/// Whom a page knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Nobody.
    Everybody,
    /// The visitor with the cookie.
    Visitor,
    /// Whoever has the link to a section that is in the address.
    Guest,
    /// A program, of which nothing is known either.
    Program,
}

fn get(path: &'static str, handler: fn(Route) -> Route) -> RouteEntry {
    RouteEntry {
        method: Method::GET,
        path,
        audience: Audience::Visitor,
        handler,
    }
}

fn post(path: &'static str, handler: fn(Route) -> Route) -> RouteEntry {
    RouteEntry {
        method: Method::POST,
        ..get(path, handler)
    }
}

fn public(path: &'static str, handler: fn(Route) -> Route) -> RouteEntry {
    RouteEntry {
        audience: Audience::Everybody,
        ..get(path, handler)
    }
}

fn for_guests(entry: RouteEntry) -> RouteEntry {
    RouteEntry {
        audience: Audience::Guest,
        ..entry
    }
}

fn for_programs(entry: RouteEntry) -> RouteEntry {
    RouteEntry {
        audience: Audience::Program,
        ..entry
    }
}

/// Every address of the server.
pub fn routes() -> Vec<RouteEntry> {
    vec![
        public("/static/{hash}/{name}", |route| route.to(assets::get)),
        public("/favicon.ico", |route| route.to(assets::favicon)),
        public("/schema/cartellino-1.json", |route| route.to(assets::schema)),
        public("/words/{list}", |route| route.to(vocabulary::get)),
        public("/robots.txt", |route| route.to(health::robots)),
        public("/health/live", |route| route.to(health::live)),
        public("/health/ready", |route| route.to(health::ready)),
        get("/", |route| route.to(home::get)),
        get("/help", |route| route.to(help::get)),
        get("/privacy", |route| route.to(privacy::get)),
        get("/example", |route| route.to(example::get)),
        post("/example", |route| route.to(example::post)),
        post("/cards", |route| route.to(upload::post)),
        post("/convert", |route| route.to(convert::post)),
        get("/cards/{card}", |route| route.to(overview::get)),
        post("/cards/{card}", |route| route.to(overview::post)),
        get("/cards/{card}/import", |route| route.to(import::get)),
        post("/cards/{card}/sections", |route| route.to(sections::post)),
        get("/cards/{card}/sections/{section}", |route| route.to(section::get)),
        post("/cards/{card}/sections/{section}", |route| route.to(section::post)),
        get("/cards/{card}/sections/{section}/results", |route| {
            route.to(results::get)
        }),
        post("/cards/{card}/sections/{section}/results", |route| {
            route.to(results::post)
        }),
        post("/cards/{card}/sections/{section}/restore", |route| {
            route.to(sections::restore)
        }),
        get("/cards/{card}/sections/{section}/history", |route| {
            route.to(section::history::get)
        }),
        post("/cards/{card}/sections/{section}/history", |route| {
            route.to(section::history::post)
        }),
        get("/cards/{card}/sections/{section}/links", |route| {
            route.to(section::links::get)
        }),
        post("/cards/{card}/sections/{section}/links", |route| {
            route.to(section::links::post)
        }),
        for_guests(get("/write/{link}", |route| route.to(section::guest::get))),
        for_guests(post("/write/{link}", |route| route.to(section::guest::post))),
        for_guests(get("/write/{link}/figures/{file}", |route| {
            route.to(section::guest::picture)
        })),
        get("/files/{file}", |route| route.to(files::get)),
        get("/cards/{card}/preview", |route| route.to(preview::get)),
        get("/cards/{card}/changes", |route| route.to(changes::get)),
        get("/cards/{card}/download", |route| route.to(download::get)),
        get("/cards/{card}/download/{format}", |route| route.to(download::file)),
        get("/cards/{card}/download.zip", |route| route.to(download_zip::get)),
        get("/cards/{card}/figures/{figure}", |route| route.to(download_zip::figure)),
        get("/cards/{card}/losses/{format}", |route| route.to(losses::get)),
        get("/cards/{card}/original", |route| route.to(download::original)),
        post("/cards/{card}/outline", |route| route.to(outline::post)),
        post("/cards/{card}/language", |route| route.to(language::post)),
        post("/cards/{card}/datasheet", |route| route.to(datasheet::post)),
        post("/cards/{card}/datasheet/link", |route| route.to(datasheet::link)),
        post("/cards/{card}/datasheet/unlink", |route| route.to(datasheet::unlink)),
        post("/cards/{card}/duplicate", |route| route.to(duplicate::post)),
        get("/cards/{card}/delete", |route| route.to(delete::get)),
        post("/cards/{card}/delete", |route| route.to(delete::post)),
        get("/session", |route| route.to(own::get)),
        post("/session/computer", |route| route.to(computer::post)),
        post("/session/display", |route| route.to(display::post)),
        post("/session/language", |route| route.to(site_language::post)),
        get("/session/continue", |route| route.to(elsewhere::link::get)),
        post("/session/continue", |route| route.to(elsewhere::link::post)),
        get("/session/browsers", |route| route.to(elsewhere::browsers::get)),
        post("/session/browsers", |route| route.to(elsewhere::browsers::post)),
        get("/session/recovery", |route| route.to(elsewhere::recovery::get)),
        post("/session/recovery", |route| route.to(elsewhere::recovery::post)),
        get("/session/leave", |route| route.to(elsewhere::leave::get)),
        post("/session/leave", |route| route.to(elsewhere::leave::post)),
        post("/session/parked", |route| route.to(elsewhere::parked::post)),
        post("/session/notices", |route| route.to(elsewhere::notices::post)),
        get("/continue", |route| route.to(elsewhere::arrive::get)),
        post("/continue", |route| route.to(elsewhere::arrive::post)),
        get("/continue/{code}", |route| route.to(elsewhere::arrive::open)),
        get("/session/reminder.ics", |route| route.to(reminder::get)),
        get("/session/export", |route| route.to(session_export::get)),
        post("/session/import", |route| route.to(session_import::post)),
        get("/session/delete", |route| route.to(session_delete::get)),
        post("/session/delete", |route| route.to(session_delete::post)),
        get("/prefilled/{link}", |route| route.to(elsewhere::prefilled::get)),
        post("/prefilled/{link}", |route| route.to(elsewhere::prefilled::post)),
        for_programs(post("/api/v1/check", |route| route.to(api::check::post))),
        for_programs(post("/api/v1/convert", |route| route.to(api::convert::post))),
        for_programs(get("/api/v1/formats", |route| route.to(api::formats::get))),
        for_programs(post("/api/v1/cards", |route| route.to(api::cards::post))),
    ]
}

/// The patterns of all addresses, each once.
fn patterns() -> Vec<&'static str> {
    let mut patterns = Vec::new();
    for entry in routes() {
        if !patterns.contains(&entry.path) {
            patterns.push(entry.path);
        }
    }
    patterns
}

/// What the addresses of guests begin with.
const GUESTS: &str = "/write";
/// What the addresses of programs begin with.
const PROGRAMS: &str = "/api";

/// Registers the addresses for these readers; another method gets a 405 that names the right ones.
fn register(config: &mut web::ServiceConfig, audience: Audience) {
    let entries: Vec<RouteEntry> = routes()
        .into_iter()
        .filter(|entry| entry.audience == audience)
        .collect();
    for (number, path) in patterns().into_iter().enumerate() {
        if !entries.iter().any(|entry| entry.path == path) {
            continue;
        }
        let scope = match audience {
            Audience::Guest => GUESTS,
            Audience::Program => PROGRAMS,
            Audience::Everybody | Audience::Visitor => "",
        };
        let place = path.strip_prefix(scope);
        let mut resource = web::resource(place.unwrap_or(path)).app_data(RouteNumber(number));
        let mut allowed = Vec::new();
        for entry in entries.iter().filter(|entry| entry.path == path) {
            resource = resource.route((entry.handler)(web::method(entry.method.clone())));
            allowed.push(entry.method.as_str());
            if entry.method == Method::GET {
                resource = resource.route((entry.handler)(web::head()));
                allowed.push("HEAD");
            }
        }
        let allow = allowed.join(", ");
        resource = resource.default_service(web::to(move || {
            let allow = allow.clone();
            async move { Err::<String, Error>(Error::Method { allow }) }
        }));
        config.service(resource);
    }
}

/// How long a client may take for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long an idle connection stays open.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Connections that one worker holds at the same time.
const CONNECTIONS_PER_WORKER: usize = 2_000;
/// How many bytes a byte of text may take in a plain form, where most characters beyond ASCII are spelled out,
/// with room for the names of the controls.
const FORM_BYTES_PER_BYTE: usize = 4;
/// How many copies of everything are made or read at the same time.
const COPIES_AT_ONCE: usize = 3;
/// How many files are checked or converted for programs at the same time.
const PROGRAMS_AT_ONCE: usize = 4;
/// How many pictures are drawn anew at the same time.
const DRAWINGS_AT_ONCE: usize = 1;
/// The time over which saves are counted.
const MINUTE: Duration = Duration::from_secs(60);
/// How long a request waits for its turn to make or read a copy, or to have a picture drawn.
const COPY_PATIENCE: Duration = Duration::from_secs(20);
/// Pages wait for the database, not for the processor: more workers would only take memory.
const MOST_WORKERS: usize = 8;

/// A server that listens.
pub struct Listening {
    /// Await it to run the server; its handle stops it.
    pub server: Server,
    /// Where it listens.
    pub address: SocketAddr,
    /// Tells a proxy to send visitors elsewhere, before the server is stopped.
    pub leaving: Leaving,
    /// What its metrics are gathered from.
    pub metrics: Sources,
}

/// Listens, and begins to serve when the server is awaited.
///
/// # Errors
/// When the address cannot be listened on.
pub fn start(config: &Config, db: Db, uploads: Uploads, sessions: Sessions, clock: Clock) -> io::Result<Listening> {
    let listener = TcpListener::bind(config.listen)?;
    // Port 0 takes a free one; pages and the check of a form's origin want the one it got.
    let address = listener.local_addr()?;
    let config = &Config {
        listen: address,
        ..config.clone()
    };
    let state = AppState {
        config: Arc::new(config.clone()),
        uploads,
        db,
        clock,
        fonts: Arc::new(Fonts::with(config.pdf_fonts.clone())),
        copies: Arc::new(Semaphore::new(COPIES_AT_ONCE)),
        programs: Arc::new(Semaphore::new(PROGRAMS_AT_ONCE)),
        drawings: Arc::new(Semaphore::new(DRAWINGS_AT_ONCE)),
        saves: Arc::new(Limit::new(config.session.save_limit, MINUTE)),
        leaving: Leaving::default(),
        requests: Arc::new(Requests::new(&patterns())),
    };
    let leaving = state.leaving.clone();
    let metrics = Sources::new(state.clone(), sessions.clone());
    let workers = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .min(MOST_WORKERS);
    let form_limit_bytes = state.form_limit_bytes();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(state.clone()))
            .app_data(web::Data::new(sessions.clone()))
            .app_data(web::FormConfig::default().limit(form_limit_bytes))
            .app_data(web::PayloadConfig::new(form_limit_bytes))
            .configure(|config| register(config, Audience::Everybody))
            .service(
                web::scope(GUESTS)
                    .wrap(from_fn(access::guard))
                    .configure(|config| register(config, Audience::Guest))
                    .default_service(web::to(|| async { Err::<String, Error>(Error::NotFound) })),
            )
            .service(
                web::scope(PROGRAMS)
                    .wrap(from_fn(headers::unlisted))
                    .configure(|config| register(config, Audience::Program))
                    .default_service(web::to(|| async { Err::<String, Error>(Error::NotFound) })),
            )
            .service(
                web::scope("")
                    .wrap(from_fn(session::middleware::guard))
                    .configure(|config| register(config, Audience::Visitor))
                    .default_service(web::to(|| async { Err::<String, Error>(Error::NotFound) })),
            )
            .wrap(from_fn(error::explain))
            .wrap(from_fn(packed::pack))
            .wrap(from_fn(leaving::hang_up))
            .wrap(from_fn(requests::count))
            .wrap(from_fn(request_id::name))
    })
    .workers(workers)
    .disable_signals()
    .keep_alive(KEEP_ALIVE)
    // Otherwise the last piece of a streamed answer waits 40 ms until the browser has acknowledged the one before.
    .tcp_nodelay(true)
    .client_request_timeout(HEAD_TIMEOUT)
    .max_connections(CONNECTIONS_PER_WORKER)
    .shutdown_timeout(10)
    .listen(listener)?;
    Ok(Listening {
        server: server.run(),
        address,
        leaving,
        metrics,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_listed_twice_with_one_method() {
        let mut seen = Vec::new();
        for entry in routes() {
            let one = (entry.method, entry.path);
            assert!(!seen.contains(&one), "{one:?}");
            seen.push(one);
        }
    }
}
