//! `markdown`: the totals and a table, for job summaries and comments. Text of a configuration is never markup.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use super::Report;
use super::entry::{Entry, entries, rule_page};
use super::escape::Line;
use super::place::Places;
use super::pretty::totals;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### ngxlint\n\n{}", totals(&report.summary, report.errors.len()))?;
    if !report.findings.is_empty() {
        writeln!(out, "\n| severity | place | rule | message |\n|---|---|---|---|")?;
    }
    let places = Places::new(report.sources);
    entries(report, &places).try_for_each(|entry| write_entry(&entry, out))?;
    if !report.errors.is_empty() {
        writeln!(out, "\n| could not be read | why |\n|---|---|")?;
    }
    report.errors.iter().try_for_each(|error| {
        let place = format!("{}:{}:{}", error.file, error.line, error.column);
        writeln!(out, "| {} | {} |", Code(&place), Text(&error.message))
    })
}

fn write_entry(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, at) = (entry.finding, entry.place());
    let place = format!("{}:{}:{}", at.file, at.start.line, at.start.column);
    let (severity, place, message) = (finding.severity.word(), Code(&place), Text(&finding.message));
    let (code, name, url) = (Text(&finding.rule.code), Text(&finding.rule.name), rule_page(finding.rule));
    writeln!(out, "| {severity} | {place} | [{code}](<{}>) {name} | {message} |", Line(&url))
}

/// A message in a table: what stands between backticks is code, and so is a word with an `@`, which would call somebody;
/// everything else is plain text.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.matches('`').count();
        for (index, piece) in self.0.split('`').enumerate() {
            match index % 2 {
                1 if index < last => Code(piece).fmt(out)?,
                1 => write!(out, "\\`{}", Plain(piece))?,
                _ => Plain(piece).fmt(out)?,
            }
        }
        Ok(())
    }
}

/// Text without backticks.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for word in Line(self.0).to_string().split_inclusive(' ') {
            let (name, space) = word.strip_suffix(' ').map_or((word, ""), |name| (name, " "));
            if name.contains('@') {
                write!(out, "{}{space}", Code(name))?;
            } else {
                word.chars().try_for_each(|char| write_char(char, out))?;
            }
        }
        Ok(())
    }
}

fn write_char(char: char, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    if char.is_ascii_punctuation() && !matches!(char, '.' | ',' | ';' | '/' | '-' | '\'' | '"' | '%' | '=') {
        out.write_char('\\')?;
    }
    out.write_char(char)
}

/// Text as code, between backticks or, where it has one itself, as HTML. A table takes the backslash before `|` away
/// even there.
struct Code<'a>(&'a str);

impl fmt::Display for Code<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Line(self.0).to_string();
        if !text.trim().is_empty() && !text.contains('`') {
            return write!(out, "`{}`", text.replace('|', "\\|"));
        }
        out.write_str("<code>")?;
        text.chars().try_for_each(|char| match char {
            char if char.is_ascii_punctuation() => write!(out, "&#{};", u32::from(char)),
            char => out.write_char(char),
        })?;
        out.write_str("</code>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        let text = |text| Text(text).to_string();
        assert_eq!(text("`a|b` drops `c`"), "`a\\|b` drops `c`");
        assert_eq!(text("<b>*x* [y](z) a|b @me ::"), "\\<b\\>\\*x\\* \\[y\\]\\(z\\) a\\|b `@me` \\:\\:");
        assert_eq!(text("one ` two"), "one \\` two");
        assert_eq!(text("a ` b ` c ` d"), "a ` b ` c \\` d");
        assert_eq!(text("``"), "<code></code>");
        assert_eq!(Code("a`|<b>").to_string(), "<code>a&#96;&#124;&#60;b&#62;</code>");
        assert_eq!(text("\x1b[31m\n"), "\\\\x1b\\[31m\\\\n");
    }
}
