//! Rows in lists inside each other as one table: what stands once for several rows spans them.
//!
//! The controls have the names that their places in the answer give them, so the form is read back like any other: a
//! cell that is typed into changes its place in the file and no other. As in a grid, hidden controls say the shapes.

use std::collections::BTreeSet;

use super::build::Builder;
use super::grid::{MOST_ROWS, width};
use super::leaf::data;
use super::title::numbered;
use super::{Body, Control};
use crate::card::Value;
use crate::card::outline::{Column, Kind, Tier, Vocabulary};
use crate::json;
use crate::locale::Sentence;
use crate::say;
use crate::web::card::anchor;

/// A table of more columns is too wide for any screen; what further members hold stands below it.
const MOST_COLUMNS: usize = 16;
/// An answer of more single values is too much for a page.
const MOST_LEAVES: usize = 10_000;
/// More than this below the table and the answer is edited as JSON text.
const MOST_BELOW: usize = 24;

/// Nested rows as a table.
pub struct Nested {
    /// The field's id, with which the id of each cell begins.
    pub field: String,
    /// The heads of the columns, and how many characters their inputs show.
    pub columns: Vec<(Sentence, usize)>,
    /// The lines of the table.
    pub lines: Vec<Line>,
    /// The shapes of the rows, as JSON, for reading the form.
    pub shapes: String,
    /// What a cell cannot hold, such as a list or a text of several lines.
    pub below: Vec<Control>,
    /// The list that the button below the table adds to, and what it adds.
    pub more: (String, Sentence),
}

/// A line of the table, which is a row of the innermost list, with whatever rows around it begin there.
#[derive(Default)]
pub struct Line {
    /// The names of the rows that begin here, the places of their shapes, and whether they are new.
    pub rows: Vec<(String, usize, bool)>,
    /// A place for each column; none where it belongs to a line above.
    pub places: Vec<Option<Place>>,
    /// The inner list to which a row can be added here, and the row around it.
    pub add: Option<(String, Sentence)>,
    /// The row that is removed here: the outermost that holds nothing else.
    pub remove: Option<(String, Sentence)>,
}

/// A place in the table.
pub struct Place {
    /// How many lines it spans.
    pub lines: usize,
    /// The id of the list that begins here: the page opens there once a row was removed from it.
    pub list: Option<String>,
    /// What is in it; none where the row cannot have one.
    pub cell: Option<Cell>,
}

impl Default for Place {
    /// One that has nothing in it.
    fn default() -> Self {
        Self {
            lines: 1,
            list: None,
            cell: None,
        }
    }
}

/// A control in a cell.
pub struct Cell {
    /// The name in the form.
    pub name: String,
    /// Where it is in the answer: a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What it is, for those who do not see where it stands.
    pub label: Sentence,
    /// The content.
    pub value: String,
    /// Whether the content is a number.
    pub is_numeric: bool,
    /// Whether yes, no or nothing is chosen; the content is then `true`, `false` or nothing.
    pub is_choice: bool,
    /// The words that are offered.
    pub vocabulary: Option<Vocabulary>,
    /// Whether the page opens with the cursor in it.
    pub has_focus: bool,
}

/// A column of a tier, by the names that lead to it.
struct Head {
    path: Vec<String>,
    label: Sentence,
}

/// A row of a tier.
struct Row {
    name: String,
    label: Sentence,
    is_new: bool,
    shape: usize,
    /// The place of its column in its tier, and the cell.
    cells: Vec<(usize, Cell)>,
    /// The list inside it, with its rows.
    inner: Option<(String, Vec<Row>)>,
}

impl Row {
    /// How many lines it spans.
    fn lines(&self) -> usize {
        let inner = self.inner.iter().flat_map(|(_, rows)| rows);
        inner.map(Self::lines).sum::<usize>().max(1)
    }
}

/// Where the columns of each tier begin, and where they end.
struct Layout<'t> {
    tiers: &'t [Tier],
    starts: Vec<usize>,
}

impl Layout<'_> {
    /// A line with nothing in it yet.
    fn line(&self) -> Line {
        let mut line = Line::default();
        line.places.resize_with(self.starts[self.tiers.len()], || None);
        line
    }
}

/// What a row is part of, on the way down.
#[derive(Clone, Default)]
struct Around {
    /// Where the list is in the answer.
    pointer: String,
    /// The rows around it in words; nothing where there is but one.
    label: Sentence,
    level: usize,
}

/// What is gathered on the way.
struct Gathered<'b, 'm> {
    builder: &'b Builder<'m>,
    heads: Vec<Vec<Head>>,
    shapes: Vec<Value>,
    below: Vec<Control>,
}

