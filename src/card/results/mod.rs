//! Results in numbers: the rows of the metric table, read as what they say, and compared by group; and what says results
//! elsewhere, [for the hub](hub) or [on a page](page), as such rows.

pub mod hub;
pub mod page;

use super::{Value, check};
use crate::json;

/// The question whose answer is the metric table.
pub const QUESTION: &str = "quantitative-analyses.performance_metrics";
/// The question whose answer says which charts there are. It is one of its own, so that a choice of looks changes
/// nothing of the results, and a format without charts names it as lost.
pub const CHARTS_QUESTION: &str = "quantitative-analyses.charts";

/// The charts there are: bars, bars in groups with their intervals, and so on.
pub const CHARTS: [&str; 6] = [
    "bars",
    "bars by group",
    "line",
    "ROC curve",
    "confusion matrix",
    "dataset split",
];

/// One row of the metric table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// The name of the metric.
    pub metric: String,
    /// The value as it is written.
    pub words: String,
    /// The value as a number, where it is one; a percentage as its share of 1.
    pub value: Option<f64>,
    /// What the number counts.
    pub unit: String,
    /// Both ends of the confidence interval.
    pub interval: Option<(f64, f64)>,
    /// The data it was measured on.
    pub dataset: String,
    /// The part of the data it holds for; empty for all of it.
    pub slice: String,
}

impl Measured {
    /// What the row says; nothing for what is no row.
    fn of(row: &Value) -> Option<Self> {
        let text = |path: &[&str]| {
            let cell = path.iter().try_fold(row, |value, name| value.member(name));
            match cell {
                Some(Value::Text(text) | Value::Number(text)) => text.trim().to_owned(),
                _ => String::new(),
            }
        };
        let bound = |name| check::number(&text(&["confidence_interval", name]));
        let words = text(&["value"]);
        let slice = text(&["slice"]);
        matches!(row, Value::Group(_)).then(|| Self {
            metric: text(&["type"]),
            value: check::number(&words),
            words,
            unit: text(&["unit"]),
            interval: bound("lower_bound").zip(bound("upper_bound")),
            dataset: text(&["dataset"]),
            slice: if is_whole(&slice) { String::new() } else { slice },
        })
    }

    /// The value for programs: as it was spelled, unless that is no number for them; a percentage is the share that it says.
    pub fn number(&self) -> Option<String> {
        let value = self.value?;
        if json::is_number(&self.words) {
            return Some(self.words.clone());
        }
        // Divided by a hundred in the text: the number gets no digits that nobody wrote, and loses none.
        let shifted = self.words.trim().strip_suffix('%').and_then(|number| {
            let (digits, exponent) = number
                .trim_end()
                .split_once(['e', 'E'])
                .unwrap_or((number.trim_end(), "0"));
            let exponent = exponent.parse::<i64>().ok()?.checked_sub(2)?;
            format!("{digits}e{exponent}").parse::<f64>().ok()
        });
        Some(shifted.unwrap_or(value).to_string())
    }

    /// The metric and what tells apart rows of the same metric: its unit and dataset.
    pub fn heading(&self) -> String {
        let unit = if self.unit.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.unit)
        };
        match self.dataset.as_str() {
            "" => format!("{}{unit}", self.metric),
            dataset => format!("{}{unit}, {dataset}", self.metric),
        }
    }

    /// The group it holds for, in words.
    pub fn group(&self) -> &str {
        if self.slice.is_empty() { "all" } else { &self.slice }
    }
}

/// Whether a group is everybody.
fn is_whole(slice: &str) -> bool {
    ["all", "overall", "total", "everyone", "everything", "-", "–"]
        .iter()
        .any(|word| slice.eq_ignore_ascii_case(word))
}

/// The rows of the metric table.
pub fn measured(answer: &Value) -> Vec<Measured> {
    match answer {
        Value::List(rows) => rows.iter().filter_map(Measured::of).collect(),
        row => Measured::of(row).into_iter().collect(),
    }
}

/// The rows of each metric, unit and dataset, in the order in which they first come.
pub fn by_metric(rows: &[Measured]) -> Vec<(String, Vec<&Measured>)> {
    let mut places = std::collections::HashMap::new();
    let mut found: Vec<(String, Vec<&Measured>)> = Vec::new();
    for row in rows {
        let heading = row.heading();
        let place = *places.entry(heading.clone()).or_insert_with(|| {
            found.push((heading, Vec::new()));
            found.len() - 1
        });
        found[place].1.push(row);
    }
    found
}

