//! The metadata of a MONAI bundle: a model for medical images with what is needed to run it.

use super::{Kind, Outline, Part, Question};

/// The metadata of a MONAI bundle.
pub static MONAI: Outline = Outline {
    key: "monai",
    name: "MONAI bundle metadata",
    purpose: "What a MONAI bundle says of itself: task, data formats, results, the versions that it needs.",
    sections: &[BUNDLE, IMAGES, SOFTWARE],
};

const BUNDLE: Part = Part {
    key: "monai-bundle",
    title: "The bundle",
    purpose: "What the model does, who made it, and what it is meant for.",
    source: "MONAI bundle metadata",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name by which people will look for the bundle.",
            "MONAI name",
        )
        .short(),
        Question::new(
            "monai-bundle.task",
            "Task",
            Kind::Line,
            "What it does with which images, in one line: “segmentation of kidneys in CT”.",
            "MONAI task",
        )
        .short(),
        Question::new(
            "model-details.overview",
            "Description",
            Kind::Markdown,
            "What goes in, what comes out and for whom.",
            "MONAI description",
        )
        .short(),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version of the bundle, such as 0.1.0.",
            "MONAI version",
        ),
        Question::new(
            "monai-bundle.changelog",
            "What changed",
            Kind::Markdown,
            "For each version what is new in it.",
            "MONAI changelog",
        ),
        Question::new(
            "model-details.owners",
            "Authors",
            Kind::Line,
            "The people or the team who made it.",
            "MONAI authors",
        ),
        Question::new(
            "monai-bundle.copyright",
            "Copyright",
            Kind::Line,
            "Who holds the rights.",
            "MONAI copyright",
        ),
        Question::new(
            "intended-use.use_cases",
            "Intended use",
            Kind::Markdown,
            "What it was made for, and above all what it must not be used for, such as diagnosis.",
            "MONAI intended_use",
        )
        .short(),
        Question::new(
            "model-details.references",
            "References",
            Kind::List { entry: "reference" },
            "Papers and pages to read further, one in each entry.",
            "MONAI references",
        ),
    ],
};

const IMAGES: Part = Part {
    key: "monai-data",
    title: "Images and results",
    purpose: "Which images the model takes, what it gives back, and how well it does.",
    source: "MONAI bundle metadata",
    questions: &[
        Question::new(
            "training-data.description",
            "Source of the data",
            Kind::Line,
            "Where the training data come from, best as a web address.",
            "MONAI data_source",
        ),
        Question::new(
            "monai-data.data_type",
            "File format",
            Kind::Line,
            "How the images are stored or read: nibabel, dicom, jpeg.",
            "MONAI data_type",
        ),
        Question::new(
            "model-parameters.input_format",
            "Images",
            Kind::Markdown,
            "What kind of images, how many channels, how they are scaled.",
            "MONAI image_classes",
        ),
        Question::new(
            "monai-data.label_classes",
            "Labels",
            Kind::Markdown,
            "What each value in the labels of the training data stands for.",
            "MONAI label_classes",
        ),
        Question::new(
            "model-parameters.output_format",
            "Results",
            Kind::Markdown,
            "What each value in the output stands for.",
            "MONAI pred_classes",
        ),
        Question::new(
            "monai-data.eval_metrics",
            "Measures",
            Kind::Markdown,
            "The name of each measure with its value.",
            "MONAI eval_metrics",
        ),
    ],
};

const SOFTWARE: Part = Part {
    key: "monai-software",
    title: "Software",
    purpose: "The versions with which the bundle was made and tested.",
    source: "MONAI bundle metadata",
    questions: &[
        Question::new(
            "monai-software.monai_version",
            "MONAI",
            Kind::Line,
            "The version of MONAI.",
            "MONAI monai_version",
        ),
        Question::new(
            "monai-software.pytorch_version",
            "PyTorch",
            Kind::Line,
            "The version of PyTorch.",
            "MONAI pytorch_version",
        ),
        Question::new(
            "monai-software.numpy_version",
            "NumPy",
            Kind::Line,
            "The version of NumPy.",
            "MONAI numpy_version",
        ),
        Question::new(
            "monai-software.required_packages_version",
            "Required packages",
            Kind::Markdown,
            "The name of each further package with its version.",
            "MONAI required_packages_version",
        ),
        Question::new(
            "monai-software.optional_packages_version",
            "Optional packages",
            Kind::Markdown,
            "Packages that only some parts need, each with its version.",
            "MONAI optional_packages_version",
        )
        .legacy(),
        Question::new(
            "monai-software.supported_apps",
            "Supported applications",
            Kind::Markdown,
            "Applications that can load the bundle.",
            "MONAI supported_apps",
        )
        .legacy(),
    ],
};
