//! A ZIP that somebody brought: entries are looked up by name, and their bytes measured while they unpack.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::{Error, Limits, MANIFEST, Refusal};
use crate::card::Value;
use crate::json;
use crate::locale::{self, Sentence};
use crate::say;

/// A ZIP with a bound on what is unpacked of it.
pub(super) struct Packed {
    archive: ZipArchive<BufReader<File>>,
    /// What stands before all names, when somebody packed the unpacked folder again.
    root: String,
    limits: Limits,
    /// How many bytes may still be unpacked.
    left: u64,
}

impl Packed {
    /// Reads the list of entries.
    ///
    /// # Errors
    /// A refusal for what is no ZIP, has no end, too many entries or twice the same name.
    pub fn open(mut file: File, limits: Limits) -> Result<Self, Error> {
        check_end(&mut file, &limits)?;
        let archive = ZipArchive::new(BufReader::new(file))
            .map_err(|error| explained(error, &say!("the list of its entries")))?;
        if archive.has_duplicate_names() {
            return Err(Refusal::damaged(say!("The ZIP file holds two entries of the same name.")).into());
        }
        let manifests: Vec<String> = archive
            .file_names_raw()
            .filter_map(|name| str::from_utf8(name).ok()?.strip_suffix(MANIFEST))
            .filter(|root| root.is_empty() || root.ends_with('/') && root.matches('/').count() == 1)
            .map(str::to_owned)
            .collect();
        let root = match manifests.iter().min_by_key(|root| root.len()) {
            Some(root) if root.is_empty() || manifests.len() == 1 => root.clone(),
            _ => return Err(no_copy().into()),
        };
        Ok(Self {
            archive,
            root,
            left: limits.unpacked_bytes,
            limits,
        })
    }

    /// Lets the same bytes be unpacked a second time.
    pub fn rewind(&mut self) {
        self.left = self.limits.unpacked_bytes;
    }

    /// Whether there is an entry of that name.
    pub fn has(&self, path: &str) -> bool {
        self.archive.index_for_name(&format!("{}{path}", self.root)).is_some()
    }

    /// An entry to read, up to so many bytes.
    ///
    /// # Errors
    /// A refusal when it is not there, or is encrypted or packed in a way that is not read here.
    pub fn entry(&mut self, path: &str, most: u64) -> Result<Entry<'_>, Error> {
        let Some(index) = self.archive.index_for_name(&format!("{}{path}", self.root)) else {
            return Err(Refusal::damaged(say!("“{path}” is missing in the ZIP file.", path)).into());
        };
        let path = format!("“{path}”");
        let inner = self
            .archive
            .by_index(index)
            .map_err(|error| explained(error, &Sentence::as_written(&path)))?;
        if !inner.is_file() {
            return Err(Refusal::damaged(say!("{path} in the ZIP file is no plain file.", path)).into());
        }
        Ok(Entry {
            inner,
            left: &mut self.left,
            most,
            read: 0,
            path,
            trouble: None,
        })
    }

    /// All bytes of an entry.
    ///
    /// # Errors
    /// As [`Packed::entry`], and a refusal when it is damaged or too large.
    pub fn bytes(&mut self, path: &str, most: u64) -> Result<Vec<u8>, Error> {
        let mut entry = self.entry(path, most)?;
        let mut bytes = Vec::new();
        match entry.read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(entry.explain(error)),
        }
    }

    /// The JSON in an entry.
    ///
    /// # Errors
    /// As [`Packed::bytes`], and a refusal when it is no JSON.
    pub fn json(&mut self, path: &str, most: u64) -> Result<Value, Error> {
        let bytes = self.bytes(path, most)?;
        Ok(parse(&bytes, &entry_name(path), self.limits.file_bytes)?)
    }

    /// Gives each line of an entry, which is JSON, to `each`, with its place in words. One line is in memory at a time.
    ///
    /// # Errors
    /// As [`Packed::json`], and what `each` returns.
    pub fn lines(
        &mut self,
        path: &str,
        mut each: impl FnMut(Value, &Sentence) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let limits = self.limits;
        let mut reader = BufReader::new(self.entry(path, u64::MAX)?);
        let mut line = Vec::new();
        for number in 1_usize.. {
            line.clear();
            let place = say!("line {number} of {path}", number, path = entry_name(path));
            if let Err(error) = reader
                .by_ref()
                .take(limits.line_bytes() + 1)
                .read_until(b'\n', &mut line)
            {
                return Err(reader.get_mut().explain(error));
            }
            if line.is_empty() {
                break;
            }
            if line.len() as u64 > limits.line_bytes() {
                return Err(Refusal::too_much(say!("In {place} is more than a section can hold here.", place)).into());
            }
            if !line.trim_ascii().is_empty() {
                each(parse(&line, &place, limits.file_bytes)?, &place)?;
            }
        }
        Ok(())
    }
}

/// An entry that is being read.
pub(super) struct Entry<'z> {
    inner: ZipFile<'z, BufReader<File>>,
    left: &'z mut u64,
    most: u64,
    read: u64,
    path: String,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy)]
enum Trouble {
    Damaged,
    TooLarge,
    TooMuch,
}

