//! The language that a card is written in, for those who read it aloud, hyphenate it or lay it out.
//!
//! What metadata name are the languages of a *model*: of 25 cards of the corpus that name one other than English, 21 are
//! in English. So the text itself decides, and what is named only settles what the text leaves open:
//!
//! 1. Text in a script that tells a language (`script`) is in the named language of that script, or, when none or
//!    several are named, in the one usually written so.
//! 2. Other text with enough of the small words of English is in English.
//! 3. Else it is in the one language named; of several, in the one that is not English when the text is long enough to
//!    rule English out.
//! 4. Else nobody knows, and nothing is said.

mod script;

use crate::card::{Card, Field, Value};
use crate::format::hub;
use crate::locale::Sentence;
pub(super) use script::language as of_script;

/// A language as browsers and readers of PDFs want it named (BCP 47).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    tag: String,
}

/// Where metadata name languages.
const NAMED: &str = "metadata.language";

/// What files without metadata call the same, in small letters.
const NAMES: [&str; 4] = ["language", "lang", "inlanguage", "in_language"];

/// So much of a text speaks for all of it, in bytes.
const READ_BYTES: usize = 30_000;

/// Small words that no other language has so often.
const SMALL_WORDS: [&str; 10] = ["the", "of", "and", "this", "with", "that", "are", "from", "which", "to"];

/// In English text at least one word of so many is a small one; in cards that are mostly tables, too.
const WORDS_FOR_ONE: usize = 25;

/// A text of fewer words does not rule English out.
const FEWEST_WORDS: usize = 40;

/// Languages that are written from the right.
const FROM_THE_RIGHT: [&str; 20] = [
    "ar", "arc", "arz", "azb", "ckb", "dv", "fa", "glk", "he", "iw", "lrc", "mzn", "nqo", "pnb", "ps", "sd", "syr",
    "ug", "ur", "yi",
];

/// Scripts that are written from the right (ISO 15924), where a tag names one.
const SCRIPTS_FROM_THE_RIGHT: [&str; 7] = ["adlm", "arab", "aran", "hebr", "nkoo", "syrc", "thaa"];

/// The languages that share a script with a language that its letters stand for.
const SHARED: [(&str, &[&str]); 8] = [
    (
        "ar",
        &[
            "arz", "ary", "apc", "fa", "ur", "ps", "sd", "ug", "ckb", "pnb", "azb", "ks", "ku",
        ],
    ),
    ("he", &["iw", "yi"]),
    ("hi", &["mr", "ne", "sa", "mai", "bho", "kok", "awa"]),
    ("bn", &["as"]),
    (
        "ru",
        &[
            "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg", "tt", "ba", "cv", "mn", "os", "ab", "av", "ce", "sah",
            "uz", "bs", "mhr", "myv",
        ],
    ),
    ("zh", &["yue", "wuu", "lzh", "nan", "hak", "cmn"]),
    ("am", &["ti", "tig"]),
    ("my", &["shn", "mnw"]),
];

impl Language {
    /// The tag, such as `de` or `zh-Hant`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The code without script and region.
    pub fn code(&self) -> &str {
        code(&self.tag)
    }

    /// The region in which it is written so (ISO 3166), if the tag names one.
    pub fn region(&self) -> Option<&str> {
        self.tag.split('-').skip(1).find(|part| part.len() == 2)
    }

    /// Whether it is written from the right.
    pub fn is_from_the_right(&self) -> bool {
        let script = self.tag.split('-').skip(1).find(|part| part.len() == 4);
        match script {
            Some(script) => SCRIPTS_FROM_THE_RIGHT.contains(&script.to_ascii_lowercase().as_str()),
            None => FROM_THE_RIGHT.contains(&self.code()),
        }
    }

