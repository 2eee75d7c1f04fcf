//! The language of the pages: what the browser asks for, or what somebody chose.

use reqwest::{Method, StatusCode};

use crate::editing::section_form;
use crate::harness::{Answer, TestApp, Visitor, fixture};

/// The language that a page says it is in.
fn language(page: &Answer) -> String {
    page.page().all("html")[0].attr("lang").unwrap_or_default().to_owned()
}

/// Presses the button for another language at the foot of a page.
async fn choose(visitor: &Visitor, page: &Answer, wanted: &str) -> Answer {
    let mut form = page.page().find_form(|form| form.action == "/session/language");
    let button = form.buttons.iter().find(|button| button.value == wanted).cloned();
    let button = button.unwrap_or_else(|| panic!("no {wanted} among {:?}", form.buttons));
    form.fields.push((button.name, button.value));
    visitor.submit(page, &form).await
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
