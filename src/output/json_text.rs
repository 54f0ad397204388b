//! JSON whose strings nothing obeys: what [`escape`](super::escape) would spell out stands there as `\u001b`. A reader of
//! the document gets the text unchanged.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::escape::parts;

/// Writes `value` as one indented document.
pub(super) fn document(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let formatter = Harmless(PrettyFormatter::new());
    value.serialize(&mut Serializer::with_formatter(&mut *out, formatter))?;
    writeln!(out)
}

/// Writes `value` on one line.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Harmless(CompactFormatter)))?;
    writeln!(out)
}

/// Lays out as another formatter does.
struct Harmless<F>(F);

/// Hands these over to the other one.
macro_rules! same {
    ($($method:ident($($first:ident)?)),* $(,)?) => {
        $(fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $first: bool)?) -> io::Result<()> {
            self.0.$method(out $(, $first)?)
        })*
    };
}

impl<F: Formatter> Formatter for Harmless<F> {
    same!(
        begin_array(),
        end_array(),
        begin_array_value(first),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    );

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        parts(text, |_| false).try_for_each(|(shown, harmful)| {
            out.write_all(shown.as_bytes())?;
            let mut units = [0; 2];
            let units = harmful.map(|char| char.encode_utf16(&mut units)).into_iter().flatten();
            { units }.try_for_each(|unit| write!(out, "\\u{unit:04x}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_harmless_and_stay_the_same() {
        let text = "a\x1b\u{9b}\u{202e}\u{7f}\u{ffff} \"##[group]\" ::error::\\ \u{1f600}\n";
        let mut out = Vec::new();
        line(&[text], &mut out).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(
            written,
            "[\"a\\u001b\\u009b\\u202e\\u007f\\uffff \\\"##\\u005bgroup]\\\" \\u003a:error::\\\\ \u{1f600}\\n\"]\n"
        );
        assert_eq!(serde_json::from_str::<Vec<String>>(&written).unwrap(), [text]);
    }

    #[test]
    fn documents_are_indented() {
        let mut out = Vec::new();
        document(&serde_json::json!({"a": [1, {}]}), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n");
    }
}
