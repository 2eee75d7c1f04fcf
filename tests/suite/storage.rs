//! Cards, sections and files: the same on SQLite and PostgreSQL.

use cartellino::db::cards::{self, NewCard, NewSection};
use cartellino::db::files::{self, FileRow};
use cartellino::db::section_links;
use cartellino::db::{Db, DbConnection, Error};
use cartellino::session::SessionId;
use chrono::{NaiveDateTime, TimeDelta};

use crate::backends::{Backend, open_session};

fn at(minute: i64) -> NaiveDateTime {
    chrono::DateTime::from_timestamp(1_800_000_000 + 60 * minute, 0)
        .unwrap()
        .naive_utc()
}

fn section(key: &str, value: &str) -> NewSection {
    NewSection {
        key: key.to_owned(),
        title: key.to_uppercase(),
        value: value.to_owned(),
    }
}

fn card(once: Option<&str>) -> NewCard {
    NewCard {
        title: "Zürich — 模型".to_owned(),
        format: "json".to_owned(),
        outline: "full".to_owned(),
        source: Some(b"\xef\xbb\xbf{\"a\":\x00 1}\xff".to_vec()),
        file_name: Some("card.json".to_owned()),
        once: once.map(str::to_owned),
        sections: vec![section("one", "1"), section("two", "2"), section("three", "3")],
    }
}

async fn session(db: &Db, key: &'static str) -> SessionId {
    db.write(move |conn| open_session(conn, key, at(0), at(1000)))
        .await
        .unwrap()
}

/// Runs steps in one writing transaction.
async fn write<T: Send + 'static>(
    db: &Db,
    work: impl FnOnce(&mut DbConnection) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    db.write(work).await
}

fn keys(conn: &mut DbConnection, session: &SessionId, card: &str) -> Vec<String> {
    let sections = cards::sections(conn, session, card).unwrap();
    sections.into_iter().map(|section| section.section_key).collect()
}

#[tokio::test]
async fn a_card_comes_back_as_it_was_stored() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(None), at(1))?;
            assert_eq!(id.len(), 26);
            let row = cards::load(conn, &me, &id)?;
            assert_eq!(
                (
                    row.title.as_str(),
                    row.format.as_str(),
                    row.outline.as_str(),
                    row.file_name.as_deref()
                ),
                ("Zürich — 模型", "json", "full", Some("card.json"))
            );
            assert_eq!((row.created_at, row.updated_at), (at(1), at(1)));
            assert_eq!(cards::source(conn, &me, &id)?, card(None).source);
            let sections = cards::sections(conn, &me, &id)?;
            let seen: Vec<_> = sections
                .iter()
                .map(|s| (s.section_key.as_str(), s.title.as_str(), s.value.as_str(), s.version))
                .collect();
            assert_eq!(
                seen,
                [
                    ("one", "ONE", "1", 1),
                    ("two", "TWO", "2", 1),
                    ("three", "THREE", "3", 1)
                ]
            );
            let copy = cards::duplicate(conn, &me, &id, "Copy", &[], None, at(2))?;
            assert_eq!(cards::source(conn, &me, &copy)?, card(None).source);
            assert_eq!(keys(conn, &me, &copy), ["one", "two", "three"]);
            let titles: Vec<_> = cards::list(conn, &me)?.into_iter().map(|row| row.title).collect();
            assert_eq!(titles, ["Copy", "Zürich — 模型"]);
            cards::retitle(conn, &me, &id, "New", at(3))?;
            assert_eq!(cards::list(conn, &me)?[0].title, "New");
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn r47_two_sections_both_persist_and_a_stale_version_is_refused() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(None), at(1))?;
            assert_eq!(cards::save(conn, &me, &id, "one", 1, "first tab", at(2))?, 2);
            assert_eq!(cards::save(conn, &me, &id, "two", 1, "second tab", at(2))?, 2);
            let stale = cards::save(conn, &me, &id, "one", 1, "second tab", at(3));
            assert!(matches!(stale, Err(Error::Stale)));
            assert_eq!(cards::section(conn, &me, &id, "one")?.value, "first tab");
            assert_eq!(cards::revision(conn, &me, &id, "one", 1)?.as_deref(), Some("1"));
            assert_eq!(cards::load(conn, &me, &id)?.updated_at, at(2));
            let none = cards::save(conn, &me, &id, "no-such", 1, "x", at(3));
            assert!(matches!(none, Err(Error::NotFound)));
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn r47_of_saves_at_the_same_time_one_wins() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        let owner = me.clone();
        let id = write(&backend.db, move |conn| cards::create(conn, &owner, &card(None), at(1)))
            .await
            .unwrap();
        let mut saves = Vec::new();
        for number in 0..12 {
            let (db, me, id) = (backend.db.clone(), me.clone(), id.clone());
            saves.push(tokio::spawn(async move {
                db.write(move |conn| cards::save(conn, &me, &id, "one", 1, &format!("tab {number}"), at(2)))
                    .await
            }));
        }
        let mut won = 0;
        for save in saves {
            match save.await.unwrap() {
                Ok(version) => {
                    assert_eq!(version, 2);
                    won += 1;
                }
                Err(error) => assert!(matches!(error, Error::Stale), "{}: {error}", backend.name),
            }
        }
        assert_eq!(won, 1, "{}", backend.name);
        assert_eq!(backend.rows("card_revisions").await, 1);
    }
}

