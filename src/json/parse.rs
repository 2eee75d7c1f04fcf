use std::collections::HashSet;
use std::ops::Range;

use super::node::{Document, Kind, Member, Node, Quirk, QuirkKind, SyntaxError};
use crate::locale::{self, Sentence};
use crate::say;

/// How deep lists and groups may nest in people's files, as in `serde_json`.
const MAX_DEPTH: usize = 128;

/// How many values a document may have; each costs some hundred bytes of memory, however short it is. More than in the
/// other notations, so that what is read in them can be written in JSON.
const MAX_VALUES: usize = 500_000;

/// Reads a JSON text, leniently.
///
/// # Errors
/// With the place and a sentence on what to try, when the text is not JSON even leniently, nests
/// deeper than 128 levels or has more than 500 000 values.
pub fn parse(text: &str) -> Result<Document, SyntaxError> {
    parse_within(text, MAX_DEPTH, MAX_VALUES)
}

/// Reads a JSON text that holds such documents as parts, and so nests up to twice as deep and has up to twice as many
/// values.
///
/// # Errors
/// As [`parse`] does.
pub fn parse_assembled(text: &str) -> Result<Document, SyntaxError> {
    parse_within(text, 2 * MAX_DEPTH, 2 * MAX_VALUES)
}

fn parse_within(text: &str, max_depth: usize, max_values: usize) -> Result<Document, SyntaxError> {
    let mut parser = Parser::new(text, 0, max_depth, max_values);
    parser.skip_space()?;
    if parser.at == text.len() {
        return Err(parser.error(
            say!("There is nothing in it."),
            say!("Put in a JSON document, or start a blank card."),
        ));
    }
    let root = parser.value(0)?;
    parser.skip_space()?;
    if parser.at < text.len() {
        let found = parser.found();
        return Err(parser.error(
            say!("The document is complete, but more follows: {found}.", found),
            say!("Remove what follows, or the bracket that closes the document too early."),
        ));
    }
    Ok(Document {
        root,
        quirks: parser.quirks,
    })
}

