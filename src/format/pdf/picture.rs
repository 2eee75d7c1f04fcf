//! Pictures for paper: unpacked once to be sure that they can be, and never when they would fill the memory.

use data_encoding::BASE64;
use imagesize::ImageType;
use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage};

use crate::chart::Chart;

/// A picture of more points is not set: unpacked, each takes four bytes.
const MOST_POINTS: usize = 24_000_000;

/// How large a point of a picture is set, in points of the page: plots are mostly made for 100 to the inch.
const POINT: f64 = 0.6;

/// How high a picture is at most, in points of the page.
const HIGHEST: f64 = 560.0;

/// A picture that can be set.
pub(super) struct Picture {
    /// The file.
    pub bytes: Bytes,
    width: usize,
    height: usize,
}

impl Picture {
    /// How wide it would like to be, in points of the page; not so wide that it is higher than a page.
    pub fn points(&self) -> f64 {
        let width = self.width as f64 * POINT;
        let height = self.height as f64 * POINT;
        width * (HIGHEST / height).min(1.0)
    }

    /// How many points it has.
    pub fn size(&self) -> usize {
        self.width * self.height
    }
}

/// A chart of ours, which needs no unpacking: in pieces, if it is so high that its words would be too small on one page.
pub(super) fn of_chart(chart: &Chart) -> impl Iterator<Item = Picture> {
    let pieces = chart.pieces(HIGHEST / POINT).into_iter();
    let width = chart.width.max(1.0) as usize;
    pieces.map(move |(svg, height)| Picture {
        bytes: Bytes::from_string(svg),
        width,
        height: height.max(1.0) as usize,
    })
}

/// The picture in a `data:` address, or what to say in its place.
///
/// # Errors
/// When it is none, or too large to be unpacked.
pub(super) fn decode(source: &str) -> Result<Picture, &'static str> {
    const UNREADABLE: &str = "A picture that cannot be read. It is in the card’s data.";
    let base64 = source.split_once(',').map(|(_, base64)| base64).ok_or(UNREADABLE)?;
    let bytes = BASE64.decode(base64.trim().as_bytes()).map_err(|_| UNREADABLE)?;
    let size = imagesize::blob_size(&bytes).map_err(|_| UNREADABLE)?;
    if size.width == 0 || size.height == 0 {
        return Err(UNREADABLE);
    }
    if size.width.saturating_mul(size.height) > MOST_POINTS {
        return Err("A picture too large for this page. It is in the card’s data.");
    }
    let format = match imagesize::image_type(&bytes) {
        Ok(ImageType::Png) => ExchangeFormat::Png,
        Ok(ImageType::Jpeg) => ExchangeFormat::Jpg,
        Ok(ImageType::Gif) => ExchangeFormat::Gif,
        Ok(ImageType::Webp) => ExchangeFormat::Webp,
        _ => return Err(UNREADABLE),
    };
    let bytes = Bytes::new(bytes);
    match RasterImage::plain(bytes.clone(), format) {
        Ok(_) => Ok(Picture {
            bytes,
            width: size.width,
            height: size.height,
        }),
        Err(_) => Err(UNREADABLE),
    }
}
