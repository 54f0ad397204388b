//! The words of a report around its code.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;

use super::super::escape::{CodeLine, Line};
use super::super::paint::{Paint, Role, paragraphs, wrap};
use super::super::{Style, Summary, count, counts};
use super::patch::{PatchLine, patch};
use crate::finding::{Finding, Fix, Safety};
use crate::source::Sources;

/// Of a longer fix only so many lines are shown.
const MOST_PATCH: usize = 24;

/// Writes them; remembers what it has explained already.
pub(super) struct Prose<'a> {
    sources: &'a Sources,
    paint: Paint,
    width: usize,
    cut: &'static str,
    explained: HashSet<&'a str>,
    shown: HashSet<*const Fix>,
}

impl<'a> Prose<'a> {
    pub(super) fn new(sources: &'a Sources, style: Style) -> Self {
        let width = style.width.clamp(40, 120);
        Self {
            sources,
            paint: Paint::new(style.colour),
            width,
            cut: style.cut(),
            explained: HashSet::new(),
            shown: HashSet::new(),
        }
    }

    /// One line for each finding: `error[WS101] upgrade-not-forwarded: message`.
    pub(super) fn heads(&self, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        group.iter().try_for_each(|finding| {
            let head = format!("{}[{}]", finding.severity.word(), Line(&finding.rule.code));
            let head = self.paint.role(Role::Severity(finding.severity), head);
            let message = format!("{}: {}", Line(&finding.rule.name), Line(&finding.message));
            writeln!(out, "{head} {}", self.paint.role(Role::Strong, message))
        })
    }

    /// Why it matters (once for each rule), what to do, the fixes, where to read more.
    pub(super) fn rest(&mut self, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        self.why(group, out)?;
        let mut helps: Vec<&str> = Vec::new();
        for finding in group.iter().filter(|finding| !finding.help.is_empty()) {
            if !helps.contains(&&*finding.help) {
                helps.push(&finding.help);
            }
        }
        helps.iter().try_for_each(|help| self.lead("help", help, out))?;
        let mut fixes: Vec<&Arc<Fix>> = Vec::new();
        for fix in group.iter().filter_map(|finding| finding.fix.as_ref()) {
            if !fixes.contains(&fix) {
                fixes.push(fix);
            }
        }
        fixes.iter().try_for_each(|fix| self.fix(fix, out))?;
        self.more(group, out)?;
        writeln!(out)
    }

    /// The first paragraph of what the worst finding's rule explains, unless it stood above already.
    fn why(&mut self, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        let worst = group.iter().rev().max_by_key(|finding| finding.severity);
        let Some(rule) = worst.map(|finding| finding.rule) else { return Ok(()) };
        if !self.explained.insert(&rule.code) {
            return Ok(());
        }
        paragraphs(&rule.why).first().map_or(Ok(()), |why| self.lead("why", why, out))
    }

    fn lead(&self, word: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let indent = word.len() + 4;
        let text = text.lines().map(|line| Line(line).to_string()).collect::<Vec<_>>().join("\n");
        for (index, line) in wrap(&text, self.width.saturating_sub(indent)).iter().enumerate() {
            match index {
                0 => writeln!(out, "  {} {line}", self.paint.role(Role::Lead, format_args!("{word}:")))?,
                _ => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
        Ok(())
    }

    fn fix(&mut self, fix: &Arc<Fix>, out: &mut dyn Write) -> io::Result<()> {
        let level = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe, --unsafe-fixes",
            Safety::Shown => "shown only",
        };
        let first = self.shown.insert(Arc::as_ptr(fix));
        let note = if first { "" } else { " (see above)" };
        let lead = self.paint.role(Role::Lead, format!("fix ({level}):"));
        writeln!(out, "  {lead} {}{note}", Line(&fix.title))?;
        if first { self.patch(&patch(&fix.edits, self.sources, self.cut), out) } else { Ok(()) }
    }

    fn patch(&self, lines: &[PatchLine], out: &mut dyn Write) -> io::Result<()> {
        for line in lines.iter().take(MOST_PATCH) {
            let (role, sign, text) = match line {
                PatchLine::Place(place) => (Role::Dim, "", Line(place).to_string()),
                PatchLine::Context(text) => (Role::Plain, "  ", CodeLine(text).to_string()),
                PatchLine::Removed(text) => (Role::Removed, "- ", CodeLine(text).to_string()),
                PatchLine::Added(text) => (Role::Added, "+ ", CodeLine(text).to_string()),
            };
            let text = format!("{sign}{text}");
            writeln!(out, "    {}", self.paint.role(role, text.trim_end()))?;
        }
        match lines.len().saturating_sub(MOST_PATCH) {
            0 => Ok(()),
            more => writeln!(out, "    ({more} more lines: see --diff)"),
        }
    }

    fn more(&self, group: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        let mut codes: Vec<&str> = group.iter().map(|finding| &*finding.rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        let commands: Vec<String> =
            codes.iter().map(|code| format!("ngxlint explain {}", Line(code))).collect();
        writeln!(out, "  {} {}", self.paint.role(Role::Lead, "more:"), commands.join(", "))
    }

    /// The last line of the output.
    pub(super) fn summary(&self, of: &Summary, unread: usize, out: &mut dyn Write) -> io::Result<()> {
        let is_clean = of.errors + of.warnings + of.notes + unread == 0;
        let role = if is_clean { Role::Added } else { Role::Strong };
        writeln!(out, "{}", self.paint.role(role, totals(of, unread)))
    }
}

/// The totals in a sentence.
pub(in crate::output) fn totals(of: &Summary, unread: usize) -> String {
    let severities = [(of.errors, "error"), (of.warnings, "warning"), (of.notes, "note")];
    let found = match &*counts(&severities) {
        "" => "No problems found".to_owned(),
        counts => format!("Found {counts}"),
    };
    let unread = match unread {
        0 => String::new(),
        unread => format!("; {} could not be read", count(unread, "file")),
    };
    format!("{found} in {}{}{unread}.", count(of.files, "file"), details(of))
}

fn details(of: &Summary) -> String {
    let fixable = match (of.fixable, of.unsafe_fixable) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{safe} fixable with --fix")),
        (0, more) => Some(format!("{more} fixable with --unsafe-fixes")),
        (safe, more) => Some(format!("{safe} fixable with --fix, {more} more with --unsafe-fixes")),
    };
    let by_comments = of.suppressed.saturating_sub(of.accepted);
    let suppressed = (by_comments > 0).then(|| format!("{by_comments} suppressed"));
    let accepted = (of.accepted > 0).then(|| format!("{} in the baseline", of.accepted));
    let details: Vec<String> = fixable.into_iter().chain(suppressed).chain(accepted).collect();
    if details.is_empty() { String::new() } else { format!(" ({})", details.join("; ")) }
}
