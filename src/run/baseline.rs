//! `--baseline` and `--write-baseline`.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, complain};
use crate::baseline::{Baseline, Known};
use crate::cli::Check;
use crate::files::Files;
use crate::lint::{Options, Outcome};

/// Of more entries that no longer occur only the first are named.
const MOST_NAMED: usize = 20;

/// The baseline of a run.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    /// The file, where one is given.
    file: Option<PathBuf>,
    /// What it holds.
    baseline: Baseline,
    /// Whether it is written anew.
    is_written: bool,
    quiet: bool,
}

impl Accepted {
    /// Reads the file. One that is to be written need not exist; what is no baseline is never overwritten.
    pub(super) fn open(arguments: &Check, files: &dyn Files) -> Result<Self, Error> {
        let Some(file) = arguments.baseline.clone() else { return Ok(Self::default()) };
        let fails = |problem: &dyn std::fmt::Display| Error::usage(format!("{}: {problem}", file.display()));
        let baseline = match files.read(&file) {
            Ok(bytes) => Baseline::read(&bytes).map_err(|error| fails(&error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound && arguments.write_baseline => {
                Baseline::default()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(fails(&"there is no such baseline: write it with --write-baseline"));
            }
            Err(error) => return Err(fails(&format!("cannot be read: {error}"))),
        };
        let is_written = arguments.write_baseline;
        Ok(Self { file: Some(file), baseline, is_written, quiet: arguments.quiet })
    }

    /// Takes what is accepted out of the findings.
    pub(super) fn sift(&self, found: &mut Outcome) {
        if !self.is_written && !self.baseline.is_empty() {
            found.accepted = self.baseline.sift(&mut found.findings, &found.texts.sources);
        }
    }

    /// Writes the file where that is asked for, and mentions what it held and no longer occurs.
    pub(super) fn finish(
        &self,
        files: &dyn Files,
        found: &mut Outcome,
        options: &Options,
    ) -> Result<(), Error> {
        let Some(file) = &self.file else { return Ok(()) };
        let looked_for = LookedFor::of(files, found, options);
        if !self.is_written {
            let gone = self.baseline.without(&found.accepted);
            self.mention(file, gone.iter().filter(|known| looked_for.covers(known)), "no longer occurs");
            return Ok(());
        }
        if !found.errors.is_empty() {
            complain(&format!("{} is not written: not everything could be read", file.display()));
            return Ok(());
        }
        let now = Baseline::of(&found.findings, &found.texts.sources);
        let gone = self.baseline.without(&now);
        let (dropped, kept): (Vec<_>, Vec<_>) = gone.iter().partition(|known| looked_for.covers(known));
        let mut all = now;
        all.extend(kept.into_iter().cloned());
        files
            .create(file, all.render().as_bytes())
            .map_err(|error| Error::usage(format!("{} cannot be written: {error}", file.display())))?;
        self.mention(file, dropped.into_iter(), "no longer occurs and is dropped");
        found.accepted = all.sift(&mut found.findings, &found.texts.sources);
        Ok(())
    }

    fn mention<'k>(&self, file: &Path, gone: impl Iterator<Item = &'k Known>, what: &str) {
        if self.quiet {
            return;
        }
        let gone: Vec<&Known> = gone.collect();
        for known in gone.iter().take(MOST_NAMED) {
            let block = if known.block.is_empty() { String::new() } else { format!(" ({})", known.block) };
            complain(&format!("{}: {} in {}{block} {what}", file.display(), known.code, known.file));
        }
        if gone.len() > MOST_NAMED {
            complain(&format!("{}: {} more {what}", file.display(), gone.len() - MOST_NAMED));
        }
    }
}

/// What this run would have found: an entry for anything else may well still occur.
struct LookedFor<'a> {
    files: &'a dyn Files,
    linted: HashSet<String>,
    codes: HashSet<&'a str>,
}

impl<'a> LookedFor<'a> {
    fn of(files: &'a dyn Files, found: &Outcome, options: &'a Options) -> Self {
        let name = |&doc| found.texts.sources.get(doc).name.clone();
        let linted = found.linted.iter().map(name).collect();
        Self { files, linted, codes: options.rules.iter().map(|rule| &*rule.code).collect() }
    }

    fn covers(&self, known: &Known) -> bool {
        let is_missing = || {
            let kind = self.files.kind(Path::new(&known.file));
            kind.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        let was_sought =
            self.codes.contains(known.code.as_str()) || crate::rules::find(&known.code).is_none();
        was_sought && (self.linted.contains(&known.file) || is_missing())
    }
}
