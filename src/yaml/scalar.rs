//! What bare words mean to readers of YAML, and how a text is written so that all read it as that text.

use super::{ScalarStyle, Value};
use crate::json;

/// What a plain scalar means, by the core schema of YAML 1.2 as far as JSON can spell it; anything
/// else is a text as written.
pub(super) fn meaning(plain: &str) -> Value {
    match plain {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Value::Number("NaN".into()),
        ".inf" | ".Inf" | ".INF" => Value::Number("Infinity".into()),
        "-.inf" | "-.Inf" | "-.INF" => Value::Number("-Infinity".into()),
        _ if is_json_number(plain) => Value::Number(plain.to_owned()),
        _ => Value::text(plain),
    }
}

/// A number as JSON spells it, words excluded.
fn is_json_number(plain: &str) -> bool {
    plain.bytes().next_back().is_some_and(|byte| byte.is_ascii_digit())
        && plain.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && json::is_number(plain)
}

/// How the number is written in YAML.
pub(super) fn number(spelling: &str) -> &str {
    match spelling {
        "NaN" => ".nan",
        "Infinity" => ".inf",
        "-Infinity" => "-.inf",
        spelling => spelling,
    }
}

/// A word that YAML 1.1 takes for a yes or no, and YAML 1.2 for a text.
pub(super) fn is_old_yes_no(plain: &str) -> bool {
    is_word_of(plain, &["yes", "no", "on", "off"])
}

/// Whether it is one of the words, in small letters, capitals, or with a capital first.
fn is_word_of(plain: &str, words: &[&str]) -> bool {
    let cased = plain.chars().skip(1).all(char::is_lowercase) || plain.chars().all(char::is_uppercase);
    cased && words.iter().any(|word| plain.eq_ignore_ascii_case(word))
}

/// What a reader of YAML 1.1 or 1.2, strict or not, may take bare words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guise {
    Text,
    Null,
    YesNo,
    OldYesNo,
    Number,
    Date,
    Mark,
}

fn guise(plain: &str) -> Guise {
    if plain.is_empty() || plain == "~" || is_word_of(plain, &["null"]) {
        Guise::Null
    } else if is_word_of(plain, &["true", "false"]) {
        Guise::YesNo
    } else if is_word_of(plain, &["y", "n"]) || is_old_yes_no(plain) {
        Guise::OldYesNo
    } else if plain == "<<" || plain == "=" {
        Guise::Mark
    } else if looks_like_date(plain) {
        Guise::Date
    } else if looks_like_number(plain) {
        Guise::Number
    } else {
        Guise::Text
    }
}

/// `2026-06-15`, with or without a time behind it.
fn looks_like_date(plain: &str) -> bool {
    let bytes = plain.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let (year, month) = (digits(0), digits(5));
    year == 4
        && bytes.get(4) == Some(&b'-')
        && (1..=2).contains(&month)
        && bytes.get(5 + month) == Some(&b'-')
        && (1..=2).contains(&digits(6 + month))
        && !bytes
            .get(6 + month + digits(6 + month))
            .is_some_and(|byte| !matches!(byte, b'T' | b't' | b' ' | b'\t'))
}

/// Integers and floats of both versions: signs, `0x`, `0o`, `0b`, underscores, base 60, `.5`, `1e3`, `.inf`.
fn looks_like_number(plain: &str) -> bool {
    let body = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    if is_word_of(body.strip_prefix('.').unwrap_or(""), &["inf", "nan"]) || body.eq_ignore_ascii_case(".nan") {
        return true;
    }
    let all = |digits: &str, fits: fn(&u8) -> bool| {
        digits.bytes().any(|byte| byte != b'_') && digits.bytes().all(|byte| byte == b'_' || fits(&byte))
    };
    match body.get(..2) {
        Some("0x" | "0X") => return all(&body[2..], u8::is_ascii_hexdigit),
        Some("0o" | "0O" | "0b" | "0B") => return all(&body[2..], u8::is_ascii_digit),
        _ => {}
    }
    if !body.starts_with(|c: char| c == '.' || c.is_ascii_digit()) || !body.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (mantissa, exponent) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |digits: &str| digits.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit());
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    whole.split(':').all(digits) && digits(fraction) && all(exponent, u8::is_ascii_digit)
}

/// Whether the text can stand without quotes, by its characters alone.
fn fits_plain(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let (Some(first), second) = (chars.next(), chars.next()) else {
        return false;
    };
    let begins = match first {
        '-' => second.is_some_and(|c| !(c.is_whitespace() || flow && ",[]{}".contains(c))),
        _ => !"?:,[]{}#&*!|>'\"%@`".contains(first),
    };
    begins
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(|c: char| c.is_whitespace() || c == ':')
        && text.chars().all(|c| is_printable(c) && c != '\t')
        && !text.contains(": ")
        && !text.contains(" #")
        && !(flow && (text.contains([',', '[', ']', '{', '}']) || text.replace("://", "").contains(':')))
}

