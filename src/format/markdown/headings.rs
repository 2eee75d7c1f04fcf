//! Where the headings of a Markdown text stand.

use std::borrow::Cow;
use std::ops::Range;

use comrak::nodes::NodeValue;
use comrak::{Arena, Options};

/// A heading with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::format) struct Heading {
    /// Byte range of its lines, with the line break at the end.
    pub span: Range<usize>,
    /// Byte range of its words.
    pub words: Range<usize>,
    /// 1 to 6.
    pub level: usize,
    /// Whether it is a line with `===` or `---` below, rather than `#` in front.
    pub is_underlined: bool,
}

/// What divides a text.
#[derive(Debug, Default)]
pub(super) struct Headings {
    /// The headings outside of quotes, lists, code and HTML.
    pub found: Vec<Heading>,
    /// Where a line begins that looks like a heading but lacks the blank behind its `#`.
    pub unspaced: Option<usize>,
    /// Why the headings that it has were not looked for, if so.
    pub undivided: Option<Undivided>,
}

/// Why a text is not divided by its headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undivided {
    /// It is longer than [`LARGEST`], or has more lines than [`MOST_LINES`].
    Large,
    /// It has more headings than can be shown as sections.
    Headings,
}

/// Longer lines, such as pictures in base64, are cut before the text is looked at.
const LONGEST_LINE: usize = 2000;

/// A text that is longer than this with its long lines cut, or has more lines, is no page: what is known of each line and
/// sign of it takes hundreds of times its memory.
const LARGEST: usize = 1_000_000;
const MOST_LINES: usize = 100_000;

/// Of a line that opens more quotes and lists than this, those in the middle are left out: they are slow to look at, and
/// nothing in them divides a text.
const MOST_MARKS: usize = 100;

/// The headings that divide a text.
pub(super) fn find(text: &str, from: usize) -> Headings {
    let lines = lines(text, from);
    let skeleton = match skeleton(text, &lines) {
        Ok(skeleton) => skeleton,
        Err(why) => {
            return Headings {
                undivided: seems_divided(text, &lines).then_some(why),
                ..Headings::default()
            };
        }
    };
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &skeleton, &Options::default());
    let (mut headings, mut unspaced) = (Vec::new(), None);
    for node in root.children() {
        let data = node.data();
        let (first, last) = (data.sourcepos.start.line, data.sourcepos.end.line);
        let rows = first.checked_sub(1).and_then(|first| lines.get(first..last));
        let Some(rows) = rows.filter(|rows| !rows.is_empty()) else {
            continue;
        };
        match &data.value {
            NodeValue::Heading(heading) => {
                headings.extend(heading_in(text, rows, usize::from(heading.level), heading.setext));
            }
            NodeValue::Paragraph if unspaced.is_none() => {
                let line = text[rows[0].clone()].trim_start_matches('#');
                let signs = rows[0].len() - line.len();
                if (1..=6).contains(&signs) && line.starts_with(char::is_alphabetic) {
                    unspaced = Some(rows[0].start);
                }
            }
            _ => {}
        }
    }
    Headings {
        found: headings,
        unspaced,
        undivided: None,
    }
}

/// The byte ranges of the lines, each with its break.
pub(super) fn lines(text: &str, from: usize) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let mut start = from;
    for at in from..bytes.len() {
        let ends = match bytes[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends {
            lines.push(start..at + 1);
            start = at + 1;
        }
    }
    if start < bytes.len() {
        lines.push(start..bytes.len());
    }
    lines
}

/// The text with its long lines cut, and those that open many quotes and lists.
///
/// # Errors
/// When it would be slow to look at, or take much memory.
pub(super) fn skeleton(text: &str, lines: &[Range<usize>]) -> Result<String, Undivided> {
    let mut skeleton = String::new();
    for span in lines {
        if lines.len() > MOST_LINES || skeleton.len() > LARGEST {
            return Err(Undivided::Large);
        }
        let line = text[span.clone()].trim_end_matches(['\n', '\r']);
        let line = &*shallow(line);
        if line.len() > LONGEST_LINE {
            skeleton.push_str(&line[..line.floor_char_boundary(LONGEST_LINE / 2)]);
            skeleton.push_str(&line[line.ceil_char_boundary(line.len() - LONGEST_LINE / 2)..]);
        } else {
            skeleton.push_str(line);
        }
        skeleton.push('\n');
    }
    Ok(skeleton)
}

