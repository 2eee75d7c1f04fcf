//! Text that stands where an answer should be.

use std::borrow::Cow;

use super::Remark;
use crate::say;

/// Whole answers that say nothing, in lower case and without brackets, dots and colons around.
const WHOLE: &[&str] = &[
    "",
    "?",
    "??",
    "???",
    "-",
    "--",
    "tbd",
    "tba",
    "tbc",
    "todo",
    "to do",
    "fixme",
    "xxx",
    "placeholder",
    "fill in",
    "fill me in",
    "to be added",
    "to be completed",
    "to be determined",
    "to be announced",
    "to be updated",
    "coming soon",
    "work in progress",
    "under construction",
    "information needed",
    "more info needed",
    "more information needed",
    "needs more information",
    "insert text here",
    "your answer here",
    "image_bytes",
];

/// Pieces that betray an unfinished text, in lower case.
const WITHIN: &[&str] = &["more information needed", "needs more information", "lorem ipsum"];

/// Whether the whole text is a placeholder.
pub(super) fn is_placeholder(text: &str) -> bool {
    let without = without_comments(text);
    // No placeholder is longer; a long text is not worth a copy.
    if text.trim().is_empty() || without.len() > 400 {
        return false;
    }
    let lower = without.to_lowercase();
    let core = lower
        .trim()
        .trim_matches(|letter: char| "[](){}<>*_.:!… \t\r\n".contains(letter));
    WHOLE.contains(&core)
        || core.starts_with("lorem ipsum")
        || (lower.trim().starts_with("{{") && lower.trim().ends_with("}}"))
}

/// Whether a text is nothing but HTML comments.
pub fn is_comment(text: &str) -> bool {
    text.contains("<!--") && without_comments(text).trim().is_empty()
}

/// The text without its HTML comments, which templates have for instructions.
fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains("<!--") {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split("<!--");
    let mut left = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        left.push_str(piece.split_once("-->").map_or("", |(_, behind)| behind));
    }
    Cow::Owned(left)
}

/// Says where a placeholder is still in the text.
pub(super) fn check(text: &str) -> Option<Remark> {
    // Instructions in comments are no answer, but no reader sees them.
    if is_comment(text) {
        return None;
    }
    if is_placeholder(text) {
        return Some(Remark::tip(say!(
            "“{text}” is a placeholder. Write the answer, or empty the field.",
            text = text.trim().chars().take(40).collect::<String>()
        )));
    }
    let lower = text.to_lowercase();
    let found = WITHIN.iter().copied().find(|piece| lower.contains(piece));
    let found = found.or_else(|| outside_code(text).find_map(mark))?;
    Some(Remark::tip(say!(
        "The text still has a placeholder in it: “{placeholder}”. Replace it, or take it out.",
        placeholder = found.trim()
    )))
}

/// The lines that stand in no block of code: code may have templates and plans of its own.
fn outside_code(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence));
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// A mark of unfinished text in a line.
fn mark(line: &str) -> Option<&str> {
    let mut words = line.split(|letter: char| !letter.is_alphanumeric());
    let word = words.find(|word| ["TODO", "TBD", "FIXME"].contains(word));
    word.or_else(|| template(line))
}

/// A place of a template that was never filled: `{{ name }}` or `{{HUB_NAME}}`, but not the braces of BibTeX, `{{NASA}}`.
fn template(line: &str) -> Option<&str> {
    let mut rest = line;
    while let Some(start) = rest.find("{{") {
        let inside = &rest[start + 2..];
        if inside.starts_with(' ') {
            return Some("{{");
        }
        // Looked at no further than the name: a line may be braces only.
        let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = inside.bytes().take_while(is_of_name).count();
        if inside[..length].contains('_') && inside[length..].starts_with("}}") {
            return Some(&rest[start..start + length + 4]);
        }
        rest = inside;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_recognised_whole() {
        for text in [
            "[More Information Needed]",
            "More information needed.",
            "TODO",
            "tbd",
            "…",
            "Lorem ipsum dolor sit amet",
            "{{ model_summary | default(\"More information needed\", true) }}",
            "[?]",
            "<placeholder>",
            "<!-- What is it for? -->",
            "<!-- What is it for? -->\n\n[More Information Needed]",
        ] {
            assert!(is_placeholder(text), "{text}");
            assert_eq!(check(text).is_some(), !text.ends_with("-->"), "{text}");
        }
    }

    #[test]
    fn short_honest_answers_are_answers() {
        for text in [
            "None",
            "no",
            "N/A",
            "0",
            "Not applicable",
            "unknown",
            "Todos los usuarios",
            "x",
        ] {
            assert!(!is_placeholder(text), "{text}");
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn placeholders_inside_a_text_are_named() {
        assert!(
            check("Trained on images. TODO: say which.")
                .unwrap()
                .message
                .to_string()
                .contains("TODO")
        );
        assert!(check("## Use\n[More Information Needed]\n## Limits\nnone").is_some());
        assert!(
            check("Load it from {{HF_REPO_ID}}.")
                .unwrap()
                .message
                .to_string()
                .contains("{{HF_REPO_ID}}")
        );
        assert!(check("Made by {{ authors }}").is_some());
        for text in [
            "a todo list application",
            "author = {{NASA}}, title = {{BERT:} Pre-training}",
            "```\n# TODO: faster\nprompt = \"{{ messages }}\"\n```\nRuns.",
            "The paper is coming soon.",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }
}
