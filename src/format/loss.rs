//! What a download leaves out.

use std::cell::{LazyCell, OnceCell};
use std::collections::{HashMap, HashSet};

use super::carried::{self, Carried, Share, Turns};
use super::convert;
use super::file::File;
use super::homes::{self, Kept};
use super::lens::Lens;
use super::measures::without_echo;
use super::origins::Origins;
use super::{Format, as_read, read_as, unspellable, without_aliases, write};
use crate::card::change::{self, Change};
use crate::card::{Card, Field, Section, Value, check};
use crate::locale::Sentence;
use crate::{count, say};

/// Something of a card that a format cannot carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Title of the section.
    pub section: String,
    /// Label of the field; `None` when the whole section has no place.
    pub field: Option<String>,
    /// Key of the section and id of the field in the card, by which a choice names it.
    pub item: Option<(String, String)>,
    /// How much of it.
    pub extent: Extent,
}

/// How much of something is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// A part; the rest is carried.
    Part,
    /// Only characters that the format has no way to spell, in the answer or in its name.
    Characters,
    /// Only the levels of headings inside the answer; their words are carried.
    Levels,
    /// All of it, which is no answer but a placeholder such as `[More Information Needed]`.
    Placeholder,
}

impl Extent {
    /// How much is carried, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Whole => "not carried",
            Self::Part => "carried in part",
            Self::Characters => "carried but for characters that the format cannot spell",
            Self::Levels => "carried but for the levels of headings inside it",
            Self::Placeholder => "not carried, a placeholder",
        }
    }
}

impl Loss {
    /// Whether something of an answer is lost, and not only a placeholder that waits for one.
    pub fn is_of_answer(&self) -> bool {
        self.extent != Extent::Placeholder
    }

    /// How many answers are lost, in whole or in part, and how many placeholders: “2 answers and 1 placeholder”.
    pub fn counted(losses: &[Self]) -> Sentence {
        let answers = losses.iter().filter(|loss| loss.is_of_answer()).count();
        let placeholders = losses.len() - answers;
        let counted = (
            count!(answers, "{n} answer", "{n} answers"),
            count!(placeholders, "{n} placeholder", "{n} placeholders"),
        );
        match (answers, placeholders) {
            (_, 0) => counted.0,
            (0, _) => counted.1,
            _ => say!(
                "{answers} and {placeholders}",
                answers = counted.0,
                placeholders = counted.1
            ),
        }
    }

    /// Something in a file that is no part of its card.
    pub(super) fn beside(section: String, field: Option<String>) -> Self {
        Self {
            section,
            field,
            item: None,
            extent: Extent::Whole,
        }
    }
}

/// What a download in this format would not carry: exactly what is missing when the written file
/// is read again.
pub fn losses(format: Format, source: Option<&[u8]>, card: &Card) -> Vec<Loss> {
    match source {
        Some(bytes) if format.can_read() => {
            let adapted = format.lens().adapted(&File::new(bytes));
            let file = File::new(adapted.as_ref().map_or(bytes, |adapted| &adapted.bytes));
            let expected = as_read(format.lens(), &file, card).unwrap_or_else(|_| card.clone());
            let expected = format.lens().settled(&file, &expected);
            let written = write(format, source, card).unwrap_or_default();
            let got = read_as(format, &written)
                .map(|reading| reading.card)
                .unwrap_or_default();
            let mut losses = different(format.lens(), card, &expected, &got);
            if !losses.is_empty() {
                // An alias whose anchor went says its value now.
                let (expected, got) = (
                    without_aliases(source, &expected),
                    without_aliases(Some(&written), &got),
                );
                losses = different(format.lens(), card, &expected, &got);
            }
            losses.extend(adapted.into_iter().flat_map(|adapted| adapted.left_out));
            losses
        }
        _ => losses_keeping(format, card, &[]),
    }
}

/// What a file holds that its card does not show, such as the other components of a bill: an own file keeps it, and no
/// file of another format has it.
pub fn unshown(format: Format, source: &[u8]) -> Vec<Loss> {
    format.lens().unshown(&File::new(source))
}

