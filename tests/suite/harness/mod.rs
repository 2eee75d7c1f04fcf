//! What the stories need: a running application, visitors who speak HTTP, pages and files to read.
//!
//! [`TestApp`] starts the server by the function that `serve` uses, with a folder, a database and a port of its own.
//! A [`Visitor`] is a browser without script: it keeps cookies, does not follow redirects by itself, and sends
//! forms with the values that the page gave them.

mod app;
pub mod axe;
pub mod chromium;
pub mod page;
pub mod program;
pub mod s3;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::multipart::{Form as Multipart, Part};
use reqwest::{Client, Method, StatusCode};

pub use app::TestApp;
use page::{Form, Page};

/// Says that a test was not run and why; a failure where everything must run.
pub fn not_run(reason: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    say(&format!("NOT RUN: {test}: {reason}"));
    assert!(
        std::env::var_os("CARTELLINO_REQUIRE_ALL").is_none(),
        "{test} must run here, but {reason}"
    );
}

/// Says something that is seen even when the test passes: unlike `println!`, this is not captured.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Sends a signal, such as `KILL`, to these processes.
pub fn signal(name: &str, processes: &[u32]) {
    let send = |process: &u32| {
        let sent = std::process::Command::new("kill")
            .args([format!("-{name}"), process.to_string()])
            .status();
        sent.expect("kill is there").success()
    };
    let Some((first, others)) = processes.split_first() else {
        return;
    };
    assert!(send(first), "{name} reaches {first}");
    // A child may have ended by itself since it was looked up.
    for process in others {
        send(process);
    }
}

/// One browser of one person.
#[derive(Clone)]
pub struct Visitor {
    http: Client,
    origin: String,
    /// What the browser asks for, as `Accept-Language`; blank for nothing.
    languages: String,
    /// Whether the server may hang up.
    may_break: bool,
}

/// The status of an [`Answer`] that never came, on a line that may break: one that no server of ours gives.
pub const NO_ANSWER: StatusCode = StatusCode::IM_A_TEAPOT;

