//! A Markdown field as readers see it, below the field: asked for by a button of the form or by the page's script.

use reqwest::StatusCode;

use crate::editing::section_form;
use crate::harness::page::{Form, Page};
use crate::harness::{Answer, TestApp, Upload, Visitor};

const README: &str = "---\nlicense: mit\n---\n# Otter counter\n\n## Uses\n\nIt counts otters.\n\n## Limitations\n\nBlind at night.\n\nNever in *fog*.\n";

/// What a card needs a preview for: a table, a footnote, a formula, and something that must not come through.
const WRITTEN: &str = "At dusk[^1] it *fails*.\n\n| river | error |\n|---|--:|\n| Elbe | 0.3 |\n\nError is $e_i * w_i$.\n\n\
                       [^1]: After six.\n\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n";

/// The section with this text, its form, and the name of the control that shows the text.
pub async fn open(visitor: &Visitor, card: &str, text: &str) -> (Answer, Form, String) {
    for section in visitor.sections(card).await {
        let page = visitor.get(&section).await;
        let form = section_form(&page);
        let shown = form.fields.iter().find(|(_, value)| value.contains(text));
        if let Some((name, _)) = shown.cloned() {
            return (page, form, name);
        }
    }
    panic!("{text:?} is in no section")
}

/// The button of a control's preview.
pub fn press(form: &mut Form, control: &str) {
    let wanted = format!("preview {control}");
    let button = form.buttons.iter().find(|button| button.value == wanted).cloned();
    let button = button.unwrap_or_else(|| panic!("{control} has no preview among {:#?}", form.buttons));
    form.action = button.action;
    form.fields.push((button.name, button.value));
}

/// The texts that are shown as readers see them.
fn shown(answer: &Answer) -> Vec<String> {
    let page = answer.page();
    let open = page.all(".proof:not([hidden]) > .prose");
    open.into_iter().map(|prose| prose.inner_html()).collect()
}

/// Without the names of footnotes, which differ with the page that they stand on.
fn plain(html: &str) -> String {
    let mut out = String::new();
    for (index, piece) in html.split('"').enumerate() {
        out += if index % 2 == 1 && piece.contains("text-") {
            "…"
        } else {
            piece
        };
    }
    out.split_whitespace().collect()
}

#[tokio::test]
async fn a_preview_is_what_the_download_shows_and_saves_nothing() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = anna.card("README.md", README.as_bytes()).await;
    let (page, mut form, control) = open(&anna, &card, "Blind at night").await;
    assert!(shown(&page).is_empty(), "nobody has asked yet");
    form.set(&control, WRITTEN);
    form.set("new-field", "Half a name");
    form.set("picture-caption", "Otters at dusk");
    form.set("picture-alt", "Three otters");
    press(&mut form, &control);
    let answer = anna.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let main = answer.page().main();
    assert!(main.contains("Nothing that you typed is saved yet"), "{main}");
    assert!(main.contains("Not saved yet"), "{main}");

    // All that was typed is still in the form, and comes from the same version.
    let back = section_form(&answer);
    for name in [
        control.as_str(),
        "new-field",
        "picture-caption",
        "picture-alt",
        "version",
    ] {
        assert_eq!(back.value(name), form.value(name), "{name}");
    }
    let html = shown(&answer).join("");
    for part in [
        r#"<table>"#,
        r#"<td align="right">0.3</td>"#,
        "<em>fails</em>",
        "$e_i * w_i$",
        "After six.",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(!html.contains("script") && !html.contains("onerror"), "{html}");
    let picture = main.contains("Choose your picture again");
    assert!(!picture, "no picture was chosen");
    assert!(
        anna.download(&card, "hugging-face").await == README.as_bytes(),
        "nothing was saved"
    );

    // The page goes on as any other does.
    let mut saving = back.clone();
    saving
        .set("new-field", "")
        .set("picture-caption", "")
        .set("picture-alt", "");
    saving.press("Save");
    let saved = anna.submit(&answer, &saving).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.page().main());
    let export = String::from_utf8(anna.download(&card, "html").await).unwrap();
    let answers = Page::parse(&export);
    let answers: Vec<String> = answers
        .all(".answer")
        .iter()
        .map(|answer| plain(&answer.inner_html()))
        .collect();
    assert!(answers.contains(&plain(&html)), "{html} is not among {answers:#?}");
}