impl Nested {
    /// The table of an answer; `None` when it is no list of named values, or more than a page can show.
    pub(super) fn of(
        builder: &Builder<'_>,
        name: &str,
        tiers: &'static [Tier],
        answer: &[Value],
        level: usize,
    ) -> Option<Self> {
        if answer.iter().map(Value::leaves).sum::<usize>() > MOST_LEAVES {
            return None;
        }
        let heads = tiers.iter().enumerate().map(|(depth, tier)| {
            let used = (tier.further.iter()).filter(|column| is_used(answer, &tiers[1..=depth], column));
            tier.columns.iter().chain(used).map(head).collect()
        });
        let mut gathered = Gathered {
            builder,
            heads: heads.collect(),
            shapes: Vec::new(),
            below: Vec::new(),
        };
        let around = Around {
            level,
            ..Around::default()
        };
        let rows = gathered.rows(tiers, name, answer, &around)?;
        if rows.iter().map(Row::lines).sum::<usize>() > MOST_ROWS || gathered.below.len() > MOST_BELOW {
            return None;
        }
        let Gathered {
            heads, shapes, below, ..
        } = gathered;
        let starts: Vec<usize> = (0..=heads.len())
            .map(|tier| heads[..tier].iter().map(Vec::len).sum())
            .collect();
        let (outermost, tier) = match rows.last() {
            Some(row) => row
                .inner
                .as_ref()
                .zip(tiers.get(1))
                .map(|((list, _), tier)| (list.clone(), tier)),
            None => None,
        }
        .unwrap_or_else(|| (name.to_owned(), &tiers[0]));
        let layout = Layout { tiers, starts };
        let mut lines = Vec::new();
        for row in rows {
            place(row, None, 0, &layout, layout.line(), &mut lines);
        }
        let mut columns: Vec<(Sentence, usize)> = Vec::new();
        for head in heads.into_iter().flatten() {
            let cells = lines
                .iter()
                .filter_map(|line| line.places[columns.len()].as_ref()?.cell.as_ref());
            columns.push((head.label, width(cells.map(|cell| cell.value.as_str()))));
        }
        Some(Self {
            field: String::new(),
            columns,
            lines,
            shapes: json::to_text(&Value::List(shapes)),
            below,
            more: (outermost, Sentence::new(tier.entry)),
        })
    }

    /// The cells.
    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell> {
        let places = self.lines.iter().flat_map(|line| &line.places);
        places.flatten().filter_map(|place| place.cell.as_ref())
    }

    /// The id of the element of a cell.
    pub fn id(&self, cell: &Cell) -> String {
        anchor(&format!("{}{}", self.field, cell.pointer))
    }

    /// The id of the first cell.
    pub(super) fn first_id(&self) -> Option<String> {
        self.cells().next().map(|cell| self.id(cell))
    }