impl Read for Entry<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match self.inner.read(buffer) {
            Ok(length) => length,
            Err(error) => {
                self.trouble = Some(Trouble::Damaged);
                return Err(error);
            }
        };
        self.read += length as u64;
        let trouble = match self.left.checked_sub(length as u64) {
            None => Trouble::TooMuch,
            Some(_) if self.read > self.most => Trouble::TooLarge,
            Some(left) => {
                *self.left = left;
                return Ok(length);
            }
        };
        self.trouble = Some(trouble);
        Err(io::Error::other("more bytes than are taken"))
    }
}

impl Entry<'_> {
    /// Why reading failed; an error that did not come from the ZIP is the disk's.
    pub fn explain(&self, error: io::Error) -> Error {
        let path = &self.path;
        match self.trouble {
            None => Error::Disk(error),
            Some(Trouble::Damaged) => {
                Refusal::damaged(say!("{path} in the ZIP file is damaged and cannot be unpacked.", path)).into()
            }
            Some(Trouble::TooLarge) => {
                Refusal::too_much(say!("{path} in the ZIP file is larger than this server takes.", path)).into()
            }
            Some(Trouble::TooMuch) => Refusal::too_much(say!(
                "The ZIP file holds more, once it is unpacked, than this server takes."
            ))
            .into(),
        }
    }
}

/// An entry of the ZIP, in a sentence.
pub(super) fn entry_name(path: &str) -> Sentence {
    say!("{path}", path = locale::Value::Quoted(Sentence::as_written(path)))
}

/// The JSON in these bytes, unless it has more parts than an upload could have.
fn parse(bytes: &[u8], place: &Sentence, most_parts: u64) -> Result<Value, Refusal> {
    let text = str::from_utf8(bytes)
        .map_err(|_| Refusal::damaged(say!("In {place} is something that is no text in UTF-8.", place)))?;
    let parts = bytes.iter().filter(|byte| matches!(byte, b'[' | b'{' | b',')).count();
    if parts as u64 > most_parts.max(1 << 20) {
        return Err(Refusal::too_much(say!(
            "In {place} are more values than this server takes.",
            place
        )));
    }
    match json::parse_assembled(text) {
        Ok(document) => Ok(document.root.into_value()),
        Err(error) => Err(Refusal::damaged(say!(
            "In {place} is no JSON: {message}",
            place,
            message = error.message
        ))),
    }
}

/// The record that ends a ZIP without a comment, in bytes.
const END_BYTES: u64 = 22;

/// Looks at the record that ends every ZIP, before a list is read that could be of any length: it must be the last
/// thing in the file and stand right behind the list of entries, as every program writes it that packs less than 4 GiB.
fn check_end(file: &mut File, limits: &Limits) -> Result<(), Error> {
    let length = file.seek(SeekFrom::End(0)).map_err(Error::Disk)?;
    let mut start = [0; 4];
    let mut end = [0; END_BYTES as usize];
    if length >= END_BYTES {
        file.rewind().map_err(Error::Disk)?;
        file.read_exact(&mut start).map_err(Error::Disk)?;
        file.seek(SeekFrom::Start(length - END_BYTES)).map_err(Error::Disk)?;
        file.read_exact(&mut end).map_err(Error::Disk)?;
        file.rewind().map_err(Error::Disk)?;
    }
    let short = |at: usize| u64::from(u16::from_le_bytes([end[at], end[at + 1]]));
    let long = |at: usize| short(at) | short(at + 2) << 16;
    let (entries, list_bytes, list_start) = (short(10), long(12), long(16));
    match (&start, &end[..4]) {
        (b"PK\x05\x06", _) if entries == 0 => Err(no_copy().into()),
        (b"PK\x03\x04", b"PK\x05\x06") if list_start + list_bytes + END_BYTES == length && short(20) == 0 => {
            if entries > limits.entries as u64 {
                let message = say!(
                    "The ZIP file has {entries} entries; {most} are taken.",
                    entries,
                    most = limits.entries
                );
                return Err(Refusal::too_much(message).into());
            }
            Ok(())
        }
        (b"PK\x03\x04", _) => Err(Refusal::damaged(say!(
            "The end of the ZIP file is missing or changed: maybe it was not fetched to its end."
        ))
        .into()),
        _ => Err(Refusal::new(
            say!("The file is no ZIP file."),
            say!(
                "Choose the file that “Download everything (ZIP)” gave you; its name begins with “cartellino”. \
             A single card goes in on the first page."
            ),
        )
        .into()),
    }
}

fn no_copy() -> Refusal {
    Refusal::new(
        say!(
            "The ZIP file has no “{manifest}”, so it was not made by “Download everything (ZIP)”.",
            manifest = MANIFEST
        ),
        say!("Choose the file that “Download everything (ZIP)” gave you. A single card goes in on the first page."),
    )
}

/// What the reader of ZIPs says, in our words.
fn explained(error: ZipError, what: &Sentence) -> Error {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => Refusal::new(
            say!("The ZIP file is protected by a password."),
            say!(
                "Choose the ZIP file as it was downloaded here, or unpack it and pack its folder again without \
                     a password."
            ),
        ),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Refusal::new(
            say!("In the ZIP file {what} is packed in a way that is not read here.", what),
            say!("Choose the ZIP file as it was downloaded here, or unpack it and pack its folder again as plain ZIP."),
        ),
        _ => Refusal::damaged(say!("In the ZIP file {what} cannot be read.", what)),
    }
    .into()
}
