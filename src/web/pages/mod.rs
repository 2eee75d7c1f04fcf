//! The pages: a file for each, with its handlers and the struct of its template.

pub mod changes;
pub mod computer;
pub mod convert;
pub mod datasheet;
pub mod delete;
pub mod display;
pub mod download;
pub mod download_zip;
pub mod duplicate;
pub mod elsewhere;
pub mod example;
pub mod files;
pub mod full;
pub mod health;
pub mod help;
pub mod home;
pub mod import;
pub mod language;
pub mod losses;
pub mod outline;
pub mod overview;
pub mod preview;
pub mod privacy;
pub mod reminder;
pub mod results;
pub mod section;
pub mod sections;
pub mod session;
pub mod session_delete;
pub mod session_export;
pub mod session_import;
pub mod site_language;
pub mod unreadable;
pub mod upload;
pub mod without_cookie;

use serde::Deserialize;

/// What a redirect tells the page it leads to.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Told {
    /// Id of a sentence left for this browser, see [`see_other_telling`](super::page::see_other_telling).
    pub told: Option<String>,
    /// A word for what has just happened with the visitor's browsers, see [`Page::with_done`](super::page::Page::with_done).
    pub done: Option<String>,
    /// Key of the section that was just saved.
    pub saved: Option<String>,
    /// Key of the section that was just deleted.
    pub removed: Option<String>,
    /// Whether the card was made by the request before this one.
    pub first: Option<String>,
}

/// A form that only carries its one-time token.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Token {
    /// The token.
    pub once: Option<String>,
}
