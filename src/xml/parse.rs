use std::collections::HashSet;
use std::ops::Range;

use super::SyntaxError;
use super::name::{is_inside, is_start};
use super::node::{Attribute, Document, Element, Piece, PieceKind, Quirk, QuirkKind};
use super::text::{Reference, SPACE, is_allowed, reference};
use crate::locale::Sentence;
use crate::say;

/// How deep elements may stand in each other: twice what JSON may, since a list in a list takes two.
const MAX_DEPTH: usize = 300;

/// How many elements and attributes a document may have.
const MAX_PARTS: usize = 200_000;

/// How many quirks are remembered.
const MAX_QUIRKS: usize = 1000;

/// Reads an XML text.
///
/// A `&` or `<` that begins nothing, attributes that come twice, and white space before the declaration are let pass.
/// Document type declarations are stepped over: nothing in them is expanded or fetched.
///
/// # Errors
/// When tags, comments or quotes are not closed, or there is no single element around everything.
pub fn parse(text: &str) -> Result<Document, SyntaxError> {
    let mut parser = Parser {
        text,
        at: 0,
        parts: 0,
        quirks: Vec::new(),
    };
    let encoding = parser.declaration()?;
    parser.asides(true)?;
    if !parser.rest().starts_with('<') || !parser.rest()[1..].starts_with(is_start) {
        return Err(error(
            parser.at,
            say!("An XML document is one element with everything else in it; here is none."),
            say!("Put all of it between a start tag and an end tag, such as <card> and </card>."),
        ));
    }
    let root = parser.root()?;
    parser.asides(false)?;
    if !parser.rest().is_empty() {
        return Err(error(
            parser.at,
            say!(
                "The document ends with </{root}>, but something follows.",
                root = &text[root.name]
            ),
            say!("Move what follows into that element, or remove it."),
        ));
    }
    Ok(Document {
        root,
        encoding,
        quirks: parser.quirks,
    })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    parts: usize,
    quirks: Vec<Quirk>,
}

