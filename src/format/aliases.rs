//! A card of a YAML file with what its aliases stand for.
//!
//! In its own file an alias stays what it is, and a card shows it as `*name`. Another format has no anchors, so there a
//! card says the value itself.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::file::File;
use super::tree::Tree;
use crate::card::{Card, Field, Names, Section, Value};
use crate::yaml::{self, MERGE};

/// In so many values aliases are replaced by what they stand for; those behind stay as they are.
const MOST_VALUES: usize = 100_000;

/// The card for a new file of another format: aliases of the file that it came in are replaced by what they stand for, and
/// what merge keys bring along stands in its group.
pub fn without_aliases<'c>(source: Option<&[u8]>, card: &'c Card) -> Cow<'c, Card> {
    let Some(file) = source.map(File::new) else {
        return Cow::Borrowed(card);
    };
    let aliases = of_file(&file);
    if aliases.is_empty() {
        return Cow::Borrowed(card);
    }
    let mut replacing = Replacing {
        aliases,
        left: MOST_VALUES,
    };
    let sections = card.sections.iter().map(|section| replacing.section(section));
    Cow::Owned(Card {
        sections: sections.collect(),
    })
}

/// What the aliases in a YAML file, or in the front matter of a page, stand for.
fn of_file(file: &File) -> HashMap<String, Value> {
    if let Ok(Tree::Yaml(source)) = file.tree() {
        return yaml::aliases(&source.text, &source.document);
    }
    let page = file.markdown().ok();
    let front = page.and_then(|page| Some((page, page.front.as_ref()?)));
    match front {
        Some((page, front)) => match &front.yaml {
            Ok(document) => yaml::aliases(&page.text[front.inner.clone()], document),
            Err(_) => HashMap::new(),
        },
        None => HashMap::new(),
    }
}

struct Replacing {
    aliases: HashMap<String, Value>,
    left: usize,
}

impl Replacing {
    fn section(&mut self, section: &Section) -> Section {
        let mut fields: Vec<Field> = Vec::new();
        let mut brought = Vec::new();
        for field in &section.fields {
            let value = self.value(&field.value);
            match value {
                value if field.label == MERGE && value != field.value => brought.push((MERGE.to_owned(), value)),
                value => fields.push(Field { value, ..field.clone() }),
            }
        }
        let labels: HashSet<String> = fields.iter().map(|field| field.label.clone()).collect();
        let ids: Vec<String> = fields.iter().map(|field| field.id.clone()).collect();
        let mut names = Names::without(ids.iter().map(String::as_str));
        for (label, value) in yaml::merged(brought) {
            if !labels.contains(&label) {
                fields.push(Field {
                    id: names.field_id(&label),
                    label,
                    value,
                });
            }
        }
        Section {
            fields,
            ..section.clone()
        }
    }

    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Text(text) => match self.aliases.get(text) {
                Some(meant) if meant.leaves() <= self.left => {
                    self.left -= meant.leaves();
                    meant.clone()
                }
                _ => value.clone(),
            },
            Value::List(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Value::Group(members) => {
                let mut is_merging = false;
                let mut replaced = Vec::new();
                for (name, value) in members {
                    let meant = self.value(value);
                    is_merging |= name == MERGE && meant != *value;
                    replaced.push((name.clone(), meant));
                }
                Value::Group(if is_merging { yaml::merged(replaced) } else { replaced })
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Format, read, write};

    fn as_json(source: &str) -> String {
        let reading = read(source.as_bytes()).unwrap();
        let card = without_aliases(Some(source.as_bytes()), &reading.card);
        String::from_utf8(write(Format::JSON, None, &card).unwrap()).unwrap()
    }

    fn says(source: &str, json: &str) {
        let value = |text: &str| crate::json::parse(text).unwrap().root.to_value();
        assert_eq!(value(&as_json(source)), value(json), "{source}");
    }

    #[test]
    fn another_format_says_what_aliases_stand_for() {
        says(
            "base: &b {lr: 0.1, epochs: 1}\nrun: {<<: *b, epochs: 5}\nlang: &l en\nlangs: [*l, de]\n",
            r#"{"base": {"lr": 0.1, "epochs": 1}, "run": {"epochs": 5, "lr": 0.1}, "lang": "en", "langs": ["en", "de"]}"#,
        );
        says(
            "base: &b {lr: 0.1}\nmore: &m {<<: *b, x: 1}\nruns:\n- <<: [*m, *b]\n  y: 2\n",
            r#"{"base": {"lr": 0.1}, "more": {"x": 1, "lr": 0.1}, "runs": [{"y": 2, "x": 1, "lr": 0.1}]}"#,
        );
        says("a: &x one\nb: '*x'\nc: '*y'\n", r#"{"a": "one", "b": "*x", "c": "*y"}"#);
        let page = "---\nlicense: &l mit\ntags: [*l]\n---\n# X\n";
        assert!(!as_json(page).contains("*l"), "{}", as_json(page));
    }

    #[test]
    fn a_few_lines_never_become_billions() {
        let bomb = (1..60).fold("a0: &a0 [x, x]\n".to_owned(), |text, i| {
            text + &format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}]\n", i - 1)
        });
        assert!(as_json(&bomb).len() < 5_000_000);
        assert!(as_json("a: &a [*a, x]\nb: *a\n").contains("*a"));
    }
}
