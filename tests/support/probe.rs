//! Which handshakes are tried at a fixture; the format of `probe` files is described at the head of `tests/servers.rs`.

use super::client::Handshake;
use super::conf::Statement;
use super::listen::Listen;
use super::tree::{File, MAIN, Tree};
use std::path::Path;

/// What a bad fixture's handshake comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It fails with a real backend, except where all that is wrong is the version, which 1.29.7 gets right by itself.
    Usual,
    /// It fails with a real backend on every release.
    Fails,
    /// It fails below 1.29.7 only.
    FailsOnOld,
    /// It works: the rule is about something else.
    Works,
    /// nginx does not even start.
    Refused,
}

/// One handshake to be tried.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    /// What the client sends.
    pub(crate) handshake: Handshake,
    /// The port of the configuration to go to; the first one where none is given.
    pub(crate) port: Option<u16>,
    /// What is expected of a bad fixture.
    pub(crate) outcome: Outcome,
    /// Whether it is tried only below 1.29.7 (`true`) or only from there on (`false`).
    pub(crate) only_old: Option<bool>,
    /// Headers that the repair is about, beside the handshake's own.
    pub(crate) changes: Vec<String>,
    /// The backend that it is tried with instead of the usual ones.
    pub(crate) behind: Option<String>,
    /// On how many connections the backend must get three such requests.
    pub(crate) connections: Option<usize>,
}

/// The `probe` file of a fixture folder.
#[derive(Debug, Default)]
pub(crate) struct ProbeFile {
    probes: Vec<(Option<String>, Probe)>,
    untried: Vec<String>,
    /// Upstream ports that lead to the plain backend.
    pub(crate) plain_ports: Vec<u16>,
    /// Upstream ports that lead to the backend which answers 200 to what is no handshake.
    pub(crate) mixed_ports: Vec<u16>,
}

impl ProbeFile {
    /// Reads the file; an error names the line.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut file = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                file.line(line).map_err(|error| format!("probe:{}: {error}", number + 1))?;
            }
        }
        Ok(file)
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let numbers =
            |ports: &str| -> Result<Vec<u16>, _> { ports.split_whitespace().map(str::parse).collect() };
        if let Some(ports) = line.strip_prefix("plain ") {
            self.plain_ports.extend(numbers(ports).map_err(|_| "plain needs port numbers")?);
            return Ok(());
        }
        if let Some(ports) = line.strip_prefix("mixed ") {
            self.mixed_ports.extend(numbers(ports).map_err(|_| "mixed needs port numbers")?);
            return Ok(());
        }
        let variant = line.split_once(": ").filter(|(name, _)| !name.contains(' '));
        let (variant, rest) = variant.map_or((None, line), |(name, rest)| (Some(name.to_owned()), rest));
        match variant {
            Some(variant) if rest == "none" => self.untried.push(variant),
            variant => self.probes.push((variant, request(rest)?)),
        }
        Ok(())
    }

    /// Whether the file says that no handshake is tried at a variant.
    pub(crate) fn is_untried(&self, variant: &str) -> bool {
        self.untried.iter().any(|name| name == variant)
    }

    /// The probes of one variant (`bad`, `good-map`).
    pub(crate) fn of(&self, variant: &str) -> Vec<Probe> {
        let applies = |name: &Option<String>| name.as_deref().is_none_or(|name| name == variant);
        self.probes.iter().filter(|(name, _)| applies(name)).map(|(_, probe)| probe.clone()).collect()
    }
}

fn request(text: &str) -> Result<Probe, String> {
    let (text, header) =
        text.split_once(" header=").map_or((text, None), |(text, header)| (text, Some(header)));
    let mut words = text.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().ok_or("METHOD PATH expected")?);
    let mut probe = Probe::new(path, "example.com", None);
    probe.handshake.method = method.into();
    for option in words.chain(header.is_some().then_some("header=")) {
        let (name, value) = option.split_once('=').ok_or_else(|| format!("unknown word {option}"))?;
        probe.option(name, header.filter(|_| name == "header").unwrap_or(value))?;
    }
    Ok(probe)
}

