//! A file of settings, for those who prefer one to variables: TOML, each line `name = value`.
//!
//! It takes the place of the defaults: flags and variables are stronger than what it says.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use toml::de::{DeTable, DeValue};

use super::Options;

/// The field of [`super::Storage`] that names the file; it cannot name a further one.
const FLAG: &str = "config";

/// A file of settings that cannot be used. The values themselves are not repeated: they may be secrets.
#[derive(Debug, PartialEq, Eq)]
pub struct FileError {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(out, ", line {line}")?;
        }
        write!(out, ": {}", self.message)
    }
}

impl std::error::Error for FileError {}

/// What stops a command line: itself, or the file that it names.
#[derive(Debug)]
pub enum Unusable {
    /// The command line, or a variable; also a wish for help.
    Line(clap::Error),
    /// The file.
    File(FileError),
}

impl fmt::Display for Unusable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(error) => error.fmt(out),
            Self::File(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for Unusable {}

impl From<clap::Error> for Unusable {
    fn from(error: clap::Error) -> Self {
        Self::Line(error)
    }
}

/// One setting of a file.
#[derive(Debug, PartialEq, Eq)]
struct Setting {
    /// As it would stand in the variable.
    text: String,
    /// Counted from 1.
    line: usize,
}

/// A file whose settings exist and are each good for themselves, by the names of their variables.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    path: PathBuf,
    settings: BTreeMap<String, Setting>,
}

/// Reads a command line, and the file of settings that it or the environment names.
///
/// # Errors
/// When either cannot be used.
pub fn read_with_file(command: &clap::Command, arguments: &[OsString]) -> Result<(ArgMatches, Option<File>), Unusable> {
    let matches = command.clone().try_get_matches_from(arguments)?;
    // Programs without settings have no such flag.
    let path = deepest(&matches).try_get_one::<PathBuf>(FLAG).ok().flatten();
    let Some(path) = path.cloned() else {
        return Ok((matches, None));
    };
    let file = File::read(&path).map_err(Unusable::File)?;
    let matches = file.under(command.clone()).try_get_matches_from(arguments)?;
    Ok((matches, Some(file)))
}

/// What the innermost subcommand was told.
fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| deepest(inner))
}

impl File {
    fn read(path: &Path) -> Result<Self, FileError> {
        let text = std::fs::read_to_string(path).map_err(|error| FileError {
            path: path.to_owned(),
            line: None,
            message: error.to_string(),
        })?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, FileError> {
        let at = |place: usize, message: String| FileError {
            path: path.to_owned(),
            line: Some(line_of(text, place)),
            message,
        };
        let table = DeTable::parse(text)
            .map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let known = Options::without_environment();
        let mut settings = BTreeMap::new();
        for (name, value) in table.into_inner() {
            let place = name.span().start;
            let name = name.into_inner();
            let setting = text_of(value.get_ref()).map_err(|message| at(place, format!("{name} {message}")))?;
            check(&known, &name, value.get_ref(), &setting).map_err(|message| at(place, message))?;
            if !is_empty_list(value.get_ref()) {
                let line = line_of(text, place);
                settings.insert(name.to_ascii_uppercase(), Setting { text: setting, line });
            }
        }
        Ok(Self {
            path: path.to_owned(),
            settings,
        })
    }

    /// The command, with what the file says in the place of its defaults.
    fn under(&self, command: clap::Command) -> clap::Command {
        command
            .mut_args(
                |argument| match self.settings.get(&argument.get_id().as_str().to_ascii_uppercase()) {
                    // It may be a secret, and help shows defaults.
                    Some(setting) => argument.default_value(setting.text.clone()).hide_default_value(true),
                    None => argument,
                },
            )
            .mut_subcommands(|inner| self.under(inner))
    }

    /// Where the setting stands, when it is the file that decided about it.
    pub fn place(&self, variable: &str, matches: &ArgMatches) -> Option<String> {
        let setting = self.settings.get(variable)?;
        let flag = variable.to_ascii_lowercase();
        let matches = deepest(matches);
        let is_known = matches.try_contains_id(&flag).unwrap_or(false);
        let is_decided_here = is_known && matches.value_source(&flag) == Some(ValueSource::DefaultValue);
        is_decided_here.then(|| format!("{}, line {}", self.path.display(), setting.line))
    }
}

/// The line on which a byte of the text stands, counted from 1.
fn line_of(text: &str, place: usize) -> usize {
    1 + text.bytes().take(place).filter(|byte| *byte == b'\n').count()
}

/// The value as it would stand in a variable.
fn text_of(value: &DeValue<'_>) -> Result<String, &'static str> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .map_err(|_| "is too large a number"),
        DeValue::Boolean(truth) => Ok(truth.to_string()),
        DeValue::Array(items) => {
            let items: Result<Vec<String>, _> = items
                .iter()
                .map(|item| match item.get_ref() {
                    DeValue::String(text) => Ok(text.to_string()),
                    _ => Err("is a list of something else than texts"),
                })
                .collect();
            items.map(|items| items.join(","))
        }
        DeValue::Table(_) => Err("is a section or table; settings stand side by side, without [sections]"),
        DeValue::Float(_) | DeValue::Datetime(_) => {
            Err("must be a text, a whole number, true or false, or a list of texts")
        }
    }
}

