//! What the documentation claims about the tests is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of all test functions.
fn tests() -> BTreeSet<String> {
    fn look(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let mut is_test = false;
                for line in text.lines().map(str::trim_start) {
                    is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                    let name = line.strip_prefix("async fn ").or(line.strip_prefix("fn "));
                    if let Some(name) = name.and_then(|rest| rest.split('(').next()) {
                        if is_test {
                            found.insert(name.to_owned());
                        }
                        is_test = false;
                    }
                }
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    look(&root.join("src"), &mut found);
    look(&root.join("tests"), &mut found);
    found
}

/// The numbers R1 to R72; three are not used.
#[test]
fn each_requirement_of_sessions_names_its_tests() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sessions.md")).unwrap();
    let tests = tests();
    for number in (1..=72).filter(|number| ![34, 35, 45].contains(number)) {
        let start = format!("| R{number} |");
        let row = page.lines().find(|line| line.starts_with(&start));
        let by = row.and_then(|row| row.split('|').nth(3)).unwrap_or_default().trim();
        assert!(!by.is_empty(), "R{number} has no test and no reason");
        if by.starts_with("by construction") {
            continue;
        }
        for name in by.split('`').skip(1).step_by(2) {
            assert!(tests.contains(name), "R{number}: there is no test {name}");
        }
        assert!(by.contains('`'), "R{number}: {by}");
    }
}
