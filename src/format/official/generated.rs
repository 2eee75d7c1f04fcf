//! New documents of generated cards are valid.

use proptest::prelude::*;

use super::*;
use crate::card::outline::{Kind, Outline};
use crate::json::tests::{texts, values};

/// An answer of the kind that a question wants, or anything else.
fn answers(kind: &'static Kind) -> BoxedStrategy<Value> {
    let text = || {
        prop_oneof![
            texts().prop_map(Value::Text),
            Just(Value::text("x".repeat(2500))),
            Just(Value::text("é😀".repeat(600))),
            "(- [a-z ]{0,9}\n){1,4}".prop_map(Value::Text),
            prop::sample::select(vec![
                "apache-2.0",
                "MIT",
                "high",
                "supervised",
                "0.5",
                "yes",
                "2026-01-31",
                "https://example.org/a b",
                "a@b.example",
                "https://example.org/a",
            ])
            .prop_map(Value::text),
        ]
    };
    let fitting = match kind {
        Kind::List { .. } => prop::collection::vec(text(), 0..30).prop_map(Value::List).boxed(),
        Kind::Table { columns, .. } => {
            let cell = move |column: &'static crate::card::outline::Column| {
                let value = prop_oneof![4 => text(), 1 => values()];
                value.prop_map(move |value| {
                    let mut names = column.key.rsplit('.');
                    let last = names.next().unwrap_or_default().to_owned();
                    names.fold((last, value), |(name, value), outer| {
                        (outer.to_owned(), Value::Group(vec![(name, value)]))
                    })
                })
            };
            let row = prop::collection::vec((0..columns.len()).prop_flat_map(move |at| cell(&columns[at])), 0..6);
            prop::collection::vec(row.prop_map(Value::Group), 0..25)
                .prop_map(Value::List)
                .boxed()
        }
        _ => text().boxed(),
    };
    prop_oneof![3 => fitting, 1 => values()].boxed()
}

/// Cards of an outline with answers of all kinds, and with a section and fields of their own.
fn cards(outline: &'static Outline) -> impl Strategy<Value = Card> {
    let questions: Vec<_> = outline
        .sections
        .iter()
        .flat_map(|part| part.questions.iter().map(move |question| (part, question)))
        .collect();
    let answered = (0..questions.len()).prop_flat_map(move |at| {
        let (part, question) = questions[at];
        answers(&question.kind).prop_map(move |value| (part, question, value))
    });
    let own = (texts(), texts(), values());
    (prop::collection::vec(answered, 0..12), prop::collection::vec(own, 0..3)).prop_map(|(answered, own)| {
        let mut card = Card::default();
        for (part, question, value) in answered {
            let field = Field {
                id: question.id.into(),
                label: question.label.into(),
                value,
            };
            match card.sections.iter_mut().find(|section| section.key == part.key) {
                Some(section) if section.field(&field.id).is_some() => {}
                Some(section) => section.fields.push(field),
                None => card.sections.push(Section {
                    key: part.key.into(),
                    title: part.title.into(),
                    fields: vec![field],
                }),
            }
        }
        for (at, (title, label, value)) in own.into_iter().enumerate() {
            let id = crate::card::field_id(&label);
            let fields = vec![Field { id, label, value }];
            card.sections.push(Section {
                key: format!("own-{at}"),
                title,
                fields,
            });
        }
        card
    })
}

#[test]
fn new_documents_of_generated_cards_are_valid() {
    let validators = validators();
    let outlines = crate::card::outline::ALL
        .iter()
        .filter(|outline| !outline.sections.is_empty());
    for outline in outlines {
        let config = ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(30)
        };
        let mut runner = proptest::test_runner::TestRunner::new(config);
        let outcome = runner.run(&cards(outline), |card| {
            prop_assert_eq!(refused(&validators, &card, outline.key), [""; 0]);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}
