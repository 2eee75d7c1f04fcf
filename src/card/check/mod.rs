//! What a good card has: returns a list of problems, never fails and never blocks.
//!
//! The checks ask whether an answer is plausible, not whether it is good. Each message says in
//! plain words what is odd and what to try.

mod dates;
mod in_step;
mod leaks;
mod licences;
mod links;
mod numbers;
mod placeholders;
mod splits;
mod stance;
mod standing;

pub use licences::{
    hub_name as hub_licence, identifier as licence, identifiers as licences, is_listed as is_listed_licence,
};
pub use placeholders::is_comment;
pub use stance::{Stance, stance};
pub use standing::{Standing, Tally, word_count};

use super::outline::{Column, Kind, Outline};
use super::{Card, Value};
use super::{figure, picture, results};
use crate::locale::Sentence;
use crate::say;
use crate::word;

/// A table may hold thousands of rows; beyond this many remarks on one field the rest is counted.
const MOST_PER_FIELD: usize = 20;

/// Something odd in a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Key of the section.
    pub section: String,
    /// Id of the field.
    pub field: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is odd and what to try, in plain words.
    pub message: Sentence,
    /// Which part of the answer it is about, as a JSON Pointer (RFC 6901) from there; nothing for the whole.
    pub within: Option<String>,
}

/// How much something odd in a card or its file matters, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The format's own readers refuse the file because of it.
    Blocks,
    /// Should be mended before the card is given to others.
    Problem,
    /// Worth knowing, or could be better; kept as it is.
    Note,
}

impl Severity {
    /// The words for it beside a finding.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocks => word!("must be mended"),
            Self::Problem => word!("should be mended"),
            Self::Note => word!("tip"),
        }
    }
}

/// A remark on one value, before its place is known.
#[derive(Debug, PartialEq, Eq)]
struct Remark {
    severity: Severity,
    message: Sentence,
}

impl Remark {
    fn problem(message: Sentence) -> Self {
        Self {
            severity: Severity::Problem,
            message,
        }
    }

    fn tip(message: Sentence) -> Self {
        Self {
            severity: Severity::Note,
            message,
        }
    }

    /// The same remark, beginning with where in the field it applies: `Row 2, Value`.
    fn at(self, place: &Sentence) -> Self {
        Self {
            message: say!("{place}: {message}", place, message = self.message),
            ..self
        }
    }
}

/// What is odd in the card, in the card's order; behind it the numbers that two places tell differently.
pub fn check(card: &Card, outline: &Outline) -> Vec<Problem> {
    let mut problems = Vec::new();
    for section in &card.sections {
        for field in &section.fields {
            let mut remarks = Vec::new();
            if let Some(question) = outline.question(&field.id) {
                check_answer(&field.value, &question.kind, &mut remarks);
                if question.id == results::QUESTION {
                    for_each_row(&field.value, |place, row| {
                        remarks.extend(numbers::check_metric(row).into_iter().map(|remark| remark.at(&place)));
                    });
                }
            }
            if field.id == "training-data.split" {
                remarks.extend(field.value.as_text().and_then(splits::check));
            }
            check_figures(&field.value, &mut remarks);
            check_texts(&field.value, &mut remarks);
            let rest = remarks.len().saturating_sub(MOST_PER_FIELD);
            if rest > 0 {
                remarks.truncate(MOST_PER_FIELD);
                remarks.push(Remark::tip(say!(
                    "There are {rest} more remarks of this kind on this field.",
                    rest
                )));
            }
            problems.extend(remarks.into_iter().map(|remark| Problem {
                section: section.key.clone(),
                field: field.id.clone(),
                severity: remark.severity,
                message: remark.message,
                within: None,
            }));
        }
    }
    problems.extend(in_step::check(card));
    problems
}

/// Says which figures wait for their words.
fn check_figures(value: &Value, remarks: &mut Vec<Remark>) {
    for (number, row) in (1..).zip(figure::rows(value)) {
        if figure::is_waiting(row) {
            remarks.push(Remark::problem(say!(
                "Figure {number} waits for its caption and alt text: until it has both, it is in no preview and no \
                 download. The picture is kept.",
                number
            )));
        }
    }
}

