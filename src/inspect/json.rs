//! Findings as one JSON object, for programs.

use serde::Serialize;

use super::{Checked, Item, Weight};
use crate::card::check::Tally;

/// Everything found in several files.
#[derive(Serialize)]
pub struct Report {
    files: Vec<FileReport>,
    summary: Summary,
}

/// What was found in one file.
#[derive(Serialize)]
pub struct FileReport {
    file: String,
    /// Id of the format recognised; `null` when the file is no card.
    format: Option<&'static str>,
    /// Version of the format, where its files have one.
    version: Option<&'static str>,
    findings: Vec<FindingReport>,
    /// `null` when the file is no card.
    completeness: Option<CompletenessReport>,
}

#[derive(Serialize)]
struct FindingReport {
    rule: &'static str,
    severity: &'static str,
    /// From 1; `null` where there is none.
    line: Option<usize>,
    /// From 1, in characters; `null` where there is none.
    column: Option<usize>,
    /// Section and field, or the member, in words; empty for the whole file.
    place: String,
    /// Key of the section; `null` where the finding is about no field.
    section: Option<String>,
    /// Id of the field; `null` where the finding is about none.
    field: Option<String>,
    message: String,
}

#[derive(Serialize)]
struct CompletenessReport {
    /// Key of the outline whose questions are counted.
    outline: &'static str,
    questions: usize,
    answered: usize,
    not_applicable: usize,
    not_known: usize,
    open: usize,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    problems: usize,
    notes: usize,
}

/// The report on these files.
pub fn of(checked: &[Checked]) -> Report {
    let count = |weight: Weight| {
        let items = checked.iter().flat_map(|file| &file.items);
        items.filter(|item| item.weight() == weight).count()
    };
    Report {
        files: checked.iter().map(of_file).collect(),
        summary: Summary {
            files: checked.len(),
            errors: count(Weight::Error),
            problems: count(Weight::Problem),
            notes: count(Weight::Note),
        },
    }
}

/// The report on one file.
pub fn of_file(file: &Checked) -> FileReport {
    let finding = |item: &Item| {
        let (section, field) = item.field.clone().unzip();
        FindingReport {
            rule: item.rule.id(),
            severity: item.weight().word(),
            line: item.line,
            column: item.column,
            place: item.place.clone(),
            section,
            field,
            message: item.message.clone(),
        }
    };
    FileReport {
        file: file.name.clone(),
        format: file.format,
        version: file.version,
        findings: file.items.iter().map(finding).collect(),
        completeness: file.completeness.map(|completeness| {
            let tally = completeness.tally;
            let Tally {
                answered,
                not_applicable,
                not_known,
                open,
            } = tally;
            CompletenessReport {
                outline: completeness.outline.key,
                questions: tally.questions(),
                answered,
                not_applicable,
                not_known,
                open,
            }
        }),
    }
}
