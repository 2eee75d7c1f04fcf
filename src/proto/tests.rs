use proptest::prelude::*;

use super::*;
use crate::json::apply;
use crate::json::tests::texts;
use schema::number_in;

static INNER: Schema = Schema {
    name: "Inner",
    fields: &[
        FieldType::text(1, "a"),
        FieldType::text(20, "b_2"),
        FieldType::many(3, "deep", &DEEP),
    ],
};
static DEEP: Schema = Schema {
    name: "Deep",
    fields: &[FieldType::text(1, "x"), FieldType::texts(2, "xs")],
};
/// A schema with every type that fields can have.
pub(crate) static OUTER: Schema = Schema {
    name: "Outer",
    fields: &[
        FieldType::text(1, "name"),
        FieldType::texts(2, "tags"),
        FieldType::flag(3, "ok"),
        FieldType::one(4, "inner", &INNER),
        FieldType::many(5, "rows", &INNER),
    ],
};

/// Members that the schema can say, in any order.
fn members(schema: &'static Schema) -> BoxedStrategy<Vec<(String, Value)>> {
    let fields: Vec<_> = schema
        .fields
        .iter()
        .map(|field| {
            let one = match field.kind {
                Type::Text => texts().prop_map(Value::Text).boxed(),
                Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
                Type::Message(inner) => members(inner).prop_map(Value::Group).boxed(),
            };
            let value = if field.repeated {
                prop::collection::vec(one, 1..4).prop_map(Value::List).boxed()
            } else {
                one
            };
            prop::option::of(value.prop_map(|value| (field.name.to_owned(), value)))
        })
        .collect();
    fields
        .prop_map(|fields| fields.into_iter().flatten().collect::<Vec<_>>())
        .prop_shuffle()
        .boxed()
}

fn documents() -> impl Strategy<Value = Value> {
    members(&OUTER).prop_map(Value::Group)
}

/// Numbers that follow from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// A text in an odd layout, and the number of fields that it has beyond the value.
fn untidy_text(schema: Option<&'static Schema>, value: &Value, chance: &mut Chance, out: &mut String) {
    const BLANKS: [&str; 7] = [" ", "\n", "\n  ", "\r\n\t", " # note: {\n", "\t", "  "];
    fn scalar(text: &str, chance: &mut Chance, out: &mut String) {
        let quote = if chance.below(3) == 0 { '\'' } else { '"' };
        let mut pieces: Vec<&str> = vec![text];
        if let Some((at, _)) = text.char_indices().nth(2).filter(|_| chance.below(3) == 0) {
            pieces = vec![&text[..at], &text[at..]];
        }
        for piece in pieces {
            out.push_str(chance.one_of(&["", " ", " # c\n "]));
            out.push(quote);
            for c in piece.chars() {
                match c {
                    '\n' => out.push_str(chance.one_of(&["\\n", "\\012", "\\x0A", "\\u000a"])),
                    '\\' => out.push_str(chance.one_of(&["\\\\", "\\134"])),
                    _ if c == quote || c == '\u{1}' || (!c.is_ascii() && chance.below(2) == 0) => {
                        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                            out.push_str(&format!("\\{byte:03o}"));
                        }
                    }
                    _ => out.push(c),
                }
            }
            out.push(quote);
        }
    }
    fn value_text(kind: Option<&FieldType>, value: &Value, chance: &mut Chance, out: &mut String) {
        match value {
            Value::Text(text) => scalar(text, chance, out),
            Value::Group(_) => {
                let (open, close) = if chance.below(4) == 0 { ("<", ">") } else { ("{", "}") };
                out.push_str(open);
                untidy_text(kind.and_then(FieldType::schema), value, chance, out);
                out.push_str(close);
            }
            other => out.push_str(&crate::json::to_text(other)),
        }
    }
    let Value::Group(members) = value else { return };
    out.push_str(chance.one_of(&["", " ", "\n  ", "\n# note\n"]));
    for (name, value) in members {
        let kind = schema.and_then(|schema| schema.named(name));
        let mut rest: &[Value] = match value {
            Value::List(items) => items,
            value => std::slice::from_ref(value),
        };
        while let Some((first, others)) = rest.split_first() {
            out.push_str(&number_in(name).map_or(name.clone(), |number| number.to_string()));
            if matches!(first, Value::Group(_)) && chance.below(2) == 0 {
                out.push_str(chance.one_of(&["", " "]));
            } else {
                out.push_str(chance.one_of(&[":", ": ", " :"]));
            }
            if kind.is_some_and(|kind| kind.repeated) && chance.below(4) == 0 {
                out.push('[');
                for (index, item) in rest.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    out.push_str(chance.one_of(&["", " ", "\n "]));
                    value_text(kind, item, chance, out);
                }
                out.push(']');
                rest = &[];
            } else {
                value_text(kind, first, chance, out);
                rest = others;
            }
            out.push_str(chance.one_of(&["", "", ",", ";"]));
            let blanks = if value == &Value::Bool(true) || value == &Value::Bool(false) {
                &BLANKS[..]
            } else {
                &[""][..]
            };
            out.push_str(if chance.below(6) == 0 {
                chance.one_of(blanks)
            } else {
                chance.one_of(&BLANKS)
            });
        }
    }
}

