//! Saves and uploads, as ratios to what the disk does when one process writes a page of 4 kB and waits for it, again
//! and again.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::load;
use crate::load::Rate;
use crate::server::Server;
use crate::visitor::{Owner, card_of, upload};
use crate::{Settings, heading, row};

/// How many connections save.
pub const SAVING: [usize; 4] = [1, 16, 64, 256];
/// How many saves a second a steady crowd sends.
const STEADY: u32 = 200;
/// What is uploaded: its name, its size, by how many at the same time.
const UPLOADS: [(&str, usize, usize); 6] = [
    ("upload of 5 kB", 5_000, 1),
    ("upload of 5 kB", 5_000, 16),
    ("upload of 1 MB", 1_000_000, 1),
    ("upload of 1 MB", 1_000_000, 4),
    ("upload of 10 MB", 10_000_000, 1),
    ("upload of 10 MB", 10_000_000, 4),
];

/// How often a second a file in this folder reaches the disk.
pub fn disk(folder: &Path, time: Duration) -> Rate {
    let path = folder.join("yardstick");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .expect("a file beside the database");
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < time {
        let sent = Instant::now();
        file.write_all(&[7; 4096]).expect("room on the disk");
        file.sync_data().expect("a disk that says when it has it");
        times.push(sent.elapsed());
    }
    std::fs::remove_file(&path).expect("our own file");
    Rate::of(times, time)
}

pub fn measure(server: &Server, folder: &Path, settings: &Settings, file: &[u8]) {
    heading("Writes", "of the disk");
    let yardstick = disk(folder, settings.time);
    row("4 kB written and synchronised", 1, yardstick, yardstick.per_second);
    saves(&[server.address], settings, file, yardstick);
    for (what, bytes, connections) in UPLOADS {
        let file = card_of(bytes);
        let owners: Vec<Owner> = (0..connections).map(|_| Owner::arrive(server.address, &file)).collect();
        let rate = load::run(&[server.address], connections, settings.time, 303, |number| {
            let request = upload(&owners[number].cookie, &file);
            move || request.clone()
        });
        row(what, connections, rate, yardstick.per_second);
    }
}

/// Saves of visitors who each go on typing in a section of their own.
pub fn saves(servers: &[SocketAddr], settings: &Settings, file: &[u8], yardstick: Rate) {
    for connections in SAVING {
        // Versions go on from what the form says, so each round has visitors of its own.
        let savers: Vec<Owner> = (0..connections).map(|_| Owner::arrive(servers[0], file)).collect();
        let rate = load::run(servers, connections, settings.time, 303, |number| {
            savers[number].saves()
        });
        row("save", connections, rate, yardstick.per_second);
    }
}

/// Saves of a crowd that types without haste, [`STEADY`] a second in all.
pub fn steady(server: &Server, folder: &Path, settings: &Settings, file: &[u8]) {
    heading("Steady writes", "of the disk");
    let yardstick = disk(folder, Duration::from_secs(4));
    row("4 kB written and synchronised", 1, yardstick, yardstick.per_second);
    let connections = 64;
    let savers: Vec<Owner> = (0..connections).map(|_| Owner::arrive(server.address, file)).collect();
    let step = Duration::from_secs(1) / STEADY;
    let pause = step * u32::try_from(connections).expect("a few connections");
    let rate = load::run(&[server.address], connections, settings.time, 303, |number| {
        let mut save = savers[number].saves();
        let mut due = Instant::now() + step * u32::try_from(number).expect("a few connections");
        move || {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            due += pause;
            save()
        }
    });
    row("save, 200 a second in all", connections, rate, yardstick.per_second);
}
