//! The promises of the formats on real cards: recognised as what they are, back byte for byte, edited in one place,
//! converted into every other format with losses that name just what is missing. The table in `docs/formats.md` is made here.
//!
//! A program of its own, since it keeps all processors busy, and the suite has tests that wait for clocks.

mod own;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cartellino::card::change::{Change, difference};
use cartellino::card::{Card, Field, Section, Value};
use cartellino::format::{self, Extent, Format, Homeless, Reading, Severity};

/// Folder of the corpus, and the formats that its files have.
const FOLDERS: [(&str, &[&str]); 21] = [
    ("hf-readme", &["hugging-face", "markdown"]),
    ("markdown", &["markdown", "hugging-face"]),
    ("homemade-json", &["json"]),
    ("homemade-yaml", &["yaml"]),
    (
        "cyclonedx",
        &["cyclonedx-1.7", "cyclonedx-1.6", "cyclonedx-1.5", "json", "xml"],
    ),
    ("aibom-homemade", &["json"]),
    ("mct-json", &["model-card-toolkit-0.0.1", "model-card-toolkit-0.0.2"]),
    ("mct-yaml", &["model-card-toolkit-0.0.2"]),
    ("mct-proto-binary", &["model-card-toolkit-proto"]),
    ("mct-proto-text", &["model-card-toolkit-pbtxt"]),
    ("webcards", &["webcards", "json"]),
    ("webcards-html", &["markdown"]),
    ("rt-ai", &["rt-ai", "json"]),
    ("rt-ai-markdown", &["markdown"]),
    ("sagemaker-metrics", &["json"]),
    ("chai-xml", &["chai-0.1", "chai-0.2"]),
    ("bridge2ai", &["bridge2ai", "yaml"]),
    ("allennlp", &["allennlp"]),
    ("patra", &["patra"]),
    ("monai-metadata", &["monai"]),
    ("openmodelcard", &["open-model-card"]),
];

/// Files that are something else than their folder says, and why.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

/// How many fields of a file are edited one by one; the rest of a large file is more of the same.
const EDITED: usize = 25;

/// Files up to this size are converted into every format; above it into three of different notations.
const CONVERTED_BYTES: usize = 100_000;

/// What was found about the files of one folder.
#[derive(Default)]
struct Row {
    files: usize,
    formats: BTreeMap<&'static str, usize>,
    unchanged: usize,
    edits: usize,
    conversions: usize,
    losses: usize,
}

/// A file of the corpus.
struct Sample {
    /// Folder and file name.
    name: String,
    bytes: Vec<u8>,
}

/// The files of a folder of the corpus, in the order of their names.
fn samples(root: &Path, folder: &str) -> Vec<Sample> {
    let entries = std::fs::read_dir(root.join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut found: Vec<Sample> = entries
        .map(|entry| entry.expect("a folder can be read"))
        .map(|entry| Sample {
            name: format!("{folder}/{}", entry.file_name().to_string_lossy()),
            bytes: std::fs::read(entry.path()).expect("a sample can be read"),
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

impl Row {
    fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.unchanged += other.unchanged;
        self.edits += other.edits;
        self.conversions += other.conversions;
        self.losses += other.losses;
        for (format, files) in &other.formats {
            *self.formats.entry(format).or_default() += files;
        }
    }
}

#[test]
fn real_cards_keep_every_promise() {
    let root = std::env::var_os("CARTELLINO_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    if !root.is_dir() {
        eprintln!("NOT RUN: the corpus of real cards is not here; CARTELLINO_CORPUS names its folder");
        return;
    }
    let work: Vec<(usize, Sample)> = FOLDERS
        .iter()
        .enumerate()
        .flat_map(|(index, (folder, _))| samples(&root, folder).into_iter().map(move |sample| (index, sample)))
        .collect();
    let next = AtomicUsize::new(0);
    let look = || {
        let mut seen = Vec::new();
        while let Some((index, sample)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (mut row, mut faults) = (Row::default(), Vec::new());
            look_at(sample, FOLDERS[*index].1, &mut row, &mut faults);
            seen.push((*index, row, faults));
        }
        seen
    };
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let seen = thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(look)).collect();
        all.into_iter()
            .flat_map(|one| one.join().expect("no file makes a reader or writer panic"))
            .collect::<Vec<_>>()
    });
    let mut rows: Vec<Row> = FOLDERS.iter().map(|_| Row::default()).collect();
    let mut faults = Vec::new();
    for (index, row, of_one) in seen {
        rows[index].add(&row);
        faults.extend(of_one);
    }
    let table: Vec<String> = FOLDERS
        .iter()
        .zip(&rows)
        .map(|((folder, _), row)| line(folder, row))
        .collect();
    if let Some(path) = std::env::var_os("CARTELLINO_FAULTS") {
        std::fs::write(path, faults.join("\n")).expect("the faults can be written");
    }
    let shown: Vec<String> = faults
        .iter()
        .take(40)
        .map(|fault| fault.chars().take(400).collect())
        .collect();
    assert!(faults.is_empty(), "{} faults: {shown:#?}", faults.len());
    compare(&table);
}

