//! `explain`: one rule, for someone who has just met it.

use std::io::{self, BufWriter, Write};

use super::escape::code;
use super::paint::{Paint, Role, paragraphs, wrap};
use super::{Example, Style, rules};
use crate::rules::{FixSafety, FixSpec, Rule};

/// Writes what `rule` is about: what, why, symptoms, dead ends, an example, the fix, versions, references.
///
/// # Errors
/// Whatever the writer says.
pub fn explain(rule: &Rule, example: Example, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let page =
        &mut Page { out: BufWriter::new(out), paint: Paint::new(style.colour), width: style.width.max(40) };
    page.head(rule)?;
    page.prose("Why", &rule.why)?;
    page.prose("What to do", &rule.help)?;
    page.list("What users and logs show", rule.symptoms.iter().map(ToString::to_string))?;
    let dead_ends = rule.dead_ends.iter().map(|end| format!("{}: {}", end.attempt, end.because));
    page.list("What does not help", dead_ends)?;
    page.code("Reported", example.bad)?;
    page.prose("Fix", &fix(rule.fix.as_ref()))?;
    page.diff(example)?;
    page.code("Not reported", example.good)?;
    page.prose("nginx versions", rule.nginx.as_deref().unwrap_or("all"))?;
    page.list("References", rule.references.iter().map(ToString::to_string))?;
    page.out.flush()
}

pub(super) fn fix(spec: Option<&FixSpec>) -> String {
    let Some(spec) = spec else { return "none: only you can know what is meant".to_owned() };
    let how = match spec.safety {
        FixSafety::Safe => "`--fix` writes it",
        FixSafety::Unsafe => "`--fix --unsafe-fixes` writes it",
        FixSafety::Shown => "it is shown and never written",
        FixSafety::ByIntent => {
            "`--fix` writes it where it is certain that the block serves WebSockets (a comment, a setting, its own \
             directives or a WebSocket-only endpoint says so), else `--fix --unsafe-fixes`"
        }
    };
    format!("{}: {how}", spec.title)
}

struct Page<'a> {
    out: BufWriter<&'a mut dyn Write>,
    paint: Paint,
    width: usize,
}

impl Page<'_> {
    fn head(&mut self, rule: &Rule) -> io::Result<()> {
        let code = self.paint.role(Role::Severity(rule.severity), &rule.code);
        let name = self.paint.role(Role::Strong, &rule.name);
        let (severity, default) = (rule.severity.word(), rules::default_word(rule));
        writeln!(self.out, "{code} {name} ({severity}, {default} by default, family {})", rule.family())?;
        self.lines("", &rule.summary)
    }

    fn title(&mut self, title: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint.role(Role::Strong, title))
    }

    fn lines(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let lines = wrap(text, self.width.saturating_sub(indent.len()));
        lines.iter().try_for_each(|line| writeln!(self.out, "{}", format!("{indent}{line}").trim_end()))
    }

    fn prose(&mut self, title: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.title(title)?;
        self.lines("  ", &paragraphs(text).join("\n\n"))
    }

    fn list(&mut self, title: &str, items: impl ExactSizeIterator<Item = String>) -> io::Result<()> {
        if items.len() == 0 {
            return Ok(());
        }
        self.title(title)?;
        for item in items {
            let lines = wrap(&paragraphs(&item).join(" "), self.width.saturating_sub(4));
            let leads = std::iter::once("  - ").chain(std::iter::repeat("    "));
            leads.zip(lines).try_for_each(|(lead, line)| writeln!(self.out, "{lead}{line}"))?;
        }
        Ok(())
    }

    /// What the fix changes in the example.
    fn diff(&mut self, example: Example) -> io::Result<()> {
        let (Some(bad), Some(fixed)) = (example.bad, example.fixed) else { return Ok(()) };
        let diff = crate::fix::diff("", format!("{bad}\n").as_bytes(), format!("{fixed}\n").as_bytes());
        let hunks = String::from_utf8_lossy(&diff);
        hunks.lines().skip_while(|line| !line.starts_with("@@")).try_for_each(|line| {
            let role = match line.as_bytes().first() {
                Some(b'+') => Role::Added,
                Some(b'-') => Role::Removed,
                Some(b'@') => Role::Dim,
                _ => Role::Plain,
            };
            writeln!(self.out, "  {}", self.paint.role(role, code(line.trim_end().as_bytes())))
        })
    }

    fn code(&mut self, title: &str, text: Option<&str>) -> io::Result<()> {
        let Some(text) = text else { return Ok(()) };
        self.title(title)?;
        text.lines().try_for_each(|line| {
            let line = code(line.as_bytes());
            writeln!(self.out, "{}", format!("  {} {line}", self.paint.role(Role::Dim, "|")).trim_end())
        })
    }
}