/// Whether nothing is listed, which is the default of all lists.
fn is_empty_list(value: &DeValue<'_>) -> bool {
    matches!(value, DeValue::Array(items) if items.is_empty())
}

/// Whether there is a setting of this name, and it can be this.
fn check(known: &clap::Command, name: &str, value: &DeValue<'_>, text: &str) -> Result<(), String> {
    let argument = known
        .get_arguments()
        .find(|argument| argument.get_id() == name && name != FLAG);
    let Some((argument, flag)) = argument.and_then(|argument| Some((argument, argument.get_long()?))) else {
        return Err(format!("{name} is no setting{}", advice(known, name)));
    };
    if matches!(value, DeValue::Array(_)) && argument.get_value_delimiter().is_none() {
        return Err(format!("{name} is one value, not a list"));
    }
    if let DeValue::Array(items) = value {
        let has_comma = |text: &str| text.contains(',');
        if items.iter().any(|item| item.get_ref().as_str().is_some_and(has_comma)) {
            return Err(format!(
                "{name} has a comma within a text of its list; write a text for each"
            ));
        }
    }
    if is_empty_list(value) {
        return Ok(());
    }
    let parsed = known.clone().try_get_matches_from([format!("--{flag}={text}")]);
    parsed.map(drop).map_err(|error| format!("{name} {}", reason(&error)))
}

/// What to write instead of a name that is none.
fn advice(known: &clap::Command, name: &str) -> String {
    let plain = name.to_lowercase().replace('-', "_");
    if plain.starts_with("aws_") {
        return ": what is for the bucket is read from the environment only".to_owned();
    }
    if plain != name
        && known
            .get_arguments()
            .any(|argument| argument.get_id() == plain.as_str())
    {
        return format!(": write {plain}");
    }
    // Whoever mistypes a flag gets the same advice.
    let flag = format!("--{}=x", plain.replace('_', "-"));
    let error = known.clone().try_get_matches_from([flag]).err();
    let nearest = error.and_then(|error| match error.get(ContextKind::SuggestedArg) {
        Some(ContextValue::String(flag)) => Some(flag.trim_start_matches('-').replace('-', "_")),
        _ => None,
    });
    match nearest {
        Some(nearest) => format!(": do you mean {nearest}?"),
        None => ": cartellino serve --help lists them, here they are written like session_cookie_age".to_owned(),
    }
}

