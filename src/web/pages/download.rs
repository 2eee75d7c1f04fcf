//! The card in the format asked for, and what each format cannot carry.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::datasheet::Datasheets;
use super::losses;
use crate::bundle::figures::{self, Figure};
use crate::card::{Card, Value, stored};
use crate::format::{self, Format, Homeless, Loss, ReadError, Readers};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{self, Whole, link, outline_of, owner};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Page, render};
use crate::word;

/// How many losses are listed one by one.
const SHOWN: usize = 100;

/// Up to which size of a card all formats are tried for the page, in bytes of its sections: trying takes as long as a download.
const COUNTED_BYTES: usize = 256 * 1024;

/// What the format of the upload is good for.
const UPLOAD: &str =
    word!("The format of your upload. Only what you edited differs from it, everything else stays byte for byte.");

#[derive(Template)]
#[template(path = "pages/download.html")]
struct Download {
    page: Page,
    card: CardLink,
    own: Offer,
    groups: Vec<Group>,
    has_source: bool,
    file_name: Option<String>,
    datasheets: Datasheets,
    /// The pictures of the card.
    figures: Vec<Figure>,
    /// Sections with figures that are in no download yet: key, title, how many.
    waiting: Vec<(String, Sentence, usize)>,
}

/// Formats for the same readers.
struct Group {
    title: &'static str,
    is_folded: bool,
    offers: Vec<Offer>,
}

struct Offer {
    id: &'static str,
    name: Sentence,
    about: &'static str,
    /// `JSON` or `HTML`, for the button.
    ending: &'static str,
    file: String,
    /// What the card's own format would leave out, one by one.
    losses: Vec<Sentence>,
    /// Whether it was tried; a card may be so large that this is only done when asked for.
    is_tried: bool,
    /// How many things would be left out.
    lost: usize,
    /// How many placeholders would be left out beside them.
    placeholders: usize,
    /// How many things would stand in the format's usual home.
    aside: usize,
    /// The name of that home.
    home: &'static str,
}

impl Offer {
    fn more_losses(&self) -> usize {
        self.lost.saturating_sub(self.losses.len())
    }
}

/// `GET /cards/{card}/download`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let page = Page::of(
        say!("Download: {title}", title = card::said_name(&whole.row.title)),
        &visitor,
    );
    let session = owner(&visitor)?;
    let row = whole.row.clone();
    let datasheets = state.db.run(move |conn| Datasheets::of(conn, &session, &row)).await?;
    let made = crate::web::aside(move || Download {
        page,
        card: link(&whole.row),
        own: offer(&whole, whole.format(), true),
        groups: groups(&whole),
        has_source: whole.source.is_some(),
        figures: figures::gather(&whole.card).1,
        waiting: waiting(&whole),
        file_name: whole.row.file_name,
        datasheets,
    });
    render(
        &visitor,
        &made.await.map_err(|error| Error::Internal(error.to_string()))?,
    )
}

fn waiting(whole: &Whole) -> Vec<(String, Sentence, usize)> {
    let outline = outline_of(&whole.row);
    let title = |key: &str| {
        whole
            .card
            .section(key)
            .map(|section| outline.said_title(&section.title))
    };
    let sections = whole.waiting.iter();
    sections
        .map(|(key, figures)| (key.clone(), title(key).unwrap_or_default(), *figures))
        .collect()
}

/// `GET /cards/{card}/download/{format}`: the file. In a new file, things without a place go where the query says, see
/// `losses::kept`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's or there is no such format.
pub async fn file(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
    choices: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (id, format) = path.into_inner();
    let format = Format::from_id(&format).ok_or(Error::NotFound)?;
    let whole = card::whole(&state, &visitor, id).await?;
    let turn = state.turn_to_write(format).await?;
    let fonts = state.fonts.clone();
    let written = crate::web::aside(move || {
        // The turn goes along with the work, which goes on even if the request is gone.
        let _turn = turn;
        let source = source_for(&whole, format);
        let notation = format.notation(source);
        let name = file_name(&whole, &format.extension(notation, whole.format() == format));
        let bytes = match source {
            Some(_) => format::write(format, source, &whole.in_its_file()),
            None => {
                let card = whole.for_new_file();
                let kept = losses::kept(format, &card, &choices);
                match kept.is_empty() {
                    true => format::write_with(format, None, &card, &fonts),
                    false => format::write_keeping(format, &card, &kept),
                }
            }
        };
        bytes.map(|bytes| (name, notation, bytes))
    });
    let (name, notation, bytes) = written
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .map_err(|error| unwritten(format, error))?;
    Ok(attachment(&name, notation.media_type(), bytes))
}

/// `GET /cards/{card}/original`: the upload as it came.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's or was begun blank.
pub async fn original(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let bytes = whole.source.ok_or(Error::NotFound)?;
    let name = whole
        .row
        .file_name
        .unwrap_or_else(|| format!("{}.json", stem(&whole.row.title)));
    // Whatever it claims to be: browsers keep it as a file and do not open it here.
    Ok(attachment(&name, "application/octet-stream", bytes))
}

/// Pages may be refused; all else that was read once can be written.
pub(in crate::web) fn unwritten(format: Format, error: ReadError) -> Error {
    match format == Format::PDF {
        true => Error::NoPages(Box::new(error)),
        false => Error::Internal(format!("what was read cannot be written: {}", error.message)),
    }
}

/// The upload, when the format asked for is its own, if in another version.
pub(super) fn source_for(whole: &Whole, format: Format) -> Option<&[u8]> {
    whole.source.as_deref().filter(|_| format.is_version_of(whole.format()))
}

