//! `ngxlint check`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::baseline::Accepted;
use super::progress::Progress;
use super::results::Results;
use super::{
    CLEAN, Error, FAILED, FINDINGS, fixing, repairs, settings, standard_input, version, working_directory,
};
use crate::cli::{Check, FailOn, Least};
use crate::config::Context;
use crate::files::{Disk, Files};
use crate::finding::{Finding, ReadError, Safety, Severity};
use crate::lint::{Home, Input, Options, Outcome, STANDARD_INPUT, lint};
use crate::output::{self, Report, Summary};
use crate::rules::Preferences;
use crate::times::Times;

/// Lints, fixes where asked to, prints, and says how it ended.
pub(super) fn check(arguments: &Check) -> Result<u8, Error> {
    let files = Disk;
    let options = options(arguments, &files)?;
    let job = Job {
        inputs: inputs(arguments, &options.home)?,
        arguments,
        files: &files,
        results: Results::of(arguments)?,
        working_directory: working_directory()?,
        options,
        accepted: Accepted::open(arguments, &files)?,
    };
    match arguments.jobs {
        None => job.run(),
        Some(0) => Err(Error::usage("--jobs takes a number of at least 1")),
        Some(jobs) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
            pool.map_err(|error| Error::usage(format!("no threads: {error}")))?.install(|| job.run())
        }
    }
}

fn options(arguments: &Check, files: &dyn Files) -> Result<Options, Error> {
    let context = match arguments.context.as_str() {
        "auto" => None,
        name => Some(Context::from_name(name).ok_or_else(|| {
            Error::usage(format!(
                "--context {name}: one of auto, main, http, server, location, upstream, stream, or a chain such as `http > server`"
            ))
        })?),
    };
    let settings = settings::settings(files, &arguments.settings, &first_path(arguments))?;
    let policy = settings::policy(files, arguments, &settings)?;
    let target = settings::nginx_version(arguments.nginx_version.as_deref(), &settings);
    let range = version::target(target, files, &arguments.paths)?;
    let has_target = target.is_some_and(|said| said != "auto" || range.exact().is_some());
    Ok(Options {
        target: range,
        context,
        paths: settings::paths(&arguments.places, &settings)?,
        rules: policy.rules,
        exclude: settings.exclude(),
        embedded: settings.settings.embedded,
        force_exclude: arguments.force_exclude,
        home: settings.home(),
        preferences: Preferences { has_target, ..policy.preferences },
        allow_empty: arguments.allow_empty,
        times: Arc::new(Times::new(arguments.verbose)),
    })
}

/// What the settings are looked for at: the first path; standard input is where its name says.
fn first_path(arguments: &Check) -> PathBuf {
    match arguments.paths.first() {
        None => PathBuf::from("."),
        Some(path) if path == Path::new("-") => arguments.stdin_filename.as_deref().unwrap_or(".").into(),
        Some(path) => path.clone(),
    }
}

/// What the command line names, else the main files of the settings, else the current folder.
fn inputs(arguments: &Check, home: &Home) -> Result<Vec<Input>, Error> {
    if arguments.paths.is_empty() {
        let roots: Vec<Input> = home.roots.iter().cloned().map(Input::Path).collect();
        return Ok(if roots.is_empty() { vec![Input::Path(".".into())] } else { roots });
    }
    let mut inputs = Vec::new();
    for path in &arguments.paths {
        if path != Path::new("-") {
            inputs.push(Input::Path(path.clone()));
        } else if !inputs.iter().any(|input| matches!(input, Input::Text(..))) {
            let name = arguments.stdin_filename.as_deref().unwrap_or(STANDARD_INPUT);
            inputs.push(Input::Text(name.to_owned(), standard_input()?));
        }
    }
    Ok(inputs)
}

/// One run of `check`.
struct Job<'a> {
    arguments: &'a Check,
    files: &'a dyn Files,
    results: Results,
    working_directory: PathBuf,
    options: Options,
    accepted: Accepted,
    inputs: Vec<Input>,
}

