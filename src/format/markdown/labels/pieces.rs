//! A text as pieces: lines with labels, and what stands between them.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options};

use super::LABELS;
use crate::format::markdown::fit::trimmed;
use crate::format::markdown::{headings, known};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Whole lines without labels.
    Text(String),
    /// A line with a label.
    Line {
        /// Its place in [`LABELS`].
        rank: usize,
        /// What stands before the bold words.
        marker: String,
        /// What stands before the value.
        before: String,
        value: String,
        /// What stands behind the value, with the line break.
        behind: String,
    },
}

/// The pieces of a text of this host; one piece when it has no label that can be told for sure.
pub(super) fn pieces(text: &str, host: &str) -> Vec<Piece> {
    let lines = headings::lines(text, 0);
    let mut found: Vec<Option<Piece>> = lines.iter().map(|line| line_of(&text[line.clone()], host)).collect();
    if found.iter().any(Option::is_some) {
        let is_item = items(text, &lines);
        for (found, is_item) in found.iter_mut().zip(is_item) {
            *found = found.take().filter(|_| is_item);
        }
    }
    let mut times = [0; LABELS.len()];
    for piece in found.iter().flatten() {
        if let Piece::Line { rank, .. } = piece {
            times[*rank] += 1;
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for (line, found) in lines.into_iter().zip(found) {
        match found {
            Some(Piece::Line { rank, .. }) if times[rank] > 1 => push_text(&mut pieces, &text[line]),
            Some(piece) => pieces.push(piece),
            None => push_text(&mut pieces, &text[line]),
        }
    }
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, line: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(text)) => text.push_str(line),
        _ => pieces.push(Piece::Text(line.to_owned())),
    }
}

/// A line that looks like one with a label of this host.
fn line_of(line: &str, host: &str) -> Option<Piece> {
    let content = line.trim_end();
    let inner = content.trim_start_matches(' ');
    let rest = inner.strip_prefix(['-', '*', '+'])?;
    let item = rest.trim_start_matches([' ', '\t']);
    let bold = ["**", "__"].into_iter().find(|bold| item.starts_with(bold))?;
    if item.len() == rest.len() {
        return None;
    }
    let (words, value) = item[2..].split_once(bold)?;
    let value = match words.trim_end().ends_with(':') {
        true => value,
        false => value.strip_prefix(':')?,
    };
    let plain = known::plain(words);
    let rank = LABELS.iter().position(|label| {
        label.host == host && (known::plain(label.words) == plain || label.also.contains(&plain.as_str()))
    })?;
    let value = value.trim();
    let before = content.len() - value.len();
    Some(Piece::Line {
        rank,
        marker: content[..content.len() - item.len()].to_owned(),
        before: content[..before].to_owned(),
        value: value.to_owned(),
        behind: line[content.len()..].to_owned(),
    })
}

/// For each line whether it is a whole item of a list that stands in nothing else.
fn items(text: &str, lines: &[std::ops::Range<usize>]) -> Vec<bool> {
    let mut is_item = vec![false; lines.len()];
    let Ok(skeleton) = headings::skeleton(text, lines) else {
        return is_item;
    };
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &skeleton, &Options::default());
    let lists = root
        .children()
        .filter(|node| matches!(node.data().value, NodeValue::List(_)));
    for item in lists.flat_map(|list| list.children()) {
        let mut children = item.children();
        let (Some(child), None) = (children.next(), children.next()) else {
            continue;
        };
        let data = child.data();
        let (first, last) = (data.sourcepos.start.line, data.sourcepos.end.line);
        let is_first = item.data().sourcepos.start.line == first;
        let line = first.checked_sub(1).and_then(|line| is_item.get_mut(line));
        if let Some(line) = line {
            *line = matches!(data.value, NodeValue::Paragraph) && first == last && is_first;
        }
    }
    is_item
}

/// The text without its lines with labels.
pub(super) fn rest_of(pieces: &[Piece]) -> String {
    trimmed(&whole_rest(pieces).0).to_owned()
}

/// The pieces of text one behind the other, and how many bytes of each are left out of that: where lines stood between
/// two paragraphs, one blank line is left.
fn whole_rest(pieces: &[Piece]) -> (String, Vec<usize>) {
    let (mut whole, mut left_out) = (String::new(), Vec::new());
    for piece in pieces {
        let Piece::Text(text) = piece else { continue };
        let rest = match whole.ends_with("\n\n") {
            true => text.trim_start_matches('\n'),
            false => text,
        };
        whole.push_str(rest);
        left_out.push(text.len() - rest.len());
    }
    (whole, left_out)
}

/// The labels of a text with their answers, by rank.
pub(super) fn answers(pieces: &[Piece]) -> Vec<(usize, &str)> {
    let lines = pieces.iter().filter_map(|piece| match piece {
        Piece::Line { rank, value, .. } => Some((*rank, value.as_str())),
        Piece::Text(_) => None,
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort_unstable();
    lines
}

fn joined(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Line {
                before, value, behind, ..
            } => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push_str("\n\n");
                }
                let before = if value.is_empty() { before.trim_end() } else { before };
                text.push_str(before);
                if !value.is_empty() && !before.ends_with([' ', '\t']) {
                    text.push(' ');
                }
                text.push_str(value);
                text.push_str(behind);
            }
        }
    }
    trimmed(&text).to_owned()
}

