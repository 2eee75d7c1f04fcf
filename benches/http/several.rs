//! Servers that share a PostgreSQL which waits for the disk, all on one machine: what sharing costs, not what several
//! machines could do.

use std::net::SocketAddr;
use std::path::Path;

use crate::load;
use crate::postgres::Own;
use crate::server::Server;
use crate::visitor::{Owner, get};
use crate::{Settings, heading, row, writes};

/// How many servers there are.
const SERVERS: [usize; 2] = [1, 2];
/// How many connections ask for pages.
const READING: usize = 16;

pub fn measure(folder: &Path, settings: &Settings, file: &[u8]) {
    for count in SERVERS {
        let Some(postgres) = Own::durable() else { return };
        let url = postgres.url();
        let variables = [
            ("DATABASE_URL", url.as_str()),
            ("SESSION_SECRET", "the same on all servers of one database, long enough"),
        ];
        let servers: Vec<Server> = (0..count).map(|_| Server::start(folder, &variables)).collect();
        let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
        heading(&format!("{count} on PostgreSQL"), "of the disk");
        let disk = writes::disk(folder, settings.time);
        row("4 kB written and synchronised", 1, disk, disk.per_second);
        let owners: Vec<Owner> = (0..READING).map(|_| Owner::arrive(addresses[0], file)).collect();
        let pages = load::run(&addresses, READING, settings.time, 200, |number| {
            let request = get(&owners[number].section, &owners[number].cookie);
            move || request.clone()
        });
        row("section page", READING, pages, disk.per_second);
        writes::saves(&addresses, settings, file, disk);
        for server in servers {
            server.stop();
        }
    }
}
