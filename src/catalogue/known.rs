//! What a run knows: the catalogue and the directives that the user has described (`modules` in `.ngxlint.yaml`).
//!
//! A rule about directives asks here, by the name as nginx decodes it, and gets every definition of it. One module is
//! enough for nginx to accept a statement (`ngx_conf_handler` tries them in turn), so a rule complains only of what no
//! definition allows.
//!
//! ```
//! use ngxlint::catalogue::{Arity, Context, Contexts, KnownDirectives, OwnDirective, Version};
//!
//! let mine = OwnDirective { contexts: Contexts::of(&[Context::Location]), args: Arity::exactly(&[1]), block: false };
//! let known = KnownDirectives::from_iter([("my_directive", mine)]);
//!
//! let definitions = known.lookup(b"my_directive");
//! assert!(definitions.is_known() && definitions.iter().any(|it| it.args_in(Version::NEWEST).accepts(1)));
//! assert!(known.lookup(b"proxy_pass").iter().any(|it| it.ever_in(Context::Location)));
//! assert_eq!(known.closest("my_directiv"), Some("my_directive"));
//! ```

use std::collections::BTreeMap;

use super::{Arity, Context, Contexts, Variant, Version, all, lookup};
use crate::guess;

/// A directive that the user has described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnDirective {
    /// Where it may stand.
    pub contexts: Contexts,
    /// How many words may follow its name.
    pub args: Arity,
    /// Whether it ends with `{ }` instead of `;`.
    pub block: bool,
}

/// The catalogue with the user's own directives; the default has none of these.
#[derive(Debug, Clone, Default)]
pub struct KnownDirectives {
    own: BTreeMap<String, OwnDirective>,
}

/// Everything that is known about one name.
#[derive(Debug, Clone, Copy)]
pub struct Definitions<'a> {
    modules: &'static [Variant],
    own: Option<&'a OwnDirective>,
}

/// A directive as one module, or the user, defines it.
#[derive(Debug, Clone, Copy)]
pub enum Definition<'a> {
    /// A module of the catalogue.
    Module(&'static Variant),
    /// The user.
    Own(&'a OwnDirective),
}

impl<N: Into<String>> FromIterator<(N, OwnDirective)> for KnownDirectives {
    fn from_iter<T: IntoIterator<Item = (N, OwnDirective)>>(own: T) -> Self {
        Self { own: own.into_iter().map(|(name, directive)| (name.into(), directive)).collect() }
    }
}

impl KnownDirectives {
    /// The definitions of `name`, byte for byte: those of the catalogue's modules, then the user's. None of a name that
    /// neither knows.
    pub fn lookup(&self, name: &[u8]) -> Definitions<'_> {
        let modules = lookup(name).entry().map_or(&[][..], |directive| directive.variants);
        Definitions { modules, own: self.own(name) }
    }

    /// Whether the user has described `name`.
    pub fn is_own(&self, name: &[u8]) -> bool {
        self.own(name).is_some()
    }

    /// The known name that is closest to an unknown one, if one is close; of equally close ones nginx's own.
    pub fn closest(&self, name: &str) -> Option<&str> {
        guess::closest(name, self.names())
    }

    /// Every name: the catalogue's, then the user's.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        all().map(|(_, directive)| directive.name).chain(self.own.keys().map(String::as_str))
    }

    /// The user's description of `name`.
    pub fn own(&self, name: &[u8]) -> Option<&OwnDirective> {
        self.own.get(std::str::from_utf8(name).ok().filter(|_| !self.own.is_empty())?)
    }
}

impl<'a> Definitions<'a> {
    /// Whether anybody defines the name.
    pub fn is_known(self) -> bool {
        !self.modules.is_empty() || self.own.is_some()
    }

    /// Each definition.
    pub fn iter(self) -> impl Iterator<Item = Definition<'a>> {
        self.modules.iter().map(Definition::Module).chain(self.own.map(Definition::Own))
    }

    /// Each definition that may stand in `context`, in any version.
    pub fn within(self, context: Context) -> impl Iterator<Item = Definition<'a>> {
        self.iter().filter(move |definition| definition.ever_in(context))
    }
}

impl Definition<'_> {
    /// The module's facts; of the user's directives no more is known than the other methods tell.
    pub fn variant(self) -> Option<&'static Variant> {
        match self {
            Self::Module(variant) => Some(variant),
            Self::Own(_) => None,
        }
    }

    /// Whether it may stand in `context` in some version.
    pub fn ever_in(self, context: Context) -> bool {
        match self {
            Self::Module(variant) => variant.ever_in(context),
            Self::Own(own) => own.contexts.contains(context),
        }
    }

    /// Where it may stand in `version`.
    pub fn contexts_in(self, version: Version) -> Contexts {
        match self {
            Self::Module(variant) => variant.contexts_in(version),
            Self::Own(own) => own.contexts,
        }
    }

    /// How many words may follow its name in `version`.
    pub fn args_in(self, version: Version) -> Arity {
        match self {
            Self::Module(variant) => variant.args_in(version),
            Self::Own(own) => own.args,
        }
    }

    /// Whether it ends with `{ }` instead of `;`.
    pub fn block(self) -> bool {
        match self {
            Self::Module(variant) => variant.block,
            Self::Own(own) => own.block,
        }
    }

    /// Whether `version` has it; the user's are in all of them.
    pub fn exists_in(self, version: Version) -> bool {
        self.variant().is_none_or(|variant| variant.exists_in(version))
    }
}
