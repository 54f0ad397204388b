//! Where the includes of a text start from.

use std::path::{Path, PathBuf};

use super::{Options, Root, homes};
use crate::config::{Base, Config, Context, Library, Paths};
use crate::files::normal;

/// Relative includes start at the main file's folder, or at `--prefix`. Where a fragment's main file is, nobody says: in
/// its own folder or one above it, up to the folder that was walked. Nor does anybody say where a main file that was
/// come across is put, unless nginx looks for it by its name.
pub(super) fn of(library: &Library<'_>, root: &Root, context: &Context, paths: &Paths) -> Base {
    if let Some(prefix) = &paths.prefix {
        return Base::Known(prefix.clone());
    }
    let folder = root.path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
    let is_main = || root.top.is_none() && homes::is_main(library.texts.tree(root.doc));
    if context.is_main() && has_its_place(library, root) && (has_the_name_of_a_main_file(root) || is_main()) {
        return Base::Known(folder);
    }
    let top = root.top.as_deref().unwrap_or(if folder.is_absolute() {
        library.working_directory()
    } else {
        Path::new("")
    });
    let folders = folder.ancestors().take_while(|above| above.starts_with(top)).map(Path::to_path_buf);
    let folders: Vec<PathBuf> = folders.collect();
    Base::Guess(if folders.is_empty() { vec![folder] } else { folders })
}

/// Whether what is missing is missing for nginx. Of a file that stands where nginx reads it (by its name, or by the user's
/// word) that is sure. Any other may be put into a folder that is not here: where nothing of what it includes is beside it,
/// or not the folder in which a file is missing, nobody knows.
pub(super) fn settle(library: &Library<'_>, root: &Root, config: &mut Config, options: &Options) {
    let full = |path: &Path| normal(&library.working_directory().join(path));
    let own = root.path.as_deref().map(full);
    let is_told = options.paths.is_given() || options.home.roots.iter().any(|path| own == Some(full(path)));
    if is_told || has_its_place(library, root) && has_the_name_of_a_main_file(root) {
        return;
    }
    let has_company = !config.included.is_empty();
    for include in &mut config.unresolved {
        let path = library.working_directory().join(&include.path);
        let has_folder = || path.parent().is_some_and(|folder| library.files.kind(folder).is_ok());
        include.certain &= has_company && has_folder();
    }
}

/// Whether a text is a file that nginx may read where it stands: neither a part of another file nor a template.
fn has_its_place(library: &Library<'_>, root: &Root) -> bool {
    root.part.is_none() && library.texts.sources.get(root.doc).reading().is_none()
}

/// Whether a file is called as nginx's own main file is: `nginx.conf`, `nginx.conf.default`.
fn has_the_name_of_a_main_file(root: &Root) -> bool {
    let name = root.path.as_deref().and_then(Path::file_name).unwrap_or_default();
    name.to_string_lossy().starts_with("nginx.conf")
}
