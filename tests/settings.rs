//! `.ngxlint.yaml`: where it is found, what each key does, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::time::{Duration, Instant};

use harness::{BAD, Folder, GOOD, HALF};

const NAME: &str = ".ngxlint.yaml";

/// A plain proxied location.
fn proxied(location: &str, upstream: &str) -> String {
    format!(
        "events {{}}\nhttp {{\n    server {{\n        location {location} {{\n            proxy_pass http://{upstream};\n        }}\n    }}\n}}\n"
    )
}

/// A folder with settings and a main file.
fn folder(settings: &str, main: &str) -> Folder {
    Folder::with(&[(NAME, settings), ("nginx.conf", main)])
}

#[track_caller]
fn codes(settings: &str, main: &str) -> Vec<String> {
    folder(settings, main).json(&[]).codes()
}

#[test]
fn rules_are_selected_and_ignored() {
    assert_eq!(codes("", BAD), ["WS101", "WS102", "WS103"]);
    assert_eq!(codes("# nothing\n", BAD), ["WS101", "WS102", "WS103"]);
    assert_eq!(codes("select: [WS101, http-version-not-1.1]", BAD), ["WS101", "WS103"]);
    assert_eq!(codes("ignore: [WS101]", BAD), ["WS102", "WS103"]);
    assert_eq!(codes("select: [WS]\nignore: [websocket]", BAD), [""; 0]);
    assert_eq!(codes("select: [WS102]\nignore: [websocket]", BAD), ["WS102"]);
}

#[test]
fn options_win_over_the_file() {
    let folder =
        folder("select: [WS101]\nignore: [WS102]\nnginx-version: '>=1.29.7'\ninclude: {prefix: none}", BAD);
    let codes = |options: &[&str]| folder.json(options).codes();
    assert_eq!(codes(&[]), ["WS101"]);
    assert_eq!(codes(&["--select", "WS"]), ["WS101", "WS102"]);
    assert_eq!(codes(&["--extend-select", "WS"]), ["WS101"]);
    assert_eq!(codes(&["--extend-select", "WS102"]), ["WS101", "WS102"]);
    assert_eq!(codes(&["--ignore", "WS101"]), [""; 0]);
    assert_eq!(codes(&["--select", "WS", "--nginx-version", "1.24"]), ["WS101", "WS102", "WS103"]);
    assert_eq!(codes(&["--no-config"]), ["WS101", "WS102", "WS103"]);
    folder.run(&["--no-config", "--config", NAME]).ends(2);
}

#[test]
fn the_nearest_file_counts_up_to_the_root_of_the_repository() {
    let ignores = "ignore: [WS101]";
    let folder = Folder::with(&[
        (NAME, ignores),
        ("a/nginx.conf", BAD),
        ("repo/.git/HEAD", ""),
        ("repo/nginx.conf", BAD),
    ]);
    let first = |arguments: &[&str]| folder.json(arguments).codes().first().cloned();
    assert_eq!(first(&["a/nginx.conf"]).as_deref(), Some("WS102"));
    assert_eq!(first(&["a"]).as_deref(), Some("WS102"));
    assert_eq!(first(&["repo/nginx.conf"]).as_deref(), Some("WS101"));
    assert_eq!(first(&["repo"]).as_deref(), Some("WS101"));
    assert_eq!(first(&["repo", "--config", NAME]).as_deref(), Some("WS102"));
    let said = folder.run_with_input(&["-", "--format", "json"], BAD);
    assert_eq!(said.codes()[0], "WS102");
    let said = folder.run_with_input(&["-", "--stdin-filename", "repo/x.conf", "--format", "json"], BAD);
    assert_eq!(said.codes()[0], "WS101");
    folder.run(&["a", "--config", "none.yaml"]).ends(2).complains("none.yaml: cannot be read");
}

