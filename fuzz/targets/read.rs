#![no_main]
//! Any bytes through every reader: understood or explained, and the same when nothing is new.

use cartellino::format::{self, Format};
use cartellino_fuzz::unchanged_is_identical;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match format::read(bytes) {
        Ok(reading) => unchanged_is_identical(&reading, bytes),
        Err(error) => assert!(!error.message.is_empty() && !error.advice.is_empty()),
    }
    for format in Format::ALL.iter().copied().filter(|format| format.can_read()) {
        if let Ok(reading) = format::read_as(format, bytes) {
            unchanged_is_identical(&reading, bytes);
        }
    }
});
