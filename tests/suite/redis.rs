//! A real Redis for the tests, started from an installed program and gone with the test process.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::harness::{not_run, signal};

/// How many databases the shared server has: one for each test that wants one.
const DATABASES: u32 = 10_000;

/// The URL of an empty database of this test process' Redis, or nothing where none is installed.
pub fn new_database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(Server::start_for_all).as_ref()?;
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    assert!(number < DATABASES, "a test takes too many databases");
    Some(format!("redis://127.0.0.1:{}/{number}", server.port))
}

/// A server with a folder and a port of its own, which remembers what it was told when it is started again.
pub struct Server {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    /// Nobody drops the shared one, so its keeper clears up.
    is_shared: bool,
    /// While this process lives, its end of the child's input stays open; when it closes, by whatever end, the child
    /// kills the server.
    keeper: Option<Child>,
}

impl Server {
    /// Starts one, or says that the test was not run because none is installed.
    pub fn start() -> Option<Self> {
        Self::start_as(false)
    }

    fn start_for_all() -> Option<Self> {
        Self::start_as(true)
    }

    fn start_as(is_shared: bool) -> Option<Self> {
        let Some(program) = program() else {
            not_run("Redis is not installed (redis-server was not found)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("cartellino-redis-").tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self {
            program,
            folder,
            port,
            is_shared,
            keeper: None,
        };
        server.restart();
        Some(server)
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Starts it again after [`kill`](Self::kill), with what it had written.
    pub fn restart(&mut self) {
        assert!(self.keeper.is_none(), "it was killed before");
        let script = format!(
            r#"'{program}' --bind 127.0.0.1 --port {port} --dir '{folder}' --databases {DATABASES} --save '' \
                --appendonly yes --appendfsync always >>'{folder}/log' 2>&1 &
            echo $! >'{folder}/pid'
            cat >/dev/null
            kill -9 $(cat '{folder}/pid')
            if {is_shared}; then rm -rf '{folder}'; fi"#,
            is_shared = self.is_shared,
            program = self.program.display(),
            port = self.port,
            folder = self.folder.path().display(),
        );
        let keeper = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.keeper = Some(keeper.unwrap());
        let began = Instant::now();
        while !self.answers() {
            assert!(began.elapsed() < Duration::from_secs(60), "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once, as a loss of power does.
    pub fn kill(&mut self) {
        signal("KILL", &[self.pid()]);
        let mut keeper = self.keeper.take().expect("it runs");
        drop(keeper.stdin.take());
        keeper.wait().unwrap();
    }

    /// Lets it fall silent without hanging up.
    pub fn freeze(&self) {
        signal("STOP", &[self.pid()]);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        signal("CONT", &[self.pid()]);
    }

    /// What it answers to a command that is one word or several.
    pub fn ask(&self, command: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = vec![0; 65_536];
        let length = stream.read(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    fn answers(&self) -> bool {
        self.ask("PING").is_ok_and(|answer| answer == "+PONG\r\n")
    }

    fn pid(&self) -> u32 {
        let text = fs::read_to_string(self.folder.path().join("pid")).unwrap();
        text.trim().parse().unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.keeper.is_some() {
            self.kill();
        }
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/bin"), PathBuf::from("/usr/local/bin")])
        .map(|folder| folder.join("redis-server"))
        .find(|program| program.is_file())
}