#[tokio::test]
async fn previews_stay_open_until_the_form_is_saved() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let native = r#"{"format": "cartellino", "version": 1, "outline": "full", "sections": [{"key": "otter", "title": "Otter", "fields": [
        {"id": "+one", "label": "One", "value": "first\n\n*text*"}, {"id": "+two", "label": "Two", "value": "second\n\n*text*"}]}]}"#;
    let card = anna.card("card.json", native.as_bytes()).await;
    let (page, mut form, one) = open(&anna, &card, "first").await;
    press(&mut form, &one);
    let page = anna.submit(&page, &form).await;
    let mut form = section_form(&page);
    let two = form
        .fields
        .iter()
        .find(|(_, value)| value.contains("second"))
        .unwrap()
        .0
        .clone();
    form.set(&two, "third\n\n**text**");
    press(&mut form, &two);
    let page = anna.submit(&page, &form).await;
    let texts = shown(&page);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[0].contains("<em>text</em>") && texts[1].contains("<strong>text</strong>"),
        "{texts:?}"
    );
    let mut form = section_form(&page);
    // A picture that is sent along is not kept, and that is said.
    form.set("picture-alt", "An otter");
    press(&mut form, &one);
    let png = Upload {
        name: "otter.png",
        bytes: b"\x89PNG",
    };
    let page = anna.post_multipart(&form.action.clone(), &form, Some(png)).await;
    assert!(
        page.page().main().contains("Choose your picture again"),
        "{}",
        page.page().main()
    );
}

#[tokio::test]
async fn the_script_of_the_page_gets_one_field() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    boris.card("his.json", b"{\"name\": \"His\"}").await;
    let card = anna.card("README.md", README.as_bytes()).await;
    let (page, mut form, control) = open(&anna, &card, "Blind at night").await;
    form.set(&control, WRITTEN);
    let of_field = |(name, _): &&(String, String)| *name == control || name.starts_with(&format!("{control}~"));
    let mut fields: Vec<(String, String)> = form.fields.iter().filter(of_field).cloned().collect();
    fields.push(("do".to_owned(), format!("preview {control}")));
    let answer = anna.post_as_script(&page.path, &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let told: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap();
    press(&mut form, &control);
    let whole = anna.submit(&page, &form).await;
    assert_eq!(
        plain(&Page::parse(told["html"].as_str().unwrap()).all("body")[0].inner_html()),
        plain(&shown(&whole).join("")),
        "with and without script alike"
    );

    // Nobody gets a word out of somebody else's card, and gets the own text back.
    for stranger in [&boris, &app.visitor()] {
        let answer = stranger.post_as_script(&page.path, &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(!answer.text().contains("Blind at night"), "{}", answer.text());
        let answer = stranger.submit(&page, &form).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.page().main().contains("After six."), "{}", answer.page().main());
    }
    let answer = anna.post_from_elsewhere(&page.path).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);

    // A control that is not there, and nonsense.
    for wish in ["preview f.999", "preview ", "preview ../x", "preview f.0~i"] {
        let odd = [("do".to_owned(), wish.to_owned())];
        let answer = anna.post_as_script(&page.path, &odd).await;
        assert_eq!(answer.status, StatusCode::OK, "{wish}");
        assert!(answer.text().contains("Nothing is written"), "{}", answer.text());
        assert_eq!(anna.post(&page.path, &odd).await.status, StatusCode::OK, "{wish}");
    }
    assert!(
        anna.download(&card, "hugging-face").await == README.as_bytes(),
        "nothing was saved"
    );
}

