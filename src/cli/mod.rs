//! The command line: one file a subcommand.
//!
//! Data goes to stdout, words to stderr. Exit codes: 0 for good, 1 for problems found, 2 for failure.

mod backup;
mod check;
mod cleanup;
mod convert;
mod detect;
mod diff;
mod input;
mod log;
mod migrate;
mod new;
mod output;
mod paint;
mod progress;
mod serve;
mod sessions;
mod table;
mod take_down;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::cleanup::Whose;
use crate::config::{self, File, Unusable};

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
enum SessionsAction {
    /// A line for each browser: its handle, what it is, days, and how much the session holds
    List {
        #[command(flatten)]
        storage: config::Storage,
        #[command(flatten)]
        keeping: config::KeepingOptions,
    },
    /// Ends the session of the browser with this handle: all its rows, files and keys are gone
    End {
        #[command(flatten)]
        storage: config::Storage,
        #[command(flatten)]
        keeping: config::KeepingOptions,
        /// As `cartellino sessions list` shows it
        #[arg(value_name = "HANDLE")]
        handle: String,
    },
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
    /// Lists sessions or ends one, without looking at what is in them
    Sessions {
        #[command(subcommand)]
        action: SessionsAction,
    },
    /// Deletes one card by its address, and tells its visitor why; the server may run
    TakeDown(Box<take_down::TakeDownOptions>),
    /// Writes everything, as it is at this moment, into a new folder; the server may run
    Backup(backup::BackupOptions),
    /// Puts a backup back, where no server is running
    Restore(backup::RestoreOptions),
    /// Says whether database and files are whole, on the server or in a backup
    Verify(verify::Options),
    /// Says which format each file has
    Detect(detect::Options),
    /// Says what is wrong with model cards
    Check(check::Options),
    /// Writes model cards in another format
    Convert(convert::Options),
    /// Says what differs between two model cards, field by field
    Diff(diff::Options),
    /// Writes a blank model card that says what to write where
    New(new::Options),
}

/// Runs a command line, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let read = config::read_with_file(&Cli::command(), &with_default(arguments.into_iter().collect()));
    let read = read.and_then(|(matches, file)| Ok((Cli::from_arg_matches(&matches)?, matches, file)));
    match read {
        Ok((cli, matches, file)) => run(cli).unwrap_or_else(|error| match output::is_closed_pipe(&error) {
            // Whoever reads has enough, as `head` does.
            true => ExitCode::SUCCESS,
            false => {
                let place = place_of(&error, &matches, file.as_ref());
                output::say(format_args!("cartellino: {place}{error:#}"));
                ExitCode::from(2)
            }
        }),
        Err(Unusable::File(error)) => {
            output::say(format_args!("cartellino: {error}"));
            ExitCode::from(2)
        }
        Err(Unusable::Line(error)) => {
            // Help and version go to stdout with 0, complaints to stderr with 2; a closed pipe is nobody's fault.
            let _ = error.print();
            if error.kind() == ErrorKind::InvalidUtf8
                && let Some(variable) = variable_without_text()
            {
                eprintln!("cartellino: {variable}: is not a text in the encoding UTF-8");
            }
            ExitCode::from(if error.use_stderr() { 2 } else { 0 })
        }
    }
}

/// Where a setting that cannot be used stands, if that is in the file of settings.
fn place_of(error: &anyhow::Error, matches: &ArgMatches, file: Option<&File>) -> String {
    let setting = error.downcast_ref::<config::Error>();
    let place = setting
        .zip(file)
        .and_then(|(setting, file)| file.place(setting.variable, matches));
    place.map(|place| format!("{place}: ")).unwrap_or_default()
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
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
        Command::Sessions { action } => match action {
            SessionsAction::List { storage, keeping } => sessions::list(&storage, keeping),
            SessionsAction::End {
                storage,
                keeping,
                handle,
            } => cleanup::run(&storage, keeping, 0, Some(Whose::Browser(handle)), false),
        },
        Command::TakeDown(options) => take_down::run(*options),
        Command::Backup(options) => backup::backup(options),
        Command::Restore(options) => backup::restore(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Detect(options) => detect::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Convert(options) => convert::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::New(options) => new::run(&options),
    }
}

/// The first variable of a setting that is no text, which the parser's own complaint does not name.
fn variable_without_text() -> Option<String> {
    let command = Cli::command();
    let mut variables = command
        .get_subcommands()
        .flat_map(clap::Command::get_arguments)
        .filter_map(clap::Arg::get_env);
    let found = variables.find(|name| std::env::var_os(name).is_some_and(|value| value.to_str().is_none()));
    found.map(|name| name.to_string_lossy().into_owned())
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
