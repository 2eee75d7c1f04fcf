//! The rows of a copy as JSON, in both directions: what is written here is what is read here.

use chrono::NaiveDateTime;

use super::Refusal;
use super::members::{Members, is_word, on_one_line, wrong};
use crate::card::{Field, Names, Value, stored};
use crate::db::cards::{CardSectionData, RestoredCard, Revision};
use crate::json;
use crate::locale::Sentence;
use crate::say;

/// As both databases keep times: microseconds, UTC.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";
/// The deepest value of a field: as deep as the file of a card may be.
const DEEPEST: usize = 128;
/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 255;
/// The longest title of a card, in characters.
const LONGEST_TITLE: usize = 200;

/// A card as `card.json` has it.
pub(super) struct CardEntry {
    /// The row, still without its upload.
    pub row: RestoredCard,
    /// The folder of the card whose datasheet this one is.
    pub datasheet_of: Option<String>,
    /// Where the upload is, in the card's folder.
    pub source: Option<Content>,
    /// The files.
    pub files: Vec<FileEntry>,
}

/// A file as `card.json` has it.
#[derive(Clone)]
pub(super) struct FileEntry {
    /// Where the bytes are, in the card's folder.
    pub content: Content,
    /// The client's name.
    pub name: String,
    /// The media type.
    pub media_type: String,
    /// The section it belongs to.
    pub section_key: Option<String>,
    /// When it was made, UTC.
    pub created_at: NaiveDateTime,
}

/// Bytes in the ZIP.
#[derive(Clone)]
pub(super) struct Content {
    /// Where, in the card's folder.
    pub path: String,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// A group of these members; those that are `null` are left out.
pub(super) fn group<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| *value != Value::Null);
    Value::Group(members.map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(super) fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::text)
}

pub(super) fn number(number: impl std::fmt::Display) -> Value {
    Value::Number(number.to_string())
}

pub(super) fn time(time: NaiveDateTime) -> Value {
    Value::Text(time.format(TIME).to_string())
}

impl CardEntry {
    pub(super) fn to_value(&self) -> Value {
        let row = &self.row;
        group([
            ("title", Value::text(&row.title)),
            ("format", Value::text(&row.format)),
            ("outline", Value::text(&row.outline)),
            ("file_name", optional(row.file_name.as_deref())),
            ("datasheet_of", optional(self.datasheet_of.as_deref())),
            ("version", number(row.version)),
            ("created_at", time(row.created_at)),
            ("updated_at", time(row.updated_at)),
            ("original", self.source.as_ref().map_or(Value::Null, Content::to_value)),
            (
                "files",
                Value::List(self.files.iter().map(FileEntry::to_value).collect()),
            ),
        ])
    }

    pub(super) fn from_value(value: &Value, place: &Sentence, now: NaiveDateTime) -> Result<Self, Refusal> {
        let members = Members::of(value, place)?;
        let row = RestoredCard {
            title: on_one_line(members.text("title")?, LONGEST_TITLE).unwrap_or_else(|| "Untitled card".to_owned()),
            format: members.word("format")?,
            outline: members.word("outline")?,
            file_name: members
                .optional("file_name")?
                .and_then(|name| on_one_line(name, LONGEST_NAME)),
            source: None,
            version: members.count("version", 1)?,
            created_at: members.time("created_at", now)?,
            updated_at: members.time("updated_at", now)?,
        };
        let datasheet_of = members.optional("datasheet_of")?.map(str::to_owned);
        let source = match value.member("original") {
            None | Some(Value::Null) => None,
            Some(content) => Some(Content::from_value(content, place)?),
        };
        let files = match value.member("files") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(files)) => files
                .iter()
                .map(|file| FileEntry::from_value(file, place, now))
                .collect::<Result<_, _>>()?,
            Some(_) => return Err(wrong(place, "files", say!("a list"))),
        };
        Ok(Self {
            row,
            datasheet_of,
            source,
            files,
        })
    }
}

impl FileEntry {
    fn to_value(&self) -> Value {
        group([
            ("name", Value::text(&self.name)),
            ("media_type", Value::text(&self.media_type)),
            ("section", optional(self.section_key.as_deref())),
            ("created_at", time(self.created_at)),
            ("content", self.content.to_value()),
        ])
    }

    fn from_value(value: &Value, place: &Sentence, now: NaiveDateTime) -> Result<Self, Refusal> {
        let members = Members::of(value, place)?;
        let media_type = members.text("media_type")?;
        let is_media_type = |c: char| c.is_ascii_alphanumeric() || "/+-.;= ".contains(c);
        Ok(Self {
            content: Content::from_value(value.member("content").unwrap_or(&Value::Null), place)?,
            name: on_one_line(members.text("name")?, LONGEST_NAME).unwrap_or_default(),
            media_type: match media_type.len() {
                1..=100 if media_type.chars().all(is_media_type) => media_type.to_owned(),
                _ => "application/octet-stream".to_owned(),
            },
            section_key: members
                .optional("section")?
                .filter(|key| is_word(key))
                .map(str::to_owned),
            created_at: members.time("created_at", now)?,
        })
    }
}

impl Content {
    fn to_value(&self) -> Value {
        group([("path", Value::text(&self.path)), ("sha256", Value::text(&self.sha256))])
    }

    fn from_value(value: &Value, place: &Sentence) -> Result<Self, Refusal> {
        let members = Members::of(value, place)?;
        Ok(Self {
            path: members.text("path")?.to_owned(),
            sha256: members.text("sha256")?.to_ascii_lowercase(),
        })
    }
}

