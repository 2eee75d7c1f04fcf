//! Text and attribute values: from their spelling to what they say, and back.

/// White space of XML.
pub(super) const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// What a stretch of text says: references replaced, line breaks as `\n`. Entities are left as they stand.
pub(super) fn decoded(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\r']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('\r') {
            out.push('\n');
            rest = after.strip_prefix('\n').unwrap_or(after);
        } else {
            match reference(rest) {
                Some((Reference::Character(c), length)) => {
                    out.push(c);
                    rest = &rest[length..];
                }
                _ => {
                    out.push('&');
                    rest = &rest[1..];
                }
            }
        }
    }
    out + rest
}

/// What an attribute's value says: a line break or tab in it is a blank (XML 1.0, section 3.3.3).
pub(super) fn decoded_attribute(raw: &str) -> String {
    decoded(&raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " "))
}

/// A `&…;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference<'t> {
    /// One of the five that XML knows, or a number.
    Character(char),
    /// Any other name, or a number of no character.
    Entity(&'t str),
}

/// The longest name of an entity that is told from text.
const MAX_NAME: usize = 60;

/// The reference that a text begins with, and its length.
pub(super) fn reference(text: &str) -> Option<(Reference<'_>, usize)> {
    let inner = text.strip_prefix('&')?;
    let end = inner.find(|c: char| !super::name::is_inside(c) && c != '#')?;
    let name = &inner[..end];
    if !inner[end..].starts_with(';') || end == 0 || end > MAX_NAME {
        return None;
    }
    let known = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(digits), _) => u32::from_str_radix(digits, 16).ok().and_then(char::from_u32),
            (None, Some(digits)) => digits.parse().ok().and_then(char::from_u32),
            (None, None) => None,
        },
    };
    match known {
        Some(c) if is_allowed(c) => Some((Reference::Character(c), end + 2)),
        _ if name.starts_with('#') || name.starts_with(super::name::is_start) => {
            Some((Reference::Entity(name), end + 2))
        }
        _ => None,
    }
}

/// Whether XML allows a character at all (XML 1.0, production 2).
pub fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// A text with U+FFFD for each character that XML has no way to spell.
pub(super) fn spellable(text: &str) -> String {
    let spelled = |c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER };
    text.chars().map(spelled).collect()
}

/// The entities that a text refers to, as they stand: `&name;`.
pub(super) fn entities(raw: &str) -> Vec<&str> {
    let found = raw
        .match_indices('&')
        .filter_map(|(at, _)| match reference(&raw[at..]) {
            Some((Reference::Entity(_), length)) => Some(&raw[at..at + length]),
            _ => None,
        });
    found.collect()
}

/// A text for between tags; `kept` are entities that stay references. White space at its ends is spelled so that it is
/// not taken for layout.
pub(super) fn content(text: &str, newline: &str, kept: &[&str]) -> String {
    let inner = text.trim_matches(SPACE);
    let (head, tail) = text.split_at(text.len() - text.trim_start_matches(SPACE).len());
    let tail = &tail[inner.len()..];
    let mut out = String::with_capacity(text.len());
    let spelled = |out: &mut String, space: &str| space.chars().for_each(|c| number(out, c));
    spelled(&mut out, head);
    escape(&mut out, inner, kept, |out, c| match c {
        '\n' => out.push_str(newline),
        '<' => out.push_str("&lt;"),
        '>' if out.ends_with("]]") => out.push_str("&gt;"),
        '\r' => number(out, c),
        c => out.push(c),
    });
    spelled(&mut out, tail);
    out
}

/// A text for an attribute's value in these quotes.
pub(super) fn attribute(text: &str, quote: char, kept: &[&str]) -> String {
    let mut out = String::with_capacity(text.len());
    escape(&mut out, text, kept, |out, c| match c {
        '<' => out.push_str("&lt;"),
        '"' if quote == '"' => out.push_str("&quot;"),
        '\'' if quote == '\'' => out.push_str("&apos;"),
        '\n' | '\r' | '\t' => number(out, c),
        c => out.push(c),
    });
    out
}

/// A text for inside of `<![CDATA[ … ]]>`, where CDATA can say it.
pub(super) fn cdata(text: &str, newline: &str) -> Option<String> {
    let can = text.chars().all(is_allowed) && !text.contains('\r');
    can.then(|| text.replace("]]>", "]]]]><![CDATA[>").replace('\n', newline))
}

fn escape(out: &mut String, text: &str, kept: &[&str], mut write: impl FnMut(&mut String, char)) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '&' {
            match kept.iter().find(|kept| rest.starts_with(**kept)) {
                Some(kept) => {
                    out.push_str(kept);
                    rest = &rest[kept.len()..];
                    continue;
                }
                None => out.push_str("&amp;"),
            }
        } else if is_allowed(c) {
            write(out, c);
        } else {
            out.push_str(&spellable(&rest[..c.len_utf8()]));
        }
        rest = &rest[c.len_utf8()..];
    }
}

fn number(out: &mut String, c: char) {
    out.push_str(&format!("&#{};", u32::from(c)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_entities_stay() {
        assert_eq!(
            decoded("a&amp;b&#x41;&#66;&lt;\r\n&foo;&#0;& &;"),
            "a&bAB<\n&foo;&#0;& &;"
        );
        assert_eq!(decoded_attribute("a\r\nb\tc&#10;d"), "a b c\nd");
        assert_eq!(entities("&a; &lt; &#0; & b;"), ["&a;", "&#0;"]);
    }

    #[test]
    fn what_is_written_is_read() {
        for text in ["a<b>&c;]]> \"'", " \n x\t", "\n", "a\r\nb", "]]>", "  "] {
            assert_eq!(decoded(&content(text, "\r\n", &[])), text);
            for quote in ['"', '\''] {
                assert_eq!(decoded_attribute(&attribute(text, quote, &[])), text);
            }
        }
        assert_eq!(content(" a ", "\n", &[]), "&#32;a&#32;");
        assert_eq!(content("&x; &y;", "\n", &["&x;"]), "&x; &amp;y;");
        assert_eq!(content("\u{1}", "\n", &[]), "\u{fffd}");
        assert_eq!(cdata("a]]>b\n", "\r\n").as_deref(), Some("a]]]]><![CDATA[>b\r\n"));
    }
}
