//! Every setting, read once and checked.
//!
//! [`Options`] is what flags, environment and file say, [`Config`] what the server works with: whoever
//! holds one knows that its values fit together.

mod file;
mod fonts;
mod network;
mod origin;
mod session;

use clap::{Args, FromArgMatches as _, ValueEnum};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::uploads;
pub use file::{File, FileError, Unusable, read_with_file};
pub use fonts::fonts_in;
pub use network::Network;
use origin::origin;
pub use session::{Engine, Keeping, KeepingOptions, LONGEST_AGE, Session};

/// A setting that cannot be used, or does not fit to another one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {message}")]
pub struct Error {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it and what to write instead.
    pub message: String,
}

fn wrong(variable: &'static str, message: impl Into<String>) -> Error {
    Error {
        variable,
        message: message.into(),
    }
}

/// What flags, environment and file say; flags are strongest, the file is weakest.
#[derive(Args, Clone)]
pub struct Options {
    /// Address and port to listen on. Port 0 takes a free one.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080", value_name = "LISTEN")]
    listen: SocketAddr,

    /// Origin under which browsers reach the server, such as <https://cards.example.org>. Without it
    /// the server expects to be reached by plain http at the address it listens on.
    #[arg(long, env = "PUBLIC_ORIGIN", value_name = "PUBLIC_ORIGIN")]
    public_origin: Option<String>,

    #[command(flatten)]
    storage: Storage,

    /// Largest upload in bytes.
    #[arg(long, env = "MAX_UPLOAD_BYTES", default_value_t = 10_485_760, value_name = "MAX_UPLOAD_BYTES",
          value_parser = clap::value_parser!(u64).range(1..=1_073_741_824))]
    max_upload_bytes: u64,

    /// Seconds that a link by which somebody else may write in one section is good: one minute to 400 days.
    #[arg(long, env = "SECTION_LINK_AGE", default_value_t = 604_800, value_name = "SECTION_LINK_AGE",
          value_parser = clap::value_parser!(u64).range(60..=34_560_000))]
    section_link_age: u64,

    /// Whether programs may send cards for somebody to finish, by a link that opens them once: on or off.
    #[arg(long, env = "PREFILL", default_value = "on", action = clap::ArgAction::Set, value_name = "PREFILL",
          value_parser = on_or_off)]
    prefill: bool,

    /// Cards that programs sent and nobody has opened yet, which the server keeps at the same time: 1 to 1 000 000.
    #[arg(long, env = "PREFILL_MAX", default_value_t = 1000, value_name = "PREFILL_MAX",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    prefill_max: u32,

    /// Proxies whose X-Forwarded-For is believed: addresses or networks such as 10.0.0.0/8, with commas.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',', value_name = "TRUSTED_PROXIES")]
    trusted_proxies: Vec<Network>,

    /// Address and port at which Prometheus finds /metrics. Default: nowhere. Let nobody else reach it.
    #[arg(long, env = "METRICS_LISTEN", value_name = "METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,

    /// Folder of further fonts (.ttf, .otf, .ttc, .otc) for PDFs, for scripts that those in the program lack.
    #[arg(long, env = "PDF_FONTS", value_name = "PDF_FONTS")]
    pdf_fonts: Option<PathBuf>,

    /// Seconds between the signal to stop and the end, in which the server answers on but says that it is not ready, so
    /// that a proxy sends visitors to other servers: 0 to 300.
    #[arg(long, env = "STOP_DELAY", default_value_t = 0, value_name = "STOP_DELAY",
          value_parser = clap::value_parser!(u64).range(0..=300))]
    stop_delay: u64,

    /// What to log: error, warn, info, debug or trace, also by module (cartellino::session=debug).
    #[arg(long, env = "LOG", default_value = "info", value_name = "LOG")]
    log: String,

    /// How each line of the log is written.
    #[arg(
        long,
        env = "LOG_FORMAT",
        default_value = "text",
        value_name = "LOG_FORMAT",
        value_enum
    )]
    log_format: LogFormat,

    #[command(flatten)]
    session: session::SessionOptions,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    #[value(name = "text")]
    Text,
    /// An object of JSON, for programs
    #[value(name = "json")]
    Json,
}

