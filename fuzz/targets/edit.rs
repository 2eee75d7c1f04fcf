#![no_main]
//! A file and an edit: what was put is read back. The first byte chooses the field, the text before the first NUL is put.

use cartellino::card::Value;
use cartellino::format;
use cartellino_fuzz::put_is_read_back;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (u8, &str, &[u8])| {
    let (chosen, text, bytes) = data;
    let Ok(mut reading) = format::read(bytes) else { return };
    let count: usize = reading.card.sections.iter().map(|section| section.fields.len()).sum();
    if count == 0 {
        return;
    }
    let fields = reading.card.sections.iter_mut().flat_map(|section| &mut section.fields);
    if let Some(field) = fields.skip(usize::from(chosen) % count).next() {
        field.value = Value::text(text);
    }
    put_is_read_back(reading.format, bytes, &reading.card);
});
