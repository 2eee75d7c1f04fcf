use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Error, check_database, wrong};

/// The longest life of a cookie that browsers accept: 400 days, in seconds.
const LONGEST_AGE_S: u64 = 34_560_000;
/// The longest life of a cookie that browsers accept: 400 days.
pub const LONGEST_AGE: Duration = Duration::from_secs(LONGEST_AGE_S);
/// The latest hard end that can be set: ten years, in seconds. It keeps sums of times far from their limits.
const LONGEST_END_S: u64 = 315_360_000;
/// The largest limit of cards that can be set.
const MOST_CARDS: i64 = 1_000_000;
/// The largest limit of bytes that can be set: 1 PiB.
const MOST_BYTES: u64 = 1 << 50;
/// The shortest secret, in characters: 32 hexadecimal digits hold 128 bits.
const SHORTEST_SECRET: usize = 32;

/// A place where the keys of browsers are kept; sessions' data are always in the main database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Rows beside the cards, or in the database of `SESSION_DATABASE_URL`
    #[value(name = "database")]
    Database,
    /// The same, with a Redis that answers first
    #[value(name = "cached_database")]
    CachedDatabase,
    /// A file for each key, in the folder of `SESSION_FILE_PATH`
    #[value(name = "file")]
    File,
    /// The memory of the process; a restart forgets all keys
    #[value(name = "memory")]
    Memory,
    /// The Redis of `REDIS_URL`
    #[value(name = "redis")]
    Redis,
    /// The cookies themselves, encrypted
    #[value(name = "cookie")]
    Cookie,
}

/// Where keys are kept, checked.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// The kind of place.
    pub engine: Engine,
    /// Database of the keys, where that is another one than that of the cards.
    pub database_url: Option<String>,
    /// Folder of the engine `file`.
    pub file_path: Option<PathBuf>,
    /// Redis of the engines `redis` and `cached_database`.
    pub redis_url: Option<String>,
}

/// Where keys are kept; `cleanup_sessions` needs no more than this beside the storage.
#[derive(Args, Clone, Debug)]
pub struct KeepingOptions {
    /// Where session keys are kept.
    #[arg(
        long,
        env = "SESSION_ENGINE",
        default_value = "database",
        value_name = "SESSION_ENGINE",
        value_enum
    )]
    session_engine: Engine,

    /// Database for the keys of the engines `database` and `cached_database`. Default: that of the cards.
    #[arg(
        long,
        env = "SESSION_DATABASE_URL",
        hide_env_values = true,
        value_name = "SESSION_DATABASE_URL"
    )]
    session_database_url: Option<String>,

    /// Folder for the engine `file`; made when it is not there.
    #[arg(long, env = "SESSION_FILE_PATH", value_name = "SESSION_FILE_PATH")]
    session_file_path: Option<PathBuf>,

    /// Redis for the engines `redis` and `cached_database`: redis://host:6379/0.
    #[arg(long, env = "REDIS_URL", hide_env_values = true, value_name = "REDIS_URL")]
    redis_url: Option<String>,
}

impl KeepingOptions {
    /// Checks that the engine has the address that it needs.
    ///
    /// # Errors
    /// Names the variable that cannot be used.
    pub fn check(self) -> Result<Keeping, Error> {
        let engine = self.session_engine;
        let is_database = matches!(engine, Engine::Database | Engine::CachedDatabase);
        let is_redis = matches!(engine, Engine::Redis | Engine::CachedDatabase);
        if let Some(url) = &self.session_database_url {
            check_database("SESSION_DATABASE_URL", url)?;
            if !is_database {
                return Err(wrong(
                    "SESSION_DATABASE_URL",
                    "is for SESSION_ENGINE database or cached_database; leave it out with another one",
                ));
            }
        }
        match &self.redis_url {
            // The value itself is not repeated: it may hold a password.
            Some(url)
                if !["redis://", "unix://", "redis+unix://"]
                    .iter()
                    .any(|scheme| url.starts_with(scheme)) =>
            {
                return Err(wrong(
                    "REDIS_URL",
                    "must begin with redis://, such as redis://127.0.0.1:6379/0",
                ));
            }
            None if is_redis => {
                return Err(wrong(
                    "REDIS_URL",
                    "is needed for this SESSION_ENGINE, such as redis://127.0.0.1:6379/0",
                ));
            }
            _ => {}
        }
        if engine == Engine::File
            && self
                .session_file_path
                .as_ref()
                .is_none_or(|path| path.as_os_str().is_empty())
        {
            return Err(wrong("SESSION_FILE_PATH", "must name a folder for SESSION_ENGINE file"));
        }
        Ok(Keeping {
            engine,
            database_url: self.session_database_url,
            file_path: self.session_file_path,
            redis_url: self.redis_url,
        })
    }
}

