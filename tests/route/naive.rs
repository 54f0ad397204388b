//! The indexes against searches that look at everything.

use crate::site::Site;
use ngxlint::config::{ScopeId, ScopeKind, View};
use ngxlint::route::{Connection, Found, How, Locations, Names, Pattern, Sockets, pattern};
use ngxlint::value::Regex;
use proptest::prelude::*;

fn locations(view: View<'_>, level: ScopeId) -> Vec<(ScopeId, Pattern)> {
    let is_location = |id: &ScopeId| view.config.scope(*id).kind == ScopeKind::Location;
    let inside = view.config.children(level).filter(is_location);
    inside.filter_map(|id| Some((id, pattern(view, id)?))).collect()
}

/// `routing.md` 3.8 as it is written.
fn search(view: View<'_>, level: ScopeId, uri: &[u8], in_regex: bool) -> (Found, bool) {
    let all = locations(view, level);
    let (mut best, mut noregex) = (Found::Nothing, false);
    if !in_regex {
        let with =
            |wanted: &dyn Fn(&Pattern) -> bool| all.iter().find(|(_, it)| wanted(it)).map(|(id, _)| *id);
        if let Some(exact) = with(&|it| *it == Pattern::Exact(uri.to_vec())) {
            return (Found::Location(exact), true);
        }
        let slashed = [uri, b"/"].concat();
        let equal = with(&|it| matches!(it, Pattern::Prefix(path, _) if path == uri));
        let pair = all.iter().filter(|(_, it)| it.path() == Some(&slashed));
        let passes =
            pair.filter(|(id, _)| view.config.directives(*id).any(|node| &*view.name(node) == b"proxy_pass"));
        if equal.is_none() && passes.count() > 0 {
            let exact = with(&|it| *it == Pattern::Exact(slashed.clone()));
            let target = exact.or_else(|| with(&|it| it.path() == Some(&slashed))).unwrap();
            return (Found::SlashRedirect(target), true);
        }
        let prefixes = all.iter().filter_map(|(id, it)| match it {
            Pattern::Prefix(path, noregex) if uri.starts_with(path) => Some((path.len(), *id, *noregex)),
            _ => None,
        });
        if let Some((_, id, protected)) =
            prefixes.reduce(|one, other| if other.0 > one.0 { other } else { one })
        {
            noregex = protected;
            let (inner, last) = search(view, id, uri, false);
            best = if inner == Found::Nothing { Found::Location(id) } else { inner };
            if last {
                return (best, true);
            }
        }
    }
    for (id, it) in all.iter().filter(|_| !noregex) {
        let Pattern::Regex(text, caseless) = it else { continue };
        if Regex::new(text, *caseless).unwrap().is_match(uri).unwrap() {
            let (inner, _) = search(view, *id, uri, true);
            return (if inner == Found::Nothing { Found::Location(*id) } else { inner }, true);
        }
    }
    (best, false)
}

fn path() -> impl Strategy<Value = String> {
    let segments = prop::collection::vec(prop::sample::select(vec!["a", "b", "/", "/", "ab"]), 0..5);
    let short = prop::sample::select(vec!["", "a", "a/", "a/b", "a/b/"]);
    prop_oneof![segments.prop_map(|it| format!("/{}", it.concat())), short.prop_map(|it| format!("/{it}"))]
}

fn opening() -> impl Strategy<Value = String> {
    let regex = prop::sample::select(vec!["a", "^/a", "b$", "(a|b)/", "/$", "^/(a)/(b)"]);
    prop_oneof![
        3 => path().prop_map(|path| format!("location {path}")),
        1 => path().prop_map(|path| format!("location = {path}")),
        1 => path().prop_map(|path| format!("location ^~ {path}")),
        2 => (regex, any::<bool>()).prop_map(|(text, caseless)| format!("location {} {text}", if caseless { "~*" } else { "~" })),
    ]
}

