use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use chrono::TimeDelta;

use super::key::Key;

/// Our cookie: its name and attributes.
pub(super) struct Cookie {
    name: String,
    secure: bool,
}

/// What a request brought under our name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Brought {
    Nothing,
    One(Vec<u8>),
    /// Different values: a browser does so when somebody planted a second cookie.
    Several,
}

impl Cookie {
    pub(super) fn new(name: &str, secure: bool) -> Self {
        Self {
            name: name.to_owned(),
            secure,
        }
    }

    /// Reads the headers byte by byte, so that no other cookie, however broken, hides ours.
    pub(super) fn read(&self, headers: &HeaderMap) -> Brought {
        let mut brought = Brought::Nothing;
        let pairs = headers
            .get_all(COOKIE)
            .flat_map(|header| header.as_bytes().split(|&byte| byte == b';'));
        for pair in pairs {
            let Some(equals) = pair.iter().position(|&byte| byte == b'=') else {
                continue;
            };
            let (name, value) = (pair[..equals].trim_ascii(), pair[equals + 1..].trim_ascii());
            if name != self.name.as_bytes() {
                continue;
            }
            match &brought {
                Brought::One(earlier) if earlier != value => return Brought::Several,
                _ => brought = Brought::One(value.to_vec()),
            }
        }
        brought
    }

    /// The header that gives the browser its key for this long; without an age, until the browser is closed.
    pub(super) fn set(&self, key: &Key, age: Option<TimeDelta>) -> Option<HeaderValue> {
        self.header(key.text(), age.map(|age| age.num_seconds().max(0)))
    }

    /// The header that takes the key away.
    pub(super) fn remove(&self) -> Option<HeaderValue> {
        self.header("", Some(0))
    }

    fn header(&self, value: &str, age_s: Option<i64>) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = age_s.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let text = format!("{}={value}{age}; Path=/; HttpOnly; SameSite=Lax{secure}", self.name);
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[&[u8]]) -> Brought {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(COOKIE, HeaderValue::from_bytes(header).unwrap());
        }
        Cookie::new("sessionid", false).read(&map)
    }

    #[test]
    fn r42_other_cookies_do_not_disturb_ours() {
        let ours = Brought::One(b"abc".to_vec());
        assert_eq!(read(&[b"sessionid=abc"]), ours);
        assert_eq!(read(&[b"x=\xff\xfe; sessionid=abc; y"]), ours);
        assert_eq!(read(&[b";;=; =x;  sessionid = abc "]), ours);
        assert_eq!(read(&[b"theme=dark", b"sessionid=abc"]), ours);
        assert_eq!(read(&[b"sessionid=abc; sessionid=abc"]), ours);
        assert_eq!(read(&[b"xsessionid=abc; SESSIONID=abc; sessionid"]), Brought::Nothing);
        assert_eq!(read(&[]), Brought::Nothing);
    }

    #[test]
    fn r43_two_values_are_ambiguous() {
        assert_eq!(read(&[b"sessionid=abc; sessionid=abd"]), Brought::Several);
        assert_eq!(read(&[b"sessionid=abc", b"sessionid="]), Brought::Several);
    }
}
