//! Where the results of `check` go: one format to standard output, any number to files.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Error, terminal};
use crate::cli::{Check, Color, Destination};
use crate::files::{Files, Fill};
use crate::output::{self, Format, Report, Style};

/// The destinations of a run.
#[derive(Debug)]
pub(super) struct Results {
    main: Option<Format>,
    /// Where the main format goes instead of standard output.
    output: Option<PathBuf>,
    files: Vec<(Format, PathBuf)>,
    color: Color,
    quiet: bool,
    statistics: bool,
}

impl Results {
    /// What the options ask for. Two formats in one place would destroy each other.
    pub(super) fn of(arguments: &Check) -> Result<Self, Error> {
        let is_file = |file: &Path| file != Path::new("-");
        let mut of = Self {
            main: arguments.format.is_empty().then(Format::default),
            output: arguments.output.clone().filter(|file| is_file(file)),
            files: Vec::new(),
            color: arguments.color,
            quiet: arguments.quiet,
            statistics: arguments.statistics,
        };
        for Destination { format, file } in &arguments.format {
            match file.clone().filter(|file| is_file(file)) {
                Some(file) => of.files.push((*format, file)),
                None if of.main.replace(*format).is_some() => {
                    return Err(Error::usage(
                        "only one format can go to standard output: write the others to files with --format FORMAT=FILE",
                    ));
                }
                None => {}
            }
        }
        of.refuse_what_collides(arguments)?;
        Ok(of)
    }

    fn refuse_what_collides(&self, arguments: &Check) -> Result<(), Error> {
        if self.main.is_none() && self.output.is_some() {
            return Err(Error::usage(
                "--output takes a format that has no file of its own: add --format FORMAT",
            ));
        }
        if arguments.diff && !self.files.is_empty() {
            return Err(Error::usage("--diff prints a diff and no results: leave --format FORMAT=FILE out"));
        }
        let mut seen = HashSet::new();
        let mut all = self.files.iter().map(|(_, file)| file).chain(&self.output);
        match all.find(|file| !seen.insert(*file)) {
            Some(file) => Err(Error::usage(format!("{} would be written twice", file.display()))),
            None => Ok(()),
        }
    }

    /// Writes a report in every format, files first: standard output may be a pipe that nobody reads to its end. A file
    /// that cannot be written keeps no other from it.
    pub(super) fn write(&self, report: &Report<'_>, files: &dyn Files) -> Result<(), Error> {
        let written = self.files.iter().map(|(format, file)| self.write_file(*format, file, report, files));
        let written = written.fold(Ok(()), Result::and);
        let main = self.main.map_or(Ok(()), |format| self.write_main(format, report, files));
        written.and(main)
    }

    fn write_main(&self, format: Format, report: &Report<'_>, files: &dyn Files) -> Result<(), Error> {
        if let Some(file) = &self.output {
            return self.write_file(format, file, report, files);
        }
        let style = self.style(terminal::style(self.color));
        Ok(output::write(format, report, &mut io::stdout().lock(), style)?)
    }

    fn style(&self, style: Style) -> Style {
        Style { summary: !self.quiet, statistics: self.statistics, ..style }
    }

    fn write_file(
        &self,
        format: Format,
        file: &Path,
        report: &Report<'_>,
        files: &dyn Files,
    ) -> Result<(), Error> {
        // A terminal has no say in what a file holds.
        let (colour, width) = (self.color == Color::Always, Style::default().width);
        let style = self.style(Style { colour, width, ..terminal::style(self.color) });
        create(files, file, &mut |out| output::write(format, report, out, style))
    }

    /// Writes text that is no report to where the main format goes.
    pub(super) fn emit(&self, text: &[u8], files: &dyn Files) -> Result<(), Error> {
        match &self.output {
            Some(file) => create(files, file, &mut |out| out.write_all(text)),
            None => Ok(io::stdout().lock().write_all(text)?),
        }
    }
}

fn create(files: &dyn Files, path: &Path, fill: &mut Fill<'_>) -> Result<(), Error> {
    let written = files.create_with(path, fill);
    written.map_err(|error| Error::usage(format!("{} cannot be written: {error}", path.display())))
}