fn look_at(sample: &Sample, formats: &[&str], row: &mut Row, faults: &mut Vec<String>) {
    let name = sample.name.as_str();
    row.files += 1;
    let reading = match format::read_named(&sample.bytes, Some(name)) {
        Ok(reading) => reading,
        Err(error) => return faults.push(format!("{name}: is not read: {} {:?}", error.message, error.position)),
    };
    let id = reading.format.id();
    let excepted = EXCEPTIONS
        .iter()
        .any(|(file, format, _)| *file == name && *format == id);
    if !formats.contains(&id) && !excepted {
        faults.push(format!("{name}: is read as {id}"));
    }
    *row.formats.entry(id).or_default() += 1;
    match format::write(reading.format, Some(&sample.bytes), &reading.card) {
        Ok(bytes) if bytes == sample.bytes => row.unchanged += 1,
        _ => faults.push(format!("{name}: is not the same when nothing was edited")),
    }
    edit_each(sample, &reading, row, faults);
    convert_all(sample, &reading, row, faults);
    set_on_pages(sample, &reading, faults);
}

/// Edits fields one by one: read back, and nothing else in the file differs.
fn edit_each(sample: &Sample, reading: &Reading, row: &mut Row, faults: &mut Vec<String>) {
    let sections = reading.card.sections.iter().enumerate();
    let all: Vec<(usize, usize)> = sections
        .flat_map(|(index, section)| (0..section.fields.len()).map(move |field| (index, field)))
        .collect();
    for (section, field) in all.iter().step_by(all.len().div_ceil(EDITED).max(1)).copied() {
        let mut card = reading.card.clone();
        let place = &mut card.sections[section].fields[field];
        let label = format!("{}: {}", sample.name, place.label);
        touch(&mut place.value);
        row.edits += 1;
        let written = match format::write(reading.format, Some(&sample.bytes), &card) {
            Ok(written) => written,
            Err(error) => {
                faults.push(format!("{label}: cannot be written: {}", error.message));
                continue;
            }
        };
        match format::read_as(reading.format, &written) {
            Ok(again) if difference(&again.card, &card).is_empty() => {}
            Ok(again) if is_closed_only(&again.card, &card) => {}
            Ok(again) if is_set_aside(reading, &card, &again.card, section, field) => {}
            Ok(again) if is_named_licence(&again.card, &card) => {}
            // Such as a further member in protobuf, where it has no number.
            Ok(_) if !format::losses(reading.format, Some(&sample.bytes), &card).is_empty() => {}
            Ok(again) => faults.push(format!(
                "{label}: is not read back: {:?}",
                difference(&again.card, &card)
            )),
            Err(error) => faults.push(format!("{label}: cannot be read again: {}", error.message)),
        }
    }
}