/// What flags and environment say about sessions; flags are stronger.
#[derive(Args, Clone)]
pub(super) struct SessionOptions {
    #[command(flatten)]
    keeping: KeepingOptions,

    /// Seconds that work is kept after the visitor's last activity: 30 days. At most 400 days, the browsers' cap.
    #[arg(long, env = "SESSION_COOKIE_AGE", default_value_t = 2_592_000, value_name = "SESSION_COOKIE_AGE",
          value_parser = clap::value_parser!(u64).range(1..=LONGEST_AGE_S))]
    session_cookie_age: u64,

    /// Name of the cookie. Default: __Host-sessionid, or sessionid on plain http.
    #[arg(long, env = "SESSION_COOKIE_NAME", value_name = "SESSION_COOKIE_NAME")]
    session_cookie_name: Option<String>,

    /// Whether browsers send the cookie on https only: true or false. Default: true when PUBLIC_ORIGIN is https.
    #[arg(long, env = "SESSION_COOKIE_SECURE", value_name = "SESSION_COOKIE_SECURE")]
    session_cookie_secure: Option<bool>,

    /// Whether browsers forget the cookie when they are closed: true or false. Each visitor can choose so as well.
    #[arg(
        long,
        env = "SESSION_EXPIRE_AT_BROWSER_CLOSE",
        default_value = "false",
        action = clap::ArgAction::Set,
        value_name = "SESSION_EXPIRE_AT_BROWSER_CLOSE"
    )]
    session_expire_at_browser_close: bool,

    /// Seconds that a link to open the work in another browser is good: one minute to one day.
    #[arg(long, env = "SESSION_LINK_AGE", default_value_t = 600, value_name = "SESSION_LINK_AGE",
          value_parser = clap::value_parser!(u64).range(60..=86_400))]
    session_link_age: u64,

    /// Browsers that may open the same work at the same time: 1 to 100.
    #[arg(long, env = "SESSION_MAX_BROWSERS", default_value_t = 10, value_name = "SESSION_MAX_BROWSERS",
          value_parser = one_to_hundred)]
    session_max_browsers: usize,

    /// Seconds between two moves of the expiry by activity.
    #[arg(
        long,
        env = "SESSION_TOUCH_INTERVAL",
        default_value_t = 3600,
        value_name = "SESSION_TOUCH_INTERVAL"
    )]
    session_touch_interval: u64,

    /// Seconds after which a session ends whatever its activity. Default: never.
    #[arg(long, env = "SESSION_ABSOLUTE_AGE", value_name = "SESSION_ABSOLUTE_AGE",
          value_parser = clap::value_parser!(u64).range(1..=LONGEST_END_S))]
    session_absolute_age: Option<u64>,

    /// Sessions that one network address may begin in an hour; 0 sets no limit.
    #[arg(
        long,
        env = "SESSION_CREATE_LIMIT",
        default_value_t = 60,
        value_name = "SESSION_CREATE_LIMIT"
    )]
    session_create_limit: u32,

    /// Saves of sections in a minute that one session may send; 0 sets no limit. Each link to a section has as many of its own.
    #[arg(
        long,
        env = "SESSION_SAVE_LIMIT",
        default_value_t = 200,
        value_name = "SESSION_SAVE_LIMIT"
    )]
    session_save_limit: u32,

    /// Cards that one session may keep; 0 sets no limit.
    #[arg(long, env = "SESSION_MAX_CARDS", default_value_t = 200, value_name = "SESSION_MAX_CARDS",
          value_parser = clap::value_parser!(u32).range(0..=MOST_CARDS))]
    session_max_cards: u32,

    /// Bytes that one session may keep, uploads, sections, files and earlier versions together: 100 MiB. 0 sets no limit.
    #[arg(long, env = "SESSION_MAX_BYTES", default_value_t = 104_857_600, value_name = "SESSION_MAX_BYTES",
          value_parser = clap::value_parser!(u64).range(0..=MOST_BYTES))]
    session_max_bytes: u64,

    /// Secret that seals the keys in cookies: at least 32 characters, the same on all servers.
    /// Default: made once and kept in a file beside the database.
    #[arg(long, env = "SESSION_SECRET", hide_env_values = true, value_name = "SESSION_SECRET")]
    session_secret: Option<String>,

    /// Earlier secrets whose cookies are still good, with commas.
    #[arg(
        long,
        env = "SESSION_SECRET_FALLBACKS",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "SESSION_SECRET_FALLBACKS"
    )]
    session_secret_fallbacks: Vec<String>,

    /// Seconds between two cleanups of expired sessions inside the server; 0 switches them off.
    #[arg(
        long,
        env = "SESSION_CLEANUP_INTERVAL",
        default_value_t = 3600,
        value_name = "SESSION_CLEANUP_INTERVAL",
        value_parser = clap::value_parser!(u64).range(0..=LONGEST_AGE_S)
    )]
    session_cleanup_interval: u64,

    /// Seconds after the expiry before a cleanup takes a session.
    #[arg(
        long,
        env = "SESSION_CLEANUP_GRACE",
        default_value_t = 3600,
        value_name = "SESSION_CLEANUP_GRACE",
        value_parser = clap::value_parser!(u64).range(0..=LONGEST_AGE_S)
    )]
    session_cleanup_grace: u64,
}

