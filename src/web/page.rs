//! What all templates share: the frame of a page, and dates, sizes and counts in words.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::choices::Display;
use super::error::Error;
use super::filters::In;
use crate::db::quota::{Quota, Usage};
use crate::locale::{Locale, Sentence, Value};
use crate::random;
use crate::session::state::Message;
use crate::session::{self, Visitor};
use crate::{count, say};

/// The frame around the content of every page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The title of the browser's window, without the name of the site.
    pub title: Sentence,
    /// Whether it says what is wrong with what was sent: the title says so first, and the summary gets the focus.
    pub is_error: bool,
    /// The language of the page.
    pub locale: Locale,
    /// Until when the visitor's work is kept; `None` when nothing is stored.
    pub kept_until: Option<Date>,
    /// How long the work is kept after the last visit, in words, where the browser forgets its key when it is closed.
    pub closes: Option<Sentence>,
    /// One sentence on what has just happened.
    pub notice: Option<Sentence>,
    /// How the page looks.
    pub display: Display,
    /// What the visitor should know, until it is put away.
    pub notices: Vec<Notice>,
    /// The name under which this browser may keep what did not reach the server; `None` on a shared computer.
    pub buffer: Option<String>,
    /// Whether the browser was signed out of the work that it had.
    pub signed_out: bool,
    /// What is said to somebody who comes back after a long time.
    pub rested: Option<Sentence>,
    /// Whether it is for somebody with a link to one section, whose address must not be passed on.
    pub is_for_guest: bool,
}

/// Something wrong with a form: a line of the summary on top of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The id of the control where it can be mended.
    pub place: String,
    /// What the control is called.
    pub label: Sentence,
    /// What is wrong, in a sentence.
    pub message: Sentence,
}

impl Fault {
    /// What is wrong at this control.
    pub fn new(place: impl Into<String>, label: Sentence, message: Sentence) -> Self {
        Self {
            place: place.into(),
            label,
            message,
        }
    }
}

