//! Backup while visitors write, back on another machine, and what verification finds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use cartellino::db::{Db, DbConnection};
use diesel::connection::SimpleConnection as _;
use reqwest::StatusCode;

use crate::cli::{Desk, Ended};
use crate::editing::section_form;
use crate::elsewhere::follow;
use crate::figures::{add_to, added, pictures, plot};
use crate::harness::chromium::wait_for;
use crate::harness::page::Form;
use crate::harness::program::Program;
use crate::harness::s3::S3;
use crate::harness::{Answer, Visitor};
use crate::postgres;

const CARD: &[u8] = br#"{"notes": {"count": "saves: 0", "rest": "The otter sleeps."}}"#;

/// A machine: a folder with a database of its own, in which the program is run.
pub struct Machine {
    /// Its folder.
    pub desk: Desk,
    database: String,
}

impl Machine {
    /// One with SQLite.
    pub fn on_sqlite() -> Self {
        let database = "sqlite://cartellino.db".to_owned();
        Self {
            desk: Desk::new(),
            database,
        }
    }

    /// One with PostgreSQL, where that is installed.
    pub fn on_postgres() -> Option<Self> {
        let database = postgres::new_database()?;
        Some(Self {
            desk: Desk::new(),
            database,
        })
    }

    fn folder(&self) -> PathBuf {
        self.desk.path(".")
    }

    /// Starts the server.
    pub fn start(&self) -> Program {
        Program::start_with(&self.folder(), &[], &["--database-url", &self.database])
    }

    /// Runs a command beside it.
    pub fn run(&self, words: &[&str]) -> Ended {
        self.desk.run(&[words, &["--database-url", &self.database]].concat())
    }

    /// Runs what must work; what it wrote.
    pub fn done(&self, words: &[&str]) -> String {
        let ended = self.run(words);
        assert_eq!(ended.code, 0, "{words:?}: {}{}", ended.out, ended.err);
        [ended.out, ended.err].concat()
    }
}

/// Two empty machines with the same kind of database, for each kind.
fn pairs() -> Vec<[Machine; 2]> {
    let mut pairs = vec![[Machine::on_sqlite(), Machine::on_sqlite()]];
    if let (Some(one), Some(other)) = (Machine::on_postgres(), Machine::on_postgres()) {
        pairs.push([one, other]);
    }
    pairs
}

async fn section(visitor: &Visitor) -> String {
    format!("{}/sections/notes", visitor.card("otter.json", CARD).await)
}

/// The number of saves that the section shows.
fn counted(page: &Answer) -> usize {
    let form = section_form(page);
    let mut shown = form
        .fields
        .iter()
        .filter_map(|(_, value)| value.strip_prefix("saves: "));
    shown.next().expect("the count").parse().expect("a number")
}

/// The section's form as a page that stays open has it.
struct Typing {
    form: Form,
    control: String,
    count: usize,
}

impl Typing {
    async fn open(visitor: &Visitor, section: &str) -> Self {
        let page = visitor.get(section).await;
        let (form, count) = (section_form(&page), counted(&page));
        let control = form.control_showing(&format!("saves: {count}")).expect("it is shown");
        let control = control.to_owned();
        Self { form, control, count }
    }

