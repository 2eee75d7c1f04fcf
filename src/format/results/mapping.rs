//! Which column of a [`Sheet`] is what, and the rows of the metric table that follow.

use super::Sheet;
use crate::card::{Value, check};
use crate::locale::Sentence;
use crate::say;
use crate::word;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The name of the metric.
    Metric,
    /// The value.
    Value,
    /// The unit of the value.
    Unit,
    /// Where the confidence interval begins.
    Lower,
    /// Where it ends.
    Upper,
    /// The data it was measured on.
    Dataset,
    /// The part of the data it holds for, as it is written.
    Group,
    /// What divides the data: the name of the column and the cell make a part such as `sex=F`.
    Factor,
    /// The decision threshold.
    Threshold,
    /// The values of one metric, which has the column's name.
    Measure,
    /// Something else that goes along under its own name.
    Further,
    /// Nothing of interest.
    Leave,
}

impl Role {
    /// All roles, in the order in which they are offered: the word in forms, and what visitors read.
    pub const ALL: [(Self, &'static str, &'static str); 12] = [
        (Self::Metric, "metric", word!("Metric")),
        (Self::Value, "value", word!("Value")),
        (Self::Unit, "unit", word!("Unit")),
        (Self::Lower, "lower", word!("Interval, from")),
        (Self::Upper, "upper", word!("Interval, to")),
        (Self::Dataset, "dataset", word!("Dataset")),
        (Self::Group, "group", word!("Group or slice, as written")),
        (Self::Factor, "factor", word!("Group by this: name = cell")),
        (Self::Threshold, "threshold", word!("Threshold")),
        (Self::Measure, "measure", word!("Values of a metric of this name")),
        (Self::Further, "further", word!("Keep under its own name")),
        (Self::Leave, "leave", word!("Leave out")),
    ];

    /// The role of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, other, _)| *other == word)
            .map(|(role, ..)| *role)
    }

    /// Whether one column at most has it.
    fn is_single(self) -> bool {
        !matches!(self, Self::Factor | Self::Measure | Self::Further | Self::Leave)
    }
}

/// What two columns claim to be although only one can: the place of the later one, and the words that visitors read.
pub fn claimed_twice(roles: &[Role]) -> Option<(usize, &'static str)> {
    let is_twice = |role: Role| role.is_single() && roles.iter().filter(|other| **other == role).count() > 1;
    let (role, _, label) = Role::ALL.iter().find(|(role, ..)| is_twice(*role))?;
    let later = roles.iter().rposition(|other| other == role)?;
    Some((later, label))
}

/// The names that columns have in the files of tools and people, in small letters without marks.
const NAMES: [(Role, &[&str]); 8] = [
    (
        Role::Metric,
        &[
            "metric",
            "metricname",
            "measure",
            "metrictype",
            "metrics",
            "scorename",
            "statistic",
            "metrik",
            "key",
            "type",
            "name",
        ],
    ),
    (
        Role::Value,
        &[
            "value",
            "score",
            "estimate",
            "pointestimate",
            "metricvalue",
            "result",
            "mean",
            "wert",
        ],
    ),
    (Role::Unit, &["unit", "units", "einheit"]),
    (
        Role::Lower,
        &[
            "cilow",
            "cilower",
            "lower",
            "lowerbound",
            "low",
            "lowerci",
            "cil",
            "lci",
            "lcl",
            "ci95low",
            "ci95lower",
            "cimin",
            "cistart",
            "conflow",
            "lower95",
            "confidenceintervallowerbound",
            "25",
            "from",
            "unten",
        ],
    ),
    (
        Role::Upper,
        &[
            "cihigh",
            "ciupper",
            "upper",
            "upperbound",
            "high",
            "upperci",
            "ciu",
            "uci",
            "ucl",
            "ci95high",
            "ci95upper",
            "cimax",
            "ciend",
            "confhigh",
            "upper95",
            "confidenceintervalupperbound",
            "975",
            "to",
            "oben",
        ],
    ),
    (
        Role::Dataset,
        &[
            "dataset",
            "datasetname",
            "data",
            "testset",
            "benchmark",
            "corpus",
            "task",
            "datasetid",
            "datensatz",
            "datasettaskid",
        ],
    ),
    (
        Role::Group,
        &[
            "group",
            "slice",
            "subgroup",
            "segment",
            "stratum",
            "subset",
            "subpopulation",
            "population",
            "class",
            "label",
            "gruppe",
            "cohort",
        ],
    ),
    (
        Role::Threshold,
        &["threshold", "cutoff", "decisionthreshold", "schwelle", "operatingpoint"],
    ),
];

