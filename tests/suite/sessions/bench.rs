//! A server with pages that can be held half-way, and an engine that can be meddled with.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, error, web};
use async_trait::async_trait;
use cartellino::clock::Clock;
use cartellino::config::{Config, Options};
use cartellino::db::cards::{self, NewCard};
use cartellino::db::{self, Db, DbConnection, migrations};
use cartellino::session::engine::{Browser, Cached, Cookie, Database, Engine, Error, File, Lookup, Memory, Redis};
use cartellino::session::key::KeyHash;
use cartellino::session::state::{Expiry, Item};
use cartellino::session::{self, Beginner, SessionId, Sessions, Visitor};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use reqwest::Method;
use tokio::sync::{Semaphore, oneshot};

use super::site::{Answer, beginning};
use crate::backends::Backend;

pub type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// An engine that fails, or lets something else happen, at a chosen moment.
pub struct Meddled {
    pub inner: Arc<dyn Engine>,
    pub fails_to_list: AtomicBool,
    pub fails_to_sweep: AtomicBool,
    pub fails_to_update: AtomicBool,
    pub after_list: Mutex<Option<Hook>>,
    pub before_create: Mutex<Option<Hook>>,
}

impl Meddled {
    pub fn with(inner: impl Engine + 'static) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::new(inner),
            fails_to_list: AtomicBool::new(false),
            fails_to_sweep: AtomicBool::new(false),
            fails_to_update: AtomicBool::new(false),
            after_list: Mutex::default(),
            before_create: Mutex::default(),
        })
    }
}

#[async_trait]
impl Engine for Meddled {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        self.inner.load(key, now).await
    }
    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        self.inner.create(new, now).await
    }
    async fn update(&self, changed: &Browser, was: i32, moves_expiry: bool) -> Result<bool, Error> {
        if self.fails_to_update.load(Ordering::SeqCst) {
            return Err(Error("on purpose".to_owned()));
        }
        self.inner.update(changed, was, moves_expiry).await
    }
    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        self.inner.touch(touched, last_touch).await
    }
    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        self.inner.renew(old, new, now, until).await
    }
    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        self.inner.end(browser, now).await
    }
    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error> {
        if self.fails_to_list.load(Ordering::SeqCst) {
            return Err(Error("on purpose".to_owned()));
        }
        let list = self.inner.list(session).await;
        let hook = self.after_list.lock().unwrap().take();
        if let Some(hook) = hook {
            hook().await;
        }
        list
    }
    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        if self.fails_to_sweep.load(Ordering::SeqCst) {
            return Err(Error("on purpose".to_owned()));
        }
        self.inner.sweep(now).await
    }
    fn is_beside_the_data(&self) -> bool {
        self.inner.is_beside_the_data()
    }
    fn create_within(&self, conn: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let hook = self.before_create.lock().unwrap().take();
        if let Some(hook) = hook {
            tokio::runtime::Handle::current().block_on(hook());
        }
        self.inner.create_within(conn, new, now)
    }
}

/// Where requests wait until the test lets them go on.
#[derive(Clone)]
pub struct Gate {
    reached: Arc<Semaphore>,
    opened: Arc<Semaphore>,
}

impl Gate {
    pub fn new() -> Self {
        Self {
            reached: Arc::new(Semaphore::new(0)),
            opened: Arc::new(Semaphore::new(0)),
        }
    }
    pub async fn wait(&self) {
        self.reached.add_permits(1);
        self.opened.acquire().await.unwrap().forget();
    }
    pub async fn somebody_waits(&self) {
        self.reached.acquire().await.unwrap().forget();
    }
    pub fn open(&self) {
        self.opened.add_permits(1);
    }
}

#[derive(Clone)]
pub struct Shared {
    db: Db,
    pub clock: Clock,
    pub gate: Gate,
}

#[derive(Clone)]
pub struct Bench {
    pub backend: Arc<Backend>,
    pub clock: Clock,
    pub origin: String,
    pub gate: Gate,
    pub sessions: Sessions,
    _server: Arc<Stopped>,
}

pub struct Stopped(ServerHandle);

impl Drop for Stopped {
    fn drop(&mut self) {
        drop(self.0.stop(false));
    }
}

