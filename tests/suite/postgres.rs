//! A real PostgreSQL for the tests, started from installed programs and gone with the test process.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::harness::{not_run, signal};

/// A server of this test process, on a socket in a folder of its own.
struct Server {
    socket: PathBuf,
    /// Connections that make databases take turns: they all copy the same template.
    admin: Mutex<PgConnection>,
    /// While this process lives, its end of the child's input stays open; when it closes, by
    /// whatever end, the child stops the server and clears up.
    _keeper: Child,
}

/// The URL of a new empty database, or nothing where no PostgreSQL is installed.
pub fn new_database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(Server::start).as_ref()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    server
        .admin
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
        .expect("a database is made");
    Some(server.url(&name))
}

/// A server for one test alone, which remembers what it was told when it is started again.
pub struct Own {
    programs: PathBuf,
    folder: PathBuf,
    /// Whether a commit waits for the disk; only a machine without power would show the difference.
    is_durable: bool,
    keeper: Option<Child>,
}

impl Own {
    /// Starts one, or says that the test was not run because none is installed.
    pub fn start() -> Option<Self> {
        Self::start_as(false)
    }

    /// The same with commits that wait for the disk.
    pub fn durable() -> Option<Self> {
        Self::start_as(true)
    }

    fn start_as(is_durable: bool) -> Option<Self> {
        let programs = found_programs()?;
        let folder = new_folder();
        let initdb = format!(
            "'{programs}/initdb' -D '{folder}/data' -U postgres -A trust -E UTF8 --locale=C --no-sync >'{folder}/log' 2>&1",
            programs = programs.display(),
            folder = folder.display(),
        );
        let made = command(&folder, &initdb).status();
        assert!(made.expect("initdb starts").success(), "{}", log(&folder));
        let mut own = Self {
            programs,
            folder,
            is_durable,
            keeper: None,
        };
        own.restart();
        Some(own)
    }

