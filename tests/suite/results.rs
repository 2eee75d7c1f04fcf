//! Results out of files, by group, as charts, and in the files of others.

use std::fmt::Write as _;
use std::time::Instant;

use cartellino::card::Value;
use cartellino::format;
use reqwest::StatusCode;

use crate::editing::{press, save, section_form};
use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Upload, Visitor, card_of};

/// The field of the metric table.
const RESULTS: &str = "quantitative-analyses.performance_metrics";

/// A blank card with all questions; the address of its section for results.
async fn section(visitor: &Visitor) -> String {
    let home = visitor.get("/").await;
    let mut form = home.page().find_form(|form| form.value("outline").is_some());
    form.set("outline", "full");
    let answer = visitor.post_multipart(&form.action, &form, None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    format!("{}/sections/quantitative-analyses", card_of(&answer.location()))
}

/// The form that takes results, on whichever page it stands.
fn results_form(page: &Answer) -> Form {
    page.page().find_form(|form| form.action.ends_with("/results"))
}

/// Sends a file with the form of the page for results, as it is.
async fn send(visitor: &Visitor, section: &str, bytes: &[u8]) -> Answer {
    let page = visitor.get(&format!("{section}/results")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let mut form = results_form(&page);
    form.press("Show the rows");
    let file = Upload {
        name: "results.csv",
        bytes,
    };
    visitor.post_multipart(&form.action.clone(), &form, Some(file)).await
}

/// Presses the button that keeps the rows of a preview; the page that follows.
async fn keep(visitor: &Visitor, preview: &Answer, change: impl Fn(&mut Form)) -> Answer {
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.page().main());
    let mut form = results_form(preview);
    change(&mut form);
    let answer = visitor.submit(preview, form.press("Keep")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    visitor.follow(answer).await
}

/// The rows of the metric table as the card's own JSON has them.
async fn rows(visitor: &Visitor, section: &str) -> Vec<Value> {
    let (card, _) = section.split_once("/sections/").unwrap();
    let file = visitor.download(card, "cartellino").await;
    match format::read(&file).unwrap().card.value(RESULTS) {
        Some(Value::List(rows)) => rows.clone(),
        _ => Vec::new(),
    }
}

/// 48 rows: three metrics on two datasets for everybody and seven groups. One value cannot be.
pub fn story() -> String {
    let mut csv = "metric,dataset,group,value,ci_low,ci_high\n".to_owned();
    let groups = [
        "all",
        "sex=F",
        "sex=M",
        "age>70",
        "age<=70",
        "sex=F & age>70",
        "sex=M & age>70",
        "sex=F & age<=70",
    ];
    for (place, metric) in ["accuracy", "recall", "Brier score"].iter().enumerate() {
        for dataset in ["Lakes 2024", "Lakes 2025"] {
            for (index, group) in groups.iter().enumerate() {
                let value = match (*metric, dataset, *group) {
                    ("accuracy", "Lakes 2025", "age>70") => 1.2,
                    ("Brier score", ..) => 0.02 + 0.001 * index as f64,
                    _ => 0.95 - 0.01 * index as f64 - 0.1 * place as f64,
                };
                let _ = writeln!(
                    csv,
                    "{metric},{dataset},{group},{value:.3},{:.3},{:.3}",
                    value - 0.01,
                    value + 0.01
                );
            }
        }
    }
    csv
}

/// How often a member of this name stands in a value, at any depth.
fn count(value: &Value, name: &str) -> usize {
    match value {
        Value::List(items) => items.iter().map(|item| count(item, name)).sum(),
        Value::Group(members) => {
            let here = members.iter().filter(|(key, _)| key == name).count();
            here + members.iter().map(|(_, value)| count(value, name)).sum::<usize>()
        }
        _ => 0,
    }
}

#[tokio::test]
async fn story_6_figures_and_numbers_by_group() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let card = section.split_once("/sections/").unwrap().0.to_owned();
    let page = anna.get(&section).await;
    assert!(page.page().links().contains(&format!("{section}/results")));

    // The columns are chosen by their names; one impossible value is marked and kept.
    let preview = send(&anna, &section, story().as_bytes()).await;
    let form = results_form(&preview);
    let chosen: Vec<String> = (0..6)
        .filter_map(|index| form.value(&format!("role.{index}")).map(str::to_owned))
        .collect();
    assert_eq!(chosen, ["metric", "dataset", "group", "value", "lower", "upper"]);
    let main = preview.page().main();
    assert!(main.contains("48 rows out of a table with commas"), "{main}");
    assert!(
        main.contains("One row looks odd") && main.contains("above 1, but accuracy lies between 0 and 1"),
        "{main}"
    );
    assert!(
        main.contains(
            "recall, Lakes 2024: 7 groups, from 0.780 (sex=F & age<=70) to 0.840 (sex=F); all together 0.850"
        ),
        "{main}"
    );
    assert_eq!(
        rows(&anna, &section).await.len(),
        0,
        "nothing is kept before it was seen"
    );

    let page = keep(&anna, &preview, |form| {
        form.set("chart", "bars by group");
    })
    .await;
    let main = page.page().main();
    assert!(main.contains("48 rows from your file: Results."), "{main}");
    assert_eq!(rows(&anna, &section).await.len(), 48);

    // The server drew it, with its words and its numbers.
    let drawn = page.page();
    assert_eq!(drawn.all("figure.chart svg[role=img] > title").len(), 1);
    let words = drawn.texts("figure.chart desc").join(" ");
    assert!(
        words.contains("accuracy, Lakes 2024: 8 values, from 0.880 (sex=F & age<=70) to 0.950 (all)"),
        "{words}"
    );
    assert_eq!(drawn.all("figure.chart tbody tr").len(), 48);
    for path in ["preview", "download/html"] {
        let text = anna.get(&format!("{card}/{path}")).await;
        assert_eq!(text.page().all("figure.chart svg").len(), 1, "{path}");
        assert!(!text.text().contains(" style=\""), "{path}");
    }

    // Every value reaches the hub, with the name of its dataset.
    let readme = anna.download(&card, "hugging-face").await;
    let reading = format::read(&readme).unwrap();
    let index = reading
        .card
        .value("metadata.model_index")
        .unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&readme)));
    assert_eq!(count(index, "value"), 48);
    let text = String::from_utf8(readme).unwrap();
    assert!(
        text.contains("name: Lakes 2025") && text.contains("recall, sex=F & age>70"),
        "{text}"
    );
    assert!(
        text.contains("| Metric | Value | From | To | Dataset | Group |"),
        "{text}"
    );
    let blocking: Vec<_> = reading
        .report()
        .into_iter()
        .filter(|reported| reported.finding.severity.name() == "must be mended")
        .collect();
    assert!(blocking.is_empty(), "{blocking:?}");

    // It is an edit like any other.
    let mut undo = page
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    anna.submit(&page, undo.press("Undo")).await;
    assert_eq!(rows(&anna, &section).await.len(), 0);
}

