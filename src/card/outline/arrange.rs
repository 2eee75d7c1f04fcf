//! A card brought into an outline, and back into the layout of the file it came from.
//!
//! Nothing is dropped on the way: an answer whose question the outline asks moves to the section that asks it, everything
//! else stays where it is, under its own title. Ids tell an answer's way back, so that going to another outline and back
//! gives the card that was there before.

use std::collections::{HashMap, HashSet};

use super::{ALL, Outline, Part};
use crate::card::{Card, Field, Section, field_id};

/// Stands behind the key of a section of the visitor's own while an outline needs the word itself. No title makes it.
const ASIDE: char = '_';

/// The card with all sections of the outline, in its order, and behind them what the outline does not ask.
pub fn arranged(card: &Card, outline: &'static Outline) -> Card {
    let found = laid_out(card, &Card::default(), outline, |_| false);
    let (mut parts, own): (Vec<Section>, Vec<Section>) = found
        .sections
        .into_iter()
        .partition(|section| outline.part(&section.key).is_some());
    let sections = outline.sections.iter().map(|part| {
        let place = parts.iter().position(|section| section.key == part.key);
        place.map_or_else(|| blank(part), |place| parts.swap_remove(place))
    });
    let mut sections: Vec<Section> = sections.collect();
    sections.extend(own);
    Card { sections }
}

/// The outline in whose arrangement the card is: all its sections stand first, in its order.
pub fn arrangement(card: &Card) -> Option<&'static Outline> {
    let is_it = |outline: &&&Outline| {
        let mut parts = outline.sections.iter().zip(&card.sections);
        card.sections.len() >= outline.sections.len() && parts.all(|(part, section)| is_part(section, part))
    };
    let fitting = ALL.iter().filter(|outline| !outline.sections.is_empty());
    fitting
        .filter(is_it)
        .max_by_key(|outline| outline.sections.len())
        .copied()
}

/// The card as its file has it: each answer where `layout`, the card read from the file under this outline, has it.
///
/// A card that was never in another arrangement comes back as it is.
pub fn as_read(card: &Card, layout: &Card, outline: &'static Outline) -> Card {
    if is_as_read(card, layout, outline) {
        card.clone()
    } else {
        laid_out(card, layout, outline, |_| false)
    }
}

/// The card as its file has it, when it was shown with the questions of another outline meanwhile.
///
/// A section without fields that some outline has is not shown beside the questions of another one. It is in its file
/// all the same, and comes back; one that was shown and is gone was removed.
pub fn brought_back(card: &Card, layout: &Card, outline: &'static Outline, shown: &'static Outline) -> Card {
    if shown.key == outline.key {
        return as_read(card, layout, outline);
    }
    let is_shown = |section: &Section| shown.sections.iter().any(|part| is_part(section, part));
    laid_out(card, layout, outline, |section| is_known(section) && !is_shown(section))
}

fn is_as_read(card: &Card, layout: &Card, outline: &'static Outline) -> bool {
    let other = arrangement(card)
        .map(|other| other.key)
        .filter(|key| *key != outline.key);
    if other.is_some() && other != arrangement(layout).map(|other| other.key) {
        return false;
    }
    let places = places(layout);
    card.sections.iter().all(|section| {
        let mut questions = section.fields.iter().filter(|field| !field.is_custom());
        questions.all(|field| match places.get(field.id.as_str()) {
            Some(index) => layout.sections[*index].key == section.key,
            None => outline
                .part_asking(&field.id)
                .is_none_or(|part| part.key == section.key),
        })
    })
}

/// The section of each answer of a card, by the question's id.
fn places(card: &Card) -> HashMap<&str, usize> {
    let mut places = HashMap::new();
    for (index, section) in card.sections.iter().enumerate() {
        for field in section.fields.iter().filter(|field| !field.is_custom()) {
            places.entry(field.id.as_str()).or_insert(index);
        }
    }
    places
}

fn blank(part: &Part) -> Section {
    Section {
        key: part.key.into(),
        title: part.title.into(),
        fields: Vec::new(),
    }
}

/// Outlines spell some titles with other capitals: “Model details”, “Model Details”.
fn is_part(section: &Section, part: &Part) -> bool {
    base(&section.key) == part.key && section.title.eq_ignore_ascii_case(part.title)
}

/// Whether some outline has this section.
fn is_known(section: &Section) -> bool {
    let mut parts = ALL.iter().flat_map(|outline| outline.sections);
    parts.any(|part| is_part(section, part))
}

fn is_spelled_by_an_outline(section: &Section) -> bool {
    let mut parts = ALL.iter().flat_map(|outline| outline.sections);
    parts.any(|part| part.key == base(&section.key) && part.title == section.title)
}

/// The key without what [`ASIDE`] marks.
fn base(key: &str) -> &str {
    let word = key.trim_end_matches(ASIDE);
    let is_needed = ALL.iter().copied().any(|outline| outline.part(word).is_some());
    if is_needed { word } else { key }
}

