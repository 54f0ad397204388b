//! `ngxlint parse`: the syntax tree of configurations as JSON, in the shape that crossplane made common, and nginx's own
//! verdict on them.
//!
//! Where crossplane and nginx disagree, nginx is right: words are decoded as nginx decodes them, includes are found as
//! nginx finds them, files come in the order in which nginx opens them. Several configurations make one document: the
//! `config` entries of the second follow those of the first, and `includes` count over all of them.

mod document;
mod json;
mod messages;
mod reading;
mod statements;
mod strict;
mod tokens;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::catalogue::Version;
use crate::config::{self, Library, LoadError, Texts};
use crate::files::{Files, Memory};
use crate::source::Origin;

pub use json::Encoding;
use reading::{Main, Reading};

/// What `parse` is asked for.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Options {
    /// Do not follow includes.
    pub single_file: bool,
    /// One tree for each configuration, what includes bring in their place.
    pub combine: bool,
    /// Columns a level of the output is indented by; `None` for one line.
    pub indent: Option<usize>,
    /// How bytes become characters.
    pub encoding: Encoding,
    /// Adds `offset` and `end_offset` (bytes, the end exclusive) to every statement and comment.
    pub spans: bool,
    /// Adds comments as directives called `#`.
    pub comments: bool,
    /// Stop at the first error, as nginx does.
    pub strict: bool,
    /// Print what nginx's tokenizer reads, one line for each file.
    pub tokens: bool,
    /// Where included files are.
    pub paths: config::Paths,
    /// Where the configurations are taken to stand under [`Options::strict`]; the main context if absent.
    pub context: Option<config::Context>,
    /// The version whose directives count under [`Options::strict`]; if absent, any from 1.18 on.
    pub nginx_version: Option<Version>,
    /// The name that standard input is given.
    pub stdin_name: Option<String>,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing is wrong: exit code 0.
    Ok,
    /// There are errors in the configuration: exit code 1.
    Failed,
    /// An included file exists and cannot be read, which is an error in the document, too: exit code 2.
    Unread,
}

/// Why the job could not be done, or not all of it: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Paths that cannot be read, as people know them. What could be read has been printed.
    #[error("{}", unreadable(.0))]
    Unreadable(Vec<(String, LoadError)>),
    /// Includes bring so much into one tree that it cannot be printed.
    #[error("{0}: the includes of this configuration multiply without end")]
    TooLarge(String),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] io::Error),
}

fn unreadable(paths: &[(String, LoadError)]) -> String {
    let lines: Vec<String> = paths.iter().map(|(path, error)| format!("{path}: {error}")).collect();
    lines.join("\n")
}

/// Reads the configurations `paths` (`-` is `stdin`) and writes them to `out`. Names are relative to
/// `working_directory`.
///
/// # Errors
/// Where a path cannot be read, or `out` not be written.
pub fn run(
    files: &dyn Files,
    working_directory: &Path,
    paths: &[PathBuf],
    stdin: &mut dyn Read,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Status, Error> {
    let mut given = Given { files, working_directory, options, unreadable: Vec::new() };
    let status = if options.tokens {
        given.tokens(paths, stdin, out)?
    } else {
        let inputs: Vec<Input> = paths.iter().filter_map(|path| given.input(path, stdin)).collect();
        let readings: Result<Vec<Reading<'_>>, Error> =
            inputs.iter().filter_map(|it| given.read(it).transpose()).collect();
        let readings = readings?;
        document::write(&readings, options, out)?
    };
    if given.unreadable.is_empty() { Ok(status) } else { Err(Error::Unreadable(given.unreadable)) }
}

/// A configuration that was asked for.
enum Input {
    File(PathBuf),
    Buffer(Vec<u8>),
    /// An `nginx -T` dump: its files, and the path of the main one.
    Dump(Memory, PathBuf),
}

struct Given<'a> {
    files: &'a dyn Files,
    working_directory: &'a Path,
    options: &'a Options,
    unreadable: Vec<(String, LoadError)>,
}

impl<'a> Given<'a> {
    fn tokens(
        &mut self,
        paths: &[PathBuf],
        stdin: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Status, Error> {
        let mut status = Status::Ok;
        for path in paths {
            if let Some(bytes) = self.bytes(path, stdin) {
                status = status.max(tokens::write(&self.name(path), &bytes, self.options.encoding, out)?);
            }
        }
        Ok(status)
    }

    fn name(&self, path: &Path) -> String {
        match &self.options.stdin_name {
            Some(name) if is_stdin(path) => name.clone(),
            None if is_stdin(path) => "<stdin>".to_owned(),
            _ => Library::new(self.files, self.working_directory.to_path_buf()).name(path),
        }
    }

    fn bytes(&mut self, path: &Path, stdin: &mut dyn Read) -> Option<Vec<u8>> {
        let read = if is_stdin(path) {
            let mut bytes = Vec::new();
            stdin.read_to_end(&mut bytes).map(|_| bytes)
        } else {
            self.files.read(&self.working_directory.join(path))
        };
        self.noted(path, read.map_err(LoadError::from))
    }

    /// The value, or nothing and a note that `path` could not be read.
    fn noted<T>(&mut self, path: &Path, read: Result<T, LoadError>) -> Option<T> {
        read.map_err(|error| self.unreadable.push((self.name(path), error))).ok()
    }

    fn input(&mut self, path: &Path, stdin: &mut dyn Read) -> Option<Input> {
        let bytes = self.bytes(path, stdin)?;
        if config::is_dump(&bytes) {
            let (memory, main) = config::split_dump(&bytes);
            return Some(Input::Dump(memory, main));
        }
        Some(if is_stdin(path) {
            Input::Buffer(bytes)
        } else {
            Input::File(self.working_directory.join(path))
        })
    }

    fn read<'i>(&mut self, input: &'i Input) -> Result<Option<Reading<'i>>, Error>
    where
        'a: 'i,
    {
        let on_disk = || Library::new(self.files, self.working_directory.to_path_buf()).exact();
        let (mut library, main): (Library<'i>, &Path) = match input {
            Input::File(path) => (on_disk(), path),
            Input::Buffer(_) => (on_disk(), Path::new("-")),
            Input::Dump(memory, main) => (Library::over_dump(memory, Texts::default()), main),
        };
        let opened = match input {
            Input::Buffer(bytes) => library.insert(self.name(main), Origin::Buffer, bytes.clone()),
            Input::File(_) | Input::Dump(..) => library.open(main),
        };
        let Some(root) = self.noted(main, opened) else { return Ok(None) };
        let folder =
            if is_stdin(main) { self.working_directory } else { main.parent().unwrap_or(Path::new("")) };
        let main = Main::new(root, folder, &self.options.paths);
        if self.options.strict {
            return strict::read(library, main, self.options).map(Some);
        }
        Ok(Some(reading::read(library, main, self.options)))
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
