//! The results of a card brought into the metric table, from wherever the format that it came in has them.
//!
//! The hub of Hugging Face nests them in its metadata and shows them as a table on the page, Amazon SageMaker has them in
//! groups below its evaluations. Formats with a metric table take them from there; what stood in the other place stays
//! beside them when it says more than the rows do, so that nothing is lost on the way.

use std::borrow::Cow;

use super::carried::says;
use super::closed::Want;
use super::convert::put;
use super::markdown::{is_echo, rows};
use super::sagemaker::evaluation;
use crate::card::outline::{self, FULL, Outline};
use crate::card::results::hub::items;
use crate::card::results::{QUESTION, hub, page};
use crate::card::{Card, Field, Section, Value};

/// The question whose answer are the evaluations of SageMaker.
const EVALUATIONS: &str = "evaluation-details.evaluations";
/// The question that a page for the hub answers with its table of results.
const TABLE: &str = "evaluation.results";

/// The card with a metric table, made of what it says of results elsewhere; as it is when it has one, or nothing for it.
/// `want` is what the format accepts in its table.
pub(super) fn gathered<'c>(card: &'c Card, want: &Want) -> Cow<'c, Card> {
    gathered_from(card, want, &[of_page, of_evaluations, of_index])
}

/// The same, of nothing but the table on a page: for a format that has results for the hub, too.
pub(super) fn gathered_from_page<'c>(card: &'c Card, want: &Want) -> Cow<'c, Card> {
    gathered_from(card, want, &[of_page])
}

/// The same, of nothing but evaluations: for pages of the hub.
pub(super) fn gathered_from_evaluations(card: &Card) -> Cow<'_, Card> {
    gathered_from(card, &Want::Anything, &[of_evaluations])
}

/// The same, for a format that has evaluations itself.
pub(super) fn gathered_beside_evaluations(card: &Card) -> Cow<'_, Card> {
    gathered_from(card, &Want::Anything, &[of_page, of_index])
}

/// The card without answers that say nothing but what its metric table says, or the table on its page.
pub(super) fn without_echo(card: &Card) -> Cow<'_, Card> {
    let table = match card.value(QUESTION) {
        Some(rows @ Value::List(_)) => Some(rows.clone()),
        _ => found(card, &[of_page]).map(|(_, rows)| rows),
    };
    let evaluations = || found(card, &[of_evaluations]).map(|(_, rows)| rows);
    let is_index = |rows: &Value| is_echo(card, rows);
    let is_list = |rows: &Value| card.value(EVALUATIONS).is_some_and(|list| is_list_of(list, rows));
    let index = table.as_ref().filter(|rows| is_index(rows)).map(|_| hub::QUESTION);
    let list = table.or_else(evaluations).filter(is_list).map(|_| EVALUATIONS);
    match index.into_iter().chain(list).collect::<Vec<_>>() {
        ids if ids.is_empty() => Cow::Borrowed(card),
        ids => Cow::Owned(without(card, &ids)),
    }
}

/// Whether evaluations say nothing but these rows.
fn is_list_of(evaluations: &Value, rows: &Value) -> bool {
    *evaluations == Value::List(vec![evaluation(rows.clone())])
}

/// The rows in a field, if it is of that kind.
type Source = fn(&Section, &Field) -> Option<Value>;

fn gathered_from<'c>(card: &'c Card, want: &Want, sources: &[Source]) -> Cow<'c, Card> {
    let Some((part, question)) = FULL.part_asking(QUESTION).zip(FULL.question(QUESTION)) else {
        return Cow::Borrowed(card);
    };
    if let Some(answer) = card.value(QUESTION).filter(|answer| !answer.is_blank()) {
        return restored(card, answer).map_or(Cow::Borrowed(card), Cow::Owned);
    }
    let Some((field, rows)) = found(card, sources) else {
        return Cow::Borrowed(card);
    };
    let fitted = want.fit(rows.clone());
    let is_kept = want.kept(&fitted).as_ref() == Some(&fitted);
    let is_said = |value: &Value| value.as_text().is_some() || is_list_of(value, &rows) || says(&rows, value);
    let mut said: Vec<&str> = Vec::new();
    if is_kept && is_said(&field.value) {
        said.push(&field.id);
    }
    let says_index = || card.value(hub::QUESTION).is_some_and(|index| says(&rows, index));
    if !said.contains(&hub::QUESTION) && (is_echo(card, &rows) || (is_kept && says_index())) {
        said.push(hub::QUESTION);
    }
    let mut card = without(card, &said);
    put(&mut card, part, question, rows);
    Cow::Owned(card)
}

