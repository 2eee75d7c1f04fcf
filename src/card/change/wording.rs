//! What differs in the wording of two texts, by lines or by words.

use std::time::Instant;

use similar::{ChangeTag, TextDiff};

/// A stretch of two texts laid over each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Stands in both.
    Same(String),
    /// Stands in the old text only.
    Gone(String),
    /// Stands in the new text only.
    New(String),
    /// So many lines that stand in both and are not repeated here.
    LeftOut(usize),
}

/// From this length on, in bytes of both texts together, texts are compared by lines and never by words.
const LONG: usize = 60_000;

/// The two texts laid over each other line by line; of lines that are the same, `context` are kept around each change.
///
/// After `until`, what is left is compared more coarsely: the result is still right, but may be longer.
pub fn by_line(old: &str, new: &str, context: usize, until: Instant) -> Vec<Stretch> {
    let diff = TextDiff::configure().deadline(until).diff_lines(old, new);
    let changes = diff.iter_all_changes().map(|change| (change.tag(), change.value()));
    shortened(joined(changes), context)
}

/// The two texts laid over each other word by word, when they are alike enough for that to help: at least a third of the
/// words is the same, and the texts are no books.
///
/// After `until`, what is left is compared more coarsely.
pub fn by_word(old: &str, new: &str, context: usize, until: Instant) -> Option<Vec<Stretch>> {
    if old.len() + new.len() > LONG {
        return None;
    }
    let diff = TextDiff::configure().deadline(until).diff_words(old, new);
    let changes = diff.iter_all_changes().map(|change| (change.tag(), change.value()));
    let stretches = joined(changes);
    let words = |text: &str| text.split_whitespace().count();
    let (mut same, mut other) = (0, 0);
    for stretch in &stretches {
        match stretch {
            Stretch::Same(text) => same += 2 * words(text),
            Stretch::Gone(text) | Stretch::New(text) => other += words(text),
            Stretch::LeftOut(_) => {}
        }
    }
    // The first and the last of the same lines belong to the lines that were changed.
    (same * 2 >= other).then(|| shortened(stretches, context + 1))
}

/// Neighbours of one kind as one stretch; of what is replaced, the old first.
fn joined<'t>(changes: impl Iterator<Item = (ChangeTag, &'t str)>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (tag, text) in changes {
        match (tag, stretches.last_mut()) {
            (ChangeTag::Equal, Some(Stretch::Same(before)))
            | (ChangeTag::Delete, Some(Stretch::Gone(before)))
            | (ChangeTag::Insert, Some(Stretch::New(before))) => before.push_str(text),
            (ChangeTag::Equal, _) => stretches.push(Stretch::Same(text.to_owned())),
            (ChangeTag::Delete, _) => stretches.push(Stretch::Gone(text.to_owned())),
            (ChangeTag::Insert, _) => stretches.push(Stretch::New(text.to_owned())),
        }
    }
    stretches
}

/// The stretches with no more of the same lines than `kept` before and after each change.
fn shortened(stretches: Vec<Stretch>, kept: usize) -> Vec<Stretch> {
    let last = stretches.len().saturating_sub(1);
    let mut short = Vec::with_capacity(stretches.len());
    for (index, stretch) in stretches.into_iter().enumerate() {
        let Stretch::Same(text) = stretch else {
            short.push(stretch);
            continue;
        };
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let head = if index == 0 { 0 } else { kept };
        let tail = if index == last { 0 } else { kept };
        if lines.len() <= head + tail + 1 {
            short.push(Stretch::Same(text));
            continue;
        }
        let (begin, end) = (&lines[..head], &lines[lines.len() - tail..]);
        short.extend((head > 0).then(|| Stretch::Same(begin.concat())));
        short.push(Stretch::LeftOut(lines.len() - head - tail));
        short.extend((tail > 0).then(|| Stretch::Same(end.concat())));
    }
    short
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    /// The text that is left when one kind of stretch is taken out.
    fn side(stretches: &[Stretch], is_new: bool) -> String {
        let of_side = stretches.iter().filter_map(|stretch| match stretch {
            Stretch::Same(text) => Some(text.as_str()),
            Stretch::Gone(text) => (!is_new).then_some(text.as_str()),
            Stretch::New(text) => is_new.then_some(text.as_str()),
            Stretch::LeftOut(_) => None,
        });
        of_side.collect()
    }

    #[test]
    fn changed_words_are_told_from_those_around() {
        let found = by_word("Trained on ice of lakes.", "Trained on ice of ponds.", 2, soon()).expect("alike");
        let expected = [
            Stretch::Same("Trained on ice of ".into()),
            Stretch::Gone("lakes.".into()),
            Stretch::New("ponds.".into()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn texts_with_little_in_common_are_not_woven_together() {
        assert_eq!(by_word("one two three four", "five six seven eight", 2, soon()), None);
        assert_eq!(by_word(&"a ".repeat(LONG), "a ", 2, soon()), None);
    }

    #[test]
    fn lines_far_from_a_change_are_counted_only() {
        let old: String = (1..=30).map(|line| format!("{line}\n")).collect();
        let new = old.replace("15\n", "fifteen\n");
        let found = by_line(&old, &new, 1, soon());
        let expected = [
            Stretch::LeftOut(13),
            Stretch::Same("14\n".into()),
            Stretch::Gone("15\n".into()),
            Stretch::New("fifteen\n".into()),
            Stretch::Same("16\n".into()),
            Stretch::LeftOut(14),
        ];
        assert_eq!(found, expected);
    }

    proptest::proptest! {
        #[test]
        fn both_texts_can_be_told_from_the_stretches(old in "[ab \n]{0,60}", new in "[ab \r\nä]{0,60}") {
            let lines = by_line(&old, &new, usize::MAX / 4, soon());
            proptest::prop_assert_eq!((side(&lines, false), side(&lines, true)), (old.clone(), new.clone()));
            if let Some(words) = by_word(&old, &new, usize::MAX / 4, soon()) {
                proptest::prop_assert_eq!((side(&words, false), side(&words, true)), (old, new));
            }
        }
    }

    #[test]
    fn time_that_is_up_ends_the_comparison_and_spoils_nothing() {
        let text = |step: usize| -> String { (0..20_000).map(|line| format!("{}\n", line * step % 7919)).collect() };
        let (old, new) = (text(3), text(5));
        let began = Instant::now();
        let found = by_line(&old, &new, usize::MAX / 4, began);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        assert!(side(&found, false) == old && side(&found, true) == new);
    }
}