/// A client to be built, as the server's own to its bucket is.
pub fn http() -> reqwest::ClientBuilder {
    // Its TLS wants to be told whose ciphers it uses; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    /// The path asked for, with its query.
    pub path: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

/// A file to send with a form.
#[derive(Clone, Copy)]
pub struct Upload<'a> {
    /// The name that the browser tells.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

impl Visitor {
    /// Somebody who has never been here.
    pub fn new(origin: &str) -> Self {
        Self::with_agent(origin, "")
    }

    /// The same in a browser that calls itself so.
    pub fn with_agent(origin: &str, user_agent: &str) -> Self {
        Self::of(origin, user_agent, "")
    }

    fn of(origin: &str, user_agent: &str, languages: &str) -> Self {
        let mut headers = HeaderMap::new();
        if !languages.is_empty() {
            let languages = HeaderValue::from_str(languages).expect("languages are ASCII");
            headers.insert("accept-language", languages);
        }
        let http = http()
            .user_agent(user_agent)
            .default_headers(headers)
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client with these settings");
        Self {
            http,
            origin: origin.to_owned(),
            languages: languages.to_owned(),
            may_break: false,
        }
    }

    /// The same browser with the same cookies, at another address of the server.
    pub fn at(&self, origin: &str) -> Self {
        Self {
            http: self.http.clone(),
            origin: origin.to_owned(),
            languages: self.languages.clone(),
            may_break: self.may_break,
        }
    }

    /// The same browser, which goes on where a server hangs up or is not there: it takes [`NO_ANSWER`] for its answer.
    pub fn on_a_bad_line(mut self) -> Self {
        self.may_break = true;
        self
    }

    /// Somebody else at the same server, without cookies.
    pub fn stranger(&self) -> Self {
        Self::of(&self.origin, "", &self.languages)
    }

    /// Somebody else at the same server, whose browser asks for these languages.
    pub fn speaking(&self, languages: &str) -> Self {
        Self::of(&self.origin, "", languages)
    }

    /// Fetches a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).await
    }

    /// Fetches a page with these headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let path = self.local(path).to_owned();
        let mut request = self.http.get(self.url(&path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(path, request).await
    }

    /// Sends a request without a body.
    pub async fn request(&self, method: Method, path: &str) -> Answer {
        let path = self.local(path).to_owned();
        let request = self.http.request(method, self.url(&path));
        self.answer(path, request).await
    }

    /// Posts fields as a plain form.
    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let path = self.local(path).to_owned();
        let request = self.http.post(self.url(&path)).headers(self.same_origin()).form(fields);
        self.answer(path, request).await
    }

    /// Posts fields as a plain form of this page.
    pub async fn post_from(&self, path: &str, fields: &[(String, String)], page: &str) -> Answer {
        let path = self.local(path).to_owned();
        let request = self.http.post(self.url(&path)).headers(self.same_origin()).form(fields);
        self.answer(path, request.header("referer", page)).await
    }

    /// Posts fields as the script of a page does, which wants a few words instead of a page.
    pub async fn post_as_script(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let path = self.local(path).to_owned();
        let request = self.http.post(self.url(&path)).headers(self.same_origin()).form(fields);
        self.answer(path, request.header("accept", "application/json")).await
    }

    /// Posts a form as multipart, with this file in its file control; without one, a control where nothing was chosen
    /// is sent as browsers do, with an empty name.
    pub async fn post_multipart(&self, path: &str, form: &Form, file: Option<Upload<'_>>) -> Answer {
        let path = self.local(path).to_owned();
        let mut body = Multipart::new();
        for (name, value) in &form.fields {
            body = body.text(name.clone(), value.clone());
        }
        for control in &form.files {
            let (name, bytes) = file.map_or(("", &[][..]), |file| (file.name, file.bytes));
            let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
            let part = part.mime_str("application/octet-stream").expect("a media type");
            body = body.part(control.clone(), part);
        }
        let request = self
            .http
            .post(self.url(&path))
            .headers(self.same_origin())
            .multipart(body);
        self.answer(path, request).await
    }

    /// Posts bytes as they are, as a program does, with these headers.
    pub async fn post_bytes(&self, path: &str, bytes: &[u8], headers: &[(&str, &str)]) -> Answer {
        let path = self.local(path).to_owned();
        let mut request = self.http.post(self.url(&path)).body(bytes.to_vec());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(path, request).await
    }

    /// Posts an empty form as a page of another site would.
    pub async fn post_from_elsewhere(&self, path: &str) -> Answer {
        let path = self.local(path).to_owned();
        let request = self
            .http
            .post(self.url(&path))
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://elsewhere.example")
            .form(&[("a", "b")]);
        self.answer(path, request).await
    }

    /// Sends a form of a page, as it is now.
    pub async fn submit(&self, page: &Answer, form: &Form) -> Answer {
        let bare = page.path.split(['?', '#']).next().unwrap_or_default();
        let target = if form.action.is_empty() {
            &page.path
        } else {
            &form.action
        };
        let target = match target.strip_prefix('?') {
            Some(query) => format!("{bare}?{query}"),
            None => target.clone(),
        };
        match (form.method.as_str(), form.multipart) {
            ("post", true) => self.post_multipart(&target, form, None).await,
            ("post", false) => self.post(&target, &form.fields).await,
            _ => panic!("only forms that post are sent here: {form:#?}"),
        }
    }

    /// The form of the first page that takes a file.
    pub async fn upload_form(&self) -> Form {
        self.get("/").await.page().find_form(|form| !form.files.is_empty())
    }

    /// Chooses a file on the first page and sends it; the answer is the redirect or the explanation.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Answer {
        let form = self.upload_form().await;
        let file = Upload { name, bytes };
        self.post_multipart(&form.action, &form, Some(file)).await
    }

    /// Uploads a file that must be understood; returns the address of its card, `/cards/{card}`.
    pub async fn card(&self, name: &str, bytes: &[u8]) -> String {
        let answer = self.upload(name, bytes).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}: {}", answer.page().main());
        card_of(&answer.location())
    }

    /// Fetches where the answer points, or gives the answer back.
    pub async fn follow(&self, answer: Answer) -> Answer {
        if answer.status.is_redirection() {
            self.get(&answer.location()).await
        } else {
            answer
        }
    }

    /// The addresses of a card's sections, in order, as the overview links them.
    pub async fn sections(&self, card: &str) -> Vec<String> {
        let overview = self.get(card).await;
        assert_eq!(overview.status, StatusCode::OK, "{}", overview.text());
        let start = format!("{card}/sections/");
        let mut found = Vec::new();
        for link in overview.page().links() {
            let address = link.split(['?', '#']).next().unwrap_or_default().to_owned();
            let is_page = address
                .strip_prefix(&start)
                .is_some_and(|key| !key.is_empty() && !key.contains('/'));
            if is_page && !found.contains(&address) {
                found.push(address);
            }
        }
        found
    }

    /// The bytes of a download that must work.
    pub async fn download(&self, card: &str, format: &str) -> Vec<u8> {
        let answer = self.get(&format!("{card}/download/{format}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.bytes
    }

    fn local<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(self.origin.as_str()).unwrap_or(path)
    }

    fn url(&self, path: &str) -> String {
        assert!(path.starts_with('/'), "{path:?} is no path on this server");
        format!("{}{path}", self.origin)
    }

    /// What a browser says with a form of our own page.
    fn same_origin(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        let origin = HeaderValue::from_str(&self.origin).expect("an origin is ASCII");
        headers.insert("origin", origin);
        headers
    }

    async fn answer(&self, path: String, request: reqwest::RequestBuilder) -> Answer {
        match whole(request).await {
            Ok((status, headers, bytes)) => Answer {
                path,
                status,
                headers,
                bytes,
            },
            Err(_) if self.may_break => Answer {
                path,
                status: NO_ANSWER,
                headers: HeaderMap::new(),
                bytes: Vec::new(),
            },
            Err(error) => panic!("{path}: {error:?}"),
        }
    }
}

