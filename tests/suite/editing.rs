//! Changing a card: what is saved is what was typed, and nothing else changes.

use reqwest::StatusCode;

use crate::download::own_format;
use crate::harness::page::Form;
use crate::harness::{Answer, Sample, TestApp, Visitor, corpus, fixture, fixtures, say};

const FOLDERS: [&str; 6] = [
    "model-card-toolkit",
    "webcards",
    "json",
    "yaml",
    "markdown",
    "cartellino",
];
/// READMEs are many; their laws are held in `src/format/markdown/tests.rs`, without pages between.
const CORPUS: [&str; 8] = [
    "allennlp",
    "rt-ai-markdown",
    "mct-json",
    "webcards",
    "homemade-json",
    "homemade-yaml",
    "mct-yaml",
    "bridge2ai",
];

/// What the tests type after an answer; it stands in no file.
const TYPED: &str = " typed by a visitor";

/// The form that holds the section's answers.
pub fn section_form(page: &Answer) -> Form {
    assert_eq!(page.status, StatusCode::OK, "{}: {}", page.path, page.text());
    page.page()
        .find_form(|form| form.value("version").is_some() && form.buttons.iter().any(|button| button.value == "save"))
}

/// Presses a button of a section's form; returns the page that follows.
pub async fn press(visitor: &Visitor, page: &Answer, form: &mut Form, button: &str) -> Answer {
    let answer = visitor.submit(page, form.press(button)).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{button} on {}: {}",
        page.path,
        answer.page().main()
    );
    let next = visitor.follow(answer).await;
    assert_eq!(
        next.status,
        StatusCode::OK,
        "{button} on {} leads to {}",
        page.path,
        next.path
    );
    next
}

/// Saves a section's form; returns the page that follows.
pub async fn save(visitor: &Visitor, page: &Answer, form: &Form) -> Answer {
    press(visitor, page, &mut form.clone(), "Save").await
}

/// Whether a text stands in a file just as it reads: nothing in it needs an escape in any style.
fn is_plain(text: &str) -> bool {
    !text.trim().is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'/' | b'<' | b'>' | b'&'))
}

/// Whether a text is the end of one line of a file and stands nowhere else, as answers in Markdown do.
fn is_line(file: &str, text: &str) -> bool {
    let ends = file.lines().filter(|line| line.ends_with(text)).count();
    ends == 1 && file.matches(text).count() == 1
}

/// Whether a control holds an answer, and not the name of a field or of the section.
fn is_answer(name: &str) -> bool {
    name.starts_with("f.") && !name.contains('~')
}

