//! From the bytes of a file to its text, and back.

use std::ops::RangeInclusive;

use super::{ReadError, Severity};
use crate::json;
use crate::locale::Sentence;
use crate::say;
use crate::word;

/// How a text is written in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16LittleEndian,
    Utf16BigEndian,
    /// UTF-8 in which single bytes are damaged; each is shown as a character of [`STRAY`].
    DamagedUtf8 {
        has_mark: bool,
    },
    /// One byte a character, as the Encoding Standard of WHATWG defines it: the five bytes without a
    /// meaning are control characters, so every byte is read and written back.
    Windows1252,
}

/// The characters for damaged bytes 0x80 to 0xFF: a private stretch that means nothing to others.
const STRAY: RangeInclusive<char> = '\u{F780}'..='\u{F7FF}';

/// What Windows-1252 has at 0x80 to 0x9F; everywhere else a byte is the character of the same number.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

impl Encoding {
    /// What is worth telling about it, and the byte offset in the text where it shows first.
    pub fn note(self, text: &str) -> Option<(usize, Severity, Sentence)> {
        match self {
            Self::Utf8 => None,
            Self::Utf8WithMark => {
                let message = say!("The file begins with a byte order mark; it is kept.");
                Some((0, Severity::Note, message))
            }
            Self::Utf16LittleEndian | Self::Utf16BigEndian => {
                let message = say!("The file is written in UTF-16; it is downloaded in UTF-16 as well.");
                Some((0, Severity::Note, message))
            }
            Self::DamagedUtf8 { .. } => {
                let message = say!(
                    "A byte here has no meaning in UTF-8, so a character is damaged. It is shown as a sign \
                               without meaning and kept as it is; type the right character over it."
                );
                Some((text.find(is_stray).unwrap_or(0), Severity::Problem, message))
            }
            Self::Windows1252 => {
                let message = say!(
                    "The file is not in UTF-8, so it is read as Windows-1252; this is the first letter \
                             that tells. It is downloaded in Windows-1252 as well. In JSON a letter that \
                             Windows-1252 lacks is written as an escape; in YAML and Markdown such a letter turns \
                             the download into UTF-8."
                );
                Some((
                    text.find(|c: char| !c.is_ascii()).unwrap_or(0),
                    Severity::Problem,
                    message,
                ))
            }
        }
    }

    /// The text in this encoding, or in UTF-8 where this encoding cannot say it.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let wide = || [0xFEFF].into_iter().chain(text.encode_utf16());
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8WithMark => [MARK, text.as_bytes()].concat(),
            Self::Utf16LittleEndian => wide().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16BigEndian => wide().flat_map(u16::to_be_bytes).collect(),
            Self::DamagedUtf8 { has_mark } => {
                let mut bytes = if has_mark { MARK.to_vec() } else { Vec::new() };
                for c in text.chars() {
                    match stray_byte(c) {
                        Some(byte) => bytes.push(byte),
                        None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    }
                }
                self.if_read_back(bytes, text)
            }
            Self::Windows1252 => match text.chars().map(windows_byte).collect() {
                Some(bytes) => self.if_read_back(bytes, text),
                None => text.as_bytes().to_vec(),
            },
        }
    }

    /// The JSON text in this encoding; characters that it lacks are written as escapes.
    pub fn encode_json(self, text: &str) -> Vec<u8> {
        if self != Self::Windows1252 {
            return self.encode(text);
        }
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            match windows_byte(c) {
                Some(_) => escaped.push(c),
                None => escaped.push_str(&json::escaped(c.encode_utf8(&mut [0; 4]), true)),
            }
        }
        self.encode(&escaped)
    }

    /// The bytes, if the text is read out of them again: without the last odd letter they may be UTF-8 that says
    /// something else.
    fn if_read_back(self, bytes: Vec<u8>, text: &str) -> Vec<u8> {
        match decode(&bytes) {
            Ok((_, read)) if read == text => bytes,
            _ => text.as_bytes().to_vec(),
        }
    }
}

fn is_stray(c: char) -> bool {
    STRAY.contains(&c)
}

/// The damaged byte that a character stands for.
fn stray_byte(c: char) -> Option<u8> {
    let offset = u32::from(c).checked_sub(u32::from(*STRAY.start()))?;
    u8::try_from(offset + 0x80).ok()
}

