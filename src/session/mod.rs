//! The anonymous visitor: a random key in a cookie opens a session, and the session owns the data.
//!
//! [`middleware::guard`] stands before the pages: it refuses what another site sent, reads the cookie, asks the
//! [`store`], notes activity, keeps what the page did, and sets the cookie. Handlers meet the session only as [`Visitor`]
//! or [`Beginner`]. Keys are made and recognised in [`key`]; what they open is kept by an [`engine`]; the rules in
//! between, the same for every engine, are those of [`store`], which is also actix-session's `SessionStore`. A browser's
//! small values, its expiry and its messages are its [`state`](mod@state).
//!
//! A browser comes into another's session by a [`code`]; work that it had before can stay parked in it.
//!
//! A key is *issued* with the first page and stored with the first thing that a visitor stores. What the visitor owns
//! lives in the room `db` and hangs on the [`SessionId`], never on the key.

mod beginner;
mod carried;
mod client;
pub mod code;
mod cookie;
pub mod engine;
mod error;
pub mod key;
pub mod middleware;
mod origin;
mod parked;
mod patience;
mod secret;
pub mod state;
pub mod store;
mod visitor;

use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use beginner::Beginner;
pub use client::{address as client_address, locale as browser_locale, said_family};
pub use error::Error;
pub use parked::ParkedWork;
pub use secret::{Place, place, secret_file};
pub use visitor::{Visitor, rested_long};

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::Db;
use crate::limit::{Limit, Source};
use crate::metrics::Counter;
use code::Code;
use cookie::Cookie;
use engine::Engine;
use key::Seal;
use store::Store;

/// A session's internal id: owner of rows and files, never shown to anybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// The id as it stands in a row.
    pub fn from_row(id: String) -> Self {
        Self(id)
    }

    /// The id as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Public name of a session for operators, where no browser of it is known: it leads to nothing.
    pub fn handle(&self) -> String {
        let digest = Sha256::new()
            .chain_update(b"cartellino session handle 1\0")
            .chain_update(&self.0)
            .finalize();
        format!("session-{}", HEXLOWER.encode(&digest[..8]))
    }

    /// By which an ended session is remembered: 64 hexadecimal digits that lead to nothing.
    pub fn hash(&self) -> String {
        let digest = Sha256::new()
            .chain_update(b"cartellino ended session 1\0")
            .chain_update(&self.0)
            .finalize();
        HEXLOWER.encode(&digest)
    }
}

const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

/// How long requests may be on their way: a replaced key opens so long, and an ended one brings no new cookie.
const IN_FLIGHT: TimeDelta = TimeDelta::seconds(60);

/// What the middleware and the visitors of one server share; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    cookie: Cookie,
    limit: Limit<Source>,
    /// Codes that were typed and do not exist.
    guesses: Limit<Source>,
    /// Sessions that browsers began.
    begun: Counter,
    clock: Clock,
    public_origin: Option<String>,
    trusted_proxies: Vec<config::Network>,
}

impl Sessions {
    /// The sessions of a server with these settings; makes the secret on the first start.
    ///
    /// # Errors
    /// When the file with the secret can be neither read nor made, or the engine's place cannot be opened.
    pub fn open(config: &Config, db: Db, clock: Clock) -> io::Result<Self> {
        let engine = engine::open(&config.session.keeping, &db).map_err(io::Error::other)?;
        Self::with_engine(config, db, engine, clock)
    }

    /// The same with an engine of one's own.
    ///
    /// # Errors
    /// When the file with the secret can be neither read nor made.
    pub fn with_engine(config: &Config, db: Db, engine: Arc<dyn Engine>, clock: Clock) -> io::Result<Self> {
        let settings = config.session.clone();
        let seal = Seal::new(secret::load(config)?, &settings.cookie_name);
        Ok(Self {
            inner: Arc::new(Inner {
                cookie: Cookie::new(&settings.cookie_name, settings.cookie_secure),
                limit: Limit::new(settings.create_limit, HOUR),
                guesses: Limit::new(code::GUESSES_AN_HOUR, HOUR),
                begun: Counter::default(),
                store: Store::new(db, engine, seal, clock.clone(), settings),
                clock,
                public_origin: config.public_origin.clone(),
                trusted_proxies: config.trusted_proxies.clone(),
            }),
        })
    }

    /// What a store may know of a code: the first for storing, all for finding.
    pub fn code_hashes(&self, code: &Code) -> Vec<String> {
        self.inner.store.seal().code_hashes(code)
    }

    /// Refuses what another site made a browser send, before its body is read.
    ///
    /// # Errors
    /// [`Error::CrossSite`].
    pub fn refuse_cross_site(&self, method: &Method, headers: &HeaderMap) -> Result<(), Error> {
        let is_cross_site = || origin::is_cross_site(headers, self.inner.public_origin.as_deref());
        if origin::is_unsafe(method) && is_cross_site() {
            return Err(Error::CrossSite);
        }
        Ok(())
    }

    /// Counts a session that this request may begin in the share of its network address, which is returned.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the share is used up.
    pub fn take_share(&self, request: &HttpRequest) -> Result<IpAddr, Error> {
        let inner = &*self.inner;
        let address = client_address(request.peer_addr(), request.headers(), &inner.trusted_proxies);
        inner
            .limit
            .take(address.into(), inner.clock.now())
            .map_err(|retry_after| Error::TooMany { retry_after })?;
        Ok(address)
    }

    /// Gives a share back: the request began no session after all.
    pub fn give_share_back(&self, address: IpAddr) {
        self.inner.limit.put_back(&address.into());
    }

    /// How many sessions browsers have begun since the start.
    pub fn begun(&self) -> u64 {
        self.inner.begun.get()
    }

    /// The rules and the engine, for whoever is no visitor: cleanup and operators.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }
}

/// A duration of the settings, which are bounded far below what this can hold.
fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// Whether the file is readable by its owner only, where the system knows such rights.
fn is_private(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        path.metadata().map(|_| true)
    }
}
