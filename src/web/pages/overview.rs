//! The card at a glance: its sections and how far they are, what to look at, its name.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::Told;
use super::datasheet::Datasheets;
use super::full::{self, Again};
use super::outline::{Choice, choices};
use crate::card::Card;
use crate::card::check::{self, Severity, Standing, Tally};
use crate::card::outline::Outline;
use crate::db::{cards, quota};
use crate::language::{Sentence, Value};
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{Progress, anchor, format_of, link, load_card, outline_of, owner, tidy_title};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Date, Page, once, quoted, render, see_other_telling};

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
    format: Value,
    file_name: Option<String>,
    has_source: bool,
    created: Date,
    changed: Date,
    once: String,
    outlines: Vec<Choice>,
    datasheets: Datasheets,
    once_datasheet: String,
}

/// A section that was just deleted.
struct Undo {
    key: String,
    title: String,
}

struct SectionLine {
    key: String,
    title: String,
    progress: Progress,
    problems: usize,
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
    section_title: String,
    anchor: String,
    label: Value,
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
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let gone = told.removed.clone();
    let (row, card, has_source, undo, datasheets) = state
        .db
        .run(move |conn| {
            let (row, card, _) = load_card(conn, &session, &id)?;
            let has_source = cards::source(conn, &session, &id)?.is_some();
            let undo = match gone.filter(|key| card.section(key).is_none()) {
                Some(key) => cards::removed(conn, &session, &id, &key)?.map(|section| Undo {
                    key,
                    title: section.title,
                }),
                None => None,
            };
            let datasheets = Datasheets::of(conn, &session, &row)?;
            Ok((row, card, has_source, undo, datasheets))
        })
        .await?;

    let saved = told.saved.as_deref().and_then(|key| card.section(key));
    let saved = saved.map(|section| section.title.clone());
    let outline = outline_of(&row);
    let found = check::check(&card, outline);
    let sections: Vec<SectionLine> = card
        .sections
        .iter()
        .map(|section| SectionLine {
            key: section.key.clone(),
            title: section.title.clone(),
            progress: Progress::of(section, outline.part(&section.key)),
            problems: found
                .iter()
                .filter(|problem| problem.section == section.key && problem.severity < Severity::Note)
                .count(),
        })
        .collect();
    let done = sections.iter().filter(|section| section.progress.is_done()).count();
    let open = open_questions(&card, outline);
    let more_problems = found.len().saturating_sub(SHOWN);
    let problems = found
        .into_iter()
        .take(SHOWN)
        .map(|problem| {
            let section = card.section(&problem.section);
            let own = section
                .and_then(|section| section.field(&problem.field))
                .map(|field| Value::from(&field.label));
            let label = outline
                .question(&problem.field)
                .map(|question| Sentence::new(question.label).into());
            ProblemLine {
                section_title: section.map(|section| section.title.clone()).unwrap_or_default(),
                label: label.or(own).unwrap_or_else(|| say!("Without a name").into()),
                section: problem.section,
                anchor: anchor(&problem.field),
                message: problem.message,
            }
        })
        .collect();
    render(
        &visitor,
        &Overview {
            page: Page::of(Sentence::as_written(&row.title), &visitor)
                .with_told(&visitor, told.told.as_deref())
                .with_saved(saved.as_deref()),
            card: link(&row),
            undo,
            sections,
            done,
            tally: Tally::of_card(&card, outline),
            open,
            problems,
            more_problems,
            format: match has_source {
                true => format_of(&row).name().into(),
                false => say!("a blank card").into(),
            },
            file_name: row.file_name,
            has_source,
            created: row.created_at.into(),
            changed: row.updated_at.into(),
            once: once()?,
            outlines: choices(outline),
            datasheets,
            once_datasheet: once()?,
        },
    )
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
/// [`Error::NotFound`] when the card is not the visitor's, [`Error::BadRequest`] for a blank name.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Rename>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let title = tidy_title(&form.title).ok_or(Error::BadRequest(say!("The name of a card cannot be blank.")))?;
    let id = id.into_inner();
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
