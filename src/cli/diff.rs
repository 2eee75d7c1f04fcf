use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::detect::counted;
use super::input;
use super::output::{say, stdout};
use super::paint::{Ink, Paint, When, harmless};
use crate::card::change::{Change, Stretch, by_line};
use crate::card::{Value, words};
use crate::format::{self, Comparison, Reading, Side, Terms};

/// The words after `cartellino diff`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// The card as it was; `-` is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The card as it is now; `-` is standard input
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Answers as JSON
    #[arg(long)]
    json: bool,
    /// Exit code 0 even if the cards differ, for scripts that only want to tell
    #[arg(long)]
    exit_zero: bool,
    /// When to use colours
    #[arg(long, alias = "colour", value_name = "WHEN", default_value = "auto")]
    color: When,
}

/// Lines around a change that are shown.
const CONTEXT: usize = 2;

/// After this time, long texts are compared more coarsely.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says what differs between two cards, field by field.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    input::once_from_standard_input([&options.old, &options.new].into_iter())?;
    let (old, _) = input::card(&options.old)?;
    let (new, _) = input::card(&options.new)?;
    let Comparison { changes, terms } = format::compare(&side(&old), &side(&new));
    let mut out = stdout();
    if options.json {
        let report = report(options, (&old, &new), &changes);
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        let paint = Paint::new(options.color);
        let until = Instant::now() + PATIENCE;
        for (index, change) in changes.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write(&mut out, change, paint, until)?;
        }
        out.flush()?;
        let (before, after) = (old.name(), new.name());
        match terms {
            Terms::Same => {}
            Terms::Of(format) => say(format_args!(
                "The old card is {before}, the new one {after}: compared as {} says things.",
                format.name()
            )),
            Terms::Questions => say("The cards ask different questions: compared by those of the full outline."),
        }
        say(summary(&changes));
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(!changes.is_empty() && !options.exit_zero)))
}

fn side(reading: &Reading) -> Side<'_> {
    Side {
        format: reading.format,
        outline: reading.outline,
        card: &reading.card,
    }
}

/// A field: its place, what is gone, what is new.
fn write(out: &mut impl Write, change: &Change, paint: Paint, until: Instant) -> std::io::Result<()> {
    let place = match &change.field {
        Some(field) => format!("{} › {field}", change.section),
        None => change.section.clone(),
    };
    writeln!(out, "{}", paint.ink(Ink::Bold, harmless(&place).replace('\n', " ")))?;
    let text = |value: &Option<Value>| value.as_ref().map(|value| words::in_words(value, usize::MAX));
    let stretches = match (text(&change.before), text(&change.after)) {
        (Some(before), Some(after)) if before == after => {
            // Such as the number 1 and the text "1".
            return writeln!(
                out,
                "    {}",
                paint.ink(Ink::Dim, "the same words, as another kind of value")
            );
        }
        (Some(before), Some(after)) if !before.is_empty() && !after.is_empty() => {
            by_line(&ended(before), &ended(after), CONTEXT, until)
        }
        (before, after) => {
            let shown = |text: String| if text.is_empty() { "(blank)".to_owned() } else { text };
            let gone = before.map(|text| Stretch::Gone(shown(text)));
            let new = after.map(|text| Stretch::New(shown(text)));
            gone.into_iter().chain(new).collect()
        }
    };
    for stretch in &stretches {
        let (text, sign, ink) = match stretch {
            Stretch::Same(text) => (text, " ", Ink::Dim),
            Stretch::Gone(text) => (text, "-", Ink::Red),
            Stretch::New(text) => (text, "+", Ink::Green),
            Stretch::LeftOut(lines) => {
                let words = format!("… {} the same", counted(*lines, "line"));
                writeln!(out, "    {}", paint.ink(Ink::Dim, words))?;
                continue;
            }
        };
        for line in text.split_terminator('\n') {
            let line = format!("  {sign} {}", shortened(&harmless(line)));
            writeln!(out, "{}", paint.ink(ink, line.trim_end()))?;
        }
    }
    Ok(())
}

/// The longest word that is shown in full, in characters; longer ones are pictures and the like.
const WORD: usize = 200;

/// The line with the beginning and the end of very long words.
fn shortened(line: &str) -> String {
    let short = |word: &str| {
        let length = word.chars().count();
        if length <= WORD {
            return word.to_owned();
        }
        let (begin, end): (String, String) = (
            word.chars().take(32).collect(),
            word.chars().skip(length - 16).collect(),
        );
        format!("{begin}…{end} ({length} characters)")
    };
    line.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

/// The text with an end of its last line, so that this line is the same whether or not another follows.
fn ended(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// How much differs, in a sentence.
fn summary(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "The cards say the same.".to_owned();
    }
    let mut sections: Vec<&str> = changes.iter().map(|change| change.section.as_str()).collect();
    sections.sort_unstable();
    sections.dedup();
    let differ = if changes.len() == 1 { "differs" } else { "differ" };
    let (fields, sections) = (counted(changes.len(), "field"), counted(sections.len(), "section"));
    format!("{fields} {differ} in {sections}.")
}

/// Everything as JSON: values as they are, `null` where there is none.
fn report(options: &Options, (old, new): (&Reading, &Reading), changes: &[Change]) -> Json {
    let file =
        |path: &PathBuf, reading: &Reading| json!({"file": path.to_string_lossy(), "format": reading.format.id()});
    let changes: Vec<Json> = changes
        .iter()
        .map(|change| {
            let kind = match (&change.before, &change.after) {
                (None, Some(_)) => "added",
                (Some(_), None) => "removed",
                (Some(_), Some(_)) => "changed",
                (None, None) => "section",
            };
            json!({
                "section": change.section,
                "field": change.field,
                "kind": kind,
                "before": change.before.as_ref().map(as_json),
                "after": change.after.as_ref().map(as_json),
            })
        })
        .collect();
    json!({"old": file(&options.old, old), "new": file(&options.new, new), "changes": changes})
}

/// A value for other programs: numbers that JSON cannot hold as numbers are texts.
fn as_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Number(number) => match serde_json::from_str(number) {
            Ok(Json::Number(number)) => Json::Number(number),
            _ => Json::String(number.clone()),
        },
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(as_json).collect()),
        Value::Group(members) => Json::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), as_json(value)))
                .collect(),
        ),
    }
}
