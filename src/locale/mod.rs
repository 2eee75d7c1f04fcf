//! The languages of the pages: English is written in the source, every other language in a catalogue.
//!
//! What the site says is a [`Sentence`]: English words with names for what is filled in. It knows no language until it
//! is [said](Sentence::said) in one, which pages do at the very end, so whoever finds something to say needs not know
//! who reads it. A catalogue is a PO file beside this one with an entry for every sentence, as translators' programs
//! read it. What has no entry is said in English; `tests/suite/languages.rs` finds every sentence in the source and
//! fails for each that a catalogue lacks.

mod catalogue;
mod date;
mod sentence;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use catalogue::entries;
pub use sentence::{Said, Sentence, Value};

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// As the source has it.
    #[default]
    #[serde(rename = "en")]
    English,
    /// By the catalogue `de.po`.
    #[serde(rename = "de")]
    German,
}

impl Locale {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag of BCP 47, for the attribute `lang`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Its name in itself, as those who look for it read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language with this tag, or with its first part: `de-AT` is German.
    pub fn find(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|one| one.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of these tags that the pages have, the most wanted first; English for everybody else.
    pub fn of_tags<'t>(tags: impl IntoIterator<Item = &'t str>) -> Self {
        tags.into_iter().find_map(Self::find).unwrap_or_default()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A [`Sentence`]: English words, and by name what is filled in for each `{name}` of them.
///
/// ```
/// use cartellino::say;
/// let rest = 3_u32;
/// let sentence = say!("{rest} more in {place}", rest, place = "row 2");
/// assert_eq!(sentence.to_string(), "3 more in row 2");
/// ```
#[macro_export]
macro_rules! say {
    ($text:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::locale::Sentence::new($text)
            $(.with(stringify!($name), $crate::say!(@value $name $(= $value)?)))*
    };
    (@value $name:ident = $value:expr) => { $value };
    (@value $name:ident) => { $name };
}

/// A [`Sentence`] on a number of things: the words for one and those for any other number, where `{n}` is the number.
///
/// ```
/// use cartellino::count;
/// assert_eq!(count!(1, "{n} card", "{n} cards").to_string(), "1 card");
/// assert_eq!(count!(0, "{n} card", "{n} cards").to_string(), "0 cards");
/// ```
#[macro_export]
macro_rules! count {
    ($number:expr, $one:literal, $many:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::locale::Sentence::count($number, $one, $many)
            $(.with(stringify!($name), $crate::say!(@value $name $(= $value)?)))*
    };
}

/// Marks words that are said elsewhere, such as the name of a state, for the catalogues.
#[macro_export]
macro_rules! word {
    ($text:literal) => {
        $text
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_the_pages_have_is_taken() {
        assert_eq!(Locale::of_tags(["fr", "de-AT", "en"]), Locale::German);
        assert_eq!(Locale::of_tags(["en-GB", "de"]), Locale::English);
        assert_eq!(Locale::of_tags(["*", "fr"]), Locale::English);
        assert_eq!(Locale::of_tags(["den"]), Locale::English);
    }
}
