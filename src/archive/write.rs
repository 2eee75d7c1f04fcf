//! From rows and files to a ZIP.

use std::borrow::Cow;
use std::io::{self, Seek, Write};

use chrono::{DateTime, Datelike as _, NaiveDateTime, Timelike as _, Utc};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::rows::{self, CardEntry, Content, FileEntry};
use super::{CARD, Error, FORMAT, HISTORY, MANIFEST, SECTIONS, VERSION, names};
use crate::card::{Card, Section, Value, figure, outline, stored};
use crate::db::DbConnection;
use crate::db::cards::{self, CardRow, CardSectionData, RestoredCard};
use crate::db::files;
use crate::format::{self, Format};
use crate::json;
use crate::session::SessionId;
use crate::uploads::{self, Uploads};

/// Writes everything of the session into `sink`, one card in memory at a time; returns how many cards that were.
///
/// Meant for [`snapshot`](crate::db::snapshot), so that all of it is of one moment. Without a card nothing is written.
///
/// # Errors
/// When the database or the disk fails.
pub fn write<W: Write + Seek>(
    conn: &mut DbConnection,
    session: &SessionId,
    uploads: &Uploads,
    now: DateTime<Utc>,
    sink: W,
) -> Result<usize, Error> {
    let cards = cards::list(conn, session)?;
    if cards.is_empty() {
        return Ok(0);
    }
    let folders: Vec<String> = (1..)
        .zip(&cards)
        .map(|(number, card)| names::folder(number, &card.title))
        .collect();
    let mut writer = Writer {
        zip: ZipWriter::new(sink),
    };
    writer.file("README.txt", now.naive_utc(), readme(now).as_bytes())?;
    let manifest = manifest(&cards, &folders, now);
    writer.file(MANIFEST, now.naive_utc(), manifest.as_bytes())?;
    let links = cards::datasheet_links(conn, session)?;
    for (card, folder) in cards.iter().zip(&folders) {
        let owner = links
            .iter()
            .find(|link| link.datasheet == card.id)
            .map(|link| &link.card);
        let owner = owner.and_then(|id| cards.iter().position(|card| card.id == *id));
        let place = Place {
            folder,
            datasheet_of: owner.map(|index| folders[index].clone()),
        };
        writer.card(conn, session, uploads, card, place)?;
    }
    writer.zip.finish().map_err(broken)?.flush().map_err(Error::Disk)?;
    Ok(cards.len())
}

/// Where a card goes in the ZIP.
struct Place<'f> {
    /// Its folder.
    folder: &'f str,
    /// The folder of the card whose datasheet it is.
    datasheet_of: Option<String>,
}

struct Writer<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> Writer<W> {
    fn begin(&mut self, path: &str, time: NaiveDateTime) -> Result<(), Error> {
        let options = SimpleFileOptions::default().unix_permissions(0o600);
        let options = match zip_time(time) {
            Some(time) => options.last_modified_time(time),
            None => options,
        };
        self.zip.start_file(path, options).map_err(broken)
    }

    fn file(&mut self, path: &str, time: NaiveDateTime, bytes: &[u8]) -> Result<(), Error> {
        self.begin(path, time)?;
        self.zip.write_all(bytes).map_err(Error::Disk)
    }

    fn line(&mut self, value: &Value) -> Result<(), Error> {
        writeln!(self.zip, "{}", json::to_text(value)).map_err(Error::Disk)
    }

    fn card(
        &mut self,
        conn: &mut DbConnection,
        session: &SessionId,
        uploads: &Uploads,
        row: &CardRow,
        place: Place<'_>,
    ) -> Result<(), Error> {
        let Place { folder, datasheet_of } = place;
        let time = row.updated_at;
        let source = cards::source(conn, session, &row.id)?;
        let sections = cards::sections(conn, session, &row.id)?;
        let format = Format::from_id(&row.format).unwrap_or(Format::JSON);
        let name = match &row.file_name {
            Some(name) => names::file(name),
            None => names::file(&format!(
                "{}.{}",
                row.title,
                format.extension(format.notation(source.as_deref()), true)
            )),
        };
        let original = source.as_deref().map(|bytes| Content {
            path: format!("original/{name}"),
            sha256: uploads::sha256(bytes),
        });
        if let (Some(Content { path, .. }), Some(bytes)) = (&original, &source) {
            self.file(&format!("{folder}/{path}"), row.created_at, bytes)?;
        }
        let pictures = cards::figures(conn, session, &row.id)?;
        let pictures: Vec<String> = pictures.into_iter().map(|picture| picture.id).collect();
        let card = uploads.filled(session.as_str(), &pictures, card_of(&sections))?;
        if let Some(finished) = finished(row, format, source.as_deref(), &card) {
            self.file(&format!("{folder}/finished/{name}"), time, &finished)?;
        }
        let files = self.files(conn, session, uploads, row, folder, original.as_ref())?;
        // In the copy a figure names its picture by the place in the copy: ids are of this server.
        let place = |id: &str| {
            files
                .iter()
                .find(|(file, _)| file == id)
                .map(|(_, entry)| entry.content.path.clone())
        };
        let placed = |mut value: Value| {
            figure::respell(&mut value, &mut |id| place(id));
            value
        };
        let entry = CardEntry {
            files: files.iter().map(|(_, entry)| entry.clone()).collect(),
            row: RestoredCard {
                title: row.title.clone(),
                format: row.format.clone(),
                outline: row.outline.clone(),
                file_name: row.file_name.clone(),
                source: None,
                version: cards::version(conn, session, &row.id)?,
                created_at: row.created_at,
                updated_at: row.updated_at,
            },
            datasheet_of,
            source: original,
        };
        let text = json::to_pretty_text(&entry.to_value()) + "\n";
        self.file(&format!("{folder}/{CARD}"), time, text.as_bytes())?;
        self.begin(&format!("{folder}/{SECTIONS}"), time)?;
        for section in &sections {
            self.line(&placed(rows::section_to_value(section)))?;
        }
        let history = cards::history(conn, session, &row.id)?;
        if !history.is_empty() {
            self.begin(&format!("{folder}/{HISTORY}"), time)?;
        }
        for id in history {
            let revision = cards::history_entry(conn, session, &id)?;
            self.line(&placed(rows::revision_to_value(&revision)))?;
        }
        Ok(())
    }

