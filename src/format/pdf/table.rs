//! Tables that fit on the page: how wide each column is, and which rows stay whole.

use super::block::{Block, Fact, Row, Table, Words};
use super::fit::{self, Width};
use crate::format::language::of_script as language;

/// How wide the text of a page is, in points.
pub(super) const PAGE_POINTS: f64 = 453.0;

/// Blanks between two columns, in points.
const GAP_POINTS: f64 = 9.0;

/// The sizes of letters that a table may have, in points; where none makes room enough its rows are told one by one.
const SIZES: [f64; 2] = [8.5, 7.0];

/// A word may ask a column for this much room, in times the size of the letters; a longer one is cut.
const LONGEST_WORD: f64 = 11.0;

/// More text makes a column no wider, in times the size of the letters.
const WIDEST: f64 = 36.0;

/// A row of more lines may be cut by the end of a page.
const LINES_KEPT: f64 = 18.0;

/// A head of more lines stands on its first page only.
const HEAD_LINES: f64 = 6.0;

/// Rows with columns, or the rows one by one if they do not fit beside each other. Each row says whether its first cell
/// names it.
pub(super) fn table(summary: &str, head: Vec<Words>, numeric: Vec<bool>, rows: Vec<(bool, Vec<Vec<Block>>)>) -> Block {
    let columns = numeric.len();
    let mut widths = vec![Width::default(); columns];
    for (words, width) in head.iter().zip(&mut widths) {
        *width = width.or(fit::width(&words.plain()).bold());
    }
    for (_, cells) in &rows {
        for (cell, width) in cells.iter().zip(&mut widths) {
            *width = width.or(fit::width(&Block::plain_of(cell)));
        }
    }
    let room = |size: f64| (PAGE_POINTS - GAP_POINTS * columns.saturating_sub(1) as f64) / size;
    let least: f64 = widths.iter().map(|width| width.word.clamp(1.0, LONGEST_WORD)).sum();
    let has_picture = rows.iter().flat_map(|(_, cells)| cells).flatten().any(has_picture);
    let Some(size) = SIZES
        .into_iter()
        .find(|size| least <= room(*size))
        .filter(|_| !has_picture)
    else {
        return one_by_one(head, rows);
    };
    let shares = shares(&widths, room(size));
    let lines = |text: &str, share: f64| (fit::width(text).all / share).ceil();
    let head_lines = head
        .iter()
        .zip(&shares)
        .map(|(words, share)| lines(&words.plain(), *share));
    let repeats = head_lines.fold(0.0, f64::max) <= HEAD_LINES;
    let lang = language(&Block::plain_of(
        rows.iter().take(40).flat_map(|(_, cells)| cells).flatten(),
    ));
    let rows = rows.into_iter().map(|(has_head, cells)| {
        let is_long = |(cell, share): (&Vec<Block>, &f64)| {
            let inner: f64 = cell.iter().map(|block| lines(&Block::plain_of([block]), *share)).sum();
            inner + count(cell) > LINES_KEPT
        };
        let is_whole = !cells.iter().zip(&shares).any(is_long);
        Row {
            has_head,
            is_whole,
            cells,
        }
    });
    // The template puts half a gap on each side where another column stands.
    let last = columns.saturating_sub(1);
    let points = |(index, share): (usize, &f64)| {
        let gaps = u8::from(index > 0) + u8::from(index < last);
        share * size + GAP_POINTS / 2.0 * f64::from(gaps)
    };
    Block::Table(Table {
        points: shares.iter().enumerate().map(points).collect(),
        lang,
        summary: summary.to_owned(),
        rows: rows.collect(),
        numeric,
        size,
        head,
        repeats,
        shares,
    })
}

/// How wide each column is, in times the size of the letters: room for the longest word, and of the rest a part for
/// each that has more to say.
fn shares(widths: &[Width], room: f64) -> Vec<f64> {
    let least = |width: &Width| width.word.clamp(1.0, LONGEST_WORD);
    let wish = |width: &Width| width.all.min(WIDEST).max(least(width));
    let rest = room - widths.iter().map(least).sum::<f64>();
    let wishes: f64 = widths.iter().map(|width| wish(width) - least(width)).sum();
    let part = |width: &Width| match wishes > 0.0 {
        true => rest * (wish(width) - least(width)) / wishes,
        false => rest / widths.len() as f64,
    };
    widths.iter().map(|width| least(width) + part(width)).collect()
}

/// How many blocks and lines of lists stand below each other.
fn count(blocks: &[Block]) -> f64 {
    let lines = blocks.iter().map(|block| match block {
        Block::List { items, .. } | Block::Several { items } => items.iter().map(|item| count(item).max(1.0)).sum(),
        Block::Facts { facts, .. } => facts.iter().map(|fact| 1.0 + count(&fact.blocks)).sum(),
        Block::Code { lines } => lines.len() as f64,
        _ => 1.0,
    });
    lines.sum::<f64>() - 1.0
}

/// Rows that are too wide to stand as such: each as names with values.
fn one_by_one(head: Vec<Words>, rows: Vec<(bool, Vec<Vec<Block>>)>) -> Block {
    let name = |index: usize| match head.get(index) {
        Some(words) => Words {
            lang: words.lang,
            runs: words.runs.clone(),
        },
        None => Words::default(),
    };
    let items = rows.into_iter().map(|(_, cells)| {
        let facts = cells.into_iter().enumerate().filter(|(_, blocks)| !blocks.is_empty());
        let facts: Vec<Fact> = facts
            .map(|(index, blocks)| Fact {
                name: name(index),
                blocks,
            })
            .collect();
        vec![Block::Facts { is_inner: false, facts }]
    });
    Block::Several { items: items.collect() }
}

fn has_picture(block: &Block) -> bool {
    match block {
        Block::Picture(_) => true,
        Block::List { items, .. } | Block::Several { items } => items.iter().flatten().any(has_picture),
        Block::Quote { blocks, .. } => blocks.iter().any(has_picture),
        Block::Facts { facts, .. } => facts.iter().flat_map(|fact| &fact.blocks).any(has_picture),
        _ => false,
    }
}
