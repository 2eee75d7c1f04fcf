//! What has expired goes for good, and what is in use stays.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use cartellino::cleanup::{self, Counts, Mode, Whose};
use cartellino::db::cards::{self, NewCard, NewSection};
use cartellino::db::sessions::keys;
use cartellino::db::upkeep::{self, Reclaimed};
use cartellino::db::{Error, files, sessions};
use cartellino::session::SessionId;
use cartellino::uploads::Uploads;
use chrono::{DateTime, TimeDelta, Utc};

use crate::backends::{Backend, engine, open_session};

const HOUR: TimeDelta = TimeDelta::hours(1);

fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn uploads(backend: &Backend) -> Uploads {
    Uploads::in_folder(&backend.folder().join("uploads")).unwrap()
}

/// A session with a card, an earlier value and a file, all with its marker in it.
async fn visitor(backend: &Backend, uploads: &Uploads, marker: &str, expires_at: DateTime<Utc>) -> SessionId {
    let (uploads, text) = (uploads.clone(), marker.to_owned());
    backend
        .db
        .write(move |conn| {
            let now = beginning().naive_utc();
            let session = open_session(conn, &format!("key of {text}"), now, expires_at.naive_utc())?;
            let card = NewCard {
                title: format!("title {text}"),
                format: "json".to_owned(),
                outline: "full".to_owned(),
                source: Some(format!("source {text}").repeat(500).into_bytes()),
                file_name: Some(format!("{text}.json")),
                once: None,
                sections: vec![NewSection {
                    key: "one".to_owned(),
                    title: format!("section {text}"),
                    value: format!("value {text}"),
                }],
            };
            let id = cards::create(conn, &session, &card, now)?;
            cards::save(conn, &session, &id, "one", 1, &format!("newer value {text}"), now)?;
            let file_id = cartellino::random::id()?;
            let kept = uploads.keep(session.as_str(), &file_id, &mut format!("file {text}").as_bytes());
            let kept = kept.unwrap();
            files::create(
                conn,
                &session,
                &files::FileRow {
                    id: file_id,
                    card_id: id,
                    section_key: None,
                    name: format!("{text}.png"),
                    media_type: "image/png".to_owned(),
                    size: i64::try_from(kept.size).unwrap(),
                    sha256: kept.sha256,
                    created_at: now,
                    removed_at: None,
                },
            )?;
            Ok(session)
        })
        .await
        .unwrap()
}

async fn sweep(backend: &Backend, uploads: &Uploads, now: DateTime<Utc>, mode: Mode) -> Counts {
    cleanup::sweep(&backend.db, &engine(backend), uploads, now, HOUR, mode)
        .await
        .unwrap()
}

/// Whether any file below the folder has these bytes in it.
fn is_anywhere(folder: &Path, marker: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_anywhere(&path, marker);
        }
        let bytes = fs::read(&path).unwrap();
        bytes.windows(marker.len()).any(|window| window == marker.as_bytes())
    })
}

fn removed(sessions: usize) -> Counts {
    Counts {
        sessions,
        ..Counts::default()
    }
}

#[tokio::test]
async fn r56_active_sessions_are_spared_and_expired_ones_go() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        let active = visitor(&backend, &uploads, "activemarker", beginning() + TimeDelta::days(30)).await;
        let in_grace = visitor(&backend, &uploads, "gracemarker", beginning() + TimeDelta::minutes(90)).await;
        let expired = visitor(
            &backend,
            &uploads,
            "expiredmarker",
            beginning() + TimeDelta::minutes(10),
        )
        .await;
        let now = beginning() + TimeDelta::hours(2);

        assert_eq!(
            sweep(&backend, &uploads, now, Mode::DryRun).await,
            removed(1),
            "{}",
            backend.name
        );
        assert_eq!(backend.rows("sessions").await, 3);
        assert_eq!(
            sweep(&backend, &uploads, now, Mode::Delete).await,
            removed(1),
            "{}",
            backend.name
        );
        assert_eq!(sweep(&backend, &uploads, now, Mode::Delete).await, removed(0));

        for table in [
            "sessions",
            "session_keys",
            "model_cards",
            "card_section_data",
            "card_revisions",
            "files",
        ] {
            assert_eq!(backend.rows(table).await, 2, "{} {table}", backend.name);
        }
        for (session, there) in [(active, true), (in_grace, true), (expired, false)] {
            let exists = backend
                .db
                .run(move |conn| sessions::exists(conn, &session))
                .await
                .unwrap();
            assert_eq!(exists, there, "{}", backend.name);
        }
        assert!(is_anywhere(uploads.folder().expect("a folder"), "activemarker"));
        assert!(is_anywhere(uploads.folder().expect("a folder"), "gracemarker"));
        assert!(!is_anywhere(uploads.folder().expect("a folder"), "expiredmarker"));
    }
}

