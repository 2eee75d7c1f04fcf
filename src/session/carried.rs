//! An entry as it travels in the cookie: after the key and a dot, sealed so that nobody can read or change it.
//!
//! The seal is AES-256-GCM under a secret of its own for each key, made from the server's secret, so that two nonces
//! never meet under one secret; it is bound to the key's text and the cookie's name. Inside are a JSON list of the
//! entry's members in one line, with times in microseconds, and then the state as it is.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use hmac::Mac as _;

use super::SessionId;
use super::engine::Browser;
use super::key::{Key, Seal};
use crate::random;

const ENTRY: &[u8] = b"cartellino sealed entry 1\0";
const NONCE: usize = 12;
const TAG: usize = 16;
/// The most that is sealed besides the state: the members of an entry and their punctuation.
const MEMBERS: usize = 256;
/// The longest description of a browser that is sealed; ours are shorter.
const FAMILY: usize = 40;
/// The longest name and value together that browsers keep.
const COOKIE_BYTES: usize = 4096;

/// Handle, session, family, version, and the times in the order of [`Browser`].
type Members = (String, SessionId, String, i32, i64, i64, i64, i64);

impl Seal {
    /// The longest state that fits into a cookie with all the rest.
    pub(super) fn carried_state_bytes(&self) -> usize {
        let key = 48 + 1;
        let text = COOKIE_BYTES.saturating_sub(self.cookie_name().len() + key);
        (text / 4 * 3).saturating_sub(NONCE + TAG + MEMBERS)
    }

    /// The cookie's value: the key and the sealed entry. `None` when it would be too long for a browser, or the
    /// operating system gives no random bytes.
    pub(super) fn wrap(&self, key: &Key, browser: &Browser) -> Option<String> {
        let members: Members = (
            browser.handle.clone(),
            browser.session.clone(),
            browser.family.chars().filter(char::is_ascii).take(FAMILY).collect(),
            browser.version,
            browser.begun_at.timestamp_micros(),
            browser.created_at.timestamp_micros(),
            browser.touched_at.timestamp_micros(),
            browser.expires_at.timestamp_micros(),
        );
        let content = format!("{}\n{}", serde_json::to_string(&members).ok()?, browser.state);
        let nonce = random::bytes::<NONCE>().ok()?;
        let secret = self.secrets().first()?;
        let sealed = self
            .cipher(secret, key)?
            .encrypt(Nonce::from_slice(&nonce), self.bound(key, content.as_bytes()).payload())
            .ok()?;
        let value = format!(
            "{}.{}",
            key.text(),
            BASE64URL_NOPAD.encode(&[&nonce[..], &sealed].concat())
        );
        (self.cookie_name().len() + value.len() <= COOKIE_BYTES).then_some(value)
    }

    /// The key, and the entry if there is one, of a cookie's value that we made.
    pub(super) fn open_carried(&self, value: &[u8]) -> Option<(Key, Option<Browser>)> {
        if value.len() > COOKIE_BYTES {
            return None;
        }
        let Some(dot) = value.iter().position(|&byte| byte == b'.') else {
            return Some((self.open(value)?, None));
        };
        let key = self.open(&value[..dot])?;
        let bytes = BASE64URL_NOPAD.decode(&value[dot + 1..]).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let content = self.secrets().iter().find_map(|secret| {
            self.cipher(secret, &key)?
                .decrypt(Nonce::from_slice(nonce), self.bound(&key, sealed).payload())
                .ok()
        })?;
        let browser = read(&key, &String::from_utf8(content).ok()?)?;
        Some((key, Some(browser)))
    }

    fn cipher(&self, secret: &str, key: &Key) -> Option<Aes256Gcm> {
        let derived = self.mac(ENTRY, secret, key.text().as_bytes()).finalize().into_bytes();
        Aes256Gcm::new_from_slice(&derived).ok()
    }

    fn bound<'a>(&self, key: &Key, content: &'a [u8]) -> Bound<'a> {
        Bound {
            content,
            to: format!("{}\0{}", self.cookie_name(), key.text()),
        }
    }
}

/// A content with what its seal is bound to.
struct Bound<'a> {
    content: &'a [u8],
    to: String,
}

