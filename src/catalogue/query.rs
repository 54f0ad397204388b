//! Questions about a directive: in a context, in a version.

use super::{Arity, Before, Context, Contexts, Directive, Origin, Repeat, ValueKind, Variant, Version};

/// Who publishes the module called `name` (`ngx_http_geoip_module`), if the catalogue holds one of its directives.
pub fn origin_of(module: &[u8]) -> Option<Origin> {
    let variants = super::tables::DIRECTIVES.iter().flat_map(|directive| directive.variants);
    let of_family = |name: &str| FAMILY_MODULES.contains(&name).then_some(Origin::Nginx);
    { variants }
        .find(|variant| variant.module.as_bytes() == module)
        .map(|variant| variant.origin)
        .or_else(|| std::str::from_utf8(module).ok().and_then(of_family))
}

/// The project that has a directive of which only the name is known (`foreign.yaml`).
pub fn foreign_module(name: &[u8]) -> Option<&'static str> {
    let fits = |known: &str| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start.as_bytes()),
        None => name == known.as_bytes(),
    };
    let module = super::tables::FOREIGN.iter().find(|(_, names)| names.iter().any(|known| fits(known)));
    module.map(|(module, _)| *module)
}

/// Dynamic modules that hold several.
const FAMILY_MODULES: [&str; 2] = ["ngx_mail_module", "ngx_stream_module"];

impl Directive {
    /// The definitions that may stand in `context`, in any version.
    pub fn variants_in(&self, context: Context) -> impl Iterator<Item = &'static Variant> {
        self.variants.iter().filter(move |variant| variant.ever_in(context))
    }

    /// The context inside its braces where it stands in `parent`.
    pub fn opens(&self, parent: Context) -> Option<Context> {
        match self.variants_in(parent).find_map(|variant| variant.opens) {
            Some(Context::IfInLocation) if parent == Context::Server => Some(Context::IfInServer),
            opened => opened,
        }
    }
}

impl Variant {
    /// Whether the module is not part of nginx itself.
    pub fn third_party(&self) -> bool {
        self.origin != Origin::Nginx
    }

    /// Whether it may stand in `context` in some version.
    pub fn ever_in(&self, context: Context) -> bool {
        self.contexts.contains(context)
            || self.before.iter().filter_map(|before| before.contexts).any(|set| set.contains(context))
    }

    /// Whether `version` has it; yes where nothing is known about versions.
    pub fn exists_in(&self, version: Version) -> bool {
        self.has_arrived(version) && self.removed.is_none_or(|removed| version < removed)
    }

    fn has_arrived(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version)
            || self.backported.iter().any(|port| port.same_branch(version) && *port <= version)
    }

    /// Where it may stand in `version`.
    pub fn contexts_in(&self, version: Version) -> Contexts {
        self.earlier(version, |before| before.contexts).unwrap_or(self.contexts)
    }

    /// How many words may follow its name in `version`.
    pub fn args_in(&self, version: Version) -> Arity {
        self.earlier(version, |before| before.args).unwrap_or(self.args)
    }

    /// What holds without it in `version`, where that is known.
    pub fn default_in(&self, version: Version) -> Option<&'static str> {
        self.earlier(version, |before| before.default).or(self.default)
    }

    /// How its words are read in `version`, where that is known.
    pub fn value_in(&self, version: Version) -> Option<ValueKind> {
        self.earlier(version, |before| before.value).or(self.value)
    }

    /// What a second one in the same block does in `version`, where that is known.
    pub fn repeat_in(&self, version: Version) -> Option<Repeat> {
        self.earlier(version, |before| before.repeat).or(self.repeat)
    }

    /// The words it takes in `version`.
    pub fn values_in(&self, version: Version) -> &'static [&'static str] {
        self.earlier(version, |before| before.values).unwrap_or(self.values)
    }

    /// The first of the older states that `version` is below, and that says something about the fact.
    fn earlier<T>(&self, version: Version, fact: impl Fn(&Before) -> Option<T>) -> Option<T> {
        self.before.iter().filter(|before| version < before.at).find_map(fact)
    }
}
