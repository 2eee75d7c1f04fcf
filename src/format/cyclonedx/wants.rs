//! What the schemas accept in the places of a model component, as data.
//!
//! In the terms of a card: names as in the Model Card Toolkit, where they change places with the document's. The schemas are
//! those of [`super::dialect`].

use super::CycloneDx;
use super::forms::{is_address, is_email, is_filled, is_language, is_spdx, is_time};
use crate::card::check;
use crate::format::closed::{CLOSED, Members, TEXT, TEXTS, Want};
use crate::word;

/// What is wanted in members of a component that answer no question, by the section that shows them and the pointer of
/// the field: the simple ones. Evidence, identifiers of software and the like are taken as they are edited.
pub(super) fn further(section: &str, pointer: &str) -> Option<&'static Want> {
    Some(match (section, pointer) {
        ("hashes", "") => &HASHES,
        ("scope", "") => &SCOPE,
        ("modified" | "isExternal", "") => &Want::YesNo,
        // The part that all versions know.
        ("data", "") => &DATASETS_5,
        ("model-card", "bom-ref") => &FILLED,
        ("model-card", "considerations/environmentalConsiderations/properties") => &PROPERTIES,
        ("releaseNotes", "timestamp") => &TIME,
        ("cpe", "") | ("releaseNotes", "type" | "title" | "description") => &TEXT,
        ("omniborId" | "swhid", "") | ("releaseNotes", "aliases" | "tags") => &TEXTS,
        ("releaseNotes", "featuredImage" | "socialImage") => &ADDRESS,
        ("releaseNotes", "resolves") => &ISSUES,
        ("releaseNotes", "notes") => &NOTES,
        ("releaseNotes", "properties") => &PROPERTIES,
        _ => return None,
    })
}

const SCOPE: Want = Want::OneOf(&["required", "optional", "excluded"]);
pub(super) const TIME: Want = Want::form(word!("A time such as 2026-01-31T12:00:00Z"), is_time);

const ISSUES: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("type", Want::OneOf(&["defect", "enhancement", "security"])),
        ("id", TEXT),
        ("name", TEXT),
        ("description", TEXT),
        (
            "source",
            Want::Group(&Members {
                known: &[("name", TEXT), ("url", ADDRESS)],
                ..CLOSED
            }),
        ),
        ("references", Want::list(&ADDRESS)),
    ],
    needs: &[&["type"]],
    ..CLOSED
}));

const NOTES: Want = Want::list(&Want::Group(&Members {
    known: &[
        (
            "locale",
            Want::form(word!("A language such as en or en-GB"), is_language),
        ),
        ("text", ATTACHMENT),
    ],
    needs: &[&["text"]],
    ..CLOSED
}));

pub(super) const FILLED: Want = Want::form(word!("A text"), is_filled);
const ADDRESS: Want = Want::form(word!("A web address without blanks"), is_address);
const EMAIL: Want = Want::form(word!("An e-mail address"), is_email);
/// Definition `version` of 1.6 and later.
pub(super) const VERSION: Want = Want::text(1024);

pub(super) const CONTACTS_AS_OWNERS: Want = Want::list(&Want::Group(&Members {
    known: &[("bom-ref", FILLED), ("name", TEXT), ("contact", EMAIL), ("phone", TEXT)],
    bare: |text| Some(("name", text.to_owned())),
    ..CLOSED
}));

const CONTACT: Want = Want::Group(&Members {
    known: &[("bom-ref", FILLED), ("name", TEXT), ("email", EMAIL), ("phone", TEXT)],
    bare: |text| Some(("name", text.to_owned())),
    ..CLOSED
});

/// Organisations; later versions have their postal address, too.
macro_rules! organisation {
    ($($address:expr)?) => {
        Want::Group(&Members {
            known: &[
                ("bom-ref", FILLED),
                ("name", TEXT),
                $(("address", $address),)?
                ("url", Want::list(&ADDRESS)),
                ("contact", Want::list(&CONTACT)),
            ],
            bare: |text| Some(("name", text.to_owned())),
            ..CLOSED
        })
    };
}

pub(super) const ORGANISATION_5: Want = organisation!();
pub(super) const ORGANISATION: Want = organisation!(Want::Group(&Members {
    known: &[
        ("bom-ref", FILLED),
        ("country", TEXT),
        ("region", TEXT),
        ("locality", TEXT),
        ("postOfficeBoxNumber", TEXT),
        ("postalCode", TEXT),
        ("streetAddress", TEXT),
    ],
    ..CLOSED
}));

const ATTACHMENT: Want = Want::Group(&Members {
    known: &[
        ("contentType", TEXT),
        ("encoding", Want::OneOf(&["base64"])),
        ("content", TEXT),
    ],
    needs: &[&["content"]],
    ..CLOSED
});

pub(super) const PROPERTIES: Want = Want::list(&Want::Group(&Members {
    known: &[("name", TEXT), ("value", TEXT)],
    needs: &[&["name"]],
    ..CLOSED
}));