#[tokio::test]
async fn r49_a_repeated_post_has_one_effect() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        let owner = me.clone();
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &owner, &card(Some("token")), at(1))?;
            assert_eq!(cards::create(conn, &owner, &card(Some("token")), at(1))?, id);
            assert_eq!(cards::list(conn, &owner)?.len(), 1);
            assert_eq!(cards::save(conn, &owner, &id, "one", 1, "new", at(2))?, 2);
            assert_eq!(cards::save(conn, &owner, &id, "one", 1, "new", at(9))?, 2);
            assert_eq!(cards::section(conn, &owner, &id, "one")?.updated_at, at(2));
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(backend.rows("card_revisions").await, 1);

        // The same at the very same time.
        let mut posts = Vec::new();
        for _ in 0..8 {
            let (db, me) = (backend.db.clone(), me.clone());
            posts.push(tokio::spawn(async move {
                db.write(move |conn| cards::create(conn, &me, &card(Some("double click")), at(3)))
                    .await
            }));
        }
        let mut ids = Vec::new();
        for post in posts {
            ids.push(post.await.unwrap().unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "{}", backend.name);
        assert_eq!(backend.rows("model_cards").await, 2);
    }
}

#[tokio::test]
async fn r68_nothing_of_one_session_is_seen_or_changed_by_another() {
    for backend in Backend::all().await {
        let (me, other) = (session(&backend.db, "k1").await, session(&backend.db, "k2").await);
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(Some("token")), at(1))?;
            cards::save(conn, &me, &id, "one", 1, "mine", at(1))?;
            cards::remove_section(conn, &me, &id, "three", at(1))?;
            files::create(conn, &me, &file("f1", &id))?;
            fn refused<T>(outcome: Result<T, Error>) {
                assert!(matches!(outcome, Err(Error::NotFound)));
            }
            refused(cards::load(conn, &other, &id));
            refused(cards::source(conn, &other, &id));
            refused(cards::sections(conn, &other, &id));
            refused(cards::section(conn, &other, &id, "one"));
            refused(cards::save(conn, &other, &id, "one", 2, "theirs", at(2)));
            assert_eq!(cards::revision(conn, &other, &id, "one", 1)?, None);
            refused(cards::add_section(conn, &other, &id, &section("four", "4"), at(2)));
            refused(cards::rename_section(conn, &other, &id, "one", "uno", "Uno", at(2)));
            refused(cards::swap_sections(conn, &other, &id, "one", "two", at(2)));
            refused(cards::remove_section(conn, &other, &id, "one", at(2)));
            refused(cards::restore_section(conn, &other, &id, "three", at(2)));
            refused(cards::retitle(conn, &other, &id, "Theirs", at(2)));
            refused(cards::duplicate(conn, &other, &id, "Theirs", &[], None, at(2)));
            refused(cards::delete(conn, &other, &id));
            refused(files::create(conn, &other, &file("f2", &id)));
            refused(files::load(conn, &other, "f1"));
            refused(files::delete(conn, &other, "f1"));
            assert!(files::list(conn, &other, &id)?.is_empty());
            assert!(cards::list(conn, &other)?.is_empty());
            // A token of one session says nothing to another.
            assert_ne!(cards::create(conn, &other, &card(Some("token")), at(2))?, id);
            assert_eq!(cards::section(conn, &me, &id, "one")?.value, "mine");
            assert_eq!(keys(conn, &me, &id), ["one", "two"]);
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn sections_are_added_renamed_moved_removed_and_put_back() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(None), at(1))?;
            cards::add_section(conn, &me, &id, &section("four", "4"), at(2))?;
            let taken = cards::add_section(conn, &me, &id, &section("four", "again"), at(2));
            assert!(matches!(taken, Err(Error::Stale)));
            cards::swap_sections(conn, &me, &id, "one", "four", at(3))?;
            assert_eq!(keys(conn, &me, &id), ["four", "two", "three", "one"]);

            cards::save(conn, &me, &id, "two", 1, "two, changed", at(4))?;
            cards::rename_section(conn, &me, &id, "two", "deux", "Deux", at(5))?;
            let renamed = cards::section(conn, &me, &id, "deux")?;
            assert_eq!((renamed.title.as_str(), renamed.version), ("Deux", 2));
            assert_eq!(cards::revision(conn, &me, &id, "deux", 1)?.as_deref(), Some("2"));
            let taken = cards::rename_section(conn, &me, &id, "deux", "one", "One", at(5));
            assert!(matches!(taken, Err(Error::Stale)));

            cards::remove_section(conn, &me, &id, "deux", at(6))?;
            assert_eq!(keys(conn, &me, &id), ["four", "three", "one"]);
            cards::restore_section(conn, &me, &id, "deux", at(7))?;
            assert_eq!(keys(conn, &me, &id), ["four", "deux", "three", "one"]);
            let restored = cards::section(conn, &me, &id, "deux")?;
            assert_eq!((restored.value.as_str(), restored.version), ("two, changed", 3));
            let twice = cards::restore_section(conn, &me, &id, "deux", at(7));
            assert!(matches!(twice, Err(Error::NotFound)));
            // A form from before the removal is stale, not taken for the new section.
            let stale = cards::save(conn, &me, &id, "deux", 2, "late", at(8));
            assert!(matches!(stale, Err(Error::Stale)));

            cards::remove_section(conn, &me, &id, "three", at(8))?;
            cards::add_section(conn, &me, &id, &section("three", "another"), at(9))?;
            assert_eq!(cards::section(conn, &me, &id, "three")?.version, 2);
            let occupied = cards::restore_section(conn, &me, &id, "three", at(9));
            assert!(matches!(occupied, Err(Error::Stale)));
            assert_eq!(cards::load(conn, &me, &id)?.updated_at, at(9));
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn earlier_values_are_bounded_in_number_and_age() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        let owner = me.clone();
        let id = write(&backend.db, move |conn| {
            let id = cards::create(conn, &owner, &card(None), at(0))?;
            for version in 1..=70 {
                cards::save(
                    conn,
                    &owner,
                    &id,
                    "one",
                    version,
                    &format!("value {version}"),
                    at(i64::from(version)),
                )?;
            }
            assert_eq!(cards::revision(conn, &owner, &id, "one", 20)?, None);
            assert_eq!(
                cards::revision(conn, &owner, &id, "one", 21)?.as_deref(),
                Some("value 20")
            );
            Ok(id)
        })
        .await
        .unwrap();
        assert_eq!(backend.rows("card_revisions").await, 50);
        write(&backend.db, move |conn| {
            cards::save(conn, &me, &id, "two", 1, "a month later", at(100) + TimeDelta::days(30))
        })
        .await
        .unwrap();
        assert_eq!(backend.rows("card_revisions").await, 1, "{}", backend.name);
    }
}

