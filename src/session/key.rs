//! The key in a browser's cookie.
//!
//! A key is 16 random bytes and the second of its issue, sealed with a truncated HMAC-SHA256: 36
//! bytes, written as 48 URL-safe characters. The seal tells keys of ours from everything else
//! without asking a store, and the issue time says how long a key that has no row yet is good.
//! The seal is bound to its purpose and to the cookie's name, so that no other sealed value of
//! this server passes for a key. What is stored is the SHA-256 of the 48 characters.

use actix_session::storage::SessionKey;
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::SessionId;
use crate::random;

const RANDOM: usize = 16;
const TIME: usize = 4;
const SEAL: usize = 16;
const BYTES: usize = RANDOM + TIME + SEAL;
const KEY: &[u8] = b"cartellino session key 1\0";
const SESSION: &[u8] = b"cartellino session id 1\0";

/// How long a key that has stored nothing is good.
pub const ISSUED_FOR: TimeDelta = TimeDelta::hours(24);

/// A key that we issued. It has no `Debug`, so that no log shows it by accident.
#[derive(Clone)]
pub struct Key {
    text: String,
    issued_at: DateTime<Utc>,
}

impl Key {
    /// The 48 characters for the cookie, and for nothing else.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// When it was issued, in whole seconds.
    pub fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    /// What a store may know of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash(HEXLOWER.encode(&Sha256::digest(&self.text)))
    }

    /// The key as actix-session's stores take it.
    pub(super) fn session_key(&self) -> Option<SessionKey> {
        SessionKey::try_from(self.text.clone()).ok()
    }
}

/// The hash of a key: 64 hexadecimal digits that open nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(String);

impl KeyHash {
    /// The hash as it stands in a row.
    pub fn from_row(hash: String) -> Self {
        Self(hash)
    }

    /// The digits as they are stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Makes keys and recognises those it made.
#[derive(Clone)]
pub struct Seal {
    /// The first seals, all open.
    secrets: Vec<String>,
    cookie_name: String,
}

impl Seal {
    /// A seal with the present secret first and earlier ones after it.
    pub fn new(secrets: Vec<String>, cookie_name: &str) -> Self {
        Self {
            secrets,
            cookie_name: cookie_name.to_owned(),
        }
    }

    /// A new key, issued now.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn issue(&self, now: DateTime<Utc>) -> Result<Key, random::Error> {
        let mut bytes = [0; BYTES];
        let (content, seal) = bytes.split_at_mut(RANDOM + TIME);
        content[..RANDOM].copy_from_slice(&random::bytes::<RANDOM>()?);
        // Seconds since 1970 fit into 32 bits until 2106.
        let issued = u32::try_from(now.timestamp()).unwrap_or(u32::MAX);
        content[RANDOM..].copy_from_slice(&issued.to_be_bytes());
        let secret = self.secrets.first().map_or("", String::as_str);
        seal.copy_from_slice(&self.mac(KEY, secret, content).finalize().into_bytes()[..SEAL]);
        Ok(key(BASE64URL_NOPAD.encode(&bytes), issued))
    }

    /// The key, if the text is one that we issued.
    pub fn open(&self, text: &[u8]) -> Option<Key> {
        if text.len() != BASE64URL_NOPAD.encode_len(BYTES) {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text).ok()?;
        let (content, seal) = bytes.split_at_checked(RANDOM + TIME)?;
        // All secrets are tried in any case, and each comparison takes the same time.
        let sealed = self.secrets.iter().fold(false, |sealed, secret| {
            self.mac(KEY, secret, content).verify_truncated_left(seal).is_ok() | sealed
        });
        let issued = u32::from_be_bytes(content[RANDOM..].try_into().ok()?);
        sealed.then(|| key(BASE64URL_NOPAD.encode(&bytes), issued))
    }

    /// The id of the session that this key begins. It follows from the key, so that parallel first requests with one
    /// key begin one session, and tells nothing about it to whoever has not the secret.
    pub fn session(&self, key: &Key) -> SessionId {
        let secret = self.secrets.first().map_or("", String::as_str);
        let mac = self.mac(SESSION, secret, key.text.as_bytes()).finalize().into_bytes();
        SessionId::from_row(BASE32_NOPAD.encode(&mac[..16]).to_ascii_lowercase())
    }

    fn mac(&self, purpose: &[u8], secret: &str, content: &[u8]) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("HMAC takes secrets of every length")
            .chain_update(purpose)
            .chain_update(self.cookie_name.as_bytes())
            .chain_update([0])
            .chain_update(content)
    }
}

fn key(text: String, issued: u32) -> Key {
    Key {
        text,
        issued_at: DateTime::from_timestamp(i64::from(issued), 0).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secrets: &[&str], name: &str) -> Seal {
        Seal::new(secrets.iter().map(|&secret| secret.to_owned()).collect(), name)
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn r13_keys_are_random_url_safe_and_of_one_length() {
        let seal = seal(&["secret"], "sessionid");
        let (one, other) = (seal.issue(now()).unwrap(), seal.issue(now()).unwrap());
        assert_ne!(one.text(), other.text());
        assert_eq!(one.text().len(), 48);
        assert!(
            one.text()
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        assert_eq!(seal.open(one.text().as_bytes()).unwrap().issued_at(), now());
    }

    #[test]
    fn r16_nothing_but_our_own_keys_opens() {
        let ours = seal(&["secret"], "sessionid");
        let key = ours.issue(now()).unwrap();
        for index in 0..48 {
            let mut text = key.text().as_bytes().to_vec();
            text[index] = if text[index] == b'A' { b'B' } else { b'A' };
            assert!(ours.open(&text).is_none(), "changed at {index}");
        }
        for text in [
            "",
            "../../etc/passwd",
            "' OR 1=1 --",
            &"A".repeat(48),
            &"A".repeat(5000),
            &key.text()[..47],
        ] {
            assert!(ours.open(text.as_bytes()).is_none(), "{text}");
        }
        assert!(seal(&["another"], "sessionid").open(key.text().as_bytes()).is_none());
        assert!(seal(&["secret"], "other").open(key.text().as_bytes()).is_none());
    }

    #[test]
    fn r18_an_earlier_secret_still_opens() {
        let key = seal(&["old"], "sessionid").issue(now()).unwrap();
        assert!(seal(&["new", "old"], "sessionid").open(key.text().as_bytes()).is_some());
        assert!(seal(&["new"], "sessionid").open(key.text().as_bytes()).is_none());
    }

    #[test]
    fn r14_the_hash_holds_nothing_of_the_key() {
        let key = seal(&["secret"], "sessionid").issue(now()).unwrap();
        assert_eq!(key.hash().as_str().len(), 64);
        assert!(!key.hash().as_str().contains(&key.text()[..12]));
    }
}
