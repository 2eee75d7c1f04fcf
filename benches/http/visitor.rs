//! Visitors as raw requests.

use std::net::SocketAddr;

use crate::harness;
use crate::harness::page::Page;
use crate::load::Connection;

/// A visitor with a card, as raw requests need it.
pub struct Owner {
    /// What the browser sends along.
    pub cookie: String,
    /// The address of the card.
    pub card: String,
    /// The address of a section.
    pub section: String,
    /// The section's form, ready to be sent, but for the two pieces that change.
    form: Vec<(String, String)>,
    text: String,
}

pub fn get(path: &str, cookie: &str) -> Vec<u8> {
    let cookie = match cookie {
        "" => String::new(),
        cookie => format!("Cookie: {cookie}\r\n"),
    };
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n").into_bytes()
}

fn post(path: &str, cookie: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// The upload of a file from the first page.
pub fn upload(cookie: &str, file: &[u8]) -> Vec<u8> {
    let mut body = b"--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"card.json\"\r\n\
        Content-Type: application/json\r\n\r\n"
        .to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--bench--\r\n");
    post("/cards", cookie, "multipart/form-data; boundary=bench", &body)
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
    /// A new visitor who uploads this card.
    pub fn arrive(address: SocketAddr, file: &[u8]) -> Self {
        Self::on(&mut Connection::open(address), file)
    }

    /// The same on a connection that is open.
    pub fn on(connection: &mut Connection, file: &[u8]) -> Self {
        let (status, answer) = connection.call(&get("/", ""));
        assert_eq!(status, 200);
        let issued = header(answer, "set-cookie");
        let cookie = issued.split(';').next().unwrap_or_default().to_owned();
        let (status, answer) = connection.call(&upload(&cookie, file));
        assert_eq!(status, 303, "{}", String::from_utf8_lossy(answer));
        let card = harness::card_of(&header(answer, "location"));
        let section = format!("{card}/sections/model-details");
        let (status, answer) = connection.call(&get(&section, &cookie));
        assert_eq!(status, 200);
        let text = String::from_utf8_lossy(answer).into_owned();
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let form = Page::parse(body).find_form(|form| form.value("version").is_some());
        let text = form.texts.first().expect("a text to change").clone();
        Self {
            cookie,
            card,
            section,
            form: form.fields,
            text,
        }
    }

    /// The saves of somebody who goes on typing: each with another text and the version of the one before.
    pub fn saves(&self) -> impl FnMut() -> Vec<u8> + use<> {
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
            post(&section, &cookie, "application/x-www-form-urlencoded", body.as_bytes())
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

/// A Model Card Toolkit card of about so many bytes: one of its texts is long.
pub fn card_of(bytes: usize) -> Vec<u8> {
    let file = harness::fixture("model-card-toolkit/v1-indent-2.json");
    let text = String::from_utf8(file).expect("UTF-8");
    let more = "of the lake, ".repeat(bytes.saturating_sub(text.len()) / 13);
    text.replace("U-Net, 4 levels", &format!("U-Net, 4 levels {more}"))
        .into_bytes()
}
