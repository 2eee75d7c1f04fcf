//! How well the model works and how that is known: factors, metrics, data, results.

use crate::card::outline::{Column, Kind, Part, Question, Vocabulary};
use crate::card::results;

const DATASET: &[Column] = &[
    Column::new(
        "split",
        "Used for",
        Kind::Choice {
            options: &["train", "eval", "validation", "test"],
        },
        "Training (train), evaluation (eval), or something else.",
    ),
    Column::new("name", "Name", Kind::Line, "With its version, if it has one."),
    Column::new("link", "Link", Kind::Link, "Where it can be found or is described."),
    Column::new(
        "description",
        "Description",
        Kind::Markdown,
        "What it contains, where it comes from, how much there is.",
    ),
    Column::new(
        "sensitive.sensitive_data",
        "Sensitive data",
        Kind::List { entry: "kind of data" },
        "Kinds of personal data in it, such as age or diagnosis.",
    ),
];

const METRIC: &[Column] = &[
    Column::new("type", "Metric", Kind::Line, "Such as accuracy, recall or AUC.").offering(Vocabulary::Measures),
    Column::new("value", "Value", Kind::Line, "As you report it: 0.94 or 94%."),
    Column::new(
        "unit",
        "Unit",
        Kind::Line,
        "Where the value has one, such as ms or °C; empty for shares.",
    ),
    Column::new(
        "confidence_interval.lower_bound",
        "Interval, from",
        Kind::Line,
        "Lower end of the confidence interval.",
    ),
    Column::new(
        "confidence_interval.upper_bound",
        "Interval, to",
        Kind::Line,
        "Upper end of the confidence interval.",
    ),
    Column::new(
        "dataset",
        "Dataset",
        Kind::Line,
        "The data it was measured on, with version or split.",
    ),
    Column::new(
        "slice",
        "Group or slice",
        Kind::Line,
        "The part of the data it holds for, such as sex=F & age>70; empty for all of it.",
    ),
    Column::new(
        "threshold",
        "Threshold",
        Kind::Line,
        "The decision threshold the value was measured at.",
    ),
];

const CHART: &[Column] = &[
    Column::new(
        "kind",
        "Shown as",
        Kind::Choice {
            options: &results::CHARTS,
        },
        "Bars are drawn from the table of results. The others need numbers of their own.",
    ),
    Column::new(
        "title",
        "Title",
        Kind::Line,
        "What it shows; one is made if it is empty.",
    ),
    Column::new(
        "metric",
        "Only these metrics",
        Kind::Line,
        "For bars: their names, with commas; empty for all.",
    ),
    Column::new(
        "data",
        "Numbers",
        Kind::Markdown,
        "A table as CSV or Markdown. Line and ROC curve: the first column goes to the right. Confusion matrix: a row for \
         each actual class. Dataset split: a name and a size in each row; empty to take the split of the training data.",
    ),
];

pub(in crate::card::outline) const FACTORS: Part = Part {
    key: "factors",
    title: "Factors",
    purpose: "For whom, with which instruments and in which surroundings results may differ.",
    source: "Mitchell 4.3; WebCards section 31",
    questions: &[
        Question::new(
            "factors.relevant",
            "What may change the results",
            Kind::Markdown,
            "Groups of people, instruments and surroundings for which the model may work better or worse, and how \
             you know. For example: age, skin tone, make of the scanner, light, dialect.",
            "Mitchell 4.3; WebCards 21",
        ),
        Question::new(
            "factors.evaluated",
            "What was looked at",
            Kind::Markdown,
            "Which of these factors the evaluation reports, and why these. Name the others too and say why they are \
             missing, for example “skin tone is not recorded in the data”.",
            "Mitchell 4.3; WebCards 22",
        ),
    ],
};

pub(in crate::card::outline) const METRICS: Part = Part {
    key: "metrics",
    title: "Metrics",
    purpose: "How quality is measured, and why that is the right way for this use.",
    source: "Mitchell 4.4; WebCards section 33",
    questions: &[
        Question::new(
            "metrics.measures",
            "Measures",
            Kind::Markdown,
            "The measures you report and why they fit the use. Say which mistake costs more: for example “recall, \
             because a missed finding is worse than a false alarm”.",
            "Mitchell 4.4; WebCards 26",
        ),
        Question::new(
            "metrics.thresholds",
            "Decision thresholds",
            Kind::Markdown,
            "The value from which a score becomes a decision, and why it was set there. If users can change it, say \
             what happens when they do.",
            "Mitchell 4.4; WebCards 27",
        ),
        Question::new(
            "metrics.variation",
            "Uncertainty",
            Kind::Markdown,
            "How you know that the numbers are stable: repeated runs, cross-validation, confidence intervals, and \
             how many of them. If there was one run only, say so.",
            "Mitchell 4.4",
        ),
    ],
};

