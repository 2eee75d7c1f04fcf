//! Steps into a value, and the order of members.

use crate::json::Value;

/// One step into a group: a name, and which of the members with that name, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub name: String,
    pub turn: usize,
}

impl Step {
    /// The first member with this name.
    pub fn first(name: &str) -> Self {
        Self {
            name: name.into(),
            turn: 1,
        }
    }
}

/// The steps as a JSON Pointer without its first slash (RFC 6901); `~t2` marks a second turn, and `~e`
/// an empty name, so that no pointer is empty.
pub(super) fn to_pointer(steps: &[Step]) -> String {
    let tokens = steps.iter().map(|step| {
        let name = match step.name.as_str() {
            "" => "~e".to_owned(),
            name => name.replace('~', "~0").replace('/', "~1"),
        };
        if step.turn == 1 {
            name
        } else {
            format!("{name}~t{}", step.turn)
        }
    });
    tokens.collect::<Vec<_>>().join("/")
}

/// More steps than any dialect takes; a pointer with more comes from no file that was read.
const MAX_STEPS: usize = 8;

/// The steps of such a pointer; what is none, as ids in hostile files are, is a name as a whole.
pub(super) fn from_pointer(pointer: &str) -> Vec<Step> {
    if pointer.split('/').nth(MAX_STEPS).is_some() {
        return vec![Step::first(pointer)];
    }
    let step = |token: &str| {
        let marked = token
            .rsplit_once("~t")
            .and_then(|(name, turn)| Some((name, turn.parse().ok().filter(|turn| *turn > 0)?)));
        let (name, turn) = marked.unwrap_or((token, 1));
        Step {
            name: name.replace("~e", "").replace("~1", "/").replace("~0", "~"),
            turn,
        }
    };
    pointer.split('/').map(step).collect()
}

/// The index of the member that a step leads to.
pub(super) fn place(members: &[(String, Value)], step: &Step) -> Option<usize> {
    members
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| *name == step.name)
        .nth(step.turn - 1)
        .map(|(index, _)| index)
}

/// Puts a value at the end of the steps and makes the groups on the way, also of what is empty there. False, and nothing is
/// changed, when something that is no group stands in the way.
pub(super) fn set(root: &mut Value, steps: &[Step], value: Value) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        *root = value;
        return true;
    };
    if is_empty(root) {
        *root = Value::Group(Vec::new());
    }
    let Value::Group(members) = root else { return false };
    match place(members, first) {
        Some(index) => set(&mut members[index].1, rest, value),
        None => {
            let mut inner = value;
            for step in rest.iter().rev() {
                inner = Value::Group(vec![(step.name.clone(), inner)]);
            }
            members.push((first.name.clone(), inner));
            true
        }
    }
}

/// Whether a value says nothing, so that it can become a group: `null`, or an element without content.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

/// Takes out what stands at the end of the steps.
pub(super) fn remove(root: &mut Value, steps: &[Step]) {
    let Value::Group(members) = root else { return };
    match steps {
        [] => {}
        [last] => {
            if let Some(index) = place(members, last) {
                members.remove(index);
            }
        }
        [first, rest @ ..] => {
            if let Some(index) = place(members, first) {
                remove(&mut members[index].1, rest);
            }
        }
    }
}

/// A member as it shall be, and the index of the old member it continues.
pub(super) struct Wanted {
    pub old: Option<usize>,
    pub name: String,
    pub value: Value,
}

/// Brings some members of a group into a wanted order and state and leaves the others alone.
///
/// The members for which `mine` says so are replaced by the wanted ones: those not wanted go, new
/// ones stand behind their predecessor, and those in another order change places with each other.
pub(super) fn arrange(
    members: Vec<(String, Value)>,
    mine: impl Fn(usize) -> bool,
    wanted: Vec<Wanted>,
) -> Vec<(String, Value)> {
    let wanted = wanted
        .into_iter()
        .map(|wanted| (wanted.old, (wanted.name, wanted.value)));
    rearrange(members, mine, wanted.collect())
}

/// The same for entries of any kind, each wanted one with the index of the old entry it continues.
pub(super) fn rearrange<T>(entries: Vec<T>, mine: impl Fn(usize) -> bool, wanted: Vec<(Option<usize>, T)>) -> Vec<T> {
    let mut slots: Vec<usize> = wanted.iter().filter_map(|(old, _)| *old).collect();
    slots.sort_unstable();
    let mut slots = slots.into_iter();
    // Each slot gets a kept entry and the new ones that follow it; new ones before all kept
    // entries stand in front of the first slot, or at the end when there is none.
    let mut leading = Vec::new();
    let mut filled: Vec<(usize, Vec<T>)> = Vec::new();
    for (old, entry) in wanted {
        match (old.and_then(|_| slots.next()), filled.last_mut()) {
            (Some(slot), _) => filled.push((slot, vec![entry])),
            (None, Some((_, group))) => group.push(entry),
            (None, None) => leading.push(entry),
        }
    }
    if let Some((_, group)) = filled.first_mut() {
        group.splice(0..0, leading.drain(..));
    }
    let mut filled = filled.into_iter().peekable();
    let mut result = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        match filled.next_if(|(slot, _)| *slot == index) {
            Some((_, group)) => result.extend(group),
            None if mine(index) => {}
            None => result.push(entry),
        }
    }
    result.extend(leading);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_read_back() {
        let step = |name: &str, turn| Step {
            name: name.into(),
            turn,
        };
        for steps in [
            vec![step("a", 1), step("", 2)],
            vec![step("a/b~t2", 3), step("~e", 1), step("~01", 1)],
        ] {
            assert_eq!(from_pointer(&to_pointer(&steps)), steps);
        }
    }

    #[test]
    fn what_is_no_pointer_is_a_name() {
        assert_eq!(from_pointer("a~t0"), [Step::first("a~t0")]);
        let deep = "a/".repeat(100_000);
        assert_eq!(from_pointer(&deep), [Step::first(&deep)]);
    }
}
