//! Figures as Markdown.

use crate::card::Value;
use crate::card::picture::{self, Blob};

/// A group of figures as pictures with what stands below them; `None` when it is more than that, or no such group.
pub(super) fn figures(value: &Value) -> Option<String> {
    let Value::Group(members) = value else { return None };
    let mut parts = Vec::new();
    let mut has_pictures = false;
    for (name, member) in members {
        match (name.as_str(), member) {
            (_, member) if member.is_blank() => {}
            ("description", Value::Text(text)) => parts.push(text.trim().to_owned()),
            ("collection", Value::List(rows)) => {
                for row in rows {
                    parts.push(figure(row)?);
                    has_pictures = true;
                }
            }
            _ => return None,
        }
    }
    has_pictures.then(|| parts.join("\n\n"))
}

fn figure(row: &Value) -> Option<String> {
    let Value::Group(members) = row else { return None };
    let is_known = |(name, value): &(String, Value)| {
        value.is_blank() || (matches!(name.as_str(), "name" | "alt" | "image") && value.as_text().is_some())
    };
    if !members.iter().all(is_known) {
        return None;
    }
    let text = |name: &str| row.member(name).and_then(Value::as_text).map_or("", str::trim);
    let address = address(text("image"))?;
    let (caption, alt) = (text("name"), text("alt"));
    Some(match alt {
        // What is read aloud says it already.
        "" => format!("![{}]({address})", words(caption)),
        alt if caption.is_empty() || alt == caption => format!("![{}]({address})", words(alt)),
        alt => format!("![{}]({address})\n\n{caption}", words(alt)),
    })
}

/// Where the picture is: in the address itself, or in a file beside the page that a picture in Markdown names.
fn address(image: &str) -> Option<String> {
    if let Some(Blob::Picture { media_type, base64 }) = picture::sniff(image) {
        return Some(format!("data:{media_type};base64,{base64}"));
    }
    let (_, address) = image.strip_prefix("![")?.strip_suffix(')')?.rsplit_once("](")?;
    (!address.contains(char::is_whitespace)).then(|| address.to_owned())
}

/// Words that may stand between brackets.
fn words(text: &str) -> String {
    let is_sign = |c: char| matches!(c, '[' | ']' | '\\' | '<' | '>') || c.is_whitespace();
    text.split(is_sign)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    fn group(rows: &[&[(&str, &str)]]) -> Value {
        let row = |members: &&[(&str, &str)]| {
            let members = members
                .iter()
                .map(|(name, text)| ((*name).to_owned(), Value::text(*text)));
            Value::Group(members.collect())
        };
        Value::Group(vec![(
            "collection".to_owned(),
            Value::List(rows.iter().map(row).collect()),
        )])
    }

    #[test]
    fn a_figure_is_a_picture_and_its_caption() {
        let value = group(&[
            &[("name", "Loss"), ("alt", "A [falling]\nline"), ("image", PNG)],
            &[("name", "ROC curve"), ("image", "![x](figures/roc.png)")],
        ]);
        let expected =
            format!("![A falling line](data:image/png;base64,{PNG})\n\nLoss\n\n![ROC curve](figures/roc.png)");
        assert_eq!(figures(&value), Some(expected));
    }

    #[test]
    fn what_says_more_is_left_to_lists() {
        assert_eq!(figures(&group(&[&[("name", "x"), ("image", "no picture")]])), None);
        assert_eq!(figures(&group(&[&[("source", "x"), ("image", PNG)]])), None);
        assert_eq!(figures(&group(&[])), None);
    }
}
