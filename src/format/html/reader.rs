//! Turns answers into what readers see.

use super::nested;
use super::shown::{Heading, Shown, Table};
use crate::card::figure;
use crate::card::outline::{Column, Kind, Outline};
use crate::card::picture::{self, Blob};
use crate::card::results::CHARTS_QUESTION;
use crate::card::{Card, Field, Value};
use crate::format::charts;
use crate::{json, prose};

/// Rows of more members than this are shown one below the other: no page is wide enough.
const MOST_COLUMNS: usize = 8;

/// Rows of a planned table are short, so that more of them fit before it has to scroll.
const MOST_PLANNED_COLUMNS: usize = 12;

/// The metrics that WebCards offers, in the order in which its files keep them.
const WEBCARDS_METRICS: [&str; 6] = ["Accuracy", "Precision", "Brier score", "Recall", "F1 score", "AUC"];

/// Turns values into what is shown, and numbers the texts so that their footnotes do not meet.
#[derive(Default)]
pub(in crate::format) struct Reader<'c> {
    texts: usize,
    /// What the names of all its texts begin with.
    place: &'c str,
    /// The card whose charts are drawn.
    card: Option<&'c Card>,
    /// The address of a kept file, where there are any.
    picture: Option<fn(&str) -> String>,
}

impl<'c> Reader<'c> {
    /// For the fields of this card.
    pub(in crate::format) fn of(card: &'c Card) -> Self {
        Self {
            card: Some(card),
            ..Self::default()
        }
    }

