//! What an upload became: format, fields, what is kept as it is, what looks wrong.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::Told;
use super::datasheet::Datasheets;
use crate::card::outline::Outline;
use crate::card::{Card, check};
use crate::format::{self, Format, Reported, Severity};
use crate::locale::Sentence;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{self, Whole, outline_of, owner};
use crate::web::control;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Page, render, size_in_words};
use crate::{count, say};

/// How many findings and fields the report lists; the sections show the rest.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "pages/import.html")]
struct Report {
    page: Page,
    card: CardLink,
    lead: Sentence,
    file_name: Option<String>,
    size: Option<Sentence>,
    format: Sentence,
    fields: usize,
    sections: Vec<SectionLine>,
    findings: Vec<FindingLine>,
    more_findings: usize,
    kept: Vec<KeptLine>,
    more_kept: usize,
    /// What to do next where card and datasheet belong together.
    next: Option<Sentence>,
}

struct SectionLine {
    key: String,
    title: Sentence,
    fields: usize,
    own: usize,
}

struct FindingLine {
    place: Sentence,
    /// Where the field is edited that it is about.
    address: Option<String>,
    message: Sentence,
    line: Option<usize>,
    severity: &'static str,
    is_problem: bool,
}

struct KeptLine {
    section: Sentence,
    label: Sentence,
}

/// `GET /cards/{card}/import`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    told: web::Query<Told>,
) -> Result<HttpResponse, Error> {
    if told.first.is_some() && !visitor.keeps_cookies() && !visitor.is_ambiguous() {
        return super::without_cookie::page(&state, (&visitor).into());
    }
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let page = Page::of(
        say!("What was read: {title}", title = card::said_name(&whole.row.title)),
        &visitor,
    );
    let session = owner(&visitor)?;
    let row = whole.row.clone();
    let datasheets = state.db.run(move |conn| Datasheets::of(conn, &session, &row)).await?;
    // A large file takes a moment to read again.
    let report = crate::web::aside(move || report(page, whole, &datasheets));
    render(
        &visitor,
        &report.await.map_err(|error| Error::Internal(error.to_string()))?,
    )
}

fn report(page: Page, whole: Whole, datasheets: &Datasheets) -> Report {
    let format = whole.format();
    let reading = whole
        .source
        .as_deref()
        .and_then(|source| format::read_as(format, source).ok());
    let name = reading
        .as_ref()
        .map_or_else(|| format.said_name(), format::Reading::name);
    let found = reading.as_ref().map(format::Reading::report).unwrap_or_default();
    let read = reading.map(|reading| reading.card).unwrap_or_default();
    let outline = outline_of(&whole.row);
    let sections = lines(&read, outline);
    let kept: Vec<KeptLine> = kept(&read, outline);
    let more_findings = found.len().saturating_sub(SHOWN);
    let more_kept = kept.len().saturating_sub(SHOWN);
    let mut cells = HashMap::new();
    let findings: Vec<FindingLine> = found
        .into_iter()
        .take(SHOWN)
        .map(|Reported { finding, field }| FindingLine {
            address: field.map(|(section, field)| {
                let cell = finding.within.as_deref().and_then(|within| {
                    let control = cells
                        .entry(field.clone())
                        .or_insert_with(|| control::of_answer(&whole.card, outline, &field));
                    control.as_ref()?.cell_id(within)
                });
                let section = card::section_address(&whole.row.id, &section);
                format!("{section}#{}", cell.unwrap_or_else(|| card::anchor(&field)))
            }),
            place: finding.place,
            message: finding.message,
            line: finding.line,
            severity: finding.severity.name(),
            is_problem: finding.severity < Severity::Note,
        })
        .collect();
    Report {
        page,
        card: card::link(&whole.row),
        lead: match &whole.source {
            Some(_) => say!(
                "{fields} filled by import. This is what was understood, and what to look at.",
                fields = fields(&read)
            ),
            None => say!("This card was begun blank, so there is no file to report on."),
        },
        size: whole.source.as_ref().map(|source| size_in_words(source.len())),
        file_name: whole.row.file_name,
        format: name,
        fields: sections.iter().map(|section| section.fields).sum(),
        sections,
        findings,
        more_findings,
        kept: kept.into_iter().take(SHOWN).collect(),
        more_kept,
        next: next(format, datasheets),
    }
}

/// How many fields have content, in words.
pub(super) fn fields(card: &Card) -> Sentence {
    count!(check::filled(card), "{n} field", "{n} fields")
}

/// What to do next where card and datasheet belong together and are not linked.
fn next(format: Format, datasheets: &Datasheets) -> Option<Sentence> {
    match datasheets {
        Datasheets::Loose(owners) if !owners.is_empty() => Some(say!(
            "This is a datasheet. On its page it can be linked to the card of the model, and both are shown together."
        )),
        Datasheets::Has { lines, .. } if lines.is_empty() && format == Format::WEBCARDS => Some(say!(
            "WebCards keeps the datasheet in a file of its own, answer_datasheet.json. If you have it, \
                     open it here as well: the two can be linked then."
        )),
        _ => None,
    }
}

/// The sections that have fields.
fn lines(card: &Card, outline: &Outline) -> Vec<SectionLine> {
    let sections = card.sections.iter().filter(|section| !section.fields.is_empty());
    sections
        .map(|section| SectionLine {
            key: section.key.clone(),
            title: outline.said_title(&section.title),
            fields: section.fields.len(),
            own: section.fields.iter().filter(|field| field.is_custom()).count(),
        })
        .collect()
}

fn kept(card: &Card, outline: &Outline) -> Vec<KeptLine> {
    let fields = card
        .sections
        .iter()
        .flat_map(|section| section.fields.iter().map(move |field| (section, field)));
    fields
        .filter(|(_, field)| field.is_custom())
        .map(|(section, field)| KeptLine {
            section: outline.said_title(&section.title),
            label: outline.said_label(&field.label),
        })
        .collect()
}
