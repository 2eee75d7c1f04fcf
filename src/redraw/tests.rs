use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{Delay, DynamicImage, Frame, ImageBuffer, ImageEncoder as _, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

/// The left half red, the right half blue.
fn halves(width: u32, height: u32) -> RgbImage {
    ImageBuffer::from_fn(width, height, |x, _| match x < width / 2 {
        true => Rgb([200, 20, 20]),
        false => Rgb([20, 20, 200]),
    })
}

fn jpeg_of(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode_image(image)
        .unwrap();
    bytes
}

fn png_of(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_with_encoder(PngEncoder::new(&mut bytes)).unwrap();
    bytes
}

/// A JPEG with a segment right behind its beginning.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

const PLACE: &[u8] = b"48 deg 51' N, by Jane Roe";

/// EXIF data with this orientation and a place.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    // GPSInfo: an offset to where the place is.
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend([0, 0, 0, 0]);
    exif.extend(PLACE);
    exif
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn pixels(picture: &Picture) -> RgbImage {
    image::load_from_memory(&picture.bytes).unwrap().into_rgb8()
}

fn is_red(pixel: &Rgb<u8>) -> bool {
    pixel[0] > 150 && pixel[2] < 90
}

#[test]
fn a_photograph_stands_upright_and_says_nothing_of_its_place() {
    let sent = with_segment(&jpeg_of(&halves(80, 40)), 0xE1, &exif(6));
    assert!(holds(&sent, b"Exif") && holds(&sent, PLACE));
    let picture = redraw(&sent).unwrap();
    assert_eq!((picture.media_type, picture.size), ("image/jpeg", (40, 80)));
    assert!(!holds(&picture.bytes, b"Exif") && !holds(&picture.bytes, PLACE));
    // Turned by a quarter to the right, what was left is above.
    assert!(is_red(pixels(&picture).get_pixel(20, 10)));
    assert!(!is_red(pixels(&picture).get_pixel(20, 70)));
}

#[test]
fn every_orientation_is_carried_out() {
    let first = |orientation| {
        let picture = redraw(&with_segment(&jpeg_of(&halves(80, 40)), 0xE1, &exif(orientation))).unwrap();
        let pixels = pixels(&picture);
        (picture.size, is_red(pixels.get_pixel(4, 4)))
    };
    let wide: Vec<_> = (1..=4).map(first).collect();
    assert_eq!(
        wide.iter().map(|(_, red)| *red).collect::<Vec<_>>(),
        [true, false, false, true]
    );
    assert!(wide.iter().all(|(size, _)| *size == (80, 40)));
    let high: Vec<_> = (5..=8).map(first).collect();
    assert_eq!(
        high.iter().map(|(_, red)| *red).collect::<Vec<_>>(),
        [true, true, false, false]
    );
    assert!(high.iter().all(|(size, _)| *size == (40, 80)));
    // An orientation that there is not turns nothing.
    assert_eq!(first(77).0, (80, 40));
}

#[test]
fn large_pictures_are_scaled_and_small_ones_are_not() {
    let large = redraw(&jpeg_of(&halves(5000, 1000))).unwrap();
    assert_eq!(large.size, (2400, 480));
    assert!(is_red(pixels(&large).get_pixel(600, 100)));
    let a_little_too_large = redraw(&png_of(&halves(1300, 2600).into())).unwrap();
    assert_eq!(a_little_too_large.size, (1200, 2400));
    let thin = redraw(&png_of(&halves(10_000, 1).into())).unwrap();
    assert_eq!(thin.size, (2400, 1));
    assert_eq!(redraw(&png_of(&halves(3, 2).into())).unwrap().size, (3, 2));
}

#[test]
fn drawings_stay_sharp_and_photographs_small() {
    let drawing = redraw(&png_of(&halves(600, 400).into())).unwrap();
    assert_eq!(drawing.media_type, "image/png");
    assert_eq!(pixels(&drawing), halves(600, 400), "not a pixel differs");
    // Clouds with the noise of a camera, saved as PNG.
    let mut seed = 1_u32;
    let noisy = RgbImage::from_fn(600, 400, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = seed >> 27;
        let light = (x / 4 + y / 4) + noise;
        Rgb([light as u8, (light / 2) as u8, 100 + noise as u8])
    });
    assert_eq!(redraw(&png_of(&noisy.into())).unwrap().media_type, "image/jpeg");
}