/// Licences each by itself, or one expression alone.
pub(super) const LICENCES: Want = Want::Either(&[
    Want::list(&Want::Group(&Members {
        known: &[
            ("bom-ref", FILLED),
            (
                "identifier",
                Want::form(word!("An identifier of the SPDX License List"), is_spdx),
            ),
            ("custom_text", TEXT),
            ("text", ATTACHMENT),
            ("url", ADDRESS),
            ("properties", PROPERTIES),
        ],
        needs: &[&["identifier", "custom_text"]],
        alone: &["identifier", "custom_text"],
        bare: |text| {
            Some(match check::licence(text) {
                Some(identifier) => ("identifier", identifier.to_owned()),
                None if is_spdx(text) => ("identifier", text.to_owned()),
                None => ("custom_text", text.to_owned()),
            })
        },
        ..CLOSED
    })),
    Want::List(
        &Want::Group(&Members {
            known: &[("bom-ref", FILLED), ("expression", TEXT)],
            needs: &[&["expression"]],
            ..CLOSED
        }),
        1,
    ),
]);

pub(super) const APPROACH: Want = Want::OneOf(&[
    "supervised",
    "unsupervised",
    "reinforcement-learning",
    "semi-supervised",
    "self-supervised",
]);

pub(super) const GRAPHICS: Want = Want::Group(&Members {
    known: &[
        ("description", TEXT),
        (
            "collection",
            Want::list(&Want::Group(&Members {
                known: &[("name", TEXT), ("image", ATTACHMENT)],
                ..CLOSED
            })),
        ),
    ],
    ..CLOSED
});

/// Who is responsible for data.
macro_rules! responsible {
    ($organisation:expr) => {
        Want::list(&Want::Group(&Members {
            known: &[("organization", $organisation), ("contact", CONTACT)],
            needs: &[&["organization", "contact"]],
            alone: &["organization", "contact"],
            ..CLOSED
        }))
    };
}

const RESPONSIBLE_5: Want = responsible!(ORGANISATION_5);
const RESPONSIBLE: Want = responsible!(ORGANISATION);

/// Definition `componentData`, or a reference to data described elsewhere.
macro_rules! datasets {
    ($responsible:expr) => {
        Want::list(&Want::Either(&[
            Want::Group(&Members {
                known: &[
                    ("bom-ref", FILLED),
                    (
                        "type",
                        Want::OneOf(&["source-code", "configuration", "dataset", "definition", "other"]),
                    ),
                    ("name", TEXT),
                    (
                        "contents",
                        Want::Group(&Members {
                            known: &[("attachment", ATTACHMENT), ("url", ADDRESS), ("properties", PROPERTIES)],
                            ..CLOSED
                        }),
                    ),
                    ("classification", TEXT),
                    ("sensitiveData", TEXTS),
                    ("graphics", GRAPHICS),
                    ("description", TEXT),
                    (
                        "governance",
                        Want::Group(&Members {
                            known: &[
                                ("custodians", $responsible),
                                ("stewards", $responsible),
                                ("owners", $responsible),
                            ],
                            ..CLOSED
                        }),
                    ),
                ],
                needs: &[&["type"]],
                bare: |text| {
                    let is_name = text.len() <= 80 && !text.contains('\n');
                    Some((if is_name { "name" } else { "description" }, text.to_owned()))
                },
                ..CLOSED
            }),
            Want::Group(&Members {
                known: &[("ref", FILLED)],
                needs: &[&["ref"]],
                ..CLOSED
            }),
        ]))
    };
}

const DATASETS_5: Want = datasets!(RESPONSIBLE_5);
pub(super) const DATASETS: Want = datasets!(RESPONSIBLE);

/// What is wanted in the data of a component.
pub(super) fn datasets(version: CycloneDx) -> &'static Want {
    match version {
        CycloneDx::V1_5 => &DATASETS_5,
        CycloneDx::V1_6 | CycloneDx::V1_7 => &DATASETS,
    }
}

pub(super) const METRICS: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("type", TEXT),
        ("value", TEXT),
        ("slice", TEXT),
        (
            "confidence_interval",
            Want::Group(&Members {
                known: &[("lower_bound", TEXT), ("upper_bound", TEXT)],
                ..CLOSED
            }),
        ),
    ],
    bare: |text| Some(("type", text.to_owned())),
    ..CLOSED
}));

pub(super) const RISKS: Want = Want::list(&Want::Group(&Members {
    known: &[("name", TEXT), ("mitigation_strategy", TEXT)],
    bare: |text| Some(("name", text.to_owned())),
    ..CLOSED
}));

pub(super) const FAIRNESS: Want = Want::list(&Want::Group(&Members {
    known: &[
        ("groupAtRisk", TEXT),
        ("benefits", TEXT),
        ("harms", TEXT),
        ("mitigationStrategy", TEXT),
    ],
    bare: |text| Some(("groupAtRisk", text.to_owned())),
    ..CLOSED
}));