#[tokio::test]
async fn a_stretch_of_typing_leaves_one_earlier_value_in_ten_minutes() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(None), at(0))?;
            let kept = |conn: &mut DbConnection| -> Result<Vec<String>, Error> {
                let ids = cards::history_of(conn, &me, &id, "one")?;
                ids.iter()
                    .map(|entry| Ok(cards::history_entry(conn, &me, entry)?.section.value))
                    .collect()
            };
            let type_at = |conn: &mut DbConnection, version: i32, minute: i64| {
                let value = format!("typed {version}");
                cards::save_typing(conn, &me, &id, "one", version, &value, at(minute))
            };
            for version in 1..=9 {
                type_at(conn, version, i64::from(version))?;
            }
            assert_eq!(kept(conn)?, ["1"], "what was there before the stretch");
            type_at(conn, 10, 11)?;
            assert_eq!(kept(conn)?, ["typed 9", "1"], "ten minutes on");
            // What somebody does on purpose is always kept.
            cards::save(conn, &me, &id, "one", 11, "on purpose", at(11))?;
            cards::save(conn, &me, &id, "one", 12, "once more", at(11))?;
            assert_eq!(kept(conn)?, ["on purpose", "typed 10", "typed 9", "1"]);
            type_at(conn, 13, 12)?;
            assert_eq!(kept(conn)?.len(), 4);
            // Another section has a stretch of its own.
            cards::save_typing(conn, &me, &id, "two", 1, "x", at(12))?;
            assert_eq!(cards::history_of(conn, &me, &id, "two")?.len(), 1);
            let stale = cards::save_typing(conn, &me, &id, "two", 1, "y", at(12));
            assert!(matches!(stale, Err(Error::Stale)));
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_week_of_typing_keeps_fifty_earlier_values() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(None), at(0))?;
            for version in 1..=200 {
                let minute = 5 * i64::from(version);
                cards::save_typing(conn, &me, &id, "one", version, &format!("typed {version}"), at(minute))?;
            }
            assert_eq!(cards::history_of(conn, &me, &id, "one")?.len(), 50);
            Ok(())
        })
        .await
        .unwrap();
    }
}

