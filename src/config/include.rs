//! Where an `include` leads (`ngx_conf_include`, `ngx_conf_full_name`): relative to the main file's folder, never to the
//! including file; patterns through glob(3).

use std::path::{Path, PathBuf};

use super::glob;
use crate::files::{Files, path_from_bytes};

/// How the server's paths are found on this machine.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    /// `--prefix`: the base of relative includes instead of the main file's folder.
    pub prefix: Option<PathBuf>,
    /// `--root`: the folder that stands for `/`.
    pub root: Option<PathBuf>,
    /// `--path-map`: what stands below the first is looked for below the second.
    pub map: Vec<(PathBuf, PathBuf)>,
}

impl Paths {
    /// Whether the user has said where the server's files are.
    pub fn is_given(&self) -> bool {
        self.prefix.is_some() || self.root.is_some() || !self.map.is_empty()
    }
}

/// The folder that relative includes start from.
#[derive(Debug, Clone)]
pub enum Base {
    /// The main file's folder, or `--prefix`.
    Known(PathBuf),
    /// A fragment's main file is unknown: the folders where it may be, most likely first.
    Guess(Vec<PathBuf>),
}

/// What an include argument leads to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The files to read, in nginx's order.
    pub files: Vec<PathBuf>,
    /// The path for messages.
    pub shown: PathBuf,
    /// Whether nginx would look exactly there.
    pub certain: bool,
    /// Whether the argument is a pattern, which may match nothing.
    pub pattern: bool,
}

/// The folders under which packages and images keep nginx's configuration. A repository usually holds a copy of just
/// that folder, so `/etc/nginx/x` is looked for beside the main file when it does not exist on this machine.
const CONFIGURATION_FOLDERS: [&str; 5] = [
    "/etc/nginx",
    "/usr/local/nginx/conf",
    "/usr/local/etc/nginx",
    "/opt/nginx/conf",
    "/usr/local/openresty/nginx/conf",
];

/// A place to look, and whether nginx would look exactly there.
type Candidate = (PathBuf, bool);

/// Resolves the decoded `argument` of an include.
pub fn resolve(files: &dyn Files, argument: &[u8], base: &Base, paths: &Paths) -> Resolution {
    let pattern = glob::is_pattern(argument);
    let candidates = candidates(&path_from_bytes(argument), base, paths);
    let mut resolution = Resolution { pattern, ..Resolution::default() };
    for (path, certain) in &candidates {
        resolution.files = if pattern { glob::expand(files, path) } else { existing(files, path) };
        resolution.certain = *certain;
        resolution.shown.clone_from(path);
        if !resolution.files.is_empty() {
            return resolution;
        }
    }
    if let Some((first, certain)) = candidates.into_iter().next() {
        resolution.certain = certain;
        resolution.shown = first;
    }
    resolution
}

/// `path` unless nothing stands there; what cannot be asked (no permission) is kept, so that opening it tells why.
fn existing(files: &dyn Files, path: &Path) -> Vec<PathBuf> {
    match files.kind(path) {
        Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => Vec::new(),
        _ => vec![path.to_path_buf()],
    }
}

fn candidates(argument: &Path, base: &Base, paths: &Paths) -> Vec<Candidate> {
    if let Some(mapped) = mapped(argument, base, paths) {
        return vec![(mapped, true)];
    }
    if argument.has_root() { absolute(argument, base, paths) } else { relative(argument, base) }
}

/// The first `--path-map` entry that `argument` stands below. A relative entry counts from the base folder.
fn mapped(argument: &Path, base: &Base, paths: &Paths) -> Option<PathBuf> {
    paths.map.iter().find_map(|(from, to)| {
        let rest = argument.strip_prefix(from).ok()?;
        let to = if from.has_root() { to.clone() } else { first_folder(base).join(to) };
        Some(if rest.as_os_str().is_empty() { to } else { to.join(rest) })
    })
}

