//! Values of a card as text to read, where no renderer of formats is at hand.

use super::Value;

/// A value as plain text of at most so many characters: lists with dashes, groups with their names, a level deeper indented.
pub fn in_words(value: &Value, most: usize) -> String {
    let mut text = String::new();
    write(value, 0, most, &mut text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

fn write(value: &Value, depth: usize, most: usize, text: &mut String) {
    // What is not shown in the end need not be written.
    if text.len() / 4 > most {
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
                write(item, depth + 1, most, text);
            }
        }
        Value::Group(members) => {
            for (name, member) in members {
                entry(text, depth, "");
                text.push_str(name);
                text.push_str(": ");
                write(member, depth + 1, most, text);
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
        assert_eq!(in_words(&owners, 100), "– name: Ada\n  since: 1843\n– yes");
        assert!(in_words(&Value::text("ä".repeat(5000)), 4000).ends_with(" …"));
    }
}
