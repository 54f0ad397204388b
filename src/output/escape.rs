//! Text made harmless: what comes from a configuration or a file name is shown, never obeyed by a terminal.

use std::fmt::{self, Write as _};

/// Whether a terminal or an editor would act on `char` instead of showing it: a control character, a line separator, a
/// mark that reorders (Unicode Bidirectional Algorithm, UAX #9) or one that cannot be seen.
fn acts(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(char, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Text on one line: control characters as `\n`, `\t`, `\x1b`, reordering marks as `\u{202e}`.
pub(super) struct Line<'a>(pub(super) &'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, out, |_| false)
    }
}

/// Source code of one line as text: as [`Line`], but tabs stay and a byte that is no UTF-8 reads `\xe9`.
pub(super) fn code(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        // Writing to a string does not fail.
        let _ = escape(chunk.valid(), &mut out, |char| char == '\t');
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

fn escape(text: &str, out: &mut dyn fmt::Write, keep: fn(char) -> bool) -> fmt::Result {
    let mut rest = text;
    while let Some((at, char)) = rest.char_indices().find(|&(_, char)| acts(char) && !keep(char)) {
        let (before, after) = rest.split_at(at);
        out.write_str(before)?;
        escape_char(char, out)?;
        rest = after.get(char.len_utf8()..).unwrap_or_default();
    }
    out.write_str(rest)
}

fn escape_char(char: char, out: &mut dyn fmt::Write) -> fmt::Result {
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
    fn code_keeps_tabs_and_spells_invalid_bytes() {
        assert_eq!(code(b"\tlocation /\xe9\xff\x7f {"), "\tlocation /\\xe9\\xff\\x7f {");
    }
}
