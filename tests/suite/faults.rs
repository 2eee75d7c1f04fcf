//! A form that comes back says what is wrong: in the title, in a summary on top, and at the control.

use reqwest::StatusCode;
use scraper::ElementRef;

use crate::editing::section_form;
use crate::harness::{Answer, TestApp, Upload, Visitor};

/// As every page is that comes back with errors; returns what the summary says.
pub fn assert_tells(answer: &Answer) -> String {
    let page = answer.page();
    let what = format!("{} {}", answer.status, answer.path);
    let title = page.texts("title").join("");
    assert!(title.starts_with("Error: "), "{what}: {title}");
    let summary = page.all("#summary");
    assert_eq!(summary.len(), 1, "{what}: one summary in {}", page.main());
    assert_eq!(summary[0].attr("tabindex"), Some("-1"), "{what}: it can have the focus");
    let heading = summary[0].attr("aria-labelledby").unwrap_or_default().to_owned();
    assert_eq!(page.texts(&format!("#{heading}")), ["There is a problem"], "{what}");
    let scripts = page.all("script[src$='/summary.js']");
    assert_eq!(scripts.len(), 1, "{what}: what gives it the focus");

    let links = page.all("#summary li a[href^='#']");
    assert!(!links.is_empty(), "{what}: no way to the place: {}", page.main());
    for link in links {
        let id = link.attr("href").unwrap_or_default().trim_start_matches('#').to_owned();
        let found = page.all(&format!("[id='{id}']"));
        let target = found.first().unwrap_or_else(|| panic!("{what}: {id} is not there"));
        if id == "what-to-do" {
            continue;
        }
        assert_described(&page, *target, &what);
    }
    page.texts("#summary").join(" ")
}

/// The control, or the group that it is in, is described by its message.
fn assert_described(page: &crate::harness::page::Page, target: ElementRef<'_>, what: &str) {
    let around = target.ancestors().filter_map(ElementRef::wrap);
    let described = std::iter::once(target).chain(around).find(|element| {
        element
            .attr("aria-describedby")
            .is_some_and(|ids| ids.contains("-problem"))
    });
    let described = described.unwrap_or_else(|| panic!("{what}: nothing describes {}", target.html()));
    if described.value().name() != "fieldset" {
        assert_eq!(
            described.attr("aria-invalid"),
            Some("true"),
            "{what}: {}",
            described.html()
        );
    }
    for id in described
        .attr("aria-describedby")
        .unwrap_or_default()
        .split_whitespace()
    {
        assert!(!page.texts(&format!("[id='{id}']")).join("").is_empty(), "{what}: {id}");
    }
}

fn assert_quiet(answer: &Answer) {
    let page = answer.page();
    assert!(!page.texts("title").join("").starts_with("Error"), "{}", answer.path);
    assert!(page.all("script[src$='/summary.js']").is_empty(), "{}", answer.path);
}

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_beginning_that_fails_comes_back() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    assert_quiet(&anna.get("/").await);
    let nothing = anna.upload("", b"").await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST);
    assert!(assert_tells(&nothing).contains("Neither a file was chosen nor a text pasted"));

    let mut form = anna.upload_form().await;
    form.set("text", "{\"name\": \"Pasted & <kept>\"}");
    let file = Upload {
        name: "card.json",
        bytes: b"{}",
    };
    let both = anna.post_multipart("/cards", &form, Some(file)).await;
    assert!(assert_tells(&both).contains("Both a file and a text"));
    assert_eq!(
        both.page().textarea("text").unwrap().trim(),
        "{\"name\": \"Pasted & <kept>\"}"
    );

    let broken = anna.upload("card.json", b"{\"name\": \"otter\", \"x\": }").await;
    assert!(assert_tells(&broken).contains("Line 1, column 24"));
    let binary = anna.upload("card.bin", b"\x00\x01\x02\x03").await;
    assert_tells(&binary);
}

#[tokio::test]
async fn a_section_that_was_saved_with_something_wrong_says_so_once() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let home = anna.get("/").await;
    let form = home.page().find_form(|form| form.value("outline").is_some());
    let begun = anna.post_multipart(&form.action, &form, None).await;
    let card = crate::harness::card_of(&begun.location());
    let section = format!("{card}/sections/model-details");
    let page = anna.get(&section).await;
    assert_quiet(&page);
    let mut form = section_form(&page);
    let asked = form
        .fields
        .iter()
        .find(|(_, value)| value == "model-details.version_date");
    let date = asked.unwrap().0.trim_end_matches("~i").to_owned();
    form.set(&date, "31.02.2026");
    let name = form
        .texts
        .iter()
        .find(|name| **name != date && name.starts_with("f."))
        .cloned()
        .unwrap();
    form.set(&name, "Otter counter");
    form.press("Save");
    form.fields.retain(|(name, value)| name != "do" || value == "save");
    let answer = anna.submit(&page, &form).await;
    let answer = anna.follow(answer).await;
    let told = assert_tells(&answer);
    assert!(told.contains("Everything is saved as you wrote it"), "{told}");
    let again = section_form(&answer);
    assert_eq!(
        (again.value(&date), again.value(&name)),
        (Some("31.02.2026"), Some("Otter counter"))
    );
    let id = date.replace('.', "-");
    assert_eq!(answer.page().all(&format!("#{id}[aria-invalid=true]")).len(), 1);
    // Who only comes by is not told that something went wrong.
    let later = anna.get(&section).await;
    assert_quiet(&later);
    assert!(later.page().texts("title").join("").starts_with("Problems: "));

    // A picture that is none.
    let mut form = section_form(&later);
    form.set("picture-caption", "Otters");
    form.press("Save and add the figure");
    let png = Upload {
        name: "otter.png",
        bytes: b"no picture",
    };
    let refused = anna.post_multipart(&section, &form, Some(png)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(assert_tells(&refused).contains("the picture was not taken"));
}

