//! What every format is: a description, and a way from bytes to a card and back.
//!
//! A further format is one new file that implements [`Lens`], and one line in [`Format::ALL`](super::Format::ALL).

use std::collections::HashMap;

use super::dialect::Placed;
use super::file::File;
use super::homes::Aside;
use super::likeness::Profile;
use super::pdf::Fonts;
use super::tree::Tree;
use super::{Finding, Format, Home, Loss, ReadError};
use crate::card::outline::Outline;
use crate::card::{Card, Field, Section};

/// A format: how its files are recognised, read and written.
///
/// Two laws hold: `write_into` with the card that `read` gave is the file, byte for byte; and what was put is read
/// back, but for what the losses name.
pub(super) trait Lens: Sync {
    /// Its description.
    fn about(&self) -> &'static About;

    /// How sure it is that a file has this format. The surest is asked to read; between equals the first in the list.
    fn recognise(&self, _file: &File) -> Certainty {
        Certainty::None
    }

    /// What its files have at their top level, for naming what another document lacks for being one.
    fn profile(&self) -> Option<&'static Profile> {
        None
    }

    /// The notation that a file of this format has.
    fn notation(&self, file: &File) -> Notation {
        match (self.about().notation, file.tree()) {
            (Notation::Json | Notation::Yaml, Ok(tree)) => tree.notation(),
            (usual, _) => usual,
        }
    }

    /// The card in a file of this format.
    ///
    /// # Errors
    /// When the file is none of this notation, with the place and what to try.
    fn read(&self, file: &File) -> Result<Parts, ReadError>;

    /// The file with the card in it, every other byte as it was.
    ///
    /// # Errors
    /// When the file is none of this notation.
    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError>;

    /// A new file; the card was made to [`fit`](Lens::fit), or [`placed`](Lens::placed).
    fn write_new(&self, card: &Card) -> Vec<u8>;

    /// A new file set with these fonts, by a format that sets pages.
    ///
    /// # Errors
    /// When the card is too large for that.
    fn write_with(&self, card: &Card, _fonts: &Fonts) -> Result<Vec<u8>, ReadError> {
        Ok(self.write_new(card))
    }

    /// The card as this format would say it in a new file.
    fn fit(&self, card: &Card) -> Card;

    /// The card fitted without what has no place of its own, and that; only formats with a
    /// [usual home](super::Manner::Pairs) tell the two apart. A new file is made of it, so answers that reading
    /// [takes out of texts](Lens::told_apart) are still where the texts have them.
    fn placed(&self, card: &Card) -> (Card, Vec<Aside>) {
        (self.fit(card), Vec::new())
    }

    /// A card whose texts have answers of their own in them, with these told apart as by reading.
    fn told_apart(&self, card: Card) -> Card {
        card
    }

    /// The card in a file before such answers are taken out of its texts; `None` when reading takes none.
    fn whole(&self, _file: &File) -> Option<Card> {
        None
    }

    /// A placed card with these fields in the usual home.
    fn with_aside(&self, card: Card, _aside: Vec<Aside>) -> Card {
        card
    }

    /// What a reader finds of a fitted card in a new file that no program reads back: all of it, unless the format has no
    /// place for some.
    fn shown(&self, card: &Card) -> Card {
        card.clone()
    }

    /// Whether a new file would say something of this card.
    fn is_for(&self, _card: &Card) -> bool {
        true
    }

    /// Where a new file can keep what has no place of its own in it, the best place first.
    fn homes(&self) -> &'static [Home] {
        &[]
    }

    /// Whether its files can hold this character; one that they cannot is written as U+FFFD, or left out.
    fn spells(&self, _c: char) -> bool {
        true
    }

    /// The fields of a card that a new file carries with every word, but not with the levels of the headings inside them;
    /// `got` is what is read from it.
    fn reshaped<'c>(&self, _card: &'c Card, _got: &Card) -> Vec<(&'c Section, &'c Field)> {
        Vec::new()
    }

    /// Whether the other format is the same in another version, so that a file of it is [adapted](Lens::adapted) instead of
    /// made anew.
    fn is_version_of(&self, _other: Format) -> bool {
        false
    }

    /// A file of another version brought into this one; `None` when it has this version already.
    fn adapted(&self, _file: &File) -> Option<Adapted> {
        None
    }

    /// What a file holds that its card does not show: it goes into no new file.
    fn unshown(&self, file: &File) -> Vec<Loss> {
        file.tree().map_or_else(|_| Vec::new(), Tree::unshown)
    }

    /// The card as it is read again when it was written into its own file: without what makes no difference there.
    fn settled(&self, _file: &File, card: &Card) -> Card {
        card.clone()
    }
}

