//! What somebody with a link to a section gets: its form, and nothing else of the card.

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::conflict::conflict_page;
use super::preview::{self, Typed};
use super::save::{Outcome, save};
use super::sheet::Sheet;
use super::{Held, Seen, chosen_locale, draft_of, is_script, undecided};
use crate::card::{Card, Field, Section, check};
use crate::db::cards::{CardRow, CardSectionData};
use crate::db::{self, DbConnection};
use crate::format::language::Language;
use crate::locale::{Locale, Sentence};
use crate::say;
use crate::session::browser_locale;
use crate::web::AppState;
use crate::web::access::{Guest, MOST_BYTES, SectionAccess};
use crate::web::card::{outline_of, said_name, section_of};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::form::Form;
use crate::web::page::{Date, Page, render, render_as, see_other, size_in_words, time_in_words, with_query};
use crate::web::pictures::{self, SectionForm};

/// The word of an address that says its language.
const LANGUAGE: &str = "language";

#[derive(Template)]
#[template(path = "pages/section/guest.html")]
struct GuestPage {
    page: Page,
    /// The card's name.
    model: Sentence,
    sheet: Sheet,
    until: Date,
}

#[derive(Template)]
#[template(path = "pages/section/refused.html")]
struct Refused {
    page: Page,
    heading: Sentence,
    message: Sentence,
    advice: Sentence,
    /// What was typed, to be copied.
    texts: Vec<(Sentence, String)>,
}

/// The language of the pages: the one that the browser asks for, or another that was chosen, which then stands in their
/// addresses; a link opens no session that could remember it.
#[derive(Clone, Copy)]
struct Speech {
    locale: Locale,
    is_chosen: bool,
}

impl Speech {
    /// As the address says.
    fn of(request: &HttpRequest) -> Self {
        let words = form_urlencoded::parse(request.query_string().as_bytes());
        let mut words = words.filter(|(name, _)| name == LANGUAGE);
        let said = words.find_map(|(_, tag)| Locale::ALL.into_iter().find(|locale| locale.tag() == tag));
        Self::chosen(said.unwrap_or_else(|| browser_locale(request)), request)
    }

    fn chosen(locale: Locale, request: &HttpRequest) -> Self {
        Self {
            locale,
            is_chosen: locale != browser_locale(request),
        }
    }

    /// The address of a page in this language.
    fn address(self, address: String) -> String {
        match self.is_chosen {
            true => with_query(&address, LANGUAGE, self.locale.tag()),
            false => address,
        }
    }
}

/// `GET /write/{link}`: the section. Nothing is changed by looking, as messengers do for a preview.
///
/// # Errors
/// When the database does not answer.
pub async fn get(
    state: web::Data<AppState>,
    guest: Result<Guest, Error>,
    request: HttpRequest,
    seen: Query<Seen>,
) -> Result<HttpResponse, Error> {
    let speech = Speech::of(&request);
    match guest {
        Ok(guest) => shown(&state, (&guest, speech), &seen, None).await,
        Err(Error::NotFound) => gone(&state, speech, Vec::new()),
        Err(error) => Err(error),
    }
}

/// What the page shows of the card.
struct Lent {
    row: CardRow,
    data: CardSectionData,
    section: Section,
    language: Option<Language>,
}

impl Lent {
    /// The section as it is stored, or with fields that are not stored yet.
    fn load(conn: &mut DbConnection, access: &SectionAccess, typed: Option<&[Field]>) -> Result<Self, db::Error> {
        let (row, data) = access.load(conn)?;
        let mut section = section_of(&data);
        if let Some(typed) = typed {
            section.fields = typed.to_vec();
        }
        Ok(Self {
            language: access.language(conn, &section.fields)?,
            row,
            data,
            section,
        })
    }
}

/// The page of the section, with a sentence on what has just happened if there is one.
async fn shown(
    state: &AppState,
    (guest, speech): (&Guest, Speech),
    seen: &Seen,
    told: Option<Sentence>,
) -> Result<HttpResponse, Error> {
    let access = guest.access().clone();
    match state.db.run(move |conn| Lent::load(conn, &access, None)).await {
        Err(db::Error::NotFound) => gone(state, speech, Vec::new()),
        lent => render(speech.locale, &guest_page((guest, speech), lent?, seen, told)?),
    }
}

/// The page with all that was typed, and with the texts that were asked for as readers see them; or those alone, for
/// the page's script.
async fn previewed(
    state: &AppState,
    (guest, speech): (&Guest, Speech),
    form: &Form,
    is_script: bool,
) -> Result<HttpResponse, Error> {
    let access = guest.access().clone();
    if is_script {
        return preview::of_control(state, access, form, speech.locale).await;
    }
    let pairs = form.pairs.clone();
    let loaded = state.db.run(move |conn| {
        let typed = Typed::of(conn, &access, &Form::of_pairs(pairs), speech.locale)?;
        Ok((Lent::load(conn, &access, Some(&typed.fields))?, typed))
    });
    let (lent, typed) = loaded.await?;
    let mut page = guest_page((guest, speech), lent, &typed.seen, Some(preview::notice(false)))?;
    page.sheet.take_unsaved(form, typed);
    render(speech.locale, &page)
}