#[tokio::test]
async fn r58_deleted_text_is_nowhere_on_the_disk() {
    let backend = Backend::sqlite().await;
    let uploads = uploads(&backend);
    visitor(&backend, &uploads, "keptmarker", beginning() + TimeDelta::days(30)).await;
    visitor(&backend, &uploads, "gonemarker", beginning()).await;
    assert!(is_anywhere(&backend.folder(), "gonemarker"));
    sweep(&backend, &uploads, beginning() + TimeDelta::days(1), Mode::Delete).await;
    assert!(!is_anywhere(&backend.folder(), "gonemarker"));
    assert!(is_anywhere(&backend.folder(), "keptmarker"));
}

#[tokio::test]
async fn expired_sessions_are_found_step_by_step_without_looking_at_all_of_them() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        let times = [1, 2, 2, 2, 2, 3, 3];
        for (number, hours) in times.into_iter().enumerate() {
            let time = beginning() + TimeDelta::hours(hours);
            visitor(&backend, &uploads, &format!("step {number}"), time).await;
        }
        let before = (beginning() + TimeDelta::hours(3)).naive_utc();
        let steps = |before| {
            backend.db.run(move |conn| {
                let (mut found, mut last) = (Vec::new(), None);
                loop {
                    let step = sessions::expired(conn, before, last.as_ref(), 2)?;
                    let Some(end) = step.last() else {
                        return Ok::<_, Error>(found);
                    };
                    assert!(step.len() <= 2);
                    last = Some(end.clone());
                    found.extend(step.into_iter().map(|(time, id)| (time, id.as_str().to_owned())));
                }
            })
        };
        let found = steps(before).await.unwrap();
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(
            found.is_sorted() && found.windows(2).all(|two| two[0] != two[1]),
            "{found:?}"
        );
        assert_eq!(steps(before + HOUR).await.unwrap().len(), 7);
    }
    // A million that expired at one time are not sorted for each step.
    let backend = Backend::sqlite().await;
    let plan = backend.db.run(|conn| {
        Ok::<_, Error>(diesel::RunQueryDsl::load::<Step>(
            diesel::sql_query(
                "EXPLAIN QUERY PLAN SELECT expires_at, id FROM sessions WHERE expires_at > 'a' AND expires_at < 'b' \
                 ORDER BY expires_at, id LIMIT 100",
            ),
            conn,
        )?)
    });
    let plan: Vec<String> = plan.await.unwrap().into_iter().map(|step| step.detail).collect();
    assert!(
        plan.len() == 1 && plan[0].contains("COVERING INDEX sessions_expires_at"),
        "{plan:?}"
    );
}

/// A step of a plan of SQLite's.
#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

#[tokio::test]
async fn r56_activity_between_finding_and_deleting_wins() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        let session = visitor(&backend, &uploads, "late", beginning()).await;
        let before = (beginning() + TimeDelta::hours(5)).naive_utc();
        let found = backend
            .db
            .run(move |conn| sessions::expired(conn, before, None, 10))
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        backend
            .db
            .write(move |conn| {
                let (now, later) = (before + HOUR, before + TimeDelta::days(30));
                keys::touch(conn, "key of late", 1, before, now, later)
            })
            .await
            .unwrap();
        let deleted = backend
            .db
            .write(move |conn| sessions::delete_expired(conn, &session, before))
            .await
            .unwrap();
        assert!(!deleted, "{}", backend.name);
        assert_eq!(backend.rows("model_cards").await, 1);
    }
}