fn first_folder(base: &Base) -> &Path {
    match base {
        Base::Known(folder) => folder,
        Base::Guess(folders) => folders.first().map_or(Path::new(""), PathBuf::as_path),
    }
}

fn relative(argument: &Path, base: &Base) -> Vec<Candidate> {
    match base {
        Base::Known(folder) => vec![(folder.join(argument), true)],
        Base::Guess(folders) => folders.iter().map(|folder| (folder.join(argument), false)).collect(),
    }
}

fn absolute(argument: &Path, base: &Base, paths: &Paths) -> Vec<Candidate> {
    if let Some(root) = &paths.root {
        let below = argument.strip_prefix("/").unwrap_or(argument);
        return vec![(root.join(below), true)];
    }
    let here = matches!(base, Base::Known(folder) if argument.starts_with(folder));
    let mut candidates = vec![(argument.to_path_buf(), here)];
    let rest = CONFIGURATION_FOLDERS.iter().find_map(|folder| argument.strip_prefix(folder).ok());
    if let Some(rest) = rest {
        candidates.extend(relative(rest, base).into_iter().map(|(path, _)| (path, false)));
    }
    candidates
}

/// Whether a file of this name, as nginx's packages ship it, can change what reaches a proxied backend: `mime.types` and
/// the parameter lists of other protocols cannot.
pub fn is_neutral(argument: &[u8]) -> bool {
    const NEUTRAL: [&[u8]; 9] = [
        b"mime.types",
        b"fastcgi_params",
        b"fastcgi.conf",
        b"uwsgi_params",
        b"scgi_params",
        b"koi-utf",
        b"koi-win",
        b"win-utf",
        b"fastcgi-php.conf",
    ];
    let name = argument.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    NEUTRAL.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn paths_of(argument: &str, base: &Base, paths: &Paths) -> (Vec<String>, bool) {
        let mut files = Memory::default();
        for name in [
            "/repo/nginx/conf.d/a.conf",
            "/repo/nginx/conf.d/b.conf",
            "/repo/nginx/x.inc",
            "/srv/etc/nginx/x.inc",
        ] {
            files.add(name, "");
        }
        let found = resolve(&files, argument.as_bytes(), base, paths);
        (found.files.iter().map(|path| path.to_string_lossy().into_owned()).collect(), found.certain)
    }

    #[test]
    fn relative_includes_start_at_the_main_files_folder() {
        let base = Base::Known("/repo/nginx".into());
        let (found, certain) = paths_of("conf.d/*.conf", &base, &Paths::default());
        assert_eq!(found, ["/repo/nginx/conf.d/a.conf", "/repo/nginx/conf.d/b.conf"]);
        assert!(certain);
    }

    #[test]
    fn absolute_includes_are_looked_for_beside_the_main_file_last() {
        let base = Base::Known("/repo/nginx".into());
        assert_eq!(
            paths_of("/etc/nginx/x.inc", &base, &Paths::default()),
            (vec!["/repo/nginx/x.inc".into()], false)
        );
        let root = Paths { root: Some("/srv".into()), ..Paths::default() };
        assert_eq!(paths_of("/etc/nginx/x.inc", &base, &root), (vec!["/srv/etc/nginx/x.inc".into()], true));
        let map = Paths { map: vec![("/opt/conf".into(), "/repo/nginx".into())], ..Paths::default() };
        assert_eq!(paths_of("/opt/conf/x.inc", &base, &map), (vec!["/repo/nginx/x.inc".into()], true));
    }

    #[test]
    fn a_relative_path_map_counts_from_the_base() {
        let base = Base::Known("/repo".into());
        let map = Paths { map: vec![("sites".into(), "nginx".into())], ..Paths::default() };
        assert_eq!(paths_of("sites/x.inc", &base, &map), (vec!["/repo/nginx/x.inc".into()], true));
    }

    #[test]
    fn a_missing_absolute_path_is_not_certain() {
        let (found, certain) = paths_of("/etc/nginx/none", &Base::Known("/repo".into()), &Paths::default());
        assert_eq!((found.len(), certain), (0, false));
    }
}