fn file(id: &str, card: &str) -> FileRow {
    FileRow {
        id: id.to_owned(),
        card_id: card.to_owned(),
        section_key: Some("one".to_owned()),
        name: "../../it's a figure.png".to_owned(),
        media_type: "image/png".to_owned(),
        size: 5_000_000_000,
        sha256: "00".repeat(32),
        created_at: at(1),
        removed_at: None,
    }
}

#[tokio::test]
async fn deleting_takes_everything_that_hangs_on_it() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(None), at(1))?;
            let other = cards::create(conn, &me, &card(None), at(1))?;
            for (file_id, card) in [("f1", &id), ("f2", &id), ("f3", &other)] {
                files::create(conn, &me, &file(file_id, card))?;
            }
            cards::save(conn, &me, &id, "one", 1, "new", at(2))?;
            // No section refers to them, which the save has noted.
            let removed = |file_id: &str| FileRow {
                removed_at: Some(at(2)),
                ..file(file_id, &id)
            };
            assert_eq!(files::load(conn, &me, "f1")?, removed("f1"));
            files::delete(conn, &me, "f1")?;
            assert_eq!(files::list(conn, &me, &id)?, [removed("f2")]);
            cards::delete(conn, &me, &id)?;
            assert!(matches!(cards::delete(conn, &me, &id), Err(Error::NotFound)));
            assert!(files::load(conn, &me, "f3").is_ok());
            Ok(())
        })
        .await
        .unwrap();
        let left = [
            ("model_cards", 1),
            ("card_section_data", 3),
            ("card_revisions", 0),
            ("files", 1),
            ("sessions", 1),
        ];
        for (table, rows) in left {
            assert_eq!(backend.rows(table).await, rows, "{} {table}", backend.name);
        }
    }
}

#[tokio::test]
async fn a_failed_or_panicking_job_keeps_nothing_and_spoils_nothing() {
    for backend in Backend::all().await {
        let me = session(&backend.db, "k1").await;
        for panics in [false, true] {
            for _ in 0..20 {
                let me = me.clone();
                let outcome: Result<(), Error> = write(&backend.db, move |conn| {
                    cards::create(conn, &me, &card(None), at(1))?;
                    assert!(!panics, "a job that panics, on purpose");
                    Err(Error::Stale)
                })
                .await;
                assert!(outcome.is_err());
            }
        }
        assert_eq!(backend.rows("model_cards").await, 0, "{}", backend.name);
        write(&backend.db, move |conn| cards::create(conn, &me, &card(None), at(1)))
            .await
            .unwrap();
        assert_eq!(backend.rows("model_cards").await, 1);
    }
}

