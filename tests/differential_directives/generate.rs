//! Random configurations of one directive: any that both releases hold, in any block, with any words.

use ngxlint::catalogue::{Context, Origin, ValueKind, Variant, Version, all};

use crate::rng::Rng;

/// Modules that Debian's nginx lacks or that are shared objects of their own.
const NOT_BUILT: [&str; 10] = [
    "_perl_",
    "_geoip_",
    "_image_filter_",
    "_xslt_",
    "_mail_",
    "_degradation_",
    "google_perftools",
    "_browser_",
    "_kqueue_",
    "_devpoll_",
];

/// Event modules of other systems, and what the command line of the laboratory sets already.
const LEFT_OUT: [&str; 22] = [
    "acceptex_read",
    "daemon",
    "debug_points",
    "error_log",
    "eventport_events",
    "include",
    "iocp_threads",
    "load_module",
    "lock_file",
    "master_process",
    "pid",
    "post_acceptex",
    "rtsig_overflow_events",
    "rtsig_overflow_test",
    "rtsig_overflow_threshold",
    "rtsig_signo",
    "ssl_engine",
    "ssl_object_cache_inheritable",
    "use",
    "user",
    "working_directory",
    // Debian's 1.22.1 has it from a later version.
    "max_headers",
];

/// Directives of which nginx says at the end of the `http` block how their values must relate to those of others, or to
/// the number of names: that takes more than one directive.
const RELATED: [&str; 12] = [
    "_buffer_size",
    "_buffers",
    "_buffers_size",
    "_file_write_size",
    "_hash",
    "_hash_bucket_size",
    "_hash_max_size",
    "_pool_size",
    "_temp_file_size",
    "client_header_buffer_size",
    "gzip_buffers",
    "postpone_output",
];

/// Directives that open what they name.
const OPENS: [&str; 10] = [
    "_certificate",
    "_certificate_key",
    "_conf_command",
    "_crl",
    "_dhparam",
    "_ciphers",
    "_curve",
    "_file",
    "_key",
    "_protocols",
];

/// Words that mean something to one directive or another.
const WORDS: [&str; 96] = [
    "on",
    "off",
    "ON",
    "yes",
    "0",
    "1",
    "5",
    "-1",
    "10k",
    "8m",
    "1g",
    "10K",
    "30s",
    "5m",
    "1h30m",
    "500ms",
    "1y",
    "1x",
    "abc",
    "",
    "$host",
    "$uri$args",
    "${uri",
    "$",
    "$nosuch",
    "/a/b",
    "http://127.0.0.1:80",
    "https://127.0.0.1",
    "ws://127.0.0.1",
    "unix:/a",
    "127.0.0.1",
    "127.0.0.1:81",
    "[::1]:81",
    "10.0.0.0/8",
    "10.0.0.0/33",
    "::/0",
    "all",
    "any",
    "none",
    "default",
    "always",
    "max",
    "auto",
    "epoch",
    "text/html",
    "GET",
    "POST",
    "max=10",
    "max=0",
    "inactive=20s",
    "zone=one:1m",
    "zone=one",
    "keys_zone=k:1m",
    "keys_zone=k",
    "levels=1:2",
    "levels=3",
    "rate=5r/s",
    "rate=x",
    "burst=5",
    "burst=0",
    "nodelay",
    "weight=2",
    "backup",
    "max_fails=3",
    "fail_timeout=3s",
    "combined",
    "$remote_addr",
    "=404",
    "=x",
    "404",
    "200",
    "301",
    "~x",
    "^a(b)",
    "^/a/(.*)$",
    "/$1",
    "last",
    "break",
    "redirect",
    "permanent",
    "buffer=32k",
    "buffer=x",
    "flush=1m",
    "gzip",
    "gzip=5",
    "gzip=x",
    "if=$host",
    "a=b",
    "samesite=lax",
    "secure",
    "user:rw",
    "user:rx",
    "shared:a:1m",
    "shared:a",
    "two",
    "consistent",
];

/// Addresses to listen at; `%Q` is a free port.
const LISTENS: [&str; 14] = [
    "127.0.0.1:%Q",
    "unix:%D/s",
    "%Q",
    "[::1]:%Q",
    "127.0.0.1:99999",
    "127.0.0.1:b",
    "127.0.0.1:%Q-1",
    "[::1",
    "[x]:1",
    "/x",
    "127.0.0.1/x",
    "unix:",
    "",
    "0",
];

