//! Tables of many rows: one line of inputs a row.
//!
//! A row says its kinds of values and the names of its members in one hidden control, `shape 0`; the list says once
//! what the shapes are. With marks at each cell a page of 500 rows would be three times as large.

use super::{Body, Control, Entry};
use crate::card::Value;
use crate::card::outline::Vocabulary;
use crate::json;
use crate::locale::Sentence;

/// A table of more rows than this is a grid.
pub(super) const FEW_ROWS: usize = 12;
/// A grid of more rows is too much for a page; the table is edited as JSON text.
pub(super) const MOST_ROWS: usize = 1000;
/// A grid of more columns is too wide for any screen.
const MOST_COLUMNS: usize = 14;

/// A table of many rows.
pub struct Grid {
    /// What one row is called: "metric".
    pub entry: Sentence,
    /// The heads of the columns, and how many characters their inputs show.
    pub columns: Vec<(Sentence, usize)>,
    /// The rows.
    pub rows: Vec<Line>,
    /// The shapes of the rows, as JSON, for reading the form.
    pub shapes: String,
    /// A blank row, below.
    pub fresh: Option<Box<Entry>>,
}

/// One row.
pub struct Line {
    /// The name in the form.
    pub name: String,
    /// Which of the shapes it has.
    pub shape: usize,
    /// A cell for each column; none where the row cannot have one.
    pub cells: Vec<Option<Cell>>,
}

/// One input.
pub struct Cell {
    /// The name in the form.
    pub name: String,
    /// The content.
    pub value: String,
    /// Whether it is a number.
    pub is_numeric: bool,
    /// The words that are offered.
    pub vocabulary: Option<Vocabulary>,
}

impl Grid {
    /// The grid of these rows, if they are made of single lines only.
    pub(super) fn of(entry: Sentence, rows: Vec<Control>, fresh: Option<Box<Entry>>) -> Option<Self> {
        // Columns are told apart by the names that lead to them.
        let mut columns: Vec<(Vec<String>, Sentence)> = Vec::new();
        let mut shapes: Vec<Value> = Vec::new();
        let mut lines = Vec::new();
        for row in rows {
            let mut cells = Vec::new();
            let mut shape = Vec::new();
            take(&row, &row.name, &mut Vec::new(), &mut shape, &mut cells)?;
            let shape = Value::List(shape);
            let place = shapes.iter().position(|other| *other == shape).unwrap_or_else(|| {
                shapes.push(shape);
                shapes.len() - 1
            });
            let mut line: Vec<Option<Cell>> = Vec::new();
            for (path, label, cell) in cells {
                let column = columns.iter().position(|(other, _)| *other == path).unwrap_or_else(|| {
                    columns.push((path, label));
                    columns.len() - 1
                });
                if column >= MOST_COLUMNS {
                    return None;
                }
                if line.len() <= column {
                    line.resize_with(column + 1, || None);
                }
                // A row with two members of one name is no line of a table.
                if line[column].replace(cell).is_some() {
                    return None;
                }
            }
            lines.push(Line {
                name: row.name,
                shape: place,
                cells: line,
            });
        }
        for line in &mut lines {
            line.cells.resize_with(columns.len(), || None);
        }
        Some(Self {
            entry,
            columns: columns
                .into_iter()
                .enumerate()
                .map(|(column, (_, label))| {
                    let cells = lines.iter().filter_map(|line| line.cells[column].as_ref());
                    (label, width(cells.map(|cell| cell.value.as_str())))
                })
                .collect(),
            rows: lines,
            shapes: json::to_text(&Value::List(shapes)),
            fresh,
        })
    }

    /// The lists of words that it refers to.
    pub(super) fn vocabularies(&self) -> impl Iterator<Item = Vocabulary> + '_ {
        let cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.flatten().filter_map(|cell| cell.vocabulary)
    }
}

/// How many characters the inputs of a column with these contents show: as many as most of them have.
pub(super) fn width<'c>(contents: impl Iterator<Item = &'c str>) -> usize {
    let longest = contents.map(|content| content.chars().count()).max().unwrap_or(0);
    longest.clamp(4, 18)
}

/// Adds a control to the shape of its row, `[suffix of the name, kind, name of the member]`, and its cells to the line.
/// `None` when it is more than a line.
fn take(
    control: &Control,
    row: &str,
    path: &mut Vec<String>,
    shape: &mut Vec<Value>,
    cells: &mut Vec<(Vec<String>, Sentence, Cell)>,
) -> Option<()> {
    let suffix = control.name.strip_prefix(row)?.trim_start_matches('.');
    let key = control.key.clone().map_or(Value::Null, Value::Text);
    shape.push(Value::List(vec![
        Value::text(suffix),
        Value::text(control.tag.as_str()),
        key,
    ]));
    match &control.body {
        Body::Group(controls) => {
            for inner in controls {
                path.push(inner.key.clone()?);
                take(inner, row, path, shape, cells)?;
                path.pop();
            }
            Some(())
        }
        Body::Line {
            value,
            numeric,
            options: [],
        } => {
            let cell = Cell {
                name: control.name.clone(),
                value: value.clone(),
                is_numeric: *numeric,
                vocabulary: control.vocabulary,
            };
            cells.push((path.clone(), control.label.clone(), cell));
            Some(())
        }
        _ => None,
    }
}
