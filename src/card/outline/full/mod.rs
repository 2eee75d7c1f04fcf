//! The full model card: the questions of Mitchell et al. 2019 in the arrangement of WebCards,
//! with the members of the Model Card Toolkit beside them.
//!
//! Sources are written so: "Mitchell 4.2" is a section of *Model Cards for Model Reporting*
//! (2019), "Toolkit" a member of the Model Card Toolkit's JSON schema v0.0.2, "WebCards 12" the
//! field with that id in WebCards' saved answers.

pub(super) mod about;
pub(super) mod care;
pub(super) mod evidence;

use super::Outline;

/// The full model card.
pub static FULL: Outline = Outline {
    key: "full",
    name: "Full model card",
    sections: &[
        about::MODEL_DETAILS,
        about::MODEL_PARAMETERS,
        about::INTENDED_USE,
        evidence::FACTORS,
        evidence::METRICS,
        evidence::EVALUATION_DATA,
        evidence::TRAINING_DATA,
        evidence::QUANTITATIVE_ANALYSES,
        care::ETHICAL_CONSIDERATIONS,
        care::CAVEATS_AND_RECOMMENDATIONS,
    ],
};
