//! Work that is not lost: saving by itself, two tabs, earlier versions, undo, and a backup at hand.

use chrono::TimeDelta;
use reqwest::StatusCode;

use crate::editing::{press, save, section_form};
use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Visitor};

const NOTES: &[u8] = br#"{"notes": {"one": "a", "two": "b", "list": ["x", "y"]}}"#;

/// A card with a section, and the section's address.
async fn notes(visitor: &Visitor) -> (String, String) {
    let card = visitor.card("notes.json", NOTES).await;
    let section = format!("{card}/sections/notes");
    (card, section)
}

/// The form with one text typed over.
fn typed(page: &Answer, old: &str, new: &str) -> Form {
    let mut form = section_form(page);
    let name = form
        .control_showing(old)
        .unwrap_or_else(|| panic!("{old:?} is not shown"));
    let name = name.to_owned();
    form.set(&name, new);
    form
}

/// Sends the form as the page does by itself.
async fn autosave(visitor: &Visitor, section: &str, form: &Form) -> Answer {
    let mut fields = form.fields.clone();
    fields.push(("do".to_owned(), "autosave".to_owned()));
    visitor.post_as_script(section, &fields).await
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.bytes).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

async fn file(visitor: &Visitor, card: &str) -> String {
    String::from_utf8(visitor.download(card, "json").await).expect("UTF-8")
}

/// The form with this button.
fn form_with(page: &Answer, button: &str) -> Form {
    page.page()
        .find_form(|form| form.buttons.iter().any(|other| other.text.starts_with(button)))
}

#[tokio::test]
async fn the_page_saves_by_itself_and_is_told_version_and_time() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = notes(&visitor).await;
    let page = visitor.get(&section).await;
    let mut form = typed(&page, "a", "a, typed");
    app.pass(TimeDelta::minutes(3));
    let answer = autosave(&visitor, &section, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.header("content-type").starts_with("application/json"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let now = app.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert_eq!(json(&answer), serde_json::json!({"version": 2, "saved_at": now}));
    assert!(file(&visitor, &card).await.contains("a, typed"));

    // The answer was lost on its way: the same again is one save, and keeps its time.
    app.pass(TimeDelta::minutes(3));
    assert_eq!(json(&autosave(&visitor, &section, &form).await), json(&answer));
    let shown = visitor.get(&section).await.page();
    let state = shown.texts("#save-state").join(" ");
    let time = shown.all("#save-state time")[0].attr("datetime").map(str::to_owned);
    assert!(state.starts_with("Last saved 21 September 2026, "), "{state}");
    assert_eq!(time, Some(now));

    // With the version that it was told, the page goes on.
    let two = form.control_showing("b").expect("it is shown").to_owned();
    form.set("version", "2").set(&two, "b, typed");
    assert_eq!(json(&autosave(&visitor, &section, &form).await)["version"], 3);
    assert!(file(&visitor, &card).await.contains("b, typed"));
}

#[tokio::test]
async fn a_page_that_saves_by_itself_overwrites_no_other_tab() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = notes(&visitor).await;
    let stale = visitor.get(&section).await;
    save(&visitor, &stale, &typed(&stale, "a", "maple")).await;
    let refused = autosave(&visitor, &section, &typed(&stale, "a", "birch")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(json(&refused)["version"], 2);
    let file = file(&visitor, &card).await;
    assert!(file.contains("maple") && !file.contains("birch"), "{file}");
    // A failure of another kind is no conflict, and comes as the page that explains it.
    let gone = autosave(&visitor, &format!("{card}/sections/none"), &typed(&stale, "a", "birch")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.text().contains("birch"), "the text comes back");
}

#[tokio::test]
async fn between_two_saves_of_typing_no_version_is_kept_and_a_conflict_still_knows_who_changed_what() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (_, section) = notes(&visitor).await;
    let mut form = typed(&visitor.get(&section).await, "a", "a1");
    autosave(&visitor, &section, &form).await;
    let one = form.control_showing("a1").expect("it is shown").to_owned();
    autosave(&visitor, &section, form.set("version", "2").set(&one, "a2")).await;
    // Opened at version 3, of which nothing is kept once it is passed.
    let other = visitor.get(&section).await;
    autosave(&visitor, &section, form.set("version", "3").set(&one, "a3")).await;
    assert_eq!(app.rows("card_revisions").await, 1);
    let before = section_form(&other);
    let mut second = typed(&other, "b", "b, here");
    let held: Vec<(String, String)> = before
        .fields
        .into_iter()
        .filter(|(name, _)| name.starts_with("f."))
        .collect();
    let held = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(held)
        .finish();
    second.fields.push(("base".to_owned(), held));
    let conflict = visitor.submit(&other, second.press("Save")).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    let choice = conflict.page().find_form(|form| form.value("take.0").is_some());
    let chosen: Vec<_> = ["take.0", "take.1"].map(|name| choice.value(name)).into();
    assert_eq!(
        chosen,
        [Some("theirs"), Some("mine")],
        "what this tab did not touch is not proposed"
    );
}

