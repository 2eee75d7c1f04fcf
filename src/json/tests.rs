use proptest::prelude::*;

use super::*;

/// Values as JSON files hold them, duplicate names included.
pub(crate) fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![
            Just("0"),
            Just("-1.50"),
            Just("1e-5"),
            Just("NaN"),
            Just("123456789012345678901")
        ]
        .prop_map(|spelling| Value::Number(spelling.into())),
        texts().prop_map(Value::Text),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((names(), inner), 0..6).prop_map(Value::Group),
        ]
    })
}

/// Short texts with everything that needs care in JSON.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c ]{0,6}", "[a\"\\\\/\n\r\té😀\u{1}\u{2028}]{0,8}"]
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof!["[ab]", "[a-d_]{1,3}", texts()]
}

/// Writes a value as untidily as the seed says: blanks, comments, commas too many and too few, escapes.
pub(crate) fn untidy(value: &Value, seed: &mut u64, out: &mut String) {
    fn next(seed: &mut u64) -> u64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }
    fn space(seed: &mut u64, out: &mut String) {
        let kinds = ["", "", " ", "\n  ", "\r\n\t", " // note\n", "/* x */", "\n"];
        out.push_str(kinds[(next(seed) % 8) as usize]);
    }
    fn end(seed: &mut u64, out: &mut String, empty: bool) {
        space(seed, out);
        if !empty && next(seed).is_multiple_of(5) {
            out.push(',');
            space(seed, out);
        }
    }
    match value {
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                let is_seen = matches!(item, Value::Text(_) | Value::List(_) | Value::Group(_));
                let lacks_comma = is_seen && next(seed).is_multiple_of(6);
                out.push_str(match index {
                    0 => "",
                    _ if lacks_comma => "\n",
                    _ => ",",
                });
                space(seed, out);
                untidy(item, seed, out);
            }
            end(seed, out, items.is_empty());
            out.push(']');
        }
        Value::Group(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                let lacks_comma = index == 0 || next(seed).is_multiple_of(6);
                out.push_str(if lacks_comma { "" } else { "," });
                space(seed, out);
                quote(out, key, next(seed).is_multiple_of(2));
                space(seed, out);
                out.push(':');
                space(seed, out);
                untidy(value, seed, out);
                space(seed, out);
            }
            end(seed, out, members.is_empty());
            out.push('}');
        }
        Value::Text(text) => quote(out, text, next(seed).is_multiple_of(2)),
        other => out.push_str(&to_text(other)),
    }
}

fn read(text: &str) -> Value {
    parse(text)
        .unwrap_or_else(|error| panic!("{error:?} in {text}"))
        .root
        .to_value()
}

fn edited(text: &str, value: &Value) -> String {
    apply(text, &edits(text, &parse(text).unwrap().root, value))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_written_is_read_back(value in values()) {
        prop_assert_eq!(&read(&to_text(&value)), &value);
        prop_assert_eq!(&read(&to_pretty_text(&value)), &value);
    }

    #[test]
    fn an_equal_value_changes_no_byte(value in values(), mut seed in any::<u64>()) {
        let mut text = String::new();
        untidy(&value, &mut seed, &mut text);
        prop_assert_eq!(edited(&text, &value), text);
    }

    #[test]
    fn an_edited_text_says_the_new_value(old in values(), new in values(), mut seed in any::<u64>()) {
        let mut text = String::new();
        untidy(&old, &mut seed, &mut text);
        prop_assert_eq!(read(&edited(&text, &new)), new);
    }

    #[test]
    fn removing_adding_and_moving_entries_is_read_back(
        items in prop::collection::vec(values(), 1..7), at in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(), added in values(), mut seed in any::<u64>(),
    ) {
        let mut text = String::new();
        untidy(&Value::List(items.clone()), &mut seed, &mut text);
        let mut removed = items.clone();
        let taken = removed.remove(at.index(items.len()));
        let mut moved = removed.clone();
        moved.insert(to.index(items.len()), taken);
        let mut longer = items.clone();
        longer.insert(to.index(items.len() + 1), added);
        for new in [removed, moved, longer] {
            let new = Value::List(new);
            prop_assert_eq!(read(&edited(&text, &new)), new);
        }
    }

    #[test]
    fn edits_are_in_order_and_apart(old in values(), new in values(), mut seed in any::<u64>()) {
        let mut text = String::new();
        untidy(&old, &mut seed, &mut text);
        let mut end = 0;
        for edit in edits(&text, &parse(&text).unwrap().root, &new) {
            prop_assert!(edit.range.start >= end);
            end = edit.range.end;
        }
    }

    #[test]
    fn any_text_is_parsed_or_explained(text in r#"[\[\]{}",:\\/*\n0-9eE.+aNtrue-]{0,40}"#) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.at <= text.len());
            prop_assert!(error.message.to_string().ends_with('.') && error.advice.to_string().len() > 5);
        }
    }
}

