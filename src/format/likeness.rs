//! Which formats a document resembles that is read as plain JSON or YAML, and what it lacks for being one.
//!
//! A [`Profile`] is data: a format that is read gives its own by [`Lens::profile`](super::lens::Lens::profile), and
//! families of files that nothing here reads stand in [`FAMILIES`].

use super::Format;
use crate::json::{Kind, Node};
use crate::locale::Sentence;
use crate::{say, word};

/// What files of a format have at their top level.
pub(super) struct Profile {
    /// One of its files, with its article: `a WebCards answer file`.
    pub name: &'static str,
    /// The members that every file has; of a list, those of its first entry.
    pub members: &'static [&'static str],
    /// How many of the members make a document resemble it.
    pub enough: usize,
    /// A member with words in it that only files of this format have; it is decisive when it is named.
    pub says: Option<(&'static str, &'static str)>,
    /// Whether the document is a list of entries with these members.
    pub is_list: bool,
    /// What is to know or to do, as a sentence; empty for nothing.
    pub advice: &'static str,
}

/// A profile to begin with, for tables.
const PROFILE: Profile = Profile {
    name: "",
    members: &[],
    enough: 2,
    says: None,
    is_list: false,
    advice: "",
};

/// A format that a document resembles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// One of the format's files, with its article.
    pub name: &'static str,
    /// The members that it would need.
    pub missing: Vec<&'static str>,
    /// What is to know or to do; empty for nothing.
    pub advice: &'static str,
}

impl Likeness {
    /// A sentence or two: `This resembles an Amazon SageMaker model card, but has no member “model_overview”.`
    pub fn sentence(&self) -> Sentence {
        let quoted: Vec<String> = self.missing.iter().map(|name| format!("“{name}”")).collect();
        let name = Sentence::new(self.name);
        let sentence = match quoted.as_slice() {
            [] => say!("This looks like {name}.", name),
            [one] => say!("This resembles {name}, but has no member {one}.", name, one),
            [first @ .., last] => say!(
                "This resembles {name}, but has no members {first} and {last}.",
                name,
                first = first.join(", "),
                last
            ),
        };
        let advice = match self.advice {
            "" => say!("It is edited here as it is, member by member."),
            advice => Sentence::new(advice),
        };
        say!("{sentence} {advice}", sentence, advice)
    }
}

impl Profile {
    fn likeness(&self, root: &Node) -> Option<Likeness> {
        let of = match (&root.kind, self.is_list) {
            (Kind::List(items), true) => items.first()?,
            (Kind::Group(_), false) => root,
            _ => return None,
        };
        if let Some((name, words)) = self.says
            && !of.member(name).is_some_and(|node| mentions(node, words))
        {
            return None;
        }
        let is_missing = |name: &&&str| of.member(name).is_none();
        let missing: Vec<_> = self.members.iter().filter(is_missing).copied().collect();
        (self.members.len() - missing.len() >= self.enough).then_some(Likeness {
            name: self.name,
            missing,
            advice: self.advice,
        })
    }
}

/// Whether a text in a value has these words in it.
fn mentions(node: &Node, words: &str) -> bool {
    match &node.kind {
        Kind::Text(text) => text.contains(words),
        Kind::List(items) => items.iter().any(|item| mentions(item, words)),
        Kind::Group(members) => members.iter().any(|member| mentions(&member.node, words)),
        _ => false,
    }
}

/// The formats that a document resembles, those that lack least first: all with nothing missing, or else the nearest.
pub(super) fn of(root: &Node) -> Vec<Likeness> {
    let own = Format::ALL.iter().filter_map(|format| format.lens().profile());
    let mut found: Vec<Likeness> = own
        .chain(FAMILIES)
        .filter_map(|profile| profile.likeness(root))
        .collect();
    found.sort_by_key(|likeness| likeness.missing.len());
    let least = found.first().map_or(0, |likeness| likeness.missing.len());
    found.retain(|likeness| likeness.missing.len() == least);
    found.truncate(2);
    found
}

