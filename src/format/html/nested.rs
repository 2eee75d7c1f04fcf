//! Rows in lists inside each other as rows of one table.

use crate::card::Value;
use crate::card::outline::Tier;

/// A row for each of the innermost list, with what the rows around it say, under the labels of the columns.
pub(super) fn rows(answer: &[Value], tiers: &[Tier]) -> Vec<Value> {
    let mut found = Vec::new();
    gather(answer, tiers, &[], &mut found);
    found
}

/// Takes out of the rows what all of them say, which readers need once.
pub(super) fn common(rows: &mut [Value]) -> Option<Value> {
    let [Value::Group(first), others @ ..] = &*rows else {
        return None;
    };
    let is_common = |member: &&(String, Value)| {
        let says = |row: &Value| matches!(row, Value::Group(members) if members.contains(member));
        others.iter().all(says)
    };
    let common: Vec<(String, Value)> = first.iter().filter(is_common).cloned().collect();
    let has_more = |row: &Value| matches!(row, Value::Group(members) if members.len() > common.len());
    if others.is_empty() || common.is_empty() || !rows.iter().all(has_more) {
        return None;
    }
    for row in rows {
        if let Value::Group(members) = row {
            members.retain(|member| !common.contains(member));
        }
    }
    Some(Value::Group(common))
}

fn gather(rows: &[Value], tiers: &[Tier], around: &[(String, Value)], found: &mut Vec<Value>) {
    let Some((tier, inner)) = tiers.split_first() else {
        return;
    };
    for row in rows {
        let mut cells = around.to_vec();
        let Value::Group(members) = row else {
            cells.push((tier.entry.to_owned(), row.clone()));
            found.push(Value::Group(cells));
            continue;
        };
        let mut list = None;
        for (name, value) in members {
            match (value, inner.first()) {
                (Value::List(rows), Some(inner)) if inner.list == name && list.is_none() => list = Some(rows),
                _ => take(value, tier, name.clone(), &mut cells),
            }
        }
        match list.filter(|rows| !rows.is_empty()) {
            Some(rows) => gather(rows, inner, &cells, found),
            None => found.push(Value::Group(cells)),
        }
    }
}

/// Puts what a member says into cells, a group by its members.
fn take(value: &Value, tier: &Tier, path: String, cells: &mut Vec<(String, Value)>) {
    if let Value::Group(members) = value {
        for (name, value) in members {
            take(value, tier, format!("{path}.{name}"), cells);
        }
        return;
    }
    let mut columns = tier.columns.iter().chain(tier.further);
    let label = columns
        .find(|column| column.key == path)
        .map(|column| column.label.to_owned());
    cells.push((label.unwrap_or_else(|| path.replace('.', " › ")), value.clone()));
}
