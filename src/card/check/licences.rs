//! Licence identifiers.

use super::{Remark, placeholders};
use crate::say;

/// The identifiers of the SPDX License List, one a line, as CycloneDX 1.7 has them (spdx.schema.json); without the
/// [open](OPEN) ones.
const LICENCES: &str = include_str!("spdx_licences.txt");

/// The identifiers of exceptions, which stand behind `WITH`; from the same list.
const EXCEPTIONS: &str = include_str!("spdx_exceptions.txt");

/// Identifiers that SPDX gave up because they leave open whether later versions count.
const OPEN: &[&str] = &[
    "AGPL-1.0", "AGPL-3.0", "GFDL-1.1", "GFDL-1.2", "GFDL-1.3", "GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0",
    "LGPL-2.1", "LGPL-3.0",
];

/// Identifiers that SPDX gave up in favour of those that end in `-or-later`.
const OR_LATER: &[&str] = &[
    "GPL-1.0+",
    "GPL-2.0+",
    "GPL-3.0+",
    "LGPL-2.0+",
    "LGPL-2.1+",
    "LGPL-3.0+",
];

/// The identifiers of the SPDX License List that are in use.
pub fn identifiers() -> impl Iterator<Item = &'static str> {
    LICENCES.lines()
}

/// What the hub of Hugging Face calls licences that it does not call by their SPDX identifier in small letters.
const HUB_NAMES: &[(&str, &str)] = &[
    ("c-uda", "C-UDA-1.0"),
    ("lgpl-lr", "LGPLLR"),
    ("odbl", "ODbL-1.0"),
    ("odc-by", "ODC-By-1.0"),
    ("pddl", "PDDL-1.0"),
];

/// The SPDX identifier that a text means, whatever its case: `apache-2.0` is `Apache-2.0`, the hub's `odbl` is `ODbL-1.0`.
pub fn identifier(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let by_hub = || HUB_NAMES.iter().find(|(name, _)| same(name, text)).map(|(_, id)| *id);
    LICENCES.lines().find(|id| same(id, text)).or_else(by_hub)
}

/// Whether a text is on the SPDX License List in just this spelling: a licence, one whose identifier was given up, or an
/// exception; these are what CycloneDX has as identifiers.
pub fn is_listed(text: &str) -> bool {
    let listed = LICENCES.lines().chain(EXCEPTIONS.lines());
    let given_up = OPEN.iter().chain(OR_LATER).copied();
    listed.chain(given_up).any(|id| id == text)
}

/// The hub's own name for a licence, where that is not the SPDX identifier in small letters.
pub fn hub_name(identifier: &str) -> Option<&'static str> {
    HUB_NAMES
        .iter()
        .find(|(_, id)| same(id, identifier.trim()))
        .map(|(name, _)| *name)
}

/// Says what is odd about a licence identifier or an expression such as `MIT OR Apache-2.0`.
pub(super) fn check(text: &str) -> Option<Remark> {
    let text = text.trim();
    if text.is_empty() || placeholders::is_placeholder(text) {
        return None;
    }
    if is_expression(text) {
        let mut is_exception = false;
        for word in text.split(['(', ')', ' ']).filter(|word| !is_operator(word)) {
            let remark = match word {
                "WITH" => None,
                _ if is_exception => check_exception(word),
                _ => check_one(word),
            };
            is_exception = word == "WITH";
            if remark.is_some() {
                return remark;
            }
        }
        return None;
    }
    check_one(text)
}

/// Whether the words are identifiers joined by the operators of SPDX expressions.
fn is_expression(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| ["AND", "OR", "WITH"].contains(&word))
}

fn is_operator(word: &str) -> bool {
    ["", "AND", "OR"].contains(&word)
}

