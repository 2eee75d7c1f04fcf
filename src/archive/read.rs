//! From a ZIP to rows: the manifest, and the cards one by one.

use std::fs::File;

use chrono::NaiveDateTime;

use super::members::Members;
use super::packed::{Packed, entry_name};
use super::rows::{self, CardEntry, Content};
use super::{CARD, Error, FORMAT, HISTORY, Limits, MANIFEST, Refusal, SECTIONS, VERSION};
use crate::card::Value;
use crate::db::cards::{CardSectionData, Revision};
use crate::format::{self, Format};
use crate::say;
use crate::uploads;

/// The most that a manifest takes, in bytes.
const MANIFEST_BYTES: u64 = 2 << 20;
/// The most that one card's `card.json` takes, in bytes.
const CARD_BYTES: u64 = 2 << 20;

/// A copy that is being read; it can be read more than once.
pub(super) struct Reader {
    pub zip: Packed,
    pub limits: Limits,
    /// The folders of the cards, in order.
    pub folders: Vec<String>,
    /// What counts as now for times in the copy, UTC.
    pub now: NaiveDateTime,
}

impl Reader {
    /// Reads the manifest.
    ///
    /// # Errors
    /// A refusal when it is no copy, or one that only a newer server can read, or has no or too many cards.
    pub fn open(file: File, limits: Limits, now: NaiveDateTime) -> Result<Self, Error> {
        let mut zip = Packed::open(file, limits)?;
        let manifest = zip.json(MANIFEST, MANIFEST_BYTES)?;
        let place = entry_name(MANIFEST);
        let members = Members::of(&manifest, &place)?;
        let format = members.optional("format").ok().flatten();
        if format != Some(FORMAT) {
            return Err(Refusal::new(
                say!(
                    "{place} in the ZIP file does not say that it is a copy made by Cartellino.",
                    place
                ),
                say!(
                    "Choose the file that “Download everything (ZIP)” gave you. A single card goes in on the \
                         first page."
                ),
            )
            .into());
        }
        let version = members.count("version", 1)?;
        if version > VERSION {
            return Err(Refusal::new(
                say!(
                    "The copy was made by a newer Cartellino: it is of version {version}, and version {known} \
                         is known here.",
                    version,
                    known = VERSION
                ),
                say!("Bring it back on the server it came from, or ask whoever runs this one to update it."),
            )
            .into());
        }
        let folders = match manifest.member("cards") {
            Some(Value::List(cards)) => cards
                .iter()
                .map(|card| Ok(Members::of(card, &place)?.text("folder")?.to_owned()))
                .collect::<Result<Vec<_>, Refusal>>()?,
            _ => return Err(Refusal::damaged(say!("{place} does not list the cards.", place)).into()),
        };
        if folders.is_empty() {
            return Err(Refusal::new(
                say!("There is no card in the copy."),
                say!("Choose another copy, or begin a card on the first page."),
            )
            .into());
        }
        if folders.len() > limits.cards {
            let message = say!(
                "The copy has {folders} cards; {cards} are taken at once.",
                folders = folders.len(),
                cards = limits.cards
            );
            return Err(Refusal::too_much(message).into());
        }
        Ok(Self {
            zip,
            limits,
            folders,
            now,
        })
    }

    /// The card of a folder, with its upload.
    ///
    /// # Errors
    /// A refusal when something of it cannot be understood.
    pub fn card(&mut self, folder: &str) -> Result<CardEntry, Error> {
        let path = format!("{folder}/{CARD}");
        let value = self.zip.json(&path, CARD_BYTES)?;
        let mut card = CardEntry::from_value(&value, &entry_name(&path), self.now)?;
        if let Some(source) = &card.source {
            let path = format!("{folder}/{}", source.path);
            card.row.source = Some(self.zip.bytes(&path, self.limits.file_bytes)?);
        }
        Ok(card)
    }

    /// Whether the card can be worked on here.
    ///
    /// # Errors
    /// A refusal when its format is not known, or its upload is not what it was or not of that format.
    pub fn check(folder: &str, card: &CardEntry) -> Result<(), Refusal> {
        let row = &card.row;
        let Some(format) = Format::from_id(&row.format).filter(|format| format.can_read()) else {
            return Err(Refusal::new(
                say!(
                    "The card “{row}” has the format “{format}”, which is not known here.",
                    row = &row.title,
                    format = &row.format
                ),
                say!(
                    "Maybe the copy is from a newer server: bring it back there, or ask whoever runs this \
                             one to update it."
                ),
            ));
        };
        let (Some(Content { path, sha256 }), Some(bytes)) = (&card.source, &row.source) else {
            return Ok(());
        };
        if uploads::sha256(bytes) != *sha256 {
            return Err(changed(folder, path));
        }
        match format::read_as(format, bytes) {
            Ok(_) => Ok(()),
            Err(error) => Err(Refusal::damaged(say!(
                "“{folder}/{path}” cannot be read as {format}: {message}",
                folder,
                path,
                format = format.said_name(),
                message = error.message
            ))),
        }
    }

    /// Gives the sections of a card to `each`, in order; returns how many there were.
    ///
    /// # Errors
    /// A refusal when one cannot be understood, and what `each` returns.
    pub fn sections(
        &mut self,
        folder: &str,
        mut each: impl FnMut(CardSectionData) -> Result<(), Error>,
    ) -> Result<usize, Error> {
        let (most, now) = (self.limits.sections, self.now);
        let mut count = 0;
        self.zip.lines(&format!("{folder}/{SECTIONS}"), |value, place| {
            count += 1;
            if count > most {
                let message = say!(
                    "A card of the copy has more than {most} sections (“{folder}”).",
                    most,
                    folder
                );
                return Err(Refusal::too_much(message).into());
            }
            each(rows::section_from_value(value, place, now)?)
        })?;
        Ok(count)
    }

    /// Gives the earlier states of a card's sections to `each`; returns how many there were.
    ///
    /// # Errors
    /// A refusal when one cannot be understood or there are more than `most`, and what `each` returns.
    pub fn history(
        &mut self,
        folder: &str,
        most: usize,
        mut each: impl FnMut(Revision) -> Result<(), Error>,
    ) -> Result<usize, Error> {
        let (path, now) = (format!("{folder}/{HISTORY}"), self.now);
        let mut count = 0;
        if !self.zip.has(&path) {
            return Ok(count);
        }
        self.zip.lines(&path, |value, place| {
            count += 1;
            if count > most {
                return Err(Refusal::too_much(say!("The copy has more history than this server takes.")).into());
            }
            each(rows::revision_from_value(value, place, now)?)
        })?;
        Ok(count)
    }
}

/// The refusal of a file that is not what it was.
pub(super) fn changed(folder: &str, path: &str) -> Refusal {
    Refusal::damaged(say!(
        "“{folder}/{path}” is not what it was when the copy was made: its SHA-256 differs.",
        folder,
        path
    ))
}
