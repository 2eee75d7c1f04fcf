//! A few small pages behind the real middleware, over real HTTP, for every engine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, error, web};
use cartellino::clock::Clock;
use cartellino::config::{Config, Options};
use cartellino::db::cards::{self, NewCard, NewSection};
use cartellino::db::{self, Db, sessions};
use cartellino::session::engine::{self, Engine};
use cartellino::session::state::{Expiry, Item};
use cartellino::session::{self, Beginner, Sessions, Visitor};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use tokio::sync::oneshot;

use crate::backends::Backend;

/// The small pages, with a clock that the test moves.
pub struct Site {
    /// Engine and database, to say where a story failed.
    pub name: String,
    pub backend: Backend,
    pub clock: Clock,
    pub origin: String,
    server: ServerHandle,
    flags: Vec<String>,
    /// What travels with a key in its cookie, by the cookie without it: the newest, as a browser has it.
    carried: Mutex<HashMap<String, String>>,
}

#[derive(Clone)]
struct Shared {
    db: Db,
    engine: Arc<dyn Engine>,
    clock: Clock,
}

/// Headers of a request.
pub type Headers<'a> = &'a [(&'a str, &'a [u8])];

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn cookies(&self) -> Vec<String> {
        let all = self.headers.get_all("set-cookie").iter();
        all.map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
    }

    /// The cookie that the browser has after this answer.
    pub fn newer(&self, before: &str) -> String {
        if self.cookies().is_empty() {
            before.to_owned()
        } else {
            self.cookie()
        }
    }

    /// The one cookie set, as `name=value`.
    pub fn cookie(&self) -> String {
        let cookies = self.cookies();
        assert_eq!(cookies.len(), 1, "{cookies:?}");
        cookies[0].split(';').next().unwrap().to_owned()
    }
}

pub fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn card(title: String) -> NewCard {
    NewCard {
        title,
        format: "json".to_owned(),
        outline: "full".to_owned(),
        source: None,
        file_name: None,
        once: None,
        sections: vec![NewSection {
            key: "one".to_owned(),
            title: "One".to_owned(),
            value: "1".to_owned(),
        }],
    }
}

fn failed(error: db::Error) -> actix_web::Error {
    match error {
        db::Error::NotFound => error::ErrorNotFound("not found"),
        db::Error::Ended => session::Error::Ended.into(),
        db::Error::Unavailable(_) => session::Error::Unavailable.into(),
        other => error::ErrorInternalServerError(other.to_string()),
    }
}

async fn home(visitor: Visitor, state: web::Data<Shared>) -> actix_web::Result<String> {
    let until = visitor.expires_at().timestamp();
    let keeps = visitor.keeps_cookies();
    let cards = match visitor.session().cloned() {
        Some(session) => state
            .db
            .run(move |conn| cards::list(conn, &session))
            .await
            .map_err(failed)?,
        None => Vec::new(),
    };
    let titles: Vec<String> = cards.into_iter().map(|card| card.title).collect();
    Ok(format!("cards {titles:?} until {until} keeps {keeps}"))
}

async fn create(beginner: Beginner, state: web::Data<Shared>, title: String) -> actix_web::Result<HttpResponse> {
    if title == "invalid" {
        return Ok(HttpResponse::UnprocessableEntity().finish());
    }
    let now = state.clock.now();
    let created = state.db.write(move |conn| {
        let session = beginner.open(conn, now)?;
        let fails = title == "fails";
        cards::create(conn, &session, &card(title), now.naive_utc())?;
        if fails {
            Err(db::Error::Unusable("on purpose".to_owned()))
        } else {
            Ok(())
        }
    });
    created.await.map_err(failed)?;
    Ok(HttpResponse::SeeOther().insert_header(("location", "/")).finish())
}

/// A creation whose session is ended by another request after this one was let in.
async fn overtaken(beginner: Beginner, state: web::Data<Shared>) -> actix_web::Result<HttpResponse> {
    end_behind(beginner.visitor(), &state).await?;
    create(beginner, state, "resurrected".to_owned()).await
}

/// A look whose session is ended by another request before the answer is ready.
async fn overtaken_look(visitor: Visitor, state: web::Data<Shared>) -> actix_web::Result<HttpResponse> {
    end_behind(&visitor, &state).await?;
    Ok(HttpResponse::Ok().finish())
}

async fn end_behind(visitor: &Visitor, state: &Shared) -> actix_web::Result<()> {
    let (session, now) = (visitor.session().cloned().unwrap(), state.clock.now());
    let (id, forget_at) = (session.clone(), now + TimeDelta::days(1));
    let ending = state
        .db
        .write(move |conn| sessions::end(conn, &id, now.naive_utc(), forget_at.naive_utc()));
    ending.await.map_err(failed)?;
    let ended = engine::end_all(&*state.engine, &session, now);
    ended.await.map_err(error::ErrorInternalServerError)
}

