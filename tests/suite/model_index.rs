//! The results of a README for the hub, as a table whose cells are places in its front matter.

use crate::cli::Desk;
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

/// A page whose table says another number than its metadata.
const OUT_OF_STEP: &str = "---\nlicense: mit\nmodel-index:\n- name: otter\n  results:\n  - task:\n      type: other\n    dataset:\n      name: \
                           Lakes\n      type: lakes\n    metrics:\n    - type: f1\n      value: 0.91\n    - type: recall\n      value: \
                           0.8\n---\n# Otter\n\n## Evaluation\n\n### Results\n\n| Metric | Value |\n|---|---|\n| F1 | 0.93 |\n| Recall | 80% \
                           |\n";

#[tokio::test]
async fn a_number_that_the_page_tells_otherwise_is_told_at_both_places_until_they_agree() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("README.md", OUT_OF_STEP.as_bytes()).await;
    let (index, table) = (
        format!("{card}/sections/metadata"),
        format!("{card}/sections/evaluation"),
    );

    // The report and the overview lead to the cell in the metadata and to the table.
    let page = visitor.get(&index).await;
    let name = cell(&page, "Result 1, Metric 1, Value");
    let id = page.page().all(&format!("[name='{name}']"))[0]
        .attr("id")
        .expect("an id")
        .to_owned();
    for place in [format!("{card}/import"), card.clone()] {
        let page = visitor.get(&place).await;
        let words = page.page().main();
        assert!(
            words.contains("0.91 here") && words.contains("0.93 here, and 0.91"),
            "{words}"
        );
        let links = page.page().links();
        assert!(links.contains(&format!("{index}#{id}")), "{place}: {links:?}");
        assert!(
            links.iter().any(|link| link.starts_with(&format!("{table}#"))),
            "{links:?}"
        );
    }
    let summary = page.page().links();
    assert!(summary.contains(&format!("#{id}")), "{summary:?}");
    let words = visitor.get(&table).await.page().main();
    assert!(words.contains("0.93 here, and 0.91"), "{words}");
    assert_eq!(
        file(&visitor, &card).await,
        OUT_OF_STEP,
        "nobody changes it but the visitor"
    );

    // Once it is corrected in one place nothing is told any more.
    let mut form = section_form(&page);
    form.set(&name, "0.93");
    save(&visitor, &page, &form).await;
    for place in [card.clone(), index, table] {
        let words = visitor.get(&place).await.page().main();
        assert!(!words.contains("out of date"), "{place}: {words}");
    }
    assert_eq!(file(&visitor, &card).await, OUT_OF_STEP.replace("0.91", "0.93"));
}

#[test]
fn the_command_line_tells_numbers_that_differ_and_converts_results_both_ways() {
    let desk = Desk::new();
    desk.put("README.md", OUT_OF_STEP.as_bytes());
    let ended = desk.run(&["check", "README.md"]);
    assert_eq!(ended.code, 1, "{}", ended.err);
    for words in ["0.91 here, for the hub, and 0.93 below", "0.93 here, and 0.91"] {
        assert!(ended.out.contains(words), "{}", ended.out);
    }
    desk.put("README.md", OUT_OF_STEP.replace("0.91", "0.93").as_bytes());
    assert_eq!(desk.run(&["check", "README.md"]).code, 0);
    for (format, value) in [
        ("cyclonedx-1.6", "\"value\": \"0.93\""),
        ("model-card-toolkit-0.0.2", "\"value\": \"0.93\""),
        ("sagemaker", "\"value\": 0.93"),
    ] {
        let ended = desk.run(&["convert", "README.md", "--to", format, "-o", "there.json"]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        let there = String::from_utf8(desk.read("there.json")).expect("UTF-8");
        assert!(there.contains(value), "{format}: {there}");
        let ended = desk.run(&["convert", "there.json", "--to", "hugging-face", "-o", "back.md"]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        let back = String::from_utf8(desk.read("back.md")).expect("UTF-8");
        assert!(back.contains("type: f1\n      value: 0.93\n"), "{format}: {back}");
        std::fs::remove_file(desk.path("there.json")).expect("to be there");
        std::fs::remove_file(desk.path("back.md")).expect("to be there");
    }
}

#[tokio::test]
async fn results_on_benchmarks_are_a_file_of_their_own() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let on_benchmark = OUT_OF_STEP.replace("type: lakes\n", "type: otters/lakes\n      config: lakes_hard\n");
    // A benchmark has one score; which of two it is nobody can tell.
    let card = visitor.card("README.md", on_benchmark.as_bytes()).await;
    let address = format!("{card}/download/eval-results");
    let offers = visitor.get(&format!("{card}/download")).await.page().links();
    assert!(!offers.contains(&address), "{offers:?}");
    let on_benchmark = on_benchmark.replace("    - type: recall\n      value: 0.8\n", "");
    let card = visitor.card("README.md", on_benchmark.as_bytes()).await;
    let offers = visitor.get(&format!("{card}/download")).await.page().links();
    assert!(offers.contains(&format!("{card}/download/eval-results")), "{offers:?}");
    let entry = "- dataset:\n    id: otters/lakes\n    task_id: lakes_hard\n  value: 0.91\n  notes: f1\n";
    let written = String::from_utf8(visitor.download(&card, "eval-results").await).expect("UTF-8");
    assert_eq!(written, entry);
    let losses = visitor.get(&format!("{card}/losses/eval-results")).await.page().main();
    assert!(
        losses.contains("Licence") && losses.contains("Results for the hub"),
        "{losses}"
    );

    let zip = visitor.get(&format!("{card}/download.zip")).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip.bytes)).expect("a ZIP");
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.expect("a name").into_owned())
        .collect();
    assert!(names.iter().any(|name| name == "README.md"), "{names:?}");
    let name = names
        .iter()
        .find(|name| name.starts_with(".eval_results/") && name.ends_with(".yaml"));
    let mut text = String::new();
    let mut file = zip.by_name(name.expect("a file of results")).expect("a file");
    std::io::Read::read_to_string(&mut file, &mut text).expect("text");
    assert_eq!(text, written);
    let read_again = visitor.card("results.yaml", written.as_bytes()).await;
    let report = visitor.get(&format!("{read_again}/import")).await.page().main();
    assert!(!report.contains("The hub wants"), "{report}");

    // Without a benchmark there is nothing to offer.
    let card = visitor.card("README.md", OUT_OF_STEP.as_bytes()).await;
    let offers = visitor.get(&format!("{card}/download")).await.page().links();
    assert!(
        !offers.iter().any(|offer| offer.ends_with("eval-results")),
        "{offers:?}"
    );
}
