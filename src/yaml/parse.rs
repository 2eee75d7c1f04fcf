use std::collections::HashSet;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle as Spelled, Span, StrInput, StructureStyle, options};

use super::lines::{block_scalar, column, is_apart, skip_trivia};
use super::node::{Document, Item, Kind, Layout, Member, Node, Properties, Quirk, QuirkKind, ScalarStyle};
use super::{SyntaxError, Value, error, scalar};

/// How deep lists and groups may nest in people's files, as in JSON.
const MAX_DEPTH: usize = 128;

/// How many values, keys included, a document may have; with its copies each takes
/// some hundred bytes of memory.
const MAX_NODES: usize = 300_000;

/// Reads the first document of a YAML text.
///
/// A text without any content is a document that is left out: null. What follows the first document
/// is counted, not read.
///
/// # Errors
/// With the place and a sentence on what to try, when the first document is not YAML, nests deeper than
/// 128 levels or has more than 300 000 values.
pub fn parse(text: &str) -> Result<Document, SyntaxError> {
    let options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder {
        text,
        events: Parser::new_from_str_with_options(text, options),
        at: 0,
        nodes: 0,
        quirks: Vec::new(),
    };
    builder.document()
}

/// Builds the tree from the parser's events. The parser tells what each node means and where
/// scalars stand; dashes, colons and marks are found by walking along behind it.
struct Builder<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    /// Up to where the text is accounted for.
    at: usize,
    nodes: usize,
    quirks: Vec<Quirk>,
}

