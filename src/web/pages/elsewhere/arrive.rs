//! Coming from another browser with a link or a code: first a look at what it opens, then, with a form, in.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::parked::{bring_data, clear};
use super::{recovery, without_referrer};
use crate::db::link_codes::{self, CodeRow, Kind};
use crate::db::{self, cards, sessions};
use crate::locale::{Locale, Sentence};
use crate::session::code::Code;
use crate::session::{Visitor, rested_long, said_family};
use crate::web::AppState;
use crate::web::card::said_name;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Date, Fault, Faults, Page, render_as, rested, see_other, time_in_words};
use crate::{count, say};

/// What the visitor typed and chose.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Arriving {
    code: String,
    /// `open`, `bring` or `apart`.
    then: Option<String>,
    /// That the second form was sent, which asks for a choice.
    go: Option<String>,
}

/// What happens with cards that this browser has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It has none.
    Open,
    /// They go along into the other work.
    Bring,
    /// They stay for themselves, and this browser can go back to them.
    Apart,
}

#[derive(Template)]
#[template(path = "pages/elsewhere/type_code.html")]
struct TypeCode {
    page: Page,
    typed: String,
    faults: Faults,
}

#[derive(Template)]
#[template(path = "pages/elsewhere/arrive.html")]
struct Arrive<'a> {
    page: Page,
    code: &'a str,
    found: Found,
    can_bring: bool,
    can_park: bool,
    faults: Faults,
}

/// What a code opens.
struct Found {
    row: CodeRow,
    /// The browser in which the code was made.
    family: Sentence,
    titles: Vec<Sentence>,
    since: Date,
    until: Date,
    own_cards: usize,
}

impl Found {
    fn is_recovery(&self) -> bool {
        self.row.kind == Kind::Recovery
    }
}

#[derive(Template)]
#[template(path = "pages/elsewhere/refused.html")]
struct Refused {
    page: Page,
    why: Why,
    /// What was typed, to be mended.
    typed: String,
    faults: Faults,
}

/// Why a code leads nowhere.
#[derive(Clone, PartialEq, Eq)]
enum Why {
    /// Never made, used, expired, revoked: which of these is nobody's business.
    Worthless,
    /// Too many that do not exist came from here.
    TooMany(u64),
    /// As many browsers as may be have the work already.
    Full,
    /// This browser has the work already.
    Already,
    /// This browser has the work, but other work is open.
    Parked(String),
    /// The browser would not keep what it is given.
    NoCookie,
}

impl Why {
    fn status(&self) -> StatusCode {
        match self {
            Self::Worthless => StatusCode::NOT_FOUND,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Full => StatusCode::CONFLICT,
            Self::Already | Self::Parked(_) | Self::NoCookie => StatusCode::OK,
        }
    }
}

impl Why {
    /// What is wrong with the code that was typed, where another one may help.
    fn fault(&self, link_age: Sentence) -> Option<Fault> {
        let message = match self {
            Self::Worthless => say!(
                "It opens nothing. It may be mistyped, or it has been used or has expired: a link and its \
                         code work once, within {link_age}.",
                link_age
            ),
            Self::TooMany(seconds) => count!(
                *seconds,
                "So that nobody finds a code by trying, your network has to wait {n} second for the next one.",
                "So that nobody finds a code by trying, your network has to wait {n} seconds for the next one."
            ),
            Self::Full | Self::Already | Self::Parked(_) | Self::NoCookie => return None,
        };
        Some(Fault::new("code", say!("Code"), message))
    }
}

/// So many characters of what was typed are given back.
const MOST_TYPED: usize = 500;

/// `GET /continue`: the form for a code.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(visitor: Visitor) -> Result<HttpResponse, Error> {
    with_code(&visitor, "")
}

/// The form with a code that was typed before, which nobody has looked at.
///
/// # Errors
/// As [`get`].
pub fn with_code(visitor: &Visitor, typed: &str) -> Result<HttpResponse, Error> {
    render_as(
        StatusCode::OK,
        visitor,
        &TypeCode {
            page: Page::of(say!("Open your cards here"), visitor),
            typed: typed.chars().take(MOST_TYPED).collect(),
            faults: Faults::default(),
        },
    )
}

