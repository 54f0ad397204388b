//! Repaired texts written back.

use std::io;

use crate::files::Files;
use crate::source::{DocId, Document, Sources};

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Standard input or a part of a dump.
    #[error("{0} is not a file on disk: its fixes cannot be written")]
    NoFile(String),
    /// Somebody else wrote to the file meanwhile.
    #[error("{0} has changed since it was read: nothing was written")]
    Changed(String),
    /// The system refused.
    #[error("cannot write {name}: {error}")]
    Io {
        /// The file.
        name: String,
        /// What the system said.
        error: io::Error,
    },
}

impl WriteError {
    /// The name of the document.
    pub fn name(&self) -> &str {
        match self {
            Self::NoFile(name) | Self::Changed(name) | Self::Io { name, .. } => name,
        }
    }
}

/// Replaces each document's file by its new text, each file at once. Before the first is touched all are read again and
/// compared with what was linted. Returns the files that the system refused to write: they are as they were, and keep no
/// other from being written.
///
/// # Errors
/// Before anything is written: [`WriteError::NoFile`], [`WriteError::Changed`], or what the system said of a file that
/// cannot be read again.
pub fn write(
    files: &dyn Files,
    sources: &Sources,
    texts: &[(DocId, Vec<u8>)],
) -> Result<Vec<WriteError>, WriteError> {
    texts.iter().try_for_each(|&(doc, _)| unchanged(files, sources.get(doc)))?;
    Ok(texts.iter().filter_map(|(doc, text)| replace(files, sources.get(*doc), text).err()).collect())
}

fn unchanged(files: &dyn Files, document: &Document) -> Result<(), WriteError> {
    let path = document.path().ok_or_else(|| WriteError::NoFile(document.name.clone()))?;
    let now = files.read(path).map_err(|error| io_error(document, error))?;
    if now == document.bytes() { Ok(()) } else { Err(WriteError::Changed(document.name.clone())) }
}

fn replace(files: &dyn Files, document: &Document, text: &[u8]) -> Result<(), WriteError> {
    let path = document.path().ok_or_else(|| WriteError::NoFile(document.name.clone()))?;
    files.replace(path, text).map_err(|error| io_error(document, error))
}

fn io_error(document: &Document, error: io::Error) -> WriteError {
    WriteError::Io { name: document.name.clone(), error }
}
