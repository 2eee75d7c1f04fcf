//! axe-core, which judges pages by the rules of WCAG, in a real browser.
//!
//! The program is no part of the project: `.ci/run` installs the package `axe-core` under `target/tools`, by
//! `npm install --no-save --prefix target/tools axe-core`; `CARTELLINO_AXE` may name its file elsewhere.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::chromium::Chromium;
use super::not_run;

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

    /// Puts an answer of the server, of whatever status, into the window in place of the page that is there, whose
    /// origin and policy it gets.
    pub async fn show(&self, html: &str) {
        let cdp = self.browser.driver.cdp();
        let tree = cdp
            .send_raw("Page.getFrameTree", json!({}))
            .await
            .expect("the window has a frame");
        let frame = tree["frameTree"]["frame"]["id"].clone();
        let set = cdp
            .send_raw("Page.setDocumentContent", json!({"frameId": frame, "html": html}))
            .await;
        set.expect("the page can be shown");
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
            const ready = Array.from(document.querySelectorAll('link[rel=stylesheet]'))
                .filter((link) => !link.sheet && (!link.media || matchMedia(link.media).matches))
                .map((link) => new Promise((end) => {{ link.onload = end; link.onerror = end; }}));
            Promise.all(ready)
                .then(() => axe.run(document, {{ runOnly: {}, resultTypes: ['violations'] }}))
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