/// `GET /continue/{code}`: what a link opens. Nothing is changed by looking.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    state: web::Data<AppState>,
    visitor: Visitor,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let form = Arriving {
        code: code.into_inner(),
        ..Arriving::default()
    };
    look_or_enter(&state, &visitor, &request, form)
        .await
        .map(without_referrer)
}

/// `POST /continue`: what a code opens, or, with the second form, in.
///
/// # Errors
/// When the database does not answer.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    request: HttpRequest,
    form: web::Form<Arriving>,
) -> Result<HttpResponse, Error> {
    look_or_enter(&state, &visitor, &request, form.into_inner()).await
}

async fn look_or_enter(
    state: &AppState,
    visitor: &Visitor,
    request: &HttpRequest,
    form: Arriving,
) -> Result<HttpResponse, Error> {
    let Some(code) = Code::parse(&form.code) else {
        return refuse(state, visitor, &form, Why::Worthless);
    };
    if code.is_short()
        && let Err(wait) = visitor.try_code(request)
    {
        return refuse(state, visitor, &form, Why::TooMany(wait.as_secs().max(1)));
    }
    let found = match find(state, visitor, &code).await {
        Err(db::Error::NotFound) => return refuse(state, visitor, &form, Why::Worthless),
        found => found?,
    };
    if code.is_short() {
        visitor.was_right(request);
    }
    if let Some(why) = hindrance(visitor, &found, &form).await? {
        return refuse(state, visitor, &form, why);
    }
    let can_park = visitor.can_park().await?;
    let then = match form.then.as_deref() {
        Some("bring") if found.own_cards > 0 && visitor.can_bring_others() => Some(Then::Bring),
        Some("apart") if found.own_cards > 0 && can_park => Some(Then::Apart),
        Some(_) if found.own_cards == 0 => Some(Then::Open),
        _ => None,
    };
    match then {
        Some(then) => match enter(state, visitor, request, &code, found, then).await {
            Err(Error::NotFound) => refuse(state, visitor, &form, Why::Worthless),
            outcome => outcome,
        },
        None => {
            let page = Page::of(say!("Open these cards here?"), visitor);
            let unchosen = Fault::new(
                "then",
                say!("Your own cards"),
                say!("Choose one; nothing is lost either way."),
            );
            let is_unchosen = form.go.is_some();
            let page = Arrive {
                page: if is_unchosen { page.with_error() } else { page },
                code: code.text(),
                found,
                can_bring: visitor.can_bring_others(),
                can_park,
                faults: Faults(is_unchosen.then_some(unchosen).into_iter().collect()),
            };
            render_as(StatusCode::OK, visitor, &page)
        }
    }
}

async fn find(state: &AppState, visitor: &Visitor, code: &Code) -> Result<Found, db::Error> {
    let (hashes, own) = (visitor.code_hashes(code), visitor.session().cloned());
    let now = state.clock.now().naive_utc();
    let find = state.db.run(move |conn| {
        let row = link_codes::find(conn, &hashes, now)?;
        let (since, until) = sessions::life(conn, &row.session)?;
        let titles = cards::list(conn, &row.session)?;
        let own_cards = match &own {
            Some(own) => cards::list(conn, own)?.len(),
            None => 0,
        };
        Ok(Found {
            titles: titles.into_iter().map(|card| said_name(&card.title)).collect(),
            since: since.into(),
            until: until.into(),
            own_cards,
            family: said_family(&row.family),
            row,
        })
    });
    find.await
}

/// What stands in the way of somebody with a good code.
async fn hindrance(visitor: &Visitor, found: &Found, form: &Arriving) -> Result<Option<Why>, Error> {
    let target = &found.row.session;
    if visitor.session() == Some(target) {
        return Ok(Some(Why::Already));
    }
    let parked = visitor.parked().await?;
    if let Some(work) = parked.into_iter().find(|work| work.session == *target) {
        return Ok(Some(Why::Parked(work.handle)));
    }
    let coming = match form.then.as_deref() {
        Some("bring") => visitor.browsers().await?.len(),
        _ => 1,
    };
    if !visitor.has_room_for(target, coming).await? {
        return Ok(Some(Why::Full));
    }
    Ok((form.then.is_some() && !visitor.keeps_cookies()).then_some(Why::NoCookie))
}

