//! A definition that is tried on a release.

use ngxlint::catalogue::{self, Context, Contexts, Origin, Variant};

use crate::bench::Release;
use crate::samples::{Sample, Samples};

/// One definition of nginx's own modules, on one release that has it.
pub(crate) struct Subject<'a> {
    pub(crate) name: &'static str,
    pub(crate) variant: &'static Variant,
    pub(crate) release: &'a Release,
    pub(crate) sample: Sample,
}

/// Every definition of nginx's own modules.
pub(crate) fn own_variants() -> impl Iterator<Item = (&'static str, &'static Variant)> {
    let all = catalogue::all().flat_map(|(_, entry)| entry.variants.iter().map(|it| (entry.name, it)));
    all.filter(|(_, variant)| variant.origin == Origin::Nginx)
}

/// What a release has, where words for it are known.
pub(crate) fn subjects<'a>(
    release: &'a Release,
    samples: &'a Samples,
) -> impl Iterator<Item = Subject<'a>> + 'a {
    let present = own_variants().filter(|(_, variant)| {
        variant.exists_in(release.version) && !samples.absent.contains(variant.module)
    });
    present.filter_map(|(name, variant)| {
        let sample = samples.of(name, variant)?;
        Some(Subject { name, variant, release, sample })
    })
}

impl Subject<'_> {
    /// Where it may stand in the release.
    pub(crate) fn contexts(&self) -> Vec<Context> {
        let known = self.variant.contexts_in(self.release.version);
        if known == Contexts::ANY { vec![Context::Main] } else { known.iter().collect() }
    }

    /// The outermost place of the directive.
    pub(crate) fn context(&self) -> Context {
        self.contexts().first().copied().unwrap_or_else(|| panic!("{} may stand nowhere", self.name))
    }

    /// The statement with other words.
    pub(crate) fn with(&self, args: &str) -> String {
        self.with_body(args, &self.sample.body)
    }

    /// The statement with other words and, if it is a block, another body.
    pub(crate) fn with_body(&self, args: &str, body: &str) -> String {
        let name = self.name;
        if self.variant.block { format!("{name} {args} {{ {body} }}\n") } else { format!("{name} {args};\n") }
    }

    /// The statement.
    pub(crate) fn statement(&self) -> String {
        self.with(&self.sample.args)
    }

    /// Whether what holds here need not hold in the newest release.
    pub(crate) fn differs_from(&self, newest: &Release) -> bool {
        let version = self.release.version;
        let changed = self.variant.before.iter().any(|before| before.at > version);
        version == newest.version || changed || !self.variant.exists_in(newest.version)
    }

    /// For messages.
    pub(crate) fn about(&self, what: &str) -> String {
        format!("{} of {}, {what}", self.name, self.variant.module)
    }
}
