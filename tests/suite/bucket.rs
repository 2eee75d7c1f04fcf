//! Files in a bucket, by a real server that speaks S3: several programs share it, and what visitors see when it is gone.

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::StatusCode;

use crate::figures::{add, added, plot};
use crate::harness::program::Program;
use crate::harness::s3::S3;
use crate::postgres;

/// The bucket's variables with more beside them.
fn with<'v>(bucket: &'v [(&'static str, String)], more: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    let bucket = bucket.iter().map(|(name, value)| (*name, value.as_str()));
    bucket.chain(more.iter().copied()).collect()
}

/// How many files are in the bucket.
fn files(server: &S3) -> usize {
    let mut folders = vec![server.bucket()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                // The server's own notes begin with a dot.
                _ => count += usize::from(!entry.file_name().to_string_lossy().starts_with('.')),
            }
        }
    }
    count
}

/// The section of a card that comes first.
async fn first_section(visitor: &crate::harness::Visitor, card: &str) -> String {
    visitor.sections(card).await.remove(0)
}

#[tokio::test]
async fn servers_on_other_machines_find_each_others_files() {
    let Some(database) = postgres::new_database() else {
        return;
    };
    let bucket = S3::start();
    let variables = bucket.variables();
    let more = [
        ("DATABASE_URL", database.as_str()),
        ("SESSION_SECRET", "the same on all servers of one database, long enough"),
    ];
    let variables = with(&variables, &more);
    // Each has a folder of its own, as on a machine of its own.
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [one, other] = folders
        .each_ref()
        .map(|folder| Program::start(folder.path(), &variables));
    let here = one.visitor();
    let there = here.at(&other.origin);
    let card = here
        .card("otter.json", br#"{"model": "otter", "river": {"depth": "1.5 m"}}"#)
        .await;
    let section = first_section(&there, &card).await;
    added(&there, &section, &plot(90)).await;
    assert_eq!(files(&bucket), 2, "the upload and the picture");

    let original = here.get(&format!("{card}/original")).await;
    assert_eq!(original.bytes, br#"{"model": "otter", "river": {"depth": "1.5 m"}}"#);
    let page = here.get(&section).await.page();
    let picture = page.all("img[src*='/files/']")[0].attr("src").unwrap().to_owned();
    let shown = [here.get(&picture).await, there.get(&picture).await];
    assert!(
        shown
            .iter()
            .all(|shown| shown.status == StatusCode::OK && shown.bytes.starts_with(b"\x89PNG"))
    );
    assert!(shown[0].bytes == shown[1].bytes);
    assert_eq!(other.visitor().get(&picture).await.status, StatusCode::NOT_FOUND);

    let page = there.get("/session/delete").await;
    let gone = there
        .submit(&page, &page.page().find_form(|form| form.action.is_empty()))
        .await;
    assert!(
        gone.status.is_redirection() || gone.status == StatusCode::OK,
        "{}",
        gone.text()
    );
    assert_eq!(here.get(&picture).await.status, StatusCode::NOT_FOUND);
    assert_eq!(files(&bucket), 0, "what was deleted is nowhere");
    for folder in &folders {
        assert!(!folder.path().join("uploads").exists(), "nothing lies on the machine");
    }
}

#[tokio::test]
async fn while_the_bucket_is_away_nothing_is_lost_and_text_goes_on() {
    let mut bucket = S3::start();
    let folder = tempfile::tempdir().unwrap();
    let variables = bucket.variables();
    let server = Program::start(folder.path(), &with(&variables, &[]));
    let visitor = server.visitor();
    let card = visitor
        .card("otter.json", br#"{"model": "otter", "river": {"depth": "1.5 m"}}"#)
        .await;
    let section = first_section(&visitor, &card).await;
    added(&visitor, &section, &plot(90)).await;

    bucket.stop();
    // A new file is not taken as if it were kept.
    let refused = visitor.upload("seal.json", br#"{"model": "seal"}"#).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text());
    assert!(!refused.header("retry-after").is_empty());
    assert!(
        !visitor.get("/").await.text().contains("seal"),
        "and no card is there without its file"
    );
    // With a new picture the texts are saved, and only the picture is asked for once more.
    let told = add(&visitor, &section, ("plot.png", &plot(7)), "Depth", "It grows.").await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", told.text());
    assert!(
        told.text().contains("Choose it once more in a minute"),
        "{}",
        told.page().main()
    );
    // Readers would take a card without its picture for one that has none.
    for path in ["download/html", "download.zip"] {
        let answer = visitor.get(&format!("{card}/{path}")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
    // Whoever only writes sees nothing of it.
    let page = visitor.get(&section).await;
    assert_eq!(page.status, StatusCode::OK);
    let mut form = page
        .page()
        .find_form(|form| form.action.ends_with(&section) && form.fields.len() > 3);
    let (name, _) = form.fields.iter().find(|(_, value)| value == "otter").cloned().unwrap();
    form.set(&name, "sea otter");
    let saved = visitor.submit(&page, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.page().main());
    assert_eq!(visitor.get("/health/ready").await.status, StatusCode::OK);

    bucket.start_again();
    let html = visitor.get(&format!("{card}/download/html")).await;
    assert_eq!(html.status, StatusCode::OK);
    assert!(html.text().contains("sea otter") && html.text().contains("data:image/png"));
    assert_eq!(
        visitor.upload("seal.json", br#"{"model": "seal"}"#).await.status,
        StatusCode::SEE_OTHER
    );
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn nobody_waits_for_a_silent_bucket_but_who_needs_it() {
    let mut bucket = S3::start();
    let folder = tempfile::tempdir().unwrap();
    let variables = bucket.variables();
    let server = Program::start(folder.path(), &with(&variables, &[]));
    let (visitor, stranger) = (server.visitor(), server.visitor());
    bucket.fall_silent();
    let is_over = AtomicBool::new(false);
    let upload = async {
        let refused = stranger.upload("seal.json", br#"{"model": "seal"}"#).await;
        is_over.store(true, Ordering::Release);
        refused
    };
    // What is written goes on all the while: there is one writer, and it must not wait.
    let writing = async {
        let mut cards = 0;
        while !is_over.load(Ordering::Acquire) && cards < 20 {
            let mut form = visitor.upload_form().await;
            form.set("text", r#"{"model": "otter"}"#);
            let made = visitor.post_multipart("/cards", &form, None).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
            cards += 1;
        }
        assert!(
            !is_over.load(Ordering::Acquire),
            "the upload waited for the bucket meanwhile"
        );
    };
    let (refused, ()) = tokio::join!(upload, writing);
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text());
    assert_eq!(refused.header("set-cookie"), "", "nothing was begun");
}

#[test]
fn a_server_without_its_bucket_does_not_start_and_says_why() {
    let mut bucket = S3::start();
    let folder = tempfile::tempdir().unwrap();
    let refusal = |variables: &[(&str, &str)]| {
        let (code, words) = Program::refusal(folder.path(), variables);
        assert_eq!(code, 2, "{words}");
        assert!(words.contains("UPLOADS_URL"), "{words}");
        assert!(
            !words.contains("river") && !words.contains("guessed"),
            "secrets are not told: {words}"
        );
        words
    };
    let variables = bucket.variables();
    refusal(&with(&variables, &[("AWS_SECRET_ACCESS_KEY", "guessed")]));
    refusal(&with(&variables, &[("UPLOADS_URL", "s3://seals")]));
    refusal(&with(&variables, &[("UPLOADS_URL", "s3://No Bucket")]));
    bucket.stop();
    refusal(&with(&variables, &[]));
}
