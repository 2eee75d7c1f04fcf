//! The words that name sections in addresses, and fields in their section.

use std::collections::{HashMap, HashSet};

/// Names of which each is given once.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
    /// The next number to try behind a word, so that thousands of the same word end soon.
    next: HashMap<String, usize>,
}

impl Names {
    /// Names that are none of these.
    pub fn without<'n>(taken: impl IntoIterator<Item = &'n str>) -> Self {
        Self {
            taken: taken.into_iter().map(str::to_owned).collect(),
            next: HashMap::new(),
        }
    }

    /// Takes a name; false when it is taken already.
    pub fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    /// A key for a new section: a word made from its title, numbered when it is taken.
    pub fn section_key(&mut self, title: &str) -> String {
        self.numbered(slug(title), "-")
    }

    /// An id for a new field: a JSON Pointer to its label behind a `+`, with a turn when it is taken.
    pub fn field_id(&mut self, label: &str) -> String {
        self.numbered(field_id(label), "~t")
    }

    fn numbered(&mut self, word: String, mark: &str) -> String {
        if self.take(&word) {
            return word;
        }
        let number = self.next.entry(word.clone()).or_insert(2);
        loop {
            let name = format!("{word}{mark}{number}");
            *number += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// The id of a field of this label when it is the only one: a JSON Pointer behind a `+`.
pub fn field_id(label: &str) -> String {
    format!("+{}", label.replace('~', "~0").replace('/', "~1"))
}

/// A text as a word for addresses: small letters and digits of ASCII with hyphens, 60 at most.
pub(crate) fn slug(text: &str) -> String {
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else if !word.is_empty() && !word.ends_with('-') {
            word.push('-');
        }
        if word.len() >= 60 {
            break;
        }
    }
    let word = word.trim_end_matches('-');
    if word.is_empty() { "section".into() } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_words_for_addresses() {
        assert_eq!(slug("Data & Ethics (2)"), "data-ethics-2");
        assert_eq!(slug("Übersicht"), "bersicht");
        assert_eq!(slug("模型"), "section");
        assert_eq!(slug(&"x".repeat(500)).len(), 60);
    }

    #[test]
    fn taken_names_are_numbered() {
        let mut names = Names::without(["a", "a-3", "+a/b"]);
        assert_eq!(
            ["A", "a", "a "].map(|title| names.section_key(title)),
            ["a-2", "a-4", "a-5"]
        );
        assert_eq!(names.section_key("a-2"), "a-2-2");
        assert_eq!(
            ["x/~", "x/~"].map(|label| names.field_id(label)),
            ["+x~1~0", "+x~1~0~t2"]
        );
    }

    #[test]
    fn a_hundred_thousand_of_one_name_end_soon() {
        let mut names = Names::default();
        let last = (0..100_000).map(|_| names.section_key("a")).last();
        assert_eq!(last.as_deref(), Some("a-100000"));
    }
}
