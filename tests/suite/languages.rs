//! Every sentence of the site stands in every catalogue. The source is searched for them, as programs for translators
//! do; sentences that are data (questions, examples, formats) are asked for where they live.
//!
//! `CARTELLINO_WRITE_DOCS=1 cargo test --test suite languages` writes the catalogue anew: what is new in it has an empty
//! translation, what is not said any more is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cartellino::card::check::Severity;
use cartellino::card::outline::{self, FIGURE, Kind, examples};
use cartellino::card::results::CHARTS;
use cartellino::format::{Format, hub};
use cartellino::locale::{Locale, entries};

/// The words for one, and those for many where they differ by number.
type Sentences = BTreeMap<String, Option<String>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|own| own == ending) {
            found.push(path);
        }
    }
}

/// A string literal at the beginning of the text, as it is meant, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut words = String::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let letter = rest.chars().next()?;
        rest = &rest[letter.len_utf8()..];
        match letter {
            '"' => return Some((words, rest)),
            '\\' => {
                let escaped = rest.chars().next()?;
                rest = &rest[escaped.len_utf8()..];
                match escaped {
                    'n' => words.push('\n'),
                    // The literal goes on at the next line's first letter.
                    '\n' => rest = rest.trim_start(),
                    other => words.push(other),
                }
            }
            other => words.push(other),
        }
    }
}

/// The literals behind each occurrence of a macro's name: one of `say!`, both of `count!`.
fn said_in_rust(source: &str, found: &mut Sentences) {
    // The tests stand last; a test's room that is declared on top is a file of its own.
    let source = match source.find("#[cfg(test)]\nmod tests {") {
        Some(tests) => &source[..tests],
        None => source,
    };
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    for name in ["say!(", "word!("] {
        for (place, _) in code.match_indices(name) {
            if let Some((words, _)) = literal(code[place + name.len()..].trim_start()) {
                found.entry(words).or_default();
            }
        }
    }
    for (place, name) in code.match_indices("count!(") {
        let rest = &code[place + name.len()..];
        let Some((one, rest)) = rest.find('"').and_then(|quote| literal(&rest[quote..])) else {
            continue;
        };
        if let Some((many, _)) = literal(rest.trim_start_matches([',', ' ', '\n'])) {
            found.insert(one, Some(many));
        }
    }
}

/// The literals before the filters `t` and `counted`.
fn said_in_templates(source: &str, found: &mut Sentences) {
    let mut rest = source;
    while let Some(quote) = rest.find('"') {
        let Some((words, behind)) = literal(&rest[quote..]) else {
            break;
        };
        if let Some(many) = behind.strip_prefix("|counted(") {
            found.insert(words, literal(many).map(|(many, _)| many));
            rest = behind;
        } else if behind
            .strip_prefix("|t")
            .is_some_and(|next| !next.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        {
            found.entry(words).or_default();
            rest = behind;
        } else {
            rest = &rest[quote + 1..];
        }
    }
}

/// What is said of the questions of a kind.
fn said_of(kind: &Kind, found: &mut Vec<&'static str>) {
    match kind {
        Kind::List { entry } => found.push(entry),
        Kind::Table { entry, columns } => {
            found.push(entry);
            for column in *columns {
                found.extend([column.label, column.help]);
                said_of(&column.kind, found);
            }
        }
        Kind::Nested { tiers } => {
            for tier in *tiers {
                found.push(tier.entry);
                let columns = tier.columns.iter().chain(tier.further);
                found.extend(columns.map(|column| column.label));
            }
        }
        _ => {}
    }
}

/// The sentences that are data.
fn said_as_data() -> Vec<&'static str> {
    let mut found = Vec::new();
    for outline in outline::ALL {
        found.extend([outline.name, outline.purpose]);
        for part in outline.sections {
            found.extend([part.title, part.purpose]);
            for question in part.questions {
                found.extend([question.label, question.help]);
                said_of(&question.kind, &mut found);
                let example = examples::of(question.id);
                found.extend(
                    example
                        .into_iter()
                        .flat_map(|example| [example.good, example.weak, example.why]),
                );
            }
        }
    }
    found.extend(FIGURE.iter().flat_map(|column| [column.label, column.help]));
    for format in Format::ALL {
        found.extend([format.name(), format.purpose()]);
        found.extend(format.homes().iter().map(|home| home.name));
    }
    found.extend([Severity::Blocks, Severity::Problem, Severity::Note].map(Severity::name));
    found.extend(CHARTS);
    found.extend(hub::languages().map(|(_, name)| name));
    found
}