#[tokio::test]
async fn whoever_loses_a_conflict_is_found_among_the_earlier_versions() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for (choice, kept) in [
        ("mine", vec!["birch"]),
        ("theirs", vec!["maple"]),
        ("both", vec!["birch", "maple"]),
    ] {
        let (card, section) = notes(&visitor).await;
        let stale = visitor.get(&section).await;
        save(&visitor, &stale, &typed(&stale, "a", "maple")).await;
        let conflict = visitor.submit(&stale, typed(&stale, "a", "birch").press("Save")).await;
        let mut form = conflict.page().find_form(|form| form.value("take.0").is_some());
        press(&visitor, &conflict, form.set("take.0", choice), "Save this choice").await;
        let now = file(&visitor, &card).await;
        for word in ["birch", "maple"] {
            assert_eq!(
                now.contains(&format!("{word}\"")) || now.contains(&format!("\"{word}")),
                kept.contains(&word),
                "{choice}: {now}"
            );
        }
        let history = visitor.get(&format!("{section}/history")).await;
        let versions: Vec<String> = history
            .page()
            .links()
            .into_iter()
            .filter(|link| link.contains("?version="))
            .collect();
        let mut seen = now;
        for version in versions {
            seen.push_str(&visitor.get(&version).await.page().main());
        }
        assert!(seen.contains("birch") && seen.contains("maple"), "{choice}: {seen}");
    }
}

#[tokio::test]
async fn both_lists_of_a_conflict_are_kept() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = notes(&visitor).await;
    let stale = visitor.get(&section).await;
    save(&visitor, &stale, &typed(&stale, "x", "x, there")).await;
    let conflict = visitor
        .submit(&stale, typed(&stale, "y", "y, here").press("Save"))
        .await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    let mut form = conflict.page().find_form(|form| form.value("take.0").is_some());
    press(&visitor, &conflict, form.set("take.0", "both"), "Save this choice").await;
    let file = file(&visitor, &card).await;
    assert!(file.contains(r#"["x, there", "y", "y, here"]"#), "{file}");
}

#[tokio::test]
async fn undoing_a_removed_row_brings_it_back_as_typed_and_leaves_what_was_typed_since() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = notes(&visitor).await;
    let page = visitor.get(&section).await;
    // The row is changed and removed with one and the same form.
    let mut form = typed(&page, "x", "x, typed");
    let removed = press(&visitor, &page, &mut form, "Remove Entry 1").await;
    assert!(file(&visitor, &card).await.contains(r#""list": ["y"]"#));
    autosave(&visitor, &section, &typed(&removed, "a", "a, typed since")).await;
    let back = press(&visitor, &removed, &mut form_with(&removed, "Undo"), "Undo").await;
    assert!(back.page().main().contains("is as it was before"));
    assert_eq!(
        file(&visitor, &card).await,
        r#"{"notes": {"one": "a, typed since", "two": "b", "list": ["x, typed", "y"]}}"#
    );
}

#[tokio::test]
async fn a_removed_field_is_named_and_comes_back_to_its_place() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = notes(&visitor).await;
    let page = visitor.get(&section).await;
    let removed = press(&visitor, &page, &mut section_form(&page), "Remove one").await;
    let told = removed.page().texts(".notice").join(" ");
    assert!(told.contains("The field “one” was removed."), "{told}");
    assert!(!file(&visitor, &card).await.contains("one"));
    press(&visitor, &removed, &mut form_with(&removed, "Undo"), "Undo").await;
    assert_eq!(file(&visitor, &card).await.as_bytes(), NOTES);
}

#[tokio::test]
async fn earlier_versions_are_listed_compared_and_brought_back() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = notes(&visitor).await;
    let history = format!("{section}/history");
    assert!(visitor.get(&section).await.page().links().contains(&history));
    assert!(visitor.get(&history).await.page().main().contains("There are none"));
    for (old, new) in [("a", "a, second"), ("b", "b, third")] {
        app.pass(TimeDelta::minutes(20));
        let page = visitor.get(&section).await;
        autosave(&visitor, &section, &typed(&page, old, new)).await;
    }
    let list = visitor.get(&history).await;
    let main = list.page().main();
    assert!(
        main.contains("Then: “two” changed") && main.contains("Then: “one” changed"),
        "{main}"
    );
    let links: Vec<String> = list
        .page()
        .links()
        .into_iter()
        .filter(|link| link.contains("?version="))
        .collect();
    assert_eq!(links, [format!("{history}?version=2"), format!("{history}?version=1")]);
    let compared = visitor.get(&links[1]).await;
    let main = compared.page().main();
    assert!(
        main.contains("2 fields differ") && main.contains("a, second") && main.contains("b, third"),
        "{main}"
    );

    let page = press(
        &visitor,
        &compared,
        &mut form_with(&compared, "Bring this"),
        "Bring this version back",
    )
    .await;
    assert!(page.page().main().contains("The earlier version is back"));
    assert_eq!(file(&visitor, &card).await.as_bytes(), NOTES);
    press(&visitor, &page, &mut form_with(&page, "Undo"), "Undo").await;
    let file = file(&visitor, &card).await;
    assert!(file.contains("a, second") && file.contains("b, third"), "{file}");

    for unknown in ["?version=77", "?version=-1"] {
        assert_eq!(
            visitor.get(&format!("{history}{unknown}")).await.status,
            StatusCode::NOT_FOUND
        );
    }
    assert_eq!(
        visitor.get(&format!("{history}?version=x")).await.status,
        StatusCode::BAD_REQUEST
    );
    let gone = [("version".to_owned(), "77".to_owned())];
    let told = visitor.post(&history, &gone).await;
    let told = visitor.follow(told).await;
    assert!(
        told.page().main().contains("not kept any more"),
        "{}",
        told.page().main()
    );
}

