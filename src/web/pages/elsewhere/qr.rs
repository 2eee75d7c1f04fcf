//! An address as a picture for the camera of a telephone.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// The white border that readers need, in squares.
const QUIET: i32 = 4;

/// The text as a QR code in SVG; `None` when it is too long for one. Always dark on white, on dark pages too: many
/// readers know nothing else. The title must be HTML already.
pub fn svg(text: &str, title: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|&x| code.get_module(x, y)).count();
            let run = i32::try_from(run).unwrap_or(0);
            if run > 0 {
                // Writing into a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    let side = size + 2 * QUIET;
    Some(format!(
        "<svg class=\"qr\" role=\"img\" aria-labelledby=\"qr-title\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><title id=\"qr-title\">{title}</title>\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r60_the_picture_has_every_dark_square_once() {
        let text = "https://cards.example.org/continue/abcdefghijklmnopqrstuvwxyz";
        let svg = svg(text, "Title").unwrap();
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|&(x, y)| code.get_module(x, y))
            .count();
        let drawn: usize = svg
            .split("M")
            .filter_map(|run| run.split_once('h')?.1.split_once("v1h"))
            .map(|(length, _)| length.parse::<usize>().unwrap_or(0))
            .sum();
        assert_eq!(drawn, dark);
        assert!(svg.contains("<title id=\"qr-title\">Title</title>"));
        assert!(super::svg(&"x".repeat(5000), "").is_none());
    }
}
