//! Changing a card: what is saved is what was typed, and nothing else changes.

use reqwest::StatusCode;

use crate::download::own_format;
use crate::harness::page::Form;
use crate::harness::{Answer, Sample, TestApp, Visitor, corpus, fixture, fixtures, say};

const FOLDERS: [&str; 3] = ["model-card-toolkit", "webcards", "json"];
const CORPUS: [&str; 3] = ["mct-json", "webcards", "homemade-json"];

/// What the tests type after an answer; it stands in no file.
const TYPED: &str = " typed by a visitor";

/// The form that holds the section's answers.
pub fn section_form(page: &Answer) -> Form {
    assert_eq!(page.status, StatusCode::OK, "{}: {}", page.path, page.text());
    page.page().find_form(|form| {
        form.method == "post" && (form.action.is_empty() || form.action == page.path) && form.value("version").is_some()
    })
}

/// Sends a section's form and expects it to be saved.
pub async fn save(visitor: &Visitor, page: &Answer, form: &Form) {
    let answer = visitor.submit(page, form).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{}: {}",
        page.path,
        answer.page().main()
    );
}

/// Whether a text stands in a file just as it reads: nothing in it needs an escape in any style.
fn is_plain(text: &str) -> bool {
    !text.trim().is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'/' | b'<' | b'>' | b'&'))
}

/// The first control of the form with a plain text that stands in the file as a string.
fn typable(form: &Form, file: &[u8]) -> Option<(String, String)> {
    let file = String::from_utf8_lossy(file);
    form.fields
        .iter()
        .find(|(name, value)| form.texts.contains(name) && is_plain(value) && file.contains(&format!("{value}\"")))
        .cloned()
}

/// Types into one field of each section in turn; each download differs from the one before in that field only.
/// Returns how many fields were changed.
async fn assert_edits_stay_in_place(visitor: &Visitor, sample: &Sample) -> usize {
    let answer = visitor.upload(&sample.name, &sample.bytes).await;
    if answer.status != StatusCode::SEE_OTHER {
        return 0;
    }
    let card = crate::harness::card_of(&answer.location());
    let format = own_format(visitor, &card).await;
    let mut edited = 0;
    for section in visitor.sections(&card).await {
        let before = visitor.download(&card, &format).await;
        let page = visitor.get(&section).await;
        let mut form = section_form(&page);
        let Some((control, value)) = typable(&form, &before) else {
            continue;
        };
        form.set(&control, &format!("{value}{TYPED}"));
        save(visitor, &page, &form).await;
        let shown = section_form(&visitor.get(&section).await);
        assert!(
            shown.control_showing(&format!("{value}{TYPED}")).is_some(),
            "{} {section}: the page does not show what was saved",
            sample.name
        );
        let after = String::from_utf8(visitor.download(&card, &format).await).expect("downloads are UTF-8");
        assert_eq!(
            after.matches(TYPED).count(),
            1,
            "{} {section} {control}",
            sample.name
        );
        assert!(
            after.replace(TYPED, "").as_bytes() == before,
            "{} {section} {control}: more than the one field changed",
            sample.name
        );
        // Taken back, so that the next section starts from the file as it came.
        let page = visitor.get(&section).await;
        let mut form = section_form(&page);
        form.set(&control, &value);
        save(visitor, &page, &form).await;
        edited += 1;
    }
    let restored = visitor.download(&card, &format).await;
    assert!(
        restored == sample.bytes,
        "{}: taking the edits back does not give the file back",
        sample.name
    );
    edited
}

#[tokio::test]
async fn an_edit_changes_its_field_only_in_fixtures() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut edited = 0;
    for sample in FOLDERS.iter().flat_map(|folder| fixtures(folder)) {
        edited += assert_edits_stay_in_place(&visitor, &sample).await;
    }
    assert!(edited >= 30, "only {edited} fields were edited");
}

#[tokio::test]
async fn an_edit_changes_its_field_only_in_real_cards() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut edited = 0;
    for sample in CORPUS.iter().flat_map(|folder| corpus(folder)) {
        edited += assert_edits_stay_in_place(&visitor, &sample).await;
    }
    say(&format!("{edited} fields of real cards were edited"));
}

/// Sends every section's form untouched; the file stays as it came.
async fn assert_saving_changes_nothing(visitor: &Visitor, sample: &Sample) {
    let answer = visitor.upload(&sample.name, &sample.bytes).await;
    if answer.status != StatusCode::SEE_OTHER {
        return;
    }
    let card = crate::harness::card_of(&answer.location());
    let format = own_format(visitor, &card).await;
    for section in visitor.sections(&card).await {
        let page = visitor.get(&section).await;
        save(visitor, &page, &section_form(&page)).await;
        let download = visitor.download(&card, &format).await;
        assert!(
            download == sample.bytes,
            "{} {section}: saving without typing changed the file",
            sample.name
        );
    }
}

