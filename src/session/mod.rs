//! The anonymous visitor: a random key in a cookie opens a session, and the session owns the data.
//!
//! [`middleware::guard`] stands before the pages: it refuses what another site sent, reads the
//! cookie, asks the store, notes activity and sets the cookie. Handlers meet the session only as
//! [`Visitor`] or [`Beginner`]. Keys are made and recognised in [`key`], kept by an [`engine::Engine`], and the
//! middleware talks to that engine through actix-session's `SessionStore`, see [`store`].
//!
//! A key is *issued* with the first page and stored with the first thing that a visitor stores.
//! What the visitor owns lives in the room `db` and hangs on the [`SessionId`], never on the key.

mod client;
mod cookie;
pub mod database;
pub mod engine;
mod error;
pub mod key;
mod limit;
pub mod middleware;
mod origin;
mod secret;
pub mod store;
mod visitor;

use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;

pub use client::address as client_address;
pub use error::Error;
pub use secret::{Place, place};
pub use visitor::{Beginner, Visitor};

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::db::Db;
use cookie::Cookie;
use database::Database;
use key::Seal;
use limit::Limit;
use store::Store;

/// A session's internal id: owner of rows and files, never shown to anybody.
#[derive(Clone, PartialEq, Eq, Hash)]
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
}

/// What the middleware and the visitors of one server share; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store<Database>,
    cookie: Cookie,
    limit: Limit,
    clock: Clock,
    settings: config::Session,
    public_origin: Option<String>,
    trusted_proxies: Vec<config::Network>,
}

impl Sessions {
    /// The sessions of a server with these settings; makes the secret on the first start.
    ///
    /// # Errors
    /// When the file with the secret can be neither read nor made.
    pub fn open(config: &Config, db: Db, clock: Clock) -> std::io::Result<Self> {
        let secrets = secret::load(config)?;
        let settings = config.session.clone();
        let seal = Seal::new(secrets, &settings.cookie_name);
        Ok(Self {
            inner: Arc::new(Inner {
                store: Store::new(db.clone(), Database::new(db), seal, clock.clone(), settings.clone()),
                cookie: Cookie::new(&settings.cookie_name, settings.cookie_secure),
                limit: Limit::new(settings.create_limit),
                clock,
                public_origin: config.public_origin.clone(),
                trusted_proxies: config.trusted_proxies.clone(),
                settings,
            }),
        })
    }
}

/// A duration of the settings, which are bounded far below what this can hold.
fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// Whether the file is readable by its owner only, where the system knows such rights.
fn is_private(path: &Path) -> std::io::Result<bool> {
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
