//! Limits to what one session keeps: counted exactly, refused with a page, and never in the way of deleting.

use cartellino::db::cards::{self, NewCard, NewSection};
use cartellino::db::quota::{self, Full, Limit, Quota, Usage};
use cartellino::db::{DbConnection, Error, files};
use cartellino::session::SessionId;
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use reqwest::StatusCode;

use crate::backends::{Backend, open_session};
use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Visitor, fixture};

fn now() -> NaiveDateTime {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc()
}

fn card(sections: &[(&str, &str)]) -> NewCard {
    NewCard {
        title: "Größe".to_owned(),
        format: "json".to_owned(),
        outline: "full".to_owned(),
        source: Some(b"{\"a\": 1}".to_vec()),
        file_name: Some("ä.json".to_owned()),
        once: None,
        sections: sections
            .iter()
            .map(|(key, value)| NewSection {
                key: (*key).to_owned(),
                title: (*key).to_owned(),
                value: (*value).to_owned(),
            })
            .collect(),
    }
}

fn begin(conn: &mut DbConnection) -> Result<SessionId, Error> {
    open_session(conn, "key", now(), now() + TimeDelta::days(30))
}

/// Runs the steps one after the other, each within the quota and in a transaction of its own.
async fn within<T: Send + 'static>(
    backend: &Backend,
    session: &SessionId,
    quota: Quota,
    work: impl FnOnce(&mut DbConnection, &SessionId) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let session = session.clone();
    backend
        .db
        .write(move |conn| quota::within(conn, &session, quota, |conn| work(conn, &session)))
        .await
}

async fn usage(backend: &Backend, session: &SessionId) -> Usage {
    let session = session.clone();
    backend.db.run(move |conn| quota::usage(conn, &session)).await.unwrap()
}

fn bytes(most: i64) -> Quota {
    Quota {
        cards: None,
        bytes: Some(most),
    }
}

/// The counters against a count of every row.
async fn assert_exact(backend: &Backend, after: &str) {
    let size = "200 + octet_length(title) + octet_length(value)";
    let all = [
        ("cards", "SELECT count(*) AS n FROM model_cards".to_owned()),
        (
            "history_bytes",
            format!("SELECT CAST(COALESCE(sum({size}), 0) AS BIGINT) AS n FROM card_revisions"),
        ),
        (
            "content_bytes",
            format!(
                "SELECT CAST(COALESCE((SELECT sum({size}) FROM card_section_data), 0)
                     + COALESCE((SELECT sum(200 + octet_length(title) + COALESCE(octet_length(file_name), 0)
                                            + COALESCE(octet_length(source), 0)) FROM model_cards), 0)
                     + COALESCE((SELECT sum(200 + octet_length(name) + size) FROM files), 0) AS BIGINT) AS n"
            ),
        ),
    ];
    for (column, counted) in all {
        let kept = format!("SELECT CAST({column} AS BIGINT) AS n FROM sessions");
        assert_eq!(
            backend.count(&kept).await,
            backend.count(&counted).await,
            "{column} after {after} on {}",
            backend.name
        );
    }
}