async fn enter(
    state: &AppState,
    visitor: &Visitor,
    request: &HttpRequest,
    code: &Code,
    found: Found,
    then: Then,
) -> Result<HttpResponse, Error> {
    let now = state.clock.now();
    let day = Date::from(now).day;
    let family = said_family(visitor.family());
    let brought = say!(
        "The cards of this browser and those of another were brought together in {family}, {day}.",
        family = &family,
        day = day.clone()
    );
    let added = say!(
        "A browser was added: {family}, {day}. Not you? Sign it out.",
        family,
        day
    );
    let locale = Locale::from(visitor);
    let [brought, added] = [brought, added].map(|sentence| sentence.said(locale).to_string());
    let own = visitor.session().cloned();
    visitor.forget_lost_work().await?;
    let mut told: Vec<String> = match then {
        Then::Bring => visitor
            .browsers()
            .await?
            .into_iter()
            .map(|browser| browser.handle)
            .collect(),
        Then::Open | Then::Apart => Vec::new(),
    };
    let target = found.row.session.clone();

    let (hashes, uploads, comer, from, into) = (
        visitor.code_hashes(code),
        state.uploads.clone(),
        visitor.clone(),
        own.clone(),
        target.clone(),
    );
    let (handle, recovery_code, before, until) = state
        .db
        .write(move |conn| {
            let row = link_codes::find(conn, &hashes, now.naive_utc())?;
            link_codes::take(conn, &row)?;
            if row.session != into {
                // The work was moved while the visitor read the page.
                return Err(db::Error::Stale);
            }
            let (_, before) = sessions::life(conn, &into)?;
            let handle = match (then, &from) {
                (Then::Bring, Some(from)) => {
                    bring_data(conn, &uploads, from, &into)?;
                    comer.bring_all(conn, &into, &brought, now)?;
                    comer.handle().unwrap_or_default().to_owned()
                }
                (Then::Apart, Some(_)) => comer.enter_and_park(conn, &into, now)?.handle,
                _ => comer.enter(conn, &into, now)?.handle,
            };
            let recovery_code = match row.kind {
                Kind::Recovery => Some(recovery::make(conn, &comer, &into, &handle, now)?),
                Kind::Link => None,
            };
            let (_, until) = sessions::life(conn, &into)?;
            Ok((handle, recovery_code, before.and_utc(), until.and_utc()))
        })
        .await?;
    if then == Then::Bring {
        if let Some(own) = own {
            clear(state, own).await;
        }
    } else {
        visitor.left().await;
    }
    told.push(handle);
    visitor.notify(&target, &told, &added).await;
    if let Some(code) = recovery_code {
        let page = Page {
            rested: rested_long(before, until, now).map(|left| rested(left, until)),
            ..Page::bare(say!("Your new recovery code"), locale)
        };
        return recovery::shown(state, page, request, &code, true);
    }
    Ok(see_other(match then {
        Then::Bring => "/?done=brought",
        Then::Open | Then::Apart => "/?done=joined",
    }))
}

fn refuse(state: &AppState, visitor: &Visitor, form: &Arriving, why: Why) -> Result<HttpResponse, Error> {
    let status = why.status();
    let fault = why.fault(time_in_words(state.config.session.link_age));
    let page = Page::of(say!("Open your cards here"), visitor);
    let wait = match why {
        Why::TooMany(seconds) => Some(seconds),
        _ => None,
    };
    let mut answer = render_as(
        status,
        visitor,
        &Refused {
            page: if status.is_client_error() {
                page.with_error()
            } else {
                page
            },
            why,
            typed: form.code.chars().take(MOST_TYPED).collect(),
            faults: Faults(fault.into_iter().collect()),
        },
    )?;
    if let Some(seconds) = wait {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}
