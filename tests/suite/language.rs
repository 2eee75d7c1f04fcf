//! The language that a card is written in, wherever its text is read, heard or laid out.

use cartellino::card::Value;
use cartellino::format;
use cartellino::format::language::{self, Language};
use reqwest::StatusCode;

use crate::editing::section_form;
use crate::harness::{TestApp, Visitor, corpus};

const GERMAN: &str = "Das Modell zählt Otter in Flüssen.\n\nEs wurde an Bildern aus drei Wintern geprüft.";
const ENGLISH: &str = "The model counts otters in rivers.\n\nIt was tested with the pictures of three winters.";
const PERSIAN: &str = "این مدل سمورها را در رودخانه‌ها می‌شمارد.\n\nبا تصویرهای سه زمستان آزموده شد.";

async fn card(visitor: &Visitor, names: &str, text: &str) -> String {
    let readme = format!("---\nlicense: mit\nlanguage: {names}\n---\n# Otter\n\n## Limitations\n\n{text}\n");
    visitor.card("README.md", readme.as_bytes()).await
}

/// Tag and direction of the first element that a selector finds.
async fn spoken(visitor: &Visitor, path: &str, css: &str) -> (Option<String>, Option<String>) {
    let answer = visitor.get(path).await;
    let page = answer.page();
    let found = page.all(css);
    let element = found.first().unwrap_or_else(|| panic!("no {css} in {path}"));
    let attribute = |name| element.attr(name).map(str::to_owned);
    (attribute("lang"), attribute("dir"))
}

fn pair(tag: Option<&str>, direction: Option<&str>) -> (Option<String>, Option<String>) {
    (tag.map(str::to_owned), direction.map(str::to_owned))
}

#[tokio::test]
async fn previews_and_downloads_say_the_language_of_the_card() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let cases = [
        ("de", GERMAN, Some("de"), None),
        ("de", ENGLISH, Some("en"), None),
        ("fa", PERSIAN, Some("fa"), Some("rtl")),
        ("[de, fr]", GERMAN, None, None),
    ];
    for (names, text, tag, direction) in cases {
        let card = card(&anna, names, text).await;
        let preview = format!("{card}/preview");
        assert_eq!(spoken(&anna, &preview, ".prose").await, pair(tag, direction), "{names}");
        let html = format!("{card}/download/html");
        // A page has to name a language; ours are in English.
        let of_page = pair(tag.or(Some("en")), direction);
        assert_eq!(spoken(&anna, &html, "html").await, of_page, "{names}");
        let pdf = anna.download(&card, "pdf").await;
        let document = lopdf::Document::load_mem(&pdf).unwrap();
        let catalog = document.catalog().unwrap();
        let lang = lopdf::decode_text_string(catalog.get(b"Lang").unwrap()).unwrap();
        assert_eq!(lang, tag.unwrap_or("en"), "{names}");
        let form = format!("{card}/download/eu-form");
        let (written, _) = spoken(&anna, &form, "html").await;
        assert_eq!(written.as_deref(), Some("en"), "the form's own words");
    }
    // What we say around a text in another language is in ours.
    let card = card(&anna, "de", GERMAN).await;
    let page = anna.get(&format!("{card}/download/html")).await;
    let ours = page.page().all("footer p[lang=en]").len();
    assert_eq!(ours, 1, "{}", page.text());
}

#[tokio::test]
async fn fields_are_written_in_the_language_of_the_card() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    for (names, text, tag) in [
        ("de", GERMAN, Some("de")),
        ("fa", PERSIAN, Some("fa")),
        ("[de, fr]", GERMAN, None),
    ] {
        let card = card(&anna, names, text).await;
        for section in anna.sections(&card).await {
            let answer = anna.get(&section).await;
            let page = answer.page();
            for control in page.all("#section-form .question .field > textarea:not(.code)") {
                assert_eq!(control.attr("dir"), Some("auto"), "{}", control.html());
                assert_eq!(control.attr("lang"), tag, "{}", control.html());
            }
            for control in page.all(".question input[inputmode=decimal]") {
                assert_eq!(
                    control.attr("dir"),
                    None,
                    "a number runs as numbers do: {}",
                    control.html()
                );
            }
        }
    }
}

#[tokio::test]
async fn the_language_can_be_said_in_a_card_that_does_not_tell_it() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let say = async |card: &str, language: &str| {
        let page = anna.get(card).await;
        let mut form = page.page().find_form(|form| form.action.ends_with("/language"));
        form.set("language", language);
        let answer = anna.submit(&page, &form).await;
        anna.follow(answer).await
    };
    // One with questions, one with an order of its own, and a page of text.
    let toolkit = format!(r#"{{"model_details": {{"name": "Otter", "overview": {GERMAN:?}}}}}"#);
    let own = format!(r#"{{"zweck": {GERMAN:?}}}"#);
    let cases = [
        ("card.json", toolkit.replace("\\n", " ")),
        ("own.json", own),
        ("CARD.md", format!("# Otter\n\n## Zweck\n\n{GERMAN}\n")),
    ];
    for (name, bytes) in cases {
        let card = anna.card(name, bytes.as_bytes()).await;
        let main = anna.get(&card).await.page().main();
        assert!(main.contains("Nothing in the card tells it"), "{name}: {main}");
        let told = say(&card, "german").await.page().main();
        assert!(told.contains("it is in German"), "{name}: {told}");
        let preview = format!("{card}/preview");
        assert_eq!(
            spoken(&anna, &preview, ".prose").await.0.as_deref(),
            Some("de"),
            "{name}"
        );
        // A second word replaces the first.
        say(&card, "de-CH").await;
        assert_eq!(
            spoken(&anna, &preview, ".prose").await.0.as_deref(),
            Some("de-CH"),
            "{name}"
        );
        for format in ["html", "json", "cyclonedx-1.6"] {
            let answer = anna.get(&format!("{card}/download/{format}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{name} as {format}");
            assert!(answer.text().contains("de-CH"), "{name} as {format}: {}", answer.text());
        }
        // It is a field as any other.
        let mut found = false;
        for section in anna.sections(&card).await {
            found |= section_form(&anna.get(&section).await)
                .control_showing("de-CH")
                .is_some();
        }
        assert!(found, "{name}");
    }
}

/// Why the text decides: what metadata name are the languages of the model.
#[test]
fn most_real_cards_that_name_another_language_are_in_english() {
    let Some(samples) = corpus(&["hf-readme"]) else { return };
    let (mut others, mut english) = (0, 0);
    for sample in samples {
        let Ok(reading) = format::read_named(&sample.bytes, Some("README.md")) else {
            continue;
        };
        let named = match reading.card.value("metadata.language") {
            Some(Value::List(items)) if items.len() == 1 => items[0].as_text().and_then(Language::named),
            Some(value) => value.as_text().and_then(Language::named),
            None => None,
        };
        let Some(named) = named.filter(|named| named.code() != "en") else {
            continue;
        };
        let written = language::of(&reading.card);
        println!("{}: names {}, written in {written:?}", sample.name, named.tag());
        others += 1;
        english += usize::from(written.is_some_and(|language| language.code() == "en"));
    }
    crate::harness::say(&format!(
        "{english} of {others} cards that name one language other than English are in English"
    ));
    assert!(english * 3 > others * 2, "{english} of {others}");
}