/// Families of files that are recognised by name and edited as plain JSON or YAML. Members after the publishers' schemas
/// and the files that people have.
const FAMILIES: &[Profile] = &[
    Profile {
        name: word!("a Croissant description of a dataset"),
        members: &["@context"],
        enough: 1,
        says: Some(("@context", "mlcommons.org/croissant")),
        advice: word!("It tells of a dataset, not of a model. It is edited here as plain JSON."),
        ..PROFILE
    },
    Profile {
        name: word!("an SPDX 3 document"),
        members: &["@context"],
        enough: 1,
        says: Some(("@context", "spdx.org/rdf/3")),
        advice: word!("Its elements refer to each other by id. It is edited here as plain JSON."),
        ..PROFILE
    },
    Profile {
        name: word!("a JSON-LD document"),
        members: &["@context", "@type"],
        ..PROFILE
    },
    Profile {
        name: word!("the metadata of a Kaggle model"),
        members: &["ownerSlug", "title", "slug", "description"],
        enough: 3,
        advice: word!("The card itself is the Markdown text in “description”."),
        ..PROFILE
    },
    Profile {
        name: word!("the metadata of a Kaggle model instance"),
        members: &["ownerSlug", "modelSlug", "instanceSlug", "framework"],
        enough: 2,
        advice: word!("The card itself is the Markdown text in “usage”."),
        ..PROFILE
    },
    Profile {
        name: word!("an MCX disclosure"),
        members: &["disclosure_id", "risk_class", "attestation"],
        ..PROFILE
    },
    Profile {
        name: word!("an OpenModelCard file"),
        members: &["$schema"],
        enough: 1,
        says: Some(("$schema", "openmodelcard.org")),
        ..PROFILE
    },
    Profile {
        name: word!("an EvalEval card"),
        members: &["model_id", "evaluation_results"],
        ..PROFILE
    },
    Profile {
        name: word!("the EU model documentation form as JSON"),
        members: &["GeneralInformation", "ModelProperties"],
        ..PROFILE
    },
    Profile {
        name: word!("evaluation results for Hugging Face (.eval_results)"),
        members: &["dataset", "value"],
        is_list: true,
        advice: word!("It is edited here as plain YAML."),
        ..PROFILE
    },
    Profile {
        name: word!("a list of questions with answers"),
        members: &["question", "answer"],
        is_list: true,
        ..PROFILE
    },
    Profile {
        name: word!("the answer of SageMaker to a request for a card"),
        members: &["ModelCardName", "Content"],
        advice: word!("The card itself is the JSON text in “Content”; paste that text to edit it alone."),
        ..PROFILE
    },
    Profile {
        name: word!("an Amazon SageMaker model card"),
        members: &["model_overview", "intended_uses"],
        enough: 1,
        ..PROFILE
    },
    Profile {
        name: word!("a CycloneDX bill of materials"),
        members: &["bomFormat", "specVersion", "components"],
        ..PROFILE
    },
    Profile {
        name: word!("an RT-AI model card"),
        members: &[
            "card_metadata",
            "model_basic_information",
            "technical_specifications",
            "training_data",
            "evaluations",
        ],
        enough: 3,
        ..PROFILE
    },
    Profile {
        name: word!("a Patra model card"),
        members: &["ai_model", "short_description", "full_description"],
        ..PROFILE
    },
    Profile {
        name: word!("the metadata of a MONAI bundle"),
        members: &["monai_version", "network_data_format", "pytorch_version"],
        ..PROFILE
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn sentences(text: &str) -> Vec<Sentence> {
        let root = json::parse(text).unwrap().root;
        of(&root).iter().map(Likeness::sentence).collect()
    }

    #[test]
    fn what_is_missing_is_named() {
        let found = sentences(r#"{"intended_uses": {}, "business_details": {}}"#);
        let words = "This resembles an Amazon SageMaker model card, but has no member “model_overview”.";
        assert!(found[0].to_string().starts_with(words), "{found:?}");
        let found = sentences(r#"{"model_parameters": {}, "considerations": {}}"#);
        assert!(
            found
                .iter()
                .any(|sentence| sentence.to_string().contains("Model Card Toolkit")),
            "{found:?}"
        );
        assert_eq!(sentences(r#"{"name": "otter", "version": 1}"#), [""; 0]);
    }

    #[test]
    fn families_are_named() {
        for (text, words) in [
            (
                r#"{"@context": ["x", {"cr": "http://mlcommons.org/croissant/"}], "@type": "sc:Dataset"}"#,
                "Croissant",
            ),
            (
                r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}"#,
                "SPDX 3",
            ),
            (
                r#"{"ownerSlug": "o", "title": "t", "slug": "s", "description": "d"}"#,
                "Kaggle",
            ),
            (r#"{"disclosure_id": 1, "risk_class": 2, "attestation": {}}"#, "MCX"),
            (r#"[{"question": "Who?", "answer": "We."}]"#, "questions"),
            (r#"[{"dataset": {"id": "a/b"}, "value": 1}]"#, ".eval_results"),
        ] {
            let found = sentences(text);
            assert!(
                found.iter().any(|sentence| sentence.to_string().contains(words)),
                "{text}: {found:?}"
            );
        }
        assert_eq!(sentences("[]"), [""; 0]);
        assert_eq!(sentences("3"), [""; 0]);
    }
}
