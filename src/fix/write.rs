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

/// Replaces each document's file by its new text, each file at once. Before the first is touched all are read again and
/// compared with what was linted.
///
/// # Errors
/// [`WriteError::NoFile`] and [`WriteError::Changed`] before anything is written; [`WriteError::Io`] for the first file
/// that could not be, which is then as it was.
pub fn write(files: &dyn Files, sources: &Sources, texts: &[(DocId, Vec<u8>)]) -> Result<(), WriteError> {
    texts.iter().try_for_each(|&(doc, _)| unchanged(files, sources.get(doc)))?;
    texts.iter().try_for_each(|(doc, text)| replace(files, sources.get(*doc), text))
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
