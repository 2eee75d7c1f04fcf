//! A copy on its way back: checked as a whole, then stored as a whole.

use std::collections::HashSet;
use std::fs::File;

use chrono::NaiveDateTime;

use super::datasheets::Datasheets;
use super::read::{Reader, changed};
use super::rows::FileEntry;
use super::{Error, Limits, Refusal};
use crate::card::{figure, stored};
use crate::db::cards::{self, CardSectionData};
use crate::db::files::{self, FileRow};
use crate::db::quota::{self, Quota};
use crate::db::{self, DbConnection};
use crate::random;
use crate::say;
use crate::session::SessionId;
use crate::uploads::{self, Uploads};

/// A copy that has been checked from its first to its last byte, ready to be stored.
pub struct Incoming {
    reader: Reader,
    staging: Staging,
    /// The files of each card, with their places in its folder.
    files: Vec<Vec<(String, FileRow)>>,
    datasheets: Datasheets,
    bytes: u64,
}

/// Where files wait until it is known whose they are. What has not been handed over is gone with it.
struct Staging {
    uploads: Uploads,
    owner: String,
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = self.uploads.delete_all(&self.owner) {
            tracing::warn!(%error, "files of a copy that was not stored stay until the next cleanup");
        }
    }
}

impl Incoming {
    /// Reads and checks a copy, and puts its files aside. Takes a moment: not for the async threads.
    ///
    /// # Errors
    /// A [`Refusal`] that says what is wrong and where, or that the disk failed.
    pub fn open(file: File, limits: Limits, uploads: &Uploads, now: NaiveDateTime) -> Result<Self, Error> {
        let mut copy = Self {
            reader: Reader::open(file, limits, now)?,
            staging: Staging {
                uploads: uploads.clone(),
                owner: random::id()?,
            },
            files: Vec::new(),
            datasheets: Datasheets::default(),
            bytes: 0,
        };
        let mut revisions = limits.revisions;
        let mut file_count = 0;
        for folder in copy.reader.folders.clone() {
            let card = copy.reader.card(&folder)?;
            Reader::check(&folder, &card)?;
            if let Some(owner) = card.datasheet_of {
                copy.datasheets.note(&folder, owner);
            }
            copy.bytes += card.row.source.as_ref().map_or(0, Vec::len) as u64;
            file_count += card.files.len();
            if file_count > limits.files {
                let message = say!("The copy has more than {files} files.", files = limits.files);
                return Err(Refusal::too_much(message).into());
            }
            let mut kept = Vec::new();
            for file in card.files {
                let path = file.content.path.clone();
                kept.push((path, copy.put_aside(&folder, file)?));
            }
            copy.files.push(kept);
            let mut keys = HashSet::new();
            let mut bytes = 0;
            copy.reader.sections(&folder, |section| {
                bytes += (section.title.len() + section.value.len()) as u64;
                if keys.insert(section.section_key.clone()) {
                    return Ok(());
                }
                let message = say!(
                    "A card of the copy has two sections “{section_key}” (“{folder}”).",
                    section_key = section.section_key,
                    folder = &folder
                );
                Err(Refusal::damaged(message).into())
            })?;
            revisions -= copy.reader.history(&folder, revisions, |revision| {
                bytes += (revision.section.title.len() + revision.section.value.len()) as u64;
                Ok(())
            })?;
            copy.bytes += bytes;
        }
        copy.datasheets.check(&copy.reader.folders)?;
        Ok(copy)
    }

    /// How many cards it brings.
    pub fn cards(&self) -> usize {
        self.reader.folders.len()
    }

