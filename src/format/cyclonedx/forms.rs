//! Forms of texts that the schemas of CycloneDX want. What they accept here is a little narrower than the standards,
//! so that every checker agrees.

use crate::card::check;

/// Whether the text is an identifier of the SPDX License List in its exact spelling.
pub(super) fn is_spdx(text: &str) -> bool {
    check::is_listed_licence(text)
}

/// Whether there is something in the text.
pub(super) fn is_filled(text: &str) -> bool {
    !text.is_empty()
}

/// Whether the text is a time with its zone (RFC 3339).
pub(super) fn is_time(text: &str) -> bool {
    text.is_ascii() && text.contains('T') && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

/// Whether the text names a language (ISO 639) and perhaps a country (ISO 3166).
pub(super) fn is_language(text: &str) -> bool {
    let two = |text: &str, is_letter: fn(&u8) -> bool| text.len() == 2 && text.as_bytes().iter().all(is_letter);
    let (language, country) = text.split_once('-').map_or((text, None), |(one, two)| (one, Some(two)));
    two(language, u8::is_ascii_lowercase) && country.is_none_or(|country| two(country, u8::is_ascii_uppercase))
}

/// Whether the text is an address, or a reference relative to one (RFC 3987).
pub(super) fn is_address(text: &str) -> bool {
    const SIGNS: &str = "-._~:/?#@!$&'()*+,;=%";
    let is_sound = |c: char| c.is_alphanumeric() || SIGNS.contains(c);
    let escapes_are_whole = text.split('%').skip(1).all(|rest| {
        let digits = rest.get(..2);
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    if text.is_empty() || !text.chars().all(is_sound) || !escapes_are_whole || text.matches('#').count() > 1 {
        return false;
    }
    let head = text.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = match head.split_once(':') {
        Some((scheme, _)) if !is_scheme(scheme) => return false,
        Some((scheme, _)) => &text[scheme.len() + 1..],
        None => text,
    };
    match rest.strip_prefix("//") {
        Some(rest) => is_host(rest.split(['/', '?', '#']).next().unwrap_or_default()),
        None => true,
    }
}

/// Whether the text is an address of the web.
pub(super) fn is_web_address(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && is_address(text)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// A host and perhaps a port.
fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    let is_letter = |c: char| c.is_alphanumeric() || "-._~".contains(c);
    !host.is_empty() && host.chars().all(is_letter) && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text is an e-mail address of the usual kind.
pub(super) fn is_email(text: &str) -> bool {
    let words = |text: &str, longest: usize| {
        text.len() <= longest
            && text.split('.').all(|word| {
                let is_sound = |c: char| c.is_ascii_alphanumeric() || "-_+".contains(c);
                !word.is_empty() && word.chars().all(is_sound) && !word.starts_with('-') && !word.ends_with('-')
            })
    };
    text.split_once('@').is_some_and(|(name, host)| {
        words(name, 64) && words(host, 200) && !host.contains(['_', '+']) && host.split('.').all(|word| word.len() < 64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_words() {
        for text in [
            "https://example.org/a?b#c",
            "mailto:a@example.org",
            "LICENSE",
            "https://müller.example:80",
            "a%20b",
        ] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "",
            "a b",
            "1:x",
            "a%2",
            "a#b#c",
            "https://",
            "https://[x",
            "https://a:b/",
            "a|b",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn mail_addresses_are_told_from_others() {
        assert!(is_email("lab.x+y@example.org"));
        for text in [
            "",
            "@",
            "a@",
            "a b@example.org",
            "a@b@c",
            "a@-b.org",
            ".a@example.org",
            "https://example.org",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }
}
