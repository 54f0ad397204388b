//! The keys of the file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use crate::catalogue::{Arity, Context, Contexts, OwnDirective, VersionRange};
use crate::guess::hint;
use crate::rules::{Connection, Severity};

/// What a `.ngxlint.yaml` says. The default says nothing.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// The nginx versions that the configuration is for: what `--nginx-version` takes.
    pub nginx_version: Option<Versions>,
    /// The rules to run, instead of the default ones.
    pub select: Vec<String>,
    /// The rules to leave out.
    pub ignore: Vec<String>,
    /// Severities by code or name of a rule.
    pub severity: BTreeMap<String, Severity>,
    /// The main files, or folders that hold them.
    pub roots: Vec<PathBuf>,
    /// What is left out of folders.
    pub exclude: Vec<Pattern>,
    /// Whether Markdown and YAML files are looked at in folders, too.
    pub embedded: bool,
    /// Where the server's files are found here.
    pub include: Include,
    /// What is meant for WebSockets, and how fixes write `Connection`.
    pub websocket: WebSocket,
    /// Folders of own rules.
    pub rules: Vec<PathBuf>,
    /// Modules that ngxlint does not know.
    pub modules: Modules,
}

/// `include`
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Include {
    /// The base of relative includes instead of the main file's folder.
    pub prefix: Option<PathBuf>,
    /// The folder that stands for `/`.
    pub root: Option<PathBuf>,
    /// What stands below the first is looked for below the second.
    pub path_map: BTreeMap<PathBuf, PathBuf>,
}

/// `websocket`
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct WebSocket {
    /// Paths below which locations are meant for WebSockets.
    pub paths: Vec<UriPath>,
    /// Upstreams that take WebSockets.
    pub upstreams: Vec<String>,
    /// How fixes write the `Connection` header.
    pub connection: Option<Connection>,
}

/// `modules`
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Modules {
    /// Directives by name.
    pub directives: BTreeMap<String, ModuleDirective>,
}

/// A directive of a module that the catalogue does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModuleDirective {
    /// Where it may stand.
    #[serde(deserialize_with = "contexts")]
    pub contexts: Contexts,
    /// How many words may follow its name: `1`, `[1, 2]` or `1+`.
    #[serde(deserialize_with = "arity")]
    pub args: Arity,
    /// Whether it ends with `{ }` instead of `;`.
    #[serde(default)]
    pub block: bool,
}

impl From<ModuleDirective> for OwnDirective {
    fn from(written: ModuleDirective) -> Self {
        Self { contexts: written.contexts, args: written.args, block: written.block }
    }
}

/// nginx versions as `--nginx-version` takes them, checked: a version, a range or `auto`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions(pub String);

impl<'de> Deserialize<'de> for Versions {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        checked(from, "an nginx version such as `1.24`, `>=1.24` or `auto`", |text| match text {
            "auto" => Ok(Self(text.to_owned())),
            range => range
                .parse::<VersionRange>()
                .map(|_| Self(text.to_owned()))
                .map_err(|error| error.to_string()),
        })
    }
}

/// A glob, checked.
#[derive(Debug, Clone)]
pub struct Pattern(pub globset::Glob);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        checked(from, "a pattern such as `vendor/**`", |text| {
            let glob = globset::GlobBuilder::new(text).literal_separator(true).build();
            glob.map(Self).map_err(|error| error.to_string())
        })
    }
}

/// The path of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UriPath(pub String);

impl<'de> Deserialize<'de> for UriPath {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        checked(from, "a path such as `/live/`", |text| {
            let is_path = text.starts_with('/');
            is_path
                .then(|| Self(text.to_owned()))
                .ok_or_else(|| format!("the path `{text}` must begin with `/`"))
        })
    }
}

fn contexts<'de, D: Deserializer<'de>>(from: D) -> Result<Contexts, D::Error> {
    let places = Vec::<Place>::deserialize(from)?;
    Ok(Contexts::of(&places.into_iter().map(|Place(context)| context).collect::<Vec<_>>()))
}

struct Place(Context);

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        checked(from, "a context such as `location`", |text| {
            let names = || Context::ALL.iter().map(|context| context.name());
            Context::from_name(text)
                .map(Self)
                .ok_or_else(|| format!("unknown context `{text}`{}", hint(text, names())))
        })
    }
}

fn arity<'de, D: Deserializer<'de>>(from: D) -> Result<Arity, D::Error> {
    from.deserialize_any(ArityVisitor)
}

/// A number of words is counted exactly below this.
const MOST_WORDS: u64 = 31;

struct ArityVisitor;

impl<'de> Visitor<'de> for ArityVisitor {
    type Value = Arity;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number of words: `1`, `[1, 2]` or `1+`")
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Arity, E> {
        match u8::try_from(count) {
            Ok(count) if u64::from(count) < MOST_WORDS => Ok(Arity::exactly(&[count])),
            _ => Err(E::custom(format!("{count} words: at most 30, or `30+`"))),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Arity, E> {
        let least = text.strip_suffix('+').and_then(|least| least.parse::<u8>().ok());
        let least = least.filter(|&least| u64::from(least) < MOST_WORDS);
        least
            .map(Arity::at_least)
            .ok_or_else(|| E::custom(format!("`{text}` is neither `1`, `[1, 2]` nor `1+`")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Arity, A::Error> {
        let mut counts = Vec::new();
        while let Some(count) = items.next_element::<u8>()? {
            if u64::from(count) >= MOST_WORDS {
                return Err(de::Error::custom(format!("{count} words: at most 30, or `30+`")));
            }
            counts.push(count);
        }
        if counts.is_empty() {
            Err(de::Error::custom("no number of words"))
        } else {
            Ok(Arity::exactly(&counts))
        }
    }
}

/// A text that `check` makes a value of. What it complains of is reported at the text.
fn checked<'de, D: Deserializer<'de>, T>(
    from: D,
    expected: &'static str,
    check: impl Fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    struct Checked<F>(&'static str, F);

    impl<T, F: Fn(&str) -> Result<T, String>> Visitor<'_> for Checked<F> {
        type Value = T;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str(self.0)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).map_err(E::custom)
        }
    }

    from.deserialize_str(Checked(expected, check))
}
