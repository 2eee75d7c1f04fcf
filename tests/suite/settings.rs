//! The settings of sessions: that they exist under their names, what they do, and that doubtful ones stop the start.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cartellino::config::Options;
use chrono::TimeDelta;
use clap::Args as _;
use reqwest::StatusCode;

use crate::harness::chromium::wait_for;
use crate::harness::program::Program;
use crate::harness::{Answer, TestApp};

const CARD: &[u8] = b"{\"name\": \"Lake ice\"}";
const ONE_SECRET: &str = "0123456789abcdef0123456789abcdef";
const OTHER_SECRET: &str = "fedcba9876543210fedcba9876543210";

/// Name and default, where there is one that is a fixed text.
const SETTINGS: [(&str, Option<&str>); 24] = [
    ("SESSION_ENGINE", Some("database")),
    ("SESSION_COOKIE_AGE", Some("2592000")),
    ("SESSION_COOKIE_NAME", None),
    ("SESSION_COOKIE_SECURE", None),
    ("SESSION_EXPIRE_AT_BROWSER_CLOSE", Some("false")),
    ("SESSION_TOUCH_INTERVAL", Some("3600")),
    ("SESSION_ABSOLUTE_AGE", None),
    ("SESSION_FILE_PATH", None),
    ("REDIS_URL", None),
    ("SESSION_SECRET", None),
    ("SESSION_SECRET_FALLBACKS", None),
    ("SESSION_CLEANUP_INTERVAL", Some("3600")),
    ("SESSION_CLEANUP_GRACE", Some("3600")),
    ("SESSION_LINK_AGE", Some("600")),
    ("SESSION_MAX_BROWSERS", Some("10")),
    // Ours beside Django's.
    ("SESSION_CREATE_LIMIT", Some("60")),
    ("SESSION_SAVE_LIMIT", Some("200")),
    ("SESSION_DATABASE_URL", None),
    ("SESSION_MAX_CARDS", Some("200")),
    ("SESSION_MAX_BYTES", Some("104857600")),
    ("MAX_UPLOAD_BYTES", Some("10485760")),
    ("SECTION_LINK_AGE", Some("604800")),
    ("PREFILL", Some("on")),
    ("PREFILL_MAX", Some("1000")),
];

/// Variable, flag and default of all settings, as the command line knows them.
fn known() -> Vec<(String, String, Option<String>)> {
    let command = Options::augment_args(clap::Command::new("cartellino"));
    let known = command.get_arguments().map(|argument| {
        let variable = argument
            .get_env()
            .expect("each has a variable")
            .to_str()
            .unwrap()
            .to_owned();
        let default = argument.get_default_values().first();
        (
            variable,
            argument.get_long().expect("each has a flag").to_owned(),
            default.map(|value| value.to_str().unwrap().to_owned()),
        )
    });
    known.collect()
}

#[test]
fn every_setting_has_its_name_its_flag_and_its_default() {
    let known = known();
    for (variable, default) in SETTINGS {
        let (_, flag, found) = known
            .iter()
            .find(|(name, _, _)| name == variable)
            .unwrap_or_else(|| panic!("{variable} is missing"));
        assert_eq!(*flag, variable.to_lowercase().replace('_', "-"));
        assert_eq!(found.as_deref(), default, "{variable}");
    }
    let listed: BTreeSet<&str> = SETTINGS.iter().map(|(variable, _)| *variable).collect();
    for (variable, _, _) in known.iter().filter(|(variable, _, _)| variable.starts_with("SESSION_")) {
        assert!(
            listed.contains(variable.as_str()),
            "{variable} is not in this test's list"
        );
    }
}

#[test]
fn every_setting_is_in_the_manual_with_its_default() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operating.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    for (variable, _, default) in known() {
        let line = manual
            .lines()
            .find(|line| line.starts_with(&format!("| `{variable}` |")))
            .unwrap_or_else(|| panic!("docs/operating.md does not list {variable}"));
        if let Some(default) = default {
            assert!(
                line.contains(&format!("| `{default}` |")),
                "its default is {default}: {line}"
            );
        }
    }
}

