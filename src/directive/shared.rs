//! Shared memory: what gives it a size, and what needs it (`ngx_shared_memory_add`, `ngx_init_cycle`).

use std::collections::HashMap;

use super::call::Call;
use super::scalar::size;
use super::statement::Problem;
use super::{Checked, Fault, quoted, says};
use crate::catalogue::{Context, directive};

/// A zone as the first directive that names it declares it.
struct Zone<P> {
    /// What it is for: zones for different things may not share a name.
    purpose: String,
    size: i64,
    /// The key of `limit_req_zone` or `limit_conn_zone`, or that a cache has it.
    bound: Option<Vec<u8>>,
    first: P,
}

/// What a directive says of a zone.
struct Named<'a> {
    name: &'a [u8],
    purpose: String,
    size: i64,
    bound: Option<Vec<u8>>,
}

/// All zones.
pub(super) struct Shared<P> {
    zones: HashMap<Vec<u8>, Zone<P>>,
    order: Vec<Vec<u8>>,
}

impl<P> Default for Shared<P> {
    fn default() -> Self {
        Self { zones: HashMap::new(), order: Vec::new() }
    }
}

impl<P: Copy> Shared<P> {
    pub(super) fn learn(&mut self, call: &Call<'_>, place: P) -> Checked {
        named(call).into_iter().try_for_each(|zone| self.add(call, zone, place))
    }

    fn add(&mut self, call: &Call<'_>, named: Named<'_>, place: P) -> Checked {
        let Some(zone) = self.zones.get_mut(named.name) else {
            self.order.push(named.name.to_vec());
            let Named { name, purpose, size, bound } = named;
            self.zones.insert(name.to_vec(), Zone { purpose, size, bound, first: place });
            return Ok(());
        };
        if zone.purpose != named.purpose {
            let rest = "\" is already declared for a different use";
            return Err(quoted("the shared memory zone \"", named.name, rest));
        }
        if zone.size != 0 && named.size != 0 && zone.size != named.size {
            let (size, before) = (format!("the size {} of shared memory zone \"", named.size), zone.size);
            let rest = format!("\" conflicts with already declared size {before}");
            return Err(quoted(&size, named.name, &rest));
        }
        zone.size = zone.size.max(named.size);
        match (&zone.bound, named.bound) {
            (Some(_), Some(_)) if call.id.name().ends_with("_cache_path") => {
                Err(quoted("duplicate zone \"", named.name, "\"").of(Fault::Duplicate))
            }
            (Some(key), Some(_)) => {
                let start = [call.word(0), b" \"", named.name, b"\" is already bound to key \"", key, b"\""];
                Err(says(start.concat()).of(Fault::Duplicate))
            }
            (bound, new) => {
                zone.bound = new.or_else(|| bound.clone());
                Ok(())
            }
        }
    }

    /// Shared memory that nothing gives a size.
    pub(super) fn missing(&self) -> impl Iterator<Item = Problem<P>> {
        let zones = self.order.iter().filter_map(|name| Some((name, self.zones.get(name)?)));
        zones.filter(|(_, zone)| zone.size == 0).map(|(name, zone)| Problem {
            refusal: quoted("zero size shared memory zone \"", name, "\"").of(Fault::Missing),
            at: None,
            cause: Some(zone.first),
            first: None,
        })
    }
}

/// The zones that a directive names; what belongs to one module has one purpose.
fn named<'a>(call: &Call<'a>) -> Vec<Named<'a>> {
    let stream = matches!(call.context, Context::Stream | Context::StreamServer | Context::StreamUpstream);
    let purpose = |what: &str| if stream { format!("stream {what}") } else { what.to_owned() };
    let bytes = |text: &[u8]| size(text, b"kKmM").unwrap_or(1);
    let sized = |start: &'static [u8], what: &str, bound: &dyn Fn() -> Option<Vec<u8>>| {
        let zones = call.arguments().filter_map(|word| word.strip_prefix(start));
        let zones = zones.map(|zone| split(zone));
        let named = zones.map(|(name, text)| Named {
            name,
            purpose: purpose(what),
            size: text.map_or(0, bytes),
            bound: bound(),
        });
        named.collect::<Vec<_>>()
    };
    let one = |what: &str, index: usize, size: i64| {
        vec![Named { name: call.word(index), purpose: purpose(what), size, bound: None }]
    };
    let key = || Some(call.word(1).to_vec());
    match call.id {
        directive::LIMIT_REQ_ZONE => sized(b"zone=", "limit_req", &key),
        directive::LIMIT_CONN_ZONE => sized(b"zone=", "limit_conn", &key),
        directive::LIMIT_REQ => sized(b"zone=", "limit_req", &|| None),
        directive::LIMIT_CONN => one("limit_conn", 1, 0),
        directive::ZONE if call.count() > 1 => one("upstream", 1, bytes(call.word(2))),
        directive::ZONE => one("upstream", 1, 0),
        directive::SSL_SESSION_CACHE => sized(b"shared:", "ssl", &|| None),
        id if id.name().ends_with("_cache_path") => {
            let module = id.name().trim_end_matches("_path");
            sized(b"keys_zone=", module, &|| Some(Vec::new()))
        }
        id if id.name().ends_with("_cache") && call.count() == 1 => cache(call),
        _ => Vec::new(),
    }
}

/// `proxy_cache` and its like.
fn cache<'a>(call: &Call<'a>) -> Vec<Named<'a>> {
    let modules = ["proxy_cache", "fastcgi_cache", "uwsgi_cache", "scgi_cache"];
    let zone = call.word(1);
    if !modules.contains(&call.id.name()) || zone == b"off" || zone.contains(&b'$') {
        return Vec::new();
    }
    vec![Named { name: zone, purpose: call.id.name().to_owned(), size: 0, bound: None }]
}

fn split(zone: &[u8]) -> (&[u8], Option<&[u8]>) {
    let colon = memchr::memchr(b':', zone).unwrap_or(zone.len());
    (zone.get(..colon).unwrap_or_default(), zone.get(colon + 1..))
}
