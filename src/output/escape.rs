//! Text made harmless: what comes from a configuration or a file name is shown, never obeyed by a terminal.

use std::fmt::{self, Write as _};

/// Whether a terminal or an editor would act on `char` instead of showing it: a control character, a line separator, a
/// mark that reorders (Unicode Bidirectional Algorithm, UAX #9), one that cannot be seen, or what is no character at all.
fn acts(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(char, '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether `char` at byte `at` of `text` makes a command for the service whose log it ends up in: `::name` at the begin of
/// a line, where white space may precede it (GitHub), `##[name]`, `##vso[` and `##teamcity[` anywhere (GitHub, Azure
/// Pipelines, `TeamCity`). Text may be wrapped, so that white space counts as the begin of a line.
fn commands(text: &str, at: usize, char: char) -> bool {
    let (before, rest) = text.split_at_checked(at).unwrap_or_default();
    match char {
        '[' => before.trim_end_matches(|char: char| char.is_ascii_alphabetic()).ends_with("##"),
        ':' if before.chars().next_back().is_none_or(char::is_whitespace) => {
            let Some(rest) = rest.strip_prefix("::") else { return false };
            let after = rest.trim_start_matches(|char: char| char.is_ascii_alphabetic() || char == '-');
            let ends = after.is_empty() || after.starts_with("::") || after.starts_with(char::is_whitespace);
            ends && after.len() < rest.len()
        }
        _ => false,
    }
}

/// The parts of `text`: what can be shown as it is, and the character behind it that cannot. `keep` says which ones can
/// all the same.
pub(super) fn parts(text: &str, keep: impl Fn(char) -> bool) -> impl Iterator<Item = (&str, Option<char>)> {
    let mut from = 0;
    let harmful = text.char_indices().filter(move |&(at, char)| match char {
        ':' | '[' => commands(text, at, char) && !keep(char),
        ' '..='~' => false,
        char => acts(char) && !keep(char),
    });
    harmful.map(|(at, char)| (at, Some(char))).chain(std::iter::once((text.len(), None))).map(
        move |(at, char)| {
            let shown = text.get(from..at).unwrap_or_default();
            from = at + char.map_or(0, char::len_utf8);
            (shown, char)
        },
    )
}

/// Text on one line: control characters as `\n`, `\t`, `\x1b`, reordering marks as `\u{202e}`, what a service would take
/// for a command with `\x3a` or `\x5b`.
pub(super) struct Line<'a>(pub(super) &'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, out, |_| false)
    }
}

/// What [`code`] gave, at the begin of a line.
pub(super) struct CodeLine<'a>(pub(super) &'a str);

impl fmt::Display for CodeLine<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, out, |char| char == '\t')
    }
}

/// Source code of one line as text: as [`Line`], but tabs stay and a byte that is no UTF-8 reads `\xe9`. It is to stand
/// behind something else on its line, else see [`CodeLine`]. A prefix of `bytes` gives a prefix of the text.
pub(super) fn code(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        // Writing to a string does not fail.
        let _ = escape(chunk.valid(), &mut out, |char| matches!(char, '\t' | ':'));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

fn escape(text: &str, out: &mut dyn fmt::Write, keep: fn(char) -> bool) -> fmt::Result {
    parts(text, keep).try_for_each(|(shown, harmful)| {
        out.write_str(shown)?;
        harmful.map_or(Ok(()), |char| escape_char(char, out))
    })
}

/// Spells a character out.
pub(super) fn escape_char(char: char, out: &mut dyn fmt::Write) -> fmt::Result {
    match char {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\0'..='\u{7f}' => write!(out, "\\x{:02x}", u32::from(char)),
        _ => write!(out, "\\u{{{:x}}}", u32::from(char)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        let line = |text| Line(text).to_string();
        assert_eq!(line("a\x1b[31mb\n\tc\0"), "a\\x1b[31mb\\n\\tc\\x00");
        assert_eq!(
            line("\u{202e}\u{2066}\u{200f}\u{9b}\u{feff}"),
            "\\u{202e}\\u{2066}\\u{200f}\\u{9b}\\u{feff}"
        );
        assert_eq!(line("Grüße \u{1f600}"), "Grüße \u{1f600}");
    }

    #[test]
    fn commands_of_services_are_spelled_out() {
        let line = |text| Line(text).to_string();
        assert_eq!(line("::error file=a::b"), "\\x3a:error file=a::b");
        assert_eq!(line("a \u{2003}::add-mask::b"), "a \u{2003}\\x3a:add-mask::b");
        assert_eq!(
            line("a ##[group]b ##vso[task.x]c ###teamcity["),
            "a ##\\x5bgroup]b ##vso\\x5btask.x]c ###teamcity\\x5b"
        );
        for harmless in
            ["allow ::1;", "[::]:80", "a::error::b", "deny ::ffff:10.0.0.1", "## vso[", "#[a]", "::", ":: a"]
        {
            assert_eq!(line(harmless), harmless);
        }
    }

    #[test]
    fn code_keeps_tabs_and_spells_invalid_bytes() {
        assert_eq!(code(b"\tlocation /\xe9\xff\x7f {"), "\tlocation /\\xe9\\xff\\x7f {");
    }
}
