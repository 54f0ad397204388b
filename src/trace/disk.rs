//! Where the paths of a request lead on disk: `root`, `alias`, and what stands there (`ngx_http_map_uri_to_path`).

use std::path::PathBuf;

use super::phases::Run;
use crate::catalogue::directive;
use crate::files::{FileKind, path_from_bytes};
use crate::route::{Pattern, pattern};
use crate::scope::{in_force, location_of};
use crate::value::{Outcome, Value};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Neither.
    Nothing,
    /// The document root is not on this machine.
    Unknown,
}

/// What an `alias` replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alias {
    /// So many bytes: the location's name.
    Of(usize),
    /// The whole path: the location is a regular expression.
    Whole,
}

impl Run<'_, '_> {
    /// What the folder of a path and a name below it lead to.
    pub(super) fn indexed(&self, uri: &[u8], name: &[u8]) -> Stands {
        self.stands_at(self.map(uri).map(|folder| [folder.as_slice(), name].concat()))
    }

    /// What a path that ends with a slash leads to; an `alias` may end without one.
    pub(super) fn folder(&self, uri: &[u8]) -> Stands {
        self.stands_at(self.map(uri).map(|path| path.strip_suffix(b"/").unwrap_or(&path).to_vec()))
    }

    /// What a path of the request leads to on disk.
    pub(super) fn stands(&self, path: &[u8]) -> Stands {
        self.stands_at(self.map(path))
    }

    pub(super) fn stands_at(&self, file: Option<Vec<u8>>) -> Stands {
        match (&self.state.document_root, file) {
            (Some(root), Some(file)) if self.is_here(root) => self.on_disk_stands(&file),
            _ => Stands::Unknown,
        }
    }

    /// Whether files below a document root can be looked for: one below the prefix is just what nginx would see.
    pub(super) fn is_here(&self, root: &[u8]) -> bool {
        let below_prefix = path_from_bytes(root).starts_with(&self.tracer.prefix);
        below_prefix || self.tracer.files.kind(&self.on_disk(root)).is_ok()
    }

    pub(super) fn on_disk_stands(&self, file: &[u8]) -> Stands {
        match self.tracer.files.kind(&self.on_disk(file)) {
            Ok(FileKind::Directory) => Stands::Folder,
            Ok(FileKind::File | FileKind::Other) => Stands::File,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Stands::Unknown,
            Err(_) => Stands::Nothing,
        }
    }

    /// `-f`, `-d`, `-e` and `-x` of an `if`, with `!` before them or not.
    pub(super) fn file_test(&mut self, test: &[u8], path: &[u8]) -> Outcome {
        let (test, negated) = test.strip_prefix(b"!").map_or((test, false), |test| (test, true));
        let Value::Known(path) = self.evaluate(path) else { return Outcome::Unknown };
        let inside = self.state.document_root.as_ref().filter(|root| path.starts_with(root));
        let visible = inside.is_none_or(|root| self.is_here(root));
        let found = match (test, self.on_disk_stands(&path)) {
            _ if !visible => return Outcome::Unknown,
            (_, Stands::Unknown) | (b"-x", Stands::File | Stands::Folder) => return Outcome::Unknown,
            (b"-f", stands) => stands == Stands::File,
            (b"-d", stands) => stands == Stands::Folder,
            (b"-e" | b"-x", stands) => stands != Stands::Nothing,
            _ => return Outcome::Unknown,
        };
        Outcome::from(found != negated)
    }

    /// `$document_root`: `root`, or `alias`, in force; `html` below the prefix by default.
    pub(super) fn document_root(&self) -> Option<Vec<u8>> {
        let config = self.config();
        let name = in_force(config, self.block, directive::ROOT).level;
        let node = name.and_then(|level| {
            config.own_last(level, directive::ALIAS).or_else(|| config.own_last(level, directive::ROOT))
        });
        let Some(node) = node else { return Some(self.absolute(b"html")) };
        match self.evaluate(&self.tracer.view.arg(node, 0)?) {
            Value::Known(root) => Some(self.absolute(&root)),
            Value::Unknown(_) => None,
        }
    }

    /// `$request_filename`
    pub(super) fn filename(&self) -> Option<Vec<u8>> {
        self.map(&self.state.uri)
    }

    /// The file that a path of the request stands for (`ngx_http_map_uri_to_path`). An inherited `alias` takes the place
    /// of the name of the location that has it.
    pub(super) fn map(&self, path: &[u8]) -> Option<Vec<u8>> {
        let root = self.state.document_root.clone().or_else(|| self.document_root())?;
        let kept = match self.alias() {
            None => path,
            Some(Alias::Whole) if self.adds_uri_to_alias => path,
            Some(Alias::Whole) => b"",
            Some(Alias::Of(length)) => path.get(length..).unwrap_or_default(),
        };
        Some([root.as_slice(), kept].concat())
    }

    /// The `alias` in force, by the location that has it.
    pub(super) fn alias(&self) -> Option<Alias> {
        let config = self.config();
        let level = in_force(config, self.block, directive::ALIAS).level?;
        config.own_last(level, directive::ALIAS)?;
        Some(match pattern(self.tracer.view, location_of(config, level)) {
            Some(Pattern::Exact(name) | Pattern::Prefix(name, _)) => Alias::Of(name.len()),
            _ => Alias::Whole,
        })
    }

    /// A path of the configuration as an absolute one: relative ones start from the prefix.
    pub(super) fn absolute(&self, path: &[u8]) -> Vec<u8> {
        if path.first() == Some(&b'/') {
            return path.to_vec();
        }
        self.tracer.prefix.join(path_from_bytes(path)).into_os_string().into_encoded_bytes()
    }

    /// Where a path of the server is on this machine.
    pub(super) fn on_disk(&self, path: &[u8]) -> PathBuf {
        let full = path_from_bytes(&self.absolute(path));
        match &self.tracer.root {
            Some(root) if !full.starts_with(&self.tracer.prefix) => {
                root.join(full.strip_prefix("/").unwrap_or(&full))
            }
            _ => full,
        }
    }
}
