//! Which files are protobuf cards, and which are meant to be.

use crate::format::encoding::is_binary;
use crate::format::file::File;
use crate::format::proto_schemas::VERIFYML;
use crate::format::{ReadError, detect};
use crate::proto::wire;

use super::ProtoSource;
use super::likeness::{self, Likeness, MAX_PIECES, is_tag};
use crate::say;

/// The endings of files in the text notation.
const TEXT: &[&str] = &["pbtxt", "textproto", "textpb", "txtpb", "pbtext", "prototxt"];

/// The endings that only binary files have.
const BINARY: &[&str] = &["pb", "binpb", "protobuf"];

/// The ending that the toolkit gives its binary cards, and everybody else a schema, which is text.
const PROTO: &[&str] = &["proto"];

/// What a file is called.
enum Name {
    Binary,
    Proto,
    Other,
}

impl Name {
    fn of(file: &File) -> Self {
        if file.is_called(BINARY) {
            Self::Binary
        } else if file.is_called(PROTO) {
            Self::Proto
        } else {
            Self::Other
        }
    }
}

/// The bytes as a binary card, if they are one from the first byte to the last. Other protobuf files have numbers, lists
/// and texts at the top, so the less a file has of a card, the more its name and its bytes must say.
pub(in crate::format) fn recognise(file: &File, bytes: &[u8]) -> Option<ProtoSource> {
    let name = Name::of(file);
    // A message that says nothing has no bytes.
    if bytes.is_empty() {
        return (!matches!(name, Name::Other)).then(|| ProtoSource::binary(bytes).ok())?;
    }
    let is_plain = !wire::has_controls(bytes) && std::str::from_utf8(bytes).is_ok();
    if matches!(name, Name::Other) && (is_plain || !bytes.first().is_some_and(is_tag)) {
        return None;
    }
    let source = ProtoSource::binary(bytes).ok()?;
    let is_card = match (Likeness::of(&source, bytes), name) {
        (Likeness::Full, _) => true,
        (Likeness::Outline | Likeness::Part, _) => !is_plain,
        (Likeness::ModelName, Name::Binary | Name::Proto) => !is_plain,
        (Likeness::ModelName, Name::Other) | (Likeness::None, _) => false,
    };
    is_card.then_some(source)
}

/// Whether the name is that of a text in this notation.
pub(in crate::format) fn is_named_as_text(file: &File) -> bool {
    file.is_called(TEXT)
}

/// Whether a file says by its name or its beginning that it is a card in the text notation.
pub(in crate::format) fn is_meant_as_text(file: &File, text: &str) -> bool {
    if is_named_as_text(file) {
        return true;
    }
    let opens = |line: &str| {
        let name = VERIFYML.fields.iter().find_map(|field| line.strip_prefix(field.name));
        name.is_some_and(|rest| {
            rest.trim_start()
                .trim_start_matches(':')
                .trim_start()
                .starts_with(['{', '<'])
        })
    };
    !file.is_called(&["md", "markdown"])
        && text
            .lines()
            .any(|line| opens(line) || (line.starts_with('#') && line.contains("proto-message: ModelCard")))
}

/// Why a protobuf file is no card, when it is such a file: a schema, a text with a mistake, a damaged binary file.
pub(in crate::format) fn refusal(file: &File, bytes: &[u8]) -> Option<ReadError> {
    match file.text() {
        Ok(text) if !file.is_called(&["md", "markdown"]) && is_schema(&text.text) => Some(ReadError {
            message: say!("This is a protobuf schema: it says which fields a card can have, and holds no card."),
            advice: say!(
                "Upload the card that was written with it. The Model Card Toolkit keeps it as data/model_card.proto."
            ),
            position: None,
            text: None,
        }),
        _ if file.document().is_ok() => None,
        Ok(text) if is_meant_as_text(file, &text.text) => ProtoSource::text(text).err(),
        _ if is_meant_as_binary(file, bytes) => Some(of_binary(file, bytes)),
        _ => None,
    }
}

/// What the letters of a file are.
enum Letters {
    /// Those of a text.
    Plain,
    /// Those of a text, with control characters that hardly any has.
    Odd,
    /// None: the bytes can be no text.
    None,
}

impl Letters {
    fn of(file: &File) -> Self {
        match file.text() {
            Ok(text) if text.text.bytes().any(is_binary) => Self::Odd,
            Ok(_) => Self::Plain,
            Err(_) => Self::None,
        }
    }
}

/// Whether a file that is no card must be a protobuf file all the same. What can be a text is one, unless it is called
/// otherwise.
fn is_meant_as_binary(file: &File, bytes: &[u8]) -> bool {
    match (Name::of(file), Letters::of(file)) {
        (Name::Binary | Name::Proto, Letters::Odd | Letters::None) => true,
        (Name::Binary, Letters::Plain) => !is_other_text(file),
        (Name::Other, Letters::None) => begins_like_card(bytes),
        (Name::Other, Letters::Odd) => is_list_of_entries(bytes),
        (Name::Proto | Name::Other, Letters::Plain) => false,
    }
}

/// Whether there is nothing in a file, or JSON or the like with a mistake, which is explained as such.
fn is_other_text(file: &File) -> bool {
    file.text()
        .is_ok_and(|text| text.text.trim().is_empty() || detect::is_meant_as_data(file, &text.text))
}

/// In so many bytes stand the tags and lengths of a card, of its first message and of the first text in it.
const BEGINNING: usize = 8;

fn begins_like_card(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(BEGINNING)];
    let Some((tag, rest)) = start.split_first() else {
        return false;
    };
    // A length of 128 and more has a byte for every seven bits, all but the last with the highest bit.
    let more = rest.iter().take_while(|byte| **byte >= 0x80).count();
    let is_long = more > 0 && rest.get(more + 1).is_some_and(is_tag);
    is_tag(tag) && (is_long || start.iter().copied().any(is_binary))
}

fn is_list_of_entries(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(is_tag)
        && ProtoSource::binary(bytes).is_ok_and(|source| likeness::pieces(&source) > MAX_PIECES)
}

/// What is wrong with a binary file that is no card. A text that only its name makes a protobuf file comes back.
fn of_binary(file: &File, bytes: &[u8]) -> ReadError {
    let mut error = ProtoSource::binary(bytes).err().unwrap_or_else(|| ReadError {
        message: say!(
            "By its bytes this is a protobuf file, but no model card: what stands in it under the numbers of a card is \
                  something else."
        ),
        advice: say!("Upload the card itself. The Model Card Toolkit keeps it as data/model_card.proto."),
        position: None,
        text: None,
    });
    if let (Letters::Plain, Ok(text)) = (Letters::of(file), file.text()) {
        error.advice = say!(
            "{advice} If it is a text, give it a name that says so, such as README.md, or paste it.",
            advice = error.advice
        );
        error.text = Some(text.text.to_string());
    }
    error
}

/// Whether the first statement is one that only schemas have.
fn is_schema(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("//") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|at| at + 2)
        } else {
            break;
        };
        match end {
            Some(end) => rest = rest[end..].trim_start(),
            None => return false,
        }
    }
    ["syntax", "edition"].iter().any(|word| {
        let value = rest.strip_prefix(word).map(str::trim_start);
        let value = value.and_then(|rest| rest.strip_prefix('=')).map(str::trim_start);
        value.is_some_and(|rest| {
            rest.starts_with(['"', '\'']) && rest.lines().next().is_some_and(|line| line.contains(';'))
        })
    })
}