const LISTEN_WORDS: [&str; 26] = [
    "ssl",
    "http2",
    "quic",
    "default_server",
    "default",
    "bind",
    "reuseport",
    "backlog=5",
    "backlog=0",
    "backlog=x",
    "rcvbuf=8k",
    "rcvbuf=x",
    "sndbuf=x",
    "fastopen=5",
    "fastopen=x",
    "ipv6only=on",
    "ipv6only=x",
    "so_keepalive=on",
    "so_keepalive=1::",
    "so_keepalive=x",
    "so_keepalive=1:2:3:4",
    "proxy_protocol",
    "udp",
    "deferred",
    "spdy",
    "foo",
];

const SERVERS: [&str; 10] = [
    "127.0.0.1:80",
    "127.0.0.1",
    "unix:/x",
    "unix:",
    "[::1]:5",
    "[::1",
    "[::1]",
    "127.0.0.1:0",
    "127.0.0.1/x",
    "",
];

const SERVER_WORDS: [&str; 14] = [
    "weight=2",
    "weight=0",
    "weight=",
    "max_conns=5",
    "max_conns=x",
    "max_fails=0",
    "max_fails=-1",
    "fail_timeout=5s",
    "fail_timeout=x",
    "backup",
    "down",
    "foo",
    "",
    "Backup",
];

const SCHEMES: [&str; 6] = ["", "http://", "https://", "HTTP://", "grpc://", "grpcs://"];

const PASSES: [&str; 17] = [
    "127.0.0.1:9",
    "127.0.0.1:9/x",
    "127.0.0.1",
    "known",
    "known/x",
    "unix:/x",
    "unix:/x:/y",
    "unix:",
    "[::1]:9",
    "[::1]",
    "[::1",
    "127.0.0.1:x",
    "",
    "127.0.0.1:99999/",
    "$host",
    "$host/x",
    "127.0.0.1?x",
];

/// The blocks around the directive. `%T` stands for what the other directives of the block need.
const PLACES: [(Context, &str); 12] = [
    (Context::Main, "%L\n%S\nevents {}\nhttp { %T server { listen %P; } }\n"),
    (Context::Events, "%L\nevents {\n%S\n}\nhttp { %T server { listen %P; } }\n"),
    (Context::Http, "%L\nevents {}\nhttp { %T\n%S\nserver { listen %P; } }\n"),
    (Context::Server, "%L\nevents {}\nhttp { %T server { listen %P;\n%S\n} }\n"),
    (Context::Location, "%L\nevents {}\nhttp { %T server { listen %P; location / {\n%S\n} } }\n"),
    (
        Context::IfInLocation,
        "%L\nevents {}\nhttp { %T server { listen %P; location / { if ($uri) {\n%S\n} } } }\n",
    ),
    (Context::IfInServer, "%L\nevents {}\nhttp { %T server { listen %P; if ($uri) {\n%S\n} } }\n"),
    (
        Context::LimitExcept,
        "%L\nevents {}\nhttp { %T server { listen %P; location / { limit_except GET {\n%S\n} } } }\n",
    ),
    (
        Context::Upstream,
        "%L\nevents {}\nhttp { %T upstream u { server 127.0.0.1:9;\n%S\n} server { listen %P; } }\n",
    ),
    (Context::Stream, "%L\nevents {}\nstream {\n%S\nserver { listen %P; return x; } }\n"),
    (
        Context::StreamServer,
        "%L\nevents {}\nstream { upstream known { server 127.0.0.1:9; } server { listen %P;\n%S\n} }\n",
    ),
    (
        Context::StreamUpstream,
        "%L\nevents {}\nstream { upstream u { server 127.0.0.1:9;\n%S\n} server { listen %P; return x; } }\n",
    ),
];

/// A configuration of one directive.
#[derive(Debug)]
pub(crate) struct Case {
    /// The whole text, with `%L` for the modules, `%D` for the folder, `%P` and `%Q` for free ports.
    pub(crate) text: String,
    /// The directive alone.
    pub(crate) statement: String,
    pub(crate) context: Context,
}