async fn end(visitor: Visitor, state: web::Data<Shared>) -> actix_web::Result<HttpResponse> {
    let now = state.clock.now();
    state
        .db
        .write(move |conn| visitor.end(conn, now))
        .await
        .map_err(failed)?;
    Ok(HttpResponse::SeeOther().insert_header(("location", "/")).finish())
}

const NOTE: Item<String> = Item::new("note");

async fn note(visitor: Visitor) -> String {
    visitor.get(&NOTE).unwrap_or_else(|| "none".to_owned())
}

async fn set_note(visitor: Visitor, text: String) -> actix_web::Result<HttpResponse> {
    visitor.set(&NOTE, &text).map_err(error::ErrorBadRequest)?;
    if text == "fails" {
        return Err(error::ErrorInternalServerError("on purpose"));
    }
    Ok(HttpResponse::Ok().finish())
}

async fn forget_note(visitor: Visitor) -> actix_web::Result<HttpResponse> {
    visitor.remove(&NOTE).map_err(error::ErrorBadRequest)?;
    Ok(HttpResponse::Ok().finish())
}

/// `default`, `idle 60`, `close 60`, `at 1800000000`.
async fn set_expiry(visitor: Visitor, text: String) -> actix_web::Result<HttpResponse> {
    let (word, number) = text.split_once(' ').unwrap_or((&text, "0"));
    let number: i64 = number.parse().map_err(error::ErrorBadRequest)?;
    let seconds = u32::try_from(number).unwrap_or(0);
    let expiry = match word {
        "idle" => Expiry::Idle(seconds),
        "close" => Expiry::BrowserClose(seconds),
        "at" => Expiry::At(DateTime::from_timestamp(number, 0).unwrap()),
        _ => Expiry::Default,
    };
    visitor.set_expiry(expiry).map_err(error::ErrorBadRequest)?;
    Ok(HttpResponse::Ok().finish())
}

async fn renew(visitor: Visitor) -> HttpResponse {
    visitor.renew();
    HttpResponse::Ok().finish()
}

async fn leave(visitor: Visitor) -> actix_web::Result<HttpResponse> {
    visitor.leave().await?;
    Ok(HttpResponse::Ok().finish())
}

/// A line for each browser: its handle, what it is, and whether it is this one.
async fn browsers(visitor: Visitor) -> actix_web::Result<String> {
    let lines = visitor.browsers().await?.into_iter().map(|browser| {
        let own = visitor.handle() == Some(&browser.handle);
        format!("{} {} {own}\n", browser.handle, browser.family)
    });
    Ok(lines.collect())
}

async fn revoke_others(visitor: Visitor) -> actix_web::Result<String> {
    Ok(visitor.revoke_others().await?.to_string())
}

async fn notify_others(visitor: Visitor, text: String) -> HttpResponse {
    visitor.notify_others(&text).await;
    HttpResponse::Ok().finish()
}

async fn tell(visitor: Visitor, text: String) -> actix_web::Result<String> {
    visitor.tell(text).map_err(error::ErrorBadRequest)
}

async fn told(visitor: Visitor, id: web::Path<String>) -> String {
    let notices: Vec<String> = visitor.notices().into_iter().map(|notice| notice.text).collect();
    format!("{:?} {notices:?}", visitor.told(&id))
}

impl Site {
    pub async fn start(backend: Backend, flags: &[&str]) -> Self {
        Self::start_at(backend, beginning(), flags).await
    }