#[test]
fn what_is_shipped_for_deploying_sets_what_there_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let is_known = |name: &str| known().iter().any(|(variable, _, _)| *variable == name) || name.starts_with("AWS_");
    // The servers share one block; everything deeper belongs to other programs.
    let compose = read("compose.yaml");
    let shared = compose.lines().skip_while(|line| !line.starts_with("x-server"));
    let shared = shared.take_while(|line| !line.starts_with("services"));
    let block = shared.skip_while(|line| *line != "  environment:").skip(1);
    let names: Vec<&str> = block
        .filter_map(|line| line.strip_prefix("    ")?.split_once(": ").map(|(name, _)| name))
        .filter(|name| name.chars().all(|sign| sign.is_ascii_uppercase() || sign == '_'))
        .collect();
    assert!(names.len() > 8, "{names:?}");
    let image = read("Containerfile");
    let set = image
        .lines()
        .filter_map(|line| line.strip_prefix("ENV ")?.split_once('='));
    let unit = read("cartellino.service");
    let named = unit
        .split_whitespace()
        .filter_map(|word| word.trim_end_matches(',').split_once("=https://"));
    for name in names
        .into_iter()
        .chain(set.map(|(name, _)| name))
        .chain(named.map(|(name, _)| name))
    {
        assert!(is_known(name), "{name} is no setting");
    }
    // What the proxy takes to notice that a server leaves is shorter than the server waits.
    let seconds = |text: &str, start: &str| -> u32 {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(start)).unwrap();
        line.trim_matches(|sign: char| !sign.is_ascii_digit()).parse().unwrap()
    };
    let proxy = read("Caddyfile");
    let noticed = seconds(&proxy, "health_interval ") + seconds(&proxy, "health_timeout ");
    assert!(seconds(&compose, "STOP_DELAY:") > noticed);
    assert!(seconds(&compose, "stop_grace_period:") > seconds(&compose, "STOP_DELAY:") + 10);
}

#[test]
fn a_value_that_cannot_be_used_stops_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let wrong: [(&[(&str, &str)], &str); 32] = [
        (&[("SESSION_ENGINE", "mongodb")], "SESSION_ENGINE"),
        (&[("SESSION_ENGINE", "")], "SESSION_ENGINE"),
        (&[("SESSION_ENGINE", "redis")], "REDIS_URL"),
        (&[("SESSION_ENGINE", "cached_database")], "REDIS_URL"),
        (&[("REDIS_URL", "http://cache")], "REDIS_URL"),
        (&[("SESSION_ENGINE", "file")], "SESSION_FILE_PATH"),
        (
            &[("SESSION_ENGINE", "file"), ("SESSION_FILE_PATH", "")],
            "SESSION_FILE_PATH",
        ),
        (&[("SESSION_DATABASE_URL", "mysql://x")], "SESSION_DATABASE_URL"),
        (&[("SESSION_COOKIE_AGE", "0")], "SESSION_COOKIE_AGE"),
        (&[("SESSION_COOKIE_AGE", "-1")], "SESSION_COOKIE_AGE"),
        (&[("SESSION_COOKIE_AGE", "a month")], "SESSION_COOKIE_AGE"),
        (&[("SESSION_COOKIE_AGE", "34560001")], "SESSION_COOKIE_AGE"),
        (&[("SESSION_COOKIE_NAME", "")], "SESSION_COOKIE_NAME"),
        (&[("SESSION_COOKIE_NAME", "a;b")], "SESSION_COOKIE_NAME"),
        (&[("SESSION_COOKIE_NAME", "__Host-a")], "SESSION_COOKIE_NAME"),
        (&[("SESSION_COOKIE_SECURE", "yes please")], "SESSION_COOKIE_SECURE"),
        (&[("SESSION_COOKIE_SECURE", "true")], "SESSION_COOKIE_SECURE"),
        (
            &[("SESSION_EXPIRE_AT_BROWSER_CLOSE", "maybe")],
            "SESSION_EXPIRE_AT_BROWSER_CLOSE",
        ),
        (&[("SESSION_TOUCH_INTERVAL", "often")], "SESSION_TOUCH_INTERVAL"),
        (&[("SESSION_TOUCH_INTERVAL", "2592000")], "SESSION_TOUCH_INTERVAL"),
        (&[("SESSION_ABSOLUTE_AGE", "60")], "SESSION_ABSOLUTE_AGE"),
        (&[("SESSION_ABSOLUTE_AGE", "never")], "SESSION_ABSOLUTE_AGE"),
        (&[("SESSION_SECRET", "hunter2")], "SESSION_SECRET"),
        (&[("SESSION_SECRET", "")], "SESSION_SECRET"),
        (&[("SESSION_SECRET_FALLBACKS", "hunter2")], "SESSION_SECRET_FALLBACKS"),
        (&[("SESSION_CLEANUP_INTERVAL", "hourly")], "SESSION_CLEANUP_INTERVAL"),
        (&[("SESSION_CLEANUP_GRACE", "-5")], "SESSION_CLEANUP_GRACE"),
        (&[("SESSION_LINK_AGE", "59")], "SESSION_LINK_AGE"),
        (&[("SESSION_MAX_BROWSERS", "0")], "SESSION_MAX_BROWSERS"),
        (&[("SESSION_CREATE_LIMIT", "-1")], "SESSION_CREATE_LIMIT"),
        (&[("PREFILL", "perhaps")], "PREFILL"),
        (&[("PREFILL_MAX", "0")], "PREFILL_MAX"),
    ];
    for (variables, named) in wrong {
        let (code, text) = Program::refusal(folder.path(), variables);
        assert_eq!(code, 2, "{variables:?}: {text}");
        assert!(text.contains(named), "{variables:?}: {text}");
        assert!(!text.contains("hunter2"), "a secret is not repeated: {text}");
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "a start that is refused leaves nothing behind");
}

