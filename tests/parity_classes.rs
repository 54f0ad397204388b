//! What the rules on values, captures and aliases say of nginx, seen on both releases: the effect is there as long as a rule
//! complains, and gone after its repair, or where a configuration does it right.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the laboratory writes configurations and reads answers by itself"
)]

#[cfg(test)]
#[allow(dead_code, reason = "each crate of tests uses its own part of the laboratory")]
mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use support::nginx::Nginx;
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(10);

/// A backend that answers 200 and keeps the heads of the requests it gets.
struct Backend {
    port: u16,
    heads: Receiver<String>,
}

impl Backend {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, heads) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut head = String::new();
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                while lines.read_line(&mut head).is_ok_and(|read| read > 2) {}
                let _ = stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\nbackend");
                if sender.send(head).is_err() {
                    return;
                }
            }
        });
        Self { port, heads }
    }

    fn head(&self) -> String {
        self.heads.recv_timeout(DEADLINE).expect("a request at the backend")
    }
}

/// A configuration and files beside it. `PORT`, `BACKEND` and `DIR` in the text stand for nginx's port, the backend's, and
/// the folder.
struct Lab {
    folder: TempDir,
    port: u16,
    backend: Backend,
}

impl Lab {
    /// With this in the `http` block.
    fn new(body: &str, files: &[(&str, &str)]) -> Self {
        let (folder, backend) = (TempDir::new().unwrap(), Backend::start());
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let places: String = kinds.map(|kind| format!("{kind}_temp_path DIR/tmp; ")).concat();
        let text = format!("events {{}}\nhttp {{\naccess_log off; {places}\n{body}\n}}\n");
        let text = text.replace("PORT", &format!("127.0.0.1:{port}"));
        let text = text.replace("BACKEND", &backend.port.to_string());
        let text = text.replace("DIR", folder.path().to_str().unwrap());
        std::fs::write(folder.path().join("nginx.conf"), text).unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { folder, port, backend }
    }

    /// One server with this in it.
    fn server(body: &str, files: &[(&str, &str)]) -> Self {
        Self::new(&format!("server {{ listen PORT; server_name example.com;\n{body}\n}}"), files)
    }

