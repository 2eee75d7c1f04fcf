//! The words that the hub of Hugging Face knows for languages and tasks, and the nearest to one it does not know.

use super::metadata::short;
use crate::card::check;
use crate::json::Value;
use crate::locale::Sentence;
use crate::say;

/// The languages with a code of two letters (ISO 639-1), each with its English name.
const LANGUAGES: &str = include_str!("languages.txt");

/// The codes of three letters (ISO 639-2 and 639-3, and the families of 639-5, which real cards name).
const THREE_LETTERS: &str = include_str!("languages_three.txt");

/// Words that the hub takes beside the codes.
const NO_LANGUAGE: [&str; 2] = ["multilingual", "code"];

/// The hub's tasks, after its metadata specification.
const TASKS: [&str; 49] = [
    "text-classification",
    "token-classification",
    "table-question-answering",
    "question-answering",
    "zero-shot-classification",
    "translation",
    "summarization",
    "feature-extraction",
    "text-generation",
    "fill-mask",
    "sentence-similarity",
    "text-ranking",
    "text-to-speech",
    "text-to-audio",
    "automatic-speech-recognition",
    "audio-to-audio",
    "audio-classification",
    "audio-text-to-text",
    "voice-activity-detection",
    "depth-estimation",
    "image-classification",
    "object-detection",
    "image-segmentation",
    "text-to-image",
    "image-to-text",
    "image-to-image",
    "image-to-video",
    "unconditional-image-generation",
    "video-classification",
    "reinforcement-learning",
    "robotics",
    "tabular-classification",
    "tabular-regression",
    "time-series-forecasting",
    "text-to-video",
    "image-text-to-text",
    "visual-question-answering",
    "document-question-answering",
    "zero-shot-image-classification",
    "graph-ml",
    "mask-generation",
    "zero-shot-object-detection",
    "text-to-3d",
    "image-to-3d",
    "image-feature-extraction",
    "video-text-to-text",
    "keypoint-detection",
    "visual-document-retrieval",
    "any-to-any",
];

/// Names that were used before or elsewhere, and the hub's own.
const OTHER_TASKS: [(&str, &str); 5] = [
    ("text2text-generation", "text-generation"),
    ("conversational", "text-generation"),
    ("asr", "automatic-speech-recognition"),
    ("speech-recognition", "automatic-speech-recognition"),
    ("ner", "token-classification"),
];

/// The hub's tasks.
pub fn tasks() -> &'static [&'static str] {
    &TASKS
}

/// The codes of two letters, each with the English name of its language.
pub fn languages() -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.lines().filter_map(|line| line.split_once(' '))
}

/// Whether a word is the code of a language, of two letters or of three.
pub fn is_language(code: &str) -> bool {
    match code.len() {
        2 => languages().any(|(known, _)| known == code),
        3 => THREE_LETTERS.split_ascii_whitespace().any(|known| known == code),
        _ => false,
    }
}

/// Says what is odd about a language code.
pub(super) fn language(text: &str) -> Option<Sentence> {
    let is_code = |code: &str| is_language(code) || NO_LANGUAGE.contains(&code);
    if is_code(text) || !check::is_answered(&Value::text(text)) {
        return None;
    }
    let lower = text.trim().to_lowercase();
    let named = languages()
        .find(|(_, name)| name.to_lowercase() == lower)
        .map(|(code, _)| code);
    let base = lower.split(['-', '_']).next().filter(|base| is_code(base));
    let advice = match named.or(base) {
        Some(code) if code == lower => say!("Write it in small letters: {code}.", code),
        Some(code) if named.is_some() => say!("Write {code}.", code),
        Some(code) => say!("Write {code}; a region can be told under language_bcp47.", code),
        None => say!("Use a code of ISO 639 such as en or yue, and a list where there are several."),
    };
    Some(say!(
        "The hub knows no language code “{word}”. {advice}",
        word = short(text),
        advice
    ))
}

/// The hub's word for a task that is spelled with other blanks or letters.
pub(super) fn task_word(text: &str) -> Option<&'static str> {
    let plain = plain(text);
    TASKS.iter().copied().find(|task| *task == plain)
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '_'], "-")
}

/// Says what is odd about a task.
pub(super) fn task(text: &str) -> Option<Sentence> {
    if TASKS.contains(&text) || text == "other" || !check::is_answered(&Value::text(text)) {
        return None;
    }
    let plain = plain(text);
    let other = OTHER_TASKS
        .iter()
        .find(|(name, _)| *name == plain)
        .map(|(_, task)| *task);
    let nearest = || {
        let distances = TASKS.iter().map(|task| (distance(&plain, task), *task));
        distances
            .min()
            .filter(|(distance, _)| *distance <= 3)
            .map(|(_, task)| task)
    };
    let advice = match other.or_else(nearest) {
        Some(task) => say!("Do you mean {task}?", task),
        None => say!("Choose one of its tasks, such as text-classification, or leave it out."),
    };
    Some(say!(
        "The hub knows no task “{word}”. {advice}",
        word = short(text),
        advice
    ))
}

/// How many letters of one word must be put in, taken out or replaced for the other; words longer than any task are far.
fn distance(one: &str, other: &str) -> usize {
    if one.len().abs_diff(other.len()) > 3 {
        return usize::MAX;
    }
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for at in 0..other.len() {
            let changed = diagonal + usize::from(other[at] != letter);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_codes() {
        for code in [
            "en",
            "no",
            "yue",
            "ger",
            "deu",
            "multilingual",
            "code",
            "alv",
            "",
            "TODO",
        ] {
            assert_eq!(language(code), None, "{code}");
        }
        for (text, words) in [
            ("English", "Write en."),
            ("EN", "small letters"),
            ("pt-BR", "Write pt;"),
            ("Italian Swedish", "ISO 639"),
            ("é", "ISO 639"),
        ] {
            assert!(language(text).unwrap().to_string().contains(words), "{text}");
        }
    }

    #[test]
    fn tasks_get_the_nearest() {
        assert_eq!(task("text-generation"), None);
        for (text, words) in [
            ("text-clasification", "mean text-classification"),
            ("Text Generation", "mean text-generation"),
            ("ner", "token-classification"),
            ("baking", "such as"),
        ] {
            assert!(task(text).unwrap().to_string().contains(words), "{text}");
        }
    }
}
