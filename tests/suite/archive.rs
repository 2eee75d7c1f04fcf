//! Taking everything along, and bringing it back: what comes back is equal, and what is no copy changes nothing.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Seek as _, Write as _};

use cartellino::archive::{Error, Incoming, Limits};
use cartellino::db::schema::{session_keys, sessions};
use cartellino::db::{cards, files};
use cartellino::session::SessionId;
use cartellino::uploads::Uploads;
use chrono::TimeDelta;
use diesel::prelude::*;
use reqwest::StatusCode;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::download::own_format;
use crate::editing::{press, save, section_form};
use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Upload, Visitor, corpus, fixture, say};

/// The entries of a ZIP by name.
pub type Entries = BTreeMap<String, Vec<u8>>;

/// What is in a ZIP.
pub fn unpack(bytes: &[u8]) -> Entries {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a ZIP");
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).expect("an entry");
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("the entry is whole");
            (entry.name().expect("a name").into_owned(), bytes)
        })
        .collect()
}

fn pack(entries: &Entries) -> Vec<u8> {
    pack_with(entries, SimpleFileOptions::default())
}

fn pack_with(entries: &Entries, options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(name.as_str(), options).expect("an entry begins");
        writer.write_all(bytes).expect("an entry is written");
    }
    writer.finish().expect("a ZIP").into_inner()
}

/// The entries with another text in those whose name ends so.
fn with(entries: &Entries, ending: &str, from: &str, to: &str) -> Vec<u8> {
    let mut found = 0;
    let changed = entries.iter().map(|(name, bytes)| {
        let text = String::from_utf8_lossy(bytes);
        let bytes = match name.ends_with(ending) && text.contains(from) {
            true => {
                found += 1;
                text.replacen(from, to, 1).into_bytes()
            }
            false => bytes.clone(),
        };
        (name.clone(), bytes)
    });
    let changed = pack(&changed.collect());
    assert!(found > 0, "no {ending} holds {from}");
    changed
}

async fn export(visitor: &Visitor) -> Vec<u8> {
    let answer = visitor.get("/session/export").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.bytes
}

async fn import_form(visitor: &Visitor) -> Form {
    let page = visitor.get("/session").await;
    page.page()
        .find_form(|form| form.files.iter().any(|name| name == "archive"))
}

async fn import(visitor: &Visitor, bytes: &[u8]) -> Answer {
    let form = import_form(visitor).await;
    let file = Upload {
        name: "copy.zip",
        bytes,
    };
    visitor.post_multipart(&form.action, &form, Some(file)).await
}

async fn must_import(visitor: &Visitor, bytes: &[u8]) {
    let answer = import(visitor, bytes).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    let home = visitor.follow(answer).await;
    assert!(
        home.page().texts("main .notice").join(" ").contains(" of your copy "),
        "{}",
        home.text()
    );
}

/// Types into a text of a section and saves.
async fn type_into(visitor: &Visitor, section: &str, text: &str) {
    let page = visitor.get(section).await;
    let mut form = section_form(&page);
    let is_answer = |name: &&String| name.starts_with("f.") && !name.contains('~');
    let control = form.texts.iter().find(is_answer).cloned().expect("a box to write in");
    save(visitor, &page, form.set(&control, text)).await;
}

