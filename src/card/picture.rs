//! Pictures inside cards: base64 text, bare as the Model Card Toolkit and CycloneDX write it, or
//! in a `data:` address.

use std::borrow::Cow;

/// A shorter text is no picture: the smallest GIF takes 58 characters.
const SHORTEST_PICTURE: usize = 40;

/// A text of this many characters in the base64 alphabet is data, not something to read.
const SHORTEST_DATA: usize = 200;

/// What a text made of base64 is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blob<'a> {
    /// A picture that every browser shows and that cannot carry scripts.
    Picture {
        /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
        media_type: &'static str,
        /// The base64 alone, without blanks: letters, digits, `+`, `/` and `=`.
        base64: Cow<'a, str>,
    },
    /// An SVG drawing; it may carry scripts.
    Drawing,
    /// Some other data.
    Data,
}

/// Recognises base64 in a text; `None` when the text is for people to read.
pub fn sniff(text: &str) -> Option<Blob<'_>> {
    let text = text.trim();
    let (declared, data) = match text.strip_prefix("data:").and_then(|rest| rest.split_once(',')) {
        Some((head, data)) => (Some(head), data.trim_start()),
        None => (None, text),
    };
    if declared.is_some_and(|head| head.starts_with("image/svg")) {
        return Some(Blob::Drawing);
    }
    if data.len() < SHORTEST_PICTURE || !is_base64(data) {
        return declared.filter(|head| head.ends_with(";base64")).map(|_| Blob::Data);
    }
    let base64: Cow<'_, str> = match data.bytes().any(|byte| byte.is_ascii_whitespace()) {
        true => data.split_ascii_whitespace().collect::<String>().into(),
        false => data.into(),
    };
    let head = base64
        .get(..16)
        .and_then(|head| data_encoding::BASE64.decode(head.as_bytes()).ok());
    let media_type = match head.as_deref() {
        Some(head) if media_type(head).is_some() => media_type(head)?,
        Some([b'<', b's', b'v', b'g', ..] | [b'<', b'?', b'x', b'm', b'l', ..]) => return Some(Blob::Drawing),
        _ if declared.is_some() => return Some(Blob::Data),
        _ if base64.len() >= SHORTEST_DATA && looks_random(&base64) => return Some(Blob::Data),
        _ => return None,
    };
    Some(Blob::Picture { media_type, base64 })
}

/// The kind of picture that a file begins as: one that every browser shows and that cannot carry scripts.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Whether the text is base64, in one piece or broken into long lines.
fn is_base64(text: &str) -> bool {
    let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut lines = text.split_ascii_whitespace().peekable();
    while let Some(line) = lines.next() {
        // Words of a sentence without commas are short; encoders break lines at 60 or more.
        if !line.bytes().all(in_alphabet) || (lines.peek().is_some() && line.len() < SHORTEST_PICTURE) {
            return false;
        }
    }
    true
}

/// Base64 of anything mixes cases and digits; long hexadecimal numbers and paths seldom do.
fn looks_random(text: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| text.as_bytes().iter().any(wanted);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    fn media_type(text: &str) -> Option<&'static str> {
        match sniff(text) {
            Some(Blob::Picture { media_type, .. }) => Some(media_type),
            _ => None,
        }
    }

    #[test]
    fn pictures_are_recognised_by_their_first_bytes() {
        assert_eq!(media_type(PNG), Some("image/png"));
        assert_eq!(media_type(&format!("/9j/{}", "A".repeat(60))), Some("image/jpeg"));
        assert_eq!(media_type(&format!("R0lGODlh{}", "A".repeat(60))), Some("image/gif"));
        assert_eq!(
            media_type(&format!("UklGRiQAAABXRUJQ{}", "A".repeat(60))),
            Some("image/webp")
        );
        // What the address claims does not count, only what is inside.
        assert_eq!(media_type(&format!("data:text/html;base64,{PNG}")), Some("image/png"));
        assert_eq!(sniff(&format!("PHN2Zy{}", "B4".repeat(40))), Some(Blob::Drawing));
        assert_eq!(
            sniff("data:image/svg+xml;utf8,<svg onload=alert(1)>"),
            Some(Blob::Drawing)
        );
    }

    #[test]
    fn line_breaks_inside_are_taken_out() {
        let broken = PNG.replace("RU5Erk", "\r\n  RU5Erk");
        assert_eq!(
            sniff(&broken),
            Some(Blob::Picture {
                media_type: "image/png",
                base64: PNG.into()
            })
        );
    }

    #[test]
    fn other_long_base64_is_data_and_words_are_not() {
        assert_eq!(sniff(&"Ab3d".repeat(100)), Some(Blob::Data));
        assert_eq!(sniff("data:application/pdf;base64,AAAA"), Some(Blob::Data));
        assert_eq!(sniff(&"many words without any comma at 9 o Clock ".repeat(20)), None);
        assert_eq!(sniff(&"0123456789abcdef".repeat(32)), None);
        assert_eq!(sniff("{image_bytes}"), None);
        assert_eq!(sniff(""), None);
        assert_eq!(sniff("data: we collected it, carefully"), None);
    }
}
