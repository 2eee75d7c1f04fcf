//! The state of a browser: a few small values by name, how long it is to be kept, and what it is to be told.
//!
//! It is one JSON text with a version, at most [`STATE_BYTES`] long. What a visitor makes (cards, sections, files) is
//! never here. Handlers read and write it through [`Visitor`](super::Visitor) with an [`Item`] that knows name and type;
//! templates never see it.

use std::marker::PhantomData;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::delta;
use crate::config;

/// The longest state, in bytes of its text.
pub const STATE_BYTES: usize = 4096;
/// The version of the text's shape.
const VERSION: u8 = 1;
/// How many messages and how many notices wait at the same time; the oldest go first.
const WAITING: usize = 5;
/// A message that was shown or forgotten goes with the next change after this time.
const MESSAGE_AGE: TimeDelta = TimeDelta::minutes(10);

/// The name of a value and its type: `const LAST: Item<String> = Item::new("last");`.
pub struct Item<T> {
    name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> Item<T> {
    /// A value of this name. Two items of one name must be of one type.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            value: PhantomData,
        }
    }
}

/// Until when a browser's key is good, as Django's `set_expiry` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// As the settings say.
    #[default]
    Default,
    /// So many seconds after the last activity, and the cookie as long.
    Idle(u32),
    /// At this time, whatever the activity.
    At(DateTime<Utc>),
    /// The browser forgets the cookie when it is closed, and the server so many seconds after the last activity.
    BrowserClose(u32),
}

/// The expiry for a computer that others use too: the cookie ends with the browser, the session after 12 hours.
pub const SHARED_COMPUTER: Expiry = Expiry::BrowserClose(12 * 3600);

impl Expiry {
    /// Until when the key is good after activity now; never after the hard end, if one is set, nor longer than a cookie
    /// may live.
    pub(super) fn expires_at(
        self,
        now: DateTime<Utc>,
        begun_at: DateTime<Utc>,
        settings: &config::Session,
    ) -> DateTime<Utc> {
        let longest = now + delta(config::LONGEST_AGE);
        let expires_at = match self {
            Self::Default => now + delta(settings.age),
            Self::Idle(seconds) | Self::BrowserClose(seconds) => now + TimeDelta::seconds(seconds.into()),
            Self::At(time) => time,
        };
        let hard_end = settings.absolute_age.map(|age| begun_at + delta(age));
        expires_at.min(longest).min(hard_end.unwrap_or(longest))
    }

    /// Whether the browser is to forget the cookie when it is closed.
    pub(super) fn ends_with_the_browser(self, settings: &config::Session) -> bool {
        match self {
            Self::Default => settings.expire_at_browser_close,
            Self::BrowserClose(_) => true,
            Self::Idle(_) | Self::At(_) => false,
        }
    }

    /// How long the idle time is after which the key is not good any more, where there is one.
    fn idle(self, settings: &config::Session) -> Option<Duration> {
        match self {
            Self::Default => Some(settings.age),
            Self::Idle(seconds) | Self::BrowserClose(seconds) => Some(Duration::from_secs(seconds.into())),
            Self::At(_) => None,
        }
    }

    /// How often activity moves the expiry at most: as set, but at least twice in the idle time.
    pub(super) fn touch_interval(self, settings: &config::Session) -> TimeDelta {
        let half = self.idle(settings).map_or(settings.touch_interval, |idle| idle / 2);
        delta(settings.touch_interval.min(half))
    }
}

/// A sentence for one visitor, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// By which an address or a form names it.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// When it was said.
    pub at: DateTime<Utc>,
}

/// Why a value cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// All values together would be too long.
    #[error("the state of a browser may be {STATE_BYTES} bytes long")]
    TooLarge,
    /// Nothing is stored for the visitor yet, so there is nowhere to keep it.
    #[error("the visitor has no session")]
    NoSession,
    /// The value has no form in JSON.
    #[error("the value cannot be written as JSON")]
    NoJson,
}

/// What the text says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Older texts have none and are empty.
    #[serde(default)]
    v: u8,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) expiry: Expiry,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    values: Map<String, Value>,
    /// For the answer to a form: shown where an address names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
    /// Shown on every page until the visitor puts them away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Message>,
}

fn is_default(expiry: &Expiry) -> bool {
    *expiry == Expiry::Default
}

/// One change, to be made again should another request have been faster.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Set(&'static str, Value),
    Remove(&'static str),
    Expiry(Expiry),
    Tell(Message),
    Notice(Message),
    Dismiss(String),
    /// All values anew, for callers that know nothing finer.
    Values(Map<String, Value>),
}

