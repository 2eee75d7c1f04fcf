//! Dates as people write them.

use chrono::{Datelike, NaiveDateTime};

use super::Locale;

const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// `21 November 2026`, `21. November 2026`.
pub(super) fn day(time: NaiveDateTime, locale: Locale) -> String {
    match locale {
        Locale::English => time.format("%-d %B %Y").to_string(),
        Locale::German => {
            let month = GERMAN_MONTHS[time.month0() as usize];
            format!("{}. {month} {}", time.day(), time.year())
        }
    }
}

/// `21 November 2026, 07:54 UTC`.
pub(super) fn moment(time: NaiveDateTime, locale: Locale) -> String {
    format!("{}, {} UTC", day(time, locale), time.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn days_are_written_as_the_language_has_them() {
        let time = NaiveDate::from_ymd_opt(2026, 3, 1)
            .and_then(|day| day.and_hms_opt(7, 5, 9))
            .unwrap();
        assert_eq!(moment(time, Locale::English), "1 March 2026, 07:05 UTC");
        assert_eq!(moment(time, Locale::German), "1. März 2026, 07:05 UTC");
    }
}
