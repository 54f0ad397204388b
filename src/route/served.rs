//! Blocks in which a request can end, and those whose rewrite phase answers every request first.

use super::location::{Pattern, pattern};
use super::steering::redirects_with;
use crate::catalogue::directive;
use crate::config::{NodeId, Scope, ScopeId, ScopeKind, View};

/// The blocks in which a request can end: locations, `if` in location, `limit_except`, and servers, unless a plain
/// `location /` of theirs takes whatever the others leave.
pub fn served(view: View<'_>) -> impl Iterator<Item = ScopeId> {
    view.config.scope_ids().filter(move |&scope| is_served(view, scope))
}

fn is_served(view: View<'_>, scope: ScopeId) -> bool {
    match view.config.scope(scope).kind {
        kind if kind.is_location_level() => true,
        ScopeKind::Server => !has_catch_all(view, scope),
        _ => false,
    }
}

/// The unconditional `return`, or `rewrite` of everything to an absolute URL, by which the rewrite phase answers every
/// request that `block` gets: its own, or its server's. What handles content there is never asked.
pub fn always_answered(view: View<'_>, block: ScopeId) -> Option<NodeId> {
    let server = view.config.enclosing(block, ScopeKind::Server).filter(|&server| server != block);
    server.and_then(|server| answers_all(view, server)).or_else(|| answers_all(view, block))
}

/// The served blocks, each with the directive that always answers its requests, as [`always_answered`] says of one.
pub fn endings(view: View<'_>) -> impl Iterator<Item = (ScopeId, Option<NodeId>)> {
    // The first scope behind the server at hand, and what always answers there.
    let mut server = (ScopeId::MAIN, None);
    view.config.scope_ids().filter_map(move |scope| {
        let Scope { kind, next, .. } = view.config.scope(scope);
        if kind == ScopeKind::Server {
            server = (next, answers_all(view, scope));
        }
        let by_server = server.1.filter(|_| scope < server.0);
        is_served(view, scope).then(|| (scope, by_server.or_else(|| answers_all(view, scope))))
    })
}

/// The first of a block's own directives that ends the rewrite phase, where it answers.
fn answers_all(view: View<'_>, block: ScopeId) -> Option<NodeId> {
    let config = view.config;
    let mut own = config.directives(block).filter(|&node| ends_phase(view, node));
    own.next().filter(|&node| config.node(node).name != directive::BREAK)
}

fn ends_phase(view: View<'_>, node: NodeId) -> bool {
    match view.config.node(node).name {
        directive::RETURN | directive::BREAK => true,
        directive::REWRITE => {
            let replacement = view.arg(node, 1).unwrap_or_default();
            let matches_all = view.arg(node, 0).is_some_and(|regex| matches_everything(&regex));
            matches_all && redirects_with(&replacement, view.arg(node, 2).as_deref()).is_some()
        }
        _ => false,
    }
}

/// Whether a regular expression plainly matches every URI: all of them start with a slash.
pub fn matches_everything(regex: &[u8]) -> bool {
    let regex = regex.strip_prefix(b"^").unwrap_or(regex);
    let behind_slash = regex.strip_prefix(b"/");
    match behind_slash.unwrap_or(regex) {
        b"" | b".*" | b".*$" | b"(.*)" | b"(.*)$" => true,
        b"." | b".+" | b".+$" | b"(.+)" | b"(.+)$" => behind_slash.is_none(),
        _ => false,
    }
}

/// Whether a level holds a `location /` (or `^~ /`).
fn has_catch_all(view: View<'_>, level: ScopeId) -> bool {
    view.config.children(level).any(|child| is_catch_all(view, child))
}

fn is_catch_all(view: View<'_>, scope: ScopeId) -> bool {
    let is_location = view.config.scope(scope).kind == ScopeKind::Location;
    is_location && matches!(pattern(view, scope), Some(Pattern::Prefix(path, _)) if path == b"/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Base, Context, Library, Paths, assemble};
    use crate::files::Memory;
    use crate::source::Origin;

    /// Each served block of a server with its label, and the line of what always answers it.
    fn judged(server: &str) -> Vec<(String, Option<u32>)> {
        let files = Memory::default();
        let mut library = Library::new(&files, "/".into());
        let text = format!("events {{}} http {{ server {{\n{server}\n}} }}");
        let doc = library.insert("nginx.conf".into(), Origin::Buffer, text.into_bytes()).unwrap();
        let (context, base) = (Context::main(), Base::Known("/".into()));
        let config = assemble(&mut library, doc, &context, &base, &Paths::default());
        let view = View { texts: &library.texts, config: &config };
        let line = |answer: Option<NodeId>| answer.map(|node| view.line(node));
        let found: Vec<_> = endings(view).map(|(block, answer)| (view.label(block), line(answer))).collect();
        let alone = served(view).map(|block| (view.label(block), line(always_answered(view, block))));
        assert_eq!(found, alone.collect::<Vec<_>>());
        found
    }

    fn answered(server: &str) -> Vec<Option<u32>> {
        judged(server).into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn a_plain_location_slash_leaves_its_server_nothing() {
        let labels = |server: &str| judged(server).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
        assert_eq!(labels("location = / { }"), ["server", "location = /"]);
        assert_eq!(labels("location ^~/ { location /a { } }"), ["location ^~/", "location /a"]);
        assert_eq!(labels("location / { if ($a) { } limit_except GET { } }").len(), 3);
        assert_eq!(labels("if ($a) { return 403; } location / { }"), ["location /"]);
    }

    #[test]
    fn what_the_rewrite_phase_answers() {
        assert_eq!(answered("location / {\nreturn 204; root /x; }"), [Some(3)]);
        assert_eq!(answered("return 301 https://$host$request_uri; location / { }"), [Some(2)]);
        assert_eq!(answered("location / {\nbreak; return 204; }"), [None]);
        assert_eq!(answered("location / {\nrewrite ^/(.*)$ https://a/$1; root /x; }"), [Some(3)]);
        assert_eq!(answered("location / {\nrewrite ^/a https://a/; rewrite ^ /b; root /x; }"), [None]);
        assert_eq!(answered("location / { if ($a) { return 403; } }"), [None, Some(2)]);
    }

    #[test]
    fn expressions_that_match_every_uri() {
        for regex in ["", "^", "/", "^/", ".", "^.+$", "^/.*$", "^(.*)$", "^/(.*)"] {
            assert!(matches_everything(regex.as_bytes()), "{regex}");
        }
        for regex in ["^$", "/.", "^.$", "/(.+)", "^/a", ".*a", "\\."] {
            assert!(!matches_everything(regex.as_bytes()), "{regex}");
        }
    }
}