#[test]
fn transparency_stays_where_there_is_some() {
    let mut image = RgbaImage::from_pixel(20, 20, Rgba([10, 200, 10, 255]));
    let opaque = redraw(&png_of(&image.clone().into())).unwrap();
    assert!(!image::load_from_memory(&opaque.bytes).unwrap().color().has_alpha());
    image.put_pixel(3, 3, Rgba([0, 0, 0, 0]));
    let clear = redraw(&png_of(&image.into())).unwrap();
    assert_eq!(clear.media_type, "image/png");
    assert_eq!(
        image::load_from_memory(&clear.bytes)
            .unwrap()
            .into_rgba8()
            .get_pixel(3, 3)[3],
        0
    );
}

#[test]
fn rare_kinds_of_pixels_are_read() {
    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> = ImageBuffer::from_pixel(8, 8, Rgb([51_400, 5_140, 5_140]));
    let picture = redraw(&png_of(&DynamicImage::ImageRgb16(deep))).unwrap();
    assert_eq!(pixels(&picture).get_pixel(2, 2), &Rgb([200, 20, 20]));
    let grey: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(8, 8, Luma([0x8080]));
    let picture = redraw(&png_of(&DynamicImage::ImageLuma16(grey))).unwrap();
    assert_eq!(pixels(&picture).get_pixel(2, 2), &Rgb([128, 128, 128]));
    // A JPEG for print: four colours, as presses and some programs for photographs write it.
    let picture = redraw(&jpeg_for_print()).unwrap();
    assert_eq!((picture.media_type, picture.size), ("image/jpeg", (8, 8)));
}

/// Eight by eight pixels of cyan, magenta, yellow and black at one half each, with the tables of our own encoder.
fn jpeg_for_print() -> Vec<u8> {
    let mut grey = Vec::new();
    let pixel = ImageBuffer::from_pixel(8, 8, Luma([128_u8]));
    JpegEncoder::new(&mut grey).encode_image(&pixel).unwrap();
    let mut tables = Vec::new();
    let mut at = 2;
    while grey[at + 1] != 0xDA {
        let length = 2 + usize::from(u16::from_be_bytes([grey[at + 2], grey[at + 3]]));
        if matches!(grey[at + 1], 0xDB | 0xC4) {
            tables.extend_from_slice(&grey[at..at + length]);
        }
        at += length;
    }
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xEE, 0, 14];
    bytes.extend(b"Adobe\0\x64\0\0\0\0\0");
    bytes.extend(tables);
    bytes.extend([0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4]);
    (1..=4).for_each(|component| bytes.extend([component, 0x11, 0]));
    bytes.extend([0xFF, 0xDA, 0, 14, 4]);
    (1..=4).for_each(|component| bytes.extend([component, 0]));
    // For each component: no difference to the middle (00), no detail (1010).
    bytes.extend([0, 63, 0, 0x28, 0xA2, 0x8A, 0xFF, 0xD9]);
    bytes
}

#[test]
fn of_an_animation_the_first_frame_stays() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for colour in [[200, 20, 20, 255], [20, 20, 200, 255]] {
        let frame = RgbaImage::from_pixel(16, 16, Rgba(colour));
        let frame = Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(100, 1));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let picture = redraw(&bytes).unwrap();
    assert_eq!((picture.media_type, picture.size), ("image/png", (16, 16)));
    assert!(is_red(pixels(&picture).get_pixel(8, 8)));
}

