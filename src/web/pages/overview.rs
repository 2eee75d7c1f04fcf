//! The card at a glance: its sections and how far they are, what to look at, its name.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::Told;
use super::datasheet::Datasheets;
use super::full::{self, Again};
use super::language;
use super::outline::{Choice, choices};
use crate::card::Card;
use crate::card::check::{self, Severity, Standing, Tally};
use crate::card::outline::{Outline, Vocabulary};
use crate::db::{cards, quota};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{Progress, anchor, format_of, link, load_card, outline_of, owner, said_name, tidy_title};
use crate::web::choices::remember_card;
use crate::web::control::{self, Control};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Date, Fault, Faults, Page, once, quoted, render, render_as, see_other_telling};
use crate::web::vocabulary::{self, Word};

/// How many problems the page lists; the sections show the rest.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct Overview {
    page: Page,
    card: CardLink,
    undo: Option<Undo>,
    sections: Vec<SectionLine>,
    done: usize,
    tally: Tally,
    open: Vec<OpenLine>,
    problems: Vec<ProblemLine>,
    more_problems: usize,
    format: Sentence,
    file_name: Option<String>,
    has_source: bool,
    created: Date,
    changed: Date,
    once: String,
    outlines: Vec<Choice>,
    /// What is known of the language of the card.
    language: Sentence,
    languages: Vec<Word>,
    datasheets: Datasheets,
    once_datasheet: String,
    faults: Faults,
}

/// A section that was just deleted.
struct Undo {
    key: String,
    title: Sentence,
}

struct SectionLine {
    key: String,
    title: Sentence,
    progress: Progress,
    problems: usize,
    /// Whether somebody with a link wrote what it says now.
    by_link: bool,
}

/// A question that has no answer yet.
struct OpenLine {
    section: String,
    anchor: String,
    label: Sentence,
    is_short: bool,
    is_not_known: bool,
}

struct ProblemLine {
    section: String,
    section_title: Sentence,
    anchor: String,
    label: Sentence,
    message: Sentence,
}

/// `GET /cards/{card}`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    told: web::Query<Told>,
) -> Result<HttpResponse, Error> {
    render(&visitor, &overview(&state, &visitor, id.into_inner(), &told).await?)
}

/// The page for somebody who filled in one of its forms, with what was wrong.
///
/// # Errors
/// As [`get`].
pub(super) async fn refused(
    state: &AppState,
    visitor: &Visitor,
    id: String,
    fault: Fault,
) -> Result<HttpResponse, Error> {
    let overview = overview(state, visitor, id, &Told::default()).await?;
    let faults = Faults::one(fault);
    let page = Overview {
        page: overview.page.with_faults(&faults),
        faults,
        ..overview
    };
    render_as(StatusCode::BAD_REQUEST, visitor, &page)
}

