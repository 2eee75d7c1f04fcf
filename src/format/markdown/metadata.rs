//! The keys of the front matter, after the metadata specification of the hub, and what is odd about them.

use super::{model_index, vocabulary};
use crate::card::check;
use crate::format::{Finding, Severity};
use crate::json::{self, Kind, Node};
use crate::locale::Sentence;
use crate::say;

/// Questions and the keys that answer them.
const KEYS: [(&str, &str); 12] = [
    ("model-details.licenses", "license"),
    ("metadata.license_name", "license_name"),
    ("metadata.license_link", "license_link"),
    ("metadata.language", "language"),
    ("metadata.pipeline_tag", "pipeline_tag"),
    ("metadata.library_name", "library_name"),
    ("metadata.base_model", "base_model"),
    ("metadata.datasets", "datasets"),
    ("metadata.metrics", "metrics"),
    ("metadata.tags", "tags"),
    ("metadata.model_index", "model-index"),
    ("metadata.co2_eq_emissions", "co2_eq_emissions"),
];

/// Keys by which front matter is known to be that of the hub.
const HUB_KEYS: [&str; 12] = [
    "license",
    "tags",
    "language",
    "datasets",
    "metrics",
    "library_name",
    "pipeline_tag",
    "base_model",
    "model-index",
    "widget",
    "inference",
    "thumbnail",
];

/// Keys that real cards have, and what the hub calls them.
const MISSPELT: [(&str, &str); 22] = [
    ("model_index", "model-index"),
    ("library_tag", "library_name"),
    ("task", "pipeline_tag"),
    ("tasks", "pipeline_tag"),
    ("pipeline-tag", "pipeline_tag"),
    ("dataset", "datasets"),
    ("Dataset", "datasets"),
    ("Datasets", "datasets"),
    ("licenses", "license"),
    ("licence", "license"),
    ("liscence", "license"),
    ("License", "license"),
    ("results", "model-index"),
    ("widgets", "widget"),
    ("lang", "language"),
    ("languages", "language"),
    ("Language", "language"),
    ("tag", "tags"),
    ("Tags", "tags"),
    ("Task", "pipeline_tag"),
    ("metric", "metrics"),
    ("base-model", "base_model"),
];

/// The key of the front matter that answers the question of this id.
pub fn key_of(question: &str) -> Option<&'static str> {
    KEYS.iter().find(|(id, _)| *id == question).map(|(_, key)| *key)
}

/// What the hub calls licences.
pub fn licences() -> &'static [&'static str] {
    &LICENCES
}

/// The hub's words for licences.
const LICENCES: [&str; 76] = [
    "apache-2.0",
    "mit",
    "openrail",
    "bigscience-openrail-m",
    "creativeml-openrail-m",
    "bigscience-bloom-rail-1.0",
    "bigcode-openrail-m",
    "openrail++",
    "afl-3.0",
    "artistic-2.0",
    "bsl-1.0",
    "bsd",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "c-uda",
    "cc",
    "cc0-1.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-2.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cdla-sharing-1.0",
    "cdla-permissive-1.0",
    "cdla-permissive-2.0",
    "wtfpl",
    "ecl-2.0",
    "epl-1.0",
    "epl-2.0",
    "etalab-2.0",
    "eupl-1.1",
    "eupl-1.2",
    "agpl-3.0",
    "gfdl",
    "gpl",
    "gpl-2.0",
    "gpl-3.0",
    "lgpl",
    "lgpl-2.1",
    "lgpl-3.0",
    "lgpl-lr",
    "isc",
    "h-research",
    "intel-research",
    "lppl-1.3c",
    "ms-pl",
    "apple-ascl",
    "apple-amlr",
    "mpl-2.0",
    "odc-by",
    "odbl",
    "openmdw-1.0",
    "openmdw-1.1",
    "osl-3.0",
    "postgresql",
    "ofl-1.1",
    "ncsa",
    "unlicense",
    "zlib",
    "pddl",
    "deepfloyd-if-license",
    "fair-noncommercial-research-license",
    "unknown",
    "other",
    "gemma",
];

