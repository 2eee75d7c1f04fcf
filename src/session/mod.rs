//! The anonymous visitor.

/// A session's internal id: owner of rows and files, never shown to anybody.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    /// The id as it stands in a row.
    pub fn from_row(id: String) -> Self {
        Self(id)
    }

    /// The id as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