#[tokio::test]
async fn every_change_is_counted_exactly() {
    for backend in Backend::all().await {
        let session = backend.db.write(begin).await.unwrap();
        let free = Quota::default();
        assert_eq!(usage(&backend, &session).await, Usage::default());
        let id = within(&backend, &session, free, |conn, session| {
            cards::create(conn, session, &card(&[("one", "1"), ("zwei", "zwölf ␀")]), now())
        });
        let id = id.await.unwrap();
        assert_exact(&backend, "creating").await;
        assert_eq!(usage(&backend, &session).await.cards, 1);

        type Step = fn(&mut DbConnection, &SessionId, &str) -> Result<(), Error>;
        let steps: [(&str, Step); 10] = [
            ("saving", |conn, session, id| {
                cards::save(conn, session, id, "one", 1, &"ü".repeat(5000), now()).map(drop)
            }),
            ("saving less", |conn, session, id| {
                cards::save(conn, session, id, "one", 2, "", now()).map(drop)
            }),
            ("adding", |conn, session, id| {
                let section = card(&[("drei", "3")]).sections.remove(0);
                cards::add_section(conn, session, id, &section, now())
            }),
            ("renaming a section", |conn, session, id| {
                cards::rename_section(conn, session, id, "drei", "vier", "viertens", now())
            }),
            ("removing", |conn, session, id| {
                cards::remove_section(conn, session, id, "vier", now())
            }),
            ("putting back", |conn, session, id| {
                cards::restore_section(conn, session, id, "vier", now())
            }),
            ("retitling", |conn, session, id| {
                cards::retitle(conn, session, id, "Ein längerer Titel", now())
            }),
            ("duplicating", |conn, session, id| {
                cards::duplicate(conn, session, id, "copy", &[], None, now()).map(drop)
            }),
            ("a file", |conn, session, id| {
                let file = files::FileRow {
                    id: "file".to_owned(),
                    card_id: id.to_owned(),
                    section_key: None,
                    name: "x.png".to_owned(),
                    media_type: "image/png".to_owned(),
                    size: 12_345,
                    sha256: String::new(),
                    created_at: now(),
                    removed_at: None,
                };
                files::create(conn, session, &file)
            }),
            ("many versions", |conn, session, id| {
                for version in 3..80 {
                    cards::save(conn, session, id, "one", version, &version.to_string(), now())?;
                }
                Ok(())
            }),
        ];
        for (name, step) in steps {
            let id = id.clone();
            let done = within(&backend, &session, free, move |conn, session| step(conn, session, &id));
            done.await.unwrap();
            assert_exact(&backend, name).await;
        }
        let largest = {
            let session = session.clone();
            backend
                .db
                .run(move |conn| quota::largest_cards(conn, &session, 5))
                .await
        };
        let largest = largest.unwrap();
        let sum: i64 = largest.iter().map(|card| card.bytes).sum();
        assert_eq!(sum, usage(&backend, &session).await.bytes(), "{}", backend.name);
        assert!(largest.len() == 2 && largest[0].bytes >= largest[1].bytes);

        for gone in largest {
            let done = within(&backend, &session, free, move |conn, session| {
                cards::delete(conn, session, &gone.id)
            });
            done.await.unwrap();
            assert_exact(&backend, "deleting").await;
        }
        assert_eq!(usage(&backend, &session).await, Usage::default());
    }
}

#[tokio::test]
async fn what_was_there_before_the_counters_is_counted_too() {
    for backend in Backend::all().await {
        backend
            .db
            .write(|conn| {
                let session = begin(conn)?;
                let id = cards::create(conn, &session, &card(&[("one", "1")]), now())?;
                cards::save(conn, &session, &id, "one", 1, "two", now()).map(drop)
            })
            .await
            .unwrap();
        // The step alone, down and up, as on a database of before it.
        let step = |name: &str| {
            let kind = if backend.name == "SQLite" { "sqlite" } else { "postgres" };
            let path = format!("migrations/{kind}/2026-11-21-120500_count_usage/{name}.sql");
            std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
        };
        for sql in [step("down"), step("up")] {
            backend
                .db
                .run(move |conn| {
                    use diesel::connection::SimpleConnection as _;
                    match conn {
                        DbConnection::Pg(pg) => pg.batch_execute(&sql)?,
                        DbConnection::Sqlite(sqlite) => sqlite.batch_execute(&sql)?,
                    }
                    Ok(())
                })
                .await
                .unwrap();
        }
        assert_exact(&backend, "migrating").await;
        assert!(backend.count("SELECT content_bytes AS n FROM sessions").await > 400);
    }
}