#[test]
fn severities_change_what_is_printed_and_the_exit_code() {
    let notes = "severity: {WS101: note, connection-not-upgrade: note, ws103: note}";
    let folder = folder(notes, BAD);
    folder.run::<&str>(&[]).ends(0);
    folder.run(&["--fail-on", "note"]).ends(1);
    assert_eq!(folder.json(&["--min-severity", "warning"]).codes(), [""; 0]);
    assert!(folder.run(&["--format", "concise"]).out.lines().all(|line| line.contains(": note: ")));
    // A name is weak evidence whatever the settings say.
    let named = self::folder("severity: {WS101: error}\nselect: [WS101]", &proxied("/x", "websocket"));
    assert_eq!(named.json(&[]).diagnostics()[0]["severity"], "note");
    let raised = self::folder("severity: {WS103: error}\nselect: [WS103]", HALF);
    raised.run(&["--fail-on", "error"]).ends(1);
}

#[test]
fn what_is_excluded_is_not_searched() {
    let files = [
        (NAME, "exclude: [\"vendor/**\", old.conf]"),
        ("nginx.conf", GOOD),
        ("vendor/nginx.conf", BAD),
        (
            "conf.d/old.conf",
            "server { location /ws { proxy_set_header Upgrade $http_upgrade; proxy_pass http://a; } }",
        ),
    ];
    let folder = Folder::with(&files);
    let said = folder.run(&["--show-files"]);
    assert_eq!(said.ends(0).err.lines().collect::<Vec<_>>(), ["nginx.conf"]);
    // From below the settings' folder, too; and a file that is named is always read.
    let below = harness::finish(harness::program(&folder.path("vendor"), &["."]), b"");
    below.ends(2).complains("no nginx configuration was found");
    folder.run(&["vendor/nginx.conf"]).ends(1);
    folder.run(&["--no-config"]).ends(1);
}

#[test]
fn a_file_of_own_directives_is_nginx_configuration() {
    let text = "acme_on yes;\nacme_to here;\nacme_by { location /ws { proxy_pass http://a } }\n";
    let modules = "modules: {directives: {acme_on: {contexts: [server], args: 1}, acme_to: {contexts: [server], args: 1}}}";
    let folder = Folder::with(&[("site.conf", text)]);
    folder.run::<&str>(&[]).ends(2).complains("no nginx configuration was found");
    folder.write(NAME, modules);
    let said = folder.run(&["--show-files"]);
    assert!(said.ends(1).err.contains("site.conf"), "{}", said.err);
}

#[test]
fn includes_are_found_where_the_file_says() {
    let main = "events {}\nhttp {\n    include sites-enabled/*.conf;\n    include /etc/site/tls.conf;\n    include /srv/x.conf;\n}\n";
    let settings =
        "include: {prefix: nginx, root: image, path-map: {sites-enabled: sites-available, /srv: server}}";
    let files = [
        (NAME, settings),
        ("nginx/nginx.conf", main),
        ("nginx/sites-available/a.conf", "server { server_name a; }\n"),
        ("image/etc/site/tls.conf", "ssl_protocols TLSv1.3;\n"),
        ("server/x.conf", "gzip on;\n"),
    ];
    let folder = Folder::with(&files);
    let said = folder.run(&["--show-files", "nginx/nginx.conf"]);
    let read =
        ["nginx/nginx.conf", "nginx/sites-available/a.conf", "image/etc/site/tls.conf", "server/x.conf"];
    let said: Vec<&str> = said.ends(0).err.lines().collect();
    assert!(read.iter().all(|file| said.contains(file)), "{said:?}");
    // The paths count from the file's folder, wherever the program is started.
    let inside =
        harness::finish(harness::program(&folder.path("nginx"), &["--show-files", "nginx.conf"]), b"");
    assert_eq!(inside.ends(0).err.lines().count(), 4, "{}", inside.err);
    folder.run(&["handshake", "nginx/nginx.conf"]).ends(0);
    let without = folder.json(&["--no-config", "nginx/nginx.conf"]);
    assert_eq!(without.codes(), ["DI007", "DI007"]);
}

