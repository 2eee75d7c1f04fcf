//! The laws that every fuzzer asks for.

use cartellino::card::Card;
use cartellino::card::change::difference;
use cartellino::format::{self, Format, Reading};
use cartellino::json::{self, Value};

/// An edit and the file that it is made in, as the fuzzers of edits take them: a byte that chooses the place, the
/// text to put there, a zero byte, the file.
pub struct Edit<'f> {
    chosen: u8,
    text: &'f str,
    /// The file.
    pub file: &'f [u8],
}

impl<'f> Edit<'f> {
    /// The parts of what a fuzzer gives; none when it is too short, or the text is none.
    pub fn of(data: &'f [u8]) -> Option<Self> {
        let (chosen, rest) = data.split_first()?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        Some(Self {
            chosen: *chosen,
            text: std::str::from_utf8(&rest[..end]).ok()?,
            file: &rest[end + 1..],
        })
    }

    /// What to put: the text, or what it says as a list or an object in JSON.
    pub fn value(&self) -> Value {
        match json::parse(self.text).map(|document| document.root.into_value()) {
            Ok(value @ (Value::List(_) | Value::Group(_))) => value,
            _ => Value::text(self.text),
        }
    }

    /// Puts the value into a field of a card; false when it has none.
    pub fn put(&self, card: &mut Card) -> bool {
        let mut fields: Vec<_> = card.sections.iter_mut().flat_map(|section| &mut section.fields).collect();
        self.one_of(&mut fields).map(|field| field.value = self.value()).is_some()
    }

    /// The value with the text in the place of one of its texts; none when it has none.
    pub fn put_text(&self, mut value: Value) -> Option<Value> {
        let mut found = texts(&mut value);
        **self.one_of(&mut found)? = self.text.to_owned();
        Some(value)
    }

    fn one_of<'t, T>(&self, all: &'t mut [T]) -> Option<&'t mut T> {
        let at = usize::from(self.chosen).checked_rem(all.len())?;
        all.get_mut(at)
    }
}

/// The texts in a value, in their order.
fn texts(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter_mut().flat_map(texts).collect(),
        Value::Group(members) => members.iter_mut().flat_map(|(_, value)| texts(value)).collect(),
        _ => Vec::new(),
    }
}

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
