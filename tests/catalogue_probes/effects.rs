//! What an inner block has of an outer one: seen in the answers of a running nginx.
//!
//! Each directive has a server of its own in one configuration. The outer block writes the directive in one way, the
//! first inner block not at all, the second in another way, and the third, where the directive may stand twice, in both
//! ways. Each way has a sign in the answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use ngxlint::catalogue::{Family, Inherit, Repeat, Variant};
use serde::Deserialize;

use crate::backend;
use crate::bench::{Release, folder};
use crate::subject::own_variants;

/// `effects.yaml`: by name, all of them of `http`.
pub(crate) struct Effects(BTreeMap<String, Effect>);

/// How a directive shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Effect {
    /// One way to write it, and what the answer holds then, or lacks where the text starts with `!`.
    a: (String, String),
    /// Another way.
    b: Option<(String, String)>,
    /// Whether both show where both are written; else only that nginx accepts them.
    #[serde(default = "yes")]
    both: bool,
    /// Lines of the server.
    #[serde(default)]
    server: String,
    /// Lines of each inner block.
    #[serde(default, rename = "in")]
    inside: String,
    /// Whether the outer block is a location.
    #[serde(default)]
    nested: bool,
    /// What follows the inner block's name in the path.
    #[serde(default)]
    path: String,
    /// Header lines of the request.
    #[serde(default)]
    send: String,
    /// The body of the request, which is a POST then.
    #[serde(default)]
    body: String,
}

fn yes() -> bool {
    true
}

/// A directive whose effect is looked at.
struct Looked<'a> {
    name: &'static str,
    variant: &'static Variant,
    effect: &'a Effect,
}

impl Effects {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue_probes/effects.yaml");
        let text = std::fs::read_to_string(path).expect("effects.yaml");
        Self(serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("effects.yaml: {error}")))
    }

    /// How many directives are looked at.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Names that no directive has.
    pub(crate) fn of_nothing(&self) -> Vec<String> {
        let known =
            |name: &str| own_variants().any(|(it, variant)| it == name && variant.family == Family::Http);
        self.0.keys().filter(|name| !known(name)).map(|name| format!("there is no {name}")).collect()
    }

    fn looked(&self, release: &Release) -> Vec<Looked<'_>> {
        let of_http = own_variants().filter(|(_, variant)| variant.family == Family::Http);
        let present = of_http.filter(|(_, variant)| variant.exists_in(release.version));
        let looked =
            present.filter_map(|(name, variant)| Some(Looked { name, variant, effect: self.0.get(name)? }));
        looked.collect()
    }

    /// What comes out otherwise than the catalogue says, a line for each.
    pub(crate) fn disagreements(&self, release: &Release) -> Vec<String> {
        let looked = self.looked(release);
        let folder = folder();
        let path = folder.path().display().to_string();
        let servers: String = looked.iter().map(Looked::server).collect();
        std::fs::write(folder.path().join("nginx.conf"), main(&servers).replace("{folder}", &path))
            .expect("a file");
        backend::start(&folder.path().join("raw.sock"));
        let _nginx = Running::start(release, folder.path());
        let all = looked.iter().flat_map(|it| it.disagreements(folder.path()));
        all.map(|line| format!("{} {line}", release.version)).collect()
    }
}

fn main(servers: &str) -> String {
    let mut paths = String::from("client_body_temp_path {folder}/client;\n");
    for name in ["proxy", "fastcgi", "uwsgi", "scgi"] {
        let _ = writeln!(paths, "{name}_temp_path {{folder}}/{name};");
        let _ = writeln!(paths, "{name}_cache_path {{folder}}/cache-{name} keys_zone={name}:1m;");
    }
    format!(
        "daemon off;\nmaster_process off;\npid {{folder}}/nginx.pid;\nevents {{ }}\nhttp {{\naccess_log off;\n\
         server_names_hash_bucket_size 128;\n{paths}map $uri $memcached_key {{ default k; }}\n{servers}\
         server {{ listen unix:{{folder}}/h2.sock http2; add_header X-Up-A upa; add_header X-Up-B upb;\n\
         if ($http_want = status-404) {{ return 404; }}\nreturn 200 \"[$http_x_a][$http_x_b][$http_x_client]\"; }}\n}}\n"
    )
}

