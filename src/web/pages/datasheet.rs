//! Datasheets of the datasets behind a card: a blank one is begun, a card that is there is linked, links are undone.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::Token;
use super::full::{self, Again};
use super::upload::blank;
use crate::card::check::Tally;
use crate::card::outline::DATASHEET;
use crate::db::cards::{self, CardRow, Unfit};
use crate::db::{self, DbConnection, quota};
use crate::format::Format;
use crate::locale::Locale;
use crate::locale::Sentence;
use crate::say;
use crate::session::{SessionId, Visitor};
use crate::web::AppState;
use crate::web::card::{self, format_of, load_card, outline_of, owner, said_name, tidy_title};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::{CardLink, is_once, quoted, see_other_telling};

/// What the pages of a card tell of datasheets.
pub enum Datasheets {
    /// The card is a datasheet of this one.
    Of(CardLink),
    /// The card answers the questions of a datasheet and is linked to none; it may belong to one of these.
    Loose(Vec<CardLink>),
    /// The card is that of a model.
    Has {
        /// Its datasheets, the first one first.
        lines: Vec<DatasheetLine>,
        /// Cards that can be linked as datasheets.
        candidates: Vec<CardLink>,
    },
}

/// A datasheet as the pages of its card show it.
pub struct DatasheetLine {
    /// The word in addresses.
    pub id: String,
    /// The name shown.
    pub title: Sentence,
    /// How many of its questions have an answer.
    pub answered: usize,
    /// How many questions it has.
    pub questions: usize,
    /// Its own format, for a download.
    pub format: Format,
}

impl Datasheets {
    /// What there is to tell of this card.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn of(conn: &mut DbConnection, session: &SessionId, row: &CardRow) -> Result<Self, db::Error> {
        if let Some(owner) = cards::datasheet_owner(conn, session, &row.id)? {
            return Ok(Self::Of(card::link(&owner)));
        }
        let links = cards::datasheet_links(conn, session)?;
        let others = cards::list(conn, session)?;
        let others = others.iter().filter(|other| {
            let is_datasheet = links.iter().any(|link| link.datasheet == other.id);
            other.id != row.id && !is_datasheet
        });
        let has_datasheets = |card: &str| links.iter().any(|link| link.card == card);
        if row.outline == DATASHEET.key && !has_datasheets(&row.id) {
            let owners = others.filter(|other| other.outline != DATASHEET.key);
            return Ok(Self::Loose(owners.map(card::link).collect()));
        }
        let mut candidates: Vec<&CardRow> = others.filter(|other| !has_datasheets(&other.id)).collect();
        // Those that are datasheets by their questions are the likeliest.
        candidates.sort_by_key(|other| other.outline != DATASHEET.key);
        let candidates = candidates.into_iter().map(card::link).collect();
        let mut lines = Vec::new();
        for datasheet in cards::datasheets_of(conn, session, &row.id)? {
            let (row, card, _) = load_card(conn, session, &datasheet.id)?;
            let tally = Tally::of_card(&card, outline_of(&row));
            lines.push(DatasheetLine {
                answered: tally.settled(),
                questions: tally.questions(),
                format: format_of(&row),
                id: row.id,
                title: said_name(&row.title),
            });
        }
        Ok(Self::Has { lines, candidates })
    }

    /// The datasheets of this card.
    pub fn lines(&self) -> &[DatasheetLine] {
        match self {
            Self::Has { lines, .. } => lines,
            Self::Of(_) | Self::Loose(_) => &[],
        }
    }
}

/// Why two cards were not linked, and what to try.
pub fn refusal(unfit: Unfit) -> [Sentence; 2] {
    match unfit {
        Unfit::Itself => [
            say!("A card cannot be its own datasheet. Nothing was changed."),
            say!("Go back and choose another card."),
        ],
        Unfit::OfDatasheet => [
            say!("The card is itself a datasheet, and a datasheet has no datasheets. Nothing was changed."),
            say!("Open the card that it belongs to: that one may have as many datasheets as you like."),
        ],
        Unfit::HasDatasheets => [
            say!("The card has datasheets, so it cannot become one. Nothing was changed."),
            say!("Unlink its datasheets on its own page first, or choose another card."),
        ],
        Unfit::Taken => [
            say!("The card is already the datasheet of another card. Nothing was changed."),
            say!("Unlink it there first, or duplicate it and link the copy."),
        ],
    }
}