impl<'t> Builder<'t> {
    fn document(&mut self) -> Result<Document, SyntaxError> {
        let (root, start) = loop {
            match self.next()? {
                (Event::StreamStart, _) => {}
                (Event::DocumentStart(explicit, _), span) => {
                    self.at = if explicit { self.range(&span).end } else { 0 };
                    let start = self.at;
                    break (self.node(0)?, start);
                }
                _ => {
                    let end = self.text.len();
                    break (plain_node(end..end, Value::Null), 0);
                }
            }
        };
        // What is wrong up to the next document's mark is wrong with this one.
        let mut documents = 1;
        let mut further = self.next()?;
        while !matches!(further.0, Event::StreamEnd) {
            if matches!(further.0, Event::DocumentStart(..)) {
                documents += 1;
                if documents == 2 {
                    self.quirk(self.range(&further.1).start, QuirkKind::FurtherDocument);
                }
            }
            further = match self.next() {
                Err(_) if documents > 1 => break,
                next => next?,
            };
        }
        self.quirks.sort_by_key(|quirk| quirk.at);
        Ok(Document {
            root,
            quirks: std::mem::take(&mut self.quirks),
            documents,
            start,
        })
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), SyntaxError> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(error::explain(self.text, &error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn peek(&mut self) -> Result<&(Event<'t>, Span), SyntaxError> {
        match self.events.peek() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(error::explain(self.text, &error)),
            None => Err(error::misplaced(self.text.len())),
        }
    }

    fn range(&self, span: &Span) -> Range<usize> {
        span.byte_range().unwrap_or(self.at..self.at)
    }

    fn quirk(&mut self, at: usize, kind: QuirkKind) {
        self.quirks.push(Quirk { at, kind });
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn node(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(error::too_many(self.at, MAX_NODES));
        }
        if depth > MAX_DEPTH {
            return Err(error::too_deep(self.at, MAX_DEPTH));
        }
        let (event, span) = self.next()?;
        let properties = self.properties(&span)?;
        let tagged = properties.as_ref().is_some_and(|properties| properties.tag.is_some());
        let (span, kind) = match event {
            Event::Scalar(content, style, _, tag) => {
                let text_tag =
                    tagged && !tag.is_some_and(|tag| tag.is_yaml_core_schema() && !tag.is_yaml_core_schema_tag("str"));
                self.scalar(&content, style, &span, text_tag)?
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let range = self.range(&span);
                let name = self.text[range.clone()].to_owned();
                if matches!(event, Event::UnresolvedAlias(_)) {
                    self.quirk(range.start, QuirkKind::UnknownAlias(name.clone()));
                }
                self.at = range.end;
                (range, Kind::Alias(name))
            }
            Event::SequenceStart(style, ..) => self.list(style, depth)?,
            Event::MappingStart(style, ..) => self.group(style, depth, &span)?,
            _ => return Err(error::misplaced(self.at)),
        };
        Ok(Node { span, properties, kind })
    }

    /// Anchor and tag of the node whose event was just taken; walks past them.
    fn properties(&mut self, span: &Span) -> Result<Option<Box<Properties>>, SyntaxError> {
        let tag = span.tag_span().and_then(|tag| tag.byte_range());
        let anchor = match self.events.peek() {
            Some(Ok((Event::Anchor(..), span))) => span.byte_range(),
            _ => None,
        };
        if anchor.is_some() {
            self.next()?;
        }
        let end = [&anchor, &tag].into_iter().flatten().map(|range| range.end).max();
        self.at = self.at.max(end.unwrap_or(0));
        Ok(end.map(|_| Box::new(Properties { anchor, tag })))
    }

    fn scalar(
        &mut self,
        content: &str,
        style: Spelled,
        span: &Span,
        text_tag: bool,
    ) -> Result<(Range<usize>, Kind), SyntaxError> {
        let style = match style {
            Spelled::Plain => ScalarStyle::Plain,
            Spelled::SingleQuoted => ScalarStyle::Single,
            Spelled::DoubleQuoted => ScalarStyle::Double,
            Spelled::Literal => ScalarStyle::Literal,
            Spelled::Folded => ScalarStyle::Folded,
        };
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let start = skip_trivia(self.text, self.at);
                if !matches!(self.byte(start), Some(b'|' | b'>')) {
                    return Err(error::misplaced(start));
                }
                block_scalar(self.text, start, self.range(span).end)
            }
            _ => match self.range(span) {
                range if range.is_empty() => self.at..self.at,
                range => range,
            },
        };
        self.at = range.end;
        let value = match style {
            ScalarStyle::Plain if range.is_empty() && !text_tag => Value::Null,
            ScalarStyle::Plain if range.is_empty() => Value::text(""),
            ScalarStyle::Plain if !text_tag => scalar::meaning(content),
            _ => Value::text(content),
        };
        if style == ScalarStyle::Plain && !text_tag && scalar::is_old_yes_no(content) {
            self.quirk(range.start, QuirkKind::OldYesNo(content.to_owned()));
        }
        Ok((range, Kind::Scalar(style, value)))
    }

    fn list(&mut self, style: StructureStyle, depth: usize) -> Result<(Range<usize>, Kind), SyntaxError> {
        let layout = self.open(style, b'[')?;
        let start = self.at;
        let mut items: Vec<Item> = Vec::new();
        while !matches!(self.peek()?, (Event::SequenceEnd, _)) {
            let dash = match layout {
                Layout::Block => Some(self.indicator(b'-')?),
                _ => {
                    self.at = self.after_comma();
                    None
                }
            };
            let node = self.node(depth + 1)?;
            items.push(Item { dash, node });
        }
        let (_, end) = self.next()?;
        let start = match (layout, items.first()) {
            (Layout::Block, Some(first)) => first.start(),
            _ => start - 1,
        };
        self.close(layout, &end);
        Ok((start..self.at, Kind::List(layout, items)))
    }

    /// Walks to an indicator and past it.
    fn indicator(&mut self, indicator: u8) -> Result<usize, SyntaxError> {
        let at = skip_trivia(self.text, self.at);
        if self.byte(at) != Some(indicator) {
            return Err(error::misplaced(at));
        }
        self.at = at + 1;
        Ok(at)
    }

    /// Where the next entry in brackets may begin.
    fn after_comma(&self) -> usize {
        let mut at = skip_trivia(self.text, self.at);
        while self.byte(at) == Some(b',') {
            at = skip_trivia(self.text, at + 1);
        }
        at
    }

    fn open(&mut self, style: StructureStyle, bracket: u8) -> Result<Layout, SyntaxError> {
        match style {
            StructureStyle::Block => Ok(Layout::Block),
            StructureStyle::Flow => {
                self.indicator(bracket)?;
                Ok(Layout::Flow)
            }
        }
    }

    fn close(&mut self, layout: Layout, end: &Span) {
        if layout == Layout::Flow {
            self.at = self.at.max(self.range(end).end);
        }
    }

    fn group(&mut self, style: StructureStyle, depth: usize, span: &Span) -> Result<(Range<usize>, Kind), SyntaxError> {
        let pair = style == StructureStyle::Flow && self.range(span).is_empty();
        let layout = if pair { Layout::Pair } else { self.open(style, b'{')? };
        let start = self.at;
        let mut members: Vec<Member> = Vec::new();
        let mut names = HashSet::new();
        while !matches!(self.peek()?, (Event::MappingEnd, _)) {
            let member = self.member(layout, depth)?;
            if !names.insert(member.name().to_owned()) {
                self.quirk(member.key.span.start, QuirkKind::DuplicateKey(member.name().to_owned()));
            }
            members.push(member);
        }
        let (_, end) = self.next()?;
        let start = match (layout, members.first()) {
            (Layout::Block | Layout::Pair, Some(first)) => first.start(),
            _ => start - 1,
        };
        self.close(layout, &end);
        Ok((start..self.at, Kind::Group(layout, members)))
    }

    fn member(&mut self, layout: Layout, depth: usize) -> Result<Member, SyntaxError> {
        let at = match layout {
            Layout::Block => skip_trivia(self.text, self.at),
            _ => self.after_comma(),
        };
        let mark = (self.byte(at) == Some(b'?') && is_apart(self.text, at + 1)).then_some(at);
        self.at = mark.map_or(at, |mark| mark + 1);
        let key = self.node(depth + 1).map(|node| self.key(node))?;
        let colon = self.colon(layout, mark);
        if let Some(colon) = colon {
            self.at = colon + 1;
        }
        let node = self.node(depth + 1)?;
        Ok(Member { mark, key, colon, node })
    }

    /// A key counts as it is spelled, whatever a scalar like it would mean.
    fn key(&mut self, node: Node) -> Node {
        let kind = match node.kind {
            Kind::Scalar(style, Value::Text(text)) => Kind::Scalar(style, Value::Text(text)),
            Kind::Scalar(style, _) => Kind::Scalar(style, Value::text(&self.text[node.span.clone()])),
            Kind::Alias(name) => Kind::Alias(name),
            Kind::List(..) | Kind::Group(..) => {
                self.quirk(node.span.start, QuirkKind::ComplexKey);
                Kind::Scalar(ScalarStyle::Complex, Value::text(&self.text[node.span.clone()]))
            }
        };
        Node { kind, ..node }
    }

    /// The colon of the member whose key was just read. In a block, that of a marked key stands below the mark.
    fn colon(&self, layout: Layout, mark: Option<usize>) -> Option<usize> {
        let at = skip_trivia(self.text, self.at);
        let fits = match (layout, mark) {
            (Layout::Block, Some(mark)) => {
                is_apart(self.text, at + 1) && column(self.text, at) == column(self.text, mark)
            }
            _ => true,
        };
        (self.byte(at) == Some(b':') && fits).then_some(at)
    }
}

fn plain_node(span: Range<usize>, value: Value) -> Node {
    Node {
        span,
        properties: None,
        kind: Kind::Scalar(ScalarStyle::Plain, value),
    }
}