impl Looked<'_> {
    /// The statement; a block brings its braces.
    fn statement(&self, args: &str) -> String {
        let end = if self.variant.block { "" } else { ";" };
        format!("{} {args}{end}\n", self.name)
    }

    fn inherits(&self) -> bool {
        matches!(self.variant.inherit, Some(Inherit::Value | Inherit::List))
    }

    fn may_repeat(&self) -> bool {
        matches!(self.variant.repeat, Some(Repeat::Adds))
    }

    /// The server of the directive.
    fn server(&self) -> String {
        let effect = self.effect;
        let outer = self.statement(&effect.a.0);
        let inner = [Some(String::new()), effect.b.as_ref().map(|b| self.statement(&b.0)), self.both_ways()];
        let prefix = if effect.nested { "/outer" } else { "" };
        let mut blocks = String::new();
        for (name, lines) in ["plain", "own", "both"].iter().zip(inner) {
            let Some(lines) = lines else { continue };
            let _ = writeln!(blocks, "location {prefix}/{name} {{\n{lines}{}\n}}", effect.inside);
        }
        let outer =
            if effect.nested { format!("location /outer {{\n{outer}{blocks}}}\n") } else { outer + &blocks };
        format!(
            "server {{\nlisten unix:{{folder}}/http.sock;\nserver_name {};\n{}\n\
             location = /s1 {{ return 200 s1-text; }}\nlocation = /s2 {{ return 200 s2-text; }}\n\
             location = /s3 {{ return 403; }}\n{outer}}}\n",
            self.host(),
            effect.server
        )
    }

    fn both_ways(&self) -> Option<String> {
        let b = self.effect.b.as_ref().filter(|_| self.may_repeat())?;
        Some(self.statement(&self.effect.a.0) + &self.statement(&b.0))
    }

    fn host(&self) -> String {
        format!("{}.probe", self.name.replace('_', "-"))
    }

    fn disagreements(&self, folder: &Path) -> Vec<String> {
        let effect = self.effect;
        let mut lines = Vec::new();
        let mut expect = |block: &str, answer: &str, sign: &str, wanted: bool| {
            if shows(answer, sign) != wanted {
                let not = if wanted { "does not show" } else { "shows" };
                lines.push(format!("{}: {block} {not} `{sign}`:\n{answer}", self.name));
            }
        };
        let plain = self.ask(folder, "plain");
        expect("plain", &plain, &effect.a.1, self.inherits());
        let Some(b) = &effect.b else { return lines };
        expect("plain", &plain, &b.1, false);
        let own = self.ask(folder, "own");
        expect("own", &own, &b.1, true);
        expect("own", &own, &effect.a.1, false);
        if self.may_repeat() && effect.both {
            let both = self.ask(folder, "both");
            expect("both", &both, &effect.a.1, true);
            expect("both", &both, &b.1, true);
        }
        lines
    }

    /// Everything the server answers.
    fn ask(&self, folder: &Path, block: &str) -> String {
        let Effect { path, send, body, nested, .. } = self.effect;
        let prefix = if *nested { "/outer" } else { "" };
        let method = if body.is_empty() { "GET" } else { "POST" };
        let mut text = format!(
            "{method} {prefix}/{block}{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
            self.host()
        );
        for line in send.lines() {
            let _ = write!(text, "{line}\r\n");
        }
        if !body.is_empty() {
            let _ = write!(text, "Content-Length: {}\r\n", body.len());
        }
        let mut connection = UnixStream::connect(folder.join("http.sock")).expect("nginx");
        connection.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        connection.write_all(format!("{text}\r\n{body}").as_bytes()).expect("a request");
        let mut answer = Vec::new();
        let ended = connection.read_to_end(&mut answer);
        assert!(ended.is_ok() || !answer.is_empty(), "{}: no answer", self.name);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Whether an answer holds a sign, or lacks what stands behind its `!`.
fn shows(answer: &str, sign: &str) -> bool {
    match sign.strip_prefix('!') {
        Some(sign) => !answer.contains(sign),
        None => answer.contains(sign),
    }
}

/// nginx until it goes out of scope.
struct Running(Child);

impl Running {
    fn start(release: &Release, folder: &Path) -> Self {
        let mut child = release.command(folder).spawn().expect("nginx");
        let deadline = Instant::now() + Duration::from_secs(20);
        while UnixStream::connect(folder.join("http.sock")).is_err() {
            let ended = child.try_wait().expect("the state of nginx");
            assert!(ended.is_none() && Instant::now() < deadline, "nginx does not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
