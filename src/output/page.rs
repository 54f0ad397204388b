//! A rule as a page of Markdown, for a site or a wiki.

use std::fmt::Write as _;

use super::escape::{Line, code};
use super::explain::fix;
use super::paint::paragraphs;
use super::rules::default_word;
use super::{Example, rules};
use crate::rules::Rule;

/// The page of `rule`: what `explain` says.
pub fn page(rule: &Rule, example: Example) -> String {
    let mut page = Page(format!("# {} {}\n\n{}\n", rule.code, rule.name, inline(&rule.summary)));
    page.facts(rule);
    page.prose("Why", &rule.why);
    page.prose("What to do", &rule.help);
    page.list("What users and logs show", rule.symptoms.iter().map(|it| inline(it)));
    let dead_ends = rule.dead_ends.iter();
    page.list(
        "What does not help",
        dead_ends.map(|end| format!("{}: {}", inline(&end.attempt), inline(&end.because))),
    );
    page.code("Reported", example.bad);
    page.code("Not reported", example.good);
    page.prose("Fix", &fix(rule.fix.as_ref()));
    page.list("References", rule.references.iter().map(|it| reference(it)));
    page.0
}

/// The list of all pages.
pub fn page_index(rules: &[&Rule]) -> String {
    let mut index = String::from("# Rules\n\n| code | name | severity | what |\n|---|---|---|---|\n");
    for rule in rules {
        let (code, summary) = (&rule.code, cell(&rule.summary));
        let _ =
            writeln!(index, "| [{code}]({code}.md) | {} | {} | {summary} |", rule.name, rule.severity.word());
    }
    index
}

struct Page(String);

impl Page {
    fn title(&mut self, title: &str) {
        let _ = writeln!(self.0, "\n## {title}\n");
    }

    fn facts(&mut self, rule: &Rule) {
        let fix = rules::fix_safety(rule).unwrap_or("none");
        let nginx = rule.nginx.as_deref().unwrap_or("all");
        let _ = write!(
            self.0,
            "\n| severity | default | family | fix | nginx |\n|---|---|---|---|---|\n| {} | {} | {} | {fix} | {} |\n",
            rule.severity.word(),
            default_word(rule),
            rule.family(),
            cell(nginx),
        );
    }

    fn prose(&mut self, title: &str, text: &str) {
        let paragraphs: Vec<String> = paragraphs(text).iter().map(|it| inline(it)).collect();
        if !paragraphs.is_empty() {
            self.title(title);
            let _ = writeln!(self.0, "{}", paragraphs.join("\n\n"));
        }
    }

    fn list(&mut self, title: &str, items: impl ExactSizeIterator<Item = String>) {
        if items.len() > 0 {
            self.title(title);
            items.for_each(|item| {
                let _ = writeln!(self.0, "- {item}");
            });
        }
    }

    fn code(&mut self, title: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        self.title(title);
        let lines: Vec<String> = text.lines().map(|line| code(line.as_bytes())).collect();
        let _ = writeln!(self.0, "```nginx\n{}\n```", lines.join("\n"));
    }
}

/// A URL becomes a link.
fn reference(text: &str) -> String {
    let is_url =
        text.starts_with("https://") && !text.contains(|char: char| char.is_whitespace() || char == '>');
    if is_url { format!("<{}>", Line(text)) } else { inline(text) }
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    inline(text).replace('|', "\\|")
}

/// Text on one line as Markdown shows it; only its backticks mean something.
fn inline(text: &str) -> String {
    let line = Line(&text.split_whitespace().collect::<Vec<_>>().join(" ")).to_string();
    let (mut out, mut is_code) = (String::with_capacity(line.len()), false);
    for char in line.chars() {
        is_code ^= char == '`';
        if !is_code && matches!(char, '\\' | '*' | '<' | '>' | '[' | ']') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_backticks_mean_something() {
        assert_eq!(inline("a `<b>*`\n<c> *d*\u{1b}"), "a `<b>*` \\<c\\> \\*d\\*\\\\x1b");
        assert_eq!(cell("a|b"), "a\\|b");
        assert_eq!(reference("https://nginx.org/en/"), "<https://nginx.org/en/>");
        assert_eq!(reference("RFC 9110 <7.8>"), "RFC 9110 \\<7.8\\>");
    }
}
