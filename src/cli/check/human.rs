//! Findings as lines, as compilers write them: `file:line: severity: place: message`.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::detect::counted;
use crate::cli::input::name;
use crate::cli::paint::{Ink, Paint, harmless};
use crate::inspect::{Checked, Weight};

/// A line for each finding of the file.
pub(super) fn write(out: &mut impl Write, file: &Checked, paint: Paint) -> io::Result<()> {
    let name = name(Path::new(&file.name));
    for item in &file.items {
        let mut at = name.clone();
        for number in [item.line, item.column].into_iter().flatten() {
            at.push_str(&format!(":{number}"));
        }
        let weight = item.weight();
        let ink = match weight {
            Weight::Error => Ink::Red,
            Weight::Problem => Ink::Yellow,
            Weight::Note => Ink::Dim,
        };
        let place = match item.place.as_str() {
            "" => String::new(),
            place => format!("{}: ", one_line(place)),
        };
        let (at, word) = (paint.ink(Ink::Bold, at + ":"), paint.ink(ink, weight.word()));
        writeln!(out, "{at} {word}: {place}{}", one_line(&item.message))?;
    }
    Ok(())
}

/// A finding is a line, whatever is quoted in it.
fn one_line(text: &str) -> String {
    harmless(&text.replace("\r\n", " ").replace(['\n', '\t'], " ")).into_owned()
}

/// How much was found, in a sentence.
pub(super) fn summary(checked: &[Checked]) -> String {
    let items = || checked.iter().flat_map(|file| &file.items);
    let count = |weight| items().filter(|item| item.weight() == weight).count();
    let counts: Vec<String> = [Weight::Error, Weight::Problem, Weight::Note]
        .into_iter()
        .filter(|weight| count(*weight) > 0)
        .map(|weight| counted(count(weight), weight.word()))
        .collect();
    let files = counted(checked.len(), "file");
    match counts.as_slice() {
        [] => format!("{files} checked, nothing to mend."),
        [counts @ .., last] => {
            let with = checked.iter().filter(|file| !file.items.is_empty()).count();
            let rest = if counts.is_empty() { "" } else { " and " };
            let of = if checked.len() == 1 {
                "1 file".to_owned()
            } else {
                format!("{with} of {files}")
            };
            format!("{}{rest}{last} in {of}.", counts.join(", "))
        }
    }
}