#[tokio::test]
async fn small_forms_of_a_card_come_back() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = anna.card("otter.json", b"{\"name\": \"Otter\"}").await;
    assert_quiet(&anna.get(&card).await);
    let cases = [
        (card.clone(), pairs(&[("title", "  ")]), "needs a name"),
        (format!("{card}/sections"), pairs(&[("title", "\t")]), "needs a name"),
        (
            format!("{card}/language"),
            pairs(&[("language", "")]),
            "Choose a language",
        ),
        (
            format!("{card}/language"),
            pairs(&[("language", "Otterish <b>")]),
            "“Otterish <b>” is no language",
        ),
    ];
    for (address, values, words) in cases {
        let answer = anna.post(&address, &values).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
        let told = assert_tells(&answer);
        assert!(told.contains(words), "{told}");
        let stranger = app.visitor();
        assert_eq!(
            stranger.post(&address, &values).await.status,
            StatusCode::NOT_FOUND,
            "{address}"
        );
    }
}

#[tokio::test]
async fn results_that_cannot_be_read_come_back() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let native = r#"{"format": "cartellino", "version": 1, "outline": "full", "sections": [{"key": "quantitative-analyses",
        "title": "Results", "fields": [{"id": "quantitative-analyses.performance_metrics", "label": "Results", "value": "in words"}]}]}"#;
    let card = anna.card("card.json", native.as_bytes()).await;
    let address = format!("{card}/sections/quantitative-analyses/results");
    let page = anna.get(&address).await;
    assert_quiet(&page);
    let form = page.page().find_form(|form| form.action == address);
    assert!(assert_tells(&anna.submit(&page, &form).await).contains("nothing to read"));
    let send = async |values: &[(&str, &str)]| {
        let mut sent = form.clone();
        for (name, value) in values {
            sent.set(name, value);
        }
        anna.submit(&page, &sent).await
    };
    let broken = send(&[("text", "{\"metric\": ")]).await;
    assert_tells(&broken);
    assert!(broken.page().textarea("text").unwrap().contains("{\"metric\": "));
    let table = "metric,value,other\nrecall,0.1,0.2\n";
    let twice = [
        ("text", table),
        ("role.0", "metric"),
        ("role.1", "value"),
        ("role.2", "value"),
        ("do", "save"),
    ];
    let told = assert_tells(&send(&twice).await);
    assert!(told.contains("other : Two columns"), "{told}");
    let none = [
        ("text", table),
        ("role.0", "leave"),
        ("role.1", "leave"),
        ("role.2", "leave"),
        ("do", "save"),
    ];
    let told = assert_tells(&send(&none).await);
    assert!(told.contains("No rows follow"), "{told}");
    let kept = [
        ("text", "metric,value\nrecall,0.1\n"),
        ("mode", "append"),
        ("do", "save"),
    ];
    assert!(assert_tells(&send(&kept).await).contains("holds a text"));
}

#[tokio::test]
async fn codes_and_copies_that_open_nothing_come_back() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    assert_quiet(&anna.get("/continue").await);
    let wrong = anna.post("/continue", &pairs(&[("code", "K7QM-2XWP")])).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    assert!(assert_tells(&wrong).contains("opens nothing"));
    let again = wrong.page().find_form(|form| form.action == "/continue");
    assert_eq!(again.value("code"), Some("K7QM-2XWP"), "to be mended");

    let import = async |visitor: &Visitor, bytes: &'static [u8]| {
        let page = visitor.get("/session").await;
        let form = page.page().find_form(|form| form.action == "/session/import");
        let copy = Upload {
            name: "copy.zip",
            bytes,
        };
        visitor.post_multipart(&form.action, &form, Some(copy)).await
    };
    for bytes in [&b""[..], b"no archive"] {
        let answer = import(&anna, bytes).await;
        assert!(answer.status.is_client_error());
        let told = assert_tells(&answer);
        assert!(told.contains("Nothing was stored"), "{told}");
        answer.page().find_form(|form| form.action == "/session/import");
    }
}

#[tokio::test]
async fn no_room_is_told_as_an_error_with_what_to_do() {
    let app = TestApp::start_with(&["--session-max-cards", "1"]).await;
    let anna = app.visitor();
    anna.card("otter.json", b"{\"name\": \"Otter\"}").await;
    let full = anna.upload("beaver.json", b"{\"name\": \"Beaver\"}").await;
    assert_eq!(full.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(assert_tells(&full).contains("keeps 1 for each visitor"));
}
