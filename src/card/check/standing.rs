//! How far a card is, counted on content: a heading, a placeholder or a blank entry is no answer.

use super::stance::{Stance, stance};
use super::{is_answered, placeholders};
use crate::card::outline::{Outline, Part, Question};
use crate::card::{Card, Section, Value};

/// Where a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has said anything yet.
    Open,
    /// It has an answer.
    Answered,
    /// It is said not to concern this card.
    NotApplicable,
    /// It is said that the answer is not known yet: readers are told, and the question stays to be answered.
    NotKnown,
}

impl Standing {
    /// Where a question with this value stands.
    pub fn of(value: &Value) -> Self {
        match value.as_text().and_then(stance) {
            Some(Stance::NotApplicable(_)) => Self::NotApplicable,
            Some(Stance::NotKnown(_)) => Self::NotKnown,
            None if is_answered(value) => Self::Answered,
            None => Self::Open,
        }
    }

    /// Where a question of a section stands.
    pub fn of_question(section: &Section, question: &Question) -> Self {
        section
            .field(question.id)
            .map_or(Self::Open, |field| Self::of(&field.value))
    }
}

/// How many questions stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// With an answer.
    pub answered: usize,
    /// Said not to concern the card.
    pub not_applicable: usize,
    /// Said not to be known yet.
    pub not_known: usize,
    /// About which nothing is said.
    pub open: usize,
}

impl Tally {
    /// The questions that this section is asked.
    pub fn of_section(section: &Section, part: &Part) -> Self {
        let mut tally = Self::default();
        for question in part.asked(section) {
            tally.count(Standing::of_question(section, question));
        }
        tally
    }

    /// The questions that the card is asked.
    pub fn of_card(card: &Card, outline: &Outline) -> Self {
        let parts = card.sections.iter().filter_map(|section| {
            let part = outline.part(&section.key)?;
            Some(Self::of_section(section, part))
        });
        parts.fold(Self::default(), |sum, part| Self {
            answered: sum.answered + part.answered,
            not_applicable: sum.not_applicable + part.not_applicable,
            not_known: sum.not_known + part.not_known,
            open: sum.open + part.open,
        })
    }

    fn count(&mut self, standing: Standing) {
        match standing {
            Standing::Open => self.open += 1,
            Standing::Answered => self.answered += 1,
            Standing::NotApplicable => self.not_applicable += 1,
            Standing::NotKnown => self.not_known += 1,
        }
    }

    /// All questions.
    pub fn questions(self) -> usize {
        self.answered + self.not_applicable + self.not_known + self.open
    }

    /// The questions with which nobody needs to do anything more.
    pub fn settled(self) -> usize {
        self.answered + self.not_applicable
    }

    /// Whether all questions are settled; a section without questions is not.
    pub fn is_done(self) -> bool {
        self.questions() > 0 && self.settled() == self.questions()
    }

    /// Whether nothing has been said about any question.
    pub fn is_untouched(self) -> bool {
        self.open == self.questions()
    }
}

/// The words of an answer, as a reader counts them; those of placeholders do not count.
pub fn word_count(value: &Value) -> usize {
    match value {
        Value::Text(text) if placeholders::is_placeholder(text) => 0,
        Value::Text(text) => text
            .split_whitespace()
            .filter(|word| word.contains(char::is_alphanumeric))
            .count(),
        Value::Number(_) => 1,
        Value::List(items) => items.iter().map(word_count).sum(),
        Value::Group(members) => members.iter().map(|(_, value)| word_count(value)).sum(),
        Value::Null | Value::Bool(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Field;
    use crate::card::outline::{SHORT, arranged};

    #[test]
    fn only_content_counts() {
        for (text, wanted) in [
            ("", Standing::Open),
            ("  \n", Standing::Open),
            ("[More Information Needed]", Standing::Open),
            ("Not applicable: rules only", Standing::NotApplicable),
            ("Not known yet", Standing::NotKnown),
            ("Boats", Standing::Answered),
        ] {
            assert_eq!(Standing::of(&Value::text(text)), wanted, "{text:?}");
        }
        let list = |items: Vec<Value>| Standing::of(&Value::List(items));
        assert_eq!(list(vec![Value::text("")]), Standing::Open);
        assert_eq!(list(vec![Value::Null, Value::text("TBD")]), Standing::Open);
        assert_eq!(list(vec![Value::text("cats")]), Standing::Answered);
        assert_eq!(Standing::of(&Value::Bool(false)), Standing::Answered);
    }

    #[test]
    fn every_point_of_every_outline_can_be_earned() {
        for outline in crate::card::outline::ALL {
            let mut card = arranged(&Card::default(), outline);
            let before = Tally::of_card(&card, outline);
            assert_eq!(
                (before.settled(), before.open),
                (0, before.questions()),
                "{}",
                outline.key
            );
            for (section, part) in card.sections.iter_mut().zip(outline.sections) {
                for question in part.questions.iter().filter(|question| !question.legacy) {
                    section.fields.push(Field {
                        id: question.id.into(),
                        label: question.label.into(),
                        value: Value::text("Not applicable: it follows rules"),
                    });
                }
            }
            let after = Tally::of_card(&card, outline);
            assert_eq!(after.settled(), before.questions(), "{}", outline.key);
        }
    }

    #[test]
    fn a_question_that_is_not_known_yet_stays_to_be_answered() {
        let mut card = arranged(&Card::default(), &SHORT);
        let question = &SHORT.sections[0].questions[0];
        card.sections[0].fields.push(Field {
            id: question.id.into(),
            label: question.label.into(),
            value: Value::text("Not known yet: it is being named"),
        });
        let tally = Tally::of_section(&card.sections[0], &SHORT.sections[0]);
        assert_eq!((tally.not_known, tally.settled()), (1, 0));
        assert!(!tally.is_untouched() && !tally.is_done());
    }

    #[test]
    fn words_are_counted_as_readers_count_them() {
        assert_eq!(word_count(&Value::text("Not for children – ever.\n\n* no")), 5);
        assert_eq!(word_count(&Value::text("[More Information Needed]")), 0);
        assert_eq!(
            word_count(&Value::List(vec![Value::text("two words"), Value::text("three")])),
            3
        );
    }
}