/// Whether the only difference is that a block of code left open is closed, or blanks around a text.
fn is_closed_only(again: &Card, card: &Card) -> bool {
    difference(again, card).iter().all(|change| {
        let texts = [&change.before, &change.after].map(|value| value.as_ref().and_then(Value::as_text));
        matches!(texts, [Some(got), Some(put)] if got.strip_prefix(put) == Some("\n```") || got.trim() == put.trim())
    })
}

/// Whether an edited answer was set aside: it is one of which the program says, before a download in this format, that it has
/// no place of its own, or in the import report that its place is not as the schema wants it; it stands in the format's
/// usual home under its name, with every word that its own place does not keep; and nothing else differs.
fn is_set_aside(reading: &Reading, card: &Card, again: &Card, section: usize, field: usize) -> bool {
    let section = &card.sections[section];
    let field = &section.fields[field];
    let item = Some((section.key.clone(), field.id.clone()));
    let is_homeless = || {
        let homeless = Homeless::of(reading.format, card).all(card);
        homeless.iter().any(|loss| loss.item == item)
    };
    let is_reported = || {
        let line = item.as_ref().and_then(|item| reading.lines.get(item));
        let mut graver = reading
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Note);
        line.is_some() && graver.any(|finding| finding.line.as_ref() == line)
    };
    let is_announced = || reading.format.usual_home().is_some() && (is_homeless() || is_reported());
    let is_own = |change: &Change| change.section == section.title && change.id.as_deref() == Some(&field.id);
    let (own, others): (Vec<Change>, Vec<Change>) = difference(again, card).into_iter().partition(is_own);
    let kept = own.first().and_then(|change| change.before.as_ref());
    let [home] = others.as_slice() else { return false };
    let (Some(Value::List(rows)), None | Some(Value::List(_))) = (&home.before, &home.after) else {
        return false;
    };
    let before = match &home.after {
        Some(Value::List(before)) => before.as_slice(),
        _ => &[],
    };
    let is_added = rows.len() == before.len() + 1 && rows.starts_with(before);
    is_added && rows.last().is_some_and(|row| is_row_of(row, section, field, kept)) && is_announced()
}

/// Whether the only difference is that an identifier which SPDX does not list is the name of its licence.
fn is_named_licence(again: &Card, card: &Card) -> bool {
    let by_name = |value: &Value| {
        let Value::List(rows) = value else { return None };
        let rows = rows.iter().map(|row| match row {
            Value::Group(members) => {
                let name = |name: &str| if name == "identifier" { "custom_text" } else { name }.to_owned();
                Value::Group(members.iter().map(|(key, value)| (name(key), value.clone())).collect())
            }
            other => other.clone(),
        });
        Some(rows.collect::<Vec<Value>>())
    };
    match difference(again, card).as_slice() {
        [change] if change.id.as_deref() == Some("model-details.licenses") => {
            let said = [&change.before, &change.after].map(|value| value.as_ref().and_then(by_name));
            said[0].is_some() && said[0] == said[1]
        }
        _ => false,
    }
}

/// Whether a row is named after a field and says all of it but for what its place keeps.
fn is_row_of(row: &Value, section: &Section, field: &Field, kept: Option<&Value>) -> bool {
    let text = |name: &str| row.member(name).and_then(Value::as_text);
    let (Some(name), Some(value)) = (text("name"), text("value")) else {
        return false;
    };
    let (mut wanted, mut there) = (Vec::new(), Vec::new());
    collect(&field.value, &mut wanted);
    kept.into_iter().for_each(|kept| collect(kept, &mut there));
    let value = essence(value);
    let is_said = |leaf: &String| value.contains(leaf.as_str()) || there.contains(leaf);
    let names = match section.title == field.label {
        true => field.label.clone(),
        false => format!("{}: {}", section.title, field.label),
    };
    name == names && wanted.iter().all(is_said)
}

