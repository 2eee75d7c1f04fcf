use proptest::prelude::*;

mod examples;
pub(crate) mod mess;
mod real;

use mess::Mess;

use super::edit::careful_edits;
use super::*;
use crate::json::apply;
use crate::json::tests::values;

fn read(text: &str) -> Value {
    parse(text)
        .unwrap_or_else(|error| panic!("{error:?} in\n{text}"))
        .root
        .to_value()
}

fn edited(text: &str, value: &Value) -> String {
    apply(text, &edits(text, &parse(text).unwrap(), value))
}

/// The text after edits that did not need to write the whole document anew.
fn carefully_edited(text: &str, value: &Value) -> Option<String> {
    let document = parse(text).unwrap();
    careful_edits(text, &document, value).map(|edits| apply(text, &edits))
}

/// Whether another reader, of the family of libyaml, reads the text as the value; it refuses names that come twice
/// and huge numbers.
fn others_read(text: &str, value: &Value) -> bool {
    match serde_yaml_ng::from_str(text) {
        Ok(theirs) => agrees(&theirs, value),
        Err(error) => ["duplicate", "128"].iter().any(|word| error.to_string().contains(word)),
    }
}

fn agrees(theirs: &serde_yaml_ng::Value, ours: &Value) -> bool {
    use serde_yaml_ng::Value as Theirs;
    match (theirs, ours) {
        (Theirs::Null, Value::Null) | (Theirs::Number(_), Value::Number(_)) => true,
        (Theirs::Bool(theirs), Value::Bool(ours)) => theirs == ours,
        (Theirs::String(theirs), Value::Text(ours)) => theirs == ours,
        (Theirs::Sequence(theirs), Value::List(ours)) => {
            theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(theirs, ours)| agrees(theirs, ours))
        }
        (Theirs::Mapping(theirs), Value::Group(ours)) => {
            theirs.len() == ours.len()
                && theirs
                    .iter()
                    .zip(ours)
                    .all(|((key, theirs), (name, ours))| key.as_str() == Some(name) && agrees(theirs, ours))
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_written_is_read_back(value in values()) {
        let text = to_text(&value);
        prop_assert!(others_read(&text, &value), "{}", text);
        prop_assert_eq!(read(&text), value);
    }

    #[test]
    fn untidy_texts_are_read_and_an_equal_value_changes_no_byte(value in values(), seed in any::<u64>()) {
        let text = Mess::document(&value, seed);
        prop_assert_eq!(read(&text), value.clone(), "{}", text);
        prop_assert_eq!(edited(&text, &value), text);
    }

    #[test]
    fn an_edited_text_says_the_new_value(old in values(), new in values(), seed in any::<u64>()) {
        let text = Mess::document(&old, seed);
        let after = carefully_edited(&text, &new);
        prop_assert_eq!(after.as_deref().map(read), Some(new.clone()), "{}", text);
        prop_assert!(after.is_some_and(|after| others_read(&after, &new)), "{}", text);
    }

    #[test]
    fn removing_adding_and_moving_entries_is_read_back(
        items in prop::collection::vec(values(), 1..7), at in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(), added in values(), seed in any::<u64>(), named in any::<bool>(),
    ) {
        let whole = |items: &[Value]| match named {
            true => Value::Group(items.iter().enumerate().map(|(i, item)| (format!("k{i}"), item.clone())).collect()),
            false => Value::List(items.to_vec()),
        };
        let text = Mess::document(&whole(&items), seed);
        let mut removed = items.clone();
        let taken = removed.remove(at.index(items.len()));
        let mut moved = removed.clone();
        moved.insert(to.index(items.len()), taken);
        let mut longer = items.clone();
        longer.insert(to.index(items.len() + 1), added);
        for new in [removed, moved, longer] {
            let new = whole(&new);
            let after = carefully_edited(&text, &new);
            prop_assert_eq!(after.as_deref().map(read), Some(new.clone()), "{}", text);
            prop_assert!(after.is_some_and(|after| others_read(&after, &new)), "{}", text);
        }
    }

    #[test]
    fn edits_are_in_order_and_apart(old in values(), new in values(), seed in any::<u64>()) {
        let text = Mess::document(&old, seed);
        let mut end = 0;
        for edit in edits(&text, &parse(&text).unwrap(), &new) {
            prop_assert!(edit.range.start >= end, "{:?} in {}", edit, text);
            end = edit.range.end;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_read_or_explained_and_can_be_edited(text in r#"([-?:,\[\]{}#&*!|>'"%@ \t\n\r~aé1\u{feff}]|- |: |: \n|\n  |a: |&a |\*a){0,24}"#, new in values()) {
        match parse(&text) {
            Ok(document) => {
                let value = document.root.to_value();
                prop_assert_eq!(edited(&text, &value), text.clone());
                let after = edited(&text, &new);
                prop_assert_eq!(parse(&after).ok().map(|document| document.root.to_value()), Some(new), "{:?} => {:?}", text, after);
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.at));
                prop_assert!(error.message.to_string().ends_with('.') && error.advice.to_string().ends_with('.'));
            }
        }
    }
}
