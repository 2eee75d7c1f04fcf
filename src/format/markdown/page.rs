//! What a Markdown page says, in its order, and the card that this makes.

use std::collections::{HashMap, HashSet};

use super::text::Document;
use super::{Flavour, known, metadata};
use crate::card::{Card, Field, Names, Section, Value};

/// Key of the section with the front matter.
pub(super) const METADATA: &str = "metadata";
/// Its title.
pub(super) const METADATA_TITLE: &str = "Metadata";
/// Key of the section with title and introduction.
pub(super) const SUMMARY: &str = "summary";
/// Id of the model's name, which the title tells.
pub(super) const NAME: &str = "model-details.name";
/// Id of the text between title and first section.
pub(super) const OVERVIEW: &str = "model-details.overview";
/// Id of front matter that cannot be read.
pub(super) const RAW: &str = "+front matter";
/// Id of what stands before the title.
pub(super) const ABOVE: &str = "+Above the title";
/// Id of the text below a section's own heading.
pub(super) const TEXT: &str = "+Text";

/// A page: what its parts say.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub front: Option<FrontMatter>,
    pub above: String,
    pub name: Option<String>,
    pub intro: String,
    pub sections: Vec<PageSection>,
}

/// What the front matter says.
#[derive(Debug)]
pub(super) enum FrontMatter {
    /// Keys and values.
    Keys(Vec<(String, Value)>),
    /// Text that is no YAML.
    Raw(String),
}

/// A section of a page.
#[derive(Debug, Default)]
pub(super) struct PageSection {
    pub heading: String,
    pub lead: String,
    /// Headings inside and what stands below them.
    pub parts: Vec<(String, String)>,
}

/// Where on the page a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Key(usize),
    Raw,
    Above,
    Name,
    Intro,
    Lead(usize),
    Part(usize, usize),
}

/// The card of a page, and what of it stands where.
#[derive(Debug, Default)]
pub(super) struct CardOfPage {
    pub card: Card,
    /// Place of each field, by section key and field id.
    pub places: HashMap<(String, String), Place>,
    /// For each section of the page the key of the card's section.
    pub keys: Vec<String>,
}

impl Page {
    /// What a file says.
    pub fn of(document: &Document) -> Self {
        let content = |stretch| document.text[document.content(stretch)].to_owned();
        let front = document.front.as_ref().map(|front| match &front.yaml {
            Ok(yaml) => FrontMatter::Keys(match yaml.root.to_value() {
                Value::Group(members) => members,
                _ => Vec::new(),
            }),
            Err(_) => FrontMatter::Raw(document.text[front.inner.clone()].trim_end_matches('\n').to_owned()),
        });
        let sections = document.sections.iter().map(|block| PageSection {
            heading: document.words(&block.heading),
            lead: content(&block.lead),
            parts: block
                .parts
                .iter()
                .map(|(heading, stretch)| (document.words(heading), content(stretch)))
                .collect(),
        });
        Self {
            front,
            above: content(&document.above),
            name: document
                .title
                .as_ref()
                .map(|title| super::text::one_line(&document.text[document.name(title)])),
            intro: content(&document.intro),
            sections: sections.collect(),
        }
    }

    /// The card that the page makes.
    pub fn card(&self, flavour: Flavour) -> CardOfPage {
        let outline = flavour.outline();
        let parts = outline.sections.iter().map(|part| part.key);
        let mut names = Names::without(parts.chain([METADATA, SUMMARY]));
        let mut made = Maker {
            flavour,
            sections: Vec::new(),
        };
        made.add(METADATA, METADATA_TITLE, self.front_fields());
        made.add(SUMMARY, "Summary", self.summary_fields());
        let mut keys = Vec::new();
        let mut taken = HashSet::new();
        for (index, section) in self.sections.iter().enumerate() {
            let part = known::section(&section.heading).and_then(|key| outline.part(key));
            let part = part.filter(|part| taken.insert(part.key));
            let (key, title) = match part {
                Some(part) => (part.key.to_owned(), part.title),
                None => (names.section_key(&section.heading), section.heading.as_str()),
            };
            made.add(&key, title, section.fields(index, part.map(|part| part.key)));
            // A heading without content is a section all the same.
            made.touch(&key, title);
            keys.push(key);
        }
        made.finish(keys)
    }