/// What a model can be of its base model.
const RELATIONS: [&str; 4] = ["adapter", "merge", "quantized", "finetune"];

/// Families of licences whose members are numbered: llama2, llama3.1, grok2-community.
const FAMILIES: [&str; 2] = ["llama", "grok"];

/// The question that a key answers.
pub(super) fn question(key: &str) -> Option<&'static str> {
    KEYS.iter().find(|(_, known)| *known == key).map(|(id, _)| *id)
}

/// The key that answers a question.
pub(in crate::format) fn key(id: &str) -> Option<&'static str> {
    KEYS.iter().find(|(known, _)| *known == id).map(|(_, key)| *key)
}

/// Whether a line begins with a key that only front matter of the hub has.
pub(super) fn begins_with_hub_key(line: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(key, _)| is_hub_key(key.trim_matches(['"', '\''])))
}

/// Front matter without a key, as the hub's own library writes it.
const EMPTY: &str = "---\n{}\n---\n";

/// A page with [`EMPTY`] front matter.
pub(super) fn above(page: &str) -> String {
    let gap = if page.is_empty() { "" } else { "\n" };
    format!("{EMPTY}{gap}{page}")
}

/// A page whose front matter has no key of the hub, with one that says nothing.
pub(super) fn marked(page: &str) -> String {
    page.replacen("---\n", "---\ntags: []\n", 1)
}

/// Whether only front matter of the hub has this key.
pub(super) fn is_hub_key(key: &str) -> bool {
    HUB_KEYS.contains(&key)
}

/// A new page without its [`EMPTY`] front matter.
pub(in crate::format) fn without(page: &str) -> &str {
    page.strip_prefix(EMPTY)
        .map_or(page, |body| body.trim_start_matches('\n'))
}

/// Whether front matter is that of the hub: it has a key of it, or is [`EMPTY`].
pub(super) fn is_of_hub(root: &Node) -> bool {
    let is_empty = matches!(&root.kind, Kind::Group(members) if members.is_empty());
    is_empty || HUB_KEYS.iter().any(|key| root.member(key).is_some())
}

/// The hub's word for a licence: its own, or that of an SPDX identifier, in small letters.
pub(super) fn licence(text: &str) -> Option<&'static str> {
    let lower = text.trim().to_ascii_lowercase();
    let plain = lower.trim_end_matches("-only").trim_end_matches("-or-later");
    let known = LICENCES.iter().copied().find(|id| *id == lower || *id == plain);
    known.or_else(|| check::hub_licence(&lower))
}

