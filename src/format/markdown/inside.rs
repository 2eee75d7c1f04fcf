//! Headings inside answers: on a new page they stay part of their answer.
//!
//! A page is divided by its headings, so those of an answer go below the level of the heading that the answer stands
//! under. Where every heading divides, they become lines of bold words. Markdown has six levels: an answer with more of
//! them than are left keeps the words of its headings, and is [named](reshaped).

use std::collections::{BTreeSet, HashSet};

use super::headings::{self, Heading};
use super::page::Page;
use super::text::one_line;
use crate::card::{Card, Field, Section, Value};

/// Level of the headings of sections on a new page.
const SECTION: usize = 2;
/// Level of the headings inside sections on a new page.
const PART: usize = SECTION + 1;
/// The last level of headings that Markdown has.
const LAST_LEVEL: usize = 6;

/// Takes care that no heading inside an answer divides the page.
pub(super) fn keep_inside(page: &mut Page) {
    // Before the title, and alone below it, every heading counts.
    flatten(&mut page.above);
    match page.sections.len() {
        0 | 1 => flatten(&mut page.intro),
        _ => lower(&mut page.intro, PART),
    }
    for section in &mut page.sections {
        // The shallowest headings of a section divide it.
        match section.parts.is_empty() {
            true => flatten(&mut section.lead),
            false => lower(&mut section.lead, PART + 1),
        }
        for (_, text) in &mut section.parts {
            lower(text, PART + 1);
        }
    }
}

/// The fields of a card whose headings have other levels among themselves in the card that was read from a new page.
pub(super) fn reshaped<'c>(card: &'c Card, got: &Card) -> Vec<(&'c Section, &'c Field)> {
    let fields = card.sections.iter();
    let fields = fields.flat_map(|section| section.fields.iter().map(move |field| (section, field)));
    let mut shaped: Vec<_> = fields
        .filter_map(|(section, field)| Some((section, field, shape(&field.value)?)))
        .collect();
    if shaped.is_empty() {
        return Vec::new();
    }
    let there = got.sections.iter().flat_map(|section| &section.fields);
    let there: HashSet<_> = there.filter_map(|field| shape(&field.value)).collect();
    shaped.retain(|(_, _, shape)| !there.contains(shape));
    shaped.into_iter().map(|(section, field, _)| (section, field)).collect()
}

/// The words of the headings in an answer, each with its level among them, from 0; `None` without headings.
fn shape(value: &Value) -> Option<Vec<(usize, String)>> {
    let text = value.as_text()?;
    let found = headings::find(text, 0).found;
    let levels = levels(&found);
    let rank = |heading: &Heading| levels.iter().position(|level| *level == heading.level);
    let words = found.iter().map(|heading| {
        let words = one_line(&text[heading.words.clone()]);
        (rank(heading).unwrap_or_default(), words)
    });
    (!found.is_empty()).then(|| words.collect())
}

/// The levels of headings, the highest first, each once.
fn levels(headings: &[Heading]) -> Vec<usize> {
    let levels: BTreeSet<usize> = headings.iter().map(|heading| heading.level).collect();
    levels.into_iter().collect()
}

/// Moves the headings of a text down together, so that none stands above this level. Levels that it leaves out are closed
/// up where there would not be enough.
fn lower(text: &mut String, level: usize) {
    let found = headings::find(text, 0).found;
    let levels = levels(&found);
    let (Some(highest), Some(lowest)) = (levels.first(), levels.last()) else {
        return;
    };
    if *highest >= level {
        return;
    }
    let down = level - highest;
    let is_enough = lowest + down <= LAST_LEVEL;
    let rank = |heading: &Heading| levels.iter().take_while(|level| **level < heading.level).count();
    rewrite(text, &found, |heading, words| {
        let lowered = if is_enough {
            heading.level + down
        } else {
            level + rank(heading)
        };
        let signs = "#".repeat(lowered.min(LAST_LEVEL));
        format!("{signs} {words}").trim_end().to_owned() + "\n"
    });
}

/// Makes the headings of a text lines of bold words, each a paragraph.
fn flatten(text: &mut String) {
    let found = headings::find(text, 0).found;
    rewrite(text, &found, |_, words| match words {
        "" => "\n".to_owned(),
        words => format!("\n{}\n\n", bold(words)),
    });
}

/// The words in bold, none of their signs lost: asterisks among them would end what asterisks begin.
fn bold(words: &str) -> String {
    let is_bold = words
        .strip_prefix("**")
        .and_then(|rest| rest.strip_suffix("**"))
        .is_some_and(|inner| inner.trim() == inner && !inner.is_empty() && !inner.contains('*'));
    let has_asterisks = words.contains("**") || words.starts_with('*');
    match is_bold {
        true => words.to_owned(),
        false if has_asterisks && !words.contains("__") => format!("__{words}__"),
        false => format!("**{words}**"),
    }
}

fn rewrite(text: &mut String, found: &[Heading], line: impl Fn(&Heading, &str) -> String) {
    if found.is_empty() {
        return;
    }
    let (mut new, mut at) = (String::new(), 0);
    for heading in found {
        new.push_str(&text[at..heading.span.start]);
        let line = line(heading, &one_line(&text[heading.words.clone()]));
        let is_apart = new.is_empty() || new.ends_with("\n\n");
        new.push_str(if is_apart { line.trim_start_matches('\n') } else { &line });
        at = heading.span.end;
        if line.ends_with("\n\n") {
            at += text[at..].len() - text[at..].trim_start_matches('\n').len();
        }
    }
    new.push_str(&text[at..]);
    *text = super::fit::trimmed(&new).to_owned();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, change: impl Fn(&mut String)) -> String {
        let mut text = text.to_owned();
        change(&mut text);
        text
    }

    #[test]
    fn headings_go_down_together() {
        let lowered = |text: &str| changed(text, |text| lower(text, 4));
        assert_eq!(
            lowered("a\n# B\nc\n\nD\n-\ne\n\n###### F #"),
            "a\n#### B\nc\n\n##### D\ne\n\n###### F"
        );
        assert_eq!(
            lowered("# A\n### B\n###### C\n#### D"),
            "#### A\n##### B\n###### C\n###### D"
        );
        for same in ["a\n#### B\n\n##### C", "```\n# code\n```\n> # quote", "#no", ""] {
            assert_eq!(lowered(same), same);
        }
    }

    #[test]
    fn where_each_heading_divides_they_are_bold_words() {
        let flat = |text: &str| changed(text, flatten);
        assert_eq!(
            flat("a\n# **B** c\nd\n## E\n\n\n#\nF\n===\n===\n"),
            "a\n\n__**B** c__\n\nd\n\n**E**\n\n**F**\n\n==="
        );
        assert_eq!(flat("# A"), "**A**");
        assert_eq!(flat("a"), "a");
        for (heading, line) in [
            ("# Using `**kwargs`", "__Using `**kwargs`__"),
            ("## 2**3 is 8", "__2**3 is 8__"),
            ("# **", "__**__"),
            ("# *", "__*__"),
            ("# `__init__(**kwargs)`", "**`__init__(**kwargs)`**"),
            ("# **A**", "**A**"),
        ] {
            assert_eq!(flat(heading), line);
        }
    }
}
