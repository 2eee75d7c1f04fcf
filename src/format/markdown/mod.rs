//! Markdown: the README of Hugging Face with its front matter, and any other Markdown page.
//!
//! A page is its front matter, its title, and a section for each heading of the top level with a field for each
//! heading below it. Answers are Markdown as it stands in the file, without the blank lines around; whatever is not
//! edited keeps its bytes.

mod figures;
mod fit;
mod headings;
pub mod hub {
    //! The words of the hub of Hugging Face, for those who offer them.
    pub use super::metadata::{key_of, licences};
    pub use super::vocabulary::{is_language, languages, tasks};
}
mod inside;
pub(super) mod known;
mod labels;
mod metadata;
mod model_index;
mod page;
mod results;
mod rows;
#[cfg(test)]
mod tests;
mod text;
mod vocabulary;
mod write;

use std::collections::HashMap;

use super::file::File;
use super::homes::Aside;
use super::lens::{About, Certainty, Lens, Notation, Parts, Readers};
use super::{Finding, ReadError, Severity, detect, findings};
use crate::card::outline::{FREE, HUGGING_FACE, Outline};
use crate::card::{Card, Field, Section};
use crate::json;
use crate::locale::Sentence;
use crate::say;
use headings::Undivided;
pub(super) use metadata::{key as metadata_key, without as without_metadata};
use page::{CardOfPage, METADATA_TITLE, Page, Place};
pub(super) use results::is_echo;
pub(super) use rows::{rows, text_of};
pub(super) use text::Document;
use text::MOST;

/// A page of Markdown, of one of two flavours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// The README of a model on the hub of Hugging Face.
    HuggingFace,
    /// Any other page.
    Plain,
}

impl Flavour {
    fn outline(self) -> &'static Outline {
        match self {
            Self::HuggingFace => &HUGGING_FACE,
            Self::Plain => &FREE,
        }
    }

    /// The card with these answers in the texts in which they stand.
    fn folded(self, document: &Document, card: &Card) -> Card {
        match self {
            Self::HuggingFace => labels::fold(&Page::of(document).card(self).card, card),
            Self::Plain => card.clone(),
        }
    }
}

/// So many headings of the template make a page one that follows it.
const TEMPLATE_HEADINGS: usize = 4;

