use super::lexer::is_name;
use super::parse::bare;
use super::string::quote;
use crate::proto::Value;
use crate::proto::message::{Content, Item, Message};
use crate::proto::schema::{FieldType, Schema, Type, number_in};

/// How a text is laid out.
#[derive(Clone, Debug)]
pub(super) struct Style {
    /// The line break.
    pub newline: &'static str,
    /// What one level is indented by.
    pub indent: String,
    /// Whether a colon stands between a name and a brace.
    pub colon: bool,
    /// The signs around a message.
    pub braces: (char, char),
    /// The sign around a string.
    pub quote: char,
    /// Whether characters beyond ASCII are spelled by their bytes.
    pub ascii: bool,
}

impl Default for Style {
    /// As the reference printer writes, but with characters as themselves.
    fn default() -> Self {
        Self {
            newline: "\n",
            indent: "  ".into(),
            colon: false,
            braces: ('{', '}'),
            quote: '"',
            ascii: false,
        }
    }
}

/// Where new fields of one message stand: each on a line of its own that begins so, or all on one line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layout<'l> {
    Lines(&'l str),
    Line,
}

impl Style {
    /// The style of a parsed text, found in its first messages and strings.
    pub fn of(text: &str, root: &Message) -> Self {
        let mut style = Self {
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            ascii: text.is_ascii() && has_wide_escape(text),
            ..Self::default()
        };
        if let Some((colon, opening, indent)) = first_message(text, root) {
            style.colon = colon;
            style.braces = if opening == '<' { ('<', '>') } else { ('{', '}') };
            style.indent = indent.unwrap_or(style.indent);
        }
        if let Some(quote) = first_quote(text, root) {
            style.quote = quote;
        }
        style
    }

    /// A field that says the value; `None` when it cannot.
    pub fn field(&self, schema: Option<&'static Schema>, name: &str, value: &Value, layout: Layout) -> Option<String> {
        let kind = schema.and_then(|schema| schema.named(name));
        let value = self.value(kind, value, layout)?;
        let colon = if value.starts_with(self.braces.0) && !self.colon {
            ""
        } else {
            ":"
        };
        let name = number_in(name).map_or_else(|| name.to_owned(), |number| number.to_string());
        Some(format!("{name}{colon} {value}"))
    }

    /// A value as it is written; `None` when the field cannot hold it.
    pub fn value(&self, kind: Option<&'static FieldType>, value: &Value, layout: Layout) -> Option<String> {
        let text = |text: &str| {
            let mut out = String::new();
            quote(&mut out, text, self.quote, self.ascii);
            Some(out)
        };
        match (kind.map(|kind| kind.kind), value) {
            (None | Some(Type::Text), Value::Text(value)) => text(value),
            (Some(Type::Text), Value::Number(spelling)) => text(spelling),
            (Some(Type::Text), Value::Bool(yes)) => text(&yes.to_string()),
            (None | Some(Type::Bool), Value::Bool(yes)) => Some(yes.to_string()),
            (Some(Type::Message(schema)), Value::Group(members)) => Some(self.message(Some(schema), members, layout)),
            (None, Value::Group(members)) => Some(self.message(None, members, layout)),
            (None, Value::Number(spelling)) if bare(spelling.clone()) == *value => Some(spelling.clone()),
            (None, Value::List(items)) => {
                let is_list = |item: &Value| matches!(item, Value::List(_));
                let items = items.iter().filter(|item| !is_list(item));
                let items = items.filter_map(|item| self.value(None, item, layout));
                Some(format!("[{}]", items.collect::<Vec<_>>().join(", ")))
            }
            _ => None,
        }
    }

    fn message(&self, schema: Option<&'static Schema>, members: &[(String, Value)], layout: Layout) -> String {
        let (open, close) = self.braces;
        let inner = match layout {
            Layout::Lines(indent) => Some(format!("{indent}{}", self.indent)),
            Layout::Line => None,
        };
        let fields = self.fields(schema, members, inner.as_deref().map_or(Layout::Line, Layout::Lines));
        match (layout, fields.is_empty()) {
            (_, true) => format!("{open}{close}"),
            (Layout::Line, _) => format!("{open} {} {close}", fields.join(" ")),
            (Layout::Lines(indent), _) => {
                let newline = self.newline;
                let lead = format!("{newline}{indent}{}", self.indent);
                format!("{open}{lead}{}{newline}{indent}{close}", fields.join(&lead))
            }
        }
    }

    /// The fields of a new message, one after the other.
    pub fn fields(&self, schema: Option<&'static Schema>, members: &[(String, Value)], layout: Layout) -> Vec<String> {
        let mut fields = Vec::new();
        for (name, value) in members.iter().filter(|(name, _)| can_add(schema, name)) {
            let repeated = schema
                .and_then(|schema| schema.named(name))
                .is_some_and(|kind| kind.repeated);
            let values = match value {
                Value::List(items) if repeated => items.as_slice(),
                value => std::slice::from_ref(value),
            };
            fields.extend(
                values
                    .iter()
                    .filter_map(|value| self.field(schema, name, value, layout)),
            );
        }
        fields
    }
}

/// Whether a field of this name can be added: readers refuse names that the schema does not have.
pub(super) fn can_add(schema: Option<&'static Schema>, name: &str) -> bool {
    match schema {
        Some(schema) => schema.named(name).is_some(),
        None => is_name(name) || number_in(name).is_some(),
    }
}

/// Of the first message in a field: whether a colon stands before it, its brace, and its indentation.
fn first_message(text: &str, message: &Message) -> Option<(bool, char, Option<String>)> {
    let mut found: Option<(bool, char, Option<String>)> = None;
    for field in &message.fields {
        let Content::Message(inner) = &field.item.content else {
            continue;
        };
        let between = &text[field.head.end..field.item.span.start];
        let opening = text[field.item.span.start..].chars().next().unwrap_or('{');
        let indent = inner.fields.first().and_then(|first| {
            let (outer, inner) = (
                indentation(text, field.span.start)?,
                indentation(text, first.span.start)?,
            );
            inner.strip_prefix(outer).filter(|unit| !unit.is_empty())
        });
        let found = found.get_or_insert((between.contains(':'), opening, None));
        if let Some(indent) = indent {
            found.2 = Some(indent.to_owned());
            break;
        }
    }
    found
}

fn first_quote(text: &str, message: &Message) -> Option<char> {
    fn of_item(text: &str, item: &Item) -> Option<char> {
        match &item.content {
            Content::Leaf(_) => quote_of(&text[item.span.clone()]),
            Content::Message(message) => first_quote(text, message),
            Content::List(items) => items.iter().find_map(|item| of_item(text, item)),
        }
    }
    message.fields.iter().find_map(|field| of_item(text, &field.item))
}

/// The quote that a spelling begins with.
pub(super) fn quote_of(spelling: &str) -> Option<char> {
    spelling.chars().next().filter(|first| matches!(first, '"' | '\''))
}

/// Whether an escape stands for a byte beyond ASCII.
fn has_wide_escape(text: &str) -> bool {
    text.match_indices('\\').any(|(at, _)| {
        let rest = &text.as_bytes()[at + 1..];
        matches!(rest, [b'2' | b'3', b'0'..=b'7', b'0'..=b'7', ..])
            || matches!(rest, [b'x' | b'X', b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F', ..])
    })
}

/// The white space in front of an offset on its line; `None` when something else stands there.
pub(super) fn indentation(text: &str, at: usize) -> Option<&str> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[start..at];
    before.chars().all(|c| matches!(c, ' ' | '\t')).then_some(before)
}