/// What a new file of this format would still not carry with these choices.
pub fn losses_keeping(format: Format, card: &Card, kept: &[Kept]) -> Vec<Loss> {
    let without_echo = without_echo(card);
    let card = without_echo.as_ref();
    let housed = homes::housed(format, card, kept);
    let lens = format.lens();
    let written = format.can_read().then(|| lens.write_new(&housed.card));
    let again = written
        .as_ref()
        .map(|written| read_as(format, written).map(|reading| reading.card).unwrap_or_default());
    let whole = written.as_ref().and_then(|written| lens.whole(&File::new(written)));
    let shown = || unspellable::with_spelled_names(lens, lens.shown(&housed.card));
    let got = again.clone().unwrap_or_else(shown);
    let carried = Carried::of(std::iter::once(&got).chain(&whole));
    let expected = unspellable::with_spelled_names(lens, lens.told_apart(housed.card.clone()));
    let mut losses = missing(card, &expected, &got, &carried);
    let item = |section: &Section, field: &Field| (section.key.clone(), field.id.clone());
    let appended = housed.appended.iter();
    let appended: HashSet<_> = appended.map(|(section, field)| item(section, field)).collect();
    losses.retain(|loss| loss.item.as_ref().is_none_or(|item| !appended.contains(item)));
    let mut named: HashSet<(String, String)> = losses.iter().filter_map(|loss| loss.item.clone()).collect();
    let left_out = housed.left_out.iter();
    let unspelled = unspellable::fields(lens, card, &housed.card, again.as_ref()).into_iter();
    let reshaped = again.iter().flat_map(|again| lens.reshaped(card, again));
    let further = left_out
        .map(|(section, field)| (*section, *field, Extent::Whole))
        .chain(unspelled.map(|(section, field)| (section, field, Extent::Characters)))
        .chain(reshaped.map(|(section, field)| (section, field, Extent::Levels)));
    for (section, field, extent) in further {
        if named.insert(item(section, field)) {
            losses.push(of_field(section, field, extent));
        }
    }
    for loss in &mut losses {
        if loss.extent == Extent::Whole && is_placeholder(card, loss) {
            loss.extent = Extent::Placeholder;
        }
    }
    for section in unspellable::titles(lens, card, &got) {
        losses.push(Loss {
            extent: Extent::Characters,
            ..Loss::beside(section.title.clone(), None)
        });
    }
    in_order(losses, card)
}

/// What is not the same in a card's own file, in the words of the card: there each answer has its place.
fn different(lens: &dyn Lens, card: &Card, expected: &Card, got: &Card) -> Vec<Loss> {
    let found: HashMap<_, _> = change::by_title(got).into_iter().collect();
    let origins = LazyCell::new(|| Origins::of(card));
    let mut losses = Vec::new();
    for (name, section) in change::by_title(expected) {
        for field in section.fields.iter().filter(|field| !field.value.is_blank()) {
            let there = found.get(&name).and_then(|there| there.field(&field.id));
            if there.is_some_and(|there| there.value == field.value) {
                continue;
            }
            let change = Change {
                section: section.title.clone(),
                field: Some(field.label.clone()),
                id: Some(field.id.clone()),
                before: there.map(|there| there.value.clone()),
                after: Some(field.value.clone()),
            };
            let is_same = |own: &&Section| own.title == section.title;
            let own = card.section(&section.key).filter(is_same);
            let own = own.and_then(|own| Some((own, own.field(&field.id)?)));
            losses.push(match own.or_else(|| origins.of_change(&change)) {
                Some((section, field)) => of_field(
                    section,
                    field,
                    match there.filter(|there| !there.value.is_blank()) {
                        Some(there) if unspellable::is_all_but(lens, &field.value, &there.value) => Extent::Characters,
                        Some(_) => Extent::Part,
                        None => Extent::Whole,
                    },
                ),
                None => nameless(change),
            });
        }
    }
    losses
}

/// What is missing in a new file, in the words of the card: fields whose words are not carried, and answers that the
/// format was expected to have a place for.
fn missing(card: &Card, expected: &Card, got: &Card, carried: &Carried) -> Vec<Loss> {
    let (turns, origins) = (Turns::of(card), LazyCell::new(|| Origins::of(card)));
    let titles: HashSet<String> = got
        .sections
        .iter()
        .map(|section| carried::essence(&section.title))
        .collect();
    let mut losses: Vec<Loss> = Vec::new();
    for section in &card.sections {
        for field in &section.fields {
            let share = carried.share(field);
            if share != Share::All {
                let is_in_part = share == Share::Part;
                let extent = if is_in_part { Extent::Part } else { Extent::Whole };
                losses.push(of_field(section, field, extent));
            } else if field.is_custom() && field.value.is_blank() && !carried.names(section, field) {
                losses.push(of_field(section, field, Extent::Whole));
            }
        }
        if convert::is_kept_empty(section) && !titles.contains(&carried::essence(&section.title)) {
            losses.push(Loss::beside(section.title.clone(), None));
        }
    }
    let mut lost = Lost::of(card, &losses);
    let named = LazyCell::new(|| by_name(got));
    for change in change::difference(got, expected) {
        if change.after.as_ref().is_none_or(Value::is_blank) {
            continue;
        }
        let before = change.before.as_ref().filter(|value| !value.is_blank());
        if let Some(before) = before {
            // What is missing in this answer was named above, unless its words stand elsewhere by chance.
            let own = origins
                .of_change(&change)
                .filter(|(_, field)| change.id.as_ref() == Some(&field.id));
            let own = own.filter(|(section, field)| !lost.is_named(section, field));
            if let Some((section, field)) = own.filter(|(_, field)| !carried::says(before, &field.value)) {
                lost.name(section, field);
                losses.push(of_field(section, field, Extent::Part));
            }
            continue;
        }
        // Without a question's id in the file, the title and the label say which answer it is.
        let label = change.field.as_deref();
        let there = label.and_then(|label| named.get(change.section.as_str())?.get(label));
        if there.is_some_and(|there| change.after.as_ref().is_some_and(|after| carried::says(there, after))) {
            continue;
        }
        match origins.of_change(&change) {
            Some((section, field)) if lost.is_named(section, field) || carried.holds(field, &turns) => {}
            Some((section, field)) => {
                lost.name(section, field);
                losses.push(of_field(section, field, Extent::Whole));
            }
            None if !lost.are_all_of(&change) => losses.push(nameless(change)),
            None => {}
        }
    }
    losses
}