/// The line without the quotes and lists in the middle that are more than [`MOST_MARKS`].
fn shallow(line: &str) -> Cow<'_, str> {
    let opening = line.bytes().take_while(|byte| b"> \t-+*".contains(byte)).enumerate();
    let marks: Vec<usize> = opening
        .filter(|(_, byte)| b">-+*".contains(byte))
        .map(|(at, _)| at)
        .collect();
    if marks.len() <= MOST_MARKS || !line.contains('>') {
        return Cow::Borrowed(line);
    }
    let (first, last) = (marks[MOST_MARKS / 2], marks[marks.len() - MOST_MARKS / 2]);
    Cow::Owned(line[..first].to_owned() + &line[last..])
}

/// Whether lines of the text look like headings, wherever they stand.
fn seems_divided(text: &str, lines: &[Range<usize>]) -> bool {
    let mut is_below_words = false;
    lines.iter().any(|span| {
        let line = text[span.clone()].trim();
        let behind = line.trim_start_matches('#');
        let is_opened =
            (1..=6).contains(&(line.len() - behind.len())) && (behind.is_empty() || behind.starts_with([' ', '\t']));
        let is_underline = !line.is_empty() && ['=', '-'].iter().any(|sign| line.trim_matches(*sign).is_empty());
        let is_heading = is_opened || (is_below_words && is_underline);
        is_below_words = !line.is_empty();
        is_heading
    })
}

fn heading_in(text: &str, rows: &[Range<usize>], level: usize, is_underlined: bool) -> Option<Heading> {
    let span = rows[0].start..rows[rows.len() - 1].end;
    let words = if is_underlined {
        let (underline, above) = rows.split_last()?;
        let marks = text[underline.clone()].trim();
        let is_line = !marks.is_empty() && marks.bytes().all(|byte| matches!(byte, b'=' | b'-'));
        let above = above.first()?.start..above.last()?.end;
        is_line.then(|| trimmed(text, above))?
    } else {
        let inner = trimmed(text, span.clone());
        let line = &text[inner.clone()];
        let behind = line.trim_start_matches('#');
        let opening = line.len() - behind.len();
        let closed = behind.trim_end_matches('#');
        // Signs at the end close a heading when a blank stands before them.
        let closing = match closed {
            "" => behind.len(),
            closed if closed.ends_with([' ', '\t']) => behind.len() - closed.len(),
            _ => 0,
        };
        (opening == level).then(|| trimmed(text, inner.start + opening..inner.end - closing))?
    };
    Some(Heading {
        span,
        words,
        level,
        is_underlined,
    })
}

/// The range without white space at its ends.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + inner.len() - inner.trim_start().len();
    let end = start + inner.trim().len();
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(usize, &str)> {
        let headings = find(text, 0).found.into_iter();
        headings.map(|heading| (heading.level, &text[heading.words])).collect()
    }

    #[test]
    fn headings_are_found_where_readers_see_them() {
        assert_eq!(
            words(
                "# A\n\n  ## B ##\nC\n=\n\n```\n# code\n```\n<!--\n# hidden\n-->\n- # list\n\n> # quote\n\n#\r\n### D#\r#no"
            ),
            [(1, "A"), (2, "B"), (1, "C"), (1, ""), (3, "D#")]
        );
        assert_eq!(words("> ".repeat(500).as_str()), []);
        assert_eq!(find("a\n\n#Name\n", 0).unspaced, Some(3));
    }

    #[test]
    fn what_is_no_page_is_not_divided() {
        let page = |count: usize| "# A\n\nb\n".repeat(count);
        assert_eq!(words(&page(2)), [(1, "A"), (1, "A")]);
        assert_eq!(words(&page(MOST_LINES / 3 + 1)), []);
        let wide = |count: usize| format!("# A\n{}", format!("{}\n", "*a* ".repeat(400)).repeat(count));
        assert_eq!(words(&wide(100)), [(1, "A")]);
        assert_eq!(words(&wide(700)), []);
    }

    #[test]
    fn many_quotes_hide_nothing() {
        for mark in ["> ", ">", "- > ", "-"] {
            let text = format!("# A\n\n{} > x\n\n# B\n", mark.repeat(5_000));
            assert_eq!(words(&text), [(1, "A"), (1, "B")], "{mark}");
        }
    }

    #[test]
    fn long_lines_hide_nothing() {
        let text = format!("# A\n\n<!-- {} -->\n\n## B\n", "x".repeat(10_000));
        assert_eq!(words(&text), [(1, "A"), (2, "B")]);
    }
}
