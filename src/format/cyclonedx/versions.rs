//! A bill in another version of the specification: the same text, without what that version does not know.
//!
//! After the differences between `bom-1.5.schema.json`, `bom-1.6.schema.json` and `bom-1.7.schema.json` of
//! CycloneDX/specification. Later versions took nothing out, so a step up changes the number only.

use super::CycloneDx::{V1_6, V1_7};
use super::models::{Bill, HIDDEN, Turn};
use super::{CycloneDx, says, version};
use crate::format::lens::Adapted;
use crate::format::loss::Loss;
use crate::format::steps::{Step, set};
use crate::format::tree::Tree;
use crate::json::{Kind, Member, Node, Value};

/// The members that hold components, each alone or in a list.
const COMPONENTS: &[&str] = &["component", "components", "ancestors", "descendants", "variants"];

/// The members that hold an organisation.
const ORGANISATIONS: &[&str] = &[
    "manufacture",
    "manufacturer",
    "supplier",
    "provider",
    "organization",
    "organizations",
];

/// Which members a version added: to the groups in these members, these.
const ADDED: &[(CycloneDx, &[&str], &[&str])] = &[
    (V1_6, &[""], &["declarations", "definitions"]),
    (
        V1_6,
        COMPONENTS,
        &[
            "authors",
            "cryptoProperties",
            "manufacturer",
            "omniborId",
            "swhid",
            "tags",
        ],
    ),
    (
        V1_6,
        &["occurrences"],
        &["additionalContext", "line", "offset", "symbol"],
    ),
    (V1_6, &["identity"], &["concludedValue"]),
    (V1_6, &["dependencies"], &["provides"]),
    (V1_6, &["license", "licenses"], &["acknowledgement"]),
    (V1_6, &["metadata"], &["manufacturer"]),
    (V1_6, &["considerations"], &["environmentalConsiderations"]),
    (V1_6, ORGANISATIONS, &["address"]),
    (V1_6, &["services"], &["tags"]),
    (V1_7, &[""], &["citations"]),
    (V1_7, &["definitions"], &["patents"]),
    (V1_7, COMPONENTS, &["isExternal", "patentAssertions", "versionRange"]),
    (V1_7, &["services"], &["patentAssertions"]),
    (V1_7, REFERENCES, &["properties"]),
    (V1_7, &["licenses"], &["expressionDetails", "licensing", "properties"]),
    (V1_7, &["metadata"], &["distributionConstraints"]),
    (V1_7, &["cipherSuites"], &["tlsGroups", "tlsSignatureSchemes"]),
    (V1_7, &["algorithmProperties"], &["algorithmFamily", "ellipticCurve"]),
    (
        V1_7,
        &["certificateProperties"],
        &[
            "activationDate",
            "certificateExtensions",
            "certificateFileExtension",
            "certificateState",
            "creationDate",
            "deactivationDate",
            "destructionDate",
            "fingerprint",
            "relatedCryptographicAssets",
            "revocationDate",
            "serialNumber",
        ],
    ),
    (V1_7, &["protocolProperties"], &["relatedCryptographicAssets"]),
    (
        V1_7,
        &["relatedCryptoMaterialProperties"],
        &["fingerprint", "relatedCryptographicAssets"],
    ),
];

/// Words that a version added.
struct Words {
    since: CycloneDx,
    /// In the groups in these members
    holders: &'static [&'static str],
    /// the member of this name
    member: &'static str,
    /// may say these.
    words: &'static [&'static str],
    /// What is not known without them.
    goes: Part,
}

const REFERENCES: &[&str] = &["externalReferences", "externalReference"];

const WORDS: [Words; 6] = [
    Words {
        since: V1_6,
        holders: COMPONENTS,
        member: "type",
        words: &["cryptographic-asset"],
        goes: Part::Group,
    },
    Words {
        since: V1_6,
        holders: REFERENCES,
        member: "type",
        words: &[
            "digital-signature",
            "electronic-signature",
            "rfc-9116",
            "source-distribution",
        ],
        goes: Part::Group,
    },
    Words {
        since: V1_7,
        holders: REFERENCES,
        member: "type",
        words: &["citation", "patent", "patent-assertion", "patent-family"],
        goes: Part::Group,
    },
    Words {
        since: V1_7,
        holders: &["hashes"],
        member: "alg",
        words: &["Streebog-256", "Streebog-512"],
        goes: Part::Group,
    },
    Words {
        since: V1_7,
        holders: &["algorithmProperties"],
        member: "primitive",
        words: &["key-wrap"],
        goes: Part::Member,
    },
    Words {
        since: V1_7,
        holders: &["protocolProperties"],
        member: "type",
        words: &["5g-aka", "dtls", "eap-aka", "eap-aka-prime", "prins", "quic"],
        goes: Part::Member,
    },
];

/// What goes with a word that is not known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Group,
    Member,
}

