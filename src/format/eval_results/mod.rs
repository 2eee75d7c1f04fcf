//! Files of evaluation results for the hub of Hugging Face, `.eval_results/*.yaml`: a list of entries with `dataset` (`id`
//! and `task_id`), `value`, and if wanted `source`, `notes` and others. After the hub's `eval_results.yaml` of 2026.
//!
//! An entry is a number on a benchmark: a dataset of the hub and one of the tasks that it defines. So a result becomes one
//! only where both are told, and a result of a group never does: it would be taken for that of the whole benchmark. Nor do
//! several numbers on one task: a benchmark has one score, and nobody said which of them that is. Such files are read as [plain YAML](super::plain), and checked here.

mod findings;

pub(super) use findings::findings;

use std::collections::HashMap;

use super::ReadError;
use super::closed::{Want, is_number};
use super::file::File;
use super::lens::{About, Lens, Notation, Parts, Readers};
use super::measures::{Copies, gathered};
use crate::card::outline::{FULL, HUGGING_FACE};
use crate::card::results::hub::{items, text};
use crate::card::results::{self, QUESTION, hub};
use crate::card::{Card, Field, Section, Value};
use crate::say;
use crate::yaml;

/// The format, write only.
pub(super) struct EvalResults;

impl Lens for EvalResults {
    fn about(&self) -> &'static About {
        &About {
            id: "eval-results",
            name: "Hugging Face .eval_results",
            mark: "eval_results",
            notation: Notation::Yaml,
            purpose: "For the folder .eval_results beside a README on Hugging Face: results on benchmarks of the hub, whose \
                      datasets are named owner/name (task).",
            readers: Readers::Programs,
            can_read: false,
        }
    }

    fn read(&self, _file: &File) -> Result<Parts, ReadError> {
        Err(ReadError {
            message: say!("Such a file has nothing but results: it is opened as plain YAML."),
            advice: say!("Upload the card that the results belong to."),
            position: None,
            text: None,
        })
    }

    fn write_into(&self, _file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        Ok(self.write_new(&self.fit(card)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let answers = card.sections.iter().flat_map(|section| &section.fields);
        let entries = answers.flat_map(|field| items(Some(&field.value)).iter().cloned());
        yaml::to_text(&Value::List(entries.collect())).into_bytes()
    }

    fn shown(&self, card: &Card) -> Card {
        let mut shown = card.clone();
        for field in shown.sections.iter_mut().flat_map(|section| &mut section.fields) {
            field.value = Value::List(items(Some(&field.value)).iter().map(named).collect());
        }
        shown
    }

    fn is_for(&self, card: &Card) -> bool {
        !self.fit(card).sections.is_empty()
    }

    fn fit(&self, card: &Card) -> Card {
        let of_hub = || of_hub(card.value(hub::QUESTION)?);
        let of_table = || of_table(gathered(card, &Want::Anything).value(QUESTION)?);
        let (outline, id, entries) = match (of_hub(), of_table()) {
            (Some(entries), _) => (&HUGGING_FACE, hub::QUESTION, entries),
            (None, Some(entries)) => (&FULL, QUESTION, entries),
            (None, None) => return Card::default(),
        };
        let part = outline.part_asking(id).zip(outline.question(id));
        let sections = part.into_iter().map(|(part, question)| Section {
            key: part.key.into(),
            title: part.title.into(),
            fields: vec![Field {
                id: id.into(),
                label: question.label.into(),
                value: Value::List(entries.clone()),
            }],
        });
        Card {
            sections: sections.collect(),
        }
    }
}

/// An entry with the name of its benchmark as the metric table has it.
fn named(entry: &Value) -> Value {
    let of = |name: &str| text(entry.member("dataset").and_then(|dataset| dataset.member(name)));
    let name = (
        "benchmark".to_owned(),
        Value::Text(format!("{} ({})", of("id"), of("task_id"))),
    );
    match entry {
        Value::Group(members) => Value::Group(members.iter().cloned().chain([name]).collect()),
        other => other.clone(),
    }
}

/// The entries that rows of the metric table make.
fn of_table(answer: &Value) -> Option<Vec<Value>> {
    let rows = results::measured(answer).into_iter();
    let entries = rows
        .filter(|row| row.slice.is_empty() && !row.metric.is_empty())
        .filter_map(|row| {
            let (id, task) = hub::dataset_id(&row.dataset)?;
            let benchmark = [("id", id), ("task_id", task?)];
            Some(entry(
                &benchmark,
                row.number()?,
                &[],
                &hub::metric_name(&row.metric, &row.unit, ""),
            ))
        });
    alone(entries.collect())
}

/// The entries that results for the hub make: what is a configuration of a dataset there is the task of a benchmark.
fn of_hub(index: &Value) -> Option<Vec<Value>> {
    let (mut entries, mut copies) = (Vec::new(), Copies::of(index));
    for result in items(Some(index))
        .iter()
        .flat_map(|model| items(model.member("results")))
    {
        let of = |group: &str, name: &str| text(result.member(group).and_then(|group| group.member(name)));
        let (kind, name) = (of("dataset", "type"), of("dataset", "name"));
        let Some((id, told)) = [kind, name].into_iter().find_map(hub::dataset_id) else {
            continue;
        };
        let named = hub::dataset_id(name).and_then(|(_, task)| task);
        let task = Some(of("dataset", "config")).filter(|config| !["", "default"].contains(config));
        let Some(task) = task.or(told).or(named) else { continue };
        let benchmark = [("id", id), ("task_id", task), ("revision", of("dataset", "revision"))];
        let source = match of("source", "url") {
            "" => [("url", ""), ("name", "")],
            url => [("url", url), ("name", of("source", "name"))],
        };
        let named = benchmark.iter().chain(&source);
        let bytes: usize = named.map(|(_, text)| text.len()).sum();
        for metric in items(result.member("metrics")) {
            let (value, token) = (text(metric.member("value")), text(metric.member("verifyToken")));
            if !is_number(value) || hub::slice_of(metric).is_some() {
                continue;
            }
            copies.take(bytes)?;
            let name = [text(metric.member("name")), text(metric.member("type"))];
            let notes = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            let mut entry = entry(&benchmark, value.to_owned(), &source, notes);
            if let Value::Group(members) = &mut entry
                && !token.is_empty()
            {
                members.insert(2, ("verifyToken".to_owned(), Value::text(token)));
            }
            entries.push(entry);
        }
    }
    alone(entries)
}

fn entry(benchmark: &[(&str, &str)], value: String, source: &[(&str, &str)], notes: &str) -> Value {
    let mut members = vec![
        ("dataset".to_owned(), said(benchmark)),
        ("value".to_owned(), Value::Number(value)),
    ];
    let source = said(source);
    if !source.is_blank() {
        members.push(("source".to_owned(), source));
    }
    // The file has no member for the metric: the task of a benchmark has one of its own.
    if !notes.is_empty() {
        members.push(("notes".to_owned(), Value::text(notes)));
    }
    Value::Group(members)
}

fn said(members: &[(&str, &str)]) -> Value {
    let said = members.iter().filter(|(_, text)| !text.is_empty());
    Value::Group(
        said.map(|(name, text)| ((*name).to_owned(), Value::text(*text)))
            .collect(),
    )
}

/// The entries whose benchmark has no other among them; `None` when there are none.
fn alone(entries: Vec<Value>) -> Option<Vec<Value>> {
    let benchmark = |entry: &Value| {
        let of = |name: &str| text(entry.member("dataset").and_then(|dataset| dataset.member(name))).to_owned();
        (of("id"), of("task_id"))
    };
    let mut turns = HashMap::new();
    for entry in &entries {
        *turns.entry(benchmark(entry)).or_insert(0) += 1;
    }
    let entries = entries
        .into_iter()
        .filter(|entry| turns.get(&benchmark(entry)) == Some(&1));
    let entries: Vec<Value> = entries.collect();
    (!entries.is_empty()).then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Extent, Format, losses, read, read_named, write};

    const README: &str = "---\nmodel-index:\n- name: otter\n  results:\n  - task: {type: text-generation}\n    dataset: {type: \
                          Idavidrein/gpqa, name: GPQA, config: gpqa_diamond, revision: 5503434ddd753f426f4b38109466949a1217c2bb}\n    \
                          metrics:\n    - {type: accuracy, value: 0.412, name: Accuracy}\n    - {type: accuracy, value: 0.3, name: \
                          'accuracy, physics'}\n    - {type: f1, value: high}\n    source: {url: 'https://example.org/logs', name: \
                          Logs}\n  - dataset: {type: lakes, name: Lakes}\n    metrics:\n    - {type: f1, value: 0.9}\n---\n# Otter\n";

    fn written(card: &Card) -> String {
        String::from_utf8(write(Format::EVAL_RESULTS, None, card).unwrap()).unwrap()
    }

    fn of_rows(rows: &str) -> Card {
        let text = format!(
            r#"{{"schema_version": "0.0.2", "model_details": {{"name": "N"}}, "quantitative_analysis": {{"performance_metrics": {rows}}}}}"#
        );
        read(text.as_bytes()).unwrap().card
    }

    /// The hub's rules: which members there may be, which there must be, and what the reader of such files finds odd.
    fn is_valid(text: &str) {
        let known = |value: &Value, names: &[&str]| match value {
            Value::Group(members) => members.iter().all(|(name, _)| names.contains(&name.as_str())),
            _ => false,
        };
        let root = yaml::parse(text).unwrap().root.to_value();
        for entry in items(Some(&root)) {
            assert!(
                known(entry, &["dataset", "value", "verifyToken", "date", "source", "notes"]),
                "{text}"
            );
            assert!(
                known(entry.member("dataset").unwrap(), &["id", "task_id", "revision"]),
                "{text}"
            );
            assert!(
                entry
                    .member("source")
                    .is_none_or(|source| known(source, &["url", "name", "user", "org"]))
            );
        }
        let findings = read_named(text.as_bytes(), Some("results.yaml")).unwrap().findings;
        let odd = findings
            .iter()
            .find(|finding| finding.place.to_string().starts_with("entry "));
        assert!(odd.is_none(), "{odd:?} {text}");
    }

    #[test]
    fn results_on_benchmarks_are_entries_as_the_hub_wants_them() {
        let card = read(README.as_bytes()).unwrap().card;
        let text = written(&card);
        let expected = "- dataset:\n    id: Idavidrein/gpqa\n    task_id: gpqa_diamond\n    revision: \
                        5503434ddd753f426f4b38109466949a1217c2bb\n  value: 0.412\n  source:\n    url: https://example.org/logs\n    \
                        name: Logs\n  notes: Accuracy\n";
        assert_eq!(text, expected);
        is_valid(&text);
        let card = of_rows(
            r#"[{"type": "accuracy", "value": "41.2%", "dataset": "Idavidrein/gpqa (gpqa_diamond)", "unit": "share"},
                {"type": "accuracy", "value": "0.3", "dataset": "cais/hle", "slice": "all"},
                {"type": "accuracy", "value": "0.3", "dataset": "cais/hle (hle)", "slice": "physics"},
                {"type": "accuracy", "value": "high", "dataset": "cais/hle (hle)"}, {"type": "f1", "value": "0.9", "dataset": "Lakes"}]"#,
        );
        let text = written(&card);
        let entry = "- dataset:\n    id: Idavidrein/gpqa\n    task_id: gpqa_diamond\n  value: 0.412\n  notes: accuracy (share)\n";
        assert_eq!(text, entry);
        is_valid(&text);
    }

    #[test]
    fn what_has_no_place_is_named_and_a_card_without_benchmarks_has_no_such_file() {
        let card = read(README.as_bytes()).unwrap().card;
        let lost = losses(Format::EVAL_RESULTS, None, &card);
        let of = |label: &str| {
            lost.iter()
                .find(|loss| loss.field.as_deref() == Some(label))
                .map(|loss| loss.extent)
        };
        assert_eq!(
            (of("Results for the hub"), of("Name")),
            (Some(Extent::Part), Some(Extent::Whole)),
            "{lost:?}"
        );
        assert!(Format::EVAL_RESULTS.is_for(&card));
        for rows in [r#"[{"type": "f1", "value": "0.9", "dataset": "cais/hle"}]"#, "[]"] {
            let card = of_rows(rows);
            assert!(!Format::EVAL_RESULTS.is_for(&card), "{rows}");
            assert_eq!(written(&card), "[]\n");
        }
        let whole = of_rows(r#"[{"type": "accuracy", "value": "0.3", "dataset": "cais/hle (hle)"}]"#);
        let lost = losses(Format::EVAL_RESULTS, None, &whole);
        assert!(
            lost.iter().all(|loss| loss.field.as_deref() != Some("Results")),
            "{lost:?}"
        );
    }

    #[test]
    fn a_benchmark_has_one_score_and_a_configuration_that_is_none_no_task() {
        let index = |dataset: &str, metrics: &str| {
            format!(
                "---\nmodel-index:\n- name: a\n  results:\n  - dataset: {{{dataset}}}\n    metrics: [{metrics}]\n---\n# A\n"
            )
        };
        let card = |text: &str| read(text.as_bytes()).unwrap().card;
        let (f1, recall) = ("{type: f1, value: 0.9}", "{type: recall, value: 0.8}");
        let hard = "type: cais/hle, name: HLE, config: hard";
        let several = card(&index(hard, &format!("{f1}, {recall}")));
        assert_eq!(written(&several), "[]\n");
        assert!(!Format::EVAL_RESULTS.is_for(&several));
        assert!(written(&card(&index(hard, f1))).contains("task_id: hard\n"));
        let default = |name: &str| card(&index(&format!("type: cais/hle, name: {name}, config: default"), f1));
        assert_eq!(written(&default("HLE")), "[]\n");
        assert!(written(&default("'cais/hle (hle)'")).contains("task_id: hle\n"));

        let rows = of_rows(
            r#"[{"type": "f1", "value": "0.9", "dataset": "cais/hle (hle)"}, {"type": "recall", "value": "0.8", "dataset": "cais/hle (hle)"},
                {"type": "f1", "value": "0.7", "dataset": "cais/hle (hard)"}]"#,
        );
        let text = written(&rows);
        assert!(
            text.contains("value: 0.7") && !text.contains("0.9") && !text.contains("0.8"),
            "{text}"
        );
        let lost = losses(Format::EVAL_RESULTS, None, &rows);
        let results = lost.iter().find(|loss| loss.field.as_deref() == Some("Results"));
        assert_eq!(results.map(|loss| loss.extent), Some(Extent::Part), "{lost:?}");
    }

    #[test]
    fn a_long_address_is_not_copied_into_thousands_of_entries() {
        let index = |length: usize| {
            let metrics = vec![r#"{"type": "f1", "value": 1}"#; 2_500].join(", ");
            let dataset = format!(r#"{{"type": "cais/{}", "config": "c"}}"#, "a".repeat(length));
            let result = |dataset: &str, metrics: &str| format!(r#"{{"dataset": {dataset}, "metrics": [{metrics}]}}"#);
            let one = result(
                r#"{"type": "cais/hle", "config": "c"}"#,
                r#"{"type": "f1", "value": 1}"#,
            );
            let text = format!(r#"[{{"results": [{one}, {}]}}]"#, result(&dataset, &metrics));
            of_hub(&crate::json::parse(&text).unwrap().root.into_value())
        };
        assert_eq!(index(30).map(|entries| entries.len()), Some(1));
        assert_eq!(index(30_000), None);
    }
}
