//! How data was divided: `80/10/10`, `train 80 %, validation 10 %, test 10 %`.

use super::{Remark, number};
use crate::say;

/// The names of three parts that are given as numbers only.
const NAMES: [&str; 3] = ["training", "validation", "test"];
/// How words for parts begin, and the parts.
const WORDS: [(&str, &str); 6] = [
    ("train", "training"),
    ("valid", "validation"),
    ("dev", "development"),
    ("calib", "calibration"),
    ("test", "test"),
    ("eval", "evaluation"),
];

/// The parts that a text tells, each with its size; `None` when it tells no two of them.
pub(super) fn parts(text: &str) -> Option<Vec<(String, f64)>> {
    bare(text).or_else(|| named(text))
}

/// Numbers with slashes between: `80/10/10, by patient`.
fn bare(text: &str) -> Option<Vec<(String, f64)>> {
    let ratio = text.split_whitespace().find(|word| word.contains('/'))?;
    let ratio = ratio.trim_end_matches([',', ';', '.', ':']);
    let sizes: Option<Vec<f64>> = ratio
        .split('/')
        .map(|size| number(size).filter(|size| *size >= 0.0))
        .collect();
    let sizes = sizes.filter(|sizes| (2..=WORDS.len()).contains(&sizes.len()))?;
    let names = told(text, sizes.len());
    Some(names.into_iter().zip(sizes).collect())
}

/// The names of so many parts: those that the text mentions, in its order, where it mentions as many.
fn told(text: &str, count: usize) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut mentioned: Vec<(usize, &str)> = WORDS
        .iter()
        .filter_map(|(word, name)| Some((lower.find(word)?, *name)))
        .collect();
    mentioned.sort_unstable();
    match mentioned.len() {
        named if named == count => mentioned.into_iter().map(|(_, name)| name.to_owned()).collect(),
        _ if count == NAMES.len() => NAMES.map(str::to_owned).to_vec(),
        _ => (1..=count).map(|number| format!("part {number}")).collect(),
    }
}

/// A name and a number in each piece: `train 80 %, test: 20 %`.
fn named(text: &str) -> Option<Vec<(String, f64)>> {
    if !text.contains('%') {
        return None;
    }
    let part = |piece: &str| {
        let piece = piece.trim().trim_end_matches('.');
        let words = piece.replace(" %", "%");
        let size = words
            .split_whitespace()
            .find_map(|word| number(word).filter(|_| word.ends_with('%')))?;
        let name = words.split_whitespace().filter(|word| !word.ends_with('%'));
        let name = name.collect::<Vec<_>>().join(" ");
        let name = name.trim_end_matches([':', '=']).trim().to_owned();
        (!name.is_empty()).then_some((name, size))
    };
    let pieces: Option<Vec<(String, f64)>> = text
        .split([',', ';', '\n'])
        .filter(|piece| !piece.trim().is_empty())
        .map(part)
        .collect();
    pieces.filter(|parts| parts.len() > 1)
}

/// Says that the parts do not make a whole.
pub(super) fn check(text: &str) -> Option<Remark> {
    let parts = parts(text)?;
    let sum: f64 = parts.iter().map(|(_, size)| size).sum();
    // Percentages were read as shares of 1; counts of examples may be any.
    let is_share = |whole: f64| parts.iter().all(|(_, size)| *size <= whole);
    let is_near = |whole: f64| (sum - whole).abs() <= 0.011 * whole;
    let (shown, whole) = match () {
        () if is_share(1.0) && !is_near(1.0) => (sum * 100.0, 100.0),
        () if !is_share(1.0) && is_share(100.0) && !is_near(100.0) => (sum, 100.0),
        () => return None,
    };
    Some(Remark::tip(say!(
        "The parts add up to {round}, not to {whole}. Check the numbers, or say what became of the rest.",
        round = (shown * 100.0).round() / 100.0,
        whole
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_from_numbers_and_names() {
        let sizes = |text: &str| {
            parts(text).map(|parts| {
                parts
                    .into_iter()
                    .map(|(name, size)| format!("{name} {size}"))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(
            sizes("80/10/10, by patient").unwrap(),
            ["training 80", "validation 10", "test 10"]
        );
        assert_eq!(sizes("0.8/0.2").unwrap(), ["part 1 0.8", "part 2 0.2"]);
        assert_eq!(sizes("train: 80 %, test 20%").unwrap(), ["train 0.8", "test 0.2"]);
        assert_eq!(
            sizes("90/10 into training and validation").unwrap(),
            ["training 90", "validation 10"]
        );
        for text in [
            "",
            "by patient and/or scanner",
            "5/2024/7/8/1/2/3",
            "half, half",
            "80 %",
        ] {
            assert_eq!(sizes(text), None, "{text}");
        }
    }

    #[test]
    fn a_split_that_makes_no_whole_is_told() {
        for text in [
            "80/10/10",
            "0.7/0.2/0.1",
            "33/33/33",
            "train 80 %, test 20 %",
            "8000/1000/1000",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
        for (text, sum) in [("80/10/20", "110"), ("0.8/0.1", "90"), ("train 80 %, test 30 %", "110")] {
            assert!(
                check(text)
                    .unwrap()
                    .message
                    .to_string()
                    .contains(&format!("add up to {sum},")),
                "{text}"
            );
        }
    }
}
