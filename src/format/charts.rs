//! The charts of a card: those that it asks for, and those that a SageMaker card brings along as numbers.
//!
//! A card holds what is drawn, never a picture of it: the rows of its charts name a kind and numbers, or the table of
//! results. So a chart follows its numbers, and every face of the card (preview, page, PDF) draws the same.

use super::results;
use crate::card::results::{CHARTS, CHARTS_QUESTION, Measured, QUESTION, by_metric, measured};
use crate::card::{Card, Value, check};
use crate::chart::{self, Bar, Chart, Lines, Matrix, Panel, Plot};

/// The question of SageMaker cards whose rows hold groups of metrics.
const EVALUATIONS: &str = "evaluation-details.evaluations";
/// More charts than this in one field are no card for people.
const MOST: usize = 50;

/// Every chart of the card, in its order.
pub fn charts(card: &Card) -> Vec<Chart> {
    let fields = card.sections.iter().flat_map(|section| &section.fields);
    fields
        .flat_map(|field| of_field(card, &field.id, &field.value))
        .collect()
}

/// The charts that the field of this id asks for or holds.
pub(super) fn of_field(card: &Card, id: &str, value: &Value) -> Vec<Chart> {
    match (id, value) {
        (CHARTS_QUESTION, Value::List(rows)) => {
            let numbered = rows.iter().take(MOST).enumerate();
            numbered.filter_map(|(index, row)| of_row(card, index, row)).collect()
        }
        (CHARTS_QUESTION, row) => of_row(card, 0, row).into_iter().collect(),
        (EVALUATIONS, value) => {
            let plots = of_sagemaker(value).into_iter().enumerate();
            let draw = |(index, (title, plot)): (usize, (String, Plot))| {
                chart::draw(&format!("evaluation-{}", index + 1), &title, &plot)
            };
            plots.map(draw).collect()
        }
        _ => Vec::new(),
    }
}

/// The chart that a row of the charts asks for; `None` when there are no numbers for it, or it says something that no
/// chart shows.
pub(super) fn of_row(card: &Card, index: usize, row: &Value) -> Option<Chart> {
    const COLUMNS: [&str; 4] = ["kind", "title", "metric", "data"];
    let Value::Group(members) = row else { return None };
    let is_plain = |(place, (name, value)): (usize, &(String, Value))| {
        let is_first = !members[..place].iter().any(|(other, _)| other == name);
        value.is_blank() || (is_first && COLUMNS.contains(&name.as_str()) && value.as_text().is_some())
    };
    if index >= MOST || !members.iter().enumerate().all(is_plain) {
        return None;
    }
    let (title, plot) = asked(card, row)?;
    Some(chart::draw(&format!("chart-{}", index + 1), &title, &plot))
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    match row.member(name) {
        Some(Value::Text(text) | Value::Number(text)) => text.trim(),
        _ => "",
    }
}

/// What a row of the charts wants drawn, with its title.
fn asked(card: &Card, row: &Value) -> Option<(String, Plot)> {
    let word = text(row, "kind");
    let kind = CHARTS.iter().position(|kind| kind.eq_ignore_ascii_case(word))?;
    let data = text(row, "data");
    let rows = || card.value(QUESTION).map(measured).unwrap_or_default();
    let only = text(row, "metric");
    let (title, plot) = match kind {
        0 => ("Results", bars(&chosen(rows(), only))),
        1 => ("Results by group", by_group(&chosen(rows(), only))),
        2 => ("Line", lines(data, false)?),
        3 => ("ROC curve", lines(data, true)?),
        4 => ("Confusion matrix", matrix(data)?),
        _ => {
            let parts = parts_in(data).or_else(|| {
                let told = card.value("training-data.split").and_then(Value::as_text);
                told.and_then(parts_in).filter(|_| data.is_empty())
            });
            ("Dataset split", Plot::Split(parts?))
        }
    };
    let is_empty = match &plot {
        Plot::Bars(panels) => panels.is_empty(),
        Plot::Lines(lines) => lines.series.iter().all(|(_, points)| points.is_empty()),
        Plot::Matrix(matrix) => matrix.cells.is_empty(),
        Plot::Split(parts) => parts.is_empty(),
    };
    let title = match text(row, "title") {
        "" => title,
        title => title,
    };
    (!is_empty).then(|| (title.to_owned(), plot))
}

