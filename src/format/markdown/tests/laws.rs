//! The laws of lenses, on real pages and on generated ones.

use std::path::PathBuf;

use proptest::prelude::*;

use super::super::headings;
use super::{section, set, text};
use crate::card::change::difference;
use crate::card::{Card, Field, Section, Value};
use crate::format::file::File;
use crate::format::tests::corpus_folder;
use crate::format::{Format, losses, read_as, read_named, write};

fn corpus(folder: &str) -> Vec<PathBuf> {
    let files =
        std::fs::read_dir(corpus_folder().join(folder)).map(|files| files.flatten().map(|file| file.path()).collect());
    files.unwrap_or_else(|_| {
        eprintln!("NOT RUN: the corpus of real cards ({folder}) is not there");
        Vec::new()
    })
}

/// Whether all sections begin with headings of one level and none stands before them. Elsewhere, taking one away may make
/// another one of them the title, or what was a part a section.
fn is_even(bytes: &[u8]) -> bool {
    let file = File::new(bytes);
    let page = file.markdown().unwrap();
    let first = headings::find(&page.text[page.intro.clone()], 0).found;
    let mut levels = page.sections.iter().map(|block| block.heading.level);
    let enough = page.title.is_some() || page.level > 1 || page.sections.len() > 2;
    first.is_empty() && enough && levels.all(|level| level == page.level)
}

/// Each law on a file, with the words of what breaks it.
fn laws(name: &str, bytes: &[u8]) -> Vec<String> {
    let reading = read_named(bytes, Some("card.md")).unwrap();
    let format = reading.format;
    let mut broken = Vec::new();
    let is_even = is_even(bytes);
    if write(format, Some(bytes), &reading.card).unwrap() != bytes {
        broken.push(format!("{name}: unchanged"));
    }
    let try_out = |what: &str, card: &Card, broken: &mut Vec<String>| {
        let written = write(format, Some(bytes), card).unwrap();
        let again = read_as(format, &written).unwrap().card;
        let left = difference(&again, &format.0.settled(&File::new(bytes), card));
        if !left.is_empty() {
            broken.push(format!("{name}: {what}: {left:?}"));
        }
        written
    };
    for (index, section) in reading.card.sections.iter().enumerate() {
        for (place, field) in section.fields.iter().enumerate().take(40) {
            let mut card = reading.card.clone();
            let Value::Text(text) = &mut card.sections[index].fields[place].value else {
                continue;
            };
            text.push_str(" “edited”");
            let written = try_out(&format!("{} edited", field.id), &card, &mut broken);
            // Only the place differs: the rest before and behind it is the same.
            let same = bytes.iter().zip(&written).take_while(|(a, b)| a == b).count();
            let tail = bytes
                .iter()
                .rev()
                .zip(written.iter().rev())
                .take_while(|(a, b)| a == b)
                .count();
            let changed = bytes.len().saturating_sub(same + tail);
            let value = field.value.as_text().map_or(0, str::len);
            if section.key != "metadata" && changed > 8 + value {
                broken.push(format!("{name}: {} changes {changed} bytes", field.id));
            }
        }
        if is_even
            && reading.outline.part(&section.key).is_none()
            && section.key != "summary"
            && section.key != "metadata"
        {
            let mut card = reading.card.clone();
            card.sections.remove(index);
            try_out(&format!("{} removed", section.key), &card, &mut broken);
            let mut card = reading.card.clone();
            card.sections[index].title = "Quite another title".into();
            try_out(&format!("{} renamed", section.key), &card, &mut broken);
            let mut card = reading.card.clone();
            if index > 0
                && reading.outline.part(&card.sections[index - 1].key).is_none()
                && card.sections[index - 1].key != "summary"
            {
                card.sections.swap(index, index - 1);
                try_out(&format!("{} moved", section.key), &card, &mut broken);
            }
        }
    }
    // A label that has no line yet gets one; one that has loses it.
    for (key, id) in [
        ("model-details", "model-details.shared_by"),
        ("model-details", "model-details.paper"),
        ("environmental-impact", "environmental-impact.hours_used"),
    ] {
        let mut card = reading.card.clone();
        if format != Format::HUGGING_FACE || card.section(key).is_none() {
            continue;
        }
        if card.value(id).is_some() {
            section(&mut card, key).fields.retain(|field| field.id != id);
        } else {
            set(&mut card, key, id, "two words");
        }
        try_out(&format!("{id} comes or goes"), &card, &mut broken);
        let told = losses(format, Some(bytes), &card);
        if !told.is_empty() {
            broken.push(format!("{name}: {id}: {told:?}"));
        }
    }
    let mut card = reading.card.clone();
    card.sections.push(Section {
        key: "a-new-section".into(),
        title: "A new section".into(),
        fields: vec![Field {
            id: "+Part".into(),
            label: "Part".into(),
            value: Value::text("With text."),
        }],
    });
    try_out("section added", &card, &mut broken);
    broken
}

#[test]
fn the_laws_hold_on_real_pages() {
    for folder in ["hf-readme", "markdown", "rt-ai-markdown"] {
        let (mut files, mut bad) = (0, Vec::new());
        for path in corpus(folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let broken = laws(&name, &std::fs::read(&path).unwrap());
            files += 1;
            bad.extend(broken);
        }
        eprintln!("{folder}: {files} files, {} broken laws", bad.len());
        for line in &bad {
            eprintln!("  {}", line.chars().take(400).collect::<String>());
        }
        assert!(bad.is_empty());
    }
}

