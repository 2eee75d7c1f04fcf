//! Where a document departs from what its schema accepts: said with its line, never mended.

use super::closed::{Members, Want};
use super::dialect::{Dialect, Shape};
use super::findings::{MAX_LISTED, problem, uncounted};
use super::{Finding, tree::Tree};
use crate::json::{Kind, Node};
use crate::locale::Sentence;
use crate::say;

/// A place that the schema does not accept.
pub(super) struct Fault {
    /// Byte offset in the document.
    pub at: usize,
    /// The member concerned.
    pub place: String,
    /// What is so.
    pub message: Sentence,
}

/// What is not accepted in the value of a member, in the names of the document.
pub(super) fn at(place: &str, want: &Want, node: &Node) -> Vec<Fault> {
    let mut reader = Reader {
        names: &[],
        place: place.into(),
        faults: Vec::new(),
    };
    reader.look(want, node);
    reader.faults
}

/// What the schema of a dialect does not accept in a document, or in the part of it that the dialect reads.
pub(super) fn of(tree: &Tree, dialect: &Dialect, document: &Node) -> Vec<Finding> {
    let mut faults = Vec::new();
    for place in dialect.places.iter().filter(|place| place.native) {
        let found = place.path.iter().try_fold(document, |node, step| node.member(step));
        if let Some(node) = found {
            let mut reader = Reader {
                names: match place.shape {
                    Shape::Renamed(names) | Shape::Inside(_, _, names) => names,
                    _ => &[],
                },
                place: place.path.join(" › "),
                faults: Vec::new(),
            };
            reader.shaped(place.shape, place.want, node);
            faults.append(&mut reader.faults);
        }
    }
    let line = tree.lines();
    let total = faults.len();
    let listed = faults.into_iter().take(MAX_LISTED);
    let listed = listed.map(|fault| problem(Some(line(fault.at)), Sentence::as_written(&fault.place), fault.message));
    listed.chain(uncounted(total)).collect()
}

struct Reader {
    /// Names of a card and of the document that change places.
    names: &'static [(&'static str, &'static str)],
    place: String,
    faults: Vec<Fault>,
}

impl Reader {
    fn add(&mut self, node: &Node, message: Sentence) {
        self.faults.push(Fault {
            at: node.span.start,
            place: self.place.clone(),
            message: say!("{message} It is kept as it is.", message),
        });
    }

    /// Looks at an answer where its shape in the document is another than in a card.
    fn shaped(&mut self, shape: Shape, want: &Want, node: &Node) {
        let rows = match &node.kind {
            Kind::List(rows) => rows.as_slice(),
            Kind::Group(members) if matches!(shape, Shape::Pairs(..)) => {
                if let (Shape::Pairs(_, value), Want::List(Want::Group(row), _)) = (shape, want)
                    && let Some(want) = row.want(value)
                {
                    members.iter().for_each(|member| self.look(want, &member.node));
                }
                return;
            }
            _ => return self.shapeless(shape, want, node),
        };
        match (shape, want) {
            (Shape::Wrapped(name), Want::List(entry, _)) => {
                for row in rows {
                    match row.member(name) {
                        Some(inner) => self.look(entry, inner),
                        None => self.add(row, say!("An object with “{name}” is expected here.", name)),
                    }
                }
            }
            (Shape::Inside(name, ..), Want::Either([Want::List(row, _), ..])) => {
                for inner in rows.iter().filter_map(|row| row.member(name)) {
                    self.look(row, inner);
                }
            }
            _ => self.shapeless(shape, want, node),
        }
    }

    fn shapeless(&mut self, shape: Shape, want: &Want, node: &Node) {
        match shape {
            // Texts and groups in place of a table; `findings` speaks of them.
            Shape::Only(_) | Shape::Keyed(_) => {}
            _ => self.look(want, node),
        }
    }

