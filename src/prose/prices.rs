//! Prices before code: the dollar of “$5 and `a$b`” opens no formula that would end inside the code.

use std::collections::BTreeSet;

use comrak::nodes::{AstNode, NodeMath, NodeValue};

/// Each round may find a dollar that the one before hid; texts of people have a few.
const ROUNDS: usize = 8;
/// Of more dollars in a round nothing is asked.
const MOST: usize = 1000;
/// Code that begins in a formula is looked for as far as this behind it, in bytes.
const FAR: usize = 2000;

/// The text with a backslash before each such dollar; none where there is none. `parse` gives the places of those that
/// [`found`] finds.
pub(super) fn escaped(markdown: &str, mut parse: impl FnMut(&str) -> BTreeSet<usize>) -> Option<String> {
    if !markdown.contains('$') || !markdown.contains('`') {
        return None;
    }
    let mut text: Option<String> = None;
    for _ in 0..ROUNDS {
        let before = text.as_deref().unwrap_or(markdown);
        let places = parse(before);
        if places.is_empty() {
            break;
        }
        let mut after = String::with_capacity(before.len() + places.len());
        let mut from = 0;
        for place in places {
            after.push_str(&before[from..place]);
            after.push('\\');
            from = place;
        }
        after.push_str(&before[from..]);
        text = Some(after);
    }
    text
}

/// The byte offsets of the dollars in a parsed text that open a formula which ends inside code.
pub(super) fn found<'a>(markdown: &str, root: &'a AstNode<'a>) -> BTreeSet<usize> {
    let mut starts: Option<Vec<usize>> = None;
    let mut places = BTreeSet::new();
    let is_formula = |node: &&'a AstNode<'a>| matches!(node.data().value, NodeValue::Math(_));
    for node in root.descendants().filter(is_formula).take(MOST) {
        let data = node.data();
        let NodeValue::Math(NodeMath { literal, .. }) = &data.value else {
            continue;
        };
        let Some(mark) = unclosed(literal) else { continue };
        let starts = starts.get_or_insert_with(|| {
            let breaks = markdown.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let (begin, end) = (data.sourcepos.start, data.sourcepos.end);
        let at = |line: usize, column: usize| Some(starts.get(line.checked_sub(1)?)? + column.checked_sub(1)?);
        let (Some(place), Some(end)) = (at(begin.line, begin.column), at(end.line, end.column)) else {
            continue;
        };
        // Places in some tables are not exact; then it stays what the parser took it for.
        let is_dollar = markdown.as_bytes().get(place) == Some(&b'$') && markdown.is_char_boundary(place);
        let rest = markdown.get(end + 1..).filter(|_| is_dollar).unwrap_or_default();
        let near = &rest[..rest.floor_char_boundary(FAR)];
        let paragraph = near.split("\n\n").next().unwrap_or_default();
        if runs(paragraph).any(|run| run == mark) {
            places.insert(place);
        }
    }
    places
}

/// The length of the first run of backticks that opens code without closing it.
fn unclosed(text: &str) -> Option<usize> {
    let runs: Vec<usize> = runs(text).collect();
    let mut rest = runs.as_slice();
    while let Some((mark, behind)) = rest.split_first() {
        match behind.iter().position(|other| other == mark) {
            Some(close) => rest = &behind[close + 1..],
            None => return Some(*mark),
        }
    }
    None
}

/// The lengths of the runs of backticks in a text.
fn runs(text: &str) -> impl Iterator<Item = usize> {
    text.split(|c| c != '`').map(str::len).filter(|length| *length > 0)
}
