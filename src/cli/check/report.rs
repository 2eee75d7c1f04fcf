//! Findings as one JSON object, for programs.

use serde::Serialize;

use super::item::{Checked, Weight};

/// Everything found.
#[derive(Serialize)]
pub(super) struct Report {
    files: Vec<FileReport>,
    summary: Summary,
}

#[derive(Serialize)]
struct FileReport {
    file: String,
    /// Id of the format recognised; `null` when the file is no card.
    format: Option<&'static str>,
    findings: Vec<FindingReport>,
}

#[derive(Serialize)]
struct FindingReport {
    rule: &'static str,
    severity: &'static str,
    /// From 1; `null` where there is none.
    line: Option<usize>,
    /// From 1, in characters; `null` where there is none.
    column: Option<usize>,
    /// Section and field, or the member; empty for the whole file.
    place: String,
    message: String,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    problems: usize,
    notes: usize,
}

/// The report on these files.
pub(super) fn of(checked: &[Checked]) -> Report {
    let count = |weight: Weight| {
        let items = checked.iter().flat_map(|file| &file.items);
        items.filter(|item| item.weight() == weight).count()
    };
    let finding = |item: &super::item::Item| FindingReport {
        rule: item.rule.id(),
        severity: item.weight().word(),
        line: item.line,
        column: item.column,
        place: item.place.clone(),
        message: item.message.clone(),
    };
    let file = |file: &Checked| FileReport {
        file: file.path.to_string_lossy().into_owned(),
        format: file.format,
        findings: file.items.iter().map(finding).collect(),
    };
    Report {
        files: checked.iter().map(file).collect(),
        summary: Summary {
            files: checked.len(),
            errors: count(Weight::Error),
            problems: count(Weight::Problem),
            notes: count(Weight::Note),
        },
    }
}