    /// What it brings, in bytes: uploads, files, sections and their history.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn put_aside(&mut self, folder: &str, file: FileEntry) -> Result<FileRow, Error> {
        let id = random::id()?;
        let path = &file.content.path;
        let most = self.reader.limits.file_bytes;
        let mut entry = self.reader.zip.entry(&format!("{folder}/{path}"), most)?;
        let kept = match self.staging.uploads.keep(&self.staging.owner, &id, &mut entry) {
            Ok(kept) => kept,
            Err(uploads::Error::Disk(error)) => return Err(entry.explain(error)),
            Err(error) => return Err(error.into()),
        };
        if kept.sha256 != file.content.sha256 {
            return Err(changed(folder, path).into());
        }
        self.bytes += kept.size;
        Ok(FileRow {
            id,
            card_id: String::new(),
            section_key: file.section_key,
            name: file.name,
            media_type: file.media_type,
            size: i64::try_from(kept.size).unwrap_or(i64::MAX),
            sha256: kept.sha256,
            created_at: file.created_at,
            removed_at: None,
        })
    }

    /// Stores everything beside what the session has, in the caller's transaction, and hands the files over last.
    ///
    /// Nothing is stored when the form with this one-time token has already brought its copy.
    ///
    /// # Errors
    /// [`db::Error::Full`], or when the database or the disk fails; the transaction must end then.
    pub fn store(
        mut self,
        conn: &mut DbConnection,
        session: &SessionId,
        once: Option<&str>,
        quota: Quota,
    ) -> Result<(), db::Error> {
        // Rows first: what there is no room for leaves no file behind.
        let files = quota::within(conn, session, quota, |conn| self.store_rows(conn, session, once))?;
        let Staging { uploads, owner } = &self.staging;
        // Should the commit fail after this, the files have no rows and the cleanup takes them.
        uploads
            .hand_over(owner, session.as_str(), &files)
            .map_err(|error| db::Error::Unavailable(error.to_string()))
    }

    /// Stores the rows; returns the ids of the files that go with them.
    fn store_rows(
        &mut self,
        conn: &mut DbConnection,
        session: &SessionId,
        once: Option<&str>,
    ) -> Result<Vec<String>, db::Error> {
        self.reader.zip.rewind();
        // Cards changed at the same moment are listed by id: rising ids keep their order.
        let mut ids = Vec::new();
        for _ in &self.reader.folders {
            ids.push(random::id()?);
        }
        ids.sort_unstable();
        let mut handed_over = Vec::new();
        for (index, folder) in self.reader.folders.clone().iter().enumerate() {
            let id = &ids[index];
            let card = self.reader.card(folder)?;
            let once = once.filter(|_| index == 0);
            if !cards::restore(conn, session, id, &card.row, once)? {
                return Ok(Vec::new());
            }
            let files = self.files.get_mut(index).map(std::mem::take).unwrap_or_default();
            self.reader.sections(folder, |mut section| {
                kept_here(&mut section, &files);
                Ok(cards::restore_section_data(conn, session, id, section)?)
            })?;
            self.reader.history(folder, usize::MAX, |mut revision| {
                kept_here(&mut revision.section, &files);
                Ok(cards::restore_history(conn, session, id, &revision)?)
            })?;
            for (_, mut file) in files {
                file.card_id.clone_from(id);
                files::create(conn, session, &file)?;
                handed_over.push(file.id);
            }
            cards::settle_figures(conn, session, id, self.reader.now)?;
        }
        for (datasheet, card) in self.datasheets.places(&self.reader.folders) {
            cards::link_datasheet(conn, session, &ids[card], &ids[datasheet])?;
        }
        Ok(handed_over)
    }
}

/// Figures of the section name their pictures by places in the copy; from now on by the ids of the files that were kept.
fn kept_here(section: &mut CardSectionData, files: &[(String, FileRow)]) {
    if !section.value.contains(figure::PREFIX) {
        return;
    }
    let mut fields = stored::from_text(&section.value);
    for field in &mut fields {
        figure::respell(&mut field.value, &mut |path| {
            let kept = files.iter().find(|(place, _)| place == path);
            kept.map(|(_, file)| file.id.clone())
        });
    }
    section.value = stored::to_text(&fields);
}