/// The answer to a request, with its whole body.
async fn whole(request: reqwest::RequestBuilder) -> reqwest::Result<(StatusCode, HeaderMap, Vec<u8>)> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok((status, headers, response.bytes().await?.to_vec()))
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{}: {error}: {}", self.path, self.text()))
    }

    /// The body as a page.
    pub fn page(&self) -> Page {
        Page::parse(&self.text())
    }

    /// A header, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Where a redirect goes.
    pub fn location(&self) -> String {
        let location = self.header("location");
        assert!(
            !location.is_empty(),
            "{} {} points nowhere: {}",
            self.status,
            self.path,
            self.text()
        );
        location.to_owned()
    }
}

/// `/cards/{card}` from any address below it.
pub fn card_of(address: &str) -> String {
    let id = address
        .split_once("/cards/")
        .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default())
        .unwrap_or_default();
    assert!(!id.is_empty(), "{address:?} names no card");
    format!("/cards/{id}")
}

/// Sends bytes as they are and hangs up sending; returns what the server says, which may be nothing.
pub async fn send_raw(address: SocketAddr, bytes: Vec<u8>) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time limit");
        stream.write_all(&bytes).expect("the server takes bytes");
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("the connection is open");
        let mut answer = Vec::new();
        // A reset is as good as an answer here.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .expect("the conversation ends")
}

/// A file with its path as it should be named in messages.
pub struct Sample {
    /// Folder and file name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The files of `tests/fixtures/{folder}`.
pub fn fixtures(folder: &str) -> Vec<Sample> {
    let found = samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), folder);
    assert!(!found.is_empty(), "there are fixtures in {folder}");
    found
}

/// One file of `tests/fixtures`.
pub fn fixture(path: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The files of these folders of the corpus of real cards, which is not part of the project; nothing when it is not
/// there, which is said.
pub fn corpus(folders: &[&str]) -> Option<Vec<Sample>> {
    let root = std::env::var_os("CARTELLINO_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    if !root.is_dir() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        say(&format!(
            "NOT RUN: {test}: the corpus of real cards is not here; CARTELLINO_CORPUS names its folder"
        ));
        return None;
    }
    Some(folders.iter().flat_map(|folder| samples(&root, folder)).collect())
}

fn samples(root: &Path, folder: &str) -> Vec<Sample> {
    let mut found: Vec<Sample> = std::fs::read_dir(root.join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_file())
        .map(|entry| Sample {
            name: format!("{folder}/{}", entry.file_name().to_string_lossy()),
            bytes: std::fs::read(entry.path()).expect("a sample can be read"),
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}
