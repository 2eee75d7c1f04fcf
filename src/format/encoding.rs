//! From the bytes of a file to its text, and back.

use super::ReadError;
use crate::json;

/// How a text is written in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16LittleEndian,
    Utf16BigEndian,
}

impl Encoding {
    /// What is worth telling about it.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Utf8 => None,
            Self::Utf8WithMark => Some("The file begins with a byte order mark; it is kept."),
            Self::Utf16LittleEndian | Self::Utf16BigEndian => {
                Some("The file is written in UTF-16; it is downloaded in UTF-16 as well.")
            }
        }
    }

    /// The text in this encoding.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let wide = || [0xFEFF].into_iter().chain(text.encode_utf16());
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8WithMark => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            Self::Utf16LittleEndian => wide().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16BigEndian => wide().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

/// The beginnings of files that are no text, and what they are.
const SIGNATURES: [(&[u8], &str); 9] = [
    (b"\x89PNG", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive (or an office document)"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"\x80\x02", "a Python pickle, which is never opened here"),
    (b"\x80\x04", "a Python pickle, which is never opened here"),
    (b"\x7FELF", "a program"),
];

/// The encoding of a file and its text, without byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<(Encoding, String), ReadError> {
    let refuse = |message: String, position| {
        let advice =
            "Upload the model card itself, as a JSON, YAML or Markdown file in UTF-8, or paste its text.".to_owned();
        Err(ReadError {
            message,
            advice,
            position,
            text: None,
        })
    };
    if let Some((_, name)) = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)) {
        return refuse(format!("This is {name}, not a model card."), None);
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
                "The file begins like UTF-16 text, but is damaged further on.".into(),
                None,
            ),
        };
    }
    let (encoding, content) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (Encoding::Utf8WithMark, rest),
        None => (Encoding::Utf8, bytes),
    };
    match std::str::from_utf8(content) {
        Ok(text) if text.contains('\0') => refuse(
            "The file holds zero bytes, so it is no text.".into(),
            Some(json::position(text, text.find('\0').unwrap_or(0))),
        ),
        Ok(text) => Ok((encoding, text.to_owned())),
        Err(error) => {
            let (sound, _) = content.split_at(error.valid_up_to());
            let position = std::str::from_utf8(sound)
                .ok()
                .map(|text| json::position(text, text.len()));
            refuse(
                "The file is not text in UTF-8: a byte in it has no meaning there.".into(),
                position,
            )
        }
    }
}