impl Lens for Flavour {
    fn about(&self) -> &'static About {
        match self {
            Self::HuggingFace => &About {
                id: "hugging-face",
                name: "Hugging Face README",
                mark: "README",
                notation: Notation::Markdown,
                purpose: "For a model repository on Hugging Face: metadata on top, the sections of its template below.",
                readers: Readers::People,
                can_read: true,
            },
            Self::Plain => &About {
                id: "markdown",
                name: "Markdown",
                mark: "",
                notation: Notation::Markdown,
                purpose: "MODEL_CARD.md for a code repository: a heading for each section and each field.",
                readers: Readers::People,
                can_read: true,
            },
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        let Ok(document) = file.markdown() else {
            return Certainty::None;
        };
        let is_data = file.document().is_ok();
        match self {
            Self::Plain => Certainty::CouldBe.when(!is_data),
            Self::HuggingFace if is_data => Certainty::None,
            Self::HuggingFace => {
                let front = document.front.as_ref();
                let root = front.and_then(|front| front.yaml.as_ref().ok()).map(|yaml| yaml.view());
                let is_of_hub = root.is_some_and(|root| metadata::is_of_hub(&root))
                    || front.is_some_and(|front| front.yaml.is_err());
                let headings = || document.sections.iter().map(|block| document.words(&block.heading));
                // On a page of another kind the front matter is a section.
                let is_converted = headings().any(|words| words == METADATA_TITLE);
                let keys: std::collections::HashSet<_> =
                    headings().filter_map(|words| known::template(&words)).collect();
                if is_of_hub {
                    Certainty::Is
                } else {
                    Certainty::Resembles.when(keys.len() >= TEMPLATE_HEADINGS && !is_converted)
                }
            }
        }
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let document = file.markdown()?;
        let CardOfPage { card, places, .. } = Page::of(document).card(*self);
        let line = json::lines(&document.text);
        let labels = places.iter().flat_map(|((section, host), place)| {
            let stretch = stretch(document, *place).filter(|_| *self == Self::HuggingFace);
            let content = stretch.map_or(0..0, |stretch| document.content(stretch));
            let offsets = labels::offsets(&document.text[content.clone()], host).into_iter();
            offsets.map(move |(id, at)| ((section.clone(), id.to_owned()), content.start + at))
        });
        let lines: HashMap<_, _> = labels
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(field, at)| (field, line(at)))
            .chain(
                places
                    .into_iter()
                    .map(|(field, place)| (field, line(offset(document, place)))),
            )
            .collect();
        Ok(Parts {
            outline: self.outline(),
            card: self.told_apart(card),
            findings: of_kind(file, document)
                .into_iter()
                .chain(of_page(document, &line))
                .collect(),
            lines,
        })
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let document = file.markdown()?;
        Ok(document.encode(&without_zeros(write::write(
            document,
            *self,
            &self.folded(document, card),
        ))))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let blank = Document::blank();
        blank.encode(&without_zeros(write::write_new(*self, &self.folded(&blank, card))))
    }

    /// CommonMark 0.31, section 2.3.
    fn spells(&self, c: char) -> bool {
        c != '\0'
    }

    fn reshaped<'c>(&self, card: &'c Card, got: &Card) -> Vec<(&'c Section, &'c Field)> {
        inside::reshaped(card, got)
    }

    fn fit(&self, card: &Card) -> Card {
        self.told_apart(fit::fit(card, *self))
    }

    fn placed(&self, card: &Card) -> (Card, Vec<Aside>) {
        (fit::fit(card, *self), Vec::new())
    }

    fn told_apart(&self, card: Card) -> Card {
        match self {
            Self::HuggingFace => labels::split(&card),
            Self::Plain => card,
        }
    }

    fn whole(&self, file: &File) -> Option<Card> {
        let document = file.markdown().ok().filter(|_| *self == Self::HuggingFace)?;
        Some(Page::of(document).card(*self).card)
    }

    fn settled(&self, file: &File, card: &Card) -> Card {
        match file.markdown() {
            Ok(document) => {
                let old = Page::of(document).card(*self).card;
                let settled = fit::settled(&old, &self.folded(document, card));
                match self {
                    Self::HuggingFace => labels::settled(&settled, card),
                    Self::Plain => settled,
                }
            }
            Err(_) => card.clone(),
        }
    }
}

