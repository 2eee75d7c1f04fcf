//! What differs between two cards that may have come in different formats.

use std::collections::{HashMap, HashSet};

use super::unspellable::Signs;
use super::{Extent, Format, convert, losses, read_as};
use crate::card::Card;
use crate::card::change::{self, Change};
use crate::card::outline::{FULL, Outline};

/// One of two cards that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Side<'c> {
    /// The format that it came in.
    pub format: Format,
    /// The outline whose questions it answers.
    pub outline: &'static Outline,
    /// The card.
    pub card: &'c Card,
}

/// What differs, and in whose terms.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The fields that differ, in the order of the new card, then what is gone.
    pub changes: Vec<Change>,
    /// How the two cards were made comparable.
    pub terms: Terms,
}

/// How two cards are made comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// They are of one kind: compared as they are.
    Same,
    /// Both as this format would say them, so that only what they say counts and not how.
    Of(Format),
    /// Of one format but with other questions: both by the questions of the full outline, answers as lines of text.
    Questions,
}

/// What differs from the old card to the new one.
///
/// Of two formats, the one in which both cards lose nothing gives the terms; thus a card and its conversion are equal. Our
/// own format can say everything in any terms, so the other one gives them.
pub fn compare(old: &Side, new: &Side) -> Comparison {
    let terms = terms(old, new);
    let changes = match terms {
        Terms::Same => change::difference(old.card, new.card),
        Terms::Questions => change::difference(&convert::flat(old.card, &FULL), &convert::flat(new.card, &FULL)),
        Terms::Of(format) => in_terms(format, old, new),
    };
    Comparison { changes, terms }
}

fn terms(old: &Side, new: &Side) -> Terms {
    if old.format == new.format {
        return match old.outline.key == new.outline.key {
            true => Terms::Same,
            false => Terms::Questions,
        };
    }
    let (first, second) = match new.format == Format::NATIVE {
        true => (old, new),
        false => (new, old),
    };
    let is_carried = |one: &Side, other: &Side| {
        let lens = one.format.lens();
        let card = Signs::of(lens, &[other.card]).mark(other.card);
        let mut lost = losses(one.format, None, &card).into_iter();
        // The levels of headings count as layout: in its terms both cards have the same.
        lost.all(|loss| loss.extent == Extent::Levels)
    };
    match second.format != Format::NATIVE && !is_carried(first, second) && is_carried(second, first) {
        true => Terms::Of(second.format),
        false => Terms::Of(first.format),
    }
}

/// What differs when both cards are said as the format would say them in a new file.
///
/// A card that has this format already is taken as it is or said anew, whichever is closer to the other: its headings may
/// be its own, or those that a new file has.
fn in_terms(format: Format, old: &Side, new: &Side) -> Vec<Change> {
    let lens = format.lens();
    let signs = Signs::of(lens, &[old.card, new.card]);
    let (old_card, new_card) = (signs.mark(old.card), signs.mark(new.card));
    let old = &Side {
        card: &old_card,
        ..*old
    };
    let new = &Side {
        card: &new_card,
        ..*new
    };
    // Read again, so that what a new file adds of itself, such as an identifier, is no difference.
    let anew = |side: &Side| {
        let (placed, aside) = lens.placed(side.card);
        let housed = lens.with_aside(placed, aside);
        let read = read_as(format, &lens.write_new(&housed));
        convert::without_blanks(&read.map_or(housed, |reading| reading.card))
    };
    let as_it_is = |side: &Side| match side.format == format {
        true => convert::without_blanks(side.card),
        false => anew(side),
    };
    let closest = without_moves(change::difference(&as_it_is(old), &as_it_is(new)));
    if closest.is_empty() {
        return closest;
    }
    let other = without_moves(change::difference(&anew(old), &anew(new)));
    signs.unmark(if other.len() < closest.len() { other } else { closest })
}

/// The changes without answers that only stand in another section: formats arrange them differently.
fn without_moves(changes: Vec<Change>) -> Vec<Change> {
    let mut gone: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, change) in changes.iter().enumerate() {
        if let (Some(label), Some(_), None) = (&change.field, &change.before, &change.after) {
            gone.entry(label).or_default().push(index);
        }
    }
    let mut moved = HashSet::new();
    for (index, change) in changes.iter().enumerate() {
        let (Some(label), None, Some(value)) = (&change.field, &change.before, &change.after) else {
            continue;
        };
        let Some(places) = gone.get_mut(label.as_str()) else {
            continue;
        };
        if let Some(place) = places
            .iter()
            .position(|place| changes[*place].before.as_ref() == Some(value))
        {
            moved.extend([index, places.swap_remove(place)]);
        }
    }
    let staying = changes.iter().enumerate().filter(|(index, _)| !moved.contains(index));
    staying.map(|(_, change)| change.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::format::{Reading, read_as, read_named, write};

    fn side(reading: &Reading) -> Side<'_> {
        Side {
            format: reading.format,
            outline: reading.outline,
            card: &reading.card,
        }
    }

    /// The cards among the fixtures.
    fn readings() -> Vec<(String, Reading)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let mut found = Vec::new();
        for folder in ["model-card-toolkit", "markdown", "webcards", "json", "yaml"] {
            for entry in std::fs::read_dir(root.join(folder)).expect("fixtures") {
                let path = entry.expect("an entry").path();
                let name = path.display().to_string();
                let bytes = std::fs::read(&path).expect("a fixture");
                found.extend(read_named(&bytes, Some(&name)).ok().map(|reading| (name, reading)));
            }
        }
        found
    }

    #[test]
    fn a_card_and_what_it_was_converted_into_without_loss_say_the_same() {
        let mut equal = 0;
        for (name, reading) in readings() {
            let formats = Format::ALL.iter().copied().filter(|format| format.can_read());
            for format in formats.filter(|format| *format != reading.format) {
                let bytes = write(format, None, &reading.card).expect("a new file needs no source");
                let converted = read_as(format, &bytes).expect("what was written");
                let found = compare(&side(&reading), &side(&converted));
                let lost = losses(format, None, &reading.card);
                let what = format!("{name} as {}: {:?}: {:#?}", format.id(), found.terms, found.changes);
                assert!(found.changes.is_empty() || !lost.is_empty(), "{what}");
                equal += usize::from(found.changes.is_empty());
            }
        }
        assert!(equal > 100, "{equal} pairs are equal");
    }

    #[test]
    fn cards_of_one_kind_are_compared_as_they_are() {
        let (_, reading) = readings().remove(0);
        let mut other = reading.clone();
        other.card.sections.remove(0);
        assert_eq!(compare(&side(&reading), &side(&reading)).terms, Terms::Same);
        assert!(compare(&side(&reading), &side(&reading)).changes.is_empty());
        assert!(!compare(&side(&reading), &side(&other)).changes.is_empty());
    }
}
