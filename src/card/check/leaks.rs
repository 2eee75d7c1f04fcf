//! What should not leave the house: keys, passwords in disguise, paths of somebody's computer.

use super::Remark;
use crate::say;

/// How secrets of well-known services begin, how long the rest is at least, and their name.
const SECRETS: &[(&str, usize, &str)] = &[
    ("hf_", 20, "a Hugging Face token"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("ghu_", 30, "a GitHub token"),
    ("ghr_", 30, "a GitHub token"),
    ("github_pat_", 30, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("AIza", 35, "a Google API key"),
    ("sk-", 20, "an API key"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
];

/// Places on somebody's own computer.
const PRIVATE: &[&str] = &["/home/", "/Users/", "/root/", "/tmp/", "C:\\Users\\", "file:///"];

/// Says which secrets and private paths a text holds; each kind once.
pub(super) fn check(text: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        remarks.push(Remark::problem(say!(
            "There is a private key in this text. Take it out before you publish the card, and replace the key: \
             somebody may have seen it."
        )));
    }
    for (start, rest, name) in SECRETS {
        if starts_of(text, start).any(|tail| is_secret(tail, *rest)) {
            remarks.push(Remark::problem(say!(
                "What begins with “{start}” looks like {name}. Take it out before you publish the card, and revoke \
                 it: somebody may have seen it.",
                start,
                name
            )));
        }
    }
    if starts_of(text, "Bearer ").any(|tail| is_secret(tail, 20)) {
        remarks.push(Remark::problem(say!(
            "What follows “Bearer” looks like a token. Take it out before you publish the card, and revoke it: \
                 somebody may have seen it."
        )));
    }
    if text
        .match_indices("://")
        .any(|(at, mark)| has_password(&text[at + mark.len()..]))
    {
        remarks.push(Remark::problem(say!(
            "A web address here has a password in it. Take it out before you publish the card, and change it: somebody \
             may have seen it."
        )));
    }
    if let Some(path) = PRIVATE
        .iter()
        .find(|path| starts_of(text, path).any(|tail| !tail.is_empty()))
    {
        remarks.push(Remark::problem(say!(
            "The path beginning with “{path}” exists on one computer only and may give away a name. Replace it \
             before you publish the card, for example with a web address.",
            path
        )));
    }
    remarks
}

/// What follows each place where a word begins with `start`.
fn starts_of<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(start).filter_map(move |(index, _)| {
        let before = text[..index].chars().next_back();
        let begins = before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '.' | '/'));
        begins.then(|| &text[index + start.len()..])
    })
}

/// Whether a tail is long and mixed enough: letters with digits, or small and capital letters in one piece. Names such as
/// `sk-learn-like-names-of-packages` have neither; tokens of Hugging Face are 34 letters.
fn is_secret(tail: &str, shortest: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    // Names are counted no further than needed: a hostile text may be one long word.
    let word: Vec<u8> = tail.bytes().take_while(is_part).take(shortest + 200).collect();
    let has_digits = word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let is_mixed = letters.clone().any(u8::is_ascii_lowercase) && letters.clone().any(u8::is_ascii_uppercase);
    word.len() >= shortest && (has_digits || (is_mixed && letters.count() >= shortest))
}

/// Whether an address, behind its `://`, begins with a name and a password that is no example: `anna:s3cret@host`.
fn has_password(address: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_graphic() && !b"/\"'<>()[]{}$`@,".contains(byte);
    let length = address.bytes().take_while(is_part).take(200).count();
    let is_user = address[length..].starts_with('@');
    let password = address[..length]
        .split_once(':')
        .map(|(_, password)| password.to_ascii_lowercase());
    let examples = ["password", "pass", "secret", "token", "xxx", "your", "***", "..."];
    is_user && password.is_some_and(|word| !word.is_empty() && !examples.iter().any(|example| word.contains(example)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_and_not_repeated() {
        let token = format!("hf_{}", "aB3dEfGh1jKlMnOpQrStUvWxYz");
        let remarks = check(&format!("Use `{token}` to load it."));
        assert_eq!(remarks.len(), 1);
        assert!(!remarks[0].message.to_string().contains(&token[3..]));
        assert!(remarks[0].message.to_string().contains("before you publish"));
        let letters = format!("hf_{}", "QpWvXyZkLmNbVcXzAsDfGhJkLqWeRtYuIo");
        assert_eq!(
            check(&format!("use {letters} now")).len(),
            1,
            "Hugging Face writes 34 letters"
        );
        assert_eq!(check(&format!("key=AKIA{}", "IOSFODNN7EXAMPLE")).len(), 1);
        assert_eq!(check(&format!("sk-{}", "proj-abc123def456ghi789")).len(), 1);
        assert_eq!(
            check(&format!("curl -H 'Authorization: Bearer {}'", "abcdefghijk1234567890")).len(),
            1
        );
        assert_eq!(check("git clone https://anna:otter7river@example.org/x").len(), 1);
        assert_eq!(check("-----BEGIN RSA PRIVATE KEY-----\nMIIE").len(), 1);
    }

    #[test]
    fn private_paths_are_found() {
        assert_eq!(check("Weights in /home/anna/model.pt").len(), 1);
        assert_eq!(check(r"C:\Users\anna\model.pt").len(), 1);
        assert_eq!(check("(/tmp/x)").len(), 1);
        assert_eq!(check("https://example.org/home/index").len(), 0);
    }

    #[test]
    fn ordinary_words_are_left_alone() {
        for text in [
            "hf_hub_download",
            "hf_hub_download_with_a_very_long_name_for_a_function",
            "sk-Learn-With-Some-Capital-Letters-In-It",
            "sk-learn",
            "AKIAK",
            "a risk-adjusted-score-of-2024-patients-is-used",
            "ghp_",
            "Bearer <token>",
            "postgres://user:password@localhost/db and https://host:8080/a@b",
            "https://x:$TOKEN@example.org",
            "mailto://a@b.org é",
        ] {
            assert_eq!(check(text), [], "{text}");
        }
    }
}