/// The titles and labels under which outlines have the metric table.
fn headings() -> impl Iterator<Item = (&'static str, &'static str)> {
    let asking = |outline: &Outline| Some((outline.part_asking(QUESTION)?.title, outline.question(QUESTION)?.label));
    outline::ALL.iter().copied().filter_map(asking)
}

/// The card with what its rows lost when they went into a format with fewer columns, out of a pair of a name and a text in
/// which that has been kept; `None` when there is no such pair, or it says something else.
fn restored(card: &Card, answer: &Value) -> Option<Card> {
    let Value::List(old) = answer else { return None };
    let is_name = |name: &str| headings().any(|(title, label)| name == format!("{title}: {label}"));
    let is_pair = |pair: &&Value| pair.member("name").and_then(Value::as_text).is_some_and(is_name);
    let mut fields = card.sections.iter().flat_map(|section| &section.fields);
    let pair = fields.find_map(|field| items(Some(&field.value)).iter().find(is_pair))?;
    let text = pair.member("value")?.as_text()?;
    let Value::List(new) = page::alone(text).map(Value::List).or_else(|| rows(text))? else {
        return None;
    };
    let is_same = new.len() == old.len() && new.iter().zip(old).all(|(new, old)| says(new, old));
    if !is_same {
        return None;
    }
    let mut restored = card.clone();
    for field in restored.sections.iter_mut().flat_map(|section| &mut section.fields) {
        match &mut field.value {
            value if field.id == QUESTION => *value = Value::List(new.clone()),
            Value::List(pairs) => pairs.retain(|other| other != pair),
            _ => {}
        }
    }
    Some(restored)
}

/// The first of these sources that the card has, and its rows.
fn found<'c>(card: &'c Card, sources: &[Source]) -> Option<(&'c Field, Value)> {
    let fields = || {
        let sections = card.sections.iter();
        sections.flat_map(|section| section.fields.iter().map(move |field| (section, field)))
    };
    let rows = |source: &Source| fields().find_map(|(section, field)| Some((field, source(section, field)?)));
    sources.iter().find_map(rows)
}

/// A card without the answers of these ids.
fn without(card: &Card, ids: &[&str]) -> Card {
    let sections = card.sections.iter().map(|section| Section {
        fields: section
            .fields
            .iter()
            .filter(|field| !ids.contains(&field.id.as_str()))
            .cloned()
            .collect(),
        ..section.clone()
    });
    Card {
        sections: sections.filter(|section| !section.fields.is_empty()).collect(),
    }
}

fn list(rows: Vec<Value>) -> Option<Value> {
    (!rows.is_empty()).then_some(Value::List(rows))
}

/// The table below the heading under which the hub's template has it, or under ours.
fn of_page(section: &Section, field: &Field) -> Option<Value> {
    let is_ours = || headings().any(|(title, label)| section.title == title && field.label == label);
    let is_it = field.id == TABLE || (field.is_custom() && is_ours());
    list(page::alone(field.value.as_text().filter(|_| is_it)?)?)
}

/// How much of an answer may be copied while rows are made of it: what it says once of a dataset, each row says. Nothing
/// is made of an answer of which it would become many times as much.
pub(super) struct Copies {
    left: usize,
}

impl Copies {
    /// For rows made of this answer.
    pub fn of(answer: &Value) -> Self {
        let (mut bytes, mut waiting) = (0, vec![answer]);
        while let Some(value) = waiting.pop() {
            match value {
                Value::Text(text) | Value::Number(text) => bytes += text.len(),
                Value::List(items) => waiting.extend(items),
                Value::Group(members) => {
                    bytes += members.iter().map(|(name, _)| name.len()).sum::<usize>();
                    waiting.extend(members.iter().map(|(_, value)| value));
                }
                Value::Null | Value::Bool(_) => {}
            }
        }
        Self {
            left: 4 * bytes + 1024 * 1024,
        }
    }

