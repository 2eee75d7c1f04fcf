#![no_main]
//! Bytes as protobuf, binary and text, and an edit: understood or explained, the same when nothing is new, and a text
//! that is put is read back exactly, where the schema says that it is one.

use cartellino::format::{self, Format};
use cartellino::json::{self, Value};
use cartellino::proto::{FieldType, Schema, text, wire};
use cartellino_fuzz::{Edit, put_is_read_back, unchanged_is_identical};
use libfuzzer_sys::fuzz_target;

/// A message of every type that fields have, which may hold itself.
static OUTER: Schema = Schema {
    name: "Outer",
    fields: &[
        FieldType::text(1, "name"),
        FieldType::texts(2, "tags"),
        FieldType::flag(3, "ok"),
        FieldType::one(4, "inner", &OUTER),
        FieldType::many(5, "rows", &OUTER),
    ],
};

/// Whether the schema has a name for everything: what has none is a text, bytes or a message by what is in it.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Group(members) => members.iter().all(|(name, value)| !name.starts_with("field ") && is_known(value)),
        Value::List(items) => items.iter().all(is_known),
        _ => true,
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(edit) = Edit::of(data) else { return };
    for format in [Format::MODEL_CARD_TOOLKIT_PROTO, Format::MODEL_CARD_TOOLKIT_PROTO_TEXT] {
        if let Ok(mut reading) = format::read_as(format, edit.file) {
            unchanged_is_identical(&reading, edit.file);
            if edit.put(&mut reading.card) {
                put_is_read_back(format, edit.file, &reading.card);
            }
        }
    }
    if let Ok(document) = wire::parse(edit.file, &OUTER) {
        let value = document.view.to_value();
        assert!(wire::edited(edit.file, &document, &value) == edit.file);
        if is_known(&value) && let Some(new) = edit.put_text(value) {
            let changed = wire::edited(edit.file, &document, &new);
            let again = wire::parse(&changed, &OUTER).expect("what was written can be read").view.to_value();
            assert_eq!(again, new, "in {changed:?}");
        }
    }
    let Ok(source) = std::str::from_utf8(edit.file) else { return };
    if let Ok(document) = text::parse(source, &OUTER) {
        let value = document.view.to_value();
        assert!(text::edits(source, &document, &value).is_empty());
        if is_known(&value) && let Some(new) = edit.put_text(value) {
            let changed = json::apply(source, &text::edits(source, &document, &new));
            let again = text::parse(&changed, &OUTER).expect("what was written can be read").view.to_value();
            assert_eq!(again, new, "in {changed}");
        }
    }
});
