//! The programs that come with PostgreSQL: they know how to write and read their databases.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data_encoding::HEXLOWER_PERMISSIVE;

use super::{Error, refused};

/// Writes the database as it is at this moment, which another connection holds, as SQL into a file.
pub(super) fn dump(url: &str, moment: &str, target: &Path) -> Result<(), Error> {
    let mut command = program("pg_dump", url);
    command
        .args(["--no-owner", "--no-privileges", "--snapshot", moment, "--file"])
        .arg(target);
    run(command, "pg_dump")
}

/// Runs files with SQL, one after the other, all or nothing.
pub(super) fn run_all(url: &str, files: &[&Path]) -> Result<(), Error> {
    let mut command = program("psql", url);
    command.args([
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set",
        "ON_ERROR_STOP=1",
    ]);
    for file in files {
        command.arg("--file").arg(file);
    }
    // The dump sets the search path by a query, whose answer nobody wants to see.
    command.stdout(Stdio::null());
    run(command, "psql")
}

/// The program of this name, told where the database is. Others on this machine see its arguments but not its variables,
/// so that the password is not among the arguments.
fn program(name: &str, url: &str) -> Command {
    let (url, password) = without_password(url);
    let mut command = Command::new(place(name));
    command.arg("--dbname").arg(url).stdin(Stdio::null());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

fn run(mut command: Command, name: &str) -> Result<(), Error> {
    let output = match command.stderr(Stdio::piped()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return refused(format!(
                "{name} is not there. It comes with the clients of PostgreSQL (Debian: apt install postgresql-client) and \
                 must be of the server's version or newer."
            ));
        }
        Err(error) => return Err(Error::Disk(PathBuf::from(name), error)),
    };
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = words.lines().take(5).collect();
    refused(format!("{name} failed: {}", lines.join(" / ")))
}

/// Where the program is: on the path, or where Debian keeps the newest version.
fn place(name: &str) -> PathBuf {
    let on_path = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    if on_path {
        return PathBuf::from(name);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin").join(name)))
        })
        .filter(|(_, program)| program.is_file())
        .collect();
    found.sort();
    found.pop().map_or_else(|| PathBuf::from(name), |(_, program)| program)
}

/// The address without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, mut password) = match user.split_once(':') {
        Some((user, password)) => (user, Some(decoded(password))),
        None => (user, None),
    };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut kept = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.strip_prefix("password=") {
            Some(value) => password = Some(decoded(value)),
            None => kept.push(parameter),
        }
    }
    let at = if user.is_empty() { "" } else { "@" };
    let question = if kept.is_empty() { "" } else { "?" };
    (
        format!("{scheme}://{user}{at}{host}{path}{question}{}", kept.join("&")),
        password,
    )
}

/// The text that was spelled with percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let spelled = others.get(..2).filter(|_| first == b'%');
        match spelled.and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits).ok()) {
            Some(byte) => {
                bytes.extend(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_named_with_where_it_comes_from() {
        let missing = run(Command::new("/nowhere/pg_dump"), "pg_dump")
            .unwrap_err()
            .to_string();
        assert!(missing.starts_with("pg_dump is not there."), "{missing}");
        assert!(missing.contains("apt install postgresql-client"), "{missing}");
    }

    #[test]
    fn what_a_program_complains_of_is_told() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'no such table' >&2; echo 'at line 3' >&2; exit 3"]);
        let failed = run(command, "psql").unwrap_err().to_string();
        assert_eq!(failed, "psql failed: no such table / at line 3");
    }

    #[test]
    fn a_password_is_no_argument() {
        for (url, plain, password) in [
            ("postgres://u:a%40b@h:1/n", "postgres://u@h:1/n", Some("a@b")),
            ("postgres://u@h/n?x=1", "postgres://u@h/n?x=1", None),
            ("postgres:///n?host=/s&user=u", "postgres:///n?host=/s&user=u", None),
            (
                "postgresql://h/n?password=a+b%3Dc&x=1",
                "postgresql://h/n?x=1",
                Some("a+b=c"),
            ),
            ("postgres://u:x=y@h", "postgres://u@h", Some("x=y")),
        ] {
            let password = password.map(str::to_owned);
            assert_eq!(without_password(url), (plain.to_owned(), password), "{url}");
        }
    }
}
