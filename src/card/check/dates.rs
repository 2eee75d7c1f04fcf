//! Dates that people write, and the one spelling that nobody misreads.

use chrono::NaiveDate;

use super::{Remark, placeholders};
use crate::say;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Says what is odd about a date. Dates such as 2026-01-31, with or without a time, are right.
pub(super) fn check(text: &str) -> Option<Remark> {
    let text = text.trim();
    if text.is_empty() || placeholders::is_placeholder(text) {
        return None;
    }
    // A time may follow an ISO date.
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    if let [year, month, day] = numbers_between(day, '-')[..]
        && is_year(year)
    {
        return check_day(
            year,
            month,
            day,
            text.starts_with(&format!("{year:04}-{month:02}-{day:02}")),
        );
    }
    if let [year, month] = numbers_between(text, '-')[..]
        && is_year(year)
        && (1..=12).contains(&month)
    {
        return Some(Remark::tip(say!(
            "“{text}” names a month. If you know the day, add it: {day}, for example.",
            text,
            day = format!("{year:04}-{month:02}-15")
        )));
    }
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Remark::tip(say!(
            "“{text}” names a year only. If you know the day, write it as {text}-01-31.",
            text
        )));
    }
    for separator in ['/', '.', '-'] {
        match numbers_between(text, separator)[..] {
            [year, month, day] if is_year(year) => return check_day(year, month, day, false),
            [first, second, year] if is_year(year) => return Some(check_slashes(text, first, second, year)),
            _ => {}
        }
    }
    if let Some(date) = with_month_name(text) {
        return Some(Remark::tip(say!(
            "“{text}” is clear to people; write it as {date} and programs can read it too.",
            text,
            date = date.to_string()
        )));
    }
    Some(Remark::problem(say!(
        "“{text}” is no date that can be read. Write it as 2026-01-31.",
        text = shorten(text)
    )))
}

/// A day whose order is clear: year, month, day.
fn check_day(year: u32, month: u32, day: u32, is_iso: bool) -> Option<Remark> {
    match date(year, month, day) {
        Some(_) if is_iso => None,
        Some(date) => Some(Remark::tip(say!(
            "Write this date as {date}, so that programs can read it too.",
            date = date.to_string()
        ))),
        None => Some(Remark::problem(say!(
            "There is no day {day} in month {month} of {year}. Write the date as year, month and day: 2026-01-31.",
            day,
            month,
            year
        ))),
    }
}

/// A day in the order of America (month first) or of most other places (day first).
fn check_slashes(text: &str, first: u32, second: u32, year: u32) -> Remark {
    let month_first = date(year, first, second);
    let day_first = date(year, second, first);
    match (month_first, day_first) {
        (Some(date), Some(same)) if date == same => Remark::tip(say!(
            "Write this date as {date}, so that programs can read it too.",
            date = date.to_string()
        )),
        (Some(american), Some(other)) => Remark::problem(say!(
            "“{text}” can be read in two ways. Write {american} if the month comes first, or {other} if \
                     the day comes first.",
            text,
            american,
            other
        )),
        (Some(date), None) => Remark::problem(say!(
            "“{text}” has the month first, which readers in many countries do not expect. Write it as {date}.",
            text,
            date
        )),
        (None, Some(date)) => Remark::tip(say!(
            "“{text}” has the day first. Write it as {date}, which nobody misreads.",
            text,
            date
        )),
        (None, None) => Remark::problem(say!(
            "“{text}” is no day of the calendar. Write the date as 2026-01-31.",
            text
        )),
    }
}

/// Reads `28 August 2020`, `Aug 28, 2020` and the like.
fn with_month_name(text: &str) -> Option<NaiveDate> {
    let mut month = None;
    let mut numbers = Vec::new();
    for word in text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let lower = word.to_lowercase();
        if let Some(index) = MONTHS
            .iter()
            .position(|name| lower.len() >= 3 && name.starts_with(&lower))
        {
            month = Some(u32::try_from(index).ok()? + 1);
        } else {
            let digits = lower.trim_end_matches(|letter: char| !letter.is_ascii_digit());
            numbers.push(digits.parse().ok()?);
        }
    }
    match numbers[..] {
        [day, year] if is_year(year) => date(year, month?, day),
        [year, day] if is_year(year) => date(year, month?, day),
        _ => None,
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn is_year(number: u32) -> bool {
    (1000..=9999).contains(&number)
}

/// The numbers of a text that holds nothing but numbers and this separator; else nothing.
fn numbers_between(text: &str, separator: char) -> Vec<u32> {
    let numbers = text.split(separator).map(|part| part.trim().parse().ok());
    numbers.take(4).collect::<Option<Vec<u32>>>().unwrap_or_default()
}

/// The beginning of a text, short enough to quote.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    fn message(text: &str) -> String {
        check(text).map(|remark| remark.message.to_string()).unwrap_or_default()
    }

    #[test]
    fn iso_dates_pass_in_silence() {
        for text in [
            "2026-01-31",
            " 2024-02-29 ",
            "2026-06-15T10:00:00Z",
            "2026-06-15 10:00",
            "",
            "TBD",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn the_american_order_is_named_and_mended() {
        let remark = check("08/28/2020").unwrap();
        assert_eq!(remark.severity, Severity::Problem);
        assert!(remark.message.to_string().contains("2020-08-28"), "{}", remark.message);
        let ambiguous = message("08/07/2020");
        assert!(
            ambiguous.contains("2020-08-07") && ambiguous.contains("2020-07-08"),
            "{ambiguous}"
        );
    }

    #[test]
    fn other_spellings_get_the_iso_date() {
        assert!(message("2020/02/02").contains("2020-02-02"));
        assert!(message("28.08.2020").contains("2020-08-28"));
        assert!(message("August 28, 2020").contains("2020-08-28"));
        assert!(message("28th Aug 2020").contains("2020-08-28"));
        assert!(message("2026-1-5").contains("2026-01-05"));
        assert!(message("2026-01").contains("month"));
        assert!(message("2026").contains("year"));
    }

    #[test]
    fn what_is_no_date_is_a_problem() {
        for text in [
            "2026-02-30",
            "31/31/2020",
            "last spring",
            "99999999999999999999",
            "1/2/3/4/5",
            "ſ/ſ/2020",
        ] {
            assert_eq!(check(text).unwrap().severity, Severity::Problem, "{text}");
        }
    }
}
