//! Variables whose name is written in two ways: nginx lowers every name (`ngx_http_add_variable`).

use std::collections::{HashMap, HashSet};

use crate::config::{NodeId, ScopeKind};
use crate::finding::{Edit, Label};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::source::{DocId, Span};

/// The first spelling of each name, of http's variables and of stream's.
type First = HashMap<(bool, Vec<u8>), (Vec<u8>, Span)>;

/// Variables that are written in another way than the first time.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let (mut first, mut read) = (First::new(), HashSet::new());
    let mut hits = Vec::new();
    for scope in config.scope_ids() {
        let is_stream = config.enclosing(scope, ScopeKind::Stream).is_some();
        let directives: Vec<NodeId> = config.directives(scope).collect();
        for node in directives {
            let it = config.node(node);
            if !read.insert((it.doc, it.statement)) {
                continue;
            }
            for span in references(facts, node) {
                hits.extend(judge(facts, rule, (node, span), is_stream, &mut first));
            }
        }
    }
    hits
}

fn judge(
    facts: &Facts<'_>,
    rule: &'static Rule,
    (node, span): (NodeId, Span),
    is_stream: bool,
    first: &mut First,
) -> Option<Hit> {
    let written = facts.view.texts.sources.text(span).to_vec();
    let key = (is_stream, written.to_ascii_lowercase());
    let (spelling, at) = first.entry(key).or_insert_with(|| (written.clone(), span));
    if *spelling == written {
        return None;
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let config = facts.view.config;
    let mut hit = found_in(facts, rule, config.node(node).scope, node, None);
    hit.at = span;
    hit.scope = hit.scope.filter(|&scope| config.scope(scope).node.is_some());
    hit.words = hit.words.with("variable", text(&written)).with("sent", text(spelling));
    let message = rule.report.related.first().map(|it| it.message.to_string()).unwrap_or_default();
    hit.related.push(Label { span: *at, message });
    hit.repair = Repair::Edits(vec![Edit { span, text: text(spelling) }]);
    Some(hit)
}

/// The names of variables in the words of a directive, without `$` and braces. A name in capitals is a template's.
fn references(facts: &Facts<'_>, node: NodeId) -> Vec<Span> {
    let view = facts.view;
    let words = (0..view.arg_count(node)).filter_map(|index| view.arg_span(node, index));
    words.flat_map(|word| names(view.texts.sources.text(word), word.doc, word.start)).collect()
}

fn names(text: &[u8], doc: DocId, start: u32) -> Vec<Span> {
    let found = memchr::memchr_iter(b'$', text).filter_map(|at| {
        let behind = text.get(at + 1..)?;
        let braced = usize::from(behind.starts_with(b"{"));
        let name = behind.get(braced..)?;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = name.iter().take_while(|byte| is_part(byte)).count();
        let name = name.get(..length)?;
        let is_variable = !name.first()?.is_ascii_digit() && name.iter().any(u8::is_ascii_lowercase);
        let from = start + u32::try_from(at + 1 + braced).ok()?;
        is_variable.then_some(Span::new(doc, from, from + u32::try_from(length).ok()?))
    });
    found.collect()
}
