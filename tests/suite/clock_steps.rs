//! The machine's clock is set while the program runs, as a broken one is by its owner or by the network.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::author::Author;
use crate::harness::not_run;
use crate::harness::program::Program;

/// What lets the program see another time than the machine's.
struct FalseTime {
    library: String,
    file: PathBuf,
}

impl FalseTime {
    /// The time of the machine, or a word that the test was not run because the library is not installed.
    fn true_at_first(folder: &Path) -> Option<Self> {
        let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        let found = folders
            .map(|entry| entry.path().join("faketime/libfaketime.so.1"))
            .find(|path| path.is_file());
        let Some(library) = found else {
            not_run("faketime is not installed (libfaketime.so.1 was not found)");
            return None;
        };
        let time = Self {
            library: library.display().to_string(),
            file: folder.join("time"),
        };
        time.step("+0");
        Some(time)
    }

    /// Sets the clock to so much from the true time, such as `+60d`.
    fn step(&self, offset: &str) {
        let draft = self.file.with_extension("draft");
        std::fs::write(&draft, offset).unwrap();
        std::fs::rename(draft, &self.file).unwrap();
    }

    /// The variables of a program that sees this time, asked for anew each time; only clocks on the wall are wrong.
    fn variables(&self) -> [(&str, &str); 4] {
        [
            ("LD_PRELOAD", &self.library),
            ("FAKETIME_TIMESTAMP_FILE", self.file.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(time) = FalseTime::true_at_first(folder.path()) else {
        return;
    };
    let server = Program::start(folder.path(), &time.variables());
    let author = Author::begin(server.visitor(), 1).await;
    for offset in ["-2h", "-400d", "+0", "-1s", "+0"] {
        time.step(offset);
        assert!(author.save().await, "{offset}");
        author.assert_nothing_is_lost().await;
    }
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn a_clock_that_runs_ahead_for_a_while_deletes_nobodys_work() {
    let folder = tempfile::tempdir().unwrap();
    let Some(time) = FalseTime::true_at_first(folder.path()) else {
        return;
    };
    let variables = [
        &time.variables()[..],
        &[("SESSION_CLEANUP_INTERVAL", "1"), ("LOG", "warn")],
    ]
    .concat();
    let server = Program::start(folder.path(), &variables);
    let author = Author::begin(server.visitor(), 1).await;
    assert!(author.save().await);
    time.step("+60d");
    // The visitor's time is over on this clock, and a cleanup comes by.
    let began = Instant::now();
    let late = author.visitor().get(&author.card).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND, "{}", late.text());
    while !server.words().contains("the clock") {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", server.words());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    time.step("+0");
    assert_eq!(author.visitor().get(&author.card).await.status, StatusCode::OK);
    author.assert_nothing_is_lost().await;
    assert!(author.save().await);
}
