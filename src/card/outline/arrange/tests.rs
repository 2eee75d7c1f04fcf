use proptest::prelude::*;

use super::*;
use crate::card::Value;
use crate::card::outline::{FREE, FULL, HUGGING_FACE};

/// The card without what makes no difference: sections of outlines in which nothing stands.
fn said(card: &Card) -> Vec<Section> {
    let is_known = |section: &Section| ALL.iter().any(|outline| outline.part(&section.key).is_some());
    let sections = card.sections.iter();
    sections
        .filter(|section| !section.fields.is_empty() || !is_known(section))
        .cloned()
        .collect()
}

fn field(id: &str, label: &str) -> Field {
    Field {
        id: id.into(),
        label: label.into(),
        value: Value::text(format!("about {label}")),
    }
}

fn section(key: &str, title: &str, fields: &[(&str, &str)]) -> Section {
    Section {
        key: key.into(),
        title: title.into(),
        fields: fields.iter().map(|(id, label)| field(id, label)).collect(),
    }
}

/// Cards as this outline arranges them, with sections and fields of their own, some under words of other outlines.
fn cards(outline: &'static Outline) -> impl Strategy<Value = Card> {
    let answered = prop::collection::vec(any::<bool>(), 80);
    let keys = [
        "factors",
        "metrics",
        "motivation",
        "uses",
        "notes",
        "model-details",
        "river",
        "general-information",
    ];
    let own = prop::collection::vec((prop::sample::select(keys.to_vec()), 0..3usize, "[a-c]{1,2}"), 0..5);
    (answered, own).prop_map(move |(answered, own)| {
        let mut answered = answered.into_iter().cycle();
        let parts = outline.sections.iter().map(|part| {
            let mut section = blank(part);
            for question in part.questions.iter().filter(|_| answered.next() == Some(true)) {
                section.fields.push(field(question.id, question.label));
            }
            if answered.next() == Some(true) {
                section.fields.push(field("+note", "note"));
            }
            section
        });
        let mut card = Card {
            sections: parts.collect(),
        };
        for (key, title, label) in own {
            let title = ["Own words", "", "River"][title];
            if card.section(key).is_none() && outline.part(key).is_none() {
                card.sections.push(section(
                    key,
                    &format!("{title} {key}"),
                    &[(&format!("+{label}"), &label)],
                ));
            }
        }
        card
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn there_and_back_is_the_same_card(
        (from, card) in prop::sample::select(ALL.to_vec()).prop_flat_map(|from| (Just(from), cards(from))),
        to in prop::sample::select(ALL.to_vec()), via in prop::sample::select(ALL.to_vec()),
    ) {
        let there = arranged(&card, to);
        prop_assert_eq!(said(&arranged(&there, from)), said(&card), "by {}", to.key);
        // A long way round keeps every answer, too.
        let far = arranged(&arranged(&there, via), from);
        prop_assert_eq!(said(&far), said(&card), "by {} and {}", to.key, via.key);
    }

    #[test]
    fn nothing_is_dropped_and_every_question_is_in_its_section(
        card in prop::sample::select(ALL.to_vec()).prop_flat_map(cards), to in prop::sample::select(ALL.to_vec()),
    ) {
        let there = arranged(&card, to);
        let count = |card: &Card| card.sections.iter().map(|section| section.fields.len()).sum::<usize>();
        prop_assert_eq!(count(&there), count(&card));
        for (part, section) in to.sections.iter().zip(&there.sections) {
            prop_assert_eq!(part.key, &section.key);
            for question in part.questions {
                prop_assert_eq!(section.field(question.id).map(|field| &field.value), card.value(question.id));
            }
        }
        let mut keys = HashSet::new();
        prop_assert!(there.sections.iter().all(|section| keys.insert(&section.key)));
        prop_assert_eq!(arranged(&there, to), there);
    }
}

#[test]
fn a_section_of_ones_own_gives_its_word_to_the_outline_and_takes_it_back() {
    let card = Card {
        sections: vec![
            section("river", "River", &[("+a", "a")]),
            section("factors", "What counts", &[("+a", "a")]),
        ],
    };
    let there = arranged(&card, &FULL);
    assert_eq!(there.section("factors").unwrap().fields, []);
    assert_eq!(there.section("factors_").unwrap().title, "What counts");
    assert_eq!(arranged(&there, &FREE), card);
}

#[test]
fn a_question_answered_twice_keeps_both_answers() {
    let card = Card {
        sections: vec![
            section("notes", "Notes", &[("model-details.name", "Name")]),
            section("model-details", "Model details", &[("model-details.name", "Name")]),
        ],
    };
    let there = arranged(&card, &FULL);
    assert_eq!(there.section("model-details").unwrap().fields.len(), 1);
    assert_eq!(there.section("notes").unwrap().fields.len(), 1);
    let elsewhere = arranged(&card, &HUGGING_FACE);
    let answers = elsewhere.sections.iter().flat_map(|section| &section.fields).count();
    assert_eq!(answers, 2);
}