/// A text with a zero byte would be read as none; JSON and protobuf can bring one along (CommonMark 0.31, section 2.3).
fn without_zeros(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

/// Where in the text a place begins.
fn offset(document: &Document, place: Place) -> usize {
    let content = |stretch| document.content(stretch).start;
    let front = document.front.as_ref();
    match place {
        Place::Key(index) => front.map_or(0, |front| {
            let yaml = front.yaml.as_ref().ok();
            front.inner.start + yaml.and_then(|yaml| yaml.root.entry_start(index)).unwrap_or(0)
        }),
        Place::Raw => front.map_or(0, |front| front.inner.start),
        Place::Above => content(&document.above),
        Place::Name => document.title.as_ref().map_or(0, |title| title.words.start),
        Place::Intro => content(&document.intro),
        Place::Lead(block) => content(&document.sections[block].lead),
        Place::Part(block, part) => document.sections[block].parts[part].0.words.start,
    }
}

/// The stretch of a place below a heading.
fn stretch(document: &Document, place: Place) -> Option<&std::ops::Range<usize>> {
    match place {
        Place::Lead(block) => Some(&document.sections[block].lead),
        Place::Part(block, part) => Some(&document.sections[block].parts[part].1),
        _ => None,
    }
}

/// What a file is that was meant as something else than Markdown.
fn of_kind(file: &File, document: &Document) -> Option<Finding> {
    let finding = |line, severity, message| Finding {
        line,
        place: say!("file"),
        severity,
        message,
        within: None,
    };
    if detect::is_html(&document.text) {
        let message = say!(
            "This is a page for browsers (HTML), exported from a card rather than the card itself. It is \
                     opened as text. Upload what the page was made from instead, if you have it: answer.json of \
                     WebCards, the JSON or data/model_card.proto of the Model Card Toolkit, README.md of a hub."
        );
        return Some(finding(Some(1), Severity::Problem, message));
    }
    if is_export_of_rt_ai(&document.text) {
        let message = say!(
            "This is a page that the RT-AI tool exported from a radiotherapy card. It is opened as text; upload the \
                       card itself, model_card.json, to edit it question by question and to load it in the tool again."
        );
        return Some(finding(Some(1), Severity::Note, message));
    }
    let error = detect::broken(file).ok().flatten()?;
    let message = say!(
        "This was meant as JSON, YAML or XML, but cannot be read as that, so it is opened as plain text. \
                 {message} {advice}",
        message = error.message,
        advice = error.advice
    );
    Some(finding(error.position.map(|(line, _)| line), Severity::Blocks, message))
}

/// Whether a page has the headings that the RT-AI tool numbers so.
fn is_export_of_rt_ai(text: &str) -> bool {
    let is_heading = |words: &str| {
        let mut lines = text.lines().filter(|line| line.starts_with("## "));
        lines.any(|line| line[3..].trim() == words)
    };
    is_heading("0. Card Metadata") && is_heading("1. Model Basic Information")
}

/// What is unusual on a page.
fn of_page(document: &Document, line: &impl Fn(usize) -> usize) -> Vec<Finding> {
    let finding = |at: usize, place: Sentence, severity, message: Sentence| Finding {
        line: Some(line(at)),
        place,
        severity,
        message,
        within: None,
    };
    let mut found = Vec::new();
    found.extend(findings::of_encoding(document.encoding, &document.text));
    if document.is_unclosed {
        let message = say!(
            "The metadata block begins here and is never closed, so the hub takes it for text. End it with a line of \
                       three hyphens: ---"
        );
        found.push(finding(0, say!("front matter"), Severity::Problem, message));
    } else if document.front.is_none() && document.text.lines().next().is_some_and(metadata::begins_with_hub_key) {
        let message =
            say!("This looks like metadata without its fences. Put a line of three hyphens, ---, before and after it.");
        found.push(finding(0, say!("front matter"), Severity::Problem, message));
    }
    if let Some(front) = &document.front {
        let start = front.inner.start;
        let fence = document.text[front.span.start..start].trim_end_matches(['\n', '\r']);
        if fence.len() > "---".len() {
            let message = say!(
                "There are blanks behind the three hyphens that open the metadata, so the hub takes it all \
                         for text. Remove them; they are kept as they are."
            );
            found.push(finding(
                front.span.start,
                say!("front matter"),
                Severity::Problem,
                message,
            ));
        }
        match &front.yaml {
            Ok(yaml) => {
                found.extend(findings::of_quirks(&yaml.quirks, |at| line(start + at)));
                found.extend(metadata::findings(&yaml.view(), |at| line(start + at)));
            }
            Err(error) => {
                let message = say!(
                    "The metadata cannot be read as YAML: {message} {advice} It is kept as it is, and can \
                             be mended in the section Metadata.",
                    message = &error.message,
                    advice = &error.advice
                );
                found.push(finding(
                    start + error.at,
                    say!("front matter"),
                    Severity::Blocks,
                    message,
                ));
            }
        }
    }
    if let Some(at) = document.unspaced {
        let message = say!(
            "This looks like a heading, but lacks the blank behind #, so it is text. Put a blank there to make it a \
                       section."
        );
        found.push(finding(at, say!("heading"), Severity::Note, message));
    }
    found.extend(document.undivided.map(|undivided| {
        let why = match undivided {
            Undivided::Large => say!("has more than 100,000 lines or 1 MB of text without its long lines"),
            Undivided::Headings => say!("has more than {most} sections, or as many headings in one", most = MOST),
        };
        let message = say!(
            "The page {why}, so it is not divided by its headings: it is one text. Nothing is lost. To edit it \
                 section by section, move tables, logs and pictures into files of their own and upload the rest.",
            why
        );
        finding(0, say!("headings"), Severity::Note, message)
    }));
    found
}
