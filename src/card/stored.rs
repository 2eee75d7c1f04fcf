//! The fields of a section as the JSON text of its database row.
//!
//! A list of `{"id", "label", "value"}`; numbers keep their spelling, duplicate names stay.

use super::{Field, Value};
use crate::json;

/// The fields as one line of JSON.
pub fn to_text(fields: &[Field]) -> String {
    json::to_text(&Value::List(fields.iter().map(to_value).collect()))
}

/// The fields of such a text; what is no field is left out, so that a damaged row still opens.
pub fn from_text(text: &str) -> Vec<Field> {
    match json::parse_assembled(text).map(|document| document.root.into_value()) {
        Ok(Value::List(fields)) => fields.into_iter().filter_map(from_value).collect(),
        _ => Vec::new(),
    }
}

/// Whether the text is a whole list of fields, of which [`from_text`] would leave nothing out.
pub fn is_sound(text: &str) -> bool {
    match json::parse_assembled(text).map(|document| document.root.into_value()) {
        Ok(Value::List(fields)) => fields.into_iter().all(|field| from_value(field).is_some()),
        _ => false,
    }
}

/// A field as a group of `id`, `label` and `value`.
pub fn to_value(field: &Field) -> Value {
    Value::Group(vec![
        ("id".into(), Value::text(&field.id)),
        ("label".into(), Value::text(&field.label)),
        ("value".into(), field.value.clone()),
    ])
}

/// The field in such a group; `None` when it has no id or no value.
pub fn from_value(value: Value) -> Option<Field> {
    let Value::Group(members) = value else { return None };
    let (mut id, mut label, mut answer) = (None, None, None);
    for (name, value) in members {
        match (name.as_str(), value) {
            ("id", Value::Text(text)) => id = Some(text),
            ("label", Value::Text(text)) => label = Some(text),
            ("value", value) => answer = Some(value),
            _ => {}
        }
    }
    let id = id?;
    Some(Field {
        label: label.unwrap_or_else(|| id.clone()),
        id,
        value: answer?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::tests::{texts, values};

    proptest! {
        #[test]
        fn what_is_stored_is_read_back(fields in prop::collection::vec((texts(), texts(), values()), 0..5)) {
            let fields: Vec<Field> =
                fields.into_iter().map(|(id, label, value)| Field { id, label, value }).collect();
            prop_assert!(is_sound(&to_text(&fields)));
            prop_assert_eq!(from_text(&to_text(&fields)), fields);
        }
    }

    #[test]
    fn the_deepest_value_of_a_file_survives_its_row() {
        let text = "[".repeat(128) + &"]".repeat(128);
        let field = Field {
            id: "+".into(),
            label: "a".into(),
            value: json::parse(&text).unwrap().root.into_value(),
        };
        assert_eq!(from_text(&to_text(std::slice::from_ref(&field))), [field]);
    }

    #[test]
    fn a_damaged_row_opens_empty() {
        assert_eq!(from_text("[{\"id\": "), []);
        assert_eq!(from_text("[1, {\"label\": \"x\"}]"), []);
        for text in ["[{\"id\": ", "[1]", "{}", ""] {
            assert!(!is_sound(text), "{text}");
        }
        assert!(is_sound("[]"));
    }
}
