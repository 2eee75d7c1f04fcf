//! Whether a card says the same number in both places where it has results: for the hub, and for readers.

use std::collections::HashMap;

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

/// The words for metric and group, by which numbers of both places are found.
type Key = (String, String);

/// A number for readers, and whose it is.
struct Shown<'c> {
    section: &'c Section,
    field: &'c Field,
    row: Measured,
    /// The word for its dataset, if it tells one.
    dataset: Option<String>,
}

impl Shown<'_> {
    fn key(&self) -> Key {
        (metric_word(&self.row.metric), group_word(&self.row.slice))
    }
}

/// A number for the hub.
struct Told {
    pointer: String,
    row: Measured,
    /// The words for its metric: the hub's, and that of its name.
    kinds: Vec<String>,
    /// The words for its dataset; none where it tells none.
    datasets: Vec<String>,
}

impl Told {
    fn of(indexed: Indexed) -> Option<Self> {
        let row = results::measured(&indexed.row).pop()?;
        let mut kinds = vec![indexed.kind, metric_word(&row.metric)];
        kinds.dedup();
        let mut datasets: Vec<String> = match indexed.datasets.is_empty() {
            true => Vec::new(),
            false => indexed
                .datasets
                .iter()
                .chain([&row.dataset])
                .map(|name| dataset_word(name))
                .collect(),
        };
        datasets.sort_unstable();
        datasets.dedup();
        Some(Self {
            pointer: indexed.pointer,
            row,
            kinds,
            datasets,
        })
    }

    fn keys(&self) -> impl Iterator<Item = Key> {
        let group = group_word(&self.row.slice);
        self.kinds.iter().map(move |kind| (kind.clone(), group.clone()))
    }
}

/// Signs are what groups differ by: `age>70` is not `age<70`.
fn group_word(group: &str) -> String {
    let letters = group.chars().filter(|letter| !letter.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

/// The numbers of one metric and one group, so that nobody has to look through all of them for those of a dataset.
struct Alike<'a, T> {
    all: Vec<&'a T>,
    of_none: Vec<&'a T>,
    of_dataset: HashMap<&'a str, Vec<&'a T>>,
}

impl<'a, T> Alike<'a, T> {
    fn new() -> Self {
        Self {
            all: Vec::new(),
            of_none: Vec::new(),
            of_dataset: HashMap::new(),
        }
    }

    fn add(&mut self, one: &'a T, datasets: impl Iterator<Item = &'a String>) {
        self.all.push(one);
        let mut is_told = false;
        for dataset in datasets {
            is_told = true;
            self.of_dataset.entry(dataset).or_default().push(one);
        }
        if !is_told {
            self.of_none.push(one);
        }
    }

    /// Those about one of these datasets, as far as both tell.
    fn about<'s>(&'s self, datasets: &'s [String]) -> impl Iterator<Item = &'a T> + 's {
        let all = self.all.iter().filter(|_| datasets.is_empty());
        let of_none = self.of_none.iter().filter(|_| !datasets.is_empty());
        let of_these = datasets
            .iter()
            .filter_map(|dataset| self.of_dataset.get(dataset.as_str()));
        all.chain(of_none).chain(of_these.flatten()).copied()
    }
}

/// The only one of them; none when there are more.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
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
    let told: Vec<Told> = hub::indexed(&index.value).into_iter().filter_map(Told::of).collect();
    let shown: Vec<Shown> = match told.is_empty() {
        true => Vec::new(),
        false => fields().flat_map(|(section, field)| shown(section, field)).collect(),
    };
    let mut shown_alike: HashMap<Key, Alike<Shown>> = HashMap::new();
    for one in &shown {
        let alike = shown_alike.entry(one.key()).or_insert_with(Alike::new);
        alike.add(one, one.dataset.iter());
    }
    let mut told_alike: HashMap<Key, Alike<Told>> = HashMap::new();
    for one in &told {
        for key in one.keys() {
            told_alike
                .entry(key)
                .or_insert_with(Alike::new)
                .add(one, one.datasets.iter());
        }
    }
    let mut found = Vec::new();
    for one in &told {
        let alike: Vec<_> = one.keys().filter_map(|key| shown_alike.get(&key)).collect();
        let Some(other) = only(alike.iter().flat_map(|alike| alike.about(&one.datasets))) else {
            continue;
        };
        let back = told_alike.get(&other.key());
        let is_clear = back.is_some_and(|back| only(back.about(other.dataset.as_slice())).is_some());
        if !is_clear || is_same(&one.row.words, &other.row.words) {
            continue;
        }
        found.extend(problems((home, index), one, other));
        if found.len() >= 2 * MOST {
            break;
        }
    }
    found
}