#[test]
fn a_value_that_is_no_text_stops_the_start_and_is_named() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    for variable in [
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_AGE",
        "SESSION_SECRET",
        "SESSION_ENGINE",
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cartellino"))
            .current_dir(folder.path())
            .env_clear()
            .env("LISTEN", "127.0.0.1:0")
            .env(variable, std::ffi::OsStr::from_bytes(b"ab\xff"))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(variable), "{text}");
    }
}

#[tokio::test]
async fn a_flag_is_stronger_than_its_variable() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("SESSION_COOKIE_NAME", "variable"), ("SESSION_COOKIE_AGE", "86400")];
    let server = Program::start_with(folder.path(), &variables, &["--session-cookie-name", "flag"]);
    let cookie = server.visitor().get("/").await.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with("flag=") && cookie.contains("Max-Age=86400"),
        "{cookie}"
    );
}

/// The cookie of a first look at a server with these flags.
async fn first_cookie(flags: &[&str]) -> String {
    let app = TestApp::start_with(flags).await;
    app.visitor().get("/").await.header("set-cookie").to_owned()
}

#[tokio::test]
async fn the_cookie_is_as_its_settings_say() {
    let plain = first_cookie(&[]).await;
    assert!(plain.starts_with("sessionid=") && plain.ends_with("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax"));
    let short = first_cookie(&["--session-cookie-age", "86400"]).await;
    assert!(short.contains("; Max-Age=86400;"), "SESSION_COOKIE_AGE: {short}");
    let named = first_cookie(&["--session-cookie-name", "cards"]).await;
    assert!(named.starts_with("cards="), "SESSION_COOKIE_NAME: {named}");
    let https = ["--public-origin", "https://cards.example.org"];
    let secure = first_cookie(&https).await;
    assert!(
        secure.starts_with("__Host-sessionid=") && secure.ends_with("; Secure"),
        "{secure}"
    );
    let open = first_cookie(&[&https[..], &["--session-cookie-secure", "false"]].concat()).await;
    assert!(
        open.starts_with("sessionid=") && !open.contains("Secure"),
        "SESSION_COOKIE_SECURE: {open}"
    );
    let closing = first_cookie(&["--session-expire-at-browser-close", "true"]).await;
    assert!(
        !closing.contains("Max-Age"),
        "SESSION_EXPIRE_AT_BROWSER_CLOSE: {closing}"
    );
}

fn kept(page: &Answer) -> String {
    page.page().texts("header .kept").join(" ")
}