    /// For an answer that stands by itself, at this place of a page.
    pub(super) fn at(place: &'c str) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// For a card whose figures refer to kept files.
    pub(super) fn with_pictures(self, picture: fn(&str) -> String) -> Self {
        Self {
            picture: Some(picture),
            ..self
        }
    }

    /// The address of the kept file that a text refers to.
    fn address_of_file(&self, text: &str) -> Option<String> {
        Some(self.picture?(figure::file_of(text)?))
    }

    fn is_picture(&self, value: &Value) -> bool {
        is_picture(value) || value.as_text().is_some_and(|text| self.address_of_file(text).is_some())
    }

    /// A field's value, as its question wants it if the outline knows it.
    pub(super) fn field(&mut self, field: &Field, outline: &Outline) -> Shown {
        if field.id == "quantitative-analyses.selected_metrics"
            && let Some(shown) = field.value.as_text().and_then(webcards_metrics)
        {
            return shown;
        }
        let kind = outline
            .question(&field.id)
            .map_or(&Kind::Markdown, |question| &question.kind);
        if field.id == CHARTS_QUESTION
            && let (Some(card), Value::List(rows)) = (self.card, &field.value)
        {
            let rows = rows.iter().enumerate().filter(|(_, row)| !row.is_blank());
            let shown = rows.map(|(index, row)| match charts::of_row(card, index, row) {
                Some(chart) => Shown::Chart(Box::new(chart)),
                None => self.value(row, &Kind::Markdown, &field.label),
            });
            return several(shown.collect());
        }
        let charts = self.card.map(|card| charts::of_field(card, &field.id, &field.value));
        let charts = charts.into_iter().flatten();
        let charts: Vec<Shown> = charts.map(|chart| Shown::Chart(Box::new(chart))).collect();
        match self.value(&field.value, kind, &field.label) {
            shown if charts.is_empty() => shown,
            shown => Shown::Several(std::iter::once(shown).chain(charts).collect()),
        }
    }

    /// A value; `name` says what it is where there are only pictures to see.
    fn value(&mut self, value: &Value, kind: &Kind, name: &str) -> Shown {
        match value {
            _ if value.is_blank() => Shown::Nothing,
            Value::Null => Shown::Nothing,
            Value::Bool(true) => Shown::Line("Yes".to_owned()),
            Value::Bool(false) => Shown::Line("No".to_owned()),
            Value::Number(number) => Shown::Line(number.clone()),
            Value::Text(text) => self.text(text, kind, name),
            Value::List(items) => match kind {
                Kind::Table { columns, .. } => self.list(items, (columns, MOST_PLANNED_COLUMNS), name),
                Kind::Nested { tiers } => {
                    let mut rows = nested::rows(items, tiers);
                    let common = nested::common(&mut rows).map(|common| self.value(&common, &Kind::Markdown, name));
                    let table = self.list(&rows, (&[], MOST_PLANNED_COLUMNS), name);
                    match common {
                        Some(common) => Shown::Several(vec![common, table]),
                        None => table,
                    }
                }
                _ => self.list(items, (&[], MOST_COLUMNS), name),
            },
            Value::Group(_) if let Kind::Table { columns, .. } = kind => {
                self.list(std::slice::from_ref(value), (columns, MOST_PLANNED_COLUMNS), name)
            }
            Value::Group(members) => self.group(members.iter().map(|(key, value)| (key.as_str(), value)), name),
        }
    }

    fn text(&mut self, text: &str, kind: &Kind, name: &str) -> Shown {
        if let Some(source) = self.address_of_file(text) {
            let alt = if name.is_empty() { "Figure" } else { name }.to_owned();
            return Shown::Picture { source, alt };
        }
        match picture::sniff(text) {
            Some(Blob::Picture { media_type, base64 }) => {
                return Shown::Picture {
                    source: format!("data:{media_type};base64,{base64}"),
                    alt: if name.is_empty() { "Figure" } else { name }.to_owned(),
                };
            }
            Some(Blob::Drawing) => {
                return Shown::Note(
                    "An SVG drawing, not shown on this page because a drawing can carry scripts. It is in the card’s data."
                        .to_owned(),
                );
            }
            Some(Blob::Data) => {
                return Shown::Note(format!(
                    "Data of {} characters in base64, not shown on this page. It is in the card’s data.",
                    text.len()
                ));
            }
            None => {}
        }
        if let Some(address) = address(text, kind) {
            return Shown::Link {
                address,
                words: text.trim().to_owned(),
            };
        }
        match kind {
            Kind::Line | Kind::Date | Kind::Number | Kind::Choice { .. } | Kind::Link | Kind::YesNo => {
                Shown::Line(text.trim().to_owned())
            }
            _ => {
                self.texts += 1;
                Shown::Prose(prose::render_in(text, &format!("{}text-{}", self.place, self.texts)))
            }
        }
    }

    /// The entries of a list; as rows they have these columns, and at most so many with their own.
    fn list(&mut self, items: &[Value], (columns, most): (&[Column], usize), name: &str) -> Shown {
        let items: Vec<&Value> = items.iter().filter(|item| !item.is_blank()).collect();
        let is_group = |item: &&Value| matches!(item, Value::Group(_));
        if items.iter().all(is_group)
            && (!columns.is_empty() || items.len() > 1)
            && let Some(table) = self.table(&items, (columns, most), name)
        {
            return table;
        }
        let shown: Vec<Shown> = items
            .into_iter()
            .map(|item| self.value(item, &Kind::Markdown, name))
            .collect();
        several(shown)
    }

    /// Rows as a table, or `None` when they do not fit into one.
    fn table(&mut self, rows: &[&Value], (columns, most): (&[Column], usize), name: &str) -> Option<Shown> {
        let mut headings: Vec<(&str, &str)> = columns.iter().map(|column| (column.key, column.label)).collect();
        let mut cells: Vec<Vec<Shown>> = Vec::new();
        for row in rows {
            let Value::Group(members) = row else { return None };
            let mut line: Vec<Shown> = columns
                .iter()
                .map(|column| match cell(row, column.key) {
                    Some(value) => self.value(value, &column.kind, column.label),
                    None => Shown::Nothing,
                })
                .collect();
            for (key, rest) in rest(members, columns) {
                let place = (columns.len()..headings.len())
                    .find(|index| headings[*index].0 == key && line.get(*index).is_none_or(Shown::is_nothing));
                let place = place.unwrap_or_else(|| {
                    headings.push((key, key));
                    headings.len() - 1
                });
                if line.len() <= place {
                    line.resize_with(place + 1, || Shown::Nothing);
                }
                line[place] = match rest {
                    Rest::Whole(value) => self.value(value, &Kind::Markdown, key),
                    Rest::Members(members) => self.group(members.into_iter(), key),
                };
            }
            if columns.is_empty() && headings.len() > most {
                return None;
            }
            cells.push(line);
        }
        for line in &mut cells {
            line.resize_with(headings.len(), || Shown::Nothing);
        }
        let used: Vec<usize> = (0..headings.len())
            .filter(|index| cells.iter().any(|line| !line[*index].is_nothing()))
            .collect();
        let all_small = || cells.iter().flatten().all(Shown::is_small);
        if columns.is_empty() && !all_small() {
            return None;
        }
        let take = |line: Vec<Shown>| {
            let kept = line.into_iter().enumerate().filter(|(index, _)| used.contains(index));
            kept.map(|(index, value)| (headings[index].1.to_owned(), value))
        };
        if used.len() > most || cells.iter().flatten().any(Shown::has_picture) {
            let filled = |(_, value): &(String, Shown)| !value.is_nothing();
            let groups = cells
                .into_iter()
                .map(|line| Shown::Group(take(line).filter(filled).collect()));
            return Some(several(groups.collect()));
        }
        if used.len() == 1 {
            let only = cells.into_iter().flat_map(|line| take(line).map(|(_, value)| value));
            return Some(several(only.collect()));
        }
        let columns = used.iter().map(|index| Heading {
            label: headings[*index].1.to_owned(),
            is_numeric: cells
                .iter()
                .all(|line| line[*index].is_nothing() || line[*index].is_number()),
        });
        Some(Shown::Table(Table {
            caption: name.to_owned(),
            columns: columns.collect(),
            rows: cells
                .into_iter()
                .map(|line| take(line).map(|(_, value)| value).collect())
                .collect(),
        }))
    }

    fn group<'v>(&mut self, members: impl Iterator<Item = (&'v str, &'v Value)>, name: &str) -> Shown {
        let members: Vec<(&str, &Value)> = members.filter(|(_, value)| !value.is_blank()).collect();
        let find = |wanted: &str| members.iter().position(|(key, _)| *key == wanted);
        if let Some(image) = find("image").filter(|index| self.is_picture(members[*index].1)) {
            return self.figure(members, image, name);
        }
        // The Model Card Toolkit keeps figures so: a description and a collection.
        if let Some(collection) = find("collection")
            && let (_, Value::List(figures)) = members[collection]
            && members.len() <= 2
        {
            let mut shown = Vec::new();
            if let Some(description) = find("description") {
                shown.push(self.value(members[description].1, &Kind::Markdown, name));
            } else if members.len() == 2 {
                return self.plain_group(members);
            }
            for figure in figures.iter().filter(|figure| !figure.is_blank()) {
                shown.push(self.value(figure, &Kind::Markdown, name));
            }
            return Shown::Several(shown);
        }
        self.plain_group(members)
    }