/// A factor with more values than this tells rows apart rather than groups.
const MOST_VALUES: usize = 40;

/// What the columns of a sheet most likely are, by their names and by what is in them.
pub fn guess(sheet: &Sheet) -> Vec<Role> {
    let mut roles: Vec<Option<Role>> = vec![None; sheet.columns.len()];
    let names: Vec<String> = sheet.columns.iter().map(|name| plain(name)).collect();
    for (role, wordings) in NAMES {
        // The more telling names come first.
        let place = wordings.iter().find_map(|wording| {
            let mut places = names.iter().enumerate();
            places.find(|(index, name)| roles[*index].is_none() && name == wording)
        });
        if let Some((index, _)) = place {
            roles[index] = Some(role);
        }
    }
    if !roles.contains(&Some(Role::Value))
        && names
            .iter()
            .enumerate()
            .all(|(index, name)| *name == format!("column{}", index + 1))
    {
        headless(sheet, &mut roles);
    }
    let is_long = roles.contains(&Some(Role::Value));
    for (index, role) in roles.iter_mut().enumerate().filter(|(_, role)| role.is_none()) {
        let mut values: Vec<&str> = sheet
            .rows
            .iter()
            .map(|row| row[index].as_str())
            .filter(|cell| !cell.is_empty())
            .collect();
        let is_numeric = !values.is_empty() && values.iter().all(|cell| number(cell, true).is_some());
        values.sort_unstable();
        values.dedup();
        *role = Some(match (is_numeric, is_long) {
            _ if values.is_empty() => Role::Leave,
            (true, false) => Role::Measure,
            (true, true) => Role::Further,
            (false, false) if values.len() <= MOST_VALUES => Role::Factor,
            (false, true) if values.len() <= MOST_VALUES && values.len() < sheet.rows.len().max(2) => Role::Factor,
            (false, _) => Role::Further,
        });
    }
    let roles: Vec<Role> = roles.into_iter().map(|role| role.unwrap_or(Role::Leave)).collect();
    // In a wide table there is no column of names of metrics; what is called so tells the rows apart.
    let is_wide = !roles.contains(&Role::Value);
    let told = |role| {
        if is_wide && role == Role::Metric {
            Role::Factor
        } else {
            role
        }
    };
    roles.into_iter().map(told).collect()
}

/// In a table without a head, of names with one number each, the names are those of metrics.
fn headless(sheet: &Sheet, roles: &mut [Option<Role>]) {
    let is_numeric = |index: &usize| sheet.rows.iter().all(|row| number(&row[*index], true).is_some());
    let numeric: Vec<usize> = (0..roles.len()).filter(is_numeric).collect();
    let text = (0..roles.len()).find(|index| !numeric.contains(index));
    if let ([value], Some(text)) = (numeric.as_slice(), text) {
        roles[*value] = Some(Role::Value);
        roles[text] = Some(Role::Metric);
    }
}

/// A name without marks, in small letters.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A row for the metric table, and what is odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The row as the metric table has it.
    pub value: Value,
    /// What is odd, in plain words.
    pub remarks: Vec<Sentence>,
}

/// The rows that follow from a sheet with these roles, of which missing ones mean that the column is left out.
pub fn rows(sheet: &Sheet, roles: &[Role]) -> Vec<Row> {
    let role = |index: usize| roles.get(index).copied().unwrap_or(Role::Leave);
    let of = |wanted: Role| (0..sheet.columns.len()).filter(move |index| role(*index) == wanted);
    let is_comma = has_decimal_commas(sheet, roles);
    let mut rows = Vec::new();
    for cells in &sheet.rows {
        let text = |wanted: Role| {
            of(wanted)
                .map(|index| cells[index].as_str())
                .find(|cell| !cell.is_empty())
        };
        let digits = |wanted: Role| text(wanted).map(|cell| number(cell, is_comma).unwrap_or_else(|| cell.to_owned()));
        let factors = of(Role::Factor).filter(|index| !cells[*index].is_empty());
        let factors = factors.map(|index| part(&sheet.columns[index], &cells[index]));
        let slices: Vec<String> = text(Role::Group)
            .map(str::to_owned)
            .into_iter()
            .chain(factors)
            .collect();
        let shared = Shared {
            unit: text(Role::Unit),
            bounds: [digits(Role::Lower), digits(Role::Upper)],
            dataset: text(Role::Dataset),
            slice: slices.join(" & "),
            threshold: digits(Role::Threshold),
            further: of(Role::Further)
                .filter(|index| !cells[*index].is_empty())
                .map(|index| (sheet.columns[index].as_str(), cells[index].as_str()))
                .collect(),
        };
        let measures: Vec<(&str, String)> = of(Role::Measure)
            .filter(|index| !cells[*index].is_empty())
            .map(|index| {
                (
                    sheet.columns[index].as_str(),
                    number(&cells[index], is_comma).unwrap_or_else(|| cells[index].clone()),
                )
            })
            .collect();
        let value = digits(Role::Value);
        let has_measures = !measures.is_empty();
        if value.is_some() || !has_measures {
            rows.push(shared.row(text(Role::Metric).unwrap_or_default(), value.unwrap_or_default()));
        }
        rows.extend(measures.into_iter().map(|(name, value)| shared.row(name, value)));
    }
    // A sheet of which nothing was wanted makes no rows of nothing.
    rows.retain(|row| !row.value.is_blank());
    rows
}

