//! The letters: fonts of our own for every script that cards are written in, and those of the operator.

use std::sync::{LazyLock, OnceLock};

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// The files in `fonts/`; its README tells where each comes from.
macro_rules! files {
    ($($name:literal)*) => {
        [$(include_bytes!(concat!("../../../fonts/", $name)).as_slice()),*]
    };
}

/// The fonts in the program. The template names the families for text; the others stand in for signs which those lack.
const FILES: [&[u8]; 36] = files![
    "LibertinusSerif-Regular.otf"
    "LibertinusSerif-Italic.otf"
    "LibertinusSerif-Semibold.otf"
    "LibertinusSerif-SemiboldItalic.otf"
    "NotoSans-Regular.ttf"
    "NotoSans-Italic.ttf"
    "NotoSans-Bold.ttf"
    "DejaVuSansMono.ttf"
    "DejaVuSansMono-Bold.ttf"
    "NotoNaskhArabic-Regular.ttf"
    "NotoNaskhArabic-Bold.ttf"
    "NotoSerifHebrew-Regular.ttf"
    "NotoSerifHebrew-Bold.ttf"
    "DroidSansFallbackFull.ttf"
    "NotoSansCJKkr-Hangul.otf"
    "NotoSansDevanagari-Regular.ttf"
    "NotoSansBengali-Regular.ttf"
    "NotoSansGurmukhi-Regular.ttf"
    "NotoSansGujarati-Regular.ttf"
    "NotoSansOriya-Regular.ttf"
    "NotoSansTamil-Regular.ttf"
    "NotoSansTelugu-Regular.ttf"
    "NotoSansKannada-Regular.ttf"
    "NotoSansMalayalam-Regular.ttf"
    "NotoSansSinhala-Regular.ttf"
    "NotoSansThai-Regular.ttf"
    "NotoSansLao-Regular.ttf"
    "NotoSansKhmer-Regular.ttf"
    "NotoSansMyanmar-Regular.ttf"
    "NotoSansGeorgian-Regular.ttf"
    "NotoSansArmenian-Regular.ttf"
    "NotoSansEthiopic-Regular.ttf"
    "NotoSansMath-Regular.ttf"
    "NotoSansSymbols-Regular.ttf"
    "NotoSansSymbols2-Regular.ttf"
    "NotoEmoji-Regular.ttf"
];

/// Fonts to set a paper with; they are read when the first is.
#[derive(Debug, Default)]
pub struct Fonts {
    further: Vec<Bytes>,
    loaded: OnceLock<Loaded>,
}

/// Fonts that were read, and what each of them can.
#[derive(Debug)]
pub(super) struct Loaded {
    pub book: LazyHash<FontBook>,
    pub fonts: Vec<Font>,
}

impl Fonts {
    /// The fonts in the program.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Fonts> = LazyLock::new(Fonts::default);
        &BUILT_IN
    }

    /// The fonts in the program and those in these files, which may hold several each. A file that is no font adds none.
    pub fn with(files: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self {
            further: files.into_iter().map(Bytes::new).collect(),
            loaded: OnceLock::new(),
        }
    }

    pub(super) fn loaded(&self) -> &Loaded {
        self.loaded.get_or_init(|| {
            let built_in = FILES.into_iter().map(Bytes::new);
            let files = built_in.chain(self.further.iter().cloned());
            let fonts: Vec<Font> = files.flat_map(Font::iter).collect();
            Loaded {
                book: LazyHash::new(FontBook::from_fonts(&fonts)),
                fonts,
            }
        })
    }
}
