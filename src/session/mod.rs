//! The anonymous visitor.

/// A session's internal id: owner of rows and files, never shown to anybody.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionId(String);