    pub async fn start_at(backend: Backend, now: DateTime<Utc>, flags: &[&str]) -> Self {
        let secret = "--session-secret=0123456789abcdef0123456789abcdef";
        let mut all = vec!["--database-url", &backend.url];
        if !flags.iter().any(|flag| flag.starts_with("--session-secret=")) {
            all.push(secret);
        }
        all.extend(flags);
        let config: Config = Options::from_flags(all).unwrap().check().unwrap();
        let engine = format!("{:?}", config.session.keeping.engine);
        let clock = Clock::set_to(now);
        let sessions = Sessions::open(&config, backend.db.clone(), clock.clone()).unwrap();
        let state = Shared {
            db: backend.db.clone(),
            engine: sessions.store().shared_engine(),
            clock: clock.clone(),
        };
        let (started, starting) = oneshot::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(web::Data::new(state.clone()))
                        .app_data(web::Data::new(sessions.clone()))
                        .route("/static", web::get().to(async || "static"))
                        .service(
                            web::scope("")
                                .wrap(from_fn(session::middleware::guard))
                                .route("/", web::get().to(home))
                                .route("/", web::head().to(home))
                                .route("/public", web::get().to(async || "public"))
                                .route("/cards", web::post().to(create))
                                .route("/overtaken", web::post().to(overtaken))
                                .route("/overtaken", web::get().to(overtaken_look))
                                .route("/end", web::post().to(end))
                                .route("/note", web::get().to(note))
                                .route("/note", web::post().to(set_note))
                                .route("/forget", web::post().to(forget_note))
                                .route("/expiry", web::post().to(set_expiry))
                                .route("/renew", web::post().to(renew))
                                .route("/leave", web::post().to(leave))
                                .route("/browsers", web::get().to(browsers))
                                .route("/others", web::post().to(revoke_others))
                                .route("/notify", web::post().to(notify_others))
                                .route("/tell", web::post().to(tell))
                                .route("/told/{id}", web::get().to(told)),
                        )
                })
                .workers(2)
                .disable_signals()
                .bind("127.0.0.1:0")
                .unwrap();
                let address = server.addrs()[0];
                let server = server.run();
                let _ = started.send((address, server.handle()));
                server.await.unwrap();
            });
        });
        let (address, server) = starting.await.unwrap();
        Self {
            name: format!("{engine} on {} {flags:?}", backend.name),
            backend,
            clock,
            origin: format!("http://{address}"),
            server,
            flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            carried: Mutex::default(),
        }
    }

    /// Another server on the same place, where there can be one.
    pub async fn twin(&self) -> Option<Self> {
        if self.name.starts_with("Memory") {
            return None;
        }
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let twin = Self::start_at(Backend::same(&self.backend), self.clock.now(), &flags).await;
        *twin.carried.lock().unwrap() = self.carried.lock().unwrap().clone();
        Some(twin)
    }

    /// Stories follow a browser by its key. Where more travels in the cookie, it is put aside here as a browser would
    /// keep it, and brought with the next request: the one place where stories are told that it does.
    fn put_aside(&self, headers: &mut HeaderMap) {
        let cookies: Vec<String> = headers
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().unwrap().to_owned())
            .collect();
        headers.remove("set-cookie");
        for cookie in cookies {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let bare = pair.split('.').next().unwrap().to_owned();
            assert!(
                pair.len() <= 4096 && (pair.len() <= 256 || self.keeps_state_in_the_cookie()),
                "R8 {}",
                self.name
            );
            headers.append("set-cookie", format!("{bare};{attributes}").parse().unwrap());
            self.carried.lock().unwrap().insert(bare, pair.to_owned());
        }
    }

    /// Whether the server keeps no state: what a browser was told last is all that is known.
    pub fn keeps_state_in_the_cookie(&self) -> bool {
        self.name.starts_with("Cookie")
    }

    /// The whole cookies that browsers have, by the cookies without what travels with the key.
    pub fn carried(&self) -> HashMap<String, String> {
        self.carried.lock().unwrap().clone()
    }

    pub async fn sqlite() -> Self {
        Self::start(Backend::sqlite().await, &[]).await
    }

    /// One for each engine that this machine can run, and that of the main database on both kinds of it.
    pub async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for backend in Backend::all().await {
            all.push(Self::start(backend, &[]).await);
        }
        for engine in ["--session-engine=redis", "--session-engine=cached_database"] {
            if let Some(url) = crate::redis::new_database() {
                all.push(Self::start(Backend::sqlite().await, &[engine, "--redis-url", &url]).await);
            }
        }
        for engine in ["memory", "cookie"] {
            let engine = format!("--session-engine={engine}");
            all.push(Self::start(Backend::sqlite().await, &[&engine]).await);
        }
        let backend = Backend::sqlite().await;
        let folder = format!("--session-file-path={}", backend.folder().join("sessions").display());
        all.push(Self::start(backend, &["--session-engine=file", &folder]).await);
        let backend = Backend::sqlite().await;
        let url = format!(
            "--session-database-url=sqlite://{}",
            backend.folder().join("keys.db").display()
        );
        all.push(Self::start(backend, &[&url]).await);
        all
    }

    pub async fn send(&self, method: Method, path: &str, headers: Headers<'_>, body: &str) -> Answer {
        let client = crate::harness::http()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut request = client
            .request(method, format!("{}{path}", self.origin))
            .body(body.to_owned());
        for (name, value) in headers {
            let mut value = value.to_vec();
            if *name == "cookie"
                && let Some(carried) = self.carried.lock().unwrap().get(&*String::from_utf8_lossy(&value))
            {
                value = carried.clone().into_bytes();
            }
            request = request.header(*name, HeaderValue::from_bytes(&value).unwrap());
        }
        let answer = request.send().await.unwrap();
        let mut headers = answer.headers().clone();
        self.put_aside(&mut headers);
        Answer {
            status: answer.status(),
            headers,
            body: answer.text().await.unwrap(),
        }
    }

    pub async fn get(&self, cookie: &str) -> Answer {
        self.send(Method::GET, "/", &[("cookie", cookie.as_bytes())], "").await
    }

    pub async fn get_path(&self, path: &str, cookie: &str) -> Answer {
        self.send(Method::GET, path, &[("cookie", cookie.as_bytes())], "").await
    }

    pub async fn post(&self, path: &str, cookie: &str, body: &str) -> Answer {
        self.send(Method::POST, path, &[("cookie", cookie.as_bytes())], body)
            .await
    }

    /// A visitor who has stored a card: the cookie.
    pub async fn visitor(&self, title: &str) -> String {
        let answer = self.send(Method::POST, "/cards", &[], title).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.cookie()
    }

    pub async fn sessions(&self) -> i64 {
        self.backend.rows("sessions").await
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}
