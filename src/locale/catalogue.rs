//! The catalogues: what each sentence is in a language other than English.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Locale;

const GERMAN: &str = include_str!("de.po");

/// By the English words: one translation, or those for one and for many.
type Catalogue = HashMap<String, Vec<String>>;

static GERMAN_CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| read(GERMAN));

/// The entries of a catalogue, without those that are not translated. Its file is part of the program and read by the
/// tests; were it broken all the same, everything would be said in English.
fn read(text: &str) -> Catalogue {
    let Ok(file) = polib::po_file::parse_from_reader(text.as_bytes()) else {
        tracing::error!("a catalogue of translations cannot be read");
        return Catalogue::new();
    };
    let mut catalogue = Catalogue::with_capacity(file.count());
    for entry in file
        .messages()
        .filter(|entry| entry.is_translated() && !entry.is_fuzzy())
    {
        let said = match entry.msgstr_plural() {
            Ok(plural) => plural.clone(),
            Err(_) => entry.msgstr().map(|one| vec![one.to_owned()]).unwrap_or_default(),
        };
        catalogue.insert(entry.msgid().to_owned(), said);
    }
    catalogue
}

fn of(locale: Locale) -> Option<&'static Catalogue> {
    match locale {
        Locale::English => None,
        Locale::German => Some(&GERMAN_CATALOGUE),
    }
}

/// These words in a language; themselves where its catalogue does not have them.
pub(super) fn said(words: &str, locale: Locale) -> &str {
    let found = of(locale).and_then(|catalogue| catalogue.get(words));
    found.and_then(|said| said.first()).map_or(words, String::as_str)
}

/// The words for this number. English and German have the same two forms.
pub(super) fn counted<'w>(one: &'w str, many: &'w str, number: u64, locale: Locale) -> &'w str {
    let form = usize::from(number != 1);
    let found = of(locale).and_then(|catalogue| catalogue.get(one));
    let own = [one, many][form];
    found.and_then(|said| said.get(form)).map_or(own, String::as_str)
}

/// What a catalogue has: the English words, and their translation or both of them.
pub fn entries(locale: Locale) -> impl Iterator<Item = (&'static str, &'static [String])> {
    let all = of(locale).into_iter().flatten();
    all.map(|(words, said)| (words.as_str(), said.as_slice()))
}
