//! A real browser: Debian's Chromium, driven through chromedriver, both started here.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

use super::not_run;

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// As most visitors have it.
    On,
    /// Switched off in the browser's settings.
    Off,
}

/// A browser of its own, with an empty profile and a folder for downloads.
pub struct Chromium {
    /// The way to drive it.
    pub driver: WebDriver,
    /// Where downloads land.
    pub downloads: PathBuf,
    _program: Program,
    _folder: TempDir,
}

/// A process that ends with the test, and whatever it has started.
struct Program {
    child: Child,
    /// Kept open: a program whose output is closed ends at its next word.
    output: Option<BufReader<ChildStdout>>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // chromedriver leads a group of its own, so this reaches the browser it started and nothing else.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.child.wait();
        drop(self.output.take());
    }
}

/// The path of an installed program.
fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Starts chromedriver on a port that it chooses; returns the port.
fn start_driver(program: &PathBuf) -> (Program, u16) {
    let mut child = Command::new(program)
        .args(["--port=0", "--log-level=SEVERE"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("chromedriver starts");
    let mut out = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut program = Program { child, output: None };
    // The first line repeats the 0 it was given; a later one names the port it got.
    let port = out
        .by_ref()
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let (_, rest) = line.rsplit_once("on port ")?;
            rest.trim_end_matches('.').parse().ok().filter(|port| *port != 0)
        })
        .expect("chromedriver names its port");
    program.output = Some(out);
    (program, port)
}

impl Chromium {
    /// Starts a browser, or says that the test was not run because none is installed.
    pub async fn start(script: Script) -> Option<Self> {
        let (Some(browser), Some(driver)) = (installed("chromium"), installed("chromedriver")) else {
            not_run("chromium and chromedriver are not installed (Debian: chromium, chromium-driver)");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder for the profile");
        let downloads = folder.path().join("downloads");
        std::fs::create_dir(&downloads).expect("a folder for downloads");
        let (program, port) = start_driver(&driver);

        let mut capabilities = DesiredCapabilities::chrome();
        capabilities
            .set_binary(&browser.display().to_string())
            .expect("a path is text");
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", folder.path().join("profile").display()),
        ] {
            capabilities.add_arg(argument).expect("an argument is text");
        }
        let mut settings = json!({
            "download.default_directory": downloads,
            "download.prompt_for_download": false,
        });
        if script == Script::Off {
            settings["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        capabilities
            .add_experimental_option("prefs", settings)
            .expect("settings are JSON");
        capabilities
            .set_logging_prefs("performance", LoggingPrefsLogLevel::All)
            .expect("a level is text");
        capabilities
            .set_browser_log_level(LoggingPrefsLogLevel::All)
            .expect("a level is text");
        // Its client is made inside.
        let _ = super::http();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .expect("the browser starts");
        Some(Self {
            driver,
            downloads,
            _program: program,
            _folder: folder,
        })
    }

    /// Makes the page this wide, in CSS pixels, as a telephone would.
    pub async fn width(&self, pixels: u32) {
        self.driver
            .cdp()
            .send_raw(
                "Emulation.setDeviceMetricsOverride",
                json!({"width": pixels, "height": 800, "deviceScaleFactor": 1, "mobile": false}),
            )
            .await
            .expect("the width can be set");
    }

    /// The addresses asked for since the last call.
    pub async fn requests(&self) -> Vec<String> {
        let entries = self.driver.get_log("performance").await.expect("the log is kept");
        entries
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok())
            .filter(|entry| entry["message"]["method"] == "Network.requestWillBeSent")
            .filter_map(|entry| entry["message"]["params"]["request"]["url"].as_str().map(str::to_owned))
            // The browser's own pages and what stands in the page itself need no network.
            .filter(|url| !url.starts_with("chrome:") && !url.starts_with("data:") && url != "about:blank")
            .collect()
    }

    /// What the pages complained about since the last call: failed loads, broken rules, script errors.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.expect("the log is kept");
        entries
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" || entry.level == "WARNING")
            .map(|entry| entry.message)
            .collect()
    }

    /// The bytes of the only file downloaded so far, once it is whole.
    pub async fn downloaded(&self) -> (String, Vec<u8>) {
        wait_for("the download", async || {
            let files: Vec<PathBuf> = std::fs::read_dir(&self.downloads)
                .expect("the folder is there")
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .collect();
            match files.as_slice() {
                [file] if file.extension().is_none_or(|ending| ending != "crdownload") => {
                    let name = file.file_name()?.to_string_lossy().into_owned();
                    // Chromium writes under a name of its own first, which begins with a dot.
                    (!name.starts_with('.')).then(|| (name, std::fs::read(file).expect("it can be read")))
                }
                _ => None,
            }
        })
        .await
    }

    /// Ends the browser.
    pub async fn quit(self) {
        self.driver.quit().await.expect("the browser ends");
    }
}

/// Asks again until there is an answer, for ten seconds at most.
pub async fn wait_for<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..200 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{what} did not come within ten seconds")
}
