//! axe-core, which judges pages by the rules of WCAG, in a real browser.
//!
//! The program is no part of the project: `.ci/run` installs the package `axe-core` under `target/tools`, by
//! `npm install --no-save --prefix target/tools axe-core`; `CARTELLINO_AXE` may name its file elsewhere.

use std::path::PathBuf;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use super::chromium::Chromium;
use super::{Answer, Visitor, not_run};

/// The rules: WCAG 2.2 A and AA, and what is good practice.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// How the page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// In the colours of the day.
    Day,
    /// In those of the evening.
    Evening,
}

/// A browser with axe-core at hand.
pub struct Axe {
    /// The browser.
    pub browser: Chromium,
    script: String,
}

impl Axe {
    /// The text of axe-core, or words that the test was not run.
    fn script() -> Option<String> {
        let installed = || {
            let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
            root.join("target/tools/node_modules/axe-core/axe.min.js")
        };
        let path = std::env::var_os("CARTELLINO_AXE").map_or_else(installed, PathBuf::from);
        match std::fs::read_to_string(&path) {
            Ok(script) => Some(script),
            Err(_) => {
                not_run("axe-core is not installed (npm install --no-save --prefix target/tools axe-core)");
                None
            }
        }
    }

    /// Equips a browser, or says that the test was not run.
    pub async fn start(browser: Option<Chromium>) -> Option<Self> {
        let script = Self::script()?;
        Some(Self {
            browser: browser?,
            script,
        })
    }

    /// Looks at pages in this light from now on.
    pub async fn light(&self, light: Light) {
        let scheme = match light {
            Light::Day => "light",
            Light::Evening => "dark",
        };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        let set = self
            .browser
            .driver
            .cdp()
            .send_raw("Emulation.setEmulatedMedia", media)
            .await;
        set.expect("the colours can be set");
    }

    /// Opens the page of the gallery with this number.
    pub async fn open(&self, gallery: &Gallery, page: usize) {
        let opened = self.browser.driver.goto(format!("{}/{page}", gallery.origin)).await;
        opened.expect("the page opens");
    }

    /// What breaks a rule in the page that is shown: rule, words, elements. By day all rules are asked for, in the
    /// evening those that other colours can break.
    pub async fn violations(&self, light: Light) -> Vec<String> {
        let rules = match light {
            Light::Day => json!({"type": "tag", "values": TAGS}),
            Light::Evening => json!({"type": "rule", "values": ["color-contrast", "link-in-text-block"]}),
        };
        let driver = &self.browser.driver;
        driver.execute(&self.script, Vec::new()).await.expect("axe-core runs");
        let run = format!(
            "const done = arguments[arguments.length - 1];
            axe.run(document, {{ runOnly: {}, resultTypes: ['violations'] }})
                .then((result) => done(result.violations), (error) => done([{{ id: 'axe', help: String(error), nodes: [] }}]));",
            rules
        );
        let found = driver.execute_async(&run, Vec::new()).await.expect("axe-core answers");
        let rules = found.json().as_array().cloned().unwrap_or_default();
        let rule = |rule: &Value| {
            let nodes: Vec<String> = rule["nodes"]
                .as_array()
                .into_iter()
                .flatten()
                .take(3)
                .map(|node| format!("{} {}", node["html"], node["any"][0]["message"]))
                .collect();
            format!("{}: {} {nodes:?}", rule["id"], rule["help"])
        };
        rules.iter().map(rule).collect()
    }
}

/// Answers of the application, of whatever status, as pages that a browser can open: a server of its own gives each
/// back as it came, and asks the application for stylesheets and scripts.
pub struct Gallery {
    origin: String,
    server: actix_web::dev::ServerHandle,
}

impl Gallery {
    /// Shows these answers.
    pub async fn open(pages: Vec<Answer>, application: &Visitor) -> Self {
        let (pages, application) = (web::Data::new(pages), web::Data::new(application.clone()));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(pages.clone())
                .app_data(application.clone())
                .default_service(web::to(show))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .expect("a free port");
        let origin = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { origin, server: handle }
    }

    /// Closes it.
    pub async fn close(self) {
        self.server.stop(false).await;
    }
}

async fn show(request: HttpRequest, pages: web::Data<Vec<Answer>>, application: web::Data<Visitor>) -> HttpResponse {
    let number = request.path().trim_start_matches('/').parse::<usize>();
    let fetched;
    let answer = match number.ok().and_then(|number| pages.get(number)) {
        Some(page) => page,
        None => {
            fetched = application.get(request.path()).await;
            &fetched
        }
    };
    let mut copy = HttpResponse::Ok();
    // A download is opened from the visitor's disk, where the headers of its answer are forgotten.
    let is_download = !answer.header("content-disposition").is_empty();
    for name in ["content-type", "content-security-policy"] {
        let is_forgotten = is_download && name == "content-security-policy";
        if !is_forgotten && !answer.header(name).is_empty() {
            copy.insert_header((name, answer.header(name)));
        }
    }
    copy.body(answer.bytes.clone())
}
