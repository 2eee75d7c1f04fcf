use super::node::{Kind, Layout, Node, ScalarStyle};
use super::{Value, lines, scalar};

/// Readers need not take a longer key without the mark “?”.
const MAX_PLAIN_KEY: usize = 1000;

/// How a YAML text is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// The line break.
    pub newline: &'static str,
    /// By how many blanks the members of a group are indented below its name.
    pub indent: usize,
    /// By how many blanks the dashes of a list are indented below its name; often none.
    pub dash_indent: usize,
    /// The quotes preferred.
    pub quotes: ScalarStyle,
    /// Whether texts of several lines may be written below a `|`.
    pub literal: bool,
}

impl Default for Style {
    /// Two blanks a level, dashes below the first letter of the name.
    fn default() -> Self {
        Self {
            newline: "\n",
            indent: 2,
            dash_indent: 0,
            quotes: ScalarStyle::Double,
            literal: true,
        }
    }
}

impl Style {
    /// The style of a parsed text, found in its first lists, groups and quotes.
    pub fn of(text: &str, root: &Node) -> Self {
        let mut found = Found::default();
        found.look(text, root);
        let default = Self::default();
        let single = found.single > found.double;
        Self {
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            indent: found.indent.filter(|indent| *indent > 0).unwrap_or(default.indent),
            dash_indent: found.dash_indent.unwrap_or(default.dash_indent),
            quotes: if single {
                ScalarStyle::Single
            } else {
                ScalarStyle::Double
            },
            literal: true,
        }
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    indent: Option<usize>,
    dash_indent: Option<usize>,
    single: usize,
    double: usize,
}

impl Found {
    fn look(&mut self, text: &str, node: &Node) {
        match &node.kind {
            Kind::Scalar(ScalarStyle::Single, _) => self.single += 1,
            Kind::Scalar(ScalarStyle::Double, _) => self.double += 1,
            Kind::Group(layout, members) => {
                for member in members {
                    if *layout == Layout::Block && member.mark.is_none() {
                        self.compare(text, member.start(), &member.node);
                    }
                    self.look(text, &member.node);
                }
            }
            Kind::List(_, items) => items.iter().for_each(|item| self.look(text, &item.node)),
            _ => {}
        }
    }

    fn compare(&mut self, text: &str, name: usize, value: &Node) {
        let place = match &value.kind {
            Kind::List(Layout::Block, _) => &mut self.dash_indent,
            Kind::Group(Layout::Block, _) => &mut self.indent,
            _ => return,
        };
        if place.is_none() {
            let (outer, inner) = (lines::column(text, name), lines::column(text, value.span.start));
            *place = inner.checked_sub(outer);
        }
    }
}

/// Writes values in a style.
#[derive(Clone, Copy)]
pub(super) struct Writer<'s> {
    style: &'s Style,
}

/// A value written for a place in a block.
pub(super) enum Written {
    /// On the line of its name or dash.
    Line(String),
    /// What stands on the line of the name (`|`, or nothing), and the lines below, each after a line break.
    Below(&'static str, String),
}

impl<'s> Writer<'s> {
    pub fn new(style: &'s Style) -> Self {
        Self { style }
    }

    /// A line break and the indentation of the next line.
    pub fn break_to(&self, column: usize) -> String {
        format!("{}{}", self.style.newline, " ".repeat(column))
    }

    /// A document.
    pub fn root(&self, value: &Value) -> String {
        match value {
            Value::List(items) if !items.is_empty() => self.entries(value, 0),
            Value::Group(members) if !members.is_empty() => self.entries(value, 0),
            value => self.line(value, None, false),
        }
    }

    /// A value on one line; a scalar in the style of the old text if that can carry it. `old` is the
    /// node replaced with the text of its span.
    pub fn line(&self, value: &Value, old: Option<(&Node, &str)>, flow: bool) -> String {
        match value {
            Value::Null => "null".into(),
            Value::Bool(true) => "true".into(),
            Value::Bool(false) => "false".into(),
            Value::Number(spelling) => scalar::number(spelling).to_owned(),
            Value::Text(text) => self.text(text, old, flow),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.line(item, None, true)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Group(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(key, value)| {
                        let mark = if key.len() > MAX_PLAIN_KEY { "? " } else { "" };
                        let colon = if mark.is_empty() { ": " } else { " : " };
                        let key = self.text(key, None, true);
                        format!("{mark}{key}{colon}{}", self.line(value, None, true))
                    })
                    .collect();
                format!("{{{}}}", members.join(", "))
            }
        }
    }

