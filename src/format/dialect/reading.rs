//! The card in a document, by the table of a dialect.

use super::{Dialect, Placed};
use crate::card::{Card, Field, Names, Section};
use crate::format::steps::{Step, to_pointer};
use crate::json::{Kind, Member, Node};

/// The card in a document, and for each field (section key, field id) its byte offset.
pub(super) fn read(dialect: &Dialect, root: &Node) -> (Card, Placed) {
    let mut reader = Reader {
        dialect,
        sections: Vec::new(),
        custom: Vec::new(),
        placed: Vec::new(),
    };
    if let Kind::Group(members) = &root.kind {
        reader.group(members, &mut Vec::new(), None);
    }
    reader.finish()
}

struct Reader<'d> {
    dialect: &'d Dialect,
    /// The outline's sections met so far: key, fields with offset.
    sections: Vec<(&'static str, Vec<(Field, usize)>)>,
    custom: Vec<(String, Vec<(Field, usize)>)>,
    placed: Placed,
}

impl Reader<'_> {
    fn group(&mut self, members: &[Member], path: &mut Vec<Step>, within: Option<&'static str>) {
        let mut turns = std::collections::HashMap::<&str, usize>::new();
        for member in members {
            let turn = turns.entry(&member.key).or_default();
            *turn += 1;
            path.push(Step {
                name: member.key.clone(),
                turn: *turn,
            });
            self.member(member, path, within);
            path.pop();
        }
    }

    fn member(&mut self, member: &Member, path: &mut Vec<Step>, within: Option<&'static str>) {
        let dialect = self.dialect;
        let first = path.iter().all(|step| step.turn == 1);
        let names: Vec<&str> = path.iter().map(|step| step.name.as_str()).collect();
        let offset = member.node.span.start;
        if first {
            if let [name] = names.as_slice()
                && dialect.hidden.contains(name)
            {
                return;
            }
            if let Some(place) = dialect.places.iter().find(|place| place.path == names)
                && let Some(part) = dialect.outline.part_asking(place.id)
                && let Some(question) = part.question(place.id)
            {
                let value = place.shape.take(member.node.to_value());
                let field = Field {
                    id: place.id.into(),
                    label: question.label.into(),
                    value,
                };
                self.push(part.key, field, offset);
                return;
            }
            if let Kind::Group(members) = &member.node.kind
                && dialect.leads_on(&names)
            {
                let within = within.or_else(|| {
                    dialect
                        .containers
                        .iter()
                        .find(|(_, container)| *container == names[0])
                        .map(|(key, _)| *key)
                });
                self.group(members, path, within);
                return;
            }
        }
        match within {
            Some(key) => {
                let label = path[1..]
                    .iter()
                    .map(|step| step.name.as_str())
                    .collect::<Vec<_>>()
                    .join(" › ");
                let field = Field {
                    id: format!("+{}", to_pointer(&path[1..])),
                    label,
                    value: member.node.to_value(),
                };
                self.push(key, field, offset);
            }
            None => {
                let fields = own_fields(member);
                self.custom.push((member.key.clone(), fields));
            }
        }
    }

    fn push(&mut self, key: &'static str, field: Field, offset: usize) {
        match self.sections.iter_mut().find(|(other, _)| *other == key) {
            Some((_, fields)) => fields.push((field, offset)),
            None => self.sections.push((key, vec![(field, offset)])),
        }
    }

    fn finish(mut self) -> (Card, Placed) {
        let mut card = Card::default();
        for part in self.dialect.outline.sections {
            let fields = self.sections.iter_mut().find(|(key, _)| *key == part.key);
            let mut fields = fields.map(|(_, fields)| std::mem::take(fields)).unwrap_or_default();
            let rank = |field: &Field| {
                part.questions
                    .iter()
                    .position(|question| question.id == field.id)
                    .unwrap_or(part.questions.len())
            };
            fields.sort_by_key(|(field, _)| rank(field));
            self.add(&mut card, part.key.into(), part.title.into(), fields);
        }
        let mut names = Names::without(self.dialect.outline.sections.iter().map(|part| part.key));
        for (title, fields) in std::mem::take(&mut self.custom) {
            let key = names.section_key(&title);
            self.add(&mut card, key, title, fields);
        }
        (card, self.placed)
    }

    fn add(&mut self, card: &mut Card, key: String, title: String, fields: Vec<(Field, usize)>) {
        let fields = fields
            .into_iter()
            .map(|(field, offset)| {
                self.placed.push((key.clone(), field.id.clone(), offset));
                field
            })
            .collect();
        card.sections.push(Section { key, title, fields });
    }
}

/// The fields of a member that is a section of its own.
fn own_fields(member: &Member) -> Vec<(Field, usize)> {
    let Kind::Group(members) = &member.node.kind else {
        let field = Field {
            id: "+".into(),
            label: member.key.clone(),
            value: member.node.to_value(),
        };
        return vec![(field, member.node.span.start)];
    };
    let mut turns = std::collections::HashMap::<&str, usize>::new();
    members
        .iter()
        .map(|member| {
            let turn = turns.entry(&member.key).or_default();
            *turn += 1;
            let step = Step {
                name: member.key.clone(),
                turn: *turn,
            };
            let id = format!("+{}", to_pointer(&[step]));
            (
                Field {
                    id,
                    label: member.key.clone(),
                    value: member.node.to_value(),
                },
                member.node.span.start,
            )
        })
        .collect()
}