    fn look(&mut self, want: &Want, node: &Node) {
        match (want, &node.kind) {
            (Want::Anything, _) => {}
            (Want::Text(wording), Kind::Text(text)) => {
                if !wording.is_short(text) {
                    let count = text.chars().count();
                    let most = wording.most;
                    self.add(
                        node,
                        say!("This text has {count} characters; {most} are allowed.", count, most),
                    );
                } else if let Some((name, _)) = wording.form.filter(|(_, is_one)| !is_one(text)) {
                    self.add(node, say!("{what} is expected here.", what = Sentence::new(name)));
                }
            }
            (Want::Text(_), Kind::Number(_)) => self.add(
                node,
                say!("A text is expected here; put the number in quotation marks."),
            ),
            (Want::Text(_), _) => self.add(node, say!("A text is expected here.")),
            (Want::Number, Kind::Number(_)) | (Want::YesNo, Kind::Bool(_)) => {}
            (Want::Number, _) => self.add(node, say!("A number is expected here, without quotation marks.")),
            (Want::YesNo, _) => self.add(
                node,
                say!("The word true or false is expected here, without quotation marks."),
            ),
            (Want::OneOf(words), Kind::Text(text)) if words.contains(&text.as_str()) => {}
            (Want::OneOf(words), kind) => {
                let message = one_of(words, kind);
                self.add(node, message);
            }
            (Want::List(entry, most), Kind::List(items)) => {
                if items.len() > *most {
                    let count = items.len();
                    self.add(
                        node,
                        say!(
                            "This list has {count} entries; {most} are allowed.",
                            count,
                            most = *most
                        ),
                    );
                }
                items.iter().for_each(|item| self.look(entry, item));
            }
            (Want::Whole(entry, least, most), Kind::List(items)) => {
                if !(*least..=*most).contains(&items.len()) {
                    let count = items.len();
                    self.add(
                        node,
                        say!(
                            "This list has {count} entries, which is not a number that is allowed here.",
                            count
                        ),
                    );
                }
                items.iter().for_each(|item| self.look(entry, item));
            }
            (Want::List(..) | Want::Whole(..), _) => self.add(node, say!("A list is expected here.")),
            (Want::Group(members), Kind::Group(_)) => self.members(members, node),
            (Want::Group(_), _) => self.add(node, say!("An object is expected here: names with values.")),
            (Want::Either(wants), _) => {
                let before = self.faults.len();
                let mut best: Option<Vec<Fault>> = None;
                for want in *wants {
                    self.look(want, node);
                    let faults = self.faults.split_off(before);
                    if best.as_ref().is_none_or(|best| faults.len() < best.len()) {
                        best = Some(faults);
                    }
                }
                self.faults.extend(best.into_iter().flatten());
            }
        }
    }

    fn members(&mut self, wanted: &Members, node: &Node) {
        let Kind::Group(members) = &node.kind else { return };
        for member in members {
            match wanted.want(self.ours(&member.key)) {
                Some(want) => self.look(want, &member.node),
                None => self.add(
                    &member.node,
                    say!("The schema does not know “{key}” here.", key = &member.key),
                ),
            }
        }
        let is_there = |name: &&&str| members.iter().any(|member| self.ours(&member.key) == **name);
        let quoted = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| format!("“{}”", self.theirs(name))).collect();
            names.join(" or ")
        };
        let missing: Vec<Sentence> = wanted
            .needs
            .iter()
            .filter(|one_of| !one_of.iter().any(|name| is_there(&name)))
            .map(|one_of| say!("{names} is missing here.", names = quoted(one_of)))
            .collect();
        let alone: Vec<&str> = wanted.alone.iter().filter(is_there).copied().collect();
        let double = (alone.len() > 1).then(|| say!("Only one may stand here: {alone}.", alone = quoted(&alone)));
        for message in missing.into_iter().chain(double) {
            self.add(node, message);
        }
    }

    /// The name that a card has for a name of the document.
    fn ours<'n>(&self, name: &'n str) -> &'n str {
        self.names
            .iter()
            .find(|(_, theirs)| *theirs == name)
            .map_or(name, |(ours, _)| ours)
    }

    fn theirs<'n>(&self, name: &'n str) -> &'n str {
        self.names
            .iter()
            .find(|(ours, _)| *ours == name)
            .map_or(name, |(_, theirs)| theirs)
    }
}

/// The most words that a message lists.
const MOST_WORDS: usize = 12;

fn one_of(words: &[&str], kind: &Kind) -> Sentence {
    let text = match kind {
        Kind::Text(text) => text.as_str(),
        _ => "",
    };
    let start: String = text.chars().take(4).collect::<String>().to_lowercase();
    let near = words
        .iter()
        .find(|word| start.len() >= 4 && word.to_lowercase().starts_with(&start));
    let shown: String = text.chars().take(40).collect();
    match near {
        Some(word) => say!(
            "The schema does not know the word “{shown}” here; “{word}” is one that it knows.",
            shown,
            word
        ),
        None if words.len() <= MOST_WORDS => {
            say!(
                "One of these words is expected here: {words}.",
                words = words.join(", ")
            )
        }
        None => say!(
            "The schema does not know the word “{shown}” here; “other” is for all the rest.",
            shown
        ),
    }
}
