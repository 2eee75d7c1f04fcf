//! The laws that every fuzzer asks for.

use cartellino::card::Card;
use cartellino::card::change::difference;
use cartellino::format::{self, Format, Reading};

/// A file read: unchanged, it is written as it came.
///
/// # Panics
/// When the law is broken.
pub fn unchanged_is_identical(reading: &Reading, bytes: &[u8]) {
    let written = format::write(reading.format, Some(bytes), &reading.card).expect("what was read can be written");
    assert!(written == bytes, "{:?} is not the same when nothing was edited", reading.format);
}

/// A card written into its file is read back, but for what the losses name.
///
/// # Panics
/// When the law is broken.
pub fn put_is_read_back(format: Format, bytes: &[u8], card: &Card) {
    let written = format::write(format, Some(bytes), card).expect("what was read can be written");
    let again = format::read_as(format, &written).expect("what was written can be read").card;
    let missing = difference(&again, card)
        .into_iter()
        .filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank()))
        .count();
    let named = format::losses(format, Some(bytes), card).len();
    // A format may settle an answer, such as a block of code that it closes: then less is lost than differs.
    assert!(named <= missing, "{format:?} names {named} losses and misses {missing}");
}
