//! Which format a parsed document has.

use super::source::Source;
use super::{Format, ReadError, model_card_toolkit, native, webcards};
use crate::json::{self, Kind, Node};

/// The format of a document whose top level is an object.
///
/// # Errors
/// When the top level is something else, or the version of our own format is from the future.
pub(super) fn detect(source: &Source) -> Result<Format, ReadError> {
    let root: &Node = source;
    let refuse = |message: String, advice: &str| {
        Err(ReadError {
            message,
            advice: advice.to_owned(),
            position: Some(json::position(&source.text, root.span.start)),
            text: Some(source.text.clone()),
        })
    };
    match &root.kind {
        Kind::Group(_) if native::resembles(root) => match native::version(root).as_deref() {
            Some(native::VERSION) => Ok(Format::Native),
            version => refuse(
                format!(
                    "This is a Cartellino card of version {}; this program reads version {}.",
                    version.unwrap_or("unknown"),
                    native::VERSION
                ),
                "Open it with the program that wrote it, or remove its member “format” to read it as plain JSON.",
            ),
        },
        Kind::Group(_) if webcards::resembles(root) => Ok(Format::WebCards),
        Kind::Group(_) if model_card_toolkit::resembles(root) && !is_of_another_family(root) => {
            let (version_1, _) = model_card_toolkit::is_version_1(root);
            Ok(if version_1 {
                Format::ModelCardToolkit1
            } else {
                Format::ModelCardToolkit2
            })
        }
        Kind::Group(_) => Ok(Format::Json),
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

/// Cards of other families that have `model_details` as well (formats.md: AllenNLP).
fn is_of_another_family(root: &Node) -> bool {
    match &root.kind {
        Kind::Group(members) => members.iter().any(|member| {
            matches!(
                member.key.as_str(),
                "model_usage" | "model_basic_information" | "technical_specifications"
            )
        }),
        _ => false,
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
