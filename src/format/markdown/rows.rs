//! Lists and groups as Markdown, and such Markdown read as lists and groups.
//!
//! Rows with the same names are a table. Everything else are bullets: one for each entry of a list and one for each
//! member of a group, with its name in bold; a group of one member needs none. What an entry holds stands in it, indented.
//! Entries that would be taken for members have stars for hyphens, members that would be taken for entries have plus
//! signs. What is still read back as something else than it was, such as a text that is a list itself, is a block of YAML
//! instead: so no two values become the same text.

use std::borrow::Cow;
use std::collections::HashSet;

use super::figures::figures;
use super::fit::trimmed;
use crate::card::Value;
use crate::card::grid::{cells, is_rule};
use crate::{json, yaml};

/// Deeper lists are hard to read as bullets.
const MOST_DEPTH: usize = 8;

/// An answer as Markdown.
pub(in crate::format) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        Value::List(_) | Value::Group(_) => {
            if let Some(figures) = figures(value) {
                return Cow::Owned(figures);
            }
            let wanted = settled(value);
            let is_read_back = |text: &String| rows(text).as_ref() == Some(&wanted);
            let text = table(value).filter(is_read_back);
            let text = text.or_else(|| block(value, 0).filter(is_read_back));
            Cow::Owned(text.unwrap_or_else(|| fenced(value)))
        }
        other => Cow::Owned(json::to_text(other)),
    }
}

/// The list or group that a text is, when it is nothing else. Single values are texts in it.
pub(in crate::format) fn rows(text: &str) -> Option<Value> {
    let text = trimmed(text);
    unfenced(text).or_else(|| read(text, 0))
}

/// The value as it is read back from bullets: texts without blanks around, in lists and groups.
fn settled(value: &Value) -> Value {
    match value {
        Value::List(items) if !items.is_empty() => Value::List(items.iter().map(settled).collect()),
        Value::Group(members) if !members.is_empty() => Value::Group(
            members
                .iter()
                .map(|(name, value)| (name.clone(), settled(value)))
                .collect(),
        ),
        single => Value::Text(lines_of(single)),
    }
}

/// A single value as it stands behind a bullet.
fn lines_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => {
            let text = text.replace("\r\n", "\n");
            let lines = text.trim().split('\n');
            let lines = lines.map(|line| if line.trim().is_empty() { "" } else { line });
            lines.collect::<Vec<_>>().join("\n")
        }
        other => json::to_text(other),
    }
}

/// Rows of single values with the same names, which are several.
fn table(value: &Value) -> Option<String> {
    let Value::List(rows) = value else { return None };
    let names = |row: &Value| -> Vec<String> {
        match row {
            Value::Group(members) => members.iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        }
    };
    let head = names(rows.first()?);
    if head.len() < 2 || !rows.iter().all(|row| names(row) == head) {
        return None;
    }
    let row = |cells: Vec<String>| {
        let fits = cells.iter().all(|cell| !cell.contains(['\n', '\r']));
        fits.then(|| format!("| {} |", cells.join(" | ")))
    };
    let escaped = |text: &str| text.replace('|', "\\|");
    let mut lines = vec![row(head.iter().map(|name| escaped(name)).collect())?];
    lines.push(format!("|{}", " --- |".repeat(head.len())));
    for group in rows {
        let Value::Group(members) = group else { return None };
        let is_single = |value: &Value| !matches!(value, Value::List(_) | Value::Group(_));
        if !members.iter().all(|(_, value)| is_single(value)) {
            return None;
        }
        lines.push(row(members
            .iter()
            .map(|(_, value)| escaped(&lines_of(value)))
            .collect())?);
    }
    Some(lines.join("\n"))
}