pub(super) fn section_to_value(row: &CardSectionData) -> Value {
    let value = match json::parse_assembled(&row.value) {
        Ok(document) => document.root.into_value(),
        Err(_) => Value::text(&row.value),
    };
    group([
        ("key", Value::text(&row.section_key)),
        ("title", Value::text(&row.title)),
        ("position", number(row.position)),
        ("version", number(row.version)),
        ("updated_at", time(row.updated_at)),
        ("by_link", if row.by_link { Value::Bool(true) } else { Value::Null }),
        ("fields", value),
    ])
}

pub(super) fn section_from_value(
    value: Value,
    place: &Sentence,
    now: NaiveDateTime,
) -> Result<CardSectionData, Refusal> {
    let members = Members::of(&value, place)?;
    let mut row = CardSectionData {
        section_key: members.word("key")?,
        title: members.text("title")?.to_owned(),
        position: members.count("position", 0)?,
        value: String::new(),
        version: members.count("version", 1)?,
        updated_at: members.time("updated_at", now)?,
        by_link: matches!(value.member("by_link"), Some(Value::Bool(true))),
    };
    let fields = match value {
        Value::Group(members) => members.into_iter().find(|(name, _)| name == "fields"),
        _ => None,
    };
    row.value = stored::to_text(&fields.map_or_else(Vec::new, |(_, value)| fields_of(value)));
    Ok(row)
}

pub(super) fn revision_to_value(revision: &Revision) -> Value {
    let mut value = section_to_value(&revision.section);
    if let Value::Group(members) = &mut value {
        members.insert(1, ("removed".to_owned(), Value::Bool(revision.removed)));
    }
    value
}

pub(super) fn revision_from_value(value: Value, place: &Sentence, now: NaiveDateTime) -> Result<Revision, Refusal> {
    let removed = match value.member("removed") {
        Some(Value::Bool(removed)) => *removed,
        _ => return Err(wrong(place, "removed", say!("true or false"))),
    };
    let section = section_from_value(value, place, now)?;
    Ok(Revision { section, removed })
}

/// The fields in a value. What is no field, or nests too deep for the file of a card, is kept as text.
fn fields_of(value: Value) -> Vec<Field> {
    let items = match value {
        Value::List(items) => items,
        Value::Null => Vec::new(),
        other => vec![other],
    };
    let mut names = Names::default();
    let mut fields = Vec::new();
    let mut odd = Vec::new();
    for item in items {
        let is_field = item.member("id").is_some_and(|id| id.as_text().is_some()) && item.member("value").is_some();
        if !is_field {
            odd.push(item);
            continue;
        }
        if let Some(mut field) = stored::from_value(item) {
            if !names.take(&field.id) {
                field.id = names.field_id(&field.label);
            }
            if is_deeper(&field.value, DEEPEST) {
                field.value = Value::Text(json::to_text(&field.value));
            }
            fields.push(field);
        }
    }
    if !odd.is_empty() {
        let text = match <[Value; 1]>::try_from(odd) {
            Ok([Value::Text(text)]) => text,
            Ok([one]) => json::to_text(&one),
            Err(odd) => json::to_text(&Value::List(odd)),
        };
        fields.push(Field {
            id: names.field_id("kept"),
            label: "Kept from the copy".to_owned(),
            value: Value::Text(text),
        });
    }
    fields
}

/// Whether lists and groups nest more than so many levels.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(inner) = levels.checked_sub(1) else {
        return matches!(value, Value::List(_) | Value::Group(_));
    };
    match value {
        Value::List(items) => items.iter().any(|item| is_deeper(item, inner)),
        Value::Group(members) => members.iter().any(|(_, member)| is_deeper(member, inner)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::json::tests::{texts, values};

    fn now() -> NaiveDateTime {
        DateTime::UNIX_EPOCH.naive_utc() + chrono::TimeDelta::days(20_000)
    }

    proptest! {
        #[test]
        fn a_section_is_read_as_it_was_written(
            fields in prop::collection::btree_map(texts(), (texts(), values()), 0..5),
            title in texts(),
            micros in 0_i64..1_000_000_000_000_000,
            removed: bool,
            by_link: bool,
        ) {
            let fields: Vec<Field> =
                fields.into_iter().map(|(id, (label, value))| Field { id, label, value }).collect();
            let section = CardSectionData {
                section_key: "lake-ice-2".to_owned(),
                title,
                position: 3,
                value: stored::to_text(&fields),
                version: 7,
                updated_at: DateTime::UNIX_EPOCH.naive_utc() + chrono::TimeDelta::microseconds(micros),
                by_link,
            };
            let revision = Revision { section, removed };
            let line = json::to_text(&revision_to_value(&revision));
            prop_assert!(!line.contains('\n'));
            let value = json::parse_assembled(&line).unwrap().root.into_value();
            let read = revision_from_value(value, &Sentence::as_written("a line"), now()).unwrap();
            prop_assert_eq!(format!("{read:?}"), format!("{revision:?}"));
        }

        #[test]
        fn any_value_makes_fields_of_different_ids_that_can_be_stored(value in values()) {
            let fields = fields_of(value);
            let mut ids: Vec<&String> = fields.iter().map(|field| &field.id).collect();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), fields.len());
            prop_assert_eq!(stored::from_text(&stored::to_text(&fields)), fields);
        }
    }
}
