//! The kinds of block in which directives stand.

use std::fmt;

macro_rules! contexts {
    ($($name:ident $text:literal $doc:literal,)*) => {
        /// A kind of block, or the top of the main file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Context { $(#[doc = $doc] $name,)* }

        impl Context {
            /// Every context, outermost first within each family.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name people know: `if in location`, `stream server`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

contexts! {
    Main "main" "The top of the main file.",
    Events "events" "`events { }`.",
    Http "http" "`http { }`.",
    Server "server" "`server { }` in http.",
    Location "location" "`location { }`.",
    IfInServer "if in server" "`if { }` directly in a server.",
    IfInLocation "if in location" "`if { }` in a location.",
    LimitExcept "limit_except" "`limit_except { }`.",
    Upstream "upstream" "`upstream { }` in http.",
    Stream "stream" "`stream { }`.",
    StreamServer "stream server" "`server { }` in stream.",
    StreamUpstream "stream upstream" "`upstream { }` in stream.",
    Mail "mail" "`mail { }`.",
    MailServer "mail server" "`server { }` in mail.",
    Mgmt "mgmt" "`mgmt { }` of NGINX Plus.",
    OidcProvider "oidc_provider" "`oidc_provider { }` of NGINX Plus.",
    Match "match" "`match { }` of NGINX Plus's health checks.",
    OtelExporter "otel_exporter" "`otel_exporter { }` of the OpenTelemetry module.",
    Rtmp "rtmp" "`rtmp { }` of nginx-rtmp-module.",
    RtmpServer "rtmp server" "`server { }` in rtmp.",
    RtmpApplication "rtmp application" "`application { }` in an rtmp server.",
    RtmpRecorder "rtmp recorder" "`recorder { }` in an rtmp application.",
}

impl Context {
    /// The context called `name`, as [`Context::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|context| context.name() == name)
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of [`Context`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Contexts(u32);

impl Contexts {
    /// No context.
    pub const NONE: Self = Self(0);
    /// Every context, as `include` has it.
    pub const ANY: Self = Self::of(Context::ALL);

    /// The set of `contexts`.
    pub const fn of(mut contexts: &[Context]) -> Self {
        let mut bits = 0;
        while let Some((first, rest)) = contexts.split_first() {
            bits |= 1 << *first as u32;
            contexts = rest;
        }
        Self(bits)
    }

    /// Whether `context` is in the set.
    pub const fn contains(self, context: Context) -> bool {
        self.0 & (1 << context as u32) != 0
    }

    /// Whether the set holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in `self` or in `other`.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both `self` and `other`.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// How many contexts are in the set.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The contexts of the set in the order of [`Context::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Context> {
        Context::ALL.iter().copied().filter(move |context| self.contains(*context))
    }
}

impl fmt::Debug for Contexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Context::name)).finish()
    }
}
