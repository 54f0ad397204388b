//! The catalogue's facts: in a version, about inheritance, against the collected data.

#![expect(clippy::panic, clippy::expect_used, reason = "a test fails by panicking, and so do its helpers")]

use ngxlint::catalogue::{
    self, Arity, Context, Directive, Family, Inherit, Origin, Repeat, ValueKind, Variant, Version, lookup,
    variable,
};

fn entry(name: &str) -> &'static Directive {
    lookup(name.as_bytes()).entry().unwrap_or_else(|| panic!("{name}"))
}

/// The definition of `name` in nginx's own http modules.
fn http(name: &str) -> &'static Variant {
    let mut variants = entry(name).variants.iter();
    let found = variants.find(|found| found.family == Family::Http && found.origin == Origin::Nginx);
    found.unwrap_or_else(|| panic!("{name}"))
}

fn inherit(name: &str) -> Option<Inherit> {
    http(name).inherit
}

fn repeat(name: &str) -> Option<Repeat> {
    http(name).repeat
}

#[test]
fn arities() {
    let counts = |name: &str| (0..40).filter(|&count| http(name).args.accepts(count)).collect::<Vec<_>>();
    assert_eq!(counts("proxy_pass"), [1]);
    assert_eq!(counts("location"), [1, 2]);
    assert_eq!(counts("internal"), [0]);
    assert_eq!(counts("add_header"), [2, 3]);
    assert_eq!(counts("error_page"), (2..40).collect::<Vec<_>>());
    assert!(http("error_page").args.accepts(1000) && !http("proxy_pass").args.accepts(1000));
    let printed =
        ["proxy_pass", "location", "error_page", "proxy_temp_path", "internal"].map(|name| http(name).args);
    assert_eq!(printed.map(|args| args.to_string()), ["1", "1 or 2", "at least 2", "1 to 4", "0"]);
    assert_eq!(Arity::exactly(&[1, 3]).to_string(), "1 or 3");
}

#[test]
fn facts_of_a_version() {
    let version = http("proxy_http_version");
    assert_eq!(version.default_in(Version::new(1, 29, 6)), Some("1.0"));
    assert_eq!(version.default_in(Version::new(1, 29, 7)), Some("1.1"));
    let pass = http("proxy_pass");
    assert!(!pass.contexts_in(Version::new(0, 3, 35)).contains(Context::IfInLocation));
    assert!(pass.contexts_in(Version::new(0, 3, 36)).contains(Context::IfInLocation));
    assert!(pass.contexts_in(Version::NEWEST).contains(Context::LimitExcept));
    let header = http("add_header");
    assert!(
        !header.args_in(Version::new(1, 7, 4)).accepts(3) && header.args_in(Version::new(1, 7, 5)).accepts(3)
    );
    let protocols = http("ssl_protocols");
    assert!(!protocols.values_in(Version::new(0, 8, 0)).contains(&"TLSv1.3"));
    assert!(protocols.values_in(Version::NEWEST).contains(&"TLSv1.3"));
}

#[test]
fn existence_in_a_version() {
    let exists = |name: &str, major, minor, patch| http(name).exists_in(Version::new(major, minor, patch));
    assert!(exists("ssl", 1, 25, 0) && !exists("ssl", 1, 25, 1));
    assert!(exists("http2", 1, 25, 1) && !exists("http2", 1, 24, 0));
    assert!(exists("proxy_pass", 0, 1, 0) && exists("proxy_pass", 9, 9, 9));
    assert!(entry("echo").variants.iter().all(|variant| variant.third_party() && variant.since.is_none()));
    for (_, entry) in catalogue::all() {
        for variant in entry.variants {
            assert!(variant.since < variant.removed || variant.removed.is_none(), "{}", entry.name);
            for port in variant.backported {
                assert!(Some(*port) < variant.since && variant.exists_in(*port), "{} {port}", entry.name);
            }
        }
    }
}

#[test]
fn how_inner_blocks_inherit() {
    for name in "proxy_set_header grpc_set_header fastcgi_param uwsgi_param scgi_param add_header add_trailer \
                 proxy_hide_header fastcgi_hide_header proxy_pass_header uwsgi_pass_header error_page allow deny \
                 access_log error_log limit_req limit_conn proxy_cookie_path proxy_redirect auth_request_set sub_filter \
                 index mirror proxy_cache_valid proxy_cache_bypass proxy_no_cache set_real_ip_from types \
                 ssl_certificate ssl_certificate_key"
        .split_whitespace()
    {
        assert_eq!(inherit(name), Some(Inherit::List), "{name}");
    }
    for name in "proxy_http_version proxy_read_timeout proxy_method proxy_pass_request_headers proxy_cache root alias \
                 satisfy auth_request auth_basic resolver client_max_body_size gzip internal proxy_buffering \
                 add_header_inherit keepalive_timeout proxy_next_upstream"
        .split_whitespace()
    {
        assert_eq!(inherit(name), Some(Inherit::Value), "{name}");
    }
    for name in "proxy_pass grpc_pass fastcgi_pass uwsgi_pass scgi_pass memcached_pass try_files return rewrite set if \
                 location limit_except server_name listen stub_status map"
        .split_whitespace()
    {
        assert_eq!(inherit(name), Some(Inherit::None), "{name}");
    }
    assert_eq!(http("allow").shares, Some("deny"));
    assert_eq!(http("root").shares, Some("alias"));
}

