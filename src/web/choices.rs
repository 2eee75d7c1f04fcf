//! What a visitor chose for this browser, and where they were: the small values that pages keep in its state.

use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::session::Visitor;
use crate::session::state::Item;

/// Id of the card that this browser changed last.
pub const LAST_CARD: Item<String> = Item::new("last");
/// How pages look in this browser.
pub const DISPLAY: Item<Display> = Item::new("display");

/// The language that this browser chose; without it, the browser's own setting holds.
pub const LANGUAGE: Item<Locale> = Item::new("language");

impl From<&Visitor> for Locale {
    fn from(visitor: &Visitor) -> Self {
        visitor.get(&LANGUAGE).unwrap_or_else(|| visitor.browser_locale())
    }
}

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Display {
    /// Light or dark.
    pub colours: Colours,
    /// Whether help is shown at once.
    pub help: Help,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colours {
    /// As the visitor's system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Whether the help at questions is shown at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Help {
    /// It stands under each question.
    #[default]
    Open,
    /// It opens with a click.
    Folded,
}

impl Display {
    /// What this visitor chose; the defaults for everybody else.
    pub fn of(visitor: &Visitor) -> Self {
        visitor.get(&DISPLAY).unwrap_or_default()
    }

    /// Whether help opens with a click only.
    pub fn is_help_folded(self) -> bool {
        self.help == Help::Folded
    }
}

impl Colours {
    /// For the browser, before it has read a style sheet: otherwise a dark page would flash white first.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The stylesheet with these colours. Paper is white whatever was chosen.
    pub fn sheet(self) -> &'static str {
        match self {
            Self::System => "style-by-system.css",
            Self::Light => "style.css",
            Self::Dark => "style-dark.css",
        }
    }
}

/// Notes that the visitor changed this card, for the first page to lead back to it. The same card again writes nothing.
pub fn remember_card(visitor: &Visitor, id: &str) {
    visitor.hint(&LAST_CARD, &id.to_owned());
}
