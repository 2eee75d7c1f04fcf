//! The language of the pages: what the browser asks for, or what somebody chose.

use reqwest::{Method, StatusCode};

use crate::editing::section_form;
use crate::harness::page::{Button, Form};
use crate::harness::{Answer, TestApp, Visitor, fixture};
use crate::section_links::link_to;

/// The language that a page says it is in.
fn language(page: &Answer) -> String {
    page.page().all("html")[0].attr("lang").unwrap_or_default().to_owned()
}

/// Presses the button for another language at the foot of a page.
async fn choose(visitor: &Visitor, page: &Answer, wanted: &str) -> Answer {
    choose_in(
        visitor,
        page,
        page.page().find_form(|form| chooser(form, wanted).is_some()),
        wanted,
    )
    .await
}

/// Presses it in the form to which it belongs.
async fn choose_in(visitor: &Visitor, page: &Answer, mut form: Form, wanted: &str) -> Answer {
    let button = chooser(&form, wanted).unwrap_or_else(|| panic!("no {wanted} in {form:?}"));
    visitor.submit(page, form.press(&button)).await
}

/// What stands on the button of a form that chooses a language.
fn chooser(form: &Form, wanted: &str) -> Option<String> {
    let is_it = |button: &&Button| button.name == "language" && button.value == wanted;
    let here = |button: &&Button| button.name == "do" && button.value == format!("language {wanted}");
    let button = form.buttons.iter().find(|button| is_it(button) || here(button))?;
    Some(button.text.clone())
}

#[tokio::test]
async fn the_browser_is_asked_first() {
    let app = TestApp::start().await;
    for (asked, wanted, heading) in [
        ("", "en", "Model cards, without an account"),
        ("fr,it", "en", "Model cards, without an account"),
        ("en-GB,de;q=0.8", "en", "Model cards, without an account"),
        ("fr;q=0.9,de-CH;q=0.8,en;q=0.1", "de", "Modellkarten, ohne Konto"),
        ("nonsense;;q=,", "en", "Model cards, without an account"),
    ] {
        let visitor = app.visitor().speaking(asked);
        for path in [
            "/",
            "/help",
            "/privacy",
            "/nowhere",
            "/write/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(language(&visitor.get(path).await), wanted, "{asked} {path}");
        }
        assert_eq!(visitor.get("/").await.page().heading(), heading, "{asked}");
    }
}

#[tokio::test]
async fn what_somebody_chose_holds_for_their_browser() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    visitor.card("otter.json", br#"{"name": "otter"}"#).await;
    let answer = choose(&visitor, &visitor.get("/help").await, "de").await;
    assert_eq!(
        (answer.status, &*answer.location()),
        (StatusCode::SEE_OTHER, "/"),
        "no Referer came along"
    );
    for path in ["/", "/help", "/session", "/nowhere"] {
        assert_eq!(language(&visitor.get(path).await), "de", "{path}");
    }
    // Another browser of the same work has its own.
    assert_eq!(language(&app.visitor().get("/").await), "en");
    choose(&visitor, &visitor.get("/").await, "en").await;
    assert_eq!(language(&visitor.get("/").await), "en");
    // Who has nothing here yet gets a cookie for it, and nothing where the browser asks for the same anyway.
    let stranger = app.visitor();
    assert!(
        !choose(&stranger, &stranger.get("/").await, "de")
            .await
            .header("set-cookie")
            .is_empty()
    );
    assert_eq!(language(&stranger.get("/").await), "de");
    let german = app.visitor().speaking("de");
    let same = german
        .post("/session/language", &[("language".to_owned(), "de".to_owned())])
        .await;
    assert_eq!(same.header("set-cookie"), "");
    let odd = german
        .post("/session/language", &[("language".to_owned(), "tlh".to_owned())])
        .await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_page_comes_back_on_which_a_language_was_chosen() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("otter.json", br#"{"name": "otter"}"#).await;
    let form = [("language".to_owned(), "de".to_owned())];
    for (page, wanted) in [
        (
            format!("{}{card}?saved=name", app.origin()),
            format!("{card}?saved=name"),
        ),
        (format!("{}/help", app.origin()), "/help".to_owned()),
        // Only forms are sent there, and this is no page.
        (format!("{}/convert", app.origin()), "/".to_owned()),
        (format!("{}//elsewhere.example/", app.origin()), "/".to_owned()),
        (format!("{}/\\elsewhere.example", app.origin()), "/".to_owned()),
        ("https://elsewhere.example".to_owned(), "/".to_owned()),
    ] {
        let answer = visitor.post_from("/session/language", &form, &page).await;
        assert_eq!(answer.location(), wanted, "{page}");
    }
}

#[tokio::test]
async fn choosing_a_language_loses_nothing_that_was_typed() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor
        .card("otter.json", br#"{"name": "otter", "river": "Isar"}"#)
        .await;
    let section = visitor.sections(&card).await.remove(0);
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let control = form.control_showing("otter").expect("the name is shown").to_owned();
    form.set(&control, "beaver");
    let answer = visitor.submit(&page, form.press("Deutsch")).await;
    let shown = visitor.follow(answer).await;
    assert_eq!(language(&shown), "de");
    assert!(
        shown.page().main().contains("wurde gespeichert"),
        "{}",
        shown.page().main()
    );
    assert!(section_form(&shown).control_showing("beaver").is_some());
    let back = visitor.submit(&shown, section_form(&shown).press("English")).await;
    assert_eq!(language(&visitor.follow(back).await), "en");
}

#[tokio::test]
async fn a_text_that_was_pasted_comes_back_in_the_other_language() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let pasted = "# Otter\n\nCounts otters.\n";
    // On the first page, before anything is stored.
    let home = visitor.get("/").await;
    let mut form = home.page().find_form(|form| form.value("text").is_some());
    form.set("text", pasted);
    let german = choose_in(&visitor, &home, form, "de").await;
    assert_eq!((german.status, &*language(&german)), (StatusCode::OK, "de"));
    let shown = german.page().textarea("text").unwrap_or_default();
    assert_eq!(shown.trim_start_matches('\n'), pasted);
    assert_eq!(german.page().all("details[open] textarea").len(), 1, "it is in sight");
    // It goes on from there.
    let form = german.page().find_form(|form| form.value("text").is_some());
    let answer = visitor.post_multipart(&form.action.clone(), &form, None).await;
    let card = crate::harness::card_of(&answer.location());
    assert_eq!(
        visitor.request(Method::GET, &format!("{card}/original")).await.text(),
        pasted
    );

    // Where a text is mended, with what is wrong in it.
    let broken = "{\"name\": \"otter\", \"x\": }";
    let page = visitor.upload("card.json", broken.as_bytes()).await;
    assert_eq!(
        (page.status, &*language(&page)),
        (StatusCode::UNPROCESSABLE_ENTITY, "de")
    );
    let mut form = page.page().find_form(|form| form.value("text").is_some());
    form.set("text", &broken.replace("otter", "beaver"));
    let english = choose_in(&visitor, &page, form, "en").await;
    assert_eq!(
        (english.status, &*language(&english)),
        (StatusCode::UNPROCESSABLE_ENTITY, "en")
    );
    let text = english.page().textarea("text").unwrap_or_default();
    assert!(text.contains("beaver"), "{text}");
    assert!(english.page().heading().contains("could not be read"));
}

