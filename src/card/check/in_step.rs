//! Whether a card says the same number in both places where it has results: for the hub, and for readers.

use super::{Problem, Severity};
use crate::card::results::hub::{self, Indexed, dataset_word, metric_word};
use crate::card::results::{self, Measured, page};
use crate::card::{Card, Field, Section, Value};
use crate::locale::Sentence;
use crate::say;

/// A table may hold thousands of rows; more remarks than this tell nobody more.
const MOST: usize = 20;

/// Words in titles and labels below which results stand.
const TITLES: [&str; 6] = [
    "result",
    "evaluation",
    "performance",
    "metric",
    "benchmark",
    "quantitative",
];

/// A number for readers, and whose it is.
struct Shown<'c> {
    section: &'c Section,
    field: &'c Field,
    row: Measured,
}

/// The pairs of numbers that differ, at each of their two places. A number is compared only where it is clear which one of
/// the other place it is: the metric, the group and, where both say it, the dataset are the same, and no other row is.
pub(super) fn check(card: &Card) -> Vec<Problem> {
    let fields = || {
        let sections = card.sections.iter();
        sections.flat_map(|section| section.fields.iter().map(move |field| (section, field)))
    };
    let Some((home, index)) = fields().find(|(_, field)| field.id == hub::QUESTION) else {
        return Vec::new();
    };
    let indexed = hub::indexed(&index.value);
    let shown: Vec<Shown> = match indexed.is_empty() {
        true => Vec::new(),
        false => fields().flat_map(|(section, field)| shown(section, field)).collect(),
    };
    let mut found = Vec::new();
    for one in &indexed {
        let Some(here) = results::measured(&one.row).pop() else {
            continue;
        };
        let mut others = shown.iter().filter(|shown| is_of(one, &here, &shown.row));
        let (Some(other), None) = (others.next(), others.next()) else {
            continue;
        };
        let mut again = indexed.iter().filter(|two| {
            let there = results::measured(&two.row).pop();
            there.is_some_and(|there| is_of(two, &there, &other.row))
        });
        let is_clear = again.next().is_some() && again.next().is_none();
        if !is_clear || is_same(&here.words, &other.row.words) {
            continue;
        }
        found.extend(problems((home, index), one, &here, other));
        if found.len() >= 2 * MOST {
            break;
        }
    }
    found
}

fn problems((home, index): (&Section, &Field), one: &Indexed, here: &Measured, other: &Shown) -> [Problem; 2] {
    let name = Sentence::as_written(match here.slice.as_str() {
        "" => here.metric.clone(),
        slice => format!("{}, {slice}", here.metric),
    });
    let title = match other.section.title == other.field.label || other.field.label == "Text" {
        true => other.section.title.clone(),
        false => format!("{} › {}", other.section.title, other.field.label),
    };
    let title = Sentence::as_written(title);
    let (there, own) = (other.row.words.as_str(), here.words.as_str());
    [
        Problem {
            section: home.key.clone(),
            field: index.id.clone(),
            severity: Severity::Problem,
            message: say!(
                "{name} is {own} here, for the hub, and {there} below “{title}”. Correct the one that is out of date.",
                name = name.clone(),
                own,
                there,
                title
            ),
            within: Some(one.pointer.clone()),
        },
        Problem {
            section: other.section.key.clone(),
            field: other.field.id.clone(),
            severity: Severity::Problem,
            message: say!(
                "{name} is {there} here, and {own} in the results for the hub (model-index, below Metadata). Correct the \
                 one that is out of date.",
                name,
                there,
                own
            ),
            within: None,
        },
    ]
}

/// The rows of results in a field.
fn shown<'c>(section: &'c Section, field: &'c Field) -> Vec<Shown<'c>> {
    let rows = match &field.value {
        answer if field.id == results::QUESTION && answer.as_text().is_none() => results::measured(answer),
        Value::Text(text) => {
            let is_about_them = is_about_results(&section.title) || is_about_results(&field.label);
            let mut rows = page::listed(text);
            if is_about_them {
                rows.extend(page::rows(text));
            }
            results::measured(&Value::List(rows))
        }
        _ => Vec::new(),
    };
    let rows = rows.into_iter().map(|row| Shown { section, field, row });
    rows.collect()
}

fn is_about_results(title: &str) -> bool {
    let title = title.to_lowercase();
    TITLES.iter().any(|word| title.contains(word))
}

/// Whether a row for readers is about the same number as one for the hub.
fn is_of(one: &Indexed, here: &Measured, there: &Measured) -> bool {
    let word = metric_word(&there.metric);
    let is_metric = word == one.kind || word == metric_word(&here.metric);
    let is_dataset = || {
        let names = one.datasets.iter().chain([&here.dataset]);
        let said = dataset_word(&there.dataset);
        there.dataset.is_empty() || one.datasets.is_empty() || names.into_iter().any(|name| dataset_word(name) == said)
    };
    is_metric && metric_word(&here.slice) == metric_word(&there.slice) && is_dataset()
}

