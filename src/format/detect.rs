//! Which format a file has.

use super::file::File;
use super::lens::Certainty;
use super::{Format, ReadError, xml};
use crate::say;

/// The endings of files that hold a model; some of them run what is in them when they are loaded, and some are text.
const MODELS: &[&str] = &[
    "pkl",
    "pickle",
    "pt",
    "pth",
    "ckpt",
    "joblib",
    "bin",
    "h5",
    "keras",
    "onnx",
    "gguf",
    "safetensors",
    "npz",
    "npy",
];

/// The format that is surest of the file.
///
/// # Errors
/// When the file is none of the formats, with what it seems to be and what to try.
pub(super) fn detect(file: &File) -> Result<Format, ReadError> {
    if file.is_called(MODELS) {
        return Err(ReadError {
            message: say!("By its name this is a model itself, which is never opened here."),
            advice: say!("Upload the model card, such as README.md or model_card.json, or paste its text."),
            position: None,
            text: None,
        });
    }
    if let Some(error) = file.proto_refusal() {
        return Err(error);
    }
    if let Some(error) = broken(file)? {
        return Err(error);
    }
    let mut best: Option<(Certainty, Format)> = None;
    for format in Format::ALL.iter().copied() {
        let certainty = format.lens().recognise(file);
        if certainty > best.map_or(Certainty::None, |(certainty, _)| certainty) {
            best = Some((certainty, format));
        }
    }
    match (best, file.tree()) {
        (Some((_, format)), _) => Ok(format),
        (None, Err(error)) => Err(error),
        (None, Ok(_)) => Ok(Format::JSON),
    }
}

/// What is wrong in a document that cannot be read as what it was meant as.
///
/// # Errors
/// When the file is no text.
pub(super) fn broken(file: &File) -> Result<Option<ReadError>, ReadError> {
    if file.tree().is_ok() || file.is_xml() {
        return Ok(None);
    }
    let text = file.text()?;
    let error = file.tree().err();
    Ok(error.filter(|_| is_meant_as_data(file, &text.text)))
}

/// Whether a text is a page for browsers.
pub(super) fn is_html(text: &str) -> bool {
    ["<!doctype html", "<html"].iter().any(|tag| begins(text, tag))
}

fn begins(text: &str, tag: &str) -> bool {
    let start = text.trim_start();
    start
        .get(..tag.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
}

/// The endings of files that are documents of names and values, whatever is in them.
const DATA: &[&str] = &["json", "jsonc", "yaml", "yml", "xml"];

/// Whether a text that cannot be read as a document was meant as one, rather than as Markdown.
pub(super) fn is_meant_as_data(file: &File, text: &str) -> bool {
    let has_front_matter = file.markdown().is_ok_and(|page| page.front.is_some());
    if has_front_matter || file.is_called(&["md", "markdown", "txt"]) {
        return false;
    }
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default();
    match start.chars().next() {
        None => file.is_called(DATA),
        // Templates leave “{{ name }}” and “{% if %}” behind.
        Some('{') => !start.starts_with("{{") && !start.starts_with("{%"),
        // Links and badges begin so in Markdown.
        Some('[') => !start.starts_with("[!") && !first.contains("](") && !first.contains("]:"),
        Some('"') => start[1..].trim_start().starts_with(['{', '[']),
        // A page for browsers is opened as text, whatever its name.
        Some('<') if is_html(text) || file.xml().is_ok() => false,
        Some('<') => begins(text, "<!doctype") || xml::is_meant(text, file.is_called(&["xml"])),
        // What is a document in YAML's eyes, be it a list of pairs as Markdown has them, is not broken.
        Some(_) => file.is_called(DATA) || is_mostly_names(text) && file.yaml().is_err(),
    }
}

/// Whether four of five lines that are not indented begin with a name and a colon, or are entries of a list, and none is
/// a heading inside a page.
fn is_mostly_names(text: &str) -> bool {
    if text.lines().any(|line| line.starts_with("## ")) {
        return false;
    }
    let is_line = |line: &&str| !line.trim().is_empty() && !line.starts_with([' ', '\t', '#']);
    let is_name = |line: &str| {
        let name = line
            .split_once(": ")
            .map(|(name, _)| name)
            .or(line.trim_end().strip_suffix(':'));
        name.is_some_and(|name| name.split_whitespace().count() <= 3)
    };
    let (mut lines, mut names, mut entries) = (0, 0, 0);
    for line in text.lines().filter(is_line) {
        lines += 1;
        let is_entry = line.starts_with("- ") || line.trim_end() == "---";
        names += usize::from(!is_entry && is_name(line));
        entries += usize::from(is_entry);
    }
    names > 0 && (names + entries) * 5 > lines * 4
}
