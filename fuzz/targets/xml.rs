#![no_main]
//! A text as XML and an edit: understood or explained, the same when nothing is new, and any value that is put is read
//! back exactly; as plain XML and as the formats that are written in XML.

use cartellino::format::{self, Format};
use cartellino::{json, xml};
use cartellino_fuzz::{Edit, put_is_read_back, unchanged_is_identical};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(edit) = Edit::of(data) else { return };
    for format in [Format::XML, Format::CHAI_1, Format::CHAI_2] {
        if let Ok(mut reading) = format::read_as(format, edit.file) {
            unchanged_is_identical(&reading, edit.file);
            if edit.put(&mut reading.card) {
                put_is_read_back(format, edit.file, &reading.card);
            }
        }
    }
    let Ok(text) = std::str::from_utf8(edit.file) else { return };
    let Ok(document) = xml::parse(text) else { return };
    let value = document.view(text).into_value();
    assert!(xml::edits(text, &document, &value).is_empty());
    for new in edit.put_text(value).into_iter().chain([edit.value()]) {
        let changed = json::apply(text, &xml::edits(text, &document, &new));
        let again = xml::parse(&changed).expect("what was written can be read").view(&changed);
        let (again, put) = (xml::spelled(&again.into_value()), xml::spelled(&xml::normal(&new)));
        assert_eq!(again, put, "in {changed}");
    }
});
