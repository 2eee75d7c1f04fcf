//! Charts as SVG text: data in, a picture out that needs no script and no style sheet.
//!
//! This room knows nothing of cards. [`draw`] never fails: numbers that cannot be drawn are left out, long words are
//! cut, and what is too much for one picture is counted below it; the [data](Chart::data) beside the picture says all
//! of it. Marks differ by place, words, dashes and shapes, never by colour alone. Everything takes the colour of the
//! text around it (`currentColor`), so a dark page and print need nothing more; a page may colour `.mark`.

mod bars;
mod canvas;
mod lines;
mod matrix;
mod scale;
mod split;
#[cfg(test)]
mod tests;

/// A picture with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The picture, a whole `svg` element.
    pub svg: String,
    /// What it is called.
    pub title: String,
    /// What it shows, in words: for those who do not see it.
    pub alt: String,
    /// Width of the picture in its own units.
    pub width: f64,
    /// Height of the picture in its own units.
    pub height: f64,
    /// How far down it can be divided, from above: between bars.
    pub cuts: Vec<f64>,
    /// Everything that it was drawn from.
    pub data: Data,
}

/// A table of what a chart was drawn from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// The head of each column.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// What can be drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Plot {
    /// Bars from zero, in panels with a scale each.
    Bars(Vec<Panel>),
    /// Lines through points.
    Lines(Lines),
    /// Numbers in rows and columns, such as a confusion matrix.
    Matrix(Matrix),
    /// The parts of a whole: a name and a size.
    Split(Vec<(String, f64)>),
}

/// Bars with the same scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// What is measured; empty when it needs no saying.
    pub heading: String,
    /// The bars from top to bottom.
    pub bars: Vec<Bar>,
    /// A value to compare with, drawn as a dashed line: that of all groups together.
    pub reference: Option<f64>,
}

/// One bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// The value as it was written.
    pub words: String,
    /// From where to where the value may lie.
    pub interval: Option<(f64, f64)>,
}

/// Lines in one field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// What is counted to the right.
    pub x: String,
    /// What is counted upwards.
    pub y: String,
    /// The lines: a name and points.
    pub series: Vec<(String, Vec<(f64, f64)>)>,
    /// Whether both axes go from 0 to 1 and the diagonal is the line of chance, as in a ROC curve.
    pub is_roc: bool,
}

/// Numbers in rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// The name of each row: the actual class.
    pub rows: Vec<String>,
    /// The name of each column: the predicted class.
    pub columns: Vec<String>,
    /// A row of numbers for each row; a missing one is left blank.
    pub cells: Vec<Vec<f64>>,
}

/// Draws. The `id` is unique in the page that the picture goes into.
pub fn draw(id: &str, title: &str, plot: &Plot) -> Chart {
    let (canvas, alt, data) = match plot {
        Plot::Bars(panels) => bars::draw(panels),
        Plot::Lines(lines) => lines::draw(lines),
        Plot::Matrix(matrix) => matrix::draw(matrix),
        Plot::Split(parts) => split::draw(parts),
    };
    Chart {
        svg: canvas.finish(id, title, &alt),
        title: title.to_owned(),
        alt,
        width: canvas::WIDTH,
        height: canvas.height,
        cuts: canvas.cuts,
        data,
    }
}

impl Chart {
    /// The picture in pieces that are not higher than `most`, each with its height, where it can be divided so.
    pub fn pieces(&self, most: f64) -> Vec<(String, f64)> {
        let mut pieces = Vec::new();
        let mut from = 0.0;
        while self.height - from > most {
            let Some(to) = self.cuts.iter().copied().rfind(|cut| *cut > from && cut - from <= most) else {
                break;
            };
            pieces.push((self.piece(from, to), to - from));
            from = to;
        }
        pieces.push((self.piece(from, self.height), self.height - from));
        pieces
    }

    fn piece(&self, from: f64, to: f64) -> String {
        let whole = format!(
            "viewBox=\"0 0 {} {}\"",
            canvas::short(self.width),
            canvas::short(self.height)
        );
        let part = format!(
            "viewBox=\"0 {} {} {}\"",
            canvas::short(from),
            canvas::short(self.width),
            canvas::short(to - from)
        );
        self.svg.replacen(&whole, &part, 1)
    }
}

/// A number for people: few digits, and an exponent where it would be long.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e7).contains(&size) {
        format!("{value:.1e}")
    } else {
        let digits = if size >= 100.0 { 1 } else { 4 };
        let text = format!("{value:.digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}
