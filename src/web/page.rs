//! What all templates share: the frame of a page, and dates, sizes and counts in words.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use askama::Template;
use chrono::{DateTime, NaiveDateTime, Utc};

use super::error::Error;
use crate::db::quota::{Quota, Usage};
use crate::random;
use crate::session::Visitor;

/// The frame around the content of every page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The title of the browser's window, without the name of the site.
    pub title: String,
    /// Until when the visitor's work is kept; `None` when nothing is stored.
    pub kept_until: Option<Date>,
    /// One sentence on what has just happened.
    pub notice: Option<&'static str>,
}

impl Page {
    /// A page that knows nothing about a visitor.
    pub fn bare(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// A page for this visitor.
    pub fn of(title: impl Into<String>, visitor: &Visitor) -> Self {
        Self {
            kept_until: visitor.session().map(|_| visitor.expires_at().into()),
            ..Self::bare(title)
        }
    }

    /// The same page with a sentence on what has just happened, chosen by the `done` of its address.
    pub fn with_notice(mut self, done: Option<&str>) -> Self {
        self.notice = match done {
            Some("renamed") => Some("The card has its new name."),
            Some("duplicated") => Some("This is the copy. The card it was made from stays as it is."),
            Some("restored") => Some("The section is back where it was."),
            Some("added") => Some("The section was added at the end."),
            Some("returned") => Some("The cards of your copy are here, beside any you had."),
            Some("deleted") => Some("The card is deleted."),
            _ => None,
        };
        self
    }
}

/// A point in time, as templates show it. All times are UTC and say so when the hour matters.
#[derive(Clone, Debug)]
pub struct Date {
    /// `21 November 2026`.
    pub day: String,
    /// `21 November 2026, 07:54 UTC`.
    pub moment: String,
    /// `2026-11-21T07:54:19Z`.
    pub machine: String,
}

impl From<DateTime<Utc>> for Date {
    fn from(time: DateTime<Utc>) -> Self {
        time.naive_utc().into()
    }
}

impl From<NaiveDateTime> for Date {
    fn from(time: NaiveDateTime) -> Self {
        Self {
            day: time.format("%-d %B %Y").to_string(),
            moment: time.format("%-d %B %Y, %H:%M UTC").to_string(),
            machine: time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

/// What every page about one card shows of it.
#[derive(Clone, Debug)]
pub struct CardLink {
    /// The word in addresses.
    pub id: String,
    /// The name shown.
    pub title: String,
}

/// Answers 200 with a page.
///
/// # Errors
/// When the template cannot be filled, which is our fault.
pub fn render(template: &impl Template) -> Result<HttpResponse, Error> {
    render_as(StatusCode::OK, template)
}

/// Answers with a page of another status.
///
/// # Errors
/// As [`render`].
pub fn render_as(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
    let html = template
        .render()
        .map_err(|error| Error::Internal(format!("a template failed: {error}")))?;
    Ok(HttpResponse::build(status)
        .insert_header(ContentType::html())
        .body(html))
}

/// Sends the browser on to another page after a form (303).
pub fn see_other(address: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("Location", address.as_ref()))
        .finish()
}

/// A new token for a form, by which a double click is known to be one.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn once() -> Result<String, Error> {
    random::id().map_err(Error::from)
}

/// Whether a text can be a token of a form; no other goes into the database, which keeps them in an index.
pub fn is_once(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

const UNITS: [(usize, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];

/// `512 bytes`, `10 MiB`, `1.5 KiB`: at most one digit after the point.
pub fn size_in_words(bytes: usize) -> String {
    for (unit, name) in UNITS {
        if bytes >= unit {
            let tenths = bytes.saturating_mul(10) / unit;
            return match tenths % 10 {
                0 => format!("{} {name}", tenths / 10),
                digit => format!("{}.{digit} {name}", tenths / 10),
            };
        }
    }
    in_words(bytes as u64, "byte")
}

/// `3 of 200 cards, 1.2 of 100 MiB`: what is used, in the unit of its limit.
pub fn share_in_words(usage: &Usage, quota: &Quota) -> String {
    let cards = match (quota.cards, usage.cards) {
        (Some(most), used) => format!("{used} of {most} cards"),
        (None, used) => in_words(u64::try_from(used).unwrap_or(0), "card"),
    };
    let used = usize::try_from(usage.bytes()).unwrap_or(0);
    let bytes = match quota.bytes.and_then(|most| usize::try_from(most).ok()) {
        Some(most) => {
            let whole = size_in_words(most);
            let unit = UNITS
                .iter()
                .find(|(unit, _)| most >= *unit)
                .map_or(1, |(unit, _)| *unit);
            let share = match used.saturating_mul(10) / unit {
                _ if unit == 1 => used.to_string(),
                0 if used > 0 => "less than 0.1".to_owned(),
                tenths if tenths % 10 == 0 => (tenths / 10).to_string(),
                tenths => format!("{}.{}", tenths / 10, tenths % 10),
            };
            format!("{share} of {whole}")
        }
        None => size_in_words(used),
    };
    format!("{cards}, {bytes}")
}

/// `30 days`, `1 hour`, `90 seconds`: the largest unit that divides the time.
pub fn time_in_words(time: Duration) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let seconds = time.as_secs();
    for (unit, name) in UNITS {
        if seconds >= unit && seconds.is_multiple_of(unit) {
            return in_words(seconds / unit, name);
        }
    }
    in_words(seconds, "second")
}

/// `1 minute`, `40 seconds`: how long to wait, whole minutes rounded up.
pub fn wait_in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=59 => in_words(seconds.max(1), "second"),
        seconds => in_words(seconds.div_ceil(60), "minute"),
    }
}

fn in_words(number: u64, unit: &str) -> String {
    match number {
        1 => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!(size_in_words(0), "0 bytes");
        assert_eq!(size_in_words(1), "1 byte");
        assert_eq!(size_in_words(1536), "1.5 KiB");
        assert_eq!(size_in_words(10_485_760), "10 MiB");
    }

    #[test]
    fn shares_read_as_people_say_them() {
        let say = |cards, bytes, most_cards, most_bytes| {
            let usage = Usage {
                cards,
                content_bytes: bytes,
                history_bytes: 0,
            };
            share_in_words(
                &usage,
                &Quota {
                    cards: most_cards,
                    bytes: most_bytes,
                },
            )
        };
        assert_eq!(
            say(3, 1_258_292, Some(200), Some(100 << 20)),
            "3 of 200 cards, 1.2 of 100 MiB"
        );
        assert_eq!(
            say(1, 700, Some(200), Some(100 << 20)),
            "1 of 200 cards, less than 0.1 of 100 MiB"
        );
        assert_eq!(say(0, 0, Some(1), Some(100 << 20)), "0 of 1 cards, 0 of 100 MiB");
        assert_eq!(say(1, 700, None, Some(900)), "1 card, 700 of 900 bytes");
        assert_eq!(say(2, 1536, None, None), "2 cards, 1.5 KiB");
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(time_in_words(Duration::from_secs(2_592_000)), "30 days");
        assert_eq!(time_in_words(Duration::from_secs(3600)), "1 hour");
        assert_eq!(time_in_words(Duration::from_secs(61)), "61 seconds");
    }
}
