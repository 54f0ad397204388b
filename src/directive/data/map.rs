//! The entries of `map` (`ngx_http_map`).

use std::collections::HashSet;

use super::super::{Checked, Fault, Refusal, quoted, says};

use super::super::script::Names;
use super::Taken;

/// An open `map` block.
#[derive(Debug, Default)]
pub struct Map {
    /// Keys may be host names with wildcards.
    hostnames: bool,
    has_default: bool,
    keys: HashSet<Vec<u8>>,
}

impl Map {
    pub(in crate::directive) fn entry<P: Copy>(
        &mut self,
        words: &[&[u8]],
        names: &mut Names<P>,
    ) -> Result<Taken, Refusal> {
        match words {
            [b"hostnames"] => self.hostnames = true,
            [b"volatile"] => {}
            [b"include", _] => return Ok(Taken::Include),
            [key, value] => {
                names.compile(value)?;
                self.key(key, names)?;
            }
            _ => return Err(says("invalid number of the map parameters").at(0)),
        }
        Ok(Taken::Data)
    }

    fn key<P: Copy>(&mut self, key: &[u8], names: &mut Names<P>) -> Checked {
        match key {
            b"default" if std::mem::replace(&mut self.has_default, true) => {
                Err(says("duplicate default map parameter").at(0).of(Fault::Duplicate))
            }
            b"default" => Ok(()),
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
            return Err(quoted("invalid hostname or wildcard \"", key, "\"").at(0));
        }
        let fresh = match key {
            [b'.', name @ ..] if self.hostnames && !name.is_empty() => {
                self.keys.insert(name.to_vec()) && self.keys.insert([b"*.", name].concat())
            }
            _ => self.keys.insert(key.to_vec()),
        };
        if fresh {
            Ok(())
        } else {
            Err(quoted("conflicting parameter \"", key, "\"").at(0).of(Fault::Duplicate))
        }
    }
}

/// What `ngx_hash_add_key` takes where wildcards are meant: at most one, as the first or last label.
fn is_hostname(key: &[u8]) -> bool {
    let mut stars = key.iter().filter(|&&byte| byte == b'*');
    let (star, second) = (stars.next().is_some(), stars.next().is_some());
    let at_end = key.starts_with(b"*.") || key.ends_with(b".*") || key.first() == Some(&b'.');
    let empty_label = key.windows(2).any(|pair| pair == b"..");
    !second && !empty_label && !key.contains(&0) && (!star || (at_end && key.len() > 2))
}
