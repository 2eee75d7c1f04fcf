//! Results of an evaluation out of the files that programs write: CSV in its dialects, and JSON in the shapes that the
//! usual tools have.
//!
//! Every file becomes a [`Sheet`] of texts first; [`mapping`] then says which column is what, and makes rows of the
//! metric table of it. Nothing is computed that the file does not say.

pub mod mapping;
mod shapes;
mod table;
#[cfg(test)]
mod tests;

use super::ReadError;
use super::encoding::{decode, kind_of};
use crate::json;
use crate::locale::Sentence;
use crate::say;

pub use table::parse as table;

/// More rows than this are no table that people read, and no form can hold them.
pub const MOST_ROWS: usize = 5_000;
/// More columns than this are no table of results.
pub const MOST_COLUMNS: usize = 100;
/// The largest text, in bytes: it travels in the form while the columns are chosen.
pub const MOST_BYTES: usize = 2 << 20;

/// A table of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// What was read, in words: "a table with semicolons between its columns".
    pub what: Sentence,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A refusal.
fn refuse(message: Sentence, advice: Sentence) -> ReadError {
    ReadError {
        message,
        advice,
        position: None,
        text: None,
    }
}

fn advice() -> Sentence {
    say!("Choose a CSV or JSON file with the results, or paste its text.")
}

/// The text of a file, whatever its encoding.
///
/// # Errors
/// When it is no text, or more than [`MOST_BYTES`].
pub fn text(bytes: &[u8]) -> Result<String, ReadError> {
    if bytes.len() > MOST_BYTES {
        return Err(refuse(
            say!(
                "This is larger than {most} MiB, more than a table of results takes.",
                most = MOST_BYTES >> 20
            ),
            say!("Send the rows that belong into the card, such as one for each metric and group."),
        ));
    }
    if let Some(kind) = kind_of(bytes) {
        return Err(refuse(say!("This is {kind}, not a table of results.", kind), advice()));
    }
    let (_, text) = decode(bytes).map_err(|error| ReadError {
        advice: advice(),
        ..error
    })?;
    Ok(text)
}

/// The table in a text.
///
/// # Errors
/// With what is wrong and in which line, when it is none.
pub fn read(text: &str) -> Result<Sheet, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(refuse(say!("There is no text in it."), advice()));
    }
    let sheet = match text.trim_start().starts_with(['{', '[']) {
        true => of_json(text)?,
        false => table::parse(text)?,
    };
    if sheet.columns.len() > MOST_COLUMNS {
        return Err(refuse(
            say!(
                "There are {columns} columns, and {most} can be read.",
                columns = sheet.columns.len(),
                most = MOST_COLUMNS
            ),
            say!("Leave out the columns that are no results."),
        ));
    }
    if sheet.rows.len() > MOST_ROWS {
        return Err(refuse(
            say!(
                "There are {rows} rows, and {most} can be read.",
                rows = sheet.rows.len(),
                most = MOST_ROWS
            ),
            say!("A card is for people: send one row for each metric and group instead of one for each example."),
        ));
    }
    if sheet.rows.is_empty() {
        return Err(refuse(
            say!("There are names of columns and no row below them."),
            advice(),
        ));
    }
    Ok(sheet)
}

fn of_json(text: &str) -> Result<Sheet, ReadError> {
    let broken = match json::parse(text) {
        Ok(document) => {
            return shapes::sheet(&document.root.into_value()).ok_or_else(|| {
                refuse(
                    say!("This is JSON, but there are no numbers with names in it."),
                    say!(
                        "Readable are a list of objects, an object of metrics and numbers, and the results \
                             that scikit-learn, lm-eval and MLflow write."
                    ),
                )
            });
        }
        Err(error) => error,
    };
    // One object in each line, as logs have them.
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let objects: Option<Vec<_>> = lines
        .map(|line| Some(json::parse(line).ok()?.root.into_value()))
        .collect();
    if let Some(sheet) = objects.and_then(|objects| shapes::sheet(&json::Value::List(objects))) {
        return Ok(sheet);
    }
    Err(ReadError {
        position: Some(json::position(text, broken.at)),
        ..refuse(broken.message, broken.advice)
    })
}
