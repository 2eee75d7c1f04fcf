//! The pages in German: whatever they say, they say it in the language of their reader.

use std::collections::BTreeSet;

use cartellino::card::outline;
use cartellino::locale::{Locale, entries};
use reqwest::StatusCode;
use scraper::{ElementRef, Node};

use crate::editing::section_form;
use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Upload, Visitor};
use crate::pages::every_page_of;

/// A card in German with something to look at in most of its answers.
const CARD: &str = r#"{
  "schema_version": "0.0.2",
  "fremd": 1,
  "model_details": {
    "name": "Otterzähler",
    "overview": "TODO",
    "version": {"name": "1", "date": "31.02.2026"},
    "owners": [{"name": "Seenlabor", "contact": "labor@example.org"}, {"name": "Flusslabor"}],
    "licenses": [{"identifier": "mitt"}],
    "references": [{"reference": "htp://beispiel"}],
    "path": "/home/anna/modell.bin"
  },
  "quantitative_analysis": {
    "performance_metrics": [
      {"type": "accuracy", "value": "1.7", "slice": "Winter", "confidence_interval": {"lower_bound": "0.9", "upper_bound": "0.8"}},
      {"type": "accuracy", "value": "0.7", "slice": "Sommer"}
    ]
  },
  "considerations": {"limitations": [{"description": "Zählt Biber mit."}]}
}"#;

/// The same as a page of Markdown, with metadata that the hub would refuse.
const README: &str = "---\nlicense: freie Lizenz\nlanguage: Deutsch\npipeline_tag: zaehlen\nmodel-index: otter\n---\n# Otterzähler\n\n\
    ##Ohne Abstand\n\n## Grenzen\n\n*Zählt* Biber mit.\n\n- eins\n- zwei\n\nmehr[^1]\n\n[^1]: Anmerkung\n";

/// Elements whose text is not ours: what is in the cards, what is typed, what is typed exactly so.
const FOREIGN: &str = "pre, code, kbd, samp, textarea, .prose, datalist, [lang=en]";

/// What an English reader would notice: words that German has not.
const ENGLISH: [&str; 22] = [
    "the", "of", "and", "is", "are", "you", "your", "this", "that", "with", "to", "not", "here", "for", "from",
    "there", "their", "what", "which", "have", "has", "been",
];

/// The pieces of our English sentences between what is filled in, if they are long enough to be known again, and stand in
/// no German one.
fn english() -> BTreeSet<String> {
    let german: String = entries(Locale::German)
        .flat_map(|(_, said)| said)
        .map(|said| format!("{said}\n"))
        .collect();
    entries(Locale::German)
        .flat_map(|(words, _)| pieces(words))
        .filter(|piece| piece.split_whitespace().count() > 2 && !german.contains(piece.as_str()))
        .collect()
}

/// The words of a sentence between its names and tags.
fn pieces(words: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut depth = 0;
    for letter in words.chars() {
        match letter {
            '{' | '<' => {
                depth += 1;
                pieces.push(String::new());
            }
            '}' | '>' if depth > 0 => depth -= 1,
            letter if depth == 0 => pieces.last_mut().unwrap().push(letter),
            _ => {}
        }
    }
    pieces.iter().map(|piece| piece.trim().to_owned()).collect()
}

