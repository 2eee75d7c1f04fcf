//! A card as one ZIP: in each format that many can read, with its figures as files.
//!
//! Formats of single systems are not in it: who needs one gets it from the download page, or on the command line.
//! `CONTENTS.txt` says what each file is and what it leaves out.

pub mod figures;

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::card::Card;
use crate::format::{self, Extent, Fonts, Format, Loss};
use figures::{Figure, gather};

/// The formats in the ZIP besides the README and the format of the upload.
const FORMATS: [Format; 5] = [
    Format::HTML,
    Format::PDF,
    Format::NATIVE,
    Format::CYCLONEDX_7,
    Format::MODEL_CARD_TOOLKIT_2,
];

/// How many of the things that a file leaves out are named.
const NAMED: usize = 50;

/// What a ZIP is made of.
pub struct Contents<'c> {
    /// The card as it is now.
    pub card: &'c Card,
    /// The card in the arrangement of the upload.
    pub in_its_file: &'c Card,
    /// The format that it came in.
    pub format: Format,
    /// The name of the files, without ending.
    pub stem: &'c str,
    /// The upload with its name, if there is one.
    pub upload: Option<(&'c str, &'c [u8])>,
    /// The fonts of the pages.
    pub fonts: &'c Fonts,
}

/// Writes the ZIP, one file after the other.
///
/// # Errors
/// When it cannot be written.
pub fn write(contents: &Contents, sink: impl Write + Seek) -> io::Result<()> {
    let mut bundle = Bundle {
        zip: ZipWriter::new(sink),
        told: format!("{}\n", contents.stem),
    };
    let (card, figures) = gather(contents.card);
    bundle.readme(&card, !figures.is_empty())?;
    for figure in &figures {
        bundle.figure(figure)?;
    }
    bundle.eval_results(contents)?;
    let source = contents.upload.map(|(_, bytes)| bytes);
    let own = source.is_some().then_some(contents.format);
    for format in own
        .into_iter()
        .chain(FORMATS.into_iter().filter(|format| Some(*format) != own))
    {
        let source = source.filter(|_| Some(format) == own);
        bundle.format(contents, format, source)?;
    }
    if let Some((name, bytes)) = contents.upload {
        let name = format!("original/{}", crate::archive::file_name(name));
        bundle.tell(&name, "The file as it was uploaded, without any change.", &[]);
        bundle.add(&name, bytes, true)?;
    }
    bundle.end()
}

struct Bundle<W: Write + Seek> {
    zip: ZipWriter<W>,
    told: String,
}

impl<W: Write + Seek> Bundle<W> {
    fn readme(&mut self, card: &Card, has_figures: bool) -> io::Result<()> {
        let format = Format::HUGGING_FACE;
        let Ok(bytes) = format::write(format, None, card) else {
            return Ok(());
        };
        let about = match has_figures {
            true => {
                "The card as a page of Markdown, as model hubs show it. Its figures are the files in figures/: keep them together."
            }
            false => "The card as a page of Markdown, as model hubs show it.",
        };
        self.tell("README.md", about, &format::losses(format, None, card));
        self.add("README.md", &bytes, true)
    }

    /// The results on benchmarks of the hub, which it reads in that folder beside the README.
    fn eval_results(&mut self, contents: &Contents) -> io::Result<()> {
        let (format, card) = (Format::EVAL_RESULTS, contents.card);
        if !format.is_for(card) {
            return Ok(());
        }
        let Ok(bytes) = format::write(format, None, card) else {
            return Ok(());
        };
        let name = format!(".eval_results/{}.yaml", contents.stem);
        self.tell(&name, format.purpose(), &format::losses(format, None, card));
        self.add(&name, &bytes, true)
    }

    fn figure(&mut self, figure: &Figure) -> io::Result<()> {
        let about = match figure.alt.as_str() {
            "" => "A figure of the README.".to_owned(),
            alt => format!("A figure of the README: {alt}"),
        };
        self.tell(&figure.path, &about, &[]);
        // Pictures are packed already.
        self.add(&figure.path, &figure.bytes, false)
    }

