//! A card of any outline as a SageMaker card says it: answers in the places of the schema, the rest as details.

use crate::card::{Card, Value};
use crate::format::closed::{is_number, without_blanks};
use crate::format::convert::{push_rows, rows_of, take_without_place};
use crate::format::dialect::Dialect;
use crate::format::homes::Aside;
use crate::format::markdown::text_of;
use crate::format::measures::gathered_beside_evaluations;
use crate::format::settle::distinct;

pub(super) const DETAILS: &str = "additional-information.custom_details";
const EVALUATIONS: &str = "evaluation-details.evaluations";
const LIMITS: &str = "caveats-and-recommendations.limitations";
const ADVICE: &str = "caveats-and-recommendations.recommendations";

/// The card as a new document would say it, without what has no place of its own there, and that.
pub(super) fn placed(dialect: &'static Dialect, card: &Card) -> (Card, Vec<Aside>) {
    let mut card = without_blanks(gathered_beside_evaluations(card).into_owned());
    let metrics = take(&mut card, "quantitative-analyses.performance_metrics").map(evaluation);
    // The schema has one text for both: advice, or else the known limits.
    if card.value(ADVICE).is_none() {
        let mut fields = card.sections.iter_mut().flat_map(|section| &mut section.fields);
        if let Some(field) = fields.find(|field| field.id == LIMITS) {
            field.id = ADVICE.into();
        }
    }
    let mut card = dialect.fit(&card);
    let aside = take_without_place(dialect, &mut card);
    push_rows(dialect, &mut card, EVALUATIONS, metrics.into_iter().collect());
    (without_blanks(card), aside)
}

/// The card with these fields among its custom details, whose names are all different.
pub(super) fn with_aside(dialect: &'static Dialect, mut card: Card, aside: &[Aside]) -> Card {
    push_rows(dialect, &mut card, DETAILS, rows_of(aside));
    for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
        if let (DETAILS, Value::List(rows)) = (field.id.as_str(), &mut field.value) {
            *rows = distinct(&[], std::mem::take(rows));
        }
    }
    card
}

fn take(card: &mut Card, id: &str) -> Option<Value> {
    let mut fields = card.sections.iter_mut().flat_map(|section| &mut section.fields);
    let field = fields.find(|field| field.id == id)?;
    Some(std::mem::replace(&mut field.value, Value::Null))
}

/// Results as an evaluation with one group of metrics; what a metric has no member for goes into its notes.
pub(in crate::format) fn evaluation(metrics: Value) -> Value {
    let rows = match metrics {
        Value::List(rows) => rows,
        other => {
            let text = Value::text(text_of(&other));
            return group([("name", Value::text("Results")), ("evaluation_observation", text)]);
        }
    };
    let data = rows.into_iter().map(|row| match row {
        Value::Group(members) => metric(members),
        other => other,
    });
    let named = [
        ("name", Value::text("Results")),
        ("metric_data", Value::List(data.collect())),
    ];
    let groups = Value::List(vec![group(named)]);
    group([("name", Value::text("Results")), ("metric_groups", groups)])
}

fn metric(members: Vec<(String, Value)>) -> Value {
    let mut fitted = Vec::new();
    let mut notes = Vec::new();
    for (name, value) in members.into_iter().filter(|(_, value)| !value.is_blank()) {
        match (name.as_str(), value) {
            ("type", value) => fitted.push(("name".to_owned(), value)),
            ("value", Value::Text(text)) if is_number(text.trim()) => {
                fitted.push(("type".to_owned(), Value::text("number")));
                fitted.push((name, Value::Number(text.trim().to_owned())));
            }
            ("value", value) => {
                let kind = match value {
                    Value::Number(_) => "number",
                    Value::Bool(_) => "boolean",
                    _ => "string",
                };
                fitted.push(("type".to_owned(), Value::text(kind)));
                fitted.push((name, value));
            }
            (_, value) => notes.push((name, value)),
        }
    }
    if !notes.is_empty() {
        fitted.push(("notes".to_owned(), Value::text(text_of(&Value::Group(notes)))));
    }
    Value::Group(fitted)
}

fn group<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Group(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
}