fn one_to_hundred(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=100) => Ok(number),
        _ => Err("must be a number from 1 to 100".to_owned()),
    }
}

/// The settings of sessions, checked.
#[derive(Clone)]
pub struct Session {
    /// Where keys are kept.
    pub keeping: Keeping,
    /// How long a session lives after its last activity; at most 400 days.
    pub age: Duration,
    /// Name of the cookie.
    pub cookie_name: String,
    /// Whether the cookie is marked `Secure`.
    pub cookie_secure: bool,
    /// Whether browsers forget the cookie when they are closed.
    pub expire_at_browser_close: bool,
    /// How often activity moves the expiry at most.
    pub touch_interval: Duration,
    /// Hard end of a session after its creation; `None`: there is none.
    pub absolute_age: Option<Duration>,
    /// New sessions of one source address in an hour; 0: no limit.
    pub create_limit: u32,
    /// Saves of one session in a minute; 0: no limit.
    pub save_limit: u32,
    /// Cards that one session may keep; `None`: no limit.
    pub max_cards: Option<u32>,
    /// Bytes that one session may keep, of all kinds together; `None`: no limit. Never less than one upload.
    pub max_bytes: Option<u64>,
    /// How long a link to another browser is good.
    pub link_age: Duration,
    /// The most browsers that may open one session.
    pub max_browsers: usize,
    /// Secret that seals keys; `None`: the one kept beside the database.
    pub secret: Option<String>,
    /// Earlier secrets that still open.
    pub secret_fallbacks: Vec<String>,
    /// Time between two cleanups; `None`: no cleanup inside the server.
    pub cleanup_interval: Option<Duration>,
    /// How long expired sessions are left alone.
    pub cleanup_grace: Duration,
}