/// The rows of these metrics, named with commas between; all if there is no name.
fn chosen(rows: Vec<Measured>, only: &str) -> Vec<Measured> {
    let names: Vec<String> = only
        .split(',')
        .map(|name| name.trim().to_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let is_chosen = |row: &Measured| names.is_empty() || names.contains(&row.metric.to_lowercase());
    rows.into_iter()
        .filter(is_chosen)
        .filter(|row| row.value.is_some())
        .collect()
}

fn bar(row: &Measured, label: String) -> Option<Bar> {
    let words = match row.unit.as_str() {
        "" => row.words.clone(),
        unit => format!("{} {unit}", row.words),
    };
    Some(Bar {
        label,
        value: row.value?,
        words,
        interval: row.interval,
    })
}

/// A bar for each metric of all together, or for each row when there are only groups. Shares have one scale; a number
/// of another size would make them all look alike, and gets its own.
fn bars(rows: &[Measured]) -> Plot {
    let whole: Vec<&Measured> = rows.iter().filter(|row| row.slice.is_empty()).collect();
    let rows: Vec<&Measured> = if whole.is_empty() { rows.iter().collect() } else { whole };
    let label = |row: &Measured| match row.slice.as_str() {
        "" => row.heading(),
        slice => format!("{}, {slice}", row.heading()),
    };
    let is_share =
        |row: &&&Measured| row.unit.is_empty() && row.value.is_some_and(|value| (0.0..=1.0).contains(&value));
    let shares: Vec<Bar> = rows
        .iter()
        .filter(is_share)
        .filter_map(|row| bar(row, label(row)))
        .collect();
    let mut panels = Vec::new();
    if !shares.is_empty() {
        panels.push(Panel {
            bars: shares,
            ..Panel::default()
        });
    }
    for row in rows.iter().filter(|row| !is_share(row)) {
        panels.push(Panel {
            bars: bar(row, label(row)).into_iter().collect(),
            ..Panel::default()
        });
    }
    Plot::Bars(panels)
}

/// A panel for each metric, with a bar for each group and a dashed line at the value of all together.
fn by_group(rows: &[Measured]) -> Plot {
    let panel = |(heading, rows): (String, Vec<&Measured>)| Panel {
        heading,
        reference: rows.iter().find(|row| row.slice.is_empty()).and_then(|row| row.value),
        bars: rows.iter().filter_map(|row| bar(row, row.group().to_owned())).collect(),
    };
    Plot::Bars(by_metric(rows).into_iter().map(panel).collect())
}

/// Lines out of a table: the first column goes to the right, each other one is a line.
fn lines(data: &str, is_roc: bool) -> Option<Plot> {
    let sheet = results::table(data).ok()?;
    let number = |cell: &String| check::number(cell);
    let mut series = Vec::new();
    for (index, name) in sheet.columns.iter().enumerate().skip(1) {
        let points = sheet
            .rows
            .iter()
            .filter_map(|row| Some((number(&row[0])?, number(&row[index])?)));
        series.push((name.clone(), points.collect()));
    }
    let (x, y) = match (is_roc, sheet.columns.len()) {
        (true, _) => ("False positive rate", "True positive rate"),
        (false, 2) => (sheet.columns[0].as_str(), sheet.columns[1].as_str()),
        (false, _) => (sheet.columns.first()?.as_str(), ""),
    };
    Some(Plot::Lines(Lines {
        x: x.to_owned(),
        y: y.to_owned(),
        series,
        is_roc,
    }))
}

/// A matrix out of a table: numbers, with or without a column of names before them.
fn matrix(data: &str) -> Option<Plot> {
    let sheet = results::table(data).ok()?;
    let has_names = sheet
        .rows
        .iter()
        .any(|row| row.first().is_some_and(|cell| check::number(cell).is_none()));
    let first = usize::from(has_names);
    let columns: Vec<String> = sheet.columns.iter().skip(first).cloned().collect();
    let is_named = columns
        .iter()
        .enumerate()
        .any(|(index, name)| *name != format!("Column {}", index + first + 1));
    let columns = if is_named { columns } else { Vec::new() };
    let rows = match has_names {
        true => sheet.rows.iter().map(|row| row[0].clone()).collect(),
        // As many columns as rows: the classes are the same.
        false if columns.len() == sheet.rows.len() => columns.clone(),
        false => Vec::new(),
    };
    let cells = sheet.rows.iter().map(|row| {
        let cells = row.iter().skip(first);
        cells.map(|cell| check::number(cell).unwrap_or(f64::NAN)).collect()
    });
    Some(Plot::Matrix(Matrix {
        cells: cells.collect(),
        columns,
        rows,
    }))
}

/// The parts that a split is told in: a table of names and sizes, or words such as `80/10/10` and `train 80 %, test 20 %`.
fn parts_in(text: &str) -> Option<Vec<(String, f64)>> {
    if text.trim().is_empty() {
        return None;
    }
    let of_table = || {
        let sheet = results::table(text).ok()?;
        let rows = sheet
            .rows
            .iter()
            .map(|row| Some((row.first()?.clone(), size(row.get(1)?)?)));
        // The names of the columns are names, or else they are the first part.
        let rows: Option<Vec<(String, f64)>> = rows.collect();
        rows.filter(|rows| rows.len() > 1)
    };
    check::split(text).or_else(of_table)
}

/// A size such as `8,000` or `80 %`.
fn size(text: &str) -> Option<f64> {
    check::number(text).or_else(|| check::number(&text.replace([',', ' ', '\u{a0}'], "")))
}

/// The charts in the groups of metrics that a SageMaker card has for each evaluation.
fn of_sagemaker(value: &Value) -> Vec<(String, Plot)> {
    let list = |value: Option<&Value>| match value {
        Some(Value::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for evaluation in list(Some(value)) {
        for group in list(evaluation.member("metric_groups")) {
            for metric in list(group.member("metric_data")) {
                let title = [text(&evaluation, "name"), text(&group, "name"), text(&metric, "name")];
                let mut title: Vec<&str> = title.into_iter().filter(|part| !part.is_empty()).collect();
                title.dedup();
                if let Some(plot) = of_sagemaker_metric(&metric)
                    && found.len() < MOST
                {
                    found.push((title.join(": "), plot));
                }
            }
        }
    }
    found
}

fn of_sagemaker_metric(metric: &Value) -> Option<Plot> {
    let numbers = |value: Option<&Value>| -> Vec<f64> {
        let Some(Value::List(items)) = value else {
            return Vec::new();
        };
        let number = |item: &Value| match item {
            Value::Number(text) => text.parse().unwrap_or(f64::NAN),
            _ => f64::NAN,
        };
        items.iter().map(number).collect()
    };
    let names = |name: &str| -> Vec<String> {
        match metric.member(name) {
            Some(Value::List(items)) => items
                .iter()
                .map(|item| item.as_text().unwrap_or_default().to_owned())
                .collect(),
            Some(Value::Text(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    };
    let rows = match metric.member("value") {
        Some(Value::List(rows)) => rows,
        _ => return None,
    };
    match text(metric, "type") {
        "bar_chart" => {
            let labels = names("x_axis_name");
            let values = numbers(metric.member("value"));
            let bars = values.iter().enumerate().map(|(index, value)| Bar {
                label: labels.get(index).cloned().unwrap_or_else(|| (index + 1).to_string()),
                value: *value,
                words: chart::number(*value),
                interval: None,
            });
            Some(Plot::Bars(vec![Panel {
                heading: text(metric, "y_axis_name").to_owned(),
                bars: bars.collect(),
                reference: None,
            }]))
        }
        "linear_graph" => {
            let point = |row: &Value| {
                let point = numbers(Some(row));
                Some((*point.first()?, *point.get(1)?))
            };
            Some(Plot::Lines(Lines {
                x: text(metric, "x_axis_name").to_owned(),
                y: text(metric, "y_axis_name").to_owned(),
                series: vec![(text(metric, "name").to_owned(), rows.iter().filter_map(point).collect())],
                is_roc: false,
            }))
        }
        "matrix" => Some(Plot::Matrix(Matrix {
            rows: names("y_axis_name"),
            columns: names("x_axis_name"),
            cells: rows.iter().map(|row| numbers(Some(row))).collect(),
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Field, Section};

    fn card(fields: &[(&str, &str)]) -> Card {
        let field = |(id, json): &(&str, &str)| Field {
            id: (*id).to_owned(),
            label: (*id).to_owned(),
            value: crate::json::parse(json).unwrap().root.into_value(),
        };
        Card {
            sections: vec![Section {
                key: "quantitative-analyses".into(),
                title: "Results".into(),
                fields: fields.iter().map(field).collect(),
            }],
        }
    }

    fn drawn(rows: &str, charts: &str) -> Vec<Chart> {
        super::charts(&card(&[(QUESTION, rows), (CHARTS_QUESTION, charts)]))
    }

    const ROWS: &str = r#"[{"type": "recall", "value": "0.9"}, {"type": "latency", "value": "120", "unit": "ms"},
        {"type": "recall", "value": "0.8", "slice": "sex=F", "confidence_interval": {"lower_bound": "0.7", "upper_bound": "0.85"}},
        {"type": "f1", "value": "about half"}]"#;

    #[test]
    fn bars_come_from_the_table_and_follow_it() {
        let charts = drawn(
            ROWS,
            r#"[{"kind": "bars"}, {"kind": "Bars by group", "title": "By sex", "metric": "Recall"}, {"kind": "table only"}]"#,
        );
        assert_eq!(charts.len(), 2);
        assert_eq!(charts[0].data.rows, [["recall", "0.9"], ["latency (ms)", "120 ms"]]);
        assert_eq!(charts[1].title, "By sex");
        assert_eq!(
            charts[1].data.rows,
            [
                ["recall", "all", "0.9", "", ""],
                ["recall", "sex=F", "0.8", "0.7", "0.85"]
            ]
        );
        assert!(charts[1].svg.contains("chart-2-title"));
        assert_eq!(drawn("[]", r#"[{"kind": "bars"}]"#), []);
    }

    #[test]
    fn the_others_bring_their_numbers() {
        let charts = drawn(
            "[]",
            r#"[{"kind": "ROC curve", "data": "fpr,tpr\n0,0\n0.1,0.8\n1,1"},
                {"kind": "confusion matrix", "data": "| | cat | dog |\n|---|---|---|\n| cat | 50 | 3 |\n| dog | 7 | 40 |"},
                {"kind": "dataset split", "data": "train,8000\nvalidation,1000\ntest,1000"},
                {"kind": "line", "data": "epoch;train;test\n1;0.9;1.1\n2;0.7;1.0"}, {"kind": "line", "data": "\"broken"}]"#,
        );
        let alts: Vec<&str> = charts.iter().map(|chart| chart.alt.as_str()).collect();
        assert_eq!(
            alts,
            [
                "Lines of True positive rate over False positive rate. tpr: 3 points, from 0 at 0 to 1 at 1.",
                "Matrix of 2 actual by 2 predicted classes. 90 of 100 on the diagonal.",
                "Parts of a whole: train 80 %, validation 10 %, test 10 %.",
                "Lines of the vertical axis over epoch. train: 2 points, from 0.9 at 1 to 0.7 at 2. test: 2 points, from 1.1 at 1 to 1 at 2.",
            ]
        );
    }

    #[test]
    fn a_split_is_taken_from_the_training_data() {
        let charts = charts(&card(&[
            ("training-data.split", r#""80/10/10, by patient""#),
            (CHARTS_QUESTION, r#"[{"kind": "dataset split"}]"#),
        ]));
        assert_eq!(
            charts[0].alt,
            "Parts of a whole: training 80 %, validation 10 %, test 10 %."
        );
    }

    #[test]
    fn charts_of_sagemaker_are_drawn() {
        let evaluations = r#"[{"name": "June", "metric_groups": [{"name": "bias", "metric_data": [
            {"name": "By class", "type": "bar_chart", "value": [0.1, 0.9], "x_axis_name": ["cat", "dog"], "y_axis_name": "recall"},
            {"name": "Loss", "type": "linear_graph", "value": [[1, 0.9], [2, 0.4]], "x_axis_name": "epoch", "y_axis_name": "loss"},
            {"name": "Confusion", "type": "matrix", "value": [[5, 1], [2, 4]], "x_axis_name": ["cat", "dog"], "y_axis_name": ["cat", "dog"]},
            {"name": "plain", "type": "number", "value": 3}, {"type": "bar_chart", "value": "x"}]}]}]"#;
        let charts = charts(&card(&[(EVALUATIONS, evaluations)]));
        let titles: Vec<&str> = charts.iter().map(|chart| chart.title.as_str()).collect();
        assert_eq!(
            titles,
            ["June: bias: By class", "June: bias: Loss", "June: bias: Confusion"]
        );
        assert!(charts[0].svg.contains(">dog<") && charts[2].alt.contains("9 of 12"));
    }
}
