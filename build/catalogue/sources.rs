//! The shape of `src/catalogue/*.yaml`; what the keys mean stands in `src/catalogue/directives.md`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::Error;

use crate::emit::{Result, read};

/// The directives of one module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Module {
    #[serde(rename = "module")]
    pub(crate) name: String,
    pub(crate) family: String,
    pub(crate) origin: Option<String>,
    pub(crate) directives: Vec<Entry>,
}

/// One directive of one module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) contexts: Vec<String>,
    pub(crate) args: Args,
    #[serde(default)]
    pub(crate) block: bool,
    pub(crate) opens: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) flag: bool,
    pub(crate) values: Option<Vec<String>>,
    pub(crate) default: Option<String>,
    pub(crate) inherit: Option<String>,
    pub(crate) repeat: Option<String>,
    pub(crate) shares: Option<String>,
    #[serde(rename = "inherited-by")]
    pub(crate) inherited_by: Option<String>,
    pub(crate) handler: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) removed: Option<String>,
    #[serde(default)]
    pub(crate) backported: Vec<String>,
    pub(crate) deprecated: Option<String>,
    #[serde(default)]
    pub(crate) before: Vec<Before>,
}

/// What differed below a version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Before {
    pub(crate) at: String,
    pub(crate) contexts: Option<Vec<String>>,
    pub(crate) args: Option<Args>,
    pub(crate) value: Option<String>,
    pub(crate) default: Option<String>,
    pub(crate) values: Option<Vec<String>>,
    pub(crate) repeat: Option<String>,
}

/// `1`, `[1, 2]` or `1+`.
#[derive(Deserialize)]
#[serde(try_from = "Written")]
pub(crate) enum Args {
    Exactly(Vec<u8>),
    AtLeast(u8),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(u8),
    Some(Vec<u8>),
    More(String),
}

impl TryFrom<Written> for Args {
    type Error = serde_yaml::Error;

    fn try_from(written: Written) -> std::result::Result<Self, Self::Error> {
        match written {
            Written::One(count) => Ok(Self::Exactly(vec![count])),
            Written::Some(counts) => Ok(Self::Exactly(counts)),
            Written::More(text) => {
                text.strip_suffix('+').and_then(|least| least.parse().ok()).map(Self::AtLeast).ok_or_else(
                    || Self::Error::custom(format!("args: `{text}` is neither `1`, `[1, 2]` nor `1+`")),
                )
            }
        }
    }
}

/// One variable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) prefix: bool,
    pub(crate) since: Option<String>,
    pub(crate) removed: Option<String>,
    #[serde(default)]
    pub(crate) backported: Vec<String>,
}

/// All modules of all files of `folder`, in the order of the file names.
pub(crate) fn modules(folder: &Path) -> Result<Vec<Module>> {
    let mut modules = Vec::new();
    for path in yaml_files(folder)? {
        let read: Vec<Module> =
            serde_yaml::from_str(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        modules.extend(read);
    }
    Ok(modules)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the rule is about the program; its build script has no `files`"
)]
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let entries: std::io::Result<Vec<_>> = std::fs::read_dir(folder)?.collect();
    let mut paths: Vec<PathBuf> = entries?.iter().map(std::fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    Ok(paths)
}
