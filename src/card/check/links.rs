//! Web addresses that a reader of the card can open.

use super::{Remark, placeholders};
use crate::say;

/// Says what is odd where a web address is expected.
pub(super) fn check(text: &str) -> Option<Remark> {
    let text = text.trim();
    if text.is_empty() || placeholders::is_placeholder(text) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if ["mailto:", "doi:", "10."].iter().any(|start| lower.starts_with(start)) {
        return None;
    }
    if let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return match host {
            "" => Some(Remark::problem(say!(
                "The address ends after its first part. Add the name of the site."
            ))),
            _ if text.contains(char::is_whitespace) => Some(Remark::problem(say!(
                "There is a blank in this address. If there is more than the address, move the rest into another field."
            ))),
            _ => None,
        };
    }
    if lower.starts_with("www.") {
        return Some(Remark::problem(say!(
            "The beginning of the address is missing: https://{text}",
            text
        )));
    }
    Some(Remark::problem(say!(
        "This is no address that readers can open. Begin with https://, or mailto: for an e-mail address."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_mail_and_doi_pass() {
        for text in [
            "https://example.org/a?b#c",
            "HTTP://example.org",
            "mailto:a@b.org",
            "doi:10.1/x",
            "10.1/x",
            " ",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn other_things_are_explained() {
        for text in [
            "javascript:alert(1)",
            "gs://bucket/model",
            "../model.pt",
            "https://",
            "https://a.org and more",
        ] {
            assert!(check(text).is_some(), "{text}");
        }
        assert!(
            check("www.example.org")
                .unwrap()
                .message
                .to_string()
                .ends_with("https://www.example.org")
        );
    }
}
