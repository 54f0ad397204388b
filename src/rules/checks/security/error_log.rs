//! `error_log off`: a log in a file called `off` (`ngx_log_set_log` knows no such word).

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId};
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

/// Each `error_log` whose file is called `off`.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let all = config
        .scope_ids()
        .flat_map(|scope| config.own(scope, directive::ERROR_LOG).map(move |it| (scope, it)));
    all.filter_map(|(scope, node)| hit(facts, rule, scope, node)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, scope: ScopeId, node: NodeId) -> Option<Hit> {
    let view = facts.view;
    view.arg(node, 0).filter(|file| file.eq_ignore_ascii_case(b"off"))?;
    let at = view.arg_span(node, 0)?;
    let text = if view.arg_count(node) > 1 { "/dev/null" } else { "/dev/null crit" };
    let repair = Repair::Edits(vec![Edit { span: at, text: text.into() }]);
    Some(Hit { at, repair, ..found_in(facts, rule, scope, node, None) })
}
