//! What the directives that steer a request say, each by itself: `return`, `rewrite`, `limit_except`, `error_page`.

use std::borrow::Cow;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::scope::list;

/// Rewrites and internal redirects that nginx allows (`NGX_HTTP_MAX_URI_CHANGES`); the next one is a 500.
pub const MOST_URI_CHANGES: u8 = 10;

/// Whether nginx sends the target of a status as `Location` (`ngx_http_send_response`).
pub fn is_redirect(code: u16) -> bool {
    matches!(code, 301 | 302 | 303 | 307 | 308)
}

/// What a `return` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// The status.
    pub code: u16,
    /// Whether the answer is complete, so that no `error_page` replaces it: a redirect never is, a code from 400 on is
    /// with a text (`ngx_http_script_return_code`, `ngx_http_send_response`).
    pub whole: bool,
}

/// What the `return` at `node` answers; `return URL` is a 302.
pub fn returned(view: View<'_>, node: NodeId) -> Returned {
    let first = view.arg(node, 0).unwrap_or_default();
    let code = number(&first).unwrap_or(302);
    let has_text = view.arg(node, 1).is_some_and(|text| !text.is_empty());
    Returned { code, whole: !is_redirect(code) && (code < 400 || has_text) }
}

/// The status by which a `rewrite` that matches redirects; `None` where the request goes on inside.
pub fn redirects_with(replacement: &[u8], flag: Option<&[u8]>) -> Option<u16> {
    let is_absolute =
        || [&b"http://"[..], b"https://", b"$scheme"].iter().any(|start| replacement.starts_with(start));
    match flag {
        Some(b"permanent") => Some(301),
        Some(b"redirect") => Some(302),
        _ => is_absolute().then_some(302),
    }
}

/// The `limit_except` of a location that is in force for a method. `GET` stands for `HEAD`, too.
pub fn limit_except(view: View<'_>, location: ScopeId, method: &str) -> Option<ScopeId> {
    let config = view.config;
    let mut inside = config.own(location, directive::LIMIT_EXCEPT);
    let node = inside.next()?;
    let listed = view.args(node).any(|listed| {
        listed.eq_ignore_ascii_case(method.as_bytes())
            || (method == "HEAD" && listed.eq_ignore_ascii_case(b"GET"))
    });
    let limited = config.opened_by(node)?;
    debug_assert_eq!(config.scope(limited).kind, ScopeKind::LimitExcept);
    (!listed).then_some(limited)
}

/// An `error_page` for a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPage<'a> {
    /// The directive.
    pub node: NodeId,
    /// Where it leads.
    pub target: Cow<'a, [u8]>,
    /// Without `=` the client sees the status whatever the target answers, with `=` (0) what it answers, with `=N` N.
    pub status: Option<u16>,
}

/// The first `error_page` in force at `block` that lists `code` (`ngx_http_special_response_handler`).
pub fn error_page(view: View<'_>, block: ScopeId, code: u16) -> Option<ErrorPage<'_>> {
    let code = code.to_string();
    let pages = list(view.config, block, directive::ERROR_PAGE);
    pages.into_iter().find_map(|node| {
        let mut words: Vec<_> = view.args(node).collect();
        let target = words.pop()?;
        let status = words.pop_if(|word| word.first() == Some(&b'='));
        let status = status.map(|word| word.get(1..).and_then(number).unwrap_or(0));
        let is_listed = words.iter().any(|word| **word == *code.as_bytes());
        is_listed.then_some(ErrorPage { node, target, status })
    })
}

/// A status in a directive.
fn number(word: &[u8]) -> Option<u16> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