    fn plain_group(&mut self, members: Vec<(&str, &Value)>) -> Shown {
        let shown = members
            .into_iter()
            .map(|(key, value)| (key.to_owned(), self.value(value, &Kind::Markdown, key)));
        Shown::Group(shown.collect())
    }

    fn figure(&mut self, mut members: Vec<(&str, &Value)>, image: usize, name: &str) -> Shown {
        let (_, image) = members.remove(image);
        let own = members
            .iter()
            .position(|(key, value)| *key == "name" && value.as_text().is_some());
        let caption = own.map(|index| members.remove(index).1).and_then(Value::as_text);
        let caption = caption.unwrap_or_default().trim().to_owned();
        let words = members
            .iter()
            .position(|(key, value)| *key == "alt" && value.as_text().is_some());
        let words = words.map(|index| members.remove(index).1).and_then(Value::as_text);
        let words = words.unwrap_or_default().trim();
        let alt = match (words, caption.as_str()) {
            ("", "") => name,
            ("", caption) => caption,
            (words, _) => words,
        };
        let picture = Box::new(self.value(image, &Kind::Line, alt));
        let rest = match members[..] {
            [] => Shown::Nothing,
            [("description", text)] => self.value(text, &Kind::Markdown, alt),
            _ => self.plain_group(members),
        };
        Shown::Figure {
            picture,
            name: caption,
            rest: Box::new(rest),
        }
    }
}

