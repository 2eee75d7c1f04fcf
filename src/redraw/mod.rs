//! Visitors' pictures: decoded within limits and drawn anew.
//!
//! What comes out of [`redraw`] is made of pixels only: a PNG or JPEG of our own, upright, in sRGB, at most
//! [`LONGEST_SIDE`] wide and high. Nothing else of the file survives: no place where the photograph was taken, no name of
//! a camera or an author, no page or script that hides behind a picture. A file that would take too much memory is
//! refused by what its head says, before a pixel is decoded. This room knows bytes, and neither cards nor the web.

mod colour;
mod refusal;
#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType as Filter;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};

pub use refusal::Refusal;

/// The longest side of a picture that is kept, in pixels: more than a page shows on any screen.
pub const LONGEST_SIDE: u32 = 2400;

/// The most pixels of a file that is decoded: more than cameras of today have in one photograph.
pub const MOST_PIXELS: u64 = 50_000_000;

/// The most that a decoded picture may take, in bytes: four a pixel.
const MOST_BYTES: u64 = 4 * MOST_PIXELS;

/// How much of a photograph's finest detail JPEG keeps, of 100.
const JPEG_QUALITY: u8 = 85;

/// How many times smaller a JPEG must be to be taken instead of a PNG, which keeps thin lines and letters sharp.
const WORTH_IT: usize = 2;

/// A picture drawn anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

/// Draws a picture anew; of an animation its first frame. Takes a moment and much memory: not for the async threads,
/// and not many at once.
///
/// # Errors
/// A [`Refusal`] in words for the visitor: no picture, a kind that is not read, damaged, or too many pixels.
pub fn redraw(bytes: &[u8]) -> Result<Picture, Refusal> {
    let format = recognise(bytes)?;
    let (image, is_photograph) = match format {
        ImageFormat::Jpeg => (decode(JpegDecoder::new(Cursor::new(bytes)))?, true),
        ImageFormat::Png => (decode(PngDecoder::with_limits(Cursor::new(bytes), limits()))?, false),
        ImageFormat::Gif => (decode(GifDecoder::new(Cursor::new(bytes)))?, false),
        _ => (decode(WebPDecoder::new(Cursor::new(bytes)))?, false),
    };
    encode(&scaled(image), is_photograph)
}

/// The kind of picture that the first bytes tell.
fn recognise(bytes: &[u8]) -> Result<ImageFormat, Refusal> {
    const READ: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
    let guessed = image::guess_format(bytes).ok();
    guessed
        .filter(|format| READ.contains(format))
        .ok_or_else(|| Refusal::of_other(bytes))
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_BYTES);
    limits
}

/// The pixels, upright and in sRGB.
fn decode<D: ImageDecoder>(decoder: Result<D, ImageError>) -> Result<DynamicImage, Refusal> {
    let mut decoder = decoder.map_err(|error| Refusal::of_error(&error))?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Refusal::damaged());
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(Refusal::too_many_pixels(width, height));
    }
    decoder
        .set_limits(limits())
        .map_err(|error| Refusal::of_error(&error))?;
    // Both are in parts of the file that may be damaged where the picture is not.
    let orientation = decoder.orientation().ok();
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| Refusal::of_error(&error))?;
    let mut image = colour::in_eight_bits(image);
    if let Some(profile) = profile {
        colour::to_srgb(&mut image, &profile);
    }
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

fn scaled(image: DynamicImage) -> DynamicImage {
    let longest = image.width().max(image.height());
    if longest <= LONGEST_SIDE {
        return image;
    }
    if longest >= 2 * LONGEST_SIDE {
        // Averages what becomes one pixel, without a copy of the picture in between.
        return image.thumbnail(LONGEST_SIDE, LONGEST_SIDE);
    }
    image.resize(LONGEST_SIDE, LONGEST_SIDE, Filter::Triangle)
}

fn encode(image: &DynamicImage, is_photograph: bool) -> Result<Picture, Refusal> {
    let done = |bytes, media_type| Picture {
        bytes,
        media_type,
        size: (image.width(), image.height()),
    };
    if is_photograph {
        return Ok(done(jpeg(image)?, "image/jpeg"));
    }
    let png = png(image)?;
    if image.color().has_alpha() {
        return Ok(done(png, "image/png"));
    }
    let jpeg = jpeg(image)?;
    Ok(match jpeg.len().saturating_mul(WORTH_IT) < png.len() {
        true => done(jpeg, "image/jpeg"),
        false => done(png, "image/png"),
    })
}

fn jpeg(image: &DynamicImage) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    image
        .write_with_encoder(encoder)
        .map_err(|error| Refusal::of_error(&error))?;
    Ok(bytes)
}

fn png(image: &DynamicImage) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    image
        .write_with_encoder(encoder)
        .map_err(|error| Refusal::of_error(&error))?;
    Ok(bytes)
}
