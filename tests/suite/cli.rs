//! The command line, started as people start it: what it says, where it writes, how it ends.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::fixture;

/// How a command ended.
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// A folder to work in.
pub struct Desk(TempDir);

impl Desk {
    /// An empty one.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With these fixtures in it, by their bare names.
    pub fn with(fixtures: &[&str]) -> Self {
        let desk = Self::new();
        for path in fixtures {
            let name = path.rsplit('/').next().unwrap();
            desk.put(name, &fixture(path));
        }
        desk
    }

    /// Where a file of this name is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Lays a file down.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// What is in a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cartellino"));
        command.current_dir(self.0.path()).env_clear();
        command
    }

    /// Runs the program with these words.
    pub fn run(&self, words: &[&str]) -> Ended {
        self.fed(words, b"")
    }

    /// Runs the program with these variables.
    pub fn run_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Ended {
        let mut command = self.command();
        command.envs(variables.iter().copied());
        Self::end(command.args(words), b"")
    }

    /// Runs with this on standard input.
    fn fed(&self, words: &[&str], input: &[u8]) -> Ended {
        Self::end(self.command().args(words), input)
    }

    fn end(command: &mut Command, input: &[u8]) -> Ended {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeding = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        feeding.join().unwrap();
        Ended {
            code: output.status.code().expect("it ends by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The names in a folder.
    fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const TOOLKIT: &str = "model-card-toolkit/v1-indent-2.json";
const README: &str = "markdown/hub-readme.md";
const ODD: &str = "model-card-toolkit/odd-values.json";

// --- detect ---

#[test]
fn detect_names_the_format_of_each_file() {
    let desk = Desk::with(&[TOOLKIT, README]);
    let ended = desk.run(&["detect", "v1-indent-2.json", "hub-readme.md"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert_eq!(
        ended.out,
        "v1-indent-2.json  Model Card Toolkit JSON 0.0.1  JSON      10 sections, 20 fields\n\
         hub-readme.md     Hugging Face README            Markdown  10 sections, 27 fields\n"
    );
    let ended = desk.run(&["detect", "--json", "v1-indent-2.json"]);
    let found = &json(&ended.out)[0];
    assert_eq!(found["format"], "model-card-toolkit-0.0.1");
    assert_eq!(found["version"], "0.0.1");
    assert_eq!(found["notation"], "JSON");
    assert_eq!(found["problem"], Value::Null);
}

#[test]
fn detect_says_why_a_file_is_no_card() {
    let desk = Desk::new();
    desk.put("broken.json", b"{\"name\": \"x\",\n \"list\": [1, }");
    desk.put("picture.png", b"\x89PNG\r\n\x1a\n");
    let ended = desk.run(&["detect", "broken.json", "picture.png"]);
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert!(
        ended.out.contains("broken.json  not a card\n  Line 2: "),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("a PNG image"), "{}", ended.out);
    let found = json(&desk.run(&["detect", "--json", "broken.json"]).out);
    assert_eq!(found[0]["format"], Value::Null);
    assert_eq!(found[0]["problem"]["line"], 2);
    let ended = desk.run(&["detect", "nowhere.json"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.starts_with("cartellino: nowhere.json: "), "{}", ended.err);
}

// --- check ---

#[test]
fn check_writes_a_line_a_finding_and_a_summary_apart() {
    let desk = Desk::with(&[ODD]);
    let ended = desk.run(&["check", "odd-values.json"]);
    assert_eq!(ended.code, 1);
    let first = ended.out.lines().next().unwrap();
    assert!(
        first.starts_with("odd-values.json:4: problem: Model details › Version date: "),
        "{first}"
    );
    assert!(ended.out.lines().all(|line| line.starts_with("odd-values.json:")));
    assert!(!ended.out.contains('\x1b'), "no colours in a pipe");
    assert!(ended.err.ends_with(" in 1 file.\n"), "{}", ended.err);
    let painted = desk.run(&["check", "--color", "always", "odd-values.json"]).out;
    assert!(painted.contains("\x1b[33mproblem\x1b[0m"), "{painted}");
}

#[test]
fn check_is_content_with_notes_unless_it_is_strict() {
    let desk = Desk::new();
    desk.put("card.json", b"\xEF\xBB\xBF{\"name\": \"a\"}");
    let ended = desk.run(&["check", "card.json"]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (0, "1 note in 1 file.\n"),
        "{}",
        ended.out
    );
    assert_eq!(desk.run(&["check", "--strict", "card.json"]).code, 1);
    desk.put("good.json", b"{\"name\": \"a\"}");
    let ended = desk.run(&["check", "--strict", "good.json"]);
    assert_eq!((ended.code, ended.out.as_str()), (0, ""));
    assert_eq!(ended.err, "1 file checked, nothing to mend.\n");
}

#[test]
fn check_goes_on_after_a_file_that_is_missing_or_broken() {
    let desk = Desk::with(&[ODD]);
    desk.put("broken.json", b"{\"a\": ");
    let ended = desk.run(&["check", "nowhere.json", "broken.json", "odd-values.json"]);
    assert_eq!(ended.code, 2, "failure outweighs problems");
    assert!(ended.out.starts_with("broken.json:1:"), "{}", ended.out);
    assert!(
        ended.out.contains(" error: ") && ended.out.contains("odd-values.json:4:"),
        "{}",
        ended.out
    );
    assert!(ended.err.contains("cartellino: nowhere.json: "), "{}", ended.err);
    assert!(
        ended.err.contains("in 2 of 2 files") || ended.err.contains("in 2 files"),
        "{}",
        ended.err
    );
    assert_eq!(desk.run(&["check", "broken.json"]).code, 1);
}

#[test]
fn check_as_json_says_the_same() {
    let desk = Desk::with(&[ODD]);
    desk.put("broken.json", b"{\"a\": ");
    let lines = desk
        .run(&["check", "odd-values.json", "broken.json"])
        .out
        .lines()
        .count();
    let ended = desk.run(&["check", "--format", "json", "odd-values.json", "broken.json"]);
    assert_eq!(ended.code, 1);
    let report = json(&ended.out);
    let files = report["files"].as_array().unwrap();
    let findings: usize = files
        .iter()
        .map(|file| file["findings"].as_array().unwrap().len())
        .sum();
    assert_eq!(findings, lines);
    assert_eq!(files[0]["format"], "model-card-toolkit-0.0.2");
    assert_eq!(files[0]["findings"][0]["line"], 4);
    assert_eq!(files[1]["format"], Value::Null);
    assert_eq!(report["summary"]["errors"], 1);
}

/// An official schema, which is not part of this project.
fn official_schema(path: &str) -> Option<Value> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas");
    let folder = std::env::var_os("CARTELLINO_SCHEMAS").map_or_else(beside, PathBuf::from);
    Some(json(&fs::read_to_string(folder.join(path)).ok()?))
}

/// The members that schema sarif-2.1.0 requires, and what code hosts want beyond.
#[test]
fn check_as_sarif_has_all_that_readers_require() {
    let desk = Desk::new();
    desk.put("cards/my card.json", &fixture(ODD));
    desk.put("broken.json", b"{\"a\":\n  [1, }");
    let ended = desk.run(&[
        "check",
        "--format",
        "sarif",
        "./cards/my card.json",
        "broken.json",
        "nowhere.json",
    ]);
    assert_eq!(ended.code, 2);
    let log = json(&ended.out);
    match official_schema("sarif/sarif-schema-2.1.0.json") {
        Some(mut schema) => {
            // This pattern of the schema has a bracket too many, and is none of ECMA-262.
            for owner in ["run", "toolComponent"] {
                let language = &mut schema["definitions"][owner]["properties"]["language"];
                language.as_object_mut().unwrap().remove("pattern");
            }
            let validator = jsonschema::options().offline().build(&schema).unwrap();
            let refused: Vec<_> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
            assert_eq!(refused, [""; 0]);
        }
        None => eprintln!("NOT RUN: the official schema of SARIF is not there"),
    }
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "Cartellino");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 2, "{}", ended.out);
    for result in results {
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(["cards/my%20card.json", "broken.json"].contains(&uri), "{uri}");
        assert_eq!(result["partialFingerprints"]["finding/v1"].as_str().unwrap().len(), 32);
    }
    let broken = results.iter().find(|result| result["ruleId"] == "unreadable").unwrap();
    assert_eq!(broken["level"], "error");
    assert_eq!(broken["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    assert!(broken["locations"][0]["physicalLocation"]["region"]["startColumn"].is_u64());
}

// --- convert ---

#[test]
fn convert_reads_and_writes_pipes() {
    let desk = Desk::new();
    let card = fixture(TOOLKIT);
    let ended = desk.fed(&["convert", "-", "--to", "model-card-toolkit-0.0.1"], &card);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert!(ended.out.as_bytes() == card, "its own format gives the file back");
    let ended = desk.fed(&["convert", "-", "--to", "yaml"], &card);
    assert!(
        ended.code == 0 && ended.out.contains("Name: Lake ice watcher"),
        "{}",
        ended.out
    );
    assert_eq!(
        desk.fed(&["convert", "-", "-", "--to", "yaml", "-o", "out/"], &card)
            .code,
        2
    );
}

#[test]
fn convert_names_each_answer_that_is_lost() {
    let desk = Desk::with(&[README]);
    let words = [
        "convert",
        "hub-readme.md",
        "--to",
        "model-card-toolkit-0.0.2",
        "-o",
        "out.json",
    ];
    let ended = desk.run(&[&words[..], &["--lossless"]].concat());
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert!(ended.err.contains("\n  not carried: "), "{}", ended.err);
    assert!(!desk.path("out.json").exists(), "nothing is written");
    let ended = desk.run(&words);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("\n  not carried: ") && ended.out.is_empty());
    assert_eq!(
        json(&String::from_utf8(desk.read("out.json")).unwrap())["schema_version"],
        "0.0.2"
    );
}

#[test]
fn convert_keeps_what_has_no_place_where_it_is_told() {
    let desk = Desk::with(&[README]);
    let words = ["convert", "hub-readme.md", "--to", "model-card-toolkit-0.0.2"];
    let lossy = desk.run(&words);
    assert!(!lossy.out.contains("## Glossary"));
    let kept = desk.run(&[&words[..], &["--keep", "documentation", "--lossless"]].concat());
    // A placeholder is nothing that a reader would look for.
    let told = "hub-readme.md loses 1 placeholder as Model Card Toolkit JSON 0.0.2:\n  \
        not carried, a placeholder: Model Details › Model Sources\n";
    assert_eq!((kept.code, kept.err.as_str()), (0, told));
    let documentation = json(&kept.out)["model_details"]["documentation"].to_string();
    for loss in lossy.err.lines().filter_map(|line| line.split_once("carried: ")) {
        let label = loss.1.rsplit(" › ").next().unwrap();
        assert!(documentation.contains(label), "{label}: {documentation}");
    }
    let ended = desk.run(&[&words[..], &["--keep", "pocket"]].concat());
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("there is documentation"), "{}", ended.err);
}

#[test]
fn convert_overwrites_nothing_unless_it_is_forced() {
    let desk = Desk::with(&[TOOLKIT]);
    desk.put("out.yaml", b"mine");
    let words = ["convert", "v1-indent-2.json", "--to", "yaml", "--output", "out.yaml"];
    let ended = desk.run(&words);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("out.yaml: exists already"), "{}", ended.err);
    assert_eq!(desk.read("out.yaml"), b"mine");
    assert_eq!(desk.run(&[&words[..], &["--force"]].concat()).code, 0);
    assert!(desk.read("out.yaml").starts_with(b"Model details:"));
    assert_eq!(desk.list("."), ["out.yaml", "v1-indent-2.json"], "no other file stays");
}

#[test]
fn convert_puts_many_files_into_a_folder_as_they_lie() {
    let desk = Desk::new();
    for name in ["zoo/ant/README.md", "zoo/bee/README.md"] {
        desk.put(name, &fixture(README));
    }
    let files = ["zoo/ant/README.md", "zoo/bee/README.md"];
    let ended = desk.run(&[&["convert", "--to", "cartellino"], &files[..]].concat());
    assert_eq!(ended.code, 2, "without a folder");
    let ended = desk.run(&[&["convert", "--to", "cartellino", "-o", "out"], &files[..]].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(desk.list("out"), ["ant", "bee"]);
    assert_eq!(desk.list("out/ant"), ["README.cartellino.json"]);

    desk.put("card.json", b"{\"name\": \"a\"}");
    desk.put("card.yaml", b"name: a\n");
    let ended = desk.run(&[
        "convert",
        "card.json",
        "card.yaml",
        "--to",
        "cartellino",
        "-o",
        "flat",
        "--force",
    ]);
    assert_eq!(ended.code, 2, "two files of one name");
    assert!(ended.err.contains("card.yaml: would be written to"), "{}", ended.err);
    let ended = desk.run(&["convert", "card.json", "nowhere.json", "--to", "yaml", "-o", "some"]);
    assert_eq!(ended.code, 2);
    assert_eq!(desk.list("some"), ["card.yaml"], "the others are written");
}

#[cfg(unix)]
#[test]
fn results_have_the_rights_of_new_files_and_links_stay_links() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let desk = Desk::with(&[TOOLKIT]);
    desk.put("plain", b"");
    let mode = |name: &str| fs::metadata(desk.path(name)).unwrap().permissions().mode();
    desk.put("target.yaml", b"old");
    fs::set_permissions(desk.path("target.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("target.yaml", desk.path("link.yaml")).unwrap();
    let convert = |to: &str| {
        desk.run(&["convert", "v1-indent-2.json", "--to", "yaml", "--force", "-o", to])
            .code
    };
    assert_eq!(convert("new.yaml"), 0);
    assert_eq!(mode("new.yaml"), mode("plain"));
    assert_eq!(convert("link.yaml"), 0);
    assert!(fs::symlink_metadata(desk.path("link.yaml")).unwrap().is_symlink());
    assert!(desk.read("target.yaml").starts_with(b"Model details:"));
    assert_eq!(mode("target.yaml") & 0o777, 0o640);
    assert_eq!(convert("/dev/null"), 0, "a device is written to");
}

#[test]
fn formats_are_listed_and_unknown_ones_refused() {
    let desk = Desk::with(&[TOOLKIT]);
    let list = desk.run(&["convert", "--list-formats"]);
    for format in cartellino::format::Format::ALL {
        assert!(
            list.out.lines().any(|line| line.starts_with(format.id())),
            "{}",
            format.id()
        );
    }
    let ended = desk.run(&["convert", "v1-indent-2.json", "--to", "docx"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.err.contains("there is no format `docx`; there are cartellino, "),
        "{}",
        ended.err
    );
    assert_eq!(desk.run(&["convert", "v1-indent-2.json"]).code, 2, "--to is missing");
}

#[test]
fn pages_are_set_with_further_fonts_where_there_are_some() {
    let desk = Desk::with(&[TOOLKIT]);
    let words = ["convert", "v1-indent-2.json", "--to", "pdf", "-o", "card.pdf"];
    assert_eq!(desk.run(&words).code, 0);
    assert!(desk.read("card.pdf").starts_with(b"%PDF-"));
    desk.put(
        "fonts/further.ttf",
        include_bytes!("../../fonts/NotoSansThai-Regular.ttf"),
    );
    desk.put("fonts/notes.txt", b"no font");
    let with = |folder| [&words[..], &["--force", "--pdf-fonts", folder]].concat();
    assert_eq!(desk.run(&with("fonts")).code, 0);
    desk.put("none/notes.txt", b"no font");
    for folder in ["none", "nowhere"] {
        let ended = desk.run(&with(folder));
        assert_eq!(ended.code, 2);
        assert!(
            ended.err.contains("PDF_FONTS: ") && ended.err.contains(folder),
            "{}",
            ended.err
        );
    }
}

// --- diff ---

#[test]
fn diff_tells_fields_and_ends_as_diff_does() {
    let desk = Desk::with(&[TOOLKIT]);
    let text = String::from_utf8(fixture(TOOLKIT)).unwrap();
    desk.put(
        "new.json",
        text.replace("Lake ice watcher", "Pond ice watcher").as_bytes(),
    );
    let ended = desk.run(&["diff", "v1-indent-2.json", "new.json"]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.out,
        "Model details › Name\n  - Lake ice watcher\n  + Pond ice watcher\n"
    );
    assert_eq!(ended.err, "1 field differs in 1 section.\n");
    let told = desk.run(&["diff", "--exit-zero", "v1-indent-2.json", "new.json"]);
    assert_eq!((told.code, told.out, told.err), (0, ended.out, ended.err));
    assert_eq!(
        desk.run(&["diff", "--exit-zero", "v1-indent-2.json", "nowhere.json"])
            .code,
        2
    );
    let same = desk.fed(&["diff", "v1-indent-2.json", "-"], text.as_bytes());
    assert_eq!((same.code, same.out.as_str()), (0, ""));
    assert_eq!(desk.run(&["diff", "v1-indent-2.json", "nowhere.json"]).code, 2);
    assert_eq!(desk.run(&["diff", "-", "-"]).code, 2);

    let ended = desk.run(&["diff", "--json", "v1-indent-2.json", "new.json"]);
    assert_eq!(ended.code, 1);
    let report = json(&ended.out);
    assert_eq!(report["new"]["file"], "new.json");
    let change = &report["changes"][0];
    assert_eq!(
        (&change["section"], &change["field"]),
        (&"Model details".into(), &"Name".into())
    );
    assert_eq!(
        (&change["kind"], &change["after"]),
        (&"changed".into(), &"Pond ice watcher".into())
    );
}

#[test]
fn diff_shows_long_texts_by_line_with_a_little_around() {
    let desk = Desk::new();
    let old: String = (1..=20).map(|line| format!("Line {line}.\n")).collect();
    desk.put("old.md", format!("# A\n\n## Notes\n\n{old}").as_bytes());
    desk.put(
        "new.md",
        format!("# A\n\n## Notes\n\n{}", old.replace("Line 10.", "Line ten.\x1b[2J")).as_bytes(),
    );
    let ended = desk.run(&["diff", "old.md", "new.md"]);
    assert_eq!(
        ended.out,
        "Notes › Text\n    … 7 lines the same\n    Line 8.\n    Line 9.\n  - Line 10.\n  + Line ten.␛[2J\n    Line 11.\n    \
         Line 12.\n    … 8 lines the same\n"
    );
}

#[test]
fn a_card_does_not_differ_from_what_it_was_converted_into() {
    let desk = Desk::with(&[TOOLKIT]);
    for format in ["hugging-face", "cartellino", "yaml", "markdown"] {
        let made = desk.run(&[
            "convert",
            "v1-indent-2.json",
            "--to",
            format,
            "-o",
            "made",
            "--force",
            "--lossless",
        ]);
        assert_eq!(made.code, 0, "{}", made.err);
        let ended = desk.run(&["diff", "v1-indent-2.json", "made"]);
        assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{format}: {}", ended.err);
        assert!(ended.err.contains("compared as"), "{}", ended.err);
    }
}

// --- new ---

#[test]
fn new_writes_a_blank_card_that_is_recognised() {
    let desk = Desk::new();
    let ended = desk.run(&["new", "--outline", "hugging-face", "-o", "README.md"]);
    assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{}", ended.err);
    let text = String::from_utf8(desk.read("README.md")).unwrap();
    assert!(
        text.starts_with("---\n# ") && text.contains("\nlicense:\n") && text.contains("<!-- "),
        "{text}"
    );
    let found = json(&desk.run(&["detect", "--json", "README.md"]).out);
    assert_eq!(
        (&found[0]["format"], &found[0]["problem"]),
        (&"hugging-face".into(), &Value::Null)
    );
    assert_eq!(desk.run(&["check", "README.md"]).code, 0);
    let again = desk.run(&["new", "-o", "README.md"]);
    assert_eq!(again.code, 2, "nothing is overwritten");
    assert_eq!(String::from_utf8(desk.read("README.md")).unwrap(), text);

    let toolkit = json(&desk.run(&["new", "--format", "model-card-toolkit-0.0.2"]).out);
    assert_eq!(toolkit["model_details"]["name"], "");
    assert!(desk.run(&["new", "--list-outlines"]).out.contains(" Full model card"));
    let ended = desk.run(&["new", "--outline", "none"]);
    assert!(ended.code == 2 && ended.err.contains("there are full"), "{}", ended.err);
    assert_eq!(desk.run(&["new", "--format", "html"]).code, 2);
    let none = desk.run(&["new", "--outline", "datasheet", "--format", "model-card-toolkit-proto"]);
    assert!(
        none.code == 2 && none.err.contains("no place for the questions"),
        "{}",
        none.err
    );
}

// --- all of them ---

#[test]
fn a_reader_who_has_enough_is_no_failure() {
    let desk = Desk::with(&[TOOLKIT, ODD]);
    let many: Vec<&str> = std::iter::repeat_n("odd-values.json", 2000).collect();
    let convert = ["convert", "v1-indent-2.json", "--to", "html"];
    for words in [
        [&["check"][..], &many].concat(),
        [&["detect", "--json"][..], &many].concat(),
        convert.to_vec(),
    ] {
        let mut child = desk
            .command()
            .args(&words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{}", words[0]);
        assert!(ended.status.success(), "{}: {:?}", words[0], ended.status);
    }
    // Nor is one who does not want to know.
    let mut child = desk
        .command()
        .args(["check", "odd-values.json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_file_name_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    let name = OsStr::from_bytes(b"caf\xe9\x1b.json");
    fs::write(desk.0.path().join(name), b"\xEF\xBB\xBF{\"name\": \"a\"}").unwrap();
    let check = desk.command().arg("check").arg(name).output().unwrap();
    assert_eq!(check.status.code(), Some(0));
    let out = String::from_utf8(check.stdout).unwrap();
    assert!(out.starts_with("caf\u{fffd}␛.json:1: note: "), "{out}");
    let sarif = desk
        .command()
        .args(["check", "--format", "sarif"])
        .arg(name)
        .output()
        .unwrap();
    assert!(String::from_utf8(sarif.stdout).unwrap().contains("\"caf%E9%1B.json\""));
    let convert = desk
        .command()
        .args(["convert", "--to", "yaml", "-o", "out/"])
        .arg(name)
        .output()
        .unwrap();
    assert_eq!(
        convert.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&convert.stderr)
    );
    assert!(desk.path("out").join(OsStr::from_bytes(b"caf\xe9\x1b.yaml")).is_file());
}

#[test]
fn a_file_that_is_no_card_by_its_size_is_refused_in_words() {
    let desk = Desk::new();
    let file = fs::File::create(desk.path("huge.json")).unwrap();
    file.set_len(65 * 1024 * 1024).unwrap();
    for words in [
        &["check", "huge.json"][..],
        &["convert", "huge.json", "--to", "yaml"],
        &["detect", "."],
    ] {
        let ended = desk.run(words);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{words:?}");
        assert!(
            ended.err.contains("larger than 64 MiB") || ended.err.contains("is a folder"),
            "{}",
            ended.err
        );
    }
}

/// The page with what each command in its blocks of a terminal says now.
fn played(page: &str, say: impl Fn(&str) -> String) -> String {
    let mut played = String::new();
    let mut is_terminal = false;
    for line in page.lines() {
        is_terminal = match line {
            "```console" => true,
            "```" => false,
            _ => is_terminal,
        };
        let command = line.strip_prefix("$ ").filter(|_| is_terminal);
        if command.is_some() || !is_terminal || line == "```console" {
            played.push_str(line);
            played.push('\n');
        }
        played.extend(command.map(&say));
    }
    played
}

/// The page's examples are what the program says today; with CARTELLINO_WRITE_DOCS=1 the page is brought up to date.
#[cfg(unix)]
#[test]
fn the_page_on_the_command_line_tells_the_truth() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md");
    let page = fs::read_to_string(&file).unwrap();
    let desk = Desk::new();
    for (name, path) in [("lake.json", TOOLKIT), ("README.md", README), ("old.json", ODD)] {
        desk.put(name, &fixture(path));
    }
    let program = Path::new(env!("CARGO_BIN_EXE_cartellino"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let now = played(&page, |command| {
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {command}")])
            .current_dir(desk.0.path())
            .env_clear()
            .env("PATH", &path)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    });
    assert!(now.contains("$ cartellino check"), "the examples are played");
    if std::env::var_os("CARTELLINO_WRITE_DOCS").is_some() {
        fs::write(&file, &now).unwrap();
        return;
    }
    for (number, (said, says)) in (1..).zip(page.lines().zip(now.lines())) {
        assert_eq!(said, says, "line {number} of the page");
    }
    assert_eq!(page.len(), now.len());
}