/// The first control of the form with a plain text that stands in the file as a string, or in Markdown as it is.
fn typable(form: &Form, file: &[u8], is_markdown: bool) -> Option<(String, String)> {
    let file = String::from_utf8_lossy(file);
    form.fields
        .iter()
        .filter(|(name, _)| is_answer(name) && form.texts.contains(name))
        // A number that becomes a text gets quotes, which is more than the typed words.
        .filter(|(name, _)| form.value(&format!("{name}~t")) == Some("text"))
        .find(|(_, value)| {
            is_plain(value) && (file.contains(&format!("{value}\"")) || (is_markdown && is_line(&file, value)))
        })
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
        let Some((control, value)) = typable(&form, &before, sample.name.ends_with(".md")) else {
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
        assert_eq!(after.matches(TYPED).count(), 1, "{} {section} {control}", sample.name);
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
async fn an_edit_changes_its_field_only_on_postgres() {
    let Some(app) = TestApp::start_on_postgres().await else {
        return;
    };
    let visitor = app.visitor();
    for sample in FOLDERS.iter().flat_map(|folder| fixtures(folder)) {
        assert_edits_stay_in_place(&visitor, &sample).await;
    }
}

#[tokio::test]
async fn an_edit_changes_its_field_only_in_real_cards() {
    let Some(cards) = corpus(&CORPUS) else {
        return;
    };
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut edited = 0;
    for sample in cards {
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
    let Some(cards) = corpus(&CORPUS) else {
        return;
    };
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for sample in cards {
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
            file["model_details"]["overview"],
            format!("satellite {text}"),
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
    let mut mine = conflict.page().find_form(|form| form.value("take.0").is_some());
    assert_eq!(
        mine.value("take.0"),
        Some("mine"),
        "what one has just typed is the first choice"
    );
    press(&visitor, &conflict, &mut mine, "Save this choice").await;
    let file = visitor.download(&card, "model-card-toolkit-0.0.1").await;
    assert!(String::from_utf8_lossy(&file).contains("From the second tab"));
}

#[tokio::test]
async fn a_second_conflict_keeps_what_the_first_one_settled() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor
        .card("notes.json", br#"{"notes": {"one": "a", "two": "b"}}"#)
        .await;
    let section = format!("{card}/sections/notes");
    let stale = visitor.get(&section).await;
    let edit = |control: &str, text: &str| {
        let mut form = section_form(&stale);
        let name = form.control_showing(control).expect("it is shown").to_owned();
        form.set(&name, text);
        form
    };
    save(&visitor, &stale, &edit("a", "saved elsewhere")).await;
    let conflict = visitor.submit(&stale, &edit("b", "typed here")).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    // Meanwhile a third tab saves.
    let fresh = visitor.get(&section).await;
    let mut third = section_form(&fresh);
    let name = third.control_showing("b").expect("it is shown").to_owned();
    save(&visitor, &fresh, third.set(&name, "third")).await;
    let resolution = |page: &Answer| page.page().find_form(|form| form.value("take.0").is_some());
    let mut choice = resolution(&conflict);
    let again = visitor.submit(&conflict, choice.press("Save this choice")).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "the third tab is met");
    press(&visitor, &again, &mut resolution(&again), "Save this choice").await;
    let file = visitor.download(&card, "json").await;
    assert_eq!(
        String::from_utf8_lossy(&file),
        r#"{"notes": {"one": "saved elsewhere", "two": "typed here"}}"#
    );
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

#[tokio::test]
async fn the_choice_after_a_conflict_keeps_what_was_saved_or_both() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for (choice, kept, gone) in [
        ("theirs", "one", Some("two")),
        ("both", "two", None),
        ("mine", "two", Some("one")),
    ] {
        let (card, section) = details(&visitor).await;
        let stale = visitor.get(&section).await;
        let control = section_form(&stale)
            .control_showing("Lake ice watcher")
            .expect("the name is shown")
            .to_owned();
        let mut form = section_form(&stale);
        save(&visitor, &stale, form.set(&control, "Version one")).await;
        let mut form = section_form(&stale);
        let conflict = visitor
            .submit(&stale, form.set(&control, "Version two").press("Save"))
            .await;
        assert_eq!(conflict.status, StatusCode::CONFLICT);
        let mut choose = conflict.page().find_form(|form| form.value("take.0").is_some());
        press(&visitor, &conflict, choose.set("take.0", choice), "Save this choice").await;
        let file = String::from_utf8(visitor.download(&card, "model-card-toolkit-0.0.1").await).expect("UTF-8");
        assert!(file.contains(&format!("Version {kept}")), "{choice}: {file}");
        match gone {
            Some(gone) => assert!(!file.contains(&format!("Version {gone}")), "{choice}: {file}"),
            None => assert!(file.contains("Version one"), "{choice}: {file}"),
        }
    }
}

#[tokio::test]
async fn entries_of_a_list_are_added_moved_and_removed() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = details(&visitor).await;
    let owners = async || -> Vec<String> {
        let file = visitor.download(&card, "model-card-toolkit-0.0.1").await;
        let file: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
        let owners = file["model_details"]["owners"].as_array().cloned().unwrap_or_default();
        owners
            .iter()
            .map(|owner| owner["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(owners().await, ["Northern Lakes Group", "Aino Example"]);

    let page = visitor.get(&section).await;
    let button = button_with(&section_form(&page), "Add another owner");
    let more = press(&visitor, &page, &mut section_form(&page), &button).await;
    let mut form = section_form(&more);
    let is_new = |name: &str| form.value(&format!("{}~n", group_of(name))).is_some();
    let blank = form
        .texts
        .iter()
        .find(|name| form.value(name) == Some("") && is_new(name))
        .cloned()
        .expect("a blank owner");
    save(&visitor, &more, form.set(&blank, "Third Owner")).await;
    assert_eq!(owners().await, ["Northern Lakes Group", "Aino Example", "Third Owner"]);

    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let button = form
        .buttons
        .iter()
        .find(|button| button.text.starts_with("Move up") && button.text.contains("Third Owner"))
        .map(|button| button.text.clone())
        .expect("it can be moved");
    press(&visitor, &page, &mut form, &button).await;
    assert_eq!(owners().await, ["Northern Lakes Group", "Third Owner", "Aino Example"]);

    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let button = form
        .buttons
        .iter()
        .find(|button| button.text.starts_with("Remove") && button.text.contains("Northern"))
        .map(|button| button.text.clone())
        .expect("it can be removed");
    let removed = press(&visitor, &page, &mut form, &button).await;
    assert_eq!(owners().await, ["Third Owner", "Aino Example"]);
    let mut undo = removed
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    press(&visitor, &removed, &mut undo, "Undo").await;
    assert_eq!(owners().await, ["Northern Lakes Group", "Third Owner", "Aino Example"]);
}

/// The words of the first button that begins like this.
fn button_with(form: &Form, start: &str) -> String {
    form.buttons
        .iter()
        .find(|button| button.text.starts_with(start))
        .map(|button| button.text.clone())
        .unwrap_or_else(|| panic!("no button {start:?} among {:#?}", form.buttons))
}

/// `f.3.0` of `f.3.0.1`.
fn group_of(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(group, _)| group)
}

#[tokio::test]
async fn a_field_of_ones_own_is_added_renamed_moved_and_removed() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = details(&visitor).await;
    let members = async || -> Vec<(String, String)> {
        let file = visitor.download(&card, "model-card-toolkit-0.0.1").await;
        let file: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
        let own = ["Colour of ice", "Thickness", "Colour"];
        let details = file["model_details"].as_object().cloned().unwrap_or_default();
        details
            .into_iter()
            .filter(|(name, _)| own.contains(&name.as_str()))
            .map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()))
            .collect()
    };
    for (name, text) in [("Colour of ice", "blue"), ("Thickness", "10 cm")] {
        let page = visitor.get(&section).await;
        let mut form = section_form(&page);
        let added = press(&visitor, &page, form.set("new-field", name), "Add field").await;
        let mut form = section_form(&added);
        let control = control_of(&form, name);
        save(&visitor, &added, form.set(&control, text)).await;
    }
    let mut found = members().await;
    found.sort();
    assert_eq!(
        found,
        [
            ("Colour of ice".to_owned(), "blue".to_owned()),
            ("Thickness".to_owned(), "10 cm".to_owned())
        ]
    );

    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let label = format!("{}~l", control_of(&form, "Colour of ice"));
    save(&visitor, &page, form.set(&label, "Colour")).await;
    assert!(
        members().await.contains(&("Colour".to_owned(), "blue".to_owned())),
        "{:?}",
        members().await
    );

    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let button = button_of(&form, "Remove", "Colour");
    press(&visitor, &page, &mut form, &button).await;
    assert_eq!(members().await, [("Thickness".to_owned(), "10 cm".to_owned())]);
}

/// The control of the visitor's own field with this label.
fn control_of(form: &Form, label: &str) -> String {
    form.fields
        .iter()
        .find(|(name, value)| name.ends_with("~l") && value == label)
        .map(|(name, _)| name.trim_end_matches("~l").to_owned())
        .unwrap_or_else(|| panic!("no field {label:?} among {:#?}", form.fields))
}

/// The words of the button that does this with that.
fn button_of(form: &Form, verb: &str, object: &str) -> String {
    form.buttons
        .iter()
        .find(|button| button.text == format!("{verb} {object}"))
        .map(|button| button.text.clone())
        .unwrap_or_else(|| panic!("no button {verb} {object} among {:#?}", form.buttons))
}

#[tokio::test]
async fn a_section_of_ones_own_is_added_renamed_moved_deleted_and_put_back() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, _) = details(&visitor).await;
    let titles = async || -> Vec<String> {
        let mut found = Vec::new();
        for section in visitor.sections(&card).await {
            found.push(visitor.get(&section).await.page().texts("h2.first").join(" "));
        }
        found
    };
    let outline = titles().await.len();
    for title in ["On winters", "On springs"] {
        let overview = visitor.get(&card).await;
        let mut form = overview
            .page()
            .find_form(|form| form.buttons.iter().any(|button| button.text == "Add section"));
        // A double click sends the form twice and adds one section.
        for _ in 0..2 {
            let added = visitor.submit(&overview, form.set("title", title)).await;
            assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.page().main());
        }
    }
    assert_eq!(titles().await[outline..], ["On winters", "On springs"]);
    let section = visitor.sections(&card).await.remove(outline);
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let added = press(&visitor, &page, form.set("new-field", "Coldest"), "Add field").await;
    let mut form = section_form(&added);
    let control = control_of(&form, "Coldest");
    save(&visitor, &added, form.set(&control, "1987")).await;

    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let renamed = press(
        &visitor,
        &page,
        form.set("title", "On hard winters"),
        "Rename the section",
    )
    .await;
    assert_eq!(titles().await[outline..], ["On hard winters", "On springs"]);
    assert!(
        section_form(&renamed).control_showing("1987").is_some(),
        "the answer moved along"
    );

    let mut form = section_form(&renamed);
    press(&visitor, &renamed, &mut form, "Move the section down").await;
    assert_eq!(titles().await[outline..], ["On springs", "On hard winters"]);

    let section = visitor.sections(&card).await.remove(outline + 1);
    let page = visitor.get(&section).await;
    let overview = press(&visitor, &page, &mut section_form(&page), "Delete the section").await;
    assert_eq!(titles().await[outline..], ["On springs"]);
    assert_eq!(visitor.get(&section).await.status, StatusCode::NOT_FOUND);
    let mut restore = overview
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    let back = visitor.submit(&overview, restore.press("Undo")).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.page().main());
    assert_eq!(titles().await[outline..], ["On springs", "On hard winters"]);
    let file = visitor.download(&card, "cartellino").await;
    assert!(String::from_utf8_lossy(&file).contains("1987"));
}

