//! What a format cannot carry of the card, and where each thing shall go.

use std::borrow::Cow;
use std::collections::HashSet;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::download::{file_name, source_for};
use crate::card::Card;
use crate::card::outline::Outline;
use crate::format::{self, Extent, Format, Homeless, Kept, Loss};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{self, Whole, link, outline_of};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Page, render};
use crate::web::words::in_words;

/// How many things get a choice of their own; the rest have one choice together.
const CHOSEN: usize = 100;

/// How much of an answer is shown, in characters.
const EXCERPT: usize = 160;

/// The control that says where one thing goes: `home/section/field`, or nothing to leave it out.
const KEEP: &str = "keep";

/// The control that says where everything else goes that has no place.
const REST: &str = "rest";

#[derive(Template)]
#[template(path = "pages/losses.html")]
struct Losses {
    page: Page,
    card: CardLink,
    format: Format,
    ending: &'static str,
    file: String,
    is_own: bool,
    items: Vec<Item>,
    more: usize,
}

struct Item {
    section: Sentence,
    field: Option<Sentence>,
    excerpt: Option<String>,
    /// How much of it, where something is carried.
    extent: Option<Sentence>,
    /// Key of the section and id of the field, where a choice can name them.
    address: Option<String>,
}

/// `GET /cards/{card}/losses/{format}`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's or there is no such format.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, format) = path.into_inner();
    let format = Format::from_id(&format).ok_or(Error::NotFound)?;
    let whole = card::whole(&state, &visitor, id).await?;
    let page = Page::of(
        say!(
            "As {format}: {title}",
            format = format.said_name(),
            title = card::said_name(&whole.row.title)
        ),
        &visitor,
    );
    let made = crate::web::aside(move || {
        let source = source_for(&whole, format);
        let card = match source {
            Some(_) => Cow::Borrowed(&whole.card),
            None => whole.for_new_file(),
        };
        let notation = format.notation(source);
        let losses = match source {
            Some(_) => format::losses(format, source, &whole.in_its_file()),
            None => homeless(&whole, format).all(&card),
        };
        let outline = outline_of(&whole.row);
        let more = losses.len().saturating_sub(CHOSEN);
        Losses {
            page,
            card: link(&whole.row),
            format,
            ending: notation.name(),
            file: file_name(&whole, &format.extension(notation, whole.format() == format)),
            is_own: source.is_some(),
            items: losses
                .into_iter()
                .take(CHOSEN)
                .map(|loss| item(&card, outline, loss))
                .collect(),
            more,
        }
    });
    render(
        &visitor,
        &made.await.map_err(|error| Error::Internal(error.to_string()))?,
    )
}

/// What has no place of its own in a new file, with what the upload holds beside the card.
pub(super) fn homeless(whole: &Whole, format: Format) -> Homeless {
    let mut homeless = Homeless::of(format, &whole.for_new_file());
    let source = whole.source.as_deref();
    homeless.lost.extend(
        source
            .into_iter()
            .flat_map(|source| format::unshown(whole.format(), source)),
    );
    homeless
}

fn item(card: &Card, outline: &Outline, loss: Loss) -> Item {
    let value = loss.item.as_ref().and_then(|(section, field)| {
        let section = card.section(section)?;
        Some(&section.field(field)?.value)
    });
    Item {
        extent: extent(&loss),
        section: outline.said_title(&loss.section),
        field: loss.field.map(|field| outline.said_label(&field)),
        excerpt: value.map(|value| excerpt(&in_words(value))),
        // No home spells more characters, or has more levels; and nobody looks there for what is still to be said.
        address: loss
            .item
            .filter(|_| matches!(loss.extent, Extent::Whole | Extent::Part))
            .map(|(section, field)| format!("{section}/{field}")),
    }
}

fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// A loss in a few words.
pub(super) fn words(loss: &Loss, outline: &Outline) -> Sentence {
    let field = loss.field.as_ref().map(|field| outline.said_label(field));
    let what = match (field, loss.extent) {
        (Some(field), _) => say!("{section}: {field}", field),
        (None, Extent::Whole) => say!("{section} (the whole section)"),
        (None, _) => say!("{section} (the title)"),
    };
    let what = what.with("section", outline.said_title(&loss.section));
    match extent(loss) {
        Some(extent) => say!("{what}, {extent}", what, extent),
        None => what,
    }
}

fn extent(loss: &Loss) -> Option<Sentence> {
    match loss.extent {
        Extent::Whole => None,
        Extent::Part => Some(say!("in part")),
        Extent::Characters => Some(say!("only characters it cannot spell")),
        Extent::Levels => Some(say!("only levels of headings")),
        Extent::Placeholder => Some(say!("a placeholder")),
    }
}

/// Where a query puts what has no place of its own in a new file: `keep=home/section/field` for one thing, with an empty
/// home to leave it out, and `rest=home` for everything that is not named so.
pub(super) fn kept(format: Format, card: &Card, query: &[(String, String)]) -> Vec<Kept> {
    let named = query.iter().filter(|(name, _)| name == KEEP).filter_map(|(_, choice)| {
        let mut parts = choice.splitn(3, '/').map(str::to_owned);
        Some(Kept {
            home: parts.next()?,
            section: parts.next()?,
            field: parts.next()?,
        })
    });
    let mut kept: Vec<Kept> = named.collect();
    if let Some((_, home)) = query.iter().rfind(|(name, _)| name == REST) {
        let named: HashSet<(String, String)> = kept
            .iter()
            .map(|kept| (kept.section.clone(), kept.field.clone()))
            .collect();
        let rest = Kept::all(format, card, home).into_iter();
        kept.extend(rest.filter(|kept| !named.contains(&(kept.section.clone(), kept.field.clone()))));
    }
    kept
}
