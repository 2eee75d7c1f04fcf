//! The Applied Model Card of the Coalition for Health AI: a model in clinical use.
//!
//! Questions that another card asks as well have its ids, so that an answer goes along when a card changes its outline
//! or its format. Sources: "CHAI" is an element of the XML Schema v0.2 of the Applied Model Card; the wording is ours.

use super::{Column, Kind, Outline, Part, Question};

/// The Applied Model Card for health.
pub static HEALTH: Outline = Outline {
    key: "health",
    name: "Applied model card (health)",
    purpose: "An applied model card for health care: who it is for, how to use it, its risks and its key results.",
    sections: &[
        BASICS,
        RELEASE,
        SUMMARY,
        USES,
        WARNINGS,
        FACTS,
        TRANSPARENCY,
        USEFULNESS,
        FAIRNESS,
        SAFETY,
        RESOURCES,
    ],
};

const BASICS: Part = Part {
    key: "basic-information",
    title: "Basic information",
    purpose: "What the product is called, who makes it, and whom to ask.",
    source: "CHAI BasicInfo",
    questions: &[
        Question::new(
            "model-details.name",
            "Name",
            Kind::Line,
            "The name under which hospitals know it and contracts list it.",
            "CHAI BasicInfo.ModelName",
        )
        .short(),
        Question::new(
            "model-details.owners",
            "Developer",
            Kind::Line,
            "The company, hospital or group that built the model and answers for it.",
            "CHAI BasicInfo.ModelDeveloper",
        )
        .short(),
        Question::new(
            "model-details.contact",
            "Contact",
            Kind::Line,
            "Where clinicians and technical staff get an answer: an address, a telephone number, a support page.",
            "CHAI BasicInfo.DeveloperContact",
        ),
    ],
};

const RELEASE: Part = Part {
    key: "release",
    title: "Release",
    purpose: "Which version this is, how far it has come, where it may be used and with which systems.",
    source: "CHAI ReleaseInfo",
    questions: &[
        Question::new(
            "release.stage",
            "Stage",
            Kind::Line,
            "How far it has come: in research, in a pilot, cleared, in general use.",
            "CHAI ReleaseInfo.ReleaseStage",
        ),
        Question::new(
            "model-details.version_date",
            "Version date",
            Kind::Date,
            "The day on which this version was released, best written as 2026-01-31.",
            "CHAI ReleaseInfo.ReleaseDate",
        ),
        Question::new(
            "model-details.version",
            "Version",
            Kind::Line,
            "The version this card describes, as the product itself shows it.",
            "CHAI ReleaseInfo.ReleaseVersion",
        ),
        Question::new(
            "release.availability",
            "Where it is available",
            Kind::Markdown,
            "The countries or regions in which it may be bought or used.",
            "CHAI ReleaseInfo.GlobalAvailability",
        ),
        Question::new(
            "release.health_records",
            "Health record systems",
            Kind::List { entry: "system" },
            "The electronic health record systems it works with, one in each entry.",
            "CHAI ReleaseInfo.EHRCompatibility (v0.2)",
        ),
        Question::new(
            "release.regulatory_approval",
            "Regulatory approval",
            Kind::Markdown,
            "Clearances and approvals with their numbers and a link, or why none is needed.",
            "CHAI ReleaseInfo.RegulatoryApproval",
        ),
    ],
};

const SUMMARY: Part = Part {
    key: "model-summary",
    title: "Model summary",
    purpose: "The model in a few sentences, and the words by which people find it.",
    source: "CHAI ModelSummary",
    questions: &[
        Question::new(
            "model-details.overview",
            "Summary",
            Kind::Markdown,
            "What goes in, what comes out, for whom, and what a clinician does with it, in words a newcomer understands.",
            "CHAI ModelSummary.Summary",
        )
        .short(),
        Question::new(
            "metadata.tags",
            "Keywords",
            Kind::List { entry: "keyword" },
            "Words for searching: the specialty, the condition, the kind of data.",
            "CHAI ModelSummary.Keywords",
        ),
    ],
};