/// Every format but the card's own, by its readers.
fn groups(whole: &Whole) -> Vec<Group> {
    const GROUPS: [(&str, Readers, bool); 3] = [
        (word!("For people"), Readers::People, false),
        (word!("For programs"), Readers::Programs, false),
        (
            word!("Families, older versions and other notations"),
            Readers::Few,
            true,
        ),
    ];
    let is_small = size(&whole.card) <= COUNTED_BYTES;
    let own = whole.format();
    let group = |(title, readers, is_folded)| {
        let formats = Format::ALL.iter().copied();
        let formats = formats.filter(|format| *format != own && format.is_for(&whole.card));
        let offers = formats
            .filter(|format| format.readers() == readers)
            .map(|format| offer(whole, format, is_small));
        Group {
            title,
            is_folded,
            offers: offers.collect(),
        }
    };
    GROUPS.into_iter().map(group).collect()
}

/// What is said about a format; what it carries is found by trying, if that is wanted.
fn offer(whole: &Whole, format: Format, is_tried: bool) -> Offer {
    let source = source_for(whole, format);
    let notation = format.notation(source);
    let Homeless { kept, lost } = match (is_tried, source) {
        (false, _) => Homeless::default(),
        (true, Some(_)) => Homeless {
            lost: format::losses(format, source, &whole.in_its_file()),
            ..Homeless::default()
        },
        (true, None) => losses::homeless(whole, format),
    };
    let is_own = whole.format() == format;
    let (lost, placeholders): (Vec<Loss>, Vec<Loss>) = lost.into_iter().partition(Loss::is_of_answer);
    Offer {
        id: format.id(),
        name: format.said_name(),
        about: match source {
            Some(_) if is_own => UPLOAD,
            _ => format.purpose(),
        },
        file: file_name(whole, &format.extension(notation, whole.format() == format)),
        ending: notation.name(),
        is_tried,
        lost: lost.len(),
        placeholders: placeholders.len(),
        aside: kept.len(),
        home: format.usual_home().map_or("", |home| home.name),
        losses: lost
            .iter()
            .filter(|_| is_own)
            .take(SHOWN)
            .map(|loss| losses::words(loss, outline_of(&whole.row)))
            .collect(),
    }
}

/// How large a card is, in bytes of its sections.
fn size(card: &Card) -> usize {
    let sections = card.sections.iter();
    sections.map(|section| stored::to_text(&section.fields).len()).sum()
}

/// A name for a file, from the card's title and the model's version.
pub(super) fn file_name(whole: &Whole, extension: &str) -> String {
    format!("{}.{extension}", file_stem(&whole.row.title, &whole.card))
}

/// The name without ending, from the title of a card and the model's version, where that is short and not in the title.
pub(in crate::web) fn file_stem(title: &str, card: &Card) -> String {
    let version = match card.value("model-details.version") {
        Some(Value::Text(version) | Value::Number(version)) => version.trim(),
        _ => "",
    };
    let is_word = (1..=20).contains(&version.chars().count()) && !version.contains(char::is_whitespace);
    match is_word && !title.contains(version) {
        true => stem(&format!("{title} {version}")),
        false => stem(title),
    }
}

/// A name for a file: no character that a system or a shell might take for its own.
fn stem(title: &str) -> String {
    let mut name = String::new();
    for character in title.chars().take(120) {
        if character.is_alphanumeric() || matches!(character, '-' | '_' | '.') {
            name.push(character);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "model-card" } else { name }.to_owned()
}

/// Bytes that a browser keeps as a file: with a plain name for old ones and the full name (RFC 6266, RFC 8187).
pub(in crate::web) fn attachment(name: &str, media_type: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Content-Disposition", disposition(name)))
        .insert_header((CONTENT_TYPE, media_type))
        .body(bytes)
}

/// The header that makes a browser keep an answer as a file of this name.
pub(super) fn disposition(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if matches!(c, '/' | '\\' | ':') || c.is_control() {
                '-'
            } else {
                c
            }
        })
        .collect();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let full: String = name
        .bytes()
        .map(|byte| match byte {
            byte if is_plain(char::from(byte)) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Field, Section};

    #[test]
    fn files_are_named_after_the_card() {
        let card = |version: &str| Card {
            sections: vec![Section {
                key: "model-details".to_owned(),
                title: "Model details".to_owned(),
                fields: vec![Field {
                    id: "model-details.version".to_owned(),
                    label: "Version".to_owned(),
                    value: Value::text(version),
                }],
            }],
        };
        for (title, version, wanted) in [
            ("Lake ice, 2026", "", "Lake-ice-2026"),
            ("Lake ice", " 1.2/b ", "Lake-ice-1.2-b"),
            ("Lake ice 1.2", "1.2", "Lake-ice-1.2"),
            ("Lake ice", "the second one", "Lake-ice"),
            ("../../etc/passwd", "", "etc-passwd"),
            ("Größe 模型", "v3", "Größe-模型-v3"),
            ("***", "", "model-card"),
        ] {
            assert_eq!(file_stem(title, &card(version)), wanted);
        }
    }

    #[test]
    fn names_reach_old_and_new_browsers_and_break_no_header() {
        assert_eq!(
            disposition("a.json"),
            "attachment; filename=\"a.json\"; filename*=UTF-8''a.json"
        );
        assert_eq!(
            disposition("é\"\r\n/x"),
            "attachment; filename=\"_____x\"; filename*=UTF-8''%C3%A9%22---x".replace("_____x", "__---x")
        );
    }
}
