//! The entries of `geo` (`ngx_http_geo`).

use super::super::{Checked, Refusal, quoted, says};

use super::super::values::{address_v4, is_network};
use super::Taken;

/// An open `geo` block.
#[derive(Debug, Default)]
pub struct Geo {
    /// Addresses are ranges.
    ranges: bool,
    /// A network or the default stands in it: it is too late for `ranges`.
    begun: bool,
}

impl Geo {
    pub(in crate::directive) fn entry(&mut self, words: &[&[u8]]) -> Result<Taken, Refusal> {
        match words {
            [b"ranges"] if self.begun => {
                return Err(
                    says(r#"the "ranges" directive must be the first directive inside "geo" block"#).at(0)
                );
            }
            [b"ranges"] => self.ranges = true,
            [b"proxy_recursive" | b"volatile"] => {}
            [b"include", _] => return Ok(Taken::Include),
            [b"default", _] => self.begun = true,
            [b"proxy", network] => check_network(network)?,
            [b"delete", network] | [network, _] => {
                self.begun = true;
                let word = usize::from(words.first() == Some(&&b"delete"[..]));
                self.check_address(network).map_err(|refusal| refusal.at(word))?;
            }
            _ => return Err(says("invalid number of the geo parameters").at(0)),
        }
        Ok(Taken::Data)
    }

    fn check_address(&self, network: &[u8]) -> Checked {
        if !self.ranges {
            return check_network(network);
        }
        if is_range(network) { Ok(()) } else { Err(quoted("invalid range \"", network, "\"")) }
    }
}

/// `ngx_ptocidr`: an IPv4 or IPv6 address, alone or with a number of bits.
fn check_network(network: &[u8]) -> Checked {
    if is_network(network) { Ok(()) } else { Err(quoted("invalid network \"", network, "\"")) }
}

/// Two IPv4 addresses, the lower one first.
fn is_range(range: &[u8]) -> bool {
    let ends = std::str::from_utf8(range).ok().and_then(|range| range.split_once('-'));
    ends.and_then(|(start, end)| Some(address_v4(start)? <= address_v4(end)?)).unwrap_or(false)
}
