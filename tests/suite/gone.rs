//! Deleted means gone: from every table, from every byte of the database's files, from the uploads.

use cartellino::db::cards::{self, NewCard, NewSection};
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use reqwest::StatusCode;

use crate::backends::open_session;
use crate::harness::{TestApp, Visitor};

/// Stands in everything that is deleted.
const MARKER: &str = "forget-me-entirely-9b1d";
/// Stands in what stays.
const KEPT: &str = "remember-me-4f7c";

/// Sends the form of a page that a condition fits, with these texts in it and the button pressed.
async fn send(visitor: &Visitor, path: &str, action: &str, button: &str, texts: &[(&str, &str)]) {
    let page = visitor.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
    let mut form = page.page().find_form(|form| {
        form.action.ends_with(action) && form.buttons.iter().any(|other| other.text.contains(button))
    });
    for (name, text) in texts {
        let name = match *name {
            "*" => form
                .fields
                .iter()
                .rfind(|(name, _)| name.starts_with("f.") && !name.contains('~'))
                .map(|(name, _)| name.clone())
                .expect("a box to write in"),
            name => name.to_owned(),
        };
        form.set(&name, text);
    }
    let answer = visitor.submit(&page, form.press(button)).await;
    assert!(
        answer.status.is_success() || answer.status.is_redirection(),
        "{button:?} on {path}: {} {}",
        answer.status,
        answer.page().main()
    );
}

/// A card with the word in its file's name and bytes, title, answers, history, and in a section that was removed.
async fn card_with(visitor: &Visitor, word: &str, length: usize) -> String {
    let long = format!("{word} ").repeat(length);
    let bytes = format!("{{\"name\": \"{word}\", \"{word} key\": \"{long}\", \"text\": \"{word}\"}}");
    let card = visitor.card(&format!("{word}.json"), bytes.as_bytes()).await;
    let text = format!("{card}/sections/text");
    for turn in 0..3 {
        let words = format!("{word} {turn} {}", "filling ".repeat(length * turn));
        send(visitor, &text, "/sections/text", "Save", &[("*", &words)]).await;
    }
    send(visitor, &text, "/sections/text", "Save", &[("*", "nothing")]).await;
    send(visitor, &card, "/sections", "Add", &[("title", word)]).await;
    let own = visitor.sections(&card).await.pop().expect("the section that was added");
    send(visitor, &own, &own, "Add field", &[("new-field", word)]).await;
    send(visitor, &own, &own, "Save", &[("*", &long)]).await;
    for section in [&own, &text] {
        crate::section_links::link_to(visitor, section).await;
    }
    send(visitor, &own, &own, "Delete the section", &[]).await;
    send(
        visitor,
        &card,
        &card,
        "Rename",
        &[("title", &format!("{word} renamed"))],
    )
    .await;
    card
}

/// Where the word stands: tables and files.
async fn traces(app: &TestApp, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for table in app.tables().await {
        let rows = app.rows_with(&table, word).await;
        if rows > 0 {
            found.push(format!("{rows} rows of {table}"));
        }
    }
    let mut folders = vec![app.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default();
            let times = bytes.windows(word.len()).filter(|window| *window == word.as_bytes());
            match times.count() {
                0 if !name.contains(word) => {}
                times => found.push(format!("{times} times in {name}")),
            }
        }
    }
    found
}

async fn assert_gone(app: &TestApp, when: &str) {
    let left = traces(app, MARKER).await;
    assert!(left.is_empty(), "{when}: {left:#?}");
    let kept = traces(app, KEPT).await;
    assert!(kept.len() > 3, "{when}, what should stay is in {kept:#?}");
}

/// Two visitors, whose cards are made in turns so that they share the pages of the database.
async fn crowd(app: &TestApp) -> (Visitor, Visitor, Vec<String>) {
    let (anna, boris) = (app.visitor(), app.visitor());
    let mut cards = Vec::new();
    for turn in 0..6 {
        cards.push(card_with(&anna, MARKER, 1 + turn * 37).await);
        card_with(&boris, KEPT, 1 + turn * 53).await;
    }
    let seen = traces(app, MARKER).await;
    assert!(seen.len() > 5, "the word is looked for in the right places: {seen:#?}");
    (anna, boris, cards)
}

#[tokio::test]
async fn r58_deleting_card_by_card_leaves_no_byte() {
    let app = TestApp::start().await;
    let (anna, _, cards) = crowd(&app).await;
    for card in &cards {
        send(&anna, &format!("{card}/delete"), "", "Delete the card", &[]).await;
    }
    assert_gone(&app, "after the last card").await;
}

#[tokio::test]
async fn r70_delete_my_data_leaves_no_byte() {
    let app = TestApp::start().await;
    let (anna, _, _) = crowd(&app).await;
    send(&anna, "/session/delete", "", "Delete everything", &[]).await;
    assert_gone(&app, "right after the answer").await;
}

