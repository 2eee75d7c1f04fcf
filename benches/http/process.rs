//! The process itself: how fast it starts, and what it holds.

use std::time::Duration;

use crate::load;
use crate::load::Connection;
use crate::server::{Server, time_to_first_answer};
use crate::visitor::{Owner, get};
use crate::{Settings, writes};

const STARTS: usize = 11;

/// Start and memory; `visitors` sessions are open at the same time, each with a connection of its own.
pub fn measure(settings: &Settings, file: &[u8], visitors: usize) {
    println!("\n## The process\n\n| what | |\n| --- | ---: |");
    let new = (0..STARTS).map(|_| {
        let folder = tempfile::tempdir().expect("a folder");
        time_to_first_answer(folder.path())
    });
    show_start("start to the first answer, with a new database", new.collect());
    let folder = tempfile::tempdir().expect("a folder");
    time_to_first_answer(folder.path());
    let again = (0..STARTS).map(|_| time_to_first_answer(folder.path())).collect();
    show_start("start to the first answer, with a database that is there", again);

    let server = Server::start(folder.path(), &[]);
    let show = |what: &str, megabytes: f64| println!("| {what} | {megabytes:.1} MB |");
    Connection::open(server.address).call(&get("/", ""));
    let idle = server.megabytes();
    show("memory, idle after the first page", idle);
    let owners: Vec<(Connection, Owner)> = (0..visitors)
        .map(|_| {
            let mut connection = Connection::open(server.address);
            let owner = Owner::on(&mut connection, file);
            (connection, owner)
        })
        .collect();
    let open = server.megabytes();
    show(&format!("memory, {visitors} visitors with a card, connected"), open);
    println!(
        "| memory per open session | {:.1} kB |",
        (open - idle) * 1000.0 / visitors as f64
    );
    load::run(&[server.address], 64, settings.time, 200, |number| {
        let owner = &owners[number % owners.len()].1;
        let request = get(&owner.section, &owner.cookie);
        move || request.clone()
    });
    show("memory, after section pages on 64 connections", server.megabytes());
    let savers: Vec<Owner> = (0..64).map(|_| Owner::arrive(server.address, file)).collect();
    load::run(&[server.address], 64, settings.time, 303, |number| {
        savers[number].saves()
    });
    show("memory, after saves on 64 connections", server.megabytes());
    let disk = writes::disk(folder.path(), Duration::from_secs(1));
    println!("| the disk meanwhile: one synchronised write | {:.2} ms |", disk.p50_ms);
    server.stop();
}

fn show_start(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    println!(
        "| {what} | {:.0} ms, at most {:.0} ms |",
        milliseconds(times.get(times.len() / 2)),
        milliseconds(times.last())
    );
}