#[tokio::test]
async fn session_cookie_age_is_how_long_work_is_kept() {
    let app = TestApp::start_with(&["--session-cookie-age", "172800"]).await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;
    assert!(visitor.get("/session").await.text().contains("2 days later"));
    app.pass(TimeDelta::hours(47));
    assert_eq!(visitor.get(&card).await.status, StatusCode::OK);
    app.pass(TimeDelta::hours(48));
    assert_eq!(visitor.get(&card).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn session_expire_at_browser_close_is_said_on_every_page() {
    let app = TestApp::start_with(&["--session-expire-at-browser-close", "true"]).await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;
    let words = "Kept until you close this browser, at the latest 30 days after your last visit";
    assert_eq!(kept(&visitor.get(&card).await), words);
}

#[tokio::test]
async fn session_touch_interval_is_how_often_a_visit_is_noted() {
    let app = TestApp::start_with(&["--session-touch-interval", "600"]).await;
    let visitor = app.visitor();
    visitor.card("card.json", CARD).await;
    app.pass(TimeDelta::seconds(599));
    assert_eq!(visitor.get("/").await.header("set-cookie"), "");
    app.pass(TimeDelta::seconds(1));
    assert_ne!(visitor.get("/").await.header("set-cookie"), "");
}

#[tokio::test]
async fn session_absolute_age_ends_work_whatever_the_visits() {
    let app = TestApp::start_with(&["--session-absolute-age", "3456000"]).await;
    let visitor = app.visitor();
    let card = visitor.card("card.json", CARD).await;
    for _ in 0..3 {
        app.pass(TimeDelta::days(13));
        assert_eq!(visitor.get(&card).await.status, StatusCode::OK);
    }
    app.pass(TimeDelta::days(1));
    assert_eq!(visitor.get(&card).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn session_engine_is_where_keys_are() {
    for (engine, rows) in [("database", 1), ("memory", 0)] {
        let app = TestApp::start_with(&["--session-engine", engine]).await;
        let visitor = app.visitor();
        let card = visitor.card("card.json", CARD).await;
        assert_eq!(visitor.get(&card).await.status, StatusCode::OK, "{engine}");
        assert_eq!(
            (app.rows("sessions").await, app.rows("session_keys").await),
            (1, rows),
            "{engine}"
        );
    }
}

#[tokio::test]
async fn session_create_limit_holds_for_one_address() {
    let app = TestApp::start_with(&["--session-create-limit", "1"]).await;
    app.visitor().card("card.json", CARD).await;
    let second = app.visitor().upload("card.json", CARD).await;
    assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(second.header("retry-after"), "");
}

#[tokio::test]
async fn session_cleanup_grace_leaves_expired_work_alone() {
    let app = TestApp::start_with(&["--session-cleanup-grace", "7200"]).await;
    app.visitor().card("card.json", CARD).await;
    app.pass(TimeDelta::days(30) + TimeDelta::seconds(7200));
    assert_eq!(app.sweep().await.sessions, 0);
    app.pass(TimeDelta::seconds(1));
    assert_eq!(app.sweep().await.sessions, 1);
}

#[tokio::test]
async fn session_cleanup_interval_is_the_job_inside_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let short = [
        ("SESSION_COOKIE_AGE", "1"),
        ("SESSION_TOUCH_INTERVAL", "0"),
        ("SESSION_CLEANUP_GRACE", "0"),
    ];
    let url = format!("sqlite://{}", folder.path().join("cartellino.db").display());
    let server = Program::start(
        folder.path(),
        &[&short[..], &[("SESSION_CLEANUP_INTERVAL", "0")]].concat(),
    );
    server.visitor().card("card.json", CARD).await;
    let db = cartellino::db::Db::open(&url).unwrap();
    let later = || chrono::Utc::now().naive_utc() - TimeDelta::seconds(2);
    let overdue = async || {
        let expired = db
            .run(move |conn| cartellino::db::sessions::expired(conn, later(), None, 9))
            .await;
        expired.unwrap().len()
    };
    wait_for("the expiry", async || (overdue().await == 1).then_some(())).await;
    server.stop();
    assert_eq!(overdue().await, 1, "0 switches it off");
    let _server = Program::start(
        folder.path(),
        &[&short[..], &[("SESSION_CLEANUP_INTERVAL", "1")]].concat(),
    );
    wait_for("the cleanup", async || (overdue().await == 0).then_some(())).await;
}

#[tokio::test]
async fn the_secret_is_made_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cartellino.db.secret");
    let server = Program::start(folder.path(), &[]);
    let secret = std::fs::read_to_string(&file).unwrap();
    assert_eq!(secret.trim().len(), 128, "64 bytes");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let visitor = server.visitor();
    visitor.card("card.json", CARD).await;
    let cookie = cookie_of(&server).await;
    server.stop();
    let again = Program::start(folder.path(), &[]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), secret);
    assert!(is_known(&again, &cookie).await);
    again.stop();

    std::fs::write(&file, "short").unwrap();
    let (code, text) = Program::refusal(folder.path(), &[]);
    assert!(code == 2 && text.contains("cartellino.db.secret"), "{text}");
}

/// A visitor with a card: what the browser sends.
async fn cookie_of(server: &Program) -> String {
    let answer = server.visitor().upload("card.json", CARD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// Whether the server shows the card to the browser that sends this.
async fn is_known(server: &Program, cookie: &str) -> bool {
    let request = crate::harness::http()
        .build()
        .unwrap()
        .get(&server.origin)
        .header("cookie", cookie);
    request.send().await.unwrap().text().await.unwrap().contains("Lake ice")
}

#[tokio::test]
async fn starts_at_the_same_time_agree_on_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            tokio::task::spawn_blocking(move || Program::start(&path, &[]))
        })
        .collect();
    let mut servers = Vec::new();
    for start in starts {
        servers.push(start.await.unwrap());
    }
    let cookie = cookie_of(&servers[0]).await;
    for server in &servers {
        assert!(is_known(server, &cookie).await);
    }
    let secrets = std::fs::read_dir(folder.path()).unwrap();
    let names: Vec<_> = secrets
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names.iter().filter(|name| name.contains("secret")).count(),
        1,
        "{names:?}"
    );
}