#[tokio::test]
async fn r58_many_sessions_go_in_batches_and_a_failing_one_stops_nothing() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        backend
            .db
            .write(|conn| {
                for number in 0..250 {
                    let expiry = beginning() + TimeDelta::seconds(number % 3);
                    open_session(
                        conn,
                        &format!("key {number}"),
                        beginning().naive_utc(),
                        expiry.naive_utc(),
                    )?;
                }
                Ok(())
            })
            .await
            .unwrap();
        // A file where the session's folder would be: that one cannot be cleared.
        let odd = visitor(&backend, &uploads, "odd", beginning()).await;
        uploads.delete_all(odd.as_str()).unwrap();
        let name = fs::read_dir(uploads.folder().expect("a folder")).unwrap().count();
        assert_eq!(name, 0);
        uploads.keep(odd.as_str(), "x", &mut &b"x"[..]).unwrap();
        let folder = fs::read_dir(uploads.folder().expect("a folder"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        fs::remove_dir_all(&folder).unwrap();
        fs::write(&folder, "not a folder").unwrap();

        let counts = sweep(&backend, &uploads, beginning() + TimeDelta::days(1), Mode::Delete).await;
        let expected = Counts {
            sessions: 250,
            orphans: 0,
            failed: 1,
        };
        assert_eq!(counts, expected, "{}", backend.name);
        assert_eq!(backend.rows("sessions").await, 0);
    }
}

#[tokio::test]
async fn r58_orphan_files_go_after_a_day_and_no_stranger_is_touched() {
    let backend = Backend::sqlite().await;
    let uploads = uploads(&backend);
    visitor(&backend, &uploads, "owned", beginning() + TimeDelta::days(3000)).await;
    uploads.keep("nobody", "orphan", &mut &b"orphanmarker"[..]).unwrap();
    uploads.keep("nobody", "fresh", &mut &b"freshmarker"[..]).unwrap();
    fs::write(uploads.folder().expect("a folder").join("README"), "of the operator").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(25 * 3600);
    for folder in fs::read_dir(uploads.folder().expect("a folder"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if !file.ends_with("fresh") {
                fs::File::options()
                    .append(true)
                    .open(file)
                    .unwrap()
                    .set_modified(long_ago)
                    .unwrap();
            }
        }
    }
    let counts = sweep(&backend, &uploads, beginning(), Mode::Delete).await;
    assert_eq!((counts.sessions, counts.orphans, counts.failed), (0, 1, 0));
    assert!(!is_anywhere(uploads.folder().expect("a folder"), "orphanmarker"));
    for marker in ["freshmarker", "file owned", "of the operator"] {
        assert!(is_anywhere(uploads.folder().expect("a folder"), marker), "{marker}");
    }
}

#[tokio::test]
async fn r58_one_cleanup_at_a_time() {
    let backend = Backend::sqlite().await;
    let uploads = uploads(&backend);
    let lock = fs::File::create(uploads.folder().expect("a folder").join(".cleanup.lock")).unwrap();
    lock.lock().unwrap();
    let outcome = cleanup::sweep(
        &backend.db,
        &engine(&backend),
        &uploads,
        beginning(),
        HOUR,
        Mode::Delete,
    )
    .await;
    assert!(matches!(outcome, Err(cleanup::Error::Running)));
    drop(lock);
    assert!(
        cleanup::sweep(
            &backend.db,
            &engine(&backend),
            &uploads,
            beginning(),
            HOUR,
            Mode::Delete
        )
        .await
        .is_ok()
    );
}

#[tokio::test]
async fn r58_of_servers_on_one_database_one_cleans_up() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        let other = Backend::same(&backend);
        visitor(&backend, &uploads, "one", beginning()).await;
        let now = beginning() + TimeDelta::days(1);
        if backend.name == "PostgreSQL" {
            // On another machine, with another folder: only the database knows.
            let elsewhere = Uploads::in_folder(&backend.folder().join("elsewhere")).unwrap();
            let alone = other.db.clean_alone().await.unwrap().unwrap();
            let outcome = cleanup::sweep(&backend.db, &engine(&backend), &elsewhere, now, HOUR, Mode::Delete).await;
            assert!(matches!(outcome, Err(cleanup::Error::Running)));
            let outcome = cleanup::end(
                &backend.db,
                &engine(&backend),
                &elsewhere,
                now,
                Whose::All,
                Mode::Delete,
            )
            .await;
            assert!(matches!(outcome, Err(cleanup::Error::Running)));
            assert_eq!(backend.rows("sessions").await, 1);
            // A server that goes without a word lets go as well.
            drop(alone);
            let again = loop {
                if let Some(alone) = other.db.clean_alone().await.unwrap() {
                    break alone;
                }
            };
            again.release().await;
        }
        // At the same time: together they remove it once, and none fails for another reason.
        let engines = (engine(&backend), engine(&other));
        let (first, second) = tokio::join!(
            cleanup::sweep(&backend.db, &engines.0, &uploads, now, HOUR, Mode::Delete),
            cleanup::sweep(&other.db, &engines.1, &uploads, now, HOUR, Mode::Delete),
        );
        let mut sum = 0;
        for outcome in [first, second] {
            match outcome {
                Ok(counts) => sum += counts.sessions,
                Err(cleanup::Error::Running) => {}
                Err(error) => panic!("{}: {error}", backend.name),
            }
        }
        assert_eq!(sum, 1, "{}", backend.name);
        assert_eq!(backend.rows("sessions").await, 0);
    }
}