#[tokio::test]
async fn results_are_shown_as_a_chart_by_a_button_below_them() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let page = anna.get(&section).await;
    assert_eq!(page.page().all("#show-as").len(), 0, "there is nothing to draw");
    let preview = send(
        &anna,
        &section,
        b"metric;value;group\nrecall;0,90;\nrecall;0,80;sex=F\n",
    )
    .await;
    let page = keep(&anna, &preview, |_| {}).await;
    assert_eq!(page.page().all("figure.chart").len(), 0);
    for (kind, charts) in [("bars by group", 1), ("bars by group", 1), ("bars", 2)] {
        let page = anna.get(&section).await;
        let mut form = section_form(&page);
        let page = press(&anna, &page, form.set("show-as", kind), "Draw the chart").await;
        assert_eq!(
            page.page().all("figure.chart svg[role=img] > title").len(),
            charts,
            "{kind}"
        );
    }
    assert_eq!(rows(&anna, &section).await.len(), 2, "the results stay as they are");
    // What is no chart of results is not made one.
    let page = anna.get(&section).await;
    let mut form = section_form(&page);
    let page = press(&anna, &page, form.set("show-as", "<b>"), "Draw the chart").await;
    assert_eq!(page.page().all("figure.chart").len(), 2);
}

#[tokio::test]
async fn rows_are_added_or_replace_those_that_are_there() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let preview = send(&anna, &section, b"metric;value\nrecall;0,90\n").await;
    keep(&anna, &preview, |_| {}).await;
    let report = br#"{"cat": {"precision": 0.5, "support": 10}, "accuracy": 0.75}"#;
    let preview = send(&anna, &section, report).await;
    assert!(
        preview.page().main().contains("Results has 1 row now"),
        "{}",
        preview.page().main()
    );
    keep(&anna, &preview, |_| {}).await;
    let value = |row: &Value| {
        row.member("value")
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_owned()
    };
    let values: Vec<String> = rows(&anna, &section).await.iter().map(value).collect();
    assert_eq!(values, ["0.90", "0.5", "10", "0.75"]);
    let preview = send(&anna, &section, b"metric,value\nf1,0.3\n").await;
    keep(&anna, &preview, |form| {
        form.set("mode", "replace");
    })
    .await;
    assert_eq!(
        rows(&anna, &section).await.iter().map(value).collect::<Vec<_>>(),
        ["0.3"]
    );
}

