//! The command line: one file a subcommand.
//!
//! Data goes to stdout, words to stderr. Exit codes: 0 for good, 1 for problems found, 2 for failure.

mod check;
mod cleanup;
mod convert;
mod migrate;
mod serve;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cleanup::Whose;
use crate::config;

/// Model cards without an account.
///
/// Without a subcommand, `cartellino` means `cartellino serve`.
#[derive(Parser)]
#[command(
    version,
    after_help = "Settings of the server: cartellino serve --help\nExit codes: 0 good, 1 problems found, 2 failure"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the server, its database and its cleanup (the default)
    Serve(Box<config::Options>),
    /// Brings the database's tables to this version
    Migrate {
        #[command(flatten)]
        storage: config::Storage,
        /// Only shows what is pending; exit code 1 if something is
        #[arg(long)]
        show: bool,
    },
    /// Deletes expired sessions with all their rows and files
    #[command(name = "cleanup_sessions", visible_alias = "clearsessions")]
    CleanupSessions {
        #[command(flatten)]
        storage: config::Storage,
        #[command(flatten)]
        keeping: config::KeepingOptions,
        /// Seconds after the expiry before a session is taken
        #[arg(
            long,
            env = "SESSION_CLEANUP_GRACE",
            default_value_t = 3600,
            value_name = "SESSION_CLEANUP_GRACE"
        )]
        session_cleanup_grace: u32,
        /// Ends the session of the browser with this handle instead, whether or not it has expired
        #[arg(long, value_name = "HANDLE", conflicts_with = "all")]
        session: Option<String>,
        /// Ends all sessions instead, whether or not they have expired: everybody's work is gone
        #[arg(long)]
        all: bool,
        /// Only counts what would be deleted
        #[arg(long)]
        dry_run: bool,
    },
    /// Says what is wrong with model cards, without a server
    Check {
        /// Files to check; `-` is standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Writes a model card in another format, to standard output
    Convert {
        /// The file to convert; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The format wanted
        #[arg(long, value_name = "FORMAT")]
        to: String,
    },
}

/// Runs a command line, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(with_default(arguments.into_iter().collect())) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout with 0, complaints to stderr with 2; a closed pipe is nobody's fault.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let outcome = match cli.command {
        Command::Serve(options) => serve::run(*options),
        Command::Migrate { storage, show } => migrate::run(&storage, show),
        Command::CleanupSessions {
            storage,
            keeping,
            session_cleanup_grace,
            session,
            all,
            dry_run,
        } => {
            let whose = session.map(Whose::Browser).or(all.then_some(Whose::All));
            cleanup::run(&storage, keeping, session_cleanup_grace, whose, dry_run)
        }
        Command::Check { files } => check::run(&files),
        Command::Convert { file, to } => convert::run(&file, &to),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("cartellino: {error:#}");
        ExitCode::from(2)
    })
}

/// `serve` is what is meant when no subcommand is named.
fn with_default(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let first = arguments.get(1).and_then(|argument| argument.to_str());
    let is_setting = |argument: &str| argument.starts_with("--") && !matches!(argument, "--help" | "--version" | "--");
    if arguments.len() == 1 || first.is_some_and(is_setting) {
        arguments.insert(1, OsString::from("serve"));
    }
    arguments
}