#[tokio::test]
async fn r58_visitors_save_while_thousands_of_sessions_are_removed() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        let living = visitor(&backend, &uploads, "living", beginning() + TimeDelta::days(30)).await;
        backend
            .db
            // On a busy machine it takes longer than a request may.
            .run_unhurried(|conn| {
                let now = beginning().naive_utc();
                cartellino::db::transaction(conn, |conn| {
                    for number in 0..3_000 {
                        open_session(conn, &format!("key {number}"), now, now)?;
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
        let card = backend.text("SELECT card_id AS t FROM card_section_data LIMIT 1").await;
        let cleaner = tokio::spawn({
            let (db, engine, uploads) = (backend.db.clone(), engine(&backend), uploads.clone());
            let now = beginning() + TimeDelta::days(1);
            async move {
                cleanup::sweep(&db, &engine, &uploads, now, HOUR, Mode::Delete)
                    .await
                    .unwrap()
            }
        });
        let mut in_between = 0;
        for version in 2..40 {
            let (living, card) = (living.clone(), card.clone());
            let save = backend.db.write(move |conn| {
                let now = beginning().naive_utc();
                cards::save(conn, &living, &card, "one", version, &format!("typed {version}"), now)
            });
            assert_eq!(save.await.unwrap(), version + 1);
            let left = backend.rows("sessions").await;
            in_between += usize::from(left > 1 && left < 3_001);
        }
        assert_eq!(cleaner.await.unwrap(), removed(3_000), "{}", backend.name);
        assert!(in_between > 5, "{}: {in_between} saves came in between", backend.name);
        assert_eq!(backend.rows("sessions").await, 1);
    }
}

#[tokio::test]
async fn r58_a_dry_run_says_what_the_real_one_then_does() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        for number in 0..7 {
            let expiry = beginning() + TimeDelta::hours(number * 5);
            visitor(&backend, &uploads, &format!("number {number}"), expiry).await;
        }
        uploads.keep("nobody", "orphan", &mut &b"x"[..]).unwrap();
        let long_ago = SystemTime::now() - Duration::from_secs(25 * 3600);
        let mut owners = fs::read_dir(uploads.folder().expect("a folder")).unwrap().flatten();
        let orphan = owners.find_map(|owner| fs::File::open(owner.path().join("orphan")).ok());
        orphan.expect("it is kept").set_modified(long_ago).unwrap();
        let now = beginning() + TimeDelta::hours(16);
        let folders = || {
            fs::read_dir(uploads.folder().expect("a folder"))
                .unwrap()
                .flatten()
                .filter(|entry| entry.path().is_dir())
        };
        let before = folders().count();
        let told = sweep(&backend, &uploads, now, Mode::DryRun).await;
        assert_eq!(
            (told.sessions, told.orphans, told.failed),
            (3, 1, 0),
            "{}",
            backend.name
        );
        assert_eq!(backend.rows("sessions").await, 7);
        assert_eq!(folders().count(), before);
        assert_eq!(sweep(&backend, &uploads, now, Mode::Delete).await, told);
        assert_eq!(sweep(&backend, &uploads, now, Mode::Delete).await, Counts::default());
        assert_eq!(sweep(&backend, &uploads, now, Mode::DryRun).await, Counts::default());
    }
}

#[tokio::test]
async fn r58_a_session_whose_rows_cannot_go_stops_nothing_and_goes_later() {
    let backend = Backend::sqlite().await;
    let uploads = uploads(&backend);
    for marker in ["first", "stubborn", "last"] {
        visitor(&backend, &uploads, marker, beginning()).await;
    }
    let execute = |sql: &'static str| {
        backend.db.run(move |conn| {
            use diesel::connection::SimpleConnection as _;
            if let cartellino::db::DbConnection::Sqlite(sqlite) = conn {
                sqlite.batch_execute(sql)?;
            }
            Ok(())
        })
    };
    execute(
        "CREATE TRIGGER stubborn BEFORE DELETE ON model_cards WHEN OLD.title LIKE '%stubborn%'
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .await
    .unwrap();
    let now = beginning() + TimeDelta::days(1);
    let counts = sweep(&backend, &uploads, now, Mode::Delete).await;
    assert_eq!((counts.sessions, counts.orphans, counts.failed), (2, 0, 1));
    assert_eq!(backend.rows("sessions").await, 1);
    assert!(
        is_anywhere(uploads.folder().expect("a folder"), "file stubborn"),
        "rows and files go together"
    );

    // The subcommand says it with its exit code.
    let run = || {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cartellino"))
            .args(["cleanup_sessions", "--all", "--database-url", &backend.url])
            .current_dir(backend.folder())
            .env_clear()
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (code, text) = run();
    assert!(code == 1 && text.contains("1 failed"), "{code} {text}");
    execute("DROP TRIGGER stubborn").await.unwrap();
    let (code, text) = run();
    assert!(code == 0 && text.contains("1 sessions"), "{code} {text}");
    assert_eq!(backend.rows("sessions").await, 0);
}

/// A session whose card has an upload of so many bytes.
async fn bulk(backend: &Backend, bytes: usize) -> SessionId {
    let bulk = move |conn: &mut cartellino::db::DbConnection| {
        let now = beginning().naive_utc();
        let session = open_session(conn, "bulk", now, now + TimeDelta::days(300))?;
        let card = NewCard {
            title: "bulk".to_owned(),
            format: "json".to_owned(),
            outline: "full".to_owned(),
            source: Some(vec![7; bytes]),
            file_name: None,
            once: None,
            sections: Vec::new(),
        };
        cards::create(conn, &session, &card, now)?;
        Ok(session)
    };
    backend.db.write(bulk).await.unwrap()
}

#[tokio::test]
async fn r58_a_file_too_large_to_be_written_anew_at_once_is_left_to_the_next_cleanup() {
    let backend = Backend::sqlite().await;
    let uploads = uploads(&backend);
    visitor(&backend, &uploads, "living", beginning() + TimeDelta::days(30)).await;
    bulk(&backend, 40 << 20).await;
    let is_marked = || backend.count("SELECT user_version AS n FROM pragma_user_version()");
    backend.db.tidy(upkeep::erase).await.unwrap();
    assert_eq!(is_marked().await, 1);
    assert_eq!(
        sweep(&backend, &uploads, beginning(), Mode::Delete).await,
        Counts::default()
    );
    assert_eq!(is_marked().await, 0);
    assert_eq!(
        backend
            .count("SELECT freelist_count AS n FROM pragma_freelist_count()")
            .await,
        0
    );
}

#[tokio::test]
async fn r58_the_space_of_much_is_given_back_in_steps_between_which_visitors_write() {
    let backend = Backend::sqlite().await;
    let uploads = uploads(&backend);
    let session = bulk(&backend, 20 << 20).await;
    let end = move |conn: &mut cartellino::db::DbConnection| {
        let now = beginning().naive_utc();
        sessions::end(conn, &session, now, now)
    };
    backend.db.write(end).await.unwrap();
    let (mut steps, mut saved) = (0, Vec::new());
    // As when nothing is to be made disappear at once, whatever the size.
    while backend.db.tidy(|conn| upkeep::reclaim(conn, false)).await.unwrap() == Reclaimed::Part {
        steps += 1;
        saved.push(visitor(&backend, &uploads, &format!("living {steps}"), beginning()).await);
        assert!(steps < 60, "it gets on");
    }
    assert!(steps > 3, "{steps} steps");
    assert_eq!(backend.rows("sessions").await, i64::try_from(saved.len()).unwrap());
    let free = "SELECT freelist_count AS n FROM pragma_freelist_count()";
    assert_eq!(backend.count(free).await, 0);
}

#[tokio::test]
async fn keys_that_were_ended_are_forgotten_after_a_day_and_sessions_when_they_would_have_expired() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        let session = visitor(&backend, &uploads, "ended", beginning() + TimeDelta::days(30)).await;
        backend
            .db
            .write(move |conn| {
                let now = beginning().naive_utc();
                sessions::end(conn, &session, now, now + TimeDelta::days(1))
            })
            .await
            .unwrap();
        for (later, remembered) in [
            (TimeDelta::hours(23), 2),
            (TimeDelta::hours(25), 1),
            (TimeDelta::days(30), 1),
            (TimeDelta::days(31), 0),
        ] {
            sweep(&backend, &uploads, beginning() + later, Mode::Delete).await;
            assert_eq!(
                backend.rows("ended_keys").await,
                remembered,
                "{} after {later}",
                backend.name
            );
        }
    }
}

