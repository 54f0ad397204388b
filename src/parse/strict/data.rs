//! The entries of blocks whose words are data: `map`, `geo`, `types`, `split_clients`, `charset_map`.

use std::collections::HashSet;
use std::net::Ipv6Addr;

use super::Call;
use super::dispatch::quoted;
use super::scalar::Checked;
use super::script::Names;
use crate::catalogue::{DirectiveId, directive};

/// An open data block.
pub(super) struct Data {
    block: DirectiveId,
    /// `map`: keys may be host names with wildcards.
    hostnames: bool,
    has_default: bool,
    keys: HashSet<Vec<u8>>,
    /// `geo`: addresses are ranges.
    ranges: bool,
    has_networks: bool,
    /// `split_clients`: hundredths of a percent.
    percents: u64,
    /// `charset_map` to UTF-8: several bytes on the right.
    to_utf8: bool,
}

/// What an entry is.
pub(super) enum Taken {
    Include,
    Data,
}

impl Data {
    pub(super) fn new(call: &Call<'_>) -> Self {
        Self {
            block: call.id,
            has_default: false,
            keys: HashSet::new(),
            ranges: false,
            has_networks: false,
            percents: 0,
            to_utf8: call.word(2).eq_ignore_ascii_case(b"utf-8"),
            hostnames: false,
        }
    }

    /// Takes the words of an entry.
    pub(super) fn entry(&mut self, words: &[Vec<u8>], names: &mut Names) -> Result<Taken, Vec<u8>> {
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        match self.block {
            directive::MAP => self.map(&words, names),
            directive::GEO => self.geo(&words),
            directive::TYPES => types(&words),
            directive::SPLIT_CLIENTS => self.split(&words).map(|()| Taken::Data),
            directive::CHARSET_MAP => self.charset(&words).map(|()| Taken::Data),
            _ if words.len() == 2 && words.first() == Some(&&b"include"[..]) => Ok(Taken::Include),
            _ => Ok(Taken::Data),
        }
    }

    /// Checks the block as a whole.
    pub(super) fn end(&self) -> Checked {
        if self.percents > 100 * 100 { Err(b"percent total is greater than 100%".to_vec()) } else { Ok(()) }
    }

    /// `ngx_http_map`.
    fn map(&mut self, words: &[&[u8]], names: &mut Names) -> Result<Taken, Vec<u8>> {
        match words {
            [b"hostnames"] => {
                self.hostnames = true;
                Ok(Taken::Data)
            }
            [b"volatile"] => Ok(Taken::Data),
            [b"include", _] => Ok(Taken::Include),
            [key, value] => {
                names.compile(value)?;
                self.map_key(key, names).map(|()| Taken::Data)
            }
            _ => Err(b"invalid number of the map parameters".to_vec()),
        }
    }

    fn map_key(&mut self, key: &[u8], names: &mut Names) -> Checked {
        match key {
            b"default" if self.has_default => Err(b"duplicate default map parameter".to_vec()),
            b"default" => {
                self.has_default = true;
                Ok(())
            }
            [b'~', regex @ ..] => {
                names.defines_groups(regex);
                Ok(())
            }
            _ => self.plain_key(&key.strip_prefix(b"\\").unwrap_or(key).to_ascii_lowercase()),
        }
    }

    /// `ngx_hash_add_key`: a leading dot stands for the name itself and everything below it.
    fn plain_key(&mut self, key: &[u8]) -> Checked {
        if self.hostnames && !is_hostname(key) {
            return Err(quoted("invalid hostname or wildcard \"", key, "\""));
        }
        let fresh = match key {
            [b'.', name @ ..] if self.hostnames && !name.is_empty() => {
                self.keys.insert(name.to_vec()) && self.keys.insert([b"*.", name].concat())
            }
            _ => self.keys.insert(key.to_vec()),
        };
        if fresh { Ok(()) } else { Err(quoted("conflicting parameter \"", key, "\"")) }
    }

