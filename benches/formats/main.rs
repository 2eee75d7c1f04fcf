//! How fast each format is read, changed and written, and how much memory that takes, as ratios to serde_json parsing a
//! card of the same content. `cargo bench --bench formats` prints the table of `docs/performance.md`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cartellino::card::outline::FULL;
use cartellino::card::{Card, Field, Section, Value};
use cartellino::format::{self, Format};

/// The system's allocator, which also counts what is in use and the most that ever was.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(used, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How long each figure is measured at least.
const TIME: Duration = Duration::from_millis(300);

fn main() {
    println!(
        "| card | format | bytes | read MB/s | edit MB/s | convert to MB/s | read, of serde_json | memory of read, of the file |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (name, card) in [
        ("20 kB of text", written_card()),
        ("5 MB with figures", card_with_figures()),
    ] {
        let native = format::write(Format::NATIVE, None, &card).expect("a card can be written");
        let yardstick = speed(native.len(), || {
            black_box(serde_json::from_slice::<serde_json::Value>(&native).expect("JSON"));
        });
        println!(
            "| {name} | serde_json | {} | {yardstick:.0} | | | 1.00 | |",
            native.len()
        );
        // Large cards are refused by the format that sets pages.
        for format in Format::ALL.iter().copied().filter(|format| *format != Format::PDF) {
            row(name, format, &card, yardstick);
        }
    }
}

fn row(name: &str, format: Format, card: &Card, yardstick: f64) {
    let bytes = format::write(format, None, card).expect("a card can be written");
    let size = bytes.len();
    let convert = speed(size, || {
        black_box(format::write(format, None, card).expect("a card can be written"));
    });
    if !format.can_read() {
        println!("| {name} | {} | {size} | | | {convert:.0} | | |", format.id());
        return;
    }
    let read = speed(size, || {
        black_box(format::read_as(format, &bytes).expect("what was written can be read"));
    });
    let before = USED.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let mut reading = format::read_as(format, &bytes).expect("what was written can be read");
    let memory = (MOST.load(Ordering::Relaxed) - before) as f64 / size as f64;
    if let Some(field) = reading
        .card
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.fields)
        .find(|field| matches!(field.value, Value::Text(_)))
    {
        field.value = Value::text("edited");
    }
    let edit = speed(size, || {
        black_box(format::write(format, Some(&bytes), &reading.card).expect("what was read can be written"));
    });
    println!(
        "| {name} | {} | {size} | {read:.0} | {edit:.0} | {convert:.0} | {:.2} | {memory:.1} |",
        format.id(),
        read / yardstick
    );
}

/// Megabytes (10⁶) a second.
fn speed(bytes: usize, mut run: impl FnMut()) -> f64 {
    run();
    let (mut runs, start) = (0_u32, Instant::now());
    while start.elapsed() < TIME {
        run();
        runs += 1;
    }
    bytes as f64 * f64::from(runs) / start.elapsed().as_secs_f64() / 1e6
}

const SENTENCE: &str =
    "The model was measured on recordings of three rivers in two seasons, and does *worse* in rain. ";

/// A card that answers every question with some sentences.
fn written_card() -> Card {
    let section = |part: &'static cartellino::card::outline::Part| Section {
        key: part.key.into(),
        title: part.title.into(),
        fields: part
            .questions
            .iter()
            .filter(|question| !question.legacy)
            .map(|question| Field {
                id: question.id.into(),
                label: question.label.into(),
                value: Value::text(SENTENCE.repeat(4).trim_end()),
            })
            .collect(),
    };
    Card {
        sections: FULL.sections.iter().map(section).collect(),
    }
}

/// The same with pictures of 5 MB together, as the Model Card Toolkit embeds them.
fn card_with_figures() -> Card {
    let mut card = written_card();
    let picture = |number: usize| {
        let image = format!("iVBORw0KGgo{}", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0".repeat(14_000));
        Value::Group(vec![
            ("name".into(), Value::text(format!("figure {number}"))),
            ("image".into(), Value::text(image)),
        ])
    };
    let figures = Value::Group(vec![(
        "collection".into(),
        Value::List((1..=10).map(picture).collect()),
    )]);
    let question = FULL
        .question("quantitative-analyses.graphics")
        .expect("the outline asks for figures");
    let section = card
        .sections
        .iter_mut()
        .find(|section| section.key == "quantitative-analyses")
        .expect("the outline has results");
    section.fields.retain(|field| field.id != question.id);
    section.fields.push(Field {
        id: question.id.into(),
        label: question.label.into(),
        value: figures,
    });
    card
}
