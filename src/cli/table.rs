//! Cells below each other.

/// The widest cell that others are aligned to, in characters; a wider one pushes the rest of its own line.
const WIDEST: usize = 48;

/// The rows with blanks behind each cell but the last, so that columns begin below each other.
pub(super) fn columns<const N: usize>(rows: Vec<[String; N]>) -> Vec<[String; N]> {
    let length = |cell: &String| cell.chars().count();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row).take(N.saturating_sub(1)) {
            *width = length(cell).clamp(*width, WIDEST.max(*width));
        }
    }
    let padded = |row: [String; N]| {
        let mut index = 0;
        row.map(|mut cell| {
            let missing = widths[index].saturating_sub(length(&cell));
            cell.push_str(&" ".repeat(missing));
            index += 1;
            cell
        })
    };
    rows.into_iter().map(padded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_begin_below_each_other() {
        let rows = [["a", "bb", "c"], ["aä", "b", "cc"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(rows.to_vec()), [["a ", "bb", "c"], ["aä", "b ", "cc"]]);
    }

    #[test]
    fn a_very_wide_cell_moves_only_its_own_line() {
        let rows = vec![["x".repeat(200), "b".to_owned()], ["a".to_owned(), "b".to_owned()]];
        assert_eq!(columns(rows)[1][0].len(), WIDEST);
    }
}