    /// The attributes of an element that holds text in it, with a blank before each. Safe as they are: a tag is made of
    /// letters, digits and hyphens.
    pub fn attributes(&self) -> String {
        let direction = if self.is_from_the_right() { r#" dir="rtl""# } else { "" };
        format!(r#" lang="{}"{direction}"#, self.tag)
    }

    /// Its name, or the tag where we know none.
    pub fn name(&self) -> Sentence {
        let named = hub::languages().find(|(code, _)| *code == self.tag);
        named.map_or_else(|| Sentence::as_written(&self.tag), |(_, name)| Sentence::new(name))
    }

    /// The language that this text names: a code with what may follow it, or a name in English.
    pub fn named(text: &str) -> Option<Self> {
        let text = text.trim().replace('_', "-");
        let by_name = || hub::languages().find(|(_, name)| name.eq_ignore_ascii_case(&text));
        let is_part =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let tag = match text.split('-').next().map(str::to_ascii_lowercase) {
            Some(code) if hub::is_language(&code) && text.split('-').all(is_part) => {
                format!("{code}{}", &text[code.len()..])
            }
            _ => by_name()?.0.to_owned(),
        };
        Some(Self { tag })
    }
}

fn code(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// The language that a card is written in, as far as somebody can know it who reads the card.
pub fn of(card: &Card) -> Option<Language> {
    let named = named(card);
    let mut text = String::new();
    for field in card.sections.iter().flat_map(|section| &section.fields) {
        // Metadata are words for machines.
        if !field.id.starts_with("metadata.") {
            gather(&field.value, &mut text);
        }
    }
    if let Some(usual) = of_script(&text) {
        let is_written_so = |language: &&Language| {
            let shared = SHARED.iter().find(|(of, _)| *of == usual);
            language.code() == usual || shared.is_some_and(|(_, others)| others.contains(&language.code()))
        };
        return only(named.iter().filter(is_written_so)).or_else(|| Some(Language { tag: usual.to_owned() }));
    }
    let words = Words::of(&text);
    if words.are_english() {
        let english = named.iter().find(|language| language.code() == "en");
        return english.cloned().or_else(|| Some(Language { tag: "en".to_owned() }));
    }
    let is_other = |language: &&Language| language.code() != "en";
    only(named.iter()).or_else(|| only(named.iter().filter(is_other)).filter(|_| words.all >= FEWEST_WORDS))
}

/// The only one, if there are not several.
fn only<'l>(mut languages: impl Iterator<Item = &'l Language>) -> Option<Language> {
    let first = languages.next()?;
    languages.all(|other| other == first).then(|| first.clone())
}

/// The languages that the card names: in a field of its own for that, or else in its metadata.
fn named(card: &Card) -> Vec<Language> {
    let languages = |is_name: fn(&Field) -> bool| -> Vec<Language> {
        let fields = card.sections.iter().flat_map(|section| &section.fields);
        let texts = fields
            .filter(|field| is_name(field))
            .flat_map(|field| match &field.value {
                Value::List(items) => items.as_slice(),
                value => std::slice::from_ref(value),
            });
        texts.filter_map(Value::as_text).filter_map(Language::named).collect()
    };
    match languages(is_own_name) {
        own if own.is_empty() => languages(|field| field.id == NAMED),
        own => own,
    }
}

/// Whether it is a field that no question asks for, called as files without metadata name their language.
pub fn is_own_name(field: &Field) -> bool {
    field.is_custom() && NAMES.contains(&field.label.trim().to_lowercase().as_str())
}

/// Adds the prose of a value: no code, no addresses, nothing that is one long word.
fn gather(value: &Value, text: &mut String) {
    match value {
        _ if text.len() > READ_BYTES => {}
        Value::Text(written) => {
            let mut is_code = false;
            for line in written.lines() {
                if line.trim_start().starts_with("```") {
                    is_code = !is_code;
                } else if !is_code && text.len() <= READ_BYTES {
                    let is_plain = |word: &&str| !word.is_ascii() || !word.contains(['/', '_', '=', '@', '\\', '`']);
                    for word in line.split_whitespace().filter(is_plain) {
                        text.push_str(word);
                        text.push(' ');
                    }
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| gather(item, text)),
        Value::Group(members) => members.iter().for_each(|(_, value)| gather(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How many words a text has, and how many of them are small ones of English.
struct Words {
    all: usize,
    small: usize,
}

impl Words {
    fn of(text: &str) -> Self {
        let words = text.split(|letter: char| !letter.is_alphabetic());
        words
            .filter(|word| !word.is_empty())
            .fold(Self { all: 0, small: 0 }, |count, word| {
                let is_small = SMALL_WORDS.iter().any(|small| word.eq_ignore_ascii_case(small));
                Self {
                    all: count.all + 1,
                    small: count.small + usize::from(is_small),
                }
            })
    }

    /// One small word alone may be another language's.
    fn are_english(&self) -> bool {
        self.small > 1 && self.small * WORDS_FOR_ONE >= self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::read_named;

    const GERMAN: &str = "Das Modell zählt Otter in Flüssen und wurde an Bildern aus drei Wintern geprüft.";
    const ENGLISH: &str = "The model counts otters in rivers and was tested with pictures of three winters.";

    fn language(names: &str, text: &str) -> Option<String> {
        let readme = format!("---\nlicense: mit\nlanguage: {names}\n---\n# Otter\n\n{text}\n");
        let card = read_named(readme.as_bytes(), Some("README.md")).unwrap().card;
        of(&card).map(|language| language.tag)
    }

    #[test]
    fn the_text_decides_and_names_settle_what_it_leaves_open() {
        let told = |names: &str, text: &str| language(names, text).unwrap_or_default();
        assert_eq!(told("de", GERMAN), "de");
        assert_eq!(told("[de]", GERMAN), "de");
        assert_eq!(told("German", GERMAN), "de");
        assert_eq!(told("de", ENGLISH), "en", "a card about a model for German");
        assert_eq!(told("en-GB", ENGLISH), "en-GB");
        assert_eq!(told("[de, fr]", ENGLISH), "en");
        assert_eq!(told("[]", GERMAN), "", "nobody knows");
        assert_eq!(told("[de, fr]", GERMAN), "");
        assert_eq!(told("[en, de]", GERMAN), "", "too short to rule English out");
        assert_eq!(told("[en, de]", &GERMAN.repeat(5)), "de");
        assert_eq!(told("multilingual", GERMAN), "");
        assert_eq!(told("code", GERMAN), "");
    }

    #[test]
    fn a_script_tells_its_language_unless_another_of_that_script_is_named() {
        let told = |names: &str, text: &str| language(names, text).unwrap_or_default();
        assert_eq!(told("en", "计算河流中的水獭数量。"), "zh");
        assert_eq!(told("zh-Hant", "計算河流中的水獺數量。"), "zh-Hant");
        assert_eq!(told("uk", "Модель рахує видр у річках."), "uk");
        assert_eq!(told("[en, uk]", "Модель рахує видр у річках."), "uk");
        assert_eq!(told("[]", "Модель считает выдр в реках."), "ru");
        assert_eq!(told("fa", "این مدل سمورها را می‌شمارد."), "fa");
    }

    #[test]
    fn other_files_name_it_too() {
        let card = |json: String| crate::format::read(json.as_bytes()).unwrap().card;
        let told = of(&card(format!(r#"{{"language": "de", "purpose": "{GERMAN}"}}"#)));
        assert_eq!(told.unwrap().tag(), "de");
        let told = of(&card(format!(r#"{{"language": "Python", "purpose": "{GERMAN}"}}"#)));
        assert_eq!(told, None, "a language of programs");
    }

    #[test]
    fn languages_from_the_right_say_so() {
        let attributes = |tag| Language::named(tag).unwrap().attributes();
        assert_eq!(attributes("de"), r#" lang="de""#);
        assert_eq!(attributes("ar"), r#" lang="ar" dir="rtl""#);
        assert_eq!(attributes("ug-Latn"), r#" lang="ug-Latn""#);
        assert_eq!(attributes("az_Arab"), r#" lang="az-Arab" dir="rtl""#);
        assert_eq!(Language::named("de\" onload=\"x"), None);
    }
}