/// Members of a row that no column shows.
enum Rest<'v> {
    Whole(&'v Value),
    Members(Vec<(&'v str, &'v Value)>),
}

fn rest<'v>(members: &'v [(String, Value)], columns: &[Column]) -> Vec<(&'v str, Rest<'v>)> {
    let is_shown = |path: &str| columns.iter().any(|column| column.key == path);
    let mut found = Vec::new();
    for (index, (key, value)) in members.iter().enumerate() {
        // Of two members with the same name a column shows the first.
        let is_first = !members[..index].iter().any(|(other, _)| other == key);
        let goes_deeper = columns
            .iter()
            .any(|column| column.key.split_once('.').is_some_and(|(head, _)| head == key));
        match value {
            _ if value.is_blank() || (is_first && is_shown(key)) => {}
            Value::Group(inner) if is_first && goes_deeper => {
                let inner = inner
                    .iter()
                    .filter(|(name, value)| !value.is_blank() && !is_shown(&format!("{key}.{name}")));
                let inner: Vec<_> = inner.map(|(name, value)| (name.as_str(), value)).collect();
                if !inner.is_empty() {
                    found.push((key.as_str(), Rest::Members(inner)));
                }
            }
            _ => found.push((key.as_str(), Rest::Whole(value))),
        }
    }
    found
}

fn cell<'v>(row: &'v Value, key: &str) -> Option<&'v Value> {
    key.split('.').try_fold(row, |value, name| value.member(name))
}

/// One value needs no list around it; groups and pictures need no marks.
fn several(mut shown: Vec<Shown>) -> Shown {
    let has_own_shape = |item: &Shown| {
        matches!(
            item,
            Shown::Group(_) | Shown::Figure { .. } | Shown::Picture { .. } | Shown::Chart(_) | Shown::Table(_)
        )
    };
    match shown.len() {
        0 => Shown::Nothing,
        1 => shown.swap_remove(0),
        _ if shown.iter().all(has_own_shape) => Shown::Several(shown),
        _ => Shown::List(shown),
    }
}

fn is_picture(value: &Value) -> bool {
    value.as_text().is_some_and(|text| picture::sniff(text).is_some())
}

/// The address that a text is, if it is nothing else.
fn address(text: &str, kind: &Kind) -> Option<String> {
    let text = text.trim();
    if text.contains(char::is_whitespace) || text.len() > 2000 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if ["http://", "https://"]
        .iter()
        .any(|start| lower.len() > start.len() && lower.starts_with(start))
    {
        return Some(text.to_owned());
    }
    let is_mailbox = |text: &str| {
        let sides = text.split_once('@');
        sides.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains(['@', '/', ':']))
    };
    if is_mailbox(text)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"@._+-".contains(&byte))
    {
        return Some(format!("mailto:{text}"));
    }
    if lower.starts_with("mailto:") && lower.contains('@') {
        return Some(text.to_owned());
    }
    let doi = lower
        .strip_prefix("doi:")
        .map(|_| &text[4..])
        .or_else(|| matches!(kind, Kind::Link).then_some(text))?;
    (doi.starts_with("10.") && doi.contains('/')).then(|| format!("https://doi.org/{doi}"))
}

/// WebCards keeps its metrics as JSON inside a text: a list of lists of at most one text.
fn webcards_metrics(text: &str) -> Option<Shown> {
    let document = json::parse(text.trim()).ok()?;
    let value = document.root.to_value();
    let Value::List(metrics) = value.member("selected metrics")? else {
        return None;
    };
    let mut rows = Vec::new();
    for (index, metric) in metrics.iter().enumerate() {
        let name = WEBCARDS_METRICS.get(index)?;
        let Value::List(values) = metric else { return None };
        for value in values {
            let (Value::Text(value) | Value::Number(value)) = value else {
                return None;
            };
            rows.push(((*name).to_owned(), Shown::Line(value.clone())));
        }
    }
    (!rows.is_empty()).then_some(Shown::Group(rows))
}