pub(in crate::card::outline) const EVALUATION_DATA: Part = Part {
    key: "evaluation-data",
    title: "Evaluation data",
    purpose: "The data on which the reported results were measured.",
    source: "Mitchell 4.5; WebCards section 32",
    questions: &[
        Question::new(
            "evaluation-data.datasets",
            "Datasets and main result",
            Kind::Markdown,
            "The data the model was tested on: name, version, size, where and when it was collected, and whether \
             the model had seen any of it before. Add the main result in one sentence; the full numbers belong to \
             the quantitative analyses.",
            "Mitchell 4.5; WebCards 23",
        ),
        Question::new(
            "evaluation-data.motivation",
            "Why this data",
            Kind::Markdown,
            "Why these datasets stand for the intended use, and in what they differ from it. For example: “same \
             hospital group, but only two of its eleven scanners”.",
            "Mitchell 4.5; WebCards 24",
        ),
        Question::new(
            "evaluation-data.preprocessing",
            "Preparation",
            Kind::Markdown,
            "What was done to the data before the test: filtering, cleaning, scaling, who labelled it and how. Say \
             what was left out and how much that was.",
            "Mitchell 4.5; WebCards 25",
        ),
    ],
};

pub(in crate::card::outline) const TRAINING_DATA: Part = Part {
    key: "training-data",
    title: "Training data",
    purpose: "The data from which the model learned; if it cannot be told, at least how its groups are distributed.",
    source: "Mitchell 4.6; Toolkit model_parameters.data; WebCards section 34",
    questions: &[
        Question::new(
            "training-data.datasets",
            "Datasets used",
            Kind::Table {
                entry: "dataset",
                columns: DATASET,
            },
            "One row for each dataset, with what it was used for. Name the sensitive data in it, such as age, \
             origin or health, even if the model does not use it.",
            "Mitchell 4.6; Toolkit model_parameters.data",
        )
        .short(),
        Question::new(
            "training-data.name",
            "Name of the dataset",
            Kind::Line,
            "If there is one main dataset, its name and version. Several go into the table above.",
            "Mitchell 4.6; WebCards 38",
        ),
        Question::new(
            "training-data.description",
            "Description",
            Kind::Markdown,
            "What the data contains, who collected it, when, where and how, and who is in it. If you may not \
             publish that, tell at least how the groups of the section Factors are distributed.",
            "Mitchell 4.6; WebCards 40",
        ),
        Question::new(
            "training-data.size",
            "Size",
            Kind::Line,
            "How much data there is, with its unit: “41,000 images of 12,300 patients”.",
            "WebCards 41",
        ),
        Question::new(
            "training-data.split",
            "Split",
            Kind::Line,
            "How the data was divided into training, validation and test, and by what: “80/10/10, by patient”.",
            "WebCards 44",
        ),
    ],
};

pub(in crate::card::outline) const QUANTITATIVE_ANALYSES: Part = Part {
    key: "quantitative-analyses",
    title: "Quantitative analyses",
    purpose: "The results in numbers and figures, for everyone together and for each group.",
    source: "Mitchell 4.7; Toolkit quantitative_analysis; WebCards sections 33 and 35",
    questions: &[
        Question::new(
            results::QUESTION,
            "Results",
            Kind::Table {
                entry: "metric",
                columns: METRIC,
            },
            "One row for each number: the metric, its value and, if it holds for a part of the data only, which \
             part. Give the confidence interval where you have one.",
            "Mitchell 4.7; Toolkit quantitative_analysis.performance_metrics",
        )
        .short(),
        Question::new(
            results::CHARTS_QUESTION,
            "Charts",
            Kind::Table {
                entry: "chart",
                columns: CHART,
            },
            "The results as pictures, drawn here and shown in the preview, the HTML page and the PDF with their numbers \
             below. Without a row there is the table only.",
            "Mitchell 4.7; SageMaker metric_data",
        ),
        Question::new(
            "quantitative-analyses.selected_metrics",
            "Metrics chosen in WebCards",
            Kind::Line,
            "The six metrics of WebCards, in its own notation. The table of results above says more and is read by \
             other tools.",
            "WebCards 31",
        )
        .legacy(),
        Question::new(
            "quantitative-analyses.metrics_notes",
            "How to read the results",
            Kind::Markdown,
            "What the numbers mean in practice. For example: “of 100 urgent cases, the model puts 94 first”.",
            "WebCards 57",
        ),
        Question::new(
            "quantitative-analyses.graph_notes",
            "How to read the figures",
            Kind::Markdown,
            "What each figure shows and what a reader should see in it, in words that also serve somebody who \
             cannot see it.",
            "WebCards 58",
        ),
        Question::new(
            "quantitative-analyses.unitary",
            "Results by factor",
            Kind::Markdown,
            "How results differ between the groups of each single factor, for example women and men. Give the \
             number of cases in each group.",
            "Mitchell 4.7; WebCards 28",
        ),
        Question::new(
            "quantitative-analyses.intersectional",
            "Results by combined factors",
            Kind::Markdown,
            "How results differ where factors meet, for example women over 70. Say it too when a group is too small \
             for a reliable number.",
            "Mitchell 4.7; WebCards 29",
        ),
        Question::new(
            "quantitative-analyses.graphics",
            "Figures",
            Kind::Figures,
            "Plots of the results, such as a ROC curve or results by group, each with a caption, and an alt text for \
             people who cannot see the picture. “Add a figure” is at the end of the section.",
            "Mitchell 4.7; Toolkit quantitative_analysis.graphics",
        ),
    ],
};
