//! Losses of answered outlines, told from the bytes of the file that is written.

use std::collections::BTreeMap;

use super::{Extent, Format, Kept, Loss, losses, write};
use crate::card::outline::{self, Kind, Outline, Question};
use crate::card::{Card, Field, Section, Value};

/// Makes words that stand nowhere else.
#[derive(Default)]
struct Words(usize);

impl Words {
    fn next(&mut self) -> Value {
        self.0 += 1;
        Value::text(format!("zq{:04}qz", self.0))
    }

    /// An answer of the question's kind with a word of its own in each of its places.
    fn answer(&mut self, question: &Question) -> Value {
        match question.kind {
            Kind::List { .. } => Value::List(vec![self.next(), self.next()]),
            Kind::Table { columns, .. } => {
                let columns = columns.iter().filter(|column| !column.key.contains('.'));
                let cells = columns.map(|column| (column.key.to_owned(), self.next()));
                Value::List(vec![Value::Group(cells.collect())])
            }
            Kind::Figures => Value::Group(vec![("description".into(), self.next())]),
            _ => self.next(),
        }
    }
}

/// The outline with an answer to each of its questions.
fn answered(outline: &Outline) -> Card {
    let mut words = Words::default();
    let sections = outline.sections.iter().map(|part| Section {
        key: part.key.into(),
        title: part.title.into(),
        fields: (part.questions.iter())
            .map(|question| Field {
                id: question.id.into(),
                label: question.label.into(),
                value: words.answer(question),
            })
            .collect(),
    });
    Card {
        sections: sections.collect(),
    }
}

fn words_of(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Text(text) => words.push(text.clone()),
        Value::List(items) => items.iter().for_each(|item| words_of(item, words)),
        Value::Group(members) => members.iter().for_each(|(_, value)| words_of(value, words)),
        _ => {}
    }
}

/// What is wrongly said of the losses of a card in this format, as `Section › Field: what`.
fn wrong(card: &Card, format: Format) -> Vec<String> {
    let file = write(format, None, card).unwrap();
    let file = String::from_utf8_lossy(&file);
    let items = losses(format, None, card).into_iter();
    let named: BTreeMap<_, _> = items.filter_map(|loss| Some((loss.item?, loss.extent))).collect();
    let fields = card
        .sections
        .iter()
        .flat_map(|section| section.fields.iter().map(move |field| (section, field)));
    let wrong = fields.filter_map(|(section, field)| {
        let mut words = Vec::new();
        words_of(&field.value, &mut words);
        let expected = match words.iter().filter(|word| file.contains(word.as_str())).count() {
            0 => Some(Extent::Whole),
            some if some < words.len() => Some(Extent::Part),
            _ => None,
        };
        let said = named.get(&(section.key.clone(), field.id.clone())).copied();
        let what = || format!("{} › {}: said {said:?}, is {expected:?}", section.title, field.label);
        (said != expected).then(what)
    });
    wrong.collect()
}

/// The same card with one of its answers only, for each of them.
fn alone(card: &Card) -> impl Iterator<Item = Card> {
    let alone = |section: &Section, field: &Field| Section {
        fields: vec![field.clone()],
        ..section.clone()
    };
    let sections = card.sections.iter();
    let sections = sections.flat_map(move |section| section.fields.iter().map(move |field| alone(section, field)));
    sections.map(|section| Card {
        sections: vec![section],
    })
}

/// Each text as a list of two.
fn doubled(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::List(["l", "r"].map(|end| Value::text(format!("{text}{end}"))).into()),
        Value::List(items) => Value::List(items.iter().map(doubled).collect()),
        Value::Group(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), doubled(value)));
            Value::Group(members.collect())
        }
        other => other.clone(),
    }
}

#[test]
fn an_answer_is_named_as_lost_when_its_words_are_not_in_the_file_and_only_then() {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for outline in outline::ALL {
        let card = answered(outline);
        let mut nested = card.clone();
        for field in nested.sections.iter_mut().flat_map(|section| &mut section.fields) {
            field.value = doubled(&field.value);
        }
        let cards: Vec<Card> = alone(&card).chain([nested]).chain([card.clone()]).collect();
        for format in Format::ALL.iter().filter(|format| format.can_read()) {
            let wrong: Vec<String> = cards.iter().flat_map(|card| wrong(card, *format)).collect();
            if !wrong.is_empty() {
                found.insert(format!("{} to {}", outline.key, format.id()), wrong);
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn placeholders_are_told_apart_from_answers() {
    let card = "---\ntags: []\n---\n# Otter\n\n## Model Details\n\n### Model Description\n\n\
        - **Funded by [optional]:** [More Information Needed]\n- **Shared by [optional]:** river lab\n";
    let card = super::read(card.as_bytes()).unwrap().card;
    let losses = losses(Format::CHAI_2, None, &card);
    let told = losses.iter();
    let told: Vec<_> = told
        .map(|loss| (loss.field.as_deref().unwrap_or(""), loss.extent))
        .collect();
    assert_eq!(told, [("Shared by", Extent::Whole), ("Funded by", Extent::Placeholder)]);
    assert_eq!(Loss::counted(&losses).to_string(), "1 answer and 1 placeholder");
    assert_eq!(Loss::counted(&losses[1..]).to_string(), "1 placeholder");
    assert_eq!(Kept::all(Format::CHAI_2, &card, "summary").len(), 1);
}