/// A session with everything that a copy has to carry. Time goes by in between.
async fn rich_session(app: &TestApp, visitor: &Visitor) {
    let untouched = fixture("json/crlf.json");
    let data = visitor.card("untouched.json", &untouched).await;

    app.pass(TimeDelta::seconds(61));
    let edited = visitor
        .card("Größe, ice.json", &fixture("model-card-toolkit/v1-indent-2.json"))
        .await;
    let sections = visitor.sections(&edited).await;
    for text in ["first thought", "second ␀ thought", "third\nthought"] {
        app.pass(TimeDelta::microseconds(1_234_567));
        type_into(visitor, &sections[0], text).await;
    }
    type_into(visitor, &sections[1], "elsewhere").await;

    app.pass(TimeDelta::seconds(61));
    let form = visitor
        .get("/")
        .await
        .page()
        .find_form(|form| form.value("outline").is_some());
    let blank = crate::harness::card_of(&visitor.post_multipart("/cards", &form, None).await.location());
    let overview = visitor.get(&blank).await;
    for title in ["On winters", "On springs"] {
        let mut form = overview
            .page()
            .find_form(|form| form.buttons.iter().any(|button| button.text == "Add section"));
        form.set("title", title);
        form.set("once", &format!("once-{}", title.len() + title.as_bytes()[3] as usize));
        let added = visitor.submit(&overview, form.press("Add section")).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
        app.pass(TimeDelta::seconds(5));
    }
    let winters = visitor
        .sections(&blank)
        .await
        .into_iter()
        .find(|section| section.ends_with("on-winters"))
        .expect("the section is there");
    let page = visitor.get(&winters).await;
    let mut form = section_form(&page);
    let page = press(visitor, &page, form.set("new-field", "Coldest"), "Add field").await;
    type_into(visitor, &winters, "1987").await;
    let page = visitor.get(&page.path).await;
    press(visitor, &page, &mut section_form(&page), "Delete the section").await;
    let first = visitor.sections(&blank).await.remove(0);
    type_into(visitor, &first, "A model of winters").await;

    let page = visitor.get(&edited).await;
    let mut form = page
        .page()
        .find_form(|form| form.action == format!("{edited}/datasheet/link"));
    form.set("datasheet", data.trim_start_matches("/cards/"));
    assert_eq!(visitor.submit(&page, &form).await.status, StatusCode::SEE_OTHER);

    // Made in the same moment: their order must be kept all the same.
    app.pass(TimeDelta::seconds(61));
    for card in [&edited, &blank] {
        let home = visitor.get("/").await;
        let action = format!("{card}/duplicate");
        let form = home.page().find_form(|form| form.action == action);
        assert_eq!(visitor.submit(&home, &form).await.status, StatusCode::SEE_OTHER);
    }
}

/// Everything that is stored of the n-th session, without ids.
async fn state(app: &TestApp, session: usize) -> Vec<String> {
    let uploads = Uploads::in_folder(&app.folder().join("uploads")).expect("the folder is there");
    let stored = app.db.run(move |conn| {
        let ids: Vec<String> = sessions::table
            .order((sessions::created_at.asc(), sessions::id.asc()))
            .select(sessions::id)
            .load(conn)?;
        let session = SessionId::from_row(ids[session].clone());
        let mut found = Vec::new();
        for row in cards::list(conn, &session)? {
            for datasheet in cards::datasheets_of(conn, &session, &row.id)? {
                found.push(format!("datasheet {} of {}", datasheet.title, row.title));
            }
            let version = cards::version(conn, &session, &row.id)?;
            let source = cards::source(conn, &session, &row.id)?;
            let (made, changed) = (row.created_at, row.updated_at);
            found.push(format!(
                "card {} {} {} {:?} {version} {made} {changed} {source:?}",
                row.title, row.format, row.outline, row.file_name
            ));
            for section in cards::sections(conn, &session, &row.id)? {
                found.push(format!("section {section:?}"));
            }
            for id in cards::history(conn, &session, &row.id)? {
                found.push(format!("earlier {:?}", cards::history_entry(conn, &session, &id)?));
            }
            for file in files::list(conn, &session, &row.id)? {
                let mut bytes = Vec::new();
                let mut content = uploads.read(session.as_str(), &file.id).expect("the bytes are there");
                content.read_to_end(&mut bytes).expect("the bytes can be read");
                found.push(format!(
                    "file {:?} {} {} {} {} {} {bytes:?}",
                    file.section_key, file.name, file.media_type, file.size, file.sha256, file.created_at
                ));
            }
        }
        Ok(found)
    });
    stored.await.expect("the rows can be read")
}

