//! What nginx knows: its directives in every version, the variables it defines, and the versions themselves.
//!
//! The facts stand in `directives/*.yaml` and `variables.yaml` (keys: `directives.md`). The build script turns them
//! into statics, so that nothing is read or built at start. [`KnownDirectives`] adds what the user has described. This
//! module judges nothing: it does not know which version a run is about, nor what a configuration holds.

mod arity;
mod context;
mod hash;
mod known;
mod model;
mod query;
mod tables;
mod variables;
mod version;

pub use arity::Arity;
pub use context::{Context, Contexts};
pub use known::{Definition, Definitions, KnownDirectives, OwnDirective};
pub use model::{Before, Body, Directive, Family, Handler, Inherit, Origin, Repeat, ValueKind, Variant};
pub use query::{foreign_module, origin_of};
pub use tables::directive;
pub use variables::{Variable, variable, variable_names};
pub use version::{Version, VersionError, VersionRange};

use tables::{DIRECTIVES, DISPLACEMENTS, SEED, SLOTS};

/// A directive's number in the catalogue; [`DirectiveId::UNKNOWN`] for a name that is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectiveId(pub u16);

/// The directive called `name`, byte for byte; names are case-sensitive in nginx (`ngx_conf_handler`).
#[inline]
pub fn lookup(name: &[u8]) -> DirectiveId {
    let hash = hash::hash(name, SEED);
    let displacement = DISPLACEMENTS.get(hash::bucket(hash)).copied().unwrap_or_default();
    let id = DirectiveId(SLOTS.get(hash::slot(hash, displacement)).copied().unwrap_or(u16::MAX));
    if id.name().as_bytes() == name { id } else { DirectiveId::UNKNOWN }
}

/// Every directive with its number, by name.
pub fn all() -> impl Iterator<Item = (DirectiveId, &'static Directive)> {
    (0u16..).map(DirectiveId).zip(DIRECTIVES)
}

impl DirectiveId {
    /// A name that the catalogue does not hold.
    pub const UNKNOWN: Self = Self(u16::MAX);

    /// What is known about the directive; `None` for [`DirectiveId::UNKNOWN`].
    #[inline]
    pub fn entry(self) -> Option<&'static Directive> {
        DIRECTIVES.get(usize::from(self.0))
    }

    /// The name; empty for [`DirectiveId::UNKNOWN`].
    #[inline]
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |directive| directive.name)
    }

    /// Whether the braces hold another language, so that nginx's grammar stops at the `{` (Lua blocks).
    #[inline]
    pub fn is_raw_body(self) -> bool {
        self.entry().is_some_and(|directive| directive.body == Body::Raw)
    }

    /// Whether the braces hold words that the directive reads itself: `map`, `geo`, `types`, `split_clients` and
    /// their like. An `include` still works there.
    #[inline]
    pub fn is_data_block(self) -> bool {
        self.entry().is_some_and(|directive| directive.body == Body::Data)
    }

    /// Whether some module and version takes the directive with so many arguments, as a block or not.
    pub fn takes(self, arguments: usize, block: bool) -> bool {
        let variants = self.entry().map(|directive| directive.variants).unwrap_or_default();
        variants.iter().any(|variant| variant.block == block && variant.args.accepts(arguments))
    }

    /// Everywhere the directive may stand, in any module and version; empty for [`DirectiveId::UNKNOWN`].
    pub fn contexts(self) -> Contexts {
        self.entry().map_or(Contexts::NONE, |directive| directive.contexts)
    }

    /// The context inside the braces of this directive where it stands in `parent`.
    pub fn opens(self, parent: Context) -> Option<Context> {
        self.entry().and_then(|directive| directive.opens(parent))
    }

    /// Whether inner blocks have what an outer one says; also where that is not known.
    pub fn is_inherited(self) -> bool {
        self.entry().is_none_or(|directive| directive.inherited)
    }

    /// The directive with which this one fills one value: a level that has either inherits neither.
    pub fn partner(self) -> Option<Self> {
        self.entry()?.partner
    }

    /// The directive that says how the list of this one is inherited.
    pub fn inherited_by(self) -> Option<Self> {
        self.entry()?.inherited_by
    }

    /// Who answers the request where this directive stands in an HTTP block.
    pub fn handler(self) -> Option<Handler> {
        self.entry()?.variants.iter().find_map(|variant| variant.handler)
    }
}

impl Default for DirectiveId {
    fn default() -> Self {
        Self::UNKNOWN
    }
}
