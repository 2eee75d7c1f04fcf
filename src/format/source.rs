//! A file as text with places: encoding and wrapping undone for reading, kept for writing.

use super::ReadError;
use crate::json::{self, Document, Kind, Node, Value};

/// How many times a document may be wrapped in a JSON string; twice was seen in real files.
const MAX_WRAPPINGS: usize = 3;

/// A JSON file, ready to be read and to be written back with only the changed places replaced.
#[derive(Debug)]
pub(super) struct Source {
    encoding: Encoding,
    /// The file's text, without byte order mark.
    file: String,
    /// The JSON strings around the document, outermost first.
    wrappings: Vec<Wrapping>,
    /// The document's own text.
    pub text: String,
    /// The document.
    pub document: Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16LittleEndian,
    Utf16BigEndian,
}

#[derive(Debug)]
struct Wrapping {
    /// For each byte of the text inside, and for its end, the byte offset in the text around it.
    places: Vec<usize>,
    /// Whether the text around writes characters beyond ASCII as escapes.
    ascii: bool,
}

impl Source {
    /// Decodes and parses a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReadError> {
        let (encoding, file) = decode(bytes)?;
        let mut text = file.clone();
        let mut document = parse(&text, &text, &[])?;
        let mut wrappings = Vec::new();
        while let Kind::Text(inner) = &document.root.kind
            && wrappings.len() < MAX_WRAPPINGS
            && inner.trim_start().starts_with(['{', '[', '"'])
        {
            let places = json::string_places(&text, document.root.span.clone());
            wrappings.push(Wrapping {
                places,
                ascii: text.is_ascii() && !inner.is_ascii(),
            });
            text = inner.clone();
            document = parse(&text, &file, &wrappings)?;
        }
        Ok(Self {
            encoding,
            file,
            wrappings,
            text,
            document,
        })
    }

    /// Whether the document came as text inside a JSON string.
    pub fn is_wrapped(&self) -> bool {
        !self.wrappings.is_empty()
    }

    /// Whether the file begins with a byte order mark, or is not UTF-8.
    pub fn encoding_note(&self) -> Option<&'static str> {
        self.encoding.note()
    }

    /// The line of the file, from 1, in which a byte offset of the document's text lies.
    pub fn line(&self, offset: usize) -> usize {
        json::position(&self.file, outward(&self.wrappings, offset)).0
    }

    /// A function from byte offsets to lines for many look-ups, each in logarithmic time.
    pub fn lines(&self) -> impl Fn(usize) -> usize {
        let line = json::lines(&self.file);
        move |offset| line(outward(&self.wrappings, offset))
    }

    /// The file with the document changed to the value, every other byte as it was.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        let mut edits = json::edits(&self.text, &self.document.root, value);
        for wrapping in self.wrappings.iter().rev() {
            for edit in &mut edits {
                edit.range = wrapping.places[edit.range.start]..wrapping.places[edit.range.end];
                edit.text = json::escaped(&edit.text, wrapping.ascii);
            }
        }
        self.encoding.encode(&json::apply(&self.file, &edits))
    }
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

/// The root of the document.
impl std::ops::Deref for Source {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.document.root
    }
}

fn outward(wrappings: &[Wrapping], offset: usize) -> usize {
    wrappings
        .iter()
        .rev()
        .fold(offset, |offset, wrapping| wrapping.places[offset])
}

fn parse(text: &str, file: &str, wrappings: &[Wrapping]) -> Result<Document, ReadError> {
    json::parse(text).map_err(|error| {
        let guess = if wrappings.is_empty() { not_json(text) } else { None };
        let (message, advice) = guess.map_or((error.message, error.advice), |(message, advice)| {
            (message.to_owned(), advice.to_owned())
        });
        ReadError {
            message,
            advice,
            position: Some(json::position(file, outward(wrappings, error.at))),
            text: Some(file.to_owned()),
        }
    })
}

/// What a text is that does not even begin like JSON.
fn not_json(text: &str) -> Option<(&'static str, &'static str)> {
    let start = text.trim_start();
    if start.starts_with('<') {
        Some((
            "This looks like an HTML or XML page, not like JSON.",
            "Upload the JSON file that the page was made from, or start a blank card and paste the texts.",
        ))
    } else if start.starts_with("---") || start.starts_with('#') {
        Some((
            "This looks like a Markdown file. This version reads JSON and YAML files.",
            "Upload the card as JSON or YAML, or start a blank card and paste the texts into its sections.",
        ))
    } else {
        None
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

pub(super) fn decode(bytes: &[u8]) -> Result<(Encoding, String), ReadError> {
    let refuse = |message: String, position| {
        let advice = "Upload the model card itself, as a JSON or YAML file in UTF-8, or paste its text.".to_owned();
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
