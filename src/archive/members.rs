//! The members of a JSON object, each wanted with its kind; what is of another kind is refused with its place.

use chrono::{DateTime, NaiveDateTime, SubsecRound as _};

use super::Refusal;
use crate::card::Value;
use crate::locale::Sentence;
use crate::say;

/// Numbers that are counted on from here never leave their type.
const HIGHEST: i32 = 1_000_000_000;

/// The members of a group, each wanted with its kind.
pub(super) struct Members<'v> {
    value: &'v Value,
    place: &'v Sentence,
}

impl<'v> Members<'v> {
    pub(super) fn of(value: &'v Value, place: &'v Sentence) -> Result<Self, Refusal> {
        match value {
            Value::Group(_) => Ok(Self { value, place }),
            _ => Err(Refusal::damaged(say!(
                "In {place} something else stands where an object with named members must be.",
                place
            ))),
        }
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<&'v str>, Refusal> {
        match self.value.member(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(self.place, name, say!("a text"))),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<&'v str, Refusal> {
        self.optional(name)?
            .ok_or_else(|| wrong(self.place, name, say!("a text")))
    }

    pub(super) fn word(&self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?;
        match is_word(text) {
            true => Ok(text.to_owned()),
            false => Err(wrong(
                self.place,
                name,
                say!("a word of small letters, digits and hyphens"),
            )),
        }
    }

    /// A whole number from `least` to a bound that no honest copy comes near.
    pub(super) fn count(&self, name: &str, least: i32) -> Result<i32, Refusal> {
        let number = match self.value.member(name) {
            Some(Value::Number(spelled)) => spelled.parse().ok(),
            _ => None,
        };
        number
            .filter(|number| (least..=HIGHEST).contains(number))
            .ok_or_else(|| wrong(self.place, name, say!("a whole number from {least}", least)))
    }

    /// A time; one to come counts as `now`, and one before 1970 as the beginning of it.
    pub(super) fn time(&self, name: &str, now: NaiveDateTime) -> Result<NaiveDateTime, Refusal> {
        let time = NaiveDateTime::parse_from_str(self.text(name)?, "%Y-%m-%dT%H:%M:%S%.fZ")
            .map_err(|_| wrong(self.place, name, say!("a time such as 2026-11-21T07:54:19.000000Z")))?;
        let beginning = DateTime::UNIX_EPOCH.naive_utc();
        Ok(time.trunc_subsecs(6).min(now).max(beginning))
    }
}

/// The refusal of a member that is not what it must be.
pub(super) fn wrong(place: &Sentence, name: &str, wanted: Sentence) -> Refusal {
    Refusal::damaged(say!(
        "In {place} the member “{name}” is not {wanted}.",
        place,
        name,
        wanted
    ))
}

/// Whether a text can be a section's key or an outline's: a word for addresses.
pub(super) fn is_word(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
        && !text.starts_with('.')
}

/// The text without control characters and of bounded length; `None` when nothing is left of it.
pub(super) fn on_one_line(text: &str, longest: usize) -> Option<String> {
    let line: String = text.chars().filter(|c| !c.is_control()).take(longest).collect();
    (!line.trim().is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_to_come_and_times_before_all_are_brought_in() {
        let now = DateTime::UNIX_EPOCH.naive_utc() + chrono::TimeDelta::days(20_000);
        let read = |text: &str| {
            let value = Value::Group(vec![("t".to_owned(), Value::text(text))]);
            Members::of(&value, &Sentence::as_written("x")).unwrap().time("t", now)
        };
        assert_eq!(read("2999-01-01T00:00:00Z").unwrap(), now);
        assert_eq!(
            read("0001-01-01T00:00:00.5Z").unwrap(),
            DateTime::UNIX_EPOCH.naive_utc()
        );
        for wrong in [
            "",
            "2026-11-21",
            "2026-13-01T00:00:00Z",
            "+262143-01-01T00:00:00",
            "tomorrow",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