/// Lists and groups as bullets.
fn block(value: &Value, depth: usize) -> Option<String> {
    if depth > MOST_DEPTH {
        return None;
    }
    match value {
        Value::List(items) if !items.is_empty() => {
            let alone = |item: &Value| match item {
                Value::Group(members) if members.len() == 1 => Some(members[0].0.clone()),
                _ => None,
            };
            let names: Option<Vec<String>> = items.iter().map(alone).collect();
            let sign = match names {
                Some(names) if are_members(names.iter().map(String::as_str)) => '*',
                _ => '-',
            };
            let entries: Option<Vec<String>> = items
                .iter()
                .map(|item| Some(bullet(sign, &block(item, depth + 1)?)))
                .collect();
            entries.map(|entries| entries.join("\n"))
        }
        Value::Group(members) if !members.is_empty() => {
            let member = |(name, value): &(String, Value)| {
                let text = block(value, depth + 1)?;
                let is_inside = matches!(value, Value::List(items) if !items.is_empty())
                    || matches!(value, Value::Group(members) if !members.is_empty());
                let gap = match (text.is_empty(), is_inside) {
                    (true, _) => "",
                    (_, true) => "\n",
                    (_, false) => " ",
                };
                Some(format!("**{name}:**{gap}{text}"))
            };
            let texts: Option<Vec<String>> = members.iter().map(member).collect();
            match texts?.as_slice() {
                [one] => Some(one.clone()),
                texts => {
                    let sign = match are_members(members.iter().map(|(name, _)| name.as_str())) {
                        true => '-',
                        false => '+',
                    };
                    let bullets = texts.iter().map(|text| bullet(sign, text));
                    Some(bullets.collect::<Vec<_>>().join("\n"))
                }
            }
        }
        single => Some(lines_of(single)),
    }
}

/// Whether bullets with these names are the members of one group.
fn are_members<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> bool {
    let count = names.len();
    count > 1 && names.collect::<HashSet<_>>().len() == count
}

/// A text as one entry of a list.
fn bullet(sign: char, text: &str) -> String {
    let mut bullet = sign.to_string();
    for (turn, line) in text.split('\n').enumerate() {
        match (turn, line.is_empty()) {
            (0, true) => {}
            (0, false) => bullet.extend([" ", line]),
            (_, true) => bullet.push('\n'),
            (_, false) => bullet.extend(["\n  ", line]),
        }
    }
    bullet
}

/// A value as a block of YAML, which can say everything.
fn fenced(value: &Value) -> String {
    let text = yaml::to_text(value);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}yaml\n{}\n{fence}", text.trim_end_matches('\n'))
}

fn unfenced(text: &str) -> Option<Value> {
    let fence = &text[..text.len() - text.trim_start_matches('`').len()];
    let inner = text.strip_prefix(fence)?.strip_suffix(fence)?.strip_prefix("yaml\n")?;
    let document = yaml::parse(inner).ok().filter(|_| fence.len() >= 3)?;
    let is_alone = document.documents == 1;
    let value = document.root.to_value();
    (is_alone && matches!(value, Value::List(_) | Value::Group(_))).then_some(value)
}

fn read(text: &str, depth: usize) -> Option<Value> {
    if depth > MOST_DEPTH + 1 {
        return None;
    }
    read_table(text)
        .or_else(|| read_bullets(text, depth))
        .or_else(|| Some(Value::Group(vec![member(text, depth)?])))
}

fn read_table(text: &str) -> Option<Value> {
    let mut lines = text.lines();
    let head = cells(lines.next()?)?;
    let rule = cells(lines.next()?)?;
    if head.len() < 2 || rule.len() != head.len() || !is_rule(&rule) {
        return None;
    }
    let row = |line: &str| {
        let cells = cells(line).filter(|cells| cells.len() == head.len())?;
        let members = head.iter().cloned().zip(cells.into_iter().map(Value::Text));
        Some(Value::Group(members.collect()))
    };
    let rows: Vec<Value> = lines.map(row).collect::<Option<_>>()?;
    (!rows.is_empty()).then_some(Value::List(rows))
}

fn read_bullets(text: &str, depth: usize) -> Option<Value> {
    let sign = text.chars().next().filter(|sign| matches!(sign, '-' | '*' | '+'))?;
    let mut entries: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let start = line.strip_prefix(sign);
        match (start, entries.last_mut()) {
            (Some(""), _) => entries.push(String::new()),
            (Some(rest), _) if rest.starts_with(' ') => entries.push(rest[1..].trim_start().to_owned()),
            (_, Some(entry)) => {
                entry.push('\n');
                if !line.trim().is_empty() {
                    entry.push_str(line.strip_prefix("  ")?);
                }
            }
            _ => return None,
        }
    }
    let entries: Vec<&str> = entries.iter().map(|entry| trimmed(entry)).collect();
    let members: Option<Vec<(String, Value)>> = entries.iter().map(|entry| member(entry, depth + 1)).collect();
    let is_group = |members: &Vec<(String, Value)>| match sign {
        '-' => are_members(members.iter().map(|(name, _)| name.as_str())),
        sign => sign == '+',
    };
    if let Some(members) = members.filter(is_group) {
        return Some(Value::Group(members));
    }
    let entry = |text: &&str| read(text, depth + 1).unwrap_or_else(|| Value::text(*text));
    Some(Value::List(entries.iter().map(entry).collect()))
}

