//! What the entries of such a file lack, with their lines.

use crate::card::check;
use crate::format::findings::MAX_LISTED;
use crate::format::tree::Tree;
use crate::format::{Finding, Severity};
use crate::json::{Kind, Node};
use crate::locale::Sentence;
use crate::say;

/// Whether a document is such a list.
fn is_it(root: &Node) -> bool {
    let Kind::List(entries) = &root.kind else {
        return false;
    };
    entries.iter().take(MAX_LISTED).any(|entry| {
        let dataset = entry
            .member("dataset")
            .filter(|node| matches!(node.kind, Kind::Group(_)));
        dataset.is_some_and(|dataset| {
            dataset.member("task_id").is_some() || (dataset.member("id").is_some() && entry.member("value").is_some())
        })
    })
}

/// What the entries lack, with their lines.
pub(in crate::format) fn findings(tree: &Tree) -> Vec<Finding> {
    let Kind::List(entries) = &tree.kind else {
        return Vec::new();
    };
    if !is_it(tree) {
        return Vec::new();
    }
    let line = tree.lines();
    let mut found = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        for (at, place, severity, message) in of_entry(entry) {
            found.push(Finding {
                line: Some(line(at)),
                place: say!("entry {number}{place}", number = index + 1, place),
                severity,
                message,
                within: None,
            });
        }
        if found.len() >= MAX_LISTED {
            found.truncate(MAX_LISTED);
            break;
        }
    }
    found
}

/// Byte offset, place in the entry, severity, message.
type Odd = (usize, &'static str, Severity, Sentence);

fn of_entry(entry: &Node) -> Vec<Odd> {
    let mut odd = Vec::new();
    let mut lack = |of: &Node, name: &str, place: &'static str, what: Sentence| {
        let there = of.member(name);
        let at = there.unwrap_or(of).span.start;
        if there.is_none_or(is_blank) {
            let message = say!("The hub wants “{name}” here: {what}.", name, what);
            odd.push((at, place, Severity::Problem, message));
        }
    };
    lack(entry, "value", "", say!("the result as a number"));
    match entry.member("dataset") {
        Some(dataset) => {
            lack(
                dataset,
                "id",
                " › dataset",
                say!("the benchmark’s name on the hub, owner/dataset"),
            );
            lack(
                dataset,
                "task_id",
                " › dataset",
                say!("the task, as the benchmark’s eval.yaml names it"),
            );
        }
        None => lack(entry, "dataset", "", say!("the benchmark, with id and task_id")),
    }
    if let Some(source) = entry.member("source").filter(|source| !is_blank(source)) {
        lack(source, "url", " › source", say!("a source is told by its address"));
    }
    if let Some(value) = entry.member("value").filter(|value| !is_blank(value))
        && !matches!(value.kind, Kind::Number(_))
    {
        let message = say!("The hub wants a number here, without a sign for per cent and without words.");
        odd.push((value.span.start, " › value", Severity::Problem, message));
    }
    match entry.member("date").map(|date| (date, &date.kind)) {
        Some((date, Kind::Text(text))) => {
            let remark = check::date(text);
            odd.extend(remark.map(|(severity, message)| (date.span.start, " › date", severity, message)));
        }
        None | Some((_, Kind::Null)) => {}
        Some((date, _)) => {
            let message = say!("The hub wants the date as text in quotes: \"2026-01-31\".");
            odd.push((date.span.start, " › date", Severity::Problem, message));
        }
    }
    odd
}

fn is_blank(node: &Node) -> bool {
    match &node.kind {
        Kind::Null => true,
        Kind::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::format::read_named;

    fn told(source: &str) -> Vec<(Option<usize>, String)> {
        let findings = read_named(source.as_bytes(), Some("results.yaml")).unwrap().findings;
        let own = findings
            .into_iter()
            .filter(|finding| finding.place.to_string().starts_with("entry "));
        own.map(|finding| (finding.line, format!("{}: {}", finding.place, finding.message)))
            .collect()
    }

    #[test]
    fn what_results_lack_is_told_with_its_line() {
        let found = told(
            "- dataset:\n    id: otters/rivers\n  value: 20%\n  date: \"31.02.2026\"\n- dataset:\n    id: a/b\n    task_id: t\n  \
             value: 0.4\n  source:\n    name: Logs\n- dataset:\n    task_id: t\n- value: 3\n",
        );
        let lines: Vec<_> = found.iter().map(|(line, _)| line.unwrap()).collect();
        assert_eq!(lines, [2, 3, 4, 10, 11, 12, 13], "{found:?}");
        for (words, place) in [
            ("“task_id”", "entry 1 › dataset"),
            ("a number", "entry 1 › value"),
            ("no day of the calendar", "entry 1 › date"),
            ("“url”", "entry 2 › source"),
            ("“value”", "entry 3:"),
            ("“id”", "entry 3 › dataset"),
            ("“dataset”", "entry 4:"),
        ] {
            let is_there = |(_, message): &(_, String)| message.contains(words) && message.starts_with(place);
            assert!(found.iter().any(is_there), "{words} {found:?}");
        }
    }

    #[test]
    fn complete_results_and_other_lists_are_left_alone() {
        for source in [
            "- dataset:\n    id: a/b\n    task_id: t\n  value: 0.4\n",
            "- dataset:\n    id: a/b\n    task_id: t\n  value: 20\n  date: \"2026-01-31T10:00:00Z\"\n  source:\n    url: \
             https://example.org\n",
            "- dataset: rivers\n  value: x\n",
            "- a\n- b\n",
        ] {
            assert_eq!(told(source), [], "{source}");
        }
    }
}
