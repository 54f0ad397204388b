//! Which levels decide about the request that goes upstream, in words.

use super::Upstream;
use super::phases::Run;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::scope::in_force;
use crate::value::condition_words;

const BY_ITSELF: &str = "nginx never passes on Upgrade and Connection by itself";

const ALL_OR_NOTHING: &str = "one proxy_set_header here switches off all of the outer ones";

impl Run<'_, '_> {
    /// Notes where the pass leads, and where version and headers come from.
    pub(super) fn tell(&mut self, upstream: &Upstream) {
        let written = self.tracer.view.arg(upstream.pass, 0).unwrap_or_default();
        let (written, url) = (String::from_utf8_lossy(&written), String::from_utf8_lossy(&upstream.url));
        let same = written == url;
        let text = if same { format!("passed to {url}") } else { format!("passed to {written}: {url}") };
        self.step(Some(upstream.pass), &text);
        self.tell_version(upstream);
        self.tell_headers(upstream);
    }

    fn tell_version(&mut self, upstream: &Upstream) {
        let version = &upstream.request.version;
        let value = String::from_utf8_lossy(version.value.bytes().unwrap_or_default()).into_owned();
        let text = if let Some(level) = upstream.request.version_level.level {
            format!("HTTP/{value} to the backend, {}", self.by(level))
        } else {
            let nginx = self.tracer.version;
            format!(
                "HTTP/{value} to the backend, the default of nginx {nginx}: no proxy_http_version is in force"
            )
        };
        self.step(version.node.or(Some(upstream.pass)), &text);
    }

    fn tell_headers(&mut self, upstream: &Upstream) {
        let Some(level) = upstream.request.header_level.level else {
            let text = format!("no proxy_set_header is in force: {BY_ITSELF}");
            return self.step(Some(upstream.pass), &text);
        };
        let first = self.config().own(level, directive::PROXY_SET_HEADER).next();
        let dropped = self.dropped(level);
        let is_told = dropped.as_ref().is_some_and(|text| text.contains("Upgrade"));
        let lacks = !is_told && !upstream.request.set.iter().any(|line| is_upgrade(&line.name));
        let lacking = if lacks { format!(", Upgrade is not among them: {BY_ITSELF}") } else { String::new() };
        self.step(first, &format!("headers are set here, {}{lacking}", self.by(level)));
        if let Some(text) = dropped {
            self.step(first, &text);
        }
    }

    /// By which level something is decided.
    fn by(&self, level: ScopeId) -> String {
        let label = named(self.tracer.view, level);
        if level == self.block { format!("by {label} itself") } else { format!("inherited from {label}") }
    }

    /// The headers of the next outer level that has any, which count no more (`ngx_http_proxy_merge_loc_conf`).
    fn dropped(&self, level: ScopeId) -> Option<String> {
        let config = self.config();
        let outer = in_force(config, config.scope(level).parent?, directive::PROXY_SET_HEADER).level?;
        let kept = self.names(level);
        let mut dropped = self.names(outer);
        dropped.retain(|(_, name)| !kept.iter().any(|(_, other)| other.eq_ignore_ascii_case(name)));
        let &(first, _) = dropped.first()?;
        let names: Vec<String> = dropped.into_iter().map(|(_, name)| name).collect();
        let (place, label) = (self.tracer.view.place(first), named(self.tracer.view, outer));
        Some(format!("this drops {} of {label} ({place}): {ALL_OR_NOTHING}", joined(&names)))
    }

    /// An `if` that does not hold is worth a word where it tells WebSockets from other requests.
    pub(super) fn passed_over(&mut self, node: NodeId, branch: ScopeId) {
        if self.is_dispatch(branch) {
            self.step(Some(node), "the condition does not hold: this `if` is passed over");
        }
    }

    /// Whether a block is an `if` that tests `$http_upgrade`.
    pub(super) fn is_dispatch(&self, block: ScopeId) -> bool {
        let scope = self.config().scope(block);
        let is_if = matches!(scope.kind, ScopeKind::IfInServer | ScopeKind::IfInLocation);
        let node = scope.node.filter(|_| is_if);
        node.is_some_and(|node| {
            let words = condition_words(self.tracer.view, node);
            words.iter().any(|word| word.eq_ignore_ascii_case(b"$http_upgrade"))
        })
    }

    fn names(&self, level: ScopeId) -> Vec<(NodeId, String)> {
        let view = self.tracer.view;
        let nodes = self.config().own(level, directive::PROXY_SET_HEADER);
        let named =
            nodes.filter_map(|node| Some((node, String::from_utf8_lossy(&view.arg(node, 0)?).into_owned())));
        named.collect()
    }
}

fn is_upgrade(name: &str) -> bool {
    name.eq_ignore_ascii_case("Upgrade")
}

/// A block as a sentence names it: one without a name of its own by its place.
pub(super) fn named(view: View<'_>, scope: ScopeId) -> String {
    let (kind, node) = (view.config.scope(scope).kind, view.config.scope(scope).node);
    match (kind, node, view.label(scope)) {
        (ScopeKind::Http, ..) => "the http block".into(),
        (ScopeKind::Server, Some(node), label) if label == "server" => {
            format!("the server at {}", view.place(node))
        }
        (_, _, label) => label,
    }
}

/// `a`, `a and b`, `a, b and c`.
fn joined(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}
