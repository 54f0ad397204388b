//! Files that hold results: a reader sees the old content or the whole of the new one.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use super::Fill;

/// Lets `fill` write what `path` is to hold. A device or pipe is written to as it is, and so is a file that nothing can
/// be renamed to: one that is mounted, read-only, in a folder that cannot be written, or another's.
pub(super) fn create(path: &Path, fill: &mut Fill<'_>) -> io::Result<()> {
    let before = match std::fs::metadata(path) {
        Ok(standing) => Some(standing),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => None,
        Err(_) => return in_place(path, fill),
    };
    let can_be_replaced = before.as_ref().is_none_or(|it| it.is_file() && !it.permissions().readonly());
    let beside = if can_be_replaced { beside(path, before.as_ref()).ok() } else { None };
    let Some((mut temporary, target)) = beside else { return in_place(path, fill) };
    fill(temporary.as_file_mut())?;
    match temporary.persist(target) {
        Ok(_) => Ok(()),
        Err(_) => in_place(path, fill),
    }
}

/// A file of no name in the folder of the one that `path` leads to, with its mode and owner.
fn beside(path: &Path, before: Option<&Metadata>) -> io::Result<(NamedTempFile, std::path::PathBuf)> {
    let target = if before.is_some() { std::fs::canonicalize(path)? } else { path.to_path_buf() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".ngxlint-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder)?;
    if let Some(before) = before {
        file.as_file().set_permissions(before.permissions())?;
        super::keep_owner(file.path(), before)?;
    }
    Ok((file, target))
}

fn in_place(path: &Path, fill: &mut Fill<'_>) -> io::Result<()> {
    let mut open: File = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    fill(&mut open)?;
    open.flush()
}
