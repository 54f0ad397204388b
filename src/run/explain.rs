//! `ngxlint explain`.

use std::io::{self, Write};

use super::terminal;
use super::{CLEAN, Error, complain, known_rules};
use crate::cli::Explain;
use crate::output::{self, Style};
use crate::rules::{Rule, find, not_adopted, unknown_rule};

/// Explains a rule by its code, its name, or the name that another linter has for it; without one lists all.
pub(super) fn explain(arguments: &Explain) -> Result<u8, Error> {
    let style = terminal::style(arguments.color);
    let mut out = io::stdout().lock();
    let known = || known_rules(&arguments.own_rules, &arguments.settings);
    let Some(word) = &arguments.rule else {
        output::rules_table(known()?.into_iter(), &mut out, style)?;
        return Ok(CLEAN);
    };
    // Settings that are in need of repair keep nobody from reading about a rule.
    if let Some(rule) = find(word) {
        return page(rule, &mut out, style);
    }
    let known = known()?;
    match known.iter().find(|rule| rule.is_called(word)) {
        Some(rule) => page(rule, &mut out, style),
        None => by_peers(word, &known, &mut out, style),
    }
}

fn page(rule: &Rule, out: &mut dyn Write, style: Style) -> Result<u8, Error> {
    output::explain(rule, output::example(rule), out, style)?;
    Ok(CLEAN)
}

fn by_peers(word: &str, known: &[&'static Rule], out: &mut dyn Write, style: Style) -> Result<u8, Error> {
    let meant: Vec<&Rule> = known.iter().copied().filter(|rule| rule.is_called_by_peers(word)).collect();
    match meant.as_slice() {
        [] => without_rule(word, known, out),
        [rule] => {
            complain(&format!("`{word}` is {} {} here", rule.code, rule.name));
            page(rule, out, style)
        }
        several => {
            let codes: Vec<&str> = several.iter().map(|rule| &*rule.code).collect();
            complain(&format!(
                "`{word}` is several rules here, each with a page of its own: {}",
                codes.join(", ")
            ));
            output::rules_table(several.iter().copied(), out, style)?;
            Ok(CLEAN)
        }
    }
}

/// What a peer reports and nobody here does, with the reason.
fn without_rule(word: &str, known: &[&'static Rule], out: &mut dyn Write) -> Result<u8, Error> {
    let mut found = not_adopted(word).peekable();
    if found.peek().is_none() {
        return Err(Error::usage(unknown_rule(word, known)));
    }
    for (peer, rule) in found {
        let because = rule.because.unwrap_or_default();
        writeln!(out, "{} of {} has no rule here: {because}", rule.name, peer.name)?;
    }
    Ok(CLEAN)
}
