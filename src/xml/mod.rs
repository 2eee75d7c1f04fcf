//! XML as a text with places: read leniently, changed in place, written in the style around it.
//!
//! [`parse`] reads a text into a tree whose every [`Element`] knows its bytes. [`Document::view`] shows it as a
//! [`json::Node`](crate::json::Node) with places in the XML text, so whatever reads JSON documents reads this too, and
//! [`edits`] gives the replacements that make the text say a new [`Value`], so that comments, processing instructions,
//! CDATA, quotes, line breaks and indentation of everything else stay. [`to_text`] writes a new document.
//!
//! # How elements are values
//!
//! | XML | value |
//! |---|---|
//! | `<a>text</a>` | `"a": "text"`, without the white space around |
//! | `<a/>`, `<a></a>` | `"a": ""` |
//! | `<a x="1"><b>text</b></a>` | `"a": {"@x": "1", "b": "text"}` |
//! | `<a x="1">text</a>` | `"a": {"@x": "1", "#text": "text"}` |
//! | `<b>1</b><b>2</b>`, neighbours | `"b": ["1", "2"]` |
//! | `<b>1</b><c/><b>2</b>` | `"b": "1", "c": "", "b": "2"` |
//! | `<a>one <b>two</b> three</a>` | `"a": {"#text": "one", "b": "two", "#text": "three"}` |
//!
//! Everything is text: XML knows no numbers. White space between elements is layout. Comments, processing instructions
//! and namespace declarations are not shown. [`normal`] gives what is left of any other value: one entry instead of a
//! list of one, text instead of a number. Names that XML does not allow are spelled as ISO/IEC 9075-14 does,
//! `_x0020_` for a blank.
//!
//! Entities of a document type declaration are never expanded: `&name;` is shown as it stands. This room knows nothing
//! of model cards.

mod edit;
mod name;
mod node;
mod normal;
mod parse;
mod style;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod view;

pub use edit::edits;
pub use name::{decoded, encoded, plain_name};
pub use node::{Attribute, Document, Element, Piece, PieceKind, Quirk, QuirkKind};
pub use normal::{normal, normal_entry, spelled};
pub use parse::parse;
pub use text::is_allowed;

pub use crate::json::{SyntaxError, Value};

/// A new document with this root element and, where there is one, default namespace.
pub fn to_text(root: &str, namespace: Option<&str>, value: &Value) -> String {
    let style = style::Style::default();
    let declared = namespace.map(|uri| format!(" xmlns=\"{}\"", text::attribute(uri, '"', &[])));
    let head = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}", style.newline);
    let mut writer = style::Writer::new(&style);
    writer.root(root, declared.as_deref().unwrap_or_default(), &normal(value));
    head + &writer.out + style.newline
}