/// Pieces of Markdown, as people and machines leave them.
fn pages() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "# One\n",
        "## Two\n",
        "## Two\n",
        "### Uses ###\n",
        "## Uses\n",
        "Under\n=====\n",
        "Line\n---\n",
        "text\n",
        "text\nmore\n",
        "\n",
        "\n\n",
        "- item\n",
        "> quote\n",
        "```\n# code\n```\n",
        "~~~\n",
        "<!-- # no\n-->\n",
        "<div>\n",
        "</div>\n",
        "    code\n",
        "#tag\n",
        "---\n",
        "a: b\n",
        "license: mit\n",
        "| a |\n| - |\n",
        "#\n",
        "\t\n",
        "* * *\n",
        "[x]: y\n",
        "é 🦦\n",
        "word",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Pages in which nothing is left open.
fn calm_pages() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "# One\n",
        "\n## Two\n",
        "## Two\n",
        "### Uses ###\n\n",
        "\n## Uses\n",
        "\nUnder\n=====\n",
        "\nLine\n---\n",
        "text\n",
        "text\nmore\n",
        "\n",
        "\n\n",
        "- item\n",
        "\n> quote\n\n",
        "\n```\n# code\n```\n",
        "\n<!-- # no\n-->\n",
        "\n| a |\n| - |\n",
        "é 🦦\n",
    ]);
    (prop::collection::vec(piece, 0..14), any::<bool>()).prop_map(|(pieces, ends)| {
        let page = pieces.concat();
        if ends { page } else { page.trim_end().to_owned() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn unchanged_means_identical(page in pages(), returns in any::<bool>()) {
        let page = if returns { page.replace('\n', "\r\n") } else { page };
        for format in [Format::MARKDOWN, Format::HUGGING_FACE] {
            let card = read_as(format, page.as_bytes()).unwrap().card;
            prop_assert_eq!(&text(write(format, Some(page.as_bytes()), &card).unwrap()), &page);
        }
    }

    #[test]
    fn what_was_put_is_read_back_or_named(page in pages(), at in any::<prop::sample::Index>(), new in "[a-z ]{0,12}") {
        let mut card = read_as(Format::MARKDOWN, page.as_bytes()).unwrap().card;
        let places: Vec<(usize, usize)> = card.sections.iter().enumerate()
            .flat_map(|(index, section)| (0..section.fields.len()).map(move |field| (index, field))).collect();
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        card.sections[section].fields[field].value = Value::text(new);
        let written = write(Format::MARKDOWN, Some(page.as_bytes()), &card).unwrap();
        let again = read_as(Format::MARKDOWN, &written).unwrap().card;
        let left = difference(&again, &Format::MARKDOWN.0.settled(&File::new(page.as_bytes()), &card));
        let told = losses(Format::MARKDOWN, Some(page.as_bytes()), &card);
        prop_assert_eq!(told.len(), left.iter().filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank())).count());
    }

    #[test]
    fn what_was_put_is_read_back(
        page in calm_pages(), at in any::<prop::sample::Index>(), new in "[a-z]{1,5}( [a-z*]{1,4}){0,3}(\n\n- [a-z]{1,3}){0,2}",
        returns in any::<bool>(),
    ) {
        if !is_even(page.as_bytes()) {
            return Ok(());
        }
        let page = if returns { page.replace('\n', "\r\n") } else { page };
        for format in [Format::MARKDOWN, Format::HUGGING_FACE] {
            let mut card = read_as(format, page.as_bytes()).unwrap().card;
            let places: Vec<(usize, usize)> = card.sections.iter().enumerate()
                .flat_map(|(index, section)| (0..section.fields.len()).map(move |field| (index, field))).collect();
            if places.is_empty() {
                return Ok(());
            }
            let (section, field) = places[at.index(places.len())];
            let field = &mut card.sections[section].fields[field];
            field.value = Value::text(if field.id == "model-details.name" { "name" } else { new.as_str() });
            let written = write(format, Some(page.as_bytes()), &card).unwrap();
            let again = read_as(format, &written).unwrap().card;
            prop_assert_eq!(difference(&again, &card), [], "{}", text(written));
        }
    }

    #[test]
    fn sections_come_and_go(page in calm_pages(), at in any::<prop::sample::Index>(), what in 0..4usize) {
        // With one level of headings below the title, whatever comes and goes stays of that level.
        let page = format!("# Title\n\n{}", page.replace("# One", "## One").replace("=====", "-----"));
        let mut card = read_as(Format::MARKDOWN, page.as_bytes()).unwrap().card;
        let own: Vec<usize> = (0..card.sections.len()).filter(|index| card.sections[*index].key != "summary").collect();
        if !is_even(page.as_bytes()) {
            return Ok(());
        }
        match (what, own.is_empty()) {
            (0, _) => card.sections.push(Section {
                key: "new".into(),
                title: "New".into(),
                fields: vec![Field { id: "+Text".into(), label: "Text".into(), value: Value::text("words") }],
            }),
            (_, true) => return Ok(()),
            (1, _) => drop(card.sections.remove(own[at.index(own.len())])),
            (2, _) => card.sections[own[at.index(own.len())]].title = "Another".into(),
            _ => {
                let index = own[at.index(own.len())];
                if index > own[0] {
                    card.sections.swap(index, index - 1);
                }
            }
        }
        let written = write(Format::MARKDOWN, Some(page.as_bytes()), &card).unwrap();
        let again = read_as(Format::MARKDOWN, &written).unwrap().card;
        let titles = |card: &Card| card.sections.iter().map(|section| section.title.clone()).collect::<Vec<_>>();
        prop_assert_eq!(titles(&again), titles(&card), "{}", text(written.clone()));
        prop_assert_eq!(difference(&again, &card), [], "{}", text(written));
    }
}
