//! Parameters of the form `name=value` that several directives have.

use super::super::call::Call;
use super::super::scalar::{number, size, time};
use super::super::{Checked, Refusal, says};

/// The memory page of the machines that nginx runs on.
const PAGE: i64 = 4096;

/// `invalid WHAT "WORD"` about the word `index`.
pub(super) fn invalid(what: &str, word: &[u8], index: usize) -> Refusal {
    says([b"invalid ", what.as_bytes(), b" \"", word, b"\""].concat()).at(index)
}

/// `NAME:SIZE` of shared memory of at least `pages` pages; `what` is what it is called in messages.
pub(super) fn zone<'a>(
    call: &Call<'a>,
    index: usize,
    start: usize,
    pages: i64,
    what: &str,
) -> Result<&'a [u8], Refusal> {
    let word = call.word(index);
    let value = word.get(start..).unwrap_or_default();
    let Some(colon) = memchr::memchr(b':', value) else {
        return Err(invalid(&format!("{what} size"), word, index));
    };
    let (name, bytes) = (value.get(..colon).unwrap_or_default(), value.get(colon + 1..).unwrap_or_default());
    match size(bytes, b"kKmM") {
        None => Err(invalid(&format!("{what} size"), word, index)),
        Some(bytes) if bytes < pages * PAGE => {
            Err(says([what.as_bytes(), b" \"", word, b"\" is too small"].concat()).at(index))
        }
        Some(_) => Ok(name),
    }
}

/// `key > 0`
pub(super) fn is_positive(text: &[u8]) -> bool {
    !text.is_empty() && number(text).is_some_and(|number| number > 0)
}

/// A cache of open things: `off`, or `max=` and further parameters.
pub(super) fn cache(
    call: &Call<'_>,
    others: &[&[u8]],
    wrong: impl Fn(usize) -> Refusal,
    lacks_max: &str,
) -> Checked {
    let (mut max, mut off) = (false, false);
    for (index, word) in call.arguments().enumerate() {
        if let Some(count) = word.strip_prefix(b"max=") {
            max = true;
            if !is_positive(count) {
                return Err(wrong(index + 1));
            }
        } else if word == b"off" {
            off = true;
        } else if !others.iter().any(|name| is_parameter(word, name)) {
            return Err(wrong(index + 1));
        }
    }
    if max || off { Ok(()) } else { Err(says(lacks_max.as_bytes()).at(0)) }
}

fn is_parameter(word: &[u8], name: &[u8]) -> bool {
    let Some(value) = word.strip_prefix(name) else { return false };
    if name == b"min_uses=" { is_positive(value) } else { time(value, true) }
}
