//! The file of settings: where it stands between flags, variables and defaults, and what is said of a bad one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cartellino::config::Options;
use clap::Args as _;

use crate::harness::program::Program;

fn written(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("settings.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// The cookie of a first look at a server with these variables and flags.
async fn first_cookie(folder: &Path, variables: &[(&str, &str)], flags: &[&str]) -> String {
    let server = Program::start_with(folder, variables, flags);
    server.visitor().get("/").await.header("set-cookie").to_owned()
}

#[tokio::test]
async fn a_file_is_stronger_than_defaults_and_weaker_than_variables_and_flags() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "session_cookie_age = 86_400\nsession_cookie_name = \"file\"\nsession_touch_interval = 60\n";
    let path = written(folder.path(), settings);
    let path = path.to_str().unwrap();
    let named = ("CARTELLINO_CONFIG", path);
    let cookie = first_cookie(folder.path(), &[named], &[]).await;
    assert!(
        cookie.starts_with("file=") && cookie.contains("Max-Age=86400;"),
        "{cookie}"
    );
    let variable = [named, ("SESSION_COOKIE_NAME", "variable")];
    let cookie = first_cookie(folder.path(), &variable, &[]).await;
    assert!(
        cookie.starts_with("variable=") && cookie.contains("Max-Age=86400;"),
        "{cookie}"
    );
    let cookie = first_cookie(folder.path(), &variable, &["--session-cookie-name", "flag"]).await;
    assert!(cookie.starts_with("flag="), "{cookie}");
    // The file that a flag names is taken instead of that of the variable.
    let other = folder.path().join("other.toml");
    std::fs::write(&other, "session_cookie_name = 'other'").unwrap();
    let cookie = first_cookie(folder.path(), &[named], &["--config", other.to_str().unwrap()]).await;
    assert!(
        cookie.starts_with("other=") && cookie.contains("Max-Age=2592000;"),
        "{cookie}"
    );
}

#[test]
fn a_file_that_cannot_be_used_stops_the_start_and_is_named_with_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (
            "log = 'info'\nlisten = 'nowhere'\n",
            "settings.toml, line 2: listen cannot be",
        ),
        (
            "sesion_secret = 'hunter2'\n",
            "settings.toml, line 1: sesion_secret is no setting: do you mean session_secret?",
        ),
        // Good for itself, and not with the others.
        (
            "\nsession_touch_interval = 2592000\n",
            "settings.toml, line 2: SESSION_TOUCH_INTERVAL: ",
        ),
        (
            "\n\nsession_secret = 'hunter2'\n",
            "settings.toml, line 3: SESSION_SECRET: ",
        ),
        (
            "database_url = 'postgre://me:hunter2@host/db'\n",
            "settings.toml, line 1: DATABASE_URL: ",
        ),
        (
            "redis_url = 'hunter2'\nsession_engine = 'redis'\n",
            "settings.toml, line 1: REDIS_URL: ",
        ),
        ("session_secret = hunter2\n", "settings.toml, line 1: "),
    ];
    for (text, expected) in cases {
        let path = written(folder.path(), text);
        let (code, said) = Program::refusal(folder.path(), &[("CARTELLINO_CONFIG", path.to_str().unwrap())]);
        assert_eq!(code, 2, "{text}: {said}");
        assert!(said.contains(expected), "{text}: {said}");
        assert!(!said.contains("hunter2"), "a secret is not repeated: {said}");
    }
    // A variable that overrules the file is not looked for in it.
    let path = written(folder.path(), "session_touch_interval = 60\n");
    let variables = [
        ("CARTELLINO_CONFIG", path.to_str().unwrap()),
        ("SESSION_TOUCH_INTERVAL", "2592000"),
    ];
    let (code, said) = Program::refusal(folder.path(), &variables);
    assert!(
        code == 2 && said.contains("SESSION_TOUCH_INTERVAL") && !said.contains("line"),
        "{said}"
    );
    std::fs::remove_file(&path).unwrap();
    let (code, said) = Program::refusal(folder.path(), &[("CARTELLINO_CONFIG", path.to_str().unwrap())]);
    assert!(code == 2 && said.contains("settings.toml: No such file"), "{said}");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "a start that is refused leaves nothing behind");
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cartellino"));
    command
        .current_dir(folder)
        .env_clear()
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_other_commands_find_the_rows_by_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "listen = '127.0.0.1:0'\ndatabase_url = 'sqlite://rows.db'\nsession_secret = 'hunter2-hunter2-hunter2-hunter2-'\n";
    let path = written(folder.path(), settings);
    let path = path.to_str().unwrap();
    for arguments in [
        &["migrate", "--config", path][..],
        &["sessions", "list", "--config", path],
        &["cleanup_sessions", "--config", path],
        &["verify", "--config", path],
        &["backup", "copy", "--config", path],
    ] {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }
    assert!(folder.path().join("rows.db").exists() && !folder.path().join("cartellino.db").exists());
    let help = run(folder.path(), &["serve", "--config", path, "--help"]);
    assert!(!String::from_utf8_lossy(&help.stdout).contains("hunter2"));
}

