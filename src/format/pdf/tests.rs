//! The PDF as readers and their programs find it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lopdf::{Dictionary, Document, Object};

use super::super::{Format, read_named, write};
use super::*;
use crate::format::ReadError;

const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn card(markdown: &str) -> Card {
    read_named(markdown.as_bytes(), Some("card.md")).unwrap().card
}

fn printed(markdown: &str) -> Vec<u8> {
    write(Format::PDF, None, &card(markdown)).unwrap()
}

fn opened(markdown: &str) -> Document {
    Document::load_mem(&printed(markdown)).unwrap()
}

/// What can be read on all pages.
fn text(document: &Document) -> String {
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap()
}

/// The elements of the structure by their role, each with its own dictionary.
fn elements(document: &Document) -> BTreeMap<String, Vec<Dictionary>> {
    let mut found = BTreeMap::new();
    let root = document.catalog().unwrap().get(b"StructTreeRoot").unwrap();
    gather(document, root, &mut found);
    found
}

fn gather(document: &Document, object: &Object, found: &mut BTreeMap<String, Vec<Dictionary>>) {
    match object {
        Object::Reference(id) => gather(document, document.get_object(*id).unwrap(), found),
        Object::Array(items) => items.iter().for_each(|item| gather(document, item, found)),
        Object::Dictionary(element) => {
            if let Ok(role) = element.get(b"S").and_then(Object::as_name) {
                let role = String::from_utf8_lossy(role).into_owned();
                found.entry(role).or_default().push(element.clone());
            }
            if let Ok(kids) = element.get(b"K") {
                gather(document, kids, found);
            }
        }
        _ => {}
    }
}

/// A text of the PDF, in whichever of its two encodings.
fn said(document: &Document, object: &Object) -> String {
    let (_, object) = document.dereference(object).unwrap();
    lopdf::decode_text_string(object).unwrap()
}

#[test]
fn the_pages_are_tagged_for_screen_readers() {
    let markdown = format!(
        "# Otter counter\n\n## Results\n\nIt *counts* [otters](https://example.org).\n\n- one\n- two\n\n| river | count |\n|---|---|\n| Elbe | 3 \
         |\n\n![Otters by river]({PNG})\n\n#### Deep\n\nMore.\n\n## Limits\n\nFew.\n\n## A\n\na\n\n## B\n\nb\n\n## C\n\nc\n"
    );
    let bytes = printed(&markdown);
    let document = Document::load_mem(&bytes).unwrap();
    let catalog = document.catalog().unwrap();
    let marks = catalog.get(b"MarkInfo").unwrap().as_dict().unwrap();
    assert!(marks.get(b"Marked").unwrap().as_bool().unwrap());
    assert_eq!(said(&document, catalog.get(b"Lang").unwrap()), "en");
    let root = document.get_object(catalog.get(b"StructTreeRoot").unwrap().as_reference().unwrap());
    let root = root.unwrap().as_dict().unwrap();
    for key in ["ParentTree", "ParentTreeNextKey", "K"] {
        assert!(root.has(key.as_bytes()), "{key} is missing");
    }
    for key in ["PageLabels", "Outlines"] {
        assert!(catalog.has(key.as_bytes()), "{key} is missing");
    }
    let info = document.trailer.get(b"Info").unwrap().as_reference().unwrap();
    let info = document.get_dictionary(info).unwrap();
    assert_eq!(said(&document, info.get(b"Title").unwrap()), "Otter counter");
    // What the standard wants was checked while writing, and the file says so.
    assert!(String::from_utf8_lossy(&bytes).contains("<pdfuaid:part>1</pdfuaid:part>"));

    let elements = elements(&document);
    for role in [
        "H1", "H2", "L", "LI", "LBody", "Table", "TR", "TH", "TD", "Link", "Figure", "P", "TOC",
    ] {
        assert!(elements.contains_key(role), "no {role} among {:?}", elements.keys());
    }
    let alt = elements["Figure"][0].get(b"Alt").unwrap();
    assert_eq!(said(&document, alt), "Otters by river");
    for page in document.get_pages().into_values() {
        assert!(
            document.get_dictionary(page).unwrap().has(b"StructParents"),
            "a page without its tags"
        );
    }
}