#[tokio::test]
async fn a_full_session_refuses_more_and_changes_nothing() {
    for backend in Backend::all().await {
        let session = backend.db.write(begin).await.unwrap();
        let add = |quota: Quota| {
            within(&backend, &session, quota, |conn, session| {
                cards::create(conn, session, &card(&[("one", "1")]), now())
            })
        };
        let two = Quota {
            cards: Some(2),
            bytes: None,
        };
        add(two).await.unwrap();
        add(two).await.unwrap();
        let before = usage(&backend, &session).await;
        let Err(Error::Full(full)) = add(two).await else {
            panic!("a third card was taken")
        };
        assert_eq!(
            full,
            Full {
                usage: before,
                limit: Limit::Cards(2),
                excess: 1
            }
        );
        let room = before.bytes() / 2;
        let Err(Error::Full(full)) = add(bytes(before.bytes() + room - 1)).await else {
            panic!("more bytes were taken")
        };
        assert_eq!((full.usage, full.excess), (before, 1));
        assert_eq!(usage(&backend, &session).await, before);
        assert_eq!(backend.rows("model_cards").await, 2);
        add(bytes(before.bytes() + room)).await.unwrap();
    }
}

#[tokio::test]
async fn over_a_lowered_limit_texts_can_be_shortened_and_things_deleted() {
    for backend in Backend::all().await {
        let session = backend.db.write(begin).await.unwrap();
        let long = "x".repeat(10_000);
        let id = within(&backend, &session, Quota::default(), {
            let long = long.clone();
            move |conn, session| {
                let id = cards::create(conn, session, &card(&[("one", &long), ("two", &long)]), now())?;
                cards::save(conn, session, &id, "two", 1, &format!("{long}y"), now())?;
                Ok(id)
            }
        });
        let id = id.await.unwrap();
        let lowered = bytes(100);
        let before = usage(&backend, &session).await;
        let save = |key: &'static str, version: i32, value: String| {
            let id = id.clone();
            within(&backend, &session, lowered, move |conn, session| {
                cards::save(conn, session, &id, key, version, &value, now())
            })
        };
        assert!(matches!(save("one", 1, format!("{long}!")).await, Err(Error::Full(_))));
        save("one", 1, long[..9_000].to_owned()).await.unwrap();
        let after = usage(&backend, &session).await;
        assert_eq!(after.content_bytes, before.content_bytes - 1_000);
        assert!(
            after.bytes() <= before.bytes(),
            "the history does not grow over the limit"
        );
        assert_exact(&backend, "shortening").await;
        save("one", 2, String::new()).await.unwrap();
        let gone = id.clone();
        let removed = within(&backend, &session, lowered, move |conn, session| {
            cards::remove_section(conn, session, &gone, "two", now())
        });
        removed.await.unwrap();
        let deleted = within(&backend, &session, lowered, move |conn, session| {
            cards::delete(conn, session, &id)
        });
        deleted.await.unwrap();
        assert_eq!(usage(&backend, &session).await, Usage::default(), "{}", backend.name);
    }
}

#[tokio::test]
async fn earlier_versions_give_way_to_typing_the_oldest_first() {
    for backend in Backend::all().await {
        let session = backend.db.write(begin).await.unwrap();
        let quota = bytes(10_000);
        let id = within(&backend, &session, quota, |conn, session| {
            cards::create(conn, session, &card(&[("one", "0"), ("other", "kept")]), now())
        });
        let id = id.await.unwrap();
        let of = id.clone();
        let removed = within(&backend, &session, quota, move |conn, session| {
            cards::remove_section(conn, session, &of, "other", now())
        });
        removed.await.unwrap();
        for version in 1..30 {
            let id = id.clone();
            let saved = within(&backend, &session, quota, move |conn, session| {
                let later = now() + TimeDelta::minutes(version.into());
                cards::save(
                    conn,
                    session,
                    &id,
                    "one",
                    version,
                    &version.to_string().repeat(800),
                    later,
                )
            });
            assert_eq!(saved.await.unwrap(), version + 1, "typing is never refused for history");
            assert!(usage(&backend, &session).await.bytes() <= 10_000);
        }
        assert_exact(&backend, "giving way").await;
        let oldest = backend.count("SELECT CAST(min(version) AS BIGINT) AS n FROM card_revisions WHERE NOT removed");
        assert!((20..30).contains(&oldest.await), "{}", backend.name);
        let newest = backend.count("SELECT CAST(max(version) AS BIGINT) AS n FROM card_revisions");
        assert_eq!(newest.await, 29);
        assert_eq!(
            backend
                .count("SELECT count(*) AS n FROM card_revisions WHERE removed")
                .await,
            1,
            "the deleted section can still be put back"
        );
    }
}

