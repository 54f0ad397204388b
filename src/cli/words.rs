//! The words that options take.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error, ValueEnum};

use crate::files::path_from_bytes;
use crate::output::Format;

/// `--format FORMAT` or `--format FORMAT=FILE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The format.
    pub format: Format,
    /// The file; standard output without.
    pub file: Option<PathBuf>,
}

/// Reads a [`Destination`]; an unknown format is answered with the known ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct DestinationParser;

impl TypedValueParser for DestinationParser {
    type Value = Destination;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Destination, Error> {
        let mut parts = value.as_encoded_bytes().splitn(2, |&byte| byte == b'=');
        let word = String::from_utf8_lossy(parts.next().unwrap_or_default());
        let format = EnumValueParser::<Format>::new().parse_ref(command, argument, OsStr::new(&*word))?;
        let file = parts.next().map(path_from_bytes);
        if file.as_ref().is_some_and(|file| file.as_os_str().is_empty()) {
            let message = format!("--format {word}= names no file\n");
            return Err(Error::raw(ErrorKind::ValueValidation, message).with_cmd(command));
        }
        Ok(Destination { format, file })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Format::all().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

/// The formats of the other commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TextOrJson {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// The formats of `rules`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RulesFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// A page for each rule.
    Markdown,
}

/// `handshake --http`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Http {
    /// HTTP/1.0.
    #[value(name = "1.0")]
    Http10,
    /// HTTP/1.1.
    #[default]
    #[value(name = "1.1")]
    Http11,
    /// HTTP/2.
    #[value(name = "2", alias = "2.0")]
    Http2,
}

/// The shells that completions are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Bash
    Bash,
    /// Elvish
    Elvish,
    /// fish
    Fish,
    /// Nushell
    Nushell,
    /// `PowerShell`
    #[value(name = "powershell")]
    PowerShell,
    /// Zsh
    Zsh,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `--fail-on`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Errors and warnings.
    #[default]
    Warning,
    /// Every finding.
    Note,
    /// No finding.
    Never,
}

/// `--min-severity`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Least {
    /// Errors only.
    Error,
    /// Errors and warnings.
    Warning,
    /// Everything.
    #[default]
    Note,
}

/// `parse --encoding`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Encoding {
    /// Invalid bytes become U+FFFD.
    #[default]
    Utf8,
    /// A byte is a character.
    Latin1,
}