    /// So many bytes more; `None` when that is too much.
    pub fn take(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        Some(())
    }
}

/// Results for the hub.
fn of_index(_: &Section, field: &Field) -> Option<Value> {
    let is_it = field.id == hub::QUESTION;
    let index = Some(&field.value).filter(|_| is_it)?;
    let mut copies = Copies::of(index);
    for result in items(Some(index))
        .iter()
        .flat_map(|model| items(model.member("results")))
    {
        let said = |name| result.member("dataset").and_then(|dataset| dataset.member(name));
        let length = |name| said(name).and_then(Value::as_text).map_or(0, str::len);
        let bytes: usize = ["name", "type", "config", "split"].into_iter().map(length).sum();
        copies.take(bytes.saturating_mul(items(result.member("metrics")).len()))?;
    }
    list(hub::indexed(index).into_iter().map(|one| one.row).collect())
}

/// The metrics with a single value in the groups of evaluations.
fn of_evaluations(_: &Section, field: &Field) -> Option<Value> {
    let Value::List(evaluations) = Some(&field.value).filter(|_| field.id == EVALUATIONS)? else {
        return None;
    };
    let mut copies = Copies::of(&field.value);
    let mut found = Vec::new();
    for evaluation in evaluations {
        let datasets: Vec<&str> = items(evaluation.member("datasets"))
            .iter()
            .filter_map(Value::as_text)
            .collect();
        let dataset = datasets.join(", ");
        for group in items(evaluation.member("metric_groups")) {
            for metric in items(group.member("metric_data")) {
                copies.take(dataset.len())?;
                found.extend(of_metric(metric, &dataset));
            }
        }
    }
    list(found)
}