/// All that a page says or has a screen reader say, but for what is not ours.
fn said(page: &Answer) -> Vec<String> {
    fn walk(element: ElementRef<'_>, foreign: &scraper::Selector, found: &mut Vec<String>) {
        if foreign.matches(&element) {
            return;
        }
        for name in ["aria-label", "alt", "title", "placeholder", "content"] {
            found.extend(element.attr(name).map(str::to_owned));
        }
        for (name, value) in element.value().attrs() {
            if name.starts_with("data-") {
                found.push(value.to_owned());
            }
        }
        let mut text = String::new();
        for child in element.children() {
            match child.value() {
                Node::Text(words) => text.push_str(words),
                Node::Element(_) => {
                    text.push(' ');
                    walk(ElementRef::wrap(child).unwrap(), foreign, found);
                }
                _ => {}
            }
        }
        found.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    let foreign = scraper::Selector::parse(FOREIGN).unwrap();
    let mut found = Vec::new();
    let page = page.page();
    for root in page.all("html") {
        walk(root, &foreign, &mut found);
    }
    found.retain(|text| !text.is_empty());
    found
}

/// What of a page is English, though it is ours.
fn lapses(page: &Answer, english: &BTreeSet<String>) -> Vec<String> {
    let is_english = |text: &String| {
        let words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| ENGLISH.contains(word));
        words.count() > 1 || english.iter().any(|piece| text.contains(piece.as_str()))
    };
    said(page).into_iter().filter(is_english).collect()
}

/// A German whose cards have all kinds of pages.
async fn furnished(app: &TestApp) -> Visitor {
    let visitor = app.visitor().speaking("de-AT,de;q=0.9,en;q=0.5");
    visitor.card("karte.json", CARD.as_bytes()).await;
    visitor.card("README.md", README.as_bytes()).await;
    visitor
        .card("frei.json", "{\"Name\": \"Otter\", \"Fluss\": \"Isar\"}".as_bytes())
        .await;
    for outline in outline::ALL {
        let mut form = visitor
            .get("/")
            .await
            .page()
            .find_form(|form| form.value("outline").is_some());
        form.set("outline", outline.key);
        let answer = visitor.post_multipart(&form.action, &form, None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", outline.key);
    }
    visitor
}

/// Each lapse of the pages with its page.
fn all_lapses<'p>(pages: impl IntoIterator<Item = &'p Answer>) -> BTreeSet<String> {
    let english = english();
    assert!(english.len() > 1_000, "{}", english.len());
    let mut found = BTreeSet::new();
    for page in pages {
        assert!(page.header("content-type").starts_with("text/html"), "{}", page.path);
        assert_eq!(page.page().all("html")[0].attr("lang"), Some("de"), "{}", page.path);
        let place = page
            .path
            .split('/')
            .filter(|step| step.len() < 26)
            .collect::<Vec<_>>()
            .join("/");
        found.extend(
            lapses(page, &english)
                .into_iter()
                .map(|lapse| format!("{lapse} ({place})")),
        );
    }
    found
}

#[tokio::test]
async fn no_page_speaks_english_to_a_german() {
    let app = TestApp::start().await;
    let visitor = furnished(&app).await;
    let pages = every_page_of(&visitor).await;
    let found = all_lapses(&pages);
    assert!(found.is_empty(), "{}: {found:#?}", found.len());
}

