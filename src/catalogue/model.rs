//! What the catalogue says about one directive name.

use super::{Arity, Context, Contexts, DirectiveId, Version};

/// One directive name with all modules that define it.
#[derive(Debug)]
pub struct Directive {
    /// The name, case-sensitive.
    pub name: &'static str,
    /// What its braces hold, where it has any.
    pub body: Body,
    /// Everywhere it may stand, over all variants and in any version.
    pub contexts: Contexts,
    /// Whether inner blocks have what an outer one says, in some module; also where that is not known.
    pub inherited: bool,
    /// The directive with which it fills one value in some module (`allow` and `deny`): [`Variant::shares`].
    pub partner: Option<DirectiveId>,
    /// The directive that says how its list is inherited: `on` as every list, `off` not at all, `merge` together with
    /// the entries of the block itself.
    pub inherited_by: Option<DirectiveId>,
    /// One entry for each module that defines the name; at least one.
    pub variants: &'static [Variant],
}

/// A directive as one module defines it (`ngx_command_t`).
#[derive(Debug)]
pub struct Variant {
    /// The module, `ngx_http_proxy_module`.
    pub module: &'static str,
    /// The configuration it belongs to.
    pub family: Family,
    /// Whose module it is.
    pub origin: Origin,
    /// Where it may stand in the newest version.
    pub contexts: Contexts,
    /// How many words may follow the name in the newest version.
    pub args: Arity,
    /// Whether it ends with `{ }` instead of `;`.
    pub block: bool,
    /// The context inside its braces, if directives stand there.
    pub opens: Option<Context>,
    /// How its words are read, where that is known.
    pub value: Option<ValueKind>,
    /// Whether its one word must be `on` or `off`, in any case (`ngx_conf_set_flag_slot`); below a version of
    /// [`Variant::before`] also where [`Variant::value_in`] says so.
    pub flag: bool,
    /// The words it takes, for [`ValueKind::Enum`] and [`ValueKind::Bitmask`].
    pub values: &'static [&'static str],
    /// What holds without it, as one would write it; `4k|8k` is one memory page.
    pub default: Option<&'static str>,
    /// What an inner block gets from an outer one, where that is known.
    pub inherit: Option<Inherit>,
    /// What a second one in the same block does, where that is known.
    pub repeat: Option<Repeat>,
    /// The directive whose value it shares: one of either on a level, and the level inherits neither (`allow`, `deny`).
    pub shares: Option<&'static str>,
    /// Set for directives that answer the request themselves (`clcf->handler`).
    pub handler: Option<Handler>,
    /// The first version that has it; of modules outside nginx nothing is known.
    pub since: Option<Version>,
    /// The first version that no longer has it.
    pub removed: Option<Version>,
    /// Stable versions below [`Variant::since`] that got it, too.
    pub backported: &'static [Version],
    /// Set where nginx warns about it; holds what to write instead, or nothing if it should just go.
    pub deprecated: Option<&'static str>,
    /// How it used to be, oldest first.
    pub before: &'static [Before],
}

/// What was different below one version; what is empty was not.
#[derive(Debug)]
pub struct Before {
    /// The first version in which this no longer holds.
    pub at: Version,
    /// Where the directive might stand.
    pub contexts: Option<Contexts>,
    /// How many words might follow the name.
    pub args: Option<Arity>,
    /// The default.
    pub default: Option<&'static str>,
    /// How its words were read.
    pub value: Option<ValueKind>,
    /// The words it took.
    pub values: Option<&'static [&'static str]>,
    /// What a second one in the same block did.
    pub repeat: Option<Repeat>,
}

/// The configuration a directive belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// The process: main context and `include`.
    Core,
    /// `events { }`.
    Event,
    /// `http { }` and everything in it.
    Http,
    /// `stream { }` and everything in it.
    Stream,
    /// `mail { }` and everything in it.
    Mail,
    /// `mgmt { }` of NGINX Plus.
    Mgmt,
    /// `rtmp { }` and everything in it.
    Rtmp,
}