#[tokio::test]
async fn a_section_is_cleared_and_the_undo_brings_the_file_back() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for sample in fixtures("model-card-toolkit") {
        let card = visitor.card(&sample.name, &sample.bytes).await;
        let format = own_format(&visitor, &card).await;
        for section in visitor.sections(&card).await {
            let page = visitor.get(&section).await;
            let cleared = press(&visitor, &page, &mut section_form(&page), "Clear this section").await;
            let has_text = section_form(&cleared)
                .texts
                .iter()
                .any(|name| is_answer(name) && section_form(&cleared).value(name).is_some_and(is_plain));
            assert!(!has_text, "{} {section}: answers are left", sample.name);
            let undo = cleared
                .page()
                .forms()
                .into_iter()
                .find(|form| form.buttons.iter().any(|button| button.text == "Undo"));
            if let Some(mut undo) = undo {
                press(&visitor, &cleared, &mut undo, "Undo").await;
            }
            assert!(
                visitor.download(&card, &format).await == sample.bytes,
                "{} {section}: the undo does not give the file back",
                sample.name
            );
        }
    }
}

#[tokio::test]
async fn what_is_odd_is_saved_and_shown_beside_the_field() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = details(&visitor).await;
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let date = form
        .control_showing("2025-02-28")
        .expect("the date is shown")
        .to_owned();
    let saved = save(&visitor, &page, form.set(&date, "30 February 2025")).await;
    assert_eq!(section_form(&saved).value(&date), Some("30 February 2025"));
    let shown = saved.page();
    assert!(!shown.texts("p.problem").is_empty(), "no remark beside the field");
    assert!(
        !shown.all("#summary a[href^='#']").is_empty(),
        "no remark in the summary"
    );
    let file = visitor.download(&card, "model-card-toolkit-0.0.1").await;
    assert!(String::from_utf8_lossy(&file).contains("30 February 2025"));
}