/// What is wrong with a form that comes back; nothing, where it is shown for the first time.
#[derive(Clone, Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// One thing that is wrong.
    pub fn one(fault: Fault) -> Self {
        Self(vec![fault])
    }

    /// What is wrong at this control.
    pub fn at(&self, place: &str) -> Option<&Fault> {
        self.0.iter().find(|fault| fault.place == place)
    }

    /// The attributes of a control with this id that say whether it is wrong and what describes it: its hint, if it has
    /// one, and what is wrong.
    pub fn attributes(&self, place: &str, has_hint: bool) -> String {
        match (self.at(place).is_some(), has_hint) {
            (true, true) => format!(r#" aria-invalid="true" aria-describedby="{place}-hint {place}-problem""#),
            (true, false) => format!(r#" aria-invalid="true" aria-describedby="{place}-problem""#),
            (false, true) => format!(r#" aria-describedby="{place}-hint""#),
            (false, false) => String::new(),
        }
    }
}

/// A sentence that stays on every page until the visitor puts it away.
#[derive(Clone, Debug)]
pub struct Notice {
    /// By which the form names it.
    pub id: String,
    /// The sentence.
    pub text: String,
}

impl Page {
    /// A page that knows nothing about a visitor.
    pub fn bare(title: Sentence, locale: Locale) -> Self {
        Self {
            title,
            is_error: false,
            locale,
            kept_until: None,
            closes: None,
            notice: None,
            display: Display::default(),
            notices: Vec::new(),
            buffer: None,
            signed_out: false,
            rested: None,
            is_for_guest: false,
        }
    }

    /// A page for whoever has a link to one section. The name of the link, which opens nothing, is that under which the
    /// browser may keep what did not reach the server.
    pub fn for_guest(title: Sentence, locale: Locale, link: Option<&str>) -> Self {
        Self {
            buffer: link.map(|link| format!("link-{link}")),
            is_for_guest: true,
            ..Self::bare(title, locale)
        }
    }

    /// A page for this visitor.
    pub fn of(title: Sentence, visitor: &Visitor) -> Self {
        let closes = visitor.session().is_some() && visitor.ends_with_the_browser();
        Self {
            kept_until: visitor.session().map(|_| visitor.expires_at().into()),
            closes: visitor.idle_time().filter(|_| closes).map(time_in_words),
            display: Display::of(visitor),
            buffer: visitor.handle().filter(|_| !closes).map(str::to_owned),
            notices: visitor
                .notices()
                .into_iter()
                .map(|Message { id, text, .. }| Notice { id, text })
                .collect(),
            signed_out: visitor.was_ended(),
            rested: visitor.rested().map(|left| rested(left, visitor.expires_at())),
            ..Self::bare(title, visitor.into())
        }
    }

    /// A page for this visitor or, where nobody is known, in the language that the browser asks for.
    pub fn of_anybody(title: Sentence, visitor: Option<&Visitor>, request: &HttpRequest) -> Self {
        match visitor {
            Some(visitor) => Self::of(title, visitor),
            None => Self::bare(title, session::browser_locale(request)),
        }
    }

    /// Until when the visitor's work is kept, after "until"; `None` when nothing is stored.
    pub fn kept(&self) -> Option<Value> {
        let date = self.kept_until.as_ref()?;
        Some(match &self.closes {
            Some(time) => say!(
                "you close this browser, at the latest {time} after your last visit",
                time
            )
            .into(),
            None => date.day.clone(),
        })
    }

    /// The same page with the sentence that was left for the visitor, if the address names one; a page that was
    /// opened by a stranger's address shows nothing.
    pub fn with_told(mut self, visitor: &Visitor, id: Option<&str>) -> Self {
        self.notice = id.and_then(|id| visitor.told(id)).map(Sentence::as_written);
        self
    }

    /// The same page for somebody whose form comes back, or who did not get what they asked for.
    pub fn with_error(mut self) -> Self {
        self.is_error = true;
        self
    }

    /// The same page, as an error if something is wrong with what was sent.
    pub fn with_faults(self, faults: &Faults) -> Self {
        Self {
            is_error: self.is_error || !faults.0.is_empty(),
            ..self
        }
    }

    /// The same page with a fixed sentence on what has just happened with the visitor's browsers.
    pub fn with_done(mut self, done: Option<&str>) -> Self {
        let sentence = match done {
            Some("joined") => say!("This browser opens these cards now, as your other browser does."),
            Some("brought") => say!("The cards of both are together now, here and in your other browsers."),
            Some("switched") => say!("These are the other cards. Those you had open are kept as before."),
            Some("signed-out") => say!("That browser does not open your cards any more."),
            Some("others") => say!("No other browser opens your cards any more."),
            Some("revoked") => say!("The recovery code is worthless now."),
            _ => return self,
        };
        self.notice = Some(sentence);
        self
    }

    /// The same page with a sentence on the section that was just saved, unless there is more to say. Saving is what
    /// visitors do most, so its sentence is made from the address and costs no write.
    pub fn with_saved(mut self, title: Option<Sentence>) -> Self {
        if let (Some(title), None) = (title, &self.notice) {
            self.notice = Some(say!("{title} was saved.", title = Value::Quoted(title)));
        }
        self
    }
}

/// The most characters of a title in a sentence: sentences are kept in the small state of a browser.
const QUOTED_CHARS: usize = 60;

/// A title in quotation marks, cut to be part of a sentence.
pub fn quoted(title: &str) -> Value {
    Value::Quoted(Sentence::as_written(match title.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
        None => title.to_owned(),
    }))
}

/// A point in time, as templates show it. All times are UTC and say so when the hour matters.
#[derive(Clone, Debug)]
pub struct Date {
    /// `21 November 2026`.
    pub day: Value,
    /// `21 November 2026, 07:54 UTC`.
    pub moment: Value,
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
            day: Value::Day(time),
            moment: Value::Moment(time),
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
    pub title: Sentence,
}

/// Answers 200 with a page in the reader's language.
///
/// # Errors
/// When the template cannot be filled, which is our fault.
pub fn render(reader: impl Into<Locale>, template: &impl Template) -> Result<HttpResponse, Error> {
    render_as(StatusCode::OK, reader, template)
}

/// Answers with a page of another status.
///
/// # Errors
/// As [`render`].
pub fn render_as(
    status: StatusCode,
    reader: impl Into<Locale>,
    template: &impl Template,
) -> Result<HttpResponse, Error> {
    let html = template
        .render_with_values(&In(reader.into()))
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

/// Sends the browser on to another page of ours, and leaves a sentence that it shows there (303).
///
/// The address names the sentence, and showing does not use it up, because GET changes nothing. Where it cannot be
/// kept, the page is shown without.
pub fn see_other_telling(visitor: &Visitor, address: impl AsRef<str>, sentence: &Sentence) -> HttpResponse {
    let address = address.as_ref();
    match visitor.tell(sentence.said(visitor.into()).to_string()) {
        Ok(id) => see_other(with_query(address, "told", &id)),
        Err(error) => {
            tracing::debug!(%error, "a sentence for the visitor was not kept");
            see_other(address)
        }
    }
}

/// An address with one more word in its query; name and value need no escape.
pub fn with_query(address: &str, name: &str, value: &str) -> String {
    let (page, fragment) = address.find('#').map_or((address, ""), |place| address.split_at(place));
    let mark = if page.contains('?') { '&' } else { '?' };
    format!("{page}{mark}{name}={value}{fragment}")
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

/// `512 bytes`, `10 MiB`, `1.5 KiB`: at most one digit after the point.
pub fn size_in_words(bytes: usize) -> Sentence {
    let unit = unit_of(bytes);
    in_unit(Value::Tenths((bytes.saturating_mul(10) / unit) as u64), unit, bytes)
}

/// The largest unit that is not larger.
fn unit_of(bytes: usize) -> usize {
    let units = [1 << 30, 1 << 20, 1 << 10];
    units.into_iter().find(|unit| bytes >= *unit).unwrap_or(1)
}

/// A size in a unit; the bytes say, for the smallest, whether there is one.
fn in_unit(size: impl Into<Value>, unit: usize, bytes: usize) -> Sentence {
    let size = size.into();
    match unit {
        0x4000_0000 => say!("{size} GiB", size),
        0x10_0000 => say!("{size} MiB", size),
        0x400 => say!("{size} KiB", size),
        _ => count!(bytes, "{size} byte", "{size} bytes", size),
    }
}

/// `3 of 200 cards, 1.2 of 100 MiB`: what is used, in the unit of its limit.
pub fn share_in_words(usage: &Usage, quota: &Quota) -> Sentence {
    let used = u64::try_from(usage.cards).unwrap_or(0);
    let cards = match quota.cards {
        Some(most) => say!("{used} of {most} cards", used, most),
        None => count!(used, "{n} card", "{n} cards"),
    };
    let used = usize::try_from(usage.bytes()).unwrap_or(0);
    let bytes = match quota.bytes.and_then(|most| usize::try_from(most).ok()) {
        Some(most) => {
            let unit = unit_of(most);
            let tenths = (used.saturating_mul(10) / unit) as u64;
            let whole = size_in_words(most);
            match tenths {
                0 if used > 0 => say!("less than {share} of {whole}", share = Value::Tenths(1), whole),
                tenths => say!("{share} of {whole}", share = Value::Tenths(tenths), whole),
            }
        }
        None => size_in_words(used),
    };
    say!("{cards}, {bytes}", cards, bytes)
}

/// `30 days`, `1 hour`, `90 seconds`: the largest unit that divides the time.
pub fn time_in_words(time: Duration) -> Sentence {
    let seconds = time.as_secs();
    let divides = |unit: u64| seconds >= unit && seconds.is_multiple_of(unit);
    match seconds {
        _ if divides(86_400) => count!(seconds / 86_400, "{n} day", "{n} days"),
        _ if divides(3_600) => count!(seconds / 3_600, "{n} hour", "{n} hours"),
        _ if divides(60) => count!(seconds / 60, "{n} minute", "{n} minutes"),
        _ => count!(seconds, "{n} second", "{n} seconds"),
    }
}

/// What somebody is told who comes back after a long time: how much of it was left, and until when their work is kept now.
pub fn rested(left: TimeDelta, until: DateTime<Utc>) -> Sentence {
    let left = match left.num_days() {
        0 => count!(left.num_hours().max(1), "{n} hour", "{n} hours"),
        days => count!(days, "{n} day", "{n} days"),
    };
    say!(
        "You came back with {left} left; now kept until {until}.",
        left,
        until = Date::from(until).day
    )
}

/// `1 minute`, `40 seconds`: how long to wait, whole minutes rounded up.
pub fn wait_in_words(time: Duration) -> Sentence {
    match time.as_secs() {
        seconds @ 0..=59 => count!(seconds.max(1), "{n} second", "{n} seconds"),
        seconds => count!(seconds.div_ceil(60), "{n} minute", "{n} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!(size_in_words(0).to_string(), "0 bytes");
        assert_eq!(size_in_words(1).to_string(), "1 byte");
        assert_eq!(size_in_words(1536).to_string(), "1.5 KiB");
        assert_eq!(size_in_words(10_485_760).to_string(), "10 MiB");
    }

    #[test]
    fn long_titles_are_cut_in_sentences() {
        assert_eq!(quoted("Ethics").to_string(), "“Ethics”");
        assert_eq!(quoted(&"模".repeat(61)).to_string(), format!("“{}…”", "模".repeat(60)));
    }

    #[test]
    fn a_control_names_its_hint_and_what_is_wrong_with_it() {
        let faults = Faults::one(Fault::new(
            "code",
            Sentence::as_written("Code"),
            Sentence::as_written("It opens nothing."),
        ));
        let both = r#" aria-invalid="true" aria-describedby="code-hint code-problem""#;
        assert_eq!(faults.attributes("code", true), both);
        assert_eq!(
            faults.attributes("code", false),
            r#" aria-invalid="true" aria-describedby="code-problem""#
        );
        assert_eq!(faults.attributes("title", true), r#" aria-describedby="title-hint""#);
        assert_eq!(faults.attributes("title", false), "");
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
            .to_string()
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
        assert_eq!(time_in_words(Duration::from_secs(2_592_000)).to_string(), "30 days");
        assert_eq!(time_in_words(Duration::from_secs(3600)).to_string(), "1 hour");
        assert_eq!(time_in_words(Duration::from_secs(61)).to_string(), "61 seconds");
    }
}
