//! The choice of a control, by the question's kind and the value's shape.

use super::grid::{FEW_ROWS, Grid, MOST_ROWS};
use super::leaf::{area, data, is_long, line, text_control};
use super::nested::Nested;
use super::title::{labelled, title, without_hints};
use super::{Body, Control, Entry};
use crate::card::Value;
use crate::card::figure;
use crate::card::outline::{Column, FIGURE, Kind};
use crate::locale::Sentence;
use crate::web::form::is_kept;
use crate::{say, word};

/// A value with more single parts than this, or nested deeper, is edited as JSON text.
const MAX_PARTS: usize = 150;
/// A list with more rows than this is edited as JSON text.
const MAX_ROWS: usize = 60;
/// How deep groups are shown inside each other.
const MAX_LEVELS: usize = 4;

/// Makes the controls of one field.
pub(super) struct Builder<'m> {
    /// The name of the list that shall show a blank entry.
    pub more: &'m str,
}

impl Builder<'_> {
    /// The control of a value, or of a question without one.
    pub fn control(&self, name: String, kind: Option<&Kind>, value: Option<&Value>, level: usize) -> Control {
        let (tag, body) = match (kind, value) {
            (Some(kind), None) => self.blank(&name, kind, level),
            (None, None) => ("absent-text".to_owned(), line("")),
            (kind, Some(value)) => self.filled(&name, kind, value, level),
        };
        Control {
            name,
            tag,
            key: None,
            label: Sentence::default(),
            hint: Sentence::default(),
            is_folded: false,
            problems: Vec::new(),
            is_new: false,
            vocabulary: None,
            has_focus: false,
            language: None,
            is_markdown: matches!(kind, None | Some(Kind::Markdown)),
            proof: None,
            body,
        }
    }

    /// A control for a question without an answer.
    fn blank(&self, name: &str, kind: &Kind, level: usize) -> (String, Body) {
        let absent = |tag: &str| format!("absent-{tag}");
        match kind {
            Kind::Line | Kind::Date | Kind::Link => (absent("text"), line("")),
            Kind::Markdown => (absent("text"), area("")),
            Kind::Choice { options } => (
                absent("text"),
                Body::Line {
                    value: String::new(),
                    numeric: false,
                    options,
                },
            ),
            Kind::Number => (
                absent("number"),
                Body::Line {
                    value: String::new(),
                    numeric: true,
                    options: &[],
                },
            ),
            Kind::YesNo => (absent("bool"), Body::YesNo(None)),
            Kind::List { .. } | Kind::Table { .. } => {
                let body = self.list(name, Some(kind), &[], level);
                (absent("list"), body)
            }
            Kind::Nested { tiers } => {
                let body = Nested::of(self, name, tiers, &[], level);
                (absent("list"), body.map_or_else(|| area(""), Body::Nested))
            }
            Kind::Figures => {
                let mut description = self.control(format!("{name}.0"), Some(&Kind::Markdown), None, level + 1);
                description.key = Some("description".into());
                description.label = say!("Description of the figures");
                (absent("group"), Body::Group(vec![description]))
            }
        }
    }

    fn filled(&self, name: &str, kind: Option<&Kind>, value: &Value, level: usize) -> (String, Body) {
        match (kind, value) {
            (Some(Kind::Choice { options }), Value::Text(text)) if !is_long(text) => (
                "text".into(),
                Body::Line {
                    value: text.clone(),
                    numeric: false,
                    options,
                },
            ),
            (Some(Kind::Markdown), Value::Text(text)) if !is_kept(text) => ("text".into(), area(text)),
            (Some(kind @ Kind::Nested { .. }), Value::Null) => ("null-list".into(), self.blank(name, kind, level).1),
            (Some(Kind::YesNo), Value::Null) => ("bool".into(), Body::YesNo(None)),
            (Some(Kind::Table { .. } | Kind::List { .. }), Value::Null) => {
                ("null-list".into(), self.list(name, kind, &[], level))
            }
            (_, Value::Null) => (
                "null".into(),
                if matches!(kind, Some(Kind::Markdown)) {
                    area("")
                } else {
                    line("")
                },
            ),
            (_, Value::Bool(yes)) => ("bool".into(), Body::YesNo(Some(*yes))),
            (_, Value::Number(spelling)) => (
                "number".into(),
                Body::Line {
                    value: spelling.clone(),
                    numeric: true,
                    options: &[],
                },
            ),
            (_, Value::Text(text)) => text_control(text),
            (Some(Kind::Nested { tiers }), Value::List(items))
                if let Some(table) = Nested::of(self, name, tiers, items, level) =>
            {
                ("list".into(), Body::Nested(table))
            }
            (_, Value::List(items)) => {
                let table = matches!(kind, Some(Kind::Table { .. }))
                    && items.iter().all(|item| matches!(item, Value::Group(_)));
                let texts =
                    matches!(kind, Some(Kind::List { .. })) && items.iter().all(|item| item.as_text().is_some());
                let kind = kind.filter(|_| table || texts);
                if let Some(Kind::Table { entry, columns }) = kind
                    && (FEW_ROWS + 1..=MOST_ROWS).contains(&items.len())
                    && let Some(grid) = self.grid(name, entry, columns, items, level)
                {
                    return ("list".into(), Body::Grid(grid));
                }
                if items.len() > MAX_ROWS || is_large(value, level) {
                    return data(value);
                }
                ("list".into(), self.list(name, kind, items, level))
            }
            (_, Value::Group(_)) if is_large(value, level) => data(value),
            (_, Value::Group(members)) => {
                let has_figures = figure::is_figures(value);
                let member = |(index, (key, value)): (usize, &(String, Value))| {
                    let name = format!("{name}.{index}");
                    let (mut control, label) = match value {
                        Value::List(rows) if key == "collection" && has_figures => {
                            (self.figures(name, rows, level + 1), say!("Pictures"))
                        }
                        _ => (
                            self.control(name, None, Some(value), level + 1),
                            Sentence::as_written(key),
                        ),
                    };
                    control.label = label;
                    control.key = Some(key.clone());
                    control
                };
                (
                    "group".into(),
                    Body::Group(members.iter().enumerate().map(member).collect()),
                )
            }
        }
    }

    /// A table of many rows, one a line; `None` when its rows are more than lines.
    fn grid(&self, name: &str, entry: &'static str, columns: &[Column], items: &[Value], level: usize) -> Option<Grid> {
        let row = |(index, item): (usize, &Value)| match item {
            Value::Group(members) => Some(self.row(format!("{name}.{index}"), columns, Some(members), level + 1)),
            _ => None,
        };
        let rows: Option<Vec<Control>> = items.iter().enumerate().map(row).collect();
        let fresh = (self.more == name).then(|| {
            let mut control = self.row(format!("{name}.{}", items.len()), columns, None, level + 1);
            control.is_new = true;
            control.focus();
            Box::new(Entry {
                title: title(entry, items.len(), &control),
                can_rise: false,
                can_sink: false,
                control,
            })
        });
        Grid::of(Sentence::new(entry), rows?, fresh)
    }

    fn list(&self, name: &str, kind: Option<&Kind>, items: &[Value], level: usize) -> Body {
        let entry = match kind {
            Some(Kind::List { entry } | Kind::Table { entry, .. }) => *entry,
            _ => word!("entry"),
        };
        let controls = items.iter().map(Some).enumerate().map(|(index, item)| {
            let name = format!("{name}.{index}");
            match (kind, item) {
                (Some(Kind::Table { columns, .. }), Some(Value::Group(members))) => {
                    let row = self.row(name, columns, Some(members), level + 1);
                    // The help of the columns stands in the first row; repeated in each it would bury the answers.
                    if index == 0 { row } else { without_hints(row) }
                }
                (_, item) => self.control(name, None, item, level + 1),
            }
        });
        let mut entries: Vec<Entry> = controls
            .enumerate()
            .map(|(index, control)| Entry {
                title: title(entry, index, &control),
                can_rise: index > 0,
                can_sink: index + 1 < items.len(),
                control: labelled(entry, index, control),
            })
            .collect();
        let is_asked_for = self.more == name;
        if is_asked_for || (items.is_empty() && kind.is_some()) {
            let name = format!("{name}.{}", items.len());
            let mut control = match kind {
                Some(Kind::Table { columns, .. }) => self.row(name, columns, None, level + 1),
                Some(_) => self.control(name, None, None, level + 1),
                None => self.alike(name, items.first(), level + 1),
            };
            control.is_new = true;
            if is_asked_for {
                control.focus();
            }
            let title = title(entry, items.len(), &control);
            entries.push(Entry {
                title,
                can_rise: false,
                can_sink: false,
                control: labelled(entry, items.len(), control),
            });
        }
        Body::List {
            entry: Sentence::new(entry),
            entries,
            can_add: true,
        }
    }

    /// Figures: each with its picture, its caption and the words for those who do not see it.
    fn figures(&self, name: String, rows: &[Value], level: usize) -> Control {
        let entries = rows.iter().enumerate().map(|(index, row)| {
            let members = match row {
                Value::Group(members) => Some(members),
                _ => None,
            };
            let row_name = format!("{name}.{index}");
            let mut control = self.row(row_name, &FIGURE, members, level + 1);
            if index > 0 {
                control = without_hints(control);
            }
            if let Body::Group(cells) = &mut control.body {
                cells.sort_by_key(|cell| cell.key.as_deref() != Some("image"));
                for cell in cells {
                    describe_cell(cell, figure::is_waiting(row));
                }
            }
            Entry {
                title: title(word!("figure"), index, &control),
                can_rise: index > 0,
                can_sink: index + 1 < rows.len(),
                control,
            }
        });
        let body = Body::List {
            entry: Sentence::new(word!("figure")),
            entries: entries.collect(),
            can_add: false,
        };
        Control {
            tag: "list".into(),
            body,
            ..self.control(name.clone(), None, None, level)
        }
    }

    /// A row of a table: its columns in order, then whatever else it holds.
    pub(super) fn row(
        &self,
        name: String,
        columns: &[Column],
        members: Option<&Vec<(String, Value)>>,
        level: usize,
    ) -> Control {
        let mut cells = Cells::new(&name, members);
        let mut groups: Vec<&str> = Vec::new();
        for column in columns {
            match column.key.split_once('.') {
                None => {
                    let (name, value) = cells.take(column.key);
                    let mut control = self.control(name, Some(&column.kind), value, level);
                    column.vocabulary.into_iter().for_each(|words| control.offer(words));
                    cells.put(
                        column.key,
                        Sentence::new(column.label),
                        Sentence::new(column.help),
                        control,
                    );
                }
                Some((group, _)) if groups.contains(&group) => {}
                Some((group, _)) => {
                    groups.push(group);
                    let (name, value) = cells.take(group);
                    let inner = columns
                        .iter()
                        .filter(|other| other.key.split_once('.').is_some_and(|(of, _)| of == group));
                    let control = self.inner_group(name, inner, value, level + 1);
                    cells.put(group, Sentence::default(), Sentence::default(), control);
                }
            }
        }
        self.finish(name, cells, members.is_some(), level)
    }

    /// The columns of a table that share a group, such as the bounds of an interval.
    fn inner_group<'c>(
        &self,
        name: String,
        columns: impl Iterator<Item = &'c Column>,
        value: Option<&Value>,
        level: usize,
    ) -> Control {
        let members = match value {
            None => None,
            Some(Value::Group(members)) => Some(members),
            Some(other) => return self.control(name, None, Some(other), level),
        };
        let mut cells = Cells::new(&name, members);
        for column in columns {
            let key = column.key.split_once('.').map_or(column.key, |(_, key)| key);
            let (name, value) = cells.take(key);
            cells.put(
                key,
                Sentence::new(column.label),
                Sentence::new(column.help),
                self.control(name, Some(&column.kind), value, level),
            );
        }
        self.finish(name, cells, members.is_some(), level)
    }

    /// A group of the cells, and of the members that no column asks for.
    fn finish(&self, name: String, mut cells: Cells, present: bool, level: usize) -> Control {
        while let Some(key) = cells.left() {
            let (name, value) = cells.take(&key);
            let control = self.control(name, None, value, level);
            cells.put(&key, Sentence::as_written(&key), Sentence::default(), control);
        }
        let tag = if present { "group" } else { "absent-group" };
        Control {
            tag: tag.into(),
            body: Body::Group(cells.controls),
            ..self.control(name, None, None, level)
        }
    }

    /// A blank entry of the kind that the list has.
    fn alike(&self, name: String, first: Option<&Value>, level: usize) -> Control {
        match first {
            Some(Value::Group(members)) => {
                let cell = |(index, (key, value)): (usize, &(String, Value))| {
                    let kind = if matches!(value, Value::Number(_)) {
                        Kind::Number
                    } else {
                        Kind::Line
                    };
                    let mut control = self.control(format!("{name}.{index}"), Some(&kind), None, level + 1);
                    control.key = Some(key.clone());
                    control.label = Sentence::as_written(key);
                    control
                };
                let cells = members.iter().enumerate().map(cell).collect();
                let control = self.control(name.clone(), None, None, level);
                Control {
                    tag: "absent-group".into(),
                    body: Body::Group(cells),
                    ..control
                }
            }
            Some(Value::Number(_)) => self.control(name, Some(&Kind::Number), None, level),
            _ => self.control(name, None, None, level),
        }
    }
}