    /// Starts a server that follows this one, which from now on acknowledges nothing that the other does not have.
    pub fn follower(&self) -> Self {
        let folder = new_folder();
        let copy = format!(
            "'{programs}/pg_basebackup' -h '{from}' -U postgres -D '{to}/data' -R -X stream -c fast >'{to}/log' 2>&1",
            programs = self.programs.display(),
            from = self.folder.display(),
            to = folder.display(),
        );
        let made = command(&folder, &copy).status();
        assert!(made.expect("pg_basebackup starts").success(), "{}", log(&folder));
        let mut follower = Self {
            programs: self.programs.clone(),
            folder,
            is_durable: self.is_durable,
            keeper: None,
        };
        follower.restart();
        self.run("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.run("SELECT pg_reload_conf()");
        follower
    }

    /// Makes a follower the first one; when this returns, it takes writes.
    pub fn promote(&self) {
        // The setting came with the copy, and nobody follows this one.
        self.run("ALTER SYSTEM RESET synchronous_standby_names");
        self.run("SELECT pg_promote()");
        self.run("SELECT pg_reload_conf()");
    }

    /// Does this as its operator.
    pub fn run(&self, sql: &str) {
        connect(&self.folder)
            .batch_execute(sql)
            .expect("an operator may do that");
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        url(&self.folder, "postgres")
    }

    /// The address of the one of both that takes writes.
    pub fn url_with(&self, other: &Self) -> String {
        let [one, other] = [self, other].map(|own| own.folder.display().to_string());
        format!("postgres:///postgres?host={one},{other}&user=postgres&target_session_attrs=read-write")
    }

    /// Starts it again after [`kill`](Self::kill), with what it had written.
    pub fn restart(&mut self) {
        assert!(self.keeper.is_none(), "it was killed before");
        let script = format!(
            r#"'{programs}/postgres' -D '{folder}/data' -k '{folder}' -c listen_addresses= -c fsync={fsync} \
                >>'{folder}/log' 2>&1 &
            server=$!
            echo $server >'{folder}/pid'
            cat >/dev/null
            kill -9 $(cat /proc/$server/task/$server/children) $server"#,
            programs = self.programs.display(),
            folder = self.folder.display(),
            fsync = if self.is_durable { "on" } else { "off" },
        );
        let mut command = command(&self.folder, &script);
        let keeper = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.keeper = Some(keeper.spawn().expect("the programs of PostgreSQL start"));
        drop(connect(&self.folder));
    }

    /// Ends all its processes at once.
    pub fn kill(&mut self) {
        let processes = self.processes();
        signal("KILL", &processes);
        // One that is not gone yet would keep the memory that the next server wants.
        while processes.iter().any(|&id| is_alive(id)) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut keeper = self.keeper.take().expect("it runs");
        drop(keeper.stdin.take());
        keeper.wait().expect("it ends");
    }

    /// Lets all its processes fall silent without hanging up.
    pub fn freeze(&self) {
        // The first one alone makes others.
        signal("STOP", &self.processes()[..1]);
        signal("STOP", &self.processes());
    }

    /// Lets all its processes go on.
    pub fn thaw(&self) {
        signal("CONT", &self.processes());
    }

    /// The first process and those that it made.
    fn processes(&self) -> Vec<u32> {
        let pid = std::fs::read_to_string(self.folder.join("pid")).expect("it was started");
        let pid = pid.trim();
        let made = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("it runs");
        let ids = std::iter::once(pid).chain(made.split_whitespace());
        ids.map(|id| id.parse().expect("a number")).collect()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if self.keeper.is_some() {
            self.kill();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    fn start() -> Option<Self> {
        let programs = found_programs()?;
        let folder = new_folder();
        let script = format!(
            r#"set -e
            '{programs}/initdb' -D '{folder}/data' -U postgres -A trust -E UTF8 --locale=C --no-sync >'{folder}/log' 2>&1
            '{programs}/postgres' -D '{folder}/data' -k '{folder}' -c listen_addresses= -c fsync=off \
                -c full_page_writes=off -c max_connections=400 >>'{folder}/log' 2>&1 &
            server=$!
            cat >/dev/null
            kill -INT $server
            wait $server || true
            cd /
            rm -rf '{folder}'"#,
            programs = programs.display(),
            folder = folder.display(),
        );
        let keeper = command(&folder, &script)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the programs of PostgreSQL start");
        let admin = connect(&folder);
        Some(Self {
            socket: folder,
            admin: Mutex::new(admin),
            _keeper: keeper,
        })
    }

    fn url(&self, database: &str) -> String {
        url(&self.socket, database)
    }
}

fn is_alive(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat"));
    status.is_ok_and(|status| !status.contains(") Z ") && !status.contains(") X "))
}

fn new_folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("cartellino-pg-").tempdir();
    folder.expect("a folder").keep()
}

/// A shell in this folder. PostgreSQL refuses to run as root; then it runs as the user that its package made.
fn command(folder: &Path, script: &str) -> Command {
    let mut command = if is_root() {
        let owned = Command::new("chown").arg("postgres").arg(folder).status();
        assert!(owned.is_ok_and(|status| status.success()), "the user postgres exists");
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "sh",
            "-c",
            script,
        ]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    };
    command.current_dir(folder);
    command
}

/// The first connection to the server in this folder, once it is up.
fn connect(folder: &Path) -> PgConnection {
    let url = url(folder, "postgres");
    let began = Instant::now();
    loop {
        match PgConnection::establish(&url) {
            Ok(connection) => return connection,
            Err(error) if began.elapsed() > Duration::from_secs(60) => {
                let _ = std::io::stderr().write_all(log(folder).as_bytes());
                panic!("PostgreSQL does not start: {error}");
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// The folder with the programs, or a word that there are none.
fn found_programs() -> Option<PathBuf> {
    let found = programs();
    if found.is_none() {
        not_run("PostgreSQL is not installed (initdb and postgres were not found)");
    }
    found
}

fn url(socket: &Path, database: &str) -> String {
    format!("postgres:///{database}?host={}&user=postgres", socket.display())
}

/// The folder with the newest installed programs.
fn programs() -> Option<PathBuf> {
    let packaged = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")));
    let mut folders: Vec<PathBuf> = packaged.collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