#[tokio::test]
async fn r58_an_operator_ends_one_session_or_all() {
    for backend in Backend::all().await {
        let uploads = uploads(&backend);
        let later = beginning() + TimeDelta::days(30);
        for marker in ["firstmarker", "secondmarker", "thirdmarker"] {
            visitor(&backend, &uploads, marker, later).await;
        }
        let handle = backend.text("SELECT handle AS t FROM session_keys WHERE key_hash = 'key of secondmarker'");
        let handle = handle.await;
        let keys = engine(&backend);
        let end = |whose: Whose, mode: Mode| cleanup::end(&backend.db, &keys, &uploads, beginning(), whose, mode);
        let one = Whose::Browser(handle);
        assert_eq!(end(one.clone(), Mode::DryRun).await.unwrap(), removed(1));
        assert_eq!(backend.rows("sessions").await, 3);
        assert_eq!(end(one.clone(), Mode::Delete).await.unwrap(), removed(1));
        assert_eq!(end(one, Mode::Delete).await.unwrap(), removed(0));
        assert!(!is_anywhere(uploads.folder().expect("a folder"), "secondmarker"));
        assert!(
            is_anywhere(uploads.folder().expect("a folder"), "firstmarker")
                && is_anywhere(uploads.folder().expect("a folder"), "thirdmarker")
        );
        assert_eq!(backend.rows("model_cards").await, 2);
        assert_eq!(
            end(Whose::All, Mode::Delete).await.unwrap(),
            removed(2),
            "{}",
            backend.name
        );
        assert_eq!(backend.rows("sessions").await, 0);
        assert_eq!(
            backend.rows("ended_keys").await,
            6,
            "the keys do not open anything again"
        );
    }
}

