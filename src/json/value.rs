/// Whatever JSON can say, with spelling and order kept: an answer of a card, or a piece of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// JSON's `null`: the file has the field, without an answer.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number as it was spelled: `0.970`, `1e-5`, `NaN`.
    Number(String),
    /// Text, often Markdown.
    Text(String),
    /// Several values.
    List(Vec<Value>),
    /// Named values in their order; a name may come twice, as it may in a JSON file.
    Group(Vec<(String, Value)>),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The first member of a group with this name.
    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Group(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether there is nothing to read in it: `null`, blank text, or only such parts.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(_) | Self::Number(_) => false,
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.iter().all(Self::is_blank),
            Self::Group(members) => members.iter().all(|(_, value)| value.is_blank()),
        }
    }

    /// How many single values (text, number, yes/no, null) it holds.
    pub fn leaves(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(Self::leaves).sum(),
            Self::Group(members) => members.iter().map(|(_, value)| value.leaves()).sum(),
            _ => 1,
        }
    }
}
