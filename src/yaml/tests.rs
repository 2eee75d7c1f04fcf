use proptest::prelude::*;

use super::edit::careful_edits;
use super::*;
use crate::json::apply;
use crate::json::tests::values;

/// Writes values as untidily as the seed says: styles mixed, comments, anchors, odd indentation.
pub(crate) struct Mess {
    seed: u64,
    newline: &'static str,
    anchors: usize,
}

impl Mess {
    pub(crate) fn document(value: &Value, seed: u64) -> String {
        let mut mess = Self {
            seed,
            newline: "\n",
            anchors: 0,
        };
        mess.newline = mess.one_of(&["\n", "\n", "\r\n"]);
        let mut out = String::new();
        out.push_str(mess.one_of(&["", "", "# head\n", "\n", "---\n", "%YAML 1.2\n---\n# x\n"]));
        if mess.once_in(3) {
            mess.flow(&mut out, value, 0);
        } else {
            match value {
                Value::List(items) if !items.is_empty() => mess.block(&mut out, value, 0),
                Value::Group(members) if !members.is_empty() => mess.block(&mut out, value, 0),
                other => mess.flow(&mut out, other, 0),
            }
        }
        if mess.once_in(2) && out.ends_with('\n') && !out.ends_with("\n\n") {
            out.pop();
        } else if !out.ends_with('\n') && mess.once_in(2) {
            out.push('\n');
        }
        out.replace('\n', mess.newline)
    }

    fn next(&mut self) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.seed >> 33
    }

    fn once_in(&mut self, count: u64) -> bool {
        self.next().is_multiple_of(count)
    }

    fn one_of(&mut self, choices: &[&'static str]) -> &'static str {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    fn anchor(&mut self, out: &mut String) {
        if self.once_in(8) {
            self.anchors += 1;
            out.push_str(&format!(" &a{}", self.anchors));
        }
    }

    fn key(&mut self, key: &str, flow: bool) -> String {
        let plain = scalar::line(key, ScalarStyle::Plain, None, flow);
        match self.next() % 4 {
            0 if !key.contains('\n') => scalar::line(key, ScalarStyle::Single, None, flow),
            1 => scalar::line(key, ScalarStyle::Double, None, flow),
            _ => plain,
        }
    }

    /// The end of a line of an entry, and what may stand before the next.
    fn end(&mut self, out: &mut String, column: usize, after_lines: bool) {
        if !after_lines {
            out.push_str(self.one_of(&["", "", " # note", "  "]));
        }
        out.push('\n');
        match self.next() % 8 {
            0 => out.push('\n'),
            1 if !after_lines => out.push_str(&format!("{}# between\n", " ".repeat(column))),
            2 if !after_lines => out.push_str("# left\n"),
            _ => {}
        }
    }

    /// The entries of a list or group, each with its line break.
    fn block(&mut self, out: &mut String, value: &Value, column: usize) {
        let pad = " ".repeat(column);
        match value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { &pad } else { "" });
                    out.push('-');
                    self.value(out, item, column, true);
                }
            }
            Value::Group(members) => {
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { &pad } else { "" });
                    let name = self.key(key, false);
                    if self.once_in(9) {
                        out.push_str(&format!("? {name}"));
                        if *value == Value::Null && self.once_in(2) {
                            self.end(out, column, false);
                            continue;
                        }
                        self.end(out, column, false);
                        out.push_str(&format!("{pad}:"));
                    } else {
                        out.push_str(&name);
                        out.push_str(self.one_of(&[":", ":", ":", " :"]));
                    }
                    self.value(out, value, column, false);
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, out: &mut String, value: &Value, column: usize, in_list: bool) {
        let block = match value {
            Value::List(items) => !items.is_empty() && !self.once_in(4),
            Value::Group(members) => !members.is_empty() && !self.once_in(4),
            _ => false,
        };
        if block && in_list && self.once_in(2) {
            let gap = 1 + (self.next() % 3) as usize;
            out.push_str(&" ".repeat(gap));
            self.block(out, value, column + 1 + gap);
            return;
        }
        self.anchor(out);
        if block {
            let indent = match value {
                Value::List(_) if !in_list => (self.next() % 3) as usize,
                _ => 1 + (self.next() % 4) as usize,
            };
            self.end(out, column + indent, false);
            out.push_str(&" ".repeat(column + indent));
            self.block(out, value, column + indent);
            return;
        }
        if let Value::Text(text) = value
            && scalar::fits_literal(text)
            && self.once_in(2)
        {
            let folded = scalar::fits_folded(text) && self.once_in(2);
            out.push_str(if folded { " >" } else { " |" });
            out.push_str(if text.ends_with('\n') { "" } else { "-" });
            out.push_str(self.one_of(&["", "", " # below"]));
            let pad = " ".repeat(column + 1 + (self.next() % 3) as usize);
            for (index, line) in text.lines().enumerate() {
                out.push_str(if folded && index > 0 && !line.is_empty() {
                    "\n"
                } else {
                    ""
                });
                out.push('\n');
                out.push_str(if line.is_empty() { "" } else { &pad });
                out.push_str(line);
            }
            self.end(out, column, true);
            return;
        }
        if *value != Value::Null || self.once_in(2) {
            out.push_str(self.one_of(&[" ", " ", "  "]));
            self.flow(out, value, column + 1);
        }
        self.end(out, column, false);
    }

    fn space(&mut self, out: &mut String, column: usize) {
        match self.next() % 8 {
            0 => out.push_str(&format!("\n{}", " ".repeat(column))),
            1 => out.push_str(&format!(" # in\n{}", " ".repeat(column + 2))),
            2..=4 => out.push(' '),
            _ => {}
        }
    }

    fn flow(&mut self, out: &mut String, value: &Value, column: usize) {
        match value {
            Value::Null => out.push_str(self.one_of(&["null", "~", "Null"])),
            Value::Number(spelling) => out.push_str(scalar::number(spelling)),
            Value::Text(text) => out.push_str(&self.key(text, true)),
            Value::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.space(out, column);
                    match item {
                        Value::Group(members) if members.len() == 1 && self.once_in(2) => {
                            out.push_str(&scalar::line(&members[0].0, ScalarStyle::Plain, None, true));
                            out.push_str(": ");
                            self.flow(out, &members[0].1, column);
                        }
                        item => self.flow(out, item, column),
                    }
                    self.space(out, column);
                }
                out.push_str(if !items.is_empty() && self.once_in(4) {
                    ", ]"
                } else {
                    "]"
                });
            }
            Value::Group(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.space(out, column);
                    let key = self.key(key, true);
                    out.push_str(&key);
                    if *value != Value::Null || self.once_in(2) {
                        out.push_str(": ");
                        self.flow(out, value, column);
                    }
                    self.space(out, column);
                }
                out.push_str(if !members.is_empty() && self.once_in(4) {
                    ", }"
                } else {
                    "}"
                });
            }
            other => out.push_str(&crate::json::to_text(other)),
        }
    }
}