impl Bound<'_> {
    fn payload(&self) -> Payload<'_, '_> {
        Payload {
            msg: self.content,
            aad: self.to.as_bytes(),
        }
    }
}

fn read(key: &Key, content: &str) -> Option<Browser> {
    let (members, state) = content.split_once('\n')?;
    let (handle, session, family, version, begun_at, created_at, touched_at, expires_at): Members =
        serde_json::from_str(members).ok()?;
    let time = |micros: i64| -> Option<DateTime<Utc>> { DateTime::from_timestamp_micros(micros) };
    Some(Browser {
        key: key.hash(),
        handle,
        session,
        family,
        state: state.to_owned(),
        version,
        begun_at: time(begun_at)?,
        created_at: time(created_at)?,
        touched_at: time(touched_at)?,
        expires_at: time(expires_at)?,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn seal(secrets: &[&str], name: &str) -> Seal {
        Seal::new(secrets.iter().map(|&secret| secret.to_owned()).collect(), name)
    }

    fn entry(key: &Key, state: String) -> Browser {
        let now = DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap();
        Browser {
            key: key.hash(),
            handle: random::id().unwrap(),
            session: SessionId::from_row(random::id().unwrap()),
            family: "Samsung Internet on ChromeOS".to_owned(),
            state,
            version: i32::MIN,
            begun_at: now,
            created_at: now + TimeDelta::microseconds(1),
            touched_at: now + TimeDelta::days(2),
            expires_at: now + TimeDelta::days(400),
        }
    }

    #[test]
    fn r53_what_was_sealed_comes_back_and_nothing_of_it_can_be_read() {
        let seal = seal(&["secret"], "sessionid");
        let key = seal.issue(Utc::now()).unwrap();
        for state in ["", "{\"v\":1}", "\0\n\"\\\u{1f600}\u{202e}\n"] {
            let browser = entry(&key, state.to_owned());
            let value = seal.wrap(&key, &browser).unwrap();
            let (opened, carried) = seal.open_carried(value.as_bytes()).unwrap();
            assert_eq!(opened.text(), key.text());
            assert_eq!(carried, Some(browser.clone()));
            let bytes = BASE64URL_NOPAD
                .decode(value.split_once('.').unwrap().1.as_bytes())
                .unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned() + &value;
            assert!(
                !text.contains(browser.session.as_str()) && !text.contains(&browser.handle),
                "R17"
            );
        }
        let (_, nothing) = seal.open_carried(key.text().as_bytes()).unwrap();
        assert_eq!(nothing, None);
    }

    #[test]
    fn r53_the_longest_state_fits_into_a_cookie_and_no_more() {
        for name in ["sessionid", "__Host-sessionid", &"n".repeat(64)] {
            let seal = seal(&["secret"], name);
            let key = seal.issue(Utc::now()).unwrap();
            let longest = seal.carried_state_bytes();
            assert!(longest > 2600, "{longest}");
            let value = seal.wrap(&key, &entry(&key, "x".repeat(longest))).unwrap();
            assert!(name.len() + value.len() <= 4096);
            assert_eq!(seal.wrap(&key, &entry(&key, "x".repeat(longest + 300))), None);
        }
    }

    #[test]
    fn r41_nothing_but_what_we_sealed_for_this_key_and_name_opens() {
        let ours = seal(&["secret"], "sessionid");
        let (key, other) = (ours.issue(Utc::now()).unwrap(), ours.issue(Utc::now()).unwrap());
        let value = ours.wrap(&key, &entry(&key, "{}".to_owned())).unwrap();
        for index in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            assert!(ours.open_carried(&bytes).is_none(), "changed at {index}");
        }
        let moved = format!("{}.{}", other.text(), value.split_once('.').unwrap().1);
        let doubled = format!("{value}.{value}");
        for text in [&moved, &doubled, &value[..value.len() - 4], &value[..49]] {
            assert!(ours.open_carried(text.as_bytes()).is_none(), "{text}");
        }
        assert!(seal(&["secret"], "other").open_carried(value.as_bytes()).is_none());
        assert!(seal(&["new"], "sessionid").open_carried(value.as_bytes()).is_none());
        let rotated = seal(&["new", "secret"], "sessionid").open_carried(value.as_bytes());
        assert!(rotated.is_some_and(|(_, carried)| carried.is_some()), "R18");
    }
}
