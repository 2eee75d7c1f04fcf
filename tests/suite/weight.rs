//! What pages weigh: bytes are the same on every machine, so the limits are kept by a test, and the figures stand in
//! `docs/performance.md`.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

use crate::harness::{Answer, TestApp, Visitor};

/// The bytes as they travel, packed.
fn packed(bytes: &[u8]) -> u64 {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("page", SimpleFileOptions::default()).expect("a file");
    zip.write_all(bytes).expect("it can be packed");
    let mut zip = zip::ZipArchive::new(zip.finish().expect("a ZIP")).expect("a ZIP");
    zip.by_index(0).expect("the file").compressed_size()
}

/// What a page makes the browser fetch besides itself.
fn parts(page: &Answer) -> BTreeSet<String> {
    let page = page.page();
    let found = [
        ("link[rel=stylesheet], link[rel=icon]", "href"),
        ("script, img:not([loading=lazy])", "src"),
    ];
    let parts = found.into_iter().flat_map(|(css, name)| {
        let elements = page.all(css);
        let addresses: Vec<String> = elements
            .iter()
            .filter_map(|one| one.attr(name))
            .map(str::to_owned)
            .collect();
        addresses
    });
    parts.collect()
}

async fn weight_of(visitor: &Visitor, parts: &BTreeSet<String>, ending: &str) -> u64 {
    let mut weight = 0;
    for part in parts.iter().filter(|part| part.ends_with(ending)) {
        weight += packed(&visitor.get(part).await.bytes);
    }
    weight
}

/// A card with one section of 40 fields, each with a sentence of its own.
fn forty_fields() -> String {
    let nouns = ["otters", "lakes", "rivers", "seals", "herons"];
    let places = ["north", "south", "east", "west", "shore", "ice", "delta", "spring"];
    let field = |number: usize| {
        let (noun, place) = (nouns[number % 5], places[number % 8]);
        format!(
            r#""{place} {noun} {number}": "Counts {noun} in the {place} {number} times a day, weather permitting.""#
        )
    };
    let fields: Vec<String> = (0..40).map(field).collect();
    format!(r#"{{"counts": {{{}}}}}"#, fields.join(", "))
}

#[tokio::test]
async fn pages_are_light() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let first = visitor.get("/").await;
    let first_parts = parts(&first);
    let card = visitor.card("card.json", forty_fields().as_bytes()).await;
    let section = visitor.get(&format!("{card}/sections/counts")).await;
    assert_eq!(section.page().all("#section-form .question").len(), 40);
    let section_parts = parts(&section);
    let all: BTreeSet<String> = first_parts.union(&section_parts).cloned().collect();
    let rows = [
        ("requests of the first visit", 1 + first_parts.len() as u64, 4),
        ("first page", packed(&first.bytes), 15_000),
        ("section page with 40 fields", packed(&section.bytes), 15_000),
        ("stylesheets", weight_of(&visitor, &all, ".css").await, 15_000),
        (
            "modules of a section page",
            weight_of(&visitor, &all, ".js").await,
            10_000,
        ),
    ];
    for (what, weight, most) in rows {
        println!("| {what} | {weight} | {most} |");
    }
    for (what, weight, most) in rows {
        assert!(weight <= most, "{what}: {weight}, more than {most}: {first_parts:?}");
    }
}
