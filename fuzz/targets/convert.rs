#![no_main]
//! Any card in every format: written without a panic, and read back as that format.

use cartellino::format::{self, Format};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(reading) = format::read(bytes) else { return };
    // Pages may be refused, and setting them takes a thousand times as long as anything else.
    for format in Format::ALL.iter().copied().filter(|format| *format != Format::PDF) {
        let written = format::write(format, None, &reading.card).expect("every card can be written");
        if format.can_read() {
            format::read_as(format, &written).expect("what was written can be read");
        }
        format::losses(format, None, &reading.card);
    }
});