    /// Saves the next number; returns it when the server has acknowledged it.
    async fn save(&mut self, visitor: &Visitor, section: &str) -> usize {
        self.count += 1;
        self.form.set(&self.control, &format!("saves: {}", self.count));
        let mut fields = self.form.fields.clone();
        fields.push(("do".to_owned(), "autosave".to_owned()));
        let answer = visitor.post_as_script(section, &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        self.form.set("version", &answer.json()["version"].to_string());
        self.count
    }
}

async fn delete_card(visitor: &Visitor, card: &str) {
    let page = visitor.get(&format!("{card}/delete")).await;
    let form = page
        .page()
        .find_form(|form| form.action.ends_with("/delete") || form.action.is_empty());
    let answer = visitor.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

async fn delete_everything(visitor: &Visitor) {
    let page = visitor.get("/session/delete").await;
    let form = page
        .page()
        .find_form(|form| form.action.is_empty() || form.action.ends_with("/session/delete"));
    let answer = visitor.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text().contains("Everything is deleted"), "{}", answer.text());
}

/// How many pictures somebody keeps who works for long; a card may have a few more.
const PICTURES: usize = 20;

/// How often somebody saves before a picture comes.
const SAVES: usize = 8;

/// Somebody who saves, adds pictures, and makes and deletes other cards with pictures until it is enough.
async fn busy(visitor: Visitor, section: String, acknowledged: Arc<AtomicUsize>, enough: Arc<AtomicBool>) {
    for round in 0.. {
        let mut typing = Typing::open(&visitor, &section).await;
        for _ in 0..SAVES {
            if enough.load(Ordering::Relaxed) {
                return;
            }
            acknowledged.store(typing.save(&visitor, &section).await, Ordering::Release);
        }
        let shade = u8::try_from(round % 250).expect("small");
        if round < PICTURES {
            added(&visitor, &section, &plot(shade)).await;
        }
        if round % 2 == 1 {
            let other = self::section(&visitor).await;
            added(&visitor, &other, &plot(shade)).await;
            delete_card(&visitor, other.trim_end_matches("/sections/notes")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_fifty_visitors_write_is_whole_on_another_machine() {
    for [here, there] in pairs() {
        let server = here.start();
        let enough = Arc::new(AtomicBool::new(false));
        let mut visitors = Vec::new();
        for _ in 0..50 {
            let visitor = server.visitor();
            let section = section(&visitor).await;
            added(&visitor, &section, &plot(77)).await;
            visitors.push((visitor, section, Arc::new(AtomicUsize::new(0))));
        }
        let work: Vec<_> = visitors
            .iter()
            .map(|(visitor, section, count)| {
                tokio::spawn(busy(
                    visitor.clone(),
                    section.clone(),
                    Arc::clone(count),
                    Arc::clone(&enough),
                ))
            })
            .collect();
        let (mut floor, mut said) = (Vec::new(), String::new());
        for (name, saves) in [("first", SAVES), ("second", 2 * SAVES), ("third", 3 * SAVES)] {
            for (_, _, count) in &visitors {
                let has_saved = async || (count.load(Ordering::Acquire) >= saves).then_some(());
                wait_for("everybody's saves", has_saved).await;
            }
            floor = visitors
                .iter()
                .map(|(_, _, count)| count.load(Ordering::Acquire))
                .collect();
            said = tokio::task::block_in_place(|| here.done(&["backup", name]));
            let ended = tokio::task::block_in_place(|| here.run(&["verify", "--backup", name]));
            assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
        }
        assert!(said.starts_with("third: "), "{said}");
        enough.store(true, Ordering::Relaxed);
        for one in work {
            one.await.expect("nobody was turned away");
        }
        let saves: usize = visitors.iter().map(|(_, _, count)| count.load(Ordering::Acquire)).sum();
        println!(
            "{saves} saves were acknowledged, {} of them before the last backup",
            floor.iter().sum::<usize>()
        );
        server.stop();
        assert!(here.done(&["verify"]).contains("nothing is wrong"));

        let backup = here.desk.path("third");
        there.done(&["restore", backup.to_str().unwrap()]);
        assert!(there.done(&["verify"]).contains("nothing is wrong"));
        let server = there.start();
        for ((visitor, section, _), floor) in visitors.iter().zip(floor) {
            let visitor = visitor.at(&server.origin);
            let page = visitor.get(section).await;
            assert_eq!(page.status, StatusCode::OK, "nobody is logged out");
            assert!(
                counted(&page) >= floor,
                "what was acknowledged before the backup began is in it"
            );
            let pictures = pictures(&page);
            assert!(!pictures.is_empty());
            for picture in pictures {
                assert_eq!(visitor.get(&picture).await.status, StatusCode::OK);
            }
        }
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_deleted_after_the_backup_is_not_brought_back_over_the_database_that_knows_it() {
    for [here, there] in pairs() {
        let server = here.start();
        let (stays, leaves) = (server.visitor(), server.visitor());
        let (kept, gone) = (section(&stays).await, section(&leaves).await);
        added(&leaves, &gone, &plot(9)).await;
        let lone = self::section(&stays).await;
        add_to(&stays, &lone).await;
        tokio::task::block_in_place(|| here.done(&["backup", "made"]));
        delete_everything(&leaves).await;
        delete_card(&stays, lone.trim_end_matches("/sections/notes")).await;
        let running = tokio::task::block_in_place(|| here.run(&["restore", "made", "--replace"]));
        assert_eq!(running.code, 2, "{}", running.out);
        assert!(running.err.contains("stop the server"), "{}", running.err);
        Typing::open(&stays, &kept).await.save(&stays, &kept).await;
        server.stop();
        // The database that is there is never overwritten by accident.
        let refused = here.run(&["restore", "made"]);
        assert_eq!(refused.code, 2);
        assert!(refused.err.contains("--replace"), "{}", refused.err);
        let said = here.done(&["restore", "made", "--replace"]);
        assert!(
            said.contains("2 sessions, cards or browsers had been deleted"),
            "{said}"
        );
        let server = here.start();
        let [stays, leaves] = [&stays, &leaves].map(|visitor| visitor.at(&server.origin));
        assert_eq!(counted(&stays.get(&kept).await), 0, "the state of the backup");
        assert_ne!(leaves.get(&gone).await.status, StatusCode::OK);
        assert_eq!(
            stays.get(&lone).await.status,
            StatusCode::NOT_FOUND,
            "one card alone stays deleted, too"
        );
        server.stop();
        assert!(here.done(&["verify"]).contains("nothing is wrong"));

        // Where nothing is known of it, as on a new machine, the backup is all there is: its rows come back, though the
        // browser that deleted them has no key to them any more.
        there.done(&["restore", here.desk.path("made").to_str().unwrap()]);
        let sessions = |machine: &Machine| machine.done(&["sessions", "list"]).lines().count() - 1;
        assert_eq!((sessions(&here), sessions(&there)), (1, 2));
        let server = there.start();
        assert_ne!(leaves.at(&server.origin).get(&gone).await.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_readable_by_its_owner_only_and_refuses_what_is_there() {
    let here = Machine::on_sqlite();
    let nothing = here.run(&["backup", "made"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("no database"), "{}", nothing.err);
    assert!(!here.desk.path("cartellino.db").exists() && !here.desk.path("made").exists());

    let server = here.start();
    let visitor = server.visitor();
    add_to(&visitor, &section(&visitor).await).await;
    tokio::task::block_in_place(|| here.done(&["backup", "made"]));
    let made = here.desk.path("made");
    assert_eq!(mode(&made), 0o700);
    for file in files(&made) {
        assert_eq!(mode(&file) & 0o077, 0, "{}", file.display());
    }
    assert!(made.join("cartellino.secret").is_file());
    let again = here.run(&["backup", "made"]);
    assert_eq!((again.code, again.out.as_str()), (2, ""));
    assert!(again.err.contains("is there already"), "{}", again.err);
    // Nobody restores below a server that is running.
    let below = here.run(&["restore", "made", "--replace"]);
    assert_eq!(below.code, 2, "{}", below.out);
    assert!(below.err.contains("stop the server first"), "{}", below.err);
    // The keys that are in cookies could be made by whoever has both.
    here.done(&["backup", "apart", "--session-engine", "cookie"]);
    assert!(!here.desk.path("apart/cartellino.secret").exists());
    let left: Vec<_> = fs::read_dir(here.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with(".cartellino")),
        "{left:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_backup_is_named_and_not_restored() {
    let [here, there] = [Machine::on_sqlite(), Machine::on_sqlite()];
    let server = here.start();
    let visitor = server.visitor();
    add_to(&visitor, &section(&visitor).await).await;
    server.stop();
    let refusal = |name: &str| {
        let folder = here.desk.path(name);
        let ended = there.run(&["restore", folder.to_str().unwrap()]);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{name}");
        assert!(!there.desk.path("cartellino.db").exists() && !there.desk.path("cartellino.db.secret").exists());
        let found = here.run(&["verify", "--json", "--backup", name]);
        let found: Option<serde_json::Value> = serde_json::from_str(&found.out).ok();
        (ended.err, found)
    };
    let picture = |name: &str| files(&here.desk.path(&format!("{name}/uploads"))).remove(0);
    for name in ["changed", "cut", "missing", "more", "newer", "database"] {
        here.done(&["backup", name]);
    }
    let path = picture("changed");
    let mut bytes = fs::read(&path).unwrap();
    bytes[3] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (said, found) = refusal("changed");
    assert!(said.contains("has changed since"), "{said}");
    let found = found.expect("JSON");
    assert_eq!(
        (&found["ok"], &found["problems"][0]["check"]),
        (&false.into(), &"manifest".into())
    );

    fs::write(picture("cut"), b"x").unwrap();
    assert!(refusal("cut").0.contains("has 1 bytes"));
    fs::remove_file(picture("missing")).unwrap();
    assert!(refusal("missing").0.contains("is missing"));
    fs::write(here.desk.path("more/note.txt"), "x").unwrap();
    assert!(refusal("more").0.contains("note.txt is not in the manifest"));
    let manifest = here.desk.path("newer/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        &manifest,
        text.replace("\"cartellino_backup\": 1", "\"cartellino_backup\": 2"),
    )
    .unwrap();
    assert!(refusal("newer").0.contains("newer version"));
    fs::write(here.desk.path("database/cartellino.db"), "no database").unwrap();
    assert!(refusal("database").0.contains("damaged"));
    assert!(refusal("nowhere").0.contains("is no backup"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verification_names_what_is_wrong_and_shows_nothing_of_a_card() {
    let mut machines = vec![Machine::on_sqlite()];
    machines.extend(Machine::on_postgres());
    for here in machines {
        let server = here.start();
        let visitor = server.visitor();
        let section = section(&visitor).await;
        let lost = add_to(&visitor, &section).await;
        let other = self::section(&visitor).await;
        let changed = add_to(&visitor, &other).await;
        server.stop();
        let place = |id: &str| {
            files(&here.desk.path("uploads"))
                .into_iter()
                .find(|path| path.ends_with(id))
                .unwrap()
        };
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 24 * 3600);
        let stray = place(&changed).with_file_name("stray");
        fs::write(&stray, "otter").unwrap();
        fs::File::options()
            .write(true)
            .open(&stray)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        fs::remove_file(place(&lost)).unwrap();
        let path = place(&changed);
        let mut bytes = fs::read(&path).unwrap();
        bytes[3] ^= 1;
        fs::write(&path, bytes).unwrap();
        let db = Db::open(&match here.database.strip_prefix("sqlite://") {
            Some(name) => format!("sqlite://{}", here.desk.path(name).display()),
            None => here.database.clone(),
        })
        .unwrap();
        db.run(|conn| {
            let query = diesel::sql_query(
                "UPDATE card_section_data SET value = '[{\"id\": \"otter' WHERE section_key = 'notes'",
            );
            Ok(diesel::RunQueryDsl::execute(query, conn)?)
        })
        .await
        .unwrap();
        let ended = here.run(&["verify", "--json"]);
        assert_eq!((ended.code, ended.err.as_str()), (1, ""), "{}", ended.out);
        let found: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        let problems = found["problems"].as_array().unwrap();
        let has = |check: &str, part: &str| {
            let fits = |problem: &&serde_json::Value| {
                problem["check"] == check && problem["message"].as_str().unwrap().contains(part)
            };
            assert!(
                problems.iter().any(|problem| fits(&problem)),
                "{check} {part}: {}",
                ended.out
            );
        };
        has("files", &format!("the file {lost} has a row"));
        has("files", &format!("the file {changed} has other bytes"));
        has("strays", "belongs to nobody");
        has("sections", "cannot be read");
        assert!(!ended.out.contains("otter"), "{}", ended.out);
        let plain = here.run(&["verify"]);
        assert_eq!(plain.code, 1);
        assert_eq!(plain.out.lines().count(), problems.len());
        // A backup of all this has the rest, and says what it lacks.
        let made = here.run(&["backup", "made"]);
        assert_eq!(made.code, 1, "{}", made.err);
        assert!(made.err.contains(&lost) && made.err.contains(&changed), "{}", made.err);

        // A row that refers to nothing, which no database takes as long as it looks.
        db.run(|conn| {
            let row = "INSERT INTO link_codes (id, session_id, kind, code_hash, made_by, family, created_at)
                VALUES ('x', 'nobody', 'link', 'x', 'x', 'x', '2026-01-01 00:00:00')";
            match conn {
                DbConnection::Sqlite(sqlite) => sqlite.batch_execute(&format!("PRAGMA foreign_keys = OFF; {row}"))?,
                DbConnection::Pg(pg) => pg.batch_execute(&format!("SET session_replication_role = replica; {row}"))?,
            }
            Ok(())
        })
        .await
        .unwrap();
        let referring = "1 rows of link_codes refer to rows of sessions that are not there";
        let ended = here.run(&["verify"]);
        assert_eq!(ended.code, 1);
        assert!(ended.out.contains(referring), "{}", ended.out);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_that_were_brought_into_another_session_after_the_backup_were_not_deleted() {
    for [here, _] in pairs() {
        let server = here.start();
        let (lab, laptop) = (server.visitor(), server.visitor());
        section(&lab).await;
        section(&laptop).await;
        tokio::task::block_in_place(|| here.done(&["backup", "made"]));
        follow(&lab, &laptop, Some("bring")).await;
        server.stop();
        let sessions = || here.done(&["sessions", "list"]);
        assert_eq!(
            sessions().matches("\t2\t").count(),
            2,
            "two browsers, the same two cards: {}",
            sessions()
        );
        here.done(&["restore", "made", "--replace"]);
        let restored = sessions();
        assert_eq!(restored.matches("\t1\t").count(), 2, "each with its card: {restored}");
        assert!(here.done(&["verify"]).contains("nothing is wrong"));
    }
}

/// The number of the page of SQLite's file where a table begins.
fn first_page(path: &Path, table: &str) -> usize {
    #[derive(diesel::QueryableByName)]
    struct Root {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        rootpage: i32,
    }
    let mut conn: diesel::SqliteConnection = diesel::Connection::establish(path.to_str().unwrap()).unwrap();
    let query = diesel::sql_query(format!("SELECT rootpage FROM sqlite_master WHERE name = '{table}'"));
    let root: Root = diesel::RunQueryDsl::get_result(query, &mut conn).unwrap();
    usize::try_from(root.rootpage).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_the_database_that_the_disk_lost_is_found() {
    let here = Machine::on_sqlite();
    let server = here.start();
    let visitor = server.visitor();
    for _ in 0..5 {
        section(&visitor).await;
    }
    server.stop();
    let path = here.desk.path("cartellino.db");
    let page = first_page(&path, "card_section_data") - 1;
    let mut bytes = fs::read(&path).unwrap();
    bytes[page * 4096 + 8..page * 4096 + 4000].fill(0x55);
    fs::write(&path, bytes).unwrap();
    let ended = here.run(&["verify", "--json"]);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    let found: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(found["problems"][0]["check"], "database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_in_a_bucket_are_in_the_backup_and_go_back_there() {
    let bucket = S3::start();
    let desk = Desk::new();
    let variables = bucket.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = Program::start(&desk.path("."), &variables);
    let visitor = server.visitor();
    let section = section(&visitor).await;
    let picture = add_to(&visitor, &section).await;
    let run = |words: &[&str]| tokio::task::block_in_place(|| desk.run_with(&variables, words));
    let ended = run(&["backup", "made"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    server.stop();
    let emptied: Vec<PathBuf> = files(&bucket.bucket())
        .into_iter()
        .filter(|path| path.ends_with(&picture))
        .collect();
    for path in &emptied {
        fs::remove_file(path).unwrap();
    }
    assert_eq!((emptied.len(), run(&["verify"]).code), (1, 1));
    let ended = run(&["restore", "made", "--replace"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(run(&["verify"]).code, 0);
    let server = Program::start(&desk.path("."), &variables);
    let picture = visitor.at(&server.origin).get(&format!("/files/{picture}")).await;
    assert_eq!(picture.status, StatusCode::OK);
}