/// The answers of a card by the title of their section and by their label; those inside a group by both labels, as a field
/// of their own has them: `version › date`.
fn by_name(card: &Card) -> HashMap<&str, HashMap<String, &Value>> {
    let mut named: HashMap<&str, HashMap<String, &Value>> = HashMap::new();
    for section in &card.sections {
        let fields = named.entry(&section.title).or_default();
        let mut waiting: Vec<(String, &Value)> = section
            .fields
            .iter()
            .map(|field| (field.label.clone(), &field.value))
            .collect();
        while let Some((label, value)) = waiting.pop() {
            if let Value::Group(members) = value {
                waiting.extend(members.iter().map(|(name, value)| (format!("{label} › {name}"), value)));
            }
            if !value.is_blank() {
                fields.insert(label, value);
            }
        }
    }
    named
}

/// The fields of a card that are named as lost.
struct Lost<'c> {
    card: &'c Card,
    /// Section key and field id.
    named: HashSet<(&'c str, &'c str)>,
    /// Everything that they say, each as a row with its name.
    rows: OnceCell<Value>,
}

impl<'c> Lost<'c> {
    fn of(card: &'c Card, losses: &[Loss]) -> Self {
        let items: HashSet<_> = losses.iter().filter_map(|loss| loss.item.as_ref()).collect();
        let mut lost = Self {
            card,
            named: HashSet::new(),
            rows: OnceCell::new(),
        };
        for (section, field) in lost.fields() {
            if items.contains(&(section.key.clone(), field.id.clone())) {
                lost.name(section, field);
            }
        }
        lost
    }

    fn fields(&self) -> impl Iterator<Item = (&'c Section, &'c Field)> + use<'c> {
        let sections = self.card.sections.iter();
        sections.flat_map(|section| section.fields.iter().map(move |field| (section, field)))
    }

    fn is_named(&self, section: &Section, field: &Field) -> bool {
        self.named.contains(&(section.key.as_str(), field.id.as_str()))
    }

    fn name(&mut self, section: &'c Section, field: &'c Field) {
        self.named.insert((&section.key, &field.id));
        self.rows.take();
    }

    /// Whether an answer that the format made is rows of nothing but these fields.
    fn are_all_of(&self, change: &Change) -> bool {
        let rows = self.rows.get_or_init(|| {
            let lost = self.fields().filter(|(section, field)| self.is_named(section, field));
            Value::List(
                lost.map(|(section, field)| convert::named_row(section, field))
                    .collect(),
            )
        });
        let after = change.after.as_ref().filter(|_| !self.named.is_empty());
        after.is_some_and(|after| carried::says(rows, after))
    }
}

/// Whether what is lost says something that is no answer.
fn is_placeholder(card: &Card, loss: &Loss) -> bool {
    let field = || {
        let (section, field) = loss.item.as_ref()?;
        card.section(section)?.field(field)
    };
    field().is_some_and(|field| !field.value.is_blank() && !check::is_answered(&field.value))
}

/// In the order of the card; placeholders at the end.
pub(super) fn in_order(mut losses: Vec<Loss>, card: &Card) -> Vec<Loss> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut sections: HashMap<&str, usize> = HashMap::new();
    for (place, section) in card.sections.iter().enumerate() {
        sections.entry(&section.key).or_insert(place);
        for (place, field) in section.fields.iter().enumerate() {
            places.entry((&section.key, &field.id)).or_insert(place);
        }
    }
    let order = |loss: &Loss| {
        let (key, id) = loss.item.as_ref()?;
        let section = *sections.get(key.as_str())?;
        Some((section, places.get(&(key.as_str(), id.as_str())).copied()))
    };
    losses.sort_by_cached_key(|loss| (!loss.is_of_answer(), loss.item.is_none(), order(loss)));
    losses
}

