//! A fence around the files of a repository: whoever sends a pull request chooses where its links and includes lead, and
//! what they lead to may end up in a public log.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::{FileKind, Files, Fill};

/// What stands outside of the fence is not touched.
#[derive(Debug, thiserror::Error)]
#[error("stands outside of the repository or of --root: only --follow-outside goes there")]
struct Outside;

/// Whether an access was refused since it would have left the fence.
pub fn is_outside(error: &io::Error) -> bool {
    let Some(inner) = error.get_ref() else { return false };
    inner.is::<Outside>()
}

/// The files of `base` that stand in some folders once links are resolved.
pub struct Fenced<'f> {
    base: &'f dyn Files,
    /// Canonical; without any there is no fence.
    inside: Vec<PathBuf>,
    /// The canonical names of folders that were asked about.
    folders: Mutex<HashMap<PathBuf, PathBuf>>,
}

impl<'f> Fenced<'f> {
    /// All files of `base`.
    pub fn open(base: &'f dyn Files) -> Self {
        Self::within(base, Vec::new())
    }

    /// Those below the folders (or files) `inside`, which are canonical; all where there is none.
    pub fn within(base: &'f dyn Files, inside: Vec<PathBuf>) -> Self {
        Self { base, inside, folders: Mutex::default() }
    }

    fn is_open(&self) -> bool {
        self.inside.is_empty()
    }

    fn let_in(&self, canonical: PathBuf) -> io::Result<PathBuf> {
        let is_inside = self.is_open() || self.inside.iter().any(|folder| canonical.starts_with(folder));
        if is_inside { Ok(canonical) } else { Err(io::Error::other(Outside)) }
    }

    fn located(&self, path: &Path) -> io::Result<PathBuf> {
        // A slash or a dot at the end would have the system follow a link that is asked about.
        let clean: PathBuf = path.components().collect();
        match (clean.parent(), clean.file_name()) {
            (Some(folder), Some(_)) => self.base.canonical_in(&self.folder(folder)?, &clean),
            _ => self.base.canonical(path),
        }
    }

    fn folder(&self, folder: &Path) -> io::Result<PathBuf> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let known = self.folders.lock().ok().and_then(|folders| folders.get(folder).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let canonical = self.base.canonical(folder)?;
        if let Ok(mut folders) = self.folders.lock() {
            folders.insert(folder.to_path_buf(), canonical.clone());
        }
        Ok(canonical)
    }

    fn check(&self, path: &Path) -> io::Result<()> {
        if self.is_open() { Ok(()) } else { self.let_in(self.located(path)?).map(drop) }
    }

    /// A file that is spelt inside may not be a link that leads out. One that is spelt outside is the user's word: no
    /// configuration names a file to write.
    fn check_result(&self, path: &Path) -> io::Result<()> {
        let folder = self.folder(path.parent().unwrap_or(path))?;
        if self.is_open() || self.let_in(folder).is_err() {
            return Ok(());
        }
        match self.check(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

impl Files for Fenced<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.check(path)?;
        self.base.read(path)
    }

    fn read_at_most(&self, path: &Path, most: usize) -> io::Result<Vec<u8>> {
        self.check(path)?;
        self.base.read_at_most(path, most)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        self.check(path)?;
        self.base.kind(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        self.check(directory)?;
        self.base.list(directory)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.let_in(self.base.canonical(path)?)
    }

    fn canonical_in(&self, folder: &Path, path: &Path) -> io::Result<PathBuf> {
        self.let_in(self.base.canonical_in(folder, path)?)
    }

    fn walk(&self, folder: &Path) -> Vec<Result<PathBuf, (PathBuf, io::Error)>> {
        match self.check(folder) {
            Ok(()) => self.base.walk(folder),
            Err(error) => vec![Err((folder.to_path_buf(), error))],
        }
    }

    fn create_with(&self, path: &Path, fill: &mut Fill<'_>) -> io::Result<()> {
        self.check_result(path)?;
        self.base.create_with(path, fill)
    }

    fn replace(&self, path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
        self.check(path)?;
        self.base.replace(path, before, after)
    }
}
