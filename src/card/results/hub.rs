//! Results as the hub of Hugging Face nests them in `model-index`, and its words for metrics and datasets.

use super::Value;

/// The question whose answer they are.
pub const QUESTION: &str = "metadata.model_index";

/// The name and the word of a dataset that nobody told: the hub wants both of every result.
pub const UNKNOWN: &str = "unknown";

/// A longer name of a dataset is none; each of its numbers takes the name along.
const LONGEST_NAME: usize = 500;
/// With more numbers than this an answer is no list of results that anybody reads.
const MOST: usize = 20_000;

/// One number among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Indexed {
    /// Where its value is in the answer, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// The hub's word for the metric, or the name where there is none.
    pub kind: String,
    /// What the dataset is called: its name and its word.
    pub datasets: Vec<String>,
    /// The same as a row of the metric table.
    pub row: Value,
}

/// The single values in an answer of that shape, in its order; none of an answer that is made to be too much.
pub fn indexed(index: &Value) -> Vec<Indexed> {
    let mut found = Vec::new();
    for (model, number) in items(Some(index)).iter().zip(0..) {
        for (result, place) in items(model.member("results")).iter().zip(0..) {
            let dataset = result.member("dataset");
            let is_named = ["name", "type", "config", "split"].iter().all(|name| {
                let said = text(dataset.and_then(|dataset| dataset.member(name)));
                said.len() <= LONGEST_NAME
            });
            if !is_named {
                return Vec::new();
            }
            for (metric, turn) in items(result.member("metrics")).iter().zip(0..) {
                if found.len() == MOST {
                    return Vec::new();
                }
                let pointer = format!("/{number}/results/{place}/metrics/{turn}/value");
                found.extend(one(dataset, metric, pointer));
            }
        }
    }
    found
}

fn one(dataset: Option<&Value>, metric: &Value, pointer: String) -> Option<Indexed> {
    let value = metric.member("value").filter(|value| !value.is_blank())?;
    if matches!(value, Value::List(_) | Value::Group(_)) {
        return None;
    }
    let (kind, name) = (text(metric.member("type")), text(metric.member("name")));
    let (metric, slice) = told(kind, name);
    if metric.is_empty() {
        return None;
    }
    let of = |member: &str| text(dataset.and_then(|dataset| dataset.member(member)));
    let datasets: Vec<String> = [of("name"), of("type")]
        .into_iter()
        .filter(|name| !name.is_empty() && *name != UNKNOWN)
        .map(str::to_owned)
        .collect();
    let mut data = datasets.first().cloned().unwrap_or_default();
    for part in [of("config"), of("split")] {
        if !part.is_empty() && part != "default" && !data.to_lowercase().contains(&part.to_lowercase()) {
            let gap = if data.is_empty() { "" } else { ", " };
            data = format!("{data}{gap}{part}");
        }
    }
    let mut row = vec![
        ("type".to_owned(), Value::text(metric)),
        ("value".to_owned(), value.clone()),
    ];
    for (name, text) in [("dataset", data.as_str()), ("slice", slice)] {
        if !text.is_empty() {
            row.push((name.to_owned(), Value::text(text)));
        }
    }
    Some(Indexed {
        pointer,
        kind: if kind.is_empty() {
            metric_word(name)
        } else {
            kind.to_owned()
        },
        datasets,
        row: Value::Group(row),
    })
}

/// The metric and the group that a name tells, as [`metric_name`] writes both; a name of another kind is the metric's.
fn told<'t>(kind: &'t str, name: &'t str) -> (&'t str, &'t str) {
    match name.split_once(", ") {
        _ if name.is_empty() => (kind, ""),
        Some((metric, slice)) if metric_word(without_unit(metric)) == kind => (metric, slice),
        _ => (name, ""),
    }
}

fn without_unit(metric: &str) -> &str {
    match metric.rsplit_once(" (") {
        Some((bare, unit)) if unit.ends_with(')') => bare,
        _ => metric,
    }
}

/// The group for which a metric holds, where its name tells one.
pub fn slice_of(metric: &Value) -> Option<&str> {
    let (_, slice) = told(text(metric.member("type")), text(metric.member("name")));
    (!slice.is_empty()).then_some(slice)
}

/// A metric with its unit and its group, as one name.
pub fn metric_name(metric: &str, unit: &str, slice: &str) -> String {
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" ({unit})")
    };
    match slice {
        "" => format!("{metric}{unit}"),
        slice => format!("{metric}{unit}, {slice}"),
    }
}

