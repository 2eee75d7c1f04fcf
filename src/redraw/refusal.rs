//! Why a file is not taken as a picture, in words for the visitor.

use image::ImageError;

use super::MOST_PIXELS;
use crate::locale::Sentence;
use crate::say;

/// Why a file is not taken as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: Sentence,
    /// What to try.
    pub advice: Sentence,
}

/// How far into a file an SVG may begin, in bytes: behind a declaration and comments.
const SVG_HEAD: usize = 4096;

fn save_as() -> Sentence {
    say!("Save it as PNG or JPEG and choose that file.")
}

impl Refusal {
    fn new(message: Sentence, advice: Sentence) -> Self {
        Self { message, advice }
    }

    /// The file is of none of the kinds that are read.
    pub(super) fn of_other(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::new(say!("The file is empty."), say!("Choose the picture itself."));
        }
        if is_svg(bytes) {
            return Self::new(
                say!(
                    "This is an SVG drawing. It can carry scripts and fetch things from elsewhere, so it is not taken."
                ),
                say!("Export it as PNG, twice as wide as it will be shown, and choose that file."),
            );
        }
        let kind = match bytes {
            [b'%', b'P', b'D', b'F', ..] => Some(say!("a PDF")),
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(say!("a TIFF")),
            [b'B', b'M', ..] => Some(say!("a BMP")),
            [_, _, _, _, b'f', b't', b'y', b'p', b'h', ..] => Some(say!("a HEIC photograph")),
            [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => Some(say!("an AVIF")),
            [0, 0, 0, 12, b'J', b'X', b'L', ..] | [0xFF, 0x0A, ..] => Some(say!("a JPEG XL")),
            _ => None,
        };
        match kind {
            Some(kind) => Self::new(
                say!("This is {kind}; pictures are taken as PNG, JPEG, WebP or GIF.", kind),
                save_as(),
            ),
            None => Self::new(
                say!("This is no picture of a kind that is read: PNG, JPEG, WebP or GIF."),
                save_as(),
            ),
        }
    }

    /// The file is damaged.
    pub(super) fn damaged() -> Self {
        Self::new(
            say!("The picture is damaged or incomplete and cannot be read."),
            say!("Open it in a program for pictures, save it once more as PNG or JPEG, and choose that file."),
        )
    }

    /// The picture would take too much memory.
    pub(super) fn too_many_pixels(width: u32, height: u32) -> Self {
        Self::new(
            say!(
                "The picture is {width} by {height} pixels; at most {most} million pixels are read.",
                width,
                height,
                most = MOST_PIXELS / 1_000_000
            ),
            say!("Make it smaller and choose that file: 2400 pixels on the longer side are kept anyway."),
        )
    }

    /// The decoder or encoder gave up.
    pub(super) fn of_error(error: &ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::new(
                say!(
                    "The picture takes more memory than there is for it; at most {most} million pixels are read.",
                    most = MOST_PIXELS / 1_000_000
                ),
                say!("Make it smaller and choose that file: 2400 pixels on the longer side are kept anyway."),
            ),
            ImageError::Unsupported(_) => Self::new(say!("The picture is of a rare kind that is not read."), save_as()),
            _ => Self::damaged(),
        }
    }
}

/// Whether a file is an SVG, plain or packed.
fn is_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(SVG_HEAD)];
    let text: String = match head {
        // UTF-16: every other byte is zero in the names of elements.
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => head.iter().filter(|byte| **byte != 0).map(|b| char::from(*b)).collect(),
        _ => String::from_utf8_lossy(head).into_owned(),
    };
    let is_packed = bytes.starts_with(&[0x1F, 0x8B]);
    let is_markup = text
        .trim_start_matches(|c: char| !c.is_ascii_graphic())
        .starts_with('<');
    is_packed || (is_markup && text.to_ascii_lowercase().contains("<svg"))
}