/// Every setting with what it means and its default, each behind a `#`.
fn example() -> String {
    let mut text = String::from(
        "# Settings of Cartellino, each with its default: copy this file, and take the # away where you write another value.\n\
         #\n\
         #   cartellino serve --config /etc/cartellino.toml\n\
         #\n\
         # Variables such as LISTEN are stronger than this file, flags such as --listen are stronger than both. Who may read a\n\
         # secret here is up to the file: chmod 600.\n",
    );
    let command = Options::augment_args(clap::Command::new("cartellino"));
    for argument in command.get_arguments().filter(|argument| argument.get_id() != "config") {
        // The last full stop is left out on a terminal.
        let help = format!("{}.", argument.get_long_help().or(argument.get_help()).unwrap());
        text.push_str("\n#");
        let mut width = 1;
        for word in help.split_whitespace() {
            width += word.chars().count() + 1;
            if width > 110 {
                text.push_str("\n#");
                width = word.chars().count() + 2;
            }
            write!(text, " {word}").unwrap();
        }
        let values: Vec<String> = argument
            .get_possible_values()
            .iter()
            .map(|value| value.get_name().to_owned())
            .collect();
        if values.len() > 2 || values.iter().any(|value| value == "json") {
            write!(text, "\n# One of {}.", values.join(", ")).unwrap();
        }
        let default = argument
            .get_default_values()
            .first()
            .map(|value| value.to_str().unwrap());
        let value = match default {
            Some(value) if value == "false" || value.parse::<u64>().is_ok() => value.to_owned(),
            Some(value) => format!("{value:?}"),
            None if argument.get_value_delimiter().is_some() => "[]".to_owned(),
            None => "…".to_owned(),
        };
        writeln!(text, "\n#{} = {value}", argument.get_id()).unwrap();
    }
    text
}

#[test]
fn the_example_shows_every_setting_with_its_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/cartellino.toml");
    let example = example();
    if std::env::var_os("CARTELLINO_WRITE_DOCS").is_some() {
        std::fs::write(&path, &example).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        example,
        "CARTELLINO_WRITE_DOCS=1 writes it anew"
    );
    let folder = tempfile::tempdir().unwrap();
    let all: String = example
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' ') && !line.ends_with('…') && !line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(all.lines().count() > 20, "{all}");
    let path = written(
        folder.path(),
        &all.replace("session_link_age = 600", "session_link_age = 700"),
    );
    let flags = ["--config", path.to_str().unwrap()];
    let with_file = Options::from_flags(flags).unwrap().check().unwrap();
    let without = Options::from_flags([""; 0]).unwrap().check().unwrap();
    let ages = [&with_file, &without].map(|config| config.session.link_age.as_secs());
    assert_eq!(ages, [700, 600]);
    assert_eq!(with_file.session.age, without.session.age);
    assert_eq!(with_file.listen, without.listen);
    assert_eq!(with_file.trusted_proxies, without.trusted_proxies);
}