#[test]
fn a_chart_higher_than_a_page_goes_on_and_every_piece_has_words() {
    let row = |site: usize| serde_json::json!({"type": "recall", "value": "0.9", "slice": format!("site={site}")});
    let rows: Vec<_> = (0..60).map(row).collect();
    let fields = serde_json::json!([
        {"id": "quantitative-analyses.performance_metrics", "label": "Results", "value": rows},
        {"id": "quantitative-analyses.charts", "label": "Charts", "value": [{"kind": "bars by group"}]},
    ]);
    let card = serde_json::json!({"format": "cartellino", "version": 1, "outline": "full", "sections": [
        {"key": "quantitative-analyses", "title": "Quantitative analyses", "fields": fields}]});
    let card = crate::format::read(card.to_string().as_bytes()).unwrap().card;
    let document = Document::load_mem(&write(Format::PDF, None, &card).unwrap()).unwrap();
    let elements = elements(&document);
    let words = elements["Figure"]
        .iter()
        .map(|figure| said(&document, figure.get(b"Alt").unwrap()));
    let words: Vec<String> = words.collect();
    assert!(words.len() > 1, "{words:?}");
    assert!(words[0].contains("60 values"), "{words:?}");
    assert!(
        words[1..].iter().all(|words| words == "The chart goes on."),
        "{words:?}"
    );
    // Heads of columns say so, on the table of results and on that of the chart; each row of both is one.
    assert!(elements["TH"].len() >= 4, "{}", elements["TH"].len());
    assert!(elements["TR"].len() >= 2 * 61, "{}", elements["TR"].len());
}

#[test]
fn an_incomplete_card_is_marked_as_draft_on_every_page() {
    let draft = opened(&format!("# Otter\n\n## Results\n\n{}", "A line.\n\n".repeat(120)));
    let pages = draft.get_pages().len();
    assert!(pages > 2);
    for page in 1..=pages {
        let text = draft.extract_text(&[u32::try_from(page).unwrap()]).unwrap();
        assert!(text.contains("DRAFT"), "page {page}: {text}");
        assert!(text.contains(&format!("{page} of {pages}")), "page {page}: {text}");
    }
    assert!(text(&draft).contains("Not answered yet: "));
    let complete =
        r#"{"cartellino": 1, "sections": [{"title": "Otter", "fields": [{"label": "Text", "value": "Counts."}]}]}"#;
    let complete = crate::format::read(complete.as_bytes()).unwrap().card;
    let complete = Document::load_mem(&write(Format::PDF, None, &complete).unwrap()).unwrap();
    assert!(!text(&complete).contains("DRAFT") && !text(&complete).contains("Not answered"));
}

#[test]
fn what_looks_like_orders_stays_text() {
    let orders = [
        "#panic(\"x\")",
        "] #set page(width: 1pt) [",
        "$x^2$ and $$\\sum_i x_i$$",
        "\\u{41} \\ \\\\",
        "#import \"/etc/passwd\"",
        "/* a */ // b",
        "@label #(1+1) ~ ---",
        "#image(\"paper.json\")",
    ];
    let json = serde_json::json!({"model_name": "#panic() ] $", "] #pagebreak()": orders, "note": "``` `#raw`"});
    let card = crate::format::read(json.to_string().as_bytes()).unwrap().card;
    let document = Document::load_mem(&write(Format::PDF, None, &card).unwrap()).unwrap();
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let text = dense(&text(&document));
    for order in [
        "#panic(\"x\")",
        "#setpage(width:1pt)",
        "$x^2$",
        "\\sum_ix_i",
        "#import\"/etc/passwd\"",
        "/*a*///b",
        "#(1+1)",
    ] {
        assert!(text.contains(order), "{order} is not in {text}");
    }
    assert!(text.contains("#panic()]$"), "{text}");
}

#[test]
fn a_long_word_is_cut_and_stays_whole_when_it_is_copied() {
    let word = "abcdefghij".repeat(1000);
    let document = opened(&format!(
        "# Otter\n\n{word}\n\n| a | b |\n|---|---|\n| {} | x |\n\n```\n{word}\n```\n",
        &word[..400]
    ));
    let text: String = text(&document).split_whitespace().collect();
    assert!(document.get_pages().len() > 2);
    // Lines end where they have to; the page's foot and head come between pages.
    assert!(
        text.matches("abcdefghij").count() > 1900,
        "{}",
        text.matches("abcdefghij").count()
    );
}

#[test]
fn the_same_card_gives_the_same_bytes() {
    let markdown = format!("# Otter\n\nA ![picture]({PNG}) and 模型.\n");
    assert_eq!(printed(&markdown), printed(&markdown));
}