/// For each byte of a decoded string, and for its end, the byte offset in the text it came from.
/// The span is that of a string node of the text, quotes included.
pub fn string_places(text: &str, span: Range<usize>) -> Vec<usize> {
    let mut parser = Parser::new(text, span.start + 1, MAX_DEPTH, MAX_VALUES);
    let end = span.end - 1;
    let mut places = Vec::with_capacity(end - span.start);
    while parser.at < end {
        let start = parser.at;
        let decoded = if parser.bytes[start] == b'\\' {
            parser.escape().map_or(0, char::len_utf8)
        } else {
            parser.at += 1;
            1
        };
        places.extend(std::iter::repeat_n(start, decoded));
    }
    places.push(end);
    places
}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    max_depth: usize,
    /// How many more values there may be.
    values_left: usize,
    quirks: Vec<Quirk>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, at: usize, max_depth: usize, max_values: usize) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at,
            max_depth,
            values_left: max_values,
            quirks: Vec::new(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn error(&self, message: Sentence, advice: Sentence) -> SyntaxError {
        self.error_at(self.at, message, advice)
    }

    fn error_at(&self, at: usize, message: Sentence, advice: Sentence) -> SyntaxError {
        SyntaxError { at, message, advice }
    }

    fn quirk(&mut self, at: usize, kind: QuirkKind) {
        self.quirks.push(Quirk { at, kind });
    }

    /// What stands at the current place, for messages.
    fn found(&self) -> locale::Value {
        match self.text[self.at..].chars().next() {
            None => say!("the end of the file").into(),
            Some(c) if c.is_control() => {
                let code = format!("U+{:04X}", u32::from(c));
                say!("the control character {code}", code).into()
            }
            Some(c) if c.is_alphanumeric() => {
                let word: String = self.text[self.at..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric())
                    .take(20)
                    .collect();
                locale::Value::Quoted(Sentence::as_written(word))
            }
            Some(c) => locale::Value::Quoted(Sentence::as_written(c)),
        }
    }

    fn skip_space(&mut self) -> Result<(), SyntaxError> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'/') => {
                    self.quirk(self.at, QuirkKind::Comment);
                    self.at = self.text[self.at..]
                        .find('\n')
                        .map_or(self.text.len(), |length| self.at + length);
                }
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'*') => {
                    self.quirk(self.at, QuirkKind::Comment);
                    match self.text[self.at + 2..].find("*/") {
                        Some(length) => self.at += length + 4,
                        None => {
                            return Err(self.error(
                                say!("This comment is never closed."),
                                say!("Close it with */ or remove it."),
                            ));
                        }
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        let (start, quirks) = (self.at, self.quirks.len());
        let Some(left) = self.values_left.checked_sub(1) else {
            let message = say!("Here the document has more than {most} values.", most = MAX_VALUES);
            return Err(self.error(message, say!("Move measurements into a file of their own.")));
        };
        self.values_left = left;
        let kind = match self.peek() {
            Some(b'{') => self.group(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => match self.string() {
                Ok(text) => Kind::Text(text),
                Err(error) => return self.never_closed(start, quirks, depth).ok_or(error),
            },
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Kind::Number(self.number()?),
            _ if self.word("null") => Kind::Null,
            _ if self.word("true") => Kind::Bool(true),
            _ if self.word("false") => Kind::Bool(false),
            _ => {
                let (found, advice) = (self.found(), self.advice_for_value());
                return Err(self.error(say!("A value is expected here, but {found} was found.", found), advice));
            }
        };
        Ok(Node {
            span: start..self.at,
            kind,
        })
    }

    fn advice_for_value(&self) -> Sentence {
        match self.peek() {
            Some(b'\'') => say!("JSON puts text in double quotes: \"like this\"."),
            Some(b'T' | b'F') => say!("JSON writes true and false in small letters."),
            Some(b'}' | b']' | b',') => say!("Put a value before it, or remove the comma or colon in front of it."),
            Some(b'u') => say!("JSON has no undefined; write null or leave the member out."),
            None => say!("The file seems to be cut off: upload it again, or add what is missing at the end."),
            _ => say!("Put text in double quotes, or write a number, true, false or null."),
        }
    }

    /// Takes a word when it stands here as a whole.
    fn word(&mut self, word: &str) -> bool {
        let rest = &self.bytes[self.at..];
        let whole = rest.starts_with(word.as_bytes())
            && !rest
                .get(word.len())
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if whole {
            self.at += word.len();
        }
        whole
    }

    fn number(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        for word in ["NaN", "Infinity", "-Infinity"] {
            if self.word(word) {
                self.quirk(start, QuirkKind::NotFinite);
                return Ok(word.into());
            }
        }
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits();
        let mut sound = whole == 1 || (whole > 1 && self.bytes[self.at - whole] != b'0');
        if sound && self.peek() == Some(b'.') {
            self.at += 1;
            sound = self.digits() > 0;
        }
        if sound && matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            sound = self.digits() > 0;
        }
        if !sound
            || self
                .peek()
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_')
        {
            let spelled: String = self.text[start..]
                .chars()
                .take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ']' | '}'))
                .take(30)
                .collect();
            return Err(self.error_at(
                start,
                say!("“{spelled}” is not a number that JSON knows.", spelled),
                say!("Write it like 0.5, -12 or 1e-5, or put it in double quotes to keep it as text."),
            ));
        }
        Ok(self.text[start..self.at].to_owned())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut decoded = String::new();
        let mut raw_control = false;
        self.at += 1;
        loop {
            let plain = self.bytes[self.at..]
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20);
            let Some(length) = plain else {
                self.at = self.text.len();
                return Err(self.error_at(
                    start,
                    say!("The text that begins here is never closed."),
                    say!("Add the missing double quote at its end; write a double quote inside it as \\\"."),
                ));
            };
            decoded.push_str(&self.text[self.at..self.at + length]);
            self.at += length;
            match self.bytes[self.at] {
                b'"' => {
                    self.at += 1;
                    return Ok(decoded);
                }
                b'\\' => decoded.push(self.escape()?),
                control => {
                    if !raw_control {
                        self.quirk(self.at, QuirkKind::RawControl);
                        raw_control = true;
                    }
                    decoded.push(char::from(control));
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let start = self.at;
        self.at += 2;
        Ok(match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let Some(first) = self.hex() else {
                    return Err(self.error_at(
                        start,
                        say!("After \\u four hexadecimal digits are expected."),
                        say!("Write \\u00e9, say, or the character itself; write a plain backslash as \\\\."),
                    ));
                };
                return Ok(self.code_point(start, first));
            }
            _ => {
                return Err(self.error_at(
                    start,
                    say!("A backslash in a text begins an escape, and JSON does not know this one."),
                    say!("Write a plain backslash as \\\\ (as in C:\\\\data or \\\\alpha)."),
                ));
            }
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let code = digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(digits, 16).ok())??;
        self.at += 4;
        Some(code)
    }

    fn code_point(&mut self, start: usize, first: u32) -> char {
        if (0xD800..0xDC00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            match self.hex() {
                Some(second) if (0xDC00..0xE000).contains(&second) => {
                    let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                }
                _ => self.at = before,
            }
        }
        char::from_u32(first).unwrap_or_else(|| {
            self.quirk(start, QuirkKind::LoneSurrogate);
            char::REPLACEMENT_CHARACTER
        })
    }

    fn enter(&self, depth: usize) -> Result<(), SyntaxError> {
        if depth >= self.max_depth {
            return Err(self.error(
                say!(
                    "Here the document nests deeper than {most} levels.",
                    most = self.max_depth
                ),
                say!("A model card needs a handful of levels; flatten the document, or split it."),
            ));
        }
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<Kind, SyntaxError> {
        self.enter(depth)?;
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space()?;
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Kind::List(items));
            }
            let quirks = self.quirks.len();
            let item = self.value(depth + 1)?;
            items.push(self.ended(item, quirks, open, b']')?);
        }
    }

    fn group(&mut self, depth: usize) -> Result<Kind, SyntaxError> {
        self.enter(depth)?;
        let open = self.at;
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        let mut names = HashSet::new();
        loop {
            self.skip_space()?;
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Kind::Group(members));
                }
                Some(b'"') => {}
                _ => {
                    let found = self.found();
                    let advice = match self.peek() {
                        None => say!("The file seems to be cut off: upload it again, or add the closing brackets."),
                        _ => say!("Put the name in double quotes: \"name\": …"),
                    };
                    return Err(self.error(
                        say!(
                            "A name in double quotes is expected here, but {found} was found.",
                            found
                        ),
                        advice,
                    ));
                }
            }
            let key_start = self.at;
            let key = self.string()?;
            let key_span = key_start..self.at;
            self.skip_space()?;
            if self.peek() != Some(b':') {
                let found = self.found();
                return Err(self.error(
                    say!(
                        "After the name “{key}” a colon is expected, but {found} was found.",
                        key = shorten(&key),
                        found
                    ),
                    say!("Put a colon between the name and its value."),
                ));
            }
            self.at += 1;
            self.skip_space()?;
            // Halves of different characters look the same, and are told apart by their spelling.
            let is_half = |quirk: &Quirk| quirk.kind == QuirkKind::LoneSurrogate && quirk.at >= key_start;
            let name = match self.quirks.last().is_some_and(is_half) {
                true => self.text[key_span.clone()].to_lowercase(),
                false => key.clone(),
            };
            if !names.insert(name) {
                self.quirk(key_start, QuirkKind::DuplicateKey(key.clone()));
            }
            let quirks = self.quirks.len();
            let node = self.value(depth + 1)?;
            let node = self.ended(node, quirks, open, b'}')?;
            members.push(Member { key, key_span, node });
        }
    }

    /// Takes the comma after an entry, or stops before the closing bracket, and gives the entry. A text without its
    /// closing quote swallows what follows; it is read again as if it ended with its line. `quirks` says how many
    /// there were before the entry.
    fn ended(&mut self, entry: Node, quirks: usize, open: usize, close: u8) -> Result<Node, SyntaxError> {
        let Err(error) = self.separator(open, close) else {
            return Ok(entry);
        };
        let Kind::Text(_) = entry.kind else { return Err(error) };
        self.quirks.truncate(quirks);
        let Some(entry) = self.ended_with_line(entry.span) else {
            return Err(error);
        };
        match self.separator(open, close) {
            Ok(()) => Ok(entry),
            Err(_) => Err(error),
        }
    }

    /// The entry that begins a text whose closing quote is missing to the end of the file.
    fn never_closed(&mut self, start: usize, quirks: usize, depth: usize) -> Option<Node> {
        if depth == 0 || self.at < self.text.len() {
            return None;
        }
        self.quirks.truncate(quirks);
        self.ended_with_line(start..self.text.len())
    }

    /// The first line of a text of several as a text of its own, without closing quote.
    fn ended_with_line(&mut self, span: Range<usize>) -> Option<Node> {
        let start = span.start;
        let (line, _) = self.text[span].split_once(['\n', '\r'])?;
        let line = line.trim_ascii_end();
        let line = line.strip_suffix(',').unwrap_or(line);
        if line.ends_with('"') {
            return None;
        }
        let closed = format!("{line}\"");
        let text = Parser::new(&closed, 0, 0, 0).string().ok()?;
        self.at = start + line.len();
        self.quirk(start, QuirkKind::UnclosedText);
        Some(Node {
            span: start..self.at,
            kind: Kind::Text(text),
        })
    }

    /// Whether another entry begins here although no comma stands in front of it; `end` is the end of the one before.
    fn goes_on(&mut self, end: usize, close: u8) -> bool {
        let (at, quirks) = (self.at, self.quirks.len());
        let next = self.bytes[at];
        if close == b']' {
            let words = ["true", "false", "null", "NaN", "Infinity"];
            let is_value = matches!(next, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9')
                || words.iter().any(|word| self.bytes[at..].starts_with(word.as_bytes()));
            return is_value && self.text[end..at].contains('\n');
        }
        // In an object a name and its colon follow; a quote inside a text has none behind it.
        let is_name = next == b'"' && self.string().is_ok() && self.skip_space().is_ok() && self.peek() == Some(b':');
        self.at = at;
        self.quirks.truncate(quirks);
        is_name
    }

    /// Takes the comma after an entry, or stops before the closing bracket.
    fn separator(&mut self, open: usize, close: u8) -> Result<(), SyntaxError> {
        let end = self.at;
        self.skip_space()?;
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_space()?;
                if self.peek() == Some(close) {
                    self.quirk(comma, QuirkKind::TrailingComma);
                }
                Ok(())
            }
            Some(byte) if byte == close => Ok(()),
            None => {
                let (line, column) = super::position(self.text, open);
                let container = if close == b']' { say!("list") } else { say!("object") };
                Err(self.error(
                    say!(
                        "The file ends before the {container} that begins in line {line}, column {column} is closed.",
                        container,
                        line,
                        column
                    ),
                    say!("The file seems to be cut off: upload it again, or add the closing brackets."),
                ))
            }
            Some(_) if self.goes_on(end, close) => {
                self.quirk(self.at, QuirkKind::MissingComma);
                Ok(())
            }
            Some(_) => {
                let found = self.found();
                Err(self.error(
                    say!(
                        "A comma or “{close}” is expected here, but {found} was found.",
                        close = char::from(close),
                        found
                    ),
                    say!("Put a comma between two entries; write a double quote inside a text as \\\"."),
                ))
            }
        }
    }
}

/// A name short enough for a message.
fn shorten(name: &str) -> String {
    if name.chars().count() <= 60 {
        name.to_owned()
    } else {
        name.chars().take(59).chain(['…']).collect()
    }
}