fn of_metric(metric: &Value, dataset: &str) -> Option<Value> {
    let name = metric.member("name").filter(|name| !name.is_blank())?;
    let value = metric.member("value").filter(|value| !value.is_blank())?;
    if matches!(value, Value::List(_) | Value::Group(_)) {
        return None;
    }
    let mut row = vec![("type".to_owned(), name.clone()), ("value".to_owned(), value.clone())];
    match metric.member("notes").filter(|notes| !notes.is_blank()) {
        // What a metric has no member for there stands in its notes as a list of names and values.
        Some(Value::Text(notes)) => match rows(notes) {
            Some(Value::Group(members)) => row.extend(members),
            _ => row.push(("notes".to_owned(), Value::text(notes))),
        },
        Some(notes) => row.push(("notes".to_owned(), notes.clone())),
        None => {}
    }
    if !dataset.is_empty() && !row.iter().any(|(name, _)| name == "dataset") {
        row.push(("dataset".to_owned(), Value::text(dataset)));
    }
    Some(Value::Group(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::results::{Measured, measured};
    use crate::format::{Format, losses, read_as, write};
    use crate::json;

    const ROWS: &str = r#"[
        {"type": "recall", "value": "0.94", "confidence_interval": {"lower_bound": "0.9", "upper_bound": "0.96"},
         "dataset": "Lakes 2", "slice": "sex=F", "threshold": "0.5"},
        {"type": "latency", "value": "31", "unit": "ms", "dataset": "Lakes 2"}]"#;

    fn card(rows: &str) -> Card {
        let rows = json::parse(rows).unwrap().root.into_value();
        let mut card = Card::default();
        let question = FULL.question(QUESTION).unwrap();
        put(&mut card, FULL.part_asking(QUESTION).unwrap(), question, rows);
        card
    }

    /// The card as it is read from a new file of this format.
    fn through(format: Format, card: &Card) -> Card {
        let bytes = write(format, None, card).unwrap();
        read_as(format, &bytes).unwrap_or_else(|error| panic!("{error:?}")).card
    }

    fn rows(card: &Card) -> Vec<Measured> {
        measured(card.value(QUESTION).unwrap_or(&Value::Null))
    }

    fn lost(format: Format, card: &Card) -> Vec<String> {
        let losses = losses(format, None, card).into_iter();
        losses.filter_map(|loss| loss.field).collect()
    }

    const TOOLKIT: Format = Format::MODEL_CARD_TOOLKIT_2;

    #[test]
    fn results_go_through_a_page_of_the_hub_and_back_with_all_that_they_say() {
        let before = card(ROWS);
        let page = through(Format::HUGGING_FACE, &before);
        assert_eq!(page.value(QUESTION), None, "a table on the page");
        assert_eq!(hub::indexed(page.value(hub::QUESTION).unwrap()).len(), 2);
        let after = through(TOOLKIT, &page);
        assert_eq!(rows(&after), rows(&before));
        assert_eq!(rows(&after)[0].interval, Some((0.9, 0.96)));
        let threshold = |card: &Card| format!("{:?}", card.value(QUESTION)).contains("threshold");
        assert!(threshold(&after));
        assert_eq!(lost(TOOLKIT, &page), [] as [String; 0]);

        // A bill has four columns only. What the others say is kept beside them, and comes back.
        let bill = through(Format::CYCLONEDX_7, &page);
        assert_eq!(rows(&bill).len(), 2);
        assert_eq!(rows(&bill)[0].slice, "sex=F");
        assert_eq!(lost(Format::CYCLONEDX_7, &page), [] as [String; 0]);
        for format in [Format::HUGGING_FACE, TOOLKIT, Format::SAGEMAKER] {
            assert_eq!(
                rows(&through(TOOLKIT, &through(format, &bill))),
                rows(&before),
                "{format:?}"
            );
        }

        let evaluations = through(Format::SAGEMAKER, &page);
        assert_eq!(lost(Format::SAGEMAKER, &page), [] as [String; 0]);
        assert_eq!(rows(&through(TOOLKIT, &evaluations)), rows(&before));
        assert_eq!(lost(TOOLKIT, &evaluations), [] as [String; 0]);
        let again = through(Format::HUGGING_FACE, &evaluations);
        assert_eq!(again.value(hub::QUESTION), page.value(hub::QUESTION));
        assert!(again.section("evaluation-details").is_none(), "once on the page");
        assert_eq!(lost(Format::HUGGING_FACE, &evaluations), [] as [String; 0]);

        let own = through(Format::NATIVE, &page);
        assert_eq!(through(Format::HUGGING_FACE, &own), page);
        assert_eq!(rows(&through(TOOLKIT, &own)), rows(&before));
    }

    const INDEX: &str = "---\npipeline_tag: other\nmodel-index:\n- name: a\n  results:\n  - task:\n      type: summarization\n    dataset:\n      \
                         name: Lakes\n      type: lakes\n    metrics:\n    - type: rouge\n      value: 0.50\n      name: Test Rouge\n    - type: \
                         rouge\n      value: 0.4\n      name: Rouge, long\n    - type: curve\n      value: {low: 1}\n---\n# A\n";

    #[test]
    fn results_for_the_hub_alone_become_rows_and_what_rows_cannot_say_is_not_hidden() {
        let page = read_as(Format::HUGGING_FACE, INDEX.as_bytes()).unwrap().card;
        for format in [TOOLKIT, Format::CYCLONEDX_6] {
            let found = rows(&through(format, &page));
            let said: Vec<(&str, &str, &str)> = found
                .iter()
                .map(|row| (row.metric.as_str(), row.words.as_str(), row.slice.as_str()))
                .collect();
            assert_eq!(
                said,
                [("Test Rouge", "0.50", ""), ("Rouge", "0.4", "long")],
                "{format:?}"
            );
        }
        assert!(lost(TOOLKIT, &page).contains(&"Results for the hub".to_owned()));
        assert_eq!(lost(Format::CYCLONEDX_6, &page), [] as [String; 0]);
        let bill = write(Format::CYCLONEDX_6, None, &page).unwrap();
        assert!(String::from_utf8(bill).unwrap().contains("summarization"));
        let evaluations = through(Format::SAGEMAKER, &page);
        assert_eq!(rows(&through(TOOLKIT, &evaluations)).len(), 2);
    }

    #[test]
    fn a_table_that_is_there_stays_as_it_is() {
        let mut with_both = card(r#"[{"type": "f1", "value": "0.1"}]"#);
        let page = read_as(Format::HUGGING_FACE, INDEX.as_bytes()).unwrap().card;
        with_both.sections.extend(page.sections);
        let after = through(TOOLKIT, &with_both);
        assert_eq!(rows(&after).len(), 1);
        assert!(lost(TOOLKIT, &with_both).contains(&"Results for the hub".to_owned()));
        assert_eq!(rows(&through(Format::CYCLONEDX_7, &with_both))[0].words, "0.1");
        assert!(matches!(gathered(&Card::default(), &Want::Anything), Cow::Borrowed(_)));
    }

    /// A page with these results and this table, and a column that few formats have.
    fn with_table(result: &str, head: &str, row: &str) -> Card {
        let rule = "---|".repeat(head.matches('|').count() - 1);
        let page = format!(
            "---\nmodel-index:\n- name: a\n  results:\n  - {result}\n    metrics:\n    - {{type: f1, value: 0.93, name: F1}}\n---\n\
             # A\n\n## Evaluation\n\n### Results\n\n{head}\n|{rule}\n{row}\n"
        );
        read_as(Format::HUGGING_FACE, page.as_bytes()).unwrap().card
    }

    #[test]
    fn what_results_say_more_than_their_table_is_kept_or_named() {
        let (head, row) = ("| Metric | Value | Dataset |", "| F1 | 0.93 | Lakes |");
        let dataset = "dataset: {name: Lakes, type: lakes}";
        let further = [
            ("task: {type: summarization, name: Summaries}", "Summaries"),
            ("args: ak", "ak"),
            ("source: {url: 'https://example.org'}", "example.org"),
        ];
        for (member, word) in further {
            let card = with_table(&format!("{dataset}\n    {member}"), head, row);
            for format in [TOOLKIT, Format::CYCLONEDX_7, Format::SAGEMAKER] {
                let text = String::from_utf8(write(format, None, &card).unwrap()).unwrap();
                let is_named = lost(format, &card).contains(&"Results for the hub".to_owned());
                assert!(text.contains(word) || is_named, "{member} {format:?} {text}");
            }
        }
        let task = "task: {type: other}";
        let card = with_table(&format!("{task}\n    {dataset}"), head, row);
        assert_eq!(lost(TOOLKIT, &card), [] as [String; 0]);
    }

    #[test]
    fn a_column_that_a_format_does_not_know_is_named_by_its_heading() {
        let card = with_table(
            "dataset: {name: Lakes, type: lakes}",
            "| Metric | Value | Epoch |",
            "| F1 | 0.93 | 1 |",
        );
        for format in [TOOLKIT, Format::CYCLONEDX_7] {
            let lost = lost(format, &card);
            assert!(!lost.contains(&"Results".to_owned()), "{format:?} {lost:?}");
        }
        // The schema of protobuf has no such member.
        let lost = lost(Format::MODEL_CARD_TOOLKIT_PROTO_TEXT, &card);
        assert!(lost.contains(&"Results".to_owned()), "{lost:?}");
    }

    #[test]
    fn a_long_name_is_not_copied_into_thousands_of_rows() {
        let field = |id: &str, text: &str| Field {
            id: id.into(),
            label: id.into(),
            value: json::parse(text).unwrap().root.into_value(),
        };
        let section = Section {
            key: "a".into(),
            title: "A".into(),
            fields: Vec::new(),
        };
        let many = |metric: &str, count: usize| vec![metric; count].join(", ");
        let index = |length: usize, count: usize| {
            let metrics = many(r#"{"type": "f1", "value": 1}"#, count);
            let dataset = format!(r#"{{"name": "{}", "type": "a"}}"#, "a".repeat(length));
            let index = format!(r#"[{{"results": [{{"dataset": {dataset}, "metrics": [{metrics}]}}]}}]"#);
            of_index(&section, &field(hub::QUESTION, &index))
        };
        let evaluations = |length: usize, count: usize| {
            let (metrics, name) = (many(r#"{"name": "f1", "value": 1}"#, count), "a".repeat(length));
            let list =
                format!(r#"[{{"datasets": ["{name}", "b"], "metric_groups": [{{"metric_data": [{metrics}]}}]}}]"#);
            of_evaluations(&section, &field(EVALUATIONS, &list))
        };
        assert!(index(30_000, 2_500).is_none() && evaluations(30_000, 2_500).is_none());
        assert!(index(100, 2_500).is_some() && evaluations(100, 2_500).is_some());
        assert!(index(500, 25).is_some() && evaluations(30_000, 25).is_some());
    }
}
