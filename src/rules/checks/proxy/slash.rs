//! The slash at the end of a location's path, and that of the address that replaces it (`ngx_http_proxy_create_request`).

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::finding::Edit;
use crate::route::{Pattern, pattern};
use crate::rules::checks::routing::is_mistaken;
use crate::rules::checks::taken::Taken;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::source::Span;
use crate::template::has_gap;
use crate::value::PassUrl;

use super::passing;

/// A prefix location whose path a constant one replaces.
struct Replacement {
    location: ScopeId,
    pass: NodeId,
    path: Vec<u8>,
    uri: Vec<u8>,
}

/// Passes of which the one path ends with a slash and the other does not.
pub fn mismatch(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let differs = |it: &Replacement| it.path.ends_with(b"/") != it.uri.ends_with(b"/") && it.uri != b"/";
    { replacements(facts).filter(differs) }
        .map(|it| {
            let is_glued = it.path.ends_with(b"/");
            let mut hit = it.hit(facts, rule, Some(if is_glued { "glued" } else { "doubled" }));
            hit.repair = it.alike(facts.view).map_or(Repair::None, |edit| Repair::Edits(vec![edit]));
            hit
        })
        .collect()
}

/// Locations without a slash at the end whose pass has nothing but one.
pub fn double(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let mut taken = None;
    { replacements(facts).filter(|it| !it.path.ends_with(b"/") && it.uri == b"/") }
        .map(|it| {
            let taken = taken.get_or_insert_with(|| Taken::of(facts.view));
            let mut hit = it.hit(facts, rule, None);
            let edit = it.with_slash(facts.view, taken);
            hit.repair = edit.map_or(Repair::None, |edit| Repair::Edits(vec![edit]));
            hit
        })
        .collect()
}

fn replacements<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = Replacement> + 'f {
    let is_location = |it: &&Proxied| facts.view.config.scope(it.block).kind == ScopeKind::Location;
    passing(facts).filter(is_location).filter_map(|proxied| {
        let Some(Pattern::Prefix(path, _)) = pattern(facts.view, proxied.block) else { return None };
        let address = facts.view.arg(proxied.pass, 0)?;
        let uri = PassUrl::of(&address)?.uri;
        let is_plain = !uri.is_empty() && !address.contains(&b'$') && !uri.contains(&b'?');
        let is_known = !path.is_empty() && !is_mistaken(&path) && !has_gap(&path) && !has_gap(&address);
        (is_plain && is_known && !is_rewritten(facts.view, proxied.block)).then(|| Replacement {
            location: proxied.block,
            pass: proxied.pass,
            path,
            uri: uri.to_vec(),
        })
    })
}

/// Whether a `rewrite ... break` of the location says what is sent: the address then replaces nothing.
fn is_rewritten(view: View<'_>, location: ScopeId) -> bool {
    let mut rewrites = view.config.own(location, directive::REWRITE);
    rewrites.any(|node| view.arg(node, 2).is_some_and(|flag| &*flag == b"break"))
}

impl Replacement {
    fn hit(&self, facts: &Facts<'_>, rule: &'static Rule, named: Option<&str>) -> Hit {
        let mut hit = found_in(facts, rule, self.location, self.pass, named);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        hit.words = hit.words.with("path", text(&self.path)).with("sent", text(&self.uri));
        hit
    }

    /// The address ending as the location does.
    fn alike(&self, view: View<'_>) -> Option<Edit> {
        let end = text_end(view, self.pass, 0)?;
        if self.path.ends_with(b"/") {
            return Some(Edit { span: end, text: "/".into() });
        }
        let span = Span { start: end.start.checked_sub(1)?, ..end };
        (view.texts.sources.text(span) == b"/").then(|| Edit { span, text: String::new() })
    }

    /// The location with a slash, unless there is such a one already, or one inside that would stand outside then.
    fn with_slash(&self, view: View<'_>, taken: &mut Taken) -> Option<Edit> {
        let config = view.config;
        let node = config.scope(self.location).node?;
        let is_nested = config.children(self.location).any(|it| config.scope(it).kind == ScopeKind::Location);
        let end = text_end(view, node, view.arg_count(node).checked_sub(1)?)?;
        let slashed = [&self.path[..], b"/"].concat();
        let is_free = !is_nested && taken.take(view, self.location, false, &slashed);
        is_free.then(|| Edit { span: end, text: "/".into() })
    }
}

/// The place behind the text of an argument, before its closing quote.
fn text_end(view: View<'_>, node: NodeId, index: usize) -> Option<Span> {
    let span = view.arg_span(node, index)?;
    let is_quoted = matches!(view.arg_source(node, index), [b'"' | b'\'', ..]);
    let end = span.end.checked_sub(u32::from(is_quoted))?;
    Some(Span { start: end, end, ..span })
}