#[tokio::test]
async fn results_and_conflicts_come_back_in_the_other_language() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let home = visitor.get("/").await;
    let mut blank = home.page().find_form(|form| form.value("outline").is_some());
    blank.set("outline", "full");
    let answer = visitor.post_multipart(&blank.action.clone(), &blank, None).await;
    let card = crate::harness::card_of(&answer.location());
    let section = format!("{card}/sections/quantitative-analyses");
    let page = visitor.get(&format!("{section}/results")).await;
    let is_results = |form: &Form| form.action.ends_with("/results");
    let mut form = page.page().find_form(is_results);
    form.set("text", "metric;value\nrecall;0,90\n");
    let button = chooser(&form, "de").expect("a choice");
    let german = visitor
        .post_multipart(&form.action.clone(), form.press(&button), None)
        .await;
    assert_eq!((german.status, &*language(&german)), (StatusCode::OK, "de"));
    assert!(
        german
            .page()
            .textarea("text")
            .unwrap_or_default()
            .contains("recall;0,90")
    );
    // What was chosen for the columns stays chosen.
    let mut form = german.page().find_form(is_results);
    form.set("role.1", "unit");
    let button = chooser(&form, "en").expect("a choice");
    let english = visitor
        .post_multipart(&form.action.clone(), form.press(&button), None)
        .await;
    assert_eq!(language(&english), "en");
    assert_eq!(english.page().find_form(is_results).value("role.1"), Some("unit"));

    // Two tabs: choosing a language settles nothing.
    let details = visitor.sections(&card).await.remove(0);
    let (first, second) = (visitor.get(&details).await, visitor.get(&details).await);
    let mut form = section_form(&first);
    visitor.submit(&first, form.set("f.0", "otter").press("Save")).await;
    let mut form = section_form(&second);
    let clash = visitor.submit(&second, form.set("f.0", "beaver").press("Save")).await;
    assert_eq!((clash.status, &*language(&clash)), (StatusCode::CONFLICT, "en"));
    let german = choose(&visitor, &clash, "de").await;
    assert_eq!((german.status, &*language(&german)), (StatusCode::CONFLICT, "de"));
    let main = german.page().main();
    assert!(main.contains("otter") && main.contains("beaver"), "{main}");
    let stored = visitor.get(&details).await;
    assert!(
        section_form(&stored).control_showing("otter").is_some(),
        "nothing was overwritten"
    );
    let mut form = german.page().find_form(|form| form.value("take-id.0").is_some());
    form.set("take.0", "mine");
    let button = form.buttons.iter().find(|button| button.value == "resolve").cloned();
    let settled = visitor
        .submit(&german, form.press(&button.expect("a choice").text))
        .await;
    let settled = visitor.follow(settled).await;
    assert!(section_form(&settled).control_showing("beaver").is_some());
}