/// A section on its way.
struct Made {
    section: Section,
    /// Its place in the layout.
    slot: Option<usize>,
    /// Its place in the outline.
    rank: Option<usize>,
    /// Whether only the arrangement, never the visitor, gave it its place.
    is_pinned: bool,
}

/// Where a section, or an answer, belongs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Home {
    /// The layout's section of this index.
    Slot(usize),
    /// The outline's section of this index.
    Part(usize),
    /// The card's own section of this index.
    Own(usize),
}

/// `is_hidden` tells which sections of the layout, where they have no fields, are not shown and nevertheless there.
fn laid_out(card: &Card, layout: &Card, outline: &'static Outline, is_hidden: impl Fn(&Section) -> bool) -> Card {
    let homes = homes(card, layout, outline);
    let places = places(layout);
    let asked: HashMap<&str, usize> = (0..)
        .zip(outline.sections)
        .flat_map(|(rank, part)| part.questions.iter().map(move |question| (question.id, rank)))
        .collect();
    let part_home = |rank: usize| {
        let part = &outline.sections[rank];
        let slot = layout.sections.iter().position(|section| is_part(section, part));
        slot.map_or(Home::Part(rank), Home::Slot)
    };
    let part_homes: Vec<Home> = (0..outline.sections.len()).map(part_home).collect();
    let target = |field: &Field| {
        let place = places.get(field.id.as_str()).map(|slot| Home::Slot(*slot));
        let place = place.or_else(|| asked.get(field.id.as_str()).map(|rank| part_homes[*rank]));
        place.filter(|_| !field.is_custom())
    };
    // Where a question is answered twice, the answer in its place stays, else the first one goes there.
    let mut chosen: HashMap<&str, usize> = HashMap::new();
    for (index, section) in card.sections.iter().enumerate() {
        for field in &section.fields {
            let Some(target) = target(field) else { continue };
            let first = *chosen.entry(&field.id).or_insert(index);
            if homes[index] == target && homes[first] != target {
                chosen.insert(&field.id, index);
            }
        }
    }
    let foreign = arrangement(card).filter(|other| other.key != outline.key);
    let is_foreign =
        |section: &Section| foreign.is_some_and(|other| other.sections.iter().any(|part| is_part(section, part)));
    let mut made: Vec<Made> = Vec::new();
    let mut index_of: HashMap<Home, usize> = HashMap::new();
    for (home, section) in homes.iter().zip(&card.sections) {
        index_of.entry(*home).or_insert_with(|| {
            made.push(Made::new(*home, Some(section), layout, outline, is_foreign(section)));
            made.len() - 1
        });
    }
    let mut given: HashSet<(usize, String)> = HashSet::new();
    for (index, section) in card.sections.iter().enumerate() {
        for field in &section.fields {
            let wanted = target(field).filter(|_| chosen.get(field.id.as_str()) == Some(&index));
            let place = *index_of
                .entry(wanted.unwrap_or(homes[index]))
                .or_insert_with_key(|home| {
                    made.push(Made::new(*home, None, layout, outline, true));
                    made.len() - 1
                });
            let mut field = field.clone();
            if wanted.is_some() {
                field.label = label(&field, layout, &places, outline);
            }
            if !given.insert((place, field.id.clone())) {
                field.id = field_id(&field.label);
                while !given.insert((place, field.id.clone())) {
                    field.id.push('′');
                }
            }
            made[place].section.fields.push(field);
        }
    }
    for made in &mut made {
        made.order_fields(layout, outline);
    }
    // An empty section of an outline comes and goes with the outline, but where the file has it.
    made.retain(|made| !made.section.fields.is_empty() || made.slot.is_some() || !is_known(&made.section));
    for (slot, section) in layout.sections.iter().enumerate() {
        let home = Home::Slot(slot);
        if section.fields.is_empty() && is_hidden(section) && !index_of.contains_key(&home) {
            made.push(Made::new(home, None, layout, outline, true));
        }
    }
    give_keys(&mut made, outline);
    let made = slotted(made, |made| made.slot, |made| made.is_pinned, |made| made.rank);
    Card {
        sections: made.into_iter().map(|made| made.section).collect(),
    }
}

/// The home of each section of the card.
fn homes(card: &Card, layout: &Card, outline: &'static Outline) -> Vec<Home> {
    let mut slots: HashMap<(&str, String), usize> = HashMap::new();
    let mut keys: HashMap<&str, usize> = HashMap::new();
    for (slot, section) in layout.sections.iter().enumerate() {
        slots
            .entry((&section.key, section.title.to_ascii_lowercase()))
            .or_insert(slot);
        keys.entry(&section.key).or_insert(slot);
    }
    let titled = |section: &Section| {
        let title = section.title.to_ascii_lowercase();
        let exact = slots.get(&(section.key.as_str(), title.clone()));
        exact.or_else(|| slots.get(&(base(&section.key), title))).copied()
    };
    let taken: HashSet<usize> = card.sections.iter().filter_map(titled).collect();
    let foreign = arrangement(card).filter(|other| other.key != outline.key);
    let mut given = HashSet::new();
    let sections = card.sections.iter().enumerate();
    sections
        .map(|(index, section)| {
            let is_foreign = foreign.is_some_and(|other| other.sections.iter().any(|part| is_part(section, part)));
            // A section that the visitor gave another title keeps its place.
            let renamed = || {
                keys.get(section.key.as_str())
                    .filter(|slot| !is_foreign && !taken.contains(slot))
            };
            let slot = titled(section).or_else(|| renamed().copied());
            if let Some(slot) = slot.filter(|slot| given.insert(*slot)) {
                return Home::Slot(slot);
            }
            let rank = outline.sections.iter().position(|part| is_part(section, part));
            rank.map_or(Home::Own(index), Home::Part)
        })
        .collect()
}

