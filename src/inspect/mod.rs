//! A file checked: what is wrong with it, rule by rule, as JSON for programs and as SARIF for code hosts.
//!
//! The command line and the HTTP interface say the same of a file because both ask here.

mod item;
pub mod json;
pub mod sarif;

pub use item::{Item, Rule, Weight};

use crate::card::check::Tally;
use crate::card::outline::{Outline, arranged};
use crate::format::{ReadError, Reading, read_named};

/// A file that was checked.
pub struct Checked {
    /// What the file is called where the findings are read.
    pub name: String,
    /// The file as a URI reference.
    pub uri: String,
    /// Id of the format recognised; `None` when the file is no card.
    pub format: Option<&'static str>,
    /// Version of the format, where its files have one.
    pub version: Option<&'static str>,
    /// How far the card is; `None` when the file is no card.
    pub completeness: Option<Completeness>,
    /// What was found, the graver and earlier first.
    pub items: Vec<Item>,
}

/// How far a card is.
#[derive(Clone, Copy, Debug)]
pub struct Completeness {
    /// By whose questions.
    pub outline: &'static Outline,
    /// How many of these stand where.
    pub tally: Tally,
}

impl Checked {
    /// Checks a file with these bytes. Its file name decides where they leave the format open; with an outline, the card is
    /// asked the questions of that one instead of those that fit its file.
    pub fn file(
        (name, uri): (String, String),
        bytes: &[u8],
        file_name: Option<&str>,
        outline: Option<&'static Outline>,
    ) -> Self {
        Self::new((name, uri), read_named(bytes, file_name), outline)
    }

    fn new(
        (name, uri): (String, String),
        outcome: Result<Reading, ReadError>,
        outline: Option<&'static Outline>,
    ) -> Self {
        let reading = match outcome {
            Ok(reading) => match outline {
                Some(outline) => reading.asked(outline),
                None => reading,
            },
            Err(error) => {
                return Self {
                    name,
                    uri,
                    format: None,
                    version: None,
                    completeness: None,
                    items: vec![Item::unreadable(error)],
                };
            }
        };
        let reported = reading.report().into_iter();
        let items = reported.map(|reported| Item::of(reported, &reading.findings));
        Self {
            name,
            uri,
            format: Some(reading.format.id()),
            version: reading.format.version(),
            completeness: Some(Completeness {
                outline: reading.outline,
                tally: Tally::of_card(&arranged(&reading.card, reading.outline), reading.outline),
            }),
            items: items.collect(),
        }
    }
}
