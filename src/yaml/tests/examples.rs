use super::*;

fn change(text: &str, new: &str) -> String {
    edited(text, &read(new))
}

const CARD: &str = "\
# Otters
license: apache-2.0  # ours
language: no
tags:
- vision
- 'otters'   # all of them

date: 2026-06-15
metrics: {f1: 0.50, note: \"a, b\"}
about: |
  One line.
    Another.
# about the next
owner: &lab
  name: River Lab
  rate: 1e-5
contact: *lab
";

#[test]
fn one_changed_value_leaves_everything_else() {
    let set = |name: &str, value: Value| {
        let Value::Group(mut members) = read(CARD) else {
            unreachable!()
        };
        members.iter_mut().find(|(key, _)| key == name).unwrap().1 = value;
        edited(CARD, &Value::Group(members))
    };
    let text = |name, text: &str| set(name, Value::text(text));
    assert_eq!(text("license", "mit"), CARD.replace("apache-2.0", "mit"));
    assert_eq!(text("license", "no"), CARD.replace("apache-2.0", "\"no\""));
    assert_eq!(text("language", "yes"), CARD.replace(": no", ": yes"));
    assert_eq!(text("date", "2026-07-01"), CARD.replace("06-15", "07-01"));
    assert_eq!(text("date", "1e-5"), CARD.replace("2026-06-15", "\"1e-5\""));
    assert_eq!(
        text("about", "One.\n\nTwo.\n"),
        CARD.replace("One line.\n    Another.", "One.\n\n  Two.")
    );
    assert_eq!(
        text("about", "One."),
        CARD.replace("|\n  One line.\n    Another.", "|-\n  One.")
    );
    assert_eq!(text("contact", "nobody"), CARD.replace("*lab", "nobody"));
    assert_eq!(
        text("owner", "Ann"),
        CARD.replace("&lab\n  name: River Lab\n  rate: 1e-5", "&lab Ann")
    );
    assert_eq!(
        text("license", "mit\nor so"),
        CARD.replace("apache-2.0  # ours", "|-  # ours\n  mit\n  or so")
    );
    assert_eq!(
        set("tags", Value::List(vec![Value::text("vision"), Value::text("otter's")])),
        CARD.replace("'otters'", "'otter''s'")
    );
    assert_eq!(
        set("tags", Value::List(Vec::new())),
        CARD.replace("tags:\n- vision\n- 'otters'   # all of them\n", "tags: []\n")
    );
    assert_eq!(
        set("license", Value::List(vec![Value::text("mit"), Value::Null])),
        CARD.replace("license: apache-2.0  # ours", "license:  # ours\n- mit\n- null")
    );
    assert_eq!(
        set("metrics", read("{f1: 0.50, note: b, more: [1, 'x, y']}")),
        CARD.replace("note: \"a, b\"}", "note: \"b\", more: [1, \"x, y\"]}")
    );
}

#[test]
fn a_new_entry_is_laid_out_like_its_neighbours() {
    assert_eq!(
        change("a:\n    b: 1\n", "a: {b: 1, c: [x], d: {e: 1}}"),
        "a:\n    b: 1\n    c:\n    - x\n    d:\n        e: 1\n"
    );
    assert_eq!(change("a:\n  - x # first\n", "a: [x, z]"), "a:\n  - x # first\n  - z\n");
    assert_eq!(change("-   x\n", "[x, {a: 1, b: 2}]"), "-   x\n-   a: 1\n    b: 2\n");
    assert_eq!(
        change("a: 1\r\nb: 2", "{a: 1, b: 2, c: \"x\\ny\"}"),
        "a: 1\r\nb: 2\r\nc: |-\r\n  x\r\n  y"
    );
    assert_eq!(change("a: [x, y]\n", "a: [w, x, y, z]"), "a: [w, x, y, z]\n");
    assert_eq!(
        change("a: {}\nb: []\nc:\nd: ~\n", "{a: {x: 1}, b: [1], c: v, d: {z: 2}}"),
        "a:\n  x: 1\nb:\n- 1\nc: v\nd:\n  z: 2\n"
    );
    assert_eq!(change("", "a: 1"), "a: 1\n");
    assert_eq!(change("# only a comment\n", "a: 1"), "# only a comment\na: 1\n");
    assert_eq!(change("---\n", "a: 1"), "---\na: 1\n");
}

#[test]
fn a_removed_entry_takes_its_lines_along_and_leaves_comments_between() {
    let text = "# head\na: 1 # gone\n# kept\nb:\n  # kept too\n  - x\n  - y\n\nc: 3";
    assert_eq!(change(text, "{b: [x, y], c: 3}"), text.replace("\na: 1 # gone", ""));
    assert_eq!(change(text, "{a: 1, b: [y], c: 3}"), text.replace("\n  - x", ""));
    assert_eq!(change(text, "{a: 1, b: [x, y]}"), text.replace("\nc: 3", ""));
    assert_eq!(change("- a: 1\n  b: 2\n", "[{b: 2}]"), "- b: 2\n");
    assert_eq!(change("[a, b, c]", "[b]"), "[b]");
}

#[test]
fn a_moved_entry_keeps_its_spelling_and_its_comment() {
    assert_eq!(
        change("- 'a' # one\n# between\n- {b:   1}\n", "[{b: 1}, a]"),
        "- {b:   1}\n# between\n- 'a' # one\n"
    );
    assert_eq!(change("{a: 'x', b: 2}", "{b: 2, a: x}"), "{b: 2, a: 'x'}");
    assert_eq!(
        change("old: [1,  2]\nb: 2\n", "{new: [1, 2], b: 2}"),
        "new: [1,  2]\nb: 2\n"
    );
}

#[test]
fn tags_stay_while_they_fit() {
    assert_eq!(change("a: !!str 3 # c\n", "a: \"4\""), "a: !!str \"4\" # c\n");
    assert_eq!(change("a: &x !!str 3\nb: *x\n", "{a: 4, b: '*x'}"), "a: &x 4\nb: *x\n");
    assert_eq!(change("a: !mine\n  b: 1\n", "a: x"), "a: x\n");
    assert_eq!(change("a: !mine\n  b: 1\n", "a: {b: 2}"), "a: !mine\n  b: 2\n");
}

#[test]
fn several_documents_are_told_and_only_the_first_is_changed() {
    let text = "---\na: 1\n---\n: broken: {\n";
    let document = parse(text).unwrap();
    assert_eq!(document.documents, 2);
    assert_eq!(change(text, "a: 2"), text.replace('1', "2"));
}

#[test]
fn what_readers_stumble_over_is_named_with_its_place() {
    let text = "a: no\na: *x\n[k]: 1\n";
    let kinds: Vec<_> = parse(text)
        .unwrap()
        .quirks
        .into_iter()
        .map(|quirk| (quirk.at, quirk.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (3, QuirkKind::OldYesNo("no".into())),
            (6, QuirkKind::DuplicateKey("a".into())),
            (9, QuirkKind::UnknownAlias("*x".into())),
            (12, QuirkKind::ComplexKey),
        ]
    );
}

#[test]
fn broken_text_is_explained_at_its_place() {
    let case = |text: &str, line_column, words: &str| {
        let error = parse(text).expect_err(text);
        assert_eq!(crate::json::position(text, error.at), line_column, "{text} {error:?}");
        assert!(error.message.to_string().contains(words), "{} in {text}", error.message);
    };
    case("a:\n\t- x", (2, 2), "tab");
    case("a: b: c", (1, 5), "colon");
    case("a:\n  b: 1\n c: 2", (3, 2), "fits neither");
    case("a: [1, 2", (1, 4), "brackets");
    case("a: \"x\nb: 1", (2, 1), "quoted text");
    case("a: \"\\x\"", (1, 4), "backslash");
    case("a: @x", (1, 4), "“@”");
    case("a: - x", (1, 4), "list entry");
    case(&"[".repeat(200), (1, 129), "128 levels");
    case(&"- ".repeat(200), (1, 257), "128 levels");
}

#[test]

fn huge_texts_and_alias_bombs_end_soon() {
    let bomb = (1..60).fold("a0: &a0 [x, x]\n".to_owned(), |text, i| {
        text + &format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}]\n", i - 1)
    });
    assert_eq!(parse(&bomb).unwrap().root.to_value().leaves(), 2 + 59 * 3);
    let list = "- {a: 1}\n".repeat(5_000);
    let Value::List(mut items) = read(&list) else {
        unreachable!()
    };
    items.swap(10, 4_000);
    items[7] = Value::Null;
    let new = Value::List(items);
    assert_eq!(read(&edited(&list, &new)), new);
    let many = format!("[{}]", "1,".repeat(300_000));
    assert!(parse(&many).unwrap_err().message.to_string().contains("more than"));
    for hostile in [
        "{", "? ", "&a ", "!a ", "- - ", "\"", "|\n", "a: |\n", "*a ", "%", "---\n", ": ", "[a: ",
    ] {
        let _ = parse(&hostile.repeat(50_000));
    }
}