/// The bill as one of this version.
pub(super) fn adapted(tree: &Tree, to: CycloneDx) -> Adapted {
    let bill = Bill::of(tree);
    let mut sieve = Sieve {
        root: tree,
        bill: &bill,
        to,
        way: Vec::new(),
        left_out: Vec::new(),
    };
    let mut document = sieve.known(tree, "");
    let left_out = sieve.left_out;
    set(&mut document, &[Step::first("specVersion")], Value::text(to.number()));
    let own = format!("bom-{}.schema.json", version(tree).number());
    if let Some(schema) = says(tree, "$schema").filter(|schema| schema.ends_with(&own)) {
        let schema = schema.replace(&own, &format!("bom-{}.schema.json", to.number()));
        set(&mut document, &[Step::first("$schema")], Value::Text(schema));
    }
    Adapted {
        bytes: tree.write(&document),
        left_out,
    }
}

struct Sieve<'n> {
    root: &'n Node,
    bill: &'n Bill<'n>,
    to: CycloneDx,
    /// Where in the bill it is.
    way: Vec<Turn<'n>>,
    left_out: Vec<Loss>,
}

impl<'n> Sieve<'n> {
    /// What the version knows of a value in the member of this name.
    fn known(&mut self, node: &'n Node, holder: &'n str) -> Value {
        match &node.kind {
            Kind::Group(members) => {
                let mut kept = Vec::with_capacity(members.len());
                for member in members {
                    self.way.push(Turn::Member(&member.key));
                    if self.has_member(holder, member) {
                        kept.push((member.key.clone(), self.known(&member.node, &member.key)));
                    } else {
                        self.leave_out();
                    }
                    self.way.pop();
                }
                Value::Group(kept)
            }
            Kind::List(items) => {
                let mut kept = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    self.way.push(Turn::Entry(index));
                    if self.has_entry(holder, item, items.len()) {
                        kept.push(self.known(item, holder));
                    } else {
                        self.leave_out();
                    }
                    self.way.pop();
                }
                Value::List(kept)
            }
            _ => node.to_value(),
        }
    }

    fn has_member(&self, holder: &str, member: &Member) -> bool {
        let name = member.key.as_str();
        let is_added = |(since, holders, names): &&(CycloneDx, &[&str], &[&str])| {
            self.to < *since && holders.contains(&holder) && names.contains(&name)
        };
        let said = match &member.node.kind {
            Kind::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let is_new_word = said.is_some_and(|word| self.is_new(holder, name, word, Part::Member));
        let is_list = matches!(member.node.kind, Kind::List(_));
        let is_new_list = is_list && self.to < V1_6 && (holder, name) == ("evidence", "identity");
        // Later versions have groups where 1.6 has texts.
        let is_new_row = match &member.node.kind {
            Kind::List(items) => {
                holder == "ikev2TransformTypes" && items.iter().any(|item| item.member("name").is_some())
            }
            _ => false,
        };
        let is_refused = is_new_word || is_new_list || is_new_row && self.to < V1_7;
        !is_refused && ADDED.iter().find(is_added).is_none() && self.has_group(name, &member.node)
    }

    fn has_entry(&self, holder: &str, entry: &Node, count: usize) -> bool {
        // Up to 1.6 an expression stands alone.
        let is_mixed = self.to < V1_7 && holder == "licenses" && count > 1 && entry.member("expression").is_some();
        !is_mixed && self.has_group(holder, entry)
    }

    fn has_group(&self, holder: &str, node: &Node) -> bool {
        let mut words = WORDS.iter().map(|words| words.member);
        !words.any(|name| says(node, name).is_some_and(|word| self.is_new(holder, name, word, Part::Group)))
    }

    fn is_new(&self, holder: &str, name: &str, word: &str, part: Part) -> bool {
        WORDS.iter().any(|new| {
            let is_here = new.holders.contains(&holder) && new.member == name && new.goes == part;
            is_here && self.to < new.since && new.words.contains(&word)
        })
    }

    /// Names what the way leads to, unless the card shows it: then it is an answer like another.
    fn leave_out(&mut self) {
        let is_shown = self.bill.models.iter().any(|model| {
            let rest = self.way.strip_prefix(model.way.as_slice());
            matches!(rest, Some([Turn::Member(name), ..]) if !HIDDEN.contains(name))
        });
        if !is_shown {
            let mut words = words(self.root, &self.way);
            let last = words.pop();
            self.left_out.push(match words.is_empty() {
                true => Loss::beside(last.unwrap_or_default(), None),
                false => Loss::beside(words.join(" › "), last),
            });
        }
    }
}

/// The names on a way, and those of the entries or their numbers.
fn words(root: &Node, way: &[Turn<'_>]) -> Vec<String> {
    let mut node = Some(root);
    let word = |turn: &Turn<'_>| match turn {
        Turn::Member(name) => {
            node = node.and_then(|node| node.member(name));
            (*name).to_owned()
        }
        Turn::Entry(index) => {
            node = node.and_then(|node| match &node.kind {
                Kind::List(items) => items.get(*index),
                _ => None,
            });
            let name = node.and_then(|node| says(node, "name").or_else(|| says(node, "ref")));
            name.map_or_else(|| (index + 1).to_string(), str::to_owned)
        }
    };
    way.iter().map(word).collect()
}
