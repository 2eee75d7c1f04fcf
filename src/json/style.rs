use super::Value;
use super::node::{Kind, Node};

/// How a JSON text is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// The line break.
    pub newline: &'static str,
    /// What one level is indented by, when the text has several lines.
    pub indent: Option<String>,
    /// What stands between two entries on one line.
    pub comma: String,
    /// What stands between a name and its value.
    pub colon: String,
    /// Whether characters beyond ASCII are written as `\u` escapes.
    pub ascii: bool,
}

impl Default for Style {
    /// One line, as Python's `json.dumps` writes it, but with characters as themselves.
    fn default() -> Self {
        Self {
            newline: "\n",
            indent: None,
            comma: ", ".into(),
            colon: ": ".into(),
            ascii: false,
        }
    }
}

impl Style {
    /// Two blanks a level.
    pub fn pretty() -> Self {
        Self {
            indent: Some("  ".into()),
            ..Self::default()
        }
    }

    /// The style of a parsed text, found in its first containers.
    pub fn of(text: &str, root: &Node) -> Self {
        let mut style = Self {
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            ascii: text.is_ascii() && has_wide_escape(text),
            ..Self::default()
        };
        let (mut indent, mut comma, mut colon) = (None, None, None);
        look(text, root, &mut indent, &mut comma, &mut colon);
        style.indent = indent;
        style.comma = comma.unwrap_or(style.comma);
        style.colon = colon.unwrap_or(style.colon);
        style
    }
}

/// Whether a `\u` escape stands for a character beyond ASCII.
fn has_wide_escape(text: &str) -> bool {
    text.match_indices("\\u")
        .any(|(at, _)| text.get(at + 2..at + 4).is_some_and(|digits| digits != "00"))
        || text
            .match_indices("\\u00")
            .any(|(at, _)| text.as_bytes().get(at + 4).is_some_and(|digit| *digit >= b'8'))
}

/// The byte ranges of the entries of a container: members with their names.
pub(super) fn entries(node: &Node) -> Vec<std::ops::Range<usize>> {
    match &node.kind {
        Kind::List(items) => items.iter().map(|item| item.span.clone()).collect(),
        Kind::Group(members) => members
            .iter()
            .map(|member| member.key_span.start..member.node.span.end)
            .collect(),
        _ => Vec::new(),
    }
}

fn look(text: &str, node: &Node, indent: &mut Option<String>, comma: &mut Option<String>, colon: &mut Option<String>) {
    if let Kind::Group(members) = &node.kind
        && colon.is_none()
        && let Some(member) = members.first()
    {
        let between = &text[member.key_span.end..member.node.span.start];
        if is_plain(between, ':') && !between.contains('\n') {
            *colon = Some(between.into());
        }
    }
    let entries = entries(node);
    if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
        let lead = &text[node.span.start + 1..first.start];
        let tail = &text[last.end..node.span.end - 1];
        if let (Some(inner), Some(outer)) = (after_newline(lead), after_newline(tail)) {
            if indent.is_none() {
                *indent = inner
                    .strip_prefix(outer)
                    .filter(|unit| !unit.is_empty())
                    .map(Into::into);
            }
        } else if comma.is_none() && entries.len() > 1 {
            let between = &text[first.end..entries[1].start];
            if is_plain(between, ',') && between.contains(',') && !between.contains('\n') {
                *comma = Some(between.into());
            }
        }
    }
    let children: Vec<&Node> = match &node.kind {
        Kind::List(items) => items.iter().collect(),
        Kind::Group(members) => members.iter().map(|member| &member.node).collect(),
        _ => return,
    };
    for child in children {
        if indent.is_some() && comma.is_some() && colon.is_some() {
            return;
        }
        look(text, child, indent, comma, colon);
    }
}

/// Whether the text is only white space and the mark.
fn is_plain(text: &str, mark: char) -> bool {
    text.chars().all(|c| c == mark || c.is_ascii_whitespace())
}

/// The indentation in a stretch of white space that holds a line break.
pub(super) fn after_newline(space: &str) -> Option<&str> {
    let line = &space[space.rfind('\n')? + 1..];
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t')).then_some(line)
}

/// Writes a value; `indentation` is that of the current line, `None` keeps everything on one line.
pub(super) fn write(out: &mut String, value: &Value, style: &Style, indentation: Option<&str>) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(spelling) => out.push_str(spelling),
        Value::Text(text) => quote(out, text, style.ascii),
        Value::List(items) => {
            write_container(out, style, indentation, ('[', ']'), items, |out, item, indentation| {
                write(out, item, style, indentation);
            });
        }
        Value::Group(members) => {
            write_container(
                out,
                style,
                indentation,
                ('{', '}'),
                members,
                |out, (key, value), indentation| {
                    quote(out, key, style.ascii);
                    out.push_str(&style.colon);
                    write(out, value, style, indentation);
                },
            );
        }
    }
}

fn write_container<T>(
    out: &mut String,
    style: &Style,
    indentation: Option<&str>,
    (open, close): (char, char),
    entries: &[T],
    mut write_entry: impl FnMut(&mut String, &T, Option<&str>),
) {
    out.push(open);
    let lines = indentation.zip(style.indent.as_ref()).filter(|_| !entries.is_empty());
    let inner = lines.map(|(outer, unit)| format!("{outer}{unit}"));
    for (index, entry) in entries.iter().enumerate() {
        match &inner {
            Some(inner) => {
                out.push_str(if index == 0 { "" } else { "," });
                out.push_str(style.newline);
                out.push_str(inner);
            }
            None => out.push_str(if index == 0 { "" } else { &style.comma }),
        }
        write_entry(out, entry, inner.as_deref());
    }
    if let Some((outer, _)) = lines {
        out.push_str(style.newline);
        out.push_str(outer);
    }
    out.push(close);
}

/// Writes a text as a JSON string with its quotes.
pub fn quote(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    escape(out, text, ascii);
    out.push('"');
}

/// Writes a text as the inside of a JSON string.
pub(super) fn escape(out: &mut String, text: &str, ascii: bool) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || (ascii && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
}
