//! What helps a visitor to write: a short path, what is open, saying why there is no answer, examples, suggestions.

use reqwest::StatusCode;

use crate::editing::{save, section_form};
use crate::harness::page::Form;
use crate::harness::{TestApp, Visitor, card_of};

/// Starts a card from nothing with the questions that are chosen when the page opens.
async fn blank(visitor: &Visitor) -> String {
    let home = visitor.get("/").await;
    let form = home.page().find_form(|form| form.value("outline").is_some());
    let answer = visitor.post_multipart(&form.action, &form, None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    card_of(&answer.location())
}

/// The name of the control of a question, by its id.
fn control_of(form: &Form, question: &str) -> String {
    let id = form.fields.iter().find(|(_, value)| value == question);
    let (name, _) = id.unwrap_or_else(|| panic!("{question} is not asked: {:?}", form.fields));
    name.trim_end_matches("~i").to_owned()
}

async fn told(visitor: &Visitor, page: &str) -> String {
    visitor.get(page).await.page().main()
}

#[tokio::test]
async fn a_blank_card_asks_ten_questions_first_and_counts_content() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = blank(&anna).await;
    let main = told(&anna, &card).await;
    assert!(main.contains("0 of 10 questions answered, 10 open"), "{main}");
    assert!(main.contains("completed 0 of 5 sections"), "{main}");
    assert!(main.contains("not started"), "{main}");

    let section = format!("{card}/sections/model-details");
    let page = anna.get(&section).await;
    let mut form = section_form(&page);
    let (name, overview, date) = (
        control_of(&form, "model-details.name"),
        control_of(&form, "model-details.overview"),
        control_of(&form, "model-details.version_date"),
    );
    form.set(&name, "otter");
    form.set(&overview, "[More Information Needed]");
    form.set(&format!("{date}~s"), "not-known");
    form.set(&format!("{date}~r"), "it is being trained");
    save(&anna, &page, &form).await;

    let main = told(&anna, &card).await;
    assert!(
        main.contains("1 of 10 questions answered, 1 marked not known yet, 8 open"),
        "a placeholder counts for nothing: {main}"
    );
    assert!(main.contains("in progress: 1 of 5"), "{main}");
    // Each open question is one click away.
    let links = anna.get(&card).await.page().links();
    let open = links.iter().filter(|link| link.contains("#field-")).count();
    assert!(open >= 9, "{links:?}");
}

#[tokio::test]
async fn why_there_is_no_answer_is_said_changed_and_taken_back() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = blank(&anna).await;
    let section = format!("{card}/sections/intended-use");
    let page = anna.get(&section).await;
    let mut form = section_form(&page);
    let uses = control_of(&form, "intended-use.out_of_scope");
    form.set(&format!("{uses}~s"), "not-applicable");
    form.set(&format!("{uses}~r"), "a toy for a course");
    save(&anna, &page, &form).await;
    let preview = told(&anna, &format!("{card}/preview")).await;
    assert!(preview.contains("Not applicable: a toy for a course"), "{preview}");

    // The page says it in the same controls, and saving again changes nothing.
    let page = anna.get(&section).await;
    let mut form = section_form(&page);
    assert_eq!(form.value(&format!("{uses}~s")), Some("not-applicable"));
    assert_eq!(form.value(&format!("{uses}~r")), Some("a toy for a course"));
    let before = anna.download(&card, "cartellino").await;
    save(&anna, &page, &form).await;
    assert_eq!(anna.download(&card, "cartellino").await, before);

    // An answer needs no taking back first.
    let entry = format!("{uses}.0");
    let control = if form.value(&entry).is_some() {
        entry
    } else {
        uses.clone()
    };
    form.set(&control, "Not for exams.");
    let page = save(&anna, &page, &form).await;
    assert!(!page.page().text().contains("which stays"), "{}", page.page().main());
    let preview = told(&anna, &format!("{card}/preview")).await;
    assert!(
        preview.contains("Not for exams.") && !preview.contains("a toy"),
        "{preview}"
    );

    // Both at once: the answer stays, and the visitor is told.
    let page = anna.get(&section).await;
    let mut form = section_form(&page);
    form.set(&format!("{uses}~s"), "not-known");
    let page = save(&anna, &page, &form).await;
    assert!(
        page.page().text().contains("has an answer, which stays"),
        "{}",
        page.page().text()
    );
    assert!(told(&anna, &format!("{card}/preview")).await.contains("Not for exams."));
}

