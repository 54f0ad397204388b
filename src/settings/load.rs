//! Reading the file: its paths count from its folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Settings;
use crate::config::Paths;
use crate::files::{Files, normal};
use crate::intent::Intended;
use crate::lint::{Exclude, Home};
use crate::rules::{Preferences, Severity};
use crate::yaml::{Document, Problem, Step};

/// Settings with the file that they come from.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// What it says.
    pub settings: Settings,
    /// The file, for messages about its words; nothing where there is none.
    file: Option<Document>,
}

impl Loaded {
    pub(super) fn read(files: &dyn Files, path: &Path) -> Result<Self, Problem> {
        let file = Document::open(files, path)?;
        let settings = file.parse()?.unwrap_or_default();
        Ok(Self { settings, file: Some(file) })
    }

    /// Refuses the value at `path`.
    pub fn problem(&self, path: &[Step], message: impl Into<String>) -> Problem {
        match &self.file {
            Some(file) => file.problem(path, message),
            None => Problem::whole(Path::new(super::FILE_NAME), message),
        }
    }

    /// Where the server's files are, in the way of the command line's options.
    pub fn paths(&self) -> Paths {
        let include = &self.settings.include;
        let mut map: Vec<(PathBuf, PathBuf)> = (include.path_map.iter())
            // A relative include is mapped to what counts from where relative includes start.
            .map(|(from, to)| (from.clone(), if from.has_root() { self.here(to) } else { to.clone() }))
            .collect();
        // The longest first: the first entry that fits is taken.
        map.sort_by_key(|(from, _)| std::cmp::Reverse(from.components().count()));
        Paths {
            prefix: include.prefix.as_deref().map(|path| self.here(path)),
            root: include.root.as_deref().map(|path| self.here(path)),
            map,
        }
    }

    /// The folders of own rules.
    pub fn rules(&self) -> impl Iterator<Item = PathBuf> {
        self.settings.rules.iter().map(|path| self.here(path))
    }

    /// What the rules ask the settings; `severity` by the codes of rules.
    pub fn preferences(&self, severity: BTreeMap<String, Severity>) -> Preferences {
        let websocket = &self.settings.websocket;
        let paths = websocket.paths.iter().map(|path| path.0.clone().into_bytes());
        let upstreams = websocket.upstreams.iter().map(|name| name.to_ascii_lowercase().into_bytes());
        let own = self.settings.modules.directives.iter();
        Preferences {
            severity,
            intended: Intended { paths: paths.collect(), upstreams: upstreams.collect() },
            connection: websocket.connection,
            has_target: false,
            directives: own.map(|(name, &written)| (name.as_str(), written.into())).collect(),
        }
    }

    /// Where the main files are.
    pub fn home(&self) -> Home {
        let roots = self.settings.roots.iter().map(|path| self.here(path)).collect();
        Home { roots, folder: self.folder().map(normal) }
    }

    /// What is left out of folders.
    pub fn exclude(&self) -> Exclude {
        let folder = self.folder().unwrap_or(Path::new(""));
        Exclude::new(folder, self.settings.exclude.iter().map(|pattern| &pattern.0))
    }

    fn folder(&self) -> Option<&Path> {
        self.file.as_ref()?.path.parent()
    }

    fn here(&self, path: &Path) -> PathBuf {
        normal(&self.folder().unwrap_or(Path::new("")).join(path))
    }
}