impl Probe {
    fn new(path: &str, host: &str, port: Option<u16>) -> Self {
        let handshake = Handshake::new(path, host);
        Self {
            handshake,
            port,
            outcome: Outcome::Usual,
            only_old: None,
            changes: Vec::new(),
            behind: None,
            connections: None,
        }
    }

    fn option(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "host" => self.handshake.host = value.into(),
            "port" => self.port = Some(value.parse().map_err(|_| "port needs a number")?),
            "idle" => {
                let seconds = value.parse().map_err(|_| "idle needs seconds")?;
                self.handshake.idle = std::time::Duration::from_secs(seconds);
            }
            "torn" if value == "down" => self.handshake.torn = true,
            "first" if value == "plain" => self.handshake.after_plain = true,
            "as" if value == "page" => self.handshake.is_page = true,
            "answer" => self.handshake.answer = Some(value.parse().map_err(|_| "answer needs a status")?),
            "behind" => self.behind = Some(value.into()),
            "connections" => {
                self.connections = Some(value.parse().map_err(|_| "connections needs a number")?);
            }
            "protocol" => self.handshake.protocols = Some(value.into()),
            "header" => self.handshake.headers.extend(super::head::header(value)),
            "on" if value == "old" || value == "new" => self.only_old = Some(value == "old"),
            "changes" => self.changes = value.split(',').map(str::to_owned).collect(),
            "outcome" => self.outcome = outcome(value)?,
            _ => return Err(format!("unknown option {name}")),
        }
        Ok(())
    }
}

fn outcome(value: &str) -> Result<Outcome, String> {
    match value {
        "fails" => Ok(Outcome::Fails),
        "fails-on-old" => Ok(Outcome::FailsOnOld),
        "works" => Ok(Outcome::Works),
        "refused" => Ok(Outcome::Refused),
        _ => Err(format!("unknown outcome {value}")),
    }
}

/// The probes of a tree without a `probe` file: one for the location of each expectation, else one for the first
/// location with a pass.
pub(crate) fn default_probes(tree: &Tree, expected: &[(String, usize)]) -> Result<Vec<Probe>, String> {
    let mut blocks: Vec<(&File, usize)> = Vec::new();
    for (path, line) in expected {
        let file = &tree.files[Path::new(path)];
        if let Some(block) = location_at(file, *line).filter(|block| blocks.iter().all(|(_, b)| b != block)) {
            blocks.push((file, block));
        }
    }
    if blocks.is_empty() {
        blocks.push(first_proxied(tree).ok_or("no location with a proxy_pass: it needs a probe file")?);
    }
    blocks.into_iter().map(|(file, block)| probe_of(file, block)).collect()
}

/// The places that `# expect: CODE` comments and the `expect` file name: file and line of what must be flagged.
pub(crate) fn expectations(tree: &Tree) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (path, file) in &tree.files {
        let comments =
            file.scan.comments.iter().filter(|c| file.text[(*c).clone()].starts_with(b"# expect:"));
        found.extend(comments.map(|c| (path.display().to_string(), line_of(file, c.start) + 1)));
    }
    let listed = tree.files.get(Path::new("expect")).map(|f| String::from_utf8_lossy(&f.text).into_owned());
    for line in listed.iter().flat_map(|text| text.lines()) {
        let place = line.split_whitespace().next().unwrap_or_default();
        let (file, line) = place.rsplit_once(':').unwrap_or((MAIN, place));
        found.extend(line.parse().ok().map(|line| (file.to_owned(), line)));
    }
    found
}

fn line_of(file: &File, offset: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &file.text[..offset]).count()
}

/// The location in or at which the first statement from a line on stands.
fn location_at(file: &File, line: usize) -> Option<usize> {
    let statements = &file.scan.statements;
    let mut at = statements.iter().position(|s| line_of(file, s.words[0].start) >= line);
    while let Some(index) = at.filter(|&index| file.name(&statements[index]) != "location") {
        at = statements[index].parent;
    }
    at
}