/// How many rows and files there are.
async fn counts(app: &TestApp) -> Vec<i64> {
    let mut found = Vec::new();
    for table in [
        "sessions",
        "session_keys",
        "model_cards",
        "card_section_data",
        "card_revisions",
        "files",
    ] {
        found.push(app.rows(table).await);
    }
    let folders = std::fs::read_dir(app.folder().join("uploads")).expect("the folder is there");
    let files = folders
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|folder| std::fs::read_dir(folder.path()).expect("a folder").count());
    found.push(files.sum::<usize>() as i64);
    found
}

/// The addresses of the visitor's cards, as the first page lists them.
async fn cards_of(visitor: &Visitor) -> Vec<String> {
    let home = visitor.get("/").await;
    home.page()
        .all("h2.name a")
        .iter()
        .filter_map(|link| link.attr("href").map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn r71_what_was_taken_along_comes_back_equal() {
    let app = TestApp::start().await;
    assert_equal_after_import(&app, &app).await;
}

#[tokio::test]
async fn r71_a_copy_goes_from_one_database_to_the_other() {
    let Some(postgres) = TestApp::start_on_postgres().await else {
        return;
    };
    let sqlite = TestApp::start().await;
    assert_equal_after_import(&sqlite, &postgres).await;
    assert_equal_after_import(&postgres, &TestApp::start().await).await;
}

async fn assert_equal_after_import(from: &TestApp, to: &TestApp) {
    let anna = from.visitor();
    // Another session may be there from an earlier round; this one is younger.
    from.pass(TimeDelta::seconds(1));
    let before = from.rows("sessions").await as usize;
    rich_session(from, &anna).await;
    let original = state(from, before).await;
    assert!(original.iter().filter(|row| row.starts_with("earlier")).count() >= 4);
    assert_eq!(original.iter().filter(|row| row.starts_with("datasheet")).count(), 1);
    let copy = export(&anna).await;
    if !std::ptr::eq(from, to) {
        to.pass(from.clock.now() - to.clock.now());
    }
    to.pass(TimeDelta::seconds(1));

    let boris = to.visitor();
    let there = to.rows("sessions").await as usize;
    must_import(&boris, &copy).await;
    let restored = state(to, there).await;
    assert_eq!(restored.len(), original.len());
    for (one, other) in original.iter().zip(&restored) {
        assert_eq!(one, other);
    }

    // The same as people see it.
    let (hers, his) = (cards_of(&anna).await, cards_of(&boris).await);
    assert_eq!((hers.len(), his.len()), (5, 5));
    for (one, other) in hers.iter().zip(&his) {
        assert_ne!(one, other, "ids are new");
        let format = own_format(&anna, one).await;
        assert_eq!(anna.download(one, &format).await, boris.download(other, &format).await);
        let (original, copied) = (
            anna.get(&format!("{one}/original")).await,
            boris.get(&format!("{other}/original")).await,
        );
        assert_eq!(original.status, copied.status);
        if original.status == StatusCode::OK {
            assert_eq!(original.bytes, copied.bytes);
            assert_eq!(
                original.header("content-disposition"),
                copied.header("content-disposition")
            );
        }
        for page in ["/preview", "/changes", "/import"] {
            let theirs = boris.get(&format!("{other}{page}")).await.page().main();
            assert_eq!(anna.get(&format!("{one}{page}")).await.page().main(), theirs, "{page}");
        }
    }

    // A removed section is put back from the copy.
    let blank = his
        .iter()
        .zip(1..)
        .find(|(_, place)| *place == 3)
        .map(|(card, _)| card.clone());
    let blank = blank.expect("a third card");
    let overview = boris.get(&format!("{blank}?removed=on-winters")).await;
    let mut back = overview
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    assert_eq!(
        boris.submit(&overview, back.press("Undo")).await.status,
        StatusCode::SEE_OTHER
    );
    let section = boris.get(&format!("{blank}/sections/on-winters")).await;
    assert!(section.text().contains("1987"), "{}", section.page().main());
}

#[tokio::test]
async fn a_copy_of_a_copy_is_the_same_copy() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    rich_session(&app, &anna).await;
    let first = export(&anna).await;
    must_import(&boris, &first).await;
    let (first, second) = (unpack(&first), unpack(&export(&boris).await));
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>(),
        "the same entries"
    );
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name} differs");
    }
}

