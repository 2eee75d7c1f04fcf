//! Headings that ask a question of an outline: their wording in people's files, and in new ones.
//!
//! After the annotated model card template of Hugging Face; the other wordings are those that real cards use.

/// Section of the outline, its wordings in plain words; the first is that of the template.
pub(super) const SECTIONS: [(&str, &[&str]); 19] = [
    ("model-details", &["model details"]),
    (
        "uses",
        &["uses", "intended use", "intended uses", "intended uses limitations"],
    ),
    (
        "bias-risks-limitations",
        &[
            "bias risks and limitations",
            "limitations",
            "limitations and bias",
            "limitations and biases",
            "bias and limitations",
            "risks and limitations",
            "known limitations",
            "caveats and limitations",
        ],
    ),
    (
        "how-to-get-started",
        &[
            "how to get started with the model",
            "how to use",
            "how to get started",
            "usage",
            "quickstart",
            "quick start",
            "getting started",
        ],
    ),
    ("training-details", &["training details", "training"]),
    ("evaluation", &["evaluation"]),
    ("model-examination", &["model examination"]),
    ("environmental-impact", &["environmental impact"]),
    ("technical-specifications", &["technical specifications"]),
    (
        "citation",
        &[
            "citation",
            "citing",
            "how to cite",
            "citation information",
            "bibtex entry and citation info",
        ],
    ),
    ("glossary", &["glossary"]),
    ("more-information", &["more information"]),
    ("model-card-authors", &["model card authors"]),
    ("model-card-contact", &["model card contact", "contact"]),
    // Not of the template: what cards after Mitchell et al. 2019 have.
    ("ethical-considerations", &["ethical considerations"]),
    ("factors", &["factors"]),
    ("metrics", &["metrics", "performance metrics"]),
    ("evaluation-data", &["evaluation data"]),
    ("training-data", &["training data"]),
];

/// So many of them are of the template.
const TEMPLATE: usize = 14;

/// A heading inside a section and the question that it answers; a section's own heading has no words here.
pub(super) struct Known {
    pub section: &'static str,
    /// Heading in a new file; empty for the text below the section's heading itself.
    pub heading: &'static str,
    /// Further wordings in plain words.
    pub also: &'static [&'static str],
    pub id: &'static str,
}

const fn known(section: &'static str, heading: &'static str, also: &'static [&'static str], id: &'static str) -> Known {
    Known {
        section,
        heading,
        also,
        id,
    }
}