#[tokio::test]
async fn a_text_too_long_for_the_server_is_not_previewed() {
    let app = TestApp::start_with(&["--max-upload-bytes", "4000"]).await;
    let anna = app.visitor();
    let card = anna.card("README.md", README.as_bytes()).await;
    let (page, mut form, control) = open(&anna, &card, "Blind at night").await;
    form.set(&control, &"long ".repeat(10_000));
    press(&mut form, &control);
    let answer = anna.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.page().main().contains("too large"), "{}", answer.page().main());
}

#[tokio::test]
async fn a_text_inside_a_list_or_a_row_is_previewed_alone() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let long = "it fails at *dusk* ".repeat(6);
    let native = format!(
        r#"{{"format": "cartellino", "version": 1, "outline": "full", "sections": [{{"key": "otter", "title": "Otter", "fields": [
        {{"id": "+rivers", "label": "Rivers", "value": [{{"name": "Elbe", "note": "{long}"}}, {{"name": "Oder", "note": "first\n\n**second**"}}]}},
        {{"id": "+limits", "label": "Limits", "value": ["short", "one\n\n- two"]}}]}}]}}"#
    );
    let card = anna.card("card.json", native.as_bytes()).await;
    let (page, form, row) = open(&anna, &card, "**second**").await;
    let (_, _, entry) = open(&anna, &card, "- two").await;
    let wanted = |control: &str| page.page().all(&format!("button[value='preview {control}']")).len();
    assert_eq!((wanted(&row), wanted(&entry)), (1, 1));
    let short = form.control_showing("short").expect("the short entry");
    assert_eq!(wanted(short), 0, "a line has none");

    // Without script the whole form comes back, and only that text is shown.
    let mut form = section_form(&page);
    form.set(&row, "first\n\n| a | b |\n|---|---|\n| 1 | 2 |");
    press(&mut form, &row);
    let answer = anna.submit(&page, &form).await;
    let texts = shown(&answer);
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("<td>1</td>"), "{texts:?}");
    assert!(
        section_form(&answer)
            .value(&row)
            .is_some_and(|text| text.contains("| 1 | 2 |"))
    );
    let mut form = section_form(&answer);
    press(&mut form, &entry);
    let both = shown(&anna.submit(&answer, &form).await);
    assert!(both.len() == 2 && both[1].contains("<li>two</li>"), "{both:?}");

    // The script sends the one control.
    let fields = [
        ("do".to_owned(), format!("preview {row}")),
        (row.clone(), "**bold** <script>x</script>".to_owned()),
        (format!("{row}~t"), "text".to_owned()),
    ];
    let told = anna.post_as_script(&page.path, &fields).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    let html = told.text();
    assert!(
        html.contains("<strong>bold</strong>") && !html.contains("script"),
        "{html}"
    );
    let stranger = app.visitor();
    assert_eq!(
        stranger.post_as_script(&page.path, &fields).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn words_that_are_no_markdown_have_no_preview() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let long = "a name of many words ".repeat(8);
    let native = format!(
        r#"{{"format": "cartellino", "version": 1, "outline": "full", "sections": [{{"key": "quantitative-analyses", "title": "Quantitative analyses", "fields": [
        {{"id": "quantitative-analyses.performance_metrics", "label": "Results", "value": [{{"type": "{long}", "value": "0.9"}}]}},
        {{"id": "quantitative-analyses.charts", "label": "Charts", "value": [{{"kind": "line", "data": "a,b\n1,2"}}]}}]}}]}}"#
    );
    let card = anna.card("card.json", native.as_bytes()).await;
    for text in ["a name of many words", "a,b"] {
        let (page, _, control) = open(&anna, &card, text).await;
        assert_eq!(
            page.page().all(&format!("button[value='preview {control}']")).len(),
            0,
            "{text}"
        );
    }
}
