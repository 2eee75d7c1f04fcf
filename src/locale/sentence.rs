use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{Locale, catalogue, date};

/// Something the site says, in no language yet. Made by [`say!`](crate::say) and [`count!`](crate::count).
///
/// Its `Display` is the English one, for logs, the command line and tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(Box<Parts>);

/// Boxed, since sentences stand in errors, which are to be small.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    words: Words,
    values: Vec<(&'static str, Value)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Words {
    /// Looked up in the catalogue.
    One(&'static str),
    /// The words for one and for many, and how many there are.
    Counted(&'static str, &'static str, u64),
    /// Somebody's own words, which have no translation.
    AsWritten(String),
}

/// What is filled in for a name in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text as it is: a name, somebody's words.
    Text(String),
    /// A sentence, or a name, in the quotation marks of the language.
    Quoted(Sentence),
    /// A whole number.
    Number(i64),
    /// A number of tenths: 15 is said as 1.5, or as 1,5.
    Tenths(u64),
    /// Another sentence.
    Sentence(Sentence),
    /// Another sentence, from a capital letter on: the name of a thing where a line begins with it.
    Capital(Sentence),
    /// A day: 21 November 2026.
    Day(NaiveDateTime),
    /// A day and a time, in UTC.
    Moment(NaiveDateTime),
}

impl Sentence {
    /// Words that stand in the catalogues.
    pub fn new(words: &'static str) -> Self {
        Self::of(Words::One(words))
    }

    /// Words that stand in the catalogues for one thing and for many, with the number as `n`.
    pub fn count(number: impl TryInto<u64>, one: &'static str, many: &'static str) -> Self {
        let number = number.try_into().unwrap_or(u64::MAX);
        Self::of(Words::Counted(one, many, number)).with("n", number)
    }

    /// Somebody's own words, said as they are in every language.
    pub fn as_written(text: impl Into<String>) -> Self {
        Self::of(Words::AsWritten(text.into()))
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        match &self.0.words {
            Words::One(words) => words.is_empty(),
            Words::Counted(..) => false,
            Words::AsWritten(text) => text.is_empty(),
        }
    }

    fn of(words: Words) -> Self {
        let values = Vec::new();
        Self(Box::new(Parts { words, values }))
    }

    /// The same sentence with a value for one of its names.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.values.push((name, value.into()));
        self
    }

    /// The sentence in this language.
    pub fn said(&self, locale: Locale) -> Said<'_> {
        let words = match &self.0.words {
            Words::One(words) => catalogue::said(words, locale),
            Words::Counted(one, many, number) => catalogue::counted(one, many, *number, locale),
            Words::AsWritten(text) => {
                return Said {
                    words: text.into(),
                    values: Cow::Borrowed(&[]),
                    locale,
                    is_filled: true,
                };
            }
        };
        Said {
            words: words.into(),
            values: Cow::Borrowed(&self.0.values),
            locale,
            is_filled: false,
        }
    }
}

/// Nothing said.
impl Default for Sentence {
    fn default() -> Self {
        Self::as_written("")
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said(Locale::English).fmt(f)
    }
}

/// Whether it says this in English.
impl PartialEq<str> for Sentence {
    fn eq(&self, english: &str) -> bool {
        let said = self.to_string();
        said == english
    }
}

impl PartialEq<&str> for Sentence {
    fn eq(&self, english: &&str) -> bool {
        *self == **english
    }
}

/// A sentence in a language, ready to be written.
#[derive(Clone, Debug)]
pub struct Said<'s> {
    words: Cow<'s, str>,
    values: Cow<'s, [(&'static str, Value)]>,
    locale: Locale,
    is_filled: bool,
}

impl<'s> Said<'s> {
    /// These words in this language, if its catalogue has them.
    pub fn words(words: &'s str, locale: Locale) -> Self {
        Self {
            words: catalogue::said(words, locale).into(),
            values: Cow::Borrowed(&[]),
            locale,
            is_filled: false,
        }
    }