    /// How often a rule complains.
    fn complaints(&self, code: &str, options: &[&str]) -> usize {
        let fixed =
            ["check", "--no-config", "--format", "concise", "--quiet", "--select", code, "nginx.conf"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
        let output = command.args(fixed).args(options).current_dir(self.folder.path()).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        said.lines().filter(|line| line.ends_with(&format!("[{code}]"))).count()
    }

    /// The rule complains once.
    fn bad(self, code: &str) -> Self {
        assert_eq!(self.complaints(code, &[]), 1, "{code}");
        self
    }

    /// The rule has nothing to say.
    fn good(self, code: &str) -> Self {
        assert_eq!(self.complaints(code, &[]), 0, "{code}");
        self
    }

    /// The rule's repair has been written, and the rule is content.
    fn repaired(self, code: &str) -> Self {
        self.complaints(code, &["--fix", "--unsafe-fixes"]);
        self.good(code)
    }

    /// What both releases answer to a request for a path.
    fn answers(&self, path: &str, headers: &str) -> [String; 2] {
        Nginx::both().map(|nginx| {
            let _running = Running::start(&nginx, self.folder.path(), self.port);
            get(self.port, path, headers)
        })
    }

    /// What the backend gets from both releases.
    fn heads(&self, path: &str, headers: &str) -> [String; 2] {
        self.answers(path, headers);
        [self.backend.head(), self.backend.head()]
    }
}

/// A running nginx, ended with its owner.
struct Running(Child);

impl Running {
    fn start(nginx: &Nginx, folder: &Path, port: u16) -> Self {
        let log = std::fs::File::create(folder.join("stderr.log")).unwrap();
        let mut command = nginx.command(folder);
        let mut running = Self(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let deadline = Instant::now() + DEADLINE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = running.0.try_wait().unwrap().is_some() || Instant::now() > deadline;
            let read = |name| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert!(!ended, "{}: {}{}", nginx.name, read("stderr.log"), read("lab-error.log"));
            std::thread::sleep(Duration::from_millis(2));
        }
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(port: u16, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let host = if headers.starts_with("Host:") { "" } else { "Host: example.com\r\n" };
    write!(stream, "GET {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status that both answers have.
fn status(answers: &[String; 2]) -> u16 {
    let of =
        |answer: &String| answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    assert_eq!(of(&answers[0]), of(&answers[1]), "{answers:?}");
    of(&answers[0])
}

fn all(texts: &[String; 2], what: &str) -> bool {
    texts.iter().all(|text| text.contains(what))
}

fn any(texts: &[String; 2], what: &str) -> bool {
    texts.iter().any(|text| text.contains(what))
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se101_a_file_above_the_folder_is_read() {
    let files = [("secret.txt", "secret"), ("files/a.txt", "open")];
    let lab = Lab::server("location /files { alias DIR/files/; }", &files).bad("SE101");
    assert!(all(&lab.answers("/files../secret.txt", ""), "secret"));
    let lab = lab.repaired("SE101");
    assert_eq!(status(&lab.answers("/files../secret.txt", "")), 404);
    assert!(all(&lab.answers("/files/a.txt", ""), "open"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se101_a_capture_behind_a_name_climbs_and_one_behind_a_slash_does_not() {
    let files = [("secret.txt", "secret"), ("files/a.txt", "open")];
    let lab = Lab::server("location ~ ^/files(.*)$ { alias DIR/files/$1; }", &files).bad("SE101");
    assert!(all(&lab.answers("/files../secret.txt", ""), "secret"));
    let lab = Lab::server("location ~ ^/files/(.*)$ { alias DIR/files/$1; }", &files).good("SE101");
    assert!(!any(&lab.answers("/files/../secret.txt", ""), "secret"));
    assert!(all(&lab.answers("/files/a.txt", ""), "open"));
}

const INJECTED: &str = "/x%0d%0aX-Injected:%20yes";

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se102_a_redirect_gets_a_header_of_the_clients() {
    let lab = Lab::server("return 301 http://example.com$uri;", &[]).bad("SE102");
    assert!(all(&lab.answers(INJECTED, ""), "\r\nX-Injected: yes"));
    let lab = lab.repaired("SE102");
    assert!(!any(&lab.answers(INJECTED, ""), "\r\nX-Injected"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se102_headers_of_both_sides_take_line_ends() {
    for body in
        ["add_header X-Path $uri; return 204;", "location ~ ^/([^/]+)$ { add_header X-Path $1; return 204; }"]
    {
        let lab = Lab::server(body, &[]).bad("SE102");
        assert!(all(&lab.answers(INJECTED, ""), "\r\nX-Injected: yes"), "{body}");
    }
    let lab =
        Lab::server("location / { proxy_set_header X-Path $uri; proxy_pass http://127.0.0.1:BACKEND; }", &[]);
    assert!(all(&lab.bad("SE102").heads(INJECTED, ""), "\r\nX-Injected: yes"));
    let lab = Lab::server("location ~ ^/([a-z]+) { add_header X-Path $1; return 204; }", &[]).good("SE102");
    assert!(!any(&lab.answers(INJECTED, ""), "X-Injected"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se102_a_pass_sends_a_second_line() {
    let lab = Lab::server("location / { proxy_pass http://127.0.0.1:BACKEND$uri; }", &[]).bad("SE102");
    assert!(all(&lab.heads(INJECTED, ""), "\r\nX-Injected: yes"));
    let lab =
        Lab::server("location / { proxy_pass http://127.0.0.1:BACKEND$request_uri; }", &[]).good("SE102");
    assert!(!any(&lab.heads(INJECTED, ""), "\r\nX-Injected"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se102_a_dot_takes_a_carriage_return_and_a_rewrite_encodes_its_captures() {
    let lab = Lab::server("location ~ ^/(.*)$ { return 302 http://example.com/$1; }", &[]).bad("SE102");
    assert!(all(&lab.answers("/a%0db", ""), "/a\rb"));
    let lab = Lab::server("rewrite ^/([^/]*)$ http://example.com/$1 redirect;", &[]).good("SE102");
    assert!(!any(&lab.answers(INJECTED, ""), "\r\nX-Injected"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se103_clients_choose_an_address_without_a_resolver() {
    let lab = Lab::server("location / { proxy_pass http://$arg_u; }", &[]).bad("SE103");
    let path = format!("/?u=127.0.0.1:{}", lab.backend.port);
    assert!(all(&lab.heads(&path, ""), "GET /?u="));
    let lab = Lab::server("location / { proxy_pass http://$http_host; }", &[]).bad("SE103");
    let host = format!("Host: 127.0.0.1:{}\r\n", lab.backend.port);
    assert!(all(&lab.heads("/", &host), "GET / "));
    // A slash in the argument ends the host before the suffix.
    let lab = Lab::server("location / { proxy_pass http://$arg_u.example.com; }", &[]).bad("SE103");
    let path = format!("/?u=127.0.0.1:{}/x", lab.backend.port);
    assert!(all(&lab.heads(&path, ""), "GET /x.example.com"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se104_the_backend_gets_a_host_of_the_clients() {
    let body =
        "location / { proxy_set_header Host $http_x_forwarded_host; proxy_pass http://127.0.0.1:BACKEND; }";
    let (lab, header) = (Lab::server(body, &[]).bad("SE104"), "X-Forwarded-Host: evil.example\r\n");
    assert!(all(&lab.heads("/", header), "\r\nHost: evil.example"));
    let lab = lab.repaired("SE104");
    assert!(all(&lab.heads("/", header), "\r\nHost: example.com"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn se116_a_match_is_given_up() {
    let path = format!("/{}!", "a".repeat(60));
    let lab = Lab::server("location ~ ^/(a+)+$ { return 204; } location / { return 404; }", &[]).bad("SE116");
    assert_eq!(status(&lab.answers(&path, "")), 500);
    let lab = Lab::server("location ~ ^/a+$ { return 204; } location / { return 404; }", &[]).good("SE116");
    assert_eq!(status(&lab.answers(&path, "")), 404);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn px104_the_path_arrives_decoded() {
    let lab = Lab::server("location ~ ^/img/(.*)$ { proxy_pass http://127.0.0.1:BACKEND/store/$1; }", &[]);
    assert!(all(&lab.bad("PX104").heads("/img/a%20b%3Fc?q=1", ""), "GET /store/a b?c HTTP/1."));
    let body = "location /img/ { rewrite ^/img/(.*)$ /store/$1 break; proxy_pass http://127.0.0.1:BACKEND; }";
    let lab = Lab::server(body, &[]).good("PX104");
    assert!(all(&lab.heads("/img/a%20b%3Fc?q=1", ""), "GET /store/a%20b%3Fc?q=1 HTTP/1."));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn px104_the_path_is_encoded_twice() {
    let lab =
        Lab::server("location / { rewrite ^ $request_uri break; proxy_pass http://127.0.0.1:BACKEND; }", &[]);
    assert!(all(&lab.bad("PX104").heads("/a%2Fb", ""), "GET /a%252Fb HTTP/1."));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn px107_a_name_in_a_variable_needs_a_resolver() {
    let body = "set $name localhost; location / { proxy_pass http://$name:BACKEND; }";
    assert_eq!(status(&Lab::server(body, &[]).bad("PX107").answers("/", "")), 502);
    let body = "upstream app { server 127.0.0.1:BACKEND; }\nserver { listen PORT; set $name app; \
                location / { proxy_pass http://$name; } }";
    assert_eq!(status(&Lab::new(body, &[]).good("PX107").answers("/", "")), 200);
    // A group has no port of its own.
    let body = "upstream app { server 127.0.0.1:BACKEND; }\nserver { listen PORT; set $name app; \
                location / { proxy_pass http://$name:BACKEND; } }";
    assert_eq!(status(&Lab::new(body, &[]).bad("PX107").answers("/", "")), 502);
    // An address without variables makes nginx know the name.
    let body = "set $name localhost; location / { proxy_pass http://$name:BACKEND; } \
                location /x { proxy_pass http://localhost:BACKEND; }";
    assert_eq!(status(&Lab::server(body, &[]).good("PX107").answers("/", "")), 200);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn rt104_the_middle_of_a_path_matches() {
    let lab =
        Lab::server("location ~ \\.php { return 200 php; } location / { return 404; }", &[]).bad("RT104");
    assert_eq!(status(&lab.answers("/a.php.jpg", "")), 200);
    let lab = lab.repaired("RT104");
    assert_eq!((status(&lab.answers("/a.php.jpg", "")), status(&lab.answers("/a.php", ""))), (404, 200));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn rt105_a_group_that_is_not_there_is_empty() {
    let lab = Lab::server("rewrite ^/old/(.*)$ http://example.com/new/$2 permanent;", &[]).bad("RT105");
    assert!(all(&lab.answers("/old/page", ""), "Location: http://example.com/new/\r\n"));
    let lab = Lab::server("rewrite ^/old/(.*)$ http://example.com/new/$1 permanent;", &[]).good("RT105");
    assert!(all(&lab.answers("/old/page", ""), "Location: http://example.com/new/page\r\n"));
    // Captures outlive the way to a named location.
    let body =
        "root DIR; location ~ ^/u/(.*)$ { try_files /none @app; } location @app { return 200 \"<$1>\"; }";
    assert!(all(&Lab::server(body, &[]).good("RT105").answers("/u/page", ""), "<page>"));
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn rt107_what_a_map_does_not_list_fails() {
    let with = |entry: &str| {
        format!(
            "map $arg_b $backend {{ {entry} a 127.0.0.1:BACKEND; }}\nserver {{ listen PORT; \
             location / {{ proxy_pass http://$backend; }} }}"
        )
    };
    assert_eq!(status(&Lab::new(&with(""), &[]).bad("RT107").answers("/?b=z", "")), 500);
    let lab = Lab::new(&with("default 127.0.0.1:BACKEND;"), &[]).good("RT107");
    assert_eq!(status(&lab.answers("/?b=z", "")), 200);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn rt115_names_are_glued_to_the_folder() {
    let files = [("data/images/a.txt", "image"), ("data/images-old/x.txt", "old")];
    let lab = Lab::server("location /images/ { alias DIR/data/images; }", &files).bad("RT115");
    assert_eq!(status(&lab.answers("/images/a.txt", "")), 404);
    assert!(all(&lab.answers("/images/-old/x.txt", ""), "old"));
    let lab = lab.repaired("RT115");
    assert!(all(&lab.answers("/images/a.txt", ""), "image"));
    assert_eq!(status(&lab.answers("/images/-old/x.txt", "")), 404);
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn rt116_a_missing_file_goes_round_in_a_circle() {
    for last in ["$uri", "$uri/", "$uri$is_args$args", "$request_uri"] {
        let body = format!("root DIR; location / {{ try_files /none {last}; }}");
        let lab = Lab::server(&body, &[]).bad("RT116");
        assert_eq!(status(&lab.answers("/missing", "")), 500, "{last}");
        assert_eq!(status(&lab.repaired("RT116").answers("/missing", "")), 404, "{last}");
    }
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn rt117_a_map_replaces_what_was_captured() {
    let with = |location: &str| {
        format!(
            "map $http_user_agent $agent {{ default other; ~^([a-z]+)/ $1; }}\n\
             server {{ listen PORT; location ~ ^/u/([a-z]+)$ {{ {location} }} }}"
        )
    };
    let (right, agent) = ("Location: http://example.com/ann/browser\r\n", "User-Agent: browser/1\r\n");
    let lab = Lab::new(&with("return 302 http://example.com/$1/$agent;"), &[]).bad("RT117");
    assert!(!any(&lab.answers("/u/ann", agent), right));
    let lab = Lab::new(&with("set $name $1; return 302 http://example.com/$name/$agent;"), &[]).good("RT117");
    assert!(all(&lab.answers("/u/ann", agent), right));
}

#[test]
fn the_vulnerabilities_are_listed() {
    let printed = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
        let output = command.args(["rules", "--no-config", "--cves"]).args(options).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let list: serde_json::Value = serde_json::from_str(&printed(&["--format", "json"])).unwrap();
    let list = list.as_array().unwrap();
    let text = printed(&[]);
    assert_eq!(text.lines().count(), list.len() + 1);
    for entry in list {
        let id = entry["id"].as_str().unwrap();
        assert_eq!(text.lines().filter(|line| line.split(' ').next() == Some(id)).count(), 1, "{id}");
    }
    let known = |id: &str| list.iter().find(|entry| entry["id"] == id).unwrap();
    assert_eq!(known("CVE-2026-42945")["fixed"], serde_json::json!(["1.30.1", "1.31.0"]));
    assert_eq!(known("CVE-2009-4487")["reported"], false);
}
