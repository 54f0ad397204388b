//! Words that directives take: `samples.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ngxlint::catalogue::{ValueKind, Variant};
use serde::Deserialize;

use crate::bench::Release;
use crate::subject::own_variants;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Samples {
    /// Modules that the releases are built without.
    pub(crate) absent: BTreeSet<String>,
    /// What Debian has given to the older release from a later one.
    pub(crate) ported: BTreeSet<String>,
    /// By module and name.
    words: BTreeMap<String, BTreeMap<String, Written>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Args(String),
    Sample(Box<Sample>),
}

/// How to write a directive so that nginx accepts it.
#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sample {
    /// The words after the name.
    pub(crate) args: String,
    /// Those of a second one in the same block, where the same words do not do.
    pub(crate) second: Option<String>,
    /// What stands between the braces.
    pub(crate) body: String,
    /// What stands between those of the second one.
    pub(crate) second_body: Option<String>,
    /// Lines that it needs at the top of the file.
    pub(crate) main: String,
    /// Lines that it needs in `http`, `stream` or `mail`.
    pub(crate) top: String,
    /// Lines that it needs before it in its own block.
    pub(crate) beside: String,
    /// Good values instead of the usual ones of its kind.
    pub(crate) good: Option<Vec<String>>,
    /// Whether its default cannot be written, and why.
    pub(crate) unwritten_default: Option<String>,
    /// Directives of the frame that it excludes.
    pub(crate) instead_of: Vec<String>,
}

impl Samples {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue_probes/samples.yaml");
        let text = std::fs::read_to_string(path).expect("samples.yaml");
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("samples.yaml: {error}"))
    }

    /// How to write a directive; `None` where no words for it are known.
    pub(crate) fn of(&self, name: &str, variant: &Variant) -> Option<Sample> {
        let written = self.words.get(variant.module).and_then(|of_module| of_module.get(name));
        let mut sample = match written {
            None => Sample::default(),
            Some(Written::Args(args)) => Sample { args: args.clone(), ..Sample::default() },
            Some(Written::Sample(sample)) => (**sample).clone(),
        };
        if sample.args.is_empty() && !variant.args.accepts(0) {
            sample.args = usual(variant)?;
        }
        Some(sample)
    }

    /// Directives that a release has and for which there are no words, and words for directives that no release has.
    pub(crate) fn without_words(&self, releases: &[Release]) -> Vec<String> {
        let present = |variant: &Variant| {
            let exists = releases.iter().any(|release| variant.exists_in(release.version));
            exists && !self.absent.contains(variant.module)
        };
        let tried: Vec<_> = own_variants().filter(|(_, variant)| present(variant)).collect();
        let lacking = tried.iter().filter(|(name, variant)| self.of(name, variant).is_none());
        let lacking = lacking.map(|(name, variant)| format!("no words for {name} of {}", variant.module));
        let of_table: BTreeSet<_> = tried.iter().map(|(name, variant)| (variant.module, *name)).collect();
        let all = self.words.iter().flat_map(|(module, of)| of.keys().map(move |name| (&**module, &**name)));
        let surplus = all.filter(|entry| !of_table.contains(entry));
        lacking.chain(surplus.map(|(module, name)| format!("no release has {name} of {module}"))).collect()
    }
}

/// Words that every directive with this kind of value takes.
fn usual(variant: &Variant) -> Option<String> {
    let args = match variant.value? {
        _ if variant.flag => "on",
        ValueKind::Number => "3",
        ValueKind::TimeMs | ValueKind::TimeS => "5s",
        ValueKind::Size | ValueKind::Offset | ValueKind::ComplexSize => "64k",
        ValueKind::Enum | ValueKind::Bitmask => variant.values.first()?,
        ValueKind::Buffers => "8 8k",
        ValueKind::Access => "user:rw",
        ValueKind::MimeTypes => "text/css",
        ValueKind::Path => "{folder}/path",
        ValueKind::PredicateList => "$http_x",
        ValueKind::Bind => "127.0.0.1",
        _ => return None,
    };
    Some(args.to_owned())
}
