//! The metric table on a page of Markdown: as a table for readers, and as `model-index` for the hub.

use std::collections::HashMap;

use super::text::one_line;
use crate::card::results::hub::{self, UNKNOWN, dataset_word, metric_name, metric_word};
use crate::card::results::page::COLUMNS;
use crate::card::results::{Measured, QUESTION, measured};
use crate::card::{Card, Value};
use crate::format::results as sheets;
use crate::json;

/// The metric table as one of Markdown; `None` when it holds more than single values.
pub(super) fn table(answer: &Value) -> Option<String> {
    let Value::List(rows) = answer else { return None };
    let mut further: Vec<&str> = Vec::new();
    for row in rows {
        let Value::Group(members) = row else { return None };
        for (index, (name, value)) in members.iter().enumerate() {
            let is_interval = |(name, value): &(String, Value)| {
                (name == "lower_bound" || name == "upper_bound") && cell(value).is_some()
            };
            let is_sound = match value {
                Value::Group(bounds) => name == "confidence_interval" && bounds.iter().all(is_interval),
                value => cell(value).is_some(),
            };
            if !is_sound || members[..index].iter().any(|(other, _)| other == name) {
                return None;
            }
            let is_known = COLUMNS.iter().any(|(path, _)| path[0] == name);
            if !is_known && !further.contains(&name.as_str()) {
                further.push(name);
            }
        }
    }
    let named = COLUMNS.iter().map(|(path, heading)| (path.to_vec(), *heading));
    let further = further.into_iter().map(|name| (vec![name], name));
    let at = |row: &Value, path: &[&str]| {
        let value = path.iter().try_fold(row, |value, name| value.member(name));
        value.and_then(cell).unwrap_or_default()
    };
    let is_used = |(path, _): &(Vec<&str>, &str)| rows.iter().any(|row| !at(row, path).is_empty());
    let columns: Vec<(Vec<&str>, &str)> = named.chain(further).filter(is_used).collect();
    if columns.len() < 2 {
        return None;
    }
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut text = line(columns.iter().map(|(_, heading)| heading.replace('|', "\\|")).collect());
    text.push_str(&format!("\n|{}", " --- |".repeat(columns.len())));
    for row in rows {
        text.push('\n');
        text.push_str(&line(columns.iter().map(|(path, _)| at(row, path)).collect()));
    }
    Some(text)
}

/// The numbers that charts bring along, each table below the name of its chart: a page cannot draw. Blank when there are
/// none; `None` when the answer is more than rows of texts.
pub(super) fn charts(answer: &Value) -> Option<String> {
    let Value::List(rows) = answer else { return None };
    let mut tables = Vec::new();
    for row in rows {
        let Value::Group(members) = row else { return None };
        if !members
            .iter()
            .all(|(_, value)| matches!(value, Value::Text(_) | Value::Null))
        {
            return None;
        }
        let text = |name: &str| row.member(name).and_then(Value::as_text).unwrap_or_default().trim();
        if text("data").is_empty() {
            continue;
        }
        let name = if text("title").is_empty() {
            text("kind")
        } else {
            text("title")
        };
        let data = match sheets::table(text("data")) {
            Ok(sheet) if sheet.columns.len() > 1 && !sheet.rows.is_empty() => {
                let line = |cells: &[String]| {
                    let cells: Vec<String> = cells
                        .iter()
                        .map(|cell| cell.replace('|', "\\|").replace(['\n', '\r'], " "))
                        .collect();
                    format!("| {} |", cells.join(" | "))
                };
                let rule = format!("|{}", " --- |".repeat(sheet.columns.len()));
                let head = [line(&sheet.columns), rule];
                let lines: Vec<String> = head.into_iter().chain(sheet.rows.iter().map(|row| line(row))).collect();
                lines.join("\n")
            }
            _ => text("data").to_owned(),
        };
        tables.push(format!("**{}**\n\n{data}", one_line(name)));
    }
    Some(tables.join("\n\n"))
}

/// A single value as a cell; `None` for what no cell can hold.
fn cell(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if text.contains(['\n', '\r', '\\', '`']) => None,
        Value::Text(text) => Some(text.trim().replace('|', "\\|")),
        Value::Null => Some(String::new()),
        Value::List(_) | Value::Group(_) => None,
        other => Some(json::to_text(other)),
    }
}

/// The results as the hub wants them in its metadata: for each dataset the metrics with a number. The interval and the
/// threshold have no place there and stand in the table of the page.
pub(super) fn model_index(card: &Card) -> Option<Value> {
    index_of(&measured(card.value(QUESTION)?), card.name(), task_of(card))
}

fn task_of(card: &Card) -> Option<&str> {
    card.value("metadata.pipeline_tag").and_then(Value::as_text)
}

