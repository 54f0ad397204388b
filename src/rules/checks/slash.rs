//! The redirect that nobody has written: `location /ws/` passes requests on, and a client that asks for `/ws` gets 301
//! (`ngx_http_core_find_location`). Whether anybody asks for that is not written either; without a sign of it nothing is
//! reported.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::catalogue::{DirectiveId, Handler, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::finding::{Edit, Label};
use crate::intent::slash_is_foreign;
use crate::route::{Found, Locations, Pattern, pattern};
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::location_of;
use crate::value::PassUrl;

/// Prefix locations whose slash at the end the endpoint, the settings or another directive do not write.
pub fn missing<'f>(facts: &'f Facts<'_>, rule: &'static Rule) -> impl Iterator<Item = Hit> + 'f {
    let (routes, named) = (Locations::of(facts.view), OnceCell::new());
    facts.intended(rule).filter_map(move |proxied| {
        let redirect = Redirect::of(facts, proxied, &routes)?;
        let sign = redirect.sign(facts, proxied, &named)?;
        Some(redirect.hit(facts, rule, proxied, sign))
    })
}

/// A location that nginx redirects to.
struct Redirect {
    /// The `location` directive.
    node: NodeId,
    server: ScopeId,
    /// Its path without the slash.
    bare: Vec<u8>,
}

/// Why clients are thought to ask for the path without the slash.
#[derive(Clone, Copy)]
enum Sign {
    /// The whole of a well-known endpoint.
    Endpoint,
    /// The settings write it so.
    Declared,
    /// A directive writes it so.
    Named(NodeId),
}

/// The first directive of each server that names a path.
type Named = HashMap<(ScopeId, Vec<u8>), NodeId>;

impl Redirect {
    fn of(facts: &Facts<'_>, proxied: &Proxied, routes: &Locations<'_>) -> Option<Self> {
        let config = facts.view.config;
        let location = location_of(config, proxied.block);
        let Some(Pattern::Prefix(path, _)) = pattern(facts.view, location) else { return None };
        let bare = path.strip_suffix(b"/").filter(|bare| !bare.is_empty())?;
        let server = config.enclosing(location, ScopeKind::Server)?;
        let is_redirected = routes.find(server, bare).found == Found::SlashRedirect(location);
        let is_known =
            config.scope(server).in_sight && config.node(proxied.pass).name.handler() == Some(Handler::Proxy);
        let node = config.scope(location).node.filter(|_| is_redirected && is_known)?;
        Some(Self { node, server, bare: bare.to_vec() })
    }

    fn sign(&self, facts: &Facts<'_>, proxied: &Proxied, named: &OnceCell<Named>) -> Option<Sign> {
        if slash_is_foreign(&self.bare) {
            return Some(Sign::Endpoint);
        }
        if passes_without(facts.view, proxied.pass, &self.bare) {
            return Some(Sign::Named(proxied.pass));
        }
        let named = named.get_or_init(|| named_paths(facts.view));
        if let Some(&node) = named.get(&(self.server, self.bare.clone())) {
            return Some(Sign::Named(node));
        }
        facts.preferences.intended.paths.contains(&self.bare).then_some(Sign::Declared)
    }

    fn hit(&self, facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied, sign: Sign) -> Hit {
        let case = match sign {
            Sign::Endpoint => "slash",
            Sign::Declared => "slash-declared",
            Sign::Named(_) => "slash-named",
        };
        let mut hit = found(facts, rule, proxied, self.node, Some(case));
        hit.words = hit.words.with("path", String::from_utf8_lossy(&self.bare));
        if let Sign::Named(by) = sign {
            let span = facts.view.head(by);
            let text = facts.view.texts.sources.get(span.doc).bytes();
            let text = text.get(span.start as usize..span.end as usize).unwrap_or_default();
            let text = String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" ");
            hit.words = hit.words.with("written", text.trim_end_matches(';'));
            let message = "named without the slash here".to_owned();
            hit.related.push(Label { span, message });
        }
        hit.repair = Repair::Shown(without_slash(facts, self.node, &self.bare));
        hit
    }
}

/// Whether the address of a pass ends as the path does, but for the slash: `location /ws/` and `http://app/ws`.
fn passes_without(view: View<'_>, pass: NodeId, bare: &[u8]) -> bool {
    let url = view.arg(pass, 0).unwrap_or_default();
    let Some(url) = PassUrl::of(&url).filter(|url| !url.uri.contains(&b'$')) else { return false };
    let last = |path: &[u8]| path.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_vec();
    !last(url.uri).is_empty() && last(url.uri) == last(bare)
}

/// The paths that a `rewrite`, `return`, `error_page` or `try_files` sends requests to.
fn named_paths(view: View<'_>) -> Named {
    const SENDING: [DirectiveId; 4] =
        [directive::REWRITE, directive::RETURN, directive::ERROR_PAGE, directive::TRY_FILES];
    let mut named = Named::new();
    for scope in view.config.scope_ids() {
        let Some(server) = view.config.enclosing(scope, ScopeKind::Server) else { continue };
        let nodes = SENDING.iter().flat_map(|&name| view.config.own(scope, name));
        for (node, path) in nodes.filter_map(|node| Some((node, target(view, node)?))) {
            named.entry((server, path)).or_insert(node);
        }
    }
    named
}

/// The literal path that a directive sends requests to.
fn target(view: View<'_>, node: NodeId) -> Option<Vec<u8>> {
    let count = view.arg_count(node);
    let at = match view.config.node(node).name {
        directive::REWRITE if view.arg(node, 2).as_deref() == Some(b"break") => return None,
        directive::REWRITE => 1,
        _ => count.checked_sub(1)?,
    };
    let argument = view.arg(node, at)?;
    let path = argument.split(|&byte| byte == b'?').next()?;
    (path.starts_with(b"/") && !path.contains(&b'$')).then(|| path.to_vec())
}

fn without_slash(facts: &Facts<'_>, node: NodeId, bare: &[u8]) -> Vec<Edit> {
    let last = facts.view.arg_count(node).saturating_sub(1);
    let span = facts.view.arg_span(node, last);
    span.map(|span| Edit { span, text: String::from_utf8_lossy(bare).into_owned() }).into_iter().collect()
}