impl Change {
    pub(super) fn set<T: Serialize>(item: &Item<T>, value: &T) -> Result<Self, Error> {
        let value = serde_json::to_value(value).map_err(|_| Error::NoJson)?;
        Ok(Self::Set(item.name, value))
    }

    pub(super) fn remove<T>(item: &Item<T>) -> Self {
        Self::Remove(item.name)
    }
}

impl State {
    /// Reads the text; `None` when it is not one of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        // By way of a map: serde would take a list for a struct as well.
        let map: Map<String, Value> = serde_json::from_str(text).ok()?;
        let state: Self = serde_json::from_value(map.into()).ok()?;
        (state.v <= VERSION).then_some(state)
    }

    /// The text.
    pub(super) fn write(&self) -> Result<String, Error> {
        let text = serde_json::to_string(&Self {
            v: VERSION,
            ..self.clone()
        })
        .map_err(|_| Error::NoJson)?;
        if text.len() > STATE_BYTES {
            return Err(Error::TooLarge);
        }
        Ok(text)
    }

    pub(super) fn get<T: DeserializeOwned>(&self, item: &Item<T>) -> Option<T> {
        serde_json::from_value(self.values.get(item.name)?.clone()).ok()
    }

    pub(super) fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    pub(super) fn message(&self, id: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    pub(super) fn notices(&self) -> &[Message] {
        &self.notices
    }

    pub(super) fn apply(&mut self, change: &Change, now: DateTime<Utc>) {
        match change {
            Change::Set(name, value) => {
                self.values.insert((*name).to_owned(), value.clone());
            }
            Change::Remove(name) => {
                self.values.remove(*name);
            }
            Change::Values(values) => self.values.clone_from(values),
            Change::Expiry(expiry) => self.expiry = *expiry,
            Change::Tell(message) => {
                self.messages.retain(|earlier| now < earlier.at + MESSAGE_AGE);
                wait(&mut self.messages, message);
            }
            Change::Notice(notice) => wait(&mut self.notices, notice),
            Change::Dismiss(id) => self.notices.retain(|notice| notice.id != *id),
        }
    }
}

fn wait(waiting: &mut Vec<Message>, message: &Message) {
    if waiting.iter().any(|earlier| earlier.id == message.id) {
        return;
    }
    if waiting.len() >= WAITING {
        waiting.remove(0);
    }
    waiting.push(message.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: Item<u32> = Item::new("count");
    const NAME: Item<String> = Item::new("name");

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn message(number: i64) -> Message {
        Message {
            id: number.to_string(),
            text: "Done.".to_owned(),
            at: now() + TimeDelta::minutes(number),
        }
    }

    #[test]
    fn r28_what_was_set_is_read_back_with_its_type() {
        let mut state = State::default();
        state.apply(&Change::set(&COUNT, &3).unwrap(), now());
        let text = state.write().unwrap();
        assert_eq!(text, r#"{"v":1,"values":{"count":3}}"#);
        let mut read = State::read(&text).unwrap();
        assert_eq!(read.get(&COUNT), Some(3));
        assert_eq!(read.get(&NAME), None);
        assert_eq!(read.get(&Item::<String>::new("count")), None, "a number is no text");
        read.apply(&Change::remove(&COUNT), now());
        assert_eq!(read.write().unwrap(), r#"{"v":1}"#);
    }

    #[test]
    fn r28_a_state_is_small() {
        let mut state = State::default();
        state.apply(&Change::set(&NAME, &"x".repeat(STATE_BYTES)).unwrap(), now());
        assert_eq!(state.write(), Err(Error::TooLarge));
    }

    #[test]
    fn r29_rubbish_and_newer_versions_are_not_read() {
        for text in [
            "",
            "null",
            "[]",
            "{\"v\":2}",
            "{\"v\":\"1\"}",
            "{\"values\":3}",
            "\u{0}",
        ] {
            assert_eq!(State::read(text), None, "{text}");
        }
        assert_eq!(State::read("{}"), Some(State::default()), "before there was a version");
    }

    #[test]
    fn messages_wait_in_small_number_and_not_for_long() {
        let mut state = State::default();
        for number in 0..8 {
            state.apply(&Change::Tell(message(number)), now());
            state.apply(&Change::Tell(message(number)), now());
        }
        assert_eq!(state.messages.len(), WAITING);
        assert!(state.message("7").is_some() && state.message("2").is_none());
        state.apply(&Change::Tell(message(20)), now() + TimeDelta::minutes(20));
        assert_eq!(state.messages, [message(20)]);
    }
}
