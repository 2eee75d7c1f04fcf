//! A calendar file that reminds before the visitor's work is deleted (RFC 5545).

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::locale::Locale;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::owner;
use crate::web::error::Error;
use crate::web::page::Date;

/// How long before the deletion the reminder comes.
pub const AHEAD: TimeDelta = TimeDelta::days(5);
/// The longest line in bytes, without its end (RFC 5545, 3.1).
const LINE_BYTES: usize = 75;

/// `GET /session/reminder.ics`.
///
/// # Errors
/// [`Error::NotFound`] when nothing of the visitor is stored.
pub async fn get(state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    // The id cannot be found out from this, and the same visitor's calendar replaces the earlier reminder.
    let digest = Sha256::new()
        .chain_update(b"cartellino reminder 1\0")
        .chain_update(session.as_str())
        .finalize();
    let reminder = Reminder {
        uid: HEXLOWER.encode(&digest[..16]),
        host: state.host(),
        origin: state.origin(),
        now: state.clock.now(),
        deleted_at: visitor.expires_at(),
        locale: (&visitor).into(),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"model-cards-reminder.ics\""))
        .body(reminder.to_calendar()))
}

struct Reminder {
    uid: String,
    host: String,
    origin: String,
    now: DateTime<Utc>,
    deleted_at: DateTime<Utc>,
    locale: Locale,
}

impl Reminder {
    fn to_calendar(&self) -> String {
        let until = Date::from(self.deleted_at);
        let start = (self.deleted_at - AHEAD).max(self.now);
        let text = say!(
            "Your model cards at {origin}/ are kept until {moment}. To keep them longer, open the page \
                     before then with the same browser: each visit moves the date. Or download what you need.\nIf \
                     you have been there since you saved this reminder, the date is later by now; the page tells \
                     it.",
            origin = &self.origin,
            moment = until.moment,
        );
        let summary = say!(
            "Your model cards at {host} are deleted on {day}",
            host = &self.host,
            day = until.day
        );
        let [text, summary] = [text, summary].map(|sentence| sentence.said(self.locale).to_string());
        let mut calendar = String::new();
        let lines: [(&str, String); 21] = [
            ("BEGIN", "VCALENDAR".to_owned()),
            ("VERSION", "2.0".to_owned()),
            ("PRODID", "-//Cartellino//Reminder//EN".to_owned()),
            ("CALSCALE", "GREGORIAN".to_owned()),
            ("BEGIN", "VEVENT".to_owned()),
            ("UID", format!("{}@cartellino", self.uid)),
            ("DTSTAMP", stamp(self.now)),
            // Calendars replace an event by one with the same UID and a higher number: minutes fit until the year 6053.
            ("SEQUENCE", (self.deleted_at.timestamp() / 60).to_string()),
            ("DTSTART", stamp(start)),
            ("DURATION", "PT15M".to_owned()),
            ("SUMMARY", escape(&summary)),
            ("DESCRIPTION", escape(&text)),
            ("URL", format!("{}/session", self.origin)),
            // A reminder takes nobody's time.
            ("TRANSP", "TRANSPARENT".to_owned()),
            ("BEGIN", "VALARM".to_owned()),
            ("ACTION", "DISPLAY".to_owned()),
            ("TRIGGER", "PT0S".to_owned()),
            ("DESCRIPTION", escape(&summary)),
            ("END", "VALARM".to_owned()),
            ("END", "VEVENT".to_owned()),
            ("END", "VCALENDAR".to_owned()),
        ];
        for (name, value) in lines {
            fold(&format!("{name}:{value}"), &mut calendar);
        }
        calendar
    }
}

/// A time in the form of UTC.
fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A text as a value (RFC 5545, 3.3.11); other control characters cannot stand in one.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Appends a line in pieces of at most 75 bytes, never in the middle of a character.
fn fold(line: &str, to: &mut String) {
    let mut room = LINE_BYTES;
    for c in line.chars() {
        if c.len_utf8() > room {
            to.push_str("\r\n ");
            // The space counts.
            room = LINE_BYTES - 1;
        }
        room -= c.len_utf8();
        to.push(c);
    }
    to.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a calendar makes of the file: lines put together again, values with their meaning.
    fn read(calendar: &str) -> Vec<(String, String)> {
        let lines = calendar.replace("\r\n ", "");
        lines
            .split_terminator("\r\n")
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap();
                (name.to_owned(), unescape(value))
            })
            .collect()
    }

    fn unescape(value: &str) -> String {
        let mut text = String::new();
        let mut characters = value.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => match characters.next().unwrap() {
                    'n' => text.push('\n'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        text
    }

    fn value(calendar: &str, name: &str) -> String {
        let found = read(calendar).into_iter().find(|(other, _)| other == name);
        found.unwrap().1
    }

    fn reminder(days_left: i64) -> Reminder {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        Reminder {
            locale: Locale::English,
            uid: "0123456789abcdef".to_owned(),
            host: "cards.example.org".to_owned(),
            origin: "https://cards.example.org".to_owned(),
            now,
            deleted_at: now + TimeDelta::days(days_left),
        }
    }

    #[test]
    fn it_comes_five_days_ahead_or_at_once() {
        let calendar = reminder(30).to_calendar();
        assert_eq!(value(&calendar, "DTSTAMP"), "20260921T141320Z");
        assert_eq!(value(&calendar, "DTSTART"), "20261016T141320Z");
        let text = value(&calendar, "DESCRIPTION");
        for words in [
            "https://cards.example.org/",
            "21 October 2026, 14:13 UTC",
            "open the page",
        ] {
            assert!(text.contains(words), "{words:?} in {text:?}");
        }
        assert_eq!(value(&reminder(3).to_calendar(), "DTSTART"), "20260921T141320Z");
    }

    #[test]
    fn a_later_one_replaces_an_earlier_one() {
        let sequence = |days| value(&reminder(days).to_calendar(), "SEQUENCE").parse::<i32>().unwrap();
        assert!(sequence(30) > sequence(29));
    }

    proptest! {
        #[test]
        fn any_text_survives_in_lines_of_75_bytes(text in "(?s)[\\PC\\n\\t;,:\\\\]{0,300}") {
            let mut line = String::new();
            fold(&format!("DESCRIPTION:{}", escape(&text)), &mut line);
            prop_assert!(line.ends_with("\r\n"));
            for piece in line.split_terminator("\r\n") {
                prop_assert!(piece.len() <= LINE_BYTES);
                prop_assert!(!piece.contains(['\r', '\n']));
            }
            prop_assert_eq!(value(&line, "DESCRIPTION"), text);
        }

        #[test]
        fn no_control_character_comes_through(text in "(?s).{0,80}") {
            let escaped = escape(&text);
            prop_assert!(escaped.chars().all(|c| !c.is_control() || c == '\t'));
        }
    }
}