    /// `ngx_http_geo`.
    fn geo(&mut self, words: &[&[u8]]) -> Result<Taken, Vec<u8>> {
        match words {
            [b"ranges"] if self.has_networks => {
                Err(br#"the "ranges" directive must be the first directive inside "geo" block"#.to_vec())
            }
            [b"ranges"] => {
                self.ranges = true;
                Ok(Taken::Data)
            }
            [b"proxy_recursive" | b"volatile"] => Ok(Taken::Data),
            [b"include", _] => Ok(Taken::Include),
            [b"default", _] => {
                self.has_networks = true;
                Ok(Taken::Data)
            }
            [b"proxy", network] => check_network(network).map(|()| Taken::Data),
            [b"delete", network] | [network, _] => {
                self.has_networks = true;
                self.check_address(network).map(|()| Taken::Data)
            }
            _ => Err(b"invalid number of the geo parameters".to_vec()),
        }
    }

    fn check_address(&self, network: &[u8]) -> Checked {
        if !self.ranges {
            return check_network(network);
        }
        if is_range(network) { Ok(()) } else { Err(quoted("invalid range \"", network, "\"")) }
    }

    /// `ngx_http_split_clients`, which does not look at the number of words.
    fn split(&mut self, words: &[&[u8]]) -> Checked {
        let share = words.first().copied().unwrap_or_default();
        if share == b"*" {
            return Ok(());
        }
        match share.strip_suffix(b"%").and_then(hundredths).filter(|&share| share > 0) {
            Some(share) => {
                self.percents = self.percents.saturating_add(share);
                Ok(())
            }
            None => Err(quoted("invalid percent value \"", share, "\"")),
        }
    }

    /// `ngx_http_charset_map`.
    fn charset(&self, words: &[&[u8]]) -> Checked {
        let [from, to] = words else { return Err(b"invalid parameters number".to_vec()) };
        let invalid = |word: &[u8]| Err(quoted("invalid value \"", word, "\""));
        if hex(from).is_none_or(|byte| byte > 255) {
            return invalid(from);
        }
        let good = if self.to_utf8 {
            to.chunks(2).all(|pair| pair.len() == 2 && hex(pair).is_some())
        } else {
            hex(to).is_some_and(|byte| byte <= 255)
        };
        if good { Ok(()) } else { invalid(to) }
    }
}

/// `ngx_http_core_type`.
fn types(words: &[&[u8]]) -> Result<Taken, Vec<u8>> {
    match words {
        [b"include", _] => Ok(Taken::Include),
        [b"include", ..] => Err(br#"invalid number of arguments in "include" directive"#.to_vec()),
        _ => Ok(Taken::Data),
    }
}

/// `ngx_hextoi`.
fn hex(text: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
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

/// `ngx_ptocidr`: an IPv4 or IPv6 address, alone or with a number of bits.
fn check_network(network: &[u8]) -> Checked {
    if is_network(network) { Ok(()) } else { Err(quoted("invalid network \"", network, "\"")) }
}

fn is_network(network: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(network) else { return false };
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let bits = match bits {
        Some(bits) if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) => return false,
        Some(bits) => bits.parse().unwrap_or(u32::MAX),
        None => 0,
    };
    let most = match (address_v4(address), address.parse::<Ipv6Addr>()) {
        (Some(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return false,
    };
    bits <= most
}

/// `ngx_inet_addr`: four decimal numbers, zeros before them do not matter.
fn address_v4(text: &str) -> Option<u32> {
    let mut parts = text.split('.').map(|part| part.parse::<u8>().ok().filter(|_| !part.starts_with('+')));
    let mut address = 0;
    for _ in 0..4 {
        address = address << 8 | u32::from(parts.next()??);
    }
    parts.next().is_none().then_some(address)
}

/// Two IPv4 addresses, the lower one first.
fn is_range(range: &[u8]) -> bool {
    let ends = std::str::from_utf8(range).ok().and_then(|range| range.split_once('-'));
    ends.and_then(|(start, end)| Some(address_v4(start)? <= address_v4(end)?)).unwrap_or(false)
}

/// What `ngx_hash_add_key` takes where wildcards are meant: at most one, as the first or last label.
fn is_hostname(key: &[u8]) -> bool {
    let stars = key.iter().filter(|&&byte| byte == b'*').count();
    let at_end = key.starts_with(b"*.") || key.ends_with(b".*") || key.first() == Some(&b'.');
    let dots = key.windows(2).any(|pair| pair == b"..");
    stars <= 1 && !dots && !key.contains(&0) && (stars == 0 || (at_end && key.len() > 2))
}