#[tokio::test]
async fn r58_a_cleanup_leaves_no_byte() {
    let app = TestApp::start().await;
    let (_, boris, _) = crowd(&app).await;
    for _ in 0..31 {
        app.pass(TimeDelta::days(1));
        boris.get("/").await;
    }
    let counts = app.sweep().await;
    assert_eq!((counts.sessions, counts.failed), (1, 0));
    assert_gone(&app, "after the cleanup").await;
}

/// SQLite moves rows between pages and leaves copies in the gaps, where `secure_delete` does not see them.
#[tokio::test]
async fn r58_copies_of_rows_that_were_moved_are_gone_too() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    visitor
        .card("mine.json", format!("{{\"name\": \"{KEPT}\"}}").as_bytes())
        .await;
    let mut lengths = (0_usize..).map(|turn| [1, 4, 9, 40, 90, 2][turn * 7 % 6] * (1 + turn * 13 % 5));
    let mut next = move || lengths.next().unwrap_or_default();
    for number in 0..40_usize {
        let word = if number % 2 == 0 { MARKER } else { KEPT };
        let repeated = |times: usize| word.repeat(times);
        let card = NewCard {
            title: repeated(1 + next() % 9),
            format: "json".to_owned(),
            outline: "full".to_owned(),
            source: Some(repeated(next() * 3).into_bytes()),
            file_name: Some(word.to_owned()),
            once: None,
            sections: (0..9)
                .map(|section| NewSection {
                    key: format!("{section}{word}"),
                    title: word.to_owned(),
                    value: repeated(next()),
                })
                .collect(),
        };
        let values: Vec<String> = (0..60).map(|_| repeated(next())).collect();
        app.db
            .write(move |conn| {
                let now = app_time();
                let expiry = if number % 2 == 0 {
                    now
                } else {
                    now + TimeDelta::days(30)
                };
                let session = open_session(conn, &format!("key {number}"), now, expiry)?;
                let id = cards::create(conn, &session, &card, now)?;
                for (turn, value) in values.iter().enumerate() {
                    let key = format!("{}{word}", turn * 5 % 9);
                    let version = cards::section(conn, &session, &id, &key)?.version;
                    cards::save(conn, &session, &id, &key, version, value, now)?;
                }
                Ok(())
            })
            .await
            .expect("the cards are stored");
    }
    app.pass(TimeDelta::days(1));
    assert_eq!(app.sweep().await.sessions, 20);
    assert_gone(&app, "after the cleanup").await;
}

/// The time at which the application's clock stands at first.
fn app_time() -> NaiveDateTime {
    DateTime::from_timestamp(1_790_000_000, 0).expect("a time").naive_utc()
}

#[tokio::test]
async fn r58_what_a_reader_held_back_goes_with_the_next_cleanup() {
    let app = TestApp::start().await;
    let (anna, boris, _) = crowd(&app).await;
    // A backup that takes its time: it must go on seeing what it began with.
    let path = app.folder().join("cards.db");
    let mut reader = diesel::SqliteConnection::establish(&path.to_string_lossy()).expect("the file opens");
    reader
        .batch_execute("BEGIN; SELECT count(*) FROM model_cards")
        .expect("it reads");
    send(&anna, "/session/delete", "", "Delete everything", &[]).await;
    for table in app.tables().await {
        assert_eq!(app.rows_with(&table, MARKER).await, 0, "{table}");
    }
    assert!(!traces(&app, MARKER).await.is_empty(), "the reader holds it back");
    card_with(&boris, KEPT, 3).await;
    reader.batch_execute("COMMIT").expect("it ends");
    let counts = app.sweep().await;
    assert_eq!((counts.sessions, counts.failed), (0, 0));
    assert_gone(&app, "after the cleanup").await;
}

#[tokio::test]
async fn r58_on_postgres_no_table_has_it_and_after_a_cleanup_no_file_of_a_table() {
    let Some(app) = TestApp::start_on_postgres().await else {
        return;
    };
    let (anna, _, _) = crowd(&app).await;
    assert!(in_files_of_tables(&app, MARKER).await > 10);
    send(&anna, "/session/delete", "", "Delete everything", &[]).await;
    for table in app.tables().await {
        assert_eq!(app.rows_with(&table, MARKER).await, 0, "{table}");
    }
    app.sweep().await;
    assert_eq!(in_files_of_tables(&app, MARKER).await, 0);
    assert!(in_files_of_tables(&app, KEPT).await > 10);
}

/// How often the word stands in the files of PostgreSQL's tables and indexes; its log of writes is another matter.
async fn in_files_of_tables(app: &TestApp, word: &str) -> usize {
    app.execute("CHECKPOINT").await;
    let files = app.texts(
        "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(oid) AS t FROM pg_class
         WHERE relkind IN ('r', 't', 'i') AND relnamespace IN
             (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'pg_toast'))",
    );
    let files = files.await;
    assert!(files.len() > 10, "{files:?}");
    let count = |bytes: Vec<u8>| {
        bytes
            .windows(word.len())
            .filter(|window| *window == word.as_bytes())
            .count()
    };
    files
        .iter()
        .map(|file| count(std::fs::read(file).expect("the tests may read what their server writes")))
        .sum()
}
