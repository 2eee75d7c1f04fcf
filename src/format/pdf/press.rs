//! Sets a paper and writes it as PDF. Nothing of the machine comes in: no clock, no files, no packages.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::fonts::{Fonts, Loaded};

const TEMPLATE: &str = include_str!("../../../templates/export/card.typ");

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    // Heads of rows can be named as such only with these.
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// What the template sees.
struct Room<'p> {
    main: Source,
    /// Name and bytes of each file beside the template.
    files: Vec<(FileId, Bytes)>,
    fonts: &'p Loaded,
}

/// Why there is no paper, for the log.
#[derive(Debug)]
pub(super) struct Failure(pub String);

/// Sets the paper with the pictures beside it, tagged for screen readers: as PDF/UA-1 when nothing in it forbids that.
pub(super) fn print(paper: Vec<u8>, pictures: Vec<Bytes>, fonts: &Fonts) -> Result<Vec<u8>, Failure> {
    let printed = Room::new(paper, pictures, fonts).and_then(|room| room.print());
    // What was remembered for the next time would fill the memory: no paper is set twice.
    typst::comemo::evict(0);
    printed
}

impl<'p> Room<'p> {
    fn new(paper: Vec<u8>, pictures: Vec<Bytes>, fonts: &'p Fonts) -> Result<Self, Failure> {
        let mut files = vec![(file_id("paper.json")?, Bytes::new(paper))];
        for (index, picture) in pictures.into_iter().enumerate() {
            files.push((file_id(&format!("picture-{}", index + 1))?, picture));
        }
        Ok(Self {
            main: Source::new(file_id("card.typ")?, TEMPLATE.to_owned()),
            files,
            fonts: fonts.loaded(),
        })
    }

    fn print(&self) -> Result<Vec<u8>, Failure> {
        let document = typst::compile::<PagedDocument>(self).output.map_err(failure)?;
        let as_universal = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|error| Failure(format!("{error:?}")))?;
        let universal = typst_pdf::pdf(&document, &options(as_universal));
        // A sign for which no font has a shape is all that the standard forbids and we cannot help.
        universal
            .or_else(|_| typst_pdf::pdf(&document, &options(PdfStandards::default())))
            .map_err(failure)
    }
}

fn options(standards: PdfStandards) -> PdfOptions {
    PdfOptions {
        creator: Smart::Custom(Some("Cartellino".to_owned())),
        standards,
        ..PdfOptions::default()
    }
}

fn file_id(name: &str) -> Result<FileId, Failure> {
    let path = VirtualPath::new(name).map_err(|error| Failure(format!("{error:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn failure(errors: impl IntoIterator<Item = typst::diag::SourceDiagnostic>) -> Failure {
    let told = errors
        .into_iter()
        .map(|error| format!("{:?}: {}", error.span, error.message));
    Failure(told.collect::<Vec<_>>().join("; "))
}

impl World for Room<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match id == self.main.id() {
            true => Ok(self.main.clone()),
            false => Err(FileError::AccessDenied),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(other, _)| *other == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    /// The card is as old as it says, however late it is printed.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
