//! The results of a README for the hub, as a table whose cells are places in its front matter.

use crate::editing::{press, save, section_form};
use crate::harness::{Answer, TestApp, Visitor, corpus, fixture};

const FILE: &str = "markdown/lake-ice-crlf.md";

/// A card of the fixture, and the address of the section with its results.
async fn card(visitor: &Visitor) -> (String, String) {
    let card = visitor.card(FILE, &fixture(FILE)).await;
    let section = format!("{card}/sections/metadata");
    (card, section)
}

async fn file(visitor: &Visitor, card: &str) -> String {
    String::from_utf8(visitor.download(card, "hugging-face").await).expect("UTF-8")
}

fn before() -> String {
    String::from_utf8(fixture(FILE)).expect("UTF-8")
}

/// The name in the form of the cell that screen readers call so.
fn cell(page: &Answer, label: &str) -> String {
    let page = page.page();
    let cells = page.all(&format!("[aria-label='{label}']"));
    let [cell] = cells.as_slice() else {
        panic!("{} cells {label:?} in {}", cells.len(), page.main());
    };
    cell.attr("name").expect("a name").to_owned()
}

#[tokio::test]
async fn a_cell_is_a_place_in_the_file() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = card(&visitor).await;
    let page = visitor.get(&section).await;
    let heads = page.page().texts("table.grid th");
    let expected = [
        "Model",
        "Task",
        "Dataset",
        "Dataset type",
        "Metric",
        "Value",
        "Add or remove",
    ];
    assert_eq!(heads, expected, "no column that no result has");

    let mut form = section_form(&page);
    form.set(&cell(&page, "Result 2, Dataset type"), "imagenet-1k");
    form.set(&cell(&page, "Result 1, Metric 1, Value"), "0.93");
    save(&visitor, &page, &form).await;
    let expected = before()
        .replace("name: ImageNet\r\n", "name: ImageNet\r\n      type: imagenet-1k\r\n")
        .replace("value: 0.912", "value: 0.93");
    assert_eq!(file(&visitor, &card).await, expected);

    // What is typed and taken back leaves no trace.
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    form.set(&cell(&page, "Result 2, Dataset type"), "");
    form.set(&cell(&page, "Result 1, Metric 1, Value"), "0.912");
    save(&visitor, &page, &form).await;
    assert_eq!(
        file(&visitor, &card).await.replace("      type: \"\"\r\n", ""),
        before()
    );
}

#[tokio::test]
async fn results_and_their_metrics_are_added_and_removed() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (card, section) = card(&visitor).await;

    let page = visitor.get(&section).await;
    let page = press(&visitor, &page, &mut section_form(&page), "Add a row to Result 1").await;
    let fresh = page.page().all("table.grid [autofocus]").len();
    assert_eq!(fresh, 1, "the new row has the cursor");
    let mut form = section_form(&page);
    form.set(&cell(&page, "Result 1, Metric 2, Metric"), "f1");
    form.set(&cell(&page, "Result 1, Metric 2, Value"), "0.8");
    let page = save(&visitor, &page, &form).await;
    let metric = "      value: 0.912\r\n    - type: f1\r\n      value: 0.8\r\n";
    let with_metric = before().replace("      value: 0.912\r\n", metric);
    assert_eq!(file(&visitor, &card).await, with_metric);

    let page = press(&visitor, &page, &mut section_form(&page), "Add another result").await;
    let mut form = section_form(&page);
    // Left blank it is not there.
    save(&visitor, &page, &form.clone()).await;
    assert_eq!(file(&visitor, &card).await, with_metric);
    for (label, text) in [
        ("Result 3, Task", "image-classification"),
        ("Result 3, Dataset", "Ponds"),
        ("Result 3, Metric 1, Value", "0.7"),
    ] {
        form.set(&cell(&page, label), text);
    }
    let version = visitor.get(&section).await;
    form.set("version", section_form(&version).value("version").expect("a version"));
    let page = save(&visitor, &page, &form).await;
    let with_both = file(&visitor, &card).await;
    assert!(
        with_both.contains("  - task:\r\n      type: image-classification\r\n    dataset:\r\n      name: Ponds\r\n    metrics:\r\n    - value: 0.7\r\n---"),
        "{with_both}"
    );

    // A metric goes alone where its result has others, and with its result where it has not.
    let page = press(&visitor, &page, &mut section_form(&page), "Remove Result 1, Metric 2").await;
    let removed = visitor
        .submit(&page, section_form(&page).press("Remove Result 3"))
        .await;
    let address = removed.location();
    let (_, list) = address.split_once('#').expect("where the row was");
    let page = visitor.follow(removed).await;
    assert_eq!(page.page().all(&format!("#{list}[tabindex]")).len(), 1, "{address}");
    assert_eq!(file(&visitor, &card).await, before());
    let mut undo = page
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    press(&visitor, &page, &mut undo, "Undo").await;
    assert!(file(&visitor, &card).await.contains("name: Ponds"));
}