/// What is impossible about the number of a metric with this name.
pub fn metric(name: &str, number: &str) -> Option<Sentence> {
    numbers::out_of_range(name, number)
}

/// What is odd about a row of results: numbers out of the range of their metric, an interval that does not fit.
pub fn result(row: &Value) -> Vec<Sentence> {
    let remarks = numbers::check_metric(row).into_iter();
    remarks.map(|remark| remark.message).collect()
}

/// The number that a text says, such as `0.94`; a percentage as its share of 1.
pub fn number(text: &str) -> Option<f64> {
    numbers::number_in(text)
}

/// The parts in which data was divided, as a text tells them: `80/10/10`.
pub fn split(text: &str) -> Option<Vec<(String, f64)>> {
    splits::parts(text)
}

/// What is odd about a date, and how much it matters.
pub fn date(text: &str) -> Option<(Severity, Sentence)> {
    dates::check(text).map(|remark| (remark.severity, remark.message))
}

/// Whether there is content in a value; blank text and placeholders are none. A [`stance`] is content: it tells readers
/// why there is no other answer.
pub fn is_answered(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::Text(text) => !text.trim().is_empty() && !placeholders::is_placeholder(text),
        Value::List(items) => items.iter().any(is_answered),
        Value::Group(members) => members.iter().any(|(_, value)| is_answered(value)),
    }
}

/// How many fields of a card have content.
pub fn filled(card: &Card) -> usize {
    let fields = card.sections.iter().flat_map(|section| &section.fields);
    fields.filter(|field| is_answered(&field.value)).count()
}

/// Checks a value against the kind of answer its question wants.
fn check_answer(value: &Value, kind: &Kind, remarks: &mut Vec<Remark>) {
    if let Some(stance) = value.as_text().and_then(stance) {
        // Whatever kind of answer is wanted, this says that there is none.
        remarks.extend(without_reason(stance));
        return;
    }
    match (kind, value) {
        (_, Value::Null) => {}
        (Kind::Table { columns, .. }, Value::List(_) | Value::Group(_)) => {
            for_each_row(value, |place, row| check_row(&place, row, columns, remarks));
        }
        (Kind::List { entry }, Value::List(items)) => {
            // Files write an entry as text or, in the Model Card Toolkit, as a group of one text.
            let is_entry = |item: &&Value| match item {
                Value::List(_) => false,
                Value::Group(members) => members.len() <= 1,
                _ => true,
            };
            if let Some(position) = items.iter().position(|item| !is_entry(&item)) {
                remarks.push(Remark::tip(say!(
                    "Entry {position} holds several values where one text is expected. They are kept; consider writing \
                     this {entry} as one sentence.",
                    position = position + 1,
                    entry
                )));
            }
        }
        (Kind::Table { .. } | Kind::List { .. } | Kind::Nested { .. } | Kind::Figures, _) => {}
        (_, Value::Group(_)) => remarks.push(Remark::tip(say!(
            "One text is expected here, but the card has a group of named values. They are kept; consider writing \
             them as one text."
        ))),
        (_, Value::List(_)) if !matches!(kind, Kind::Markdown) => remarks.push(Remark::tip(say!(
            "One answer is expected here, but the card has a list. It is kept; consider writing it as one text."
        ))),
        (Kind::Date, Value::Text(text)) => remarks.extend(dates::check(text)),
        (Kind::Date, Value::Number(number)) => remarks.extend(dates::check(number)),
        (Kind::Number, Value::Text(text)) => remarks.extend(numbers::check(text)),
        (Kind::Link, Value::Text(text)) => remarks.extend(links::check(text)),
        (Kind::YesNo, Value::Text(text)) => {
            let known = ["", "yes", "no", "true", "false"];
            if !known.contains(&text.trim().to_ascii_lowercase().as_str()) {
                remarks.push(Remark::tip(say!("The answer expected here is yes or no.")));
            }
        }
        _ => {}
    }
}