/// The headings, in the order of the outline.
pub(super) const HEADINGS: [Known; 31] = [
    known(
        "model-details",
        "Model Description",
        &["description"],
        "model-details.description",
    ),
    known("model-details", "Model Sources", &["sources"], "model-details.sources"),
    known("uses", "", &[], "intended-use.users"),
    known(
        "uses",
        "Direct Use",
        &["intended use", "primary intended uses", "primary use"],
        "intended-use.use_cases",
    ),
    known("uses", "Downstream Use", &["downstream uses"], "uses.downstream"),
    known(
        "uses",
        "Out-of-Scope Use",
        &[
            "out of scope uses",
            "out of scope use cases",
            "misuse and out of scope use",
        ],
        "intended-use.out_of_scope",
    ),
    known(
        "bias-risks-limitations",
        "",
        &[],
        "caveats-and-recommendations.limitations",
    ),
    known(
        "bias-risks-limitations",
        "Recommendations",
        &[],
        "caveats-and-recommendations.recommendations",
    ),
    known("how-to-get-started", "", &[], "how-to-get-started.code"),
    known(
        "training-details",
        "Training Data",
        &["data", "dataset"],
        "training-data.datasets",
    ),
    known(
        "training-details",
        "Training Procedure",
        &["procedure"],
        "training-details.procedure",
    ),
    known(
        "evaluation",
        "Testing Data, Factors & Metrics",
        &["testing data factors and metrics", "testing data", "evaluation data"],
        "evaluation-data.datasets",
    ),
    known("evaluation", "Factors", &[], "factors.evaluated"),
    known("evaluation", "Metrics", &[], "metrics.measures"),
    known("evaluation", "Results", &["evaluation results"], "evaluation.results"),
    known(
        "evaluation",
        "Societal Impact Assessment",
        &[],
        "evaluation.societal_impact",
    ),
    known("model-examination", "", &[], "model-examination.notes"),
    known("environmental-impact", "", &[], "environmental-impact.notes"),
    known(
        "technical-specifications",
        "Model Architecture and Objective",
        &["model architecture", "architecture"],
        "model-parameters.architecture",
    ),
    known(
        "technical-specifications",
        "Compute Infrastructure",
        &["hardware and software"],
        "technical-specifications.compute",
    ),
    known("citation", "", &[], "model-details.citations"),
    known("glossary", "", &[], "glossary.terms"),
    known("more-information", "", &[], "more-information.text"),
    known("model-card-authors", "", &[], "model-card-authors.names"),
    known("model-card-contact", "", &[], "model-details.contact"),
    known("ethical-considerations", "", &[], "ethical-considerations.risks"),
    known("training-details", "", &[], "training-details.overview"),
    known("factors", "", &[], "factors.relevant"),
    known("metrics", "", &[], "metrics.measures"),
    known("evaluation-data", "", &[], "evaluation-data.datasets"),
    known("training-data", "", &[], "training-data.datasets"),
];

/// The section that a heading opens.
pub(in crate::format) fn section(words: &str) -> Option<&'static str> {
    let words = plain(words);
    let found = SECTIONS.iter().find(|(_, wordings)| wordings.contains(&words.as_str()));
    found.map(|(key, _)| *key)
}

/// The section of the template that has exactly this heading.
pub(super) fn template(words: &str) -> Option<&'static str> {
    let words = plain(words);
    let found = SECTIONS[..TEMPLATE].iter().find(|(_, wordings)| wordings[0] == words);
    found.map(|(key, _)| *key)
}

/// The question that a heading inside a section asks, or the section's own heading, when `words` is empty.
pub(in crate::format) fn question(section: &str, words: &str) -> Option<&'static str> {
    let plain_words = plain(words);
    let fits = |known: &&Known| {
        known.section == section
            && known.heading.is_empty() == words.is_empty()
            && (plain(known.heading) == plain_words || known.also.contains(&plain_words.as_str()))
    };
    HEADINGS.iter().find(fits).map(|known| known.id)
}

/// Where a new file answers a question: section and heading.
pub(super) fn place(id: &str) -> Option<&'static Known> {
    HEADINGS.iter().find(|known| known.id == id)
}

/// The words without numbers in front, emoji, punctuation and “[optional]”, in small letters.
pub(super) fn plain(words: &str) -> String {
    let lower = words.to_lowercase().replace("[optional]", " ");
    let parts = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty());
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.skip_while(is_number).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_compared_by_their_words() {
        assert_eq!(section("2. 🚀 **Uses** [optional]:"), Some("uses"));
        assert_eq!(section("Quickstart"), Some("how-to-get-started"));
        assert_eq!(section("Framework versions"), None);
        assert_eq!(question("uses", "Out-of-scope uses"), Some("intended-use.out_of_scope"));
        assert_eq!(question("uses", ""), Some("intended-use.users"));
        assert_eq!(question("uses", "🎉"), None);
    }

    #[test]
    fn every_question_is_one_of_an_outline() {
        use crate::card::outline::{FULL, HUGGING_FACE};
        for known in HEADINGS {
            let outline = match HUGGING_FACE.part(known.section) {
                Some(_) => &HUGGING_FACE,
                None => &FULL,
            };
            assert!(outline.question(known.id).is_some(), "{}", known.id);
            assert!(SECTIONS.iter().any(|(key, _)| *key == known.section));
        }
    }
}
