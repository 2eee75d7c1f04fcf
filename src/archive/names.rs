//! Names in the ZIP that people read and every system can unpack.

/// The longest name, in characters, without its ending.
const LONGEST: usize = 80;
/// The longest ending that counts as one, in characters.
const LONGEST_ENDING: usize = 20;

/// The folder of a card, counted from 1.
pub(super) fn folder(number: usize, title: &str) -> String {
    match word(title) {
        title if title.is_empty() => format!("cards/{number:03}"),
        title => format!("cards/{number:03}-{title}"),
    }
}

/// A file's name, whatever somebody called it: no separator, no name that a system keeps for itself, never empty.
pub(crate) fn file(name: &str) -> String {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => (stem, ending),
        _ => (name, ""),
    };
    let mut stem = word(stem);
    if stem.is_empty() {
        stem = "file".to_owned();
    }
    if is_reserved(&stem) {
        stem.push('-');
    }
    match ending {
        "" => stem,
        ending => format!("{stem}.{ending}"),
    }
}

fn is_ending(text: &str) -> bool {
    (1..=LONGEST_ENDING).contains(&text.chars().count()) && text.chars().all(char::is_alphanumeric)
}

/// Letters, digits, points, `-` and `_`; all else becomes one hyphen.
fn word(text: &str) -> String {
    let mut word = String::new();
    for c in text.chars().take(LONGEST) {
        if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
            word.push(c);
        } else if !word.ends_with('-') {
            word.push('-');
        }
    }
    word.trim_matches(['-', '.']).to_owned()
}

/// Whether Windows keeps the name for a device, whatever its ending.
fn is_reserved(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().to_ascii_uppercase();
    matches!(first.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (first.starts_with("COM") || first.starts_with("LPT")) && first.chars().count() == 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_readable_and_lead_nowhere() {
        assert_eq!(file("lake ice.card.json"), "lake-ice.card.json");
        assert_eq!(file("../../etc/passwd"), "etc-passwd");
        assert_eq!(file("Größe 模型.json"), "Größe-模型.json");
        assert_eq!(file("nul.json"), "nul-.json");
        assert_eq!(file("com1.json"), "com1-.json");
        assert_eq!(file(".json"), "file.json");
        assert_eq!(file("a.b/../c"), "a.b-..-c");
        assert_eq!(file(""), "file");
        assert_eq!(folder(7, "Lake ice, 2026"), "cards/007-Lake-ice-2026");
        assert_eq!(folder(7, "***"), "cards/007");
        assert!(file(&"x".repeat(500)).len() <= LONGEST);
    }
}