fn problems((home, index): (&Section, &Field), one: &Told, other: &Shown) -> [Problem; 2] {
    let here = &one.row;
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
    let rows = rows.into_iter().map(|row| Shown {
        section,
        field,
        dataset: (!row.dataset.is_empty()).then(|| dataset_word(&row.dataset)),
        row,
    });
    rows.collect()
}

fn is_about_results(title: &str) -> bool {
    let title = title.to_lowercase();
    TITLES.iter().any(|word| title.contains(word))
}

/// Whether two spellings are of one number: rounded, or a share as a percentage.
fn is_same(one: &str, other: &str) -> bool {
    let spelled = |text: &str| {
        let text = text.trim().trim_end_matches('%').trim_end();
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let value: f64 = text.parse().ok()?;
        Some((value, i32::try_from(decimals).ok()?)).filter(|_| value.is_finite())
    };
    let (Some(one), Some(other)) = (spelled(one), spelled(other)) else {
        // Words are compared by nobody.
        return true;
    };
    // Of 0.9 as a share, 90 % is known to the nearest ten.
    let hundredfold = |(value, decimals): (f64, i32)| (value * 100.0, if decimals == 0 { 0 } else { decimals - 2 });
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
            "| F1 | NaN | |",
            "| F1 | 0.7 | Ponds |",
            "| F1 | 0.7 | |\n| F1 | 0.8 | |",
            "| Accuracy | 0.7 | |",
        ] {
            assert_eq!(told(INDEX, &table(rows)), [], "{rows}");
        }
        // A share of 0.9 is 91 % rounded.
        assert_eq!(told(&INDEX.replace("0.91", "0.9"), &table("| F1 | 91% | |")), []);
        // Groups differ by their signs.
        let groups = INDEX.replace("sex=F", "age>70");
        assert_eq!(
            told(
                &groups,
                "## Results\n\n| Metric | Value | Group |\n|---|---|---|\n| Recall | 0.7 | age<70 |"
            ),
            []
        );
        assert_eq!(told("    - type: f1\n      value: .nan", &table("| F1 | .nan | |")), []);
        let elsewhere = "## Training\n\n| Metric | Value |\n|---|---|\n| F1 | 0.7 |";
        assert_eq!(told(INDEX, elsewhere), []);
        assert_eq!(told(INDEX, &table("| F1 | 0.7 | lakes |")).len(), 2);
    }

    #[test]
    fn however_many_numbers_there_are_each_is_looked_up() {
        let mut index = String::new();
        let mut rows = String::new();
        for number in 0..3_000 {
            index.push_str(&format!(
                "    - type: f1\n      value: 0.{number:04}1\n      name: f1, group {number}\n"
            ));
            rows.push_str(&format!(
                "| F1 | 0.{number:04}1 | group {number} |\n| F1 | 0.5 | other {} |\n",
                number % 7
            ));
        }
        let body = format!("## Results\n\n| Metric | Value | Group |\n|---|---|---|\n{rows}");
        assert_eq!(told(index.trim_end(), &body), []);
        let body = body.replace("| 0.29991 |", "| 0.3 |").replace("| 0.00071 |", "| 0.7 |");
        assert_eq!(
            told(index.trim_end(), &body).len(),
            2,
            "0.3 is rounded, 0.7 is another number"
        );
    }
}