/// Whether the results for the hub in a card say nothing but what these rows of a metric table say, whatever the model is
/// called: nothing is in them but what would be made of the rows.
pub(in crate::format) fn is_echo(card: &Card, rows: &Value) -> bool {
    let results = |index: &Value| -> Option<Vec<Value>> {
        let Value::List(models) = index else { return None };
        let [model] = models.as_slice() else { return None };
        match model.member("results")? {
            Value::List(results) => Some(results.clone()),
            _ => None,
        }
    };
    let count = |value: Option<&Value>| match value {
        Some(Value::List(items)) => items.len(),
        _ => 1,
    };
    let Some(index) = card.value(hub::QUESTION).and_then(results) else {
        return false;
    };
    // Each row makes one metric at most.
    let metrics = index
        .iter()
        .map(|result| count(result.member("metrics")))
        .sum::<usize>();
    if metrics > count(Some(rows)) {
        return false;
    }
    let made = index_of(&measured(rows), None, task_of(card));
    made.as_ref().and_then(results).is_some_and(|made| {
        made.len() == index.len() && index.iter().zip(&made).all(|(result, made)| is_as_made(result, made))
    })
}

/// Whether a result has nothing but what was made of rows. The task of a result that has no other says nothing.
fn is_as_made(result: &Value, made: &Value) -> bool {
    let Value::Group(members) = result else { return false };
    let no_task = group([("type", Value::text(NO_TASK))]);
    let is_made =
        |(name, value): &(String, Value)| made.member(name) == Some(value) || (name == "task" && *value == no_task);
    let is_there = |name| result.member(name).is_some();
    members.iter().all(is_made) && is_there("dataset") && is_there("metrics")
}

/// The hub wants a task of each result and knows this word for one that it has no word for.
const NO_TASK: &str = "other";

fn index_of(rows: &[Measured], name: Option<&str>, task: Option<&str>) -> Option<Value> {
    let mut results: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        let Some(metric) = metric(row) else { continue };
        let place = *places.entry(&row.dataset).or_insert_with(|| {
            results.push((&row.dataset, Vec::new()));
            results.len() - 1
        });
        results[place].1.push(metric);
    }
    if results.is_empty() {
        return None;
    }
    let task = match task.map(str::trim) {
        Some(task) if !task.is_empty() => task,
        _ => NO_TASK,
    };
    let result = |(dataset, metrics): (&str, Vec<Value>)| {
        // It wants a name and a word of each dataset, too.
        let name = if dataset.is_empty() { UNKNOWN } else { dataset };
        let dataset = group([("name", Value::text(name)), ("type", Value::text(dataset_word(name)))]);
        group([
            ("task", group([("type", Value::text(task))])),
            ("dataset", dataset),
            ("metrics", Value::List(metrics)),
        ])
    };
    let model = group([
        ("name", Value::text(name.unwrap_or("model"))),
        ("results", Value::List(results.into_iter().map(result).collect())),
    ]);
    Some(Value::List(vec![model]))
}

fn metric(row: &Measured) -> Option<Value> {
    let number = row.number().filter(|_| !row.metric.is_empty())?;
    let name = metric_name(&row.metric, &row.unit, &row.slice);
    let kind = metric_word(&row.metric);
    let mut members = vec![
        ("type".to_owned(), Value::text(&kind)),
        ("value".to_owned(), Value::Number(number)),
    ];
    if name != kind {
        members.push(("name".to_owned(), Value::Text(name)));
    }
    Some(Value::Group(members))
}

