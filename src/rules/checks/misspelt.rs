//! Header names and variables of the handshake with a letter too many, too few or out of place.

use super::shared::agreed;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::finding::Edit;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::value::variables;

/// Slips of the pen that still count as the same name.
const MOST_SLIPS: usize = 2;

/// Blocks with a line for a header whose name is almost one of those in the rule's parameters, or whose value is almost
/// the variable of that header.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let all = facts.proxied.iter().flat_map(|it| hits(facts, rule, it));
    agreed(facts, directive::PROXY_SET_HEADER, all.collect())
}

fn hits(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Vec<(Hit, NodeId)> {
    let config = facts.view.config;
    let Some(level) = proxied.headers.level else { return Vec::new() };
    let lines = config.own(level, directive::PROXY_SET_HEADER);
    let slips = lines.filter_map(|node| Some((node, slip(facts, proxied, rule, node)?)));
    slips
        .map(|(node, slip)| {
            let mut hit = found(facts, rule, proxied, node, Some(slip.named));
            hit.words = hit.words.with("written", slip.written).with("header", slip.meant);
            hit.repair = Repair::Edits(vec![slip.edit]);
            (hit, node)
        })
        .collect()
}

struct Slip {
    named: &'static str,
    written: String,
    meant: String,
    edit: Edit,
}

fn slip(facts: &Facts<'_>, proxied: &Proxied, rule: &Rule, node: NodeId) -> Option<Slip> {
    let (name, value) = (facts.view.arg(node, 0)?, facts.view.arg(node, 1)?);
    let name = String::from_utf8_lossy(&name).into_owned();
    let lower = name.to_ascii_lowercase();
    let mut meant = rule.params.iter().map(|it| &**it);
    if let Some(header) = meant.clone().find(|it| it.eq_ignore_ascii_case(&name)) {
        return variable_slip(facts, node, header, &value);
    }
    let header = meant.find(|it| !lower.starts_with("x-") && is_near(&lower, &it.to_ascii_lowercase()))?;
    let sent = facts.requests(proxied).first()?.set.iter().any(|it| it.name.eq_ignore_ascii_case(header));
    let span = facts.view.arg_span(node, 0).filter(|_| !sent && suits(header, &value))?;
    Some(Slip {
        named: "name",
        written: name,
        meant: header.into(),
        edit: Edit { span, text: header.into() },
    })
}

/// `$http_upgrad`: a valid variable, and always empty.
fn variable_slip(facts: &Facts<'_>, node: NodeId, header: &str, value: &[u8]) -> Option<Slip> {
    let wanted = variable_of(header);
    let mut names = variables(value);
    let (first, second) = (names.next()?, names.next());
    let used = String::from_utf8_lossy(first).to_ascii_lowercase();
    let near = second.is_none() && used.starts_with("http_") && used != wanted && is_near(&used, &wanted);
    let span = facts.view.arg_span(node, 1).filter(|_| near)?;
    let (written, meant) = (format!("${}", String::from_utf8_lossy(first)), format!("${wanted}"));
    Some(Slip { named: "variable", edit: Edit { span, text: meant.clone() }, written, meant })
}

fn variable_of(header: &str) -> String {
    format!("http_{}", header.to_ascii_lowercase().replace('-', "_"))
}

/// Whether a value is one for this header.
fn suits(header: &str, value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value).to_ascii_lowercase();
    match header {
        "Upgrade" => ["http_upgrade", "websocket"].iter().any(|word| value.contains(word)),
        "Connection" => ["upgrade", "http_connection"].iter().any(|word| value.contains(word)),
        _ => value.contains(&variable_of(header)),
    }
}

fn is_near(written: &str, meant: &str) -> bool {
    written != meant
        && written.len().abs_diff(meant.len()) <= MOST_SLIPS
        && slips(written, meant) <= MOST_SLIPS
}

/// The edit distance of two words: letters to put in, take out or exchange.
fn slips(written: &str, meant: &str) -> usize {
    let meant = meant.as_bytes();
    let mut row: Vec<usize> = (0..=meant.len()).collect();
    for (at, letter) in written.bytes().enumerate() {
        let mut next = vec![at + 1];
        for (column, (&other, pair)) in meant.iter().zip(row.windows(2)).enumerate() {
            let (Some(&left), &[corner, above]) = (next.get(column), pair) else { break };
            next.push((corner + usize::from(letter != other)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_slips_are_near_and_three_are_not() {
        assert_eq!(slips("upgrad", "upgrade"), 1);
        assert_eq!(slips("connexion", "connection"), 2);
        assert_eq!(slips("upgarde", "upgrade"), 2);
        assert!(is_near("upgrade:", "upgrade") && !is_near("upgrade", "upgrade"));
        assert!(!is_near("update", "upgrade") && !is_near("proxy-connection", "connection"));
    }
}
