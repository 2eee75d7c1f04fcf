//! Lists of words that help to answer; the questions and columns name theirs.

/// A list of words that help to answer; any other text is welcome too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vocabulary {
    /// Identifiers of the SPDX License List.
    Licences,
    /// What the hub of Hugging Face calls licences.
    HubLicences,
    /// Codes of languages.
    Languages,
    /// Tasks, as the hub calls them.
    Tasks,
    /// Libraries that load a model, as the hub calls them.
    Libraries,
    /// Names of measures.
    Measures,
}

impl Vocabulary {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Licences,
        Self::HubLicences,
        Self::Languages,
        Self::Tasks,
        Self::Libraries,
        Self::Measures,
    ];

    /// Its word in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Licences => "licences",
            Self::HubLicences => "hub-licences",
            Self::Languages => "languages",
            Self::Tasks => "tasks",
            Self::Libraries => "libraries",
            Self::Measures => "measures",
        }
    }
}
