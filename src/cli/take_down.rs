use std::process::ExitCode;

use anyhow::Context as _;
use chrono::NaiveDateTime;
use clap::Args;

use super::output::say;
use crate::clock::Clock;
use crate::config;
use crate::db::{self, Db, DbConnection, cards, files, migrations, section_links, upkeep};
use crate::session::code::Code;
use crate::session::{SessionId, Sessions};
use crate::uploads::Uploads;

/// The longest reason, so that there is room for it among what a browser is told.
const MOST_CHARACTERS: usize = 300;

/// What `take-down` is told.
#[derive(Args)]
pub(super) struct TakeDownOptions {
    /// All settings of the server: links are found by its secret, and browsers told where their keys are kept
    #[command(flatten)]
    server: config::Options,
    /// Why, in words for the visitor whose card it is
    #[arg(long, value_name = "WORDS")]
    reason: String,
    /// The address of the card, or of a section that somebody may write in: …/cards/… or …/write/…
    #[arg(value_name = "ADDRESS")]
    address: String,
}

/// A card on its way out.
struct Found {
    session: SessionId,
    card: String,
    begun: NaiveDateTime,
    files: Vec<String>,
}

/// Deletes one card with all that hangs on it, and leaves the reason with the browsers of its visitor.
pub(super) fn run(options: TakeDownOptions) -> anyhow::Result<ExitCode> {
    let reason = options.reason.trim().to_owned();
    anyhow::ensure!(
        (1..=MOST_CHARACTERS).contains(&reason.chars().count()),
        "--reason: write 1 to {MOST_CHARACTERS} characters, which the visitor will read"
    );
    let place = place(&options.address).context(
        "ADDRESS: name a card or a link to a section, such as https://cards.example.org/cards/… or …/write/…",
    )?;
    let config = options.server.check()?;
    let db = Db::open(&config.database_url).context("DATABASE_URL")?;
    let uploads = Uploads::open(&config.uploads).context("UPLOADS_URL")?;
    actix_web::rt::System::new().block_on(async {
        anyhow::ensure!(
            db.run(migrations::pending).await?.is_empty(),
            "the database is not of this version: run `cartellino migrate` first"
        );
        let clock = Clock::System;
        let sessions = Sessions::open(&config, db.clone(), clock.clone()).context("SESSION_ENGINE")?;
        let hashes = match &place {
            Place::Card(_) => Vec::new(),
            Place::Link(code) => sessions.code_hashes(code),
        };
        let now = clock.now().naive_utc();
        let removed = db.write(move |conn| remove(conn, place, &hashes, now)).await;
        let found = match removed {
            Ok(found) => found,
            Err(db::Error::NotFound) => {
                anyhow::bail!("ADDRESS: there is no such card (any more), and nothing was deleted")
            }
            Err(error) => return Err(error.into()),
        };
        for file in &found.files {
            if let Err(error) = uploads.delete(found.session.as_str(), file) {
                // The rows are gone, so nobody can reach the bytes.
                say(format_args!("A file is left for the next cleanup: {error}"));
            }
        }
        if let Err(error) = db.tidy(upkeep::erase).await {
            say(format_args!(
                "The database's files are left for the next cleanup to tidy: {error}"
            ));
        }
        let text = format!(
            "A card of yours, begun on {}, was taken down by those who run this server: {reason}",
            found.begun.format("%-d %B %Y")
        );
        let told = sessions.notify(&found.session, &[], &text).await;
        println!(
            "the card {} is deleted, with {} files; {told} browsers of its visitor are told why",
            found.card,
            found.files.len()
        );
        Ok(ExitCode::SUCCESS)
    })
}

/// What an address names.
enum Place {
    /// A card by its id.
    Card(String),
    /// A section by the word of a link to it.
    Link(Code),
}

fn place(address: &str) -> Option<Place> {
    let word = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    if let Some((_, rest)) = address.split_once("/write/") {
        return Code::section_link(&word(rest)).map(Place::Link);
    }
    let (_, rest) = address.split_once("/cards/")?;
    Some(Place::Card(word(rest))).filter(|place| !matches!(place, Place::Card(id) if id.is_empty()))
}

fn remove(conn: &mut DbConnection, place: Place, hashes: &[String], now: NaiveDateTime) -> Result<Found, db::Error> {
    let card = match place {
        Place::Card(card) => card,
        Place::Link(_) => section_links::find(conn, hashes, now)?.card,
    };
    let session = cards::owner(conn, &card)?;
    let begun = cards::load(conn, &session, &card)?.created_at;
    let files = files::list(conn, &session, &card)?;
    cards::delete_for_good(conn, &session, &card, now)?;
    Ok(Found {
        session,
        card,
        begun,
        files: files.into_iter().map(|file| file.id).collect(),
    })
}
