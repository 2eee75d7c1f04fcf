//! Which old entry each new one continues, so that what did not change keeps its bytes.

use std::collections::HashMap;
use std::ops::Range;

use super::Value;

/// Above this many pairs two long lists are compared entry by entry instead of aligned.
const MAX_ALIGNED_PAIRS: usize = 4_000_000;

/// For each new item of a list the old one it continues: equal items wherever they went, and of
/// what lies between them the old become the new one after the other. `says` tells whether the old
/// item of this index says the same as a value.
pub(crate) fn list_plan(
    old_count: usize,
    new: &[Value],
    says: impl Fn(usize, &Value) -> bool + Copy,
) -> Vec<Option<usize>> {
    follow_moves(align(old_count, new, says), old_count, new, says)
}

/// For each new member the old one it continues: by name and, where a name comes several times, by
/// turn; a member that only got another name is recognised by its unchanged value and place.
pub(crate) fn member_plan(
    old_names: &[&str],
    new: &[(String, Value)],
    says: impl Fn(usize, &Value) -> bool,
) -> Vec<Option<usize>> {
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, name) in old_names.iter().enumerate().rev() {
        by_name.entry(name).or_default().push(index);
    }
    let mut plan: Vec<Option<usize>> = new
        .iter()
        .map(|(key, _)| by_name.get_mut(key.as_str()).and_then(Vec::pop))
        .collect();
    let mut taken = vec![false; old_names.len()];
    for old in plan.iter().flatten() {
        taken[*old] = true;
    }
    for index in 0..new.len() {
        if plan[index].is_none() {
            let candidate = match index.checked_sub(1) {
                None => Some(0),
                Some(before) => plan[before].map(|old| old + 1),
            };
            if let Some(old) = candidate
                && old < old_names.len()
                && !taken[old]
                && says(old, &new[index].1)
            {
                plan[index] = Some(old);
                taken[old] = true;
            }
        }
    }
    plan
}

/// The plan in ascending order.
fn align(old_count: usize, new: &[Value], says: impl Fn(usize, &Value) -> bool + Copy) -> Vec<Option<usize>> {
    let head = (0..old_count).zip(new).take_while(|(old, new)| says(*old, new)).count();
    let tail = (head..old_count)
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(old, new)| says(*old, new))
        .count();
    let (old_middle, new_middle) = (head..old_count - tail, &new[head..new.len() - tail]);
    let anchors = if old_middle.len() * new_middle.len() <= MAX_ALIGNED_PAIRS {
        common_subsequence(&old_middle, new_middle, says)
    } else {
        Vec::new()
    };
    let mut plan: Vec<Option<usize>> = (0..head).map(Some).collect();
    let (mut old_at, mut new_at) = (0, 0);
    let ends = std::iter::once((old_middle.len(), new_middle.len()));
    for (old_anchor, new_anchor) in anchors.into_iter().chain(ends) {
        let (old_gap, new_gap) = (old_anchor - old_at, new_anchor - new_at);
        plan.extend((0..new_gap).map(|index| (index < old_gap).then_some(head + old_at + index)));
        if new_anchor < new_middle.len() {
            plan.push(Some(head + old_anchor));
        }
        (old_at, new_at) = (old_anchor + 1, new_anchor + 1);
    }
    plan.extend((old_count - tail..old_count).map(Some));
    plan
}

/// Lets a new item that has no old one continue an equal one that was taken out elsewhere.
fn follow_moves(
    mut plan: Vec<Option<usize>>,
    old_count: usize,
    new: &[Value],
    says: impl Fn(usize, &Value) -> bool,
) -> Vec<Option<usize>> {
    let mut free = vec![true; old_count];
    for kept in plan.iter().flatten() {
        free[*kept] = false;
    }
    let mut free: Vec<usize> = (0..old_count).filter(|index| free[*index]).collect();
    for (place, value) in plan.iter_mut().zip(new).filter(|(place, _)| place.is_none()) {
        if let Some(found) = free.iter().position(|index| says(*index, value)) {
            *place = Some(free.remove(found));
        }
    }
    plan
}

/// Index pairs of a longest common subsequence, the old ones counted from the start of their range.
fn common_subsequence(old: &Range<usize>, new: &[Value], says: impl Fn(usize, &Value) -> bool) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let equal: Vec<bool> = old
        .clone()
        .flat_map(|old| new.iter().map(move |new| (old, new)))
        .map(|(old, new)| says(old, new))
        .collect();
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = if equal[i * new.len() + j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if equal[i * new.len() + j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
