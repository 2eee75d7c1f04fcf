//! What the buttons of a section's form ask for.

use crate::web::form::{Form, Towards};

/// What a button of the form asks for.
pub(super) enum Action {
    Save,
    /// The page saves by itself while somebody types.
    Autosave,
    Continue,
    More(String),
    Remove(String),
    Shift(String, Towards),
    AddField(String),
    /// A chart of the results.
    ShowAs(String),
    RemoveField(String),
    Clear,
    Undo(i32),
    Resolve,
    RenameSection(String),
    ShiftSection(Towards),
    RemoveSection,
}

impl Action {
    /// What the pressed button says; saving, where there is none.
    pub(super) fn of(form: &Form) -> Self {
        let (verb, object) = form.word("do").split_once(' ').unwrap_or((form.word("do"), ""));
        let object = object.to_owned();
        match verb {
            "autosave" => Self::Autosave,
            "continue" => Self::Continue,
            "more" => Self::More(object),
            "remove" => Self::Remove(object),
            "up" | "field-up" => Self::Shift(object, Towards::Start),
            "down" | "field-down" => Self::Shift(object, Towards::End),
            "field-add" => Self::AddField(form.word("new-field").to_owned()),
            "show-as" => Self::ShowAs(form.word("show-as").to_owned()),
            "field-remove" => Self::RemoveField(object),
            "clear" => Self::Clear,
            "undo" => object.parse().map_or(Self::Save, Self::Undo),
            "resolve" => Self::Resolve,
            "section-rename" => Self::RenameSection(form.word("title").to_owned()),
            "section-up" => Self::ShiftSection(Towards::Start),
            "section-down" => Self::ShiftSection(Towards::End),
            "section-remove" => Self::RemoveSection,
            _ => Self::Save,
        }
    }

    /// The same for somebody who has a link to the section: what reaches beyond its fields, or empties all of them, is
    /// saving and no more.
    pub(super) fn for_guest(self) -> Self {
        match self {
            Self::Continue | Self::Clear | Self::RenameSection(_) | Self::ShiftSection(_) | Self::RemoveSection => {
                Self::Save
            }
            other => other,
        }
    }

    /// Whether it takes something away that was written: then what was typed is a version of its own before.
    pub(super) fn takes_away(&self) -> bool {
        matches!(
            self,
            Self::Remove(_) | Self::RemoveField(_) | Self::Clear | Self::Resolve
        )
    }
}
