//! Words that are offered at a control: the usual ones with the page, all of them at an address of their own, which
//! `pick.js` asks when somebody begins to choose.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::error::Error;
use super::filters::{self, In};
use crate::card::check;
use crate::card::outline::Vocabulary;
use crate::format::hub;
use crate::locale::Locale;

/// One word, with what it stands for where that is not plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// What is filled in.
    pub word: &'static str,
    /// What it stands for, or nothing.
    pub meaning: &'static str,
}

/// The licences that model cards name most, and those that lawyers ask for.
const USUAL_LICENCES: &[&str] = &[
    "Apache-2.0",
    "MIT",
    "BSD-3-Clause",
    "BSD-2-Clause",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "CC0-1.0",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "LGPL-3.0-only",
    "AGPL-3.0-only",
    "MPL-2.0",
    "EUPL-1.2",
    "ODbL-1.0",
    "ISC",
    "Unlicense",
];

/// The languages that the hub's cards name most.
const USUAL_LANGUAGES: &[&str] = &[
    "en", "zh", "fr", "de", "es", "ja", "ko", "ru", "pt", "it", "ar", "hi", "nl", "pl", "tr", "vi", "id", "sv", "uk",
    "cs", "fi", "he", "fa", "el", "ro", "hu", "da", "th", "bn", "sw",
];

/// The libraries that the hub's cards name most, as the hub spells them.
const LIBRARIES: &[&str] = &[
    "transformers",
    "diffusers",
    "sentence-transformers",
    "peft",
    "timm",
    "keras",
    "pytorch",
    "sklearn",
    "transformers.js",
    "onnx",
    "gguf",
    "mlx",
    "open_clip",
    "fastai",
    "spacy",
    "flair",
    "stanza",
    "setfit",
    "bertopic",
    "span-marker",
    "allennlp",
    "adapter-transformers",
    "fasttext",
    "nemo",
    "espnet",
    "speechbrain",
    "asteroid",
    "pyannote-audio",
    "paddlenlp",
    "stable-baselines3",
    "ml-agents",
    "ultralytics",
    "joblib",
    "monai",
    "k2",
];

/// Measures of common tasks.
const MEASURES: &[&str] = &[
    "accuracy",
    "balanced accuracy",
    "precision",
    "recall",
    "sensitivity",
    "specificity",
    "f1",
    "AUC",
    "AUPRC",
    "Brier score",
    "calibration error",
    "log loss",
    "Matthews correlation",
    "Cohen's kappa",
    "positive predictive value",
    "negative predictive value",
    "false positive rate",
    "false negative rate",
    "Dice",
    "IoU",
    "mAP",
    "Hausdorff distance",
    "MAE",
    "RMSE",
    "R2",
    "BLEU",
    "ROUGE",
    "METEOR",
    "chrF",
    "WER",
    "CER",
    "perplexity",
    "exact match",
    "nDCG",
    "MRR",
];

/// The words that come with the page.
pub fn usual(vocabulary: Vocabulary) -> Vec<Word> {
    match vocabulary {
        Vocabulary::Licences => plain(USUAL_LICENCES),
        Vocabulary::Languages => all(vocabulary)
            .into_iter()
            .filter(|word| USUAL_LANGUAGES.contains(&word.word))
            .collect(),
        Vocabulary::HubLicences | Vocabulary::Tasks | Vocabulary::Libraries | Vocabulary::Measures => all(vocabulary),
    }
}

/// Whether there are more words than come with the page.
pub fn has_more(vocabulary: Vocabulary) -> bool {
    matches!(vocabulary, Vocabulary::Licences | Vocabulary::Languages)
}

/// All words of the list.
fn all(vocabulary: Vocabulary) -> Vec<Word> {
    match vocabulary {
        Vocabulary::Licences => check::licences().map(|word| Word { word, meaning: "" }).collect(),
        Vocabulary::HubLicences => plain(hub::licences()),
        Vocabulary::Languages => hub::languages().map(|(word, meaning)| Word { word, meaning }).collect(),
        Vocabulary::Tasks => plain(hub::tasks()),
        Vocabulary::Libraries => plain(LIBRARIES),
        Vocabulary::Measures => plain(MEASURES),
    }
}

fn plain(words: &[&'static str]) -> Vec<Word> {
    words.iter().map(|word| Word { word, meaning: "" }).collect()
}

#[derive(Template)]
#[template(path = "words.html")]
struct Options {
    words: Vec<Word>,
}

/// In which language the words are explained.
#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    language: Locale,
}

/// `GET /words/{list}`: all words of a list as the options of a `datalist`.
///
/// # Errors
/// [`Error::NotFound`] for a list that there is not.
pub async fn get(path: web::Path<String>, wish: web::Query<Wish>) -> Result<HttpResponse, Error> {
    let vocabulary = Vocabulary::ALL
        .into_iter()
        .find(|vocabulary| vocabulary.key() == path.as_str());
    let words = all(vocabulary.ok_or(Error::NotFound)?);
    let body = Options { words }
        .render_with_values(&In(wish.language))
        .map_err(|error| Error::Internal(error.to_string()))?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, "public, max-age=86400"));
    Ok(answer.content_type("text/html; charset=utf-8").body(body))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn usual_words_are_words_of_the_list_and_no_word_stands_twice() {
        for vocabulary in Vocabulary::ALL {
            let (usual, all) = (usual(vocabulary), all(vocabulary));
            assert!(usual.iter().all(|word| all.contains(word)), "{vocabulary:?}");
            assert_eq!(has_more(vocabulary), usual.len() < all.len(), "{vocabulary:?}");
            let distinct: HashSet<&str> = all.iter().map(|word| word.word).collect();
            assert_eq!(distinct.len(), all.len(), "{vocabulary:?}");
        }
    }
}
