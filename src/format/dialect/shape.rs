//! How an answer looks in a document.

use crate::json::Value;

/// How an answer looks in a document, where it differs from how a card holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Shape {
    /// The same.
    Same,
    /// A list of texts, each as the only member, of this name, of a group.
    Wrapped(&'static str),
    /// A table with one row and this one column, as bare text.
    Only(&'static str),
    /// A table, as a group of rows named by this column.
    Keyed(&'static str),
    /// The same with other names, at whatever depth: ours and the document's. The two change places, so that a
    /// document that uses one of ours loses nothing.
    Renamed(&'static [(&'static str, &'static str)]),
    /// A table of two columns, as a group: the first column names its members, the second is their value.
    Pairs(&'static str, &'static str),
    /// A table of which each row is, in the document, the only member of this name of a group; names change places
    /// as in `Renamed`. A row with the second member stands there as it is.
    Inside(&'static str, &'static str, &'static [(&'static str, &'static str)]),
    /// A list, as a group that has it as its only member, of this name; of one entry, without a list.
    Listed(&'static str),
}

impl Shape {
    /// The answer as a card holds it; as it is, when it does not have this shape.
    pub fn take(self, value: Value) -> Value {
        match (self, value) {
            (Self::Wrapped(name), Value::List(items)) if items.iter().all(|item| only_text(item, name).is_some()) => {
                Value::List(items.iter().filter_map(|item| only_text(item, name)).cloned().collect())
            }
            (Self::Only(name), text @ Value::Text(_)) => Value::List(vec![Value::Group(vec![(name.to_owned(), text)])]),
            (Self::Keyed(column), Value::Group(rows))
                if rows
                    .iter()
                    .all(|(_, row)| matches!(row, Value::Group(_)) && row.member(column).is_none()) =>
            {
                let row = |(key, row): (String, Value)| {
                    let Value::Group(mut members) = row else { return row };
                    members.insert(0, (column.to_owned(), Value::Text(key)));
                    Value::Group(members)
                };
                Value::List(rows.into_iter().map(row).collect())
            }
            (Self::Renamed(names), value) => swapped(value, names),
            (Self::Pairs(name, value), Value::Group(members)) => {
                let row = |(key, inner): (String, Value)| {
                    Value::Group(vec![(name.to_owned(), Value::Text(key)), (value.to_owned(), inner)])
                };
                Value::List(members.into_iter().map(row).collect())
            }
            (Self::Inside(name, but, names), Value::List(rows)) => {
                let row = |row: Value| match only_member(&row, name) {
                    Some(inner @ Value::Group(_)) if inner.member(but).is_none() => swapped(inner.clone(), names),
                    _ => row,
                };
                Value::List(rows.into_iter().map(row).collect())
            }
            (Self::Listed(_), Value::Text(text)) if text.is_empty() => Value::List(Vec::new()),
            (Self::Listed(name), Value::Group(mut members)) if members.len() == 1 && members[0].0 == name => {
                match members.remove(0).1 {
                    Value::List(items) => Value::List(items),
                    single => Value::List(vec![single]),
                }
            }
            (_, value) => value,
        }
    }

    /// The answer as the document holds it; `None` when this shape cannot say it.
    pub fn shaped(self, value: &Value) -> Option<Value> {
        let shaped = match (self, value) {
            (Self::Same, value) => value.clone(),
            (Self::Renamed(names), value) => swapped(value.clone(), names),
            (Self::Pairs(..), Value::List(rows)) => {
                let pair = |row: &Value| match row {
                    Value::Group(members) => match members.as_slice() {
                        [(_, Value::Text(key)), (_, inner)] => Some((key.clone(), inner.clone())),
                        _ => None,
                    },
                    _ => None,
                };
                Value::Group(rows.iter().map(pair).collect::<Option<_>>()?)
            }
            (Self::Inside(name, but, names), Value::List(rows)) => {
                let row = |row: &Value| match row.member(but) {
                    None => Value::Group(vec![(name.to_owned(), swapped(row.clone(), names))]),
                    Some(_) => row.clone(),
                };
                Value::List(rows.iter().map(row).collect())
            }
            (Self::Wrapped(name), Value::List(items)) => Value::List(
                items
                    .iter()
                    .map(|item| Value::Group(vec![(name.to_owned(), item.clone())]))
                    .collect(),
            ),
            (Self::Only(name), Value::List(rows)) => match rows.as_slice() {
                [row] => only_text(row, name)?.clone(),
                _ => return None,
            },
            (Self::Keyed(column), Value::List(rows)) => {
                Value::Group(rows.iter().map(|row| keyed_row(row, column)).collect::<Option<_>>()?)
            }
            (Self::Listed(_), Value::List(items)) if items.is_empty() => Value::text(""),
            (Self::Listed(name), Value::List(_)) => Value::Group(vec![(name.to_owned(), value.clone())]),
            _ => return None,
        };
        (self.take(shaped.clone()) == *value).then_some(shaped)
    }
}

/// The value with the names of each pair in each other's place.
fn swapped(value: Value, names: &[(&str, &str)]) -> Value {
    let other = |name: String| {
        let pair = names.iter().find(|(one, two)| *one == name || *two == name);
        pair.map_or(name.clone(), |(one, two)| {
            (if *one == name { *two } else { *one }).to_owned()
        })
    };
    match value {
        Value::List(items) => Value::List(items.into_iter().map(|item| swapped(item, names)).collect()),
        Value::Group(members) => Value::Group(
            members
                .into_iter()
                .map(|(name, value)| (other(name), swapped(value, names)))
                .collect(),
        ),
        value => value,
    }
}

/// The text of a group whose only member has this name.
fn only_text<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    only_member(value, name).filter(|text| text.as_text().is_some())
}

/// The value of a group whose only member has this name.
fn only_member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Group(members) => match members.as_slice() {
            [(only, value)] if only == name => Some(value),
            _ => None,
        },
        _ => None,
    }
}

fn keyed_row(row: &Value, column: &str) -> Option<(String, Value)> {
    let Value::Group(members) = row else { return None };
    let ((name, key), rest) = members.split_first()?;
    (name == column).then_some(())?;
    Some((key.as_text()?.to_owned(), Value::Group(rest.to_vec())))
}