#[tokio::test]
async fn real_cards_come_back_equal() {
    let Some(samples) = corpus(&["mct-json", "webcards", "homemade-json"]) else {
        return;
    };
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    let mut stored = 0;
    for sample in &samples {
        if anna.upload(&sample.name, &sample.bytes).await.status == StatusCode::SEE_OTHER {
            stored += 1;
        }
    }
    app.pass(TimeDelta::seconds(1));
    let copy = export(&anna).await;
    must_import(&boris, &copy).await;
    let (hers, his) = (state(&app, 0).await, state(&app, 1).await);
    assert!(hers == his, "the rows differ");
    assert_eq!(hers.iter().filter(|row| row.starts_with("card ")).count(), stored);
    assert!(
        unpack(&copy) == unpack(&export(&boris).await) || stored == 0,
        "the copies differ"
    );
    say(&format!("{stored} real cards, {} bytes of ZIP", copy.len()));
}

#[tokio::test]
async fn the_copy_is_useful_without_us() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    rich_session(&app, &anna).await;
    let answer = anna.get("/session/export").await;
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(
        answer.header("content-disposition"),
        format!(
            "attachment; filename=\"cartellino-{}.zip\"",
            app.clock.now().format("%Y-%m-%d")
        )
    );
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(answer.header("content-length"), answer.bytes.len().to_string());
    let entries = unpack(&answer.bytes);
    let original = "cards/004-Northern-Lakes/original/Größe-ice.json";
    let ending = |end: &str| entries.keys().filter(|name| name.ends_with(end)).collect::<Vec<_>>();
    let edited: Vec<_> = ending("original/Größe-ice.json");
    assert_eq!(edited.len(), 2, "{:#?} has no {original}", entries.keys());
    assert_eq!(entries[edited[1]], fixture("model-card-toolkit/v1-indent-2.json"));
    let finished = edited[1].replace("original/", "finished/");
    let card = cards_of(&anna).await.remove(3);
    assert_eq!(
        entries[&finished],
        anna.download(&card, "model-card-toolkit-0.0.1").await
    );
    // What was not edited is there once.
    assert_eq!(ending("original/untouched.json").len(), 1);
    assert_eq!(ending("finished/untouched.json").len(), 0);
    assert!(String::from_utf8_lossy(&entries["README.txt"]).contains("How to bring it back"));
    let manifest: serde_json::Value = serde_json::from_slice(&entries["manifest.json"]).expect("JSON");
    assert_eq!(manifest["format"], "cartellino-archive");
    assert_eq!(manifest["version"], 1);
    assert_eq!(manifest["cards"].as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn r14_r17_a_copy_holds_no_key_and_no_id() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    rich_session(&app, &anna).await;
    let page = anna.get("/").await;
    let cookie = page.header("set-cookie").to_owned();
    let mut secrets: Vec<String> = cookie
        .split(';')
        .next()
        .and_then(|pair| pair.split_once('='))
        .map(|(_, value)| value.to_owned())
        .into_iter()
        .collect();
    secrets.extend(cards_of(&anna).await.iter().map(|card| card.replace("/cards/", "")));
    let rows = app.db.run(|conn| {
        let mut found: Vec<String> = sessions::table.select(sessions::id).load(conn)?;
        let keys: Vec<(String, String)> = session_keys::table
            .select((session_keys::key_hash, session_keys::handle))
            .load(conn)?;
        found.extend(keys.into_iter().flat_map(|(hash, handle)| [hash, handle]));
        found.extend(
            cartellino::db::schema::files::table
                .select(cartellino::db::schema::files::id)
                .load::<String>(conn)?,
        );
        Ok(found)
    });
    secrets.extend(rows.await.expect("rows"));
    assert!(secrets.len() > 8);
    let copy = export(&anna).await;
    let mut all = unpack(&copy);
    all.insert("the ZIP itself".to_owned(), copy);
    for (name, bytes) in &all {
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found && !name.contains(secret.as_str()), "{name} holds {secret}");
        }
    }
}

