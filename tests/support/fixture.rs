//! Judges the folders under `fixtures/websocket` with real servers.

use super::backend::{Backend, Kind};
use super::client::Answer;
use super::head::Head;
use super::listen::Ports;
use super::nginx::{Nginx, Site};
use super::probe::{Outcome, Probe, ProbeFile, default_probes, expectations};
use super::rule::{Rule, Verdict};
use super::tree::Tree;
use super::upstream::Upstreams;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The running backends and the releases of nginx.
#[derive(Debug)]
pub(crate) struct Lab {
    strict: Backend,
    plain: Backend,
    mixed: Backend,
    special: [(&'static str, Backend); 3],
    real: [(&'static str, Backend); 2],
    releases: [Nginx; 2],
}

impl Lab {
    /// Starts the backends.
    pub(crate) fn start() -> Self {
        let real = [("websockets", Kind::Websockets), ("ws", Kind::Ws)];
        Self {
            strict: Backend::start(Kind::Strict),
            plain: Backend::start(Kind::Plain),
            mixed: Backend::start(Kind::Mixed),
            special: [("tornado", Kind::Tornado), ("ws-pages", Kind::WsPages), ("pages", Kind::Pages)]
                .map(|(name, kind)| (name, Backend::start(kind))),
            real: real.map(|(name, kind)| (name, Backend::start(kind))),
            releases: Nginx::both(),
        }
    }
}

/// One rule's fixture folder.
#[derive(Debug)]
pub(crate) struct Fixture {
    folder: PathBuf,
    rule: Rule,
    file: Option<ProbeFile>,
}

impl Fixture {
    /// Reads a folder's `probe` file; `rule` is the text of the rule's YAML.
    pub(crate) fn read(folder: &Path, rule: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(folder.join("probe")).ok();
        let file = text.map(|text| ProbeFile::parse(&text)).transpose()?;
        Ok(Self { folder: folder.to_owned(), rule: Rule::parse(rule), file })
    }

    fn all_variants(&self) -> Vec<String> {
        let entries =
            std::fs::read_dir(&self.folder).expect("a fixture folder").map(|e| e.expect("an entry"));
        let folders =
            entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> =
            folders.filter(|n| n.starts_with("bad") || n.starts_with("good")).collect();
        names.sort();
        names
    }

    /// The variants whose names begin with a word; repaired ones are not among them.
    fn variants(&self, prefix: &str) -> Vec<String> {
        self.all_variants().into_iter().filter(|name| name.starts_with(prefix) && !is_repair(name)).collect()
    }

    fn probes(&self, variant: &str, tree: &Tree, is_old: bool) -> Result<Vec<Probe>, String> {
        if self.file.as_ref().is_some_and(|file| file.is_untried(variant)) {
            return Ok(Vec::new());
        }
        let written = self.file.as_ref().map(|file| file.of(variant)).unwrap_or_default();
        let all = if written.is_empty() { default_probes(tree, &expectations(tree))? } else { written };
        Ok(all.into_iter().filter(|probe| probe.only_old.is_none_or(|old| old == is_old)).collect())
    }

    /// Everything that is not as it must be, each with its place.
    pub(crate) fn problems(&self, lab: &Lab) -> Vec<String> {
        let (bad, good) = (self.variants("bad"), self.variants("good"));
        let mut problems = Vec::new();
        for (variant, is_bad) in bad.iter().map(|v| (v, true)).chain(good.iter().map(|v| (v, false))) {
            for release in &lab.releases {
                let visit = Visit { fixture: self, lab, release, variant };
                let found = if is_bad { visit.bad() } else { visit.good() };
                let place = format!("{}/{variant} on {}", self.folder.display(), release.name);
                problems.extend(
                    found.unwrap_or_else(|error| vec![error]).iter().map(|p| format!("{place}: {p}")),
                );
            }
        }
        if bad.is_empty() || good.is_empty() {
            problems.push(format!("{}: a bad and a good variant are needed", self.folder.display()));
        }
        problems
    }
}

impl Fixture {
    /// Where `nginx -t` does not say what the rule says it does: bad variants as the rule has it, all others accepted.
    pub(crate) fn refusals(&self, releases: &[Nginx]) -> Vec<String> {
        let upstreams = Upstreams::of(1);
        let mut problems = Vec::new();
        for variant in self.all_variants() {
            let bad = variant.starts_with("bad") && !is_repair(&variant);
            let tree = Tree::read(&self.folder.join(&variant));
            for release in releases.iter().filter(|release| self.rule.concerns(release.version)) {
                let problem = self.rule.complaint(bad, release.refuses(&tree, &upstreams));
                let place = format!("{}/{variant} on {}", self.folder.display(), release.name);
                problems.extend(problem.map(|problem| format!("{place}: {problem}")));
            }
        }
        problems
    }
}

fn is_repair(variant: &str) -> bool {
    Path::new(variant).extension().is_some_and(|extension| extension == "fixed")
}

/// One variant on one release.
struct Visit<'a> {
    fixture: &'a Fixture,
    lab: &'a Lab,
    release: &'a Nginx,
    variant: &'a str,
}

type Problems = Result<Vec<String>, String>;

/// What a probe came to.
struct Attempt {
    /// The real backends with which it did not work, with what the client saw.
    failures: Vec<String>,
    /// What reached the strict backend.
    head: Option<Head>,
    /// What that found wrong.
    defects: Vec<String>,
}

impl Visit<'_> {
    fn upstreams(&self, backend: &Backend) -> Upstreams {
        let ports = |of: fn(&ProbeFile) -> &Vec<u16>| {
            self.fixture.file.as_ref().map(|file| of(file).clone()).unwrap_or_default()
        };
        Upstreams {
            backend: backend.port,
            plain: self.lab.plain.port,
            plain_ports: ports(|file| &file.plain_ports),
            mixed: self.lab.mixed.port,
            mixed_ports: ports(|file| &file.mixed_ports),
        }
    }

    fn refusal(&self, tree: &Tree) -> Option<String> {
        self.release.refuses(tree, &self.upstreams(&self.lab.strict))
    }

    fn good(&self) -> Problems {
        let tree = Tree::read(&self.fixture.folder.join(self.variant));
        let probes = self.fixture.probes(self.variant, &tree, self.release.is_old())?;
        if let Some(refusal) = self.refusal(&tree) {
            return Err(format!("nginx -t refuses: {refusal}"));
        }
        let results = self.results(&tree, &probes, &mut Ports::default())?;
        Ok(results.into_iter().flat_map(|result| result.failures).collect())
    }

    fn bad(&self) -> Problems {
        let tree = Tree::read(&self.fixture.folder.join(self.variant));
        let probes = self.fixture.probes(self.variant, &tree, self.release.is_old())?;
        let mut ports = Ports::default();
        let (mut problems, before) = self.unrepaired(&tree, &probes, &mut ports)?;
        let fixed = self.fixture.folder.join(format!("{}.fixed", self.variant));
        if fixed.is_dir() {
            problems.extend(self.fixed(&Tree::read(&fixed), &probes, &before, &mut ports)?);
        }
        Ok(problems)
    }

    /// What is wrong with the bad variant itself, and how its probes went where it was started.
    fn unrepaired(
        &self,
        tree: &Tree,
        probes: &[Probe],
        ports: &mut Ports,
    ) -> Result<(Vec<String>, Vec<Attempt>), String> {
        let rule = &self.fixture.rule;
        if rule.verdict == Verdict::Unknown || !rule.concerns(self.release.version) {
            return Ok((Vec::new(), Vec::new()));
        }
        let refusal = self.refusal(tree);
        if probes.iter().any(|probe| probe.outcome == Outcome::Refused) {
            let accepted =
                refusal.is_none().then(|| "nginx -t accepts it, though its probe says refused".to_owned());
            return accepted.map_or(Ok((Vec::new(), Vec::new())), Err);
        }
        if let Some(complaint) = rule.complaint(true, refusal.clone()) {
            return Err(complaint);
        }
        if refusal.is_some() {
            return Ok((Vec::new(), Vec::new()));
        }
        let results = self.results(tree, probes, ports)?;
        Ok((self.judge(probes, &results), results))
    }

    fn judge(&self, probes: &[Probe], results: &[Attempt]) -> Vec<String> {
        let mut problems = Vec::new();
        for (probe, result) in probes.iter().zip(results) {
            let path = &probe.handshake.path;
            let must_fail = match probe.outcome {
                Outcome::Usual => self.release.is_old() || !self.only_the_version(probe),
                Outcome::Fails | Outcome::Refused => true,
                Outcome::FailsOnOld => self.release.is_old(),
                Outcome::Works => false,
            };
            if must_fail && result.failures.is_empty() {
                problems.push(format!("{path} works with every backend, strict found {:?}", result.defects));
            }
            if !must_fail && !result.failures.is_empty() {
                problems.push(format!("{path} must work here: {}", result.failures.join("; ")));
            }
        }
        problems
    }

    /// Whether all that an old release gets wrong is the HTTP version, which a new one gets right by itself.
    fn only_the_version(&self, probe: &Probe) -> bool {
        let old = &self.lab.releases[0];
        let visit = Visit { release: old, ..*self };
        let tree = Tree::read(&self.fixture.folder.join(self.variant));
        let results = visit.results(&tree, std::slice::from_ref(probe), &mut Ports::default());
        results.is_ok_and(|results| results[0].defects == ["http10"])
    }

    fn fixed(&self, tree: &Tree, probes: &[Probe], before: &[Attempt], ports: &mut Ports) -> Problems {
        if let Some(refusal) = self.refusal(tree) {
            return Err(format!("nginx -t refuses the repair: {refusal}"));
        }
        let after = self.results(tree, &lasting(probes), ports)?;
        let failures = after.iter().flat_map(|result| &result.failures);
        let mut problems: Vec<String> =
            failures.map(|failure| format!("after the repair: {failure}")).collect();
        for ((probe, before), after) in probes.iter().zip(before).zip(&after) {
            let (Some(before), Some(after)) = (&before.head, &after.head) else {
                println!(
                    "{}/{}: nothing to compare the repair with",
                    self.fixture.folder.display(),
                    self.variant
                );
                continue;
            };
            let changed = before.differences(after, &allowed(probe));
            if !changed.is_empty() {
                problems.push(format!("{}: the repair changed {}", probe.handshake.path, changed.join(", ")));
            }
        }
        Ok(problems)
    }

    /// Tries every probe with every backend.
    fn results(&self, tree: &Tree, probes: &[Probe], ports: &mut Ports) -> Result<Vec<Attempt>, String> {
        let mut results = self.strict_results(tree, probes, ports)?;
        let special = self.lab.special.iter().map(|(name, backend)| (Some(*name), *name, backend));
        let real = self.lab.real.iter().map(|(name, backend)| (None, *name, backend));
        for (wanted, name, backend) in special.chain(real) {
            let meant = |probe: &Probe| probe.behind.as_deref() == wanted;
            if !probes.iter().any(meant) {
                continue;
            }
            let site = self.release.serve(tree, &self.upstreams(backend), ports)?;
            for (probe, result) in probes.iter().zip(&mut results).filter(|(probe, _)| meant(probe)) {
                let problem = problem(probe, &site, backend);
                let failure =
                    problem.map(|problem| format!("{} with {name}: {problem}", probe.handshake.path));
                result.failures.extend(failure);
            }
        }
        self.unknown_backend(probes).map_or(Ok(results), Err)
    }

    fn unknown_backend(&self, probes: &[Probe]) -> Option<String> {
        let known = |name: &&str| self.lab.special.iter().any(|(known, _)| known == name);
        let unknown = probes.iter().filter_map(|probe| probe.behind.as_deref()).find(|name| !known(name));
        unknown.map(|name| format!("no backend is called {name}"))
    }

    fn strict_results(
        &self,
        tree: &Tree,
        probes: &[Probe],
        ports: &mut Ports,
    ) -> Result<Vec<Attempt>, String> {
        let site = self.release.serve(tree, &self.upstreams(&self.lab.strict), ports)?;
        self.lab.strict.records();
        let results = probes.iter().map(|probe| {
            probe.handshake.try_at(site.route(probe.port));
            let last = self.lab.strict.records().pop();
            let (head, defects) =
                last.map_or((None, Vec::new()), |record| (Some(record.head), record.defects));
            Attempt { failures: Vec::new(), head, defects }
        });
        Ok(results.collect())
    }
}

/// What went wrong with a probe at a site with one backend.
fn problem(probe: &Probe, site: &Site, backend: &Backend) -> Option<String> {
    backend.records();
    let tries = if probe.connections.is_some() { 3 } else { 1 };
    let answers: Vec<Answer> = (0..tries).map(|_| probe.handshake.try_at(site.route(probe.port))).collect();
    if let Some(answer) = answers.into_iter().find(|answer| !answer.works()) {
        return Some(answer.problem);
    }
    let wanted = probe.connections?;
    let used: BTreeSet<_> = backend.records().iter().map(|record| record.connection).collect();
    (used.len() != wanted).then(|| format!("{tries} requests on {} connections", used.len()))
}

/// The probes without the wait for a connection's end.
fn lasting(probes: &[Probe]) -> Vec<Probe> {
    let mut probes = probes.to_vec();
    for probe in &mut probes {
        probe.handshake.torn = false;
    }
    probes
}

fn allowed(probe: &Probe) -> Vec<&str> {
    let handshake = ["Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
    handshake.into_iter().chain(probe.changes.iter().map(String::as_str)).collect()
}
