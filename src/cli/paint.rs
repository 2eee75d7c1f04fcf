//! Words for a terminal: colours where they are wanted, and nothing that would steer the terminal.

use std::borrow::Cow;
use std::fmt;
use std::io::{IsTerminal as _, stdout};

use clap::ValueEnum;

/// When output has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether standard output has colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint(bool);

/// A style, as the numbers of its escape sequence (ECMA-48, 8.3.117).
#[derive(Clone, Copy, Debug)]
pub(super) enum Ink {
    /// For names and titles.
    Bold,
    /// For what is less important.
    Dim,
    /// For what is wrong or gone.
    Red,
    /// For what is doubtful.
    Yellow,
    /// For what is new or good.
    Green,
}

impl Paint {
    /// The colours of standard output.
    pub fn new(when: When) -> Self {
        // https://no-color.org: any value that is not empty.
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self(match when {
            When::Auto => stdout().is_terminal() && !unwanted && !is_dumb,
            When::Always => true,
            When::Never => false,
        })
    }

    /// The words in this ink.
    pub fn ink(self, ink: Ink, words: impl fmt::Display) -> String {
        let code = match ink {
            Ink::Bold => 1,
            Ink::Dim => 2,
            Ink::Red => 31,
            Ink::Yellow => 33,
            Ink::Green => 32,
        };
        match self.0 {
            true => format!("\x1b[{code}m{words}\x1b[0m"),
            false => words.to_string(),
        }
    }
}

/// The text with its control characters as pictures of them, and without signs that turn the direction of writing: a card
/// comes from strangers, and must not clear the screen or hide a line.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let picture = |c: char| match c {
        '\n' | '\t' => c,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    };
    if text.chars().all(|c| picture(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(picture).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        assert_eq!(harmless("plain ä\n\ttext"), "plain ä\n\ttext");
        assert_eq!(harmless("\x1b[2Jgone\r\u{9b}\u{202e}"), "␛[2Jgone␍\u{fffd}\u{fffd}");
    }

    #[test]
    fn colours_come_only_when_they_are_wanted() {
        assert_eq!(Paint::new(When::Never).ink(Ink::Red, "x"), "x");
        assert_eq!(Paint::new(When::Always).ink(Ink::Red, "x"), "\x1b[31mx\x1b[0m");
    }
}
