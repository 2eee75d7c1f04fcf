//! Another set of questions: every answer stays, and a file that was not edited comes back as it came.

use reqwest::StatusCode;

use crate::editing::{save, section_form};
use crate::harness::{TestApp, Visitor};

const CARD: &[u8] = br#"{"schema_version": "0.0.2", "model_details": {"name": "otter", "overview": "Finds otters.",
 "version": {"name": "1"}, "river": "Isar"}, "considerations": {"users": [{"description": "Rangers"}]},  "Depth": {"m": 1.50}}"#;

async fn switch(visitor: &Visitor, card: &str, outline: &str) {
    let page = visitor.get(card).await;
    let mut form = page.page().find_form(|form| form.action.ends_with("/outline"));
    form.set("outline", outline);
    let answer = visitor.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = visitor.follow(answer).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn every_outline_and_back_leaves_the_download_identical() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = anna.card("otter.json", CARD).await;
    let sections = anna.sections(&card).await;
    for outline in ["short", "hugging-face", "datasheet", "eu", "free", "full"] {
        switch(&anna, &card, outline).await;
        assert!(
            anna.download(&card, "model-card-toolkit-0.0.2").await == CARD,
            "{outline}"
        );
        let changes = anna.get(&format!("{card}/changes")).await;
        assert!(
            !changes.text().contains("Isar"),
            "{outline} is no change: {}",
            changes.page().main()
        );
        for section in anna.sections(&card).await {
            assert_eq!(anna.get(&section).await.status, StatusCode::OK, "{outline} {section}");
        }
    }
    assert_eq!(anna.sections(&card).await, sections);
}

#[tokio::test]
async fn an_answer_given_under_another_outline_changes_its_place_in_the_file_only() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = anna.card("otter.json", CARD).await;
    switch(&anna, &card, "eu").await;
    let page = anna.get(&format!("{card}/sections/general-information")).await;
    let mut form = section_form(&page);
    let name = form
        .texts
        .iter()
        .find(|text| form.value(text) == Some("otter"))
        .cloned();
    form.set(&name.expect("the name is asked here"), "beaver");
    save(&anna, &page, &form).await;
    let wanted = String::from_utf8_lossy(CARD).replace("\"otter\"", "\"beaver\"");
    assert_eq!(
        String::from_utf8_lossy(&anna.download(&card, "model-card-toolkit-0.0.2").await),
        wanted
    );
}

#[tokio::test]
async fn a_form_from_before_the_switch_meets_a_conflict_or_keeps_its_text() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = anna.card("otter.json", CARD).await;
    let page = anna.get(&format!("{card}/sections/model-details")).await;
    let mut form = section_form(&page);
    let name = form
        .texts
        .iter()
        .find(|text| form.value(text) == Some("otter"))
        .cloned()
        .unwrap();
    form.set(&name, "typed in the other tab");
    switch(&anna, &card, "hugging-face").await;
    let answer = anna.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text().contains("typed in the other tab"));
    switch(&anna, &card, "datasheet").await;
    let answer = anna.submit(&page, &form).await;
    assert!(answer.status.is_client_error() && answer.text().contains("typed in the other tab"));
    assert!(
        anna.download(&card, "model-card-toolkit-0.0.2").await == CARD,
        "nothing was overwritten"
    );
}

#[tokio::test]
async fn a_blank_card_can_begin_with_another_outline() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let page = anna.get("/").await;
    let mut form = page.page().find_form(|form| form.value("outline").is_some());
    assert_eq!(
        form.value("outline"),
        Some("short"),
        "ten questions unless chosen otherwise"
    );
    form.set("outline", "datasheet");
    let answer = anna.post_multipart("/cards", &form, None).await;
    let page = anna.follow(answer).await;
    assert!(page.text().contains("Motivation"), "{}", page.page().main());
}