impl Job<'_> {
    fn run(&self) -> Result<u8, Error> {
        let found = self.lint(self.files, self.inputs.clone());
        if !self.arguments.fix && !self.arguments.diff {
            return self.report(found);
        }
        let allow = if self.arguments.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        self.refuse_what_cannot_be_fixed(&found)?;
        let fixed =
            fixing::fix(self.files, found, &self.inputs, allow, |files, inputs| self.lint(files, inputs));
        for problem in &fixed.problems {
            super::complain(problem);
        }
        let left = if self.arguments.quiet { Vec::new() } else { repairs::left(&fixed.after, allow) };
        for line in &left {
            super::complain(line);
        }
        if self.arguments.diff {
            return self.show_diff(&fixed);
        }
        self.write(fixed)
    }

    /// Writes what was fixed. A file that cannot be written keeps no other from it; what remains is then found anew.
    fn write(&self, fixed: fixing::Fixed) -> Result<u8, Error> {
        let failed = fixed.write(self.files).map_err(|error| Error::usage(error.to_string()))?;
        let is_written = |name: &str| !failed.iter().any(|error| error.name() == name);
        for change in fixed.changes.iter().filter(|change| is_written(&change.name)) {
            super::complain(&repairs::done(&change.name, &fixed.counts));
        }
        if failed.is_empty() {
            return self.report(fixed.after);
        }
        for error in &failed {
            super::complain(&error.to_string());
        }
        self.report(self.lint(self.files, self.inputs.clone())).map(|_| FAILED)
    }

    fn lint(&self, files: &dyn Files, inputs: Vec<Input>) -> Outcome {
        let progress = Progress::start(!self.arguments.no_progress && !self.arguments.quiet);
        let tick = |all| progress.tick(all);
        let mut found = lint(files, &self.working_directory, inputs, &self.options, &tick);
        self.accepted.sift(&mut found);
        found
    }

    fn refuse_what_cannot_be_fixed(&self, found: &Outcome) -> Result<(), Error> {
        if found.has_dump {
            return Err(Error::usage(
                "an `nginx -T` dump cannot be fixed: run --fix or --diff on the files themselves",
            ));
        }
        let has_text = self.inputs.iter().any(|input| matches!(input, Input::Text(..)));
        if has_text && self.arguments.fix && !self.arguments.diff {
            return Err(Error::usage("--fix cannot write to standard input: use --diff, or name the file"));
        }
        Ok(())
    }

    fn show_diff(&self, fixed: &fixing::Fixed) -> Result<u8, Error> {
        let mut text = Vec::new();
        for change in &fixed.changes {
            text.extend(crate::fix::diff(&change.name, &change.before, &change.after));
        }
        self.results.emit(&text, self.files)?;
        complain_of(&fixed.after.errors);
        Ok(self.code(&fixed.before, &fixed.after))
    }

    fn report(&self, mut found: Outcome) -> Result<u8, Error> {
        let least = match self.arguments.min_severity {
            Least::Note => Severity::Note,
            Least::Warning => Severity::Warning,
            Least::Error => Severity::Error,
        };
        self.accepted.finish(self.files, &mut found, &self.options)?;
        found.findings.retain(|finding| finding.severity >= least);
        let code = self.code(&found.findings, &found);
        self.show_files(&found);
        let report = Report {
            summary: Summary::of(&found.findings, found.linted.len(), found.suppressed)
                .with_accepted(found.accepted.len()),
            findings: found.findings,
            errors: found.errors,
            sources: &found.texts.sources,
            nginx_version: self.options.target.to_string(),
            rules: &self.options.rules,
        };
        let times = &self.options.times;
        let written = times.phase("printing", || self.results.write(&report, self.files));
        complain_of(&report.errors);
        for line in times.lines() {
            let _ = writeln!(io::stderr(), "{line}");
        }
        written.map(|()| code)
    }

    fn show_files(&self, found: &Outcome) {
        if self.arguments.show_files {
            for &doc in &found.linted {
                let _ = writeln!(io::stderr(), "{}", output::escape(&found.texts.sources.get(doc).name));
            }
        }
    }

    fn code(&self, findings: &[Finding], found: &Outcome) -> u8 {
        let least = match self.arguments.fail_on {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Note => Some(Severity::Note),
            FailOn::Never => None,
        };
        let fails = least.is_some_and(|least| findings.iter().any(|finding| finding.severity >= least));
        match (found.errors.is_empty(), fails) {
            (false, _) => FAILED,
            (true, true) if !self.arguments.exit_zero => FINDINGS,
            _ => CLEAN,
        }
    }
}

/// What could not be read, on standard error. That nobody listens there does not change how the run has ended.
fn complain_of(errors: &[ReadError]) {
    let _ = output::write_errors(errors, &mut io::stderr());
}