fn windows_char(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn windows_byte(c: char) -> Option<u8> {
    match u8::try_from(u32::from(c)) {
        Ok(byte) if !(0x80..=0x9F).contains(&byte) => Some(byte),
        _ => {
            let at = WINDOWS.iter().position(|other| *other == c)?;
            u8::try_from(at + 0x80).ok()
        }
    }
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The beginnings of files that are no text, and what they are.
const SIGNATURES: [(&[u8], &str); 14] = [
    (b"\x89PNG", word!("a PNG image")),
    (b"\xFF\xD8\xFF", word!("a JPEG image")),
    (b"GIF8", word!("a GIF image")),
    (b"%PDF", word!("a PDF document")),
    (b"PK\x03\x04", word!("a ZIP archive (or an office document)")),
    (b"\x1F\x8B", word!("a gzip archive")),
    (b"7z\xBC\xAF", word!("a 7z archive")),
    (b"\xFD7zXZ", word!("an xz archive")),
    (b"\x80\x02", word!("a Python pickle, which is never opened here")),
    (b"\x80\x04", word!("a Python pickle, which is never opened here")),
    (b"\x7FELF", word!("a program")),
    (b"\x89HDF", word!("an HDF5 file, as Keras keeps its models in")),
    (b"\x93NUMPY", word!("an array of NumPy")),
    (b"GGUF", word!("a model itself, in the format GGUF")),
];

/// What a file is by its first bytes, where that is no text.
pub(super) fn kind_of(bytes: &[u8]) -> Option<Sentence> {
    let signature = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    signature.map(|(_, kind)| Sentence::new(kind))
}

/// The encoding of a file and its text, without byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<(Encoding, String), ReadError> {
    let refuse = |message: Sentence, position| {
        let advice =
            say!("Upload the model card itself, as a JSON, YAML or Markdown file in UTF-8, or paste its text.");
        Err(ReadError {
            message,
            advice,
            position,
            text: None,
        })
    };
    if let Some(kind) = kind_of(bytes) {
        return refuse(say!("This is {kind}, not a model card.", kind), None);
    }
    let wide = |decode: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs[1..].iter().map(|pair| decode(*pair));
        rest.is_empty()
            .then(|| char::decode_utf16(units).collect::<Result<String, _>>().ok())
            .flatten()
    };
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let little = bytes[0] == 0xFF;
        let (encoding, decode): (_, fn([u8; 2]) -> u16) = if little {
            (Encoding::Utf16LittleEndian, u16::from_le_bytes)
        } else {
            (Encoding::Utf16BigEndian, u16::from_be_bytes)
        };
        return match wide(decode) {
            Some(text) => Ok((encoding, text)),
            None => refuse(
                say!("The file begins like UTF-16 text, but is damaged further on."),
                None,
            ),
        };
    }
    let (has_mark, content) = match bytes.strip_prefix(MARK) {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    match std::str::from_utf8(content) {
        Ok(text) if text.contains('\0') => refuse(
            say!("The file holds zero bytes, so it is no text."),
            Some(json::position(text, text.find('\0').unwrap_or(0))),
        ),
        Ok(text) if has_mark => Ok((Encoding::Utf8WithMark, text.to_owned())),
        Ok(text) => Ok((Encoding::Utf8, text.to_owned())),
        Err(error) => {
            if let Some(at) = content.iter().position(|byte| is_binary(*byte)) {
                let before = String::from_utf8_lossy(&content[..at.min(error.valid_up_to())]);
                return refuse(
                    say!("The file is no text: it holds bytes that are no characters in any common encoding."),
                    Some(json::position(&before, before.len())),
                );
            }
            Ok(without_utf8(bytes, content, has_mark))
        }
    }
}

/// Whether a byte stands in no text: the control characters, without blanks, line breaks and the escape of terminals.
pub(super) fn is_binary(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B)
}

/// What a text is read as that is not UTF-8: damaged UTF-8, where most of its letters beyond ASCII are sound, or else
/// Windows-1252.
fn without_utf8(bytes: &[u8], content: &[u8], has_mark: bool) -> (Encoding, String) {
    let mut text = String::with_capacity(content.len());
    let (mut sound, mut damaged) = (0, 0);
    for chunk in content.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        damaged += chunk.invalid().len();
        text.push_str(chunk.valid());
        let stray = |byte: &u8| char::from_u32(u32::from(*STRAY.start()) + u32::from(*byte) - 0x80);
        text.extend(chunk.invalid().iter().filter_map(stray));
    }
    let is_told_apart = text.chars().filter(|c| is_stray(*c)).count() == damaged;
    if is_told_apart && (has_mark || sound > damaged) {
        return (Encoding::DamagedUtf8 { has_mark }, text);
    }
    (Encoding::Windows1252, bytes.iter().copied().map(windows_char).collect())
}
