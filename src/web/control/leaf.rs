//! Controls for single values, and for what is edited as JSON text.

use super::Body;
use crate::card::Value;
use crate::card::figure;
use crate::card::picture::{self, Blob};
use crate::json;
use crate::locale::Sentence;
use crate::say;
use crate::web::form::{fingerprint, is_kept};
use crate::web::pages::files;

/// A value that is edited as JSON has more lines than this.
const FEWEST_LINES: usize = 8;

/// A picture larger than this, in base64 characters, is named but not shown in the form.
const LARGEST_SHOWN: usize = 400_000;

pub(super) fn line(text: &str) -> Body {
    Body::Line {
        value: text.into(),
        numeric: false,
        options: &[],
    }
}

pub(super) fn area(text: &str) -> Body {
    Body::Area {
        value: text.into(),
        code: false,
    }
}

/// Whether a text needs several lines: a line would lose its breaks or hide most of it.
pub(super) fn is_long(text: &str) -> bool {
    text.chars().count() > 90 || text.contains(['\n', '\r'])
}

/// Whether a text looks like one that we gave somebody to edit as JSON: in many lines, as [`data`] writes it. A text of
/// the file that merely begins with a bracket stays a text, whatever is typed into it.
fn is_ours(text: &str) -> bool {
    let begins = text.trim_start().starts_with(['{', '[']);
    begins && text.lines().nth(1).is_some_and(|line| line.starts_with("  ")) && text.lines().count() >= FEWEST_LINES
}

pub(super) fn text_control(text: &str) -> (String, Body) {
    if let Some(file) = figure::file_of(text) {
        return (
            "keep".into(),
            Body::Kept {
                words: Sentence::default(),
                picture: Some(files::address(file)),
                is_picture: true,
                hash: fingerprint(text),
            },
        );
    }
    if is_kept(text) {
        let length = text.len();
        let (words, is_picture, picture) = match picture::sniff(text) {
            Some(Blob::Picture { media_type, base64 }) => {
                let shown = base64.len() <= LARGEST_SHOWN;
                (
                    say!("A picture of {length} characters, kept exactly as it is.", length),
                    true,
                    shown.then(|| format!("data:{media_type};base64,{base64}")),
                )
            }
            Some(Blob::Drawing) => (
                say!("An SVG drawing of {length} characters, kept exactly as it is.", length),
                false,
                None,
            ),
            _ => (
                say!("Data of {length} characters, kept exactly as they are.", length),
                false,
                None,
            ),
        };
        return (
            "keep".into(),
            Body::Kept {
                words,
                is_picture,
                picture,
                hash: fingerprint(text),
            },
        );
    }
    let broken_data = is_ours(text) && json::parse(text).is_err();
    let tag = if broken_data { "data" } else { "text" };
    (
        tag.into(),
        if broken_data || is_long(text) {
            area(text)
        } else {
            line(text)
        },
    )
}

pub(super) fn data(value: &Value) -> (String, Body) {
    (
        "data".into(),
        Body::Area {
            value: json::to_pretty_text(value),
            code: true,
        },
    )
}
