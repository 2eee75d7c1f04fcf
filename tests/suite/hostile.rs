//! Files made to do harm: each ends soon and within little memory, with a page or with a message, on the command line and
//! as an upload.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::TestApp;

/// How long one file may take, in a build without optimisation on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// The most memory that the command may ask the system for, in kilobytes.
const MEMORY: usize = 1_500_000;

/// What becomes of a file.
enum End {
    /// It opens.
    Opens,
    /// It is explained, in these words among others.
    Explained(&'static str),
}

use End::{Explained, Opens};

/// A hundred thousand: of levels, digits, members, headings, records.
const MANY: usize = 100_000;

fn numbered(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// Each with its name.
fn files() -> Vec<(&'static str, Vec<u8>, End)> {
    let laughs = numbered(60, |n| match n {
        0 => "a0: &a0 [x, x]\n".into(),
        n => format!("a{n}: &a{n} [{}]\n", format!("*a{}, ", n - 1).repeat(9)),
    });
    let entities = numbered(30, |n| {
        format!("<!ENTITY a{} \"{}\">", n + 1, format!("&a{n};").repeat(10))
    });
    let digits = "9".repeat(MANY);
    let utf_16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let line = "x".repeat(4_000_000);
    let texts: Vec<(&str, String, End)> = vec![
        // Nesting.
        ("deep.json", format!("{{\"a\":{}", "[".repeat(MANY)), Explained("deep")),
        ("objects.json", "{\"a\":".repeat(MANY), Explained("deep")),
        ("deep.yaml", format!("a: {}", "[".repeat(MANY)), Explained("deep")),
        ("dashes.yaml", format!("{}x", "- ".repeat(MANY)), Explained("deep")),
        (
            "indented.yaml",
            numbered(1_500, |n| format!("{}a:\n", " ".repeat(n))),
            Explained("deep"),
        ),
        ("deep.xml", "<a>".repeat(MANY), Explained("deep")),
        ("deep.pbtxt", "model_details {".repeat(MANY), Explained("deep")),
        (
            "deep.md",
            format!("---\nlicense: {}\n---\n# x\n", "[".repeat(MANY)),
            Opens,
        ),
        // Numbers.
        (
            "numbers.json",
            format!("{{\"a\": 1e999999, \"b\": -1e-999999, \"c\": {digits}}}"),
            Opens,
        ),
        (
            "numbers.yaml",
            format!("a: 1e999999\nb: {digits}\nc: 0x{digits}\n"),
            Opens,
        ),
        (
            "toolkit.json",
            format!(
                "{{\"schema_version\": \"0.0.2\", \"model_details\": {{\"name\": \"x\"}}, \"quantitative_analysis\": \
                 {{\"performance_metrics\": [{{\"type\": \"a\", \"value\": 1e999999}}, {{\"type\": \"b\", \"value\": {digits}}}]}}}}"
            ),
            Opens,
        ),
        (
            "results.md",
            format!(
                "---\nmodel-index:\n- name: x\n  results:\n  - task: {{type: t}}\n    dataset: {{type: d, name: d}}\n    \
                 metrics:\n    - {{type: a, value: 1e999999}}\n    - {{type: b, value: {digits}}}\n---\n# Model card\n"
            ),
            Opens,
        ),
        (
            "bill.json",
            format!(
                "{{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"version\": {digits}, \"components\": \
                     [{{\"type\": \"machine-learning-model\", \"name\": \"x\"}}]}}"
            ),
            Opens,
        ),
        // What grows when it is expanded.
        ("laughs.yaml", laughs.clone(), Opens),
        ("laughs.md", format!("---\nlicense: mit\n{laughs}---\n# x\n"), Opens),
        (
            "laughs.xml",
            format!("<!DOCTYPE r [<!ENTITY a0 \"ha\">{entities}]><r><b>&a30;</b></r>"),
            Opens,
        ),
        (
            "outside.xml",
            "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r><b>&x;</b></r>".into(),
            Opens,
        ),
        // Members.
        (
            "wide.json",
            format!("{{{}\"z\": 1}}", numbered(MANY, |n| format!("\"k{n}\":{n},"))),
            Explained("100001 members"),
        ),
        (
            "same.json",
            format!("{{{}\"z\": 1}}", "\"k\":1,".repeat(MANY)),
            Explained("100001 members"),
        ),
        (
            "inside.json",
            format!("{{\"a\":{{{}\"z\":1}}}}", numbered(MANY, |n| format!("\"k{n}\":1,"))),
            Explained("members of its own"),
        ),
        (
            "wide.yaml",
            numbered(MANY, |n| format!("k{n}: 1\n")),
            Explained("100000 members"),
        ),
        (
            "wide.xml",
            format!("<r>{}</r>", numbered(MANY, |n| format!("<k{n}/>"))),
            Explained("100000 members"),
        ),
        (
            "attributes.xml",
            format!("<r {}/>", numbered(MANY, |n| format!(" k{n}=''"))),
            Explained("100000 members"),
        ),
        (
            "wide.md",
            format!(
                "---\nlicense: mit\n{}---\n# x\n",
                numbered(MANY / 5, |n| format!("k{n}: 1\n"))
            ),
            Explained("1000 can be edited"),
        ),
        // One line.
        ("line.json", format!("{{\"a\": \"{line}\"}}"), Opens),
        ("line.yaml", format!("a: {line}\n"), Opens),
        ("line.xml", format!("<r><a>{line}</a></r>"), Opens),
        ("line.pbtxt", format!("model_details {{ name: \"{line}\" }}"), Opens),
        ("line.md", line.clone(), Opens),
        // Markdown.
        ("headings.md", numbered(MANY, |n| format!("# h{n}\n")), Opens),
        ("same.md", "# h\n".repeat(MANY), Opens),
        (
            "inside.md",
            format!("# t\n{}{}", "## a\n".repeat(900), "### x\n".repeat(MANY)),
            Opens,
        ),
        ("underlined.md", "a\n===\n".repeat(MANY), Opens),
        ("brackets.md", format!("# t\n\n## Uses\n\n{}", "[".repeat(MANY)), Opens),
        ("stars.md", format!("# t\n\n## Uses\n\n{}", "**a ".repeat(MANY)), Opens),
        ("quotes.md", format!("# t\n\n## Uses\n\n{} x", ">".repeat(MANY)), Opens),
        ("lists.md", format!("# t\n\n## Uses\n\n{}x", "- ".repeat(MANY)), Opens),
        ("links.md", "[a](<b".repeat(MANY), Opens),
        ("fences.md", "```\n".repeat(MANY), Opens),
        ("comments.md", "<!--".repeat(MANY), Opens),
        (
            "references.md",
            numbered(MANY / 10, |n| format!("[a{n}]: x\n")) + "[a]".repeat(MANY).as_str(),
            Opens,
        ),
        (
            "labels.md",
            format!(
                "# t\n\n## Model Description\n\n{}",
                "- **Developed by:** x\n".repeat(MANY / 10)
            ),
            Opens,
        ),
        (
            "open.md",
            format!("---\nlicense: mit\n{}", "a: b\n".repeat(MANY)),
            Opens,
        ),
        ("rules.md", "---\n".repeat(MANY), Opens),
        // Signs.
        (
            "zero.md",
            "# a\0b\n\n## Uses\n\n\0\0text\0\n".into(),
            Explained("zero bytes"),
        ),
        (
            "zero.json",
            "{\"a\": \"b\0c\", \"d\0\": \"\\u0000\"}".into(),
            Explained("zero bytes"),
        ),
        (
            "zero.pbtxt",
            "model_details { name: \"a\0b\" }".into(),
            Explained("zero bytes"),
        ),
        (
            "commas.json",
            format!("[{}]", ",".repeat(MANY)),
            Explained("value is expected"),
        ),
        ("gaps.json", format!("[{}]", "1 ".repeat(MANY)), Explained("comma")),
        (
            "open.xml",
            format!("<r>{}", "<![CDATA[".repeat(MANY)),
            Explained("never ends"),
        ),
    ];
    // Lengths that promise more than there is, groups and messages in each other.
    let mut nested = Vec::new();
    for _ in 0..10_000 {
        let mut length = nested.len();
        let mut outer = vec![0x0a];
        while length > 127 {
            outer.push((length & 127) as u8 | 128);
            length >>= 7;
        }
        outer.push(length as u8);
        outer.append(&mut nested);
        nested = outer;
    }
    let name = b"\x0a\x0c\x0a\x0aotter card".to_vec();
    let bytes = vec![
        (
            "length.pb",
            [&name[..], b"\x12\xff\xff\xff\xff\x7fabc"].concat(),
            Explained("field 2"),
        ),
        (
            "longest.pb",
            [&name[..], b"\x12", &[0xff; 9], b"\x01abc"].concat(),
            Explained("field 2"),
        ),
        (
            "groups.pb",
            [&name[..], &b"\x7b".repeat(MANY)].concat(),
            Explained("protobuf"),
        ),
        ("nested.pb", [&name[..], &nested].concat(), Explained("protobuf")),
        ("many.pb", b"\x0a\x00".repeat(MANY), Explained("protobuf")),
        ("utf-16.json", utf_16("\u{feff}{\"a\": \"é\"}"), Opens),
        ("utf-16.md", utf_16("\u{feff}# Model card\n\né\n"), Opens),
        ("zeros.md", vec![0; MANY], Explained("zero bytes")),
    ];
    let texts = texts
        .into_iter()
        .map(|(name, text, end)| (name, text.into_bytes(), end));
    texts.chain(bytes).collect()
}

/// The command with little memory, on systems where a shell can see to that.
fn check(folder: &std::path::Path, name: &str) -> Command {
    let mut command = if cfg!(target_os = "linux") {
        let mut shell = Command::new("sh");
        let words = format!("ulimit -v {MEMORY}; exec \"$@\"");
        shell.args(["-c", &words, "sh", env!("CARGO_BIN_EXE_cartellino")]);
        shell
    } else {
        Command::new(env!("CARGO_BIN_EXE_cartellino"))
    };
    command.current_dir(folder).args(["check", name]);
    command
}

#[test]
fn every_file_ends_soon_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, end) in files() {
        fs::write(folder.path().join(name), bytes).unwrap();
        let start = Instant::now();
        let ended = check(folder.path(), name).output().unwrap();
        let took = start.elapsed();
        let out = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
        let shown: String = out.chars().take(600).collect();
        assert!(took < SOON, "{name}: {took:?}");
        assert!(out.len() < 200_000, "{name}: {} bytes of findings", out.len());
        match end {
            Opens => assert!(matches!(ended.status.code(), Some(0 | 1)), "{name}: {shown}"),
            Explained(words) => {
                assert_eq!(ended.status.code(), Some(1), "{name}: {shown}");
                let has_words = out.to_lowercase().contains(&words.to_lowercase());
                assert!(out.contains(": error: ") && has_words, "{name}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn every_file_ends_soon_as_an_upload() {
    let app = TestApp::start().await;
    for (name, bytes, end) in files() {
        let visitor = app.visitor();
        let start = Instant::now();
        let answer = visitor.upload(name, &bytes).await;
        match end {
            Opens => {
                assert_eq!(answer.status, 303, "{name}: {:.600}", answer.text());
                let report = visitor.get(&answer.location()).await;
                assert_eq!(report.status, 200, "{name}");
                assert!(report.bytes.len() < 2_000_000, "{name}: {} bytes", report.bytes.len());
            }
            Explained(words) => {
                assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
                let main = answer.page().main().to_lowercase();
                assert!(main.contains(&words.to_lowercase()), "{name}: {:.600}", main);
            }
        }
        let took = start.elapsed();
        assert!(took < SOON, "{name}: {took:?}");
    }
}
