//! The program itself, started as operators start it.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::Visitor;

/// A running server with its folder as working directory. It ends with the test.
pub struct Program {
    /// Where its pages are, as it says itself.
    pub origin: String,
    child: Child,
    words: std::path::PathBuf,
}

/// The program with these variables and no others.
fn command(folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cartellino"));
    command.current_dir(folder).env_clear();
    // A port of its own, and no limit of new visitors at one address, unless the story is about them.
    command
        .env("LISTEN", "127.0.0.1:0")
        .env("SESSION_CREATE_LIMIT", "0")
        .env("SESSION_SAVE_LIMIT", "0")
        .envs(variables.iter().copied());
    command
}

impl Program {
    /// Starts a server that must start.
    pub fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        Self::start_with(folder, variables, &[])
    }

    /// The same with flags.
    pub fn start_with(folder: &Path, variables: &[(&str, &str)], flags: &[&str]) -> Self {
        let words = folder.join(format!("words-{}", cartellino::random::id().unwrap()));
        let mut child = command(folder, variables)
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(File::create(&words).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Cartellino is at").map(str::trim);
        let origin =
            address.unwrap_or_else(|| panic!("it did not start: {}", std::fs::read_to_string(&words).unwrap()));
        Self {
            origin: origin.trim_end_matches('/').to_owned(),
            child,
            words,
        }
    }

    /// What a start that must fail says, and its exit code.
    pub fn refusal(folder: &Path, variables: &[(&str, &str)]) -> (i32, String) {
        let mut child = command(folder, variables)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let status = ended(&mut child).unwrap_or_else(|| {
            child.kill().unwrap();
            panic!("{variables:?} were accepted")
        });
        let mut text = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut text).unwrap();
        (status.code().unwrap(), text)
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a loss of power does.
    pub fn kill(self) {
        // Dropping does it.
    }

    /// Sends it a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        super::signal(name, &[self.process()]);
    }

    /// What it has logged so far.
    pub fn words(&self) -> String {
        std::fs::read_to_string(&self.words).unwrap()
    }

    /// Somebody who has never been here.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin)
    }

    /// All that it has logged until now.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.words).unwrap()
    }

    /// Stops it as operators do; returns all that it logged.
    pub fn stop(mut self) -> String {
        let kill = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(kill.unwrap().success());
        assert!(ended(&mut self.child).expect("it stops").success());
        std::fs::read_to_string(&self.words).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How the program ended, if it does within twenty seconds.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::yield_now();
    }
    None
}
