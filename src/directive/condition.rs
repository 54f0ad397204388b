//! The parentheses of `if` (`ngx_http_rewrite_if_condition`).

use super::{Checked, Refusal, quoted};

use super::script::Names;

/// Checks the words behind `if`.
pub(in crate::directive) fn check<P: Copy>(words: &[&[u8]], names: &mut Names<P>) -> Checked {
    let words = inside(words)?;
    match words.as_slice() {
        [] => Err(invalid(b")")),
        [variable, rest @ ..] if variable.len() > 1 && variable.starts_with(b"$") => {
            comparison(variable, rest, names)
        }
        [test, rest @ ..] if is_test(test) => file_test(test, rest, names),
        [first, ..] => Err(invalid(first)),
    }
}

fn invalid(word: &[u8]) -> Refusal {
    quoted("invalid condition \"", word, "\"")
}

/// The words between the parentheses, which may stand alone or touch a word.
fn inside<'w>(words: &[&'w [u8]]) -> Result<Vec<&'w [u8]>, Refusal> {
    let mut words = words.to_vec();
    let first = words.first().copied().unwrap_or_default();
    let Some(rest) = first.strip_prefix(b"(") else { return Err(invalid(first)) };
    if rest.is_empty() && words.len() > 1 {
        words.remove(0);
    } else if let Some(word) = words.first_mut().filter(|_| !rest.is_empty()) {
        *word = rest;
    }
    let last = words.last().copied().unwrap_or_default();
    let Some(rest) = last.strip_suffix(b")") else { return Err(invalid(last)) };
    match words.last_mut() {
        Some(word) if !rest.is_empty() => *word = rest,
        _ => drop(words.pop()),
    }
    Ok(words)
}

fn comparison<P: Copy>(variable: &[u8], rest: &[&[u8]], names: &mut Names<P>) -> Checked {
    if !matches!(rest.len(), 0 | 2) {
        return Err(invalid(variable));
    }
    names.uses(variable.get(1..).unwrap_or_default());
    match rest {
        [b"=" | b"!=", value] => names.compile(value),
        [b"~" | b"~*" | b"!~" | b"!~*", regex] => {
            names.defines_groups(regex);
            Ok(())
        }
        [operator, _] => Err(quoted("unexpected \"", operator, "\" in condition")),
        _ => Ok(()),
    }
}

fn is_test(word: &[u8]) -> bool {
    matches!(word, [b'-', _] | [b'!', b'-', _])
}

fn file_test<P: Copy>(test: &[u8], rest: &[&[u8]], names: &mut Names<P>) -> Checked {
    let [value] = rest else { return Err(invalid(test)) };
    names.compile(value)?;
    if test.last().is_some_and(|letter| b"fdex".contains(letter)) { Ok(()) } else { Err(invalid(test)) }
}