/// Characters that every reader takes as they are, inside a line.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
        || c >= '\u{10000}'
}

/// The text on one line in the style wanted, or the next that can carry it.
///
/// Words that somebody might not take for a text are put in quotes, except in place of a plain scalar
/// (`before`) that has the same guise: a date without quotes stays one.
pub(super) fn line(text: &str, style: ScalarStyle, before: Option<&str>, flow: bool) -> String {
    let alike = guise(text) == Guise::Text || before.is_some_and(|before| guise(before) == guise(text));
    let is_text = meaning(text) == Value::text(text);
    match style {
        ScalarStyle::Plain if alike && is_text && fits_plain(text, flow) => text.to_owned(),
        ScalarStyle::Single if text.chars().all(is_printable) => format!("'{}'", text.replace('\'', "''")),
        _ => double_quoted(text),
    }
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// Whether the text can be written as lines below a `|`, and read back by everybody as the same.
pub(super) fn fits_literal(text: &str) -> bool {
    let first = text.lines().find(|line| !line.is_empty());
    first.is_some_and(|line| !line.starts_with([' ', '\t']))
        && !text.ends_with("\n\n")
        && text.chars().all(|c| c == '\n' || is_printable(c))
        && !text.lines().next_back().is_some_and(|line| line.trim().is_empty())
}

/// Whether the text can be written below a `>`: no line begins or ends with blanks.
pub(super) fn fits_folded(text: &str) -> bool {
    fits_literal(text) && !text.starts_with('\n') && text.lines().all(|line| line.trim() == line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_mean_what_the_core_schema_says_where_json_can_spell_it() {
        for text in [
            "no",
            "yes",
            "Off",
            "2026-06-15",
            "017",
            "0o17",
            "0x1F",
            "1_000",
            "12:30",
            "+1",
            ".5",
            "1.",
            "1.0.2",
            "<<",
        ] {
            assert_eq!(meaning(text), Value::text(text));
        }
        for number in ["0", "-1.50", "1e-5", "8e+5", "1.0"] {
            assert_eq!(meaning(number), Value::Number(number.into()));
        }
        assert_eq!(meaning("~"), Value::Null);
        assert_eq!(meaning("True"), Value::Bool(true));
        assert_eq!(meaning(".NaN"), Value::Number("NaN".into()));
    }

    #[test]
    fn what_some_reader_takes_for_no_text_is_quoted() {
        for text in [
            "no",
            "Yes",
            "ON",
            "y",
            "null",
            "~",
            "",
            "true",
            "1e-5",
            "1e5",
            "2020-01-01",
            "2020-1-1 10:00",
            "017",
            "0o17",
            "0x1F",
            "1_000",
            "12:30",
            "190:20:30.15",
            "+1",
            ".5",
            "1.",
            ".inf",
            "-.INF",
            "<<",
            "=",
            " a",
            "a ",
            "a: b",
            "a #b",
            "@a",
            "`a",
            "- a",
            "-",
            "---",
            "a:",
            "*a",
            "&a",
            "!a",
            "[a",
            "{a",
            "'a",
            "\"a",
            "%a",
            "|",
            ">",
            "?",
            "? a",
            "#a",
            "a\tb",
            "a\u{85}b",
        ] {
            let written = line(text, ScalarStyle::Plain, None, false);
            assert!(written.starts_with('"'), "{written}");
        }
        for text in [
            "Otters",
            "no otters",
            "apache-2.0",
            "-5 °C",
            "a:b",
            "https://a.example/b#c",
            "1.2.3",
            "a, b",
            "C#",
        ] {
            assert_eq!(line(text, ScalarStyle::Plain, None, false), text);
        }
        assert_eq!(line("a, b", ScalarStyle::Plain, None, true), "\"a, b\"");
        assert_eq!(
            line("https://a.example", ScalarStyle::Plain, None, true),
            "https://a.example"
        );
    }

    #[test]
    fn a_scalar_keeps_its_style_where_it_can() {
        assert_eq!(
            line("2026-07-01", ScalarStyle::Plain, Some("2026-06-15"), false),
            "2026-07-01"
        );
        assert_eq!(line("no", ScalarStyle::Plain, Some("en"), false), "\"no\"");
        assert_eq!(line("it's", ScalarStyle::Single, None, false), "'it''s'");
        assert_eq!(line("a\u{7}", ScalarStyle::Single, None, false), "\"a\\u0007\"");
    }
}
