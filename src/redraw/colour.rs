//! Pixels in eight bits and in sRGB.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Profiles are some kilobytes; a larger one is not worth its time.
const LARGEST_PROFILE: usize = 4 << 20;

/// The picture with eight bits a channel, and without transparency where nothing is transparent.
pub(super) fn in_eight_bits(image: DynamicImage) -> DynamicImage {
    let is_grey = !image.color().has_color();
    if !image.color().has_alpha() {
        return match (&image, is_grey) {
            (DynamicImage::ImageRgb8(_) | DynamicImage::ImageLuma8(_), _) => image,
            (_, true) => image.into_luma8().into(),
            (_, false) => image.into_rgb8().into(),
        };
    }
    let image = match (&image, is_grey) {
        (DynamicImage::ImageRgba8(_) | DynamicImage::ImageLumaA8(_), _) => image,
        (_, true) => image.into_luma_alpha8().into(),
        (_, false) => image.into_rgba8().into(),
    };
    let is_opaque = match &image {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().all(|pixel| pixel[3] == u8::MAX),
        DynamicImage::ImageLumaA8(pixels) => pixels.pixels().all(|pixel| pixel[1] == u8::MAX),
        _ => false,
    };
    match (is_opaque, is_grey) {
        (false, _) => image,
        (true, true) => image.into_luma8().into(),
        (true, false) => image.into_rgb8().into(),
    }
}

/// Turns colours of a profile into sRGB. A profile that cannot be understood, or is of other channels than the decoded
/// picture has, changes nothing: sRGB is what everybody assumes then.
pub(super) fn to_srgb(image: &mut DynamicImage, profile: &[u8]) {
    if profile.len() > LARGEST_PROFILE {
        return;
    }
    let Ok(profile) = ColorProfile::new_from_slice(profile) else {
        return;
    };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let (layout, channels): (Layout, &mut [u8]) = match image {
        DynamicImage::ImageRgb8(pixels) => (Layout::Rgb, pixels),
        DynamicImage::ImageRgba8(pixels) => (Layout::Rgba, pixels),
        _ => return,
    };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()) else {
        return;
    };
    let width = match layout {
        Layout::Rgb => 3,
        _ => 4,
    };
    let mut turned = vec![0; STRETCH * width];
    for stretch in channels.chunks_mut(STRETCH * width) {
        let turned = &mut turned[..stretch.len()];
        if transform.transform(stretch, turned).is_err() {
            return;
        }
        stretch.copy_from_slice(turned);
    }
}

/// How many pixels are turned at once.
const STRETCH: usize = 4096;