const USES: Part = Part {
    key: "uses-and-directions",
    title: "Uses and directions",
    purpose: "What it is for in the daily work of a clinic, for whom, and where it should not be used.",
    source: "CHAI UsesAndDirections",
    questions: &[
        Question::new(
            "intended-use.use_cases",
            "Intended use and workflow",
            Kind::Markdown,
            "The task, and the moment in the work at which the result appears: before which decision, beside which \
             other information.",
            "CHAI UsesAndDirections.IntendedUseAndWorkflow",
        )
        .short(),
        Question::new(
            "intended-use.users",
            "Main users",
            Kind::Markdown,
            "The professions meant to work with it, and the training they need first.",
            "CHAI UsesAndDirections.PrimaryIntendedUsers",
        )
        .short(),
        Question::new(
            "how-to-get-started.code",
            "How to use it",
            Kind::Markdown,
            "What a user sees and does, step by step, or where the instructions are.",
            "CHAI UsesAndDirections.HowToUse",
        ),
        Question::new(
            "uses-and-directions.population",
            "Patients it is meant for",
            Kind::Markdown,
            "Age, condition, setting and whatever else decides whether a patient is one of those it was made for.",
            "CHAI UsesAndDirections.TargetedPatientPopulation",
        )
        .short(),
        Question::new(
            "intended-use.out_of_scope",
            "Settings to avoid",
            Kind::Markdown,
            "Uses, places and patients for which it is not made, and why.",
            "CHAI UsesAndDirections.CautionedOutOfScopeSettings",
        )
        .short(),
    ],
};

const WARNINGS: Part = Part {
    key: "warnings",
    title: "Warnings",
    purpose: "What can go wrong, for whom, and how grave it is.",
    source: "CHAI Warnings",
    questions: &[
        Question::new(
            "caveats-and-recommendations.limitations",
            "Known risks and limits",
            Kind::Markdown,
            "Where it fails or was not tried, and what follows for the patient. Be concrete: which findings, scanners, \
             groups.",
            "CHAI Warnings.KnownRisksAndLimitations",
        )
        .short(),
        Question::new(
            "ethical-considerations.risks",
            "Known biases and ethical questions",
            Kind::Markdown,
            "Groups for whom it works less well, and other questions of fairness. Say also what was looked for and not \
             found.",
            "CHAI Warnings.KnownBiasesOrEthicalConsiderations",
        )
        .short(),
        Question::new(
            "warnings.clinical_risk_level",
            "Clinical risk level",
            Kind::Line,
            "How grave a wrong result can be, and by which scale or class.",
            "CHAI Warnings.ClinicalRiskLevel",
        ),
    ],
};

const FACTS: Part = Part {
    key: "ai-system-facts",
    title: "Facts on the AI system",
    purpose: "How it is built, on what data, and how it is kept in good order.",
    source: "CHAI TrustIngredients.AISystemFacts",
    questions: &[
        Question::new(
            "model-parameters.output_format",
            "What comes out",
            Kind::Markdown,
            "The results it gives and how to read them: a flag, a score with its range, a text.",
            "CHAI AISystemFacts.OutcomesAndOutputs",
        ),
        Question::new(
            "model-details.type",
            "Kind of model",
            Kind::Markdown,
            "The family it belongs to, and whether it goes on learning in use.",
            "CHAI AISystemFacts.ModelType",
        ),
        Question::new(
            "ai-system-facts.foundation_models",
            "Foundation models",
            Kind::Markdown,
            "General models it is built on, with their versions; nothing if there are none.",
            "CHAI AISystemFacts.FoundationModels",
        ),
        Question::new(
            "model-parameters.input_format",
            "Where the input comes from",
            Kind::Markdown,
            "The systems and devices that supply what it reads, and what it needs from them.",
            "CHAI AISystemFacts.InputDataSource",
        ),
        Question::new(
            "ai-system-facts.data_types",
            "Types of data, in and out",
            Kind::Markdown,
            "The kinds and formats of data that go in and come out, and which input is left aside.",
            "CHAI AISystemFacts.OutputAndInputDataTypes",
        ),
        Question::new(
            "training-data.datasets",
            "Development data",
            Kind::Markdown,
            "How much data, from where and when, and what its patients are like: age, sex, origin, devices.",
            "CHAI AISystemFacts.DevelopmentDataCharacterization",
        )
        .short(),
        Question::new(
            "ai-system-facts.bias_mitigation",
            "Steps against bias",
            Kind::Markdown,
            "What was done in data, training and use so that it works for everybody, and how that was checked.",
            "CHAI AISystemFacts.BiasMitigationApproaches",
        ),
        Question::new(
            "ai-system-facts.maintenance",
            "Upkeep",
            Kind::Markdown,
            "Who watches its results in use, how often, and what leads to a new version or a stop.",
            "CHAI AISystemFacts.OngoingMaintenance",
        ),
        Question::new(
            "ai-system-facts.security",
            "Security",
            Kind::Markdown,
            "How patients’ data and the system itself are protected, and by which standards.",
            "CHAI AISystemFacts.Security",
        ),
        Question::new(
            "ai-system-facts.transparency",
            "Transparency",
            Kind::Markdown,
            "What users and patients can learn of how a result comes about, and where.",
            "CHAI AISystemFacts.Transparency",
        ),
    ],
};