/// What the file calls an answer, or else the outline.
fn label(field: &Field, layout: &Card, places: &HashMap<&str, usize>, outline: &'static Outline) -> String {
    let there = places
        .get(field.id.as_str())
        .and_then(|slot| layout.sections[*slot].field(&field.id));
    let question = || outline.question(&field.id).map(|question| question.label.to_owned());
    let there = there.map(|there| there.label.clone());
    there.or_else(question).unwrap_or_else(|| field.label.clone())
}

/// Gives each section that is neither in the layout nor of the outline a key that none of these has.
fn give_keys(made: &mut [Made], outline: &'static Outline) {
    let is_fixed = |made: &Made| made.slot.is_some() || made.rank.is_some();
    let mut taken: HashSet<String> = outline.sections.iter().map(|part| part.key.to_owned()).collect();
    taken.extend(
        made.iter()
            .filter(|made| is_fixed(made))
            .map(|made| made.section.key.clone()),
    );
    let mut own: Vec<usize> = (0..made.len()).filter(|index| !is_fixed(&made[*index])).collect();
    own.sort_by_key(|index| made[*index].section.key.len() - base(&made[*index].section.key).len());
    for index in own {
        let mut key = base(&made[index].section.key).to_owned();
        while !taken.insert(key.clone()) {
            key.push(ASIDE);
        }
        made[index].section.key = key;
    }
}

/// The items in the places they have in the layout. Those that a visitor can move keep their order among each other, in
/// the places that are theirs; what is new stands behind, first what has a rank.
fn slotted<T>(
    items: Vec<T>,
    slot: impl Fn(&T) -> Option<usize>,
    is_pinned: impl Fn(&T) -> bool,
    rank: impl Fn(&T) -> Option<usize>,
) -> Vec<T> {
    let mut free: Vec<usize> = items.iter().filter(|item| !is_pinned(item)).filter_map(&slot).collect();
    free.sort_unstable_by(|one, other| other.cmp(one));
    let mut placed: Vec<((usize, usize), T)> = items
        .into_iter()
        .map(|item| {
            let place = match is_pinned(&item) {
                true => slot(&item),
                false => free.pop(),
            };
            let place = match place {
                Some(slot) => (0, slot),
                None => rank(&item).map_or((2, 0), |rank| (1, rank)),
            };
            (place, item)
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, item)| item).collect()
}

impl Made {
    fn new(home: Home, from: Option<&Section>, layout: &Card, outline: &'static Outline, is_moved: bool) -> Self {
        let (slot, there) = match home {
            Home::Slot(slot) => (Some(slot), layout.sections[slot].clone()),
            Home::Part(rank) => (None, blank(&outline.sections[rank])),
            Home::Own(_) => (None, Section::default()),
        };
        let rank = match home {
            Home::Own(_) => None,
            _ => outline.sections.iter().position(|part| is_part(&there, part)),
        };
        let title = match from {
            // In the spelling of file or outline, unless the visitor gave it another title.
            Some(from) if slot.is_none() && !is_spelled_by_an_outline(from) => from.title.clone(),
            Some(from) if !from.title.eq_ignore_ascii_case(&there.title) => from.title.clone(),
            _ => there.title,
        };
        let key = match (home, from) {
            (Home::Own(_), Some(from)) => from.key.clone(),
            _ => there.key,
        };
        Self {
            section: Section {
                key,
                title,
                fields: Vec::new(),
            },
            slot,
            rank,
            is_pinned: rank.is_some() || (slot.is_some() && is_moved),
        }
    }

    fn order_fields(&mut self, layout: &Card, outline: &'static Outline) {
        let there = self.slot.map(|slot| &layout.sections[slot]);
        let part = self.rank.map(|rank| &outline.sections[rank]);
        let slots: HashMap<&str, usize> = match there {
            Some(there) => (0..)
                .zip(&there.fields)
                .map(|(slot, field)| (field.id.as_str(), slot))
                .collect(),
            None => HashMap::new(),
        };
        let fields = std::mem::take(&mut self.section.fields);
        let rank = |field: &Field| part?.questions.iter().position(|question| question.id == field.id);
        let slot = |field: &Field| slots.get(field.id.as_str()).copied();
        self.section.fields = slotted(fields, slot, |field| !field.is_custom(), rank);
    }
}

#[cfg(test)]
mod tests;