#[test]
fn colours_of_a_wider_profile_become_those_of_all_screens() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let image = RgbImage::from_pixel(16, 16, Rgb([180, 100, 60]));
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile).unwrap();
    image.write_with_encoder(encoder).unwrap();
    assert!(holds(&bytes, b"iCCP"));
    let picture = redraw(&bytes).unwrap();
    assert!(!holds(&picture.bytes, b"iCCP"));
    let pixels = pixels(&picture);
    let pixel = pixels.get_pixel(5, 5);
    assert!(pixel[0] > 183 && pixel[2] < 58, "redder in sRGB numbers: {pixel:?}");
}

#[test]
fn a_page_behind_a_picture_does_not_survive() {
    let page = b"<html><script>alert(1)</script></html>";
    let mut sent = with_segment(&jpeg_of(&halves(16, 16)), 0xFE, page);
    sent.extend_from_slice(page);
    let picture = redraw(&sent).unwrap();
    assert!(!holds(&picture.bytes, b"script") && !holds(&picture.bytes, b"html"));
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// A PNG that says it is this large, and is next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    for (kind, content) in [(b"IHDR", head), (b"IDAT", vec![0x78, 0x9C, 1, 0, 0]), (b"IEND", vec![])] {
        bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        let chunk = [&kind[..], &content].concat();
        bytes.extend(&chunk);
        bytes.extend(crc(&chunk).to_be_bytes());
    }
    bytes
}

#[test]
fn a_bomb_is_refused_by_what_its_head_says() {
    let refusal = redraw(&bomb(50_000, 50_000)).unwrap_err();
    assert!(
        refusal.message.to_string().contains("50000 by 50000 pixels"),
        "{refusal:?}"
    );
    assert!(refusal.message.to_string().contains("50 million"));
    redraw(&bomb(u32::MAX, u32::MAX)).unwrap_err();
    redraw(&bomb(0, 7)).unwrap_err();
    // A head within the limits with nothing behind it.
    assert!(
        redraw(&bomb(7000, 7000))
            .unwrap_err()
            .message
            .to_string()
            .contains("damaged")
    );
}

#[test]
fn other_files_are_refused_with_what_to_do() {
    let said = |bytes: &[u8]| {
        let refusal = redraw(bytes).unwrap_err();
        format!("{} {}", refusal.message, refusal.advice)
    };
    for svg in [
        &b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"[..],
        b"\xEF\xBB\xBF<?xml version='1.0'?><!-- x --><SVG/>",
        b"\xFF\xFE<\0s\0v\0g\0>\0",
    ] {
        assert!(said(svg).contains("SVG") && said(svg).contains("PNG"), "{}", said(svg));
    }
    assert!(said(b"").contains("empty"));
    assert!(said(b"%PDF-1.7").contains("PDF"));
    assert!(said(b"\0\0\0\x18ftypheic").contains("HEIC"));
    assert!(said(b"<html>").contains("no picture"));
    let cut = &png_of(&halves(600, 400).into())[..200];
    assert!(said(cut).contains("damaged"), "{}", said(cut));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_bring_it_down(kind in 0..4_usize, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let heads: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8 "];
        let _ = redraw(&bytes);
        let _ = redraw(&[heads[kind], &bytes].concat());
    }

    #[test]
    fn no_damage_brings_it_down(kind in 0..4_usize, damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let image = halves(20, 12);
        let mut bytes = match kind {
            0 => png_of(&image.into()),
            1 => with_segment(&jpeg_of(&image), 0xE1, &exif(6)),
            2 => {
                let mut bytes = Vec::new();
                let frame = DynamicImage::from(image).into_rgba8();
                GifEncoder::new(&mut bytes).encode_frame(Frame::new(frame)).unwrap();
                bytes
            }
            _ => {
                let mut bytes = Vec::new();
                image.write_with_encoder(WebPEncoder::new_lossless(&mut bytes)).unwrap();
                bytes
            }
        };
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(picture) = redraw(&bytes) {
            prop_assert!(!holds(&picture.bytes, b"Exif"));
            prop_assert!(picture.size.0 <= LONGEST_SIDE && picture.size.1 <= LONGEST_SIDE);
        }
    }
}