    /// A text on one line.
    pub fn text(&self, text: &str, old: Option<(&Node, &str)>, flow: bool) -> String {
        let (style, before) = match old {
            Some((
                Node {
                    kind: Kind::Scalar(ScalarStyle::Plain, _),
                    ..
                },
                before,
            )) => (ScalarStyle::Plain, Some(before)),
            Some((
                Node {
                    kind: Kind::Scalar(style, _),
                    ..
                },
                _,
            )) => (*style, None),
            _ => (ScalarStyle::Plain, None),
        };
        let written = scalar::line(text, style, before, flow);
        if style == ScalarStyle::Plain && written.starts_with('"') {
            return scalar::line(text, self.style.quotes, None, flow);
        }
        written
    }

    /// The entries of a list or group that is not empty, the first without its indentation.
    pub fn entries(&self, value: &Value, column: usize) -> String {
        let entries: Vec<String> = match value {
            Value::List(items) => items.iter().map(|item| self.item(item, column, 1)).collect(),
            Value::Group(members) => members
                .iter()
                .map(|(key, value)| self.member(key, value, column))
                .collect(),
            _ => Vec::new(),
        };
        entries.join(&self.break_to(column))
    }

    /// An entry of a list whose dashes stand in the column, with so many blanks behind the dash.
    pub fn item(&self, value: &Value, column: usize, gap: usize) -> String {
        let blanks = " ".repeat(gap);
        match value {
            Value::List(items) if !items.is_empty() => format!("-{blanks}{}", self.entries(value, column + 1 + gap)),
            Value::Group(members) if !members.is_empty() => {
                format!("-{blanks}{}", self.entries(value, column + 1 + gap))
            }
            value => match self.value(value, None, column) {
                Written::Line(text) => format!("-{blanks}{text}"),
                Written::Below(head, lines) => format!("-{blanks}{head}{lines}"),
            },
        }
    }

    /// A member of a group whose names stand in the column.
    pub fn member(&self, key: &str, value: &Value, column: usize) -> String {
        let name = self.text(key, None, false);
        let name = if key.len() > MAX_PLAIN_KEY {
            format!("? {name}{}", self.break_to(column))
        } else {
            name
        };
        match self.value(value, None, column) {
            Written::Line(text) => format!("{name}: {text}"),
            Written::Below("", lines) => format!("{name}:{lines}"),
            Written::Below(head, lines) => format!("{name}: {head}{lines}"),
        }
    }

    /// A value behind a name or dash in the column. `old` is what it replaces, with its text.
    pub fn value(&self, value: &Value, old: Option<(&Node, &str)>, column: usize) -> Written {
        match value {
            Value::List(items) if !items.is_empty() => self.below(value, column + self.style.dash_indent),
            Value::Group(members) if !members.is_empty() => self.below(value, column + self.style.indent),
            Value::Text(text) => match self.lines(text, old, column) {
                Some(written) => written,
                None => Written::Line(self.line(value, old, false)),
            },
            value => Written::Line(self.line(value, old, false)),
        }
    }

    /// A list or group with its entries in the column, on lines of its own.
    pub fn below(&self, value: &Value, column: usize) -> Written {
        let first = self.break_to(column);
        Written::Below("", first + &self.entries(value, column))
    }

    /// A text as lines below a `|` or `>`, when it has several or the old one stood so.
    fn lines(&self, text: &str, old: Option<(&Node, &str)>, column: usize) -> Option<Written> {
        if !self.style.literal || !scalar::fits_literal(text) {
            return None;
        }
        let folded = match old.map(|(node, before)| (&node.kind, before)) {
            Some((Kind::Scalar(ScalarStyle::Literal, _), _)) => false,
            Some((Kind::Scalar(ScalarStyle::Folded, _), _)) => scalar::fits_folded(text),
            // Somebody writes line breaks as \n here.
            Some((Kind::Scalar(ScalarStyle::Double, Value::Text(before)), _)) if before.contains('\n') => return None,
            _ if text.contains('\n') => false,
            _ => return None,
        };
        let column = old
            .and_then(|(node, before)| body_column(node, before, column))
            .unwrap_or(column + self.style.indent);
        let indentation = self.break_to(column);
        let mut below = String::new();
        for (index, line) in text.lines().enumerate() {
            // Below a “>” one line break more is written than is meant.
            if folded && index > 0 && !line.is_empty() {
                below.push_str(self.style.newline);
            }
            below.push_str(if line.is_empty() {
                self.style.newline
            } else {
                &indentation
            });
            below.push_str(line);
        }
        let head = match (folded, text.ends_with('\n')) {
            (false, true) => "|",
            (false, false) => "|-",
            (true, true) => ">",
            (true, false) => ">-",
        };
        Some(Written::Below(head, below))
    }
}

/// The column of the lines of a literal or folded text, where the first line alone tells it.
fn body_column(node: &Node, text: &str, outer: usize) -> Option<usize> {
    if !node.is_block_scalar() || text.lines().next()?.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let line = text.lines().skip(1).find(|line| !line.trim().is_empty())?;
    let column = line.len() - line.trim_start_matches(' ').len();
    (column > outer).then_some(column)
}
