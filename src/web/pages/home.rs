//! What this is, where to begin, and the visitor's cards.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::Told;
use super::elsewhere::parked::{self, Kept};
use super::outline::{Choice, choices};
use crate::card::outline;
use crate::db::DbConnection;
use crate::db::cards::{self, CardRow, DatasheetLink};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{format_of, link, said_name};
use crate::web::choices::LAST_CARD;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Date, Fault, Faults, Page, once, render, render_as, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/home.html")]
struct Home {
    page: Page,
    cards: Vec<Label>,
    last: Option<CardLink>,
    parked: Vec<Kept>,
    limit: Sentence,
    limit_bytes: usize,
    once: String,
    once_blank: String,
    outlines: Vec<Choice>,
    host: String,
    until: Date,
    days: Sentence,
    faults: Faults,
    /// A text that comes back.
    text: String,
}

/// One of the visitor's cards.
struct Label {
    id: String,
    title: Sentence,
    /// The name of the card whose datasheet it is; it follows that card.
    datasheet_of: Option<Sentence>,
    format: Sentence,
    changed: Date,
    once: String,
}

/// `GET /`.
///
/// # Errors
/// When the database does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, told: web::Query<Told>) -> Result<HttpResponse, Error> {
    if told.first.is_some() && !visitor.keeps_cookies() && !visitor.is_ambiguous() {
        return super::without_cookie::page(&state, (&visitor).into());
    }
    let mut home = home(&state, &visitor).await?;
    home.page = home
        .page
        .with_told(&visitor, told.told.as_deref())
        .with_done(told.done.as_deref());
    render(&visitor, &home)
}

/// The page for somebody who wanted to begin a card, with what was wrong, and the text that was pasted.
///
/// # Errors
/// When the database does not answer.
pub async fn refused(state: &AppState, visitor: &Visitor, fault: Fault, text: String) -> Result<HttpResponse, Error> {
    let home = home(state, visitor).await?;
    let faults = Faults::one(fault);
    let page = Home {
        page: home.page.with_faults(&faults),
        faults,
        text,
        ..home
    };
    render_as(StatusCode::BAD_REQUEST, visitor, &page)
}

/// The page with a text that was pasted and not sent yet.
///
/// # Errors
/// When the database does not answer.
pub async fn with_text(state: &AppState, visitor: &Visitor, text: String) -> Result<HttpResponse, Error> {
    let home = home(state, visitor).await?;
    render(visitor, &Home { text, ..home })
}

async fn home(state: &AppState, visitor: &Visitor) -> Result<Home, Error> {
    let (rows, links) = match visitor.session().cloned() {
        Some(session) => {
            let both = move |conn: &mut DbConnection| {
                Ok((cards::list(conn, &session)?, cards::datasheet_links(conn, &session)?))
            };
            state.db.run(both).await?
        }
        None => (Vec::new(), Vec::new()),
    };
    let last = visitor.get(&LAST_CARD);
    let last = rows.iter().find(|row| Some(&row.id) == last.as_ref()).map(link);
    let cards = together(rows, &links)
        .into_iter()
        .map(|(row, datasheet_of)| {
            Ok(Label {
                format: format_of(&row).said_name(),
                changed: row.updated_at.into(),
                id: row.id,
                title: said_name(&row.title),
                datasheet_of: datasheet_of.as_deref().map(said_name),
                once: once()?,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let title = if cards.is_empty() {
        say!("Model cards, without an account")
    } else {
        say!("Your cards")
    };
    Ok(Home {
        page: Page::of(title, visitor),
        cards,
        last,
        parked: parked::kept(state, visitor).await?,
        limit: size_in_words(state.config.max_upload_bytes),
        limit_bytes: state.config.max_upload_bytes,
        once: once()?,
        once_blank: once()?,
        outlines: choices(&outline::SHORT),
        host: state.host(),
        until: visitor.expires_at().into(),
        days: time_in_words(visitor.idle_time().unwrap_or(state.config.session.age)),
        faults: Faults::default(),
        text: String::new(),
    })
}

/// A card with its datasheets.
#[derive(Default)]
struct Family {
    card: Option<CardRow>,
    datasheets: Vec<CardRow>,
}

/// The cards, each with the name of the card whose datasheet it is: datasheets follow their card, and what was changed
/// last, card or datasheet, brings both to the front.
fn together(rows: Vec<CardRow>, links: &[DatasheetLink]) -> Vec<(CardRow, Option<String>)> {
    let links = links.iter().map(|link| (link.datasheet.as_str(), link.card.as_str()));
    let owners: HashMap<&str, &str> = links.collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut families: Vec<Family> = Vec::new();
    for row in rows {
        let owner = owners.get(row.id.as_str());
        let name = owner.map_or_else(|| row.id.clone(), |owner| (*owner).to_owned());
        let place = *places.entry(name).or_insert(families.len());
        if place == families.len() {
            families.push(Family::default());
        }
        match owner {
            Some(_) => families[place].datasheets.push(row),
            None => families[place].card = Some(row),
        }
    }
    let mut cards = Vec::new();
    for Family { card, datasheets } in families {
        let title = card.as_ref().map(|card| card.title.clone());
        cards.extend(card.map(|card| (card, None)));
        cards.extend(datasheets.into_iter().map(|datasheet| (datasheet, title.clone())));
    }
    cards
}
