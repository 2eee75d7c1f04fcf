//! Prose as what the template sets.

use super::block::{Block, Footnote, Run};
use super::compose::{Composer, DEEPEST, line, tidy, words};
use super::table;
use crate::format::language::of_script as language;
use crate::prose::{Element, Node};

/// Text on its way into a paragraph, and the pictures that stand in it: they follow it.
#[derive(Default)]
struct Flow {
    runs: Vec<Run>,
    pictures: Vec<(String, String)>,
}

impl Composer {
    /// The blocks of a text.
    pub fn prose(&mut self, nodes: &[Node]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut flow = Flow::default();
        for node in nodes {
            match node {
                Node::Element(element) if is_block(&element.name) || has_block(&element.children) => {
                    self.end(&mut flow, &mut blocks);
                    self.element(element, &mut blocks);
                }
                node => flow.take(node),
            }
        }
        self.end(&mut flow, &mut blocks);
        blocks
    }

    /// Ends the paragraph.
    fn end(&mut self, flow: &mut Flow, blocks: &mut Vec<Block>) {
        let Flow { runs, pictures } = std::mem::take(flow);
        let runs = trimmed(runs);
        if !runs.is_empty() {
            blocks.push(Block::Paragraph(words(runs)));
        }
        for (source, alt) in pictures {
            blocks.push(self.picture(&source, &alt, None));
        }
    }

    fn element(&mut self, element: &Element, blocks: &mut Vec<Block>) {
        let children = &element.children;
        let is_deep = self.depth >= DEEPEST;
        match element.name.as_str() {
            "hr" => blocks.push(Block::Rule),
            "pre" => blocks.push(code(children)),
            "h4" | "h5" | "h6" => {
                let below = element.name.as_bytes()[1] - b'3';
                let mut flow = Flow::default();
                children.iter().for_each(|node| flow.take(node));
                let runs = trimmed(std::mem::take(&mut flow.runs));
                if !runs.is_empty() {
                    let heading = self.inner_heading(below, runs);
                    blocks.push(heading);
                }
                self.end(&mut flow, blocks);
            }
            "section" if element.is_of_class("footnotes") => blocks.extend(self.footnotes(children)),
            "ul" | "ol" | "blockquote" | "table" | "dl" if is_deep => {
                let mut text = String::new();
                plain(children, &mut text);
                blocks.push(Block::Paragraph(words(line(&text.replace('\n', " ")))));
            }
            "ul" | "ol" => {
                let start = (element.name == "ol").then(|| {
                    let start = element.attribute("start").and_then(|start| start.parse().ok());
                    start.filter(|start| *start < 1_000_000).unwrap_or(1)
                });
                let items = elements(children).filter(|item| item.name == "li");
                let items: Vec<_> = items
                    .map(|item| self.inside(|inner| inner.prose(&item.children)))
                    .collect();
                if !items.is_empty() {
                    blocks.push(Block::list(start, items));
                }
            }
            "blockquote" => {
                let quoted = self.inside(|inner| inner.prose(children));
                if !quoted.is_empty() {
                    blocks.push(Block::Quote {
                        lang: language(&Block::plain_of(&quoted)),
                        blocks: quoted,
                    });
                }
            }
            "table" => blocks.extend(self.prose_table(element)),
            _ => blocks.extend(self.prose(children)),
        }
    }

    fn footnotes(&mut self, children: &[Node]) -> Option<Block> {
        let items = elements(children)
            .filter(|list| list.name == "ol")
            .flat_map(|list| elements(&list.children));
        let notes: Vec<Footnote> = items
            .enumerate()
            .map(|(index, item)| Footnote {
                id: item.attribute("id").unwrap_or_default().to_owned(),
                number: index + 1,
                blocks: self.inside(|inner| inner.prose(&item.children)),
            })
            .collect();
        (!notes.is_empty()).then_some(Block::Footnotes { notes })
    }

    fn prose_table(&mut self, element: &Element) -> Option<Block> {
        let mut rows: Vec<&Element> = Vec::new();
        gather_rows(&element.children, &mut rows);
        let is_head = |row: &&Element| {
            let mut cells = elements(&row.children).peekable();
            cells.peek().is_some() && cells.all(|cell| cell.name == "th")
        };
        let has_head = rows.first().is_some_and(is_head) && rows.len() > 1;
        let cells = |row: &&Element| {
            elements(&row.children)
                .filter(|cell| matches!(cell.name.as_str(), "td" | "th"))
                .count()
        };
        let columns = rows.iter().map(cells).max().unwrap_or_default();
        if columns == 0 {
            return None;
        }
        let mut numeric = vec![false; columns];
        let mut head = Vec::new();
        let mut body = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let cells: Vec<&Element> = elements(&row.children)
                .filter(|cell| matches!(cell.name.as_str(), "td" | "th"))
                .collect();
            for (cell, numeric) in cells.iter().zip(&mut numeric) {
                *numeric |= cell.attribute("align") == Some("right");
            }
            if index == 0 && has_head {
                for cell in &cells {
                    let mut flow = Flow::default();
                    cell.children.iter().for_each(|node| flow.take(node));
                    head.push(words(trimmed(flow.runs)));
                }
                head.resize_with(columns, Default::default);
                continue;
            }
            let names_row = cells.first().is_some_and(|cell| cell.name == "th");
            let mut line: Vec<Vec<Block>> = cells
                .iter()
                .map(|cell| self.inside(|inner| inner.prose(&cell.children)))
                .collect();
            line.resize_with(columns, Vec::new);
            body.push((names_row, line));
        }
        Some(table::table("Table", head, numeric, body))
    }
}

