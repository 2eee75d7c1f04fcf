//! Why a text is not YAML, in plain words.

use granit_parser::{ErrorKind, ScanError};

use super::SyntaxError;

/// What the parser refuses, as a sentence with the place and what to try.
pub(super) fn explain(text: &str, error: &ScanError) -> SyntaxError {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let (message, advice) = words(error.kind());
    SyntaxError {
        at: text.floor_char_boundary(at),
        message: message.into_owned(),
        advice: advice.into(),
    }
}

fn words(kind: &ErrorKind) -> (std::borrow::Cow<'static, str>, &'static str) {
    let (message, advice) = match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace => (
            "A tab stands where YAML wants blanks.",
            "Indent with blanks; two for each level are usual.",
        ),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "A colon stands here where no name can end.",
            "Put a text that holds a colon and a blank in quotes: title: \"Otters: a study\". Or check the brackets and \
             the indentation above.",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => (
            "A list entry begins here where none can stand.",
            "Put the first “- ” on a line of its own below the name, or put a text that begins with a dash in quotes.",
        ),
        ErrorKind::BlockEntryInFlowCollection => (
            "A dash stands inside brackets.",
            "Separate entries in brackets with commas, or put the text in quotes.",
        ),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedNodeContent
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::InvalidSimpleKey
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::ExpectedDocumentStart => (
            "This line fits neither the entries above it nor begins a new one.",
            "Let entries that belong together begin in the same column, with “name: value” or “- value”; indent the further \
             lines of a long text.",
        ),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::UnexpectedEof => (
            "A quoted text is not closed before this place.",
            "Add the missing quote at its end; inside single quotes write a quote twice, inside double quotes as \\\".",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "More text follows behind the closing quote.",
            "Put the whole text in quotes; inside single quotes write a quote twice, inside double quotes as \\\".",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => (
            "A backslash in double quotes begins an escape, and YAML does not know this one.",
            "Write a plain backslash as \\\\, or put the text in single quotes.",
        ),
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::MismatchedFlowCollectionEnd { .. }
        | ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::FlowMappingValueAdjacentCollection
        | ErrorKind::InvalidFlowScalarIndent => (
            "The brackets do not match, or a comma is missing between entries in brackets.",
            "Close every [ with ] and every { with }, separate entries with commas, or put a text with brackets in quotes.",
        ),
        ErrorKind::RecursionLimitExceeded => (
            "Here the document nests deeper than 128 levels.",
            "A model card needs a handful of levels; flatten the document, or split it.",
        ),
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => (
            "A “#” begins a comment here in the middle of a text.",
            "Put a blank before “#” for a comment, or the whole text in quotes.",
        ),
        ErrorKind::ZeroBlockScalarIndent
        | ErrorKind::InvalidBlockScalarHeader
        | ErrorKind::InvalidBlockScalarIndent => (
            "The text that “|” or “>” begins is not laid out as YAML wants it.",
            "Put nothing but a comment behind the mark, and indent all its lines by the same number of blanks.",
        ),
        ErrorKind::UnexpectedCharacter { character } => return unexpected(*character),
        ErrorKind::BomInsideDocument => (
            "A byte order mark stands inside the text.",
            "Remove this invisible character; it may stand only at the very beginning.",
        ),
        _ => (
            "YAML cannot be read from here on.",
            "Put texts with special characters in quotes, and check the indentation of this line and the one above.",
        ),
    };
    (message.into(), advice)
}

fn unexpected(character: char) -> (std::borrow::Cow<'static, str>, &'static str) {
    if character.is_control() {
        let message = format!(
            "The control character U+{:04X} cannot stand here.",
            u32::from(character)
        );
        return (message.into(), "Remove it, or write it as an escape in double quotes.");
    }
    let message = format!("No bare text can begin with “{character}”.");
    (message.into(), "Put the text in quotes.")
}

/// A place that the tree cannot be aligned with; none is known.
pub(super) fn misplaced(at: usize) -> SyntaxError {
    SyntaxError {
        at,
        message: "The layout here is not understood.".into(),
        advice: "Write the entries of this part on lines of their own, without marks such as “?”.".into(),
    }
}

pub(super) fn too_many(at: usize, limit: usize) -> SyntaxError {
    SyntaxError {
        at,
        message: format!("The document has more than {limit} values."),
        advice: "Move measurements into a file of their own.".into(),
    }
}

pub(super) fn too_deep(at: usize, limit: usize) -> SyntaxError {
    SyntaxError {
        at,
        message: format!("Here the document nests deeper than {limit} levels."),
        advice: "A model card needs a handful of levels; flatten the document, or split it.".into(),
    }
}
