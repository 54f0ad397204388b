//! The entries of blocks whose words are data: `map`, `geo`, `types`, `split_clients`, `charset_map`.

mod geo;
mod map;

use std::borrow::Cow;

use super::call::Call;
use super::{Checked, Fault, Next, Refusal, quoted, says};

use super::script::Names;
use crate::catalogue::{DirectiveId, directive};

use geo::Geo;
use map::Map;

/// An open data block.
#[derive(Debug)]
pub enum Data {
    Map(Map),
    Geo(Geo),
    Types,
    /// `split_clients` with what its shares add up to, in hundredths of a percent.
    Split(u64),
    /// `charset_map`; to UTF-8 there are several bytes on the right.
    Charset {
        to_utf8: bool,
    },
    /// A block of another module.
    Other,
}

/// What an entry is.
pub(in crate::directive) enum Taken {
    Include,
    Data,
}

impl Taken {
    pub(in crate::directive) fn next(self) -> Next {
        match self {
            Self::Include => Next::Include,
            Self::Data => Next::Statement,
        }
    }
}

impl Data {
    pub(in crate::directive) fn new(call: &Call<'_>) -> Self {
        Self::of(call.id, call.words)
    }

    /// The block that `id` opens.
    pub(in crate::directive) fn of(id: DirectiveId, words: &[Cow<'_, [u8]>]) -> Self {
        let to_utf8 = words.get(2).is_some_and(|word| word.eq_ignore_ascii_case(b"utf-8"));
        match id {
            directive::MAP => Self::Map(Map::default()),
            directive::GEO => Self::Geo(Geo::default()),
            directive::TYPES => Self::Types,
            directive::SPLIT_CLIENTS => Self::Split(0),
            directive::CHARSET_MAP => Self::Charset { to_utf8 },
            _ => Self::Other,
        }
    }

    /// Takes the words of an entry.
    pub(in crate::directive) fn entry<P: Copy>(
        &mut self,
        words: &[Cow<'_, [u8]>],
        names: &mut Names<P>,
    ) -> Result<Taken, Refusal> {
        let words: Vec<&[u8]> = words.iter().map(|word| &**word).collect();
        match self {
            Self::Map(map) => map.entry(&words, names),
            Self::Geo(geo) => geo.entry(&words),
            Self::Types => types(&words),
            Self::Split(total) => split(total, &words).map(|()| Taken::Data),
            Self::Charset { to_utf8 } => charset(*to_utf8, &words).map(|()| Taken::Data),
            Self::Other => Ok(if matches!(*words, [b"include", _]) { Taken::Include } else { Taken::Data }),
        }
    }

    /// Checks the block as a whole.
    pub(in crate::directive) fn end(&self) -> Checked {
        match self {
            Self::Split(total) if *total > 100 * 100 => Err(says("percent total is greater than 100%")),
            _ => Ok(()),
        }
    }
}

/// `ngx_http_split_clients`, which does not look at the number of words.
fn split(total: &mut u64, words: &[&[u8]]) -> Checked {
    let share = words.first().copied().unwrap_or_default();
    if share == b"*" {
        return Ok(());
    }
    let parsed = share.strip_suffix(b"%").and_then(hundredths).filter(|&share| share > 0);
    let Some(parsed) = parsed else { return Err(quoted("invalid percent value \"", share, "\"").at(0)) };
    *total = total.saturating_add(parsed);
    Ok(())
}

/// `ngx_http_charset_map`.
fn charset(to_utf8: bool, words: &[&[u8]]) -> Checked {
    let [from, to] = words else { return Err(says("invalid parameters number").at(0)) };
    let invalid = |word: &[u8], index| Err(quoted("invalid value \"", word, "\"").at(index));
    let is_byte = |word: &[u8]| hex(word).is_some_and(|byte| byte <= 255);
    if !is_byte(from) {
        return invalid(from, 0);
    }
    let is_character = || to.chunks(2).all(|pair| pair.len() == 2 && hex(pair).is_some());
    if to_utf8 && is_character() || !to_utf8 && is_byte(to) { Ok(()) } else { invalid(to, 1) }
}

/// `ngx_http_core_type`.
fn types(words: &[&[u8]]) -> Result<Taken, Refusal> {
    match words {
        [b"include", _] => Ok(Taken::Include),
        [b"include", ..] => {
            Err(says(r#"invalid number of arguments in "include" directive"#).of(Fault::Count))
        }
        _ => Ok(Taken::Data),
    }
}

/// `ngx_hextoi`.
fn hex(text: &[u8]) -> Option<u64> {
    let digits =
        std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u64::from_str_radix(digits, 16).ok()
}

/// `ngx_atofp` with two digits behind the point.
fn hundredths(text: &[u8]) -> Option<u64> {
    let mut parts = text.splitn(2, |&byte| byte == b'.');
    let (whole, fraction) = (parts.next()?, parts.next().unwrap_or_default());
    let digits = whole.iter().chain(fraction).all(u8::is_ascii_digit);
    if !digits || fraction.len() > 2 || whole.len() + fraction.len() == 0 {
        return None;
    }
    let padded = [whole, fraction, b"00".get(fraction.len()..)?].concat();
    std::str::from_utf8(&padded).ok()?.parse().ok()
}
