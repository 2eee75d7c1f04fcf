//! A good and a weak answer to each of the questions that are hard to answer well.
//!
//! Users name uses, limits and risks as the hardest to write; they are also what readers look for first. All examples
//! speak of one invented model, of which the site also shows a whole card.

/// Two answers to a question, and what makes the difference.
#[derive(Debug)]
pub struct Example {
    /// The ids of the questions.
    questions: &'static [&'static str],
    /// An answer that helps a reader to decide.
    pub good: &'static str,
    /// An answer that sounds like one and helps nobody.
    pub weak: &'static str,
    /// What the good answer has and the weak one lacks.
    pub why: &'static str,
}

/// The example for the question with this id.
pub fn of(question: &str) -> Option<&'static Example> {
    ALL.iter().find(|example| example.questions.contains(&question))
}

static ALL: &[Example] = &[
    Example {
        questions: &["model-details.overview", "model-details.description"],
        good: "Looks at an X-ray of the wrist and says how likely it shows a fracture, so that urgent pictures are read \
               first. It sorts a list; it makes no diagnosis.",
        weak: "A state-of-the-art deep-learning solution for radiology.",
        why: "What goes in, what comes out, for whom, and what it does not do. No praise: the numbers come later.",
    },
    Example {
        questions: &["intended-use.use_cases"],
        good: "Putting wrist X-rays of adults in order of urgency in an emergency department, before a radiologist \
               reads every one of them.",
        weak: "Fracture detection in hospitals.",
        why: "The task, the place in the work, and who still decides. A reader can tell whether their case is this one.",
    },
    Example {
        questions: &["intended-use.users"],
        good: "Radiologists and emergency physicians who have done the one-hour introduction. Patients never see the \
               score.",
        weak: "Medical professionals.",
        why: "Who acts on the result, what they need to know first, and who must not see it.",
    },
    Example {
        questions: &["intended-use.out_of_scope", "uses-and-directions.population"],
        good: "Not for children: growth plates look like fractures to it, and no picture in the training data comes \
               from a patient under 18. Not for discharging patients without a radiologist.",
        weak: "Should not be used for unintended purposes.",
        why: "Uses somebody could really think of, each with the reason. “Unintended” forbids nothing.",
    },
    Example {
        questions: &["training-data.datasets", "training-data.description"],
        good: "24,310 X-rays of 19,842 adults, two hospitals in Graz, 2015 to 2021, labelled by two radiologists each; \
               62 % women, mean age 54. Pictures with a cast were left out.",
        weak: "A large dataset of X-rays from clinical practice.",
        why: "How many, from where and when, who labelled, who is in it, what was left out.",
    },
    Example {
        questions: &["evaluation-data.datasets", "evaluation-data.motivation"],
        good: "1,200 X-rays of a third hospital (Linz, 2022) that took no part in training; three radiologists voted. \
               Chosen because its machines are of another maker.",
        weak: "10 % of the data were held out for testing.",
        why: "New places show more than new rows of the same table. It also says who decided what is true.",
    },
    Example {
        questions: &["factors.relevant", "factors.evaluated"],
        good: "Age over 70 (thin bones show less), the maker of the X-ray machine, and casts. Skin colour was not \
               examined: it does not show on X-rays.",
        weak: "Demographic factors.",
        why: "Named groups and conditions, why each may matter, and which were looked at.",
    },
    Example {
        questions: &["quantitative-analyses.unitary", "quantitative-analyses.intersectional"],
        good: "Sensitivity is 0.94 for patients under 70 (n = 843) and 0.87 above (n = 357). For women over 85 there \
               are 31 pictures, too few for a number.",
        weak: "Performance is consistent across groups.",
        why: "A number and a count for each group, and the courage to say where there are too few.",
    },
    Example {
        questions: &["caveats-and-recommendations.limitations"],
        good: "Misses one of eight fractures in patients over 70. Takes old, healed fractures for new ones. Was never \
               tried on pictures of mobile machines.",
        weak: "As with all AI models, results may be inaccurate.",
        why: "Concrete failures with their size, and what was never tried. A reader can plan for these.",
    },
    Example {
        questions: &["caveats-and-recommendations.recommendations"],
        good: "Read every picture, whatever its score. Check 200 pictures of your own machine before you switch it on, \
               and again after each change of the machine.",
        weak: "Use with care.",
        why: "Things to do, with a number and a time. “Care” cannot be checked.",
    },
    Example {
        questions: &["ethical-considerations.risks", "evaluation.societal_impact"],
        good: "Patients with a missed fracture wait longer than without the model: the median delay in the trial was \
               40 minutes. A doctor looks at the end of the list every hour.",
        weak: "There are ethical risks that need to be considered.",
        why: "Who is harmed, how, how much, and what is done against it.",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::card::outline::ALL as OUTLINES;

    #[test]
    fn every_example_belongs_to_a_question_and_each_question_has_one_at_most() {
        let mut seen = HashSet::new();
        for id in ALL.iter().flat_map(|example| example.questions) {
            assert!(seen.insert(id), "{id} has two examples");
            assert!(
                OUTLINES.iter().any(|outline| outline.question(id).is_some()),
                "{id} is asked nowhere"
            );
        }
    }

    #[test]
    fn the_hard_questions_of_the_short_card_have_examples() {
        for id in [
            "intended-use.use_cases",
            "intended-use.out_of_scope",
            "caveats-and-recommendations.limitations",
        ] {
            let example = of(id).unwrap();
            assert!(example.good.len() > example.weak.len(), "{id}");
        }
        assert!(of("model-details.name").is_none());
    }
}
