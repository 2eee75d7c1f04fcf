//! Where a new file keeps what has no place of its own in it.
//!
//! Most formats have a [`Home`] that takes what the visitor puts there, such as an appendix to the documentation. Formats
//! made for it, with properties of any name, have a usual one: there everything goes that nobody chose to leave out.

use std::collections::{HashMap, HashSet};

use super::loss::{Extent, Loss, in_order, losses_keeping, of_field};
use super::origins::Origins;
use super::{Format, ReadError, convert, markdown, write};
use crate::card::{Card, Field, Section, Value, outline};

/// A place in a format's new files that takes what has no place of its own.
#[derive(Debug)]
pub struct Home {
    /// The word for it in addresses and on the command line: `properties`.
    pub id: &'static str,
    /// The name shown, as in “put it into …”: “the properties”.
    pub name: &'static str,
    /// How it is put there.
    pub manner: Manner,
}

/// How something is put into a [`Home`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Below what the answer to this question says already, as Markdown with a heading.
    Appendix(&'static str),
    /// As pairs of a name and a text, as the format has them for whatever has no place. It is the usual home: what nobody
    /// chose to leave out is there.
    Pairs,
}

/// A choice: this field goes into that home, or nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Key of the section.
    pub section: String,
    /// Id of the field.
    pub field: String,
    /// Id of the home; empty to leave the field out.
    pub home: String,
}

impl Kept {
    /// The same choice for every answer that has no place of its own; an empty one leaves it out.
    pub fn all(format: Format, card: &Card, home: &str) -> Vec<Self> {
        let items = Homeless::of(format, card)
            .all(card)
            .into_iter()
            .filter(Loss::is_of_answer)
            .filter_map(|loss| loss.item);
        items
            .map(|(section, field)| Self {
                section,
                field,
                home: home.to_owned(),
            })
            .collect()
    }
}

/// A field that a format has no place for, as it was found when the card was fitted.
pub(super) struct Aside {
    /// Its section, without fields.
    pub section: Section,
    /// The field.
    pub field: Field,
}

/// A card as a new file says it, with each choice followed.
pub(super) struct Housed<'c> {
    /// The card.
    pub card: Card,
    /// The fields that are in an appendix.
    pub appended: Vec<(&'c Section, &'c Field)>,
    /// The fields that would be in the usual home and were chosen to be left out.
    pub left_out: Vec<(&'c Section, &'c Field)>,
}

/// What has no place of its own in a new file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Homeless {
    /// What goes into the [usual home](Manner::Pairs), unless it is chosen to be left out.
    pub kept: Vec<Loss>,
    /// What is lost, unless it is put into a home.
    pub lost: Vec<Loss>,
}

impl Homeless {
    /// What has no place of its own in a new file of this format.
    pub fn of(format: Format, card: &Card) -> Self {
        let lost = losses_keeping(format, card, &[]);
        let (_, aside) = format.lens().placed(card);
        let items = lost.iter().filter_map(|loss| loss.item.as_ref());
        let items: HashSet<Item> = items.map(|(key, id)| (key.as_str(), id.as_str())).collect();
        let found = Origins::of(card).of_each(&aside).into_iter().flatten();
        let kept = found.filter(|(section, field)| !items.contains(&item(section, field)));
        let kept = kept
            .map(|(section, field)| of_field(section, field, Extent::Whole))
            .collect();
        Self {
            kept: in_order(kept, card),
            lost,
        }
    }

    /// All of it, in the order of the card.
    pub fn all(self, card: &Card) -> Vec<Loss> {
        in_order(self.kept.into_iter().chain(self.lost).collect(), card)
    }
}

/// A new file of this format with these choices.
///
/// # Errors
/// None for formats that exist; the type is that of [`write`](fn@write).
pub fn write_keeping(format: Format, card: &Card, kept: &[Kept]) -> Result<Vec<u8>, ReadError> {
    if kept.is_empty() {
        return write(format, None, card);
    }
    Ok(format.lens().write_new(&housed(format, card, kept).card))
}

/// Section key and field id.
type Item<'c> = (&'c str, &'c str);

fn item<'c>(section: &'c Section, field: &'c Field) -> Item<'c> {
    (&section.key, &field.id)
}

