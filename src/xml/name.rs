//! Names of elements and attributes, and how other names are spelled as such.

/// Whether a character may begin a name (XML 1.0, production 4).
pub(super) fn is_start(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// Whether a character may go on in a name (XML 1.0, production 4a).
pub(super) fn is_inside(c: char) -> bool {
    is_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// The name spelled so that XML allows it: what it does not allow as `_xHHHH_` (ISO/IEC 9075-14), no name as `_x_`.
///
/// A colon stays where it stands between two parts of which `is_prefix` knows the first.
pub fn encoded(name: &str, is_prefix: impl Fn(&str) -> bool) -> String {
    if name.is_empty() {
        return "_x_".into();
    }
    let colon = name
        .split_once(':')
        .filter(|(prefix, rest)| is_prefix(prefix) && rest.starts_with(is_start) && !rest.contains(':'))
        .map(|(prefix, _)| prefix.len());
    let mut out = String::with_capacity(name.len());
    for (at, c) in name.char_indices() {
        let fits = match c {
            ':' => colon == Some(at),
            '_' => escape(&name[at..]).is_none(),
            c if at == 0 => is_start(c),
            c => is_inside(c),
        };
        if fits {
            out.push(c);
        } else {
            out.push_str(&format!("_x{:04X}_", u32::from(c)));
        }
    }
    out
}

/// The name that such a spelling stands for.
pub fn decoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match escape(rest) {
            Some((c, length)) => {
                out.extend(c);
                rest = &rest[length..];
            }
            None => {
                out.push('_');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// The character that a text begins with in its spelling as `_xHHHH_`, and how long that is; none for `_x_`.
fn escape(text: &str) -> Option<(Option<char>, usize)> {
    let (digits, _) = text.strip_prefix("_x")?.split_once('_')?;
    let length = digits.len() + 3;
    if digits.is_empty() {
        return Some((None, length));
    }
    let is_hex = (4..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    c.filter(|_| is_hex).map(|c| (Some(c), length))
}

/// A name much like it that XML allows: `_` for blanks and signs. The marks of attributes and of text stay.
pub fn plain_name(name: &str) -> String {
    if name == "#text" {
        return name.into();
    }
    let (mark, inner) = match name.strip_prefix('@') {
        Some(inner) if !inner.is_empty() => ("@", inner),
        _ => ("", name),
    };
    let mut out = String::new();
    let mut gap = false;
    for c in inner.chars() {
        if c == ':' || !is_inside(c) {
            gap = !out.is_empty();
            continue;
        }
        if gap && !out.ends_with('_') || out.is_empty() && !is_start(c) {
            out.push('_');
        }
        gap = false;
        out.push(c);
    }
    if out.is_empty() {
        out.push('_');
    }
    format!("{mark}{out}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_plain() {
        for (name, plain) in [
            ("Testing Data, Factors & Metrics", "Testing_Data_Factors_Metrics"),
            ("1. Uses (short)", "_1._Uses_short"),
            ("", "_"),
            ("@x:y", "@x_y"),
            ("#text", "#text"),
            ("模型", "模型"),
        ] {
            assert_eq!(plain_name(name), plain);
        }
    }

    #[test]
    fn any_name_is_spelled_and_read_back() {
        for (name, spelling) in [
            ("Model details", "Model_x0020_details"),
            ("a_b", "a_b"),
            ("", "_x_"),
            ("_x_", "_x005F_x_"),
            ("_x0020_", "_x005F_x0020_"),
            ("1.2", "_x0031_.2"),
            ("模型", "模型"),
            ("😀é", "😀é"),
            ("a:b", "a_x003A_b"),
            ("ds:b", "ds:b"),
            ("ds:b:c", "ds_x003A_b_x003A_c"),
            ("\u{1}", "_x0001_"),
        ] {
            assert_eq!(encoded(name, |prefix| prefix == "ds"), spelling);
            assert_eq!(decoded(spelling), name);
        }
        assert_eq!(decoded("_xD800__x12"), "_xD800__x12");
    }
}