/// An amount with the one unit that its definition knows.
macro_rules! amount {
    ($unit:literal) => {
        Want::Group(&Members {
            known: &[("value", Want::Number), ("unit", Want::OneOf(&[$unit]))],
            needs: &[&["value"], &["unit"]],
            ..CLOSED
        })
    };
}

const KWH: Want = amount!("kWh");
const CO2: Want = amount!("tCO2eq");

pub(super) const ENERGY: Want = Want::list(&Want::Group(&Members {
    known: &[
        (
            "activity",
            Want::OneOf(&[
                "design",
                "data-collection",
                "data-preparation",
                "training",
                "fine-tuning",
                "validation",
                "deployment",
                "inference",
                "other",
            ]),
        ),
        (
            "energyProviders",
            Want::list(&Want::Group(&Members {
                known: &[
                    ("bom-ref", FILLED),
                    ("description", TEXT),
                    ("organization", ORGANISATION),
                    (
                        "energySource",
                        Want::OneOf(&[
                            "coal",
                            "oil",
                            "natural-gas",
                            "nuclear",
                            "wind",
                            "solar",
                            "geothermal",
                            "hydropower",
                            "biofuel",
                            "unknown",
                            "other",
                        ]),
                    ),
                    ("energyProvided", KWH),
                    ("externalReferences", REFERENCES_6),
                ],
                needs: &[&["organization"], &["energySource"], &["energyProvided"]],
                ..CLOSED
            })),
        ),
        ("activityEnergyCost", KWH),
        ("co2CostEquivalent", CO2),
        ("co2CostOffset", CO2),
        ("properties", PROPERTIES),
    ],
    needs: &[&["activity"], &["energyProviders"], &["activityEnergyCost"]],
    ..CLOSED
}));

/// References whose types are the words of a version.
macro_rules! references {
    ($($type:literal)*) => {
        Want::list(&Want::Group(&Members {
            known: &[("url", ADDRESS), ("comment", TEXT), ("type", Want::OneOf(&[$($type),*])), ("hashes", HASHES)],
            needs: &[&["url"], &["type"]],
            ..CLOSED
        }))
    };
}

const HASHES: Want = Want::list(&Want::Group(&Members {
    known: &[
        (
            "alg",
            Want::OneOf(&[
                "MD5",
                "SHA-1",
                "SHA-256",
                "SHA-384",
                "SHA-512",
                "SHA3-256",
                "SHA3-384",
                "SHA3-512",
                "BLAKE2b-256",
                "BLAKE2b-384",
                "BLAKE2b-512",
                "BLAKE3",
            ]),
        ),
        ("content", Want::form(word!("A hash in hexadecimal digits"), is_hash)),
    ],
    needs: &[&["alg"], &["content"]],
    ..CLOSED
}));

fn is_hash(text: &str) -> bool {
    [32, 40, 64, 96, 128].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) const REFERENCES_5: Want = references!(
    "vcs" "issue-tracker" "website" "advisories" "bom" "mailing-list" "social" "chat" "documentation" "support"
    "distribution" "distribution-intake" "license" "build-meta" "build-system" "release-notes" "security-contact"
    "model-card" "log" "configuration" "evidence" "formulation" "attestation" "threat-model" "adversary-model"
    "risk-assessment" "vulnerability-assertion" "exploitability-statement" "pentest-report" "static-analysis-report"
    "dynamic-analysis-report" "runtime-analysis-report" "component-analysis-report" "maturity-report"
    "certification-report" "codified-infrastructure" "quality-metrics" "poam" "other"
);

pub(super) const REFERENCES_6: Want = references!(
    "vcs" "issue-tracker" "website" "advisories" "bom" "mailing-list" "social" "chat" "documentation" "support"
    "source-distribution" "distribution" "distribution-intake" "license" "build-meta" "build-system" "release-notes"
    "security-contact" "model-card" "log" "configuration" "evidence" "formulation" "attestation" "threat-model"
    "adversary-model" "risk-assessment" "vulnerability-assertion" "exploitability-statement" "pentest-report"
    "static-analysis-report" "dynamic-analysis-report" "runtime-analysis-report" "component-analysis-report"
    "maturity-report" "certification-report" "codified-infrastructure" "quality-metrics" "poam" "electronic-signature"
    "digital-signature" "rfc-9116" "other"
);

pub(super) const REFERENCES_7: Want = references!(
    "vcs" "issue-tracker" "website" "advisories" "bom" "mailing-list" "social" "chat" "documentation" "support"
    "source-distribution" "distribution" "distribution-intake" "license" "build-meta" "build-system" "release-notes"
    "security-contact" "model-card" "log" "configuration" "evidence" "formulation" "attestation" "threat-model"
    "adversary-model" "risk-assessment" "vulnerability-assertion" "exploitability-statement" "pentest-report"
    "static-analysis-report" "dynamic-analysis-report" "runtime-analysis-report" "component-analysis-report"
    "maturity-report" "certification-report" "codified-infrastructure" "quality-metrics" "poam" "electronic-signature"
    "digital-signature" "rfc-9116" "patent" "patent-family" "patent-assertion" "citation" "other"
);