    /// The card's files with their ids; one that holds the upload itself is not written twice.
    fn files(
        &mut self,
        conn: &mut DbConnection,
        session: &SessionId,
        uploads: &Uploads,
        card: &CardRow,
        folder: &str,
        original: Option<&Content>,
    ) -> Result<Vec<(String, FileEntry)>, Error> {
        let mut entries = Vec::new();
        for (number, file) in (1..).zip(files::list(conn, session, &card.id)?) {
            let path = match original.filter(|original| !file.is_figure() && original.sha256 == file.sha256) {
                Some(original) => original.path.clone(),
                None => {
                    let mut bytes = match uploads.read(session.as_str(), &file.id) {
                        Ok(bytes) => bytes,
                        Err(uploads::Error::NotFound) => {
                            // Somebody took it away by hand: everything else can still be taken along.
                            tracing::error!("a file of a card has a row and no bytes");
                            continue;
                        }
                        Err(error) => return Err(error.into()),
                    };
                    let path = format!("files/{number:02}-{}", names::file(&file.name));
                    self.begin(&format!("{folder}/{path}"), file.created_at)?;
                    io::copy(&mut bytes, &mut self.zip).map_err(Error::Disk)?;
                    path
                }
            };
            let entry = FileEntry {
                content: Content {
                    path,
                    sha256: file.sha256,
                },
                name: file.name,
                media_type: file.media_type,
                section_key: file.section_key,
                created_at: file.created_at,
            };
            entries.push((file.id, entry));
        }
        Ok(entries)
    }
}

/// The card in its rows.
fn card_of(sections: &[CardSectionData]) -> Card {
    let sections = sections.iter().map(|row| Section {
        key: row.section_key.clone(),
        title: row.title.clone(),
        fields: stored::from_text(&row.value),
    });
    Card {
        sections: sections.collect(),
    }
}

/// The card as it is now, in its own format; `None` where that is the upload itself.
fn finished(row: &CardRow, format: Format, source: Option<&[u8]>, card: &Card) -> Option<Vec<u8>> {
    let shown = outline::find(&row.outline).unwrap_or(&outline::FREE);
    // An upload that an older version could read and this one cannot is still in the copy itself.
    let card = match source {
        Some(source) => Cow::Owned(format::in_its_file(format, source, card, shown).ok()?),
        None => Cow::Borrowed(card),
    };
    let written = format::write(format, source, &card).ok()?;
    (Some(written.as_slice()) != source).then_some(written)
}

fn manifest(cards: &[CardRow], folders: &[String], now: DateTime<Utc>) -> String {
    let cards = cards
        .iter()
        .zip(folders)
        .map(|(card, folder)| rows::group([("folder", Value::text(folder)), ("title", Value::text(&card.title))]));
    let manifest = rows::group([
        ("format", Value::text(FORMAT)),
        ("version", rows::number(VERSION)),
        (
            "made_by",
            Value::text(concat!("Cartellino ", env!("CARGO_PKG_VERSION"))),
        ),
        ("made_at", rows::time(now.naive_utc())),
        ("cards", Value::List(cards.collect())),
    ]);
    json::to_pretty_text(&manifest) + "\n"
}

fn readme(now: DateTime<Utc>) -> String {
    format!(
        "Everything that Cartellino keeps for you, as of {}\n\n\
         Cartellino keeps model cards without an account. This is a copy of all your cards with their history and files.\n\n\
         What is where\n\
         \x20 cards/001-.../           one folder for each card, the one changed last first\n\
         \x20   original/              the file that you uploaded, byte for byte; a card begun blank has none\n\
         \x20   finished/              the card as you edited it; not there while it is the same as the original\n\
         \x20   files/                 pictures and other files of the card\n\
         \x20   card.json              title, format and times, and which card it is the datasheet of\n\
         \x20   sections.jsonl         the sections as they are now, one in a line\n\
         \x20   history.jsonl          earlier texts of sections, and sections that were taken out, one in a line\n\
         \x20 manifest.json            that this is such a copy, and the cards in order\n\n\
         How to bring it back\n\
         \x20 Open Cartellino in any browser, there or on another server. Follow “Bring a copy back” at the foot of the\n\
         \x20 page, or the date “Kept until” at its head, and choose this ZIP file as it is. The cards are put beside those\n\
         \x20 that are there.\n\
         \x20 If you have unpacked it, pack the whole folder again as a ZIP file.\n\n\
         Who can read it\n\
         \x20 Everybody who has this file: it is not encrypted. Nobody can open your work on the server with it, because no\n\
         \x20 key is in it.\n",
        now.format("%-d %B %Y, %H:%M UTC")
    )
}

/// A time as a ZIP can tell it: from 1980 to 2107.
fn zip_time(time: NaiveDateTime) -> Option<zip::DateTime> {
    let year = u16::try_from(time.year()).ok()?;
    // All of these are below 60.
    let [month, day, hour, minute, second] =
        [time.month(), time.day(), time.hour(), time.minute(), time.second()].map(|part| part as u8);
    zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
}

fn broken(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(error) => Error::Disk(error),
        other => Error::Disk(io::Error::other(other)),
    }
}
