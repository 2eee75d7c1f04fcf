//! What helps with a question beside its control: examples, a number of words to aim at, and a way to say why there is
//! no answer.

use crate::card::check::{self, Stance, word_count};
use crate::card::outline::examples::{self, Example};
use crate::card::outline::{Kind, Question};
use crate::card::{Field, Value};
use crate::locale::Sentence;
use crate::say;

/// A reason longer than this, in bytes, is shown as the text that it is.
const LONGEST_REASON: usize = 300;

/// The help beside a question.
pub(super) struct Guide {
    /// A good and a weak answer, for the questions that are hard.
    pub example: Option<&'static Example>,
    /// How many words to aim at.
    pub words: Option<u16>,
    /// How many the answer has.
    pub written: usize,
    /// What the answer says instead of answering.
    pub instead: Option<Instead>,
}

/// Why there is no answer.
pub(super) struct Instead {
    /// Whether the question does not concern the card; otherwise the answer is not known yet.
    pub is_not_applicable: bool,
    /// The reason, or nothing.
    pub reason: String,
}

impl Guide {
    /// The help beside this question, whose answer is in this field.
    pub fn of(question: &Question, field: Option<&Field>) -> Self {
        let value = field.map(|field| &field.value);
        // Rows and figures are not counted in words.
        let is_prose = matches!(question.kind, Kind::Markdown | Kind::Line | Kind::List { .. });
        Self {
            example: examples::of(question.id),
            words: question.words.filter(|_| is_prose),
            written: value.map_or(0, word_count),
            instead: value.and_then(instead),
        }
    }

    /// Whether the answer is this stance, for the form.
    pub fn is(&self, stance: &str) -> bool {
        match &self.instead {
            None => stance.is_empty(),
            Some(instead) if instead.is_not_applicable => stance == "not-applicable",
            Some(_) => stance == "not-known",
        }
    }

    /// The reason why there is no answer.
    pub fn reason(&self) -> &str {
        self.instead.as_ref().map_or("", |instead| &instead.reason)
    }

    /// How the answer's length and the number of words to aim at go together.
    pub fn length(&self) -> Option<Sentence> {
        let aim = usize::from(self.words?);
        Some(match self.written {
            0 => say!("Aim for about {aim} words.", aim),
            written if written < aim => say!("About {rest} words to go of {aim}.", rest = aim - written, aim),
            written if written <= aim + aim / 2 => say!("{written} words: long enough.", written),
            written => say!(
                "{written} words. About {aim} are enough for most readers; nothing is cut.",
                written,
                aim
            ),
        })
    }
}

/// What stands in place of an answer, where it can be edited as such.
fn instead(value: &Value) -> Option<Instead> {
    let text = value.as_text()?;
    let stance = check::stance(text)?;
    let reason = stance.reason().unwrap_or_default();
    let is_short = reason.len() <= LONGEST_REASON && !reason.contains(['\n', '\r']);
    is_short.then(|| Instead {
        is_not_applicable: matches!(stance, Stance::NotApplicable(_)),
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::outline::FULL;

    fn guide(words: u16, text: &str) -> Guide {
        let question = Question {
            words: Some(words),
            kind: Kind::Markdown,
            ..FULL.sections[0].questions[0]
        };
        let field = Field {
            id: question.id.into(),
            label: question.label.into(),
            value: Value::text(text),
        };
        Guide::of(&question, Some(&field))
    }

    #[test]
    fn words_count_down_and_never_block() {
        let told = |text: &str| guide(4, text).length().unwrap();
        assert_eq!(told(""), "Aim for about 4 words.");
        assert_eq!(told("one two"), "About 2 words to go of 4.");
        assert_eq!(told("one two three four five"), "5 words: long enough.");
        assert!(told("a b c d e f g h").to_string().ends_with("nothing is cut."));
    }

    #[test]
    fn a_long_reason_is_shown_as_the_text_that_it_is() {
        assert_eq!(guide(4, "Not applicable: rules").reason(), "rules");
        assert!(guide(4, "Not applicable: rules").is("not-applicable"));
        assert!(guide(4, "Not known yet").is("not-known"));
        assert!(guide(4, "Not applicable: one\n\ntwo").is(""));
        assert!(guide(4, &format!("Not applicable: {}", "x".repeat(400))).is(""));
    }
}
