//! The short card: the ten questions of the full one that help most, in its words.

use super::full::{about, care, evidence};
use super::{Outline, Part, Question};

/// The short card.
pub static SHORT: Outline = Outline {
    key: "short",
    name: "Short model card",
    purpose: "Ten questions that make a card that helps, in about ten minutes; the full card asks them too.",
    sections: &[
        Part {
            questions: &[
                asked(&about::MODEL_DETAILS, "model-details.name"),
                asked(&about::MODEL_DETAILS, "model-details.overview"),
                asked(&about::MODEL_DETAILS, "model-details.version_date"),
                asked(&about::MODEL_DETAILS, "model-details.owners"),
                asked(&about::MODEL_DETAILS, "model-details.licenses"),
            ],
            ..about::MODEL_DETAILS
        },
        Part {
            questions: &[
                asked(&about::INTENDED_USE, "intended-use.use_cases"),
                asked(&about::INTENDED_USE, "intended-use.out_of_scope"),
            ],
            ..about::INTENDED_USE
        },
        Part {
            questions: &[asked(&evidence::TRAINING_DATA, "training-data.datasets")],
            ..evidence::TRAINING_DATA
        },
        Part {
            questions: &[asked(
                &evidence::QUANTITATIVE_ANALYSES,
                "quantitative-analyses.performance_metrics",
            )],
            ..evidence::QUANTITATIVE_ANALYSES
        },
        Part {
            questions: &[asked(
                &care::CAVEATS_AND_RECOMMENDATIONS,
                "caveats-and-recommendations.limitations",
            )],
            ..care::CAVEATS_AND_RECOMMENDATIONS
        },
    ],
};

/// The question of this id in a section of the full card. A wrong id does not compile.
const fn asked(part: &Part, id: &str) -> Question {
    let mut index = 0;
    while index < part.questions.len() {
        if is_same(part.questions[index].id.as_bytes(), id.as_bytes()) {
            return part.questions[index];
        }
        index += 1;
    }
    panic!("the full card has no such question");
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
