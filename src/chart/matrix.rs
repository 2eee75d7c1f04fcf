//! Numbers in rows and columns; the larger, the darker, and each is written out.

use super::canvas::{Anchor, Canvas, LETTER, WIDTH, width_of};
use super::{Data, Matrix, number};

const LEFT: f64 = 104.0;
const CELL: f64 = 30.0;
/// More rows or columns than this leave no room for the numbers.
const MOST: usize = 10;

pub(super) fn draw(matrix: &Matrix) -> (Canvas, String, Data) {
    let mut canvas = Canvas::new();
    let widest = matrix.cells.iter().map(Vec::len).max().unwrap_or(0);
    let (rows, columns) = (matrix.cells.len().min(MOST), widest.min(MOST));
    let largest = matrix.cells.iter().flatten().filter(|cell| cell.is_finite());
    let largest = largest.fold(0.0, |largest: f64, cell| largest.max(cell.abs()));
    if columns == 0 {
        canvas.note("There is no number to draw.");
        return (canvas, "There is no number to draw.".to_owned(), data(matrix, widest));
    }
    let width = (WIDTH - LEFT - 2.0) / columns as f64;
    let name = |names: &[String], index: usize| names.get(index).cloned().unwrap_or_else(|| (index + 1).to_string());
    let has_room = (0..columns).all(|index| width_of(&name(&matrix.columns, index)) <= width - 4.0);
    canvas.note("Rows: actual. Columns: predicted.");
    let y = canvas.room(LETTER + 8.0) + LETTER + 2.0;
    for index in 0..columns {
        let label = match has_room {
            true => name(&matrix.columns, index),
            false => (index + 1).to_string(),
        };
        let x = LEFT + (index as f64 + 0.5) * width;
        canvas.text((x, y), Anchor::Middle, width - 2.0, &label);
    }
    for (index, row) in matrix.cells.iter().take(rows).enumerate() {
        let y = canvas.room(CELL);
        let base = y + CELL / 2.0 + LETTER / 3.0;
        canvas.text((LEFT - 8.0, base), Anchor::End, LEFT - 10.0, &name(&matrix.rows, index));
        for (column, cell) in row
            .iter()
            .take(columns)
            .enumerate()
            .filter(|(_, cell)| cell.is_finite())
        {
            let x = LEFT + column as f64 * width;
            // Light enough that the number on it can be read.
            let share = if largest > 0.0 { cell.abs() / largest } else { 0.0 };
            canvas.area((x + 1.0, y + 1.0), width - 2.0, CELL - 2.0, 0.4 * share);
            canvas.text((x + width / 2.0, base), Anchor::Middle, width - 4.0, &number(*cell));
        }
    }
    if !has_room {
        for index in 0..columns {
            let y = canvas.room(LETTER + 6.0) + LETTER + 3.0;
            let text = format!("{}: {}", index + 1, name(&matrix.columns, index));
            canvas.text((LEFT, y), Anchor::Start, WIDTH - LEFT, &text);
        }
    }
    if matrix.cells.len() > rows || widest > columns {
        canvas.note("More rows and columns are in the table.");
    }
    (canvas, words(matrix), data(matrix, widest))
}

fn words(matrix: &Matrix) -> String {
    let mut total = 0.0;
    let mut hits = 0.0;
    for (index, row) in matrix.cells.iter().enumerate() {
        total += row.iter().filter(|cell| cell.is_finite()).sum::<f64>();
        hits += row.get(index).filter(|cell| cell.is_finite()).unwrap_or(&0.0);
    }
    let (rows, columns) = (matrix.cells.len(), matrix.cells.iter().map(Vec::len).max().unwrap_or(0));
    let mut words = format!("Matrix of {rows} actual by {columns} predicted classes.");
    if rows == columns && total > 0.0 && total.is_finite() {
        words.push_str(&format!(" {} of {} on the diagonal.", number(hits), number(total)));
    }
    words
}

fn data(matrix: &Matrix, widest: usize) -> Data {
    let name = |names: &[String], index: usize| names.get(index).cloned().unwrap_or_else(|| (index + 1).to_string());
    let columns = (0..widest).map(|index| name(&matrix.columns, index));
    let rows = matrix.cells.iter().enumerate().map(|(index, row)| {
        let cells = (0..widest).map(|column| {
            row.get(column)
                .filter(|cell| cell.is_finite())
                .map_or(String::new(), |cell| number(*cell))
        });
        std::iter::once(name(&matrix.rows, index)).chain(cells).collect()
    });
    Data {
        columns: std::iter::once("Actual".to_owned()).chain(columns).collect(),
        rows: rows.collect(),
    }
}
