#![no_main]
//! Any text as YAML: understood or explained, and the same when nothing is new.

use cartellino::format::{self, Format};
use cartellino_fuzz::unchanged_is_identical;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(reading) = format::read_as(Format::YAML, text.as_bytes()) {
        unchanged_is_identical(&reading, text.as_bytes());
    }
});
