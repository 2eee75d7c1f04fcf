//! What is worth telling about a file, and which field of its card it is about.

use super::{Finding, Reading};
use crate::card::check;
use crate::say;

/// A finding, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// Section key and id of the field, where it is about one.
    pub field: Option<(String, String)>,
}

impl Reading {
    /// Everything that is worth telling about the file: what is unusual in it as a file, and what
    /// is odd in the answers, the graver and earlier first.
    pub fn report(&self) -> Vec<Reported> {
        let starts = self.starts();
        let findings = self.findings.iter().map(|finding| Reported {
            field: self.field_of(finding, &starts),
            finding: finding.clone(),
        });
        let problems = check::check(&self.card, self.outline).into_iter().map(|problem| {
            let section = self.card.section(&problem.section);
            let field = section.and_then(|section| section.field(&problem.field));
            let section = section.map(|section| self.outline.said_title(&section.title));
            let field = field.map(|field| self.outline.said_label(&field.label));
            let place = match (section, field) {
                (Some(section), Some(field)) => say!("{section} › {field}", section, field),
                (section, field) => section.or(field).unwrap_or_default(),
            };
            let item = (problem.section, problem.field);
            Reported {
                finding: Finding {
                    line: self.lines.get(&item).copied(),
                    place,
                    severity: problem.severity,
                    message: problem.message,
                    within: problem.within,
                },
                field: Some(item),
            }
        });
        let mut reported: Vec<Reported> = findings.chain(problems).collect();
        reported.sort_by_key(|reported| (reported.finding.severity, reported.finding.line));
        reported
    }

    /// The fields by the lines in which they begin.
    fn starts(&self) -> Vec<(usize, &(String, String))> {
        let mut starts: Vec<_> = self.lines.iter().map(|(item, line)| (*line, item)).collect();
        starts.sort_unstable();
        starts
    }

    /// The field in which a finding lies: the one that begins last before it, when the finding names that or something in
    /// it. Between fields may stand what is no field.
    fn field_of(&self, finding: &Finding, starts: &[(usize, &(String, String))]) -> Option<(String, String)> {
        let behind = starts.partition_point(|(line, _)| Some(*line) <= finding.line);
        let (line, item) = starts[..behind].last()?;
        let is_alone = behind < 2 || starts[behind - 2].0 != *line;
        let place = finding.place.to_string();
        let named = letters(place.split(" › ").next()?);
        let (key, id) = item;
        let label = &self.card.section(key)?.field(id)?.label;
        let is_named = [id, label].iter().any(|name| letters(name).contains(&named));
        (is_alone && is_named && !named.is_empty()).then(|| (*item).clone())
    }
}

fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
