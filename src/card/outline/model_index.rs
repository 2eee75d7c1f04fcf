//! Results as the hub of Hugging Face nests them: models, in each its results, in each its metrics.

use super::{Column, Kind, Tier, Vocabulary};
use crate::word;

/// The answer of that shape (hub-docs `modelcard.md`, `model-index`).
pub const MODEL_INDEX: Kind = Kind::Nested {
    tiers: &[
        Tier {
            list: "",
            entry: word!("model"),
            columns: &[Column::new("name", "Model", Kind::Line, "")],
            further: &[],
        },
        Tier {
            list: "results",
            entry: word!("result"),
            columns: &[
                Column::new("task.type", "Task", Kind::Line, "").offering(Vocabulary::Tasks),
                Column::new("dataset.name", "Dataset", Kind::Line, ""),
                Column::new("dataset.type", "Dataset type", Kind::Line, ""),
            ],
            further: &[
                Column::new("task.name", "Task name", Kind::Line, ""),
                Column::new("dataset.config", "Config", Kind::Line, ""),
                Column::new("dataset.split", "Split", Kind::Line, ""),
                Column::new("dataset.revision", "Revision", Kind::Line, ""),
                Column::new("source.name", "Source", Kind::Line, ""),
                Column::new("source.url", "Source address", Kind::Line, ""),
            ],
        },
        Tier {
            list: "metrics",
            entry: word!("metric"),
            columns: &[
                Column::new("type", "Metric", Kind::Line, "").offering(Vocabulary::Measures),
                Column::new("value", "Value", Kind::Number, ""),
            ],
            further: &[
                Column::new("name", "Metric name", Kind::Line, ""),
                Column::new("verified", "Verified", Kind::YesNo, ""),
            ],
        },
    ],
};
