//! JSON written as it comes, with an explicit stack: no value is ever held as a whole, so that neither a deep nor a large
//! configuration needs more room than itself.

use std::borrow::Cow;
use std::io::{self, Write};

/// How the bytes of a configuration become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8; what is not becomes U+FFFD.
    #[default]
    Utf8,
    /// One character a byte, U+0000 to U+00FF: exact for any input.
    Latin1,
}

impl Encoding {
    /// The characters of `bytes`.
    pub fn text(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Latin1 if bytes.is_ascii() => String::from_utf8_lossy(bytes),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect::<String>().into(),
        }
    }
}

/// Indentation grows no wider than this many columns, lest a deep text take quadratic room.
const WIDEST: usize = 256;

/// A JSON document on its way out. Keys and values are written in the order of the calls.
pub(super) struct Json<'w> {
    out: &'w mut dyn Write,
    /// Columns a level; `None` for one line without blanks.
    indent: Option<usize>,
    encoding: Encoding,
    /// The open arrays and objects: what closes each, and whether something stands in it.
    open: Vec<(u8, bool)>,
    after_key: bool,
}

impl<'w> Json<'w> {
    pub(super) fn new(out: &'w mut dyn Write, indent: Option<usize>, encoding: Encoding) -> Self {
        Self { out, indent, encoding, open: Vec::new(), after_key: false }
    }

    pub(super) fn object(&mut self) -> io::Result<()> {
        self.begin(b'{', b'}')
    }

    pub(super) fn array(&mut self) -> io::Result<()> {
        self.begin(b'[', b']')
    }

    /// Closes the innermost array or object.
    pub(super) fn close(&mut self) -> io::Result<()> {
        let Some((closing, filled)) = self.open.pop() else { return Ok(()) };
        if filled {
            self.line_break()?;
        }
        self.out.write_all(&[closing])
    }

    pub(super) fn key(&mut self, key: &str) -> io::Result<()> {
        self.item()?;
        self.string(key)?;
        self.after_key = true;
        self.out.write_all(if self.indent.is_some() { b": " } else { b":" })
    }

    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.item()?;
        self.string(text)
    }

    /// A string of the configuration.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let encoding = self.encoding;
        self.text(&encoding.text(bytes))
    }

    pub(super) fn number(&mut self, number: u32) -> io::Result<()> {
        self.item()?;
        write!(self.out, "{number}")
    }

    pub(super) fn null(&mut self) -> io::Result<()> {
        self.item()?;
        self.out.write_all(b"null")
    }

    pub(super) fn number_or_null(&mut self, number: Option<u32>) -> io::Result<()> {
        match number {
            Some(number) => self.number(number),
            None => self.null(),
        }
    }

    /// An array of strings of the configuration.
    pub(super) fn strings<'b>(&mut self, strings: impl Iterator<Item = &'b [u8]>) -> io::Result<()> {
        self.array()?;
        for string in strings {
            self.bytes(string)?;
        }
        self.close()
    }

    /// Ends the document with a newline.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        while !self.open.is_empty() {
            self.close()?;
        }
        self.out.write_all(b"\n")
    }

    fn begin(&mut self, opening: u8, closing: u8) -> io::Result<()> {
        self.item()?;
        self.open.push((closing, false));
        self.out.write_all(&[opening])
    }

    /// What separates the next item from the one before.
    fn item(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.after_key) {
            return Ok(());
        }
        let Some((_, filled)) = self.open.last_mut() else { return Ok(()) };
        if std::mem::replace(filled, true) {
            self.out.write_all(b",")?;
        }
        self.line_break()
    }

    fn line_break(&mut self) -> io::Result<()> {
        let Some(indent) = self.indent else { return Ok(()) };
        let columns = indent.saturating_mul(self.open.len()).min(WIDEST);
        write!(self.out, "\n{:columns$}", "")
    }

    fn string(&mut self, text: &str) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, text).map_err(io::Error::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(indent: Option<usize>, encoding: Encoding) -> String {
        let mut out = Vec::new();
        let mut json = Json::new(&mut out, indent, encoding);
        let steps = |json: &mut Json<'_>| -> io::Result<()> {
            json.object()?;
            json.key("a")?;
            json.array()?;
            json.number(1)?;
            json.bytes(b"\"\xe9")?;
            json.array()?;
            json.close()?;
            json.close()?;
            json.key("b")?;
            json.null()?;
            json.finish()
        };
        steps(&mut json).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_line_without_blanks_unless_indented() {
        assert_eq!(written(None, Encoding::Latin1), "{\"a\":[1,\"\\\"é\",[]],\"b\":null}\n");
        assert_eq!(
            written(Some(2), Encoding::Utf8),
            "{\n  \"a\": [\n    1,\n    \"\\\"\u{fffd}\",\n    []\n  ],\n  \"b\": null\n}\n"
        );
        assert_eq!(written(Some(0), Encoding::Latin1).lines().count(), 8);
    }

    #[test]
    fn indentation_does_not_grow_without_end() {
        let mut out = Vec::new();
        let mut json = Json::new(&mut out, Some(8), Encoding::Utf8);
        for _ in 0..1000 {
            json.array().unwrap();
        }
        json.finish().unwrap();
        assert!(out.len() < 1000 * 600, "{}", out.len());
    }
}
