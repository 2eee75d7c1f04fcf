//! Tables of Markdown, line by line.

/// The cells of a line of a table; `None` for a line that does not begin and end with a bar.
pub fn cells(line: &str) -> Option<Vec<String>> {
    let line = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let mut cells = vec![String::new()];
    for piece in line.split('|') {
        let cell = cells.last_mut()?;
        cell.push_str(piece);
        if cell.ends_with('\\') {
            cell.pop();
            cell.push('|');
        } else {
            cells.push(String::new());
        }
    }
    // Behind the last cell nothing begins; a line whose last sign is escaped has no end.
    let is_ended = cells.pop().is_some_and(|rest| rest.is_empty());
    is_ended.then(|| cells.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// Whether these are the cells of the line below the head.
pub fn is_rule(cells: &[String]) -> bool {
    cells.iter().all(|cell| {
        let inner = cell.strip_prefix(':').unwrap_or(cell);
        let inner = inner.strip_suffix(':').unwrap_or(inner);
        !inner.is_empty() && inner.bytes().all(|byte| byte == b'-')
    })
}