#[tokio::test]
async fn the_browsers_own_copy_gets_a_receipt_on_every_way() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (_, section) = notes(&visitor).await;
    let stale = visitor.get(&section).await;
    let mut form = typed(&stale, "a", "there");
    form.fields.push(("draft".to_owned(), "k3j9x".to_owned()));
    let saved = visitor.submit(&stale, &form).await;
    assert!(saved.location().contains("draft=k3j9x"), "{}", saved.location());
    // By way of a conflict.
    let mut form = typed(&stale, "a", "here");
    form.fields.push(("draft".to_owned(), "k3j9y".to_owned()));
    let conflict = visitor.submit(&stale, &form).await;
    let mut choice = conflict.page().find_form(|form| form.value("take.0").is_some());
    let resolved = visitor.submit(&conflict, choice.press("Save this choice")).await;
    assert!(resolved.location().contains("draft=k3j9y"), "{}", resolved.location());
    // Nothing else than such a name goes into an address.
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    form.fields.push(("draft".to_owned(), "a&told=b\r\nx: y".to_owned()));
    let answer = visitor.submit(&page, &form).await;
    assert!(!answer.location().contains("draft"), "{}", answer.location());
}

#[tokio::test]
async fn a_shared_computer_keeps_no_copy_of_what_is_typed() {
    let app = TestApp::start().await;
    for is_shared in [false, true] {
        let visitor = app.visitor();
        let mut form = visitor.upload_form().await;
        if is_shared {
            form.set("shared", "1");
        }
        let file = crate::harness::Upload {
            name: "notes.json",
            bytes: NOTES,
        };
        let answer = visitor.post_multipart(&form.action, &form, Some(file)).await;
        let card = crate::harness::card_of(&answer.location());
        let page = visitor.get(&format!("{card}/sections/notes")).await.page();
        assert_eq!(page.all("body[data-buffer]").is_empty(), is_shared);
    }
    // Deleting everything reaches the copies too.
    let visitor = app.visitor();
    notes(&visitor).await;
    let page = visitor.get("/session/delete").await;
    let form = page
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Delete everything"));
    let deleted = visitor.submit(&page, &form).await.page();
    assert!(deleted.all("body[data-buffer]").is_empty());
    assert_eq!(deleted.all("script[src*=buffer]").len(), 1);
    let stranger = app.visitor().get("/").await.page();
    assert!(stranger.all("body[data-buffer], script[src*=buffer]").is_empty());
}

#[tokio::test]
async fn a_backup_is_one_click_away_on_every_page() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for page in crate::pages::every_page(&visitor).await {
        let is_first = page.page().texts("footer a").contains(&"Bring a copy back".to_owned());
        let link = page.page().links().contains(&"/session/export".to_owned());
        assert!(link && !is_first, "{}", page.path);
    }
}

#[tokio::test]
async fn when_too_many_wait_to_write_a_save_is_refused_at_once_and_reading_goes_on() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (_, section) = notes(&visitor).await;
    let page = visitor.get(&section).await;
    let mut form = typed(&page, "a", "a, typed");
    form.press("Save");

    let (open, opened) = std::sync::mpsc::channel::<()>();
    let (begun, beginning) = tokio::sync::oneshot::channel();
    let db = app.db.clone();
    let holding = tokio::spawn(async move {
        db.write(move |_| {
            begun.send(()).unwrap();
            // Nothing is sent: this waits until the test lets go.
            let _ = opened.recv();
            Ok(())
        })
        .await
    });
    beginning.await.unwrap();
    let wait = || {
        let db = app.db.clone();
        tokio::spawn(async move { db.write(|_| Ok(())).await })
    };
    // More than the queue takes: the last ones are refused.
    let waiting: Vec<_> = (0..600).map(|_| wait()).collect();
    assert!(wait().await.unwrap().is_err());
    let refused = visitor.submit(&page, &form).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(visitor.get(&section).await.status, StatusCode::OK);

    drop(open);
    holding.await.unwrap().unwrap();
    for job in waiting {
        // Some waited, some were refused; none hangs.
        let _ = job.await.unwrap();
    }
    let saved = visitor.submit(&page, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.page().main());
}