/// What is odd in the metadata, with the line in the file.
pub(super) fn findings(root: &Node, line: impl Fn(usize) -> usize) -> Vec<Finding> {
    let Kind::Group(members) = &root.kind else {
        return Vec::new();
    };
    let (mut findings, mut results) = (Vec::new(), Vec::new());
    let mut push = |at: usize, place: Sentence, severity: Severity, message: Sentence| {
        findings.push(Finding {
            line: Some(line(at)),
            place,
            severity,
            message,
            within: None,
        });
    };
    let has = |name: &str| root.member(name).is_some();
    let top = members.first().map_or(0, |member| member.key_span.start);
    if (has("sdk") && has("title")) || has("app_file") || (has("colorFrom") && has("colorTo")) {
        let message =
            say!("These are the settings of a Space, an application, not of a model. The page is opened all the same.");
        push(top, say!("front matter"), Severity::Note, message);
    } else if [
        "task_categories",
        "size_categories",
        "annotations_creators",
        "dataset_info",
        "pretty_name",
    ]
    .into_iter()
    .any(has)
        && !["pipeline_tag", "library_name", "base_model", "model-index"]
            .into_iter()
            .any(has)
    {
        let message = say!("These are keys of a dataset card, not of a model card. The page is opened all the same.");
        push(top, say!("front matter"), Severity::Note, message);
    }
    for member in members.iter().take(200) {
        let key = member.key.as_str();
        let at = member.key_span.start;
        if let Some((_, right)) = MISSPELT.iter().find(|(wrong, _)| *wrong == key) {
            let message = say!(
                "The hub does not read “{key}”; it knows “{right}”. Rename it if that is what you mean.",
                key,
                right
            );
            push(at, Sentence::as_written(key), Severity::Problem, message);
        }
        match (key, &member.node.kind) {
            ("license", Kind::Text(id)) => {
                let lower = id.trim();
                let known = LICENCES.contains(&lower) || FAMILIES.iter().any(|family| lower.starts_with(family));
                if !known && !id.trim().is_empty() && check::is_answered(&json::Value::text(id)) {
                    let advice = match licence(id) {
                        Some(right) => say!("It writes {right}.", right),
                        None => say!("Write other, and name the licence under license_name and license_link."),
                    };
                    let message = say!("The hub knows no licence “{id}”. {advice}", id = short(id), advice);
                    push(
                        member.node.span.start,
                        Sentence::as_written(key),
                        Severity::Problem,
                        message,
                    );
                } else if lower == "other" && !has("license_name") {
                    let message = say!(
                        "The licence “other” needs its name under license_name and its address under license_link."
                    );
                    push(at, Sentence::as_written(key), Severity::Problem, message);
                }
            }
            ("license", Kind::List(_) | Kind::Group(_) | Kind::Bool(_)) => {
                push(
                    at,
                    Sentence::as_written(key),
                    Severity::Problem,
                    say!("The hub wants one licence here, as one word."),
                );
            }
            ("language", Kind::List(_) | Kind::Text(_)) => {
                let codes = items(Some(&member.node));
                let codes = if codes.is_empty() {
                    std::slice::from_ref(&member.node)
                } else {
                    codes
                };
                let odd = codes
                    .iter()
                    .filter_map(|node| Some((node.span.start, vocabulary::language(text(node)?)?)));
                for (at, message) in odd.take(20) {
                    push(at, Sentence::as_written(key), Severity::Problem, message);
                }
            }
            ("language", Kind::Group(_)) => {
                push(
                    at,
                    Sentence::as_written(key),
                    Severity::Problem,
                    say!("The hub wants a language code here, or a list of them."),
                );
            }
            ("pipeline_tag", Kind::Text(task)) => {
                if let Some(message) = vocabulary::task(task) {
                    push(
                        member.node.span.start,
                        Sentence::as_written(key),
                        Severity::Problem,
                        message,
                    );
                }
            }
            ("base_model_relation", Kind::Text(word)) if !RELATIONS.contains(&word.as_str()) => {
                let message = say!(
                    "The hub knows no relation “{word}”. It wants one of: {words}.",
                    word = short(word),
                    words = RELATIONS.join(", ")
                );
                push(
                    member.node.span.start,
                    Sentence::as_written(key),
                    Severity::Problem,
                    message,
                );
            }
            ("model-index", Kind::List(models)) => {
                results.extend(model_index::odd(models));
            }
            ("model-index", Kind::Null) => {}
            ("model-index", _) => {
                let message = say!("The hub wants a list here: an entry for each model, with name and results.");
                push(at, Sentence::as_written(key), Severity::Problem, message);
            }
            ("pipeline_tag" | "library_name", Kind::List(_) | Kind::Group(_) | Kind::Bool(_)) => {
                push(
                    at,
                    Sentence::as_written(key),
                    Severity::Problem,
                    say!("The hub wants one word here."),
                );
            }
            ("datasets" | "tags" | "metrics", Kind::Group(_) | Kind::Bool(_)) => {
                push(
                    at,
                    Sentence::as_written(key),
                    Severity::Problem,
                    say!("The hub wants a list of words here."),
                );
            }
            _ => {}
        }
    }
    findings.extend(results.into_iter().map(|odd| odd.finding(&line)));
    findings
}

pub(super) fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

pub(super) fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

pub(super) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
