//! Colour, and prose fitted to the width.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};

use crate::finding::Severity;

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The head of a finding.
    Severity(Severity),
    /// What stands out: a message, a section's name.
    Strong,
    /// A word that introduces something.
    Lead,
    /// What matters less.
    Dim,
    /// A line that a fix takes away.
    Removed,
    /// A line that a fix adds.
    Added,
    /// Everything else.
    Plain,
}

impl Role {
    fn style(self) -> Style {
        match self {
            Self::Severity(Severity::Error) => AnsiColor::Red.on_default().bold(),
            Self::Severity(Severity::Warning) => AnsiColor::Yellow.on_default().bold(),
            Self::Severity(Severity::Note) => AnsiColor::Cyan.on_default().bold(),
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Lead => AnsiColor::Cyan.on_default(),
            Self::Dim => Style::new().dimmed(),
            Self::Removed => AnsiColor::Red.on_default(),
            Self::Added => AnsiColor::Green.on_default(),
        }
    }
}

/// Paints, or does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    colour: bool,
}

impl Paint {
    pub(super) fn new(colour: bool) -> Self {
        Self { colour }
    }

    /// `text` in the colour of its role.
    pub(super) fn role<T: Display>(self, role: Role, text: T) -> Painted<T> {
        Painted { style: if self.colour { role.style() } else { Style::new() }, text }
    }
}

/// Text between the sequences that switch its colour on and off; without colour the text alone.
pub(super) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}{:#}", self.style, self.text, self.style)
    }
}

/// The lines of `text`, each broken between words at `width` characters; a word is never broken.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| wrap_line(line, width)).collect()
}

fn wrap_line(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in line.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(if used > 0 { " " } else { "" });
            last.push_str(word);
        }
        used += length + usize::from(used > 0);
    }
    lines
}

/// The paragraphs of `text`, each as one line: YAML's block texts keep the line ends of the file they stand in.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let blocks = text.split("\n\n").map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "));
    blocks.filter(|block| !block.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_breaks_between_words_only() {
        assert_eq!(wrap("one two three\n\nfour", 8), ["one two", "three", "", "four"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
    }

    #[test]
    fn no_escape_without_colour() {
        assert_eq!(Paint::new(false).role(Role::Added, "x").to_string(), "x");
        assert_eq!(Paint::new(true).role(Role::Added, "x").to_string(), "\x1b[32mx\x1b[0m");
    }
}
