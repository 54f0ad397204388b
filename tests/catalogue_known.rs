//! The catalogue together with the directives that a user has described.
#![expect(clippy::expect_used, reason = "a test fails by panicking, and so do its helpers")]

use std::path::Path;

use ngxlint::catalogue::{Arity, Context, Contexts, KnownDirectives, OwnDirective, Version, all};
use ngxlint::files::Memory;
use ngxlint::settings::{Choice, load};

fn own(contexts: &[Context], args: u8, block: bool) -> OwnDirective {
    OwnDirective { contexts: Contexts::of(contexts), args: Arity::exactly(&[args]), block }
}

/// What rules see of a settings file.
fn known(settings: &str) -> KnownDirectives {
    let mut files = Memory::default();
    files.add("/.ngxlint.yaml", settings);
    let loaded = load(&files, Path::new("/"), &Choice::File("/.ngxlint.yaml".into())).expect("settings");
    loaded.preferences(std::collections::BTreeMap::new()).directives
}

#[test]
fn without_settings_the_catalogue_is_known_and_nothing_else() {
    let known = KnownDirectives::default();
    for (_, directive) in all() {
        let definitions = known.lookup(directive.name.as_bytes());
        assert!(definitions.is_known() && definitions.iter().count() == directive.variants.len());
        assert!(definitions.iter().all(|it| it.variant().is_some()), "{}", directive.name);
    }
    for name in [&b"my_directive"[..], b"Proxy_pass", b"", b"\xff"] {
        let definitions = known.lookup(name);
        assert!(!definitions.is_known() && definitions.iter().next().is_none());
    }
    assert_eq!(known.closest("proxy_pas"), Some("proxy_pass"));
    assert_eq!(known.closest("my_directiv"), None);
}

#[test]
fn modules_of_the_settings_reach_the_rules() {
    let known = known(
        "modules: {directives: {my_gate: {contexts: [server, location], args: 1+}, \
         my_rules: {contexts: [http], args: 0, block: true}}}",
    );
    assert!(known.is_own(b"my_gate") && !known.is_own(b"proxy_pass"));
    let gate = known.lookup(b"my_gate").iter().next().expect("a definition");
    assert!(gate.variant().is_none() && !gate.block());
    assert!(gate.ever_in(Context::Location) && !gate.ever_in(Context::Http));
    assert_eq!(gate.contexts_in(Version::NEWEST), Contexts::of(&[Context::Server, Context::Location]));
    let args = gate.args_in(Version::new(1, 18, 0));
    assert!(!args.accepts(0) && args.accepts(1) && args.accepts(100));
    assert!(gate.exists_in(Version::new(0, 1, 0)));
    assert!(known.lookup(b"my_rules").iter().all(ngxlint::catalogue::Definition::block));
}

#[test]
fn an_own_definition_of_a_known_name_is_one_more() {
    let known = KnownDirectives::from_iter([("sticky", own(&[Context::Location], 3, false))]);
    let modules = KnownDirectives::default().lookup(b"sticky").iter().count();
    let definitions = known.lookup(b"sticky");
    assert!(modules > 0 && definitions.iter().count() == modules + 1);
    assert_eq!(definitions.within(Context::Location).count(), 1);
    assert!(definitions.within(Context::Upstream).count() >= 1);
}

#[test]
fn guesses_include_the_users_own() {
    let known = KnownDirectives::from_iter([("acme_gateway_token", own(&[Context::Http], 1, false))]);
    assert_eq!(known.closest("acme_gatewy_token"), Some("acme_gateway_token"));
    assert_eq!(known.closest("proxy_set_heade"), Some("proxy_set_header"));
    assert_eq!(known.names().filter(|name| *name == "acme_gateway_token").count(), 1);
}
