//! The paper: elements of SVG with numbers and words that are always well formed.

use std::fmt::Write as _;

/// The width of every chart, in its own units: a telephone shows its words small, but shows them.
pub(super) const WIDTH: f64 = 400.0;
/// The size of letters.
pub(super) const LETTER: f64 = 12.0;

/// Where a text begins.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture that grows downwards.
pub(super) struct Canvas {
    body: String,
    /// How far down it goes.
    pub height: f64,
    /// How far down it can be divided.
    pub cuts: Vec<f64>,
}

impl Canvas {
    pub fn new() -> Self {
        Self {
            body: String::new(),
            height: 4.0,
            cuts: Vec::new(),
        }
    }

    /// Takes so much room below what is there; its upper edge.
    pub fn room(&mut self, height: f64) -> f64 {
        let top = self.height;
        self.height += height;
        top
    }

    /// A text on its base line, cut to a width.
    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, width: f64, text: &str) {
        self.styled(x, y, anchor, "", &fitted(text, width));
    }

    /// A heading over the whole width.
    pub fn heading(&mut self, text: &str) {
        let y = self.room(LETTER + 10.0) + LETTER + 3.0;
        // Bold letters are wider.
        self.styled(
            0.0,
            y,
            Anchor::Start,
            " font-weight=\"600\"",
            &fitted(text, WIDTH * 0.9),
        );
    }

    /// A remark below everything.
    pub fn note(&mut self, text: &str) {
        let y = self.room(LETTER + 8.0) + LETTER + 2.0;
        self.styled(0.0, y, Anchor::Start, " font-style=\"italic\"", &fitted(text, WIDTH));
    }

    fn styled(&mut self, x: f64, y: f64, anchor: Anchor, style: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\"{anchor}{style}>{}</text>",
            short(x),
            short(y),
            escaped(text)
        );
    }

    /// A filled area, darker the nearer `share` is to 1, with a line around it so that it is seen on any paper.
    pub fn area(&mut self, (x, y): (f64, f64), width: f64, height: f64, share: f64) {
        let _ = write!(
            self.body,
            "<rect class=\"mark\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"currentColor\" fill-opacity=\"{}\" stroke=\"currentColor\"/>",
            short(x),
            short(y),
            short(width.max(0.0)),
            short(height),
            short(share),
        );
    }

    /// A line; `dash` is empty or says how it is broken.
    pub fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), width: f64, dash: &str) {
        let dash = dashes(dash);
        let _ = write!(
            self.body,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"currentColor\" stroke-width=\"{}\"{dash}/>",
            short(x1),
            short(y1),
            short(x2),
            short(y2),
            short(width),
        );
    }

    /// A line through points.
    pub fn path(&mut self, points: &[(f64, f64)], dash: &str) {
        let dash = dashes(dash);
        let mut text = String::new();
        for (x, y) in points {
            let _ = write!(
                text,
                "{}{},{}",
                if text.is_empty() { "" } else { " " },
                short(*x),
                short(*y)
            );
        }
        let _ = write!(
            self.body,
            "<polyline points=\"{text}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linejoin=\"round\"{dash}/>"
        );
    }

    /// One of four small shapes around a point.
    pub fn shape(&mut self, which: usize, (x, y): (f64, f64)) {
        const SHAPES: [&[(f64, f64)]; 4] = [
            &[(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0)],
            &[(0.0, -4.0), (4.0, 3.0), (-4.0, 3.0)],
            &[(0.0, -4.0), (4.0, 0.0), (0.0, 4.0), (-4.0, 0.0)],
            &[(-4.0, -3.0), (4.0, -3.0), (0.0, 4.0)],
        ];
        let points: Vec<String> = SHAPES[which % SHAPES.len()]
            .iter()
            .map(|(dx, dy)| format!("{},{}", short(x + dx), short(y + dy)))
            .collect();
        let _ = write!(
            self.body,
            "<polygon points=\"{}\" fill=\"currentColor\"/>",
            points.join(" ")
        );
    }

    /// The whole picture.
    pub fn finish(&self, id: &str, title: &str, alt: &str) -> String {
        let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let (title, alt) = (escaped(title), escaped(alt));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-title {id}-alt\" \
             font-family=\"sans-serif\" font-size=\"{LETTER}\" fill=\"currentColor\"><title id=\"{id}-title\">{title}</title>\
             <desc id=\"{id}-alt\">{alt}</desc>{}</svg>",
            short(WIDTH),
            short(self.height),
            self.body
        )
    }
}

fn dashes(dash: &str) -> String {
    match dash {
        "" => String::new(),
        dash => format!(" stroke-dasharray=\"{dash}\""),
    }
}

/// A number of the picture, with at most two digits after the point.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// The text as the inside of an element of XML; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// About how wide a text is; rather too wide than too narrow, because nobody knows the reader's letters.
pub(super) fn width_of(text: &str) -> f64 {
    let ems = text.chars().map(|c| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | '[' | ']' | ' ' => {
            0.36
        }
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        'A'..='Z' | '&' | '=' | '+' | '<' | '>' => 0.72,
        c if c.is_ascii() => 0.6,
        // Scripts of wide letters begin here.
        c if c >= '\u{1100}' => 1.05,
        _ => 0.68,
    });
    ems.sum::<f64>() * LETTER
}

/// The text on one line, cut at the width it may have.
fn fitted(text: &str, width: f64) -> String {
    // No label of this width has more letters, so a text of megabytes costs nothing.
    let line: String = text
        .chars()
        .take(400)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let line = line.trim();
    if width_of(line) <= width {
        return line.to_owned();
    }
    let mut cut: String = line.to_owned();
    while !cut.is_empty() && width_of(&cut) + width_of("…") > width {
        cut.pop();
    }
    match cut.trim_end() {
        "" => String::new(),
        cut => format!("{cut}…"),
    }
}
