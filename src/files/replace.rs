//! A file that gets other content at once.

use std::fs::Metadata;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use super::{Disk, Files as _};

/// Puts a file with `after` in the place of the one that `path` leads to, which holds `before`. Until the last step nothing
/// but a file of its own, `.ngxlint-` and some letters, is written.
pub(super) fn replace(disk: Disk, path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let target = std::fs::canonicalize(path)?;
    let standing = std::fs::metadata(&target)?;
    refuse(&standing)?;
    let folder = target.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::Builder::new().prefix(super::TEMPORARY).tempfile_in(folder)?;
    file.write_all(after)?;
    file.as_file().set_permissions(standing.permissions())?;
    keep_owner(file.path(), &standing)?;
    file.as_file().sync_all()?;
    if disk.read(&target)? != before {
        return Err(io::Error::other("has changed since it was read"));
    }
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Refuses what has to stay as it is.
fn refuse(standing: &Metadata) -> io::Result<()> {
    if standing.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "is read-only"));
    }
    match names(standing) {
        1 => Ok(()),
        many => Err(io::Error::other(format!("has {many} names (hard links) that would part"))),
    }
}

#[cfg(unix)]
fn names(standing: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(standing)
}

#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}

/// Gives the new file the owner and group of the old one; where that is not permitted the write is refused, since the
/// server might no longer be able to read its configuration.
#[cfg(unix)]
pub(super) fn keep_owner(path: &Path, before: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let now = std::fs::metadata(path)?;
    if (now.uid(), now.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    std::os::unix::fs::chown(path, Some(before.uid()), Some(before.gid()))
}

#[cfg(not(unix))]
pub(super) fn keep_owner(_: &Path, _: &std::fs::Metadata) -> io::Result<()> {
    Ok(())
}