/// Tried with `nginx -t` of 1.22.1.
#[test]
fn what_may_stand_twice() {
    for name in "proxy_set_header add_header error_page allow deny access_log rewrite return set server_name listen \
                 location map upstream proxy_redirect index ssl_protocols proxy_next_upstream gzip_types limit_req"
        .split_whitespace()
    {
        assert_eq!(repeat(name), Some(Repeat::Adds), "{name}");
    }
    for name in
        "proxy_pass root alias try_files internal proxy_http_version proxy_read_timeout auth_basic resolver \
                 limit_except satisfy client_max_body_size keepalive_timeout expires proxy_cache auth_request"
            .split_whitespace()
    {
        assert_eq!(repeat(name), Some(Repeat::Refused), "{name}");
    }
    assert_eq!(repeat("stub_status"), Some(Repeat::Last));
    assert_eq!(repeat("least_conn"), Some(Repeat::Last));
}

#[test]
fn inheritance_is_known_for_every_http_directive_of_nginx() {
    for (_, entry) in catalogue::all() {
        for variant in entry.variants.iter().filter(|variant| variant.family == Family::Http) {
            let current = variant.origin == Origin::Nginx && variant.removed.is_none();
            assert!(!current || variant.inherit.is_some(), "{}", entry.name);
        }
    }
}

#[test]
fn values() {
    assert_eq!(http("proxy_buffering").value, Some(ValueKind::Flag));
    assert!(http("proxy_buffering").flag && http("ssl").flag && !http("proxy_pass").flag);
    assert_eq!(http("proxy_http_version").value, Some(ValueKind::Enum));
    assert_eq!(http("proxy_http_version").values, ["1.0", "1.1", "2"]);
    assert_eq!(http("proxy_read_timeout").default, Some("60s"));
    assert_eq!(http("http2_idle_timeout").deprecated, Some("keepalive_timeout"));
}

#[test]
fn variables() {
    let name = |family, text| variable(family, text).map(|found| found.name);
    assert_eq!(name(Family::Http, "http_upgrade"), Some("http_"));
    assert_eq!(name(Family::Http, "HTTP_HOST"), Some("http_host"));
    assert_eq!(name(Family::Http, "arg_x"), Some("arg_"));
    assert_eq!(name(Family::Http, "sent_http_x"), Some("sent_http_"));
    assert_eq!(name(Family::Http, "upstream_http_x"), Some("upstream_http_"));
    assert_eq!(name(Family::Http, "http_"), None);
    assert_eq!(name(Family::Http, "connection_upgrade"), None);
    assert_eq!(name(Family::Stream, "http_upgrade"), None);
    assert_eq!(name(Family::Stream, "ssl_preread_server_name"), Some("ssl_preread_server_name"));
    assert!(variable(Family::Http, "http_x").is_some_and(|found| found.prefix));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its data itself")]
fn nothing_of_the_collected_facts_is_lost() {
    let Ok(text) = std::fs::read_to_string("../shared/data/directives.json") else {
        eprintln!("skipped: ../shared/data/directives.json is not there");
        return;
    };
    let facts: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let directives = facts["directives"].as_array().expect("directives");
    assert_eq!(directives.len(), 1500);
    for fact in directives {
        agrees(fact);
    }
    for name in facts["raw_body_blocks"].as_array().expect("raw_body_blocks") {
        assert!(lookup(name.as_str().expect("name").as_bytes()).is_raw_body(), "{name}");
    }
    for fact in facts["variables"].as_array().expect("variables") {
        let family = if fact["family"] == "http" { Family::Http } else { Family::Stream };
        let name = fact["name"].as_str().expect("name");
        let asked = if name.ends_with('_') { format!("{name}x") } else { name.into() };
        assert_eq!(variable(family, &asked).map(|found| found.name), Some(name));
    }
}

/// Some variant of the name says what `fact` says.
fn agrees(fact: &serde_json::Value) {
    let name = fact["name"].as_str().expect("name");
    let found = entry(name).variants.iter().any(|variant| {
        let module =
            fact["module"].as_str().is_none_or(|module| module == variant.module || module == "gHttpModule");
        let contexts =
            fact["contexts"].as_array().into_iter().flatten().filter_map(|context| context.as_str());
        let since = fact["since"].as_str().map(|text| text.parse().expect("version"));
        module
            && contexts.filter_map(Context::from_name).all(|context| variant.contexts.contains(context))
            && same_counts(variant.args, &fact["args"])
            && variant.block == fact["block"].as_bool().expect("block")
            && variant.since == since
    });
    assert!(found, "{fact}");
}

fn same_counts(args: Arity, fact: &serde_json::Value) -> bool {
    let accepts = |count: usize| match fact["counts"].as_array() {
        Some(counts) => counts.iter().any(|known| *known == count),
        None => fact["min"].as_u64().is_some_and(|least| count as u64 >= least),
    };
    (0..40).all(|count| args.accepts(count) == accepts(count))
}
