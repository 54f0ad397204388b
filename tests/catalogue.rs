//! What the catalogue says about directives.

use ngxlint::catalogue::{self, Body, Context, Contexts, DirectiveId, Handler, directive, lookup};

#[test]
fn every_name_finds_its_own_number() {
    assert!(catalogue::all().count() > 1200);
    for (id, entry) in catalogue::all() {
        assert_eq!(lookup(entry.name.as_bytes()), id, "{}", entry.name);
        assert_eq!(id.name(), entry.name);
        assert!(!entry.variants.is_empty(), "{}", entry.name);
    }
}

#[test]
fn other_words_are_unknown() {
    for (_, entry) in catalogue::all() {
        let name = entry.name.as_bytes();
        assert_eq!(lookup(&name.to_ascii_uppercase()), DirectiveId::UNKNOWN, "{}", entry.name);
        assert_eq!(lookup(&[name, b"\0"].concat()), DirectiveId::UNKNOWN, "{}", entry.name);
        assert_eq!(lookup(&[b" ", name].concat()), DirectiveId::UNKNOWN, "{}", entry.name);
    }
    for word in
        ["", "a", "\0", "Proxy_pass", "proxy_pas", "if($x)", "proxy_set_headers", "\u{feff}server", "}", "{"]
    {
        assert_eq!(lookup(word.as_bytes()), DirectiveId::UNKNOWN, "{word}");
    }
    assert_eq!(lookup(&[b'x'; 5000]), DirectiveId::UNKNOWN);
}

#[test]
fn every_change_of_one_byte_is_unknown_or_another_directive() {
    for (id, entry) in catalogue::all() {
        for at in 0..entry.name.len() {
            let mut name = entry.name.as_bytes().to_vec();
            name[at] ^= 1;
            assert_ne!(lookup(&name), id, "{}", entry.name);
        }
    }
}

#[test]
fn unknown_has_no_facts() {
    let unknown = DirectiveId::UNKNOWN;
    assert!(unknown.entry().is_none() && unknown.contexts().is_empty() && unknown.handler().is_none());
    assert!(!unknown.is_raw_body() && !unknown.is_data_block());
    assert_eq!(unknown.name(), "");
    assert_eq!(DirectiveId::default(), unknown);
}

#[test]
fn constants_are_the_names() {
    assert_eq!(lookup(b"proxy_pass"), directive::PROXY_PASS);
    assert_eq!(lookup(b"if"), directive::IF);
    assert_eq!(lookup(b"content_by_lua_block"), directive::CONTENT_BY_LUA_BLOCK);
    assert_eq!(directive::PROXY_SET_HEADER.name(), "proxy_set_header");
}

#[test]
fn raw_bodies_and_data_blocks() {
    let named = |body| {
        let all = catalogue::all().filter(move |(_, entry)| entry.body == body);
        all.map(|(_, entry)| entry.name).collect::<Vec<_>>()
    };
    let raw = named(Body::Raw);
    assert_eq!(raw.len(), 20);
    assert!(raw.iter().all(|name| name.ends_with("_by_lua_block")));
    for name in ["map", "geo", "types", "split_clients", "charset_map", "match"] {
        assert!(lookup(name.as_bytes()).is_data_block(), "{name}");
    }
    assert!(!directive::SERVER.is_data_block() && !directive::SERVER.is_raw_body());
    assert!(!directive::CONTENT_BY_LUA.is_raw_body());
}

#[test]
fn contexts_by_family() {
    let pass = directive::PROXY_PASS.contexts();
    for context in [Context::Location, Context::IfInLocation, Context::LimitExcept, Context::StreamServer] {
        assert!(pass.contains(context), "{context}");
    }
    assert!(!pass.contains(Context::Server) && !pass.contains(Context::Http));
    let header = directive::PROXY_SET_HEADER.contexts();
    assert_eq!(header, Contexts::of(&[Context::Http, Context::Server, Context::Location]));
    assert_eq!(directive::INCLUDE.contexts(), Contexts::ANY);
    assert!(directive::ENDPOINT.contexts().contains(Context::OtelExporter));
}

#[test]
fn blocks_open_contexts() {
    assert_eq!(directive::HTTP.opens(Context::Main), Some(Context::Http));
    assert_eq!(directive::SERVER.opens(Context::Http), Some(Context::Server));
    assert_eq!(directive::SERVER.opens(Context::Stream), Some(Context::StreamServer));
    assert_eq!(directive::SERVER.opens(Context::Upstream), None);
    assert_eq!(directive::IF.opens(Context::Server), Some(Context::IfInServer));
    assert_eq!(directive::IF.opens(Context::Location), Some(Context::IfInLocation));
    assert_eq!(directive::MAP.opens(Context::Http), None);
    assert_eq!(directive::UPSTREAM.opens(Context::Stream), Some(Context::StreamUpstream));
    for (_, entry) in catalogue::all() {
        for variant in entry.variants.iter().filter(|variant| variant.block) {
            assert_eq!(variant.opens.is_some(), entry.body == Body::Directives, "{}", entry.name);
        }
    }
}

#[test]
fn handlers_answer_requests() {
    assert_eq!(directive::PROXY_PASS.handler(), Some(Handler::Proxy));
    assert_eq!(directive::CONTENT_BY_LUA_BLOCK.handler(), Some(Handler::Script));
    assert_eq!(directive::STUB_STATUS.handler(), Some(Handler::Internal));
    assert_eq!(directive::RETURN.handler(), None);
    assert_eq!(directive::TRY_FILES.handler(), None);
}