/// `POST /cards/{card}/datasheet`: begins a blank datasheet of a dataset behind the card and opens it.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's, [`Error::Unfit`] when it is a datasheet. That there is no
/// room for it is a page of its own.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Token>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let once = form.into_inner().once.filter(|once| is_once(once));
    let pairs = once.iter().map(|once| ("once".to_owned(), once.clone())).collect();
    let again = Again::Form(format!("/cards/{id}/datasheet"), pairs);
    let now = state.clock.now().naive_utc();
    let (quota, locale) = (state.quota(), Locale::from(&visitor));
    let begun = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            let card = cards::load(conn, &session, &id)?;
            let mut datasheet = blank(&DATASHEET, once);
            datasheet.title = title(&card.title, &cards::list(conn, &session)?, locale);
            let made = cards::create(conn, &session, &datasheet, now)?;
            cards::link_datasheet(conn, &session, &id, &made)?;
            Ok((made, card.title))
        })
    });
    let answer = begun.await.map_err(Error::from).map(|(made, card)| {
        remember_card(&visitor, &made);
        let told = say!(
            "This datasheet belongs to {card}. Rename it after the dataset.",
            card = quoted(&card)
        );
        see_other_telling(&visitor, format!("/cards/{made}"), &told)
    });
    full::explained(answer, &state, &visitor, again).await
}

/// A name for another datasheet of the card, which no card has yet.
fn title(card: &str, taken: &[CardRow], locale: Locale) -> String {
    let named = |number: usize| {
        let title = match number {
            1 => say!("Datasheet of {card}", card = said_name(card)),
            number => say!("Datasheet {number} of {card}", number, card = said_name(card)),
        };
        let title = title.said(locale).to_string();
        tidy_title(&title).unwrap_or(title)
    };
    let is_free = |title: &String| taken.iter().all(|row| row.title != *title);
    // One more name than there are cards: one of them is free.
    let mut names = (1..=taken.len() + 1).map(named);
    names.find(is_free).unwrap_or_else(|| named(1))
}

/// The form that links two cards: the page's own card and the one that was chosen.
#[derive(Deserialize)]
pub struct Chosen {
    /// A card to be the datasheet of this one.
    datasheet: Option<String>,
    /// A card whose datasheet this one is to be.
    of: Option<String>,
}

/// `POST /cards/{card}/datasheet/link`: links a card that is there, with `datasheet` as one of this card, with `of` this
/// card as one of that.
///
/// # Errors
/// [`Error::NotFound`] when one of them is not the visitor's, [`Error::Unfit`] when they do not go together,
/// [`Error::BadRequest`] when none was chosen.
pub async fn link(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Chosen>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let address = format!("/cards/{id}");
    let Chosen { datasheet, of } = form.into_inner();
    let (card, datasheet) = match (datasheet, of) {
        (Some(datasheet), _) => (id.clone(), datasheet),
        (None, Some(card)) => (card, id.clone()),
        (None, None) => return Err(Error::BadRequest(say!("No card was chosen to link this one with."))),
    };
    let quota = state.quota();
    let (card, datasheet) = state
        .db
        .write(move |conn| {
            quota::within(conn, &session, quota, |conn| {
                cards::link_datasheet(conn, &session, &card, &datasheet)?;
                Ok((
                    cards::load(conn, &session, &card)?,
                    cards::load(conn, &session, &datasheet)?,
                ))
            })
        })
        .await?;
    remember_card(&visitor, &id);
    let told = say!(
        "{datasheet} is now a datasheet of {card}.",
        datasheet = quoted(&datasheet.title),
        card = quoted(&card.title)
    );
    Ok(see_other_telling(&visitor, address, &told))
}

/// The form that undoes a link.
#[derive(Deserialize)]
pub struct Undo {
    /// The datasheet; without it, the card of the page is the one.
    datasheet: Option<String>,
}

/// `POST /cards/{card}/datasheet/unlink`: the datasheet is a card by itself again. Both cards stay.
///
/// # Errors
/// [`Error::NotFound`] when one of them is not the visitor's.
pub async fn unlink(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Undo>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let address = format!("/cards/{id}");
    let datasheet = form.into_inner().datasheet.unwrap_or_else(|| id.clone());
    let quota = state.quota();
    let datasheet = state
        .db
        .write(move |conn| {
            quota::within(conn, &session, quota, |conn| {
                cards::load(conn, &session, &id)?;
                let datasheet = cards::load(conn, &session, &datasheet)?;
                // Sent twice, the second finds nothing left to do.
                cards::unlink_datasheet(conn, &session, &datasheet.id)?;
                Ok(datasheet)
            })
        })
        .await?;
    let told = say!(
        "{card} is a card by itself again. Nothing in it was changed.",
        card = quoted(&datasheet.title)
    );
    Ok(see_other_telling(&visitor, address, &told))
}
