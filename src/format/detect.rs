//! Which format a file has.

use super::file::File;
use super::lens::Certainty;
use super::tree::Tree;
use super::{Format, ReadError, native, xml};
use crate::json::{self, Kind, Node};

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
            message: "By its name this is a model itself, which is never opened here.".into(),
            advice: "Upload the model card, such as README.md or model_card.json, or paste its text.".into(),
            position: None,
            text: None,
        });
    }
    if let Some(error) = file.proto_refusal() {
        return Err(error);
    }
    match file.tree() {
        Ok(Tree::Json(source)) => refuse(source, &source.text)?,
        Err(error) if !file.is_xml() && is_meant_as_data(file, &file.text()?.text) => return Err(error),
        _ => {}
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

/// The endings of files that are documents of names and values, whatever is in them.
const DATA: &[&str] = &["json", "jsonc", "yaml", "yml", "xml"];

/// Whether a text that cannot be read as a document was meant as one, rather than as Markdown.
fn is_meant_as_data(file: &File, text: &str) -> bool {
    let has_front_matter = file.markdown().is_ok_and(|page| page.front.is_some());
    if has_front_matter || file.is_called(&["md", "markdown", "txt"]) {
        return false;
    }
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default();
    let begins = |tag: &str| {
        start
            .get(..tag.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
    };
    match start.chars().next() {
        None => file.is_called(DATA),
        // Templates leave “{{ name }}” and “{% if %}” behind.
        Some('{') => !start.starts_with("{{") && !start.starts_with("{%"),
        // Links and badges begin so in Markdown.
        Some('[') => !start.starts_with("[!") && !first.contains("](") && !first.contains("]:"),
        Some('"') => start[1..].trim_start().starts_with(['{', '[']),
        Some('<') => ["<!doctype", "<html"].into_iter().any(begins) || xml::is_meant(text, file.is_called(&["xml"])),
        Some(_) => file.is_called(DATA) || is_mostly_names(text),
    }
}

/// Whether four of five lines that are not indented begin with a name and a colon, or are entries of a list.
fn is_mostly_names(text: &str) -> bool {
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
        names += usize::from(is_name(line));
        entries += usize::from(line.starts_with("- ") || line.trim_end() == "---");
    }
    names > 0 && (names + entries) * 5 > lines * 4
}

/// Documents that cannot be a card: their top level is no object, or they are of a version to come.
fn refuse(root: &Node, text: &str) -> Result<(), ReadError> {
    let refuse = |message: String, advice: &str| {
        Err(ReadError {
            message,
            advice: advice.to_owned(),
            position: Some(json::position(text, root.span.start)),
            text: Some(text.to_owned()),
        })
    };
    match &root.kind {
        Kind::Group(_) if native::resembles(root) => match native::version(root).as_deref() {
            Some(native::VERSION) => Ok(()),
            version => refuse(
                format!(
                    "This is a Cartellino card of version {}; this program reads version {}.",
                    version.unwrap_or("unknown"),
                    native::VERSION
                ),
                "Open it with the program that wrote it, or remove its member “format” to read it as plain JSON.",
            ),
        },
        Kind::Group(_) => Ok(()),
        Kind::List(items) if is_section_names(items) => refuse(
            "This is section_names.json, the list that WebCards saves beside a card. It holds names only.".into(),
            "Upload answer.json from the same folder; that is the card.",
        ),
        Kind::List(items) => refuse(
            format!(
                "The document is a list of {} entries. A card is an object: names with values.",
                items.len()
            ),
            "Put the list into an object in the box below, as in {\"card\": [ … ]}, and try again.",
        ),
        _ => refuse(
            "The document is a single value. A card is an object: names with values.".into(),
            "Put the value into an object in the box below, as in {\"description\": … }, and try again.",
        ),
    }
}

/// The companion file of WebCards: `["28_Model Details", "id_…"]`.
fn is_section_names(items: &[Node]) -> bool {
    !items.is_empty()
        && items.iter().all(|item| match &item.kind {
            Kind::Text(text) => text.split_once('_').is_some_and(|(id, _)| {
                id == "id" || (!id.is_empty() && id.len() <= 3 && id.bytes().all(|byte| byte.is_ascii_digit()))
            }),
            _ => false,
        })
}
