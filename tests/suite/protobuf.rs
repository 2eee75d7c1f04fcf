//! Binary cards on the whole way: upload, every page, an edit, the download.

use reqwest::StatusCode;

use crate::download::own_format;
use crate::editing::{save, section_form};
use crate::harness::{TestApp, Visitor, card_of};

/// A record of protobuf's binary notation: field number and payload, shorter than 128 bytes.
fn record(number: u8, payload: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, payload.len() as u8], payload].concat()
}

/// An invented card with a picture's worth of odd bytes: a field without a name, and one that is no text.
fn binary_card(name: &str) -> Vec<u8> {
    let details = [record(1, name.as_bytes()), record(4, &record(1, b"Lake lab"))].concat();
    let further = record(
        9,
        &[record(1, &record(1, b"Season")), record(2, b"\xff\xfe\x00")].concat(),
    );
    [record(1, &details), further].concat()
}

async fn open_everything(visitor: &Visitor, card: &str) {
    for page in ["/import", "", "/preview", "/changes", "/download", "/delete"] {
        let opened = visitor.get(&format!("{card}{page}")).await;
        assert_eq!(opened.status, StatusCode::OK, "{page}: {}", opened.text());
    }
    for section in visitor.sections(card).await {
        let opened = visitor.get(&section).await;
        assert_eq!(opened.status, StatusCode::OK, "{section}: {}", opened.text());
    }
}

#[tokio::test]
async fn a_binary_card_is_uploaded_edited_and_downloaded() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let bytes = binary_card("Lake ice watcher");
    let answer = visitor.upload("model_card.proto", &bytes).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let card = card_of(&answer.location());
    let report = visitor.get(&format!("{card}/import")).await.page().main();
    assert!(
        report.contains("protobuf (binary)") && report.contains("no published schema"),
        "{report}"
    );
    open_everything(&visitor, &card).await;
    assert_eq!(own_format(&visitor, &card).await, "model-card-toolkit-proto");
    assert!(visitor.download(&card, "model-card-toolkit-proto").await == bytes);
    let answer = visitor.get(&format!("{card}/download/model-card-toolkit-proto")).await;
    assert_eq!(answer.header("content-type"), "application/protobuf");
    assert!(answer.header("content-disposition").contains(".proto\""));
    let page = visitor.get(&format!("{card}/sections/model-details")).await;
    let mut form = section_form(&page);
    let name = form.control_showing("Lake ice watcher").expect("the name").to_owned();
    save(&visitor, &page, form.set(&name, "Pond ice watcher")).await;
    let download = visitor.download(&card, "model-card-toolkit-proto").await;
    assert!(download == binary_card("Pond ice watcher"), "{download:?}");
    assert!(visitor.get(&format!("{card}/original")).await.bytes == bytes);
    open_everything(&visitor, &card).await;
    let text = String::from_utf8(visitor.download(&card, "model-card-toolkit-pbtxt").await).expect("UTF-8");
    assert!(text.contains("  name: \"Pond ice watcher\"\n"), "{text}");
}

#[tokio::test]
async fn a_damaged_binary_card_is_explained_and_no_box_is_offered() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut bytes = binary_card("Lake ice watcher");
    bytes.pop();
    let answer = visitor.upload("model_card.proto", &bytes).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.page();
    assert!(page.main().contains("in the middle of field 9"), "{}", page.main());
    assert!(page.all("textarea").is_empty());
}

#[tokio::test]
async fn a_card_without_odd_bytes_is_no_page_of_text() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let details = [record(1, b"Lake ice watcher"), record(2, b"Looks at ice")].concat();
    let whole = record(1, &details);
    // Two pieces of one message are one message.
    let pieces = [
        record(1, &record(1, b"Lake ice watcher")),
        record(1, &record(2, b"Looks at ice")),
    ]
    .concat();
    for bytes in [&whole, &pieces] {
        let answer = visitor.upload("model_card.pb", bytes).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let card = card_of(&answer.location());
        assert!(visitor.download(&card, "model-card-toolkit-proto").await == **bytes);
        let page = visitor.get(&format!("{card}/sections/model-details")).await;
        let form = section_form(&page);
        assert!(form.control_showing("Lake ice watcher").is_some() && form.control_showing("Looks at ice").is_some());
    }
    let answer = visitor.upload("model_card.pb", &whole[..whole.len() - 2]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = answer.page().main();
    assert!(
        told.contains("(at byte 2 of 32)") && told.contains("copied as a whole"),
        "{told}"
    );
}
