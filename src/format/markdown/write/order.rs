//! The order in which sections and fields stand on a page that changes.

use super::Slot;
use crate::card::Field;
use crate::format::steps::rearrange;

/// The order in which fields shall stand: the visitor's own follow the card, the others stay where they are, and new
/// ones come last.
pub(super) fn order(
    ids: &[String],
    fields: &[Field],
    is_own: impl Fn(&str) -> bool,
    says_same: impl Fn(usize, &Field) -> bool,
) -> Vec<Slot> {
    let own: Vec<usize> = (0..fields.len()).filter(|index| is_own(&fields[*index].id)).collect();
    let own_ids: Vec<usize> = (0..ids.len()).filter(|index| is_own(&ids[*index])).collect();
    let before: Vec<String> = own_ids.iter().map(|index| ids[*index].clone()).collect();
    let after: Vec<String> = own.iter().map(|index| fields[*index].id.clone()).collect();
    let matched = continued(&before, &after, |before, after| {
        says_same(own_ids[before], &fields[own[after]])
    });
    let wanted = matched.into_iter().zip(&own).map(|(before, after)| {
        let before = before.map(|before| own_ids[before]);
        (before, (before, Some(*after)))
    });
    let place = |id: &str| fields.iter().position(|field| field.id == id);
    let slots = ids
        .iter()
        .enumerate()
        .map(|(index, id)| (Some(index), place(id)))
        .collect();
    let mut slots: Vec<Slot> = rearrange(slots, |index| is_own(&ids[index]), wanted.collect());
    let new = (0..fields.len()).filter(|index| !is_own(&fields[*index].id) && !ids.contains(&fields[*index].id));
    slots.extend(new.map(|index| (None, Some(index))));
    slots
}

/// For each new name the old one that it continues: the same name, or, for one that is renamed, the one that says the
/// same, or else the one that stood behind its predecessor.
pub(super) fn continued(
    old: &[String],
    new: &[String],
    says_same: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let places: std::collections::HashMap<&str, usize> = old
        .iter()
        .enumerate()
        .rev()
        .map(|(index, name)| (name.as_str(), index))
        .collect();
    let mut matched: Vec<Option<usize>> = new.iter().map(|name| places.get(name.as_str()).copied()).collect();
    let mut free: Vec<bool> = vec![true; old.len()];
    for index in matched.iter().flatten() {
        free[*index] = false;
    }
    if !free.contains(&true) {
        return matched;
    }
    for index in 0..new.len() {
        if matched[index].is_some() {
            continue;
        }
        let next = index
            .checked_sub(1)
            .map_or(Some(0), |before| matched[before].map(|before| before + 1));
        let found = (0..old.len())
            .find(|before| free[*before] && says_same(*before, index))
            .or(next.filter(|next| free.get(*next) == Some(&true)));
        if let Some(before) = found {
            free[before] = false;
            matched[index] = found;
        }
    }
    matched
}
