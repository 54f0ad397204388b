//! Which levels decide about the request that goes upstream, in words.

use super::Upstream;
use super::phases::Run;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId};
use crate::scope::in_force;

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
            format!("HTTP/{value} to the backend, the default of nginx {nginx}: no proxy_http_version here")
        };
        self.step(version.node.or(Some(upstream.pass)), &text);
    }

    fn tell_headers(&mut self, upstream: &Upstream) {
        let Some(level) = upstream.request.header_level.level else {
            let text =
                "no proxy_set_header is in force: nginx sends its own Host and Connection, and no Upgrade";
            return self.step(Some(upstream.pass), text);
        };
        let first = self.config().own(level, directive::PROXY_SET_HEADER).next();
        let text = format!("headers are set here, {}{}", self.by(level), self.dropped(level));
        self.step(first, &text);
    }

    /// By which level something is decided.
    fn by(&self, level: ScopeId) -> String {
        let label = self.tracer.view.label(level);
        if level == self.block { format!("by {label} itself") } else { format!("inherited from {label}") }
    }

    /// The headers of the next outer level that has any, which count no more (`ngx_http_proxy_merge_loc_conf`).
    fn dropped(&self, level: ScopeId) -> String {
        let config = self.config();
        let outer = config.scope(level).parent;
        let outer = outer.and_then(|outer| in_force(config, outer, directive::PROXY_SET_HEADER).level);
        let Some(outer) = outer else { return String::new() };
        let kept = self.names(level);
        let mut dropped = self.names(outer);
        dropped.retain(|(_, name)| !kept.iter().any(|(_, other)| other.eq_ignore_ascii_case(name)));
        let Some(&(first, _)) = dropped.first() else { return String::new() };
        let names: Vec<String> = dropped.into_iter().map(|(_, name)| name).collect();
        let (place, label) = (self.tracer.view.place(first), self.tracer.view.label(outer));
        format!("; {} of {label} ({place}) no longer count", names.join(", "))
    }

    fn names(&self, level: ScopeId) -> Vec<(NodeId, String)> {
        let view = self.tracer.view;
        let nodes = self.config().own(level, directive::PROXY_SET_HEADER);
        let named =
            nodes.filter_map(|node| Some((node, String::from_utf8_lossy(&view.arg(node, 0)?).into_owned())));
        named.collect()
    }
}