/// Files that cannot be read, and files that are read with remarks.
const FILES: [(&str, &str); 41] = [
    ("a.json", ""),
    ("a.json", "{\"name\": \"otter\", \"x\": }"),
    ("a.json", "{\"name\" \"otter\"}"),
    ("a.json", "{\"name\": 'otter'}"),
    ("a.json", "{\"name\": \"otter\"} {"),
    ("a.json", "{\"name\": \"otter"),
    ("a.json", "{\"name\": \"ot\\qter\"}"),
    ("a.json", "{\"name\": 01}"),
    ("a.json", "{\"name\": [1, 2"),
    ("a.json", "{name: 1}"),
    ("a.json", "{\"name\": True}"),
    ("a.json", "/* {"),
    (
        "a.json",
        "{\"a\": 1, \"a\": 2, // weg\n\"b\": NaN, \"c\": \"x\ny\", \"d\": [1,],\n\"e\": \"\\ud83d\"\n\"f\": 1}",
    ),
    ("a.json", "\"{\\\"a\\\": 1}\""),
    ("a.json", "[1]"),
    ("a.json", "3"),
    ("a.json", "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\"}"),
    ("a.json", "{\"format\": \"cartellino-card\", \"version\": 99}"),
    (
        "a.json",
        "{\"@context\": \"https://schema.org/\", \"@type\": \"sc:Dataset\", \"recordSet\": []}",
    ),
    (
        "a.json",
        "{\"model_overview\": {\"model_name\": 3}, \"intended_uses\": {\"risk_rating\": \"riesig\"}}",
    ),
    ("a.yaml", "a: [1, 2\nb: 3\n"),
    ("a.yaml", "a: \"x\\q\"\n"),
    ("a.yaml", "\ta: 1\n"),
    ("a.yaml", "a: b: c\n"),
    ("a.yaml", "a: ja\na: no\nb: *weg\n---\nc: 1\n"),
    (
        "a.yaml",
        "- dataset: {id: x}\n  value: gut\n  date: 2026-01-31\n  source: {name: wir}\n",
    ),
    ("a.xml", "<a><b></a>"),
    ("a.xml", "<a b=c></a>"),
    ("a.xml", "<a>"),
    (
        "a.xml",
        "<?xml version=\"1.0\" encoding=\"latin1\"?>\n<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a x='1' x='2'>Otter & <b>&b;</b></a>",
    ),
    ("a.xml", "<a></a><b></b>"),
    ("a.xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"><b/></svg>"),
    ("a.pbtxt", "# proto-message: ModelCard\nmodel_details { name: \"x }\n"),
    ("a.pbtxt", "# proto-message: ModelCard\nmodel_details { name \"x\" }\n"),
    ("a.pbtxt", "# proto-message: ModelCard\nmodel_details {\n"),
    ("a.proto", "syntax = \"proto3\";\nmessage ModelCard {}\n"),
    ("a.pb", "\u{1}\u{2}\u{3}\u{4}"),
    ("a.h5", "\u{89}HDF"),
    ("a.md", "---\nlicense: mit\n# Otter\n"),
    ("a.md", "<!doctype html><html><body>Otter</body></html>"),
    (
        "a.md",
        "--- \nlicense: [a, b]\nlanguage: [xx, english]\nsdk: x\ntitle: y\nbase_model_relation: kopie\ndatasets: ja\n---\n# Otter\n",
    ),
];

#[tokio::test]
async fn what_is_said_of_files_is_german() {
    let app = TestApp::start().await;
    let visitor = app.visitor().speaking("de");
    let mut pages = Vec::new();
    for (name, text) in FILES {
        let answer = visitor.upload(name, text.as_bytes()).await;
        pages.push(match answer.status {
            StatusCode::SEE_OTHER => visitor.follow(answer).await,
            _ => answer,
        });
    }
    for bytes in [
        &b"\x89PNG\r\n"[..],
        b"\xff\xfea",
        b"a: \xe4\n",
        b"PK\x03\x04",
        b"\x80\x04x",
        b"a\0b",
    ] {
        let answer = visitor.upload("a", bytes).await;
        pages.push(visitor.follow(answer).await);
    }
    let found = all_lapses(&pages);
    assert!(found.is_empty(), "{}: {found:#?}", found.len());
}

/// A form of a page with these values set, or added.
async fn filled(visitor: &Visitor, page: &Answer, action: &str, values: &[(&str, &str)]) -> Answer {
    let is_it = |form: &Form| form.action.ends_with(action) && form.action.is_empty() == action.is_empty();
    let form = page.page().find_form(|form| form.method == "post" && is_it(form));
    sent(visitor, page, form, values).await
}

/// The form with these values set, or added.
async fn sent(visitor: &Visitor, page: &Answer, mut form: Form, values: &[(&str, &str)]) -> Answer {
    for (name, value) in values {
        form.fields.retain(|(other, _)| other != name);
        form.fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let answer = visitor.submit(page, &form).await;
    visitor.follow(answer).await
}

#[tokio::test]
async fn what_forms_are_answered_with_is_german() {
    let app = TestApp::start_with(&["--session-max-cards", "4"]).await;
    let visitor = app.visitor().speaking("de");
    let mut pages = vec![
        visitor.get("/nirgends").await,
        visitor.get("/cards/aaaaaaaaaaaaaaaaaaaaaaaaaa").await,
        visitor.request(reqwest::Method::DELETE, "/").await,
        visitor.get("/continue/FALSCH").await,
        visitor.get("/write/aaaaaaaaaaaaaaaaaaaaaaaaaa").await,
        visitor.post_from_elsewhere("/session/delete").await,
        visitor.upload("", b"").await,
        visitor.stranger().get("/?first=1").await,
        visitor.get("/example").await,
    ];
    let card = visitor.card("karte.json", CARD.as_bytes()).await;
    let free = visitor
        .card("frei.json", "{\"Fluss\": \"Isar\", \"See\": \"Ammersee\"}".as_bytes())
        .await;
    let overview = visitor.get(&card).await;
    for (action, values) in [
        ("", &[("title", " ")][..]),
        ("", &[("title", "Biberzähler")]),
        ("/sections", &[("title", " ")]),
        ("/sections", &[("title", "Eigenes")]),
        ("/sections", &[("title", "Eigenes")]),
        ("/language", &[("language", "Quatsch")]),
        ("/language", &[("language", "de")]),
        ("/outline", &[("outline", "short")]),
        ("/outline", &[("outline", "nirgends")]),
        ("/datasheet", &[]),
    ] {
        let action = format!("{card}{action}");
        pages.push(filled(&visitor, &overview, &action, values).await);
    }
    // What the buttons of a section do, and undo.
    let section = visitor.sections(&free).await.remove(0);
    for wish in [
        "save",
        "continue",
        "clear",
        "figure",
        "field-add",
        "remove f.0",
        "down f.0",
        "field-remove f.0",
        "section-rename",
        "section-down",
        "preview f.0",
        "more f.0",
        "section-remove",
    ] {
        let page = visitor.get(&section).await;
        if page.status != StatusCode::OK {
            continue;
        }
        let more = [("do", wish), ("new-field", "Tiefe"), ("title", "Umbenannt")];
        pages.push(sent(&visitor, &page, section_form(&page), &more).await);
        pages.push(visitor.get(&format!("{section}/history?version=1")).await);
    }
    pages.retain(|page| page.status != StatusCode::NOT_FOUND || !page.path.contains("history"));
    // Two tabs.
    let section = format!("{card}/sections/considerations");
    let section = match visitor.get(&section).await.status {
        StatusCode::OK => section,
        _ => visitor.sections(&card).await.remove(0),
    };
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let typed = form.texts.first().expect("a text").clone();
    form.set(&typed, "Biber");
    visitor.submit(&page, &form).await;
    form.set(&typed, "Dachs");
    let clash = visitor.submit(&page, &form).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    pages.push(clash);
    // Somebody with a link.
    let links = visitor.get(&format!("{section}/links")).await;
    let made = filled(&visitor, &links, "", &[("wish", "make")]).await;
    let address = made
        .page()
        .links()
        .into_iter()
        .find_map(|link| link.split_once("/write/").map(|(_, code)| format!("/write/{code}")));
    let guest = visitor.stranger();
    let lent = guest.get(&address.expect("a link")).await;
    let mut theirs = section_form(&lent);
    theirs.set(&typed, "Marder");
    for version in ["0", theirs.clone().value("version").unwrap_or_default()] {
        let mut late = theirs.clone();
        late.set("version", version);
        let answer = guest.submit(&lent, &late).await;
        pages.push(guest.follow(answer).await);
    }
    let mut long = theirs.clone();
    long.set(&typed, &"Marder ".repeat(60_000));
    pages.push(guest.submit(&lent, &long).await);
    pages.extend([
        made,
        lent,
        visitor.get(&section).await,
        visitor.get(&format!("{section}/links")).await,
    ]);
    let revoke = pages.last().unwrap();
    let id = revoke.page().all("button[name=link]")[0]
        .attr("value")
        .unwrap()
        .to_owned();
    let revoked = filled(&visitor, revoke, "/links", &[("wish", "revoke"), ("link", &id)]).await;
    pages.push(revoked);
    // Results of measurements.
    let results = format!("{card}/sections/quantitative-analyses/results");
    if let page = visitor.get(&results).await
        && page.status == StatusCode::OK
    {
        for text in [
            "",
            "{\"a\": \"b\"}",
            "{",
            "a,b\n",
            "\"offen",
            "Metrik;Wert;Gruppe\naccuracy;1,7;Winter\naccuracy;0,9;Sommer\n",
            "[{\"metric\": \"auc\", \"value\": 2}]",
            "value,value\n1,2\n",
            "name\nx\n",
        ] {
            for wish in ["preview", "save"] {
                let mut form = page.page().find_form(|form| form.action.ends_with("/results"));
                form.set("text", text);
                form.fields.push(("do".to_owned(), wish.to_owned()));
                let answer = visitor.post_multipart(&form.action, &form, None).await;
                pages.push(visitor.follow(answer).await);
            }
        }
    } else {
        panic!("{results}");
    }
    // A copy that is none.
    let copy = visitor.get("/session/export").await.bytes;
    for bytes in [
        &b""[..],
        b"Otter",
        b"PK\x03\x04",
        b"PK\x05\x06",
        &copy[..copy.len() / 2],
    ] {
        let page = visitor.get("/session").await;
        let form = page.page().find_form(|form| form.action == "/session/import");
        let file = Upload {
            name: "sicherung.zip",
            bytes,
        };
        let answer = visitor.post_multipart(&form.action, &form, Some(file)).await;
        pages.push(visitor.follow(answer).await);
    }
    // More cards than anybody may have.
    while pages.last().is_some_and(|page| page.status.is_success()) {
        let answer = visitor.upload("mehr.json", b"{\"Fluss\": \"Inn\"}").await;
        pages.push(visitor.follow(answer).await);
    }
    // The visitor's browsers.
    pages.push(
        filled(
            &visitor,
            &visitor.get("/session").await,
            "/computer",
            &[("shared", "1")],
        )
        .await,
    );
    pages.push(filled(&visitor, &visitor.get("/session").await, "/display", &[]).await);
    pages.push(
        filled(
            &visitor,
            &visitor.get("/session/recovery").await,
            "",
            &[("wish", "make")],
        )
        .await,
    );
    let offered = filled(&visitor, &visitor.get("/session/continue").await, "", &[]).await;
    let link = offered.page().links().into_iter().find_map(|link| {
        link.split_once("/continue/")
            .map(|(_, code)| format!("/continue/{code}"))
    });
    let phone = visitor.stranger();
    phone.card("frei.json", b"{\"Fluss\": \"Inn\"}").await;
    let look = phone.get(&link.expect("a link")).await;
    let unchosen = look.page().find_form(|form| form.action == "/continue");
    pages.push(phone.submit(&look, &unchosen).await);
    pages.push(filled(&phone, &look, "/continue", &[("then", "apart")]).await);
    for path in [
        "/",
        "/session",
        "/session/browsers",
        "/session/leave",
        "/session/delete",
    ] {
        pages.extend([phone.get(path).await, visitor.get(path).await]);
    }
    pages.extend([look, offered]);
    let browsers = visitor.get("/session/browsers").await;
    pages.push(filled(&visitor, &browsers, "", &[]).await);
    pages.push(phone.get("/").await);
    pages.push(filled(&visitor, &visitor.get("/session/delete").await, "", &[]).await);
    pages.push(filled(&visitor, &visitor.get("/session/leave").await, "", &[]).await);
    let found = all_lapses(&pages);
    assert!(found.is_empty(), "{}: {found:#?}", found.len());
}
