//! Header values with line breaks, which nginx sends as they stand.

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId};
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::value::variables;

/// Directives with a name and a value that goes into a header.
const HEADERS: [DirectiveId; 4] =
    [directive::ADD_HEADER, directive::ADD_TRAILER, directive::PROXY_SET_HEADER, directive::GRPC_SET_HEADER];

/// Variables that hold a certificate on several lines.
const CERTIFICATES: [&[u8]; 2] = [b"ssl_client_cert", b"ssl_client_raw_cert"];

/// Headers of several lines.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let own =
        |scope| HEADERS.iter().flat_map(move |&name| config.own(scope, name)).map(move |it| (scope, it));
    config.scope_ids().flat_map(own).filter_map(|(scope, node)| hit(facts, rule, scope, node)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, scope: ScopeId, node: NodeId) -> Option<Hit> {
    let value = facts.view.arg(node, 1)?;
    let found = |named, text: String| {
        let span = facts.view.arg_span(node, 1)?;
        let mut hit = found_in(facts, rule, scope, node, Some(named));
        let header = facts.view.shown(node, 0).unwrap_or_default();
        hit.words = hit.words.with("header", String::from_utf8_lossy(&header));
        hit.repair = Repair::Edits(vec![Edit { span, text }]);
        Some(hit)
    };
    let written = String::from_utf8_lossy(facts.view.arg_source(node, 1)).into_owned();
    if value.contains(&b'\n') {
        return found("lines", joined(&written));
    }
    let certificate =
        variables(&value).find(|name| CERTIFICATES.iter().any(|it| name.eq_ignore_ascii_case(it)))?;
    let name = String::from_utf8_lossy(certificate).into_owned();
    let mut hit = found("certificate", written.replace(&name, "ssl_client_escaped_cert"))?;
    hit.words = hit.words.with("variable", format!("${name}"));
    Some(hit)
}

/// The word as it is written with one space for each line break and what surrounds it; none at its ends.
fn joined(written: &str) -> String {
    let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = quote.map_or(written, |quote| written.trim_start_matches(quote).trim_end_matches(quote));
    let inner = inner.replace("\\r\\n", "\n").replace("\\n", "\n");
    let lines: Vec<&str> = inner.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let quote = quote.unwrap_or('"');
    format!("{quote}{}{quote}", lines.join(" "))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn lines_are_joined_within_their_quotes() {
        assert_eq!(joined("\"a;\n   b;\r\n\tc\""), "\"a; b; c\"");
        assert_eq!(joined("'\n  a\n'"), "'a'");
        assert_eq!(joined("\"a\\n b\""), "\"a b\"");
        assert_eq!(joined("a\\nb"), "\"a b\"");
    }
}