/// Changes a value somewhere, as a visitor would: its kind stays.
fn touch(value: &mut Value) {
    match value {
        // On a line of its own behind several, which may end a block of code.
        Value::Text(text) if text.contains('\n') => text.push_str("\n\nEdited."),
        Value::Text(text) => text.push_str(" edited"),
        Value::Number(spelling) => *spelling = "4.20".into(),
        Value::Bool(yes) => *yes = !*yes,
        Value::Null => *value = Value::text("answered"),
        Value::List(items) if items.is_empty() => items.push(Value::text("new")),
        Value::List(items) => touch(&mut items[0]),
        Value::Group(members) if members.is_empty() => members.push(("new".into(), Value::text("new"))),
        Value::Group(members) => touch(&mut members[0].1),
    }
}

/// Sets every eighth card that is not large on pages, and none fails: setting takes long without optimisation.
fn set_on_pages(sample: &Sample, reading: &Reading, faults: &mut Vec<String>) {
    let is_chosen = sample.name.bytes().map(usize::from).sum::<usize>() % 8 == 0;
    if !is_chosen || sample.bytes.len() > CONVERTED_BYTES / 4 {
        return;
    }
    match format::write(Format::PDF, None, &reading.card) {
        Ok(pages) if pages.starts_with(b"%PDF-") => {}
        Ok(_) => faults.push(format!("{} as pdf: no PDF", sample.name)),
        Err(error) => faults.push(format!("{} as pdf: {}", sample.name, error.message)),
    }
}

/// Converts into every format, and holds what is missing in the result against the losses.
fn convert_all(sample: &Sample, reading: &Reading, row: &mut Row, faults: &mut Vec<String>) {
    let is_large = sample.bytes.len() > CONVERTED_BYTES;
    for format in Format::ALL.iter().copied().filter(|format| format.can_read()) {
        if is_large && ![Format::NATIVE, Format::MARKDOWN, Format::MODEL_CARD_TOOLKIT_2].contains(&format) {
            continue;
        }
        let name = format!("{} as {}", sample.name, format.id());
        let written = match format::write(format, None, &reading.card) {
            Ok(written) => written,
            Err(error) => {
                faults.push(format!("{name}: {}", error.message));
                continue;
            }
        };
        let again = match format::read_as(format, &written) {
            Ok(again) => again.card,
            Err(error) => {
                faults.push(format!("{name}: cannot be read: {}", error.message));
                continue;
            }
        };
        if let Some(other) = own::taken_for(&written, format, Some(reading.format)) {
            faults.push(format!("{name}: is taken for {other}"));
        }
        row.conversions += 1;
        let losses = format::losses(format, None, &reading.card);
        row.losses += losses.len();
        // Behind labels of the hub's template the words of a text are answers of their own; the page has them in their order.
        let page = (format == Format::HUGGING_FACE).then(|| format::read_as(Format::MARKDOWN, &written));
        let page = page.and_then(Result::ok).map(|page| page.card);
        let carried = Carried::of(&again, page.as_ref());
        for section in &reading.card.sections {
            for field in &section.fields {
                let named = losses.iter().any(|loss| {
                    loss.item.as_ref() == Some(&(section.key.clone(), field.id.clone()))
                        || (loss.item.is_none() && loss.section == section.title)
                });
                let is_whole = losses.iter().any(|loss| {
                    loss.extent == Extent::Whole && loss.item.as_ref() == Some(&(section.key.clone(), field.id.clone()))
                });
                if is_whole && carried.has_all_of(field, &reading.card) {
                    faults.push(format!(
                        "{name}: {} › {} is named as left out and is there",
                        section.title, field.label
                    ));
                }
                match carried.missing(field) {
                    Some(text) if !named => faults.push(format!(
                        "{name}: {} › {} is not there and not named: {text:.80}",
                        section.title, field.label
                    )),
                    _ => {}
                }
            }
        }
    }
}

/// The letters and digits of everything in a card.
struct Carried {
    all: String,
    words: HashSet<String>,
    answers: HashSet<String>,
}

