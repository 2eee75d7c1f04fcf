//! How fast the program is, each figure as a ratio to a yardstick in the same run: a constant page of the same server
//! library, or what the disk does.
//!
//! `cargo bench --bench http` prints Markdown tables. `cargo bench --bench http -- --large` fills a database with a
//! million sessions and ten million sections first (about 6 GB in the folder for temporary files, `TMPDIR`), measures
//! there, and cleans a million expired sessions up while serving; `--sessions 10000` takes fewer. `--postgres` measures one
//! server and two on a PostgreSQL of their own, on the same machine. `--steady` sends two hundred saves a second and no
//! more, as crowds do that type. `--seconds 1` measures each figure for a second
//! instead of four. Figures of one machine and one moment; the ratios travel better.

mod large;
mod load;
mod pages;
mod process;
mod server;
mod several;
mod visitor;
mod writes;

// The program and the pages are those of the tests; not everything of them is wanted here.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/suite/harness/mod.rs"]
mod harness;
#[allow(dead_code)]
#[path = "../../tests/suite/postgres.rs"]
mod postgres;

use std::time::Duration;

use load::Rate;
use server::Server;
use visitor::card_of;

/// What the command line says.
struct Settings {
    /// How long each figure is measured.
    time: Duration,
    is_large: bool,
    is_on_postgres: bool,
    is_steady: bool,
    /// How many sessions the large database has; ten times as many sections.
    sessions: u32,
}

impl Settings {
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let mut settings = Self {
            time: Duration::from_secs(4),
            is_large: false,
            is_on_postgres: false,
            is_steady: false,
            sessions: 1_000_000,
        };
        while let Some(word) = words.next() {
            let mut number = || {
                let number = words.next().and_then(|number| number.parse().ok());
                number.unwrap_or_else(|| panic!("{word} wants a number"))
            };
            match word.as_str() {
                // Cargo says so.
                "--bench" => {}
                "--large" => settings.is_large = true,
                "--postgres" => settings.is_on_postgres = true,
                "--steady" => settings.is_steady = true,
                "--sessions" => settings.sessions = number(),
                "--seconds" => settings.time = Duration::from_secs(number().into()),
                _ => panic!("{word}? There are --large, --postgres, --steady, --sessions and --seconds"),
            }
        }
        settings
    }
}

/// Begins a table of rates.
fn heading(title: &str, yardstick: &str) {
    println!("\n## {title}\n");
    println!("| step | connections | a second | {yardstick} | p50 ms | p99 ms |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
}

fn row(what: &str, connections: usize, rate: Rate, yardstick: f64) {
    println!(
        "| {what} | {connections} | {:.0} | {:.3} | {:.2} | {:.2} |",
        rate.per_second,
        rate.per_second / yardstick,
        rate.p50_ms,
        rate.p99_ms
    );
}

fn main() {
    let settings = Settings::read(std::env::args().skip(1));
    println!(
        "{} s each, {} cores for server, clients and disk.",
        settings.time.as_secs(),
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    let file = card_of(5_000);
    let folder = tempfile::tempdir().expect("a folder");
    if settings.is_large {
        large::measure(folder.path(), &settings, &file);
        return;
    }
    if settings.is_on_postgres {
        several::measure(folder.path(), &settings, &file);
        return;
    }
    let server = Server::start(folder.path(), &[]);
    if settings.is_steady {
        writes::steady(&server, folder.path(), &settings, &file);
        return;
    }
    pages::measure(&server, &settings, &file);
    writes::measure(&server, folder.path(), &settings, &file);
    server.stop();
    process::measure(&settings, &file, 1_000);
}