#[tokio::test]
async fn saving_without_typing_changes_no_fixture() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for sample in FOLDERS.iter().flat_map(|folder| fixtures(folder)) {
        assert_saving_changes_nothing(&visitor, &sample).await;
    }
}

#[tokio::test]
async fn saving_without_typing_changes_no_real_card() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for sample in CORPUS.iter().flat_map(|folder| corpus(folder)) {
        assert_saving_changes_nothing(&visitor, &sample).await;
    }
}

/// A card with one section open, for the stories below.
async fn details(visitor: &Visitor) -> (String, String) {
    let path = "model-card-toolkit/v1-indent-2.json";
    let card = visitor.card(path, &fixture(path)).await;
    let section = format!("{card}/sections/model-details");
    (card, section)
}

#[tokio::test]
async fn any_text_is_kept_exactly() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = details(&visitor).await;
    for text in [
        "  blanks around  ",
        "\"quoted\" \\ back / slash",
        "</textarea><script>alert(1)</script>",
        "&amp; &lt; not entities",
        "one\ntwo\n\nfour",
        "\nbegins with a line break",
        "Grüße, 温度, 😀, \u{202e}turned\u{202c}",
        "=cmd()|' --; DROP TABLE model_cards;",
    ] {
        let page = visitor.get(&section).await;
        let mut form = section_form(&page);
        let control = form
            .control_showing("Lake ice watcher")
            .map_or_else(|| form.texts[0].clone(), str::to_owned);
        let overview = form
            .texts
            .iter()
            .find(|name| form.value(name).is_some_and(|value| value.contains("satellite")))
            .cloned()
            .unwrap_or(control);
        form.set(&overview, &format!("satellite {text}"));
        save(&visitor, &page, &form).await;
        let shown = section_form(&visitor.get(&section).await);
        assert!(
            shown.control_showing(&format!("satellite {text}")).is_some(),
            "{text:?} is not shown as typed"
        );
        let file: serde_json::Value =
            serde_json::from_slice(&visitor.download(&card, "model-card-toolkit-0.0.1").await).expect("still JSON");
        assert_eq!(
            file["model_details"]["overview"], format!("satellite {text}"),
            "{text:?} is not in the file as typed"
        );
    }
}

#[tokio::test]
async fn two_tabs_on_one_section_lose_nothing() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = details(&visitor).await;
    let one = visitor.get(&section).await;
    let other = visitor.get(&section).await;
    let mut first = section_form(&one);
    let control = first
        .control_showing("Lake ice watcher")
        .expect("the name is shown")
        .to_owned();
    first.set(&control, "From the first tab");
    save(&visitor, &one, &first).await;
    let mut second = section_form(&other);
    second.set(&control, "From the second tab");
    let conflict = visitor.submit(&other, &second).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT, "{}", conflict.page().main());
    let text = conflict.text();
    assert!(text.contains("From the first tab"), "the saved text is not shown");
    assert!(text.contains("From the second tab"), "the typed text is not shown");
    // Nothing was overwritten.
    let file = visitor.download(&card, "model-card-toolkit-0.0.1").await;
    assert!(String::from_utf8_lossy(&file).contains("From the first tab"));
    // Keeping one's own text is one press.
    let mine = conflict.page().find_form(|form| {
        form.method == "post" && form.fields.iter().any(|(_, value)| value == "From the second tab")
    });
    let saved = visitor.submit(&conflict, &mine).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.page().main());
    let file = visitor.download(&card, "model-card-toolkit-0.0.1").await;
    assert!(String::from_utf8_lossy(&file).contains("From the second tab"));
}

#[tokio::test]
async fn two_tabs_on_two_sections_both_save() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, _) = details(&visitor).await;
    let sections = visitor.sections(&card).await;
    let mut typed = 0;
    let mut open = Vec::new();
    for section in &sections {
        open.push(visitor.get(section).await);
    }
    for page in &open {
        let mut form = section_form(page);
        let Some(control) = form.texts.first().cloned() else {
            continue;
        };
        form.set(&control, &format!("tab {typed} wrote this"));
        save(&visitor, page, &form).await;
        typed += 1;
    }
    assert!(typed > 3, "several sections have text");
    let pages = visitor.get(&format!("{card}/preview")).await.text();
    for tab in 0..typed {
        assert!(pages.contains(&format!("tab {tab} wrote this")), "tab {tab} was lost");
    }
}

#[tokio::test]
async fn the_same_save_twice_is_one_save() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (_, section) = details(&visitor).await;
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let control = form
        .control_showing("Lake ice watcher")
        .expect("the name is shown")
        .to_owned();
    form.set(&control, "Double click");
    save(&visitor, &page, &form).await;
    save(&visitor, &page, &form).await;
}