/// Bytes with over-long numbers, repeated fields between others, and fields that the schema does not have.
fn untidy_bytes(schema: &'static Schema, value: &Value, chance: &mut Chance) -> Vec<u8> {
    fn long_varint(value: u64, chance: &mut Chance, out: &mut Vec<u8>) {
        wire_varint(value, out);
        if chance.below(5) == 0 {
            *out.last_mut().unwrap() |= 0x80;
            out.push(0);
        }
    }
    let Value::Group(members) = value else {
        return Vec::new();
    };
    let mut records: Vec<Vec<u8>> = Vec::new();
    for (name, value) in members {
        let kind = schema.named(name).unwrap();
        let values = match value {
            Value::List(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            let mut record = Vec::new();
            let payload = match (value, kind.kind) {
                (Value::Bool(yes), _) => {
                    long_varint(u64::from(kind.number) << 3, chance, &mut record);
                    record.push(u8::from(*yes));
                    records.push(record);
                    continue;
                }
                (Value::Text(text), _) => text.clone().into_bytes(),
                (value, Type::Message(inner)) => untidy_bytes(inner, value, chance),
                _ => unreachable!(),
            };
            long_varint(u64::from(kind.number) << 3 | 2, chance, &mut record);
            long_varint(payload.len() as u64, chance, &mut record);
            record.extend(payload);
            records.push(record);
        }
    }
    let strange: [&[u8]; 6] = [
        b"\x4a\x03abc",
        b"\x4d\x01\x02\x03\x04",
        b"\x51\x01\x02\x03\x04\x05\x06\x07\x08",
        b"\x4b\x08\x05\x4c",
        b"\x4a\x02\xff\xfe",
        b"\x48\x96\x01",
    ];
    for _ in 0..chance.below(3) {
        let at = chance.below(records.len() as u64 + 1) as usize;
        records.insert(at, strange[chance.below(6) as usize].to_vec());
    }
    if chance.below(3) == 0 && records.len() > 1 {
        let at = chance.below(records.len() as u64 - 1) as usize;
        records.swap(at, at + 1);
    }
    records.concat()
}

fn wire_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn read_text(text: &str) -> Document {
    text::parse(text, &OUTER).unwrap_or_else(|error| panic!("{error:?} in {text}"))
}

fn edit_text(text: &str, value: &Value) -> String {
    apply(text, &text::edits(text, &read_text(text), value))
}

fn read_bytes(bytes: &[u8]) -> Document {
    wire::parse(bytes, &OUTER).unwrap_or_else(|error| panic!("{error:?} in {bytes:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn what_is_written_is_read_back(value in documents()) {
        prop_assert_eq!(&read_text(&text::to_text(&value, &OUTER)).view.to_value(), &value);
        prop_assert_eq!(&read_bytes(&wire::to_bytes(&value, &OUTER)).view.to_value(), &value);
    }

    #[test]
    fn an_untidy_text_is_read_and_an_equal_value_changes_nothing(value in documents(), seed in any::<u64>()) {
        let mut text = String::new();
        untidy_text(Some(&OUTER), &value, &mut Chance(seed), &mut text);
        let document = read_text(&text);
        prop_assert_eq!(&document.view.to_value(), &value, "{}", text);
        prop_assert_eq!(text::edits(&text, &document, &value), []);
    }

    #[test]
    fn an_edited_text_says_the_new_value(old in documents(), new in documents(), seed in any::<u64>()) {
        let mut text = String::new();
        untidy_text(Some(&OUTER), &old, &mut Chance(seed), &mut text);
        let edited = edit_text(&text, &new);
        let again = text::parse(&edited, &OUTER);
        prop_assert!(again.is_ok(), "{:?}\n---{}\n---{}", again, text, edited);
        prop_assert_eq!(again.unwrap().view.to_value(), new, "{}\n---\n{}", text, edited);
    }

    #[test]
    fn edited_bytes_say_the_new_value_and_keep_what_is_unknown(
        old in documents(), new in documents(), seed in any::<u64>(),
    ) {
        let bytes = untidy_bytes(&OUTER, &old, &mut Chance(seed));
        let document = read_bytes(&bytes);
        let before = document.view.to_value();
        prop_assert_eq!(&wire::edited(&bytes, &document, &before), &bytes);
        // The unknown fields of the outermost message stay where they are, the known ones become the new ones.
        let Value::Group(before) = before else { unreachable!() };
        let Value::Group(new) = new else { unreachable!() };
        let mut wanted: Vec<_> = before.into_iter().filter(|(name, _)| name.starts_with("field ")).collect();
        wanted.extend(new);
        let wanted = Value::Group(wanted);
        let edited = wire::edited(&bytes, &document, &wanted);
        prop_assert_eq!(read_bytes(&edited).view.to_value(), wanted);
    }

    #[test]
    fn any_bytes_and_any_text_are_read_or_explained(bytes in prop::collection::vec(any::<u8>(), 0..60), text in "[a-c:{}<>\\[\\]\"'#\n 0-9.,-]{0,40}") {
        match wire::parse(&bytes, &OUTER) {
            Ok(document) => prop_assert_eq!(wire::edited(&bytes, &document, &document.view.to_value()), bytes),
            Err(error) => prop_assert!(error.message.to_string().contains("byte")),
        }
        match text::parse(&text, &OUTER) {
            Ok(document) => prop_assert_eq!(text::edits(&text, &document, &document.view.to_value()), []),
            Err(error) => prop_assert!(error.at <= text.len() && !error.advice.is_empty()),
        }
    }
}

fn group(members: &[(&str, Value)]) -> Value {
    Value::Group(
        members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

#[test]
fn one_edit_changes_one_place_of_a_text() {
    let source = "# otters\nname : 'ot' \"ter\"  # ours\ninner: <\n    a: \"x\"; # first\n  >\nrows { a: \"1\" }\ntags: [\"p\", \"q\"]\nmystery { y: 3 }\n";
    let document = read_text(source);
    assert_eq!(document.strangers, 1);
    let Value::Group(members) = document.view.to_value() else {
        unreachable!()
    };
    let with = |name: &str, value: Value| {
        let mut members = members.clone();
        match members.iter_mut().find(|(other, _)| other == name) {
            Some(member) => member.1 = value,
            None => members.push((name.to_owned(), value)),
        }
        edit_text(source, &Value::Group(members))
    };
    assert_eq!(
        with("name", Value::text("it's")),
        source.replace("'ot' \"ter\"", "'it\\'s'")
    );
    let inner = group(&[("a", Value::text("x")), ("b_2", Value::text("é"))]);
    assert_eq!(
        with("inner", inner),
        source.replace("# first\n", "# first\n    b_2: 'é'\n")
    );
    let rows = Value::List(vec![
        group(&[("a", Value::text("1"))]),
        group(&[("a", Value::text("2"))]),
    ]);
    assert_eq!(
        with("rows", rows),
        source.replace("\"1\" }\n", "\"1\" }\nrows: <\n    a: '2'\n>\n")
    );
    let tags = Value::List(vec![Value::text("p"), Value::text("r"), Value::text("q")]);
    assert_eq!(with("tags", tags), source.replace("\"p\",", "\"p\", 'r',"));
    assert_eq!(
        with("mystery", group(&[("y", Value::Number("4".into()))])),
        source.replace("y: 3", "y: 4")
    );
    assert_eq!(
        with("inner", Value::Null),
        source.replace("inner: <\n    a: \"x\"; # first\n  >\n", "")
    );
    assert_eq!(with("unheard_of", Value::text("x")), source);
}

#[test]
fn one_edit_changes_one_field_of_bytes_and_the_lengths_around_it() {
    // rows { a: "x" field 9: "abc" } with an over-long tag, and an unknown number behind it.
    let source = b"\xaa\x00\x08\x0a\x01x\x4a\x03abc\x48\x96\x01";
    let document = read_bytes(source);
    let row = |a: &str| Value::List(vec![group(&[("a", Value::text(a)), ("field 9", Value::text("abc"))])]);
    let value = |row| group(&[("rows", row), ("field 9", Value::Number("150".into()))]);
    assert_eq!(document.view.to_value(), value(row("x")));
    assert_eq!(
        wire::edited(source, &document, &value(row("long"))),
        b"\xaa\x00\x0b\x0a\x04long\x4a\x03abc\x48\x96\x01"
    );
}

#[test]
fn damaged_and_hostile_files_end_soon_with_a_message() {
    let fails = |bytes: &[u8], words: &str| {
        let error = wire::parse(bytes, &OUTER).expect_err(words);
        assert!(error.message.to_string().contains(words), "{}", error.message);
    };
    fails(b"\x0a\x05abc", "middle of field 1");
    fails(b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "middle of field 1");
    fails(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "cut off or has no end");
    fails(b"\x02\x00", "No field can have");
    fails(b"\x4c", "without having begun");
    fails(b"\x4b\x08\x05", "has no end");
    fails(b"\x4e", "does not exist");
    fails(&b"\x4b".repeat(1_000_000), "levels deep");
    fails(&b"\x48\x00".repeat(MAX_FIELDS + 1), "more than 300000 fields");
    // Messages in messages without a schema are followed a few levels; what is deeper is shown as a text or as bytes.
    let mut nested = b"\x0a\x00".to_vec();
    for _ in 0..3_000 {
        let mut outer = vec![0x0a];
        wire_varint(nested.len() as u64, &mut outer);
        nested = [outer, nested].concat();
    }
    let bytes = [
        b"\x4a".to_vec(),
        {
            let mut length = Vec::new();
            wire_varint(nested.len() as u64, &mut length);
            length
        },
        nested,
    ]
    .concat();
    let document = read_bytes(&bytes);
    assert_eq!(wire::edited(&bytes, &document, &document.view.to_value()), bytes);
    for (text, words) in [
        ("inner {".repeat(101), "levels deep"),
        ("inner {".to_owned(), "is missing"),
        ("name: \"x\nok: true".to_owned(), "not closed on its line"),
        ("name \"x\"".to_owned(), "A colon"),
        ("name: \"\\q\"".to_owned(), "backslash"),
        ("tags: [\"a\" \"b\", ]".to_owned(), "A value"),
        ("ok: true\n".repeat(MAX_FIELDS + 1), "more than 300000"),
    ] {
        let error = text::parse(&text, &OUTER).expect_err(words);
        assert!(error.message.to_string().contains(words), "{}", error.message);
    }
}

/// An independent reader agrees on what the writer wrote.
#[test]
fn the_reference_compiler_decodes_what_is_written() {
    let value = group(&[
        ("name", Value::text("otter \"é\"\n")),
        ("tags", Value::List(vec![Value::text("a"), Value::text("b")])),
        ("ok", Value::Bool(true)),
        (
            "rows",
            Value::List(vec![group(&[
                ("a", Value::text("x".repeat(200))),
                ("b_2", Value::text("y")),
            ])]),
        ),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("outer.proto");
    let schema = "syntax = \"proto2\"; message Inner { optional string a = 1; optional string b_2 = 20; }
        message Outer { optional string name = 1; repeated string tags = 2; optional bool ok = 3; repeated Inner rows = 5; }";
    std::fs::write(&file, schema).unwrap();
    let run = |mode: &str, input: &[u8]| {
        use std::io::Write;
        let mut child = std::process::Command::new("protoc")
            .arg(mode)
            .arg("-I")
            .arg(folder.path())
            .arg(&file)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(input).ok()?;
        let output = child.wait_with_output().ok()?;
        assert!(output.status.success(), "protoc {mode} failed");
        Some(output.stdout)
    };
    let bytes = wire::to_bytes(&value, &OUTER);
    let Some(decoded) = run("--decode=Outer", &bytes) else {
        assert!(
            std::env::var_os("CARTELLINO_REQUIRE_ALL").is_none(),
            "protoc is not installed"
        );
        eprintln!("NOT RUN: protoc is not installed");
        return;
    };
    let decoded = String::from_utf8(decoded).unwrap();
    assert_eq!(read_text(&decoded).view.to_value(), value, "{decoded}");
    let encoded = run("--encode=Outer", text::to_text(&value, &OUTER).as_bytes()).unwrap();
    assert_eq!(encoded, bytes);
}
