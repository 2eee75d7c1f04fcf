//! What a visitor carries from one browser to another: the word in a link, a short code, a recovery code; and the word in a
//! link to one section, for somebody else.
//!
//! Codes are typed by people, so case, spaces and hyphens do not matter, and no two characters look alike. Stores know
//! their keyed hashes only.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

use crate::random;

/// How often one network address may bring a code that does not exist, in an hour.
pub const GUESSES_AN_HOUR: u32 = 20;

/// 32 digits and letters without 0 and O, 1 and I.
const ALPHABET: &str = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
static ENCODING: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str(ALPHABET);
    specification
        .encoding()
        .expect("32 different characters of ASCII are an alphabet")
});

/// The longest text that is looked at; a pasted link may stand in it.
const LONGEST_TYPED: usize = 500;
const SHORT_CHARS: usize = 8;
const RECOVERY_CHARS: usize = 24;
const LINK_CHARS: usize = 26;

/// What a code is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Link,
    Short,
    Recovery,
    Section,
}

/// A code in the form that is hashed. It has no `Debug`, so that no log shows it by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    text: String,
    kind: Kind,
}

impl Code {
    /// A new word for a link: 128 random bits, as an [`id`](random::id).
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new_link() -> Result<Self, random::Error> {
        Ok(Self {
            text: random::id()?,
            kind: Kind::Link,
        })
    }

    /// A new short code: 40 random bits, good for minutes.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new_short() -> Result<Self, random::Error> {
        Ok(Self {
            text: ENCODING.encode(&random::bytes::<{ SHORT_CHARS * 5 / 8 }>()?),
            kind: Kind::Short,
        })
    }

    /// A new recovery code: 120 random bits.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new_recovery() -> Result<Self, random::Error> {
        Ok(Self {
            text: ENCODING.encode(&random::bytes::<{ RECOVERY_CHARS * 5 / 8 }>()?),
            kind: Kind::Recovery,
        })
    }

    /// A new word for a link to a section: 128 random bits.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new_section_link() -> Result<Self, random::Error> {
        Ok(Self {
            text: random::id()?,
            kind: Kind::Section,
        })
    }

    /// The word in the address of a link to a section; `None` when it can be none.
    pub fn section_link(word: &str) -> Option<Self> {
        is_link(word).then(|| Self {
            text: word.to_owned(),
            kind: Kind::Section,
        })
    }

    /// What somebody typed or pasted, which may be a whole link; `None` when it can be no code.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > LONGEST_TYPED {
            return None;
        }
        let last = typed
            .trim()
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let bare: String = last
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '.' | '\u{ad}'))
            .collect();
        let (text, kind) = match bare.chars().count() {
            SHORT_CHARS => (bare.to_ascii_uppercase(), Kind::Short),
            RECOVERY_CHARS => (bare.to_ascii_uppercase(), Kind::Recovery),
            LINK_CHARS => (bare.to_ascii_lowercase(), Kind::Link),
            _ => return None,
        };
        let fits = match kind {
            Kind::Link | Kind::Section => is_link(&text),
            Kind::Short | Kind::Recovery => text.chars().all(|c| ALPHABET.contains(c)),
        };
        fits.then_some(Self { text, kind })
    }

    /// Whether it could be found by trying, so that tries are counted.
    pub fn is_short(&self) -> bool {
        self.kind == Kind::Short
    }

    /// The characters, for addresses and forms.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The characters in groups of four, to be read and typed.
    pub fn in_groups(&self) -> String {
        let groups: Vec<String> = self
            .text
            .as_bytes()
            .chunks(4)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        groups.join("-")
    }

    /// By which the hashes of the kinds differ.
    pub(super) fn kind_word(&self) -> &'static str {
        match self.kind {
            Kind::Link => "link",
            Kind::Short => "short",
            Kind::Recovery => "recovery",
            Kind::Section => "section",
        }
    }
}

/// Whether a text can be the word of a link: an [`id`](random::id).
fn is_link(text: &str) -> bool {
    text.len() == LINK_CHARS && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(typed: &str) -> Option<String> {
        Code::parse(typed).map(|code| code.text().to_owned())
    }

    #[test]
    fn r60_codes_are_read_as_people_type_them() {
        let code = Code::new_short().unwrap();
        assert_eq!(code.in_groups().len(), 9);
        for typed in [
            code.in_groups(),
            code.text().to_ascii_lowercase(),
            format!("  {} {}\n", &code.text()[..4], &code.text()[4..]),
            code.in_groups().replace('-', "\u{2011}"),
        ] {
            assert_eq!(text(&typed).as_deref(), Some(code.text()), "{typed}");
        }
        let recovery = Code::new_recovery().unwrap();
        assert_eq!(recovery.in_groups().len(), 29);
        assert_eq!(text(&recovery.in_groups()).as_deref(), Some(recovery.text()));
        let link = Code::new_link().unwrap();
        let pasted = format!("https://cards.example.org/continue/{}", link.text());
        assert_eq!(text(&pasted).as_deref(), Some(link.text()));
    }

    #[test]
    fn a_link_to_a_section_is_nothing_but_its_word() {
        let code = Code::new_section_link().unwrap();
        assert!(Code::section_link(code.text()).is_some_and(|found| found == code));
        assert!(
            Code::parse(code.text()).is_some_and(|found| found != code),
            "it opens no session"
        );
        for word in [
            "",
            "abc",
            &code.text().to_ascii_uppercase(),
            &format!("{} ", code.text()),
            &"ä".repeat(13),
        ] {
            assert!(Code::section_link(word).is_none(), "{word}");
        }
    }

    #[test]
    fn r60_what_can_be_no_code_is_none() {
        for typed in [
            "",
            "ABCD-EFG",
            "ABCD-EFG0",
            "ÄBCD-EFGH",
            "ABCDEFGHJ",
            "../../etc/passwd",
            "\u{0}BCDEFGH",
            &"A".repeat(5000),
        ] {
            assert_eq!(text(typed), None, "{typed}");
        }
    }
}