#[tokio::test]
async fn columns_are_chosen_anew_and_a_text_is_mended_in_the_page() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let preview = send(&anna, &section, b"a,b,c\nx,0.5,k\ny,0.7,k\n").await;
    let mut form = results_form(&preview);
    form.set("role.0", "group")
        .set("role.1", "value")
        .set("role.2", "metric");
    form.set("text", "a,b,c\nx,0.55,k\ny,0.7,k\n");
    let preview = anna.submit(&preview, form.press("Show the rows again")).await;
    keep(&anna, &preview, |_| {}).await;
    let rows = rows(&anna, &section).await;
    assert_eq!(rows.len(), 2);
    let text = |name: &str| {
        rows[0]
            .member(name)
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!([text("type"), text("value"), text("slice")], ["k", "0.55", "x"]);
}

#[tokio::test]
async fn hostile_files_are_explained_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let million = "a,1\n".repeat(1_000_000);
    let thousands = "a,x\n".repeat(9_999);
    let cases: [(&[u8], &str); 7] = [
        (million.as_bytes(), "larger than 2 MiB"),
        (thousands.as_bytes(), "9999 lines"),
        (b"metric,value\nrecall,\"0.9\nf1,1\n", "line 2"),
        (b"metric,value\nrecall,0\0.9\n", "zero bytes"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG image"),
        (b"", "no text pasted"),
        (b"{\"a\": [1, }", "Line 1: A value"),
    ];
    for (bytes, words) in cases {
        let answer = send(&anna, &section, bytes).await;
        assert!(answer.status.is_client_error(), "{words}: {}", answer.status);
        let main = answer.page().main();
        assert!(main.contains(words), "{words}: {main}");
        if answer.status != StatusCode::PAYLOAD_TOO_LARGE {
            assert!(answer.page().texts("title")[0].starts_with("Error:"), "{words}");
            assert!(
                !results_form(&answer).files.is_empty(),
                "{words}: it can be tried again"
            );
        }
    }
    // What was pasted stands there again.
    let page = anna.get(&format!("{section}/results")).await;
    let mut form = results_form(&page);
    form.set("text", "metric,value\nrecall,\"0.9\n");
    let answer = anna.submit(&page, form.press("Show the rows")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.page().textarea("text").unwrap().contains("recall,\"0.9"));
    // A formula is a text, and a script is none.
    let preview = send(
        &anna,
        &section,
        b"metric,value,group\n=cmd|' /C calc'!A0,0.5,<script>alert(1)</script>\n",
    )
    .await;
    assert!(!preview.text().contains("<script>alert"), "{}", preview.text());
    let page = keep(&anna, &preview, |form| {
        form.set("chart", "bars by group");
    })
    .await;
    assert!(!page.text().contains("<script>alert"), "{}", page.text());
    let rows = rows(&anna, &section).await;
    assert_eq!(rows[0].member("type"), Some(&Value::text("=cmd|' /C calc'!A0")));
}

