//! Lines through points, such as a ROC curve.

use super::canvas::{Anchor, Canvas, LETTER, WIDTH};
use super::scale::Scale;
use super::{Data, Lines, number};

const LEFT: f64 = 52.0;
const RIGHT: f64 = WIDTH - 8.0;
const HEIGHT: f64 = 240.0;
/// How the lines are broken: each in its own way.
const DASHES: [&str; MOST] = ["", "8 4", "2 4", "10 3 2 3", "5 2", "1 2"];
/// More lines cannot be told apart.
const MOST: usize = 6;
/// A line of more points is drawn through every so manieth: the picture is not wider than this.
const POINTS: usize = 400;
/// Points of a line of no more than these are marked.
const MARKED: usize = 24;

type Series = (String, Vec<(f64, f64)>);

pub(super) fn draw(lines: &Lines) -> (Canvas, String, Data) {
    let mut canvas = Canvas::new();
    let series: Vec<Series> = lines
        .series
        .iter()
        .map(|(name, points)| {
            let can_be_drawn = |(x, y): &&(f64, f64)| x.is_finite() && y.is_finite();
            (name.clone(), points.iter().filter(can_be_drawn).copied().collect())
        })
        .filter(|(_, points): &Series| !points.is_empty())
        .collect();
    let points = || series.iter().flat_map(|(_, points)| points);
    let unit = Scale { low: 0.0, high: 1.0 };
    let is_share = |value: f64| (0.0..=1.0).contains(&value);
    let is_roc = lines.is_roc && points().all(|(x, y)| is_share(*x) && is_share(*y));
    let (across, up) = match is_roc {
        true => (unit, unit),
        false => (
            Scale::around(points().map(|(x, _)| *x)),
            Scale::around(points().map(|(_, y)| *y)),
        ),
    };
    let y = canvas.room(LETTER + 8.0) + LETTER + 1.0;
    canvas.text((0.0, y), Anchor::Start, WIDTH, &lines.y);
    let top = canvas.room(HEIGHT);
    let bottom = top + HEIGHT;
    let place = |(x, y): &(f64, f64)| (LEFT + across.share(*x) * (RIGHT - LEFT), bottom - up.share(*y) * HEIGHT);
    for (share, tick) in up.ticks() {
        let y = bottom - share * HEIGHT;
        canvas.line((LEFT, y), (RIGHT, y), if share == 0.0 { 1.5 } else { 0.3 }, "");
        // The topmost word stays below the edge.
        let base = (y + LETTER / 3.0).max(top + LETTER * 0.6);
        canvas.text((LEFT - 6.0, base), Anchor::End, LEFT - 8.0, &number(tick));
    }
    canvas.line((LEFT, top), (LEFT, bottom), 1.5, "");
    let y = canvas.room(LETTER + 6.0) + LETTER + 3.0;
    for (step, anchor) in [(0.0, Anchor::Start), (0.5, Anchor::Middle), (1.0, Anchor::End)] {
        let x = LEFT + step * (RIGHT - LEFT);
        canvas.text((x, y), anchor, 90.0, &number(across.at(step)));
    }
    let y = canvas.room(LETTER + 6.0) + LETTER + 1.0;
    canvas.text((f64::midpoint(LEFT, RIGHT), y), Anchor::Middle, RIGHT - LEFT, &lines.x);
    if is_roc {
        canvas.line((LEFT, bottom), (RIGHT, top), 1.0, "1 4");
    }
    for (index, (name, points)) in series.iter().take(MOST).enumerate() {
        let places: Vec<(f64, f64)> = thinned(points).iter().map(place).collect();
        canvas.path(&places, DASHES[index]);
        let is_marked = points.len() <= MARKED;
        for point in places.iter().filter(|_| is_marked) {
            // A shape has a size, which the edges of the field leave room for.
            canvas.shape(index, (point.0.clamp(LEFT, RIGHT - 1.0), point.1));
        }
        let y = canvas.room(LETTER + 7.0) + LETTER;
        canvas.path(&[(LEFT, y - 4.0), (LEFT + 40.0, y - 4.0)], DASHES[index]);
        if is_marked {
            canvas.shape(index, (LEFT + 20.0, y - 4.0));
        }
        canvas.text((LEFT + 48.0, y), Anchor::Start, RIGHT - LEFT - 48.0, name);
    }
    if is_roc {
        canvas.note("The dotted diagonal is chance.");
    }
    if series.len() > MOST {
        canvas.note(&format!("{} more lines are in the table.", series.len() - MOST));
    }
    (canvas, words(lines, &series), data(lines))
}

/// The first, the last, and as many in between as the picture is wide.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let every = points.len().div_ceil(POINTS).max(1);
    let mut kept: Vec<(f64, f64)> = points.iter().step_by(every).copied().collect();
    if let Some(last) = points.last().filter(|last| kept.last() != Some(last)) {
        kept.push(*last);
    }
    kept
}

fn words(lines: &Lines, series: &[Series]) -> String {
    if series.is_empty() {
        return "There is no number to draw.".to_owned();
    }
    let (x, y) = (or(&lines.x, "the horizontal axis"), or(&lines.y, "the vertical axis"));
    let mut words = format!("Lines of {y} over {x}.");
    for (name, points) in series.iter().take(MOST) {
        let name = or(name, "The line");
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            words.push_str(&format!(
                " {name}: {} points, from {} at {} to {} at {}.",
                points.len(),
                number(first.1),
                number(first.0),
                number(last.1),
                number(last.0)
            ));
        }
    }
    words
}

fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.trim().is_empty() { other } else { text }
}

fn data(lines: &Lines) -> Data {
    let (x, y) = (or(&lines.x, "x"), or(&lines.y, "y"));
    let rows = lines.series.iter().flat_map(|(name, points)| {
        let row = move |(x, y): &(f64, f64)| vec![name.clone(), number(*x), number(*y)];
        points.iter().map(row)
    });
    Data {
        columns: vec!["Line".to_owned(), x.to_owned(), y.to_owned()],
        rows: rows.collect(),
    }
}
