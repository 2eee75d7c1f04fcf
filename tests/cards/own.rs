//! What is written here is recognised as what it was written as.

use cartellino::card::outline;
use cartellino::format::{self, Format};

/// The headings of the hub's template. A page with four of them is its README without metadata.
const TEMPLATE: [&str; 14] = [
    "## Model Details",
    "## Uses",
    "## Bias, Risks, and Limitations",
    "## How to Get Started with the Model",
    "## Training Details",
    "## Evaluation",
    "## Model Examination",
    "## Environmental Impact",
    "## Technical Specifications",
    "## Citation",
    "## Glossary",
    "## More Information",
    "## Model Card Authors",
    "## Model Card Contact",
];

/// The other format that a written file is taken for; `source` is the format of the card that was converted.
pub fn taken_for(written: &[u8], format: Format, source: Option<Format>) -> Option<String> {
    // Its download has a name, by which text that may be anything is told apart.
    let name = format!("card.{}", format.extension(format.notation(None), false));
    let found = match format::read_named(written, Some(&name)) {
        Ok(reading) => reading.format,
        Err(error) => return Some(error.message.to_string()),
    };
    let is_excepted = match format.id() {
        // It is the same text in all of them.
        "yaml" | "webcards" if written == b"{}\n" => found == Format::JSON,
        // A document that was shown as it is is the same document again.
        "json" | "yaml" | "xml" if source == Some(found) => true,
        "markdown" => found == Format::HUGGING_FACE && headings_of_template(written) >= 4,
        _ => false,
    };
    (found != format && !is_excepted).then(|| found.id().to_owned())
}

fn headings_of_template(page: &[u8]) -> usize {
    let page = String::from_utf8_lossy(page);
    let is_there = |heading: &&&str| page.lines().any(|line| line == **heading);
    TEMPLATE.iter().filter(is_there).count()
}

#[test]
fn blank_cards_are_recognised_as_what_they_are() {
    let mut faults = Vec::new();
    let outlines = outline::ALL.iter().filter(|outline| !outline.sections.is_empty());
    for outline in outlines {
        for format in Format::ALL.iter().copied().filter(|format| format.can_read()) {
            let Some(written) = format::blank(format, outline) else {
                continue;
            };
            if let Some(other) = taken_for(&written, format, None) {
                faults.push(format!("{} with {} is taken for {other}", format.id(), outline.key));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
