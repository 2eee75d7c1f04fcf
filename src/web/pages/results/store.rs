//! The rows in the section: after those that are there, or in their place.

use chrono::NaiveDateTime;

use crate::card::outline::Part;
use crate::card::results::{CHARTS, CHARTS_QUESTION, QUESTION};
use crate::card::{Field, Value, stored};
use crate::db::cards;
use crate::db::{self, DbConnection};
use crate::session::SessionId;

/// What is added to a section.
pub(super) struct Addition {
    /// The rows of the metric table.
    pub rows: Vec<Value>,
    /// Whether they replace what is there.
    pub is_replacing: bool,
    /// The kind of chart that is wanted as well; anything else is none.
    pub chart: String,
    /// The section as its outline has it.
    pub part: &'static Part,
}

/// Puts the rows into the section as it is now, in the caller's transaction; the version that it had before.
///
/// # Errors
/// [`db::Error::NotFound`] when the section is not the session's.
pub(super) fn store(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    addition: Addition,
    now: NaiveDateTime,
) -> Result<i32, db::Error> {
    let current = cards::section(conn, session, card, key)?;
    let mut fields = stored::from_text(&current.value);
    let part = addition.part;
    let answer = field(&mut fields, part, QUESTION, "Results");
    let before = std::mem::replace(&mut answer.value, Value::Null);
    let mut rows = match before {
        _ if addition.is_replacing => Vec::new(),
        Value::List(rows) => rows,
        row @ Value::Group(_) => vec![row],
        _ => Vec::new(),
    };
    rows.extend(addition.rows);
    answer.value = Value::List(rows);
    show_as(&mut fields, part, &addition.chart);
    in_order(&mut fields, part);
    cards::save(
        conn,
        session,
        card,
        key,
        current.version,
        &stored::to_text(&fields),
        now,
    )?;
    Ok(current.version)
}

/// Asks for a chart of the results, unless there is one of this kind; whether there is one now.
pub(in crate::web::pages) fn show_as(fields: &mut Vec<Field>, part: &Part, chart: &str) -> bool {
    if !CHARTS.contains(&chart) {
        return false;
    }
    let charts = field(fields, part, CHARTS_QUESTION, "Charts");
    let row = Value::Group(vec![("kind".to_owned(), Value::text(chart))]);
    match &mut charts.value {
        Value::List(rows) if rows.contains(&row) => {}
        Value::List(rows) => rows.push(row),
        other if other.is_blank() => *other = Value::List(vec![row]),
        // What somebody wrote there stays.
        _ => return false,
    }
    in_order(fields, part);
    true
}

/// Puts the fields in the order of the questions.
fn in_order(fields: &mut [Field], part: &Part) {
    let rank = |field: &Field| part.questions.iter().position(|question| question.id == field.id);
    fields.sort_by_key(|field| rank(field).unwrap_or(usize::MAX));
}

/// The field of this id, made where it is not there.
fn field<'f>(fields: &'f mut Vec<Field>, part: &Part, id: &str, label: &str) -> &'f mut Field {
    let place = fields.iter().position(|field| field.id == id).unwrap_or_else(|| {
        fields.push(Field {
            id: id.to_owned(),
            label: part.question(id).map_or(label, |question| question.label).to_owned(),
            value: Value::Null,
        });
        fields.len() - 1
    });
    &mut fields[place]
}
