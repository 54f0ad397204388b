//! What directives name that others define: upstreams, log formats, caches, shared memory. nginx finds out at the end of
//! the `http` or `stream` block, or of everything, what is missing.

use std::collections::HashSet;

use super::call::Call;
use super::state::Problem;
use super::values::{access_log, needs_port};
use super::{Checked, Fault, quoted, says};
use crate::catalogue::{Context, DirectiveId, Origin, Version, VersionRange, directive};

/// The first version in which a server of stream may do without a handler.
const NO_HANDLER: Version = Version::new(1, 25, 5);

/// The names in an open `http` or `stream` block.
pub(super) struct Named<P> {
    formats: HashSet<Vec<u8>>,
    upstreams: HashSet<Vec<u8>>,
    /// Passes to a server without a port, by what nginx calls them.
    passes: Vec<(P, Vec<u8>, Vec<u8>)>,
    /// Caches by the module and the name.
    caches: HashSet<(Vec<u8>, Vec<u8>)>,
    cached: Vec<(P, DirectiveId, Vec<u8>)>,
    /// Servers of stream that answer nothing.
    unhandled: Vec<P>,
    /// Servers of stream that listen nowhere.
    unheard: Vec<P>,
}

impl<P> Default for Named<P> {
    fn default() -> Self {
        Self {
            formats: HashSet::new(),
            upstreams: HashSet::new(),
            passes: Vec::new(),
            caches: HashSet::new(),
            cached: Vec::new(),
            unhandled: Vec::new(),
            unheard: Vec::new(),
        }
    }
}

impl<P: Copy> Named<P> {
    /// Takes note of the names in a directive.
    pub(super) fn learn(&mut self, call: &Call<'_>, place: P) -> Checked {
        let name = call.id.name();
        match call.id {
            directive::UPSTREAM => drop(self.upstreams.insert(call.word(1).to_ascii_lowercase())),
            directive::LOG_FORMAT => drop(self.formats.insert(call.word(1).to_vec())),
            directive::ACCESS_LOG => return self.access_log(call),
            _ if name.ends_with("_cache_path") => self.cache_path(call, name),
            _ if name.ends_with("_cache") && is_cached(name) => {
                let zone = call.word(1);
                if zone != b"off" && !zone.contains(&b'$') {
                    self.cached.push((place, call.id, zone.to_vec()));
                }
            }
            _ => {
                if let Some((host, url)) = needs_port(call) {
                    self.passes.push((place, host.to_ascii_lowercase(), url.to_vec()));
                }
            }
        }
        Ok(())
    }

    fn access_log(&self, call: &Call<'_>) -> Checked {
        let format = call.word(2);
        let is_default = call.context != Context::Stream && call.context != Context::StreamServer;
        let known = call.count() < 2
            || call.word(1) == b"off"
            || is_default && format == b"combined"
            || self.formats.contains(format)
            || call.variant.origin != Origin::Nginx;
        if !known {
            return Err(quoted("unknown log format \"", format, "\"").at(2).of(Fault::Missing));
        }
        access_log(call)
    }

    fn cache_path(&mut self, call: &Call<'_>, name: &str) {
        let module = name.trim_end_matches("_cache_path").as_bytes().to_vec();
        let zones = call.arguments().filter_map(|word| word.strip_prefix(b"keys_zone="));
        let names = zones.filter_map(|zone| zone.split(|&byte| byte == b':').next());
        self.caches.extend(names.map(|zone| (module.clone(), zone.to_vec())));
    }

    /// A server of stream ends.
    pub(super) fn server_ends(
        &mut self,
        listens: bool,
        handled: bool,
        opening: Option<P>,
        range: VersionRange,
    ) {
        if !listens {
            self.unheard.extend(opening);
        }
        if !handled && !range.contains_from(NO_HANDLER) {
            self.unhandled.extend(opening);
        }
    }

    /// What is missing at the end of the block, `place`.
    pub(super) fn missing(&self, place: Option<P>) -> Vec<Problem<P>> {
        let at = |refusal: super::Refusal, at: Option<P>, cause: P| Problem {
            refusal: refusal.of(Fault::Missing),
            at,
            cause: Some(cause),
            first: None,
        };
        let unheard = self
            .unheard
            .iter()
            .map(|&server| at(says("no \"listen\" is defined for server").at(0), Some(server), server));
        let servers = self
            .unhandled
            .iter()
            .map(|&server| at(says("no handler for server").at(0), Some(server), server));
        let passes = self.passes.iter().filter(|(_, host, _)| !self.upstreams.contains(host));
        let passes =
            passes.map(|(pass, _, url)| at(quoted("no port in upstream \"", url, "\""), Some(*pass), *pass));
        let defined = |id: DirectiveId, zone: &Vec<u8>| {
            let module = id.name().trim_end_matches("_cache").as_bytes().to_vec();
            self.caches.contains(&(module, zone.clone()))
        };
        let cached =
            self.cached.iter().filter(|(_, id, zone)| !defined(*id, zone)).map(|(used, id, zone)| {
                let said = [b"\"", id.name().as_bytes(), b"\" zone \"", zone, b"\" is unknown"].concat();
                at(says(said), place, *used)
            });
        unheard.chain(servers).chain(passes).chain(cached).collect()
    }
}

fn is_cached(name: &str) -> bool {
    ["proxy", "fastcgi", "uwsgi", "scgi"].iter().any(|module| name.strip_suffix("_cache") == Some(module))
}

/// Shared memory: what gives it a size, and what needs it.
pub(super) struct Shared<P> {
    sized: HashSet<Vec<u8>>,
    used: Vec<(P, Vec<u8>)>,
}

impl<P> Default for Shared<P> {
    fn default() -> Self {
        Self { sized: HashSet::new(), used: Vec::new() }
    }
}

impl<P: Copy> Shared<P> {
    pub(super) fn learn(&mut self, call: &Call<'_>, place: P) {
        match call.id {
            directive::LIMIT_REQ_ZONE | directive::LIMIT_CONN_ZONE => {
                let zones = call.arguments().filter_map(|word| word.strip_prefix(b"zone="));
                let names = zones.filter_map(|zone| zone.split(|&byte| byte == b':').next());
                self.sized.extend(names.map(<[u8]>::to_vec));
            }
            directive::LIMIT_REQ => {
                let zone = call.arguments().find_map(|word| word.strip_prefix(b"zone="));
                self.used.extend(zone.map(|zone| (place, zone.to_vec())));
            }
            directive::ZONE if call.count() > 1 => drop(self.sized.insert(call.word(1).to_vec())),
            directive::LIMIT_CONN | directive::ZONE => self.used.push((place, call.word(1).to_vec())),
            _ => {}
        }
    }

    /// Shared memory that nothing gives a size (`ngx_init_cycle`).
    pub(super) fn missing(&self) -> impl Iterator<Item = Problem<P>> {
        self.used.iter().filter(|(_, zone)| !self.sized.contains(zone)).map(|(place, zone)| Problem {
            refusal: quoted("zero size shared memory zone \"", zone, "\"").of(Fault::Missing),
            at: None,
            cause: Some(*place),
            first: None,
        })
    }
}
