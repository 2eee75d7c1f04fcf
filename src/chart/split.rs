//! The parts of a whole, side by side in one bar.

use super::canvas::{Anchor, Canvas, LETTER, WIDTH, width_of};
use super::{Data, number};

const HEIGHT: f64 = 34.0;
/// More parts than this are drawn as one.
const MOST: usize = 10;

pub(super) fn draw(parts: &[(String, f64)]) -> (Canvas, String, Data) {
    let mut canvas = Canvas::new();
    let real: Vec<&(String, f64)> = parts
        .iter()
        .filter(|(_, size)| size.is_finite() && *size > 0.0)
        .collect();
    let largest = real.iter().fold(0.0, |largest: f64, (_, size)| largest.max(*size));
    // Against the largest, so that the sum is a number.
    let whole: f64 = real.iter().map(|(_, size)| size / largest).sum();
    let share = |size: f64| size / largest / whole;
    let percent = |share: f64| format!("{} %", number((share * 1000.0).round() / 10.0));
    let mut shown: Vec<(String, f64)> = real
        .iter()
        .take(if real.len() > MOST { MOST - 1 } else { MOST })
        .map(|(name, size)| (name.clone(), share(*size)))
        .collect();
    if real.len() > shown.len() {
        let rest: f64 = real[shown.len()..].iter().map(|(_, size)| share(*size)).sum();
        shown.push((format!("{} more", real.len() - shown.len()), rest));
    }
    let top = canvas.room(HEIGHT + 6.0);
    let mut x = 1.0;
    for (index, (_, share)) in shown.iter().enumerate() {
        let width = share * (WIDTH - 2.0);
        canvas.area(
            (x, top),
            (width - 2.0).max(0.5).min(WIDTH - 1.0 - x),
            HEIGHT,
            [0.45, 0.1, 0.28][index % 3],
        );
        let number = (index + 1).to_string();
        if width_of(&number) + 4.0 < width {
            let base = top + HEIGHT / 2.0 + LETTER / 3.0;
            canvas.text((x + width / 2.0 - 1.0, base), Anchor::Middle, width, &number);
        }
        x += width;
    }
    for (index, (name, share)) in shown.iter().enumerate() {
        let y = canvas.room(LETTER + 7.0) + LETTER + 2.0;
        let size = percent(*share);
        canvas.text((WIDTH, y), Anchor::End, 70.0, &size);
        canvas.text((0.0, y), Anchor::Start, WIDTH - 80.0, &format!("{} {name}", index + 1));
    }
    if shown.is_empty() {
        canvas.note("There is no number to draw.");
    }
    let words = match shown.is_empty() {
        true => "There is no number to draw.".to_owned(),
        false => {
            let parts = shown.iter().map(|(name, share)| format!("{name} {}", percent(*share)));
            format!("Parts of a whole: {}.", parts.collect::<Vec<_>>().join(", "))
        }
    };
    let rows = parts.iter().map(|(name, size)| {
        let part = if size.is_finite() && *size > 0.0 {
            percent(share(*size))
        } else {
            String::new()
        };
        vec![name.clone(), number(*size), part]
    });
    let data = Data {
        columns: ["Part", "Size", "Share"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    };
    (canvas, words, data)
}
