use proptest::prelude::*;

use super::mapping::{Role, guess, rows};
use super::*;
use crate::json::to_text;

/// The rows of a text with the columns that are guessed, as JSON.
fn mapped(text: &str) -> Vec<String> {
    let sheet = read(text).unwrap_or_else(|error| panic!("{}: {text}", error.message));
    rows(&sheet, &guess(&sheet))
        .iter()
        .map(|row| to_text(&row.value))
        .collect()
}

#[test]
fn columns_are_known_by_their_names() {
    let found = mapped("metric,dataset,group,value,ci_low,ci_high\naccuracy,lakes 2,sex=F,0.94,0.92,0.96\n");
    assert_eq!(
        found,
        [
            r#"{"type": "accuracy", "value": "0.94", "confidence_interval": {"lower_bound": "0.92", "upper_bound": "0.96"}, "dataset": "lakes 2", "slice": "sex=F"}"#
        ]
    );
}

#[test]
fn semicolons_decimal_commas_and_marks_are_read_as_spreadsheets_write_them() {
    let bytes = "sep=;\r\nMetric;Wert;lower;Gr\u{f6}\u{df}e\r\n\"Recall; macro\";0,91;0,9;\"klein \"\"oder\"\"\"\r\nRecall;\"1,234\";;klein \"\r\n";
    let windows: Vec<u8> = bytes.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let text = text(&windows).unwrap();
    let found = mapped(&text);
    assert_eq!(found.len(), 2);
    assert!(
        found[0]
            .starts_with(r#"{"type": "Recall; macro", "value": "0.91", "confidence_interval": {"lower_bound": "0.9"}"#),
        "{}",
        found[0]
    );
    assert!(found[0].contains(r#"klein \"oder\""#), "{}", found[0]);
    // Beside `0,91` the comma before three digits is one of decimals, too.
    assert!(found[1].contains(r#""value": "1.234""#), "{}", found[1]);
    assert!(
        mapped("metric;value\nloss;1,234\n")[0].contains("1,234"),
        "alone it may be more than a thousand"
    );
}

#[test]
fn a_table_without_a_head_of_names_and_numbers_is_understood() {
    assert_eq!(
        mapped("accuracy,0.9\nf1,0.8\n"),
        [
            r#"{"type": "accuracy", "value": "0.9"}"#,
            r#"{"type": "f1", "value": "0.8"}"#
        ]
    );
    let quantiles = mapped("metric,value,2.5%,97.5%\nauc,0.9,0.8,0.95\n");
    assert!(
        quantiles[0].contains(r#""lower_bound": "0.8", "upper_bound": "0.95""#),
        "{}",
        quantiles[0]
    );
}

#[test]
fn a_wide_table_becomes_a_row_for_each_number() {
    let found = mapped("sex\tage\taccuracy\tF1 score\nF\t>70\t0.9\t0.8\nM\t\t0.95\t\n");
    assert_eq!(
        found,
        [
            r#"{"type": "accuracy", "value": "0.9", "slice": "sex=F & age>70"}"#,
            r#"{"type": "F1 score", "value": "0.8", "slice": "sex=F & age>70"}"#,
            r#"{"type": "accuracy", "value": "0.95", "slice": "sex=M"}"#,
        ]
    );
}

#[test]
fn json_of_the_usual_tools_is_known() {
    assert_eq!(
        mapped(r#"{"accuracy": 0.9, "note": "x"}"#),
        [r#"{"type": "accuracy", "value": "0.9"}"#]
    );
    let report = r#"{"cat": {"precision": 0.5, "support": 10.0}, "accuracy": 0.75, "macro avg": {"precision": 0.6}}"#;
    assert_eq!(
        mapped(report),
        [
            r#"{"type": "precision", "value": "0.5", "slice": "cat"}"#,
            r#"{"type": "support", "value": "10.0", "slice": "cat"}"#,
            r#"{"type": "accuracy", "value": "0.75"}"#,
            r#"{"type": "precision", "value": "0.6", "slice": "macro avg"}"#,
        ]
    );
    let lm_eval = r#"{"results": {"hellaswag": {"alias": "hellaswag", "acc,none": 0.51, "acc_stderr,none": 0.005}}, "versions": {"hellaswag": 1.0}}"#;
    assert_eq!(
        mapped(lm_eval),
        [
            r#"{"type": "acc", "value": "0.51", "dataset": "hellaswag"}"#,
            r#"{"type": "acc_stderr", "value": "0.005", "dataset": "hellaswag"}"#,
        ]
    );
    let mlflow = r#"{"info": {"run_id": "1"}, "data": {"metrics": [{"key": "auc", "value": 0.9, "step": 3}]}}"#;
    assert_eq!(mapped(mlflow), [r#"{"type": "auc", "value": "0.9", "step": "3"}"#]);
    let hub = r#"[{"dataset": {"id": "cais/hle", "task_id": "hle"}, "value": 12.5}]"#;
    assert!(mapped(hub)[0].contains(r#""dataset": "cais/hle""#), "{:?}", mapped(hub));
    assert_eq!(
        mapped("{\"metric\": \"a\", \"value\": 1}\n{\"metric\": \"b\", \"value\": 2}\n").len(),
        2
    );
}

#[test]
fn what_is_odd_is_said_and_kept() {
    let sheet = read(
        "metric,value,ci_low,ci_high\naccuracy,1.2,,\nBrier score,0.02,0.01,0.03\nrecall,,,\nf1,0.5,0.6,0.7\nauc,n/a,,",
    )
    .unwrap();
    let rows = rows(&sheet, &guess(&sheet));
    assert_eq!(rows.len(), 5);
    let is_odd: Vec<bool> = rows.iter().map(|row| !row.remarks.is_empty()).collect();
    assert_eq!(is_odd, [true, false, true, true, true], "{rows:?}");
    assert!(rows[0].remarks[0].to_string().contains("between 0 and 1"));
    assert!(to_text(&rows[0].value).contains("1.2"));
}

#[test]
fn refusals_say_what_and_where() {
    let message = |text: &str| {
        let error = read(text).unwrap_err();
        assert!(!error.advice.is_empty());
        error.message
    };
    assert!(message("metric,value\na,\"0.9\nb,1\n").to_string().contains("line 2"));
    assert!(
        message(&"a,x\n".repeat(1_000_000))
            .to_string()
            .contains("1000000 lines")
    );
    assert!(
        message(&format!("a,b\n{}\n", "1,".repeat(101)))
            .to_string()
            .contains("102 columns")
    );
    assert!(message("  \n ").to_string().contains("no text"));
    assert!(message("metric,value\n").to_string().contains("no row"));
    assert!(message("{\"a\": \"b\"}").to_string().contains("no numbers"));
    assert_eq!(
        read("{\"a\": 1\n\n").unwrap_err().position.map(|(line, _)| line > 0),
        Some(true)
    );
    assert!(
        super::text(b"a,b\n1,\0\n")
            .unwrap_err()
            .message
            .to_string()
            .contains("zero bytes")
    );
    assert!(
        super::text(&vec![b'a'; MOST_BYTES + 1])
            .unwrap_err()
            .message
            .to_string()
            .contains("2 MiB")
    );
}

#[test]
fn formulas_stay_text() {
    let found = mapped("metric,value,note\naccuracy,\"=HYPERLINK(\"\"http://x\"\")\",+1\naccuracy,0.5,@x\n");
    assert!(
        found[0].contains(r#""value": "=HYPERLINK(\"http://x\")""#),
        "{}",
        found[0]
    );
}

#[test]
fn roles_chosen_by_hand_decide() {
    let sheet = read("a,b,c\nx,0.5,k\n").unwrap();
    let rows = rows(&sheet, &[Role::Group, Role::Value, Role::Metric]);
    assert_eq!(
        to_text(&rows[0].value),
        r#"{"type": "k", "value": "0.5", "slice": "x"}"#
    );
    assert!(super::mapping::rows(&sheet, &[]).is_empty());
}

#[test]
fn a_table_of_markdown_is_one() {
    let sheet = table("| fpr | tpr |\n|:---|---:|\n| 0 | 0 |\n| 1 | 1 |\n").unwrap();
    assert_eq!(sheet.columns, ["fpr", "tpr"]);
    assert_eq!(sheet.rows, [["0", "0"], ["1", "1"]]);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[a-z0-9,;\\t\"|{}:.\\[\\]\\r\\n=-]{0,120}") {
        if let Ok(sheet) = read(&text) {
            prop_assert!(sheet.rows.iter().all(|row| row.len() == sheet.columns.len()));
            rows(&sheet, &guess(&sheet));
        }
    }

    #[test]
    fn what_is_quoted_comes_back(cells in prop::collection::vec("[a-z\",;\n]{1,8}", 4)) {
        let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let text = format!("metric,value\n{},{}\n{},{}", quote(&cells[0]), quote(&cells[1]), quote(&cells[2]), quote(&cells[3]));
        let sheet = read(&text).unwrap();
        let expected: Vec<Vec<String>> = cells.chunks(2).map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty())).collect();
        prop_assert_eq!(sheet.rows, expected);
    }
}