/// Something that no field of the card is found for.
fn nameless(change: Change) -> Loss {
    Loss {
        section: change.section,
        field: change.field,
        item: None,
        extent: Extent::Whole,
    }
}

pub(super) fn of_field(section: &Section, field: &Field, extent: Extent) -> Loss {
    Loss {
        section: section.title.clone(),
        field: Some(field.label.clone()),
        item: Some((section.key.clone(), field.id.clone())),
        extent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::read;

    const CARD: &str = r#"{"model": "otter", "river": {"depth": "1.5 m", "banks": ["left", "right"]}, "note": "x"}"#;

    fn card() -> Card {
        read(CARD.as_bytes()).unwrap().card
    }

    fn labels(losses: &[Loss]) -> Vec<String> {
        losses.iter().filter_map(|loss| loss.field.clone()).collect()
    }

    #[test]
    fn many_losses_are_looked_up_and_not_searched() {
        // Searched, these would be compared 400 million times, for minutes in a build without optimisation.
        let members = |section: usize| (0..400).map(move |number| format!(r#""k{section}-{number}": "v{number}""#));
        let sections = (0..50).map(|section| {
            let members: Vec<String> = members(section).collect();
            format!(r#""s{section}": {{{}}}"#, members.join(", "))
        });
        let text = format!("{{{}}}", sections.collect::<Vec<_>>().join(", "));
        let card = read(text.as_bytes()).unwrap().card;
        assert_eq!(losses(Format::MODEL_CARD_TOOLKIT_2, None, &card).len(), 20_000);
        assert_eq!(homes::Homeless::of(Format::CYCLONEDX_7, &card).kept.len(), 20_000);
    }

    #[test]
    fn what_is_carried_otherwise_and_what_only_looks_like_it() {
        let lost = |text: &str, format| {
            let losses = losses(format, None, &read(text.as_bytes()).unwrap().card);
            let told = losses.into_iter().map(|loss| (loss.section, loss.field, loss.extent));
            told.collect::<Vec<_>>()
        };
        let named = |section: &str, field: Option<&str>, extent| (section.to_owned(), field.map(str::to_owned), extent);
        // A member that has a place of its own in one format stands in its group in another.
        let version =
            r#"{"schema_version": "0.0.2", "model_details": {"name": "N", "version": {"name": "1", "when": "May"}}}"#;
        assert_eq!(lost(version, Format::WEBCARDS), []);
        // Another answer with the same headings does not stand for this one.
        let levels = r##"{"six": "# Lead\n\nx\n\n## Sub\n\ny",
            "nine": {"z": "# Lead\n\nother\n\n## Sub\n\nw", "y": "v"}}"##;
        let six = named("six", Some("six"), Extent::Levels);
        assert_eq!(lost(levels, Format::MARKDOWN), [six]);
        assert_eq!(lost(levels, Format::HTML), []);
        // A name inside an answer.
        let inside = lost(r#"{"a": {"w": {"k\u0001": "v"}}}"#, Format::XML);
        assert_eq!(inside, [named("a", Some("w"), Extent::Characters)]);
        // A title of which nothing is carried.
        let titles = lost(r#"{"a\u0001b": {"c": "otter"}}"#, Format::CHAI_2);
        assert_eq!(titles, [named("a\u{1}b", Some("c"), Extent::Whole)]);
        // An empty section, which XML spells otherwise.
        assert_eq!(lost(r#"{"a b": {}, "c d": {"x": "1"}}"#, Format::XML), []);
        // The name of a member is no part of what is said.
        let zebra = r#"{"schema_version": "0.0.2", "model_details": {"name": "N"}, "own": {"x": {"name": "Zebra"}}}"#;
        assert_eq!(lost(zebra, Format::CHAI_1), [named("own", Some("x"), Extent::Whole)]);
    }

    #[test]
    fn words_of_long_tables_are_looked_up_and_not_searched() {
        // Searched, each of these words would be looked for in all of the page, for minutes without optimisation.
        let rows = (0..10_000).map(|row| format!(r#"{{"a": "v{row}", "b": "c"}}"#));
        let text = format!(r#"{{"s": {{"k": [{}]}}}}"#, rows.collect::<Vec<_>>().join(", "));
        let card = read(text.as_bytes()).unwrap().card;
        assert_eq!(losses(Format::MARKDOWN, None, &card), []);
        assert_eq!(losses(Format::CHAI_1, None, &card).len(), 1);
    }

    #[test]
    fn a_loss_is_named_in_the_words_of_the_card() {
        let losses = losses(Format::MODEL_CARD_TOOLKIT_2, None, &card());
        assert_eq!(labels(&losses), ["model", "depth", "banks", "note"]);
        assert_eq!(losses[1].item, Some(("river".into(), "+depth".into())));
        assert_eq!(losses[1].section, "river");
    }
}
