//! The settings and rules of a run: what the command line says, else what the settings file says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Error, select};
use crate::cli::{Check, Places, SettingsFile};
use crate::config::Paths;
use crate::files::Files;
use crate::rules::{Preferences, RULES, Rule, Severity, own, unknown_rule};
use crate::settings::{self, Choice, Loaded};
use crate::yaml::Step;

/// The settings for what is below `first`.
pub(super) fn settings(files: &dyn Files, options: &SettingsFile, first: &Path) -> Result<Loaded, Error> {
    let choice = match &options.config {
        _ if options.no_config => Choice::None,
        Some(file) => Choice::File(file.clone()),
        None => Choice::Nearest(first.to_path_buf()),
    };
    let here = super::working_directory()?;
    settings::load(files, &here, &choice).map_err(|problem| Error::usage(problem.to_string()))
}

/// The built-in rules and the user's own: those of the folders on the command line, else those of the settings.
pub(super) fn rules(
    files: &dyn Files,
    folders: &[PathBuf],
    settings: &Loaded,
) -> Result<Vec<&'static Rule>, Error> {
    let folders = if folders.is_empty() { settings.rules().collect() } else { folders.to_vec() };
    let here = super::working_directory()?;
    let own =
        own::load(files, &folders).map_err(|problem| Error::usage(problem.seen_from(&here).to_string()))?;
    Ok(RULES.iter().chain(own.into_iter().map(|own| own.rule)).collect())
}

/// Which rules judge, and how.
pub(super) struct Policy {
    /// The rules that run.
    pub(super) rules: Vec<&'static Rule>,
    /// What the settings say about judging and repairing.
    pub(super) preferences: Preferences,
}

/// The policy that options and settings make.
pub(super) fn policy(files: &dyn Files, options: &Check, settings: &Loaded) -> Result<Policy, Error> {
    let known = rules(files, &options.own_rules, settings)?;
    let preferences = settings.preferences(severities(settings, &known)?);
    Ok(Policy { rules: select::rules(options, settings, &known)?, preferences })
}

/// The settings' severities by code.
fn severities(settings: &Loaded, known: &[&'static Rule]) -> Result<BTreeMap<String, Severity>, Error> {
    let severities = settings.settings.severity.iter().map(|(word, &severity)| {
        let rule = known.iter().find(|rule| rule.is_called(word)).ok_or_else(|| {
            let way = [Step::key("severity"), Step::Name(word.clone())];
            Error::usage(settings.problem(&way, unknown_rule(word, known)).to_string())
        })?;
        Ok((rule.code.to_string(), severity))
    });
    severities.collect()
}

/// Where the server's files are found: what the command line leaves open, the settings say.
pub(super) fn paths(places: &Places, settings: &Loaded) -> Result<Paths, Error> {
    let (given, set) = (super::paths(places)?, settings.paths());
    Ok(Paths {
        prefix: given.prefix.or(set.prefix),
        root: given.root.or(set.root),
        map: given.map.into_iter().chain(set.map).collect(),
    })
}

/// The nginx versions: what the command line says, else the settings.
pub(super) fn nginx_version<'a>(option: Option<&'a str>, settings: &'a Loaded) -> Option<&'a str> {
    option.or_else(|| settings.settings.nginx_version.as_ref().map(|versions| versions.0.as_str()))
}

/// Writes a commented file to start from.
pub(super) fn init(files: &dyn Files) -> Result<u8, Error> {
    let name = settings::FILE_NAME;
    match files.kind(Path::new(name)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::usage(format!("{name}: {error}"))),
        Ok(_) => return Err(Error::usage(format!("{name} exists already"))),
    }
    let written = files.create(Path::new(name), settings::INITIAL.as_bytes());
    written.map_err(|error| Error::usage(format!("{name} cannot be written: {error}")))?;
    super::complain(&format!("{name} written"));
    Ok(super::CLEAN)
}