/// Where rows and files are; `migrate` and `cleanup_sessions` need no more than this.
#[derive(Args, Clone, Debug)]
pub struct Storage {
    /// File of settings in TOML, a line each such as listen = "127.0.0.1:8080"; flags and variables are stronger.
    #[arg(long, env = "CARTELLINO_CONFIG", value_name = "CARTELLINO_CONFIG")]
    config: Option<PathBuf>,

    /// Database: sqlite://path (made when it is not there) or postgres://user:password@host/name.
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://cartellino.db",
        value_name = "DATABASE_URL"
    )]
    pub database_url: String,

    /// Place for uploaded files: file:path for a folder, s3://bucket/prefix for a bucket (see docs/operating.md).
    #[arg(
        long,
        env = "UPLOADS_URL",
        default_value = "file:uploads",
        value_name = "UPLOADS_URL"
    )]
    pub uploads_url: String,
}

impl Storage {
    /// The place for uploaded files.
    ///
    /// # Errors
    /// When `UPLOADS_URL` names neither a folder nor a bucket.
    pub fn uploads(&self) -> Result<uploads::Address, Error> {
        self.uploads_url
            .parse()
            .map_err(|message: String| wrong("UPLOADS_URL", message))
    }

    /// The database's address, known to begin with a scheme that is supported.
    ///
    /// # Errors
    /// When `DATABASE_URL` names neither an SQLite file nor a PostgreSQL server.
    pub fn database(&self) -> Result<&str, Error> {
        check_database("DATABASE_URL", &self.database_url)
    }
}

/// The address, known to begin with a scheme that is supported.
fn check_database<'a>(variable: &'static str, url: &'a str) -> Result<&'a str, Error> {
    let known = ["sqlite://", "postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    if known {
        Ok(url)
    } else {
        // The value itself is not repeated: it may hold a password.
        Err(wrong(
            variable,
            "must begin with sqlite:// or postgres://, such as sqlite://cartellino.db",
        ))
    }
}

/// The settings of a server, checked.
#[derive(Clone)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Origin of the pages as browsers see it, without a slash at the end; `None`: plain http at `listen`.
    pub public_origin: Option<String>,
    /// URL of the database.
    pub database_url: String,
    /// Folder for uploaded files.
    pub uploads: uploads::Address,
    /// Largest upload in bytes.
    pub max_upload_bytes: usize,
    /// How long a link to one section is good.
    pub section_link_age: Duration,
    /// The most prefilled cards that wait to be opened; `None`: programs may not prefill.
    pub prefill_max: Option<u32>,
    /// Proxies whose forwarded addresses are believed.
    pub trusted_proxies: Vec<Network>,
    /// Address and port of the metrics; `None`: they are nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// The files of further fonts for PDFs.
    pub pdf_fonts: Vec<Vec<u8>>,
    /// How long the server answers on after the signal to stop.
    pub stop_delay: Duration,
    /// Filter for the log.
    pub log: String,
    /// How each line of the log is written.
    pub log_format: LogFormat,
    /// How sessions live.
    pub session: Session,
}

impl Options {
    /// Checks the settings, each for itself and with the others.
    ///
    /// # Errors
    /// Names the variable that cannot be used.
    pub fn check(self) -> Result<Config, Error> {
        let public_origin = self.public_origin.as_deref().map(origin).transpose()?;
        let https = public_origin
            .as_deref()
            .is_some_and(|origin| origin.starts_with("https://"));
        let session = self.session.check(https, self.max_upload_bytes)?;
        if let Err(error) = self.log.parse::<tracing_subscriber::EnvFilter>() {
            return Err(wrong("LOG", error.to_string()));
        }
        Ok(Config {
            listen: self.listen,
            public_origin,
            database_url: self.storage.database()?.to_owned(),
            uploads: self.storage.uploads()?,
            max_upload_bytes: usize::try_from(self.max_upload_bytes)
                .map_err(|_| wrong("MAX_UPLOAD_BYTES", "is more than this machine can address"))?,
            section_link_age: Duration::from_secs(self.section_link_age),
            prefill_max: self.prefill.then_some(self.prefill_max),
            trusted_proxies: self.trusted_proxies,
            metrics_listen: self.metrics_listen,
            pdf_fonts: self.pdf_fonts.as_deref().map(fonts_in).transpose()?.unwrap_or_default(),
            stop_delay: Duration::from_secs(self.stop_delay),
            log: self.log,
            log_format: self.log_format,
            session,
        })
    }