const TRANSPARENCY: Part = Part {
    key: "transparency",
    title: "Interests and partners",
    purpose: "Who paid for it, who else had a part in it, and who was asked.",
    source: "CHAI TrustIngredients.TransparencyInformation",
    questions: &[
        Question::new(
            "transparency.funding",
            "Funding",
            Kind::Markdown,
            "Who paid for the technical work, and what interest they have in its results.",
            "CHAI TransparencyInformation.FundingSource",
        ),
        Question::new(
            "transparency.third_parties",
            "Third parties",
            Kind::Markdown,
            "Software, data or services of others that it depends on.",
            "CHAI TransparencyInformation.ThirdPartyInformation",
        ),
        Question::new(
            "transparency.stakeholders",
            "Who was consulted",
            Kind::Markdown,
            "Clinicians, patients and others who were asked while it was designed, and what changed because of them.",
            "CHAI TransparencyInformation.StakeholdersConsulted",
        ),
    ],
};

const USEFULNESS: Part = Part {
    key: "usefulness",
    title: "Usefulness, usability and efficacy",
    purpose: "Whether it does its task, and whether that helps.",
    source: "CHAI KeyMetrics.UsefulnessUsabilityEfficacy",
    questions: &[
        goal("usefulness.goal", "CHAI UsefulnessUsabilityEfficacy.MetricGoal"),
        results("usefulness.results", "CHAI UsefulnessUsabilityEfficacy.Results"),
        interpretation(
            "usefulness.interpretation",
            "CHAI UsefulnessUsabilityEfficacy.Interpretation",
        ),
        test_type("usefulness.test_type", "CHAI UsefulnessUsabilityEfficacy.TestType"),
        test_data(
            "evaluation-data.datasets",
            "CHAI UsefulnessUsabilityEfficacy.TestingDataDescription",
        )
        .short(),
        validation(
            "usefulness.validation",
            "CHAI UsefulnessUsabilityEfficacy.ValidationProcessAndJustification",
        ),
    ],
};

const FAIRNESS: Part = Part {
    key: "fairness",
    title: "Fairness and equity",
    purpose: "Whether it works as well for every group of patients.",
    source: "CHAI KeyMetrics.FairnessEquity",
    questions: &[
        goal("fairness.goal", "CHAI FairnessEquity.MetricGoal"),
        results("fairness.results", "CHAI FairnessEquity.Results"),
        interpretation("fairness.interpretation", "CHAI FairnessEquity.Interpretation"),
        test_type("fairness.test_type", "CHAI FairnessEquity.TestType"),
        test_data("fairness.test_data", "CHAI FairnessEquity.TestingDataDescription"),
        validation(
            "fairness.validation",
            "CHAI FairnessEquity.ValidationProcessAndJustification",
        ),
    ],
};

