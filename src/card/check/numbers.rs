//! Numbers and metric values.

use super::{Remark, Value, cell, placeholders};
use crate::locale::Sentence;
use crate::say;

/// Words in the names of metrics that lie between 0 and 1.
const SHARES: &[&str] = &[
    "accuracy",
    "precision",
    "recall",
    "f1",
    "fscore",
    "auc",
    "auroc",
    "auprc",
    "prauc",
    "rocauc",
    "brier",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "tpr",
    "fpr",
    "tnr",
    "fnr",
    "dice",
    "iou",
    "jaccard",
];

/// Words that make a metric something else: `accuracy_loss`, `recall difference`.
const NOT_SHARES: &[&str] = &[
    "loss",
    "error",
    "delta",
    "difference",
    "diff",
    "change",
    "std",
    "count",
    "log",
    "rank",
    "skill",
];

/// A number as written.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    value: f64,
    is_percent: bool,
}

/// Says what is odd where a number is expected.
pub(super) fn check(text: &str) -> Option<Remark> {
    let text = text.trim();
    if text.is_empty() || placeholders::is_placeholder(text) || read(text).is_some() {
        return None;
    }
    let message = match read(&text.replace(',', ".")) {
        Some(_) => say!(
            "“{text}” has a comma. Write the number with a point: {replace}.",
            text,
            replace = text.replace(',', ".")
        ),
        None => say!("This is no number. Write digits only, with a point for decimals: 0.94."),
    };
    Some(Remark::problem(message))
}

/// The number that a text says, a percentage as its share of 1.
pub(super) fn number_in(text: &str) -> Option<f64> {
    let Reading { value, is_percent } = read(text)?;
    Some(if is_percent { value / 100.0 } else { value })
}

/// Checks one row of results: the value's range, its interval, and whether they fit.
pub(super) fn check_metric(row: &Value) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let value = number(row, "value");
    let lower = number(row, "confidence_interval.lower_bound");
    let upper = number(row, "confidence_interval.upper_bound");
    let name = cell(row, "type").and_then(Value::as_text).unwrap_or_default();
    if is_share(name) {
        let numbers = [
            (say!("value"), value),
            (say!("lower bound"), lower),
            (say!("upper bound"), upper),
        ];
        remarks.extend(
            numbers
                .into_iter()
                .filter_map(|(what, number)| check_share(name, what, number?)),
        );
    }
    if let (Some(lower), Some(upper)) = (lower, upper)
        && comparable(lower, upper)
    {
        if lower.value > upper.value {
            remarks.push(Remark::problem(say!(
                "The interval begins above its end. Exchange the two bounds if they were swapped."
            )));
        } else if let Some(value) = value
            && comparable(value, lower)
            && !(lower.value..=upper.value).contains(&value.value)
        {
            remarks.push(Remark::problem(say!(
                "The value lies outside its own confidence interval. Check all three numbers."
            )));
        }
    }
    remarks
}

fn check_share(name: &str, what: Sentence, number: Reading) -> Option<Remark> {
    let Reading { value, is_percent } = number;
    let top = if is_percent { 100.0 } else { 1.0 };
    if (0.0..=top).contains(&value) || value.is_nan() {
        return None;
    }
    let unit = if is_percent { "%" } else { "" };
    Some(if !is_percent && (0.0..=100.0).contains(&value) {
        Remark::tip(say!(
            "The {what} {value} is above 1, but {name} lies between 0 and 1. Check the number; if it is a \
             percentage, write {value}%.",
            what,
            value,
            name
        ))
    } else {
        Remark::problem(say!(
            "The {what} {value}{unit} is not possible: {name} lies between 0 and 1, or 0% and 100%. Check the number.",
            what,
            value,
            unit,
            name
        ))
    })
}

/// Says that a number is out of the range of its metric, when either 0 to 1 or 0 to 100 could be meant.
pub(super) fn out_of_range(name: &str, text: &str) -> Option<Sentence> {
    let value = read(text.trim())?.value;
    (is_share(name) && !value.is_nan() && !(0.0..=100.0).contains(&value)).then(|| {
        say!(
            "The value {value} is not possible: {name} lies between 0 and 1, or 0 and 100. Check the number.",
            value,
            name
        )
    })
}

/// Whether a metric of this name lies between 0 and 1.
fn is_share(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let has = |list: &[&str]| {
        let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        words.any(|word| list.contains(&word))
    };
    has(SHARES) && !has(NOT_SHARES)
}

fn number(row: &Value, key: &str) -> Option<Reading> {
    match cell(row, key)? {
        Value::Number(text) | Value::Text(text) => read(text),
        _ => None,
    }
}

/// Reads `0.94`, `1e-5`, `94%` and `94 %`; not `inf` and `nan`.
fn read(text: &str) -> Option<Reading> {
    let text = text.trim();
    let (number, is_percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let value = number.parse().ok().filter(|value: &f64| value.is_finite())?;
    Some(Reading { value, is_percent })
}

fn comparable(one: Reading, other: Reading) -> bool {
    one.is_percent == other.is_percent
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    fn row(name: &str, value: &str, interval: Option<(&str, &str)>) -> Value {
        let mut members = vec![
            ("type".to_owned(), Value::text(name)),
            ("value".to_owned(), Value::Number(value.to_owned())),
        ];
        if let Some((lower, upper)) = interval {
            let bounds = vec![
                ("lower_bound".to_owned(), Value::text(lower)),
                ("upper_bound".to_owned(), Value::text(upper)),
            ];
            members.push(("confidence_interval".to_owned(), Value::Group(bounds)));
        }
        Value::Group(members)
    }

    fn severities(row: &Value) -> Vec<Severity> {
        check_metric(row).into_iter().map(|remark| remark.severity).collect()
    }

    #[test]
    fn shares_lie_between_0_and_1() {
        assert_eq!(severities(&row("accuracy", "0.970", Some(("0.95", "0.98")))), []);
        assert_eq!(severities(&row("Brier score", "94%", None)), []);
        assert_eq!(severities(&row("accuracy", "1.2", None)), [Severity::Note]);
        assert_eq!(severities(&row("ROC-AUC", "120", None)), [Severity::Problem]);
        assert_eq!(severities(&row("macro_f1", "-0.1", None)), [Severity::Problem]);
        assert_eq!(severities(&row("recall", "101%", None)), [Severity::Problem]);
        assert_eq!(severities(&row("perplexity", "120", None)), []);
        assert_eq!(severities(&row("accuracy_loss", "-3", None)), []);
        assert_eq!(severities(&row("accuracy", "NaN", None)), []);
    }

    #[test]
    fn intervals_hold_their_value() {
        assert_eq!(severities(&row("mse", "12", Some(("20", "10")))), [Severity::Problem]);
        assert_eq!(severities(&row("mse", "30", Some(("10", "20")))), [Severity::Problem]);
        assert_eq!(severities(&row("mse", "12", Some(("10", "20")))), []);
        assert_eq!(severities(&row("recall", "0.5", Some(("40%", "60%")))), []);
    }

    #[test]
    fn numbers_are_digits() {
        assert_eq!(check("1e-5"), None);
        assert_eq!(check(""), None);
        assert!(check("0,94").unwrap().message.to_string().contains("0.94"));
        assert!(check("many").is_some());
    }
}