fn read(text: &str) -> Value {
    parse(text)
        .unwrap_or_else(|error| panic!("{error:?} in\n{text}"))
        .root
        .to_value()
}

fn edited(text: &str, value: &Value) -> String {
    apply(text, &edits(text, &parse(text).unwrap(), value))
}

/// The text after edits that did not need to write the whole document anew.
fn carefully_edited(text: &str, value: &Value) -> Option<String> {
    let document = parse(text).unwrap();
    careful_edits(text, &document, value).map(|edits| apply(text, &edits))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_written_is_read_back(value in values()) {
        prop_assert_eq!(read(&to_text(&value)), value);
    }

    #[test]
    fn untidy_texts_are_read_and_an_equal_value_changes_no_byte(value in values(), seed in any::<u64>()) {
        let text = Mess::document(&value, seed);
        prop_assert_eq!(read(&text), value.clone(), "{}", text);
        prop_assert_eq!(edited(&text, &value), text);
    }

    #[test]
    fn an_edited_text_says_the_new_value(old in values(), new in values(), seed in any::<u64>()) {
        let text = Mess::document(&old, seed);
        let after = carefully_edited(&text, &new);
        prop_assert_eq!(after.as_deref().map(read), Some(new), "{}", text);
    }

    #[test]
    fn removing_adding_and_moving_entries_is_read_back(
        items in prop::collection::vec(values(), 1..7), at in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(), added in values(), seed in any::<u64>(), named in any::<bool>(),
    ) {
        let whole = |items: &[Value]| match named {
            true => Value::Group(items.iter().enumerate().map(|(i, item)| (format!("k{i}"), item.clone())).collect()),
            false => Value::List(items.to_vec()),
        };
        let text = Mess::document(&whole(&items), seed);
        let mut removed = items.clone();
        let taken = removed.remove(at.index(items.len()));
        let mut moved = removed.clone();
        moved.insert(to.index(items.len()), taken);
        let mut longer = items.clone();
        longer.insert(to.index(items.len() + 1), added);
        for new in [removed, moved, longer] {
            let new = whole(&new);
            let after = carefully_edited(&text, &new);
            prop_assert_eq!(after.as_deref().map(read), Some(new), "{}", text);
        }
    }

    #[test]
    fn edits_are_in_order_and_apart(old in values(), new in values(), seed in any::<u64>()) {
        let text = Mess::document(&old, seed);
        let mut end = 0;
        for edit in edits(&text, &parse(&text).unwrap(), &new) {
            prop_assert!(edit.range.start >= end, "{:?} in {}", edit, text);
            end = edit.range.end;
        }
    }
}

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
        assert!(error.message.contains(words), "{} in {text}", error.message);
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
    let list = "- {a: 1}\n".repeat(100_000);
    let Value::List(mut items) = read(&list) else {
        unreachable!()
    };
    items.swap(10, 50_000);
    items[7] = Value::Null;
    let new = Value::List(items);
    assert_eq!(read(&edited(&list, &new)), new);
    let many = "k: 1\n".repeat(1_000_000);
    assert!(parse(&many).unwrap_err().message.contains("more than"));
    for hostile in [
        "{", "? ", "&a ", "!a ", "- - ", "\"", "|\n", "a: |\n", "*a ", "%", "---\n", ": ", "[a: ",
    ] {
        let _ = parse(&hostile.repeat(200_000));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_read_or_explained_and_can_be_edited(text in r#"([-?:,\[\]{}#&*!|>'"%@ \t\n\r~aé1\u{feff}]|- |: |: \n|\n  |a: |&a |\*a){0,24}"#, new in values()) {
        match parse(&text) {
            Ok(document) => {
                let value = document.root.to_value();
                prop_assert_eq!(edited(&text, &value), text.clone());
                let after = edited(&text, &new);
                prop_assert_eq!(parse(&after).ok().map(|document| document.root.to_value()), Some(new), "{:?} => {:?}", text, after);
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.at));
                prop_assert!(error.message.ends_with('.') && error.advice.ends_with('.'));
            }
        }
    }
}
