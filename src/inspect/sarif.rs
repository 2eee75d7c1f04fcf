//! Findings as SARIF 2.1.0 (OASIS standard, 27 March 2020), which code hosts show beside the lines.
//!
//! Required by its schema: `version` and `runs` of the log, `tool.driver.name` of a run, `message` of a result, `id` of a
//! rule. Code hosts also want a rule and a line for each result.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Checked, Item, Rule, Weight};

/// The log with one run; `failures` are files that could not be opened, in words.
pub fn log(checked: &[Checked], failures: &[String]) -> Value {
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|file| file.items.iter().map(|item| result(file, item)))
        .collect();
    let artifacts: Vec<Value> = checked
        .iter()
        .map(|file| json!({"location": {"uri": file.uri}}))
        .collect();
    let notifications: Vec<Value> = failures
        .iter()
        .map(|words| json!({"level": "error", "message": {"text": words}}))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Cartellino",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Rule::ALL.map(rule),
            }},
            "invocations": [{
                "executionSuccessful": failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "artifacts": artifacts,
            "results": results,
        }],
    })
}

fn rule(rule: Rule) -> Value {
    let level = match rule {
        Rule::Unreadable => Weight::Error,
        Rule::File | Rule::Answer => Weight::Problem,
    };
    json!({
        "id": rule.id(),
        "shortDescription": {"text": rule.about()},
        "defaultConfiguration": {"level": self::level(level)},
    })
}

/// SARIF's word for a weight (clause 3.27.10).
fn level(weight: Weight) -> &'static str {
    match weight {
        Weight::Error => "error",
        Weight::Problem => "warning",
        Weight::Note => "note",
    }
}

fn result(file: &Checked, item: &Item) -> Value {
    let message = match item.place.as_str() {
        "" => item.message.clone(),
        place => format!("{place}: {}", item.message),
    };
    // A finding on the whole file is shown at its beginning.
    let mut region = json!({"startLine": item.line.unwrap_or(1)});
    if let Some(column) = item.column {
        region["startColumn"] = json!(column);
    }
    json!({
        "ruleId": item.rule.id(),
        "ruleIndex": Rule::ALL.iter().position(|rule| *rule == item.rule),
        "level": level(item.weight()),
        "message": {"text": message},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": file.uri},
            "region": region,
        }}],
        "partialFingerprints": {"finding/v1": fingerprint(item)},
    })
}

/// What stays the same when lines above are added or removed.
fn fingerprint(item: &Item) -> String {
    let said = [item.rule.id(), &item.place, &item.message].join("\n");
    HEXLOWER.encode(&Sha256::digest(said)[..16])
}

/// A file's name, perhaps with folders, as a URI reference below wherever it is read (RFC 3986, 4.2); without a name it is
/// standard input.
pub fn uri_of_name(name: Option<&str>) -> String {
    let parts = name.unwrap_or_default().split('/');
    let parts = parts.filter(|part| !matches!(*part, "" | "." | ".."));
    let parts: Vec<String> = parts.map(|part| encoded(part.as_bytes())).collect();
    match parts.is_empty() {
        true => STANDARD_INPUT.to_owned(),
        false => parts.join("/"),
    }
}

/// Standard input as a URI reference.
pub const STANDARD_INPUT: &str = "stdin";

/// The name with all but the unreserved characters as percent and two digits (RFC 3986, 2.3).
pub fn encoded(name: &[u8]) -> String {
    let byte = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    name.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for (name, uri) in [
            (None, "stdin"),
            (Some("my card.json"), "my%20card.json"),
            (Some("cards/ä.md"), "cards/%C3%A4.md"),
            (Some("/etc/../passwd"), "etc/passwd"),
            (Some("https://a.example/b"), "https%3A/a.example/b"),
            (Some(".."), "stdin"),
        ] {
            assert_eq!(uri_of_name(name), uri, "{name:?}");
        }
    }
}