#[test]
fn every_script_has_its_letters() {
    let scripts = "模型 川のモデル 강의 모델 نموذج מודל नदी แม่น้ำ নদী ஆறு నది ನದಿ നദി નદી ਨਦੀ ନଦୀ ගඟ ແມ່ນ້ຳ ទន្លេ မြစ် მდინარე գետ ወንዝ река ποτάμι sông 🤗 🧱 ∑ ─ ☑ 𝗕";
    let json = serde_json::json!({"model_name": "Otter", "note": scripts});
    let card = crate::format::read(json.to_string().as_bytes()).unwrap().card;
    let bytes = write(Format::PDF, None, &card).unwrap();
    // A sign without a letter would make the file break the standard, which it then does not claim.
    assert!(String::from_utf8_lossy(&bytes).contains("<pdfuaid:part>1</pdfuaid:part>"));
    let json = serde_json::json!({"model_name": "Otter", "note": "𒀀"});
    let card = crate::format::read(json.to_string().as_bytes()).unwrap().card;
    let bytes = write(Format::PDF, None, &card).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("pdfuaid") && bytes.starts_with(b"%PDF-"));
}

#[test]
fn texts_of_other_languages_say_so() {
    let document = opened("# Otter\n\n## Results\n\nIn words.\n\nنموذج يعد ثعالب الماء في الأنهار.\n");
    // It stands beside the text itself, in the content of the page.
    let pages = document.get_pages().into_values();
    let mut contents = pages.map(|page| document.get_page_content(page));
    assert!(contents.any(|content| {
        content
            .windows(9)
            .any(|part| part == b"/Lang(ar)" || part == b"/Lang (ar")
    }));
    let document = opened("# 水獭\n\n计算河流中的水獭。");
    assert_eq!(said(&document, document.catalog().unwrap().get(b"Lang").unwrap()), "zh");
}

#[test]
fn nothing_in_a_card_makes_the_printing_fail() {
    let deep = (0..60).fold(String::from("x"), |inner, _| format!("{{\"a\": [{inner}, 1]}}"));
    let deep = deep.replace("[x,", "[\"x\",");
    let quotes = format!("# a\n\n{} deep\n\n{}- deep\n", "> ".repeat(60), "- ".repeat(60));
    let lists = (0..40).fold(String::from("# a\n\n"), |mut text, depth| {
        let _ = writeln!(text, "{}- item", "  ".repeat(depth));
        text
    });
    let broken = [
        "# a\n\n![x](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAA)",
        "# a\n\n![x](data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB)",
        "# a\n\n<table><tr></tr></table><table><tr><td colspan=9 rowspan=9>x</td></tr><tr><td>y</td><td>z</td></tr></table>",
        "# a\n\n<table><thead><tr><th>only</th></tr></thead></table>\n\n<ul></ul><ol start=99999999999><li></ol><blockquote></blockquote>",
        "# a\n\n<b>open <i>for ever\n\n## b\n\n- c\n\n<dl><dt>d<dd>e</dl><details><summary>f</summary>g</details>",
        "# a\n\nx[^1] y[^2] z[^1]\n\n[^1]: one [^2]\n[^2]: two\n\n###### deep\n\n# high\n\n##### low\n\n<h6></h6>",
        "# a\n\n\u{1}\u{7}\u{200f}\u{202e}reversed\u{fffe}\u{ad}\u{200b} \u{e000}\n\n`` ` ``\n\n    \n\n~~~\n\n~~~\n",
        "",
        " ",
        "# \n\n##\n\n|\n|-|\n",
        &quotes,
        &lists,
    ];
    for text in broken {
        let Ok(reading) = read_named(text.as_bytes(), Some("card.md")) else {
            continue;
        };
        let bytes = write(Format::PDF, None, &reading.card);
        assert!(bytes.is_ok_and(|bytes| bytes.starts_with(b"%PDF-")), "{text}");
    }
    let card = crate::format::read(deep.as_bytes()).unwrap().card;
    assert!(write(Format::PDF, None, &card).is_ok());
}

#[test]
fn a_card_too_large_for_pages_is_refused_in_words() {
    let refusal = |markdown: &str| -> ReadError { write(Format::PDF, None, &card(markdown)).unwrap_err() };
    let error = refusal(&format!("# Otter\n\n{}", "many words ".repeat(MOST_BYTES / 10)));
    assert!(
        error.message.to_string().contains("too large") && error.advice.to_string().contains("HTML page"),
        "{error:?}"
    );
}