/// The text of a host with another rest and other answers; what stays the same keeps its bytes.
pub(super) fn composed(old: &str, host: &str, rest: &str, wanted: &[(usize, String)]) -> String {
    let before = pieces(old, host);
    let is_same = |text: &str| {
        let pieces = pieces(text, host);
        let told: Vec<_> = wanted.iter().map(|(rank, value)| (*rank, value.as_str())).collect();
        rest_of(&pieces) == rest && answers(&pieces) == told
    };
    if is_same(old) {
        return old.to_owned();
    }
    let mut new = before.clone();
    replace_rest(&mut new, rest);
    put(&mut new, wanted);
    let in_place = joined(&new);
    // A text may swallow the lines where they stand.
    let mut lines: Vec<Piece> = new
        .into_iter()
        .filter(|piece| matches!(piece, Piece::Line { .. }))
        .collect();
    for piece in &mut lines {
        if let Piece::Line { before, behind, .. } = piece {
            *before = before.trim_start().to_owned();
            *behind = "\n".into();
        }
    }
    let lines = joined(&lines);
    let beside = |one: &str, other: &str| {
        let texts = [one, other].into_iter().filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join("\n\n")
    };
    let apart = [beside(rest, &lines), beside(&lines, rest)];
    match is_same(&in_place) {
        true => in_place,
        false => apart.into_iter().find(|text| is_same(text)).unwrap_or(in_place),
    }
}

/// Puts a new rest into the pieces of text, where it differs from what they say.
fn replace_rest(pieces: &mut Vec<Piece>, rest: &str) {
    let old = rest_of(pieces);
    if old == rest {
        return;
    }
    if old.is_empty() {
        pieces.insert(0, Piece::Text(format!("{rest}\n\n")));
        return;
    }
    let (whole, left_out) = whole_rest(pieces);
    let offset = whole.find(&old).unwrap_or_default();
    let same = old.char_indices().zip(rest.chars());
    let start = same
        .take_while(|((_, one), other)| one == other)
        .last()
        .map_or(0, |((at, one), _)| at + one.len_utf8());
    let tail: usize = old[start..]
        .chars()
        .rev()
        .zip(rest[start..].chars().rev())
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one.len_utf8())
        .sum();
    let cut = offset + start..offset + old.len() - tail;
    let mut new = Some(&rest[start..rest.len() - tail]);
    let mut at = 0;
    let texts = pieces.iter_mut().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Line { .. } => None,
    });
    for (text, left_out) in texts.zip(left_out) {
        let range = at..at + text.len() - left_out;
        at = range.end;
        let is_here = cut.start < range.end || range.end == whole.len();
        if !is_here || cut.end < range.start {
            continue;
        }
        let from = left_out + cut.start.clamp(range.start, range.end) - range.start;
        let to = left_out + cut.end.clamp(range.start, range.end) - range.start;
        text.replace_range(from..to.max(from), new.take().unwrap_or_default());
    }
}

/// Gives the lines their answers: those that are not wanted go, new ones stand behind the label before them.
fn put(pieces: &mut Vec<Piece>, wanted: &[(usize, String)]) {
    pieces.retain_mut(|piece| match piece {
        Piece::Text(_) => true,
        Piece::Line { rank, value, .. } => match wanted.iter().find(|(other, _)| other == rank) {
            Some((_, new)) => {
                value.clone_from(new);
                true
            }
            None => false,
        },
    });
    for (rank, value) in wanted {
        let place = |is_it: &dyn Fn(usize) -> bool| {
            pieces
                .iter()
                .rposition(|piece| matches!(piece, Piece::Line { rank, .. } if is_it(*rank)))
        };
        if place(&|other| other == *rank).is_some() {
            continue;
        }
        let earlier = (0..*rank).rev().find_map(|earlier| place(&|other| other == earlier));
        let later = || (*rank..LABELS.len()).find_map(|later| place(&|other| other == later));
        let at = earlier.map(|at| at + 1).or_else(later);
        let marker = pieces.iter().find_map(|piece| match piece {
            Piece::Line { marker, .. } => Some(marker.clone()),
            Piece::Text(_) => None,
        });
        let marker = marker.unwrap_or_else(|| "- ".to_owned());
        let line = Piece::Line {
            rank: *rank,
            before: format!("{marker}**{}:** ", LABELS[*rank].words),
            marker,
            value: value.clone(),
            behind: "\n".into(),
        };
        if let Some(Piece::Line { behind, .. }) = earlier.map(|at| &mut pieces[at])
            && !behind.contains('\n')
        {
            behind.push('\n');
        }
        let at = at.unwrap_or_else(|| {
            if let Some(Piece::Text(last)) = pieces.last_mut() {
                last.truncate(last.trim_end_matches('\n').len());
            }
            pieces.len()
        });
        pieces.insert(at, line);
    }
}
