//! What the results in the front matter lack that the hub wants, each at its place in the answer.

use super::metadata::{items, short, text};
use crate::card::check;
use crate::format::{Finding, Severity};
use crate::json::{Kind, Node};
use crate::locale::Sentence;
use crate::say;

/// More of them are left out.
const MOST: usize = 50;

/// Something odd in the results.
pub(super) struct Odd {
    /// The byte offset.
    at: usize,
    severity: Severity,
    message: Sentence,
    /// The way to it in the answer: names, and places in lists from 0.
    path: Vec<String>,
}

impl Odd {
    /// As a finding; `line` gives the line of a byte offset.
    pub(super) fn finding(self, line: impl Fn(usize) -> usize) -> Finding {
        // People count results from 1, and what is missing is said by the message.
        let named = self.path[..self.path.len() - 1].iter().skip(1);
        let named = named.map(|step| match step.parse::<usize>() {
            Ok(place) => format!(" › {}", place + 1),
            Err(_) => format!(" › {step}"),
        });
        Finding {
            line: Some(line(self.at)),
            place: Sentence::as_written(format!("model-index{}", named.collect::<String>())),
            severity: self.severity,
            message: self.message,
            within: Some(self.path.iter().map(|step| format!("/{step}")).collect()),
        }
    }
}

/// Of each part of a result what the specification of the metadata requires in it. What is not there the hub refuses.
const REQUIRED: [(&str, &[&str]); 4] = [
    ("task", &["type"]),
    ("dataset", &["type", "name"]),
    ("metrics", &["type", "value"]),
    ("source", &["url"]),
];

/// What is odd in the results of these models.
pub(super) fn odd(models: &[Node]) -> Vec<Odd> {
    let (mut lacks, mut found) = (Vec::new(), Vec::new());
    for (number, model) in models.iter().enumerate() {
        let model_path = [number.to_string()];
        lack(model, &model_path, Severity::Problem, &["name", "results"], &mut lacks);
        for (number, result) in items(model.member("results")).iter().enumerate() {
            let path = joined(&model_path, &["results", &number.to_string()]);
            lack(
                result,
                &path,
                Severity::Problem,
                &["task", "dataset", "metrics"],
                &mut lacks,
            );
            for (name, required) in REQUIRED {
                let Some(member) = result.member(name) else { continue };
                let path = joined(&path, &[name]);
                match &member.kind {
                    Kind::List(nodes) => {
                        for (number, node) in nodes.iter().enumerate() {
                            let path = joined(&path, &[&number.to_string()]);
                            lack(node, &path, Severity::Blocks, required, &mut lacks);
                            found.extend(metric(node, &path).filter(|_| name == "metrics"));
                        }
                    }
                    Kind::Null => {}
                    _ => lack(member, &path, Severity::Blocks, required, &mut lacks),
                }
            }
        }
    }
    lacks.extend(found);
    lacks.truncate(MOST);
    lacks
}

fn lack(node: &Node, path: &[String], severity: Severity, names: &[&str], lacks: &mut Vec<Odd>) {
    let missing = names.iter().filter(|name| node.member(name).is_none());
    lacks.extend(missing.map(|name| Odd {
        at: node.span.start,
        severity,
        message: match severity {
            Severity::Blocks => say!("The hub refuses a card without “{name}” here.", name = *name),
            _ => say!("The hub wants “{name}” here.", name = *name),
        },
        path: joined(path, &[name]),
    }));
}

/// What is odd about the value of a metric.
fn metric(metric: &Node, path: &[String]) -> Option<Odd> {
    let value = metric.member("value")?;
    let message = match &value.kind {
        Kind::Number(number) => check::metric(text(metric.member("type")?)?, number)?,
        Kind::Text(text) if text.trim().parse::<f64>().is_err() => {
            say!("The hub wants a number here, not “{found}”.", found = short(text))
        }
        _ => return None,
    };
    Some(Odd {
        at: value.span.start,
        severity: Severity::Problem,
        message,
        path: joined(path, &["value"]),
    })
}

fn joined(path: &[String], steps: &[&str]) -> Vec<String> {
    path.iter()
        .cloned()
        .chain(steps.iter().map(|step| (*step).to_owned()))
        .collect()
}
