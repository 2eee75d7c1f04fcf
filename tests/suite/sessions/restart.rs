//! The real program, killed and started again.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::StatusCode;

use crate::harness::Visitor;

struct Server {
    program: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, listen: &str, flags: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_cartellino"))
            .args(["serve", "--listen", listen])
            .args(flags)
            .current_dir(folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut words = BufReader::new(program.stdout.take().unwrap());
        words.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap_or_else(|| panic!("{line}"));
        let address = address.trim().trim_end_matches('/').to_owned();
        Self { program, address }
    }

    /// Kills it as `kill -9` does; returns what it had logged.
    fn kill(mut self) -> String {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
        let mut log = String::new();
        self.program.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

#[tokio::test]
async fn r55_a_killed_server_that_starts_again_knows_its_visitors() {
    let engines: [&[&str]; 5] = [
        &["--session-engine=database"],
        &["--session-database-url=sqlite://keys.db"],
        &["--session-engine=file", "--session-file-path=sessions"],
        &["--session-engine=cookie"],
        &["--session-engine=memory"],
    ];
    for flags in engines {
        let is_memory = flags[0].ends_with("memory");
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path(), "127.0.0.1:0", flags);
        let address = server.address.clone();
        let visitor = Visitor::new(&format!("http://{address}"));
        let made = visitor.upload("card.json", b"{\"name\": \"kept\"}").await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        let cookie = made.header("set-cookie").split(';').next().unwrap().to_owned();
        let log = server.kill();
        assert_eq!(log.contains("a restart forgets all sessions"), is_memory, "R53: {log}");

        let server = Server::start(folder.path(), &address, flags);
        // The connection of before is gone with the server; the cookie is all that the browser brings.
        let page = crate::harness::http()
            .build()
            .unwrap()
            .get(format!("http://{address}{}", made.location()))
            .header("cookie", &cookie);
        let page = page.send().await.unwrap();
        let expected = if is_memory {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::OK
        };
        assert_eq!(page.status(), expected, "{flags:?}");
        server.kill();
    }
}

#[test]
fn a_place_that_cannot_be_opened_stops_the_start_and_names_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("taken"), "a file").unwrap();
    let cases: [(&[&str], &str); 3] = [
        (
            &["--session-engine=file", "--session-file-path=taken"],
            "SESSION_FILE_PATH",
        ),
        (
            &["--session-database-url=sqlite://taken/keys.db"],
            "SESSION_DATABASE_URL",
        ),
        (&["--session-database-url=sqlite://taken"], "SESSION_DATABASE_URL"),
    ];
    for (flags, named) in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_cartellino"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(flags)
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(named), "{words}");
    }
}

#[test]
fn r58_the_command_says_what_it_cannot_reach() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_cartellino"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap()
    };
    assert_eq!(run(&["migrate"]).status.code(), Some(0));
    for (engine, said) in [
        ("memory", "memory of the running server"),
        ("cookie", "browsers' cookies"),
        ("database", ""),
    ] {
        let output = run(&["cleanup_sessions", "--session-engine", engine]);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{words}");
        assert!(
            words.contains(said) && words.is_empty() == said.is_empty(),
            "{engine}: {words}"
        );
    }
}