/// The card as the format says it, with each choice followed. A field that has a place for a part of its answer keeps
/// that, too.
pub(super) fn housed<'c>(format: Format, card: &'c Card, kept: &[Kept]) -> Housed<'c> {
    let lens = format.lens();
    let field_of = |kept: &Kept| {
        let section = card.section(&kept.section)?;
        Some((section, section.field(&kept.field)?))
    };
    let unwanted = kept.iter().filter(|kept| kept.home.is_empty());
    let unwanted = unwanted.filter_map(field_of);
    let unwanted: HashMap<Item, (&Section, &Field)> = unwanted
        .map(|(section, field)| (item(section, field), (section, field)))
        .collect();
    let wanted = kept.iter().filter_map(|kept| {
        let home = format.homes().iter().find(|home| home.id == kept.home)?;
        let (section, field) = field_of(kept)?;
        Some((section, field, home.manner))
    });
    let wanted: Vec<(&Section, &Field, Manner)> = wanted.collect();
    let lost = match wanted.is_empty() {
        true => Vec::new(),
        false => losses_keeping(format, card, &[]),
    };
    let lost: HashMap<Item, Extent> = lost
        .iter()
        .filter_map(|loss| {
            loss.item
                .as_ref()
                .map(|(key, id)| ((key.as_str(), id.as_str()), loss.extent))
        })
        .collect();
    // What is carried has its place, or is in the usual home already; and no home spells more characters.
    let is_lost = |section: &Section, field: &Field| {
        let extent = lost.get(&item(section, field));
        extent.is_some_and(|extent| matches!(extent, Extent::Whole | Extent::Part))
    };
    let moved = wanted.into_iter().filter(|(section, field, _)| is_lost(section, field));
    let moved: Vec<(&Section, &Field, Manner)> = moved.collect();
    let moved_whole: HashSet<Item> = moved
        .iter()
        .map(|(section, field, _)| item(section, field))
        .filter(|item| lost.get(item) == Some(&Extent::Whole))
        .collect();
    let rest = card.sections.iter().map(|section| Section {
        fields: section
            .fields
            .iter()
            .filter(|field| !moved_whole.contains(&item(section, field)))
            .cloned()
            .collect(),
        ..section.clone()
    });
    let rest = Card {
        sections: rest.collect(),
    };
    let (mut fitted, aside) = lens.placed(&rest);
    let mut left_out = Vec::new();
    let mut remaining = Vec::new();
    let found = Origins::of(&rest).of_each(&aside);
    for (aside, origin) in aside.into_iter().zip(found) {
        let origin = origin.map(|(section, field)| item(section, field));
        match origin.and_then(|origin| unwanted.get(&origin)) {
            Some(item) => left_out.push(*item),
            None => remaining.push(aside),
        }
    }
    let mut appended = Vec::new();
    for (section, field, manner) in moved {
        match manner {
            Manner::Pairs => remaining.push(Aside::of(section, field)),
            Manner::Appendix(question) => {
                append(&mut fitted, section, field, question);
                appended.push((section, field));
            }
        }
    }
    Housed {
        card: lens.with_aside(fitted, remaining),
        appended,
        left_out,
    }
}

impl Aside {
    /// A field of the card.
    pub fn of(section: &Section, field: &Field) -> Self {
        Self {
            section: Section {
                fields: Vec::new(),
                ..section.clone()
            },
            field: field.clone(),
        }
    }
}

