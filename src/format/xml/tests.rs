use proptest::prelude::*;

use crate::card::change::difference;
use crate::format::tests::{corpus, places, touch};
use crate::format::{Format, losses, read, read_as, read_named, write};
use crate::json::Value;
use crate::json::tests::values;
use crate::xml::tests::mess::{Mess, groups};

const UNTIDY: &str = include_str!("../../../tests/fixtures/xml/untidy-crlf.xml");

#[test]
fn any_xml_is_read_and_edited_in_place() {
    let reading = read(UNTIDY.as_bytes()).unwrap();
    assert_eq!(reading.format, Format::XML);
    let titles: Vec<_> = reading
        .card
        .sections
        .iter()
        .map(|section| section.title.as_str())
        .collect();
    assert_eq!(titles, ["@year", "x:name", "place", "use", "note", "empty", "blank"]);
    let lines: Vec<_> = reading
        .findings
        .iter()
        .map(|finding| (finding.line, finding.place.to_string()))
        .collect();
    let expected = [
        (Some(1), "encoding"),
        (Some(10), "text"),
        (Some(1), "file"),
        (Some(2), "xml-stylesheet"),
        (Some(3), "document type"),
        (Some(6), "river"),
    ];
    assert_eq!(lines, expected.map(|(line, place)| (line, place.to_owned())));
    for (index, field) in places(&reading.card) {
        let mut card = reading.card.clone();
        touch(&mut card.sections[index].fields[field].value);
        let written = String::from_utf8(write(Format::XML, Some(UNTIDY.as_bytes()), &card).unwrap()).unwrap();
        assert_eq!(difference(&read(written.as_bytes()).unwrap().card, &card), []);
        let changed = UNTIDY
            .lines()
            .zip(written.lines())
            .filter(|(old, new)| old != new)
            .count();
        assert_eq!(changed, 1, "{written}");
    }
}

#[test]
fn xml_is_told_from_pages() {
    for (text, name, format) in [
        ("<card/>", None, Some(Format::XML)),
        ("<a>x: y</a>", Some("card.xml"), Some(Format::XML)),
        ("<card>note: y</card>", None, Some(Format::XML)),
        ("<card/>", Some("README.md"), Some(Format::MARKDOWN)),
        ("<p align=\"center\">Otters</p>", None, Some(Format::MARKDOWN)),
        ("<div>x</div>\n\n# Otters\n", None, Some(Format::MARKDOWN)),
        ("<!doctype html><html><p>x</html>", None, Some(Format::MARKDOWN)),
        (
            "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
            None,
            Some(Format::MARKDOWN),
        ),
        ("<?xml version='1.0'?>\n<card>\n<a></card>", None, None),
        ("<card", Some("card.xml"), None),
    ] {
        let read = read_named(text.as_bytes(), name);
        assert_eq!(read.map(|reading| reading.format).ok(), format, "{text}");
    }
    let broken = read(b"<?xml version='1.0'?>\n<card>\n<a></card>").unwrap_err();
    assert_eq!(broken.position, Some((3, 4)));
    assert!(
        broken.message.to_string().contains("<a> of line 3"),
        "{}",
        broken.message
    );
    let page = read(b"<!doctype html><p>").unwrap();
    assert!(
        page.findings
            .iter()
            .any(|finding| finding.message.to_string().contains("HTML")),
        "{:?}",
        page.findings
    );
}

#[test]
fn wide_encodings_survive() {
    let text = "<?xml version='1.0' encoding='UTF-16'?><card><a>é</a></card>";
    let wide: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let reading = read(&wide).unwrap();
    assert_eq!((reading.format, reading.findings.len()), (Format::XML, 1));
    assert_eq!(write(Format::XML, Some(&wide), &reading.card).unwrap(), wide);
}

#[test]
fn a_bill_of_materials_in_xml_is_named() {
    for path in corpus("cyclonedx") {
        if path.extension().is_none_or(|ending| ending != "xml") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let reading = read(&bytes).unwrap();
        assert_eq!(reading.format, Format::XML);
        assert!(
            reading
                .findings
                .iter()
                .any(|finding| finding.message.to_string().contains("CycloneDX"))
        );
        assert!(write(Format::XML, Some(&bytes), &reading.card).unwrap() == bytes);
    }
}

#[test]
fn names_that_differ_stay_different() {
    let card = read(br#"{"a b": {"x": "1"}, "a_b": {"x": "2", "y z": "3", "y-z": "4", "y_z": "5", "y.z ": "6"}}"#);
    let written = write(Format::XML, None, &card.unwrap().card).unwrap();
    let again = read(&written).unwrap().card;
    let titles: Vec<&str> = again.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles, ["a_b_2", "a_b"]);
    let labels: Vec<&str> = again.sections[1]
        .fields
        .iter()
        .map(|field| field.label.as_str())
        .collect();
    assert_eq!(labels, ["x", "y_z_2", "y-z", "y_z", "y.z"]);
}

#[test]
fn a_new_document_has_plain_names() {
    let card = read(br#"{"Model details": {"Name (short)": "otter", "n": 1.50, "tags": ["a", "b"]}}"#)
        .unwrap()
        .card;
    let written = String::from_utf8(write(Format::XML, None, &card).unwrap()).unwrap();
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<model_card>\n  <Model_details>\n    \
                    <Name_short>otter</Name_short>\n    <n>1.50</n>\n    <tags>a</tags>\n    <tags>b</tags>\n  \
                    </Model_details>\n</model_card>\n";
    assert_eq!(written, expected);
    assert_eq!(losses(Format::XML, None, &card), []);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn xml_obeys_the_laws(
        document in groups(), seed in any::<u64>(), at in any::<prop::sample::Index>(), new in values(),
    ) {
        let source = Mess::document(&document, seed);
        let reading = read_as(Format::XML, source.as_bytes()).unwrap();
        let mut card = reading.card;
        prop_assert_eq!(&String::from_utf8(write(Format::XML, Some(source.as_bytes()), &card).unwrap()).unwrap(), &source);
        let places = places(&card);
        if places.is_empty() {
            return Ok(());
        }
        let (section, field) = places[at.index(places.len())];
        // The root's own text has no names for the entries of a list, which no page puts there: they become lines of one
        // text, or stand under names of ours, and that is named.
        let is_text = card.sections[section].title == "#text";
        let makes_lines = is_text && matches!(&new, Value::List(entries) if entries.len() > 1);
        card.sections[section].fields[field].value = new;
        let has_control = format!("{card:?}").contains("\\u{1}");
        let named = losses(Format::XML, Some(source.as_bytes()), &card);
        let are_lines = makes_lines && matches!(named.as_slice(), [one] if one.section == "#text");
        prop_assert!(has_control || are_lines || named.is_empty(), "{}: {:?}", source, named);
        for format in [Format::XML, Format::CHAI_2, Format::JSON] {
            let written = write(format, None, &card).unwrap();
            prop_assert!(read_as(format, &written).is_ok());
        }
        prop_assert!(has_control || losses(Format::XML, None, &card).is_empty(), "{}", source);
    }
}
