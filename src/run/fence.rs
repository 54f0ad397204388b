//! How far a run reads: what leaves the repository, or `--root`, is followed on the user's word only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Error, paths, working_directory};
use crate::cli::{Check, Places};
use crate::files::{FileKind, Files, normal};

pub(super) use crate::files::Fenced;

/// The fence of `check`.
pub(super) fn of_check<'f>(files: &'f dyn Files, arguments: &Check) -> Result<Fenced<'f>, Error> {
    let name = |path: &PathBuf| match arguments.stdin_filename.as_deref() {
        Some(name) if path == Path::new("-") => PathBuf::from(name),
        None if path == Path::new("-") => PathBuf::from("."),
        _ => path.clone(),
    };
    let mut given: Vec<PathBuf> = arguments.paths.iter().map(name).collect();
    if given.is_empty() {
        given.push(".".into());
    }
    let own = [arguments.settings.config.clone(), arguments.baseline.clone()].into_iter().flatten();
    let own: Vec<PathBuf> = own.chain(arguments.own_rules.iter().cloned()).collect();
    of(files, &given, &arguments.places, &own)
}

/// The fence of a run that is given some paths, and other files and folders of the user's `own`. The settings have no say
/// in it: they come with the repository.
pub(super) fn of<'f>(
    files: &'f dyn Files,
    given: &[PathBuf],
    places: &Places,
    own: &[PathBuf],
) -> Result<Fenced<'f>, Error> {
    if places.follow_outside {
        return Ok(Fenced::open(files));
    }
    let survey = Survey { files, here: working_directory()? };
    let grounds = survey.grounds(given);
    let root = places.root.as_deref().and_then(|root| survey.canonical(root));
    let with_home = |ground: PathBuf| (survey.repository(&ground), ground);
    let homes: Vec<(Option<PathBuf>, PathBuf)> = grounds.into_iter().map(with_home).collect();
    if root.is_none() && homes.iter().all(|(repository, _)| repository.is_none()) {
        return Ok(Fenced::open(files));
    }
    let is_in_root = |ground: &Path| root.as_ref().is_some_and(|root| ground.starts_with(root));
    let around = homes.into_iter().filter(|(_, ground)| !is_in_root(ground));
    let mut inside: Vec<PathBuf> = around.map(|(repository, ground)| repository.unwrap_or(ground)).collect();
    inside.extend(root);
    let map = paths(places)?.map.into_iter().map(|(_, to)| to);
    let named = map.chain(places.prefix.clone()).filter_map(|path| survey.canonical(&path));
    inside.extend(named.collect::<Vec<_>>());
    survey.add_own(own, &mut inside);
    Ok(Fenced::within(files, inside))
}

/// A look at what stands around paths.
struct Survey<'f> {
    files: &'f dyn Files,
    here: PathBuf,
}

impl Survey<'_> {
    fn canonical(&self, path: &Path) -> Option<PathBuf> {
        self.files.canonical(&self.here.join(path)).ok()
    }

    /// The canonical folders that paths stand in, or are. A link stands where it stands, wherever it leads.
    fn grounds(&self, paths: &[PathBuf]) -> BTreeSet<PathBuf> {
        let full = |path: &PathBuf| normal(&self.here.join(path));
        let (folders, files): (BTreeSet<PathBuf>, BTreeSet<PathBuf>) = paths
            .iter()
            .map(full)
            .partition(|path| self.files.kind(path).is_ok_and(|kind| kind == FileKind::Directory));
        let parents: BTreeSet<&Path> = files.iter().map(|file| parent(file)).collect();
        let of_files = parents.into_iter().filter_map(|folder| self.canonical(folder));
        folders.iter().filter_map(|folder| self.ground(folder)).chain(of_files).collect()
    }

    fn ground(&self, folder: &Path) -> Option<PathBuf> {
        let (above, at) = (self.canonical(parent(folder))?, self.canonical(folder)?);
        let is_link = folder.file_name().is_some_and(|name| above.join(name) != at);
        if is_link && self.repository(&above).is_some() { Some(above) } else { Some(at) }
    }

    /// The nearest folder, `folder` or above it, that holds `.git`.
    fn repository(&self, folder: &Path) -> Option<PathBuf> {
        let holds_git = |above: &&Path| self.files.kind(&above.join(".git")).is_ok();
        folder.ancestors().find(holds_git).map(Path::to_path_buf)
    }

    /// Lets the user's own files in where they stand outside. One that stands inside may be a link of the repository's.
    fn add_own(&self, own: &[PathBuf], inside: &mut Vec<PathBuf>) {
        for path in own {
            let full = normal(&self.here.join(path));
            let Some(folder) = self.canonical(parent(&full)) else { continue };
            if !inside.iter().any(|it| folder.starts_with(it)) {
                inside.extend(self.canonical(&full));
            }
        }
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}