/// Names the picture of a figure, and says at the cell what a figure waits for.
fn describe_cell(cell: &mut Control, is_waiting: bool) {
    let is_blank = match &cell.body {
        Body::Line { value, .. } | Body::Area { value, .. } => value.trim().is_empty(),
        _ => false,
    };
    let missing = match cell.key.as_deref() {
        Some("image") => {
            cell.label = say!("Picture");
            return;
        }
        // Captions and alt texts are words without marks.
        Some("name" | "alt") if !is_waiting || !is_blank => return cell.make_plain(),
        Some("name") => say!("Write a caption: until then the figure is in no preview and no download."),
        Some("alt") => say!(
            "Write what the picture shows: until then the figure is in no preview and no download. The picture is kept."
        ),
        _ => return,
    };
    cell.make_plain();
    cell.problems.push(missing);
}

/// The controls of a group in the order of the columns, numbered in the order of its members: the
/// numbers are what the form is read back by, so that a row keeps the order it has in its file.
struct Cells<'v> {
    name: String,
    members: Vec<Option<&'v (String, Value)>>,
    new: usize,
    controls: Vec<Control>,
}

impl<'v> Cells<'v> {
    fn new(name: &str, members: Option<&'v Vec<(String, Value)>>) -> Self {
        let members: Vec<_> = members
            .map(|members| members.iter().map(Some).collect())
            .unwrap_or_default();
        Self {
            name: name.into(),
            new: members.len(),
            members,
            controls: Vec::new(),
        }
    }

    /// The name for the control of a member, and its value if it is there.
    fn take(&mut self, key: &str) -> (String, Option<&'v Value>) {
        let place = self
            .members
            .iter()
            .position(|member| member.is_some_and(|(name, _)| name == key));
        let value = place
            .and_then(|place| self.members[place].take())
            .map(|(_, value)| value);
        let number = place.unwrap_or_else(|| {
            self.new += 1;
            self.new - 1
        });
        (format!("{}.{number}", self.name), value)
    }

    /// The name of the first member that has no control yet.
    fn left(&self) -> Option<String> {
        self.members.iter().flatten().next().map(|(name, _)| name.clone())
    }

    fn put(&mut self, key: &str, label: Sentence, hint: Sentence, control: Control) {
        let label = if label.is_empty() { control.label.clone() } else { label };
        self.controls.push(Control {
            key: Some(key.into()),
            label,
            hint,
            ..control
        });
    }
}

fn is_large(value: &Value, level: usize) -> bool {
    value.leaves() > MAX_PARTS || level + depth(value) > MAX_LEVELS + 1
}

fn depth(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Group(members) => 1 + members.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
        _ => 0,
    }
}
