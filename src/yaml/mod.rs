//! YAML as a text with places: read leniently, changed in place, written in the style around it.
//!
//! [`parse`] reads the first document of a text into a tree whose every [`Node`] knows its bytes.
//! [`edits`] compares the tree with a new [`Value`] and gives the replacements that turn one into
//! the other, so that comments, quotes, order, anchors and line breaks of everything else stay. The
//! tree speaks the same language as JSON's: [`Node::to_value`] gives a [`Value`], and
//! [`Document::view`] a [`json::Node`](crate::json::Node) with places in the YAML text, so whatever
//! reads JSON documents reads these too.
//!
//! What a plain scalar means follows the core schema of YAML 1.2, as far as JSON can spell it:
//! `null`, `true`, `0.50` and `1e-5` are no texts, `no`, `2026-06-15`, `017` and `12:30` are. What is
//! written anew is put in quotes when a reader of YAML 1.1 or 1.2 would take the bare words for
//! anything but that text. An alias is a leaf that says its own name, `*name`: it is never expanded
//! there, so a few lines never become billions; [`aliases`] tells within bounds what it stands for. This room knows nothing of model cards.

mod alias;
mod block;
mod edit;
mod error;
mod flow;
mod lines;
mod node;
mod parse;
mod replace;
mod scalar;
mod style;
#[cfg(test)]
pub(crate) mod tests;

pub use alias::{MERGE, aliases, merged};
pub use edit::edits;
pub use node::{Document, Item, Kind, Layout, Member, Node, Quirk, QuirkKind, ScalarStyle};
pub use parse::parse;
pub use style::Style;

pub use crate::json::{SyntaxError, Value};

/// The value as YAML text, a list or group on lines of its own, with final newline.
pub fn to_text(value: &Value) -> String {
    let mut text = style::Writer::new(&Style::default()).root(value);
    text.push('\n');
    text
}