fn first_proxied(tree: &Tree) -> Option<(&File, usize)> {
    let main_first = std::iter::once(tree.main()).chain(tree.files.values());
    let mut locations =
        main_first.flat_map(|file| (0..file.scan.statements.len()).map(move |index| (file, index)));
    locations.find(|(file, index)| {
        file.name(&file.scan.statements[*index]) == "location" && tree.has(file, Some(*index), "proxy_pass")
    })
}

fn probe_of(file: &File, location: usize) -> Result<Probe, String> {
    let statements = &file.scan.statements;
    let path = path_of(file, &statements[location])?;
    let mut server = Some(location);
    while let Some(index) = server.filter(|&index| file.name(&statements[index]) != "server") {
        server = statements[index].parent;
    }
    let child = |name: &str| {
        let server = server?;
        file.children(Some(server)).find(|(_, s)| file.name(s) == name).map(|(_, s)| file.arguments(s))
    };
    let plain =
        |name: &String| !name.contains(['*', '~', '_', '$']) && !name.starts_with('.') && !name.is_empty();
    let host = child("server_name").and_then(|names| names.into_iter().find(plain));
    let port = child("listen").and_then(|arguments| Listen::parse(&arguments)).map(|listen| listen.port);
    Ok(Probe::new(&path, host.as_deref().unwrap_or("example.com"), port))
}

/// A path that a location serves, unless another one wins.
fn path_of(file: &File, location: &Statement) -> Result<String, String> {
    let words = file.arguments(location);
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["~" | "~*", regex] => Ok(literal_start(regex)),
        ["=" | "^~", path] => Ok(path.to_owned()),
        [path] if path.starts_with('~') => Ok(literal_start(path.trim_start_matches(['~', '*']))),
        [path] if path.starts_with('/') => Ok(path.to_owned()),
        [path] if path.starts_with("=/") => Ok(path[1..].to_owned()),
        _ => Err(format!("no path to try for location {}: it needs a probe file", words.join(" "))),
    }
}

fn literal_start(regex: &str) -> String {
    let regex = regex.trim_start_matches('^').replace("\\.", "\u{1}");
    let literal: String = regex.chars().take_while(|c| !"([.*+?{$|\\".contains(*c)).collect();
    literal.replace('\u{1}', ".")
}

#[test]
fn reads_probe_files() {
    let text = "# c\ngood-x: none\nplain 9100 9101\nmixed 9200\nGET /a\nbad: POST /b?x host=h port=81 outcome=works idle=3 first=plain on=old header=X-A: b c\n";
    let file = ProbeFile::parse(text).unwrap();
    assert_eq!(file.plain_ports, [9100, 9101]);
    assert_eq!(file.mixed_ports, [9200]);
    let page =
        ProbeFile::parse("GET / as=page answer=400 behind=pages connections=2").unwrap().of("bad").remove(0);
    assert_eq!((page.behind.as_deref(), page.connections), (Some("pages"), Some(2)));
    assert!(page.handshake.is_page && page.handshake.answer == Some(400));
    assert_eq!((file.of("bad").len(), file.of("good").len()), (2, 1));
    assert!(file.is_untried("good-x") && !file.is_untried("good"));
    let probe = &file.of("bad")[1];
    assert_eq!(probe.only_old, Some(true));
    assert_eq!((probe.handshake.method.as_str(), probe.handshake.path.as_str()), ("POST", "/b?x"));
    assert_eq!((probe.port, probe.outcome), (Some(81), Outcome::Works));
    assert!(probe.handshake.after_plain && probe.handshake.idle.as_secs() == 3);
    assert_eq!(probe.handshake.headers, [("X-A".to_owned(), "b c".to_owned())]);
    assert_eq!(ProbeFile::parse("GET /a colour=red").unwrap_err(), "probe:1: unknown option colour");
}

#[test]
fn a_regex_gives_its_literal_start() {
    assert_eq!(literal_start(r"^/ws\.v1/(.*)$"), "/ws.v1/");
}
