//! What is unusual in a file: said once, in plain words, with its line.

use super::dialect::{Dialect, Shape};
use super::encoding::Encoding;
use super::likeness::Likeness;
use super::model_card_toolkit::Relative;
use super::source::Source;
use super::tree::Tree;
use super::yaml::YamlSource;
use super::{Finding, Severity, model_card_toolkit, native, webcards};
use crate::card::outline;
use crate::json::{self, Kind, Node, QuirkKind};
use crate::locale::Sentence;
use crate::say;
use crate::word;
use crate::yaml;

/// How many findings of one kind are listed; more are counted.
pub(super) const MAX_LISTED: usize = 50;

/// What strict JSON would not allow, and how the text is packed.
pub(super) fn of_json(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(source.encoding_finding());
    if source.is_wrapped() {
        let message = say!(
            "The card is packed as text inside a JSON string. It was unpacked for reading; the download \
                       stays packed."
        );
        findings.push(note(Some(1), say!("file"), message));
    }
    let line = source.lines();
    let total = source.document.quirks.len();
    for quirk in source.document.quirks.iter().take(MAX_LISTED) {
        let at = Some(line(quirk.at));
        findings.push(match &quirk.kind {
            QuirkKind::RawControl => blocks(
                at,
                say!("text"),
                say!(
                    "A line break or another control character stands inside a text, where strict JSON wants \\n. \
                     Kept as it is until you edit this text."
                ),
            ),
            QuirkKind::TrailingComma => blocks(
                at,
                say!("comma"),
                say!("A comma stands before a closing bracket. Strict readers refuse that; it is kept."),
            ),
            QuirkKind::MissingComma => blocks(
                at,
                say!("comma"),
                say!(
                    "A comma is missing in front of this. Strict readers refuse that; it is read as if it stood \
                     there, and put in when an entry beside it comes or goes."
                ),
            ),
            QuirkKind::UnclosedText => blocks(
                at,
                say!("text"),
                say!(
                    "The closing quote of this text is missing, so it is read up to the end of its line. Strict \
                     readers refuse that; the quote is put in when you edit the text or an entry beside it comes \
                     or goes."
                ),
            ),
            QuirkKind::Comment => blocks(
                at,
                say!("comment"),
                say!("A comment, which strict readers of JSON refuse. It is kept."),
            ),
            QuirkKind::DuplicateKey(name) => problem(
                at,
                Sentence::as_written(name),
                say!(
                    "This name stands twice in the same object; other programs see only one of them. Both are kept \
                     and shown."
                ),
            ),
            QuirkKind::NotFinite => blocks(
                at,
                say!("number"),
                say!("NaN and Infinity are no JSON numbers; strict readers refuse them. Kept as written."),
            ),
            QuirkKind::LoneSurrogate => problem(
                at,
                say!("text"),
                say!(
                    "Half of a character is missing here; it is shown as �. Kept as written until you edit this \
                     text; no other format can hold it."
                ),
            ),
        });
    }
    findings.extend(uncounted(total));
    findings
}

/// How the text is written in bytes, where that is worth telling.
pub(super) fn of_encoding(encoding: Encoding, text: &str) -> Option<Finding> {
    let (at, severity, message) = encoding.note(text)?;
    Some(Finding {
        line: Some(json::position(text, at).0),
        place: say!("file"),
        severity,
        message,
        within: None,
    })
}

/// What readers of YAML disagree on or stumble over.
pub(super) fn of_yaml(source: &YamlSource) -> Vec<Finding> {
    let line = json::lines(&source.text);
    let mut findings: Vec<Finding> = of_encoding(source.encoding, &source.text).into_iter().collect();
    findings.extend(of_quirks(&source.document.quirks, line));
    findings
}