#[test]
fn handshake_reads_the_same_settings() {
    let settings = "nginx-version: 1.20\n";
    let folder = folder(settings, BAD);
    let version = |options: &[&str]| {
        let said = folder.run(&[&["handshake", "nginx.conf", "--format", "json"], options].concat());
        said.ends(0).document()["nginx_version"].as_str().unwrap().to_owned()
    };
    assert_eq!(version(&[]), "1.20.0");
    assert_eq!(version(&["--nginx-version", "1.24"]), "1.24.0");
    assert_eq!(version(&["--no-config"]), "1.18.0");
    let main = BAD.replace("server {", "server {\n        listen 80;");
    let noted = self::folder("severity: {WS101: note}\nselect: [WS101]\n", &main);
    let route = noted.run(&["handshake", "nginx.conf", "ws://a/ws"]);
    assert!(route.ends(1).out.contains("note[WS101]") && !route.out.contains("WS102"), "{}", route.out);
    folder.write(NAME, "ignore: [nonsense-word]\n");
    folder.run(&["handshake", "nginx.conf"]).ends(2).complains("1:10: no rule is called `nonsense-word`");
    folder.write(NAME, "nginx-vers: 1.20\n");
    folder.run(&["handshake", "nginx.conf"]).ends(2).complains(".ngxlint.yaml:1:1: unknown key `nginx-vers`");
}

#[test]
fn declared_paths_and_upstreams_are_evidence() {
    let error = |settings: &str, main: &str| {
        let found = folder(settings, main).json(&["--select", "WS101"]).diagnostics();
        found.first().map(|it| (it["severity"].clone(), it["message"].as_str().unwrap().to_owned()))
    };
    let (severity, message) = error("websocket: {paths: [/live/]}", &proxied("/live/", "app")).unwrap();
    assert_eq!(severity, "error");
    assert!(message.contains("(the settings declare the path `/live/` for WebSockets)"), "{message}");
    for location in ["/live/room", "= /live/", "/live", "~ ^/live/", "^~ /live/"] {
        assert!(error("websocket: {paths: [/live/]}", &proxied(location, "app")).is_some(), "{location}");
    }
    for location in ["/", "/livestream", "~ .", "/a/live/", "@live"] {
        assert!(error("websocket: {paths: [/live/]}", &proxied(location, "app")).is_none(), "{location}");
    }
    let upstreams = "websocket: {upstreams: [Chat_Backend, 'app:3000']}";
    let (_, message) = error(upstreams, &proxied("/", "chat_backend")).unwrap();
    assert!(message.contains("the settings declare the upstream `chat_backend`"), "{message}");
    assert!(error(upstreams, &proxied("/", "app:3000")).is_some());
    assert!(error(upstreams, &proxied("/", "app:4000")).is_none());
    let denied = proxied("/live/", "app").replace("location", "# ngxlint: not-websocket\n        location");
    assert!(
        error("websocket: {paths: [/live/]}", &denied).is_none(),
        "a comment is nearer than the settings"
    );
}

#[test]
fn a_path_that_is_declared_without_the_slash_of_its_location_is_redirected() {
    let found = |settings: &str, location: &str| {
        folder(settings, &proxied(location, "app")).json(&["--select", "WS109"]).codes()
    };
    assert_eq!(found("websocket: {paths: [/live]}", "/live/"), ["WS109"]);
    assert_eq!(found("websocket: {paths: [/live/]}", "/live/"), [""; 0]);
    assert_eq!(found("websocket: {paths: [/live]}", "/live"), [""; 0]);
    let shared = "Home Assistant's name, and a folder of Portainer's";
    assert_eq!(found("websocket: {upstreams: [app]}", "/api/websocket/"), [""; 0], "{shared}");
}