/// A file in another version of its format.
pub(super) struct Adapted {
    /// The file.
    pub bytes: Vec<u8>,
    /// What was taken out of it and is no answer of the card.
    pub left_out: Vec<Loss>,
}

/// The description of a format.
#[derive(Debug)]
pub(super) struct About {
    /// The word for it on the command line, in addresses and in the database: it never changes.
    pub id: &'static str,
    /// The name shown.
    pub name: &'static str,
    /// What new files have in front of the notation's ending, so that two downloads of one card do not get the same
    /// name; nothing for the plain formats.
    pub mark: &'static str,
    /// How new files are written.
    pub notation: Notation,
    /// What a download is good for, in one or two sentences.
    pub purpose: &'static str,
    /// For whom a download is.
    pub readers: Readers,
    /// Whether files of it can be read back.
    pub can_read: bool,
}

/// For whom the files of a format are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// People who read or fill in the card itself.
    People,
    /// Programs of many kinds.
    Programs,
    /// The programs of one project, of one field, or of an older version.
    Few,
}

/// How a file is written, whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// JSON text.
    Json,
    /// YAML text.
    Yaml,
    /// XML text.
    Xml,
    /// Markdown text, with or without front matter.
    Markdown,
    /// A page for browsers.
    Html,
    /// Pages for paper.
    Pdf,
    /// Protocol buffers, binary.
    Proto,
    /// Protocol buffers as text.
    ProtoText,
}

impl Notation {
    /// The name shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Xml => "XML",
            Self::Markdown => "Markdown",
            Self::Html => "HTML",
            Self::Pdf => "PDF",
            Self::Proto => "protobuf",
            Self::ProtoText => "protobuf text",
        }
    }

    /// The ending of file names, without dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Xml => "xml",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Pdf => "pdf",
            // The toolkit writes `data/model_card.proto`.
            Self::Proto => "proto",
            Self::ProtoText => "pbtxt",
        }
    }

    /// The media type for downloads.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Yaml => "application/yaml",
            Self::Xml => "application/xml",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Proto => "application/protobuf",
            Self::ProtoText => "text/plain; charset=utf-8",
        }
    }
}

/// How sure a format is of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// It is something else.
    None,
    /// It can be read so, as many other files can.
    CouldBe,
    /// It has the shape.
    Resembles,
    /// It says so itself.
    Is,
}

impl Certainty {
    /// This certainty when the condition holds.
    pub fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::None }
    }
}

/// What a format reads out of a file.
pub(super) struct Parts {
    /// The outline that fits.
    pub outline: &'static Outline,
    /// The card.
    pub card: Card,
    /// What is unusual in the file.
    pub findings: Vec<Finding>,
    /// The line of each field, by section key and field id.
    pub lines: HashMap<(String, String), usize>,
}

impl Parts {
    /// What was read out of a tree, with the tree's own findings.
    pub fn of_tree(
        tree: &Tree,
        outline: &'static Outline,
        (card, placed): (Card, Placed),
        further: Vec<Finding>,
    ) -> Self {
        let mut findings = tree.findings();
        findings.extend(further);
        let mut lines = lines(placed, tree.lines());
        // There are no lines in a binary file.
        if tree.notation() == Notation::Proto {
            findings.iter_mut().for_each(|finding| finding.line = None);
            lines.clear();
        }
        Self {
            outline,
            card,
            findings,
            lines,
        }
    }
}

/// The line of each field, from its byte offset.
pub(super) fn lines(placed: Placed, line: impl Fn(usize) -> usize) -> HashMap<(String, String), usize> {
    placed
        .into_iter()
        .map(|(section, field, offset)| ((section, field), line(offset)))
        .collect()
}
