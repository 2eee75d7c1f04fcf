//! Strings as they are spelled: with escapes as in C.

/// The bytes that the inside of a quoted string stands for; the escape that is none, by its offset.
pub(super) fn unescaped(inside: &str, out: &mut Vec<u8>) -> Result<(), usize> {
    let bytes = inside.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let plain = bytes[at..]
            .iter()
            .position(|byte| *byte == b'\\')
            .unwrap_or(bytes.len() - at);
        out.extend(&bytes[at..at + plain]);
        at += plain;
        if at < bytes.len() {
            at = escape(inside, at, out).ok_or(at)?;
        }
    }
    Ok(())
}

/// One escape at an offset, and where it ends.
fn escape(inside: &str, at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let letter = *inside.as_bytes().get(at + 1)?;
    let digits = |from: usize, most: usize, radix: u32| -> Option<(u32, usize)> {
        let digits: String = inside[from..]
            .chars()
            .take(most)
            .take_while(|c| c.is_digit(radix))
            .collect();
        Some((u32::from_str_radix(&digits, radix).ok()?, from + digits.len()))
    };
    let simple = match letter {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0B,
        b'?' | b'\\' | b'\'' | b'"' => letter,
        b'0'..=b'7' => {
            let (value, end) = digits(at + 1, 3, 8)?;
            out.push(u8::try_from(value).ok()?);
            return Some(end);
        }
        b'x' | b'X' => {
            let (value, end) = digits(at + 2, 2, 16)?;
            out.push(u8::try_from(value).ok()?);
            return Some(end);
        }
        b'u' | b'U' => {
            let most = if letter == b'u' { 4 } else { 8 };
            let (value, end) = digits(at + 2, most, 16)?;
            let character = char::from_u32(value).filter(|_| end == at + 2 + most)?;
            out.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(end);
        }
        _ => return None,
    };
    out.push(simple);
    Some(at + 2)
}

/// Writes a text as a quoted string; `ascii` spells characters beyond ASCII by their bytes, as the reference printer does.
pub(super) fn quote(out: &mut String, text: &str, quote: char, ascii: bool) {
    out.push(quote);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if character == quote => {
                out.push('\\');
                out.push(character);
            }
            _ if character.is_control() && character.is_ascii() || ascii && !character.is_ascii() => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    out.push_str(&format!("\\{byte:03o}"));
                }
            }
            _ => out.push(character),
        }
    }
    out.push(quote);
}