#[test]
fn fixes_write_connection_as_the_file_says() {
    let fixed = |connection: &str, main: &str| {
        let settings = format!("websocket: {{paths: [/live/], connection: {connection}}}");
        let folder = folder(&settings, main);
        folder.run(&["--fix", "nginx.conf"]).ends(0);
        folder.run(&["nginx.conf"]).ends(0);
        folder.text("nginx.conf")
    };
    let plain = proxied("/live/", "app");
    let literal = fixed("literal", &plain);
    assert!(
        literal.contains("proxy_set_header Connection \"upgrade\";") && !literal.contains("map "),
        "{literal}"
    );
    let map = "http {\n    map $http_upgrade $connection_upgrade {\n        default upgrade;\n        ''      close;\n    }\n";
    let written = fixed("map", &plain);
    assert!(written.contains(map), "{written}");
    assert!(written.contains("proxy_set_header Connection $connection_upgrade;"), "{written}");

    let kept = plain.replace("http {\n", "http {\n    upstream app { server a; keepalive 8; }\n");
    let written = fixed("map", &kept);
    assert!(written.contains("''      '';"), "{written}");

    let mapped =
        plain.replace("http {\n", "http {\n    map $http_upgrade $own { default upgrade; '' close; }\n");
    let written = fixed("map", &mapped);
    assert!(written.contains("Connection $own;") && written.matches("map ").count() == 1, "{written}");
    let written = fixed("literal", &mapped);
    assert!(written.contains("Connection \"upgrade\";"), "{written}");

    let taken = plain.replace("http {\n", "http {\n    map $host $connection_upgrade { default x; }\n");
    assert!(fixed("map", &taken).contains("Connection $websocket_connection;"));

    let two = plain
        .replace("        location", "        location /live/b { proxy_pass http://b; }\n        location");
    let written = fixed("map", &two);
    assert_eq!(written.matches("map $http_upgrade").count(), 1, "{written}");
    assert_eq!(written.matches("Connection $connection_upgrade;").count(), 2, "{written}");
}