#[tokio::test]
async fn two_requests_at_the_same_time_cannot_both_take_the_last_place() {
    for backend in Backend::all().await {
        let session = backend.db.write(begin).await.unwrap();
        let quota = Quota {
            cards: Some(3),
            bytes: None,
        };
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (db, session) = (backend.db.clone(), session.clone());
                tokio::spawn(async move {
                    db.write(move |conn| {
                        quota::within(conn, &session, quota, |conn| {
                            cards::create(conn, &session, &card(&[("one", "1")]), now())
                        })
                    })
                    .await
                })
            })
            .collect();
        let mut taken = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => taken += 1,
                Err(Error::Full(_)) => {}
                Err(error) => panic!("{}: {error}", backend.name),
            }
        }
        assert_eq!(taken, 3, "{}", backend.name);
    }
}

/// The form of a section with a text in its last box.
async fn typed(visitor: &Visitor, section: &str, text: &str) -> (Answer, Form) {
    let page = visitor.get(section).await;
    let mut form = page
        .page()
        .find_form(|form| form.fields.iter().any(|(name, _)| name == "version"));
    let name = form
        .fields
        .iter()
        .rfind(|(name, _)| name.starts_with("f.") && !name.contains('~'));
    let name = name.expect("a box to write in").0.clone();
    form.set(&name, text);
    (page, form)
}

fn again(answer: &Answer) -> Form {
    answer
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Send it again"))
}

#[tokio::test]
async fn no_room_for_another_card_is_a_page_that_says_what_to_do() {
    let app = TestApp::start_with(&["--session-max-cards", "2"]).await;
    let visitor = app.visitor();
    let bytes = fixture("json/indent-2.json");
    let first = visitor.card("first.json", &bytes).await;
    visitor.card("second.json", &bytes).await;
    assert!(visitor.get("/session").await.page().main().contains("2 of 2 cards"));

    let refused = visitor.upload("third.json", &bytes).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    let page = refused.page();
    for words in ["no room for another card", "2 cards", "keeps 2", "download", "delete"] {
        assert!(page.main().contains(words), "{words}: {}", page.main());
    }
    assert!(page.links().contains(&format!("{first}/delete")));

    // A pasted text comes back in its box and can be sent again when there is room.
    let mut form = visitor
        .get("/")
        .await
        .page()
        .find_form(|form| form.texts.contains(&"text".to_owned()));
    form.set("text", "{\"name\": \"pasted & kept\"}");
    let refused = visitor.post_multipart(&form.action, &form, None).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(again(&refused).value("text"), Some("{\"name\": \"pasted & kept\"}"));

    let home = visitor.get("/").await;
    let copy = home.page().find_form(|form| form.action.ends_with("/duplicate"));
    let copied = visitor.submit(&home, &copy).await;
    assert_eq!(copied.status, StatusCode::PAYLOAD_TOO_LARGE);
    let blank = home.page().find_form(|form| form.value("outline").is_some());
    assert_eq!(
        visitor.submit(&home, &blank).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(app.rows("model_cards").await, 2);

    let page = visitor.get(&format!("{first}/delete")).await;
    let form = page.page().find_form(|form| form.method == "post");
    assert_eq!(visitor.submit(&page, &form).await.status, StatusCode::SEE_OTHER);
    let kept = visitor.submit(&refused, &again(&refused)).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.page().main());
    assert!(visitor.get("/").await.page().main().contains("pasted & kept"));
}