/// How far the groups lie apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// The metric, with unit and dataset.
    pub heading: String,
    /// How many groups there are.
    pub groups: usize,
    /// The group with the lowest value and that value, as it is written.
    pub lowest: (String, String),
    /// The group with the highest value and that value.
    pub highest: (String, String),
    /// The value of all together, where there is one.
    pub whole: Option<String>,
}

/// For each metric that was measured in several groups, how far these lie apart.
pub fn spreads(rows: &[Measured]) -> Vec<Spread> {
    let spread = |(heading, rows): (String, Vec<&Measured>)| {
        let groups = || rows.iter().filter(|row| !row.slice.is_empty());
        let known = || groups().filter_map(|row| Some((row, row.value?)));
        let lowest = known().min_by(|one, other| one.1.total_cmp(&other.1))?.0;
        let highest = known().max_by(|one, other| one.1.total_cmp(&other.1))?.0;
        let end = |row: &Measured| (row.slice.clone(), row.words.clone());
        (known().count() > 1).then(|| Spread {
            heading,
            groups: groups().count(),
            lowest: end(lowest),
            highest: end(highest),
            whole: rows
                .iter()
                .find(|row| row.slice.is_empty())
                .map(|row| row.words.clone()),
        })
    };
    by_metric(rows).into_iter().filter_map(spread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Measured> {
        measured(&crate::json::parse(text).unwrap().root.into_value())
    }

    #[test]
    fn rows_say_numbers_groups_and_intervals() {
        let rows = rows(
            r#"[{"type": "recall", "value": "94 %", "slice": "Overall"},
               {"type": "recall", "value": 0.9, "slice": "sex=F", "confidence_interval": {"lower_bound": "0.8", "upper_bound": 1}},
               {"type": "latency", "value": "about 3", "unit": "ms", "dataset": "lake"}, "no row"]"#,
        );
        assert_eq!(rows.len(), 3);
        assert_eq!((rows[0].value, rows[0].group()), (Some(0.94), "all"));
        let numbers: Vec<_> = rows.iter().map(Measured::number).collect();
        assert_eq!(numbers, [Some("0.94".to_owned()), Some("0.9".to_owned()), None]);
        assert_eq!(
            self::rows(r#"[{"value": "41.2%"}]"#)[0].number().as_deref(),
            Some("0.412")
        );
        for (words, number) in [
            (".00000000000005", "0.00000000000005"),
            ("0.00000000001%", "0.0000000000001"),
            ("12.5e-11 %", "0.00000000000125"),
            ("+.5", "0.5"),
            ("-7.10 %", "-0.071"),
            ("100%", "1"),
            ("1E+2%", "1"),
        ] {
            let row = json::to_text(&Value::Group(vec![("value".into(), Value::text(words))]));
            assert_eq!(self::rows(&row)[0].number().as_deref(), Some(number), "{words}");
        }
        for huge in ["1e308 %", "+1e300"] {
            let row = json::to_text(&Value::Group(vec![("value".into(), Value::text(huge))]));
            let number = self::rows(&row)[0].number().unwrap();
            assert!(json::is_number(&number) && number.len() > 300, "{number}");
        }
        assert_eq!(self::rows(r#"[{"value": "1e999"}]"#)[0].number(), None);
        assert_eq!((rows[1].interval, rows[1].group()), (Some((0.8, 1.0)), "sex=F"));
        assert_eq!(
            (rows[2].value, rows[2].heading().as_str()),
            (None, "latency (ms), lake")
        );
    }

    #[test]
    fn groups_are_compared_within_their_metric() {
        let rows = rows(
            r#"[{"type": "recall", "value": "0.9"}, {"type": "recall", "value": "0.8", "slice": "sex=F"},
               {"type": "f1", "value": "0.1", "slice": "sex=F"}, {"type": "recall", "value": "0.95", "slice": "sex=M & age>70"},
               {"type": "recall", "value": "", "slice": "sex=X"}]"#,
        );
        let spread = Spread {
            heading: "recall".into(),
            groups: 3,
            lowest: ("sex=F".into(), "0.8".into()),
            highest: ("sex=M & age>70".into(), "0.95".into()),
            whole: Some("0.9".into()),
        };
        assert_eq!(spreads(&rows), [spread]);
    }
}
