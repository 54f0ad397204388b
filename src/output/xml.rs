//! Text in XML. Control characters cannot stand there in any form, so they are spelled out as everywhere.

use std::fmt::{self, Write as _};

use super::escape::Line;

/// The first line of a document.
pub(super) const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// Text on one line, of an attribute or between tags.
pub(super) struct Xml<'a>(pub(super) &'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Markup(out), "{}", Line(self.0))
    }
}

/// Writes what is markup in XML as text.
struct Markup<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Markup<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive(['&', '<', '>', '"', '\'']) {
            let (entity, length) = match piece.as_bytes().last() {
                Some(b'&') => ("&amp;", 1),
                Some(b'<') => ("&lt;", 1),
                Some(b'>') => ("&gt;", 1),
                Some(b'"') => ("&quot;", 1),
                Some(b'\'') => ("&apos;", 1),
                _ => ("", 0),
            };
            self.0.write_str(piece.get(..piece.len() - length).unwrap_or_default())?;
            self.0.write_str(entity)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_become_text() {
        assert_eq!(
            Xml("<a b='c'>&\"]]>\x1b\0\n\u{ffff}é").to_string(),
            "&lt;a b=&apos;c&apos;&gt;&amp;&quot;]]&gt;\\x1b\\x00\\n\\u{ffff}é"
        );
    }
}
