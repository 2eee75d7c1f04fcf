//! Answers that say why there is none: “Not applicable: …”, “Not known yet: …”.

use super::placeholders;

/// What an answer says about its question instead of answering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance<'t> {
    /// The question does not concern this card, for this reason if one is given.
    NotApplicable(Option<&'t str>),
    /// There will or may be an answer; the reason says what it waits for.
    NotKnown(Option<&'t str>),
}

/// How the two begin, in lower case; the longer before what it begins with.
const NOT_APPLICABLE: &[&str] = &["not applicable", "n/a"];
const NOT_KNOWN: &[&str] = &["not known yet", "not yet known", "not known"];

/// What stands between the words and the reason.
const BETWEEN: &[char] = &[':', '.', ',', ';', '(', '–', '—', '\n', '\r'];

impl<'t> Stance<'t> {
    /// The words in which it is written into a card, with the reason if one is given.
    pub fn to_text(self) -> String {
        let words = match self {
            Self::NotApplicable(_) => "Not applicable",
            Self::NotKnown(_) => "Not known yet",
        };
        match self.reason() {
            Some(reason) => format!("{words}: {reason}"),
            None => words.to_owned(),
        }
    }

    /// The reason given.
    pub fn reason(self) -> Option<&'t str> {
        match self {
            Self::NotApplicable(reason) | Self::NotKnown(reason) => reason,
        }
    }
}

/// The stance that a text takes. Capitals do not matter, and “because” does for a colon; a sentence that merely begins
/// with the words, such as “Not applicable to children”, is an answer like others.
pub fn stance(text: &str) -> Option<Stance<'_>> {
    let text = text.trim();
    let behind = |words: &&str| {
        let rest = text.get(words.len()..)?;
        text[..words.len()].eq_ignore_ascii_case(words).then_some(())?;
        let rest = rest.trim_start_matches(' ');
        let is_because = rest.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("because "));
        // A hyphen is one of “not applicable-looking” unless a blank follows.
        let is_between = rest.starts_with(BETWEEN) || rest.starts_with("- ");
        (rest.is_empty() || is_between || is_because).then(|| {
            let reason = rest.trim_start_matches(|letter| BETWEEN.contains(&letter) || "- ".contains(letter));
            Some(reason).filter(|reason| !reason.is_empty() && !placeholders::is_placeholder(reason))
        })
    };
    let applies = NOT_APPLICABLE.iter().find_map(behind).map(Stance::NotApplicable);
    applies.or_else(|| NOT_KNOWN.iter().find_map(behind).map(Stance::NotKnown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stance_is_told_with_and_without_its_reason() {
        for (text, wanted) in [
            ("Not applicable: rules only", Stance::NotApplicable(Some("rules only"))),
            ("  not applicable.\n", Stance::NotApplicable(None)),
            ("N/A", Stance::NotApplicable(None)),
            ("N/A (no training)", Stance::NotApplicable(Some("no training)"))),
            (
                "Not applicable because it was never trained",
                Stance::NotApplicable(Some("because it was never trained")),
            ),
            ("NOT APPLICABLE – rules", Stance::NotApplicable(Some("rules"))),
            (
                "Not known yet: the trial runs",
                Stance::NotKnown(Some("the trial runs")),
            ),
            ("Not yet known\n\nAsk in May.", Stance::NotKnown(Some("Ask in May."))),
            ("not known", Stance::NotKnown(None)),
            ("Not known yet: TODO", Stance::NotKnown(None)),
            ("Not known yet:", Stance::NotKnown(None)),
        ] {
            assert_eq!(stance(text), Some(wanted), "{text:?}");
        }
    }

    #[test]
    fn a_stance_is_written_as_it_is_read() {
        for reason in [
            None,
            Some("rules only"),
            Some("because it was never trained"),
            Some("see 4.2 (below)"),
        ] {
            for one in [Stance::NotApplicable(reason), Stance::NotKnown(reason)] {
                let text = one.to_text();
                let read = stance(&text).unwrap();
                assert_eq!(read.to_text(), text, "{one:?}");
                assert_eq!(std::mem::discriminant(&read), std::mem::discriminant(&one));
            }
        }
    }

    #[test]
    fn other_answers_take_none() {
        for text in [
            "",
            "none",
            "2026-01-31",
            "Not applicable to children",
            "Not known for its speed",
            "It is not applicable: no",
            "n/a/b",
            "notapplicable",
            "Not applicableé",
            "Not know\u{e9}: x",
            "n",
        ] {
            assert_eq!(stance(text), None, "{text:?}");
        }
    }
}
