use std::ops::Range;

/// An XML text understood.
#[derive(Debug)]
pub struct Document {
    /// The outermost element.
    pub root: Element,
    /// The encoding that the XML declaration names, with its place.
    pub encoding: Option<(Range<usize>, String)>,
    /// What strict readers refuse or what is not shown, in the order of the text.
    pub quirks: Vec<Quirk>,
}

/// An element with its places in the text.
#[derive(Debug)]
pub struct Element {
    /// Byte range from `<` of the start tag to `>` of the end tag.
    pub span: Range<usize>,
    /// Byte range of the name in the start tag.
    pub name: Range<usize>,
    /// The attributes, namespace declarations included.
    pub attributes: Vec<Attribute>,
    /// Byte range between the tags; `None` for `<a/>`.
    pub content: Option<Range<usize>>,
    /// Byte offset of the end of the start tag, in front of `>` or `/>` and white space there.
    pub tag_end: usize,
    /// What stands between the tags.
    pub pieces: Vec<Piece>,
}

/// An attribute with its places.
#[derive(Debug)]
pub struct Attribute {
    /// Byte range of the name.
    pub name: Range<usize>,
    /// Byte range of the value inside its quotes.
    pub value: Range<usize>,
}

impl Attribute {
    /// Byte range of name, `=` and value with its quotes.
    pub fn span(&self) -> Range<usize> {
        self.name.start..self.value.end + 1
    }
}

/// Something between the tags of an element.
#[derive(Debug)]
pub struct Piece {
    /// Byte range.
    pub span: Range<usize>,
    /// What it is.
    pub kind: PieceKind,
}

/// The kinds of [`Piece`].
#[derive(Debug)]
pub enum PieceKind {
    /// Text with references.
    Text,
    /// `<![CDATA[ … ]]>`
    CData,
    /// A comment or a processing instruction.
    Aside,
    /// An element.
    Element(Box<Element>),
}

/// Something that strict readers refuse, or that is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// Byte offset in the text.
    pub at: usize,
    /// Which kind.
    pub kind: QuirkKind,
}

/// The kinds of [`Quirk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuirkKind {
    /// A `&` that begins no reference.
    BareAmpersand,
    /// A `<` that begins no tag.
    BareLessThan,
    /// `&name;` that XML itself does not know; it is not expanded.
    Entity(String),
    /// An attribute that came before in the same tag.
    DuplicateAttribute(String),
    /// A control character that XML does not allow.
    Control,
    /// A document type declaration; whether it declares entities.
    DocumentType {
        /// Whether there is an `<!ENTITY` in it.
        entities: bool,
    },
    /// A processing instruction, other than the declaration at the top.
    Instruction(String),
}
