//! Why a text is not YAML, in plain words.

use granit_parser::{ErrorKind, ScanError};

use super::SyntaxError;
use crate::locale::Sentence;
use crate::say;

/// What the parser refuses, as a sentence with the place and what to try.
pub(super) fn explain(text: &str, error: &ScanError) -> SyntaxError {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let (message, advice) = words(error.kind());
    SyntaxError {
        at: text.floor_char_boundary(at),
        message,
        advice,
    }
}

fn words(kind: &ErrorKind) -> (Sentence, Sentence) {
    let (message, advice) = match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace => (
            say!("A tab stands where YAML wants blanks."),
            say!("Indent with blanks; two for each level are usual."),
        ),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            say!("A colon stands here where no name can end."),
            say!(
                "Put a text that holds a colon and a blank in quotes: title: \"Otters: a study\". Or check \
                         the brackets and the indentation above."
            ),
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => (
            say!("A list entry begins here where none can stand."),
            say!(
                "Put the first “- ” on a line of its own below the name, or put a text that begins with a \
                         dash in quotes."
            ),
        ),
        ErrorKind::BlockEntryInFlowCollection => (
            say!("A dash stands inside brackets."),
            say!("Separate entries in brackets with commas, or put the text in quotes."),
        ),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedNodeContent
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::InvalidSimpleKey
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::ExpectedDocumentStart => (
            say!("This line fits neither the entries above it nor begins a new one."),
            say!(
                "Let entries that belong together begin in the same column, with “name: value” or “- \
                         value”; indent the further lines of a long text."
            ),
        ),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::UnexpectedEof => (
            say!("A quoted text is not closed before this place."),
            say!(
                "Add the missing quote at its end; inside single quotes write a quote twice, inside double \
                         quotes as \\\"."
            ),
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            say!("More text follows behind the closing quote."),
            say!(
                "Put the whole text in quotes; inside single quotes write a quote twice, inside double quotes as \\\"."
            ),
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => (
            say!("A backslash in double quotes begins an escape, and YAML does not know this one."),
            say!("Write a plain backslash as \\\\, or put the text in single quotes."),
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
            say!("The brackets do not match, or a comma is missing between entries in brackets."),
            say!(
                "Close every [ with ] and every { with }, separate entries with commas, or put a text with \
                         brackets in quotes."
            ),
        ),
        ErrorKind::RecursionLimitExceeded => (
            say!("Here the document nests deeper than 128 levels."),
            say!("A model card needs a handful of levels; flatten the document, or split it."),
        ),
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => (
            say!("A “#” begins a comment here in the middle of a text."),
            say!("Put a blank before “#” for a comment, or the whole text in quotes."),
        ),
        ErrorKind::ZeroBlockScalarIndent
        | ErrorKind::InvalidBlockScalarHeader
        | ErrorKind::InvalidBlockScalarIndent => (
            say!("The text that “|” or “>” begins is not laid out as YAML wants it."),
            say!("Put nothing but a comment behind the mark, and indent all its lines by the same number of blanks."),
        ),
        ErrorKind::UnexpectedCharacter { character } => return unexpected(*character),
        ErrorKind::BomInsideDocument => (
            say!("A byte order mark stands inside the text."),
            say!("Remove this invisible character; it may stand only at the very beginning."),
        ),
        _ => (
            say!("YAML cannot be read from here on."),
            say!(
                "Put texts with special characters in quotes, and check the indentation of this line and the one above."
            ),
        ),
    };
    (message, advice)
}

fn unexpected(character: char) -> (Sentence, Sentence) {
    if character.is_control() {
        let code = format!("U+{:04X}", u32::from(character));
        let message = say!("The control character {code} cannot stand here.", code);
        return (message, say!("Remove it, or write it as an escape in double quotes."));
    }
    let message = say!("No bare text can begin with “{character}”.", character);
    (message, say!("Put the text in quotes."))
}

/// A place that the tree cannot be aligned with; none is known.
pub(super) fn misplaced(at: usize) -> SyntaxError {
    SyntaxError {
        at,
        message: say!("The layout here is not understood."),
        advice: say!("Write the entries of this part on lines of their own, without marks such as “?”."),
    }
}

pub(super) fn too_many(at: usize, limit: usize) -> SyntaxError {
    SyntaxError {
        at,
        message: say!("The document has more than {limit} values.", limit),
        advice: say!("Move measurements into a file of their own."),
    }
}

pub(super) fn too_deep(at: usize, limit: usize) -> SyntaxError {
    SyntaxError {
        at,
        message: say!("Here the document nests deeper than {limit} levels.", limit),
        advice: say!("A model card needs a handful of levels; flatten the document, or split it."),
    }
}