#[tokio::test]
async fn results_begin_in_a_blank_table() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let source = "---\nlicense: mit\n---\n# Otter\n";
    let card = visitor.card("README.md", source.as_bytes()).await;
    let section = format!("{card}/sections/metadata");
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    save(&visitor, &page, &form.clone()).await;
    assert_eq!(file(&visitor, &card).await, source);
    let page = visitor.get(&section).await;
    form.set("version", section_form(&page).value("version").expect("a version"));
    form.set(&cell(&page, "Model"), "otter");
    form.set(&cell(&page, "Result 1, Dataset type"), "lakes");
    form.set(&cell(&page, "Result 1, Metric 1, Metric"), "recall");
    form.set(&cell(&page, "Result 1, Metric 1, Value"), "0.9");
    save(&visitor, &page, &form).await;
    let index = "model-index:\n- name: otter\n  results:\n  - dataset:\n      type: lakes\n    metrics:\n    - type: recall\n      \
                 value: 0.9\n";
    let expected = source.replace("mit\n", &format!("mit\n{index}"));
    assert_eq!(file(&visitor, &card).await, expected);
}

#[tokio::test]
async fn what_is_no_table_is_edited_as_json_and_keeps_its_bytes() {
    let odd = [
        "model-index:\n- name: a\n",
        "model-index:\n- name: a\n  results: []\n- results:\n  - metrics:\n    - {type: f1, value: 1, type: f2}\n",
        "model-index:\n- name: a\n  results:\n  - task: {name: b, type: c}\n    metrics:\n    - types: [wer, cer]\n      values: [1, 2]\n",
        "model-index:\n- name: a\n  results:\n  - tasks:\n    - name: b\n      metrics: [{type: c, value: 0.10}]\n",
        "model-index:\n- name: a\n  results: {task: b}\n",
        "model-index:\n- name: a\n  results:\n  - metrics: {f1: 0.50}\n    dataset: lakes\n    task:\n",
        "model-index:\n- name: |\n    two\n    lines\n  results:\n  - null\n",
        "model-index:\n- a\n- b\n",
        "model-index: otter\n",
        "model-index:\n- name: a\n  results:\n  - dataset: {args: {date: 2022, more: [1]}}\n    metrics: [{type: f1, verified: true, value: {low: 1, high: 2}}]\n",
    ];
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for odd in odd {
        let source = format!("---\nlicense: mit\n{odd}---\n# Otter\n");
        let card = visitor.card("README.md", source.as_bytes()).await;
        let section = format!("{card}/sections/metadata");
        let page = visitor.get(&section).await;
        save(&visitor, &page, &section_form(&page)).await;
        assert_eq!(file(&visitor, &card).await, source);
        // An edit elsewhere in the section leaves it alone.
        let page = visitor.get(&section).await;
        let mut form = section_form(&page);
        let licence = form.control_showing("mit").expect("the licence").to_owned();
        save(&visitor, &page, form.set(&licence, "apache-2.0")).await;
        assert_eq!(file(&visitor, &card).await, source.replace("mit", "apache-2.0"));
    }
}

#[tokio::test]
async fn saving_the_results_of_real_cards_changes_nothing() {
    let Some(cards) = corpus(&["hf-readme"]) else {
        return;
    };
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let has_results = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("model-index:");
    let (mut seen, mut tables) = (0, 0);
    for sample in cards.into_iter().filter(|sample| has_results(&sample.bytes)) {
        let card = visitor.card(&sample.name, &sample.bytes).await;
        let section = format!("{card}/sections/metadata");
        if !visitor.sections(&card).await.contains(&section) {
            continue;
        }
        let page = visitor.get(&section).await;
        tables += page.page().all("table.tight").len();
        save(&visitor, &page, &section_form(&page)).await;
        let download = visitor.download(&card, "hugging-face").await;
        assert!(download == sample.bytes, "{} was changed", sample.name);
        seen += 1;
    }
    assert!(seen > 15 && tables > 15, "{tables} tables in {seen} cards");
}