impl Carried {
    fn of(card: &Card, page: Option<&Card>) -> Self {
        let (mut leaves, mut answers) = (Vec::new(), Vec::new());
        for section in [Some(card), page].into_iter().flatten().flat_map(|card| &card.sections) {
            leaves.push(essence(&section.title));
            for field in &section.fields {
                leaves.push(essence(&field.label));
                collect(&field.value, &mut leaves);
                collect(&field.value, &mut answers);
            }
        }
        Self {
            answers: answers.into_iter().collect(),
            all: leaves.concat(),
            words: leaves.into_iter().collect(),
        }
    }

    /// Whether every text of a field is there as a whole, not by chance nor from another field of the card.
    fn has_all_of(&self, field: &Field, card: &Card) -> bool {
        let mut leaves = Vec::new();
        collect(&field.value, &mut leaves);
        let others = card.sections.iter().flat_map(|section| &section.fields);
        let mut elsewhere = Vec::new();
        for other in others.filter(|other| !std::ptr::eq(*other, field)) {
            collect(&other.value, &mut elsewhere);
        }
        let is_own =
            |leaf: &&String| leaf.chars().count() >= 20 && !elsewhere.iter().any(|other| other.contains(*leaf));
        leaves.iter().any(|leaf| is_own(&leaf)) && leaves.iter().all(|leaf| self.answers.contains(leaf))
    }

    /// The first text of a field that the card has nowhere. Nothing is expected of what is no answer.
    fn missing(&self, field: &Field) -> Option<String> {
        let mut leaves = Vec::new();
        if cartellino::card::check::is_answered(&field.value) {
            collect(&field.value, &mut leaves);
        }
        leaves
            .into_iter()
            .find(|leaf| !leaf.is_empty() && !self.words.contains(leaf) && !self.all.contains(leaf.as_str()))
    }
}

fn collect(value: &Value, leaves: &mut Vec<String>) {
    match value {
        Value::Text(text) if cartellino::card::check::is_answered(value) => leaves.push(essence(text)),
        Value::Number(text) => leaves.push(essence(text)),
        Value::List(items) => items.iter().for_each(|item| collect(item, leaves)),
        Value::Group(members) => members.iter().for_each(|(_, value)| collect(value, leaves)),
        _ => {}
    }
}

/// The letters and digits of a text, in small letters: what is left of it under any escapes and layout.
fn essence(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

const BEGIN: &str = "<!-- made by the tests: begin -->\n";
const END: &str = "<!-- made by the tests: end -->";

fn line(folder: &str, row: &Row) -> String {
    let formats: Vec<String> = row
        .formats
        .iter()
        .map(|(format, files)| format!("{format} {files}"))
        .collect();
    format!(
        "| {folder} | {} | {} | {} of {} | {} | {} | {} |",
        row.files,
        formats.join(", "),
        row.unchanged,
        row.files,
        row.edits,
        row.conversions,
        row.losses
    )
}

/// The page has the table, or gets it when `CARTELLINO_WRITE_DOCS` is set.
fn compare(table: &[String]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let page = std::fs::read_to_string(&path).expect("docs/formats.md");
    let head = "| real cards | files | read as | unchanged comes back identical | fields edited, each read back | conversions | things \
                named as left out |\n| --- | ---: | --- | ---: | ---: | ---: | ---: |\n";
    let made = format!("{BEGIN}\n{head}{}\n\n", table.join("\n"));
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (_, after) = rest.split_once(END).expect("the place ends");
    let new = format!("{before}{made}{END}{after}");
    if std::env::var_os("CARTELLINO_WRITE_DOCS").is_some() {
        std::fs::write(&path, new).expect("docs/formats.md can be written");
        eprintln!("docs/formats.md was written");
    } else {
        assert!(
            page == new,
            "docs/formats.md has an old table: run this test with CARTELLINO_WRITE_DOCS=1"
        );
    }
}
