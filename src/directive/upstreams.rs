//! Upstreams and what leads to them: names that stand twice, servers that their method cannot use, names that only a
//! resolver can look up (`ngx_http_upstream_add`, `ngx_http_upstream_init_round_robin`).

use std::collections::HashMap;

use super::call::Call;
use super::merge::Turn;
use super::statement::Problem;
use super::values::{Passed, is_numeric, passed, server_host};
use super::{Checked, Fault, Refusal, quoted};
use crate::catalogue::directive;

/// An `upstream` block.
struct Upstream<P> {
    name: Vec<u8>,
    opening: P,
    /// The place that nginx gives it.
    met: P,
    /// Its method takes no backup servers.
    without_backups: bool,
    servers: usize,
    /// Servers that are no backups.
    primary: usize,
    has_zone: bool,
    has_resolver: bool,
    /// The first server whose name is looked up at run time.
    resolves: Option<P>,
}

/// A pass to a server by name.
struct Pass<P> {
    place: P,
    host: Vec<u8>,
    url: Vec<u8>,
    /// The port that is written down.
    port: Option<i64>,
    needs_port: bool,
}

/// The upstreams of one `http` or `stream` block.
pub(super) struct Upstreams<P> {
    all: Vec<Upstream<P>>,
    numbers: HashMap<Vec<u8>, usize>,
    passes: Vec<Pass<P>>,
    /// Where nginx meets a name for the first time, if a pass names it before its block.
    met: HashMap<Vec<u8>, P>,
    /// The passes with a port, by the host.
    ported: HashMap<Vec<u8>, (P, i64, Vec<u8>)>,
}

impl<P> Default for Upstreams<P> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            numbers: HashMap::new(),
            passes: Vec::new(),
            met: HashMap::new(),
            ported: HashMap::new(),
        }
    }
}

impl<P: Copy> Upstreams<P> {
    /// Takes note of a directive that opens an upstream, stands in one or leads to one.
    pub(super) fn learn(&mut self, call: &Call<'_>, place: P, inside: bool) -> Result<(), Problem<P>> {
        let here = |refusal| Problem::here(refusal, place, None);
        match call.id {
            directive::UPSTREAM => self.open(call, place),
            _ if inside => self.stated(call, place).map_err(here),
            _ => self.pass(call, place).map_err(here),
        }
    }

    fn open(&mut self, call: &Call<'_>, place: P) -> Result<(), Problem<P>> {
        let name = call.word(1).to_ascii_lowercase();
        let known = self.numbers.get(&name).and_then(|&number| self.all.get(number));
        if let Some(first) = known {
            let refusal = quoted("duplicate upstream \"", call.word(1), "\"").of(Fault::Duplicate);
            return Err(Problem::here(refusal, place, Some(first.opening)));
        }
        self.numbers.insert(name.clone(), self.all.len());
        self.all.push(Upstream {
            name: call.word(1).to_vec(),
            opening: place,
            met: self.met.get(&name).copied().unwrap_or(place),
            without_backups: false,
            servers: 0,
            primary: 0,
            has_zone: false,
            has_resolver: false,
            resolves: None,
        });
        match self.ported.get(&name) {
            Some((pass, port, written)) => Err(Problem::here(no_port_allowed(written, *port), *pass, None)),
            None => Ok(()),
        }
    }

    fn stated(&mut self, call: &Call<'_>, place: P) -> Checked {
        let Some(upstream) = self.all.last_mut() else { return Ok(()) };
        match call.id {
            directive::IP_HASH | directive::HASH | directive::RANDOM => upstream.without_backups = true,
            directive::LEAST_CONN | directive::LEAST_TIME => upstream.without_backups = false,
            directive::ZONE => upstream.has_zone = true,
            directive::RESOLVER => upstream.has_resolver = true,
            directive::STATE => (upstream.servers, upstream.primary) = (1, 1),
            directive::SERVER => return upstream.server(call, place),
            _ => {}
        }
        Ok(())
    }

    fn pass(&mut self, call: &Call<'_>, place: P) -> Checked {
        let Some(Passed { host, url, port, needs_port }) = passed(call) else { return Ok(()) };
        let key = host.to_ascii_lowercase();
        if let Some(port) = port {
            if self.numbers.contains_key(&key) {
                return Err(no_port_allowed(host, port));
            }
            self.ported.entry(key.clone()).or_insert((place, port, host.to_vec()));
        } else {
            self.met.entry(key.clone()).or_insert(place);
        }
        self.passes.push(Pass { place, host: key, url: url.to_vec(), port, needs_port });
        Ok(())
    }

    /// What is refused at the end of the block.
    pub(super) fn end(&self, has_resolver: bool) -> Vec<(Turn, Problem<P>)> {
        let mut problems: Vec<Problem<P>> =
            self.all.iter().filter_map(|upstream| upstream.refused(has_resolver)).collect();
        let lonely = |pass: &&Pass<P>| {
            pass.needs_port && pass.port.is_none() && !self.numbers.contains_key(&pass.host)
        };
        problems.extend(self.passes.iter().filter(lonely).map(|pass| {
            let refusal = quoted("no port in upstream \"", &pass.url, "\"").of(Fault::Missing);
            Problem { refusal, at: Some(pass.place), cause: Some(pass.place), first: None }
        }));
        problems.into_iter().map(|problem| (Turn::Upstreams, problem)).collect()
    }
}

impl<P: Copy> Upstream<P> {
    fn server(&mut self, call: &Call<'_>, place: P) -> Checked {
        self.servers += 1;
        let has = |name: &[u8]| call.arguments().skip(1).position(|word| word == name);
        let backup = has(b"backup");
        if let Some(index) = backup.filter(|_| self.without_backups) {
            let message = "balancing method does not support parameter \"backup\"";
            return Err(super::says(message).at(index + 2));
        }
        self.primary += usize::from(backup.is_none());
        let service = call.arguments().skip(1).any(|word| word.starts_with(b"service="));
        let (host, numeric) = (server_host(call), is_numeric(call.word(1)));
        let resolves = has(b"resolve").is_some();
        let refused = |problem: &str| quoted("service upstream \"", call.word(1), &format!("\" {problem}"));
        if service && !resolves {
            return Err(refused("requires \"resolve\" parameter"));
        }
        if service && numeric {
            return Err(refused("requires domain name"));
        }
        if service && host.is_some_and(|(_, port)| port) {
            return Err(refused("may not have port"));
        }
        if resolves && !numeric && host.is_some() {
            self.resolves = self.resolves.or(Some(place));
        }
        Ok(())
    }

    /// nginx names the place in the middle of a message.
    fn refused(&self, has_resolver: bool) -> Option<Problem<P>> {
        let problem = |before: &str, after: &str, fault, cause| {
            let refusal = quoted(&format!("{before} \""), &self.name, &format!("\"{after}")).of(fault);
            Some(Problem { refusal, at: Some(self.met), cause: Some(cause), first: None })
        };
        if let Some(server) = self.resolves.filter(|_| !self.has_zone) {
            let before = "resolving names at run time requires upstream";
            return problem(before, " to be in shared memory", Fault::Value, server);
        }
        if let Some(server) = self.resolves.filter(|_| !has_resolver && !self.has_resolver) {
            let before = "no resolver defined to resolve names at run time in upstream";
            return problem(before, "", Fault::Missing, server);
        }
        if self.servers > 0 && self.primary == 0 {
            return problem("no servers in upstream", "", Fault::Value, self.opening);
        }
        None
    }
}

fn no_port_allowed(name: &[u8], port: i64) -> Refusal {
    quoted("upstream \"", name, &format!("\" may not have port {port}"))
}