/// A part of the data: `sex=F`, and `age>70` where the cell compares by itself.
fn part(name: &str, cell: &str) -> String {
    match cell.starts_with(['<', '>', '=', '≤', '≥', '!']) {
        true => format!("{name}{cell}"),
        false => format!("{name}={cell}"),
    }
}

/// What the metrics of one line have in common.
struct Shared<'s> {
    unit: Option<&'s str>,
    bounds: [Option<String>; 2],
    dataset: Option<&'s str>,
    slice: String,
    threshold: Option<String>,
    further: Vec<(&'s str, &'s str)>,
}

impl Shared<'_> {
    fn row(&self, metric: &str, value: String) -> Row {
        let mut members: Vec<(String, Value)> = Vec::new();
        let mut put = |name: &str, text: Option<&str>| {
            let text = text.filter(|text| !text.is_empty());
            // A member of a name that is taken would hide one of the two.
            if let Some(text) = text.filter(|_| !members.iter().any(|(other, _)| other == name)) {
                members.push((name.to_owned(), Value::text(text)));
            }
        };
        put("type", Some(metric));
        put("value", Some(&value));
        put("unit", self.unit);
        put("dataset", self.dataset);
        put("slice", Some(&self.slice));
        put("threshold", self.threshold.as_deref());
        for (name, text) in self.further.iter().filter(|(name, _)| *name != "confidence_interval") {
            put(name, Some(text));
        }
        let bounds = ["lower_bound", "upper_bound"].into_iter().zip(&self.bounds);
        let bounds = bounds.filter_map(|(name, bound)| Some((name.to_owned(), Value::text(bound.as_deref()?))));
        let bounds: Vec<(String, Value)> = bounds.collect();
        if !bounds.is_empty() {
            let place = members
                .iter()
                .position(|(name, _)| !matches!(name.as_str(), "type" | "value" | "unit"));
            let interval = ("confidence_interval".to_owned(), Value::Group(bounds));
            members.insert(place.unwrap_or(members.len()), interval);
        }
        let row = Value::Group(members);
        let mut remarks = check::result(&row);
        if metric.is_empty() {
            remarks.insert(0, say!("There is no name of a metric."));
        }
        if value.is_empty() {
            remarks.insert(0, say!("There is no value."));
        } else if check::number(&value).is_none() {
            remarks.insert(
                0,
                say!(
                    "“{text}” is no number.",
                    text = value.chars().take(40).collect::<String>()
                ),
            );
        }
        Row { value: row, remarks }
    }
}

/// Whether the numbers of a sheet have commas before their decimals. `1,234` alone may be more than a thousand, so
/// that another number has to tell.
fn has_decimal_commas(sheet: &Sheet, roles: &[Role]) -> bool {
    let is_number = |role: &Role| {
        matches!(
            role,
            Role::Value | Role::Lower | Role::Upper | Role::Threshold | Role::Measure
        )
    };
    let columns: Vec<usize> = (0..sheet.columns.len())
        .filter(|index| roles.get(*index).is_some_and(is_number))
        .collect();
    sheet
        .rows
        .iter()
        .flat_map(|row| columns.iter().map(|index| row[*index].as_str()))
        .any(|cell| {
            let Some((whole, decimals)) = cell.trim_end_matches(['%', ' ']).split_once(',') else {
                return false;
            };
            let is_telling = decimals.len() != 3 || matches!(whole, "0" | "-0" | "+0");
            is_telling && number(cell, true).is_some()
        })
}

/// The number in a cell, with a point before its decimals; `None` when it is none.
fn number(cell: &str, is_comma: bool) -> Option<String> {
    let cell = cell.trim();
    if check::number(cell).is_some() {
        return Some(cell.to_owned());
    }
    let pointed = cell.replacen(',', ".", 1);
    (is_comma && check::number(&pointed).is_some()).then_some(pointed)
}