fn group<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Group(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::results::CHARTS_QUESTION;
    use crate::card::{Field, Section};
    use crate::format::Format;

    fn card(rows: &str) -> Card {
        let field = |id: &str, value: Value| Field {
            id: id.into(),
            label: id.into(),
            value,
        };
        Card {
            sections: vec![Section {
                key: "a".into(),
                title: "a".into(),
                fields: vec![
                    field("model-details.name", Value::text("Otter")),
                    field(QUESTION, json::parse(rows).unwrap().root.into_value()),
                ],
            }],
        }
    }

    #[test]
    fn rows_become_results_by_dataset() {
        let card = card(
            r#"[{"type": "F1 score", "value": "0.90", "dataset": "Lakes 2"}, {"type": "recall", "value": "94 %", "slice": "sex=F"},
               {"type": "recall", "value": 0.5, "dataset": "Lakes 2"}, {"type": "recall", "value": "high"}, {"value": "1"}]"#,
        );
        let text = json::to_text(&model_index(&card).unwrap());
        let lakes = r#"{"task": {"type": "other"}, "dataset": {"name": "Lakes 2", "type": "lakes-2"}, "metrics": [{"type": "f1", "value": 0.90, "name": "F1 score"}, {"type": "recall", "value": 0.5}]}"#;
        let unknown = r#"{"task": {"type": "other"}, "dataset": {"name": "unknown", "type": "unknown"}, "metrics": [{"type": "recall", "value": 0.94, "name": "recall, sex=F"}]}"#;
        assert_eq!(
            text,
            format!(r#"[{{"name": "Otter", "results": [{lakes}, {unknown}]}}]"#)
        );
    }

    #[test]
    fn each_dataset_is_looked_up_and_not_searched() {
        // Searched, these would be compared 5 billion times, for a minute and more.
        let rows: Vec<Measured> = (0..100_000)
            .map(|number| Measured {
                metric: "f1".into(),
                words: "1".into(),
                value: Some(1.0),
                dataset: format!("Lakes {number:06}"),
                ..Measured::default()
            })
            .collect();
        let index = index_of(&rows, None, None).unwrap();
        let Value::List(models) = &index else { panic!("a list") };
        assert!(matches!(models[0].member("results"), Some(Value::List(results)) if results.len() == rows.len()));
    }

    #[test]
    fn results_that_say_more_than_rows_are_no_echo() {
        let rows = json::parse(r#"[{"type": "F1", "value": "0.93", "dataset": "Lakes"}]"#).unwrap();
        let rows = rows.root.into_value();
        let is_echo = |result: &str| {
            let mut card = card("[]");
            let field = |id: &str, value: Value| Field {
                id: id.into(),
                label: id.into(),
                value,
            };
            let index = format!(r#"[{{"name": "a", "results": [{{{result}}}]}}]"#);
            let index = json::parse(&index).unwrap().root.into_value();
            card.sections[0].fields.push(field(hub::QUESTION, index));
            card.sections[0]
                .fields
                .push(field("metadata.pipeline_tag", Value::text("summarization")));
            super::is_echo(&card, &rows)
        };
        const DATASET: &str = r#""dataset": {"name": "Lakes", "type": "lakes"}"#;
        const METRICS: &str = r#""metrics": [{"type": "f1", "value": 0.93, "name": "F1"}]"#;
        for task in [
            "",
            r#""task": {"type": "other"}, "#,
            r#""task": {"type": "summarization"}, "#,
        ] {
            assert!(is_echo(&format!("{task}{DATASET}, {METRICS}")), "{task}");
        }
        for more in [
            r#""task": {"type": "translation"}"#,
            r#""task": {"type": "summarization", "name": "Summaries"}"#,
            r#""source": {"url": "https://example.org"}"#,
            r#""args": "a""#,
        ] {
            assert!(!is_echo(&format!("{more}, {DATASET}, {METRICS}")), "{more}");
        }
        let further = DATASET.replace('}', r#", "config": "en"}"#);
        assert!(!is_echo(&format!("{further}, {METRICS}")));
        assert!(!is_echo(DATASET) && !is_echo(METRICS) && !is_echo(""));
    }

    #[test]
    fn a_card_without_numbers_has_no_results() {
        assert_eq!(model_index(&card(r#"[{"type": "recall", "value": "high"}]"#)), None);
        assert_eq!(model_index(&card("\"as expected\"")), None);
    }

    #[test]
    fn the_numbers_of_charts_stay_and_the_wish_for_bars_is_named_as_lost() {
        let rows =
            r#"[{"kind": "bars by group", "title": "By sex"}, {"kind": "ROC curve", "data": "fpr,tpr\n0,0\n1,1"}]"#;
        let rows = json::parse(rows).unwrap().root.into_value();
        assert_eq!(
            charts(&rows).unwrap(),
            "**ROC curve**\n\n| fpr | tpr |\n| --- | --- |\n| 0 | 0 |\n| 1 | 1 |"
        );
        let mut card = card(r#"[{"type": "recall", "value": "0.9"}]"#);
        card.sections[0].fields.push(Field {
            id: CHARTS_QUESTION.into(),
            label: "Charts".into(),
            value: rows,
        });
        for format in Format::ALL
            .iter()
            .filter(|format| **format != Format::NATIVE && format.id() != "html")
        {
            let losses = crate::format::losses(*format, None, &card);
            let is_named = losses.iter().any(|loss| loss.field.as_deref() == Some("Charts"));
            let text = String::from_utf8_lossy(&crate::format::write(*format, None, &card).unwrap()).into_owned();
            assert!(
                is_named || text.contains("By sex"),
                "{}: {losses:?} {text}",
                format.id()
            );
        }
    }

    #[test]
    fn the_table_has_a_line_for_each_row_and_no_empty_column() {
        let card = card(
            r#"[{"type": "a|b", "value": 0.90, "confidence_interval": {"lower_bound": "0.8"}, "n": 5}, {"type": "f1", "value": "0.5"}]"#,
        );
        let table = table(card.value(QUESTION).unwrap()).unwrap();
        assert_eq!(
            table,
            "| Metric | Value | From | n |\n| --- | --- | --- | --- |\n| a\\|b | 0.90 | 0.8 | 5 |\n| f1 | 0.5 |  |  |"
        );
        for odd in [
            r#"[{"type": "a", "value": {"x": 1}}]"#,
            r#"[{"type": "a\nb", "value": 1}]"#,
            r#"[{"type": "a", "type": "b"}]"#,
            r#"[3]"#,
        ] {
            assert_eq!(super::table(self::card(odd).value(QUESTION).unwrap()), None, "{odd}");
        }
    }
}