#[test]
fn r58_the_subcommand_counts_and_answers_with_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cartellino"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (code, text) = run(&["cleanup_sessions"]);
    assert!(code == 2 && text.contains("cartellino migrate"), "{text}");
    assert_eq!(run(&["migrate", "--show"]).0, 1);
    assert_eq!(run(&["migrate"]).0, 0);
    assert_eq!(run(&["migrate", "--show"]).0, 0);
    let (code, text) = run(&["clearsessions", "--dry-run"]);
    assert!(code == 0 && text.starts_with("0 expired sessions"), "{text}");
    assert_eq!(run(&["cleanup_sessions", "--all"]).0, 0);
    assert_eq!(run(&["cleanup_sessions", "--session", "nobody"]).0, 2);
    let (code, text) = run(&["cleanup_sessions", "--database-url", "mysql://x"]);
    assert!(code == 2 && text.contains("DATABASE_URL"), "{text}");
}

#[cfg(unix)]
#[test]
fn the_server_stops_when_asked_even_if_nobody_reads_its_words() {
    use std::io::{BufRead as _, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_cartellino"))
        .current_dir(folder.path())
        .env_clear()
        .env("LISTEN", "127.0.0.1:0")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(server.stderr.take());
    let mut words = BufReader::new(server.stdout.take().unwrap());
    words.read_line(&mut String::new()).unwrap();
    drop(words);
    let ended = std::process::Command::new("kill").arg(server.id().to_string()).status();
    assert!(ended.unwrap().success());
    let began = std::time::Instant::now();
    let status = loop {
        match server.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() > Duration::from_secs(20) => {
                server.kill().unwrap();
                panic!("it did not stop");
            }
            None => std::thread::yield_now(),
        }
    };
    assert!(status.success(), "{status}");
}