fn error(at: usize, message: Sentence, advice: Sentence) -> SyntaxError {
    SyntaxError { at, message, advice }
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn quirk(&mut self, at: usize, kind: QuirkKind) {
        if self.quirks.len() < MAX_QUIRKS {
            self.quirks.push(Quirk { at, kind });
        }
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(SPACE).len();
    }

    /// Behind the next `end`, or an error that names what is not closed.
    fn behind(&mut self, opening: usize, end: &str, what: Sentence) -> Result<Range<usize>, SyntaxError> {
        let start = self.at + opening;
        match self.text.get(start..).and_then(|rest| rest.find(end)) {
            Some(length) => {
                self.at = start + length + end.len();
                Ok(start..start + length)
            }
            None => Err(error(
                self.at,
                say!("{what} begins here and never ends.", what),
                say!("Write {end} where it ends.", end),
            )),
        }
    }

    /// `<?xml … ?>` and the encoding in it.
    fn declaration(&mut self) -> Result<Option<(Range<usize>, String)>, SyntaxError> {
        self.skip_space();
        if !self.rest().starts_with("<?xml") || self.rest()[5..].starts_with(is_inside) {
            return Ok(None);
        }
        let inner = self.behind(5, "?>", say!("The declaration"))?;
        let declared = &self.text[inner.clone()];
        let Some(at) = declared.find("encoding") else {
            return Ok(None);
        };
        let value = declared[at + "encoding".len()..].trim_start_matches(['=', ' ', '\t', '\r', '\n', '"', '\'']);
        let start = inner.end - value.len();
        let length = value.find(['"', '\'', ' ']).unwrap_or(value.len());
        Ok(Some((start..start + length, value[..length].to_owned())))
    }

    /// Comments, processing instructions and white space outside the root; before it also a document type.
    fn asides(&mut self, is_before: bool) -> Result<(), SyntaxError> {
        loop {
            self.skip_space();
            let start = self.at;
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.behind(4, "-->", say!("A comment"))?;
            } else if rest.starts_with("<?") {
                self.instruction()?;
            } else if is_before && rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("<!doctype")) {
                let entities = self.document_type()?;
                self.quirk(start, QuirkKind::DocumentType { entities });
            } else {
                return Ok(());
            }
        }
    }

    fn instruction(&mut self) -> Result<(), SyntaxError> {
        let at = self.at;
        let inner = self.behind(2, "?>", say!("A processing instruction"))?;
        let name: String = self.text[inner]
            .chars()
            .take_while(|c| is_inside(*c))
            .take(40)
            .collect();
        self.quirk(at, QuirkKind::Instruction(name));
        Ok(())
    }

    /// Steps over `<!DOCTYPE … [ … ]>`; whether entities are declared in it.
    fn document_type(&mut self) -> Result<bool, SyntaxError> {
        let start = self.at;
        let (mut brackets, mut entities) = (0usize, false);
        self.at += "<!DOCTYPE".len();
        loop {
            let Some(length) = self.rest().find(['[', ']', '<', '>', '"', '\'']) else {
                return Err(error(
                    start,
                    say!("A document type declaration begins here and never ends."),
                    say!("Write > where it ends, or remove it: nothing here needs it."),
                ));
            };
            self.at += length;
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.behind(4, "-->", say!("A comment"))?;
            } else if rest.starts_with("<?") {
                self.behind(2, "?>", say!("A processing instruction"))?;
            } else if rest.starts_with(['"', '\'']) {
                self.behind(1, &rest[..1], say!("A text in quotes"))?;
            } else {
                entities |= rest.starts_with("<!ENTITY");
                self.at += 1;
                match &rest[..1] {
                    "[" => brackets += 1,
                    "]" => brackets = brackets.saturating_sub(1),
                    ">" if brackets == 0 => return Ok(entities),
                    _ => {}
                }
            }
        }
    }

    fn root(&mut self) -> Result<Element, SyntaxError> {
        let mut open: Vec<Element> = Vec::new();
        loop {
            let start = self.at;
            let rest = self.rest();
            let done = if let Some(element) = open.last_mut() {
                if rest.is_empty() {
                    return Err(self.never_closed(&open[open.len() - 1]));
                } else if rest.starts_with("</") {
                    self.end_tag(&mut open)?
                } else if rest.starts_with("<!--") {
                    self.behind(4, "-->", say!("A comment"))?;
                    element.pieces.push(piece(start..self.at, PieceKind::Aside));
                    None
                } else if rest.starts_with("<![CDATA[") {
                    let inner = self.behind(9, "]]>", say!("CDATA"))?;
                    self.controls(inner);
                    element.pieces.push(piece(start..self.at, PieceKind::CData));
                    None
                } else if rest.starts_with("<?") {
                    self.instruction()?;
                    element.pieces.push(piece(start..self.at, PieceKind::Aside));
                    None
                } else if rest.starts_with('<') && rest[1..].starts_with(is_start) {
                    self.start_tag(&mut open)?
                } else {
                    self.characters();
                    element.pieces.push(piece(start..self.at, PieceKind::Text));
                    None
                }
            } else {
                self.start_tag(&mut open)?
            };
            if let Some(element) = done {
                match open.last_mut() {
                    Some(parent) => {
                        let span = element.span.clone();
                        parent.pieces.push(piece(span, PieceKind::Element(Box::new(element))));
                    }
                    None => return Ok(element),
                }
            }
        }
    }

    fn never_closed(&self, element: &Element) -> SyntaxError {
        let name = &self.text[element.name.clone()];
        error(
            element.span.start,
            say!("The element <{name}> begins here and never ends.", name),
            say!(
                "Write </{name}> where it ends; what was opened last is closed first.",
                name
            ),
        )
    }

    /// The element that an end tag closes.
    fn end_tag(&mut self, open: &mut Vec<Element>) -> Result<Option<Element>, SyntaxError> {
        let start = self.at;
        self.at += 2;
        let name = self.name();
        self.skip_space();
        let own = open.last().map_or("", |element| &self.text[element.name.clone()]);
        if !self.rest().starts_with('>') || name != own {
            let line = open
                .last()
                .map_or(1, |element| crate::json::position(self.text, element.span.start).0);
            return Err(error(
                start,
                say!(
                    "</{name}> stands here, but <{own}> of line {line} is still open.",
                    name,
                    own,
                    line
                ),
                say!(
                    "Write </{own}> before it, or correct the name; what was opened last is closed first.",
                    own
                ),
            ));
        }
        self.at += 1;
        let closed = open.pop().map(|mut element| {
            element.content = Some(element.span.end..start);
            element.span.end = self.at;
            element
        });
        Ok(closed)
    }

    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// A start tag: the element when it is closed by itself, else it is open.
    fn start_tag(&mut self, open: &mut Vec<Element>) -> Result<Option<Element>, SyntaxError> {
        let start = self.at;
        self.count(start)?;
        if open.len() == MAX_DEPTH {
            return Err(error(
                start,
                say!(
                    "The elements stand more than {most} levels deep in each other.",
                    most = MAX_DEPTH
                ),
                say!("Put them beside each other instead."),
            ));
        }
        self.at += 1;
        let name = self.name();
        let mut element = Element {
            span: start..start,
            name: start + 1..self.at,
            attributes: Vec::new(),
            content: None,
            tag_end: self.at,
            pieces: Vec::new(),
        };
        let mut names = HashSet::new();
        loop {
            element.tag_end = self.at;
            self.skip_space();
            let rest = self.rest();
            if rest.starts_with("/>") {
                self.at += 2;
                element.span.end = self.at;
                return Ok(Some(element));
            } else if rest.starts_with('>') {
                self.at += 1;
                // The end of the start tag, until the end tag is found.
                element.span.end = self.at;
                open.push(element);
                return Ok(None);
            } else if !rest.starts_with(is_start) || self.at == element.tag_end {
                return Err(error(
                    start,
                    say!("The tag <{name} begins here and does not end well.", name),
                    say!(
                        "A tag is a name, attributes such as unit=\"mm\" with blanks between, and >. A < in a text is \
                     written &lt;."
                    ),
                ));
            }
            let attribute = self.attribute()?;
            let (at, name) = (attribute.name.start, &self.text[attribute.name.clone()]);
            if !names.insert(name) {
                self.quirk(at, QuirkKind::DuplicateAttribute(name.to_owned()));
            }
            element.attributes.push(attribute);
        }
    }

    fn attribute(&mut self) -> Result<Attribute, SyntaxError> {
        let start = self.at;
        self.count(start)?;
        let name = self.name();
        let name_end = self.at;
        self.skip_space();
        let has_sign = self.rest().starts_with('=');
        self.at += usize::from(has_sign);
        self.skip_space();
        let quote = self
            .rest()
            .get(..1)
            .filter(|quote| has_sign && ["\"", "'"].contains(quote));
        let Some(quote) = quote else {
            return Err(error(
                start,
                say!("The attribute {name} has no value in quotes.", name),
                say!("Write {name}=\"…\".", name),
            ));
        };
        let value = self.behind(1, quote, say!("A value in quotes"))?;
        self.references(value.clone());
        self.controls(value.clone());
        Ok(Attribute {
            name: start..name_end,
            value,
        })
    }

    fn count(&mut self, at: usize) -> Result<(), SyntaxError> {
        self.parts += 1;
        if self.parts <= MAX_PARTS {
            return Ok(());
        }
        Err(error(
            at,
            say!(
                "The document has more than {most} elements and attributes.",
                most = MAX_PARTS
            ),
            say!("Move measurements into a file of their own."),
        ))
    }

    /// Text up to the next tag.
    fn characters(&mut self) {
        let start = self.at;
        loop {
            // A “<” that begins nothing is text.
            let skip = usize::from(self.rest().starts_with('<'));
            if skip == 1 {
                self.quirk(self.at, QuirkKind::BareLessThan);
            }
            let rest = &self.rest()[skip..];
            self.at += skip + rest.find('<').unwrap_or(rest.len());
            let begins = |rest: &str| {
                rest.starts_with("</")
                    || rest.starts_with("<!--")
                    || rest.starts_with("<![CDATA[")
                    || rest.starts_with("<?")
                    || rest[1..].starts_with(is_start)
            };
            if self.rest().is_empty() || begins(self.rest()) {
                break;
            }
        }
        self.references(start..self.at);
        self.controls(start..self.at);
    }

    fn references(&mut self, range: Range<usize>) {
        let (start, raw) = (range.start, &self.text[range]);
        for (at, _) in raw.match_indices('&') {
            match reference(&raw[at..]) {
                Some((Reference::Character(_), _)) => {}
                Some((Reference::Entity(name), _)) => self.quirk(start + at, QuirkKind::Entity(name.to_owned())),
                None => self.quirk(start + at, QuirkKind::BareAmpersand),
            }
        }
    }

    fn controls(&mut self, range: Range<usize>) {
        let start = range.start;
        if let Some(at) = self.text[range].find(|c| !is_allowed(c)) {
            self.quirk(start + at, QuirkKind::Control);
        }
    }
}

fn piece(span: Range<usize>, kind: PieceKind) -> Piece {
    Piece { span, kind }
}
