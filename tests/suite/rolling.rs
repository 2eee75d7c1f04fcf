//! Two servers behind the proxy of `deploy/` are replaced one after the other while visitors write; nobody notices.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::author::{several, write_during};
use crate::harness::program::Program;
use crate::harness::{NO_ANSWER, Visitor, not_run, say};
use crate::postgres;

/// What the proxy says, in the folder of the test.
const LOG: &str = "caddy.log";

/// Caddy with the configuration that the project ships. It ends with the test.
struct Proxy {
    child: Child,
}

impl Proxy {
    /// Starts it, or says that the test was not run because it is not installed.
    async fn start(origin: &str, servers: &[&str], folder: &Path) -> Option<Self> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/Caddyfile");
        let child = Command::new("caddy")
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(file)
            .env("SITE", origin)
            .env("SERVERS", servers.join(" "))
            .env("HOME", folder)
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join(LOG)).unwrap())
            .spawn();
        let Ok(child) = child else {
            not_run("Caddy is not installed (caddy was not found)");
            return None;
        };
        let proxy = Self { child };
        wait_for(&Visitor::new(origin), StatusCode::OK).await;
        Some(proxy)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until the server says this of itself.
async fn wait_for(server: &Visitor, status: StatusCode) {
    let server = server.clone().on_a_bad_line();
    let began = Instant::now();
    while server.get("/health/ready").await.status != status {
        assert!(began.elapsed() < Duration::from_secs(30), "never {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `health_interval` and `fail_duration` of deploy/Caddyfile together.
const PROXY_SEES: Duration = Duration::from_secs(3);

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_are_replaced_one_by_one_without_a_failed_request() {
    let Some(database) = postgres::new_database() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [origin, one, other] = [(); 3].map(|()| format!("127.0.0.1:{}", free_port()));
    let origin = format!("http://{origin}");
    let start = |listen: &str| {
        let variables = [
            ("LISTEN", listen),
            ("PUBLIC_ORIGIN", &origin),
            ("TRUSTED_PROXIES", "127.0.0.1"),
            ("DATABASE_URL", &database),
            ("SESSION_SECRET", "the same on all servers of one database, long enough"),
            // Longer than the proxy takes to notice, see deploy/Caddyfile.
            ("STOP_DELAY", "4"),
        ];
        Program::start(folder.path(), &variables)
    };
    let mut servers = [&one, &other].map(|listen| Some(start(listen)));
    let Some(_proxy) = Proxy::start(&origin, &[&one, &other], folder.path()).await else {
        return;
    };
    let authors = several(&origin, 6).await;
    let replacing = async {
        for (place, listen) in [(0, &one), (1, &other)] {
            let here = Visitor::new(&format!("http://{listen}"));
            servers[place] = tokio::task::block_in_place(|| {
                let log = servers[place].take().expect("it runs").stop();
                assert!(log.contains("leaving") && log.contains("stopping"), "{log}");
                assert!(!log.contains("panicked"), "{log}");
                Some(start(listen))
            });
            wait_for(&here, StatusCode::OK).await;
            // As docs/scaling.md tells operators: the proxy asks again after a second, and forgets failures after two.
            tokio::time::sleep(PROXY_SEES).await;
        }
    };
    // Any answer but a page or an acknowledgement fails here.
    if let Err(error) = write_during(&authors, replacing).await {
        let log = std::fs::read_to_string(folder.path().join(LOG)).unwrap();
        panic!("{error}; the proxy says {log}");
    }
    let mut saved = 0;
    for author in &authors {
        author.assert_nothing_is_lost().await;
        assert_eq!(author.diary.refused.load(Ordering::SeqCst), 0, "an answer of 503");
        saved += author.diary.saved.load(Ordering::SeqCst);
    }
    say(&format!(
        "both servers were replaced during {saved} saves; no request failed"
    ));
}

#[tokio::test]
async fn a_server_that_leaves_is_not_ready_but_answers_and_hangs_up() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(folder.path(), &[("STOP_DELAY", "60")]);
    let visitor = server.visitor();
    let card = visitor.card("otter.json", br#"{"name": "otter"}"#).await;
    server.signal("TERM");
    wait_for(&visitor, StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(visitor.get("/health/ready").await.text(), "leaving\n");
    assert_eq!(visitor.get("/health/live").await.status, StatusCode::OK);
    let page = visitor.get(&card).await;
    assert_eq!((page.status, page.header("connection")), (StatusCode::OK, "close"));
    // Who is in a hurry says it twice.
    server.signal("TERM");
    let began = Instant::now();
    while visitor.clone().on_a_bad_line().get("/health/live").await.status != NO_ANSWER {
        assert!(began.elapsed() < Duration::from_secs(30), "it goes");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