impl SessionOptions {
    /// Checks the settings, each for itself and with the others.
    pub(super) fn check(self, https: bool, max_upload_bytes: u64) -> Result<Session, Error> {
        let cookie_secure = self.session_cookie_secure.unwrap_or(https);
        if cookie_secure && !https {
            return Err(wrong(
                "SESSION_COOKIE_SECURE",
                "browsers return a secure cookie on https only: set PUBLIC_ORIGIN to an https:// address, or leave \
                 this off",
            ));
        }
        let cookie_name = self
            .session_cookie_name
            .unwrap_or_else(|| if cookie_secure { "__Host-sessionid" } else { "sessionid" }.to_owned());
        check_cookie_name(&cookie_name, cookie_secure)?;
        let keeping = self.keeping.check()?;
        let (age, touch) = (self.session_cookie_age, self.session_touch_interval);
        if touch > age / 2 {
            return Err(wrong(
                "SESSION_TOUCH_INTERVAL",
                format!(
                    "{touch} s is too long for SESSION_COOKIE_AGE {age} s: at most half of it, or active visitors lose their work"
                ),
            ));
        }
        if self.session_absolute_age.is_some_and(|absolute| absolute < age) {
            return Err(wrong(
                "SESSION_ABSOLUTE_AGE",
                format!("must not be shorter than SESSION_COOKIE_AGE ({age} s)"),
            ));
        }
        let max_bytes = (self.session_max_bytes > 0).then_some(self.session_max_bytes);
        if max_bytes.is_some_and(|most| most < max_upload_bytes) {
            return Err(wrong(
                "SESSION_MAX_BYTES",
                format!(
                    "must not be less than MAX_UPLOAD_BYTES ({max_upload_bytes}), or nobody could keep an upload of that \
                     size; 0 sets no limit"
                ),
            ));
        }
        // Blanks at the edges come from shells and files, not from whoever made the secret.
        let secret = self.session_secret.map(|secret| secret.trim().to_owned());
        if let Some(secret) = &secret {
            check_secret("SESSION_SECRET", secret)?;
        }
        let fallbacks: Vec<String> = self
            .session_secret_fallbacks
            .iter()
            .map(|secret| secret.trim().to_owned())
            .filter(|secret| !secret.is_empty())
            .collect();
        for secret in &fallbacks {
            check_secret("SESSION_SECRET_FALLBACKS", secret)?;
        }
        Ok(Session {
            keeping,
            age: Duration::from_secs(age),
            cookie_name,
            expire_at_browser_close: self.session_expire_at_browser_close,
            link_age: Duration::from_secs(self.session_link_age),
            max_browsers: self.session_max_browsers,
            cookie_secure,
            touch_interval: Duration::from_secs(touch),
            absolute_age: self.session_absolute_age.map(Duration::from_secs),
            create_limit: self.session_create_limit,
            save_limit: self.session_save_limit,
            max_cards: (self.session_max_cards > 0).then_some(self.session_max_cards),
            max_bytes,
            secret,
            secret_fallbacks: fallbacks,
            cleanup_interval: (self.session_cleanup_interval > 0)
                .then(|| Duration::from_secs(self.session_cleanup_interval)),
            cleanup_grace: Duration::from_secs(self.session_cleanup_grace),
        })
    }
}

fn check_cookie_name(name: &str, secure: bool) -> Result<(), Error> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(token) {
        return Err(wrong(
            "SESSION_COOKIE_NAME",
            "must be 1 to 64 letters, digits or hyphens, without spaces",
        ));
    }
    let prefixed = ["__host-", "__secure-"]
        .iter()
        .any(|prefix| name.to_ascii_lowercase().starts_with(prefix));
    if prefixed && !secure {
        return Err(wrong(
            "SESSION_COOKIE_NAME",
            "browsers accept the prefixes __Host- and __Secure- on https only: set PUBLIC_ORIGIN to an https:// address",
        ));
    }
    Ok(())
}

fn check_secret(variable: &'static str, secret: &str) -> Result<(), Error> {
    if secret.len() < SHORTEST_SECRET {
        return Err(wrong(
            variable,
            format!("each secret needs at least {SHORTEST_SECRET} random characters"),
        ));
    }
    Ok(())
}