/// A tip for a stance that gives no reason.
fn without_reason(stance: Stance) -> Option<Remark> {
    let advice = match stance {
        Stance::NotApplicable(None) => {
            say!("Readers are helped by the reason: “Not applicable: trained from the beginning”.")
        }
        Stance::NotKnown(None) => say!("Readers are helped by the reason: “Not known yet: the trial ends in May”."),
        _ => return None,
    };
    Some(Remark::tip(advice))
}

/// Calls `visit` with each row of a table and its place: `Row 2`. A lone group counts as one row.
fn for_each_row(value: &Value, mut visit: impl FnMut(Sentence, &Value)) {
    match value {
        Value::List(rows) => {
            for (index, row) in rows.iter().enumerate() {
                visit(say!("Row {number}", number = index + 1), row);
            }
        }
        Value::Group(_) => visit(say!("Row {number}", number = 1), value),
        _ => {}
    }
}

fn check_row(place: &Sentence, row: &Value, columns: &[Column], remarks: &mut Vec<Remark>) {
    for column in columns {
        let Some(value) = cell(row, column.key) else { continue };
        let mut found = Vec::new();
        check_answer(value, &column.kind, &mut found);
        if column.key == "identifier"
            && let Some(text) = value.as_text()
            && stance(text).is_none()
        {
            found.extend(licences::check(text));
        }
        let place = say!("{place}, {column}", place, column = Sentence::new(column.label));
        remarks.extend(found.into_iter().map(|remark| remark.at(&place)));
    }
}

/// The member of a row that a column shows; a dot in the key goes one group deeper.
fn cell<'a>(row: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(row, |value, name| value.member(name))
}

