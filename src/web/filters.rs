//! Filters of the templates, for what the pages say in the visitor's language.
//!
//! `{{ "Words"|t }}`, `{{ "{n} card"|counted("{n} cards", number) }}`, `{{ "Kept until {date}"|t|put("date", date) }}`.
//! Words with tags of ours end with `|markup`: what is filled in is escaped there, the words are not. A template says a
//! [`Sentence`] made elsewhere by naming it. The language comes from [`render`](super::page::render), through
//! everything that a template includes.

use std::fmt::{self, Write};

use askama::filters::{Html, HtmlSafe, escape};
use askama::{FastWritable, Values};

use crate::locale::{Locale, Sentence, Value};

/// Under this name a template finds the language.
const LANGUAGE: &str = "language";

/// What a template is rendered with.
pub struct In(pub Locale);

impl Values for In {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn std::any::Any> {
        (key == LANGUAGE).then_some(&self.0 as &dyn std::any::Any)
    }
}

/// The language that a template is rendered in.
fn locale(values: &dyn Values) -> Locale {
    askama::get_value(values, LANGUAGE).copied().unwrap_or_default()
}

/// Words as a sentence.
#[askama::filter_fn]
pub fn t(words: &'static str, _: &dyn Values) -> askama::Result<Sentence> {
    Ok(Sentence::new(words))
}

/// The words for one and those for many.
#[askama::filter_fn]
pub fn counted<N: Number>(
    one: &'static str,
    _: &dyn Values,
    many: &'static str,
    number: N,
) -> askama::Result<Sentence> {
    Ok(Sentence::count(number.number(), one, many))
}

/// How many; templates hand over references to what they count.
pub trait Number {
    /// As a number; what is no count is too many to be one.
    fn number(&self) -> u64;
}

impl<T: Number + ?Sized> Number for &T {
    fn number(&self) -> u64 {
        T::number(self)
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => {$(
        impl Number for $kind {
            fn number(&self) -> u64 {
                u64::try_from(*self).unwrap_or(u64::MAX)
            }
        }
    )*};
}
numbers!(u32, u64, usize, i32, i64);

/// A sentence with a value for one of its names.
#[askama::filter_fn]
pub fn put<V: Fill>(sentence: Sentence, _: &dyn Values, name: &'static str, value: V) -> askama::Result<Sentence> {
    Ok(sentence.with(name, value.fill()))
}

/// What can be filled in; templates hand over references to what they show.
pub trait Fill {
    /// As a value.
    fn fill(&self) -> Value;
}

impl<T: Fill + ?Sized> Fill for &T {
    fn fill(&self) -> Value {
        T::fill(self)
    }
}

macro_rules! fills {
    ($($kind:ty),*) => {$(
        impl Fill for $kind {
            fn fill(&self) -> Value {
                self.to_owned().into()
            }
        }
    )*};
}
fills!(str, String, Sentence, Value, u32, u64, usize, i32, i64);

/// A sentence whose words have tags.
#[askama::filter_fn]
pub fn markup(sentence: Sentence, _: &dyn Values) -> askama::Result<Markup> {
    Ok(Markup(sentence))
}

/// A day or a moment, marked up as one.
#[askama::filter_fn]
pub fn timed<V: Fill>(value: V, _: &dyn Values) -> askama::Result<Markup> {
    Ok(Markup(Sentence::new("{value}").with("value", value.fill())))
}

/// A sentence whose words are HTML of ours; what is filled in is text and is escaped.
pub struct Markup(Sentence);

impl Markup {
    fn write(&self, writer: &mut dyn Write, locale: Locale) -> fmt::Result {
        self.0.said(locale).fill(writer, |writer, value| {
            let (time, mark) = match value {
                Value::Day(time) => (time, ""),
                // `time.js` says it in the visitor's own time zone.
                Value::Moment(time) => (time, " data-moment"),
                value => {
                    let mut text = String::new();
                    value.write(&mut text, locale)?;
                    let Ok(escaped) = escape(text, Html);
                    return write!(writer, "{escaped}");
                }
            };
            write!(
                writer,
                "<time datetime=\"{}\"{mark}>",
                time.format("%Y-%m-%dT%H:%M:%SZ")
            )?;
            value.write(writer, locale)?;
            writer.write_str("</time>")
        })
    }
}

impl HtmlSafe for Markup {}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Locale::default())
    }
}

impl FastWritable for Markup {
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.write(dest, locale(values))?)
    }
}

impl FastWritable for Sentence {
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self
            .said(locale(values))
            .fill(dest, |dest, value| value.write(dest, locale(values)))?)
    }
}

impl FastWritable for Value {
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.write(dest, locale(values))?)
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;
    use chrono::NaiveDate;

    use super::*;
    use crate::web::filters;

    #[derive(Template)]
    #[template(
        source = r#"{{ "Help"|t }}; {{ "{n} card"|counted("{n} cards", number) }}; {{ "<b>{title}</b>, {date}"|t|put("title", title)|put("date", date)|markup }}; {{ said }}"#,
        ext = "html"
    )]
    struct Page<'p> {
        number: usize,
        title: &'p str,
        date: Value,
        said: Sentence,
    }

    #[test]
    fn words_are_said_in_the_language_of_the_page_and_what_is_filled_in_is_escaped() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1)
            .and_then(|day| day.and_hms_opt(7, 5, 0))
            .unwrap();
        let page = Page {
            number: 2,
            title: "a<b",
            date: Value::Day(day),
            said: Sentence::as_written("x & y"),
        };
        let [english, german] = Locale::ALL.map(|locale| page.render_with_values(&In(locale)).unwrap());
        assert_eq!(
            english,
            "Help; 2 cards; <b>a&#60;b</b>, <time datetime=\"2026-03-01T07:05:00Z\">1 March 2026</time>; x &#38; y"
        );
        assert_eq!(
            german,
            "Hilfe; 2 Karten; <b>a&#60;b</b>, <time datetime=\"2026-03-01T07:05:00Z\">1. März 2026</time>; x &#38; y"
        );
    }
}
