//! A real PostgreSQL for the tests, started from installed programs and gone with the test process.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

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

impl Server {
    fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            crate::harness::not_run("PostgreSQL is not installed (initdb and postgres were not found)");
            return None;
        };
        let folder = tempfile::Builder::new()
            .prefix("cartellino-pg-")
            .tempdir()
            .expect("a folder")
            .keep();
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
        // PostgreSQL refuses to run as root; then it runs as the user that its package made.
        let mut command = if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&folder).status();
            assert!(owned.is_ok_and(|status| status.success()), "the user postgres exists");
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                "sh",
                "-c",
                &script,
            ]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", &script]);
            command
        };
        let keeper = command
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the programs of PostgreSQL start");
        let url = url(&folder, "postgres");
        let began = Instant::now();
        let admin = loop {
            match PgConnection::establish(&url) {
                Ok(admin) => break admin,
                Err(error) if began.elapsed() > Duration::from_secs(60) => {
                    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                    let _ = std::io::stderr().write_all(log.as_bytes());
                    panic!("PostgreSQL does not start: {error}");
                }
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        };
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
