//! The elements of the schema that hold answers, in its order: v0.1 and v0.2 of `schema.xsd`.

use super::Chai;
use crate::format::dialect::Shape;

/// An element of the schema that holds an answer.
pub(super) struct Row {
    pub id: &'static str,
    pub path: &'static str,
    pub shape: Shape,
    /// Whether the schema requires the element, be it empty.
    pub required: bool,
    /// The only version that has it.
    pub only: Option<Chai>,
}

const fn text(id: &'static str, path: &'static str) -> Row {
    Row {
        id,
        path,
        shape: Shape::Same,
        required: true,
        only: None,
    }
}

const fn list(id: &'static str, path: &'static str, entry: &'static str) -> Row {
    Row {
        shape: Shape::Listed(entry),
        ..text(id, path)
    }
}

impl Row {
    const fn optional(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }

    const fn only(self, version: Chai) -> Self {
        Self {
            only: Some(version),
            ..self
        }
    }
}

/// The element of a result, v0.2.
pub(super) const RESULT: &str = "MetricResult";

/// The elements in the order of the schema.
pub(super) const ROWS: &[Row] = &[
    text("model-details.name", "BasicInfo/ModelName"),
    text("model-details.owners", "BasicInfo/ModelDeveloper"),
    text("model-details.contact", "BasicInfo/DeveloperContact"),
    text("release.stage", "ReleaseInfo/ReleaseStage"),
    text("model-details.version_date", "ReleaseInfo/ReleaseDate"),
    text("model-details.version", "ReleaseInfo/ReleaseVersion"),
    text("release.availability", "ReleaseInfo/GlobalAvailability"),
    list("release.health_records", "ReleaseInfo/EHRCompatibility", "EHR")
        .optional()
        .only(Chai::Version2),
    text("release.regulatory_approval", "ReleaseInfo/RegulatoryApproval").optional(),
    text("model-details.overview", "ModelSummary/Summary"),
    list("metadata.tags", "ModelSummary/Keywords", "Keyword"),
    text("intended-use.use_cases", "UsesAndDirections/IntendedUseAndWorkflow"),
    text("intended-use.users", "UsesAndDirections/PrimaryIntendedUsers"),
    text("how-to-get-started.code", "UsesAndDirections/HowToUse"),
    text(
        "uses-and-directions.population",
        "UsesAndDirections/TargetedPatientPopulation",
    ),
    text(
        "intended-use.out_of_scope",
        "UsesAndDirections/CautionedOutOfScopeSettings",
    ),
    text(
        "caveats-and-recommendations.limitations",
        "Warnings/KnownRisksAndLimitations",
    ),
    text(
        "ethical-considerations.risks",
        "Warnings/KnownBiasesOrEthicalConsiderations",
    ),
    text("warnings.clinical_risk_level", "Warnings/ClinicalRiskLevel"),
    text(
        "model-parameters.output_format",
        "TrustIngredients/AISystemFacts/OutcomesAndOutputs",
    ),
    text("model-details.type", "TrustIngredients/AISystemFacts/ModelType"),
    text(
        "ai-system-facts.foundation_models",
        "TrustIngredients/AISystemFacts/FoundationModels",
    )
    .optional(),
    text(
        "model-parameters.input_format",
        "TrustIngredients/AISystemFacts/InputDataSource",
    ),
    text(
        "ai-system-facts.data_types",
        "TrustIngredients/AISystemFacts/OutputAndInputDataTypes",
    ),
    text(
        "training-data.datasets",
        "TrustIngredients/AISystemFacts/DevelopmentDataCharacterization",
    ),
    text(
        "ai-system-facts.bias_mitigation",
        "TrustIngredients/AISystemFacts/BiasMitigationApproaches",
    ),
    text(
        "ai-system-facts.maintenance",
        "TrustIngredients/AISystemFacts/OngoingMaintenance",
    ),
    text("ai-system-facts.security", "TrustIngredients/AISystemFacts/Security").optional(),
    text(
        "ai-system-facts.transparency",
        "TrustIngredients/AISystemFacts/Transparency",
    )
    .optional(),
    text(
        "transparency.funding",
        "TrustIngredients/TransparencyInformation/FundingSource",
    ),
    text(
        "transparency.third_parties",
        "TrustIngredients/TransparencyInformation/ThirdPartyInformation",
    )
    .optional(),
    text(
        "transparency.stakeholders",
        "TrustIngredients/TransparencyInformation/StakeholdersConsulted",
    ),
    text("usefulness.goal", "KeyMetrics/UsefulnessUsabilityEfficacy/MetricGoal"),
    text("usefulness.results", "KeyMetrics/UsefulnessUsabilityEfficacy/Result").only(Chai::Version1),
    list(
        "usefulness.results",
        "KeyMetrics/UsefulnessUsabilityEfficacy/Results",
        RESULT,
    )
    .only(Chai::Version2),
    text(
        "usefulness.interpretation",
        "KeyMetrics/UsefulnessUsabilityEfficacy/Interpretation",
    ),
    text(
        "usefulness.test_type",
        "KeyMetrics/UsefulnessUsabilityEfficacy/TestType",
    ),
    text(
        "evaluation-data.datasets",
        "KeyMetrics/UsefulnessUsabilityEfficacy/TestingDataDescription",
    ),
    text(
        "usefulness.validation",
        "KeyMetrics/UsefulnessUsabilityEfficacy/ValidationProcessAndJustification",
    ),
    text("fairness.goal", "KeyMetrics/FairnessEquity/MetricGoal"),
    text("fairness.results", "KeyMetrics/FairnessEquity/Result").only(Chai::Version1),
    list("fairness.results", "KeyMetrics/FairnessEquity/Results", RESULT).only(Chai::Version2),
    text("fairness.interpretation", "KeyMetrics/FairnessEquity/Interpretation"),
    text("fairness.test_type", "KeyMetrics/FairnessEquity/TestType"),
    text("fairness.test_data", "KeyMetrics/FairnessEquity/TestingDataDescription"),
    text(
        "fairness.validation",
        "KeyMetrics/FairnessEquity/ValidationProcessAndJustification",
    ),
    text("safety.goal", "KeyMetrics/SafetyReliability/MetricGoal"),
    text("safety.results", "KeyMetrics/SafetyReliability/Result").only(Chai::Version1),
    list("safety.results", "KeyMetrics/SafetyReliability/Results", RESULT).only(Chai::Version2),
    text("safety.interpretation", "KeyMetrics/SafetyReliability/Interpretation"),
    text("safety.test_type", "KeyMetrics/SafetyReliability/TestType"),
    text(
        "safety.test_data",
        "KeyMetrics/SafetyReliability/TestingDataDescription",
    ),
    text(
        "safety.validation",
        "KeyMetrics/SafetyReliability/ValidationProcessAndJustification",
    ),
    text("resources.evaluations", "Resources/EvaluationReferences").optional(),
    text("resources.clinical_trial", "Resources/ClinicalTrial").optional(),
    text("model-details.references", "Resources/PeerReviewedPublications"),
    text("resources.reimbursement", "Resources/ReimbursementStatus").optional(),
    text("resources.consent", "Resources/PatientConsentOrDisclosure"),
    text("model-details.citations", "Bibliography"),
];

/// For each section the root's child that may hold elements beyond the schema.
pub(super) const CONTAINERS: [(&str, &str); 8] = [
    ("basic-information", "BasicInfo"),
    ("release", "ReleaseInfo"),
    ("model-summary", "ModelSummary"),
    ("uses-and-directions", "UsesAndDirections"),
    ("warnings", "Warnings"),
    ("ai-system-facts", "TrustIngredients"),
    ("usefulness", "KeyMetrics"),
    ("resources", "Resources"),
];