/// Checks what holds for every text, whatever the question: placeholders, secrets, private paths.
fn check_texts(value: &Value, remarks: &mut Vec<Remark>) {
    match value {
        Value::Text(text) if picture::sniff(text).is_some() => {}
        Value::Text(text) => {
            remarks.extend(placeholders::check(text));
            remarks.extend(leaks::check(text));
        }
        Value::List(items) => items.iter().for_each(|item| check_texts(item, remarks)),
        Value::Group(members) => members.iter().for_each(|(_, value)| check_texts(value, remarks)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::outline::{FREE, FULL};
    use super::super::{Field, Section};
    use super::*;

    fn card(id: &str, value: Value) -> Card {
        let section = id.split_once('.').map_or("other", |(section, _)| section);
        Card {
            sections: vec![Section {
                key: section.to_owned(),
                title: section.to_owned(),
                fields: vec![Field {
                    id: id.to_owned(),
                    label: id.to_owned(),
                    value,
                }],
            }],
        }
    }

    fn group(members: &[(&str, &str)]) -> Value {
        Value::Group(
            members
                .iter()
                .map(|(key, text)| ((*key).to_owned(), Value::text(*text)))
                .collect(),
        )
    }

    fn problems(id: &str, value: Value) -> Vec<Problem> {
        check(&card(id, value), &FULL)
    }

    #[test]
    fn a_problem_says_where_it_is() {
        let found = problems("model-details.version_date", Value::text("08/28/2020"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].section, "model-details");
        assert_eq!(found[0].field, "model-details.version_date");
        let found = problems(
            "model-details.licenses",
            Value::List(vec![
                group(&[("identifier", "MIT")]),
                group(&[("identifier", "apache-2.0")]),
            ]),
        );
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message.to_string(),
            "Row 2, SPDX identifier: The SPDX identifier is written Apache-2.0."
        );
    }

    #[test]
    fn a_contact_need_not_be_an_address_and_text_may_stand_for_a_list() {
        let owner = Value::List(vec![group(&[("name", "Anna"), ("contact", "room 12")])]);
        assert_eq!(problems("model-details.owners", owner), []);
        assert_eq!(problems("intended-use.users", Value::text("radiologists")), []);
        let wrapped = Value::List(vec![group(&[("description", "radiologists")])]);
        assert_eq!(problems("intended-use.users", wrapped), []);
    }

    #[test]
    fn a_group_where_text_is_expected_is_noted() {
        let found = problems("model-details.name", group(&[("en", "Model"), ("it", "Modello")]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Note);
        let entries = Value::List(vec![group(&[("a", "1"), ("b", "2")])]);
        assert_eq!(problems("intended-use.users", entries).len(), 1);
    }

    #[test]
    fn secrets_are_found_in_fields_that_no_outline_knows() {
        let found = check(
            &card("+notes", Value::List(vec![group(&[("path", "/home/anna/x")])])),
            &FREE,
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Problem);
    }

    #[test]
    fn many_remarks_on_one_field_are_counted_rather_than_listed() {
        let rows = Value::List(vec![group(&[("type", "accuracy"), ("value", "120")]); 3000]);
        let found = problems("quantitative-analyses.performance_metrics", rows);
        assert_eq!(found.len(), MOST_PER_FIELD + 1);
        assert!(found[MOST_PER_FIELD].message.to_string().contains("2980 more"));
    }

    #[test]
    fn a_stance_is_an_answer_of_every_kind() {
        let questions = || FULL.sections.iter().flat_map(|part| part.questions);
        for question in questions() {
            for text in ["Not applicable: no data", "Not known yet: the trial runs"] {
                assert!(is_answered(&Value::text(text)));
                assert_eq!(problems(question.id, Value::text(text)), [], "{}", question.id);
            }
            let found = problems(question.id, Value::text("Not known yet"));
            assert_eq!(found.len(), 1, "{}: {found:?}", question.id);
            assert_eq!(found[0].severity, Severity::Note);
            assert!(found[0].message.to_string().contains("reason"), "{}", found[0].message);
        }
        let kinds: Vec<&Kind> = questions().map(|question| &question.kind).collect();
        assert!(kinds.iter().any(|kind| matches!(kind, Kind::Date)));
        let metric = group(&[("type", "accuracy"), ("value", "Not applicable: rules only")]);
        let id = "quantitative-analyses.performance_metrics";
        assert_eq!(problems(id, Value::List(vec![metric])), []);
        let licence = group(&[("identifier", "Not known yet: the owners decide")]);
        assert_eq!(problems("model-details.licenses", Value::List(vec![licence])), []);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let odd = prop::sample::select(vec![
            "08/28/2020",
            "9999-99-99",
            "94%",
            "https://",
            "data:,",
            "TODO",
            "hf_",
            "{{",
            "é/home/ü",
            "1e999",
            "-",
            "//",
        ]);
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            "-?[0-9]{1,4}(\\.[0-9]{1,20})?".prop_map(Value::Number),
            "\\PC{0,30}".prop_map(Value::Text),
            (odd, "\\PC{0,4}").prop_map(|(one, other)| Value::Text(format!("{one}{other}"))),
        ];
        let name = prop::sample::select(vec![
            "type",
            "value",
            "identifier",
            "link",
            "confidence_interval",
            "lower_bound",
        ]);
        leaf.prop_recursive(3, 20, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::vec((name.clone().prop_map(str::to_owned), inner), 0..4).prop_map(Value::Group),
            ]
        })
    }

    fn any_id() -> impl Strategy<Value = String> {
        let ids: Vec<&str> = FULL
            .sections
            .iter()
            .flat_map(|part| part.questions)
            .map(|question| question.id)
            .collect();
        prop_oneof![prop::sample::select(ids).prop_map(str::to_owned), "\\PC{0,12}"]
    }

    proptest! {
        #[test]
        fn no_card_makes_it_panic(id in any_id(), value in any_value()) {
            let card = card(&id, value);
            for problem in check(&card, &FULL) {
                prop_assert!(problem.message.to_string().ends_with(['.', ':']) || problem.message.to_string().contains("https://"));
            }
            check(&card, &FREE);
        }
    }
}
