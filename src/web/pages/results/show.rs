//! The page: the form for a file, or what was found in one.

use askama::Template;

use super::Found;
use super::sent::Sent;
use crate::card::check::stance;
use crate::card::outline::Part;
use crate::card::results::{CHARTS, Measured, QUESTION, Spread, measured, spreads};
use crate::card::{Section, Value};
use crate::db::cards::CardRow;
use crate::format::results::mapping::{Role, Row};
use crate::format::results::{MOST_BYTES, MOST_ROWS};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::card::{link, outline_of};
use crate::web::filters;
use crate::web::page::{CardLink, Fault, Faults, Page};
use crate::word;

/// How many rows are shown before they are kept; further ones are if something is odd about them.
const SHOWN: usize = 100;
/// How many cells of a column are shown as examples.
const EXAMPLES: usize = 3;

/// Where the rows go.
pub(super) struct Place {
    pub card: CardLink,
    pub key: String,
    pub title: Sentence,
    pub part: &'static Part,
    /// What the question is called there.
    pub label: Sentence,
    /// How many rows there are now.
    pub rows: usize,
    /// Whether there is a text instead of rows, to which none can be added.
    pub holds_text: bool,
}

impl Place {
    pub fn of(row: &CardRow, part: &'static Part, section: &Section) -> Self {
        let field = section.field(QUESTION);
        let value = field.map(|field| &field.value);
        let outline = outline_of(row);
        let asked = part.question(QUESTION);
        let asked = asked.map_or_else(|| say!("Results"), |question| Sentence::new(question.label));
        Self {
            card: link(row),
            key: section.key.clone(),
            title: outline.said_title(&section.title),
            part,
            label: field.map_or(asked, |field| outline.said_label(&field.label)),
            rows: match value {
                Some(Value::List(rows)) => rows.len(),
                Some(Value::Group(_)) => 1,
                _ => 0,
            },
            holds_text: value
                .and_then(Value::as_text)
                .is_some_and(|text| !text.trim().is_empty() && stance(text).is_none()),
        }
    }
}

/// A column of the file.
struct ColumnLine {
    name: String,
    examples: String,
    role: Role,
}

/// A row as it would be kept.
struct PreviewRow {
    number: usize,
    cells: Vec<String>,
    remarks: Vec<Sentence>,
}

/// What was found, for the template.
struct Preview {
    what: Sentence,
    columns: Vec<ColumnLine>,
    heads: Vec<Sentence>,
    rows: Vec<PreviewRow>,
    count: usize,
    odd: usize,
    spreads: Vec<Spread>,
    is_replacing: bool,
    chart: String,
}

#[derive(Template)]
#[template(path = "pages/results.html")]
pub(super) struct ResultsPage {
    page: Page,
    place: Place,
    text: String,
    faults: Faults,
    advice: Option<Sentence>,
    preview: Option<Preview>,
}

impl ResultsPage {
    /// The form.
    pub fn new(visitor: &Visitor, place: Place) -> Self {
        let page = Page::of(say!("Read results: {title}", title = &place.card.title), visitor);
        Self {
            page,
            place,
            text: String::new(),
            faults: Faults::default(),
            advice: None,
            preview: None,
        }
    }

    /// The form with what is wrong, and the text that was pasted.
    pub fn refused(visitor: &Visitor, place: Place, sent: Sent, message: Sentence, advice: Option<Sentence>) -> Self {
        let fault = match sent.text.trim() {
            "" => Fault::new("file", say!("The file"), message),
            _ => Fault::new("text", say!("The text"), message),
        };
        Self {
            text: sent.text,
            faults: Faults(vec![fault]),
            advice,
            ..Self::new(visitor, place).with_error()
        }
    }

    fn with_error(self) -> Self {
        Self {
            page: self.page.with_error(),
            ..self
        }
    }

    /// What was found in it, with the reason why it cannot be kept if there is one.
    pub fn preview(visitor: &Visitor, place: Place, sent: Sent, found: &Found, trouble: Option<Fault>) -> Self {
        let rows: Vec<Value> = found.rows.iter().map(|row| row.value.clone()).collect();
        let measured: Vec<Measured> = measured(&Value::List(rows));
        let columns = found.sheet.columns.iter().zip(&found.roles).enumerate();
        let columns = columns.map(|(index, (name, role))| {
            let cells = found
                .sheet
                .rows
                .iter()
                .map(|row| row[index].as_str())
                .filter(|cell| !cell.is_empty());
            let mut examples: Vec<String> = Vec::new();
            for cell in cells.take(50) {
                let short: String = cell.chars().take(24).collect();
                if !examples.contains(&short) {
                    examples.push(short);
                }
                if examples.len() == EXAMPLES {
                    break;
                }
            }
            ColumnLine {
                name: name.clone(),
                examples: examples.join(", "),
                role: *role,
            }
        });
        let preview = Preview {
            what: found.sheet.what.clone(),
            columns: columns.collect(),
            heads: heads(&found.rows),
            rows: shown(&found.rows),
            count: found.rows.len(),
            odd: found.rows.iter().filter(|row| !row.remarks.is_empty()).count(),
            spreads: spreads(&measured),
            is_replacing: sent.is_replacing || place.holds_text,
            chart: sent.chart.clone(),
        };
        let page = Self::new(visitor, place);
        let page = if trouble.is_some() { page.with_error() } else { page };
        Self {
            text: sent.text,
            faults: Faults(trouble.into_iter().collect()),
            preview: Some(preview),
            ..page
        }
    }
}

/// The ways to the cells of the rows, in the order in which they first come.
fn ways(rows: &[Row]) -> Vec<Vec<&str>> {
    let mut ways: Vec<Vec<&str>> = Vec::new();
    for row in rows {
        let Value::Group(members) = &row.value else { continue };
        for (name, value) in members {
            let found = match value {
                Value::Group(inner) => inner.iter().map(|(key, _)| vec![name.as_str(), key]).collect(),
                _ => vec![vec![name.as_str()]],
            };
            for way in found {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
    }
    ways
}

fn heads(rows: &[Row]) -> Vec<Sentence> {
    let head = |way: &Vec<&str>| {
        let word = match way.as_slice() {
            ["type"] => word!("Metric"),
            ["value"] => word!("Value"),
            ["unit"] => word!("Unit"),
            ["confidence_interval", "lower_bound"] => word!("From"),
            ["confidence_interval", "upper_bound"] => word!("To"),
            ["dataset"] => word!("Dataset"),
            ["slice"] => word!("Group"),
            ["threshold"] => word!("Threshold"),
            other => return Sentence::as_written(other.last().copied().unwrap_or_default()),
        };
        Sentence::new(word)
    };
    ways(rows).iter().map(head).collect()
}

/// The first rows, and those that are odd.
fn shown(rows: &[Row]) -> Vec<PreviewRow> {
    let ways = ways(rows);
    let numbered = rows.iter().enumerate();
    let wanted = numbered.filter(|(index, row)| *index < SHOWN || !row.remarks.is_empty());
    let line = |(index, row): (usize, &Row)| {
        let cell = |way: &Vec<&str>| {
            let value = way.iter().try_fold(&row.value, |value, name| value.member(name));
            value.and_then(Value::as_text).unwrap_or_default().to_owned()
        };
        PreviewRow {
            number: index + 1,
            cells: ways.iter().map(cell).collect(),
            remarks: row.remarks.clone(),
        }
    };
    wanted.take(2 * SHOWN).map(line).collect()
}
