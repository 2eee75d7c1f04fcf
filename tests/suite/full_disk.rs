//! A disk that is full, or may only be read, under a server on SQLite.

use std::path::Path;
use std::process::Command;

use reqwest::StatusCode;
use tempfile::TempDir;

use crate::author::Author;
use crate::harness::program::Program;
use crate::harness::say;

/// A small file system of its own. It goes with the test.
struct Disk(TempDir);

impl Disk {
    /// Makes it, or says that the test was not run because this machine lets nobody make one.
    fn small() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m", "none"])
            .arg(folder.path())
            .output();
        if made.is_ok_and(|made| made.status.success()) {
            return Some(Self(folder));
        }
        say("NOT RUN: a full disk: this user may not mount a file system of 3 MB");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// From now on it can be read only; nobody may have a file open for writing.
    fn write_protect(&self) {
        let done = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(self.path())
            .status();
        assert!(done.unwrap().success());
    }

    /// Takes all the space that is left.
    fn fill(&self) {
        let file = std::fs::File::create(self.path().join("ballast"));
        let mut file = file.unwrap();
        while std::io::Write::write_all(&mut file, &[7; 512]).is_ok() {}
    }

    /// Gives the space back.
    fn relieve(&self) {
        std::fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// The log of writes may have some room in it still.
async fn save_until_refused(author: &Author) {
    let mut saves = 0;
    while author.save().await {
        saves += 1;
        assert!(saves < 500, "the disk is full");
    }
}

#[tokio::test]
async fn a_full_disk_stops_saves_and_nothing_else() {
    let Some(disk) = Disk::small() else { return };
    let server = Program::start(disk.path(), &[]);
    let address = server.origin.trim_start_matches("http://").to_owned();
    let author = Author::begin(server.visitor(), 1).await;
    assert!(author.save().await);

    disk.fill();
    save_until_refused(&author).await;
    let refused = author.visitor().upload("seal.json", br#"{"model": "seal"}"#).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text());
    assert_eq!(refused.header("retry-after"), "5");
    // What is there is read and taken home.
    author.assert_nothing_is_lost().await;
    let home = author
        .visitor()
        .get(&format!("{}/download/cartellino", author.card))
        .await;
    assert_eq!(home.status, StatusCode::OK, "{}", home.text());

    // A server that starts on the full disk does the same.
    assert_eq!(
        author.visitor().get("/health/live").await.status,
        StatusCode::OK,
        "it lives"
    );
    server.kill();
    let server = Program::start(disk.path(), &[("LISTEN", &address)]);
    let author = author.on_bad_lines(&[&server.origin]);
    // The connection of before has gone with the server.
    author.visitor().get("/health/live").await;
    author.assert_nothing_is_lost().await;
    save_until_refused(&author).await;
    author.assert_nothing_is_lost().await;

    disk.relieve();
    assert!(author.save().await, "as soon as there is room, saves go on");
    author.assert_nothing_is_lost().await;
    assert_eq!(
        author
            .visitor()
            .upload("seal.json", br#"{"model": "seal"}"#)
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test]
async fn a_server_on_a_disk_that_is_read_only_does_not_start_and_says_why() {
    let Some(disk) = Disk::small() else { return };
    let server = Program::start(disk.path(), &[]);
    server.visitor().card("otter.json", br#"{"name": "otter"}"#).await;
    server.stop();
    disk.write_protect();
    let (code, words) = Program::refusal(disk.path(), &[]);
    assert_eq!(code, 2, "{words}");
    assert!(
        words.contains("DATABASE_URL") && words.contains("Read-only file system"),
        "{words}"
    );
}
