#![no_main]
//! Any bytes through every reader: understood or explained, and the same when nothing is new.

use cartellino::format::{self, Format};
use cartellino_fuzz::unchanged_is_identical;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let recognised = match format::read(bytes) {
        Ok(reading) => {
            unchanged_is_identical(&reading, bytes);
            Some(reading.format)
        }
        Err(error) => {
            assert!(!error.message.is_empty() && !error.advice.is_empty());
            None
        }
    };
    // A file of another version is brought into the wanted one.
    let family = |format: Format| format.id().trim_end_matches(|c: char| c.is_ascii_digit() || "-.".contains(c));
    let is_other_version = |format: Format| {
        recognised.is_some_and(|recognised| recognised != format && family(recognised) == family(format))
    };
    let readable = Format::ALL.iter().copied().filter(|format| format.can_read());
    for format in readable.filter(|format| !is_other_version(*format)) {
        if let Ok(reading) = format::read_as(format, bytes) {
            unchanged_is_identical(&reading, bytes);
        }
    }
});