/// Puts a field below the answer to a question.
fn append(card: &mut Card, section: &Section, field: &Field, question: &str) {
    let Some((part, question)) = outline::ALL
        .iter()
        .copied()
        .find_map(|outline| Some((outline.part_asking(question)?, outline.question(question)?)))
    else {
        return;
    };
    let name = if field.id == "+" || field.label == section.title {
        section.title.clone()
    } else {
        format!("{}: {}", section.title, field.label)
    };
    let answers = card.sections.iter().flat_map(|section| &section.fields);
    let before = answers.into_iter().find(|field| field.id == question.id);
    let before = before.map(|field| markdown::text_of(&field.value).trim_end().to_owned());
    let before = before.unwrap_or_default();
    let gap = if before.trim().is_empty() { "" } else { "\n\n" };
    let text = format!("{before}{gap}## {name}\n\n{}", markdown::text_of(&field.value));
    convert::put(card, part, question, Value::Text(text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{losses, read};

    const CARD: &str = r#"{"model": "otter", "river": {"depth": "1.5 m", "banks": ["left", "right"]}, "note": "x"}"#;

    fn card() -> Card {
        read(CARD.as_bytes()).unwrap().card
    }

    fn labels(losses: &[Loss]) -> Vec<String> {
        losses.iter().filter_map(|loss| loss.field.clone()).collect()
    }

    fn choice(section: &str, field: &str, home: &str) -> Kept {
        Kept {
            section: section.into(),
            field: field.into(),
            home: home.into(),
        }
    }

    #[test]
    fn what_goes_into_a_home_is_in_the_file_and_lost_no_more() {
        let kept = ["depth", "banks"].map(|field| Kept {
            section: "river".into(),
            field: format!("+{field}"),
            home: "documentation".into(),
        });
        let left = losses_keeping(Format::MODEL_CARD_TOOLKIT_2, &card(), &kept);
        assert_eq!(labels(&left), ["model", "note"]);
        let bytes = write_keeping(Format::MODEL_CARD_TOOLKIT_2, &card(), &kept).unwrap();
        let again = read(&bytes).unwrap().card;
        assert_eq!(
            again.value("model-details.documentation"),
            Some(&Value::text(
                "## river: depth\n\n1.5 m\n\n## river: banks\n\n- left\n- right"
            ))
        );
    }

    #[test]
    fn a_home_or_field_that_does_not_exist_changes_nothing() {
        let kept =
            [("river", "+width", "documentation"), ("river", "+depth", "attic")].map(|(section, field, home)| Kept {
                section: section.into(),
                field: field.into(),
                home: home.into(),
            });
        let format = Format::MODEL_CARD_TOOLKIT_2;
        assert_eq!(losses_keeping(format, &card(), &kept), losses(format, None, &card()));
    }

    #[test]
    fn what_a_usual_home_takes_is_listed_and_can_be_left_out() {
        for (format, home) in [
            (Format::CYCLONEDX_7, "properties"),
            (Format::CYCLONEDX_5, "properties"),
            (Format::SAGEMAKER, "custom-details"),
        ] {
            let card = card();
            assert_eq!(losses(format, None, &card), []);
            let listed = Homeless::of(format, &card).kept;
            assert_eq!(labels(&listed), ["model", "depth", "banks", "note"], "{format:?}");
            assert_eq!(listed[1].item, Some(("river".into(), "+depth".into())));
            let said = |kept: &[Kept]| String::from_utf8(write_keeping(format, &card, kept).unwrap()).unwrap();
            // What is chosen for the usual home is there once.
            let twice = said(&[choice("river", "+depth", home)]);
            assert_eq!(twice, said(&[]));
            assert_eq!(twice.matches("1.5 m").count(), 1, "{twice}");
            let without = [choice("river", "+depth", ""), choice("note", "+", "")];
            let text = said(&without);
            assert!(
                !text.contains("1.5 m") && text.contains("otter") && text.contains("left"),
                "{text}"
            );
            assert_eq!(labels(&losses_keeping(format, &card, &without)), ["depth", "note"]);
        }
    }

    #[test]
    fn leaving_out_what_has_a_place_changes_nothing() {
        let card = read(
            br##"{"schema_version": "0.0.2", "model_details": {"name": "otter",
            "references": [{"reference": "https://example.org"}, {"reference": "a book"}]}}"##,
        )
        .unwrap()
        .card;
        let format = Format::CYCLONEDX_7;
        let listed = Homeless::of(format, &card).kept;
        assert_eq!(labels(&listed), ["References"]);
        let kept = [
            choice("model-details", "model-details.references", ""),
            choice("model-details", "model-details.name", ""),
        ];
        let text = String::from_utf8(write_keeping(format, &card, &kept).unwrap()).unwrap();
        assert!(
            text.contains("https://example.org") && text.contains("otter") && !text.contains("a book"),
            "{text}"
        );
    }
}