#[tokio::test]
async fn r18_a_changed_secret_keeps_sessions_by_its_fallbacks() {
    let folder = tempfile::tempdir().unwrap();
    let old = Program::start(folder.path(), &[("SESSION_SECRET", ONE_SECRET)]);
    let cookie = cookie_of(&old).await;
    old.stop();
    assert!(
        !folder.path().join("cartellino.db.secret").exists(),
        "none is made when one is given"
    );
    let foreign = Program::start(folder.path(), &[("SESSION_SECRET", OTHER_SECRET)]);
    assert!(!is_known(&foreign, &cookie).await);
    foreign.stop();
    let fallbacks = format!("{OTHER_SECRET}, {ONE_SECRET}\n");
    let rotated = [
        ("SESSION_SECRET", &*ONE_SECRET.repeat(2)),
        ("SESSION_SECRET_FALLBACKS", &*fallbacks),
    ];
    let rotated = Program::start(folder.path(), &rotated);
    assert!(is_known(&rotated, &cookie).await);
    rotated.stop();
    // From the file that was made to a secret of one's own.
    let made = Program::start(folder.path(), &[]);
    let cookie = cookie_of(&made).await;
    made.stop();
    let file = std::fs::read_to_string(folder.path().join("cartellino.db.secret")).unwrap();
    let own = [
        ("SESSION_SECRET", ONE_SECRET),
        ("SESSION_SECRET_FALLBACKS", file.trim()),
    ];
    assert!(is_known(&Program::start(folder.path(), &own), &cookie).await);
}

#[tokio::test]
async fn r09_plain_http_on_a_network_warns() {
    let folder = tempfile::tempdir().unwrap();
    let log = |variables: &[(&str, &str)]| {
        let log = Program::start(folder.path(), variables).stop();
        assert!(!log.contains("ERROR"), "{log}");
        log
    };
    let exposed = log(&[("LISTEN", "0.0.0.0:0")]);
    assert!(
        exposed.contains("WARN") && exposed.contains("PUBLIC_ORIGIN"),
        "{exposed}"
    );
    assert!(
        exposed.contains("can open visitors' work"),
        "it says what is at risk: {exposed}"
    );
    let quiet: [&[(&str, &str)]; 3] = [
        &[],
        &[("LISTEN", "[::1]:0")],
        &[("LISTEN", "0.0.0.0:0"), ("PUBLIC_ORIGIN", "https://cards.example.org")],
    ];
    for variables in quiet {
        assert!(!log(variables).contains("PUBLIC_ORIGIN"), "{variables:?}");
    }
}

#[test]
fn settings_that_other_stories_use_are_what_was_given() {
    let config = |flags: &[&str]| Options::from_flags(flags).unwrap().check().unwrap().session;
    let session = config(&["--session-link-age", "120", "--session-max-browsers", "3"]);
    assert_eq!((session.link_age.as_secs(), session.max_browsers), (120, 3));
    let files = config(&["--session-engine", "file", "--session-file-path", "keys"]);
    assert_eq!(files.keeping.file_path.as_deref(), Some(Path::new("keys")));
    let redis = config(&["--session-engine", "redis", "--redis-url", "redis://127.0.0.1:6379/0"]);
    assert_eq!(redis.keeping.redis_url.as_deref(), Some("redis://127.0.0.1:6379/0"));
    let apart = config(&["--session-database-url", "sqlite://keys.db"]);
    assert_eq!(apart.keeping.database_url.as_deref(), Some("sqlite://keys.db"));
}
