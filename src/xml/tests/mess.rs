use proptest::prelude::*;

use crate::json::tests::values;
use crate::xml::normal::attribute;
use crate::xml::style::{flat, members};
use crate::xml::view::TEXT;
use crate::xml::{Value, encoded, normal, text};

/// Groups such as XML documents are, without what XML cannot spell.
pub(crate) fn groups() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "a", "b", "b", "@x", "@y", "#text", "c d", "", "xmlns", "_x0020_", "p:q",
    ]);
    let member = (name, values().prop_map(spelled));
    prop::collection::vec(member, 0..6).prop_map(|members| {
        // Only a text is named like one: see the mapping.
        let fits = |(name, value): &(&str, Value)| *name != TEXT || matches!(value, Value::Text(_));
        Value::Group(
            members
                .into_iter()
                .filter(fits)
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    })
}

fn spelled(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.replace('\u{1}', "<")),
        Value::List(items) => Value::List(items.into_iter().map(spelled).collect()),
        Value::Group(members) => Value::Group(
            members
                .into_iter()
                .map(|(name, value)| (name, spelled(value)))
                .collect(),
        ),
        other => other,
    }
}

/// Writes values as untidily as the seed says: quotes mixed, comments, CDATA, references, odd layout.
pub(crate) struct Mess {
    seed: u64,
    out: String,
}

impl Mess {
    pub(crate) fn document(value: &Value, seed: u64) -> String {
        let mut mess = Self {
            seed,
            out: String::new(),
        };
        let head = mess.one_of(&[
            "",
            "<?xml version='1.0'?>\n",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><!-- head -->",
            "<!DOCTYPE r [<!ENTITY e \"x\">]>\n",
        ]);
        mess.out.push_str(head);
        mess.element("r", &normal(value));
        let tail = mess.one_of(&["", "\n", "\n<!-- tail -->", "<?pi end?>\n"]);
        mess.out.push_str(tail);
        mess.out
    }

    fn next(&mut self) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.seed >> 33
    }

    fn one_of(&mut self, choices: &[&'static str]) -> &'static str {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    fn layout(&mut self) {
        let space = self.one_of(&[
            "",
            "",
            "\n  ",
            "\r\n\t",
            " ",
            "\n  <!-- between -->\n  ",
            "<?pi x?>",
            "\n\n",
        ]);
        self.out.push_str(space);
    }

    fn element(&mut self, name: &str, value: &Value) {
        self.out.push_str(&format!("<{name}"));
        let mut taken = std::collections::HashSet::new();
        let mut content = Vec::new();
        for (key, value) in members(value) {
            match (attribute(key, value), value) {
                (Some(name), Value::Text(text)) if taken.insert(key) => {
                    let quote = self.one_of(&["\"", "'"]);
                    let space = self.one_of(&[" ", "  ", "\n    "]);
                    let sign = self.one_of(&["=", " = "]);
                    let text = text::attribute(text, if quote == "'" { '\'' } else { '"' }, &[]);
                    self.out.push_str(&format!(
                        "{space}{}{sign}{quote}{text}{quote}",
                        encoded(&name, |_| false)
                    ));
                }
                _ => content.push((key, value)),
            }
        }
        let declared = self.one_of(&["", "", "", " xmlns='u'", " xmlns:z=\"v\""]);
        self.out.push_str(declared);
        if content.is_empty() && self.next().is_multiple_of(2) {
            let end = self.one_of(&["/>", " />"]);
            self.out.push_str(end);
            return;
        }
        self.out.push('>');
        for (key, value) in flat(&content).collect::<Vec<_>>() {
            self.layout();
            match value {
                Value::Text(text) if key == TEXT => self.text(text),
                value => self.element(&encoded(key, |_| false), value),
            }
        }
        self.layout();
        self.out.push_str(&format!("</{name}>"));
    }

    fn text(&mut self, text: &str) {
        let plain = |text: &str| text::content(text, "\n", &[]);
        match self.next() % 5 {
            0 if text::cdata(text, "\n").is_some() => {
                let inner = text::cdata(text, "\n").unwrap_or_default();
                self.out.push_str(&format!("<![CDATA[{inner}]]>"));
            }
            1 => text
                .chars()
                .for_each(|c| self.out.push_str(&format!("&#x{:x};", u32::from(c)))),
            2 if text.chars().count() > 1 => {
                let at = text.char_indices().nth(1).map_or(0, |(at, _)| at);
                let (head, tail) = (plain(&text[..at]), plain(&text[at..]));
                self.out.push_str(&format!("{head}<!-- within -->{tail}"));
            }
            _ => self.out.push_str(&plain(text)),
        }
    }
}