fn check_exception(text: &str) -> Option<Remark> {
    if EXCEPTIONS.lines().any(|id| id == text) || text.starts_with("AdditionRef-") {
        return None;
    }
    let advice = match EXCEPTIONS.lines().find(|id| same(id, text)) {
        Some(id) => say!("It is written {id}.", id),
        None => say!("Behind WITH stands an exception, such as LLVM-exception."),
    };
    let quoted: String = text.chars().take(40).collect();
    Some(Remark::tip(say!(
        "SPDX knows no exception “{quoted}”. {advice}",
        quoted,
        advice
    )))
}

fn check_one(text: &str) -> Option<Remark> {
    let text = text.trim_end_matches('+');
    if LICENCES.lines().any(|id| id == text) || text.starts_with("LicenseRef-") || text.starts_with("DocumentRef-") {
        return None;
    }
    if let Some(id) = OPEN.iter().copied().find(|id| same(id, text)) {
        return Some(Remark::tip(say!(
            "{id} leaves open whether later versions may be used. Write {id}-only or {id}-or-later.",
            id
        )));
    }
    if let Some(id) = identifier(text) {
        return Some(Remark::tip(say!("The SPDX identifier is written {id}.", id)));
    }
    let quoted: String = text.chars().take(40).collect();
    Some(Remark::tip(say!(
        "“{quoted}” is no SPDX identifier we know. If it is another licence, put its name, text or address into \
         “Other terms” instead.",
        quoted
    )))
}

/// Whether two identifiers differ at most in case and in blanks for hyphens: `apache 2.0`.
fn same(id: &str, text: &str) -> bool {
    let plain = |letter: char| match letter {
        ' ' | '_' => '-',
        other => other.to_ascii_lowercase(),
    };
    id.chars().map(plain).eq(text.chars().map(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_licences_exceptions_and_what_was_given_up() {
        for text in ["MIT", "GPL-3.0-only", "GPL-3.0", "LGPL-2.1+", "Classpath-exception-2.0"] {
            assert!(is_listed(text), "{text}");
        }
        for text in ["mit", "GPL", "MIT+", ""] {
            assert!(!is_listed(text), "{text}");
        }
    }

    fn message(text: &str) -> String {
        check(text).map(|remark| remark.message.to_string()).unwrap_or_default()
    }

    #[test]
    fn identifiers_and_expressions_pass() {
        for text in [
            "Apache-2.0",
            "MIT",
            "MIT OR Apache-2.0",
            "(MIT AND CC-BY-4.0)",
            "Apache-2.0 WITH LLVM-exception",
            "MPL-2.0+",
            "LicenseRef-own",
            "GPL-2.0-only WITH Classpath-exception-2.0 OR (BlueOak-1.0.0 AND Zed)",
            "",
            "TBD",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn a_difference_in_case_gets_the_right_spelling() {
        assert!(message("apache-2.0").contains("Apache-2.0"));
        assert!(message("Apache 2.0").contains("Apache-2.0"));
        assert!(message("mit").contains("MIT"));
        assert!(message("MIT OR apache-2.0").contains("Apache-2.0"));
        assert!(message("gpl-3.0").contains("GPL-3.0-or-later"));
        assert!(message("odbl").contains("ODbL-1.0"));
        assert!(message("MIT WITH llvm-exception").contains("LLVM-exception"));
        assert!(message("MIT WITH thanks").contains("no exception"));
        assert_eq!(hub_name("ODbL-1.0"), Some("odbl"));
    }

    #[test]
    fn other_licences_are_sent_to_the_other_column() {
        assert!(message("llama3").contains("Other terms"));
        assert!(message("All rights reserved").contains("Other terms"));
    }

    #[test]
    fn the_list_has_no_doubles() {
        let mut sorted: Vec<&str> = LICENCES
            .lines()
            .chain(EXCEPTIONS.lines())
            .chain(OPEN.iter().copied())
            .collect();
        sorted.sort_unstable();
        let count = sorted.len();
        sorted.dedup();
        assert_eq!(sorted.len(), count);
    }
}
