//! What is particular to the engine `file`: the folder, and what a killed writer leaves there.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use cartellino::random;
use cartellino::session::SessionId;
use cartellino::session::engine::{Browser, Engine as _, File, Lookup};
use cartellino::session::key::KeyHash;
use chrono::TimeDelta;

use super::site::beginning;

fn hash() -> KeyHash {
    let digits = random::bytes::<32>().unwrap();
    KeyHash::from_row(digits.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn entry() -> Browser {
    Browser {
        key: hash(),
        handle: random::id().unwrap(),
        session: SessionId::from_row(random::id().unwrap()),
        family: "Firefox on Linux".to_owned(),
        state: "{}".to_owned(),
        version: 1,
        begun_at: beginning(),
        created_at: beginning(),
        touched_at: beginning(),
        expires_at: beginning() + TimeDelta::days(30),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn r52_files_are_named_by_the_hash_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("made/on/the/way");
    let engine = File::open(&place).unwrap();
    let browser = entry();
    engine.create(&browser, beginning()).await.unwrap();
    assert_eq!(names(&place.join("keys")), [browser.key.as_str()]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place), 0o700);
        assert_eq!(mode(&place.join("keys")), 0o700);
        assert_eq!(mode(&place.join("keys").join(browser.key.as_str())), 0o600);
    }
    engine.sweep(browser.expires_at + TimeDelta::seconds(1)).await.unwrap();
    assert_eq!(names(&place.join("keys")), [""; 0]);
    assert_eq!(names(&place.join("sessions")), [""; 0], "the index goes too");
}

#[tokio::test]
async fn r52_no_name_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let engine = File::open(&folder.path().join("place")).unwrap();
    fs::write(folder.path().join("outside"), "{}").unwrap();
    let long = "a".repeat(65);
    for name in [
        "",
        ".",
        "..",
        "../outside",
        "../../outside",
        "/etc/passwd",
        "a\0b",
        "lock",
        &long,
    ] {
        let key = KeyHash::from_row(name.to_owned());
        let browser = Browser { key, ..entry() };
        assert_eq!(
            engine.load(&browser.key, beginning()).await.unwrap(),
            Lookup::Unknown,
            "{name}"
        );
        assert!(engine.create(&browser, beginning()).await.is_err(), "{name}");
        assert!(engine.end(&browser, beginning()).await.is_err(), "{name}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("outside")).unwrap(), "{}");
    assert_eq!(names(folder.path()), ["outside", "place"]);
}

#[tokio::test]
async fn r52_broken_and_foreign_files_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let engine = File::open(folder.path()).unwrap();
    let keys = folder.path().join("keys");
    let (good, moved) = (entry(), entry());
    for browser in [&good, &moved] {
        engine.create(browser, beginning()).await.unwrap();
    }
    let file = |key: &KeyHash| keys.join(key.as_str());
    let mut broken = vec![hash()];
    fs::copy(file(&moved.key), file(&broken[0])).unwrap();
    for content in [&b""[..], b"{", b"[]", b"null", b"\xff\xfe", &[b' '; 100_000]] {
        broken.push(hash());
        fs::write(file(broken.last().unwrap()), content).unwrap();
    }
    broken.push(hash());
    fs::create_dir(file(broken.last().unwrap())).unwrap();
    fs::write(keys.join("README"), "not ours").unwrap();
    fs::write(keys.join("draft-young"), "{").unwrap();
    fs::write(keys.join("draft-old"), "{").unwrap();
    let old = fs::File::options().write(true).open(keys.join("draft-old")).unwrap();
    old.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();

    for key in &broken {
        assert_eq!(engine.load(key, beginning()).await.unwrap(), Lookup::Unknown);
    }
    assert_eq!(engine.sweep(beginning()).await.unwrap(), 0);
    let left = names(&keys);
    assert!(left.contains(&"README".to_owned()) && left.contains(&"draft-young".to_owned()));
    assert!(!left.contains(&"draft-old".to_owned()));
    assert_eq!(
        engine.load(&good.key, beginning()).await.unwrap(),
        Lookup::Open(good.clone())
    );
    let again = Browser {
        key: broken[1].clone(),
        ..entry()
    };
    engine.create(&again, beginning()).await.unwrap();
    assert_eq!(engine.load(&again.key, beginning()).await.unwrap(), Lookup::Open(again));
}

#[tokio::test]
async fn r52_a_lost_index_is_mended_by_the_next_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let engine = File::open(folder.path()).unwrap();
    let (browser, gone) = (entry(), entry());
    for browser in [&browser, &gone] {
        engine.create(browser, beginning()).await.unwrap();
    }
    fs::remove_dir_all(folder.path().join("sessions")).unwrap();
    fs::create_dir(folder.path().join("sessions")).unwrap();
    assert!(engine.list(&browser.session).await.unwrap().is_empty());
    engine.sweep(beginning()).await.unwrap();
    assert_eq!(engine.list(&browser.session).await.unwrap(), [browser]);
    fs::remove_file(folder.path().join("keys").join(gone.key.as_str())).unwrap();
    engine.sweep(beginning()).await.unwrap();
    assert_eq!(
        names(&folder.path().join("sessions")).len(),
        1,
        "a line that leads nowhere goes"
    );
}

