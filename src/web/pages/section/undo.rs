//! Taking back what a button took away, and bringing back an earlier version.

use chrono::NaiveDateTime;

use super::save::{Outcome, follow_name};
use crate::card::{Field, stored};
use crate::db::cards::{CardRow, CardSectionData};
use crate::db::{self, DbConnection};
use crate::locale::Value;
use crate::say;
use crate::web::access::{Pace, SectionAccess};
use crate::web::card::outline_of;

/// Puts a field back as it was at a version, or without a field's id the whole section; what was typed since in other
/// fields stays. What the section says before is kept, so this can be undone itself.
pub(super) fn undo(
    conn: &mut DbConnection,
    access: &SectionAccess,
    here: &str,
    (row, current): (&CardRow, &CardSectionData),
    (version, of): (i32, &str),
    now: NaiveDateTime,
) -> Result<Outcome, db::Error> {
    let outcome = |told, version, saved_at| Outcome::Saved {
        address: here.to_owned(),
        told: Some(told),
        version,
        saved_at,
    };
    let Some(earlier) = access.revision(conn, version)? else {
        let told = say!("That earlier version is not kept any more, so nothing was changed.");
        return Ok(outcome(told, current.version, current.updated_at));
    };
    let mut fields = stored::from_text(&earlier);
    if !of.is_empty() {
        fields = put_back(stored::from_text(&current.value), &fields, of);
    }
    let value = stored::to_text(&fields);
    let saved = access.save(conn, (current.version, &value), Pace::Undoable, now)?;
    follow_name(conn, access, row, current, &fields, now)?;
    let title = outline_of(row).said_title(&current.title);
    let told = say!("{title} is as it was before.", title = Value::Quoted(title));
    let saved_at = if saved == current.version {
        current.updated_at
    } else {
        now
    };
    Ok(outcome(told, saved, saved_at))
}

/// The fields of now with this one as it was earlier, in its place.
fn put_back(mut fields: Vec<Field>, earlier: &[Field], id: &str) -> Vec<Field> {
    let Some(place) = earlier.iter().position(|field| field.id == id) else {
        return fields;
    };
    let field = earlier[place].clone();
    match fields.iter_mut().find(|other| other.id == id) {
        Some(there) => *there = field,
        None => fields.insert(place.min(fields.len()), field),
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Value;

    fn fields(all: &[(&str, &str)]) -> Vec<Field> {
        let field = |(id, text): &(&str, &str)| Field {
            id: (*id).to_owned(),
            label: (*id).to_owned(),
            value: Value::text(*text),
        };
        all.iter().map(field).collect()
    }

    #[test]
    fn a_field_comes_back_to_its_place_and_leaves_the_others() {
        let earlier = fields(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let now = fields(&[("a", "typed since"), ("c", "3")]);
        let back = put_back(now.clone(), &earlier, "b");
        assert_eq!(back, fields(&[("a", "typed since"), ("b", "2"), ("c", "3")]));
        assert_eq!(put_back(now.clone(), &earlier, "a"), fields(&[("a", "1"), ("c", "3")]));
        assert_eq!(put_back(now.clone(), &earlier, "never there"), now);
    }
}
