//! The datasheet of a dataset: the 57 questions of Gebru et al., *Datasheets for Datasets* (2021).
//!
//! Sources are written so: "Gebru 12" is the twelfth question of the paper, counted through its seven sections, each of
//! which ends with room for comments; "WebCards datasheet 13" is the field with that id in `answer_datasheet.json`.

use super::{Kind, Outline, Part, Question};

/// The datasheet of a dataset.
pub static DATASHEET: Outline = Outline {
    key: "datasheet",
    name: "Datasheet for a dataset",
    purpose: "For a dataset instead of a model: why and how it was made, what is in it, who may use it for what.",
    sections: &[
        Part {
            key: "motivation",
            title: "Motivation",
            purpose: "Why the dataset was made, by whom and with whose money.",
            source: "Gebru 3.1; WebCards datasheet section 1",
            questions: &[
                Question::new(
                    "motivation.purpose",
                    "Purpose",
                    Kind::Markdown,
                    "What the dataset was made for: a task somebody had in mind, or a gap it should fill.",
                    "Gebru 1; WebCards datasheet 1",
                ),
                Question::new(
                    "motivation.creators",
                    "Who made it",
                    Kind::Markdown,
                    "The people or the team, and the organisation for which they did it.",
                    "Gebru 2; WebCards datasheet 2",
                ),
                Question::new(
                    "motivation.funding",
                    "Who paid",
                    Kind::Markdown,
                    "Who gave money or time. Name the grant and its number if there is one.",
                    "Gebru 3; WebCards datasheet 3",
                ),
                Question::new(
                    "motivation.comments",
                    "Anything else",
                    Kind::Markdown,
                    "Whatever else readers should know about this.",
                    "Gebru 4",
                ),
            ],
        },
        Part {
            key: "composition",
            title: "Composition",
            purpose: "What is in the dataset, how complete it is, and whom it could concern.",
            source: "Gebru 3.2; WebCards datasheet section 2",
            questions: &[
                Question::new(
                    "composition.instances",
                    "What one entry stands for",
                    Kind::Markdown,
                    "The things that the entries describe: documents, pictures, people, visits, ratings. If there \
                     are several kinds, describe each and how they go together.",
                    "Gebru 5; WebCards datasheet 5",
                ),
                Question::new(
                    "composition.count",
                    "How many",
                    Kind::Markdown,
                    "The number of entries, of each kind if there are several, with the date on which they were \
                     counted.",
                    "Gebru 6; WebCards datasheet 6",
                ),
                Question::new(
                    "composition.sample",
                    "All or a sample",
                    Kind::Markdown,
                    "Whether every possible entry is there or a part of a larger set. For a part: how it was drawn, \
                     whether it stands for the whole, and how you know.",
                    "Gebru 7; WebCards datasheet 7",
                ),
                Question::new(
                    "composition.content",
                    "What an entry holds",
                    Kind::Markdown,
                    "Raw data, such as text or pixels, or values computed from it; name each with its unit.",
                    "Gebru 8; WebCards datasheet 8",
                ),
                Question::new(
                    "composition.labels",
                    "Labels",
                    Kind::Markdown,
                    "Whether entries have a label or target value, what it means and where it comes from.",
                    "Gebru 9; WebCards datasheet 9",
                ),
                Question::new(
                    "composition.missing",
                    "What is missing",
                    Kind::Markdown,
                    "What some entries lack and why, for example because it could not be had. Parts blacked out on \
                     purpose do not belong here.",
                    "Gebru 10; WebCards datasheet 10",
                ),
                Question::new(
                    "composition.relationships",
                    "Links between entries",
                    Kind::Markdown,
                    "Whether connections between entries are written down, such as pictures of one patient or \
                     replies to one message, and how.",
                    "Gebru 11; WebCards datasheet 11",
                ),
                Question::new(
                    "composition.splits",
                    "Recommended split",
                    Kind::Markdown,
                    "How the data should be divided for training, tuning and testing, and the reason for dividing \
                     it so.",
                    "Gebru 12; WebCards datasheet 12",
                ),
                Question::new(
                    "composition.errors",
                    "Errors, noise, duplicates",
                    Kind::Markdown,
                    "What is known to be wrong, doubtful or there more than once, and how often.",
                    "Gebru 13; WebCards datasheet 13",
                ),
                Question::new(
                    "composition.external",
                    "Relies on other sources",
                    Kind::Markdown,
                    "Whether it can be used alone or points to something elsewhere, such as web pages. Then say whether that \
                     stays, whether there is an archive, and which terms hold there.",
                    "Gebru 14; WebCards datasheet 14",
                ),
                Question::new(
                    "composition.confidential",
                    "Confidential content",
                    Kind::Markdown,
                    "Whether it holds what is meant for few, such as what was told to a doctor or a lawyer, or \
                     private messages.",
                    "Gebru 15; WebCards datasheet 15",
                ),
                Question::new(
                    "composition.offensive",
                    "Content that could upset",
                    Kind::Markdown,
                    "Whether looking at it could insult, frighten or hurt somebody, and by what.",
                    "Gebru 16; WebCards datasheet 16",
                ),
                Question::new(
                    "composition.groups",
                    "Groups of people",
                    Kind::Markdown,
                    "Which groups can be told apart in it, such as by age or sex, how that was found out and how \
                     many belong to each.",
                    "Gebru 17; WebCards datasheet 17",
                ),
                Question::new(
                    "composition.identification",
                    "Can people be recognised",
                    Kind::Markdown,
                    "Whether persons can be found in it, directly or together with other data, and how.",
                    "Gebru 18; WebCards datasheet 18",
                ),
                Question::new(
                    "composition.sensitive",
                    "Sensitive facts",
                    Kind::Markdown,
                    "Facts that deserve care: origin, health, beliefs, sexual life, political opinions, money, \
                     place, genes, biometry, criminal records.",
                    "Gebru 19; WebCards datasheet 19",
                ),
                Question::new(
                    "composition.comments",
                    "Anything else",
                    Kind::Markdown,
                    "Whatever else readers should know about this.",
                    "Gebru 20",
                ),
            ],
        },
        Part {
            key: "collection",
            title: "Collection",
            purpose: "How the data was gathered, by whom, and what the people in it know of it.",
            source: "Gebru 3.3; WebCards datasheet section 3",
            questions: &[
                Question::new(
                    "collection.acquisition",
                    "How values were obtained",
                    Kind::Markdown,
                    "Seen directly, told by people, or derived from other data; and how what was told or derived \
                     was checked.",
                    "Gebru 21; WebCards datasheet 20",
                ),
                Question::new(
                    "collection.tools",
                    "With which tools",
                    Kind::Markdown,
                    "Devices, programs, forms or people that did it, and how these were tested.",
                    "Gebru 22; WebCards datasheet 21",
                ),
                Question::new(
                    "collection.sampling",
                    "How the sample was drawn",
                    Kind::Markdown,
                    "For a sample: the rule, and whether chance plays a part in it, with what chances.",
                    "Gebru 23; WebCards datasheet 22",
                ),
                Question::new(
                    "collection.collectors",
                    "Who collected, and for what pay",
                    Kind::Markdown,
                    "Students, crowdworkers, staff: who they were and how they were paid.",
                    "Gebru 24; WebCards datasheet 23",
                ),
                Question::new(
                    "collection.period",
                    "When",
                    Kind::Markdown,
                    "From when to when it was collected, and whether the entries are from the same time.",
                    "Gebru 25; WebCards datasheet 24",
                ),
                Question::new(
                    "collection.ethics_review",
                    "Ethical review",
                    Kind::Markdown,
                    "Whether a board looked at it, what it decided, and where that can be read.",
                    "Gebru 26; WebCards datasheet 25",
                ),
                Question::new(
                    "collection.directness",
                    "Directly or through others",
                    Kind::Markdown,
                    "Whether it comes from the people concerned themselves or from third parties, such as web sites.",
                    "Gebru 27; WebCards datasheet 26",
                ),
                Question::new(
                    "collection.notice",
                    "Were people told",
                    Kind::Markdown,
                    "Whether the people concerned knew of the collection, and how they were told; give the wording \
                     if you can.",
                    "Gebru 28; WebCards datasheet 27",
                ),
                Question::new(
                    "collection.consent",
                    "Did people agree",
                    Kind::Markdown,
                    "Whether they agreed to collection and use, how they were asked, and the exact words.",
                    "Gebru 29; WebCards datasheet 28",
                ),
                Question::new(
                    "collection.withdrawal",
                    "Can people withdraw",
                    Kind::Markdown,
                    "How somebody who agreed can take that back, for all or for some uses.",
                    "Gebru 30; WebCards datasheet 29",
                ),
                Question::new(
                    "collection.impact_analysis",
                    "Analysis of the effects",
                    Kind::Markdown,
                    "Whether somebody studied what the dataset and its use can mean for the people in it, with the \
                     outcome.",
                    "Gebru 31; WebCards datasheet 30",
                ),
                Question::new(
                    "collection.comments",
                    "Anything else",
                    Kind::Markdown,
                    "Whatever else readers should know about this.",
                    "Gebru 32",
                ),
            ],
        },
        Part {
            key: "preprocessing",
            title: "Preprocessing, cleaning, labelling",
            purpose: "What was done to the data after it was gathered.",
            source: "Gebru 3.4; WebCards datasheet section 4",
            questions: &[
                Question::new(
                    "preprocessing.steps",
                    "What was done",
                    Kind::Markdown,
                    "Cutting, tagging, removing entries, filling gaps, labelling: each step, in order. If nothing \
                     was done, say so.",
                    "Gebru 33; WebCards datasheet 31",
                ),
                Question::new(
                    "preprocessing.raw_data",
                    "Is the raw data kept",
                    Kind::Markdown,
                    "Whether the data before these steps is kept for uses nobody thought of yet, and where it can \
                     be had.",
                    "Gebru 34; WebCards datasheet 32",
                ),
                Question::new(
                    "preprocessing.software",
                    "Is the software available",
                    Kind::Markdown,
                    "Whether the programs that did it can be had, and where.",
                    "Gebru 35; WebCards datasheet 33",
                ),
                Question::new(
                    "preprocessing.comments",
                    "Anything else",
                    Kind::Markdown,
                    "Whatever else readers should know about this.",
                    "Gebru 36",
                ),
            ],
        },
        Part {
            key: "dataset-uses",
            title: "Uses of the dataset",
            purpose: "What it was used for, what else it suits, and what it must not be used for.",
            source: "Gebru 3.5; WebCards datasheet section 5",
            questions: &[
                Question::new(
                    "dataset-uses.past",
                    "Used before",
                    Kind::Markdown,
                    "What it has been used for up to now.",
                    "Gebru 37; WebCards datasheet 34",
                ),
                Question::new(
                    "dataset-uses.list",
                    "Where uses are listed",
                    Kind::Markdown,
                    "A page that collects papers or systems that use it.",
                    "Gebru 38; WebCards datasheet 35",
                ),
                Question::new(
                    "dataset-uses.other",
                    "What else it suits",
                    Kind::Markdown,
                    "Further tasks it could serve.",
                    "Gebru 39; WebCards datasheet 36",
                ),
                Question::new(
                    "dataset-uses.limits",
                    "What limits later use",
                    Kind::Markdown,
                    "Anything in how it was made that could lead to unfair treatment or other harm later, and what \
                     users can do against it.",
                    "Gebru 40; WebCards datasheet 37",
                ),
                Question::new(
                    "dataset-uses.avoid",
                    "Not to be used for",
                    Kind::Markdown,
                    "Tasks for which it must not be used, and why.",
                    "Gebru 41; WebCards datasheet 38",
                ),
                Question::new(
                    "dataset-uses.comments",
                    "Anything else",
                    Kind::Markdown,
                    "Whatever else readers should know about this.",
                    "Gebru 42",
                ),
            ],
        },
        Part {
            key: "distribution",
            title: "Distribution",
            purpose: "Who gets the dataset, how, when and under which terms.",
            source: "Gebru 3.6; WebCards datasheet section 6",
            questions: &[
                Question::new(
                    "distribution.recipients",
                    "To whom",
                    Kind::Markdown,
                    "Whether others than those who made it will get it, and who.",
                    "Gebru 43; WebCards datasheet 39",
                ),
                Question::new(
                    "distribution.channel",
                    "How",
                    Kind::Markdown,
                    "As a file, through an interface, from a repository; with its DOI if it has one.",
                    "Gebru 44; WebCards datasheet 40",
                ),
                Question::new(
                    "distribution.date",
                    "When",
                    Kind::Markdown,
                    "When it is, or was, first given out.",
                    "Gebru 45; WebCards datasheet 41",
                ),
                Question::new(
                    "distribution.terms",
                    "Licence or terms of use",
                    Kind::Markdown,
                    "Under which licence or terms, with a link, and what it costs.",
                    "Gebru 46; WebCards datasheet 42",
                ),
                Question::new(
                    "distribution.third_parties",
                    "Rights of others",
                    Kind::Markdown,
                    "Terms that others have put on parts of the data, with a link.",
                    "Gebru 47; WebCards datasheet 43",
                ),
                Question::new(
                    "distribution.export",
                    "Export rules",
                    Kind::Markdown,
                    "Laws that limit sending it to other countries or people.",
                    "Gebru 48; WebCards datasheet 44",
                ),
                Question::new(
                    "distribution.comments",
                    "Anything else",
                    Kind::Markdown,
                    "Whatever else readers should know about this.",
                    "Gebru 49",
                ),
            ],
        },
        Part {
            key: "maintenance",
            title: "Maintenance",
            purpose: "Who looks after the dataset from now on.",
            source: "Gebru 3.7; WebCards datasheet section 7",
            questions: &[
                Question::new(
                    "maintenance.keeper",
                    "Who keeps it",
                    Kind::Markdown,
                    "Who stores it, supports its users and mends it.",
                    "Gebru 50; WebCards datasheet 45",
                ),
                Question::new(
                    "maintenance.contact",
                    "How to reach them",
                    Kind::Markdown,
                    "An e-mail address or a page.",
                    "Gebru 51; WebCards datasheet 46",
                ),
                Question::new(
                    "maintenance.errata",
                    "List of corrections",
                    Kind::Markdown,
                    "Where known errors are listed.",
                    "Gebru 52; WebCards datasheet 47",
                ),
                Question::new(
                    "maintenance.updates",
                    "Updates",
                    Kind::Markdown,
                    "Whether it will be corrected, added to or reduced; by whom, how often, and how users hear of it.",
                    "Gebru 53; WebCards datasheet 48",
                ),
                Question::new(
                    "maintenance.retention",
                    "How long personal data may be kept",
                    Kind::Markdown,
                    "Limits that the people in it were told, such as deletion after a year, and how they are kept to.",
                    "Gebru 54; WebCards datasheet 49",
                ),
                Question::new(
                    "maintenance.old_versions",
                    "Old versions",
                    Kind::Markdown,
                    "Whether earlier versions stay available, and how users learn that one is given up.",
                    "Gebru 55; WebCards datasheet 50",
                ),
                Question::new(
                    "maintenance.contributions",
                    "Contributions by others",
                    Kind::Markdown,
                    "Whether and how others can add to it, and who checks that.",
                    "Gebru 56; WebCards datasheet 51",
                ),
                Question::new(
                    "maintenance.comments",
                    "Anything else",
                    Kind::Markdown,
                    "Whatever else readers should know about this.",
                    "Gebru 57",
                ),
            ],
        },
    ],
};