#[tokio::test]
async fn a_column_that_is_no_value_makes_no_rows() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let preview = send(&anna, &section, b"metric,value\nrecall,0.9\n").await;
    let mut form = results_form(&preview);
    form.set("role.0", "value");
    let twice = anna.submit(&preview, form.clone().press("Keep")).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        twice.page().main().contains("Two columns are said to be “Value”"),
        "{}",
        twice.page().main()
    );
    form.set("role.0", "leave").set("role.1", "leave");
    let answer = anna.submit(&preview, form.press("Keep")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.page().main().contains("Say which column holds the value"),
        "{}",
        answer.page().main()
    );
    assert_eq!(rows(&anna, &section).await.len(), 0);
}

#[tokio::test]
async fn five_hundred_rows_are_lines_of_a_table_that_saves_soon() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let mut csv = "metric,value,ci_low,ci_high,dataset,group,n\n".to_owned();
    for row in 0..500 {
        let _ = writeln!(csv, "recall,0.{row:03},0.0,1.0,Lakes,group={row},{row}");
    }
    let preview = send(&anna, &section, csv.as_bytes()).await;
    keep(&anna, &preview, |_| {}).await;
    let before = rows(&anna, &section).await;
    let began = Instant::now();
    let page = anna.get(&section).await;
    let shown = began.elapsed();
    assert_eq!(page.page().all("table.grid tbody tr").len(), 500);
    assert!(page.bytes.len() < 900_000, "{} bytes", page.bytes.len());
    // As it is: nothing changes.
    let form = section_form(&page);
    let began = Instant::now();
    let page = save(&anna, &page, &form).await;
    let saved = began.elapsed();
    assert!(rows(&anna, &section).await == before, "saving changed the rows");
    assert!(
        shown.as_secs() < 5 && saved.as_secs() < 10,
        "shown in {shown:?}, saved in {saved:?}"
    );
    println!(
        "500 rows: {} bytes, shown in {shown:?}, saved in {saved:?}",
        page.bytes.len()
    );

    // One cell, one row less, one row up, one more.
    let mut form = section_form(&page);
    let cell = form.control_showing("0.499").unwrap().to_owned();
    form.set(&cell, "0.5");
    let page = press(&anna, &page, &mut form, "Remove metric 1").await;
    let after = rows(&anna, &section).await;
    assert_eq!(after.len(), 499);
    assert_eq!(after[498].member("value"), Some(&Value::text("0.5")));
    assert_eq!(after[..498], before[1..499]);
    let page = press(&anna, &page, &mut section_form(&page), "Move metric 2 up").await;
    assert_eq!(rows(&anna, &section).await[0], before[2]);
    let page = press(&anna, &page, &mut section_form(&page), "Add another metric").await;
    let mut form = section_form(&page);
    let fresh = form
        .texts
        .iter()
        .find(|name| form.value(&format!("{name}~n")).is_some() || name.contains(".499."))
        .unwrap()
        .clone();
    form.set(&fresh, "precision");
    save(&anna, &page, &form).await;
    let after = rows(&anna, &section).await;
    assert_eq!(
        (after.len(), after[499].member("type")),
        (500, Some(&Value::text("precision")))
    );
}

#[tokio::test]
async fn a_section_without_results_has_no_such_page() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let other = section.replace("quantitative-analyses", "factors");
    assert_eq!(
        anna.get(&format!("{other}/results")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn rows_for_which_there_is_no_room_come_back_to_be_kept_later() {
    let app = TestApp::start_with(&["--max-upload-bytes", "50000", "--session-max-bytes", "60000"]).await;
    let anna = app.visitor();
    let section = section(&anna).await;
    let mut csv = "metric,value,group\n".to_owned();
    for row in 0..900 {
        let _ = writeln!(csv, "recall,0.5,a long name of a group {row}");
    }
    let preview = send(&anna, &section, csv.as_bytes()).await;
    let mut form = results_form(&preview);
    let answer = anna.submit(&preview, form.press("Keep")).await;
    assert!(
        answer.status.is_client_error() || answer.status.as_u16() == 507,
        "{}",
        answer.status
    );
    assert!(
        answer.page().main().contains("this server keeps"),
        "{}",
        answer.page().main()
    );
    assert!(
        answer
            .page()
            .textarea("text")
            .unwrap()
            .contains("a long name of a group 899")
    );
    assert_eq!(rows(&anna, &section).await.len(), 0);
}
