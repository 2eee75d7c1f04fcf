use std::path::Path;

use super::{Error, wrong};

/// The files of fonts in the folder that `PDF_FONTS` names, in the order of their names.
///
/// # Errors
/// When there is no such folder, or no font in it.
pub fn fonts_in(folder: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let unreadable = |error: std::io::Error| wrong("PDF_FONTS", format!("{}: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        if ending.is_some_and(|ending| ["ttf", "otf", "ttc", "otc"].iter().any(|font| ending == *font)) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let message = format!("there is no font in {} (.ttf, .otf, .ttc, .otc)", folder.display());
        return Err(wrong("PDF_FONTS", message));
    }
    paths
        .iter()
        .map(|path| std::fs::read(path).map_err(unreadable))
        .collect()
}
