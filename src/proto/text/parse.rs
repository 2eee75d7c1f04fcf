use std::borrow::Cow;
use std::ops::Range;

use super::lexer::{self, Token, TokenKind};
use super::string::unescaped;
use crate::json;
use crate::locale::{self, Sentence};
use crate::proto::message::{Content, Field, Item, Message, Quirk, QuirkKind, again};
use crate::proto::schema::{FieldType, Schema, Type, name_of};
use crate::proto::{Document, MAX_DEPTH, MAX_FIELDS, SyntaxError, Value};
use crate::say;

/// The text as a message of this kind. Fields that the schema does not have keep their names.
///
/// # Errors
/// When the text is not in this notation, with the place.
pub fn parse(text: &str, schema: &'static Schema) -> Result<Document, SyntaxError> {
    let mut parser = Parser {
        text,
        next: lexer::next(text, 0),
        fields: 0,
        strangers: 0,
        quirks: Vec::new(),
    };
    let root = parser.message(Some(schema), None, 0)?;
    parser.quirks.sort_by_key(|quirk| quirk.at);
    Ok(Document::new(root, parser.quirks, parser.strangers))
}

struct Parser<'t> {
    text: &'t str,
    /// The next word.
    next: Token,
    fields: usize,
    strangers: usize,
    quirks: Vec<Quirk>,
}