#[tokio::test]
async fn a_copy_comes_beside_what_is_there_and_only_once_for_one_form() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    anna.card("hers.json", b"{\"name\": \"Hers\"}").await;
    let his = boris.card("his.json", b"{\"name\": \"His\"}").await;
    let copy = export(&anna).await;
    let form = import_form(&boris).await;
    for _ in 0..3 {
        let file = Upload {
            name: "copy.zip",
            bytes: &copy,
        };
        let answer = boris.post_multipart(&form.action, &form, Some(file)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(cards_of(&boris).await.len(), 2, "the same form has one effect");
    assert_eq!(counts(&app).await[6], 3, "files");
    assert_eq!(boris.download(&his, "json").await, b"{\"name\": \"His\"}");
    // Another form is another wish.
    must_import(&boris, &copy).await;
    assert_eq!(cards_of(&boris).await.len(), 3);
    assert_eq!(cards_of(&anna).await.len(), 1, "nobody else is concerned");
    // Deleting goes as far as for a card that was uploaded.
    let page = boris.get("/session/delete").await;
    let mut form = page
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Delete everything"));
    boris.submit(&page, form.press("Delete everything")).await;
    assert_eq!(app.rows("model_cards").await, 1);
    assert_eq!(counts(&app).await[6], 1, "files");
}

#[tokio::test]
async fn without_cards_there_is_nothing_to_download() {
    let app = TestApp::start().await;
    let nobody = app.visitor();
    let answer = nobody.get("/session/export").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/session");
    let page = nobody.get("/session").await;
    assert!(page.page().heading().contains("Your work") && page.text().contains("Bring a copy back"));
    assert!(
        nobody
            .get("/")
            .await
            .page()
            .links()
            .contains(&"/session#copy".to_owned())
    );

    let anna = app.visitor();
    let card = anna.card("a.json", b"{\"name\": \"A\"}").await;
    let links = anna.get(&card).await.page().links();
    assert!(
        links.contains(&"/session/export".to_owned()),
        "on every page: {links:?}"
    );
    assert_eq!(counts(&app).await[..3], [1, 1, 1], "looking stored nothing");
}

/// A small copy.
async fn small(app: &TestApp) -> Entries {
    let anna = app.visitor();
    let card = anna
        .card("lake.json", b"{\"name\": \"Lake\", \"about\": \"ice\"}")
        .await;
    for (section, text) in anna.sections(&card).await.iter().zip(["one", "two"]) {
        type_into(&anna, section, text).await;
    }
    unpack(&export(&anna).await)
}

/// The central directory says that the first entry is encrypted.
fn encrypted(mut bytes: Vec<u8>) -> Vec<u8> {
    for signature in [b"PK\x03\x04", b"PK\x01\x02"] {
        let flags = if signature == b"PK\x03\x04" { 6 } else { 8 };
        let places: Vec<usize> = (0..bytes.len() - 4)
            .filter(|at| &bytes[*at..*at + 4] == signature)
            .collect();
        for place in places {
            bytes[place + flags] |= 1;
        }
    }
    bytes
}

/// The ZIP with one of its names spelled as another of the same length, in its list and before its bytes.
fn renamed(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = (0..bytes.len() - from.len())
        .filter(|at| &bytes[*at..*at + from.len()] == from.as_bytes())
        .collect();
    assert!(places.len() >= 2);
    for place in places {
        bytes[place..place + from.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[tokio::test]
async fn what_is_no_copy_is_refused_in_words_and_changes_nothing() {
    let app = TestApp::start_with(&["--max-upload-bytes", "2000"]).await;
    let entries = small(&app).await;
    let whole = pack(&entries);
    let mut bomb = entries.clone();
    bomb.extend(
        entries
            .keys()
            .filter(|name| name.ends_with("sections.jsonl"))
            .map(|name| (name.clone(), vec![b' '; 60 << 20])),
    );
    let mut large = entries.clone();
    large.extend(
        entries
            .keys()
            .filter(|name| name.contains("original/"))
            .map(|name| (name.clone(), vec![b'0'; 60 << 20])),
    );
    let many: Entries = (0..20_001)
        .map(|n| (format!("{n}"), Vec::new()))
        .chain(entries.clone())
        .collect();
    let missing: Entries = entries
        .clone()
        .into_iter()
        .filter(|(name, _)| !name.contains("original/"))
        .collect();
    let foreign: Entries = [("a.txt".to_owned(), b"a".to_vec())].into();
    let doubled = {
        let mut two = entries.clone();
        two.insert("README.tx2".to_owned(), b"x".to_vec());
        renamed(&pack(&two), "README.tx2", "README.txt")
    };
    let lines = |from: &str, to: &str| with(&entries, "sections.jsonl", from, to);
    let card = |from: &str, to: &str| with(&entries, "card.json", from, to);
    let no_cards = {
        let mut none = entries.clone();
        none.insert(
            "manifest.json".to_owned(),
            b"{\"format\": \"cartellino-archive\", \"version\": 1, \"cards\": []}".to_vec(),
        );
        pack(&none)
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "a picture",
            b"\x89PNG\r\n\x1a\n and so on, and on".to_vec(),
            "is no ZIP file",
        ),
        ("a card", b"{\"name\": \"Lake\"}".to_vec(), "is no ZIP file"),
        ("an empty ZIP", pack(&Entries::new()), "no “manifest.json”"),
        ("another ZIP", pack(&foreign), "no “manifest.json”"),
        (
            "a half",
            whole[..whole.len() / 2].to_vec(),
            "end of the ZIP file is missing",
        ),
        (
            "a bit less",
            whole[..whole.len() - 1].to_vec(),
            "end of the ZIP file is missing",
        ),
        (
            "a bit more",
            [&whole[..], b"x"].concat(),
            "end of the ZIP file is missing",
        ),
        (
            "a newer copy",
            with(&entries, "manifest.json", "\"version\": 1", "\"version\": 2"),
            "version 2, and version 1 is known",
        ),
        (
            "a foreign manifest",
            with(&entries, "manifest.json", "cartellino-archive", "backup"),
            "does not say that it is a copy",
        ),
        (
            "a broken manifest",
            with(&entries, "manifest.json", "{", "{{"),
            "is no JSON",
        ),
        ("no cards", no_cards, "no card in the copy"),
        ("a password", encrypted(whole.clone()), "protected by a password"),
        ("two of a name", doubled, "two entries of the same name"),
        ("a missing original", pack(&missing), "is missing in the ZIP file"),
        (
            "another original",
            with(&entries, "lake.json", "Lake", "Loke"),
            "SHA-256 differs",
        ),
        (
            "a number as title",
            card("\"title\": \"one\"", "\"title\": 7"),
            "“title” is not a text",
        ),
        (
            "a number as owner",
            card("\"title\": \"one\"", "\"title\": \"one\", \"datasheet_of\": 7"),
            "“datasheet_of” is not a text",
        ),
        (
            "a datasheet of nothing",
            card("\"title\": \"one\"", "\"title\": \"one\", \"datasheet_of\": \"../x\""),
            "a datasheet of “../x”, which is no card of the copy",
        ),
        (
            "a path as format",
            card("\"format\": \"json\"", "\"format\": \"../json\""),
            "“format” is not a word",
        ),
        (
            "an unknown format",
            card("\"format\": \"json\"", "\"format\": \"tomorrow\""),
            "format “tomorrow”, which is not known",
        ),
        (
            "a format to write only",
            card("\"format\": \"json\"", "\"format\": \"html\""),
            "format “html”, which is not known",
        ),
        (
            "a path outside",
            card("original/lake.json", "../../../../etc/passwd"),
            "is missing in the ZIP file",
        ),
        (
            "no time",
            card("\"updated_at\": \"2", "\"updated_at\": \"x"),
            "“updated_at” is not a time",
        ),
        (
            "a path as key",
            lines("\"key\": \"", "\"key\": \"../"),
            "“key” is not a word",
        ),
        (
            "a huge version",
            lines("\"version\": ", "\"version\": 999999999"),
            "“version” is not a whole number",
        ),
        ("no position", lines("\"position\"", "\"pos\""), "line 1 of"),
        ("a list as section", lines("{", "[{"), "is no JSON"),
        (
            "history of another kind",
            with(&entries, "history.jsonl", "\"removed\": false", "\"removed\": 0"),
            "“removed” is not true or false",
        ),
        ("a bomb", pack(&bomb), "than a section can hold"),
        ("a large original", pack(&large), "is larger than this server takes"),
        ("many entries", pack(&many), "20000 are taken"),
    ];
    let before = counts(&app).await;
    for (what, bytes, words) in cases {
        let stranger = app.visitor();
        let answer = import(&stranger, &bytes).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{what}: {}",
            answer.page().main()
        );
        let main = answer.page().main();
        assert!(main.contains(words), "{what}: {main}");
        assert!(main.contains("Nothing was stored"), "{what}: {main}");
        assert_eq!(counts(&app).await, before, "{what} left something behind");
    }
    // Two sections of one key.
    let name = entries
        .keys()
        .find(|name| name.ends_with("sections.jsonl"))
        .expect("sections")
        .clone();
    let mut twice = entries.clone();
    let line = twice[&name].clone();
    twice.get_mut(&name).expect("sections").extend(line);
    let answer = import(&app.visitor(), &pack(&twice)).await;
    assert!(
        answer.page().main().contains("has two sections"),
        "{}",
        answer.page().main()
    );
    assert_eq!(counts(&app).await, before);
    // And nothing at all.
    let stranger = app.visitor();
    for bytes in [
        None,
        Some(Upload {
            name: "a.zip",
            bytes: b"",
        }),
    ] {
        let form = import_form(&stranger).await;
        let answer = stranger.post_multipart(&form.action, &form, bytes).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(counts(&app).await, before);
    must_import(&app.visitor(), &whole).await;
}

#[tokio::test]
async fn a_copy_that_was_unpacked_and_packed_again_is_taken() {
    let app = TestApp::start().await;
    let entries = small(&app).await;
    let inside: Entries = entries
        .iter()
        .map(|(name, bytes)| (format!("cartellino-2026/{name}"), bytes.clone()))
        .chain([("__MACOSX/x".to_owned(), b"x".to_vec())])
        .collect();
    must_import(&app.visitor(), &pack(&inside)).await;
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    must_import(&app.visitor(), &pack_with(&inside, stored)).await;
}

#[tokio::test]
async fn values_that_are_no_fields_are_kept_as_text() {
    let app = TestApp::start().await;
    let entries = small(&app).await;
    let deep = format!(
        "{{\"id\": \"+d\", \"label\": \"D\", \"value\": {}1{}}}",
        "[".repeat(140),
        "]".repeat(140)
    );
    for (fields, words) in [
        ("\"just a text\"", "just a text"),
        ("{\"a\": \"member\"}", "member"),
        (
            "[1, {\"id\": \"+x\", \"label\": \"X\", \"value\": \"kept too\"}]",
            "kept too",
        ),
        ("[{\"id\": 7, \"value\": \"number for id\"}]", "number for id"),
        (deep.as_str(), "[[[[1]]]]"),
    ] {
        let fields = if fields.starts_with("{\"id\"") {
            format!("[{fields}]")
        } else {
            fields.to_owned()
        };
        let visitor = app.visitor();
        let bytes = with(
            &entries,
            "sections.jsonl",
            "\"fields\": ",
            &format!("\"fields\": {fields}, \"was\": "),
        );
        must_import(&visitor, &bytes).await;
        let card = cards_of(&visitor).await.remove(0);
        let section = visitor.sections(&card).await.remove(0);
        let page = visitor.get(&section).await;
        assert!(page.text().contains(words), "{fields}: {}", page.page().main());
        assert_works(&visitor, &card).await;
    }
}

/// No page of the card fails.
async fn assert_works(visitor: &Visitor, card: &str) {
    let mut pages: Vec<String> = [
        "",
        "/import",
        "/preview",
        "/changes",
        "/download",
        "/original",
        "/delete",
    ]
    .iter()
    .map(|page| format!("{card}{page}"))
    .collect();
    pages.extend(
        cartellino::format::Format::ALL
            .iter()
            .map(|format| format!("{card}/download/{}", format.id())),
    );
    pages.extend(visitor.sections(card).await);
    for page in pages {
        let status = visitor.get(&page).await.status;
        assert!(!status.is_server_error(), "{page}: {status}");
    }
}

#[tokio::test]
async fn unpacking_stops_at_the_limits() {
    let app = TestApp::start().await;
    let entries = small(&app).await;
    let folder = tempfile::tempdir().expect("a folder");
    let uploads = Uploads::in_folder(folder.path()).expect("a folder for uploads");
    let now = app.clock.now().naive_utc();
    let open = |limits: Limits| {
        let mut file = uploads.scratch().expect("a file");
        file.write_all(&pack(&entries)).expect("it is written");
        file.rewind().expect("it can be read");
        match Incoming::open(file, limits, &uploads, now) {
            Ok(_) => String::new(),
            Err(Error::Refused(refusal)) => refusal.message.to_string(),
            Err(other) => panic!("{other}"),
        }
    };
    let limits = Limits::of(10_000);
    assert_eq!(open(limits), "");
    let bytes: usize = entries.values().map(Vec::len).sum();
    let unpacked = |unpacked_bytes: usize| Limits {
        unpacked_bytes: unpacked_bytes as u64,
        ..limits
    };
    assert_eq!(open(unpacked(2 * bytes)), "");
    assert!(open(unpacked(1_000)).contains("holds more, once it is unpacked"));
    assert!(open(Limits { sections: 0, ..limits }).contains("more than 0 sections"));
    assert!(open(Limits { revisions: 1, ..limits }).contains("more history"));
    assert!(open(Limits { files: 0, ..limits }).contains("more than 0 files"));
    assert!(open(Limits { cards: 0, ..limits }).contains("1 cards; 0 are taken"));
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "nothing stays of what is not stored");
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }

    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.roll(3) {
            let at = self.roll(bytes.len());
            match self.roll(5) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.roll(256) as u8),
                2 => drop(bytes.drain(at..(at + self.roll(20)).min(bytes.len()))),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = b"\0\"{}[],:0-9\xff"[self.roll(12)];
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn no_spoiled_copy_breaks_the_server_or_leaves_half_a_card() {
    let app = TestApp::start().await;
    let entries = small(&app).await;
    let whole = pack(&entries);
    let mut dice = Dice(7);
    let mut before = counts(&app).await;
    let mut taken = 0;
    for round in 0..400 {
        // In the first half the ZIP is spoiled, then what is in it.
        let bytes = if round < 200 {
            let mut bytes = whole.clone();
            dice.spoil(&mut bytes);
            bytes
        } else {
            let mut spoiled = entries.clone();
            let of_use: Vec<String> = entries.keys().filter(|name| name.contains(".json")).cloned().collect();
            let name = &of_use[dice.roll(of_use.len())];
            dice.spoil(spoiled.get_mut(name).expect("an entry"));
            pack(&spoiled)
        };
        let visitor = app.visitor();
        let answer = import(&visitor, &bytes).await;
        let after = counts(&app).await;
        match answer.status {
            StatusCode::SEE_OTHER => {
                taken += 1;
                assert_eq!(
                    after[..3],
                    [before[0] + 1, before[1] + 1, before[2] + 1],
                    "round {round}"
                );
                assert_eq!(after[6], after[5], "each file has its row: round {round}");
                if round >= 200 {
                    assert_works(&visitor, &cards_of(&visitor).await.remove(0)).await;
                }
            }
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => {
                assert_eq!(after, before, "round {round} left something behind");
            }
            other => panic!("round {round}: {other}: {}", answer.page().main()),
        }
        before = after;
    }
    assert!((10..390).contains(&taken), "both happens: {taken}");
}
