//! `--nginx-version`, `auto` included.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;
use crate::catalogue::{Version, VersionRange};
use crate::files::Files;

/// The target range that the option asks for.
pub(super) fn target(
    option: Option<&str>,
    files: &dyn Files,
    paths: &[PathBuf],
) -> Result<VersionRange, Error> {
    match option {
        None => Ok(VersionRange::default()),
        Some("auto") => Ok(installed()
            .or_else(|| from_image(files, paths))
            .map_or_else(VersionRange::default, VersionRange::exactly)),
        Some(text) => text.parse().map_err(|error| Error::usage(format!("--nginx-version {text}: {error}"))),
    }
}

/// The one version that an option names: a range's lowest.
pub(super) fn exact(option: Option<&str>) -> Result<Option<Version>, Error> {
    let range = option.map(|text| {
        text.parse::<VersionRange>().map_err(|error| Error::usage(format!("--nginx-version {text}: {error}")))
    });
    Ok(range.transpose()?.map(VersionRange::lowest))
}

/// What `nginx -v` says, on standard error.
fn installed() -> Option<Version> {
    let said = Command::new("nginx").arg("-v").output().ok()?;
    let text = [said.stderr, said.stdout].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.split_whitespace().find_map(|word| word.contains("nginx/").then(|| word.parse().ok())?)
}

/// The tag of a `FROM nginx:1.24` in a Dockerfile beside the configuration.
fn from_image(files: &dyn Files, paths: &[PathBuf]) -> Option<Version> {
    let folders = paths.iter().flat_map(|path| [Some(path.as_path()), path.parent()]).flatten();
    folders.map(|folder| folder.join("Dockerfile")).find_map(|file| tag(files, &file))
}

fn tag(files: &dyn Files, dockerfile: &Path) -> Option<Version> {
    let bytes = files.read(dockerfile).ok()?;
    String::from_utf8_lossy(&bytes).lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let from = words.next()?.eq_ignore_ascii_case("from").then(|| words.next())??;
        let (image, tag) = from.rsplit_once(':')?;
        let number = tag.split('-').next()?;
        (image == "nginx" || image.ends_with("/nginx") || image.ends_with("/nginx-unprivileged"))
            .then(|| number.parse().ok())?
    })
}