impl Flow {
    /// Takes in a piece of a line.
    fn take(&mut self, node: &Node) {
        let element = match node {
            Node::Text(text) => return self.text(text),
            Node::Element(element) => element,
        };
        match element.name.as_str() {
            "br" => self.runs.push(Run::Break),
            "img" => {
                let attribute = |name| element.attribute(name).unwrap_or_default().to_owned();
                self.pictures.push((attribute("src"), attribute("alt")));
            }
            // The way back from a note to its text is the way of a page on a screen.
            "a" if element.is_of_class("footnote-backref") => {}
            _ => {
                let mut inner = Self::default();
                // A block in a line begins and ends it.
                let is_block = is_block(&element.name);
                if is_block && !self.runs.is_empty() {
                    self.runs.push(Run::Break);
                }
                element.children.iter().for_each(|child| inner.take(child));
                let Self { runs, pictures } = inner;
                self.pictures.extend(pictures);
                if runs.is_empty() {
                    return;
                }
                match (element.name.as_str(), element.attribute("href")) {
                    ("a", Some(to)) if to.starts_with('#') => self.runs.push(Run::Reference {
                        id: to[1..].to_owned(),
                        runs,
                    }),
                    ("a", Some(to)) => self.runs.push(Run::Link { to: tidy(to), runs }),
                    ("em" | "i", _) => self.runs.push(Run::Emphasis(runs)),
                    ("strong" | "b" | "mark" | "dt" | "summary" | "th", _) => self.runs.push(Run::Strong(runs)),
                    ("del" | "s", _) => self.runs.push(Run::Struck(runs)),
                    ("code" | "kbd", _) => self.runs.push(Run::Code(runs)),
                    ("sub", _) => self.runs.push(Run::Lower(runs)),
                    ("sup", _) => self.runs.push(Run::Upper(runs)),
                    _ => self.runs.extend(runs),
                }
            }
        }
    }

    /// Blanks and line ends of the source are one blank.
    fn text(&mut self, text: &str) {
        let mut out = String::with_capacity(text.len());
        let after_blank = match self.runs.last() {
            Some(Run::Text(before)) => before.ends_with(' '),
            Some(Run::Break) => true,
            _ => false,
        };
        let mut blank = after_blank;
        for letter in text.chars() {
            if letter.is_ascii_whitespace() {
                if !blank {
                    out.push(' ');
                }
                blank = true;
            } else if !letter.is_control() {
                out.push(letter);
                blank = false;
            }
        }
        match self.runs.last_mut() {
            _ if out.is_empty() => {}
            Some(Run::Text(before)) => before.push_str(&out),
            _ => self.runs.push(Run::Text(out)),
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "details"
            | "summary"
            | "dl"
            | "dt"
            | "dd"
            | "blockquote"
            | "pre"
            | "table"
            | "caption"
            | "thead"
            | "tbody"
            | "tr"
            | "td"
            | "th"
            | "ul"
            | "ol"
            | "li"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
    )
}

/// Whether a block stands in it: an element for lines that was never closed goes on to the end of the text.
fn has_block(nodes: &[Node]) -> bool {
    elements(nodes).any(|element| is_block(&element.name) || has_block(&element.children))
}

fn elements(nodes: &[Node]) -> impl Iterator<Item = &Element> {
    nodes.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    })
}

fn gather_rows<'n>(nodes: &'n [Node], rows: &mut Vec<&'n Element>) {
    for element in elements(nodes) {
        match element.name.as_str() {
            "tr" => rows.push(element),
            "thead" | "tbody" => gather_rows(&element.children, rows),
            _ => {}
        }
    }
}

/// Text whose lines and blanks count.
fn code(nodes: &[Node]) -> Block {
    let mut text = String::new();
    plain(nodes, &mut text);
    let text = text.replace('\t', "    ");
    let lines = text.trim_end().lines().map(|line| match tidy(line) {
        line if line.is_empty() => Vec::new(),
        line => vec![Run::Text(line)],
    });
    Block::Code { lines: lines.collect() }
}

/// What can be read, without its manner.
pub(super) fn plain(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(element) if element.name == "br" => out.push('\n'),
            Node::Element(element) => {
                plain(&element.children, out);
                if is_block(&element.name) && !out.ends_with(char::is_whitespace) {
                    out.push('\n');
                }
            }
        }
    }
}

/// Without blanks and line ends at both ends.
fn trimmed(mut runs: Vec<Run>) -> Vec<Run> {
    let is_blank = |run: &Run| match run {
        Run::Text(text) => text.trim().is_empty(),
        Run::Break => true,
        _ => false,
    };
    while runs.last().is_some_and(is_blank) {
        runs.pop();
    }
    let start = runs.iter().position(|run| !is_blank(run)).unwrap_or(runs.len());
    runs.drain(..start);
    if let Some(Run::Text(first)) = runs.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some(Run::Text(last)) = runs.last_mut() {
        *last = last.trim_end().to_owned();
    }
    runs
}