/// What readers of YAML disagree on; `line` gives the line of a byte offset.
pub(super) fn of_quirks(quirks: &[yaml::Quirk], line: impl Fn(usize) -> usize) -> Vec<Finding> {
    let listed = quirks.iter().take(MAX_LISTED);
    let findings = listed.map(|quirk| {
        let at = Some(line(quirk.at));
        match &quirk.kind {
            yaml::QuirkKind::DuplicateKey(name) => problem(
                at,
                Sentence::as_written(name),
                say!(
                    "This name stands twice in the same group; other programs see only one of them or refuse the \
                     file. Both are kept and shown."
                ),
            ),
            yaml::QuirkKind::UnknownAlias(name) => blocks(
                at,
                Sentence::as_written(name),
                say!(
                    "This refers to an anchor that does not stand before it, so other programs refuse the file. \
                     Kept as written."
                ),
            ),
            yaml::QuirkKind::OldYesNo(word) => {
                let message = say!(
                    "Some programs read the bare word “{word}” as yes or no. If a text is meant, put it in \
                         quotes. Kept as written.",
                    word
                );
                note(at, Sentence::as_written(word), message)
            }
            yaml::QuirkKind::ComplexKey => note(
                at,
                say!("name"),
                say!("This name is a list or group itself. It is shown as written."),
            ),
            yaml::QuirkKind::FurtherDocument => note(
                at,
                say!("file"),
                say!(
                    "Another document begins here. Only the first is shown and edited; what follows is kept as it \
                     is."
                ),
            ),
        }
    });
    findings.chain(uncounted(quirks.len())).collect()
}

/// The findings of one kind, as many as are listed.
pub(super) fn listed(mut findings: Vec<Finding>) -> Vec<Finding> {
    let more = uncounted(findings.len());
    findings.truncate(MAX_LISTED);
    findings.extend(more);
    findings
}

/// How many findings of one kind were left out.
pub(super) fn uncounted(total: usize) -> Option<Finding> {
    let more = total.checked_sub(MAX_LISTED).filter(|more| *more > 0)?;
    Some(note(
        None,
        say!("file"),
        say!("{more} more places of this kind are not listed.", more),
    ))
}

/// Parts of our own format that are no section or field.
pub(super) fn of_odd_parts(source: &Tree, odd: &[usize]) -> Vec<Finding> {
    let message = || {
        say!(
            "This is not a section or field of a Cartellino card (a key or id is missing or comes twice). It is \
                   kept in the file but not shown."
        )
    };
    odd.iter()
        .take(MAX_LISTED)
        .map(|offset| problem(Some(source.line(*offset)), say!("sections"), message()))
        .collect()
}

/// The key of a session at the server that a file comes from.
pub(super) fn of_session(source: &Tree) -> Vec<Finding> {
    let message = || {
        say!(
            "The file tells the session key of the server it came from. It is not shown here, but it is still in \
                   the file you download; remove it before you publish the file."
        )
    };
    webcards::tells_session(source)
        .map(|offset| problem(Some(source.line(offset)), Sentence::as_written("session_id"), message()))
        .into_iter()
        .collect()
}

