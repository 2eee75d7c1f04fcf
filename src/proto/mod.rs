//! Protocol buffers as files with places, in both their notations: the binary [`wire`] format and the [`text`] format.
//!
//! Both are read into a tree of [`Message`]s whose every [`Field`] knows its bytes, and shown as JSON's tree by
//! [`Message::view`], a repeated field as one list: whatever reads JSON documents reads these too. Changing a document
//! to a new value replaces what says something else and copies the rest, so unknown fields, their order, comments and
//! odd spellings stay. Names and types come from a [`Schema`], which is data; a field that the schema does not have is
//! shown by its number, and nothing is ever put where the schema has no number for it. This room knows nothing of
//! model cards.

mod message;
mod plan;
mod schema;
#[cfg(test)]
pub(crate) mod tests;
pub mod text;
pub mod wire;

pub use crate::json::{SyntaxError, Value};
pub use message::{Content, Field, Item, Message, Quirk, QuirkKind};
pub use schema::{FieldType, Schema, Type};

/// How many fields a document may have: each costs memory many times its bytes.
const MAX_FIELDS: usize = 300_000;

/// How deep messages may lie in each other, as in the reference implementations.
const MAX_DEPTH: usize = 100;

/// A document understood.
#[derive(Debug)]
pub struct Document {
    /// The outermost message.
    pub root: Message,
    /// The document as JSON's tree, with places in the file.
    pub view: crate::json::Node,
    /// What other readers stumble over, in the order of the file.
    pub quirks: Vec<Quirk>,
    /// How many fields, where the schema has names, are not as it has them.
    pub strangers: usize,
}

impl Document {
    fn new(root: Message, quirks: Vec<Quirk>, strangers: usize) -> Self {
        let view = root.view();
        Self {
            root,
            view,
            quirks,
            strangers,
        }
    }
}