/// The member that a text begins with the name of.
fn member(text: &str, depth: usize) -> Option<(String, Value)> {
    let (name, rest) = text.strip_prefix("**")?.split_once(":**")?;
    if name.contains("**") {
        return None;
    }
    let value = match rest.strip_prefix('\n') {
        Some(below) => read(below, depth + 1).unwrap_or_else(|| Value::text(below)),
        None => Value::text(rest.strip_prefix(' ').unwrap_or(rest)),
    };
    Some((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        json::parse(text).unwrap().root.to_value()
    }

    fn is_written(json: &str, markdown: &str) {
        let value = value(json);
        assert_eq!(text_of(&value), markdown, "{json}");
        assert_eq!(rows(markdown), Some(settled(&value)), "{json}");
    }

    #[test]
    fn the_bounds_of_rows_are_kept() {
        is_written("[1, 2, 3]", "- 1\n- 2\n- 3");
        is_written("[[1, 2], [3]]", "- - 1\n  - 2\n- - 3");
        is_written("[[1], [2, 3]]", "- - 1\n- - 2\n  - 3");
        is_written(
            r#"[{"type": "acc", "value": 0.9}, {"type": "f1"}, {"value": 0.8}]"#,
            "- - **type:** acc\n  - **value:** 0.9\n- **type:** f1\n- **value:** 0.8",
        );
        is_written(r#"[{"use": "x"}, {"use": "y"}]"#, "- **use:** x\n- **use:** y");
        is_written(r#"[{"a": 1}, {"b": 2}]"#, "* **a:** 1\n* **b:** 2");
        is_written(r#"{"a": 1, "a": 2}"#, "+ **a:** 1\n+ **a:** 2");
        is_written(r#"{"a": 1, "b": [2]}"#, "- **a:** 1\n- **b:**\n  - 2");
        is_written(r#"{"a": "x", "b\nc": "y"}"#, "- **a:** x\n- **b\n  c:** y");
        is_written(r#"{"a": "x\n\n- y"}"#, "**a:** x\n\n- y");
        is_written(r#"[{"a": "x|y", "b": 1}]"#, "| a | b |\n| --- | --- |\n| x\\|y | 1 |");
        is_written(r#"[{"a": "x\ny", "b": 1}]"#, "- - **a:** x\n    y\n  - **b:** 1");
        assert_eq!(
            text_of(&value(r#"{"a:** b": 1, "c": "d\n```\ne"}"#)),
            "````yaml\na:** b: 1\nc: |-\n  d\n  ```\n  e\n````"
        );
    }

    /// All values of a few sorts of parts, in lists and groups of up to two.
    fn values(depth: usize) -> Vec<Value> {
        let mut all = ["x", "x\n- y", "- x", "**a:** x", "a|b\\"].map(Value::text).to_vec();
        if depth == 0 {
            return all;
        }
        let inner = values(depth - 1);
        let few = || inner.iter().step_by(if depth > 1 { 7 } else { 1 });
        for one in &inner {
            all.push(Value::List(vec![one.clone()]));
            all.push(Value::Group(vec![("a".into(), one.clone())]));
            for other in few() {
                all.push(Value::List(vec![one.clone(), other.clone()]));
                for name in ["a", "b"] {
                    all.push(Value::Group(vec![
                        ("a".into(), one.clone()),
                        (name.into(), other.clone()),
                    ]));
                }
            }
        }
        all
    }

    #[test]
    fn different_values_become_different_texts_that_are_read_back() {
        let structured = values(2).into_iter().filter(|value| !matches!(value, Value::Text(_)));
        let mut texts = std::collections::HashMap::new();
        for value in structured {
            let text = text_of(&value).into_owned();
            assert_eq!(rows(&text), Some(settled(&value)), "{text}");
            if let Some(other) = texts.insert(text, value.clone()) {
                panic!("{other:?} and {value:?}");
            }
        }
        assert!(texts.len() > 1000);
    }

    #[test]
    fn prose_and_depth_are_no_rows() {
        for text in ["", "x", "- x\ny", "| a | b |\n| c | d |", "a **b:** c", "|", "-x"] {
            assert_eq!(rows(text), None, "{text}");
        }
        rows(&"- ".repeat(100_000));
        rows(&"**a:**\n".repeat(100_000));
        let deep = (0..100).fold(Value::text("x"), |value, _| Value::List(vec![value]));
        assert!(text_of(&deep).starts_with("```yaml\n"));
    }
}