    /// The id of the first cell at this place in the answer, or inside it.
    pub(super) fn id_at(&self, pointer: &str) -> Option<String> {
        let mut cells = self.cells();
        let cell = cells.find(|cell| {
            let rest = cell.pointer.strip_prefix(pointer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        cell.map(|cell| self.id(cell))
    }

    /// The lists of words that it refers to.
    pub(super) fn vocabularies(&self, all: &mut BTreeSet<Vocabulary>) {
        all.extend(self.cells().filter_map(|cell| cell.vocabulary));
    }
}

fn head(column: &Column) -> Head {
    Head {
        path: column.key.split('.').map(str::to_owned).collect(),
        label: Sentence::new(column.label),
    }
}

/// Whether a row at the end of these tiers has something in a column.
fn is_used(rows: &[Value], inner: &[Tier], column: &Column) -> bool {
    let Some((tier, inner)) = inner.split_first() else {
        let cell = |row| {
            column
                .key
                .split('.')
                .try_fold(row, |value: &Value, name| value.member(name))
        };
        return rows.iter().any(|row| cell(row).is_some());
    };
    let lists = rows.iter().filter_map(|row| row.member(tier.list));
    lists.into_iter().any(|list| match list {
        Value::List(rows) => is_used(rows, inner, column),
        _ => false,
    })
}

impl Gathered<'_, '_> {
    /// The rows of a list of the first of these tiers, with a new one where there is none or one is asked for.
    fn rows(&mut self, tiers: &'static [Tier], list: &str, items: &[Value], around: &Around) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Value::Group(members) = item else { return None };
            rows.push(self.row(tiers, (list, index), Some(members), around, items.len() == 1)?);
        }
        let is_asked_for = self.builder.more == list;
        if is_asked_for || items.is_empty() {
            let mut row = self.row(tiers, (list, items.len()), None, around, items.is_empty())?;
            row.is_new = true;
            if is_asked_for && let Some((_, cell)) = row.cells.first_mut() {
                cell.has_focus = true;
            }
            rows.push(row);
        }
        Some(rows)
    }

    fn row(
        &mut self,
        tiers: &'static [Tier],
        (list, index): (&str, usize),
        members: Option<&Vec<(String, Value)>>,
        around: &Around,
        is_only: bool,
    ) -> Option<Row> {
        let (tier, inner) = tiers.split_first()?;
        let depth = self.heads.len() - tiers.len();
        let name = format!("{list}.{index}");
        let pointer = format!("{}/{index}", around.pointer);
        let number = numbered(tier.entry, index);
        let itself = inside(&around.label, number);
        // Of a single model nobody has to be told that it is the first.
        let label = match is_only && depth == 0 {
            true => Sentence::default(),
            false => itself.clone(),
        };
        let mut columns: Vec<Column> = tier.columns.to_vec();
        let is_shown = |column: &&Column| {
            let path: Vec<&str> = column.key.split('.').collect();
            self.heads[depth].iter().any(|head| head.path == path)
        };
        columns.extend(tier.further.iter().filter(is_shown));
        columns.extend(inner.first().map(|tier| Column {
            key: tier.list,
            label: "",
            help: "",
            kind: Kind::List { entry: tier.entry },
            vocabulary: None,
        }));
        let control = self.builder.row(name.clone(), &columns, members, around.level);
        let mut row = Row {
            name: name.clone(),
            label: itself,
            is_new: false,
            shape: 0,
            cells: Vec::new(),
            inner: None,
        };
        let mut shape = vec![part("", &control.tag, None)];
        let Body::Group(controls) = control.body else {
            return None;
        };
        for control in controls {
            let key = control.key.clone()?;
            if row.inner.is_none()
                && let Some(tier) = inner.first().filter(|tier| tier.list == key)
                && let Some((kind, items)) = list_in(members, &key)
            {
                let around = Around {
                    pointer: format!("{pointer}/{}", escaped(&key)),
                    label: label.clone(),
                    level: around.level + 1,
                };
                shape.push(part(suffix(&control.name, &name), kind, Some(tier.list)));
                row.inner = Some((control.name.clone(), self.rows(inner, &control.name, items, &around)?));
                continue;
            }
            let mut path = vec![key];
            self.take(
                control,
                (depth, &name, &pointer, &label),
                members,
                &mut path,
                &mut shape,
                &mut row.cells,
            );
        }
        let shape = Value::List(shape);
        row.shape = self.shapes.iter().position(|other| *other == shape).unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        });
        Some(row)
    }

    /// Puts a control of a row, and those inside it, into cells; what no cell can hold goes below the table.
    fn take(
        &mut self,
        mut control: Control,
        (depth, row, pointer, label): (usize, &str, &str, &Sentence),
        members: Option<&Vec<(String, Value)>>,
        path: &mut Vec<String>,
        shape: &mut Vec<Value>,
        cells: &mut Vec<(usize, Cell)>,
    ) {
        let said = part(suffix(&control.name, row), &control.tag, control.key.as_deref());
        let (value, is_numeric, is_choice) = match control.body {
            Body::Group(controls) => {
                shape.push(said);
                for inner in controls {
                    path.push(inner.key.clone().unwrap_or_default());
                    self.take(inner, (depth, row, pointer, label), members, path, shape, cells);
                    path.pop();
                }
                return;
            }
            Body::Line {
                ref value,
                numeric,
                options: [],
            } => (value.clone(), numeric, false),
            // A long text is no less a line.
            Body::Area { ref value, code: false } if !value.contains(['\n', '\r']) => (value.clone(), false, false),
            Body::YesNo(answer) => (answer.map(|yes| yes.to_string()).unwrap_or_default(), false, true),
            Body::List { .. } | Body::Grid(_) => {
                if let Some(value) = at(members, suffix(&control.name, row)) {
                    (control.tag, control.body) = data(value);
                }
                return self.below((control, label), path);
            }
            _ => return self.below((control, label), path),
        };
        let heads = &mut self.heads;
        let column = heads[depth].iter().position(|head| head.path == *path);
        let column = match column {
            Some(column) if cells.iter().all(|(other, _)| *other != column) => column,
            // Two members of one name are not told apart by their heads.
            Some(_) => return self.below((control, label), path),
            None if heads.iter().map(Vec::len).sum::<usize>() >= MOST_COLUMNS => {
                return self.below((control, label), path);
            }
            None => {
                heads[depth].push(Head {
                    path: path.clone(),
                    label: Sentence::as_written(path.join(" › ")),
                });
                heads[depth].len() - 1
            }
        };
        shape.push(said);
        let head = heads[depth][column].label.clone();
        let places = path.iter().map(|name| format!("/{}", escaped(name)));
        let cell = Cell {
            name: std::mem::take(&mut control.name),
            pointer: format!("{pointer}{}", places.collect::<String>()),
            label: inside(label, head),
            value,
            is_numeric,
            is_choice,
            vocabulary: control.vocabulary,
            has_focus: false,
        };
        cells.push((column, cell));
    }