    /// The words for one or for many in this language.
    pub fn counted(one: &'s str, many: &'s str, number: u64, locale: Locale) -> Self {
        Self {
            words: catalogue::counted(one, many, number, locale).into(),
            values: Cow::Borrowed(&[]),
            locale,
            is_filled: false,
        }
        .with("n", number)
    }

    /// The same with a value for one of its names.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.to_mut().push((name, value.into()));
        self
    }

    /// The language that it is said in.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// Writes the words as they are, and each value by the other function.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn fill<W: fmt::Write + ?Sized>(
        &self,
        writer: &mut W,
        mut value: impl FnMut(&mut W, &Value) -> fmt::Result,
    ) -> fmt::Result {
        if self.is_filled {
            return writer.write_str(&self.words);
        }
        let mut rest = &*self.words;
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            writer.write_str(before)?;
            let found = from[1..].find('}').and_then(|end| {
                let name = &from[1..=end];
                let known = self.values.iter().find(|(known, _)| *known == name);
                known.map(|(_, value)| (value, end + 2))
            });
            match found {
                Some((known, end)) => {
                    value(writer, known)?;
                    rest = &from[end..];
                }
                None => {
                    writer.write_char('{')?;
                    rest = &from[1..];
                }
            }
        }
        writer.write_str(rest)
    }
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let locale = self.locale;
        self.fill(f, |f, value| value.write(f, locale))
    }
}

impl Value {
    /// Writes it as a language has it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, writer: &mut (impl fmt::Write + ?Sized), locale: Locale) -> fmt::Result {
        match self {
            Self::Text(text) => writer.write_str(text),
            Self::Quoted(sentence) => {
                let said = sentence.said(locale);
                match locale {
                    Locale::English => write!(writer, "“{said}”"),
                    Locale::German => write!(writer, "„{said}“"),
                }
            }
            Self::Number(number) => write!(writer, "{number}"),
            Self::Tenths(tenths) if tenths % 10 == 0 => write!(writer, "{}", tenths / 10),
            Self::Tenths(tenths) => {
                let point = match locale {
                    Locale::English => '.',
                    Locale::German => ',',
                };
                write!(writer, "{}{point}{}", tenths / 10, tenths % 10)
            }
            Self::Sentence(sentence) => write!(writer, "{}", sentence.said(locale)),
            Self::Capital(sentence) => {
                let said = sentence.said(locale).to_string();
                let mut letters = said.chars();
                let first = letters.next().map(char::to_uppercase);
                first
                    .into_iter()
                    .flatten()
                    .try_for_each(|letter| writer.write_char(letter))?;
                writer.write_str(letters.as_str())
            }
            Self::Day(time) => writer.write_str(&date::day(*time, locale)),
            Self::Moment(time) => writer.write_str(&date::moment(*time, locale)),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Locale::default())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }
}

impl From<&&str> for Value {
    fn from(text: &&str) -> Self {
        Self::Text((*text).to_owned())
    }
}

impl From<char> for Value {
    fn from(one: char) -> Self {
        Self::Text(one.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Text(number.to_string())
    }
}

impl From<Sentence> for Value {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(sentence)
    }
}

impl From<&Sentence> for Value {
    fn from(sentence: &Sentence) -> Self {
        Self::Sentence(sentence.clone())
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Moment(time.naive_utc())
    }
}

macro_rules! whole {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Value {
            fn from(number: $kind) -> Self {
                // A count beyond 2^63 is none that anybody could read.
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}
whole!(u8, u16, u32, u64, usize, i32, i64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{count, say};

    #[test]
    fn names_are_filled_in_and_nothing_else() {
        let sentence = say!("{a} and {b}: {c} {", a = "{b}", b = 2);
        assert_eq!(sentence.to_string(), "{b} and 2: {c} {");
        assert_eq!(Sentence::as_written("{a}").with("a", 1).to_string(), "{a}");
    }

    #[test]
    fn sentences_stand_in_sentences() {
        let size = say!("{size} MiB", size = Value::Tenths(15));
        let sentence = say!(
            "up to {size}, {cards}",
            size,
            cards = count!(2, "{n} card", "{n} cards")
        );
        assert_eq!(sentence.to_string(), "up to 1.5 MiB, 2 cards");
    }
}
