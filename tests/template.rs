//! Templates: read with what an engine fills in as values that nobody knows, and repaired without touching a tag.
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

use harness::Folder;

const JINJA: &str = "server {\n    listen {{ port }};\n{% for path in paths %}\n    location {{ path }} {\n        root /srv;\n    }\n{% endfor %}\n    {{ extra }}\n}\n";

/// A block with an explicit Upgrade that lacks the other two parts, and `more` in it.
fn half(more: &str) -> String {
    format!(
        "events {{}}\nhttp {{\n    server {{\n        location /chat {{\n            proxy_pass http://app;\n            proxy_set_header Upgrade $http_upgrade;\n{more}        }}\n    }}\n}}\n"
    )
}

/// The places of the findings of `check NAME`.
fn places(name: &str, text: &str) -> Vec<String> {
    Folder::with(&[(name, text)]).json(&[name]).places()
}

#[test]
fn no_placeholder_is_an_error_of_syntax() {
    let erb = "server {\n<% if @ssl -%>\n  listen 443 ssl;\n<% else -%>\n  listen 80;\n<% end -%>\n<%- @names.each do |name| -%>\n  server_name <%= name %>;\n<%- end -%>\n<%= @raw %>\n}\n";
    let go = "{{- /* a {\n */}}\nupstream {{ .Name }} {\n{{- range .Servers }}\n    server {{ . }}{{ if .Down }} down{{ end }};\n{{- else }}\n    server 127.0.0.1:1;\n{{- end }}\n}\n";
    let envsubst = "server {\n    listen ${PORT};\n    server_name $NAME;\n    ${EXTRA}\n}\n";
    let ynh = "location __PATH__/ {\n    alias __INSTALL_DIR__/;\n    __MORE__\n}\n";
    let ejs = "server {\n<%\nif (s.a) {\n%>\n    listen <%-s.port%>;\n<%\n}\nif (s.b) {\n%>\n    listen 81;\n<%\n}\n%>\n}\n";
    for (name, text) in [
        ("nginx.conf.j2", JINJA),
        ("site.conf", JINJA),
        ("site.conf.erb", erb),
        ("nginx.tmpl", go),
        ("site.conf.template", envsubst),
        ("site.conf", ynh),
        ("nginx.conf.ejs", ejs),
    ] {
        assert_eq!(places(name, text), [] as [&str; 0], "{name}\n{text}");
    }
}

#[test]
fn what_is_wrong_whatever_is_filled_in_is_found() {
    assert_eq!(
        places("nginx.conf.j2", &half("            proxy_read_timeout {{ seconds }};\n")),
        ["nginx.conf.j2:5 WS102", "nginx.conf.j2:5 WS103"]
    );
    let missing = "server {\n    listen {{ port }};\n    root /srv\n}\n";
    assert_eq!(places("site.conf.j2", missing), ["site.conf.j2:3 SY002"]);
}

#[test]
fn what_hangs_on_a_placeholder_is_not_reported() {
    for more in [
        "            {{ websocket_headers }}\n",
        "            proxy_set_header {{ name }} {{ value }};\n",
        "            {% include 'websocket.conf' %}\n",
        "            {{ name }} {{ value }};\n",
        "            include {{ folder }}/websocket.conf;\n",
    ] {
        let found = places("nginx.conf.j2", &half(more));
        assert!(!found.iter().any(|it| it.ends_with("WS102")), "{more}: {found:?}");
        assert!(!found.iter().any(|it| it.ends_with("DI007")), "{more}: {found:?}");
    }
    let connection = half(
        "            proxy_set_header Connection {{ connection }};\n            proxy_http_version {{ version }};\n",
    );
    assert_eq!(places("nginx.conf.j2", &connection), [] as [&str; 0]);
    let map = "events {}\nhttp {\n    map $http_upgrade $c {\n        {{ entries }}\n        default close;\n    }\n    server {\n        location /chat {\n            proxy_pass http://app;\n            proxy_http_version 1.1;\n            proxy_set_header Upgrade $http_upgrade;\n            proxy_set_header Connection $c;\n        }\n    }\n}\n";
    assert_eq!(places("nginx.conf.j2", map), [] as [&str; 0]);
}

#[test]
fn people_read_what_is_written() {
    let text = half("")
        .replace("location /chat", "location {{ path }}")
        .replace("server {", "server {\n        server_name {{ name }};");
    let found = Folder::with(&[("nginx.conf.j2", &text)]).json(&["nginx.conf.j2"]).diagnostics();
    assert_eq!(found[0]["scopes"], serde_json::json!(["http", "server {{ name }}", "location {{ path }}"]));
    assert!(!found.iter().any(|it| it.to_string().contains("___")));
}

#[test]
fn fixes_keep_every_tag() {
    let text = half("            proxy_set_header Host {{ host }};\n");
    let folder = Folder::with(&[("nginx.conf.j2", &text)]);
    folder.run(&["--fix", "nginx.conf.j2"]).ends(0);
    let fixed = folder.text("nginx.conf.j2");
    assert!(fixed.contains("proxy_set_header Host {{ host }};\n"), "{fixed}");
    assert!(
        fixed.contains("proxy_set_header Connection") && fixed.contains("proxy_http_version 1.1;"),
        "{fixed}"
    );
    folder.run(&["--fix", "nginx.conf.j2"]).ends(0);
    assert_eq!(folder.text("nginx.conf.j2"), fixed);
}

#[test]
fn a_tag_without_its_partner_is_a_note() {
    let folder = Folder::with(&[
        ("a.conf.j2", "server {\n{% if a %}\n    listen 80;\n"),
        ("b.conf.j2", "{% if a %}x{% endif %}\nserver {\n    listen {{ b }};\n"),
    ]);
    let found = folder.json(&["a.conf.j2", "b.conf.j2"]).diagnostics();
    let found: Vec<_> =
        found.iter().map(|it| (it["code"].as_str().unwrap(), it["severity"].as_str().unwrap())).collect();
    assert_eq!(found, [("SY003", "note"), ("SY003", "note")]);
}

#[test]
fn folders_are_searched_for_templates() {
    let folder = Folder::with(&[
        ("templates/nginx.conf.j2", JINJA),
        ("nginx.tmpl", JINJA),
        ("page.html.j2", "<p>{{ x }}</p>"),
        ("deploy.tmpl", "server {\n    listen {{ port }};\n}\n"),
        ("logging.conf.erb", "[loggers]\nkeys=<%= x %>\n"),
    ]);
    assert_eq!(folder.run(&["--show-files", "."]).ends(0).err, "nginx.tmpl\ntemplates/nginx.conf.j2\n");
}

#[test]
fn parse_reads_as_nginx_does() {
    let folder = Folder::with(&[("a.conf", "listen {{ port }};\n")]);
    let parsed = folder.run(&["parse", "a.conf"]).document();
    assert_eq!(parsed["status"], "failed");
}

#[test]
fn lua_is_no_template() {
    let text = "location / {\n    content_by_lua_block {\n        local x = {{1, 2}, {3, 4}}\n        local y = {{1}}\n    }\n}\n";
    assert_eq!(places("lua.conf", text), [] as [&str; 0]);
}