/// Who publishes the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// nginx itself.
    Nginx,
    /// NGINX Plus.
    Plus,
    /// Angie.
    Angie,
    /// `OpenResty`'s lua-nginx-module and stream-lua-nginx-module.
    Lua,
    /// njs.
    Njs,
    /// nginx-rtmp-module.
    Rtmp,
    /// nginx-module-vts.
    Vts,
    /// echo-nginx-module.
    Echo,
    /// nginx-otel.
    Otel,
    /// `ngx_brotli`.
    Brotli,
    /// ModSecurity-nginx.
    Modsecurity,
    /// `ngx_http_geoip2_module`.
    Geoip2,
    /// headers-more-nginx-module.
    HeadersMore,
}

/// What stands between a directive's braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// Directives; also of directives without braces.
    Directives,
    /// Words that the directive reads itself (`map`, `types`).
    Data,
    /// Another language (`content_by_lua_block`).
    Raw,
}

/// How a directive's words are read, named after nginx's setters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// `on` or `off` (`ngx_conf_set_flag_slot`).
    Flag,
    /// An unsigned number (`ngx_conf_set_num_slot`).
    Number,
    /// A time; a bare number is seconds, `ms` is known (`ngx_conf_set_msec_slot`).
    TimeMs,
    /// A time in whole seconds (`ngx_conf_set_sec_slot`).
    TimeS,
    /// A size with `k` or `m` (`ngx_conf_set_size_slot`).
    Size,
    /// A size with `k`, `m` or `g` (`ngx_conf_set_off_slot`).
    Offset,
    /// Text (`ngx_conf_set_str_slot`).
    String,
    /// Text with variables (`ngx_http_set_complex_value_slot`).
    Complex,
    /// A size that may hold variables (`ngx_http_set_complex_value_size_slot`).
    ComplexSize,
    /// One text a directive, collected (`ngx_conf_set_str_array_slot`).
    StringList,
    /// A name and a value a directive, collected (`ngx_conf_set_keyval_slot`).
    KeyValueList,
    /// A parameter and its value (`ngx_http_upstream_param_set_slot`).
    ParamList,
    /// Texts of which one must be neither empty nor `0` (`ngx_http_set_predicate_slot`).
    PredicateList,
    /// MIME types, or `*` (`ngx_http_types_slot`).
    MimeTypes,
    /// Any of the known words (`ngx_conf_set_bitmask_slot`).
    Bitmask,
    /// One of the known words (`ngx_conf_set_enum_slot`).
    Enum,
    /// A number and a size (`ngx_conf_set_bufs_slot`).
    Buffers,
    /// An address to bind to (`ngx_http_upstream_bind_set_slot`).
    Bind,
    /// A folder and levels below it (`ngx_conf_set_path_slot`).
    Path,
    /// Access rights `user:rw` (`ngx_conf_set_access_slot`).
    Access,
    /// A grammar of its own.
    Custom,
}

/// What a block has of a directive that only an outer block sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inherit {
    /// Nothing: it counts where it stands. A content handler is still in force in an `if` or `limit_except` inside its
    /// location, which have no location of their own (`clcf->noname`).
    None,
    /// The nearest outer block's value.
    Value,
    /// The nearest outer block's entries, all or none: one entry of its own and the block has none of them.
    List,
}

/// What a second directive of a name does in one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// It adds to the first.
    Adds,
    /// nginx refuses it (`is duplicate`).
    Refused,
    /// It is accepted and replaces the first, or changes nothing.
    Last,
}

/// Who answers the request: what sets `clcf->handler`, so that nothing else of the content phase runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handler {
    /// `proxy_pass`.
    Proxy,
    /// `grpc_pass`.
    Grpc,
    /// `fastcgi_pass`.
    Fastcgi,
    /// `uwsgi_pass`.
    Uwsgi,
    /// `scgi_pass`.
    Scgi,
    /// `memcached_pass`.
    Memcached,
    /// `tunnel_pass`: an HTTP CONNECT tunnel.
    Tunnel,
    /// A program in the configuration: Lua, njs, Perl, echo.
    Script,
    /// Something that nginx makes up itself: status pages, `empty_gif`, `flv`, `mp4`.
    Internal,
}

impl Handler {
    /// Whether the request goes to another server.
    pub fn is_pass(self) -> bool {
        !matches!(self, Self::Script | Self::Internal)
    }
}
