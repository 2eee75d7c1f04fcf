//! Findings as SARIF 2.1.0 (OASIS standard, 27 March 2020), which code hosts show beside the lines.
//!
//! Required by its schema: `version` and `runs` of the log, `tool.driver.name` of a run, `message` of a result, `id` of a
//! rule. Code hosts also want a rule and a line for each result.

use std::path::{Component, Path};

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::item::{Checked, Item, Rule, Weight};
use crate::cli::input::is_standard;

/// The log with one run; `failures` are files that could not be opened, in words.
pub(super) fn log(checked: &[Checked], failures: &[String]) -> Value {
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|file| file.items.iter().map(|item| result(file, item)))
        .collect();
    let artifacts: Vec<Value> = checked
        .iter()
        .map(|file| json!({"location": {"uri": uri(&file.path)}}))
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
            "artifactLocation": {"uri": uri(&file.path)},
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

/// The file as a URI reference: relative to the working folder when it lies in it (RFC 3986, 4.2), with `/` between folders.
fn uri(path: &Path) -> String {
    if is_standard(path) {
        return "stdin".to_owned();
    }
    let here = std::env::current_dir().ok();
    let below = here.as_ref().and_then(|here| path.strip_prefix(here).ok());
    let path = below.unwrap_or(path);
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => parts.push(encoded(name.as_encoded_bytes())),
            Component::ParentDir => parts.push("..".to_owned()),
            Component::Prefix(prefix) => parts.push(prefix.as_os_str().to_string_lossy().into_owned()),
            Component::RootDir | Component::CurDir => {}
        }
    }
    let joined = parts.join("/");
    if path.is_absolute() {
        format!("file:///{joined}")
    } else {
        joined
    }
}

/// The name with all but the unreserved characters as percent and two digits (RFC 3986, 2.3).
fn encoded(name: &[u8]) -> String {
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
    fn files_are_named_by_relative_addresses() {
        assert_eq!(uri(Path::new("./cards/my card.json")), "cards/my%20card.json");
        assert_eq!(uri(Path::new("../ä.md")), "../%C3%A4.md");
        let here = std::env::current_dir().expect("a folder");
        assert_eq!(uri(&here.join("a/b.json")), "a/b.json");
        assert_eq!(uri(Path::new("/elsewhere/b.json")), "file:///elsewhere/b.json");
    }
}