    fn below(&mut self, (control, label): (Control, &Sentence), path: &[String]) {
        let label = inside(label, Sentence::as_written(path.join(" › ")));
        self.below.push(Control { label, ..control });
    }
}

/// The kind of the member that is the inner list, and its rows; `None` when it holds something else.
fn list_in<'v>(members: Option<&'v Vec<(String, Value)>>, key: &str) -> Option<(&'static str, &'v [Value])> {
    let member = members.and_then(|members| members.iter().find(|(name, _)| name == key));
    match member.map(|(_, value)| value) {
        None => Some(("absent-list", &[])),
        Some(Value::Null) => Some(("null-list", &[])),
        Some(Value::List(rows)) if rows.iter().all(|row| matches!(row, Value::Group(_))) => Some(("list", rows)),
        Some(_) => None,
    }
}

/// What stands at these places, such as `2.0`, in the members of a row.
fn at<'v>(members: Option<&'v Vec<(String, Value)>>, places: &str) -> Option<&'v Value> {
    let mut places = places.split('.').map(|place| place.parse::<usize>().ok());
    let (_, first) = members?.get(places.next()??)?;
    places.try_fold(first, |value, place| match value {
        Value::Group(members) => members.get(place?).map(|(_, value)| value),
        Value::List(items) => items.get(place?),
        _ => None,
    })
}

/// Writes a row and those in it as lines; `line` is the one in which it begins, `list` its list if that begins there, too.
fn place(row: Row, list: Option<String>, depth: usize, shape: &Layout<'_>, mut line: Line, lines: &mut Vec<Line>) {
    let (height, at) = (row.lines(), lines.len());
    let itself = (row.name, row.label);
    let mut cells: Vec<Option<Cell>> = Vec::new();
    cells.resize_with(shape.starts[depth + 1] - shape.starts[depth], || None);
    for (column, cell) in row.cells {
        cells[column] = Some(cell);
    }
    for (column, cell) in cells.into_iter().enumerate() {
        line.places[shape.starts[depth] + column] = Some(Place {
            lines: height,
            list: list.as_ref().filter(|_| column == 0).map(|list| list.replace('.', "-")),
            cell,
        });
    }
    line.rows.push((itself.0.clone(), row.shape, row.is_new));
    // A row that has nothing beside it goes with the row around it; a model has more to say.
    if !row.is_new && height == 1 && depth > 0 {
        line.remove.get_or_insert_with(|| itself.clone());
    }
    match row.inner {
        None => {
            let rest = &mut line.places[shape.starts[depth + 1]..];
            rest.fill_with(|| Some(Place::default()));
            lines.push(line);
        }
        Some((list, rows)) => {
            let can_grow = depth + 2 == shape.tiers.len() && rows.last().is_some_and(|row| !row.is_new);
            let mut first = Some(list.clone());
            for inner in rows {
                let line = std::mem::replace(&mut line, shape.line());
                place(inner, first.take(), depth + 1, shape, line, lines);
            }
            if can_grow && let Some(line) = lines.last_mut() {
                line.add = Some((list, itself.1.clone()));
            }
        }
    }
    if !row.is_new {
        lines[at].remove.get_or_insert(itself);
    }
}

/// `Result 2, Metric 1`.
fn inside(outer: &Sentence, inner: Sentence) -> Sentence {
    match outer.is_empty() {
        true => inner,
        false => say!("{outer}, {inner}", outer = outer.clone(), inner),
    }
}

fn part(rest: &str, kind: &str, key: Option<&str>) -> Value {
    let key = key.map_or(Value::Null, Value::text);
    Value::List(vec![Value::text(rest), Value::text(kind), key])
}

/// The name of a control without that of its row.
fn suffix<'n>(name: &'n str, row: &str) -> &'n str {
    name.strip_prefix(row).unwrap_or_default().trim_start_matches('.')
}

/// A name as a step of a JSON Pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
