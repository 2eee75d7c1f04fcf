//! The pictures of a card as files of their own.

use std::borrow::Cow;
use std::collections::HashMap;

use data_encoding::BASE64;

use crate::card::picture::{self, Blob};
use crate::card::{Card, Value};

/// How long the name of a file is made of a picture's words, in characters.
const LONGEST_NAME: usize = 60;

/// A picture as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Where it is, seen from the README: `figures/roc-curve.png`.
    pub path: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Words for those who do not see it.
    pub alt: String,
}

impl Figure {
    /// Its name without the folder.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// Takes the pictures out of a card: the card that refers to them as a page of Markdown does, and the pictures, each once.
pub fn gather(card: &Card) -> (Card, Vec<Figure>) {
    let mut gathered = Gathered::default();
    let mut card = card.clone();
    for section in &mut card.sections {
        for field in &mut section.fields {
            let name = match field.label.trim() {
                "" => &section.title,
                label => label,
            };
            let name = name.to_owned();
            gathered.value(&mut field.value, &name);
        }
    }
    (card, gathered.figures)
}

#[derive(Default)]
struct Gathered {
    figures: Vec<Figure>,
    /// The path of each picture by its base64.
    paths: HashMap<String, String>,
}

impl Gathered {
    /// `name` says what the value is.
    fn value(&mut self, value: &mut Value, name: &str) {
        match value {
            Value::Text(text) => {
                if let Some(changed) = self.text(text, name) {
                    *text = changed;
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.value(item, name)),
            Value::Group(members) => {
                // The toolkits keep a figure as its name and its image; ours has words for those who do not see it.
                let said = |key: &str| {
                    let member = members.iter().find(|(name, _)| name == key);
                    let text = member.and_then(|(_, value)| value.as_text()).map(str::trim);
                    text.filter(|text| !text.is_empty()).map(str::to_owned)
                };
                let (own, alt) = (said("name"), said("alt"));
                for (key, member) in members.iter_mut() {
                    let name = own.as_deref().unwrap_or(if key == "image" { name } else { key });
                    let name = name.to_owned();
                    let before = self.figures.len();
                    self.value(member, &name);
                    if let (Some(figure), Some(alt), "image") = (self.figures.get_mut(before), &alt, key.as_str()) {
                        figure.alt.clone_from(alt);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The text with its pictures taken out; `None` when there are none.
    fn text(&mut self, text: &str, name: &str) -> Option<String> {
        if let Some(Blob::Picture { media_type, base64 }) = picture::sniff(text) {
            let path = self.keep(media_type, base64, name)?;
            let alt: String = name.chars().filter(|letter| !"[]\\\n".contains(*letter)).collect();
            return Some(format!("![{alt}]({path})"));
        }
        let mut changed = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("data:image/") {
            let is_end = |letter: char| !(letter.is_ascii_alphanumeric() || "+/=:;,-.".contains(letter));
            let end = rest[start..].find(is_end).map_or(rest.len(), |end| start + end);
            changed.push_str(&rest[..start]);
            let address = &rest[start..end];
            let path = match picture::sniff(address) {
                Some(Blob::Picture { media_type, base64 }) => self.keep(media_type, base64, alt_before(&changed, name)),
                _ => None,
            };
            changed.push_str(path.as_deref().unwrap_or(address));
            rest = &rest[end..];
        }
        (!changed.is_empty()).then(|| changed + rest)
    }

    /// Keeps a picture, unless it is there already; its path.
    fn keep(&mut self, media_type: &str, base64: Cow<str>, name: &str) -> Option<String> {
        if let Some(path) = self.paths.get(base64.as_ref()) {
            return Some(path.clone());
        }
        let bytes = BASE64.decode(base64.as_bytes()).ok()?;
        let ending = match media_type {
            "image/png" => "png",
            "image/gif" => "gif",
            "image/webp" => "webp",
            _ => "jpg",
        };
        let stem = stem(name);
        let is_taken = |path: &str| self.figures.iter().any(|figure| figure.path == path);
        let mut path = format!("figures/{stem}.{ending}");
        let mut number = 2;
        while is_taken(&path) {
            path = format!("figures/{stem}-{number}.{ending}");
            number += 1;
        }
        self.figures.push(Figure {
            path: path.clone(),
            bytes,
            alt: name.trim().to_owned(),
        });
        self.paths.insert(base64.into_owned(), path.clone());
        Some(path)
    }
}

/// The words of `![words](`, when that stands at the end.
fn alt_before<'t>(text: &'t str, name: &'t str) -> &'t str {
    let words = text.strip_suffix("](").and_then(|text| Some(text.rsplit_once("![")?.1));
    words.map(str::trim).filter(|words| !words.is_empty()).unwrap_or(name)
}

/// A name that every system and every address can have.
fn stem(name: &str) -> String {
    let mut stem = String::new();
    for letter in name.trim().chars().take(LONGEST_NAME) {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            stem.push(letter);
        } else if !stem.ends_with('-') {
            stem.push('-');
        }
    }
    match stem.trim_matches('-') {
        "" => "figure".to_owned(),
        stem => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format;

    const GIF: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

    #[test]
    fn a_picture_in_a_text_becomes_a_file_once() {
        let upload =
            format!("# Otter\n\n## Results\n\nOne ![The river]({GIF}) and ![again]({GIF}).\n\nAnd data:image/x.\n");
        let (card, figures) = gather(&format::read(upload.as_bytes()).unwrap().card);
        assert_eq!(figures.len(), 1);
        assert_eq!(figures[0].path, "figures/The-river.gif");
        assert_eq!(figures[0].alt, "The river");
        assert!(figures[0].bytes.starts_with(b"GIF89a"));
        let text = format!("{card:?}");
        assert!(
            text.contains("One ![The river](figures/The-river.gif) and ![again](figures/The-river.gif)."),
            "{text}"
        );
        assert!(text.contains("And data:image/x."));
    }

    #[test]
    fn a_figure_keeps_its_words_for_those_who_do_not_see_it() {
        let mut row = Value::Group(vec![
            ("name".to_owned(), Value::text("Recall by age")),
            ("alt".to_owned(), Value::text("A curve that falls from 0.9 to 0.6")),
            ("image".to_owned(), Value::text(format!("R0lGODlh{}", "A".repeat(60)))),
        ]);
        let mut gathered = Gathered::default();
        gathered.value(&mut row, "Figures");
        assert_eq!(gathered.figures[0].path, "figures/Recall-by-age.gif");
        assert_eq!(gathered.figures[0].alt, "A curve that falls from 0.9 to 0.6");
    }

    #[test]
    fn names_differ_and_hold_no_path() {
        let value = |name: &str, base64: &str| {
            Value::Group(vec![
                ("name".to_owned(), Value::text(name)),
                ("image".to_owned(), Value::text(base64)),
            ])
        };
        let pictures = [
            format!("R0lGODlh{}", "A".repeat(60)),
            format!("R0lGODlh{}", "B".repeat(60)),
        ];
        let mut gathered = Gathered::default();
        for picture in &pictures {
            gathered.value(&mut value("../é", picture), "Figures");
        }
        let paths: Vec<&str> = gathered.figures.iter().map(|figure| figure.path.as_str()).collect();
        assert_eq!(paths, ["figures/figure.gif", "figures/figure-2.gif"]);
    }
}