/// Where a Model Card Toolkit card departs from its schema.
pub(super) fn of_toolkit(source: &Tree, name: &'static str, dialect: &Dialect) -> Vec<Finding> {
    let name = &Sentence::new(name);
    let mut findings = Vec::new();
    let root: &Node = source;
    let (_, said) = model_card_toolkit::is_version_1(root);
    // Protobuf has no member for the version.
    if !said && !matches!(source, Tree::Proto(_)) {
        let message = say!(
            "The file names no version that is known; by its shape it is read as {name}.",
            name
        );
        findings.push(note(
            Some(source.line(root.span.start)),
            Sentence::as_written("schema_version"),
            message,
        ));
    }
    let relative = Relative::of(root);
    // Of a protobuf file its own findings tell this, by the numbers of the fields.
    if let Some(relative) = relative.filter(|_| !matches!(source, Tree::Proto(_))) {
        let message = say!(
            "By its members this is a {relative} card, a relative of the Model Card Toolkit. What only \
                     {relative} has is kept as sections and further fields, and can be edited.",
            relative = relative.name()
        );
        findings.push(note(Some(source.line(root.span.start)), say!("file"), message));
    }
    let relatives = relative.map_or(&[][..], Relative::members);
    for place in dialect.places.iter().filter(|place| place.native) {
        let Some(node) = place.path.iter().try_fold(root, |node, step| node.member(step)) else {
            continue;
        };
        let Some(question) = dialect.outline.question(place.id) else {
            continue;
        };
        if let Some(expected) = misfit(place.shape, &question.kind, node) {
            let message = say!(
                "{expected} is expected here by {name}. Kept as it is; you can edit it.",
                expected,
                name
            );
            findings.push(problem(
                Some(source.line(node.span.start)),
                Sentence::as_written(place.path.join(" › ")),
                message,
            ));
        }
    }
    let places: Vec<&str> = dialect
        .places
        .iter()
        .filter(|place| place.native)
        .map(|place| place.path[0])
        .collect();
    if let Kind::Group(members) = &root.kind {
        for member in members.iter().take(MAX_LISTED) {
            let key = member.key.as_str();
            if key != "schema_version" && !places.contains(&key) && !relatives.contains(&key) {
                let message = say!("{name} does not know this member. It is kept as a section.", name);
                findings.push(note(
                    Some(source.line(member.key_span.start)),
                    Sentence::as_written(key),
                    message,
                ));
            } else if places.contains(&key) && !matches!(member.node.kind, Kind::Group(_)) {
                let message = say!("An object is expected here by {name}. Kept as it is.", name);
                findings.push(problem(
                    Some(source.line(member.node.span.start)),
                    Sentence::as_written(key),
                    message,
                ));
            }
        }
    }
    findings
}

/// What the schema expects where a value has another shape.
fn misfit(shape: Shape, kind: &outline::Kind, node: &Node) -> Option<Sentence> {
    let is_list = matches!(node.kind, Kind::List(_));
    let is_text = matches!(node.kind, Kind::Text(_));
    let is_group = matches!(node.kind, Kind::Group(_));
    match (shape, kind) {
        (Shape::Only(_), _) => (!is_text).then(|| say!("A text")),
        (Shape::Pairs(..), _) => (!is_group).then(|| say!("An object")),
        (Shape::Listed(_), _) => (!is_list).then(|| say!("A list")),
        (Shape::Keyed(_), _) => (!is_group).then(|| say!("An object with train and eval")),
        (Shape::Wrapped(_), _) => {
            (!all_items(node, |item| matches!(item.kind, Kind::Group(_)))).then(|| say!("A list of objects"))
        }
        (Shape::Same | Shape::Renamed(_) | Shape::Inside(..), outline::Kind::Table { .. }) => {
            (!all_items(node, |item| matches!(item.kind, Kind::Group(_)))).then(|| say!("A list of objects"))
        }
        (Shape::Same | Shape::Renamed(_) | Shape::Inside(..), outline::Kind::List { .. }) => {
            (!all_items(node, |item| matches!(item.kind, Kind::Text(_)))).then(|| say!("A list of texts"))
        }
        (Shape::Same | Shape::Renamed(_) | Shape::Inside(..), outline::Kind::Figures) => {
            (!is_group).then(|| say!("An object"))
        }
        (Shape::Same | Shape::Renamed(_) | Shape::Inside(..), _) => (is_list || is_group).then(|| say!("A text")),
    }
}

fn all_items(node: &Node, fits: impl Fn(&Node) -> bool) -> bool {
    match &node.kind {
        Kind::List(items) => items.iter().all(fits),
        _ => false,
    }
}