#[tokio::test]
async fn whoever_writes_by_a_link_chooses_a_language_too() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor
        .card("otter.json", br#"{"name": "otter", "river": "Isar"}"#)
        .await;
    let section = visitor.sections(&card).await.remove(0);
    let link = link_to(&visitor, &section).await;
    let guest = app.visitor();
    let page = guest.get(&link).await;
    assert_eq!(language(&page), "en");
    let mut form = section_form(&page);
    let control = form.control_showing("otter").expect("the name is shown").to_owned();
    form.set(&control, "beaver");
    let answer = choose_in(&guest, &page, form, "de").await;
    assert_eq!(answer.header("set-cookie"), "", "the address remembers it");
    let german = guest.follow(answer).await;
    assert_eq!(language(&german), "de");
    // What was typed was saved, and the language holds for what follows.
    let mut form = section_form(&german);
    form.set(&control, "badger");
    let save = form
        .buttons
        .iter()
        .find(|button| button.value == "save")
        .cloned()
        .expect("a button");
    let saved = guest.submit(&german, form.press(&save.text)).await;
    let german = guest.follow(saved).await;
    assert_eq!(language(&german), "de");
    assert!(section_form(&german).control_showing("badger").is_some());
    let back = choose(&guest, &german, "en").await;
    let english = guest.follow(back).await;
    assert_eq!(language(&english), "en");
    assert!(!english.path.contains("language="), "{}", english.path);
    assert_eq!(language(&guest.get(&format!("{link}?language=tlh")).await), "en");
}

#[tokio::test]
async fn whoever_reads_german_saves_the_same_card() {
    let app = TestApp::start().await;
    let german = app.visitor().speaking("de");
    for path in [
        "model-card-toolkit/v2-indent-4-crlf.json",
        "markdown/norway-and-misspelt.md",
        "webcards/three-metrics.json",
    ] {
        let card = german.card(path, &fixture(path)).await;
        for section in german.sections(&card).await {
            let page = german.get(&section).await;
            let answer = german.submit(&page, &section_form(&page)).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{section}");
        }
        let original = german.request(Method::GET, &format!("{card}/original")).await.bytes;
        let own = german.get(&format!("{card}/download")).await.page().links();
        let own = own
            .iter()
            .find(|link| link.contains("/download/"))
            .expect("a download")
            .clone();
        assert_eq!(german.get(&own).await.bytes, original, "{path}");
    }
}

#[tokio::test]
async fn days_sizes_and_calendars_are_german() {
    let app = TestApp::start().await;
    let visitor = app.visitor().speaking("de");
    visitor.card("otter.json", br#"{"name": "otter"}"#).await;
    let home = visitor.get("/").await.page().main();
    assert!(home.contains("21. September 2026"), "{home}");
    let session = visitor.get("/session").await.page().main();
    assert!(
        session.contains("21. Oktober 2026") && session.contains("weniger als 0,1 von 100 MiB"),
        "{session}"
    );
    let calendar = visitor.get("/session/reminder.ics").await.text().replace("\r\n ", "");
    assert!(calendar.contains("SUMMARY:Ihre Modellkarten"), "{calendar}");
    assert!(calendar.contains("21. Oktober 2026"), "{calendar}");
}

#[tokio::test]
async fn words_are_explained_in_the_language_of_the_page() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    assert!(
        visitor
            .get("/words/languages?language=de")
            .await
            .text()
            .contains("Deutsch")
    );
    assert!(visitor.get("/words/languages").await.text().contains("German"));
    assert_eq!(
        visitor.get("/words/languages?language=tlh").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_code_that_was_typed_comes_back_in_the_other_language() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let page = visitor.get("/continue").await;
    let mut form = page.page().find_form(|form| form.action == "/continue");
    form.set("code", "K7QM <b>2XW");
    let german = choose_in(&visitor, &page, form, "de").await;
    assert_eq!((german.status, &*language(&german)), (StatusCode::OK, "de"));
    let form = german.page().find_form(|form| form.action == "/continue");
    assert_eq!(form.value("code"), Some("K7QM <b>2XW"));

    // Where it opened nothing, too; and with nothing typed the page is made anew.
    let refused = visitor.submit(&german, &form).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let form = refused.page().find_form(|form| form.action == "/continue");
    let english = choose_in(&visitor, &refused, form, "en").await;
    let mut again = english.page().find_form(|form| form.action == "/continue");
    assert_eq!((&*language(&english), again.value("code")), ("en", Some("K7QM <b>2XW")));
    again.set("code", "");
    let answer = choose_in(&visitor, &english, again, "de").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}
