//! How fast the main path is, each step as a ratio to a constant page of the same server library in the same run:
//! `cargo bench`. Prints a Markdown table. Figures of one machine and one moment; the ratios travel better.

mod load;

// The application and the pages are those of the tests; not everything of them is wanted here.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/suite/harness/mod.rs"]
mod harness;
#[allow(dead_code)]
#[path = "../../tests/suite/postgres.rs"]
mod postgres;

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};
use harness::TestApp;
use harness::page::Page;
use load::{Connection, Rate};

/// How long each figure is measured.
const TIME: Duration = Duration::from_secs(4);
/// How many connections are busy at the same time.
const CONNECTIONS: [usize; 2] = [1, 16];

/// A visitor with a card, as raw requests need it.
struct Owner {
    cookie: String,
    section: String,
    /// The section's form, ready to be sent, but for the two pieces that change.
    form: Vec<(String, String)>,
    text: String,
}

fn request(method: &str, path: &str, cookie: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

fn get(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n").into_bytes()
}

fn upload(cookie: &str, file: &[u8]) -> Vec<u8> {
    let mut body = b"--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"card.json\"\r\n\
        Content-Type: application/json\r\n\r\n"
        .to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--bench--\r\n");
    request("POST", "/cards", cookie, "multipart/form-data; boundary=bench", &body)
}

fn header(answer: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(answer);
    let start = format!("{name}: ");
    text.lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            line.to_ascii_lowercase()
                .starts_with(&start)
                .then(|| line[start.len()..].to_owned())
        })
        .unwrap_or_else(|| panic!("no {name} in {text}"))
}

impl Owner {
    /// A new visitor who uploads a card of 5 kB.
    fn arrive(address: SocketAddr, file: &[u8]) -> Self {
        let mut connection = Connection::open(address);
        let (status, answer) = connection.call(&get("/", ""));
        assert_eq!(status, 200);
        let issued = header(answer, "set-cookie");
        let issued = issued.split(';').next().unwrap_or_default().to_owned();
        let (status, answer) = connection.call(&upload(&issued, file));
        assert_eq!(status, 303, "{}", String::from_utf8_lossy(answer));
        let card = harness::card_of(&header(answer, "location"));
        let section = format!("{card}/sections/model-details");
        let (status, answer) = connection.call(&get(&section, &issued));
        assert_eq!(status, 200);
        let text = String::from_utf8_lossy(answer).into_owned();
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let form = Page::parse(body).find_form(|form| form.value("version").is_some());
        let text = form.texts.first().expect("a text to change").clone();
        Self {
            cookie: issued,
            section,
            form: form.fields,
            text,
        }
    }

    /// The saves of somebody who goes on typing: each with another text and the version of the one before.
    fn saves(&self) -> impl FnMut() -> Vec<u8> {
        let version: u64 = self
            .form
            .iter()
            .find(|(name, _)| name == "version")
            .and_then(|(_, version)| version.parse().ok())
            .expect("versions are counted");
        let (mut form, text) = (self.form.clone(), self.text.clone());
        let (section, cookie) = (self.section.clone(), self.cookie.clone());
        let mut count = 0;
        move || {
            for (name, value) in &mut form {
                if name == "version" {
                    *value = (version + count).to_string();
                } else if *name == text {
                    *value = format!("Typed {count} times");
                }
            }
            count += 1;
            let body = form
                .iter()
                .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                .collect::<Vec<_>>()
                .join("&");
            request(
                "POST",
                &section,
                &cookie,
                "application/x-www-form-urlencoded",
                body.as_bytes(),
            )
        }
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A Model Card Toolkit card of about 5 kB.
fn five_kilobytes() -> Vec<u8> {
    let mut file = harness::fixture("model-card-toolkit/v1-indent-2.json");
    let text = String::from_utf8(file).expect("UTF-8");
    let more = "x".repeat(5_000_usize.saturating_sub(text.len()));
    file = text
        .replace("U-Net, 4 levels", &format!("U-Net, 4 levels {more}"))
        .into_bytes();
    file
}

/// A server of the same library that answers always the same page.
fn constant_page(page: String) -> (SocketAddr, ServerHandle) {
    let (started, starting) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let workers = std::thread::available_parallelism().map_or(2, usize::from);
            let server = HttpServer::new(move || {
                let page = page.clone();
                App::new().route(
                    "/",
                    web::get().to(move || {
                        let page = page.clone();
                        async move { HttpResponse::Ok().insert_header(ContentType::html()).body(page) }
                    }),
                )
            })
            .workers(workers)
            .disable_signals()
            .bind("127.0.0.1:0")
            .expect("a free port");
            let address = server.addrs()[0];
            let server = server.run();
            started.send((address, server.handle())).expect("somebody waits");
            server.await.expect("the server runs");
        });
    });
    starting.recv().expect("the server starts")
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = runtime.block_on(TestApp::start_with(&["--session-cleanup-interval", "0"]));
    let address = app.address;
    let file = five_kilobytes();
    let most = CONNECTIONS.into_iter().max().unwrap_or(1);
    let owners: Vec<Owner> = (0..most).map(|_| Owner::arrive(address, &file)).collect();
    let page = {
        let mut connection = Connection::open(address);
        let (_, answer) = connection.call(&get(&owners[0].section, &owners[0].cookie));
        let text = String::from_utf8_lossy(answer).into_owned();
        text.split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned())
            .unwrap_or_default()
    };
    let page_bytes = page.len();
    let (constant, constant_server) = constant_page(page);

    println!(
        "\nSection page {:.1} kB, constant page of the same size, upload {:.1} kB; {} s each, {} cores for server and clients.\n",
        page_bytes as f64 / 1000.0,
        file.len() as f64 / 1000.0,
        TIME.as_secs(),
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    println!("| step | connections | requests/s | ratio to the constant page | p99 ms |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for connections in CONNECTIONS {
        let baseline = load::run(constant, connections, TIME, 200, |_| || get("/", ""));
        let show = |step: &str, rate: Rate| {
            println!(
                "| {step} | {connections} | {:.0} | {:.3} | {:.1} |",
                rate.per_second,
                rate.per_second / baseline.per_second,
                rate.p99_ms
            );
        };
        show("constant page", baseline);
        let section = |number: usize| {
            let request = get(&owners[number].section, &owners[number].cookie);
            move || request.clone()
        };
        show("section page", load::run(address, connections, TIME, 200, section));
        let uploads = |number: usize| {
            let request = upload(&owners[number].cookie, &file);
            move || request.clone()
        };
        show("upload", load::run(address, connections, TIME, 303, uploads));
        // Versions go on from what the form says, so each round of saves has visitors of its own.
        let savers: Vec<Owner> = (0..connections).map(|_| Owner::arrive(address, &file)).collect();
        show(
            "save",
            load::run(address, connections, TIME, 303, |number| savers[number].saves()),
        );
    }
    drop(constant_server.stop(false));
}
