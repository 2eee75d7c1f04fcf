//! The words of a text: names, numbers, strings, signs; white space and comments lie between them.

use std::ops::Range;

/// A word of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub span: Range<usize>,
    pub kind: TokenKind,
}

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name, or a word such as `true`.
    Name,
    /// A number, without its sign.
    Number,
    /// A quoted string.
    Text,
    /// A string whose quote is not closed on its line.
    Open,
    /// One of `{ } [ ] < > : , ; - . /`, or a character that has no meaning.
    Sign(char),
    /// The end of the text.
    End,
}

/// The word at or behind an offset.
pub(super) fn next(text: &str, at: usize) -> Token {
    let at = skip(text, at);
    let rest = &text[at..];
    let token = |length: usize, kind| Token {
        span: at..at + length,
        kind,
    };
    let Some(first) = rest.chars().next() else {
        return token(0, TokenKind::End);
    };
    let second = rest[first.len_utf8()..].chars().next();
    match first {
        'a'..='z' | 'A'..='Z' | '_' => token(run(rest, |c| c.is_ascii_alphanumeric() || c == '_'), TokenKind::Name),
        '0'..='9' => token(number(rest), TokenKind::Number),
        '.' if second.is_some_and(|c| c.is_ascii_digit()) => token(number(rest), TokenKind::Number),
        '"' | '\'' => match closing(rest, first) {
            Some(length) => token(length, TokenKind::Text),
            None => token(1, TokenKind::Open),
        },
        sign => token(sign.len_utf8(), TokenKind::Sign(sign)),
    }
}

/// Behind white space and comments.
fn skip(text: &str, mut at: usize) -> usize {
    loop {
        at += run(&text[at..], is_blank);
        if !text[at..].starts_with('#') {
            return at;
        }
        at += text[at..].find('\n').unwrap_or(text.len() - at);
    }
}

/// White space of the text notation.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// A number with what is written of it: `0x1F`, `1.5e-3`, `2.0f`. A sign belongs to it behind the `e` of a power of ten.
fn number(text: &str) -> usize {
    let is_hex = text.starts_with("0x") || text.starts_with("0X");
    let mut before = ' ';
    text.find(|c: char| {
        let is_sign = !is_hex && matches!(before, 'e' | 'E') && matches!(c, '+' | '-');
        before = c;
        !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || is_sign)
    })
    .unwrap_or(text.len())
}

/// The length of the string that begins here, with its quotes.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether the text is one name.
pub(super) fn is_name(text: &str) -> bool {
    let token = next(text, 0);
    token.kind == TokenKind::Name && token.span == (0..text.len())
}