/// What may be chosen: definitions of nginx itself that a release from 1.18 on has. Names that others' modules define as
/// well are known in more places than these releases know.
pub(crate) fn choices() -> Vec<(&'static str, &'static Variant)> {
    let supported = Version::new(1, 18, 0);
    let own = all().filter(|(_, entry)| entry.variants.iter().all(|it| it.origin == Origin::Nginx));
    let of = own.flat_map(|(_, entry)| entry.variants.iter().map(|variant| (entry.name, variant)));
    of.filter(|(name, variant)| {
        variant.origin == Origin::Nginx
            && variant.removed.is_none_or(|removed| removed > supported)
            && !NOT_BUILT.iter().any(|part| variant.module.contains(part))
            && !LEFT_OUT.contains(name)
            && !RELATED.iter().chain(&OPENS).any(|ending| name.ends_with(ending))
    })
    .collect()
}

/// The next configuration.
pub(crate) fn case(rng: &mut Rng, choices: &[(&'static str, &'static Variant)]) -> Case {
    let (name, variant) = choices[rng.below(choices.len())];
    let usual: Vec<_> =
        PLACES.iter().copied().filter(|(context, _)| variant.contexts.contains(*context)).collect();
    let places = if usual.is_empty() || rng.chance(12) { &PLACES[..] } else { &usual };
    let (context, frame) = places[rng.below(places.len())];
    let words = words(rng, name, variant);
    let block = variant.block != rng.chance(3);
    let statement = std::iter::once(name.to_owned()).chain(words.iter().map(|word| quoted(word)));
    let statement = statement.collect::<Vec<_>>().join(" ") + if block { " { }" } else { ";" };
    let temporary =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|it| format!("{it}_temp_path %D/{it};"));
    let rest = format!("{} access_log off; upstream known {{ server 127.0.0.1:9; }}", temporary.join(" "));
    Case { text: frame.replace("%T", &rest).replace("%S", &statement), statement, context }
}

fn words(rng: &mut Rng, name: &str, variant: &Variant) -> Vec<String> {
    let some = |rng: &mut Rng, first: &[&str], others: &[&str]| {
        let count = rng.weighted(&[(1, 0), (2, 1), (1, 2)]);
        let mut words = vec![rng.pick(first).to_owned()];
        words.extend((0..count).map(|_| rng.pick(others).to_owned()));
        words
    };
    match name {
        "listen" => return some(rng, &LISTENS, &LISTEN_WORDS),
        "server" if !variant.block => return some(rng, &SERVERS, &SERVER_WORDS),
        _ if name.ends_with("_pass") && rng.chance(70) => {
            return vec![format!("{}{}", rng.pick(&SCHEMES), rng.pick(&PASSES))];
        }
        _ => {}
    }
    (0..count(rng, variant)).map(|_| word(rng, variant)).collect()
}

fn count(rng: &mut Rng, variant: &Variant) -> usize {
    if rng.chance(12) {
        return rng.below(5);
    }
    let taken: Vec<usize> = (0..8).filter(|&count| variant.args.accepts(count)).take(4).collect();
    taken[rng.below(taken.len())]
}

fn word(rng: &mut Rng, variant: &Variant) -> String {
    let known = !variant.values.is_empty() && rng.chance(60);
    let switch = variant.flag || variant.value == Some(ValueKind::Flag);
    let usual: &[&str] = match variant.value {
        Some(ValueKind::Number) => &["0", "1", "5", "100"],
        Some(ValueKind::TimeMs | ValueKind::TimeS) => &["5", "30s", "1h 30m", "1d"],
        Some(ValueKind::Size | ValueKind::Offset | ValueKind::ComplexSize) => &["4096", "8k", "1m", "64K"],
        Some(ValueKind::Complex | ValueKind::PredicateList) => &["$host", "a$uri", "abc"],
        _ => &[],
    };
    let word = match known {
        true => rng.pick(variant.values),
        false if !usual.is_empty() && rng.chance(50) => rng.pick(usual),
        false if switch && rng.chance(70) => rng.pick(&["on", "off", "On", "yes", "1", ""]),
        false => rng.pick(&WORDS),
    };
    word.to_owned()
}

fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && !word.contains([' ', ';', '{', '}', '"', '#', '$']);
    if plain || word.starts_with('$') && !word.contains('{') {
        word.to_owned()
    } else {
        format!("\"{word}\"")
    }
}