/// Why a value is refused, without the value.
fn reason(error: &clap::Error) -> String {
    use std::error::Error as _;
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue)
        && !values.is_empty()
    {
        return format!("must be one of {}", values.join(", "));
    }
    match error.source() {
        Some(source) => format!("cannot be this: {source}"),
        None => "cannot be this".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<File, String> {
        File::parse(Path::new("here.toml"), text).map_err(|error| error.to_string())
    }

    fn complaint(text: &str) -> String {
        parse(text).err().unwrap_or_else(|| panic!("{text:?} was accepted"))
    }

    #[test]
    fn values_are_what_the_variables_would_be() {
        let text = "# Ours\r\nlisten = '127.0.0.1:0'\r\n\r\nsession_cookie_age = 86_400\r\nmax_upload_bytes = 0x10_0000\r\n\
                    session_expire_at_browser_close = true\r\nprefill = \"off\"\r\n\
                    trusted_proxies = [\r\n  \"10.0.0.0/8\",\r\n  \"::1\", # the other one\r\n]\r\n";
        let file = parse(text).unwrap();
        let values: Vec<(&str, &str, usize)> = file
            .settings
            .iter()
            .map(|(variable, setting)| (variable.as_str(), setting.text.as_str(), setting.line))
            .collect();
        assert_eq!(
            values,
            [
                ("LISTEN", "127.0.0.1:0", 2),
                ("MAX_UPLOAD_BYTES", "1048576", 5),
                ("PREFILL", "off", 7),
                ("SESSION_COOKIE_AGE", "86400", 4),
                ("SESSION_EXPIRE_AT_BROWSER_CLOSE", "true", 6),
                ("TRUSTED_PROXIES", "10.0.0.0/8,::1", 8),
            ]
        );
        assert_eq!(parse("").unwrap().settings.len(), 0);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_line() {
        let cases = [
            ("\nlisten = 'nowhere'", "line 2: listen cannot be this: "),
            (
                "lisen = '127.0.0.1:0'",
                "line 1: lisen is no setting: do you mean listen?",
            ),
            ("LISTEN = '127.0.0.1:0'", "line 1: LISTEN is no setting: write listen"),
            ("session-cookie-age = 5", "write session_cookie_age"),
            ("colour = 'red'", "colour is no setting: cartellino serve --help"),
            ("aws_region = 'eu'", "read from the environment only"),
            ("config = 'other.toml'", "config is no setting"),
            (
                "log = 'info'\n[session]\ncookie_age = 5",
                "line 2: session is a section",
            ),
            ("session.cookie_age = 5", "session is a section"),
            ("log = 'a'\nlog = 'b'", "line 2: "),
            ("log = info", "line 1: "),
            ("log", "line 1: "),
            (
                "session_cookie_age = 1.5",
                "session_cookie_age must be a text, a whole number",
            ),
            ("session_cookie_age = 2026-11-27", "session_cookie_age must be a text"),
            (
                "session_cookie_age = 0",
                "session_cookie_age cannot be this: 0 is not in 1..=34560000",
            ),
            (
                "session_cookie_age = 99999999999999999999999999999999999999999",
                "too large",
            ),
            (
                "session_engine = 'mongodb'",
                "must be one of database, cached_database, file",
            ),
            ("session_cookie_secure = 'yes'", "must be one of true, false"),
            ("log_format = ['json']", "log_format is one value, not a list"),
            ("trusted_proxies = ['10.0.0.1,10.0.0.2']", "has a comma within a text"),
            (
                "trusted_proxies = [1]",
                "trusted_proxies is a list of something else than texts",
            ),
            (
                "trusted_proxies = '10.0.0.0/33'",
                "the length of a network must be 0 to 32",
            ),
        ];
        for (text, expected) in cases {
            let complaint = complaint(text);
            assert!(complaint.starts_with("here.toml, line "), "{text:?}: {complaint}");
            assert!(complaint.contains(expected), "{text:?}: {complaint}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[a-z_ =\\[\\]\"'#\\\\0-9.\n]{0,60}") {
            let _ = parse(&text);
        }
    }
}
