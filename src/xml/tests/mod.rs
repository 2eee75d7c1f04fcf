pub(crate) mod mess;

use proptest::prelude::*;

use super::*;
use crate::json::apply;

fn read(text: &str) -> Value {
    parse(text).unwrap().view(text).into_value()
}

fn json(text: &str) -> Value {
    crate::json::parse(text).unwrap().root.into_value()
}

/// The text made to say the value, given as JSON.
fn edited(text: &str, value: &str) -> String {
    let value = json(value);
    let document = parse(text).unwrap();
    let changed = apply(text, &edits(text, &document, &value));
    assert_eq!(read(&changed), spelled(&normal(&value)), "{changed}");
    changed
}

#[test]
fn elements_are_values() {
    for (text, value) in [
        ("<a/>", "{}"),
        ("<a> text </a>", r##"{"#text": "text"}"##),
        (
            "<a x='1' xmlns='u' xmlns:p='v'><b/><c></c></a>",
            r#"{"@x": "1", "b": "", "c": ""}"#,
        ),
        ("<r><a x=\"1\">text</a></r>", r##"{"a": {"@x": "1", "#text": "text"}}"##),
        (
            "<r><b>1</b> <b>2</b><c/><b>3</b></r>",
            r#"{"b": ["1", "2"], "c": "", "b": "3"}"#,
        ),
        (
            "<r><a>one <b>two</b> three</a></r>",
            r##"{"a": {"#text": "one", "b": "two", "#text": "three"}}"##,
        ),
        (
            "<r><a>\n x<!-- y -->z <![CDATA[<&amp;]]></a></r>",
            r#"{"a": "xz <&amp;"}"#,
        ),
        ("<r><a><![CDATA[ x ]]></a><b>&#32;</b></r>", r#"{"a": " x ", "b": " "}"#),
        ("<r>R&D < 5 &foo;</r>", r##"{"#text": "R&D < 5 &foo;"}"##),
        ("<r><p:a_x0020_b>x</p:a_x0020_b></r>", r#"{"p:a b": "x"}"#),
        (
            "<?xml version='1.0'?><!-- a --><!DOCTYPE r [<!ENTITY x \"y\"> <!-- ]> -->]><r>&x;</r>\n<!-- z -->",
            r##"{"#text": "&x;"}"##,
        ),
    ] {
        assert_eq!(read(text), json(value), "{text}");
    }
}

#[test]
fn one_change_changes_one_place() {
    for (text, value, expected) in [
        ("<r>\n  <a>x</a>\n</r>", r#"{"a": "y"}"#, "<r>\n  <a>y</a>\n</r>"),
        (
            "<r><a>\n  x\n</a></r>",
            r#"{"a": "y & z"}"#,
            "<r><a>\n  y &amp; z\n</a></r>",
        ),
        (
            "<r><a/><b /><c></c></r>",
            r#"{"a": "1", "b": "2", "c": "3"}"#,
            "<r><a>1</a><b>2</b><c>3</c></r>",
        ),
        ("<r><a>x</a></r>", r#"{"a": ""}"#, "<r><a></a></r>"),
        // What XML cannot spell does not make everything else be written anew.
        (
            "<r>R&D <!-- c --><a x='1'>2</a></r>",
            r##"{"#text": "R&D", "a": {"@x": "a\u001a", "#text": "b\u000b"}}"##,
            "<r>R&D <!-- c --><a x='a\u{fffd}'>b\u{fffd}</a></r>",
        ),
        (
            "<r><a><![CDATA[x]]></a></r>",
            r#"{"a": "<y>\n"}"#,
            "<r><a><![CDATA[<y>\n]]></a></r>",
        ),
        (
            "<r><a><![CDATA[x]]></a></r>",
            r#"{"a": "a\rb"}"#,
            "<r><a>a&#13;b</a></r>",
        ),
        (
            "<r><a>x<!-- c -->z</a></r>",
            r#"{"a": "y"}"#,
            "<r><a>y<!-- c --></a></r>",
        ),
        (
            "<r><a>&foo; x</a></r>",
            r#"{"a": "&foo; y &bar;"}"#,
            "<r><a>&foo; y &amp;bar;</a></r>",
        ),
        (
            "<r x='1' y = \"2\" />",
            r#"{"@x": "it's", "@y": "\"", "@z": "3"}"#,
            "<r x='it&apos;s' y = \"&quot;\" z=\"3\" />",
        ),
        ("<r x='1' y=\"2\"/>", r#"{"@y": "2"}"#, "<r y=\"2\"/>"),
        (
            "<r>\r\n\t<a>1</a>\r\n\t<!-- b -->\r\n\t<b>2</b>\r\n</r>",
            r#"{"a": "1", "b": "2", "c": {"d": "x\ny"}}"#,
            "<r>\r\n\t<a>1</a>\r\n\t<!-- b -->\r\n\t<b>2</b>\r\n\t<c>\r\n\t\t<d>x\r\ny</d>\r\n\t</c>\r\n</r>",
        ),
        (
            "<r>\n  <a>1</a>\n  <!-- b -->\n  <b>2</b>\n</r>",
            r#"{"a": "1"}"#,
            "<r>\n  <a>1</a>\n  <!-- b -->\n</r>",
        ),
        (
            "<r>\n  <a n='1'>1</a>\n  <a>2</a>\n  <a>3</a>\n</r>",
            r#"{"a": ["2", "3", "4"]}"#,
            "<r>\n  <a>2</a>\n  <a>3</a>\n  <a>4</a>\n</r>",
        ),
        (
            "<r>\n  <b>1</b>\n  <c/>\n</r>",
            r#"{"b": "1", "x y": "", "c": ""}"#,
            "<r>\n  <b>1</b>\n  <x_x0020_y/>\n  <c/>\n</r>",
        ),
        (
            "<r><a>1</a><!-- m --><b x='2'/></r>",
            r#"{"b": {"@x": "2"}, "a": "1"}"#,
            "<r><b x='2'/><!-- m --><a>1</a></r>",
        ),
        ("<r><a>1</a></r>", r#"{"b": "1"}"#, "<r><b>1</b></r>"),
        (
            "<r>\n  <a>text</a>\n</r>",
            r#"{"a": {"@n": "1", "b": "2"}}"#,
            "<r>\n  <a n=\"1\">\n    <b>2</b>\n  </a>\n</r>",
        ),
        (
            "<r>\n  <a>\n    <b>2</b>\n  </a>\n</r>",
            r#"{"a": "text"}"#,
            "<r>\n  <a>text</a>\n</r>",
        ),
        (
            "<r>one <b>two</b> three</r>",
            r##"{"#text": "One", "b": "two", "#text": "three"}"##,
            "<r>One <b>two</b> three</r>",
        ),
        (
            "<r/>",
            r#"{"a": [1, true, null], "b": []}"#,
            "<r>\n  <a>1</a>\n  <a>true</a>\n  <a/>\n</r>",
        ),
        (
            "<r xmlns:p='u' xmlns='v'/>",
            r#"{"@x": "1", "p:a": "", "q:b": ""}"#,
            "<r xmlns:p='u' xmlns='v' x=\"1\">\n  <p:a/>\n  <q_x003A_b/>\n</r>",
        ),
    ] {
        assert_eq!(edited(text, value), expected);
    }
}

#[test]
fn a_new_document_is_read_back() {
    let value = json(r##"{"@v": "1", "a b": [["x"], []], "c": {"#text": " t ", "d": {}}}"##);
    let text = to_text("card", Some("https://example.org/"), &value);
    assert_eq!(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<card xmlns=\"https://example.org/\" v=\"1\">\n  <a_x0020_b>\n    \
         <item>x</item>\n  </a_x0020_b>\n  <a_x0020_b/>\n  <c>&#32;t&#32;<d/></c>\n</card>\n"
    );
    assert_eq!(read(&text), normal(&value));
}

#[test]
fn what_is_broken_is_explained_with_its_place() {
    for (text, words, at) in [
        ("", "no", 0),
        ("<a><b></a>", "<b> of line 1 is still open", 6),
        ("<a>\n<b>", "<b> begins here and never ends", 4),
        ("<a></a><b/>", "something follows", 7),
        ("<a x=1/>", "x has no value in quotes", 3),
        ("<a x='1/>", "never ends", 5),
        ("<a><!-- x</a>", "comment", 3),
        ("<a><![CDATA[ x</a>", "CDATA", 3),
        ("<a <b/>", "does not end well", 0),
        ("<!DOCTYPE a [ <a/>", "never ends", 0),
        ("text", "none", 0),
    ] {
        let error = parse(text).unwrap_err();
        assert!(
            error.message.to_string().to_lowercase().contains(&words.to_lowercase()),
            "{}",
            error.message
        );
        assert_eq!(error.at, at, "{text}");
        assert!(error.advice.to_string().ends_with('.'));
    }
}

#[test]
fn hostile_texts_end_soon() {
    let deep = "<a>".repeat(1_000_000);
    assert!(parse(&deep).unwrap_err().message.to_string().contains("300 levels"));
    let wide = format!("<r>{}</r>", "<a/>".repeat(1_000_000));
    assert!(parse(&wide).unwrap_err().message.to_string().contains("200000"));
    let attributes = format!("<r {}/>", (0..100_000).map(|n| format!("a{n}='' ")).collect::<String>());
    assert!(parse(&attributes).is_ok());
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>\
                  <l>&b;&c;</l>";
    assert_eq!(read(laughs), json(r##"{"#text": "&b;&c;"}"##));
    let many = format!("<r>{}</r>", "<a>1</a><b/>".repeat(20_000));
    let document = parse(&many).unwrap();
    let mut value = document.view(&many).into_value();
    if let Value::Group(members) = &mut value {
        members[10].1 = Value::text("2");
    }
    assert_eq!(edits(&many, &document, &value).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn untidy_texts_say_their_value(value in mess::groups(), seed in any::<u64>()) {
        let text = mess::Mess::document(&value, seed);
        prop_assert_eq!(read(&text), normal(&value), "{}", text);
    }

    #[test]
    fn untidy_texts_can_be_made_to_say_anything(value in mess::groups(), seed in any::<u64>(), new in mess::groups()) {
        let text = mess::Mess::document(&value, seed);
        let document = parse(&text).unwrap();
        let edits = edits(&text, &document, &new);
        let changed = apply(&text, &edits);
        prop_assert_eq!(read(&changed), normal(&new), "{}\n{}", text, changed);
        // Never by writing everything anew.
        prop_assert!(edits.iter().all(|edit| edit.range != document.root.span), "{}\n{}", text, changed);
    }

    #[test]
    fn one_new_text_changes_its_own_place(value in mess::groups(), seed in any::<u64>(), at in any::<prop::sample::Index>()) {
        let text = mess::Mess::document(&value, seed);
        let document = parse(&text).unwrap();
        let mut new = document.view(&text).into_value();
        let count = texts(&mut new).len();
        if count == 0 {
            return Ok(());
        }
        let mut leaves = texts(&mut new);
        leaves[at.index(count)].push_str("zz");
        let edits = edits(&text, &document, &new);
        let changed = apply(&text, &edits);
        prop_assert_eq!(read(&changed), normal(&new));
        let comments = |text: &str| text.matches("<!-- ").count() + text.matches("<?pi").count();
        prop_assert_eq!(comments(&changed), comments(&text), "{}\n{}", text, changed);
        let replaced: usize = edits.iter().filter(|edit| !text[edit.range.clone()].trim().is_empty()).count();
        prop_assert!(replaced <= 3, "{}\n{}", text, changed);
    }

    #[test]
    fn any_text_is_read_or_explained(text in "[<>/a-b =\"'&;!\\[\\]?\\-#x\n]{0,40}") {
        if let Ok(document) = parse(&text) {
            prop_assert_eq!(edits(&text, &document, &read(&text)), []);
        }
    }
}

/// The texts in a value.
fn texts(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter_mut().flat_map(texts).collect(),
        Value::Group(members) => members.iter_mut().flat_map(|(_, value)| texts(value)).collect(),
        _ => Vec::new(),
    }
}
