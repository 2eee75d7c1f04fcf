//! Everything of a visitor in one ZIP file, and back.
//!
//! [`write`](fn@write) turns the rows and files of a session into a ZIP; [`Incoming`] is such a ZIP on its way back, checked
//! as a whole and then stored as a whole. What is brought back is equal to what was taken: cards in their order,
//! sections with their versions and times, earlier and removed states, uploads byte for byte. Ids are new: a copy holds
//! none, neither of cards nor of the session, and no key. docs/archive.md describes the format for people.
//!
//! A copy comes from outside, so nothing in it is believed: names in it are only looked up, never used as paths;
//! sizes are measured while unpacking and bounded by [`Limits`]; what cannot be understood is a [`Refusal`] that says
//! where. This room knows rows and files, and no HTTP.

mod datasheets;
mod members;
mod names;
mod packed;
mod read;
mod restore;
mod rows;
mod write;

pub(crate) use names::file as file_name;
pub use restore::Incoming;
pub use write::write;

use crate::locale::Sentence;
use crate::say;
use crate::{db, random, uploads};

/// What `manifest.json` says of itself.
const FORMAT: &str = "cartellino-archive";
/// The version of the format: raised when older servers could not read a new copy. All versions up to it are read.
const VERSION: i32 = 1;

const MANIFEST: &str = "manifest.json";
const CARD: &str = "card.json";
const SECTIONS: &str = "sections.jsonl";
const HISTORY: &str = "history.jsonl";

/// How much one copy may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The ZIP itself, in bytes.
    pub packed_bytes: u64,
    /// Everything in it that is read, unpacked, in bytes.
    pub unpacked_bytes: u64,
    /// One upload or file, in bytes.
    pub file_bytes: u64,
    /// Cards.
    pub cards: usize,
    /// Sections of one card.
    pub sections: usize,
    /// Earlier states of sections, of all cards.
    pub revisions: usize,
    /// Files, of all cards.
    pub files: usize,
    /// Entries of the ZIP, those included that are not read.
    pub entries: usize,
}

/// What the work of one visitor comes to at most, in bytes, as long as no other limit says so.
const SESSION_BYTES: u64 = 100 << 20;

impl Limits {
    /// The limits of a server that takes uploads of this many bytes.
    pub fn of(max_upload_bytes: usize) -> Self {
        let file_bytes = max_upload_bytes as u64;
        let session_bytes = SESSION_BYTES.max(2 * file_bytes);
        Self {
            // A copy also holds the finished cards, and uploads that do not get smaller by packing.
            packed_bytes: 2 * session_bytes,
            unpacked_bytes: 4 * session_bytes,
            file_bytes,
            cards: 1_000,
            sections: 5_000,
            revisions: 100_000,
            files: 2_000,
            entries: 20_000,
        }
    }

    /// The longest line of a list of sections: a form may bring more than a file of the same limit.
    fn line_bytes(&self) -> u64 {
        5 * self.file_bytes + (64 << 10)
    }
}

/// Why a file is not taken as a copy, in words for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong and where.
    pub message: Sentence,
    /// What to try.
    pub advice: Sentence,
}

impl Refusal {
    fn new(message: Sentence, advice: Sentence) -> Self {
        Self { message, advice }
    }

    /// Something in the copy is not as this program writes it.
    fn damaged(message: Sentence) -> Self {
        Self::new(
            message,
            say!(
                "Choose the ZIP file exactly as it was downloaded here. If it was copied or sent since, \
                         fetch it once more; the originals and finished cards in it open with any program that \
                         unpacks ZIP files."
            ),
        )
    }

    /// The copy holds more than this server takes.
    fn too_much(message: Sentence) -> Self {
        Self::new(
            message,
            say!(
                "Unpack the ZIP file on your computer and upload the cards you need one by one; each is in its folder."
            ),
        )
    }
}

/// Why a copy could not be made or brought back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is no copy that can be understood.
    #[error("refused: {}", .0.message)]
    Refused(Refusal),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The disk failed.
    #[error("the disk: {0}")]
    Disk(std::io::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<random::Error> for Error {
    fn from(error: random::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<uploads::Error> for Error {
    fn from(error: uploads::Error) -> Self {
        match error {
            uploads::Error::NotFound => Self::Disk(std::io::ErrorKind::NotFound.into()),
            uploads::Error::Disk(error) => Self::Disk(error),
        }
    }
}

impl From<Error> for db::Error {
    /// For work inside a transaction, which ends with it.
    fn from(error: Error) -> Self {
        match error {
            Error::Db(error) => error,
            other => Self::Unavailable(other.to_string()),
        }
    }
}
