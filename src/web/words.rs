//! Values of a card as text to read, where no renderer of formats is at hand.

use crate::card::Value;

/// The longest text shown of one value, in characters.
const SHOWN_CHARS: usize = 4_000;

/// A value as plain text: lists with dashes, groups with their names, a level deeper indented.
pub fn in_words(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

fn write(value: &Value, depth: usize, text: &mut String) {
    // What is not shown in the end need not be written.
    if text.len() > SHOWN_CHARS * 4 {
        return;
    }
    match value {
        Value::Null => text.push_str("(nothing)"),
        Value::Bool(true) => text.push_str("yes"),
        Value::Bool(false) => text.push_str("no"),
        Value::Number(number) => text.push_str(number),
        Value::Text(words) => text.push_str(words),
        Value::List(items) => {
            for item in items {
                entry(text, depth, "– ");
                write(item, depth + 1, text);
            }
        }
        Value::Group(members) => {
            for (name, member) in members {
                entry(text, depth, "");
                text.push_str(name);
                text.push_str(": ");
                write(member, depth + 1, text);
            }
        }
    }
}

/// Begins a line, except right after a dash.
fn entry(text: &mut String, depth: usize, mark: &str) {
    if !text.is_empty() && !text.ends_with("– ") {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
    text.push_str(mark);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_lists_read_as_lines() {
        let owner = Value::Group(vec![
            ("name".to_owned(), Value::text("Ada")),
            ("since".to_owned(), Value::Number("1843".to_owned())),
        ]);
        let owners = Value::List(vec![owner, Value::Bool(true)]);
        assert_eq!(in_words(&owners), "– name: Ada\n  since: 1843\n– yes");
        assert!(in_words(&Value::text("ä".repeat(5000))).ends_with(" …"));
    }
}