async fn overview(state: &AppState, visitor: &Visitor, id: String, told: &Told) -> Result<Overview, Error> {
    let session = owner(visitor)?;
    let gone = told.removed.clone();
    let (row, card, by_link, has_source, undo, datasheets) = state
        .db
        .run(move |conn| {
            let (row, card, rows) = load_card(conn, &session, &id)?;
            let by_link = rows.into_iter().map(|row| row.by_link).collect::<Vec<_>>();
            let has_source = cards::source(conn, &session, &id)?.is_some();
            let undo = match gone.filter(|key| card.section(key).is_none()) {
                Some(key) => cards::removed(conn, &session, &id, &key)?.map(|section| Undo {
                    key,
                    title: outline_of(&row).said_title(&section.title),
                }),
                None => None,
            };
            let datasheets = Datasheets::of(conn, &session, &row)?;
            Ok((row, card, by_link, has_source, undo, datasheets))
        })
        .await?;

    let saved = told.saved.as_deref().and_then(|key| card.section(key));
    let outline = outline_of(&row);
    let saved = saved.map(|section| outline.said_title(&section.title));
    let found = check::check(&card, outline);
    let sections: Vec<SectionLine> = card
        .sections
        .iter()
        .zip(by_link)
        .map(|(section, by_link)| SectionLine {
            key: section.key.clone(),
            title: outline.said_title(&section.title),
            progress: Progress::of(section, outline.part(&section.key)),
            problems: found
                .iter()
                .filter(|problem| problem.section == section.key && problem.severity < Severity::Note)
                .count(),
            by_link,
        })
        .collect();
    let done = sections.iter().filter(|section| section.progress.is_done()).count();
    let open = open_questions(&card, outline);
    // Of a long list of results, each number may have its own problem.
    let mut controls: HashMap<String, Option<Control>> = HashMap::new();
    let more_problems = found.len().saturating_sub(SHOWN);
    let problems = found
        .into_iter()
        .take(SHOWN)
        .map(|problem| {
            let section = card.section(&problem.section);
            let own = section
                .and_then(|section| section.field(&problem.field))
                .map(|field| outline.said_label(&field.label));
            let label = outline
                .question(&problem.field)
                .map(|question| Sentence::new(question.label));
            ProblemLine {
                section_title: section
                    .map(|section| outline.said_title(&section.title))
                    .unwrap_or_default(),
                label: label.or(own).unwrap_or_else(|| say!("Without a name")),
                anchor: problem
                    .within
                    .and_then(|within| {
                        let control = controls
                            .entry(problem.field.clone())
                            .or_insert_with(|| control::of_answer(&card, outline, &problem.field));
                        control.as_ref()?.cell_id(&within)
                    })
                    .unwrap_or_else(|| anchor(&problem.field)),
                section: problem.section,
                message: problem.message,
            }
        })
        .collect();
    Ok(Overview {
        page: Page::of(said_name(&row.title), visitor)
            .with_told(visitor, told.told.as_deref())
            .with_saved(saved),
        card: link(&row),
        undo,
        sections,
        done,
        tally: Tally::of_card(&card, outline),
        open,
        problems,
        more_problems,
        format: if has_source {
            format_of(&row).said_name()
        } else {
            say!("a blank card")
        },
        file_name: row.file_name,
        has_source,
        created: row.created_at.into(),
        changed: row.updated_at.into(),
        once: once()?,
        outlines: choices(outline),
        language: language::told(&card),
        languages: vocabulary::usual(Vocabulary::Languages),
        datasheets,
        once_datasheet: once()?,
        faults: Faults::default(),
    })
}

/// The questions that are not settled, those of the short path first.
fn open_questions(card: &Card, outline: &Outline) -> Vec<OpenLine> {
    let mut lines = Vec::new();
    for section in &card.sections {
        for question in outline
            .part(&section.key)
            .into_iter()
            .flat_map(|part| part.asked(section))
        {
            let standing = Standing::of_question(section, question);
            if matches!(standing, Standing::Open | Standing::NotKnown) {
                lines.push(OpenLine {
                    section: section.key.clone(),
                    anchor: anchor(question.id),
                    label: Sentence::new(question.label),
                    is_short: question.short,
                    is_not_known: standing == Standing::NotKnown,
                });
            }
        }
    }
    lines.sort_by_key(|line| !line.is_short);
    lines
}

/// The form with the card's new name.
#[derive(Deserialize)]
pub struct Rename {
    title: String,
}

/// `POST /cards/{card}`: gives the card another name.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Rename>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let Some(title) = tidy_title(&form.title) else {
        let fault = Fault::new(
            "title",
            say!("Name of the card"),
            say!("A card needs a name: write one."),
        );
        return refused(&state, &visitor, id, fault).await;
    };
    let address = format!("/cards/{id}");
    let told = say!("The card is now called {title}.", title = quoted(&title));
    remember_card(&visitor, &id);
    let again = Again::Form(address.clone(), vec![("title".to_owned(), form.into_inner().title)]);
    let now = state.clock.now().naive_utc();
    let quota = state.quota();
    let renamed = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            cards::retitle(conn, &session, &id, &title, now)
        })
    });
    let answer = renamed.await.map_err(Error::from);
    let answer = answer.map(|()| see_other_telling(&visitor, address, &told));
    full::explained(answer, &state, &visitor, again).await
}
