//! Values of a card as text on a page.

use crate::card::{Value, words};

/// The longest text shown of one value, in characters.
pub const SHOWN_CHARS: usize = 4_000;

/// A value as plain text of bounded length.
pub fn in_words(value: &Value) -> String {
    words::in_words(value, SHOWN_CHARS)
}
