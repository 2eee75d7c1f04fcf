//! Lines, columns and what stands between the nodes of a YAML text.

use std::ops::Range;

/// The byte offset at which the line that holds the offset begins, after a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    match text[..at].rfind(['\n', '\r']) {
        Some(line_break) => line_break + 1,
        None if text.starts_with('\u{feff}') => '\u{feff}'.len_utf8().min(at),
        None => 0,
    }
}

/// The byte offset of the line break that ends the line of the offset, or the end of the text.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length)
}

/// The byte offset behind the line break that stands at the offset, if one does.
pub(super) fn after_break(text: &str, at: usize) -> usize {
    match &text.as_bytes()[at..] {
        [b'\r', b'\n', ..] => at + 2,
        [b'\r' | b'\n', ..] => at + 1,
        _ => at,
    }
}

/// The byte offset of the line break in front of a line that begins at the offset, if there is one.
pub(super) fn before_break(text: &str, line_start: usize) -> Option<usize> {
    match &text.as_bytes()[..line_start] {
        [.., b'\r', b'\n'] => Some(line_start - 2),
        [.., b'\r' | b'\n'] => Some(line_start - 1),
        _ => None,
    }
}

/// How many bytes stand in the line before the offset. In front of an entry of a block they are
/// blanks and marks, so this is its column.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// Whether only blanks stand before the offset in its line.
pub(super) fn is_first_in_line(text: &str, at: usize) -> bool {
    is_blank(&text[line_start(text, at)..at])
}

/// Whether there is nothing but blanks.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The offset behind the white space, line breaks and comments that begin at the offset.
pub(super) fn skip_trivia(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#') => at = line_end(text, at),
            Some(0xEF) if text[at..].starts_with('\u{feff}') => at += '\u{feff}'.len_utf8(),
            _ => return at,
        }
    }
}

/// Whether an indicator that ends at the offset is followed by white space or nothing, as it must be in
/// a block to be one.
pub(super) fn is_apart(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at), None | Some(b' ' | b'\t' | b'\r' | b'\n'))
}

/// The range of a literal or folded scalar, from its indicator to the end of its last line; blank lines
/// at its end belong to it when it keeps them. `parsed_end` lies somewhere behind its last line of content.
pub(super) fn block_scalar(text: &str, start: usize, parsed_end: usize) -> Range<usize> {
    let header_end = line_end(text, start);
    let parsed_end = parsed_end.max(header_end);
    let keeps = text[start + 1..header_end].bytes().take(2).any(|byte| byte == b'+');
    if !keeps {
        let body = text[header_end..parsed_end].trim_end_matches([' ', '\t', '\r', '\n']);
        return start..line_end(text, header_end + body.len());
    }
    let line = line_start(text, parsed_end);
    let ends_before_line = line > header_end && text[line..parsed_end].trim().is_empty();
    let end = before_break(text, line).filter(|_| ends_before_line);
    start..end.unwrap_or(parsed_end).max(header_end)
}