/// The hub's word for a metric.
pub fn metric_word(metric: &str) -> String {
    match word(metric, '_').as_str() {
        "f1_score" => "f1".to_owned(),
        "auc" | "auroc" | "roc" => "roc_auc".to_owned(),
        UNKNOWN => "metric".to_owned(),
        word => word.to_owned(),
    }
}

/// The hub's word for a dataset of this name: the id that it has there, where the name tells it.
pub fn dataset_word(name: &str) -> String {
    dataset_id(name).map_or_else(|| word(name, '-'), |(id, _)| id.to_owned())
}

/// The id that a dataset has on the hub, such as `owner/name`, and the task of a benchmark that may stand behind it:
/// `owner/name (task)`.
pub fn dataset_id(name: &str) -> Option<(&str, Option<&str>)> {
    let name = name.trim();
    let (id, task) = match name
        .split_once(" (")
        .and_then(|(id, rest)| Some((id, rest.strip_suffix(')')?)))
    {
        Some((id, task)) => (id, Some(task.trim()).filter(|task| !task.is_empty())),
        None => (name, None),
    };
    let is_word = |word: &str| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        word.chars().all(is_letter) && word.contains(|c: char| c.is_ascii_alphanumeric())
    };
    let (owner, rest) = id.split_once('/')?;
    (is_word(owner) && is_word(rest)).then_some((id, task))
}

/// Small letters and digits, with a mark between the words.
fn word(text: &str, mark: char) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.is_empty() {
        true => UNKNOWN.to_owned(),
        false => words.join(&mark.to_string()),
    }
}

/// The items of a list; none of anything else.
pub fn items(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// A text or a number as it is spelled, without blanks around it; empty for anything else.
pub fn text(value: Option<&Value>) -> &str {
    match value {
        Some(Value::Text(text) | Value::Number(text)) => text.trim(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_dataset_of_the_hub_is_known_by_its_owner() {
        assert_eq!(dataset_id("cais/hle"), Some(("cais/hle", None)));
        assert_eq!(
            dataset_id(" a-b/c.d_2 (diamond) "),
            Some(("a-b/c.d_2", Some("diamond")))
        );
        for other in [
            "Lakes",
            "a/b/c",
            "train/test split",
            "/b",
            "a/",
            "a/ (b)",
            "./..",
            "https://a/b",
        ] {
            assert_eq!(dataset_id(other), None, "{other}");
        }
        assert_eq!(
            (dataset_word("cais/hle"), dataset_word("Lakes 2")),
            ("cais/hle".into(), "lakes-2".into())
        );
    }

    #[test]
    fn results_for_the_hub_are_rows_with_dataset_and_group() {
        let index = r#"[{"name": "a", "results": [
            {"task": {"type": "other"}, "dataset": {"name": "Lakes", "type": "lakes", "config": "default", "split": "test"},
             "metrics": [{"type": "recall", "value": 0.90, "name": "recall, sex=F"}, {"type": "wer", "value": "4%", "name": "Test WER"},
                         {"type": "ms", "value": {"low": 1}}]},
            {"dataset": {"name": "unknown", "type": "unknown"}, "metrics": [{"type": "latency", "value": 3, "name": "latency (ms), cold"}]}]}]"#;
        let found = indexed(&json::parse(index).unwrap().root.into_value());
        let rows: Vec<String> = found.iter().map(|one| json::to_text(&one.row)).collect();
        assert_eq!(
            rows,
            [
                r#"{"type": "recall", "value": 0.90, "dataset": "Lakes, test", "slice": "sex=F"}"#,
                r#"{"type": "Test WER", "value": "4%", "dataset": "Lakes, test"}"#,
                r#"{"type": "latency (ms)", "value": 3, "slice": "cold"}"#,
            ]
        );
        assert_eq!(found[1].pointer, "/0/results/0/metrics/1/value");
        assert_eq!((found[1].kind.as_str(), found[1].datasets.len()), ("wer", 2));
        let long = index.replace("\"Lakes\"", &format!("{:?}", "L".repeat(600)));
        assert_eq!(
            indexed(&json::parse(&long).unwrap().root.into_value()),
            [],
            "each number would repeat it"
        );
        for odd in [
            "3",
            "[3]",
            r#"[{"results": {"metrics": 1}}]"#,
            r#"[{"results": [{"metrics": [{"value": 1}]}]}]"#,
        ] {
            assert_eq!(indexed(&json::parse(odd).unwrap().root.into_value()), [], "{odd}");
        }
    }
}