#[tokio::test]
async fn r58_a_sweep_of_many_files_takes_the_expired_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let engine = File::open(folder.path()).unwrap();
    let begun = std::time::Instant::now();
    let mut living = Vec::new();
    for number in 0..1000 {
        let mut browser = entry();
        if number % 2 == 0 {
            browser.expires_at = beginning() + TimeDelta::days(1);
        } else {
            living.push(browser.clone());
        }
        engine.create(&browser, beginning()).await.unwrap();
    }
    println!("1000 files were made in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    assert_eq!(engine.sweep(beginning() + TimeDelta::days(2)).await.unwrap(), 500);
    println!("500 of 1000 were swept in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    assert_eq!(engine.sweep(beginning() + TimeDelta::days(2)).await.unwrap(), 0);
    println!("500 were looked at in {:?}", begun.elapsed());
    for browser in living {
        assert_eq!(engine.list(&browser.session).await.unwrap(), [browser]);
    }
}

const FOLDER: &str = "CARTELLINO_TEST_FOLDER";

/// Not a test but the process that [`r52_a_killed_writer_loses_nothing_that_it_had_done`] kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes until it is killed: started as a process of its own by r52_a_killed_writer_loses_nothing_that_it_had_done"]
async fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let engine = File::open(Path::new(&folder)).unwrap();
    let say = |browser: &Browser| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\ndone {}", serde_json::to_string(browser).unwrap()).unwrap();
        out.flush().unwrap();
    };
    loop {
        let mut browser = entry();
        engine.create(&browser, beginning()).await.unwrap();
        say(&browser);
        for version in 2..5 {
            browser.version = version;
            browser.state = format!("{{\"v\":1,\"values\":{{\"n\":{version}}}}}");
            assert!(engine.update(&browser, version - 1, false).await.unwrap());
            say(&browser);
            let key = hash();
            let until = beginning() + TimeDelta::minutes(1);
            assert!(engine.renew(&browser, &key, beginning(), until).await.unwrap());
            browser.key = key;
            say(&browser);
        }
    }
}

fn writer(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "sessions::file::writes_until_it_is_killed",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn r52_a_killed_writer_loses_nothing_that_it_had_done() {
    let folder = tempfile::tempdir().unwrap();
    let engine = File::open(folder.path()).unwrap();
    let mut done: HashMap<String, Browser> = HashMap::new();
    for round in 0..10_u64 {
        // Two processes write in one folder and are killed at some moment.
        let mut writers = [writer(folder.path()), writer(folder.path())];
        let mut outputs = Vec::new();
        for writer in &mut writers {
            let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
            // Not before it has begun.
            while !lines.next().unwrap().unwrap().starts_with("done ") {}
            outputs.push(lines);
        }
        std::thread::sleep(Duration::from_micros(3_000 + round * 3_701));
        for writer in &mut writers {
            writer.kill().unwrap();
            writer.wait().unwrap();
        }
        for line in outputs.into_iter().flatten() {
            if let Some(json) = line.unwrap_or_default().strip_prefix("done ")
                && let Ok(browser) = serde_json::from_str::<Browser>(json)
            {
                done.insert(browser.handle.clone(), browser);
            }
        }
    }
    assert!(done.len() > 10, "{} entries were made", done.len());
    for sweeps in 0..2 {
        for browser in done.values() {
            let Lookup::Open(found) = engine.load(&browser.key, beginning()).await.unwrap() else {
                panic!("what was done is lost: {browser:?}");
            };
            assert!(
                found.handle == browser.handle && found.version >= browser.version,
                "{sweeps}"
            );
            let listed = engine.list(&browser.session).await.unwrap();
            assert_eq!(
                listed.len(),
                1,
                "one browser, whether or not its renewal was finished: {listed:?}"
            );
            assert_eq!(listed[0], found);
        }
        assert_eq!(engine.sweep(beginning()).await.unwrap(), 0, "nothing has expired");
    }
}
