//! Pages and downloads, as ratios to a constant page of the size of a section page.

use std::net::SocketAddr;

use crate::load;
use crate::load::{Connection, Rate};
use crate::server::{Server, constant_page};
use crate::visitor::{Owner, get};
use crate::{Settings, heading, row};

const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// What a visitor asks for.
type Request = fn(&Owner) -> Vec<u8>;

pub fn measure(server: &Server, settings: &Settings, file: &[u8]) {
    let most = CONNECTIONS.into_iter().max().unwrap_or(1);
    let owners: Vec<Owner> = (0..most).map(|_| Owner::arrive(server.address, file)).collect();
    let page = body_of(server.address, &get(&owners[0].section, &owners[0].cookie));
    let bytes = page.len();
    let (constant, handle) = constant_page(page);
    heading(
        &format!(
            "Pages; a section page has {:.1} kB, and so has the constant one",
            bytes as f64 / 1000.0
        ),
        "of the constant page",
    );
    for connections in CONNECTIONS {
        let run = |address, request: Request| -> Rate {
            load::run(&[address], connections, settings.time, 200, |number| {
                let request = request(&owners[number]);
                move || request.clone()
            })
        };
        let yardstick = run(constant, |_| get("/", ""));
        row("constant page", connections, yardstick, yardstick.per_second);
        let own: [(&str, Request); 5] = [
            ("section page", |owner| get(&owner.section, &owner.cookie)),
            ("section page, packed", |owner| {
                packed(get(&owner.section, &owner.cookie))
            }),
            ("first visit", |_| get("/", "")),
            ("export of the card as HTML", |owner| {
                get(&format!("{}/download/html", owner.card), &owner.cookie)
            }),
            ("export of everything as ZIP", |owner| {
                get("/session/export", &owner.cookie)
            }),
        ];
        for (what, request) in own {
            row(what, connections, run(server.address, request), yardstick.per_second);
        }
    }
    drop(handle.stop(false));
}

/// The request of a browser that takes gzip.
fn packed(mut request: Vec<u8>) -> Vec<u8> {
    request.truncate(request.len() - 2);
    request.extend_from_slice(b"Accept-Encoding: gzip, deflate, br, zstd\r\n\r\n");
    request
}

fn body_of(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = Connection::open(address);
    let (_, answer) = connection.call(request);
    let text = String::from_utf8_lossy(answer).into_owned();
    text.split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned())
        .unwrap_or_default()
}