/// Families of cards that are recognised and read as plain JSON.
pub(super) fn of_relatives(source: &Tree) -> Vec<Finding> {
    const RELATIVES: [(&[&str], &str); 9] = [
        (
            &["bomFormat", "specVersion"],
            word!("a CycloneDX bill of materials without a model in it"),
        ),
        (
            &["metric_groups"],
            word!("a file of evaluation metrics for an Amazon SageMaker model card"),
        ),
        (
            &["post_training_bias_metrics"],
            word!("a bias report of Amazon SageMaker Clarify"),
        ),
        (
            &["pre_training_bias_metrics"],
            word!("a bias report of Amazon SageMaker Clarify"),
        ),
        (
            &["version", "explanations"],
            word!("an explainability report of Amazon SageMaker Clarify"),
        ),
        (
            &["binary_classification_metrics"],
            word!("a quality report of Amazon SageMaker Model Monitor"),
        ),
        (
            &["multiclass_classification_metrics"],
            word!("a quality report of Amazon SageMaker Model Monitor"),
        ),
        (
            &["regression_metrics"],
            word!("a quality report of Amazon SageMaker Model Monitor"),
        ),
        (
            &["model_basic_information_name", "card_metadata_doi"],
            word!("the saved form of the RT-AI tool"),
        ),
    ];
    let found = RELATIVES
        .iter()
        .find(|(names, _)| names.iter().all(|name| source.member(name).is_some()));
    let message = |family| {
        say!(
            "This looks like {family}. It is edited here as plain JSON, member by member.",
            family
        )
    };
    found
        .map(|(_, family)| note(Some(1), say!("file"), message(Sentence::new(family))))
        .into_iter()
        .collect()
}

/// The formats that a document resembles; a family that is named already is not named again.
pub(super) fn of_likenesses(likenesses: &[Likeness], told: &[Finding]) -> Vec<Finding> {
    let is_new = |likeness: &&Likeness| {
        !told
            .iter()
            .any(|finding| finding.message.to_string().contains(likeness.name))
    };
    let new = likenesses.iter().filter(is_new);
    new.map(|likeness| note(Some(1), say!("file"), likeness.sentence()))
        .collect()
}

/// What is to know of a plain document as a whole.
pub(super) fn of_whole(source: &Tree) -> Vec<Finding> {
    let line = Some(source.line(source.span.start));
    let is_cartellino = native::resembles(source) && matches!(source, Tree::Json(_));
    let message = match &source.kind {
        Kind::List(items) if webcards::is_section_names(items) => {
            say!(
                "This is section_names.json, the list that WebCards saves beside a card. It holds names \
                         only: the card is answer.json in the same folder."
            )
        }
        Kind::List(_) => say!("The document is a list, so it is shown as one section with one field."),
        Kind::Group(_) if is_cartellino => {
            let version = native::version(source).unwrap_or_else(|| "unknown".into());
            let message = say!(
                "This is a Cartellino card of version {version}; this program knows version {known}. It is \
                         edited here as plain JSON; open it with the program that wrote it to see its questions.",
                version,
                known = native::VERSION
            );
            return vec![problem(line, say!("file"), message)];
        }
        Kind::Group(_) => return Vec::new(),
        _ => say!("The document is a single value, so it is shown as one section with one field."),
    };
    vec![note(line, say!("file"), message)]
}

pub(super) fn blocks(line: Option<usize>, place: Sentence, message: Sentence) -> Finding {
    finding(line, place, Severity::Blocks, message)
}

pub(super) fn problem(line: Option<usize>, place: Sentence, message: Sentence) -> Finding {
    finding(line, place, Severity::Problem, message)
}

pub(super) fn note(line: Option<usize>, place: Sentence, message: Sentence) -> Finding {
    finding(line, place, Severity::Note, message)
}

fn finding(line: Option<usize>, place: Sentence, severity: Severity, message: Sentence) -> Finding {
    Finding {
        line,
        place,
        severity,
        message,
        within: None,
    }
}