fn tree() -> impl Strategy<Value = String> {
    let leaf = (opening(), any::<bool>()).prop_map(|(opening, pass)| {
        format!("{opening} {{ {} }}\n", if pass { "proxy_pass http://b;" } else { "" })
    });
    leaf.prop_recursive(3, 24, 6, |inner| {
        (opening(), prop::collection::vec(inner, 0..6))
            .prop_map(|(opening, inner)| format!("{opening} {{\n{} }}\n", inner.concat()))
    })
}

fn name() -> impl Strategy<Value = String> {
    let label = || prop::sample::select(vec!["a", "b", "www"]);
    let labels = || prop::collection::vec(label(), 1..4).prop_map(|labels| labels.join("."));
    prop_oneof![
        3 => labels(),
        2 => labels().prop_map(|it| format!("*.{it}")),
        2 => labels().prop_map(|it| format!(".{it}")),
        1 => labels().prop_map(|it| format!("{it}.*")),
        1 => labels().prop_map(|it| format!("~^{it}")),
    ]
}

/// `routing.md` 3.5 as it is written: the names that count, then the best of those that fit.
fn choose(servers: &[Vec<String>], host: &str) -> Option<usize> {
    let (mut exact, mut wild): (Vec<&str>, Vec<String>) = (vec![], vec![]);
    let mut fitting: Vec<(u8, isize, usize)> = vec![];
    for (server, name) in
        servers.iter().enumerate().flat_map(|(at, names)| names.iter().map(move |name| (at, name.as_str())))
    {
        if let Some(text) = name.strip_prefix('~') {
            let fits = Regex::new(text.as_bytes(), false).unwrap().is_match(host.as_bytes()).unwrap();
            fitting.extend(fits.then(|| (3, isize::try_from(fitting.len()).unwrap(), server)));
        } else if let Some(rest) = name.strip_suffix(".*") {
            if !wild.contains(&name.to_owned()) {
                wild.push(name.into());
                fitting.extend(host.starts_with(&format!("{rest}.")).then_some((
                    2,
                    -rest.len().cast_signed(),
                    server,
                )));
            }
        } else if let Some(rest) = name.strip_prefix("*.").or(name.strip_prefix('.')) {
            let dotted = name.starts_with('.');
            if dotted && exact.contains(&rest) {
                continue;
            }
            exact.extend(dotted.then_some(rest));
            if !wild.contains(&format!("*.{rest}")) {
                wild.push(format!("*.{rest}"));
                let fits = host.ends_with(&format!(".{rest}")) || (dotted && host == rest);
                fitting.extend(fits.then_some((1, -rest.len().cast_signed(), server)));
            }
        } else if !exact.contains(&name) {
            exact.push(name);
            fitting.extend((host == name).then_some((0, 0, server)));
        }
    }
    fitting.into_iter().min().map(|(_, _, server)| server)
}

proptest! {
    #[test]
    fn the_location_index_agrees(trees in prop::collection::vec(tree(), 1..8), uris in prop::collection::vec(path(), 1..20)) {
        let site = Site::http(&format!("server {{\n{}}}", trees.concat()));
        let index = Locations::of(site.view());
        for uri in uris {
            let naive = search(site.view(), site.at(2), uri.as_bytes(), false).0;
            prop_assert_eq!(index.find(site.at(2), uri.as_bytes()).found, naive, "{}", uri);
        }
    }

    #[test]
    fn the_name_tables_agree(
        servers in prop::collection::vec(prop::collection::vec(name(), 1..4), 2..7),
        hosts in prop::collection::vec("(a|b|www)(\\.(a|b|www)){0,3}", 1..20),
    ) {
        let bodies: Vec<_> = servers.iter().map(|names| format!("server_name {};", names.join(" "))).collect();
        let site = Site::servers(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
        let sockets = Sockets::of(site.view());
        let Connection::One(socket) = sockets.connect(None, 80) else { panic!("one socket") };
        let names = Names::of(site.view(), &sockets);
        for host in hosts {
            let chosen = names.find(socket, host.as_bytes()).unwrap();
            let expected = choose(&servers, &host);
            prop_assert_eq!(chosen.server, site.at(u32::try_from(expected.unwrap_or(0)).unwrap() + 2), "{}", host);
            prop_assert_eq!(chosen.how == How::Default, expected.is_none(), "{}", host);
        }
    }
}