#[tokio::test]
async fn a_file_that_says_why_keeps_its_own_spelling() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let file = b"# Otter\n\n## Uses\n\n### Out-of-Scope Use\n\nN/A (rules only)\n\n### Direct Use\n\nCounting.\n";
    let card = anna.card("README.md", file).await;
    for section in anna.sections(&card).await {
        let page = anna.get(&section).await;
        save(&anna, &page, &section_form(&page)).await;
    }
    let format = crate::download::own_format(&anna, &card).await;
    assert_eq!(
        String::from_utf8_lossy(&anna.download(&card, &format).await),
        String::from_utf8_lossy(file)
    );
}

#[tokio::test]
async fn hard_questions_show_examples_and_words_to_aim_at() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = blank(&anna).await;
    let section = format!("{card}/sections/caveats-and-recommendations");
    let page = anna.get(&section).await;
    let text = page.page().text();
    assert!(
        text.contains("A good and a weak answer") && text.contains("Aim for about 100 words."),
        "{text}"
    );
    let mut form = section_form(&page);
    let limits = control_of(&form, "caveats-and-recommendations.limitations");
    form.set(&format!("{limits}.0"), &"It fails. ".repeat(150));
    let page = save(&anna, &page, &form).await;
    let text = page.page().text();
    assert!(
        text.contains("300 words. About 100 are enough"),
        "a hint, no error: {text}"
    );
    assert!(page.page().all("#summary").is_empty());
}

#[tokio::test]
async fn known_words_are_offered_and_any_other_is_taken() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = blank(&anna).await;
    let page = anna.get(&format!("{card}/sections/model-details")).await;
    assert!(
        !page.page().all("input[list=words-licences]").is_empty(),
        "{}",
        page.text()
    );
    assert_eq!(page.page().all("#words-licences option[value='Apache-2.0']").len(), 1);
    let mut form = section_form(&page);
    let licences = control_of(&form, "model-details.licenses");
    let control = form
        .fields
        .iter()
        .find(|(name, _)| name.starts_with(&format!("{licences}.0.")))
        .cloned();
    form.set(
        &control
            .expect("a blank licence is shown")
            .0
            .replace("~k", "")
            .replace("~t", ""),
        "my own words",
    );
    save(&anna, &page, &form).await;
    assert!(told(&anna, &format!("{card}/preview")).await.contains("my own words"));

    let words = anna.get("/words/licences").await;
    assert_eq!(words.status, StatusCode::OK);
    assert!(words.text().contains("value=\"Zlib\"") && words.header("cache-control").contains("public"));
    assert_eq!(anna.get("/words/spells").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_example_is_read_without_a_trace_and_opened_as_a_card_to_throw_away() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let own = blank(&anna).await;
    let page = anna.get("/example").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.page().main().contains("wrist-triage"), "{}", page.page().main());
    assert!(
        told(&anna, &own).await.contains("0 of 10 questions answered"),
        "reading it changes nothing"
    );

    let form = page.page().find_form(|form| form.action == "/example");
    let answer = anna.submit(&page, &form).await;
    let again = anna.submit(&page, &form).await;
    assert_eq!(answer.location(), again.location(), "sent twice, it is one card");
    let card = card_of(&answer.location());
    let main = told(&anna, &card).await;
    assert!(main.contains("1 marked not known yet"), "{main}");
    let page = anna.get(&format!("{card}/delete")).await;
    let form = page
        .page()
        .find_form(|form| form.action.ends_with("/delete") || form.action.is_empty());
    anna.submit(&page, &form).await;
    assert_eq!(anna.get(&card).await.status, StatusCode::NOT_FOUND);
    assert_eq!(anna.get(&own).await.status, StatusCode::OK);
}