impl Parser<'_> {
    fn take(&mut self) -> Token {
        let following = lexer::next(self.text, self.next.span.end);
        std::mem::replace(&mut self.next, following)
    }

    fn is_sign(&self, signs: &[char]) -> bool {
        matches!(self.next.kind, TokenKind::Sign(sign) if signs.contains(&sign))
    }

    fn error(&self, at: usize, message: Sentence, advice: Sentence) -> SyntaxError {
        SyntaxError { at, message, advice }
    }

    /// What stands where something else is expected.
    fn unexpected(&self, expected: Sentence) -> SyntaxError {
        let word = &self.text[self.next.span.clone()];
        let found: locale::Value = match self.next.kind {
            TokenKind::End => say!("the end of the text").into(),
            TokenKind::Open => {
                return self.error(
                    self.next.span.start,
                    say!("The quote that stands here is not closed on its line."),
                    say!("Close it, write \\n for a line break inside a text, and \\\" for a quote."),
                );
            }
            _ => locale::Value::Quoted(Sentence::as_written(word.chars().take(20).collect::<String>())),
        };
        self.error(
            self.next.span.start,
            say!("{expected} is expected here, and {found} stands here.", expected, found),
            say!("Every field is a name with a colon and a value, or a name with fields in braces."),
        )
    }

    /// The fields up to the closing sign, which is left to the caller, or to the end.
    fn message(
        &mut self,
        schema: Option<&'static Schema>,
        opening: Option<(usize, char)>,
        depth: usize,
    ) -> Result<Message, SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(self.error(
                self.next.span.start,
                say!(
                    "Messages lie more than {most} levels deep in each other.",
                    most = MAX_DEPTH
                ),
                say!("Take some of the levels out."),
            ));
        }
        let start = opening.map_or(0, |(at, _)| at + 1);
        let mut fields = Vec::new();
        loop {
            match (self.next.kind, opening) {
                (TokenKind::Sign(sign), Some((_, closing))) if sign == closing => break,
                (TokenKind::End, None) => break,
                (TokenKind::End, Some((at, closing))) => {
                    return Err(self.error(
                        at,
                        say!("What is opened here is not closed: a “{closing}” is missing.", closing),
                        say!("Look for the end of this message, and put the sign there."),
                    ));
                }
                _ => fields.push(self.field(schema, depth)?),
            }
        }
        let end = if opening.is_some() {
            self.next.span.start
        } else {
            self.text.len()
        };
        self.quirks.extend(again(&fields, QuirkKind::Again));
        Ok(Message {
            schema,
            span: start..end,
            fields,
        })
    }

    fn field(&mut self, schema: Option<&'static Schema>, depth: usize) -> Result<Field, SyntaxError> {
        self.count()?;
        let (head, name) = self.name(schema)?;
        let kind = schema.and_then(|schema| schema.named(&name));
        let has_colon = self.is_sign(&[':']);
        if has_colon {
            self.take();
        }
        if !has_colon && !self.is_sign(&['{', '<', '[']) {
            return Err(self.unexpected(say!("A colon or an opening brace")));
        }
        let inner = kind.and_then(FieldType::schema);
        let item = if self.is_sign(&['[']) {
            self.list(&name, inner, depth)?
        } else {
            self.value(&name, inner, depth)?
        };
        let kind = kind.filter(|kind| fits(kind, &item));
        self.strangers += usize::from(schema.is_some() && kind.is_none());
        let mut end = item.span.end;
        if self.is_sign(&[',', ';']) {
            end = self.take().span.end;
        }
        Ok(Field {
            name: kind.map_or(Cow::Owned(name), |kind| Cow::Borrowed(kind.name)),
            kind,
            span: head.start..end,
            head,
            item,
        })
    }

    fn count(&mut self) -> Result<(), SyntaxError> {
        self.fields += 1;
        if self.fields <= MAX_FIELDS {
            return Ok(());
        }
        Err(self.error(
            self.next.span.start,
            say!("The text has more than {most} fields and entries.", most = MAX_FIELDS),
            say!("Move measurements into a file of their own."),
        ))
    }

    /// The name of a field: a word, a number as printers of unknown fields write it, or an extension in brackets.
    fn name(&mut self, schema: Option<&'static Schema>) -> Result<(Range<usize>, String), SyntaxError> {
        let first = self.next.clone();
        let word = |span: &Range<usize>| self.text[span.clone()].to_owned();
        match first.kind {
            TokenKind::Name => {
                self.take();
                Ok((first.span.clone(), self.text[first.span].to_owned()))
            }
            TokenKind::Number if word(&first.span).bytes().all(|byte| byte.is_ascii_digit()) => {
                let number = word(&first.span).parse().map_err(|_| self.unexpected(say!("A name")))?;
                self.take();
                let known = schema.and_then(|schema| schema.numbered(number));
                Ok((
                    first.span,
                    known.map_or_else(|| name_of(number), |kind| kind.name.to_owned()),
                ))
            }
            TokenKind::Sign('[') => {
                while !self.is_sign(&[']']) {
                    match self.next.kind {
                        TokenKind::Name | TokenKind::Number | TokenKind::Sign('[' | '.' | '/' | '-') => self.take(),
                        _ => return Err(self.unexpected(say!("The name of an extension, and a closing bracket,"))),
                    };
                }
                let span = first.span.start..self.take().span.end;
                let name = self.text[span.clone()].to_owned();
                Ok((span, name))
            }
            _ => Err(self.unexpected(say!("The name of a field"))),
        }
    }

    fn list(&mut self, name: &str, inner: Option<&'static Schema>, depth: usize) -> Result<Item, SyntaxError> {
        let start = self.take().span.start;
        let mut items = Vec::new();
        while !self.is_sign(&[']']) {
            if !items.is_empty() {
                if !self.is_sign(&[',']) {
                    return Err(self.unexpected(say!("A comma or a closing bracket")));
                }
                self.take();
            }
            self.count()?;
            items.push(self.value(name, inner, depth)?);
        }
        Ok(Item {
            span: start..self.take().span.end,
            content: Content::List(items),
        })
    }

    fn value(&mut self, name: &str, inner: Option<&'static Schema>, depth: usize) -> Result<Item, SyntaxError> {
        let start = self.next.span.start;
        let (end, content) = match self.next.kind {
            TokenKind::Sign(opening @ ('{' | '<')) => {
                self.take();
                let closing = if opening == '{' { '}' } else { '>' };
                let message = self.message(inner, Some((start, closing)), depth + 1)?;
                (self.take().span.end, Content::Message(message))
            }
            TokenKind::Text => {
                let (end, text) = self.strings(name)?;
                (end, Content::Leaf(Value::Text(text)))
            }
            TokenKind::Sign('-') => {
                self.take();
                if !matches!(self.next.kind, TokenKind::Number | TokenKind::Name) {
                    return Err(self.unexpected(say!("A number")));
                }
                let word = self.take();
                let spelling = format!("-{}", &self.text[word.span.clone()]);
                (word.span.end, Content::Leaf(bare(spelling)))
            }
            TokenKind::Number | TokenKind::Name => {
                let word = self.take();
                (word.span.end, Content::Leaf(bare(self.text[word.span].to_owned())))
            }
            _ => return Err(self.unexpected(say!("A value"))),
        };
        Ok(Item {
            span: start..end,
            content,
        })
    }

    /// One string in several pieces.
    fn strings(&mut self, name: &str) -> Result<(usize, String), SyntaxError> {
        let (start, mut end) = (self.next.span.start, self.next.span.end);
        let mut bytes = Vec::new();
        while self.next.kind == TokenKind::Text {
            let piece = self.take().span;
            end = piece.end;
            let inside = piece.start + 1..piece.end - 1;
            unescaped(&self.text[inside.clone()], &mut bytes).map_err(|at| {
                self.error(
                    inside.start + at,
                    say!("The backslash that stands here begins no escape that is known."),
                    say!("Write \\\\ for a backslash, or one of \\n, \\t, \\\", \\', \\x41, \\101."),
                )
            })?;
        }
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            self.strangers += 1;
            self.quirks.push(Quirk {
                at: start,
                name: name.to_owned(),
                kind: QuirkKind::NotText,
            });
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        Ok((end, text))
    }
}

/// Whether the schema has a field in this form.
fn fits(kind: &FieldType, item: &Item) -> bool {
    match (&item.content, kind.kind) {
        (Content::List(items), _) => kind.repeated && items.iter().all(|item| fits(kind, item)),
        (Content::Message(_), Type::Message(_)) => true,
        (Content::Leaf(Value::Bool(_)), Type::Bool) => true,
        (Content::Leaf(_), Type::Text) => true,
        _ => false,
    }
}

/// A value without quotes: yes or no, a number as JSON spells it, or else the word itself.
pub(super) fn bare(spelling: String) -> Value {
    match spelling.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "NaN" | "Infinity" | "-Infinity" => Value::Text(spelling),
        _ if json::is_number(&spelling) => Value::Number(spelling),
        _ => Value::Text(spelling),
    }
}