    /// The defaults with these flags, and the file that they name, whatever the environment says.
    ///
    /// # Errors
    /// When flags or file cannot be understood; the message names the one.
    pub fn from_flags<I, T>(flags: I) -> Result<Self, Unusable>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString>,
    {
        let flags: Vec<OsString> = flags.into_iter().map(Into::into).collect();
        let (matches, _) = read_with_file(&Self::without_environment(), &flags)?;
        Ok(Self::from_arg_matches(&matches)?)
    }

    /// All settings as flags and nothing else.
    fn without_environment() -> clap::Command {
        Self::augment_args(clap::Command::new("cartellino").no_binary_name(true))
            .mut_args(|argument| argument.env(Option::<&'static str>::None))
    }
}

impl Config {
    /// Whether the cookie travels readable over a network: plain http at an address that is not this machine's own.
    pub fn is_exposed(&self) -> bool {
        let https = self
            .public_origin
            .as_deref()
            .is_some_and(|origin| origin.starts_with("https://"));
        !https && !self.listen.ip().is_loopback()
    }
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be on or off".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flags: &[&str]) -> Result<Config, String> {
        let options = Options::from_flags(flags).map_err(|error| error.to_string())?;
        options.check().map_err(|error| error.to_string())
    }

    fn complaint(flags: &[&str]) -> String {
        check(flags).err().unwrap_or_else(|| panic!("{flags:?} was accepted"))
    }

    #[test]
    fn defaults_fit_together() {
        let config = check(&[]).unwrap();
        assert_eq!(config.session.age, Duration::from_secs(30 * 24 * 3600));
        assert_eq!(config.session.cookie_name, "sessionid");
        assert!(!config.session.cookie_secure);
        assert!(!config.is_exposed());
        assert_eq!(config.max_upload_bytes, 10 * 1024 * 1024);
    }

    #[test]
    fn no_limit_is_written_as_zero() {
        let defaults = check(&[]).unwrap().session;
        assert_eq!((defaults.max_cards, defaults.max_bytes), (Some(200), Some(100 << 20)));
        let none = check(&["--session-max-cards", "0", "--session-max-bytes", "0"])
            .unwrap()
            .session;
        assert_eq!((none.max_cards, none.max_bytes), (None, None));
    }

    #[test]
    fn https_brings_a_secure_cookie() {
        let config = check(&["--public-origin", "https://Cards.example.org:443/"]).unwrap();
        assert_eq!(config.public_origin.as_deref(), Some("https://cards.example.org"));
        assert_eq!(config.session.cookie_name, "__Host-sessionid");
        assert!(config.session.cookie_secure);
    }

    #[test]
    fn a_wrong_value_names_its_variable() {
        let cases: &[(&[&str], &str)] = &[
            (&["--listen", "nowhere"], "LISTEN"),
            (&["--public-origin", "cards.example.org"], "PUBLIC_ORIGIN"),
            (&["--public-origin", "https://x.org/path"], "PUBLIC_ORIGIN"),
            (&["--public-origin", "https://:443"], "PUBLIC_ORIGIN"),
            (&["--public-origin", "https://x.org:99999"], "PUBLIC_ORIGIN"),
            (&["--public-origin", "https://a:b:c"], "PUBLIC_ORIGIN"),
            (&["--public-origin", "ftp://x.org"], "PUBLIC_ORIGIN"),
            (&["--database-url", "mysql://x"], "DATABASE_URL"),
            (&["--database-url", "sqlite://"], "DATABASE_URL"),
            (&["--uploads-url", "s3://B"], "UPLOADS_URL"),
            (&["--uploads-url", "file:"], "UPLOADS_URL"),
            (&["--max-upload-bytes", "0"], "MAX_UPLOAD_BYTES"),
            (&["--max-upload-bytes", "many"], "MAX_UPLOAD_BYTES"),
            (&["--section-link-age", "59"], "SECTION_LINK_AGE"),
            (&["--section-link-age", "34560001"], "SECTION_LINK_AGE"),
            (&["--prefill", "maybe"], "PREFILL"),
            (&["--prefill-max", "0"], "PREFILL_MAX"),
            (&["--trusted-proxies", "10.0.0.0/33"], "TRUSTED_PROXIES"),
            (&["--log", "cartellino=loud"], "LOG"),
            (&["--session-engine", "mongodb"], "SESSION_ENGINE"),
            (&["--session-engine", "redis"], "REDIS_URL"),
            (&["--session-engine", "cached_database"], "REDIS_URL"),
            (&["--session-engine", "redis", "--redis-url", "localhost"], "REDIS_URL"),
            (&["--session-engine", "file"], "SESSION_FILE_PATH"),
            (&["--session-database-url", "mysql://x"], "SESSION_DATABASE_URL"),
            (
                &["--session-engine", "memory", "--session-database-url", "sqlite://x"],
                "SESSION_DATABASE_URL",
            ),
            (&["--session-link-age", "5"], "SESSION_LINK_AGE"),
            (&["--session-max-browsers", "0"], "SESSION_MAX_BROWSERS"),
            (
                &["--session-expire-at-browser-close", "sometimes"],
                "SESSION_EXPIRE_AT_BROWSER_CLOSE",
            ),
            (&["--session-cookie-age", "0"], "SESSION_COOKIE_AGE"),
            (&["--session-cookie-age", "34560001"], "SESSION_COOKIE_AGE"),
            (&["--session-cookie-age", "3600"], "SESSION_TOUCH_INTERVAL"),
            (&["--session-cookie-name", "a b"], "SESSION_COOKIE_NAME"),
            (&["--session-cookie-name", "__Host-x"], "SESSION_COOKIE_NAME"),
            (&["--session-cookie-secure", "true"], "SESSION_COOKIE_SECURE"),
            (&["--session-absolute-age", "60"], "SESSION_ABSOLUTE_AGE"),
            (&["--session-absolute-age", "99999999999999"], "SESSION_ABSOLUTE_AGE"),
            (&["--session-cleanup-grace", "99999999999999"], "SESSION_CLEANUP_GRACE"),
            (
                &["--session-cleanup-interval", "99999999999999"],
                "SESSION_CLEANUP_INTERVAL",
            ),
            (&["--session-secret", "short"], "SESSION_SECRET"),
            (&["--session-secret-fallbacks", "short"], "SESSION_SECRET_FALLBACKS"),
            (&["--session-create-limit=-1"], "SESSION_CREATE_LIMIT"),
            (&["--session-max-cards=-1"], "SESSION_MAX_CARDS"),
            (&["--session-max-cards", "many"], "SESSION_MAX_CARDS"),
            (&["--session-max-cards", "1000001"], "SESSION_MAX_CARDS"),
            (&["--session-max-bytes=-1"], "SESSION_MAX_BYTES"),
            (&["--session-max-bytes", "100 MiB"], "SESSION_MAX_BYTES"),
            (&["--session-max-bytes", "1125899906842625"], "SESSION_MAX_BYTES"),
            (&["--session-max-bytes", "10485759"], "SESSION_MAX_BYTES"),
        ];
        for (flags, variable) in cases {
            let complaint = complaint(flags);
            assert!(complaint.contains(variable), "{flags:?}: {complaint}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_not_repeated() {
        assert!(!complaint(&["--database-url", "postgre://me:hunter2@host/db"]).contains("hunter2"));
    }
}