fn sentences() -> Sentences {
    let mut found = Sentences::new();
    let mut paths = Vec::new();
    files(&root().join("src"), "rs", &mut paths);
    for path in &paths {
        if !path.components().any(|part| part.as_os_str() == "locale") {
            said_in_rust(&fs::read_to_string(path).unwrap(), &mut found);
        }
    }
    let mut paths = Vec::new();
    files(&root().join("templates"), "html", &mut paths);
    for path in &paths {
        said_in_templates(&fs::read_to_string(path).unwrap(), &mut found);
    }
    for words in said_as_data() {
        found.entry(words.to_owned()).or_default();
    }
    // What is made of names alone has nothing to translate.
    found.retain(|words, _| without_names(words).chars().any(char::is_alphabetic));
    found
}

/// The words without the names of what is filled in.
fn without_names(words: &str) -> String {
    let mut rest = String::new();
    let mut depth = 0;
    for letter in words.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            other if depth == 0 => rest.push(other),
            _ => {}
        }
    }
    rest
}

/// The names of what is filled in.
fn names(words: &str) -> BTreeSet<&str> {
    let names = words.split('{').skip(1).filter_map(|part| part.split_once('}'));
    let is_name = |name: &&str| {
        name.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
    };
    names.map(|(name, _)| name).filter(is_name).collect()
}

/// The tags of ours in the words.
fn tags(words: &str) -> Vec<&str> {
    let mut tags: Vec<&str> = words
        .split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>'))
        .map(|(tag, _)| tag)
        .collect();
    tags.sort_unstable();
    tags
}

fn quoted(words: &str) -> String {
    words.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A catalogue with these sentences and the translations that there are.
fn catalogue(locale: Locale) -> String {
    let said: BTreeMap<&str, &[String]> = entries(locale).collect();
    let mut file = format!(
        "msgid \"\"\nmsgstr \"\"\n\"Locale: {locale}\\n\"\n\"MIME-Version: 1.0\\n\"\n\
         \"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n\
         \"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n"
    );
    for (one, many) in sentences() {
        let own = said.get(one.as_str()).copied().unwrap_or_default();
        let form = |place: usize| quoted(own.get(place).or(own.first()).map_or("", String::as_str));
        write!(file, "\nmsgid \"{}\"\n", quoted(&one)).unwrap();
        match many {
            Some(many) => write!(
                file,
                "msgid_plural \"{}\"\nmsgstr[0] \"{}\"\nmsgstr[1] \"{}\"\n",
                quoted(&many),
                form(0),
                form(1)
            ),
            None => writeln!(file, "msgstr \"{}\"", form(0)),
        }
        .unwrap();
    }
    file
}

#[test]
fn every_sentence_is_in_every_catalogue() {
    for locale in Locale::ALL.into_iter().filter(|locale| *locale != Locale::English) {
        let path = root().join(format!("src/locale/{locale}.po"));
        let wanted = catalogue(locale);
        if std::env::var_os("CARTELLINO_WRITE_DOCS").is_some() {
            fs::write(&path, &wanted).unwrap();
        }
        let said: BTreeMap<&str, &[String]> = entries(locale).collect();
        let lacking: Vec<String> = sentences()
            .into_iter()
            .filter(|(one, many)| {
                let forms = said.get(one.as_str()).map_or(0, |said| said.len());
                forms != 1 + usize::from(many.is_some())
            })
            .map(|(one, _)| one)
            .collect();
        assert!(lacking.is_empty(), "{locale} lacks {}: {lacking:#?}", lacking.len());
        assert!(
            fs::read_to_string(&path).unwrap() == wanted,
            "{} is not as this test writes it: run it with CARTELLINO_WRITE_DOCS=1",
            path.display()
        );
    }
}

#[test]
fn translations_have_the_names_and_tags_of_their_sentence() {
    for locale in Locale::ALL {
        for (words, said) in entries(locale) {
            let own: BTreeSet<&str> = names(words).into_iter().filter(|name| *name != "n").collect();
            for translation in said {
                let names: BTreeSet<&str> = names(translation).into_iter().filter(|name| *name != "n").collect();
                assert_eq!(own, names, "{words} / {translation}");
                assert_eq!(tags(words), tags(translation), "{words} / {translation}");
            }
        }
    }
}
