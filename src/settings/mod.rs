//! `.ngxlint.yaml`: where it is found, what it says. Which of its words are overruled by the command line is decided
//! where the command line is read.

mod load;
mod locate;
mod model;

use std::path::{Path, PathBuf};

pub use load::Loaded;
pub use locate::FILE_NAME;
pub use model::*;

use crate::files::Files;
use crate::yaml::Problem;

/// A commented file to start from.
pub const INITIAL: &str = include_str!("init.yaml");

/// The JSON schema of the file.
pub const SCHEMA: &str = include_str!("schema.json");

/// Which file counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The nearest one at this path or above it.
    Nearest(PathBuf),
    /// This one.
    File(PathBuf),
    /// None.
    None,
}

/// The settings that count. Paths are seen from `working_directory`.
///
/// # Errors
/// Where the file cannot be read or says something that is not understood.
pub fn load(files: &dyn Files, working_directory: &Path, choice: &Choice) -> Result<Loaded, Problem> {
    let file = match choice {
        Choice::None => None,
        Choice::File(file) => Some(working_directory.join(file)),
        Choice::Nearest(path) => locate::nearest(files, &working_directory.join(path)),
    };
    match file {
        None => Ok(Loaded::default()),
        Some(file) => Loaded::read(files, &file).map_err(|problem| problem.seen_from(working_directory)),
    }
}