const SAFETY: Part = Part {
    key: "safety",
    title: "Safety and reliability",
    purpose: "Whether it can be relied upon, and what happens when it errs.",
    source: "CHAI KeyMetrics.SafetyReliability",
    questions: &[
        goal("safety.goal", "CHAI SafetyReliability.MetricGoal"),
        results("safety.results", "CHAI SafetyReliability.Results"),
        interpretation("safety.interpretation", "CHAI SafetyReliability.Interpretation"),
        test_type("safety.test_type", "CHAI SafetyReliability.TestType"),
        test_data("safety.test_data", "CHAI SafetyReliability.TestingDataDescription"),
        validation(
            "safety.validation",
            "CHAI SafetyReliability.ValidationProcessAndJustification",
        ),
    ],
};

const RESOURCES: Part = Part {
    key: "resources",
    title: "Resources",
    purpose: "Where the evidence can be read, and what else a buyer or patient should know.",
    source: "CHAI Resources, Bibliography",
    questions: &[
        Question::new(
            "resources.evaluations",
            "Evaluations",
            Kind::Markdown,
            "Reports on tests of the model that others can read, with links.",
            "CHAI Resources.EvaluationReferences",
        ),
        Question::new(
            "resources.clinical_trial",
            "Clinical trial",
            Kind::Markdown,
            "Trials of the model, with the number under which they are registered.",
            "CHAI Resources.ClinicalTrial",
        ),
        Question::new(
            "model-details.references",
            "Reviewed publications",
            Kind::Markdown,
            "Papers on this model that went through peer review, one in each line.",
            "CHAI Resources.PeerReviewedPublications",
        ),
        Question::new(
            "resources.reimbursement",
            "Reimbursement",
            Kind::Markdown,
            "Whether and by whom its use is paid for, with codes where there are any.",
            "CHAI Resources.ReimbursementStatus",
        ),
        Question::new(
            "resources.consent",
            "Consent and information of patients",
            Kind::Markdown,
            "Whether patients must agree or be told, and how that is done.",
            "CHAI Resources.PatientConsentOrDisclosure",
        ),
        Question::new(
            "model-details.citations",
            "Bibliography",
            Kind::Markdown,
            "The works that this card refers to, as BibTeX entries.",
            "CHAI Bibliography",
        ),
    ],
};

const RESULT: &[Column] = &[
    Column::new(
        "Label",
        "Measure",
        Kind::Line,
        "What was measured, such as sensitivity, women over 60.",
    ),
    Column::new(
        "ValueJson",
        "Value, as JSON",
        Kind::Line,
        "Such as {\"kind\":\"single\",\"value\":94.2,\"unit\":\"%\"}, or with a confidence interval \
         {\"kind\":\"estimate_ci\",\"estimate\":94.2,\"lower\":91.0,\"upper\":96.6,\"level\":95,\"unit\":\"%\"}.",
    ),
];

const fn goal(id: &'static str, source: &'static str) -> Question {
    let help = "What the measurement should show, and which measure was chosen for it.";
    Question::new(id, "Goal", Kind::Markdown, help, source)
}

const fn results(id: &'static str, source: &'static str) -> Question {
    let kind = Kind::Table {
        entry: "result",
        columns: RESULT,
    };
    let help = "One row for each number, with its unit and, where you have one, its confidence interval.";
    Question::new(id, "Results", kind, help, source)
}

const fn interpretation(id: &'static str, source: &'static str) -> Question {
    let help = "What the numbers mean at the bedside: for example “of 100 urgent cases, it puts 94 first”.";
    Question::new(id, "What they mean", Kind::Markdown, help, source)
}

const fn test_type(id: &'static str, source: &'static str) -> Question {
    let help = "On data set aside, on data of another site, in use beside clinicians; looking back or forward.";
    Question::new(id, "Kind of test", Kind::Markdown, help, source)
}

const fn test_data(id: &'static str, source: &'static str) -> Question {
    let help = "Which patients and cases, how many, from where and when, and who set the reference.";
    Question::new(id, "Test data", Kind::Markdown, help, source)
}

const fn validation(id: &'static str, source: &'static str) -> Question {
    let help = "How the test was carried out, by whom, and why that is the right way to find out.";
    Question::new(id, "Validation and why so", Kind::Markdown, help, source)
}
