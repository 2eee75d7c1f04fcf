//! Tables as text: values with commas, semicolons or tabs between them, and tables of Markdown.

use super::super::ReadError;
use super::{MOST_COLUMNS, MOST_ROWS, Sheet, refuse};
use crate::card::check;
use crate::locale::Sentence;
use crate::say;
use crate::word;

/// What may stand between columns, and its name.
const DELIMITERS: [(char, &str); 4] = [
    ('\t', word!("a table with tabs between its columns")),
    (';', word!("a table with semicolons between its columns")),
    (',', word!("a table with commas between its columns")),
    ('|', word!("a table of Markdown")),
];

/// The table in a text.
///
/// # Errors
/// When a quotation mark is never closed, or there is more than can be read.
pub fn parse(text: &str) -> Result<Sheet, ReadError> {
    let (text, told) = match text.split_once('\n') {
        // Spreadsheets say so in the first line what stands between the columns.
        Some((first, rest))
            if first
                .trim_end()
                .strip_prefix("sep=")
                .is_some_and(|rest| rest.chars().count() == 1) =>
        {
            (rest, first.trim_end().chars().last())
        }
        _ => (text, None),
    };
    let (delimiter, what) = delimiter(text, told);
    let mut rows = records(text, delimiter)?;
    if delimiter == '|' {
        rows = rows.into_iter().filter_map(of_markdown).collect();
    }
    let is_blank = |row: &Vec<String>| row.iter().all(|cell| cell.trim().is_empty());
    rows.retain(|row| !is_blank(row));
    let mut rows = rows.into_iter();
    let Some(first) = rows.next() else {
        return Ok(Sheet::default());
    };
    // A head names columns: it has no number, unless it begins with the blank corner of a matrix. `2.5%` is a name.
    let is_number = |cell: &String| !cell.contains('%') && check::number(&cell.replace(',', ".")).is_some();
    let is_head = first.first().is_some_and(|cell| cell.trim().is_empty()) || !first.iter().any(is_number);
    let (head, body): (Vec<String>, Vec<Vec<String>>) = match is_head {
        true => (first, rows.collect()),
        false => (Vec::new(), std::iter::once(first).chain(rows).collect()),
    };
    let widest = body.iter().map(Vec::len).max().unwrap_or(0).max(head.len());
    let name = |index: usize| {
        let name = head.get(index).map(|name| name.trim()).filter(|name| !name.is_empty());
        name.map_or_else(|| format!("Column {}", index + 1), str::to_owned)
    };
    let columns: Vec<String> = (0..widest).map(name).collect();
    let padded = |mut row: Vec<String>| {
        row.resize(widest, String::new());
        row.iter_mut().for_each(|cell| *cell = cell.trim().to_owned());
        row
    };
    Ok(Sheet {
        what: Sentence::new(what),
        // A file with one row of a million cells must not become a table of a million squares.
        rows: match widest > MOST_COLUMNS {
            true => Vec::new(),
            false => body.into_iter().map(padded).collect(),
        },
        columns,
    })
}

/// What stands between the columns: of the usual characters that which is most frequent in the first line.
fn delimiter(text: &str, told: Option<char>) -> (char, &'static str) {
    if let Some(known) = DELIMITERS.into_iter().find(|(delimiter, _)| Some(*delimiter) == told) {
        return known;
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.trim_start().starts_with('|') {
        return DELIMITERS[3];
    }
    let mut is_quoted = false;
    let mut counts = [0usize; 4];
    for c in first.chars() {
        if c == '"' {
            is_quoted = !is_quoted;
        } else if let Some(index) = DELIMITERS
            .iter()
            .position(|(delimiter, _)| *delimiter == c && !is_quoted)
        {
            counts[index] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    match counts.iter().position(|count| *count == most) {
        Some(index) if most > 0 => DELIMITERS[index],
        _ => DELIMITERS[2],
    }
}

/// The rows of the text, each with its cells. A cell in quotation marks may hold anything, a doubled mark means one.
fn records(text: &str, delimiter: char) -> Result<Vec<Vec<String>>, ReadError> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let mut opened: Option<usize> = None;
    let mut is_fresh = true;
    let mut line = 1;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if opened.is_some() => {
                if characters.next_if_eq(&'"').is_some() {
                    cell.push('"');
                } else {
                    opened = None;
                }
            }
            c if opened.is_some() => cell.push(c),
            '"' if is_fresh && delimiter != '|' => {
                opened = Some(line);
                is_fresh = false;
                cell.clear();
            }
            c if c == delimiter => {
                row.push(std::mem::take(&mut cell));
                is_fresh = true;
            }
            '\n' | '\r' => {
                // A line break may be of two characters.
                if c == '\r' && characters.peek() == Some(&'\n') {
                    continue;
                }
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
                is_fresh = true;
                if rows.len() > MOST_ROWS + 2 {
                    let all = text.lines().filter(|line| !line.trim().is_empty()).count();
                    return Err(refuse(
                        say!(
                            "There are {all} lines, and {most} rows can be read.",
                            all,
                            most = MOST_ROWS
                        ),
                        say!(
                            "A card is for people: send one row for each metric and group instead of one for each example."
                        ),
                    ));
                }
            }
            c => {
                is_fresh = is_fresh && c.is_whitespace();
                cell.push(c);
            }
        }
    }
    if let Some(line) = opened {
        return Err(ReadError {
            position: Some((line, 1)),
            ..refuse(
                say!("A quotation mark that opens in line {line} is never closed.", line),
                say!("Add the missing \" or write \"\" where the mark belongs to the text."),
            )
        });
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    Ok(rows)
}

/// A row of Markdown without its outer bars; none for the line below the head.
fn of_markdown(mut row: Vec<String>) -> Option<Vec<String>> {
    if row.first().is_some_and(|cell| cell.trim().is_empty()) {
        row.remove(0);
    }
    if row.last().is_some_and(|cell| cell.trim().is_empty()) {
        row.pop();
    }
    let is_rule = |cell: &String| {
        let cell = cell.trim();
        cell.contains('-') && cell.chars().all(|c| matches!(c, '-' | ':'))
    };
    (row.is_empty() || !row.iter().all(is_rule)).then_some(row)
}