fn change(text: &str, new: &str) -> String {
    edited(text, &read(new))
}

#[test]
fn one_changed_text_leaves_everything_else() {
    let text = "{\r\n\t\"a\" : 1.50, // kept\r\n\t\"b\":[ \"x\",\"\\u00e9\" ],\r\n}";
    assert_eq!(
        change(text, r#"{"a":1.50,"b":["y","é"]}"#),
        text.replace("\"x\"", "\"y\"")
    );
}

#[test]
fn a_new_member_is_laid_out_like_its_neighbours() {
    assert_eq!(
        change("{\n    \"a\": 1\n}\n", r#"{"a":1,"b":{"c":[true]}}"#),
        "{\n    \"a\": 1,\n    \"b\": {\n        \"c\": [\n            true\n        ]\n    }\n}\n"
    );
    assert_eq!(change(r#"{"a":1}"#, r#"{"a":1,"b":2}"#), r#"{"a":1, "b":2}"#);
    assert_eq!(
        change(r#"{"a":1,"c":3}"#, r#"{"a":1,"b":2,"c":3}"#),
        r#"{"a":1,"b":2,"c":3}"#
    );
    assert_eq!(
        change("{\n  \"a\": {}\n}", r#"{"a":{"b":1}}"#),
        "{\n  \"a\": {\n    \"b\": 1\n  }\n}"
    );
}

#[test]
fn a_removed_member_takes_its_comma_along() {
    let text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}";
    assert_eq!(change(text, r#"{"b":2,"c":3}"#), "{\n  \"b\": 2,\n  \"c\": 3\n}");
    assert_eq!(change(text, r#"{"a":1,"c":3}"#), "{\n  \"a\": 1,\n  \"c\": 3\n}");
    assert_eq!(change(text, r#"{"a":1,"b":2}"#), "{\n  \"a\": 1,\n  \"b\": 2\n}");
    assert_eq!(change(text, "{}"), "{}");
}

#[test]
fn a_renamed_member_keeps_its_place_and_its_spelling() {
    let text = r#"{"a": [1,  2], "b": 2}"#;
    assert_eq!(change(text, r#"{"z":[1,2],"b":2}"#), r#"{"z": [1,  2], "b": 2}"#);
}

#[test]
fn a_moved_entry_keeps_its_spelling() {
    assert_eq!(
        change("[\n {\"a\":1.0},\n [ ]\n]", r#"[[],{"a":1.0}]"#),
        "[\n [ ],\n {\"a\":1.0}\n]"
    );
    assert_eq!(
        change(r#"{"a": "\u00e9", "b": 2}"#, r#"{"b":2,"a":"é"}"#),
        r#"{"b": 2, "a": "\u00e9"}"#
    );
}

#[test]
fn new_text_is_escaped_when_the_file_is_ascii() {
    assert_eq!(
        change(r#"["\u00e9", "a"]"#, r#"["é","ü😀"]"#),
        r#"["\u00e9", "\u00fc\ud83d\ude00"]"#
    );
    assert_eq!(change(r#"["é", "a"]"#, r#"["é","ü"]"#), r#"["é", "ü"]"#);
}

#[test]
fn quirks_are_named_with_their_place() {
    let text = "{\"a\": NaN, // c\n \"a\": \"x\ny\", \"b\": \"\\ud800\",}";
    let quirks = parse(text).unwrap().quirks;
    let kinds: Vec<_> = quirks
        .iter()
        .map(|quirk| (position(text, quirk.at).0, quirk.kind.clone()))
        .collect();
    assert_eq!(
        kinds,
        [
            (1, QuirkKind::NotFinite),
            (1, QuirkKind::Comment),
            (2, QuirkKind::DuplicateKey("a".into())),
            (2, QuirkKind::RawControl),
            (3, QuirkKind::LoneSurrogate),
            (3, QuirkKind::TrailingComma),
        ]
    );
}

#[test]
fn missing_commas_and_closing_quotes_are_read_and_named() {
    let case = |text: &str, says: &str, kinds: &[QuirkKind]| {
        let document = parse(text).unwrap_or_else(|error| panic!("{error:?} in {text}"));
        assert_eq!(to_text(&document.root.to_value()), says);
        let found: Vec<_> = document.quirks.into_iter().map(|quirk| quirk.kind).collect();
        assert_eq!(found, kinds, "{text}");
        assert_eq!(edited(text, &read(says)), text);
    };
    let (comma, quote) = (QuirkKind::MissingComma, QuirkKind::UnclosedText);
    case(
        "{\"a\": 1\n \"b\": {} \"c\": 2}",
        r#"{"a": 1, "b": {}, "c": 2}"#,
        &[comma.clone(), comma.clone()],
    );
    case(
        "[{}\n{}\n1\n\"x\"]",
        r#"[{}, {}, 1, "x"]"#,
        &[comma.clone(), comma.clone(), comma.clone()],
    );
    case(
        "{\"a\": {\"b\": \"x \r\n},\r\n\"c\": \"y\"}",
        r#"{"a": {"b": "x"}, "c": "y"}"#,
        std::slice::from_ref(&quote),
    );
    case("[\"x,\n\"y\"]", r#"["x", "y"]"#, std::slice::from_ref(&quote));
    case("[\"x\n\"y\"]", r#"["x", "y"]"#, &[quote.clone(), comma]);
    case("{\"a\": [\"x\n]}", r#"{"a": ["x"]}"#, &[quote]);
}

#[test]
fn missing_commas_and_quotes_are_put_in_when_entries_come_and_go() {
    let text = "{\n  \"a\": \"x\n  \"b\": 2\n  \"c\": 3\n}";
    assert_eq!(change(text, r#"{"a":"x","b":5,"c":3}"#), text.replace('2', "5"));
    assert_eq!(change(text, r#"{"a":"y","b":2,"c":3}"#), text.replace("\"x", "\"y\""));
    assert_eq!(change(text, r#"{"a":"x","c":3}"#), "{\n  \"a\": \"x\",\n  \"c\": 3\n}");
    assert_eq!(
        change(text, r#"{"a":"x","n":0,"b":2,"c":3}"#),
        "{\n  \"a\": \"x\",\n  \"n\": 0,\n  \"b\": 2,\n  \"c\": 3\n}"
    );
    assert_eq!(
        change(text, r#"{"c":3,"a":"x","b":2}"#),
        "{\n  \"c\": 3,\n  \"a\": \"x\",\n  \"b\": 2\n}"
    );
}

#[test]
fn broken_text_is_explained_at_its_place() {
    let case = |text: &str, line_column, words: &str| {
        let error = parse(text).expect_err(text);
        assert_eq!(position(text, error.at), line_column, "{text}");
        assert!(error.message.to_string().contains(words), "{}", error.message);
    };
    case("", (1, 1), "nothing");
    case("{\n  \"a\": 1\n  b: 2\n}", (3, 3), "comma");
    case("{\"a\": \"he said \"no\" then\"}", (1, 17), "comma");
    case("[1 2]", (1, 4), "comma");
    case("[\"a\nb \"c\" d\"]", (2, 4), "comma");
    case("{\"a\": 'x'}", (1, 7), "value is expected");
    case("{\"a\": 1", (1, 8), "line 1, column 1");
    case("{\"é\": \"x}", (1, 7), "never closed");
    case("{a: 1}", (1, 2), "double quotes");
    case("[01]", (1, 2), "not a number");
    case("[1] x", (1, 5), "more follows");
    case(r#"["\x"]"#, (1, 3), "escape");
    case(&"[".repeat(200), (1, 129), "128 levels");
}

#[test]
fn a_million_members_and_long_lists_end_soon() {
    let text = format!("[{}0]", "{\"a\":1},".repeat(200_000));
    let document = parse(&text).unwrap();
    let Value::List(mut items) = document.root.to_value() else {
        unreachable!()
    };
    items.swap(10, 150_000);
    items[7] = Value::Null;
    let new = Value::List(items);
    assert_eq!(read(&apply(&text, &edits(&text, &document.root, &new))), new);
}
