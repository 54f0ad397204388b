//! YAML that a user has written: settings and rules. Read within bounds, and refused with the place and a guess at what
//! was meant. What the keys mean is not known here.

mod bounds;
mod locate;
mod words;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::files::Files;
pub use locate::Step;

/// The longest file that is read: far more than anyone writes by hand.
const MOST_BYTES: usize = 64 * 1024;

/// A YAML file.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it stands.
    pub path: PathBuf,
    text: String,
}

/// Why a file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// The 1-based line and column; nothing where the file as a whole is refused.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl Problem {
    /// A problem with a file or folder as a whole.
    pub fn whole(file: &Path, message: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), place: None, message: message.into() }
    }

    /// The same with a shorter path: relative to the working directory, where the file stands below it.
    #[must_use]
    pub fn seen_from(mut self, working_directory: &Path) -> Self {
        if let Ok(below) = self.file.strip_prefix(working_directory) {
            self.file = below.to_path_buf();
        }
        self
    }
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read, is longer than any such file, or is not UTF-8.
    pub fn open(files: &dyn Files, path: &Path) -> Result<Self, Problem> {
        let refused = |why: String| Problem::whole(path, why);
        let bytes = files.read_at_most(path, MOST_BYTES).map_err(|error| match error.kind() {
            std::io::ErrorKind::FileTooLarge => refused(format!("is larger than {} KiB", MOST_BYTES / 1024)),
            _ => refused(format!("cannot be read: {error}")),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| refused("is not UTF-8".into()))?;
        Ok(Self { path: path.to_path_buf(), text })
    }

    /// What the file says. A file without any value (empty, only comments) is `None`.
    ///
    /// # Errors
    /// Where it is no YAML, where an alias multiplies what it stands for, where a key stands twice, and where a key or a
    /// value is unknown.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        bounds::check(&self.text).and_then(|()| yaml_value(&self.text)).map_err(|error| self.refused(&error))
    }

    /// The problem that the value at `path` has.
    pub fn problem(&self, path: &[Step], message: impl Into<String>) -> Problem {
        Problem { file: self.path.clone(), place: locate::place(&self.text, path), message: message.into() }
    }

    fn refused(&self, error: &serde_yaml::Error) -> Problem {
        let place = error.location().map(|place| (place.line(), place.column()));
        Problem { file: self.path.clone(), place, message: words::of(error) }
    }
}

fn yaml_value<T: DeserializeOwned>(text: &str) -> Result<Option<T>, serde_yaml::Error> {
    serde_yaml::from_str(text)
}
