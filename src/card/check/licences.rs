//! Licence identifiers.

use super::{Remark, placeholders};

/// The identifiers of the SPDX License List that cards use, in its spelling.
const IDENTIFIERS: &[&str] = &[
    "0BSD",
    "AFL-3.0",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-1.1",
    "Apache-2.0",
    "APSL-2.0",
    "Artistic-1.0",
    "Artistic-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-2-Clause-Patent",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSD-3-Clause-LBNL",
    "BSD-4-Clause",
    "BSL-1.0",
    "BUSL-1.1",
    "C-UDA-1.0",
    "CAL-1.0",
    "CC-BY-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-1.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-2.5",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-2.0",
    "CC-BY-NC-ND-2.5",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-2.5",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-2.0",
    "CC-BY-ND-2.5",
    "CC-BY-ND-3.0",
    "CC-BY-ND-4.0",
    "CC-BY-SA-2.0",
    "CC-BY-SA-2.5",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-PDDC",
    "CC0-1.0",
    "CDDL-1.0",
    "CDDL-1.1",
    "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0",
    "CDLA-Sharing-1.0",
    "CECILL-2.1",
    "CECILL-B",
    "CECILL-C",
    "CPL-1.0",
    "ECL-2.0",
    "EFL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "etalab-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "GFDL-1.3-only",
    "GFDL-1.3-or-later",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "HPND",
    "ICU",
    "ISC",
    "LGPL-2.0-only",
    "LGPL-2.0-or-later",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "LGPLLR",
    "LPPL-1.3c",
    "MIT",
    "MIT-0",
    "MPL-1.1",
    "MPL-2.0",
    "MPL-2.0-no-copyleft-exception",
    "MS-PL",
    "MS-RL",
    "MulanPSL-2.0",
    "NAIST-2003",
    "NCSA",
    "NLOD-1.0",
    "NLOD-2.0",
    "O-UDA-1.0",
    "ODbL-1.0",
    "ODC-By-1.0",
    "OFL-1.0",
    "OFL-1.1",
    "OGL-Canada-2.0",
    "OGL-UK-1.0",
    "OGL-UK-2.0",
    "OGL-UK-3.0",
    "OLDAP-2.8",
    "OpenSSL",
    "OSL-3.0",
    "PDDL-1.0",
    "PHP-3.01",
    "PolyForm-Noncommercial-1.0.0",
    "PolyForm-Small-Business-1.0.0",
    "PostgreSQL",
    "PSF-2.0",
    "Python-2.0",
    "QPL-1.0",
    "Ruby",
    "SGI-B-2.0",
    "SISSL",
    "SSPL-1.0",
    "Unicode-3.0",
    "Unlicense",
    "UPL-1.0",
    "Vim",
    "W3C",
    "WTFPL",
    "X11",
    "Zlib",
    "ZPL-2.1",
];

/// Identifiers that SPDX gave up because they leave open whether later versions count.
const OPEN: &[&str] = &[
    "AGPL-3.0", "GFDL-1.3", "GPL-2.0", "GPL-3.0", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0",
];

/// The SPDX identifier that a text means, whatever its case: `apache-2.0` is `Apache-2.0`.
pub fn identifier(text: &str) -> Option<&'static str> {
    IDENTIFIERS.iter().copied().find(|id| same(id, text.trim()))
}

/// Says what is odd about a licence identifier or an expression such as `MIT OR Apache-2.0`.
pub(super) fn check(text: &str) -> Option<Remark> {
    let text = text.trim();
    if text.is_empty() || placeholders::is_placeholder(text) {
        return None;
    }
    if is_expression(text) {
        // An exception after WITH is an identifier of another list.
        let text = text.split(" WITH ").next().unwrap_or(text);
        return text
            .split(['(', ')', ' '])
            .filter(|word| !is_operator(word))
            .find_map(check_one);
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

fn check_one(text: &str) -> Option<Remark> {
    let text = text.trim_end_matches('+');
    if IDENTIFIERS.contains(&text) || text.starts_with("LicenseRef-") || text.starts_with("DocumentRef-") {
        return None;
    }
    let known = |list: &[&'static str]| list.iter().copied().find(|id| same(id, text));
    if let Some(id) = known(OPEN) {
        return Some(Remark::tip(format!(
            "{id} leaves open whether later versions may be used. Write {id}-only or {id}-or-later."
        )));
    }
    if let Some(id) = known(IDENTIFIERS) {
        return Some(Remark::tip(format!("The SPDX identifier is written {id}.")));
    }
    let quoted: String = text.chars().take(40).collect();
    Some(Remark::tip(format!(
        "“{quoted}” is no SPDX identifier we know. If it is another licence, put its name, text or address into \
         “Other terms” instead."
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

    fn message(text: &str) -> String {
        check(text).map(|remark| remark.message).unwrap_or_default()
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
    }

    #[test]
    fn other_licences_are_sent_to_the_other_column() {
        assert!(message("llama3").contains("Other terms"));
        assert!(message("All rights reserved").contains("Other terms"));
    }

    #[test]
    fn the_list_has_no_doubles() {
        let mut sorted: Vec<&str> = IDENTIFIERS.iter().chain(OPEN).copied().collect();
        sorted.sort_unstable();
        let count = sorted.len();
        sorted.dedup();
        assert_eq!(sorted.len(), count);
    }
}
