//! JSON as a text with places: read leniently, changed in place, written in a given style.
//!
//! [`parse`] accepts what people's files really hold (comments, trailing commas, raw line breaks in
//! strings, `NaN`, duplicate names) and names each [`Quirk`] with its place. [`edits`] compares a
//! parsed text with a new [`Value`] and gives the smallest replacements that turn one into the
//! other, so that everything else keeps its bytes. This room knows nothing of model cards.

pub(crate) mod align;
mod edit;
mod node;
mod parse;
mod style;
#[cfg(test)]
pub(crate) mod tests;
mod value;

pub use edit::{Edit, apply, edits};
pub use node::{Document, Kind, Member, Node, Quirk, QuirkKind, SyntaxError};
pub use parse::{parse, parse_assembled, string_places};
pub use style::{Style, quote};
pub use value::Value;

/// The value as JSON text on one line, numbers as they were spelled.
pub fn to_text(value: &Value) -> String {
    let mut text = String::new();
    style::write(&mut text, value, &Style::default(), None);
    text
}

/// The value as indented JSON text without final newline.
pub fn to_pretty_text(value: &Value) -> String {
    let mut text = String::new();
    style::write(&mut text, value, &Style::pretty(), Some(""));
    text
}

/// The text as the inside of a JSON string, without quotes.
pub fn escaped(text: &str, ascii: bool) -> String {
    let mut out = String::new();
    style::escape(&mut out, text, ascii);
    out
}

/// Line and column of a byte offset, both counted from 1, the column in characters.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// A function from byte offsets to lines, counted from 1, for many look-ups, each in logarithmic time.
pub fn lines(text: &str) -> impl Fn(usize) -> usize + use<> {
    let breaks: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    move |offset| breaks.partition_point(|at| *at < offset) + 1
}

/// Whether the text is a number as JSON spells it, `NaN` and `Infinity` included.
pub fn is_number(text: &str) -> bool {
    parse(text).is_ok_and(|document| matches!(document.root.kind, Kind::Number(spelling) if spelling == text))
}
