//! What to be careful about: ethical considerations, caveats and recommendations.

use crate::card::outline::{Column, Kind, Part, Question};

const RISK: &[Column] = &[
    Column::new("name", "Risk", Kind::Line, "What could go wrong, and for whom."),
    Column::new(
        "mitigation_strategy",
        "What is done about it",
        Kind::Markdown,
        "What you have done, and what users should do.",
    ),
];

pub(in crate::card::outline) const ETHICAL_CONSIDERATIONS: Part = Part {
    key: "ethical-considerations",
    title: "Ethical considerations",
    purpose: "Whom the model could harm, what was done about it, and what remains.",
    source: "Mitchell 4.8; Toolkit considerations; WebCards section 30",
    questions: &[
        Question::new(
            "ethical-considerations.sensitive_data",
            "Sensitive data",
            Kind::Markdown,
            "Whether the model uses personal or protected data, such as health, origin or religion, directly or \
             through something that reveals it. If it does, say why that is needed.",
            "Mitchell 4.8; WebCards 15",
        ),
        Question::new(
            "ethical-considerations.human_life",
            "Life, health and safety",
            Kind::Markdown,
            "Whether results inform decisions about people’s life, health, safety or livelihood, and who takes the \
             decision in the end. If they do not, one sentence is enough.",
            "Mitchell 4.8; WebCards 16",
        ),
        Question::new(
            "ethical-considerations.mitigations",
            "What was done while building",
            Kind::Markdown,
            "Steps taken during development to make harm less likely, and whether they worked: balancing the data, \
             review by people concerned, a limit on the output.",
            "Mitchell 4.8; WebCards 17",
        ),
        Question::new(
            "ethical-considerations.risks",
            "Risks in use",
            Kind::Markdown,
            "What can go wrong when the model is used as intended: what happens, to whom, how bad and how likely. \
             Say it as well if you tried to find out and could not.",
            "Mitchell 4.8; WebCards 18",
        ),
        Question::new(
            "ethical-considerations.sensitive_uses",
            "Uses that need special care",
            Kind::Markdown,
            "Uses that are possible but delicate, and what they need: for example “with pregnant patients only \
             together with a second reader”.",
            "Mitchell 4.8; WebCards 19",
        ),
        Question::new(
            "ethical-considerations.ethical_considerations",
            "Risks and answers",
            Kind::Table {
                entry: "risk",
                columns: RISK,
            },
            "One row for each risk, with what is done about it. An honest “nothing yet” helps more than an empty cell.",
            "Mitchell 4.8; Toolkit considerations.ethical_considerations",
        ),
        Question::new(
            "ethical-considerations.tradeoffs",
            "Trade-offs",
            Kind::List { entry: "trade-off" },
            "What was given up for what, one in each entry. For example: “more false alarms, for fewer missed findings”.",
            "Toolkit considerations.tradeoffs",
        ),
    ],
};

pub(in crate::card::outline) const CAVEATS_AND_RECOMMENDATIONS: Part = Part {
    key: "caveats-and-recommendations",
    title: "Caveats and recommendations",
    purpose: "What is not known, what the model cannot do, and how to use it well all the same.",
    source: "Mitchell 4.9; Toolkit considerations; WebCards section 36",
    questions: &[
        Question::new(
            "caveats-and-recommendations.limitations",
            "Known limits",
            Kind::List { entry: "limit" },
            "Where the model fails or has not been tried, one in each entry and as concrete as you can: “misses \
             fractures thinner than 2 mm” rather than “may be inaccurate”.",
            "Mitchell 4.9; Toolkit considerations.limitations",
        )
        .words(100)
        .short(),
        Question::new(
            "caveats-and-recommendations.further_testing",
            "Tests still needed",
            Kind::Markdown,
            "Whether the results call for more tests, and which. For example: “a test in a second country before \
             use there”.",
            "Mitchell 4.9; WebCards 32",
        ),
        Question::new(
            "caveats-and-recommendations.missing_groups",
            "Groups missing from the evaluation",
            Kind::Markdown,
            "People, places or situations that will meet the model but were not in the evaluation data, or hardly. \
             Give numbers if you can.",
            "Mitchell 4.9; WebCards 33",
        ),
        Question::new(
            "caveats-and-recommendations.recommendations",
            "Advice to users",
            Kind::Markdown,
            "What a user should do about the known limits: check by hand below a certain score, test on own data \
             first, do not use on certain cases. Write it as an instruction.",
            "Mitchell 4.9; WebCards 34",
        )
        .words(60),
        Question::new(
            "caveats-and-recommendations.ideal_evaluation_data",
            "Ideal evaluation data",
            Kind::Markdown,
            "What data you would test on if you could have any. It tells readers what today’s results leave open.",
            "Mitchell 4.9; WebCards 35",
        ),
    ],
};