#[tokio::test]
async fn a_text_without_room_comes_back_and_is_saved_when_there_is_room() {
    let app = TestApp::start_with(&["--max-upload-bytes", "50000", "--session-max-bytes", "50000"]).await;
    let visitor = app.visitor();
    let bytes = format!("{{\"text\": \"{}\"}}", "b".repeat(8_000));
    let ballast = visitor.card("ballast.json", bytes.as_bytes()).await;
    let card = visitor.card("a.json", b"{\"text\": \"short\"}").await;
    let section = format!("{card}/sections/text");
    let long = format!("typed for hours {}", "t".repeat(25_000));
    let (page, form) = typed(&visitor, &section, &long).await;
    let refused = visitor.submit(&page, &form).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.page().main().contains(&long), "the text is there to copy");
    assert!(
        refused.page().main().contains("of 48.8 KiB"),
        "{}",
        refused.page().main()
    );
    assert!(
        visitor.get(&section).await.text().contains("short"),
        "nothing was changed"
    );

    let page = visitor.get(&card).await;
    let mut rename = page
        .page()
        .find_form(|form| form.action == card && form.value("title").is_some());
    rename.set("title", "A name that fits");
    assert_eq!(
        visitor.submit(&page, &rename).await.status,
        StatusCode::SEE_OTHER,
        "small things fit"
    );

    let page = visitor.get(&format!("{ballast}/delete")).await;
    let form = page.page().find_form(|form| form.method == "post");
    visitor.submit(&page, &form).await;
    let saved = visitor.submit(&refused, &again(&refused)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.page().main());
    assert!(visitor.get(&section).await.text().contains(&long));
}

#[tokio::test]
async fn a_refused_upload_leaves_no_file() {
    let app = TestApp::start_with(&["--max-upload-bytes", "20000", "--session-max-bytes", "20000"]).await;
    let visitor = app.visitor();
    visitor.card("a.json", b"{\"text\": \"short\"}").await;
    let big = format!("{{\"text\": \"{}\"}}", "unkept".repeat(2_000));
    let refused = visitor.upload("big.json", big.as_bytes()).await;
    assert_eq!(
        refused.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "{}",
        refused.page().main()
    );
    let stranger = app.visitor();
    let refused = stranger.upload("big.json", big.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused.header("set-cookie"), "", "nothing was begun");
    assert_eq!(app.rows("sessions").await, 1);
    assert_eq!(app.rows("files").await, 1);
    let files = std::fs::read_dir(app.folder().join("uploads")).unwrap().flatten();
    let files: usize = files
        .filter(|entry| entry.path().is_dir())
        .map(|entry| std::fs::read_dir(entry.path()).unwrap().count())
        .sum();
    assert_eq!(files, 1);
}

/// Every button of every form on every page, in a session whose counter says that it is full.
#[tokio::test]
async fn no_form_makes_a_full_session_larger() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let name = "model-card-toolkit/v2-indent-4-crlf.json";
    let card = visitor.card(name, &fixture(name)).await;
    let page = visitor.get(&card).await;
    let mut add = page.page().find_form(|form| form.action.ends_with("/sections"));
    add.set("title", "Of my own");
    visitor.submit(&page, &add).await;
    app.execute("UPDATE sessions SET content_bytes = 200000000").await;
    let used = || async {
        let bytes = app.number("SELECT content_bytes AS n FROM sessions").await;
        (
            bytes,
            app.rows("model_cards").await,
            app.rows("card_section_data").await,
        )
    };
    let mut before = used().await;
    let mut paths = vec!["/".to_owned(), "/session".to_owned(), card.clone()];
    paths.extend(["import", "changes", "download"].map(|page| format!("{card}/{page}")));
    paths.extend(visitor.sections(&card).await);
    let (mut sent, mut refused) = (0, 0);
    for path in paths {
        let page = visitor.get(&path).await;
        for form in page.page().forms().iter().filter(|form| form.method == "post") {
            for button in &form.buttons {
                let mut form = form.clone();
                for text in &form.texts.clone() {
                    let more = format!("{} and more", form.value(text).unwrap_or_default());
                    form.set(text, &more);
                }
                let answer = visitor.submit(&page, form.press(&button.text)).await;
                let what = format!("{:?} on {path}", button.text);
                assert!(!answer.status.is_server_error(), "{what}: {}", answer.status);
                refused += usize::from(answer.status == StatusCode::PAYLOAD_TOO_LARGE);
                let after = used().await;
                assert!(
                    after <= before,
                    "{what} ({}): {after:?} after {before:?}",
                    answer.status
                );
                before = after;
                sent += 1;
            }
        }
    }
    assert!(sent > 30 && refused > 20, "{sent} forms were sent, {refused} refused");
}
