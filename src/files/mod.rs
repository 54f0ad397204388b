//! The only module that touches the file system, behind a trait, so that everything else works on standard input, on an
//! editor's buffers and in tests alike.
#![expect(clippy::disallowed_methods, reason = "this module is the one that may")]

mod create;
mod overlay;
mod walk;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};

pub use overlay::Overlay;

/// What stands at a path, symbolic links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, FIFO or socket: never opened.
    Other,
}

/// Writes what a file is to hold.
pub type Fill<'a> = dyn FnMut(&mut dyn io::Write) -> io::Result<()> + 'a;

/// Access to files.
pub trait Files: Sync {
    /// The bytes of a regular file.
    ///
    /// # Errors
    /// Whatever the system says; a device, FIFO or socket is [`io::ErrorKind::InvalidInput`] and is never opened, what is
    /// 4 GiB or larger is [`io::ErrorKind::FileTooLarge`] and is not read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// [`Files::read`] for files that are small: what has more than `most` bytes is not read.
    ///
    /// # Errors
    /// As [`Files::read`]; [`io::ErrorKind::FileTooLarge`] where there are more bytes.
    fn read_at_most(&self, path: &Path, most: usize) -> io::Result<Vec<u8>> {
        let bytes = self.read(path)?;
        if bytes.len() > most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
    }

    /// What stands at `path`.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] where there is nothing, and whatever else the system says.
    fn kind(&self, path: &Path) -> io::Result<FileKind>;

    /// The names in a directory, in no particular order.
    ///
    /// # Errors
    /// Whatever the system says.
    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>>;

    /// One name for all spellings of a path: absolute, links resolved.
    ///
    /// # Errors
    /// Whatever the system says.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// [`Files::canonical`] of a path whose folder is called `folder` canonically: only its last part is asked about.
    ///
    /// # Errors
    /// Whatever the system says.
    fn canonical_in(&self, folder: &Path, path: &Path) -> io::Result<PathBuf> {
        let _ = folder;
        self.canonical(path)
    }

    /// Every file below a folder, by name; version control's ignore files are honoured. What cannot be read stands there
    /// with its error.
    fn walk(&self, folder: &Path) -> Vec<Result<PathBuf, (PathBuf, io::Error)>>;

    /// Writes a file that holds results, new or not: a reader sees the old content or all that `fill` writes. `fill` may
    /// be called again where that turns out to be impossible.
    ///
    /// # Errors
    /// Whatever the system or `fill` says.
    fn create_with(&self, path: &Path, fill: &mut Fill<'_>) -> io::Result<()>;

    /// [`Files::create_with`] for bytes that are there already.
    ///
    /// # Errors
    /// Whatever the system says.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.create_with(path, &mut |out| out.write_all(bytes))
    }

    /// Replaces a file's content at once: a reader sees the old bytes or the new ones, never a part. Mode, owner and a
    /// symbolic link that leads to the file stay.
    ///
    /// # Errors
    /// Whatever the system says; the file is then as it was.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
}

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let standing = std::fs::metadata(path)?;
        match kind_of(&standing) {
            FileKind::File => {}
            FileKind::Directory => return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory")),
            FileKind::Other => {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file"));
            }
        }
        // Refused by its size alone: nobody waits for gigabytes that cannot be used.
        let size = u32::try_from(standing.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
        // A file alone would be asked for its size once more.
        std::fs::File::open(path)?.take(u64::MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn read_at_most(&self, path: &Path, most: usize) -> io::Result<Vec<u8>> {
        // A file that says it is small (or nothing, in /proc) may grow while it is read.
        let size = std::fs::metadata(path)?.len();
        if size > most as u64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let bytes = self.read(path)?;
        if bytes.len() > most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        std::fs::metadata(path).map(|standing| kind_of(&standing))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        std::fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }

    fn canonical_in(&self, folder: &Path, path: &Path) -> io::Result<PathBuf> {
        // Elsewhere names may differ in case and be the same.
        match path.file_name().filter(|_| cfg!(target_os = "linux")) {
            Some(name) if !std::fs::symlink_metadata(path)?.is_symlink() => Ok(folder.join(name)),
            _ => self.canonical(path),
        }
    }

    fn walk(&self, folder: &Path) -> Vec<Result<PathBuf, (PathBuf, io::Error)>> {
        walk::walk(folder)
    }

    fn create_with(&self, path: &Path, fill: &mut Fill<'_>) -> io::Result<()> {
        create::create(path, fill)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let target = std::fs::canonicalize(path)?;
        let before = std::fs::metadata(&target)?;
        if before.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "is read-only"));
        }
        let folder = target.parent().unwrap_or(Path::new("/"));
        let mut file = tempfile::Builder::new().prefix(".ngxlint-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().set_permissions(before.permissions())?;
        keep_owner(file.path(), &before)?;
        file.as_file().sync_all()?;
        file.persist(&target).map_err(|error| error.error)?;
        Ok(())
    }
}

fn kind_of(standing: &std::fs::Metadata) -> FileKind {
    match (standing.is_file(), standing.is_dir()) {
        (true, _) => FileKind::File,
        (_, true) => FileKind::Directory,
        _ => FileKind::Other,
    }
}

/// Gives the new file the owner and group of the old one; where that is not permitted the write is refused, since the
/// server might no longer be able to read its configuration.
#[cfg(unix)]
fn keep_owner(path: &Path, before: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let now = std::fs::metadata(path)?;
    if (now.uid(), now.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    std::os::unix::fs::chown(path, Some(before.uid()), Some(before.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &std::fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// A file system in memory, for tests and for callers that have the bytes already. Paths are `/`-separated and absolute
/// or relative to one imagined working directory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// Adds a file and, by that, the directories above it.
    pub fn add(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.files.insert(normal(&path.into()), bytes.into());
        self
    }
}

/// `path` with `.` and `..` resolved by name alone.
pub fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            Component::ParentDir if out.has_root() => {}
            part => out.push(part),
        }
    }
    out
}

/// The path that `bytes` spell: exact on Unix, replaced where not UTF-8 elsewhere.
pub fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    let path = PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes));
    #[cfg(not(unix))]
    let path = PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
    path
}

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.kind(path)? {
            FileKind::Directory => Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory")),
            _ => self.files.get(&normal(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into()),
        }
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        let path = normal(path);
        if self.files.contains_key(&path) {
            return Ok(FileKind::File);
        }
        let holds = self.files.keys().any(|file| file.starts_with(&path) || path.as_os_str().is_empty());
        if holds { Ok(FileKind::Directory) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        let directory = normal(directory);
        let mut names: Vec<OsString> = (self.files.keys())
            .filter_map(|file| file.strip_prefix(&directory).ok()?.components().next())
            .map(|first| first.as_os_str().to_os_string())
            .collect();
        names.dedup();
        Ok(names)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.kind(path).map(|_| normal(path))
    }

    fn walk(&self, folder: &Path) -> Vec<Result<PathBuf, (PathBuf, io::Error)>> {
        self.files.keys().filter(|file| file.starts_with(folder)).cloned().map(Ok).collect()
    }

    fn create_with(&self, _: &Path, _: &mut Fill<'_>) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn replace(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "files in memory are not written"))
    }
}