#[tokio::test]
async fn r54_a_database_that_is_gone_is_said_to_be_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("postgres:///x?host={}&user=postgres", folder.path().display());
    assert!(matches!(Db::open(&nowhere), Err(Error::Unavailable(_))));
    for wrong in [
        "mysql://x",
        "cards.db",
        "sqlite://",
        "sqlite://:memory:",
        "sqlite:///no/such/folder/cards.db",
    ] {
        assert!(matches!(Db::open(wrong), Err(Error::Unusable(_))), "{wrong}");
    }
}

#[tokio::test]
async fn another_process_that_writes_is_waited_for() {
    let backend = Backend::sqlite().await;
    let me = session(&backend.db, "k1").await;
    let second = Db::open(&backend.url).unwrap();
    let mut writes = Vec::new();
    for number in 0..20 {
        let db = if number % 2 == 0 {
            backend.db.clone()
        } else {
            second.clone()
        };
        let me = me.clone();
        writes.push(tokio::spawn(async move {
            db.write(move |conn| cards::create(conn, &me, &card(None), at(1))).await
        }));
    }
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert_eq!(backend.rows("model_cards").await, 20);
}

#[tokio::test]
async fn a_link_to_a_section_is_its_owners_and_saves_nothing_once_it_is_revoked() {
    for backend in Backend::all().await {
        let (me, other) = (session(&backend.db, "k1").await, session(&backend.db, "k2").await);
        write(&backend.db, move |conn| {
            let id = cards::create(conn, &me, &card(None), at(1))?;
            let refused = section_links::create(conn, &other, (&id, "one"), "hash", at(100), at(1));
            assert!(matches!(refused, Err(Error::NotFound)));
            assert!(section_links::create(conn, &me, (&id, "one"), "hash", at(100), at(1))?);
            let hashes = ["earlier".to_owned(), "hash".to_owned()];
            let target = section_links::find(conn, &hashes, at(2))?;
            assert_eq!(
                (&target.session, target.card.as_str(), target.section.as_str()),
                (&me, id.as_str(), "one")
            );
            let link = section_links::list(conn, &me, &id, at(2))?.remove(0);
            assert_eq!((link.section_title.as_str(), link.used_at), ("ONE", None));
            // Nobody else sees or revokes it, and it is for no other section.
            assert!(section_links::list(conn, &other, &id, at(2))?.is_empty());
            section_links::revoke(conn, &other, &id, &link.id)?;
            section_links::revoke(conn, &me, "another card", &link.id)?;
            for (whose, section) in [(&other, "one"), (&me, "two")] {
                let refused = section_links::note_use(conn, whose, (&id, section), &link.id, at(3));
                assert!(matches!(refused, Err(Error::NotFound)));
            }
            section_links::note_use(conn, &me, (&id, "one"), &link.id, at(3))?;
            assert_eq!(section_links::list(conn, &me, &id, at(3))?[0].used_at, Some(at(3)));
            // It follows its section to another key, and was made when that had this version.
            cards::rename_section(conn, &me, &id, "one", "uno", "Uno", at(4))?;
            let target = section_links::find(conn, &hashes, at(4))?;
            assert_eq!((target.section.as_str(), target.since_version), ("uno", 1));
            let late = section_links::note_use(conn, &me, (&id, "uno"), &link.id, at(100));
            assert!(matches!(late, Err(Error::NotFound)), "its time is over");
            section_links::revoke(conn, &me, &id, &link.id)?;
            let late = section_links::note_use(conn, &me, (&id, "uno"), &link.id, at(5));
            assert!(matches!(late, Err(Error::NotFound)), "a save that was on its way");
            assert!(matches!(
                section_links::find(conn, &hashes, at(5)),
                Err(Error::NotFound)
            ));
            Ok(())
        })
        .await
        .unwrap();
    }
}
