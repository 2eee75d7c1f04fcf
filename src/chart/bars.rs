//! Bars, lying, so that each has a line of its own for its words.

use super::canvas::{Anchor, Canvas, LETTER, WIDTH};
use super::scale::Scale;
use super::{Bar, Data, Panel, number};

/// Where the bars begin and end; words stand before, values behind.
const LEFT: f64 = 138.0;
const RIGHT: f64 = 338.0;
/// The height of a bar's line.
const LINE: f64 = 20.0;
/// More bars than this do not help anybody in one picture.
const MOST: usize = 80;

pub(super) fn draw(panels: &[Panel]) -> (Canvas, String, Data) {
    let mut canvas = Canvas::new();
    let mut left = MOST;
    let mut undrawn = 0;
    for panel in panels {
        let bars: Vec<&Bar> = panel.bars.iter().filter(|bar| bar.value.is_finite()).collect();
        let shown = bars.len().min(left);
        undrawn += panel.bars.len() - shown;
        left -= shown;
        if shown > 0 {
            draw_panel(&mut canvas, panel, &bars[..shown]);
        }
    }
    if panels.iter().any(|panel| panel.reference.is_some_and(f64::is_finite)) {
        canvas.note("The dashed line is the value of all together.");
    }
    match undrawn {
        0 => {}
        1 => canvas.note("1 more value is in the table."),
        more => canvas.note(&format!("{more} more values are in the table.")),
    }
    (canvas, words(panels), data(panels))
}

fn draw_panel(canvas: &mut Canvas, panel: &Panel, bars: &[&Bar]) {
    let ends = |bar: &&Bar| {
        let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
        [bar.value, low, high]
    };
    let scale = Scale::from_zero(bars.iter().flat_map(ends).chain(panel.reference));
    let place = |value: f64| LEFT + scale.share(value) * (RIGHT - LEFT);
    if !panel.heading.is_empty() {
        canvas.heading(&panel.heading);
    }
    let top = canvas.height;
    let zero = place(0.0);
    for bar in bars {
        let y = canvas.room(LINE);
        let (end, base) = (place(bar.value), y + LINE / 2.0 + LETTER / 3.0);
        canvas.text((LEFT - 8.0, base), Anchor::End, LEFT - 10.0, &bar.label);
        canvas.area((zero.min(end), y + 4.0), (end - zero).abs(), LINE - 8.0, 0.35);
        if let Some((low, high)) = bar.interval.filter(|(low, high)| low.is_finite() && high.is_finite()) {
            let (low, high, middle) = (place(low), place(high), y + LINE / 2.0);
            canvas.line((low, middle), (high, middle), 2.0, "");
            for x in [low, high] {
                canvas.line((x, middle - 5.0), (x, middle + 5.0), 2.0, "");
            }
        }
        canvas.text((RIGHT + 6.0, base), Anchor::Start, WIDTH - RIGHT - 6.0, &bar.words);
        canvas.cuts.push(canvas.height);
    }
    // The last bar stays with the scale below it.
    canvas.cuts.pop();
    let bottom = canvas.height;
    canvas.line((zero, top), (zero, bottom), 1.0, "");
    if let Some(value) = panel.reference.filter(|value| value.is_finite()) {
        canvas.line((place(value), top), (place(value), bottom), 1.5, "4 3");
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), 1.0, "");
    let y = canvas.room(LETTER + 10.0) + LETTER + 3.0;
    canvas.text((LEFT, y), Anchor::Start, 90.0, &number(scale.low));
    canvas.text((RIGHT, y), Anchor::End, 90.0, &number(scale.high));
    canvas.cuts.push(canvas.height);
}

/// For each panel its lowest and highest bar.
fn words(panels: &[Panel]) -> String {
    let mut words = Vec::new();
    for panel in panels {
        let drawn = || panel.bars.iter().filter(|bar| bar.value.is_finite());
        let lowest = drawn().min_by(|one, other| one.value.total_cmp(&other.value));
        let highest = drawn().max_by(|one, other| one.value.total_cmp(&other.value));
        let (Some(lowest), Some(highest)) = (lowest, highest) else {
            continue;
        };
        let what = match panel.heading.as_str() {
            "" => String::new(),
            heading => format!("{heading}: "),
        };
        words.push(match drawn().count() {
            1 => format!("{what}{} {}.", lowest.label, lowest.words),
            count => format!(
                "{what}{count} values, from {} ({}) to {} ({}).",
                lowest.words, lowest.label, highest.words, highest.label
            ),
        });
        if words.len() == 20 {
            break;
        }
    }
    match words.is_empty() {
        true => "There is no number to draw.".to_owned(),
        false => format!("Bars. {}", words.join(" ")),
    }
}

fn data(panels: &[Panel]) -> Data {
    let has_heading = panels.iter().any(|panel| !panel.heading.is_empty());
    let has_interval = panels
        .iter()
        .flat_map(|panel| &panel.bars)
        .any(|bar| bar.interval.is_some());
    let mut columns = vec!["Group".to_owned(), "Value".to_owned()];
    if has_heading {
        columns.insert(0, "Measure".to_owned());
    }
    if has_interval {
        columns.extend(["From".to_owned(), "To".to_owned()]);
    }
    let mut rows = Vec::new();
    for panel in panels {
        for bar in &panel.bars {
            let mut row = vec![bar.label.clone(), bar.words.clone()];
            if has_heading {
                row.insert(0, panel.heading.clone());
            }
            if has_interval {
                let ends = bar.interval.map(|(low, high)| [number(low), number(high)]);
                row.extend(ends.unwrap_or_default());
            }
            rows.push(row);
        }
    }
    Data { columns, rows }
}