#[test]
fn a_new_map_is_written_where_http_stands() {
    let files = [
        (NAME, "websocket: {paths: [/live/], connection: map}"),
        ("nginx.conf", "events {}\nhttp {\n    include conf.d/*.conf;\n}\n"),
        ("conf.d/a.conf", "server {\n    location /live/ {\n        proxy_pass http://app;\n    }\n}\n"),
    ];
    let folder = Folder::with(&files);
    folder.run(&["--fix", "nginx.conf"]).ends(0);
    assert!(folder.text("nginx.conf").contains("map $http_upgrade $connection_upgrade {"));
    assert!(folder.text("conf.d/a.conf").contains("Connection $connection_upgrade;"));
    // A fragment alone does not show what http defines.
    let alone = Folder::with(&[files[0]]);
    alone.write(
        "conf.d/a.conf",
        files[2].1.replace("proxy_pass", "proxy_set_header Host $host;\n        proxy_pass"),
    );
    alone.run(&["--fix", "conf.d/a.conf"]).ends(0);
    let text = alone.text("conf.d/a.conf");
    assert!(text.contains("Connection \"upgrade\";") && !text.contains("map "), "{text}");
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    let cases = [
        ("slect: [WS101]\n", "1:1: unknown key `slect`; did you mean `select`?"),
        ("# x\nwebsocket:\n  path: [/a]\n", "3:3: unknown key `path`; did you mean `paths`?"),
        ("include: {prefx: a}\n", "1:11: unknown key `prefx`; did you mean `prefix`?"),
        (
            "qwertyuiop: 1\n",
            "1:1: unknown key `qwertyuiop`: one of nginx-version, select, ignore, severity, roots, exclude, embedded, include, websocket, rules, modules",
        ),
        (
            "select: [WS101,\n  upgrade-not-forwrded]\n",
            "2:3: no rule is called `upgrade-not-forwrded`; did you mean `upgrade-not-forwarded`?",
        ),
        ("ignore: [nonsense-word]\n", "1:10: no rule is called `nonsense-word`"),
        ("severity:\n  WS104: note\n  WS999: note\n", "3:3: no rule is called `WS999`"),
        ("severity: {WS101: eror}\n", "1:19: unknown value `eror`; did you mean `error`?"),
        ("severity: {WS101: note, WS101: error}\n", "1:25: severity: the key `WS101` stands twice"),
        ("select: []\nselect: []\n", "2:1: the key `select` stands twice"),
        ("nginx-version: one\n", "1:16: nginx-version: `one` is not an nginx version"),
        ("exclude: [\"a[\"]\n", "1:11: exclude[0]: "),
        ("websocket: {paths: [live]}\n", "1:21: websocket.paths[0]: the path `live` must begin with `/`"),
        ("websocket: {connection: mapp}\n", "1:25: unknown value `mapp`; did you mean `map`?"),
        (
            "modules: {directives: {x: {contexts: [loction], args: 1}}}\n",
            "1:39: modules.directives.x.contexts[0]: unknown context `loction`; did you mean `location`?",
        ),
        (
            "modules: {directives: {x: {contexts: [location], args: 1-2}}}\n",
            "1:56: modules.directives.x.args: `1-2` is neither `1`, `[1, 2]` nor `1+`",
        ),
        ("modules: {directives: {x: {contexts: [location]}}}\n", "the key `args` is missing"),
        ("select: WS101\n", "1:9: select: string \"WS101\", expected a list"),
        ("websocket: x\n", "1:12: websocket: string \"x\", expected a map"),
        ("select: [a\n", "2:1:"),
        ("? [a]\n: b\n", "1:3:"),
        ("--- \na: 1\n--- \nb: 1\n", "more than one document"),
        ("rules: [none]\n", "none: cannot be read"),
        ("rules: [.]\n", "unknown key `rules`"),
        ("a: &x [1]\nb: *y\n", "unknown anchor"),
        ("<<: {select: [WS101]}\n", "1:1: unknown key `<<`"),
        ("select: !tag [WS101]\n", "1:9:"),
    ];
    let mut wrong = Vec::new();
    for (settings, words) in cases {
        let said = folder(settings, GOOD).run::<&str>(&[]);
        let refused = said.code() == 2 && said.out.is_empty() && said.err.starts_with("ngxlint: ");
        if !refused || !said.err.contains(words) {
            wrong.push(format!("{settings}wanted {words}\nsaid {}", said.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let said = folder("\u{feff}select: [WS101]\n", BAD).json(&[]);
    assert_eq!(said.codes(), ["WS101"], "a byte order mark does no harm");
}

#[test]
fn what_grows_or_is_too_large_is_refused_at_once() {
    let level = |name: char, of: char| format!("{name}: &{name} [{}]\n", format!("*{of},").repeat(9));
    let bomb: String = std::iter::once("a: &a [x,x,x,x,x,x,x,x,x]\n".into())
        .chain("bcdefghij".chars().zip("abcdefghi".chars()).map(|(name, of)| level(name, of)))
        .collect();
    let wide = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(3000), "*a,".repeat(3000));
    let large = format!("select: [WS101]\n{}", "# fill\n".repeat(10_000));
    let cases = [
        (bomb, "too many values"),
        (wide, "too many values"),
        ("select: &a [*a]\n".into(), ""),
        ("[".repeat(60_000), "too many brackets"),
        ("- ".repeat(30_000), ""),
        ("a: ".repeat(20_000), ""),
        ("? ".repeat(30_000), ""),
        (large, "is larger than 64 KiB"),
        ("\u{0}".into(), ""),
    ];
    for (settings, words) in cases {
        let start = Instant::now();
        folder(&settings, GOOD).run::<&str>(&[]).ends(2).complains(words);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(3), "{words}: {took:?}");
    }
    let folder = Folder::with_main(GOOD);
    std::fs::create_dir(folder.path(NAME)).unwrap();
    folder.run::<&str>(&[]).ends(2).complains(".ngxlint.yaml: cannot be read");
    let bytes = Folder::with_main(GOOD);
    bytes.write(NAME, b"select: [\xff]\n");
    bytes.run::<&str>(&[]).ends(2).complains("is not UTF-8");
}
