//! From the command line to an exit code.

mod baseline;
mod check;
mod fixing;
mod fixtures;
mod handshake;
mod pages;
mod progress;
mod repairs;
mod results;
mod select;
mod settings;
mod shell;
mod show;
mod terminal;
mod tree;
mod version;

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Parser as _;

use crate::cli::{Cli, Command, Explain, Places, Rules, RulesFormat, SettingsFile};
use crate::config::Paths;
use crate::files::Disk;
use crate::output;
use crate::parse;
use crate::rules::{Rule, find, unknown_rule};

/// Nothing at or above the level that fails.
pub const CLEAN: u8 = 0;
/// Findings.
pub const FINDINGS: u8 = 1;
/// The job could not be done.
pub const FAILED: u8 = 2;

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A message for the user.
    #[error("{0}")]
    Usage(String),
    /// Writing the results failed.
    #[error("the results cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }
}

/// Runs the program with its arguments and returns the exit code. Results go to standard output, everything else to
/// standard error.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; both go where clap sends them.
            return match (error.use_stderr(), error.print()) {
                (true, _) => FAILED,
                (false, Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => FAILED,
                (false, _) => CLEAN,
            };
        }
    };
    let done = match cli.command {
        None => check::check(&cli.check),
        Some(Command::Check(arguments)) => check::check(&arguments),
        Some(Command::Handshake(arguments)) => handshake::handshake(&arguments),
        Some(Command::Show(arguments)) => show::run(&arguments),
        Some(Command::Parse(arguments)) => parse(&arguments),
        Some(Command::Explain(arguments)) => explain(&arguments),
        Some(Command::Rules(arguments)) => rules(&arguments),
        Some(Command::Init) => settings::init(&Disk),
        Some(Command::Schema) => schema(),
        Some(Command::Completions(arguments)) => shell::completions(arguments.shell),
        Some(Command::Man(arguments)) => shell::man(arguments.command.as_deref()),
    };
    match done {
        Ok(code) => code,
        // `ngxlint | head` has read all it wants.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => CLEAN,
        Err(error) => {
            complain(&error.to_string());
            FAILED
        }
    }
}

/// One line on standard error. Where even that is closed there is nobody to tell.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "ngxlint: {}", output::escape(message));
}

fn working_directory() -> Result<PathBuf, Error> {
    std::env::current_dir()
        .map_err(|error| Error::usage(format!("the working directory is not known: {error}")))
}

fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Error::usage(format!("standard input cannot be read: {error}")))?;
    Ok(bytes)
}

fn paths(places: &Places) -> Result<Paths, Error> {
    let map = places.path_map.iter().map(|pair| {
        let (from, to) = pair
            .split_once('=')
            .filter(|(from, _)| !from.is_empty())
            .ok_or_else(|| Error::usage(format!("--path-map takes FROM=TO, not `{pair}`")))?;
        Ok((PathBuf::from(from), PathBuf::from(to)))
    });
    Ok(Paths {
        prefix: places.prefix.clone(),
        root: places.root.clone(),
        map: map.collect::<Result<_, Error>>()?,
    })
}

fn explain(arguments: &Explain) -> Result<u8, Error> {
    let style = terminal::style(arguments.color);
    let mut out = io::stdout().lock();
    let Some(word) = &arguments.rule else {
        let known = known_rules(&arguments.own_rules, &arguments.settings)?;
        output::rules_table(known.into_iter(), &mut out, style)?;
        return Ok(CLEAN);
    };
    let rule = match find(word) {
        // Settings that are in need of repair keep nobody from reading about a rule.
        Some(rule) => rule,
        None => own_rule(word, &known_rules(&arguments.own_rules, &arguments.settings)?)?,
    };
    output::explain(rule, output::example(rule), &mut out, style)?;
    Ok(CLEAN)
}

/// The built-in rules and those that the options, or the settings of the current folder, bring.
fn known_rules(folders: &[PathBuf], settings: &SettingsFile) -> Result<Vec<&'static Rule>, Error> {
    let settings = settings::settings(&Disk, settings, Path::new("."))?;
    settings::rules(&Disk, folders, &settings)
}

fn own_rule(word: &str, known: &[&'static Rule]) -> Result<&'static Rule, Error> {
    let rule = known.iter().find(|rule| rule.is_called(word)).copied();
    rule.ok_or_else(|| Error::usage(unknown_rule(word, known)))
}

fn schema() -> Result<u8, Error> {
    io::stdout().lock().write_all(crate::settings::SCHEMA.as_bytes())?;
    Ok(CLEAN)
}

fn rules(arguments: &Rules) -> Result<u8, Error> {
    if let Some(folder) = &arguments.test {
        return fixtures::test(&Disk, folder);
    }
    let known = known_rules(&arguments.own_rules, &arguments.settings)?.into_iter();
    let mut out = io::stdout().lock();
    match arguments.format {
        RulesFormat::Markdown => {
            return pages::write(&Disk, known, arguments.output.as_deref(), &mut out);
        }
        _ if arguments.output.is_some() => {
            return Err(Error::usage("--output DIR takes the pages of --format markdown"));
        }
        RulesFormat::Text => output::rules_table(known, &mut out, terminal::style(arguments.color))?,
        RulesFormat::Json => output::rules_json(known, &mut out)?,
    }
    Ok(CLEAN)
}

fn parse(arguments: &crate::cli::Parse) -> Result<u8, Error> {
    let options = parse::Options {
        single_file: arguments.single_file,
        combine: arguments.combine,
        indent: arguments.indent,
        encoding: match arguments.encoding {
            crate::cli::Encoding::Utf8 => parse::Encoding::Utf8,
            crate::cli::Encoding::Latin1 => parse::Encoding::Latin1,
        },
        spans: arguments.spans,
        comments: arguments.include_comments,
        strict: arguments.strict,
        tokens: arguments.tokens,
        paths: paths(&arguments.places)?,
        context: None,
        nginx_version: version::exact(arguments.nginx_version.as_deref())?,
        stdin_name: None,
    };
    let (mut input, mut out) = (io::stdin().lock(), io::BufWriter::new(io::stdout().lock()));
    let done = parse::run(&Disk, &working_directory()?, &arguments.paths, &mut input, &options, &mut out);
    out.flush()?;
    match done {
        Ok(parse::Status::Ok) => Ok(CLEAN),
        Ok(parse::Status::Failed) => Ok(FINDINGS),
        Ok(parse::Status::Unread) => Ok(FAILED),
        Err(parse::Error::Output(error)) => Err(Error::Output(error)),
        Err(error) => Err(Error::usage(error.to_string())),
    }
}
