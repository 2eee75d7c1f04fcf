//! The promises of the formats on real cards: recognised as what they are, back byte for byte, edited in one place,
//! converted into every other format with losses that name just what is missing. The table in `docs/formats.md` is made here.
//!
//! A program of its own, since it keeps all processors busy, and the suite has tests that wait for clocks.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cartellino::card::change::difference;
use cartellino::card::{Card, Field, Value};
use cartellino::format::{self, Format, Reading};

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
            // What a closed schema refuses stands as a property; blanks around a text are none of it.
            Ok(again)
                if Carried::of(&again.card)
                    .missing(&card.sections[section].fields[field])
                    .is_none() => {}
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

/// Whether the only difference is that a block of code left open is closed.
fn is_closed_only(again: &Card, card: &Card) -> bool {
    difference(again, card).iter().all(|change| {
        let texts = [&change.before, &change.after].map(|value| value.as_ref().and_then(Value::as_text));
        matches!(texts, [Some(got), Some(put)] if got.strip_prefix(put) == Some("\n```"))
    })
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
        row.conversions += 1;
        let losses = format::losses(format, None, &reading.card);
        row.losses += losses.len();
        let carried = Carried::of(&again);
        for section in &reading.card.sections {
            for field in &section.fields {
                let named = losses.iter().any(|loss| {
                    loss.item.as_ref() == Some(&(section.key.clone(), field.id.clone()))
                        || (loss.item.is_none() && loss.section == section.title)
                });
                let is_whole = losses.iter().any(|loss| {
                    !loss.is_in_part && loss.item.as_ref() == Some(&(section.key.clone(), field.id.clone()))
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
    fn of(card: &Card) -> Self {
        let (mut leaves, mut answers) = (Vec::new(), Vec::new());
        for section in &card.sections {
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