/// Whether two spellings are of one number: rounded, or a share as a percentage.
fn is_same(one: &str, other: &str) -> bool {
    let spelled = |text: &str| {
        let text = text.trim().trim_end_matches('%').trim_end();
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        Some((text.parse::<f64>().ok()?, i32::try_from(decimals).ok()?))
    };
    let (Some(one), Some(other)) = (spelled(one), spelled(other)) else {
        // Words are compared by nobody.
        return true;
    };
    let hundredfold = |(value, decimals): (f64, i32)| (value * 100.0, (decimals - 2).max(0));
    [(one, other), (hundredfold(one), other), (one, hundredfold(other))]
        .into_iter()
        .any(|(one, other)| are_near(one, other))
}

/// Whether one number is the other one rounded to fewer decimals. A small whole number is nobody's rounding.
fn are_near((one, decimals): (f64, i32), (other, others): (f64, i32)) -> bool {
    let fewer = decimals.min(others);
    let step = match fewer {
        0 if one.abs().min(other.abs()) < 10.0 => 0.0,
        fewer => 0.5 * 10f64.powi(-fewer),
    };
    (one - other).abs() <= step + 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::read_named;

    fn told(index: &str, body: &str) -> Vec<(String, Option<String>, String)> {
        let page = format!(
            "---\nmodel-index:\n- name: a\n  results:\n  - task:\n      type: other\n    dataset:\n      name: Lakes\n      type: \
             lakes\n    metrics:\n{index}\n---\n# A\n\n{body}\n"
        );
        let problems = check(&read_named(page.as_bytes(), Some("README.md")).unwrap().card).into_iter();
        problems
            .map(|problem| (problem.field, problem.within, problem.message.to_string()))
            .collect()
    }

    const INDEX: &str = "    - type: f1\n      value: 0.91\n      name: F1 score\n    - type: recall\n      value: 0.875\n    - type: \
                         recall\n      value: 0.5\n      name: recall, sex=F";

    #[test]
    fn a_number_that_was_changed_in_one_place_is_told_at_both() {
        let body = "## Evaluation\n\n### Results\n\n| Metric | Value | Group |\n|---|---|---|\n| F1 | **0.93** | |\n| Recall | 87.5% | |\n| Recall | 0.5 | sex=F |";
        let found = told(INDEX, body);
        let fields: Vec<&str> = found.iter().map(|(field, ..)| field.as_str()).collect();
        assert_eq!(fields, ["metadata.model_index", "evaluation.results"], "{found:?}");
        assert_eq!(found[0].1.as_deref(), Some("/0/results/0/metrics/0/value"));
        for words in ["0.91", "0.93", "F1 score"] {
            assert!(
                found.iter().all(|(.., message)| message.contains(words)),
                "{words} {found:?}"
            );
        }
        let body = body.replace("0.5 ", "0.62 ");
        let found = told(INDEX, &body);
        assert!(found.len() == 4 && found[2].2.contains("recall, sex=F"), "{found:?}");
    }

    #[test]
    fn what_a_program_wrote_at_the_beginning_of_the_page_is_compared() {
        let found = told(
            INDEX,
            "It achieves the following results on the evaluation set:\n- Loss: 0.25\n- F1: 0.93",
        );
        let fields: Vec<&str> = found.iter().map(|(field, ..)| field.as_str()).collect();
        assert_eq!(fields, ["metadata.model_index", "model-details.overview"], "{found:?}");
        assert_eq!(told(INDEX, "Settings:\n- F1: 0.93"), []);
    }

    #[test]
    fn what_may_be_another_number_is_left_alone() {
        let table =
            |rows: &str| format!("## Evaluation\n\n### Results\n\n| Metric | Value | Dataset |\n|---|---|---|\n{rows}");
        for rows in [
            "| F1 | 0.9 | Lakes |",
            "| F1 | 91 | |",
            "| F1 | high | |",
            "| F1 | 0.7 | Ponds |",
            "| F1 | 0.7 | |\n| F1 | 0.8 | |",
            "| Accuracy | 0.7 | |",
        ] {
            assert_eq!(told(INDEX, &table(rows)), [], "{rows}");
        }
        let elsewhere = "## Training\n\n| Metric | Value |\n|---|---|\n| F1 | 0.7 |";
        assert_eq!(told(INDEX, elsewhere), []);
        assert_eq!(told(INDEX, &table("| F1 | 0.7 | lakes |")).len(), 2);
    }
}