/// The download of a card after every section was saved without typing.
async fn saved_untouched(visitor: &Visitor, card: &str) -> String {
    for section in visitor.sections(card).await {
        let page = visitor.get(&section).await;
        save(visitor, &page, &section_form(&page)).await;
    }
    let format = own_format(visitor, card).await;
    String::from_utf8(visitor.download(card, &format).await).expect("downloads are UTF-8")
}

#[tokio::test]
async fn nothing_where_a_list_is_asked_stays_nothing_until_it_is_filled() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for file in [
        r#"{"model_details": {"name": "otter", "owners": null, "licenses": null}, "considerations": {"users": null}}"#,
        r#"{"model_details":{"description":"d","license":null},"intended_use":{"primary_users":null},"model_usage":{"archive_file":"a"}}"#,
        "model_details:\n  name: otter\n  owners: ~ # nobody yet\n",
    ] {
        let name = if file.starts_with('{') {
            "card.json"
        } else {
            "card.yaml"
        };
        let card = visitor.card(name, file.as_bytes()).await;
        assert_eq!(saved_untouched(&visitor, &card).await, file);
    }
}

#[tokio::test]
async fn a_text_that_begins_with_a_bracket_stays_a_text() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let file = r#"{"m": {"z": "[see paper] for details", "v": "{\"kind\": 0"}}"#;
    let card = visitor.card("card.json", file.as_bytes()).await;
    let section = visitor.sections(&card).await.remove(0);
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    for (old, new) in [
        ("[see paper] for details", r#"["x"]"#),
        (r#"{"kind": 0"#, r#"{"kind": 0}"#),
    ] {
        let control = form.control_showing(old).expect("the text is shown").to_owned();
        form.set(&control, new);
    }
    save(&visitor, &page, &form).await;
    let after = String::from_utf8(visitor.download(&card, "json").await).expect("UTF-8");
    assert_eq!(after, r#"{"m": {"z": "[\"x\"]", "v": "{\"kind\": 0}"}}"#);
}

#[tokio::test]
async fn two_of_one_name_are_never_made() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let file = r#"{"m": {"a": 1, "b": 2}, "n": {"x": 1}}"#;
    let card = visitor.card("card.json", file.as_bytes()).await;
    let section = format!("{card}/sections/m");
    // A field is added, then another is renamed, to a name that is there.
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    form.set("new-field", "a");
    let told = press(&visitor, &page, &mut form, "Add field").await;
    assert!(
        told.page().text().contains("is on this page already"),
        "{}",
        told.page().main()
    );
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let label = form
        .fields
        .iter()
        .find(|(name, value)| name.ends_with("~l") && value == "b");
    let label = label.expect("a field can be renamed").0.clone();
    form.set(&label, "a");
    let told = save(&visitor, &page, &form).await;
    assert!(
        told.page().text().contains("the old name stays"),
        "{}",
        told.page().main()
    );
    // A section is renamed and one is added.
    let page = visitor.get(&format!("{card}/sections/n")).await;
    let mut form = section_form(&page);
    form.set("title", "m");
    let told = press(&visitor, &page, &mut form, "Rename the section").await;
    assert!(
        told.page().text().contains("the old name stays"),
        "{}",
        told.page().main()
    );
    let added = visitor
        .post(&format!("{card}/sections"), &[("title".into(), "m".into())])
        .await;
    let there = visitor.follow(added).await;
    assert!(
        there.page().text().contains("already: here it is"),
        "{}",
        there.page().main()
    );
    assert_eq!(String::from_utf8_lossy(&visitor.download(&card, "json").await), file);

    // What the file calls the answer to a question counts too.
    let readme = b"---\nlicense: mit\n---\n# M\n";
    let card = visitor.card("README.md", readme).await;
    let page = visitor.get(&format!("{card}/sections/metadata")).await;
    let mut form = section_form(&page);
    form.set("new-field", "license");
    press(&visitor, &page, &mut form, "Add field").await;
    assert_eq!(visitor.download(&card, "hugging-face").await, readme);
}

/// Types into every open text of every section, saves, empties it all again, saves: the file is the upload.
async fn assert_taken_back_leaves_no_trace(visitor: &Visitor, name: &str, bytes: &[u8]) {
    let answer = visitor.upload(name, bytes).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}: {}", answer.text());
    let card = crate::harness::card_of(&answer.location());
    let format = own_format(visitor, &card).await;
    let mut filled = Vec::new();
    for section in visitor.sections(&card).await {
        let page = visitor.get(&section).await;
        let mut form = section_form(&page);
        // What a file itself calls null becomes a text, and stays one.
        let is_null = |name: &str| form.value(&format!("{name}~t")) == Some("null");
        let open = |(name, value): &(String, String)| {
            let is_text = is_answer(name) && form.texts.contains(name) && value.is_empty() && !is_null(name);
            is_text.then(|| name.clone())
        };
        let open: Vec<String> = form.fields.iter().filter_map(open).collect();
        for control in &open {
            form.set(control, TYPED.trim());
        }
        save(visitor, &page, &form).await;
        filled.push(section);
    }
    let typed = visitor.download(&card, &format).await;
    assert!(typed != bytes, "{name}: nothing was typed");
    for section in filled {
        let page = visitor.get(&section).await;
        let mut form = section_form(&page);
        while let Some(control) = form.control_showing(TYPED.trim()).map(str::to_owned) {
            form.set(&control, "");
        }
        save(visitor, &page, &form).await;
    }
    let emptied = visitor.download(&card, &format).await;
    assert!(emptied == bytes, "{name}: {}", String::from_utf8_lossy(&emptied));
    let changes = visitor.get(&format!("{card}/changes")).await.page().main();
    assert!(changes.contains("Nothing has changed"), "{name}: {changes}");
}

#[tokio::test]
async fn what_was_typed_and_taken_back_leaves_no_trace() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let source =
        br#"{"schema_version": "0.0.2", "model_details": {"name": "otter", "version": {"date": "2026-02-01"}}}"#;
    let reading = cartellino::format::read(source).expect("a card");
    // One of each way of writing; the others are held to it in `src/format/taken_back/tests.rs`.
    for id in [
        "model-card-toolkit-0.0.2",
        "model-card-toolkit-proto",
        "hugging-face",
        "chai-0.2",
        "bridge2ai",
    ] {
        let format = cartellino::format::Format::from_id(id).expect("a format");
        let bytes = cartellino::format::write(format, None, &reading.card).expect("a new file");
        let name = format!("card.{}", format.notation(None).ending());
        assert_taken_back_leaves_no_trace(&visitor, &name, &bytes).await;
    }
}