fn guest_page(
    (guest, speech): (&Guest, Speech),
    lent: Lent,
    seen: &Seen,
    told: Option<Sentence>,
) -> Result<GuestPage, Error> {
    let Lent {
        row,
        data,
        section,
        language,
    } = lent;
    // The section stands alone here, so that nothing of another one can be drawn or said of it.
    let card = Card {
        sections: vec![section],
    };
    let outline = outline_of(&row);
    let mut page = Page::for_guest(Sentence::default(), speech.locale, Some(guest.handle()));
    page.notice = told;
    page = page.with_saved(seen.saved.as_ref().map(|_| outline.said_title(&data.title)));
    let problems = check::check(&card, outline);
    let shown = (&card, problems.as_slice());
    let mut sheet = Sheet::of(
        guest.address(),
        outline,
        shown,
        language.as_ref(),
        &data,
        seen,
        &mut page.notice,
    )?;
    page.title = sheet.page_title(&row.title);
    page.is_error = sheet.is_error;
    sheet.address = speech.address(sheet.address);
    sheet.place = Some(format!("/write/{}", guest.handle()));
    let pictures = format!("{}/figures", guest.address());
    for field in &mut sheet.fields {
        field.control.lend_pictures(&|file| format!("{pictures}/{file}"));
    }
    Ok(GuestPage {
        page,
        model: said_name(&row.title),
        sheet,
        until: guest.expires_at().into(),
    })
}

/// `POST /write/{link}`: saves the section, or shows what was typed as readers see it.
///
/// # Errors
/// When the database does not answer, or the form did not arrive as a whole.
pub async fn post(
    state: web::Data<AppState>,
    guest: Result<Guest, Error>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    // Pictures are for the owner to add; the page has no control for them.
    let SectionForm { form, .. } = pictures::read(&state, &request, payload).await?;
    let (speech, form) = match chosen_locale(&form) {
        Some(locale) => (Speech::chosen(locale, &request), undecided(form)),
        None => (Speech::of(&request), form),
    };
    let guest = match guest {
        Err(Error::NotFound) => return gone(&state, speech, form.texts()),
        guest => guest?,
    };
    if preview::wanted(&form).is_some() {
        return match previewed(&state, (&guest, speech), &form, is_script(&request)).await {
            Err(Error::NotFound) => gone(&state, speech, form.texts()),
            shown => shown,
        };
    }
    state.take_save(guest.handle())?;
    let now = state.clock.now().naive_utc();
    let (access, address, quota, pairs) = (
        guest.access().clone(),
        guest.address(),
        state.quota(),
        form.pairs.clone(),
    );
    let saved = state.db.write(move |conn| {
        access.within(conn, quota, now, |conn| {
            save(conn, &access, &address, Form::of_pairs(pairs), now)
        })
    });
    match saved.await {
        Ok(Outcome::Saved { version, saved_at, .. }) if is_script(&request) => {
            Ok(HttpResponse::Ok().json(Held::of(version, saved_at)))
        }
        // There is no place to leave a sentence for the next page, so one that says more than that page stands here.
        Ok(Outcome::Saved {
            address,
            told: Some(told),
            ..
        }) if address.contains("?saved=") => {
            let seen = Seen {
                saved: Some(guest.access().section().to_owned()),
                ..Seen::default()
            };
            shown(&state, (&guest, speech), &seen, Some(told)).await
        }
        Ok(Outcome::Saved { address, .. }) => {
            let address = speech.address(address);
            Ok(see_other(match draft_of(&form) {
                Some(draft) => with_query(&address, "draft", &draft),
                None => address,
            }))
        }
        Ok(Outcome::Conflict(clash)) if is_script(&request) => Ok(HttpResponse::Conflict().json(Held::instead(&clash))),
        Ok(Outcome::Conflict(clash)) => {
            let page = Page::for_guest(Sentence::default(), speech.locale, Some(guest.handle()));
            let page = conflict_page(page, speech.address(guest.address()), *clash, draft_of(&form));
            render_as(StatusCode::CONFLICT, speech.locale, &page)
        }
        Err(db::Error::NotFound) => gone(&state, speech, form.texts()),
        Err(db::Error::Full(_)) => full(speech, form.texts()),
        Err(error) => Err(error.into()),
    }
}

/// `GET /write/{link}/figures/{file}`: a picture that the section shows.
///
/// # Errors
/// [`Error::NotFound`] when it shows no such picture, or the link is not good.
pub async fn picture(
    state: web::Data<AppState>,
    guest: Guest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (_, file) = path.into_inner();
    guest.access().picture(&state, file).await
}

/// The page for a link that opens nothing: never made, revoked, expired, or its section is gone; which of these is
/// nobody's business.
fn gone(
    state: &AppState,
    Speech { locale, .. }: Speech,
    texts: Vec<(Sentence, String)>,
) -> Result<HttpResponse, Error> {
    render_as(
        StatusCode::NOT_FOUND,
        locale,
        &Refused {
            page: Page::for_guest(say!("This link opens nothing any more"), locale, None).with_error(),
            heading: say!("This link opens nothing any more"),
            message: say!(
                "It was taken back, or its time is over: a link to a section is good for {age}. Or the \
                         section was deleted.",
                age = time_in_words(state.config.section_link_age)
            ),
            advice: say!("Ask whoever sent it to you for a new one."),
            texts,
        },
    )
}

fn full(Speech { locale, .. }: Speech, texts: Vec<(Sentence, String)>) -> Result<HttpResponse, Error> {
    render_as(
        StatusCode::PAYLOAD_TOO_LARGE,
        locale,
        &Refused {
            page: Page::for_guest(say!("There is no room for this"), locale, None).with_error(),
            heading: say!("There is no room for this"),
            message: say!(
                "With a link a section can have {most}, and whoever asked you may have filled their room \
                         on this server. Nothing was changed.",
                most = size_in_words(MOST_BYTES)
            ),
            advice: say!("Go back and shorten what you wrote, or send it to whoever asked you."),
            texts,
        },
    )
}
