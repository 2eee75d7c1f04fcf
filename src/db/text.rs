//! Text with U+0000, which JSON allows and PostgreSQL cannot hold.
//!
//! Both databases store it spelled out, so that rows can move from one to the other.

use std::borrow::Cow;

/// Begins what is spelled out; stands twice for itself.
const MARK: char = '\u{2400}';

/// The text as it is stored: `U+0000` becomes `␀0`, and a `␀` of its own `␀␀`.
pub(super) fn spell(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let mut spelled = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => spelled.extend([MARK, '0']),
            MARK => spelled.extend([MARK, MARK]),
            other => spelled.push(other),
        }
    }
    Cow::Owned(spelled)
}

/// The text that was stored so.
pub(super) fn unspell(stored: String) -> String {
    if !stored.contains(MARK) {
        return stored;
    }
    let mut text = String::with_capacity(stored.len());
    let mut characters = stored.chars();
    while let Some(c) = characters.next() {
        if c != MARK {
            text.push(c);
            continue;
        }
        match characters.next() {
            Some('0') => text.push('\0'),
            Some(MARK) | None => text.push(MARK),
            Some(other) => text.extend([MARK, other]),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_none_is_stored_with_a_zero() {
        for text in ["", "plain", "a\0b", "\0\0", "␀", "␀0", "␀\0", "\0␀0␀␀"] {
            let stored = spell(text).into_owned();
            assert!(!stored.contains('\0'), "{text:?}");
            assert_eq!(unspell(stored), text);
        }
    }
}
