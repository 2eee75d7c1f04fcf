#![no_main]
//! A file of any format and an edit: what was put is read back.

use cartellino::format;
use cartellino_fuzz::{Edit, put_is_read_back};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(edit) = Edit::of(data) else { return };
    let Ok(mut reading) = format::read(edit.file) else { return };
    if edit.put(&mut reading.card) {
        put_is_read_back(reading.format, edit.file, &reading.card);
    }
});
