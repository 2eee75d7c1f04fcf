//! JSON as a table, by the shapes that tools write.

use super::Sheet;
use crate::json::Value;
use crate::say;

/// Members that hold the results, beside others that say where they come from.
const WRAPPERS: [&str; 9] = [
    "results",
    "metrics",
    "performance_metrics",
    "scores",
    "evaluation",
    "evaluations",
    "data",
    "run",
    "runs",
];
/// Deeper documents are no results.
const DEEPEST: usize = 8;

/// The table that a value holds: a list of objects, an object of numbers, or objects of numbers within each other.
pub(super) fn sheet(value: &Value) -> Option<Sheet> {
    inside(value, 0)
}

fn inside(value: &Value, depth: usize) -> Option<Sheet> {
    if depth > DEEPEST {
        return None;
    }
    match value {
        Value::List(items) => of_list(items),
        Value::Group(members) => {
            let wrapped = WRAPPERS.iter().filter_map(|name| value.member(name));
            let mut wrapped = wrapped.filter(|inner| matches!(inner, Value::List(_) | Value::Group(_)));
            wrapped
                .find_map(|inner| inside(inner, depth + 1))
                .or_else(|| of_numbers(members))
        }
        _ => None,
    }
}

/// A row for each object, a column for each name in any of them.
fn of_list(items: &[Value]) -> Option<Sheet> {
    let mut sheet = Sheet {
        what: say!("a list of objects in JSON"),
        ..Sheet::default()
    };
    let mut places = std::collections::HashMap::new();
    let mut rows: Vec<Vec<(usize, String)>> = Vec::new();
    for item in items {
        let mut cells = Vec::new();
        flatten(item, &mut String::new(), 0, &mut |name, text| {
            let place = *places.entry(name.to_owned()).or_insert_with(|| {
                sheet.columns.push(name.to_owned());
                sheet.columns.len() - 1
            });
            cells.push((place, text.to_owned()));
        });
        rows.push(cells);
    }
    let widest = sheet.columns.len();
    if widest == 0 {
        return None;
    }
    if widest <= super::MOST_COLUMNS && rows.len() <= super::MOST_ROWS {
        sheet.rows.extend(rows.into_iter().map(|cells| {
            let mut row = vec![String::new(); widest];
            cells.into_iter().for_each(|(place, text)| row[place] = text);
            row
        }));
    } else {
        // What is too much is counted and refused, not built.
        sheet.rows = vec![Vec::new(); rows.len()];
    }
    Some(sheet)
}

/// Each text and number with the names that lead to it, joined by dots.
fn flatten(value: &Value, name: &mut String, depth: usize, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Group(members) if depth <= DEEPEST => {
            for (key, value) in members {
                let length = name.len();
                if length > 0 {
                    name.push('.');
                }
                name.push_str(key);
                flatten(value, name, depth + 1, found);
                name.truncate(length);
            }
        }
        Value::Text(text) | Value::Number(text) if !name.is_empty() => found(name, text),
        Value::Bool(yes) if !name.is_empty() => found(name, if *yes { "true" } else { "false" }),
        _ => {}
    }
}

/// A row for each number: what leads to it is a group or a dataset, its own name is the metric.
fn of_numbers(members: &[(String, Value)]) -> Option<Sheet> {
    let mut numbers = Vec::new();
    walk(members, &mut Vec::new(), &mut numbers);
    let first = numbers.first()?;
    // lm-eval names its metrics `acc,none`: metric and filter, under the name of a task.
    let is_lm_eval = first.path.len() == 1 && numbers.iter().all(|number| number.name.contains(','));
    let is_flat = numbers.iter().all(|number| number.path.is_empty());
    let (what, columns) = match (is_lm_eval, is_flat) {
        (true, _) => (
            say!("results of lm-eval; an error of a metric is a row of its own"),
            &["dataset", "metric", "value"][..],
        ),
        (_, true) => (say!("metrics with their numbers in JSON"), &["metric", "value"][..]),
        _ => (
            say!("numbers by group in JSON, as a classification report has them"),
            &["group", "metric", "value"][..],
        ),
    };
    let row = |number: Number| {
        let name = match number.name.split_once(',') {
            Some((name, "none")) if is_lm_eval => name.to_owned(),
            Some((name, filter)) if is_lm_eval => format!("{name} ({filter})"),
            _ => number.name.to_owned(),
        };
        match is_flat {
            true => vec![name, number.text.to_owned()],
            false => vec![number.path.join(" & "), name, number.text.to_owned()],
        }
    };
    Some(Sheet {
        what,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        rows: numbers.into_iter().map(row).collect(),
    })
}

struct Number<'v> {
    path: Vec<&'v str>,
    name: &'v str,
    text: &'v str,
}

fn walk<'v>(members: &'v [(String, Value)], path: &mut Vec<&'v str>, found: &mut Vec<Number<'v>>) {
    for (name, value) in members {
        match value {
            Value::Number(text) => found.push(Number {
                path: path.clone(),
                name,
                text,
            }),
            Value::Group(members) if path.len() < DEEPEST => {
                path.push(name);
                walk(members, path, found);
                path.pop();
            }
            _ => {}
        }
    }
}
