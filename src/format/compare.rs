//! What differs between two cards that may have come in different formats.

use super::{Format, convert};
use crate::card::Card;
use crate::card::change::{self, Change};
use crate::card::outline::Outline;

/// One of two cards that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Side<'c> {
    /// The format that it came in.
    pub format: Format,
    /// The outline whose questions it answers.
    pub outline: &'static Outline,
    /// The card.
    pub card: &'c Card,
}

impl Side<'_> {
    /// Whether the fields of both are called alike, so that they can be compared one by one.
    pub fn is_like(&self, other: &Self) -> bool {
        self.format == other.format && self.outline.key == other.outline.key
    }
}

/// What differs from the old card to the new one. Cards of different formats are compared by question: both are brought
/// into the full outline, with answers as lines of text, so that only what they say counts and not how.
pub fn difference(old: &Side, new: &Side) -> Vec<Change> {
    if old.is_like(new) {
        change::difference(old.card, new.card)
    } else {
        change::difference(&convert::flat(old.card), &convert::flat(new.card))
    }
}