    fn front_fields(&self) -> Vec<(String, String, Value, Place)> {
        match &self.front {
            None => Vec::new(),
            Some(FrontMatter::Raw(text)) => vec![(
                RAW.into(),
                "Front matter as written".into(),
                Value::text(text),
                Place::Raw,
            )],
            Some(FrontMatter::Keys(members)) => {
                let mut names = Names::default();
                let mut taken = HashSet::new();
                let field = |(index, (key, value)): (usize, &(String, Value))| {
                    let id = match metadata::question(key).filter(|id| taken.insert(*id)) {
                        Some(id) => id.to_owned(),
                        None => names.field_id(key),
                    };
                    (id, key.clone(), value.clone(), Place::Key(index))
                };
                members.iter().enumerate().map(field).collect()
            }
        }
    }

    fn summary_fields(&self) -> Vec<(String, String, Value, Place)> {
        let name = self.name.as_deref().unwrap_or_default();
        [
            (NAME, "Name", name, Place::Name),
            (OVERVIEW, "Overview", self.intro.as_str(), Place::Intro),
            (ABOVE, "Above the title", self.above.as_str(), Place::Above),
        ]
        .into_iter()
        .filter(|(_, _, text, _)| !text.is_empty())
        .map(|(id, label, text, place)| (id.to_owned(), label.to_owned(), Value::text(text), place))
        .collect()
    }
}

impl PageSection {
    /// Its fields; `part` is the section of the outline that it is.
    fn fields(&self, index: usize, part: Option<&str>) -> Vec<(String, String, Value, Place)> {
        let mut names = Names::without([TEXT, "+"]);
        let mut taken = HashSet::new();
        let mut id = |words: &str| {
            let known = part.and_then(|part| known::question(part, words));
            known.filter(|id| taken.insert(*id)).map(str::to_owned)
        };
        let mut fields = Vec::new();
        if !self.lead.is_empty() {
            let id = id("").unwrap_or_else(|| TEXT.into());
            fields.push((id, "Text".to_owned(), Value::text(&self.lead), Place::Lead(index)));
        }
        for (turn, (heading, text)) in self.parts.iter().enumerate() {
            let id = match heading.as_str() {
                "" => None,
                words => id(words),
            };
            fields.push((
                id.unwrap_or_else(|| names.field_id(heading)),
                heading.clone(),
                Value::text(text),
                Place::Part(index, turn),
            ));
        }
        fields
    }
}

struct Maker {
    flavour: Flavour,
    sections: Vec<(Section, Vec<Place>)>,
}

impl Maker {
    /// Adds a section with its fields, the outline's first; one without fields only when it is the outline's.
    fn add(&mut self, key: &str, title: &str, mut fields: Vec<(String, String, Value, Place)>) {
        if fields.is_empty() {
            return;
        }
        let part = self.flavour.outline().part(key);
        let questions = || part.into_iter().flat_map(|part| part.questions);
        let rank = |id: &str| questions().position(|question| question.id == id).unwrap_or(usize::MAX);
        fields.sort_by_key(|(id, ..)| rank(id));
        let mut section = Section {
            key: key.into(),
            title: part.map_or(title, |part| part.title).into(),
            fields: Vec::new(),
        };
        let mut places = Vec::new();
        for (id, label, value, place) in fields {
            let question = questions().find(|question| question.id == id);
            section.fields.push(Field {
                label: question.map_or(label, |question| question.label.into()),
                id,
                value,
            });
            places.push(place);
        }
        self.sections.push((section, places));
    }

    fn touch(&mut self, key: &str, title: &str) {
        if !self.sections.iter().any(|(section, _)| section.key == key) {
            let section = Section {
                key: key.into(),
                title: title.into(),
                fields: Vec::new(),
            };
            self.sections.push((section, Vec::new()));
        }
    }

    /// The sections of the outline in its order, then the others in the order of the page.
    fn finish(mut self, keys: Vec<String>) -> CardOfPage {
        let parts = self.flavour.outline().sections;
        let rank = |key: &str| parts.iter().position(|part| part.key == key).unwrap_or(parts.len());
        self.sections.sort_by_key(|(section, _)| rank(&section.key));
        let mut made = CardOfPage {
            keys,
            ..CardOfPage::default()
        };
        for (section, places) in self.sections {
            for (field, place) in section.fields.iter().zip(places) {
                made.places.insert((section.key.clone(), field.id.clone()), place);
            }
            made.card.sections.push(section);
        }
        made
    }
}

/// Whether a field is read from the text below a section's own heading; `part` is the section's key.
pub(super) fn is_lead(field: &Field, part: &str) -> bool {
    field.id == TEXT || field.id == "+" || known::question(part, "") == Some(field.id.as_str())
}
