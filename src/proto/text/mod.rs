//! The text notation: names with values, messages in braces, comments from `#` to the end of the line.
//!
//! After the specification of the text format (protobuf.dev, "Text Format Language Specification"): strings in either
//! quotes and in several pieces, escapes as in C, `<…>` for `{…}`, short lists `[…]`, `,` or `;` behind a field, names of
//! extensions in brackets.

mod edit;
mod lexer;
mod parse;
mod string;
mod style;

pub use edit::{edits, to_text};
pub use parse::parse;