    fn format(&mut self, contents: &Contents, format: Format, source: Option<&[u8]>) -> io::Result<()> {
        let ending = format.extension(format.notation(source), source.is_some());
        // The README of a hub has its name; a second one that is the upload has another.
        let name = format!("{}.{ending}", contents.stem);
        let card = match source {
            Some(_) => contents.in_its_file,
            None => contents.card,
        };
        match format::write_with(format, source, card, contents.fonts) {
            Ok(bytes) => {
                let losses = format::losses(format, source, card);
                let about = match source {
                    Some(_) => format!(
                        "{}. The upload with what was edited; all else in it is as it was.",
                        format.name()
                    ),
                    None => format!("{}. {}", format.name(), format.purpose()),
                };
                self.tell(&name, &about, &losses);
                self.add(&name, &bytes, true)
            }
            Err(error) => {
                self.told.push_str(&format!(
                    "\nNo {}\n    {} {}\n",
                    format.name(),
                    error.message,
                    error.advice
                ));
                Ok(())
            }
        }
    }

    /// Says what a file is and what it leaves out.
    fn tell(&mut self, name: &str, about: &str, losses: &[Loss]) {
        self.told.push_str(&format!("\n{name}\n    {}\n", one_line(about)));
        if losses.is_empty() {
            return;
        }
        self.told.push_str("    It has no place for:\n");
        for loss in losses.iter().take(NAMED) {
            let place = match &loss.field {
                Some(field) => format!("{} › {field}", loss.section),
                None => loss.section.clone(),
            };
            let part = match loss.extent {
                Extent::Whole => "",
                Extent::Part => " (carried in part)",
                Extent::Characters => " (carried but for characters that the format cannot spell)",
                Extent::Levels => " (carried but for the levels of headings inside it)",
                Extent::Placeholder => " (a placeholder)",
            };
            self.told.push_str(&format!("    - {}{part}\n", one_line(&place)));
        }
        if losses.len() > NAMED {
            self.told.push_str(&format!("    and {} more\n", losses.len() - NAMED));
        }
    }

    fn add(&mut self, name: &str, bytes: &[u8], is_packed: bool) -> io::Result<()> {
        let method = match is_packed {
            true => CompressionMethod::Deflated,
            false => CompressionMethod::Stored,
        };
        // No time of the clock: the same card gives the same ZIP.
        let options = SimpleFileOptions::default().compression_method(method);
        self.zip.start_file(name, options)?;
        self.zip.write_all(bytes)
    }

    fn end(mut self) -> io::Result<()> {
        let told = std::mem::take(&mut self.told);
        self.add("CONTENTS.txt", told.as_bytes(), true)?;
        self.zip.finish()?;
        Ok(())
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{Cursor, Read as _};

    use zip::ZipArchive;

    use super::*;

    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    fn unpacked(contents: &Contents) -> BTreeMap<String, Vec<u8>> {
        let mut sink = Cursor::new(Vec::new());
        write(contents, &mut sink).unwrap();
        let mut zip = ZipArchive::new(sink).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            let name = file.name().unwrap().into_owned();
            files.insert(name, bytes);
        }
        files
    }

    #[test]
    fn the_zip_has_the_card_in_many_formats_with_its_figures() {
        let upload = format!(
            r#"{{"model_details": {{"name": "Otter"}}, "quantitative_analysis": {{"graphics": {{"collection": [{{"name": "ROC curve", "image": "{PNG}"}}]}}}}}}"#
        );
        let reading = format::read(upload.as_bytes()).unwrap();
        let contents = Contents {
            card: &reading.card,
            in_its_file: &reading.card,
            format: reading.format,
            stem: "Otter",
            upload: Some(("../my card.json", upload.as_bytes())),
            fonts: Fonts::built_in(),
        };
        let files = unpacked(&contents);
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "CONTENTS.txt",
                "Otter.cartellino.json",
                "Otter.cdx.json",
                "Otter.html",
                "Otter.json",
                "Otter.pdf",
                "README.md",
                "figures/ROC-curve.png",
                "original/my-card.json",
            ]
        );
        let readme = String::from_utf8_lossy(&files["README.md"]);
        assert!(readme.contains("![ROC curve](figures/ROC-curve.png)"), "{readme}");
        assert!(!readme.contains(PNG));
        assert!(files["figures/ROC-curve.png"].starts_with(b"\x89PNG"));
        assert!(files["Otter.pdf"].starts_with(b"%PDF-"));
        assert_eq!(files["Otter.json"], upload.as_bytes());
        assert_eq!(files["original/my-card.json"], upload.as_bytes());
        let told = String::from_utf8_lossy(&files["CONTENTS.txt"]);
        for name in names.iter().skip(1) {
            assert!(told.contains(&format!("\n{name}\n")), "{name} is not told of in {told}");
        }
        assert_eq!(files, unpacked(&contents), "twice the same");
    }
}