fn card(title: String) -> NewCard {
    NewCard {
        title,
        format: "json".to_owned(),
        outline: "full".to_owned(),
        source: None,
        file_name: None,
        once: None,
        sections: Vec::new(),
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

pub const NOTE: Item<String> = Item::new("note");

async fn home(visitor: Visitor, state: web::Data<Shared>) -> actix_web::Result<String> {
    let Some(session) = visitor.session().cloned() else {
        return Ok("nothing".to_owned());
    };
    let cards = state
        .db
        .run(move |conn| cards::list(conn, &session))
        .await
        .map_err(failed)?;
    Ok(cards.into_iter().map(|card| format!("{}\n", card.title)).collect())
}

async fn create(beginner: Beginner, state: web::Data<Shared>, title: String) -> actix_web::Result<HttpResponse> {
    if title == "held before" {
        state.gate.wait().await;
    }
    let (now, gate, held) = (state.clock.now(), state.gate.clone(), title == "held after");
    let (visitor, notes) = (beginner.visitor().clone(), title == "with a note");
    let within = (title == "held within").then(|| gate.clone());
    let made = state.db.write(move |conn| {
        let session = beginner.open(conn, now)?;
        if let Some(gate) = within {
            tokio::runtime::Handle::current().block_on(gate.wait());
        }
        cards::create(conn, &session, &card(title), now.naive_utc())
    });
    made.await.map_err(failed)?;
    if notes {
        visitor
            .set(&NOTE, &"noted".to_owned())
            .map_err(error::ErrorBadRequest)?;
    }
    if held {
        gate.wait().await;
    }
    Ok(HttpResponse::SeeOther().finish())
}

/// `WHAT`, or `held WHAT`: what the visitor does, at once or when the gate opens.
async fn act(visitor: Visitor, state: web::Data<Shared>, what: String) -> actix_web::Result<HttpResponse> {
    let what = match what.strip_prefix("held ") {
        Some(what) => {
            state.gate.wait().await;
            what.to_owned()
        }
        None => what,
    };
    let now = state.clock.now();
    let (word, rest) = what.split_once(' ').unwrap_or((&what, ""));
    match word {
        "look" => {}
        "note" => visitor.set(&NOTE, &rest.to_owned()).map_err(error::ErrorBadRequest)?,
        "idle" => visitor
            .set_expiry(Expiry::Idle(rest.parse().unwrap()))
            .map_err(error::ErrorBadRequest)?,
        "close" => visitor
            .set_expiry(Expiry::BrowserClose(rest.parse().unwrap()))
            .map_err(error::ErrorBadRequest)?,
        "default" => visitor.set_expiry(Expiry::Default).map_err(error::ErrorBadRequest)?,
        "renew" => visitor.renew(),
        "tell-and-renew" => {
            visitor.tell("Done.").map_err(error::ErrorBadRequest)?;
            visitor.renew();
        }
        "leave" => visitor.leave().await?,
        "revoke" => drop(visitor.revoke_others().await?),
        "end" => drop(
            state
                .db
                .write(move |conn| visitor.end(conn, now))
                .await
                .map_err(failed)?,
        ),
        "join" => {
            let session = SessionId::from_row(rest.to_owned());
            let entered = state.db.write(move |conn| visitor.enter(conn, &session, now));
            entered.await.map_err(failed)?;
        }
        _ => return Err(error::ErrorBadRequest("what?")),
    }
    Ok(HttpResponse::Ok().finish())
}

impl Bench {
    pub async fn start(backend: Backend, engine: Arc<dyn Engine>) -> Self {
        Self::with(Arc::new(backend), engine, Clock::set_to(beginning()), &[]).await
    }

    /// On SQLite, with the engine `database`.
    pub async fn sqlite() -> Self {
        let backend = Backend::sqlite().await;
        let engine = Arc::new(Database::new(backend.db.clone()));
        Self::start(backend, engine).await
    }

    pub async fn with(backend: Arc<Backend>, engine: Arc<dyn Engine>, clock: Clock, flags: &[&str]) -> Self {
        let mut all = vec![
            "--database-url",
            &backend.url,
            "--session-secret=0123456789abcdef0123456789abcdef",
        ];
        all.extend(flags);
        let config: Config = Options::from_flags(all).unwrap().check().unwrap();
        let sessions = Sessions::with_engine(&config, backend.db.clone(), engine, clock.clone()).unwrap();
        let gate = Gate::new();
        let state = Shared {
            db: backend.db.clone(),
            clock: clock.clone(),
            gate: gate.clone(),
        };
        let served = sessions.clone();
        let (started, starting) = oneshot::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(web::Data::new(state.clone()))
                        .app_data(web::Data::new(served.clone()))
                        .service(
                            web::scope("")
                                .wrap(from_fn(session::middleware::guard))
                                .route("/", web::get().to(home))
                                .route("/cards", web::post().to(create))
                                .route("/act", web::get().to(act))
                                .route("/act", web::post().to(act)),
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
            backend,
            clock,
            origin: format!("http://{address}"),
            gate,
            sessions,
            _server: Arc::new(Stopped(server)),
        }
    }

    pub async fn send(&self, method: Method, path: &str, cookie: &str, body: &str) -> Answer {
        let client = crate::harness::http()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let request = client
            .request(method, format!("{}{path}", self.origin))
            .body(body.to_owned());
        let answer = request.header("cookie", cookie).send().await.unwrap();
        Answer {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.unwrap(),
        }
    }

    pub async fn get(&self, cookie: &str) -> Answer {
        self.send(Method::GET, "/", cookie, "").await
    }

    pub async fn post(&self, title: &str, cookie: &str) -> Answer {
        self.send(Method::POST, "/cards", cookie, title).await
    }

    pub async fn act(&self, what: &str, cookie: &str) -> Answer {
        self.send(Method::POST, "/act", cookie, what).await
    }

    /// Sends it and comes back when it waits at the gate.
    pub async fn held(&self, method: Method, path: &str, cookie: &str, body: &str) -> tokio::task::JoinHandle<Answer> {
        let (bench, path, cookie, body) = (self.clone(), path.to_owned(), cookie.to_owned(), body.to_owned());
        let request = tokio::spawn(async move { bench.send(method, &path, &cookie, &body).await });
        self.gate.somebody_waits().await;
        request
    }

    pub async fn let_go(&self, held: tokio::task::JoinHandle<Answer>) -> Answer {
        self.gate.open();
        held.await.unwrap()
    }

    pub async fn visitor(&self) -> String {
        self.post("mine", "").await.cookie()
    }

    pub async fn session(&self) -> String {
        self.backend.text("SELECT id AS t FROM sessions").await
    }

    /// Another browser of the only session.
    pub async fn phone(&self) -> String {
        self.act(&format!("join {}", self.session().await), "").await.cookie()
    }

    pub async fn opens(&self, cookie: &str) -> bool {
        self.get(cookie).await.body.contains("mine")
    }
}

/// One for each engine that knows keys and can run here.
pub async fn benches() -> Vec<(String, Bench)> {
    let mut benches = Vec::new();
    for backend in Backend::all().await {
        let engine = Arc::new(Database::new(backend.db.clone()));
        benches.push((
            format!("database on {}", backend.name),
            Bench::start(backend, engine).await,
        ));
    }
    let backend = Backend::sqlite().await;
    let own = Db::open(&format!("sqlite://{}", backend.folder().join("keys.db").display())).unwrap();
    own.run(migrations::migrate).await.unwrap();
    let engine = Arc::new(Database::elsewhere(own));
    benches.push(("a database of its own".to_owned(), Bench::start(backend, engine).await));
    let backend = Backend::sqlite().await;
    let engine = Arc::new(File::open(&backend.folder().join("sessions")).unwrap());
    benches.push(("file".to_owned(), Bench::start(backend, engine).await));
    if let Some(url) = crate::redis::new_database() {
        let engine = Arc::new(Redis::open(&url).unwrap());
        benches.push(("redis".to_owned(), Bench::start(Backend::sqlite().await, engine).await));
    }
    if let Some(url) = crate::redis::new_database() {
        let backend = Backend::sqlite().await;
        let engine = Arc::new(Cached::open(Database::new(backend.db.clone()), &url).unwrap());
        benches.push(("cached_database".to_owned(), Bench::start(backend, engine).await));
    }
    let backend = Backend::sqlite().await;
    let engine = Arc::new(Memory::default());
    benches.push(("memory".to_owned(), Bench::start(backend, engine).await));
    benches
}

/// Those, and the one that keeps nothing.
pub async fn all_benches() -> Vec<(String, Bench)> {
    let mut benches = benches().await;
    let backend = Backend::sqlite().await;
    let engine = Arc::new(Cookie::new(backend.db.clone()));
    benches.push(("cookie".to_owned(), Bench::start(backend, engine).await));
    benches
}
