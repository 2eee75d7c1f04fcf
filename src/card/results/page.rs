//! The metric table as it stands on a page of Markdown.

use super::Value;
use crate::card::check;
use crate::card::grid::{self, is_rule};

/// The columns of the table there: the way to the cell in a row, and the heading.
pub const COLUMNS: [(&[&str], &str); 8] = [
    (&["type"], "Metric"),
    (&["value"], "Value"),
    (&["unit"], "Unit"),
    (&["confidence_interval", "lower_bound"], "From"),
    (&["confidence_interval", "upper_bound"], "To"),
    (&["dataset"], "Dataset"),
    (&["slice"], "Group"),
    (&["threshold"], "Threshold"),
];

/// A table with more columns is none of metrics.
const MOST_COLUMNS: usize = 64;

/// The cells of a line of a table, unless it is too wide to be one of metrics.
fn cells(line: &str) -> Option<Vec<String>> {
    // A bar may be a part of a cell.
    let bars = line.bytes().filter(|byte| *byte == b'|').count();
    (bars <= 4 * MOST_COLUMNS).then(|| grid::cells(line)).flatten()
}

/// The rows of all tables in a text that have a column of metrics and one of values.
pub fn rows(text: &str) -> Vec<Value> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let length = lines[at..].iter().take_while(|line| cells(line).is_some()).count();
        found.extend(table(&lines[at..at + length]).into_iter().flatten());
        at += length.max(1);
    }
    found
}

/// The rows that lines such as `- Accuracy: 0.91` say, where the words before them announce results: so the programs that
/// train a model write the beginning of its page.
pub fn listed(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut is_announced = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix(['-', '*']).filter(|rest| rest.starts_with(' ')) {
            Some(entry) if is_announced => found.extend(named(entry.trim())),
            Some(_) => {}
            None => is_announced = line.ends_with(':') && line.to_lowercase().contains("result"),
        }
    }
    found
}

/// A name and a number behind a colon.
fn named(entry: &str) -> Option<Value> {
    let (name, number) = entry.rsplit_once(':')?;
    let (name, number) = (
        bare(name.trim_end_matches("**").trim_start_matches("**")),
        bare(number.trim()),
    );
    let members = [("type", name), ("value", number)].map(|(name, text)| (name.to_owned(), Value::text(text)));
    (!name.is_empty() && check::number(number).is_some()).then_some(Value::Group(members.to_vec()))
}

/// The rows of a text that is nothing but such a table.
pub fn alone(text: &str) -> Option<Vec<Value>> {
    let lines: Vec<&str> = text.trim().lines().collect();
    table(&lines)
}

fn table(lines: &[&str]) -> Option<Vec<Value>> {
    let (head, rest) = lines.split_first()?;
    let (rule, body) = rest.split_first()?;
    let (head, rule) = (cells(head)?, cells(rule)?);
    if rule.len() != head.len() || head.len() > MOST_COLUMNS || !is_rule(&rule) || body.is_empty() {
        return None;
    }
    let ways: Vec<Vec<&str>> = head.iter().map(|heading| way(bare(heading))).collect();
    let has = |name: &str| ways.iter().filter(|way| way.as_slice() == [name]).count() == 1;
    if !has("type") || !has("value") {
        return None;
    }
    body.iter().map(|line| row(&ways, &cells(line)?)).collect()
}

/// The way to the cell of a column; a heading of another kind is a name of its own.
fn way(heading: &str) -> Vec<&str> {
    let known = COLUMNS.iter().find(|(_, known)| known.eq_ignore_ascii_case(heading));
    known.map_or_else(|| vec![heading], |(way, _)| way.to_vec())
}

fn row(ways: &[Vec<&str>], cells: &[String]) -> Option<Value> {
    if cells.len() != ways.len() {
        return None;
    }
    let mut members: Vec<(String, Value)> = Vec::new();
    for (way, cell) in ways.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        let text = Value::text(bare(cell));
        match way.as_slice() {
            [name] => members.push(((*name).to_owned(), text)),
            [group, name] => {
                let bound = ((*name).to_owned(), text);
                match members.iter_mut().find(|(other, _)| other == group) {
                    Some((_, Value::Group(bounds))) => bounds.push(bound),
                    _ => members.push(((*group).to_owned(), Value::Group(vec![bound]))),
                }
            }
            _ => {}
        }
    }
    Some(Value::Group(members))
}

/// A cell without the marks that make it bold or code.
fn bare(cell: &str) -> &str {
    let bold = cell.strip_prefix("**").and_then(|rest| rest.strip_suffix("**"));
    let code = cell.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    bold.or(code).unwrap_or(cell).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const TABLE: &str = "| Metric | **Value** | From | To | n |\n| --- | ---: | --- | --- | --- |\n| a\\|b | **0.9** | 0.8 | 1 | 5 |\n| f1 | 0.5 |  |  |  |";

    #[test]
    fn a_table_of_metrics_and_values_is_rows() {
        let rows = alone(TABLE).unwrap();
        let texts: Vec<String> = rows.iter().map(json::to_text).collect();
        assert_eq!(
            texts,
            [
                r#"{"type": "a|b", "value": "0.9", "confidence_interval": {"lower_bound": "0.8", "upper_bound": "1"}, "n": "5"}"#,
                r#"{"type": "f1", "value": "0.5"}"#,
            ]
        );
        assert_eq!(super::rows(&format!("Below:\n\n{TABLE}\n\nand\n\n{TABLE}\n")).len(), 4);
        assert_eq!(alone(&format!("Below:\n{TABLE}")), None);
    }

    #[test]
    fn lines_that_are_announced_as_results_are_rows() {
        let text = "It achieves the following results on the evaluation set:\n- Loss: 0.25\n- **F1**: 0.8\n* Wer: `12%`\n- See: \
                    below\n\nThe following hyperparameters were used:\n- seed: 42\n\n- Results:\n- Other: 1";
        let texts: Vec<String> = listed(text).iter().map(json::to_text).collect();
        assert_eq!(
            texts,
            [
                r#"{"type": "Loss", "value": "0.25"}"#,
                r#"{"type": "F1", "value": "0.8"}"#,
                r#"{"type": "Wer", "value": "12%"}"#,
            ]
        );
    }

    #[test]
    fn other_tables_are_none() {
        let more = |cell: &str| format!(" {cell} |").repeat(64);
        let wide = format!(
            "| Metric | Value |{}\n| --- | --- |{}\n| a | 2 |{}",
            more("From"),
            more("---"),
            more("1")
        );
        for text in [
            "",
            "| Metric | Value |\n| --- | --- |",
            "| Epoch | Value |\n| --- | --- |\n| 1 | 2 |",
            "| Metric | Value | Value |\n| --- | --- | --- |\n| a | 2 | 3 |",
            "Metric | Value\n--- | ---\na | 2",
            &wide,
        ] {
            assert_eq!(rows(text), [], "{text}");
        }
    }
}
